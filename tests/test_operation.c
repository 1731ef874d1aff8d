/*
 * The rules of operation.h and survey.h: how long a device's no is doubted
 * before it is believed, and what status says of names. On a virtual clock.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "call/operation.h"
#include "call/survey.h"

#include "script.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DAY (24 * 3600 * USEC_PER_SEC)

static struct script *script;
static struct config *config;
static const struct family *lx;
static struct outcome outcome;
static usec begun;
static struct job job;
static struct watch watch;              /* nobody, but where a test sets it */
static const char *feeds, *check_write; /* the parameters */

static void have_pdus(unsigned n)
{
	script = script_new(n, false);
	lx = script_family("LX PDU");
	begun = script->clock;
	for (unsigned i = 0; i < n; i++)
		script_start(script, i, begun - DAY);
}

static void setup(void)
{
	have_pdus(1);
}

static void setup_two(void)
{
	have_pdus(2);
}

static void teardown(void)
{
	config_free(config);
	script_free(script);
	feeds = check_write = NULL;
	watch = (struct watch){ 0 };
	g_clear_pointer(&outcome.message, g_free);
}

static void configure(const char *hostlist, const char *total_timeout)
{
	const char *values[PARAM_COUNT] = { NULL };
	char *error = NULL;

	values[PARAM_IPADDR] = script->n_pdus == 1 ? "pdu-a" : "pdu-a pdu-b";
	values[PARAM_FEEDS] = feeds;
	values[PARAM_COMMUNITY] = "c";
	values[PARAM_CHECK_WRITE] = check_write;
	values[PARAM_HOSTLIST] = hostlist;
	values[PARAM_POWER_TIMEOUT] = "3";
	values[PARAM_OFF_HOLD] = "0";
	values[PARAM_TOTAL_TIMEOUT] = total_timeout;
	config = params_check(values, NULL, false, &error);
	ck_assert_msg(config != NULL, "%s", error);
}

/* Ends with end(). */
static struct operation *begin(enum purpose purpose, const char *node)
{
	job = (struct job){ .purpose = purpose,
		            .config = config,
		            .labels = script->labels,
		            .log = &script->log,
		            .node = node,
		            .begun = script->clock };
	job_prepare(&job);
	watch.begun = job.begun;
	watch.deadline = job.deadline;
	return operation_new(&job, &watch, &script->network, 1);
}

static void end(struct operation *operation)
{
	operation_free(operation);
	job_clear(&job);
}

static void switch_off(const char *node)
{
	struct operation *operation = begin(TO_SWITCH, node);

	outcome = operation_power(operation, TRIPPSNMP_POWER_OFF, node);
	end(operation);
}

static void status(void)
{
	struct operation *operation = begin(TO_READ, NULL);

	outcome = survey_status(operation, NULL);
	end(operation);
}

static double seconds(void)
{
	return (double)(script->clock - begun) / (double)USEC_PER_SEC;
}

static void assert_error(enum trippsnmp_error error, const char *text)
{
	ck_assert_msg(outcome.error == error, "%d: %s", outcome.error, outcome.message);
	ck_assert_msg(strstr(outcome.message, text) != NULL, "%s", outcome.message);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 0);
}

static void assert_seconds(double least, double most)
{
	ck_assert_msg(seconds() >= least && seconds() <= most, "%.3f s", seconds());
}

static void put_cell(uint32_t column, uint32_t number, int64_t value)
{
	const struct objid name = family_instance(lx, column, 1, number);

	script_put(script, 0, &name, VALUE_INTEGER, value);
}

static void put_text(uint32_t column, uint32_t number, const char *text)
{
	const struct objid name = family_instance(lx, column, 1, number);

	script_put_text(script, 0, &name, text);
}

/* --- a card that is starting --- */

struct boot {
	const char *hostlist;
	void (*before)(void), (*after)(void); /* what its tables hold */
};
static const struct boot *boot;

static void no_outlets(void)
{
	const struct objid descr = { .n = 9, .id = { 1, 3, 6, 1, 2, 1, 1, 1, 0 } };

	script_put_text(script, 0, &descr, "Ubuntu");
}

static void two_outlets(void)
{
	script_outlets(script, 0, lx, 1, 2);
}

static void eight_outlets(void)
{
	script_outlets(script, 0, lx, 1, 8);
}

static void eight_fixed_outlets(void)
{
	eight_outlets();
	for (uint32_t number = 1; number <= 8; number++)
		put_cell(lx->controllable, number, 2);
}

static void eight_outlets_and_db1(void)
{
	eight_outlets();
	put_text(lx->outlet_name, 3, "db1");
}

static const struct boot boots[] = {
	{ "db1:3", no_outlets, eight_outlets },
	{ "db1:3", two_outlets, eight_outlets },
	{ "db1:3", eight_fixed_outlets, eight_outlets },
	{ "", no_outlets, eight_outlets_and_db1 },
	{ "", eight_outlets, eight_outlets_and_db1 },
	{ "db1:\"db1\"", eight_outlets, eight_outlets_and_db1 },
};

/* The tables are there after four seconds; requests are answered from the beginning. */
static enum script_fate starts(struct script *network, unsigned pdu, const struct request *request,
                               struct event *answer)
{
	(void)pdu;
	(void)request;
	(void)answer;
	if (network->clock - begun > 4 * USEC_PER_SEC && !network->calls++)
		boot->after();
	return SCRIPT_ANSWERED;
}

START_TEST(a_card_that_is_starting_is_given_time_before_its_no_is_believed)
{
	boot = &boots[_i];
	boot->before();
	script->hook = starts;
	configure(boot->hostlist, NULL);
	switch_off("db1");
	ck_assert_msg(!outcome.error, "%s", outcome.message);
	/* names that were seen to change must be the same ten seconds later */
	assert_seconds(4, 16);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 1);
}
END_TEST

/* --- what is found by name --- */

static void put_name(unsigned pdu, uint32_t device, uint32_t number, const char *text)
{
	const struct objid name = family_instance(lx, lx->outlet_name, device, number);

	script_put_text(script, pdu, &name, text);
}

static void put_count(uint32_t device, int64_t count)
{
	const struct objid name = objid_append(&lx->outlet_count, 1, &device);

	script_put(script, 0, &name, VALUE_UNSIGNED, count);
}

/* Whether that outlet's command object was set. */
static bool commanded(unsigned pdu, uint32_t device, uint32_t number)
{
	const struct objid command = family_instance(lx, lx->command, device, number);

	for (unsigned i = 0; i < script->sent->len; i++) {
		const struct script_request *sent = script_sent(script, i);

		for (unsigned k = 0;
		     sent->kind == REQUEST_SET && sent->pdu == pdu && k < sent->varbinds->len; k++)
			if (objid_equal(&g_array_index(sent->varbinds, struct varbind, k).name,
			                &command))
				return true;
	}
	return false;
}

