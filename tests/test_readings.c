/*
 * From cells to readings, rule by rule: when an answer makes one, what speaks against off, and how
 * old it is.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "power/readings.h"

#include "base/text.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct feed feed;
static struct cells cells;
static struct heard heard;
static struct reading reading;
static const struct family *lx; /* LX PDU */

static void begin(bool by_name)
{
	for (unsigned i = 0; i < family_count(); i++)
		if (!strcmp(family_row(i)->name, "LX PDU"))
			lx = family_row(i);
	ck_assert_ptr_nonnull(lx);
	feed = (struct feed){
		.id.family = lx, .id.device = 1, .id.number = 3, .text = g_strdup("outlet")
	};
	if (by_name) {
		feed.name_column = lx->outlet_name;
		feed.name_key = text_name_key("db1", -1);
	}
	cells_init(&cells, &feed);
}

static void finish(void)
{
	heard_clear(&heard);
	g_clear_pointer(&feed.text, g_free);
	g_clear_pointer(&feed.name_key, g_free);
}

/* An answer to a GET; what it says comes next. */
static void answer(double asked, double answered)
{
	heard_clear(&heard);
	heard = (struct heard){ .kind = REQUEST_GET,
		                .asked = (usec)(asked * (double)USEC_PER_SEC),
		                .answered = (usec)(answered * (double)USEC_PER_SEC),
		                .varbinds = varbinds_new(),
		                .whole = true };
}

static void says(const struct objid *name, enum value_type type, int64_t number)
{
	const struct varbind varbind = { .name = *name, .type = type, .number = number };

	g_array_append_val(heard.varbinds, varbind);
}

static void says_state(int64_t state)
{
	says(&cells.state.name, VALUE_INTEGER, state);
}

static void says_status(enum value_type type, int64_t status)
{
	says(&cells.status.name, type, status);
}

static void says_name(const char *name)
{
	const struct varbind varbind = { .name = cells.name.name,
		                         .type = VALUE_OCTETS,
		                         .octets = g_bytes_new(name, strlen(name)) };

	g_array_append_val(heard.varbinds, varbind);
}

static bool take(void)
{
	return cells_take(&cells, &heard, &reading);
}

static void assert_reads(enum trippsnmp_state state, bool whole)
{
	ck_assert(take());
	ck_assert_int_eq(reading.state, state);
	ck_assert(reading.whole == whole);
}

/* --- one answer --- */

START_TEST(a_state_and_a_status_make_a_reading)
{
	begin(false);
	answer(1, 2);
	says_state(_i ? 2 : 1);
	says_status(VALUE_INTEGER, 0);
	assert_reads(_i ? TRIPPSNMP_ON : TRIPPSNMP_OFF, true);
	ck_assert_int_eq(reading.asked, USEC_PER_SEC);
	ck_assert_int_eq(reading.answered, 2 * USEC_PER_SEC);
}
END_TEST

START_TEST(a_family_without_a_status_needs_none)
{
	begin(false);
	for (unsigned i = 0; i < family_count(); i++)
		if (!family_row(i)->device_status.n)
			feed.id.family = family_row(i);
	ck_assert_ptr_ne(feed.id.family, lx);
	cells_init(&cells, &feed);
	answer(1, 2);
	says_state(feed.id.family->state_off);
	assert_reads(TRIPPSNMP_OFF, true);
}
END_TEST

START_TEST(an_answer_to_a_set_or_of_something_else_makes_none)
{
	static const struct objid other = { .n = 3, .id = { 1, 3, 6 } };

	begin(false);
	answer(1, 2);
	says(&other, VALUE_INTEGER, 1);
	ck_assert(!take());
	says_state(1);
	says_status(VALUE_INTEGER, 0);
	heard.kind = REQUEST_SET;
	ck_assert(!take());
	heard.kind = REQUEST_NEXT;
	ck_assert(!take());
	heard.kind = REQUEST_GET;
	assert_reads(TRIPPSNMP_OFF, true);
}
END_TEST

