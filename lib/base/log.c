/*
 * One log line to one sink. Never empty and never more than one line, for
 * hosts abort on the one and syslog splits the other.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "base/log.h"

#include <stdarg.h>

void log_line(const struct log *log, enum trippsnmp_level level, const char *format, ...)
{
	if (!log || !log->fn)
		return;

	va_list arguments;
	va_start(arguments, format);
	char *line = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	for (char *at = line; *at != '\0'; at++)
		if (g_ascii_iscntrl(*at))
			*at = ' ';
	g_strchomp(line);
	if (line[0] != '\0')
		log->fn(log->context, level, line);
	g_free(line);
}
