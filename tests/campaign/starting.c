/*
 * Faults around a card's start: restarts, what a young card does not show yet or
 * refuses, uptime that is of no use, rows that change their meaning, and another
 * card under the address. Nothing here is made that no software could notice,
 * but for what judge.c knows to be apart.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "world.h"

#include <string.h>

/*
 * What only a second look can tell comes before that: 10 s after the first or, on a card
 * that tells its uptime, when it is 30 s up.
 */
#define LATEST_BY_LOOKS 9000
#define LATEST_BY_UPTIME 28000
/* A no that lasts for 5 s is believed. */
#define DENIES_AT_MOST (4 * USEC_PER_SEC)

/* --- restarts --- */

static usec outage_length(struct world *world)
{
	static const unsigned longest[] = { 4000, 4000, 8000, 8000, 15000, 40000 };
	const unsigned to = longest[below(world, G_N_ELEMENTS(longest))];

	return millis(world, to == 4000 ? 1000 : to / 2, to);
}

static void make_aftermath(struct world *world, struct restart *restart)
{
	static const enum after afters[] = { AFTER_RETURN, AFTER_RETURN, AFTER_RETURN, AFTER_KEEP,
		                             AFTER_ON };

	restart->lasts = outage_length(world);
	restart->after = afters[below(world, G_N_ELEMENTS(afters))];
	restart->returns = millis(world, 0, permille(world, 500) ? 15000 : 60000);
	if (permille(world, 400))
		restart->step = millis(world, 0, 1000);
	if (permille(world, 300))
		restart->unknown = millis(world, 0, 8000);
	if (permille(world, 300))
		restart->short_table = millis(world, 0, 8000);
	if (permille(world, 300))
		restart->nameless = millis(world, 0, LATEST_BY_LOOKS);
}

static void plan_restart(struct world *world, struct pdu_model *pdu, enum when when)
{
	struct restart restart = { .when = when };

	make_aftermath(world, &restart);
	switch (when) {
	case RESTART_AT:
		restart.at = moment(world);
		break;
	case RESTART_AT_SET:
		restart.nth = 1 + below(world, permille(world, 600) ? 1 : 4);
		restart.delay = millis(world, 0, permille(world, 700) ? 50 : 3000);
		if (permille(world, 700))
			restart.answer_delay = millis(world, 0, 14000);
		break;
	case RESTART_AT_OFF:
		restart.nth = 1 + below(world, permille(world, 600) ? 2 : 6);
		restart.delay = millis(world, 0, permille(world, 500) ? 300 : 6000);
		break;
	}
	g_array_append_val(pdu->restarts, restart);
}

static void plan_restarts(struct world *world, enum fault fault)
{
	unsigned n = permille(world, 700) ? 1 : 2 + below(world, 2);

	for (; n; n--) {
		struct pdu_model *pdu = pdu_with_feeds(world);
		const bool hold = permille(world, 300);
		struct restart *last;

		plan_restart(world, pdu,
		             fault == FAULT_RESTART_SET           ? RESTART_AT_SET
		             : fault == FAULT_RESTART_HOLD        ? RESTART_AT_OFF
		             : fault == FAULT_RESTART_ALL && hold ? RESTART_AT_OFF
		                                                  : RESTART_AT);
		last = &g_array_index(pdu->restarts, struct restart, pdu->restarts->len - 1);
		last->all = fault == FAULT_RESTART_ALL;
	}
}

/* --- young cards --- */

static void start_at(struct pdu_model *pdu, usec at)
{
	pdu->started = at;
	pdu->uptime_ahead = 0;
	if (pdu->uptime == UPTIME_WRAPS)
		pdu->uptime = UPTIME_RUNS;
}

static bool tells_uptime(const struct pdu_model *pdu)
{
	static const struct objid uptime = { .n = 9, .id = { 1, 3, 6, 1, 2, 1, 1, 3, 0 } };

	return pdu->uptime != UPTIME_ABSENT && pdu->uptime != UPTIME_REFUSED &&
	       !(pdu->poison_status && objid_equal(&pdu->poison, &uptime));
}

/* Makes it young, and tells until when what it does not show yet may be missing. */
static usec make_young(struct world *world, struct pdu_model *pdu)
{
	const bool tells = tells_uptime(pdu);
	const usec age = millis(world, 0, 15000);
	const usec by_looks = world->begun + LATEST_BY_LOOKS * INT64_C(1000);

	/* what else it does not show yet goes by the start that it has */
	if (!pdu->young)
		start_at(pdu, world->begun - age);
	pdu->young = true;
	if (tells || world->authentic)
		return MAX(by_looks, pdu->started + LATEST_BY_UPTIME * INT64_C(1000));
	return by_looks;
}

