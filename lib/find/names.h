/*
 * The nodes that outlets are named after, and how a message about an unknown
 * node tells which ones there are. Pure. It names nothing that gets switched.
 *
 * Called by feeds.c for that message, and by lib/call for lists of nodes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_NAMES_H
#define TS_NAMES_H

#include <glib.h>

/** Names of nodes, each once, in the order in which they came. */
struct node_names {
	GPtrArray *names; /* of char *, lower-cased */
	GHashTable *seen;
};

void node_names_init(struct node_names *names);
/** Takes a name or description (NULL: none) if it may be a node's name and is not there yet. */
void node_names_add(struct node_names *names, const char *text);
/** The array is the caller's; the rest is freed. */
GPtrArray *node_names_finish(struct node_names *names);

/**
 * The end of a message about a node that is none of these names (of char *):
 * "; HEAD db1.example.com, db2: is db1.example.com meant?", with the question only where one of
 * them has the same first label. "" if there are no names. Free with g_free().
 */
char *node_names_hint(const GPtrArray *names, const char *head, const char *wanted);

#endif
