/*
 * How an operation came out: a code, and the line that explains it, which must never hold a
 * secret. Made wherever something can fail; lib/call hands it to the user of the handle.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_OUTCOME_H
#define TS_OUTCOME_H

#include "trippsnmp.h"

#include <glib.h>

/** The message says what was wrong and what to do; NULL with TRIPPSNMP_OK. */
struct outcome {
	enum trippsnmp_error error;
	char *message; /* free with g_free() */
};

/** Nothing was wrong. */
static const struct outcome outcome_fine = { TRIPPSNMP_OK, NULL };

/** With a message of its own. */
struct outcome outcome_copy(const struct outcome *outcome);
struct outcome failure(enum trippsnmp_error error, const char *format, ...) G_GNUC_PRINTF(2, 3);

#endif
