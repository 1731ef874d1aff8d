/*
 * Looks that see the same: see settle.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "settle.h"

void settle_anew(struct settle *settle)
{
	g_free(settle->seen);
	*settle = (struct settle){ 0 };
}

static bool up_for(const struct look *look, usec so_long)
{
	return look->uptime.told && look->asked - look->uptime.since >= so_long;
}

bool settle_look(struct settle *settle, const struct look *look, usec *again)
{
	if (g_strcmp0(settle->seen, look->seen)) {
		settle_anew(settle);
		settle->seen = g_strdup(look->seen);
		settle->answered = look->answered;
	}
	settle->told = settle->told || look->uptime.told;
	if (up_for(look, SETTLE_UP))
		return true;
	if (look->asked - settle->answered >= SETTLE_APART &&
	    (!settle->told || up_for(look, SETTLE_UP_LEAST)))
		return true;
	*again = MAX(settle->answered + SETTLE_APART, look->answered + USEC_PER_SEC);
	if (look->uptime.told)
		*again = MAX(*again, look->uptime.since + SETTLE_UP_LEAST);
	return false;
}
