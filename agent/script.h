/*
 * Runs the commands that say passwords: the only child processes there are.
 * What they print appears in no log.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef FT_SCRIPT_H
#define FT_SCRIPT_H

/**
 * The first line that a shell command prints within 5 seconds, without blanks
 * behind it. NULL if it fails or prints none, with one line in *error; free
 * both with g_free() (wipe() for the first).
 */
char *script_run(const char *command, char **error);

#endif
