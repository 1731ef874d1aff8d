/*
 * Whether a no has lasted: see denial.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "snmp/denial.h"

/* Two say that it was no slip; with time for more, three say that it was asked throughout. */
#define TIMES_AT_LEAST 2
#define TIMES_IN_LONGER 3

bool denial_heard(struct denial *denial, const char *said, usec now, usec lasts)
{
	if (g_strcmp0(denial->said, said) || now - denial->last >= DENIAL_GAP) {
		denial_clear(denial);
		denial->said = g_strdup(said);
		denial->since = now;
	}
	denial->last = now;
	denial->times++;
	return now - denial->since >= lasts &&
	       denial->times >= (lasts > DENIAL_PAUSE ? TIMES_IN_LONGER : TIMES_AT_LEAST);
}

void denial_clear(struct denial *denial)
{
	g_free(denial->said);
	*denial = (struct denial){ 0 };
}

/* An answer takes a while as well, and what lasts a second is asked after a second. */
usec denial_pause(usec lasts)
{
	return lasts > DENIAL_PAUSE ? DENIAL_PAUSE - DENIAL_PAUSE / 10 : DENIAL_PAUSE;
}
