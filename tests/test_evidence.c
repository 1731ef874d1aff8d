/*
 * The kernel's rules, one a test. Each begins with a node that is proven off, or would
 * be, and changes the one thing that the rule is about. tests/promise tries the rest:
 * all short histories, and every wrong kernel.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "promise/evidence.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define S INT64_C(1000000)
#define STEP (S / 50)

static struct evidence_outlet outlets[2];
static struct evidence_pdu pdus[2];
static struct evidence e;

/* Two outlets of PDU 0; some tests move the second one to PDU 1. */
static void node(uint32_t n_outlets)
{
	memset(outlets, 0, sizeof(outlets));
	memset(pdus, 0, sizeof(pdus));
	e = (struct evidence){ .outlets = outlets,
		               .pdus = pdus,
		               .n_outlets = n_outlets,
		               .n_pdus = 2,
		               .off_hold = 0,
		               .refusal_lasts = 5 * S };
}

/* Facts as they come, each from an answer that was heard. Times are in seconds. */
static void told(uint32_t outlet, double asked, double answered)
{
	evidence_heard(&e, outlets[outlet].pdu, (int64_t)(asked * 1e6), (int64_t)(answered * 1e6));
	evidence_told(&e, outlet, (int64_t)(asked * 1e6), (int64_t)(answered * 1e6));
}

static void reads(uint32_t outlet, enum evidence_state state, double asked, double answered)
{
	evidence_heard(&e, outlets[outlet].pdu, (int64_t)(asked * 1e6), (int64_t)(answered * 1e6));
	evidence_read(&e, outlet, state, (int64_t)(asked * 1e6), (int64_t)(answered * 1e6));
}

static void reads_off(uint32_t outlet, double asked, double answered)
{
	reads(outlet, EVIDENCE_OFF, asked, answered);
}

static void is_up(uint32_t pdu, double up, double asked, double answered)
{
	evidence_heard(&e, pdu, (int64_t)(asked * 1e6), (int64_t)(answered * 1e6));
	evidence_uptime(&e, pdu, (int64_t)(up * 1e6), STEP, (int64_t)(asked * 1e6),
	                (int64_t)(answered * 1e6));
}

static void refuses(uint32_t pdu, double asked, double answered)
{
	evidence_heard(&e, pdu, (int64_t)(asked * 1e6), (int64_t)(answered * 1e6));
	evidence_refuses_uptime(&e, pdu, (int64_t)(asked * 1e6), (int64_t)(answered * 1e6));
}

static bool off(double now)
{
	return evidence_proves_off(&e, (int64_t)(now * 1e6));
}

/* All that it takes, from 100 s to 100.8 s. */
static void all_of_it(uint32_t outlet)
{
	told(outlet, 100.0, 100.1);
	reads_off(outlet, 100.2, 100.3);
	reads_off(outlet, 100.4, 100.5);
}

START_TEST(told_off_twice_off_and_vouched_for_is_off)
{
	node(1);
	all_of_it(0);
	is_up(0, 86400, 100.6, 100.7);
	ck_assert(off(100.8));
}
END_TEST

START_TEST(a_node_without_outlets_is_not_off)
{
	node(0);
	ck_assert(!off(100));
}
END_TEST

START_TEST(an_outlet_that_was_not_told_is_not_off)
{
	node(1);
	reads_off(0, 100.2, 100.3);
	reads_off(0, 100.4, 100.5);
	is_up(0, 86400, 100.6, 100.7);
	ck_assert(!off(100.8));
}
END_TEST

START_TEST(each_outlet_is_told_for_itself)
{
	node(2);
	all_of_it(0);
	reads_off(1, 100.2, 100.3);
	reads_off(1, 100.4, 100.5);
	is_up(0, 86400, 100.6, 100.7);
	ck_assert(!off(100.8));
}
END_TEST

START_TEST(off_counts_only_if_asked_after_the_acknowledgement)
{
	node(1);
	told(0, 100.0, 100.3);
	reads_off(0, 100.2, 100.4);
	reads_off(0, 100.4, 100.5);
	is_up(0, 86400, 100.6, 100.7);
	ck_assert(!off(100.8));
}
END_TEST

