/*
 * The kernel: what is known of the outlets that are to be off, and the one
 * question whether that proves them off. Nothing else in the library can grant
 * success of "off". It knows no clock, no network and no device: it is told
 * facts, each with the interval [asked, answered] in which it was true at some
 * moment, and each rule takes the worse end of that interval. No fact ever
 * makes more true than it says; whatever is missing costs time, not truth.
 *
 * Its contracts are for Frama-C (./bootstrap prove): doc/promise.md has them in
 * words. It includes nothing of ours, and must never do so. lib/power tells it facts and asks it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_EVIDENCE_H
#define TS_EVIDENCE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * All times are microseconds of a clock that never steps and goes on while the
 * machine sleeps (CLOCK_BOOTTIME), at least 0 and below EVIDENCE_TIME_END. An
 * answer comes later than it was asked. The facts of one answer are entered together, with
 * its interval, and no two answers of a PDU have the same one.
 */
#define EVIDENCE_TIME_END (INT64_C(1) << 60)

/** What a reading of an outlet said. UNKNOWN is all that is not a definite on or off. */
enum evidence_state { EVIDENCE_UNKNOWN, EVIDENCE_OFF, EVIDENCE_ON };

/** What is known of one outlet. Zeroed: nothing. */
struct evidence_outlet {
	uint32_t pdu;
	bool told;          /* the off command was acknowledged, and still counts */
	bool was_off;       /* it has read off since it was told */
	int offs;           /* readings in the unbroken run of OFFs: 0, 1, or 2 for more */
	int64_t worthless;  /* a command asked before that does not count, whenever it is known */
	int64_t told_asked; /* if told */
	int64_t told_answered;  /* if told */
	int64_t first_answered; /* of the first reading of the run, if there is a run */
	int64_t last_asked;     /* of the last reading of the run, if there is a run */
	int64_t last_answered;  /* likewise */
};

/** What is known of one PDU. Zeroed: nothing. */
struct evidence_pdu {
	bool heard;             /* it has answered something */
	bool timed;             /* it has told how long it is up */
	bool advances;          /* what it tells of that was seen to advance */
	bool frozen;            /* what it tells of that stands still, and vouches for nothing */
	bool refuses;           /* it has refused to tell, or told what stands still */
	int64_t last_asked;     /* if heard: the latest question that it has answered */
	int64_t round_trip;     /* likewise: falls at once, rises slowly */
	int64_t absent;         /* the end of its last absence; 0 if there was none */
	int64_t vouch_asked;    /* the answer that shows that it has not restarted since ... */
	int64_t vouch_answered; /* ... any command that counts; 0 if there is none */
	int64_t up;             /* if timed: for so long, ... */
	int64_t timed_answered; /* ... as it said at this time at the latest */
	int64_t refuses_since;  /* if refuses: when the first such answer in a row had come */
	int64_t refused_asked;  /* likewise: when the latest was asked */
};

struct evidence {
	struct evidence_outlet *outlets;
	struct evidence_pdu *pdus;
	uint32_t n_outlets;
	uint32_t n_pdus;
	int64_t off_hold;
	int64_t refusal_lasts; /* for so long a PDU must have refused uptime to be one without it */
	int64_t latest;        /* the latest answer: a fact that comes late counts as of then */
};

