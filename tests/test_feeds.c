/*
 * The rules of feeds.h: which outlets feed a node, and each doubt that is an
 * error before anything is switched.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "find/feeds.h"

#include "base/text.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PDUS_MAX 3
#define ENGINE_ID_ADVICE                                                                           \
	"; if they are two, give each card an engine ID of its own, or each PDU a resource of "    \
	"its own"

static const char *const labels[PDUS_MAX] = { "pdu-a", "pdu-b", "pdu-c" };
static unsigned n_pdus;
static unsigned required;
static struct pdu_outlets found[PDUS_MAX];
static struct nodemap *map;
static GArray *feeds;
static struct outcome outcome;
static const struct family *lx, *ats;

static void outlet_clear(void *data)
{
	struct outlet *outlet = data;

	g_free(outlet->name);
	g_free(outlet->description);
}

static void setup(void)
{
	lx = family_row(0);
	ats = family_row(1);
	n_pdus = 1;
	required = 0;
	map = NULL;
	outcome = outcome_fine;
	feeds = feeds_new();
	for (unsigned i = 0; i < PDUS_MAX; i++) {
		found[i] = (struct pdu_outlets){
			.known = true, .whole = true, .family = lx, .device = 1
		};
		found[i].outlets = g_array_new(FALSE, TRUE, sizeof(struct outlet));
		g_array_set_clear_func(found[i].outlets, outlet_clear);
	}
}

static void teardown(void)
{
	for (unsigned i = 0; i < PDUS_MAX; i++) {
		g_array_unref(found[i].outlets);
		g_clear_pointer(&found[i].engine_id, g_bytes_unref);
	}
	nodemap_free(map);
	g_array_unref(feeds);
	g_clear_pointer(&outcome.message, g_free);
}

/* --- what the PDUs have --- */

static struct outlet *add_outlet(unsigned pdu, uint32_t device, uint32_t number, const char *name,
                                 const char *description)
{
	struct outlet outlet = {
		.id.pdu = pdu,
		.id.family = lx,
		.id.device = device,
		.id.number = number,
		.exists = true,
		.controllable = TRI_YES,
		.state = TRIPPSNMP_ON,
		.name = g_strdup(name),
		.description = g_strdup(description),
	};

	g_array_append_val(found[pdu].outlets, outlet);
	return &g_array_index(found[pdu].outlets, struct outlet, found[pdu].outlets->len - 1);
}

/* Outlets 1 to 8 without names. */
static void add_plain(unsigned pdu)
{
	for (uint32_t number = 1; number <= 8; number++)
		add_outlet(pdu, 1, number, "", "");
}

/* As the inventory has it where main loads count; they come last. */
static struct outlet *add_main(unsigned pdu, uint32_t device)
{
	struct outlet *outlet = add_outlet(pdu, device, TRIPPSNMP_MAIN, NULL, NULL);

	outlet->id.family = lx->main;
	found[pdu].main_family = found[pdu].family;
	found[pdu].main_device = found[pdu].device;
	return outlet;
}

static void several_devices(unsigned pdu)
{
	found[pdu].family = NULL;
	found[pdu].device = 0;
}

static void set_map(const char *hostlist)
{
	struct pdu_address names[PDUS_MAX];
	char *error = NULL;

	for (unsigned i = 0; i < n_pdus; i++)
		names[i] = (struct pdu_address){ labels[i], labels[i], 161 };
	nodemap_free(map);
	map = nodemap_parse(hostlist, names, n_pdus, "ipaddr", &error);
	ck_assert_msg(map != NULL, "%s: %s", hostlist, error);
}

static enum trippsnmp_error find(const char *node)
{
	const struct pdu_outlets *each[PDUS_MAX] = { &found[0], &found[1], &found[2] };
	struct feeds_view *view = feeds_view_new(map, required, labels, n_pdus, each);

	g_array_set_size(feeds, 0);
	g_clear_pointer(&outcome.message, g_free);
	outcome = feeds_find(view, node, feeds);
	feeds_view_free(view);
	ck_assert(!outcome.error == !outcome.message);
	return outcome.error;
}

/* The feeds of a node as text. */
static void assert_feeds(const char *node, const char *expected)
{
	GString *text = g_string_new(NULL);

	find(node);
	ck_assert_msg(!outcome.error, "%s: %s", node, outcome.message);
	for (unsigned i = 0; i < feeds->len; i++)
		g_string_append_printf(text, "%s%s", i ? ", " : "",
		                       g_array_index(feeds, struct feed, i).text);
	ck_assert_str_eq(text->str, expected);
	g_string_free(text, TRUE);
}

static void assert_error(const char *node, enum trippsnmp_error error, const char *message)
{
	ck_assert_int_eq(find(node), error);
	ck_assert_str_eq(outcome.message, message);
}

/* --- by number --- */

START_TEST(a_number_is_looked_for_on_the_sole_device)
{
	const struct feed *feed;

	add_plain(0);
	set_map("db1:3");
	assert_feeds("db1", "outlet 3 of pdu-a");
	feed = &g_array_index(feeds, struct feed, 0);
	ck_assert_uint_eq(feed->id.pdu, 0);
	ck_assert_ptr_eq(feed->id.family, lx);
	ck_assert_uint_eq(feed->id.device, 1);
	ck_assert_uint_eq(feed->id.number, 3);
	ck_assert_int_eq(feed->state, TRIPPSNMP_ON);
}
END_TEST

START_TEST(the_case_of_a_node_does_not_matter)
{
	add_plain(0);
	set_map("Db1:3");
	assert_feeds("dB1", "outlet 3 of pdu-a");
}
END_TEST

START_TEST(a_node_has_feeds_on_several_pdus)
{
	n_pdus = 2;
	add_plain(0);
	add_plain(1);
	set_map("db1:3@pdu-a,4@pdu-a,3@pdu-b");
	assert_feeds("db1", "outlet 3 of pdu-a, outlet 4 of pdu-a, outlet 3 of pdu-b");
}
END_TEST

START_TEST(a_device_in_front_picks_that_device)
{
	several_devices(0);
	add_outlet(0, 1, 3, "", "");
	add_outlet(0, 7, 3, "", "");
	set_map("db1:7.3");
	assert_feeds("db1", "outlet 7.3 of pdu-a");
}
END_TEST

START_TEST(a_number_on_several_devices_is_ambiguous)
{
	several_devices(0);
	add_outlet(0, 1, 3, "", "");
	add_outlet(0, 7, 4, "", "");
	set_map("db1:3");
	assert_error("db1", TRIPPSNMP_BADCONFIG,
	             "hostlist: 3@pdu-a is ambiguous: several devices or tables of pdu-a have "
	             "controllable outlets; write DEVICE.3, or the outlet's name");
}
END_TEST

START_TEST(a_number_in_two_tables_of_one_device_is_ambiguous)
{
	several_devices(0);
	add_outlet(0, 1, 3, "", "");
	add_outlet(0, 1, 3, "", "")->id.family = ats;
	set_map("db1:1.3");
	assert_error(
		"db1", TRIPPSNMP_BADCONFIG,
		"hostlist: 1.3@pdu-a is ambiguous: both the LX PDU and the LX ATS table of pdu-a "
		"have it");
}
END_TEST

START_TEST(an_outlet_beyond_the_last_does_not_exist)
{
	add_plain(0);
	set_map("db1:9");
	assert_error("db1", TRIPPSNMP_BADCONFIG,
	             "hostlist: 9@pdu-a does not exist on pdu-a, which has outlets 1-8");
}
END_TEST

START_TEST(an_outlet_that_does_not_exist_is_told_which_ones_do)
{
	static const uint32_t numbers[] = { 1, 2, 3, 5, 7, 8 };

	several_devices(0);
	for (unsigned i = 0; i < G_N_ELEMENTS(numbers); i++)
		add_outlet(0, 2, numbers[i], "", "");
	add_outlet(0, 3, 4, "", "");
	set_map("db1:2.4");
	assert_error("db1", TRIPPSNMP_BADCONFIG,
	             "hostlist: 2.4@pdu-a does not exist on pdu-a, which has outlets 1-3, 5, 7-8");
}
END_TEST

