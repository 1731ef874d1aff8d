/*
 * How the cards behave: one row for each family of outlet tables, and what
 * commands do to relays, and relays to state objects. No I/O and no clock.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "device.h"

#include <string.h>

enum { STATE_OFF = 1, STATE_ON = 2 };
enum { COMMAND_IDLE = 0, COMMAND_OFF = 1, COMMAND_ON = 2, COMMAND_CYCLE = 3 };
#define NAME_LENGTH_MAX 255
#define INDEX_COLUMN 1 /* in each table */

/* How a column says that an outlet cannot be switched. */
enum controllable { ALWAYS, TRUTH_VALUE, TYPE_BIT };

/* What stands behind a column. */
enum instance {
	DEVICE_NUMBER, /* device and outlet */
	NUMBER,        /* an outlet of the first device */
	DEVICE_MAIN,   /* a device: its main load */
	ZERO_MAIN      /* 0: the main load of the first device */
};

/* A table: columns are numbers below entry, 0 where it has no such column. */
struct family {
	struct rec_name entry;
	enum instance instance;
	bool has_idle;
	enum controllable kind;
	uint32_t state;
	uint32_t command;
	uint32_t name;
	uint32_t description;
	uint32_t controllable;
};

#define P 1, 3, 6, 1, 4, 1, 850

static const struct family families[] = {
	/* TRIPPLITE-PRODUCTS: tlpPduOutletEntry, tlpAtsOutletEntry, tlpUpsOutletEntry */
	{ { 15, { P, 1, 1, 3, 2, 3, 3, 1, 1 } }, DEVICE_NUMBER, true, TRUTH_VALUE, 4, 6, 2, 3, 5 },
	{ { 15, { P, 1, 1, 3, 4, 3, 3, 1, 1 } }, DEVICE_NUMBER, true, TRUTH_VALUE, 4, 6, 2, 3, 5 },
	{ { 15, { P, 1, 1, 3, 1, 3, 5, 1, 1 } }, DEVICE_NUMBER, true, TRUTH_VALUE, 4, 6, 2, 3, 5 },
	/* TRIPPLITE-12X: tlUpsOutletEntry */
	{ { 12, { P, 100, 1, 10, 2, 1 } }, NUMBER, false, TYPE_BIT, 2, 4, 5, 0, 3 },
	/* undocumented twin of the last one */
	{ { 12, { P, 10, 2, 3, 5, 1 } }, DEVICE_NUMBER, false, ALWAYS, 2, 4, 5, 0, 0 },
	/* TRIPPLITE-PRODUCTS: main load of a PDU, an ATS, a UPS */
	{ { 14, { P, 1, 1, 3, 2, 2, 1, 1 } }, DEVICE_MAIN, true, TRUTH_VALUE, 1, 3, 0, 0, 2 },
	{ { 14, { P, 1, 1, 3, 4, 2, 1, 1 } }, DEVICE_MAIN, true, TRUTH_VALUE, 1, 3, 0, 0, 2 },
	{ { 14, { P, 1, 1, 3, 1, 2, 1, 1 } }, DEVICE_MAIN, true, TRUTH_VALUE, 1, 3, 0, 0, 2 },
	/* TRIPPLITE-12X: tlUpsOutletMain */
	{ { 10, { P, 100, 1, 12 } }, ZERO_MAIN, true, TRUTH_VALUE, 1, 3, 0, 0, 2 },
};

