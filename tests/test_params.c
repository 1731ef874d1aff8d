/*
 * The parameter table: its metadata, its checks, and that no message holds a
 * secret.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config/params.h"

#include <check.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define V2C "ipaddr=pdu-a|community=secret-c"
#define V3 "ipaddr=pdu-a|login=admin"
#define AUTH "|password=secret-password"
#define PRIV "|snmp_priv_passwd=secret-priv"

/* Checks settings written NAME=VALUE|NAME=VALUE. */
static struct config *check_as(const char *settings, const char *const names[], bool agent,
                               char **error)
{
	char **pairs = g_strsplit(settings, "|", -1);
	const char *values[PARAM_COUNT] = { NULL };

	for (char **pair = pairs; *pair != NULL; pair++) {
		char *value = strchr(*pair, '=');

		ck_assert_msg(value != NULL, "%s", *pair);
		*value++ = '\0';
		ck_assert_msg(params_find(*pair) < PARAM_COUNT, "%s", *pair);
		values[params_find(*pair)] = value;
	}
	*error = NULL;
	struct config *config = params_check(values, names, agent, error);
	g_strfreev(pairs);
	return config;
}

static struct config *check(const char *settings, char **error)
{
	return check_as(settings, NULL, false, error);
}

static struct config *accept(const char *settings)
{
	char *error;
	struct config *config = check(settings, &error);

	ck_assert_msg(config != NULL, "\"%s\" was refused: %s", settings, error);
	ck_assert_ptr_null(error);
	return config;
}

/* The message, to be freed. It is one line, and holds no secret. */
static char *refuse(const char *settings)
{
	char *error;
	struct config *config = check(settings, &error);

	ck_assert_msg(config == NULL, "\"%s\" was taken", settings);
	ck_assert_ptr_nonnull(error);
	ck_assert_msg(strstr(error, "secret-") == NULL, "%s", error);
	for (const char *at = error; *at != '\0'; at++)
		ck_assert(!g_ascii_iscntrl(*at));
	return error;
}

static void expect_error(const char *settings, const char *expected)
{
	char *error = refuse(settings);

	ck_assert_msg(g_str_has_prefix(error, expected), "\"%s\": \"%s\" is not \"%s\"", settings,
	              error, expected);
	g_free(error);
}

/* The table */

START_TEST(each_row_stands_at_its_number_and_is_found_by_its_name)
{
	for (unsigned i = 0; i < PARAM_COUNT; i++) {
		ck_assert_uint_eq(params_find(params_row(i)->name), i);
	}
	ck_assert_ptr_null(params_row(PARAM_COUNT));
	ck_assert_uint_eq(params_find("IPADDR"), PARAM_COUNT);
	ck_assert_uint_eq(params_find(""), PARAM_COUNT);
	ck_assert_uint_eq(params_find("port"), PARAM_COUNT);
}
END_TEST

START_TEST(names_and_defaults_are_those_of_the_design)
{
	static const char *const rows[][2] = {
		{ "ipaddr", NULL },
		{ "hostlist", NULL },
		{ "feeds", "0" },
		{ "snmp_version", NULL },
		{ "community", NULL },
		{ "login", NULL },
		{ "password", NULL },
		{ "snmp_auth_prot", "SHA" },
		{ "snmp_priv_prot", "AES" },
		{ "snmp_priv_passwd", NULL },
		{ "snmp_sec_level", NULL },
		{ "secrets_file", NULL },
		{ "off_hold", "5" },
		{ "power_timeout", "20" },
		{ "snmp_timeout", "1" },
		{ "total_timeout", "50" },
		{ "check_write", "no" },
	};

	ck_assert_uint_eq(G_N_ELEMENTS(rows), PARAM_COUNT);
	for (unsigned i = 0; i < PARAM_COUNT; i++) {
		ck_assert_str_eq(params_row(i)->name, rows[i][0]);
		ck_assert_pstr_eq(params_row(i)->default_value, rows[i][1]);
	}
}
END_TEST

START_TEST(only_ipaddr_is_required_and_only_three_are_secret)
{
	for (unsigned i = 0; i < PARAM_COUNT; i++) {
		const struct trippsnmp_parameter *row = params_row(i);

		ck_assert(row->required == ((enum param_id)i == PARAM_IPADDR));
		ck_assert(row->secret == ((enum param_id)i == PARAM_COMMUNITY ||
		                          (enum param_id)i == PARAM_PASSWORD ||
		                          (enum param_id)i == PARAM_SNMP_PRIV_PASSWD));
	}
}
END_TEST

START_TEST(no_name_collides_with_those_that_never_reach_a_plugin)
{
	static const char *const taken[] = { "action", "option", "plugin", "nodename", "stonith",
		                             "agent",  "port",   "plug",   "provides", "home",
		                             "user",   "term",   "path" };

	for (gsize i = 0; i < G_N_ELEMENTS(taken); i++)
		ck_assert_uint_eq(params_find(taken[i]), PARAM_COUNT);
	for (unsigned i = 0; i < PARAM_COUNT; i++)
		ck_assert_ptr_null(strchr(params_row(i)->name, '-'));
}
END_TEST

START_TEST(each_default_passes_its_own_check)
{
	char *settings = g_strdup(V2C);

	for (unsigned i = 0; i < PARAM_COUNT; i++) {
		const struct trippsnmp_parameter *row = params_row(i);
		char *longer = row->default_value == NULL
		                       ? g_strdup(settings)
		                       : g_strdup_printf("%s|%s=%s", settings, row->name,
		                                         row->default_value);
		g_free(settings);
		settings = longer;
	}
	config_free(accept(settings));
	g_free(settings);
}
END_TEST

START_TEST(texts_are_one_line_in_short_and_sentences_in_long)
{
	for (unsigned i = 0; i < PARAM_COUNT; i++) {
		const struct trippsnmp_parameter *row = params_row(i);

		ck_assert_uint_ge(strlen(row->shortdesc), 10);
		ck_assert_uint_le(strlen(row->shortdesc), 180);
		ck_assert(!g_str_has_suffix(row->shortdesc, "."));
		ck_assert(g_str_has_suffix(row->longdesc, "."));
		ck_assert_ptr_null(strchr(row->longdesc, '\n'));
	}
}
END_TEST

/* What a reader of the metadata sees. */
struct reader {
	unsigned parameters, contents, shorts, longs;
	const struct trippsnmp_parameter *row;
	GString *text;
};

static void on_start(GMarkupParseContext *markup, const char *element, const char **names,
                     const char **values, gpointer data, GError **error)
{
	struct reader *reader = data;

	g_string_truncate(reader->text, 0);
	if (strcmp(element, "parameter") == 0) {
		const char *name, *unique, *required;

		ck_assert(g_markup_collect_attributes(
			element, names, values, error, G_MARKUP_COLLECT_STRING, "name", &name,
			G_MARKUP_COLLECT_STRING, "unique", &unique, G_MARKUP_COLLECT_STRING,
			"required", &required, G_MARKUP_COLLECT_INVALID));
		reader->row = params_row(reader->parameters++);
		ck_assert_str_eq(name, reader->row->name);
		ck_assert_str_eq(unique, "0");
		ck_assert_str_eq(required, reader->row->required ? "1" : "0");
	} else if (strcmp(element, "content") == 0) {
		const char *type, *standard;

		ck_assert(g_markup_collect_attributes(
			element, names, values, error, G_MARKUP_COLLECT_STRING, "type", &type,
			G_MARKUP_COLLECT_STRING | G_MARKUP_COLLECT_OPTIONAL, "default", &standard,
			G_MARKUP_COLLECT_INVALID));
		reader->contents++;
		ck_assert_str_eq(type, reader->row->type);
		ck_assert_pstr_eq(standard, reader->row->default_value);
	} else if (strcmp(element, "parameters") != 0) {
		ck_assert_str_eq(names[0], "lang");
		ck_assert_str_eq(values[0], "en");
	}
	(void)markup;
}