static bool it_is(double second)
{
	return (double)(script->clock - begun) / (double)USEC_PER_SEC >= second;
}

/* Device 2 is there after 30 seconds; it was counted from the beginning. */
static enum script_fate second_device_late(struct script *network, unsigned pdu,
                                           const struct request *request, struct event *answer)
{
	(void)pdu;
	(void)request;
	(void)answer;
	if (it_is(30) && !network->calls++) {
		script_outlets(network, 0, lx, 2, 8);
		put_name(0, 2, 3, "db1");
	}
	return SCRIPT_ANSWERED;
}

START_TEST(outlets_of_a_device_whose_rows_come_late_are_switched_too)
{
	script_outlets(script, 0, lx, 1, 8);
	put_name(0, 1, 3, "db1");
	put_count(1, 8);
	put_count(2, 8);
	script->hook = second_device_late;
	configure("", NULL);
	switch_off("db1");
	ck_assert_msg(!outcome.error, "%s", outcome.message);
	ck_assert(commanded(0, 1, 3) && commanded(0, 2, 3));
	assert_seconds(40, 45);
}
END_TEST

START_TEST(status_says_that_rows_are_missing)
{
	script_outlets(script, 0, lx, 1, 8);
	put_name(0, 1, 3, "db1");
	put_count(2, 8);
	configure("", NULL);
	status();
	assert_error(TRIPPSNMP_ACCESS, "0 outlets of 8 on device 2");
}
END_TEST

/* Each row has its name 0.6 seconds after the one before; db1 is 2 and 6. */
static enum script_fate names_row_by_row(struct script *network, unsigned pdu,
                                         const struct request *request, struct event *answer)
{
	for (uint32_t number = 1; number <= 8; number++)
		put_name(0, 1, number,
		         !it_is(0.6 * number)         ? ""
		         : number == 2 || number == 6 ? "db1"
		                                      : "web");
	script_answer(network, pdu, request, answer);
	return SCRIPT_ANSWERED;
}

START_TEST(names_that_come_row_by_row_are_waited_for)
{
	script_outlets(script, 0, lx, 1, 8);
	if (_i)
		script_uptime(script, 0, 1);
	else
		script->agents[0].runs = false;
	script->hook = names_row_by_row;
	configure("", NULL);
	switch_off("db1");
	ck_assert_msg(!outcome.error, "%s", outcome.message);
	ck_assert(commanded(0, 1, 2) && commanded(0, 1, 6));
}
END_TEST

/* The second PDU has just started: its names are there after eight seconds. */
static enum script_fate names_of_b_late(struct script *network, unsigned pdu,
                                        const struct request *request, struct event *answer)
{
	if (it_is(8) && !network->calls++)
		put_name(1, 1, 4, "db1");
	script_answer(network, pdu, request, answer);
	return SCRIPT_ANSWERED;
}

START_TEST(nothing_is_switched_before_all_pdus_names_are_settled)
{
	static const char *const required[] = { NULL, "2" };

	for (unsigned i = 0; i < 2; i++) {
		script_outlets(script, i, lx, 1, 8);
		if (_i / 2)
			script_uptime(script, i, i ? 2 : 86400);
		else
			script->agents[i].runs = !i;
	}
	put_name(0, 1, 3, "db1");
	put_name(1, 1, 4, "");
	script->hook = names_of_b_late;
	feeds = required[_i % 2];
	configure("", NULL);
	switch_off("db1");
	ck_assert_msg(!outcome.error, "%s", outcome.message);
	ck_assert(commanded(0, 1, 3) && commanded(1, 1, 4));
}
END_TEST

START_TEST(what_is_not_settled_in_time_is_an_honest_failure)
{
	script_outlets(script, 0, lx, 1, 8);
	put_name(0, 1, 3, "db1");
	script->agents[0].runs = false;
	configure("", "8");
	switch_off("db1");
	assert_error(TRIPPSNMP_ACCESS, "does not tell its uptime");
	ck_assert_ptr_nonnull(strstr(outcome.message, "write numbers in hostlist"));
}
END_TEST

START_TEST(a_map_by_numbers_waits_for_no_card_to_settle)
{
	script_outlets(script, 0, lx, 1, 8);
	script_uptime(script, 0, 2);
	configure("db1:3", NULL);
	switch_off("db1");
	ck_assert_msg(!outcome.error, "%s", outcome.message);
	assert_seconds(0, 1);
	ck_assert_int_eq(script_sent(script, 1)->kind, REQUEST_SET);
}
END_TEST

/* --- a no must last --- */

/* Reading is refused for four seconds, as by a card that starts. */
static enum script_fate refuses_reading(struct script *network, unsigned pdu,
                                        const struct request *request, struct event *answer)
{
	(void)network;
	(void)pdu;
	if (!it_is(4) && request->kind != REQUEST_SET) {
		answer->error_status = SNMP_STATUS_AUTHORIZATION_ERROR;
		answer->error_index = 1;
	}
	return SCRIPT_ANSWERED;
}

static const char *const maps[] = { "db1:3", "", "db1:\"db1\"" };

START_TEST(a_card_that_refuses_while_it_starts_is_asked_on)
{
	eight_outlets_and_db1();
	script->hook = refuses_reading;
	configure(maps[_i], NULL);
	switch_off("db1");
	ck_assert_msg(!outcome.error, "%s", outcome.message);
	assert_seconds(4, 6);
}
END_TEST

START_TEST(an_object_that_is_refused_for_good_ends_it_after_five_seconds)
{
	const struct family *ups = script_family("LX UPS");
	const struct objid row = family_instance(ups, family_existence(ups), 1, 1);

	eight_outlets_and_db1();
	script_put(script, 0, &row, VALUE_ERROR, SNMP_STATUS_AUTHORIZATION_ERROR);
	configure(maps[_i], NULL);
	switch_off("db1");
	assert_error(TRIPPSNMP_ACCESS, "reading is refused");
	assert_seconds(5, 6.5);
	for (unsigned i = 1; i < script->sent->len; i++)
		ck_assert_int_le(script_sent(script, i)->at - script_sent(script, i - 1)->at,
		                 USEC_PER_SEC);
}
END_TEST

START_TEST(status_believes_a_refused_object_after_a_second)
{
	const struct family *ups = script_family("LX UPS");
	const struct objid row = family_instance(ups, family_existence(ups), 1, 1);

	eight_outlets_and_db1();
	script_put(script, 0, &row, VALUE_ERROR, SNMP_STATUS_AUTHORIZATION_ERROR);
	configure("db1:3", NULL);
	status();
	assert_error(TRIPPSNMP_ACCESS, "reading is refused");
	assert_seconds(1, 2.5);
}
END_TEST

START_TEST(a_stranger_is_asked_for_five_seconds)
{
	no_outlets();
	configure(maps[_i], NULL);
	switch_off("db1");
	assert_error(TRIPPSNMP_ACCESS, "no outlet table that we know");
	assert_seconds(5, 6.5);
}
END_TEST