/* Tables that are indexed by device, and where in a name that index stands. */
static const struct {
	struct rec_name root;
	unsigned place;
} device_tables[] = {
	{ { 12, { P, 1, 1, 1, 2, 1 } }, 13 }, /* tlpDeviceTable */
	{ { 12, { P, 1, 1, 2, 1, 1 } }, 13 }, /* tlpDeviceIdentTable */
	{ { 12, { P, 1, 1, 3, 1, 3 } }, 16 }, /* details of a UPS, a PDU, an ATS, */
	{ { 12, { P, 1, 1, 3, 2, 3 } }, 16 }, /* outlets among them */
	{ { 12, { P, 1, 1, 3, 4, 3 } }, 16 },
	{ { 10, { P, 1, 1, 3 } }, 15 },     /* the rest of each device type */
	{ { 11, { P, 10, 2, 2, 1 } }, 12 }, /* the 12.x firmware's undocumented part */
	{ { 10, { P, 10, 2, 3 } }, 13 },
};
static const struct rec_name device_index_column = { 13, { P, 1, 1, 1, 2, 1, 1 } };

/* What one name in an outlet table stands for. */
struct cell {
	const struct family *family;
	uint32_t column;
	uint32_t device;
	uint32_t number;
};

/* What a relay will do. Off may be the first half of a cycle, on the second. */
struct move {
	usec due;
	struct outlet *outlet;
	bool on;
	bool cycle;
};

static const char *const status_words[] = { "noError",
	                                    "tooBig",
	                                    "noSuchName",
	                                    "badValue",
	                                    "readOnly",
	                                    "genErr",
	                                    "noAccess",
	                                    "wrongType",
	                                    "wrongLength",
	                                    "wrongEncoding",
	                                    "wrongValue",
	                                    "noCreation",
	                                    "inconsistentValue",
	                                    "resourceUnavailable",
	                                    "commitFailed",
	                                    "undoFailed",
	                                    "authorizationError",
	                                    "notWritable",
	                                    "inconsistentName" };

const char *status_text(int status)
{
	return status >= 0 && status < (int)G_N_ELEMENTS(status_words) ? status_words[status] : "?";
}

int status_parse(const char *word)
{
	for (int i = 1; i < (int)G_N_ELEMENTS(status_words); i++)
		if (!g_ascii_strcasecmp(word, status_words[i]))
			return i;
	return -1;
}

static bool is_main(const struct outlet *outlet)
{
	return outlet->number == OUTLET_MAIN;
}

static bool is_for_main(const struct family *family)
{
	return family->instance == DEVICE_MAIN || family->instance == ZERO_MAIN;
}

static bool has_device(const struct family *family)
{
	return family->instance == DEVICE_NUMBER || family->instance == DEVICE_MAIN;
}

static bool find_cell(uint32_t first_device, const struct rec_name *name, struct cell *cell)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(families); i++) {
		const struct family *family = &families[i];
		unsigned n = family->entry.n;

		if (!rec_name_within(name, &family->entry) ||
		    name->n != n + (family->instance == DEVICE_NUMBER ? 3 : 2))
			continue;
		cell->family = family;
		cell->column = name->id[n];
		cell->device = has_device(family) ? name->id[n + 1] : first_device;
		cell->number =
			family->instance == DEVICE_MAIN ? OUTLET_MAIN : name->id[name->n - 1];
		return is_for_main(family) == (cell->number == OUTLET_MAIN);
	}
	return false;
}

static struct rec_name cell_name(const struct family *family, uint32_t column,
                                 const struct outlet *outlet)
{
	struct rec_name name = family->entry;

	name.id[name.n++] = column;
	if (has_device(family))
		name.id[name.n++] = outlet->device;
	if (family->instance != DEVICE_MAIN)
		name.id[name.n++] = outlet->number;
	return name;
}

/* The row of an outlet in one table, or NULL. */
static struct rec_row *cell_row(const struct device *device, const struct family *family,
                                uint32_t column, const struct outlet *outlet)
{
	struct rec_name name = cell_name(family, column, outlet);

	if (!column || is_for_main(family) != is_main(outlet) ||
	    (!has_device(family) && outlet->device != device->first))
		return NULL;
	return records_find(device->records, &name);
}

