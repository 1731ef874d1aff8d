/*
 * The kernel: what is known of the outlets that are to be off, and the one
 * question whether that proves them off. Nothing else in the library can grant
 * success of "off". It knows no clock, no network and no device: it is told
 * facts, each with the interval [asked, answered] in which it was true at some
 * moment, and each rule takes the worse end of that interval. No fact ever
 * makes more true than it says; whatever is missing costs time, not truth.
 *
 * Proven by Frama-C (./bootstrap prove): doc/promise.md has the contract in
 * words. It includes nothing of ours, and must never do so.
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
 * answer comes later than it was asked. The facts of one answer are entered together.
 */
#define EVIDENCE_TIME_END (INT64_C(1) << 60)

/** What a reading of an outlet said. UNKNOWN is all that is not a definite on or off. */
enum evidence_state { EVIDENCE_UNKNOWN, EVIDENCE_OFF, EVIDENCE_ON };

/** What is known of one outlet. Zeroed: nothing. */
struct evidence_outlet {
	uint32_t pdu;
	bool told;          /* the off command was acknowledged, and still counts */
	bool was_off;       /* it has read off since it was told */
	uint32_t offs;      /* readings in the unbroken run of OFFs: 0, 1, or 2 for more */
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

/** The off command of an outlet was acknowledged; the SET had no other varbind. */
void evidence_told(struct evidence *e, uint32_t outlet, int64_t asked, int64_t answered);
/** What was known or done at this time makes every command asked until then worthless. */
void evidence_untold(struct evidence *e, uint32_t outlet, int64_t when);
/** A reading of an outlet. */
void evidence_read(struct evidence *e, uint32_t outlet, enum evidence_state state, int64_t asked,
                   int64_t answered);
/** The PDU has answered, whatever it said. Comes first of the facts of one answer. */
void evidence_heard(struct evidence *e, uint32_t pdu, int64_t asked, int64_t answered);
/**
 * The PDU says that it is up for `up` (sysUpTime, snmpEngineTime), a number that
 * advances at least once in `step`, and is ahead of the truth by no more than that.
 */
void evidence_uptime(struct evidence *e, uint32_t pdu, int64_t up, int64_t step, int64_t asked,
                     int64_t answered);
/**
 * The PDU has answered sysUpTime, asked by itself, and does not say how long it is up.
 * A card that starts says so too: only where that lasts, asked again at least every few
 * seconds, and where it has never told, may its silences vouch for it.
 */
void evidence_refuses_uptime(struct evidence *e, uint32_t pdu, int64_t asked, int64_t answered);
/** The PDU has restarted, as an answer that was heard shows: what it was told it has forgotten. */
void evidence_restarted(struct evidence *e, uint32_t pdu);
/** Another device answers under the PDU's address: nothing that is known of it counts any more. */
void evidence_replaced(struct evidence *e, uint32_t pdu);

/** Whether all outlets are proven off, at least `off_hold` together, at this time. */
bool evidence_proves_off(const struct evidence *e, int64_t now);

#endif
