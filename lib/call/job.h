/*
 * What one call is to do, and what that takes: which PDUs are asked for what, by when it ends, and
 * how long a no must last to be believed. All of it is known before anything is resolved, opened
 * or asked, and nothing of it changes while the call runs. Pure. call.c prepares it; whatever the
 * call does reads it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_JOB_H
#define TS_JOB_H

#include "config/params.h"
#include "find/feeds.h"

/** Pacemaker's limit for a monitor is 20 s. */
#define STATUS_LIMIT (15 * USEC_PER_SEC)

/** What is read, and within which limit; total_timeout may cut it. */
enum purpose {
	TO_SWITCH,       /* the node's outlets, in looks that are settled; within total_timeout */
	TO_READ,         /* states: the node's, or those of all nodes; within STATUS_LIMIT */
	TO_NAME,         /* which nodes outlets are named after; likewise */
	TO_SHOW,         /* every outlet there is; likewise */
	TO_SHOW_DETAILS, /* and what is only shown; likewise */
	TO_WALK          /* objects of one PDU, without a look; within total_timeout */
};

struct job {
	/* What is given; all of it must outlive the job. */
	enum purpose purpose;
	const struct config *config;
	const char *const *labels; /* of the PDUs, for messages */
	const struct log *log;
	const char *node; /* NULL: all of them */
	unsigned pdu;     /* TO_WALK: this one alone */
	usec begun;       /* by the network's clock */
	/* What follows from that. */
	unsigned n_pdus;
	usec deadline;
	usec lasts; /* so long what a device denies must last */
	struct inventory_need *needs;
};

/** Fills in what follows from what is given. Free it with job_clear(). */
void job_prepare(struct job *job);
void job_clear(struct job *job);

#endif
