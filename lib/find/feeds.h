/*
 * Which outlets feed a node: the map as written, held against what the PDUs
 * have. Pure. Every doubt is an error here, before anything is switched: never an outlet that may
 * be another node's, and never fewer than the node has.
 *
 * Called by lib/call: feeds_needs() before a look (needs.c), the view after it. Behind it stand
 * match.c and claims.c.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_FEEDS_H
#define TS_FEEDS_H

#include "config/nodemap.h"
#include "find/inventory.h"

/** One outlet that feeds the node: what the look knew of it, and by what it was found. */
struct feed {
	struct outlet_id id;
	enum tristate controllable;
	enum trippsnmp_state state;
	char *odd;            /* what it read that is neither on nor off; NULL if nothing is */
	bool lost;            /* as struct outlet has it */
	bool alarmed;         /* likewise */
	bool status_read;     /* likewise */
	uint32_t name_column; /* where the name stands that it was found by; 0 if by number */
	size_t name_bytes;    /* of that name as it is stored */
	char *name_key;       /* that name, as text_name_key(); NULL if by number */
	char *text;           /* how messages name it, such as "outlet 3 of pdu-a" */
};

/** A GArray of struct feed that frees their texts. */
GArray *feeds_new(void);
/** Its i-th; valid until one is added. */
struct feed *feeds_at(const GArray *feeds, unsigned i);

/**
 * What must be asked of each PDU to find the feeds of node (NULL: of all
 * nodes, with their states). The map must outlive the needs, which are to be freed with
 * feeds_needs_free().
 */
struct inventory_need *feeds_needs(const struct nodemap *map, unsigned n_pdus, const char *node,
                                   bool status);
void feeds_needs_free(struct inventory_need *needs, unsigned n_pdus);

/** Map and inventory side by side; both must outlive it. */
struct feeds_view;

/** required: how many feeds each node must have, 0 any. */
struct feeds_view *feeds_view_new(const struct nodemap *map, unsigned required,
                                  const char *const *labels, unsigned n_pdus,
                                  const struct pdu_outlets *const *found);
void feeds_view_free(struct feeds_view *view);

/**
 * Finds the feeds of node, and checks that no other node of the map has one
 * of them, or hangs on what a main load among them cuts; that each can be
 * switched, and that none stands twice.
 */
struct outcome feeds_find(const struct feeds_view *view, const char *node, GArray *feeds);

/** How many outlets have that name or description. */
unsigned feeds_called(const struct feeds_view *view, const char *name);

/** Whether the state of a feed is not known, or not to be trusted as its device is lost. */
bool feed_doubtful(const struct feed *feed);
/** Why that is so of the first one of which it is, or which is alarmed; fine if there is none. */
struct outcome feeds_doubt(const GArray *feeds, bool alarms_alone);

#endif