static struct outlet *find_outlet(const struct device *device, uint32_t index, uint32_t number)
{
	for (unsigned i = 0; i < device->outlets->len; i++) {
		struct outlet *outlet = device->outlets->pdata[i];

		if (outlet->device == index && outlet->number == number)
			return outlet;
	}
	return NULL;
}

static int compare_outlets(const void *a, const void *b)
{
	const struct outlet *left = *(const struct outlet *const *)a;
	const struct outlet *right = *(const struct outlet *const *)b;

	if (left->device != right->device)
		return left->device < right->device ? -1 : 1;
	return (left->number > right->number) - (left->number < right->number);
}

static bool is_definite(const struct rec_row *row)
{
	return row->type == REC_INTEGER && (row->number == STATE_OFF || row->number == STATE_ON);
}

/* The main load that an outlet hangs on, or NULL. */
static const struct outlet *main_of(const struct device *device, const struct outlet *outlet)
{
	return is_main(outlet) ? NULL : find_outlet(device, outlet->device, OUTLET_MAIN);
}

/* Whether power comes out of an outlet. */
static bool has_power(const struct device *device, const struct outlet *outlet)
{
	const struct outlet *main = main_of(device, outlet);

	return outlet->on && (!main || main->on);
}

/* A state or command object that is new makes an outlet. */
static void learn_outlet(struct device *device, const struct rec_row *row)
{
	struct outlet *outlet;
	struct cell cell;

	if (!find_cell(device->first, &row->name, &cell) ||
	    (cell.column != cell.family->state && cell.column != cell.family->command) ||
	    find_outlet(device, cell.device, cell.number))
		return;
	outlet = g_new0(struct outlet, 1);
	outlet->device = cell.device;
	outlet->number = cell.number;
	outlet->text = is_main(outlet) ? g_strdup_printf("%u.main", cell.device)
	                               : g_strdup_printf("%u.%u", cell.device, cell.number);
	outlet->on =
		cell.column == cell.family->state && is_definite(row) && row->number == STATE_ON;
	/* Of a main load that does not say it is off, outlets live. */
	if (is_main(outlet))
		outlet->on = cell.column != cell.family->state || !is_definite(row) ||
		             row->number == STATE_ON;
	outlet->shown = outlet->on;
	outlet->power = has_power(device, outlet);
	g_ptr_array_add(device->outlets, outlet);
	g_ptr_array_sort(device->outlets, compare_outlets);
}

static uint32_t first_device(const struct records *records)
{
	uint32_t first = 0;

	for (unsigned i = 0; i < records->rows->len; i++) {
		const struct rec_row *row = records->rows->pdata[i];
		struct cell cell;

		if (find_cell(0, &row->name, &cell) && cell.device &&
		    (!first || cell.device < first))
			first = cell.device;
	}
	return first ? first : 1;
}

struct device *device_new(struct records *records)
{
	struct device *device = g_new0(struct device, 1);

	device->records = records;
	device->first = first_device(records);
	device->outlets = g_ptr_array_new();
	device->moves = g_queue_new();
	for (unsigned i = 0; i < records->rows->len; i++)
		learn_outlet(device, records->rows->pdata[i]);
	for (unsigned i = 0; i < device->outlets->len; i++) {
		struct outlet *outlet = device->outlets->pdata[i];

		outlet->power = has_power(device, outlet);
	}
	return device;
}

/* Where in a name the device index stands; 0 if it has none. */
static unsigned device_place(const struct rec_name *name)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(device_tables); i++)
		if (rec_name_within(name, &device_tables[i].root))
			return name->n > device_tables[i].place ? device_tables[i].place : 0;
	return 0;
}

char *records_move_device(struct records *records, uint32_t from, uint32_t to)
{
	bool found = false;

	for (unsigned i = 0; i < records->rows->len; i++) {
		struct rec_row *row = records->rows->pdata[i];
		unsigned place = device_place(&row->name);

		if (!place || row->name.id[place] != from)
			continue;
		found = true;
		row->name.id[place] = to;
		if (rec_name_within(&row->name, &device_index_column))
			row->number = to;
	}
	if (!found)
		return g_strdup_printf("there is no device %u", from);
	if (!records_sort(records))
		return g_strdup_printf("there is a device %u already", to);
	return NULL;
}

