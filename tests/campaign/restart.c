/*
 * What a card's start does: it is away for a while, forgets what it was told,
 * keeps its outlets as they are or turns them off and some time later on, and
 * says things in its first seconds that it does not mean. And another card may
 * take its place.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "world.h"

#include <string.h>

#define HUNDREDTH (USEC_PER_SEC / 100)

static struct restart *restart_at(const struct pdu_model *pdu, unsigned i)
{
	return &g_array_index(pdu->restarts, struct restart, i);
}

static void plan_down(struct world *world, unsigned card, unsigned restart, usec at)
{
	const struct happening_data data = {
		.at = at, .what = AT_DOWN, .pdu = card, .id = restart
	};

	agenda_add(world, &data);
}

void model_plan_restarts(struct world *world)
{
	for (unsigned p = 0; p < world->n_cards; p++)
		for (unsigned i = 0; i < world->pdus[p].restarts->len; i++)
			if (restart_at(&world->pdus[p], i)->when == RESTART_AT)
				plan_down(world, p, i, restart_at(&world->pdus[p], i)->at);
}

/* --- down and up --- */

/*
 * A main load that is not the node's keeps out of it: an outlet that reads off because that is
 * off, and has not moved, nobody could tell from one that has.
 */
static bool does_not_move(const struct relay *relay)
{
	return relay->stuck || (relay->is_main && !relay->feeds_node);
}

static void relays_at_down(struct world *world, struct pdu_model *pdu)
{
	for (unsigned k = 0; k < pdu->n_relays; k++) {
		struct relay *relay = &pdu->relays[k];

		if (does_not_move(relay))
			continue;
		relay_forget(relay);
		if (pdu->current.after == AFTER_RETURN)
			relay_jump(world, relay, false, CAUSE_RESTART, world->now);
		else
			relay->shown_on = relay->closed;
	}
}

static void take_others_down(struct world *world, unsigned card, const struct restart *restart)
{
	for (unsigned p = 0; p < world->n_cards; p++) {
		struct restart copy = *restart;

		if (p == card)
			continue;
		copy.all = false;
		copy.returns += chance_time(&world->luck, 0, 5 * USEC_PER_SEC);
		g_array_append_val(world->pdus[p].restarts, copy);
		plan_down(world, p, world->pdus[p].restarts->len - 1,
		          world->now + chance_time(&world->luck, 0, USEC_PER_SEC / 2));
	}
}

void model_down(struct world *world, unsigned card, unsigned restart)
{
	struct pdu_model *pdu = &world->pdus[card];
	const struct outage outage = { world->now, USEC_NEVER };
	const struct happening_data up = {
		.at = world->now + restart_at(pdu, restart)->lasts,
		.what = AT_UP,
		.pdu = card,
	};

	if (pdu->is_down)
		return;
	trace_line(world, "* PDU %u goes down", card);
	pdu->is_down = true;
	pdu->current = *restart_at(pdu, restart);
	g_array_append_val(pdu->outages, outage);
	pdu->epoch++;
	pdu->processing = false;
	g_queue_clear_full(&pdu->waiting, (GDestroyNotify)datagram_unref);
	relays_at_down(world, pdu);
	agenda_add(world, &up);
	if (pdu->current.all)
		take_others_down(world, card, &pdu->current);
}

static void relays_at_up(struct world *world, unsigned card)
{
	struct pdu_model *pdu = &world->pdus[card];
	const usec down = g_array_index(pdu->outages, struct outage, pdu->outages->len - 1).down;

	for (unsigned k = 0; k < pdu->n_relays; k++) {
		struct relay *relay = &pdu->relays[k];
		const struct happening_data data = {
			.at = world->now + pdu->current.returns + k * pdu->current.step,
			.what = AT_RETURN,
			.pdu = card,
			.relay = k,
		};

		if (does_not_move(relay))
			continue;
		if (pdu->current.after == AFTER_ON)
			relay_jump(world, relay, true, CAUSE_RESTART, down);
		if (pdu->current.after != AFTER_RETURN)
			continue;
		relay->restart_return = data.at;
		relay->restart_begun = down;
		agenda_add(world, &data);
	}
}

