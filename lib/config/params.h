/*
 * The one table of parameters: names, types, defaults, texts. From it come the plugin's
 * confignames, the XML metadata, the documents, and the checks that make a configuration of what
 * a user wrote. No message may ever hold a secret, and no name server is asked. The public calls
 * use it. Pure, but for secrets_file, which params_check() reads.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_PARAMS_H
#define TS_PARAMS_H

#include "base/clock.h"
#include "config/addresses.h"
#include "config/nodemap.h"

#include <glib.h>
#include <stdbool.h>

enum param_id {
	PARAM_IPADDR,
	PARAM_HOSTLIST,
	PARAM_FEEDS,
	PARAM_SNMP_VERSION,
	PARAM_COMMUNITY,
	PARAM_LOGIN,
	PARAM_PASSWORD,
	PARAM_SNMP_AUTH_PROT,
	PARAM_SNMP_PRIV_PROT,
	PARAM_SNMP_PRIV_PASSWD,
	PARAM_SNMP_SEC_LEVEL,
	PARAM_SECRETS_FILE,
	PARAM_OFF_HOLD,
	PARAM_POWER_TIMEOUT,
	PARAM_SNMP_TIMEOUT,
	PARAM_TOTAL_TIMEOUT,
	PARAM_CHECK_WRITE,
	PARAM_COUNT
};

/** What the fence agent makes of a parameter where that differs. */
struct param_agent {
	char letter;          /* of its command line option; 0: none */
	const char *name;     /* NULL: the same name */
	const char *obsolete; /* an older name, still taken; NULL: none */
	const char *type;     /* NULL: the same type */
	const char *default_; /* what is assumed, with a WARN, if it is not set; NULL: as ever */
	const char *longdesc; /* NULL: the same text */
};

/** One row of the table; all strings static. */
struct param {
	enum param_id id;
	const char *name;
	const char *type;     /* as in agent metadata: string, integer, boolean, ... */
	const char *default_; /* as a user would write it; NULL if there is none */
	bool required;
	bool secret;
	const char *shortdesc;
	const char *longdesc;
	const char *const *choices; /* the words that it may be, up to a NULL; NULL: free text */
	struct param_agent agent;
};

/** Row by number; NULL past the last. */
const struct param *params_row(unsigned i);
/** Row by exact name; NULL if there is none. */
const struct param *params_find(const char *name);
/** The table as <parameters>...</parameters>; free with g_free(). */
char *params_xml(void);

enum snmp_version { SNMP_V1, SNMP_V2C, SNMP_V3 };
enum auth_protocol {
	AUTH_NONE,
	AUTH_MD5,
	AUTH_SHA,
	AUTH_SHA224,
	AUTH_SHA256,
	AUTH_SHA384,
	AUTH_SHA512
};
enum priv_protocol {
	PRIV_NONE,
	PRIV_DES,
	PRIV_AES,
	PRIV_AES192,
	PRIV_AES256,
	/* These lengthen a short key as draft-reeder-snmpv3-usm-3desede has it. */
	PRIV_AES192C,
	PRIV_AES256C
};

/** The checked configuration. */
struct config {
	GPtrArray *pdus;     /* of struct pdu_address *, at least one */
	struct nodemap *map; /* never NULL; empty if there is no hostlist */
	unsigned feeds;      /* 0: any */
	enum snmp_version version;
	char *community;         /* NULL in v3 */
	char *login;             /* NULL in v1 and v2c */
	enum auth_protocol auth; /* AUTH_NONE for noAuthNoPriv */
	char *auth_passphrase;
	enum priv_protocol priv; /* PRIV_NONE unless authPriv */
	char *priv_passphrase;
	usec off_hold;
	usec power_timeout;
	usec snmp_timeout;
	usec total_timeout;
	bool check_write;
	bool assumed[PARAM_COUNT]; /* which of the agent's defaults were taken */
	char *names[PARAM_COUNT];  /* what messages call them; NULL: their names in the table */
	GPtrArray *warnings;       /* of char *: what is taken, and may be a slip; NULL if none */
};

/**
 * Checks values (indexed by enum param_id; NULL or "" is the default) into a
 * configuration. NULL on error, with one line in *error that names the
 * parameter and the mistake and holds no secret; free it with g_free().
 */
struct config *params_check(const char *const values[PARAM_COUNT], char **error);
/**
 * The same, with other names for messages (NULL: those of the table, as where one of them is
 * NULL), and with the fence agent's defaults if agent.
 */
struct config *params_check_as(const char *const values[PARAM_COUNT],
                               const char *const names[PARAM_COUNT], bool agent, char **error);
/** What messages call a parameter; owned by the configuration, or static. */
const char *config_name(const struct config *config, enum param_id id);
/** The PDUs as nodemap.h knows them, one for each of pdus; free with g_free(). */
struct pdu_name *config_pdu_names(const struct config *config);
/** Frees it, wiping secrets. NULL is allowed. */
void config_free(struct config *config);

/** Overwrites a secret in a way the compiler keeps, then frees it. NULL is allowed. */
void secret_free(char *secret);

#endif
