/*
 * The promise, rule by rule: what off, on and reset may call success, what
 * they do on the way, and what ends them otherwise.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "power/power.h"

#include "script.h"
#include "text.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define HOLD (5 * USEC_PER_SEC)
#define TIMEOUT (20 * USEC_PER_SEC)
#define TOTAL 50.0

static struct script *script;
static GArray *feeds;
static struct power *power;
static struct power_settings settings;
static struct outcome outcome;
static const struct family *lx; /* LX PDU */
static usec begun;

static void begin(unsigned n_pdus, bool v1)
{
	script = script_new(n_pdus, v1);
	feeds = feeds_new();
	lx = script_family("LX PDU");
	settings = (struct power_settings){ .off_hold = HOLD, .power_timeout = TIMEOUT, .v1 = v1 };
	begun = script->clock;
	for (unsigned i = 0; i < n_pdus; i++)
		script_outlets(script, i, lx, 1, 8);
}

static struct objid cell(uint32_t column, uint32_t device, uint32_t number)
{
	return family_instance(lx, column, device, number);
}

static struct varbind *state_cell(unsigned pdu, uint32_t number)
{
	const struct objid name = cell(lx->state, 1, number);

	return script_cell(script, pdu, &name);
}

static void put_state(unsigned pdu, uint32_t number, enum value_type type, int64_t state)
{
	const struct objid name = cell(lx->state, 1, number);

	script_put(script, pdu, &name, type, state);
}

static void change_state_at(double seconds, unsigned pdu, uint32_t number, int64_t state)
{
	const struct objid name = cell(lx->state, 1, number);

	script_change_at(script, begun + (usec)(seconds * (double)USEC_PER_SEC), pdu, &name, state);
}

static struct objid status_name(uint32_t device)
{
	return objid_append(&lx->device_status, 1, &device);
}

static void put_status(uint32_t device, enum value_type type, int64_t status)
{
	const struct objid name = status_name(device);

	script_put(script, 0, &name, type, status);
}

static void add_feed_of(unsigned pdu, uint32_t device, uint32_t number)
{
	const struct objid name = cell(lx->state, device, number);
	const struct varbind *state = script_cell(script, pdu, &name);
	const struct feed feed = {
		.pdu = pdu,
		.family = lx,
		.device = device,
		.number = number,
		.state = state ? family_state(lx, state) : TRIPPSNMP_UNKNOWN,
		.text = g_strdup_printf("outlet %u of %s", number, script->labels[pdu]),
	};

	g_array_append_val(feeds, feed);
}

static void add_feed(unsigned pdu, uint32_t number)
{
	add_feed_of(pdu, 1, number);
}

static bool is_feeds_command(unsigned pdu, const struct objid *name)
{
	for (unsigned i = 0; i < feeds->len; i++) {
		const struct feed *feed = &g_array_index(feeds, struct feed, i);
		const struct objid command = family_instance(feed->family, feed->family->command,
		                                             feed->device, feed->number);

		if (feed->pdu == pdu && objid_equal(name, &command))
			return true;
	}
	return false;
}

/* Other outlets are never touched, and commands are on and off alone: so in every test. */
static void assert_only_feeds_were_set(void)
{
	for (unsigned i = 0; i < script->sent->len; i++) {
		const struct script_request *sent = script_sent(script, i);

		for (unsigned k = 0; sent->kind == REQUEST_SET && k < sent->varbinds->len; k++) {
			const struct varbind *set =
				&g_array_index(sent->varbinds, struct varbind, k);

			ck_assert(is_feeds_command(sent->pdu, &set->name));
			ck_assert(set->type == VALUE_INTEGER);
			ck_assert(set->number == 1 || set->number == 2);
		}
	}
}

/* Once it has ended, nothing more is asked or set. */
static void assert_it_is_over(void)
{
	const struct machine machine = power_machine(power);
	const enum trippsnmp_error error = outcome.error;
	struct outcome again;
	struct question question;

	ck_assert(machine.done(machine.self));
	for (unsigned i = 0; i < script->n_pdus; i++)
		ck_assert(!machine.next(machine.self, i, script->clock + HOLD, &question));
	power_expire(power, -1, NULL);
	again = power_outcome(power);
	ck_assert_int_eq(again.error, error);
	g_free(again.message);
}

/* Runs it to its end or until TOTAL is over, as the library does. */
static enum trippsnmp_error run(enum trippsnmp_action action)
{
	struct machine machine;

	settings.action = action;
	power = power_new(script->n_pdus, script->labels, feeds, &settings, &script->log);
	machine = power_machine(power);
	if (!script_run(script, &machine, TOTAL)) {
		const int silent = runner_silent_pdu(&script->runner);

		power_expire(power, silent, NULL);
	}
	outcome = power_outcome(power);
	ck_assert(!outcome.error == !outcome.message);
	assert_only_feeds_were_set();
	assert_it_is_over();
	return outcome.error;
}

static void finish(void)
{
	if (script)
		script_free(script);
	power_free(power);
	if (feeds)
		g_array_unref(feeds);
	g_clear_pointer(&outcome.message, g_free);
	script = NULL;
	power = NULL;
	feeds = NULL;
}

static void assert_ok(enum trippsnmp_action action)
{
	run(action);
	ck_assert_msg(!outcome.error, "%s", outcome.message);
}

static void assert_message(const char *text)
{
	ck_assert_ptr_nonnull(outcome.message);
	ck_assert_msg(strstr(outcome.message, text) != NULL, "message: %s", outcome.message);
}

static double elapsed(void)
{
	return (double)(script->clock - begun) / (double)USEC_PER_SEC;
}

/* The i-th request of that kind (from the end if negative). */
static const struct script_request *nth(enum request_kind kind, int i)
{
	int left = i < 0 ? (int)script_count(script, kind) + i : i;

	for (unsigned k = 0; k < script->sent->len; k++)
		if (script_sent(script, k)->kind == kind && left-- == 0)
			return script_sent(script, k);
	ck_abort_msg("request %d of kind %d is missing", i, (int)kind);
}

static const struct script_request *nth_set(int i)
{
	return nth(REQUEST_SET, i);
}

static const struct script_request *nth_sweep(int i)
{
	return nth(REQUEST_GET, i);
}

static int64_t set_value(const struct script_request *sent)
{
	return g_array_index(sent->varbinds, struct varbind, 0).number;
}

/* The hook acts on the first (context) SETs only; on all without a context. */
static bool acts_on(struct script *network, const struct request *request)
{
	return request->kind == REQUEST_SET &&
	       (!network->context || network->calls++ < GPOINTER_TO_UINT(network->context));
}

static enum script_fate lose_sets(struct script *network, unsigned pdu,
                                  const struct request *request, struct event *answer)
{
	(void)pdu;
	(void)answer;
	return acts_on(network, request) ? SCRIPT_LOST : SCRIPT_ANSWERED;
}

static enum script_fate lose_set_answers(struct script *network, unsigned pdu,
                                         const struct request *request, struct event *answer)
{
	(void)pdu;
	(void)answer;
	return acts_on(network, request) ? SCRIPT_UNANSWERED : SCRIPT_ANSWERED;
}

/* An agent that answers well and does nothing. */
static enum script_fate ignore_sets(struct script *network, unsigned pdu,
                                    const struct request *request, struct event *answer)
{
	(void)pdu;
	if (!acts_on(network, request))
		return SCRIPT_ANSWERED;
	script_inject(network, network->clock + network->latency, answer);
	*answer = (struct event){ .type = EVENT_ANSWER };
	return SCRIPT_LOST;
}

static int refusal; /* the error-status of the next hook */

/* The same of one PDU only, for ever. */
static enum script_fate pdu_a_is_stuck(struct script *network, unsigned pdu,
                                       const struct request *request, struct event *answer)
{
	return pdu == 0 ? ignore_sets(network, pdu, request, answer) : SCRIPT_ANSWERED;
}