START_TEST(an_outlet_that_was_denied_does_not_exist)
{
	add_outlet(0, 1, 9, NULL, NULL)->exists = false;
	set_map("db1:9");
	assert_error("db1", TRIPPSNMP_BADCONFIG, "hostlist: 9@pdu-a does not exist on pdu-a");
}
END_TEST

START_TEST(a_device_that_vanished_is_an_error)
{
	add_plain(0);
	set_map("db1:2.3");
	assert_error("db1", TRIPPSNMP_BADCONFIG, "hostlist: 2.3@pdu-a does not exist on pdu-a");
}
END_TEST

START_TEST(an_outlet_that_is_not_controllable_is_an_error)
{
	add_outlet(0, 1, 3, "", "")->controllable = TRI_NO;
	set_map("db1:3");
	assert_error("db1", TRIPPSNMP_BADCONFIG,
	             "outlet 3 of pdu-a, which feeds node db1, is not controllable: the "
	             "PDU cannot switch it");
}
END_TEST

START_TEST(an_outlet_that_does_not_say_whether_it_is_controllable_is_an_error)
{
	add_outlet(0, 1, 3, "db1", "")->controllable = TRI_UNKNOWN;
	set_map("");
	assert_error("db1", TRIPPSNMP_ACCESS,
	             "outlet 3 of pdu-a, which feeds node db1, does not say whether it is "
	             "controllable");
}
END_TEST

START_TEST(one_bad_outlet_of_several_fails_the_node)
{
	add_plain(0);
	set_map("db1:3,9");
	ck_assert_int_eq(find("db1"), TRIPPSNMP_BADCONFIG);
}
END_TEST

START_TEST(a_node_that_the_map_lacks_is_unknown)
{
	add_outlet(0, 1, 1, "web", "");
	set_map("db1:1");
	assert_error(
		"web", TRIPPSNMP_BADNODE,
		"no outlet feeds node web: name its outlets in hostlist, or give them its name "
		"in the PDU");
}
END_TEST

START_TEST(an_unknown_node_is_told_which_ones_there_are)
{
	add_outlet(0, 1, 1, "DB1.example.com", "web");
	add_outlet(0, 1, 2, "Load 2", "Outlet #2");
	set_map("");
	assert_error(
		"db1", TRIPPSNMP_BADNODE,
		"no outlet feeds node db1: name its outlets in hostlist, or give them its name "
		"in the PDU; outlets have the names db1.example.com, web: is db1.example.com "
		"meant?");
	assert_error(
		"db2", TRIPPSNMP_BADNODE,
		"no outlet feeds node db2: name its outlets in hostlist, or give them its name "
		"in the PDU; outlets have the names db1.example.com, web");
	add_outlet(0, 1, 3, "db7.example.com", "");
	ck_assert_int_eq(find("DB7"), TRIPPSNMP_BADNODE);
	ck_assert(g_str_has_suffix(outcome.message, ": is db7.example.com meant?"));
}
END_TEST

START_TEST(of_many_names_some_are_told)
{
	for (uint32_t i = 1; i <= 11; i++) {
		char *name = g_strdup_printf("n%u", i);

		add_outlet(0, 1, i, name, "");
		g_free(name);
	}
	set_map("");
	ck_assert_int_eq(find("db1"), TRIPPSNMP_BADNODE);
	ck_assert(g_str_has_suffix(outcome.message,
	                           "names n1, n2, n3, n4, n5, n6, n7, n8 and 3 more"));
}
END_TEST

START_TEST(an_unknown_node_is_named_escaped)
{
	set_map("");
	ck_assert_int_eq(find("a\nb"), TRIPPSNMP_BADNODE);
	ck_assert_ptr_nonnull(strstr(outcome.message, "node a\\x0ab:"));
}
END_TEST

/* --- by number, which must be called so --- */

START_TEST(a_number_with_a_name_is_the_outlet_of_that_number_and_name)
{
	const struct feed *feed;

	add_outlet(0, 1, 3, " DB1-a", "other");
	add_outlet(0, 1, 4, "db1-a", "");
	set_map("db1:3=\"db1-A\"");
	assert_feeds("db1", "outlet 3 of pdu-a");
	feed = &g_array_index(feeds, struct feed, 0);
	ck_assert_uint_eq(feed->name_column, lx->outlet_name);
	ck_assert_uint_eq(feed->name_bytes, strlen(" DB1-a"));
	ck_assert_str_eq(feed->name_key, "db1-a");
}
END_TEST

START_TEST(a_number_that_is_called_otherwise_is_an_error_that_shows_both_names)
{
	add_outlet(0, 1, 3, "web\n", "db1-a");
	add_outlet(0, 1, 4, "db1-a", "");
	set_map("db1:3=\"db1-a\"");
	assert_error("db1", TRIPPSNMP_BADCONFIG,
	             "hostlist: outlet 3 of pdu-a is called \"web\\x0a\", and must be called "
	             "\"db1-a\": find out what it feeds, then correct the number here or the name "
	             "in the PDU");
}
END_TEST

START_TEST(a_number_without_a_name_is_not_called_so)
{
	static const char *const names[] = { NULL, "", " " };

	for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
		teardown();
		setup();
		add_outlet(0, 1, 3, names[i], "db1-a");
		set_map("db1:3=\"db1-a\"");
		ck_assert_int_eq(find("db1"), TRIPPSNMP_BADCONFIG);
		ck_assert_ptr_nonnull(strstr(outcome.message, "must be called \"db1-a\""));
	}
}
END_TEST

START_TEST(a_name_with_a_nul_is_not_the_one_that_it_must_be_called)
{
	add_outlet(0, 1, 3, "db1-a" TEXT_NUL "x", "");
	set_map("db1:3=\"db1-a\"");
	ck_assert_int_eq(find("db1"), TRIPPSNMP_BADCONFIG);
}
END_TEST

START_TEST(a_name_does_not_make_a_number_exist)
{
	add_plain(0);
	add_outlet(0, 1, 9, "db1-a", "");
	set_map("db1:10=\"db1-a\"");
	ck_assert_int_eq(find("db1"), TRIPPSNMP_BADCONFIG);
	ck_assert_ptr_nonnull(strstr(outcome.message, "10=\"db1-a\"@pdu-a does not exist"));
}
END_TEST

/* Whose it is is in doubt where it is called otherwise than another node says. */
START_TEST(another_nodes_number_counts_whatever_it_is_called)
{
	add_outlet(0, 1, 3, "db2-a", "");
	set_map("db1:3=\"db1-a\"; db2:\"db2-a\"");
	assert_error("db2", TRIPPSNMP_BADCONFIG,
	             "hostlist: outlet 3 of pdu-a feeds both node db2 and node db1");
}
END_TEST

START_TEST(a_number_with_a_name_needs_that_name_and_no_table)
{
	struct inventory_need *needs;

	set_map("db1:3=\"db1-a\",4; db2:5");
	needs = feeds_needs(map, 1, "db1", false);
	ck_assert(!needs[0].names);
	ck_assert_uint_eq(needs[0].numbers->len, 2);
	ck_assert(((const struct outlet_ref *)needs[0].numbers->pdata[0])->name);
	ck_assert(!((const struct outlet_ref *)needs[0].numbers->pdata[1])->name);
	feeds_needs_free(needs, 1);
}
END_TEST

/* --- outlets that are given for one call --- */

/* They stand before the nodes of hostlist, as subject.c puts them. */
static void give(const char *outlets)
{
	const struct pdu_address names[] = { { labels[0], labels[0], 161 },
		                             { labels[1], labels[1], 161 } };
	char *error = NULL;
	struct node *node = nodemap_outlets(outlets, names, n_pdus, "ip", "plug", &error);

	ck_assert_msg(node != NULL, "%s: %s", outlets, error);
	g_ptr_array_insert(map->nodes, 0, node);
}

static const char *given(void)
{
	return ((const struct node *)map->nodes->pdata[0])->name;
}

