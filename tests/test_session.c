/*
 * The session on real UDP, against trippsim: every SNMP version and protocol,
 * what counts as an answer, what comes back instead of one, and what it
 * leaves alone in the process. Loopback only.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "base/clock.h"
#include "names.h"
#include "simulator.h"
#include "snmp/runner.h"
#include "snmp/session.h"

#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define CAPTURE "su3000lcd2uhv-ups-20.1.0.snmprec"
#define SOON 1.0   /* seconds: what needs no time-out may not take longer */
#define BOUND 20.0 /* seconds: what takes longer has failed */
#define SILENCE 0.4
#define AUTH_PASS "auth-secret"
#define PRIV_PASS "priv-secret"
#define V3 "login=admin|password=" AUTH_PASS
#define ENGINE_A "8000035205aaaaaaaa"
#define ENGINE_B "8000035205bbbbbbbb"

static const struct objid sys_object_id = { .n = 9, .id = { 1, 3, 6, 1, 2, 1, 1, 2, 0 } };

/* --- configurations, written NAME=VALUE|NAME=VALUE --- */

static char **settings_pairs(const char *settings)
{
	char **pairs = g_strsplit(settings, "|", -1);

	for (char **pair = pairs; *pair; pair++)
		ck_assert_msg(strchr(*pair, '=') != NULL, "%s", *pair);
	return pairs;
}

static struct config *make_config(const char *settings)
{
	char **pairs = settings_pairs(settings);
	const char *values[PARAM_COUNT] = { NULL };
	char *error = NULL;
	struct config *config;

	for (char **pair = pairs; *pair; pair++) {
		char *value = strchr(*pair, '=');

		*value++ = '\0';
		ck_assert_msg(params_find(*pair) < PARAM_COUNT, "%s", *pair);
		values[params_find(*pair)] = value;
	}
	config = params_check(values, NULL, false, &error);
	ck_assert_msg(config != NULL, "%s: %s", settings, error);
	g_strfreev(pairs);
	return config;
}

/* --- log lines, "CRIT text" --- */

static GPtrArray *said;

static void take_log(void *context, enum trippsnmp_level level, const char *line)
{
	static const char *const words[] = {
		[TRIPPSNMP_LOG_CRIT] = "CRIT",
		[TRIPPSNMP_LOG_WARN] = "WARN",
		[TRIPPSNMP_LOG_INFO] = "INFO",
		[TRIPPSNMP_LOG_DEBUG] = "DEBUG",
	};

	(void)context;
	g_ptr_array_add(said, g_strconcat(words[level], " ", line, NULL));
}

static unsigned count_said(const char *text)
{
	unsigned n = 0;

	for (unsigned i = 0; i < said->len; i++)
		n += strstr(said->pdata[i], text) != NULL;
	return n;
}

/* What a host name with several addresses would give the first PDU besides its own. */
static const char *other_address;

static void setup(void)
{
	other_address = NULL;
	said = g_ptr_array_new_with_free_func(g_free);
}

static void teardown(void)
{
	simulators_stop();
	g_ptr_array_unref(said);
}

/* --- the session itself: a talk --- */

struct talk {
	struct config *config;
	GArray **addresses;
	struct log log;
	struct network *network;
	uint32_t tag;
};

static void add_address(GArray *addresses)
{
	struct address address = g_array_index(addresses, struct address, 0);

	if (!other_address)
		return;
	ck_assert_int_eq(inet_pton(AF_INET, other_address,
	                           &((struct sockaddr_in *)&address.socket)->sin_addr),
	                 1);
	g_array_append_val(addresses, address);
}

static struct talk *talk_open(const char *format, ...) G_GNUC_PRINTF(1, 2);

static struct talk *talk_open(const char *format, ...)
{
	struct talk *talk = g_new0(struct talk, 1);
	bool wanted[16];
	va_list arguments;
	char *settings, *error;

	va_start(arguments, format);
	settings = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	talk->config = make_config(settings);
	talk->addresses = g_new0(GArray *, talk->config->pdus->len);
	talk->log = (struct log){ take_log, NULL };
	memset(wanted, true, sizeof(wanted));
	ck_assert_uint_le(talk->config->pdus->len, G_N_ELEMENTS(wanted));
	ck_assert(resolve_all(talk->config->pdus, wanted,
	                      clock_now() + (usec)(BOUND * USEC_PER_SEC), &talk->log, NULL,
	                      talk->addresses, &error));
	add_address(talk->addresses[0]);
	talk->network = session_new(talk->config, talk->addresses, &talk->log, &error);
	ck_assert_msg(talk->network != NULL, "%s", error);
	g_free(settings);
	return talk;
}

static void talk_close(struct talk *talk)
{
	session_free(talk->network);
	for (unsigned i = 0; i < talk->config->pdus->len; i++)
		g_array_unref(talk->addresses[i]);
	g_free(talk->addresses);
	config_free(talk->config);
	g_free(talk);
}

/* Sends a GET of those objects; returns its tag. */
static uint32_t talk_get(struct talk *talk, unsigned pdu, unsigned attempt,
                         const struct objid *const *names, unsigned n)
{
	GArray *varbinds = varbinds_new();
	struct request request = { .kind = REQUEST_GET, .tag = ++talk->tag, .attempt = attempt };

	for (unsigned i = 0; i < n; i++)
		varbinds_add(varbinds, names[i]);
	request.varbinds = &g_array_index(varbinds, struct varbind, 0);
	request.n = varbinds->len;
	talk->network->send(talk->network, pdu, &request);
	g_array_unref(varbinds);
	return request.tag;
}

static uint32_t talk_send(struct talk *talk, unsigned pdu, unsigned attempt)
{
	const struct objid *const names[] = { &sys_object_id };

	return talk_get(talk, pdu, attempt, names, G_N_ELEMENTS(names));
}

/* The next event within so many seconds; EVENT_TIME if there is none. */
static struct event talk_next(struct talk *talk, double seconds)
{
	const usec until = clock_now() + (usec)(seconds * USEC_PER_SEC);
	struct event event;

	do
		talk->network->next(talk->network, until, &event);
	while (event.type == EVENT_DISCOVERED);
	return event;
}

static bool is_answer(const struct event *event)
{
	return event->type == EVENT_ANSWER && event->error_status == 0 &&
	       event->varbinds->len == 1 &&
	       objid_equal(&g_array_index(event->varbinds, struct varbind, 0).name,
	                   &sys_object_id) &&
	       g_array_index(event->varbinds, struct varbind, 0).type == VALUE_OBJID;
}

static struct event talk_ask(struct talk *talk)
{
	talk_send(talk, 0, 0);
	return talk_next(talk, BOUND);
}

static void expect_answer(struct talk *talk)
{
	struct event event = talk_ask(talk);

	ck_assert_msg(is_answer(&event), "event %d: %s", event.type,
	              event.reason ? event.reason : "");
	event_clear(&event);
}

static void expect_refusal(struct talk *talk, const char *parameter)
{
	struct event event = talk_ask(talk);

	ck_assert_msg(event.type == EVENT_REFUSED, "event %d", event.type);
	ck_assert_msg(strstr(event.reason, parameter) != NULL, "%s", event.reason);
	event_clear(&event);
}

static void expect_silence(struct talk *talk)
{
	struct event event;

	talk_send(talk, 0, 0);
	event = talk_next(talk, SILENCE);
	ck_assert_msg(event.type == EVENT_TIME, "event %d", event.type);
}

/* --- a whole handle --- */

static trippsnmp *handle_open(const char *format, ...) G_GNUC_PRINTF(1, 2);

static trippsnmp *handle_open(const char *format, ...)
{
	trippsnmp *handle = trippsnmp_new();
	va_list arguments;
	char *settings;
	char **pairs;

	va_start(arguments, format);
	settings = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	pairs = settings_pairs(settings);
	trippsnmp_set_log(handle, take_log, NULL);
	/* without a node status has nothing to be content with */
	if (!strchr(settings, ' '))
		trippsnmp_set(handle, "hostlist", "node1:1");
	for (char **pair = pairs; *pair; pair++) {
		char *value = strchr(*pair, '=');

		*value++ = '\0';
		ck_assert_int_eq(trippsnmp_set(handle, *pair, value), TRIPPSNMP_OK);
	}
	ck_assert_msg(trippsnmp_configure(handle) == TRIPPSNMP_OK, "%s", trippsnmp_message(handle));
	g_strfreev(pairs);
	g_free(settings);
	return handle;
}

