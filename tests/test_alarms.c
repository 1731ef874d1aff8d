/*
 * The rules of alarms.h: which alarms are lost communications, about which device, and that
 * nothing that a card sends in their place is taken for less than it may be.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "find/alarms.h"

#include "find/table.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define P "1.3.6.1.4.1.850."

static const struct family_alarms *lx, *webcard;
static const struct family *pdu_family, *flat_family;
static struct alarms alarms;

static const struct family *family_called(const char *name)
{
	for (unsigned i = 0; i < family_count(); i++)
		if (g_str_equal(family_row(i)->name, name))
			return family_row(i);
	ck_abort_msg("no family is called %s", name);
}

static void begin(void)
{
	pdu_family = family_called("LX PDU");
	flat_family = family_called("SNMPWEBCARD");
	lx = pdu_family->alarms;
	webcard = flat_family->alarms;
	alarms = (struct alarms){ .objects = lx };
}

static void finish(void)
{
	alarms_clear(&alarms);
}

static struct varbind objid_value(const char *text)
{
	return (struct varbind){ .type = VALUE_OBJID, .octets = g_bytes_new(text, strlen(text)) };
}

static struct varbind text_value(const char *text, gsize n)
{
	return (struct varbind){ .type = VALUE_OCTETS, .octets = g_bytes_new(text, n) };
}

static struct varbind integer(int64_t number)
{
	return (struct varbind){ .type = VALUE_INTEGER, .number = number };
}

/* Takes that value in the row of that id; frees it. */
static const char *take(uint32_t column, uint32_t id, struct varbind value)
{
	const uint32_t index[] = { column, id };
	const char *wrong;

	value.name = objid_append(&alarms.objects->entry, 2, index);
	wrong = alarms_take(&alarms, column, &value);
	varbind_clear(&value);
	return wrong;
}

static void have_lost(uint32_t id)
{
	char *text = objid_text(&alarms.objects->lost);

	ck_assert_ptr_null(take(alarms.objects->description, id, objid_value(text)));
	g_free(text);
}

/* Answers the question about lost communications from what the function puts there. */
static void tell_about(void (*answer)(struct varbind *varbind))
{
	GArray *varbinds = varbinds_new();
	struct dialog dialog = { .varbinds = varbinds };

	alarms_about(&alarms, &dialog);
	for (unsigned i = 0; i < varbinds->len; i++) {
		struct varbind *varbind = &g_array_index(varbinds, struct varbind, i);

		varbind->type = VALUE_ABSENT;
		answer(varbind);
	}
	dialog.answered = true;
	alarms_about(&alarms, &dialog);
	g_array_unref(varbinds);
}

/* What the rows' cells say; NULL: nothing. */
static const char *row_text, *table_text;
static struct varbind state_value, device_value, selected_value;

static void answer(struct varbind *varbind)
{
	const uint32_t column = varbind->name.id[alarms.objects->entry.n];
	struct varbind value = { .type = VALUE_ABSENT };

	if (objid_equal(&varbind->name, &alarms.objects->selected))
		value = selected_value;
	else if (column == alarms.objects->row && row_text)
		value = objid_value(row_text);
	else if (column == alarms.objects->table && table_text)
		value = objid_value(table_text);
	else if (column == alarms.objects->state)
		value = state_value;
	else if (column == alarms.objects->device)
		value = device_value;
	value.name = varbind->name;
	*varbind = value;
}

static void tell_nothing(void)
{
	row_text = table_text = NULL;
	state_value = device_value = selected_value = (struct varbind){ .type = VALUE_ABSENT };
}

/* Whether an outlet of that device is alarmed. */
static bool alarmed(const struct family *family, uint32_t device)
{
	GArray *outlets = outlets_new();
	const struct outlet outlet = { .id.family = family, .id.device = device, .id.number = 3 };
	bool is;

	g_array_append_val(outlets, outlet);
	alarms_mark(&alarms, outlets);
	is = g_array_index(outlets, struct outlet, 0).alarmed;
	g_array_unref(outlets);
	return is;
}

/* --- the count --- */

