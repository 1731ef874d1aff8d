/*
 * See outcome.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "base/outcome.h"

struct outcome outcome_copy(const struct outcome *outcome)
{
	return (struct outcome){ outcome->error, g_strdup(outcome->message) };
}

struct outcome failure(enum trippsnmp_error error, const char *format, ...)
{
	struct outcome outcome = { .error = error };
	va_list arguments;

	va_start(arguments, format);
	outcome.message = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	return outcome;
}