static void expect_status(trippsnmp *handle, enum trippsnmp_error error, const char *text)
{
	const enum trippsnmp_error result = trippsnmp_status(handle);

	ck_assert_msg(result == error, "%s: %s", trippsnmp_strerror(result),
	              trippsnmp_message(handle));
	ck_assert_msg(strstr(trippsnmp_message(handle), text) != NULL, "%s",
	              trippsnmp_message(handle));
}

/* --- versions and protocols --- */

static const char *const auths[] = { "MD5", "SHA", "SHA224", "SHA256", "SHA384", "SHA512" };
static const char *const privs[] = { "DES", "AES", "AES192", "AES256", "AES192C", "AES256C" };

START_TEST(v1_and_v2c_get_an_answer)
{
	struct simulator *sim = simulator_start(CAPTURE, "--community", "secret", NULL);
	struct talk *talk = talk_open("ipaddr=%s|community=secret|snmp_version=%s",
	                              simulator_address(sim), _i ? "2c" : "1");

	expect_answer(talk);
	talk_close(talk);
}
END_TEST

START_TEST(an_error_says_which_object_it_is_about)
{
	struct simulator *sim = simulator_start(CAPTURE, "--community", "secret", NULL);
	struct talk *talk =
		talk_open("ipaddr=%s|community=secret|snmp_version=1", simulator_address(sim));
	const struct objid nothing = { 3, { 1, 3, 7 } };
	const struct objid *const names[] = { &sys_object_id, &nothing };
	struct event event;

	talk_get(talk, 0, 0, names, G_N_ELEMENTS(names));
	event = talk_next(talk, BOUND);
	ck_assert_int_eq(event.type, EVENT_ANSWER);
	ck_assert_int_eq(event.error_status, SNMP_STATUS_NO_SUCH_NAME);
	ck_assert_int_eq(event.error_index, 2);
	event_clear(&event);
	talk_close(talk);
}
END_TEST

/* 10,000 names are more than a datagram holds. */
START_TEST(a_request_that_cannot_be_sent_is_told_at_once)
{
	struct simulator *sim = simulator_start(CAPTURE, "--user", "admin SHA " AUTH_PASS, NULL);
	struct talk *talk =
		talk_open("ipaddr=%s|%s", simulator_address(sim), _i ? V3 : "community=tripplite");
	const struct objid **names = g_new(const struct objid *, 10000);
	struct event event;
	uint32_t tag;

	for (unsigned i = 0; i < 10000; i++)
		names[i] = &sys_object_id;
	expect_answer(talk);
	tag = talk_get(talk, 0, 0, names, 10000);
	event = talk_next(talk, SOON);
	ck_assert_int_eq(event.type, EVENT_UNREACHABLE);
	ck_assert_uint_eq(event.tag, tag);
	ck_assert_msg(strstr(event.reason, "cannot be sent: ") != NULL, "%s", event.reason);
	event_clear(&event);
	expect_answer(talk);
	talk_close(talk);
	g_free(names);
}
END_TEST

START_TEST(the_clock_of_an_engine_is_known_from_answers_that_it_has_authenticated)
{
	static const char *const settings[] = { V3, "login=guest", "community=tripplite" };
	struct simulator *sim =
		simulator_start(CAPTURE, "--user", "admin SHA " AUTH_PASS, "--user", "guest", NULL);
	struct talk *talk = talk_open("ipaddr=%s|%s", simulator_address(sim), settings[_i]);
	struct event event = talk_ask(talk);

	ck_assert(is_answer(&event));
	ck_assert(event.engine.known == (_i == 0));
	ck_assert((event.engine.boots > 0) == (_i == 0));
	ck_assert((event.engine.time >= 86400) == (_i == 0)); /* as the simulator begins */
	event_clear(&event);
	talk_close(talk);
}
END_TEST

START_TEST(v3_without_authentication_gets_an_answer)
{
	struct simulator *sim = simulator_start(CAPTURE, "--user", "admin", NULL);
	struct talk *talk = talk_open("ipaddr=%s|login=admin", simulator_address(sim));

	expect_answer(talk);
	talk_close(talk);
}
END_TEST

/* False if this net-snmp lacks a protocol, which must then be said by name. */
static bool offered(const char *settings, const char *auth, const char *priv)
{
	struct config *config = make_config(settings);
	char *error;
	const bool offers = session_offers(config, &error);

	if (!offers)
		ck_assert_msg(strstr(error, "snmp_auth_prot") || strstr(error, "snmp_priv_prot"),
		              "%s %s: %s", auth, priv, error);
	g_free(error);
	config_free(config);
	return offers;
}

/* What is asked with these protocols, of a simulator that has such a user, where they are there. */
static void try_protocols(const char *auth, const char *priv, void (*ask)(struct talk *))
{
	char *user = priv ? g_strdup_printf("admin %s " AUTH_PASS " %s " PRIV_PASS, auth, priv)
	                  : g_strdup_printf("admin %s " AUTH_PASS, auth);
	char *settings = priv ? g_strdup_printf(V3 "|snmp_auth_prot=%s|snmp_priv_passwd=" PRIV_PASS
	                                           "|snmp_priv_prot=%s|ipaddr=",
	                                        auth, priv)
	                      : g_strdup_printf(V3 "|snmp_auth_prot=%s|ipaddr=", auth);
	char *somewhere = g_strconcat(settings, "127.0.0.1", NULL);

	if (offered(somewhere, auth, priv)) {
		struct simulator *sim = simulator_start(CAPTURE, "--user", user, NULL);
		struct talk *talk = talk_open("%s%s", settings, simulator_address(sim));

		expect_answer(talk);
		ask(talk);
		talk_close(talk);
	}
	g_free(somewhere);
	g_free(settings);
	g_free(user);
}

START_TEST(v3_gets_an_answer_with_each_authentication_protocol)
{
	try_protocols(auths[_i], NULL, expect_answer);
}
END_TEST

START_TEST(v3_gets_an_answer_with_each_pair_of_protocols)
{
	try_protocols(auths[_i / (int)G_N_ELEMENTS(privs)], privs[_i % (int)G_N_ELEMENTS(privs)],
	              expect_answer);
}
END_TEST

static void expect_nothing_wide(struct talk *talk)
{
	const struct objid name = { 16, { 1, 3, 6, 1, 4, 1, 850, 1, 1, 3, 1, 2, 1, 1, 7, 1 } };
	const struct objid *const names[] = { &name };
	struct event event;

	talk_get(talk, 0, 0, names, G_N_ELEMENTS(names));
	event = talk_next(talk, SILENCE);
	/* a library that calls its own functions directly sends 220 all the same */
	if (event.type == EVENT_ANSWER)
		ck_assert_int_eq(varbinds_at(event.varbinds, 0)->number, 220);
	else
		ck_assert_int_eq(event.type, EVENT_TIME);
	event_clear(&event);
	expect_answer(talk);
}

START_TEST(a_number_of_more_than_32_bits_is_not_taken_from_what_is_encrypted)
{
	const char *before = getenv("TS_PRELOAD_ASAN"), *wide = getenv("TS_WIDE_PRELOAD");
	char *preload = g_strdup_printf("%s %s", before ? before : "", wide);

	ck_assert_int_eq(access(wide, R_OK), 0); /* what is not there is ignored without a word */
	setenv("LD_PRELOAD", preload, true);     /* of the simulator */
	try_protocols("SHA", privs[_i], expect_nothing_wide);
	unsetenv("LD_PRELOAD");
	g_free(preload);
}
END_TEST

/* --- no access --- */

START_TEST(a_wrong_community_is_met_with_silence)
{
	struct simulator *sim = simulator_start(CAPTURE, "--community", "secret", NULL);
	struct talk *talk = talk_open("ipaddr=%s|community=wrong|snmp_version=%s",
	                              simulator_address(sim), _i ? "2c" : "1");

	expect_silence(talk);
	talk_close(talk);
}
END_TEST

