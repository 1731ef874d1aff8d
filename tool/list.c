/*
 * list: what is in the PDUs.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "list.h"

#include <json-glib/json-glib.h>
#include <string.h>

/* --- for people --- */

static const struct row *first_of(const GArray *rows, const char *pdu)
{
	for (unsigned i = 0; i < rows->len; i++)
		if (!strcmp(g_array_index(rows, struct row, i).pdu, pdu))
			return &g_array_index(rows, struct row, i);
	return NULL;
}

static void add_once(GPtrArray *texts, const char *text)
{
	for (unsigned i = 0; i < texts->len; i++)
		if (!strcmp(texts->pdata[i], text))
			return;
	if (*text)
		g_ptr_array_add(texts, (void *)text);
}

/* The models of its devices, with commas between; free with g_free(). */
static char *models_of(const GArray *rows, const char *pdu)
{
	GPtrArray *models = g_ptr_array_new();
	char *text;

	for (unsigned i = 0; i < rows->len; i++) {
		const struct row *row = &g_array_index(rows, struct row, i);

		if (!strcmp(row->pdu, pdu))
			add_once(models, row->model);
	}
	g_ptr_array_add(models, NULL);
	text = g_strjoinv(", ", (char **)models->pdata);
	g_ptr_array_unref(models);
	return text;
}

static char *head_of(const struct terminal *terminal, const GArray *rows,
                     const struct trippsnmp_pdu *pdu)
{
	const struct row *row = first_of(rows, pdu->name);
	char *name = terminal_paint(terminal, PAINT_STRONG, pdu->name);
	char *models = models_of(rows, pdu->name);
	char *text =
		g_strdup_printf("%s  %s  %s%s", name, *models ? models : "model not told",
	                        *pdu->firmware ? "firmware " : "firmware not told", pdu->firmware);
	char *whole = g_strdup_printf("%s  (%s)", text, row ? row->outlet.family : "no outlets");
	char *shown = text_shown(terminal, row ? whole : text);

	g_free(whole);
	g_free(text);
	g_free(models);
	g_free(name);
	return shown;
}

/* How an alarm is called; it may have no words. */
const char *alarm_text(const struct trippsnmp_alarm *alarm)
{
	if (*alarm->text)
		return alarm->text;
	return *alarm->what ? alarm->what : "without a description";
}

/* One line, as far as there are any. */
static void add_alarms(GString *text, const struct terminal *terminal,
                       const trippsnmp_inventory *inventory, const char *pdu)
{
	const struct trippsnmp_alarm *alarm;
	GString *line = g_string_new(NULL);
	unsigned n = 0;
	char *whole, *shown, *fitting, *painted;

	for (unsigned i = 0; (alarm = trippsnmp_inventory_alarm(inventory, i)); i++)
		if (!strcmp(alarm->pdu, pdu))
			g_string_append_printf(line, "%s%s", n++ ? ", " : "", alarm_text(alarm));
	whole = g_strdup_printf("%u active alarm%s: %s", n, n == 1 ? "" : "s", line->str);
	shown = text_shown(terminal, whole);
	fitting = text_fit(terminal, shown, terminal->width ? terminal->width : UINT_MAX);
	painted = terminal_paint(terminal, PAINT_DOUBT, fitting);
	if (n)
		g_string_append_printf(text, "%s\n", painted);
	g_free(painted);
	g_free(fitting);
	g_free(shown);
	g_free(whole);
	g_string_free(line, TRUE);
}

char *list_text(const struct terminal *terminal, const trippsnmp_inventory *inventory,
                const GArray *rows, const GArray *before)
{
	GString *text = g_string_new(NULL);
	const struct trippsnmp_pdu *pdu;

	for (unsigned i = 0; (pdu = trippsnmp_inventory_pdu(inventory, i)); i++) {
		char *head, *table;

		if (!pdu->complete) {
			g_string_append_printf(text, "%s%s  could not be read\n", i ? "\n" : "",
			                       pdu->name);
			continue;
		}
		head = head_of(terminal, rows, pdu);
		table = rows_table(terminal, rows, pdu->name, before);
		g_string_append_printf(text, "%s%s\n", i ? "\n" : "", head);
		add_alarms(text, terminal, inventory, pdu->name);
		g_string_append(text, table);
		g_free(head);
		g_free(table);
	}
	return g_string_free(text, FALSE);
}

/* --- for programs --- */

static void add_text(JsonBuilder *json, const char *name, const char *text)
{
	json_builder_set_member_name(json, name);
	json_builder_add_string_value(json, text);
}

