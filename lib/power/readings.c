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
	cells->state_name = family_object(&feed->id, family->state);
	cells->status_name = family_status(family, feed->id.device);
	if (feed->name_key)
		cells->name_name = family_object(&feed->id, feed->name_column);
	cells->status_present = feed->status_read;
}

void cells_clear(struct cells *cells)
{
	g_clear_pointer(&cells->odd, g_free);
}

/* What an answer says of one object: nothing, one value, or several. */
static unsigned find_object(const struct heard *heard, const struct objid *name,
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
	gsize n = 0;
	const char *octets =
		varbind->type == VALUE_OCTETS ? g_bytes_get_data(varbind->octets, &n) : NULL;
	char *key = text_name_key(octets ? octets : "", (gssize)n);
	enum name_reading reading = NAME_UNREAD;

	if (*key)
		reading = strcmp(key, cells->feed->name_key) ? NAME_OTHER : NAME_SAME;
	g_free(key);
	return reading;
}

static struct cell read_in(const struct heard *heard)
{
	return (struct cell){ true, heard->asked, heard->answered };
}

/* Each of these: true if the answer says something of that cell. */
static bool take_state_cell(struct cells *cells, const struct heard *heard)
{
	const struct varbind *varbind = NULL;
	const unsigned n = find_object(heard, &cells->state_name, &varbind);

	if (!n)
		return false;
	cells->value = n == 1 ? family_state(cells->feed->id.family, varbind) : TRIPPSNMP_UNKNOWN;
	g_clear_pointer(&cells->odd, g_free);
	if (cells->value == TRIPPSNMP_UNKNOWN)
		cells->odd = n == 1 ? varbind_text(varbind) : g_strdup("it stands twice");
	cells->state = read_in(heard);
	return true;
}

static bool take_status_cell(struct cells *cells, const struct heard *heard,
                             struct reading *reading)
{
	const struct varbind *varbind = NULL;
	const unsigned n = find_object(heard, &cells->status_name, &varbind);
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
	cells->status = cells->status_absent ? (struct cell){ 0 } : read_in(heard);
	return true;
}

static bool take_name_cell(struct cells *cells, const struct heard *heard, struct reading *reading)
{
	const struct varbind *varbind = NULL;
	const unsigned n = find_object(heard, &cells->name_name, &varbind);

	if (!n)
		return false;
	reading->name = n == 1 ? read_name(cells, varbind) : NAME_UNREAD;
	cells->name = read_in(heard);
	return true;
}

/* Where v1 has no status, asking for it again would cost two requests each time. */
static bool needs_status(const struct cells *cells)
{
	return cells->status_name.n && !cells->status_absent;
}

static bool cells_complete(const struct cells *cells)
{
	return cells->state.read && (cells->status.read || !needs_status(cells)) &&
	       (cells->name.read || !cells->name_name.n);
}

static void cells_forget(struct cells *cells)
{
	cells->state.read = cells->status.read = cells->name.read = false;
}

static usec first_asked(const struct cells *cells)
{
	usec first = USEC_NEVER;

	if (cells->state.read)
		first = MIN(first, cells->state.asked);
	if (cells->status.read)
		first = MIN(first, cells->status.asked);
	if (cells->name.read)
		first = MIN(first, cells->name.asked);
	return first;
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
	if (reading->lost || reading->status_unclear || reading->name != NAME_SAME) {
		/* whosever that state is, and of whatever time */
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
