/*
 * The model's relays: they have power or not, whatever the agent says, and know
 * by whose doing and since when that was under way.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "world.h"

static const char *cause_word(enum cause cause)
{
	static const char *const words[] = { "a command", "somebody else", "somebody's cycle",
		                             "a fault", "its restart" };

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

const struct device_model *device_of(const struct pdu_model *pdu, const struct relay *relay)
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

static void show(struct world *world, struct relay *relay, bool on)
{
	relay->shown_on = on;
	if (!relay_lost_at(world, relay, world->now))
		relay->stale_on = on;
}

/* The main load that it hangs on; NULL if it hangs on none. */
static const struct relay *main_of(const struct pdu_model *pdu, const struct relay *relay)
{
	return relay->main == relay->index ? NULL : &pdu->relays[relay->main];
}

static bool has_power(const struct pdu_model *pdu, const struct relay *relay)
{
	return relay->closed && (relay->is_main || !main_of(pdu, relay) || main_of(pdu, relay)->on);
}

bool relay_shows_on(const struct pdu_model *pdu, const struct relay *relay, bool stale)
{
	const struct relay *main = main_of(pdu, relay);
	const bool own = stale ? relay->stale_on : relay->shown_on;

	return own && (!main || (stale ? main->stale_on : main->shown_on));
}

/* After its contact has moved, or the main load's. */
static void set_power(struct world *world, struct relay *relay, enum cause cause, usec begun)
{
	const bool on = has_power(&world->pdus[relay->pdu], relay);
	const struct transition transition = { world->now, on, cause, begun };

	if (on == relay->on)
		return;
	relay->on = on;
	g_array_append_val(relay->history, transition);
	trace_line(world, "* PDU %u relay %u%s goes %s by %s", relay->pdu, relay->index,
	           relay->feeds_node ? " (a feed)" : "", on ? "ON" : "OFF", cause_word(cause));
	if (!on && cause == CAUSE_COMMAND && relay->not_to_cut)
		wire_touch(world, LIE_TOUCH,
		           g_strdup_printf("PDU %u relay %u, another node's, was cut", relay->pdu,
		                           relay->index));
}

static void set_relay(struct world *world, struct relay *relay, bool on, enum cause cause,
                      usec begun)
{
	struct pdu_model *pdu = &world->pdus[relay->pdu];

	relay->closed = on;
	set_power(world, relay, cause, begun);
	for (unsigned i = 0; relay->is_main && i < pdu->n_relays; i++)
		if (main_of(pdu, &pdu->relays[i]) == relay)
			set_power(world, &pdu->relays[i], cause, begun);
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
	relay->moving_begun = world->now;
	agenda_add(world, &data);
	data.what = AT_SHOW;
	data.at = relay->lead ? MAX(world->now, moves - relay->lead) : moves;
	/* behind for our commands alone: what others do must show at once, or nobody could know */
	if (!relay->lead && cause == CAUSE_COMMAND)
		data.at += relay->lag;
	agenda_add(world, &data);
}

void relay_command(struct world *world, struct relay *relay, bool on, enum cause cause)
{
	relay->cycle_return = USEC_NEVER;
	relay->restart_return = USEC_NEVER;
	if (relay->stuck || (relay->moving && relay->moving_to == on))
		return;
	relay->moving = false;
	relay->move_id++;
	if (relay->closed == on)
		show(world, relay, on);
	else
		plan(world, relay, on, cause);
}

void model_move(struct world *world, struct relay *relay, unsigned id)
{
	if (!relay->moving || id != relay->move_id)
		return;
	relay->moving = false;
	set_relay(world, relay, relay->moving_to, relay->moving_cause, relay->moving_begun);
}

void model_show(struct world *world, struct relay *relay, unsigned id, bool on)
{
	if (id == relay->move_id)
		show(world, relay, on);
}

void relay_forget(struct relay *relay)
{
	relay->moving = false;
	relay->move_id++;
	relay->cycle_return = USEC_NEVER;
	relay->restart_return = USEC_NEVER;
}

void relay_jump(struct world *world, struct relay *relay, bool on, enum cause cause, usec begun)
{
	relay_forget(relay);
	if (relay->closed != on)
		set_relay(world, relay, on, cause, begun);
	show(world, relay, on);
}

void model_hand(struct world *world, const struct happening_data *data)
{
	struct relay *relay = &world->pdus[data->pdu].relays[data->relay];
	struct happening_data back = *data;

	switch (data->cause) {
	case CAUSE_FAULT:
		if (!relay->closed && !relay->moving)
			relay_jump(world, relay, true, CAUSE_FAULT, world->now);
		return;
	case CAUSE_CYCLE:
		if (relay->cycle_return == data->at)
			relay_jump(world, relay, true, CAUSE_CYCLE, relay->cycle_begun);
		return;
	case CAUSE_COMMAND:
	case CAUSE_RESTART:
	case CAUSE_HAND:
		break;
	}
	g_array_append_val(relay->hands, world->now);
	trace_line(world, "* somebody %s PDU %u relay %u",
	           data->length ? "cycles"
	           : data->on   ? "switches on"
	                        : "switches off",
	           data->pdu, data->relay);
	relay_command(world, relay, data->on, CAUSE_HAND);
	if (!data->length)
		return;
	back.at = world->now + data->length;
	back.cause = CAUSE_CYCLE;
	relay->cycle_return = back.at;
	relay->cycle_begun = world->now;
	agenda_add(world, &back);
}

/* Its history begins with the power that it has. */
static void begin_relay(struct world *world, unsigned p, unsigned i)
{
	struct pdu_model *pdu = &world->pdus[p];
	struct relay *relay = &pdu->relays[i];
	const bool on = relay->closed && (!main_of(pdu, relay) || main_of(pdu, relay)->closed);
	const struct transition first = { 0, on, CAUSE_COMMAND, 0 };
	const struct happening_data data = {
		.at = relay->cycle_return,
		.what = AT_HAND,
		.pdu = p,
		.relay = i,
		.cause = CAUSE_CYCLE,
	};

	relay->on = on;
	relay->history = g_array_new(FALSE, FALSE, sizeof(struct transition));
	g_array_append_val(relay->history, first);
	relay->hands = g_array_new(FALSE, FALSE, sizeof(usec));
	if (!relay->moving)
		relay->shown_on = relay->stale_on = relay->closed;
	if (relay->cycle_return != USEC_NEVER)
		agenda_add(world, &data);
}

void model_begin(struct world *world)
{
	for (unsigned p = 0; p < world->n_cards; p++)
		for (unsigned i = 0; i < world->pdus[p].n_relays; i++)
			world->pdus[p].relays[i].closed = world->pdus[p].relays[i].on;
	for (unsigned p = 0; p < world->n_cards; p++)
		for (unsigned i = 0; i < world->pdus[p].n_relays; i++)
			begin_relay(world, p, i);
}
