/*
 * The network of the machines' fuzz targets: see virtual.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "virtual.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More than this without the clock moving is a machine that spins. */
#define WAITS_MAX 10000
/* Late answers come from the latest so many requests. */
#define REMEMBERED 16
#define BENDS_MAX 4
#define LATENCY (USEC_PER_SEC / 200)

/* With TRACE in the environment a replayed input tells its story. */
static void trace(const struct virtual *virtual, const char *what, unsigned pdu, uint32_t tag,
                  const GArray *varbinds)
{
	if (!getenv("TRACE"))
		return;
	fprintf(stderr, "%.6f pdu %u tag %u %s", (double)virtual->now / (double)USEC_PER_SEC, pdu,
	        tag, what);
	for (unsigned i = 0; varbinds && i < varbinds->len; i++) {
		const struct varbind *varbind = &g_array_index(varbinds, struct varbind, i);
		char *name = objid_text(&varbind->name);

		fprintf(stderr, " %s=%d:%" G_GINT64_FORMAT, name, varbind->type, varbind->number);
		g_free(name);
	}
	fputc('\n', stderr);
}

static void sent_free(void *data)
{
	struct sent *sent = data;

	g_array_unref(sent->varbinds);
	g_free(sent);
}

static GArray *copy_varbinds(const struct varbind *varbinds, unsigned n)
{
	GArray *copies = varbinds_new();

	for (unsigned i = 0; i < n; i++)
		varbinds_add_copy(copies, &varbinds[i]);
	return copies;
}

struct sent *virtual_find(const struct virtual *virtual, unsigned pdu, uint32_t tag)
{
	for (unsigned i = virtual->sent->len; i-- > 0;) {
		struct sent *sent = virtual->sent->pdata[i];

		if (sent->pdu == pdu && sent->tag == tag)
			return sent;
	}
	return NULL;
}

/* --- bent answers --- */

static void bend_octets(struct varbind *varbind, struct bytes *bytes)
{
	const size_t wanted = bytes_take(bytes) >= 0xf0 ? 1000 : bytes_below(bytes, 12);
	char *octets = g_malloc0(wanted + 1);
	size_t n;
	char *given = bytes_string(bytes, MIN(wanted, 8), &n);

	for (size_t i = 0; n && i < wanted; i++)
		octets[i] = given[i % n];
	varbind->octets = g_bytes_new_take(octets, wanted);
	g_free(given);
}

static void bend_value(struct varbind *varbind, struct bytes *bytes)
{
	const struct objid name = varbind->name;

	varbind_clear(varbind);
	varbind->name = name;
	varbind->type = (enum value_type)(VALUE_INTEGER + bytes_below(bytes, VALUE_OTHER));
	varbind->number = bytes_number(bytes);
	if (varbind->type == VALUE_UNSIGNED) /* all of those types have 32 bits */
		varbind->number &= UINT32_MAX;
	if (varbind->type == VALUE_OCTETS || varbind->type == VALUE_OBJID)
		bend_octets(varbind, bytes);
	if (varbind->type == VALUE_ERROR) /* the exchange's own, never on the wire */
		varbind->type = VALUE_OTHER;
}

static void bend_name(struct objid *name, struct bytes *bytes)
{
	const unsigned how = bytes_below(bytes, 4);

	if (how == 0 && name->n)
		name->id[name->n - 1] = (uint32_t)bytes_number(bytes);
	else if (how == 1 && name->n)
		name->id[bytes_below(bytes, name->n)] = (uint32_t)bytes_number(bytes);
	else if (how == 2)
		name->n = bytes_below(bytes, OBJID_MAX + 1);
	else if (name->n < OBJID_MAX)
		name->id[name->n++] = (uint32_t)bytes_number(bytes);
}

static void bend_list(GArray *varbinds, unsigned i, struct bytes *bytes)
{
	const struct varbind copy = varbind_copy(&g_array_index(varbinds, struct varbind, i));

	if (bytes_below(bytes, 2))
		g_array_remove_index(varbinds, bytes_below(bytes, varbinds->len));
	g_array_insert_val(varbinds, bytes_below(bytes, varbinds->len + 1), copy);
}

