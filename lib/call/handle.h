/*
 * What a handle holds, and how each public call ends. It keeps a configuration, and nothing of
 * what any device has said. The files with public functions include it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_HANDLE_H
#define TS_HANDLE_H

#include "base/log.h"
#include "base/outcome.h"
#include "config/params.h"

struct trippsnmp {
	char *values[PARAM_COUNT];
	char *shown[PARAM_COUNT]; /* what messages are to call them; NULL: their own names */
	char *outlets_shown;      /* likewise outlets that are given for one call */
	bool agent;               /* the agent's defaults count */
	struct config *config;    /* NULL until configured */
	const char **labels;      /* of the PDUs; the strings are the configuration's */
	struct log log;
	trippsnmp_progress_fn progress; /* NULL: nobody */
	void *progress_context;
	char *message;
};

/** TRIPPSNMP_INVALID if it is not configured. */
struct outcome handle_ready(const trippsnmp *handle);

/** The end of each public call: one line at CRIT, before the code is returned. */
enum trippsnmp_error conclude(trippsnmp *handle, struct outcome outcome);

#endif
