/*
 * Names and numbers of the map, matched against the inventory: see view.h. What matches nothing,
 * or more than one outlet, is an error that says what to write instead; nothing is guessed.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "base/text.h"
#include "find/view.h"

#include <string.h>

static char *text_of(const struct feeds_view *view, const struct outlet *outlet)
{
	return outlet_id_text(&outlet->id, view->labels[outlet->id.pdu]);
}

/* --- by name --- */

const struct called *match_called(const struct feeds_view *view, const char *name, unsigned i)
{
	g_autofree char *key = text_name_key(name, -1);
	const GArray *all = g_hash_table_lookup(view->named, key);

	return all && i < all->len ? &g_array_index(all, struct called, i) : NULL;
}

/* Power reads that name with each state, and believes none that comes with another one. */
void match_add(const struct feeds_view *view, const struct called *called, const char *name,
               GArray *feeds)
{
	const struct family *family = called->outlet->id.family;
	struct feed *feed = feeds_add(view, called->outlet, feeds);

	feed->name_column = called->described ? family->description : family->outlet_name;
	feed->name_bytes = strlen(outlet_text(called->outlet, called->described));
	feed->name_key = text_name_key(name, -1);
}

/*
 * The text has a NUL with something behind it: some programs show only what stands before the NUL,
 * others all of it. So it may be the name, or another one.
 */
static struct outcome doubt(const struct feeds_view *view, const struct called *called,
                            const char *name)
{
	g_autofree char *text = text_of(view, called->outlet);
	g_autofree char *is = text_escape(outlet_text(called->outlet, called->described), -1);
	g_autofree char *shown = text_escape(name, -1);

	return failure(TRIPPSNMP_BADCONFIG,
	               "%s has the %s \"%s\", which may mean \"%s\" or not: %s in the PDU", text,
	               called->described ? "description" : "name", is, shown,
	               called->described ? "change it" : "rename it");
}

struct outcome match_node(const struct feeds_view *view, const char *node, GArray *feeds)
{
	const struct called *called;

	for (unsigned i = 0; (called = match_called(view, node, i)); i++) {
		if (called->doubtful)
			return doubt(view, called, node);
		match_add(view, called, node, feeds);
	}
	return outcome_fine;
}

/* described: an outlet of that PDU that has the name for a description; or NULL. */
static struct outcome nobody_called(const struct feeds_view *view, const char *as,
                                    const struct outlet_ref *ref, const struct outlet *described)
{
	g_autofree char *text = described ? text_of(view, described) : NULL;

	return failure(TRIPPSNMP_BADCONFIG, "%s: no outlet of %s is called %s%s%s%s", as,
	               view->labels[ref->pdu], ref->text, text ? "; it is the description of " : "",
	               text ? text : "",
	               text ? ": give that outlet the name, or write its number" : "");
}

static struct outcome find_called(const struct feeds_view *view, const char *as,
                                  const struct outlet_ref *ref, GArray *feeds)
{
	const struct outlet *described = NULL;
	const unsigned before = feeds->len;
	const struct called *called;

	for (unsigned i = 0; (called = match_called(view, ref->name, i)); i++) {
		if (called->outlet->id.pdu != ref->pdu)
			continue;
		if (called->described)
			described = described ? described : called->outlet;
		else if (called->doubtful)
			return doubt(view, called, ref->name);
		else
			match_add(view, called, ref->name, feeds);
	}
	if (feeds->len == before)
		return nobody_called(view, as, ref, described);
	if (feeds->len > before + 1)
		return failure(TRIPPSNMP_BADCONFIG,
		               "%s: %u outlets of %s are called %s; use their numbers", as,
		               feeds->len - before, view->labels[ref->pdu], ref->text);
	return outcome_fine;
}

/* --- by number --- */

/* The device that is meant where none is written; 0 if that is not clear. */
static uint32_t meant_device(const struct pdu_outlets *found, const struct outlet_ref *ref,
                             const struct family **family)
{
	const bool main = outlet_ref_is_main(ref);

	*family = main ? found->main_family : found->family;
	return main ? found->main_device : found->device;
}

/* Whether the outlet is there, and on the device that is written or meant. */
static bool is_there(const struct pdu_outlets *found, const struct outlet_ref *ref,
                     const struct outlet *outlet)
{
	const struct family *family;
	const uint32_t device = meant_device(found, ref, &family);

	if (!outlet->exists || outlet->id.device != (ref->has_device ? ref->device : device))
		return false;
	return ref->has_device || family_owner(outlet->id.family) == family;
}

/* Appends a run of numbers, such as 1-8. */
static void append_run(GString *text, uint32_t first, uint32_t last)
{
	g_string_append_printf(text, text->len ? ", %u" : "%u", first);
	if (last > first)
		g_string_append_printf(text, "-%u", last);
}

