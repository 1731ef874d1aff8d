/*
 * See watch.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "base/watch.h"

bool watch_stops(struct watch *watch, usec now, const char *doing)
{
	if (now >= watch_due(watch) && !watch->stopped) {
		const struct trippsnmp_progress progress = {
			.doing = doing,
			.seconds = usec_seconds(now - watch->begun),
			.limit = usec_seconds(watch->deadline - watch->begun),
			.requests = watch->requests,
		};

		watch->due = now + WATCH_EVERY;
		watch->stopped = watch->fn(watch->context, &progress) != 0;
	}
	return watch_stopped(watch);
}

usec watch_due(const struct watch *watch)
{
	return watch && watch->fn ? watch->due : USEC_NEVER;
}

bool watch_stopped(const struct watch *watch)
{
	return watch && watch->stopped;
}
