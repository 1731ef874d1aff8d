/*
 * A card's active alarms, and which of them say that it has lost a device: then the states of
 * its outlets may be old, as with tlpDeviceStatus (outlet.h), which need not show it. Pure. What
 * cannot be read concerns all outlets, never none.
 *
 * Filled by the table's walk, judged by the search for outlets (looks.c); lib/call shows them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_ALARMS_H
#define TS_ALARMS_H

#include "find/dialog.h"
#include "find/family.h"

/** Far more than a card was ever seen to have (11). */
#define ALARMS_MAX 128

enum alarm_about {
	ALARM_ABOUT_ALL,    /* it names no device */
	ALARM_ABOUT_DEVICE, /* that one alone */
	ALARM_ABOUT_OTHER   /* something that has no outlets of ours */
};

/** One active alarm. */
struct alarm {
	uint32_t id;       /* of its row */
	struct objid what; /* its description; n is 0 where that is no OID */
	char *text;        /* the card's words for it, text_string(); NULL if they were not read */
	bool lost;         /* communications with a device are lost; only then, what it is about: */
	enum alarm_about about;
	uint32_t device; /* by the card's own numbers */
};

/** Of one card. Zeroed: none. */
struct alarms {
	unsigned counted; /* how many there are, as the card says; at most ALARMS_MAX */
	GArray *rows;     /* of struct alarm, by id; NULL before the first one */
	const struct family_alarms *objects;
	uint32_t selected; /* the device of outlets without one; 0: not known */
};

void alarms_clear(struct alarms *alarms);
unsigned alarms_len(const struct alarms *alarms);
const struct alarm *alarms_at(const struct alarms *alarms, unsigned i);

/** How many there are by the answer to a question for their count; at most ALARMS_MAX. */
unsigned alarms_counted(const struct family_alarms *objects, const struct varbind *varbind);

/**
 * Takes a cell of the column of descriptions, or of that of texts. Returns what is wrong with
 * it, static; NULL if nothing is.
 */
const char *alarms_take(struct alarms *alarms, uint32_t column, const struct varbind *varbind);

/** Takes whatever rows are among those varbinds, in whatever order. */
void alarms_take_all(struct alarms *alarms, const GArray *varbinds);

/** Whether one is of lost communications. */
bool alarms_any_lost(const struct alarms *alarms);
/** Then: goes through what they are about: asks for it, or takes what came. */
void alarms_about(struct alarms *alarms, struct dialog *dialog);

/** Sets alarmed of each outlet (of struct outlet) whose device is lost. */
void alarms_mark(const struct alarms *alarms, GArray *outlets);

/** All of them as a line shows them, escaped; free with g_free(). */
char *alarms_text(const struct alarms *alarms);

#endif
