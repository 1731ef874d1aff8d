/*
 * Round trips and pauses: see patience.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "snmp/patience.h"

#include <string.h>

#define TIMEOUT_CEILING (4 * USEC_PER_SEC)
/* For a card that was seen to need longer. */
#define MEASURED_CEILING (8 * USEC_PER_SEC)
/* However quick the answers were: the card may have to answer others too. */
#define TIMEOUT_FLOOR (USEC_PER_SEC / 5)
/* Answers that take longer than this are mentioned when the time is up. */
#define SLOW (USEC_PER_SEC / 2)
/* In silence the wait of a PDU that has answered grows to so many times the first one. */
#define BACK_OFF 4
#define DOUBLINGS_MAX 10 /* which is past every ceiling */
/* Of RFC 6298. */
#define SMOOTHED_SHARE 8
#define DEVIATION_SHARE 4
#define DEVIATIONS 4

void patience_init(struct patience *patience, usec timeout, uint32_t seed)
{
	*patience = (struct patience){ .timeout = timeout, .random = seed | 1 };
}

void patience_forget(struct patience *patience)
{
	memset(patience->round_trips, 0, sizeof(patience->round_trips));
}

/* xorshift32: jitter needs no better randomness */
static uint32_t next_random(struct patience *patience)
{
	patience->random ^= patience->random << 13;
	patience->random ^= patience->random >> 17;
	patience->random ^= patience->random << 5;
	return patience->random;
}

static unsigned measured_with(enum request_kind kind)
{
	return kind == REQUEST_NEXT ? REQUEST_GET : kind;
}

bool patience_knows(const struct patience *patience, enum request_kind kind)
{
	return patience->round_trips[measured_with(kind)].known;
}

void patience_measure(struct patience *patience, enum request_kind kind, usec took)
{
	struct round_trips *trips = &patience->round_trips[measured_with(kind)];

	patience->last_trip = took;
	if (!trips->known) {
		*trips = (struct round_trips){ true, took, took };
		return;
	}
	trips->deviation += (ABS(trips->smoothed - took) - trips->deviation) / DEVIATION_SHARE;
	trips->smoothed += (took - trips->smoothed) / SMOOTHED_SHARE;
}

/* Whatever was measured, no lost datagram is to cost very much. */
static usec wait_as_measured(const struct patience *patience, const struct round_trips *trips)
{
	const usec least = MIN(TIMEOUT_FLOOR, patience->timeout);
	const usec most = CLAMP(3 * trips->smoothed, TIMEOUT_CEILING, MEASURED_CEILING);

	return CLAMP(trips->smoothed + DEVIATIONS * trips->deviation, least, most);
}

/* Of a kind of request that was not answered yet: it may well take longer than the others. */
static usec wait_as_others(const struct patience *patience)
{
	usec wait = 0;

	for (unsigned i = 0; i < G_N_ELEMENTS(patience->round_trips); i++)
		if (patience->round_trips[i].known)
			wait = MAX(wait, wait_as_measured(patience, &patience->round_trips[i]));
	return wait ? MIN(2 * wait, MEASURED_CEILING) : patience->timeout;
}

/* How long an answer may take: longer, if the queue of the card has just grown. */
static usec first_wait(const struct patience *patience, enum request_kind kind)
{
	if (!patience_knows(patience, kind))
		return wait_as_others(patience);
	return MAX(wait_as_measured(patience, &patience->round_trips[measured_with(kind)]),
	           MIN(2 * patience->last_trip, MEASURED_CEILING));
}

/* What is asked only once is waited for as if it had been asked before. */
static unsigned doublings(const struct patience *patience, const struct wait *wait)
{
	/* if nothing of its kind was answered, twice the time is in the first wait already */
	return wait->silent + (wait->only_once && patience_knows(patience, wait->kind));
}

/*
 * A repeat is one more thing to do for a card that may be busy rather than deaf, so the wait
 * doubles; but of a PDU that has answered not for long, for where half of the exchanges are lost
 * an operation of ten of them ends in time only if none waits for many seconds. Jitter keeps nodes
 * that fence at the same moment from asking in step.
 */
usec patience_pause(struct patience *patience, const struct wait *wait)
{
	const usec first = first_wait(patience, wait->kind);
	const usec ceiling = MAX(TIMEOUT_CEILING, first);
	const usec most = wait->heard ? MIN(BACK_OFF * first, ceiling) : ceiling;
	const usec pause = MIN(first << MIN(doublings(patience, wait), DOUBLINGS_MAX), most);

	return pause - pause / 10 + (usec)(next_random(patience) % 1024) * (pause / 5) / 1024;
}

char *patience_slowness(const struct patience *patience)
{
	usec takes = patience->last_trip;

	for (unsigned i = 0; i < G_N_ELEMENTS(patience->round_trips); i++)
		takes = MAX(takes, patience->round_trips[i].smoothed);
	if (takes < SLOW)
		return NULL;
	return g_strdup_printf("takes %.2g s for an answer: it is slow, or busy with what others "
	                       "ask; give it more time by total_timeout, and set snmp_timeout to "
	                       "more than that",
	                       (double)takes / (double)USEC_PER_SEC);
}
