/*
 * The hostlist grammar: a table of good and bad strings, and the rules by name.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config/nodemap.h"
#include "trippsnmp.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const struct pdu_address one[] = { { "pdu-a", "pdu-a", 161 } };

static const struct pdu_address several[] = {
	{ "pdu-a", "pdu-a", 161 },
	{ "PDU-B:1161", "PDU-B", 1161 },
	{ "twin:1", "twin", 1 },
	{ "twin:2", "twin", 2 },
	{ "[fe80::1%eth0]:1161", "fe80::1%eth0", 1161 },
	{ "2001:db8::7", "2001:db8::7", 161 },
	{ "mix", "mix", 161 },
	{ "mix:7", "mix", 7 },
	{ "late:7", "late", 7 },
	{ "late", "late", 161 },
};

#define ONE one, G_N_ELEMENTS(one)
#define SEVERAL several, G_N_ELEMENTS(several)

struct row {
	const char *hostlist;
	const struct pdu_address *pdus;
	unsigned n_pdus;
	const char *map; /* good: as show() writes it */
	int column;      /* bad: the place, and a part of the message */
	const char *mistake;
};

#define LONG_NAME_63 "aaaaaaaaabaaaaaaaaabaaaaaaaaabaaaaaaaaabaaaaaaaaabaaaaaaaaabaaa"
#define NAME_255 LONG_NAME_63 "c" LONG_NAME_63 "c" LONG_NAME_63 "c" LONG_NAME_63

