/*
 * The plugin as its hosts use it: through the real libstonith in this process,
 * and through the real stonith program, against trippsim. What the outlets
 * did is read from the simulator's timeline; no exit code is believed alone.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "find/family.h"
#include "host.h"
#include "simulator.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PDU_24 "pdumv30hvnetlx-pdu-20.2.1.snmprec"
#define PDU_8 "lx-pdu-envirosense.snmprec"
#define UPS "su3000lcd2uhv-ups-20.1.0.snmprec"
#define WEBCARD "smart1500rmxl2ua-webcard-12.06.0069.snmprec"
#define LX_PDU "1.3.6.1.4.1.850.1.1.3.2.3.3.1.1"
#define LX_UPS "1.3.6.1.4.1.850.1.1.3.1.3.5.1.1"
#define QUICK "|off_hold=0|snmp_timeout=0.2|power_timeout=5|total_timeout=10"
/* For what a device denies, which must last a quarter of the time. */
#define DENIED "|off_hold=0|snmp_timeout=0.2|power_timeout=2|total_timeout=4"
#define HASTY "|off_hold=0|snmp_timeout=0.1|power_timeout=0.6|total_timeout=1"
#define HASTY_SECONDS 1.5 /* with what a loaded machine may take */
#define USER "admin SHA secret-auth AES secret-priv"
#define V3 "|login=admin|password=secret-auth|snmp_priv_passwd=secret-priv"
#define VERSION_3 "snmp_version=3" V3
#define SLACK 0.02 /* seconds: between a simulator's clock and its timeline */

static Stonith *plugin;
static int bait = -1; /* a UDP socket where a PDU is looked for: it never answers */
static unsigned bait_port;

/* --- fixture --- */

static void open_bait(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		                       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);

	bait = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	ck_assert_int_ge(bait, 0);
	ck_assert_int_eq(bind(bait, (struct sockaddr *)&address, length), 0);
	ck_assert_int_eq(getsockname(bait, (struct sockaddr *)&address, &length), 0);
	bait_port = ntohs(address.sin_port);
}

static void setup(void)
{
	open_bait();
	plugin = host_new();
	host_debug(false);
	host_forget();
}

static void teardown(void)
{
	stonith_delete(plugin);
	simulators_stop();
	close(bait);
}

static void expect_no_packet(void)
{
	char datagram[1500];

	ck_assert_msg(recv(bait, datagram, sizeof(datagram), 0) < 0 && errno == EAGAIN,
	              "a packet was sent");
}

/* --- settings, written NAME=VALUE|NAME=VALUE; a NAME alone has the value NULL --- */

static GPtrArray *make_parameters(const char *settings)
{
	GPtrArray *parameters = g_ptr_array_new_with_free_func(g_free);
	char **pairs = g_strsplit(settings, "|", -1);

	for (char **pair = pairs; *pair; pair++) {
		char *value = strchr(*pair, '=');

		g_ptr_array_add(parameters,
		                value ? g_strndup(*pair, (gsize)(value - *pair)) : g_strdup(*pair));
		g_ptr_array_add(parameters, g_strdup(value ? value + 1 : NULL));
	}
	g_ptr_array_add(parameters, NULL);
	g_strfreev(pairs);
	return parameters;
}

static int configure(const char *format, ...) G_GNUC_PRINTF(1, 2);

static int configure(const char *format, ...)
{
	va_list arguments;
	GPtrArray *parameters;
	char *settings;
	int result;

	va_start(arguments, format);
	settings = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	parameters = make_parameters(settings);
	result = host_configure(plugin, (const char *const *)parameters->pdata);
	g_ptr_array_unref(parameters);
	g_free(settings);
	return result;
}

#define must_configure(...)                                                                        \
	do {                                                                                       \
		const int code_ = configure(__VA_ARGS__);                                          \
		ck_assert_msg(code_ == S_OK, "%d: %s", code_,                                      \
		              host_log()->len ? (char *)host_log()->pdata[0] : "");                \
	} while (0)

/* --- what an operation came to --- */

static const char *last_line(void)
{
	const GPtrArray *log = host_log();

	return log->len ? log->pdata[log->len - 1] : "nothing was logged";
}

/* The code; one CRIT line if it failed, that holds the text, and none if not. */
static void expect(int result, int code, const char *text)
{
	ck_assert_msg(result == code, "%d, not %d: %s", result, code, last_line());
	ck_assert_msg(host_count("CRIT") == (code != S_OK), "%u CRIT lines: %s", host_count("CRIT"),
	              last_line());
	if (code != S_OK)
		ck_assert_msg(strstr(host_said("CRIT"), text) != NULL, "not \"%s\": %s", text,
		              host_said("CRIT"));
}

static int status(void)
{
	host_forget();
	return stonith_get_status(plugin);
}

static int power(int request, const char *node)
{
	host_forget();
	return stonith_req_reset(plugin, request, node);
}

/* The nodes, separated by blanks; NULL on error. To be freed. */
static char *list(void)
{
	char **nodes, *text;

	host_forget();
	nodes = stonith_get_hostlist(plugin);
	if (!nodes)
		return NULL;
	text = g_strjoinv(" ", nodes);
	stonith_free_hostlist(nodes);
	return text;
}

static void expect_list(const char *nodes)
{
	char *found = list();

	ck_assert_msg(found != NULL, "%s", last_line());
	ck_assert_str_eq(found, nodes);
	g_free(found);
}

/* Whether the list has that node; a capture has names of its own. */
static void expect_in_list(const char *node)
{
	char *found = list();
	char **nodes;

	ck_assert_msg(found != NULL, "%s", last_line());
	nodes = g_strsplit(found, " ", -1);
	ck_assert_msg(g_strv_contains((const char *const *)nodes, node), "%s", found);
	g_strfreev(nodes);
	g_free(found);
}

/* --- what the outlets did --- */

#define OUTLETS_MAX 8

/** Of one simulator's outlets, in its own seconds. */
struct moves {
	unsigned n;
	const char *outlets[OUTLETS_MAX];
	double off[OUTLETS_MAX]; /* last time that it went off; -1: never */
	double on[OUTLETS_MAX];
	double dark, light; /* when the last one went off, and the first one on */
};

static unsigned find_outlet(const struct moves *moves, const char *text)
{
	for (unsigned i = 0; i < moves->n; i++)
		if (g_str_has_prefix(text, moves->outlets[i]) &&
		    text[strlen(moves->outlets[i])] == ' ')
			return i;
	ck_abort_msg("another outlet was touched: %s", text);
	return 0;
}

static void take_move(struct moves *moves, const char *line)
{
	const char *rest;
	const double time = simulator_time(line, &rest);
	unsigned i;

	if (!g_str_has_prefix(rest, "outlet "))
		return;
	rest += strlen("outlet ");
	i = find_outlet(moves, rest);
	rest += strlen(moves->outlets[i]);
	if (g_str_equal(rest, " off"))
		moves->off[i] = time;
	else if (g_str_equal(rest, " on"))
		moves->on[i] = time;
}

/* The timeline since it was last forgotten; no outlet but these is in it. */
static struct moves read_moves(struct simulator *sim, unsigned n, const char *const *outlets)
{
	const GPtrArray *lines = simulator_timeline(sim);
	struct moves moves = { .n = n, .light = 1e9 };

	ck_assert_uint_le(n, OUTLETS_MAX);
	for (unsigned i = 0; i < n; i++) {
		moves.outlets[i] = outlets[i];
		moves.off[i] = moves.on[i] = -1;
	}
	for (unsigned i = 0; i < lines->len; i++)
		take_move(&moves, lines->pdata[i]);
	for (unsigned i = 0; i < n; i++) {
		moves.dark = MAX(moves.dark, moves.off[i]);
		moves.light = MIN(moves.light, moves.on[i]);
	}
	return moves;
}

static void expect_moves(const struct moves *moves, int request, double hold)
{
	for (unsigned i = 0; i < moves->n; i++) {
		ck_assert_msg((moves->off[i] >= 0) == (request != ST_POWERON), "outlet %s: off",
		              moves->outlets[i]);
		ck_assert_msg((moves->on[i] >= 0) == (request != ST_POWEROFF), "outlet %s: on",
		              moves->outlets[i]);
	}
	if (request == ST_GENERIC_RESET)
		ck_assert_msg(moves->light - moves->dark >= hold - SLACK,
		              "off together for %.3f s only", moves->light - moves->dark);
}

/* Does it, and checks what the two outlets did. */
static void power_two(struct simulator *sim, int request, const char *const *outlets, double hold)
{
	struct moves moves;

	simulator_forget(sim);
	expect(power(request, "node1"), S_OK, "");
	moves = read_moves(sim, 2, outlets);
	expect_moves(&moves, request, hold);
}

static void expect_no_set(struct simulator *sim)
{
	ck_assert_uint_eq(simulator_count(sim, "request set"), 0);
}

/* --- life cycle --- */

static const char *const names[] = { "ipaddr",           "hostlist",       "feeds",
	                             "snmp_version",     "community",      "login",
	                             "password",         "snmp_auth_prot", "snmp_priv_prot",
	                             "snmp_priv_passwd", "snmp_sec_level", "secrets_file",
	                             "off_hold",         "power_timeout",  "snmp_timeout",
	                             "total_timeout",    "check_write" };

static unsigned count_descriptors(void)
{
	GDir *directory = g_dir_open("/proc/self/fd", 0, NULL);
	unsigned n = 0;

	if (!directory)
		return 0;
	while (g_dir_read_name(directory))
		n++;
	g_dir_close(directory);
	return n;
}

START_TEST(an_object_that_is_never_configured_comes_and_goes_in_silence)
{
	const unsigned before = count_descriptors();

	for (unsigned i = 0; i < 3; i++) {
		Stonith *other = host_new();

		stonith_get_confignames(other);
		stonith_get_info(other, ST_CONF_XML);
		ck_assert_uint_eq(count_descriptors(), before);
		stonith_delete(other);
	}
	ck_assert_uint_eq(host_log()->len, 0);
}
END_TEST

START_TEST(info_is_there_before_the_configuration)
{
	ck_assert(g_str_has_prefix(stonith_get_info(plugin, ST_CONF_XML), "<parameters>"));
	ck_assert(g_str_has_suffix(stonith_get_info(plugin, ST_CONF_XML), "</parameters>"));
	ck_assert_uint_gt(strlen(stonith_get_info(plugin, ST_DEVICEID)), 0);
	ck_assert_uint_gt(strlen(stonith_get_info(plugin, ST_DEVICEDESCR)), 0);
	ck_assert(g_str_has_prefix(stonith_get_info(plugin, ST_DEVICEURL), "http"));
	ck_assert_ptr_null(stonith_get_info(plugin, ST_DEVICENAME));
	ck_assert_ptr_null(stonith_get_info(plugin, 99));
	ck_assert_uint_eq(host_log()->len, 0);
}
END_TEST

