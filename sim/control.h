/*
 * Commands to the simulator, one a line: what somebody does to the PDU while
 * it runs, at once, later, or when a certain request comes. doc/trippsim.1
 * describes each of them. No I/O and no clock of its own.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef SIM_CONTROL_H
#define SIM_CONTROL_H

#include "card.h"

/** What is to happen to the datagrams, beside what the card itself does. */
struct control {
	struct device *device;
	struct card *card;
	usec delay;            /* time for each answer, one at a time */
	bool paused;           /* no datagram is taken notice of */
	unsigned lose;         /* requests that are still to be lost */
	unsigned lose_answers; /* requests that are still to lose their answer */
	GQueue *pending;       /* commands for later */
};

/** What a command may wait for. */
enum event { EVENT_DATAGRAM, EVENT_REQUEST, EVENT_SET };

struct control *control_new(struct device *device, struct card *card);

/** Does one command, or notes it for later. NULL, or why not; free with g_free(). */
char *control_do(struct control *control, const char *line, usec now);

/** Does the commands that waited for this event. Errors in them go to stderr. */
void control_event(struct control *control, enum event event, usec now);
/** Does what is due; when the next command is, or -1. */
usec control_advance(struct control *control, usec now);

/** Adds or replaces a row ('+'), or removes an OID ('-'). NULL, or why not. */
char *control_edit(struct records *records, struct device *device, char sign, const char *text);
#define CONTROL_SECONDS_MAX 315360000 /* ten years */
/** A number of seconds from 0 to that; false if the text is none. */
bool control_seconds(const char *text, usec *value);

#endif