static enum script_fate refuse_sets(struct script *network, unsigned pdu,
                                    const struct request *request, struct event *answer)
{
	(void)pdu;
	if (acts_on(network, request)) {
		answer->error_status = refusal;
		answer->error_index = 1;
	}
	return SCRIPT_ANSWERED;
}

static enum script_fate refuse_on(struct script *network, unsigned pdu,
                                  const struct request *request, struct event *answer)
{
	if (request->kind == REQUEST_SET && request->varbinds[0].number == 2)
		return refuse_sets(network, pdu, request, answer);
	return SCRIPT_ANSWERED;
}

static enum script_fate ignore_on(struct script *network, unsigned pdu,
                                  const struct request *request, struct event *answer)
{
	if (request->kind == REQUEST_SET && request->varbinds[0].number == 2)
		return ignore_sets(network, pdu, request, answer);
	return SCRIPT_ANSWERED;
}

static void use_hook(script_hook hook, unsigned sets)
{
	script->hook = hook;
	script->context = GUINT_TO_POINTER(sets);
}

/* --- off --- */

START_TEST(off_is_a_command_and_two_sweeps_a_hold_apart)
{
	begin(1, false);
	add_feed(0, 3);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_eq(script->sent->len, 3);
	ck_assert_int_eq(set_value(nth_set(0)), 1);
	ck_assert_int_ge(nth_sweep(1)->at - nth_sweep(0)->at, HOLD);
	ck_assert_int_eq(state_cell(0, 3)->number, 1);
	ck_assert_int_eq(state_cell(0, 4)->number, 2);
}
END_TEST

START_TEST(off_takes_two_sweeps_even_without_a_hold)
{
	begin(1, false);
	settings.off_hold = 0;
	add_feed(0, 3);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_eq(script_count(script, REQUEST_GET), 2);
}
END_TEST

START_TEST(the_hold_begins_when_the_first_sweep_is_answered)
{
	begin(1, false);
	script->latency = USEC_PER_SEC / 2;
	add_feed(0, 3);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_int_ge(nth_sweep(1)->at, nth_sweep(0)->at + script->latency + HOLD);
}
END_TEST

START_TEST(off_is_commanded_though_it_reads_off)
{
	begin(1, false);
	put_state(0, 3, VALUE_INTEGER, 1);
	add_feed(0, 3);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 1);
	ck_assert_int_eq(script_sent(script, 0)->kind, REQUEST_SET);
}
END_TEST

START_TEST(what_is_not_the_integer_1_is_never_off)
{
	static const struct {
		enum value_type type;
		int64_t number;
	} odd[] = {
		{ VALUE_INTEGER, 0 },    { VALUE_INTEGER, 3 },
		{ VALUE_INTEGER, -1 },   { VALUE_INTEGER, 5 },
		{ VALUE_NULL, 1 },       { VALUE_UNSIGNED, 1 },
		{ VALUE_OTHER, 1 },      { VALUE_ABSENT, 1 },
		{ VALUE_END_OF_MIB, 1 }, { VALUE_ERROR, 5 },
		{ VALUE_ERROR, 1 },      { VALUE_OCTETS, 1 },
		{ VALUE_OBJID, 1 },      { VALUE_INTEGER, INT64_C(0x100000001) },
	};

	begin(1, false);
	add_feed(0, 3);
	add_feed(0, 4);
	put_state(0, 3, odd[_i].type, odd[_i].number);
	script->relay = 1000 * USEC_PER_SEC; /* the commands move nothing */
	put_state(0, 4, VALUE_INTEGER, 1);
	ck_assert_int_eq(run(TRIPPSNMP_POWER_OFF), TRIPPSNMP_POWER);
	assert_message("outlet 3 of pdu-a reads neither on nor off");
}
END_TEST

START_TEST(an_outlet_that_vanished_is_not_off)
{
	const struct objid name = family_instance(script_family("LX PDU"), 4, 1, 3);

	begin(1, _i == 1);
	add_feed(0, 3);
	script_drop(script, 0, &name);
	script->relay = 1000 * USEC_PER_SEC;
	ck_assert_int_eq(run(TRIPPSNMP_POWER_OFF), TRIPPSNMP_POWER);
	assert_message("outlet 3 of pdu-a reads neither on nor off");
}
END_TEST

START_TEST(a_lost_half_of_a_command_is_sent_again_before_power_timeout_judges)
{
	begin(2, false);
	add_feed(0, 3);
	add_feed(1, 3);
	use_hook(ignore_sets, 1); /* the one to pdu-a */
	settings.power_timeout = USEC_PER_SEC / 2;
	assert_ok(TRIPPSNMP_POWER_OFF);
}
END_TEST

START_TEST(every_outlet_of_the_node_must_be_off)
{
	begin(2, false);
	add_feed(0, 3);
	add_feed(1, 3);
	use_hook(pdu_a_is_stuck, 0);
	settings.power_timeout = USEC_PER_SEC / 2;
	ck_assert_int_eq(run(TRIPPSNMP_POWER_OFF), TRIPPSNMP_POWER);
	assert_message("outlet 3 of pdu-a still reads on");
}
END_TEST

START_TEST(an_outlet_that_comes_back_in_the_hold_is_switched_off_again_and_held_anew)
{
	begin(1, false);
	add_feed(0, 3);
	change_state_at(3, 0, 3, 2);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 2);
	ck_assert_int_gt(nth_sweep(-2)->at, nth_set(1)->at);
	ck_assert_int_ge(nth_sweep(-1)->at - nth_sweep(-2)->at, HOLD);
	ck_assert(script_said(script, TRIPPSNMP_LOG_WARN, "outlet 3 of pdu-a has come back on"));
}
END_TEST

START_TEST(an_outlet_that_comes_back_only_then_holds_the_others_up_too)
{
	begin(2, false);
	add_feed(0, 3);
	add_feed(1, 4);
	change_state_at(3, 1, 4, 2);
	assert_ok(TRIPPSNMP_POWER_OFF);
	for (unsigned pdu = 0; pdu < 2; pdu++) {
		const struct script_request *last = NULL, *before = NULL;

		for (unsigned i = 0; i < script->sent->len; i++)
			if (script_sent(script, i)->pdu == pdu) {
				before = last;
				last = script_sent(script, i);
			}
		ck_assert_int_gt(before->at, nth_set(-1)->at);
		ck_assert_int_ge(last->at - before->at, HOLD);
	}
}
END_TEST

START_TEST(an_unknown_state_in_the_confirming_sweep_holds_anew)
{
	begin(1, false);
	add_feed(0, 3);
	change_state_at(3, 0, 3, 0);
	change_state_at(7, 0, 3, 1);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_int_ge(nth_sweep(-1)->at - nth_sweep(-2)->at, HOLD);
	ck_assert_int_ge(nth_sweep(-2)->at, begun + HOLD);
}
END_TEST

START_TEST(power_timeout_runs_anew_for_an_outlet_that_had_obeyed)
{
	begin(1, false);
	settings.off_hold = 10 * USEC_PER_SEC;
	settings.power_timeout = 4 * USEC_PER_SEC;
	add_feed(0, 3);
	use_hook(ignore_sets, 2);
	/* off by itself, unknown when it is confirmed, then on until a command works */
	change_state_at(0.01, 0, 3, 1);
	change_state_at(9, 0, 3, 0);
	change_state_at(10.5, 0, 3, 2);
	assert_ok(TRIPPSNMP_POWER_OFF);
}
END_TEST

START_TEST(a_slow_relay_is_polled_quickly_then_slower)
{
	usec pause = 0;
	int n;

	begin(1, false);
	script->relay = 8 * USEC_PER_SEC;
	add_feed(0, 3);
	/* later commands must not keep it busy: it moves with the first */
	assert_ok(TRIPPSNMP_POWER_OFF);
	n = (int)script_count(script, REQUEST_GET) - 1;
	ck_assert_int_lt(nth_sweep(1)->at - nth_sweep(0)->at, USEC_PER_SEC / 10);
	for (int i = 1; i < n; i++) {
		pause = nth_sweep(i)->at - nth_sweep(i - 1)->at;
		ck_assert_int_le(pause, USEC_PER_SEC * 11 / 10);
	}
	ck_assert_int_ge(pause, USEC_PER_SEC * 9 / 10);
}
END_TEST

