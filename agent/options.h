/*
 * The agent's options: the library's parameters under the names that fence
 * agents use, and the agent's own. Read from the command line, or without one
 * from stdin. It decides nothing about power.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef FT_OPTIONS_H
#define FT_OPTIONS_H

#include <glib.h>
#include <stdbool.h>

/** The agent's own options; the library's parameters follow from OPTION_OWN on. */
enum option_id {
	OPTION_ACTION,
	OPTION_PLUG,
	OPTION_IPPORT,
	OPTION_PASSWORD_SCRIPT,
	OPTION_SNMP_PRIV_PASSWD_SCRIPT,
	OPTION_QUIET,
	OPTION_VERBOSE,
	OPTION_VERBOSE_LEVEL,
	OPTION_DEBUG_FILE,
	OPTION_VERSION,
	OPTION_HELP,
	OPTION_PLUG_SEPARATOR,
	OPTION_SEPARATOR,
	OPTION_DELAY,
	OPTION_DISABLE_TIMEOUT,
	OPTION_LOGIN_TIMEOUT,
	OPTION_POWER_WAIT,
	OPTION_SHELL_TIMEOUT,
	OPTION_STONITH_STATUS_SLEEP,
	OPTION_RETRY_ON,
	OPTION_SNMPGET_PATH,
	OPTION_SNMPSET_PATH,
	OPTION_SNMPWALK_PATH,
	OPTION_NODENAME,
	OPTION_MISSING_AS_OFF,
	OPTION_OPTION,
	OPTION_AGENT,
	OPTION_NAME,
	OPTION_OWN
};

/** Where an option is to be seen. */
enum visibility {
	SEEN,      /* everywhere */
	UNLISTED,  /* taken, but in no metadata */
	STDIN_ONLY /* what the cluster says besides; unlisted */
};

/** One option; strings static, NULL where there is none. */
struct agent_option {
	const char *name;     /* on stdin; on the command line '-' stands for '_' */
	const char *obsolete; /* an older name, still taken */
	const char *type;     /* of the metadata; a boolean takes no argument */
	const char *default_;
	const char *const *choices;
	char letter; /* 0: none */
	bool required;
	bool secret;
	enum visibility visibility;
	const char *shortdesc;
	const char *longdesc;
	const char *parameter; /* the library's; NULL: the agent's own */
};

/** Row by number; NULL past the last. */
const struct agent_option *option_row(unsigned i);

/** Whether it takes no value. */
bool option_is_boolean(const struct agent_option *row);
/** How it is written on the command line, such as "-a, --ip=[value]"; free with g_free(). */
char *option_forms(const struct agent_option *row);

/** One option as it was written. */
struct given {
	unsigned row;
	char *name; /* "port", "--port" or "-n" */
	char *value;
};

/** The options as given. */
struct options {
	char **values; /* by row, the last one; NULL if not given */
	GPtrArray
		*given; /* of struct given *, in their order; what was ignored is not among them */
	unsigned verbosity;
	GPtrArray *warnings; /* of char *: what was odd, but does not matter */
};

/**
 * Reads them from the command line, from which it wipes secrets, or without
 * one from stdin. NULL on error, with one line in *error; free it with g_free().
 */
struct options *options_read(int argc, char **argv, char **error);
/** The same of NAME=VALUE texts, up to a NULL, as a cluster's configuration has them. */
struct options *options_of(char *const *texts);
/** Wipes secrets. NULL is allowed. */
void options_free(struct options *options);

/** What was written, such as "port=db1" or "-n db1"; free with g_free(). */
char *given_text(const struct given *given);
/** The name in metadata by which the option was written last, or else its first one; static. */
const char *options_written(const struct options *options, unsigned row);
/**
 * Two ways to write one option that say different things, as an error of one line; NULL if there
 * are none. Targets are not looked at (target.h). No secret is shown. Free with g_free().
 */
char *options_conflict(const struct options *options);

/** NULL if not given, or given empty. */
const char *options_get(const struct options *options, enum option_id id);
/** The same of the library's parameter of that name. */
const char *options_parameter(const struct options *options, const char *name);
/** Whether a boolean is given and true. */
bool options_is(const struct options *options, enum option_id id);

/** 1 for yes, true, on, 1; 0 for no, false, off, 0; else -1. */
int parse_boolean(const char *text);
/** Digits with an optional fraction, at most an hour. */
bool parse_seconds(const char *text, double *seconds);

/** What --help prints; free with g_free(). */
char *options_usage(void);

/** Wipes, then frees. NULL is allowed. */
void wipe(char *secret);

#endif
