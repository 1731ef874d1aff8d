/*
 * See decoding.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "promise/decoding.h"

enum evidence_state decoding_state(bool is_integer, int64_t number, int32_t off, int32_t on)
{
	if (!is_integer || off == on)
		return EVIDENCE_UNKNOWN;
	if (number == off)
		return EVIDENCE_OFF;
	if (number == on)
		return EVIDENCE_ON;
	return EVIDENCE_UNKNOWN;
}

enum tristate decoding_controllable(enum controllable_as as, bool is_integer, int64_t number)
{
	if (!is_integer)
		return TRI_UNKNOWN;
	switch (as) {
	case CONTROLLABLE_ALWAYS:
		return TRI_YES;
	case CONTROLLABLE_TRUTH:
		if (number == 1)
			return TRI_YES;
		return number == 2 ? TRI_NO : TRI_UNKNOWN;
	case CONTROLLABLE_BIT:
		if (number < 0)
			return TRI_UNKNOWN;
		return number / 2 % 2 == 1 ? TRI_YES : TRI_NO;
	}
	return TRI_UNKNOWN;
}
