/*
 * Node map and inventory brought together: see feeds.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "find/feeds.h"

#include "base/text.h"
#include "find/names.h"

#include <string.h>

struct feeds_view {
	const struct nodemap *map;
	unsigned required;
	const char *const *labels;
	unsigned n_pdus;
	const struct pdu_outlets *const *found;
	GHashTable *named;    /* name key -> GArray of struct place */
	GHashTable *doubtful; /* text_doubtful_key() -> the same */
	GHashTable *nodes;    /* name key -> the node of the map */
	unsigned *one;        /* of each PDU the first one that is the same one */
	GPtrArray *claimed;   /* the feeds of each node of the map, as far as they are known */
	GHashTable *claims;   /* struct outlet_key -> GArray of struct claim, in the map's order */
};

/** That a node of the map has an outlet. */
struct claim {
	unsigned node; /* its place in the map */
	const struct feed *feed;
};

/** Equal for what is one outlet. */
struct outlet_key {
	unsigned pdu; /* the first one of those that are one and the same */
	const struct family *family;
	uint32_t device, number;
};

/** Where an outlet of some name is. */
struct place {
	unsigned pdu;
	const struct outlet *outlet;
	bool described; /* it is the outlet's description, and not its name */
};

static void feed_clear(void *data)
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

static bool by_name(const struct node *node)
{
	return node->outlets->len == 0;
}

static const struct outlet_ref *ref_at(const struct node *node, unsigned i)
{
	return node->outlets->pdata[i];
}

static bool found_by_name(const struct outlet_ref *ref)
{
	return !ref->number;
}

static const struct node *node_at(const struct nodemap *map, unsigned i)
{
	return map->nodes->pdata[i];
}

/* --- what to ask --- */

static void need_number(struct inventory_need *need, const struct outlet_ref *ref)
{
	const struct outlet_number number = { ref->has_device, ref->device, ref->number,
		                              ref->name != NULL };

	if (!need->numbers)
		need->numbers = g_array_new(FALSE, FALSE, sizeof(struct outlet_number));
	g_array_append_val(need->numbers, number);
	need->mains = need->mains || outlet_ref_is_main(ref);
}

static void need_names(struct inventory_need *need)
{
	need->skip = false;
	need->table = true;
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
	for (unsigned i = 0; by_name(node) && i < n_pdus; i++)
		need_name(&needs[i], node->name);
	for (unsigned i = 0; i < node->outlets->len; i++) {
		const struct outlet_ref *ref = ref_at(node, i);
		struct inventory_need *need = &needs[ref->pdu];

		need->skip = false;
		if (found_by_name(ref))
			need_name(need, ref->name);
		else
			need_number(need, ref);
	}
}

/*
 * Another node that is mapped by name could own an outlet which this one has
 * by number: the PDUs at hand are then asked for names as well.
 */
static void need_for_aliases(struct inventory_need *needs, unsigned n_pdus,
                             const struct nodemap *map)
{
	for (unsigned i = 0; i < map->nodes->len; i++) {
		const struct node *node = node_at(map, i);

		for (unsigned k = 0; by_name(node) && k < n_pdus; k++)
			if (!needs[k].skip)
				need_names(&needs[k]);
		for (unsigned k = 0; k < node->outlets->len; k++) {
			const struct outlet_ref *ref = ref_at(node, k);

			if (found_by_name(ref) && !needs[ref->pdu].skip)
				need_names(&needs[ref->pdu]);
		}
	}
}

struct inventory_need *feeds_needs(const struct nodemap *map, unsigned n_pdus, const char *node,
                                   bool status)
{
	struct inventory_need *needs = g_new0(struct inventory_need, n_pdus);
	const struct node *mapped = node ? nodemap_find(map, node) : NULL;

	for (unsigned i = 0; i < n_pdus; i++) {
		needs[i].skip = node != NULL;
		needs[i].status = status;
		if (!map->nodes->len)
			need_names(&needs[i]);
		if (!map->nodes->len && node)
			need_name(&needs[i], node);
	}
	for (unsigned i = 0; i < map->nodes->len; i++)
		if (!node || node_at(map, i) == mapped)
			need_node(needs, n_pdus, node_at(map, i));
	need_for_aliases(needs, n_pdus, map);
	return needs;
}

void feeds_needs_free(struct inventory_need *needs, unsigned n_pdus)
{
	for (unsigned i = 0; i < n_pdus; i++) {
		g_clear_pointer(&needs[i].numbers, g_array_unref);
		g_clear_pointer(&needs[i].wanted, g_hash_table_unref);
	}
	g_free(needs);
}

