/*
 * Each family's row against the MIBs (TRIPPLITE-PRODUCTS, TRIPPLITE-12X), and
 * the reading of cells: on and off only from the very value, all else unknown.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "find/family.h"

#include <check.h>
#include <stdlib.h>

#define P "1.3.6.1.4.1.850."

/** Where a card has its alarms, likewise; instances are of alarm 77. */
static const struct expected_alarms {
	const char *count, *description, *text, *lost;
	const char *state, *row, *table, *device; /* NULL where there is no such column */
} lx_alarms = { P "1.3.1.0",      P "1.3.2.1.2.77", P "1.3.2.1.6.77", P "1.3.3.2.1",
	        P "1.3.2.1.8.77", P "1.3.2.1.5.77", P "1.3.2.1.4.77", NULL },
  webcard_alarms = { P "100.1.6.1.0",
	             P "100.1.6.2.1.2.77",
	             P "100.1.6.2.1.4.77",
	             P "100.1.6.3.27",
	             NULL,
	             NULL,
	             NULL,
	             P "100.1.6.2.1.5.77" };

/**
 * A family in dotted text, independent of family.c, and then its main loads; instances are of
 * device 7, outlet 12.
 */
struct expected {
	const char *name;
	const char *state, *controllable, *command, *outlet_name, *description;
	const char *count, *status;
	int yes, no; /* controllable values; -1 where there is no such column */
	int idle;
};

static const struct expected expected[] = {
	{ "LX PDU", P "1.1.3.2.3.3.1.1.4.7.12", P "1.1.3.2.3.3.1.1.5.7.12",
	  P "1.1.3.2.3.3.1.1.6.7.12", P "1.1.3.2.3.3.1.1.2.7.12", P "1.1.3.2.3.3.1.1.3.7.12",
	  P "1.1.3.2.1.2.1.4", P "1.1.1.2.1.10", 1, 2, 0 },
	{ "LX ATS", P "1.1.3.4.3.3.1.1.4.7.12", P "1.1.3.4.3.3.1.1.5.7.12",
	  P "1.1.3.4.3.3.1.1.6.7.12", P "1.1.3.4.3.3.1.1.2.7.12", P "1.1.3.4.3.3.1.1.3.7.12",
	  P "1.1.3.4.1.2.1.4", P "1.1.1.2.1.10", 1, 2, 0 },
	{ "LX UPS", P "1.1.3.1.3.5.1.1.4.7.12", P "1.1.3.1.3.5.1.1.5.7.12",
	  P "1.1.3.1.3.5.1.1.6.7.12", P "1.1.3.1.3.5.1.1.2.7.12", P "1.1.3.1.3.5.1.1.3.7.12", NULL,
	  P "1.1.1.2.1.10", 1, 2, 0 },
	{ "SNMPWEBCARD", P "100.1.10.2.1.2.12", P "100.1.10.2.1.3.12", P "100.1.10.2.1.4.12",
	  P "100.1.10.2.1.5.12", NULL, P "100.1.10.1", NULL, 2, 0, -1 },
	{ "SNMPWEBCARD twin", P "10.2.3.5.1.2.7.12", NULL, P "10.2.3.5.1.4.7.12",
	  P "10.2.3.5.1.5.7.12", NULL, NULL, NULL, -1, -1, -1 },
	{ "LX PDU main load", P "1.1.3.2.2.1.1.1.7", P "1.1.3.2.2.1.1.2.7", P "1.1.3.2.2.1.1.3.7",
	  NULL, NULL, NULL, P "1.1.1.2.1.10", 1, 2, 0 },
	{ "LX ATS main load", P "1.1.3.4.2.1.1.1.7", P "1.1.3.4.2.1.1.2.7", P "1.1.3.4.2.1.1.3.7",
	  NULL, NULL, NULL, P "1.1.1.2.1.10", 1, 2, 0 },
	{ "LX UPS main load", P "1.1.3.1.2.1.1.1.7", P "1.1.3.1.2.1.1.2.7", P "1.1.3.1.2.1.1.3.7",
	  NULL, NULL, NULL, P "1.1.1.2.1.10", 1, 2, 0 },
	{ "SNMPWEBCARD main load", P "100.1.12.1.0", P "100.1.12.2.0", P "100.1.12.3.0", NULL, NULL,
	  NULL, NULL, 1, 2, 0 },
};
#define FAMILIES 5

/* The i-th of these as family.c has it; NULL past the last. */
static const struct family *table(int i)
{
	const unsigned families = family_count();
	unsigned n = families;

	if ((unsigned)i < families)
		return family_row((unsigned)i);
	for (unsigned k = 0; k < families; k++)
		if (family_row(k)->main && n++ == (unsigned)i)
			return family_row(k)->main;
	return NULL;
}

