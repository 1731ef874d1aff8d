/*
 * See outlet.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "find/outlet.h"

#include "base/text.h"

#define TEXT_BYTES 255 /* of a DisplayString; what is longer is nobody's name */

bool outlet_id_equal(const struct outlet_id *a, const struct outlet_id *b)
{
	return a->pdu == b->pdu && a->family == b->family && a->device == b->device &&
	       a->number == b->number;
}

char *outlet_id_text(const struct outlet_id *id, const char *label)
{
	const bool main = id->number == TRIPPSNMP_MAIN;

	if (main && id->device == 1)
		return g_strdup_printf("the main load of %s", label);
	if (main)
		return g_strdup_printf("the main load of device %u of %s", id->device, label);
	if (id->device == 1)
		return g_strdup_printf("outlet %u of %s", id->number, label);
	return g_strdup_printf("outlet %u.%u of %s", id->device, id->number, label);
}

/* Whether it comes after that one in the order of outlets. */
static bool comes_after(const struct outlet_id *id, const struct outlet_id *other)
{
	if (id->family->is_main != other->family->is_main)
		return id->family->is_main;
	if (id->family != other->family)
		return id->family > other->family;
	if (id->device != other->device)
		return id->device > other->device;
	return id->number > other->number;
}

static void outlet_clear(void *data)
{
	struct outlet *outlet = data;

	g_free(outlet->odd);
	g_free(outlet->name);
	g_free(outlet->description);
	g_free(outlet->model);
}

GArray *outlets_new(void)
{
	GArray *outlets = g_array_new(FALSE, TRUE, sizeof(struct outlet));

	g_array_set_clear_func(outlets, outlet_clear);
	return outlets;
}

struct outlet *outlets_at(const GArray *outlets, unsigned i)
{
	return &g_array_index(outlets, struct outlet, i);
}

unsigned outlets_place(const GArray *outlets, const struct outlet_id *id, bool *there)
{
	unsigned low = 0, high = outlets->len;

	while (low < high) {
		const unsigned middle = low + (high - low) / 2;

		if (comes_after(id, &outlets_at(outlets, middle)->id))
			low = middle + 1;
		else
			high = middle;
	}
	*there = low < outlets->len && outlet_id_equal(&outlets_at(outlets, low)->id, id);
	return low;
}

static bool is_asked(const GArray *varbinds, const struct objid *name)
{
	for (unsigned i = 0; i < varbinds->len; i++)
		if (objid_equal(&varbinds_at(varbinds, i)->name, name))
			return true;
	return false;
}

void outlets_ask(const GArray *outlets, struct objid (*object)(const struct outlet *),
                 GArray *varbinds)
{
	for (unsigned i = 0; i < outlets->len; i++) {
		const struct objid name = object(outlets_at(outlets, i));

		if (name.n && !is_asked(varbinds, &name))
			varbinds_add(varbinds, &name);
	}
}

bool outlets_take_status(GArray *outlets, const struct objid *status, const struct varbind *varbind)
{
	const bool read = varbind->type == VALUE_INTEGER;
	const bool lost =
		read ? varbind->number == DEVICE_STATUS_OFFLINE : varbind->type != VALUE_ABSENT;
	bool any = false;

	for (unsigned i = 0; i < outlets->len; i++) {
		struct outlet *outlet = outlets_at(outlets, i);
		const struct objid own = family_status(outlet->id.family, outlet->id.device);

		if (!objid_equal(&own, status))
			continue;
		any = true;
		outlet->status_read = outlet->status_read || read;
		outlet->lost = outlet->lost || lost;
	}
	return any;
}

void outlet_take_state(struct outlet *outlet, const struct varbind *varbind)
{
	g_clear_pointer(&outlet->odd, g_free);
	outlet->state = family_state(outlet->id.family, varbind);
	if (outlet->state == TRIPPSNMP_UNKNOWN)
		outlet->odd = varbind_text(varbind);
}

char *outlet_string(const struct varbind *varbind)
{
	const char *octets;
	size_t n;

	if (varbind->type != VALUE_OCTETS)
		return NULL;
	octets = g_bytes_get_data(varbind->octets, &n);
	return text_string(octets, n <= TEXT_BYTES ? n : 0);
}

bool outlet_take_text(struct outlet *outlet, bool described, const struct varbind *varbind)
{
	char **text = described ? &outlet->description : &outlet->name;
	char *string = outlet_string(varbind);

	if (!string)
		return false;
	g_free(*text);
	*text = string;
	return true;
}

const char *outlet_text(const struct outlet *outlet, bool described)
{
	return described ? outlet->description : outlet->name;
}
