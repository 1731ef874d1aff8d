/*
 * Tells the user of a handle, now and then, what a call is doing, and takes the wish to stop it. It
 * must never stop a call by itself. A call has one; the runner and look-ups of names ask it while
 * they wait. Pure: it is told the time.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_WATCH_H
#define TS_WATCH_H

#include "base/clock.h"
#include "trippsnmp.h"

#include <stdbool.h>

struct watch {
	trippsnmp_progress_fn fn; /* NULL: nobody */
	void *context;
	usec begun, deadline; /* of the call */
	unsigned requests;    /* sent so far; the runner counts them */
	usec due;             /* when it is told next */
	bool stopped;         /* the call is to stop; true for good */
};

/** How often it is told. */
#define WATCH_EVERY (USEC_PER_SEC / 5)

/** Tells, if it is time. True if the call is to stop. watch may be NULL: nobody watches. */
bool watch_stops(struct watch *watch, usec now, const char *doing);
/** When it is told next; USEC_NEVER if nobody is. */
usec watch_due(const struct watch *watch);
/** Whether it has stopped the call; false for NULL. */
bool watch_stopped(const struct watch *watch);

#endif