/*@ predicate in_time(integer t) = 0 <= t < EVIDENCE_TIME_END;

    predicate interval(integer asked, integer answered) =
      in_time(asked) && in_time(answered) && asked < answered;

    // What is written of an outlet happened, in this order; a run needs a command.
    predicate sound_outlet(struct evidence_outlet *o, integer n_pdus, integer latest) =
      o->pdu < n_pdus &&
      (o->told == 0 || o->told == 1) &&
      (o->was_off == 0 || o->was_off == 1) &&
      0 <= o->offs <= 2 &&
      0 <= o->worthless <= EVIDENCE_TIME_END &&
      in_time(o->told_asked) &&
      in_time(o->first_answered) &&
      in_time(o->last_asked) &&
      (o->told ==>
        o->worthless <= o->told_asked <
        o->told_answered <= latest) &&
      (o->was_off ==> o->told) &&
      (o->offs > 0 ==>
        o->was_off &&
        o->told_answered <= o->last_asked <
        o->last_answered <= latest &&
        o->told_answered < o->first_answered <= latest) &&
      (o->offs > 1 ==>
        o->first_answered <= o->last_asked);

    predicate sound_pdu(struct evidence_pdu *p, integer latest) =
      (p->heard == 0 || p->heard == 1) &&
      (p->timed == 0 || p->timed == 1) &&
      (p->advances == 0 || p->advances == 1) &&
      (p->frozen == 0 || p->frozen == 1) &&
      (p->refuses == 0 || p->refuses == 1) &&
      0 <= p->round_trip <= 4000000 &&
      0 <= p->last_asked <= latest &&
      0 <= p->absent <= latest &&
      0 <= p->vouch_asked <= p->vouch_answered <= latest &&
      (p->vouch_answered > 0 ==>
        p->vouch_asked < p->vouch_answered) &&
      in_time(p->up) &&
      0 <= p->timed_answered <= latest &&
      0 <= p->refuses_since <= latest &&
      0 <= p->refused_asked <= latest;

    predicate in_memory(struct evidence *e) =
      \valid(e) &&
      \valid(e->outlets + (0 .. e->n_outlets - 1)) &&
      \valid(e->pdus + (0 .. e->n_pdus - 1)) &&
      \separated(e, e->outlets + (0 .. e->n_outlets - 1), e->pdus + (0 .. e->n_pdus - 1)) &&
      in_time(e->off_hold) && in_time(e->refusal_lasts) && in_time(e->latest);

    predicate sound_outlets(struct evidence *e) =
      \forall integer i; 0 <= i < e->n_outlets ==>
        sound_outlet(e->outlets + i, e->n_pdus, e->latest);

    predicate sound_pdus(struct evidence *e) =
      \forall integer k; 0 <= k < e->n_pdus ==> sound_pdu(e->pdus + k, e->latest);

    // All but one.
    predicate other_outlets_sound(struct evidence *e, integer i) =
      \forall integer j; 0 <= j < e->n_outlets && j != i ==>
        sound_outlet(e->outlets + j, e->n_pdus, e->latest);

    predicate other_pdus_sound(struct evidence *e, integer k) =
      \forall integer j; 0 <= j < e->n_pdus && j != k ==>
        sound_pdu(e->pdus + j, e->latest);

    predicate sound(struct evidence *e) =
      in_memory(e) && sound_outlets(e) && sound_pdus(e);

    // Of this outlet no more is believed at B than at A.
    predicate no_truer{A, B}(struct evidence_outlet *o) =
      (\at(o->told, B) ==> \at(o->told, A)) &&
      (\at(o->was_off, B) ==> \at(o->was_off, A)) &&
      \at(o->offs, B) <= \at(o->offs, A) &&
      \at(o->worthless, B) >= \at(o->worthless, A);

    predicate same{A, B}(struct evidence_outlet *o) =
      \at(o->told, B) == \at(o->told, A) &&
      \at(o->was_off, B) == \at(o->was_off, A) &&
      \at(o->offs, B) == \at(o->offs, A) &&
      \at(o->worthless, B) == \at(o->worthless, A);

    predicate same_pdu{A, B}(struct evidence_pdu *p) =
      \at(p->timed, B) == \at(p->timed, A) &&
      \at(p->advances, B) == \at(p->advances, A) &&
      \at(p->frozen, B) == \at(p->frozen, A) &&
      \at(p->refuses, B) == \at(p->refuses, A) &&
      \at(p->last_asked, B) == \at(p->last_asked, A) &&
      \at(p->absent, B) == \at(p->absent, A) &&
      \at(p->vouch_asked, B) == \at(p->vouch_asked, A) &&
      \at(p->vouch_answered, B) == \at(p->vouch_answered, A) &&
      \at(p->refuses_since, B) == \at(p->refuses_since, A);

    // Outlets of other PDUs are as they were, those of this one no truer.
    predicate doubted{A, B}(struct evidence *e, integer k) =
      \forall integer i; 0 <= i < \at(e->n_outlets, A) ==>
        no_truer{A, B}(\at(e->outlets, A) + i) &&
        (\at(e->outlets[i].pdu, A) != k ==> same{A, B}(\at(e->outlets, A) + i));

    // No command of this PDU that was asked before t counts, or will.
    predicate forgotten(struct evidence *e, integer k, integer t) =
      \forall integer i; 0 <= i < e->n_outlets && e->outlets[i].pdu == k ==>
        t <= e->outlets[i].worthless;

    predicate none_told(struct evidence *e, integer k) =
      \forall integer i; 0 <= i < e->n_outlets && e->outlets[i].pdu == k ==>
        !e->outlets[i].told && e->outlets[i].offs == 0;

    predicate vouched(struct evidence *e, integer i) =
      e->pdus[e->outlets[i].pdu].vouch_asked >= e->outlets[i].last_answered ||
      (e->pdus[e->outlets[i].pdu].vouch_asked == e->outlets[i].last_asked &&
       e->pdus[e->outlets[i].pdu].vouch_answered == e->outlets[i].last_answered);

    predicate fresh(struct evidence *e, integer i, integer now) =
      now - e->outlets[i].last_asked <=
        2000000 + 3 * e->pdus[e->outlets[i].pdu].round_trip;

    predicate is_off(struct evidence *e, integer i, integer now) =
      e->outlets[i].told && e->outlets[i].offs == 2 && vouched(e, i) && fresh(e, i, now);
*/

