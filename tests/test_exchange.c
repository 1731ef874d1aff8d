/*
 * The rules of exchange.h: when attempts go out, which answers count, how a
 * question is split, and what ends it; and which PDU the runner calls silent.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "snmp/runner.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT USEC_PER_SEC
#define QUICK (USEC_PER_SEC / 5) /* a quick PDU is asked again after that */
#define START (100 * USEC_PER_SEC)

/* The exchange under test, the request that it made last, and what it logged. */
static struct exchange x;
static uint32_t next_tag;
static struct request request;
static GArray *storage;
static unsigned warnings;
static char *warning; /* the last one */
static char *traced;  /* the last line that is for debugging */

static void count_line(void *context, enum trippsnmp_level level, const char *line)
{
	char **last = level == TRIPPSNMP_LOG_WARN ? &warning : &traced;

	(void)context;
	warnings += level == TRIPPSNMP_LOG_WARN;
	g_free(*last);
	*last = g_strdup(line);
}

static const struct log counting = { count_line, NULL };

static void setup_with(bool v1, usec timeout, uint32_t seed)
{
	const struct exchange_settings settings = { .v1 = v1, .timeout = timeout, .seed = seed };

	exchange_clear(&x); /* a test may begin it anew */
	exchange_init(&x, "pdu-a", &counting, &settings);
	next_tag = 1;
	warnings = 0;
}

static void setup(void)
{
	setup_with(false, TIMEOUT, 1);
}

static void setup_v1(void)
{
	setup_with(true, TIMEOUT, 1);
}

static void teardown(void)
{
	exchange_clear(&x);
	g_clear_pointer(&storage, g_array_unref);
	g_clear_pointer(&warning, g_free);
	g_clear_pointer(&traced, g_free);
}

static struct objid name(unsigned i)
{
	const uint32_t id = i;
	const struct objid root = { .n = 7, .id = { 1, 3, 6, 1, 4, 1, 850 } };

	return objid_append(&root, 1, &id);
}

/* Asks about names 0 to n - 1; a SET wants value 2 of each. */
static void ask_up_to(enum request_kind kind, unsigned n, unsigned max_attempts, usec now)
{
	struct question question = { .kind = kind,
		                     .varbinds = varbinds_new(),
		                     .repetitions = 10,
		                     .max_attempts = max_attempts };

	for (unsigned i = 0; i < n; i++) {
		const struct objid asked = name(i);

		if (kind == REQUEST_SET)
			varbinds_add_integer(question.varbinds, &asked, 2);
		else
			varbinds_add(question.varbinds, &asked);
	}
	exchange_ask(&x, &question, now);
	g_array_unref(question.varbinds);
}

static void ask(enum request_kind kind, unsigned n)
{
	ask_up_to(kind, n, 0, START);
}

static bool sends(usec now)
{
	GArray *varbinds = NULL;

	if (!exchange_send(&x, now, &next_tag, &request, &varbinds))
		return false;
	g_clear_pointer(&storage, g_array_unref);
	storage = varbinds;
	return true;
}

/* Sends what is due, when it is due; the time of that. */
static usec send_next(void)
{
	const usec due = x.due;

	ck_assert(sends(due));
	return due;
}

static bool request_has(unsigned k, unsigned i)
{
	const struct objid wanted = name(i);

	return k < request.n && objid_equal(&request.varbinds[k].name, &wanted);
}

static void hand_over(struct event *event, usec now)
{
	struct heard heard;

	exchange_event(&x, event, now, &heard);
	heard_clear(&heard);
	event_clear(event);
}

static struct event event_of(enum event_type type, uint32_t tag)
{
	return (struct event){ .type = type, .tag = tag };
}

static void event_add(struct event *event, unsigned i)
{
	const struct objid answered = name(i);

	if (!event->varbinds)
		event->varbinds = varbinds_new();
	varbinds_add_integer(event->varbinds, &answered, 100 + i);
}

/* An answer that has names first to first + n - 1. */
static void answer(uint32_t tag, unsigned first, unsigned n, usec now)
{
	struct event event = event_of(EVENT_ANSWER, tag);

	for (unsigned i = first; i < first + n; i++)
		event_add(&event, i);
	hand_over(&event, now);
}

static void answer_error(uint32_t tag, int error_status, int error_index, usec now)
{
	struct event event = event_of(EVENT_ANSWER, tag);

	event.varbinds = varbinds_new();
	event.error_status = error_status;
	event.error_index = error_index;
	hand_over(&event, now);
}

static void refuse(uint32_t tag, usec now)
{
	struct event event = event_of(EVENT_REFUSED, tag);

	event.reason = g_strdup("unknown user");
	hand_over(&event, now);
}

static const struct varbind *value(unsigned i)
{
	ck_assert(exchange_done(&x));
	ck_assert_int_eq(x.reply.status, REPLY_ANSWERED);
	ck_assert_uint_lt(i, x.reply.varbinds->len);
	return &g_array_index(x.reply.varbinds, struct varbind, i);
}

static void assert_value(unsigned i)
{
	const struct objid expected = name(i);

	ck_assert(objid_equal(&value(i)->name, &expected));
	ck_assert_int_eq(value(i)->type, VALUE_INTEGER);
	ck_assert_int_eq(value(i)->number, 100 + i);
}

/* --- attempts --- */

START_TEST(the_first_attempt_goes_out_at_once)
{
	ask(REQUEST_GET, 2);
	ck_assert_int_eq(x.due, START);
	ck_assert(sends(START));
	ck_assert_uint_eq(request.n, 2);
	ck_assert_uint_eq(request.attempt, 0);
	ck_assert(request_has(0, 0) && request_has(1, 1));
}
END_TEST

START_TEST(without_a_question_nothing_is_due)
{
	ck_assert_int_eq(x.due, USEC_NEVER);
	ck_assert(!sends(USEC_NEVER - 1));
	ck_assert(!exchange_done(&x));
}
END_TEST

START_TEST(an_unanswered_attempt_is_repeated_after_the_timeout)
{
	ask(REQUEST_GET, 1);
	send_next();
	ck_assert(!sends(START + TIMEOUT * 89 / 100));
	ck_assert(sends(START + TIMEOUT * 11 / 10));
}
END_TEST

START_TEST(a_repeated_attempt_asks_the_same_under_a_new_tag)
{
	uint32_t first;

	ask(REQUEST_GET, 2);
	send_next();
	first = request.tag;
	send_next();
	ck_assert_uint_ne(request.tag, first);
	ck_assert_uint_eq(request.attempt, 1);
	ck_assert_uint_eq(request.n, 2);
	ck_assert(request_has(0, 0) && request_has(1, 1));
}
END_TEST

/* Whether the pause is that one, jitter apart. */
static void assert_pause(usec pause, usec expected)
{
	ck_assert_int_ge(pause, expected * 9 / 10);
	ck_assert_int_le(pause, expected * 11 / 10);
}

START_TEST(until_a_pdu_has_answered_the_pause_doubles_to_four_seconds)
{
	static const unsigned seconds[] = { 1, 2, 4, 4, 4, 4 };
	usec at;

	ask(REQUEST_GET, 1);
	at = send_next();
	for (unsigned i = 0; i < G_N_ELEMENTS(seconds); i++) {
		assert_pause(x.due - at, seconds[i] * USEC_PER_SEC);
		at = send_next();
	}
}
END_TEST

/* So many questions of that kind that are answered after that time each. */
static usec answer_after(enum request_kind kind, unsigned n, usec took, usec now)
{
	for (unsigned i = 0; i < n; i++, now += took) {
		ask_up_to(kind, 1, 0, now);
		send_next();
		answer(request.tag, 0, 1, now + took);
		ck_assert(exchange_done(&x));
	}
	return now;
}

/* The pause after the first attempt at such a question. */
static usec first_pause(enum request_kind kind, usec now)
{
	ask_up_to(kind, 1, 0, now);
	send_next();
	return x.due - now;
}

START_TEST(a_quick_pdu_is_asked_again_after_a_fifth_of_a_second)
{
	const usec at = answer_after(REQUEST_GET, 1, USEC_PER_SEC / 100, START);

	assert_pause(first_pause(REQUEST_GET, at), QUICK);
}
END_TEST

START_TEST(a_shorter_timeout_is_kept_for_a_quick_pdu)
{
	usec at;

	setup_with(false, USEC_PER_SEC / 10, 1);
	at = answer_after(REQUEST_GET, 1, USEC_PER_SEC / 100, START);
	assert_pause(first_pause(REQUEST_GET, at), USEC_PER_SEC / 10);
}
END_TEST

START_TEST(a_pdu_that_has_answered_is_waited_for_four_times_as_long_at_most)
{
	static const unsigned times[] = { 1, 2, 4, 4, 4 };
	usec at = answer_after(REQUEST_GET, 1, USEC_PER_SEC / 100, START);

	ask_up_to(REQUEST_GET, 1, 0, at);
	at = send_next();
	for (unsigned i = 0; i < G_N_ELEMENTS(times); i++) {
		assert_pause(x.due - at, times[i] * QUICK);
		at = send_next();
	}
}
END_TEST

START_TEST(a_steady_pdu_is_waited_for_twice_as_long_as_it_takes)
{
	for (usec took = USEC_PER_SEC; took <= 3 * USEC_PER_SEC; took += USEC_PER_SEC) {
		usec at;

		setup();
		at = answer_after(REQUEST_GET, 40, took, START);
		assert_pause(first_pause(REQUEST_GET, at), 2 * took);
		teardown();
	}
	setup();
}
END_TEST

START_TEST(after_one_answer_the_next_may_take_much_longer)
{
	usec at = answer_after(REQUEST_GET, 1, USEC_PER_SEC * 4 / 10, START);

	assert_pause(first_pause(REQUEST_GET, at), 2 * USEC_PER_SEC);
	at = answer_after(REQUEST_GET, 1, 3 * USEC_PER_SEC, at);
	ck_assert_int_ge(first_pause(REQUEST_GET, at), 4 * USEC_PER_SEC * 9 / 10);
}
END_TEST

START_TEST(a_card_is_never_waited_for_longer_than_eight_seconds)
{
	const usec at = answer_after(REQUEST_GET, 1, 20 * USEC_PER_SEC, START);

	assert_pause(first_pause(REQUEST_GET, at), 8 * USEC_PER_SEC);
}
END_TEST

START_TEST(sets_and_gets_are_measured_apart)
{
	usec at = answer_after(REQUEST_SET, 1, 2 * USEC_PER_SEC, START);

	at = answer_after(REQUEST_GET, 30, USEC_PER_SEC / 100, at);
	assert_pause(first_pause(REQUEST_GET, at), QUICK);
	ck_assert_int_ge(first_pause(REQUEST_SET, at), 4 * USEC_PER_SEC * 9 / 10);
}
END_TEST

START_TEST(a_kind_that_was_never_answered_is_given_twice_the_time_of_the_others)
{
	const usec at = answer_after(_i ? REQUEST_SET : REQUEST_GET, 1, USEC_PER_SEC / 100, START);

	assert_pause(first_pause(_i ? REQUEST_GET : REQUEST_SET, at), 2 * QUICK);
}
END_TEST

START_TEST(a_getnext_is_as_quick_as_a_get)
{
	const usec at = answer_after(REQUEST_NEXT, 1, USEC_PER_SEC / 100, START);

	assert_pause(first_pause(REQUEST_GET, at), QUICK);
}
END_TEST

START_TEST(a_pdu_that_has_become_quick_is_asked_as_one_that_was)
{
	usec at = answer_after(REQUEST_GET, 1, 2 * USEC_PER_SEC, START);

	at = answer_after(REQUEST_GET, 40, USEC_PER_SEC / 100, at);
	assert_pause(first_pause(REQUEST_GET, at), QUICK);
}
END_TEST

