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

const struct called *match_called(GHashTable *index, const char *name, unsigned i)
{
	char *key = text_name_key(name, -1);
	const GArray *all = g_hash_table_lookup(index, key);

	g_free(key);
	return all && i < all->len ? &g_array_index(all, struct called, i) : NULL;
}

/* Power reads that name with each state, and believes none that comes with another one. */
static void add_named(const struct feeds_view *view, const struct called *called, const char *name,
                      GArray *feeds)
{
	const struct family *family = called->outlet->id.family;
	struct feed *feed = feeds_add(view, called->outlet, feeds);

	feed->name_column = called->described ? family->description : family->outlet_name;
	feed->name_bytes = strlen(outlet_text(called->outlet, called->described));
	feed->name_key = text_name_key(name, -1);
}

void match_node(const struct feeds_view *view, const char *node, GArray *feeds)
{
	const struct called *called;

	for (unsigned i = 0; (called = match_called(view->named, node, i)); i++)
		add_named(view, called, node, feeds);
}

/* From the *i-th on the next outlet of that PDU that is so in an index of the view; or NULL. */
static const struct called *next_called(GHashTable *index, unsigned pdu, const char *name,
                                        bool described, unsigned *i)
{
	const struct called *called;

	while ((called = match_called(index, name, (*i)++)))
		if (called->outlet->id.pdu == pdu && called->described == described)
			return called;
	return NULL;
}

unsigned match_name(const struct feeds_view *view, unsigned pdu, const char *name, GArray *feeds)
{
	const struct called *called;
	unsigned n = 0, i = 0;

	for (; (called = next_called(view->named, pdu, name, false, &i)); n++)
		add_named(view, called, name, feeds);
	return n;
}

static struct outcome nobody_called(const struct feeds_view *view, const char *as,
                                    const struct outlet_ref *ref)
{
	unsigned i = 0;
	const struct called *described = next_called(view->named, ref->pdu, ref->name, true, &i);
	struct outcome outcome;
	char *text;

	if (!described)
		return failure(TRIPPSNMP_BADCONFIG, "%s: no outlet of %s is called %s", as,
		               view->labels[ref->pdu], ref->text);
	text = text_of(view, described->outlet);
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
struct outcome match_doubt(const struct feeds_view *view, const struct called *called,
                           const char *name)
{
	char *text = text_of(view, called->outlet);
	char *is = text_escape(outlet_text(called->outlet, called->described), -1);
	char *shown = text_escape(name, -1);
	const struct outcome outcome =
		failure(TRIPPSNMP_BADCONFIG,
	                "%s has the %s \"%s\", which may mean \"%s\" or not: %s in the PDU", text,
	                called->described ? "description" : "name", is, shown,
	                called->described ? "change it" : "rename it");

	g_free(text);
	g_free(is);
	g_free(shown);
	return outcome;
}

static struct outcome find_called(const struct feeds_view *view, const char *as,
                                  const struct outlet_ref *ref, GArray *feeds)
{
	unsigned i = 0, n;
	const struct called *doubtful = next_called(view->doubtful, ref->pdu, ref->name, false, &i);

	if (doubtful)
		return match_doubt(view, doubtful, ref->name);
	n = match_name(view, ref->pdu, ref->name, feeds);
	if (!n)
		return nobody_called(view, as, ref);
	if (n > 1)
		return failure(TRIPPSNMP_BADCONFIG,
		               "%s: %u outlets of %s are called %s; use their numbers", as, n,
		               view->labels[ref->pdu], ref->text);
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
	char *numbers = there_are(view->found[ref->pdu], ref);
	const struct outcome outcome =
		failure(TRIPPSNMP_BADCONFIG, "%s: %s does not exist on %s%s%s", as, ref->text,
	                view->labels[ref->pdu], numbers ? ", which has outlets " : "",
	                numbers ? numbers : "");

	g_free(numbers);
	return outcome;
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
	char *text = text_of(view, outlet);
	char *expected = text_escape(ref->name, -1);
	char *is = outlet->name && *outlet->name ? text_escape(outlet->name, -1) : NULL;
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
		add_named(view, &(struct called){ match, false }, ref->name, feeds);
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