START_TEST(an_unknown_user_is_refused_and_the_parameter_named)
{
	struct simulator *sim = simulator_start(CAPTURE, "--user", "other SHA " AUTH_PASS, NULL);
	struct talk *talk = talk_open("ipaddr=%s|" V3, simulator_address(sim));

	expect_refusal(talk, "login");
	talk_close(talk);
}
END_TEST

START_TEST(a_wrong_authentication_passphrase_is_refused_and_the_parameter_named)
{
	struct simulator *sim = simulator_start(CAPTURE, "--user", "admin SHA " AUTH_PASS, NULL);
	struct talk *talk =
		talk_open("ipaddr=%s|login=admin|password=wrong-secret", simulator_address(sim));

	expect_refusal(talk, "password");
	expect_refusal(talk, "password");
	talk_close(talk);
}
END_TEST

START_TEST(a_wrong_authentication_protocol_is_refused_and_the_parameter_named)
{
	struct simulator *sim = simulator_start(CAPTURE, "--user", "admin SHA256 " AUTH_PASS, NULL);
	struct talk *talk = talk_open("ipaddr=%s|" V3, simulator_address(sim));

	expect_refusal(talk, "snmp_auth_prot");
	talk_close(talk);
}
END_TEST

START_TEST(a_level_above_the_users_is_refused_and_the_parameter_named)
{
	struct simulator *sim = simulator_start(CAPTURE, "--user", "admin SHA " AUTH_PASS, NULL);
	struct talk *talk =
		talk_open("ipaddr=%s|" V3 "|snmp_priv_passwd=" PRIV_PASS, simulator_address(sim));

	expect_refusal(talk, "snmp_sec_level");
	talk_close(talk);
}
END_TEST

START_TEST(a_level_below_the_users_is_refused_and_the_parameter_named)
{
	struct simulator *sim =
		simulator_start(CAPTURE, "--user", "admin SHA " AUTH_PASS " AES " PRIV_PASS, NULL);
	trippsnmp *handle =
		handle_open("ipaddr=%s|" V3 "|snmp_timeout=0.1", simulator_address(sim));

	expect_status(handle, TRIPPSNMP_ACCESS, "snmp_sec_level");
	ck_assert_uint_eq(count_said("CRIT "), 1);
	trippsnmp_free(handle);
}
END_TEST

START_TEST(a_wrong_privacy_passphrase_gets_no_data_and_the_parameter_named)
{
	char *user = g_strdup_printf("admin SHA " AUTH_PASS " %s " PRIV_PASS, privs[_i]);
	char *settings = g_strdup_printf("ipaddr=127.0.0.1|" V3
	                                 "|snmp_priv_passwd=wrong-secret|snmp_priv_prot=%s",
	                                 privs[_i]);

	if (offered(settings, "SHA", privs[_i])) {
		struct simulator *sim = simulator_start(CAPTURE, "--user", user, NULL);
		trippsnmp *handle = handle_open(
			"ipaddr=%s|" V3 "|snmp_priv_passwd=wrong-secret|snmp_priv_prot=%s"
			"|total_timeout=1.5|power_timeout=1|off_hold=0|snmp_timeout=0.2",
			simulator_address(sim), privs[_i]);
		const enum trippsnmp_error error = trippsnmp_status(handle);

		ck_assert_msg(error == TRIPPSNMP_TIMEOUT || error == TRIPPSNMP_ACCESS, "%s",
		              trippsnmp_message(handle));
		ck_assert_msg(strstr(trippsnmp_message(handle), "snmp_priv_passwd") != NULL, "%s",
		              trippsnmp_message(handle));
		trippsnmp_free(handle);
	}
	g_free(settings);
	g_free(user);
}
END_TEST

/* --- the network --- */

/* A UDP socket on loopback. */
#define LOOPBACK "127.0.0.1"

static int bind_socket(const char *host, unsigned *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t length = sizeof(address);
	const int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(descriptor, 0);
	ck_assert_int_eq(inet_pton(AF_INET, host, &address.sin_addr), 1);
	ck_assert_int_eq(bind(descriptor, (struct sockaddr *)&address, length), 0);
	ck_assert_int_eq(getsockname(descriptor, (struct sockaddr *)&address, &length), 0);
	*port = ntohs(address.sin_port);
	return descriptor;
}

START_TEST(a_refused_port_is_told_at_once)
{
	unsigned port;
	const int descriptor = bind_socket(LOOPBACK, &port);
	struct talk *talk;
	struct event event;
	uint32_t tag;

	close(descriptor);
	talk = talk_open(_i ? "ipaddr=127.0.0.1:%u|" V3 : "ipaddr=127.0.0.1:%u|community=c", port);
	tag = talk_send(talk, 0, 0);
	event = talk_next(talk, SOON);
	ck_assert_int_eq(event.type, EVENT_UNREACHABLE);
	ck_assert_uint_eq(event.tag, tag);
	ck_assert_ptr_nonnull(event.reason);
	event_clear(&event);
	talk_close(talk);
}
END_TEST

START_TEST(an_address_that_cannot_be_asked_is_told_at_once)
{
	struct talk *talk = talk_open("ipaddr=255.255.255.255|%s", _i ? V3 : "community=c");
	const uint32_t tag = talk_send(talk, 0, 0);
	struct event event = talk_next(talk, SOON);

	ck_assert_int_eq(event.type, EVENT_UNREACHABLE);
	ck_assert_uint_eq(event.tag, tag);
	ck_assert_msg(strstr(event.reason, "cannot be reached: ") != NULL, "%s", event.reason);
	event_clear(&event);
	talk_close(talk);
}
END_TEST

/* Takes a request, and makes the answer to it from it: all values NULL. */
static size_t take_request(int descriptor, guint8 *datagram, size_t size, struct sockaddr_in *from)
{
	socklen_t length = sizeof(*from);
	const ssize_t n = recvfrom(descriptor, datagram, size, 0, (struct sockaddr *)from, &length);
	guint8 *pdu;

	ck_assert_int_gt(n, 20);
	pdu = memchr(datagram, SNMP_MSG_GET, 20); /* behind version and community */
	ck_assert_ptr_nonnull(pdu);
	*pdu = SNMP_MSG_RESPONSE;
	return (size_t)n;
}

static void send_to(int descriptor, const guint8 *datagram, size_t n, const struct sockaddr_in *to)
{
	ck_assert_int_eq(
		sendto(descriptor, datagram, n, 0, (const struct sockaddr *)to, sizeof(*to)),
		(ssize_t)n);
}

START_TEST(an_answer_from_another_address_or_port_is_named_and_not_taken)
{
	static const char *const others[] = { "127.0.0.1", "127.0.0.2" };
	unsigned port, other_port;
	const int pdu = bind_socket(LOOPBACK, &port);
	const int forger = bind_socket(others[_i], &other_port);
	struct talk *talk = talk_open("ipaddr=127.0.0.1:%u|community=c", port);
	char *name = g_strdup_printf("%s:%u", others[_i], other_port);
	struct sockaddr_in client;
	guint8 datagram[1024];
	struct event event;
	size_t n;

	talk_send(talk, 0, 0);
	n = take_request(pdu, datagram, sizeof(datagram), &client);
	send_to(forger, (const guint8 *)"no SNMP", 7, &client);
	event = talk_next(talk, SILENCE);
	ck_assert_int_eq(event.type, EVENT_TIME);
	send_to(forger, datagram, n, &client);
	event = talk_next(talk, BOUND);
	ck_assert_int_eq(event.type, EVENT_ELSEWHERE);
	ck_assert_msg(strstr(event.reason, name) != NULL, "%s", event.reason);
	event_clear(&event);
	send_to(pdu, datagram, n, &client);
	event = talk_next(talk, BOUND);
	ck_assert_int_eq(event.type, EVENT_ANSWER);
	event_clear(&event);
	talk_close(talk);
	close(pdu);
	close(forger);
	g_free(name);
}
END_TEST

