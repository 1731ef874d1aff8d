/*
 * One attempt at a question, and what an answer to it says: of which objects, with which value,
 * true from when to when. That is heard whatever became of the question. It must never hear
 * anything of an object that the attempt did not ask about. The exchange makes attempts. Pure.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_ATTEMPT_H
#define TS_ATTEMPT_H

#include "snmp/request.h"

/** What one answer says, whatever became of the question. */
struct heard {
	enum request_kind kind;
	usec asked, answered; /* when the attempt that is answered left, and when this came */
	/*
	 * GET: what was asked for and is answered; an object that stands twice, twice. With
	 *   error_status the object that it is about, absent or in error, if that is said.
	 * SET: what was set, if it was acknowledged: without error, by its names. Else empty.
	 */
	GArray *varbinds; /* of struct varbind */
	bool whole;       /* each object that was asked or set, once, without error */
	int error_status;
	struct engine engine;
};

void heard_clear(struct heard *heard);

struct attempt {
	uint32_t tag;
	unsigned round; /* the exchange's */
	usec sent;
	usec left; /* later than sent if it had to wait for the SNMPv3 engine */
	enum request_kind kind;
	GArray *varbinds; /* of the request */
	GArray *asked;    /* of unsigned: which of the question's varbinds these are */
	bool answered;
};

/** A list that frees its attempts. */
GPtrArray *attempts_new(void);
/** NULL if there is none of that tag. Tag 0 belongs to none. */
struct attempt *attempts_find(const GPtrArray *attempts, uint32_t tag);

/** What the answer says; fills in its varbinds' intervals. Free with heard_clear(). */
struct heard attempt_hear(const struct attempt *attempt, const struct event *answer, usec now);

/** Which of its varbinds an error-status is about; -1 if that is not known. */
int attempt_blamed(const struct attempt *attempt, int error_index);

#endif