START_TEST(parameter_names_have_a_fixed_order_and_an_end)
{
	const char *const *found = stonith_get_confignames(plugin);

	for (unsigned i = 0; i < G_N_ELEMENTS(names); i++)
		ck_assert_str_eq(found[i], names[i]);
	ck_assert_ptr_null(found[G_N_ELEMENTS(names)]);
}
END_TEST

START_TEST(without_a_configuration_nothing_is_done)
{
	ck_assert_int_eq(status(), S_INVAL);
	ck_assert_int_eq(power(ST_POWEROFF, "node1"), S_INVAL);
	ck_assert_ptr_null(list());
}
END_TEST

/* A pipe that takes no byte more. */
static int full_pipe(int ends[2])
{
	char page[4096] = { 0 };

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK))
		return -1;
	while (write(ends[1], page, sizeof(page)) > 0)
		;
	return fcntl(ends[1], F_SETFL, 0);
}

START_TEST(a_reader_of_stderr_that_does_not_read_holds_nothing_up)
{
	const int before[] = { dup(STDIN_FILENO), dup(STDERR_FILENO) };
	const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int ends[2], result;

	must_configure("ipaddr=127.0.0.1:%u|community=c|hostlist=node1:1", bait_port);
	ck_assert_int_eq(full_pipe(ends), 0);
	dup2(nothing, STDIN_FILENO); /* on a terminal nothing goes to stderr */
	dup2(ends[1], STDERR_FILENO);
	alarm(10);
	result = power(ST_POWEROFF, "node2");
	alarm(0);
	dup2(before[0], STDIN_FILENO);
	dup2(before[1], STDERR_FILENO);
	for (unsigned i = 0; i < 2; i++) {
		close(before[i]);
		close(ends[i]);
	}
	close(nothing);
	expect(result, S_BADHOST, "node2");
}
END_TEST

START_TEST(configuring_opens_nothing_and_says_nothing)
{
	const unsigned before = count_descriptors();

	must_configure("ipaddr=127.0.0.1:%u|community=secret", bait_port);
	must_configure("ipaddr=no.such.host.invalid:%u" V3, bait_port);
	ck_assert_uint_eq(count_descriptors(), before);
	ck_assert_uint_eq(host_log()->len, 0);
	expect_no_packet();
}
END_TEST

START_TEST(the_device_name_is_the_address_configured)
{
	must_configure("ipaddr=127.0.0.1:%u|community=c", bait_port);
	ck_assert(g_str_has_prefix(stonith_get_info(plugin, ST_DEVICENAME), "127.0.0.1:"));
}
END_TEST

START_TEST(a_second_configuration_takes_the_place_of_the_first)
{
	struct simulator *sim = simulator_start(UPS, NULL);

	must_configure("ipaddr=127.0.0.1:%u|community=c|login=x|hostlist=a:1", bait_port);
	must_configure("ipaddr=%s|community=tripplite|hostlist=b:2", simulator_address(sim));
	expect_list("b");
	expect(status(), S_OK, "");
	expect_no_packet();
}
END_TEST

START_TEST(a_second_configuration_that_is_refused_leaves_none)
{
	must_configure("ipaddr=127.0.0.1:%u|community=c|hostlist=a:1", bait_port);
	ck_assert_int_eq(configure("ipaddr=127.0.0.1:%u", bait_port), S_BADCONFIG);
	/* libstonith asks on: it forgets no success of set_config */
	expect(status(), S_INVAL, "not configured");
	expect(power(ST_POWEROFF, "a"), S_INVAL, "not configured");
	ck_assert_ptr_null(list());
	expect_no_packet();
}
END_TEST

START_TEST(null_and_empty_values_mean_the_default)
{
	struct simulator *sim = simulator_start(UPS, "--name", "1=node1", NULL);

	must_configure("ipaddr=%s|hostlist|feeds=|snmp_version=|community=tripplite|login|password="
	               "|snmp_auth_prot|snmp_priv_prot=|snmp_priv_passwd|snmp_sec_level="
	               "|secrets_file|off_hold=|power_timeout|snmp_timeout=|total_timeout"
	               "|check_write=",
	               simulator_address(sim));
	expect(status(), S_OK, "");
}
END_TEST

START_TEST(an_unknown_request_is_refused)
{
	must_configure("ipaddr=127.0.0.1:%u|community=c|hostlist=a:1", bait_port);
	expect(power(0, "a"), S_INVAL, "unknown request");
	expect(power(99, "a"), S_INVAL, "unknown request");
	expect_no_packet();
}
END_TEST

START_TEST(an_unknown_node_is_refused_without_a_packet)
{
	must_configure("ipaddr=127.0.0.1:%u|community=c|hostlist=node1:1", bait_port);
	expect(power(ST_GENERIC_RESET, "node10"), S_BADHOST, "node10");
	expect(power(ST_GENERIC_RESET, "node"), S_BADHOST, "node");
	expect_no_packet();
}
END_TEST

START_TEST(a_list_with_a_map_sends_no_packet)
{
	must_configure("ipaddr=127.0.0.1:%u|community=c|hostlist=Node1:1,2; node2 , NODE3",
	               bait_port);
	expect_list("node1 node2 node3");
	expect_no_packet();
}
END_TEST

/* --- bad input --- */

/* $PDU is the bait's address, $OPEN a secrets file that others can read. */
static const struct bad_input {
	const char *settings;
	const char *parameter; /* that the line begins with */
	const char *text;      /* that is in it as well */
} bad_inputs[] = {
	{ "community=c", "ipaddr", "missing" },
	{ "ipaddr|community=c", "ipaddr", "missing" },
	{ "ipaddr=|community=c", "ipaddr", "missing" },
	{ "ipaddr=127.0.0.1:0|community=c", "ipaddr", "127.0.0.1:0" },
	{ "ipaddr=127.0.0.1:70000|community=c", "ipaddr", "127.0.0.1:70000" },
	{ "ipaddr=127.0.0.1:x|community=c", "ipaddr", "127.0.0.1:x" },
	{ "ipaddr=127.0.0.1:|community=c", "ipaddr", "" },
	{ "ipaddr=10.1|community=c", "ipaddr", "10.1" },
	{ "ipaddr=[::1|community=c", "ipaddr", "" },
	{ "ipaddr=$PDU,,$PDU|community=c", "ipaddr", "empty" },
	{ "ipaddr=$PDU $PDU|community=c", "ipaddr", "twice" },
	{ "ipaddr=$PDU|community=c|snmp_version=4", "snmp_version", "4" },
	{ "ipaddr=$PDU|community=c|snmp_version=2", "snmp_version", "2" },
	{ "ipaddr=$PDU" V3 "|snmp_auth_prot=SHA3", "snmp_auth_prot", "SHA3" },
	{ "ipaddr=$PDU" V3 "|snmp_priv_prot=3DES", "snmp_priv_prot", "3DES" },
	{ "ipaddr=$PDU" V3 "|snmp_sec_level=high", "snmp_sec_level", "high" },
	{ "ipaddr=$PDU|login=admin|password=secret-", "password", "8" },
	{ "ipaddr=$PDU|login=admin|password=secret-a|snmp_priv_passwd=secret-", "snmp_priv_passwd",
	  "8" },
	{ "ipaddr=$PDU|login=admin|snmp_priv_passwd=secret-priv", "snmp_priv_passwd", "password" },
	{ "ipaddr=$PDU|login=admin|snmp_sec_level=authNoPriv", "password", "missing" },
	{ "ipaddr=$PDU|login=admin|password=secret-a|snmp_sec_level=authPriv", "snmp_priv_passwd",
	  "missing" },
	{ "ipaddr=$PDU|snmp_version=3", "login", "missing" },
	{ "ipaddr=$PDU|snmp_version=3|community=secret-c", "login", "missing" },
	{ "ipaddr=$PDU|snmp_version=1", "community", "missing" },
	{ "ipaddr=$PDU|snmp_version=2c|login=admin", "community", "missing" },
	{ "ipaddr=$PDU", "community", "missing" },
	{ "ipaddr=$PDU|community=lrm://secret-c", "community", "lrm://" },
	{ "ipaddr=$PDU|community=c|off_hold=-1", "off_hold", "-1" },
	{ "ipaddr=$PDU|community=c|off_hold=x", "off_hold", "x" },
	{ "ipaddr=$PDU|community=c|off_hold=nan", "off_hold", "nan" },
	{ "ipaddr=$PDU|community=c|power_timeout=-1", "power_timeout", "-1" },
	{ "ipaddr=$PDU|community=c|power_timeout=0", "power_timeout", "0" },
	{ "ipaddr=$PDU|community=c|snmp_timeout=1s", "snmp_timeout", "1s" },
	{ "ipaddr=$PDU|community=c|total_timeout=1e2", "total_timeout", "1e2" },
	{ "ipaddr=$PDU|community=c|total_timeout=24", "total_timeout", "power_timeout" },
	{ "ipaddr=$PDU|community=c|off_hold=31", "total_timeout", "off_hold" },
	{ "ipaddr=$PDU|community=c|feeds=-1", "feeds", "-1" },
	{ "ipaddr=$PDU|community=c|feeds=two", "feeds", "two" },
	{ "ipaddr=$PDU|community=c|feeds=2|hostlist=node1:1", "feeds", "node1" },
	{ "ipaddr=$PDU|community=c|check_write=maybe", "check_write", "maybe" },
	{ "ipaddr=$PDU|community=c|hostlist=node1:", "hostlist", "column" },
	{ "ipaddr=$PDU|community=c|hostlist=node1:1,", "hostlist", "column" },
	{ "ipaddr=$PDU|community=c|hostlist=node1:1,,2", "hostlist", "column" },
	{ "ipaddr=$PDU|community=c|hostlist=:1", "hostlist", "column" },
	{ "ipaddr=$PDU|community=c|hostlist=node1:1;;node2:2", "hostlist", "column" },
	{ "ipaddr=$PDU|community=c|hostlist=node1:web", "hostlist", "column" },
	{ "ipaddr=$PDU|community=c|hostlist=node1:\"web", "hostlist", "column" },
	{ "ipaddr=$PDU|community=c|hostlist=node1:0", "hostlist", "column" },
	{ "ipaddr=$PDU|community=c|hostlist=node1:-1", "hostlist", "column" },
	{ "ipaddr=$PDU|community=c|hostlist=node1:1;NODE1:2", "hostlist", "column" },
	{ "ipaddr=$PDU|community=c|hostlist=node1:1;node2:1", "hostlist", "column" },
	{ "ipaddr=$PDU|community=c|hostlist=node1:main;node2:1", "hostlist", "main load" },
	{ "ipaddr=$PDU|community=c|hostlist=node1:1 main", "hostlist", "main load" },
	{ "ipaddr=$PDU|community=c|hostlist=node1:1,1", "hostlist", "column" },
	{ "ipaddr=$PDU|community=c|hostlist=node1:1@pdu-x", "hostlist", "pdu-x" },
	{ "ipaddr=$PDU,127.0.0.9|community=c|hostlist=node1:1", "hostlist", "@" },
	{ "ipaddr=$PDU,127.0.0.1:9|community=c|hostlist=node1:1@127.0.0.1", "hostlist", "column" },
	{ "ipaddr=$PDU|secrets_file=$OPEN", "secrets_file", "0644" },
	{ "ipaddr=$PDU|secrets_file=/no/such/file", "secrets_file", "/no/such/file" },
	{ "ipaddr=$PDU|community=c|outlet=1", "outlet", "no such parameter" },
	{ "ipaddr=$PDU|community=c|ipaddr=127.0.0.2", "ipaddr", "twice" },
};