static void on_end(GMarkupParseContext *markup, const char *element, gpointer data, GError **error)
{
	struct reader *reader = data;

	if (strcmp(element, "shortdesc") == 0) {
		reader->shorts++;
		ck_assert_str_eq(reader->text->str, reader->row->shortdesc);
	} else if (strcmp(element, "longdesc") == 0) {
		reader->longs++;
		ck_assert_str_eq(reader->text->str, reader->row->longdesc);
	}
	(void)markup;
	(void)error;
}

static void on_text(GMarkupParseContext *markup, const char *text, gsize n, gpointer data,
                    GError **error)
{
	struct reader *reader = data;

	g_string_append_len(reader->text, text, (gssize)n);
	(void)markup;
	(void)error;
}

START_TEST(the_metadata_holds_every_row_as_it_is)
{
	static const GMarkupParser parser = { .start_element = on_start,
		                              .end_element = on_end,
		                              .text = on_text };
	struct reader reader = { .text = g_string_new(NULL) };
	GMarkupParseContext *markup = g_markup_parse_context_new(&parser, 0, &reader, NULL);
	char *xml = params_xml();

	ck_assert(g_markup_parse_context_parse(markup, xml, -1, NULL));
	ck_assert(g_markup_parse_context_end_parse(markup, NULL));
	ck_assert(g_str_has_prefix(xml, "<parameters>"));
	ck_assert(g_str_has_suffix(xml, "</parameters>"));
	ck_assert_uint_eq(reader.parameters, PARAM_COUNT);
	ck_assert_uint_eq(reader.contents, PARAM_COUNT);
	ck_assert_uint_eq(reader.shorts, PARAM_COUNT);
	ck_assert_uint_eq(reader.longs, PARAM_COUNT);
	g_free(xml);
	g_markup_parse_context_free(markup);
	g_string_free(reader.text, TRUE);
}
END_TEST

/* Checks */

START_TEST(defaults_fill_what_is_not_set)
{
	struct config *config = accept(V2C "|hostlist=|feeds=|off_hold=|login=|snmp_version= ");
	const struct pdu_address *pdu = addresses_at(config->pdus, 0);

	ck_assert_uint_eq(config->pdus->len, 1);
	ck_assert_str_eq(pdu->label, "pdu-a");
	ck_assert_str_eq(pdu->host, "pdu-a");
	ck_assert_uint_eq(pdu->port, 161);
	ck_assert_uint_eq(config->map->nodes->len, 0);
	ck_assert_uint_eq(config->feeds, 0);
	ck_assert_int_eq(config->version, SNMP_V2C);
	ck_assert_str_eq(config->community, "secret-c");
	ck_assert_ptr_null(config->login);
	ck_assert_ptr_null(config->auth);
	ck_assert_ptr_null(config->priv);
	ck_assert_int_eq(config->off_hold, 5 * USEC_PER_SEC);
	ck_assert_int_eq(config->power_timeout, 20 * USEC_PER_SEC);
	ck_assert_int_eq(config->snmp_timeout, USEC_PER_SEC);
	ck_assert_int_eq(config->total_timeout, 50 * USEC_PER_SEC);
	ck_assert(!config->check_write);
	config_free(config);
}
END_TEST

struct addresses {
	const char *ipaddr;
	const char *pdus; /* label=host/port, separated by blanks */
};

static const struct addresses addresses[] = {
	{ "pdu-a", "pdu-a=pdu-a/161" },
	{ " pdu-a\n", "pdu-a=pdu-a/161" },
	{ "a b", "a=a/161 b=b/161" },
	{ "a,b", "a=a/161 b=b/161" },
	{ "a , b\tc", "a=a/161 b=b/161 c=c/161" },
	{ "pdu_1.example.org:1161", "pdu_1.example.org:1161=pdu_1.example.org/1161" },
	{ "pdu-a.example.org.", "pdu-a.example.org.=pdu-a.example.org./161" },
	{ "192.0.2.7", "192.0.2.7=192.0.2.7/161" },
	{ "192.0.2.7:65535", "192.0.2.7:65535=192.0.2.7/65535" },
	{ "h:1", "h:1=h/1" },
	{ "[2001:db8::7]", "[2001:db8::7]=2001:db8::7/161" },
	{ "[2001:db8::7]:1161", "[2001:db8::7]:1161=2001:db8::7/1161" },
	{ "2001:db8::7", "2001:db8::7=2001:db8::7/161" },
	{ "::1", "::1=::1/161" },
	{ "[fe80::1%eth0]:162", "[fe80::1%eth0]:162=fe80::1%eth0/162" },
	{ "fe80::1%eth0.5", "fe80::1%eth0.5=fe80::1%eth0.5/161" },
	{ "[::ffff:192.0.2.7]", "[::ffff:192.0.2.7]=::ffff:192.0.2.7/161" },
	{ "a:1 a:2 a", "a:1=a/1 a:2=a/2 a=a/161" },
	{ "3pdu", "3pdu=3pdu/161" },
};

START_TEST(ipaddr_is_split_into_labels_hosts_and_ports)
{
	char *settings = g_strdup_printf("ipaddr=%s|community=x", addresses[_i].ipaddr);
	struct config *config = accept(settings);
	GString *shown = g_string_new(NULL);

	for (guint i = 0; i < config->pdus->len; i++) {
		const struct pdu_address *pdu = addresses_at(config->pdus, i);

		g_string_append_printf(shown, "%s%s=%s/%u", i == 0 ? "" : " ", pdu->label,
		                       pdu->host, pdu->port);
	}
	ck_assert_str_eq(shown->str, addresses[_i].pdus);
	g_string_free(shown, TRUE);
	config_free(config);
	g_free(settings);
}
END_TEST

static const char *const bad_hosts[] = {
	"-a",          ".a",       "a..b",          "a/b",        "a;b",   "a@b",
	"n\xc3\xb6rd", "a\x01z",   "udp:[::1]:161", "[",          "[]",    "[a]",
	"[::1",        "[::1]x",   "[::1]161",      "::1]",       "1:2:3", "a:b:1",
	"[192.0.2.7]", "fe80::1%", "fe80::1%a/b",   "[fe80::1%]", "1.2.3", "1.2.3.256",
	"1.2.3.4.5",   "10",       ":161",          "[::1]%eth0", "*",     "0x7f.1",
	"0xa000001",
};

START_TEST(an_ipaddr_that_is_no_host_is_an_error_that_shows_it)
{
	char *settings = g_strdup_printf("ipaddr=pdu-a,%s|community=x", bad_hosts[_i]);
	char *error = refuse(settings);

	ck_assert_msg(g_str_has_prefix(error, "ipaddr: \""), "%s", error);
	ck_assert_msg(strstr(error, "is not a host name") != NULL, "%s", error);
	g_free(error);
	g_free(settings);
}
END_TEST

