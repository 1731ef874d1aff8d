/*
 * The recordings that come with the simulator, by name. Reads directories and
 * their SOURCES.md, nothing else.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef SIM_RECORDINGS_H
#define SIM_RECORDINGS_H

#include <glib.h>
#include <stdbool.h>

/**
 * The path of a recording: a file as it is named, or, if there is none and no
 * slash in the name, one that comes with the simulator and is called so, or is
 * the only one whose name begins so. NULL, with the reason in *error.
 */
char *recordings_find(const char *name, char **error);

/** One line for each that comes with the simulator: its name, and what it is. */
char *recordings_list(void);

#endif