static void starts_denying(struct world *world, struct pdu_model *pdu)
{
	static const enum denies kinds[] = { DENIES_READING, DENIES_WRITING, DENIES_ACCESS,
		                             DENIES_ROWS };
	const usec lasts = millis(world, 0, 8000);

	pdu->denies = kinds[below(world, G_N_ELEMENTS(kinds))];
	if (world->config.version == SNMP_V3 && permille(world, 400))
		pdu->denies = DENIES_USER;
	pdu->denies_for = lasts;
}

static void add_denying(struct world *world)
{
	struct pdu_model *pdu = pdu_with_feeds(world);
	const usec age = millis(world, 0, 3000);

	starts_denying(world, pdu);
	if (pdu->restarts->len && permille(world, 500))
		return; /* it denies after that */
	if (!pdu->young)
		start_at(pdu, world->begun - age);
	pdu->young = true;
}

/* --- rows that are not there --- */

static void hide_rows(struct pdu_model *pdu, unsigned outlet, usec from, usec until)
{
	for (unsigned i = 0; i < pdu->rows->len; i++) {
		struct row *row = model_row(pdu, i);

		if (row->of != outlet || (row->kind > ROW_DESCRIPTION && row->kind != ROW_OTHER) ||
		    row->hidden_until)
			continue;
		row->hidden_from = from;
		row->hidden_until = until;
	}
}

static struct device_model *some_device(struct world *world, struct pdu_model *pdu)
{
	for (;;) {
		struct device_model *device = model_device(pdu, below(world, pdu->devices->len));

		if (device->family)
			return device;
	}
}

static bool belongs_to(const struct outlet_model *outlet, const struct device_model *device)
{
	return outlet->device == device->index &&
	       (outlet->family == device->family || outlet->family->rank == 2);
}

/* Whether some of its rows are hidden already: those come by themselves. */
static bool is_short(const struct pdu_model *pdu, const struct device_model *device)
{
	for (unsigned i = 0; i < pdu->rows->len; i++) {
		const struct row *row = model_row(pdu, i);

		if (row->kind == ROW_STATE && row->hidden_until &&
		    belongs_to(model_outlet(pdu, row->of), device))
			return true;
	}
	return false;
}

/*
 * Rows of any device that has a count, or, where only the list of devices knows of it, all
 * of them; on a card that is young also where nothing else tells that they are missing.
 */
static void rows_missing(struct world *world, bool all)
{
	struct pdu_model *pdu = pdu_with_feeds(world);
	const struct device_model *device = some_device(world, pdu);
	const bool known = device->has_count || (all && device->listed && !is_short(pdu, device));
	const unsigned which = below(world, 3), modulus = 1 + below(world, 4);
	const unsigned one = below(world, pdu->outlets->len);
	const usec later = permille(world, 300) ? moment(world) : 0;
	const usec lasts = millis(world, 0, 30000);
	usec from = 0, until;

	if (known && !device->has_count) {
		/* what is there for part of a walk would pass for all there is */
		until = USEC_NEVER;
	} else if (known) {
		from = later;
		until = (from ? from : world->begun) + lasts;
		if (permille(world, 150))
			until = USEC_NEVER;
	} else {
		const usec latest = make_young(world, pdu);

		until = chance_time(&world->chance, world->begun, latest);
	}
	for (unsigned i = 0; i < pdu->outlets->len; i++) {
		const bool hit = all || (which == 0 ? i == one : i % modulus == 0);

		if (hit && belongs_to(model_outlet(pdu, i), device))
			hide_rows(pdu, i, from, until);
	}
}

/* Names come row by row, or all at once and late, and some not at all. */
static void names_late(struct world *world, struct pdu_model *pdu, usec latest)
{
	const usec first = chance_time(&world->chance, world->begun - USEC_PER_SEC, latest);
	const usec step = permille(world, 600) ? millis(world, 0, 1000) : 0;
	const bool never = permille(world, 100) && world->class == CLASS_MIXED;

	pdu->nameless = permille(world, 600) ? NAMELESS_EMPTY : NAMELESS_ABSENT;
	for (unsigned i = 0; i < pdu->outlets->len; i++) {
		struct outlet_model *outlet = model_outlet(pdu, i);

		outlet->named_from = MIN(latest, first + i * step);
		if (never && !pdu->relays[outlet->relay].feeds_node &&
		    !pdu->relays[outlet->relay].not_to_cut && permille(world, 100))
			outlet->named_from = USEC_NEVER;
	}
}

