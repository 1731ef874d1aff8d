/*
 * The kernel: see evidence.h. Small enough to be read in ten minutes; keep it so.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "promise/evidence.h"

#define SECOND INT64_C(1000000)
/* A silence from which a PDU may come back restarted: 5 s, or two round trips and 2 s. */
#define ABSENCE (5 * SECOND)
#define ABSENCE_EXTRA (2 * SECOND)
/* Refusals to tell an uptime that are so far apart are of two starts. */
#define REFUSALS_APART (10 * SECOND)
/* A last reading is good for so long, and three round trips. */
#define FRESH (2 * SECOND)
/* So no absence is longer than 10 s. */
#define ROUND_TRIP_MAX (4 * SECOND)

/* Facts count in the order in which they are entered. */
/*@ requires sound(e) && in_time(answered);
    assigns e->latest;
    ensures sound(e);
    ensures e->latest == (answered > \old(e->latest) ? answered : \old(e->latest));
    ensures \result == e->latest;
*/
static int64_t in_order(struct evidence *e, int64_t answered)
{
	//@ assert sound_outlets(e) && sound_pdus(e);
	if (answered > e->latest)
		e->latest = answered;
	//@ assert in_memory(e);
	//@ assert sound_outlets(e);
	//@ assert sound_pdus(e);
	return e->latest;
}

/* Commands asked before that time are worth nothing, also one whose acknowledgement is to come. */
/*@ requires sound(e) && i < e->n_outlets && before <= EVIDENCE_TIME_END;
    assigns e->outlets[i].told, e->outlets[i].was_off, e->outlets[i].offs,
            e->outlets[i].worthless;
    ensures sound(e);
    ensures e->outlets[i].worthless ==
            (before > \old(e->outlets[i].worthless) ? before : \old(e->outlets[i].worthless));
    ensures no_truer{Pre, Post}(e->outlets + i);
    ensures e->outlets[i].told ==> before <= e->outlets[i].told_asked;
    ensures before >= e->latest ==> !e->outlets[i].told && e->outlets[i].offs == 0;
*/
static void forget(struct evidence *e, uint32_t i, int64_t before)
{
	struct evidence_outlet *o = &e->outlets[i];

	//@ assert sound_outlet(o, e->n_pdus, e->latest);
	if (before > o->worthless)
		o->worthless = before;
	if (o->told && o->told_asked < o->worthless) {
		o->told = false;
		o->was_off = false;
		o->offs = 0;
	}
	//@ assert sound_outlet(o, e->n_pdus, e->latest);
	//@ assert sound_pdus(e);
	/*@ assert \forall integer j; 0 <= j < e->n_outlets && j != i ==>
	           sound_outlet(e->outlets + j, e->n_pdus, e->latest);
	*/
}

/*@ requires sound(e) && pdu < e->n_pdus && before <= EVIDENCE_TIME_END;
    assigns e->outlets[0 .. e->n_outlets - 1].told, e->outlets[0 .. e->n_outlets - 1].was_off,
            e->outlets[0 .. e->n_outlets - 1].offs, e->outlets[0 .. e->n_outlets - 1].worthless;
    ensures sound(e);
    ensures doubted{Pre, Post}(e, pdu);
    ensures forgotten(e, pdu, before);
    ensures before >= e->latest ==> none_told(e, pdu);
    ensures e->latest == \old(e->latest);
    ensures same_pdu{Pre, Post}(e->pdus + pdu);
*/
static void forget_all(struct evidence *e, uint32_t pdu, int64_t before)
{
	/*@ loop invariant 0 <= i <= e->n_outlets;
	    loop invariant sound(e);
	    loop invariant e->latest == \at(e->latest, Pre);
	    loop invariant same_pdu{Pre, Here}(e->pdus + pdu);
	    loop invariant \forall integer j; 0 <= j < i ==> no_truer{Pre, Here}(e->outlets + j);
	    loop invariant \forall integer j; 0 <= j < i && e->outlets[j].pdu != pdu ==>
	                   same{Pre, Here}(e->outlets + j);
	    loop invariant \forall integer j; 0 <= j < i && e->outlets[j].pdu == pdu ==>
	                   before <= e->outlets[j].worthless;
	    loop invariant before >= e->latest ==>
	                   \forall integer j; 0 <= j < i && e->outlets[j].pdu == pdu ==>
	                   !e->outlets[j].told && e->outlets[j].offs == 0;
	    loop invariant \forall integer j; i <= j < e->n_outlets ==>
	                   same{Pre, Here}(e->outlets + j);
	    loop assigns i, e->outlets[0 .. e->n_outlets - 1].told,
	                 e->outlets[0 .. e->n_outlets - 1].was_off,
	                 e->outlets[0 .. e->n_outlets - 1].offs,
	                 e->outlets[0 .. e->n_outlets - 1].worthless;
	    loop variant e->n_outlets - i;
	*/
	for (uint32_t i = 0; i < e->n_outlets; i++) {
		if (e->outlets[i].pdu == pdu)
			forget(e, i, before);
	}
}

