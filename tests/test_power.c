/*
 * The promise, rule by rule: what off, on and reset may call success, what
 * they do on the way, and what ends them otherwise.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "power_rig.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

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

/* How many lines at WARN hold the text. */
static unsigned count_warned(const char *text)
{
	unsigned n = 0;

	for (const char *at = script->lines[TRIPPSNMP_LOG_WARN]->str; (at = strstr(at, text)); at++)
		n++;
	return n;
}

/* --- off --- */

START_TEST(off_is_a_command_and_sweeps_through_the_hold)
{
	begin(1, false);
	add_feed(0, 3);
	assert_ok(TRIPPSNMP_POWER_OFF);
	/* the command, a sweep, uptime, two polls, the sweep that confirms, uptime */
	ck_assert_uint_eq(script->sent->len, 7);
	ck_assert_int_eq(set_value(nth_set(0)), 1);
	ck_assert(is_uptime(script_sent(script, 2)));
	ck_assert(is_uptime(script_sent(script, 6)));
	assert_held_from(nth_sweep(0)->at + script->latency);
	ck_assert_int_eq(state_cell(0, 3)->number, 1);
	ck_assert_int_eq(state_cell(0, 4)->number, 2);
}
END_TEST

START_TEST(on_what_evidence_off_is_granted_is_one_line_with_each_outlet_and_pdu)
{
	begin(2, false);
	script_start_engine(script, 1, begun - DAY, 7);
	add_feed(0, 3);
	add_feed(1, 4);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert(
		script_said(script, TRIPPSNMP_LOG_INFO,
	                    "off is proven: outlet 3 of pdu-a: told at 0.00 s, acknowledged at "));
	ck_assert(script_said(script, TRIPPSNMP_LOG_INFO,
	                      "; outlet 4 of pdu-b: told at 0.00 s, acknowledged at "));
	ck_assert(script_said(script, TRIPPSNMP_LOG_INFO,
	                      "; pdu-a has not restarted since, by its sysUpTime of 86405 s, "));
	ck_assert(script_said(script, TRIPPSNMP_LOG_INFO,
	                      "; pdu-b has not restarted since, by its engine time of 86405 s, "));
}
END_TEST

START_TEST(off_takes_two_sweeps_even_without_a_hold)
{
	begin(1, false);
	settings.off_hold = 0;
	add_feed(0, 3);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_eq(script->sent->len, 4);
	ck_assert_uint_eq(count_sweeps(), 2);
	ck_assert(is_uptime(script_sent(script, 3)));
}
END_TEST

/* Loses all sweeps but the first, whose answer comes twice. */
static enum script_fate answer_one_sweep_twice(struct script *network, unsigned pdu,
                                               const struct request *request, struct event *answer)
{
	struct event copy = *answer;

	(void)pdu;
	if (request->kind != REQUEST_GET || request->varbinds[0].name.n == 9)
		return SCRIPT_ANSWERED;
	if (network->calls++)
		return SCRIPT_LOST;
	copy.varbinds = g_array_ref(answer->varbinds);
	script_inject(network, network->clock + USEC_PER_SEC, &copy);
	return SCRIPT_ANSWERED;
}

START_TEST(one_answer_that_comes_twice_is_one_reading)
{
	begin(1, false);
	settings.off_hold = 0;
	add_feed(0, 3);
	script->hook = answer_one_sweep_twice;
	ck_assert_int_eq(run(TRIPPSNMP_POWER_OFF), TRIPPSNMP_TIMEOUT);
	assert_message("pdu-a does not answer any more");
}
END_TEST

static enum script_fate answer_all_twice(struct script *network, unsigned pdu,
                                         const struct request *request, struct event *answer)
{
	struct event copy = *answer;

	(void)pdu;
	(void)request;
	copy.varbinds = g_array_ref(answer->varbinds);
	script_inject(network, network->clock + USEC_PER_SEC / 3, &copy);
	return SCRIPT_ANSWERED;
}

START_TEST(answers_that_come_twice_stand_in_nobodys_way)
{
	begin(2, _i == 1);
	add_feed(0, 3);
	add_feed(1, 4);
	script->hook = answer_all_twice;
	assert_ok(TRIPPSNMP_POWER_RESET);
	ck_assert(!power_short_of_on(power));
	ck_assert(elapsed() < 7);
}
END_TEST

START_TEST(the_hold_begins_when_the_first_sweep_is_answered)
{
	begin(1, false);
	script->latency = USEC_PER_SEC / 2;
	add_feed(0, 3);
	assert_ok(TRIPPSNMP_POWER_OFF);
	assert_held_from(nth_sweep(0)->at + script->latency);
}
END_TEST

START_TEST(in_the_hold_each_pdu_is_polled_every_two_seconds)
{
	usec before[2];

	begin(2, false);
	settings.off_hold = 12 * USEC_PER_SEC;
	add_feed(0, 3);
	add_feed(1, 4);
	if (_i == 1)
		have_no_uptime(1);
	if (_i == 2)
		put_uptime(1, VALUE_ERROR, SNMP_STATUS_GEN_ERR);
	assert_ok(TRIPPSNMP_POWER_OFF);
	before[0] = before[1] = begun;
	for (unsigned i = 0; i < script->sent->len; i++) {
		const struct script_request *sent = script_sent(script, i);

		if (!is_sweep(sent))
			continue;
		ck_assert_int_le(sent->at - before[sent->pdu],
		                 2 * USEC_PER_SEC + 3 * script->latency);
		before[sent->pdu] = sent->at;
	}
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

static const char *const with_main[] = { "LX PDU", "LX ATS", "LX UPS", "SNMPWEBCARD" };

/* The evidence, the hold and the commands are those of any outlet. */
START_TEST(a_main_load_is_switched_and_proven_as_an_outlet_is)
{
	begin(1, _i % 2);
	add_main_feed(0, script_family(with_main[_i / 2]));
	assert_ok(TRIPPSNMP_POWER_OFF);
	assert_held_from(nth_sweep(0)->at);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 1);
	finish();
	begin(1, _i % 2);
	add_main_feed(0, script_family(with_main[_i / 2]));
	add_feed(0, 3);
	assert_ok(TRIPPSNMP_POWER_RESET);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 4);
	for (unsigned i = 0; i < feeds->len; i++)
		ck_assert(!is_really_off(&g_array_index(feeds, struct feed, i)));
}
END_TEST

START_TEST(a_main_load_that_is_mixed_is_not_off)
{
	const struct family *main = script_family("SNMPWEBCARD")->main;
	const struct objid state = family_instance(main, main->state, 1, TRIPPSNMP_MAIN);

	begin(1, false);
	add_main_feed(0, script_family("SNMPWEBCARD"));
	script_put(script, 0, &state, VALUE_INTEGER, 3);
	script->relay = 1000 * USEC_PER_SEC;
	ck_assert_int_eq(run(TRIPPSNMP_POWER_OFF), TRIPPSNMP_POWER);
	assert_message("the main load of pdu-a reads neither on nor off (INTEGER 3)");
}
END_TEST

START_TEST(a_main_load_of_a_device_that_is_lost_is_not_off)
{
	begin(1, false);
	add_main_feed(0, lx);
	put_status(1, VALUE_INTEGER, DEVICE_STATUS_OFFLINE);
	ck_assert_int_eq(run(TRIPPSNMP_POWER_OFF), TRIPPSNMP_POWER);
	assert_message("so the state of the main load of pdu-a cannot be trusted");
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
	/* a poll finds it */
	ck_assert_int_lt(nth_set(1)->at, at(4.1));
	assert_held_from(nth_set(1)->at + 2 * script->latency);
	ck_assert(script_said(script, TRIPPSNMP_LOG_WARN, "outlet 3 of pdu-a has come back on"));
}
END_TEST

START_TEST(an_outlet_that_comes_back_only_then_holds_the_others_up_too)
{
	begin(2, false);
	add_feed(0, 3);
	add_feed(1, 4);
	change_state_at(4.5, 1, 4, 2);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 3);
	assert_held_from(nth_set(-1)->at + 2 * script->latency);
}
END_TEST

START_TEST(an_unknown_state_in_the_hold_holds_anew)
{
	begin(1, false);
	add_feed(0, 3);
	change_state_at(3 + _i, 0, 3, 0); /* a poll finds it, or the sweep that confirms */
	change_state_at(7, 0, 3, 1);
	assert_ok(TRIPPSNMP_POWER_OFF);
	assert_held_from(at(7));
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 1);
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
	if (_i)
		change_state_at(9, 0, 3, 0);
	change_state_at(10.5, 0, 3, 2);
	assert_ok(TRIPPSNMP_POWER_OFF);
}
END_TEST

START_TEST(power_timeout_does_not_run_while_the_state_is_unknown)
{
	begin(1, false);
	settings.power_timeout = 4 * USEC_PER_SEC;
	add_feed(0, 3);
	use_hook(ignore_sets, 1);
	put_state(0, 3, VALUE_INTEGER, 0);
	change_state_at(10, 0, 3, 2);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 2);
}
END_TEST

START_TEST(a_slow_relay_is_polled_quickly_then_slower)
{
	usec pause = 0;

	begin(1, false);
	script->relay = 8 * USEC_PER_SEC;
	add_feed(0, 3);
	/* later commands must not keep it busy: it moves with the first */
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_int_lt(nth_sweep(1)->at - nth_sweep(0)->at, USEC_PER_SEC / 10);
	for (int i = 1; nth_sweep(i)->at < at(8); i++) {
		pause = nth_sweep(i)->at - nth_sweep(i - 1)->at;
		ck_assert_int_le(pause, USEC_PER_SEC * 11 / 10);
	}
	ck_assert_int_ge(pause, USEC_PER_SEC * 9 / 10);
}
END_TEST

