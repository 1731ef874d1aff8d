/*
 * Active alarms: see alarms.h. Rows come as the card sends them, so none of it is believed
 * before it was looked at: what cannot be read names no device, and so concerns all.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "find/alarms.h"

#include "base/text.h"
#include "find/outlet.h"

/* So many alarms of lost devices are asked about: an answer with three OIDs of each is short. */
#define ABOUT_MAX 10
#define TEXT_BYTES 64 /* of one alarm, in a line */
#define TEXTS_MAX 12  /* in one line */

static void alarm_clear(void *data)
{
	struct alarm *alarm = data;

	g_free(alarm->text);
}

void alarms_clear(struct alarms *alarms)
{
	g_clear_pointer(&alarms->rows, g_array_unref);
	*alarms = (struct alarms){ 0 };
}

unsigned alarms_len(const struct alarms *alarms)
{
	return alarms->rows ? alarms->rows->len : 0;
}

static struct alarm *alarm_at(const struct alarms *alarms, unsigned i)
{
	return &g_array_index(alarms->rows, struct alarm, i);
}

const struct alarm *alarms_at(const struct alarms *alarms, unsigned i)
{
	return alarm_at(alarms, i);
}

unsigned alarms_counted(const struct family_alarms *objects, const struct varbind *varbind)
{
	if (!varbind_is_number(varbind) || !objid_equal(&varbind->name, &objects->count))
		return 0;
	return (unsigned)CLAMP(varbind->number, 0, ALARMS_MAX);
}

/* --- rows --- */

/* The row, made if need be, at its place in the order; NULL if there are too many. */
static struct alarm *alarm_row(struct alarms *alarms, uint32_t id)
{
	const struct alarm fresh = { .id = id };
	unsigned i = alarms_len(alarms);

	if (!alarms->rows) {
		alarms->rows = g_array_new(FALSE, TRUE, sizeof(struct alarm));
		g_array_set_clear_func(alarms->rows, alarm_clear);
	}
	while (i > 0 && alarm_at(alarms, i - 1)->id > id)
		i--;
	if (i > 0 && alarm_at(alarms, i - 1)->id == id)
		return alarm_at(alarms, i - 1);
	if (alarms->rows->len >= ALARMS_MAX)
		return NULL;
	g_array_insert_val(alarms->rows, i, fresh);
	return alarm_at(alarms, i);
}

/* A description is the OID of an alarm's object, or of an instance of it. */
static bool is_lost(const struct family_alarms *objects, const struct objid *what)
{
	return objid_equal(what, &objects->lost) || objid_below(what, &objects->lost);
}

static void alarm_take_text(struct alarm *alarm, const struct varbind *varbind)
{
	size_t n;
	const char *octets;

	if (varbind->type != VALUE_OCTETS)
		return;
	octets = g_bytes_get_data(varbind->octets, &n);
	g_free(alarm->text);
	alarm->text = text_string(octets, MIN(n, TEXT_BYTES));
}

const char *alarms_take(struct alarms *alarms, uint32_t column, const struct varbind *varbind)
{
	const struct family_alarms *objects = alarms->objects;
	const struct objid root = objid_append(&objects->entry, 1, &column);
	struct alarm *alarm;

	if (!objid_below(&varbind->name, &root) || varbind->name.n != root.n + 1)
		return "a row with a strange index";
	alarm = alarm_row(alarms, varbind->name.id[root.n]);
	if (!alarm)
		return "it has no end";
	if (column == objects->text) {
		alarm_take_text(alarm, varbind);
		return NULL;
	}
	if (!varbind_objid(varbind, &alarm->what))
		alarm->what.n = 0;
	alarm->lost = is_lost(objects, &alarm->what);
	return NULL;
}

void alarms_take_all(struct alarms *alarms, const GArray *varbinds)
{
	const struct objid *entry = &alarms->objects->entry;

	for (unsigned i = 0; i < varbinds->len; i++) {
		const struct varbind *varbind = varbinds_at(varbinds, i);
		uint32_t column;

		/* where there is no value the name is what was asked */
		if (!varbind_is_object(varbind, &varbind->name) ||
		    !objid_below(&varbind->name, entry))
			continue;
		column = varbind->name.id[entry->n];
		if (column == alarms->objects->description || column == alarms->objects->text)
			alarms_take(alarms, column, varbind);
	}
}

/* --- what they are about --- */

bool alarms_any_lost(const struct alarms *alarms)
{
	for (unsigned i = 0; i < alarms_len(alarms); i++)
		if (alarm_at(alarms, i)->lost)
			return true;
	return false;
}

/* Whether row is a row of that table (NULL: none), and if so of which device. */
static bool names_device_of(const struct family *table, const struct objid *row, uint32_t *device)
{
	struct outlet_id id;

	if (!table || !table->by_device || !objid_below(row, &table->entry) ||
	    !family_index(table, row->id[table->entry.n], row, &id))
		return false;
	*device = id.device;
	return true;
}

/* Whether row is an OID that tells of a device, and of which. */
static bool names_device(const struct family_alarms *objects, const struct objid *row,
                         uint32_t *device)
{
	const struct objid *entry = &objects->device_entry;

	if (entry->n && objid_below(row, entry) && row->n == entry->n + 2) {
		*device = row->id[row->n - 1];
		return true;
	}
	for (unsigned i = 0; i < family_count(); i++)
		if (family_row(i)->alarms == objects &&
		    (names_device_of(family_row(i), row, device) ||
		     names_device_of(family_row(i)->main, row, device)))
			return true;
	return false;
}

