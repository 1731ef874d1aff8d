/*
 * Devices and counts, held against the rows: see census.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "find/census.h"

#include "base/text.h"

#include <string.h>

GArray *census_new(void)
{
	return g_array_new(FALSE, FALSE, sizeof(struct promised));
}

static const struct promised *promised_at(const GArray *census, unsigned i)
{
	return &g_array_index(census, struct promised, i);
}

/* Whose outlets a device of that type has; NULL if it has none. */
static const struct family *family_of_type(const struct objid *list, GBytes *octets)
{
	size_t n;
	const char *type = g_bytes_get_data(octets, &n);
	const struct family *found = NULL;

	for (unsigned i = 0; !found && i < family_count(); i++) {
		const struct family *family = family_row(i);
		char *text = objid_text(&family->device_type);

		if (objid_equal(&family->device_types, list) && n == strlen(text) &&
		    !memcmp(text, type, n))
			found = family;
		g_free(text);
	}
	return found;
}

const char *census_take(GArray *census, const struct family_list *list,
                        const struct varbind *varbind)
{
	struct promised promised = { .kind = list->kind,
		                     .family = list->family,
		                     .rows = varbind->number };

	if (varbind->name.n != list->root.n + 1)
		return "a device with a strange index";
	promised.device = list->by_device ? varbind->name.id[list->root.n] : 1;
	if (list->kind != LIST_TYPES && !varbind_is_number(varbind))
		return "a count that is no number";
	if (list->kind == LIST_TYPES && varbind->type != VALUE_OBJID)
		return "a device without a type";
	if (list->kind == LIST_TYPES) {
		promised.family = family_of_type(&list->root, varbind->octets);
		promised.rows = promised.family ? 1 : 0;
	}
	g_array_append_val(census, promised);
	return NULL;
}

static unsigned count_listed(const GArray *census)
{
	unsigned n = 0;

	for (unsigned i = 0; i < census->len; i++)
		n += promised_at(census, i)->kind == LIST_TYPES;
	return n;
}

/* That device's rows; family NULL: whatever their table. */
static unsigned count_rows(const GArray *outlets, const struct family *family, uint32_t device)
{
	unsigned n = 0;

	for (unsigned i = 0; i < outlets->len; i++) {
		const struct outlet_id *id = &outlets_at(outlets, i)->id;

		n += (!family || id->family == family) && id->device == device;
	}
	return n;
}

static bool binds(const struct promised *promised, unsigned rank)
{
	return promised->family && promised->family->rank <= rank && promised->rows > 0;
}

/* rows: what there is of it. */
static char *shortage_text(const struct promised *promised, unsigned rows)
{
	if (promised->kind == LIST_DEVICES)
		return g_strdup_printf("the card lists %u of its %" G_GINT64_FORMAT " devices",
		                       rows, promised->rows);
	if (!rows && promised->rows == 1)
		return g_strdup_printf(
			"the outlet table could not be read whole: device %u, an %s, "
			"has no outlets there",
			promised->device, promised->family->name);
	return g_strdup_printf("the outlet table could not be read whole: %u outlets of "
	                       "%" G_GINT64_FORMAT " on device %u",
	                       rows, promised->rows, promised->device);
}

char *census_missing(const GArray *census, const GArray *outlets, unsigned rank, bool any_table,
                     const char *instead)
{
	for (unsigned i = 0; i < census->len; i++) {
		const struct promised *promised = promised_at(census, i);
		const bool devices = promised->kind == LIST_DEVICES;
		const int64_t needed = any_table && !devices ? 1 : promised->rows;
		g_autofree char *text = NULL;
		unsigned rows;

		if (!devices && !binds(promised, rank))
			continue;
		rows = devices ? count_listed(census)
		               : count_rows(outlets, any_table ? NULL : promised->family,
		                            promised->device);
		if (needed <= (int64_t)rows)
			continue;
		text = shortage_text(promised, rows);
		return g_strdup_printf("%s (if it never has more, write %s in hostlist)", text,
		                       instead);
	}
	return NULL;
}

bool census_promises(const GArray *census, unsigned rank)
{
	for (unsigned i = 0; i < census->len; i++)
		if (binds(promised_at(census, i), rank))
			return true;
	return false;
}

/* --- holes --- */

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
char *census_hole(const GArray *outlets, bool names, GHashTable *wanted)
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

/* --- as text --- */

char *census_text(const GArray *census, const GArray *outlets)
{
	GString *text = g_string_new(NULL);

	for (unsigned i = 0; i < census->len; i++) {
		const struct promised *promised = promised_at(census, i);

		g_string_append_printf(text, "%s %u has %" G_GINT64_FORMAT "\n",
		                       promised->kind == LIST_DEVICES ? "card"
		                       : promised->family             ? promised->family->name
		                                                      : "device",
		                       promised->device, promised->rows);
	}
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