/* --- commands --- */

START_TEST(each_outlet_has_a_set_of_its_own)
{
	begin(1, false);
	settings.off_hold = 0;
	add_feed(0, 3);
	add_feed(0, 4);
	add_feed(0, 8);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 3);
	/* and is read with the others */
	ck_assert_uint_eq(script->sent->len, 6);
	ck_assert_uint_eq(nth_sweep(0)->varbinds->len, 4);
}
END_TEST

START_TEST(a_pdu_without_outlets_of_the_node_is_asked_nothing)
{
	begin(2, false);
	add_feed((unsigned)_i, 3);
	assert_ok(TRIPPSNMP_POWER_RESET);
	for (unsigned i = 0; i < script->sent->len; i++)
		ck_assert_int_eq(script_sent(script, i)->pdu, _i);
	ck_assert(!script_said(script, TRIPPSNMP_LOG_INFO, _i ? "pdu-a" : "pdu-b"));
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
	ck_assert_int_le(script->clock - begun, HOLD + 6 * script->latency);
	ck_assert_uint_eq(script->sent->len, 16 * 9);
}
END_TEST

START_TEST(a_command_that_fails_does_not_hold_up_the_next_outlets)
{
	begin(1, false);
	add_feed(0, 3);
	add_feed(0, 4);
	use_hook(refuse_sets, 1);
	refusal = _i ? SNMP_STATUS_NO_ACCESS : SNMP_STATUS_GEN_ERR;
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 3);
	ck_assert_int_lt(nth_set(1)->at, at(0.1));
	ck_assert(!asks_for(nth_set(1),
	                    &g_array_index(nth_set(0)->varbinds, struct varbind, 0).name));
}
END_TEST

/* Commands to outlet 3 are lost. */
static enum script_fate three_is_deaf(struct script *network, unsigned pdu,
                                      const struct request *request, struct event *answer)
{
	const struct objid three = cell(lx->command, 1, 3);

	(void)network;
	(void)pdu;
	(void)answer;
	return objid_equal(&request->varbinds[0].name, &three) ? SCRIPT_LOST : SCRIPT_ANSWERED;
}

START_TEST(a_command_without_an_answer_does_not_hold_up_the_next_outlets)
{
	begin(1, false);
	add_feed(0, 3);
	add_feed(0, 4);
	script->hook = three_is_deaf;
	ck_assert_int_eq(run(TRIPPSNMP_POWER_OFF), TRIPPSNMP_POWER);
	assert_message("outlet 3 of pdu-a reads on, and no command was acknowledged");
	ck_assert_int_eq(state_cell(0, 4)->number, 1);
}
END_TEST

START_TEST(an_access_error_that_lasts_ends_it)
{
	static const int statuses[] = { SNMP_STATUS_NO_ACCESS, SNMP_STATUS_NOT_WRITABLE,
		                        SNMP_STATUS_AUTHORIZATION_ERROR, SNMP_STATUS_READ_ONLY };

	begin(1, false);
	add_feed(0, 3);
	use_hook(refuse_sets, 0);
	refusal = statuses[_i];
	ck_assert_int_eq(run(TRIPPSNMP_POWER_OFF), TRIPPSNMP_ACCESS);
	ck_assert(elapsed() >= 5 && elapsed() < 6);
	for (int i = 1; i < (int)script_count(script, REQUEST_SET); i++)
		ck_assert_int_le(nth_set(i)->at - nth_set(i - 1)->at, USEC_PER_SEC);
	ck_assert(script_said(script, TRIPPSNMP_LOG_WARN, "switching is refused"));
	ck_assert_uint_eq(count_warned("; asking again until it has lasted"), 1);
	assert_message("outlet 3 of pdu-a: switching is refused");
	assert_message(snmp_status_text(refusal));
	assert_message("write access");
}
END_TEST

START_TEST(an_access_error_lasts_as_long_as_it_is_told_to)
{
	begin(1, false);
	settings.lasts = 2 * USEC_PER_SEC;
	add_feed(0, 3);
	use_hook(refuse_sets, 0);
	refusal = SNMP_STATUS_NO_ACCESS;
	ck_assert_int_eq(run(TRIPPSNMP_POWER_OFF), TRIPPSNMP_ACCESS);
	ck_assert(elapsed() >= 2 && elapsed() < 3);
}
END_TEST

/* One refusal after another. */
static enum script_fate refuse_in_turn(struct script *network, unsigned pdu,
                                       const struct request *request, struct event *answer)
{
	(void)pdu;
	if (request->kind != REQUEST_SET || network->clock >= at(12))
		return SCRIPT_ANSWERED;
	answer->error_status = network->calls++ % 3 ? SNMP_STATUS_NO_ACCESS : refusal;
	answer->error_index = 1;
	return SCRIPT_ANSWERED;
}

START_TEST(a_refusal_that_changes_has_not_lasted)
{
	static const int statuses[] = { SNMP_STATUS_NOT_WRITABLE, SNMP_STATUS_GEN_ERR };

	begin(1, false);
	add_feed(0, 3);
	script->hook = refuse_in_turn;
	refusal = statuses[_i];
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_int_ge(nth_set(-1)->at, at(12));
}
END_TEST

START_TEST(an_access_error_seen_once_does_not_end_it)
{
	begin(1, false);
	add_feed(0, 3);
	use_hook(refuse_sets, 1);
	refusal = SNMP_STATUS_NO_ACCESS;
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert(elapsed() < 6.5);
}
END_TEST

/* Obeys nothing before 9.5 s, and refuses in the first half second and from 4 s on. */
static enum script_fate refuses_with_a_break(struct script *network, unsigned pdu,
                                             const struct request *request, struct event *answer)
{
	if (elapsed() >= 9.5)
		return SCRIPT_ANSWERED;
	if (elapsed() < 0.5 || elapsed() >= 4)
		return refuse_sets(network, pdu, request, answer);
	return ignore_sets(network, pdu, request, answer);
}

START_TEST(a_refusal_before_an_acknowledgement_has_not_lasted)
{
	begin(1, false);
	add_feed(0, 3);
	use_hook(refuses_with_a_break, 0);
	refusal = SNMP_STATUS_NO_ACCESS;
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_eq(count_warned("; asking again until it has lasted"), 2);
}
END_TEST

START_TEST(a_no_such_name_refuses_in_v1_alone)
{
	begin(1, _i == 1);
	add_feed(0, 3);
	use_hook(refuse_sets, 0);
	refusal = SNMP_STATUS_NO_SUCH_NAME;
	run(TRIPPSNMP_POWER_OFF);
	ck_assert_int_eq(outcome.error, _i == 1 ? TRIPPSNMP_ACCESS : TRIPPSNMP_POWER);
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
	ck_assert_uint_eq(count_warned("outlet 3 of pdu-a: the command is answered with "), 1);
}
END_TEST

/* The first SET fails, and the one after the outlet has come back. */
static enum script_fate fails_twice(struct script *network, unsigned pdu,
                                    const struct request *request, struct event *answer)
{
	(void)pdu;
	if (request->kind == REQUEST_SET && (network->calls++ == 0 || network->calls == 3)) {
		answer->error_status = SNMP_STATUS_GEN_ERR;
		answer->error_index = 1;
	}
	return SCRIPT_ANSWERED;
}

START_TEST(an_error_that_comes_again_after_an_acknowledgement_is_said_again)
{
	begin(1, false);
	add_feed(0, 3);
	script->hook = fails_twice;
	change_state_at(3, 0, 3, 2);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 4);
	ck_assert_uint_eq(count_warned("outlet 3 of pdu-a: the command is answered with genErr"),
	                  2);
}
END_TEST

/* What a card that is starting denies, until a time, and from one on. */
static enum denial_of { DENY_READS, DENY_SETS, DENY_USER } denied;
static usec deny_from, deny_until;

static enum script_fate denies(struct script *network, unsigned pdu, const struct request *request,
                               struct event *answer)
{
	struct event report = { .type = EVENT_REFUSED, .pdu = pdu, .tag = request->tag };

	if (network->clock < deny_from || network->clock >= deny_until)
		return SCRIPT_ANSWERED;
	if (denied == DENY_USER) {
		report.reason = g_strdup("unknown user");
		script_inject(network, network->clock + network->latency, &report);
		return SCRIPT_LOST;
	}
	if ((request->kind == REQUEST_SET) != (denied == DENY_SETS))
		return SCRIPT_ANSWERED;
	answer->error_status = refusal;
	answer->error_index = 1;
	return SCRIPT_ANSWERED;
}

static void deny(enum denial_of what, double from, double until)
{
	denied = what;
	deny_from = at(from);
	deny_until = at(until);
	refusal = what == DENY_READS ? SNMP_STATUS_AUTHORIZATION_ERROR : SNMP_STATUS_NOT_WRITABLE;
	script->hook = denies;
}

START_TEST(what_a_card_denies_for_four_seconds_is_no_answer)
{
	begin(1, false);
	add_feed(0, 3);
	change_state_at(5, 0, 3, 2); /* so that there is a second command to deny */
	deny((enum denial_of)(_i / 3), _i % 3, _i % 3 + 4);
	assert_ok(TRIPPSNMP_POWER_OFF);
}
END_TEST

