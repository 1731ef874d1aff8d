/*
 * The rules of write_check.h: write access is proven by a SET of idle(0), and
 * nothing is ever switched by it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "call/write_check.h"

#include "script.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct script *script;
static GArray *feeds;
static struct outcome outcome;
static unsigned proven;
static int refusal;

static void begin(unsigned n_pdus, bool v1)
{
	script = script_new(n_pdus, v1);
	feeds = feeds_new();
	for (unsigned i = 0; i < n_pdus; i++)
		for (unsigned k = 0; k < family_count(); k++)
			script_outlets(script, i, family_row(k), 1, 8);
}

static void finish(void)
{
	if (script)
		script_free(script);
	if (feeds)
		g_array_unref(feeds);
	g_clear_pointer(&outcome.message, g_free);
	script = NULL;
	feeds = NULL;
}

static void add_feed_of(const char *family, unsigned pdu, uint32_t number)
{
	const struct feed feed = {
		.id.pdu = pdu,
		.id.family = script_family(family),
		.id.device = 1,
		.id.number = number,
		.state = TRIPPSNMP_ON,
		.text = g_strdup_printf("outlet %u of %s", number, script->labels[pdu]),
	};

	g_array_append_val(feeds, feed);
}

static void add_feed(unsigned pdu, uint32_t number)
{
	add_feed_of("LX PDU", pdu, number);
}

/* Whatever happens: only idle(0) is set, and every outlet stays on. */
static void assert_nothing_switched(void)
{
	for (unsigned i = 0; i < script->sent->len; i++) {
		const struct script_request *sent = script_sent(script, i);

		ck_assert_int_eq(sent->kind, REQUEST_SET);
		ck_assert_uint_eq(sent->varbinds->len, 1);
		ck_assert_int_eq(g_array_index(sent->varbinds, struct varbind, 0).number, 0);
	}
	for (unsigned i = 0; i < feeds->len; i++) {
		const struct feed *feed = &g_array_index(feeds, struct feed, i);
		const struct objid name = family_instance(feed->id.family, feed->id.family->state,
		                                          feed->id.device, feed->id.number);

		ck_assert_int_eq(script_cell(script, feed->id.pdu, &name)->number, 2);
	}
}

static bool checks(double seconds)
{
	struct write_check *check =
		write_check_new(script->n_pdus, script->labels, feeds, script->v1, &script->log);
	const struct machine machine = write_check_machine(check);
	const bool done = script_run(script, &machine, seconds);

	outcome = write_check_outcome(check);
	proven = write_check_proven(check);
	write_check_free(check);
	assert_nothing_switched();
	return done;
}

static enum script_fate refuse(struct script *network, unsigned pdu, const struct request *request,
                               struct event *answer)
{
	(void)request;
	(void)pdu;
	if (!network->context || network->calls++ < GPOINTER_TO_UINT(network->context)) {
		answer->error_status = refusal;
		answer->error_index = 1;
	}
	return SCRIPT_ANSWERED;
}

static enum script_fate lose(struct script *network, unsigned pdu, const struct request *request,
                             struct event *answer)
{
	(void)network;
	(void)pdu;
	(void)request;
	(void)answer;
	return SCRIPT_LOST;
}

START_TEST(each_outlets_command_is_set_to_idle)
{
	begin(2, _i == 1);
	add_feed(0, 3);
	add_feed(0, 4);
	add_feed(1, 5);
	ck_assert(checks(15));
	ck_assert_int_eq(outcome.error, TRIPPSNMP_OK);
	ck_assert_uint_eq(script->sent->len, 3);
	for (unsigned i = 0; i < feeds->len; i++) {
		const struct feed *feed = &g_array_index(feeds, struct feed, i);
		const struct objid name = family_instance(feed->id.family, feed->id.family->command,
		                                          feed->id.device, feed->id.number);
		bool set = false;

		for (unsigned k = 0; k < script->sent->len; k++) {
			const struct script_request *sent = script_sent(script, k);

			set = set ||
			      (sent->pdu == feed->id.pdu &&
			       objid_equal(&g_array_index(sent->varbinds, struct varbind, 0).name,
			                   &name));
		}
		ck_assert(set);
	}
}
END_TEST

START_TEST(without_outlets_it_is_done_at_once)
{
	begin(1, false);
	ck_assert(checks(15));
	ck_assert_int_eq(outcome.error, TRIPPSNMP_OK);
	ck_assert_uint_eq(script->sent->len, 0);
}
END_TEST

