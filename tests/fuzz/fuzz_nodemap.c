/*
 * Fuzzes the hostlist parser. What it accepts must say the same when it is
 * written out and read again; what it refuses must say where.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config/nodemap.h"
#include "fuzz.h"

#include <stdio.h>
#include <string.h>

#define INPUT_MAX 4096

static const struct pdu_address pdus[] = {
	{ "pdu-a", "pdu-a", 161 },
	{ "PDU-B:1161", "PDU-B", 1161 },
	{ "twin:1", "twin", 1 },
	{ "twin:2", "twin", 2 },
	{ "[fe80::1%eth0]:1161", "fe80::1%eth0", 1161 },
	{ "2001:db8::7", "2001:db8::7", 161 },
};

/* A map as a user could write it. */
static char *write_out(const struct nodemap *map)
{
	GString *text = g_string_new(NULL);

	for (unsigned i = 0; i < map->nodes->len; i++) {
		const struct node *node = map->nodes->pdata[i];

		g_string_append_printf(text, "%s%s", i ? ";" : "", node->name);
		if (node->list)
			g_string_append_printf(text, ":%s", node->list);
	}
	return g_string_free(text, FALSE);
}

/* A node's outlets alone are the same outlets. */
static void check_outlets(const struct node *node, unsigned n_pdus)
{
	char *error = NULL;
	struct node *alone = nodemap_outlets(node->list, pdus, n_pdus, "ipaddr", "outlets", &error);

	REQUIRE(alone && !error);
	REQUIRE(!strcmp(alone->list, node->list));
	REQUIRE(nodemap_covers(alone, node) && nodemap_covers(node, alone));
	nodemap_free_node(alone);
}

static void check_map(const struct nodemap *map, unsigned n_pdus)
{
	for (unsigned i = 0; i < map->nodes->len; i++) {
		const struct node *node = map->nodes->pdata[i];

		REQUIRE(nodemap_find(map, node->name) == node);
		REQUIRE(!node->list == !node->outlets->len);
		if (node->list)
			check_outlets(node, n_pdus);
		for (unsigned k = 0; k < node->outlets->len; k++) {
			const struct outlet_ref *ref = node->outlets->pdata[k];

			REQUIRE(ref->pdu < n_pdus);
			REQUIRE(ref->name || ref->number > 0);
			REQUIRE(!ref->has_device || ref->device > 0);
			REQUIRE(!outlet_ref_is_main(ref) || !ref->name);
			check_line(ref->text);
		}
	}
}

static void check_same_again(const struct nodemap *map, unsigned n_pdus)
{
	char *text = write_out(map), *again, *error = NULL;
	struct nodemap *second = nodemap_parse(text, pdus, n_pdus, "ipaddr", &error);

	REQUIRE(second);
	again = write_out(second);
	REQUIRE(!strcmp(text, again));
	g_free(again);
	g_free(text);
	nodemap_free(second);
}

static void check_error(const char *error, size_t length)
{
	unsigned column;

	check_line(error);
	REQUIRE(sscanf(error, "at column %u: ", &column) == 1);
	REQUIRE(column >= 1 && column <= length + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes bytes = { data, size };
	const unsigned n_pdus = 1 + bytes_below(&bytes, G_N_ELEMENTS(pdus));
	size_t n;
	char *text = bytes_string(&bytes, INPUT_MAX, &n), *error = NULL;
	struct nodemap *map = nodemap_parse(text, pdus, n_pdus, "ipaddr", &error);

	if (map) {
		REQUIRE(!error);
		check_map(map, n_pdus);
		check_same_again(map, n_pdus);
		nodemap_free(map);
	} else {
		check_error(error, strlen(text));
	}
	g_free(error);
	g_free(text);
	return 0;
}
