/*
 * What is to be fenced, by all that names it: plug, port and nodename, in
 * whatever order and however often. All of it must mean the same; which of
 * two was meant is never guessed.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef FT_TARGET_H
#define FT_TARGET_H

#include "options.h"
#include "output.h"
#include "trippsnmp.h"

/** A node for the library, or outlets; both NULL: nothing is named. */
struct target {
	char *node;
	char *outlets; /* as trippsnmp_power_outlets() takes them */
	bool by_plug;  /* not by nodename alone */
};

/**
 * Finds it, by what is written alone: no device is asked. The handle is configured; target comes
 * cleared, and is for target_clear(). False after an error, which was said. Whether hostlist has
 * the node, the library judges.
 */
bool target_find(const struct options *options, const struct output *output, trippsnmp *handle,
                 struct target *target);
void target_clear(struct target *target);

#endif
