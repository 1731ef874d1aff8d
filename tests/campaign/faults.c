/*
 * Which faults strike a world, and how: those of the wire, of agents, of relays
 * and of single cells. What a card does around its start is in starting.c.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "world.h"

#include <string.h>

/* Calls fn for one feed, or for all. */
static void for_feeds(struct world *world, void (*fn)(struct world *, struct relay *))
{
	if (permille(world, 700)) {
		fn(world, some_feed(world));
		return;
	}
	for (unsigned p = 0; p < world->n_pdus; p++)
		for (unsigned i = 0; i < world->pdus[p].n_relays; i++)
			if (world->pdus[p].relays[i].feeds_node)
				fn(world, &world->pdus[p].relays[i]);
}

static unsigned strength(struct world *world)
{
	static const unsigned strengths[] = { 50, 100, 200, 300, 500, 800, 1000 };

	return strengths[below(world, G_N_ELEMENTS(strengths))];
}

static void slow_relay(struct world *world, struct relay *relay)
{
	relay->latency = millis(world, 1000, 30000);
}

static void stuck_relay(struct world *world, struct relay *relay)
{
	relay->stuck = true;
	relay->on = permille(world, 900);
	relay->lead = 0;
}

static void falls_back(struct world *world, struct relay *relay)
{
	relay->falls = 1 + below(world, 4);
	relay->falls_after = millis(world, 0, 12000);
}

static void lead(struct world *world, struct relay *relay)
{
	if (relay->stuck || world->config.off_hold == 0)
		return;
	relay->lead = chance_time(&world->chance, 1, world->config.off_hold);
	relay->latency = MAX(relay->latency, relay->lead);
}

static void lag(struct world *world, struct relay *relay)
{
	if (!relay->lead)
		relay->lag = millis(world, 0, 6000);
}

static void hand(struct world *world, struct relay *relay)
{
	for (unsigned n = 1 + below(world, 3); n; n--) {
		struct happening_data data = {
			.at = moment(world),
			.what = AT_HAND,
			.pdu = relay->pdu,
			.relay = relay->index,
			.cause = CAUSE_HAND,
		};

		data.on = permille(world, 700);
		agenda_add(world, &data);
		/* and back again soon, perhaps between two sweeps */
		data.at += millis(world, 100, 5000);
		data.on = !data.on;
		if (permille(world, 400))
			agenda_add(world, &data);
	}
}

/* Somebody's cycle that began before us: in its off phase, or just about to be. */
static void cycle(struct world *world, struct relay *relay)
{
	const usec off = millis(world, 500, 40000);
	struct happening_data data = {
		.at = world->begun - millis(world, 0, relay->latency > 0 ? 1000 : 100),
		.what = AT_HAND,
		.pdu = relay->pdu,
		.relay = relay->index,
		.cause = CAUSE_HAND,
		.length = off,
	};

	if (relay->stuck)
		return;
	relay->cycle_before = true;
	if (permille(world, 700)) {
		relay->on = false;
		relay->cycle_return = world->begun + off;
		relay->cycle_begun = 0;
	} else {
		relay->on = true;
		data.length = MAX(off, 2 * relay->latency + USEC_PER_SEC);
		agenda_add(world, &data);
	}
}

static enum bad_value bad_of_fault(enum fault fault)
{
	switch (fault) {
	case FAULT_STATE_UNKNOWN:
		return BAD_UNKNOWN;
	case FAULT_STATE_MIXED:
		return BAD_MIXED;
	case FAULT_STATE_RANGE:
		return BAD_RANGE;
	case FAULT_STATE_NULL:
		return BAD_NULL;
	case FAULT_STATE_TYPE:
		return BAD_TYPE;
	default:
		return BAD_ABSENT;
	}
}

static void bad_state(struct world *world, enum fault fault)
{
	for (unsigned n = 1 + below(world, 3); n; n--) {
		const struct relay *relay = some_feed(world);
		struct outlet_model *outlet = outlet_of(world, relay);

		outlet->bad = bad_of_fault(fault);
		outlet->bad_from = permille(world, 400) ? 0 : moment(world);
		outlet->bad_until = permille(world, 300)
		                            ? USEC_NEVER
		                            : outlet->bad_from + millis(world, 0, 15000);
		if (outlet->bad_until != USEC_NEVER && !outlet->bad_from)
			outlet->bad_until = world->begun + millis(world, 0, 15000);
		outlet->bad_permille = permille(world, 500) ? 1000 : strength(world);
	}
}