/* An outlet's text without the number of its device. */
static const char *plain_text(const struct outlet *outlet)
{
	const char *slash = strchr(outlet->text, '/');

	return slash ? slash + 1 : outlet->text;
}

struct outlet *device_outlet(const struct device *device, const char *text)
{
	g_auto(GStrv) part = g_strsplit(text, ".", 3);
	unsigned n = g_strv_length(part);
	char name[sizeof("4294967295.4294967295")];
	uint64_t index = 0;
	uint64_t number = OUTLET_MAIN;
	bool main;

	if (n < 1 || n > 2 || !device->outlets->len)
		return NULL;
	main = !strcmp(part[n - 1], "main");
	if (!main && !g_ascii_string_to_unsigned(part[n - 1], 10, 0, UINT32_MAX, &number, NULL))
		return NULL;
	if (n == 1)
		index = ((struct outlet *)device->outlets->pdata[0])->device;
	else if (!g_ascii_string_to_unsigned(part[0], 10, 0, UINT32_MAX, &index, NULL))
		return NULL;
	if (main)
		g_snprintf(name, sizeof(name), "%u.main", (uint32_t)index);
	else
		g_snprintf(name, sizeof(name), "%u.%u", (uint32_t)index, (uint32_t)number);
	for (unsigned i = 0; i < device->outlets->len; i++)
		if (!strcmp(plain_text(device->outlets->pdata[i]), name))
			return device->outlets->pdata[i];
	return NULL;
}

void device_put_row(struct device *device, struct rec_row *row)
{
	records_put(device->records, row);
	learn_outlet(device, row);
}

bool device_set_text(struct device *device, const struct outlet *outlet, bool description,
                     GBytes *octets)
{
	bool found = false;

	for (unsigned i = 0; i < G_N_ELEMENTS(families); i++) {
		const struct family *family = &families[i];
		uint32_t column = description ? family->description : family->name;
		struct rec_name name = cell_name(family, column, outlet);

		if (!column || (!cell_row(device, family, family->state, outlet) &&
		                !cell_row(device, family, family->command, outlet)))
			continue;
		records_put(device->records, rec_row_octets(&name, octets));
		found = true;
	}
	return found;
}

static bool is_controllable(const struct device *device, const struct outlet *outlet)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(families); i++) {
		const struct rec_row *row =
			cell_row(device, &families[i], families[i].controllable, outlet);

		if (!row || row->type != REC_INTEGER)
			continue;
		if (families[i].kind == TRUTH_VALUE ? row->number == 2 : !(row->number & 2))
			return false;
	}
	return true;
}

/* What the row to be set is; false if no SET of it is ever allowed. */
static bool find_target(const struct device *device, const struct rec_row *wanted,
                        struct cell *cell, struct outlet **outlet)
{
	if (!records_find(device->records, &wanted->name) ||
	    !find_cell(device->first, &wanted->name, cell))
		return false;
	*outlet = find_outlet(device, cell->device, cell->number);
	return *outlet &&
	       (cell->column == cell->family->command || cell->column == cell->family->name ||
	        (cell->family->description && cell->column == cell->family->description));
}

