/*
 * The rules of trippsnmp.h: what each public call says of nodes, outlets and PDUs, where one of
 * several is at fault, whichever it is. The session, the resolver and the clock of the library
 * are replaced by the virtual network of script.h, so that nothing waits.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "base/clock.h"
#include "snmp/resolve.h"
#include "snmp/session.h"
#include "trippsnmp.h"

#include "script.h"

#include <check.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define DAY (24 * 3600 * USEC_PER_SEC)
#define DEVICE_ROW "1.3.6.1.4.1.850.1.1.1.2.1.1."

static struct script *script;
static const struct family *lx;
static trippsnmp *handle;
static enum trippsnmp_error error;
static enum trippsnmp_state state;
static usec begun;
static unsigned twin;          /* this PDU has the address of the first; 0: none */
static const char *no_session; /* why none can be opened; NULL: it can */
static const char *no_address; /* why none is found; NULL: it is */
static unsigned n_wanted;      /* addresses that were asked for, by the last call */
static const char *no_offer;   /* what the machine does not offer; NULL: it offers all */

/* --- what stands in for the session, the resolver and the clock --- */

bool session_offers(const struct config *config, char **reason)
{
	(void)config;
	*reason = g_strdup(no_offer);
	return !no_offer;
}

struct network *session_new(const struct config *config, GArray *const *addresses,
                            const struct log *log, char **reason)
{
	(void)config;
	(void)addresses;
	(void)log;
	*reason = g_strdup(no_session);
	return no_session ? NULL : &script->network;
}

void session_free(struct network *network)
{
	ck_assert(!network || network == &script->network);
}

usec clock_now(void)
{
	return script->clock;
}

bool resolve_all(const GArray *pdus, const bool *wanted, usec deadline, const struct log *log,
                 struct watch *watch, GArray **addresses, char **reason)
{
	(void)log;
	ck_assert(deadline > script->clock);
	*reason = g_strdup(no_address);
	n_wanted = 0;
	if (no_address)
		watch_stops(watch, script->clock, "resolving names");
	for (unsigned i = 0; i < pdus->len; i++) {
		struct address address = { .length = sizeof(struct sockaddr_in) };

		if (!wanted[i])
			continue;
		n_wanted++;
		((struct sockaddr_in *)&address.socket)->sin_port =
			(in_port_t)(twin && i == twin ? 0 : i);
		addresses[i] = g_array_new(FALSE, FALSE, sizeof(struct address));
		g_array_append_val(addresses[i], address);
	}
	return !no_address;
}

/* --- PDUs pdu-a, pdu-b, pdu-c of eight outlets each, and a handle --- */

static void take_line(void *context, enum trippsnmp_level level, const char *line)
{
	ck_assert_ptr_eq(context, &handle);
	script->log.fn(script->log.context, level, line);
}

static void have_pdus(unsigned n)
{
	script = script_new(n, false);
	lx = script_family("LX PDU");
	begun = script->clock;
	for (unsigned i = 0; i < n; i++) {
		script_start(script, i, begun - DAY);
		script_outlets(script, i, lx, 1, 8);
	}
	handle = trippsnmp_new();
	trippsnmp_set_log(handle, take_line, &handle);
}

static void setup(void)
{
	have_pdus(2);
}

static void teardown(void)
{
	trippsnmp_free(handle);
	script_free(script);
	twin = 0;
	no_session = no_address = no_offer = NULL;
}

static void set(const char *name, const char *value)
{
	ck_assert_int_eq(trippsnmp_set(handle, name, value), TRIPPSNMP_OK);
}

/* hostlist may be NULL: by name. */
static void configure(const char *hostlist)
{
	GString *addresses = g_string_new(NULL);

	for (unsigned i = 0; i < script->n_pdus; i++)
		g_string_append_printf(addresses, "%s%s", i ? " " : "", script->labels[i]);
	set("ipaddr", addresses->str);
	set("community", "c");
	set("hostlist", hostlist);
	error = trippsnmp_configure(handle);
	ck_assert_msg(!error, "%s", trippsnmp_message(handle));
	g_string_free(addresses, TRUE);
}

static void put(unsigned pdu, uint32_t column, uint32_t number, int64_t value)
{
	const struct objid name = family_instance(lx, column, 1, number);

	script_put(script, pdu, &name, VALUE_INTEGER, value);
}

static void name_outlet(unsigned pdu, uint32_t number, const char *text)
{
	const struct objid name = family_instance(lx, lx->outlet_name, 1, number);

	script_put_text(script, pdu, &name, text);
}

static void put_device_status(unsigned pdu, int64_t status)
{
	const uint32_t device = 1;
	const struct objid name = objid_append(&lx->device_status, 1, &device);

	script_put(script, pdu, &name, VALUE_INTEGER, status);
}

static double seconds(void)
{
	return (double)(script->clock - begun) / (double)USEC_PER_SEC;
}

static void assert_ok(void)
{
	ck_assert_msg(!error, "%s", trippsnmp_message(handle));
	ck_assert_str_eq(trippsnmp_message(handle), "");
	ck_assert_str_eq(script->lines[TRIPPSNMP_LOG_CRIT]->str, "");
}

/* That error, with a line that begins so, which is the one at CRIT. */
static void assert_fails(enum trippsnmp_error with, const char *line)
{
	const char *message = trippsnmp_message(handle);
	char *logged = g_strdup_printf("%s\n", message);

	ck_assert_msg(error == with, "%d: %s", error, message);
	ck_assert_msg(g_str_has_prefix(message, line), "%s", message);
	ck_assert_msg(g_str_has_suffix(script->lines[TRIPPSNMP_LOG_CRIT]->str, logged), "%s",
	              script->lines[TRIPPSNMP_LOG_CRIT]->str);
	g_free(logged);
}

static void assert_warned(const char *text)
{
	ck_assert_msg(script_said(script, TRIPPSNMP_LOG_WARN, text), "%s",
	              script->lines[TRIPPSNMP_LOG_WARN]->str);
}

static void assert_said(const char *text)
{
	ck_assert_msg(script_said(script, TRIPPSNMP_LOG_INFO, text), "%s",
	              script->lines[TRIPPSNMP_LOG_INFO]->str);
}

/* --- what makes a feed's state doubtful --- */

static void device_is_offline(unsigned pdu)
{
	put_device_status(pdu, DEVICE_STATUS_OFFLINE);
}

static void device_is_alarmed(unsigned pdu)
{
	script_alarm(script, pdu, lx->alarms, 77, true, DEVICE_ROW "1");
}

static void state_is_unknown(unsigned pdu)
{
	put(pdu, lx->state, 3, 7);
}

static const struct {
	void (*make)(unsigned pdu);
	const char *said;
} doubts[] = {
	{ device_is_offline, ": tlpDeviceStatus of its device is offline or unclear" },
	{ device_is_alarmed, ": its card has an active alarm \"Communications Lost\"" },
	{ state_is_unknown, " reads neither on nor off (INTEGER 7)" },
};
#define DOUBTS (2 * (int)G_N_ELEMENTS(doubts)) /* on either PDU */

static const char *const both = "db1:3@pdu-a,3@pdu-b";

/* Both feeds read off, and that of PDU i % 2 cannot be trusted. Returns how the line begins. */
static char *have_doubt(int i)
{
	const unsigned pdu = (unsigned)i % 2;

	put(0, lx->state, 3, 1);
	put(1, lx->state, 3, 1);
	doubts[i / 2].make(pdu);
	return g_strdup_printf("outlet 3 of pdu-%c%s", 'a' + (int)pdu, doubts[i / 2].said);
}

/* --- the state of a node --- */

static void read_node(const char *node)
{
	state = TRIPPSNMP_ON;
	error = trippsnmp_node_state(handle, node, &state);
}

START_TEST(a_node_is_on_where_any_of_its_feeds_is_on)
{
	put(0, lx->state, 3, _i & 1 ? 2 : 1);
	put(1, lx->state, 3, _i & 2 ? 2 : 1);
	configure(both);
	read_node("DB1");
	assert_ok();
	ck_assert_int_eq(state, _i ? TRIPPSNMP_ON : TRIPPSNMP_OFF);
}
END_TEST

START_TEST(a_node_with_a_feed_in_doubt_is_not_off)
{
	char *line = have_doubt(_i);

	configure(both);
	read_node("db1");
	assert_fails(TRIPPSNMP_ACCESS, line);
	ck_assert_int_eq(state, TRIPPSNMP_UNKNOWN);
	g_free(line);
}
END_TEST

START_TEST(a_feed_in_doubt_is_looked_at_a_second_time)
{
	char *line = have_doubt(_i), *again;

	configure(both);
	read_node("db1");
	again = g_strdup_printf("%s", line);
	assert_warned(again);
	assert_warned("; looking again");
	ck_assert(seconds() >= 1 && seconds() < 3);
	g_free(line);
	g_free(again);
}
END_TEST

START_TEST(a_node_with_a_feed_in_doubt_is_on_where_another_one_is)
{
	g_free(have_doubt(_i));
	put(!(_i % 2), lx->state, 3, 2);
	configure(both);
	read_node("db1");
	assert_ok();
	ck_assert_int_eq(state, TRIPPSNMP_ON);
	ck_assert(seconds() < 1);
}
END_TEST

static enum script_fate known_after_the_first_look(struct script *network, unsigned pdu,
                                                   const struct request *request,
                                                   struct event *answer)
{
	if (script_said(network, TRIPPSNMP_LOG_WARN, "looking again"))
		put(1, lx->state, 3, 1);
	script_answer(network, pdu, request, answer);
	return SCRIPT_ANSWERED;
}

START_TEST(what_the_second_look_finds_counts)
{
	g_free(have_doubt(5));
	script->hook = known_after_the_first_look;
	configure(both);
	read_node("db1");
	assert_ok();
	ck_assert_int_eq(state, TRIPPSNMP_OFF);
}
END_TEST

/* What cannot be found has no state: least of all off. */
static const struct {
	const char *hostlist, *node;
	enum trippsnmp_error error;
	const char *line;
} unfound[] = {
	{ "db1:9@pdu-b", "db1", TRIPPSNMP_BADCONFIG, "hostlist: 9@pdu-b does not exist" },
	{ "db1:3@pdu-a,9@pdu-b", "db1", TRIPPSNMP_BADCONFIG, "hostlist: 9@pdu-b does not exist" },
	{ "db1", "db1", TRIPPSNMP_BADNODE, "no outlet feeds node db1" },
	{ NULL, "db1", TRIPPSNMP_BADNODE, "no outlet feeds node db1" },
};