static bool is_alarm_row(const struct row *row)
{
	return row->kind >= ROW_ALARMS && row->kind <= ROW_ALARM_OTHER;
}

static bool is_cell(const struct row *row)
{
	return row->kind == ROW_STATE || row->kind == ROW_CONTROLLABLE || row->kind == ROW_NAME ||
	       row->kind == ROW_DESCRIPTION;
}

static void hide(struct world *world, struct row *row, usec longest)
{
	row->hidden_from = permille(world, 600) ? 0 : moment(world);
	row->hidden_until = (row->hidden_from ? row->hidden_from : world->begun) +
	                    chance_time(&world->chance, 0, longest);
	if (permille(world, 200) && longest > 15 * USEC_PER_SEC)
		row->hidden_until = USEC_NEVER;
}

static bool lacks_a_cell(const struct pdu_model *pdu, unsigned outlet)
{
	for (unsigned i = 0; i < pdu->rows->len; i++)
		if (model_row(pdu, i)->of == outlet && model_row(pdu, i)->hidden_until)
			return true;
	return false;
}

/*
 * Single cells that are not there, while the rest of their row is, and the rest
 * of their column: what is missing altogether is not missed.
 */
static void missing_cells(struct world *world)
{
	struct pdu_model *pdu = some_pdu(world);

	for (unsigned n = 1 + below(world, 2), tries = 100; n && tries; tries--) {
		struct row *row = model_row(pdu, below(world, pdu->rows->len));

		if (!is_cell(row) || lacks_a_cell(pdu, row->of))
			continue;
		hide(world, row, 20 * USEC_PER_SEC);
		n--;
	}
}

/* Whether two rows are of one column: else the order says that a table has ended. */
static bool same_column(const struct row *a, const struct row *b)
{
	return a->kind != ROW_COUNT && a->kind != ROW_STATUS && !is_alarm_row(a) &&
	       a->name.n == b->name.n && a->name.n > 2 &&
	       !memcmp(a->name.id, b->name.id, (a->name.n - 2) * sizeof(a->name.id[0]));
}

static void disorder(struct world *world, struct pdu_model *pdu)
{
	const unsigned n = pdu->rows->len;

	if (pdu->order)
		return;
	pdu->order = g_new(unsigned, n);
	pdu->rank = g_new(unsigned, n);
	for (unsigned i = 0; i < n; i++)
		pdu->order[i] = i;
	for (unsigned swaps = 3 + below(world, 8); swaps; swaps--) {
		const unsigned a = below(world, n), far = 1 + below(world, 6);
		const unsigned b = MIN(n - 1, a + far);
		const unsigned held = pdu->order[a];

		if (!same_column(model_row(pdu, pdu->order[a]), model_row(pdu, pdu->order[b])))
			continue;
		pdu->order[a] = pdu->order[b];
		pdu->order[b] = held;
	}
	for (unsigned i = 0; i < n; i++)
		pdu->rank[pdu->order[i]] = i;
}

static void go_offline(struct world *world)
{
	struct pdu_model *pdu = some_pdu(world);

	for (unsigned i = 0; i < pdu->devices->len; i++) {
		struct device_model *device = model_device(pdu, i);

		if (!device->family || !device->has_status)
			continue;
		device->offline_from = permille(world, 500) ? 0 : moment(world);
		device->offline_until =
			(device->offline_from ? device->offline_from : world->begun) +
			millis(world, 0, 30000);
		device->offline_echoes = permille(world, 600);
	}
}

/*
 * Some device of each card, or all that it has, and nothing keeps the alarm from being read for
 * good: who may not read it cannot know.
 */
static void go_alarmed(struct world *world)
{
	for (unsigned p = 0; p < world->n_pdus; p++) {
		struct pdu_model *pdu = &world->pdus[p];
		const struct row *poisoned = model_find(pdu, &pdu->poison);

		if (poisoned && is_alarm_row(poisoned))
			pdu->poison_status = 0;
		for (unsigned i = 0; i < pdu->devices->len; i++) {
			struct device_model *device = model_device(pdu, i);

			if (!device->family || !pdu->alarms || permille(world, 300))
				continue;
			device->alarmed = true;
			device->offline_from = 0;
			device->offline_until = world->begun + millis(world, 0, 30000);
			device->offline_echoes = permille(world, 600);
		}
	}
}

