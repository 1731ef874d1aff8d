/*
 * See script.h. Simple rather than fast: tables are small.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "script.h"

#include "cells.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/** What happens later: an event, or a cell that changes. */
struct timer {
	usec at;
	bool is_change;
	struct event event;
	unsigned pdu;
	struct objid name;
	int64_t number;
};

struct varbind *script_cell(const struct script *script, unsigned pdu, const struct objid *name)
{
	return cells_find(script->cells[pdu], name);
}

void script_put(struct script *script, unsigned pdu, const struct objid *name, enum value_type type,
                int64_t number)
{
	const struct varbind cell = { .name = *name, .type = type, .number = number };

	cells_put(script->cells[pdu], &cell);
}

void script_put_text(struct script *script, unsigned pdu, const struct objid *name,
                     const char *text)
{
	const struct varbind cell = { .name = *name,
		                      .type = VALUE_OCTETS,
		                      .octets = g_bytes_new(text, strlen(text)) };

	cells_put(script->cells[pdu], &cell);
}

void script_put_objid(struct script *script, unsigned pdu, const struct objid *name,
                      const char *value)
{
	const struct varbind cell = { .name = *name,
		                      .type = VALUE_OBJID,
		                      .octets = g_bytes_new(value, strlen(value)) };

	cells_put(script->cells[pdu], &cell);
}

static struct objid alarm_cell(const struct family_alarms *objects, uint32_t column, uint32_t id)
{
	const uint32_t index[] = { column, id };

	return objid_append(&objects->entry, 2, index);
}

static void count_alarms(struct script *script, unsigned pdu, const struct family_alarms *objects,
                         int more)
{
	const struct varbind *count = script_cell(script, pdu, &objects->count);

	script_put(script, pdu, &objects->count, VALUE_UNSIGNED,
	           (count ? count->number : 0) + more);
}

void script_alarm(struct script *script, unsigned pdu, const struct family_alarms *objects,
                  uint32_t id, bool lost, const char *about)
{
	const struct objid what = alarm_cell(objects, objects->description, id);
	const struct objid text = alarm_cell(objects, objects->text, id);
	const struct objid state = alarm_cell(objects, objects->state, id);
	const struct objid row = alarm_cell(objects, objects->row, id);
	const struct objid device = alarm_cell(objects, objects->device, id);
	char *description = objid_text(&objects->lost);

	/* beside the lost one, so another */
	if (!lost)
		description[strlen(description) - 1] = '9';
	script_put_objid(script, pdu, &what, description);
	script_put_text(script, pdu, &text, lost ? "Communications Lost" : "Load 03 Off");
	if (objects->state)
		script_put(script, pdu, &state, VALUE_INTEGER, objects->state_active);
	if (objects->row)
		script_put_objid(script, pdu, &row, about ? about : "0.0");
	if (objects->device && about)
		script_put(script, pdu, &device, VALUE_INTEGER, strtol(about, NULL, 10));
	count_alarms(script, pdu, objects, 1);
	g_free(description);
}

void script_no_alarm(struct script *script, unsigned pdu, const struct family_alarms *objects,
                     uint32_t id)
{
	const uint32_t columns[] = { objects->description, objects->text, objects->state,
		                     objects->row, objects->device };

	for (unsigned i = 0; i < G_N_ELEMENTS(columns); i++) {
		const struct objid cell = alarm_cell(objects, columns[i], id);

		script_drop(script, pdu, &cell);
	}
	count_alarms(script, pdu, objects, -1);
}

void script_start(struct script *script, unsigned pdu, usec at)
{
	script->agents[pdu].runs = true;
	script->agents[pdu].started = at;
}

void script_start_engine(struct script *script, unsigned pdu, usec at, uint32_t boots)
{
	script->agents[pdu].is_v3 = true;
	script->agents[pdu].started = at;
	script->agents[pdu].boots = boots;
}

void script_drop(struct script *script, unsigned pdu, const struct objid *root)
{
	for (unsigned i = script->cells[pdu]->len; i-- > 0;)
		if (objid_equal(&varbinds_at(script->cells[pdu], i)->name, root) ||
		    objid_below(&varbinds_at(script->cells[pdu], i)->name, root))
			g_array_remove_index(script->cells[pdu], i);
}

void script_uptime(struct script *script, unsigned pdu, double seconds)
{
	script_start(script, pdu, script->clock - (usec)(seconds * (double)USEC_PER_SEC));
}

/* --- the agent --- */

