/*
 * Whether looks at a card are settled. A card that has just started names its outlets one
 * after the other, or shows none: what is not there yet cannot be told from what is not
 * there. So a look counts if the card had been up for long before, or if another one
 * saw the same some time later. Pure: it is told times and what was seen, and knows no clock.
 *
 * Called by the search for outlets (search.h), for each PDU its own.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_SETTLE_H
#define TS_SETTLE_H

#include "base/clock.h"

#include <stdbool.h>

/** A card that is up for so long before a look begins shows all it has. */
#define SETTLE_UP (120 * USEC_PER_SEC)
/** Else two looks must see the same, so long apart, ... */
#define SETTLE_APART (10 * USEC_PER_SEC)
/** ... and a card that tells how long it is up must be so for that long. */
#define SETTLE_UP_LEAST (30 * USEC_PER_SEC)

/** What a card says of its start. */
struct uptime {
	bool told;
	usec since; /* it has been up since then at the latest */
};

/** One complete look. */
struct card_look {
	char *seen;           /* devices, rows, names and descriptions, as text */
	usec asked, answered; /* its first question, its last answer */
	struct uptime uptime; /* heard after its last answer, or with it */
};

/** Of one card; zeroed: nothing was seen. */
struct settle {
	char *seen;    /* by the first of those looks that saw the same; NULL: none */
	usec answered; /* that one's last answer */
	bool told;     /* the card has told its uptime since */
	usec since;    /* if told: it was up since then, as it said last */
	/* Looks differed, or rows were missing: however long it is up, its tables are moving. */
	bool moving;
	/* Of the latest answer: when it was asked, and how long it took. */
	usec heard_asked, took;
};

/** Whether this look is settled; if not, *again is when the next one is worth it. */
bool settle_look(struct settle *settle, const struct card_look *look, usec *again);
/**
 * The card has answered, whatever that was. One that does not tell its uptime may have
 * restarted in a long silence: what was seen before is worth nothing then.
 */
void settle_heard(struct settle *settle, usec asked, usec answered);
/** So it is looked at again at least so often. */
#define SETTLE_WATCH (3 * USEC_PER_SEC)
/** What was seen is worth nothing any more. */
void settle_anew(struct settle *settle);
/** Rows were missing: the same, and from now on its uptime alone settles nothing. */
void settle_moving(struct settle *settle);

#endif