static char *replace(const char *text, const char *from, const char *to)
{
	char **parts = g_strsplit(text, from, -1);
	char *replaced = g_strjoinv(to, parts);

	g_strfreev(parts);
	return replaced;
}

static char *write_secrets(const char *text, int mode)
{
	char *path = NULL;
	const int descriptor = g_file_open_tmp("secrets-XXXXXX", &path, NULL);

	ck_assert_int_ge(descriptor, 0);
	ck_assert_int_eq(write(descriptor, text, strlen(text)), (ssize_t)strlen(text));
	ck_assert_int_eq(fchmod(descriptor, (mode_t)mode), 0);
	close(descriptor);
	return path;
}

static char *fill_in(const char *settings, const char *open_file)
{
	char *pdu = g_strdup_printf("127.0.0.1:%u", bait_port);
	char *some = replace(settings, "$PDU", pdu);
	char *all = replace(some, "$OPEN", open_file);

	g_free(pdu);
	g_free(some);
	return all;
}

START_TEST(bad_input_gets_one_line_that_names_the_parameter_and_no_packet)
{
	const struct bad_input *row = &bad_inputs[_i];
	char *open_file = write_secrets("community=secret-c\n", 0644);
	char *settings = fill_in(row->settings, open_file);
	char *beginning = g_strconcat(row->parameter, ": ", NULL);

	expect(configure("%s", settings), S_BADCONFIG, row->text);
	ck_assert_uint_eq(host_log()->len, 1);
	ck_assert_msg(g_str_has_prefix(host_said("CRIT"), beginning), "%s", host_said("CRIT"));
	ck_assert_msg(!strstr(host_said("CRIT"), "secret-"), "%s", host_said("CRIT"));
	ck_assert_int_eq(stonith_get_status(plugin), S_INVAL);
	ck_assert_uint_eq(host_log()->len, 1);
	expect_no_packet();
	g_unlink(open_file);
	g_free(beginning);
	g_free(settings);
	g_free(open_file);
}
END_TEST

START_TEST(secrets_come_from_a_file_that_others_cannot_read)
{
	char *file = write_secrets("# mine\ncommunity=secret-=c\n", 0600);
	struct simulator *sim =
		simulator_start(UPS, "--community", "secret-=c", "--name", "1=node1", NULL);

	must_configure("ipaddr=%s|secrets_file=%s", simulator_address(sim), file);
	g_unlink(file);
	expect(status(), S_OK, "");
	g_free(file);
}
END_TEST

/* --- every family, in every version, by map and by name --- */

static const struct family_case {
	const char *family; /* as in lib/find/family.c: each one must be here */
	const char *capture;
	const char *outlets[2]; /* that are on; as the simulator writes them */
	const char *options[5];
} family_cases[] = {
	{ "LX PDU", PDU_24, { "1.3", "1.24" }, { NULL } },
	{ "LX PDU", PDU_8, { "1.1", "1.8" }, { NULL } },
	{ "LX PDU", PDU_8, { "7.1", "7.8" }, { "--move-device", "1=7", NULL } },
	{ "LX ATS", "pdumh20atnet-ats-15.5.4.snmprec", { "1.9", "1.10" }, { NULL } },
	{ "LX UPS", UPS, { "1.1", "1.2" }, { NULL } },
	{ "SNMPWEBCARD", WEBCARD, { "1.1", "1.2" }, { NULL } },
	{ "SNMPWEBCARD", "pdumh20hvnet-12.04-pdu.snmprec", { "1.1", "1.2" }, { NULL } },
	{ "SNMPWEBCARD twin", "twin-only.snmprec", { "1.1", "1.2" }, { NULL } },
};
static const char *const version_settings[] = {
	"community=tripplite|snmp_version=1",
	"community=tripplite",
	VERSION_3,
};

START_TEST(no_family_is_without_a_test)
{
	for (unsigned i = 0; family_row(i); i++) {
		bool tested = false;

		for (unsigned k = 0; k < G_N_ELEMENTS(family_cases); k++)
			tested = tested || g_str_equal(family_cases[k].family, family_row(i)->name);
		ck_assert_msg(tested, "no test of family %s", family_row(i)->name);
	}
}
END_TEST

#define PDU_MAIN "1.3.6.1.4.1.850.1.1.3.2.2.1.1"
static const struct main_case {
	const char *family; /* each one with main loads must be here */
	const char *capture;
	const char *main, *cut; /* and an outlet that is on; as the simulator writes them */
	const char *options[7];
} main_cases[] = {
	{ "LX UPS", UPS, "1.main", "1.3", { NULL } },
	{ "SNMPWEBCARD", WEBCARD, "1.main", "1.3", { NULL } },
	{ "LX ATS", "pdumh20atnet-ats-15.5.4.snmprec", "1.main", "1.16", { NULL } },
	{ "LX UPS", UPS, "7.main", "7.1", { "--move-device", "1=7", NULL } },
	{ "LX PDU",
	  PDU_8,
	  "1.main",
	  "1.8",
	  { "--row", PDU_MAIN ".1.1|2|2", "--row", PDU_MAIN ".2.1|2|1", "--row",
	    PDU_MAIN ".3.1|2|0", NULL } },
};

START_TEST(no_familys_main_load_is_without_a_test)
{
	for (unsigned i = 0; family_row(i); i++) {
		bool tested = !family_row(i)->main;

		for (unsigned k = 0; k < G_N_ELEMENTS(main_cases); k++)
			tested = tested || g_str_equal(main_cases[k].family, family_row(i)->name);
		ck_assert_msg(tested, "no test of the main load of family %s", family_row(i)->name);
	}
}
END_TEST

static struct simulator *start_case(const struct family_case *row, bool by_name)
{
	GPtrArray *options = g_ptr_array_new_with_free_func(g_free);
	struct simulator *sim;

	g_ptr_array_add(options, g_strdup("--user"));
	g_ptr_array_add(options, g_strdup(USER));
	for (const char *const *option = row->options; *option; option++)
		g_ptr_array_add(options, g_strdup(*option));
	for (unsigned i = 0; by_name && i < G_N_ELEMENTS(row->outlets); i++) {
		g_ptr_array_add(options, g_strdup("--name"));
		g_ptr_array_add(options,
		                g_strdup_printf("%s=%s", row->outlets[i], i ? "NODE1" : "Node1"));
	}
	g_ptr_array_add(options, NULL);
	sim = simulator_start_list(row->capture, (const char *const *)options->pdata);
	g_ptr_array_unref(options);
	return sim;
}

static void try_family(const struct family_case *row, const char *version, bool by_name)
{
	struct simulator *sim = start_case(row, by_name);
	char *hostlist = by_name ? g_strdup("")
	                         : g_strdup_printf("node1:%s,%s", row->outlets[0], row->outlets[1]);

	must_configure("ipaddr=%s|%s|hostlist=%s" QUICK, simulator_address(sim), version, hostlist);
	expect(status(), S_OK, "");
	expect_no_set(sim);
	expect_in_list("node1");
	power_two(sim, ST_POWEROFF, row->outlets, 0);
	power_two(sim, ST_POWERON, row->outlets, 0);
	power_two(sim, ST_GENERIC_RESET, row->outlets, 0);
	g_free(hostlist);
}

START_TEST(each_family_is_switched_in_each_version_by_map)
{
	try_family(&family_cases[_i / 3], version_settings[_i % 3], false);
}
END_TEST

START_TEST(each_family_is_switched_in_each_version_by_name)
{
	try_family(&family_cases[_i / 3], version_settings[_i % 3], true);
}
END_TEST

/* --- main loads --- */

static unsigned count_move(struct simulator *sim, const char *outlet, const char *move)
{
	char *text = g_strdup_printf("outlet %s %s", outlet, move);
	const unsigned n = simulator_count(sim, text);

	g_free(text);
	return n;
}

/* Nothing but the main load is commanded, once to each side, and what hangs on it follows. */
static void power_main(struct simulator *sim, int request, const struct main_case *row)
{
	const unsigned off = request != ST_POWERON, on = request != ST_POWEROFF;

	simulator_forget(sim);
	expect(power(request, "node1"), S_OK, "");
	ck_assert_uint_eq(simulator_count(sim, " command "), off + on);
	ck_assert_uint_eq(count_move(sim, row->main, "command off"), off);
	ck_assert_uint_eq(count_move(sim, row->main, "command on"), on);
	ck_assert_uint_eq(count_move(sim, row->main, "off"), off);
	ck_assert_uint_eq(count_move(sim, row->main, "on"), on);
	ck_assert_uint_eq(count_move(sim, row->cut, "off"), off);
	ck_assert_uint_eq(count_move(sim, row->cut, "on"), on);
}

/* So many lines of the last call hold the text. */
static unsigned times_said(const char *text)
{
	unsigned n = 0;

	for (unsigned i = 0; i < host_log()->len; i++)
		n += strstr(host_log()->pdata[i], text) != NULL;
	return n;
}

static struct simulator *start_main(const struct main_case *row)
{
	GPtrArray *options = g_ptr_array_new();
	struct simulator *sim;

	g_ptr_array_add(options, "--user");
	g_ptr_array_add(options, USER);
	for (const char *const *option = row->options; *option; option++)
		g_ptr_array_add(options, (gpointer)*option);
	g_ptr_array_add(options, NULL);
	sim = simulator_start_list(row->capture, (const char *const *)options->pdata);
	g_ptr_array_unref(options);
	return sim;
}

START_TEST(each_familys_main_load_is_switched_in_each_version)
{
	const struct main_case *row = &main_cases[_i / 6];
	struct simulator *sim = start_main(row);

	must_configure("ipaddr=%s|%s|hostlist=node1:%s" QUICK, simulator_address(sim),
	               version_settings[_i % 3], _i % 6 < 3 ? row->main : "main");
	expect(status(), S_OK, "");
	expect_no_set(sim);
	ck_assert_uint_eq(times_said("cuts all that hangs on its device"), 1);
	expect_list("node1");
	ck_assert_uint_eq(times_said("cuts all that hangs on its device"), 1);
	power_main(sim, ST_POWEROFF, row);
	expect(status(), S_OK, "");
	power_main(sim, ST_POWERON, row);
	power_main(sim, ST_GENERIC_RESET, row);
}
END_TEST

START_TEST(write_access_to_a_main_load_is_proven)
{
	struct simulator *sim = start_main(&main_cases[_i]);

	must_configure("ipaddr=%s|community=tripplite|hostlist=node1:%s|check_write=yes" QUICK,
	               simulator_address(sim), main_cases[_i].main);
	expect(status(), S_OK, "");
	ck_assert_uint_eq(simulator_count(sim, " request set "), 1);
	ck_assert_uint_eq(simulator_count(sim, " command "), 0);
	simulator_control(sim, "refuse %s noAccess", main_cases[_i].main);
	expect(status(), S_ACCESS, "the main load of");
}
END_TEST

