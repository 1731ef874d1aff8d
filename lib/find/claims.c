/*
 * What other nodes of the map have, and that nothing of it would be cut: see view.h. A node's
 * outlets are claimed as far as they can be told without asking more; where that is not far
 * enough, it claims all on the device or on the PDU that they may be on, and never less.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "find/view.h"

/** That a node of the map has an outlet. */
struct claim {
	unsigned node; /* its place in the map */
	const struct feed *feed;
};

/* --- one and the same --- */

/* Two addresses that lead to one agent: snmpEngineID is unique to each (RFC 3411). */
static bool same_pdu(const struct feeds_view *view, unsigned a, unsigned b)
{
	const GBytes *id_a = view->found[a]->engine_id, *id_b = view->found[b]->engine_id;

	return a == b || (id_a && id_b && g_bytes_equal(id_a, id_b));
}

static unsigned first_of_same(const struct feeds_view *view, unsigned pdu)
{
	unsigned first = 0;

	while (!same_pdu(view, first, pdu))
		first++;
	return first;
}

/* Equal for what is one outlet, whatever its PDU is called. */
static struct outlet_id key_of(const struct feeds_view *view, const struct feed *feed)
{
	struct outlet_id key = feed->id;

	key.pdu = view->one[key.pdu];
	return key;
}

/* No outlet's key, for it has no table: that of all on one device, or of its main load alone. */
static struct outlet_id key_of_device(const struct feeds_view *view, unsigned pdu, uint32_t device,
                                      bool main)
{
	return (struct outlet_id){ view->one[pdu], NULL, device, main ? TRIPPSNMP_MAIN : 0 };
}

static unsigned hash_key(const void *data)
{
	const struct outlet_id *key = data;

	return (key->pdu * 31U + key->device) * 997U + key->number;
}

static gboolean equal_keys(const void *a, const void *b)
{
	return outlet_id_equal(a, b);
}

bool claims_same(const struct feeds_view *view, const struct feed *a, const struct feed *b)
{
	const struct outlet_id one = key_of(view, a), other = key_of(view, b);

	return outlet_id_equal(&one, &other);
}

struct outcome claims_one_pdu(const struct feeds_view *view, const struct feed *a,
                              const struct feed *b)
{
	return failure(
		TRIPPSNMP_BADCONFIG,
		"%s: %s and %s are one PDU (they have the same SNMP engine ID), so %s and "
		"%s are one outlet; if they are two, give each card an engine ID of its own, or "
		"each PDU a resource of its own",
		view->map->ipaddr, view->labels[a->id.pdu], view->labels[b->id.pdu], a->text,
		b->text);
}

/* --- who has what --- */

/* It could not be found, but is somewhere on that device, or on any where that is 0. */
static void add_vague(unsigned pdu, uint32_t device, uint32_t number, char *text, GArray *feeds)
{
	const struct feed feed = { .id = { pdu, NULL, device, number }, .text = text };

	g_array_append_val(feeds, feed);
}

/* What may be that outlet or not: a main load would cut it. pdu: -1 is any. */
static void add_doubtful(const struct feeds_view *view, int pdu, const char *name, GArray *feeds)
{
	const struct called *called;

	for (unsigned i = 0; (called = match_called(view->doubtful, name, i)); i++) {
		const struct outlet_id *id = &called->outlet->id;

		if (pdu < 0 || id->pdu == (unsigned)pdu)
			add_vague(id->pdu, id->device, id->number,
			          outlet_id_text(id, view->labels[id->pdu]), feeds);
	}
}

