/*
 * What all commands share: the handle, the terminal, messages, and how a command ends.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TT_TOOL_H
#define TT_TOOL_H

#include "terminal.h"
#include "trippsnmp.h"

/** Exit status; the manual page has the same list. */
enum status {
	STATUS_DONE = 0,
	STATUS_WRONG = 1,    /* what was looked at is not as it should be */
	STATUS_USAGE = 2,    /* the command line, or a parameter */
	STATUS_ACCESS = 3,   /* refused, unauthenticated, or no device that is known */
	STATUS_TIMEOUT = 4,  /* no answer in time */
	STATUS_POWER = 5,    /* power did not obey */
	STATUS_STOPPED = 6,  /* interrupted, or not confirmed */
	STATUS_INTERNAL = 8, /* this machine's fault */
};

struct tool {
	trippsnmp *handle;
	GHashTable *known; /* what parameters are set to; of secrets, "" */
	const char *resource;
	struct terminal terminal;
	bool json, yes, verbose;
	double interval;     /* of watch, seconds */
	const char *agent;   /* of map: for which one */
	const char *id;      /* of map: the resource's */
	const char *pdu;     /* of capture; NULL: the only one */
	const char *output;  /* of capture; NULL: stdout */
	char **arguments;    /* behind the command */
	GPtrArray *warnings; /* where they are kept instead of said; NULL: they are said */
	bool quiet;          /* errors are the command's to say */
	void (*told)(void *context, enum trippsnmp_level, const char *line); /* or NULL */
	void *told_context;
};

/** Sets a parameter, and knows it then. False after an error that was said. */
bool tool_set(struct tool *tool, const char *name, const char *value);
/** The same of NAME=VALUE. */
bool tool_set_text(struct tool *tool, const char *text);
/** It is set; NULL: by default. */
void tool_know(struct tool *tool, const char *name, const char *value);
/** What it is set to, "" of a secret; NULL if it is not. */
const char *tool_known(const struct tool *tool, const char *name);

enum status status_of(enum trippsnmp_error error);

/** Says an error on stderr, and returns the status. */
enum status tool_fail(struct tool *tool, enum status status, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
/** A word that is no trouble, on stderr. */
void tool_note(struct tool *tool, const char *format, ...) G_GNUC_PRINTF(2, 3);
void tool_warn(struct tool *tool, const char *format, ...) G_GNUC_PRINTF(2, 3);
/** Writes to stdout, with what a progress line hides taken away first. */
void tool_print(struct tool *tool, const char *text);
void tool_printf(struct tool *tool, const char *format, ...) G_GNUC_PRINTF(2, 3);
/** False, and said, if stdout could not take all of it. */
bool tool_flush(struct tool *tool);

/** How often somebody interrupted so far; and that those are forgotten. */
int tool_interrupts(void);
void tool_forget_interrupts(void);

/* The commands. */
enum status run_list(struct tool *tool);
enum status run_map(struct tool *tool);
enum status run_check(struct tool *tool);
enum status run_watch(struct tool *tool);
enum status run_drill(struct tool *tool);
enum status run_capture(struct tool *tool);

#endif