/* --- commands --- */

START_TEST(several_outlets_of_one_device_are_one_set)
{
	begin(1, false);
	add_feed(0, 3);
	add_feed(0, 4);
	add_feed(0, 8);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 1);
	ck_assert_uint_eq(nth_set(0)->varbinds->len, 3);
	ck_assert_uint_eq(script->sent->len, 3);
}
END_TEST

START_TEST(outlets_of_two_devices_are_two_sets)
{
	begin(1, false);
	script_outlets(script, 0, lx, 2, 8);
	add_feed(0, 3);
	add_feed_of(0, 2, 3);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 2);
	ck_assert_uint_eq(nth_sweep(0)->varbinds->len, 4); /* two states, two device statuses */
}
END_TEST

START_TEST(pdus_are_commanded_at_the_same_time)
{
	begin(16, false);
	for (unsigned i = 0; i < 16; i++)
		add_feed(i, 1 + i % 8);
	assert_ok(TRIPPSNMP_POWER_RESET);
	ck_assert_int_le(script->clock - begun, HOLD + 5 * script->latency);
	ck_assert_uint_eq(script->sent->len, 16 * 5);
}
END_TEST

/* Does only the first of several, and says that all is well. */
static enum script_fate obey_first_only(struct script *network, unsigned pdu,
                                        const struct request *request, struct event *answer)
{
	if (request->kind != REQUEST_SET || request->n == 1)
		return SCRIPT_ANSWERED;
	network->context = NULL;
	put_state(pdu, 3, VALUE_INTEGER, request->varbinds[0].number);
	return ignore_sets(network, pdu, request, answer);
}

START_TEST(what_a_set_of_several_left_undone_is_sent_one_by_one)
{
	begin(1, false);
	add_feed(0, 3);
	add_feed(0, 4);
	add_feed(0, 5);
	script->hook = obey_first_only;
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 3);
	ck_assert_uint_eq(nth_set(1)->varbinds->len, 1);
	ck_assert_uint_eq(nth_set(2)->varbinds->len, 1);
	ck_assert_int_lt(nth_set(1)->at, begun + 2 * USEC_PER_SEC);
}
END_TEST

START_TEST(a_set_of_several_that_fails_is_sent_one_by_one_at_once)
{
	begin(1, false);
	add_feed(0, 3);
	add_feed(0, 4);
	use_hook(refuse_sets, 1);
	refusal = SNMP_STATUS_GEN_ERR;
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 3);
	ck_assert_int_lt(nth_set(2)->at, begun + USEC_PER_SEC / 10);
}
END_TEST

START_TEST(an_access_error_seen_twice_ends_it)
{
	static const int statuses[] = { SNMP_STATUS_NO_ACCESS, SNMP_STATUS_NOT_WRITABLE,
		                        SNMP_STATUS_AUTHORIZATION_ERROR, SNMP_STATUS_READ_ONLY };

	begin(1, false);
	add_feed(0, 3);
	use_hook(refuse_sets, 0);
	refusal = statuses[_i];
	ck_assert_int_eq(run(TRIPPSNMP_POWER_OFF), TRIPPSNMP_ACCESS);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 2);
	ck_assert(script_said(script, TRIPPSNMP_LOG_WARN, "switching is refused"));
	assert_message("outlet 3 of pdu-a: switching is refused");
	assert_message(snmp_status_text(refusal));
	assert_message("write access");
}
END_TEST

START_TEST(an_access_error_seen_once_does_not_end_it)
{
	begin(1, false);
	add_feed(0, 3);
	use_hook(refuse_sets, 1);
	refusal = SNMP_STATUS_NO_ACCESS;
	assert_ok(TRIPPSNMP_POWER_OFF);
}
END_TEST

START_TEST(a_no_such_name_refuses_in_v1_alone)
{
	begin(1, _i == 1);
	add_feed(0, 3);
	use_hook(refuse_sets, 3);
	refusal = SNMP_STATUS_NO_SUCH_NAME;
	run(TRIPPSNMP_POWER_OFF);
	ck_assert_int_eq(outcome.error, _i == 1 ? TRIPPSNMP_ACCESS : TRIPPSNMP_OK);
}
END_TEST

START_TEST(an_error_that_is_no_access_error_does_not_end_it)
{
	static const int statuses[] = { SNMP_STATUS_WRONG_VALUE, SNMP_STATUS_BAD_VALUE,
		                        SNMP_STATUS_GEN_ERR, 13, 14 };

	begin(1, false);
	add_feed(0, 3);
	use_hook(refuse_sets, 4);
	refusal = statuses[_i];
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 5);
}
END_TEST

START_TEST(a_refused_report_seen_twice_ends_it)
{
	struct event event = { .type = EVENT_REFUSED };

	begin(1, false);
	add_feed(0, 3);
	use_hook(lose_sets, 0);
	for (uint32_t tag = 1; tag < 3; tag++) {
		event.tag = tag;
		event.reason = g_strdup("unknown user");
		script_inject(script, begun + (20 + tag) * USEC_PER_SEC / 16, &event);
	}
	ck_assert_int_eq(run(TRIPPSNMP_POWER_OFF), TRIPPSNMP_ACCESS);
	ck_assert_str_eq(outcome.message, "pdu-a: unknown user");
}
END_TEST

START_TEST(a_lost_command_is_sent_again)
{
	begin(1, false);
	add_feed(0, 3);
	use_hook(lose_sets, 3);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 4);
}
END_TEST

START_TEST(after_four_attempts_without_an_answer_a_sweep_looks_what_became_of_it)
{
	begin(1, false);
	add_feed(0, 3);
	use_hook(lose_sets, 4);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_int_eq(script_sent(script, 3)->kind, REQUEST_SET);
	ck_assert_int_eq(script_sent(script, 4)->kind, REQUEST_GET);
	ck_assert_int_eq(script_sent(script, 5)->kind, REQUEST_SET);
}
END_TEST

START_TEST(an_unanswered_command_proves_nothing_though_the_outlet_moved)
{
	begin(1, false);
	add_feed(0, 3);
	use_hook(lose_set_answers, 0);
	ck_assert_int_eq(run(TRIPPSNMP_POWER_OFF), TRIPPSNMP_POWER);
	assert_message("no command was acknowledged: check that the community or user may write");
	ck_assert_int_eq(state_cell(0, 3)->number, 1);
}
END_TEST

START_TEST(a_command_whose_first_answers_are_lost_counts_when_one_arrives)
{
	begin(1, false);
	add_feed(0, 3);
	use_hook(lose_set_answers, 4);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_int_gt(nth_sweep(-2)->at, nth_set(4)->at);
}
END_TEST

START_TEST(an_unanswered_command_proves_nothing_where_it_read_off_already)
{
	begin(1, false);
	put_state(0, 3, VALUE_INTEGER, 1);
	add_feed(0, 3);
	use_hook(lose_sets, 0);
	ck_assert_int_eq(run(TRIPPSNMP_POWER_OFF), TRIPPSNMP_POWER);
	assert_message("no command was acknowledged: check that the community or user may write");
	ck_assert_uint_ge(script_count(script, REQUEST_SET), 10);
}
END_TEST

START_TEST(where_it_read_off_already_the_answer_that_comes_at_last_counts)
{
	begin(1, false);
	put_state(0, 3, VALUE_INTEGER, 1);
	add_feed(0, 3);
	use_hook(lose_sets, 5);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 6);
	ck_assert_int_gt(nth_sweep(-2)->at, nth_set(5)->at);
}
END_TEST