void model_return(struct world *world, struct relay *relay, usec due)
{
	if (relay->restart_return == due)
		relay_jump(world, relay, true, CAUSE_RESTART, relay->restart_begun);
}

static bool is_row_of(const struct row *row, unsigned outlet)
{
	return row->of == outlet && (row->kind <= ROW_DESCRIPTION || row->kind == ROW_OTHER);
}

static void hide_outlet(struct pdu_model *pdu, unsigned outlet, usec from, usec until)
{
	for (unsigned i = 0; i < pdu->rows->len; i++) {
		struct row *row = model_row(pdu, i);

		if (is_row_of(row, outlet) && row->hidden_until <= from) {
			row->hidden_from = from;
			row->hidden_until = until;
		}
	}
}

/* Some rows are not there yet; only where a count says how many there should be. */
static void shorten_table(struct world *world, struct pdu_model *pdu)
{
	if (!pdu->current.short_table || !model_device(pdu, 0)->has_count)
		return;
	for (unsigned k = 0; k < pdu->outlets->len; k++)
		if (model_outlet(pdu, k)->device == model_device(pdu, 0)->index &&
		    chance_permille(&world->luck, 500))
			hide_outlet(pdu, k, world->now, world->now + pdu->current.short_table);
}

void model_up(struct world *world, unsigned card)
{
	struct pdu_model *pdu = &world->pdus[card];

	trace_line(world, "* PDU %u is up again", card);
	pdu->is_down = false;
	pdu->started = world->now;
	pdu->starts++;
	if (pdu->uptime != UPTIME_STILL)
		pdu->uptime_ahead = 0;
	if (!pdu->boots_kept)
		pdu->boots++;
	g_array_index(pdu->outages, struct outage, pdu->outages->len - 1).up = world->now;
	relays_at_up(world, card);
	shorten_table(world, pdu);
	if (pdu->current.exchange)
		model_exchange(world, card);
}

/* --- rows that are exchanged --- */

static void swap_relays(struct pdu_model *pdu, unsigned a, unsigned b, usec now)
{
	struct outlet_model *one = model_outlet(pdu, a), *other = model_outlet(pdu, b);
	const struct outlet_model kept = *one;

	one->relay_before = one->relay;
	other->relay_before = other->relay;
	one->exchanged = other->exchanged = now;
	one->relay = other->relay;
	one->name = other->name;
	one->description = other->description;
	one->named_from = other->named_from;
	other->relay = kept.relay;
	other->name = kept.name;
	other->description = kept.description;
	other->named_from = kept.named_from;
}

void model_exchange(struct world *world, unsigned card)
{
	struct pdu_model *pdu = &world->pdus[card];

	for (unsigned i = 0; i + 1 < pdu->n_exchange; i += 2) {
		trace_line(world, "* PDU %u exchanges its rows %u and %u", card, pdu->exchange[i],
		           pdu->exchange[i + 1]);
		swap_relays(pdu, pdu->exchange[i], pdu->exchange[i + 1], world->now);
	}
	pdu->n_exchange = 0;
	pdu->exchanged = world->now;
}

bool model_nameless(const struct world *world, const struct pdu_model *pdu,
                    const struct outlet_model *outlet)
{
	return world->now < outlet->named_from ||
	       (pdu->outages->len && world->now < pdu->started + pdu->current.nameless);
}

/* --- what sets a restart off --- */

static bool shows_off(const struct pdu_model *pdu, const struct event *answer)
{
	for (unsigned i = 0; i < answer->varbinds->len; i++) {
		const struct varbind *varbind = &g_array_index(answer->varbinds, struct varbind, i);
		const struct row *row = model_find(pdu, &varbind->name);

		if (row && row->kind == ROW_STATE && varbind->type == VALUE_INTEGER &&
		    varbind->number == model_outlet(pdu, row->of)->family->state_off &&
		    pdu->relays[model_outlet(pdu, row->of)->relay].feeds_node)
			return true;
	}
	return false;
}

