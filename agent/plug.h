/*
 * What a plug, as fence agents know it, means to the library; and what ipport
 * adds to addresses. Pure; the library's parser has the last word on both.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef FT_PLUG_H
#define FT_PLUG_H

#include <stdbool.h>

/** What a plug names: a node, or an outlet's name on any PDU; or else outlets. */
struct plug {
	char *node;    /* NULL: outlets */
	char *outlets; /* as trippsnmp_power_outlets() takes them; NULL: a node */
};

/** Reads a plug. False on error, with one line in *error; free it with g_free(). */
bool plug_parse(const char *plug, const char *separator, struct plug *parsed, char **error);
void plug_clear(struct plug *plug);
/** Whether it is [DEVICE.]main and no more, which could be a node's name as well. */
bool plug_is_main(const char *plug);

/** Whether these are the same addresses in any order, where port is that of those without one. */
bool same_addresses(const char *a, const char *b, const char *port);

/** The addresses, with :port behind each that has none; free with g_free(). */
char *addresses_with_port(const char *addresses, const char *port);

#endif