START_TEST(an_outlet_of_unknown_state_needs_an_answered_command)
{
	begin(1, false);
	put_state(0, 3, VALUE_INTEGER, 0);
	add_feed(0, 3);
	put_state(0, 3, VALUE_INTEGER, 1);
	use_hook(lose_sets, 0);
	ck_assert_int_ne(run(TRIPPSNMP_POWER_OFF), TRIPPSNMP_OK);
}
END_TEST

/* How many SETs were about that outlet, after so many seconds. */
static unsigned sets_of(double seconds, uint32_t device, uint32_t number)
{
	const struct objid name = cell(lx->command, device, number);
	unsigned n = 0;

	for (int i = 0; i < (int)script_count(script, REQUEST_SET); i++)
		for (unsigned k = 0; k < nth_set(i)->varbinds->len; k++)
			n += (double)(nth_set(i)->at - begun) > seconds * (double)USEC_PER_SEC &&
			     objid_equal(
				     &g_array_index(nth_set(i)->varbinds, struct varbind, k).name,
				     &name);
	return n;
}

START_TEST(an_outlet_that_moved_before_any_command_to_it_is_commanded_all_the_same)
{
	const uint32_t device = 2;
	struct objid state;

	begin(1, false);
	script_outlets(script, 0, lx, device, 8);
	add_feed(0, 3);
	add_feed_of(0, device, 3);
	use_hook(lose_sets, 2); /* to device 1; that to device 2 is then put off */
	state = cell(lx->state, device, 3);
	script_change_at(script, begun + USEC_PER_SEC, 0, &state, 1);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_ge(sets_of(0, device, 3), 1);
}
END_TEST

/* The first SET is obeyed; the next ones, to the first outlet, are lost. */
static enum script_fate lose_the_second_round(struct script *network, unsigned pdu,
                                              const struct request *request, struct event *answer)
{
	(void)pdu;
	(void)answer;
	if (request->kind != REQUEST_SET)
		return SCRIPT_ANSWERED;
	network->calls++;
	return network->calls == 2 || network->calls == 3 ? SCRIPT_LOST : SCRIPT_ANSWERED;
}

START_TEST(an_outlet_that_came_back_is_commanded_though_it_went_off_by_itself)
{
	begin(1, false);
	add_feed(0, 3);
	add_feed(0, 4);
	script->hook = lose_the_second_round;
	change_state_at(3, 0, 3, 2);
	change_state_at(3, 0, 4, 2);
	change_state_at(6, 0, 4, 1);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_ge(sets_of(3, 1, 4), 1);
}
END_TEST

/* --- power_timeout --- */

START_TEST(a_stuck_relay_ends_it_after_power_timeout)
{
	begin(1, false);
	add_feed(0, 3);
	use_hook(ignore_sets, 0);
	ck_assert_int_eq(run(TRIPPSNMP_POWER_OFF), TRIPPSNMP_POWER);
	ck_assert(elapsed() >= 20 && elapsed() < 22);
	assert_message("outlet 3 of pdu-a still reads on 20 s after the command");
	assert_message("a stuck relay");
}
END_TEST

START_TEST(a_stuck_relay_is_commanded_again_ever_more_slowly)
{
	usec before = 0;

	begin(1, false);
	add_feed(0, 3);
	use_hook(ignore_sets, 0);
	run(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_ge(script_count(script, REQUEST_SET), 3);
	for (int i = 1; i < (int)script_count(script, REQUEST_SET); i++) {
		const usec pause = nth_set(i)->at - nth_set(i - 1)->at;

		ck_assert_int_gt(pause, before);
		before = pause;
	}
}
END_TEST

START_TEST(an_unknown_state_is_not_ended_by_power_timeout)
{
	begin(1, false);
	add_feed(0, 3);
	use_hook(ignore_sets, 0);
	put_state(0, 3, VALUE_INTEGER, 0);
	change_state_at(40, 0, 3, 1);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert(elapsed() > 40);
}
END_TEST

START_TEST(commands_without_an_answer_are_not_ended_by_power_timeout)
{
	begin(1, false);
	settings.power_timeout = 2 * USEC_PER_SEC;
	add_feed(0, 3);
	use_hook(lose_sets, 6);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_int_gt(nth_set(6)->at - nth_set(0)->at, 2 * USEC_PER_SEC);
}
END_TEST

START_TEST(states_of_an_offline_device_are_not_ended_by_power_timeout)
{
	struct objid status;

	begin(1, false);
	status = status_name(1);
	put_status(1, VALUE_INTEGER, DEVICE_STATUS_OFFLINE);
	add_feed(0, 3);
	script->relay = 31 * USEC_PER_SEC; /* the card passes the command on when it can */
	script_change_at(script, begun + 30 * USEC_PER_SEC, 0, &status, 0);
	assert_ok(TRIPPSNMP_POWER_OFF);
}
END_TEST

/* --- the device's status --- */

START_TEST(an_offline_device_blocks_success)
{
	begin(1, false);
	put_status(1, VALUE_INTEGER, DEVICE_STATUS_OFFLINE);
	add_feed(0, 3);
	ck_assert_int_eq(run((enum trippsnmp_action)_i), TRIPPSNMP_POWER);
	assert_message("pdu-a: the card has lost its device (tlpDeviceStatus is offline)");
}
END_TEST

START_TEST(an_unclear_status_blocks_success)
{
	static const enum value_type unclear[] = { VALUE_NULL, VALUE_ERROR, VALUE_OTHER };

	begin(1, false);
	put_status(1, unclear[_i], 5);
	add_feed(0, 3);
	ck_assert_int_eq(run(TRIPPSNMP_POWER_OFF), TRIPPSNMP_POWER);
	assert_message("tlpDeviceStatus is unclear");
}
END_TEST

START_TEST(a_status_that_is_not_offline_blocks_nothing)
{
	begin(1, false);
	put_status(1, VALUE_INTEGER, _i);
	add_feed(0, 3);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_eq(script->sent->len, 3);
	ck_assert_uint_eq(nth_sweep(0)->varbinds->len, 2);
}
END_TEST

START_TEST(an_absent_status_is_ignored)
{
	begin(1, _i == 1);
	add_feed(0, 3);
	assert_ok(TRIPPSNMP_POWER_OFF);
	/* in v1 it costs one request more, once */
	ck_assert_uint_eq(script->sent->len, _i == 1 ? 4 : 3);
}
END_TEST

START_TEST(another_devices_status_does_not_matter)
{
	begin(1, false);
	put_status(1, VALUE_INTEGER, 0);
	put_status(2, VALUE_INTEGER, DEVICE_STATUS_OFFLINE);
	add_feed(0, 3);
	assert_ok(TRIPPSNMP_POWER_OFF);
}
END_TEST

START_TEST(a_device_that_was_offline_in_the_hold_holds_anew)
{
	struct objid status;

	begin(1, false);
	status = status_name(1);
	put_status(1, VALUE_INTEGER, 0);
	add_feed(0, 3);
	script_change_at(script, begun + 4 * USEC_PER_SEC, 0, &status, DEVICE_STATUS_OFFLINE);
	script_change_at(script, begun + 8 * USEC_PER_SEC, 0, &status, 0);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_int_ge(nth_sweep(-2)->at, begun + 8 * USEC_PER_SEC);
	ck_assert_int_ge(nth_sweep(-1)->at - nth_sweep(-2)->at, HOLD);
}
END_TEST

START_TEST(a_family_without_a_status_is_not_asked_for_it)
{
	const struct family *webcard = script_family("SNMPWEBCARD");
	const struct feed feed = { .family = webcard,
		                   .device = 1,
		                   .number = 3,
		                   .state = TRIPPSNMP_ON,
		                   .text = g_strdup("outlet 3") };

	begin(1, false);
	script_outlets(script, 0, webcard, 1, 8);
	g_array_append_val(feeds, feed);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_eq(nth_sweep(0)->varbinds->len, 1);
}
END_TEST

/* --- what may have been forgotten --- */

static usec quiet_from, quiet_until; /* PDU 0 hears nothing between, from the operation's begin */

static enum script_fate is_quiet(struct script *network, unsigned pdu,
                                 const struct request *request, struct event *answer)
{
	const usec since = network->clock - begun;

	(void)request;
	(void)answer;
	return pdu == 0 && since >= quiet_from && since < quiet_until ? SCRIPT_LOST
	                                                              : SCRIPT_ANSWERED;
}

static void be_quiet(double from, double until)
{
	quiet_from = (usec)(from * (double)USEC_PER_SEC);
	quiet_until = (usec)(until * (double)USEC_PER_SEC);
	use_hook(is_quiet, 0);
}

static void put_uptime(enum value_type type, int64_t ticks)
{
	const struct objid name = { .n = 9, .id = { 1, 3, 6, 1, 2, 1, 1, 3, 0 } };

	script_put(script, 0, &name, type, ticks);
}

START_TEST(without_an_uptime_a_long_silence_means_that_off_is_commanded_again)
{
	begin(1, _i == 1);
	add_feed(0, 3);
	be_quiet(1, 17); /* the sweep that confirms */
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 2);
	ck_assert_int_ge(nth_sweep(-1)->at - nth_set(1)->at, HOLD);
}
END_TEST