START_TEST(an_answer_to_another_request_is_not_taken)
{
	unsigned port;
	const int pdu = bind_socket(LOOPBACK, &port);
	struct talk *talk = talk_open("ipaddr=127.0.0.1:%u|community=c", port);
	struct sockaddr_in client;
	guint8 datagram[1024];
	struct event event;
	guint8 *id;
	size_t n;

	talk_send(talk, 0, 0);
	n = take_request(pdu, datagram, sizeof(datagram), &client);
	id = memchr(datagram, SNMP_MSG_RESPONSE, n);
	id[4] ^= 0x01; /* tag, length, then the request-id's tag and length */
	send_to(pdu, datagram, n, &client);
	event = talk_next(talk, SILENCE);
	ck_assert_int_eq(event.type, EVENT_TIME);
	talk_close(talk);
	close(pdu);
}
END_TEST

START_TEST(a_report_is_no_answer_before_snmpv3)
{
	unsigned port;
	const int pdu = bind_socket(LOOPBACK, &port);
	struct talk *talk =
		talk_open("ipaddr=127.0.0.1:%u|community=c|snmp_version=%s", port, _i ? "2c" : "1");
	struct sockaddr_in client;
	guint8 datagram[1024];
	struct event event;
	guint8 *type;
	size_t n;

	talk_send(talk, 0, 0);
	n = take_request(pdu, datagram, sizeof(datagram), &client);
	type = memchr(datagram, SNMP_MSG_RESPONSE, n);
	*type = SNMP_MSG_REPORT;
	send_to(pdu, datagram, n, &client);
	event = talk_next(talk, SILENCE);
	ck_assert_int_eq(event.type, EVENT_TIME);
	*type = SNMP_MSG_RESPONSE;
	send_to(pdu, datagram, n, &client);
	event = talk_next(talk, BOUND);
	ck_assert_int_eq(event.type, EVENT_ANSWER);
	event_clear(&event);
	talk_close(talk);
	close(pdu);
}
END_TEST

START_TEST(garbage_is_not_taken_for_an_answer)
{
	unsigned port;
	const int pdu = bind_socket(LOOPBACK, &port);
	struct talk *talk = talk_open("ipaddr=127.0.0.1:%u|community=c", port);
	struct sockaddr_in client;
	guint8 datagram[1024];
	struct event event;
	size_t n;

	talk_send(talk, 0, 0);
	n = take_request(pdu, datagram, sizeof(datagram), &client);
	for (size_t length = 0; length < n; length++)
		send_to(pdu, datagram, length, &client);
	event = talk_next(talk, SILENCE);
	ck_assert_int_eq(event.type, EVENT_TIME);
	send_to(pdu, datagram, n, &client);
	event = talk_next(talk, BOUND);
	ck_assert_int_eq(event.type, EVENT_ANSWER);
	event_clear(&event);
	talk_close(talk);
	close(pdu);
}
END_TEST

/* --- SNMPv3 through somebody who damages a datagram --- */

enum damage { DAMAGE_NONE, DAMAGE_REQUEST, DAMAGE_ANSWER };

struct between {
	int client_side, pdu_side;
	struct sockaddr_in pdu;
};

static int bind_in_time(unsigned *port)
{
	const struct timeval most = { .tv_sec = (time_t)BOUND };
	const int descriptor = bind_socket(LOOPBACK, port);

	ck_assert_int_eq(setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof(most)), 0);
	return descriptor;
}

/* Carries a request and its answer. Whether it was sent by the user, rather than a probe. */
static bool carry(const struct between *between, enum damage damage)
{
	static const guint8 engine[] = { 0xaa, 0xaa, 0xaa, 0xaa };
	struct sockaddr_in client;
	socklen_t length = sizeof(client);
	guint8 datagram[1024];
	ssize_t n = recvfrom(between->client_side, datagram, sizeof(datagram), 0,
	                     (struct sockaddr *)&client, &length);
	bool by_user;

	ck_assert_int_gt(n, 0);
	by_user = memmem(datagram, (size_t)n, "admin", strlen("admin"));
	if (damage == DAMAGE_REQUEST) {
		guint8 *id = memmem(datagram, (size_t)n, engine, sizeof(engine));

		ck_assert_ptr_nonnull(id);
		*id ^= 1;
	}
	send_to(between->pdu_side, datagram, (size_t)n, &between->pdu);
	n = recv(between->pdu_side, datagram, sizeof(datagram), 0);
	ck_assert_int_gt(n, 0);
	if (damage == DAMAGE_ANSWER)
		datagram[n - 1] ^= 1;
	send_to(between->client_side, datagram, (size_t)n, &client);
	return by_user;
}

START_TEST(a_damaged_datagram_is_lost_and_its_engine_stays_known)
{
	struct simulator *sim = simulator_start(CAPTURE, "--user", "admin SHA " AUTH_PASS,
	                                        "--engine-id", ENGINE_A, NULL);
	unsigned port, unused;
	struct between between = { .client_side = bind_in_time(&port),
		                   .pdu_side = bind_in_time(&unused),
		                   .pdu = { .sin_family = AF_INET,
		                            .sin_port = htons((uint16_t)simulator_port(sim)),
		                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK) } };
	struct talk *talk = talk_open("ipaddr=127.0.0.1:%u|" V3, port);
	struct event event;

	talk_send(talk, 0, 0);
	do {
		carry(&between, DAMAGE_NONE);
		event = talk_next(talk, SILENCE);
	} while (event.type == EVENT_TIME); /* discovered, and told the time */
	ck_assert(is_answer(&event));
	event_clear(&event);
	talk_send(talk, 0, 1);
	ck_assert(carry(&between, (enum damage)_i));
	event = talk_next(talk, SILENCE);
	ck_assert_int_eq(event.type, EVENT_TIME);
	talk_send(talk, 0, 2);
	ck_assert(carry(&between, DAMAGE_NONE));
	event = talk_next(talk, BOUND);
	ck_assert(is_answer(&event));
	event_clear(&event);
	talk_close(talk);
	close(between.client_side);
	close(between.pdu_side);
}
END_TEST

#define NUMBER_OCTETS 4

/* All that its one varbind is in says that it is so much longer. Returns the list of varbinds. */
static guint8 *lengthen(guint8 *datagram, size_t n, guint8 length)
{
	guint8 *pdu = memchr(datagram, SNMP_MSG_RESPONSE, n);
	guint8 *varbinds = pdu + 4 + pdu[3] + 3 + 3; /* behind request-id, status and index */

	datagram[1] += length;
	pdu[1] += length;
	varbinds[1] += length;
	varbinds[3] += length;
	return varbinds;
}

/* Makes the one value of an answer, NULL as yet, a number of that type. */
static size_t put_number(guint8 type, guint8 *datagram, size_t n, const guint8 *octets,
                         guint8 length)
{
	lengthen(datagram, n, length);
	datagram[n - 2] = type;
	datagram[n - 1] = length;
	memcpy(datagram + n, octets, length);
	return n + length;
}

START_TEST(a_number_of_more_than_32_bits_is_not_taken)
{
	/* of the INTEGERs net-snmp by itself reads 1, -1, -4294967295, 4294967295, -2147483647 */
	static const guint8 wide[][6] = {
		{ ASN_INTEGER, 1, 0, 0, 0, 1 },
		{ ASN_INTEGER, 0xff, 0, 0, 0, 1 },
		{ ASN_INTEGER, 0xfe, 0xff, 0xff, 0xff, 0xff },
		{ ASN_INTEGER, 0, 0xff, 0xff, 0xff, 0xff },
		{ ASN_INTEGER, 0xff, 0x7f, 0xff, 0xff, 0xff },
		{ ASN_UNSIGNED, 1, 0, 0, 0, 0 },
		{ ASN_TIMETICKS, 1, 0, 0, 0, 0 },
		{ ASN_COUNTER, 0xff, 0xff, 0xff, 0xff, 0xff },
	};
	static const guint8 padded[NUMBER_OCTETS + 1] = { 0, 0, 0, 0, 1 };
	unsigned port;
	const int pdu = bind_socket(LOOPBACK, &port);
	struct talk *talk = talk_open("ipaddr=127.0.0.1:%u|community=c", port);
	struct sockaddr_in client;
	guint8 asked[1024], datagram[1024];
	struct event event;
	size_t n;

	talk_send(talk, 0, 0);
	n = take_request(pdu, asked, sizeof(asked), &client);
	for (unsigned i = 0; i < G_N_ELEMENTS(wide); i++) {
		memcpy(datagram, asked, n);
		send_to(pdu, datagram, put_number(wide[i][0], datagram, n, wide[i] + 1, 5),
		        &client);
	}
	event = talk_next(talk, SILENCE);
	ck_assert_int_eq(event.type, EVENT_TIME);
	/* where a long has 32 bits net-snmp takes no more octets */
	if (sizeof(long) > NUMBER_OCTETS)
		n = put_number(ASN_INTEGER, asked, n, padded, sizeof(padded));
	else
		n = put_number(ASN_INTEGER, asked, n, padded + 1, sizeof(padded) - 1);
	send_to(pdu, asked, n, &client);
	event = talk_next(talk, BOUND);
	ck_assert_int_eq(event.type, EVENT_ANSWER);
	ck_assert_int_eq(g_array_index(event.varbinds, struct varbind, 0).type, VALUE_INTEGER);
	ck_assert_int_eq(g_array_index(event.varbinds, struct varbind, 0).number, 1);
	event_clear(&event);
	talk_close(talk);
	close(pdu);
}
END_TEST