START_TEST(given_outlets_are_found_as_those_of_a_node)
{
	n_pdus = 2;
	add_plain(0);
	add_plain(1);
	add_outlet(1, 1, 9, "web", "");
	set_map("");
	give("3@pdu-a,\"web\"@pdu-b");
	assert_feeds(given(), "outlet 3 of pdu-a, outlet 9 of pdu-b");
}
END_TEST

START_TEST(messages_about_given_outlets_call_them_as_their_user_does)
{
	static const struct {
		const char *outlets;
		enum trippsnmp_error error;
		const char *message;
	} slips[] = {
		{ "3,1.3", TRIPPSNMP_BADCONFIG, "plug: outlet 3 of pdu-a stands twice" },
		{ "99", TRIPPSNMP_BADCONFIG,
		  "plug: 99@pdu-a does not exist on pdu-a, which has outlets 1-9" },
		{ "\"x\"", TRIPPSNMP_BADCONFIG, "plug: no outlet of pdu-a is called \"x\"@pdu-a" },
		{ "9", TRIPPSNMP_BADCONFIG,
		  "outlet 9 of pdu-a, which plug names, is not controllable: the PDU cannot switch "
		  "it" },
	};

	add_plain(0);
	add_outlet(0, 1, 9, "", "")->controllable = TRI_NO;
	for (unsigned i = 0; i < G_N_ELEMENTS(slips); i++) {
		set_map("");
		give(slips[i].outlets);
		assert_error(given(), slips[i].error, slips[i].message);
	}
	required = 2;
	set_map("");
	give("3");
	assert_error(given(), TRIPPSNMP_BADCONFIG, "feeds: plug has 1 outlet, not 2");
}
END_TEST

START_TEST(given_outlets_may_be_one_nodes_and_not_two)
{
	add_plain(0);
	set_map("db1:3,4; db2:5");
	give("4");
	assert_feeds(given(), "outlet 4 of pdu-a");
	set_map("db1:3,4; db2:5");
	give("3,4,7");
	assert_feeds(given(), "outlet 3 of pdu-a, outlet 4 of pdu-a, outlet 7 of pdu-a");
	set_map("db1:3,4; db2:5");
	give("1.4,5");
	assert_error(given(), TRIPPSNMP_BADCONFIG,
	             "plug: by hostlist outlet 4 of pdu-a feeds node db1, and outlet 5 of pdu-a "
	             "feeds node db2: outlets of one node alone can be meant");
	set_map("db1:3,4; db2:5,1.4");
	give("4");
	assert_error(given(), TRIPPSNMP_BADCONFIG,
	             "plug: by hostlist outlet 4 of pdu-a feeds node db1, and outlet 4 of pdu-a "
	             "feeds node db2: outlets of one node alone can be meant");
}
END_TEST

START_TEST(a_node_of_hostlist_that_is_called_like_given_outlets_is_not_taken_for_them)
{
	add_plain(0);
	set_map("3:4; db2:5");
	give("3");
	assert_feeds(given(), "outlet 3 of pdu-a");
}
END_TEST

/* --- one outlet twice --- */

START_TEST(a_number_with_and_without_device_is_one_outlet)
{
	add_plain(0);
	set_map("db1:3,1.3");
	assert_error("db1", TRIPPSNMP_BADCONFIG,
	             "hostlist: outlet 3 of pdu-a stands twice for node db1");
}
END_TEST

START_TEST(a_number_and_its_name_are_one_outlet)
{
	add_plain(0);
	add_outlet(0, 1, 9, "db", "");
	set_map("db1:9,\"db\"");
	assert_error("db1", TRIPPSNMP_BADCONFIG,
	             "hostlist: outlet 9 of pdu-a stands twice for node db1");
}
END_TEST

START_TEST(two_nodes_with_aliases_of_one_outlet_are_an_error)
{
	static const char *const hostlists[] = { "db1:3; db2:1.3",       "db1:1.3; db2:3",
		                                 "db1:3; db2:\"spare\"", "db1:\"spare\"; db2:3",
		                                 "db1:4,3; db2:5,1.3",   "db1:3; spare" };

	add_plain(0);
	g_free(g_array_index(found[0].outlets, struct outlet, 2).name);
	g_array_index(found[0].outlets, struct outlet, 2).name = g_strdup("spare");
	for (unsigned i = 0; i < G_N_ELEMENTS(hostlists); i++) {
		const bool by_name = i == 5;

		set_map(hostlists[i]);
		ck_assert_int_eq(find("db1"), TRIPPSNMP_BADCONFIG);
		ck_assert_str_eq(outcome.message,
		                 by_name ? "hostlist: outlet 3 of pdu-a feeds both node db1 and "
		                           "node spare"
		                         : "hostlist: outlet 3 of pdu-a feeds both node db1 and "
		                           "node db2");
		ck_assert_int_eq(find(by_name ? "spare" : "db2"), TRIPPSNMP_BADCONFIG);
	}
}
END_TEST

START_TEST(two_nodes_that_an_outlet_is_named_after_are_an_error)
{
	add_outlet(0, 1, 3, "db1", "db2");
	set_map("db1; db2");
	assert_error("db1", TRIPPSNMP_BADCONFIG,
	             "hostlist: outlet 3 of pdu-a feeds both node db1 and node db2");
}
END_TEST

START_TEST(without_a_map_an_outlet_named_after_two_nodes_feeds_both)
{
	add_outlet(0, 1, 3, "db1", "db2");
	set_map("");
	assert_feeds("db1", "outlet 3 of pdu-a");
	assert_feeds("db2", "outlet 3 of pdu-a");
}
END_TEST

START_TEST(two_nodes_are_found_out_from_single_outlets_too)
{
	add_outlet(0, 1, 3, NULL, NULL);
	found[0].whole = false;
	set_map("db1:3; db2:1.3");
	ck_assert_int_eq(find("db1"), TRIPPSNMP_BADCONFIG);
}
END_TEST

START_TEST(another_nodes_trouble_is_not_this_nodes)
{
	add_plain(0);
	set_map("db1:3; db2:99; db3:7.1");
	assert_feeds("db1", "outlet 3 of pdu-a");
}
END_TEST

START_TEST(two_pdus_with_one_engine_id_are_one_pdu)
{
	n_pdus = 2;
	add_plain(0);
	add_plain(1);
	found[0].engine_id = g_bytes_new("engine", 6);
	found[1].engine_id = g_bytes_new("engine", 6);
	set_map("db1:3@pdu-a,3@pdu-b; db2:4@pdu-a,5@pdu-b; db3:4@pdu-b");
	assert_error("db1", TRIPPSNMP_BADCONFIG,
	             "ipaddr: pdu-a and pdu-b are one PDU (they have the same SNMP engine ID), so "
	             "outlet 3 of pdu-a and outlet 3 of pdu-b are one outlet" ENGINE_ID_ADVICE);
	assert_error("db2", TRIPPSNMP_BADCONFIG,
	             "ipaddr: pdu-a and pdu-b are one PDU (they have the same SNMP engine ID), so "
	             "outlet 4 of pdu-a and outlet 4 of pdu-b are one outlet" ENGINE_ID_ADVICE);
}
END_TEST

START_TEST(two_pdus_with_one_engine_id_are_found_out_by_name)
{
	n_pdus = 2;
	add_outlet(0, 1, 3, "db1", "");
	add_outlet(1, 1, 3, "db1", "");
	found[0].engine_id = g_bytes_new("engine", 6);
	found[1].engine_id = g_bytes_new("engine", 6);
	set_map("");
	ck_assert_int_eq(find("db1"), TRIPPSNMP_BADCONFIG);
}
END_TEST

START_TEST(pdus_with_other_or_no_engine_ids_are_several)
{
	n_pdus = 3;
	for (unsigned i = 0; i < 3; i++)
		add_plain(i);
	found[0].engine_id = g_bytes_new("engine", 6);
	found[1].engine_id = g_bytes_new("another", 7);
	set_map("db1:3@pdu-a,3@pdu-b,3@pdu-c");
	ck_assert_int_eq(find("db1"), TRIPPSNMP_OK);
	ck_assert_uint_eq(feeds->len, 3);
}
END_TEST