static const struct row rows[] = {
	/* nothing */
	{ NULL, ONE, "", 0, NULL },
	{ "", ONE, "", 0, NULL },
	{ " \t\n", ONE, "", 0, NULL },

	/* entries and separators */
	{ "db1:3", ONE, "db1:3@pdu-a", 0, NULL },
	{ "db1:3,4", ONE, "db1:3@pdu-a,4@pdu-a", 0, NULL },
	{ "db1:3,4 db2:5", ONE, "db1:3@pdu-a,4@pdu-a db2:5@pdu-a", 0, NULL },
	{ "db1:3,4;db2:5", ONE, "db1:3@pdu-a,4@pdu-a db2:5@pdu-a", 0, NULL },
	{ "db1 : 3 , 4 ; db2:5", ONE, "db1:3@pdu-a,4@pdu-a db2:5@pdu-a", 0, NULL },
	{ "  db1:\t3 ,\n4 db2 :5  ", ONE, "db1:3@pdu-a,4@pdu-a db2:5@pdu-a", 0, NULL },
	{ "db1:3\ndb2:4\r\ndb3:5\n", ONE, "db1:3@pdu-a db2:4@pdu-a db3:5@pdu-a", 0, NULL },
	{ "db1:3;", ONE, "db1:3@pdu-a", 0, NULL },
	{ "db1:3 ; ", ONE, "db1:3@pdu-a", 0, NULL },
	{ "web1", ONE, "web1", 0, NULL },
	{ "web1,web2", ONE, "web1 web2", 0, NULL },
	{ "web1 , web2", ONE, "web1 web2", 0, NULL },
	{ "web1 web2;web3", ONE, "web1 web2 web3", 0, NULL },
	{ "web1 web2 : 4", ONE, "web1 web2:4@pdu-a", 0, NULL },
	{ "web1,web2;db1:3 web3", ONE, "web1 web2 db1:3@pdu-a web3", 0, NULL },
	{ "db1:3 web1,web2", ONE, "db1:3@pdu-a web1 web2", 0, NULL },
	{ "db1:3@pdu-a,3@pdu-b:1161; db2:4@pdu-a,4@pdu-b", SEVERAL,
	  "db1:3@pdu-a,3@PDU-B:1161 db2:4@pdu-a,4@PDU-B:1161", 0, NULL },

	/* nodes */
	{ "DB-1.Example_x:3", ONE, "DB-1.Example_x:3@pdu-a", 0, NULL },
	{ "101:3", ONE, "101:3@pdu-a", 0, NULL },
	{ "n\xc3\xb6rd:3", ONE, "n\xc3\xb6rd:3@pdu-a", 0, NULL },
	{ NAME_255 ":3", ONE, NAME_255 ":3@pdu-a", 0, NULL },
	{ "node1:1 node10:2", ONE, "node1:1@pdu-a node10:2@pdu-a", 0, NULL },

	/* outlets */
	{ "db1:1.3", ONE, "db1:1.3@pdu-a", 0, NULL },
	{ "db1:3,1.3,2.3", ONE, "db1:3@pdu-a,1.3@pdu-a,2.3@pdu-a", 0, NULL },
	{ "db1:2147483647.2147483647", ONE, "db1:2147483647.2147483647@pdu-a", 0, NULL },
	{ "db1:\"web 1\"", ONE, "db1:\"web 1\"@pdu-a", 0, NULL },
	{ "db1:\"a,b;c:d@e\",4", ONE, "db1:\"a,b;c:d@e\"@pdu-a,4@pdu-a", 0, NULL },
	{ "db1:\"a\\b\"", ONE, "db1:\"a\\\\b\"@pdu-a", 0, NULL },
	{ "db1:\"\xfc\"", ONE, "db1:\"\\xfc\"@pdu-a", 0, NULL },
	{ "db1:\"3\",3", ONE, "db1:\"3\"@pdu-a,3@pdu-a", 0, NULL },
	{ "db1:\"a\"@pdu-a db2:\"b\" ;web1", ONE, "db1:\"a\"@pdu-a db2:\"b\"@pdu-a web1", 0, NULL },
	{ "db1:\"" NAME_255 "\"", ONE, "db1:\"" NAME_255 "\"@pdu-a", 0, NULL },
	{ "db1:3=\"db1-a\"", ONE, "db1:3=\"db1-a\"@pdu-a", 0, NULL },
	{ "db1:1.3=\"a b\"@pdu-a,4", ONE, "db1:1.3=\"a b\"@pdu-a,4@pdu-a", 0, NULL },
	{ "db1:3=\"x\" db2:4=\"x\"", ONE, "db1:3=\"x\"@pdu-a db2:4=\"x\"@pdu-a", 0, NULL },
	{ "db1:3=\"3\"@pdu-a,3=\"a=b\"@pdu-b", SEVERAL, "db1:3=\"3\"@pdu-a,3=\"a=b\"@PDU-B:1161", 0,
	  NULL },

	/* main loads */
	{ "db1:main", ONE, "db1:main@pdu-a", 0, NULL },
	{ "db1:7.main@pdu-a", ONE, "db1:7.main@pdu-a", 0, NULL },
	{ "db1:main@pdu-a,3@pdu-b", SEVERAL, "db1:main@pdu-a,3@PDU-B:1161", 0, NULL },
	{ "db1:main,3,1.main", ONE, "db1:main@pdu-a,3@pdu-a,1.main@pdu-a", 0, NULL },
	{ "db1:1.main db2:2.main,2.3;db3:3.1", ONE,
	  "db1:1.main@pdu-a db2:2.main@pdu-a,2.3@pdu-a db3:3.1@pdu-a", 0, NULL },
	{ "db1:main@pdu-a db2:3@pdu-b web1", SEVERAL, "db1:main@pdu-a db2:3@PDU-B:1161 web1", 0,
	  NULL },
	{ "db1:1.main db2:3", ONE, "db1:1.main@pdu-a db2:3@pdu-a", 0, NULL }, /* the PDU can tell */
	{ "db1:\"main\"", ONE, "db1:\"main\"@pdu-a", 0, NULL },
	{ "main:3;x.main:4 7main", ONE, "main:3@pdu-a x.main:4@pdu-a 7main", 0, NULL },

	/* PDUs */
	{ "db1:3@pdu-a", ONE, "db1:3@pdu-a", 0, NULL },
	{ "db1:3@PDU-A", ONE, "db1:3@pdu-a", 0, NULL },
	{ "db1:3@pdu-a:161", ONE, "db1:3@pdu-a", 0, NULL },
	{ "db1:3@pdu-b", SEVERAL, "db1:3@PDU-B:1161", 0, NULL },
	{ "db1:3@pdu-b:1161", SEVERAL, "db1:3@PDU-B:1161", 0, NULL },
	{ "db1:3@twin:1,3@twin:2", SEVERAL, "db1:3@twin:1,3@twin:2", 0, NULL },
	{ "db1:3@mix", SEVERAL, "db1:3@mix", 0, NULL },
	{ "db1:3@late", SEVERAL, "db1:3@late", 0, NULL },
	{ "db1:3@mix:7,3@mix:161", SEVERAL, "db1:3@mix:7,3@mix", 0, NULL },
	{ "db1:3@[fe80::1%eth0]:1161", SEVERAL, "db1:3@[fe80::1%eth0]:1161", 0, NULL },
	{ "db1:3@[FE80::1%eth0]", SEVERAL, "db1:3@[fe80::1%eth0]:1161", 0, NULL },
	{ "db1:3@fe80::1%eth0", SEVERAL, "db1:3@[fe80::1%eth0]:1161", 0, NULL },
	{ "db1:3@2001:db8::7;db2:4@[2001:db8::7]", SEVERAL, "db1:3@2001:db8::7 db2:4@2001:db8::7",
	  0, NULL },
	{ "db1:3@[2001:db8::7]:161", SEVERAL, "db1:3@2001:db8::7", 0, NULL },
	{ "db1:3@pdu-a web1 db2:3@pdu-b", SEVERAL, "db1:3@pdu-a web1 db2:3@PDU-B:1161", 0, NULL },
	{ "web1,web2", SEVERAL, "web1 web2", 0, NULL },

	/* an empty part */
	{ ";", ONE, NULL, 1, "node's name is missing" },
	{ ";db1:3", ONE, NULL, 1, "node's name is missing" },
	{ "db1:3;;db2:4", ONE, NULL, 7, "node's name is missing" },
	{ "db1:3; ;db2:4", ONE, NULL, 8, "node's name is missing" },
	{ "db1:3;;", ONE, NULL, 7, "node's name is missing" },
	{ "db1:", ONE, NULL, 5, "outlet is missing" },
	{ "db1 : ", ONE, NULL, 7, "outlet is missing" },
	{ "db1:;db2:4", ONE, NULL, 5, "outlet is missing" },
	{ "db1:3,", ONE, NULL, 7, "outlet is missing" },
	{ "db1:3,,4", ONE, NULL, 7, "outlet is missing" },
	{ "db1:,3", ONE, NULL, 5, "outlet is missing" },
	{ "db1::3", ONE, NULL, 5, "outlet is missing" },
	{ ":3", ONE, NULL, 1, "node's name is missing" },
	{ ",web1", ONE, NULL, 1, "node's name is missing" },
	{ "web1,", ONE, NULL, 6, "node's name is missing" },
	{ "web1,;web2", ONE, NULL, 6, "node's name is missing" },
	{ "web1,,web2", ONE, NULL, 6, "node's name is missing" },
	{ "db1:@pdu-a", ONE, NULL, 5, "outlet is missing" },

	/* nodes */
	{ "db1:3 db1:4", ONE, NULL, 7, "node \"db1\" is given twice" },
	{ "db1:3;DB1:4", ONE, NULL, 7, "node \"DB1\" is given twice" },
	{ "web1,web2,web1", ONE, NULL, 11, "twice" },
	{ "db1 db1:3", ONE, NULL, 5, "twice" },
	{ "n\xc3\xb6:1 N\xc3\x96:2", ONE, NULL, 7, "twice" },
	{ "-db1:3", ONE, NULL, 1, "not a node's name" },
	{ "db=1:3", ONE, NULL, 1, "not a node's name" },
	{ "db1:3 d/b2:4", ONE, NULL, 7, "not a node's name" },
	{ "db\x01:3", ONE, NULL, 1, "\"db\\x01\" is not a node's name" },
	{ "db\xfc:3", ONE, NULL, 1, "not a node's name" },
	{ "x" NAME_255 ":3", ONE, NULL, 1, "not a node's name" },
	{ "\"db1\":3", ONE, NULL, 1, "takes no quotes" },
	{ "db1:3 \"db2\":4", ONE, NULL, 7, "takes no quotes" },
	{ "web1,web2:3", ONE, NULL, 6, "write ';' instead of ','" },

	/* a separator that is missing or the wrong one */
	{ "db1:3,db2:4", ONE, NULL, 7, "\"db2\" is not an outlet's number" },
	{ "db1:3@pdu-a,web1", ONE, NULL, 13, "\"web1\" is not an outlet's number" },
	{ "db1:3:4", ONE, NULL, 6, "missing before \":4\"" },
	{ "db1:3,4:5", ONE, NULL, 8, "missing before \":5\"" },
	{ "db1:3 :4", ONE, NULL, 7, "node's name is missing" },
	{ "db1:3 4", ONE, NULL, 7, "\"4\" is a number" },
	{ "db1:3;4", ONE, NULL, 7, "\"4\" is a number" },
	{ "db1:3 1.4,5", ONE, NULL, 7, "\"1.4\" is a number" },
	{ "3", ONE, NULL, 1, "\"3\" is a number" },
	{ "db1:\"a\"\"b\"", ONE, NULL, 8, "missing before" },
	{ "db1:3\"a\"", ONE, NULL, 6, "missing before" },
	{ "db1:\"a\"b", ONE, NULL, 8, "missing before \"b\"" },
	{ "web1@pdu-a", ONE, NULL, 5, "missing before \"@pdu-a\"" },
	{ "web1\"a\"", ONE, NULL, 5, "missing before" },

	/* outlets */
	{ "db1:web", ONE, NULL, 5, "names stand in double quotes" },
	{ "db1:3a", ONE, NULL, 5, "\"3a\" is not an outlet's number" },
	{ "db1:-3", ONE, NULL, 5, "not an outlet's number" },
	{ "db1:+3", ONE, NULL, 5, "not an outlet's number" },
	{ "db1:0x3", ONE, NULL, 5, "not an outlet's number" },
	{ "db1:3-5", ONE, NULL, 5, "not an outlet's number" },
	{ "db1:0", ONE, NULL, 5, "from 1 to 2147483647" },
	{ "db1:03", ONE, NULL, 5, "from 1 to 2147483647" },
	{ "db1:0.3", ONE, NULL, 5, "from 1 to 2147483647" },
	{ "db1:1.0", ONE, NULL, 5, "from 1 to 2147483647" },
	{ "db1:1.03", ONE, NULL, 5, "from 1 to 2147483647" },
	{ "db1:2147483648", ONE, NULL, 5, "from 1 to 2147483647" },
	{ "db1:4294967297", ONE, NULL, 5, "from 1 to 2147483647" },
	{ "db1:99999999999999999999999", ONE, NULL, 5, "from 1 to 2147483647" },
	{ "db1:1.2.3", ONE, NULL, 5, "[DEVICE.]NUMBER" },
	{ "db1:1.", ONE, NULL, 5, "[DEVICE.]NUMBER" },
	{ "db1:.3", ONE, NULL, 5, "[DEVICE.]NUMBER" },
	{ "db1:1 .3", ONE, NULL, 7, "not a node's name" },
	{ "db1:'web'", ONE, NULL, 5, "double quotes" },
	{ "db1:\xef\xbc\x93", ONE, NULL, 5, "not an outlet's number" },
	{ "db1:\"web", ONE, NULL, 5, "never closed" },
	{ "db1:\"", ONE, NULL, 5, "never closed" },
	{ "db1:\"\"", ONE, NULL, 5, "name is empty" },
	{ "db1:\"  \"", ONE, NULL, 5, "name is empty" },
	{ "db1:\"a\nb\"", ONE, NULL, 7, "control character" },
	{ "db1:\"a\tb\"", ONE, NULL, 7, "control character" },
	{ "db1:\"a\x7f\"", ONE, NULL, 7, "control character" },
	{ "db1:\"a\\\"b\"", ONE, NULL, 9, "missing before" },
	{ "db1:\"x" NAME_255 "\"", ONE, NULL, 5, "longer than 255" },
	{ "db1:3=db1-a", ONE, NULL, 7, "a name in double quotes is missing after '='" },
	{ "db1:3=", ONE, NULL, 7, "missing after '='" },
	{ "db1:3=@pdu-a", ONE, NULL, 7, "missing after '='" },
	{ "db1:3 =\"x\"", ONE, NULL, 7, "no blanks beside '='" },
	{ "db1:3= \"x\"", ONE, NULL, 6, "no blanks beside '='" },
	{ "db1:3=\"x", ONE, NULL, 7, "never closed" },
	{ "db1:3=\"\"", ONE, NULL, 7, "name is empty" },
	{ "db1:3=\"x\"=\"y\"", ONE, NULL, 10, "missing before" },
	{ "db1:3=\"x\"@pdu-a=\"y\"", ONE, NULL, 10, "ipaddr names no PDU \"pdu-a=\"" },
	{ "db1:3@pdu-a=\"x\"", ONE, NULL, 6, "ipaddr names no PDU \"pdu-a=\"" },
	{ "db1:\"x\"=3", ONE, NULL, 8, "missing before \"=3\"" },
	{ "db1:=\"x\"", ONE, NULL, 5, "outlet is missing" },
	{ "db1:3x=\"x\"", ONE, NULL, 5, "\"3x\" is not an outlet's number" },
	{ "db1=3", ONE, NULL, 1, "not a node's name" },
	{ "db1:3=\"x\"", SEVERAL, NULL, 5, "needs @PDU" },

	/* PDUs */
	{ "db1:3@pdu-x", ONE, NULL, 6, "ipaddr names no PDU \"pdu-x\"" },
	{ "db1:3@pdu-a:1161", ONE, NULL, 6, "ipaddr names no PDU" },
	{ "db1:3@pdu-a:", ONE, NULL, 6, "ipaddr names no PDU" },
	{ "db1:3@pdu", ONE, NULL, 6, "ipaddr names no PDU" },
	{ "db1:3@", ONE, NULL, 6, "missing after '@'" },
	{ "db1:3@ pdu-a", ONE, NULL, 6, "missing after '@'" },
	{ "db1:3@,4", ONE, NULL, 6, "missing after '@'" },
	{ "db1:3 @pdu-a", ONE, NULL, 7, "no blanks beside '@'" },
	{ "db1:3 @pdu-a", SEVERAL, NULL, 7, "no blanks beside '@'" },
	{ "db1:3@pdu-a@pdu-b", SEVERAL, NULL, 6, "ipaddr names no PDU \"pdu-a@pdu-b\"" },
	{ "db1:3@pdu-a:4", ONE, NULL, 6, "ipaddr names no PDU" },
	{ "db1:3@pdu-a :161", ONE, NULL, 13, "node's name is missing" },
	{ "db1:3", SEVERAL, NULL, 5, "needs @PDU" },
	{ "db1:3@pdu-a,4", SEVERAL, NULL, 13, "needs @PDU" },
	{ "db1:\"web\"", SEVERAL, NULL, 5, "needs @PDU" },
	{ "db1:3@twin", SEVERAL, NULL, 6, "ipaddr names several PDUs \"twin\"" },
	{ "db1:3@twin:3", SEVERAL, NULL, 6, "ipaddr names no PDU" },
	{ "db1:3@fe80::1", SEVERAL, NULL, 6, "ipaddr names no PDU" },
	{ "db1:3@pdu-a\"x\"", SEVERAL, NULL, 12, "missing before" },
	{ "db1:3", NULL, 0, NULL, 5, "needs @PDU" },
	{ "db1:3@pdu-a", NULL, 0, NULL, 6, "ipaddr names no PDU" },

	/* main loads */
	{ "db1:Main", ONE, NULL, 5, "\"Main\" is not an outlet's number" },
	{ "db1:mains", ONE, NULL, 5, "\"mains\" is not an outlet's number" },
	{ "db1:main.3", ONE, NULL, 5, "\"main.3\" is not an outlet's number" },
	{ "db1:main.main", ONE, NULL, 5, "not an outlet's number" },
	{ "db1:0.main", ONE, NULL, 5, "not an outlet's number" },
	{ "db1:.main", ONE, NULL, 5, "not an outlet's number" },
	{ "db1:1.2.main", ONE, NULL, 5, "not an outlet's number" },
	{ "db1:main=\"x\"", ONE, NULL, 9, "a main load has no name" },
	{ "db1:1.main=\"x\"", ONE, NULL, 11, "a main load has no name" },
	{ "db1:main", SEVERAL, NULL, 5, "needs @PDU" },
	{ "db1:3 main", ONE, NULL, 7, "\"main\" is a main load: write ','" },
	{ "db1:3;1.MAIN", ONE, NULL, 7, "\"1.MAIN\" is a main load: write ','" },
	{ "db1:main,main", ONE, NULL, 10, "main@pdu-a is given twice to node \"db1\"" },
	{ "db1:main db2:main", ONE, NULL, 14,
	  "main@pdu-a is given to node \"db1\" and to node \"db2\"" },
	{ "db1:main db2:3", ONE, NULL, 14,
	  "node \"db1\" has the main load of that device, which cuts all that hangs on it, also "
	  "3@pdu-a of node \"db2\"" },
	{ "db1:3;db2:4,main", ONE, NULL, 13,
	  "node \"db2\" has the main load of that device, which cuts all that hangs on it, also "
	  "3@pdu-a of node \"db1\"" },
	{ "db1:1.3=\"x\" db2:1.main", ONE, NULL, 17, "also 1.3=\"x\"@pdu-a of node \"db1\"" },
	{ "db1:3@mix db2:main@mix:161", SEVERAL, NULL, 15, "also 3@mix of node \"db1\"" },

	/* one outlet for all */
	{ "db1:3,3", ONE, NULL, 7, "outlet 3@pdu-a is given twice to node \"db1\"" },
	{ "db1:1.3,4,1.3", ONE, NULL, 11, "outlet 1.3@pdu-a is given twice" },
	{ "db1:\"web\",\" WEB \"", ONE, NULL, 11, "is given twice" },
	{ "db1:3 db2:4,3", ONE, NULL, 13, "3@pdu-a is given to node \"db1\" and to node \"db2\"" },
	{ "db1:\"x\";db2:\"X\"", ONE, NULL, 13, "given to node \"db1\" and to node \"db2\"" },
	{ "db1:3@pdu-b db2:3@PDU-B:1161", SEVERAL, NULL, 17, "3@PDU-B:1161 is given to node" },
	{ "db1:3,3=\"x\"", ONE, NULL, 7, "is given twice to node \"db1\"" },
	{ "db1:3=\"x\";db2:3=\"y\"", ONE, NULL, 15, "given to node \"db1\" and to node \"db2\"" },
};

