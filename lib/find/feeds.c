/*
 * Node map and inventory brought together: see feeds.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "base/text.h"
#include "find/names.h"
#include "find/view.h"

void feed_clear(void *data)
{
	struct feed *feed = data;

	g_free(feed->text);
	g_free(feed->name_key);
	g_free(feed->odd);
}

GArray *feeds_new(void)
{
	GArray *feeds = g_array_new(FALSE, TRUE, sizeof(struct feed));

	g_array_set_clear_func(feeds, feed_clear);
	return feeds;
}

struct feed *feeds_at(const GArray *feeds, unsigned i)
{
	return &g_array_index(feeds, struct feed, i);
}

struct feed *feeds_add(const struct feeds_view *view, const struct outlet *outlet, GArray *feeds)
{
	const struct feed feed = {
		.id = outlet->id,
		.controllable = outlet->controllable,
		.state = outlet->state,
		.odd = g_strdup(outlet->odd),
		.lost = outlet->lost,
		.alarmed = outlet->alarmed,
		.status_read = outlet->status_read,
		.text = outlet_id_text(&outlet->id, view->labels[outlet->id.pdu]),
	};

	g_array_append_val(feeds, feed);
	return feeds_at(feeds, feeds->len - 1);
}

/* --- the node --- */

/* All tables must have been read: a feed that was not seen would stay on, and the node alive. */
static struct outcome find_by_name(const struct feeds_view *view, const char *name, GArray *feeds)
{
	for (unsigned i = 0; i < view->n_pdus; i++)
		if (!view->found[i]->whole)
			return failure(TRIPPSNMP_INTERNAL,
			               "%s: its outlet table was not read whole", view->labels[i]);
	return match_node(view, name, feeds);
}

/* Says which names outlets have, where these are what counts. */
static struct outcome unknown_node(const struct feeds_view *view, const char *node,
                                   const char *shown)
{
	g_autoptr(GPtrArray) known =
		node_names(view->found, view->map->nodes->len ? 0 : view->n_pdus, false);
	g_autofree char *hint = node_names_hint(known, "outlets have the names", node);

	return failure(TRIPPSNMP_BADNODE,
	               "no outlet feeds node %s: name its outlets in hostlist, or give them "
	               "its name in the PDU%s",
	               shown, hint);
}

/* --- what must not be --- */

static struct outcome check_twice(const struct feeds_view *view, const char *given_as,
                                  const char *owner, const GArray *feeds)
{
	for (unsigned i = 0; i < feeds->len; i++)
		for (unsigned k = i + 1; k < feeds->len; k++) {
			const struct feed *a = feeds_at(feeds, i), *b = feeds_at(feeds, k);

			if (!claims_same(view, a, b))
				continue;
			if (a->id.pdu != b->id.pdu)
				return claims_one_pdu(view, a, b);
			return failure(TRIPPSNMP_BADCONFIG, "%s: %s stands twice%s%s",
			               given_as ? given_as : "hostlist", a->text,
			               given_as ? "" : " for ", given_as ? "" : owner);
		}
	return outcome_fine;
}

static struct outcome check_controllable(const char *given_as, const char *owner,
                                         const GArray *feeds)
{
	const char *before = given_as ? "" : "feeds ", *behind = given_as ? " names" : "";

	for (unsigned i = 0; i < feeds->len; i++) {
		const struct feed *feed = feeds_at(feeds, i);

		if (feed->controllable == TRI_UNKNOWN)
			return failure(TRIPPSNMP_ACCESS,
			               "%s, which %s%s%s, does not say whether it is controllable",
			               feed->text, before, owner, behind);
		if (feed->controllable != TRI_YES)
			return failure(TRIPPSNMP_BADCONFIG,
			               "%s, which %s%s%s, is not controllable: the PDU cannot "
			               "switch it",
			               feed->text, before, owner, behind);
	}
	return outcome_fine;
}

/* name is escaped. */
static struct outcome check_found(const struct feeds_view *view, const struct node *mapped,
                                  const char *name, const GArray *feeds)
{
	const char *given_as = mapped ? mapped->given_as : NULL;
	g_autofree char *owner = given_as ? g_strdup(given_as) : g_strdup_printf("node %s", name);
	struct outcome outcome = check_twice(view, given_as, owner, feeds);

	if (!outcome.error)
		outcome = claims_check(view, mapped, owner, feeds);
	if (!outcome.error)
		outcome = check_controllable(given_as, owner, feeds);
	if (!outcome.error && view->required && feeds->len != view->required)
		outcome = failure(TRIPPSNMP_BADCONFIG, "feeds: %s has %u outlet%s, not %u", owner,
		                  feeds->len, feeds->len == 1 ? "" : "s", view->required);
	return outcome;
}

