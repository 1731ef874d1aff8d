/*
 * Where the library's log lines go: one sink, set by the user of the handle. It must never get a
 * secret, nor a device's text that was not escaped (text.h). The rest of the library logs with it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_LOG_H
#define TS_LOG_H

#include "trippsnmp.h"

#include <glib.h>

struct log {
	trippsnmp_log_fn fn; /* NULL: nowhere */
	void *context;
};

/** Formats one line and hands it on. Drops empty lines: a host aborts on them. */
void log_line(const struct log *log, enum trippsnmp_level level, const char *format, ...)
	G_GNUC_PRINTF(3, 4);

#endif