START_TEST(a_node_whose_outlets_are_not_there_is_not_off)
{
	for (unsigned i = 0; i < 2; i++)
		put(i, lx->state, 3, 1);
	configure(unfound[_i].hostlist);
	read_node(unfound[_i].node);
	assert_fails(unfound[_i].error, unfound[_i].line);
	ck_assert_int_eq(state, TRIPPSNMP_UNKNOWN);
}
END_TEST

START_TEST(an_outlet_that_is_not_in_hostlist_is_read_as_well)
{
	put(1, lx->state, 4, _i ? 2 : 1);
	configure(both);
	state = TRIPPSNMP_UNKNOWN;
	error = trippsnmp_outlets_state(handle, "4@pdu-b", &state);
	assert_ok();
	ck_assert_int_eq(state, _i ? TRIPPSNMP_ON : TRIPPSNMP_OFF);
}
END_TEST

START_TEST(what_is_no_outlet_has_no_state)
{
	configure(both);
	state = TRIPPSNMP_ON;
	trippsnmp_set_shown(handle, "outlets", "plug");
	error = trippsnmp_outlets_state(handle, "4@pdu-x", &state);
	assert_fails(TRIPPSNMP_BADCONFIG, "plug: ");
	ck_assert_int_eq(state, TRIPPSNMP_UNKNOWN);
	ck_assert_uint_eq(script->sent->len, 0);
}
END_TEST

static unsigned silent; /* this PDU, with this hook */

static enum script_fate one_is_silent(struct script *network, unsigned pdu,
                                      const struct request *request, struct event *answer)
{
	(void)network;
	(void)request;
	(void)answer;
	return pdu == silent ? SCRIPT_LOST : SCRIPT_ANSWERED;
}

START_TEST(a_pdu_that_does_not_answer_is_named_whichever_it_is)
{
	const char *const line[] = { "pdu-a: no answer to SNMP version 2c within ",
		                     "pdu-b: no answer to SNMP version 2c within " };

	silent = (unsigned)_i;
	script->hook = one_is_silent;
	configure(both);
	read_node("db1");
	assert_fails(TRIPPSNMP_TIMEOUT, line[_i]);
	ck_assert_int_eq(state, TRIPPSNMP_UNKNOWN);
	ck_assert(seconds() > 14 && seconds() <= 15);
	ck_assert_ptr_nonnull(strstr(trippsnmp_message(handle), "the community"));
	/* time that passes is not taken for an answer */
	ck_assert(!script_said(script, TRIPPSNMP_LOG_DEBUG, "nothing that was asked"));
}
END_TEST

/* --- the states of all nodes --- */

static GString *given;

static void take_state(void *context, const char *node, enum trippsnmp_state of)
{
	g_string_append_printf(context, "%s=%d ", node, (int)of);
}

static void read_nodes(void)
{
	given = g_string_new(NULL);
	error = trippsnmp_node_states(handle, take_state, given);
}

static void assert_given(const char *text)
{
	ck_assert_str_eq(given->str, text);
	g_string_free(given, TRUE);
}

static const char *const three = "DB1:3@pdu-a; db2:3@pdu-b; db3:4@pdu-b";

START_TEST(each_node_has_its_state_in_the_order_of_hostlist)
{
	put(1, lx->state, 3, 1);
	configure(three);
	read_nodes();
	assert_ok();
	assert_given("db1=2 db2=1 db3=2 ");
}
END_TEST

START_TEST(the_first_node_in_doubt_is_the_error_and_the_others_are_warned_of)
{
	put(1, lx->state, 3, 7);
	put(1, lx->state, 4, 8);
	configure(three);
	read_nodes();
	assert_fails(TRIPPSNMP_ACCESS, "node db2: outlet 3 of pdu-b reads neither on nor off");
	assert_warned("node db3: outlet 4 of pdu-b reads neither on nor off");
	ck_assert(!script_said(script, TRIPPSNMP_LOG_WARN, "node db1"));
	assert_given("db1=2 db2=0 db3=0 ");
	ck_assert(seconds() >= 1);
	put(0, lx->state, 3, 9);
	g_string_truncate(script->lines[TRIPPSNMP_LOG_WARN], 0);
	read_nodes();
	assert_fails(TRIPPSNMP_ACCESS, "node db1: outlet 3 of pdu-a reads neither on nor off");
	assert_warned("node db2: outlet 3 of pdu-b reads neither on nor off");
}
END_TEST

START_TEST(without_hostlist_the_names_of_outlets_are_nodes)
{
	name_outlet(0, 8, "DB2");
	name_outlet(1, 1, "db1");
	name_outlet(1, 8, "db2");
	put(1, lx->state, 1, 1);
	configure(NULL);
	read_nodes();
	assert_ok();
	assert_given("db2=2 db1=1 ");
}
END_TEST

START_TEST(without_an_answer_no_state_is_known)
{
	silent = 1;
	script->hook = one_is_silent;
	configure(three);
	read_nodes();
	assert_fails(TRIPPSNMP_TIMEOUT, "pdu-b: no answer");
	assert_given("db1=0 db2=0 db3=0 ");
}
END_TEST

/* Two answer well once, and then one of them not at all. */
static enum script_fate silent_at_the_second_look(struct script *network, unsigned pdu,
                                                  const struct request *request,
                                                  struct event *answer)
{
	(void)request;
	(void)answer;
	return pdu == silent && script_said(network, TRIPPSNMP_LOG_WARN, "looking again")
	               ? SCRIPT_LOST
	               : SCRIPT_ANSWERED;
}

START_TEST(no_state_of_an_earlier_look_is_told_where_the_last_one_failed)
{
	silent = (unsigned)_i;
	script->hook = silent_at_the_second_look;
	put(1, lx->state, 3, 7);
	configure(three);
	read_nodes();
	assert_fails(TRIPPSNMP_TIMEOUT, _i ? "pdu-b: " : "pdu-a: ");
	assert_given("db1=0 db2=0 db3=0 ");
}
END_TEST

static void take_node(void *context, const struct trippsnmp_node *node)
{
	g_string_append_printf(context, "%s=%d [%s] %d %s\n", node->name, (int)node->state,
	                       node->feeds, (int)node->error, node->message);
}

static void read_rows(void)
{
	given = g_string_new(NULL);
	error = trippsnmp_nodes(handle, take_node, given);
}

START_TEST(each_node_is_told_with_its_feeds)
{
	put(1, lx->state, 3, 1);
	configure("db1:3@pdu-a,3@pdu-b; db2:4@pdu-b");
	read_rows();
	assert_ok();
	assert_given("db1=2 [outlet 3 of pdu-a, outlet 3 of pdu-b] 0 \n"
	             "db2=2 [outlet 4 of pdu-b] 0 \n");
}
END_TEST

START_TEST(each_node_is_told_with_what_is_wrong_with_it)
{
	put(1, lx->state, 3, 7);
	configure("db1:3@pdu-a; db2:3@pdu-b; db3:9@pdu-b");
	read_rows();
	assert_fails(TRIPPSNMP_ACCESS, "node db2: outlet 3 of pdu-b reads neither on nor off");
	ck_assert(g_str_has_prefix(
		given->str, "db1=2 [outlet 3 of pdu-a] 0 \n"
			    "db2=0 [outlet 3 of pdu-b] 3 outlet 3 of pdu-b reads neither on nor "
			    "off (INTEGER 7)\n"
			    "db3=0 [] 1 "));
	ck_assert_ptr_nonnull(strstr(given->str, "9@pdu-b does not exist"));
	g_string_free(given, TRUE);
	ck_assert(seconds() >= 1);
}
END_TEST

START_TEST(without_an_answer_each_node_is_told_why)
{
	silent = 1;
	script->hook = one_is_silent;
	configure("db1:3@pdu-a; db2:3@pdu-b");
	read_rows();
	assert_fails(TRIPPSNMP_TIMEOUT, "pdu-b: no answer");
	ck_assert(g_str_has_prefix(given->str, "db1=0 [] 4 pdu-b: no answer"));
	ck_assert_ptr_nonnull(strstr(given->str, "\ndb2=0 [] 4 pdu-b: no answer"));
	g_string_free(given, TRUE);
}
END_TEST

START_TEST(without_hostlist_each_named_node_is_told)
{
	name_outlet(0, 8, "DB2");
	name_outlet(1, 1, "db1");
	configure(NULL);
	read_rows();
	assert_ok();
	assert_given("db2=2 [outlet 8 of pdu-a] 0 \ndb1=2 [outlet 1 of pdu-b] 0 \n");
}
END_TEST

/* --- the list --- */

static char *list(void)
{
	char *stale = NULL, **nodes = &stale, *joined;

	error = trippsnmp_list(handle, &nodes);
	ck_assert(!nodes == !!error);
	joined = nodes ? g_strjoinv(" ", nodes) : NULL;
	trippsnmp_free_list(nodes);
	return joined;
}

START_TEST(the_list_has_the_names_on_all_outlets_of_all_pdus)
{
	char *names;

	name_outlet(0, 1, "Web");
	name_outlet(0, 8, "db1");
	name_outlet(1, 1, "app");
	name_outlet(1, 8, "db1");
	configure(NULL);
	names = list();
	assert_ok();
	ck_assert_str_eq(names, "web db1 app");
	g_free(names);
}
END_TEST

/* How many rows the first GETBULK of a list asks for. */
static unsigned rows_asked(const char *version)
{
	unsigned first = 0;

	teardown();
	setup();
	set("snmp_version", version);
	set("login", *version == '3' ? "u" : NULL);
	configure(NULL);
	g_free(list());
	assert_ok();
	while (script_sent(script, first)->kind != REQUEST_BULK || script_sent(script, first)->once)
		first++;
	return script_sent(script, first)->repetitions;
}

START_TEST(an_answer_of_snmpv3_has_room_for_fewer_rows)
{
	ck_assert_uint_lt(rows_asked("3"), rows_asked("2c"));
}
END_TEST

START_TEST(the_list_of_hostlist_asks_nobody_and_says_what_is_cut)
{
	char *names;

	configure("db1:1.main@pdu-a,3@pdu-b; db2:4@pdu-b; DB3:5@pdu-b,2.main@pdu-a");
	names = list();
	assert_ok();
	ck_assert_str_eq(names, "db1 db2 db3");
	ck_assert_uint_eq(script->sent->len, 0);
	assert_said("node db1: 1.main@pdu-a cuts all that hangs on its device");
	assert_said("node DB3: 2.main@pdu-a cuts all that hangs on its device");
	ck_assert(!script_said(script, TRIPPSNMP_LOG_INFO, "node db2"));
	g_free(names);
}
END_TEST