START_TEST(a_url_is_no_address)
{
	static const char *const urls[] = { "http://pdu-a",      "snmp://pdu-a:161/", "udp:pdu-a",
		                            "UDP:192.0.2.7:161", "udp6:[::1]:161",    "tcp:pdu-a",
		                            "ssh:pdu-a" };

	for (unsigned i = 0; i < G_N_ELEMENTS(urls); i++) {
		char *settings = g_strdup_printf("ipaddr=%s|community=x", urls[i]);
		char *error = refuse(settings);

		ck_assert_msg(strstr(error, "but a URL or the like") != NULL, "%s", error);
		ck_assert_msg(strstr(error, urls[i]) != NULL, "%s", error);
		g_free(error);
		g_free(settings);
	}
	config_free(accept("ipaddr=udp:161|community=x")); /* a PDU may be called so */
}
END_TEST

START_TEST(a_host_name_has_at_most_253_bytes)
{
	char *name = g_strnfill(254, 'a');
	char *longer = g_strdup_printf("ipaddr=%s|community=x", name);
	char *longest = g_strdup_printf("ipaddr=%s|community=x", name + 1);

	config_free(accept(longest));
	g_free(refuse(longer));
	g_free(longest);
	g_free(longer);
	g_free(name);
}
END_TEST

START_TEST(an_ipv6_address_that_may_end_in_a_port_needs_brackets)
{
	static const char *const bad[] = { "::1:1161", "2001:db8::1:161", "fe80::1:2:3:4" };
	static const char *const good[] = {
		"::1",          "2001:db8::7",      "[::1:1161]",     "[::1]:1161",
		"fe80::1:abcd", "2001:db8::1:0161", "1:2:3:4:5:6:7:8"
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++) {
		char *settings = g_strdup_printf("ipaddr=%s|community=x", bad[i]);
		char *error = refuse(settings);

		ck_assert_msg(strstr(error, "write [IPv6] or [IPv6]:port") != NULL, "%s", error);
		g_free(error);
		g_free(settings);
	}
	for (unsigned i = 0; i < G_N_ELEMENTS(good); i++) {
		char *settings = g_strdup_printf("ipaddr=%s|community=x", good[i]);

		config_free(accept(settings));
		g_free(settings);
	}
}
END_TEST

static const char *const bad_ports[] = {
	"a:0",
	"a:70000",
	"a:65536",
	"a:",
	"a:x",
	"a:-1",
	"a:+1",
	"a:1x",
	"a:0161",
	"a:4294967457",
	"[::1]:0",
	"[::1]:",
	"192.0.2.7:99999",
};

START_TEST(a_port_that_is_none_is_an_error_that_shows_it)
{
	char *settings = g_strdup_printf("ipaddr=pdu-a %s|community=x", bad_ports[_i]);
	char *expected = g_strdup_printf("ipaddr: \"%s\" has a port", bad_ports[_i]);

	expect_error(settings, expected);
	g_free(expected);
	g_free(settings);
}
END_TEST

START_TEST(a_pdu_given_twice_is_an_error_that_names_it)
{
	expect_error("ipaddr=pdu-a b PDU-A|community=x", "ipaddr: \"PDU-A\" is given twice");
	expect_error("ipaddr=pdu-a,pdu-a:161|community=x", "ipaddr: \"pdu-a:161\" is given twice");
	expect_error("ipaddr=::1,[::1]|community=x", "ipaddr: \"[::1]\" is given twice");
}
END_TEST

START_TEST(ipaddr_names_at_most_64_pdus)
{
	GString *settings = g_string_new("community=x|ipaddr=");

	for (int i = 1; i <= 64; i++)
		g_string_append_printf(settings, "%spdu%d", i == 1 ? "" : ",", i);
	config_free(accept(settings->str));
	g_string_append(settings, " pdu65");
	expect_error(settings->str, "ipaddr: more than 64 PDUs");
	g_string_free(settings, TRUE);
}
END_TEST

struct slip {
	const char *settings;
	const char *error; /* how it begins */
};

