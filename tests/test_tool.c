/*
 * The rules of the tool's pure parts: what a map is proposed from, what a capture lets through,
 * what a resource of a cluster says, whether a node is this machine, and what a table looks like.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "anonymous.h"
#include "cib.h"
#include "proposal.h"
#include "rows.h"
#include "self.h"
#include "texts.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* --- a proposal --- */

static GArray *rows;

static void setup_rows(void)
{
	rows = g_array_new(FALSE, TRUE, sizeof(struct row));
}

static void teardown_rows(void)
{
	g_array_unref(rows);
}

static struct row *add(const char *pdu, unsigned device, unsigned number, const char *name,
                       const char *description)
{
	const struct row row = {
		.pdu = pdu,
		.firmware = "",
		.model = "",
		.outlet = { pdu, "LX PDU", device, number, name, description, 1, TRIPPSNMP_ON },
		.meter = { -1, -1, -1 },
	};

	g_array_append_val(rows, row);
	return &g_array_index(rows, struct row, rows->len - 1);
}

static void assert_map(const char *nodes, const char *hostlist, unsigned feeds, const char *left)
{
	char **names = g_strsplit(nodes, " ", -1);
	struct proposal proposal = proposal_make(rows, names, strchr(hostlist, '@') ? 2 : 1);

	ck_assert_str_eq(proposal.hostlist, hostlist);
	ck_assert_uint_eq(proposal.feeds, feeds);
	if (left)
		ck_assert_msg(strstr(proposal.left->str, left) != NULL, "%s", proposal.left->str);
	else
		ck_assert_str_eq(proposal.left->str, "");
	proposal_clear(&proposal);
	g_strfreev(names);
}

START_TEST(an_outlet_of_a_nodes_name_is_the_nodes)
{
	add("a", 1, 3, "db1", "");
	add("a", 1, 4, "DB2", "");
	assert_map("db1 db2", "db1:3=\"db1\"; db2:4=\"DB2\"", 1, NULL);
}
END_TEST

START_TEST(so_is_one_whose_name_begins_with_it)
{
	add("a", 1, 3, "db1-a", "");
	add("a", 1, 4, "db1 right", "");
	add("a", 1, 5, "db10", "");
	assert_map("db1", "db1:3=\"db1-a\",4=\"db1 right\"", 2, "outlet 5 of a, \"db10\"");
}
END_TEST

START_TEST(blanks_around_a_name_do_not_count)
{
	add("a", 1, 3, " db1 ", "");
	add("a", 1, 4, "Load 4", " db2");
	assert_map("db1 db2", "db1:3=\" db1 \"; db2:4", 1, NULL);
}
END_TEST

START_TEST(of_nodes_that_it_begins_with_the_longest_has_it)
{
	add("a", 1, 3, "db1-test-a", "");
	add("a", 1, 4, "db1-a", "");
	assert_map("db1 db1-test", "db1:4=\"db1-a\"; db1-test:3=\"db1-test-a\"", 1, NULL);
}
END_TEST

START_TEST(a_node_is_known_by_its_first_label)
{
	add("a", 1, 3, "db1", "");
	assert_map("db1.example.com", "db1.example.com:3=\"db1\"", 1, NULL);
}
END_TEST

START_TEST(what_two_nodes_could_have_has_no_place)
{
	add("a", 1, 3, "db1", "");
	assert_map("db1.example.com db1.example.org", "", 0, "more than one node");
}
END_TEST

START_TEST(a_name_and_a_description_of_two_nodes_have_no_place)
{
	add("a", 1, 3, "db1", "db2");
	assert_map("db1 db2", "", 0, "more than one node");
}
END_TEST

START_TEST(by_its_description_it_is_the_number_alone)
{
	add("a", 1, 3, "Load 3", "db1");
	assert_map("db1", "db1:3", 1, NULL);
}
END_TEST

START_TEST(what_no_shell_would_keep_is_the_number_alone)
{
	add("a", 1, 3, "db1 \"left\"", "");
	add("a", 1, 4, "db1 'right'", "");
	add("a", 1, 5, "db1 \\x00", "");
	assert_map("db1", "db1:3,4,5", 3, NULL);
}
END_TEST

START_TEST(with_several_pdus_each_outlet_has_its_pdu)
{
	add("pdu-a", 1, 3, "db1", "");
	add("pdu-b", 1, 4, "db1", "");
	assert_map("db1", "db1:3=\"db1\"@pdu-a,4=\"db1\"@pdu-b", 2, NULL);
}
END_TEST

