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

struct recall {
	GArray *cells; /* of struct recalled */
};

static void recalled_clear(void *data)
{
	g_free(((struct recalled *)data)->text);
}

struct recall *recall_new(void)
{
	struct recall *recall = g_new0(struct recall, 1);

	recall->cells = g_array_new(FALSE, FALSE, sizeof(struct recalled));
	g_array_set_clear_func(recall->cells, recalled_clear);
	return recall;
}

void recall_free(struct recall *recall)
{
	g_array_unref(recall->cells);
	g_free(recall);
}

static struct recalled *recalled_at(const struct recall *recall, unsigned i)
{
	return &g_array_index(recall->cells, struct recalled, i);
}

static bool is_empty(const char *text)
{
	char *key = text_name_key(text, -1);
	const bool empty = !*key;

	g_free(key);
	return empty;
}

static bool counts(const char *text, GHashTable *wanted)
{
	char *key = text_name_key(text, -1);
	const bool does = *key && (!text_is_factory_name(text) ||
	                           (wanted && g_hash_table_contains(wanted, key)));

	g_free(key);
	return does;
}

static void recall_text(struct recall *recall, const struct outlet *outlet, bool described,
                        GHashTable *wanted)
{
	const struct recalled fresh = { outlet->id, described, NULL };
	const char *text = outlet_text(outlet, described);
	unsigned i = 0;

	if (!text || !counts(text, wanted))
		return;
	while (i < recall->cells->len &&
	       (recalled_at(recall, i)->described != described ||
	        !outlet_id_equal(&recalled_at(recall, i)->id, &outlet->id)))
		i++;
	if (i == recall->cells->len)
		g_array_append_val(recall->cells, fresh);
	g_free(recalled_at(recall, i)->text);
	recalled_at(recall, i)->text = g_strdup(text);
}

void recall_take(struct recall *recall, const GArray *outlets, GHashTable *wanted)
{
	for (unsigned i = 0; i < outlets->len; i++)
		for (int described = 0; described <= 1; described++)
			recall_text(recall, outlets_at(outlets, i), described, wanted);
}

/* What that outlet is called now; NULL if it is not there, or nothing is. */
static const char *called_now(const struct recalled *was, const GArray *outlets)
{
	for (unsigned i = 0; i < outlets->len; i++) {
		const char *text = outlet_text(outlets_at(outlets, i), was->described);

		if (outlet_id_equal(&outlets_at(outlets, i)->id, &was->id) && text &&
		    !is_empty(text))
			return text;
	}
	return NULL;
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

char *recall_lost(const struct recall *recall, const GArray *outlets)
{
	for (unsigned i = 0; i < recall->cells->len; i++) {
		const struct recalled *was = recalled_at(recall, i);
		const char *is = called_now(was, outlets);
		char *shown, *lost;

		if (is ? text_same_name(is, was->text) || !text_is_factory_name(is)
		       : is_in_better_table(was, outlets))
			continue;
		shown = text_escape(was->text, -1);
		lost = g_strdup_printf("the %s of %s outlet %u.%u was \"%s\" before and is %s now: "
		                       "has the card lost its settings, or is it starting?",
		                       was->described ? "description" : "name",
		                       was->id.family->name, was->id.device, was->id.number, shown,
		                       is ? "a factory's" : "not there or empty");
		g_free(shown);
		return lost;
	}
	return NULL;
}