START_TEST(one_off_is_not_enough_even_without_a_hold)
{
	node(1);
	told(0, 100.0, 100.1);
	reads_off(0, 100.2, 100.3);
	is_up(0, 86400, 100.6, 100.7);
	ck_assert(!off(100.8));
}
END_TEST

START_TEST(the_second_off_is_asked_after_the_first_was_answered)
{
	node(1);
	told(0, 100.0, 100.1);
	reads_off(0, 100.2, 100.4);
	reads_off(0, 100.3, 100.5);
	is_up(0, 86400, 100.6, 100.7);
	ck_assert(!off(100.8));
}
END_TEST

START_TEST(what_is_not_known_breaks_the_run)
{
	node(1);
	all_of_it(0);
	reads(0, EVIDENCE_UNKNOWN, 100.5, 100.55);
	is_up(0, 86400, 100.6, 100.7);
	ck_assert(!off(100.8));
	reads_off(0, 100.8, 100.9);
	is_up(0, 86400.4, 101.0, 101.1);
	ck_assert(!off(101.1));
	reads_off(0, 101.2, 101.3);
	is_up(0, 86400.8, 101.4, 101.5);
	ck_assert(off(101.5));
}
END_TEST

START_TEST(on_after_off_ends_the_command)
{
	node(1);
	told(0, 100.0, 100.1);
	reads_off(0, 100.2, 100.3);
	reads(0, EVIDENCE_ON, 100.4, 100.5);
	reads_off(0, 100.6, 100.7);
	reads_off(0, 100.8, 100.9);
	is_up(0, 86400, 101.0, 101.1);
	ck_assert(!off(101.1));
}
END_TEST

START_TEST(on_before_the_first_off_is_a_slow_relay)
{
	node(1);
	told(0, 100.0, 100.1);
	reads(0, EVIDENCE_ON, 100.15, 100.2);
	reads_off(0, 100.2, 100.3);
	reads_off(0, 100.4, 100.5);
	is_up(0, 86400, 100.6, 100.7);
	ck_assert(off(100.8));
}
END_TEST

START_TEST(a_late_answer_that_contradicts_counts_when_it_comes)
{
	node(1);
	all_of_it(0);
	reads(0, EVIDENCE_ON, 100.1, 100.55);
	is_up(0, 86400, 100.6, 100.7);
	ck_assert(!off(100.8));
}
END_TEST

START_TEST(a_command_ends_with_what_makes_it_worthless)
{
	node(1);
	all_of_it(0);
	evidence_untold(&e, 0, 100 * S + S / 2);
	is_up(0, 86400, 100.6, 100.7);
	ck_assert(!off(100.8));
}
END_TEST

START_TEST(a_command_in_flight_is_made_worthless_as_well)
{
	node(1);
	evidence_untold(&e, 0, 100 * S + S / 20);
	all_of_it(0);
	is_up(0, 86400, 100.6, 100.7);
	ck_assert(!off(100.8));
}
END_TEST

START_TEST(the_acknowledgement_of_an_older_command_changes_nothing)
{
	node(1);
	all_of_it(0);
	told(0, 99.0, 100.55);
	is_up(0, 86400, 100.6, 100.7);
	ck_assert(off(100.8));
}
END_TEST

START_TEST(told_anew_it_must_read_off_anew)
{
	node(1);
	all_of_it(0);
	told(0, 100.52, 100.55);
	is_up(0, 86400, 100.6, 100.7);
	ck_assert(!off(100.8));
}
END_TEST

START_TEST(nothing_vouches_by_itself)
{
	node(1);
	all_of_it(0);
	ck_assert(!off(100.6));
}
END_TEST

START_TEST(uptime_vouches_only_for_what_was_read_before_it_was_asked)
{
	node(1);
	all_of_it(0);
	is_up(0, 86400, 100.45, 100.7);
	ck_assert(!off(100.8));
}
END_TEST

START_TEST(uptime_in_the_answer_of_the_last_reading_vouches_for_it)
{
	node(1);
	all_of_it(0);
	is_up(0, 86400, 100.4, 100.5);
	ck_assert(off(100.6));
}
END_TEST

START_TEST(a_command_from_before_the_start_is_forgotten)
{
	node(1);
	all_of_it(0);
	/* it started at 100.05 at the latest, and the command was asked at 100 */
	is_up(0, 0.65, 100.6, 100.7);
	ck_assert(!off(100.8));
}
END_TEST