START_TEST(where_the_queue_has_grown_all_kinds_are_waited_for)
{
	usec at = answer_after(REQUEST_GET, 30, USEC_PER_SEC / 100, START);

	at = answer_after(REQUEST_SET, 1, 2 * USEC_PER_SEC, at);
	assert_pause(first_pause(REQUEST_GET, at), 4 * USEC_PER_SEC);
}
END_TEST

START_TEST(what_is_asked_only_once_is_given_twice_the_time)
{
	usec at = answer_after(REQUEST_GET, 1, USEC_PER_SEC / 100, START);

	for (unsigned i = 0; i < 2;
	     i++) { /* before and after the first answer to one of its kind */
		ask_up_to(REQUEST_SET, 1, 1, at);
		send_next();
		assert_pause(x.due - at, 2 * QUICK);
		answer(request.tag, 0, 1, at + 10000);
		at += USEC_PER_SEC;
	}
}
END_TEST

START_TEST(a_late_answer_is_measured_as_well)
{
	uint32_t first;

	ask(REQUEST_GET, 1);
	send_next();
	first = request.tag;
	ck_assert(sends(START + 2 * TIMEOUT));
	answer(request.tag, 0, 1, START + 2 * TIMEOUT + 1000);
	answer(first, 0, 1, START + 3 * TIMEOUT);
	ck_assert_int_ge(first_pause(REQUEST_GET, 2 * START), 3 * USEC_PER_SEC);
}
END_TEST

START_TEST(a_copy_of_an_answer_is_not_measured)
{
	uint32_t first;

	ask(REQUEST_GET, 1);
	send_next();
	first = request.tag;
	answer(first, 0, 1, START + 1000);
	answer(first, 0, 1, START + 10 * TIMEOUT);
	assert_pause(first_pause(REQUEST_GET, 2 * START), QUICK);
}
END_TEST

static void discover(uint32_t tag, usec now)
{
	struct event event = event_of(EVENT_DISCOVERED, tag);

	hand_over(&event, now);
}

START_TEST(the_wait_begins_anew_when_the_engine_is_discovered)
{
	ask(REQUEST_GET, 1);
	send_next();
	discover(request.tag, START + TIMEOUT / 2);
	assert_pause(x.due - START - TIMEOUT / 2, 5 * TIMEOUT / 2);
	ck_assert(!x.heard);
	answer(request.tag, 0, 1, START + TIMEOUT);
	assert_value(0);
	ck_assert_int_eq(x.patience.last_trip, TIMEOUT / 2);
}
END_TEST

START_TEST(what_waited_for_the_engine_is_not_split_for_that)
{
	uint32_t first;

	ask(REQUEST_GET, 22);
	send_next();
	first = request.tag;
	ck_assert(sends(START + 2 * TIMEOUT));
	ck_assert(sends(START + 6 * TIMEOUT));
	discover(first, START + 7 * TIMEOUT);
	assert_pause(x.due - START - 7 * TIMEOUT, 8 * TIMEOUT);
	send_next();
	ck_assert_uint_eq(request.n, 22); /* it was asked once by now */
	ck_assert_uint_eq(request.attempt, 1);
}
END_TEST

START_TEST(a_discovery_for_another_question_changes_nothing)
{
	uint32_t first;
	usec due;

	ask(REQUEST_GET, 1);
	send_next();
	first = request.tag;
	ask(REQUEST_GET, 1);
	send_next();
	due = x.due;
	discover(first, START + 1000);
	ck_assert_int_eq(x.due, due);
}
END_TEST

static void assert_slowness(const char *said)
{
	char *slowness = patience_slowness(&x.patience);

	ck_assert_msg(slowness && g_str_has_prefix(slowness, said), "%s", slowness);
	g_free(slowness);
}

START_TEST(what_takes_half_a_second_is_slow)
{
	answer_after(REQUEST_GET, 1, USEC_PER_SEC / 2, START);
	assert_slowness("takes 0.5 s for an answer");
}
END_TEST

START_TEST(a_pdu_that_was_slow_is_so_whatever_it_answered_quickly_since)
{
	const usec at = answer_after(_i ? REQUEST_SET : REQUEST_GET, 1, 3 * USEC_PER_SEC, START);

	answer_after(_i ? REQUEST_GET : REQUEST_SET, 1, USEC_PER_SEC / 100, at);
	assert_slowness("takes 3 s for an answer");
}
END_TEST

START_TEST(a_slow_pdu_is_said_to_be_slow)
{
	char *said = patience_slowness(&x.patience);
	usec at;

	ck_assert_ptr_null(said);
	at = answer_after(REQUEST_GET, 1, USEC_PER_SEC / 100, START);
	ck_assert_ptr_null(patience_slowness(&x.patience));
	answer_after(REQUEST_SET, 1, 3 * USEC_PER_SEC, at);
	said = patience_slowness(&x.patience);
	ck_assert_ptr_nonnull(strstr(said, "takes 3 s for an answer"));
	ck_assert(strstr(said, "total_timeout") && strstr(said, "snmp_timeout"));
	g_free(said);
}
END_TEST

/* Asks twice; the first is answered, and a new question is behind the second; its attempt's tag. */
static uint32_t leave_one_behind(void)
{
	uint32_t first;

	ask(REQUEST_GET, 1);
	send_next();
	first = request.tag;
	ck_assert(sends(START + 2 * TIMEOUT));
	answer(first, 0, 1, START + 3 * TIMEOUT);
	first = request.tag;
	ask_up_to(REQUEST_GET, 1, 0, START + 3 * TIMEOUT);
	send_next();
	return first;
}

START_TEST(repeats_that_were_passed_over_are_lost_and_not_waited_for)
{
	uint32_t first;

	ask(REQUEST_GET, 1);
	send_next();
	first = request.tag;
	ck_assert(sends(START + 2 * TIMEOUT));
	answer(request.tag, 0, 1, START + 3 * TIMEOUT);
	ck_assert_uint_ne(first, request.tag);
	assert_pause(first_pause(REQUEST_GET, 2 * START), 4 * TIMEOUT);
}
END_TEST

START_TEST(an_answer_to_what_stands_before_begins_the_wait_anew)
{
	const uint32_t before = leave_one_behind();
	const usec due = x.due;

	answer(before, 0, 1, due - 1);
	ck_assert(!sends(due));
	ck_assert_int_ge(x.due, due + 4 * USEC_PER_SEC);
}
END_TEST

START_TEST(the_wait_that_begins_anew_is_the_shortest)
{
	usec at = answer_after(REQUEST_GET, 30, USEC_PER_SEC / 100, START), sent;
	uint32_t first, second;

	ask_up_to(REQUEST_GET, 1, 0, at);
	send_next();
	first = request.tag;
	sent = send_next();
	second = request.tag;
	answer(first, 0, 1, sent + 1000);
	ask_up_to(REQUEST_GET, 1, 0, sent + 1000);
	send_next();
	at = x.due - 1;
	answer(second, 0, 1, at);
	assert_pause(x.due - at, 2 * (at - sent));
}
END_TEST

START_TEST(a_longer_timeout_is_its_own_ceiling)
{
	usec at;

	setup_with(false, 10 * USEC_PER_SEC, 1);
	ask(REQUEST_GET, 1);
	at = send_next();
	for (unsigned i = 0; i < 10; i++) {
		ck_assert_int_ge(x.due - at, 9 * USEC_PER_SEC);
		ck_assert_int_le(x.due - at, 11 * USEC_PER_SEC);
		at = send_next();
	}
}
END_TEST

START_TEST(jitter_stays_within_ten_percent_and_uses_them)
{
	usec least = USEC_NEVER, most = 0;

	for (uint32_t seed = 0; seed < 1000; seed++) {
		usec pause;

		setup_with(false, TIMEOUT, seed * 2654435761U);
		ask(REQUEST_GET, 1);
		send_next();
		pause = x.due - START;
		least = MIN(least, pause);
		most = MAX(most, pause);
		exchange_clear(&x);
	}
	ck_assert_int_ge(least, TIMEOUT * 9 / 10);
	ck_assert_int_le(most, TIMEOUT * 11 / 10);
	ck_assert_int_lt(least, TIMEOUT * 92 / 100);
	ck_assert_int_gt(most, TIMEOUT * 108 / 100);
}
END_TEST

START_TEST(max_attempts_without_an_answer_end_in_silence)
{
	ask_up_to(REQUEST_GET, 1, 3, START);
	for (unsigned i = 0; i < 3; i++)
		send_next();
	ck_assert(!exchange_done(&x));
	ck_assert(!sends(x.due));
	ck_assert(exchange_done(&x));
	ck_assert_int_eq(x.reply.status, REPLY_SILENT);
	ck_assert_uint_eq(x.sent, 3);
}
END_TEST

START_TEST(without_max_attempts_it_asks_on)
{
	ask(REQUEST_GET, 1);
	for (unsigned i = 0; i < 100; i++)
		send_next();
	ck_assert(exchange_busy(&x));
}
END_TEST

START_TEST(silence_is_warned_of_once_and_at_once)
{
	ask(REQUEST_GET, 1);
	send_next();
	ck_assert_uint_eq(warnings, 0);
	send_next();
	ck_assert_uint_eq(warnings, 1);
	send_next();
	ck_assert_uint_eq(warnings, 1);
}
END_TEST

START_TEST(silence_is_warned_of_within_five_seconds_however_long_the_pause)
{
	x.patience.timeout = 20 * USEC_PER_SEC;
	ask(REQUEST_GET, 1);
	send_next();
	ck_assert_int_le(exchange_wake(&x), START + 5 * USEC_PER_SEC);
	ck_assert(!sends(exchange_wake(&x)));
	ck_assert_uint_eq(warnings, 1);
	ck_assert_int_eq(exchange_wake(&x), x.due);
}
END_TEST

START_TEST(the_warning_of_silence_tells_the_pause_that_was)
{
	char *expected;

	ask(REQUEST_GET, 1);
	send_next();
	answer(request.tag, 0, 1, START + 2 * TIMEOUT);
	ask_up_to(REQUEST_GET, 1, 0, 2 * START);
	send_next();
	expected = g_strdup_printf("no answer within %.2g s",
	                           (double)(x.due - 2 * START) / (double)USEC_PER_SEC);
	send_next();
	ck_assert_msg(strstr(warning, expected) != NULL, "%s", warning);
	g_free(expected);
}
END_TEST

START_TEST(old_attempts_do_not_pile_up)
{
	uint32_t first;

	ask(REQUEST_GET, 1);
	send_next();
	first = request.tag;
	for (unsigned i = 0; i < 1000; i++)
		send_next();
	ck_assert_uint_le(x.attempts->len, 100);
	answer(first, 0, 1, x.due);
	ck_assert(exchange_busy(&x));
	answer(request.tag, 0, 1, x.due);
	assert_value(0);
}
END_TEST

START_TEST(requests_and_answers_are_traced_with_their_first_varbinds)
{
	static const char *const sent[] = {
		"pdu-a: request 1, attempt 1: SET 1.3.6.1.4.1.850.0=2",
		"pdu-a: request 1, attempt 1: GET 1.3.6.1.4.1.850.0",
	};
	struct event event;

	ask(_i ? REQUEST_GET : REQUEST_SET, 1);
	send_next();
	ck_assert_str_eq(traced, sent[_i]);
	ask(REQUEST_GET, _i ? 8 : 9);
	send_next();
	ck_assert(g_str_has_suffix(traced, _i ? "850.6 1.3.6.1.4.1.850.7" : "850.7 and 1 more"));
	event = event_of(EVENT_ANSWER, request.tag);
	for (unsigned i = 0; i < 3; i++)
		event_add(&event, i);
	varbinds_at(event.varbinds, 1)->type = _i ? VALUE_ABSENT : VALUE_END_OF_MIB;
	varbinds_at(event.varbinds, 2)->type = VALUE_OCTETS;
	hand_over(&event, START + 1000);
	ck_assert_str_eq(traced, "pdu-a: answer to request 2: noError 1.3.6.1.4.1.850.0=100 "
	                         "1.3.6.1.4.1.850.1=none 1.3.6.1.4.1.850.2");
}
END_TEST

