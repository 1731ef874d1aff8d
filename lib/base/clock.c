/*
 * CLOCK_BOOTTIME: see clock.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "base/clock.h"

#include <glib.h>
#include <time.h>

usec clock_now(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_BOOTTIME, &now))
		return g_get_monotonic_time();
	return (usec)now.tv_sec * USEC_PER_SEC + now.tv_nsec / 1000;
}
