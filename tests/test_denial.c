/*
 * A definite no must last: denial.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "snmp/denial.h"

#include <check.h>
#include <stdlib.h>

#define LASTS (5 * USEC_PER_SEC)

static struct denial denial;

static void finish(void)
{
	denial_clear(&denial);
}

static bool hear(const char *said, double seconds)
{
	return denial_heard(&denial, said, (usec)(seconds * (double)USEC_PER_SEC), LASTS);
}

static double gap(void)
{
	return (double)DENIAL_GAP / (double)USEC_PER_SEC;
}

START_TEST(one_no_is_no_answer)
{
	ck_assert(!hear("noAccess", 1000));
	ck_assert(!denial_heard(&denial, "noAccess", 1000 * USEC_PER_SEC, LASTS));
}
END_TEST

START_TEST(a_no_that_was_asked_throughout_is_believed_after_that_time)
{
	for (int i = 0; i < 5; i++)
		ck_assert(!hear("noAccess", 100 + i));
	ck_assert(!hear("noAccess", 104.999));
	ck_assert(hear("noAccess", 105));
}
END_TEST

START_TEST(one_that_is_heard_after_a_silence_begins_anew)
{
	/* the card may have restarted in it, and says so because it starts */
	ck_assert(!hear("noAccess", 100));
	ck_assert(!hear("noAccess", 101));
	ck_assert(!hear("noAccess", 101 + gap()));
	for (int i = 1; i < 5; i++)
		ck_assert(!hear("noAccess", 101 + gap() + i));
	ck_assert(hear("noAccess", 106 + gap()));
}
END_TEST

START_TEST(another_no_begins_anew)
{
	ck_assert(!hear("noAccess", 100));
	ck_assert(!hear("noAccess", 104));
	ck_assert(!hear("notWritable", 105));
	ck_assert(!hear("notWritable", 109));
	ck_assert(!hear("noAccess", 110));
	ck_assert(!hear("noAccess", 112));
	ck_assert(hear("noAccess", 115));
}
END_TEST

START_TEST(anything_else_in_between_begins_anew)
{
	ck_assert(!hear("noAccess", 100));
	ck_assert(!hear("noAccess", 104));
	denial_clear(&denial);
	ck_assert(!hear("noAccess", 105));
	ck_assert(!hear("noAccess", 109));
	ck_assert(hear("noAccess", 110));
}
END_TEST

START_TEST(status_believes_two_that_are_a_second_apart)
{
	const usec lasts = DENIAL_LASTS_STATUS;

	ck_assert(!denial_heard(&denial, "noAccess", 100 * USEC_PER_SEC, lasts));
	ck_assert(!denial_heard(&denial, "noAccess", 101 * USEC_PER_SEC - 1, lasts));
	ck_assert(denial_heard(&denial, "noAccess", 101 * USEC_PER_SEC, lasts));
	denial_clear(&denial);
	ck_assert(!denial_heard(&denial, "noAccess", 200 * USEC_PER_SEC, lasts));
	ck_assert(denial_heard(&denial, "noAccess", 201 * USEC_PER_SEC, lasts));
}
END_TEST

START_TEST(a_no_that_need_not_last_is_heard_twice_all_the_same)
{
	ck_assert(!denial_heard(&denial, "noAccess", 1, 0));
	ck_assert(denial_heard(&denial, "noAccess", 1, 0));
	ck_assert(!denial_heard(&denial, "notWritable", 1, 0));
	ck_assert(denial_heard(&denial, "notWritable", 1, 0));
}
END_TEST

START_TEST(a_no_that_lasts_for_more_than_a_second_is_heard_three_times)
{
	const usec lasts = 2 * USEC_PER_SEC;

	ck_assert(!denial_heard(&denial, "noAccess", 100 * USEC_PER_SEC, lasts));
	ck_assert(!denial_heard(&denial, "noAccess", 104 * USEC_PER_SEC, lasts));
	ck_assert(denial_heard(&denial, "noAccess", 105 * USEC_PER_SEC, lasts));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("denial");
	TCase *tcase = tcase_create("denial");

	tcase_add_checked_fixture(tcase, NULL, finish);
	tcase_add_test(tcase, one_no_is_no_answer);
	tcase_add_test(tcase, a_no_that_was_asked_throughout_is_believed_after_that_time);
	tcase_add_test(tcase, one_that_is_heard_after_a_silence_begins_anew);
	tcase_add_test(tcase, another_no_begins_anew);
	tcase_add_test(tcase, anything_else_in_between_begins_anew);
	tcase_add_test(tcase, status_believes_two_that_are_a_second_apart);
	tcase_add_test(tcase, a_no_that_need_not_last_is_heard_twice_all_the_same);
	tcase_add_test(tcase, a_no_that_lasts_for_more_than_a_second_is_heard_three_times);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
