/*
 * Where the agent's messages go: stderr, and debug_file. Secrets never reach
 * it, for the library logs none and the agent hands it none.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef FT_OUTPUT_H
#define FT_OUTPUT_H

#include "trippsnmp.h"

#include <glib.h>
#include <stdbool.h>

struct output {
	bool quiet;   /* nothing on stderr */
	bool verbose; /* INFO and DEBUG on stderr too */
	int file;     /* debug_file; -1: none */
};

/**
 * Opens debug_file (NULL: none) for appending, and makes it for its owner alone. False, with
 * errno, if it cannot be, as where it is a symbolic link.
 */
bool output_open_file(struct output *output, const char *debug_file);
void output_clear(struct output *output);

/** A trippsnmp_log_fn; the context is a struct output. */
void output_line(void *context, enum trippsnmp_level level, const char *line);
void output_say(const struct output *output, enum trippsnmp_level level, const char *format, ...)
	G_GNUC_PRINTF(3, 4);

#endif
