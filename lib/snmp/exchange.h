/*
 * A question to one PDU until it is answered or time is up: when an attempt goes out, which answer
 * counts, which no is believed. It is told the time, hands out requests and is fed events, by the
 * runner alone. It must never take what answers another question for an answer to this one, and
 * never decides what an answer means. How long to wait is patience's, how much to ask sizing's,
 * what is open of the question assembly's. Pure.
 *
 * A card is a slow computer that does one thing at a time and queues the rest,
 * and a repeat is one more thing to do. Until it has answered, the wait doubles
 * from snmp_timeout to 4 s; after that it follows the round trips as measured.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_EXCHANGE_H
#define TS_EXCHANGE_H

#include "base/log.h"
#include "snmp/assembly.h"
#include "snmp/attempt.h"
#include "snmp/denial.h"
#include "snmp/patience.h"
#include "snmp/sizing.h"

/** What is to be asked. exchange_ask() shares the varbinds. */
struct question {
	enum request_kind kind;
	GArray *varbinds;      /* of struct varbind; values for SET */
	unsigned once;         /* BULK: so many of the first varbinds are not repeated */
	unsigned repetitions;  /* BULK: and the others so often */
	unsigned max_attempts; /* 0: until somebody stops asking */
	usec leave_by;         /* after that no attempt may leave; 0: any time */
	bool no_is_answer;     /* refused access to an object is its answer, not an obstacle */
};

enum reply_status {
	REPLY_ANSWERED,
	REPLY_SILENT, /* max_attempts went without an answer; reason if some came that do not fit */
	REPLY_REFUSED,  /* a definite refusal that lasted; reason */
	REPLY_REPLACED, /* another device answers under the address now */
	REPLY_FAULT     /* time was up, and this machine could not ask; reason */
};

/**
 * What came of a question.
 * GET, NEXT: one varbind for each asked, in that order; never VALUE_NONE. In a
 *   NEXT, VALUE_ABSENT means that nothing follows, and VALUE_ERROR may be a refusal of
 *   that object alone, which need not have lasted; reason then.
 * BULK: the varbinds as received, or error_status.
 * SET: error_status and error_index.
 */
struct reply {
	enum reply_status status;
	int error_status;
	int error_index;
	GArray *varbinds;
	const char *reason; /* lives until the next question */
};

struct exchange_settings {
	bool v1;
	usec timeout;  /* before the first retransmission, until answers were measured */
	usec lasts;    /* so long a refusal must last to be believed */
	uint32_t seed; /* of the jitter */
};

struct exchange {
	const char *label; /* how messages name the PDU */
	const struct log *log;
	struct exchange_settings settings;
	/* What is known of the PDU by now. */
	bool heard;                    /* it has answered something */
	bool answers[REQUEST_SET + 1]; /* of that kind */
	bool probed;                   /* and a GETNEXT beside a GET that it did not answer */
	struct sizing sizing;
	struct patience patience;
	bool warned;
	char *obstacle;       /* the last thing that went wrong, silence apart; NULL before */
	struct denial denial; /* what it refuses, and since when */
	char *refusal;        /* that in full */
	bool replaced;        /* another device answers now, and nobody was told yet */
	char *fault;          /* why the last attempt did not leave this machine; NULL if it did */
	/* The question at hand. */
	bool busy;
	struct question question;
	struct assembly assembly;
	unsigned round;      /* of attempts that may answer it; those before are over ... */
	GPtrArray *attempts; /* ... but an answer to one may still come; of struct attempt */
	unsigned silent;     /* attempts since the last answer */
	const char *misfit; /* what is wrong with the answers to it, static; NULL before one came */
	usec due;           /* when to send next */
	unsigned sent;      /* requests in all */
	struct reply reply;
};

void exchange_init(struct exchange *x, const char *label, const struct log *log,
                   const struct exchange_settings *settings);
void exchange_clear(struct exchange *x);

/** Begins a question; the last one's reply is gone with that. */
void exchange_ask(struct exchange *x, const struct question *question, usec now);
/** Forgets the question; what was learned of the PDU stays. */
void exchange_abandon(struct exchange *x);
/** Whether a question is under way. */
bool exchange_busy(const struct exchange *x);
/** When exchange_send() is to be called next, with something to send or to say. */
usec exchange_wake(const struct exchange *x);
/**
 * Makes the request that is due. False if none is, or if the question has just
 * ended in silence: then exchange_done() is true. *varbinds is storage for the
 * request, to be freed with g_array_unref() after sending.
 */
bool exchange_send(struct exchange *x, usec now, uint32_t *next_tag, struct request *request,
                   GArray **varbinds);
/**
 * Takes an event for this PDU; leaves it to the caller to clear, with its varbinds'
 * intervals filled in. True if it is an answer to something that was asked, now or
 * before: *heard, to be freed with heard_clear(), is what it says then.
 */
bool exchange_event(struct exchange *x, struct event *event, usec now, struct heard *heard);
/** Whether the question has its reply in x->reply. */
bool exchange_done(const struct exchange *x);
/** Time is up: if it is this machine that could not ask, the reply says so. True then. */
bool exchange_expire(struct exchange *x);

/**
 * What to say, after its label, of a PDU that answers other requests, and no GET, which it is asked
 * now; NULL if that is not so. Free with g_free().
 */
char *exchange_deafness(const struct exchange *x);

/** Whether an SNMP error-status on a SET is a definite refusal of access. */
bool exchange_is_refusal(bool v1, int error_status);

#endif