START_TEST(there_is_no_list_where_a_pdu_does_not_answer)
{
	silent = (unsigned)_i;
	script->hook = one_is_silent;
	configure(NULL);
	ck_assert_ptr_null(list());
	assert_fails(TRIPPSNMP_TIMEOUT, _i ? "pdu-b: no answer" : "pdu-a: no answer");
	ck_assert(seconds() <= 15);
}
END_TEST

/* --- status --- */

static void status(void)
{
	error = trippsnmp_status(handle);
}

START_TEST(status_of_all_that_is_fine_says_what_was_checked)
{
	configure("db1:3@pdu-a,3@pdu-b; db2:4@pdu-b");
	status();
	assert_ok();
	assert_said("node db1: fed by outlet 3 of pdu-a, outlet 3 of pdu-b\n");
	assert_said("node db2: fed by outlet 4 of pdu-b\n");
	assert_said("status: 2 PDUs answered, 3 outlets of 2 nodes checked, ");
	ck_assert_str_eq(script->lines[TRIPPSNMP_LOG_WARN]->str, "");
}
END_TEST

START_TEST(status_of_one_speaks_of_one)
{
	teardown();
	have_pdus(1);
	configure("db1:3");
	status();
	assert_ok();
	assert_said("status: 1 PDU answered, 1 outlet of 1 node checked, 1 requests\n");
}
END_TEST

START_TEST(status_fails_where_a_feed_is_in_doubt_and_asks_until_time_is_up)
{
	char *line = have_doubt(_i);

	configure(both);
	status();
	assert_fails(TRIPPSNMP_ACCESS, line);
	assert_warned("; looking again");
	ck_assert(seconds() > 13 && seconds() <= 15);
	/* what stays the same is said once */
	ck_assert_ptr_eq(strstr(script->lines[TRIPPSNMP_LOG_WARN]->str, "; looking again"),
	                 g_strrstr(script->lines[TRIPPSNMP_LOG_WARN]->str, "; looking again"));
	g_free(line);
}
END_TEST

/* At each look: row 3 cannot be switched; or it can, and its card has lost its device. */
static void change_row_3(struct script *network, unsigned pdu)
{
	const bool unclear = seconds() >= 0.9 && seconds() < 1.9;

	if (pdu)
		return;
	put(0, lx->controllable, 3, unclear ? 1 : 2);
	put_device_status(0, unclear ? DEVICE_STATUS_OFFLINE : 2);
	(void)network;
}

START_TEST(a_no_that_was_unclear_meanwhile_must_last_anew)
{
	script->before = change_row_3;
	configure("db1:3@pdu-a");
	status();
	assert_fails(TRIPPSNMP_BADCONFIG, "outlet 3 of pdu-a, which feeds node db1, ");
	ck_assert(seconds() >= 2.9 && seconds() < 4);
}
END_TEST

static void name_by_description(unsigned pdu, uint32_t number, const char *text)
{
	const struct objid name = family_instance(lx, lx->description, 1, number);

	script_put_text(script, pdu, &name, text);
}

START_TEST(status_looks_at_descriptions_too)
{
	name_by_description(0, 1, "db1");
	name_by_description(1, 8, "db2");
	configure(NULL);
	status();
	assert_ok();
	assert_said("node db1: fed by outlet 1 of pdu-a\n");
	assert_said("node db2: fed by outlet 8 of pdu-b\n");
}
END_TEST

/* An outlet called db1 and described as db2, and another one of db2: on either PDU, in any row. */
static const struct {
	unsigned pdu;
	uint32_t number;
	unsigned other_pdu;
	uint32_t other_number;
	bool described;
} twofold[] = {
	{ 0, 1, 1, 8, false },
	{ 0, 8, 1, 1, true },
	{ 1, 8, 0, 1, false },
	{ 1, 1, 1, 8, true },
};

START_TEST(status_warns_of_an_outlet_of_two_nodes_whichever_it_is)
{
	char *warning =
		g_strdup_printf("outlet 1.%u of pdu-%c has the name db1 and the description db2: "
	                        "if both are nodes, fencing one cuts the other",
	                        twofold[_i].number, 'a' + (int)twofold[_i].pdu);

	name_outlet(twofold[_i].pdu, twofold[_i].number, "db1");
	name_by_description(twofold[_i].pdu, twofold[_i].number, "db2");
	(twofold[_i].described ? name_by_description : name_outlet)(
		twofold[_i].other_pdu, twofold[_i].other_number, "DB2");
	configure(NULL);
	status();
	assert_ok();
	assert_warned(warning);
	g_free(warning);
}
END_TEST

START_TEST(status_does_not_know_what_no_outlet_says)
{
	for (uint32_t number = 1; number <= 8; number++)
		put(1, lx->controllable, number, 7);
	name_outlet(0, 3, "db1");
	configure(NULL);
	status();
	assert_fails(TRIPPSNMP_ACCESS, "pdu-b: none of its 8 outlets says that it is controllable");
	ck_assert(g_str_has_suffix(trippsnmp_message(handle), "says that it is controllable"));
	ck_assert(seconds() > 13 && seconds() <= 15);
}
END_TEST

static const struct {
	const char *version, *password, *privacy, *hint;
} unanswered[] = {
	{ "1", NULL, NULL,
	  "to SNMP version 1 within 14.8 s: check that it is up and reachable, the SNMP "
	  "version and the community" },
	{ "3", NULL, NULL,
	  "to SNMP version 3 within 14.8 s: check that it is up and reachable, and that "
	  "SNMPv3 is enabled" },
	{ "3", "12345678", "abcdefgh",
	  "to SNMP version 3 within 14.8 s: check that it is up and reachable, that SNMPv3 is "
	  "enabled, and "
	  "snmp_priv_passwd and snmp_priv_prot" },
};

START_TEST(a_pdu_that_never_answers_is_told_what_to_check)
{
	silent = 1;
	script->hook = one_is_silent;
	script->v1 = *unanswered[_i].version == '1';
	set("snmp_version", unanswered[_i].version);
	set("login", *unanswered[_i].version == '3' ? "u" : NULL);
	set("password", unanswered[_i].password);
	set("snmp_priv_passwd", unanswered[_i].privacy);
	configure(both);
	status();
	assert_fails(TRIPPSNMP_TIMEOUT, "pdu-b: no answer ");
	ck_assert_msg(g_str_has_suffix(trippsnmp_message(handle), unanswered[_i].hint), "%s",
	              trippsnmp_message(handle));
}
END_TEST

START_TEST(status_fails_where_any_node_is_in_doubt)
{
	put(1, lx->state, 4, 7);
	configure(three);
	status();
	assert_fails(TRIPPSNMP_ACCESS, "outlet 4 of pdu-b reads neither on nor off");
}
END_TEST

START_TEST(status_is_fine_where_doubt_has_gone)
{
	g_free(have_doubt(5));
	script->hook = known_after_the_first_look;
	configure("db1:3@pdu-a; db2:3@pdu-b");
	status();
	assert_ok();
	assert_said("status: 2 PDUs answered, 2 outlets of 2 nodes checked, ");
	ck_assert(seconds() < 3);
}
END_TEST

START_TEST(status_fails_where_a_pdu_has_nothing_that_can_be_switched)
{
	for (uint32_t number = 1; number <= 8; number++)
		put((unsigned)_i, lx->controllable, number, 2);
	name_outlet(!_i, 3, "db1");
	configure(NULL);
	status();
	assert_fails(TRIPPSNMP_ACCESS,
	             _i ? "pdu-b: none of its 8 outlets is controllable; its main load may be"
	                : "pdu-a: none of its 8 outlets is controllable; its main load may be");
	ck_assert(seconds() < 3); /* that is clear */
}
END_TEST

START_TEST(one_outlet_that_can_be_switched_is_enough_whichever_it_is)
{
	for (uint32_t number = 1; number <= 8; number++)
		if (number != (_i ? 8 : 1))
			put(1, lx->controllable, number, 2);
	name_outlet(0, 3, "db1");
	configure(NULL);
	status();
	assert_ok();
}
END_TEST

START_TEST(status_warns_of_pdus_that_do_not_know_a_node)
{
	teardown();
	have_pdus(3);
	name_outlet(_i == 3 ? 1 : (unsigned)_i, 3, "db1");
	configure(_i == 3 ? "db1" : NULL);
	status();
	assert_ok();
	assert_warned(_i == 0   ? "node db1: no outlet of pdu-b, pdu-c has its name; "
	              : _i == 2 ? "node db1: no outlet of pdu-a, pdu-b has its name; "
	                        : "node db1: no outlet of pdu-a, pdu-c has its name; ");
}
END_TEST

START_TEST(a_node_that_is_mapped_by_number_needs_no_name_on_other_pdus)
{
	configure("db1:3@pdu-a");
	status();
	assert_ok();
	ck_assert_str_eq(script->lines[TRIPPSNMP_LOG_WARN]->str, "");
}
END_TEST

START_TEST(status_of_outlets_is_about_those_alone)
{
	put(1, lx->state, 4, 7);
	configure("db1:4@pdu-b");
	error = trippsnmp_outlets_status(handle, "3@pdu-a,5@pdu-b");
	assert_ok();
	assert_said("outlets 3@pdu-a,5@pdu-b: fed by outlet 3 of pdu-a, outlet 5 of pdu-b\n");
	assert_said(" 2 outlets of 1 node checked");
}
END_TEST

START_TEST(status_says_which_main_load_cuts_what)
{
	script_main(script, 1, lx, 1);
	configure("db1:3@pdu-a,main@pdu-b");
	status();
	assert_ok();
	assert_said("the main load of pdu-b cuts all that hangs on its device\n");
	ck_assert(!script_said(script, TRIPPSNMP_LOG_INFO, "outlet 3 of pdu-a cuts"));
}
END_TEST

START_TEST(status_says_which_alarms_are_active)
{
	script_alarm(script, 1, lx->alarms, 80, false, DEVICE_ROW "1");
	configure(both);
	status();
	assert_ok();
	assert_said("pdu-b: 1 active alarm: Load 03 Off\n");
	ck_assert(!script_said(script, TRIPPSNMP_LOG_INFO, "pdu-a: "));
}
END_TEST

/* --- write access --- */

static enum script_fate sets_to_one_are_lost(struct script *network, unsigned pdu,
                                             const struct request *request, struct event *answer)
{
	(void)network;
	(void)answer;
	return request->kind == REQUEST_SET && pdu == silent ? SCRIPT_LOST : SCRIPT_ANSWERED;
}

START_TEST(a_set_that_is_not_answered_proves_no_write_access)
{
	silent = (unsigned)_i;
	script->hook = sets_to_one_are_lost;
	set("check_write", "yes");
	configure(both);
	status();
	assert_fails(TRIPPSNMP_TIMEOUT,
	             _i ? "pdu-b: answered readings, and does not answer a SET: check that the"
	                : "pdu-a: answered readings, and does not answer a SET: check that the");
	ck_assert(seconds() > 14 && seconds() <= 15);
}
END_TEST