START_TEST(what_a_card_denies_for_ever_ends_it_after_five_seconds)
{
	begin(1, false);
	add_feed(0, 3);
	deny((enum denial_of)(_i / 2), _i % 2, TOTAL);
	if (_i % 2)
		change_state_at(1, 0, 3, 2);
	ck_assert_int_eq(run(TRIPPSNMP_POWER_OFF), TRIPPSNMP_ACCESS);
	/* four commands are refused, and then the readings are for five seconds */
	ck_assert(elapsed() >= 5 + _i % 2 && elapsed() < 9.5 + _i % 2);
	assert_message(denied == DENY_USER    ? "pdu-a: unknown user"
	               : denied == DENY_READS ? "pdu-a: reading is refused (authorizationError"
	                                      : "outlet 3 of pdu-a: switching is refused");
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

/* Answers to SETs come so much later, at least those to the first (context) ones. */
static usec set_answers_late;

static enum script_fate answer_sets_late(struct script *network, unsigned pdu,
                                         const struct request *request, struct event *answer)
{
	(void)pdu;
	if (!acts_on(network, request))
		return SCRIPT_ANSWERED;
	script_inject(network, network->clock + set_answers_late, answer);
	*answer = (struct event){ .type = EVENT_ANSWER };
	return SCRIPT_UNANSWERED;
}

START_TEST(an_acknowledgement_counts_though_nothing_waits_for_it_any_more)
{
	begin(1, false);
	settings.off_hold = 0;
	add_feed(0, 3);
	set_answers_late = 8 * USEC_PER_SEC;
	use_hook(answer_sets_late, 0);
	assert_ok(TRIPPSNMP_POWER_OFF);
	/* the first one, and after it those to the commands that were sent meanwhile */
	ck_assert(elapsed() >= 8 && elapsed() < 25);
}
END_TEST

static struct event kept; /* an answer that comes when the test wants it */

/* Keeps the answer to the first SET. */
static enum script_fate keep_first_acknowledgement(struct script *network, unsigned pdu,
                                                   const struct request *request,
                                                   struct event *answer)
{
	(void)pdu;
	if (request->kind != REQUEST_SET || network->calls++)
		return SCRIPT_ANSWERED;
	kept = *answer;
	*answer = (struct event){ .type = EVENT_ANSWER };
	return SCRIPT_UNANSWERED;
}

/* Hears the kept answer before the first question, and then loses all SETs. */
static enum script_fate deliver_kept(struct script *network, unsigned pdu,
                                     const struct request *request, struct event *answer)
{
	(void)pdu;
	(void)answer;
	if (kept.varbinds)
		script_inject(network, network->clock, &kept);
	kept = (struct event){ .type = EVENT_ANSWER };
	return request->kind == REQUEST_SET ? SCRIPT_LOST : SCRIPT_ANSWERED;
}

START_TEST(an_acknowledgement_of_an_earlier_look_does_not_count)
{
	struct machine machine;

	begin(1, false);
	settings.off_hold = 0;
	add_feed(0, 3);
	script->hook = keep_first_acknowledgement;
	power = power_new(1, script->labels, feeds, &settings, &script->log);
	machine = power_machine(power);
	ck_assert(!script_run(script, &machine, 0.5));
	power_free(power);
	/* row 3 may have been another's then; now it is the node's, and off for another reason */
	script->hook = deliver_kept;
	ck_assert_int_eq(run(TRIPPSNMP_POWER_OFF), TRIPPSNMP_POWER);
	assert_message("outlet 3 of pdu-a reads off, and no command was acknowledged");
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

START_TEST(an_outlet_that_came_back_is_read_as_quickly_as_at_first)
{
	begin(1, false);
	script->relay = USEC_PER_SEC / 10;
	add_feed(0, 3);
	change_state_at(3, 0, 3, 2);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_int_lt(script->clock - nth_set(1)->at, HOLD + USEC_PER_SEC / 3);
}
END_TEST

/* The first SET is acknowledged a second time at 4.5 s; no later one is heard before 8 s. */
static enum script_fate acknowledge_the_first_twice(struct script *network, unsigned pdu,
                                                    const struct request *request,
                                                    struct event *answer)
{
	struct event copy = *answer;

	(void)pdu;
	if (request->kind != REQUEST_SET)
		return SCRIPT_ANSWERED;
	if (network->calls++)
		return elapsed() < 8 ? SCRIPT_LOST : SCRIPT_ANSWERED;
	copy.varbinds = g_array_ref(answer->varbinds);
	script_inject(network, at(4.5), &copy);
	return SCRIPT_ANSWERED;
}

START_TEST(an_acknowledgement_that_is_worthless_by_now_changes_nothing)
{
	begin(1, false);
	add_feed(0, 3);
	script->hook = acknowledge_the_first_twice;
	change_state_at(3, 0, 3, 2);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_eq(count_warned("outlet 3 of pdu-a has come back on"), 1);
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

static usec obstacle_said;

static enum script_fate note_obstacle(struct script *network, unsigned pdu,
                                      const struct request *request, struct event *answer)
{
	(void)pdu;
	(void)request;
	(void)answer;
	if (!obstacle_said && script_said(network, TRIPPSNMP_LOG_WARN, "outlet 3 of pdu-a reads "))
		obstacle_said = network->clock;
	return SCRIPT_ANSWERED;
}

/* Whoever waits may be killed before the end, and then nobody would have said what is in the way.
 */
START_TEST(what_does_not_obey_is_said_within_five_seconds)
{
	begin(1, false);
	add_feed(0, 3);
	script->relay = _i ? 0 : 12 * USEC_PER_SEC;
	obstacle_said = 0;
	script->hook = note_obstacle;
	assert_ok(TRIPPSNMP_POWER_OFF);
	if (_i)
		ck_assert_int_eq(obstacle_said, 0);
	else
		ck_assert(obstacle_said > 0 && obstacle_said - begun <= 5 * USEC_PER_SEC);
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
	ck_assert_uint_eq(script->sent->len, 7);
	ck_assert_uint_eq(nth_sweep(0)->varbinds->len, 2);
}
END_TEST

START_TEST(an_absent_status_is_ignored)
{
	begin(1, _i == 1);
	add_feed(0, 3);
	assert_ok(TRIPPSNMP_POWER_OFF);
	/* in v1 it costs one request more, once */
	ck_assert_uint_eq(script->sent->len, _i == 1 ? 8 : 7);
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

START_TEST(a_device_that_was_offline_in_the_hold_is_told_anew_and_holds_anew)
{
	struct objid status;

	begin(1, false);
	status = status_name(1);
	put_status(1, VALUE_INTEGER, 0);
	add_feed(0, 3);
	script_change_at(script, at(4.5), 0, &status, DEVICE_STATUS_OFFLINE);
	script_change_at(script, at(8), 0, &status, 0);
	assert_ok(TRIPPSNMP_POWER_OFF);
	/* what its card acknowledged may not have reached it; what it has lost it is not told */
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 2);
	ck_assert_int_ge(nth_set(1)->at, at(8));
	assert_held_from(nth_set(1)->at + 2 * script->latency);
}
END_TEST

/* Offline until 3 s, and nobody can tell until 8 s. */
static void lost_then_unclear(struct script *network, unsigned pdu)
{
	(void)network;
	(void)pdu;
	if (elapsed() < 3)
		put_status(1, VALUE_INTEGER, DEVICE_STATUS_OFFLINE);
	else if (elapsed() < 8)
		put_status(1, VALUE_NULL, 0);
	else
		put_status(1, VALUE_INTEGER, 0);
}

START_TEST(a_lost_device_is_told_nothing_before_it_is_clear_that_it_is_back)
{
	begin(1, false);
	script->before = lost_then_unclear;
	add_feed(0, 3);
	g_array_index(feeds, struct feed, 0).lost = true;
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_int_ge(nth_set(-1)->at, at(8));
	assert_held_from(at(8));
}
END_TEST

START_TEST(a_family_without_a_status_is_not_asked_for_it)
{
	const struct family *webcard = script_family("SNMPWEBCARD");
	const struct feed feed = { .id.family = webcard,
		                   .id.device = 1,
		                   .id.number = 3,
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

START_TEST(without_an_uptime_a_silence_of_five_seconds_means_that_off_is_commanded_again)
{
	/* the device has restarted, or not: nobody can tell */
	begin(1, _i == 1);
	have_no_uptime(0);
	add_feed(0, 3);
	be_quiet(1, 6.5);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 2);
	assert_held_from(nth_set(1)->at + 2 * script->latency);
}
END_TEST

START_TEST(a_shorter_silence_is_what_a_bad_network_makes)
{
	begin(1, _i == 1);
	have_no_uptime(0);
	add_feed(0, 3);
	be_quiet(1, 3.5);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 1);
}
END_TEST

START_TEST(a_long_silence_before_the_first_sweep_counts_too)
{
	begin(1, false);
	have_no_uptime(0);
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
	add_feed(0, 3);
	be_quiet(1, 12);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 1);
}
END_TEST

static void refuse_uptime_from_six(struct script *network, unsigned pdu)
{
	if (network->clock >= at(6))
		put_uptime(pdu, VALUE_ERROR, SNMP_STATUS_AUTHORIZATION_ERROR);
}

/* Where hardly an answer comes, each one that does must be enough. */
START_TEST(after_a_silence_the_uptime_comes_with_the_readings)
{
	begin(1, false);
	settings.off_hold = 12 * USEC_PER_SEC;
	add_feed(0, 3);
	be_quiet(1, 7);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert(is_sweep(script_sent(script, script->sent->len - 1)));
	ck_assert_uint_eq(count_uptimes(), 1); /* at the beginning of the hold */
}
END_TEST

START_TEST(an_uptime_that_is_refused_after_a_silence_stands_in_no_readings_way)
{
	begin(1, false);
	script->before = refuse_uptime_from_six;
	add_feed(0, 3);
	be_quiet(1, 7);
	ck_assert_int_eq(run(TRIPPSNMP_POWER_OFF), TRIPPSNMP_POWER);
	assert_message("pdu-a does not say how long it is up");
}
END_TEST

static void start_anew(struct script *network, unsigned pdu)
{
	if (network->clock >= at(0.5))
		script_start(network, pdu, at(0.5));
}

/* Its time goes on, as of a card that has a clock of its own. */
static void start_engine_anew(struct script *network, unsigned pdu)
{
	network->agents[pdu].boots = network->clock < at(2.5) ? 7 : 8;
}

static void wrap_uptime(struct script *network, unsigned pdu)
{
	if (network->clock >= at(2.5))
		script_start(network, pdu, at(2.5));
}

START_TEST(a_pdu_that_started_after_it_was_told_forgot)
{
	begin(1, false);
	script->before = start_anew; /* and nothing was lost in between */
	add_feed(0, 3);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 2);
	assert_held_from(nth_set(1)->at + 2 * script->latency);
}
END_TEST

START_TEST(an_engine_that_has_booted_again_forgot)
{
	begin(1, false);
	script_start_engine(script, 0, begun - DAY, 7);
	if (_i)
		script->before = start_engine_anew;
	add_feed(0, 3);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 1 + (unsigned)_i);
	ck_assert_uint_eq(count_uptimes(), 0);
	assert_held_from(nth_set(-1)->at + 2 * script->latency);
}
END_TEST

