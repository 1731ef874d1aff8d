/*
 * The walk of outlet tables: see table.h. Columns go on side by side, each to
 * its own end; rows come together by their index.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "find/table.h"

#include "find/census.h"

/* Far above any real card (48), far below what would hurt. */
#define ROWS_MAX 1024
#define ANSWER_BYTES 1400
#define VARBIND_BYTES 26 /* of ours, with a short value */
#define TEXTS_BYTES 20   /* of a row's name and description, before it is known */
#define ALARM_BYTES 42   /* of an alarm's description, or of its text as they are */
#define STRIPE_VARBINDS 40
#define BULK_ATTEMPTS 3

enum cell {
	CELL_STATE,
	CELL_CONTROLLABLE,
	CELL_NAME,
	CELL_DESCRIPTION,
	CELL_LIST,
	CELL_ALARM,
	/* What is only shown: a column that goes wrong is one that is not there. */
	CELL_VOLTAGE,
	CELL_CURRENT,
	CELL_POWER
};

/** One column of one family on its way through the table, or a list, or one of alarms. */
struct column {
	const struct family *family;
	struct family_list list; /* of CELL_LIST */
	enum cell cell;
	struct objid root;
	struct objid cursor; /* the last row seen; root before the first */
	struct objid guess;  /* right before where the first row is likely to be */
	unsigned asked;      /* varbinds of the question under way */
	bool ended;
};

struct table {
	unsigned pdu;
	const char *label;
	bool v1;
	unsigned overhead;
	const struct log *log;
	GArray *outlets;       /* of struct outlet; the caller's */
	GArray *census;        /* likewise */
	struct alarms *alarms; /* likewise; NULL while none are read */
	GArray *columns;       /* of struct column */
	bool no_bulk;
	bool bulk_answered;     /* so silence is not for GETBULK */
	unsigned varbind_bytes; /* of the rows, on average */
	unsigned rows_max;      /* more at a time it has answered with an error */
};

static struct column *column_at(const struct table *table, unsigned i)
{
	return &g_array_index(table->columns, struct column, i);
}

static void forget_columns(struct table *table)
{
	g_array_set_size(table->columns, 0);
	table->varbind_bytes = VARBIND_BYTES;
	table->rows_max = UINT_MAX;
}

struct table *table_new(unsigned pdu, const char *label, bool v1, unsigned overhead,
                        GArray *outlets, GArray *census, const struct log *log)
{
	struct table *table = g_new0(struct table, 1);

	table->pdu = pdu;
	table->label = label;
	table->v1 = v1;
	table->overhead = overhead;
	table->log = log;
	table->outlets = outlets;
	table->census = census;
	table->columns = g_array_new(FALSE, TRUE, sizeof(struct column));
	forget_columns(table);
	return table;
}

void table_free(struct table *table)
{
	g_array_unref(table->columns);
	g_free(table);
}

void table_clear(struct table *table)
{
	forget_columns(table);
	g_array_set_size(table->outlets, 0);
}

/* Whose first row is likely to be on that device; 0: the rows have no device. */
static void add_column(struct table *table, struct column column, uint32_t device)
{
	const uint32_t before_first[] = { device, 0 };

	column.guess = objid_append(&column.root, device ? 2 : 1, before_first);
	if (!column.cursor.n)
		column.cursor = column.root;
	g_array_append_val(table->columns, column);
}

static void add_family_column(struct table *table, const struct family *family, uint32_t device,
                              uint32_t column, enum cell cell)
{
	const bool indexed = family->by_device && !family->is_main;

	if (column)
		add_column(table,
		           (struct column){ .family = family,
		                            .cell = cell,
		                            .root = family_instance(family, column, 0, 0) },
		           indexed ? device : 0);
}

static bool has_family(const struct table *table, const struct family *family)
{
	for (unsigned i = 0; i < table->columns->len; i++)
		if (column_at(table, i)->family == family)
			return true;
	return false;
}