static uint32_t number_in(const struct family *family)
{
	return family->is_main ? TRIPPSNMP_MAIN : 12;
}

static void assert_instance(const struct family *family, uint32_t column, const char *text)
{
	const struct objid name = family_instance(family, column, 7, number_in(family));
	char *got = objid_text(&name);

	if (text)
		ck_assert_str_eq(got, text);
	else
		ck_assert_uint_eq(column, 0);
	g_free(got);
}

static void assert_name(const struct objid *name, const char *text)
{
	char *got = objid_text(name);

	ck_assert_str_eq(got, text ? text : "");
	g_free(got);
}

static struct varbind integer(int64_t number)
{
	return (struct varbind){ .type = VALUE_INTEGER, .number = number };
}

START_TEST(every_family_is_in_this_test)
{
	ck_assert_uint_eq(family_count(), FAMILIES);
	ck_assert_ptr_null(family_row(family_count()));
	ck_assert_ptr_null(table(G_N_ELEMENTS(expected)));
}
END_TEST

START_TEST(a_family_has_the_objects_of_its_mib)
{
	const struct family *family = table(_i);

	ck_assert_str_eq(family->name, expected[_i].name);
	assert_instance(family, family->state, expected[_i].state);
	assert_instance(family, family->controllable, expected[_i].controllable);
	assert_instance(family, family->command, expected[_i].command);
	assert_instance(family, family->outlet_name, expected[_i].outlet_name);
	assert_instance(family, family->description, expected[_i].description);
	assert_name(&family->outlet_count, expected[_i].count);
	assert_name(&family->device_status, expected[_i].status);
}
END_TEST

static void assert_alarm_cell(const struct family_alarms *alarms, uint32_t column, const char *text)
{
	const uint32_t index[] = { column, 77 };
	const struct objid name = objid_append(&alarms->entry, 2, index);

	if (text)
		assert_name(&name, text);
	else
		ck_assert_uint_eq(column, 0);
}

START_TEST(a_family_has_the_alarms_of_its_mib)
{
	const struct family_alarms *alarms = table(_i)->alarms;
	const struct expected_alarms *mib = table(_i)->rank ? &webcard_alarms : &lx_alarms;

	assert_name(&alarms->count, mib->count);
	assert_name(&alarms->lost, mib->lost);
	assert_alarm_cell(alarms, alarms->description, mib->description);
	assert_alarm_cell(alarms, alarms->text, mib->text);
	assert_alarm_cell(alarms, alarms->state, mib->state);
	assert_alarm_cell(alarms, alarms->row, mib->row);
	assert_alarm_cell(alarms, alarms->table, mib->table);
	assert_alarm_cell(alarms, alarms->device, mib->device);
	assert_name(&alarms->selected, alarms->device ? P "100.1.1.5.0" : "");
	assert_name(&alarms->device_entry, alarms->row ? P "1.1.1.2.1" : "");
	assert_name(&alarms->types, alarms->row ? P "1.1.3" : "");
}
END_TEST

START_TEST(a_family_encodes_off_as_1_and_on_as_2)
{
	const struct family *family = table(_i);

	ck_assert_int_eq(family->state_off, 1);
	ck_assert_int_eq(family->state_on, 2);
	ck_assert_int_eq(family->command_off, 1);
	ck_assert_int_eq(family->command_on, 2);
	ck_assert_int_eq(family->command_idle, expected[_i].idle);
}
END_TEST

START_TEST(only_the_integers_1_and_2_are_a_state)
{
	const struct family *family = table(_i);

	for (int64_t number = -3; number < 300; number++) {
		const struct varbind varbind = integer(number);
		const enum trippsnmp_state state = family_state(family, &varbind);

		ck_assert_int_eq(state, number == 1   ? TRIPPSNMP_OFF
		                        : number == 2 ? TRIPPSNMP_ON
		                                      : TRIPPSNMP_UNKNOWN);
	}
}
END_TEST

START_TEST(a_large_integer_is_not_cut_down_to_a_state)
{
	const struct varbind off = integer((INT64_C(1) << 32) + 1);
	const struct varbind on = integer((INT64_C(1) << 32) + 2);

	ck_assert_int_eq(family_state(table(_i), &off), TRIPPSNMP_UNKNOWN);
	ck_assert_int_eq(family_state(table(_i), &on), TRIPPSNMP_UNKNOWN);
}
END_TEST

START_TEST(no_other_type_is_a_state)
{
	for (int type = VALUE_NONE; type <= VALUE_OTHER; type++) {
		const struct varbind varbind = { .type = (enum value_type)type, .number = 1 };

		if (type != VALUE_INTEGER)
			ck_assert_int_eq(family_state(table(_i), &varbind), TRIPPSNMP_UNKNOWN);
	}
}
END_TEST

