/*
 * A machine decides what to ask each PDU next; the runner calls it, and carries its questions to
 * all PDUs at once. Machines are pure, and must never wait: inventory finds outlets, power switches
 * them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_MACHINE_H
#define TS_MACHINE_H

#include "base/outcome.h"
#include "snmp/exchange.h"

struct machine {
	void *self;
	/**
	 * Whether there is a question for this PDU now; fills it in then. The
	 * caller frees question->varbinds. Called only while the PDU has no question.
	 */
	bool (*next)(void *self, unsigned pdu, usec now, struct question *question);
	/**
	 * Takes each answer that arrives, before the reply that it may make, and those to
	 * earlier attempts and questions as well: what a device says is true whatever it
	 * was asked for. May be NULL.
	 */
	void (*hear)(void *self, unsigned pdu, const struct heard *heard);
	/** Takes the reply to the PDU's question. */
	void (*reply)(void *self, unsigned pdu, const struct reply *reply, usec now);
	/**
	 * When next() will have something for a PDU although no reply comes in between. May be
	 * NULL: never.
	 */
	usec (*wake)(const void *self, unsigned pdu);
	bool (*done)(const void *self);
	/** What it is doing, in a few words, static. May be NULL. */
	const char *(*doing)(const void *self);
};

#endif