static const struct slip slips[] = {
	/* ipaddr */
	{ "community=x", "ipaddr: missing" },
	{ "ipaddr=|community=x", "ipaddr: missing" },
	{ "ipaddr= \t|community=x", "ipaddr: missing" },
	{ "ipaddr=,|community=x", "ipaddr: an entry beside a comma is empty" },
	{ "ipaddr=a,,b|community=x", "ipaddr: an entry beside a comma is empty" },
	{ "ipaddr=a, |community=x", "ipaddr: an entry beside a comma is empty" },

	/* hostlist and feeds */
	{ V2C "|hostlist=db1:3,db2:4", "hostlist: at column 7: \"db2\"" },
	{ V2C "|hostlist= db1:", "hostlist: at column 5: " },
	{ V2C "|hostlist=db1:3 db2:3", "hostlist: at column 11: outlet 3@pdu-a is given to node "
	                               "\"db1\" and to node \"db2\"" },
	{ "ipaddr=a b|community=x|hostlist=db1:3", "hostlist: at column 5: an outlet needs @PDU" },
	{ V2C "|hostlist=db1:3@pdu-b", "hostlist: at column 6: ipaddr names no PDU \"pdu-b\"" },
	{ V2C "|feeds=65", "feeds: \"65\" is not a number from 0 to 64" },
	{ V2C "|feeds=-1", "feeds: \"-1\" is not" },
	{ V2C "|feeds=two", "feeds: \"two\" is not" },
	{ V2C "|feeds=1.5", "feeds: \"1.5\" is not" },
	{ V2C "|feeds=2|hostlist=db1:1,2 db2:3",
	  "feeds: hostlist gives node \"db2\" 1 outlet(s), not 2" },
	{ V2C "|feeds=1|hostlist=db1:1,2",
	  "feeds: hostlist gives node \"db1\" 2 outlet(s), not 1" },

	/* version */
	{ V2C "|snmp_version=2", "snmp_version: \"2\" is none of 1, 2c, 3" },
	{ V2C "|snmp_version=v2c", "snmp_version: \"v2c\" is none of" },
	{ V2C "|snmp_version=4", "snmp_version: \"4\" is none of" },
	{ V2C "|snmp_version=-1", "snmp_version: \"-1\" is none of" },
	{ V2C "|snmp_version=3 1", "snmp_version: \"3 1\" is none of" },
	{ V2C "|snmp_version=3\n", "login: missing" },
	{ V2C "|snmp_version=\x1b[1m", "snmp_version: \"\\x1b[1m\" is none of" },
	{ "ipaddr=a|snmp_version=3", "login: missing" },
	{ "ipaddr=a|snmp_version=3|password=secret-p", "login: missing" },
	{ "ipaddr=a", "community: missing" },
	{ "ipaddr=a|snmp_version=1", "community: missing" },
	{ V3 "|snmp_version=2c", "community: missing" },

	/* version 3 */
	{ V3 "|password=1234567", "password: a passphrase needs at least 8 characters" },
	{ V3 "|password=secret-", "password: a passphrase needs at least 8 characters" },
	{ V3 AUTH "|snmp_priv_passwd=1234567", "snmp_priv_passwd: a passphrase needs" },
	{ V3 PRIV, "snmp_priv_passwd: given, but there is no privacy without password" },
	{ V3 PRIV "|snmp_sec_level=authPriv", "snmp_priv_passwd: given, but" },
	{ V3 "|snmp_sec_level=authNoPriv", "password: missing, but snmp_sec_level authNoPriv" },
	{ V3 "|snmp_sec_level=authPriv", "password: missing, but snmp_sec_level authPriv" },
	{ V3 AUTH "|snmp_sec_level=authPriv",
	  "snmp_priv_passwd: missing, but snmp_sec_level authPriv" },
	{ V3 "|snmp_sec_level=none", "snmp_sec_level: \"none\" is none of noAuthNoPriv, " },
	{ V3 "|snmp_auth_prot=SHA2",
	  "snmp_auth_prot: \"SHA2\" is none of MD5, SHA, SHA224, SHA256" },
	{ V3 "|snmp_auth_prot=SHA--256", "snmp_auth_prot: \"SHA--256\" is none of" },
	{ V3 "|snmp_auth_prot=SHA-", "snmp_auth_prot: \"SHA-\" is none of" },
	{ V3 "|snmp_auth_prot=SH", "snmp_auth_prot: \"SH\" is none of" },
	{ V3 "|snmp_priv_prot=3DES",
	  "snmp_priv_prot: \"3DES\" is none of DES, AES, AES192, AES256" },
	{ V2C "|snmp_priv_prot=ROT13", "snmp_priv_prot: \"ROT13\" is none of" },

	/* times */
	{ V2C "|off_hold=-1", "off_hold: \"-1\" is not a number of seconds from 0 to 3600" },
	{ V2C "|off_hold=five", "off_hold: \"five\" is not" },
	{ V2C "|off_hold=1e3", "off_hold: \"1e3\" is not" },
	{ V2C "|off_hold=0x5", "off_hold: \"0x5\" is not" },
	{ V2C "|off_hold=inf", "off_hold: \"inf\" is not" },
	{ V2C "|off_hold=nan", "off_hold: \"nan\" is not" },
	{ V2C "|off_hold=1,5", "off_hold: \"1,5\" is not" },
	{ V2C "|off_hold=.", "off_hold: \".\" is not" },
	{ V2C "|off_hold=1.2.3", "off_hold: \"1.2.3\" is not" },
	{ V2C "|off_hold=5s", "off_hold: \"5s\" is not" },
	{ V2C "|off_hold=+5", "off_hold: \"+5\" is not" },
	{ V2C "|off_hold=3600.1", "off_hold: \"3600.1\" is not" },
	{ V2C "|power_timeout=0", "power_timeout: \"0\" is not a number of seconds above 0" },
	{ V2C "|power_timeout=0.0000001", "power_timeout: \"0.0000001\" is not" },
	{ V2C "|snmp_timeout=0", "snmp_timeout: \"0\" is not" },
	{ V2C "|snmp_timeout=0.049",
	  "snmp_timeout: \"0.049\" is not a number of seconds from 0.05" },
	{ V2C "|total_timeout=0.0", "total_timeout: \"0.0\" is not" },
	{ V2C "|total_timeout=99999999999999999999",
	  "total_timeout: \"99999999999999999999\" is not" },
	{ V2C "|total_timeout=10",
	  "total_timeout: 10 s cannot hold power_timeout (20 s) and off_hold (5 s)" },
	{ V2C "|total_timeout=24.999", "total_timeout: 24.999 s cannot hold" },
	{ V2C "|off_hold=40",
	  "total_timeout: 50 s cannot hold power_timeout (20 s) and off_hold (40 s)" },
	{ V2C "|snmp_timeout=51", "snmp_timeout: 51 s is longer than total_timeout (50 s)" },

	/* the rest */
	{ V2C "|check_write=maybe", "check_write: \"maybe\" is none of yes, no, " },
	{ V2C "|check_write=2", "check_write: \"2\" is none of" },
	{ V2C "|secrets_file=/nonexistent/x", "secrets_file: cannot open /nonexistent/x: " },

	/* cibsecrets that the cluster did not resolve */
	{ "ipaddr=a|community=lrm://", "community: the cluster passed on an unresolved cibsecret" },
	{ V3 "|password=lrm://", "password: the cluster passed on" },
	{ V3 AUTH "|snmp_priv_passwd= lrm://secret-", "snmp_priv_passwd: the cluster passed on" },
	{ "ipaddr=lrm://|community=x", "ipaddr: the cluster passed on" },
	{ V2C "|off_hold= lrm://", "off_hold: the cluster passed on" },
};

START_TEST(a_slip_is_an_error_that_begins_with_the_parameter)
{
	expect_error(slips[_i].settings, slips[_i].error);
}
END_TEST

START_TEST(a_long_value_is_cut_in_the_message)
{
	char *value = g_strnfill(100000, 'x');
	char *settings = g_strdup_printf(V2C "|off_hold=%s", value);
	char *error = refuse(settings);

	ck_assert_uint_lt(strlen(error), 250);
	g_free(error);
	g_free(settings);
	g_free(value);
}
END_TEST

START_TEST(a_long_community_is_an_error_that_does_not_show_it)
{
	char *value = g_strnfill(249, 'x');
	char *settings = g_strdup_printf("ipaddr=a|community=secret-%s", value);

	expect_error(settings, "community: longer than 255 bytes");
	settings[strlen(settings) - 1] = '\0';
	config_free(accept(settings));
	g_free(settings);
	g_free(value);
}
END_TEST

START_TEST(a_login_has_at_most_32_bytes)
{
	config_free(accept("ipaddr=a|login=12345678901234567890123456789012"));
	expect_error("ipaddr=a|login=123456789012345678901234567890123",
	             "login: longer than 32 bytes");
}
END_TEST

START_TEST(secrets_keep_their_blanks)
{
	struct config *config = accept(V3 "|password=  blanks  |snmp_priv_passwd=\tpriv pass ");

	ck_assert_str_eq(config->auth_passphrase, "  blanks  ");
	ck_assert_str_eq(config->priv_passphrase, "\tpriv pass ");
	config_free(config);
}
END_TEST

START_TEST(values_but_secrets_lose_blanks_around_them)
{
	struct config *config = accept("ipaddr=a|login= admin\n|off_hold= 2 |check_write= YES ");

	ck_assert_str_eq(config->login, "admin");
	ck_assert_int_eq(config->off_hold, 2 * USEC_PER_SEC);
	ck_assert(config->check_write);
	config_free(config);
}
END_TEST

START_TEST(the_hostlist_becomes_the_map)
{
	struct config *config =
		accept("ipaddr=a,b:1161|community=x|feeds=2|hostlist=db1:3@a,1.4@B web1");
	const struct node *node = nodemap_find(config->map, "DB1");
	const struct outlet_ref *second = g_ptr_array_index(node->outlets, 1);

	ck_assert_uint_eq(config->map->nodes->len, 2);
	ck_assert_uint_eq(config->feeds, 2);
	ck_assert_uint_eq(second->pdu, 1);
	ck_assert_str_eq(second->text, "1.4@b:1161");
	config_free(config);
}
END_TEST

START_TEST(feeds_is_any_by_word_or_zero)
{
	static const char *const words[] = { "any", "Any", "0" };

	for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
		char *settings = g_strdup_printf(V2C "|hostlist=db1:1,2 db2:3|feeds=%s", words[i]);
		struct config *config = accept(settings);

		ck_assert_uint_eq(config->feeds, 0);
		config_free(config);
		g_free(settings);
	}
}
END_TEST

