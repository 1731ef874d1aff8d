/*
 * A card is a slow computer that does one thing at a time: what comes
 * meanwhile it queues. Whole operations against one, on a virtual clock, some
 * of them many at once: they must end well, and hardly ask anything twice.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "operation.h"
#include "survey.h"

#include "script.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OUTLETS 24
#define HANDLES_MAX 64
#define WAY 200 /* of a datagram */
#define STATUS_LIMIT (15 * USEC_PER_SEC)
#define UP_SINCE (900 * USEC_PER_SEC)

/* One operation; it runs in a thread of its own, but only while it is its turn. */
struct handle {
	struct network network; /* first: it is cast back */
	unsigned index;
	char node[16];
	usec starts, ended;
	struct operation *operation;
	struct outcome outcome;
	GThread *thread;
	bool done;
	usec until;         /* it waits for an event, until then */
	struct event event; /* the one that it gets */
};

/* A request in the queue of the card, or an answer on its way. */
struct parcel {
	usec at;
	struct handle *handle;
	struct request request;
	GArray *varbinds;
	struct event answer; /* varbinds is NULL while there is none */
};

static struct script *script; /* what the card holds, and the clock */
static struct config *config;
static usec takes; /* the card, for one message */
static usec free_at;
static unsigned served, repeats;
static GQueue parcels; /* of struct parcel, by time */
static struct handle handles[HANDLES_MAX];
static unsigned n_handles;
static GMutex mutex;
static GCond moved;
static struct handle *turn; /* NULL: the card's and the clock's */

/* --- whose turn it is --- */

static void pass_to(struct handle *handle)
{
	turn = handle;
	g_cond_broadcast(&moved);
}

static void wait_for_turn(const struct handle *handle)
{
	while (turn != handle)
		g_cond_wait(&moved, &mutex);
}

static void let_run(struct handle *handle)
{
	pass_to(handle);
	wait_for_turn(NULL);
}

/* --- the network of a handle --- */

static usec now(struct network *network)
{
	(void)network;
	return script->clock;
}

static int compare_parcels(const void *a, const void *b, void *unused)
{
	const usec first = ((const struct parcel *)a)->at, second = ((const struct parcel *)b)->at;

	(void)unused;
	return first < second ? -1 : first > second;
}

static void send(struct network *network, unsigned pdu, const struct request *request)
{
	struct parcel *parcel = g_new0(struct parcel, 1);

	(void)pdu;
	parcel->handle = (struct handle *)network;
	repeats += request->attempt > 0;
	if (g_getenv("TRACE") && atoi(g_getenv("TRACE")) == (int)parcel->handle->index) printf("%.3f: h%u %u attempt %u n %u %s queue %.3f\n", (double)script->clock/1e6, parcel->handle->index, request->kind, request->attempt, request->n, objid_text(&request->varbinds[0].name), (double)(free_at - script->clock)/1e6);
	parcel->request = *request;
	parcel->varbinds = varbinds_new();
	for (unsigned i = 0; i < request->n; i++) {
		const struct varbind copy = varbind_copy(&request->varbinds[i]);

		g_array_append_val(parcel->varbinds, copy);
	}
	parcel->request.varbinds = &g_array_index(parcel->varbinds, struct varbind, 0);
	free_at = MAX(free_at, script->clock + WAY) + takes;
	parcel->at = free_at;
	g_queue_insert_sorted(&parcels, parcel, compare_parcels, NULL);
}

static void next(struct network *network, usec until, struct event *event)
{
	struct handle *handle = (struct handle *)network;

	handle->until = until;
	pass_to(NULL);
	wait_for_turn(handle);
	*event = handle->event;
	handle->event = (struct event){ 0 };
}

/* --- the card and the clock --- */