static void wind_clock(struct script *script, unsigned pdu)
{
	static const struct objid sys_up_time = { .n = 9, .id = { 1, 3, 6, 1, 2, 1, 1, 3, 0 } };

	usec up = script->clock - script->agents[pdu].started;

	if (script->agents[pdu].whole_seconds)
		up -= up % USEC_PER_SEC;
	if (script->agents[pdu].runs)
		script_put(script, pdu, &sys_up_time, VALUE_UNSIGNED, up / (USEC_PER_SEC / 100));
}

static struct engine engine_of(const struct script *script, unsigned pdu)
{
	const usec up = script->clock - script->agents[pdu].started;

	return (struct engine){ .known = script->agents[pdu].is_v3,
		                .boots = script->agents[pdu].boots,
		                .time = (uint32_t)(up / USEC_PER_SEC) };
}

static void make_answer(const struct script *script, unsigned pdu, const struct request *request,
                        struct event *answer)
{
	*answer = (struct event){ .type = EVENT_ANSWER, .pdu = pdu, .tag = request->tag };
	answer->engine = engine_of(script, pdu);
	answer->varbinds = varbinds_new();
	cells_answer(script->cells[pdu], script->v1, script->answer_max, request, answer);
}

void script_answer(struct script *script, unsigned pdu, const struct request *request,
                   struct event *answer)
{
	event_clear(answer);
	make_answer(script, pdu, request, answer);
}

/* Commands and states are encoded alike: off 1, on 2. */
static void obey_in(struct script *script, unsigned pdu, const struct family *table,
                    const struct varbind *set)
{
	struct outlet_id id;
	struct objid state;

	if (!family_index(table, table->command, &set->name, &id))
		return;
	state = family_object(&id, table->state);
	if (set->number == 1 || set->number == 2)
		script_change_at(script, script->clock + script->relay, pdu, &state, set->number);
}

/* A command moves its outlet's state, or its main load's. */
static void obey(struct script *script, unsigned pdu, const struct varbind *set)
{
	for (unsigned i = 0; i < family_count(); i++) {
		obey_in(script, pdu, family_row(i), set);
		if (family_row(i)->main)
			obey_in(script, pdu, family_row(i)->main, set);
	}
}

static void obey_all(struct script *script, unsigned pdu, const struct request *request,
                     const struct event *answer)
{
	if (request->kind != REQUEST_SET || answer->type != EVENT_ANSWER || answer->error_status)
		return;
	for (unsigned i = 0; i < request->n; i++)
		obey(script, pdu, &request->varbinds[i]);
}

struct event script_respond(struct script *script, unsigned pdu, const struct request *request)
{
	struct event answer;

	make_answer(script, pdu, request, &answer);
	obey_all(script, pdu, request, &answer);
	return answer;
}

/* --- the network --- */

static usec now(struct network *network)
{
	return ((struct script *)network)->clock;
}

static void record(struct script *script, unsigned pdu, const struct request *request)
{
	struct script_request sent = { .at = script->clock,
		                       .pdu = pdu,
		                       .kind = request->kind,
		                       .once = request->once,
		                       .repetitions = request->repetitions,
		                       .leave_by = request->leave_by,
		                       .varbinds = varbinds_new() };

	for (unsigned i = 0; i < request->n; i++)
		varbinds_add_copy(sent.varbinds, &request->varbinds[i]);
	g_array_append_val(script->sent, sent);
}

static void send(struct network *network, unsigned pdu, const struct request *request)
{
	struct script *script = (struct script *)network;
	enum script_fate fate = SCRIPT_ANSWERED;
	struct event answer;

	record(script, pdu, request);
	if (script->before)
		script->before(script, pdu);
	wind_clock(script, pdu);
	make_answer(script, pdu, request, &answer);
	if (script->v1 && request->kind == REQUEST_BULK)
		fate = SCRIPT_LOST;
	else if (script->hook)
		fate = script->hook(script, pdu, request, &answer);
	if (fate != SCRIPT_LOST)
		obey_all(script, pdu, request, &answer);
	if (fate == SCRIPT_ANSWERED)
		script_inject(script, script->clock + script->latency, &answer);
	else
		event_clear(&answer);
}

static void add_timer(struct script *script, const struct timer *timer)
{
	unsigned i = script->timers->len;

	while (i > 0 && g_array_index(script->timers, struct timer, i - 1).at > timer->at)
		i--;
	g_array_insert_vals(script->timers, i, timer, 1);
}