START_TEST(a_shorter_silence_is_what_a_bad_network_makes)
{
	begin(1, _i == 1);
	add_feed(0, 3);
	be_quiet(1, 12);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 1);
}
END_TEST

START_TEST(a_long_silence_before_the_first_sweep_counts_too)
{
	begin(1, false);
	add_feed(0, 3);
	be_quiet(0.001, 12);
	script->latency = USEC_PER_SEC / 1000;
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 2);
}
END_TEST

START_TEST(a_pdu_that_was_up_all_the_time_forgets_nothing)
{
	begin(1, _i == 1);
	put_uptime(VALUE_UNSIGNED, 100000);
	add_feed(0, 3);
	be_quiet(1, 12);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 1);
}
END_TEST

START_TEST(a_pdu_that_is_up_for_less_than_its_silence_forgot)
{
	begin(1, false);
	put_uptime(VALUE_UNSIGNED, 300);
	add_feed(0, 3);
	be_quiet(1, 12);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 2);
}
END_TEST

START_TEST(an_uptime_that_is_refused_does_not_help)
{
	/* badValue, as PADM 20.2.1 on a UPS has it; noAccess; authorizationError */
	static const int statuses[] = { 3, 6, 16 };

	begin(1, _i % 2 == 1);
	put_uptime(VALUE_ERROR, statuses[_i / 2]);
	add_feed(0, 3);
	be_quiet(1, 17);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 2);
}
END_TEST

START_TEST(uptime_is_asked_by_itself_and_only_in_doubt)
{
	unsigned n = 0;

	begin(1, false);
	put_uptime(VALUE_UNSIGNED, 100000);
	add_feed(0, 3);
	be_quiet(1, 12);
	assert_ok(TRIPPSNMP_POWER_RESET);
	for (unsigned i = 0; i < script->sent->len; i++) {
		const GArray *varbinds = script_sent(script, i)->varbinds;
		const struct objid *name = &g_array_index(varbinds, struct varbind, 0).name;

		n += name->n == 9 && name->id[7] == 3;
		ck_assert(name->n != 9 || varbinds->len == 1);
	}
	ck_assert_uint_eq(n, 1);
}
END_TEST

static enum script_fate lose_all_sets_but_one(struct script *network, unsigned pdu,
                                              const struct request *request, struct event *answer)
{
	(void)pdu;
	(void)answer;
	return request->kind == REQUEST_SET && network->calls++ > 0 ? SCRIPT_LOST : SCRIPT_ANSWERED;
}

START_TEST(an_outlet_that_was_unknown_before_it_came_back_needs_a_new_acknowledgement)
{
	begin(1, false);
	put_uptime(VALUE_UNSIGNED, 100000);
	add_feed(0, 3);
	change_state_at(3, 0, 3, 0); /* until after the hold */
	change_state_at(8, 0, 3, 2);
	change_state_at(12, 0, 3, 1); /* somebody's cycle */
	use_hook(lose_all_sets_but_one, 0);
	ck_assert_int_eq(run(TRIPPSNMP_POWER_OFF), TRIPPSNMP_POWER);
	assert_message("outlet 3 of pdu-a reads off, and no command was acknowledged");
}
END_TEST

START_TEST(what_a_lost_device_was_told_is_told_again_when_it_is_back)
{
	begin(1, false);
	put_status(1, VALUE_INTEGER, 0);
	add_feed(0, 3);
	g_array_index(feeds, struct feed, 0).lost = true; /* so the inventory saw it */
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 2);
	ck_assert_int_ge(nth_sweep(-1)->at - nth_set(1)->at, HOLD);
}
END_TEST

START_TEST(a_status_that_the_inventory_read_is_not_absent)
{
	begin(1, false);
	add_feed(0, 3);
	g_array_index(feeds, struct feed, 0).status_read = true;
	ck_assert_int_eq(run(TRIPPSNMP_POWER_OFF), TRIPPSNMP_POWER);
	assert_message("tlpDeviceStatus is unclear");
}
END_TEST

/* --- names --- */

static void find_by_name(const char *name)
{
	struct feed *feed = &g_array_index(feeds, struct feed, 0);

	feed->name_column = lx->outlet_name;
	feed->name_key = text_name_key(name, -1);
}

static void rename_outlet(unsigned number, const char *name)
{
	const struct objid cell_name = cell(lx->outlet_name, 1, number);

	script_put_text(script, 0, &cell_name, name);
}

static usec other_name_until;

static enum script_fate shows_another_name(struct script *network, unsigned pdu,
                                           const struct request *request, struct event *answer)
{
	(void)pdu;
	if (request->kind != REQUEST_GET || network->clock >= other_name_until)
		return SCRIPT_ANSWERED;
	for (unsigned i = 0; i < answer->varbinds->len; i++) {
		struct varbind *varbind = &g_array_index(answer->varbinds, struct varbind, i);

		if (!varbind->octets)
			continue;
		g_bytes_unref(varbind->octets);
		varbind->octets = g_bytes_new_static("Outlet 3", 8);
	}
	return SCRIPT_ANSWERED;
}

START_TEST(a_feed_found_by_name_still_has_it_when_it_is_off)
{
	begin(1, _i == 1);
	put_status(1, VALUE_INTEGER, 0);
	rename_outlet(3, " DB1");
	add_feed(0, 3);
	find_by_name("db1");
	assert_ok(TRIPPSNMP_POWER_RESET);
	ck_assert_uint_eq(script->sent->len, 5);
}
END_TEST

START_TEST(rows_that_were_renumbered_are_no_success)
{
	begin(1, false);
	add_feed(0, 3);
	rename_outlet(3, "web");
	rename_outlet(4, "db1");
	find_by_name("db1");
	ck_assert_int_eq(run(TRIPPSNMP_POWER_RESET), TRIPPSNMP_BADCONFIG);
	assert_message("outlet 3 of pdu-a has another name than when it was looked up");
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 1);
}
END_TEST

START_TEST(a_name_that_cannot_be_read_is_no_success)
{
	struct objid name;

	begin(1, false);
	name = cell(lx->outlet_name, 1, 3);
	script_put(script, 0, &name, VALUE_NULL, 0);
	add_feed(0, 3);
	find_by_name("db1");
	ck_assert_int_eq(run(TRIPPSNMP_POWER_OFF), TRIPPSNMP_POWER);
	assert_message("the name of outlet 3 of pdu-a, by which it was found, cannot be read");
}
END_TEST

