/*
 * The node map: "node -> outlets" as users write it in hostlist. Pure: it
 * knows what was written, not what the devices have.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_NODEMAP_H
#define TS_NODEMAP_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/** One outlet as written: [DEVICE.]NUMBER or "NAME", then @PDU. */
struct outlet_ref {
	unsigned pdu; /* index into the PDUs */
	bool has_device;
	uint32_t device; /* if has_device; at least 1 */
	uint32_t number; /* 0 if it is a name; else at least 1 */
	char *name;      /* NULL if it is a number */
	char *text;      /* as messages show it, such as 1.3@pdu-a */
};

struct node {
	char *name;         /* as written */
	GPtrArray *outlets; /* of struct outlet_ref *; empty: by outlet names */
};

struct nodemap {
	GPtrArray *nodes; /* of struct node *, in the order written */
};

/** What @PDU may be: a label as written, and its host and port. */
struct pdu_name {
	const char *label;
	const char *host;
	unsigned port;
};

/**
 * Parses hostlist (NULL or blank: an empty map). NULL on error, with one line
 * in *error (free with g_free()) that names the mistake, shows the place as
 * "at column N: ..." (bytes, 1 first) and does not begin with the
 * parameter's name.
 */
struct nodemap *nodemap_parse(const char *hostlist, const struct pdu_name *pdus, unsigned n_pdus,
                              char **error);
void nodemap_free(struct nodemap *map);

/** The node of that name, ignoring case; NULL if the map has none. */
const struct node *nodemap_find(const struct nodemap *map, const char *name);

#endif