struct versions {
	const char *settings;
	enum snmp_version version;
};

static const struct versions versions[] = {
	{ V2C, SNMP_V2C },
	{ V2C "|snmp_version=1", SNMP_V1 },
	{ V2C "|snmp_version=2c", SNMP_V2C },
	{ V2C "|snmp_version=2C", SNMP_V2C },
	{ V2C "|login=admin|snmp_version=2c", SNMP_V2C },
	{ V2C "|login=admin|password=short|snmp_version=1", SNMP_V1 },
	{ V3, SNMP_V3 },
	{ V3 "|snmp_version=3", SNMP_V3 },
	{ V3 "|community=x", SNMP_V3 },
};

START_TEST(the_version_is_the_one_set_else_3_with_a_login_else_2c)
{
	struct config *config = accept(versions[_i].settings);

	ck_assert_int_eq(config->version, versions[_i].version);
	ck_assert((config->login != NULL) == (config->version == SNMP_V3));
	ck_assert((config->community != NULL) == (config->version != SNMP_V3));
	config_free(config);
}
END_TEST

struct levels {
	const char *settings;
	const char *auth;
	const char *priv;
};

static const struct levels levels[] = {
	{ V3, NULL, NULL },
	{ V3 AUTH, "SHA", NULL },
	{ V3 AUTH PRIV, "SHA", "AES" },
	{ V3 AUTH PRIV "|snmp_sec_level=authPriv", "SHA", "AES" },
	{ V3 AUTH PRIV "|snmp_sec_level=AUTHNOPRIV", "SHA", NULL },
	{ V3 AUTH PRIV "|snmp_sec_level=noAuthNoPriv", NULL, NULL },
	{ V3 "|snmp_auth_prot=MD5", NULL, NULL },
	{ V3 "|password=12345678|snmp_auth_prot=MD5", "MD5", NULL },
	{ V3 AUTH "|snmp_auth_prot=sha", "SHA", NULL },
	{ V3 AUTH "|snmp_auth_prot=SHA224", "SHA224", NULL },
	{ V3 AUTH "|snmp_auth_prot=SHA-256", "SHA256", NULL },
	{ V3 AUTH "|snmp_auth_prot=sha-384", "SHA384", NULL },
	{ V3 AUTH "|snmp_auth_prot=SHA512", "SHA512", NULL },
	{ V3 AUTH PRIV "|snmp_priv_prot=DES", "SHA", "DES" },
	{ V3 AUTH PRIV "|snmp_priv_prot=aes", "SHA", "AES" },
	{ V3 AUTH PRIV "|snmp_priv_prot=AES-192", "SHA", "AES192" },
	{ V3 AUTH PRIV "|snmp_priv_prot=aes256", "SHA", "AES256" },
	{ V3 AUTH PRIV "|snmp_priv_prot=AES256C", "SHA", "AES256C" },
	{ V3 AUTH PRIV "|snmp_priv_prot=AES-192-C", "SHA", "AES192C" },
	{ V3 AUTH PRIV "|snmp_priv_prot=AES-128", "SHA", "AES" },
	{ V3 AUTH PRIV "|snmp_auth_prot=SHA1|snmp_priv_prot=aes128", "SHA", "AES" },
};

START_TEST(the_level_is_the_one_set_else_what_the_passphrases_allow)
{
	struct config *config = accept(levels[_i].settings);

	ck_assert_pstr_eq(config->auth, levels[_i].auth);
	ck_assert_pstr_eq(config->priv, levels[_i].priv);
	ck_assert((config->auth_passphrase != NULL) == (config->auth != NULL));
	ck_assert((config->priv_passphrase != NULL) == (config->priv != NULL));
	config_free(config);
}
END_TEST

struct seconds {
	const char *text;
	usec expected;
};

static const struct seconds seconds[] = {
	{ "0", 0 },
	{ "0.0", 0 },
	{ "2.5", 2500000 },
	{ ".5", 500000 },
	{ "3.", 3000000 },
	{ "0.000001", 1 },
	{ "007", 7000000 },
	{ "1.9999999", 2000000 },
	{ "3500", 3500 * USEC_PER_SEC },
};

START_TEST(a_time_is_decimal_seconds)
{
	char *settings = g_strdup_printf(V2C "|total_timeout=3600|off_hold=%s", seconds[_i].text);
	struct config *config = accept(settings);

	ck_assert_int_eq(config->off_hold, seconds[_i].expected);
	config_free(config);
	g_free(settings);
}
END_TEST

START_TEST(times_do_not_depend_on_the_locale)
{
	setlocale(LC_ALL, "de_DE.UTF-8");
	struct config *config = accept(V2C "|off_hold=1.5");
	ck_assert_int_eq(config->off_hold, 1500000);
	config_free(config);
	expect_error(V2C "|off_hold=1,5", "off_hold: \"1,5\" is not");
	setlocale(LC_ALL, "C");
}
END_TEST

START_TEST(a_total_that_just_holds_the_rest_is_taken)
{
	config_free(accept(V2C "|total_timeout=25"));
	config_free(
		accept(V2C "|total_timeout=0.3|power_timeout=0.2|off_hold=0.1|snmp_timeout=0.3"));
}
END_TEST

START_TEST(snmp_timeout_is_at_least_a_twentieth_of_a_second)
{
	config_free(accept(V2C "|snmp_timeout=0.05"));
	expect_error(V2C "|snmp_timeout=0.000001",
	             "snmp_timeout: \"0.000001\" is not a number of seconds from 0.05 to 3600");
}
END_TEST

static struct config *accept_for_agent(const char *settings)
{
	char *error;
	struct config *config = check_as(settings, NULL, true, &error);

	ck_assert_msg(config != NULL, "\"%s\" was refused: %s", settings, error);
	return config;
}

START_TEST(the_agent_assumes_version_1_and_community_private_and_says_so)
{
	struct config *config = accept_for_agent("ipaddr=pdu|login=fencer");

	ck_assert_uint_eq(config->version, SNMP_V1);
	ck_assert_str_eq(config->community, "private");
	for (unsigned i = 0; i < PARAM_COUNT; i++)
		ck_assert(config->assumed[i] == (i == PARAM_SNMP_VERSION || i == PARAM_COMMUNITY));
	config_free(config);
}
END_TEST

START_TEST(messages_call_parameters_as_they_are_told)
{
	static const char *const names[PARAM_COUNT] = {
		[PARAM_IPADDR] = "ip",
		[PARAM_LOGIN] = "username",
		[PARAM_PASSWORD] = "passwd",
		[PARAM_CHECK_WRITE] = "prove",
	};
	static const char *const renamed[][2] = {
		{ "ipaddr=", "ip: missing" },
		{ "ipaddr=a..b", "ip: \"a..b\" is not a host name" },
		{ "ipaddr=a,b|hostlist=n:3", "an outlet needs @PDU, for ip names several" },
		{ "ipaddr=a|hostlist=n:3@b", "hostlist: at column 4: ip names no PDU \"b\"" },
		{ "ipaddr=a", "version 3 needs username instead" },
		{ "ipaddr=a|snmp_version=3", "username: missing" },
		{ "ipaddr=a|login=u|snmp_priv_passwd=12345678", "no privacy without passwd" },
		{ "ipaddr=a|login=u|password=short", "passwd: a passphrase needs" },
		{ "ipaddr=a|check_write=2", "prove: \"2\" is none of" },
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(renamed); i++) {
		char *error;

		ck_assert_ptr_null(check_as(renamed[i][0], names, false, &error));
		ck_assert_msg(strstr(error, renamed[i][1]) != NULL, "\"%s\" lacks \"%s\"", error,
		              renamed[i][1]);
		g_free(error);
	}
}
END_TEST