START_TEST(write_access_that_is_proven_is_counted)
{
	set("check_write", "yes");
	configure("db1:3@pdu-a,3@pdu-b; db2:4@pdu-b");
	status();
	assert_ok();
	assert_said(" 3 outlets of 2 nodes checked, write access proven on 3 of them, ");
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 3);
}
END_TEST

START_TEST(without_check_write_nothing_is_set)
{
	configure(both);
	status();
	assert_ok();
	ck_assert(!script_said(script, TRIPPSNMP_LOG_INFO, "write access"));
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 0);
}
END_TEST

/* --- power --- */

static bool is_off(unsigned pdu, uint32_t number)
{
	const struct objid name = family_instance(lx, lx->state, 1, number);

	return script_cell(script, pdu, &name)->number == 1;
}

START_TEST(off_is_told_with_all_feeds_in_the_log)
{
	configure(both);
	error = trippsnmp_power(handle, TRIPPSNMP_POWER_OFF, "DB1");
	assert_ok();
	ck_assert(is_off(0, 3) && is_off(1, 3));
	assert_said("off of node DB1: switching outlet 3 of pdu-a, outlet 3 of pdu-b\n");
	assert_said("off of node DB1 is done and verified: outlet 3 of pdu-a, outlet 3 of pdu-b, ");
}
END_TEST

/* It is told, and stays off. */
static enum script_fate no_power_returns(struct script *network, unsigned pdu,
                                         const struct request *request, struct event *answer)
{
	(void)network;
	(void)answer;
	if (request->kind != REQUEST_SET || request->varbinds[0].number != lx->command_on)
		return SCRIPT_ANSWERED;
	return pdu == silent ? SCRIPT_LOST : SCRIPT_ANSWERED;
}

START_TEST(a_reset_whose_power_did_not_return_is_not_called_verified)
{
	silent = (unsigned)_i;
	script->hook = no_power_returns;
	configure(both);
	error = trippsnmp_power(handle, TRIPPSNMP_POWER_RESET, "db1");
	assert_ok();
	assert_said(
		"reset of node db1 is done as far as fencing needs: off is verified, on is not");
	ck_assert(!script_said(script, TRIPPSNMP_LOG_INFO, "done and verified"));
	assert_warned(_i ? "outlet 3 of pdu-b" : "outlet 3 of pdu-a");
}
END_TEST

START_TEST(a_reset_whose_power_returned_is_called_verified)
{
	configure(both);
	error = trippsnmp_power(handle, TRIPPSNMP_POWER_RESET, "db1");
	assert_ok();
	ck_assert(!is_off(0, 3) && !is_off(1, 3));
	assert_said("reset of node db1 is done and verified: ");
}
END_TEST

START_TEST(what_fails_is_named_with_its_action_and_whose_it_was)
{
	static const char *const lines[] = { NULL, "off of ", "on of ", "reset of " };
	char *line = g_strdup_printf("%snode \\x01 failed: hostlist: it does not name node \\x01",
	                             lines[_i]);

	configure(both);
	error = trippsnmp_power(handle, (enum trippsnmp_action)_i, "\x01");
	assert_fails(TRIPPSNMP_BADNODE, line);
	g_free(line);
}
END_TEST

START_TEST(outlets_that_fail_are_named_as_the_user_knows_them)
{
	configure(both);
	trippsnmp_set_shown(handle, "outlets", "plug");
	error = trippsnmp_power_outlets(handle, TRIPPSNMP_POWER_OFF, "9@pdu-b");
	assert_fails(TRIPPSNMP_BADCONFIG, "off of plug 9@pdu-b failed: ");
	ck_assert_ptr_nonnull(strstr(trippsnmp_message(handle), "9@pdu-b does not exist"));
}
END_TEST

START_TEST(outlets_are_switched_without_a_node)
{
	configure(both);
	error = trippsnmp_power_outlets(handle, TRIPPSNMP_POWER_OFF, "4@pdu-a,5@pdu-b");
	assert_ok();
	ck_assert(is_off(0, 4) && is_off(1, 5));
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 2);
}
END_TEST

START_TEST(an_outlet_of_two_nodes_is_not_switched_for_itself_either)
{
	name_outlet(0, 3, "db2");
	configure("db1:3@pdu-a; db2");
	error = trippsnmp_power_outlets(handle, TRIPPSNMP_POWER_OFF, "3@pdu-a");
	assert_fails(TRIPPSNMP_BADCONFIG, "off of outlets 3@pdu-a failed: ");
	ck_assert_ptr_nonnull(strstr(trippsnmp_message(handle), "db1"));
	ck_assert_ptr_nonnull(strstr(trippsnmp_message(handle), "db2"));
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 0);
}
END_TEST

START_TEST(a_call_that_cannot_be_meant_is_refused_without_a_request)
{
	configure(both);
	error = trippsnmp_power(handle, (enum trippsnmp_action)7, "db1");
	assert_fails(TRIPPSNMP_INVALID, "unknown action 7");
	error = trippsnmp_power_outlets(handle, (enum trippsnmp_action)0, "3@pdu-a");
	assert_fails(TRIPPSNMP_INVALID, "unknown action 0");
	error = trippsnmp_power(handle, TRIPPSNMP_POWER_OFF, _i ? "" : NULL);
	assert_fails(TRIPPSNMP_BADNODE, "no node is named");
	read_node(_i ? "" : NULL);
	assert_fails(TRIPPSNMP_BADNODE, "no node is named");
	ck_assert_uint_eq(script->sent->len, 0);
}
END_TEST

START_TEST(a_pdu_that_is_not_needed_is_not_asked)
{
	silent = 1;
	script->hook = one_is_silent;
	configure("db1:3@pdu-a; db2:3@pdu-b");
	error = trippsnmp_power(handle, TRIPPSNMP_POWER_OFF, "db1");
	assert_ok();
	for (unsigned i = 0; i < script->sent->len; i++)
		ck_assert_uint_eq(script_sent(script, i)->pdu, 0);
}
END_TEST

/* From the first SET on. */
static enum script_fate falls_silent(struct script *network, unsigned pdu,
                                     const struct request *request, struct event *answer)
{
	(void)answer;
	if (request->kind == REQUEST_SET && pdu == silent)
		network->calls = 1;
	return network->calls && pdu == silent ? SCRIPT_LOST : SCRIPT_ANSWERED;
}

START_TEST(a_pdu_that_falls_silent_while_it_switches_is_named)
{
	silent = (unsigned)_i;
	script->hook = falls_silent;
	configure(both);
	error = trippsnmp_power(handle, TRIPPSNMP_POWER_OFF, "db1");
	ck_assert_int_eq(error, TRIPPSNMP_TIMEOUT);
	ck_assert_ptr_nonnull(
		strstr(trippsnmp_message(handle), _i ? "pdu-b does not answer any more"
	                                             : "pdu-a does not answer any "
	                                               "more"));
}
END_TEST

/* It is heard once, in the look, which asks more of it. */
static enum script_fate falls_silent_in_the_look(struct script *network, unsigned pdu,
                                                 const struct request *request,
                                                 struct event *answer)
{
	(void)request;
	(void)answer;
	return pdu == silent && network->calls++ ? SCRIPT_LOST : SCRIPT_ANSWERED;
}

START_TEST(a_pdu_that_falls_silent_in_the_look_was_not_wrongly_addressed)
{
	silent = (unsigned)_i;
	script->hook = falls_silent_in_the_look;
	name_outlet(0, 3, "db1");
	name_outlet(1, 3, "db1");
	configure(NULL);
	status();
	assert_fails(TRIPPSNMP_TIMEOUT,
	             _i ? "pdu-b: does not answer any more: look for loss or load on the way"
	                : "pdu-a: does not answer any more: look for loss or load on the way");
}
END_TEST

/* Its answers come from another address. */
static enum script_fate answers_from_elsewhere(struct script *network, unsigned pdu,
                                               const struct request *request, struct event *answer)
{
	(void)answer;
	return pdu == silent ? script_instead(network, pdu, request, EVENT_ELSEWHERE,
	                                      "an answer came from 192.0.2.9")
	                     : SCRIPT_ANSWERED;
}

START_TEST(an_obstacle_on_the_way_is_in_the_last_line)
{
	silent = (unsigned)_i;
	script->hook = answers_from_elsewhere;
	configure(both);
	status();
	assert_fails(TRIPPSNMP_TIMEOUT, _i ? "pdu-b: no answer" : "pdu-a: no answer");
	ck_assert_ptr_nonnull(
		strstr(trippsnmp_message(handle), "; an answer came from 192.0.2.9: check that"));
}
END_TEST

/* It is heard first. */
static enum script_fate answers_from_elsewhere_later(struct script *network, unsigned pdu,
                                                     const struct request *request,
                                                     struct event *answer)
{
	if (pdu == silent && !network->calls++)
		return SCRIPT_ANSWERED;
	return answers_from_elsewhere(network, pdu, request, answer);
}

START_TEST(an_obstacle_that_came_later_is_in_the_last_line_too)
{
	silent = (unsigned)_i;
	script->hook = answers_from_elsewhere_later;
	name_outlet(0, 3, "db1");
	configure(NULL);
	status();
	assert_fails(TRIPPSNMP_TIMEOUT,
	             _i ? "pdu-b: gives no answer that can be used; an answer came from 192.0.2.9: "
	                  "look for loss"
	                : "pdu-a: gives no answer that can be used; an answer came from 192.0.2.9: "
	                  "look for loss");
}
END_TEST

/* From the first SET on. */
static enum script_fate answers_from_elsewhere_when_told(struct script *network, unsigned pdu,
                                                         const struct request *request,
                                                         struct event *answer)
{
	if (request->kind == REQUEST_SET && pdu == silent)
		network->calls = 1;
	return network->calls ? answers_from_elsewhere(network, pdu, request, answer)
	                      : SCRIPT_ANSWERED;
}

START_TEST(an_obstacle_while_it_switches_is_in_the_last_line)
{
	silent = (unsigned)_i;
	script->hook = answers_from_elsewhere_when_told;
	configure(both);
	error = trippsnmp_power(handle, TRIPPSNMP_POWER_OFF, "db1");
	ck_assert_int_eq(error, TRIPPSNMP_TIMEOUT);
	ck_assert_msg(strstr(trippsnmp_message(handle),
	                     _i ? "pdu-b gives no answer that can be used: an answer came from"
	                        : "pdu-a gives no answer that can be used: an answer came from"),
	              "%s", trippsnmp_message(handle));
}
END_TEST

