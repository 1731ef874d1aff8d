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

#include "find/inventory.h"

/** The node that a name or description (NULL: none) may be, lower-cased; NULL if it is none's. */
char *node_name(const char *text);

/**
 * All that outlets are named after, each once, in the order of the outlets; with doubtful, what
 * stands before a NUL counts as well. Of char *, free with g_ptr_array_unref().
 */
GPtrArray *node_names(const struct pdu_outlets *const *found, unsigned n_pdus, bool doubtful);

/**
 * The end of a message about a node that is none of these names (of char *):
 * "; HEAD db1.example.com, db2: is db1.example.com meant?", with the question only where one of
 * them has the same first label. "" if there are no names. Free with g_free().
 */
char *node_names_hint(const GPtrArray *names, const char *head, const char *wanted);

#endif