START_TEST(a_main_load_beside_another_nodes_outlet_is_refused_before_any_set)
{
	static const char *const hostlists[] = { "node1:main;node2:1.1", "node1:1.1;node2:main",
		                                 "node1:1.main;node2:bank" };
	struct simulator *sim = simulator_start(_i % 2 ? WEBCARD : UPS, "--name", "2=bank", NULL);
	char *quoted = replace(hostlists[_i / 2], "bank", "\"bank\"");

	must_configure("ipaddr=%s|community=tripplite|hostlist=%s|total_timeout=1|power_timeout=0.5"
	               "|off_hold=0",
	               simulator_address(sim), quoted);
	expect(power(ST_GENERIC_RESET, "node1"), S_BADCONFIG, "cuts all that hangs");
	expect(power(ST_GENERIC_RESET, "node2"), S_BADCONFIG, "of node node1");
	expect(status(), S_BADCONFIG, "the main load of");
	expect_no_set(sim);
	g_free(quoted);
}
END_TEST

START_TEST(a_main_load_that_is_stuck_or_unknown_is_never_taken_for_off)
{
	struct simulator *sim = start_main(&main_cases[_i]);

	must_configure("ipaddr=%s|community=tripplite|hostlist=node1:%s" HASTY,
	               simulator_address(sim), main_cases[_i].main);
	simulator_control(sim, "stuck %s", main_cases[_i].main);
	expect(power(ST_POWEROFF, "node1"), S_RESETFAIL, "the main load of");
	ck_assert_uint_eq(count_move(sim, main_cases[_i].main, "off"), 0);
}
END_TEST

START_TEST(a_main_load_that_is_not_controllable_is_refused_before_any_set)
{
	struct simulator *sim = simulator_start(
		_i ? UPS : PDU_24, "--row",
		_i ? "1.3.6.1.4.1.850.1.1.3.1.2.1.1.2.1|2|2" : PDU_MAIN ".3.1|2|0", NULL);

	must_configure("ipaddr=%s|community=tripplite|hostlist=node1:main" DENIED,
	               simulator_address(sim));
	expect(power(ST_POWEROFF, "node1"), S_BADCONFIG, "is not controllable");
	expect(status(), S_BADCONFIG, "is not controllable");
	expect_no_set(sim);
}
END_TEST

/* --- the promise, on the timeline --- */

START_TEST(a_reset_holds_both_outlets_off_together_for_off_hold)
{
	static const char *const outlets[] = { "1.1", "1.2" };
	struct simulator *sim = simulator_start(UPS, "--latency", "0.5", NULL);

	must_configure("ipaddr=%s|community=tripplite|hostlist=node1:1,2|off_hold=1",
	               simulator_address(sim));
	power_two(sim, ST_GENERIC_RESET, outlets, 1);
}
END_TEST

START_TEST(off_is_commanded_where_an_outlet_reads_off_already)
{
	struct simulator *sim = simulator_start(UPS, NULL);

	simulator_control(sim, "set-outlet 1 off");
	must_configure("ipaddr=%s|community=tripplite|hostlist=node1:1" QUICK,
	               simulator_address(sim));
	expect(power(ST_POWEROFF, "node1"), S_OK, "");
	ck_assert_uint_eq(simulator_count(sim, "outlet 1.1 command off"), 1);
}
END_TEST

static unsigned count_requests(const char *capture, const char *hostlist)
{
	struct simulator *sim = simulator_start(capture, "--name", "3=node1", NULL);

	must_configure("ipaddr=%s|community=tripplite|hostlist=%s|off_hold=0",
	               simulator_address(sim), hostlist);
	expect(power(ST_GENERIC_RESET, "node1"), S_OK, "");
	return simulator_count(sim, " request ");
}

START_TEST(a_reset_by_map_takes_7_requests)
{
	ck_assert_uint_eq(count_requests(PDU_24, "node1:3"), 7);
	ck_assert_uint_eq(count_requests(UPS, "node1:main"), 7);
	/* it has an active alarm, which is read */
	ck_assert_uint_eq(count_requests(WEBCARD, "node1:main"), 8);
}
END_TEST

START_TEST(a_reset_by_name_takes_at_most_11_requests)
{
	ck_assert_uint_le(count_requests(PDU_24, ""), 11);
}
END_TEST

/* --- two PDUs --- */

/* Seconds from a's clock to b's. */
static double clock_offset(struct simulator *a, struct simulator *b)
{
	const char *rest;
	double at_a;

	simulator_forget(a);
	simulator_forget(b);
	simulator_control(a, "set-outlet 2 off");
	simulator_control(b, "set-outlet 2 off");
	at_a = simulator_time(simulator_timeline(a)->pdata[0], &rest);
	return simulator_time(simulator_timeline(b)->pdata[0], &rest) - at_a;
}

START_TEST(the_feeds_on_two_pdus_are_held_off_together)
{
	static const char *const outlets[] = { "1.1" };
	struct simulator *a = simulator_start(UPS, "--latency-off", "0.4", "--user", USER, NULL);
	struct simulator *b = simulator_start(PDU_8, "--latency-on", "0.2", "--user", USER, NULL);
	const double offset = clock_offset(a, b);
	struct moves at_a, at_b;

	must_configure("ipaddr=%s %s|%s|hostlist=node1:1@%s,1@%s|off_hold=0.5|total_timeout=40",
	               simulator_address(a), simulator_address(b), version_settings[_i],
	               simulator_address(a), simulator_address(b));
	simulator_forget(a);
	simulator_forget(b);
	expect(power(ST_GENERIC_RESET, "node1"), S_OK, "");
	at_a = read_moves(a, 1, outlets);
	at_b = read_moves(b, 1, outlets);
	expect_moves(&at_a, ST_GENERIC_RESET, 0.5);
	expect_moves(&at_b, ST_GENERIC_RESET, 0.5);
	ck_assert_double_ge(MIN(at_a.light + offset, at_b.light) -
	                            MAX(at_a.dark + offset, at_b.dark),
	                    0.5 - SLACK);
}
END_TEST

START_TEST(by_name_the_outlets_of_both_pdus_are_switched)
{
	static const char *const outlets[] = { "1.1", "1.2" };
	struct simulator *a = simulator_start(UPS, "--name", "1=node1", "--name", "2=node1", NULL);
	struct simulator *b = simulator_start(PDU_8, "--description", "1=NODE1", "--name",
	                                      "2=node1", "--name", "3=node10", NULL);
	struct moves moves;

	must_configure("ipaddr=%s,%s|community=tripplite|feeds=4" QUICK, simulator_address(a),
	               simulator_address(b));
	expect(power(ST_POWEROFF, "node1"), S_OK, "");
	moves = read_moves(a, 2, outlets);
	expect_moves(&moves, ST_POWEROFF, 0);
	moves = read_moves(b, 2, outlets);
	expect_moves(&moves, ST_POWEROFF, 0);
}
END_TEST

START_TEST(status_fails_where_nobody_could_be_fenced)
{
	struct simulator *sim =
		simulator_start(PDU_8, "--name", "1=Outlet 1", "--name", "2=Bank#3", NULL);

	must_configure("ipaddr=%s|community=tripplite", simulator_address(sim));
	expect(status(), S_BADHOST, "write a hostlist");
	must_configure("ipaddr=%s|community=tripplite|hostlist=db1:3", simulator_address(sim));
	expect(status(), S_OK, "");
}
END_TEST

START_TEST(status_warns_of_a_pdu_that_does_not_know_a_node)
{
	struct simulator *a = simulator_start(UPS, "--name", "1=node1", NULL);
	struct simulator *b = simulator_start(PDU_8, NULL);

	must_configure("ipaddr=%s,%s|community=tripplite", simulator_address(a),
	               simulator_address(b));
	expect(status(), S_OK, "");
	ck_assert_ptr_nonnull(strstr(host_said("WARN"), "node1"));
	ck_assert_ptr_nonnull(strstr(host_said("WARN"), simulator_address(b)));
}
END_TEST

START_TEST(one_dead_pdu_of_two_is_no_success_and_is_named)
{
	struct simulator *sim = simulator_start(UPS, NULL);
	char *dead = g_strdup_printf("127.0.0.1:%u", bait_port);

	must_configure("ipaddr=%s,%s|community=tripplite|hostlist=node1:1@%s,1@%s" HASTY,
	               simulator_address(sim), dead, simulator_address(sim), dead);
	expect(power(ST_GENERIC_RESET, "node1"), S_TIMEOUT, dead);
	expect(status(), S_TIMEOUT, dead);
	g_free(dead);
}
END_TEST

START_TEST(one_pdu_under_two_addresses_is_found_before_any_set)
{
	struct simulator *sim =
		simulator_start(UPS, "--listen", "127.0.0.1", "--listen", "127.0.0.2", NULL);
	const unsigned port = simulator_port(sim);

	must_configure("ipaddr=127.0.0.1:%u,127.0.0.2:%u|community=tripplite"
	               "|hostlist=node1:1@127.0.0.1:%u,1@127.0.0.2:%u" HASTY,
	               port, port, port, port);
	expect(power(ST_POWEROFF, "node1"), S_BADCONFIG, "one PDU");
	expect_no_set(sim);
}
END_TEST

/* --- what must not be switched --- */

static const struct refused_case {
	const char *capture;
	const char *options[9];
	const char *hostlist;
	const char *node;
	int code;
	const char *text;
} refused_cases[] = {
	{ UPS, { NULL }, "node1:4", "node1", S_BADCONFIG, "4" },
	{ UPS, { NULL }, "node1:1,4", "node1", S_BADCONFIG, "4" },
	{ UPS, { NULL }, "node1:7.1", "node1", S_BADCONFIG, "7.1" },
	{ UPS, { NULL }, "node1:3", "node1", S_BADCONFIG, "controllable" },
	{ UPS, { NULL }, "node1:1,1.1", "node1", S_BADCONFIG, "twice" },
	{ UPS, { NULL }, "node1:1;node2:1.1", "node1", S_BADCONFIG, "node2" },
	{ UPS, { NULL }, "node1:\"web\"", "node1", S_BADCONFIG, "web" },
	{ WEBCARD, { NULL }, "node1:3", "node1", S_BADCONFIG, "controllable" },
	{ PDU_8,
	  { "--row", LX_PDU ".4.2.1|2|2", "--row", LX_PDU ".5.2.1|2|1", "--row",
	    LX_PDU ".6.2.1|2|0", NULL },
	  "node1:1",
	  "node1",
	  S_BADCONFIG,
	  "ambiguous" },
	{ UPS,
	  { "--remove", "1.3.6.1.4.1.850", NULL },
	  "node1:1",
	  "node1",
	  S_ACCESS,
	  "1.3.6.1.4.1.850.1.1.1" },
	{ UPS, { "--remove", "1.3.6.1.4.1.850", NULL }, "", "node1", S_ACCESS, "Ubuntu" },
	{ UPS, { "--name", "3=node1", NULL }, "", "node1", S_BADCONFIG, "controllable" },
	{ UPS, { "--name", "1=node10", NULL }, "", "node1", S_BADHOST, "node1" },
	{ UPS,
	  { "--name", "1=web", "--name", "2=WEB", NULL },
	  "node1:\"web\"",
	  "node1",
	  S_BADCONFIG,
	  "numbers" },
	{ UPS,
	  { "--row", LX_UPS ".5.1.1|2|2", "--row", LX_UPS ".5.1.2|2|2", NULL },
	  "node1:1",
	  "node1",
	  S_BADCONFIG,
	  "controllable" },
};