static char *show(const struct nodemap *map)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < map->nodes->len; i++) {
		const struct node *node = g_ptr_array_index(map->nodes, i);

		g_string_append_printf(text, "%s%s", i == 0 ? "" : " ", node->name);
		for (guint j = 0; j < node->outlets->len; j++) {
			const struct outlet_ref *ref = g_ptr_array_index(node->outlets, j);

			g_string_append_printf(text, "%s%s", j == 0 ? ":" : ",", ref->text);
		}
	}
	return g_string_free(text, FALSE);
}

static void expect_map(const struct row *row, const struct nodemap *map, const char *error)
{
	ck_assert_msg(map != NULL, "\"%s\" was refused: %s", row->hostlist, error);
	ck_assert_ptr_null(error);

	char *shown = show(map);
	ck_assert_str_eq(shown, row->map);
	g_free(shown);
}

static void expect_error(const struct row *row, const struct nodemap *map, const char *error)
{
	char *place = g_strdup_printf("at column %d: ", row->column);

	ck_assert_msg(map == NULL, "\"%s\" was taken", row->hostlist);
	ck_assert_msg(g_str_has_prefix(error, place), "\"%s\": \"%s\" is not at column %d",
	              row->hostlist, error, row->column);
	ck_assert_msg(strstr(error, row->mistake) != NULL, "\"%s\": \"%s\" lacks \"%s\"",
	              row->hostlist, error, row->mistake);
	for (const char *at = error; *at != '\0'; at++)
		ck_assert(!g_ascii_iscntrl(*at));
	g_free(place);
}

