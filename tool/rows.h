/*
 * The outlets of an inventory as rows, and how they are shown. Pure.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TT_ROWS_H
#define TT_ROWS_H

#include "terminal.h"
#include "trippsnmp.h"

/** One outlet. The strings are somebody else's: the inventory's, or a test's. */
struct row {
	const char *pdu, *firmware, *model;
	struct trippsnmp_outlet outlet;
	struct trippsnmp_meter meter;
};

/** A GArray of struct row; the inventory must outlive it. NULL has none. */
GArray *rows_of(const trippsnmp_inventory *inventory);
/** The row of the same outlet in others (may be NULL); NULL if it is not there. */
const struct row *rows_find(const GArray *others, const struct row *row);

/** Whether it is a main load, which cuts all that hangs on its device. */
bool row_is_main(const struct row *row);
/** How hostlist writes the outlet: [DEVICE.]NUMBER, or main for that; free with g_free(). */
char *row_number(const GArray *rows, const struct row *row);
/** on, off or unknown; static. */
const char *state_text(enum trippsnmp_state state);

/**
 * The table of a PDU, line by line. What is other than in before (NULL: nothing) is marked.
 * Free with g_free().
 */
char *rows_table(const struct terminal *terminal, const GArray *rows, const char *pdu,
                 const GArray *before);

#endif
