/*
 * A card is a slow computer that does one thing at a time: what comes
 * meanwhile it queues. Whole operations against one, on a virtual clock, some
 * of them many at once: they must end well, and hardly ask anything twice.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "call/operation.h"
#include "call/survey.h"

#include "script.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define HANDLES_MAX 64
#define APART 5000
#define WAY 200 /* of a datagram */

/* One operation; it runs in a thread of its own, but only while it is its turn. */
struct handle {
	struct network network; /* first: it is cast back */
	unsigned index;
	char node[16];
	usec ended;
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
static unsigned sent, repeats;
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
	sent++;
	repeats += request->attempt > 0;
	parcel->request = *request;
	parcel->varbinds = varbinds_new();
	for (unsigned i = 0; i < request->n; i++)
		varbinds_add_copy(parcel->varbinds, &request->varbinds[i]);
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

	script_put(script, 0, &up, VALUE_UNSIGNED, script->clock / 10000);
	parcel->answer = script_respond(script, 0, &parcel->request);
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

static enum trippsnmp_action action; /* of all of them */
static bool is_status;               /* instead */

static void *operate(void *data)
{
	struct handle *handle = data;
	struct job job = { .purpose = is_status ? TO_READ : TO_SWITCH,
		           .config = config,
		           .labels = script->labels,
		           .log = &script->log,
		           .node = is_status ? NULL : handle->node };
	struct operation *operation;

	g_mutex_lock(&mutex);
	wait_for_turn(handle);
	job.begun = script->clock;
	job_prepare(&job);
	operation = operation_new(&job, NULL, &handle->network, handle->index * 2654435761U);
	handle->outcome = is_status ? survey_status(operation, NULL)
	                            : operation_power(operation, action, handle->node);
	operation_free(operation);
	job_clear(&job);
	handle->ended = script->clock;
	handle->done = true;
	pass_to(NULL);
	g_mutex_unlock(&mutex);
	return NULL;
}

/* One for each node; processes that are started together begin one after the other. */
static void begin(unsigned n)
{
	n_handles = n;
	for (unsigned i = 0; i < n; i++) {
		struct handle *handle = &handles[i];

		*handle = (struct handle){ .network = { now, send, next }, .index = i + 1 };
		g_snprintf(handle->node, sizeof(handle->node), "node%u", i + 1);
		handle->until = script->clock + i * APART;
		handle->thread = g_thread_new(handle->node, operate, handle);
	}
}

static void run(unsigned n)
{
	g_mutex_lock(&mutex);
	begin(n);
	run_clock();
	g_mutex_unlock(&mutex);
	for (unsigned i = 0; i < n; i++)
		g_thread_join(handles[i].thread);
}

/* --- cards --- */

static struct objid cell(uint32_t column, unsigned number)
{
	return family_instance(script_family("LX PDU"), column, 1, number);
}

/* Outlet k is called, and feeds, node k. */
static void make_card(unsigned outlets, bool v1)
{
	const struct family *lx = script_family("LX PDU");

	script = script_new(1, v1);
	script_outlets(script, 0, lx, 1, outlets);
	for (unsigned i = 1; i <= outlets; i++) {
		const struct objid name = cell(lx->outlet_name, i);
		char *text = g_strdup_printf("node%u", i);

		script_put_text(script, 0, &name, text);
		g_free(text);
	}
	free_at = 0;
	sent = repeats = 0;
}

enum way { BY_MAP, BY_NAME };

static void configure(enum way way, unsigned outlets, bool v1, const char *hold)
{
	const char *values[PARAM_COUNT] = { NULL };
	GString *map = g_string_new(NULL);
	char *error = NULL;

	for (unsigned i = 1; i <= outlets; i++)
		g_string_append_printf(map, "%snode%u:%u", i > 1 ? "; " : "", i, i);
	values[PARAM_IPADDR] = "pdu-a";
	values[PARAM_COMMUNITY] = "c";
	values[PARAM_OFF_HOLD] = hold;
	values[PARAM_SNMP_VERSION] = v1 ? "1" : "2c";
	values[PARAM_HOSTLIST] = way == BY_MAP ? map->str : NULL;
	config = params_check(values, NULL, false, &error);
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

/* What so many operations at once cost. */
struct cost {
	unsigned messages, repeats, successes;
	double seconds;                /* until the last one was over */
	unsigned failures_that_say_so; /* that it is slow, and which parameters give it time */
	bool writes_doubted;           /* somebody is to check that he may write */
};

struct load {
	enum trippsnmp_action action;
	enum way way;
	bool v1;
	const char *hold; /* NULL: the default */
	unsigned outlets;
	unsigned n;
	double takes; /* seconds a message */
};

static bool reads_off(unsigned number)
{
	const struct objid name = cell(script_family("LX PDU")->state, number);

	return script_cell(script, 0, &name)->number == 1;
}

static bool says_slow(const char *message)
{
	return strstr(message, " s for an answer") && strstr(message, "snmp_timeout") &&
	       strstr(message, "total_timeout");
}

static struct cost cost(const struct load *load)
{
	struct cost result = { 0 };
	usec begun;

	make_card(load->outlets, load->v1);
	configure(load->way, load->outlets, load->v1, load->hold);
	takes = (usec)(load->takes * (double)USEC_PER_SEC);
	action = load->action;
	begun = script->clock;
	run(load->n);
	for (unsigned i = 0; i < load->n; i++) {
		const struct outcome *outcome = &handles[i].outcome;

		result.seconds = MAX(result.seconds,
		                     (double)(handles[i].ended - begun) / (double)USEC_PER_SEC);
		result.successes += !outcome->error;
		result.failures_that_say_so += outcome->error && says_slow(outcome->message);
		ck_assert_msg(outcome->error || is_status || action != TRIPPSNMP_POWER_OFF ||
		                      reads_off(i + 1),
		              "a false success");
	}
	result.writes_doubted = script_said(script, TRIPPSNMP_LOG_WARN, "may write") ||
	                        (load->n == 1 && handles[0].outcome.error &&
	                         strstr(handles[0].outcome.message, "may write"));
	result.messages = sent;
	result.repeats = repeats;
	tidy();
	return result;
}

/* The messages of an operation with a quick card all to itself. */
static unsigned needed(const struct load *load)
{
	struct load alone = *load;

	alone.n = 1;
	alone.takes = 0.001;
	return cost(&alone).messages;
}

/* --- one operation at a slow card --- */

static const enum trippsnmp_action actions[] = { TRIPPSNMP_POWER_OFF, TRIPPSNMP_POWER_RESET };

/* In the time that the needed messages take, a quarter more, and two repeats at the beginning. */
static void assert_fences(const struct load *load)
{
	const unsigned messages = needed(load);
	const struct cost at_hand = cost(load);
	const double most = load->takes * (1.25 * messages + 2) + 0.5;

	ck_assert_uint_eq(at_hand.successes, 1);
	ck_assert_uint_le(at_hand.repeats, 2);
	ck_assert_msg(at_hand.seconds <= most, "%.2f s a message: %.2f s of %.2f", load->takes,
	              at_hand.seconds, most);
}

START_TEST(a_slow_card_is_fenced_by_map)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(actions); i++) {
		const struct load load = { .action = actions[i],
			                   .way = BY_MAP,
			                   .hold = "0.3",
			                   .outlets = 24,
			                   .n = 1,
			                   .takes = 0.5 * (_i + 1) };

		assert_fences(&load);
	}
}
END_TEST