/* --- main loads --- */

START_TEST(a_main_load_is_looked_for_on_the_sole_device)
{
	const struct feed *feed;

	add_plain(0);
	add_main(0, 1);
	set_map("db1:main");
	assert_feeds("db1", "the main load of pdu-a");
	feed = &g_array_index(feeds, struct feed, 0);
	ck_assert_ptr_eq(feed->id.family, lx->main);
	ck_assert_uint_eq(feed->id.device, 1);
	ck_assert_uint_eq(feed->id.number, TRIPPSNMP_MAIN);
	ck_assert_int_eq(feed->state, TRIPPSNMP_ON);
	ck_assert_ptr_null(feed->name_key);
}
END_TEST

/* What cannot be switched outlet by outlet may be switched all at once. */
START_TEST(a_main_load_may_be_on_a_device_that_has_no_outlets_to_switch)
{
	add_outlet(0, 1, 3, "", "");
	add_main(0, 2);
	found[0].main_device = 2;
	set_map("db1:main");
	assert_feeds("db1", "the main load of device 2 of pdu-a");
}
END_TEST

START_TEST(a_device_in_front_picks_its_main_load)
{
	several_devices(0);
	add_outlet(0, 1, 3, "", "");
	add_main(0, 1);
	add_main(0, 7);
	set_map("db1:7.main; db2:1.3");
	assert_feeds("db1", "the main load of device 7 of pdu-a");
	assert_feeds("db2", "outlet 3 of pdu-a");
}
END_TEST

START_TEST(a_main_load_on_several_devices_is_ambiguous)
{
	several_devices(0);
	add_outlet(0, 1, 3, "", "");
	add_main(0, 7);
	set_map("db1:main");
	assert_error("db1", TRIPPSNMP_BADCONFIG,
	             "hostlist: main@pdu-a is ambiguous: several devices or tables of pdu-a have "
	             "controllable outlets or main loads; write DEVICE.main");
}
END_TEST

START_TEST(a_main_load_of_two_families_is_ambiguous)
{
	several_devices(0);
	add_main(0, 1);
	add_main(0, 1)->id.family = ats->main;
	set_map("db1:1.main");
	assert_error("db1", TRIPPSNMP_BADCONFIG,
	             "hostlist: 1.main@pdu-a is ambiguous: both the LX PDU main load and the LX "
	             "ATS main load table of pdu-a have it");
}
END_TEST

START_TEST(a_device_without_a_main_load_is_an_error)
{
	add_plain(0);
	add_main(0, 1)->exists = false;
	set_map("db1:main; db2:2.main");
	assert_error("db1", TRIPPSNMP_BADCONFIG,
	             "hostlist: main@pdu-a does not exist on pdu-a, which has outlets 1-8");
	assert_error("db2", TRIPPSNMP_BADCONFIG, "hostlist: 2.main@pdu-a does not exist on pdu-a");
}
END_TEST

START_TEST(where_nothing_is_controllable_no_main_load_is_meant)
{
	several_devices(0);
	add_outlet(0, 1, 3, "", "")->controllable = TRI_NO;
	add_main(0, 1)->controllable = TRI_NO;
	set_map("db1:main");
	assert_error("db1", TRIPPSNMP_BADCONFIG,
	             "hostlist: main@pdu-a: no outlet and no main load of pdu-a is controllable");
}
END_TEST

START_TEST(a_main_load_that_is_not_controllable_is_an_error)
{
	add_main(0, 1)->controllable = TRI_NO;
	set_map("db1:main");
	assert_error("db1", TRIPPSNMP_BADCONFIG,
	             "the main load of pdu-a, which feeds node db1, is not controllable: the PDU "
	             "cannot switch it");
}
END_TEST

START_TEST(a_main_load_is_no_outlet_that_a_number_or_a_name_could_mean)
{
	add_main(0, 1);
	set_map("db1:2147483647; db2:\"main\"");
	ck_assert_int_eq(find("db1"), TRIPPSNMP_BADCONFIG);
	ck_assert_int_eq(find("db2"), TRIPPSNMP_BADCONFIG);
	set_map("");
	ck_assert_int_eq(find("main"), TRIPPSNMP_BADNODE);
}
END_TEST

START_TEST(a_main_load_with_and_without_device_is_one)
{
	add_main(0, 1);
	set_map("db1:main,1.main");
	assert_error("db1", TRIPPSNMP_BADCONFIG,
	             "hostlist: the main load of pdu-a stands twice for node db1");
}
END_TEST

START_TEST(a_node_may_have_a_main_load_and_what_hangs_on_it)
{
	add_plain(0);
	add_main(0, 1);
	set_map("db1:main,3");
	assert_feeds("db1", "the main load of pdu-a, outlet 3 of pdu-a");
}
END_TEST

START_TEST(two_nodes_with_one_main_load_are_an_error)
{
	add_main(0, 1);
	set_map("db1:main; db2:1.main");
	assert_error("db1", TRIPPSNMP_BADCONFIG,
	             "hostlist: the main load of pdu-a feeds both node db1 and node db2");
}
END_TEST

/* However both are written, for both nodes, and where only single outlets were read too. */
START_TEST(another_nodes_outlet_beside_a_main_load_is_an_error)
{
	static const char *const hostlists[] = { "db1:1.main; db2:3", "db1:main; db2:1.3",
		                                 "db1:main; db2:\"spare\"", "db1:main; db2",
		                                 "db1:1.main; db2:1,4" };

	add_outlet(0, 1, 3, "spare", "db2");
	add_outlet(0, 1, 1, "", "");
	add_outlet(0, 1, 4, "", "");
	add_main(0, 1);
	for (unsigned i = 0; i < 2 * G_N_ELEMENTS(hostlists); i++) {
		found[0].whole =
			i < G_N_ELEMENTS(hostlists) || strchr(hostlists[i / 2], '"') || i / 2 == 3;
		set_map(hostlists[i / 2]);
		ck_assert_int_eq(find("db1"), TRIPPSNMP_BADCONFIG);
		ck_assert_msg(g_str_has_prefix(outcome.message,
		                               "hostlist: the main load of pdu-a, of node db1, "
		                               "cuts all that hangs on its device, also outlet "),
		              "%s", outcome.message);
		ck_assert(g_str_has_suffix(outcome.message, " of pdu-a, of node db2"));
		ck_assert_int_eq(find("db2"), TRIPPSNMP_BADCONFIG);
		ck_assert(strstr(outcome.message, "the main load of pdu-a, of node db1, cuts"));
	}
}
END_TEST

START_TEST(what_hangs_on_another_device_or_pdu_is_not_cut)
{
	n_pdus = 2;
	several_devices(0);
	add_outlet(0, 1, 3, "", "");
	add_outlet(0, 2, 3, "db3", "");
	add_main(0, 1);
	add_main(0, 2);
	add_plain(1);
	set_map("db1:1.main@pdu-a; db2:2.3@pdu-a; db4:3@pdu-b; db3");
	assert_feeds("db1", "the main load of pdu-a");
	set_map("db1:1.main@pdu-a; db2:2.main@pdu-a,1.4@pdu-b; db4:3@pdu-b");
	assert_feeds("db1", "the main load of pdu-a");
	assert_feeds("db4", "outlet 3 of pdu-b");
	set_map("db1:1.main@pdu-a; db2:\"db3\"@pdu-a");
	assert_feeds("db1", "the main load of pdu-a");
}
END_TEST

START_TEST(another_nodes_outlet_that_cannot_be_found_may_hang_on_a_main_load)
{
	add_plain(0);
	add_main(0, 1);
	set_map("db1:1.main; db2:99");
	ck_assert_int_eq(find("db1"), TRIPPSNMP_BADCONFIG);
	ck_assert_ptr_nonnull(strstr(outcome.message, "also 99@pdu-a, of node db2"));
	several_devices(0);
	add_outlet(0, 2, 3, "", "");
	set_map("db1:1.main; db2:3"); /* which is ambiguous */
	ck_assert_int_eq(find("db1"), TRIPPSNMP_BADCONFIG);
	ck_assert_ptr_nonnull(strstr(outcome.message, "also 3@pdu-a, of node db2"));
	set_map("db1:1.main; db2:2.99");
	assert_feeds("db1", "the main load of pdu-a");
}
END_TEST