START_TEST(the_agent_assumes_the_protocols_of_the_snmp_tools_where_they_are_used)
{
	struct config *config =
		accept_for_agent("ipaddr=pdu|login=fencer|snmp_version=3|password=secret-auth|"
	                         "snmp_priv_passwd=secret-priv");

	ck_assert_str_eq(config->auth, "MD5");
	ck_assert_str_eq(config->priv, "DES");
	for (unsigned i = 0; i < PARAM_COUNT; i++)
		ck_assert(config->assumed[i] ==
		          (i == PARAM_SNMP_AUTH_PROT || i == PARAM_SNMP_PRIV_PROT));
	config_free(config);
}
END_TEST

START_TEST(the_agent_assumes_a_protocol_of_authentication_without_privacy_too)
{
	struct config *config =
		accept_for_agent("ipaddr=pdu|login=fencer|snmp_version=3|password=secret-auth");

	ck_assert_str_eq(config->auth, "MD5");
	ck_assert_ptr_null(config->priv);
	for (unsigned i = 0; i < PARAM_COUNT; i++)
		ck_assert(config->assumed[i] == (i == PARAM_SNMP_AUTH_PROT));
	config_free(config);
}
END_TEST

START_TEST(the_agent_assumes_nothing_that_is_set_or_not_used)
{
	struct config *config =
		accept_for_agent("ipaddr=pdu|login=fencer|snmp_version=3|password=secret-auth|"
	                         "snmp_auth_prot=SHA");

	ck_assert_uint_eq(config->version, SNMP_V3);
	ck_assert_ptr_null(config->community);
	for (unsigned i = 0; i < PARAM_COUNT; i++)
		ck_assert(!config->assumed[i]);
	config_free(config);
}
END_TEST

START_TEST(check_write_takes_the_usual_words)
{
	static const char *const yes[] = { "yes", "true", "1", "on", "On" };
	static const char *const no[] = { "no", "false", "0", "off", "FALSE", "" };

	for (gsize i = 0; i < G_N_ELEMENTS(yes) + G_N_ELEMENTS(no); i++) {
		bool expected = i < G_N_ELEMENTS(yes);
		const char *word = expected ? yes[i] : no[i - G_N_ELEMENTS(yes)];
		char *settings = g_strdup_printf(V2C "|check_write=%s", word);
		struct config *config = accept(settings);

		ck_assert(config->check_write == expected);
		config_free(config);
		g_free(settings);
	}
}
END_TEST

/* secrets_file */

static char *directory;

static void make_directory(void)
{
	directory = g_dir_make_tmp("test-params-XXXXXX", NULL);
	if (directory == NULL)
		abort();
}

/* Runs in the parent, so also after a test that failed. */
static void remove_directory(void)
{
	GDir *entries = g_dir_open(directory, 0, NULL);

	for (const char *name = g_dir_read_name(entries); name != NULL;
	     name = g_dir_read_name(entries)) {
		char *path = g_build_filename(directory, name, NULL);

		g_remove(path);
		g_free(path);
	}
	g_dir_close(entries);
	g_rmdir(directory);
	g_free(directory);
}

/* A path in the directory, to be freed. */
static char *path_of(const char *name)
{
	return g_build_filename(directory, name, NULL);
}

static char *write_file(const char *name, const char *text, gssize n, unsigned mode)
{
	char *path = path_of(name);

	ck_assert(g_file_set_contents(path, text, n, NULL));
	ck_assert_int_eq(chmod(path, mode), 0);
	return path;
}

/* The settings with secrets_file at the end; frees the path. */
static char *with_file(const char *settings, char *path)
{
	char *longer = g_strdup_printf("%s|secrets_file=%s", settings, path);

	g_free(path);
	return longer;
}

static void expect_file_error(const char *settings, char *path, const char *part)
{
	char *longer = with_file(settings, path);
	char *error = refuse(longer);

	ck_assert_msg(strstr(error, part) != NULL, "\"%s\" lacks \"%s\"", error, part);
	g_free(error);
	g_free(longer);
}

START_TEST(a_secrets_file_gives_the_secrets)
{
	const char *text = "# comment\n\n  \t\n  # another\npassword= pass=word # kept \r\n"
			   "community=unused\nsnmp_priv_passwd=secret-priv";
	char *settings = with_file(V3, write_file("good", text, -1, 0600));
	struct config *config = accept(settings);

	ck_assert_str_eq(config->auth_passphrase, " pass=word # kept ");
	ck_assert_str_eq(config->priv_passphrase, "secret-priv");
	ck_assert_str_eq(config->priv, "AES");
	config_free(config);
	g_free(settings);
}
END_TEST

START_TEST(a_secrets_file_may_be_read_only_empty_or_a_symlink)
{
	char *settings = with_file(V2C, write_file("empty", "", 0, 0400));
	config_free(accept(settings));
	g_free(settings);

	char *target = write_file("target", "community=c\n", -1, 0600), *link = path_of("link");
	ck_assert_int_eq(symlink(target, link), 0);
	settings = with_file("ipaddr=a", link);
	struct config *config = accept(settings);
	ck_assert_str_eq(config->community, "c");
	config_free(config);
	g_free(settings);
	g_free(target);
}
END_TEST

START_TEST(an_empty_value_in_the_file_is_no_value)
{
	char *settings = with_file(V2C, write_file("none", "community=\npassword=\n", -1, 0600));

	config_free(accept(settings));
	g_free(settings);
}
END_TEST

/* What is warned of, line by line. */
static char *warnings(const char *settings)
{
	struct config *config = accept(settings);
	GString *text = g_string_new(NULL);

	for (guint i = 0; config->warnings != NULL && i < config->warnings->len; i++)
		g_string_append_printf(text, "%s\n", (char *)config->warnings->pdata[i]);
	config_free(config);
	return g_string_free(text, FALSE);
}

static void expect_file_warning(const char *text, const char *warning)
{
	char *path = write_file("slip", text, -1, 0600);
	char *expected = *warning != '\0' ? g_strdup_printf("secrets_file: %s%s\n", path, warning)
	                                  : g_strdup("");
	char *settings = with_file(V2C "|login=u|snmp_version=2c", path);
	char *said = warnings(settings);

	ck_assert_str_eq(said, expected);
	ck_assert_ptr_null(strstr(said, "secret-x"));
	g_free(said);
	g_free(settings);
	g_free(expected);
}

