/*
 * See watch.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "base/watch.h"

bool watch_stops(struct watch *watch, usec now, const char *doing)
{
	if (!watch)
		return false;
	if (!watch->stopped && now >= watch->due) {
		watch->due = now + WATCH_EVERY;
		watch->stopped = !watch->tell(watch->context, doing);
	}
	return watch->stopped;
}

usec watch_due(const struct watch *watch)
{
	return watch ? watch->due : USEC_NEVER;
}

bool watch_stopped(const struct watch *watch)
{
	return watch && watch->stopped;
}
