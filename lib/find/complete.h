/*
 * Whether the rows that were read of a card's tables are all that is needed: no cell is
 * missing, and no row that the card speaks of. Pure. It never fills a hole.
 *
 * Called by the search for outlets (rows.c, looks.c).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_COMPLETE_H
#define TS_COMPLETE_H

#include "find/census.h"
#include "find/outlet.h"

/**
 * What is missing in the rows there are, to be freed with g_free(); NULL if nothing. names: they
 * need names and descriptions. wanted: keys (text_name_key()) of the names whose outlets must say
 * whether they are controllable; NULL: all outlets must.
 */
char *complete_hole(const GArray *outlets, bool names, GHashTable *wanted);
/** A shortage in words, to be freed with g_free(); instead: what to write in hostlist. */
char *complete_shortage_text(const struct shortage *shortage, const char *instead);
/**
 * What a look saw (devices, rows, names and descriptions) as text, to be freed with g_free():
 * the same for the same.
 */
char *complete_text(const GArray *census, const GArray *outlets);

#endif