/* --- rows that mean another outlet --- */

static bool exchangeable(const struct pdu_model *pdu, unsigned a, unsigned b)
{
	const struct outlet_model *one = model_outlet(pdu, a), *other = model_outlet(pdu, b);

	return a != b && one->family == other->family && one->device == other->device &&
	       one->controllable && other->controllable &&
	       pdu->relays[one->relay].feeds_node != pdu->relays[other->relay].feeds_node;
}

static void choose_exchange(struct world *world, struct pdu_model *pdu)
{
	for (unsigned tries = 200; tries && !pdu->n_exchange; tries--) {
		const unsigned a = below(world, pdu->outlets->len);
		const unsigned b = below(world, pdu->outlets->len);

		if (!exchangeable(pdu, a, b))
			continue;
		pdu->exchange[0] = a;
		pdu->exchange[1] = b;
		pdu->n_exchange = 2;
	}
}

static bool has_twins(const struct pdu_model *pdu)
{
	return model_outlet(pdu, pdu->outlets->len - 1)->family->rank == 2 &&
	       model_outlet(pdu, 0)->family->rank != 2;
}

static void silence_another(struct world *world, const struct pdu_model *pdu)
{
	struct pdu_model *other = some_pdu(world);

	if (other == pdu)
		return;
	other->silent_from = world->begun + millis(world, 0, 2000);
	other->silent_until = other->silent_from + millis(world, 4000, 15000);
}

static void rows_exchanged(struct world *world)
{
	struct pdu_model *pdu = pdu_with_feeds(world);
	struct happening_data data = { .what = AT_EXCHANGE, .pdu = (unsigned)(pdu - world->pdus) };
	bool at_restart;

	if (pdu->n_exchange || has_twins(pdu))
		return;
	choose_exchange(world, pdu);
	at_restart = permille(world, 400);
	if (at_restart) {
		struct restart *last;
		const bool late = permille(world, 700);
		const bool set = permille(world, 500);

		plan_restart(world, pdu, set ? RESTART_AT_SET : RESTART_AT);
		last = &g_array_index(pdu->restarts, struct restart, pdu->restarts->len - 1);
		last->exchange = true;
		last->nameless = late ? millis(world, 0, LATEST_BY_LOOKS) : 0;
		return;
	}
	data.at = moment(world);
	agenda_add(world, &data);
	if (permille(world, 500))
		silence_another(world, pdu);
}

/* --- another card --- */

static struct pdu_model card_like(struct world *world, const struct pdu_model *pdu, unsigned card)
{
	struct pdu_model copy = *pdu;

	copy.outlets = g_array_copy(pdu->outlets);
	for (unsigned i = 0; i < copy.outlets->len; i++) {
		g_bytes_ref(model_outlet(&copy, i)->name);
		g_bytes_ref(model_outlet(&copy, i)->description);
	}
	copy.devices = g_array_copy(pdu->devices);
	copy.rows = g_array_copy(pdu->rows);
	copy.restarts = g_array_new(FALSE, TRUE, sizeof(struct restart));
	copy.outages = g_array_new(FALSE, TRUE, sizeof(struct outage));
	copy.relays = g_memdup2(pdu->relays, pdu->n_relays * sizeof(*pdu->relays));
	copy.engine_id = g_bytes_new("another", 7);
	copy.order = copy.rank = NULL;
	copy.successor = card;
	for (unsigned i = 0; i < copy.n_relays; i++) {
		struct relay *relay = &copy.relays[i];

		relay->pdu = card;
		relay->stuck = false;
		relay->on = permille(world, 700) || (relay->is_main && !relay->feeds_node);
		relay->cycle_before = false;
		relay->cycle_return = USEC_NEVER;
		if (relay->on || permille(world, 300))
			continue;
		relay->cycle_before = true;
		relay->cycle_return = world->begun + millis(world, 5000, 60000);
	}
	return copy;
}

/* By name the node's outlets may well be other rows there. */
static void replaced(struct world *world)
{
	struct pdu_model *pdu = pdu_with_feeds(world);
	const unsigned p = (unsigned)(pdu - world->pdus), card = world->n_cards;
	const struct happening_data data = { .at = moment(world), .what = AT_REPLACED, .pdu = p };
	const bool same = permille(world, 500);

	if (pdu->successor != p)
		return;
	world->pdus[card] = card_like(world, pdu, card);
	world->n_cards++;
	pdu->successor = card;
	if (!same && world->faults[FAULT_ROWS_EXCHANGED] && !has_twins(pdu)) {
		choose_exchange(world, &world->pdus[card]);
		model_exchange(world, card);
	}
	agenda_add(world, &data);
}

