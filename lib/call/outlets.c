/*
 * The public calls that read every outlet there is, for agent and tool. They switch nothing, and
 * give no outlets of a PDU that was not read completely.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "base/text.h"
#include "call/call.h"

/** An outlet, and what only an inventory has of it. */
struct shown_outlet {
	struct trippsnmp_outlet outlet;
	struct trippsnmp_meter meter;
	const char *model;
};

/* All strings that the arrays point to are in the chunk, and are freed with it. */
struct trippsnmp_inventory {
	GArray *pdus;    /* of struct trippsnmp_pdu */
	GArray *outlets; /* of struct shown_outlet */
	GArray *alarms;  /* of struct trippsnmp_alarm */
	GStringChunk *strings;
};

static trippsnmp_inventory *shown_new(void)
{
	trippsnmp_inventory *shown = g_new0(trippsnmp_inventory, 1);

	shown->pdus = g_array_new(FALSE, FALSE, sizeof(struct trippsnmp_pdu));
	shown->outlets = g_array_new(FALSE, FALSE, sizeof(struct shown_outlet));
	shown->alarms = g_array_new(FALSE, FALSE, sizeof(struct trippsnmp_alarm));
	shown->strings = g_string_chunk_new(4096);
	return shown;
}

void trippsnmp_free_inventory(trippsnmp_inventory *inventory)
{
	if (!inventory)
		return;
	g_array_unref(inventory->pdus);
	g_array_unref(inventory->outlets);
	g_array_unref(inventory->alarms);
	g_string_chunk_free(inventory->strings);
	g_free(inventory);
}

/* --- what is shown of what was found --- */

/* Escaped; text may be NULL. */
static const char *keep_text(const trippsnmp_inventory *shown, const char *text)
{
	g_autofree char *escaped = text_escape(text ? text : "", -1);

	return g_string_chunk_insert_const(shown->strings, escaped);
}

static void show_outlet(trippsnmp_inventory *shown, const char *label, const struct outlet *outlet)
{
	const struct shown_outlet row = {
		.outlet = {
			.pdu = label,
			.family = outlet->id.family->name,
			.device = outlet->id.device,
			.number = outlet->id.number,
			.name = keep_text(shown, outlet->name),
			.description = keep_text(
				shown, outlet->description),
			.controllable = outlet->controllable == TRI_YES,
			.state = outlet->lost || outlet->alarmed ? TRIPPSNMP_UNKNOWN : outlet->state,
		},
		.meter = { outlet->millivolts, outlet->milliamperes, outlet->watts },
		.model = keep_text(shown, outlet->model),
	};

	g_array_append_val(shown->outlets, row);
}

static void show_alarm(trippsnmp_inventory *shown, const char *label, const struct alarm *alarm)
{
	g_autofree char *what = objid_text(&alarm->what);
	const struct trippsnmp_alarm row = {
		.pdu = label,
		.id = alarm->id,
		.what = keep_text(shown, what),
		.text = keep_text(shown, alarm->text),
		.lost = alarm->lost,
	};

	g_array_append_val(shown->alarms, row);
}

/* found: NULL where not all was read. */
static void show_pdu(trippsnmp_inventory *shown, const char *label, const struct pdu_outlets *found)
{
	const struct trippsnmp_pdu pdu = {
		.name = g_string_chunk_insert_const(shown->strings, label),
		.complete = !!found,
		.firmware = keep_text(shown, found ? found->firmware : NULL),
	};

	g_array_append_val(shown->pdus, pdu);
	for (unsigned i = 0; found && i < found->outlets->len; i++)
		show_outlet(shown, pdu.name, outlets_at(found->outlets, i));
	for (unsigned i = 0; found && i < alarms_len(&found->alarms); i++)
		show_alarm(shown, pdu.name, alarms_at(&found->alarms, i));
}

static struct outcome read_inventory(struct operation *operation, void *context)
{
	const struct outcome outcome = operation_look(operation, NULL, NULL);
	const struct job *job = operation->job;
	trippsnmp_inventory **inventory = context;

	*inventory = shown_new();
	for (unsigned i = 0; i < job->n_pdus; i++)
		show_pdu(*inventory, job->labels[i], operation->look.found[i]);
	return outcome;
}

enum trippsnmp_error trippsnmp_take_inventory(trippsnmp *handle, trippsnmp_inventory **inventory)
{
	const struct job job = { .purpose = TO_SHOW_DETAILS };

	*inventory = NULL;
	return conclude(handle, call_perform(handle, job, read_inventory, inventory));
}

enum trippsnmp_error trippsnmp_outlets(trippsnmp *handle,
                                       void (*fn)(void *context, const struct trippsnmp_outlet *),
                                       void *context)
{
	const struct job job = { .purpose = TO_SHOW };
	trippsnmp_inventory *inventory = NULL;
	const struct outcome outcome = call_perform(handle, job, read_inventory, &inventory);

	for (unsigned i = 0; !outcome.error && i < inventory->outlets->len; i++)
		fn(context, trippsnmp_inventory_outlet(inventory, i));
	trippsnmp_free_inventory(inventory);
	return conclude(handle, outcome);
}

/* --- what an inventory has --- */

#define ROW(rows, type, i) ((i) < (rows)->len ? &g_array_index(rows, type, i) : NULL)

const struct trippsnmp_pdu *trippsnmp_inventory_pdu(const trippsnmp_inventory *inventory,
                                                    unsigned i)
{
	return ROW(inventory->pdus, struct trippsnmp_pdu, i);
}

const struct trippsnmp_outlet *trippsnmp_inventory_outlet(const trippsnmp_inventory *inventory,
                                                          unsigned i)
{
	const struct shown_outlet *row = ROW(inventory->outlets, struct shown_outlet, i);

	return row ? &row->outlet : NULL;
}

const struct trippsnmp_meter *trippsnmp_inventory_meter(const trippsnmp_inventory *inventory,
                                                        unsigned i)
{
	const struct shown_outlet *row = ROW(inventory->outlets, struct shown_outlet, i);

	return row ? &row->meter : NULL;
}

const char *trippsnmp_inventory_model(const trippsnmp_inventory *inventory, unsigned i)
{
	const struct shown_outlet *row = ROW(inventory->outlets, struct shown_outlet, i);

	return row ? row->model : NULL;
}

const struct trippsnmp_alarm *trippsnmp_inventory_alarm(const trippsnmp_inventory *inventory,
                                                        unsigned i)
{
	return ROW(inventory->alarms, struct trippsnmp_alarm, i);
}