START_TEST(what_cannot_be_meant_is_refused_before_any_set)
{
	const struct refused_case *row = &refused_cases[_i];
	struct simulator *sim = simulator_start_list(row->capture, row->options);

	must_configure("ipaddr=%s|community=tripplite|hostlist=%s" DENIED, simulator_address(sim),
	               row->hostlist);
	expect(power(ST_GENERIC_RESET, row->node), row->code, row->text);
	expect_no_set(sim);
}
END_TEST

START_TEST(a_node_with_another_number_of_feeds_is_refused_before_any_set)
{
	struct simulator *sim = simulator_start(UPS, "--name", "1=node1", NULL);

	must_configure("ipaddr=%s|community=tripplite|feeds=2" DENIED, simulator_address(sim));
	expect(power(ST_GENERIC_RESET, "node1"), S_BADCONFIG, "feeds");
	expect_no_set(sim);
}
END_TEST

START_TEST(status_fails_where_no_outlet_is_controllable)
{
	struct simulator *sim = simulator_start(UPS, "--row", LX_UPS ".5.1.1|2|2", "--row",
	                                        LX_UPS ".5.1.2|2|2", NULL);

	must_configure("ipaddr=%s|community=tripplite" DENIED, simulator_address(sim));
	expect(status(), S_ACCESS, "none of its 3 outlets is controllable; its main load may be");
}
END_TEST

START_TEST(status_fails_where_a_mapped_outlet_does_not_exist)
{
	struct simulator *sim = simulator_start(UPS, NULL);

	must_configure("ipaddr=%s|community=tripplite|hostlist=node1:1;node2:9" DENIED,
	               simulator_address(sim));
	expect(status(), S_BADCONFIG, "9");
	expect_no_set(sim);
}
END_TEST

/* --- trouble with the device --- */

static double seconds_since(gint64 begun)
{
	return (double)(g_get_monotonic_time() - begun) / G_USEC_PER_SEC;
}

START_TEST(a_dead_pdu_is_a_timeout_within_the_limit)
{
	const gint64 begun = g_get_monotonic_time();

	must_configure("ipaddr=127.0.0.1:%u|%s|hostlist=node1:1" HASTY, bait_port,
	               version_settings[_i]);
	expect(status(), S_TIMEOUT, "no answer");
	ck_assert_double_le(seconds_since(begun), HASTY_SECONDS);
	expect(power(ST_POWEROFF, "node1"), S_TIMEOUT, "no answer");
	ck_assert_double_le(seconds_since(begun), 2 * HASTY_SECONDS);
}
END_TEST

START_TEST(a_closed_port_is_a_timeout_within_the_limit)
{
	must_configure("ipaddr=127.0.0.1:%u|community=c" HASTY, bait_port);
	close(bait);
	bait = -1;
	expect(status(), S_TIMEOUT, "no answer");
	ck_assert_ptr_nonnull(strstr(host_said("WARN"), "nothing listens"));
	ck_assert_ptr_null(list());
}
END_TEST

START_TEST(a_dead_pdu_is_a_timeout_within_the_default_limits)
{
	const gint64 begun = g_get_monotonic_time();

	if (!g_getenv("TS_LONG"))
		return;
	must_configure("ipaddr=127.0.0.1:%u|community=c|hostlist=node1:1", bait_port);
	expect(status(), S_TIMEOUT, "no answer");
	ck_assert_double_le(seconds_since(begun), 15);
	expect(power(ST_POWEROFF, "node1"), S_TIMEOUT, "no answer");
	ck_assert_double_le(seconds_since(begun), 15 + 50);
}
END_TEST

START_TEST(a_host_that_cannot_be_resolved_is_an_access_error)
{
	must_configure("ipaddr=no-such-host.invalid|community=c|hostlist=node1:1" HASTY);
	expect(status(), S_ACCESS, "ipaddr");
}
END_TEST

static void pause_simulator(void *sim)
{
	simulator_control(sim, "pause");
}

START_TEST(a_pdu_that_falls_silent_in_the_middle_is_a_timeout)
{
	struct simulator *sim = simulator_start(UPS, NULL);

	must_configure(
		"ipaddr=%s|community=tripplite|hostlist=node1:1|off_hold=0.5|snmp_timeout=0.1"
		"|power_timeout=0.5|total_timeout=1.5",
		simulator_address(sim));
	simulator_control(sim, "stuck 1");
	host_when("switching", pause_simulator, sim);
	expect(power(ST_POWEROFF, "node1"), S_TIMEOUT, "does not answer any more");
}
END_TEST

START_TEST(a_stuck_relay_is_a_failed_reset)
{
	struct simulator *sim = simulator_start(UPS, "--stuck", "2", NULL);

	must_configure("ipaddr=%s|community=tripplite|hostlist=node1:1,2|off_hold=0"
	               "|power_timeout=0.5|total_timeout=3",
	               simulator_address(sim));
	expect(power(ST_POWEROFF, "node1"), S_RESETFAIL, "outlet 2");
	ck_assert_uint_eq(simulator_count(sim, "outlet 1.2 off"), 0);
}
END_TEST

START_TEST(a_state_that_is_not_known_is_never_taken_for_off)
{
	static const char *const states[] = { "|2|0", "|2|3", "|5|", "|4|1", "|66|1" };
	char *row = g_strconcat(LX_UPS ".4.1.1", states[_i], NULL);
	struct simulator *sim = simulator_start(UPS, "--stuck", "1", NULL);

	simulator_control(sim, "row %s", row);
	must_configure("ipaddr=%s|community=tripplite|hostlist=node1:1" HASTY,
	               simulator_address(sim));
	expect(power(ST_POWEROFF, "node1"), S_RESETFAIL, "outlet 1");
	g_free(row);
}
END_TEST

START_TEST(power_that_does_not_return_after_a_proven_off_is_a_success_with_a_warning)
{
	struct simulator *sim = simulator_start(UPS, "--latency-on", "100", NULL);

	must_configure("ipaddr=%s|community=tripplite|hostlist=node1:1" HASTY,
	               simulator_address(sim));
	expect(power(ST_GENERIC_RESET, "node1"), S_OK, "");
	ck_assert_ptr_nonnull(strstr(host_said("WARN"), "outlet 1"));
	expect(power(ST_POWERON, "node1"), S_RESETFAIL, "outlet 1");
}
END_TEST

/* --- access --- */

static const char *const read_only_settings[] = {
	"community=public|snmp_version=1",
	"community=public",
	VERSION_3,
};

static struct simulator *start_read_only(const char *capture)
{
	return simulator_start(capture, "--ro-community", "public", "--ro-user", USER, NULL);
}

START_TEST(read_only_access_is_an_access_error_and_switches_nothing)
{
	struct simulator *sim = start_read_only(UPS);

	must_configure("ipaddr=%s|%s|hostlist=node1:1" DENIED, simulator_address(sim),
	               read_only_settings[_i]);
	expect(status(), S_OK, "");
	expect(power(ST_POWEROFF, "node1"), S_ACCESS, "write access");
	ck_assert_uint_eq(simulator_count(sim, "outlet "), 0);
}
END_TEST

START_TEST(check_write_finds_read_only_access)
{
	struct simulator *sim = start_read_only(UPS);

	must_configure("ipaddr=%s|%s|hostlist=node1:1|check_write=yes" DENIED,
	               simulator_address(sim), read_only_settings[_i]);
	expect(status(), S_ACCESS, "write access");
	ck_assert_uint_eq(simulator_count(sim, "outlet "), 0);
}
END_TEST

START_TEST(check_write_accepts_write_access_and_moves_nothing)
{
	static const char *const outlets[] = { "1.1", "1.2" };
	struct simulator *sim = simulator_start(UPS, "--user", USER, NULL);
	struct moves moves;

	must_configure("ipaddr=%s|%s|hostlist=node1:1,2|check_write=yes" QUICK,
	               simulator_address(sim), version_settings[_i]);
	expect(status(), S_OK, "");
	ck_assert_uint_eq(simulator_count(sim, "request set"), 2);
	ck_assert_uint_eq(simulator_count(sim, "number 0 "), 2);
	moves = read_moves(sim, 2, outlets);
	for (unsigned i = 0; i < moves.n; i++)
		ck_assert(moves.off[i] < 0 && moves.on[i] < 0);
}
END_TEST

START_TEST(check_write_cannot_tell_where_a_command_has_no_idle)
{
	struct simulator *sim = simulator_start(WEBCARD, NULL);

	must_configure("ipaddr=%s|community=tripplite|hostlist=node1:1|check_write=yes" QUICK,
	               simulator_address(sim));
	expect(status(), S_OK, "");
	ck_assert_ptr_nonnull(strstr(host_said("WARN"), "cannot tell"));
	expect_no_set(sim);
}
END_TEST

/* --- names --- */

START_TEST(the_list_has_each_name_once_in_lower_case_without_factory_names)
{
	struct simulator *sim = simulator_start(
		PDU_8, "--name", "1=Web1", "--name", "2=WEB1", "--name", "3=Load 3", "--name",
		"4=Outlet4", "--name", "5=", "--description", "5=db.example.com", "--description",
		"6=web1", "--name", "7=two words", "--user", USER, NULL);

	must_configure("ipaddr=%s|%s" QUICK, simulator_address(sim), version_settings[_i]);
	expect_list("web1 db.example.com");
}
END_TEST

static bool is_clean(const char *text)
{
	if (!g_utf8_validate(text, -1, NULL))
		return false;
	for (; *text; text++)
		if (g_ascii_iscntrl(*text))
			return false;
	return true;
}

static void append_node(void *context, const char *node, enum trippsnmp_state state)
{
	static const char *const words[] = { "unknown", "off", "on" };

	g_string_append_printf(context, "%s %s; ", node, words[state]);
}

