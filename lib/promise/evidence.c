/*
 * The kernel: see evidence.h. Small enough to be read in ten minutes; keep it so.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "evidence.h"

#define SECOND INT64_C(1000000)
/* A silence from which a PDU may come back restarted: 5 s, more for a slow one, 10 s at most. */
#define ABSENCE_MIN (5 * SECOND)
#define ABSENCE_MAX (10 * SECOND)
#define ABSENCE_EXTRA (2 * SECOND)
/* A last reading is good for so long, and three round trips. */
#define FRESH (2 * SECOND)
#define ROUND_TRIP_MAX (4 * SECOND)

/* Facts count in the order in which they are entered. */
static int64_t in_order(struct evidence *e, int64_t answered)
{
	if (answered > e->latest)
		e->latest = answered;
	return e->latest;
}

/* Commands asked before that time are worth nothing, also one whose acknowledgement is to come. */
static void forget(struct evidence_outlet *o, int64_t before)
{
	if (before > o->worthless)
		o->worthless = before;
	if (!o->told || o->told_asked >= o->worthless)
		return;
	o->told = false;
	o->was_off = false;
	o->offs = 0;
}

static void forget_all(struct evidence *e, uint32_t pdu, int64_t before)
{
	for (uint32_t i = 0; i < e->n_outlets; i++)
		if (e->outlets[i].pdu == pdu)
			forget(&e->outlets[i], before);
}

/* From how long a silence on the PDU may have restarted in it. */
static int64_t absence(const struct evidence_pdu *p)
{
	const int64_t wanted = 2 * p->round_trip + ABSENCE_EXTRA;

	if (wanted < ABSENCE_MIN)
		return ABSENCE_MIN;
	return wanted > ABSENCE_MAX ? ABSENCE_MAX : wanted;
}

void evidence_told(struct evidence *e, uint32_t outlet, int64_t asked, int64_t answered)
{
	const int64_t at = in_order(e, answered);
	struct evidence_outlet *o = &e->outlets[outlet];

	if (asked < o->worthless || (o->told && asked <= o->told_asked))
		return;
	/* it reached the PDU at some moment of its interval, which may hold a restart too */
	if (at - asked >= absence(&e->pdus[o->pdu]))
		e->pdus[o->pdu].absent = at;
	o->told = true;
	o->was_off = false;
	o->offs = 0;
	o->told_asked = asked;
	o->told_answered = at;
}

void evidence_untold(struct evidence *e, uint32_t outlet)
{
	forget(&e->outlets[outlet], e->latest);
}

void evidence_read(struct evidence *e, uint32_t outlet, enum evidence_state state, int64_t asked,
                   int64_t answered)
{
	const int64_t at = in_order(e, answered);
	struct evidence_outlet *o = &e->outlets[outlet];

	if (state != EVIDENCE_OFF) {
		o->offs = 0;
		/* it came back: whatever turns it off now is not the command */
		if (state == EVIDENCE_ON && o->was_off)
			forget(o, at);
		return;
	}
	if (!o->told || asked < o->told_answered)
		return;
	o->was_off = true;
	if (o->offs == 0) {
		o->offs = 1;
		o->first_answered = at;
		o->last_asked = asked;
		return;
	}
	/* asked before the first was answered, it may be the same moment twice */
	if (asked < o->first_answered)
		return;
	o->offs = 2;
	if (asked > o->last_asked)
		o->last_asked = asked;
}

void evidence_heard(struct evidence *e, uint32_t pdu, int64_t asked, int64_t answered)
{
	const int64_t at = in_order(e, answered);
	struct evidence_pdu *p = &e->pdus[pdu];
	const int64_t since = p->heard ? p->last_asked : asked;
	int64_t took = at - asked;

	if (at - since >= absence(p))
		p->absent = at;
	if (took > ROUND_TRIP_MAX)
		took = ROUND_TRIP_MAX;
	if (!p->heard || took < p->round_trip)
		p->round_trip = took;
	else
		p->round_trip += (took - p->round_trip) / 4;
	if (!p->heard || asked > p->last_asked)
		p->last_asked = asked;
	p->heard = true;
}

static void vouch(struct evidence_pdu *p, int64_t until)
{
	if (until > p->vouched)
		p->vouched = until;
}

/* Where no uptime can tell: it has not restarted if it was never silent for long. */
static void vouch_by_presence(struct evidence *e, uint32_t pdu, int64_t until)
{
	forget_all(e, pdu, e->pdus[pdu].absent);
	vouch(&e->pdus[pdu], until);
}

void evidence_refuses_uptime(struct evidence *e, uint32_t pdu, int64_t asked, int64_t answered)
{
	const int64_t at = in_order(e, answered);
	struct evidence_pdu *p = &e->pdus[pdu];

	if (p->timed)
		return;
	if (!p->refuses)
		p->refuses_since = at;
	p->refuses = true;
	if (asked - p->refuses_since >= e->refusal_lasts)
		vouch_by_presence(e, pdu, asked);
}

void evidence_restarted(struct evidence *e, uint32_t pdu)
{
	forget_all(e, pdu, e->latest);
}

void evidence_uptime(struct evidence *e, uint32_t pdu, int64_t up, int64_t step, int64_t asked,
                     int64_t answered)
{
	const int64_t at = in_order(e, answered);
	struct evidence_pdu *p = &e->pdus[pdu];
	const bool comparable = p->timed && asked - p->timed_answered >= step;
	const bool stands = comparable && up == p->up;

	forget_all(e, pdu, at - up);
	/* back or still: a restart, or no clock; either way what it says now proves nothing */
	if (comparable && up <= p->up && !(stands && p->frozen))
		evidence_restarted(e, pdu);
	if (comparable)
		p->frozen = stands;
	if (!p->timed || comparable) {
		p->timed = true;
		p->up = up;
		p->timed_answered = at;
	}
	if (p->frozen)
		vouch_by_presence(e, pdu, asked);
	else
		vouch(p, asked);
}

/* Whether what is known of this outlet, and of its PDU, is good and of now. */
static bool is_off(const struct evidence *e, const struct evidence_outlet *o, int64_t now)
{
	const struct evidence_pdu *p = &e->pdus[o->pdu];

	return o->told && o->offs == 2 && p->vouched >= o->last_asked &&
	       now - o->last_asked <= FRESH + 3 * p->round_trip;
}

bool evidence_proves_off(const struct evidence *e, int64_t now)
{
	int64_t since = 0, until = EVIDENCE_TIME_END;

	if (e->n_outlets == 0)
		return false;
	for (uint32_t i = 0; i < e->n_outlets; i++) {
		const struct evidence_outlet *o = &e->outlets[i];

		if (!is_off(e, o, now))
			return false;
		if (o->first_answered > since)
			since = o->first_answered;
		if (o->last_asked < until)
			until = o->last_asked;
	}
	return until - since >= e->off_hold;
}