static void poison(struct world *world)
{
	static const int of_v1[] = { 3, 5 };
	static const int of_v2c[] = { 3, 5, 13, 16 };
	struct pdu_model *pdu = some_pdu(world);

	pdu->poison = model_row(pdu, below(world, pdu->rows->len))->name;
	pdu->poison_indexed = permille(world, 600);
	pdu->poison_status =
		world->config.version == SNMP_V1 ? of_v1[below(world, 2)] : of_v2c[below(world, 4)];
}

static void set_errors(struct world *world, struct pdu_model *pdu)
{
	static const int of_v1[] = { 2, 3, 4, 5 };
	static const int of_v2c[] = { 5, 6, 10, 13, 14, 16, 17 };

	pdu->set_error_permille = strength(world);
	pdu->set_error_effect = permille(world, 500) ? 0 : strength(world);
	if (permille(world, 500))
		pdu->set_error = world->config.version == SNMP_V1 ? of_v1[below(world, 4)]
		                                                  : of_v2c[below(world, 7)];
}

static void wire_fault(struct world *world, enum fault fault)
{
	struct wire *wire = &world->wire;
	const unsigned weak = 20 + below(world, 300);

	switch (fault) {
	case FAULT_LOSE_REQUEST:
		wire->lose_request = 50 + below(world, 500);
		break;
	case FAULT_LOSE_ANSWER:
		wire->lose_answer = 50 + below(world, 500);
		break;
	case FAULT_DELAY:
		wire->delay = 50 + below(world, 400);
		wire->delay_max = millis(world, 600, 12000);
		break;
	case FAULT_DUPLICATE:
		wire->duplicate = weak;
		break;
	case FAULT_REORDER:
		wire->reorder = 500;
		break;
	case FAULT_FOREIGN:
		wire->foreign = 2 * weak;
		break;
	case FAULT_MISPAIRED:
		wire->mispaired = weak;
		break;
	case FAULT_UNREACHABLE:
		wire->unreachable = weak;
		break;
	default:
		wire->report = 1 + weak / 8;
		break;
	}
}

static void agent_fault(struct world *world, struct pdu_model *pdu, enum fault fault)
{
	unsigned slowest;

	switch (fault) {
	case FAULT_SLOW_AGENT:
		slowest = permille(world, 200) ? 3000 : 1000;
		pdu->process_high = millis(world, 100, slowest);
		break;
	case FAULT_MUTE_BULK:
		pdu->mute_bulk = true;
		break;
	case FAULT_GET_ERROR:
		pdu->get_error_permille = strength(world) / 2;
		break;
	case FAULT_TOO_BIG:
		pdu->max_varbinds = 1 + below(world, 12);
		pdu->max_bytes = 484;
		break;
	case FAULT_SET_ERROR:
		set_errors(world, pdu);
		break;
	case FAULT_SET_PARTIAL:
		pdu->set_partial_permille = strength(world);
		pdu->set_partial_lies = permille(world, 500);
		break;
	case FAULT_SET_IGNORED:
		pdu->set_ignored_permille = strength(world);
		break;
	case FAULT_SET_MUTE:
		pdu->set_mute_permille = strength(world);
		break;
	case FAULT_SET_DROPPED:
		pdu->set_dropped_permille = strength(world);
		break;
	case FAULT_WALK_STUCK:
		pdu->walk_stuck_permille = strength(world) / 3;
		break;
	default:
		disorder(world, pdu);
		break;
	}
}

/* Of a SET of several outlets the first is told, and a cycle goes on at the others. */
static void set_first(struct world *world)
{
	for (unsigned p = 0; p < world->n_pdus; p++) {
		world->pdus[p].set_first = true;
		for (unsigned i = 0; i < world->pdus[p].n_relays; i++)
			if (world->pdus[p].relays[i].feeds_node && permille(world, 500))
				cycle(world, &world->pdus[p].relays[i]);
	}
}

