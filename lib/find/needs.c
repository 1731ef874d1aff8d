/*
 * What a look must ask to find the feeds of a node: see feeds.h. Rather too much than too
 * little: what was not asked is no outlet that could be another node's.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "base/text.h"
#include "find/view.h"

static void need_number(struct inventory_need *need, const struct outlet_ref *ref)
{
	if (!need->numbers)
		need->numbers = g_ptr_array_new();
	g_ptr_array_add(need->numbers, (void *)ref);
	need->mains = need->mains || outlet_ref_is_main(ref);
}

static void need_names(struct inventory_need *need)
{
	need->skip = false;
	need->names = true;
	if (!need->wanted)
		need->wanted = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

static void need_name(struct inventory_need *need, const char *name)
{
	need_names(need);
	g_hash_table_add(need->wanted, text_name_key(name, -1));
}

static void need_node(struct inventory_need *needs, unsigned n_pdus, const struct node *node)
{
	for (unsigned i = 0; node_by_name(node) && i < n_pdus; i++)
		need_name(&needs[i], node->name);
	for (unsigned i = 0; i < node->outlets->len; i++) {
		const struct outlet_ref *ref = node_ref(node, i);
		struct inventory_need *need = &needs[ref->pdu];

		need->skip = false;
		if (ref->number)
			need_number(need, ref);
		else
			need_name(need, ref->name);
	}
}

/* Whether some outlets of that PDU are found by their names. */
static bool names_on(const struct node *node, unsigned pdu)
{
	for (unsigned i = 0; i < node->outlets->len; i++)
		if (!node_ref(node, i)->number && node_ref(node, i)->pdu == pdu)
			return true;
	return node_by_name(node);
}

struct inventory_need *feeds_needs(const struct nodemap *map, unsigned n_pdus, const char *node,
                                   bool status)
{
	struct inventory_need *needs = g_new0(struct inventory_need, n_pdus);
	const struct node *mapped = node ? nodemap_find(map, node) : NULL;
	const GPtrArray *nodes = map->nodes;

	for (unsigned i = 0; i < n_pdus; i++) {
		needs[i].skip = node;
		needs[i].status = status;
		if (!nodes->len)
			need_names(&needs[i]);
		if (!nodes->len && node)
			need_name(&needs[i], node);
	}
	for (unsigned i = 0; i < nodes->len; i++)
		if (!node || nodes->pdata[i] == mapped)
			need_node(needs, n_pdus, nodes->pdata[i]);
	/*
	 * Another node that is mapped by name could own an outlet which this one has
	 * by number: the PDUs at hand are then asked for names as well.
	 */
	for (unsigned i = 0; i < nodes->len; i++)
		for (unsigned k = 0; k < n_pdus; k++)
			if (!needs[k].skip && names_on(nodes->pdata[i], k))
				need_names(&needs[k]);
	return needs;
}

void feeds_needs_free(struct inventory_need *needs, unsigned n_pdus)
{
	for (unsigned i = 0; i < n_pdus; i++) {
		g_clear_pointer(&needs[i].numbers, g_ptr_array_unref);
		g_clear_pointer(&needs[i].wanted, g_hash_table_unref);
	}
	g_free(needs);
}
