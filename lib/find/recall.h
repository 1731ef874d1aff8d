/*
 * The names that outlets had in earlier looks of a call. A card that is starting, or has lost
 * what was set in it, shows an outlet without its name: whose it is has not changed by that. Pure.
 * It outlives all that a search forgets.
 *
 * Called by the search for outlets (search.h).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_RECALL_H
#define TS_RECALL_H

#include "find/outlet.h"

/** Of a search; free it with g_array_unref(). */
GArray *recall_new(void);

/**
 * Takes the names and descriptions in outlets (of struct outlet), however far these were read.
 * Those that a factory gives count only if they are wanted (keys, text_name_key()).
 */
void recall_take(GArray *recall, const GArray *outlets, GHashTable *wanted);
/**
 * What one of these outlets was called and is no longer, without being called otherwise, as text
 * to be freed with g_free(); NULL if there is none.
 */
char *recall_lost(const GArray *recall, const GArray *outlets);

#endif