/* --- */

static void set_uptime(struct world *world, struct pdu_model *pdu, enum uptime uptime)
{
	pdu->uptime = uptime;
	pdu->uptime_ahead = 0;
	if (uptime == UPTIME_STILL)
		pdu->uptime_ahead = world->begun - pdu->started;
	if (uptime == UPTIME_WRAPS) {
		const usec whole = (INT64_C(1) << 32) * (USEC_PER_SEC / 100);
		const usec at = moment(world);

		pdu->uptime_ahead = whole - (at - pdu->started);
	}
}

static void all_or_one(struct world *world, enum uptime uptime)
{
	const bool all = permille(world, 600);
	const unsigned one = below(world, world->n_pdus);

	for (unsigned p = 0; p < world->n_pdus; p++)
		if (all || p == one)
			set_uptime(world, &world->pdus[p], uptime);
}

struct pdu_model *pdu_with_feeds(struct world *world)
{
	const struct relay *relay = some_feed(world);

	return permille(world, 850) ? &world->pdus[relay->pdu] : some_pdu(world);
}

void starting_fault(struct world *world, enum fault fault)
{
	struct pdu_model *pdu = pdu_with_feeds(world);

	switch (fault) {
	case FAULT_ROWS_MISSING:
		rows_missing(world, false);
		break;
	case FAULT_DEVICE_MISSING:
		rows_missing(world, true);
		break;
	case FAULT_NAMES_LATE:
		names_late(world, pdu, make_young(world, pdu));
		break;
	case FAULT_ROWS_EXCHANGED:
		rows_exchanged(world);
		break;
	case FAULT_STARTS_DENYING:
		add_denying(world);
		break;
	case FAULT_UPTIME_ABSENT:
		all_or_one(world, UPTIME_ABSENT);
		break;
	case FAULT_UPTIME_REFUSED:
		all_or_one(world, UPTIME_REFUSED);
		break;
	case FAULT_UPTIME_BUNDLED:
		all_or_one(world, UPTIME_BUNDLED);
		break;
	case FAULT_UPTIME_STILL:
		all_or_one(world, UPTIME_STILL);
		break;
	case FAULT_UPTIME_WRAPS:
		all_or_one(world, UPTIME_WRAPS);
		break;
	case FAULT_BOOTS_KEPT:
		pdu->boots_kept = true;
		plan_restart(world, pdu, permille(world, 500) ? RESTART_AT_SET : RESTART_AT_OFF);
		break;
	case FAULT_REPLACED:
		replaced(world);
		break;
	default:
		plan_restarts(world, fault);
		break;
	}
}

/* One that is well again soon enough for all of it to be done. */
static void restart_once(struct world *world, struct pdu_model *pdu)
{
	struct restart restart = { .nth = 1 };
	const bool at_set = permille(world, 500);

	restart.when = at_set ? RESTART_AT_SET : RESTART_AT_OFF;
	restart.delay = millis(world, 0, 1000);
	/* a shorter one does not show in two refusals, and they would be one */
	restart.lasts = millis(world, pdu->denies_for ? 5000 : 1000, 6000);
	restart.after = permille(world, 500) ? AFTER_RETURN : AFTER_KEEP;
	restart.returns = millis(world, 0, 10000);
	g_array_append_val(pdu->restarts, restart);
}

/* Cards that are well, but have just started: nothing of it may keep them from fencing. */
void start_lately(struct world *world)
{
	for (unsigned p = 0; p < world->n_pdus; p++) {
		struct pdu_model *pdu = &world->pdus[p];
		const usec age = millis(world, 0, 3000);
		const bool late = permille(world, 500), denying = permille(world, 600);
		const bool again = permille(world, 300);

		start_at(pdu, world->begun - age);
		if (late)
			names_late(world, pdu, world->begun + 8 * USEC_PER_SEC);
		if (denying) {
			starts_denying(world, pdu);
			pdu->denies_for = age + MIN(pdu->denies_for, DENIES_AT_MOST);
		}
		if (again && !world->settles) {
			restart_once(world, pdu);
			pdu->denies_for = MIN(pdu->denies_for, DENIES_AT_MOST);
		}
		if (world->authentic || permille(world, 800))
			continue;
		set_uptime(world, pdu, UPTIME_REFUSED);
	}
}