/* What a device without outlets is, and what is said of it. */
static const struct {
	const char *sys_object_id; /* NULL: it does not tell */
	const char *hint;
} strangers[] = {
	{ "1.3.6.1.4.1.8072.3.2.10", "is this address a Tripp Lite PDU, ATS or UPS?" },
	{ "1.3.6.1.4.1.8500.1", "is this address a Tripp Lite PDU, ATS or UPS?" },
	{ "1.3.6.1.4.1", "is this address a Tripp Lite PDU, ATS or UPS?" },
	{ NULL, "is this address a Tripp Lite PDU, ATS or UPS?" },
	{ "1.3.6.1.4.1.850", "the community or user may see its outlets" },
	{ "1.3.6.1.4.1.850.1.1.1", "a metered PDU only measures" },
	{ "1.3.6.1.4.1.850.100", "a metered PDU only measures" },
	{ "1.3.6.1.4.1.850.1.55", "a metered PDU only measures" },
	{ "1.3.6.1.4.1.850.1.5", "it is a console server" },
	{ "1.3.6.1.4.1.850.1.7.1", "it is a console server" },
};

START_TEST(what_is_no_stranger_by_its_name_is_told_what_to_check)
{
	const struct objid name = { .n = 9, .id = { 1, 3, 6, 1, 2, 1, 1, 2, 0 } };

	no_outlets();
	if (strangers[_i].sys_object_id)
		script_put_objid(script, 0, &name, strangers[_i].sys_object_id);
	configure("db1:3", NULL);
	status();
	assert_error(TRIPPSNMP_ACCESS, strangers[_i].hint);
	assert_error(TRIPPSNMP_ACCESS, "pdu-a: no outlet table that we know (sysObjectID ");
}
END_TEST

START_TEST(a_no_that_lasts_five_seconds_is_believed)
{
	eight_outlets();
	configure("db1:9", NULL);
	switch_off("db1");
	assert_error(TRIPPSNMP_BADCONFIG, "9@pdu-a does not exist");
	assert_seconds(5, 6.5);
	ck_assert(script_said(script, TRIPPSNMP_LOG_WARN,
	                      "does not exist on pdu-a, which has outlets 1-8; looking again"));
}
END_TEST

START_TEST(a_no_takes_at_most_a_quarter_of_the_time)
{
	eight_outlets();
	configure("db1:9", "8");
	switch_off("db1");
	assert_error(TRIPPSNMP_BADCONFIG, "9@pdu-a does not exist");
	assert_seconds(2, 3.5);
}
END_TEST

static enum script_fate loses_outlets(struct script *network, unsigned pdu,
                                      const struct request *request, struct event *answer)
{
	(void)request;
	(void)answer;
	if (network->clock - begun > 4 * USEC_PER_SEC && !network->calls++) {
		script_drop(network, pdu, &lx->entry);
		script_outlets(network, pdu, lx, 1, 2);
	}
	return SCRIPT_ANSWERED;
}

START_TEST(a_no_that_changes_must_last_anew)
{
	eight_fixed_outlets();
	script->hook = loses_outlets;
	configure("db1:3", NULL);
	switch_off("db1");
	assert_error(TRIPPSNMP_BADCONFIG, "3@pdu-a does not exist");
	assert_seconds(9, 11);
	ck_assert(script_said(script, TRIPPSNMP_LOG_WARN, "cannot switch it; looking again"));
	ck_assert(script_said(script, TRIPPSNMP_LOG_WARN,
	                      "does not exist on pdu-a, which has outlets 1-2; looking again"));
}
END_TEST

START_TEST(status_believes_a_no_that_it_sees_twice)
{
	eight_outlets();
	configure("db1:9", NULL);
	status();
	assert_error(TRIPPSNMP_BADCONFIG, "9@pdu-a does not exist");
	assert_seconds(1, 2);
}
END_TEST

/* --- names --- */

START_TEST(a_row_of_nobodys_stands_in_nobodys_way)
{
	eight_outlets_and_db1();
	put_cell(lx->controllable, 7, 0);
	configure("", NULL);
	switch_off("db1");
	ck_assert_msg(!outcome.error, "%s", outcome.message);
	g_clear_pointer(&outcome.message, g_free);
	status();
	ck_assert_msg(!outcome.error, "%s", outcome.message);
	assert_seconds(0, 2);
}
END_TEST

START_TEST(an_outlet_of_the_node_must_say_whether_it_is_controllable)
{
	eight_outlets_and_db1();
	put_text(lx->description, 7, "db1");
	put_cell(lx->controllable, 7, 0);
	configure("", "10");
	switch_off("db1");
	assert_error(TRIPPSNMP_ACCESS, "outlet 1.7 lacks whether it is controllable");
	assert_seconds(9, 10);
}
END_TEST

START_TEST(status_warns_of_a_node_that_does_not_say_whether_it_can_be_fenced)
{
	eight_outlets_and_db1();
	put_cell(lx->controllable, 3, 0);
	put_text(lx->outlet_name, 4, "db2");
	configure("", NULL);
	status();
	ck_assert_msg(!outcome.error, "%s", outcome.message);
	ck_assert(script_said(script, TRIPPSNMP_LOG_WARN,
	                      "node db1 could not be fenced: outlet 3 of pdu-a, which feeds node "
	                      "db1, does not say whether it is controllable"));
}
END_TEST

START_TEST(status_asks_on_where_no_outlet_says_that_it_is_controllable)
{
	eight_outlets();
	for (uint32_t number = 1; number <= 8; number++)
		put_cell(lx->controllable, number, 0);
	configure("", NULL);
	status();
	assert_error(TRIPPSNMP_ACCESS, "none of its 8 outlets says that it is controllable");
	assert_seconds(13, 15);
}
END_TEST

START_TEST(status_fails_where_no_outlet_has_a_nodes_name)
{
	eight_outlets();
	put_text(lx->description, 2, "not a node");
	configure("", NULL);
	status();
	assert_error(
		TRIPPSNMP_BADNODE,
		"no node can be fenced: no outlet has a node's name (one such as \"Load 3\" never "
		"is one); write a hostlist, or name outlets in the PDU after the nodes that "
		"they feed");
}
END_TEST

START_TEST(status_fails_where_no_outlet_with_a_nodes_name_can_be_switched)
{
	eight_outlets_and_db1();
	put_cell(lx->controllable, 3, 2);
	configure("", NULL);
	status();
	assert_error(TRIPPSNMP_BADNODE, "no node can be fenced: of 1 name that outlets have");
	ck_assert(script_said(script, TRIPPSNMP_LOG_WARN, "node db1 could not be fenced: "));
}
END_TEST

