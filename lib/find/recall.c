/*
 * Names of earlier looks: see recall.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "find/recall.h"

#include "base/text.h"

/** The name that was in a cell last: an outlet's name, or its description. */
struct recalled {
	struct outlet_id id;
	bool described;
	char *text;
};

static void recalled_clear(void *data)
{
	g_free(((struct recalled *)data)->text);
}

GArray *recall_new(void)
{
	GArray *recall = g_array_new(FALSE, FALSE, sizeof(struct recalled));

	g_array_set_clear_func(recall, recalled_clear);
	return recall;
}

static struct recalled *recalled_at(const GArray *recall, unsigned i)
{
	return &g_array_index(recall, struct recalled, i);
}

/* Whether it is a name at all, and one that somebody gave, or that is wanted. */
static bool counts(const char *text, GHashTable *wanted)
{
	g_autofree char *key = text_name_key(text ? text : "", -1);

	return *key &&
	       (!text_is_factory_name(text) || (wanted && g_hash_table_contains(wanted, key)));
}

static void recall_text(GArray *recall, const struct outlet *outlet, bool described)
{
	const struct recalled fresh = { outlet->id, described, NULL };
	unsigned i = 0;

	while (i < recall->len && (recalled_at(recall, i)->described != described ||
	                           !outlet_id_equal(&recalled_at(recall, i)->id, &outlet->id)))
		i++;
	if (i == recall->len)
		g_array_append_val(recall, fresh);
	g_free(recalled_at(recall, i)->text);
	recalled_at(recall, i)->text = g_strdup(outlet_text(outlet, described));
}

void recall_take(GArray *recall, const GArray *outlets, GHashTable *wanted)
{
	for (unsigned i = 0; i < 2 * outlets->len; i++)
		if (counts(outlet_text(outlets_at(outlets, i / 2), i % 2), wanted))
			recall_text(recall, outlets_at(outlets, i / 2), i % 2);
}

/*
 * A card that is starting may show a table that stands in for a better one before it shows the
 * better one (family.h, rank): there the outlet of this number must have the same name.
 */
static bool is_in_better_table(const struct recalled *was, const GArray *outlets)
{
	for (unsigned i = 0; i < outlets->len; i++) {
		const struct outlet *outlet = outlets_at(outlets, i);
		const char *text = outlet_text(outlet, was->described);

		if (outlet->id.family->rank < was->id.family->rank &&
		    outlet->id.number == was->id.number && text && text_same_name(text, was->text))
			return true;
	}
	return false;
}

/* Whether that outlet is not called so any more, nor otherwise. *is: what it is called. */
static bool row_is_lost(const struct recalled *was, const GArray *outlets, const char **is)
{
	bool there;
	const unsigned at = outlets_place(outlets, &was->id, &there);
	const char *text = there ? outlet_text(outlets_at(outlets, at), was->described) : NULL;
	g_autofree char *key = text_name_key(text ? text : "", -1);

	*is = *key ? "a factory's" : "not there or empty";
	if (!*key)
		return !is_in_better_table(was, outlets);
	return !text_same_name(text, was->text) && text_is_factory_name(text);
}

char *recall_lost(const GArray *recall, const GArray *outlets)
{
	for (unsigned i = 0; i < recall->len; i++) {
		const struct recalled *was = recalled_at(recall, i);
		g_autofree char *shown = text_escape(was->text, -1);
		const char *is;

		if (row_is_lost(was, outlets, &is))
			return g_strdup_printf(
				"the %s of %s outlet %u.%u was \"%s\" before and is %s now: "
				"has the card lost its settings, or is it starting?",
				was->described ? "description" : "name", was->id.family->name,
				was->id.device, was->id.number, shown, is);
	}
	return NULL;
}