/* Another device answers, from the first SET on, with db1 in another row. */
static enum script_fate replaced_when_told(struct script *network, unsigned pdu,
                                           const struct request *request, struct event *answer)
{
	const struct event event = { .type = EVENT_REPLACED, .pdu = pdu };

	(void)answer;
	if (request->kind != REQUEST_SET || network->calls++)
		return SCRIPT_ANSWERED;
	name_outlet(0, 3, "web");
	name_outlet(0, 5, "db1");
	script_inject(network, network->clock + 3 * network->latency / 2, &event);
	return SCRIPT_LOST;
}

START_TEST(what_was_seen_of_another_device_is_forgotten)
{
	teardown();
	have_pdus(1);
	name_outlet(0, 3, "db1");
	script->hook = replaced_when_told;
	configure(NULL);
	error = trippsnmp_power(handle, TRIPPSNMP_POWER_OFF, "db1");
	assert_ok();
	ck_assert(is_off(0, 5) && !is_off(0, 3));
	assert_warned("looking for the node anew");
	/* its names did not change: they need not settle. The hold takes five seconds */
	ck_assert(seconds() < 8);
}
END_TEST

/* --- addresses and the session --- */

START_TEST(one_pdu_under_two_names_is_found_before_any_request)
{
	teardown();
	have_pdus(3);
	twin = (unsigned)_i;
	configure("db1:3@pdu-a,3@pdu-b,3@pdu-c");
	error = trippsnmp_power(handle, TRIPPSNMP_POWER_OFF, "db1");
	assert_fails(TRIPPSNMP_BADCONFIG, _i == 1 ? "off of node db1 failed: ipaddr: pdu-a and "
	                                            "pdu-b are one PDU"
	                                          : "off of node db1 failed: ipaddr: pdu-a and "
	                                            "pdu-c are one PDU");
	ck_assert_uint_eq(script->sent->len, 0);
}
END_TEST

START_TEST(two_pdus_with_empty_engine_ids_are_two)
{
	const struct objid id = { .n = 11, .id = { 1, 3, 6, 1, 6, 3, 10, 2, 1, 1, 0 } };

	for (unsigned i = 0; i < 2; i++)
		script_put_text(script, i, &id, _i ? "engine" : "");
	configure(both);
	error = trippsnmp_power(handle, TRIPPSNMP_POWER_OFF, "db1");
	if (!_i) {
		assert_ok();
		return;
	}
	assert_fails(TRIPPSNMP_BADCONFIG, "off of node db1 failed: ipaddr: pdu-a and pdu-b are ");
	error = trippsnmp_power_outlets(handle, TRIPPSNMP_POWER_OFF, "5@pdu-a,5@pdu-b");
	assert_fails(TRIPPSNMP_BADCONFIG,
	             "off of outlets 5@pdu-a,5@pdu-b failed: ipaddr: pdu-a and pdu-b are one PDU");
}
END_TEST

START_TEST(without_a_session_nothing_is_asked)
{
	no_session = "snmp_priv_passwd: no key can be made of it";
	configure(both);
	status();
	assert_fails(TRIPPSNMP_BADCONFIG, "snmp_priv_passwd: no key");
	read_node("db1");
	assert_fails(TRIPPSNMP_BADCONFIG, "snmp_priv_passwd: no key");
	ck_assert_int_eq(state, TRIPPSNMP_UNKNOWN);
	read_nodes();
	assert_fails(TRIPPSNMP_BADCONFIG, "snmp_priv_passwd: no key");
	assert_given("db1=0 ");
	read_rows();
	assert_fails(TRIPPSNMP_BADCONFIG, "snmp_priv_passwd: no key");
	assert_given("db1=0 [] 1 snmp_priv_passwd: no key can be made of it\n");
	error = trippsnmp_power(handle, TRIPPSNMP_POWER_OFF, "db1");
	assert_fails(TRIPPSNMP_BADCONFIG, "off of node db1 failed: snmp_priv_passwd: no key");
	error = trippsnmp_outlets(handle, NULL, NULL);
	assert_fails(TRIPPSNMP_BADCONFIG, "snmp_priv_passwd: no key");
	error = trippsnmp_walk(handle, "pdu-a", "1.3", NULL, NULL);
	assert_fails(TRIPPSNMP_BADCONFIG, "snmp_priv_passwd: no key");
	configure(NULL);
	ck_assert_ptr_null(list());
	assert_fails(TRIPPSNMP_BADCONFIG, "snmp_priv_passwd: no key");
	ck_assert_uint_eq(script->sent->len, 0);
}
END_TEST

/* One PDU's agent refuses the user. */
static enum script_fate refuses_the_user(struct script *network, unsigned pdu,
                                         const struct request *request, struct event *answer)
{
	(void)answer;
	return pdu == silent
	               ? script_instead(network, pdu, request, EVENT_REFUSED, "it refuses the user")
	               : SCRIPT_ANSWERED;
}

static const struct {
	const char *password, *privacy;
	const char *hint; /* NULL: none */
} levels[] = {
	{ NULL, NULL,
	  "; SNMPv3 is used with noAuthNoPriv: if the user needs authNoPriv or authPriv, set "
	  "password "
	  "and snmp_priv_passwd" },
	{ "12345678", NULL,
	  "; SNMPv3 is used with authNoPriv: if the user needs authPriv, set snmp_priv_passwd" },
	{ "12345678", "abcdefgh", NULL },
};

START_TEST(a_user_who_is_refused_is_told_that_more_may_be_needed)
{
	silent = (unsigned)_i % 2;
	script->hook = refuses_the_user;
	set("snmp_version", "3");
	set("login", "u");
	set("password", levels[_i / 2].password);
	set("snmp_priv_passwd", levels[_i / 2].privacy);
	configure(both);
	status();
	assert_fails(TRIPPSNMP_ACCESS, _i % 2 ? "pdu-b: it refuses the user" : "pdu-a: it refuses");
	if (levels[_i / 2].hint)
		ck_assert_msg(g_str_has_suffix(trippsnmp_message(handle), levels[_i / 2].hint),
		              "%s", trippsnmp_message(handle));
	else
		ck_assert_ptr_null(strstr(trippsnmp_message(handle), "SNMPv3 is used with"));
}
END_TEST

static void read_list(void)
{
	ck_assert_ptr_null(list());
}

static void read_outlets_only(void)
{
	error = trippsnmp_outlets(handle, NULL, NULL);
}

static void take_inventory(void)
{
	trippsnmp_inventory *inventory;

	error = trippsnmp_take_inventory(handle, &inventory);
	trippsnmp_free_inventory(inventory);
}

static void walk_one(void)
{
	error = trippsnmp_walk(handle, "pdu-b", "1.3", NULL, NULL);
}

static void reset(void)
{
	error = trippsnmp_power(handle, TRIPPSNMP_POWER_RESET, "db1");
}

static void read_db1(void)
{
	error = trippsnmp_node_state(handle, "db1", &state);
}

static void (*const calls[])(void) = { status,         read_list, read_outlets_only, walk_one,
	                               take_inventory, reset,     read_db1 };

START_TEST(each_call_tells_that_more_may_be_needed)
{
	silent = 1;
	script->hook = refuses_the_user;
	set("snmp_version", "3");
	set("login", "u");
	configure(NULL);
	calls[_i]();
	ck_assert_int_eq(error, TRIPPSNMP_ACCESS);
	ck_assert_msg(g_str_has_suffix(trippsnmp_message(handle), levels[0].hint), "%s",
	              trippsnmp_message(handle));
}
END_TEST

START_TEST(what_nobody_refused_needs_no_other_level)
{
	set("snmp_version", "3");
	set("login", "u");
	configure("db1:9@pdu-a");
	put(1, lx->state, 3, 7);
	configure(both);
	status();
	assert_fails(TRIPPSNMP_ACCESS, "outlet 3 of pdu-b reads neither");
	ck_assert_ptr_null(strstr(trippsnmp_message(handle), "SNMPv3 is used with"));
}
END_TEST

/* --- outlets and inventory --- */

static unsigned outlets; /* that were given */

static void take_outlet(void *context, const struct trippsnmp_outlet *outlet)
{
	outlets++;
	if (outlet->number == 3 || outlet->number == TRIPPSNMP_MAIN)
		g_string_append_printf(context, "%s %s %u.%u \"%s\" \"%s\" %d %d\n", outlet->pdu,
		                       outlet->family, outlet->device, outlet->number % 100,
		                       outlet->name, outlet->description, outlet->controllable,
		                       (int)outlet->state);
}

static void read_outlets(void)
{
	given = g_string_new(NULL);
	outlets = 0;
	error = trippsnmp_outlets(handle, take_outlet, given);
}

START_TEST(each_outlet_of_each_pdu_is_given)
{
	const struct objid description = family_instance(lx, lx->description, 1, 3);

	name_outlet(1, 3, "db1\n");
	script_put_text(script, 1, &description, "left\t");
	put(1, lx->state, 3, 1);
	put(0, lx->controllable, 3, 2);
	script_main(script, 1, lx, 1);
	configure(both);
	read_outlets();
	assert_ok();
	assert_given("pdu-a LX PDU 1.3 \"Load 3\" \"\" 0 2\n"
	             "pdu-b LX PDU 1.3 \"db1\\x0a\" \"left\\x09\" 1 1\n"
	             "pdu-b LX PDU main load 1.95 \"\" \"\" 1 2\n");
	ck_assert_uint_eq(outlets, 8 + 9);
}
END_TEST

START_TEST(what_a_lost_device_reads_is_not_known)
{
	put(1, lx->state, 3, 1);
	doubts[_i].make(1);
	configure(both);
	read_outlets();
	assert_ok();
	assert_given("pdu-a LX PDU 1.3 \"Load 3\" \"\" 1 2\n"
	             "pdu-b LX PDU 1.3 \"Load 3\" \"\" 1 0\n");
}
END_TEST

START_TEST(no_outlet_is_given_where_a_pdu_does_not_answer)
{
	silent = (unsigned)_i;
	script->hook = one_is_silent;
	configure(both);
	read_outlets();
	assert_fails(TRIPPSNMP_TIMEOUT, _i ? "pdu-b: no answer" : "pdu-a: no answer");
	assert_given("");
}
END_TEST