START_TEST(a_look_at_the_pdus_needs_no_nodes_name)
{
	struct operation *operation;

	eight_outlets();
	configure("", NULL);
	operation = begin(TO_READ, NULL);
	outcome = survey_pdus(operation, NULL);
	end(operation);
	ck_assert_msg(!outcome.error, "%s", outcome.message);
	ck_assert(script_said(script, TRIPPSNMP_LOG_WARN, "no outlet has a node's name"));
}
END_TEST

START_TEST(status_with_names_has_nothing_to_warn_of)
{
	eight_outlets_and_db1();
	configure("", NULL);
	status();
	ck_assert_msg(!outcome.error, "%s", outcome.message);
	ck_assert_str_eq(script->lines[TRIPPSNMP_LOG_WARN]->str, "");
}
END_TEST

START_TEST(status_warns_of_an_outlet_that_has_the_names_of_two_nodes)
{
	eight_outlets_and_db1();
	put_text(lx->description, 3, "DB2");
	put_text(lx->outlet_name, 6, "db2");
	configure("", NULL);
	status();
	ck_assert_msg(!outcome.error, "%s", outcome.message);
	ck_assert(script_said(script, TRIPPSNMP_LOG_WARN,
	                      "outlet 1.3 of pdu-a has the name db1 and the description db2: if "
	                      "both are nodes, fencing one cuts the other; write a hostlist"));
}
END_TEST

/* Seconds of CPU of some looks at so many outlets, each with a name and another description. */
static double seconds_of_status(uint32_t n)
{
	char text[16];
	clock_t cpu;

	script_outlets(script, 0, lx, 1, n);
	for (uint32_t number = 1; number <= n; number++) {
		g_snprintf(text, sizeof(text), "db%u", number);
		put_text(lx->outlet_name, number, text);
		g_snprintf(text, sizeof(text), "web%u", number);
		put_text(lx->description, number, text);
	}
	cpu = clock();
	for (unsigned i = 0; i < 3; i++) {
		status();
		ck_assert_msg(!outcome.error, "%s", outcome.message);
	}
	return (double)(clock() - cpu) / CLOCKS_PER_SEC;
}

/* The processor's clock may advance in steps of 10 ms. */
START_TEST(four_times_as_many_named_outlets_take_no_sixteen_times_as_long)
{
	double few, many;

	configure("", NULL);
	few = seconds_of_status(100);
	many = seconds_of_status(400);
	ck_assert_msg(many < 8 * MAX(few, 0.01), "%.6f s, and %.6f s for four times as many", few,
	              many);
}
END_TEST

START_TEST(but_not_of_one_that_has_the_name_of_one)
{
	eight_outlets_and_db1();
	put_text(lx->description, 3, "DB1");
	put_text(lx->outlet_name, 4, "db4");
	put_text(lx->description, 4, "spare cord");
	put_text(lx->outlet_name, 6, "db6");
	put_text(lx->description, 6, "R740");
	put_text(lx->description, 5, "db5");
	configure("", NULL);
	status();
	ck_assert_str_eq(script->lines[TRIPPSNMP_LOG_WARN]->str, "");
}
END_TEST

START_TEST(status_warns_of_a_name_with_a_nul_inside_and_list_has_no_such_node)
{
	const struct objid name = family_instance(lx, lx->outlet_name, 1, 3);
	struct operation *operation;
	struct varbind *cell;
	GPtrArray *names;

	eight_outlets();
	put_text(lx->outlet_name, 4, "web");
	cell = script_cell(script, 0, &name);
	g_bytes_unref(cell->octets);
	cell->octets = g_bytes_new("db1\0 spare", 10);
	configure("", NULL);
	operation = begin(TO_READ, NULL);
	outcome = survey_status(operation, NULL);
	ck_assert_msg(!outcome.error, "%s", outcome.message);
	ck_assert(script_said(script, TRIPPSNMP_LOG_WARN,
	                      "node db1 could not be fenced: outlet 3 of pdu-a has the name "
	                      "\"db1\\x00 spare\", which may mean \"db1\" or not: rename it"));
	names = survey_names(operation_seen(operation));
	ck_assert_uint_eq(names->len, 1);
	ck_assert_str_eq(names->pdata[0], "web");
	g_ptr_array_unref(names);
	end(operation);
}
END_TEST

/* --- what changes after the look --- */

static void name_outlet(unsigned pdu, uint32_t number, const char *text)
{
	const struct objid name = family_instance(lx, lx->outlet_name, 1, number);

	script_put_text(script, pdu, &name, text);
}

static bool is_off(unsigned pdu, uint32_t number)
{
	const struct objid name = family_instance(lx, lx->state, 1, number);

	return script_cell(script, pdu, &name)->number == 1;
}

/* Rows 3 and 5 are exchanged once the look is over. */
static void exchange_rows_after_look(struct script *network, unsigned pdu)
{
	if (pdu || network->calls || !script_said(network, TRIPPSNMP_LOG_INFO, "switching"))
		return;
	network->calls = 1;
	name_outlet(0, 3, "db2");
	name_outlet(0, 5, "db1");
}

START_TEST(rows_that_are_exchanged_after_the_look_are_looked_for_anew)
{
	eight_outlets();
	name_outlet(0, 3, "db1");
	name_outlet(0, 5, "db2");
	script->before = exchange_rows_after_look;
	configure("", NULL);
	switch_off("db1");
	ck_assert_msg(!outcome.error, "%s", outcome.message);
	ck_assert(is_off(0, 5));
	ck_assert(!is_off(0, 3));
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 1);
	ck_assert(script_said(script, TRIPPSNMP_LOG_WARN,
	                      "outlet 3 of pdu-a has another name than when it was looked up"));
	ck_assert(script_said(script, TRIPPSNMP_LOG_WARN, "; looking for the node anew"));
}
END_TEST

static void rename_row_after_look(struct script *network, unsigned pdu)
{
	if (!pdu && script_said(network, TRIPPSNMP_LOG_INFO, "switching"))
		name_outlet(0, 3, "web");
}

START_TEST(a_row_that_is_renamed_after_the_look_is_not_touched)
{
	eight_outlets();
	name_outlet(0, 3, "db1");
	script->before = rename_row_after_look;
	configure("", NULL);
	switch_off("db1");
	assert_error(TRIPPSNMP_BADNODE, "db1");
}
END_TEST

/* As a card does that is back at what it left the factory with. */
static void lose_a_name_after_look(struct script *network, unsigned pdu)
{
	if (!pdu && script_said(network, TRIPPSNMP_LOG_INFO, "switching"))
		name_outlet(0, 3, "Load 3");
}

START_TEST(a_feed_that_has_lost_its_name_after_the_look_is_not_left_on)
{
	eight_outlets();
	name_outlet(0, 3, "db1");
	name_outlet(0, 5, "db1");
	script->before = lose_a_name_after_look;
	configure("", NULL);
	switch_off("db1");
	ck_assert_int_eq(outcome.error, TRIPPSNMP_ACCESS);
	ck_assert_ptr_nonnull(
		strstr(outcome.message, "the name of LX PDU outlet 1.3 was \"db1\" before"));
	ck_assert(!is_off(0, 3));
}
END_TEST

