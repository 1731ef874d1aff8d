/*
 * The model PDUs: an agent that answers one request at a time from a sorted set
 * of rows, and relays that have power or not, whatever the agent says.
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

/* --- relays --- */

static const char *cause_word(enum cause cause)
{
	static const char *const words[] = { "a command", "somebody else", "somebody's cycle",
		                             "a fault" };

	return words[cause];
}

bool relay_on_at(const struct relay *relay, usec at)
{
	bool on = false;

	for (unsigned i = 0; i < relay->history->len; i++) {
		const struct transition *transition =
			&g_array_index(relay->history, struct transition, i);

		if (transition->at > at)
			break;
		on = transition->on;
	}
	return on;
}

static const struct device_model *device_of(const struct pdu_model *pdu, const struct relay *relay)
{
	for (unsigned i = 0; i < pdu->outlets->len; i++)
		for (unsigned k = 0;
		     model_outlet(pdu, i)->relay == relay->index && k < pdu->devices->len; k++)
			if (model_device(pdu, k)->index == model_outlet(pdu, i)->device &&
			    model_device(pdu, k)->family)
				return model_device(pdu, k);
	return NULL;
}

bool relay_lost_at(const struct world *world, const struct relay *relay, usec at)
{
	const struct device_model *device = device_of(&world->pdus[relay->pdu], relay);

	return device && at >= device->offline_from && at < device->offline_until;
}

static bool offline(const struct world *world, const struct device_model *device)
{
	return device && world->now >= device->offline_from && world->now < device->offline_until;
}

static void show(struct world *world, struct relay *relay, bool on)
{
	relay->shown_on = on;
	if (!offline(world, device_of(&world->pdus[relay->pdu], relay)))
		relay->stale_on = on;
}

static void set_relay(struct world *world, struct relay *relay, bool on, enum cause cause)
{
	const struct transition transition = { world->now, on, cause };

	relay->on = on;
	g_array_append_val(relay->history, transition);
	trace_line(world, "* PDU %u relay %u%s goes %s by %s", relay->pdu, relay->index,
	           relay->feeds_node ? " (a feed)" : "", on ? "ON" : "OFF", cause_word(cause));
	if (!on && cause == CAUSE_COMMAND && relay->falls) {
		const struct happening_data data = {
			.at = world->now + relay->falls_after,
			.what = AT_HAND,
			.pdu = relay->pdu,
			.relay = relay->index,
			.on = true,
			.cause = CAUSE_FAULT,
		};

		relay->falls--;
		agenda_add(world, &data);
	}
}

static void plan(struct world *world, struct relay *relay, bool on, enum cause cause)
{
	const usec moves = world->now + relay->latency;
	struct happening_data data = {
		.at = moves,
		.what = AT_MOVE,
		.pdu = relay->pdu,
		.relay = relay->index,
		.id = relay->move_id,
		.on = on,
	};

	relay->moving = true;
	relay->moving_to = on;
	relay->moving_cause = cause;
	agenda_add(world, &data);
	data.what = AT_SHOW;
	data.at = relay->lead ? MAX(world->now, moves - relay->lead) : moves;
	/* behind for our commands alone: what others do must show at once, or nobody could know */
	if (!relay->lead && cause == CAUSE_COMMAND)
		data.at += relay->lag;
	agenda_add(world, &data);
}

static void command(struct world *world, struct relay *relay, bool on, enum cause cause)
{
	relay->cycle_return = USEC_NEVER;
	if (relay->stuck || (relay->moving && relay->moving_to == on))
		return;
	relay->moving = false;
	relay->move_id++;
	if (relay->on == on)
		show(world, relay, on);
	else
		plan(world, relay, on, cause);
}

void model_move(struct world *world, struct relay *relay, unsigned id)
{
	if (!relay->moving || id != relay->move_id)
		return;
	relay->moving = false;
	set_relay(world, relay, relay->moving_to, relay->moving_cause);
}

void model_show(struct world *world, struct relay *relay, unsigned id, bool on)
{
	if (id == relay->move_id)
		show(world, relay, on);
}

/* At once: a relay that moves by itself. */
static void jump(struct world *world, struct relay *relay, bool on, enum cause cause)
{
	relay->moving = false;
	relay->move_id++;
	relay->cycle_return = USEC_NEVER;
	if (relay->on != on)
		set_relay(world, relay, on, cause);
	show(world, relay, on);
}

void model_hand(struct world *world, const struct happening_data *data)
{
	struct relay *relay = &world->pdus[data->pdu].relays[data->relay];
	struct happening_data back = *data;

	switch (data->cause) {
	case CAUSE_FAULT:
		if (!relay->on && !relay->moving)
			jump(world, relay, true, CAUSE_FAULT);
		return;
	case CAUSE_CYCLE:
		if (relay->cycle_return == data->at)
			jump(world, relay, true, CAUSE_CYCLE);
		return;
	case CAUSE_COMMAND:
	case CAUSE_HAND:
		break;
	}
	g_array_append_val(relay->hands, world->now);
	trace_line(world, "* somebody %s PDU %u relay %u",
	           data->length ? "cycles"
	           : data->on   ? "switches on"
	                        : "switches off",
	           data->pdu, data->relay);
	command(world, relay, data->on, CAUSE_HAND);
	if (!data->length)
		return;
	back.at = world->now + data->length;
	back.cause = CAUSE_CYCLE;
	relay->cycle_return = back.at;
	agenda_add(world, &back);
}