START_TEST(a_hostlist_is_read_as_written_or_refused_with_the_place)
{
	const struct row *row = &rows[_i];
	char *error = NULL;
	struct nodemap *map =
		nodemap_parse(row->hostlist, row->pdus, row->n_pdus, "ipaddr", &error);

	if (row->map != NULL)
		expect_map(row, map, error);
	else
		expect_error(row, map, error);
	nodemap_free(map);
	g_free(error);
}
END_TEST

static struct nodemap *parse(const char *hostlist, const struct pdu_address *pdus, unsigned n_pdus)
{
	char *error = NULL;
	struct nodemap *map = nodemap_parse(hostlist, pdus, n_pdus, "ipaddr", &error);

	ck_assert_msg(map != NULL, "%s", error);
	return map;
}

static const struct outlet_ref *outlet(const struct nodemap *map, const char *node, guint i)
{
	const struct node *found = nodemap_find(map, node);

	ck_assert_ptr_nonnull(found);
	ck_assert_uint_lt(i, found->outlets->len);
	return g_ptr_array_index(found->outlets, i);
}

START_TEST(an_outlet_number_has_a_device_only_if_one_was_written)
{
	struct nodemap *map = parse("db1:3,7.3", ONE);
	const struct outlet_ref *plain = outlet(map, "db1", 0), *full = outlet(map, "db1", 1);

	ck_assert(!plain->has_device);
	ck_assert_uint_eq(plain->number, 3);
	ck_assert_ptr_null(plain->name);
	ck_assert(full->has_device);
	ck_assert_uint_eq(full->device, 7);
	ck_assert_uint_eq(full->number, 3);
	nodemap_free(map);
}
END_TEST

