/*
 * Whose outlets a call is about: a node's, or outlets that are given for this call alone. What is
 * wrong by what is written is found here; it must never ask a device. Pure. switch.c, nodes.c and
 * survey.c make subjects.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_SUBJECT_H
#define TS_SUBJECT_H

#include "call/handle.h"

struct subject {
	const char *node;            /* by this name the operation finds the outlets */
	char *shown;                 /* as messages call it, escaped: "node db1", "plug 3,4" */
	const struct config *config; /* the handle's, or that with the given outlets in the map */
	struct config own;
	struct nodemap map;
	struct node *given; /* NULL: a node */
};

/** Finds it by what is written; on error shown is NULL where there is nothing to be called so. */
typedef struct outcome (*subject_find)(struct subject *subject, const trippsnmp *handle,
                                       const char *what);
struct outcome subject_of_node(struct subject *subject, const trippsnmp *handle, const char *node);
struct outcome subject_of_outlets(struct subject *subject, const trippsnmp *handle,
                                  const char *outlets);
/** Also after an error. */
void subject_clear(struct subject *subject);

#endif