void model_begin(struct world *world)
{
	for (unsigned p = 0; p < world->n_pdus; p++)
		for (unsigned i = 0; i < world->pdus[p].n_relays; i++) {
			struct relay *relay = &world->pdus[p].relays[i];
			const struct transition first = { 0, relay->on, CAUSE_COMMAND };
			const struct happening_data data = {
				.at = relay->cycle_return,
				.what = AT_HAND,
				.pdu = p,
				.relay = i,
				.cause = CAUSE_CYCLE,
			};

			relay->history = g_array_new(FALSE, FALSE, sizeof(struct transition));
			g_array_append_val(relay->history, first);
			relay->hands = g_array_new(FALSE, FALSE, sizeof(usec));
			if (!relay->moving)
				relay->shown_on = relay->stale_on = relay->on;
			if (relay->cycle_return != USEC_NEVER)
				agenda_add(world, &data);
		}
}

/* --- reboots --- */

void model_down(struct world *world, unsigned i)
{
	struct pdu_model *pdu = &world->pdus[i];

	trace_line(world, "* PDU %u goes down", i);
	pdu->epoch++;
	pdu->processing = false;
	g_queue_clear_full(&pdu->waiting, (GDestroyNotify)datagram_unref);
}

static bool down(const struct world *world, const struct pdu_model *pdu)
{
	return world->now >= pdu->down_from && world->now < pdu->down_until;
}

static void hide_outlet(struct pdu_model *pdu, unsigned outlet, usec from, usec until)
{
	for (unsigned i = 0; i < pdu->rows->len; i++) {
		struct row *row = model_row(pdu, i);

		if (row->of == outlet && row->kind != ROW_COUNT && row->kind != ROW_STATUS &&
		    row->kind != ROW_ENGINE && row->kind != ROW_UPTIME &&
		    row->hidden_until <= from) {
			row->hidden_from = from;
			row->hidden_until = until;
		}
	}
}

void model_up(struct world *world, unsigned i)
{
	struct pdu_model *pdu = &world->pdus[i];

	trace_line(world, "* PDU %u is up again", i);
	pdu->up_since = world->now;
	for (unsigned k = 0; pdu->reboot_all_on && k < pdu->n_relays; k++)
		if (!pdu->relays[k].stuck)
			jump(world, &pdu->relays[k], true, CAUSE_FAULT);
	if (pdu->reboot_short && model_device(pdu, 0)->has_count)
		for (unsigned k = 0; k < pdu->outlets->len; k++)
			if (model_outlet(pdu, k)->device == model_device(pdu, 0)->index &&
			    chance_permille(&world->luck, 500))
				hide_outlet(pdu, k, world->now, world->now + pdu->reboot_short);
}

/* --- what the agent says --- */

static bool strikes(struct world *world, const struct pdu_model *pdu, unsigned permille)
{
	return permille && world->now < pdu->faults_until &&
	       chance_permille(&world->luck, permille);
}

static enum bad_value bad_state(struct world *world, const struct pdu_model *pdu,
                                const struct outlet_model *outlet)
{
	if (world->now >= pdu->down_until && world->now < pdu->down_until + pdu->reboot_unknown)
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
	const bool on = offline(world, device_of(pdu, relay)) ? relay->stale_on : relay->shown_on;

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
		octets(&varbind, outlet->name);
		break;
	case ROW_DESCRIPTION:
		octets(&varbind, outlet->description);
		break;
	case ROW_COUNT:
		integer(&varbind, rows_of(pdu, model_device(pdu, row->of)));
		if (model_device(pdu, row->of)->family->by_device)
			varbind.type = VALUE_UNSIGNED;
		break;
	case ROW_STATUS:
		integer(&varbind, offline(world, model_device(pdu, row->of))
		                          ? DEVICE_STATUS_OFFLINE
		                          : model_device(pdu, row->of)->status);
		break;
	case ROW_ENGINE:
		octets(&varbind, pdu->engine_id);
		break;
	case ROW_UPTIME:
		varbind.type = VALUE_UNSIGNED;
		varbind.number = (world->now - pdu->up_since) / (USEC_PER_SEC / 100);
		break;
	case ROW_COMMAND:
	case ROW_OTHER:
		integer(&varbind, 0);
		break;
	}
	return varbind;
}

static bool visible(const struct world *world, const struct row *row)
{
	return world->now < row->hidden_from || world->now >= row->hidden_until;
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
		if (row && visible(answering->world, row))
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

		if (visible(answering->world, row))
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

	if (!row || row->kind != ROW_COMMAND || !visible(answering->world, row))
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
		command(answering->world, relay, on, CAUSE_COMMAND);
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
		.pdu = request ? request->pdu : 0,
		.id = pdu->epoch,
		.datagram = request,
	};

	pdu->processing = request != NULL;
	if (request)
		agenda_add(world, &data);
}

void model_request(struct world *world, struct datagram *request)
{
	struct pdu_model *pdu = &world->pdus[request->pdu];

	if (down(world, pdu) || pdu->waiting.length >= WAITING_MAX)
		return;
	request->references++;
	g_queue_push_tail(&pdu->waiting, request);
	if (!pdu->processing)
		begin_next(world, pdu);
}

void model_processed(struct world *world, unsigned i, struct datagram *request, unsigned epoch)
{
	struct answering answering = {
		.world = world,
		.pdu = &world->pdus[i],
		.request = request,
		.event = { .type = EVENT_ANSWER, .pdu = i, .tag = request->tag },
		.bytes = MESSAGE_BYTES,
	};

	if (epoch != answering.pdu->epoch || down(world, answering.pdu))
		return;
	answering.event.varbinds = varbinds_new();
	if (respond(&answering))
		wire_answer(world, request, &answering.event);
	else
		event_clear(&answering.event);
	begin_next(world, answering.pdu);
}
