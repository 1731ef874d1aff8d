/*
 * Which outlets feed which node, by the names that stand in the PDUs: a proposal that a person
 * must check. Pure.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TT_PROPOSAL_H
#define TT_PROPOSAL_H

#include "rows.h"

struct proposal {
	char *hostlist; /* "" if no node has an outlet */
	unsigned nodes; /* that have one */
	unsigned feeds; /* that each of them has; 0: they differ */
	GString *left;  /* lines: what has no place, and why */
};

/** nodes: their names, up to a NULL. pdus: how many there are. */
struct proposal proposal_make(const GArray *rows, char *const *nodes, unsigned pdus);
void proposal_clear(struct proposal *proposal);

/** A word as a POSIX shell reads it back; free with g_free(). */
char *shell_quote(const char *word);

#endif