START_TEST(a_new_question_begins_with_the_whole)
{
	ask(REQUEST_GET, 22);
	for (unsigned i = 0; i < 3; i++)
		send_next(); /* a part is next */
	ask_up_to(REQUEST_GET, 22, 0, x.due);
	send_next();
	ck_assert_uint_eq(request.n, 22);
	ck_assert_int_eq(request.kind, REQUEST_GET);
}
END_TEST

/* --- answers --- */

START_TEST(an_answer_ends_the_question)
{
	ask(REQUEST_GET, 2);
	send_next();
	answer(request.tag, 0, 2, START + 1000);
	assert_value(0);
	assert_value(1);
	ck_assert(!exchange_busy(&x));
	ck_assert_int_eq(x.due, USEC_NEVER);
}
END_TEST

START_TEST(a_late_answer_to_an_earlier_attempt_is_accepted)
{
	uint32_t first;

	ask(REQUEST_GET, 1);
	send_next();
	first = request.tag;
	send_next();
	answer(first, 0, 1, START + 2 * TIMEOUT);
	assert_value(0);
}
END_TEST

START_TEST(an_answer_to_the_previous_question_is_dropped)
{
	uint32_t first;

	ask(REQUEST_GET, 1);
	send_next();
	first = request.tag;
	ask(REQUEST_GET, 1);
	send_next();
	answer(first, 0, 1, START + 1000);
	ck_assert(exchange_busy(&x));
	answer(request.tag, 0, 1, START + 2000);
	assert_value(0);
}
END_TEST

START_TEST(an_answer_without_a_tag_is_dropped)
{
	ask(REQUEST_GET, 1);
	send_next();
	refuse(request.tag, START + 1000);
	answer(0, 0, 1, START + 2000);
	ck_assert(exchange_busy(&x));
}
END_TEST

START_TEST(an_answer_after_the_question_was_abandoned_is_dropped)
{
	ask(REQUEST_GET, 1);
	send_next();
	exchange_abandon(&x);
	answer(request.tag, 0, 1, START + 1000);
	ck_assert(!exchange_done(&x));
}
END_TEST

START_TEST(a_duplicate_of_the_last_answer_changes_nothing)
{
	struct event other;

	ask(REQUEST_GET, 1);
	send_next();
	answer(request.tag, 0, 1, START + 1000);
	other = event_of(EVENT_ANSWER, request.tag);
	event_add(&other, 0);
	g_array_index(other.varbinds, struct varbind, 0).number = 7;
	hand_over(&other, START + 2000);
	assert_value(0);
}
END_TEST

START_TEST(a_duplicate_in_the_middle_of_a_question_sends_nothing)
{
	uint32_t first;

	ask(REQUEST_GET, 60);
	send_next();
	first = request.tag;
	answer(first, 0, request.n, START + 1000);
	ck_assert(sends(START + 1000));
	answer(first, 0, 40, START + 2000);
	ck_assert(!sends(START + 2000));
	answer(request.tag, 40, 20, START + 3000);
	assert_value(0);
	assert_value(59);
}
END_TEST

START_TEST(a_duplicate_of_an_error_sends_nothing)
{
	uint32_t first;

	ask(REQUEST_GET, 4);
	send_next();
	first = request.tag;
	answer_error(first, SNMP_STATUS_TOO_BIG, 0, START + 1000);
	ck_assert(sends(START + 1000));
	answer_error(first, SNMP_STATUS_TOO_BIG, 0, START + 2000);
	ck_assert(!sends(START + 2000));
}
END_TEST

START_TEST(an_answer_with_more_varbinds_than_asked_is_ignored)
{
	ask(REQUEST_GET, 2);
	send_next();
	answer(request.tag, 0, 3, START + 1000);
	ck_assert(exchange_busy(&x));
	ck_assert(!x.heard);
	ck_assert(!sends(START + 1000));
	ck_assert_uint_eq(warnings, 1);
	answer(request.tag, 0, 2, START + 3000);
	assert_value(1);
}
END_TEST

START_TEST(a_pdu_is_heard_once_it_has_answered_anything)
{
	ask(REQUEST_GET, 1);
	send_next();
	refuse(request.tag, START + 1000);
	ck_assert(!x.heard);
	send_next();
	answer_error(request.tag, SNMP_STATUS_GEN_ERR, 0, START + 2 * TIMEOUT);
	ck_assert(x.heard);
	ask_up_to(REQUEST_GET, 1, 0, 2 * START);
	send_next();
	ck_assert(x.heard);
}
END_TEST

START_TEST(an_answer_about_other_names_is_ignored)
{
	usec due;

	ask(REQUEST_GET, 2);
	send_next();
	due = x.due;
	answer(request.tag, 1, 2, due - 1);
	ck_assert(exchange_busy(&x));
	ck_assert_int_eq(x.due, due);
}
END_TEST

START_TEST(an_answer_in_another_order_is_sorted_out)
{
	struct event event;

	ask(REQUEST_GET, 3);
	send_next();
	event = event_of(EVENT_ANSWER, request.tag);
	event_add(&event, 2);
	event_add(&event, 0);
	event_add(&event, 1);
	hand_over(&event, START + 1000);
	for (unsigned i = 0; i < 3; i++)
		assert_value(i);
}
END_TEST

START_TEST(an_answer_with_a_doubled_name_is_ignored)
{
	static const unsigned doubled[][3] = { { 0, 0, 1 }, { 0, 1, 1 }, { 2, 1, 2 }, { 1, 2, 2 } };

	for (unsigned k = 0; k < G_N_ELEMENTS(doubled); k++) {
		struct event event;

		ask(REQUEST_GET, 3);
		send_next();
		event = event_of(EVENT_ANSWER, request.tag);
		for (unsigned i = 0; i < 3; i++)
			event_add(&event, doubled[k][i]);
		hand_over(&event, START + 1000);
		ck_assert(exchange_busy(&x));
	}
}
END_TEST

START_TEST(one_name_asked_twice_is_answered_twice)
{
	struct question question = { .kind = REQUEST_GET, .varbinds = varbinds_new() };
	const struct objid asked = name(0);
	struct event event;

	varbinds_add(question.varbinds, &asked);
	varbinds_add(question.varbinds, &asked);
	exchange_ask(&x, &question, START);
	g_array_unref(question.varbinds);
	send_next();
	event = event_of(EVENT_ANSWER, request.tag);
	event_add(&event, 0);
	event_add(&event, 0);
	hand_over(&event, START + 1000);
	ck_assert_uint_eq(value(1)->type, VALUE_INTEGER);
}
END_TEST

START_TEST(a_getnext_takes_its_answers_by_place)
{
	ask(REQUEST_NEXT, 2);
	send_next();
	answer(request.tag, 5, 2, START + 1000);
	ck_assert_int_eq(value(0)->number, 105);
	ck_assert_int_eq(value(1)->number, 106);
}
END_TEST

/* --- splitting --- */

START_TEST(a_v1_no_such_name_takes_out_the_varbind_it_names)
{
	struct event event;

	ask(REQUEST_GET, 3);
	send_next();
	answer_error(request.tag, SNMP_STATUS_NO_SUCH_NAME, 2, START + 1000);
	ck_assert(sends(START + 1000));
	ck_assert_uint_eq(request.n, 2);
	ck_assert(request_has(0, 0) && request_has(1, 2));
	event = event_of(EVENT_ANSWER, request.tag);
	event_add(&event, 0);
	event_add(&event, 2);
	hand_over(&event, START + 2000);
	assert_value(0);
	ck_assert_int_eq(value(1)->type, VALUE_ABSENT);
	assert_value(2);
}
END_TEST

START_TEST(an_error_with_an_index_sets_that_varbind_apart)
{
	struct event event;

	ask(REQUEST_GET, 3);
	send_next();
	answer_error(request.tag, SNMP_STATUS_GEN_ERR, 1, START + 1000);
	ck_assert(sends(START + 1000));
	ck_assert(request.n == 2 && request_has(0, 1) && request_has(1, 2));
	event = event_of(EVENT_ANSWER, request.tag);
	event_add(&event, 1);
	event_add(&event, 2);
	hand_over(&event, START + 2000);
	ck_assert(sends(START + 2000));
	ck_assert(request.n == 1 && request_has(0, 0));
	answer(request.tag, 0, 1, START + 3000);
	for (unsigned i = 0; i < 3; i++)
		assert_value(i);
}
END_TEST

START_TEST(several_varbinds_with_errors_are_asked_one_by_one)
{
	ask(REQUEST_GET, 2);
	send_next();
	answer_error(request.tag, SNMP_STATUS_GEN_ERR, 1, START + 1000);
	ck_assert(sends(START + 1000));
	ck_assert(request.n == 1 && request_has(0, 1));
	answer_error(request.tag, SNMP_STATUS_GEN_ERR, 1, START + 2000);
	ck_assert(sends(START + 2000));
	ck_assert(request.n == 1 && request_has(0, 0));
	answer(request.tag, 0, 1, START + 3000);
	assert_value(0);
	ck_assert_int_eq(value(1)->type, VALUE_ERROR);
	ck_assert_int_eq(value(1)->number, SNMP_STATUS_GEN_ERR);
}
END_TEST

START_TEST(the_error_of_a_single_varbind_becomes_its_value)
{
	ask(REQUEST_GET, 1);
	send_next();
	answer_error(request.tag, SNMP_STATUS_BAD_VALUE, 0, START + 1000);
	ck_assert_int_eq(value(0)->type, VALUE_ERROR);
	ck_assert_int_eq(value(0)->number, SNMP_STATUS_BAD_VALUE);
}
END_TEST

START_TEST(an_error_without_an_index_halves_the_request)
{
	ask(REQUEST_GET, 4);
	send_next();
	answer_error(request.tag, SNMP_STATUS_GEN_ERR, 0, START + 1000);
	ck_assert(sends(START + 1000));
	ck_assert(request.n == 2 && request_has(0, 0) && request_has(1, 1));
}
END_TEST

START_TEST(an_index_past_the_last_varbind_names_none)
{
	ask(REQUEST_GET, 2);
	send_next();
	answer_error(request.tag, SNMP_STATUS_NO_SUCH_NAME, 3, START + 1000);
	ck_assert(sends(START + 1000));
	ck_assert(request.n == 1 && request_has(0, 0));
}
END_TEST

START_TEST(too_big_halves_the_request_until_it_fits)
{
	unsigned expected = 16;

	ask(REQUEST_GET, 16);
	for (usec now = START; expected > 1; now += 1000, expected /= 2) {
		ck_assert(sends(now));
		ck_assert_uint_eq(request.n, expected);
		answer_error(request.tag, SNMP_STATUS_TOO_BIG, 1, now);
	}
	send_next();
	ck_assert_uint_eq(request.n, 1);
	answer_error(request.tag, SNMP_STATUS_TOO_BIG, 1, START + USEC_PER_SEC);
	ck_assert(exchange_busy(&x)); /* 15 more: the first has its error as its value */
	send_next();
	ck_assert(request_has(0, 1));
}
END_TEST

START_TEST(what_too_big_taught_is_kept_for_the_next_question)
{
	ask(REQUEST_GET, 16);
	send_next();
	answer_error(request.tag, SNMP_STATUS_TOO_BIG, 0, START + 1000);
	ask(REQUEST_GET, 16);
	send_next();
	ck_assert_uint_eq(request.n, 8);
}
END_TEST

