/*
 * The rules of walk.h: all objects below one, each once, whatever the agent does.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "call/walk.h"

#include "script.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct script *script;
static struct walk *walk;
static struct outcome outcome;
static unsigned given;
static bool in_order;
static struct objid last;

static const struct objid root = { .n = 7, .id = { 1, 3, 6, 1, 4, 1, 850 } };

static struct objid row(uint32_t number)
{
	return objid_append(&root, 1, &number);
}

static void setup(bool v1)
{
	const struct objid before = { .n = 7, .id = { 1, 3, 6, 1, 4, 1, 849 } };
	const struct objid after = { .n = 7, .id = { 1, 3, 6, 1, 4, 1, 851 } };

	script = script_new(1, v1);
	script_put(script, 0, &before, VALUE_INTEGER, 0);
	script_put(script, 0, &after, VALUE_INTEGER, 0);
	for (uint32_t i = 1; i <= 40; i++) {
		const struct objid name = row(i * i);

		script_put(script, 0, &name, VALUE_INTEGER, i);
	}
	given = 0;
	in_order = true;
	last = root;
}

static void finish(void)
{
	g_clear_pointer(&walk, walk_free);
	g_clear_pointer(&outcome.message, g_free);
	g_clear_pointer(&script, script_free);
}

static void take(void *context, const struct varbind *varbind)
{
	ck_assert_ptr_eq(context, &given);
	given++;
	in_order = in_order && objid_compare(&varbind->name, &last) > 0 &&
	           objid_below(&varbind->name, &root);
	last = varbind->name;
}

/* Whether it was done in so many seconds. */
static bool walks(double seconds)
{
	struct machine machine;
	bool done;

	walk = walk_new(0, script->labels[0], &root, script->v1, take, &given);
	machine = walk_machine(walk);
	done = script_run(script, &machine, seconds);
	outcome = walk_outcome(walk);
	return done;
}

static void assert_all(void)
{
	ck_assert(walks(60));
	ck_assert_msg(!outcome.error, "%s", outcome.message);
	ck_assert_uint_eq(given, 40);
	ck_assert(in_order);
}

static void assert_fails(enum trippsnmp_error error, const char *text)
{
	ck_assert(walks(60));
	ck_assert_int_eq(outcome.error, error);
	ck_assert_msg(strstr(outcome.message, text) != NULL, "%s", outcome.message);
}

START_TEST(each_object_below_comes_once_and_in_order)
{
	setup(_i);
	assert_all();
	ck_assert_int_eq(script_count(script, REQUEST_BULK) == 0, _i);
}
END_TEST

START_TEST(where_the_mib_ends_it_is_done)
{
	const struct objid after = { .n = 7, .id = { 1, 3, 6, 1, 4, 1, 851 } };

	setup(_i);
	script_drop(script, 0, &after);
	assert_all();
}
END_TEST

START_TEST(an_answer_that_is_too_big_is_asked_for_in_parts)
{
	setup(false);
	script->answer_max = 3;
	assert_all();
}
END_TEST

static enum script_fate no_bulk(struct script *network, unsigned pdu, const struct request *request,
                                struct event *answer)
{
	(void)network;
	(void)pdu;
	(void)answer;
	return request->kind == REQUEST_BULK ? SCRIPT_LOST : SCRIPT_ANSWERED;
}

START_TEST(where_getbulk_is_not_answered_getnext_is_asked)
{
	setup(false);
	script->hook = no_bulk;
	assert_all();
	ck_assert_uint_eq(script_count(script, REQUEST_BULK), 3);
}
END_TEST

/* After the first one, five are lost. */
static enum script_fate bulk_with_a_gap(struct script *network, unsigned pdu,
                                        const struct request *request, struct event *answer)
{
	(void)pdu;
	(void)request;
	(void)answer;
	network->calls++;
	return network->calls > 1 && network->calls < 7 ? SCRIPT_LOST : SCRIPT_ANSWERED;
}

START_TEST(what_has_answered_getbulk_is_asked_on_by_getbulk)
{
	setup(false);
	script->hook = bulk_with_a_gap;
	assert_all();
	ck_assert_uint_eq(script_count(script, REQUEST_NEXT), 0);
}
END_TEST

START_TEST(an_object_that_is_refused_ends_it)
{
	const struct objid name = row(4);

	setup(_i);
	script_put(script, 0, &name, VALUE_ERROR, SNMP_STATUS_AUTHORIZATION_ERROR);
	assert_fails(TRIPPSNMP_ACCESS, "authorizationError");
	ck_assert(g_str_has_prefix(outcome.message,
	                           "pdu-a: behind 1.3.6.1.4.1.850.1, after 1 objects: "));
	ck_assert_uint_eq(given, 1);
}
END_TEST

static enum script_fate error_to_bulk(struct script *network, unsigned pdu,
                                      const struct request *request, struct event *answer)
{
	(void)network;
	(void)pdu;
	if (request->kind == REQUEST_BULK) { /* with what was asked, as agents do */
		const struct varbind asked = { .name = request->varbinds[0].name,
			                       .type = VALUE_NULL };

		g_array_set_size(answer->varbinds, 0);
		g_array_append_val(answer->varbinds, asked);
		answer->error_status = SNMP_STATUS_GEN_ERR;
	}
	return SCRIPT_ANSWERED;
}

