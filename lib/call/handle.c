/*
 * See handle.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "call/handle.h"

struct outcome handle_ready(const trippsnmp *handle)
{
	return handle->config ? outcome_fine
	                      : failure(TRIPPSNMP_INVALID, "the handle is not configured");
}

enum trippsnmp_error conclude(trippsnmp *handle, struct outcome outcome)
{
	g_free(handle->message);
	handle->message = outcome.message ? outcome.message : g_strdup("");
	if (outcome.error)
		log_line(&handle->log, TRIPPSNMP_LOG_CRIT, "%s", handle->message);
	return outcome.error;
}
