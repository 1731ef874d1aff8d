/*
 * Runs a shell command for each relay that moved, without making anybody
 * wait: in order for each outlet, side by side for different ones.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef SIM_HOOK_H
#define SIM_HOOK_H

#include <stdbool.h>

/** Queues /bin/sh -c COMMAND with $1 = outlet and $2 = on or off. Needs the main loop. */
void hook_run(const char *command, const char *outlet, bool on);
#endif