static void apply(struct world *world, enum fault fault)
{
	switch (fault) {
	case FAULT_LOSE_REQUEST:
	case FAULT_LOSE_ANSWER:
	case FAULT_DELAY:
	case FAULT_DUPLICATE:
	case FAULT_REORDER:
	case FAULT_FOREIGN:
	case FAULT_MISPAIRED:
	case FAULT_UNREACHABLE:
	case FAULT_REPORT:
		wire_fault(world, fault);
		break;
	case FAULT_SLOW_AGENT:
	case FAULT_MUTE_BULK:
	case FAULT_GET_ERROR:
	case FAULT_TOO_BIG:
	case FAULT_SET_ERROR:
	case FAULT_SET_PARTIAL:
	case FAULT_SET_IGNORED:
	case FAULT_SET_MUTE:
	case FAULT_SET_DROPPED:
	case FAULT_WALK_STUCK:
	case FAULT_ROW_ORDER:
		for (unsigned n = 1 + below(world, 2); n; n--)
			agent_fault(world, some_pdu(world), fault);
		break;
	case FAULT_POISON:
		poison(world);
		break;
	case FAULT_SLOW_RELAY:
		for_feeds(world, slow_relay);
		break;
	case FAULT_STUCK_RELAY:
		for_feeds(world, stuck_relay);
		break;
	case FAULT_FALLS_BACK:
		for_feeds(world, falls_back);
		break;
	case FAULT_LEAD:
		for_feeds(world, lead);
		break;
	case FAULT_LAG:
		for_feeds(world, lag);
		break;
	case FAULT_HAND:
		for_feeds(world, hand);
		break;
	case FAULT_CYCLE:
		for_feeds(world, cycle);
		break;
	case FAULT_STATE_UNKNOWN:
	case FAULT_STATE_MIXED:
	case FAULT_STATE_RANGE:
	case FAULT_STATE_NULL:
	case FAULT_STATE_TYPE:
	case FAULT_STATE_ABSENT:
		bad_state(world, fault);
		break;
	case FAULT_CELL_MISSING:
		missing_cells(world);
		break;
	case FAULT_OFFLINE:
		go_offline(world);
		break;
	case FAULT_ALARMED:
		go_alarmed(world);
		break;
	case FAULT_SET_FIRST:
		set_first(world);
		break;
	case FAULT_ROWS_MISSING:
	case FAULT_DEVICE_MISSING:
	case FAULT_NAMES_LATE:
	case FAULT_ROWS_EXCHANGED:
	case FAULT_RESTART:
	case FAULT_RESTART_SET:
	case FAULT_RESTART_HOLD:
	case FAULT_RESTART_ALL:
	case FAULT_STARTS_DENYING:
	case FAULT_BOOTS_KEPT:
	case FAULT_REPLACED:
		starting_fault(world, fault);
		break;
	case FAULT_UPTIME_ABSENT: /* these are done before the rows */
	case FAULT_UPTIME_REFUSED:
	case FAULT_UPTIME_BUNDLED:
	case FAULT_UPTIME_STILL:
	case FAULT_UPTIME_WRAPS:
	case FAULT_DEVICE_INDEX:  /* done with the devices */
	case FAULT_MISCONFIGURED: /* done with the map */
	case FAULT_COUNT:
		break;
	}
}

void choose_faults(struct world *world)
{
	unsigned n = permille(world, 350) ? 1 : 2 + below(world, 5);

	for (; n; n--) {
		const enum fault fault = below(world, FAULT_COUNT);

		/* a wrong configuration hides everything else */
		if (fault != FAULT_MISCONFIGURED || permille(world, 300))
			world->faults[fault] = true;
		/* these only tell something where the state already reads off */
		if ((fault == FAULT_OFFLINE || fault == FAULT_ALARMED || fault == FAULT_SET_ERROR ||
		     fault == FAULT_SET_DROPPED) &&
		    permille(world, 200))
			world->faults[FAULT_CYCLE] = true;
		if (fault >= FAULT_RESTART && fault <= FAULT_RESTART_ALL && permille(world, 150))
			world->faults[FAULT_UPTIME_ABSENT] = true;
	}
	if (permille(world, 50))
		world->faults[FAULT_CYCLE] = true;
	if (world->wish.with >= 0)
		world->faults[world->wish.with] = true;
	if (world->wish.without >= 0)
		world->faults[world->wish.without] = false;
}

void apply_faults(struct world *world)
{
	for (unsigned fault = 0; fault < FAULT_COUNT; fault++)
		if (world->faults[fault])
			apply(world, fault);
	if (permille(world, 400))
		world->wire.faults_until = moment(world);
	for (unsigned p = 0; p < world->n_pdus; p++)
		if (permille(world, 400))
			world->pdus[p].faults_until = moment(world);
}