START_TEST(the_start_is_as_late_as_the_answer_allows)
{
	node(1);
	all_of_it(0);
	/* asked at 100.6 it may be up since 99.9, answered at 100.9 since 100.2 */
	is_up(0, 0.7, 100.6, 100.9);
	ck_assert(!off(100.9));
}
END_TEST

START_TEST(an_agent_may_round_its_uptime_up)
{
	node(1);
	all_of_it(0);
	is_up(0, 0.71, 100.6, 100.7);
	ck_assert(!off(100.8));
}
END_TEST

START_TEST(a_command_from_after_the_start_counts)
{
	node(1);
	all_of_it(0);
	is_up(0, 0.75, 100.6, 100.7);
	ck_assert(off(100.8));
}
END_TEST

START_TEST(a_late_acknowledgement_of_a_forgotten_command_does_not_count)
{
	node(1);
	is_up(0, 0.2, 100.1, 100.2);
	told(0, 99.9, 100.3);
	reads_off(0, 100.3, 100.4);
	reads_off(0, 100.4, 100.5);
	is_up(0, 0.6, 100.5, 100.6);
	ck_assert(!off(100.6));
}
END_TEST

START_TEST(uptime_that_goes_back_forgets)
{
	node(1);
	is_up(0, 86400, 99.0, 99.1);
	all_of_it(0);
	is_up(0, 86000, 100.6, 100.7);
	ck_assert(!off(100.8));
}
END_TEST

START_TEST(uptime_that_stands_still_forgets_and_is_no_uptime)
{
	node(1);
	is_up(0, 86400, 99.0, 99.1);
	all_of_it(0);
	is_up(0, 86400, 100.6, 100.7);
	ck_assert(!off(100.8));
	told(0, 101.0, 101.1);
	reads_off(0, 101.2, 101.3);
	reads_off(0, 101.4, 101.5);
	is_up(0, 86400, 101.6, 101.7);
	ck_assert(!off(101.7));
}
END_TEST

/* A card without an uptime is read and asked every second from 101 s on. */
START_TEST(uptime_that_was_not_seen_to_advance_cannot_speak_for_a_silence)
{
	node(1);
	told(0, 100.0, 100.1);
	reads_off(0, 106.0, 106.1);
	reads_off(0, 106.2, 106.3);
	is_up(0, 86400, 106.4, 106.5);
	ck_assert(!off(106.6));
	reads_off(0, 107.6, 107.7);
	is_up(0, 86401.3, 107.7, 107.8);
	ck_assert(off(107.9));
}
END_TEST

static void goes_on_without_uptime(double until, bool stands)
{
	for (double t = 101; t <= until; t += 1) {
		reads_off(0, t, t + 0.1);
		if (stands)
			is_up(0, 0, t + 0.2, t + 0.3);
		else
			refuses(0, t + 0.2, t + 0.3);
	}
}

START_TEST(uptime_that_stands_still_at_zero_is_a_refusal)
{
	node(1);
	is_up(0, 0, 99.0, 99.1);
	is_up(0, 0, 99.5, 99.6);
	all_of_it(0);
	goes_on_without_uptime(102, true);
	ck_assert(!off(102.4));
	goes_on_without_uptime(106, true);
	ck_assert(off(106.4));
}
END_TEST

START_TEST(a_refusal_must_last)
{
	node(1);
	all_of_it(0);
	goes_on_without_uptime(105, false);
	ck_assert(!off(105.4));
	goes_on_without_uptime(107, false);
	ck_assert(off(107.4));
}
END_TEST

START_TEST(a_refusal_long_ago_is_another_one)
{
	node(1);
	refuses(0, 80.0, 80.1);
	reads(0, EVIDENCE_ON, 84.0, 84.1);
	reads(0, EVIDENCE_ON, 88.0, 88.1);
	reads(0, EVIDENCE_ON, 92.0, 92.1);
	reads(0, EVIDENCE_ON, 96.0, 96.1);
	all_of_it(0);
	refuses(0, 100.6, 100.7);
	ck_assert(!off(100.8));
}
END_TEST

START_TEST(a_card_that_told_its_uptime_cannot_refuse_it)
{
	node(1);
	is_up(0, 86400, 99.0, 99.1);
	all_of_it(0);
	goes_on_without_uptime(108, false);
	ck_assert(!off(108.4));
}
END_TEST