usec model_after_answer(struct world *world, unsigned card, const struct datagram *request,
                        const struct event *answer)
{
	struct pdu_model *pdu = &world->pdus[card];
	const bool set = request->kind == REQUEST_SET;
	usec later = 0;

	if (answer->type != EVENT_ANSWER || answer->error_status)
		return 0;
	if (set)
		pdu->sets_taken++;
	else if (!pdu->sets_taken || !shows_off(pdu, answer))
		return 0;
	else
		pdu->offs_shown++;
	for (unsigned i = 0; i < pdu->restarts->len; i++) {
		const struct restart *restart = restart_at(pdu, i);

		if (restart->when != (set ? RESTART_AT_SET : RESTART_AT_OFF) ||
		    restart->nth != (set ? pdu->sets_taken : pdu->offs_shown))
			continue;
		plan_down(world, card, i, world->now + restart->delay);
		later += restart->answer_delay;
	}
	return later;
}

/* --- what a card says while it starts --- */

static bool denying(const struct world *world, const struct pdu_model *pdu, enum denies denies)
{
	return pdu->denies == denies && world->now < pdu->started + pdu->denies_for;
}

bool model_hides_rows(const struct world *world, const struct pdu_model *pdu)
{
	return denying(world, pdu, DENIES_ROWS);
}

static void refuse(const struct datagram *request, struct event *answer, int status)
{
	answer->error_status = status;
	answer->error_index = 1;
	for (unsigned i = 0; i < request->varbinds->len; i++) {
		struct varbind copy =
			varbind_copy(&g_array_index(request->varbinds, struct varbind, i));

		if (request->kind != REQUEST_SET)
			copy.type = VALUE_NULL;
		g_array_append_val(answer->varbinds, copy);
	}
}

bool model_denies(struct world *world, const struct pdu_model *pdu, const struct datagram *request,
                  struct event *answer)
{
	const bool v1 = world->config.version == SNMP_V1;
	const bool set = request->kind == REQUEST_SET;

	if (denying(world, pdu, DENIES_USER)) {
		answer->type = EVENT_REFUSED;
		answer->engine.known = false;
		answer->reason = g_strdup("the user is not known there (usmStatsUnknownUserNames)");
	} else if (denying(world, pdu, DENIES_READING) && !set) {
		refuse(request, answer,
		       v1 ? SNMP_STATUS_NO_SUCH_NAME : SNMP_STATUS_AUTHORIZATION_ERROR);
	} else if (denying(world, pdu, DENIES_WRITING) && set) {
		refuse(request, answer, v1 ? SNMP_STATUS_READ_ONLY : SNMP_STATUS_NOT_WRITABLE);
	} else if (denying(world, pdu, DENIES_ACCESS) && set) {
		refuse(request, answer, v1 ? SNMP_STATUS_NO_SUCH_NAME : SNMP_STATUS_NO_ACCESS);
	} else {
		return false;
	}
	return true;
}

/* --- uptime --- */

int64_t model_uptime(const struct world *world, const struct pdu_model *pdu)
{
	if (pdu->uptime == UPTIME_STILL)
		return pdu->uptime_ahead / HUNDREDTH;
	return (world->now - pdu->started + pdu->uptime_ahead) / HUNDREDTH & UINT32_MAX;
}

bool model_minds_uptime(const struct pdu_model *pdu, const struct datagram *request)
{
	static const struct objid uptime = { .n = 9, .id = { 1, 3, 6, 1, 2, 1, 1, 3, 0 } };

	if (request->kind != REQUEST_GET ||
	    (pdu->uptime != UPTIME_REFUSED &&
	     (pdu->uptime != UPTIME_BUNDLED || request->varbinds->len == 1)))
		return false;
	for (unsigned i = 0; i < request->varbinds->len; i++)
		if (objid_equal(&g_array_index(request->varbinds, struct varbind, i).name, &uptime))
			return true;
	return false;
}