START_TEST(what_has_no_meaning_here_comes_as_it_was_sent)
{
	static const struct {
		guint8 type, n, octets[5];
		int64_t number;
	} values[] = {
		{ ASN_COUNTER, 5, { 0, 0xff, 0xff, 0xff, 0xfe }, 4294967294 },
		{ ASN_COUNTER64, 5, { 1, 0, 0, 0, 2 }, 4294967298 },
		{ ASN_IPADDRESS, 4, { 192, 0, 2, 7 }, 0 },
	};
	unsigned port;
	const int pdu = bind_socket(LOOPBACK, &port);
	struct talk *talk = talk_open("ipaddr=127.0.0.1:%u|community=c", port);
	struct sockaddr_in client;
	guint8 asked[1024];
	struct event event;
	const struct varbind *varbind;
	size_t n;

	talk_send(talk, 0, 0);
	n = take_request(pdu, asked, sizeof(asked), &client);
	n = put_number(values[_i].type, asked, n, values[_i].octets, values[_i].n);
	send_to(pdu, asked, n, &client);
	event = talk_next(talk, BOUND);
	ck_assert_int_eq(event.type, EVENT_ANSWER);
	varbind = varbinds_at(event.varbinds, 0);
	ck_assert_int_eq(varbind->type, VALUE_OTHER);
	ck_assert_uint_eq(varbind->tag, values[_i].type);
	ck_assert_int_eq(varbind->number, values[_i].number);
	ck_assert((varbind->octets != NULL) == (values[_i].type == ASN_IPADDRESS));
	event_clear(&event);
	talk_close(talk);
	close(pdu);
}
END_TEST

START_TEST(a_name_with_a_sub_identifier_of_more_than_32_bits_is_not_taken)
{
	/* 2^64 in front of the last one, 0, which is what net-snmp by itself reads */
	static const guint8 wide[] = { 0x82, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80 };
	unsigned port;
	const int pdu = bind_socket(LOOPBACK, &port);
	struct talk *talk = talk_open("ipaddr=127.0.0.1:%u|community=c", port);
	struct sockaddr_in client;
	guint8 asked[1024], datagram[1024], *varbinds;
	struct event event;
	size_t n;

	talk_send(talk, 0, 0);
	n = take_request(pdu, asked, sizeof(asked), &client);
	memcpy(datagram, asked, n - 3);
	memcpy(datagram + n - 3, wide, sizeof(wide));
	memcpy(datagram + n - 3 + sizeof(wide), asked + n - 3, 3);
	varbinds = lengthen(datagram, n, sizeof(wide));
	varbinds[5] += sizeof(wide);
	send_to(pdu, datagram, n + sizeof(wide), &client);
	event = talk_next(talk, SILENCE);
	ck_assert_int_eq(event.type, EVENT_TIME);
	send_to(pdu, asked, n, &client);
	event = talk_next(talk, BOUND);
	ck_assert_int_eq(event.type, EVENT_ANSWER);
	event_clear(&event);
	talk_close(talk);
	close(pdu);
}
END_TEST

START_TEST(a_late_answer_finds_its_own_request)
{
	struct simulator *sim = simulator_start(CAPTURE, "--delay", "0.2", NULL);
	struct talk *talk = talk_open("ipaddr=%s|community=tripplite", simulator_address(sim));
	uint32_t tags[3];

	for (unsigned i = 0; i < G_N_ELEMENTS(tags); i++)
		tags[i] = talk_send(talk, 0, i);
	for (unsigned i = 0; i < G_N_ELEMENTS(tags); i++) {
		struct event event = talk_next(talk, BOUND);

		ck_assert(is_answer(&event));
		ck_assert_uint_eq(event.tag, tags[i]);
		event_clear(&event);
	}
	talk_close(talk);
}
END_TEST

START_TEST(a_silent_pdu_delays_no_other)
{
	unsigned port;
	const int silent = bind_socket(LOOPBACK, &port);
	struct simulator *sim = simulator_start(CAPTURE, "--user", "admin SHA " AUTH_PASS, NULL);
	struct talk *talk = talk_open("ipaddr=127.0.0.1:%u %s|%s", port, simulator_address(sim),
	                              _i ? V3 : "community=tripplite");
	struct event event;

	talk_send(talk, 0, 0);
	talk_send(talk, 1, 0);
	event = talk_next(talk, SOON);
	ck_assert(is_answer(&event));
	ck_assert_uint_eq(event.pdu, 1);
	event_clear(&event);
	talk_close(talk);
	close(silent);
}
END_TEST