/* From how long a silence on the PDU may have restarted in it. */
/*@ requires \valid_read(p) && 0 <= p->round_trip <= ROUND_TRIP_MAX;
    assigns \nothing;
    ensures 5000000 <= \result <= 10000000;
    ensures \result == 2 * p->round_trip + 2000000 ||
            (\result == 5000000 && 2 * p->round_trip + 2000000 < 5000000);
*/
static int64_t absence(const struct evidence_pdu *p)
{
	const int64_t wanted = 2 * p->round_trip + ABSENCE_EXTRA;

	return wanted > ABSENCE ? wanted : ABSENCE;
}

void evidence_told(struct evidence *e, uint32_t outlet, int64_t asked, int64_t answered)
{
	//@ assert sound_outlet(e->outlets + outlet, e->n_pdus, e->latest);
	//@ assert sound_pdu(e->pdus + e->outlets[outlet].pdu, e->latest);
	const int64_t at = in_order(e, answered);
	struct evidence_outlet *o = &e->outlets[outlet];

	if (asked < o->worthless || (o->told && asked <= o->told_asked))
		return;
	/* it reached the PDU at some moment of its interval, which may hold a restart too */
	if (at - asked >= absence(&e->pdus[o->pdu]))
		e->pdus[o->pdu].absent = at;
	//@ assert sound_pdu(e->pdus + o->pdu, e->latest);
	//@ assert in_memory(e) && sound_outlets(e);
	//@ assert other_pdus_sound(e, o->pdu);
	//@ assert sound_pdus(e);
	o->told = true;
	o->was_off = false;
	o->offs = 0;
	o->told_asked = asked;
	o->told_answered = at;
	//@ assert sound_outlet(o, e->n_pdus, e->latest);
	//@ assert in_memory(e) && sound_pdus(e);
	//@ assert other_outlets_sound(e, outlet);
	//@ assert sound_outlets(e);
}

void evidence_untold(struct evidence *e, uint32_t outlet, int64_t when)
{
	//@ assert sound_outlet(e->outlets + outlet, e->n_pdus, e->latest);
	forget(e, outlet, in_order(e, when) + 1);
}

void evidence_read(struct evidence *e, uint32_t outlet, enum evidence_state state, int64_t asked,
                   int64_t answered)
{
	//@ assert sound_outlet(e->outlets + outlet, e->n_pdus, e->latest);
	const int64_t at = in_order(e, answered);
	struct evidence_outlet *o = &e->outlets[outlet];

	if (state != EVIDENCE_OFF) {
		o->offs = 0;
		//@ assert sound_outlet(o, e->n_pdus, e->latest);
		//@ assert in_memory(e) && sound_pdus(e);
		//@ assert other_outlets_sound(e, outlet);
		//@ assert sound_outlets(e);
		/* it came back: whatever turns it off now is not the command */
		if (state == EVIDENCE_ON && o->was_off)
			forget(e, outlet, at);
		//@ assert e->latest == at;
		return;
	}
	if (!o->told || asked < o->told_answered)
		return;
	o->was_off = true;
	//@ assert sound_outlet(o, e->n_pdus, e->latest);
	//@ assert in_memory(e) && sound_pdus(e);
	//@ assert other_outlets_sound(e, outlet);
	//@ assert sound_outlets(e);
	if (o->offs == 0) {
		o->offs = 1;
		o->first_answered = at;
		o->last_asked = asked;
		o->last_answered = answered;
		//@ assert e->latest == at;
		//@ assert sound_outlet(o, e->n_pdus, e->latest);
		//@ assert in_memory(e) && sound_pdus(e);
		//@ assert other_outlets_sound(e, outlet);
		//@ assert sound_outlets(e);
		return;
	}
	/* asked before the first was answered, it may be the same moment twice */
	if (asked < o->first_answered)
		return;
	if (asked > o->last_asked) {
		o->last_asked = asked;
		o->last_answered = answered;
	}
	o->offs = 2;
	//@ assert e->latest == at;
	//@ assert sound_outlet(o, e->n_pdus, e->latest);
	//@ assert in_memory(e) && sound_pdus(e);
	//@ assert other_outlets_sound(e, outlet);
	//@ assert sound_outlets(e);
}