START_TEST(alarms_are_asked_for_where_the_count_is_a_number_above_zero)
{
	struct varbind varbind = { .name = lx->count, .type = VALUE_UNSIGNED, .number = 11 };

	ck_assert_uint_eq(alarms_counted(lx, &varbind), 11);
	varbind.type = VALUE_INTEGER;
	ck_assert_uint_eq(alarms_counted(lx, &varbind), 11);
	varbind.number = INT64_MAX;
	ck_assert_uint_eq(alarms_counted(lx, &varbind), ALARMS_MAX);
	varbind.number = 0;
	ck_assert(!alarms_counted(lx, &varbind));
	varbind.number = -1;
	ck_assert(!alarms_counted(lx, &varbind));
	varbind.number = 1;
	varbind.name = webcard->count;
	ck_assert(!alarms_counted(lx, &varbind));
}
END_TEST

START_TEST(a_count_that_is_no_number_tells_of_no_alarm)
{
	static const enum value_type types[] = { VALUE_ABSENT, VALUE_END_OF_MIB, VALUE_ERROR,
		                                 VALUE_NULL, VALUE_OTHER };
	const struct varbind varbind = { .name = lx->count, .type = types[_i], .number = 5 };

	ck_assert(!alarms_counted(lx, &varbind));
}
END_TEST

/* --- what is lost --- */

START_TEST(lost_communications_are_known_by_their_oid)
{
	alarms.objects = _i ? webcard : lx;
	have_lost(77);
	ck_assert(alarms_any_lost(&alarms));
	ck_assert(alarms_at(&alarms, 0)->lost);
	ck_assert_uint_eq(alarms_at(&alarms, 0)->id, 77);
}
END_TEST

START_TEST(an_instance_of_that_object_is_one_too)
{
	ck_assert_ptr_null(take(lx->description, 1, objid_value(P "1.3.3.2.1.0")));
	ck_assert(alarms_any_lost(&alarms));
}
END_TEST

static const char *const others[] = {
	P "1.3.3.2",
	P "1.3.3.2.2",
	P "1.3.3.2.11",
	P "1.3.3.6.8.1",
	P "100.1.6.3.27",
	"",
	"1",
	"1.3.6.1.4.1.850.1.3.3.2.",
	".1.3",
	"1..3",
	P "1.3.3.2.4294967297",
	"Communications Lost",
	P "1.3.3.2.-1",
	P "1.3.3.2.1x",
	/* longer than any OID of ours can be */
	P "1.3.3.2.1.1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17.18.19.20.21",
};

START_TEST(another_description_is_another_alarm)
{
	ck_assert_ptr_null(take(lx->description, 1, objid_value(others[_i])));
	ck_assert_uint_eq(alarms_len(&alarms), 1);
	ck_assert(!alarms_any_lost(&alarms));
}
END_TEST

START_TEST(a_description_that_is_no_oid_is_an_alarm_all_the_same)
{
	ck_assert_ptr_null(take(lx->description, 1, integer(1)));
	ck_assert_ptr_null(take(lx->description, 2, (struct varbind){ .type = VALUE_NULL }));
	ck_assert_ptr_null(take(lx->description, 3, text_value(P "1.3.3.2.1", 25)));
	ck_assert_uint_eq(alarms_len(&alarms), 3);
	ck_assert(!alarms_any_lost(&alarms));
}
END_TEST

START_TEST(a_description_that_changes_counts_as_it_was_last)
{
	have_lost(1);
	ck_assert_ptr_null(take(lx->description, 1, objid_value(P "1.3.3.6.11")));
	ck_assert(!alarms_any_lost(&alarms));
	ck_assert_uint_eq(alarms_len(&alarms), 1);
}
END_TEST

START_TEST(rows_stand_in_the_order_of_their_ids_whatever_came_first)
{
	have_lost(7);
	have_lost(4294967295);
	have_lost(5);
	have_lost(7);
	ck_assert_uint_eq(alarms_len(&alarms), 3);
	ck_assert_uint_eq(alarms_at(&alarms, 0)->id, 5);
	ck_assert_uint_eq(alarms_at(&alarms, 1)->id, 7);
	ck_assert_uint_eq(alarms_at(&alarms, 2)->id, 4294967295);
}
END_TEST

START_TEST(more_rows_than_any_card_has_are_no_table)
{
	for (uint32_t id = 1; id <= ALARMS_MAX; id++)
		have_lost(id);
	ck_assert_str_eq(take(lx->description, ALARMS_MAX + 1, integer(0)), "it has no end");
	ck_assert_uint_eq(alarms_len(&alarms), ALARMS_MAX);
	ck_assert_ptr_null(take(lx->text, 3, text_value("x", 1))); /* those that are there go on */
}
END_TEST