START_TEST(an_access_error_seen_twice_is_no_write_access)
{
	static const int statuses[] = { SNMP_STATUS_NO_ACCESS, SNMP_STATUS_NOT_WRITABLE,
		                        SNMP_STATUS_AUTHORIZATION_ERROR, SNMP_STATUS_READ_ONLY };

	begin(1, false);
	add_feed(0, 3);
	add_feed(0, 4);
	script->hook = refuse;
	refusal = statuses[_i];
	ck_assert(checks(15));
	ck_assert_int_eq(outcome.error, TRIPPSNMP_ACCESS);
	ck_assert_uint_eq(script->sent->len, 2);
	ck_assert_ptr_nonnull(strstr(outcome.message, "outlet 3 of pdu-a: no write access"));
	ck_assert_ptr_nonnull(strstr(outcome.message, snmp_status_text(refusal)));
}
END_TEST

START_TEST(an_access_error_seen_once_is_asked_again_in_a_while)
{
	begin(1, false);
	add_feed(0, 3);
	script->hook = refuse;
	script->context = GUINT_TO_POINTER(1);
	refusal = SNMP_STATUS_NO_ACCESS;
	ck_assert(checks(15));
	ck_assert_int_eq(outcome.error, TRIPPSNMP_OK);
	ck_assert_int_ge(script_sent(script, 1)->at - script_sent(script, 0)->at, USEC_PER_SEC);
}
END_TEST

static enum script_fate refuse_every_other(struct script *network, unsigned pdu,
                                           const struct request *request, struct event *answer)
{
	return network->calls++ % 2 ? SCRIPT_ANSWERED : refuse(network, pdu, request, answer);
}

START_TEST(one_error_on_each_of_two_outlets_is_not_two)
{
	begin(1, false);
	add_feed(0, 3);
	add_feed(0, 4);
	script->hook = refuse_every_other;
	refusal = SNMP_STATUS_NO_ACCESS;
	ck_assert(checks(15));
	ck_assert_int_eq(outcome.error, TRIPPSNMP_OK);
	ck_assert_uint_eq(script->sent->len, 4);
}
END_TEST

START_TEST(no_such_name_is_no_write_access_in_v1)
{
	begin(1, true);
	add_feed(0, 3);
	script->hook = refuse;
	refusal = SNMP_STATUS_NO_SUCH_NAME;
	ck_assert(checks(15));
	ck_assert_int_eq(outcome.error, TRIPPSNMP_ACCESS);
}
END_TEST

START_TEST(any_other_error_cannot_tell)
{
	static const int statuses[] = { SNMP_STATUS_WRONG_VALUE, SNMP_STATUS_BAD_VALUE,
		                        SNMP_STATUS_GEN_ERR, 11, SNMP_STATUS_NO_SUCH_NAME };

	begin(1, false);
	add_feed(0, 3);
	add_feed(0, 4);
	script->hook = refuse;
	refusal = statuses[_i];
	ck_assert(checks(15));
	ck_assert_int_eq(outcome.error, TRIPPSNMP_OK);
	ck_assert_uint_eq(script->sent->len, 2);
	ck_assert(script_said(script, TRIPPSNMP_LOG_WARN,
	                      "outlet 3 of pdu-a: check_write cannot tell"));
}
END_TEST

START_TEST(a_family_without_idle_is_not_asked_and_cannot_tell)
{
	begin(1, false);
	add_feed_of("SNMPWEBCARD", 0, 3);
	add_feed(0, 4);
	add_feed_of("SNMPWEBCARD twin", 0, 5);
	ck_assert(checks(15));
	ck_assert_int_eq(outcome.error, TRIPPSNMP_OK);
	ck_assert_uint_eq(script->sent->len, 1);
	ck_assert(script_said(script, TRIPPSNMP_LOG_WARN,
	                      "outlet 3 of pdu-a: check_write cannot tell: its command object has "
	                      "no idle value"));
	ck_assert(script_said(script, TRIPPSNMP_LOG_WARN, "outlet 5 of pdu-a: check_write"));
}
END_TEST