START_TEST(an_inventory_has_the_pdus_that_answered)
{
	trippsnmp_inventory *inventory;
	unsigned n = 0;

	silent = (unsigned)_i;
	script->hook = one_is_silent;
	configure(both);
	error = trippsnmp_take_inventory(handle, &inventory);
	assert_fails(TRIPPSNMP_TIMEOUT, _i ? "pdu-b: no answer" : "pdu-a: no answer");
	ck_assert_int_eq(trippsnmp_inventory_pdu(inventory, 0)->complete, _i == 1);
	ck_assert_int_eq(trippsnmp_inventory_pdu(inventory, 1)->complete, _i == 0);
	ck_assert_ptr_null(trippsnmp_inventory_pdu(inventory, 2));
	while (trippsnmp_inventory_outlet(inventory, n))
		ck_assert_str_eq(trippsnmp_inventory_outlet(inventory, n++)->pdu,
		                 _i ? "pdu-a" : "pdu-b");
	ck_assert_uint_eq(n, 8);
	trippsnmp_free_inventory(inventory);
}
END_TEST

static void put_cell(unsigned pdu, uint32_t column, uint32_t device, uint32_t number, int64_t value)
{
	const struct objid name = family_instance(lx, column, device, number);

	script_put(script, pdu, &name, VALUE_UNSIGNED, value);
}

START_TEST(an_inventory_has_what_is_only_shown)
{
	const uint32_t devices[] = { 1, 2 };
	trippsnmp_inventory *inventory;
	const struct trippsnmp_meter *meter;
	const struct trippsnmp_alarm *alarm;

	script_outlets(script, 1, lx, 2, 1);
	for (unsigned i = 0; i < 2; i++) {
		const struct objid model = objid_append(&lx->device_model, 1, &devices[i]);

		script_put_text(script, 1, &model, i ? "PDU\n2" : "PDU 1");
	}
	script_put_text(script, 1, &lx->card_firmware, "20.2.1\n");
	put_cell(1, lx->voltage, 1, 8, 2301);
	put_cell(1, lx->current, 1, 8, 150);
	put_cell(1, lx->power, 1, 8, 345);
	script_alarm(script, 1, lx->alarms, 77, true, DEVICE_ROW "2");
	script_alarm(script, 1, lx->alarms, 80, false, DEVICE_ROW "1");
	configure(both);
	error = trippsnmp_take_inventory(handle, &inventory);
	assert_ok();
	ck_assert_str_eq(trippsnmp_inventory_pdu(inventory, 0)->firmware, "");
	ck_assert_str_eq(trippsnmp_inventory_pdu(inventory, 1)->firmware, "20.2.1\\x0a");
	ck_assert_str_eq(trippsnmp_inventory_model(inventory, 7), "");
	ck_assert_str_eq(trippsnmp_inventory_model(inventory, 8), "PDU 1");
	ck_assert_str_eq(trippsnmp_inventory_model(inventory, 16), "PDU\\x0a2");
	ck_assert_ptr_null(trippsnmp_inventory_model(inventory, 17));
	meter = trippsnmp_inventory_meter(inventory, 15);
	ck_assert_int_eq(meter->millivolts, 230100);
	ck_assert_int_eq(meter->milliamperes, 150 * lx->current_milliamperes);
	ck_assert_int_eq(meter->watts, 345);
	meter = trippsnmp_inventory_meter(inventory, 16);
	ck_assert_int_eq(meter->watts, -1);
	ck_assert_ptr_null(trippsnmp_inventory_meter(inventory, 17));
	alarm = trippsnmp_inventory_alarm(inventory, 0);
	ck_assert_str_eq(alarm->pdu, "pdu-b");
	ck_assert_uint_eq(alarm->id, 77);
	ck_assert_str_eq(alarm->text, "Communications Lost");
	ck_assert_int_eq(alarm->lost, 1);
	alarm = trippsnmp_inventory_alarm(inventory, 1);
	ck_assert_uint_eq(alarm->id, 80);
	ck_assert_int_eq(alarm->lost, 0);
	ck_assert(g_str_has_prefix(alarm->what, "1.3.6.1.4.1.850."));
	ck_assert_ptr_null(trippsnmp_inventory_alarm(inventory, 2));
	trippsnmp_free_inventory(inventory);
	trippsnmp_free_inventory(NULL);
}
END_TEST

/* --- all objects, as they are --- */

static void take_object(void *context, const struct trippsnmp_object *object)
{
	g_string_append_printf(context, "%s %u ", object->name, object->type);
	if (object->octets)
		g_string_append_printf(context, "%lu:", object->length);
	for (unsigned long i = 0; object->octets && i < object->length; i++)
		g_string_append_printf(context, "%02x", object->octets[i]);
	g_string_append_printf(context, "%s\n", object->octets ? "" : object->value);
}

static void walk(const char *pdu, const char *root)
{
	given = g_string_new(NULL);
	error = trippsnmp_walk(handle, pdu, root, take_object, given);
}

static void put_object(unsigned pdu, uint32_t id, enum value_type type, uint8_t tag, int64_t number,
                       const char *octets)
{
	struct varbind *cell;
	const struct objid name = { .n = 4, .id = { 1, 3, 9, id } };

	if (octets)
		script_put_text(script, pdu, &name, octets);
	else
		script_put(script, pdu, &name, type, number);
	cell = script_cell(script, pdu, &name);
	cell->type = type;
	cell->tag = tag;
	cell->number = number;
}

START_TEST(each_object_of_the_pdu_that_is_named_is_given)
{
	put_object(1, 1, VALUE_INTEGER, 2, -5, NULL);
	put_object(1, 2, VALUE_UNSIGNED, 66, 4000000000, NULL);
	put_object(1, 3, VALUE_UNSIGNED, 67, 7, NULL);
	put_object(1, 4, VALUE_OCTETS, 4, 0, "ab");
	put_object(1, 5, VALUE_OBJID, 6, 0, "1.3.6");
	put_object(1, 6, VALUE_NULL, 5, 0, NULL);
	put_object(1, 7, VALUE_OTHER, 65, 9, NULL);
	put_object(1, 8, VALUE_OTHER, 70, -1, NULL);
	put_object(1, 9, VALUE_OTHER, 64, 0, "\x7f\x01");
	put_object(1, 10, VALUE_OTHER, 68, 0, NULL);
	put_object(1, 11, VALUE_OCTETS, 4, 0, "");
	configure(both);
	walk("pdu-b", "1.3.9");
	assert_ok();
	ck_assert_uint_eq(n_wanted, 1);
	assert_given("1.3.9.1 2 -5\n"
	             "1.3.9.2 66 4000000000\n"
	             "1.3.9.3 67 7\n"
	             "1.3.9.4 4 2:6162\n"
	             "1.3.9.5 6 1.3.6\n"
	             "1.3.9.6 5 \n"
	             "1.3.9.7 65 9\n"
	             "1.3.9.8 70 18446744073709551615\n"
	             "1.3.9.9 64 2:7f01\n"
	             "1.3.9.11 4 0:\n");
	for (unsigned i = 0; i < script->sent->len; i++)
		ck_assert_uint_eq(script_sent(script, i)->pdu, 1);
}
END_TEST

START_TEST(of_several_pdus_one_must_be_named)
{
	configure(both);
	walk(NULL, "1.3.9");
	assert_fails(TRIPPSNMP_INVALID, "ipaddr has several PDUs: name one of them");
	assert_given("");
	walk("pdu-\n", "1.3.9");
	assert_fails(TRIPPSNMP_INVALID, "ipaddr has no pdu-\\x0a");
	assert_given("");
	ck_assert_uint_eq(script->sent->len, 0);
}
END_TEST

START_TEST(a_single_pdu_needs_no_name)
{
	teardown();
	have_pdus(1);
	put_object(0, 1, VALUE_INTEGER, 2, 5, NULL);
	configure("db1:3");
	walk(NULL, "1.3");
	assert_ok();
	ck_assert(g_str_has_suffix(given->str, "1.3.9.1 2 5\n"));
	g_string_free(given, TRUE);
}
END_TEST

START_TEST(a_root_that_is_not_dotted_numbers_is_refused)
{
	static const char *const roots[] = { NULL,   "",      "1",    "1.3.",         "1..3",
		                             ".1.3", "1.3.x", "1.-3", "1.4294967296", "iso.3" };
	char *long_one = g_strnfill(2 * OBJID_MAX - 1, '1'); /* nothing can be below it */

	for (unsigned i = 1; i < 2 * OBJID_MAX - 1; i += 2)
		long_one[i] = '.';
	configure(both);
	walk("pdu-a", _i < (int)G_N_ELEMENTS(roots) ? roots[_i] : long_one);
	assert_fails(TRIPPSNMP_INVALID, "root is not dotted numbers");
	assert_given("");
	g_free(long_one);
}
END_TEST

START_TEST(a_walk_that_takes_too_long_says_so)
{
	for (uint32_t i = 1; i <= 200; i++)
		put_object(1, i, VALUE_INTEGER, 2, 0, NULL);
	script->latency = USEC_PER_SEC * 2 / 3;
	set("total_timeout", "8");
	set("power_timeout", "1");
	set("off_hold", "1");
	configure(both);
	walk("pdu-b", "1.3.9");
	assert_fails(TRIPPSNMP_TIMEOUT, "pdu-b: the time was up before all objects were read");
	ck_assert_uint_gt(given->len, 0);
	ck_assert(seconds() > 7 && seconds() <= 8);
	g_string_free(given, TRUE);
}
END_TEST

START_TEST(a_walk_of_a_pdu_that_does_not_answer_says_so)
{
	silent = 1;
	script->hook = one_is_silent;
	configure(both);
	walk("pdu-b", "1.3.9");
	assert_fails(TRIPPSNMP_TIMEOUT, "pdu-b: no answer to SNMP version 2c");
	assert_given("");
}
END_TEST

/* --- who is told, and may stop it --- */

static const char *stop_while;
static unsigned told;

static int tell(void *context, const struct trippsnmp_progress *progress)
{
	ck_assert_ptr_eq(context, &told);
	ck_assert(progress->seconds >= 0 && progress->seconds <= progress->limit);
	ck_assert(progress->limit > 14 && progress->limit <= 60);
	ck_assert_uint_eq(progress->requests, script->sent->len);
	told++;
	return stop_while && strstr(progress->doing, stop_while);
}

static const struct {
	const char *doing;
	void (*call)(void);
	const char *line;
} stops[] = {
	{ "reading the outlets", status, "stopped while the PDUs were read" },
	{ "checking write access", status, "stopped while write access was checked" },
	{ "reading all objects", NULL, "stopped while objects were read" },
};

START_TEST(a_call_that_is_stopped_says_what_it_did)
{
	stop_while = stops[_i].doing;
	told = 0;
	trippsnmp_set_progress(handle, tell, &told);
	set("check_write", "yes");
	silent = 0;
	script->hook = sets_to_one_are_lost;
	configure(both);
	if (stops[_i].call) {
		stops[_i].call();
	} else {
		walk("pdu-b", "1.3");
		g_string_free(given, TRUE);
	}
	assert_fails(TRIPPSNMP_STOPPED, stops[_i].line);
	ck_assert_uint_gt(told, 0);
}
END_TEST