START_TEST(a_row_with_a_strange_index_is_no_row)
{
	const uint32_t deeper[] = { lx->description, 1, 1 };
	const uint32_t aside[] = { lx->text, 1 };
	struct varbind varbind = { .name = objid_append(&lx->entry, 3, deeper) };

	ck_assert_str_eq(alarms_take(&alarms, lx->description, &varbind),
	                 "a row with a strange index");
	varbind.name = objid_append(&lx->entry, 2, aside);
	ck_assert_str_eq(alarms_take(&alarms, lx->description, &varbind),
	                 "a row with a strange index");
	ck_assert_uint_eq(alarms_len(&alarms), 0);
}
END_TEST

/* --- what it is about --- */

START_TEST(an_alarm_that_was_not_asked_about_concerns_all_devices)
{
	have_lost(1);
	ck_assert(alarmed(pdu_family, 1));
	ck_assert(alarmed(pdu_family, 2));
}
END_TEST

START_TEST(an_alarm_that_is_not_of_lost_communications_concerns_none)
{
	ck_assert_ptr_null(take(lx->description, 1, objid_value(P "1.3.3.6.11")));
	ck_assert(!alarmed(pdu_family, 1));
}
END_TEST

static const struct {
	const char *row, *table;
	bool first, second; /* whether it concerns that device */
} rows[] = {
	/* a row of the devices' table, of the outlets of a PDU, an ATS and a UPS */
	{ P "1.1.1.2.1.1.1", P "1.1.1.2", true, false },
	{ P "1.1.1.2.1.1.2", P "1.1.1.2", false, true },
	{ P "1.1.1.2.1.5.4294967295", P "1.1.1.2", false, false },
	{ P "1.1.3.2.3.3.1.1.1.1.4", P "1.1.3.2.3.3.1", true, false },
	{ P "1.1.3.4.3.3.1.1.1.2.1", P "1.1.3.4.3.3.1", false, true },
	{ P "1.1.3.1.3.5.1.1.4.2.3", NULL, false, true },
	/* the table tells nothing else */
	{ P "1.1.1.2.1.1.2", P "1.1.3.3.1", false, true },
	/* of the main loads of a PDU and a UPS */
	{ P "1.1.3.2.2.1.1.1.1", P "1.1.3.2.2.1", true, false },
	{ P "1.1.3.1.2.1.1.2.2", NULL, false, true },
	/* something of a sensor, which has no outlets */
	{ P "1.1.3.3.1.1.1.1.1", P "1.1.3.3.1", false, false },
	{ NULL, P "1.1.3.3.1", false, false },
	{ "0.0", P "1.1.3.3", false, false },
	/* nothing that names a device, by its form */
	{ NULL, NULL, true, true },
	{ "0.0", "0.0", true, true },
	{ "", "", true, true },
	{ P "1.1.1.2.1.1", P "1.1.1.2", true, true },
	{ P "1.1.1.2.1.1.1.1", NULL, true, true },
	{ P "1.1.3.2", NULL, true, true },
	{ P "1.1.3.2.3.4.1.1.1.2", NULL, true, true },
	{ P "1.1.3.2.3.3.1.1.1.2", NULL, true, true },
	{ P "1.1.3.2.3.3.1.1.1.2.0", NULL, true, true },
	{ P "1.1.3.2.3.3.1.1.1.2.1.1", NULL, true, true },
	{ P "1.1.3", P "1.1.3", true, true },
	{ P "100.1.10.2.1.1.2", NULL, true, true },
	{ "1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1", true, true },
};

START_TEST(it_concerns_the_device_of_the_row_that_it_names)
{
	have_lost(1);
	row_text = rows[_i].row;
	table_text = rows[_i].table;
	state_value = integer(1);
	tell_about(answer);
	ck_assert_int_eq(alarmed(pdu_family, 1), rows[_i].first);
	ck_assert_int_eq(alarmed(pdu_family, 2), rows[_i].second);
}
END_TEST

START_TEST(a_row_that_is_no_oid_names_no_device)
{
	have_lost(1);
	tell_about(answer);
	ck_assert(alarmed(pdu_family, 1));
}
END_TEST

START_TEST(one_that_is_not_active_any_more_concerns_none)
{
	have_lost(1);
	row_text = P "1.1.1.2.1.1.1";
	state_value = integer(2);
	tell_about(answer);
	ck_assert(!alarmed(pdu_family, 1));
}
END_TEST