void evidence_heard(struct evidence *e, uint32_t pdu, int64_t asked, int64_t answered)
{
	//@ assert sound_pdu(e->pdus + pdu, e->latest);
	const int64_t at = in_order(e, answered);
	struct evidence_pdu *p = &e->pdus[pdu];
	const int64_t since = p->heard ? p->last_asked : asked;
	const int64_t took = at - asked < ROUND_TRIP_MAX ? at - asked : ROUND_TRIP_MAX;

	if (at - since >= absence(p))
		p->absent = at;
	if (!p->heard || took < p->round_trip)
		p->round_trip = took;
	else
		p->round_trip += (took - p->round_trip) / 4;
	if (asked > p->last_asked)
		p->last_asked = asked;
	p->heard = true;
	//@ assert sound_pdu(e->pdus + pdu, e->latest);
	//@ assert in_memory(e) && sound_outlets(e);
	//@ assert other_pdus_sound(e, pdu);
	//@ assert sound_pdus(e);
}

/* It has not restarted since any command that counts, until that was asked. */
/*@ requires \valid(p);
    assigns p->vouch_asked, p->vouch_answered;
    ensures asked > \old(p->vouch_asked) ==>
            p->vouch_asked == asked && p->vouch_answered == answered;
    ensures asked <= \old(p->vouch_asked) ==>
            p->vouch_asked == \old(p->vouch_asked) &&
            p->vouch_answered == \old(p->vouch_answered);
*/
static void vouch(struct evidence_pdu *p, int64_t asked, int64_t answered)
{
	if (asked <= p->vouch_asked)
		return;
	p->vouch_asked = asked;
	p->vouch_answered = answered;
}

/*
 * It does not say how long it is up. A card that starts does so too, so that must last,
 * and be asked all the while. Then it has not restarted if it was never silent for long.
 * Commands that were asked before the time that is returned are worthless.
 */
/*@ requires \valid(p) && sound_pdu(p, at);
    requires interval(asked, answered) && answered <= at && in_time(at) && in_time(lasts);
    assigns p->refuses, p->refuses_since, p->refused_asked, p->vouch_asked, p->vouch_answered;
    ensures sound_pdu(p, at);
    ensures 0 <= \result <= at;
    ensures (p->vouch_asked == \old(p->vouch_asked) &&
             p->vouch_answered == \old(p->vouch_answered)) ||
            (p->vouch_asked == asked && p->vouch_answered == answered &&
             \result == p->absent && asked <= p->last_asked &&
             asked - p->refuses_since >= lasts);
    ensures p->refuses_since == at || p->refuses_since == \old(p->refuses_since);
    ensures !\old(p->refuses) || at - \old(p->refused_asked) >= 10000000 ==>
            p->refuses_since == at;
*/
static int64_t no_uptime(struct evidence_pdu *p, int64_t lasts, int64_t asked, int64_t answered,
                         int64_t at)
{
	if (!p->refuses || at - p->refused_asked >= REFUSALS_APART)
		p->refuses_since = at;
	p->refuses = true;
	if (asked > p->refused_asked)
		p->refused_asked = asked;
	/* and whether it was silent before this answer is known only once that was heard */
	if (asked - p->refuses_since < lasts || asked > p->last_asked)
		return 0;
	vouch(p, asked, answered);
	return p->absent;
}