/** The off command of an outlet was acknowledged; the SET had no other varbind. */
/*@ requires sound(e) && outlet < e->n_outlets && interval(asked, answered);
    assigns e->latest, e->outlets[outlet].told, e->outlets[outlet].was_off,
            e->outlets[outlet].offs, e->outlets[outlet].told_asked,
            e->outlets[outlet].told_answered, e->pdus[e->outlets[outlet].pdu].absent;
    ensures sound(e);
    ensures e->latest == (answered > \old(e->latest) ? answered : \old(e->latest));
    behavior counts:
      assumes asked >= e->outlets[outlet].worthless;
      assumes e->outlets[outlet].told ==> asked > e->outlets[outlet].told_asked;
      ensures e->outlets[outlet].told && e->outlets[outlet].offs == 0 &&
              !e->outlets[outlet].was_off;
      ensures e->outlets[outlet].told_asked == asked &&
              e->outlets[outlet].told_answered == e->latest;
      ensures e->pdus[e->outlets[outlet].pdu].absent == e->latest ||
              e->pdus[e->outlets[outlet].pdu].absent ==
              \old(e->pdus[e->outlets[outlet].pdu].absent);
      ensures e->latest - asked >= 10000000 ==>
              e->pdus[e->outlets[outlet].pdu].absent == e->latest;
    behavior late:
      assumes asked < e->outlets[outlet].worthless ||
              (e->outlets[outlet].told && asked <= e->outlets[outlet].told_asked);
      assigns e->latest;
    complete behaviors;
    disjoint behaviors;
*/
void evidence_told(struct evidence *e, uint32_t outlet, int64_t asked, int64_t answered);
/** What was known or done at this time makes every command asked until then worthless. */
/*@ requires sound(e) && outlet < e->n_outlets && in_time(when);
    assigns e->latest, e->outlets[outlet].told, e->outlets[outlet].was_off,
            e->outlets[outlet].offs, e->outlets[outlet].worthless;
    ensures sound(e);
    ensures !e->outlets[outlet].told && e->outlets[outlet].offs == 0;
    ensures e->outlets[outlet].worthless > when;
    ensures no_truer{Pre, Post}(e->outlets + outlet);
*/
void evidence_untold(struct evidence *e, uint32_t outlet, int64_t when);
/** A reading of an outlet. */
/*@ requires sound(e) && outlet < e->n_outlets && interval(asked, answered);
    requires state == EVIDENCE_UNKNOWN || state == EVIDENCE_OFF || state == EVIDENCE_ON;
    assigns e->latest, e->outlets[outlet].told, e->outlets[outlet].was_off,
            e->outlets[outlet].offs, e->outlets[outlet].worthless,
            e->outlets[outlet].first_answered, e->outlets[outlet].last_asked,
            e->outlets[outlet].last_answered;
    ensures sound(e);
    ensures e->latest == (answered > \old(e->latest) ? answered : \old(e->latest));
    ensures e->outlets[outlet].told ==> \old(e->outlets[outlet].told);
    ensures e->outlets[outlet].worthless >= \old(e->outlets[outlet].worthless);
    behavior on:
      assumes state == EVIDENCE_ON;
      ensures e->outlets[outlet].offs == 0;
      ensures \old(e->outlets[outlet].was_off) ==>
              !e->outlets[outlet].told && e->outlets[outlet].worthless >= answered;
      ensures no_truer{Pre, Post}(e->outlets + outlet);
    behavior unknown:
      assumes state == EVIDENCE_UNKNOWN;
      assigns e->latest, e->outlets[outlet].offs;
      ensures e->outlets[outlet].offs == 0;
    behavior off_of_nothing:
      assumes state == EVIDENCE_OFF;
      assumes !e->outlets[outlet].told || asked < e->outlets[outlet].told_answered;
      assigns e->latest;
    behavior first_off:
      assumes state == EVIDENCE_OFF;
      assumes e->outlets[outlet].told && asked >= e->outlets[outlet].told_answered;
      assumes e->outlets[outlet].offs == 0;
      ensures e->outlets[outlet].told && e->outlets[outlet].was_off;
      ensures e->outlets[outlet].offs == 1;
      ensures e->outlets[outlet].first_answered == e->latest;
      ensures e->outlets[outlet].last_asked == asked &&
              e->outlets[outlet].last_answered == answered;
    behavior same_off:
      assumes state == EVIDENCE_OFF;
      assumes e->outlets[outlet].told && asked >= e->outlets[outlet].told_answered;
      assumes e->outlets[outlet].offs > 0 && asked < e->outlets[outlet].first_answered;
      assigns e->latest, e->outlets[outlet].was_off;
    behavior next_off:
      assumes state == EVIDENCE_OFF;
      assumes e->outlets[outlet].told && asked >= e->outlets[outlet].told_answered;
      assumes e->outlets[outlet].offs > 0 && asked >= e->outlets[outlet].first_answered;
      ensures e->outlets[outlet].told && e->outlets[outlet].offs == 2;
      ensures e->outlets[outlet].first_answered == \old(e->outlets[outlet].first_answered);
      ensures e->outlets[outlet].last_asked ==
              (asked > \old(e->outlets[outlet].last_asked) ?
               asked : \old(e->outlets[outlet].last_asked));
      ensures e->outlets[outlet].last_answered ==
              (asked > \old(e->outlets[outlet].last_asked) ?
               answered : \old(e->outlets[outlet].last_answered));
    complete behaviors;
    disjoint behaviors;
*/
void evidence_read(struct evidence *e, uint32_t outlet, enum evidence_state state, int64_t asked,
                   int64_t answered);