START_TEST(a_quoted_outlet_is_a_name_even_if_it_is_all_digits)
{
	struct nodemap *map = parse("db1:\"3\"", ONE);
	const struct outlet_ref *ref = outlet(map, "db1", 0);

	ck_assert_uint_eq(ref->number, 0);
	ck_assert(!ref->has_device);
	ck_assert_str_eq(ref->name, "3");
	nodemap_free(map);
}
END_TEST

START_TEST(a_number_may_have_the_name_that_it_must_be_called)
{
	struct nodemap *map = parse("db1:7.3=\"db1-a\"", ONE);
	const struct outlet_ref *ref = outlet(map, "db1", 0);

	ck_assert_uint_eq(ref->number, 3);
	ck_assert(ref->has_device);
	ck_assert_uint_eq(ref->device, 7);
	ck_assert_str_eq(ref->name, "db1-a");
	nodemap_free(map);
}
END_TEST

START_TEST(a_main_load_is_of_the_one_number_that_no_outlet_has)
{
	struct nodemap *map = parse("db1:main,7.main,7.2147483647", ONE);
	const struct outlet_ref *plain = outlet(map, "db1", 0), *full = outlet(map, "db1", 1);

	ck_assert_uint_eq(plain->number, TRIPPSNMP_MAIN);
	ck_assert(outlet_ref_is_main(plain) && !plain->has_device);
	ck_assert_ptr_null(plain->name);
	ck_assert(outlet_ref_is_main(full) && full->has_device);
	ck_assert_uint_eq(full->device, 7);
	ck_assert(!outlet_ref_is_main(outlet(map, "db1", 2)));
	nodemap_free(map);
}
END_TEST

