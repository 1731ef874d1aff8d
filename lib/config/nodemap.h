/*
 * The node map: "node -> outlets" as users write it in hostlist. It must never guess: what has two
 * readings is an error, for a slip of the pen must not cut another node. It knows what was written,
 * not what the devices have. params_check() calls it, and calls that name outlets. Pure.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_NODEMAP_H
#define TS_NODEMAP_H

#include "config/addresses.h"

#include <stdint.h>

struct node;

/**
 * One outlet as written: [DEVICE.]NUMBER, [DEVICE.]NUMBER="NAME", "NAME" or [DEVICE.]main, then
 * @PDU. A number with a name is that number, and must be called so. main is the main load of the
 * device, which cuts all that hangs on it.
 */
struct outlet_ref {
	const struct node *node; /* whose it is */
	unsigned pdu;            /* index into the PDUs */
	bool has_device;
	uint32_t device; /* if has_device; at least 1 */
	uint32_t number; /* 0 if it is found by its name; else at least 1, or TRIPPSNMP_MAIN */
	char *name;      /* what it must be called; NULL if that does not matter */
	char *key;       /* text_name_key() of that */
	char *text;      /* as messages show it, such as 1.3@pdu-a */
};

struct node {
	char *name;         /* as written */
	char *key;          /* text_name_key() of that */
	GPtrArray *outlets; /* of struct outlet_ref *; empty: by outlet names */
	char *list; /* the outlets, as nodemap_outlets() reads them; NULL if there are none */
	/* Not in hostlist, but given for one call: what messages call them, such as "plug". */
	const char *given_as;
};

struct nodemap {
	GPtrArray *nodes;   /* of struct node *, in the order written */
	const char *ipaddr; /* what messages call it; static, or as long-lived as the map */
};

/**
 * Parses hostlist (NULL or blank: an empty map). NULL on error, with one line
 * in *error (free with g_free()) that names the mistake, shows the place as
 * "at column N: ..." (bytes, 1 first) and does not begin with the
 * parameter's name. ipaddr is what messages call that; it must outlive the map.
 */
struct nodemap *nodemap_parse(const char *hostlist, const struct pdu_address *pdus, unsigned n_pdus,
                              const char *ipaddr, char **error);
void nodemap_free(struct nodemap *map);

/**
 * Parses outlets as they stand behind a node of hostlist, OUTLET[,OUTLET...]; at least one. The
 * node that comes of it is called as they are written. NULL on error, with one line in *error
 * that shows the outlet. given_as must outlive it.
 */
struct node *nodemap_outlets(const char *outlets, const struct pdu_address *pdus, unsigned n_pdus,
                             const char *ipaddr, const char *given_as, char **error);
void nodemap_free_node(struct node *node);

/**
 * Whether node is written with the same outlets as other, in any order, and says of each at least
 * what other says: 1.3 covers 3, and 3="db1-a" covers 3, but not the other way round.
 */
bool nodemap_covers(const struct node *node, const struct node *other);

/** Whether it is a main load. */
bool outlet_ref_is_main(const struct outlet_ref *ref);

/** The node of that name, ignoring case; NULL if the map has none. */
const struct node *nodemap_find(const struct nodemap *map, const char *name);

#endif