/** The PDU has answered, whatever it said. Comes first of the facts of one answer. */
/*@ requires sound(e) && pdu < e->n_pdus && interval(asked, answered);
    assigns e->latest, e->pdus[pdu].heard, e->pdus[pdu].last_asked, e->pdus[pdu].round_trip,
            e->pdus[pdu].absent;
    ensures sound(e);
    ensures e->latest == (answered > \old(e->latest) ? answered : \old(e->latest));
    ensures e->pdus[pdu].heard && e->pdus[pdu].last_asked >= asked;
    ensures e->pdus[pdu].last_asked == (asked > \old(e->pdus[pdu].last_asked) ?
                                        asked : \old(e->pdus[pdu].last_asked));
    ensures e->pdus[pdu].absent == e->latest ||
            e->pdus[pdu].absent == \old(e->pdus[pdu].absent);
    ensures answered - (\old(e->pdus[pdu].heard) ? \old(e->pdus[pdu].last_asked) : asked)
            >= 10000000 ==> e->pdus[pdu].absent == e->latest;
    ensures \old(e->pdus[pdu].heard) ==>
            e->pdus[pdu].round_trip <= \old(e->pdus[pdu].round_trip) ||
            e->pdus[pdu].round_trip <= e->latest - asked;
    ensures e->pdus[pdu].round_trip <= e->latest - asked ||
            e->pdus[pdu].round_trip <= \old(e->pdus[pdu].round_trip) + 1000000;
*/
void evidence_heard(struct evidence *e, uint32_t pdu, int64_t asked, int64_t answered);
/**
 * The PDU says that it is up for `up` (sysUpTime, snmpEngineTime), a number that
 * advances at least once in `step`, and is ahead of the truth by no more than that.
 */