/* --- outlets without a node --- */

static struct node *parse_outlets(const char *outlets)
{
	char *error = NULL;
	struct node *node = nodemap_outlets(outlets, SEVERAL, "ip", "plug", &error);

	ck_assert_msg(node != NULL, "%s: %s", outlets, error);
	return node;
}

START_TEST(outlets_stand_alone_as_behind_a_node)
{
	static const char *const lists[][2] = {
		{ "3@pdu-a", "3@pdu-a" },
		{ " 3@PDU-A:161 , 1.4@pdu-b ", "3@pdu-a,1.4@PDU-B:1161" },
		{ "\"a,b\"@mix,3=\"x\\y\"@twin:1", "\"a,b\"@mix,3=\"x\\y\"@twin:1" },
		{ "main@mix,2.main@pdu-b,3@mix", "main@mix,2.main@PDU-B:1161,3@mix" },
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(lists); i++) {
		struct node *node = parse_outlets(lists[i][0]);

		ck_assert_str_eq(node->list, lists[i][1]);
		ck_assert_str_eq(node->given_as, "plug");
		nodemap_free_node(node);
	}
}
END_TEST

START_TEST(bad_outlets_are_shown_and_have_no_column)
{
	static const char *const slips[][2] = {
		{ "", "an outlet is missing here" },
		{ "3@pdu-a,", "an outlet is missing here" },
		{ "3", "an outlet needs @PDU, for ip names several" },
		{ "3@pdu-x", "ip names no PDU \"pdu-x\"" },
		{ "3x@pdu-a", "\"3x\" is not an outlet's number (names stand in double quotes)" },
		{ "3@pdu-a 4@pdu-a", "',' is missing before \"4@pdu-a\"" },
		{ "3@pdu-a;db2:4@pdu-a", "',' is missing before \";db2:4@pdu-a\"" },
		{ "4@mix,4@mix:161", "outlet 4@mix is given twice" },
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(slips); i++) {
		char *error = NULL;

		ck_assert_ptr_null(nodemap_outlets(slips[i][0], SEVERAL, "ip", "plug", &error));
		ck_assert_str_eq(error, slips[i][1]);
		g_free(error);
	}
}
END_TEST