void script_change_at(struct script *script, usec at, unsigned pdu, const struct objid *name,
                      int64_t number)
{
	const struct timer timer = {
		.at = at, .is_change = true, .pdu = pdu, .name = *name, .number = number
	};

	if (at <= script->clock)
		script_put(script, pdu, name, VALUE_INTEGER, number);
	else
		add_timer(script, &timer);
}

void script_inject(struct script *script, usec at, const struct event *event)
{
	const struct timer timer = { .at = at, .event = *event };

	add_timer(script, &timer);
}

enum script_fate script_instead(struct script *script, unsigned pdu, const struct request *request,
                                enum event_type type, const char *reason)
{
	const struct event event = {
		.type = type, .pdu = pdu, .tag = request->tag, .reason = g_strdup(reason)
	};

	script_inject(script, script->clock + script->latency, &event);
	return SCRIPT_LOST;
}

static void next(struct network *network, usec until, struct event *event)
{
	struct script *script = (struct script *)network;

	while (script->timers->len) {
		const struct timer timer = g_array_index(script->timers, struct timer, 0);

		if (timer.at > until)
			break;
		g_array_remove_index(script->timers, 0);
		script->clock = MAX(script->clock, timer.at);
		if (!timer.is_change) {
			*event = timer.event;
			return;
		}
		script_put(script, timer.pdu, &timer.name, VALUE_INTEGER, timer.number);
	}
	ck_assert_msg(until != USEC_NEVER, "nothing would ever happen again");
	script->clock = MAX(script->clock, until);
	*event = (struct event){ .type = EVENT_TIME };
}

/* --- life --- */

static void take_line(void *context, enum trippsnmp_level level, const char *line)
{
	const struct script *script = context;

	g_string_append_printf(script->lines[level], "%s\n", line);
}

struct script *script_new(unsigned n_pdus, bool v1)
{
	static const char *const labels[SCRIPT_PDUS_MAX] = {
		"pdu-a", "pdu-b", "pdu-c", "pdu-d", "pdu-e", "pdu-f", "pdu-g", "pdu-h",
		"pdu-i", "pdu-j", "pdu-k", "pdu-l", "pdu-m", "pdu-n", "pdu-o", "pdu-p",
	};
	const struct exchange_settings settings = { .v1 = v1, .timeout = USEC_PER_SEC, .seed = 1 };
	struct script *script = g_new0(struct script, 1);

	script->network = (struct network){ now, send, next };
	script->v1 = v1;
	script->clock = 1000 * USEC_PER_SEC;
	script->latency = USEC_PER_SEC / 1000;
	script->n_pdus = n_pdus;
	memcpy(script->labels, labels, sizeof(labels));
	for (unsigned i = 0; i < n_pdus; i++)
		script->cells[i] = varbinds_new();
	for (unsigned i = 0; i < G_N_ELEMENTS(script->lines); i++)
		script->lines[i] = g_string_new(NULL);
	script->timers = g_array_new(FALSE, TRUE, sizeof(struct timer));
	script->sent = g_array_new(FALSE, TRUE, sizeof(struct script_request));
	script->log = (struct log){ take_line, script };
	runner_init(&script->runner, &script->network, n_pdus, script->labels, &script->log,
	            &settings);
	return script;
}

void script_free(struct script *script)
{
	runner_clear(&script->runner);
	for (unsigned i = 0; i < script->n_pdus; i++)
		g_array_unref(script->cells[i]);
	for (unsigned i = 0; i < G_N_ELEMENTS(script->lines); i++)
		g_string_free(script->lines[i], TRUE);
	for (unsigned i = 0; i < script->timers->len; i++)
		event_clear(&g_array_index(script->timers, struct timer, i).event);
	for (unsigned i = 0; i < script->sent->len; i++)
		g_array_unref(g_array_index(script->sent, struct script_request, i).varbinds);
	g_array_unref(script->timers);
	g_array_unref(script->sent);
	g_free(script);
}

bool script_run(struct script *script, const struct machine *machine, double seconds)
{
	return runner_run(&script->runner, machine,
	                  script->clock + (usec)(seconds * (double)USEC_PER_SEC));
}

const struct script_request *script_sent(const struct script *script, unsigned i)
{
	ck_assert_uint_lt(i, script->sent->len);
	return &g_array_index(script->sent, struct script_request, i);
}

unsigned script_count(const struct script *script, enum request_kind kind)
{
	unsigned n = 0;

	for (unsigned i = 0; i < script->sent->len; i++)
		n += script_sent(script, i)->kind == kind;
	return n;
}

bool script_said(const struct script *script, enum trippsnmp_level level, const char *text)
{
	return strstr(script->lines[level]->str, text) != NULL;
}