START_TEST(a_card_that_shows_other_names_for_a_moment_is_given_time)
{
	begin(1, false);
	rename_outlet(3, "db1");
	add_feed(0, 3);
	find_by_name("db1");
	other_name_until = begun + (_i ? 4 : 8) * USEC_PER_SEC;
	use_hook(shows_another_name, 0);
	ck_assert_int_eq(run(TRIPPSNMP_POWER_OFF), _i ? TRIPPSNMP_OK : TRIPPSNMP_BADCONFIG);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), _i ? 2 : 1);
}
END_TEST

START_TEST(on_needs_the_name_as_well)
{
	begin(1, false);
	put_state(0, 3, VALUE_INTEGER, 1);
	rename_outlet(3, "web");
	add_feed(0, 3);
	find_by_name("db1");
	ck_assert_int_eq(run(TRIPPSNMP_POWER_ON), TRIPPSNMP_BADCONFIG);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 1);
}
END_TEST

START_TEST(long_names_are_read_in_answers_of_their_own)
{
	char *name = g_strnfill(200, 'n');
	unsigned all = 0;

	begin(1, false);
	for (unsigned i = 0; i < 8; i++) {
		rename_outlet(i + 1, name);
		add_feed(0, i + 1);
		g_array_index(feeds, struct feed, i).name_column = lx->outlet_name;
		g_array_index(feeds, struct feed, i).name_key = g_strdup(name);
		g_array_index(feeds, struct feed, i).name_bytes = strlen(name);
	}
	assert_ok(TRIPPSNMP_POWER_OFF);
	for (unsigned i = 0; i < script_count(script, REQUEST_GET); i++) {
		const GArray *asked = nth_sweep((int)i)->varbinds;
		unsigned names = 0;

		for (unsigned k = 0; k < asked->len; k++)
			names += g_array_index(asked, struct varbind, k).name.id[lx->entry.n] ==
			         lx->outlet_name;
		ck_assert_uint_le(names, 1);
		all += names;
	}
	ck_assert_uint_eq(all, 16);
	g_free(name);
}
END_TEST

START_TEST(an_absence_across_the_hold_is_told_by_the_answer_that_was_late)
{
	begin(1, false);
	put_uptime(VALUE_UNSIGNED, 300);
	add_feed(0, 3);
	be_quiet(1, 6.5); /* the hold, and then the first attempts to confirm */
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 2);
}
END_TEST

/* --- readings of several PDUs --- */

START_TEST(what_was_read_long_before_the_last_answer_is_read_again)
{
	begin(2, false);
	add_feed(0, 3);
	add_feed(1, 3);
	be_quiet(1, 12); /* PDU 0 is slow to confirm */
	put_uptime(VALUE_UNSIGNED, 100000);
	change_state_at(7, 1, 3, 2); /* pdu-b has said off by then */
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_ge(script_count(script, REQUEST_SET), 3);
	ck_assert_int_eq(state_cell(1, 3)->number, 1);
}
END_TEST

/* --- on --- */

START_TEST(on_is_a_command_and_a_sweep)
{
	begin(1, false);
	put_state(0, 3, VALUE_INTEGER, 1);
	add_feed(0, 3);
	assert_ok(TRIPPSNMP_POWER_ON);
	ck_assert_uint_eq(script->sent->len, 2);
	ck_assert_int_eq(set_value(nth_set(0)), 2);
	ck_assert_int_eq(state_cell(0, 3)->number, 2);
}
END_TEST

START_TEST(on_is_commanded_though_it_reads_on)
{
	begin(1, false);
	add_feed(0, 3);
	assert_ok(TRIPPSNMP_POWER_ON);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 1);
}
END_TEST

START_TEST(on_needs_every_outlet_on)
{
	begin(2, false);
	put_state(0, 3, VALUE_INTEGER, 1);
	put_state(1, 3, VALUE_INTEGER, 1);
	add_feed(0, 3);
	add_feed(1, 3);
	use_hook(pdu_a_is_stuck, 0);
	settings.power_timeout = USEC_PER_SEC / 2;
	ck_assert_int_eq(run(TRIPPSNMP_POWER_ON), TRIPPSNMP_POWER);
	assert_message("outlet 3 of pdu-a still reads off");
}
END_TEST

START_TEST(an_unknown_state_is_not_on)
{
	begin(1, false);
	put_state(0, 3, VALUE_INTEGER, 0);
	add_feed(0, 3);
	script->relay = 1000 * USEC_PER_SEC;
	ck_assert_int_eq(run(TRIPPSNMP_POWER_ON), TRIPPSNMP_POWER);
	assert_message("reads neither on nor off");
}
END_TEST

/* --- reset --- */

START_TEST(reset_is_off_held_then_on)
{
	begin(1, false);
	add_feed(0, 3);
	assert_ok(TRIPPSNMP_POWER_RESET);
	ck_assert_uint_eq(script->sent->len, 5);
	ck_assert_int_eq(set_value(nth_set(0)), 1);
	ck_assert_int_eq(set_value(nth_set(1)), 2);
	ck_assert_int_ge(nth_set(1)->at - nth_sweep(0)->at, HOLD);
	ck_assert_int_eq(state_cell(0, 3)->number, 2);
}
END_TEST

START_TEST(reset_of_what_is_off_already_is_held_then_on)
{
	begin(1, false);
	put_state(0, 3, VALUE_INTEGER, 1);
	add_feed(0, 3);
	assert_ok(TRIPPSNMP_POWER_RESET);
	ck_assert_int_eq(set_value(nth_set(0)), 1);
	ck_assert_int_ge(nth_set(1)->at - begun, HOLD);
	ck_assert_int_eq(state_cell(0, 3)->number, 2);
}
END_TEST

static enum script_fate slow_pdu_b(struct script *network, unsigned pdu,
                                   const struct request *request, struct event *answer)
{
	(void)request;
	(void)answer;
	network->relay = pdu == 1 ? 7 * USEC_PER_SEC : 0;
	return SCRIPT_ANSWERED;
}

START_TEST(all_feeds_are_off_together_for_the_hold)
{
	begin(2, false);
	add_feed(0, 3);
	add_feed(1, 4);
	script->hook = slow_pdu_b;
	assert_ok(TRIPPSNMP_POWER_RESET);
	for (unsigned i = 0; i < script->sent->len; i++)
		if (script_sent(script, i)->kind == REQUEST_SET &&
		    set_value(script_sent(script, i)) == 2)
			ck_assert_int_ge(script_sent(script, i)->at,
			                 begun + 7 * USEC_PER_SEC + HOLD);
}
END_TEST

START_TEST(nothing_is_switched_on_before_the_off_is_proven)
{
	begin(2, false);
	add_feed(0, 3);
	add_feed(1, 4);
	put_state(1, 4, VALUE_NULL, 0);
	script->relay = 1000 * USEC_PER_SEC;
	change_state_at(1, 0, 3, 1);
	ck_assert_int_eq(run(TRIPPSNMP_POWER_RESET), TRIPPSNMP_POWER);
	for (int i = 0; i < (int)script_count(script, REQUEST_SET); i++)
		ck_assert_int_eq(set_value(nth_set(i)), 1);
}
END_TEST

START_TEST(power_that_does_not_return_is_success_with_a_warning)
{
	begin(1, false);
	add_feed(0, 3);
	script->hook = ignore_on;
	assert_ok(TRIPPSNMP_POWER_RESET);
	ck_assert(
		script_said(script, TRIPPSNMP_LOG_WARN,
	                    "the node was off, but its power did not come back: the time is up, "
	                    "and not all outlets are known to be on: outlet 3 of pdu-a reads off"));
}
END_TEST

START_TEST(power_may_take_all_the_time_that_is_left_to_return)
{
	begin(1, false);
	settings.power_timeout = 2 * USEC_PER_SEC;
	add_feed(0, 3);
	script->hook = ignore_on;
	change_state_at(45, 0, 3, 2);
	assert_ok(TRIPPSNMP_POWER_RESET);
	ck_assert(elapsed() >= 45 && elapsed() < 47);
	ck_assert(!script_said(script, TRIPPSNMP_LOG_WARN, "did not come back"));
}
END_TEST

