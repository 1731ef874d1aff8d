/*
 * The model PDUs' agent: it answers one request at a time from a sorted set of
 * rows, and hands commands to the relays.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "world.h"

#include <string.h>

#define WAITING_MAX 16
#define MESSAGE_BYTES 40

struct outlet_model *model_outlet(const struct pdu_model *pdu, unsigned i)
{
	return &g_array_index(pdu->outlets, struct outlet_model, i);
}

struct device_model *model_device(const struct pdu_model *pdu, unsigned i)
{
	return &g_array_index(pdu->devices, struct device_model, i);
}

struct row *model_row(const struct pdu_model *pdu, unsigned i)
{
	return &g_array_index(pdu->rows, struct row, i);
}

/* The place of the first row that is not before name. */
static unsigned place(const struct pdu_model *pdu, const struct objid *name)
{
	unsigned low = 0, high = pdu->rows->len;

	while (low < high) {
		const unsigned middle = low + (high - low) / 2;

		if (objid_compare(&model_row(pdu, middle)->name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct row *model_find(const struct pdu_model *pdu, const struct objid *name)
{
	const unsigned at = place(pdu, name);

	if (at < pdu->rows->len && objid_equal(&model_row(pdu, at)->name, name))
		return model_row(pdu, at);
	return NULL;
}

/* --- what the agent says --- */

unsigned outlet_relay_at(const struct outlet_model *outlet, usec at)
{
	return at < outlet->exchanged ? outlet->relay_before : outlet->relay;
}

static bool offline(const struct world *world, const struct device_model *device)
{
	return device && world->now >= device->offline_from && world->now < device->offline_until;
}

/* Whether an alarm says that this device of the card is lost. */
static bool alarmed(const struct world *world, const struct pdu_model *pdu, unsigned i)
{
	return model_device(pdu, i)->alarmed && offline(world, model_device(pdu, i));
}

static unsigned active_alarms(const struct world *world, const struct pdu_model *pdu)
{
	unsigned n = pdu->other_alarms;

	for (unsigned i = 0; i < pdu->devices->len; i++)
		n += alarmed(world, pdu, i);
	return n;
}

static bool strikes(struct world *world, const struct pdu_model *pdu, unsigned permille)
{
	return permille && world->now < pdu->faults_until &&
	       chance_permille(&world->luck, permille);
}

static enum bad_value bad_state(struct world *world, const struct pdu_model *pdu,
                                const struct outlet_model *outlet)
{
	if (pdu->outages->len && world->now < pdu->started + pdu->current.unknown)
		return BAD_UNKNOWN;
	if (outlet->bad == BAD_NONE || world->now < outlet->bad_from ||
	    world->now >= outlet->bad_until || !chance_permille(&world->luck, outlet->bad_permille))
		return BAD_NONE;
	return outlet->bad;
}

static void integer(struct varbind *varbind, int64_t number)
{
	varbind->type = VALUE_INTEGER;
	varbind->number = number;
}

/* tlpDeviceType: PDU, ATS, UPS; what has no outlets is an EnviroSense. */
static GBytes *device_type(const struct family *family)
{
	static const char *const types[] = { "2", "4", "1" };
	char *text = g_strdup_printf("1.3.6.1.4.1.850.1.1.3.%s",
	                             family ? types[family - family_row(0)] : "3");

	return g_bytes_new_take(text, strlen(text));
}

/* What an alarm is called, or which row it is about. */
static GBytes *alarm_objid(const struct pdu_model *pdu, const struct row *row)
{
	struct objid name = pdu->alarms->lost;
	char *text;

	if (row->kind == ROW_ALARM_OTHER)
		name.id[name.n - 1]++;
	if (row->kind == ROW_ALARM_ROW) {
		const uint32_t index[] = { 1, model_device(pdu, row->of)->index };

		name = objid_append(&pdu->alarms->device_entry, 2, index);
	}
	text = objid_text(&name);
	return g_bytes_new_take(text, strlen(text));
}

static void octets(struct varbind *varbind, GBytes *bytes)
{
	varbind->type = VALUE_OCTETS;
	varbind->octets = g_bytes_ref(bytes);
}

static void wrong_type(struct world *world, const struct outlet_model *outlet,
                       struct varbind *varbind)
{
	switch (chance_below(&world->luck, 3)) {
	case 0:
		varbind->type = VALUE_UNSIGNED;
		varbind->number = outlet->family->state_off;
		break;
	case 1:
		varbind->type = VALUE_OCTETS;
		varbind->octets = g_bytes_new("1", 1);
		break;
	default:
		varbind->type = VALUE_OTHER;
		break;
	}
}

static void state_value(struct world *world, const struct pdu_model *pdu,
                        const struct outlet_model *outlet, struct varbind *varbind)
{
	static const int64_t strange[] = { -1, 4, 7, 256, 257, INT32_MAX, INT32_MIN };
	const struct relay *relay = &pdu->relays[outlet->relay];
	const bool on = relay_shows_on(pdu, relay, offline(world, device_of(pdu, relay)));

	switch (bad_state(world, pdu, outlet)) {
	case BAD_NONE:
		integer(varbind, on ? outlet->family->state_on : outlet->family->state_off);
		break;
	case BAD_UNKNOWN:
		integer(varbind, 0);
		break;
	case BAD_MIXED:
		integer(varbind, 3);
		break;
	case BAD_RANGE:
		integer(varbind, strange[chance_below(&world->luck, G_N_ELEMENTS(strange))]);
		break;
	case BAD_NULL:
		varbind->type = VALUE_NULL;
		break;
	case BAD_TYPE:
		wrong_type(world, outlet, varbind);
		break;
	case BAD_ABSENT:
		varbind->type = VALUE_ABSENT;
		break;
	}
}

static int64_t rows_of(const struct pdu_model *pdu, const struct device_model *device)
{
	int64_t n = 0;

	for (unsigned i = 0; i < pdu->outlets->len; i++)
		n += model_outlet(pdu, i)->family == device->family &&
		     model_outlet(pdu, i)->device == device->index;
	return n;
}

static void name_value(const struct world *world, const struct pdu_model *pdu,
                       const struct outlet_model *outlet, GBytes *name, struct varbind *varbind)
{
	varbind->type = VALUE_OCTETS;
	varbind->octets =
		model_nameless(world, pdu, outlet) ? g_bytes_new(NULL, 0) : g_bytes_ref(name);
}

static struct varbind value(struct world *world, const struct pdu_model *pdu, const struct row *row)
{
	const struct outlet_model *outlet =
		row->of < pdu->outlets->len ? model_outlet(pdu, row->of) : NULL;
	struct varbind varbind = { .name = row->name };

	switch (row->kind) {
	case ROW_STATE:
		state_value(world, pdu, outlet, &varbind);
		break;
	case ROW_CONTROLLABLE:
		if (outlet->family->controllable_as == CONTROLLABLE_BIT)
			integer(&varbind, outlet->controllable ? 2 : 0);
		else
			integer(&varbind, outlet->controllable ? 1 : 2);
		break;
	case ROW_NAME:
		name_value(world, pdu, outlet, outlet->name, &varbind);
		break;
	case ROW_DESCRIPTION:
		name_value(world, pdu, outlet, outlet->description, &varbind);
		break;
	case ROW_COUNT:
		integer(&varbind, rows_of(pdu, model_device(pdu, row->of)));
		if (model_device(pdu, row->of)->family->by_device)
			varbind.type = VALUE_UNSIGNED;
		break;
	case ROW_STATUS:
		integer(&varbind, offline(world, model_device(pdu, row->of)) &&
		                                  !model_device(pdu, row->of)->alarmed
		                          ? DEVICE_STATUS_OFFLINE
		                          : model_device(pdu, row->of)->status);
		break;
	case ROW_DEVICE:
		varbind.type = VALUE_UNSIGNED;
		varbind.number = model_device(pdu, row->of)->index;
		break;
	case ROW_TYPE:
		varbind.type = VALUE_OBJID;
		varbind.octets = device_type(model_device(pdu, row->of)->family);
		break;
	case ROW_ALARMS:
		varbind.type = VALUE_UNSIGNED;
		varbind.number = active_alarms(world, pdu);
		break;
	case ROW_ALARM_LOST:
	case ROW_ALARM_ROW:
	case ROW_ALARM_OTHER:
		varbind.type = VALUE_OBJID;
		varbind.octets = alarm_objid(pdu, row);
		break;
	case ROW_ALARM_INDEX:
		integer(&varbind, model_device(pdu, row->of)->index);
		break;
	case ROW_ENGINE:
		octets(&varbind, pdu->engine_id);
		break;
	case ROW_UPTIME:
		varbind.type = VALUE_UNSIGNED;
		varbind.number = model_uptime(world, pdu);
		break;
	case ROW_COMMAND:
	case ROW_OTHER:
		integer(&varbind, 0);
		break;
	}
	return varbind;
}

/* Whether it belongs to an outlet, so that `of` is one. */
static bool is_outlet_row(const struct row *row)
{
	return row->kind <= ROW_DESCRIPTION || (row->kind == ROW_OTHER && row->of != UINT_MAX);
}

static bool visible(const struct world *world, const struct pdu_model *pdu, const struct row *row)
{
	if (world->now >= row->hidden_from && world->now < row->hidden_until)
		return false;
	if (is_outlet_row(row) && model_hides_rows(world, pdu))
		return false;
	if (row->kind >= ROW_ALARM_LOST && row->kind <= ROW_ALARM_INDEX)
		return alarmed(world, pdu, row->of);
	return (row->kind != ROW_NAME && row->kind != ROW_DESCRIPTION) ||
	       pdu->nameless != NAMELESS_ABSENT ||
	       !model_nameless(world, pdu, model_outlet(pdu, row->of));
}

/* --- reading --- */

/* An answer in the making. */
struct answering {
	struct world *world;
	struct pdu_model *pdu;
	const struct datagram *request;
	struct event event;
	unsigned bytes;
};

static bool v1(const struct answering *answering)
{
	return answering->world->config.version == SNMP_V1;
}

static const struct varbind *asked(const struct answering *answering, unsigned i)
{
	return &g_array_index(answering->request->varbinds, struct varbind, i);
}

static unsigned varbind_bytes(const struct varbind *varbind)
{
	return 6 + varbind->name.n +
	       (varbind->octets ? (unsigned)g_bytes_get_size(varbind->octets) : 4);
}

/* Errors carry the request's varbinds back; tooBig carries none. */
static void error(struct answering *answering, int status, unsigned index)
{
	g_array_set_size(answering->event.varbinds, 0);
	answering->event.error_status = status;
	answering->event.error_index = (int)index;
	for (unsigned i = 0; status != SNMP_STATUS_TOO_BIG && i < answering->request->varbinds->len;
	     i++) {
		struct varbind copy = varbind_copy(asked(answering, i));

		if (answering->request->kind != REQUEST_SET)
			copy.type = VALUE_NULL;
		g_array_append_val(answering->event.varbinds, copy);
	}
}

static void put(struct answering *answering, struct varbind varbind)
{
	answering->bytes += varbind_bytes(&varbind);
	g_array_append_val(answering->event.varbinds, varbind);
}

static bool poisoned(const struct answering *answering, const struct objid *name)
{
	return answering->pdu->poison_status && objid_equal(name, &answering->pdu->poison);
}

static bool poison(struct answering *answering, const struct objid *name, unsigned i)
{
	if (!poisoned(answering, name))
		return false;
	error(answering, answering->pdu->poison_status, answering->pdu->poison_indexed ? i + 1 : 0);
	return true;
}

static void get(struct answering *answering)
{
	for (unsigned i = 0; i < answering->request->varbinds->len; i++) {
		const struct objid *name = &asked(answering, i)->name;
		const struct row *row = model_find(answering->pdu, name);
		struct varbind varbind = { .name = *name, .type = VALUE_ABSENT };

		if (poison(answering, name, i))
			return;
		if (row && visible(answering->world, answering->pdu, row))
			varbind = value(answering->world, answering->pdu, row);
		if (varbind.type == VALUE_ABSENT && v1(answering)) {
			error(answering, SNMP_STATUS_NO_SUCH_NAME, i + 1);
			return;
		}
		put(answering, varbind);
	}
}

/* The place in the agent's own order where the search for what follows name begins. */
static unsigned place_after(const struct pdu_model *pdu, const struct objid *name)
{
	const unsigned at = place(pdu, name);

	if (at == pdu->rows->len || !objid_equal(&model_row(pdu, at)->name, name))
		return at;
	return (pdu->rank ? pdu->rank[at] : at) + 1;
}

static const struct row *following(struct answering *answering, const struct objid *name)
{
	const struct pdu_model *pdu = answering->pdu;
	unsigned at = place_after(pdu, name);

	if (strikes(answering->world, pdu, pdu->walk_stuck_permille)) {
		const unsigned back = 1 + chance_below(&answering->world->luck, 2);

		return model_row(pdu, at > back ? at - back : 0);
	}
	for (; at < pdu->rows->len; at++) {
		const struct row *row = model_row(pdu, pdu->order ? pdu->order[at] : at);

		if (visible(answering->world, answering->pdu, row))
			return row;
	}
	return NULL;
}

static struct varbind next_varbind(struct answering *answering, const struct objid *name)
{
	const struct row *row = following(answering, name);
	struct varbind varbind = { .name = *name, .type = VALUE_END_OF_MIB };

	if (row)
		varbind = value(answering->world, answering->pdu, row);
	if (varbind.type == VALUE_ABSENT)
		varbind.type = VALUE_NULL;
	return varbind;
}

static void get_next(struct answering *answering)
{
	for (unsigned i = 0; i < answering->request->varbinds->len; i++) {
		struct varbind varbind = next_varbind(answering, &asked(answering, i)->name);

		if (poison(answering, &varbind.name, i)) {
			varbind_clear(&varbind);
			return;
		}
		if (varbind.type == VALUE_END_OF_MIB && v1(answering)) {
			error(answering, SNMP_STATUS_NO_SUCH_NAME, i + 1);
			return;
		}
		put(answering, varbind);
	}
}

static void get_bulk(struct answering *answering)
{
	const unsigned n = answering->request->varbinds->len;
	const unsigned once = MIN(answering->request->once, n), repeated = n - once;

	for (unsigned k = 0; k < once + answering->request->repetitions * repeated; k++) {
		const struct objid *name = k < n ? &asked(answering, k)->name
		                                 : &g_array_index(answering->event.varbinds,
		                                                  struct varbind, k - repeated)
		                                            .name;
		struct varbind varbind = next_varbind(answering, name);

		if (poison(answering, &varbind.name, k < n ? k : once + (k - once) % repeated)) {
			varbind_clear(&varbind);
			return;
		}
		if (answering->bytes + varbind_bytes(&varbind) > answering->pdu->max_bytes) {
			varbind_clear(&varbind);
			break;
		}
		put(answering, varbind);
	}
	if (!answering->event.varbinds->len)
		error(answering, SNMP_STATUS_TOO_BIG, 0);
}

/* --- writing --- */

static struct outlet_model *commanded(const struct answering *answering, unsigned i)
{
	const struct row *row = model_find(answering->pdu, &asked(answering, i)->name);

	if (!row || row->kind != ROW_COMMAND || !visible(answering->world, answering->pdu, row))
		return NULL;
	return model_outlet(answering->pdu, row->of);
}

static void obey(const struct answering *answering, unsigned i)
{
	struct pdu_model *pdu = answering->pdu;
	const struct outlet_model *outlet = commanded(answering, i);
	const struct varbind *varbind = asked(answering, i);
	struct relay *relay = &pdu->relays[outlet->relay];
	const struct device_model *device = device_of(pdu, relay);
	const bool on = varbind->number == outlet->family->command_on;

	if (!on && varbind->number != outlet->family->command_off)
		return;
	if (!offline(answering->world, device))
		relay_command(answering->world, relay, on, CAUSE_COMMAND);
	else if (device->offline_echoes)
		relay->stale_on = on;
}

/*
 * A command that is answered and not obeyed still ends a cycle: else nothing
 * that an observer can see would tell that power is to come back.
 */
static void ignore(const struct answering *answering, unsigned i)
{
	const struct outlet_model *outlet = commanded(answering, i);

	answering->pdu->relays[outlet->relay].cycle_return = USEC_NEVER;
	answering->pdu->relays[outlet->relay].restart_return = USEC_NEVER;
}

static bool set_is_wrong(struct answering *answering)
{
	for (unsigned i = 0; i < answering->request->varbinds->len; i++) {
		const struct outlet_model *outlet = commanded(answering, i);

		if (outlet && outlet->controllable)
			continue;
		error(answering,
		      v1(answering) ? SNMP_STATUS_NO_SUCH_NAME : SNMP_STATUS_NOT_WRITABLE, i + 1);
		return true;
	}
	return false;
}

static bool ever_offline(const struct answering *answering)
{
	for (unsigned i = 0; i < answering->pdu->devices->len; i++)
		if (model_device(answering->pdu, i)->offline_from != USEC_NEVER)
			return true;
	return false;
}

/*
 * Any error-status there is. But no noSuchName for a GETNEXT: in v1 that is the
 * word for the end of all rows, and an agent that says so in the middle cannot
 * be told from one that has no more; nor where a device is to go offline,
 * for that would be a card that has no such object as its status.
 */
static int any_error(struct answering *answering)
{
	static const int of_v1[] = { 1, 2, 3, 4, 5 };
	static const int of_v2c[] = { 1, 3, 5, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18 };
	struct chance *luck = &answering->world->luck;

	if (v1(answering) && (answering->request->kind == REQUEST_NEXT || ever_offline(answering)))
		return of_v1[2 + chance_below(luck, 3)];
	if (v1(answering))
		return of_v1[chance_below(luck, G_N_ELEMENTS(of_v1))];
	return of_v2c[chance_below(luck, G_N_ELEMENTS(of_v2c))];
}

/* An index of the request's, or 0; a status of 0 stands for any. */
static void error_somewhere(struct answering *answering, int status)
{
	const unsigned n = answering->request->varbinds->len;
	const unsigned index = chance_below(&answering->world->luck, n + 1);

	error(answering, status ? status : any_error(answering), index);
}

static void set_with_error(struct answering *answering)
{
	const struct pdu_model *pdu = answering->pdu;

	for (unsigned i = 0; i < answering->request->varbinds->len; i++)
		if (chance_permille(&answering->world->luck, pdu->set_error_effect))
			obey(answering, i);
	error_somewhere(answering, pdu->set_error);
}

static void set_in_part(struct answering *answering)
{
	const unsigned n = answering->request->varbinds->len;
	const unsigned done = chance_below(&answering->world->luck, n);

	trace_line(answering->world, "    obeyed in part: %u of %u", done, n);
	for (unsigned i = 0; i < n; i++)
		if (i < done)
			obey(answering, i);
		else if (answering->pdu->set_partial_lies)
			ignore(answering, i);
	if (!answering->pdu->set_partial_lies)
		error(answering, SNMP_STATUS_GEN_ERR, done + 1);
}

/* Returns whether there is an answer. */
static bool set(struct answering *answering)
{
	const struct pdu_model *pdu = answering->pdu;
	const unsigned n = answering->request->varbinds->len;
	struct world *world = answering->world;

	if (strikes(world, pdu, pdu->set_dropped_permille))
		return false;
	if (set_is_wrong(answering))
		return true;
	for (unsigned i = 0; i < n; i++) {
		struct varbind copy = varbind_copy(asked(answering, i));

		if (!pdu->set_echo)
			copy.number = 0;
		put(answering, copy);
	}
	if (strikes(world, pdu, pdu->set_error_permille)) {
		set_with_error(answering);
		return true;
	}
	if (n > 1 && pdu->set_first) {
		trace_line(world, "    the first is obeyed, all are acknowledged");
		obey(answering, 0);
		return true;
	}
	if (n > 1 && strikes(world, pdu, pdu->set_partial_permille)) {
		set_in_part(answering);
		return true;
	}
	if (strikes(world, pdu, pdu->set_ignored_permille)) {
		trace_line(world, "    answered, not obeyed");
		for (unsigned i = 0; i < n; i++)
			ignore(answering, i);
		return true;
	}
	for (unsigned i = 0; i < n; i++)
		obey(answering, i);
	return !strikes(world, pdu, pdu->set_mute_permille);
}

/* --- one request at a time --- */

static bool respond(struct answering *answering)
{
	struct pdu_model *pdu = answering->pdu;
	const struct datagram *request = answering->request;
	const unsigned n = request->varbinds->len;

	if (n > pdu->max_varbinds) {
		error(answering, SNMP_STATUS_TOO_BIG, 0);
		return true;
	}
	if (model_denies(answering->world, pdu, request, &answering->event))
		return true;
	if (model_minds_uptime(pdu, request)) {
		error(answering, SNMP_STATUS_GEN_ERR, 0);
		return true;
	}
	if (request->kind != REQUEST_SET &&
	    strikes(answering->world, pdu, pdu->get_error_permille)) {
		error_somewhere(answering, 0);
		return true;
	}
	switch (request->kind) {
	case REQUEST_GET:
		get(answering);
		break;
	case REQUEST_NEXT:
		get_next(answering);
		break;
	case REQUEST_BULK:
		if (pdu->mute_bulk)
			return false;
		get_bulk(answering);
		break;
	case REQUEST_SET:
		return set(answering);
	}
	if (answering->bytes > pdu->max_bytes)
		error(answering, SNMP_STATUS_TOO_BIG, 0);
	return true;
}

static void begin_next(struct world *world, struct pdu_model *pdu)
{
	struct datagram *request = g_queue_pop_head(&pdu->waiting);
	const struct happening_data data = {
		.at = world->now + chance_time(&world->luck, pdu->process_low, pdu->process_high),
		.what = AT_PROCESSED,
		.pdu = request ? request->card : 0,
		.id = pdu->epoch,
		.datagram = request,
	};

	pdu->processing = request != NULL;
	if (request)
		agenda_add(world, &data);
}

void model_request(struct world *world, struct datagram *request)
{
	struct pdu_model *pdu = &world->pdus[request->card];

	if (pdu->is_down || pdu->waiting.length >= WAITING_MAX ||
	    (world->now >= pdu->silent_from && world->now < pdu->silent_until))
		return;
	request->references++;
	g_queue_push_tail(&pdu->waiting, request);
	if (!pdu->processing)
		begin_next(world, pdu);
}

/* A table that is exchanged while it is walked is torn, and nothing in it says so. */
static void note_walk(const struct world *world, struct pdu_model *pdu,
                      const struct datagram *request)
{
	if (request->kind != REQUEST_NEXT && request->kind != REQUEST_BULK)
		return;
	if (!pdu->exchanged)
		pdu->walked_before = world->now;
	else
		pdu->walked_after = MIN(pdu->walked_after, world->now);
}

void model_processed(struct world *world, unsigned card, struct datagram *request, unsigned epoch)
{
	struct answering answering = {
		.world = world,
		.pdu = &world->pdus[card],
		.request = request,
		.event = { .type = EVENT_ANSWER, .pdu = request->pdu, .tag = request->tag },
		.bytes = MESSAGE_BYTES,
	};
	usec later;

	if (epoch != answering.pdu->epoch || answering.pdu->is_down)
		return;
	if (world->authentic)
		answering.event.engine = (struct engine){
			.known = true,
			.boots = answering.pdu->boots,
			.time = (uint32_t)((world->now - answering.pdu->started) / USEC_PER_SEC),
		};
	note_walk(world, answering.pdu, request);
	answering.event.varbinds = varbinds_new();
	if (!respond(&answering)) {
		event_clear(&answering.event);
	} else {
		later = model_after_answer(world, card, request, &answering.event);
		wire_answer(world, request, &answering.event, later);
	}
	begin_next(world, answering.pdu);
}