/* Another device answers, from the first command on; it has not been told anything. */
static enum script_fate replaced_when_told(struct script *network, unsigned pdu,
                                           const struct request *request, struct event *answer)
{
	const struct event event = { .type = EVENT_REPLACED, .pdu = pdu };

	(void)answer;
	if (request->kind != REQUEST_SET || network->calls++)
		return SCRIPT_ANSWERED;
	script_inject(network, network->clock + 3 * network->latency / 2, &event);
	return SCRIPT_ANSWERED;
}

START_TEST(another_device_under_the_address_is_begun_anew)
{
	eight_outlets();
	script->hook = replaced_when_told;
	configure("db1:3", NULL);
	switch_off("db1");
	ck_assert_msg(!outcome.error, "%s", outcome.message);
	ck_assert(is_off(0, 3));
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 2);
	ck_assert(script_said(script, TRIPPSNMP_LOG_WARN,
	                      "pdu-a: another device answers under its address now"));
}
END_TEST

static void have_no_outlets_when_told(struct script *network, unsigned pdu)
{
	if (!network->calls)
		return;
	script_drop(network, pdu, &lx->entry);
	no_outlets();
}

START_TEST(another_device_that_does_not_have_the_outlet_is_an_error)
{
	eight_outlets();
	script->hook = replaced_when_told;
	script->before = have_no_outlets_when_told;
	configure("db1:3", NULL);
	switch_off("db1");
	ck_assert_int_eq(outcome.error, TRIPPSNMP_ACCESS);
	ck_assert_ptr_nonnull(strstr(outcome.message, "pdu-a: no outlet table that we know"));
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 1);
}
END_TEST

/* PDU B says nothing for so long; at six seconds rows 3 and 5 of PDU A are exchanged. */
static enum script_fate b_is_silent_first(struct script *network, unsigned pdu,
                                          const struct request *request, struct event *answer)
{
	(void)request;
	(void)answer;
	return pdu == 1 && network->clock - begun < 12 * USEC_PER_SEC ? SCRIPT_LOST
	                                                              : SCRIPT_ANSWERED;
}

static void exchange_rows_at_six(struct script *network, unsigned pdu)
{
	(void)pdu;
	if (network->clock - begun < 6 * USEC_PER_SEC)
		return;
	name_outlet(0, 3, "db2");
	name_outlet(0, 5, "db1");
}

START_TEST(a_look_that_is_old_because_another_pdu_was_slow_touches_nobody_else)
{
	script_outlets(script, 0, lx, 1, 8);
	script_outlets(script, 1, lx, 1, 8);
	name_outlet(0, 3, "db1");
	name_outlet(0, 5, "db2");
	name_outlet(1, 4, "db1");
	script->hook = b_is_silent_first;
	script->before = exchange_rows_at_six;
	configure("", NULL);
	switch_off("db1");
	ck_assert_msg(!outcome.error, "%s", outcome.message);
	ck_assert(is_off(0, 5) && is_off(1, 4));
	ck_assert(!is_off(0, 3));
}
END_TEST

/* --- active alarms --- */

#define ALARM 77
#define DEVICE_ROW "1.3.6.1.4.1.850.1.1.1.2.1.1."

static void lose(const char *about)
{
	script_alarm(script, 0, lx->alarms, ALARM, true, about);
}

/* It is over after 20 seconds. */
static enum script_fate found_again(struct script *network, unsigned pdu,
                                    const struct request *request, struct event *answer)
{
	if (it_is(20) && !network->calls++)
		script_no_alarm(network, 0, lx->alarms, ALARM);
	script_answer(network, pdu, request, answer);
	return SCRIPT_ANSWERED;
}

/* By number and by name. */
static const char *const lost_maps[] = { "db1:3", "" };

static void begin_lost(const char *hostlist, const char *about)
{
	script_outlets(script, 0, lx, 1, 8);
	put_name(0, 1, 3, "db1");
	lose(about);
	configure(hostlist, NULL);
}

START_TEST(what_an_alarm_says_is_lost_is_never_off)
{
	begin_lost(lost_maps[_i % 2], _i / 2 ? DEVICE_ROW "1" : NULL);
	put_cell(lx->state, 3, 1);
	switch_off("db1");
	assert_error(TRIPPSNMP_ACCESS, "outlet 3 of pdu-a: its card has an active alarm "
	                               "\"Communications Lost\" about its device");
	assert_seconds(48, 50);
	ck_assert(script_said(script, TRIPPSNMP_LOG_WARN, "Communications Lost"));
}
END_TEST

START_TEST(what_is_found_again_is_switched)
{
	begin_lost(lost_maps[_i], DEVICE_ROW "1");
	script->hook = found_again;
	switch_off("db1");
	ck_assert_msg(!outcome.error, "%s", outcome.message);
	ck_assert(commanded(0, 1, 3));
	assert_seconds(20, 25);
}
END_TEST

START_TEST(a_lost_device_of_somebody_else_is_in_nobodys_way)
{
	begin_lost(lost_maps[_i], DEVICE_ROW "2");
	switch_off("db1");
	ck_assert_msg(!outcome.error, "%s", outcome.message);
	assert_seconds(0, 2);
}
END_TEST

START_TEST(a_lost_device_of_one_feed_leaves_the_other_one_alone)
{
	for (unsigned i = 0; i < 2; i++)
		script_outlets(script, i, lx, 1, 8);
	script_alarm(script, 1, lx->alarms, ALARM, true, DEVICE_ROW "1");
	configure("db1:3@pdu-a,3@pdu-b", NULL);
	switch_off("db1");
	assert_error(TRIPPSNMP_ACCESS, "outlet 3 of pdu-b: its card has an active alarm");
}
END_TEST

START_TEST(another_nodes_lost_pdu_is_in_nobodys_way)
{
	for (unsigned i = 0; i < 2; i++)
		script_outlets(script, i, lx, 1, 8);
	script_alarm(script, 1, lx->alarms, ALARM, true, DEVICE_ROW "1");
	configure("db1:3@pdu-a;db2:3@pdu-b", NULL);
	switch_off("db1");
	ck_assert_msg(!outcome.error, "%s", outcome.message);
}
END_TEST

START_TEST(status_fails_where_an_alarm_says_that_a_device_is_lost)
{
	begin_lost("db1:3", DEVICE_ROW "1");
	status();
	assert_error(TRIPPSNMP_ACCESS, "\"Communications Lost\"");
	assert_seconds(13, 15);
}
END_TEST