/* --- what was found --- */

static const struct outcome fine = { TRIPPSNMP_OK, NULL };

static char *outlet_text(const struct feeds_view *view, unsigned pdu, const struct outlet *outlet)
{
	const char *label = view->labels[pdu];

	if (outlet->number == TRIPPSNMP_MAIN && outlet->device == 1)
		return g_strdup_printf("the main load of %s", label);
	if (outlet->number == TRIPPSNMP_MAIN)
		return g_strdup_printf("the main load of device %u of %s", outlet->device, label);
	if (outlet->device == 1)
		return g_strdup_printf("outlet %u of %s", outlet->number, label);
	return g_strdup_printf("outlet %u.%u of %s", outlet->device, outlet->number, label);
}

/* Where the outlets are written, for the beginning of a message. */
static const char *source(const struct node *mapped)
{
	return mapped && mapped->given_as ? mapped->given_as : "hostlist";
}

/* Whose outlets they are; name is escaped. Free with g_free(). */
static char *owner_text(const struct node *mapped, const char *name)
{
	if (mapped && mapped->given_as)
		return g_strdup(mapped->given_as);
	return g_strdup_printf("node %s", name);
}

static struct feed make_feed(const struct feeds_view *view, unsigned pdu,
                             const struct outlet *outlet)
{
	return (struct feed){
		.pdu = pdu,
		.family = outlet->family,
		.device = outlet->device,
		.number = outlet->number,
		.state = outlet->state,
		.odd = g_strdup(outlet->odd),
		.lost = outlet->lost,
		.alarmed = outlet->alarmed,
		.status_read = outlet->status_read,
		.text = outlet_text(view, pdu, outlet),
	};
}

static void add_feed(const struct feeds_view *view, unsigned pdu, const struct outlet *outlet,
                     GArray *feeds)
{
	const struct feed feed = make_feed(view, pdu, outlet);

	g_array_append_val(feeds, feed);
}

/* Power reads that name with each state, and believes none that comes with another one. */
static void add_named(const struct feeds_view *view, const struct place *place, const char *name,
                      GArray *feeds)
{
	const struct family *family = place->outlet->family;
	struct feed feed = make_feed(view, place->pdu, place->outlet);

	feed.name_column = place->described ? family->description : family->outlet_name;
	feed.name_bytes =
		strlen(place->described ? place->outlet->description : place->outlet->name);
	feed.name_key = text_name_key(name, -1);
	g_array_append_val(feeds, feed);
}

/* Of which outlets this is the name or the description; index is one of the view's. */
static const struct place *place_of(GHashTable *index, const char *name, unsigned i)
{
	char *key = text_name_key(name, -1);
	const GArray *places = g_hash_table_lookup(index, key);

	g_free(key);
	return places && i < places->len ? &g_array_index(places, struct place, i) : NULL;
}

/* Every outlet whose name or description is the node's. */
static void find_node(const struct feeds_view *view, const char *node, GArray *feeds)
{
	const struct place *place;

	for (unsigned i = 0; (place = place_of(view->named, node, i)); i++)
		add_named(view, place, node, feeds);
}

/* Every outlet of one PDU that is called so; descriptions do not count. */
static unsigned find_called(const struct feeds_view *view, unsigned pdu, const char *name,
                            GArray *feeds)
{
	const struct place *place;
	unsigned n = 0;

	for (unsigned i = 0; (place = place_of(view->named, name, i)); i++)
		if (place->pdu == pdu && !place->described) {
			add_named(view, place, name, feeds);
			n++;
		}
	return n;
}

static struct outcome nobody_called(const struct feeds_view *view, const char *as,
                                    const struct outlet_ref *ref)
{
	const struct place *place;
	struct outcome outcome;
	char *text;

	for (unsigned i = 0; (place = place_of(view->named, ref->name, i)); i++)
		if (place->pdu == ref->pdu && place->described)
			break;
	if (!place)
		return failure(TRIPPSNMP_BADCONFIG, "%s: no outlet of %s is called %s", as,
		               view->labels[ref->pdu], ref->text);
	text = outlet_text(view, place->pdu, place->outlet);
	outcome = failure(TRIPPSNMP_BADCONFIG,
	                  "%s: no outlet of %s is called %s; it is the description of %s: "
	                  "give that outlet the name, or write its number",
	                  as, view->labels[ref->pdu], ref->text, text);
	g_free(text);
	return outcome;
}