void evidence_refuses_uptime(struct evidence *e, uint32_t pdu, int64_t asked, int64_t answered)
{
	const int64_t at = in_order(e, answered);
	struct evidence_pdu *p = &e->pdus[pdu];
	//@ assert sound_pdu(p, e->latest);
	const int64_t worthless =
		p->timed ? 0 : no_uptime(p, e->refusal_lasts, asked, answered, at);

	//@ assert in_memory(e) && sound_outlets(e);
	//@ assert other_pdus_sound(e, pdu);
	//@ assert sound_pdus(e);
	//@ assert doubted{Pre, Here}(e, pdu);
	forget_all(e, pdu, worthless);
	//@ assert doubted{Pre, Here}(e, pdu);
}

void evidence_restarted(struct evidence *e, uint32_t pdu)
{
	//@ assert sound_pdu(e->pdus + pdu, e->latest);
	e->pdus[pdu].refuses = false;
	//@ assert sound_pdu(e->pdus + pdu, e->latest);
	//@ assert in_memory(e) && sound_outlets(e);
	//@ assert other_pdus_sound(e, pdu);
	//@ assert sound_pdus(e);
	forget_all(e, pdu, e->latest);
}

/*@ requires \valid(p) && sound_pdu(p, at) && in_time(up) && in_time(at);
    assigns p->timed, p->advances, p->frozen, p->up, p->timed_answered;
    ensures sound_pdu(p, at);
    ensures p->timed && (p->frozen <==> stands);
    ensures \old(p->advances) ==> p->advances;
*/
static void keep_uptime(struct evidence_pdu *p, int64_t up, bool comparable, bool stands,
                        int64_t at)
{
	p->frozen = stands;
	p->advances = p->advances || (p->timed && up > p->up);
	if (p->timed && !comparable)
		return;
	p->timed = true;
	p->up = up;
	p->timed_answered = at;
}

/*
 * It says how long it is up. Where that is back or begins to stand still it has restarted, or
 * has no clock, and either way what it was told may be forgotten. Commands that were asked
 * before the time that is returned are worthless.
 */
/*@ requires \valid(p) && sound_pdu(p, at) && in_time(up) && in_time(step);
    requires interval(asked, answered) && answered <= at && in_time(at) && in_time(lasts);
    assigns p->timed, p->advances, p->frozen, p->refuses, p->up, p->timed_answered,
            p->vouch_asked, p->vouch_answered, p->refuses_since, p->refused_asked;
    ensures sound_pdu(p, at);
    ensures -EVIDENCE_TIME_END <= \result <= at;
    ensures p->timed;
    ensures !p->frozen ==> !p->refuses;
    ensures (p->vouch_asked == \old(p->vouch_asked) &&
             p->vouch_answered == \old(p->vouch_answered)) ||
            (p->vouch_asked == asked && p->vouch_answered == answered);
    ensures !p->frozen ==> \result >= (up < step ? at : at - up + step);
    ensures p->frozen && p->vouch_asked != \old(p->vouch_asked) ==>
            \result >= p->absent && !p->advances && asked - p->refuses_since >= lasts;
    ensures !p->frozen && !p->advances && p->absent > 0 ==>
            p->vouch_asked == \old(p->vouch_asked);
    ensures \old(p->timed) && asked - \old(p->timed_answered) >= step &&
            (up < \old(p->up) || (up == \old(p->up) && !\old(p->frozen))) ==>
            \result == at;
*/
static int64_t has_uptime(struct evidence_pdu *p, int64_t up, int64_t step, int64_t lasts,
                          int64_t asked, int64_t answered, int64_t at)
{
	const bool comparable = p->timed && asked - p->timed_answered >= step;
	const bool stands = p->timed && up == p->up && (comparable || p->frozen);
	const bool anew = (comparable && up < p->up) || (stands && !p->frozen);
	int64_t worthless = 0;

	keep_uptime(p, up, comparable, stands, at);
	if (!stands)
		p->refuses = false;
	if (stands && !p->advances)
		worthless = no_uptime(p, lasts, asked, answered, at);
	/* what was not seen to advance may be no clock, and cannot speak for a silence */
	else if (!stands && (p->advances || p->absent == 0))
		vouch(p, asked, answered);
	if (anew)
		return at;
	/* agents round, so the number may be ahead by as much as it advances at a time */
	return stands ? worthless : up < step ? at : at - up + step;
}

