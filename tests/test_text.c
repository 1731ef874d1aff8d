/*
 * The pure helpers: names and escaping (text.h), log lines (log.h), varbinds
 * and object identifiers (request.h).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "base/log.h"
#include "base/text.h"
#include "snmp/request.h"

#include <check.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

/* Octets with their count, for there are NULs among them. */
#define OCTETS(literal) literal, (gssize)(sizeof(literal) - 1)

struct row {
	const char *octets;
	gssize n;
	const char *expected;
};

static const struct row escapes[] = {
	{ NULL, -1, "" },
	{ NULL, 5, "" },
	{ OCTETS(""), "" },
	{ "web", 0, "" },
	{ "web", 2, "we" },
	{ "web 1", -1, "web 1" },
	{ OCTETS("a\nb\r\t"), "a\\x0ab\\x0d\\x09" },
	{ OCTETS("a\0b"), "a\\x00b" },
	{ "a" TEXT_NUL "b", -1, "a\\x00b" },
	{ "a" TEXT_NUL, -1, "a\\x00" },
	{ OCTETS("a\xc0"), "a\\xc0" },
	{ OCTETS("\x1b[31m\x7f"), "\\x1b[31m\\x7f" },
	{ OCTETS("a\\b"), "a\\\\b" },
	{ OCTETS("%s%n $(x) `y` \"z\""), "%s%n $(x) `y` \"z\"" },
	{ OCTETS("a  b   c"), "a \\x20b \\x20 c" },
	{ OCTETS("n\xc3\xb6rd \xe6\x97\xa5 \xf0\x9f\x98\x80"),
	  "n\xc3\xb6rd \xe6\x97\xa5 \xf0\x9f\x98\x80" },
	{ OCTETS("e\xcc\x81"), "e\xcc\x81" },  /* combining accent */
	{ OCTETS("d\xfcssel"), "d\\xfcssel" }, /* Latin-1 */
	{ OCTETS("\xc3"), "\\xc3" },           /* cut short */
	{ OCTETS("\xe2\x82"), "\\xe2\\x82" },
	{ OCTETS("\xe2\x82x"), "\\xe2\\x82x" },
	{ OCTETS("\xc0\xaf"), "\\xc0\\xaf" },                   /* overlong */
	{ OCTETS("\xed\xa0\x80"), "\\xed\\xa0\\x80" },          /* surrogate */
	{ OCTETS("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80" }, /* past the last */
	{ OCTETS("\xc2\x85"), "\\xc2\\x85" },                   /* C1 next line */
	{ OCTETS("\xc2\x9b"), "\\xc2\\x9b" },                   /* C1 CSI */
	{ OCTETS("\xc2\xa0"), "\\xc2\\xa0" },                   /* no-break space */
	{ OCTETS("\xe2\x80\xa8\xe2\x80\xa9"), "\\xe2\\x80\\xa8\\xe2\\x80\\xa9" }, /* separators */
	{ OCTETS("\xe2\x80\xae"), "\\xe2\\x80\\xae" }, /* right-to-left override */
	{ OCTETS("\xe2\x80\x8b\xef\xbb\xbf"), "\\xe2\\x80\\x8b\\xef\\xbb\\xbf" }, /* zero width */
	{ OCTETS("\xee\x80\x80"), "\\xee\\x80\\x80" },                            /* private use */
	{ OCTETS("\xf3\xa0\x81\x81"), "\\xf3\\xa0\\x81\\x81" },                   /* tag */
};

START_TEST(escaped_text_is_one_printable_line)
{
	const struct row *row = &escapes[_i];
	char *escaped = text_escape(row->octets, row->n);

	ck_assert_str_eq(escaped, row->expected);
	g_free(escaped);
}
END_TEST

START_TEST(every_octet_alone_escapes_to_valid_text)
{
	for (unsigned octet = 0; octet < 256; octet++) {
		char one = (char)octet;
		char *escaped = text_escape(&one, 1);

		ck_assert(g_utf8_validate(escaped, -1, NULL));
		ck_assert_uint_ge(strlen(escaped), 1);
		for (const char *at = escaped; *at != '\0'; at++)
			ck_assert(g_ascii_isprint(*at));
		g_free(escaped);
	}
}
END_TEST

static const struct row keys[] = {
	{ NULL, -1, "" },
	{ OCTETS(""), "" },
	{ OCTETS(" \t\r\n\0\0"), "" },
	{ OCTETS("Web1"), "web1" },
	{ OCTETS("  Web 1 \n"), "web 1" },
	{ OCTETS("web1\0\0\0\0"), "web1" },
	{ OCTETS("\0web1 \0 "), "web1" },
	{ OCTETS("N\xc3\x96RD"), "n\xc3\xb6rd" },
	{ OCTETS("D\xdcSSEL"), "d\xdcssel" },
	{ OCTETS("web1\0xyz"), "web1\x01xyz" },
	{ OCTETS("I"), "i" },
	{ "webxyz", 3, "web" },
};

START_TEST(a_name_key_has_no_padding_and_no_case)
{
	const struct row *row = &keys[_i];
	char *key = text_name_key(row->octets, row->n);

	ck_assert_str_eq(key, row->expected);
	g_free(key);
}
END_TEST

START_TEST(names_are_the_same_ignoring_case_and_padding_only)
{
	ck_assert(text_same_name("node1", "NODE1"));
	ck_assert(text_same_name(" node1\n", "node1"));
	ck_assert(text_same_name("n\xc3\xb6rd", "N\xc3\x96RD"));
	ck_assert(!text_same_name("node1", "node10"));
	ck_assert(!text_same_name("node1", "node"));
	ck_assert(!text_same_name("node 1", "node1"));
	ck_assert(!text_same_name("n\xc3\xb6rd", "nord"));
	ck_assert(!text_same_name("n\xf6rd", "n\xc3\xb6rd"));
}
END_TEST

START_TEST(empty_names_are_never_the_same)
{
	ck_assert(!text_same_name("", ""));
	ck_assert(!text_same_name(" ", "\t"));
	ck_assert(!text_same_name(NULL, NULL));
	ck_assert(!text_same_name(NULL, "a"));
	ck_assert(!text_same_name("a", NULL));
}
END_TEST

static const struct row strings[] = {
	{ NULL, 0, "" },
	{ OCTETS("web1"), "web1" },
	{ OCTETS("web1\0\0\0"), "web1" },
	{ "web1\0x", 5, "web1" },
	{ OCTETS("\0\0"), "" },
	{ OCTETS("web1\0 \0 "), "web1" },
	{ OCTETS(" web1 "), " web1 " },
	{ OCTETS("web1\0x"), "web1" TEXT_NUL "x" },
	{ OCTETS("web1\0 x\0\0"), "web1" TEXT_NUL " x" },
	{ OCTETS("\0web1"), TEXT_NUL "web1" },
};

START_TEST(a_nul_at_the_end_of_a_text_is_padding_and_one_inside_is_kept)
{
	const struct row *row = &strings[_i];
	char *text = text_string(row->octets, (gsize)row->n);

	ck_assert_str_eq(text, row->expected);
	g_free(text);
}
END_TEST

static const struct row doubts[] = {
	{ "web1", -1, NULL },
	{ "", -1, NULL },
	{ "Web1 " TEXT_NUL "x", -1, "web1" },
	{ "web1" TEXT_NUL "x" TEXT_NUL "y", -1, "web1" },
	{ TEXT_NUL " " TEXT_NUL "web1", -1, "web1" },
	{ TEXT_NUL "web1" TEXT_NUL "x", -1, "web1" },
	{ TEXT_NUL, -1, "" },
};

START_TEST(what_stands_before_a_nul_inside_is_a_doubtful_name)
{
	char *key = text_doubtful_key(doubts[_i].octets);

	ck_assert_pstr_eq(key, doubts[_i].expected);
	g_free(key);
}
END_TEST

START_TEST(a_name_with_a_nul_inside_is_no_shorter_name)
{
	char *whole = text_name_key(OCTETS("web1\0x"));
	char *part = text_name_key(OCTETS("web1"));

	ck_assert_str_ne(whole, part);
	g_free(whole);
	g_free(part);
}
END_TEST

START_TEST(names_do_not_depend_on_the_locale)
{
	static const char *const locales[] = { "tr_TR.UTF-8", "de_DE.UTF-8", "de_DE", "C.UTF-8",
		                               "C" };

	for (gsize i = 0; i < G_N_ELEMENTS(locales); i++) {
		setlocale(LC_ALL, locales[i]);
		ck_assert(text_same_name("NODEI", "nodei"));
		ck_assert(text_is_factory_name("RECEPTACLE 1"));
		ck_assert(!text_is_node_name("n\xf6rd"));
		char *escaped = text_escape("\xc3\xb6\xf6", -1);
		ck_assert_str_eq(escaped, "\xc3\xb6\\xf6");
		g_free(escaped);
	}
	setlocale(LC_ALL, "C");
}
END_TEST

static const char *const node_names[] = {
	"a",        "1",           "node1",
	"NODE-1",   "node_1",      "node1.example.org",
	"10.0.0.1", "n\xc3\xb6rd", "\xe6\x97\xa5\xe6\x9c\xac",
	"a.",       "a-",
};

static const char *const no_node_names[] = {
	NULL,
	"",
	" ",
	"-a",
	".a",
	"_a",
	"a b",
	" a",
	"a ",
	"a\n",
	"a/b",
	"a:b",
	"a,b",
	"a;b",
	"a\"",
	"a@b",
	"a#",
	"Outlet #3",
	"$(x)",
	"a\\",
	"n\xf6rd",
	"\xc3",
	"a\xe2\x80\x8b",
	"a\xc2\xa0",
	"\xe2\x80\xaeX",
};

START_TEST(a_node_name_is_letters_digits_dots_dashes_and_underscores)
{
	for (gsize i = 0; i < G_N_ELEMENTS(node_names); i++)
		ck_assert_msg(text_is_node_name(node_names[i]), "%s", node_names[i]);
	for (gsize i = 0; i < G_N_ELEMENTS(no_node_names); i++)
		ck_assert_msg(!text_is_node_name(no_node_names[i]), "%s", no_node_names[i]);
}
END_TEST

START_TEST(a_node_name_has_at_most_255_bytes)
{
	char *name = g_strnfill(256, 'a');

	ck_assert(!text_is_node_name(name));
	name[255] = '\0';
	ck_assert(text_is_node_name(name));
	g_free(name);
}
END_TEST

static const char *const factory_names[] = {
	"Load 3",   "Load3",      "load 12",    "LOAD3",         "Outlet 3", "Outlet #3",
	"outlet#3", "Outlet # 3", "Port 1",     "Receptacle 24", "Bank 2",   "3",
	"#3",       " 3 ",        "  Load 3\n", "Load  3",
};

static const char *const own_names[] = {
	NULL,         "",        " ",         "load",       "Outlet",   "Load x",  "Load 3a",
	"Load 3 web", "web1",    "download3", "workload 3", "Load 3.1", "Load -3", "a3",
	"3a",         "Loads 3", "port-a1",   "##3",        "banker3",
};

START_TEST(a_factory_name_is_a_known_word_or_none_and_a_number)
{
	for (gsize i = 0; i < G_N_ELEMENTS(factory_names); i++)
		ck_assert_msg(text_is_factory_name(factory_names[i]), "%s", factory_names[i]);
	for (gsize i = 0; i < G_N_ELEMENTS(own_names); i++)
		ck_assert_msg(!text_is_factory_name(own_names[i]), "%s", own_names[i]);
}
END_TEST

/* log.h */

struct sink {
	unsigned lines;
	enum trippsnmp_level level;
	char *last;
};

static void keep(void *context, enum trippsnmp_level level, const char *line)
{
	struct sink *sink = context;

	sink->lines++;
	sink->level = level;
	g_free(sink->last);
	sink->last = g_strdup(line);
}

START_TEST(a_log_line_reaches_the_sink_formatted)
{
	struct sink sink = { 0 };
	struct log log = { keep, &sink };

	log_line(&log, TRIPPSNMP_LOG_WARN, "outlet %u of %s", 3, "pdu-a");
	ck_assert_uint_eq(sink.lines, 1);
	ck_assert_int_eq(sink.level, TRIPPSNMP_LOG_WARN);
	ck_assert_str_eq(sink.last, "outlet 3 of pdu-a");
	g_free(sink.last);
}
END_TEST

START_TEST(an_empty_log_line_is_dropped)
{
	struct sink sink = { 0 };
	struct log log = { keep, &sink };

	log_line(&log, TRIPPSNMP_LOG_INFO, "%s", "");
	log_line(&log, TRIPPSNMP_LOG_INFO, "%s", "\n");
	log_line(&log, TRIPPSNMP_LOG_INFO, "%s", " ");
	ck_assert_uint_eq(sink.lines, 0);
}
END_TEST

START_TEST(a_log_line_has_no_control_characters)
{
	struct sink sink = { 0 };
	struct log log = { keep, &sink };

	log_line(&log, TRIPPSNMP_LOG_INFO, "a\nb\033c\177d\n");
	ck_assert_str_eq(sink.last, "a b c d");
	g_free(sink.last);
}
END_TEST

START_TEST(a_log_without_a_sink_goes_nowhere)
{
	struct log log = { NULL, NULL };

	log_line(&log, TRIPPSNMP_LOG_CRIT, "%s", "lost");
	log_line(NULL, TRIPPSNMP_LOG_CRIT, "%s", "lost");
}
END_TEST

/* request.h */

static struct objid objid(unsigned n, const uint32_t *ids)
{
	struct objid root = { 0 };

	return objid_append(&root, n, ids);
}

#define OBJID(...)                                                                                 \
	objid((unsigned)G_N_ELEMENTS(((uint32_t[]){ __VA_ARGS__ })), (uint32_t[]){ __VA_ARGS__ })

START_TEST(object_identifiers_sort_as_getnext_goes)
{
	struct objid a = OBJID(1, 3), b = OBJID(1, 3, 1), c = OBJID(1, 4),
		     d = OBJID(1, 4294967295u), least = OBJID(0, 9);

	ck_assert_int_lt(objid_compare(&least, &a), 0);
	ck_assert_int_lt(objid_compare(&a, &b), 0);
	ck_assert_int_lt(objid_compare(&b, &c), 0);
	ck_assert_int_lt(objid_compare(&c, &d), 0);
	ck_assert_int_gt(objid_compare(&d, &a), 0);
	ck_assert_int_gt(objid_compare(&b, &a), 0);
	ck_assert_int_eq(objid_compare(&b, &b), 0);
}
END_TEST

START_TEST(an_object_identifier_equals_only_itself)
{
	struct objid a = OBJID(1, 3, 6), b = OBJID(1, 3, 6), shorter = OBJID(1, 3),
		     other = OBJID(1, 3, 7);

	ck_assert(objid_equal(&a, &b));
	ck_assert(!objid_equal(&a, &shorter));
	ck_assert(!objid_equal(&shorter, &a));
	ck_assert(!objid_equal(&a, &other));
}
END_TEST

START_TEST(a_subtree_lies_below_its_root_and_not_at_it)
{
	struct objid root = OBJID(1, 3, 6), below = OBJID(1, 3, 6, 1), beside = OBJID(1, 3, 7, 1),
		     above = OBJID(1, 3);

	ck_assert(objid_below(&below, &root));
	ck_assert(!objid_below(&root, &root));
	ck_assert(!objid_below(&beside, &root));
	ck_assert(!objid_below(&above, &root));
}
END_TEST

START_TEST(an_object_identifier_is_cut_at_its_limit)
{
	uint32_t ids[OBJID_MAX + 8];

	for (unsigned i = 0; i < G_N_ELEMENTS(ids); i++)
		ids[i] = i;
	struct objid root = OBJID(1, 3), cut = objid_append(&root, G_N_ELEMENTS(ids), ids);

	ck_assert_uint_eq(cut.n, OBJID_MAX);
	ck_assert_uint_eq(cut.id[OBJID_MAX - 1], OBJID_MAX - 3);
}
END_TEST

START_TEST(an_object_identifier_is_shown_dotted)
{
	struct objid name = OBJID(1, 3, 6, 4294967295u), none = { 0 };
	char *text = objid_text(&name), *empty = objid_text(&none);

	ck_assert_str_eq(text, "1.3.6.4294967295");
	ck_assert_str_eq(empty, "");
	g_free(text);
	g_free(empty);
}
END_TEST

START_TEST(varbinds_are_added_as_questions_or_integers)
{
	struct objid name = OBJID(1, 3);
	GArray *varbinds = varbinds_new();

	varbinds_add(varbinds, &name);
	varbinds_add_integer(varbinds, &name, -7);
	const struct varbind *question = &g_array_index(varbinds, struct varbind, 0);
	const struct varbind *integer = &g_array_index(varbinds, struct varbind, 1);
	ck_assert_uint_eq(varbinds->len, 2);
	ck_assert_int_eq(question->type, VALUE_NONE);
	ck_assert(objid_equal(&question->name, &name));
	ck_assert_int_eq(integer->type, VALUE_INTEGER);
	ck_assert_int_eq(integer->number, -7);
	g_array_unref(varbinds);
}
END_TEST

START_TEST(a_copied_varbind_outlives_the_first)
{
	struct varbind first = { .type = VALUE_OCTETS, .octets = g_bytes_new("web", 3) };
	struct varbind copy = varbind_copy(&first);

	varbind_clear(&first);
	ck_assert_int_eq(first.type, VALUE_NONE);
	ck_assert_ptr_null(first.octets);
	ck_assert_uint_eq(g_bytes_get_size(copy.octets), 3);
	varbind_clear(&copy);
	varbind_clear(&copy);
}
END_TEST

START_TEST(a_cleared_event_owns_nothing_and_can_be_cleared_again)
{
	struct event event = { .type = EVENT_ANSWER,
		               .pdu = 2,
		               .varbinds = varbinds_new(),
		               .reason = g_strdup("why") };
	struct varbind octets = { .type = VALUE_OCTETS, .octets = g_bytes_new("web", 3) };

	g_array_append_val(event.varbinds, octets);
	event_clear(&event);
	ck_assert_int_eq(event.type, EVENT_TIME);
	ck_assert_ptr_null(event.varbinds);
	ck_assert_ptr_null(event.reason);
	event_clear(&event);
}
END_TEST

START_TEST(an_error_status_has_the_standards_word)
{
	ck_assert_str_eq(snmp_status_text(SNMP_STATUS_OK), "noError");
	ck_assert_str_eq(snmp_status_text(SNMP_STATUS_GEN_ERR), "genErr");
	ck_assert_str_eq(snmp_status_text(SNMP_STATUS_NO_ACCESS), "noAccess");
	ck_assert_str_eq(snmp_status_text(SNMP_STATUS_WRONG_VALUE), "wrongValue");
	ck_assert_str_eq(snmp_status_text(SNMP_STATUS_AUTHORIZATION_ERROR), "authorizationError");
	ck_assert_str_eq(snmp_status_text(SNMP_STATUS_NOT_WRITABLE), "notWritable");
	ck_assert_str_eq(snmp_status_text(18), "inconsistentName");
	ck_assert_str_eq(snmp_status_text(19), "unknown error-status");
	ck_assert_str_eq(snmp_status_text(-1), "unknown error-status");
}
END_TEST

static TCase *text_case(void)
{
	TCase *tcase = tcase_create("text");

	tcase_add_loop_test(tcase, escaped_text_is_one_printable_line, 0,
	                    (int)G_N_ELEMENTS(escapes));
	tcase_add_test(tcase, every_octet_alone_escapes_to_valid_text);
	tcase_add_loop_test(tcase, a_name_key_has_no_padding_and_no_case, 0,
	                    (int)G_N_ELEMENTS(keys));
	tcase_add_test(tcase, names_are_the_same_ignoring_case_and_padding_only);
	tcase_add_test(tcase, empty_names_are_never_the_same);
	tcase_add_loop_test(tcase, a_nul_at_the_end_of_a_text_is_padding_and_one_inside_is_kept, 0,
	                    G_N_ELEMENTS(strings));
	tcase_add_loop_test(tcase, what_stands_before_a_nul_inside_is_a_doubtful_name, 0,
	                    G_N_ELEMENTS(doubts));
	tcase_add_test(tcase, a_name_with_a_nul_inside_is_no_shorter_name);
	tcase_add_test(tcase, names_do_not_depend_on_the_locale);
	tcase_add_test(tcase, a_node_name_is_letters_digits_dots_dashes_and_underscores);
	tcase_add_test(tcase, a_node_name_has_at_most_255_bytes);
	tcase_add_test(tcase, a_factory_name_is_a_known_word_or_none_and_a_number);
	return tcase;
}

static TCase *log_case(void)
{
	TCase *tcase = tcase_create("log");

	tcase_add_test(tcase, a_log_line_reaches_the_sink_formatted);
	tcase_add_test(tcase, an_empty_log_line_is_dropped);
	tcase_add_test(tcase, a_log_line_has_no_control_characters);
	tcase_add_test(tcase, a_log_without_a_sink_goes_nowhere);
	return tcase;
}

static const struct shown_value {
	enum value_type type;
	int64_t number;
	const char *octets, *expected;
} shown_values[] = {
	{ VALUE_INTEGER, 7, NULL, "INTEGER 7" },
	{ VALUE_INTEGER, -1, NULL, "INTEGER -1" },
	{ VALUE_UNSIGNED, 2, NULL, "Gauge32 2" },
	{ VALUE_OCTETS, 0, "2", "string \"2\"" },
	{ VALUE_OCTETS, 0, "o\nff", "string \"o\\x0aff\"" },
	{ VALUE_OCTETS, 0, "0123456789012345678901234567890123456789",
	  "string \"01234567890123456789012345678901\"" },
	{ VALUE_OBJID, 0, "1.3.6", "OBJECT IDENTIFIER 1.3.6" },
	{ VALUE_NULL, 0, NULL, "NULL" },
	{ VALUE_ABSENT, 0, NULL, "noSuchInstance" },
	{ VALUE_ERROR, SNMP_STATUS_GEN_ERR, NULL, "genErr" },
	{ VALUE_NONE, 0, NULL, "nothing came" },
};

START_TEST(a_value_is_shown_with_its_type)
{
	const struct shown_value *row = &shown_values[_i];
	struct varbind varbind = { .type = row->type, .number = row->number };
	char *text;

	if (row->octets)
		varbind.octets = g_bytes_new_static(row->octets, strlen(row->octets));
	text = varbind_text(&varbind);
	ck_assert_str_eq(text, row->expected);
	g_free(text);
	varbind_clear(&varbind);
}
END_TEST

static struct varbind objid_value(const char *dotted)
{
	return (struct varbind){ .type = VALUE_OBJID,
		                 .octets = g_bytes_new(dotted, strlen(dotted)) };
}

START_TEST(a_value_is_an_object_identifier_if_it_is_dotted_numbers)
{
	static const char *const bad[] = {
		"", ".", ".1", "1.", "1..3", "1.x", "x", "1.4294967296"
	};
	struct varbind varbind = objid_value("1.3.4294967295");
	struct objid value, expected = OBJID(1, 3, 4294967295u);

	ck_assert(varbind_objid(&varbind, &value));
	ck_assert(objid_equal(&value, &expected));
	varbind.type = VALUE_OCTETS;
	ck_assert(!varbind_objid(&varbind, &value));
	varbind_clear(&varbind);
	for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++) {
		varbind = objid_value(bad[i]);
		ck_assert_msg(!varbind_objid(&varbind, &value), "%s", bad[i]);
		varbind_clear(&varbind);
	}
}
END_TEST