static bool covers(const char *outlets, const char *others)
{
	struct node *a = parse_outlets(outlets), *b = parse_outlets(others);
	const bool does = nodemap_covers(a, b);

	nodemap_free_node(a);
	nodemap_free_node(b);
	return does;
}

START_TEST(outlets_cover_the_same_ones_said_with_no_more)
{
	static const char *const same[][2] = {
		{ "3@mix", "3@mix:161" },
		{ "3@pdu-a,4@pdu-b", "4@pdu-b,3@pdu-a" },
		{ "\"Web 1\"@mix", "\" web 1 \"@mix" },
	};
	static const char *const more[][2] = {
		{ "1.3@pdu-a", "3@pdu-a" },
		{ "1.main@pdu-a", "main@pdu-a" },
		{ "3=\"x\"@pdu-a", "3@pdu-a" },
		{ "1.3=\"x\"@pdu-a,4@mix", "4@mix,3=\"X\"@pdu-a" },
	};
	static const char *const others[][2] = {
		{ "3@pdu-a", "4@pdu-a" },
		{ "main@pdu-a", "3@pdu-a" },
		{ "main@pdu-a", "2.main@pdu-a" },
		{ "main@pdu-a", "\"main\"@pdu-a" },
		{ "3@pdu-a", "3@pdu-b" },
		{ "3@pdu-a", "2.3@pdu-a" },
		{ "3@twin:1", "3@twin:2" },
		{ "3@pdu-a,4@pdu-a", "3@pdu-a" },
		{ "3@pdu-a,4@pdu-a", "4@pdu-a" },
		{ "3@pdu-a,1.3@pdu-a", "3@pdu-a,4@pdu-a" },
		{ "1.3@pdu-a,4@pdu-a", "3@pdu-a,1.3@pdu-a" },
		{ "3=\"x\"@pdu-a", "3=\"y\"@pdu-a" },
		{ "\"3\"@pdu-a", "3@pdu-a" },
		{ "3=\"x\"@pdu-a", "\"x\"@pdu-a" },
		{ "1.3@pdu-a,4@pdu-a", "3@pdu-a,1.4@pdu-a" },
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(same); i++) {
		ck_assert(covers(same[i][0], same[i][1]));
		ck_assert(covers(same[i][1], same[i][0]));
	}
	for (unsigned i = 0; i < G_N_ELEMENTS(more); i++) {
		ck_assert(covers(more[i][0], more[i][1]));
		ck_assert(!covers(more[i][1], more[i][0]));
	}
	for (unsigned i = 0; i < G_N_ELEMENTS(others); i++) {
		ck_assert(!covers(others[i][0], others[i][1]));
		ck_assert(!covers(others[i][1], others[i][0]));
	}
}
END_TEST