START_TEST(a_slow_card_is_fenced_by_name)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(actions); i++) {
		const struct load load = { .action = actions[i],
			                   .way = BY_NAME,
			                   .hold = "0.3",
			                   .outlets = 24,
			                   .n = 1,
			                   .takes = 0.5 * (_i + 1) };

		assert_fences(&load);
	}
}
END_TEST

START_TEST(a_slow_card_is_fenced_with_the_defaults)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(actions); i++)
		for (enum way way = BY_MAP; way <= BY_NAME; way++) {
			const struct load load = { .action = actions[i],
				                   .way = way,
				                   .outlets = 24,
				                   .n = 1,
				                   .takes = way == BY_MAP ? 3 : 2.5 };
			const struct cost at_hand = cost(&load);

			ck_assert_uint_eq(at_hand.successes, 1);
			ck_assert_uint_le(at_hand.repeats, 2);
		}
}
END_TEST

START_TEST(of_a_card_that_is_slow_alone_nobody_is_sent_to_check_write_access)
{
	const struct load load = { .action = TRIPPSNMP_POWER_OFF,
		                   .way = BY_MAP,
		                   .outlets = 24,
		                   .n = 1,
		                   .takes = 4 + 2 * _i };
	const struct cost at_hand = cost(&load);

	ck_assert_uint_eq(at_hand.successes + at_hand.failures_that_say_so, 1);
	ck_assert(!at_hand.writes_doubted);
}
END_TEST

