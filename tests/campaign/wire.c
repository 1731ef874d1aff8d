/*
 * The virtual network and its clock: time goes from event to event. Faults of
 * the wire are made here; what a PDU does is the model's.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "world.h"

#include <string.h>

#define REQUESTS_PER_SECOND 200
/* A name that was read in a row is worth so much. */
#define NAME_HOLDS USEC_PER_SEC

/* A binary heap of struct happening_data *, by time, then by order of adding. */
struct agenda {
	GPtrArray *heap;
	uint64_t added;
};

static void data_free(void *pointer)
{
	struct happening_data *data = pointer;

	if (data->datagram)
		datagram_unref(data->datagram);
	event_clear(&data->event);
	g_free(data);
}

struct agenda *agenda_new(void)
{
	struct agenda *agenda = g_new0(struct agenda, 1);

	agenda->heap = g_ptr_array_new_with_free_func(data_free);
	return agenda;
}

void agenda_free(struct agenda *agenda)
{
	g_ptr_array_unref(agenda->heap);
	g_free(agenda);
}

static bool earlier(const struct happening_data *a, const struct happening_data *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

void agenda_add(struct world *world, const struct happening_data *data)
{
	struct agenda *agenda = world->agenda;
	struct happening_data *copy = g_new(struct happening_data, 1);
	unsigned i = agenda->heap->len;
	void **heap;

	*copy = *data;
	copy->order = agenda->added++;
	g_ptr_array_add(agenda->heap, copy);
	heap = agenda->heap->pdata;
	while (i && earlier(copy, heap[(i - 1) / 2])) {
		heap[i] = heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	heap[i] = copy;
}

static const struct happening_data *agenda_first(const struct agenda *agenda)
{
	return agenda->heap->len ? agenda->heap->pdata[0] : NULL;
}

static struct happening_data *agenda_pop(struct agenda *agenda)
{
	void **heap = agenda->heap->pdata;
	struct happening_data *first = heap[0];
	struct happening_data *last = heap[agenda->heap->len - 1];
	const unsigned n = agenda->heap->len - 1;
	unsigned i = 0;

	heap[n] = NULL;
	g_ptr_array_set_free_func(agenda->heap, NULL);
	g_ptr_array_set_size(agenda->heap, (int)n);
	g_ptr_array_set_free_func(agenda->heap, data_free);
	while (2 * i + 1 < n) {
		unsigned child = 2 * i + 1;

		if (child + 1 < n && earlier(heap[child + 1], heap[child]))
			child++;
		if (!earlier(heap[child], last))
			break;
		heap[i] = heap[child];
		i = child;
	}
	if (n)
		heap[i] = last;
	return first;
}

void datagram_unref(struct datagram *datagram)
{
	if (--datagram->references)
		return;
	g_array_unref(datagram->varbinds);
	g_free(datagram);
}

static struct datagram *datagram_ref(struct datagram *datagram)
{
	datagram->references++;
	return datagram;
}

/* --- what the client sends --- */

static bool strikes(struct world *world, unsigned permille)
{
	return permille && world->now < world->wire.faults_until &&
	       chance_permille(&world->luck, permille);
}

static usec way(struct world *world)
{
	const struct wire *wire = &world->wire;
	usec takes = chance_time(&world->luck, wire->latency_low, wire->latency_high);

	if (strikes(world, wire->delay))
		takes += chance_time(&world->luck, USEC_PER_SEC / 2, wire->delay_max);
	if (strikes(world, wire->reorder))
		takes += chance_time(&world->luck, 0, USEC_PER_SEC / 5);
	return takes;
}

static const char *kind_word(enum request_kind kind)
{
	static const char *const words[] = { "GET", "GETNEXT", "GETBULK", "SET" };

	return words[kind];
}

static void trace_varbinds(const struct world *world, const GArray *varbinds)
{
	for (unsigned i = 0; world->trace && i < varbinds->len; i++) {
		const struct varbind *varbind = &g_array_index(varbinds, struct varbind, i);
		char *name = objid_text(&varbind->name);
		char *octets = varbind->octets ? g_strndup(g_bytes_get_data(varbind->octets, NULL),
		                                           g_bytes_get_size(varbind->octets))
		                               : NULL;

		trace_line(world, "    %s type %d %" G_GINT64_FORMAT " %s", name, varbind->type,
		           varbind->number, octets ? octets : "");
		g_free(octets);
		g_free(name);
	}
}

/* The gravest of what must not be is kept; takes what it was. */
void wire_touch(struct world *world, enum lie lie, char *what)
{
	if (world->touched && world->touched_as <= lie) {
		g_free(what);
		return;
	}
	trace_line(world, "    MUST NOT BE: %s", what);
	g_free(world->touched);
	world->touched = what;
	world->touched_as = lie;
}

/*
 * Where an outlet is found by its name, each datagram leaves at most 1 s after an answer
 * that showed that name in that row: whatever is exchanged, it is not another node's then
 * for longer than that and the way there and back. A number means that row.
 */
static bool may_be_touched(struct world *world, const struct pdu_model *card,
                           const struct outlet_model *outlet)
{
	const struct relay *relay = &card->relays[outlet->relay];

	if (relay->feeds_node && !relay->by_name)
		return true;
	if (!world->by_name)
		return false;
	if (world->now <= outlet->named_answered + NAME_HOLDS)
		return true;
	wire_touch(world, relay->feeds_node ? LIE_OLD_NAME : LIE_TOUCH,
	           g_strdup_printf(
			   "a SET to %u.%u of PDU %u, whose name was last read %.6f s before%s",
			   outlet->device, outlet->number, (unsigned)(card - world->pdus),
			   (double)(world->now - outlet->named_answered) / (double)USEC_PER_SEC,
			   relay->feeds_node ? "" : ", and which is another's now"));
	return true;
}

void wire_note_grant(struct world *world)
{
	world->granted = world->now;
	memcpy(world->judged, world->heard, sizeof(world->judged));
}

/* At the latest now off was held to be proven. */
static void note_set_on(struct world *world)
{
	if (world->first_set_on != USEC_NEVER)
		return;
	world->first_set_on = world->now;
	if (world->granted == USEC_NEVER)
		wire_note_grant(world);
}

/* Every SET is looked at before the wire can lose it: the intention counts. */
static void inspect_set(struct world *world, unsigned pdu, const struct request *request)
{
	world->sets_since_event++;
	for (unsigned i = 0; i < request->n; i++) {
		const struct pdu_model *card = &world->pdus[world->known[pdu]];
		const struct varbind *varbind = &request->varbinds[i];
		const struct row *row = model_find(card, &varbind->name);
		const struct outlet_model *outlet =
			row && row->kind == ROW_COMMAND ? model_outlet(card, row->of) : NULL;

		if (outlet && may_be_touched(world, card, outlet) &&
		    varbind->type == VALUE_INTEGER &&
		    (varbind->number == outlet->family->command_off ||
		     varbind->number == outlet->family->command_on)) {
			if (varbind->number == outlet->family->command_on)
				note_set_on(world);
			if (!world->hopeless)
				continue;
		}
		{
			char *name = objid_text(&varbind->name);

			wire_touch(
				world, LIE_TOUCH,
				g_strdup_printf("a SET that must not be: %s of PDU %u", name, pdu));
			g_free(name);
		}
	}
}

/* A card is a slow computer: it is not to be flooded, whatever it answers. */
static void inspect_rate(struct world *world, unsigned pdu, const struct request *request)
{
	struct pdu_model *model = &world->pdus[pdu];

	if (world->now - model->second >= USEC_PER_SEC) {
		model->second = world->now;
		model->requests = 0;
	}
	if (++model->requests > REQUESTS_PER_SECOND)
		wire_touch(world, LIE_CONDUCT, g_strdup_printf("PDU %u is flooded", pdu));
	if (request->kind == REQUEST_BULK && world->config.version == SNMP_V1)
		wire_touch(world, LIE_CONDUCT, g_strdup("GETBULK in SNMP v1"));
}

static void send_event(struct world *world, unsigned pdu, enum event_type type, uint32_t tag,
                       const char *reason)
{
	const struct happening_data data = {
		.at = world->now +
		      chance_time(&world->luck, world->wire.latency_low, world->wire.latency_high),
		.what = AT_ANSWER,
		.pdu = pdu,
		.event = { .type = type, .pdu = pdu, .tag = tag, .reason = g_strdup(reason) },
	};

	agenda_add(world, &data);
}

static void carry(struct world *world, struct datagram *datagram)
{
	const struct happening_data data = {
		.at = world->now + way(world),
		.what = AT_REQUEST,
		.pdu = datagram->pdu,
		.datagram = datagram_ref(datagram),
	};

	agenda_add(world, &data);
}

static usec wire_now(struct network *network)
{
	return ((struct world *)network)->now;
}

static void wire_send(struct network *network, unsigned pdu, const struct request *request)
{
	struct world *world = (struct world *)network;
	struct datagram *datagram = g_new0(struct datagram, 1);

	datagram->pdu = pdu;
	datagram->card = world->known[pdu];
	datagram->starts = world->starts_known[pdu];
	datagram->tag = request->tag;
	datagram->attempt = request->attempt;
	datagram->kind = request->kind;
	datagram->once = request->once;
	datagram->repetitions = request->repetitions;
	datagram->leave_by = request->leave_by ? request->leave_by : USEC_NEVER;
	datagram->sent = world->now;
	datagram->references = 1;
	datagram->varbinds = varbinds_new();
	for (unsigned i = 0; i < request->n; i++)
		varbinds_add_copy(datagram->varbinds, &request->varbinds[i]);
	world->requests++;
	world->requests_to[pdu]++;
	inspect_rate(world, pdu, request);
	trace_line(world, "PDU %u <- %s tag %u attempt %u", pdu, kind_word(request->kind),
	           request->tag, request->attempt);
	trace_varbinds(world, datagram->varbinds);
	if (request->kind == REQUEST_SET)
		inspect_set(world, pdu, request);
	if (strikes(world, world->wire.lose_exchange)) {
		datagram->answer_lost = chance_permille(&world->luck, 500);
		if (datagram->answer_lost)
			carry(world, datagram);
	} else if (strikes(world, world->wire.report)) {
		send_event(world, pdu, EVENT_REFUSED, request->tag, "authentication fails");
	} else if (strikes(world, world->wire.unreachable)) {
		send_event(world, pdu, EVENT_UNREACHABLE, request->tag, "host unreachable");
	} else if (strikes(world, world->wire.lose_request)) {
		trace_line(world, "    lost");
	} else {
		carry(world, datagram);
		if (strikes(world, world->wire.duplicate))
			carry(world, datagram);
	}
	datagram_unref(datagram);
}

/* --- what comes back --- */

static struct event answer_copy(const struct event *answer)
{
	struct event copy = *answer;

	copy.reason = g_strdup(answer->reason);
	copy.varbinds = varbinds_new();
	for (unsigned i = 0; i < answer->varbinds->len; i++)
		varbinds_add_copy(copy.varbinds, varbinds_at(answer->varbinds, i));
	return copy;
}

static void carry_back(struct world *world, struct datagram *request, struct event answer,
                       bool genuine, usec later)
{
	const struct happening_data data = {
		.at = world->now + later + way(world),
		.what = AT_ANSWER,
		.pdu = request->pdu,
		.datagram = datagram_ref(request),
		.event = answer,
		.made = world->now,
		.genuine = genuine,
	};

	agenda_add(world, &data);
}

static bool has_name(const GArray *varbinds, const struct objid *name)
{
	for (unsigned i = 0; i < varbinds->len; i++)
		if (objid_equal(&g_array_index(varbinds, struct varbind, i).name, name))
			return true;
	return false;
}

/* Whether the content could pass for an answer to that request: then nobody could tell. */
static bool could_fit(const struct datagram *request, const GArray *content)
{
	if (request->kind != REQUEST_GET && request->kind != REQUEST_SET)
		return true;
	if (content->len != request->varbinds->len)
		return false;
	for (unsigned i = 0; i < content->len; i++)
		if (!has_name(content, &g_array_index(request->varbinds, struct varbind, i).name))
			return false;
	return true;
}

static bool mispair(struct world *world, const struct datagram *request, struct event *answer)
{
	GArray *other = world->pdus[request->card].last_answer;

	if (!other || could_fit(request, other) || !strikes(world, world->wire.mispaired))
		return false;
	g_array_unref(answer->varbinds);
	answer->varbinds = g_array_ref(other);
	answer->error_status = 0;
	answer->error_index = 0;
	trace_line(world, "    with another request's content");
	return true;
}

/* The tag of no request of this PDU that could be open. */
static void send_foreign(struct world *world, struct datagram *request, const struct event *answer)
{
	struct event copy = answer_copy(answer);

	copy.tag = chance_permille(&world->luck, 500) ? 0 : request->tag + 1000000;
	carry_back(world, request, copy, false, 0);
}

void wire_answer(struct world *world, struct datagram *request, struct event *answer, usec later)
{
	struct pdu_model *pdu = &world->pdus[request->card];
	const bool mispaired = answer->type == EVENT_ANSWER && mispair(world, request, answer);

	if (!mispaired && world->wire.mispaired) {
		g_clear_pointer(&pdu->last_answer, g_array_unref);
		pdu->last_answer = g_array_ref(answer->varbinds);
	}
	trace_line(world, "PDU %u -> tag %u error %d index %d", request->pdu, answer->tag,
	           answer->error_status, answer->error_index);
	trace_varbinds(world, answer->varbinds);
	if (strikes(world, world->wire.foreign))
		send_foreign(world, request, answer);
	if (request->answer_lost || strikes(world, world->wire.lose_answer)) {
		trace_line(world, "    lost");
		event_clear(answer);
		return;
	}
	if (strikes(world, world->wire.duplicate))
		carry_back(world, request, answer_copy(answer), !mispaired, later);
	carry_back(world, request, *answer, !mispaired, later);
}

static void note_reading(struct world *world, const struct happening_data *data,
                         const struct outlet_model *outlet, const struct varbind *varbind)
{
	const struct pdu_model *card = &world->pdus[data->datagram->card];
	struct reading reading = {
		.relay = &card->relays[outlet_relay_at(outlet, data->made)],
		.state = TRIPPSNMP_UNKNOWN,
		.sent = data->datagram->sent,
		.made = data->made,
		.delivered = world->now,
	};

	if (data->datagram->kind != REQUEST_GET)
		return;
	if (varbind->type == VALUE_INTEGER && varbind->number == outlet->family->state_off)
		reading.state = TRIPPSNMP_OFF;
	if (varbind->type == VALUE_INTEGER && varbind->number == outlet->family->state_on)
		reading.state = TRIPPSNMP_ON;
	g_array_append_val(world->readings, reading);
}

/* Whether it is what one of the node's outlets is called; the empty name is nobody's. */
static bool names_a_feed(const struct world *world, unsigned card, const struct varbind *varbind)
{
	const struct pdu_model *pdu = &world->pdus[card];

	if (varbind->type != VALUE_OCTETS || !g_bytes_get_size(varbind->octets))
		return false;
	for (unsigned i = 0; i < pdu->outlets->len; i++)
		if (pdu->relays[model_outlet(pdu, i)->relay].feeds_node &&
		    (g_bytes_equal(model_outlet(pdu, i)->name, varbind->octets) ||
		     g_bytes_equal(model_outlet(pdu, i)->description, varbind->octets)))
			return true;
	return false;
}

/* The card is there, whatever it says. */
static void note_presence(struct world *world, const struct happening_data *data)
{
	const struct answered answered = { data->datagram->card, data->datagram->sent, data->made,
		                           world->now };

	g_array_append_val(world->answers, answered);
}

static void note_answer(struct world *world, const struct happening_data *data)
{
	const unsigned card = data->datagram->card;
	const struct pdu_model *pdu = &world->pdus[card];

	world->heard[data->pdu] = card;
	world->starts_known[data->pdu] = pdu->starts;
	for (unsigned i = 0; !data->event.error_status && i < data->event.varbinds->len; i++) {
		const struct varbind *varbind =
			&g_array_index(data->event.varbinds, struct varbind, i);
		const struct row *row = model_find(pdu, &varbind->name);

		if (!row || data->datagram->kind == REQUEST_SET)
			continue;
		if (row->kind == ROW_STATE)
			note_reading(world, data, model_outlet(pdu, row->of), varbind);
		if ((row->kind == ROW_NAME || row->kind == ROW_DESCRIPTION) &&
		    names_a_feed(world, card, varbind))
			model_outlet(pdu, row->of)->named_answered = world->now;
	}
}

/* A refusal, or an object that is not there: all that may end an operation early. */
static bool says_no(const struct event *event)
{
	if (event->type == EVENT_REFUSED || event->error_status)
		return true;
	for (unsigned i = 0; event->varbinds && i < event->varbinds->len; i++)
		if (g_array_index(event->varbinds, struct varbind, i).type >= VALUE_NULL)
			return true;
	return false;
}

/* What the client is about to get. */
static void note(struct world *world, const struct happening_data *data)
{
	if (data->event.type == EVENT_REPLACED) {
		world->known[data->pdu] = world->there[data->pdu];
		world->starts_known[data->pdu] = world->pdus[world->there[data->pdu]].starts;
	}
	if (world->first_no == USEC_NEVER && says_no(&data->event))
		world->first_no = world->now;
	if (data->datagram && data->event.type == EVENT_ANSWER &&
	    data->event.tag == data->datagram->tag)
		note_presence(world, data);
	if (data->datagram && data->genuine && data->event.type == EVENT_ANSWER)
		note_answer(world, data);
}

/* --- the clock --- */

/*
 * SNMPv3: another engine answers that it is not meant, and one that has restarted that the
 * time is wrong. The client learns which it is; in the second case it sends the same again.
 */
static void report(struct world *world, struct datagram *datagram)
{
	const unsigned there = world->there[datagram->pdu];
	struct happening_data data = {
		.what = AT_RESYNC,
		.pdu = datagram->pdu,
		.id = world->pdus[there].starts,
	};

	if (world->pdus[there].is_down)
		return;
	if (datagram->answer_lost || strikes(world, world->wire.lose_answer)) {
		trace_line(world, "    a report that is lost");
		return;
	}
	data.at = world->now + way(world);
	if (datagram->card != there) {
		data.what = AT_ANSWER;
		data.event = (struct event){ .type = EVENT_REPLACED,
			                     .pdu = datagram->pdu,
			                     .tag = datagram->tag,
			                     .reason = g_strdup("another engine answers") };
	} else {
		data.datagram = datagram_ref(datagram);
	}
	agenda_add(world, &data);
}

static void arrive(struct world *world, struct datagram *datagram)
{
	const unsigned there = world->there[datagram->pdu];

	if (world->config.version != SNMP_V3)
		model_request(world, datagram);
	else if (datagram->card != there ||
	         (world->authentic && datagram->starts != world->pdus[there].starts))
		report(world, datagram);
	else
		model_request(world, datagram);
}

static void happen(struct world *world, struct happening_data *data)
{
	struct pdu_model *pdu = &world->pdus[data->pdu];

	switch (data->what) {
	case AT_REQUEST:
		arrive(world, data->datagram);
		break;
	case AT_RESYNC:
		world->starts_known[data->datagram->pdu] = data->id;
		data->datagram->starts = data->id;
		if (world->now <= data->datagram->leave_by)
			carry(world, data->datagram);
		break;
	case AT_PROCESSED:
		model_processed(world, data->pdu, data->datagram, data->id);
		break;
	case AT_ANSWER:
		break;
	case AT_MOVE:
		model_move(world, &pdu->relays[data->relay], data->id);
		break;
	case AT_SHOW:
		model_show(world, &pdu->relays[data->relay], data->id, data->on);
		break;
	case AT_HAND:
		model_hand(world, data);
		break;
	case AT_DOWN:
		model_down(world, data->pdu, data->id);
		break;
	case AT_UP:
		model_up(world, data->pdu);
		break;
	case AT_RETURN:
		model_return(world, &pdu->relays[data->relay], data->at);
		break;
	case AT_EXCHANGE:
		model_exchange(world, data->pdu);
		break;
	case AT_REPLACED:
		trace_line(world, "* another card answers for PDU %u", data->pdu);
		world->there[data->pdu] = pdu->successor;
		break;
	}
}

/* The next answer for the client until then, NULL if time comes first. */
static struct happening_data *advance(struct world *world, usec until)
{
	const struct happening_data *first;

	while ((first = agenda_first(world->agenda)) && first->at <= until) {
		struct happening_data *data = agenda_pop(world->agenda);

		world->now = MAX(world->now, data->at);
		if (data->what == AT_ANSWER)
			return data;
		happen(world, data);
		data_free(data);
	}
	world->now = MAX(world->now, until);
	return NULL;
}

static void wire_next(struct network *network, usec until, struct event *event)
{
	struct world *world = (struct world *)network;
	struct happening_data *data = advance(world, until);

	world->sets_since_event = 0;
	memset(event, 0, sizeof(*event));
	if (!data)
		return;
	trace_line(world, "client gets tag %u%s%s", data->event.tag, data->event.reason ? ": " : "",
	           data->event.reason ? data->event.reason : "");
	if (data->event.type == EVENT_REPLACED &&
	    world->known[data->pdu] == world->there[data->pdu]) {
		data_free(data);
		return;
	}
	note(world, data);
	*event = data->event;
	memset(&data->event, 0, sizeof(data->event));
	data_free(data);
}

void wire_run_until(struct world *world, usec until)
{
	struct happening_data *data;

	while ((data = advance(world, until)))
		data_free(data);
}

void wire_init(struct world *world)
{
	world->network = (struct network){ .now = wire_now, .send = wire_send, .next = wire_next };
	world->agenda = agenda_new();
}
