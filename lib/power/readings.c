/*
 * Cells to readings: see readings.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "power/readings.h"

#include "base/text.h"

#include <string.h>

void cells_init(struct cells *cells, const struct feed *feed)
{
	const struct family *family = feed->id.family;

	memset(cells, 0, sizeof(*cells));
	cells->feed = feed;
	cells->state.name = family_object(&feed->id, family->state);
	cells->status.name = family_status(family, feed->id.device);
	if (feed->name_key)
		cells->name.name = family_object(&feed->id, feed->name_column);
	cells->status_present = feed->status_read;
}

void cells_clear(struct cells *cells)
{
	g_clear_pointer(&cells->odd, g_free);
}

unsigned readings_find(const struct heard *heard, const struct objid *name,
                       const struct varbind **found)
{
	unsigned n = 0;

	for (unsigned i = 0; name->n && i < heard->varbinds->len; i++) {
		const struct varbind *varbind = varbinds_at(heard->varbinds, i);

		if (!objid_equal(&varbind->name, name))
			continue;
		*found = varbind;
		n++;
	}
	return n;
}

static enum name_reading read_name(const struct cells *cells, const struct varbind *varbind)
{
	size_t n = 0;
	const char *octets =
		varbind->type == VALUE_OCTETS ? g_bytes_get_data(varbind->octets, &n) : NULL;
	g_autofree char *key = text_name_key(octets ? octets : "", (ssize_t)n);

	if (!*key)
		return NAME_UNREAD;
	return strcmp(key, cells->feed->name_key) ? NAME_OTHER : NAME_SAME;
}

static void cell_read(struct cell *cell, const struct heard *heard)
{
	cell->read = true;
	cell->asked = heard->asked;
	cell->answered = heard->answered;
}

/* Each of these: true if the answer says something of that cell. */
static bool take_state_cell(struct cells *cells, const struct heard *heard)
{
	const struct varbind *varbind = NULL;
	const unsigned n = readings_find(heard, &cells->state.name, &varbind);

	if (!n)
		return false;
	cells->value = n == 1 ? family_state(cells->feed->id.family, varbind) : TRIPPSNMP_UNKNOWN;
	g_clear_pointer(&cells->odd, g_free);
	if (cells->value == TRIPPSNMP_UNKNOWN)
		cells->odd = n == 1 ? varbind_text(varbind) : g_strdup("it stands twice");
	cell_read(&cells->state, heard);
	return true;
}

static bool take_status_cell(struct cells *cells, const struct heard *heard,
                             struct reading *reading)
{
	const struct varbind *varbind = NULL;
	const unsigned n = readings_find(heard, &cells->status.name, &varbind);
	bool is_integer;

	if (!n)
		return false;
	is_integer = n == 1 && varbind->type == VALUE_INTEGER;
	/* what was there once is not believed to be absent */
	cells->status_present = cells->status_present || is_integer;
	cells->status_absent = n == 1 && varbind->type == VALUE_ABSENT && !cells->status_present;
	reading->lost = is_integer && varbind->number == DEVICE_STATUS_OFFLINE;
	reading->status_unclear = !is_integer && !cells->status_absent;
	/* what is not there is as old as the operation, and makes no reading older */
	cells->status.read = false;
	if (!cells->status_absent)
		cell_read(&cells->status, heard);
	return true;
}

static bool take_name_cell(struct cells *cells, const struct heard *heard, struct reading *reading)
{
	const struct varbind *varbind = NULL;
	const unsigned n = readings_find(heard, &cells->name.name, &varbind);

	if (!n)
		return false;
	reading->name = n == 1 ? read_name(cells, varbind) : NAME_UNREAD;
	cell_read(&cells->name, heard);
	return true;
}

/* Where v1 has no status, asking for it again would cost two requests each time. */
static bool needs_status(const struct cells *cells)
{
	return cells->status.name.n && !cells->status_absent;
}

static bool cells_complete(const struct cells *cells)
{
	return cells->state.read && (cells->status.read || !needs_status(cells)) &&
	       (cells->name.read || !cells->name.name.n);
}

static void cells_forget(struct cells *cells)
{
	cells->state.read = cells->status.read = cells->name.read = false;
}

static usec first_asked(const struct cells *cells)
{
	const struct cell *const all[] = { &cells->state, &cells->status, &cells->name };
	usec first = USEC_NEVER;

	for (unsigned i = 0; i < G_N_ELEMENTS(all); i++)
		if (all[i]->read)
			first = MIN(first, all[i]->asked);
	return first;
}

bool reading_doubtful(const struct reading *reading)
{
	return reading->lost || reading->status_unclear || reading->name != NAME_SAME;
}

bool cells_take(struct cells *cells, const struct heard *heard, struct reading *reading)
{
	bool state, any;

	memset(reading, 0, sizeof(*reading));
	if (heard->kind != REQUEST_GET)
		return false;
	state = take_state_cell(cells, heard);
	any = take_status_cell(cells, heard, reading);
	any = take_name_cell(cells, heard, reading) || any || state;
	if (!any)
		return false;
	reading->asked = first_asked(cells);
	reading->answered = heard->answered;
	reading->name_asked = cells->name.read ? cells->name.asked : 0;
	reading->name_answered = cells->name.read ? cells->name.answered : 0;
	if (reading_doubtful(reading)) {
		/* the state may be an old one, or another outlet's: it is not taken */
		cells_forget(cells);
		return true;
	}
	if (state)
		reading->state = cells->value;
	/* what a part of an answer, or an odd one, says for off does not count */
	if (!heard->whole && !heard->error_status)
		cells_forget(cells);
	if (!cells_complete(cells))
		return state && reading->state != TRIPPSNMP_OFF;
	reading->state = cells->value;
	reading->whole = true;
	cells_forget(cells);
	return true;
}