START_TEST(with_several_devices_each_outlet_has_its_device)
{
	add("a", 1, 3, "db1", "");
	add("a", 2, 3, "db2", "");
	assert_map("db1 db2", "db1:1.3=\"db1\"; db2:2.3=\"db2\"", 1, NULL);
}
END_TEST

START_TEST(what_cannot_be_switched_has_no_place)
{
	add("a", 1, 3, "db1", "")->outlet.controllable = 0;
	assert_map("db1", "", 0, "\"db1\": it cannot be switched");
}
END_TEST

START_TEST(a_main_load_is_nobodys_by_its_name)
{
	add("a", 1, TRIPPSNMP_MAIN, "", "");
	assert_map("db1", "", 0, "outlet main of a, \"\": it cuts all that hangs on its device");
}
END_TEST

START_TEST(a_node_without_an_outlet_is_said)
{
	add("a", 1, 3, "db1", "");
	assert_map("db1 db2", "db1:3=\"db1\"", 1, "node db2: no outlet has its name");
}
END_TEST

START_TEST(nodes_with_different_numbers_of_outlets_have_no_common_one)
{
	add("a", 1, 3, "db1-a", "");
	add("a", 1, 4, "db1-b", "");
	add("a", 1, 5, "db2-a", "");
	assert_map("db1 db2", "db1:3=\"db1-a\",4=\"db1-b\"; db2:5=\"db2-a\"", 0, NULL);
}
END_TEST

START_TEST(a_word_is_quoted_for_a_shell_where_it_must_be)
{
	static const char *const words[][2] = {
		{ "192.0.2.10", "192.0.2.10" },
		{ "pdu-a:161,pdu-b", "pdu-a:161,pdu-b" },
		{ "a b", "'a b'" },
		{ "db1:3=\"x\"; y", "'db1:3=\"x\"; y'" },
		{ "it's", "'it'\\''s'" },
		{ "$(reboot)", "'$(reboot)'" },
		{ "", "''" },
		{ "[::1]", "'[::1]'" },
		{ "~root", "'~root'" },
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(words); i++) {
		char *quoted = shell_quote(words[i][0]);

		ck_assert_str_eq(quoted, words[i][1]);
		g_free(quoted);
	}
}
END_TEST

/* --- a table --- */

static void assert_width(unsigned width, const GArray *before)
{
	const struct terminal terminal = { .is_out = true, .width = width, .utf8 = true };
	char *text = rows_table(&terminal, rows, "a", before);
	char **lines = g_strsplit(text, "\n", -1);

	for (unsigned i = 0; lines[i]; i++)
		ck_assert_msg(text_columns(lines[i]) <= width, "%s", lines[i]);
	g_strfreev(lines);
	g_free(text);
}

START_TEST(a_table_fits_the_terminal)
{
	GArray *before;

	add("a", 1, 1000, "a name that goes on for so long that no terminal of old would have it",
	    "and a description that goes on for as long as that, and then for a little longer");
	add("a", 1, 2, "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e",
	    "")
		->meter = (struct trippsnmp_meter){ 230100, 16000, 3680 };
	before = g_array_copy(rows);
	g_array_index(before, struct row, 0).outlet.state = TRIPPSNMP_UNKNOWN;
	assert_width(80, NULL);
	assert_width(132, NULL);
	assert_width(80, before);
	g_array_unref(before);
}
END_TEST

START_TEST(without_a_terminal_nothing_is_cut)
{
	const struct terminal none = { .utf8 = true };
	char *name = g_strnfill(255, 'x');
	char *text;

	add("a", 1, 1, name, "end");
	text = rows_table(&none, rows, "a", NULL);
	ck_assert_ptr_nonnull(strstr(text, name));
	ck_assert_ptr_null(strchr(text, '\033'));
	g_free(text);
	g_free(name);
}
END_TEST

START_TEST(what_is_metered_has_its_unit_and_what_is_not_has_no_column)
{
	const struct terminal none = { .utf8 = true };
	char *text;

	add("a", 1, 1, "x", "")->meter = (struct trippsnmp_meter){ 230100, 50, -1 };
	text = rows_table(&none, rows, "a", NULL);
	ck_assert_str_eq(text, "OUTLET  STATE  SWITCH  VOLTS  AMPERES  NAME\n"
	                       "     1  on     yes     230.1     0.05  x\n");
	g_free(text);
}
END_TEST

