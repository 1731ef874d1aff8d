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

static const struct objid *status_at(const GArray *statuses, unsigned i)
{
	return &g_array_index(statuses, struct objid, i);
}

void statuses_add(GArray *statuses, const struct family *family, uint32_t device)
{
	const struct objid status = family_status(family, device);

	if (!status.n)
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

static void mark_outlets(const struct objid *status, const struct varbind *varbind, GArray *outlets)
{
	const bool read = varbind->type == VALUE_INTEGER;
	const bool lost =
		read ? varbind->number == DEVICE_STATUS_OFFLINE : varbind->type != VALUE_ABSENT;

	for (unsigned i = 0; i < outlets->len; i++) {
		struct outlet *outlet = outlets_at(outlets, i);
		const struct objid own = family_status(outlet->id.family, outlet->id.device);

		if (!objid_equal(&own, status))
			continue;
		outlet->status_read = outlet->status_read || read;
		outlet->lost = outlet->lost || lost;
	}
}

void statuses_take(const GArray *statuses, const struct varbind *varbinds, GArray *outlets)
{
	for (unsigned i = 0; i < statuses->len; i++)
		mark_outlets(status_at(statuses, i), &varbinds[i], outlets);
}