START_TEST(too_big_costs_no_time)
{
	ask(REQUEST_GET, 22);
	while (!exchange_done(&x)) {
		ck_assert(sends(START));
		if (request.n > 1)
			answer_error(request.tag, SNMP_STATUS_TOO_BIG, 0, START);
		else
			answer_error(request.tag, SNMP_STATUS_GEN_ERR, 0, START);
	}
	ck_assert_uint_le(x.sent, 22 + 5);
}
END_TEST

/* A PDU that answers so many varbinds and, of a longer request, only the first ones. */
static void answer_short(unsigned first, unsigned most)
{
	answer(request.tag, first, MIN(request.n, most), START);
}

START_TEST(an_answer_that_falls_short_halves_the_request_at_once)
{
	static const unsigned most[] = { 1, 3, 6, 10, 16 };

	for (unsigned i = 0; i < G_N_ELEMENTS(most); i++) {
		unsigned first = 0;

		setup();
		ask(REQUEST_GET, 22);
		while (exchange_busy(&x)) {
			ck_assert(sends(START));
			answer_short(first, most[i]);
			first += request.n <= most[i] ? request.n : 0;
		}
		for (unsigned k = 0; k < 22; k++)
			assert_value(k);
		ck_assert_uint_eq(warnings, 0);
		ask(REQUEST_GET, 22);
		send_next();
		ck_assert_uint_le(request.n, most[i]);
		teardown();
	}
	setup();
}
END_TEST

START_TEST(an_answer_that_falls_short_is_not_taken)
{
	ask(REQUEST_NEXT, 2);
	send_next();
	answer(request.tag, 5, 1, START);
	ck_assert(sends(START));
	ck_assert(request.n == 1 && request_has(0, 0));
	answer(request.tag, 6, 1, START);
	ck_assert(sends(START));
	answer(request.tag, 7, 1, START);
	ck_assert_int_eq(value(0)->number, 106);
	ck_assert_int_eq(value(1)->number, 107);
}
END_TEST

START_TEST(an_answer_without_varbinds_is_ignored)
{
	ask(REQUEST_GET, 2);
	send_next();
	answer_error(request.tag, 0, 0, START + 1000);
	ck_assert(exchange_busy(&x));
	ck_assert(!sends(START + 1000));
}
END_TEST

/* How many varbinds a silent PDU is asked for, and never before that pause is over. */
static void assert_sends_after(usec pause, const unsigned *expected, unsigned n)
{
	usec before = -USEC_PER_SEC;

	for (unsigned i = 0; i < n; i++) {
		const usec at = send_next();

		ck_assert_uint_eq(request.n, expected[i]);
		ck_assert_int_ge(at - before, pause * 9 / 10);
		before = at;
	}
}

static void assert_sends(const unsigned *expected, unsigned n)
{
	assert_sends_after(USEC_PER_SEC, expected, n);
}

START_TEST(a_request_whose_answer_fell_short_is_not_known_to_be_answered)
{
	static const unsigned expected[] = { 3, 22, 22, 5 };

	ask(REQUEST_GET, 22);
	send_next();
	answer_short(0, 3);
	assert_sends_after(0, expected, G_N_ELEMENTS(expected));
}
END_TEST

START_TEST(a_silent_pdu_is_asked_for_all_and_in_turn_for_ever_less)
{
	static const unsigned expected[] = {
		22, 22, 22, /* may well be loss */
		5,  22, 1,  22, 1, 22, 5, 22,
	};

	ask(REQUEST_GET, 22);
	assert_sends(expected, G_N_ELEMENTS(expected));
}
END_TEST

START_TEST(a_part_is_followed_after_the_shortest_pause)
{
	usec at;

	ask(REQUEST_GET, 22);
	for (unsigned i = 0; i < 4; i++)
		at = send_next();
	ck_assert_uint_eq(request.n, 5);
	assert_pause(x.due - at, TIMEOUT);
}
END_TEST

START_TEST(a_part_goes_to_the_same_address_as_the_whole)
{
	ask(REQUEST_GET, 22);
	for (unsigned i = 0; i < 3; i++) {
		send_next();
		ck_assert_uint_eq(request.attempt, i);
	}
	send_next();
	ck_assert_uint_eq(request.n, 5);
	ck_assert_uint_eq(request.attempt, 0); /* which makes the session stay with its address */
	send_next();
	ck_assert_uint_eq(request.n, 22);
	ck_assert_uint_gt(request.attempt, 0);
}
END_TEST

/* Until the first part goes out. */
static void send_until_part(void)
{
	ask(REQUEST_GET, 22);
	for (unsigned i = 0; i < 4; i++)
		send_next();
	ck_assert_uint_eq(request.n, 5);
}

START_TEST(a_part_that_is_answered_is_taken_and_the_rest_asked_at_once)
{
	send_until_part();
	answer(request.tag, 0, 5, START + 10 * TIMEOUT);
	ck_assert(sends(START + 10 * TIMEOUT));
	ck_assert(request.n == 17 && request_has(0, 5));
	answer(request.tag, 5, 17, START + 11 * TIMEOUT);
	for (unsigned i = 0; i < 22; i++)
		assert_value(i);
}
END_TEST

START_TEST(a_part_is_called_off_by_the_answer_to_the_whole)
{
	ask(REQUEST_GET, 60);
	for (unsigned i = 0; i < 3; i++)
		send_next(); /* a part is next */
	answer(request.tag, 0, 40, x.due - 1);
	send_next();
	ck_assert(request.n == 20 && request_has(0, 40));
}
END_TEST

START_TEST(one_part_that_is_answered_teaches_nothing_if_the_rest_is)
{
	static const unsigned expected[] = { 22, 22 };

	send_until_part();
	answer(request.tag, 0, 5, START + 10 * TIMEOUT);
	send_next();
	answer(request.tag, 5, 17, START + 11 * TIMEOUT);
	ask(REQUEST_GET, 22);
	assert_sends(expected, G_N_ELEMENTS(expected));
}
END_TEST

/* Plays a PDU that is silent to more than `most` varbinds; the seconds until all are answered. */
static double answer_up_to(enum request_kind kind, unsigned n, unsigned most, usec now)
{
	unsigned first = 0;
	usec at = now;

	ask_up_to(kind, n, 0, now);
	while (exchange_busy(&x)) {
		at = send_next();
		if (request.n > most)
			continue;
		answer(request.tag, first, request.n, at);
		first += request.n;
	}
	ck_assert_uint_eq(first, n);
	return (double)(at - now) / (double)USEC_PER_SEC;
}

START_TEST(a_pdu_silent_to_long_requests_is_found_out_once_and_soon)
{
	static const unsigned most[] = { 1, 3, 6, 10, 16 };
	static const unsigned requests[] = { 12, 12, 3, 3, 3 }; /* for twelve varbinds then */

	for (unsigned i = 0; i < G_N_ELEMENTS(most); i++) {
		unsigned sent;

		setup();
		ck_assert_double_lt(answer_up_to(REQUEST_NEXT, 22, most[i], START), 16);
		/* from then on neither time nor a request is lost */
		sent = x.sent;
		ck_assert(answer_up_to(REQUEST_GET, 12, most[i], 2 * START) == 0);
		ck_assert_uint_eq(x.sent - sent, requests[i]);
		teardown();
	}
	setup();
}
END_TEST

START_TEST(a_lost_datagram_lifts_a_limit_that_silence_taught)
{
	static const unsigned expected[] = { 4, 22, 22, 5, 22 };

	answer_up_to(REQUEST_GET, 22, 6, START);
	ask_up_to(REQUEST_GET, 22, 0, 2 * START);
	assert_sends_after(QUICK, expected, G_N_ELEMENTS(expected));
	send_next();
	answer(request.tag, 0, request.n, 3 * START);
	send_next();
	ck_assert_uint_gt(request.n, 5);
}
END_TEST

START_TEST(a_size_that_was_answered_once_is_split_for_a_long_silence_only)
{
	ask(REQUEST_GET, 8);
	send_next();
	answer(request.tag, 0, 8, START + 1000);
	ask(REQUEST_GET, 8);
	for (unsigned i = 0; i < 6; i++) { /* the seventh may: these may be more bytes */
		send_next();
		ck_assert_uint_eq(request.n, 8);
	}
	send_next();
	ck_assert_uint_lt(request.n, 8);
}
END_TEST

START_TEST(silence_never_splits_a_single_varbind)
{
	ask(REQUEST_GET, 1);
	for (unsigned i = 0; i < 10; i++) {
		send_next();
		ck_assert_uint_eq(request.n, 1);
	}
}
END_TEST

START_TEST(a_long_question_goes_in_several_requests_one_at_a_time)
{
	ask(REQUEST_GET, 100);
	for (unsigned first = 0; first < 100; first += 40) {
		ck_assert(sends(START + first));
		ck_assert_uint_eq(request.n, MIN(40, 100 - first));
		ck_assert(!sends(START + first));
		answer(request.tag, first, request.n, START + first + 40);
	}
	assert_value(99);
}
END_TEST

/* --- SET and GETBULK --- */

START_TEST(a_set_carries_its_values)
{
	ask(REQUEST_SET, 2);
	send_next();
	ck_assert_int_eq(request.kind, REQUEST_SET);
	ck_assert_int_eq(request.varbinds[1].type, VALUE_INTEGER);
	ck_assert_int_eq(request.varbinds[1].number, 2);
}
END_TEST

START_TEST(a_set_is_answered_by_its_names_whatever_the_values)
{
	ask(REQUEST_SET, 2);
	send_next();
	answer(request.tag, 0, 2, START + 1000);
	ck_assert(exchange_done(&x));
	ck_assert_int_eq(x.reply.status, REPLY_ANSWERED);
	ck_assert_int_eq(x.reply.error_status, 0);
}
END_TEST

static void answer_set(unsigned first, unsigned second, unsigned third)
{
	struct event event = event_of(EVENT_ANSWER, request.tag);

	event_add(&event, first);
	event_add(&event, second);
	event_add(&event, third);
	hand_over(&event, START + 1000);
}

START_TEST(a_set_is_answered_by_its_names_in_any_order)
{
	ask(REQUEST_SET, 3);
	send_next();
	answer_set(2, 0, 1);
	ck_assert(exchange_done(&x));
}
END_TEST

START_TEST(a_set_answered_with_a_doubled_name_is_not_answered)
{
	ask(REQUEST_SET, 3);
	send_next();
	answer_set(0, 1, 1);
	answer_set(2, 2, 0);
	ck_assert(exchange_busy(&x));
}
END_TEST

START_TEST(a_set_answered_about_other_names_is_not_answered)
{
	ask(REQUEST_SET, 2);
	send_next();
	answer(request.tag, 1, 2, START + 1000);
	answer(request.tag, 0, 1, START + 1000);
	answer(request.tag, 0, 3, START + 1000);
	ck_assert(exchange_busy(&x));
}
END_TEST

START_TEST(a_set_error_is_handed_on_with_its_index)
{
	ask(REQUEST_SET, 2);
	send_next();
	answer_error(request.tag, SNMP_STATUS_NO_ACCESS, 2, START + 1000);
	ck_assert(exchange_done(&x));
	ck_assert_int_eq(x.reply.status, REPLY_ANSWERED);
	ck_assert_int_eq(x.reply.error_status, SNMP_STATUS_NO_ACCESS);
	ck_assert_int_eq(x.reply.error_index, 2);
}
END_TEST

START_TEST(a_set_is_never_split)
{
	ask(REQUEST_SET, 48);
	for (unsigned i = 0; i < 6; i++) {
		send_next();
		ck_assert_uint_eq(request.n, 48);
	}
}
END_TEST