START_TEST(another_nodes_ambiguous_main_load_is_its_own_trouble)
{
	several_devices(0);
	add_outlet(0, 1, 3, "", "");
	add_outlet(0, 2, 3, "", "");
	set_map("db1:1.3; db2:main");
	assert_feeds("db1", "outlet 3 of pdu-a");
	ck_assert_int_eq(find("db2"), TRIPPSNMP_BADCONFIG);
	set_map("db1:1.main; db2:main");
	add_main(0, 1);
	ck_assert_int_eq(find("db1"), TRIPPSNMP_BADCONFIG);
}
END_TEST

START_TEST(another_nodes_ambiguous_number_is_its_own_trouble)
{
	several_devices(0);
	add_outlet(0, 1, 3, "db1", "");
	add_outlet(0, 1, 3, "", "")->id.family = ats;
	set_map("db1; db2:1.3");
	assert_feeds("db1", "outlet 3 of pdu-a");
	ck_assert_int_eq(find("db2"), TRIPPSNMP_BADCONFIG);
}
END_TEST

START_TEST(a_name_that_may_be_another_nodes_on_another_pdu_hangs_on_no_main_load_here)
{
	n_pdus = 2;
	add_outlet(0, 1, 1, "db2", "");
	add_outlet(1, 1, 3, "db2" TEXT_NUL "b", "");
	add_main(1, 1);
	set_map("db1:main@pdu-b; db2:\"db2\"@pdu-a");
	assert_feeds("db1", "the main load of pdu-b");
	set_map("db1:main@pdu-b; db2");
	ck_assert_int_eq(find("db1"), TRIPPSNMP_BADCONFIG);
}
END_TEST

START_TEST(a_name_that_may_be_another_nodes_may_hang_on_a_main_load)
{
	add_outlet(0, 1, 3, "db2" TEXT_NUL "b", "");
	add_main(0, 1);
	set_map("db1:main; db2");
	ck_assert_int_eq(find("db1"), TRIPPSNMP_BADCONFIG);
	set_map("db1:main; db2:\"db2\"");
	ck_assert_int_eq(find("db1"), TRIPPSNMP_BADCONFIG);
	set_map("db1:main; db3");
	assert_feeds("db1", "the main load of pdu-a");
}
END_TEST

START_TEST(a_main_load_under_another_address_cuts_too)
{
	n_pdus = 2;
	add_plain(0);
	add_main(0, 1);
	add_plain(1);
	add_main(1, 1);
	set_map("db1:main@pdu-a; db2:3@pdu-b");
	assert_feeds("db1", "the main load of pdu-a");
	found[0].engine_id = g_bytes_new("engine", 6);
	found[1].engine_id = g_bytes_new("engine", 6);
	assert_error("db1", TRIPPSNMP_BADCONFIG,
	             "hostlist: the main load of pdu-a, of node db1, cuts all that hangs on its "
	             "device, also outlet 3 of pdu-b, of node db2");
	ck_assert_int_eq(find("db2"), TRIPPSNMP_BADCONFIG);
}
END_TEST

START_TEST(a_given_main_load_must_be_all_that_a_node_of_hostlist_has_there)
{
	add_plain(0);
	add_main(0, 1);
	set_map("");
	give("main");
	assert_feeds(given(), "the main load of pdu-a");
	set_map("db1:main,3");
	give("1.main");
	assert_feeds(given(), "the main load of pdu-a");
	set_map("db1:3");
	give("main");
	assert_error(
		given(), TRIPPSNMP_BADCONFIG,
		"hostlist: the main load of pdu-a, of plug, cuts all that hangs on its device, "
		"also outlet 3 of pdu-a, of node db1");
	set_map("db1:main");
	give("3");
	assert_error(given(), TRIPPSNMP_BADCONFIG,
	             "hostlist: the main load of pdu-a, of node db1, cuts all that hangs on its "
	             "device, also outlet 3 of pdu-a, of plug");
}
END_TEST

START_TEST(a_main_load_counts_as_one_feed)
{
	add_main(0, 1);
	set_map("db1:main");
	required = 2;
	assert_error("db1", TRIPPSNMP_BADCONFIG, "feeds: node db1 has 1 outlet, not 2");
}
END_TEST

/* --- by name --- */

START_TEST(without_a_map_the_names_in_the_pdu_count)
{
	add_outlet(0, 1, 1, "db1", "");
	add_outlet(0, 1, 2, "Load 2", "db1");
	add_outlet(0, 1, 3, "db2", "");
	set_map("");
	assert_feeds("db1", "outlet 1 of pdu-a, outlet 2 of pdu-a");
}
END_TEST

START_TEST(a_node_without_outlets_is_found_by_name_on_every_pdu)
{
	n_pdus = 2;
	add_outlet(0, 1, 1, "db1", "");
	add_outlet(1, 1, 5, "", "db1");
	set_map("db1; db2");
	assert_feeds("db1", "outlet 1 of pdu-a, outlet 5 of pdu-b");
}
END_TEST

START_TEST(case_and_blanks_around_a_name_do_not_matter)
{
	add_outlet(0, 1, 1, "  DB1 ", "");
	add_outlet(0, 1, 2, "dB1\t", "");
	set_map("");
	assert_feeds("Db1", "outlet 1 of pdu-a, outlet 2 of pdu-a");
}
END_TEST

START_TEST(a_name_must_be_equal_not_alike)
{
	static const char *const others[] = { "node10", "node", "node1.example", "xnode1", "node 1",
		                              "node1;", "" };

	for (unsigned i = 0; i < G_N_ELEMENTS(others); i++)
		add_outlet(0, 1, i + 1, others[i], others[i]);
	set_map("");
	ck_assert_int_eq(find("node1"), TRIPPSNMP_BADNODE);
}
END_TEST

START_TEST(utf8_names_ignore_case)
{
	add_outlet(0, 1, 1, "N\xc3\x96RD", "");
	set_map("");
	assert_feeds("n\xc3\xb6rd", "outlet 1 of pdu-a");
}
END_TEST

START_TEST(names_in_8_bits_equal_only_themselves)
{
	add_outlet(0, 1, 1, "n\xf6rd", "");
	set_map("");
	ck_assert_int_eq(find("n\xc3\xb6rd"), TRIPPSNMP_BADNODE);
	assert_feeds("N\xf6RD", "outlet 1 of pdu-a");
}
END_TEST

START_TEST(a_name_stands_in_the_column_in_which_it_was_found)
{
	add_outlet(0, 1, 1, _i ? "other" : "DB1", _i ? "DB1" : "other");
	set_map("");
	assert_feeds("db1", "outlet 1 of pdu-a");
	ck_assert_uint_eq(feeds_at(feeds, 0)->name_column, _i ? lx->description : lx->outlet_name);
}
END_TEST

START_TEST(an_outlet_whose_name_and_description_agree_is_one_feed)
{
	add_outlet(0, 1, 1, "db1", "DB1 ");
	set_map("");
	assert_feeds("db1", "outlet 1 of pdu-a");
}
END_TEST

START_TEST(an_empty_node_is_none)
{
	add_plain(0);
	set_map("");
	ck_assert_int_eq(find(""), TRIPPSNMP_BADNODE);
	ck_assert_int_eq(find("  "), TRIPPSNMP_BADNODE);
}
END_TEST

START_TEST(by_name_no_node_is_found_before_all_tables_were_read_whole)
{
	n_pdus = 2;
	add_outlet(0, 1, 3, "db1", "");
	found[_i].whole = false;
	set_map("");
	assert_error("db1", TRIPPSNMP_INTERNAL,
	             _i ? "pdu-b: its outlet table was not read whole"
	                : "pdu-a: its outlet table was not read whole");
}
END_TEST