START_TEST(a_state_that_is_no_integer_leaves_it_active)
{
	static const enum value_type types[] = { VALUE_ABSENT, VALUE_ERROR, VALUE_NULL,
		                                 VALUE_UNSIGNED, VALUE_OTHER };

	have_lost(1);
	row_text = P "1.1.1.2.1.1.1";
	state_value = (struct varbind){ .type = types[_i], .number = 2 };
	tell_about(answer);
	ck_assert(alarmed(pdu_family, 1));
	ck_assert(!alarmed(pdu_family, 2));
}
END_TEST

START_TEST(one_of_several_is_enough)
{
	have_lost(1);
	have_lost(2);
	row_text = P "1.1.1.2.1.1.2";
	tell_about(answer);
	ck_assert(!alarmed(pdu_family, 1));
	have_lost(3); /* and nothing is known of that one */
	ck_assert(alarmed(pdu_family, 1));
}
END_TEST

START_TEST(only_the_first_losses_are_looked_into_and_the_others_concern_all)
{
	GArray *varbinds = varbinds_new();
	struct dialog dialog = { .varbinds = varbinds };

	for (uint32_t id = 1; id <= ALARMS_MAX; id++)
		have_lost(id);
	alarms_about(&alarms, &dialog);
	ck_assert_uint_le(varbinds->len, 30);
	g_array_unref(varbinds);
	row_text = P "1.1.1.2.1.1.2";
	tell_about(answer);
	ck_assert(alarmed(pdu_family, 1));
}
END_TEST

/* --- by the number of the device --- */

static void have_webcard_lost(struct varbind device, struct varbind selected)
{
	alarms.objects = webcard;
	have_lost(5679);
	device_value = device;
	selected_value = selected;
	tell_about(answer);
}

START_TEST(a_number_names_the_device)
{
	have_webcard_lost(integer(1), integer(1));
	ck_assert(alarmed(flat_family, 1));
}
END_TEST

START_TEST(another_number_does_not_matter)
{
	have_webcard_lost(integer(2), integer(1));
	ck_assert(!alarmed(flat_family, 1));
}
END_TEST

START_TEST(what_is_selected_is_what_the_outlets_are_of)
{
	have_webcard_lost(integer(2), integer(2));
	ck_assert(alarmed(flat_family, 1));
	alarms_clear(&alarms);
	have_webcard_lost(integer(1), integer(2));
	ck_assert(!alarmed(flat_family, 1));
}
END_TEST

START_TEST(a_card_without_a_selection_has_one_device)
{
	have_webcard_lost(integer(2), (struct varbind){ .type = VALUE_ABSENT });
	ck_assert(!alarmed(flat_family, 1));
}
END_TEST

START_TEST(a_selection_that_cannot_be_read_may_be_any_device)
{
	static const enum value_type types[] = { VALUE_ERROR, VALUE_NULL, VALUE_OTHER };

	have_webcard_lost(integer(2), (struct varbind){ .type = types[_i] });
	ck_assert(alarmed(flat_family, 1));
}
END_TEST

START_TEST(a_number_that_is_none_concerns_all)
{
	const struct varbind numbers[] = {
		{ .type = VALUE_ABSENT },
		{ .type = VALUE_ERROR, .number = 2 },
		{ .type = VALUE_NULL },
		integer(0),
		integer(-2),
		integer(INT64_C(1) << 32),
	};

	have_webcard_lost(numbers[_i], integer(1));
	ck_assert(alarmed(flat_family, 1));
}
END_TEST

START_TEST(outlets_with_devices_need_no_selection)
{
	have_webcard_lost(integer(2), integer(1));
	ck_assert(alarmed(family_called("SNMPWEBCARD twin"), 2));
	ck_assert(!alarmed(family_called("SNMPWEBCARD twin"), 1));
}
END_TEST

/* --- words --- */

static void assert_text(const char *expected)
{
	char *text = alarms_text(&alarms);

	ck_assert_str_eq(text, expected);
	g_free(text);
}

START_TEST(a_line_has_what_the_card_calls_them)
{
	ck_assert_ptr_null(take(lx->description, 1, objid_value(P "1.3.3.6.8.1")));
	ck_assert_ptr_null(take(lx->text, 1, text_value("Load 01 Off", 11)));
	have_lost(2);
	assert_text("Load 01 Off; 1.3.6.1.4.1.850.1.3.3.2.1");
}
END_TEST