START_TEST(a_getbulk_is_handed_on_as_it_came)
{
	ask(REQUEST_BULK, 2);
	send_next();
	ck_assert_uint_eq(request.repetitions, 10);
	answer(request.tag, 7, 5, START + 1000);
	ck_assert(exchange_done(&x));
	ck_assert_uint_eq(x.reply.varbinds->len, 5);
	ck_assert_int_eq(value(4)->number, 111);
}
END_TEST

START_TEST(an_empty_getbulk_answer_is_ignored)
{
	ask(REQUEST_BULK, 2);
	send_next();
	answer_error(request.tag, 0, 0, START + 1000);
	ck_assert(exchange_busy(&x));
}
END_TEST

START_TEST(a_getbulk_error_is_handed_on)
{
	ask(REQUEST_BULK, 2);
	send_next();
	answer_error(request.tag, SNMP_STATUS_GEN_ERR, 1, START + 1000);
	ck_assert(exchange_done(&x));
	ck_assert_int_eq(x.reply.error_status, SNMP_STATUS_GEN_ERR);
}
END_TEST

/* --- refusals and other trouble --- */

START_TEST(one_refusal_is_not_believed)
{
	ask(REQUEST_GET, 1);
	send_next();
	refuse(request.tag, START + 1000);
	ck_assert(exchange_busy(&x));
	ck_assert_uint_eq(warnings, 1);
	send_next();
	answer(request.tag, 0, 1, START + 2 * TIMEOUT);
	assert_value(0);
	ck_assert_ptr_null(x.reply.reason);
}
END_TEST

START_TEST(two_refusals_are_believed)
{
	ask(REQUEST_GET, 1);
	send_next();
	refuse(request.tag, START + 1000);
	send_next();
	refuse(request.tag, START + 2 * TIMEOUT);
	ck_assert(exchange_done(&x));
	ck_assert_int_eq(x.reply.status, REPLY_REFUSED);
	ck_assert_str_eq(x.reply.reason, "unknown user");
}
END_TEST

START_TEST(a_copy_of_a_report_is_not_a_second_refusal)
{
	ask(REQUEST_GET, 1);
	send_next();
	for (unsigned i = 0; i < 3; i++)
		refuse(request.tag, START + 1000);
	ck_assert(exchange_busy(&x));
}
END_TEST

START_TEST(after_a_refusal_it_is_asked_again_within_a_second)
{
	ask(REQUEST_GET, 1);
	send_next();
	refuse(request.tag, START + 1000);
	ck_assert_int_le(x.due, START + USEC_PER_SEC);
}
END_TEST

START_TEST(refusals_of_an_earlier_question_do_not_count)
{
	ask(REQUEST_GET, 1);
	send_next();
	refuse(request.tag, START + 1000);
	ask(REQUEST_GET, 1);
	send_next();
	refuse(request.tag, START + 1000);
	ck_assert(exchange_busy(&x));
}
END_TEST

START_TEST(an_answer_between_two_refusals_clears_the_first)
{
	ask(REQUEST_GET, 60);
	send_next();
	refuse(request.tag, START + 1000);
	send_next();
	answer(request.tag, 0, 40, START + 2 * TIMEOUT);
	send_next();
	refuse(request.tag, START + 3 * TIMEOUT);
	ck_assert(exchange_busy(&x));
}
END_TEST

START_TEST(reading_that_is_refused_twice_is_a_refusal)
{
	ask(REQUEST_GET, 1);
	send_next();
	answer_error(request.tag, SNMP_STATUS_AUTHORIZATION_ERROR, 0, START + 1000);
	ck_assert(exchange_busy(&x));
	send_next();
	answer_error(request.tag, SNMP_STATUS_AUTHORIZATION_ERROR, 0, START + 2 * TIMEOUT);
	ck_assert(exchange_done(&x));
	ck_assert_int_eq(x.reply.status, REPLY_REFUSED);
}
END_TEST

START_TEST(a_copy_of_a_refusing_answer_is_not_a_second_one)
{
	ask(REQUEST_GET, 1);
	send_next();
	answer_error(request.tag, SNMP_STATUS_AUTHORIZATION_ERROR, 0, START + 1000);
	answer_error(request.tag, SNMP_STATUS_AUTHORIZATION_ERROR, 0, START + 1001);
	ck_assert(exchange_busy(&x));
}
END_TEST

START_TEST(a_refusal_names_the_object_if_the_card_does)
{
	static const char *const said[] = { "(noAccess)", "(noAccess on 1.3.6.1.4.1.850.0)",
		                            "(noAccess on 1.3.6.1.4.1.850.1)" };

	ask(REQUEST_GET, 2);
	for (unsigned i = 0; i < 2; i++) {
		send_next();
		answer_error(request.tag, SNMP_STATUS_NO_ACCESS, _i, START + i * TIMEOUT);
	}
	ck_assert_int_eq(x.reply.status, REPLY_REFUSED);
	ck_assert_ptr_nonnull(strstr(x.reply.reason, said[_i]));
}
END_TEST

START_TEST(a_getnext_goes_on_without_one_object_that_is_refused)
{
	const unsigned refused = (unsigned)_i, first = refused == 0, last = refused == 2 ? 1 : 2;
	char *shown = g_strdup_printf("(authorizationError after 1.3.6.1.4.1.850.%u)", refused);
	struct event event;

	ask(REQUEST_NEXT, 3);
	send_next();
	answer_error(request.tag, SNMP_STATUS_AUTHORIZATION_ERROR, _i + 1, START);
	ck_assert(sends(START));
	ck_assert(request.n == 2 && request_has(0, first) && request_has(1, last));
	event = event_of(EVENT_ANSWER, request.tag);
	event_add(&event, first + 1);
	event_add(&event, last + 1);
	hand_over(&event, START);
	ck_assert(sends(START));
	ck_assert(request.n == 1 && request_has(0, refused));
	ck_assert_uint_eq(warnings, 0);
	answer_error(request.tag, SNMP_STATUS_AUTHORIZATION_ERROR, 1, START);
	ck_assert_ptr_nonnull(strstr(warning, "; going on without it"));
	ck_assert_int_eq(value(first)->number, 100 + first + 1);
	ck_assert_int_eq(value(refused)->type, VALUE_ERROR);
	ck_assert_int_eq(value(refused)->number, SNMP_STATUS_AUTHORIZATION_ERROR);
	ck_assert_int_eq(value(last)->number, 100 + last + 1);
	ck_assert_ptr_nonnull(strstr(x.reply.reason, shown));
	g_free(shown);
}
END_TEST

START_TEST(a_getnext_of_which_all_is_refused_leaves_it_to_others_whether_that_lasts)
{
	ask(REQUEST_NEXT, 3);
	while (exchange_busy(&x)) {
		ck_assert(sends(START));
		answer_error(request.tag, SNMP_STATUS_NO_ACCESS, 1, START);
	}
	ck_assert_int_eq(x.reply.status, REPLY_ANSWERED);
	for (unsigned i = 0; i < 3; i++)
		ck_assert_int_eq(value(i)->type, VALUE_ERROR);
	ck_assert_ptr_nonnull(x.reply.reason);
	ck_assert_uint_eq(x.sent, 3 + 3);
}
END_TEST

START_TEST(what_was_said_of_one_question_is_not_said_of_the_next)
{
	ask(REQUEST_SET, 1);
	send_next();
	answer_error(request.tag, SNMP_STATUS_GEN_ERR, 1, START);
	ask(REQUEST_GET, 1);
	send_next();
	refuse(request.tag, START + 1000);
	send_next();
	refuse(request.tag, START + 2000);
	ask_up_to(REQUEST_GET, 1, 1, START);
	ck_assert_ptr_null(x.refusal);
	send_next();
	answer(request.tag, 1, 1, START + 1000); /* which was not asked for */
	ck_assert(!sends(x.due));
	ck_assert_ptr_nonnull(x.reply.reason);
	ask_up_to(REQUEST_GET, 1, 1, 2 * START);
	send_next();
	ck_assert(!sends(x.due));
	ck_assert_int_eq(x.reply.status, REPLY_SILENT);
	ck_assert_ptr_null(x.reply.reason);
	ck_assert_int_eq(x.reply.error_status, 0);
}
END_TEST

static void unreachable(uint32_t tag, usec now)
{
	struct event event = event_of(EVENT_UNREACHABLE, tag);

	event.reason = g_strdup("connection refused");
	hand_over(&event, now);
}

START_TEST(an_icmp_error_shortens_the_pause)
{
	ask(REQUEST_GET, 1);
	send_next();
	unreachable(request.tag, START + 1000);
	ck_assert_int_gt(x.due, START + 1000);
	ck_assert_int_le(x.due, START + 1000 + TIMEOUT / 5);
	ck_assert_uint_eq(warnings, 1);
}
END_TEST

START_TEST(an_icmp_error_never_lengthens_the_pause)
{
	usec due;

	ask(REQUEST_GET, 1);
	send_next();
	due = x.due;
	unreachable(request.tag, due - 1);
	ck_assert_int_eq(x.due, due);
}
END_TEST

START_TEST(icmp_errors_end_nothing_and_are_answered_ever_more_slowly)
{
	usec before = 0;

	ask(REQUEST_GET, 1);
	for (unsigned i = 0; i < 5; i++) {
		const usec at = send_next();

		unreachable(request.tag, at + 1000);
		ck_assert(exchange_busy(&x));
		ck_assert_int_gt(x.due - at, before);
		before = x.due - at;
	}
}
END_TEST

START_TEST(an_icmp_error_about_an_earlier_question_changes_nothing)
{
	uint32_t first;
	usec due;

	ask(REQUEST_GET, 1);
	send_next();
	first = request.tag;
	ask(REQUEST_GET, 1);
	send_next();
	due = x.due;
	unreachable(first, START + 1000);
	ck_assert_int_eq(x.due, due);
}
END_TEST

START_TEST(an_answer_from_elsewhere_is_an_obstacle_and_changes_nothing)
{
	struct event event;
	usec due;

	ask(REQUEST_GET, 1);
	send_next();
	due = x.due;
	event = event_of(EVENT_ELSEWHERE, request.tag);
	event.reason = g_strdup("an answer came from 192.0.2.2");
	hand_over(&event, START + 1000);
	ck_assert_int_eq(x.due, due);
	ck_assert_str_eq(x.obstacle, "an answer came from 192.0.2.2");
	ck_assert_uint_eq(warnings, 1);
	ck_assert(!x.heard);
}
END_TEST

static void fault(void)
{
	struct event event = event_of(EVENT_FAULT, request.tag);

	event.reason = g_strdup("no socket");
	hand_over(&event, x.due);
}

START_TEST(a_fault_of_this_machine_ends_nothing_before_time_is_up)
{
	ask_up_to(REQUEST_GET, 8, 3, START);
	for (unsigned i = 0; i < 100; i++) {
		const usec at = send_next();

		ck_assert_uint_eq(request.n, 8);
		fault();
		ck_assert_int_ge(x.due, at + TIMEOUT);
		ck_assert(exchange_busy(&x));
	}
	ck_assert_uint_eq(warnings, 1);
	ck_assert(exchange_expire(&x));
	ck_assert(exchange_done(&x));
	ck_assert_int_eq(x.reply.status, REPLY_FAULT);
	ck_assert_str_eq(x.reply.reason, "no socket");
}
END_TEST

START_TEST(a_fault_that_is_over_is_not_the_reason_for_the_end)
{
	ck_assert(!exchange_expire(&x));
	ask(REQUEST_GET, 1);
	send_next();
	fault();
	send_next();
	ck_assert(!exchange_expire(&x));
	answer(request.tag, 0, 1, START + 2 * TIMEOUT);
	assert_value(0);
	ck_assert(!exchange_expire(&x));
}
END_TEST