START_TEST(a_main_load_has_idle_in_each_family)
{
	begin(1, _i == 1);
	for (unsigned i = 0; i < family_count(); i++) {
		const struct feed feed = {
			.id.family = family_row(i)->main,
			.id.device = 1,
			.id.number = TRIPPSNMP_MAIN,
			.state = TRIPPSNMP_ON,
			.text = g_strdup("the main load"),
		};

		if (!feed.id.family) {
			g_free(feed.text);
			continue;
		}
		script_main(script, 0, family_row(i), 1);
		g_array_append_val(feeds, feed);
	}
	ck_assert(checks(15));
	ck_assert_int_eq(outcome.error, TRIPPSNMP_OK);
	ck_assert_uint_eq(script->sent->len, 4);
	ck_assert_uint_eq(feeds->len, 4);
}
END_TEST

START_TEST(only_outlets_without_idle_are_done_at_once)
{
	begin(1, false);
	add_feed_of("SNMPWEBCARD", 0, 3);
	ck_assert(checks(15));
	ck_assert_int_eq(outcome.error, TRIPPSNMP_OK);
	ck_assert_uint_eq(script->sent->len, 0);
}
END_TEST

/* The PDU whose SETs are refused or lost. */
static unsigned at_fault;

static enum script_fate refuse_one(struct script *network, unsigned pdu,
                                   const struct request *request, struct event *answer)
{
	return pdu == at_fault ? refuse(network, pdu, request, answer) : SCRIPT_ANSWERED;
}

START_TEST(the_outlet_without_write_access_is_named_whichever_it_is)
{
	const char *const said[] = { "outlet 3 of pdu-a: no write access",
		                     "outlet 4 of pdu-b: no write access" };

	begin(2, false);
	add_feed(0, 3);
	add_feed(1, 4);
	at_fault = (unsigned)_i;
	script->hook = refuse_one;
	refusal = SNMP_STATUS_NO_ACCESS;
	ck_assert(checks(15));
	ck_assert_int_eq(outcome.error, TRIPPSNMP_ACCESS);
	ck_assert_ptr_nonnull(strstr(outcome.message, said[_i]));
	ck_assert_ptr_nonnull(
		strstr(outcome.message, _i ? "user of pdu-b write" : "user of pdu-a write"));
}
END_TEST

START_TEST(a_pdu_without_outlets_to_check_is_told_nothing)
{
	begin(2, false);
	add_feed(!_i, 5);
	add_feed(!_i, 3);
	ck_assert(checks(15));
	ck_assert_uint_eq(script->sent->len, 2);
	for (unsigned i = 0; i < 2; i++)
		ck_assert_uint_eq(script_sent(script, i)->pdu, !_i);
	ck_assert_uint_eq(proven, 2);
}
END_TEST

static enum script_fate lose_one(struct script *network, unsigned pdu,
                                 const struct request *request, struct event *answer)
{
	(void)network;
	(void)request;
	(void)answer;
	return pdu == at_fault ? SCRIPT_LOST : SCRIPT_ANSWERED;
}

START_TEST(a_set_without_an_answer_holds_up_no_other_pdu_and_is_not_done)
{
	begin(2, false);
	add_feed(0, 3);
	add_feed(1, 4);
	add_feed(!_i, 5);
	at_fault = (unsigned)_i;
	script->hook = lose_one;
	ck_assert(!checks(15));
	ck_assert_int_eq(runner_silent_pdu(&script->runner), _i);
	for (unsigned i = 0, n = 0; i < script->sent->len; i++) {
		n += script_sent(script, i)->pdu != at_fault;
		if (i + 1 == script->sent->len)
			ck_assert_uint_eq(n, 2);
	}
}
END_TEST

START_TEST(what_is_proven_is_counted_and_what_cannot_tell_is_not)
{
	begin(2, false);
	add_feed(0, 3);
	add_feed(0, 4);
	add_feed(1, 5);
	add_feed_of("SNMPWEBCARD", 1, 6);
	at_fault = 2;
	ck_assert(checks(15));
	ck_assert_uint_eq(proven, 3);
	finish();
	begin(2, false);
	add_feed(0, 3);
	add_feed(1, 4);
	at_fault = 1;
	script->hook = refuse_one;
	refusal = SNMP_STATUS_GEN_ERR;
	ck_assert(checks(15));
	ck_assert_int_eq(outcome.error, TRIPPSNMP_OK);
	ck_assert_uint_eq(proven, 1);
}
END_TEST