void table_add(struct table *table, const struct family *family, uint32_t device,
               struct table_columns columns)
{
	if (has_family(table, family))
		return;
	if (columns.state || family_existence(family) == family->state)
		add_family_column(table, family, device, family->state, CELL_STATE);
	add_family_column(table, family, device, family->controllable, CELL_CONTROLLABLE);
	if (columns.names) {
		add_family_column(table, family, device, family->outlet_name, CELL_NAME);
		add_family_column(table, family, device, family->description, CELL_DESCRIPTION);
	}
	if (columns.meters) {
		add_family_column(table, family, device, family->voltage, CELL_VOLTAGE);
		add_family_column(table, family, device, family->current, CELL_CURRENT);
		add_family_column(table, family, device, family->power, CELL_POWER);
	}
}

void table_add_list(struct table *table, const struct family_list *list, const struct objid *cursor)
{
	add_column(
		table,
		(struct column){
			.cell = CELL_LIST, .list = *list, .root = list->root, .cursor = *cursor },
		0);
}

void table_begin_alarms(struct table *table, struct alarms *alarms)
{
	const uint32_t columns[] = { alarms->objects->description, alarms->objects->text };

	table->alarms = alarms;
	forget_columns(table);
	for (unsigned i = 0; i < G_N_ELEMENTS(columns); i++)
		add_column(table,
		           (struct column){
				   .cell = CELL_ALARM,
				   .root = objid_append(&alarms->objects->entry, 1, &columns[i]) },
		           0);
	table->varbind_bytes = ALARM_BYTES;
}

/* --- asking --- */

/* How many rows an answer has room for, beside so many varbinds of another question. */
static unsigned rows_in(const struct table *table, unsigned once)
{
	const unsigned room = ANSWER_BYTES - table->overhead;
	const unsigned row = table->columns->len * table->varbind_bytes + (once ? TEXTS_BYTES : 0);

	return CLAMP((room - MIN(once * VARBIND_BYTES, room)) / MAX(row, 1), 1, table->rows_max);
}

static void ask_bulk(const struct table *table, struct question *question)
{
	question->kind = REQUEST_BULK;
	question->once = question->varbinds->len;
	question->repetitions = rows_in(table, question->once);
	question->max_attempts = table->bulk_answered ? 0 : BULK_ATTEMPTS;
	for (unsigned i = 0; i < table->columns->len; i++) {
		column_at(table, i)->asked = !column_at(table, i)->ended;
		if (column_at(table, i)->asked)
			varbinds_add(question->varbinds, &column_at(table, i)->cursor);
	}
}

/* The name asked after this one: the next number, or the first one. False if there is none. */
static bool guess_next(const struct column *column, struct objid *name)
{
	if (name->n == column->root.n)
		*name = column->guess;
	return name->id[name->n - 1]++ < BEYOND_LAST;
}

/*
 * GETNEXT for many rows at once: asks what follows the last row seen and, on
 * the guess that numbers run on, what follows each of the next ones. Whatever
 * the answers, no row can lie between two of them unseen, because what
 * follows every number in between was asked. Before the first row that holds
 * only if there is none before the guess; take_next() sees to that.
 */
static void ask_next(const struct table *table, struct question *question)
{
	unsigned open = 0, stripe;

	for (unsigned i = 0; i < table->columns->len; i++)
		open += !column_at(table, i)->ended;
	stripe = CLAMP(STRIPE_VARBINDS / MAX(open, 1), 1, rows_in(table, 0));

	question->kind = REQUEST_NEXT;
	for (unsigned i = 0; i < table->columns->len; i++) {
		struct column *column = column_at(table, i);
		struct objid name = column->cursor;

		column->asked = 0;
		if (column->ended)
			continue;
		do {
			varbinds_add(question->varbinds, &name);
			column->asked++;
		} while (column->asked < stripe && guess_next(column, &name));
	}
}

void table_ask(struct table *table, struct question *question)
{
	if (table_bulk(table))
		ask_bulk(table, question);
	else
		ask_next(table, question);
}

/* --- taking --- */

static bool is_meter(enum cell cell)
{
	return cell >= CELL_VOLTAGE;
}

/* The row, made if need be, at its place in the order; NULL past ROWS_MAX. */
static struct outlet *row_of(struct table *table, const struct outlet_id *id)
{
	const struct outlet fresh = {
		.id = *id, .millivolts = -1, .milliamperes = -1, .watts = -1
	};
	bool there;
	const unsigned at = outlets_place(table->outlets, id, &there);

