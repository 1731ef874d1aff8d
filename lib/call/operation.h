/*
 * One call's way through the machines: take inventory, look again where that is worth it, switch.
 * It knows no socket, for the session carries it, or a test's model with a virtual clock; and it
 * never says that power obeyed: the power machine does. call.c makes it; what acts on it are
 * switch.c, survey.c, nodes.c, outlets.c and objects.c.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_OPERATION_H
#define TS_OPERATION_H

#include "call/job.h"
#include "snmp/runner.h"

/** What a look has found, which was of all PDUs that are needed. */
struct look {
	const struct job *job;
	const struct pdu_outlets **found; /* of each PDU; NULL where the look failed on it */
	struct feeds_view *view;          /* map and inventory side by side */
};

/** Who acts on it reads its job, and asks its runner what is known of the PDUs. */
struct operation {
	const struct job *job;
	struct runner runner;
	struct inventory *inventory;
	struct look look; /* without a view: the last one failed */
};

/**
 * Made once all is known: the job, who watches (NULL: nobody), and the network. They must
 * outlive it; job->begun is of the network's clock. seed is of the jitter between requests.
 */
struct operation *operation_new(const struct job *job, struct watch *watch, struct network *network,
                                uint32_t seed);
void operation_free(struct operation *operation);

/** Judges what was found; sets *unclear where a second look is worth it until time is up. */
typedef struct outcome (*operation_judge)(const struct look *look, void *context, bool *unclear);

/**
 * Takes inventory and judges it (NULL: all is fine). What a device denies is believed when it has
 * lasted (denial.h); what it leaves unclear is asked until time is up. May be called again: what
 * earlier looks saw counts (settle.h).
 */
struct outcome operation_look(struct operation *operation, operation_judge judge, void *context);
/** The last look, until the next one; NULL if it failed. */
const struct look *operation_seen(const struct operation *operation);
/** Finds the node's outlets and switches them. shown: whose, such as "node db1", escaped. */
struct outcome operation_power(struct operation *operation, enum trippsnmp_action action,
                               const char *shown);

/** Runs a machine until its end, the deadline or a stop. False if it was not done. */
bool operation_run(struct operation *operation, const struct machine *machine);
/** Whether whoever watches has stopped it. */
bool operation_stopped(const struct operation *operation);
/** That this PDU has not answered, and what to check. */
struct outcome operation_no_answer(const struct operation *operation, unsigned pdu);
/** The feeds (of struct feed) as messages name them; free with g_free(). */
char *feeds_text(const GArray *feeds);
/** Static; NULL if there is no such action. */
const char *action_word(enum trippsnmp_action action);

#endif