/*
 * A NUL with something behind it: some show what stands before it as the name,
 * others all of it. So it may be this one, and may be another.
 */
static struct outcome doubt(const struct feeds_view *view, const struct place *place,
                            const char *name)
{
	const struct outlet *outlet = place->outlet;
	char *text = outlet_text(view, place->pdu, outlet);
	char *is = text_escape(place->described ? outlet->description : outlet->name, -1);
	char *shown = text_escape(name, -1);
	const struct outcome outcome =
		failure(TRIPPSNMP_BADCONFIG,
	                "%s has the %s \"%s\", which may mean \"%s\" or not: %s in the PDU", text,
	                place->described ? "description" : "name", is, shown,
	                place->described ? "change it" : "rename it");

	g_free(text);
	g_free(is);
	g_free(shown);
	return outcome;
}

static const struct outlet *find_outlet(const struct pdu_outlets *found, const struct feed *feed)
{
	for (unsigned i = 0; i < found->outlets->len; i++) {
		const struct outlet *outlet = &g_array_index(found->outlets, struct outlet, i);

		if (outlet->family == feed->family && outlet->device == feed->device &&
		    outlet->number == feed->number)
			return outlet;
	}
	return NULL;
}

static bool any_controllable(const struct pdu_outlets *found, bool mains)
{
	for (unsigned i = 0; i < found->outlets->len; i++) {
		const struct outlet *outlet = &g_array_index(found->outlets, struct outlet, i);

		if (outlet->controllable == TRI_YES && (mains || !outlet->family->is_main))
			return true;
	}
	return false;
}

/* The device that is meant where none is written; 0 if that is not clear. */
static uint32_t meant_device(const struct pdu_outlets *found, const struct outlet_ref *ref,
                             const struct family **family)
{
	const bool main = outlet_ref_is_main(ref);

	*family = main ? found->main_family : found->family;
	return main ? found->main_device : found->device;
}

/* Appends a run of numbers, such as 1-8. */
static void append_run(GString *text, uint32_t first, uint32_t last)
{
	g_string_append_printf(text, text->len ? ", %u" : "%u", first);
	if (last > first)
		g_string_append_printf(text, "-%u", last);
}

/* The numbers of a table that was read whole, for a message; NULL if it was not, or has none. */
static char *there_are(const struct feeds_view *view, const struct outlet_ref *ref)
{
	const struct pdu_outlets *found = view->found[ref->pdu];
	const struct family *family;
	const uint32_t meant = meant_device(found, ref, &family);
	const uint32_t device = ref->has_device ? ref->device : meant;
	GString *text = g_string_new(NULL);
	uint32_t first = 0, last = 0;

	for (unsigned i = 0; found->whole && i < found->outlets->len; i++) {
		const struct outlet *outlet = &g_array_index(found->outlets, struct outlet, i);

		if (!outlet->exists || outlet->device != device || outlet->family->is_main ||
		    (!ref->has_device && outlet->family != family))
			continue;
		if (first && outlet->number != last + 1)
			append_run(text, first, last);
		if (!first || outlet->number != last + 1)
			first = outlet->number;
		last = outlet->number;
	}
	if (first)
		append_run(text, first, last);
	return g_string_free(text, !text->len);
}

static struct outcome not_there(const struct feeds_view *view, const char *as,
                                const struct outlet_ref *ref)
{
	char *numbers = there_are(view, ref);
	const struct outcome outcome =
		failure(TRIPPSNMP_BADCONFIG, "%s: %s does not exist on %s%s%s", as, ref->text,
	                view->labels[ref->pdu], numbers ? ", which has outlets " : "",
	                numbers ? numbers : "");

	g_free(numbers);
	return outcome;
}

/* Why it is not clear which device is meant. */
static struct outcome no_device(const struct feeds_view *view, const char *as,
                                const struct outlet_ref *ref)
{
	const bool main = outlet_ref_is_main(ref);
	const char *label = view->labels[ref->pdu];

	if (!any_controllable(view->found[ref->pdu], main))
		return failure(TRIPPSNMP_BADCONFIG, "%s: %s: no outlet%s of %s is controllable", as,
		               ref->text, main ? " and no main load" : "", label);
	if (main)
		return failure(TRIPPSNMP_BADCONFIG,
		               "%s: %s is ambiguous: several devices or tables of %s have "
		               "controllable outlets or main loads; write DEVICE.main",
		               as, ref->text, label);
	return failure(TRIPPSNMP_BADCONFIG,
	               "%s: %s is ambiguous: several devices or tables of %s have "
	               "controllable outlets; write DEVICE.%u, or the outlet's name",
	               as, ref->text, label, ref->number);
}