START_TEST(an_outlet_holds_the_index_of_its_pdu)
{
	struct nodemap *map = parse("db1:3@twin:2,3@pdu-a,\"x\"@mix:7", SEVERAL);

	ck_assert_uint_eq(outlet(map, "db1", 0)->pdu, 3);
	ck_assert_uint_eq(outlet(map, "db1", 1)->pdu, 0);
	ck_assert_uint_eq(outlet(map, "db1", 2)->pdu, 7);
	nodemap_free(map);
}
END_TEST

START_TEST(nodes_keep_their_order_and_spelling)
{
	struct nodemap *map = parse("Zeta:1 alpha:2;Mid", ONE);
	char *shown = show(map);

	ck_assert_str_eq(shown, "Zeta:1@pdu-a alpha:2@pdu-a Mid");
	g_free(shown);
	nodemap_free(map);
}
END_TEST

START_TEST(a_node_is_found_ignoring_case_and_only_by_its_whole_name)
{
	struct nodemap *map = parse("Node1:1 n\xc3\x96rd:2", ONE);

	ck_assert_str_eq(nodemap_find(map, "nODE1")->name, "Node1");
	ck_assert_ptr_nonnull(nodemap_find(map, "N\xc3\xb6RD"));
	ck_assert_ptr_null(nodemap_find(map, "node10"));
	ck_assert_ptr_null(nodemap_find(map, "node"));
	ck_assert_ptr_null(nodemap_find(map, ""));
	nodemap_free(map);
}
END_TEST

START_TEST(an_empty_map_has_no_nodes)
{
	struct nodemap *map = parse(NULL, ONE);

	ck_assert_uint_eq(map->nodes->len, 0);
	ck_assert_ptr_null(nodemap_find(map, "db1"));
	nodemap_free(map);
	nodemap_free(NULL);
}
END_TEST

START_TEST(a_long_slip_is_cut_in_the_message)
{
	char *word = g_strnfill(100000, 'x');
	char *hostlist = g_strconcat("db1:", word, NULL);
	char *error = NULL;

	ck_assert_ptr_null(nodemap_parse(hostlist, ONE, "ipaddr", &error));
	ck_assert_uint_lt(strlen(error), 250);
	g_free(error);
	g_free(hostlist);
	g_free(word);
}
END_TEST

START_TEST(a_large_map_is_read_whole)
{
	GString *hostlist = g_string_new(NULL);

	for (unsigned i = 1; i <= 5000; i++)
		g_string_append_printf(hostlist, "node%u:%u,1.%u;", i, i, i);
	struct nodemap *map = parse(hostlist->str, ONE);
	ck_assert_uint_eq(map->nodes->len, 5000);
	ck_assert_uint_eq(outlet(map, "node5000", 1)->number, 5000);
	nodemap_free(map);
	g_string_free(hostlist, TRUE);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("nodemap");
	TCase *grammar = tcase_create("grammar");
	TCase *rules = tcase_create("rules");

	tcase_add_loop_test(grammar, a_hostlist_is_read_as_written_or_refused_with_the_place, 0,
	                    (int)G_N_ELEMENTS(rows));
	tcase_add_test(rules, a_number_may_have_the_name_that_it_must_be_called);
	tcase_add_test(rules, a_main_load_is_of_the_one_number_that_no_outlet_has);
	tcase_add_test(rules, outlets_stand_alone_as_behind_a_node);
	tcase_add_test(rules, bad_outlets_are_shown_and_have_no_column);
	tcase_add_test(rules, outlets_cover_the_same_ones_said_with_no_more);
	tcase_add_test(rules, an_outlet_number_has_a_device_only_if_one_was_written);
	tcase_add_test(rules, a_quoted_outlet_is_a_name_even_if_it_is_all_digits);
	tcase_add_test(rules, an_outlet_holds_the_index_of_its_pdu);
	tcase_add_test(rules, nodes_keep_their_order_and_spelling);
	tcase_add_test(rules, a_node_is_found_ignoring_case_and_only_by_its_whole_name);
	tcase_add_test(rules, an_empty_map_has_no_nodes);
	tcase_add_test(rules, a_long_slip_is_cut_in_the_message);
	tcase_add_test(rules, a_large_map_is_read_whole);
	suite_add_tcase(suite, grammar);
	suite_add_tcase(suite, rules);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