START_TEST(a_name_without_an_address_is_said_unless_it_was_stopped)
{
	stop_while = _i ? "resolving" : NULL;
	told = 0;
	trippsnmp_set_progress(handle, tell, &told);
	no_address = "pdu-b has none";
	configure(both);
	status();
	assert_fails(_i ? TRIPPSNMP_STOPPED : TRIPPSNMP_ACCESS,
	             _i ? "stopped while names were resolved" : "ipaddr: pdu-b has none");
	ck_assert_uint_eq(script->sent->len, 0);
}
END_TEST

static bool told_of_waiting;

static int stop_after_two_seconds(void *context, const struct trippsnmp_progress *progress)
{
	(void)context;
	told_of_waiting = told_of_waiting || strstr(progress->doing, "waiting while all outlets");
	return seconds() > 2;
}

/* The outlets of one PDU do not obey. */
static enum script_fate one_is_stuck(struct script *network, unsigned pdu,
                                     const struct request *request, struct event *answer)
{
	(void)request;
	(void)answer;
	network->relay = pdu == silent ? 1000 * USEC_PER_SEC : 0;
	return SCRIPT_ANSWERED;
}

START_TEST(a_power_call_that_is_stopped_says_which_outlet_is_in_the_way)
{
	silent = (unsigned)_i;
	told_of_waiting = false;
	script->hook = one_is_stuck;
	trippsnmp_set_progress(handle, stop_after_two_seconds, NULL);
	configure(both);
	error = trippsnmp_power(handle, TRIPPSNMP_POWER_RESET, "db1");
	assert_fails(TRIPPSNMP_STOPPED,
	             _i ? "reset of node db1 failed: stopped, and before all outlets were known to "
	                  "be off for good: outlet 3 of pdu-b reads on"
	                : "reset of node db1 failed: stopped, and before all outlets were known to "
	                  "be off for good: outlet 3 of pdu-a reads on");
	ck_assert(!told_of_waiting);
}
END_TEST

/* --- handles --- */

START_TEST(a_handle_without_configuration_does_nothing)
{
	static const char *const line = "the handle is not configured";
	trippsnmp_inventory *inventory;

	status();
	assert_fails(TRIPPSNMP_INVALID, line);
	error = trippsnmp_outlets_status(handle, NULL);
	assert_fails(TRIPPSNMP_INVALID, line);
	error = trippsnmp_power(handle, TRIPPSNMP_POWER_OFF, "db1");
	assert_fails(TRIPPSNMP_INVALID, line);
	error = trippsnmp_power_outlets(handle, TRIPPSNMP_POWER_OFF, "3");
	assert_fails(TRIPPSNMP_INVALID, line);
	read_node("db1");
	assert_fails(TRIPPSNMP_INVALID, line);
	ck_assert_int_eq(state, TRIPPSNMP_UNKNOWN);
	state = TRIPPSNMP_ON;
	error = trippsnmp_outlets_state(handle, "3", &state);
	assert_fails(TRIPPSNMP_INVALID, line);
	ck_assert_int_eq(state, TRIPPSNMP_UNKNOWN);
	read_nodes();
	assert_fails(TRIPPSNMP_INVALID, line);
	assert_given("");
	read_rows();
	assert_fails(TRIPPSNMP_INVALID, line);
	assert_given("");
	ck_assert_ptr_null(list());
	assert_fails(TRIPPSNMP_INVALID, line);
	error = trippsnmp_check_node(handle, "db1");
	assert_fails(TRIPPSNMP_INVALID, line);
	error = trippsnmp_check_outlets(handle, "3");
	assert_fails(TRIPPSNMP_INVALID, line);
	ck_assert_ptr_null(trippsnmp_node_outlets(handle, "db1"));
	ck_assert_int_eq(trippsnmp_outlets_cover(handle, "3", "3"), 0);
	read_outlets();
	assert_fails(TRIPPSNMP_INVALID, line);
	assert_given("");
	error = trippsnmp_take_inventory(handle, &inventory);
	assert_fails(TRIPPSNMP_INVALID, line);
	ck_assert_ptr_null(inventory);
	walk(NULL, "1.3");
	assert_fails(TRIPPSNMP_INVALID, line);
	assert_given("");
}
END_TEST

START_TEST(what_is_written_is_told_without_a_request)
{
	configure("db1:3@pdu-a,3@pdu-b; db2");
	error = trippsnmp_check_node(handle, "DB1");
	assert_ok();
	error = trippsnmp_check_outlets(handle, "3@pdu-b");
	assert_ok();
	ck_assert_str_eq(trippsnmp_node_outlets(handle, "db1"), "3@pdu-a,3@pdu-b");
	ck_assert_ptr_null(trippsnmp_node_outlets(handle, "db3"));
	ck_assert_ptr_null(trippsnmp_node_outlets(handle, NULL));
	ck_assert_int_eq(trippsnmp_outlets_cover(handle, "3@pdu-b,3@pdu-a", "3@pdu-a,3@pdu-b"), 1);
	ck_assert_int_eq(trippsnmp_outlets_cover(handle, "3@pdu-b", "3@pdu-a"), 0);
	ck_assert_int_eq(trippsnmp_outlets_cover(handle, "3@pdu-b", "?"), 0);
	ck_assert_int_eq(trippsnmp_outlets_cover(handle, "?", "3@pdu-b"), 0);
	error = trippsnmp_check_node(handle, "db3");
	assert_fails(TRIPPSNMP_BADNODE, "hostlist: it does not name node db3; its nodes are db1, ");
	error = trippsnmp_check_outlets(handle, "3@pdu-x");
	assert_fails(TRIPPSNMP_BADCONFIG, "outlets: ");
	ck_assert_uint_eq(script->sent->len, 0);
}
END_TEST

START_TEST(a_parameter_that_there_is_not_is_refused)
{
	error = trippsnmp_set(handle, "no\nsuch", "1");
	assert_fails(TRIPPSNMP_BADCONFIG, "no\\x0asuch: there is no such parameter");
	error = trippsnmp_set(handle, NULL, "1");
	assert_fails(TRIPPSNMP_BADCONFIG, ": there is no such parameter");
	error = trippsnmp_set_shown(handle, "nonsuch", "1");
	assert_fails(TRIPPSNMP_BADCONFIG, "nonsuch: there is no such parameter");
	error = trippsnmp_set_shown(handle, NULL, "1");
	assert_fails(TRIPPSNMP_BADCONFIG, ": there is no such parameter");
}
END_TEST

START_TEST(messages_call_a_parameter_as_the_user_knows_it)
{
	trippsnmp_set_shown(handle, "ipaddr", "--ip\n");
	configure(both);
	walk(NULL, "1.3.9");
	assert_fails(TRIPPSNMP_INVALID, "--ip\\x0a has several PDUs");
	assert_given("");
	trippsnmp_set_shown(handle, "ipaddr", "");
	configure(both);
	walk(NULL, "1.3.9");
	assert_fails(TRIPPSNMP_INVALID, "ipaddr has several PDUs");
	assert_given("");
}
END_TEST

START_TEST(a_message_is_of_the_last_call)
{
	ck_assert_str_eq(trippsnmp_message(handle), "");
	configure(both);
	read_node("db9");
	ck_assert_str_ne(trippsnmp_message(handle), "");
	read_node("db1");
	ck_assert_int_eq(error, TRIPPSNMP_OK);
	ck_assert_str_eq(trippsnmp_message(handle), "");
}
END_TEST

START_TEST(a_configuration_that_is_refused_leaves_none)
{
	configure(both);
	set("ipaddr", "");
	error = trippsnmp_configure(handle);
	assert_fails(TRIPPSNMP_BADCONFIG, "ipaddr");
	status();
	assert_fails(TRIPPSNMP_INVALID, "the handle is not configured");
}
END_TEST

START_TEST(a_configuration_that_the_machine_cannot_serve_leaves_none)
{
	configure(both);
	no_offer = "snmp_priv_prot: DES is not offered";
	error = trippsnmp_configure(handle);
	assert_fails(TRIPPSNMP_BADCONFIG, no_offer);
	status();
	assert_fails(TRIPPSNMP_INVALID, "the handle is not configured");
}
END_TEST

START_TEST(what_is_odd_in_a_configuration_is_warned_of)
{
	set("off_hold", "0");
	configure(both);
	assert_warned("off_hold: 0 gives up the proof that off lasts");
}
END_TEST

START_TEST(what_the_agent_assumes_is_warned_of)
{
	trippsnmp_use_agent_defaults(handle);
	set("login", _i ? "u" : NULL);
	set("ipaddr", "pdu-a");
	error = trippsnmp_configure(handle);
	assert_ok();
	assert_warned("community is not set: private is assumed\n");
	assert_warned(
		_i ? "snmp_version is not set: 1 is assumed, which makes no use of the login\n"
		   : "snmp_version is not set: 1 is assumed\n");
}
END_TEST

START_TEST(the_parameters_have_an_order_and_an_end)
{
	unsigned n = 0;

	for (; trippsnmp_parameter(n); n++)
		ck_assert_str_eq(trippsnmp_parameter_info(n)->name, trippsnmp_parameter(n));
	ck_assert_str_eq(trippsnmp_parameter_info(PARAM_TOTAL_TIMEOUT)->agent_type, "second");
	ck_assert_uint_eq(n, PARAM_COUNT);
	ck_assert_ptr_null(trippsnmp_parameter_info(n));
	ck_assert_ptr_null(trippsnmp_parameter_info(n + 1000));
	ck_assert_ptr_null(trippsnmp_parameter(n + 1000));
	ck_assert(g_str_has_prefix(trippsnmp_parameters_xml(), "<parameters>"));
	ck_assert_ptr_eq(trippsnmp_parameters_xml(), trippsnmp_parameters_xml());
	ck_assert_ptr_eq(trippsnmp_parameter_info(0), trippsnmp_parameter_info(0));
}
END_TEST

START_TEST(the_agent_has_words_of_its_own_where_its_family_has)
{
	const struct trippsnmp_parameter *own = trippsnmp_parameter_info(PARAM_SNMP_VERSION),
					 *alike = trippsnmp_parameter_info(PARAM_OFF_HOLD);

	ck_assert_str_eq(trippsnmp_parameter_info(PARAM_IPADDR)->agent_name, "ip");
	ck_assert_str_eq(trippsnmp_parameter_info(PARAM_IPADDR)->agent_type, "string");
	ck_assert_str_eq(alike->agent_name, "off_hold");
	ck_assert_str_eq(own->agent_default, "1");
	ck_assert_str_eq(alike->agent_default, "5");
	ck_assert_str_ne(own->agent_longdesc, own->longdesc);
	ck_assert_str_eq(alike->agent_longdesc, alike->longdesc);
}
END_TEST

