/*
 * See rows.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rows.h"

#include <string.h>

GArray *rows_of(const trippsnmp_inventory *inventory)
{
	GArray *rows = g_array_new(FALSE, FALSE, sizeof(struct row));
	const struct trippsnmp_outlet *outlet;

	for (unsigned i = 0; inventory && (outlet = trippsnmp_inventory_outlet(inventory, i));
	     i++) {
		const struct trippsnmp_pdu *pdu;
		struct row row = { outlet->pdu, "", trippsnmp_inventory_model(inventory, i),
			           *outlet, *trippsnmp_inventory_meter(inventory, i) };

		for (unsigned k = 0; (pdu = trippsnmp_inventory_pdu(inventory, k)); k++)
			if (!strcmp(pdu->name, outlet->pdu))
				row.firmware = pdu->firmware;
		g_array_append_val(rows, row);
	}
	return rows;
}

static const struct row *row_at(const GArray *rows, unsigned i)
{
	return &g_array_index(rows, struct row, i);
}

const struct row *rows_find(const GArray *others, const struct row *row)
{
	for (unsigned i = 0; others && i < others->len; i++) {
		const struct row *other = row_at(others, i);

		if (other->outlet.device == row->outlet.device &&
		    other->outlet.number == row->outlet.number &&
		    !strcmp(other->outlet.family, row->outlet.family) &&
		    !strcmp(other->pdu, row->pdu))
			return other;
	}
	return NULL;
}

/* Whether a number alone would be ambiguous on its PDU. */
static bool needs_device(const GArray *rows, const struct row *row)
{
	for (unsigned i = 0; i < rows->len; i++) {
		const struct row *other = row_at(rows, i);

		if (!strcmp(other->pdu, row->pdu) && other->outlet.device != row->outlet.device &&
		    other->outlet.controllable)
			return true;
	}
	return false;
}

bool row_is_main(const struct row *row)
{
	return row->outlet.number == TRIPPSNMP_MAIN;
}

char *row_number(const GArray *rows, const struct row *row)
{
	char *device =
		needs_device(rows, row) ? g_strdup_printf("%u.", row->outlet.device) : g_strdup("");
	char *text = row_is_main(row) ? g_strdup_printf("%smain", device)
	                              : g_strdup_printf("%s%u", device, row->outlet.number);

	g_free(device);
	return text;
}

const char *state_text(enum trippsnmp_state state)
{
	switch (state) {
	case TRIPPSNMP_ON:
		return "on";
	case TRIPPSNMP_OFF:
		return "off";
	case TRIPPSNMP_UNKNOWN:
		break;
	}
	return "unknown";
}

/* --- the table --- */

enum column {
	COLUMN_OUTLET,
	COLUMN_STATE,
	COLUMN_SWITCH,
	COLUMN_VOLTS,
	COLUMN_AMPERES,
	COLUMN_WATTS,
	COLUMN_NAME,
	COLUMN_DESCRIPTION,
	COLUMN_COUNT
};

static const char *const titles[COLUMN_COUNT] = {
	[COLUMN_OUTLET] = "OUTLET",   [COLUMN_STATE] = "STATE",
	[COLUMN_SWITCH] = "SWITCH",   [COLUMN_VOLTS] = "VOLTS",
	[COLUMN_AMPERES] = "AMPERES", [COLUMN_WATTS] = "WATTS",
	[COLUMN_NAME] = "NAME",       [COLUMN_DESCRIPTION] = "DESCRIPTION",
};

#define MARK_COLUMNS 10 /* <- unknown */

struct table {
	const struct terminal *terminal;
	unsigned widths[COLUMN_COUNT]; /* 0: there is nothing to show */
	unsigned marks;                /* columns for what is said behind a row */
};

static bool is_number(enum column column)
{
	return column == COLUMN_OUTLET || (column >= COLUMN_VOLTS && column <= COLUMN_WATTS);
}

/* "" where there is nothing. */
static char *thousandths(int value, int digits)
{
	if (value < 0)
		return g_strdup("");
	return digits == 1 ? g_strdup_printf("%d.%d", value / 1000, value % 1000 / 100)
	                   : g_strdup_printf("%d.%02d", value / 1000, value % 1000 / 10);
}

static char *cell(const struct table *table, const GArray *rows, const struct row *row,
                  enum column column)
{
	switch (column) {
	case COLUMN_OUTLET:
		return row_number(rows, row);
	case COLUMN_STATE:
		return g_strdup(state_text(row->outlet.state));
	case COLUMN_SWITCH:
		return g_strdup(row->outlet.controllable ? "yes" : "no");
	case COLUMN_VOLTS:
		return thousandths(row->meter.millivolts, 1);
	case COLUMN_AMPERES:
		return thousandths(row->meter.milliamperes, 2);
	case COLUMN_WATTS:
		return row->meter.watts < 0 ? g_strdup("")
		                            : g_strdup_printf("%d", row->meter.watts);
	case COLUMN_NAME:
		if (row_is_main(row))
			return g_strdup("(cuts all on its device)");
		return text_shown(table->terminal, row->outlet.name);
	case COLUMN_DESCRIPTION:
		return text_shown(table->terminal, row->outlet.description);
	case COLUMN_COUNT:
		break;
	}
	return g_strdup("");
}