/* The plugin has no use for it, and the agent only for hostlist. */
START_TEST(the_library_tells_the_states_of_the_nodes_that_are_listed)
{
	struct simulator *sim =
		simulator_start(PDU_24, "--name", "3=db1", "--name", "4=db2", "--name", "5=DB1",
	                        "--name", "6=db3", "--row", LX_PDU ".4.1.3|2|1", "--row",
	                        LX_PDU ".4.1.4|2|1", "--row", LX_PDU ".4.1.6|2|0", NULL);
	trippsnmp *handle = trippsnmp_new();
	GString *text = g_string_new(NULL);

	ck_assert_int_eq(trippsnmp_node_states(handle, append_node, text), TRIPPSNMP_INVALID);
	trippsnmp_set(handle, "ipaddr", simulator_address(sim));
	trippsnmp_set(handle, "community", "tripplite");
	ck_assert_int_eq(trippsnmp_configure(handle), TRIPPSNMP_OK);
	ck_assert_int_eq(trippsnmp_node_states(handle, append_node, text), TRIPPSNMP_ACCESS);
	ck_assert_msg(g_str_has_prefix(trippsnmp_message(handle), "node db3: outlet 6 of "), "%s",
	              trippsnmp_message(handle));
	ck_assert_msg(strstr(text->str, "db1 on; db2 off; db3 unknown; "), "%s", text->str);
	g_string_free(text, TRUE);
	trippsnmp_free(handle);
}
END_TEST

/* Once the first look is over, the card has no tables any more. */
static void loses_its_tables(void *context, enum trippsnmp_level level, const char *line)
{
	if (level == TRIPPSNMP_LOG_WARN && strstr(line, "neither on nor off (") &&
	    strstr(line, "; looking again"))
		simulator_control(context, "remove 1.3.6.1.4.1.850");
}

START_TEST(the_library_does_not_tell_states_of_an_earlier_look_where_the_last_one_failed)
{
	struct simulator *sim = simulator_start(PDU_24, "--control", "--row", LX_PDU ".4.1.3|2|1",
	                                        "--row", LX_PDU ".4.1.4|2|0", NULL);
	trippsnmp *handle = trippsnmp_new();
	GString *text = g_string_new(NULL);

	trippsnmp_set(handle, "ipaddr", simulator_address(sim));
	trippsnmp_set(handle, "community", "tripplite");
	trippsnmp_set(handle, "hostlist", "db1:3; db2:4");
	trippsnmp_set_log(handle, loses_its_tables, sim);
	ck_assert_int_eq(trippsnmp_configure(handle), TRIPPSNMP_OK);
	ck_assert_int_eq(trippsnmp_node_states(handle, append_node, text), TRIPPSNMP_ACCESS);
	ck_assert_msg(strstr(trippsnmp_message(handle), "no outlet table that we know") != NULL,
	              "%s", trippsnmp_message(handle));
	ck_assert_str_eq(text->str, "db1 unknown; db2 unknown; ");
	g_string_free(text, TRUE);
	trippsnmp_free(handle);
}
END_TEST

/* The plugin has no use for these; the agent has. */
static trippsnmp *library_handle(struct simulator *sim, const char *hostlist)
{
	trippsnmp *handle = trippsnmp_new();

	trippsnmp_set(handle, "ipaddr", simulator_address(sim));
	trippsnmp_set(handle, "community", "tripplite");
	trippsnmp_set(handle, "hostlist", hostlist);
	trippsnmp_set(handle, "off_hold", "0.1");
	trippsnmp_set(handle, "power_timeout", "1");
	trippsnmp_set(handle, "total_timeout", "2");
	trippsnmp_set_shown(handle, "outlets", "plug");
	ck_assert_int_eq(trippsnmp_configure(handle), TRIPPSNMP_OK);
	return handle;
}

START_TEST(the_library_switches_and_reads_outlets_without_a_map)
{
	struct simulator *sim = simulator_start(PDU_24, "--name", "4=web", NULL);
	trippsnmp *handle = library_handle(sim, NULL);
	enum trippsnmp_state state;

	ck_assert_int_eq(trippsnmp_power_outlets(handle, TRIPPSNMP_POWER_OFF, "3,4=\"Web\""),
	                 TRIPPSNMP_OK);
	ck_assert_uint_eq(simulator_count(sim, "outlet 1.3 off"), 1);
	ck_assert_uint_eq(simulator_count(sim, "outlet 1.4 off"), 1);
	ck_assert_uint_eq(simulator_count(sim, "outlet 1.5 "), 0);
	ck_assert_int_eq(trippsnmp_outlets_state(handle, "3,\"web\"", &state), TRIPPSNMP_OK);
	ck_assert_int_eq(state, TRIPPSNMP_OFF);
	ck_assert_int_eq(trippsnmp_outlets_state(handle, "3,5", &state), TRIPPSNMP_OK);
	ck_assert_int_eq(state, TRIPPSNMP_ON);
	ck_assert_int_eq(trippsnmp_outlets_status(handle, "3,5"), TRIPPSNMP_OK);
	ck_assert_int_eq(trippsnmp_outlets_status(handle, NULL), TRIPPSNMP_OK);
	ck_assert_int_eq(trippsnmp_outlets_state(handle, "3,99", &state), TRIPPSNMP_BADCONFIG);
	ck_assert_int_eq(state, TRIPPSNMP_UNKNOWN);
	ck_assert_ptr_nonnull(strstr(trippsnmp_message(handle), "which has outlets 1-24"));
	trippsnmp_free(handle);
}
END_TEST

START_TEST(the_library_refuses_outlets_that_cannot_be_meant_before_any_set)
{
	static const struct {
		const char *outlets, *message;
	} slips[] = {
		{ "", "plug: an outlet is missing here" },
		{ "3;4", "plug: ',' is missing before \";4\"" },
		{ "3,3", "is given twice" },
		{ "3,1.3", "off of plug 3,1.3 failed: plug: outlet 3 of " },
		{ "3,5", "feeds node db1, and outlet 5 of " },
		{ "4=\"web\"", "is called \"Load 4\", and must be called \"web\"" },
	};
	struct simulator *sim = simulator_start(PDU_24, NULL);
	trippsnmp *handle = library_handle(sim, "db1:3,4; db2:5");
	const unsigned requests = simulator_count(sim, "request ");

	for (unsigned i = 0; i < G_N_ELEMENTS(slips); i++) {
		ck_assert_int_eq(
			trippsnmp_power_outlets(handle, TRIPPSNMP_POWER_OFF, slips[i].outlets),
			TRIPPSNMP_BADCONFIG);
		ck_assert_msg(strstr(trippsnmp_message(handle), slips[i].message), "%s",
		              trippsnmp_message(handle));
		if (i == 2) /* so far nobody was asked */
			ck_assert_uint_eq(simulator_count(sim, "request "), requests);
	}
	ck_assert_int_eq(trippsnmp_power_outlets(handle, (enum trippsnmp_action)9, "3"),
	                 TRIPPSNMP_INVALID);
	ck_assert_ptr_nonnull(strstr(trippsnmp_message(handle), "unknown action 9"));
	ck_assert_uint_eq(simulator_count(sim, "request set"), 0);
	trippsnmp_free(handle);
}
END_TEST

START_TEST(the_library_tells_what_is_written_without_a_packet)
{
	trippsnmp *handle = trippsnmp_new();

	ck_assert_int_eq(trippsnmp_check_node(handle, "db1"), TRIPPSNMP_INVALID);
	ck_assert_int_eq(trippsnmp_check_outlets(handle, "3"), TRIPPSNMP_INVALID);
	ck_assert_int_eq(trippsnmp_outlets_cover(handle, "3", "3"), 0);
	ck_assert_ptr_null(trippsnmp_node_outlets(handle, "db1"));
	trippsnmp_set(handle, "ipaddr", "192.0.2.1 192.0.2.2:1161");
	trippsnmp_set(handle, "community", "c");
	trippsnmp_set(handle, "hostlist", "db1.example:3@192.0.2.1,\"x y\"@192.0.2.2; db2");
	ck_assert_int_eq(trippsnmp_configure(handle), TRIPPSNMP_OK);
	ck_assert_int_eq(trippsnmp_check_node(handle, "DB2"), TRIPPSNMP_OK);
	ck_assert_int_eq(trippsnmp_check_node(handle, "db1"), TRIPPSNMP_BADNODE);
	ck_assert_str_eq(trippsnmp_message(handle),
	                 "hostlist: it does not name node db1; its nodes are db1.example, db2: is "
	                 "db1.example meant?");
	ck_assert_str_eq(trippsnmp_node_outlets(handle, "DB1.example"),
	                 "3@192.0.2.1,\"x y\"@192.0.2.2:1161");
	ck_assert_ptr_null(trippsnmp_node_outlets(handle, "db2"));
	ck_assert_int_eq(trippsnmp_check_outlets(handle, "3"), TRIPPSNMP_BADCONFIG);
	ck_assert_str_eq(trippsnmp_message(handle),
	                 "outlets: an outlet needs @PDU, for ipaddr names several");
	ck_assert_int_eq(trippsnmp_outlets_cover(handle, "1.3@192.0.2.1", "3@192.0.2.1:161"), 1);
	ck_assert_int_eq(trippsnmp_outlets_cover(handle, "3@192.0.2.1", "1.3@192.0.2.1"), 0);
	ck_assert_int_eq(trippsnmp_outlets_cover(handle, "3", "3"), 0);
	ck_assert_int_eq(trippsnmp_set_shown(handle, "nonsense", "x"), TRIPPSNMP_BADCONFIG);
	trippsnmp_free(handle);
}
END_TEST

START_TEST(hostile_names_are_neither_listed_nor_logged_raw)
{
	char *longest = g_strnfill(255, 'a');
	char *option = g_strconcat("7=", longest, NULL);
	struct simulator *sim =
		simulator_start(PDU_8, "--name", "1=evil\\x0anode1", "--name", "2=\\x1b[31mred",
	                        "--name", "3=d\\xfcssel", "--name", "4=-rf", "--name", "5=$(id)",
	                        "--name", "6=a;b", "--name", option, "--name", "8=%n%s", NULL);

	must_configure("ipaddr=%s|community=tripplite" QUICK, simulator_address(sim));
	expect_list(longest);
	host_debug(true);
	expect(status(), S_OK, "");
	expect(power(ST_POWEROFF, "node1"), S_BADHOST, "node1");
	for (unsigned i = 0; i < host_log()->len; i++)
		ck_assert(is_clean(host_log()->pdata[i]));
	expect(power(ST_POWEROFF, longest), S_OK, "");
	ck_assert_uint_eq(simulator_count(sim, "outlet 1.7 off"), 1);
	g_free(longest);
	g_free(option);
}
END_TEST

START_TEST(a_hostile_node_name_is_not_logged_raw)
{
	must_configure("ipaddr=127.0.0.1:%u|community=c|hostlist=node1:1", bait_port);
	expect(power(ST_POWEROFF, "node1\n\x1b[2J\xff"), S_BADHOST, "");
	for (unsigned i = 0; i < host_log()->len; i++)
		ck_assert(is_clean(host_log()->pdata[i]));
	expect(power(ST_POWEROFF, ""), S_BADHOST, "");
}
END_TEST

/* --- secrets --- */