/* The outlet of that number, whatever it is called. */
static struct outcome locate(const struct feeds_view *view, const char *as,
                             const struct outlet_ref *ref, const struct outlet **match)
{
	const struct pdu_outlets *found = view->found[ref->pdu];
	const struct family *family;
	const uint32_t device = meant_device(found, ref, &family);

	*match = NULL;
	if (!ref->has_device && !device)
		return no_device(view, as, ref);
	for (unsigned i = 0; i < found->outlets->len; i++) {
		const struct outlet *outlet = &g_array_index(found->outlets, struct outlet, i);

		if (outlet->number != ref->number || !outlet->exists ||
		    outlet->device != (ref->has_device ? ref->device : device) ||
		    (!ref->has_device && family_owner(outlet->family) != family))
			continue;
		if (*match && (*match)->family != outlet->family)
			return failure(TRIPPSNMP_BADCONFIG,
			               "%s: %s is ambiguous: both the %s and the %s table of %s "
			               "have it",
			               as, ref->text, (*match)->family->name, outlet->family->name,
			               view->labels[ref->pdu]);
		/* of one that was looked up twice, 3 and 1.3, the answer that has its name */
		if (!*match || outlet->has_name)
			*match = outlet;
	}
	return *match ? fine : not_there(view, as, ref);
}

/* A number is the outlet that was meant only while it has the name that goes with it. */
static struct outcome called_otherwise(const struct feeds_view *view, const char *as,
                                       const struct outlet_ref *ref, const struct outlet *outlet)
{
	char *text = outlet_text(view, ref->pdu, outlet);
	char *expected = text_escape(ref->name, -1);
	char *is = outlet->has_name && *outlet->name ? text_escape(outlet->name, -1) : NULL;
	const struct outcome outcome = failure(TRIPPSNMP_BADCONFIG,
	                                       "%s: %s %s%s%s, and must be called \"%s\": find out "
	                                       "what it feeds, then correct the "
	                                       "number here or the name in the PDU",
	                                       as, text, is ? "is called \"" : "has no name",
	                                       is ? is : "", is ? "\"" : "", expected);

	g_free(text);
	g_free(expected);
	g_free(is);
	return outcome;
}

static struct outcome find_number(const struct feeds_view *view, const char *as,
                                  const struct outlet_ref *ref, GArray *feeds)
{
	const struct outlet *match;
	const struct outcome outcome = locate(view, as, ref, &match);
	struct place place;

	if (outcome.error || !match)
		return outcome;
	if (!ref->name) {
		add_feed(view, ref->pdu, match, feeds);
		return fine;
	}
	if (!match->has_name || !text_same_name(match->name, ref->name))
		return called_otherwise(view, as, ref, match);
	place = (struct place){ ref->pdu, match, false };
	add_named(view, &place, ref->name, feeds);
	return fine;
}

static struct outcome find_ref(const struct feeds_view *view, const char *as,
                               const struct outlet_ref *ref, GArray *feeds)
{
	const struct place *place;
	unsigned n;

	if (!found_by_name(ref))
		return find_number(view, as, ref, feeds);
	for (unsigned i = 0; (place = place_of(view->doubtful, ref->name, i)); i++)
		if (place->pdu == ref->pdu && !place->described)
			return doubt(view, place, ref->name);
	n = find_called(view, ref->pdu, ref->name, feeds);
	if (n == 0)
		return nobody_called(view, as, ref);
	if (n > 1)
		return failure(TRIPPSNMP_BADCONFIG,
		               "%s: %u outlets of %s are called %s; use their numbers", as, n,
		               view->labels[ref->pdu], ref->text);
	return fine;
}

static struct outcome find_mapped(const struct feeds_view *view, const struct node *node,
                                  GArray *feeds)
{
	for (unsigned i = 0; i < node->outlets->len; i++) {
		const struct outcome outcome = find_ref(view, source(node), ref_at(node, i), feeds);

		if (outcome.error)
			return outcome;
	}
	return fine;
}

/* --- what must not be --- */

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

static struct outlet_key key_of(const struct feeds_view *view, const struct feed *feed)
{
	return (struct outlet_key){ view->one[feed->pdu], feed->family, feed->device,
		                    feed->number };
}

static guint hash_key(const void *data)
{
	const struct outlet_key *key = data;

	return (key->pdu * 31U + key->device) * 997U + key->number;
}