START_TEST(ipv6_gets_an_answer)
{
	struct simulator *sim;
	struct talk *talk;
	const struct sockaddr_in6 address = { .sin6_family = AF_INET6,
		                              .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	const int descriptor = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (descriptor < 0 ||
	    bind(descriptor, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return; /* a machine without IPv6 */
	close(descriptor);
	sim = simulator_start(CAPTURE, "--listen", "::1", "--user", "admin SHA " AUTH_PASS, NULL);
	talk = talk_open("ipaddr=%s|%s", simulator_address(sim), _i ? V3 : "community=tripplite");
	expect_answer(talk);
	talk_close(talk);
	/* a scope means nothing here, and the answer comes without one */
	talk = talk_open("ipaddr=[::1%%1]:%u|%s", simulator_port(sim),
	                 _i ? V3 : "community=tripplite");
	expect_answer(talk);
	talk_close(talk);
}
END_TEST

START_TEST(a_host_name_is_tried_at_each_of_its_addresses)
{
	/* it is ::1 first, where nobody listens */
	struct simulator *sim = simulator_start(CAPTURE, "--user", "admin SHA " AUTH_PASS, NULL);
	trippsnmp *handle = handle_open("ipaddr=" NAME_OF_LOOPBACK ":%u|%s|snmp_timeout=0.2",
	                                simulator_port(sim), _i ? V3 : "community=tripplite");

	expect_status(handle, TRIPPSNMP_OK, "");
	trippsnmp_free(handle);
}
END_TEST

/* --- SNMPv3 engines and keys --- */

/* Both lead to one engine: its user's entry is made once, and freed once. */
START_TEST(two_addresses_of_one_slow_pdu_share_the_users_entry)
{
	struct simulator *sim =
		simulator_start(CAPTURE, "--user", "admin SHA " AUTH_PASS, "--listen", "127.0.0.1",
	                        "--listen", "127.0.0.2", "--delay", "0.3", NULL);
	struct talk *talk;
	struct event event;

	other_address = "127.0.0.2";
	talk = talk_open("ipaddr=127.0.0.1:%u|" V3, simulator_port(sim));
	talk_send(talk, 0, 0);
	talk_send(talk, 0, 1);
	event = talk_next(talk, BOUND);
	ck_assert(is_answer(&event));
	event_clear(&event);
	expect_answer(talk);
	talk_close(talk);
}
END_TEST

/* An attempt at the dead address must not take the place of the one that answers late. */
START_TEST(the_address_that_answers_is_the_one_to_go_on_with)
{
	struct simulator *sim =
		simulator_start(CAPTURE, "--community", "secret", "--delay", "0.3", NULL);
	struct talk *talk;
	struct event event;

	other_address = "127.0.0.2";
	talk = talk_open("ipaddr=127.0.0.1:%u|community=secret", simulator_port(sim));
	talk_send(talk, 0, 0);
	talk_send(talk, 0, 1);
	for (bool answered = false; !answered; event_clear(&event)) {
		event = talk_next(talk, BOUND);
		ck_assert_int_ne(event.type, EVENT_TIME);
		answered = is_answer(&event);
	}
	expect_answer(talk);
	talk_close(talk);
}
END_TEST

/* A PDU under a name that has a second address, which is another one's. */
static struct talk *talk_to_two(struct simulator **first, struct simulator **second)
{
	char *port;

	*first = simulator_start(CAPTURE, "--community", "secret", NULL);
	port = g_strdup_printf("%u", simulator_port(*first));
	*second = simulator_start(CAPTURE, "--community", "secret", "--listen", "127.0.0.2",
	                          "--port", port, NULL);
	g_free(port);
	other_address = "127.0.0.2";
	return talk_open("ipaddr=127.0.0.1:%u|community=secret", simulator_port(*first));
}

START_TEST(an_address_that_falls_silent_is_not_left_for_another)
{
	struct simulator *first, *second;
	struct talk *talk = talk_to_two(&first, &second);

	expect_answer(talk);
	simulator_stop(first);
	for (unsigned attempt = 0; attempt < 10; attempt++) {
		struct event event;

		talk_send(talk, 0, attempt);
		event = talk_next(talk, SILENCE / 10);
		ck_assert_int_ne(event.type, EVENT_ANSWER);
		event_clear(&event);
	}
	ck_assert_uint_eq(simulator_count(second, "request "), 0);
	talk_close(talk);
}
END_TEST

START_TEST(a_late_answer_of_another_address_is_not_taken)
{
	struct simulator *first, *second;
	struct talk *talk = talk_to_two(&first, &second);
	struct event event;
	uint32_t tag;

	simulator_control(first, "delay %g", SILENCE);
	talk_send(talk, 0, 0);
	tag = talk_send(talk, 0, 1);
	event = talk_next(talk, BOUND);
	ck_assert(is_answer(&event));
	ck_assert_uint_eq(event.tag, tag);
	event_clear(&event);
	event = talk_next(talk, 3 * SILENCE);
	ck_assert_int_eq(event.type, EVENT_TIME);
	expect_answer(talk);
	ck_assert_uint_eq(simulator_count(first, "request "), 1);
	ck_assert_uint_eq(simulator_count(second, "request "), 2);
	talk_close(talk);
}
END_TEST

START_TEST(handles_with_one_user_and_different_passphrases_share_no_keys)
{
	struct simulator *sim =
		simulator_start(CAPTURE, "--user", "admin SHA " AUTH_PASS " AES " PRIV_PASS, NULL);
	const char *where = simulator_address(sim);
	trippsnmp *right = handle_open("ipaddr=%s|" V3 "|snmp_priv_passwd=" PRIV_PASS, where);
	trippsnmp *wrong = handle_open("ipaddr=%s|login=admin|password=wrong-secret"
	                               "|snmp_priv_passwd=" PRIV_PASS "|snmp_timeout=0.1",
	                               where);

	for (unsigned i = 0; i < 2; i++) {
		expect_status(right, TRIPPSNMP_OK, "");
		expect_status(wrong, TRIPPSNMP_ACCESS, "password");
	}
	expect_status(right, TRIPPSNMP_OK, "");
	trippsnmp_free(right);
	trippsnmp_free(wrong);
}
END_TEST

#ifdef HAVE_STRUCT_SNMP_SESSION_SESSUSER
/* Both are open the whole time: where net-snmp keeps a session's user in it, neither meets the
 * other's. */
START_TEST(sessions_at_the_same_time_with_one_user_have_keys_of_their_own)
{
	struct simulator *sim = simulator_start(CAPTURE, "--user", "admin SHA " AUTH_PASS, NULL);
	struct talk *right = talk_open("ipaddr=%s|" V3, simulator_address(sim));
	struct talk *wrong =
		talk_open("ipaddr=%s|login=admin|password=wrong-secret", simulator_address(sim));

	for (unsigned i = 0; i < 3; i++) {
		expect_answer(right);
		expect_refusal(wrong, "password");
	}
	talk_close(wrong);
	expect_answer(right);
	talk_close(right);
}
END_TEST
#endif

/* What another user of net-snmp in the same process does, with keys of its own. */
static int host_asks(void *handle)
{
	oid name[MAX_OID_LEN];
	netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_GET), *response = NULL;
	int result;

	for (unsigned i = 0; i < sys_object_id.n; i++)
		name[i] = sys_object_id.id[i];
	snmp_add_null_var(pdu, name, sys_object_id.n);
	result = snmp_sess_synch_response(handle, pdu, &response);
	if (response)
		snmp_free_pdu(response);
	return result;
}

START_TEST(a_users_entry_of_the_host_stays_as_it_was)
{
	struct simulator *sim = simulator_start(CAPTURE, "--user", "admin SHA " AUTH_PASS, NULL);
	struct talk *talk =
		talk_open("ipaddr=%s|login=admin|password=wrong-secret", simulator_address(sim));
	char *peer = g_strdup(simulator_address(sim));
	netsnmp_session description;
	void *host;

	snmp_sess_init(&description);
	description.version = SNMP_VERSION_3;
	description.peername = peer;
	description.securityName = "admin";
	description.securityNameLen = strlen("admin");
	description.securityLevel = SNMP_SEC_LEVEL_AUTHNOPRIV;
	description.securityAuthProto = usmHMACSHA1AuthProtocol;
	description.securityAuthProtoLen = USM_AUTH_PROTO_SHA_LEN;
	description.securityAuthKeyLen = USM_AUTH_KU_LEN;
	ck_assert_int_eq(generate_Ku(description.securityAuthProto,
	                             (u_int)description.securityAuthProtoLen,
	                             (const u_char *)AUTH_PASS, strlen(AUTH_PASS),
	                             description.securityAuthKey, &description.securityAuthKeyLen),
	                 SNMPERR_SUCCESS);
	host = snmp_sess_open(&description);
	ck_assert_ptr_nonnull(host);
	ck_assert_int_eq(host_asks(host), STAT_SUCCESS);
	expect_refusal(talk, "password");
	talk_close(talk);
	ck_assert_int_eq(host_asks(host), STAT_SUCCESS);
	snmp_sess_close(host);
	g_free(peer);
}
END_TEST

START_TEST(two_pdus_with_one_engine_id_are_refused_by_name)
{
	struct simulator *a = simulator_start(CAPTURE, "--user", "admin SHA " AUTH_PASS,
	                                      "--engine-id", ENGINE_A, NULL);
	struct simulator *b = simulator_start(CAPTURE, "--user", "admin SHA " AUTH_PASS,
	                                      "--engine-id", ENGINE_A, NULL);
	trippsnmp *handle = handle_open("ipaddr=%s %s|" V3 "|snmp_timeout=0.1",
	                                simulator_address(a), simulator_address(b));

	expect_status(handle, TRIPPSNMP_ACCESS, simulator_address(a));
	ck_assert_ptr_nonnull(strstr(trippsnmp_message(handle), simulator_address(b)));
	ck_assert_ptr_nonnull(strstr(trippsnmp_message(handle), "same SNMP engine ID"));
	ck_assert_ptr_nonnull(strstr(trippsnmp_message(handle), "an engine ID of its own"));
	ck_assert_ptr_nonnull(strstr(trippsnmp_message(handle), "a resource of its own"));
	ck_assert_uint_eq(count_said("CRIT "), 1);
	ck_assert_uint_eq(simulator_count(a, "request set") + simulator_count(b, "request set"), 0);
	trippsnmp_free(handle);
}
END_TEST

START_TEST(a_slow_engine_is_discovered_once_however_often_it_is_asked)
{
	struct simulator *sim =
		simulator_start(CAPTURE, "--user", "admin SHA " AUTH_PASS " AES " PRIV_PASS,
	                        "--delay", "0.2", NULL);
	struct talk *talk =
		talk_open("ipaddr=%s|" V3 "|snmp_priv_passwd=" PRIV_PASS, simulator_address(sim));
	const uint32_t first = talk_send(talk, 0, 0);
	uint32_t last;
	struct event event;

	talk_send(talk, 0, 1);
	last = talk_send(talk, 0, 2);
	talk->network->next(talk->network, clock_now() + (usec)(BOUND * USEC_PER_SEC), &event);
	ck_assert_int_eq(event.type, EVENT_DISCOVERED);
	ck_assert_uint_eq(event.tag, first);
	event = talk_next(talk, BOUND);
	ck_assert(is_answer(&event));
	ck_assert_uint_eq(event.tag, last);
	event_clear(&event);
	talk_close(talk);
}
END_TEST

/* --- a slow card --- */

static void expect_off(trippsnmp *handle)
{
	ck_assert_msg(trippsnmp_power(handle, TRIPPSNMP_POWER_OFF, "node1") == TRIPPSNMP_OK, "%s",
	              trippsnmp_message(handle));
}

/* As slow, measured by snmp_timeout, as one of three seconds with the defaults. */
START_TEST(a_slow_card_is_fenced_in_each_version)
{
	static const char *const ways[] = {
		"snmp_version=1|community=secret",
		"snmp_version=2c|community=secret",
		V3 "|snmp_priv_passwd=" PRIV_PASS,
	};
	struct simulator *sim =
		simulator_start(CAPTURE, "--user", "admin SHA " AUTH_PASS " AES " PRIV_PASS,
	                        "--community", "secret", "--delay", "0.3", NULL);
	trippsnmp *handle = handle_open("ipaddr=%s|%s|hostlist=node1:1|off_hold=0.1"
	                                "|snmp_timeout=0.1|power_timeout=5|total_timeout=15",
	                                simulator_address(sim), ways[_i]);

	expect_off(handle);
	ck_assert_uint_eq(simulator_count(sim, "outlet 1.1 command off"), 1);
	trippsnmp_free(handle);
}
END_TEST

/* --- an engine that restarts in the middle of an operation --- */

static const struct restart {
	const char *engine_after, *boots_before, *boots_after;
} restarts[] = {
	{ ENGINE_A, "5", "1" }, /* lost its count */
	{ ENGINE_A, "1", "1" }, /* has none, and its clock begins anew */
	{ ENGINE_A, "5", "6" }, { ENGINE_A, "1", "900" },
	{ ENGINE_B, "3", "1" }, /* another card in its place */
};

static const struct restart *restart;
static struct simulator *restarting;

static struct simulator *start_engine(const char *id, const char *boots, unsigned port)
{
	char *text = g_strdup_printf("%u", port);
	struct simulator *sim =
		simulator_start(CAPTURE, "--user", "admin SHA " AUTH_PASS " AES " PRIV_PASS,
	                        "--engine-id", id, "--engine-boots", boots, "--port", text, NULL);

	g_free(text);
	return sim;
}

static void restart_when_off(void *context, enum trippsnmp_level level, const char *line)
{
	unsigned port;

	take_log(context, level, line);
	if (!strstr(line, "off is proven"))
		return;
	port = simulator_port(restarting);
	simulator_stop(restarting);
	restarting = start_engine(restart->engine_after, restart->boots_after, port);
	simulator_control(restarting, "set-outlet 1 off");
}

START_TEST(an_engine_that_restarts_is_survived_within_one_operation)
{
	trippsnmp *handle;

	restart = &restarts[_i];
	restarting = start_engine(ENGINE_A, restart->boots_before, 0);
	handle = handle_open("ipaddr=%s|" V3 "|snmp_priv_passwd=" PRIV_PASS "|hostlist=node1:1"
	                     "|off_hold=0|snmp_timeout=0.2|power_timeout=10|total_timeout=15",
	                     simulator_address(restarting));
	trippsnmp_set_log(handle, restart_when_off, NULL);
	ck_assert_msg(trippsnmp_power(handle, TRIPPSNMP_POWER_RESET, "node1") == TRIPPSNMP_OK, "%s",
	              trippsnmp_message(handle));
	/* another card has not been looked at: nothing of it is switched, and the node was off */
	ck_assert_uint_eq(simulator_count(restarting, "outlet 1.1 on"),
	                  strcmp(restart->engine_after, ENGINE_A) ? 0 : 1);
	trippsnmp_free(handle);
}
END_TEST

START_TEST(an_engine_that_lost_its_boots_is_survived_between_operations)
{
	struct simulator *sim = start_engine(ENGINE_A, "900", 0);
	const unsigned port = simulator_port(sim);
	trippsnmp *handle =
		handle_open("ipaddr=%s|" V3 "|snmp_priv_passwd=" PRIV_PASS "|snmp_timeout=0.3",
	                    simulator_address(sim));
	gint64 begun;

	expect_status(handle, TRIPPSNMP_OK, "");
	simulator_stop(sim);
	start_engine(ENGINE_A, "1", port);
	begun = g_get_monotonic_time();
	expect_status(handle, TRIPPSNMP_OK, "");
	/* its answers tell that it has; mere silence would take four attempts to notice */
	ck_assert_int_lt(g_get_monotonic_time() - begun, G_USEC_PER_SEC);
	trippsnmp_free(handle);
}
END_TEST

/* --- what it leaves alone --- */

START_TEST(no_socket_takes_the_place_of_a_standard_descriptor)
{
	struct simulator *sim = simulator_start(CAPTURE, "--user", "admin SHA " AUTH_PASS, NULL);
	struct talk *talk =
		talk_open("ipaddr=%s|%s", simulator_address(sim), _i ? V3 : "community=tripplite");
	int saved[3];
	bool taken = false;
	struct event event;

	for (int i = 0; i < 3; i++) {
		saved[i] = fcntl(i, F_DUPFD_CLOEXEC, 10);
		close(i);
	}
	event = talk_ask(talk);
	for (int i = 0; i < 3; i++)
		taken = taken || fcntl(i, F_GETFD) >= 0;
	for (int i = 0; i < 3; i++)
		if (saved[i] >= 0) {
			dup2(saved[i], i);
			close(saved[i]);
		}
	ck_assert(!taken);
	ck_assert(is_answer(&event));
	event_clear(&event);
	talk_close(talk);
}
END_TEST

static void set_bait(const char *directory)
{
	static const char *const variables[] = {
		"MIBDIRS",  "SNMPCONFPATH", "SNMP_PERSISTENT_DIR", "SNMP_PERSISTENT_FILE",
		"MIBFILES", "HOME"
	};
	static const char *const files[] = { "snmp.conf", "snmp.local.conf", "snmpapp.conf",
		                             "trippsnmp.conf", "BAIT-MIB.txt" };

	for (unsigned i = 0; i < G_N_ELEMENTS(files); i++) {
		char *path = g_build_filename(directory, files[i], NULL);

		ck_assert(g_file_set_contents(path, "defVersion 1\n", -1, NULL));
		g_free(path);
	}
	for (unsigned i = 0; i < G_N_ELEMENTS(variables); i++)
		setenv(variables[i], directory, 1);
	setenv("MIBS", "ALL", 1);
	setenv("MIBFILES", "BAIT-MIB.txt", 1);
}

static void remove_directory(const char *directory)
{
	GDir *dir = g_dir_open(directory, 0, NULL);
	const char *name;

	while ((name = g_dir_read_name(dir))) {
		char *path = g_build_filename(directory, name, NULL);

		unlink(path);
		g_free(path);
	}
	g_dir_close(dir);
	rmdir(directory);
}

START_TEST(nothing_of_net_snmps_files_and_environment_is_touched)
{
	static const char *const variables[] = {
		"MIBDIRS",  "SNMPCONFPATH", "SNMP_PERSISTENT_DIR", "SNMP_PERSISTENT_FILE",
		"MIBFILES", "MIBS"
	};
	struct simulator *sim =
		simulator_start(CAPTURE, "--user", "admin SHA " AUTH_PASS " AES " PRIV_PASS, NULL);
	char *directory = g_dir_make_tmp("bait-XXXXXX", NULL);
	char *home = g_strdup(getenv("HOME"));
	const int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	char events[4096];
	trippsnmp *handle;

	set_bait(directory);
	ck_assert_int_ge(inotify_add_watch(watch, directory, IN_ALL_EVENTS), 0);
	handle = handle_open("ipaddr=%s|%s", simulator_address(sim),
	                     _i ? V3 "|snmp_priv_passwd=" PRIV_PASS : "community=tripplite");
	expect_status(handle, TRIPPSNMP_OK, "");
	trippsnmp_free(handle);
	ck_assert_msg(read(watch, events, sizeof(events)) < 0 && errno == EAGAIN,
	              "the bait was touched");
	close(watch);
	for (unsigned i = 0; i < G_N_ELEMENTS(variables); i++)
		unsetenv(variables[i]);
	if (home)
		setenv("HOME", home, 1);
	remove_directory(directory);
	g_free(directory);
	g_free(home);
}
END_TEST

static unsigned open_descriptors(void)
{
	GDir *dir = g_dir_open("/proc/self/fd", 0, NULL);
	unsigned n = 0;

	ck_assert_ptr_nonnull(dir);
	while (g_dir_read_name(dir))
		n++;
	g_dir_close(dir);
	return n;
}

START_TEST(no_descriptor_is_left_open)
{
	struct simulator *sim = simulator_start(CAPTURE, "--user", "admin SHA " AUTH_PASS, NULL);
	trippsnmp *handle = handle_open("ipaddr=%s|%s", simulator_address(sim),
	                                _i ? V3 : "community=tripplite");
	const unsigned before = open_descriptors();

	expect_status(handle, TRIPPSNMP_OK, "");
	ck_assert_uint_eq(open_descriptors(), before);
	trippsnmp_free(handle);
}
END_TEST

START_TEST(without_free_descriptors_it_fails_with_one_line_when_time_is_up)
{
	struct simulator *sim = simulator_start(CAPTURE, "--user", "admin SHA " AUTH_PASS, NULL);
	trippsnmp *handle = handle_open(
		"ipaddr=%s|%s|snmp_timeout=0.05|total_timeout=1|power_timeout=0.5|off_hold=0",
		simulator_address(sim), _i ? V3 : "community=tripplite");
	const gint64 begun = g_get_monotonic_time();
	struct rlimit before, none;
	enum trippsnmp_error error;
	int next;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	next = open("/dev/null", O_RDONLY);
	close(next);
	none.rlim_cur = (rlim_t)next;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	error = trippsnmp_status(handle);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
	ck_assert_msg(error == TRIPPSNMP_INTERNAL, "%s: %s", trippsnmp_strerror(error),
	              trippsnmp_message(handle));
	ck_assert_msg(strstr(trippsnmp_message(handle), g_strerror(EMFILE)) != NULL, "%s",
	              trippsnmp_message(handle));
	ck_assert_int_gt(g_get_monotonic_time() - begun, G_USEC_PER_SEC / 2);
	ck_assert_uint_eq(count_said("CRIT "), 1);
	expect_status(handle, TRIPPSNMP_OK, "");
	trippsnmp_free(handle);
}
END_TEST

static void add_cases(TCase *tests)
{
	const int n_auths = G_N_ELEMENTS(auths), n_privs = G_N_ELEMENTS(privs);

	tcase_add_loop_test(tests, v1_and_v2c_get_an_answer, 0, 2);
	tcase_add_test(tests, an_error_says_which_object_it_is_about);
	tcase_add_loop_test(tests, a_request_that_cannot_be_sent_is_told_at_once, 0, 2);
	tcase_add_loop_test(tests,
	                    the_clock_of_an_engine_is_known_from_answers_that_it_has_authenticated,
	                    0, 3);
	tcase_add_test(tests, v3_without_authentication_gets_an_answer);
	tcase_add_loop_test(tests, v3_gets_an_answer_with_each_authentication_protocol, 0, n_auths);
	tcase_add_loop_test(tests, v3_gets_an_answer_with_each_pair_of_protocols, 0,
	                    n_auths * n_privs);
	tcase_add_loop_test(tests, a_wrong_community_is_met_with_silence, 0, 2);
	tcase_add_test(tests, an_unknown_user_is_refused_and_the_parameter_named);
	tcase_add_test(tests, a_wrong_authentication_passphrase_is_refused_and_the_parameter_named);
	tcase_add_test(tests, a_wrong_authentication_protocol_is_refused_and_the_parameter_named);
	tcase_add_test(tests, a_level_above_the_users_is_refused_and_the_parameter_named);
	tcase_add_test(tests, a_level_below_the_users_is_refused_and_the_parameter_named);
	tcase_add_loop_test(tests, a_wrong_privacy_passphrase_gets_no_data_and_the_parameter_named,
	                    0, n_privs);
	tcase_add_loop_test(tests, a_refused_port_is_told_at_once, 0, 2);
	tcase_add_loop_test(tests, an_address_that_cannot_be_asked_is_told_at_once, 0, 2);
	tcase_add_loop_test(tests, an_answer_from_another_address_or_port_is_named_and_not_taken, 0,
	                    2);
	tcase_add_test(tests, an_answer_to_another_request_is_not_taken);
	tcase_add_loop_test(tests, a_report_is_no_answer_before_snmpv3, 0, 2);
	tcase_add_test(tests, garbage_is_not_taken_for_an_answer);
	tcase_add_loop_test(tests, a_damaged_datagram_is_lost_and_its_engine_stays_known,
	                    DAMAGE_REQUEST, DAMAGE_ANSWER + 1);
	tcase_add_test(tests, a_number_of_more_than_32_bits_is_not_taken);
	tcase_add_loop_test(tests, what_has_no_meaning_here_comes_as_it_was_sent, 0, 3);
	tcase_add_test(tests, a_name_with_a_sub_identifier_of_more_than_32_bits_is_not_taken);
	tcase_add_loop_test(tests,
	                    a_number_of_more_than_32_bits_is_not_taken_from_what_is_encrypted, 0,
	                    G_N_ELEMENTS(privs));
	tcase_add_test(tests, a_late_answer_finds_its_own_request);
	tcase_add_loop_test(tests, a_silent_pdu_delays_no_other, 0, 2);
	tcase_add_loop_test(tests, ipv6_gets_an_answer, 0, 2);
	tcase_add_loop_test(tests, a_host_name_is_tried_at_each_of_its_addresses, 0, 2);
	tcase_add_test(tests, two_addresses_of_one_slow_pdu_share_the_users_entry);
	tcase_add_test(tests, the_address_that_answers_is_the_one_to_go_on_with);
	tcase_add_test(tests, an_address_that_falls_silent_is_not_left_for_another);
	tcase_add_test(tests, a_late_answer_of_another_address_is_not_taken);
	tcase_add_test(tests, handles_with_one_user_and_different_passphrases_share_no_keys);
#ifdef HAVE_STRUCT_SNMP_SESSION_SESSUSER
	tcase_add_test(tests, sessions_at_the_same_time_with_one_user_have_keys_of_their_own);
#endif
	tcase_add_test(tests, a_users_entry_of_the_host_stays_as_it_was);
	tcase_add_test(tests, two_pdus_with_one_engine_id_are_refused_by_name);
	tcase_add_test(tests, a_slow_engine_is_discovered_once_however_often_it_is_asked);
	tcase_add_loop_test(tests, a_slow_card_is_fenced_in_each_version, 0, 3);
	tcase_add_loop_test(tests, an_engine_that_restarts_is_survived_within_one_operation, 0,
	                    G_N_ELEMENTS(restarts));
	tcase_add_test(tests, an_engine_that_lost_its_boots_is_survived_between_operations);
	tcase_add_loop_test(tests, no_socket_takes_the_place_of_a_standard_descriptor, 0, 2);
	tcase_add_loop_test(tests, nothing_of_net_snmps_files_and_environment_is_touched, 0, 2);
	tcase_add_loop_test(tests, no_descriptor_is_left_open, 0, 2);
	tcase_add_loop_test(tests, without_free_descriptors_it_fails_with_one_line_when_time_is_up,
	                    0, 2);
}

int main(void)
{
	Suite *suite = suite_create("session");
	TCase *tests = tcase_create("session");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, setup, teardown);
	add_cases(tests);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