START_TEST(a_state_that_is_not_that_of_before_is_marked)
{
	const struct terminal none = { .utf8 = true };
	GArray *before;
	char *text;

	add("a", 1, 1, "x", "");
	add("a", 1, 2, "y", "");
	before = g_array_copy(rows);
	g_array_index(before, struct row, 1).outlet.state = TRIPPSNMP_OFF;
	text = rows_table(&none, rows, "a", before);
	ck_assert_ptr_nonnull(strstr(text, "y     <- off\n"));
	ck_assert_ptr_null(strstr(text, "x     <-"));
	g_array_unref(before);
	g_free(text);
}
END_TEST

/* --- without what tells whose it is --- */

static struct anonymous anonymous;

static void setup_anonymous(void)
{
	anonymous_init(&anonymous);
}

static void teardown_anonymous(void)
{
	anonymous_clear(&anonymous);
}

#define P "1.3.6.1.4.1.850."

static void assert_octets(const char *name, unsigned type, const char *octets, gsize n,
                          const char *line)
{
	const struct trippsnmp_object object = { name, type, NULL, (const unsigned char *)octets,
		                                 n };
	char *is = anonymous_line(&anonymous, &object);

	ck_assert_msg(!g_strcmp0(is, line), "%s, not %s", is, line);
	g_free(is);
}

static void assert_text(const char *name, const char *text, const char *line)
{
	assert_octets(name, 4, text, strlen(text), line);
}

START_TEST(what_a_device_is_stays)
{
	assert_text(P "1.1.1.2.1.5.1", "PDU15NETLX", P "1.1.1.2.1.5.1|4|PDU15NETLX");
	assert_text(P "1.2.1.1.2.0", "15.5.4 (Build 1045)", P "1.2.1.1.2.0|4|15.5.4 (Build 1045)");
	assert_text("1.3.6.1.2.1.1.1.0", "POWERALERT 12", "1.3.6.1.2.1.1.1.0|4|POWERALERT 12");
	assert_text(P "1.1.3.2.3.3.1.1.2.1.3", "Load 3", P "1.1.3.2.3.3.1.1.2.1.3|4|Load 3");
	assert_text(P "1.1.3.2.3.3.1.1.2.1.3", "", P "1.1.3.2.3.3.1.1.2.1.3|4|");
}
END_TEST

START_TEST(whose_it_is_goes_and_the_same_is_the_same)
{
	assert_text("1.3.6.1.2.1.1.5.0", "pdu.example.com", "1.3.6.1.2.1.1.5.0|4|text 1");
	assert_text(P "1.1.3.2.3.3.1.1.2.1.3", "db1", P "1.1.3.2.3.3.1.1.2.1.3|4|text 2");
	assert_text(P "1.1.3.2.3.3.1.1.3.1.3", "db1", P "1.1.3.2.3.3.1.1.3.1.3|4|text 2");
	assert_text(P "1.2.1.1.5.0", "45678SD34589", P "1.2.1.1.5.0|4|text 3");
	assert_text(P "1.1.2.1.1.1.1", "5018", P "1.1.2.1.1.1.1|4|text 4");
}
END_TEST

START_TEST(an_address_in_a_harmless_place_goes_too)
{
	assert_text(P "1.1.1.2.1.5.1", "PDU at 192.168.7.9", P "1.1.1.2.1.5.1|4|text 1");
	assert_text(P "1.1.1.2.1.5.2", "00:06:67:41:b8:0b", P "1.1.1.2.1.5.2|4|text 2");
	assert_text(P "1.1.1.2.1.5.3", "2345CD0123456789", P "1.1.1.2.1.5.3|4|text 3");
	assert_text(P "1.1.1.2.1.5.4", "ops@example.com", P "1.1.1.2.1.5.4|4|text 4");
	assert_text("1.3.6.1.2.1.1.1.0", "PowerAlert on rack7", "1.3.6.1.2.1.1.1.0|4|text 5");
}
END_TEST

START_TEST(octets_that_are_no_text_become_zeros)
{
	assert_octets(P "1.2.1.1.4.0", 4, "\0\6\147\101\270\13", 6,
	              P "1.2.1.1.4.0|4x|000000000000");
}
END_TEST

