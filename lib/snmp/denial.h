/*
 * A definite no of a PDU (refused access, an unknown user, an outlet that it
 * denies), and whether it has lasted: a card that is starting says all of
 * these, so one that is heard once must never be an answer. The exchange asks it
 * of each no, and a call of what a look has denied. Pure.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_DENIAL_H
#define TS_DENIAL_H

#include "snmp/request.h"

/** Before a power operation believes a no it must have lasted so long, ... */
#define DENIAL_LASTS (5 * USEC_PER_SEC)
/** ... or so small a part of total_timeout if that is less. */
#define DENIAL_SHARE 4
/** Status and list, which may be asked again, believe it after so long. */
#define DENIAL_LASTS_STATUS USEC_PER_SEC
/** So often at least it is asked again. */
#define DENIAL_PAUSE USEC_PER_SEC
/** Who was silent for so long in between may have restarted, and begins anew. */
#define DENIAL_GAP (5 * USEC_PER_SEC)

/** How long to wait before it is asked again, if it must last so long. */
usec denial_pause(usec lasts);

/** Zeroed: nothing was denied. */
struct denial {
	char *said;
	usec since, last;
	unsigned times;
};

/**
 * The PDU says no; said tells one no from another. True if it has said the same for that
 * long, and often enough, without anything else in between.
 */
bool denial_heard(struct denial *denial, const char *said, usec now, usec lasts);
/** It has said something else. */
void denial_clear(struct denial *denial);

#endif