void evidence_uptime(struct evidence *e, uint32_t pdu, int64_t up, int64_t step, int64_t asked,
                     int64_t answered)
{
	const int64_t at = in_order(e, answered);
	//@ assert sound_pdu(e->pdus + pdu, e->latest);
	struct evidence_pdu *p = &e->pdus[pdu];
	const int64_t worthless = has_uptime(p, up, step, e->refusal_lasts, asked, answered, at);

	//@ assert in_memory(e) && sound_outlets(e);
	//@ assert other_pdus_sound(e, pdu);
	//@ assert sound_pdus(e);
	//@ assert doubted{Pre, Here}(e, pdu);
	forget_all(e, pdu, worthless);
	//@ assert doubted{Pre, Here}(e, pdu);
}

/* Whether the PDU cannot have restarted before that reading was made: asked later, or with it. */
/*@ requires \valid_read(p) && \valid_read(o);
    assigns \nothing;
    ensures \result <==> p->vouch_asked >= o->last_answered ||
                         (p->vouch_asked == o->last_asked &&
                          p->vouch_answered == o->last_answered);
*/
static bool is_vouched(const struct evidence_pdu *p, const struct evidence_outlet *o)
{
	return p->vouch_asked >= o->last_answered ||
	       (p->vouch_asked == o->last_asked && p->vouch_answered == o->last_answered);
}

/* Whether what is known of this outlet, and of its PDU, is good and of now. */
/*@ requires sound(e) && i < e->n_outlets && in_time(now);
    assigns \nothing;
    ensures \result <==> is_off(e, i, now);
*/
static bool is_off(const struct evidence *e, uint32_t i, int64_t now)
{
	//@ assert sound_outlet(e->outlets + i, e->n_pdus, e->latest);
	//@ assert sound_pdu(e->pdus + e->outlets[i].pdu, e->latest);
	const struct evidence_outlet *o = &e->outlets[i];
	const struct evidence_pdu *p = &e->pdus[o->pdu];

	return o->told && o->offs == 2 && is_vouched(p, o) &&
	       now - o->last_asked <= FRESH + 3 * p->round_trip;
}

bool evidence_proves_off(const struct evidence *e, int64_t now)
{
	int64_t since = 0, until = EVIDENCE_TIME_END;

	if (e->n_outlets == 0)
		return false;
	if (now < e->latest)
		now = e->latest;
	/*@ loop invariant 0 <= i <= e->n_outlets;
	    loop invariant i == 0 ==> since == 0 && until == EVIDENCE_TIME_END;
	    loop invariant \forall integer j; 0 <= j < i ==> is_off(e, j, now);
	    loop invariant \forall integer j; 0 <= j < i ==> e->outlets[j].first_answered <= since;
	    loop invariant \forall integer j; 0 <= j < i ==> until <= e->outlets[j].last_asked;
	    loop invariant i > 0 ==>
	      \exists integer j; 0 <= j < i && since == e->outlets[j].first_answered;
	    loop invariant i > 0 ==>
	      \exists integer j; 0 <= j < i && until == e->outlets[j].last_asked;
	    loop assigns i, since, until;
	    loop variant e->n_outlets - i;
	*/
	for (uint32_t i = 0; i < e->n_outlets; i++) {
		const struct evidence_outlet *o = &e->outlets[i];

		//@ assert sound_outlet(e->outlets + i, e->n_pdus, e->latest);
		if (!is_off(e, i, now))
			return false;
		if (o->first_answered > since)
			since = o->first_answered;
		if (o->last_asked < until)
			until = o->last_asked;
	}
	return until - since >= e->off_hold;
}