START_TEST(an_address_becomes_one_of_nobodys_network)
{
	assert_octets(P "10.1.2.1.0", 64, "\300\250\0\75", 4, P "10.1.2.1.0|64|192.0.2.1");
	assert_octets(P "10.1.2.2.0", 64, "\12\0\0\1", 4, P "10.1.2.2.0|64|192.0.2.2");
	assert_octets(P "10.1.2.3.0", 64, "\300\250\0\75", 4, P "10.1.2.3.0|64|192.0.2.1");
	assert_octets(P "10.1.2.4.0", 64, "\377\377\377\0", 4, P "10.1.2.4.0|64|255.255.255.0");
}
END_TEST

START_TEST(a_name_that_may_hold_a_text_is_left_out)
{
	const struct trippsnmp_object object = {
		P "1.2.3.1.2.1.3.5.97.100.109.105.110.45.109.101.110", 2, "1", NULL, 0
	};
	const struct trippsnmp_object number = { P "1.2.3.4294967295", 2, "1", NULL, 0 };

	ck_assert_ptr_null(anonymous_line(&anonymous, &object));
	ck_assert_ptr_null(anonymous_line(&anonymous, &number));
}
END_TEST

START_TEST(a_name_with_a_private_address_is_left_out)
{
	const struct trippsnmp_object class_c = { P "1.9.9.192.168.7.9", 2, "1", NULL, 0 };
	const struct trippsnmp_object class_b = { P "1.9.9.172.31.7.9.1", 2, "1", NULL, 0 };
	const struct trippsnmp_object row = { P "1.9.9.172.160.192.16.8", 2, "1", NULL, 0 };
	g_autofree char *line = anonymous_line(&anonymous, &row);

	ck_assert_ptr_null(anonymous_line(&anonymous, &class_c));
	ck_assert_ptr_null(anonymous_line(&anonymous, &class_b));
	ck_assert_ptr_nonnull(line);
}
END_TEST

START_TEST(a_number_that_somebody_gave_goes)
{
	const struct trippsnmp_object given = { P "1.1.1.2.1.7.1", 2, "4711", NULL, 0 };
	const struct trippsnmp_object state = { P "1.1.3.2.3.3.1.1.4.1.3", 2, "2", NULL, 0 };
	char *line = anonymous_line(&anonymous, &given);

	ck_assert_str_eq(line, P "1.1.1.2.1.7.1|2|65535");
	g_free(line);
	line = anonymous_line(&anonymous, &state);
	ck_assert_str_eq(line, P "1.1.3.2.3.3.1.1.4.1.3|2|2");
	g_free(line);
}
END_TEST

/* --- a resource --- */

static struct resource resource;
static char *error;

static void teardown_resource(void)
{
	if (resource.texts)
		cib_clear(&resource);
	g_clear_pointer(&error, g_free);
}

#define CIB(body) "<cib><configuration><resources>" body "</resources></configuration></cib>"
#define PRIMITIVE(attributes, body)                                                                \
	CIB("<group id=\"g\"><primitive id=\"pdu\" " attributes ">" body "</primitive></group>")
#define PLUGIN "class=\"stonith\" type=\"tripplite\""
#define SET(more, name, value)                                                                     \
	"<instance_attributes id=\"i\"" more "><nvpair id=\"n\" name=\"" name "\" value=\"" value  \
	"\"/></instance_attributes>"

static bool reads(const char *xml)
{
	return cib_parse(xml, strlen(xml), "pdu", &resource, &error);
}

static void assert_texts(const char *joined)
{
	GString *is = g_string_new(NULL);

	for (unsigned i = 0; i < resource.texts->len; i++)
		g_string_append_printf(is, "%s%s", i ? " " : "", (char *)resource.texts->pdata[i]);
	ck_assert_str_eq(is->str, joined);
	g_string_free(is, TRUE);
}

static void assert_refused(const char *xml, const char *text)
{
	ck_assert(!reads(xml));
	ck_assert_msg(strstr(error, text) != NULL, "%s", error);
}

START_TEST(the_plugins_parameters_are_read)
{
	ck_assert(reads(PRIMITIVE(PLUGIN, SET("", "hostlist", "db1:3=&quot;x&quot;"))));
	ck_assert(!resource.agent);
	assert_texts("hostlist=db1:3=\"x\"");
}
END_TEST