static void engine_stands_still(struct script *network, unsigned pdu)
{
	script_start_engine(network, pdu, network->clock - DAY, 7);
}

START_TEST(where_the_engines_clock_stands_no_other_clock_vouches)
{
	begin(1, false);
	put_uptime(0, VALUE_UNSIGNED, 1000);
	script->before = engine_stands_still;
	settings.off_hold = 3 * USEC_PER_SEC;
	add_feed(0, 3);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_ge(count_uptimes(), 1); /* whose answers tell of the engine again */
	ck_assert(script_said(script, TRIPPSNMP_LOG_INFO, "never silent for long"));
}
END_TEST

static void start_engine_at_one(struct script *network, unsigned pdu)
{
	if (network->clock >= at(1))
		script_start_engine(network, pdu, at(1), 8);
}

START_TEST(an_engine_that_has_just_started_is_not_flooded_with_commands)
{
	begin(1, false);
	script_start_engine(script, 0, begun - DAY, 7);
	script->before = start_engine_at_one;
	settings.off_hold = USEC_PER_SEC * 9 / 10;
	add_feed(0, 3);
	change_state_at(0.9, 0, 3, 2);
	assert_ok(TRIPPSNMP_POWER_OFF);
	/* its time is not clear of 0 for two seconds, so that no acknowledgement counts */
	ck_assert_uint_le(script_count(script, REQUEST_SET), 5);
	ck_assert(elapsed() < 6);
}
END_TEST

START_TEST(an_uptime_that_stands_still_is_none)
{
	begin(1, false);
	put_uptime(0, VALUE_UNSIGNED, 10000000);
	add_feed(0, 3);
	if (_i)
		be_quiet(8, 14); /* after that was found out, and the second command */
	assert_ok(TRIPPSNMP_POWER_OFF);
	/* a card whose clock stands may have restarted: told again; and again after a silence */
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 2 + (unsigned)_i);
	assert_held_from(nth_set(-1)->at + 2 * script->latency);
	ck_assert(script_said(script, TRIPPSNMP_LOG_INFO, "shows a standing sysUpTime"));
}
END_TEST

START_TEST(an_uptime_that_wraps_costs_time_only)
{
	begin(1, false);
	/* 497 days are over in the hold */
	script_start(script, 0, at(2.5) - (INT64_C(1) << 32) * (USEC_PER_SEC / 100));
	script->before = wrap_uptime;
	add_feed(0, 3);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 2);
}
END_TEST

START_TEST(an_uptime_that_is_refused_does_not_help)
{
	/* badValue, as PADM 20.2.1 on a UPS has it; noAccess; authorizationError */
	static const int statuses[] = { 3, 6, 16 };

	begin(1, _i % 2 == 1);
	put_uptime(0, VALUE_ERROR, statuses[_i / 2]);
	add_feed(0, 3);
	be_quiet(1, 17);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 2);
}
END_TEST

START_TEST(an_uptime_must_be_refused_for_five_seconds)
{
	static const enum value_type refusals[] = { VALUE_ABSENT, VALUE_NULL, VALUE_INTEGER,
		                                    VALUE_OCTETS };

	begin(1, false);
	settings.off_hold = 0;
	put_uptime(0, refusals[_i], 8640000);
	add_feed(0, 3);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert(elapsed() >= 5 && elapsed() < 7.5);
	ck_assert_uint_ge(count_uptimes(), 6);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 1);
	ck_assert(script_said(script, TRIPPSNMP_LOG_INFO, "does not have sysUpTime"));
}
END_TEST

static void tell_uptime(struct script *network, unsigned pdu)
{
	if (network->clock >= at(4))
		script_start(network, pdu, at(0.5));
}

START_TEST(a_card_that_starts_may_refuse_its_uptime_first)
{
	begin(1, false);
	settings.off_hold = 0;
	put_uptime(0, VALUE_ABSENT, 0);
	script->before = tell_uptime;
	add_feed(0, 3);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 2);
	ck_assert_int_ge(nth_set(1)->at, at(4));
}
END_TEST

static enum script_fate lose_uptimes(struct script *network, unsigned pdu,
                                     const struct request *request, struct event *answer)
{
	const struct objid *name = &request->varbinds[0].name;

	(void)network;
	(void)answer;
	return pdu == 0 && request->n == 1 && name->n == 9 ? SCRIPT_LOST : SCRIPT_ANSWERED;
}

START_TEST(an_uptime_that_is_asked_and_not_answered_vouches_for_nothing)
{
	begin(1, false);
	settings.off_hold = (1 - _i) * HOLD;
	add_feed(0, 3);
	script->hook = lose_uptimes;
	ck_assert_int_ne(run(TRIPPSNMP_POWER_OFF), TRIPPSNMP_OK);
	assert_message("the outlets read off for off_hold, but pdu-a does not say how long it is "
	               "up: it may have restarted");
}
END_TEST

/* sysUpTime comes twice, and who knows which of them is meant. */
static enum script_fate uptime_stands_twice(struct script *network, unsigned pdu,
                                            const struct request *request, struct event *answer)
{
	struct varbind again;

	(void)network;
	(void)pdu;
	if (request->kind != REQUEST_GET || request->n != 1 || request->varbinds[0].name.n != 9)
		return SCRIPT_ANSWERED;
	again = varbind_copy(&g_array_index(answer->varbinds, struct varbind, 0));
	g_array_append_val(answer->varbinds, again);
	return SCRIPT_ANSWERED;
}

START_TEST(an_uptime_that_stands_twice_vouches_for_nothing)
{
	begin(1, false);
	add_feed(0, 3);
	script->hook = uptime_stands_twice;
	ck_assert_int_ne(run(TRIPPSNMP_POWER_OFF), TRIPPSNMP_OK);
}
END_TEST

START_TEST(uptime_is_asked_by_itself_at_the_end_of_each_hold_of_each_pdu)
{
	begin(2, _i == 1);
	settings.off_hold = USEC_PER_SEC;
	add_feed(0, 3);
	add_feed(1, 3);
	assert_ok(TRIPPSNMP_POWER_RESET);
	for (unsigned i = 0; i < script->sent->len; i++)
		if (is_uptime(script_sent(script, i)))
			ck_assert_uint_eq(script_sent(script, i)->varbinds->len, 1);
	ck_assert_uint_eq(count_uptimes(), 2);
	ck_assert_int_ge(nth(is_uptime, 0)->at, at(1));
	ck_assert_int_lt(nth(is_uptime, 0)->at, nth_set(-1)->at);
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
	add_feed(0, 3);
	change_state_at(3, 0, 3, 0); /* until after the hold */
	change_state_at(8, 0, 3, 2);
	change_state_at(12, 0, 3, 1); /* somebody's cycle */
	use_hook(lose_all_sets_but_one, 0);
	ck_assert_int_eq(run(TRIPPSNMP_POWER_OFF), TRIPPSNMP_POWER);
	assert_message("outlet 3 of pdu-a reads off, and no command was acknowledged");
}
END_TEST

START_TEST(what_the_look_saw_lost_is_told_when_a_reading_shows_that_it_is_back)
{
	begin(1, false);
	put_status(1, VALUE_INTEGER, 0);
	put_state(0, 3, VALUE_INTEGER, 1);
	add_feed(0, 3);
	g_array_index(feeds, struct feed, 0).lost = true;
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert(is_sweep(script_sent(script, 0)));
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 1);
	assert_held_from(nth_set(0)->at + 2 * script->latency);
}
END_TEST

START_TEST(a_lost_device_is_told_nothing)
{
	begin(1, false);
	put_status(1, VALUE_INTEGER, DEVICE_STATUS_OFFLINE);
	add_feed(0, 3);
	g_array_index(feeds, struct feed, 0).lost = true;
	ck_assert_int_eq(run(TRIPPSNMP_POWER_RESET), TRIPPSNMP_POWER);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 0);
	assert_message("the card has lost its device");
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

START_TEST(a_feed_found_by_name_is_read_with_it_before_each_command_and_after)
{
	begin(1, _i == 1);
	settings.off_hold = 0;
	put_status(1, VALUE_INTEGER, 0);
	rename_outlet(3, " DB1");
	add_feed(0, 3);
	find_by_name("db1");
	assert_ok(TRIPPSNMP_POWER_RESET);
	/* a check, off, two sweeps, uptime, a check, on, a sweep */
	ck_assert_uint_eq(script->sent->len, 8);
	for (unsigned i = 0; i < script->sent->len; i++)
		if (is_sweep(script_sent(script, i)))
			ck_assert_uint_eq(script_sent(script, i)->varbinds->len, 3);
}
END_TEST