static void add_number(JsonBuilder *json, const char *name, int value, int unit)
{
	json_builder_set_member_name(json, name);
	if (value < 0)
		json_builder_add_null_value(json);
	else if (unit == 1)
		json_builder_add_int_value(json, value);
	else
		json_builder_add_double_value(json, (double)value / unit);
}

static void add_outlet(JsonBuilder *json, const struct row *row)
{
	const struct trippsnmp_outlet *outlet = &row->outlet;

	json_builder_begin_object(json);
	add_number(json, "device", (int)outlet->device, 1);
	add_number(json, "number", row_is_main(row) ? -1 : (int)outlet->number, 1);
	json_builder_set_member_name(json, "main");
	json_builder_add_boolean_value(json, row_is_main(row));
	add_text(json, "family", outlet->family);
	add_text(json, "model", row->model);
	add_text(json, "name", outlet->name);
	add_text(json, "description", outlet->description);
	add_text(json, "state", state_text(outlet->state));
	json_builder_set_member_name(json, "controllable");
	json_builder_add_boolean_value(json, outlet->controllable);
	add_number(json, "volts", row->meter.millivolts, 1000);
	add_number(json, "amperes", row->meter.milliamperes, 1000);
	add_number(json, "watts", row->meter.watts, 1);
	json_builder_end_object(json);
}

static void add_json_alarms(JsonBuilder *json, const trippsnmp_inventory *inventory,
                            const char *pdu)
{
	const struct trippsnmp_alarm *alarm;

	json_builder_set_member_name(json, "alarms");
	json_builder_begin_array(json);
	for (unsigned i = 0; (alarm = trippsnmp_inventory_alarm(inventory, i)); i++) {
		if (strcmp(alarm->pdu, pdu) != 0)
			continue;
		json_builder_begin_object(json);
		json_builder_set_member_name(json, "id");
		json_builder_add_int_value(json, alarm->id);
		add_text(json, "what", alarm->what);
		add_text(json, "text", alarm->text);
		json_builder_set_member_name(json, "lost");
		json_builder_add_boolean_value(json, alarm->lost);
		json_builder_end_object(json);
	}
	json_builder_end_array(json);
}

static void add_pdu(JsonBuilder *json, const trippsnmp_inventory *inventory, const GArray *rows,
                    const struct trippsnmp_pdu *pdu)
{
	json_builder_begin_object(json);
	add_text(json, "name", pdu->name);
	json_builder_set_member_name(json, "complete");
	json_builder_add_boolean_value(json, pdu->complete);
	add_text(json, "firmware", pdu->firmware);
	add_json_alarms(json, inventory, pdu->name);
	json_builder_set_member_name(json, "outlets");
	json_builder_begin_array(json);
	for (unsigned i = 0; i < rows->len; i++) {
		const struct row *row = &g_array_index(rows, struct row, i);

		if (!strcmp(row->pdu, pdu->name))
			add_outlet(json, row);
	}
	json_builder_end_array(json);
	json_builder_end_object(json);
}

/* error: "" if there was none. */
static char *json_text(const trippsnmp_inventory *inventory, const GArray *rows, const char *error)
{
	JsonBuilder *json = json_builder_new();
	JsonGenerator *generator = json_generator_new();
	const struct trippsnmp_pdu *pdu;
	JsonNode *root;
	char *text, *line;

	json_builder_begin_object(json);
	add_text(json, "error", error);
	json_builder_set_member_name(json, "pdus");
	json_builder_begin_array(json);
	for (unsigned i = 0; inventory && (pdu = trippsnmp_inventory_pdu(inventory, i)); i++)
		add_pdu(json, inventory, rows, pdu);
	json_builder_end_array(json);
	json_builder_end_object(json);
	root = json_builder_get_root(json);
	json_generator_set_root(generator, root);
	json_generator_set_pretty(generator, TRUE);
	text = json_generator_to_data(generator, NULL);
	line = g_strdup_printf("%s\n", text);
	g_free(text);
	json_node_unref(root);
	g_object_unref(generator);
	g_object_unref(json);
	return line;
}

enum status run_list(struct tool *tool)
{
	trippsnmp_inventory *inventory;
	const enum trippsnmp_error error = trippsnmp_take_inventory(tool->handle, &inventory);
	GArray *rows = rows_of(inventory);
	char *text = NULL;

	if (tool->json)
		text = json_text(inventory, rows, trippsnmp_message(tool->handle));
	else if (inventory && (rows->len || !error))
		text = list_text(&tool->terminal, inventory, rows, NULL);
	if (text)
		tool_print(tool, text);
	g_free(text);
	g_array_unref(rows);
	trippsnmp_free_inventory(inventory);
	return tool_flush(tool) ? status_of(error) : STATUS_INTERNAL;
}