int device_check_set(const struct device *device, const struct rec_row *wanted, usec now)
{
	struct outlet *outlet;
	struct cell cell;

	if (!find_target(device, wanted, &cell, &outlet))
		return STATUS_NOT_WRITABLE;
	if (cell.column != cell.family->command) {
		if (wanted->type != REC_OCTETS)
			return STATUS_WRONG_TYPE;
		return g_bytes_get_size(wanted->octets) > NAME_LENGTH_MAX ? STATUS_WRONG_LENGTH
		                                                          : STATUS_OK;
	}
	if (now < outlet->refuse_until)
		return outlet->refuse;
	/* As a net-snmp agent does whose table has no writable object there. */
	if (!is_controllable(device, outlet))
		return STATUS_NOT_WRITABLE;
	if (wanted->type != REC_INTEGER)
		return STATUS_WRONG_TYPE;
	if (wanted->number > COMMAND_CYCLE ||
	    (wanted->number == COMMAND_IDLE && !cell.family->has_idle))
		return STATUS_WRONG_VALUE;
	return STATUS_OK;
}

static int compare_moves(const void *a, const void *b, void *unused)
{
	const struct move *left = a;
	const struct move *right = b;

	(void)unused;
	return left->due <= right->due ? -1 : 1; /* of two at once, the older one is first */
}

static void plan(struct device *device, struct outlet *outlet, bool on, usec due, bool cycle)
{
	struct move *move = g_new0(struct move, 1);

	move->due = due;
	move->outlet = outlet;
	move->on = on;
	move->cycle = cycle;
	g_queue_insert_sorted(device->moves, move, compare_moves, NULL);
}

/* The card has one timer for each outlet: a new command ends a cycle. */
static void cancel_cycle(struct device *device, const struct outlet *outlet)
{
	for (GList *link = device->moves->head, *next; link; link = next) {
		struct move *move = link->data;

		next = link->next;
		if (move->outlet != outlet || !move->cycle)
			continue;
		move->cycle = false;
		if (!move->on)
			continue;
		g_free(move);
		g_queue_delete_link(device->moves, link);
	}
}

static void command(struct device *device, struct outlet *outlet, uint64_t value, usec now)
{
	usec latency = value == COMMAND_ON ? device->latency_on : device->latency_off;

	if (value == COMMAND_IDLE)
		return;
	device->commanded(outlet, value == COMMAND_OFF  ? "off"
	                          : value == COMMAND_ON ? "on"
	                                                : "cycle");
	cancel_cycle(device, outlet);
	outlet->last_due = MAX(outlet->last_due, now + latency);
	plan(device, outlet, value == COMMAND_ON, outlet->last_due, value == COMMAND_CYCLE);
	device_advance(device, now);
}

void device_set(struct device *device, const struct rec_row *wanted, usec now)
{
	struct outlet *outlet;
	struct cell cell;

	if (!find_target(device, wanted, &cell, &outlet))
		return;
	if (cell.column == cell.family->command)
		command(device, outlet, wanted->number, now);
	else
		device_set_text(device, outlet, cell.column != cell.family->name, wanted->octets);
}

/* Sets an outlet's state object. */
static void show_one(struct device *device, struct outlet *outlet)
{
	const struct outlet *main = main_of(device, outlet);
	const bool on = outlet->shown && (!main || main->shown);

	for (unsigned i = 0; i < G_N_ELEMENTS(families); i++) {
		struct rec_row *row = cell_row(device, &families[i], families[i].state, outlet);

		if (row && is_definite(row))
			row->number = on ? STATE_ON : STATE_OFF;
	}
}

/* Does something to an outlet and, if it is a main load, to all that hang on it. */
static void each_on(struct device *device, struct outlet *outlet,
                    void (*function)(struct device *device, struct outlet *outlet))
{
	function(device, outlet);
	for (unsigned i = 0; i < device->outlets->len; i++)
		if (main_of(device, device->outlets->pdata[i]) == outlet)
			function(device, device->outlets->pdata[i]);
}

static void show(struct device *device, struct outlet *outlet, bool on)
{
	outlet->shown = on;
	each_on(device, outlet, show_one);
}

static void let_power(struct device *device, struct outlet *outlet)
{
	const bool power = has_power(device, outlet);

	if (outlet->power == power)
		return;
	outlet->power = power;
	device->moved(outlet);
}

static void turn_relay(struct device *device, struct outlet *outlet, bool on)
{
	outlet->on = on;
	each_on(device, outlet, let_power);
}