static gboolean equal_keys(const void *a, const void *b)
{
	const struct outlet_key *one = a, *other = b;

	return one->pdu == other->pdu && one->family == other->family &&
	       one->device == other->device && one->number == other->number;
}

static bool same_outlet(const struct feeds_view *view, const struct feed *a, const struct feed *b)
{
	const struct outlet_key one = key_of(view, a), other = key_of(view, b);

	return equal_keys(&one, &other);
}

static struct outcome one_pdu(const struct feeds_view *view, const struct feed *a,
                              const struct feed *b)
{
	return failure(
		TRIPPSNMP_BADCONFIG,
		"%s: %s and %s are one PDU (they have the same SNMP engine ID), so %s and "
		"%s are one outlet; if they are two, give each card an engine ID of its own, or "
		"each PDU a resource of its own",
		view->map->ipaddr, view->labels[a->pdu], view->labels[b->pdu], a->text, b->text);
}

static struct outcome check_twice(const struct feeds_view *view, const struct node *mapped,
                                  const char *node, const GArray *feeds)
{
	const bool given = mapped && mapped->given_as;

	for (unsigned i = 0; i < feeds->len; i++) {
		const struct feed *a = &g_array_index(feeds, struct feed, i);

		for (unsigned k = i + 1; k < feeds->len; k++) {
			const struct feed *b = &g_array_index(feeds, struct feed, k);

			if (!same_outlet(view, a, b))
				continue;
			if (a->pdu == b->pdu)
				return failure(TRIPPSNMP_BADCONFIG, "%s: %s stands twice%s%s",
				               source(mapped), a->text, given ? "" : " for node ",
				               given ? "" : node);
			return one_pdu(view, a, b);
		}
	}
	return fine;
}

/* It could not be found, but is somewhere on that device, or on any where that is 0. */
static void add_vague(unsigned pdu, uint32_t device, uint32_t number, char *text, GArray *feeds)
{
	const struct feed feed = { .pdu = pdu, .device = device, .number = number, .text = text };

	g_array_append_val(feeds, feed);
}

/* What may be that outlet or not: a main load would cut it. */
static void add_doubtful(const struct feeds_view *view, int pdu, const char *name, GArray *feeds)
{
	const struct place *place;

	for (unsigned i = 0; (place = place_of(view->doubtful, name, i)); i++)
		if (pdu < 0 || place->pdu == (unsigned)pdu)
			add_vague(place->pdu, place->outlet->device, place->outlet->number,
			          outlet_text(view, place->pdu, place->outlet), feeds);
}

/* A reference of another node, as far as it can be told without asking more. */
static void other_ref(const struct feeds_view *view, const struct outlet_ref *ref, GArray *feeds)
{
	const struct pdu_outlets *found = view->found[ref->pdu];
	const bool main = outlet_ref_is_main(ref);
	const struct outlet outlet = {
		.family = main && found->family ? found->family->main : found->family,
		.device = ref->has_device ? ref->device : found->device,
		.number = ref->number,
	};
	const unsigned known = feeds->len;

	if (!found->known)
		return;
	if (found_by_name(ref)) {
		find_called(view, ref->pdu, ref->name, feeds);
		add_doubtful(view, (int)ref->pdu, ref->name, feeds);
		return;
	}
	if (found->whole) {
		const struct outlet *match;
		struct outcome outcome = locate(view, "", ref, &match);

		g_free(outcome.message); /* that node's own trouble, not this one's */
		if (!outcome.error &&
		    match) /* also where it is called otherwise: whose it is is in doubt */
			add_feed(view, ref->pdu, match, feeds);
	} else if (outlet.device == found->device && outlet.family) {
		add_feed(view, ref->pdu, &outlet, feeds);
	}
	if (feeds->len == known)
		add_vague(ref->pdu, outlet.device, ref->number, g_strdup(ref->text), feeds);
}

/* The outlets of a node of the map, as far as they can be told. */
static void claimed_by(const struct feeds_view *view, const struct node *node, GArray *feeds)
{
	if (by_name(node)) {
		find_node(view, node->name, feeds);
		add_doubtful(view, -1, node->name, feeds);
	}
	for (unsigned i = 0; i < node->outlets->len; i++)
		other_ref(view, ref_at(node, i), feeds);
}

static const GArray *claims_on(const struct feeds_view *view, const struct feed *feed)
{
	const struct outlet_key key = key_of(view, feed);

	return g_hash_table_lookup(view->claims, &key);
}