START_TEST(switching_on_that_is_refused_is_success_with_a_warning)
{
	begin(1, false);
	add_feed(0, 3);
	script->hook = refuse_on;
	refusal = SNMP_STATUS_NO_ACCESS;
	assert_ok(TRIPPSNMP_POWER_RESET);
	ck_assert(script_said(script, TRIPPSNMP_LOG_WARN,
	                      "did not come back: outlet 3 of pdu-a: switching is refused"));
}
END_TEST

/* Refuses the first SET of either kind. */
static enum script_fate refuse_once_each(struct script *network, unsigned pdu,
                                         const struct request *request, struct event *answer)
{
	const unsigned bit = 1U << (request->varbinds[0].number & 1);

	(void)pdu;
	if (request->kind != REQUEST_SET || network->calls & bit)
		return SCRIPT_ANSWERED;
	network->calls |= bit;
	answer->error_status = SNMP_STATUS_NO_ACCESS;
	answer->error_index = 1;
	return SCRIPT_ANSWERED;
}

START_TEST(a_refusal_of_off_and_one_of_on_are_not_two)
{
	begin(1, false);
	add_feed(0, 3);
	script->hook = refuse_once_each;
	assert_ok(TRIPPSNMP_POWER_RESET);
	ck_assert_int_eq(state_cell(0, 3)->number, 2);
}
END_TEST

static enum script_fate dies_when_off(struct script *network, unsigned pdu,
                                      const struct request *request, struct event *answer)
{
	(void)pdu;
	(void)answer;
	network->calls += request->kind == REQUEST_SET && request->varbinds[0].number == 2;
	return network->calls ? SCRIPT_LOST : SCRIPT_ANSWERED;
}

START_TEST(a_pdu_that_dies_after_the_off_is_success_with_a_warning)
{
	begin(1, false);
	add_feed(0, 3);
	script->hook = dies_when_off;
	assert_ok(TRIPPSNMP_POWER_RESET);
	ck_assert(script_said(script, TRIPPSNMP_LOG_WARN, "pdu-a does not answer any more"));
}
END_TEST

START_TEST(an_outlet_that_comes_back_in_a_resets_hold_is_held_off_anew)
{
	begin(1, false);
	add_feed(0, 3);
	add_feed(0, 4);
	change_state_at(3, 0, 4, 2);
	assert_ok(TRIPPSNMP_POWER_RESET);
	ck_assert_int_eq(set_value(nth_set(1)), 1);
	ck_assert_int_eq(set_value(nth_set(-1)), 2);
	ck_assert_int_ge(nth_set(-1)->at - nth_set(1)->at, HOLD);
}
END_TEST

/* --- how it ends --- */

static enum script_fate pdu_b_is_silent(struct script *network, unsigned pdu,
                                        const struct request *request, struct event *answer)
{
	(void)network;
	(void)request;
	(void)answer;
	return pdu == 1 ? SCRIPT_LOST : SCRIPT_ANSWERED;
}

START_TEST(a_silent_pdu_is_named_when_the_time_is_up)
{
	begin(2, false);
	add_feed(0, 3);
	add_feed(1, 3);
	script->hook = pdu_b_is_silent;
	ck_assert_int_eq(run(TRIPPSNMP_POWER_OFF), TRIPPSNMP_TIMEOUT);
	assert_message("the time is up, and not all outlets are known to be off: pdu-b does not "
	               "answer any more");
}
END_TEST

START_TEST(an_outlet_that_reads_on_is_named_when_the_time_is_up)
{
	begin(1, false);
	settings.power_timeout = 100 * USEC_PER_SEC;
	add_feed(0, 3);
	use_hook(ignore_sets, 0);
	ck_assert_int_eq(run(TRIPPSNMP_POWER_OFF), TRIPPSNMP_POWER);
	assert_message("outlet 3 of pdu-a reads on");
}
END_TEST

START_TEST(a_command_without_an_answer_is_said_when_the_time_is_up)
{
	begin(1, false);
	put_state(0, 3, VALUE_INTEGER, 1);
	add_feed(0, 3);
	use_hook(refuse_sets, 0);
	refusal = SNMP_STATUS_WRONG_VALUE;
	ck_assert_int_eq(run(TRIPPSNMP_POWER_OFF), TRIPPSNMP_POWER);
	assert_message("outlet 3 of pdu-a reads off, and no command was acknowledged");
}
END_TEST

START_TEST(a_hold_that_did_not_fit_is_said_when_the_time_is_up)
{
	begin(1, false);
	settings.off_hold = 100 * USEC_PER_SEC;
	add_feed(0, 3);
	ck_assert_int_eq(run(TRIPPSNMP_POWER_OFF), TRIPPSNMP_POWER);
	assert_message("the time was up before off_hold was");
}
END_TEST

START_TEST(a_fault_of_this_machine_ends_it_as_ours)
{
	struct event event = { .type = EVENT_FAULT };

	begin(1, false);
	add_feed(0, 3);
	use_hook(lose_sets, 0);
	for (unsigned i = 0; i < (unsigned)TOTAL; i++) { /* right after each attempt */
		event.tag = i + 1;
		event.reason = g_strdup("no socket");
		script_inject(script, begun + i * (USEC_PER_SEC + 1) + 1, &event);
	}
	ck_assert_int_eq(run(TRIPPSNMP_POWER_OFF), TRIPPSNMP_INTERNAL);
	ck_assert_str_eq(outcome.message, "pdu-a: no socket");
}
END_TEST

static enum script_fate refuse_only_pdu_a(struct script *network, unsigned pdu,
                                          const struct request *request, struct event *answer)
{
	network->context = NULL;
	return pdu == 0 ? refuse_sets(network, pdu, request, answer) : SCRIPT_ANSWERED;
}

START_TEST(no_command_is_sent_to_any_pdu_once_it_has_ended)
{
	begin(3, false);
	for (unsigned i = 0; i < 3; i++)
		add_feed(i, 3);
	script->hook = refuse_only_pdu_a;
	refusal = SNMP_STATUS_NO_ACCESS;
	ck_assert_int_eq(run(TRIPPSNMP_POWER_RESET), TRIPPSNMP_ACCESS);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 4); /* two to pdu-a, one each */
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(set_value(nth_set(i)), 1);
}
END_TEST

static TCase *tcase_new(const char *title)
{
	TCase *tcase = tcase_create(title);

	tcase_add_checked_fixture(tcase, NULL, finish);
	return tcase;
}

static TCase *off_case(void)
{
	TCase *tcase = tcase_new("off");

	tcase_add_test(tcase, off_is_a_command_and_two_sweeps_a_hold_apart);
	tcase_add_test(tcase, off_takes_two_sweeps_even_without_a_hold);
	tcase_add_test(tcase, the_hold_begins_when_the_first_sweep_is_answered);
	tcase_add_test(tcase, off_is_commanded_though_it_reads_off);
	tcase_add_loop_test(tcase, what_is_not_the_integer_1_is_never_off, 0, 14);
	tcase_add_loop_test(tcase, an_outlet_that_vanished_is_not_off, 0, 2);
	tcase_add_test(tcase, a_lost_half_of_a_command_is_sent_again_before_power_timeout_judges);
	tcase_add_test(tcase, every_outlet_of_the_node_must_be_off);
	tcase_add_test(tcase,
	               an_outlet_that_comes_back_in_the_hold_is_switched_off_again_and_held_anew);
	tcase_add_test(tcase, an_outlet_that_comes_back_only_then_holds_the_others_up_too);
	tcase_add_test(tcase, an_unknown_state_in_the_confirming_sweep_holds_anew);
	tcase_add_test(tcase, a_slow_relay_is_polled_quickly_then_slower);
	return tcase;
}