START_TEST(an_uncontrollable_outlet_of_that_name_is_an_error)
{
	add_outlet(0, 1, 1, "db1", "");
	add_outlet(0, 1, 2, "db1", "")->controllable = TRI_NO;
	set_map("");
	ck_assert_int_eq(find("db1"), TRIPPSNMP_BADCONFIG);
}
END_TEST

START_TEST(a_quoted_name_is_an_outlet_of_that_pdu)
{
	n_pdus = 2;
	add_outlet(0, 1, 1, "left", "");
	add_outlet(1, 1, 2, "left", "");
	set_map("db1:\"Left\"@pdu-b");
	assert_feeds("db1", "outlet 2 of pdu-b");
}
END_TEST

START_TEST(a_quoted_name_that_no_outlet_has_is_an_error)
{
	add_plain(0);
	set_map("db1:\"left\"");
	ck_assert_int_eq(find("db1"), TRIPPSNMP_BADCONFIG);
	ck_assert_ptr_nonnull(strstr(outcome.message, "hostlist: no outlet of pdu-a is called"));
}
END_TEST

START_TEST(a_quoted_name_that_two_outlets_have_is_an_error)
{
	add_outlet(0, 1, 1, "left", "");
	add_outlet(0, 1, 2, "LEFT", "");
	set_map("db1:\"left\"");
	ck_assert_int_eq(find("db1"), TRIPPSNMP_BADCONFIG);
	ck_assert_ptr_nonnull(strstr(outcome.message, "2 outlets of pdu-a are called"));
}
END_TEST

START_TEST(a_quoted_name_is_no_description)
{
	add_outlet(0, 1, 1, "left", "");
	add_outlet(0, 1, 2, "", "left");
	set_map("db1:\"left\"");
	assert_feeds("db1", "outlet 1 of pdu-a");
	set_map("db1:1; db2:2; db3:\"left\"");
	assert_feeds("db2", "outlet 2 of pdu-a");
}
END_TEST

START_TEST(a_quoted_name_that_is_only_a_description_is_an_error_that_says_so)
{
	n_pdus = 2;
	add_outlet(0, 1, 9, "Load 9", "web");
	add_outlet(1, 1, 8, "web", "");
	set_map("n:\"web\"@pdu-a");
	assert_error("n", TRIPPSNMP_BADCONFIG,
	             "hostlist: no outlet of pdu-a is called \"web\"@pdu-a; it is the description "
	             "of outlet 9 of pdu-a: give that outlet the name, or write its number");
}
END_TEST

/* --- names that may be a node's or not --- */

static const struct {
	const char *hostlist, *name, *description, *message;
} doubtful[] = {
	{ "", "db1" TEXT_NUL " spare of web", "",
	  "outlet 3 of pdu-a has the name \"db1\\x00 spare of web\", which may mean \"db1\" or "
	  "not: "
	  "rename it in the PDU" },
	{ "db1; web", "Load 3", "DB1 " TEXT_NUL "x",
	  "outlet 3 of pdu-a has the description \"DB1 \\x00x\", which may mean \"db1\" or not: "
	  "change it in the PDU" },
	{ "", TEXT_NUL "db1", "",
	  "outlet 3 of pdu-a has the name \"\\x00db1\", which may mean \"db1\" or not: rename it "
	  "in "
	  "the PDU" },
	{ "db1:\"db1\"; web:4", "db1" TEXT_NUL "x", "",
	  "outlet 3 of pdu-a has the name \"db1\\x00x\", which may mean \"db1\" or not: rename it "
	  "in "
	  "the PDU" },
};

START_TEST(a_nul_inside_a_name_refuses_the_node_that_it_may_mean)
{
	add_outlet(0, 1, 2, "db1", "");
	add_outlet(0, 1, 3, doubtful[_i].name, doubtful[_i].description);
	set_map(doubtful[_i].hostlist);
	assert_error("db1", TRIPPSNMP_BADCONFIG, doubtful[_i].message);
}
END_TEST

START_TEST(a_nul_inside_a_name_leaves_other_nodes_alone)
{
	add_outlet(0, 1, 3, doubtful[_i].name, doubtful[_i].description);
	add_outlet(0, 1, 4, "web", "");
	set_map(doubtful[_i].hostlist);
	assert_feeds("web", "outlet 4 of pdu-a");
}
END_TEST

START_TEST(a_number_says_what_a_name_with_a_nul_does_not)
{
	add_outlet(0, 1, 3, "db1" TEXT_NUL "x", "");
	set_map("db1:3; spare");
	assert_feeds("db1", "outlet 3 of pdu-a");
}
END_TEST

/* --- the feeds parameter --- */

START_TEST(a_node_with_fewer_or_more_feeds_than_required_is_an_error)
{
	add_plain(0);
	set_map("db1:3; db2:4,5; db3:6,7,8");
	required = 2;
	assert_error("db1", TRIPPSNMP_BADCONFIG, "feeds: node db1 has 1 outlet, not 2");
	assert_feeds("db2", "outlet 4 of pdu-a, outlet 5 of pdu-a");
	assert_error("db3", TRIPPSNMP_BADCONFIG, "feeds: node db3 has 3 outlets, not 2");
}
END_TEST

START_TEST(the_required_feeds_are_counted_by_name_too)
{
	n_pdus = 2;
	add_outlet(0, 1, 1, "db1", "");
	add_plain(1);
	set_map("");
	required = 2;
	ck_assert_int_eq(find("db1"), TRIPPSNMP_BADCONFIG);
}
END_TEST

/* --- what must be asked --- */

static struct inventory_need *needs_of(const char *hostlist, unsigned n, const char *node)
{
	n_pdus = n;
	set_map(hostlist);
	return feeds_needs(map, n, node, false);
}

START_TEST(without_a_map_every_pdu_is_read_whole_with_names)
{
	struct inventory_need *needs = needs_of("", 2, "db1");

	for (unsigned i = 0; i < 2; i++)
		ck_assert(!needs[i].skip && needs[i].names);
	feeds_needs_free(needs, 2);
}
END_TEST

START_TEST(a_mapped_node_needs_its_own_pdus_and_numbers_only)
{
	struct inventory_need *needs =
		needs_of("db1:3@pdu-a,2.4@pdu-a; db2:5@pdu-a,5@pdu-b", 3, "db1");
	const struct outlet_ref *second;

	ck_assert(!needs[0].skip && !needs[0].names);
	ck_assert_uint_eq(needs[0].numbers->len, 2);
	second = needs[0].numbers->pdata[1];
	ck_assert(second->has_device && second->device == 2 && second->number == 4);
	ck_assert(needs[1].skip && needs[2].skip);
	feeds_needs_free(needs, 3);
}
END_TEST

START_TEST(main_loads_count_only_where_one_is_asked_for)
{
	struct inventory_need *needs =
		needs_of("db1:3@pdu-a,2.main@pdu-b; db2:1.main@pdu-a", 2, "db1");
	const struct outlet_ref *number = needs[1].numbers->pdata[0];

	ck_assert(!needs[0].mains && needs[1].mains && !needs[1].names);
	ck_assert(number->has_device && number->device == 2);
	ck_assert_uint_eq(number->number, TRIPPSNMP_MAIN);
	ck_assert(!number->name);
	feeds_needs_free(needs, 2);
}
END_TEST

START_TEST(a_node_by_name_needs_every_pdu_whole)
{
	struct inventory_need *needs = needs_of("db1; db2:3@pdu-a", 2, "db1");

	for (unsigned i = 0; i < 2; i++)
		ck_assert(!needs[i].skip && needs[i].names);
	feeds_needs_free(needs, 2);
}
END_TEST

START_TEST(a_node_by_name_has_the_others_pdus_read_for_aliases)
{
	struct inventory_need *needs = needs_of("db1:3@pdu-a; db2", 2, "db1");

	ck_assert(needs[0].names);
	ck_assert(needs[1].skip);
	feeds_needs_free(needs, 2);
}
END_TEST

