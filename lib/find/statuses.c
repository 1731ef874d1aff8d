/*
 * Lost devices: see statuses.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "find/statuses.h"

GArray *statuses_new(void)
{
	return g_array_new(FALSE, FALSE, sizeof(struct objid));
}

static struct objid status_of(const struct family *family, uint32_t device)
{
	return objid_append(&family->device_status, 1, &device);
}

static const struct objid *status_at(const GArray *statuses, unsigned i)
{
	return &g_array_index(statuses, struct objid, i);
}

void statuses_add(GArray *statuses, const struct family *family, uint32_t device)
{
	const struct objid status = status_of(family, device);

	if (!family->device_status.n)
		return;
	for (unsigned i = 0; i < statuses->len; i++)
		if (objid_equal(status_at(statuses, i), &status))
			return;
	g_array_append_val(statuses, status);
}

void statuses_ask(const GArray *statuses, GArray *varbinds)
{
	for (unsigned i = 0; i < statuses->len; i++)
		varbinds_add(varbinds, status_at(statuses, i));
}

static void take(const struct objid *status, const struct varbind *varbind, GArray *outlets)
{
	const bool read = varbind->type == VALUE_INTEGER;
	const bool lost =
		read ? varbind->number == DEVICE_STATUS_OFFLINE : varbind->type != VALUE_ABSENT;

	for (unsigned i = 0; i < outlets->len; i++) {
		struct outlet *outlet = &g_array_index(outlets, struct outlet, i);
		const struct objid own = status_of(outlet->family, outlet->device);

		if (!outlet->family->device_status.n || !objid_equal(&own, status))
			continue;
		outlet->status_read = outlet->status_read || read;
		outlet->lost = outlet->lost || lost;
	}
}

void statuses_take(const GArray *statuses, const struct varbind *varbinds, GArray *outlets)
{
	for (unsigned i = 0; i < statuses->len; i++)
		take(status_at(statuses, i), &varbinds[i], outlets);
}
