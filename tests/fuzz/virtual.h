/*
 * A network whose events an input decides: answers true, bent or forged, late,
 * twice or never, on a clock that only it moves. It must never let a machine
 * wait for ever: that is a broken rule.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_FUZZ_VIRTUAL_H
#define TS_FUZZ_VIRTUAL_H

#include "fuzz.h"
#include "snmp/request.h"

/** A request as it was sent. */
struct sent {
	unsigned pdu;
	uint32_t tag;
	unsigned attempt;
	usec at;
	enum request_kind kind;
	unsigned once, repetitions;
	GArray *varbinds;
	bool answered;
	bool refused; /* somebody said that it would get no answer */
};

struct virtual
{
	struct network network; /* first: what the others see */
	struct bytes *bytes;
	unsigned n_pdus;
	usec now;
	bool healthy;    /* once the input is used up: all is answered, else nothing */
	GPtrArray *sent; /* of struct sent *, all of them */
	unsigned waits;  /* since the clock last moved */
	/* The device: fills in a true answer to event, whose varbinds are empty. */
	void (*answer)(void *context, const struct sent *, struct event *);
	/* Who watches; either may be NULL. The event is as it is handed over. */
	void (*on_send)(void *context, const struct sent *);
	void (*on_event)(void *context, const struct event *);
	void *context;
};

/** Call-backs and context are the caller's to fill in. */
void virtual_init(struct virtual *virtual, struct bytes *bytes, unsigned n_pdus);
void virtual_clear(struct virtual *virtual);

/** The request to that PDU with that tag, NULL if none was sent. */
struct sent *virtual_find(const struct virtual *virtual, unsigned pdu, uint32_t tag);

#endif
