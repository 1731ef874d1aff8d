/*
 * Where the parameters come from: the command line, a file and the environment; or a fencing
 * resource of the running cluster.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TT_SETTINGS_H
#define TT_SETTINGS_H

#include "tool.h"

struct settings {
	GPtrArray *given;     /* of char *: NAME=VALUE of the command line; wiped when freed */
	const char *file;     /* NULL: none */
	const char *resource; /* its id; NULL: none */
};

/** Whether a word of the command line is NAME=VALUE of a parameter. */
bool settings_is_parameter(const char *word);

/**
 * Sets them in the handle: those of the command line before those of the file before those of the
 * environment; where there is a resource, that takes the place of the latter two.
 */
enum status settings_apply(const struct settings *settings, struct tool *tool);

/**
 * Reads NAME=VALUE lines, with # comments. NULL, with *error, if it cannot be read, or if others
 * may read it and it has secrets.
 */
GPtrArray *settings_read_file(const char *path, char **error);

#endif