START_TEST(what_is_no_value_for_off_or_on_is_unknown)
{
	static const struct {
		enum value_type type;
		int64_t number;
	} odd[] = { { VALUE_INTEGER, 0 },  { VALUE_INTEGER, 3 }, { VALUE_NULL, 1 },
		    { VALUE_UNSIGNED, 1 }, { VALUE_OCTETS, 1 },  { VALUE_ABSENT, 1 },
		    { VALUE_ERROR, 1 },    { VALUE_OTHER, 1 } };

	begin(false);
	answer(1, 2);
	says(&cells.state.name, odd[_i].type, odd[_i].number);
	says_status(VALUE_INTEGER, 0);
	assert_reads(TRIPPSNMP_UNKNOWN, true);
}
END_TEST

START_TEST(a_state_that_stands_twice_is_unknown)
{
	begin(false);
	answer(1, 2);
	says_state(1);
	says_state(1);
	says_status(VALUE_INTEGER, 0);
	heard.whole = false;
	ck_assert(take());
	ck_assert_int_eq(reading.state, TRIPPSNMP_UNKNOWN);
}
END_TEST

/* --- the device's status --- */

START_TEST(a_lost_device_is_unknown_whatever_the_state_says)
{
	begin(false);
	answer(1, 2);
	says_state(_i);
	says_status(VALUE_INTEGER, DEVICE_STATUS_OFFLINE);
	assert_reads(TRIPPSNMP_UNKNOWN, false);
	ck_assert(reading.lost);
	/* and what was read with that is not used again */
	answer(3, 4);
	says_status(VALUE_INTEGER, 0);
	ck_assert(!take());
}
END_TEST

START_TEST(a_status_that_is_no_number_is_unclear)
{
	static const enum value_type types[] = { VALUE_NULL, VALUE_ERROR, VALUE_OCTETS,
		                                 VALUE_UNSIGNED, VALUE_OTHER };

	begin(false);
	answer(1, 2);
	says_state(1);
	says_status(types[_i], DEVICE_STATUS_OFFLINE);
	assert_reads(TRIPPSNMP_UNKNOWN, false);
	ck_assert(reading.status_unclear && !reading.lost);
}
END_TEST

START_TEST(a_status_that_stands_twice_is_unclear)
{
	begin(false);
	answer(1, 2);
	says_state(1);
	says_status(VALUE_INTEGER, 0);
	says_status(VALUE_INTEGER, 0);
	assert_reads(TRIPPSNMP_UNKNOWN, false);
	ck_assert(reading.status_unclear);
}
END_TEST

START_TEST(a_status_that_is_not_there_is_not_needed_any_more)
{
	begin(false);
	answer(1, 2);
	says_state(1);
	says_status(VALUE_ABSENT, 0);
	assert_reads(TRIPPSNMP_OFF, true);
	ck_assert(cells.status_absent);
	answer(3, 4);
	says_state(1);
	assert_reads(TRIPPSNMP_OFF, true);
	/* and does not make a reading older */
	ck_assert_int_eq(reading.asked, 3 * USEC_PER_SEC);
}
END_TEST

START_TEST(an_absent_status_that_another_outlet_asked_for_makes_no_reading_older)
{
	begin(true);
	answer(1, 2);
	says_status(VALUE_ABSENT, 0);
	ck_assert(!take());
	answer(3, 4);
	says_state(1);
	says_name("db1");
	assert_reads(TRIPPSNMP_OFF, true);
	ck_assert_int_eq(reading.asked, 3 * USEC_PER_SEC);
}
END_TEST

START_TEST(a_status_that_was_there_once_is_not_believed_to_be_absent)
{
	begin(false);
	if (_i) {
		feed.status_read = true; /* by the look */
		cells_init(&cells, &feed);
	} else {
		answer(1, 2);
		says_state(1);
		says_status(VALUE_INTEGER, 0);
		assert_reads(TRIPPSNMP_OFF, true);
	}
	answer(3, 4);
	says_state(1);
	says_status(VALUE_ABSENT, 0);
	assert_reads(TRIPPSNMP_UNKNOWN, false);
	ck_assert(reading.status_unclear);
}
END_TEST

/* --- the name --- */

START_TEST(a_reading_by_name_needs_the_name)
{
	begin(true);
	answer(1, 2);
	says_state(1);
	says_status(VALUE_INTEGER, 0);
	says_name(_i ? " DB1 " : "db1");
	assert_reads(TRIPPSNMP_OFF, true);
	ck_assert_int_eq(reading.name, NAME_SAME);
	ck_assert_int_eq(reading.name_answered, 2 * USEC_PER_SEC);
}
END_TEST