START_TEST(no_secret_is_in_any_line_at_debug_level)
{
	static const char *const settings[] = {
		"community=secret-c",
		"community=secret-wrong",
		"login=admin|password=secret-auth|snmp_priv_passwd=secret-priv",
		"login=admin|password=secret-wrong|snmp_priv_passwd=secret-priv",
		"login=admin|password=secret-auth|snmp_priv_passwd=secret-wrong",
		"login=other|password=secret-auth|snmp_priv_passwd=secret-priv",
	};
	struct simulator *sim =
		simulator_start(UPS, "--community", "secret-c", "--user", USER, NULL);

	host_debug(true);
	must_configure("ipaddr=%s|%s|hostlist=node1:1|off_hold=0|snmp_timeout=0.1|power_timeout=0.5"
	               "|total_timeout=0.6",
	               simulator_address(sim), settings[_i]);
	status();
	power(ST_GENERIC_RESET, "node1");
	ck_assert_uint_gt(host_log()->len, 0);
	for (unsigned i = 0; i < host_log()->len; i++)
		ck_assert_msg(!strstr(host_log()->pdata[i], "secret-"), "%s",
		              (char *)host_log()->pdata[i]);
}
END_TEST

/* --- the stonith program --- */

static GPtrArray *program_parameters(const char *format, ...) G_GNUC_PRINTF(1, 2);

static GPtrArray *program_parameters(const char *format, ...)
{
	va_list arguments;
	GPtrArray *parameters;
	char *settings;

	va_start(arguments, format);
	settings = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	parameters = make_parameters(settings);
	g_free(settings);
	return parameters;
}

#define ENVIRONMENT(parameters) ((const char *const *)(parameters)->pdata)

static unsigned count_lines(const char *text, const char *beginning)
{
	char **lines = g_strsplit(text, "\n", -1);
	unsigned n = 0;

	for (char **line = lines; *line; line++)
		n += g_str_has_prefix(*line, beginning) != 0;
	g_strfreev(lines);
	return n;
}

static void expect_run(struct run *run, int code)
{
	ck_assert_msg(run->status == code, "exit status %d, not %d\n%s%s", run->status, code,
	              run->out, run->err);
	run_free(run);
}

static const char *const requests[] = { "off", "on", "reset" };

/*
 * The program brings libplumb, whose MD5Update stands in the way of net-snmp's own. The plugin
 * goes round it, but not where the sanitizers' runtime forbids how.
 */
static bool program_hinders(const char *version)
{
	const char *sanitizers = g_getenv("TS_PRELOAD_ASAN");

	return sanitizers && *sanitizers && strstr(version, "snmp_version=3");
}

static const char *const program_settings[] = {
	"community=tripplite|snmp_version=1",
	"community=tripplite",
	VERSION_3,
	("snmp_version=3|login=old|password=secret-auth|snmp_auth_prot=MD5"
	 "|snmp_priv_passwd=secret-priv|snmp_priv_prot=DES"),
};

START_TEST(the_program_switches_with_parameters_from_the_environment)
{
	static const char *const outlets[] = { "1.1", "1.2" };
	static const int codes[] = { ST_POWEROFF, ST_POWERON, ST_GENERIC_RESET };
	struct simulator *sim;
	GPtrArray *parameters;

	if (program_hinders(program_settings[_i]))
		return;
	sim = simulator_start(UPS, "--user", USER, "--user", "old MD5 secret-auth DES secret-priv",
	                      NULL);
	parameters = program_parameters("ipaddr=%s|%s|hostlist=Node1:1,2" QUICK,
	                                simulator_address(sim), program_settings[_i]);
	expect_run(run_stonith(ON_PIPE, 30, ENVIRONMENT(parameters), "-t", "tripplite", "-E", "-S",
	                       NULL),
	           0);
	for (unsigned i = 0; i < G_N_ELEMENTS(requests); i++) {
		struct moves moves;

		simulator_forget(sim);
		expect_run(run_stonith(ON_PIPE, 30, ENVIRONMENT(parameters), "-t", "tripplite",
		                       "-E", "-T", requests[i], "NODE1", NULL),
		           0);
		moves = read_moves(sim, 2, outlets);
		expect_moves(&moves, codes[i], 0);
	}
	g_ptr_array_unref(parameters);
}
END_TEST

START_TEST(the_program_takes_parameters_as_name_and_value)
{
	struct simulator *sim = simulator_start(UPS, NULL);
	char *ipaddr = g_strconcat("ipaddr=", simulator_address(sim), NULL);

	expect_run(run_stonith(ON_PIPE, 30, NULL, "-t", "tripplite", ipaddr, "community=tripplite",
	                       "hostlist=node1:1", "off_hold=0", "-T", "off", "node1", NULL),
	           0);
	ck_assert_uint_eq(simulator_count(sim, "outlet 1.1 off"), 1);
	g_free(ipaddr);
}
END_TEST

START_TEST(the_program_lists_the_plugin_and_its_parameters)
{
	struct run *run = run_stonith(ON_PIPE, 30, NULL, "-L", NULL);
	char **words;

	ck_assert_int_eq(run->status, 0);
	ck_assert_uint_eq(count_lines(run->out, "tripplite"), 1);
	run_free(run);
	run = run_stonith(ON_PIPE, 30, NULL, "-t", "tripplite", "-n", NULL);
	ck_assert_int_eq(run->status, 0);
	words = g_strsplit_set(g_strstrip(run->out), " \n", -1);
	ck_assert_uint_ge(g_strv_length(words), G_N_ELEMENTS(names));
	for (unsigned i = 0, k = 0; words[i]; i++)
		if (*words[i])
			ck_assert_str_eq(words[i], names[k++]);
	g_strfreev(words);
	run_free(run);
}
END_TEST

START_TEST(the_program_lists_the_nodes_one_a_line)
{
	struct simulator *sim = simulator_start(UPS, "--name", "1=Web1", "--name", "2=db1", NULL);
	GPtrArray *parameters =
		program_parameters("ipaddr=%s|community=tripplite" QUICK, simulator_address(sim));
	struct run *run = run_stonith(ON_PIPE, 30, ENVIRONMENT(parameters), "-t", "tripplite", "-E",
	                              "-l", NULL);

	ck_assert_int_eq(run->status, 0);
	ck_assert_str_eq(run->out, "web1\ndb1\n");
	run_free(run);
	g_ptr_array_unref(parameters);
}
END_TEST

/* What goes wrong, and the exit status that tells of it. */
static const struct failure_case {
	const char *options[3];
	const char *settings;
	const char *node;
	int code;
	const char *text;
} failure_cases[] = {
	{ { NULL }, "community=tripplite|hostlist=node1:1", "node2", S_BADHOST, "node2" },
	{ { NULL },
	  "community=tripplite|hostlist=node1:3" DENIED,
	  "node1",
	  S_BADCONFIG,
	  "controllable" },
	{ { "--ro-community", "public" },
	  "community=public|hostlist=node1:1" DENIED,
	  "node1",
	  S_ACCESS,
	  "write access" },
	{ { NULL }, "community=wrong|hostlist=node1:1" HASTY, "node1", S_TIMEOUT, "community" },
	{ { "--stuck", "1" },
	  "community=tripplite|hostlist=node1:1" HASTY,
	  "node1",
	  S_RESETFAIL,
	  "outlet 1" },
};

static struct run *run_failure(const struct failure_case *row, enum terminal terminal)
{
	struct simulator *sim = simulator_start_list(UPS, row->options);
	GPtrArray *parameters =
		program_parameters("ipaddr=%s|%s", simulator_address(sim), row->settings);
	struct run *run = run_stonith(terminal, 30, ENVIRONMENT(parameters), "-t", "tripplite",
	                              "-E", "-T", "off", row->node, NULL);

	ck_assert_msg(run->status == row->code, "exit status %d, not %d\n%s%s", run->status,
	              row->code, run->out, run->err);
	g_ptr_array_unref(parameters);
	return run;
}

START_TEST(a_failure_has_its_exit_status_and_one_line_on_stderr)
{
	const struct failure_case *row = &failure_cases[_i];
	struct run *run = run_failure(row, ON_PIPE);

	ck_assert_msg(count_lines(run->err, "tripplite: ") ==
	                      1 + count_lines(run->err, "tripplite: warning: "),
	              "%s", run->err);
	ck_assert_msg(strstr(run->err, row->text) != NULL, "%s", run->err);
	ck_assert_str_eq(run->out, "");
	run_free(run);
}
END_TEST

/* What is warned of where nothing failed, or before it does. */
static const struct {
	const char *capture, *options[3], *settings, *words[3];
	int code;
	const char *text;
} warning_cases[] = {
	{ UPS,
	  { "--latency-on", "100" },
	  "hostlist=node1:1" HASTY,
	  { "-T", "reset", "node1" },
	  S_OK,
	  "did not come back" },
	{ WEBCARD, { NULL }, "hostlist=node1:1|check_write=yes", { "-S" }, S_OK, "cannot tell" },
	{ UPS,
	  { "--community", "another" },
	  "hostlist=node1:1|power_timeout=1|off_hold=0.1|total_timeout=4",
	  { "-T", "off", "node1" },
	  S_TIMEOUT,
	  "no answer within" },
};

static struct run *run_warning(int i, enum terminal terminal)
{
	struct simulator *sim =
		simulator_start_list(warning_cases[i].capture, warning_cases[i].options);
	GPtrArray *parameters =
		program_parameters("ipaddr=%s|community=tripplite|%s", simulator_address(sim),
	                           warning_cases[i].settings);
	const char *const *words = warning_cases[i].words;
	struct run *run = run_stonith(terminal, 30, ENVIRONMENT(parameters), "-t", "tripplite",
	                              "-E", words[0], words[1], words[2], NULL);

	g_ptr_array_unref(parameters);
	return run;
}

START_TEST(a_warning_is_on_stderr_too_at_once)
{
	struct run *run = run_warning(_i, ON_PIPE);

	ck_assert_msg(run->status == warning_cases[_i].code, "exit status %d\n%s", run->status,
	              run->err);
	ck_assert_msg(count_lines(run->err, "tripplite: warning: ") >= 1, "%s", run->err);
	ck_assert_msg(strstr(run->err, warning_cases[_i].text) != NULL, "%s", run->err);
	run_free(run);
}
END_TEST

START_TEST(a_warning_on_a_terminal_is_in_the_log_there_alone)
{
	struct run *run = run_warning(_i, ON_TERMINAL);

	ck_assert_msg(strstr(run->out, warning_cases[_i].text) != NULL, "%s", run->out);
	ck_assert_uint_eq(count_lines(run->out, "tripplite: "), 0);
	run_free(run);
}
END_TEST

START_TEST(a_failure_on_a_terminal_is_logged_there_once)
{
	const struct failure_case *row = &failure_cases[_i];
	struct run *run = run_failure(row, ON_TERMINAL);
	char **parts = g_strsplit(run->out, "CRIT", -1);

	ck_assert_msg(strstr(run->out, row->text) != NULL, "%s", run->out);
	ck_assert_msg(g_strv_length(parts) == 2, "%s", run->out);
	ck_assert_uint_eq(count_lines(run->out, "tripplite: "), 0);
	g_strfreev(parts);
	run_free(run);
}
END_TEST