START_TEST(a_fault_and_a_refusal_are_not_two_refusals)
{
	ask(REQUEST_GET, 1);
	for (unsigned i = 0; i < 3; i++) {
		send_next();
		fault();
	}
	send_next();
	refuse(request.tag, START + 1000);
	ck_assert(exchange_busy(&x));
}
END_TEST

START_TEST(only_these_error_statuses_refuse_access)
{
	for (int status = -1; status < 30; status++) {
		const bool refusal = status == SNMP_STATUS_READ_ONLY ||
		                     status == SNMP_STATUS_NO_ACCESS ||
		                     status == SNMP_STATUS_AUTHORIZATION_ERROR ||
		                     status == SNMP_STATUS_NOT_WRITABLE;

		ck_assert(exchange_is_refusal(false, status) == refusal);
		ck_assert(exchange_is_refusal(true, status) ==
		          (refusal || status == SNMP_STATUS_NO_SUCH_NAME));
	}
}
END_TEST

START_TEST(a_v1_card_with_many_absences_costs_one_request_each)
{
	ask(REQUEST_NEXT, 13);
	for (unsigned i = 0; i < 13; i++) {
		ck_assert(sends(START + i));
		ck_assert_uint_eq(request.n, 13 - i);
		for (unsigned copy = 0; copy < 2; copy++)
			answer_error(request.tag, SNMP_STATUS_NO_SUCH_NAME, 1, START + i + 1);
	}
	ck_assert(exchange_done(&x));
	ck_assert_uint_eq(x.sent, 13);
}
END_TEST

/* --- cards that answer no GET --- */

/* The card has answered such a request, and then three times no GET; the tag of the probe. */
static uint32_t send_until_probe(enum request_kind answered)
{
	usec at;

	ask(REQUEST_NEXT, 1);
	send_next();
	answer(request.tag, 1, 1, START + 1000);
	ask_up_to(answered, 1, 0, START + 1000);
	send_next();
	answer(request.tag, 0, 1, START + 2000);
	ask_up_to(REQUEST_GET, 2, 0, START + 2000);
	for (unsigned i = 0; i < 3; i++) {
		at = send_next();
		ck_assert_int_eq(request.kind, REQUEST_GET);
	}
	at = send_next();
	ck_assert(request.kind == REQUEST_NEXT && request.n == 1);
	assert_pause(x.due - at, QUICK);
	return request.tag;
}

static void assert_deafness(const char *said)
{
	char *deafness = exchange_deafness(&x);

	if (said)
		ck_assert_msg(deafness && g_str_has_prefix(deafness, said), "%s", deafness);
	else
		ck_assert_ptr_null(deafness);
	g_free(deafness);
}

START_TEST(a_card_that_answers_other_requests_and_no_get_is_told_apart)
{
	const uint32_t probe = send_until_probe(_i ? REQUEST_SET : REQUEST_NEXT);

	assert_deafness(NULL);
	answer(probe, 1, 1, x.due - 1);
	assert_deafness(_i ? "answers GETNEXT and SET, and no GET" : "answers GETNEXT, and no GET");
	send_next();
	ck_assert_int_eq(request.kind, REQUEST_GET);
	answer(request.tag, 0, 2, x.due);
	assert_value(0);
	assert_deafness(NULL);
}
END_TEST

START_TEST(an_error_that_answers_a_probe_does_not_answer_the_question)
{
	answer_error(send_until_probe(REQUEST_SET), SNMP_STATUS_NO_SUCH_NAME, 1, START + TIMEOUT);
	ck_assert(exchange_busy(&x));
	send_next();
	answer(request.tag, 0, 2, x.due);
	assert_value(0);
}
END_TEST

/* --- which PDU is silent --- */

static const char *const labels[] = { "pdu-a", "pdu-b" };

/* A runner of two PDUs with a question each, of which one attempt is under way. */
static struct runner ask_two(void)
{
	const struct exchange_settings settings = { .timeout = TIMEOUT, .seed = 1 };
	struct runner runner;

	runner_init(&runner, NULL, G_N_ELEMENTS(labels), labels, &counting, &settings);
	exchange_clear(&x); /* the runner's take its place for a while */
	for (unsigned i = 0; i < G_N_ELEMENTS(labels); i++) {
		x = runner.exchanges[i];
		ask(REQUEST_GET, 1);
		send_next();
		runner.exchanges[i] = x;
	}
	memset(&x, 0, sizeof(x));
	return runner;
}

START_TEST(a_pdu_that_never_answered_is_silent)
{
	struct runner runner = ask_two();

	ck_assert_int_eq(runner_silent_pdu(&runner), 0);
	runner.exchanges[0].heard = true;
	ck_assert_int_eq(runner_silent_pdu(&runner), 1);
	runner_clear(&runner);
}
END_TEST

/* Its first attempt was not answered: a second one goes out. */
static void ask_one_again(struct runner *runner, unsigned pdu)
{
	x = runner->exchanges[pdu];
	send_next();
	runner->exchanges[pdu] = x;
	memset(&x, 0, sizeof(x));
}

START_TEST(a_pdu_that_never_answered_is_named_before_one_that_fell_silent)
{
	struct runner runner = ask_two();

	runner.exchanges[0].heard = true;
	ask_one_again(&runner, 0);
	ck_assert_int_eq(runner_silent_pdu(&runner), 1);
	runner_clear(&runner);
}
END_TEST

START_TEST(a_request_merely_under_way_makes_no_pdu_silent)
{
	struct runner runner = ask_two();

	runner.exchanges[0].heard = runner.exchanges[1].heard = true;
	ck_assert_int_eq(runner_silent_pdu(&runner), -1);
	ask_one_again(&runner, 1);
	ck_assert_int_eq(runner_silent_pdu(&runner), 1);
	runner_clear(&runner);
}
END_TEST

START_TEST(the_pdu_that_is_slow_is_named_whichever_it_is)
{
	struct runner runner = ask_two();
	char *said;

	ck_assert_ptr_null(runner_slowness(&runner));
	patience_measure(&runner.exchanges[_i].patience, REQUEST_GET, 3 * USEC_PER_SEC);
	said = runner_slowness(&runner);
	ck_assert(said && g_str_has_prefix(said, labels[_i]));
	g_free(said);
	runner_clear(&runner);
}
END_TEST

START_TEST(a_pdu_without_a_question_is_not_silent)
{
	struct runner runner = ask_two();

	for (unsigned i = 0; i < G_N_ELEMENTS(labels); i++)
		exchange_abandon(&runner.exchanges[i]);
	ck_assert_int_eq(runner_silent_pdu(&runner), -1);
	runner_clear(&runner);
}
END_TEST

static TCase *tcase_with(const char *title, SFun begin)
{
	TCase *tcase = tcase_create(title);

	tcase_add_checked_fixture(tcase, begin, teardown);
	return tcase;
}

static TCase *attempts_case(void)
{
	TCase *tcase = tcase_with("attempts", setup);

	tcase_add_test(tcase, the_first_attempt_goes_out_at_once);
	tcase_add_test(tcase, without_a_question_nothing_is_due);
	tcase_add_test(tcase, an_unanswered_attempt_is_repeated_after_the_timeout);
	tcase_add_test(tcase, a_repeated_attempt_asks_the_same_under_a_new_tag);
	tcase_add_test(tcase, until_a_pdu_has_answered_the_pause_doubles_to_four_seconds);
	tcase_add_test(tcase, a_longer_timeout_is_its_own_ceiling);
	tcase_add_test(tcase, jitter_stays_within_ten_percent_and_uses_them);
	tcase_add_test(tcase, max_attempts_without_an_answer_end_in_silence);
	tcase_add_test(tcase, without_max_attempts_it_asks_on);
	tcase_add_test(tcase, silence_is_warned_of_once_and_at_once);
	tcase_add_test(tcase, silence_is_warned_of_within_five_seconds_however_long_the_pause);
	tcase_add_test(tcase, the_warning_of_silence_tells_the_pause_that_was);
	tcase_add_test(tcase, old_attempts_do_not_pile_up);
	tcase_add_test(tcase, a_new_question_begins_with_the_whole);
	tcase_add_loop_test(tcase, requests_and_answers_are_traced_with_their_first_varbinds, 0, 2);
	return tcase;
}

static TCase *round_trips_case(void)
{
	TCase *tcase = tcase_with("round trips", setup);

	tcase_add_test(tcase, a_quick_pdu_is_asked_again_after_a_fifth_of_a_second);
	tcase_add_test(tcase, a_shorter_timeout_is_kept_for_a_quick_pdu);
	tcase_add_test(tcase, a_pdu_that_has_answered_is_waited_for_four_times_as_long_at_most);
	tcase_add_test(tcase, a_steady_pdu_is_waited_for_twice_as_long_as_it_takes);
	tcase_add_test(tcase, after_one_answer_the_next_may_take_much_longer);
	tcase_add_test(tcase, a_card_is_never_waited_for_longer_than_eight_seconds);
	tcase_add_test(tcase, sets_and_gets_are_measured_apart);
	tcase_add_loop_test(
		tcase, a_kind_that_was_never_answered_is_given_twice_the_time_of_the_others, 0, 2);
	tcase_add_test(tcase, a_getnext_is_as_quick_as_a_get);
	tcase_add_test(tcase, a_pdu_that_has_become_quick_is_asked_as_one_that_was);
	tcase_add_test(tcase, where_the_queue_has_grown_all_kinds_are_waited_for);
	tcase_add_test(tcase, what_is_asked_only_once_is_given_twice_the_time);
	tcase_add_test(tcase, a_late_answer_is_measured_as_well);
	tcase_add_test(tcase, a_copy_of_an_answer_is_not_measured);
	tcase_add_test(tcase, the_wait_that_begins_anew_is_the_shortest);
	tcase_add_test(tcase, repeats_that_were_passed_over_are_lost_and_not_waited_for);
	tcase_add_test(tcase, an_answer_to_what_stands_before_begins_the_wait_anew);
	tcase_add_test(tcase, the_wait_begins_anew_when_the_engine_is_discovered);
	tcase_add_test(tcase, what_waited_for_the_engine_is_not_split_for_that);
	tcase_add_test(tcase, a_discovery_for_another_question_changes_nothing);
	tcase_add_test(tcase, a_slow_pdu_is_said_to_be_slow);
	tcase_add_test(tcase, what_takes_half_a_second_is_slow);
	tcase_add_loop_test(tcase, a_pdu_that_was_slow_is_so_whatever_it_answered_quickly_since, 0,
	                    2);
	return tcase;
}

static TCase *answers_case(void)
{
	TCase *tcase = tcase_with("answers", setup);

	tcase_add_test(tcase, an_answer_ends_the_question);
	tcase_add_test(tcase, a_late_answer_to_an_earlier_attempt_is_accepted);
	tcase_add_test(tcase, an_answer_to_the_previous_question_is_dropped);
	tcase_add_test(tcase, an_answer_without_a_tag_is_dropped);
	tcase_add_test(tcase, an_answer_after_the_question_was_abandoned_is_dropped);
	tcase_add_test(tcase, a_duplicate_of_the_last_answer_changes_nothing);
	tcase_add_test(tcase, a_duplicate_in_the_middle_of_a_question_sends_nothing);
	tcase_add_test(tcase, a_duplicate_of_an_error_sends_nothing);
	tcase_add_test(tcase, an_answer_with_more_varbinds_than_asked_is_ignored);
	tcase_add_test(tcase, a_pdu_is_heard_once_it_has_answered_anything);
	tcase_add_test(tcase, an_answer_about_other_names_is_ignored);
	tcase_add_test(tcase, an_answer_in_another_order_is_sorted_out);
	tcase_add_test(tcase, an_answer_with_a_doubled_name_is_ignored);
	tcase_add_test(tcase, one_name_asked_twice_is_answered_twice);
	tcase_add_test(tcase, a_getnext_takes_its_answers_by_place);
	return tcase;
}