static void bend(struct event *event, struct bytes *bytes)
{
	GArray *varbinds = event->varbinds;
	unsigned bends = 1 + bytes_below(bytes, BENDS_MAX);

	while (bends-- && varbinds->len) {
		const unsigned i = bytes_below(bytes, varbinds->len);
		struct varbind *varbind = &g_array_index(varbinds, struct varbind, i);

		switch (bytes_below(bytes, 5)) {
		case 0:
			bend_value(varbind, bytes);
			break;
		case 1:
			bend_name(&varbind->name, bytes);
			break;
		case 2:
			g_array_remove_index(varbinds, i);
			break;
		case 3:
			bend_list(varbinds, i, bytes);
			break;
		default:
			varbind->type =
				varbind->type == VALUE_INTEGER ? VALUE_UNSIGNED : VALUE_NULL;
			break;
		}
	}
}

static void make_error(struct event *event, struct bytes *bytes)
{
	event->error_status = (int)bytes_number(bytes);
	event->error_index = (int)bytes_number(bytes);
	if (!event->error_status)
		event->error_status = SNMP_STATUS_GEN_ERR;
}

/* --- events --- */

enum doing {
	DO_ANSWER_LATEST, /* takes all numbers up to DO_ANSWER_OLD */
	DO_ANSWER_OLD = 6,
	DO_BEND,
	DO_ERROR,
	DO_REFUSE,
	DO_UNREACHABLE,
	DO_FAULT,
	DO_FORGE,
	DO_PART_OF_TIME,
	DO_TIME,
	DO_COUNT
};

static struct sent *latest_open(const struct virtual *virtual, unsigned pdu)
{
	for (unsigned i = virtual->sent->len; i-- > 0;) {
		struct sent *sent = virtual->sent->pdata[i];

		if (sent->pdu == pdu)
			return sent->answered ? NULL : sent;
	}
	return NULL;
}

static struct sent *any_open(const struct virtual *virtual, unsigned first)
{
	struct sent *sent = NULL;

	for (unsigned i = 0; !sent && i < virtual->n_pdus; i++)
		sent = latest_open(virtual, (first + i) % virtual->n_pdus);
	return sent;
}

static struct sent *remembered(const struct virtual *virtual)
{
	const unsigned n = virtual->sent->len, known = MIN(n, REMEMBERED);

	return n ? virtual->sent->pdata[n - 1 - bytes_below(virtual->bytes, known)] : NULL;
}

static void address(struct event *event, enum event_type type, const struct sent *sent)
{
	event->type = type;
	event->pdu = sent->pdu;
	event->tag = sent->tag;
	if (type == EVENT_ANSWER)
		event->varbinds = varbinds_new();
	else
		event->reason = g_strdup("a reason");
}

static void truly_answer(struct virtual *virtual, struct sent *sent, struct event *event)
{
	address(event, EVENT_ANSWER, sent);
	sent->answered = true;
	virtual->answer(virtual->context, sent, event);
}

static void move_clock(struct virtual *virtual, usec to)
{
	if (to <= virtual->now)
		return;
	virtual->now = to;
	virtual->waits = 0;
}

static void answer_old(struct virtual *virtual, struct event *event)
{
	struct sent *sent = remembered(virtual);

	if (sent)
		truly_answer(virtual, sent, event);
}

static void forge(struct virtual *virtual, struct event *event)
{
	const struct sent *sent = remembered(virtual);

	if (!sent)
		return;
	address(event, EVENT_ANSWER, sent);
	event->tag = (uint32_t)bytes_number(virtual->bytes);
	event->pdu = bytes_below(virtual->bytes, virtual->n_pdus + 2);
	g_array_unref(event->varbinds);
	event->varbinds = copy_varbinds(&g_array_index(sent->varbinds, struct varbind, 0),
	                                sent->varbinds->len);
	for (unsigned i = 0; i < event->varbinds->len; i++) {
		struct varbind *varbind = &g_array_index(event->varbinds, struct varbind, i);

		if (varbind->type == VALUE_NONE)
			varbind->type = VALUE_NULL;
	}
	bend(event, virtual->bytes);
}

