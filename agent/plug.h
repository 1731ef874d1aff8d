/*
 * What a plug, as fence agents know it, means to the library; and what ipport
 * adds to addresses. Pure; the library's parser has the last word on both.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef FT_PLUG_H
#define FT_PLUG_H

#include <stdbool.h>

/** A node for the library, and the hostlist that gives it its outlets. */
struct target {
	char *node;
	char *hostlist; /* NULL: the outlets that have the node's name */
};

/** The node that stands for outlets which were named one by one. */
#define PLUG_NODE "plug"

/**
 * Reads a plug that is no node of a hostlist. False on error, with one line in
 * *error; free it with g_free().
 */
bool plug_parse(const char *plug, const char *separator, struct target *target, char **error);
void target_clear(struct target *target);

/** The addresses, with :port behind each that has none; free with g_free(). */
char *addresses_with_port(const char *addresses, const char *port);

#endif
