/*
 * What list and watch show.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TT_LIST_H
#define TT_LIST_H

#include "rows.h"
#include "tool.h"

/** How an alarm is called, escaped; its own, or static. */
const char *alarm_text(const struct trippsnmp_alarm *alarm);

/**
 * All PDUs with their outlets; what is other than before (may be NULL) is marked. Free with
 * g_free().
 */
char *list_text(const struct terminal *terminal, const trippsnmp_inventory *inventory,
                const GArray *rows, const GArray *before);

#endif
