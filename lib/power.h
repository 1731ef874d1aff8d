/*
 * The promise as a state machine: commands, sweeps, hold. Pure: a machine for
 * the runner. It says "off" only of outlets that two sweeps, off_hold apart,
 * both saw off after a command; nothing else here may ever end in success.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_POWER_H
#define TS_POWER_H

#include "feeds.h"
#include "log.h"
#include "machine.h"

struct power_settings {
	enum trippsnmp_action action;
	usec off_hold;
	usec power_timeout; /* an outlet that reads otherwise for longer has failed */
	bool v1;
};

struct power;

/** feeds (of struct feed) and labels must outlive it. */
struct power *power_new(unsigned n_pdus, const char *const *labels, const GArray *feeds,
                        const struct power_settings *settings, const struct log *log);
void power_free(struct power *power);
struct machine power_machine(struct power *power);

/** How it came out; valid once the machine is done or power_expire() was called. */
struct outcome power_outcome(const struct power *power);

/** Whether it is a reset whose off was proven, and whose power did not come back. */
bool power_short_of_on(const struct power *power);

/**
 * Time is up. silent is a PDU that does not answer, or negative; obstacle what
 * stood in the way of its last question, or NULL. Decides the outcome: failure,
 * unless a reset's off was proven.
 */
void power_expire(struct power *power, int silent, const char *obstacle);

#endif
