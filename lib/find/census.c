/*
 * Devices and counts, held against the rows: see census.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "find/census.h"

#include "find/outlet.h"

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
	gsize n;
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

bool census_short(const GArray *census, const GArray *outlets, unsigned rank, bool any_table,
                  struct shortage *shortage)
{
	for (unsigned i = 0; i < census->len; i++) {
		const struct promised *promised = promised_at(census, i);
		const bool devices = promised->kind == LIST_DEVICES;
		int64_t needed = promised->rows;
		unsigned rows;

		if (!devices && !binds(promised, rank))
			continue;
		if (devices) {
			rows = count_listed(census);
		} else if (any_table) {
			rows = count_rows(outlets, NULL, promised->device);
			needed = 1;
		} else {
			rows = count_rows(outlets, promised->family, promised->device);
		}
		*shortage = (struct shortage){ *promised, rows };
		if (needed > (int64_t)rows)
			return true;
	}
	return false;
}

bool census_promises(const GArray *census, unsigned rank)
{
	for (unsigned i = 0; i < census->len; i++)
		if (binds(promised_at(census, i), rank))
			return true;
	return false;
}

void census_text(const GArray *census, GString *text)
{
	for (unsigned i = 0; i < census->len; i++) {
		const struct promised *promised = promised_at(census, i);

		g_string_append_printf(text, "%s %u has %" G_GINT64_FORMAT "\n",
		                       promised->kind == LIST_DEVICES ? "card"
		                       : promised->family             ? promised->family->name
		                                                      : "device",
		                       promised->device, promised->rows);
	}
}
