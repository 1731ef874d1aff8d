/*
 * What a number that a device sent means: the other place, beside the kernel,
 * where an "off" is made. Off and on come only from an INTEGER of that very
 * value; whatever else was answered is not known, and never off. Pure and proven
 * like the kernel; it includes the kernel's header and two standard ones alone.
 * family.c calls it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_DECODING_H
#define TS_DECODING_H

#include "promise/evidence.h"

#include <stdbool.h>
#include <stdint.h>

/** How the controllable column says yes. */
enum controllable_as {
	CONTROLLABLE_ALWAYS, /* no such column: an outlet with a state is controllable */
	CONTROLLABLE_TRUTH,  /* TruthValue (RFC 2579): true(1) */
	CONTROLLABLE_BIT     /* a bit field: the bit of value 2 */
};

/** A definite answer on whether an outlet can be switched, or none. */
enum tristate { TRI_UNKNOWN, TRI_NO, TRI_YES };

/** The state of an outlet from what its cell holds. A value that means both means neither. */
/*@ assigns \nothing;
    ensures \result == EVIDENCE_OFF <==> is_integer && number == off && number != on;
    ensures \result == EVIDENCE_ON <==> is_integer && number == on && number != off;
    ensures \result == EVIDENCE_OFF || \result == EVIDENCE_ON || \result == EVIDENCE_UNKNOWN;
*/
enum evidence_state decoding_state(bool is_integer, int64_t number, int32_t off, int32_t on);

/** Whether an outlet can be switched, from what its cell of the existence column holds. */
/*@ assigns \nothing;
    ensures !is_integer ==> \result == TRI_UNKNOWN;
    behavior always:
      assumes is_integer && as == CONTROLLABLE_ALWAYS;
      ensures \result == TRI_YES;
    behavior truth:
      assumes is_integer && as == CONTROLLABLE_TRUTH;
      ensures \result == TRI_YES <==> number == 1;
      ensures \result == TRI_NO <==> number == 2;
    behavior bit:
      assumes is_integer && as == CONTROLLABLE_BIT;
      ensures \result == TRI_YES <==> number >= 0 && (number / 2) % 2 == 1;
      ensures \result == TRI_UNKNOWN <==> number < 0;
    behavior neither:
      assumes as != CONTROLLABLE_ALWAYS && as != CONTROLLABLE_TRUTH && as != CONTROLLABLE_BIT;
      ensures \result == TRI_UNKNOWN;
    disjoint behaviors;
*/
enum tristate decoding_controllable(enum controllable_as as, bool is_integer, int64_t number);

#endif