static void measure(struct table *table, const GArray *rows, const char *pdu)
{
	for (enum column column = 0; column < COLUMN_COUNT; column++) {
		unsigned width = 0;

		for (unsigned i = 0; i < rows->len; i++) {
			char *text = strcmp(row_at(rows, i)->pdu, pdu)
			                     ? g_strdup("")
			                     : cell(table, rows, row_at(rows, i), column);

			width = MAX(width, text_columns(text));
			g_free(text);
		}
		table->widths[column] = width ? MAX(width, (unsigned)strlen(titles[column])) : 0;
	}
}

static unsigned total(const struct table *table)
{
	unsigned columns = table->marks;

	for (enum column column = 0; column < COLUMN_COUNT; column++)
		columns += table->widths[column] ? table->widths[column] + 2 : 0;
	return columns;
}

/* Names and descriptions have what the others leave of the terminal. */
static void shrink(struct table *table)
{
	static const enum column wide[] = { COLUMN_DESCRIPTION, COLUMN_NAME };

	for (unsigned i = 0; table->terminal->width && i < G_N_ELEMENTS(wide); i++) {
		unsigned *width = &table->widths[wide[i]];
		const unsigned all = total(table);
		const unsigned least = MIN(*width, (unsigned)strlen(titles[wide[i]]));

		if (all > table->terminal->width)
			*width = MAX(*width - MIN(*width, all - table->terminal->width), least);
	}
}

static enum paint paint_of(const struct row *row, enum column column)
{
	if (column == COLUMN_STATE)
		return row->outlet.state == TRIPPSNMP_ON    ? PAINT_GOOD
		       : row->outlet.state == TRIPPSNMP_OFF ? PAINT_BAD
		                                            : PAINT_DOUBT;
	if (column == COLUMN_SWITCH && !row->outlet.controllable)
		return PAINT_DOUBT;
	return PAINT_NONE;
}

static void add_cell(const struct table *table, GString *line, enum column column, const char *text,
                     enum paint paint)
{
	const unsigned width = table->widths[column];
	char *fitting = text_fit(table->terminal, text, width);
	char *painted = terminal_paint(table->terminal, paint, fitting);
	const int gap = (int)(width - MIN(width, text_columns(fitting)));

	if (line->len)
		g_string_append(line, "  ");
	if (is_number(column))
		g_string_append_printf(line, "%*s%s", gap, "", painted);
	else
		g_string_append_printf(line, "%s%*s", painted, gap, "");
	g_free(painted);
	g_free(fitting);
}

static void add_line(GString *text, GString *line)
{
	size_t n = line->len;

	while (n && line->str[n - 1] == ' ')
		n--;
	g_string_append_len(text, line->str, (ssize_t)n);
	g_string_append_c(text, '\n');
	g_string_set_size(line, 0);
}

static void add_row(const struct table *table, GString *line, const GArray *rows,
                    const struct row *row, const GArray *before)
{
	const struct row *old = rows_find(before, row);

	for (enum column column = 0; column < COLUMN_COUNT; column++) {
		char *text, *was;

		if (!table->widths[column])
			continue;
		text = cell(table, rows, row, column);
		was = old ? cell(table, before, old, column) : NULL;
		add_cell(table, line, column, text,
		         before && g_strcmp0(text, was) ? PAINT_MARK : paint_of(row, column));
		g_free(text);
		g_free(was);
	}
	/* where there are no colours a mark must be seen, too */
	if (before && (!old || old->outlet.state != row->outlet.state))
		g_string_append_printf(line, "  <- %s",
		                       old ? state_text(old->outlet.state) : "new");
}

char *rows_table(const struct terminal *terminal, const GArray *rows, const char *pdu,
                 const GArray *before)
{
	struct table table = { .terminal = terminal, .marks = before ? MARK_COLUMNS : 0 };
	GString *text = g_string_new(NULL), *line = g_string_new(NULL);

	measure(&table, rows, pdu);
	shrink(&table);
	for (enum column column = 0; column < COLUMN_COUNT; column++)
		if (table.widths[column])
			add_cell(&table, line, column, titles[column], PAINT_FAINT);
	add_line(text, line);
	for (unsigned i = 0; i < rows->len; i++) {
		if (strcmp(row_at(rows, i)->pdu, pdu) != 0)
			continue;
		add_row(&table, line, rows, row_at(rows, i), before);
		add_line(text, line);
	}
	g_string_free(line, TRUE);
	return g_string_free(text, FALSE);
}
