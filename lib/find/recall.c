/*
 * Names of earlier looks: see recall.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "find/recall.h"

#include "base/text.h"

#include <stdint.h>

/* The name that was in a cell last. */
struct recalled {
	char *text;
	uint32_t number;
	bool described;
	unsigned rank; /* of the family */
};

struct recall {
	GHashTable *cells; /* cell_key() -> struct recalled */
};

static void recalled_free(void *data)
{
	struct recalled *recalled = data;

	g_free(recalled->text);
	g_free(recalled);
}

struct recall *recall_new(void)
{
	struct recall *recall = g_new0(struct recall, 1);

	recall->cells = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, recalled_free);
	return recall;
}

void recall_free(struct recall *recall)
{
	g_hash_table_unref(recall->cells);
	g_free(recall);
}

/* In words, for it stands in messages too. */
static char *cell_key(const struct outlet *outlet, bool described)
{
	return g_strdup_printf("the %s of %s outlet %u.%u", described ? "description" : "name",
	                       outlet->family->name, outlet->device, outlet->number);
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

static void take(struct recall *recall, const struct outlet *outlet, bool described,
                 GHashTable *wanted)
{
	const char *text = described ? outlet->description : outlet->name;
	struct recalled *recalled;

	if (!text || !counts(text, wanted))
		return;
	recalled = g_new(struct recalled, 1);
	*recalled = (struct recalled){ g_strdup(text), outlet->number, described,
		                       outlet->family->rank };
	g_hash_table_replace(recall->cells, cell_key(outlet, described), recalled);
}

void recall_take(struct recall *recall, const GArray *outlets, GHashTable *wanted)
{
	for (unsigned i = 0; i < outlets->len; i++)
		for (int described = 0; described <= 1; described++)
			take(recall, &g_array_index(outlets, struct outlet, i), described, wanted);
}

/* Every cell that says what its outlet is called, whatever it was called before. */
static GHashTable *told(const GArray *outlets)
{
	GHashTable *cells = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (unsigned i = 0; i < outlets->len; i++) {
		const struct outlet *outlet = &g_array_index(outlets, struct outlet, i);
		char *texts[] = { outlet->name, outlet->description };

		for (int described = 0; described <= 1; described++)
			if (texts[described] && !is_empty(texts[described]))
				g_hash_table_insert(cells, cell_key(outlet, described),
				                    texts[described]);
	}
	return cells;
}

/*
 * A card that is starting may show a table that stands in for a better one before it shows the
 * better one (family.h, rank): there the outlet of this number must have the same name.
 */
static bool is_in_better_table(const struct recalled *was, const GArray *outlets)
{
	for (unsigned i = 0; i < outlets->len; i++) {
		const struct outlet *outlet = &g_array_index(outlets, struct outlet, i);
		const char *text = was->described ? outlet->description : outlet->name;

		if (outlet->family->rank < was->rank && outlet->number == was->number && text &&
		    text_same_name(text, was->text))
			return true;
	}
	return false;
}

char *recall_lost(const struct recall *recall, const GArray *outlets)
{
	GHashTable *cells = told(outlets);
	GHashTableIter iter;
	void *cell, *value;
	char *lost = NULL;

	g_hash_table_iter_init(&iter, recall->cells);
	while (!lost && g_hash_table_iter_next(&iter, &cell, &value)) {
		const struct recalled *was = value;
		const char *is = g_hash_table_lookup(cells, cell);
		char *shown;

		if (is ? text_same_name(is, was->text) || !text_is_factory_name(is)
		       : is_in_better_table(was, outlets))
			continue;
		shown = text_escape(was->text, -1);
		lost = g_strdup_printf("%s was \"%s\" before and is %s now: has the card lost its "
		                       "settings, or is it starting?",
		                       (const char *)cell, shown,
		                       is ? "a factory's" : "not there or empty");
		g_free(shown);
	}
	g_hash_table_unref(cells);
	return lost;
}