START_TEST(an_alarm_without_words_and_oid_is_in_the_line_all_the_same)
{
	ck_assert_ptr_null(take(lx->description, 1, integer(3)));
	ck_assert_ptr_null(take(lx->text, 1, integer(3)));
	assert_text("one that it does not name");
}
END_TEST

START_TEST(what_it_calls_them_is_escaped_and_cut)
{
	char many[1000];

	memset(many, 'x', sizeof(many));
	ck_assert_ptr_null(take(lx->text, 1, text_value("a\nb\0", 4)));
	ck_assert_ptr_null(take(lx->text, 2, text_value(many, sizeof(many))));
	ck_assert_uint_lt(strlen(alarms_at(&alarms, 1)->text), 100);
	g_array_set_size(alarms.rows, 1);
	assert_text("a\\x0ab");
}
END_TEST

START_TEST(a_line_stays_a_line_however_many_there_are)
{
	char *text;

	for (uint32_t id = 1; id <= ALARMS_MAX; id++)
		ck_assert_ptr_null(take(lx->text, id, text_value("Load 01 Off", 11)));
	text = alarms_text(&alarms);
	ck_assert_uint_lt(strlen(text), 300);
	ck_assert(g_str_has_suffix(text, "; and 116 more"));
	g_free(text);
	g_array_set_size(alarms.rows, ALARMS_MAX - 116);
	text = alarms_text(&alarms);
	ck_assert(g_str_has_suffix(text, "; Load 01 Off"));
	g_free(text);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("alarms");
	TCase *tcase = tcase_create("alarms");

	tcase_add_checked_fixture(tcase, begin, finish);
	tcase_add_checked_fixture(tcase, tell_nothing, NULL);
	tcase_add_test(tcase, alarms_are_asked_for_where_the_count_is_a_number_above_zero);
	tcase_add_loop_test(tcase, a_count_that_is_no_number_tells_of_no_alarm, 0, 5);
	tcase_add_loop_test(tcase, lost_communications_are_known_by_their_oid, 0, 2);
	tcase_add_test(tcase, an_instance_of_that_object_is_one_too);
	tcase_add_loop_test(tcase, another_description_is_another_alarm, 0, G_N_ELEMENTS(others));
	tcase_add_test(tcase, a_description_that_is_no_oid_is_an_alarm_all_the_same);
	tcase_add_test(tcase, a_description_that_changes_counts_as_it_was_last);
	tcase_add_test(tcase, rows_stand_in_the_order_of_their_ids_whatever_came_first);
	tcase_add_test(tcase, more_rows_than_any_card_has_are_no_table);
	tcase_add_test(tcase, a_row_with_a_strange_index_is_no_row);
	tcase_add_test(tcase, an_alarm_that_was_not_asked_about_concerns_all_devices);
	tcase_add_test(tcase, an_alarm_that_is_not_of_lost_communications_concerns_none);
	tcase_add_loop_test(tcase, it_concerns_the_device_of_the_row_that_it_names, 0,
	                    G_N_ELEMENTS(rows));
	tcase_add_test(tcase, a_row_that_is_no_oid_names_no_device);
	tcase_add_test(tcase, one_that_is_not_active_any_more_concerns_none);
	tcase_add_loop_test(tcase, a_state_that_is_no_integer_leaves_it_active, 0, 5);
	tcase_add_test(tcase, one_of_several_is_enough);
	tcase_add_test(tcase, only_the_first_losses_are_looked_into_and_the_others_concern_all);
	tcase_add_test(tcase, a_number_names_the_device);
	tcase_add_test(tcase, another_number_does_not_matter);
	tcase_add_test(tcase, what_is_selected_is_what_the_outlets_are_of);
	tcase_add_test(tcase, a_card_without_a_selection_has_one_device);
	tcase_add_loop_test(tcase, a_selection_that_cannot_be_read_may_be_any_device, 0, 3);
	tcase_add_loop_test(tcase, a_number_that_is_none_concerns_all, 0, 6);
	tcase_add_test(tcase, outlets_with_devices_need_no_selection);
	tcase_add_test(tcase, a_line_has_what_the_card_calls_them);
	tcase_add_test(tcase, an_alarm_without_words_and_oid_is_in_the_line_all_the_same);
	tcase_add_test(tcase, what_it_calls_them_is_escaped_and_cut);
	tcase_add_test(tcase, a_line_stays_a_line_however_many_there_are);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