START_TEST(a_named_outlet_of_another_node_has_that_pdu_read_for_aliases)
{
	struct inventory_need *needs =
		needs_of("db1:3@pdu-a,3@pdu-b; db2:\"left\"@pdu-b", 2, "db1");

	ck_assert(!needs[0].names);
	ck_assert(needs[1].names);
	feeds_needs_free(needs, 2);
}
END_TEST

START_TEST(all_nodes_together_need_every_pdu)
{
	struct inventory_need *needs;

	n_pdus = 3;
	set_map("db1:3@pdu-a; db2:4@pdu-b");
	needs = feeds_needs(map, 3, NULL, true);
	for (unsigned i = 0; i < 3; i++)
		ck_assert(!needs[i].skip && needs[i].status);
	ck_assert_uint_eq(needs[0].numbers->len, 1);
	ck_assert_ptr_null(needs[2].numbers);
	feeds_needs_free(needs, 3);
}
END_TEST

START_TEST(a_node_that_the_map_lacks_needs_nothing)
{
	struct inventory_need *needs = needs_of("db1:3", 1, "db2");

	ck_assert(needs[0].skip);
	feeds_needs_free(needs, 1);
}
END_TEST

START_TEST(only_the_nodes_own_names_must_be_clear)
{
	struct inventory_need *needs = needs_of("DB1; web:\"left\"@pdu-b; n:4@pdu-a", 2, "db1");

	for (unsigned i = 0; i < 2; i++) {
		ck_assert_uint_eq(g_hash_table_size(needs[i].wanted), 1);
		ck_assert(g_hash_table_contains(needs[i].wanted, "db1"));
	}
	feeds_needs_free(needs, 2);
	needs = needs_of("DB1; web:\"Left\"@pdu-b; n:4@pdu-a", 2, "web");
	ck_assert_uint_eq(g_hash_table_size(needs[1].wanted), 1);
	ck_assert(g_hash_table_contains(needs[1].wanted, "left"));
	feeds_needs_free(needs, 2);
	needs = needs_of("", 1, "Db1");
	ck_assert(g_hash_table_contains(needs[0].wanted, "db1"));
	feeds_needs_free(needs, 1);
	needs = needs_of("", 1, NULL);
	ck_assert_uint_eq(g_hash_table_size(needs[0].wanted), 0);
	feeds_needs_free(needs, 1);
}
END_TEST

/* --- many nodes --- */

#define EACH 16 /* outlets of a PDU, one a node */

/* The processor's clock may advance in steps of 10 ms: it is done so often. */
#define CLOCK_STEP 0.01
#define ROUNDS 8

/* n nodes on as many PDUs as they need, by map or by name: the processor time to find all. */
static double seconds_to_find(unsigned n, bool by_map)
{
	const unsigned pdus = n / EACH;
	struct pdu_outlets *tables = g_new0(struct pdu_outlets, pdus);
	const struct pdu_outlets **each = g_new0(const struct pdu_outlets *, pdus);
	struct pdu_address *names = g_new0(struct pdu_address, pdus);
	const char **shown = g_new0(const char *, pdus);
	GString *text = g_string_new(NULL);
	struct feeds_view *view;
	char *error = NULL;
	clock_t begun;
	double result;

	for (unsigned i = 0; i < n; i++) {
		struct pdu_outlets *table = &tables[i / EACH];
		struct outlet outlet = { .id.pdu = i / EACH,
			                 .id.family = lx,
			                 .id.device = 1,
			                 .id.number = i % EACH + 1,
			                 .exists = true,
			                 .controllable = TRI_YES,
			                 .name = g_strdup_printf("node%u", i) };

		if (i % EACH == 0) {
			shown[i / EACH] = g_strdup_printf("pdu-%u", i / EACH);
			names[i / EACH] =
				(struct pdu_address){ shown[i / EACH], shown[i / EACH], 161 };
			*table = (struct pdu_outlets){
				.known = true, .whole = true, .family = lx, .device = 1
			};
			table->outlets = g_array_new(FALSE, TRUE, sizeof(struct outlet));
			g_array_set_clear_func(table->outlets, outlet_clear);
			each[i / EACH] = table;
		}
		g_array_append_val(table->outlets, outlet);
		g_string_append_printf(text, by_map ? "%snode%u:%u@pdu-%u" : "%snode%u",
		                       i ? "; " : "", i, i % EACH + 1, i / EACH);
	}
	nodemap_free(map);
	map = nodemap_parse(text->str, names, pdus, "ipaddr", &error);
	ck_assert_msg(map != NULL, "%s", error);
	begun = clock();
	view = feeds_view_new(map, 0, shown, pdus, each);
	for (unsigned i = 0; i < ROUNDS * n; i++) {
		g_string_printf(text, "node%u", i % n);
		g_array_set_size(feeds, 0);
		outcome = feeds_find(view, text->str, feeds);
		ck_assert_msg(!outcome.error, "%s", outcome.message);
		ck_assert_uint_eq(feeds->len, 1);
	}
	result = (double)(clock() - begun) / CLOCKS_PER_SEC;
	feeds_view_free(view);
	for (unsigned i = 0; i < pdus; i++) {
		g_array_unref(tables[i].outlets);
		g_free((char *)shown[i]);
	}
	g_free(tables);
	g_free(each);
	g_free(names);
	g_free(shown);
	g_string_free(text, TRUE);
	return result;
}

static double least_to_find(unsigned n, bool by_map)
{
	double least = seconds_to_find(n, by_map);

	for (unsigned i = 0; i < 2; i++)
		least = MIN(least, seconds_to_find(n, by_map));
	return least;
}

/* Four times as many nodes take four times as long, or eight on a bad day; their square, 16. */
START_TEST(to_find_all_nodes_takes_a_time_that_grows_with_their_number)
{
	const double few = least_to_find(400, _i), many = least_to_find(1600, _i);

	ck_assert_msg(many < 8 * MAX(few, CLOCK_STEP), "%.6f s, and %.6f s for four times as many",
	              few, many);
}
END_TEST

static TCase *tcase_new(const char *title)
{
	TCase *tcase = tcase_create(title);

	tcase_add_checked_fixture(tcase, setup, teardown);
	return tcase;
}

static TCase *mains_case(void)
{
	TCase *tcase = tcase_new("main loads");

	tcase_add_test(tcase, a_main_load_is_looked_for_on_the_sole_device);
	tcase_add_test(tcase, a_main_load_may_be_on_a_device_that_has_no_outlets_to_switch);
	tcase_add_test(tcase, a_device_in_front_picks_its_main_load);
	tcase_add_test(tcase, a_main_load_on_several_devices_is_ambiguous);
	tcase_add_test(tcase, a_main_load_of_two_families_is_ambiguous);
	tcase_add_test(tcase, a_device_without_a_main_load_is_an_error);
	tcase_add_test(tcase, where_nothing_is_controllable_no_main_load_is_meant);
	tcase_add_test(tcase, a_main_load_that_is_not_controllable_is_an_error);
	tcase_add_test(tcase, a_main_load_is_no_outlet_that_a_number_or_a_name_could_mean);
	tcase_add_test(tcase, a_main_load_with_and_without_device_is_one);
	tcase_add_test(tcase, a_node_may_have_a_main_load_and_what_hangs_on_it);
	tcase_add_test(tcase, two_nodes_with_one_main_load_are_an_error);
	tcase_add_test(tcase, another_nodes_outlet_beside_a_main_load_is_an_error);
	tcase_add_test(tcase, what_hangs_on_another_device_or_pdu_is_not_cut);
	tcase_add_test(tcase, another_nodes_outlet_that_cannot_be_found_may_hang_on_a_main_load);
	tcase_add_test(tcase, another_nodes_ambiguous_main_load_is_its_own_trouble);
	tcase_add_test(tcase, another_nodes_ambiguous_number_is_its_own_trouble);
	tcase_add_test(tcase,
	               a_name_that_may_be_another_nodes_on_another_pdu_hangs_on_no_main_load_here);
	tcase_add_test(tcase, a_name_that_may_be_another_nodes_may_hang_on_a_main_load);
	tcase_add_test(tcase, a_main_load_under_another_address_cuts_too);
	tcase_add_test(tcase, a_given_main_load_must_be_all_that_a_node_of_hostlist_has_there);
	tcase_add_test(tcase, a_main_load_counts_as_one_feed);
	return tcase;
}

