/*
 * What a card says that it has, beside its outlet tables: its devices, and how
 * many outlets each of them has; and whether rows that were read are all that is needed. By name
 * that many must be there, without a hole, for a row that is not there yet may be a node's feed.
 * Pure. It asks for more rows, and never for fewer.
 *
 * Filled by identity and the table's walk, judged by the search for outlets (rows.c, looks.c).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_CENSUS_H
#define TS_CENSUS_H

#include "find/outlet.h"

/** What a card says: that device has at least so many rows in that family's table. */
struct promised {
	enum list_kind kind;         /* LIST_DEVICES: so many are to be in the list of types */
	const struct family *family; /* NULL: a device that has no outlets, such as a sensor */
	uint32_t device;
	int64_t rows;
};

/** A GArray of struct promised. */
GArray *census_new(void);

/**
 * Takes a row of that list. Returns what is wrong with
 * it, static; NULL if nothing is.
 */
const char *census_take(GArray *census, const struct family_list *list,
                        const struct varbind *varbind);

/**
 * The first promise of a family of that rank or a better one that the outlets (of struct
 * outlet) do not keep, or that of devices if fewer are listed; with any_table that of a device
 * which has no row at all in any table, or likewise. As text that says what to write in hostlist
 * instead, to be freed with g_free(); NULL if there is none.
 */
char *census_missing(const GArray *census, const GArray *outlets, unsigned rank, bool any_table,
                     const char *instead);
/** Whether there is one that needs a row at all. */
bool census_promises(const GArray *census, unsigned rank);
/**
 * What is missing in the rows there are, to be freed with g_free(); NULL if nothing. names: they
 * need names and descriptions. wanted: keys (text_name_key()) of the names whose outlets must say
 * whether they are controllable; NULL: all outlets must.
 */
char *census_hole(const GArray *outlets, bool names, GHashTable *wanted);
/**
 * What a look saw (devices, rows, names and descriptions) as text, to be freed with g_free():
 * the same for the same.
 */
char *census_text(const GArray *census, const GArray *outlets);

#endif