	if (!there && table->outlets->len >= ROWS_MAX)
		return NULL;
	if (!there)
		g_array_insert_val(table->outlets, at, fresh);
	return outlets_at(table->outlets, at);
}

static void take_metered(struct outlet *outlet, enum cell cell, const struct varbind *varbind)
{
	const struct family *family = outlet->id.family;

	if (cell == CELL_VOLTAGE)
		outlet->millivolts = family_metered(varbind, family->voltage_millivolts);
	else if (cell == CELL_CURRENT)
		outlet->milliamperes = family_metered(varbind, family->current_milliamperes);
	else
		outlet->watts = family_metered(varbind, 1);
}

/* Returns what is wrong with the cell, NULL if nothing. */
static const char *take_cell(struct outlet *outlet, enum cell cell, const struct varbind *varbind)
{
	const struct family *family = outlet->id.family;
	const bool text = cell == CELL_NAME || cell == CELL_DESCRIPTION;

	if (is_meter(cell)) {
		take_metered(outlet, cell, varbind);
		return NULL;
	}
	outlet->exists = true;
	if (text && !outlet_take_text(outlet, cell == CELL_DESCRIPTION, varbind))
		return "a name that is no text";
	if (cell == CELL_STATE)
		outlet_take_state(outlet, varbind);
	if (cell == CELL_CONTROLLABLE ||
	    (cell == CELL_STATE && family->controllable_as == CONTROLLABLE_ALWAYS))
		outlet->controllable = family_controllable(family, varbind);
	return NULL;
}

/* What is metered makes no outlet: which of them there are, other columns say. */
static void drop_metered_alone(GArray *outlets)
{
	for (unsigned i = outlets->len; i-- > 0;)
		if (!outlets_at(outlets, i)->exists)
			g_array_remove_index(outlets, i);
}

/* A row of the column. Returns what is wrong, NULL if nothing. */
static const char *take_row(struct table *table, const struct column *column,
                            const struct varbind *varbind)
{
	const uint32_t last = column->root.id[column->root.n - 1];
	struct outlet_id id = { .pdu = table->pdu };
	struct outlet *outlet;

	if (column->cell == CELL_LIST && table->census->len >= ROWS_MAX)
		return "it has no end";
	if (column->cell == CELL_LIST)
		return census_take(table->census, &column->list, varbind);
	if (column->cell == CELL_ALARM)
		return alarms_take(table->alarms, last, varbind);
	if (!family_index(column->family, last, &varbind->name, &id))
		return "a row with a strange index";
	outlet = row_of(table, &id);
	return outlet ? take_cell(outlet, column->cell, varbind) : "it has no end";
}

/* One step of a column. Returns what is wrong, NULL if nothing. */
static const char *strict_step(struct table *table, struct column *column,
                               const struct objid *asked, const struct varbind *varbind)
{
	if (varbind->type == VALUE_ERROR)
		return snmp_status_text((int)varbind->number);
	if (dialog_has_value(varbind) && objid_compare(&varbind->name, asked) <= 0)
		return "it does not advance";
	if (!dialog_has_value(varbind) || !objid_below(&varbind->name, &column->root)) {
		column->ended = true;
		return NULL;
	}
	if (objid_compare(&varbind->name, &column->cursor) < 0)
		return "rows in disorder";
	/* several rows are asked for at a time, and may be the same one */
	if (objid_equal(&varbind->name, &column->cursor))
		return NULL;
	column->cursor = varbind->name;
	return take_row(table, column, varbind);
}

static const char *step(struct table *table, struct column *column, const struct objid *asked,
                        const struct varbind *varbind)
{
	const char *wrong = strict_step(table, column, asked, varbind);

	if (!wrong || !is_meter(column->cell))
		return wrong;
	column->ended = true;
	return NULL;
}