static TCase *numbers_case(void)
{
	TCase *tcase = tcase_new("numbers");

	tcase_add_test(tcase, a_number_is_looked_for_on_the_sole_device);
	tcase_add_test(tcase, the_case_of_a_node_does_not_matter);
	tcase_add_test(tcase, a_node_has_feeds_on_several_pdus);
	tcase_add_test(tcase, a_device_in_front_picks_that_device);
	tcase_add_test(tcase, a_number_on_several_devices_is_ambiguous);
	tcase_add_test(tcase, a_number_in_two_tables_of_one_device_is_ambiguous);
	tcase_add_test(tcase, an_outlet_beyond_the_last_does_not_exist);
	tcase_add_test(tcase, an_outlet_that_does_not_exist_is_told_which_ones_do);
	tcase_add_test(tcase, an_outlet_that_was_denied_does_not_exist);
	tcase_add_test(tcase, a_device_that_vanished_is_an_error);
	tcase_add_test(tcase, an_outlet_that_is_not_controllable_is_an_error);
	tcase_add_test(tcase, an_outlet_that_does_not_say_whether_it_is_controllable_is_an_error);
	tcase_add_test(tcase, one_bad_outlet_of_several_fails_the_node);
	tcase_add_test(tcase, a_node_that_the_map_lacks_is_unknown);
	tcase_add_test(tcase, an_unknown_node_is_told_which_ones_there_are);
	tcase_add_test(tcase, of_many_names_some_are_told);
	tcase_add_test(tcase, an_unknown_node_is_named_escaped);
	return tcase;
}

static TCase *named_numbers_case(void)
{
	TCase *tcase = tcase_new("named numbers");

	tcase_add_test(tcase, a_number_with_a_name_is_the_outlet_of_that_number_and_name);
	tcase_add_test(tcase, a_number_that_is_called_otherwise_is_an_error_that_shows_both_names);
	tcase_add_test(tcase, a_number_without_a_name_is_not_called_so);
	tcase_add_test(tcase, a_name_with_a_nul_is_not_the_one_that_it_must_be_called);
	tcase_add_test(tcase, a_name_does_not_make_a_number_exist);
	tcase_add_test(tcase, another_nodes_number_counts_whatever_it_is_called);
	tcase_add_test(tcase, a_number_with_a_name_needs_that_name_and_no_table);
	return tcase;
}

static TCase *given_case(void)
{
	TCase *tcase = tcase_new("given outlets");

	tcase_add_test(tcase, given_outlets_are_found_as_those_of_a_node);
	tcase_add_test(tcase, messages_about_given_outlets_call_them_as_their_user_does);
	tcase_add_test(tcase, given_outlets_may_be_one_nodes_and_not_two);
	tcase_add_test(tcase,
	               a_node_of_hostlist_that_is_called_like_given_outlets_is_not_taken_for_them);
	return tcase;
}

static TCase *aliases_case(void)
{
	TCase *tcase = tcase_new("aliases");

	tcase_add_test(tcase, a_number_with_and_without_device_is_one_outlet);
	tcase_add_test(tcase, a_number_and_its_name_are_one_outlet);
	tcase_add_test(tcase, two_nodes_with_aliases_of_one_outlet_are_an_error);
	tcase_add_test(tcase, two_nodes_that_an_outlet_is_named_after_are_an_error);
	tcase_add_test(tcase, without_a_map_an_outlet_named_after_two_nodes_feeds_both);
	tcase_add_test(tcase, two_nodes_are_found_out_from_single_outlets_too);
	tcase_add_test(tcase, another_nodes_trouble_is_not_this_nodes);
	tcase_add_test(tcase, two_pdus_with_one_engine_id_are_one_pdu);
	tcase_add_test(tcase, two_pdus_with_one_engine_id_are_found_out_by_name);
	tcase_add_test(tcase, pdus_with_other_or_no_engine_ids_are_several);
	return tcase;
}

static TCase *names_case(void)
{
	TCase *tcase = tcase_new("names");

	tcase_add_test(tcase, without_a_map_the_names_in_the_pdu_count);
	tcase_add_test(tcase, a_node_without_outlets_is_found_by_name_on_every_pdu);
	tcase_add_test(tcase, case_and_blanks_around_a_name_do_not_matter);
	tcase_add_test(tcase, a_name_must_be_equal_not_alike);
	tcase_add_test(tcase, utf8_names_ignore_case);
	tcase_add_test(tcase, names_in_8_bits_equal_only_themselves);
	tcase_add_test(tcase, an_outlet_whose_name_and_description_agree_is_one_feed);
	tcase_add_loop_test(tcase, a_name_stands_in_the_column_in_which_it_was_found, 0, 2);
	tcase_add_test(tcase, an_empty_node_is_none);
	tcase_add_loop_test(tcase, by_name_no_node_is_found_before_all_tables_were_read_whole, 0,
	                    2);
	tcase_add_test(tcase, an_uncontrollable_outlet_of_that_name_is_an_error);
	tcase_add_test(tcase, a_quoted_name_is_an_outlet_of_that_pdu);
	tcase_add_test(tcase, a_quoted_name_that_no_outlet_has_is_an_error);
	tcase_add_test(tcase, a_quoted_name_that_two_outlets_have_is_an_error);
	tcase_add_test(tcase, a_quoted_name_is_no_description);
	tcase_add_test(tcase, a_quoted_name_that_is_only_a_description_is_an_error_that_says_so);
	tcase_add_loop_test(tcase, a_nul_inside_a_name_refuses_the_node_that_it_may_mean, 0,
	                    G_N_ELEMENTS(doubtful));
	tcase_add_loop_test(tcase, a_nul_inside_a_name_leaves_other_nodes_alone, 0,
	                    G_N_ELEMENTS(doubtful));
	tcase_add_test(tcase, a_number_says_what_a_name_with_a_nul_does_not);
	return tcase;
}

static TCase *count_and_needs_case(void)
{
	TCase *tcase = tcase_new("count and needs");

	tcase_add_test(tcase, a_node_with_fewer_or_more_feeds_than_required_is_an_error);
	tcase_add_test(tcase, the_required_feeds_are_counted_by_name_too);
	tcase_add_test(tcase, without_a_map_every_pdu_is_read_whole_with_names);
	tcase_add_test(tcase, a_mapped_node_needs_its_own_pdus_and_numbers_only);
	tcase_add_test(tcase, main_loads_count_only_where_one_is_asked_for);
	tcase_add_test(tcase, a_node_by_name_needs_every_pdu_whole);
	tcase_add_test(tcase, a_node_by_name_has_the_others_pdus_read_for_aliases);
	tcase_add_test(tcase, a_named_outlet_of_another_node_has_that_pdu_read_for_aliases);
	tcase_add_test(tcase, only_the_nodes_own_names_must_be_clear);
	tcase_add_test(tcase, all_nodes_together_need_every_pdu);
	tcase_add_test(tcase, a_node_that_the_map_lacks_needs_nothing);
	return tcase;
}

static TCase *many_case(void)
{
	TCase *tcase = tcase_new("many nodes");

	tcase_add_loop_test(tcase, to_find_all_nodes_takes_a_time_that_grows_with_their_number, 0,
	                    2);
	return tcase;
}

int main(void)
{
	Suite *suite = suite_create("feeds");

	suite_add_tcase(suite, numbers_case());
	suite_add_tcase(suite, mains_case());
	suite_add_tcase(suite, named_numbers_case());
	suite_add_tcase(suite, given_case());
	suite_add_tcase(suite, aliases_case());
	suite_add_tcase(suite, names_case());
	suite_add_tcase(suite, count_and_needs_case());
	suite_add_tcase(suite, many_case());

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
