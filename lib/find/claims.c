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
	struct feed feed; /* first: the feeds' clear function frees it */
	unsigned node;    /* its place in the map */
};

/* --- one and the same --- */

/* Two addresses that lead to one agent: snmpEngineID is unique to each (RFC 3411). */
static bool same_pdu(const struct feeds_view *view, unsigned a, unsigned b)
{
	const GBytes *id_a = view->found[a]->engine_id, *id_b = view->found[b]->engine_id;

	return a == b || (id_a && id_b && g_bytes_equal(id_a, id_b));
}

/* Of two on one PDU. */
static bool same_outlet(const struct feed *a, const struct feed *b)
{
	return a->id.family == b->id.family && a->id.device == b->id.device &&
	       a->id.number == b->id.number;
}

bool claims_same(const struct feeds_view *view, const struct feed *a, const struct feed *b)
{
	return same_pdu(view, a->id.pdu, b->id.pdu) && same_outlet(a, b);
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

/*
 * Whether one of two on one PDU is a main load, which cuts the other one. What may be anywhere may
 * hang on a main load; a main load that may be anywhere is ambiguous, and switched by nobody.
 */
static bool cut_together(const struct feed *mine, const struct feed *theirs)
{
	if (mine->id.number == TRIPPSNMP_MAIN && !theirs->id.device)
		return true;
	return (mine->id.number == TRIPPSNMP_MAIN || theirs->id.number == TRIPPSNMP_MAIN) &&
	       mine->id.device == theirs->id.device;
}

/* --- which outlets each node has --- */

/* An outlet that could not be found, but is on that device, or on an unknown one (0). */
static void add_vague(unsigned pdu, uint32_t device, uint32_t number, char *text, GArray *feeds)
{
	const struct feed feed = { .id = { pdu, NULL, device, number }, .text = text };

	g_array_append_val(feeds, feed);
}

/*
 * What has that name; what may be that outlet or not as well, for a main load would cut it.
 * pdu: -1 is any, and there descriptions count.
 */
static void claim_called(const struct feeds_view *view, int pdu, const char *name, GArray *feeds)
{
	const struct called *called;

	for (unsigned i = 0; (called = match_called(view, name, i)); i++) {
		const struct outlet_id *id = &called->outlet->id;

		if (pdu >= 0 && id->pdu != (unsigned)pdu)
			continue;
		if (called->doubtful)
			add_vague(id->pdu, id->device, id->number,
			          outlet_id_text(id, view->labels[id->pdu]), feeds);
		else if (pdu < 0 || !called->described)
			match_add(view, called, name, feeds);
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
		claim_called(view, (int)ref->pdu, ref->name, feeds);
		return;
	}
	if (found->whole) {
		struct outcome outcome = match_number(view, "", ref, &match);

		if (outcome.error)
			match = NULL;
		g_free(outcome.message); /* an error of that node, not of the one that is looked for
		                          */
	} else if (device == found->device && table) {
		match = &unread;
	}
	if (match) /* also one that has another name: it may be this node's */
		feeds_add(view, match, feeds);
	else
		add_vague(ref->pdu, device, ref->number, g_strdup(ref->text), feeds);
}

static void claim_outlets(struct feeds_view *view, unsigned at)
{
	const struct node *node = view_node(view, at);
	g_autoptr(GArray) feeds = feeds_new();

	if (node_by_name(node))
		claim_called(view, -1, node->name, feeds);
	for (unsigned i = 0; i < node->outlets->len; i++)
		add_ref(view, node_ref(node, i), feeds);
	for (unsigned i = 0; i < feeds->len; i++) {
		const struct claim claim = { *feeds_at(feeds, i), at };

		g_array_append_val(view->claims[claim.feed.id.pdu], claim);
	}
	g_array_set_clear_func(feeds, NULL); /* they were moved */
}

/* Once for all nodes: each of them is checked against all others. */
void claims_index(struct feeds_view *view)
{
	view->claims = g_new(GArray *, view->n_pdus);
	for (unsigned i = 0; i < view->n_pdus; i++) {
		view->claims[i] = g_array_new(FALSE, FALSE, sizeof(struct claim));
		g_array_set_clear_func(view->claims[i], feed_clear);
	}
	for (unsigned i = 0; i < view->map->nodes->len; i++)
		claim_outlets(view, i);
}

/* --- what must not be --- */

/** One of these feeds and one of another node, which must not go together. */
struct clash {
	const struct feed *mine;
	const struct claim *theirs;
};

typedef bool (*clashes)(const struct feed *mine, const struct feed *theirs);

/* Looks for one on that PDU with an earlier node than that of *clash; theirs may be NULL. */
static void find_clash(const struct feeds_view *view, const struct feed *feed, unsigned pdu,
                       unsigned from, const struct node *apart, clashes do_clash,
                       struct clash *clash)
{
	for (unsigned i = 0; i < view->claims[pdu]->len; i++) {
		const struct claim *claim = &g_array_index(view->claims[pdu], struct claim, i);

		if (clash->theirs && claim->node >= clash->theirs->node)
			return;
		if (claim->node >= from && view_node(view, claim->node) != apart &&
		    do_clash(feed, &claim->feed)) {
			*clash = (struct clash){ feed, claim };
			return;
		}
	}
}

/* The first one with a node from that place in the map on; that node itself apart. */
static bool next_clash(const struct feeds_view *view, const GArray *feeds, unsigned from,
                       const struct node *apart, clashes do_clash, struct clash *clash)
{
	clash->theirs = NULL;
	for (unsigned i = 0; i < feeds->len; i++)
		for (unsigned pdu = 0; pdu < view->n_pdus; pdu++)
			if (same_pdu(view, pdu, feeds_at(feeds, i)->id.pdu))
				find_clash(view, feeds_at(feeds, i), pdu, from, apart, do_clash,
				           clash);
	return clash->theirs;
}

static const char *node_of(const struct feeds_view *view, const struct clash *clash)
{
	return view_node(view, clash->theirs->node)->name;
}

/* Outlets that are given for one call may be those of one node of hostlist, but not of two. */
static struct outcome check_shared(const struct feeds_view *view, const struct node *mapped,
                                   const char *owner, const GArray *feeds)
{
	const char *given_as = mapped ? mapped->given_as : NULL;
	struct clash first, second;

	if (!next_clash(view, feeds, 0, mapped, same_outlet, &first))
		return outcome_fine;
	if (first.mine->id.pdu != first.theirs->feed.id.pdu)
		return claims_one_pdu(view, first.mine, &first.theirs->feed);
	if (!given_as)
		return failure(TRIPPSNMP_BADCONFIG, "hostlist: %s feeds both %s and node %s",
		               first.mine->text, owner, node_of(view, &first));
	if (!next_clash(view, feeds, first.theirs->node + 1, mapped, same_outlet, &second))
		return outcome_fine;
	if (second.mine->id.pdu != second.theirs->feed.id.pdu)
		return claims_one_pdu(view, second.mine, &second.theirs->feed);
	return failure(TRIPPSNMP_BADCONFIG,
	               "%s: by hostlist %s feeds node %s, and %s feeds node %s: "
	               "outlets of one node alone can be meant",
	               given_as, first.mine->text, node_of(view, &first), second.mine->text,
	               node_of(view, &second));
}

/*
 * A main load cuts all that hangs on its device: no other node's outlet or main load may be
 * there, not even one that cannot be found. Those given for one call may be a node's of the map.
 */
static struct outcome check_mains(const struct feeds_view *view, const struct node *mapped,
                                  const char *owner, const GArray *feeds)
{
	struct clash clash;
	const bool shares = mapped && mapped->given_as &&
	                    next_clash(view, feeds, 0, mapped, same_outlet, &clash);
	const struct node *also = shares ? view_node(view, clash.theirs->node) : NULL;

	for (unsigned from = 0; next_clash(view, feeds, from, mapped, cut_together, &clash);
	     from = clash.theirs->node + 1) {
		const struct node *other = view_node(view, clash.theirs->node);
		const char *mine = clash.mine->text, *theirs = clash.theirs->feed.text;

		if (other == also)
			continue;
		if (clash.mine->id.number == TRIPPSNMP_MAIN)
			return failure(TRIPPSNMP_BADCONFIG,
			               "hostlist: %s, of %s, cuts all that hangs on its device, "
			               "also %s, of node %s",
			               mine, owner, theirs, other->name);
		return failure(TRIPPSNMP_BADCONFIG,
		               "hostlist: %s, of node %s, cuts all that hangs on its device, "
		               "also %s, of %s",
		               theirs, other->name, mine, owner);
	}
	return outcome_fine;
}

struct outcome claims_check(const struct feeds_view *view, const struct node *mapped,
                            const char *owner, const GArray *feeds)
{
	const struct outcome outcome = check_shared(view, mapped, owner, feeds);

	return outcome.error ? outcome : check_mains(view, mapped, owner, feeds);
}
