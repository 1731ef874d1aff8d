/*
 * A card's active alarms: rows of the tables that the card has, and their
 * count. It knows those tables, nothing of outlets and of time.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef SIM_ALARM_H
#define SIM_ALARM_H

#include "snmprec.h"

struct alarm {
	uint32_t id;
	bool lost;                   /* "Communications Lost"; else: */
	struct rec_name description; /* the object that describes it */
	uint32_t device;             /* which device it is about, or 0 */
	struct rec_name about;       /* the row that it is about instead; n = 0: none */
	uint32_t ticks;              /* when it came, by sysUpTime */
};

/** Adds an alarm, in the place of one of its ID. NULL, or why not. */
char *alarm_raise(struct records *records, const struct alarm *alarm);
/** Removes it. NULL, or why not. */
char *alarm_clear(struct records *records, uint32_t id);

#endif