START_TEST(an_object_identifier_that_is_too_long_is_no_value)
{
	GString *dotted = g_string_new("1");
	struct varbind varbind;
	struct objid value;

	while (dotted->len < 2 * OBJID_MAX - 1)
		g_string_append(dotted, ".1");
	varbind = objid_value(dotted->str);
	ck_assert(varbind_objid(&varbind, &value));
	ck_assert_uint_eq(value.n, OBJID_MAX);
	varbind_clear(&varbind);
	g_string_append(dotted, ".1");
	varbind = objid_value(dotted->str);
	ck_assert(!varbind_objid(&varbind, &value));
	varbind_clear(&varbind);
	g_string_free(dotted, TRUE);
}
END_TEST

static TCase *request_case(void)
{
	TCase *tcase = tcase_create("request");

	tcase_add_test(tcase, object_identifiers_sort_as_getnext_goes);
	tcase_add_test(tcase, an_object_identifier_equals_only_itself);
	tcase_add_test(tcase, a_subtree_lies_below_its_root_and_not_at_it);
	tcase_add_test(tcase, an_object_identifier_is_cut_at_its_limit);
	tcase_add_test(tcase, an_object_identifier_is_shown_dotted);
	tcase_add_test(tcase, a_value_is_an_object_identifier_if_it_is_dotted_numbers);
	tcase_add_test(tcase, an_object_identifier_that_is_too_long_is_no_value);
	tcase_add_test(tcase, varbinds_are_added_as_questions_or_integers);
	tcase_add_test(tcase, a_copied_varbind_outlives_the_first);
	tcase_add_test(tcase, a_cleared_event_owns_nothing_and_can_be_cleared_again);
	tcase_add_test(tcase, an_error_status_has_the_standards_word);
	tcase_add_loop_test(tcase, a_value_is_shown_with_its_type, 0, G_N_ELEMENTS(shown_values));
	return tcase;
}

int main(void)
{
	Suite *suite = suite_create("text");

	suite_add_tcase(suite, text_case());
	suite_add_tcase(suite, log_case());
	suite_add_tcase(suite, request_case());

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