START_TEST(each_error_has_its_words)
{
	static const char *const words[] = {
		"success",           "bad configuration",  "unknown node", "no access",
		"no answer in time", "power did not obey", "invalid call", "internal error",
		"stopped",           "unknown error",
	};

	ck_assert_str_eq(trippsnmp_strerror((enum trippsnmp_error)_i), words[_i]);
}
END_TEST

static TCase *tcase_of(Suite *suite, const char *title)
{
	TCase *tcase = tcase_create(title);

	tcase_add_checked_fixture(tcase, setup, teardown);
	suite_add_tcase(suite, tcase);
	return tcase;
}

static void add_states(Suite *suite)
{
	TCase *tcase = tcase_of(suite, "states");

	tcase_add_loop_test(tcase, a_node_is_on_where_any_of_its_feeds_is_on, 0, 4);
	tcase_add_loop_test(tcase, a_node_with_a_feed_in_doubt_is_not_off, 0, DOUBTS);
	tcase_add_loop_test(tcase, a_feed_in_doubt_is_looked_at_a_second_time, 0, DOUBTS);
	tcase_add_loop_test(tcase, a_node_with_a_feed_in_doubt_is_on_where_another_one_is, 0,
	                    DOUBTS);
	tcase_add_test(tcase, what_the_second_look_finds_counts);
	tcase_add_loop_test(tcase, a_node_whose_outlets_are_not_there_is_not_off, 0,
	                    (int)G_N_ELEMENTS(unfound));
	tcase_add_loop_test(tcase, an_outlet_that_is_not_in_hostlist_is_read_as_well, 0, 2);
	tcase_add_test(tcase, what_is_no_outlet_has_no_state);
	tcase_add_loop_test(tcase, a_pdu_that_does_not_answer_is_named_whichever_it_is, 0, 2);
	tcase_add_test(tcase, each_node_has_its_state_in_the_order_of_hostlist);
	tcase_add_test(tcase, the_first_node_in_doubt_is_the_error_and_the_others_are_warned_of);
	tcase_add_test(tcase, without_hostlist_the_names_of_outlets_are_nodes);
	tcase_add_test(tcase, without_an_answer_no_state_is_known);
	tcase_add_loop_test(tcase, no_state_of_an_earlier_look_is_told_where_the_last_one_failed, 0,
	                    2);
	tcase_add_test(tcase, each_node_is_told_with_its_feeds);
	tcase_add_test(tcase, each_node_is_told_with_what_is_wrong_with_it);
	tcase_add_test(tcase, without_an_answer_each_node_is_told_why);
	tcase_add_test(tcase, without_hostlist_each_named_node_is_told);
	tcase_add_test(tcase, the_list_has_the_names_on_all_outlets_of_all_pdus);
	tcase_add_test(tcase, an_answer_of_snmpv3_has_room_for_fewer_rows);
	tcase_add_test(tcase, the_list_of_hostlist_asks_nobody_and_says_what_is_cut);
	tcase_add_loop_test(tcase, there_is_no_list_where_a_pdu_does_not_answer, 0, 2);
}

static void add_status(Suite *suite)
{
	TCase *tcase = tcase_of(suite, "status");

	tcase_add_test(tcase, status_of_all_that_is_fine_says_what_was_checked);
	tcase_add_test(tcase, status_of_one_speaks_of_one);
	tcase_add_loop_test(tcase, status_fails_where_a_feed_is_in_doubt_and_asks_until_time_is_up,
	                    0, DOUBTS);
	tcase_add_test(tcase, a_no_that_was_unclear_meanwhile_must_last_anew);
	tcase_add_test(tcase, status_looks_at_descriptions_too);
	tcase_add_loop_test(tcase, status_warns_of_an_outlet_of_two_nodes_whichever_it_is, 0,
	                    (int)G_N_ELEMENTS(twofold));
	tcase_add_test(tcase, status_does_not_know_what_no_outlet_says);
	tcase_add_loop_test(tcase, a_pdu_that_never_answers_is_told_what_to_check, 0,
	                    (int)G_N_ELEMENTS(unanswered));
	tcase_add_test(tcase, status_fails_where_any_node_is_in_doubt);
	tcase_add_test(tcase, status_is_fine_where_doubt_has_gone);
	tcase_add_loop_test(tcase, status_fails_where_a_pdu_has_nothing_that_can_be_switched, 0, 2);
	tcase_add_loop_test(tcase, one_outlet_that_can_be_switched_is_enough_whichever_it_is, 0, 2);
	tcase_add_loop_test(tcase, status_warns_of_pdus_that_do_not_know_a_node, 0, 4);
	tcase_add_test(tcase, a_node_that_is_mapped_by_number_needs_no_name_on_other_pdus);
	tcase_add_test(tcase, status_of_outlets_is_about_those_alone);
	tcase_add_test(tcase, status_says_which_main_load_cuts_what);
	tcase_add_test(tcase, status_says_which_alarms_are_active);
	tcase_add_loop_test(tcase, a_set_that_is_not_answered_proves_no_write_access, 0, 2);
	tcase_add_test(tcase, write_access_that_is_proven_is_counted);
	tcase_add_test(tcase, without_check_write_nothing_is_set);
}

static void add_power(Suite *suite)
{
	TCase *tcase = tcase_of(suite, "power");

	tcase_add_test(tcase, off_is_told_with_all_feeds_in_the_log);
	tcase_add_loop_test(tcase, a_reset_whose_power_did_not_return_is_not_called_verified, 0, 2);
	tcase_add_test(tcase, a_reset_whose_power_returned_is_called_verified);
	tcase_add_loop_test(tcase, what_fails_is_named_with_its_action_and_whose_it_was, 1, 4);
	tcase_add_test(tcase, outlets_that_fail_are_named_as_the_user_knows_them);
	tcase_add_test(tcase, outlets_are_switched_without_a_node);
	tcase_add_test(tcase, an_outlet_of_two_nodes_is_not_switched_for_itself_either);
	tcase_add_loop_test(tcase, a_call_that_cannot_be_meant_is_refused_without_a_request, 0, 2);
	tcase_add_test(tcase, a_pdu_that_is_not_needed_is_not_asked);
	tcase_add_loop_test(tcase, a_pdu_that_falls_silent_while_it_switches_is_named, 0, 2);
	tcase_add_loop_test(tcase, a_pdu_that_falls_silent_in_the_look_was_not_wrongly_addressed, 0,
	                    2);
	tcase_add_loop_test(tcase, an_obstacle_on_the_way_is_in_the_last_line, 0, 2);
	tcase_add_loop_test(tcase, an_obstacle_that_came_later_is_in_the_last_line_too, 0, 2);
	tcase_add_loop_test(tcase, an_obstacle_while_it_switches_is_in_the_last_line, 0, 2);
	tcase_add_test(tcase, what_was_seen_of_another_device_is_forgotten);
	tcase_add_loop_test(tcase, one_pdu_under_two_names_is_found_before_any_request, 1, 3);
	tcase_add_loop_test(tcase, two_pdus_with_empty_engine_ids_are_two, 0, 2);
	tcase_add_test(tcase, without_a_session_nothing_is_asked);
	tcase_add_loop_test(tcase, a_user_who_is_refused_is_told_that_more_may_be_needed, 0,
	                    2 * (int)G_N_ELEMENTS(levels));
	tcase_add_loop_test(tcase, each_call_tells_that_more_may_be_needed, 0,
	                    (int)G_N_ELEMENTS(calls));
	tcase_add_test(tcase, what_nobody_refused_needs_no_other_level);
}

static void add_readings(Suite *suite)
{
	TCase *tcase = tcase_of(suite, "all that there is");

	tcase_add_test(tcase, each_outlet_of_each_pdu_is_given);
	tcase_add_loop_test(tcase, what_a_lost_device_reads_is_not_known, 0,
	                    (int)G_N_ELEMENTS(doubts));
	tcase_add_loop_test(tcase, no_outlet_is_given_where_a_pdu_does_not_answer, 0, 2);
	tcase_add_loop_test(tcase, an_inventory_has_the_pdus_that_answered, 0, 2);
	tcase_add_test(tcase, an_inventory_has_what_is_only_shown);
	tcase_add_test(tcase, each_object_of_the_pdu_that_is_named_is_given);
	tcase_add_test(tcase, of_several_pdus_one_must_be_named);
	tcase_add_test(tcase, a_single_pdu_needs_no_name);
	tcase_add_loop_test(tcase, a_root_that_is_not_dotted_numbers_is_refused, 0, 11);
	tcase_add_test(tcase, a_walk_that_takes_too_long_says_so);
	tcase_add_test(tcase, a_walk_of_a_pdu_that_does_not_answer_says_so);
	tcase_add_loop_test(tcase, a_power_call_that_is_stopped_says_which_outlet_is_in_the_way, 0,
	                    2);
	tcase_add_loop_test(tcase, a_call_that_is_stopped_says_what_it_did, 0,
	                    (int)G_N_ELEMENTS(stops));
	tcase_add_loop_test(tcase, a_name_without_an_address_is_said_unless_it_was_stopped, 0, 2);
}

static void add_handles(Suite *suite)
{
	TCase *tcase = tcase_of(suite, "handles");

	tcase_add_test(tcase, a_handle_without_configuration_does_nothing);
	tcase_add_test(tcase, what_is_written_is_told_without_a_request);
	tcase_add_test(tcase, a_parameter_that_there_is_not_is_refused);
	tcase_add_test(tcase, messages_call_a_parameter_as_the_user_knows_it);
	tcase_add_test(tcase, a_message_is_of_the_last_call);
	tcase_add_test(tcase, a_configuration_that_is_refused_leaves_none);
	tcase_add_test(tcase, a_configuration_that_the_machine_cannot_serve_leaves_none);
	tcase_add_test(tcase, what_is_odd_in_a_configuration_is_warned_of);
	tcase_add_loop_test(tcase, what_the_agent_assumes_is_warned_of, 0, 2);
	tcase_add_test(tcase, the_parameters_have_an_order_and_an_end);
	tcase_add_test(tcase, the_agent_has_words_of_its_own_where_its_family_has);
	tcase_add_loop_test(tcase, each_error_has_its_words, 0, 10);
}

int main(void)
{
	Suite *suite = suite_create("calls");

	add_states(suite);
	add_status(suite);
	add_power(suite);
	add_readings(suite);
	add_handles(suite);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