/*@ requires sound(e) && pdu < e->n_pdus && interval(asked, answered);
    requires in_time(up) && in_time(step);
    assigns e->latest, e->outlets[0 .. e->n_outlets - 1].told,
            e->outlets[0 .. e->n_outlets - 1].was_off, e->outlets[0 .. e->n_outlets - 1].offs,
            e->outlets[0 .. e->n_outlets - 1].worthless,
            e->pdus[pdu].timed, e->pdus[pdu].advances, e->pdus[pdu].frozen,
            e->pdus[pdu].refuses, e->pdus[pdu].vouch_asked, e->pdus[pdu].vouch_answered,
            e->pdus[pdu].up, e->pdus[pdu].timed_answered, e->pdus[pdu].refuses_since,
            e->pdus[pdu].refused_asked;
    ensures sound(e);
    ensures e->latest == (answered > \old(e->latest) ? answered : \old(e->latest));
    ensures doubted{Pre, Post}(e, pdu);
    ensures e->pdus[pdu].timed;
    ensures !e->pdus[pdu].frozen ==> !e->pdus[pdu].refuses;
    // It vouches no further than to when it was asked, ...
    ensures (e->pdus[pdu].vouch_asked == \old(e->pdus[pdu].vouch_asked) &&
             e->pdus[pdu].vouch_answered == \old(e->pdus[pdu].vouch_answered)) ||
            (e->pdus[pdu].vouch_asked == asked && e->pdus[pdu].vouch_answered == answered);
    // ... and for no command that was asked before it started, ...
    ensures !e->pdus[pdu].frozen ==>
            forgotten(e, pdu, up < step ? e->latest : e->latest - up + step);
    // ... nor, where it stands still, before its silences.
    ensures e->pdus[pdu].frozen &&
            e->pdus[pdu].vouch_asked != \old(e->pdus[pdu].vouch_asked) ==>
            forgotten(e, pdu, e->pdus[pdu].absent) && !e->pdus[pdu].advances &&
            asked - e->pdus[pdu].refuses_since >= e->refusal_lasts;
    // What was never seen to advance vouches for nothing if there was a silence.
    ensures !e->pdus[pdu].frozen && !e->pdus[pdu].advances && e->pdus[pdu].absent > 0 ==>
            e->pdus[pdu].vouch_asked == \old(e->pdus[pdu].vouch_asked);
    // What has not advanced forgets, the first time where it stands.
    ensures \old(e->pdus[pdu].timed) && asked - \old(e->pdus[pdu].timed_answered) >= step &&
            (up < \old(e->pdus[pdu].up) ||
             (up == \old(e->pdus[pdu].up) && !\old(e->pdus[pdu].frozen))) ==>
            forgotten(e, pdu, e->latest);
*/
void evidence_uptime(struct evidence *e, uint32_t pdu, int64_t up, int64_t step, int64_t asked,
                     int64_t answered);