START_TEST(other_alarms_are_one_line_of_status)
{
	script_outlets(script, 0, lx, 1, 8);
	script_alarm(script, 0, lx->alarms, 80, false, DEVICE_ROW "1");
	lose(DEVICE_ROW "2");
	configure("db1:3", NULL);
	status();
	ck_assert_msg(!outcome.error, "%s", outcome.message);
	ck_assert(script_said(script, TRIPPSNMP_LOG_INFO,
	                      "pdu-a: 2 active alarms: Communications Lost; Load 03 Off"));
	ck_assert_str_eq(script->lines[TRIPPSNMP_LOG_WARN]->str, "");
}
END_TEST

/* --- answers to some kinds of requests only --- */

static enum script_fate deaf_to_get(struct script *network, unsigned pdu,
                                    const struct request *request, struct event *answer)
{
	(void)network;
	(void)pdu;
	(void)answer;
	return request->kind == REQUEST_GET ? SCRIPT_LOST : SCRIPT_ANSWERED;
}

START_TEST(a_pdu_that_answers_no_get_is_said_to)
{
	eight_outlets();
	script->hook = deaf_to_get;
	configure("db1:3", "10");
	switch_off("db1");
	ck_assert_int_eq(outcome.error, TRIPPSNMP_TIMEOUT);
	ck_assert_msg(strstr(outcome.message, "pdu-a answers GETNEXT and SET, and no GET: look "
	                                      "for a filter") != NULL,
	              "%s", outcome.message);
}
END_TEST

START_TEST(so_it_is_where_a_look_needs_one)
{
	eight_outlets();
	put_cell(lx->controllable, 3, 3); /* not clear by GETNEXT */
	script->hook = deaf_to_get;
	configure("db1:3,4,5", "10"); /* too many to guess */
	switch_off("db1");
	assert_error(TRIPPSNMP_TIMEOUT, "pdu-a answers GETNEXT, and no GET: look for a filter");
	g_clear_pointer(&outcome.message, g_free);
	status();
	assert_error(TRIPPSNMP_TIMEOUT, "pdu-a answers GETNEXT, and no GET: look for a filter");
}
END_TEST

/* It answers that, and dies. */
static enum script_fate dies_after_it(struct script *network, unsigned pdu,
                                      const struct request *request, struct event *answer)
{
	(void)pdu;
	(void)answer;
	if (network->calls)
		return SCRIPT_LOST;
	network->calls = request->kind == *(const enum request_kind *)network->context;
	return SCRIPT_ANSWERED;
}

START_TEST(a_pdu_that_is_dead_does_not_answer_any_more)
{
	static enum request_kind kinds[] = { REQUEST_SET, REQUEST_GET };

	eight_outlets();
	script->hook = dies_after_it;
	script->context = &kinds[_i];
	configure("db1:3", "10");
	switch_off("db1");
	ck_assert_int_eq(outcome.error, TRIPPSNMP_TIMEOUT);
	ck_assert_msg(strstr(outcome.message, "pdu-a does not answer any more") != NULL, "%s",
	              outcome.message);
}
END_TEST

static enum script_fate sets_without_varbinds(struct script *network, unsigned pdu,
                                              const struct request *request, struct event *answer)
{
	(void)network;
	(void)pdu;
	if (request->kind == REQUEST_SET)
		g_array_set_size(answer->varbinds, 0);
	return SCRIPT_ANSWERED;
}

START_TEST(a_set_that_is_answered_without_varbinds_is_said_to_be)
{
	eight_outlets();
	script->hook = sets_without_varbinds;
	configure("db1:3", "10");
	switch_off("db1");
	ck_assert_int_eq(outcome.error, TRIPPSNMP_POWER);
	ck_assert_msg(strstr(outcome.message,
	                     "outlet 3 of pdu-a reads off, and no command was acknowledged: it "
	                     "answers a SET without what was set, which proves nothing; look for "
	                     "newer firmware") != NULL,
	              "%s", outcome.message);
	ck_assert(script_said(script, TRIPPSNMP_LOG_WARN, "answers a SET without what was set"));
}
END_TEST

START_TEST(nor_does_it_prove_write_access)
{
	eight_outlets();
	script->hook = sets_without_varbinds;
	check_write = "yes";
	configure("db1:3", "10");
	status();
	ck_assert_int_eq(outcome.error, TRIPPSNMP_TIMEOUT);
	ck_assert_msg(strstr(outcome.message,
	                     "pdu-a: answered readings, but it answers a SET "
	                     "without what was set, which proves no write") != NULL,
	              "%s", outcome.message);
}
END_TEST

/* --- main loads --- */

static bool main_commanded(const struct family *family, uint32_t device, int64_t value)
{
	const struct objid command =
		family_instance(family->main, family->main->command, device, TRIPPSNMP_MAIN);

	for (unsigned i = 0; i < script->sent->len; i++) {
		const struct script_request *sent = script_sent(script, i);
		const struct varbind *set = &g_array_index(sent->varbinds, struct varbind, 0);

		if (sent->kind == REQUEST_SET && objid_equal(&set->name, &command) &&
		    set->number == value)
			return true;
	}
	return false;
}

static const struct {
	const char *capture, *family;
} with_main[] = {
	{ "pdumh20atnet-ats-15.5.4.snmprec", "LX ATS" },
	{ "su3000lcd2uhv-ups-20.1.0.snmprec", "LX UPS" },
	{ "smart1500rmxl2ua-webcard-12.06.0069.snmprec", "SNMPWEBCARD" },
};

START_TEST(a_main_load_is_found_and_switched_off)
{
	script_load(script, 0, with_main[_i].capture);
	configure("db1:main", NULL);
	switch_off("db1");
	ck_assert_msg(!outcome.error, "%s", outcome.message);
	ck_assert(main_commanded(script_family(with_main[_i].family), 1, 1));
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 1);
	/* look, SET off, twice read, uptime; some have active alarms, which are read */
	ck_assert_uint_eq(script->sent->len, _i == 1 ? 5 : 6);
	ck_assert(script_said(script, TRIPPSNMP_LOG_INFO,
	                      "off of db1: switching the main load of pdu-a"));
}
END_TEST

START_TEST(a_main_load_that_shows_its_state_alone_is_refused)
{
	script_load(script, 0, "pdumv30hvnetlx-pdu-20.2.1.snmprec");
	configure("db1:main", NULL);
	switch_off("db1");
	assert_error(TRIPPSNMP_BADCONFIG,
	             "the main load of pdu-a, which feeds node db1, is not controllable");
}
END_TEST

START_TEST(status_says_what_a_main_load_cuts)
{
	script_load(script, 0, with_main[_i].capture);
	configure("db1:main", NULL);
	status();
	ck_assert_msg(!outcome.error, "%s", outcome.message);
	ck_assert(
		script_said(script, TRIPPSNMP_LOG_INFO, "node db1: fed by the main load of pdu-a"));
	ck_assert(script_said(script, TRIPPSNMP_LOG_INFO,
	                      "the main load of pdu-a cuts all that hangs on its device"));
}
END_TEST