static void answer(struct parcel *parcel)
{
	const struct objid up = { .n = 9, .id = { 1, 3, 6, 1, 2, 1, 1, 3, 0 } };

	script_put(script, 0, &up, VALUE_UNSIGNED, (script->clock - UP_SINCE) / 10000);
	parcel->answer = script_respond(script, 0, &parcel->request);
	served++;
	parcel->at += WAY;
	g_queue_insert_sorted(&parcels, parcel, compare_parcels, NULL);
}

static void parcel_free(void *data)
{
	struct parcel *parcel = data;

	event_clear(&parcel->answer);
	g_array_unref(parcel->varbinds);
	g_free(parcel);
}

static void deliver(struct parcel *parcel)
{
	struct handle *handle = parcel->handle;

	if (!handle->done) {
		handle->event = parcel->answer;
		parcel->answer = (struct event){ 0 };
		let_run(handle);
	}
	parcel_free(parcel);
}

static struct handle *first_handle(void)
{
	struct handle *first = NULL;

	for (unsigned i = 0; i < n_handles; i++)
		if (!handles[i].done && (!first || handles[i].until < first->until))
			first = &handles[i];
	return first;
}

/* Lets time pass until all operations are over. */
static void run_clock(void)
{
	struct handle *handle;

	while ((handle = first_handle())) {
		struct parcel *parcel = g_queue_peek_head(&parcels);

		if (parcel && parcel->at <= handle->until) {
			g_queue_pop_head(&parcels);
			script->clock = MAX(script->clock, parcel->at);
			if (parcel->answer.varbinds)
				deliver(parcel);
			else
				answer(parcel);
		} else {
			script->clock = MAX(script->clock, handle->until);
			let_run(handle);
		}
	}
}

/* --- operations --- */

static enum trippsnmp_action action; /* of all of them; status below */
static bool is_status;

static void *operate(void *data)
{
	struct handle *handle = data;

	g_mutex_lock(&mutex);
	wait_for_turn(handle);
	handle->operation =
		operation_new(config, script->labels, &script->log, is_status ? NULL : handle->node,
	                      is_status, script->clock, is_status ? STATUS_LIMIT : USEC_NEVER);
	operation_connect(handle->operation, &handle->network, handle->index * 2654435761U);
	handle->outcome = is_status ? survey_status(handle->operation)
	                            : operation_power(handle->operation, action, handle->node);
	operation_free(handle->operation);
	handle->ended = script->clock;
	handle->done = true;
	pass_to(NULL);
	g_mutex_unlock(&mutex);
	return NULL;
}

/* Node k of each card has outlet k; with more nodes than outlets, some share a card. */
static void begin(unsigned n, usec apart)
{
	n_handles = n;
	for (unsigned i = 0; i < n; i++) {
		struct handle *handle = &handles[i];

		*handle = (struct handle){ .network = { now, send, next }, .index = i + 1 };
		g_snprintf(handle->node, sizeof(handle->node), "node%u", i + 1);
		handle->starts = handle->until = script->clock + i * apart;
		handle->thread = g_thread_new(handle->node, operate, handle);
	}
}

static void run(unsigned n, usec apart)
{
	g_mutex_lock(&mutex);
	begin(n, apart);
	run_clock();
	g_mutex_unlock(&mutex);
	for (unsigned i = 0; i < n; i++)
		g_thread_join(handles[i].thread);
}

/* --- the bench below --- */

static void make_card(unsigned outlets)
{
	const struct family *lx = script_family("LX PDU");

	script = script_new(1, false);
	script_outlets(script, 0, lx, 1, outlets);
	for (unsigned i = 1; i <= outlets; i++) {
		const struct objid name = family_instance(lx, lx->outlet_name, 1, i);
		char *text = g_strdup_printf("node%u", i);

		script_put_text(script, 0, &name, text);
		g_free(text);
	}
	free_at = 0;
	served = repeats = 0;
}