START_TEST(slips_in_a_secrets_file_are_warned_of_with_file_and_line)
{
	expect_file_warning("# x\npassword=\"secret-x\"\n",
	                    ", line 2: the secret stands in quotes, which are part of it");
	expect_file_warning("password='secret-x'",
	                    ", line 1: the secret stands in quotes, which are part of it");
	expect_file_warning("password= secret-x\n",
	                    ", line 1: the secret begins with a blank, which is part of it");
	expect_file_warning("password=secret-x\t\n",
	                    ", line 1: the secret ends with a blank, which is part of it");
	expect_file_warning("", " is empty");
	expect_file_warning("# community=secret-x\n",
	                    " names no secret: it has no line community=, password= or "
	                    "snmp_priv_passwd=");
	expect_file_warning("password=secret\"x\n", "");
	expect_file_warning("password=\"\n", "");
	expect_file_warning("community=\n", "");
}
END_TEST

START_TEST(a_secrets_file_is_named_from_the_root)
{
	expect_error(V2C "|secrets_file=tripplite.secrets",
	             "secrets_file: \"tripplite.secrets\" is a relative path: write it from / on");
}
END_TEST

START_TEST(a_secret_that_the_file_lacks_is_said_to_be_missing_there_too)
{
	expect_file_error("ipaddr=a", write_file("lacks", "password=secret-x\n", -1, 0600),
	                  "version 3 needs login instead); secrets_file does not have it either");
	expect_file_error(
		V3 "|snmp_sec_level=authNoPriv",
		write_file("lacks", "community=secret-x\n", -1, 0600),
		"snmp_sec_level authNoPriv needs it; secrets_file does not have it either");
}
END_TEST

/* Settings, and how the only warning about them begins; "" if there must be none. */
static void expect_warnings(const char *const cases[][2], unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		char *said = warnings(cases[i][0]);

		ck_assert_msg(g_str_has_prefix(said, cases[i][1]), "%s", said);
		ck_assert_msg((*said == '\0') == (*cases[i][1] == '\0'), "%s", said);
		g_free(said);
	}
}

START_TEST(times_that_give_something_up_are_warned_of)
{
	static const char *const cases[][2] = {
		{ V2C, "" },
		{ V2C "|off_hold=0.1|total_timeout=55", "" },
		{ V2C "|off_hold=0", "off_hold: 0 gives up the proof that off lasts" },
		{ V2C "|off_hold=0.0", "off_hold: 0 gives up the proof that off lasts" },
		{ V2C "|total_timeout=56", "total_timeout: 56 s: the cluster's stonith-timeout" },
	};

	expect_warnings(cases, G_N_ELEMENTS(cases));
}
END_TEST

START_TEST(a_privacy_protocol_without_privacy_is_warned_of_where_somebody_has_set_it)
{
	static const char *const cases[][2] = {
		{ V3, "" },
		{ V3 AUTH, "" },
		{ V3 AUTH PRIV, "" },
		{ V3 AUTH PRIV "|snmp_priv_prot=DES", "" },
		{ V3 AUTH "|snmp_priv_prot=", "" },
		{ V3 AUTH "|snmp_priv_prot=AES", "snmp_priv_prot: set, but without" },
		{ V3 "|snmp_priv_prot=DES", "snmp_priv_prot: set, but without" },
	};

	expect_warnings(cases, G_N_ELEMENTS(cases));
}
END_TEST

START_TEST(a_secret_given_in_both_places_is_an_error_that_names_it)
{
	expect_file_error(V2C, write_file("both", "community=secret-d\n", -1, 0600),
	                  "community: given both as a parameter and in secrets_file");
	expect_file_error(V3 AUTH, write_file("both", "password=secret-d\n", -1, 0600),
	                  "password: given both");
}
END_TEST

struct mode {
	unsigned mode;
	const char *shown;
};

static const struct mode modes[] = {
	{ 0640, "0640" }, { 0604, "0604" }, { 0620, "0620" }, { 0602, "0602" },
	{ 0610, "0610" }, { 0601, "0601" }, { 0644, "0644" }, { 04644, "4644" },
};

START_TEST(a_file_that_others_can_use_is_refused)
{
	char *path = write_file("open", "community=secret-d\n", -1, modes[_i].mode);
	char *expected =
		g_strdup_printf("others have access to %s (mode %s)", path, modes[_i].shown);

	expect_file_error("ipaddr=a", path, expected);
	g_free(expected);
}
END_TEST

START_TEST(a_file_of_another_user_is_refused)
{
	char *path = write_file("foreign", "community=secret-d\n", -1, 0600);

	if (geteuid() == 0) {
		ck_assert_int_eq(chown(path, 65534, 65534), 0);
		expect_file_error("ipaddr=a", path, "belongs to another user (uid 65534)");
	} else {
		g_free(path); /* only root can make one */
	}
}
END_TEST

START_TEST(what_is_not_a_regular_file_is_refused_at_once)
{
	char *fifo = path_of("fifo");

	ck_assert_int_eq(mkfifo(fifo, 0600), 0);
	expect_file_error("ipaddr=a", fifo, "is not a regular file");
	expect_file_error("ipaddr=a", g_strdup(directory), "is not a regular file");
	expect_file_error("ipaddr=a", g_strdup("/dev/null"), "is not a regular file");
	expect_file_error("ipaddr=a", path_of("missing"), "cannot open");
}
END_TEST

START_TEST(a_file_that_cannot_be_read_is_refused)
{
	/* nothing is ever at its beginning */
	expect_file_error("ipaddr=a", g_strdup("/proc/self/mem"), "secrets_file: /proc/self/mem: ");
}
END_TEST

START_TEST(a_file_of_64_kib_is_read_and_a_longer_one_refused)
{
	char *text = g_strnfill(65536 + 1, '#');
	char *settings;

	memcpy(text, "community=c\n", 12);
	settings = with_file("ipaddr=a", write_file("large", text, 65536, 0600));
	config_free(accept(settings));
	g_free(settings);
	expect_file_error("ipaddr=a", write_file("large", text, 65537, 0600),
	                  "longer than 65536 bytes");
	g_free(text);
}
END_TEST

struct line {
	const char *text;
	const char *error;
};

static const struct line lines[] = {
	{ "secret-word\n", "line 1: not NAME=VALUE" },
	{ "\n# x\nsecret-word", "line 3: not NAME=VALUE" },
	{ "#\nx", "line 2: not NAME=VALUE" },
	{ "secret-word=\n", "line 1: a name other than community, password" },
	{ "login=secret-x\n", "line 1: a name other than" },
	{ "community =secret-x\n", "line 1: a blank beside the name: write community=..." },
	{ " community=secret-x\n", "line 1: a blank beside the name" },
	{ "#\nsnmp_priv_passwd\t = secret-x\n", "line 2: a blank beside the name" },
	{ "Community=secret-x\n", "line 1: a name other than" },
	{ "=secret-x\n", "line 1: a name other than" },
	{ "password=secret-a\npassword=secret-a\n", "line 2: password is given twice" },
	{ "password=\npassword=secret-a\n", "line 2: password is given twice" },
	{ "\xef\xbb\xbf"
	  "community=secret-x\n",
	  "line 1: a name other than" },
};

START_TEST(a_bad_line_is_an_error_that_names_file_and_line_and_shows_nothing)
{
	char *path = write_file("bad", lines[_i].text, -1, 0600);
	char *expected = g_strdup_printf("secrets_file: %s, %s", path, lines[_i].error);

	expect_file_error(V2C, path, expected);
	g_free(expected);
}
END_TEST