START_TEST(the_controllable_column_says_yes_and_no_in_its_own_way)
{
	const struct varbind yes = integer(expected[_i].yes), no = integer(expected[_i].no);

	if (expected[_i].yes < 0)
		return;
	ck_assert_int_eq(family_controllable(table(_i), &yes), TRI_YES);
	ck_assert_int_eq(family_controllable(table(_i), &no), TRI_NO);
}
END_TEST

START_TEST(a_truth_value_beside_true_and_false_says_nothing)
{
	static const int64_t odd[] = { -1, 0, 3, 255 };

	for (unsigned i = 0; i < G_N_ELEMENTS(odd); i++) {
		const struct varbind varbind = integer(odd[i]);

		ck_assert_int_eq(family_controllable(family_row(0), &varbind), TRI_UNKNOWN);
	}
}
END_TEST

START_TEST(the_bit_of_value_2_counts_whatever_the_others_are)
{
	const struct family *family = family_row(3);

	for (int64_t number = 0; number < 16; number++) {
		const struct varbind varbind = integer(number);

		ck_assert_int_eq(family_controllable(family, &varbind),
		                 number / 2 % 2 ? TRI_YES : TRI_NO);
	}
	const struct varbind negative = integer(-1);
	ck_assert_int_eq(family_controllable(family, &negative), TRI_UNKNOWN);
}
END_TEST

START_TEST(without_that_column_an_outlet_with_a_state_is_controllable)
{
	const struct varbind on = integer(2), null = { .type = VALUE_NULL };

	ck_assert_int_eq(family_controllable(family_row(4), &on), TRI_YES);
	ck_assert_int_eq(family_controllable(family_row(4), &null), TRI_UNKNOWN);
}
END_TEST

START_TEST(no_other_type_says_whether_it_is_controllable)
{
	for (int type = VALUE_NONE; type <= VALUE_OTHER; type++) {
		const struct varbind varbind = { .type = (enum value_type)type, .number = 2 };

		if (type != VALUE_INTEGER)
			ck_assert_int_eq(family_controllable(table(_i), &varbind), TRI_UNKNOWN);
	}
}
END_TEST

START_TEST(an_instance_is_read_back_as_it_was_made)
{
	const struct family *family = table(_i);
	const struct objid name = family_instance(family, family->state, 7, number_in(family));
	struct outlet_id id = { 0 };

	ck_assert(family_index(family, family->state, &name, &id));
	ck_assert_ptr_eq(id.family, family);
	ck_assert_uint_eq(id.device, family->by_device ? 7 : 1);
	ck_assert_uint_eq(id.number, number_in(family));
}
END_TEST

START_TEST(what_is_not_exactly_one_row_of_the_column_is_none)
{
	const struct family *family = table(_i);
	const struct objid row_name = family_instance(family, family->state, 7, number_in(family));
	const struct objid other = family_instance(family, family->command, 7, number_in(family));
	const struct objid column = family_instance(family, family->state, 0, 0);
	const uint32_t more = 1;
	const struct objid longer = objid_append(&row_name, 1, &more);
	struct objid shorter = row_name, nought = row_name;
	struct outlet_id id;

	shorter.n--;
	nought.id[nought.n - 1] = family->is_main && !family->by_device ? 7 : 0;
	ck_assert(!family_index(family, family->state, &other, &id));
	ck_assert(!family_index(family, family->state, &column, &id));
	ck_assert(!family_index(family, family->state, &longer, &id));
	ck_assert(!family_index(family, family->state, &shorter, &id));
	ck_assert(!family_index(family, family->state, &nought, &id));
}
END_TEST

START_TEST(the_controllable_column_tells_what_exists_where_there_is_one)
{
	const struct family *family = table(_i);

	ck_assert_uint_eq(family_existence(family),
	                  expected[_i].controllable ? family->controllable : family->state);
}
END_TEST

START_TEST(documented_tables_rank_before_the_undocumented_twin)
{
	for (unsigned i = 0; i < 3; i++)
		ck_assert_uint_lt(family_row(i)->rank, family_row(3)->rank);
	ck_assert_uint_lt(family_row(3)->rank, family_row(4)->rank);
}
END_TEST

START_TEST(no_two_families_share_a_table)
{
	for (unsigned i = 0; i < family_count(); i++)
		for (unsigned k = 0; k < family_count(); k++)
			if (i != k) {
				ck_assert(
					!objid_equal(&family_row(i)->entry, &family_row(k)->entry));
				ck_assert(
					!objid_below(&family_row(i)->entry, &family_row(k)->entry));
			}
}
END_TEST