START_TEST(status_fails_where_a_main_load_would_cut_another_node)
{
	eight_outlets_and_db1();
	script_main(script, 0, lx, 1);
	configure("db1; db2:1.main", NULL);
	status();
	assert_error(TRIPPSNMP_BADCONFIG,
	             "the main load of pdu-a, of node db2, cuts all that hangs "
	             "on its device, also outlet 3 of pdu-a, of node db1");
}
END_TEST

/* Its name is there after eight seconds: until then, nobody could know that db1 is cut as well. */
static enum script_fate name_of_db1_late(struct script *network, unsigned pdu,
                                         const struct request *request, struct event *answer)
{
	if (it_is(8) && !network->calls++)
		put_name(0, 1, 3, "db1");
	script_answer(network, pdu, request, answer);
	return SCRIPT_ANSWERED;
}

START_TEST(a_main_load_is_not_switched_before_other_nodes_names_are_settled)
{
	eight_outlets();
	script_main(script, 0, lx, 1);
	script_uptime(script, 0, 2);
	script->hook = name_of_db1_late;
	configure("db1; db2:main", NULL);
	switch_off("db2");
	assert_error(TRIPPSNMP_BADCONFIG, "also outlet 3 of pdu-a, of node db1");
	ck_assert(!main_commanded(lx, 1, 1));
}
END_TEST

START_TEST(a_main_load_waits_for_no_card_to_settle_where_all_are_mapped_by_number)
{
	eight_outlets();
	script_main(script, 0, lx, 1);
	script_outlets(script, 0, lx, 2, 8);
	script_uptime(script, 0, 2);
	configure("db1:1.main; db2:2.3", NULL);
	switch_off("db1");
	ck_assert_msg(!outcome.error, "%s", outcome.message);
	assert_seconds(0, 1);
	ck_assert(main_commanded(lx, 1, 1) && !commanded(0, 2, 3));
}
END_TEST

/* --- who is told, and may stop it --- */

static struct {
	unsigned told;
	usec last, longest;     /* between two */
	usec stop_at;           /* after the beginning; 0: never */
	const char *stop_while; /* doing that; NULL: never */
	unsigned sent_at_stop;
	char *doing; /* all of it, each once in a row */
} told;

static int tell(void *context, const struct trippsnmp_progress *progress)
{
	const usec now = script->clock - begun;

	(void)context;
	told.told++;
	told.longest = MAX(told.longest, now - told.last);
	told.last = now;
	if (!told.doing || !g_str_has_suffix(told.doing, progress->doing)) {
		char *doing =
			g_strdup_printf("%s|%s", told.doing ? told.doing : "", progress->doing);

		g_free(told.doing);
		told.doing = doing;
	}
	ck_assert(progress->seconds <= progress->limit);
	ck_assert_uint_eq(progress->requests, script->sent->len);
	told.sent_at_stop = script->sent->len;
	return (told.stop_at && now >= told.stop_at) ||
	       (told.stop_while && !strcmp(progress->doing, told.stop_while));
}

static void setup_told(void)
{
	setup();
	memset(&told, 0, sizeof(told));
	script_outlets(script, 0, lx, 1, 8);
}

static void teardown_told(void)
{
	g_clear_pointer(&told.doing, g_free);
	teardown();
}

static void power(enum trippsnmp_action action, const char *hold)
{
	const char *values[PARAM_COUNT] = { NULL };
	struct operation *operation;
	char *error = NULL;

	values[PARAM_IPADDR] = "pdu-a";
	values[PARAM_COMMUNITY] = "c";
	values[PARAM_HOSTLIST] = "db1:3";
	values[PARAM_OFF_HOLD] = hold;
	config = params_check(values, NULL, false, &error);
	ck_assert_msg(config != NULL, "%s", error);
	watch = (struct watch){ .fn = tell };
	operation = begin(TO_SWITCH, "db1");
	outcome = operation_power(operation, action, "node db1");
	end(operation);
}

START_TEST(who_wants_to_know_is_told_some_times_a_second)
{
	power(TRIPPSNMP_POWER_RESET, "5");
	ck_assert_msg(!outcome.error, "%s", outcome.message);
	ck_assert_uint_ge(told.told, 20);
	ck_assert_int_le(told.longest, USEC_PER_SEC / 4);
	ck_assert_ptr_nonnull(strstr(told.doing, "|waiting while all outlets are off"));
}
END_TEST

START_TEST(a_stop_ends_it_at_once_and_is_no_success)
{
	const enum trippsnmp_action action = _i ? TRIPPSNMP_POWER_RESET : TRIPPSNMP_POWER_OFF;

	told.stop_at = 2 * USEC_PER_SEC;
	power(action, "5");
	ck_assert_int_eq(outcome.error, TRIPPSNMP_STOPPED);
	assert_seconds(2, 2.3);
	ck_assert_uint_eq(script->sent->len, told.sent_at_stop);
}
END_TEST

static enum script_fate no_on(struct script *network, unsigned pdu, const struct request *request,
                              struct event *answer)
{
	(void)network;
	(void)pdu;
	(void)answer;
	return request->kind == REQUEST_SET && request->varbinds[0].number == lx->command_on
	               ? SCRIPT_LOST
	               : SCRIPT_ANSWERED;
}

START_TEST(a_stop_after_off_was_proven_is_no_success_of_a_reset)
{
	script->hook = no_on;
	told.stop_while = "switching on";
	power(TRIPPSNMP_POWER_RESET, "0.5");
	ck_assert_int_eq(outcome.error, TRIPPSNMP_STOPPED);
	ck_assert_msg(strstr(outcome.message, "after off was proven") != NULL, "%s",
	              outcome.message);
}
END_TEST

START_TEST(a_stop_of_a_look_switches_nothing)
{
	told.stop_while = "reading the outlets";
	power(TRIPPSNMP_POWER_OFF, "0");
	ck_assert_int_eq(outcome.error, TRIPPSNMP_STOPPED);
	ck_assert_uint_eq(script->sent->len, 0);
}
END_TEST