static void decide(struct virtual *virtual, usec until, struct event *event)
{
	static const enum event_type other[] = {
		[DO_REFUSE] = EVENT_REFUSED,
		[DO_UNREACHABLE] = EVENT_UNREACHABLE,
		[DO_FAULT] = EVENT_FAULT,
	};
	const uint8_t first = bytes_take(virtual->bytes);
	const unsigned what = first % DO_COUNT;
	struct sent *sent = any_open(virtual, first / DO_COUNT);

	switch (what) {
	case DO_ANSWER_OLD:
		answer_old(virtual, event);
		return;
	case DO_FORGE:
		forge(virtual, event);
		return;
	case DO_PART_OF_TIME:
		move_clock(virtual, virtual->now + (until - virtual->now) / 16 *
		                                           bytes_below(virtual->bytes, 16));
		return;
	case DO_REFUSE:
	case DO_UNREACHABLE:
	case DO_FAULT:
		if (sent)
			address(event, other[what], sent);
		return;
	case DO_TIME:
		move_clock(virtual, until);
		return;
	default:
		break;
	}
	if (!sent) {
		move_clock(virtual, until);
		return;
	}
	move_clock(virtual, MIN(until, virtual->now + LATENCY));
	truly_answer(virtual, sent, event);
	if (what == DO_BEND)
		bend(event, virtual->bytes);
	else if (what == DO_ERROR)
		make_error(event, virtual->bytes);
}

static void decide_without_input(struct virtual *virtual, usec until, struct event *event)
{
	struct sent *sent = virtual->healthy ? any_open(virtual, 0) : NULL;

	move_clock(virtual, sent ? MIN(until, virtual->now + LATENCY) : until);
	if (sent)
		truly_answer(virtual, sent, event);
}

static void virtual_next(struct network *network, usec until, struct event *event)
{
	struct virtual *virtual = (struct virtual *)network;

	memset(event, 0, sizeof(*event));
	REQUIRE(until != USEC_NEVER);
	REQUIRE(++virtual->waits < WAITS_MAX);
	/* an answer takes time */
	virtual->now++;
	if (virtual->bytes->left)
		decide(virtual, until, event);
	else
		decide_without_input(virtual, until, event);
	if (event->type != EVENT_TIME)
		trace(virtual,
		      event->type == EVENT_ANSWER
		              ? event->error_status ? "is answered with an error" : "is answered"
		              : event->reason,
		      event->pdu, event->tag, event->varbinds);
	if (event->type != EVENT_TIME && virtual->on_event)
		virtual->on_event(virtual->context, event);
}

static void virtual_send(struct network *network, unsigned pdu, const struct request *request)
{
	struct virtual *virtual = (struct virtual *)network;
	struct sent *sent = g_new0(struct sent, 1);

	REQUIRE(pdu < virtual->n_pdus && request->n > 0 && request->tag != 0);
	*sent = (struct sent){
		.pdu = pdu,
		.tag = request->tag,
		.attempt = request->attempt,
		.at = virtual->now,
		.kind = request->kind,
		.once = request->once,
		.repetitions = request->repetitions,
		.varbinds = copy_varbinds(request->varbinds, request->n),
	};
	g_ptr_array_add(virtual->sent, sent);
	trace(virtual, request->kind == REQUEST_SET ? "is set" : "is asked", pdu, request->tag,
	      sent->varbinds);
	if (virtual->on_send)
		virtual->on_send(virtual->context, sent);
}

static usec virtual_now(struct network *network)
{
	return ((struct virtual *)network)->now;
}

void virtual_init(struct virtual *virtual, struct bytes *bytes, unsigned n_pdus)
{
	memset(virtual, 0, sizeof(*virtual));
	virtual->network = (struct network){ virtual_now, virtual_send, virtual_next };
	virtual->bytes = bytes;
	virtual->n_pdus = n_pdus;
	virtual->now = USEC_PER_SEC;
	virtual->sent = g_ptr_array_new_with_free_func(sent_free);
}

void virtual_clear(struct virtual *virtual)
{
	g_ptr_array_unref(virtual->sent);
}