static void configure(bool by_map, unsigned outlets, const char *hold)
{
	const char *values[PARAM_COUNT] = { NULL };
	GString *map = g_string_new(NULL);
	char *error = NULL;

	for (unsigned i = 1; i <= outlets; i++)
		g_string_append_printf(map, "%snode%u:%u", i > 1 ? "; " : "", i, i);
	values[PARAM_IPADDR] = "pdu-a";
	values[PARAM_COMMUNITY] = "c";
	values[PARAM_OFF_HOLD] = hold;
	if (by_map)
		values[PARAM_HOSTLIST] = map->str;
	config = params_check(values, &error);
	ck_assert_msg(config != NULL, "%s", error);
	g_string_free(map, TRUE);
}

static void tidy(void)
{
	struct parcel *parcel;

	while ((parcel = g_queue_pop_head(&parcels)))
		parcel_free(parcel);
	for (unsigned i = 0; i < n_handles; i++)
		g_clear_pointer(&handles[i].outcome.message, g_free);
	n_handles = 0;
	config_free(config);
	script_free(script);
}

START_TEST(explore)
{
	const char *hold = g_getenv("HOLD");

	static const double seconds[] = { .001, .03, .5, 1, 1.5, 2, 2.5, 3 };

	for (unsigned by_map = 0; by_map < 2; by_map++)
		for (unsigned a = 0; a < 2; a++)
			for (unsigned i = 0; i < G_N_ELEMENTS(seconds); i++) {
				usec begun;
				action = a ? TRIPPSNMP_POWER_RESET : TRIPPSNMP_POWER_OFF;
				make_card(24);
				configure(by_map, 24, hold ? hold : "0.3");
				takes = (usec)(seconds[i] * 1e6);
				begun = script->clock;
				run(1, 0);
				printf("%s %s S=%.3f: %u messages, %.2f s (%.2f msgs): %s\n", by_map ? "map" : "name", a ? "reset" : "off", seconds[i], served + (unsigned)g_queue_get_length(&parcels), (double)(handles[0].ended - begun) / 1e6, (double)(handles[0].ended - begun) / (double)takes, handles[0].outcome.message ? handles[0].outcome.message : "ok");
				tidy();
			}
	static const struct { unsigned n; usec takes, apart; } many[] = { {1, 30000, 0}, {64, 30000, 0}, {64, 30000, 5000}, {64,30000,8000}, {1, 200000, 0}, {16, 200000, 0}, {16, 200000, 5000} };
	for (unsigned by_map = 0; by_map < 2; by_map++)
		for (unsigned i = 0; i < G_N_ELEMENTS(many); i++) {
				usec begun;
				unsigned ok = 0;
				usec last = 0;
				action = TRIPPSNMP_POWER_RESET;
				make_card(64);
				configure(by_map, 64, hold ? hold : "0");
				takes = many[i].takes;
				begun = script->clock;
				run(many[i].n, many[i].apart);
				for (unsigned k = 0; k < many[i].n; k++) {
					ok += !handles[k].outcome.error;
					if (handles[k].outcome.error) printf("  %s\n", handles[k].outcome.message);
					last = MAX(last, handles[k].ended);
				}
				printf("%s %u at %.3f apart %.3f: %u ok, %u messages (%.2f each), %u repeats, last %.2f s\n", by_map ? "map" : "name", many[i].n, takes / 1e6, (double)many[i].apart / 1e6, ok, served + (unsigned)g_queue_get_length(&parcels), (double)(served+ (unsigned)g_queue_get_length(&parcels)) / many[i].n, repeats, (double)(last - begun) / 1e6);
				tidy();
		}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("slow");
	TCase *tcase = tcase_create("slow");
	tcase_set_timeout(tcase, 600);
	tcase_add_test(tcase, explore);
	suite_add_tcase(suite, tcase);
	SRunner *runner = srunner_create(suite);
	srunner_set_fork_status(runner, CK_NOFORK);
	srunner_run_all(runner, CK_NORMAL);
	return 0;
}