static TCase *commands_case(void)
{
	TCase *tcase = tcase_new("commands");

	tcase_add_test(tcase, several_outlets_of_one_device_are_one_set);
	tcase_add_test(tcase, outlets_of_two_devices_are_two_sets);
	tcase_add_test(tcase, pdus_are_commanded_at_the_same_time);
	tcase_add_test(tcase, what_a_set_of_several_left_undone_is_sent_one_by_one);
	tcase_add_test(tcase, a_set_of_several_that_fails_is_sent_one_by_one_at_once);
	tcase_add_loop_test(tcase, an_access_error_seen_twice_ends_it, 0, 4);
	tcase_add_test(tcase, an_access_error_seen_once_does_not_end_it);
	tcase_add_loop_test(tcase, a_no_such_name_refuses_in_v1_alone, 0, 2);
	tcase_add_loop_test(tcase, an_error_that_is_no_access_error_does_not_end_it, 0, 5);
	tcase_add_test(tcase, a_refused_report_seen_twice_ends_it);
	tcase_add_test(tcase, a_lost_command_is_sent_again);
	tcase_add_test(tcase,
	               after_four_attempts_without_an_answer_a_sweep_looks_what_became_of_it);
	tcase_add_test(tcase, an_unanswered_command_proves_nothing_though_the_outlet_moved);
	tcase_add_test(tcase, a_command_whose_first_answers_are_lost_counts_when_one_arrives);
	tcase_add_test(tcase, an_unanswered_command_proves_nothing_where_it_read_off_already);
	tcase_add_test(tcase, where_it_read_off_already_the_answer_that_comes_at_last_counts);
	tcase_add_test(tcase, an_outlet_of_unknown_state_needs_an_answered_command);
	tcase_add_test(tcase,
	               an_outlet_that_moved_before_any_command_to_it_is_commanded_all_the_same);
	tcase_add_test(tcase, an_outlet_that_came_back_is_commanded_though_it_went_off_by_itself);
	return tcase;
}

static TCase *timeout_case(void)
{
	TCase *tcase = tcase_new("power_timeout");

	tcase_add_test(tcase, a_stuck_relay_ends_it_after_power_timeout);
	tcase_add_test(tcase, a_stuck_relay_is_commanded_again_ever_more_slowly);
	tcase_add_test(tcase, an_unknown_state_is_not_ended_by_power_timeout);
	tcase_add_test(tcase, commands_without_an_answer_are_not_ended_by_power_timeout);
	tcase_add_test(tcase, power_timeout_runs_anew_for_an_outlet_that_had_obeyed);
	tcase_add_test(tcase, states_of_an_offline_device_are_not_ended_by_power_timeout);
	return tcase;
}

static TCase *status_case(void)
{
	TCase *tcase = tcase_new("device status");

	tcase_add_loop_test(tcase, an_offline_device_blocks_success, TRIPPSNMP_POWER_OFF,
	                    TRIPPSNMP_POWER_RESET + 1);
	tcase_add_loop_test(tcase, an_unclear_status_blocks_success, 0, 3);
	tcase_add_loop_test(tcase, a_status_that_is_not_offline_blocks_nothing, 0, 5);
	tcase_add_loop_test(tcase, an_absent_status_is_ignored, 0, 2);
	tcase_add_test(tcase, another_devices_status_does_not_matter);
	tcase_add_test(tcase, a_device_that_was_offline_in_the_hold_holds_anew);
	tcase_add_test(tcase, a_family_without_a_status_is_not_asked_for_it);
	tcase_add_test(tcase, what_a_lost_device_was_told_is_told_again_when_it_is_back);
	tcase_add_test(tcase, a_status_that_the_inventory_read_is_not_absent);
	return tcase;
}

static TCase *doubt_case(void)
{
	TCase *tcase = tcase_new("doubt");

	tcase_add_loop_test(
		tcase, without_an_uptime_a_long_silence_means_that_off_is_commanded_again, 0, 2);
	tcase_add_loop_test(tcase, a_shorter_silence_is_what_a_bad_network_makes, 0, 2);
	tcase_add_test(tcase, a_long_silence_before_the_first_sweep_counts_too);
	tcase_add_loop_test(tcase, a_pdu_that_was_up_all_the_time_forgets_nothing, 0, 2);
	tcase_add_test(tcase, a_pdu_that_is_up_for_less_than_its_silence_forgot);
	tcase_add_loop_test(tcase, an_uptime_that_is_refused_does_not_help, 0, 6);
	tcase_add_test(tcase, uptime_is_asked_by_itself_and_only_in_doubt);
	tcase_add_test(tcase,
	               an_outlet_that_was_unknown_before_it_came_back_needs_a_new_acknowledgement);
	tcase_add_loop_test(tcase, a_feed_found_by_name_still_has_it_when_it_is_off, 0, 2);
	tcase_add_test(tcase, rows_that_were_renumbered_are_no_success);
	tcase_add_test(tcase, a_name_that_cannot_be_read_is_no_success);
	tcase_add_loop_test(tcase, a_card_that_shows_other_names_for_a_moment_is_given_time, 0, 2);
	tcase_add_test(tcase, on_needs_the_name_as_well);
	tcase_add_test(tcase, long_names_are_read_in_answers_of_their_own);
	tcase_add_test(tcase, an_absence_across_the_hold_is_told_by_the_answer_that_was_late);
	tcase_add_test(tcase, what_was_read_long_before_the_last_answer_is_read_again);
	return tcase;
}

static TCase *on_case(void)
{
	TCase *tcase = tcase_new("on");

	tcase_add_test(tcase, on_is_a_command_and_a_sweep);
	tcase_add_test(tcase, on_is_commanded_though_it_reads_on);
	tcase_add_test(tcase, on_needs_every_outlet_on);
	tcase_add_test(tcase, an_unknown_state_is_not_on);
	return tcase;
}

static TCase *reset_case(void)
{
	TCase *tcase = tcase_new("reset");

	tcase_add_test(tcase, reset_is_off_held_then_on);
	tcase_add_test(tcase, reset_of_what_is_off_already_is_held_then_on);
	tcase_add_test(tcase, all_feeds_are_off_together_for_the_hold);
	tcase_add_test(tcase, nothing_is_switched_on_before_the_off_is_proven);
	tcase_add_test(tcase, power_that_does_not_return_is_success_with_a_warning);
	tcase_add_test(tcase, power_may_take_all_the_time_that_is_left_to_return);
	tcase_add_test(tcase, switching_on_that_is_refused_is_success_with_a_warning);
	tcase_add_test(tcase, a_refusal_of_off_and_one_of_on_are_not_two);
	tcase_add_test(tcase, a_pdu_that_dies_after_the_off_is_success_with_a_warning);
	tcase_add_test(tcase, an_outlet_that_comes_back_in_a_resets_hold_is_held_off_anew);
	return tcase;
}

static TCase *ends_case(void)
{
	TCase *tcase = tcase_new("ends");

	tcase_add_test(tcase, a_silent_pdu_is_named_when_the_time_is_up);
	tcase_add_test(tcase, an_outlet_that_reads_on_is_named_when_the_time_is_up);
	tcase_add_test(tcase, a_command_without_an_answer_is_said_when_the_time_is_up);
	tcase_add_test(tcase, a_hold_that_did_not_fit_is_said_when_the_time_is_up);
	tcase_add_test(tcase, a_fault_of_this_machine_ends_it_as_ours);
	tcase_add_test(tcase, no_command_is_sent_to_any_pdu_once_it_has_ended);
	return tcase;
}

int main(void)
{
	Suite *suite = suite_create("power");

	suite_add_tcase(suite, off_case());
	suite_add_tcase(suite, commands_case());
	suite_add_tcase(suite, timeout_case());
	suite_add_tcase(suite, status_case());
	suite_add_tcase(suite, doubt_case());
	suite_add_tcase(suite, on_case());
	suite_add_tcase(suite, reset_case());
	suite_add_tcase(suite, ends_case());

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
