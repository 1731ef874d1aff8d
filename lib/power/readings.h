/*
 * Makes readings of answers: what one outlet's state cell, the status of its
 * device and, where it was found by a name, the cell in which that name stood
 * say together. Off only if all of them say so. Pure.
 *
 * Called by lib/power for each answer that is heard.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_READINGS_H
#define TS_READINGS_H

#include "find/feeds.h"
#include "snmp/exchange.h"

enum name_reading { NAME_SAME, NAME_OTHER, NAME_UNREAD };

/** What was read of an outlet. */
struct reading {
	enum trippsnmp_state state; /* ON and OFF only if nothing else speaks against it */
	bool whole;                 /* all of its cells were read, and made one reading */
	bool lost;                  /* its device is offline, as its card says */
	bool status_unclear;        /* or its status is not a clear answer */
	enum name_reading name;
	usec asked, answered;           /* of all the cells together */
	usec name_asked, name_answered; /* of the name alone; 0 where none was read */
};

/**
 * Whether its state is not to be trusted, whatever it is: its device is lost or may be, or the row
 * may be another outlet's. Then a command may not have reached the outlet either.
 */
bool reading_doubtful(const struct reading *reading);

/** A cell, and whether and when it was read since the last reading was made. */
struct cell {
	struct objid name; /* n is 0 where the outlet has no such cell */
	bool read;
	usec asked, answered;
};

/** One outlet's cells, from which its next reading is made. */
struct cells {
	const struct feed *feed;
	struct cell state, status, name;
	enum trippsnmp_state value; /* of the state cell, if it was read */
	char *odd;                  /* what it said last that is neither on nor off; or NULL */
	bool status_present;        /* it was there once: then absent is no answer */
	bool status_absent;         /* the agent has no such object */
};

void cells_init(struct cells *cells, const struct feed *feed);

void cells_clear(struct cells *cells);

/**
 * Takes what an answer of the outlet's PDU says of it. True if that makes a
 * reading: when each cell was read, or at once when one of them speaks against off.
 */
bool cells_take(struct cells *cells, const struct heard *heard, struct reading *reading);

/** What an answer says of one object: nothing, one value, which is *found, or several. */
unsigned readings_find(const struct heard *heard, const struct objid *name,
                       const struct varbind **found);

#endif