/* The numbers of a table that was read whole, for a message; NULL if it was not, or has none. */
static char *there_are(const struct pdu_outlets *found, const struct outlet_ref *ref)
{
	GString *text = g_string_new(NULL);
	uint32_t first = 0, last = 0;

	for (unsigned i = 0; found->whole && i < found->outlets->len; i++) {
		const struct outlet *outlet = outlets_at(found->outlets, i);
		const uint32_t number = outlet->id.number;

		if (outlet->id.family->is_main || !is_there(found, ref, outlet))
			continue;
		if (first && number != last + 1)
			append_run(text, first, last);
		if (!first || number != last + 1)
			first = number;
		last = number;
	}
	if (first)
		append_run(text, first, last);
	return g_string_free(text, !text->len);
}

static struct outcome not_there(const struct feeds_view *view, const char *as,
                                const struct outlet_ref *ref)
{
	g_autofree char *numbers = there_are(view->found[ref->pdu], ref);

	return failure(TRIPPSNMP_BADCONFIG, "%s: %s does not exist on %s%s%s", as, ref->text,
	               view->labels[ref->pdu], numbers ? ", which has outlets " : "",
	               numbers ? numbers : "");
}

static bool any_controllable(const struct pdu_outlets *found, bool mains)
{
	for (unsigned i = 0; i < found->outlets->len; i++) {
		const struct outlet *outlet = outlets_at(found->outlets, i);

		if (outlet->controllable == TRI_YES && (mains || !outlet->id.family->is_main))
			return true;
	}
	return false;
}

/* Why it is not clear which device is meant. */
static struct outcome no_device(const struct feeds_view *view, const char *as,
                                const struct outlet_ref *ref)
{
	const bool main = outlet_ref_is_main(ref);
	const char *label = view->labels[ref->pdu];
	g_autofree char *instead = g_strdup_printf("%u, or the outlet's name", ref->number);

	if (!any_controllable(view->found[ref->pdu], main))
		return failure(TRIPPSNMP_BADCONFIG, "%s: %s: no outlet%s of %s is controllable", as,
		               ref->text, main ? " and no main load" : "", label);
	return failure(TRIPPSNMP_BADCONFIG,
	               "%s: %s is ambiguous: several devices or tables of %s have "
	               "controllable outlets%s; write DEVICE.%s",
	               as, ref->text, label, main ? " or main loads" : "", main ? "main" : instead);
}

struct outcome match_number(const struct feeds_view *view, const char *as,
                            const struct outlet_ref *ref, const struct outlet **match)
{
	const struct pdu_outlets *found = view->found[ref->pdu];
	const struct family *family;

	*match = NULL;
	if (!ref->has_device && !meant_device(found, ref, &family))
		return no_device(view, as, ref);
	for (unsigned i = 0; i < found->outlets->len; i++) {
		const struct outlet *outlet = outlets_at(found->outlets, i);

		if (outlet->id.number != ref->number || !is_there(found, ref, outlet))
			continue;
		if (*match && (*match)->id.family != outlet->id.family)
			return failure(TRIPPSNMP_BADCONFIG,
			               "%s: %s is ambiguous: both the %s and the %s table of %s "
			               "have it",
			               as, ref->text, (*match)->id.family->name,
			               outlet->id.family->name, view->labels[ref->pdu]);
		/* of one that was looked up twice, 3 and 1.3, the answer that has its name */
		if (!*match || outlet->name)
			*match = outlet;
	}
	return *match ? outcome_fine : not_there(view, as, ref);
}

/* A number is the outlet that was meant only while it has the name that goes with it. */
static struct outcome called_otherwise(const struct feeds_view *view, const char *as,
                                       const struct outlet_ref *ref, const struct outlet *outlet)
{
	g_autofree char *text = text_of(view, outlet);
	g_autofree char *expected = text_escape(ref->name, -1);
	g_autofree char *is = text_escape(outlet->name ? outlet->name : "", -1);

	return failure(TRIPPSNMP_BADCONFIG,
	               "%s: %s %s%s%s, and must be called \"%s\": find out what it feeds, then "
	               "correct the number here or the name in the PDU",
	               as, text, *is ? "is called \"" : "has no name", is, *is ? "\"" : "",
	               expected);
}

static struct outcome find_numbered(const struct feeds_view *view, const char *as,
                                    const struct outlet_ref *ref, GArray *feeds)
{
	const struct outlet *match;
	const struct outcome outcome = match_number(view, as, ref, &match);

	if (outcome.error || !match)
		return outcome;
	if (!ref->name)
		feeds_add(view, match, feeds);
	else if (!match->name || !text_same_name(match->name, ref->name))
		return called_otherwise(view, as, ref, match);
	else
		match_add(view, &(struct called){ .outlet = match }, ref->name, feeds);
	return outcome_fine;
}

struct outcome match_refs(const struct feeds_view *view, const struct node *node, GArray *feeds)
{
	const char *as = node->given_as ? node->given_as : "hostlist";
	struct outcome outcome = outcome_fine;

	for (unsigned i = 0; !outcome.error && i < node->outlets->len; i++)
		outcome = node_ref(node, i)->number
		                  ? find_numbered(view, as, node_ref(node, i), feeds)
		                  : find_called(view, as, node_ref(node, i), feeds);
	return outcome;
}