START_TEST(an_absence_forgets_where_there_is_no_uptime)
{
	node(1);
	all_of_it(0);
	goes_on_without_uptime(102, false);
	/* asked at 102.2, the next answer comes at 107.3 */
	reads_off(0, 107.2, 107.3);
	for (double t = 108; t < 115; t += 1) {
		reads_off(0, t, t + 0.1);
		refuses(0, t + 0.2, t + 0.3);
	}
	ck_assert(!off(114.4));
}
END_TEST

START_TEST(what_is_told_after_an_absence_counts)
{
	node(1);
	refuses(0, 90.0, 90.1);
	reads(0, EVIDENCE_ON, 99.0, 99.1);
	all_of_it(0);
	goes_on_without_uptime(107, false);
	ck_assert(off(107.4));
}
END_TEST

START_TEST(a_command_that_took_long_is_an_absence)
{
	node(1);
	for (double t = 100; t < 106; t += 1)
		reads(0, EVIDENCE_ON, t, t + 0.1);
	told(0, 100.5, 106.0);
	for (double t = 106; t < 113; t += 1) {
		reads_off(0, t, t + 0.1);
		refuses(0, t + 0.2, t + 0.3);
	}
	ck_assert(!off(112.4));
}
END_TEST

START_TEST(a_slow_card_may_be_silent_for_longer)
{
	node(1);
	told(0, 100.0, 103.0);
	for (double t = 103; t < 130; t += 6) {
		reads_off(0, t, t + 3);
		refuses(0, t + 3, t + 6);
	}
	/* never answered for 6 s, and two round trips and 2 s are 8 s */
	ck_assert(off(133));
}
END_TEST

START_TEST(what_was_not_heard_does_not_vouch)
{
	node(1);
	all_of_it(0);
	goes_on_without_uptime(102, false);
	reads_off(0, 103.0, 103.1);
	for (int64_t t = 103; t < 109; t++)
		evidence_refuses_uptime(&e, 0, t * S + S / 5, t * S + S / 4);
	ck_assert(!off(108.3));
}
END_TEST

START_TEST(a_restart_forgets_the_pdus_commands)
{
	node(1);
	all_of_it(0);
	evidence_restarted(&e, 0);
	is_up(0, 86400, 100.6, 100.7);
	ck_assert(!off(100.8));
}
END_TEST

START_TEST(a_restart_forgets_no_other_pdus_commands)
{
	node(1);
	all_of_it(0);
	evidence_restarted(&e, 1);
	is_up(0, 86400, 100.6, 100.7);
	ck_assert(off(100.8));
}
END_TEST

START_TEST(each_pdu_is_vouched_for)
{
	node(2);
	outlets[1].pdu = 1;
	told(0, 100.0, 100.1);
	told(1, 100.0, 100.1);
	reads_off(0, 100.2, 100.3);
	reads_off(1, 100.2, 100.3);
	reads_off(0, 100.4, 100.5);
	reads_off(1, 100.4, 100.5);
	is_up(0, 86400, 100.6, 100.7);
	ck_assert(!off(100.8));
	is_up(1, 86400, 100.7, 100.8);
	ck_assert(off(100.8));
}
END_TEST

START_TEST(all_are_off_together_for_the_hold)
{
	node(2);
	e.off_hold = S;
	told(0, 100.0, 100.1);
	told(1, 100.1, 100.2);
	reads_off(0, 100.2, 100.3);
	reads_off(1, 101.2, 101.3);
	reads_off(0, 102.2, 102.25);
	reads_off(1, 102.3, 102.4);
	is_up(0, 86400, 102.4, 102.5);
	ck_assert(!off(102.5)); /* from 101.3 to 102.2 */
	reads_off(0, 102.5, 102.6);
	is_up(0, 86400.2, 102.6, 102.7);
	ck_assert(off(102.7)); /* to 102.3 */
}
END_TEST

START_TEST(without_a_hold_all_are_off_at_one_moment)
{
	node(2);
	told(0, 100.0, 100.1);
	told(1, 100.1, 100.2);
	reads_off(0, 100.2, 100.3);
	reads_off(0, 100.3, 100.4);
	reads_off(1, 100.4, 100.5);
	reads_off(1, 100.5, 100.6);
	is_up(0, 86400, 100.6, 100.7);
	ck_assert(!off(100.7));
}
END_TEST