START_TEST(another_name_makes_the_state_unknown)
{
	begin(true);
	answer(1, 2);
	says_state(1);
	says_status(VALUE_INTEGER, 0);
	says_name("db2");
	assert_reads(TRIPPSNMP_UNKNOWN, false);
	ck_assert_int_eq(reading.name, NAME_OTHER);
}
END_TEST

START_TEST(a_name_that_is_empty_or_none_is_not_read)
{
	begin(true);
	answer(1, 2);
	says_state(1);
	says_status(VALUE_INTEGER, 0);
	if (_i == 0)
		says_name("");
	else if (_i == 1)
		says_name("  ");
	else
		says(&cells.name.name, _i == 2 ? VALUE_ABSENT : VALUE_NULL, 0);
	assert_reads(TRIPPSNMP_UNKNOWN, false);
	ck_assert_int_eq(reading.name, NAME_UNREAD);
}
END_TEST

START_TEST(a_name_that_stands_twice_is_not_read)
{
	begin(true);
	answer(1, 2);
	says_state(1);
	says_status(VALUE_INTEGER, 0);
	says_name("db1");
	says_name("db1");
	assert_reads(TRIPPSNMP_UNKNOWN, false);
	ck_assert_int_eq(reading.name, NAME_UNREAD);
}
END_TEST

START_TEST(a_name_with_a_nul_inside_is_another_one)
{
	begin(true);
	answer(1, 2);
	says_state(1);
	says_status(VALUE_INTEGER, 0);
	says_name("");
	g_bytes_unref(g_array_index(heard.varbinds, struct varbind, 2).octets);
	g_array_index(heard.varbinds, struct varbind, 2).octets = g_bytes_new("db1\0x", 5);
	assert_reads(TRIPPSNMP_UNKNOWN, false);
	ck_assert_int_eq(reading.name, NAME_OTHER);
}
END_TEST

/* --- several answers --- */

START_TEST(cells_of_several_answers_are_as_old_as_the_oldest)
{
	begin(true);
	answer(1, 2);
	says_name("db1");
	ck_assert(!take());
	answer(3, 4);
	says_state(1);
	ck_assert(!take());
	answer(5, 6);
	says_status(VALUE_INTEGER, 0);
	assert_reads(TRIPPSNMP_OFF, true);
	ck_assert_int_eq(reading.asked, 1 * USEC_PER_SEC);
	ck_assert_int_eq(reading.answered, 6 * USEC_PER_SEC);
	/* the name's own answer is what a command goes by */
	ck_assert_int_eq(reading.name_asked, 1 * USEC_PER_SEC);
	ck_assert_int_eq(reading.name_answered, 2 * USEC_PER_SEC);
}
END_TEST

START_TEST(a_cell_is_used_once)
{
	begin(false);
	answer(1, 2);
	says_state(1);
	says_status(VALUE_INTEGER, 0);
	assert_reads(TRIPPSNMP_OFF, true);
	answer(3, 4);
	says_status(VALUE_INTEGER, 0);
	ck_assert(!take());
	answer(5, 6);
	says_state(1);
	assert_reads(TRIPPSNMP_OFF, true);
	ck_assert_int_eq(reading.asked, 3 * USEC_PER_SEC);
}
END_TEST

START_TEST(a_part_that_speaks_against_off_is_a_reading_at_once)
{
	begin(true);
	answer(1, 2);
	says_state(_i ? 2 : 0);
	assert_reads(_i ? TRIPPSNMP_ON : TRIPPSNMP_UNKNOWN, false);
	/* off alone is none */
	answer(3, 4);
	says_state(1);
	ck_assert(!take());
}
END_TEST

START_TEST(a_later_state_takes_the_place_of_an_earlier_one)
{
	begin(false);
	answer(1, 2);
	says_state(1);
	ck_assert(!take());
	answer(3, 4);
	says_state(2);
	assert_reads(TRIPPSNMP_ON, false);
	answer(5, 6);
	says_status(VALUE_INTEGER, 0);
	assert_reads(TRIPPSNMP_ON, true);
}
END_TEST

START_TEST(an_answer_that_leaves_something_out_says_nothing_for_off)
{
	begin(false);
	answer(1, 2);
	heard.whole = false;
	says_state(1);
	says_status(VALUE_INTEGER, 0);
	ck_assert(!take());
	/* not with what comes later either */
	answer(3, 4);
	says_status(VALUE_INTEGER, 0);
	ck_assert(!take());
	answer(5, 6);
	says_state(1);
	assert_reads(TRIPPSNMP_OFF, true);
	ck_assert_int_eq(reading.asked, 3 * USEC_PER_SEC);
}
END_TEST

