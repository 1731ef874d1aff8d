/*
 * The parameters of a fencing resource, from the cluster's configuration: stonith:tripplite, or
 * stonith:fence_tripplite under the agent's names.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TT_RESOURCE_H
#define TT_RESOURCE_H

#include "tool.h"

/** Asks the running cluster, and sets what it says in the handle. */
enum status resource_apply(struct tool *tool, const char *id);

#endif