START_TEST(a_lost_command_by_name_is_not_sent_again_before_the_name_was_read_again)
{
	begin(1, false);
	rename_outlet(3, "db1");
	add_feed(0, 3);
	find_by_name("db1");
	use_hook(lose_sets, 2);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 3);
}
END_TEST

START_TEST(rows_that_were_renumbered_are_looked_for_anew_and_not_touched)
{
	begin(1, false);
	add_feed(0, 3);
	rename_outlet(3, "web");
	rename_outlet(4, "db1");
	find_by_name("db1");
	ck_assert_int_eq(run((enum trippsnmp_action)_i), TRIPPSNMP_BADCONFIG);
	assert_message("outlet 3 of pdu-a has another name than when it was looked up");
	ck_assert(script_said(script, TRIPPSNMP_LOG_WARN, "is another one now; trying on"));
	ck_assert(power_outdated(power));
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 0);
	ck_assert(elapsed() >= 5 && elapsed() < 7);
}
END_TEST

START_TEST(a_row_whose_name_cannot_be_read_is_not_touched)
{
	static const enum value_type types[] = { VALUE_NULL, VALUE_ABSENT, VALUE_ERROR,
		                                 VALUE_INTEGER, VALUE_OTHER };
	struct objid name;

	begin(1, false);
	name = cell(lx->outlet_name, 1, 3);
	if (_i < (int)G_N_ELEMENTS(types))
		script_put(script, 0, &name, types[_i], SNMP_STATUS_GEN_ERR);
	else
		rename_outlet(3, " ");
	add_feed(0, 3);
	find_by_name("db1");
	ck_assert_int_eq(run(TRIPPSNMP_POWER_OFF), TRIPPSNMP_POWER);
	assert_message("the name of outlet 3 of pdu-a, by which it was found, cannot be read");
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 0);
	ck_assert(!power_outdated(power));
}
END_TEST

START_TEST(a_card_that_shows_other_names_for_a_moment_is_given_time)
{
	begin(1, false);
	rename_outlet(3, "db1");
	add_feed(0, 3);
	find_by_name("db1");
	other_name_until = at(_i ? 4 : 8);
	use_hook(shows_another_name, 0);
	ck_assert_int_eq(run(TRIPPSNMP_POWER_OFF), _i ? TRIPPSNMP_OK : TRIPPSNMP_BADCONFIG);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), _i ? 1 : 0);
	ck_assert(power_outdated(power) == !_i);
}
END_TEST

static enum script_fate refuse_sets_and_answer_twice(struct script *network, unsigned pdu,
                                                     const struct request *request,
                                                     struct event *answer)
{
	struct event copy = *answer;

	if (request->kind == REQUEST_SET)
		return refuse_sets(network, pdu, request, answer);
	copy.varbinds = g_array_ref(answer->varbinds);
	script_inject(network, network->clock + USEC_PER_SEC * 8 / 10, &copy);
	return SCRIPT_ANSWERED;
}

START_TEST(a_name_in_a_late_answer_is_not_that_of_now)
{
	begin(1, false);
	rename_outlet(3, "db1");
	add_feed(0, 3);
	find_by_name("db1");
	use_hook(refuse_sets_and_answer_twice, 3);
	refusal = SNMP_STATUS_NO_ACCESS;
	assert_ok(TRIPPSNMP_POWER_OFF); /* and each SET had a check of its own */
	ck_assert_uint_ge(script_count(script, REQUEST_SET), 4);
}
END_TEST

/* What shows one outlet's name may come again while the other one's command is under way. */
START_TEST(a_late_answer_shows_no_name_for_the_next_command)
{
	begin(1, false);
	script->latency = USEC_PER_SEC / 4;
	for (unsigned i = 0; i < 2; i++) {
		rename_outlet(3 + i, "db1");
		add_feed(0, 3 + i);
		g_array_index(feeds, struct feed, i).name_column = lx->outlet_name;
		g_array_index(feeds, struct feed, i).name_key = g_strdup("db1");
		g_array_index(feeds, struct feed, i).lost = true; /* so that both are read first */
	}
	script->hook = answer_all_twice;
	assert_ok(TRIPPSNMP_POWER_OFF);
}
END_TEST

START_TEST(on_by_name_is_read_after_the_command)
{
	begin(1, false);
	rename_outlet(3, "db1");
	add_feed(0, 3);
	find_by_name("db1");
	assert_ok(TRIPPSNMP_POWER_ON);
	/* the check read on, too */
	ck_assert_uint_eq(script->sent->len, 3);
	ck_assert_int_gt(nth_sweep(-1)->at, nth_set(-1)->at);
}
END_TEST

START_TEST(long_names_are_read_in_answers_of_their_own)
{
	char *name = g_strnfill(200, 'n');
	unsigned all = 0;

	begin(1, false);
	settings.off_hold = 0;
	for (unsigned i = 0; i < 8; i++) {
		rename_outlet(i + 1, name);
		add_feed(0, i + 1);
		g_array_index(feeds, struct feed, i).name_column = lx->outlet_name;
		g_array_index(feeds, struct feed, i).name_key = g_strdup(name);
		g_array_index(feeds, struct feed, i).name_bytes = strlen(name);
	}
	assert_ok(TRIPPSNMP_POWER_OFF);
	for (unsigned i = 0; i < count_sweeps(); i++) {
		const GArray *asked = nth_sweep((int)i)->varbinds;
		unsigned names = 0;

		for (unsigned k = 0; k < asked->len; k++)
			names += g_array_index(asked, struct varbind, k).name.id[lx->entry.n] ==
			         lx->outlet_name;
		ck_assert_uint_le(names, 1);
		all += names;
	}
	/* a check for each command, and two sweeps */
	ck_assert_uint_eq(all, 8 + 16);
	/* what does not fit into one answer is asked for at once after it */
	for (unsigned i = count_sweeps() - 8; i + 1 < count_sweeps(); i++)
		ck_assert_int_le(nth_sweep((int)i + 1)->at - nth_sweep((int)i)->at,
		                 2 * script->latency);
	g_free(name);
}
END_TEST

START_TEST(an_absence_is_counted_from_the_last_question_that_was_answered)
{
	begin(1, false);
	have_no_uptime(0);
	add_feed(0, 3);
	/* the last poll is answered at 2 s, the next one at the first attempt after 6.9 s */
	be_quiet(2.5, 6.9);
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
	be_quiet(4.5, 12);           /* PDU 0 is slow to confirm */
	change_state_at(7, 1, 3, 2); /* pdu-b has said off by then */
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_ge(script_count(script, REQUEST_SET), 3);
	ck_assert_int_eq(state_cell(1, 3)->number, 1);
}
END_TEST

/* PDU B cannot be reached while PDU A is held, and PDU A when B answers again. */
static enum script_fate one_after_the_other(struct script *network, unsigned pdu,
                                            const struct request *request, struct event *answer)
{
	const double since = elapsed();

	(void)network;
	(void)request;
	(void)answer;
	return (pdu == 1 && since > 0.5 && since < 8) || (pdu == 0 && since > 6 && since < 20)
	               ? SCRIPT_LOST
	               : SCRIPT_ANSWERED;
}

START_TEST(what_was_read_before_a_pdu_went_away_is_not_of_now)
{
	begin(2, false);
	add_feed(0, 3);
	add_feed(1, 3);
	for (unsigned pdu = 0; pdu < 2; pdu++) /* which vouch for all that they say */
		script_start_engine(script, pdu, begun - DAY, 1);
	script->hook = one_after_the_other;
	change_state_at(7, 0, 3, 2);
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert(elapsed() > 20);
}
END_TEST

/* Of each PDU the last sweep: not longer ago than the kernel lets a reading be. */
static void assert_all_read_lately(void)
{
	for (unsigned pdu = 0; pdu < script->n_pdus; pdu++) {
		usec last = 0;

		for (unsigned i = 0; i < script->sent->len; i++)
			if (script_sent(script, i)->pdu == pdu && is_sweep(script_sent(script, i)))
				last = script_sent(script, i)->at;
		ck_assert_int_le(script->clock - last, 2 * USEC_PER_SEC + 4 * script->latency);
	}
}

START_TEST(each_reading_is_of_now_when_off_is_granted)
{
	begin(2, false);
	settings.off_hold = USEC_PER_SEC;
	add_feed(0, 3);
	add_feed(1, 3);
	be_quiet(0.5, 3.5 + _i);
	assert_ok(TRIPPSNMP_POWER_OFF);
	assert_all_read_lately();
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
	ck_assert_int_gt(nth_sweep(0)->at, nth_set(0)->at);
}
END_TEST

/* Keeps the answer to the first sweep, and ignores on. The kept one comes after that. */
static enum script_fate answer_first_sweep_after_on(struct script *network, unsigned pdu,
                                                    const struct request *request,
                                                    struct event *answer)
{
	if (request->kind == REQUEST_GET && !network->calls++) {
		kept = *answer;
		*answer = (struct event){ .type = EVENT_ANSWER };
		return SCRIPT_UNANSWERED;
	}
	if (request->kind == REQUEST_SET && request->varbinds[0].number == 2) {
		if (kept.varbinds)
			script_inject(network, network->clock + 2 * network->latency, &kept);
		kept = (struct event){ .type = EVENT_ANSWER };
		network->context = NULL;
		return ignore_sets(network, pdu, request, answer);
	}
	return SCRIPT_ANSWERED;
}