static TCase *splitting_case(void)
{
	TCase *tcase = tcase_with("splitting", setup);

	tcase_add_test(tcase, an_error_with_an_index_sets_that_varbind_apart);
	tcase_add_test(tcase, several_varbinds_with_errors_are_asked_one_by_one);
	tcase_add_test(tcase, the_error_of_a_single_varbind_becomes_its_value);
	tcase_add_test(tcase, an_error_without_an_index_halves_the_request);
	tcase_add_test(tcase, an_index_past_the_last_varbind_names_none);
	tcase_add_test(tcase, too_big_halves_the_request_until_it_fits);
	tcase_add_test(tcase, what_too_big_taught_is_kept_for_the_next_question);
	tcase_add_test(tcase, too_big_costs_no_time);
	tcase_add_test(tcase, an_answer_that_falls_short_halves_the_request_at_once);
	tcase_add_test(tcase, an_answer_that_falls_short_is_not_taken);
	tcase_add_test(tcase, a_request_whose_answer_fell_short_is_not_known_to_be_answered);
	tcase_add_test(tcase, an_answer_without_varbinds_is_ignored);
	tcase_add_test(tcase, a_silent_pdu_is_asked_for_all_and_in_turn_for_ever_less);
	tcase_add_test(tcase, a_part_is_followed_after_the_shortest_pause);
	tcase_add_test(tcase, a_part_goes_to_the_same_address_as_the_whole);
	tcase_add_test(tcase, a_part_that_is_answered_is_taken_and_the_rest_asked_at_once);
	tcase_add_test(tcase, a_part_is_called_off_by_the_answer_to_the_whole);
	tcase_add_test(tcase, one_part_that_is_answered_teaches_nothing_if_the_rest_is);
	tcase_add_test(tcase, a_pdu_silent_to_long_requests_is_found_out_once_and_soon);
	tcase_add_test(tcase, a_lost_datagram_lifts_a_limit_that_silence_taught);
	tcase_add_test(tcase, a_size_that_was_answered_once_is_split_for_a_long_silence_only);
	tcase_add_test(tcase, silence_never_splits_a_single_varbind);
	tcase_add_test(tcase, a_long_question_goes_in_several_requests_one_at_a_time);
	return tcase;
}

static TCase *v1_case(void)
{
	TCase *tcase = tcase_with("v1", setup_v1);

	tcase_add_test(tcase, a_v1_no_such_name_takes_out_the_varbind_it_names);
	tcase_add_test(tcase, a_v1_card_with_many_absences_costs_one_request_each);
	return tcase;
}

static TCase *set_and_bulk_case(void)
{
	TCase *tcase = tcase_with("SET and GETBULK", setup);

	tcase_add_test(tcase, a_set_carries_its_values);
	tcase_add_test(tcase, a_set_is_answered_by_its_names_whatever_the_values);
	tcase_add_test(tcase, a_set_is_answered_by_its_names_in_any_order);
	tcase_add_test(tcase, a_set_answered_with_a_doubled_name_is_not_answered);
	tcase_add_test(tcase, a_set_answered_about_other_names_is_not_answered);
	tcase_add_test(tcase, a_set_error_is_handed_on_with_its_index);
	tcase_add_test(tcase, a_set_is_never_split);
	tcase_add_test(tcase, a_getbulk_is_handed_on_as_it_came);
	tcase_add_test(tcase, an_empty_getbulk_answer_is_ignored);
	tcase_add_test(tcase, a_getbulk_error_is_handed_on);
	return tcase;
}

static TCase *trouble_case(void)
{
	TCase *tcase = tcase_with("trouble", setup);

	tcase_add_test(tcase, one_refusal_is_not_believed);
	tcase_add_test(tcase, two_refusals_are_believed);
	tcase_add_test(tcase, a_copy_of_a_report_is_not_a_second_refusal);
	tcase_add_test(tcase, after_a_refusal_it_is_asked_again_within_a_second);
	tcase_add_test(tcase, refusals_of_an_earlier_question_do_not_count);
	tcase_add_test(tcase, what_was_said_of_one_question_is_not_said_of_the_next);
	tcase_add_test(tcase, an_answer_between_two_refusals_clears_the_first);
	tcase_add_test(tcase, reading_that_is_refused_twice_is_a_refusal);
	tcase_add_test(tcase, a_copy_of_a_refusing_answer_is_not_a_second_one);
	tcase_add_loop_test(tcase, a_refusal_names_the_object_if_the_card_does, 0, 3);
	tcase_add_loop_test(tcase, a_getnext_goes_on_without_one_object_that_is_refused, 0, 3);
	tcase_add_test(tcase,
	               a_getnext_of_which_all_is_refused_leaves_it_to_others_whether_that_lasts);
	tcase_add_test(tcase, an_icmp_error_shortens_the_pause);
	tcase_add_test(tcase, an_icmp_error_never_lengthens_the_pause);
	tcase_add_test(tcase, icmp_errors_end_nothing_and_are_answered_ever_more_slowly);
	tcase_add_test(tcase, an_icmp_error_about_an_earlier_question_changes_nothing);
	tcase_add_test(tcase, an_answer_from_elsewhere_is_an_obstacle_and_changes_nothing);
	tcase_add_test(tcase, a_fault_of_this_machine_ends_nothing_before_time_is_up);
	tcase_add_test(tcase, a_fault_that_is_over_is_not_the_reason_for_the_end);
	tcase_add_test(tcase, a_fault_and_a_refusal_are_not_two_refusals);
	tcase_add_test(tcase, only_these_error_statuses_refuse_access);
	return tcase;
}

static TCase *deafness_case(void)
{
	TCase *tcase = tcase_with("deafness", setup);

	tcase_add_loop_test(tcase, a_card_that_answers_other_requests_and_no_get_is_told_apart, 0,
	                    2);
	tcase_add_test(tcase, an_error_that_answers_a_probe_does_not_answer_the_question);
	return tcase;
}

static TCase *silence_case(void)
{
	TCase *tcase = tcase_with("silence", setup);

	tcase_add_test(tcase, a_pdu_that_never_answered_is_silent);
	tcase_add_test(tcase, a_pdu_that_never_answered_is_named_before_one_that_fell_silent);
	tcase_add_test(tcase, a_request_merely_under_way_makes_no_pdu_silent);
	tcase_add_loop_test(tcase, the_pdu_that_is_slow_is_named_whichever_it_is, 0, 2);
	tcase_add_test(tcase, a_pdu_without_a_question_is_not_silent);
	return tcase;
}

/* --- what is heard --- */

static struct heard heard;

static void forget_heard(void)
{
	heard_clear(&heard);
	teardown();
}

/* Whether it is an answer to something that was asked; it is kept in heard then. */
static bool hears(struct event *event, usec now)
{
	bool answers;

	heard_clear(&heard);
	answers = exchange_event(&x, event, now, &heard);
	event_clear(event);
	return answers;
}

static bool hears_answer(uint32_t tag, unsigned n, usec now)
{
	struct event event = event_of(EVENT_ANSWER, tag);

	for (unsigned i = 0; i < n; i++)
		event_add(&event, i);
	return hears(&event, now);
}

static bool hears_error(uint32_t tag, int error_status, int error_index, usec now)
{
	struct event event = event_of(EVENT_ANSWER, tag);

	event.varbinds = varbinds_new();
	event.error_status = error_status;
	event.error_index = error_index;
	return hears(&event, now);
}

static bool heard_has(unsigned k, unsigned i)
{
	const struct objid wanted = name(i);

	return k < heard.varbinds->len &&
	       objid_equal(&g_array_index(heard.varbinds, struct varbind, k).name, &wanted);
}

START_TEST(an_answer_is_heard_with_the_interval_of_the_attempt_that_it_answers)
{
	uint32_t first;
	usec second;

	ask(REQUEST_GET, 2);
	send_next();
	first = request.tag;
	second = send_next();
	ck_assert(hears_answer(_i ? request.tag : first, 2, START + 3 * TIMEOUT));
	ck_assert_int_eq(heard.asked, _i ? second : START);
	ck_assert_int_eq(heard.answered, START + 3 * TIMEOUT);
	ck_assert(heard.whole);
	for (unsigned i = 0; i < 2; i++) {
		const struct varbind *varbind = &g_array_index(heard.varbinds, struct varbind, i);

		ck_assert(heard_has(i, i));
		ck_assert_int_eq(varbind->asked, heard.asked);
		ck_assert_int_eq(varbind->answered, heard.answered);
	}
	ck_assert_int_eq(value(0)->asked, heard.asked);
}
END_TEST

START_TEST(an_answer_is_heard_though_its_question_is_over)
{
	uint32_t first, second;
	usec sent;

	ask(REQUEST_GET, 2);
	send_next();
	first = request.tag;
	sent = send_next();
	second = request.tag;
	ck_assert(hears_answer(first, 2, START + 2 * TIMEOUT));
	ck_assert(exchange_done(&x));
	ask_up_to(REQUEST_SET, 1, 0, START + 3 * TIMEOUT);
	send_next();
	ck_assert(hears_answer(second, 2, START + 4 * TIMEOUT));
	ck_assert_int_eq(heard.kind, REQUEST_GET);
	ck_assert_int_eq(heard.asked, sent);
	ck_assert(heard.whole && heard_has(0, 0) && heard_has(1, 1));
	/* and it answers nothing that was asked since */
	ck_assert(exchange_busy(&x));
}
END_TEST

START_TEST(an_acknowledgement_is_heard_though_its_question_was_given_up)
{
	uint32_t first;
	usec due;

	ask_up_to(REQUEST_SET, 1, 2, START);
	send_next();
	first = request.tag;
	send_next();
	due = x.due;
	ck_assert(!sends(due));
	ck_assert_int_eq(x.reply.status, REPLY_SILENT);
	ck_assert(hears_answer(first, 1, due + TIMEOUT));
	ck_assert_int_eq(heard.kind, REQUEST_SET);
	ck_assert_int_eq(heard.asked, START);
	ck_assert(heard_has(0, 0));
}
END_TEST

START_TEST(a_copy_of_an_answer_is_heard_with_the_same_beginning)
{
	ask(REQUEST_GET, 1);
	send_next();
	ck_assert(hears_answer(request.tag, 1, START + 1000));
	ck_assert(hears_answer(request.tag, 1, START + TIMEOUT));
	ck_assert_int_eq(heard.asked, START);
	ck_assert_int_eq(heard.answered, START + TIMEOUT);
}
END_TEST

START_TEST(what_was_not_asked_is_not_heard)
{
	ask(REQUEST_GET, 1);
	send_next();
	ck_assert(!hears_answer(request.tag + 1, 1, START + 1000));
	ck_assert_str_eq(traced, "pdu-a: an answer to nothing that was asked");
	ck_assert(!hears_answer(0, 1, START + 1000));
}
END_TEST

START_TEST(an_answer_to_one_of_the_last_hundred_attempts_is_heard)
{
	uint32_t first;

	ask(REQUEST_GET, 1);
	send_next();
	first = request.tag;
	for (unsigned i = 0; i < 100; i++)
		send_next();
	ask(REQUEST_GET, 1);
	ck_assert(!hears_answer(first, 1, 2 * START));
	ck_assert(hears_answer(first + 1, 1, 2 * START));
}
END_TEST

