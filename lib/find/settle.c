/*
 * Looks that see the same: see settle.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "find/settle.h"

#include <glib.h>

/* As the kernel has it (promise/evidence.c): more for a slow card, but not for ever. */
#define ABSENCE_LEAST (5 * USEC_PER_SEC)
#define ABSENCE_MOST (10 * USEC_PER_SEC)
#define ABSENCE_EXTRA (2 * USEC_PER_SEC)
/* Of a clock that counts seconds, and of a round trip. */
#define SINCE_SLACK (5 * USEC_PER_SEC)

void settle_anew(struct settle *settle)
{
	g_free(settle->seen);
	*settle = (struct settle){ .moving = settle->moving,
		                   .heard_asked = settle->heard_asked,
		                   .took = settle->took };
}

void settle_moving(struct settle *settle)
{
	settle_anew(settle);
	settle->moving = true;
}

void settle_heard(struct settle *settle, usec asked, usec answered)
{
	const usec absence = CLAMP(2 * settle->took + ABSENCE_EXTRA, ABSENCE_LEAST, ABSENCE_MOST);

	if (settle->seen && !settle->told && answered - settle->heard_asked >= absence)
		settle_anew(settle);
	settle->heard_asked = MAX(settle->heard_asked, asked);
	settle->took = answered - asked;
}

static bool up_for(const struct card_look *look, usec so_long)
{
	return look->uptime.told && look->asked - look->uptime.since >= so_long;
}

/* Whether by its uptime it started later than it said before. (An uptime that stands still does
 * not count as told.) */
static bool started_since(const struct settle *settle, const struct card_look *look)
{
	return settle->seen && settle->told && look->uptime.told &&
	       look->uptime.since - settle->since > SINCE_SLACK;
}

bool settle_look(struct settle *settle, const struct card_look *look, usec *again)
{
	if (started_since(settle, look))
		settle_moving(settle);
	if (g_strcmp0(settle->seen, look->seen)) {
		settle->moving = settle->moving || settle->seen;
		g_free(settle->seen);
		settle->seen = g_strdup(look->seen);
		settle->told = false;
		settle->answered = look->answered;
	}
	settle->told = settle->told || look->uptime.told;
	if (look->uptime.told)
		settle->since = look->uptime.since;
	if (up_for(look, SETTLE_UP) && !settle->moving)
		return true;
	if (look->asked - settle->answered >= SETTLE_APART &&
	    (!settle->told || up_for(look, SETTLE_UP_LEAST)))
		return true;
	*again = MAX(settle->answered + SETTLE_APART, look->answered + USEC_PER_SEC);
	if (look->uptime.told)
		*again = MAX(*again, look->uptime.since + SETTLE_UP_LEAST);
	return false;
}