START_TEST(the_agents_parameters_are_read)
{
	ck_assert(
		reads(PRIMITIVE("class=\"stonith\" type=\"fence_tripplite\"", SET("", "ip", "a"))));
	ck_assert(resource.agent);
	assert_texts("ip=a");
}
END_TEST

START_TEST(another_kind_of_resource_is_refused)
{
	assert_refused(PRIMITIVE("class=\"ocf\" provider=\"heartbeat\" type=\"IPaddr2\"", ""),
	               "it is ocf:IPaddr2");
}
END_TEST

START_TEST(where_there_is_none_those_for_fencing_are_named)
{
	assert_refused(CIB("<primitive id=\"other\" " PLUGIN "/><primitive id=\"ip\" "
	                   "class=\"ocf\" type=\"IPaddr2\"/>"),
	               "for fencing there are other");
	ck_assert_ptr_null(strstr(error, "ip,"));
}
END_TEST

START_TEST(the_set_with_the_higher_score_counts)
{
	ck_assert(reads(PRIMITIVE(PLUGIN, SET("", "ipaddr", "low")
	                                          SET(" score=\"10\"", "ipaddr", "high"))));
	assert_texts("ipaddr=high");
}
END_TEST

START_TEST(a_template_has_what_the_resource_does_not)
{
	ck_assert(reads(CIB("<template id=\"t\" " PLUGIN ">" SET(
		"", "ipaddr",
		"t") "<instance_attributes id=\"j\"><nvpair id=\"m\" name=\"community\" "
	             "value=\"c\"/></instance_attributes></template>"
	             "<primitive id=\"pdu\" template=\"t\">" SET("", "ipaddr",
	                                                         "own") "</primitive>")));
	assert_texts("ipaddr=own community=c");
}
END_TEST

START_TEST(what_is_referred_to_is_found)
{
	ck_assert(reads(CIB("<primitive id=\"x\" " PLUGIN ">" SET(
		"", "ipaddr", "a") "</primitive><primitive id=\"pdu\" " PLUGIN
	                           "><instance_attributes id-ref=\"i\"/></primitive>")));
	assert_texts("ipaddr=a");
}
END_TEST

START_TEST(what_depends_on_a_rule_is_refused)
{
	assert_refused(PRIMITIVE(PLUGIN, "<instance_attributes id=\"i\"><rule id=\"r\"/>"
	                                 "<nvpair id=\"n\" name=\"ipaddr\" value=\"a\"/>"
	                                 "</instance_attributes>"),
	               "depend on a rule");
}
END_TEST

START_TEST(what_is_no_xml_is_refused)
{
	assert_refused("Could not connect to the cluster", "no XML");
}
END_TEST

START_TEST(pacemakers_map_becomes_a_hostlist)
{
	static const char *const maps[][2] = {
		{ "db1:3;db2:4", "db1:3; db2:4" },
		{ "db1:3,4 db2:5", "db1:3,4; db2:5" },
		{ "db1=3;", "db1:3" },
		{ "db1:web", "db1:\"web\"" },
		{ "db1:3@pdu-a,3@pdu-b", "db1:3@pdu-a,3@pdu-b" },
		{ "db1", NULL },
		{ "db1:3,,4", NULL },
		{ ":3", NULL },
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(maps); i++) {
		char *hostlist = cib_hostlist(maps[i][0], &error);

		ck_assert_msg(!g_strcmp0(hostlist, maps[i][1]), "%s: %s", maps[i][0], hostlist);
		ck_assert_int_eq(error == NULL, hostlist != NULL);
		g_clear_pointer(&error, g_free);
		g_free(hostlist);
	}
}
END_TEST

/* --- this machine --- */

START_TEST(names_of_one_machine_are_the_same_in_any_case_and_with_or_without_a_domain)
{
	static const struct {
		const char *a, *b;
		bool same;
	} names[] = {
		{ "db1", "db1", true },
		{ "DB1", "db1", true },
		{ "db1", "db1.example.com", true },
		{ "Db1.Example.com", "db1", true },
		{ "db1.example.com", "DB1.example.COM", true },
		{ "db1.example.com", "db1.example.org", false },
		{ "db1", "db10", false },
		{ "db1", "db2", false },
		{ "", "", false },
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(names); i++)
		ck_assert_msg(self_same_name(names[i].a, names[i].b) == names[i].same, "%s, %s",
		              names[i].a, names[i].b);
}
END_TEST