void device_turn(struct device *device, struct outlet *outlet, bool on)
{
	show(device, outlet, on);
	turn_relay(device, outlet, on);
}

void device_cycle(struct device *device, struct outlet *outlet, usec on_again)
{
	cancel_cycle(device, outlet);
	if (!outlet->stuck)
		device_turn(device, outlet, false);
	plan(device, outlet, true, on_again, true);
}

static void forget_moves(struct device *device)
{
	while (!g_queue_is_empty(device->moves))
		g_free(g_queue_pop_head(device->moves));
	for (unsigned i = 0; i < device->outlets->len; i++)
		((struct outlet *)device->outlets->pdata[i])->last_due = 0;
}

void device_fail(struct device *device, usec on_again, usec each)
{
	forget_moves(device);
	for (unsigned i = 0; i < device->outlets->len; i++) {
		struct outlet *outlet = device->outlets->pdata[i];

		if (!outlet->stuck)
			device_turn(device, outlet, false);
		if (on_again >= 0)
			plan(device, outlet, true, on_again, true);
		if (!is_main(outlet))
			on_again += on_again >= 0 ? each : 0;
	}
}

/* The row's name with another outlet's numbers; false if it is not one of those that move. */
static bool renumber(const struct device *device, struct rec_name *name, const struct outlet *from,
                     const struct outlet *to)
{
	struct cell cell;

	if (!find_cell(device->first, name, &cell) || cell.column == INDEX_COLUMN ||
	    cell.device != from->device || cell.number != from->number)
		return false;
	*name = cell_name(cell.family, cell.column, to);
	return true;
}

void device_swap(struct device *device, struct outlet *a, struct outlet *b)
{
	const struct outlet was_a = *a;
	struct records *records = device->records;

	for (unsigned i = 0; i < records->rows->len; i++) {
		struct rec_row *row = records->rows->pdata[i];

		if (!renumber(device, &row->name, a, b))
			renumber(device, &row->name, b, a);
	}
	records_sort(records);
	a->device = b->device;
	a->number = b->number;
	b->device = was_a.device;
	b->number = was_a.number;
	g_ptr_array_sort(device->outlets, compare_outlets);
}

void device_exchange(struct device *device)
{
	forget_moves(device);
	device->exchanges++;
	for (unsigned i = 0; i < device->outlets->len; i++) {
		struct outlet *outlet = device->outlets->pdata[i];
		char *text = g_strdup_printf("%u/%s", device->exchanges + 1, plain_text(outlet));

		g_free(outlet->text);
		outlet->text = text;
		outlet->stuck = false;
		outlet->lie = false;
		outlet->refuse_until = 0;
		outlet->on = outlet->shown;
	}
	for (unsigned i = 0; i < device->outlets->len; i++) {
		struct outlet *outlet = device->outlets->pdata[i];

		outlet->power = has_power(device, outlet);
		if (!outlet->power)
			device->moved(outlet);
	}
}

const struct outlet *device_outlet_at(const struct device *device, const struct rec_name *name,
                                      bool *text)
{
	struct cell cell;

	if (!find_cell(device->first, name, &cell))
		return NULL;
	*text = cell.column == cell.family->name ||
	        (cell.family->description && cell.column == cell.family->description);
	return find_outlet(device, cell.device, cell.number);
}

usec device_advance(struct device *device, usec now)
{
	struct move *move;

	while ((move = g_queue_peek_head(device->moves)) && move->due <= now) {
		g_queue_pop_head(device->moves);
		if (!move->outlet->stuck) {
			show(device, move->outlet, move->on);
			if (!move->outlet->lie)
				turn_relay(device, move->outlet, move->on);
		}
		if (move->cycle && !move->on)
			plan(device, move->outlet, true, now + device->cycle, true);
		g_free(move);
	}
	return move ? move->due : -1;
}