/* What is behind a node in the map, as far as it can be told. */
static void add_ref(const struct feeds_view *view, const struct outlet_ref *ref, GArray *feeds)
{
	const struct pdu_outlets *found = view->found[ref->pdu];
	const struct family *table =
		outlet_ref_is_main(ref) && found->family ? found->family->main : found->family;
	const uint32_t device = ref->has_device ? ref->device : found->device;
	const struct outlet unread = { .id = { ref->pdu, table, device, ref->number } };
	const struct outlet *match = NULL;

	if (!ref->number) {
		match_name(view, ref->pdu, ref->name, feeds);
		add_doubtful(view, (int)ref->pdu, ref->name, feeds);
		return;
	}
	if (found->whole) {
		struct outcome outcome = match_number(view, "", ref, &match);

		if (outcome.error)
			match = NULL;
		g_free(outcome.message); /* that node's own trouble, not this one's */
	} else if (device == found->device && table) {
		match = &unread;
	}
	if (match) /* also where it is called otherwise: whose it is is in doubt */
		feeds_add(view, match, feeds);
	else
		add_vague(ref->pdu, device, ref->number, g_strdup(ref->text), feeds);
}

/* The outlets of a node of the map, as far as they can be told. */
static GArray *claimed_by(const struct feeds_view *view, const struct node *node)
{
	GArray *feeds = feeds_new();

	if (node_by_name(node)) {
		match_node(view, node->name, feeds);
		add_doubtful(view, -1, node->name, feeds);
	}
	for (unsigned i = 0; i < node->outlets->len; i++)
		add_ref(view, node_ref(node, i), feeds);
	return feeds;
}

static void add_claim(struct feeds_view *view, const struct outlet_id *key,
                      const struct claim *claim)
{
	GArray *claims = g_hash_table_lookup(view->claims, key);

	if (!claims) {
		claims = g_array_new(FALSE, FALSE, sizeof(struct claim));
		g_hash_table_insert(view->claims, g_memdup2(key, sizeof(*key)), claims);
	}
	g_array_append_vals(claims, claim, 1);
}

static void add_claims(struct feeds_view *view, const struct claim *claim)
{
	const struct outlet_id *id = &claim->feed->id;
	const struct outlet_id own = key_of(view, claim->feed);
	const struct outlet_id device = key_of_device(view, id->pdu, id->device, false);
	const struct outlet_id main = key_of_device(view, id->pdu, id->device, true);

	if (id->family)
		add_claim(view, &own, claim);
	add_claim(view, &device, claim);
	if (id->number == TRIPPSNMP_MAIN)
		add_claim(view, &main, claim);
}

/* Once for all nodes: each of them is checked against all others. */
void claims_index(struct feeds_view *view)
{
	view->one = g_new(unsigned, view->n_pdus);
	for (unsigned i = 0; i < view->n_pdus; i++)
		view->one[i] = first_of_same(view, i);
	view->claimed = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
	view->claims =
		g_hash_table_new_full(hash_key, equal_keys, g_free, (GDestroyNotify)g_array_unref);
	for (unsigned i = 0; i < view->map->nodes->len; i++) {
		GArray *feeds = claimed_by(view, view_node(view, i));

		g_ptr_array_add(view->claimed, feeds);
		for (unsigned k = 0; k < feeds->len; k++)
			add_claims(view, &(struct claim){ i, feeds_at(feeds, k) });
	}
}

/* --- what must not be --- */

/** An outlet that is one of these feeds and another node's as well. */
struct shared {
	unsigned node; /* that one's place in the map */
	const struct feed *mine, *theirs;
};

/* The first one that a node from that place in the map on has; that node itself apart. */
static bool next_shared(const struct feeds_view *view, const GArray *feeds, unsigned from,
                        const struct node *apart, struct shared *shared)
{
	const struct claim *first = NULL;

	for (unsigned i = 0; i < feeds->len; i++) {
		const struct feed *feed = feeds_at(feeds, i);
		const struct outlet_id key = key_of(view, feed);
		const GArray *claims = g_hash_table_lookup(view->claims, &key);

		for (unsigned k = 0; claims && k < claims->len; k++) {
			const struct claim *claim = &g_array_index(claims, struct claim, k);

			if (claim->node < from || view_node(view, claim->node) == apart ||
			    (first && claim->node >= first->node))
				continue;
			first = claim;
			*shared = (struct shared){ claim->node, feed, claim->feed };
		}
	}
	return first;
}