/* No outlet's key, for it has no family: that of all on one device, or of its main load alone. */
static struct outlet_key device_key(const struct feeds_view *view, unsigned pdu, uint32_t device,
                                    bool main)
{
	return (struct outlet_key){ view->one[pdu], NULL, device, main ? TRIPPSNMP_MAIN : 0 };
}

static void add_claim(struct feeds_view *view, const struct outlet_key *key,
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
	const struct feed *feed = claim->feed;
	const struct outlet_key own = key_of(view, feed);
	const struct outlet_key device = device_key(view, feed->pdu, feed->device, false);
	const struct outlet_key main = device_key(view, feed->pdu, feed->device, true);

	if (feed->family)
		add_claim(view, &own, claim);
	add_claim(view, &device, claim);
	if (feed->number == TRIPPSNMP_MAIN)
		add_claim(view, &main, claim);
}

/* Once for all nodes: each of them is checked against all others. */
static void index_claims(struct feeds_view *view)
{
	for (unsigned i = 0; i < view->map->nodes->len; i++) {
		GArray *feeds = feeds_new();

		claimed_by(view, node_at(view->map, i), feeds);
		g_ptr_array_add(view->claimed, feeds);
		for (unsigned k = 0; k < feeds->len; k++) {
			const struct claim claim = { i, &g_array_index(feeds, struct feed, k) };

			add_claims(view, &claim);
		}
	}
}

/* An outlet that is one of these feeds and another node's as well. */
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
		const struct feed *feed = &g_array_index(feeds, struct feed, i);
		const GArray *claims = claims_on(view, feed);

		for (unsigned k = 0; claims && k < claims->len; k++) {
			const struct claim *claim = &g_array_index(claims, struct claim, k);

			if (claim->node < from || node_at(view->map, claim->node) == apart ||
			    (first && claim->node >= first->node))
				continue;
			first = claim;
			*shared = (struct shared){ claim->node, feed, claim->feed };
		}
	}
	return first != NULL;
}

static struct outcome check_others(const struct feeds_view *view, const struct node *mapped,
                                   const char *name, const GArray *feeds)
{
	struct shared shared;

	if (!next_shared(view, feeds, 0, mapped, &shared))
		return fine;
	if (shared.mine->pdu != shared.theirs->pdu)
		return one_pdu(view, shared.mine, shared.theirs);
	return failure(TRIPPSNMP_BADCONFIG, "hostlist: %s feeds both node %s and node %s",
	               shared.mine->text, name, node_at(view->map, shared.node)->name);
}

/* Outlets that are given for one call may be those of one node of hostlist, but not of two. */
static struct outcome check_owners(const struct feeds_view *view, const struct node *given,
                                   const GArray *feeds)
{
	struct shared first, second;

	if (!next_shared(view, feeds, 0, given, &first))
		return fine;
	if (first.mine->pdu != first.theirs->pdu)
		return one_pdu(view, first.mine, first.theirs);
	if (!next_shared(view, feeds, first.node + 1, given, &second))
		return fine;
	if (second.mine->pdu != second.theirs->pdu)
		return one_pdu(view, second.mine, second.theirs);
	return failure(TRIPPSNMP_BADCONFIG,
	               "%s: by hostlist %s feeds node %s, and %s feeds node %s: "
	               "outlets of one node alone can be meant",
	               given->given_as, first.mine->text, node_at(view->map, first.node)->name,
	               second.mine->text, node_at(view->map, second.node)->name);
}

/*
 * The first claim of a node that is neither of these two. What may be anywhere may hang on a main
 * load; a main load that may be anywhere is ambiguous, and switched by nobody.
 */
static const struct claim *claim_beside(const struct feeds_view *view, const struct feed *feed,
                                        const struct node *apart, const struct node *owner)
{
	const uint32_t devices[] = { feed->device, 0 };
	const bool main = feed->number == TRIPPSNMP_MAIN;

	for (unsigned i = 0; i < (main ? 2 : 1); i++) {
		const struct outlet_key key = device_key(view, feed->pdu, devices[i], !main);
		const GArray *claims = g_hash_table_lookup(view->claims, &key);

		for (unsigned k = 0; claims && k < claims->len; k++) {
			const struct claim *claim = &g_array_index(claims, struct claim, k);
			const struct node *node = node_at(view->map, claim->node);

			if (node != apart && node != owner)
				return claim;
		}
	}
	return NULL;
}