START_TEST(a_name_with_an_address_of_this_machine_is_this_machine)
{
	/* the second, which many machines have had, need not be resolved any more */
	static const char *const names[] = { "localhost", "localhost.localdomain", "127.0.0.1",
		                             "127.0.1.1" };

	for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
		char *why = self_is(names[i], false);

		ck_assert_msg(why != NULL, "%s", names[i]);
		g_free(why);
	}
	ck_assert_ptr_null(self_is("192.0.2.1", false));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("tool");
	TCase *map = tcase_create("proposal");
	TCase *table = tcase_create("table");
	TCase *capture = tcase_create("anonymous");
	TCase *cib = tcase_create("resource");
	TCase *self = tcase_create("self");

	tcase_add_checked_fixture(map, setup_rows, teardown_rows);
	tcase_add_test(map, an_outlet_of_a_nodes_name_is_the_nodes);
	tcase_add_test(map, so_is_one_whose_name_begins_with_it);
	tcase_add_test(map, blanks_around_a_name_do_not_count);
	tcase_add_test(map, of_nodes_that_it_begins_with_the_longest_has_it);
	tcase_add_test(map, a_node_is_known_by_its_first_label);
	tcase_add_test(map, what_two_nodes_could_have_has_no_place);
	tcase_add_test(map, a_name_and_a_description_of_two_nodes_have_no_place);
	tcase_add_test(map, by_its_description_it_is_the_number_alone);
	tcase_add_test(map, what_no_shell_would_keep_is_the_number_alone);
	tcase_add_test(map, with_several_pdus_each_outlet_has_its_pdu);
	tcase_add_test(map, with_several_devices_each_outlet_has_its_device);
	tcase_add_test(map, what_cannot_be_switched_has_no_place);
	tcase_add_test(map, a_main_load_is_nobodys_by_its_name);
	tcase_add_test(map, a_node_without_an_outlet_is_said);
	tcase_add_test(map, nodes_with_different_numbers_of_outlets_have_no_common_one);
	tcase_add_test(map, a_word_is_quoted_for_a_shell_where_it_must_be);
	suite_add_tcase(suite, map);

	tcase_add_checked_fixture(table, setup_rows, teardown_rows);
	tcase_add_test(table, a_table_fits_the_terminal);
	tcase_add_test(table, without_a_terminal_nothing_is_cut);
	tcase_add_test(table, what_is_metered_has_its_unit_and_what_is_not_has_no_column);
	tcase_add_test(table, a_state_that_is_not_that_of_before_is_marked);
	suite_add_tcase(suite, table);

	tcase_add_checked_fixture(capture, setup_anonymous, teardown_anonymous);
	tcase_add_test(capture, what_a_device_is_stays);
	tcase_add_test(capture, whose_it_is_goes_and_the_same_is_the_same);
	tcase_add_test(capture, an_address_in_a_harmless_place_goes_too);
	tcase_add_test(capture, octets_that_are_no_text_become_zeros);
	tcase_add_test(capture, an_address_becomes_one_of_nobodys_network);
	tcase_add_test(capture, a_name_that_may_hold_a_text_is_left_out);
	tcase_add_test(capture, a_name_with_a_private_address_is_left_out);
	tcase_add_test(capture, a_number_that_somebody_gave_goes);
	suite_add_tcase(suite, capture);

	tcase_add_checked_fixture(cib, NULL, teardown_resource);
	tcase_add_test(cib, the_plugins_parameters_are_read);
	tcase_add_test(cib, the_agents_parameters_are_read);
	tcase_add_test(cib, another_kind_of_resource_is_refused);
	tcase_add_test(cib, where_there_is_none_those_for_fencing_are_named);
	tcase_add_test(cib, the_set_with_the_higher_score_counts);
	tcase_add_test(cib, a_template_has_what_the_resource_does_not);
	tcase_add_test(cib, what_is_referred_to_is_found);
	tcase_add_test(cib, what_depends_on_a_rule_is_refused);
	tcase_add_test(cib, what_is_no_xml_is_refused);
	tcase_add_test(cib, pacemakers_map_becomes_a_hostlist);
	suite_add_tcase(suite, cib);

	tcase_add_test(self,
	               names_of_one_machine_are_the_same_in_any_case_and_with_or_without_a_domain);
	tcase_add_test(self, a_name_with_an_address_of_this_machine_is_this_machine);
	suite_add_tcase(suite, self);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