static const char *take_bulk(struct table *table, const GArray *varbinds, unsigned from)
{
	unsigned at = from, before;

	do {
		before = at;
		for (unsigned i = 0; i < table->columns->len && at < varbinds->len; i++) {
			struct column *column = column_at(table, i);
			const char *wrong;

			if (!column->asked)
				continue;
			at++;
			if (column->ended)
				continue;
			wrong = step(table, column, &column->cursor, varbinds_at(varbinds, at - 1));
			if (wrong)
				return wrong;
		}
	} while (at != before);
	return NULL;
}

/*
 * What follows a later row cannot be there if nothing followed an earlier one. But a meter's column
 * ends where it is odd.
 */
static const char *after_end(const struct column *column, const struct varbind *varbind)
{
	if (is_meter(column->cell) || !dialog_has_value(varbind) ||
	    !objid_below(&varbind->name, &column->root))
		return NULL;
	return "rows after its end";
}

static const char *take_next(struct table *table, const GArray *varbinds)
{
	unsigned at = 0;

	for (unsigned i = 0; i < table->columns->len; i++) {
		struct column *column = column_at(table, i);
		struct objid asked = column->cursor;
		bool gap = false;

		for (unsigned k = 0; k < column->asked; k++, at++) {
			const struct varbind *varbind = varbinds_at(varbinds, at);
			const bool first = asked.n == column->root.n;
			const char *wrong = column->ended ? after_end(column, varbind)
			                    : gap         ? NULL
			                                  : step(table, column, &asked, varbind);

			if (wrong)
				return wrong;
			gap = gap || (first && objid_compare(&column->cursor, &column->guess) < 0);
			guess_next(column, &asked);
		}
	}
	return NULL;
}

bool table_ended(const struct table *table)
{
	for (unsigned i = 0; i < table->columns->len; i++)
		if (!column_at(table, i)->ended)
			return false;
	return true;
}

/* Long names make long answers: fewer rows from now on. */
static void adapt_rows(struct table *table, const GArray *varbinds, unsigned from)
{
	size_t bytes = 0;

	for (unsigned i = from; i < varbinds->len; i++) {
		GBytes *octets = varbinds_at(varbinds, i)->octets;

		bytes += VARBIND_BYTES - 2 + (octets ? g_bytes_get_size(octets) : 0);
	}
	if (from < varbinds->len)
		table->varbind_bytes =
			MAX(table->varbind_bytes, (unsigned)(bytes / (varbinds->len - from)));
}

bool table_bulk(const struct table *table)
{
	return !table->v1 && !table->no_bulk;
}

void table_no_bulk(struct table *table)
{
	log_line(table->log, TRIPPSNMP_LOG_INFO, "%s: GETBULK fails, asking with GETNEXT",
	         table->label);
	table->no_bulk = true;
	table->rows_max = STRIPE_VARBINDS;
}

/* GETBULK went wrong: with fewer rows, in the end with GETNEXT. */
static void bulk_failed(struct table *table, const struct reply *reply)
{
	const unsigned rows = rows_in(table, 0);

	if (reply->status == REPLY_ANSWERED && rows > 1)
		table->rows_max = rows / 2;
	else
		table_no_bulk(table);
}

const char *table_take(struct table *table, const struct reply *reply)
{
	const bool bulk = table_bulk(table);
	const char *wrong;

	table->bulk_answered = table->bulk_answered || (bulk && reply->status == REPLY_ANSWERED);
	if (reply->status == REPLY_SILENT || (bulk && reply->error_status)) {
		bulk_failed(table, reply);
		return NULL;
	}
	wrong = bulk ? take_bulk(table, reply->varbinds, 0) : take_next(table, reply->varbinds);
	if (bulk && !wrong && !table_ended(table))
		adapt_rows(table, reply->varbinds, 0);
	if (!wrong && table_ended(table))
		drop_metered_alone(table->outlets);
	return wrong;
}

/* --- beside something else --- */

/*
 * An agent that mistakes what is to be repeated answers in the wrong places: rows are known by
 * their names, but that nothing follows is not.
 */
const char *table_take_too(struct table *table, const struct reply *reply, unsigned n)
{
	const char *wrong = take_bulk(table, reply->varbinds, n);

	for (unsigned i = 0; i < table->columns->len; i++)
		column_at(table, i)->ended = false;
	if (!wrong)
		adapt_rows(table, reply->varbinds, n);
	return wrong;
}