/* Whose outlets those given for one call are; NULL if nobody's. */
static const struct node *owner_of(const struct feeds_view *view, const struct node *mapped,
                                   const GArray *feeds)
{
	struct shared shared;

	if (!mapped || !mapped->given_as || !next_shared(view, feeds, 0, mapped, &shared))
		return NULL;
	return node_at(view->map, shared.node);
}

/*
 * A main load cuts all that hangs on its device: no other node's outlet or main load may be
 * there, not even one that cannot be found. whose: as owner_text() has it.
 */
static struct outcome check_mains(const struct feeds_view *view, const struct node *mapped,
                                  const char *whose, const GArray *feeds)
{
	const struct node *owner = owner_of(view, mapped, feeds);

	for (unsigned i = 0; i < feeds->len; i++) {
		const struct feed *feed = &g_array_index(feeds, struct feed, i);
		const struct claim *claim = claim_beside(view, feed, mapped, owner);
		const bool main = feed->number == TRIPPSNMP_MAIN;
		struct outcome outcome;
		char *theirs;

		if (!claim)
			continue;
		theirs = owner_text(NULL, node_at(view->map, claim->node)->name);
		outcome = failure(TRIPPSNMP_BADCONFIG,
		                  "hostlist: %s, of %s, cuts all that hangs on its device, also "
		                  "%s, of %s",
		                  main ? feed->text : claim->feed->text, main ? whose : theirs,
		                  main ? claim->feed->text : feed->text, main ? theirs : whose);
		g_free(theirs);
		return outcome;
	}
	return fine;
}

static struct outcome check_controllable(const struct feeds_view *view, const struct node *mapped,
                                         const char *name, const GArray *feeds)
{
	const bool given = mapped && mapped->given_as;
	const char *verb = given ? "" : "feeds node ";
	const char *whose = given ? mapped->given_as : name;

	for (unsigned i = 0; i < feeds->len; i++) {
		const struct feed *feed = &g_array_index(feeds, struct feed, i);
		const struct outlet *outlet = find_outlet(view->found[feed->pdu], feed);

		if (outlet && outlet->controllable == TRI_UNKNOWN)
			return failure(TRIPPSNMP_ACCESS,
			               "%s, which %s%s%s, does not say whether it is "
			               "controllable",
			               feed->text, verb, whose, given ? " names" : "");
		if (outlet && outlet->controllable != TRI_YES)
			return failure(TRIPPSNMP_BADCONFIG,
			               "%s, which %s%s%s, is not controllable: the PDU cannot "
			               "switch it",
			               feed->text, verb, whose, given ? " names" : "");
	}
	return fine;
}

static struct outcome check_feeds(const struct feeds_view *view, const struct node *mapped,
                                  const char *name, const GArray *feeds)
{
	char *owner = owner_text(mapped, name);
	struct outcome outcome = check_twice(view, mapped, name, feeds);

	if (!outcome.error)
		outcome = mapped && mapped->given_as ? check_owners(view, mapped, feeds)
		                                     : check_others(view, mapped, name, feeds);
	if (!outcome.error)
		outcome = check_mains(view, mapped, owner, feeds);
	if (!outcome.error)
		outcome = check_controllable(view, mapped, name, feeds);
	if (!outcome.error && view->required && feeds->len != view->required)
		outcome = failure(TRIPPSNMP_BADCONFIG, "feeds: %s has %u outlet%s, not %u", owner,
		                  feeds->len, feeds->len == 1 ? "" : "s", view->required);
	g_free(owner);
	return outcome;
}

/* All tables must be there: a feed that was not seen is a node that is still alive. */
static struct outcome find_by_name(const struct feeds_view *view, const char *name, GArray *feeds)
{
	const struct place *doubtful = place_of(view->doubtful, name, 0);

	for (unsigned i = 0; i < view->n_pdus; i++)
		if (!view->found[i]->whole)
			return failure(TRIPPSNMP_INTERNAL,
			               "%s: its outlet table was not read whole", view->labels[i]);
	if (doubtful)
		return doubt(view, doubtful, name);
	find_node(view, name, feeds);
	return fine;
}