static const struct {
	enum event_type event;
	const char *reason;
	enum trippsnmp_error error;
	const char *said;
} ends[] = {
	{ EVENT_REFUSED, "it refuses the user", TRIPPSNMP_ACCESS, "pdu-b: it refuses the user" },
	{ EVENT_FAULT, "no socket", TRIPPSNMP_INTERNAL, "pdu-b: no socket" },
	{ EVENT_REPLACED, NULL, TRIPPSNMP_ACCESS, "pdu-b: " },
};

static enum script_fate is_no_answer(struct script *network, unsigned pdu,
                                     const struct request *request, struct event *answer)
{
	const int i = GPOINTER_TO_INT(network->context);

	(void)answer;
	return !pdu ? SCRIPT_ANSWERED
	            : script_instead(network, pdu, request, ends[i].event, ends[i].reason);
}

START_TEST(what_is_no_answer_ends_it_with_its_reason)
{
	begin(2, false);
	add_feed(0, 3);
	add_feed(1, 4);
	add_feed(1, 5);
	script->hook = is_no_answer;
	script->context = GINT_TO_POINTER(_i);
	ck_assert(checks(15));
	ck_assert_int_eq(outcome.error, ends[_i].error);
	ck_assert_msg(g_str_has_prefix(outcome.message, ends[_i].said), "%s", outcome.message);
	ck_assert_uint_eq(proven, 1);
}
END_TEST

START_TEST(what_ended_it_is_not_replaced_by_what_comes_later)
{
	struct write_check *check;
	struct machine machine;
	const struct reply first = { .status = REPLY_FAULT, .reason = "no room" };
	const struct reply late = { .status = REPLY_FAULT, .reason = "no socket" };

	begin(2, false);
	add_feed(0, 3);
	add_feed(1, 4);
	check = write_check_new(2, script->labels, feeds, false, &script->log);
	machine = write_check_machine(check);
	machine.reply(machine.self, 1, &first, script->clock);
	machine.reply(machine.self, 0, &late, script->clock);
	outcome = write_check_outcome(check);
	write_check_free(check);
	ck_assert_str_eq(outcome.message, "pdu-b: no room");
}
END_TEST

START_TEST(silence_is_asked_on_until_time_is_up)
{
	begin(1, false);
	add_feed(0, 3);
	script->hook = lose;
	ck_assert(!checks(15));
	ck_assert_uint_gt(script->sent->len, 3);
	ck_assert_int_eq(runner_silent_pdu(&script->runner), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("write_check");
	TCase *tcase = tcase_create("write_check");

	tcase_add_checked_fixture(tcase, NULL, finish);
	tcase_add_loop_test(tcase, each_outlets_command_is_set_to_idle, 0, 2);
	tcase_add_test(tcase, without_outlets_it_is_done_at_once);
	tcase_add_loop_test(tcase, an_access_error_seen_twice_is_no_write_access, 0, 4);
	tcase_add_test(tcase, an_access_error_seen_once_is_asked_again_in_a_while);
	tcase_add_test(tcase, one_error_on_each_of_two_outlets_is_not_two);
	tcase_add_test(tcase, no_such_name_is_no_write_access_in_v1);
	tcase_add_loop_test(tcase, any_other_error_cannot_tell, 0, 5);
	tcase_add_test(tcase, a_family_without_idle_is_not_asked_and_cannot_tell);
	tcase_add_loop_test(tcase, a_main_load_has_idle_in_each_family, 0, 2);
	tcase_add_test(tcase, only_outlets_without_idle_are_done_at_once);
	tcase_add_loop_test(tcase, the_outlet_without_write_access_is_named_whichever_it_is, 0, 2);
	tcase_add_loop_test(tcase, a_set_without_an_answer_holds_up_no_other_pdu_and_is_not_done, 0,
	                    2);
	tcase_add_loop_test(tcase, a_pdu_without_outlets_to_check_is_told_nothing, 0, 2);
	tcase_add_test(tcase, what_is_proven_is_counted_and_what_cannot_tell_is_not);
	tcase_add_loop_test(tcase, what_is_no_answer_ends_it_with_its_reason, 0,
	                    (int)G_N_ELEMENTS(ends));
	tcase_add_test(tcase, what_ended_it_is_not_replaced_by_what_comes_later);
	tcase_add_test(tcase, silence_is_asked_on_until_time_is_up);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
