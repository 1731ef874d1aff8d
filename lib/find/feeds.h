/*
 * Which outlets feed a node: the map as written, held against what the PDUs
 * have. Pure. Every doubt is an error here, before anything is switched.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_FEEDS_H
#define TS_FEEDS_H

#include "config/nodemap.h"
#include "find/inventory.h"

/** One outlet that feeds the node. */
struct feed {
	unsigned pdu;
	const struct family *family;
	uint32_t device;
	uint32_t number;            /* TRIPPSNMP_MAIN: the device's main load, of that table */
	enum trippsnmp_state state; /* as the inventory read it */
	char *odd;                  /* likewise: what is neither on nor off; NULL if nothing is */
	bool lost;                  /* likewise */
	bool alarmed;               /* likewise */
	bool status_read;           /* likewise: tlpDeviceStatus was a number */
	uint32_t name_column;       /* where the name stands that it was found by; 0 if by number */
	gsize name_bytes;           /* of that name as it is stored */
	char *name_key;             /* that name, as text_name_key(); NULL if by number */
	char *text;                 /* how messages name it, such as "outlet 3 of pdu-a" */
};

/** A GArray of struct feed that frees their texts. */
GArray *feeds_new(void);

/**
 * What must be asked of each PDU to find the feeds of node (NULL: of all
 * nodes, with their states). Needs are to be freed with feeds_needs_free().
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

/** Why the state of a feed that is not known, lost or alarmed is not to be trusted. */
struct outcome feed_doubt(const struct feed *feed);
/** The doubt about the first one that is alarmed; fine if none is. */
struct outcome feeds_alarmed(const GArray *feeds);

#endif