START_TEST(on_that_was_asked_before_the_command_does_not_count)
{
	begin(1, false);
	settings.off_hold = 0;
	add_feed(0, 3);
	script->relay = USEC_PER_SEC / 2; /* the first sweep finds it on still */
	script->hook = answer_first_sweep_after_on;
	assert_ok(TRIPPSNMP_POWER_RESET);
	ck_assert_ptr_null(kept.varbinds);
	ck_assert(power_short_of_on(power));
	ck_assert_int_eq(state_cell(0, 3)->number, 1);
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

/* Outlet 4 does not obey, and from 3 s on nobody is told anything. */
static enum script_fate four_is_stuck(struct script *network, unsigned pdu,
                                      const struct request *request, struct event *answer)
{
	const struct objid four = cell(lx->command, 1, 4);

	(void)pdu;
	if (request->kind == REQUEST_SET && network->clock >= at(3))
		return SCRIPT_LOST;
	network->relay =
		request->kind == REQUEST_SET && objid_equal(&request->varbinds[0].name, &four)
			? 1000 * USEC_PER_SEC
			: 0;
	(void)answer;
	return SCRIPT_ANSWERED;
}

START_TEST(an_outlet_that_was_on_and_is_off_again_is_told_anew)
{
	begin(1, false);
	settings.power_timeout = 100 * USEC_PER_SEC;
	put_state(0, 3, VALUE_INTEGER, 1);
	put_state(0, 4, VALUE_INTEGER, 1);
	add_feed(0, 3);
	add_feed(0, 4);
	script->hook = four_is_stuck;
	change_state_at(3.5, 0, 3, 1);
	ck_assert_int_eq(run(TRIPPSNMP_POWER_ON), TRIPPSNMP_POWER);
	assert_message("outlet 3 of pdu-a reads off, and no command was acknowledged since it came "
	               "back");
}
END_TEST

/* PDU A obeys soon, PDU B later, and all they say comes twice. */
static enum script_fate two_relays_and_copies(struct script *network, unsigned pdu,
                                              const struct request *request, struct event *answer)
{
	network->relay = pdu == 1 ? 3 * USEC_PER_SEC : USEC_PER_SEC / 5;
	return answer_all_twice(network, pdu, request, answer);
}

START_TEST(what_comes_late_does_not_say_that_an_outlet_is_off_again)
{
	begin(2, false);
	put_state(0, 3, VALUE_INTEGER, 1);
	put_state(1, 4, VALUE_INTEGER, 1);
	add_feed(0, 3);
	add_feed(1, 4);
	script->hook = two_relays_and_copies;
	assert_ok(TRIPPSNMP_POWER_ON);
	ck_assert_uint_eq(sets_of(-1, 1, 3), 1);
}
END_TEST

static enum script_fate slow_to_come_on(struct script *network, unsigned pdu,
                                        const struct request *request, struct event *answer)
{
	(void)request;
	(void)answer;
	network->relay = pdu == 1 ? 15 * USEC_PER_SEC : 0;
	return SCRIPT_ANSWERED;
}

START_TEST(a_pdu_that_is_on_is_polled_every_two_seconds_while_another_is_not)
{
	unsigned of_a = 0;

	begin(2, false);
	put_state(0, 3, VALUE_INTEGER, 1);
	put_state(1, 3, VALUE_INTEGER, 1);
	add_feed(0, 3);
	add_feed(1, 3);
	script->hook = slow_to_come_on;
	assert_ok(TRIPPSNMP_POWER_ON);
	for (unsigned i = 0; i < count_sweeps(); i++)
		of_a += nth_sweep((int)i)->pdu == 0;
	ck_assert(elapsed() >= 15);
	ck_assert_msg(of_a >= 7 && of_a <= 10, "%u", of_a);
}
END_TEST

/* PDU B comes on after 15 s, PDU A says nothing until 20 s. */
static enum script_fate b_is_slow_and_a_quiet(struct script *network, unsigned pdu,
                                              const struct request *request, struct event *answer)
{
	slow_to_come_on(network, pdu, request, answer);
	return is_quiet(network, pdu, request, answer);
}

START_TEST(on_that_was_read_ten_seconds_ago_is_read_again)
{
	begin(2, false);
	put_state(0, 3, VALUE_INTEGER, 1);
	put_state(1, 3, VALUE_INTEGER, 1);
	add_feed(0, 3);
	add_feed(1, 3);
	be_quiet(3, 20);
	use_hook(b_is_slow_and_a_quiet, 0);
	assert_ok(TRIPPSNMP_POWER_ON);
	ck_assert(elapsed() >= 20);
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
	ck_assert_uint_eq(script->sent->len, 9);
	ck_assert_int_eq(set_value(nth_set(0)), 1);
	ck_assert_int_eq(set_value(nth_set(1)), 2);
	ck_assert_int_ge(nth_set(1)->at - nth_sweep(0)->at, HOLD);
	ck_assert_int_eq(state_cell(0, 3)->number, 2);
}
END_TEST

START_TEST(the_floor_of_a_reset_is_six_requests_and_five_in_v3)
{
	begin(1, false);
	settings.off_hold = 0;
	if (_i)
		script_start_engine(script, 0, begun - DAY, 7);
	add_feed(0, 3);
	assert_ok(TRIPPSNMP_POWER_RESET);
	/* off, two sweeps, uptime unless each answer says it, on, a sweep */
	ck_assert_uint_eq(script->sent->len, _i ? 5 : 6);
	ck_assert_uint_eq(count_uptimes(), _i ? 0 : 1);
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

static void comes_on_by_itself(struct script *network, unsigned pdu)
{
	(void)pdu;
	if (script_said(network, TRIPPSNMP_LOG_INFO, "off is proven") && !network->calls++)
		put_state(0, 3, VALUE_INTEGER, 2);
}

START_TEST(reset_of_what_comes_on_by_itself_is_commanded_on_all_the_same)
{
	begin(1, false);
	rename_outlet(3, "db1");
	add_feed(0, 3);
	find_by_name("db1"); /* so that its state is read before the command */
	script->before = comes_on_by_itself;
	assert_ok(TRIPPSNMP_POWER_RESET);
	ck_assert_int_eq(set_value(nth_set(-1)), 2);
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
		if (is_set(script_sent(script, i)) && set_value(script_sent(script, i)) == 2)
			ck_assert_int_ge(script_sent(script, i)->at, at(7) + HOLD);
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

/* The second SET fails, and what switches on is lost. */
static enum script_fate fail_then_lose_on(struct script *network, unsigned pdu,
                                          const struct request *request, struct event *answer)
{
	(void)pdu;
	if (request->kind == REQUEST_SET && request->varbinds[0].number == 2)
		return SCRIPT_LOST;
	if (request->kind == REQUEST_SET && network->calls++ == 1 && network->context)
		answer->error_status = SNMP_STATUS_GEN_ERR;
	return SCRIPT_ANSWERED;
}

START_TEST(what_became_of_off_is_not_said_of_on)
{
	begin(1, false);
	add_feed(0, 3);
	if (_i)
		script->relay = USEC_PER_SEC * 6 / 5; /* off is sent once more, and that fails */
	else
		change_state_at(3, 0, 3, 2);
	use_hook(fail_then_lose_on, (unsigned)_i);
	assert_ok(TRIPPSNMP_POWER_RESET);
	ck_assert(script_said(script, TRIPPSNMP_LOG_WARN,
	                      "outlet 3 of pdu-a reads off, and no command was acknowledged: check "
	                      "that the community or user may write"));
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

/* It obeys each command after six seconds, and none to switch on. */
static enum script_fate slow_and_never_on(struct script *network, unsigned pdu,
                                          const struct request *request, struct event *answer)
{
	network->relay = 6 * USEC_PER_SEC;
	return ignore_on(network, pdu, request, answer);
}

START_TEST(what_is_in_the_way_is_said_of_each_half_of_a_reset)
{
	begin(1, false);
	add_feed(0, 3);
	script->hook = slow_and_never_on;
	assert_ok(TRIPPSNMP_POWER_RESET);
	ck_assert_uint_eq(count_warned("outlet 3 of pdu-a reads on; trying on"), 1);
	ck_assert_uint_eq(count_warned("outlet 3 of pdu-a reads off; trying on"), 1);
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
	assert_message("outlet 3 of pdu-a reads off, and no command was acknowledged: the last one "
	               "is answered with wrongValue");
}
END_TEST

/* What one of two outlets is like. */
static const char *const obstacles[] = { "reads on", "reads neither on nor off (INTEGER 7)",
	                                 "reads neither on nor off (NULL)" };

START_TEST(the_outlet_in_the_way_is_named_whichever_it_is)
{
	const unsigned pdu = (unsigned)_i % 2, which = (unsigned)_i / 2;
	const uint32_t number = _i & 1 ? 4 : 3;
	char *said = g_strdup_printf("outlet %u of %s %s", number, pdu ? "pdu-b" : "pdu-a",
	                             obstacles[which]);

	begin(2, false);
	settings.power_timeout = 100 * USEC_PER_SEC;
	add_feed(0, 3);
	add_feed(1, 4);
	put_state(0, 3, VALUE_INTEGER, 1);
	put_state(1, 4, VALUE_INTEGER, 1);
	put_state(pdu, number, which == 2 ? VALUE_NULL : VALUE_INTEGER, which ? 7 : 2);
	script->relay = 1000 * USEC_PER_SEC;
	ck_assert_int_eq(run(TRIPPSNMP_POWER_OFF), TRIPPSNMP_POWER);
	assert_message(said);
	ck_assert(script_said(script, TRIPPSNMP_LOG_WARN, said));
	ck_assert(script_said(script, TRIPPSNMP_LOG_WARN, "; trying on until the time is up"));
	g_free(said);
}
END_TEST

static unsigned mute; /* no SET to this PDU is answered */

static enum script_fate sets_to_one_are_lost(struct script *network, unsigned pdu,
                                             const struct request *request, struct event *answer)
{
	(void)network;
	(void)answer;
	return request->kind == REQUEST_SET && pdu == mute ? SCRIPT_LOST : SCRIPT_ANSWERED;
}

START_TEST(the_outlet_whose_command_has_no_answer_is_named_whichever_it_is)
{
	begin(2, false);
	add_feed(0, 3);
	add_feed(1, 4);
	put_state((unsigned)_i, _i ? 4 : 3, VALUE_INTEGER, 1);
	mute = (unsigned)_i;
	script->hook = sets_to_one_are_lost;
	ck_assert_int_eq(run(TRIPPSNMP_POWER_OFF), TRIPPSNMP_POWER);
	assert_message(_i ? "outlet 4 of pdu-b reads off, and no command was acknowledged"
	                  : "outlet 3 of pdu-a reads off, and no command was acknowledged");
}
END_TEST

/* Its outlets are read, and its uptime is not. */
static enum script_fate uptime_of_one_is_lost(struct script *network, unsigned pdu,
                                              const struct request *request, struct event *answer)
{
	(void)network;
	(void)answer;
	return pdu == mute && request->n == 1 && request->varbinds[0].name.id[4] == 2
	               ? SCRIPT_LOST
	               : SCRIPT_ANSWERED;
}

START_TEST(the_pdu_that_does_not_vouch_is_named_whichever_it_is)
{
	begin(2, false);
	add_feed(0, 3);
	add_feed(1, 4);
	mute = (unsigned)_i;
	script->hook = uptime_of_one_is_lost;
	ck_assert_int_eq(run(TRIPPSNMP_POWER_OFF), TRIPPSNMP_POWER);
	assert_message(_i ? "but pdu-b does not say how long it is up: it may have restarted"
	                  : "but pdu-a does not say how long it is up: it may have restarted");
}
END_TEST

START_TEST(a_hold_that_did_not_fit_is_said_when_the_time_is_up)
{
	begin(1, false);
	settings.off_hold = 100 * USEC_PER_SEC;
	add_feed(0, 3);
	ck_assert_int_eq(run(TRIPPSNMP_POWER_OFF), TRIPPSNMP_POWER);
	assert_message("the time was up before they were verified for off_hold");
}
END_TEST

START_TEST(it_waits_only_when_all_outlets_are_off)
{
	begin(2, false);
	settings.off_hold = settings.power_timeout = 100 * USEC_PER_SEC;
	add_feed(0, 3);
	add_feed(1, 4);
	script->relay = 1000 * USEC_PER_SEC;
	put_state(0, 3, VALUE_INTEGER, _i == 0 ? 2 : 1);
	put_state(1, 4, VALUE_INTEGER, _i == 1 ? 2 : 1);
	ck_assert_int_eq(run(TRIPPSNMP_POWER_OFF), TRIPPSNMP_POWER);
	ck_assert_str_eq(power_machine(power).doing(power),
	                 _i < 2 ? "switching off" : "waiting while all outlets are off");
}
END_TEST

START_TEST(a_stop_says_what_was_in_the_way)
{
	struct machine machine;

	begin(1, false);
	put_state(0, 3, VALUE_INTEGER, _i ? 1 : 2);
	add_feed(0, 3);
	settings.action = _i ? TRIPPSNMP_POWER_ON : TRIPPSNMP_POWER_OFF;
	power = power_new(1, script->labels, feeds, &settings, &script->log);
	machine = power_machine(power);
	ck_assert(!script_run(script, &machine, 0.0001)); /* before anything was answered */
	power_stop(power);
	outcome = power_outcome(power);
	ck_assert_int_eq(outcome.error, TRIPPSNMP_STOPPED);
	ck_assert_str_eq(outcome.message,
	                 _i ? "stopped, and before all outlets were known to be on: outlet 3 of "
	                      "pdu-a reads off, and no command was acknowledged"
	                    : "stopped, and before all outlets were known to be off for good: "
	                      "outlet 3 of pdu-a reads on, and no command was acknowledged");
}
END_TEST

START_TEST(another_device_under_the_address_is_looked_up_anew)
{
	struct event event = { .type = EVENT_REPLACED };

	begin(2, false);
	add_feed(0, 3);
	add_feed(1, 3);
	event.pdu = 1;
	script_inject(script, at(_i ? 3 : 0.0005), &event);
	ck_assert_int_eq(run(TRIPPSNMP_POWER_RESET), TRIPPSNMP_BADCONFIG);
	ck_assert(power_outdated(power));
	assert_message("pdu-b: another device answers under its address now");
	ck_assert(elapsed() < 4.1);
}
END_TEST

START_TEST(another_device_after_the_off_is_success_with_a_warning)
{
	struct event event = { .type = EVENT_REPLACED };

	begin(1, false);
	settings.off_hold = 0;
	add_feed(0, 3);
	script->hook = ignore_on;
	script_inject(script, at(3), &event);
	assert_ok(TRIPPSNMP_POWER_RESET);
	ck_assert(!power_outdated(power));
	ck_assert(power_short_of_on(power));
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
	for (int i = 0; i < (int)script_count(script, REQUEST_SET); i++)
		ck_assert_int_eq(set_value(nth_set(i)), 1);
	ck_assert_int_eq(nth_set(-1)->pdu, 0);
	ck_assert_int_eq(script->clock - nth_set(-1)->at, script->latency);
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

	tcase_add_test(tcase, off_is_a_command_and_sweeps_through_the_hold);
	tcase_add_test(tcase, on_what_evidence_off_is_granted_is_one_line_with_each_outlet_and_pdu);
	tcase_add_test(tcase, off_takes_two_sweeps_even_without_a_hold);
	tcase_add_test(tcase, one_answer_that_comes_twice_is_one_reading);
	tcase_add_loop_test(tcase, answers_that_come_twice_stand_in_nobodys_way, 0, 2);
	tcase_add_test(tcase, the_hold_begins_when_the_first_sweep_is_answered);
	tcase_add_loop_test(tcase, in_the_hold_each_pdu_is_polled_every_two_seconds, 0, 3);
	tcase_add_test(tcase, off_is_commanded_though_it_reads_off);
	tcase_add_loop_test(tcase, what_is_not_the_integer_1_is_never_off, 0, 14);
	tcase_add_loop_test(tcase, an_outlet_that_vanished_is_not_off, 0, 2);
	tcase_add_loop_test(tcase, a_main_load_is_switched_and_proven_as_an_outlet_is, 0,
	                    2 * G_N_ELEMENTS(with_main));
	tcase_add_test(tcase, a_main_load_that_is_mixed_is_not_off);
	tcase_add_test(tcase, a_main_load_of_a_device_that_is_lost_is_not_off);
	tcase_add_test(tcase, a_lost_half_of_a_command_is_sent_again_before_power_timeout_judges);
	tcase_add_test(tcase, every_outlet_of_the_node_must_be_off);
	tcase_add_test(tcase,
	               an_outlet_that_comes_back_in_the_hold_is_switched_off_again_and_held_anew);
	tcase_add_test(tcase, an_outlet_that_comes_back_only_then_holds_the_others_up_too);
	tcase_add_loop_test(tcase, an_unknown_state_in_the_hold_holds_anew, 0, 2);
	tcase_add_test(tcase, a_slow_relay_is_polled_quickly_then_slower);
	return tcase;
}

static TCase *commands_case(void)
{
	TCase *tcase = tcase_new("commands");

	tcase_add_test(tcase, each_outlet_has_a_set_of_its_own);
	tcase_add_loop_test(tcase, a_pdu_without_outlets_of_the_node_is_asked_nothing, 0, 2);
	tcase_add_test(tcase, outlets_of_two_devices_are_two_sets);
	tcase_add_test(tcase, pdus_are_commanded_at_the_same_time);
	tcase_add_loop_test(tcase, a_command_that_fails_does_not_hold_up_the_next_outlets, 0, 2);
	tcase_add_test(tcase, a_command_without_an_answer_does_not_hold_up_the_next_outlets);
	tcase_add_loop_test(tcase, an_access_error_that_lasts_ends_it, 0, 4);
	tcase_add_test(tcase, an_access_error_lasts_as_long_as_it_is_told_to);
	tcase_add_loop_test(tcase, a_refusal_that_changes_has_not_lasted, 0, 2);
	tcase_add_test(tcase, an_access_error_seen_once_does_not_end_it);
	tcase_add_test(tcase, a_refusal_before_an_acknowledgement_has_not_lasted);
	tcase_add_loop_test(tcase, a_no_such_name_refuses_in_v1_alone, 0, 2);
	tcase_add_loop_test(tcase, an_error_that_is_no_access_error_does_not_end_it, 0, 5);
	tcase_add_test(tcase, an_error_that_comes_again_after_an_acknowledgement_is_said_again);
	tcase_add_loop_test(tcase, what_a_card_denies_for_four_seconds_is_no_answer, 0, 9);
	tcase_add_loop_test(tcase, what_a_card_denies_for_ever_ends_it_after_five_seconds, 0, 6);
	tcase_add_test(tcase, a_lost_command_is_sent_again);
	tcase_add_test(tcase,
	               after_four_attempts_without_an_answer_a_sweep_looks_what_became_of_it);
	tcase_add_test(tcase, an_unanswered_command_proves_nothing_though_the_outlet_moved);
	tcase_add_test(tcase, a_command_whose_first_answers_are_lost_counts_when_one_arrives);
	tcase_add_test(tcase, an_unanswered_command_proves_nothing_where_it_read_off_already);
	tcase_add_test(tcase, where_it_read_off_already_the_answer_that_comes_at_last_counts);
	tcase_add_test(tcase, an_outlet_of_unknown_state_needs_an_answered_command);
	tcase_add_test(tcase, an_acknowledgement_counts_though_nothing_waits_for_it_any_more);
	tcase_add_test(tcase, an_acknowledgement_of_an_earlier_look_does_not_count);
	tcase_add_test(tcase,
	               an_outlet_that_moved_before_any_command_to_it_is_commanded_all_the_same);
	tcase_add_test(tcase, an_outlet_that_came_back_is_commanded_though_it_went_off_by_itself);
	tcase_add_test(tcase, an_outlet_that_came_back_is_read_as_quickly_as_at_first);
	tcase_add_test(tcase, an_acknowledgement_that_is_worthless_by_now_changes_nothing);
	return tcase;
}

static TCase *timeout_case(void)
{
	TCase *tcase = tcase_new("power_timeout");

	tcase_add_test(tcase, a_stuck_relay_ends_it_after_power_timeout);
	tcase_add_loop_test(tcase, what_does_not_obey_is_said_within_five_seconds, 0, 2);
	tcase_add_test(tcase, a_stuck_relay_is_commanded_again_ever_more_slowly);
	tcase_add_test(tcase, an_unknown_state_is_not_ended_by_power_timeout);
	tcase_add_test(tcase, commands_without_an_answer_are_not_ended_by_power_timeout);
	tcase_add_loop_test(tcase, power_timeout_runs_anew_for_an_outlet_that_had_obeyed, 0, 2);
	tcase_add_test(tcase, power_timeout_does_not_run_while_the_state_is_unknown);
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
	tcase_add_test(tcase, a_lost_device_is_told_nothing_before_it_is_clear_that_it_is_back);
	tcase_add_test(tcase, a_device_that_was_offline_in_the_hold_is_told_anew_and_holds_anew);
	tcase_add_test(tcase, a_family_without_a_status_is_not_asked_for_it);
	tcase_add_test(tcase, what_the_look_saw_lost_is_told_when_a_reading_shows_that_it_is_back);
	tcase_add_test(tcase, a_lost_device_is_told_nothing);
	tcase_add_test(tcase, a_status_that_the_inventory_read_is_not_absent);
	return tcase;
}

static TCase *doubt_case(void)
{
	TCase *tcase = tcase_new("doubt");

	tcase_add_loop_test(
		tcase,
		without_an_uptime_a_silence_of_five_seconds_means_that_off_is_commanded_again, 0,
		2);
	tcase_add_loop_test(tcase, a_shorter_silence_is_what_a_bad_network_makes, 0, 2);
	tcase_add_test(tcase, a_long_silence_before_the_first_sweep_counts_too);
	tcase_add_test(tcase, an_absence_is_counted_from_the_last_question_that_was_answered);
	tcase_add_loop_test(tcase, a_pdu_that_was_up_all_the_time_forgets_nothing, 0, 2);
	tcase_add_test(tcase, after_a_silence_the_uptime_comes_with_the_readings);
	tcase_add_test(tcase, an_uptime_that_is_refused_after_a_silence_stands_in_no_readings_way);
	tcase_add_test(tcase, a_pdu_that_started_after_it_was_told_forgot);
	tcase_add_loop_test(tcase, an_engine_that_has_booted_again_forgot, 0, 2);
	tcase_add_test(tcase, where_the_engines_clock_stands_no_other_clock_vouches);
	tcase_add_test(tcase, an_engine_that_has_just_started_is_not_flooded_with_commands);
	tcase_add_loop_test(tcase, an_uptime_that_stands_still_is_none, 0, 2);
	tcase_add_test(tcase, an_uptime_that_wraps_costs_time_only);
	tcase_add_loop_test(tcase, an_uptime_that_is_refused_does_not_help, 0, 6);
	tcase_add_loop_test(tcase, an_uptime_must_be_refused_for_five_seconds, 0, 4);
	tcase_add_test(tcase, a_card_that_starts_may_refuse_its_uptime_first);
	tcase_add_loop_test(tcase, an_uptime_that_is_asked_and_not_answered_vouches_for_nothing, 0,
	                    2);
	tcase_add_test(tcase, an_uptime_that_stands_twice_vouches_for_nothing);
	tcase_add_loop_test(tcase, uptime_is_asked_by_itself_at_the_end_of_each_hold_of_each_pdu, 0,
	                    2);
	tcase_add_test(tcase,
	               an_outlet_that_was_unknown_before_it_came_back_needs_a_new_acknowledgement);
	tcase_add_test(tcase, what_was_read_long_before_the_last_answer_is_read_again);
	tcase_add_test(tcase, what_was_read_before_a_pdu_went_away_is_not_of_now);
	tcase_add_loop_test(tcase, each_reading_is_of_now_when_off_is_granted, 0, 5);
	return tcase;
}

static TCase *names_case(void)
{
	TCase *tcase = tcase_new("names");

	tcase_add_loop_test(
		tcase, a_feed_found_by_name_is_read_with_it_before_each_command_and_after, 0, 2);
	tcase_add_test(tcase,
	               a_lost_command_by_name_is_not_sent_again_before_the_name_was_read_again);
	tcase_add_loop_test(tcase, rows_that_were_renumbered_are_looked_for_anew_and_not_touched,
	                    TRIPPSNMP_POWER_OFF, TRIPPSNMP_POWER_RESET + 1);
	tcase_add_loop_test(tcase, a_row_whose_name_cannot_be_read_is_not_touched, 0, 6);
	tcase_add_loop_test(tcase, a_card_that_shows_other_names_for_a_moment_is_given_time, 0, 2);
	tcase_add_test(tcase, a_name_in_a_late_answer_is_not_that_of_now);
	tcase_add_test(tcase, a_late_answer_shows_no_name_for_the_next_command);
	tcase_add_test(tcase, on_by_name_is_read_after_the_command);
	tcase_add_test(tcase, long_names_are_read_in_answers_of_their_own);
	return tcase;
}

static TCase *on_case(void)
{
	TCase *tcase = tcase_new("on");

	tcase_add_test(tcase, on_is_a_command_and_a_sweep);
	tcase_add_test(tcase, on_is_commanded_though_it_reads_on);
	tcase_add_test(tcase, on_that_was_asked_before_the_command_does_not_count);
	tcase_add_test(tcase, on_needs_every_outlet_on);
	tcase_add_test(tcase, an_outlet_that_was_on_and_is_off_again_is_told_anew);
	tcase_add_test(tcase, what_comes_late_does_not_say_that_an_outlet_is_off_again);
	tcase_add_test(tcase, a_pdu_that_is_on_is_polled_every_two_seconds_while_another_is_not);
	tcase_add_test(tcase, on_that_was_read_ten_seconds_ago_is_read_again);
	tcase_add_test(tcase, an_unknown_state_is_not_on);
	return tcase;
}

static TCase *reset_case(void)
{
	TCase *tcase = tcase_new("reset");

	tcase_add_test(tcase, reset_is_off_held_then_on);
	tcase_add_loop_test(tcase, the_floor_of_a_reset_is_six_requests_and_five_in_v3, 0, 2);
	tcase_add_test(tcase, reset_of_what_is_off_already_is_held_then_on);
	tcase_add_test(tcase, reset_of_what_comes_on_by_itself_is_commanded_on_all_the_same);
	tcase_add_test(tcase, all_feeds_are_off_together_for_the_hold);
	tcase_add_test(tcase, nothing_is_switched_on_before_the_off_is_proven);
	tcase_add_test(tcase, power_that_does_not_return_is_success_with_a_warning);
	tcase_add_test(tcase, power_may_take_all_the_time_that_is_left_to_return);
	tcase_add_test(tcase, switching_on_that_is_refused_is_success_with_a_warning);
	tcase_add_test(tcase, a_refusal_of_off_and_one_of_on_are_not_two);
	tcase_add_loop_test(tcase, what_became_of_off_is_not_said_of_on, 0, 2);
	tcase_add_test(tcase, a_pdu_that_dies_after_the_off_is_success_with_a_warning);
	tcase_add_test(tcase, what_is_in_the_way_is_said_of_each_half_of_a_reset);
	tcase_add_test(tcase, an_outlet_that_comes_back_in_a_resets_hold_is_held_off_anew);
	return tcase;
}

static TCase *ends_case(void)
{
	TCase *tcase = tcase_new("ends");

	tcase_add_test(tcase, a_silent_pdu_is_named_when_the_time_is_up);
	tcase_add_test(tcase, an_outlet_that_reads_on_is_named_when_the_time_is_up);
	tcase_add_test(tcase, a_command_without_an_answer_is_said_when_the_time_is_up);
	tcase_add_loop_test(tcase, the_outlet_in_the_way_is_named_whichever_it_is, 0, 6);
	tcase_add_loop_test(tcase, the_outlet_whose_command_has_no_answer_is_named_whichever_it_is,
	                    0, 2);
	tcase_add_loop_test(tcase, the_pdu_that_does_not_vouch_is_named_whichever_it_is, 0, 2);
	tcase_add_test(tcase, a_hold_that_did_not_fit_is_said_when_the_time_is_up);
	tcase_add_loop_test(tcase, it_waits_only_when_all_outlets_are_off, 0, 3);
	tcase_add_loop_test(tcase, a_stop_says_what_was_in_the_way, 0, 2);
	tcase_add_loop_test(tcase, another_device_under_the_address_is_looked_up_anew, 0, 2);
	tcase_add_test(tcase, another_device_after_the_off_is_success_with_a_warning);
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
	suite_add_tcase(suite, names_case());
	suite_add_tcase(suite, on_case());
	suite_add_tcase(suite, reset_case());
	suite_add_tcase(suite, ends_case());

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