/**
 * The PDU has answered sysUpTime, asked by itself, and does not say how long it is up.
 * A card that starts says so too: only where that lasts, asked again at least every few
 * seconds, and where it has never told, may its silences vouch for it.
 */
/*@ requires sound(e) && pdu < e->n_pdus && interval(asked, answered);
    assigns e->latest, e->outlets[0 .. e->n_outlets - 1].told,
            e->outlets[0 .. e->n_outlets - 1].was_off, e->outlets[0 .. e->n_outlets - 1].offs,
            e->outlets[0 .. e->n_outlets - 1].worthless,
            e->pdus[pdu].refuses, e->pdus[pdu].vouch_asked, e->pdus[pdu].vouch_answered,
            e->pdus[pdu].refuses_since, e->pdus[pdu].refused_asked;
    ensures sound(e);
    ensures e->latest == (answered > \old(e->latest) ? answered : \old(e->latest));
    ensures doubted{Pre, Post}(e, pdu);
    ensures (e->pdus[pdu].vouch_asked == \old(e->pdus[pdu].vouch_asked) &&
             e->pdus[pdu].vouch_answered == \old(e->pdus[pdu].vouch_answered)) ||
            (e->pdus[pdu].vouch_asked == asked && e->pdus[pdu].vouch_answered == answered);
    // It vouches only if it never told, goes on refusing, and for no command before a silence.
    ensures e->pdus[pdu].vouch_asked != \old(e->pdus[pdu].vouch_asked) ==>
            !e->pdus[pdu].timed && forgotten(e, pdu, e->pdus[pdu].absent) &&
            asked <= e->pdus[pdu].last_asked &&
            asked - e->pdus[pdu].refuses_since >= e->refusal_lasts;
    ensures e->pdus[pdu].refuses_since == e->latest ||
            e->pdus[pdu].refuses_since == \old(e->pdus[pdu].refuses_since);
    ensures !\old(e->pdus[pdu].timed) &&
            (!\old(e->pdus[pdu].refuses) ||
             answered - \old(e->pdus[pdu].refused_asked) >= 10000000) ==>
            e->pdus[pdu].refuses_since == e->latest;
*/
void evidence_refuses_uptime(struct evidence *e, uint32_t pdu, int64_t asked, int64_t answered);
/** The PDU has restarted, as an answer that was heard shows: what it was told it has forgotten. */
/*@ requires sound(e) && pdu < e->n_pdus;
    assigns e->outlets[0 .. e->n_outlets - 1].told, e->outlets[0 .. e->n_outlets - 1].was_off,
            e->outlets[0 .. e->n_outlets - 1].offs, e->outlets[0 .. e->n_outlets - 1].worthless,
            e->pdus[pdu].refuses;
    ensures sound(e);
    ensures doubted{Pre, Post}(e, pdu);
    ensures forgotten(e, pdu, e->latest);
    ensures none_told(e, pdu);
    ensures !e->pdus[pdu].refuses;
*/
void evidence_restarted(struct evidence *e, uint32_t pdu);
/** Whether all outlets are proven off, at least `off_hold` together, at this time. */
/*@ requires sound(e) && in_time(now);
    assigns \nothing;
    ensures \result <==>
      e->n_outlets > 0 &&
      (\forall integer i; 0 <= i < e->n_outlets ==>
        is_off(e, i, now > e->latest ? now : e->latest)) &&
      (\forall integer i, k; 0 <= i < e->n_outlets && 0 <= k < e->n_outlets ==>
        e->outlets[i].last_asked - e->outlets[k].first_answered >= e->off_hold);
*/
bool evidence_proves_off(const struct evidence *e, int64_t now);

#endif