static bool has_type(const struct family_alarms *objects, const struct objid *row)
{
	for (unsigned i = 0; i < family_count(); i++) {
		const struct family *family = family_row(i);

		if (family->alarms == objects && (objid_equal(row, &family->device_type) ||
		                                  objid_below(row, &family->device_type)))
			return true;
	}
	return false;
}

/* Takes the row or table that an alarm is about. NULL, or no OID: it stays one about all devices.
 */
static void take_subject(struct alarm *alarm, const struct family_alarms *objects,
                         const struct varbind *varbind)
{
	struct objid row;

	if (alarm->about != ALARM_ABOUT_ALL || !varbind || !varbind_objid(varbind, &row))
		return;
	if (names_device(objects, &row, &alarm->device))
		alarm->about = ALARM_ABOUT_DEVICE;
	else if (objects->types.n && objid_below(&row, &objects->types) && !has_type(objects, &row))
		alarm->about = ALARM_ABOUT_OTHER;
}

static void take_device(struct alarm *alarm, const struct varbind *varbind)
{
	if (!varbind || !varbind_is_number(varbind) || varbind->number < 1 ||
	    varbind->number > UINT32_MAX)
		return;
	alarm->about = ALARM_ABOUT_DEVICE;
	alarm->device = (uint32_t)varbind->number;
}

/* A cell of its row; NULL while it is asked, and where the table has no such column. */
static const struct varbind *cell(const struct family_alarms *objects, const struct alarm *alarm,
                                  uint32_t column, struct dialog *dialog)
{
	const uint32_t index[] = { column, alarm->id };

	return column ? dialog_object(dialog, objid_append(&objects->entry, 2, index)) : NULL;
}

static void go_through_alarm(struct alarm *alarm, const struct family_alarms *objects,
                             struct dialog *dialog)
{
	const struct varbind *state = cell(objects, alarm, objects->state, dialog);
	const struct varbind *device = cell(objects, alarm, objects->device, dialog);
	const struct varbind *row = cell(objects, alarm, objects->row, dialog);
	const struct varbind *table = cell(objects, alarm, objects->table, dialog);

	alarm->about = ALARM_ABOUT_ALL;
	if (state && state->type == VALUE_INTEGER && state->number != objects->state_active) {
		alarm->about = ALARM_ABOUT_OTHER; /* it is over */
		return;
	}
	take_device(alarm, device);
	take_subject(alarm, objects, row);
	take_subject(alarm, objects, table);
}

void alarms_about(struct alarms *alarms, struct dialog *dialog)
{
	const struct objid *selected = &alarms->objects->selected;
	const struct varbind *varbind;
	unsigned n = 0;

	for (unsigned i = 0; i < alarms_len(alarms); i++)
		if (alarm_at(alarms, i)->lost && n++ < ABOUT_MAX)
			go_through_alarm(alarm_at(alarms, i), alarms->objects, dialog);
	alarms->selected = 0;
	varbind = selected->n ? dialog_object(dialog, *selected) : NULL;
	if (varbind && varbind->type == VALUE_ABSENT)
		alarms->selected = 1; /* there is but one */
	else if (varbind && varbind->type == VALUE_INTEGER && varbind->number > 0)
		alarms->selected = (uint32_t)varbind->number;
}

/* --- what they mean for outlets --- */

static bool concerns(const struct alarms *alarms, const struct alarm *alarm,
                     const struct outlet *outlet)
{
	if (!alarm->lost || alarm->about == ALARM_ABOUT_OTHER)
		return false;
	if (alarm->about == ALARM_ABOUT_ALL)
		return true;
	if (outlet->id.family->by_device)
		return alarm->device == outlet->id.device;
	return !alarms->selected || alarm->device == alarms->selected;
}

void alarms_mark(const struct alarms *alarms, GArray *outlets)
{
	for (unsigned i = 0; i < outlets->len; i++) {
		struct outlet *outlet = outlets_at(outlets, i);

		outlet->alarmed = false;
		for (unsigned k = 0; k < alarms_len(alarms); k++)
			outlet->alarmed =
				outlet->alarmed || concerns(alarms, alarm_at(alarms, k), outlet);
	}
}

/* --- words --- */

/* An alarm without words is called by its OID. */
static void append_alarm(GString *line, const struct alarm *alarm)
{
	char *text = alarm->text && *alarm->text ? text_escape(alarm->text, -1)
	             : alarm->what.n             ? objid_text(&alarm->what)
	                                         : g_strdup("one that it does not name");

	g_string_append_printf(line, "%s%s", line->len ? "; " : "", text);
	g_free(text);
}

char *alarms_text(const struct alarms *alarms)
{
	GString *line = g_string_new(NULL);
	const unsigned n = alarms_len(alarms);

	for (unsigned i = 0; i < MIN(n, TEXTS_MAX); i++)
		append_alarm(line, alarm_at(alarms, i));
	if (n > TEXTS_MAX)
		g_string_append_printf(line, "; and %u more", n - TEXTS_MAX);
	return g_string_free(line, FALSE);
}