START_TEST(an_error_for_one_object_of_several_is_that_objects)
{
	begin(false);
	/* v1: the agent has no tlpDeviceStatus, and says so of the whole request */
	answer(1, 2);
	heard.whole = false;
	heard.error_status = SNMP_STATUS_NO_SUCH_NAME;
	says_status(VALUE_ABSENT, 0);
	ck_assert(!take());
	answer(3, 4);
	says_state(1);
	assert_reads(TRIPPSNMP_OFF, true);
	ck_assert_int_eq(reading.asked, 3 * USEC_PER_SEC);
}
END_TEST

START_TEST(another_outlets_cells_say_nothing)
{
	struct objid name;

	begin(false);
	name = family_instance(lx, lx->state, 1, 4);
	answer(1, 2);
	says(&name, VALUE_INTEGER, 1);
	name = family_instance(lx, lx->state, 2, 3);
	says(&name, VALUE_INTEGER, 1);
	ck_assert(!take());
}
END_TEST

static TCase *answer_case(void)
{
	TCase *tcase = tcase_create("one answer");

	tcase_add_checked_fixture(tcase, NULL, finish);
	tcase_add_loop_test(tcase, a_state_and_a_status_make_a_reading, 0, 2);
	tcase_add_test(tcase, a_family_without_a_status_needs_none);
	tcase_add_test(tcase, an_answer_to_a_set_or_of_something_else_makes_none);
	tcase_add_loop_test(tcase, what_is_no_value_for_off_or_on_is_unknown, 0, 8);
	tcase_add_test(tcase, a_state_that_stands_twice_is_unknown);
	tcase_add_test(tcase, another_outlets_cells_say_nothing);
	return tcase;
}

static TCase *status_case(void)
{
	TCase *tcase = tcase_create("status");

	tcase_add_checked_fixture(tcase, NULL, finish);
	tcase_add_loop_test(tcase, a_lost_device_is_unknown_whatever_the_state_says, 1, 3);
	tcase_add_loop_test(tcase, a_status_that_is_no_number_is_unclear, 0, 5);
	tcase_add_test(tcase, a_status_that_stands_twice_is_unclear);
	tcase_add_test(tcase, a_status_that_is_not_there_is_not_needed_any_more);
	tcase_add_test(tcase,
	               an_absent_status_that_another_outlet_asked_for_makes_no_reading_older);
	tcase_add_loop_test(tcase, a_status_that_was_there_once_is_not_believed_to_be_absent, 0, 2);
	return tcase;
}

static TCase *name_case(void)
{
	TCase *tcase = tcase_create("name");

	tcase_add_checked_fixture(tcase, NULL, finish);
	tcase_add_loop_test(tcase, a_reading_by_name_needs_the_name, 0, 2);
	tcase_add_test(tcase, another_name_makes_the_state_unknown);
	tcase_add_loop_test(tcase, a_name_that_is_empty_or_none_is_not_read, 0, 4);
	tcase_add_test(tcase, a_name_that_stands_twice_is_not_read);
	tcase_add_test(tcase, a_name_with_a_nul_inside_is_another_one);
	return tcase;
}

static TCase *several_case(void)
{
	TCase *tcase = tcase_create("several answers");

	tcase_add_checked_fixture(tcase, NULL, finish);
	tcase_add_test(tcase, cells_of_several_answers_are_as_old_as_the_oldest);
	tcase_add_test(tcase, a_cell_is_used_once);
	tcase_add_loop_test(tcase, a_part_that_speaks_against_off_is_a_reading_at_once, 0, 2);
	tcase_add_test(tcase, a_later_state_takes_the_place_of_an_earlier_one);
	tcase_add_test(tcase, an_answer_that_leaves_something_out_says_nothing_for_off);
	tcase_add_test(tcase, an_error_for_one_object_of_several_is_that_objects);
	return tcase;
}

int main(void)
{
	Suite *suite = suite_create("readings");

	suite_add_tcase(suite, answer_case());
	suite_add_tcase(suite, status_case());
	suite_add_tcase(suite, name_case());
	suite_add_tcase(suite, several_case());

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