/* Outlets that are given for one call may be those of one node of hostlist, but not of two. */
static struct outcome check_shared(const struct feeds_view *view, const struct node *mapped,
                                   const char *owner, const GArray *feeds)
{
	const char *given_as = mapped ? mapped->given_as : NULL;
	struct shared first, second;

	if (!next_shared(view, feeds, 0, mapped, &first))
		return outcome_fine;
	if (first.mine->id.pdu != first.theirs->id.pdu)
		return claims_one_pdu(view, first.mine, first.theirs);
	if (!given_as)
		return failure(TRIPPSNMP_BADCONFIG, "hostlist: %s feeds both %s and node %s",
		               first.mine->text, owner, view_node(view, first.node)->name);
	if (!next_shared(view, feeds, first.node + 1, mapped, &second))
		return outcome_fine;
	if (second.mine->id.pdu != second.theirs->id.pdu)
		return claims_one_pdu(view, second.mine, second.theirs);
	return failure(TRIPPSNMP_BADCONFIG,
	               "%s: by hostlist %s feeds node %s, and %s feeds node %s: "
	               "outlets of one node alone can be meant",
	               given_as, first.mine->text, view_node(view, first.node)->name,
	               second.mine->text, view_node(view, second.node)->name);
}

/*
 * The first claim of a node that is neither of these two. What may be anywhere may hang on a main
 * load; a main load that may be anywhere is ambiguous, and switched by nobody.
 */
static const struct claim *claim_beside(const struct feeds_view *view, const struct feed *feed,
                                        const struct node *apart, const struct node *owner)
{
	const uint32_t devices[] = { feed->id.device, 0 };
	const bool main = feed->id.number == TRIPPSNMP_MAIN;

	for (unsigned i = 0; i < (main ? 2 : 1); i++) {
		const struct outlet_id key = key_of_device(view, feed->id.pdu, devices[i], !main);
		const GArray *claims = g_hash_table_lookup(view->claims, &key);

		for (unsigned k = 0; claims && k < claims->len; k++) {
			const struct claim *claim = &g_array_index(claims, struct claim, k);
			const struct node *node = view_node(view, claim->node);

			if (node != apart && node != owner)
				return claim;
		}
	}
	return NULL;
}

/*
 * A main load cuts all that hangs on its device: no other node's outlet or main load may be
 * there, not even one that cannot be found. Those given for one call may be a node's of the map.
 */
static struct outcome check_mains(const struct feeds_view *view, const struct node *mapped,
                                  const char *owner, const GArray *feeds)
{
	struct shared shared;
	const bool shares =
		mapped && mapped->given_as && next_shared(view, feeds, 0, mapped, &shared);
	const struct node *also = shares ? view_node(view, shared.node) : NULL;

	for (unsigned i = 0; i < feeds->len; i++) {
		const struct feed *feed = feeds_at(feeds, i);
		const struct claim *claim = claim_beside(view, feed, mapped, also);
		const char *other = claim ? view_node(view, claim->node)->name : NULL;

		if (claim && feed->id.number == TRIPPSNMP_MAIN)
			return failure(TRIPPSNMP_BADCONFIG,
			               "hostlist: %s, of %s, cuts all that hangs on its device, "
			               "also %s, of node %s",
			               feed->text, owner, claim->feed->text, other);
		if (claim)
			return failure(TRIPPSNMP_BADCONFIG,
			               "hostlist: %s, of node %s, cuts all that hangs on its "
			               "device, also %s, of %s",
			               claim->feed->text, other, feed->text, owner);
	}
	return outcome_fine;
}

struct outcome claims_check(const struct feeds_view *view, const struct node *mapped,
                            const char *owner, const GArray *feeds)
{
	const struct outcome outcome = check_shared(view, mapped, owner, feeds);

	return outcome.error ? outcome : check_mains(view, mapped, owner, feeds);
}