START_TEST(only_objects_that_were_asked_for_are_heard)
{
	ask(REQUEST_GET, 2);
	send_next();
	ck_assert(hears_answer(request.tag, 3, START + 1000));
	ck_assert(!heard.whole);
	ck_assert_uint_eq(heard.varbinds->len, 2);
	ck_assert(heard_has(0, 0) && heard_has(1, 1));
}
END_TEST

START_TEST(what_is_left_out_and_what_stands_twice_make_no_whole)
{
	struct event event;

	ask(REQUEST_GET, 2);
	send_next();
	ck_assert(hears_answer(request.tag, 1, START + 1000));
	ck_assert(!heard.whole);
	ck_assert_uint_eq(heard.varbinds->len, 1);
	event = event_of(EVENT_ANSWER, request.tag);
	event_add(&event, 1);
	event_add(&event, 1);
	ck_assert(hears(&event, START + 2000));
	ck_assert(!heard.whole);
	ck_assert_uint_eq(heard.varbinds->len, 2);
	ck_assert(heard_has(0, 1) && heard_has(1, 1));
}
END_TEST

START_TEST(an_error_is_heard_of_the_object_that_it_is_about)
{
	static const struct {
		unsigned asked;
		int status, index, about; /* -1: none */
		enum value_type type;
	} errors[] = {
		{ 3, SNMP_STATUS_GEN_ERR, 2, 1, VALUE_ERROR },
		{ 3, SNMP_STATUS_NO_SUCH_NAME, 3, 2, VALUE_ABSENT },
		{ 3, SNMP_STATUS_GEN_ERR, 0, -1, VALUE_NONE },
		{ 3, SNMP_STATUS_GEN_ERR, 4, -1, VALUE_NONE },
		{ 3, SNMP_STATUS_GEN_ERR, -1, -1, VALUE_NONE },
		{ 1, SNMP_STATUS_NO_ACCESS, 0, 0, VALUE_ERROR },
		{ 3, SNMP_STATUS_TOO_BIG, 1, -1, VALUE_NONE },
	};

	ask(REQUEST_GET, errors[_i].asked);
	send_next();
	ck_assert(hears_error(request.tag, errors[_i].status, errors[_i].index, START + 1000));
	ck_assert(!heard.whole);
	ck_assert_int_eq(heard.error_status, errors[_i].status);
	ck_assert_uint_eq(heard.varbinds->len, errors[_i].about >= 0);
	if (errors[_i].about < 0)
		return;
	ck_assert(heard_has(0, (unsigned)errors[_i].about));
	ck_assert_int_eq(g_array_index(heard.varbinds, struct varbind, 0).type, errors[_i].type);
	ck_assert_int_eq(g_array_index(heard.varbinds, struct varbind, 0).asked, START);
}
END_TEST

START_TEST(of_a_set_what_was_set_is_heard_and_not_what_the_agent_repeats)
{
	ask(REQUEST_SET, 1);
	send_next();
	ck_assert(hears_answer(request.tag, 1, START + 1000));
	ck_assert_uint_eq(heard.varbinds->len, 1);
	ck_assert(heard_has(0, 0));
	ck_assert_int_eq(g_array_index(heard.varbinds, struct varbind, 0).number, 2);
}
END_TEST

START_TEST(a_set_that_is_refused_or_answered_for_another_object_is_no_acknowledgement)
{
	struct event event;

	ask(REQUEST_SET, 1);
	send_next();
	ck_assert(hears_error(request.tag, SNMP_STATUS_GEN_ERR, 1, START + 1000));
	ck_assert_uint_eq(heard.varbinds->len, 0);
	event = event_of(EVENT_ANSWER, request.tag);
	event_add(&event, 4);
	ck_assert(hears(&event, START + 2000));
	ck_assert_uint_eq(heard.varbinds->len, 0);
	ck_assert(hears_answer(request.tag, 2, START + 3000));
	ck_assert_uint_eq(heard.varbinds->len, 0);
}
END_TEST

START_TEST(a_part_is_heard_as_what_it_is)
{
	struct event event;
	uint32_t part;

	ask(REQUEST_GET, 8);
	for (unsigned i = 0; i < 40 && request.n != 2; i++)
		send_next();
	ck_assert_uint_eq(request.n, 2);
	part = request.tag;
	event = event_of(EVENT_ANSWER, part);
	event_add(&event, 0);
	event_add(&event, 1);
	ck_assert(hears(&event, START + 100 * TIMEOUT));
	ck_assert(heard.whole);
	ck_assert_uint_eq(heard.varbinds->len, 2);
}
END_TEST

START_TEST(reports_and_errors_of_the_network_are_not_heard)
{
	static const enum event_type types[] = { EVENT_REFUSED, EVENT_UNREACHABLE, EVENT_FAULT,
		                                 EVENT_REPLACED };
	struct event event;

	ask(REQUEST_GET, 1);
	send_next();
	event = event_of(types[_i], request.tag);
	event.reason = g_strdup("something");
	ck_assert(!hears(&event, START + 1000));
	ck_assert_ptr_null(heard.varbinds);
}
END_TEST

START_TEST(what_the_engine_says_of_itself_is_handed_on)
{
	struct event event;

	ask(REQUEST_GET, 1);
	send_next();
	event = event_of(EVENT_ANSWER, request.tag);
	event.engine = (struct engine){ .known = true, .boots = 3, .time = 77 };
	event_add(&event, 0);
	ck_assert(hears(&event, START + 1000));
	ck_assert(heard.engine.known);
	ck_assert_uint_eq(heard.engine.boots, 3);
	ck_assert_uint_eq(heard.engine.time, 77);
}
END_TEST

START_TEST(another_device_ends_the_question_and_answers_nothing_of_before)
{
	struct event event = event_of(EVENT_REPLACED, 0);
	uint32_t tag;

	ask(REQUEST_SET, 1);
	send_next();
	tag = request.tag;
	ck_assert(!hears(&event, START + 1000));
	ck_assert(exchange_done(&x));
	ck_assert_int_eq(x.reply.status, REPLY_REPLACED);
	ck_assert(!hears_answer(tag, 1, START + 2000));
	/* it was said; the next question is one to the new device */
	ask(REQUEST_GET, 1);
	ck_assert(exchange_busy(&x));
	send_next();
	ck_assert(hears_answer(request.tag, 1, START + 3000));
	assert_value(0);
}
END_TEST

START_TEST(what_was_learned_of_another_device_is_forgotten)
{
	struct event event = event_of(EVENT_REPLACED, 0);

	ask(REQUEST_GET, 16);
	send_next();
	answer_error(request.tag, SNMP_STATUS_TOO_BIG, 0, START + 1000); /* soon */
	ck_assert(!hears(&event, START + 2000));
	ask_up_to(REQUEST_GET, 16, 0, START + 2000);
	send_next();
	ck_assert_uint_eq(request.n, 16);
	assert_pause(x.due - START - 2000, TIMEOUT);
}
END_TEST

START_TEST(another_device_between_two_questions_is_said_at_the_next_one)
{
	struct event event = event_of(EVENT_REPLACED, 0);

	ask(REQUEST_GET, 1);
	send_next();
	ck_assert(hears_answer(request.tag, 1, START + 1000));
	ck_assert(!hears(&event, START + 2000));
	ask(REQUEST_SET, 1);
	ck_assert(exchange_done(&x));
	ck_assert_int_eq(x.reply.status, REPLY_REPLACED);
	ck_assert(!sends(START + TIMEOUT));
}
END_TEST

static void ask_until(usec leave_by)
{
	const struct objid asked = name(0);
	struct question question = { .kind = REQUEST_SET,
		                     .varbinds = varbinds_new(),
		                     .leave_by = leave_by };

	varbinds_add_integer(question.varbinds, &asked, 2);
	exchange_ask(&x, &question, START);
	g_array_unref(question.varbinds);
}

START_TEST(what_must_have_left_by_a_time_does_not_leave_after_it)
{
	usec due;

	ask_until(START + TIMEOUT / 2);
	send_next();
	ck_assert_int_eq(request.leave_by, START + TIMEOUT / 2);
	due = x.due;
	ck_assert(!sends(due));
	ck_assert(exchange_done(&x));
	ck_assert_int_eq(x.reply.status, REPLY_SILENT);
	/* nor at all if it is too late already */
	ask_until(START);
	ck_assert(sends(START));
	ask_until(START);
	ck_assert(!sends(START + 1));
	ck_assert_int_eq(x.reply.status, REPLY_SILENT);
}
END_TEST

START_TEST(a_refusal_must_last)
{
	usec sent = START;

	x.settings.lasts = 5 * USEC_PER_SEC;
	ask(REQUEST_GET, 1);
	do {
		const usec before = sent;

		sent = send_next();
		/* asked in every second */
		ck_assert_int_le(sent - before, USEC_PER_SEC);
		if (_i)
			refuse(request.tag, sent + 1000);
		else
			answer_error(request.tag, SNMP_STATUS_NO_ACCESS, 1, sent + 1000);
	} while (exchange_busy(&x));
	ck_assert_int_eq(x.reply.status, REPLY_REFUSED);
	ck_assert_int_ge(sent, START + 5 * USEC_PER_SEC);
	ck_assert_int_le(sent, START + 6 * USEC_PER_SEC);
}
END_TEST

static TCase *heard_case(void)
{
	TCase *tcase = tcase_create("heard");

	tcase_add_checked_fixture(tcase, setup, forget_heard);
	tcase_add_loop_test(
		tcase, an_answer_is_heard_with_the_interval_of_the_attempt_that_it_answers, 0, 2);
	tcase_add_test(tcase, an_answer_is_heard_though_its_question_is_over);
	tcase_add_test(tcase, an_acknowledgement_is_heard_though_its_question_was_given_up);
	tcase_add_test(tcase, a_copy_of_an_answer_is_heard_with_the_same_beginning);
	tcase_add_test(tcase, what_was_not_asked_is_not_heard);
	tcase_add_test(tcase, an_answer_to_one_of_the_last_hundred_attempts_is_heard);
	tcase_add_test(tcase, only_objects_that_were_asked_for_are_heard);
	tcase_add_test(tcase, what_is_left_out_and_what_stands_twice_make_no_whole);
	tcase_add_loop_test(tcase, an_error_is_heard_of_the_object_that_it_is_about, 0, 7);
	tcase_add_test(tcase, of_a_set_what_was_set_is_heard_and_not_what_the_agent_repeats);
	tcase_add_test(tcase,
	               a_set_that_is_refused_or_answered_for_another_object_is_no_acknowledgement);
	tcase_add_test(tcase, a_part_is_heard_as_what_it_is);
	tcase_add_loop_test(tcase, reports_and_errors_of_the_network_are_not_heard, 0, 4);
	tcase_add_test(tcase, what_the_engine_says_of_itself_is_handed_on);
	tcase_add_test(tcase, another_device_ends_the_question_and_answers_nothing_of_before);
	tcase_add_test(tcase, what_was_learned_of_another_device_is_forgotten);
	tcase_add_test(tcase, another_device_between_two_questions_is_said_at_the_next_one);
	tcase_add_test(tcase, what_must_have_left_by_a_time_does_not_leave_after_it);
	tcase_add_loop_test(tcase, a_refusal_must_last, 0, 2);
	return tcase;
}

int main(void)
{
	Suite *suite = suite_create("exchange");

	suite_add_tcase(suite, attempts_case());
	suite_add_tcase(suite, round_trips_case());
	suite_add_tcase(suite, answers_case());
	suite_add_tcase(suite, splitting_case());
	suite_add_tcase(suite, v1_case());
	suite_add_tcase(suite, set_and_bulk_case());
	suite_add_tcase(suite, trouble_case());
	suite_add_tcase(suite, deafness_case());
	suite_add_tcase(suite, silence_case());
	suite_add_tcase(suite, heard_case());

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