/* Says which names outlets have, where these are what counts. */
static struct outcome unknown_node(const struct feeds_view *view, const char *node,
                                   const char *shown)
{
	struct node_names names;
	struct outcome outcome;
	GPtrArray *known;
	char *hint;

	node_names_init(&names);
	for (unsigned i = 0; !view->map->nodes->len && i < view->n_pdus; i++)
		for (unsigned k = 0; k < view->found[i]->outlets->len; k++) {
			const struct outlet *outlet =
				&g_array_index(view->found[i]->outlets, struct outlet, k);

			node_names_add(&names, outlet->has_name ? outlet->name : "");
			node_names_add(&names, outlet->has_description ? outlet->description : "");
		}
	known = node_names_finish(&names);
	hint = node_names_hint(known, "outlets have the names", node);
	outcome = failure(TRIPPSNMP_BADNODE,
	                  "no outlet feeds node %s: name its outlets in hostlist, or give them "
	                  "its name in the PDU%s",
	                  shown, hint);
	g_free(hint);
	g_ptr_array_unref(known);
	return outcome;
}

/* nodemap_find() of all nodes, one after the other, would take the square of their number. */
static const struct node *mapped_node(const struct feeds_view *view, const char *name)
{
	char *key = text_name_key(name, -1);
	const struct node *node = *key ? g_hash_table_lookup(view->nodes, key) : NULL;

	g_free(key);
	return node;
}

struct outcome feeds_find(const struct feeds_view *view, const char *node, GArray *feeds)
{
	const struct node *mapped = mapped_node(view, node);
	struct outcome outcome = fine;
	char *name = text_escape(node, -1);

	if (mapped && !by_name(mapped))
		outcome = find_mapped(view, mapped, feeds);
	else if (mapped || !view->map->nodes->len)
		outcome = find_by_name(view, node, feeds);
	if (!outcome.error && !feeds->len)
		outcome = unknown_node(view, node, name);
	if (!outcome.error)
		outcome = check_feeds(view, mapped, name, feeds);
	g_free(name);
	return outcome;
}

/* --- the view --- */

/* Takes over the key, which may be NULL. */
static void add_place(GHashTable *index, char *key, const struct place *place)
{
	GArray *places = key ? g_hash_table_lookup(index, key) : NULL;

	if (!key || !*key) {
		g_free(key);
		return;
	}
	if (places) {
		g_free(key);
	} else {
		places = g_array_new(FALSE, FALSE, sizeof(struct place));
		g_hash_table_insert(index, key, places);
	}
	g_array_append_vals(places, place, 1);
}

static void index_outlet(struct feeds_view *view, unsigned pdu, const struct outlet *outlet)
{
	const char *name = outlet->has_name ? outlet->name : "";
	const char *description = outlet->has_description ? outlet->description : "";
	const struct place called = { pdu, outlet, false }, described = { pdu, outlet, true };

	if (!text_same_name(name, description)) /* else it is one outlet, said twice */
		add_place(view->named, text_name_key(description, -1), &described);
	add_place(view->named, text_name_key(name, -1), &called);
	add_place(view->doubtful, text_doubtful_key(description), &described);
	add_place(view->doubtful, text_doubtful_key(name), &called);
}

static GHashTable *index_new(void)
{
	return g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
	                             (GDestroyNotify)g_array_unref);
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
	view->named = index_new();
	view->doubtful = index_new();
	for (unsigned i = 0; i < n_pdus; i++)
		for (unsigned k = 0; k < found[i]->outlets->len; k++)
			index_outlet(view, i, &g_array_index(found[i]->outlets, struct outlet, k));
	view->nodes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (unsigned i = map->nodes->len; i-- > 0;) /* of two, the first stays */
		g_hash_table_insert(view->nodes, text_name_key(node_at(map, i)->name, -1),
		                    map->nodes->pdata[i]);
	view->one = g_new(unsigned, n_pdus);
	for (unsigned i = 0; i < n_pdus; i++)
		view->one[i] = first_of_same(view, i);
	view->claimed = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
	view->claims =
		g_hash_table_new_full(hash_key, equal_keys, g_free, (GDestroyNotify)g_array_unref);
	index_claims(view);
	return view;
}

void feeds_view_free(struct feeds_view *view)
{
	g_hash_table_unref(view->named);
	g_hash_table_unref(view->doubtful);
	g_hash_table_unref(view->nodes);
	g_hash_table_unref(view->claims);
	g_ptr_array_unref(view->claimed);
	g_free(view->one);
	g_free(view);
}

/* --- doubts --- */

struct outcome feed_doubt(const struct feed *feed)
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

struct outcome feeds_alarmed(const GArray *feeds)
{
	for (unsigned i = 0; i < feeds->len; i++) {
		const struct feed *feed = &g_array_index(feeds, struct feed, i);

		if (feed->alarmed)
			return feed_doubt(feed);
	}
	return fine;
}
