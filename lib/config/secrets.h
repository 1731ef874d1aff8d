/*
 * secrets_file: a file with lines NAME=VALUE that holds what must not stand in the cluster's
 * configuration. It must never take one that others can write or read, wait for anybody, nor show
 * any part of a line. params_check() calls it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_SECRETS_H
#define TS_SECRETS_H

#include "config/params.h"

/** What the file says. */
struct secrets {
	char *values[PARAM_COUNT]; /* by enum param_id; NULL: not named; may be empty */
	GPtrArray *warnings;       /* of char *: what is taken, and may be a slip */
};

/**
 * Reads the file of that absolute path. NULL, or one line (free with g_free()) that names file and
 * line, and does not begin with the parameter's name. Wipe and free *secrets with secrets_clear()
 * either way.
 */
char *secrets_read(const char *path, struct secrets *secrets);
void secrets_clear(struct secrets *secrets);

#endif
