/*
 * Map and inventory side by side, as feeds.c, match.c and claims.c share it; nobody else includes
 * it. It owns its indexes alone: outlets and nodes are those of the inventory and of the map.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_VIEW_H
#define TS_VIEW_H

#include "find/feeds.h"

/** An outlet by one of its texts. */
struct called {
	const struct outlet *outlet;
	bool described; /* that is its description, and not its name */
	bool doubtful;  /* it may be that text, or not: see match.c */
};

struct feeds_view {
	const struct nodemap *map;
	unsigned required;
	const char *const *labels;
	unsigned n_pdus;
	const struct pdu_outlets *const *found;
	GHashTable *named; /* name key, or text_doubtful_key() -> GArray of struct called */
	GHashTable *nodes; /* name key -> the node of the map */
	GArray **claims;   /* of each PDU, what nodes of the map have there, in the map's order */
};

static inline const struct node *view_node(const struct feeds_view *view, unsigned i)
{
	return view->map->nodes->pdata[i];
}

/** Whether its outlets are those that have its name. */
static inline bool node_by_name(const struct node *node)
{
	return !node->outlets->len;
}

static inline const struct outlet_ref *node_ref(const struct node *node, unsigned i)
{
	return node->outlets->pdata[i];
}

/** Frees its texts. */
void feed_clear(void *data);
/** Appends a feed that the look has found; returns it, valid until the next one. */
struct feed *feeds_add(const struct feeds_view *view, const struct outlet *outlet, GArray *feeds);

/* match.c: what a node, or what stands behind it in the map, is called or numbered in the PDUs */

/** The i-th outlet that is called so, or may be; NULL past the last. */
const struct called *match_called(const struct feeds_view *view, const char *name, unsigned i);
/** Adds what is called so, to be switched only under that name. */
void match_add(const struct feeds_view *view, const struct called *called, const char *name,
               GArray *feeds);
/** Every outlet whose name or description is the node's; an error if one may be, or not. */
struct outcome match_node(const struct feeds_view *view, const char *node, GArray *feeds);
/** The outlet of that number, whatever it is called. as: where it is written, for messages. */
struct outcome match_number(const struct feeds_view *view, const char *as,
                            const struct outlet_ref *ref, const struct outlet **match);
/** All outlets that the map has behind that node. */
struct outcome match_refs(const struct feeds_view *view, const struct node *node, GArray *feeds);
/* claims.c: which outlets the other nodes of the map have */

/** Fills claims; each of them, and the array, are to be freed. */
void claims_index(struct feeds_view *view);
/** Whether two feeds are one outlet, and what to say if they are so by two PDUs' names. */
bool claims_same(const struct feeds_view *view, const struct feed *a, const struct feed *b);
struct outcome claims_one_pdu(const struct feeds_view *view, const struct feed *a,
                              const struct feed *b);
/**
 * That no other node has one of these feeds, or hangs on a main load among them; and the other
 * way round. mapped may be NULL; owner: whose feeds they are, for messages.
 */
struct outcome claims_check(const struct feeds_view *view, const struct node *mapped,
                            const char *owner, const GArray *feeds);

#endif
