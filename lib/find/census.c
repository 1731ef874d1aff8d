/*
 * Devices and counts, held against the rows: see census.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "find/census.h"

#include "find/table.h"

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
	struct promised promised = { .family = list->family,
		                     .listed = list->types,
		                     .devices = list->devices };

	if (varbind->name.n != list->root.n + 1)
		return "a device with a strange index";
	promised.device = list->by_device ? varbind->name.id[list->root.n] : 1;
	if (list->types && varbind->type == VALUE_OBJID) {
		promised.family = family_of_type(&list->root, varbind->octets);
		promised.rows = promised.family ? 1 : 0;
	} else if (!list->types &&
	           (varbind->type == VALUE_UNSIGNED || varbind->type == VALUE_INTEGER)) {
		promised.rows = varbind->number;
	} else {
		return list->types ? "a device without a type" : "a count that is no number";
	}
	g_array_append_val(census, promised);
	return NULL;
}

static unsigned listed(const GArray *census)
{
	unsigned n = 0;

	for (unsigned i = 0; i < census->len; i++)
		n += promised_at(census, i)->listed;
	return n;
}

static unsigned rows_of(const GArray *census, const GArray *outlets,
                        const struct promised *promised)
{
	unsigned n = 0;

	if (promised->devices)
		return listed(census);
	for (unsigned i = 0; i < outlets->len; i++) {
		const struct outlet *outlet = &g_array_index(outlets, struct outlet, i);

		n += outlet->family == promised->family && outlet->device == promised->device;
	}
	return n;
}

static bool binds(const struct promised *promised, unsigned rank)
{
	return promised->family && promised->family->rank <= rank && promised->rows > 0;
}

bool census_short(const GArray *census, const GArray *outlets, unsigned rank,
                  struct shortage *shortage)
{
	for (unsigned i = 0; i < census->len; i++) {
		const struct promised *promised = promised_at(census, i);

		if (!promised->devices && !binds(promised, rank))
			continue;
		*shortage = (struct shortage){ *promised, rows_of(census, outlets, promised) };
		if (promised->rows > (int64_t)shortage->rows)
			return true;
	}
	return false;
}

static bool has_row(const GArray *outlets, uint32_t device)
{
	for (unsigned i = 0; i < outlets->len; i++)
		if (g_array_index(outlets, struct outlet, i).device == device)
			return true;
	return false;
}

bool census_hidden(const GArray *census, const GArray *outlets, unsigned rank,
                   struct shortage *shortage)
{
	for (unsigned i = 0; i < census->len; i++) {
		const struct promised *promised = promised_at(census, i);
		const unsigned rows = promised->devices ? listed(census) : 0;

		*shortage = (struct shortage){ *promised, rows };
		if (promised->devices
		            ? promised->rows > (int64_t)rows
		            : binds(promised, rank) && !has_row(outlets, promised->device))
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
		                       promised->devices  ? "card"
		                       : promised->family ? promised->family->name
		                                          : "device",
		                       promised->device, promised->rows);
	}
}