START_TEST(a_stop_between_two_looks_is_taken_notice_of)
{
	script_drop(script, 0, &lx->entry);
	told.stop_at = USEC_PER_SEC;
	power(TRIPPSNMP_POWER_OFF, "0");
	ck_assert_int_eq(outcome.error, TRIPPSNMP_STOPPED);
	assert_seconds(1, 1.3);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("operation");
	TCase *looks = tcase_create("looks"), *names = tcase_create("names");
	TCase *watched = tcase_create("watched");
	TCase *changes = tcase_create("changes"), *two = tcase_create("two PDUs");
	TCase *found = tcase_create("found by name"), *mains = tcase_create("main loads");
	TCase *kinds = tcase_create("kinds of requests");
	TCase *alarms = tcase_create("alarms"), *two_alarms = tcase_create("alarms of two");

	tcase_add_checked_fixture(looks, setup, teardown);
	tcase_add_loop_test(looks, a_card_that_is_starting_is_given_time_before_its_no_is_believed,
	                    0, G_N_ELEMENTS(boots));
	tcase_add_test(looks, a_no_that_lasts_five_seconds_is_believed);
	tcase_add_test(looks, a_no_takes_at_most_a_quarter_of_the_time);
	tcase_add_test(looks, a_no_that_changes_must_last_anew);
	tcase_add_test(looks, status_believes_a_no_that_it_sees_twice);
	suite_add_tcase(suite, looks);

	tcase_add_loop_test(looks, a_card_that_refuses_while_it_starts_is_asked_on, 0,
	                    G_N_ELEMENTS(maps));
	tcase_add_loop_test(looks, an_object_that_is_refused_for_good_ends_it_after_five_seconds, 0,
	                    G_N_ELEMENTS(maps));
	tcase_add_test(looks, status_believes_a_refused_object_after_a_second);
	tcase_add_loop_test(looks, what_is_no_stranger_by_its_name_is_told_what_to_check, 0,
	                    G_N_ELEMENTS(strangers));
	tcase_add_loop_test(looks, a_stranger_is_asked_for_five_seconds, 0, G_N_ELEMENTS(maps));

	tcase_add_checked_fixture(found, setup, teardown);
	tcase_add_test(found, outlets_of_a_device_whose_rows_come_late_are_switched_too);
	tcase_add_test(found, status_says_that_rows_are_missing);
	tcase_add_loop_test(found, names_that_come_row_by_row_are_waited_for, 0, 2);
	tcase_add_test(found, what_is_not_settled_in_time_is_an_honest_failure);
	tcase_add_test(found, a_map_by_numbers_waits_for_no_card_to_settle);
	suite_add_tcase(suite, found);

	tcase_add_checked_fixture(two, setup_two, teardown);
	tcase_add_loop_test(two, nothing_is_switched_before_all_pdus_names_are_settled, 0, 4);
	tcase_add_test(two, a_look_that_is_old_because_another_pdu_was_slow_touches_nobody_else);
	suite_add_tcase(suite, two);

	tcase_add_checked_fixture(names, setup, teardown);
	tcase_add_test(names, a_row_of_nobodys_stands_in_nobodys_way);
	tcase_add_test(names, an_outlet_of_the_node_must_say_whether_it_is_controllable);
	tcase_add_test(names, status_warns_of_a_node_that_does_not_say_whether_it_can_be_fenced);
	tcase_add_test(names, status_asks_on_where_no_outlet_says_that_it_is_controllable);
	tcase_add_test(names, status_fails_where_no_outlet_has_a_nodes_name);
	tcase_add_test(names, status_fails_where_no_outlet_with_a_nodes_name_can_be_switched);
	tcase_add_test(names, a_look_at_the_pdus_needs_no_nodes_name);
	tcase_add_test(names, status_with_names_has_nothing_to_warn_of);
	tcase_add_test(names, status_warns_of_an_outlet_that_has_the_names_of_two_nodes);
	tcase_add_test(names, but_not_of_one_that_has_the_name_of_one);
	tcase_add_test(names, four_times_as_many_named_outlets_take_no_sixteen_times_as_long);
	tcase_add_test(names, status_warns_of_a_name_with_a_nul_inside_and_list_has_no_such_node);
	suite_add_tcase(suite, names);

	tcase_add_checked_fixture(watched, setup_told, teardown_told);
	tcase_add_test(watched, who_wants_to_know_is_told_some_times_a_second);
	tcase_add_loop_test(watched, a_stop_ends_it_at_once_and_is_no_success, 0, 2);
	tcase_add_test(watched, a_stop_after_off_was_proven_is_no_success_of_a_reset);
	tcase_add_test(watched, a_stop_of_a_look_switches_nothing);
	tcase_add_test(watched, a_stop_between_two_looks_is_taken_notice_of);
	suite_add_tcase(suite, watched);

	tcase_add_checked_fixture(changes, setup, teardown);
	tcase_add_test(changes, rows_that_are_exchanged_after_the_look_are_looked_for_anew);
	tcase_add_test(changes, a_row_that_is_renamed_after_the_look_is_not_touched);
	tcase_add_test(changes, a_feed_that_has_lost_its_name_after_the_look_is_not_left_on);
	tcase_add_test(changes, another_device_under_the_address_is_begun_anew);
	tcase_add_test(changes, another_device_that_does_not_have_the_outlet_is_an_error);
	suite_add_tcase(suite, changes);

	tcase_add_checked_fixture(alarms, setup, teardown);
	tcase_add_loop_test(alarms, what_an_alarm_says_is_lost_is_never_off, 0, 4);
	tcase_add_loop_test(alarms, what_is_found_again_is_switched, 0, 2);
	tcase_add_loop_test(alarms, a_lost_device_of_somebody_else_is_in_nobodys_way, 0, 2);
	tcase_add_test(alarms, status_fails_where_an_alarm_says_that_a_device_is_lost);
	tcase_add_test(alarms, other_alarms_are_one_line_of_status);
	suite_add_tcase(suite, alarms);
	tcase_add_checked_fixture(two_alarms, setup_two, teardown);
	tcase_add_test(two_alarms, a_lost_device_of_one_feed_leaves_the_other_one_alone);
	tcase_add_test(two_alarms, another_nodes_lost_pdu_is_in_nobodys_way);
	suite_add_tcase(suite, two_alarms);

	tcase_add_checked_fixture(kinds, setup, teardown);
	tcase_add_test(kinds, a_pdu_that_answers_no_get_is_said_to);
	tcase_add_test(kinds, so_it_is_where_a_look_needs_one);
	tcase_add_loop_test(kinds, a_pdu_that_is_dead_does_not_answer_any_more, 0, 2);
	tcase_add_test(kinds, a_set_that_is_answered_without_varbinds_is_said_to_be);
	tcase_add_test(kinds, nor_does_it_prove_write_access);
	suite_add_tcase(suite, kinds);

	tcase_add_checked_fixture(mains, setup, teardown);
	tcase_add_loop_test(mains, a_main_load_is_found_and_switched_off, 0,
	                    G_N_ELEMENTS(with_main));
	tcase_add_test(mains, a_main_load_that_shows_its_state_alone_is_refused);
	tcase_add_loop_test(mains, status_says_what_a_main_load_cuts, 0, G_N_ELEMENTS(with_main));
	tcase_add_test(mains, status_fails_where_a_main_load_would_cut_another_node);
	tcase_add_test(mains, a_main_load_is_not_switched_before_other_nodes_names_are_settled);
	tcase_add_test(mains,
	               a_main_load_waits_for_no_card_to_settle_where_all_are_mapped_by_number);
	suite_add_tcase(suite, mains);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