START_TEST(a_bad_configuration_has_its_exit_status_and_one_line_on_stderr)
{
	GPtrArray *parameters = program_parameters("ipaddr=127.0.0.1:%u", bait_port);
	struct run *run = run_stonith(ON_PIPE, 30, NULL, "-t", "tripplite", "ipaddr=127.0.0.1:0",
	                              "community=secret", "-S", NULL);

	ck_assert_int_eq(run->status, S_BADCONFIG);
	ck_assert_msg(count_lines(run->err, "tripplite: ipaddr: ") == 1, "%s", run->err);
	run_free(run);
	/* with -E the program goes on after a configuration that was refused */
	run = run_stonith(ON_PIPE, 30, ENVIRONMENT(parameters), "-t", "tripplite", "-E", "-S",
	                  NULL);
	ck_assert_int_eq(run->status, S_INVAL);
	ck_assert_msg(count_lines(run->err, "tripplite: community: ") == 1, "%s", run->err);
	run_free(run);
	expect_no_packet();
	g_ptr_array_unref(parameters);
}
END_TEST

START_TEST(the_program_ends_in_time_with_a_dead_pdu)
{
	GPtrArray *parameters =
		program_parameters("ipaddr=127.0.0.1:%u|community=c" HASTY, bait_port);
	struct run *run = run_stonith(ON_PIPE, 15, ENVIRONMENT(parameters), "-t", "tripplite", "-E",
	                              "-S", NULL);

	ck_assert_double_le(run->seconds, 1 + HASTY_SECONDS);
	expect_run(run, S_TIMEOUT);
	g_ptr_array_unref(parameters);
}
END_TEST

START_TEST(a_list_that_fails_prints_no_node)
{
	GPtrArray *parameters =
		program_parameters("ipaddr=127.0.0.1:%u|community=c" HASTY, bait_port);
	struct run *run = run_stonith(ON_PIPE, 15, ENVIRONMENT(parameters), "-t", "tripplite", "-E",
	                              "-l", NULL);

	ck_assert_int_ne(run->status, 0);
	ck_assert_int_ne(run->status, -1);
	ck_assert_uint_eq(count_lines(run->err, "tripplite: "),
	                  1 + count_lines(run->err, "tripplite: warning: "));
	run_free(run);
	g_ptr_array_unref(parameters);
}
END_TEST

START_TEST(the_program_opens_no_file_of_net_snmp)
{
	struct simulator *sim;
	GPtrArray *parameters;
	char *files;
	char **lines;

	if (program_hinders(version_settings[_i]))
		return;
	sim = simulator_start(UPS, "--user", USER, NULL);
	parameters =
		program_parameters("ipaddr=%s|%s", simulator_address(sim), version_settings[_i]);
	files = trace_stonith(ENVIRONMENT(parameters), "-t", "tripplite", "-E", "-S", NULL);
	lines = g_strsplit(files ? files : "", "\n", -1);
	/* what a build for gcov writes is no file of net-snmp */
	for (char **line = lines; *line; line++)
		ck_assert_msg(!strstr(*line, "snmp") || strstr(*line, ".so") ||
		                      strstr(*line, ".gcda"),
		              "%s", *line);
	g_strfreev(lines);
	g_free(files);
	g_ptr_array_unref(parameters);
}
END_TEST

/* --- all of it --- */

static void add_life_cycle(TCase *tests)
{
	tcase_add_test(tests, an_object_that_is_never_configured_comes_and_goes_in_silence);
	tcase_add_test(tests, info_is_there_before_the_configuration);
	tcase_add_test(tests, parameter_names_have_a_fixed_order_and_an_end);
	tcase_add_test(tests, without_a_configuration_nothing_is_done);
	tcase_add_test(tests, a_reader_of_stderr_that_does_not_read_holds_nothing_up);
	tcase_add_test(tests, configuring_opens_nothing_and_says_nothing);
	tcase_add_test(tests, the_device_name_is_the_address_configured);
	tcase_add_test(tests, a_second_configuration_takes_the_place_of_the_first);
	tcase_add_test(tests, a_second_configuration_that_is_refused_leaves_none);
	tcase_add_test(tests, null_and_empty_values_mean_the_default);
	tcase_add_test(tests, an_unknown_request_is_refused);
	tcase_add_test(tests, an_unknown_node_is_refused_without_a_packet);
	tcase_add_test(tests, a_list_with_a_map_sends_no_packet);
	tcase_add_loop_test(tests, bad_input_gets_one_line_that_names_the_parameter_and_no_packet,
	                    0, G_N_ELEMENTS(bad_inputs));
	tcase_add_test(tests, secrets_come_from_a_file_that_others_cannot_read);
}

static void add_power(TCase *tests)
{
	const int n_cases = G_N_ELEMENTS(family_cases) * G_N_ELEMENTS(version_settings);
	const int n_mains = G_N_ELEMENTS(main_cases);

	tcase_add_test(tests, no_family_is_without_a_test);
	tcase_add_loop_test(tests, each_family_is_switched_in_each_version_by_map, 0, n_cases);
	tcase_add_loop_test(tests, each_family_is_switched_in_each_version_by_name, 0, n_cases);
	tcase_add_test(tests, no_familys_main_load_is_without_a_test);
	tcase_add_loop_test(tests, each_familys_main_load_is_switched_in_each_version, 0,
	                    2 * n_mains * (int)G_N_ELEMENTS(version_settings));
	tcase_add_loop_test(tests, write_access_to_a_main_load_is_proven, 0, n_mains);
	tcase_add_loop_test(
		tests, a_main_load_beside_another_nodes_outlet_is_refused_before_any_set, 0, 6);
	tcase_add_loop_test(tests, a_main_load_that_is_stuck_or_unknown_is_never_taken_for_off, 0,
	                    n_mains);
	tcase_add_loop_test(tests, a_main_load_that_is_not_controllable_is_refused_before_any_set,
	                    0, 2);
	tcase_add_test(tests, a_reset_holds_both_outlets_off_together_for_off_hold);
	tcase_add_test(tests, off_is_commanded_where_an_outlet_reads_off_already);
	tcase_add_test(tests, a_reset_by_map_takes_7_requests);
	tcase_add_test(tests, a_reset_by_name_takes_at_most_11_requests);
	tcase_add_loop_test(tests, the_feeds_on_two_pdus_are_held_off_together, 0, 3);
	tcase_add_test(tests, by_name_the_outlets_of_both_pdus_are_switched);
	tcase_add_test(tests, status_fails_where_nobody_could_be_fenced);
	tcase_add_test(tests, status_warns_of_a_pdu_that_does_not_know_a_node);
	tcase_add_test(tests, one_dead_pdu_of_two_is_no_success_and_is_named);
	tcase_add_test(tests, one_pdu_under_two_addresses_is_found_before_any_set);
	tcase_add_loop_test(tests, what_cannot_be_meant_is_refused_before_any_set, 0,
	                    G_N_ELEMENTS(refused_cases));
	tcase_add_test(tests, a_node_with_another_number_of_feeds_is_refused_before_any_set);
	tcase_add_test(tests, status_fails_where_no_outlet_is_controllable);
	tcase_add_test(tests, status_fails_where_a_mapped_outlet_does_not_exist);
}

static void add_trouble(TCase *tests)
{
	tcase_add_loop_test(tests, a_dead_pdu_is_a_timeout_within_the_limit, 0, 3);
	tcase_add_test(tests, a_closed_port_is_a_timeout_within_the_limit);
	tcase_add_test(tests, a_dead_pdu_is_a_timeout_within_the_default_limits);
	tcase_add_test(tests, a_host_that_cannot_be_resolved_is_an_access_error);
	tcase_add_test(tests, a_pdu_that_falls_silent_in_the_middle_is_a_timeout);
	tcase_add_test(tests, a_stuck_relay_is_a_failed_reset);
	tcase_add_loop_test(tests, a_state_that_is_not_known_is_never_taken_for_off, 0, 5);
	tcase_add_test(tests,
	               power_that_does_not_return_after_a_proven_off_is_a_success_with_a_warning);
	tcase_add_loop_test(tests, read_only_access_is_an_access_error_and_switches_nothing, 0, 3);
	tcase_add_loop_test(tests, check_write_finds_read_only_access, 0, 3);
	tcase_add_loop_test(tests, check_write_accepts_write_access_and_moves_nothing, 0, 3);
	tcase_add_test(tests, check_write_cannot_tell_where_a_command_has_no_idle);
	tcase_add_loop_test(tests, the_list_has_each_name_once_in_lower_case_without_factory_names,
	                    0, 3);
	tcase_add_test(tests, the_library_tells_the_states_of_the_nodes_that_are_listed);
	tcase_add_test(
		tests,
		the_library_does_not_tell_states_of_an_earlier_look_where_the_last_one_failed);
	tcase_add_test(tests, the_library_switches_and_reads_outlets_without_a_map);
	tcase_add_test(tests, the_library_refuses_outlets_that_cannot_be_meant_before_any_set);
	tcase_add_test(tests, the_library_tells_what_is_written_without_a_packet);
	tcase_add_test(tests, hostile_names_are_neither_listed_nor_logged_raw);
	tcase_add_test(tests, a_hostile_node_name_is_not_logged_raw);
	tcase_add_loop_test(tests, no_secret_is_in_any_line_at_debug_level, 0, 6);
}

static void add_program(TCase *tests)
{
	tcase_add_loop_test(tests, the_program_switches_with_parameters_from_the_environment, 0, 4);
	tcase_add_test(tests, the_program_takes_parameters_as_name_and_value);
	tcase_add_test(tests, the_program_lists_the_plugin_and_its_parameters);
	tcase_add_test(tests, the_program_lists_the_nodes_one_a_line);
	tcase_add_loop_test(tests, a_failure_has_its_exit_status_and_one_line_on_stderr, 0,
	                    G_N_ELEMENTS(failure_cases));
	tcase_add_loop_test(tests, a_failure_on_a_terminal_is_logged_there_once, 0, 2);
	tcase_add_loop_test(tests, a_warning_is_on_stderr_too_at_once, 0,
	                    G_N_ELEMENTS(warning_cases));
	tcase_add_loop_test(tests, a_warning_on_a_terminal_is_in_the_log_there_alone, 0, 2);
	tcase_add_test(tests, a_bad_configuration_has_its_exit_status_and_one_line_on_stderr);
	tcase_add_test(tests, the_program_ends_in_time_with_a_dead_pdu);
	tcase_add_test(tests, a_list_that_fails_prints_no_node);
	tcase_add_loop_test(tests, the_program_opens_no_file_of_net_snmp, 0, 3);
}

static void add_case(Suite *suite, const char *name, void (*add)(TCase *))
{
	TCase *tests = tcase_create(name);

	tcase_set_timeout(tests, 120);
	tcase_add_checked_fixture(tests, setup, teardown);
	add(tests);
	suite_add_tcase(suite, tests);
}

int main(void)
{
	Suite *suite = suite_create("plugin");
	SRunner *runner;
	int failed;

	add_case(suite, "life cycle", add_life_cycle);
	add_case(suite, "power", add_power);
	add_case(suite, "trouble", add_trouble);
	add_case(suite, "program", add_program);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
