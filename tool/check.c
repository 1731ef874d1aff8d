/*
 * check: what can be known without switching anything, one line each.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "list.h"

#include <string.h>

struct check {
	struct tool *tool;
	bool wrong;
	unsigned nodes;
};

/* One line, with a mark before it. */
static void say(struct check *check, enum paint paint, const char *what, const char *detail)
{
	char *mark = terminal_mark(&check->tool->terminal, paint);
	char *shown = text_shown(&check->tool->terminal, detail);

	tool_printf(check->tool, "%s %s%s%s\n", mark, what, *shown ? ": " : "", shown);
	check->wrong = check->wrong || paint == PAINT_BAD;
	g_free(shown);
	g_free(mark);
}

/* What the library has warned of meanwhile. */
static void say_warnings(struct check *check)
{
	GPtrArray *warnings = check->tool->warnings;

	for (unsigned i = 0; i < warnings->len; i++)
		say(check, PAINT_DOUBT, "  warning", warnings->pdata[i]);
	g_ptr_array_set_size(warnings, 0);
}

/* Why it could not be read. The message is about the first such PDU; of another, warnings tell. */
static const char *why_unread(const struct trippsnmp_pdu *pdu, const char *message)
{
	const size_t n = strlen(pdu->name);

	return g_str_has_prefix(message, pdu->name) && g_str_has_prefix(message + n, ": ")
	               ? message + n + 2
	               : "could not be read";
}

static void check_pdu(struct check *check, const GArray *rows, const struct trippsnmp_pdu *pdu,
                      const char *error)
{
	unsigned outlets = 0, switched = 0, mains = 0;
	const char *model = "";
	char *text;

	for (unsigned i = 0; i < rows->len; i++) {
		const struct row *row = &g_array_index(rows, struct row, i);

		if (strcmp(row->pdu, pdu->name) != 0)
			continue;
		outlets += !row_is_main(row);
		switched += row->outlet.controllable && !row_is_main(row);
		mains += row->outlet.controllable && row_is_main(row);
		model = *row->model ? row->model : row->outlet.family;
	}
	text = pdu->complete
	               ? g_strdup_printf("%s%s%s, %u outlets, %u of them can be switched%s", model,
	                                 *pdu->firmware ? ", firmware " : "", pdu->firmware,
	                                 outlets, switched, mains ? ", and its main load" : "")
	               : g_strdup(why_unread(pdu, error));
	say(check, pdu->complete && (switched || mains) ? PAINT_GOOD : PAINT_BAD, pdu->name, text);
	g_free(text);
}

/* Only one that says that a device is lost keeps anybody from being fenced. */
static void check_alarms(struct check *check, const trippsnmp_inventory *inventory, bool whole)
{
	const struct trippsnmp_alarm *alarm;

	for (unsigned i = 0; (alarm = trippsnmp_inventory_alarm(inventory, i)); i++) {
		char *what = g_strdup_printf("alarm of %s", alarm->pdu);

		say(check, alarm->lost ? PAINT_BAD : PAINT_DOUBT, what, alarm_text(alarm));
		g_free(what);
	}
	if (whole && !trippsnmp_inventory_alarm(inventory, 0))
		say(check, PAINT_GOOD, "no active alarms that are told", "");
}

/* False if there is nobody to ask anything else. */
static bool check_pdus(struct check *check)
{
	trippsnmp *handle = check->tool->handle;
	trippsnmp_inventory *inventory;
	const enum trippsnmp_error error = trippsnmp_take_inventory(handle, &inventory);
	const struct trippsnmp_pdu *pdu;
	GArray *rows;

	if (!inventory) {
		say(check, PAINT_BAD, "PDUs", trippsnmp_message(handle));
		return false;
	}
	rows = rows_of(inventory);
	for (unsigned i = 0; (pdu = trippsnmp_inventory_pdu(inventory, i)); i++)
		check_pdu(check, rows, pdu, trippsnmp_message(handle));
	check_alarms(check, inventory, !error);
	say_warnings(check);
	if (error)
		say(check, PAINT_DOUBT, "nodes", "not looked at while a PDU cannot be read");
	g_array_unref(rows);
	trippsnmp_free_inventory(inventory);
	return !error;
}

static void check_node(void *context, const struct trippsnmp_node *node)
{
	struct check *check = context;
	char *what = g_strdup_printf("node %s", node->name);
	char *text = node->error ? g_strdup(node->message)
	                         : g_strdup_printf("%s, fed by %s",
	                                           node->state == TRIPPSNMP_ON ? "on" : "off",
	                                           node->feeds);

	check->nodes++;
	say(check, node->error ? PAINT_BAD : PAINT_GOOD, what, text);
	g_free(text);
	g_free(what);
}

static void check_nodes(struct check *check)
{
	trippsnmp *handle = check->tool->handle;
	const enum trippsnmp_error error = trippsnmp_nodes(handle, check_node, check);

	if (!check->nodes)
		say(check, PAINT_BAD, "nodes",
		    error ? trippsnmp_message(handle)
		          : "no outlet has a node's name, and there is no hostlist: nobody could "
		            "be "
		            "fenced");
	/* of a node's trouble its own line tells all */
	if (error)
		g_ptr_array_set_size(check->tool->warnings, 0);
	say_warnings(check);
}

/* The status of a monitor, with a SET of idle where the family has that. */
static void check_status(struct check *check)
{
	trippsnmp *handle = check->tool->handle;
	const enum trippsnmp_error error = trippsnmp_status(handle);

	if (error)
		say(check, PAINT_BAD, "status and write access", trippsnmp_message(handle));
	else if (check->tool->warnings->len)
		say(check, PAINT_DOUBT, "status and write access", "what a monitor sees, but:");
	else
		say(check, PAINT_GOOD, "status and write access",
		    "as a monitor sees it, and a SET of idle(0) is taken for each node's outlets");
	say_warnings(check);
}

enum status run_check(struct tool *tool)
{
	struct check check = { .tool = tool };

	tool->quiet = true; /* each has its line */
	tool->warnings = g_ptr_array_new_with_free_func(g_free);
	if (check_pdus(&check)) {
		check_nodes(&check);
		if (!tool_interrupts())
			check_status(&check);
	}
	tool_print(tool,
	           "\nWhat no check can prove: that a machine's cord is in the outlet that "
	           "the map says, that all its\ncords are in the map, and that a relay obeys. "
	           "For that: trippsnmp drill NODE\n");
	g_ptr_array_unref(tool->warnings);
	tool->warnings = NULL;
	if (!tool_flush(tool))
		return STATUS_INTERNAL;
	if (tool_interrupts())
		return STATUS_STOPPED;
	return check.wrong ? STATUS_WRONG : STATUS_DONE;
}