START_TEST(main_loads_are_beside_the_outlets_and_no_table_of_them)
{
	for (unsigned i = 0; i < FAMILIES; i++) {
		const struct family *family = family_row(i), *main = family->main;

		ck_assert(!family->is_main);
		ck_assert_ptr_eq(family_owner(family), family);
		if (!main)
			continue;
		ck_assert(main->is_main && !main->main);
		ck_assert_ptr_eq(family_owner(main), family);
		ck_assert_uint_eq(main->rank, family->rank);
		ck_assert(main->by_device == family->by_device);
		ck_assert(objid_equal(&main->device_status, &family->device_status));
		for (unsigned k = 0; k < FAMILIES; k++) {
			ck_assert(!objid_below(&main->entry, &family_row(k)->entry));
			ck_assert(!objid_below(&family_row(k)->entry, &main->entry));
		}
	}
	ck_assert_ptr_null(family_row(4)->main);
}
END_TEST

START_TEST(each_list_that_a_family_has_is_there_once)
{
	struct family_list list;
	unsigned types = 0, devices = 0, counts = 0;

	for (unsigned i = 0; family_list(i, &list); i++) {
		types += list.kind == LIST_TYPES;
		devices += list.kind == LIST_DEVICES;
		counts += list.kind == LIST_OUTLETS;
		ck_assert(list.kind != LIST_OUTLETS
		                  ? !list.family
		                  : objid_equal(&list.root, &list.family->outlet_count));
		for (unsigned k = 0; k < i; k++) {
			struct family_list other;

			ck_assert(family_list(k, &other) && !objid_equal(&list.root, &other.root));
		}
	}
	ck_assert_uint_eq(types, 1);
	ck_assert_uint_eq(devices, 1);
	ck_assert_uint_eq(counts, 3);
}
END_TEST

START_TEST(the_device_types_are_those_of_the_mib)
{
	static const char *const types[] = { "1.3.6.1.4.1.850.1.1.3.2", "1.3.6.1.4.1.850.1.1.3.4",
		                             "1.3.6.1.4.1.850.1.1.3.1", "", "" };

	assert_name(&family_row((unsigned)_i)->device_type, types[_i]);
	assert_name(&family_row((unsigned)_i)->device_types,
	            *types[_i] ? "1.3.6.1.4.1.850.1.1.1.2.1.3" : "");
	assert_name(&family_row((unsigned)_i)->device_count,
	            *types[_i] ? "1.3.6.1.4.1.850.1.1.1.1" : "");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("family");
	TCase *tcase = tcase_create("family");
	const int n = G_N_ELEMENTS(expected);

	tcase_add_test(tcase, every_family_is_in_this_test);
	tcase_add_loop_test(tcase, a_family_has_the_objects_of_its_mib, 0, n);
	tcase_add_loop_test(tcase, a_family_has_the_alarms_of_its_mib, 0, n);
	tcase_add_loop_test(tcase, a_family_encodes_off_as_1_and_on_as_2, 0, n);
	tcase_add_loop_test(tcase, only_the_integers_1_and_2_are_a_state, 0, n);
	tcase_add_loop_test(tcase, a_large_integer_is_not_cut_down_to_a_state, 0, n);
	tcase_add_loop_test(tcase, no_other_type_is_a_state, 0, n);
	tcase_add_loop_test(tcase, the_controllable_column_says_yes_and_no_in_its_own_way, 0, n);
	tcase_add_test(tcase, a_truth_value_beside_true_and_false_says_nothing);
	tcase_add_test(tcase, the_bit_of_value_2_counts_whatever_the_others_are);
	tcase_add_test(tcase, without_that_column_an_outlet_with_a_state_is_controllable);
	tcase_add_loop_test(tcase, no_other_type_says_whether_it_is_controllable, 0, n);
	tcase_add_loop_test(tcase, an_instance_is_read_back_as_it_was_made, 0, n);
	tcase_add_loop_test(tcase, what_is_not_exactly_one_row_of_the_column_is_none, 0, n);
	tcase_add_loop_test(tcase, the_controllable_column_tells_what_exists_where_there_is_one, 0,
	                    n);
	tcase_add_test(tcase, documented_tables_rank_before_the_undocumented_twin);
	tcase_add_test(tcase, no_two_families_share_a_table);
	tcase_add_test(tcase, main_loads_are_beside_the_outlets_and_no_table_of_them);
	tcase_add_test(tcase, each_list_that_a_family_has_is_there_once);
	tcase_add_loop_test(tcase, the_device_types_are_those_of_the_mib, 0, (int)family_count());
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
