/*
 * How long to wait for an answer: round trips as measured (RFC 6298), back-off, jitter. It counts
 * no attempts and sends nothing; the exchange asks it for each pause. It must never let a wait
 * grow without a limit, nor ask a busy card ever faster. Pure.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_PATIENCE_H
#define TS_PATIENCE_H

#include "snmp/request.h"

/** What answers to one kind of request take, as measured. */
struct round_trips {
	bool known;
	usec smoothed, deviation;
};

struct patience {
	usec timeout; /* before the first retransmission, until answers were measured */
	uint32_t random;
	struct round_trips round_trips[REQUEST_SET + 1]; /* by kind; GETNEXT's with GET's */
	usec last_trip; /* what the last answer took, whatever it was asked */
};

/** What is waited for. */
struct wait {
	enum request_kind kind;
	unsigned silent; /* attempts before this one that went without an answer */
	bool only_once;  /* it is asked once, and not again */
	bool heard;      /* the PDU has answered something */
};

void patience_init(struct patience *patience, usec timeout, uint32_t seed);
/** Another device answers now: nothing that was measured is about it. */
void patience_forget(struct patience *patience);
/**
 * An answer took so long. Each attempt has its own tag, so each answer tells what its own attempt
 * took, however late it comes.
 */
void patience_measure(struct patience *patience, enum request_kind kind, usec took);
/** Whether an answer to that kind of request was measured. */
bool patience_knows(const struct patience *patience, enum request_kind kind);
/** The pause after an attempt. No two calls give quite the same: it has jitter of a tenth. */
usec patience_pause(struct patience *patience, const struct wait *wait);
/** What to say of answers that take long; NULL if they do not. Free with g_free(). */
char *patience_slowness(const struct patience *patience);

#endif
