/*
 * The promise as a machine for the runner: it commands the outlets of a node,
 * reads them, holds, and ends. Pure. That "off" is success the kernel decides
 * alone (promise/evidence.h); what is in lib/power may only cost time.
 *
 * Called by lib/call with the feeds that a look found.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_POWER_H
#define TS_POWER_H

#include "base/log.h"
#include "find/feeds.h"
#include "snmp/machine.h"

struct power_settings {
	enum trippsnmp_action action;
	usec off_hold;
	usec power_timeout; /* an outlet that reads otherwise for longer has failed */
	usec lasts;         /* so long a definite no must last to be believed */
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
 * Whether it is done because the feeds are not what was looked up any more: another device
 * answers, or a row has another name. The outcome says so; a new look may find them.
 */
bool power_outdated(const struct power *power);

/** It is stopped from outside: never a success, whatever was proven. */
void power_stop(struct power *power);

/**
 * Time is up. silent is a PDU that does not answer, or negative; silence what is to be
 * said of that, after its label, or NULL. Decides the outcome: failure, unless a reset's
 * off was proven.
 */
void power_expire(struct power *power, int silent, const char *silence);

#endif
