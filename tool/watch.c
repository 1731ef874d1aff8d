/*
 * watch: list, again and again, with what has changed since the start marked. Without a terminal
 * what changes is said line by line.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "list.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

/** A look that is kept. */
struct look {
	trippsnmp_inventory *inventory;
	GArray *rows;
};

static void look_clear(struct look *look)
{
	g_clear_pointer(&look->rows, g_array_unref);
	g_clear_pointer(&look->inventory, trippsnmp_free_inventory);
}

static char *clock_text(void)
{
	GDateTime *now = g_date_time_new_now_local();
	char *text = g_date_time_format(now, "%H:%M:%S");

	g_date_time_unref(now);
	return text;
}

/* In one piece, so that nothing flickers; what is longer than the screen scrolls. */
static void draw(struct tool *tool, const struct look *look, const struct look *first,
                 const char *since)
{
	char *text = list_text(&tool->terminal, look->inventory, look->rows, first->rows);
	char *now = clock_text();
	char **lines = g_strsplit(text, "\n", -1);
	char *cleared = g_strjoinv("\033[K\n", lines);
	char *screen =
		g_strdup_printf("\033[H%s, changes since %s are marked; Ctrl-C ends it\033[K\n"
	                        "\033[K\n%s%s\033[J",
	                        now, since, cleared, trippsnmp_message(tool->handle));

	tool_print(tool, screen);
	g_free(screen);
	g_free(cleared);
	g_strfreev(lines);
	g_free(now);
	g_free(text);
}

static void say_change(struct tool *tool, const GArray *rows, const struct row *row,
                       const struct row *old)
{
	char *now, *number;

	if (old && old->outlet.state == row->outlet.state &&
	    !strcmp(old->outlet.name, row->outlet.name))
		return;
	now = clock_text();
	number = row_number(rows, row);
	tool_printf(tool, "%s  outlet %s of %s  %s  %s -> %s\n", now, number, row->pdu,
	            row->outlet.name, old ? state_text(old->outlet.state) : "new",
	            state_text(row->outlet.state));
	g_free(number);
	g_free(now);
}

static void say_changes(struct tool *tool, const struct look *look, const struct look *last)
{
	for (unsigned i = 0; i < look->rows->len; i++) {
		const struct row *row = &g_array_index(look->rows, struct row, i);

		say_change(tool, look->rows, row, rows_find(last->rows, row));
	}
}

static void show(struct tool *tool, const struct look *look, const struct look *first,
                 const struct look *last, const char *since)
{
	if (tool->terminal.is_out) {
		terminal_measure(&tool->terminal);
		draw(tool, look, first, since);
	} else if (last->rows) {
		say_changes(tool, look, last);
	} else {
		char *text = list_text(&tool->terminal, look->inventory, look->rows, NULL);

		tool_print(tool, text);
		g_free(text);
	}
}

/* Where not even a part could be read. */
static void say_failure(struct tool *tool, enum trippsnmp_error error)
{
	if (tool->terminal.is_out && error != TRIPPSNMP_STOPPED)
		tool_printf(tool, "\033[H%s\033[K\n", trippsnmp_message(tool->handle));
}

/* Until somebody interrupts, or stdout cannot be written to. */
static enum status watch(struct tool *tool, struct look *first, struct look *last)
{
	char *since = clock_text();
	bool written = true;

	while (written && !tool_interrupts()) {
		struct look look = { NULL, NULL };
		const enum trippsnmp_error error =
			trippsnmp_take_inventory(tool->handle, &look.inventory);

		if (look.inventory && error != TRIPPSNMP_STOPPED) {
			look.rows = rows_of(look.inventory);
			if (!first->rows)
				*first = look;
			show(tool, &look, first, last, since);
			if (last->rows != first->rows)
				look_clear(last);
			*last = look;
		} else {
			trippsnmp_free_inventory(look.inventory);
			say_failure(tool, error);
		}
		written = tool_flush(tool);
		if (!tool_interrupts())
			poll(NULL, 0, (int)(tool->interval * 1000));
	}
	g_free(since);
	return written ? STATUS_DONE : STATUS_INTERNAL;
}

enum status run_watch(struct tool *tool)
{
	struct look first = { NULL, NULL }, last = { NULL, NULL };
	enum status status;

	tool->quiet = tool->terminal.is_out; /* errors stand below the table */
	if (tool->terminal.is_out)
		tool_print(tool, "\033[H\033[J");
	status = watch(tool, &first, &last);
	if (tool->terminal.is_out)
		tool_print(tool, "\n");
	if (last.rows != first.rows)
		look_clear(&last);
	look_clear(&first);
	return tool_flush(tool) ? status : STATUS_INTERNAL;
}
