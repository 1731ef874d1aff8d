/*
 * Carries a machine's questions to all PDUs at once, each through its
 * exchange, until the machine is done or time is up. It never decides what is
 * asked, and sends nothing once the machine is done. Pure over struct network.
 * The operation runs it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_RUNNER_H
#define TS_RUNNER_H

#include "base/watch.h"
#include "snmp/machine.h"

struct runner {
	struct network *network;
	unsigned n_pdus;
	struct exchange *exchanges; /* what was learned of each PDU stays from machine to machine */
	uint32_t next_tag;
	struct watch *watch; /* NULL: nobody */
};

void runner_init(struct runner *runner, struct network *network, unsigned n_pdus,
                 const char *const *labels, const struct log *log,
                 const struct exchange_settings *settings);
void runner_clear(struct runner *runner);

/** Runs the machine. False if it was not done at the deadline, or when its watch stopped it. */
bool runner_run(struct runner *runner, const struct machine *machine, usec deadline);

/** Waits; not for long if its watch stops it. */
void runner_pause(struct runner *runner, usec until);

/** The network's time. */
usec runner_now(const struct runner *runner);

/* What is known of the PDUs by now. */

/**
 * A PDU that has never answered, or not two attempts in a row at the question in hand; -1 if
 * there is none.
 */
int runner_silent_pdu(const struct runner *runner);
/** Whether this PDU has ever answered. */
bool runner_heard(const struct runner *runner, unsigned pdu);
/** The last thing that went wrong with it, silence apart; NULL if nothing did. */
const char *runner_obstacle(const struct runner *runner, unsigned pdu);
/** What is wrong with its answers to the question in hand; NULL if none came. Static. */
const char *runner_misfit(const struct runner *runner, unsigned pdu);
/** See exchange_deafness(). */
char *runner_deafness(const struct runner *runner, unsigned pdu);
/** Which PDU takes long for an answer, and how long; NULL if none does. Free with g_free(). */
char *runner_slowness(const struct runner *runner);
/** Whether any PDU refuses what it was asked. */
bool runner_refused(const struct runner *runner);
/** Requests sent in all. */
unsigned runner_requests(const struct runner *runner);

#endif