START_TEST(a_nul_in_the_file_is_an_error)
{
	static const char text[] = "community=secret-x\0y\n";

	expect_file_error("ipaddr=a", write_file("nul", text, sizeof(text) - 1, 0600),
	                  "line 1: not text");
}
END_TEST

START_TEST(passphrases_from_the_file_are_checked_alike)
{
	expect_file_error(V3, write_file("short", "password=1234567\n", -1, 0600),
	                  "password: a passphrase needs at least 8 characters");
	expect_file_error(V3, write_file("priv", "snmp_priv_passwd=12345678\n", -1, 0600),
	                  "snmp_priv_passwd: given, but");
}
END_TEST

START_TEST(the_file_is_closed_again)
{
	char *settings = with_file("ipaddr=a", write_file("closed", "community=c\n", -1, 0600));
	int before = dup(0);

	close(before);
	config_free(accept(settings));
	g_free(settings);
	expect_file_error("ipaddr=a", write_file("closed", "community\n", -1, 0600), "line 1");
	int after = dup(0);
	close(after);
	ck_assert_int_eq(after, before);
}
END_TEST

START_TEST(the_file_is_read_and_closed_again_without_a_standard_input)
{
	char *settings = with_file("ipaddr=a", write_file("input", "community=c\n", -1, 0600));
	const int input = dup(0);

	close(0);
	config_free(accept(settings));
	ck_assert_int_eq(fcntl(0, F_GETFD), -1);
	ck_assert_int_eq(dup2(input, 0), 0);
	close(input);
	g_free(settings);
}
END_TEST

START_TEST(nothing_is_freed_for_nothing)
{
	config_free(NULL);
	secret_free(NULL);
	secret_free(g_strdup("secret-x"));
	secret_free(g_strdup(""));
}
END_TEST

#define LOOP(tcase, test, rows) tcase_add_loop_test(tcase, test, 0, (int)G_N_ELEMENTS(rows))

static TCase *table_case(void)
{
	TCase *tcase = tcase_create("table");

	tcase_add_test(tcase, each_row_stands_at_its_number_and_is_found_by_its_name);
	tcase_add_test(tcase, names_and_defaults_are_those_of_the_design);
	tcase_add_test(tcase, only_ipaddr_is_required_and_only_three_are_secret);
	tcase_add_test(tcase, no_name_collides_with_those_that_never_reach_a_plugin);
	tcase_add_test(tcase, each_default_passes_its_own_check);
	tcase_add_test(tcase, texts_are_one_line_in_short_and_sentences_in_long);
	tcase_add_test(tcase, the_metadata_holds_every_row_as_it_is);
	return tcase;
}

static TCase *check_case(void)
{
	TCase *tcase = tcase_create("check");

	tcase_add_test(tcase, defaults_fill_what_is_not_set);
	LOOP(tcase, ipaddr_is_split_into_labels_hosts_and_ports, addresses);
	LOOP(tcase, an_ipaddr_that_is_no_host_is_an_error_that_shows_it, bad_hosts);
	LOOP(tcase, a_port_that_is_none_is_an_error_that_shows_it, bad_ports);
	tcase_add_test(tcase, a_pdu_given_twice_is_an_error_that_names_it);
	tcase_add_test(tcase, a_url_is_no_address);
	tcase_add_test(tcase, a_host_name_has_at_most_253_bytes);
	tcase_add_test(tcase, an_ipv6_address_that_may_end_in_a_port_needs_brackets);
	tcase_add_test(tcase, ipaddr_names_at_most_64_pdus);
	LOOP(tcase, a_slip_is_an_error_that_begins_with_the_parameter, slips);
	tcase_add_test(tcase, a_long_value_is_cut_in_the_message);
	tcase_add_test(tcase, a_long_community_is_an_error_that_does_not_show_it);
	tcase_add_test(tcase, a_login_has_at_most_32_bytes);
	tcase_add_test(tcase, secrets_keep_their_blanks);
	tcase_add_test(tcase, values_but_secrets_lose_blanks_around_them);
	tcase_add_test(tcase, the_hostlist_becomes_the_map);
	tcase_add_test(tcase, feeds_is_any_by_word_or_zero);
	LOOP(tcase, the_version_is_the_one_set_else_3_with_a_login_else_2c, versions);
	LOOP(tcase, the_level_is_the_one_set_else_what_the_passphrases_allow, levels);
	LOOP(tcase, a_time_is_decimal_seconds, seconds);
	tcase_add_test(tcase, times_do_not_depend_on_the_locale);
	tcase_add_test(tcase, a_total_that_just_holds_the_rest_is_taken);
	tcase_add_test(tcase, snmp_timeout_is_at_least_a_twentieth_of_a_second);
	tcase_add_test(tcase, the_agent_assumes_version_1_and_community_private_and_says_so);
	tcase_add_test(tcase, messages_call_parameters_as_they_are_told);
	tcase_add_test(tcase,
	               the_agent_assumes_the_protocols_of_the_snmp_tools_where_they_are_used);
	tcase_add_test(tcase, the_agent_assumes_a_protocol_of_authentication_without_privacy_too);
	tcase_add_test(tcase, the_agent_assumes_nothing_that_is_set_or_not_used);
	tcase_add_test(tcase, check_write_takes_the_usual_words);
	tcase_add_test(tcase, nothing_is_freed_for_nothing);
	return tcase;
}

static TCase *secrets_case(void)
{
	TCase *tcase = tcase_create("secrets_file");

	tcase_add_unchecked_fixture(tcase, make_directory, remove_directory);
	tcase_add_test(tcase, a_secrets_file_gives_the_secrets);
	tcase_add_test(tcase, a_secrets_file_may_be_read_only_empty_or_a_symlink);
	tcase_add_test(tcase, an_empty_value_in_the_file_is_no_value);
	tcase_add_test(tcase, a_secret_given_in_both_places_is_an_error_that_names_it);
	tcase_add_test(tcase, slips_in_a_secrets_file_are_warned_of_with_file_and_line);
	tcase_add_test(tcase, a_secrets_file_is_named_from_the_root);
	tcase_add_test(tcase, a_secret_that_the_file_lacks_is_said_to_be_missing_there_too);
	tcase_add_test(tcase, times_that_give_something_up_are_warned_of);
	tcase_add_test(tcase,
	               a_privacy_protocol_without_privacy_is_warned_of_where_somebody_has_set_it);
	LOOP(tcase, a_file_that_others_can_use_is_refused, modes);
	tcase_add_test(tcase, a_file_of_another_user_is_refused);
	tcase_add_test(tcase, what_is_not_a_regular_file_is_refused_at_once);
	tcase_add_test(tcase, a_file_that_cannot_be_read_is_refused);
	tcase_add_test(tcase, a_file_of_64_kib_is_read_and_a_longer_one_refused);
	LOOP(tcase, a_bad_line_is_an_error_that_names_file_and_line_and_shows_nothing, lines);
	tcase_add_test(tcase, a_nul_in_the_file_is_an_error);
	tcase_add_test(tcase, passphrases_from_the_file_are_checked_alike);
	tcase_add_test(tcase, the_file_is_closed_again);
	tcase_add_test(tcase, the_file_is_read_and_closed_again_without_a_standard_input);
	return tcase;
}

int main(void)
{
	Suite *suite = suite_create("params");

	suite_add_tcase(suite, table_case());
	suite_add_tcase(suite, check_case());
	suite_add_tcase(suite, secrets_case());

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
