/*
 * The rules of settle.h: which looks are enough to know what a card has.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "find/settle.h"

#include <glib.h>

#include <check.h>
#include <stdlib.h>

#define S USEC_PER_SEC

static struct settle settle;
static usec again;

static void forget(void)
{
	settle_anew(&settle);
	settle.moving = false;
}

/* A look of a second that ends now, by a card that tells nothing. */
static bool looks(const char *seen, usec ends)
{
	char *text = g_strdup(seen);
	const struct card_look look = { .seen = text, .asked = ends - S, .answered = ends };
	const bool settled = settle_look(&settle, &look, &again);

	g_free(text);
	return settled;
}

/* The same by a card that tells its start. */
static bool looks_up(const char *seen, usec ends, usec since)
{
	char *text = g_strdup(seen);
	const struct card_look look = {
		.seen = text, .asked = ends - S, .answered = ends, .uptime = { true, since }
	};
	const bool settled = settle_look(&settle, &look, &again);

	g_free(text);
	return settled;
}

START_TEST(one_look_is_enough_where_the_card_was_up_for_two_minutes_before)
{
	ck_assert(looks_up("a", 1000 * S, 879 * S));
	forget();
	ck_assert(!looks_up("a", 1000 * S, 879 * S + 1));
}
END_TEST

START_TEST(a_start_between_two_looks_or_a_clock_that_stands_still_begins_anew)
{
	ck_assert(!looks_up("a", 1000 * S, 900 * S));
	ck_assert(!looks_up("a", 1020 * S, 920 * S));
	ck_assert(!looks_up("a", 1040 * S, 840 * S + 100 * S));
	ck_assert(looks_up("a", 1060 * S, 940 * S));
	forget();
	/* up for very long, as it says each time anew, and its names come and go */
	ck_assert(looks_up("a", 1000 * S, 0));
	ck_assert(!looks_up("", 1015 * S, 15 * S));
	ck_assert(!looks_up("", 1030 * S, 30 * S));
}
END_TEST

START_TEST(two_looks_are_apart_from_the_end_of_one_to_the_beginning_of_the_next)
{
	ck_assert(!looks("a", 100 * S));
	ck_assert_int_eq(again, 110 * S);
	ck_assert(!looks("a", 111 * S - 1));
	ck_assert(looks("a", 111 * S));
}
END_TEST

START_TEST(a_look_in_between_that_sees_the_same_costs_nothing)
{
	ck_assert(!looks("a", 100 * S));
	ck_assert(!looks("a", 105 * S));
	ck_assert_int_eq(again, 110 * S);
	ck_assert(looks("a", 111 * S));
}
END_TEST

/* A slow one's answers lie further apart without that it was away. */
START_TEST(an_absence_is_longer_where_answers_take_long)
{
	settle_heard(&settle, 97 * S, (97 + 3 * _i) * S);
	ck_assert(!looks("a", 100 * S));
	settle_heard(&settle, 104 * S, 104 * S);
	ck_assert(looks("a", 111 * S) == (_i == 1));
}
END_TEST

START_TEST(a_difference_begins_anew)
{
	ck_assert(!looks("a", 100 * S));
	ck_assert(!looks("b", 111 * S));
	ck_assert_int_eq(again, 121 * S);
	ck_assert(!looks("a", 122 * S));
	ck_assert(looks("a", 133 * S));
}
END_TEST

/* An agent that is up for long may have found its device but now. */
START_TEST(an_uptime_does_not_settle_what_was_seen_to_change)
{
	if (_i)
		settle_moving(&settle);
	else
		ck_assert(!looks_up("a", 1000 * S, 990 * S));
	ck_assert(!looks_up("b", 1001 * S, 0));
	ck_assert(!looks_up("b", 1011 * S, 0));
	ck_assert(looks_up("b", 1012 * S, 0));
}
END_TEST

START_TEST(what_is_forgotten_does_not_count)
{
	ck_assert(!looks("a", 100 * S));
	settle_anew(&settle);
	ck_assert(!looks("a", 111 * S));
	ck_assert(looks("a", 122 * S));
}
END_TEST

START_TEST(a_card_that_tells_must_be_up_for_thirty_seconds_at_the_last)
{
	ck_assert(!looks_up("a", 105 * S, 100 * S));
	ck_assert_int_eq(again, 130 * S);
	ck_assert(!looks_up("a", 120 * S, 100 * S));
	ck_assert(!looks_up("a", 131 * S - 1, 100 * S));
	ck_assert(looks_up("a", 131 * S, 100 * S));
}
END_TEST

START_TEST(a_card_that_has_told_and_falls_silent_is_not_one_that_never_tells)
{
	ck_assert(!looks_up("a", 105 * S, 100 * S));
	ck_assert(!looks("a", 120 * S));
	ck_assert_int_gt(again, 120 * S);
	ck_assert(looks_up("a", 131 * S, 100 * S));
}
END_TEST

START_TEST(the_next_look_is_never_in_the_past)
{
	ck_assert(!looks_up("a", 105 * S, 100 * S));
	ck_assert(!looks("a", 200 * S));
	ck_assert_int_gt(again, 200 * S);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("settle");
	TCase *tcase = tcase_create("looks");

	tcase_add_checked_fixture(tcase, NULL, forget);
	tcase_add_test(tcase, a_start_between_two_looks_or_a_clock_that_stands_still_begins_anew);
	tcase_add_test(tcase, one_look_is_enough_where_the_card_was_up_for_two_minutes_before);
	tcase_add_test(tcase, two_looks_are_apart_from_the_end_of_one_to_the_beginning_of_the_next);
	tcase_add_test(tcase, a_look_in_between_that_sees_the_same_costs_nothing);
	tcase_add_loop_test(tcase, an_absence_is_longer_where_answers_take_long, 0, 2);
	tcase_add_test(tcase, a_difference_begins_anew);
	tcase_add_loop_test(tcase, an_uptime_does_not_settle_what_was_seen_to_change, 0, 2);
	tcase_add_test(tcase, what_is_forgotten_does_not_count);
	tcase_add_test(tcase, a_card_that_tells_must_be_up_for_thirty_seconds_at_the_last);
	tcase_add_test(tcase, a_card_that_has_told_and_falls_silent_is_not_one_that_never_tells);
	tcase_add_test(tcase, the_next_look_is_never_in_the_past);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
