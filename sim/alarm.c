/*
 * TRIPPLITE-PRODUCTS' tlpAlarmsTable and TRIPPLITE-12X' tlUpsAlarmTable.
 * Columns, types and what they hold are those of recorded alarms; that lost
 * communications look like the rest of them is assumed, nobody has seen it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "alarm.h"

#include <string.h>

#define P 1, 3, 6, 1, 4, 1, 850
#define LOST_TEXT "Communications Lost"

/* Where a generation of cards has its alarms. */
struct alarms {
	struct rec_name count;
	struct rec_name entry;
	struct rec_name lost;
	void (*fill)(struct records *records, const struct alarm *alarm);
};

enum { COLUMN_ID = 1, COLUMN_DESCRIPTION = 2, COLUMN_TIME = 3 };
/* tlpAlarmsTable */
enum { LX_TABLE = 4, LX_ROW = 5, LX_TEXT = 6, LX_SEVERITY = 7, LX_STATE = 8, LX_ACKNOWLEDGED = 9 };
/* tlUpsAlarmTable */
enum { CARD_TEXT = 4, CARD_DEVICE = 5, CARD_DEVICE_NAME = 6 };

static void fill_lx(struct records *records, const struct alarm *alarm);
static void fill_webcard(struct records *records, const struct alarm *alarm);

static const struct alarms generations[] = {
	{ { 10, { P, 1, 3, 1 } },
	  { 11, { P, 1, 3, 2, 1 } },
	  { 12, { P, 1, 3, 3, 2, 1 } },
	  fill_lx },
	{ { 11, { P, 100, 1, 6, 1 } },
	  { 12, { P, 100, 1, 6, 2, 1 } },
	  { 12, { P, 100, 1, 6, 3, 27 } },
	  fill_webcard },
};
/* The cards that have these tables have something below here. */
static const struct rec_name roots[G_N_ELEMENTS(generations)] = {
	{ 9, { P, 1, 1 } },
	{ 8, { P, 100 } },
};

static struct rec_name below(const struct rec_name *root, uint32_t column, uint32_t id)
{
	struct rec_name name = *root;

	name.id[name.n++] = column;
	name.id[name.n++] = id;
	return name;
}

static void put_number(struct records *records, const struct rec_name *name, int type,
                       uint32_t number)
{
	struct rec_row *row = rec_row_integer(name, 0);

	row->type = type;
	row->number = number;
	records_put(records, row);
}

static void put_text(struct records *records, const struct rec_name *name, const char *text)
{
	g_autoptr(GBytes) octets = g_bytes_new(text, strlen(text));

	records_put(records, rec_row_octets(name, octets));
}

static void put_id(struct records *records, const struct rec_name *name, const struct rec_name *id)
{
	static const struct rec_name none = { 2, { 0, 0 } };
	struct rec_row *row = rec_row_integer(name, 0);

	row->type = REC_OBJID;
	row->value_id = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	if (!id->n)
		id = &none;
	g_array_append_vals(row->value_id, id->id, id->n);
	records_put(records, row);
}

static void fill_lx(struct records *records, const struct alarm *alarm)
{
	static const struct rec_name device_table = { 11, { P, 1, 1, 1, 2 } };
	static const struct rec_name device_entry = { 12, { P, 1, 1, 1, 2, 1 } };
	const struct rec_name *entry = &generations[0].entry;
	struct rec_name table = { 0, { 0 } };
	struct rec_name about = alarm->about;
	struct rec_name name = below(entry, COLUMN_ID, alarm->id);

	if (alarm->device) {
		table = device_table;
		about = below(&device_entry, COLUMN_ID, alarm->device);
	}
	put_number(records, &name, REC_GAUGE32, alarm->id);
	name = below(entry, COLUMN_TIME, alarm->id);
	put_number(records, &name, REC_TIMETICKS, alarm->ticks);
	name = below(entry, LX_TABLE, alarm->id);
	put_id(records, &name, &table);
	name = below(entry, LX_ROW, alarm->id);
	put_id(records, &name, &about);
	name = below(entry, LX_TEXT, alarm->id);
	put_text(records, &name, alarm->lost ? LOST_TEXT : "");
	name = below(entry, LX_SEVERITY, alarm->id);
	put_number(records, &name, REC_INTEGER, 1);
	name = below(entry, LX_STATE, alarm->id);
	put_number(records, &name, REC_INTEGER, 1);
	name = below(entry, LX_ACKNOWLEDGED, alarm->id);
	put_number(records, &name, REC_INTEGER, 2);
}

static void fill_webcard(struct records *records, const struct alarm *alarm)
{
	const struct rec_name *entry = &generations[1].entry;
	struct rec_name name = below(entry, COLUMN_ID, alarm->id);

	put_number(records, &name, REC_INTEGER, alarm->id);
	name = below(entry, COLUMN_TIME, alarm->id);
	put_number(records, &name, REC_INTEGER, alarm->ticks);
	name = below(entry, CARD_TEXT, alarm->id);
	put_text(records, &name, alarm->lost ? LOST_TEXT : "");
	if (alarm->device) {
		g_autofree char *text = g_strdup_printf("Device %u", alarm->device);

		name = below(entry, CARD_DEVICE, alarm->id);
		put_number(records, &name, REC_INTEGER, alarm->device);
		name = below(entry, CARD_DEVICE_NAME, alarm->id);
		put_text(records, &name, text);
	}
}

/* Removes the row of an alarm in all columns; whether there was one. */
static bool remove_row(struct records *records, const struct rec_name *entry, uint32_t id)
{
	bool found = false;

	for (unsigned i = records->rows->len; i > 0; i--) {
		const struct rec_row *row = records->rows->pdata[i - 1];

		if (row->name.n != entry->n + 2 || row->name.id[row->name.n - 1] != id ||
		    !rec_name_within(&row->name, entry))
			continue;
		g_ptr_array_remove_index(records->rows, i - 1);
		found = true;
	}
	return found;
}

static void recount(struct records *records, const struct alarms *alarms)
{
	struct rec_name column = alarms->entry;
	struct rec_name count = alarms->count;
	uint32_t n = 0;

	column.id[column.n++] = COLUMN_ID;
	count.id[count.n++] = 0;
	for (unsigned i = 0; i < records->rows->len; i++)
		n += rec_name_within(&((struct rec_row *)records->rows->pdata[i])->name, &column);
	put_number(records, &count, REC_GAUGE32, n);
}

static bool has_generation(const struct records *records, unsigned i)
{
	const struct rec_row *row = records_next(records, &roots[i], true);

	return row && rec_name_within(&row->name, &roots[i]);
}

char *alarm_raise(struct records *records, const struct alarm *alarm)
{
	bool found = false;

	for (unsigned i = 0; i < G_N_ELEMENTS(generations); i++) {
		const struct alarms *alarms = &generations[i];
		const struct rec_name name = below(&alarms->entry, COLUMN_DESCRIPTION, alarm->id);

		if (!has_generation(records, i))
			continue;
		found = true;
		remove_row(records, &alarms->entry, alarm->id);
		alarms->fill(records, alarm);
		put_id(records, &name, alarm->lost ? &alarms->lost : &alarm->description);
		recount(records, alarms);
	}
	return found ? NULL : g_strdup("this card has no table of alarms");
}

char *alarm_clear(struct records *records, uint32_t id)
{
	bool found = false;

	for (unsigned i = 0; i < G_N_ELEMENTS(generations); i++) {
		if (!remove_row(records, &generations[i].entry, id))
			continue;
		found = true;
		recount(records, &generations[i]);
	}
	return found ? NULL : g_strdup("there is no such alarm");
}