/* nodemap_find() of all nodes, one after the other, would take the square of their number. */
static const struct node *mapped_node(const struct feeds_view *view, const char *name)
{
	g_autofree char *key = text_name_key(name, -1);

	return *key ? g_hash_table_lookup(view->nodes, key) : NULL;
}

struct outcome feeds_find(const struct feeds_view *view, const char *node, GArray *feeds)
{
	const struct node *mapped = mapped_node(view, node);
	struct outcome outcome = outcome_fine;
	g_autofree char *name = text_escape(node, -1);

	if (mapped && !node_by_name(mapped))
		outcome = match_refs(view, mapped, feeds);
	else if (mapped || !view->map->nodes->len)
		outcome = find_by_name(view, node, feeds);
	if (!outcome.error && !feeds->len)
		outcome = unknown_node(view, node, name);
	if (!outcome.error)
		outcome = check_found(view, mapped, name, feeds);
	return outcome;
}

/* --- the view --- */

/* Takes over the key, which may be NULL. */
static void add_called(GHashTable *index, char *key, const struct called *called)
{
	GArray *all = key ? g_hash_table_lookup(index, key) : NULL;

	if (all || !key || !*key) {
		g_free(key);
	} else {
		all = g_array_new(FALSE, FALSE, sizeof(struct called));
		g_hash_table_insert(index, key, all);
	}
	if (all)
		g_array_append_vals(all, called, 1);
}

static void index_text(struct feeds_view *view, const struct outlet *outlet, bool described)
{
	const char *text = outlet_text(outlet, described);
	const struct called called = { outlet, described, false };
	const struct called may_be = { outlet, described, true };

	if (!text)
		return;
	/* what is called and described the same is one outlet, said twice */
	if (!described || !outlet->name || !text_same_name(text, outlet->name))
		add_called(view->named, text_name_key(text, -1), &called);
	add_called(view->named, text_doubtful_key(text), &may_be);
}

static void index_outlet(struct feeds_view *view, const struct outlet *outlet)
{
	index_text(view, outlet, true);
	index_text(view, outlet, false);
}

unsigned feeds_called(const struct feeds_view *view, const char *name)
{
	const struct called *called;
	unsigned n = 0;

	for (unsigned i = 0; (called = match_called(view, name, i)); i++)
		n += !called->doubtful;
	return n;
}

struct feeds_view *feeds_view_new(const struct nodemap *map, unsigned required,
                                  const char *const *labels, unsigned n_pdus,
                                  const struct pdu_outlets *const *found)
{
	struct feeds_view *view = g_new0(struct feeds_view, 1);

	view->map = map;
	view->required = required;
	view->labels = labels;
	view->n_pdus = n_pdus;
	view->found = found;
	view->named = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
	                                    (GDestroyNotify)g_array_unref);
	for (unsigned i = 0; i < n_pdus; i++)
		for (unsigned k = 0; k < found[i]->outlets->len; k++)
			index_outlet(view, outlets_at(found[i]->outlets, k));
	view->nodes = g_hash_table_new(g_str_hash, g_str_equal);
	for (unsigned i = map->nodes->len; i-- > 0;) /* of two, the first stays */
		g_hash_table_insert(view->nodes, view_node(view, i)->key, map->nodes->pdata[i]);
	claims_index(view);
	return view;
}

void feeds_view_free(struct feeds_view *view)
{
	g_hash_table_unref(view->named);
	g_hash_table_unref(view->nodes);
	for (unsigned i = 0; i < view->n_pdus; i++)
		g_array_unref(view->claims[i]);
	g_free(view->claims);
	g_free(view);
}

/* --- doubts --- */

bool feed_doubtful(const struct feed *feed)
{
	return feed->lost || feed->alarmed || feed->state == TRIPPSNMP_UNKNOWN;
}

static struct outcome feed_doubt(const struct feed *feed)
{
	if (feed->lost)
		return failure(
			TRIPPSNMP_ACCESS,
			"%s: tlpDeviceStatus of its device is offline or unclear, so its state "
			"cannot be trusted; check the PDU",
			feed->text);
	if (feed->alarmed)
		return failure(TRIPPSNMP_ACCESS,
		               "%s: its card has an active alarm \"Communications Lost\" about "
		               "its device, so its state cannot be trusted; check the PDU",
		               feed->text);
	return failure(TRIPPSNMP_ACCESS, "%s reads neither on nor off (%s)", feed->text,
	               feed->odd ? feed->odd : "nothing was read");
}

struct outcome feeds_doubt(const GArray *feeds, bool alarms_alone)
{
	for (unsigned i = 0; i < feeds->len; i++) {
		const struct feed *feed = feeds_at(feeds, i);

		if (alarms_alone ? feed->alarmed : feed_doubtful(feed))
			return feed_doubt(feed);
	}
	return outcome_fine;
}