START_TEST(a_last_reading_is_good_for_two_seconds_and_three_round_trips)
{
	node(1);
	all_of_it(0);
	is_up(0, 86400, 100.6, 100.7);
	ck_assert(off(102.69));
	ck_assert(!off(102.71));
}
END_TEST

START_TEST(a_time_that_has_passed_makes_nothing_fresh)
{
	node(1);
	all_of_it(0);
	is_up(0, 86400, 103.0, 103.1);
	ck_assert(!off(101.0));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("evidence");
	TCase *tcase = tcase_create("evidence");

	tcase_add_test(tcase, told_off_twice_off_and_vouched_for_is_off);
	tcase_add_test(tcase, a_node_without_outlets_is_not_off);
	tcase_add_test(tcase, an_outlet_that_was_not_told_is_not_off);
	tcase_add_test(tcase, each_outlet_is_told_for_itself);
	tcase_add_test(tcase, off_counts_only_if_asked_after_the_acknowledgement);
	tcase_add_test(tcase, one_off_is_not_enough_even_without_a_hold);
	tcase_add_test(tcase, the_second_off_is_asked_after_the_first_was_answered);
	tcase_add_test(tcase, what_is_not_known_breaks_the_run);
	tcase_add_test(tcase, on_after_off_ends_the_command);
	tcase_add_test(tcase, on_before_the_first_off_is_a_slow_relay);
	tcase_add_test(tcase, a_late_answer_that_contradicts_counts_when_it_comes);
	tcase_add_test(tcase, a_command_ends_with_what_makes_it_worthless);
	tcase_add_test(tcase, a_command_in_flight_is_made_worthless_as_well);
	tcase_add_test(tcase, the_acknowledgement_of_an_older_command_changes_nothing);
	tcase_add_test(tcase, told_anew_it_must_read_off_anew);
	tcase_add_test(tcase, nothing_vouches_by_itself);
	tcase_add_test(tcase, uptime_vouches_only_for_what_was_read_before_it_was_asked);
	tcase_add_test(tcase, uptime_in_the_answer_of_the_last_reading_vouches_for_it);
	tcase_add_test(tcase, a_command_from_before_the_start_is_forgotten);
	tcase_add_test(tcase, the_start_is_as_late_as_the_answer_allows);
	tcase_add_test(tcase, an_agent_may_round_its_uptime_up);
	tcase_add_test(tcase, a_command_from_after_the_start_counts);
	tcase_add_test(tcase, a_late_acknowledgement_of_a_forgotten_command_does_not_count);
	tcase_add_test(tcase, uptime_that_goes_back_forgets);
	tcase_add_test(tcase, uptime_that_stands_still_forgets_and_is_no_uptime);
	tcase_add_test(tcase, uptime_that_stands_still_at_zero_is_a_refusal);
	tcase_add_test(tcase, uptime_that_was_not_seen_to_advance_cannot_speak_for_a_silence);
	tcase_add_test(tcase, a_refusal_must_last);
	tcase_add_test(tcase, a_refusal_long_ago_is_another_one);
	tcase_add_test(tcase, a_card_that_told_its_uptime_cannot_refuse_it);
	tcase_add_test(tcase, an_absence_forgets_where_there_is_no_uptime);
	tcase_add_test(tcase, what_is_told_after_an_absence_counts);
	tcase_add_test(tcase, a_command_that_took_long_is_an_absence);
	tcase_add_test(tcase, a_slow_card_may_be_silent_for_longer);
	tcase_add_test(tcase, what_was_not_heard_does_not_vouch);
	tcase_add_test(tcase, a_restart_forgets_the_pdus_commands);
	tcase_add_test(tcase, a_restart_forgets_no_other_pdus_commands);
	tcase_add_test(tcase, each_pdu_is_vouched_for);
	tcase_add_test(tcase, all_are_off_together_for_the_hold);
	tcase_add_test(tcase, without_a_hold_all_are_off_at_one_moment);
	tcase_add_test(tcase, a_last_reading_is_good_for_two_seconds_and_three_round_trips);
	tcase_add_test(tcase, a_time_that_has_passed_makes_nothing_fresh);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