const struct family *script_family(const char *name)
{
	for (unsigned i = 0; i < family_count(); i++)
		if (g_str_equal(family_row(i)->name, name))
			return family_row(i);
	ck_abort_msg("no family is called %s", name);
}

/* --- tables --- */

static void put_column(struct script *script, unsigned pdu, const struct family *family,
                       uint32_t column, uint32_t device, unsigned number, int64_t value)
{
	const struct objid name = family_instance(family, column, device, number);

	if (column)
		script_put(script, pdu, &name, VALUE_INTEGER, value);
}

void script_outlets(struct script *script, unsigned pdu, const struct family *family,
                    uint32_t device, unsigned n)
{
	for (unsigned number = 1; number <= n; number++) {
		const struct objid name =
			family_instance(family, family->outlet_name, device, number);
		const struct objid description =
			family_instance(family, family->description, device, number);
		char *text = g_strdup_printf("Load %u", number);

		put_column(script, pdu, family, family->state, device, number, 2);
		put_column(script, pdu, family, family->controllable, device, number,
		           family->controllable_as == CONTROLLABLE_BIT ? 2 : 1);
		put_column(script, pdu, family, family->command, device, number, 0);
		script_put_text(script, pdu, &name, text);
		if (family->description)
			script_put_text(script, pdu, &description, "");
		g_free(text);
	}
}

void script_main(struct script *script, unsigned pdu, const struct family *family, uint32_t device)
{
	const struct family *main = family->main;

	put_column(script, pdu, main, main->state, device, TRIPPSNMP_MAIN, 2);
	put_column(script, pdu, main, main->controllable, device, TRIPPSNMP_MAIN, 1);
	put_column(script, pdu, main, main->command, device, TRIPPSNMP_MAIN, 0);
}

static struct objid parse_name(const char *text)
{
	char **ids = g_strsplit(text, ".", -1);
	struct objid name = { 0 };

	for (unsigned i = 0; ids[i] && name.n < OBJID_MAX; i++)
		name.id[name.n++] = (uint32_t)strtoul(ids[i], NULL, 10);
	g_strfreev(ids);
	return name;
}

static GBytes *parse_hex(const char *text)
{
	GByteArray *octets = g_byte_array_new();

	for (; text[0] && text[1]; text += 2) {
		const guint8 octet = (guint8)(g_ascii_xdigit_value(text[0]) * 16 +
		                              g_ascii_xdigit_value(text[1]));

		g_byte_array_append(octets, &octet, 1);
	}
	return g_byte_array_free_to_bytes(octets);
}

/* One line of .snmprec: OID|TYPE|VALUE; TYPE is a BER tag, with x for hex. */
static void load_line(struct script *script, unsigned pdu, const char *line)
{
	char **fields = g_strsplit(line, "|", 3);
	struct varbind cell = { .type = VALUE_OTHER };
	const bool hex = fields[1] && strchr(fields[1], 'x');

	ck_assert_msg(g_strv_length(fields) == 3, "not a row: %s", line);
	cell.name = parse_name(fields[0]);
	switch (strtoul(fields[1], NULL, 10)) {
	case 2:
		cell.type = VALUE_INTEGER;
		cell.number = strtol(fields[2], NULL, 10);
		break;
	case 66:
		cell.type = VALUE_UNSIGNED;
		cell.number = strtol(fields[2], NULL, 10);
		break;
	case 4:
		cell.type = VALUE_OCTETS;
		cell.octets =
			hex ? parse_hex(fields[2]) : g_bytes_new(fields[2], strlen(fields[2]));
		break;
	case 6:
		cell.type = VALUE_OBJID;
		cell.octets = g_bytes_new(fields[2], strlen(fields[2]));
		break;
	case 5:
		cell.type = VALUE_NULL;
		break;
	default:
		break;
	}
	cells_put(script->cells[pdu], &cell);
	g_strfreev(fields);
}

void script_load(struct script *script, unsigned pdu, const char *file)
{
	const char *directory = g_getenv("TS_CAPTURES");
	char *path = g_build_filename(directory ? directory : "sim/captures", file, NULL);
	char *text = NULL, **lines;

	ck_assert_msg(g_file_get_contents(path, &text, NULL, NULL), "cannot read %s", path);
	lines = g_strsplit(text, "\n", -1);
	for (unsigned i = 0; lines[i]; i++)
		if (lines[i][0])
			load_line(script, pdu, g_strchomp(lines[i]));
	g_strfreev(lines);
	g_free(text);
	g_free(path);
}
