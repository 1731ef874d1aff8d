/*
 * One call's way through the machines: take inventory, look again where that
 * is worth it, switch. It knows no socket: the session carries it, or a test's
 * model with a virtual clock.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_OPERATION_H
#define TS_OPERATION_H

#include "config/params.h"
#include "find/feeds.h"
#include "snmp/runner.h"

/** What one call needs while it runs. */
struct operation {
	const struct config *config;
	const char *const *labels;
	unsigned n_pdus;
	const struct log *log;
	usec begun, deadline;
	usec lasts;       /* so long what a device denies must last */
	const char *node; /* NULL: all of them */
	struct inventory_need *needs;
	struct runner runner;
	bool running;
	/* Who is told what it does, and may stop it. */
	trippsnmp_progress_fn progress;
	void *progress_context;
	struct watch watch;
	struct inventory *inventory;
	const struct pdu_outlets **found;
	struct feeds_view *view;
};

/**
 * Config, labels, log and node must outlive it. begun is the network's time;
 * limit a duration, which total_timeout may cut.
 */
struct operation *operation_new(const struct config *config, const char *const *labels,
                                const struct log *log, const char *node, bool status, usec begun,
                                usec limit);
/** Has fn told of all that follows. NULL: nobody. */
void operation_watch(struct operation *operation, trippsnmp_progress_fn fn, void *context);
/** The watch, for what asks no PDU; NULL if there is none. */
struct watch *operation_watcher(struct operation *operation);
/** Gives it the network, which must outlive it; nothing below works before. */
void operation_connect(struct operation *operation, struct network *network, uint32_t seed);
void operation_free(struct operation *operation);

/** Judges what was found; sets *unclear where a second look is worth it until time is up. */
typedef struct outcome (*operation_judge)(const struct operation *operation, void *context,
                                          bool *unclear);

/**
 * Takes inventory and judges it. What a device denies is believed when it has lasted (denial.h);
 * what it leaves unclear is asked until time is up. May be called again: what earlier looks saw
 * counts (settle.h). Without a view afterwards the last look failed.
 */
struct outcome operation_look(struct operation *operation, operation_judge judge, void *context);

/** Finds the node's outlets and switches them. shown: whose, such as "node db1", escaped. */
struct outcome operation_power(struct operation *operation, enum trippsnmp_action action,
                               const char *shown);

/** Runs a machine until its end, the deadline or a stop. False if it was not done. */
bool operation_run(struct operation *operation, const struct machine *machine);
/** Whether it was stopped, and what to say then of what it did, such as "reading". */
bool operation_stopped(const struct operation *operation);
struct outcome operation_stop(const char *what);

/** That this PDU has not answered, and what to check. */
struct outcome operation_no_answer(const struct operation *operation, unsigned pdu);

/** The feeds (of struct feed) as messages name them; free with g_free(). */
char *feeds_text(const GArray *feeds);
/** Static; NULL if there is no such action. */
const char *action_word(enum trippsnmp_action action);

#endif
