/*
 * The library's one clock. It must never step, and never stand still while the machine sleeps: a
 * PDU may restart in that time as in any other. The session, look-ups of names and the frame of a
 * call read it; all above the session is told the time.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_CLOCK_H
#define TS_CLOCK_H

#include <stdint.h>

/** Microseconds of a clock that never steps, and goes on while the machine sleeps. */
typedef int64_t usec;
#define USEC_PER_SEC INT64_C(1000000)
#define USEC_NEVER INT64_MAX

/** As messages say it. */
static inline double usec_seconds(usec duration)
{
	return (double)duration / (double)USEC_PER_SEC;
}

/** CLOCK_BOOTTIME, microseconds. */
usec clock_now(void);

#endif
