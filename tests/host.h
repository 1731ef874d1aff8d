/*
 * Two hosts for the uninstalled plugin ($TS_PLUGIN_DIR holds stonith2/): this
 * process, over the real libpils and libstonith, and the real stonith program
 * on a pipe or a terminal. Fails the test itself if there is no host.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_HOST_H
#define TS_HOST_H

#include <glib.h>
#include <pils/plugin.h>
#include <stdbool.h>
#include <stonith/stonith.h>

/** A plugin object as stonith_new("tripplite") would make it; ends with stonith_delete(). */
Stonith *host_new(void);
/**
 * stonith_set_config() with a list of names and values up to a NULL name; a
 * value may be NULL. The list is wiped afterwards, for it is the caller's.
 */
int host_configure(Stonith *stonith, const char *const *parameters);

/** What was logged, each as "CRIT text" (WARN, INFO, DEBUG), since host_forget(). */
const GPtrArray *host_log(void);
void host_forget(void);
/** How many lines have that level. */
unsigned host_count(const char *level);
/** The last line of that level without the level; fails the test if there is none. */
const char *host_said(const char *level);
/** Calls fn once, before a line that contains text is taken. Until host_new(). */
void host_when(const char *text, void (*fn)(void *context), void *context);
/** Whether the plugin logs at debug level. */
void host_debug(bool on);

/** A run of the stonith program. */
struct run {
	int status; /* exit status; -1 if it had to be killed, or died otherwise */
	char *out;
	char *err; /* empty on a terminal, where all is in out */
	double seconds;
};

enum terminal { ON_PIPE, ON_TERMINAL };

/**
 * Runs stonith with arguments up to a NULL, and with parameters (names and
 * values up to a NULL name; NULL: none) in its environment, for at most limit
 * seconds. Free it with run_free().
 */
struct run *run_stonith(enum terminal terminal, double limit, const char *const *parameters,
                        ...) G_GNUC_NULL_TERMINATED;
void run_free(struct run *run);

/** The files that such a run opens, as strace lists them; NULL if strace does not work here. */
char *trace_stonith(const char *const *parameters, ...) G_GNUC_NULL_TERMINATED;

#endif