START_TEST(where_getbulk_is_an_error_getnext_is_asked)
{
	setup(false);
	script->hook = error_to_bulk;
	assert_all();
}
END_TEST

static enum script_fate turns_round(struct script *network, unsigned pdu,
                                    const struct request *request, struct event *answer)
{
	(void)pdu;
	(void)request;
	if (++network->calls == 3)
		for (unsigned i = 0; i < answer->varbinds->len; i++)
			g_array_index(answer->varbinds, struct varbind, i).name = row(1);
	return SCRIPT_ANSWERED;
}

START_TEST(an_agent_that_goes_back_ends_it)
{
	setup(_i);
	script->hook = turns_round;
	assert_fails(TRIPPSNMP_ACCESS, "does not follow");
}
END_TEST

/* The first varbind of the third answer is one that came before, or that came last. */
static enum script_fate first_turns_round(struct script *network, unsigned pdu,
                                          const struct request *request, struct event *answer)
{
	struct varbind *first = &g_array_index(answer->varbinds, struct varbind, 0);

	(void)pdu;
	if (++network->calls == 3)
		first->name = network->context ? row(1) : request->varbinds[0].name;
	return SCRIPT_ANSWERED;
}

START_TEST(nothing_is_given_of_an_answer_behind_what_does_not_follow)
{
	setup(_i / 2);
	script->hook = first_turns_round;
	script->context = GINT_TO_POINTER(_i % 2);
	assert_fails(TRIPPSNMP_ACCESS, "does not follow");
	ck_assert_uint_eq(given, _i / 2 ? 2 : 24);
}
END_TEST

static const struct {
	enum event_type event;
	const char *reason;
	enum trippsnmp_error error;
	const char *said;
} ends[] = {
	{ EVENT_REFUSED, "it refuses the user", TRIPPSNMP_ACCESS, "it refuses the user" },
	{ EVENT_REPLACED, NULL, TRIPPSNMP_ACCESS, "another device answers" },
	{ EVENT_FAULT, "no socket", TRIPPSNMP_INTERNAL, "no socket" },
};

/* From the third request on. */
static enum script_fate is_no_answer(struct script *network, unsigned pdu,
                                     const struct request *request, struct event *answer)
{
	const int i = GPOINTER_TO_INT(network->context);

	(void)answer;
	return ++network->calls < 3
	               ? SCRIPT_ANSWERED
	               : script_instead(network, pdu, request, ends[i].event, ends[i].reason);
}

START_TEST(what_is_no_answer_ends_it_with_its_reason)
{
	setup(false);
	script->hook = is_no_answer;
	script->context = GINT_TO_POINTER(_i);
	assert_fails(ends[_i].error, ends[_i].said);
	ck_assert_uint_eq(given, 24);
}
END_TEST

static enum script_fate endless(struct script *network, unsigned pdu, const struct request *request,
                                struct event *answer)
{
	(void)pdu;
	(void)request;
	for (unsigned i = 0; i < answer->varbinds->len; i++) {
		struct varbind *varbind = &g_array_index(answer->varbinds, struct varbind, i);

		varbind->name = row(++network->calls);
		varbind->type = VALUE_INTEGER;
	}
	return SCRIPT_ANSWERED;
}

START_TEST(an_agent_without_an_end_ends_it)
{
	setup(false);
	script->hook = endless;
	ck_assert(walks(100000));
	ck_assert_int_eq(outcome.error, TRIPPSNMP_ACCESS);
	ck_assert_msg(strstr(outcome.message, "no end") != NULL, "%s", outcome.message);
	ck_assert_uint_eq(given, WALK_MAX);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("walk");
	TCase *tcase = tcase_create("walk");

	tcase_add_checked_fixture(tcase, NULL, finish);
	tcase_add_loop_test(tcase, each_object_below_comes_once_and_in_order, 0, 2);
	tcase_add_loop_test(tcase, where_the_mib_ends_it_is_done, 0, 2);
	tcase_add_test(tcase, an_answer_that_is_too_big_is_asked_for_in_parts);
	tcase_add_test(tcase, where_getbulk_is_not_answered_getnext_is_asked);
	tcase_add_test(tcase, what_has_answered_getbulk_is_asked_on_by_getbulk);
	tcase_add_loop_test(tcase, an_object_that_is_refused_ends_it, 0, 2);
	tcase_add_loop_test(tcase, nothing_is_given_of_an_answer_behind_what_does_not_follow, 0, 4);
	tcase_add_loop_test(tcase, what_is_no_answer_ends_it_with_its_reason, 0,
	                    (int)G_N_ELEMENTS(ends));
	tcase_add_test(tcase, where_getbulk_is_an_error_getnext_is_asked);
	tcase_add_loop_test(tcase, an_agent_that_goes_back_ends_it, 0, 2);
	tcase_add_test(tcase, an_agent_without_an_end_ends_it);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
