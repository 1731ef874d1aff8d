/*
 * Formatted messages, wherever output_line() sends them: in the agent to stderr and debug_file, in
 * programs that use the agent's code to their own messages.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "output.h"

void output_say(const struct output *output, enum trippsnmp_level level, const char *format, ...)
{
	va_list arguments;
	char *line;

	va_start(arguments, format);
	line = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	output_line((void *)output, level, line);
	g_free(line);
}
