/*
 * Holes and shortages: see complete.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "find/complete.h"

#include "base/text.h"

#include <string.h>

static bool has_descriptions(const GArray *outlets, const struct family *family)
{
	for (unsigned i = 0; i < outlets->len; i++)
		if (outlets_at(outlets, i)->id.family == family &&
		    outlets_at(outlets, i)->description)
			return true;
	return false;
}

/* name may be NULL. */
static bool is_wanted(GHashTable *wanted, const char *name)
{
	g_autofree char *key = name ? text_name_key(name, -1) : NULL;

	return key && g_hash_table_contains(wanted, key);
}

/* Whether it matters for what was asked if this outlet is controllable. */
static bool must_be_clear(GHashTable *wanted, const struct outlet *outlet)
{
	/* there are devices that show the state alone; who needs it sees that it cannot be told */
	if (outlet->id.family->is_main)
		return false;
	return !wanted || is_wanted(wanted, outlet->name) || is_wanted(wanted, outlet->description);
}

/*
 * A row that one column has and another lacks was not read, and could be a node's feed.
 * A column that no row has is not implemented; that is no hole.
 */
char *complete_hole(const GArray *outlets, bool names, GHashTable *wanted)
{
	for (unsigned i = 0; i < outlets->len; i++) {
		const struct outlet *outlet = outlets_at(outlets, i);
		const char *what = NULL;

		if (outlet->controllable == TRI_UNKNOWN && must_be_clear(wanted, outlet))
			what = "whether it is controllable";
		else if (!names)
			continue;
		else if (!outlet->name && outlet->id.family->outlet_name)
			what = "its name";
		else if (!outlet->description && has_descriptions(outlets, outlet->id.family))
			what = "its description";
		if (what)
			return g_strdup_printf("the outlet table could not be read whole: outlet "
			                       "%u.%u lacks %s",
			                       outlet->id.device, outlet->id.number, what);
	}
	return NULL;
}

static char *shortage_text(const struct shortage *shortage)
{
	const struct promised *promised = &shortage->promised;

	if (promised->kind == LIST_DEVICES)
		return g_strdup_printf("the card lists %u of its %" G_GINT64_FORMAT " devices",
		                       shortage->rows, promised->rows);
	if (!shortage->rows && promised->rows == 1)
		return g_strdup_printf(
			"the outlet table could not be read whole: device %u, an %s, "
			"has no outlets there",
			promised->device, promised->family->name);
	return g_strdup_printf("the outlet table could not be read whole: %u outlets of "
	                       "%" G_GINT64_FORMAT " on device %u",
	                       shortage->rows, promised->rows, promised->device);
}

char *complete_shortage_text(const struct shortage *shortage, const char *instead)
{
	g_autofree char *bare = shortage_text(shortage);

	return g_strdup_printf("%s (if it never has more, write %s in hostlist)", bare, instead);
}

char *complete_text(const GArray *census, const GArray *outlets)
{
	GString *text = g_string_new(NULL);

	census_text(census, text);
	for (unsigned i = 0; i < outlets->len; i++) {
		const struct outlet *outlet = outlets_at(outlets, i);

		g_string_append_printf(text, "%s %u.%u", outlet->id.family->name, outlet->id.device,
		                       outlet->id.number);
		if (outlet->name)
			g_string_append_printf(text, " %zu:%s", strlen(outlet->name), outlet->name);
		if (outlet->description)
			g_string_append_printf(text, " (%zu:%s)", strlen(outlet->description),
			                       outlet->description);
		g_string_append_c(text, '\n');
	}
	return g_string_free(text, FALSE);
}
