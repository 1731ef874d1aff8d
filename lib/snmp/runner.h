/*
 * Carries a machine's questions to all PDUs at once, each through its
 * exchange, until the machine is done or time is up. Pure over struct network.
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

/**
 * A PDU that has never answered, or not two attempts in a row at the question in hand; -1 if
 * there is none.
 */
int runner_silent_pdu(const struct runner *runner);

/** Requests sent in all. */
unsigned runner_requests(const struct runner *runner);

#endif