/* It needs many more requests: v1 names one absent object an answer. */
START_TEST(a_slow_card_is_fenced_in_v1_as_far_as_the_time_allows)
{
	const struct load load = { .action = TRIPPSNMP_POWER_OFF,
		                   .way = BY_MAP,
		                   .v1 = true,
		                   .hold = "0.3",
		                   .outlets = 24,
		                   .n = 1,
		                   .takes = 2 };

	assert_fences(&load);
}
END_TEST

START_TEST(what_is_too_slow_for_v1_says_so)
{
	for (enum way way = BY_MAP; way <= BY_NAME; way++) {
		const struct load load = { .action = TRIPPSNMP_POWER_OFF,
			                   .way = way,
			                   .v1 = true,
			                   .outlets = 24,
			                   .n = 1,
			                   .takes = 4 };
		const struct cost at_hand = cost(&load);

		ck_assert_uint_eq(at_hand.successes, 0);
		ck_assert_uint_eq(at_hand.failures_that_say_so, 1);
	}
}
END_TEST

START_TEST(status_of_a_slow_card_is_told_in_time)
{
	const struct load load = { .way = BY_MAP, .outlets = 24, .n = 1, .takes = 2 };
	struct cost at_hand;

	is_status = true;
	at_hand = cost(&load);
	ck_assert_uint_eq(at_hand.successes, 1);
	ck_assert_double_le(at_hand.seconds, 15);
}
END_TEST

/* --- many at one card --- */

struct crowd {
	unsigned n;
	double takes;
};
static const struct crowd crowds[] = { { 64, 0.03 }, { 16, 0.2 } };

START_TEST(many_fencings_at_one_card_are_done_and_hardly_repeat_anything)
{
	const struct crowd *crowd = &crowds[_i % 2];
	const struct load load = { .action = TRIPPSNMP_POWER_RESET,
		                   .way = _i / 2 ? BY_NAME : BY_MAP,
		                   .hold = "0",
		                   .outlets = 64,
		                   .n = crowd->n,
		                   .takes = crowd->takes };
	const unsigned all = crowd->n * needed(&load);
	const struct cost at_hand = cost(&load);

	ck_assert_uint_eq(at_hand.successes, crowd->n);
	ck_assert_msg(at_hand.messages <= 1.15 * all, "%u messages, %u needed", at_hand.messages,
	              all);
}
END_TEST

START_TEST(what_a_card_cannot_do_in_time_fails)
{
	const struct load load = {
		.action = TRIPPSNMP_POWER_OFF, .way = BY_MAP, .outlets = 64, .n = 64, .takes = 0.3
	};
	const struct cost at_hand = cost(&load);

	ck_assert_uint_lt(at_hand.successes, 64);
	ck_assert_uint_eq(at_hand.successes + at_hand.failures_that_say_so, 64);
	ck_assert_double_le(at_hand.seconds, 50 + 64.0 * APART / USEC_PER_SEC);
}
END_TEST

static void setup(void)
{
	is_status = false;
}

int main(void)
{
	Suite *suite = suite_create("slow");
	TCase *tcase = tcase_create("a slow card");

	tcase_add_checked_fixture(tcase, setup, NULL);
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, a_slow_card_is_fenced_by_map, 0, 6);
	tcase_add_loop_test(tcase, a_slow_card_is_fenced_by_name, 0, 5);
	tcase_add_test(tcase, a_slow_card_is_fenced_with_the_defaults);
	tcase_add_loop_test(
		tcase, of_a_card_that_is_slow_alone_nobody_is_sent_to_check_write_access, 0, 6);
	tcase_add_test(tcase, a_slow_card_is_fenced_in_v1_as_far_as_the_time_allows);
	tcase_add_test(tcase, what_is_too_slow_for_v1_says_so);
	tcase_add_test(tcase, status_of_a_slow_card_is_told_in_time);
	tcase_add_loop_test(tcase, many_fencings_at_one_card_are_done_and_hardly_repeat_anything, 0,
	                    4);
	tcase_add_test(tcase, what_a_card_cannot_do_in_time_fails);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
