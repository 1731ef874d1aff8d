/*
 * The rules of inventory.h: which family is believed, how tables are read, and
 * that a table which was not read whole is never taken for one that was.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "find/inventory.h"

#include "script.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define OVERHEAD 40 /* of a community message */
#define V2C 0
#define V1 1

static struct script *script;
static struct inventory *inventory;
static struct inventory_need needs[SCRIPT_PDUS_MAX];
static const struct family *lx; /* LX PDU */

static void begin(unsigned n_pdus, bool v1)
{
	script = script_new(n_pdus, v1);
	memset(needs, 0, sizeof(needs));
	lx = script_family("LX PDU");
}

static void forget_inventory(void)
{
	g_clear_pointer(&inventory, inventory_free);
}

static void finish(void)
{
	for (unsigned i = 0; i < SCRIPT_PDUS_MAX; i++) {
		g_clear_pointer(&needs[i].numbers, g_ptr_array_unref);
		g_clear_pointer(&needs[i].wanted, g_hash_table_unref);
	}
	forget_inventory();
	if (script)
		script_free(script);
	script = NULL;
}

static void need_table(unsigned pdu)
{
	needs[pdu].names = true;
}

/* Only outlets of that name must say whether they are controllable. */
static void want(unsigned pdu, const char *name)
{
	need_table(pdu);
	needs[pdu].wanted = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_hash_table_add(needs[pdu].wanted, g_strdup(name));
}

static void need_number(unsigned pdu, uint32_t device, uint32_t number)
{
	struct outlet_ref *wanted = g_new0(struct outlet_ref, 1);

	*wanted = (struct outlet_ref){
		.pdu = pdu, .has_device = device != 0, .device = device, .number = number
	};
	if (!needs[pdu].numbers)
		needs[pdu].numbers = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(needs[pdu].numbers, wanted);
}

static void need_main(unsigned pdu, uint32_t device)
{
	need_number(pdu, device, TRIPPSNMP_MAIN);
	needs[pdu].mains = true;
}

/* The same with its name. */
static void need_named_number(unsigned pdu, uint32_t device, uint32_t number)
{
	static char name[] = "db1-a";
	struct outlet_ref *last;

	need_number(pdu, device, number);
	last = needs[pdu].numbers->pdata[needs[pdu].numbers->len - 1];
	last->name = name;
}

/* Runs the inventory; whether it was done in so many seconds. */
static bool looks(double seconds)
{
	const struct inventory_settings settings = { .v1 = script->v1,
		                                     .overhead = OVERHEAD,
		                                     .lasts = USEC_PER_SEC };
	struct machine machine;

	forget_inventory();
	inventory = inventory_new(script->n_pdus, script->labels, needs, &settings, &script->log);
	machine = inventory_machine(inventory);
	return script_run(script, &machine, seconds);
}

/* What is asked for with GETBULK is no more than an answer has room for, if texts are short. */
static void assert_answers_fit(void)
{
	for (unsigned i = 0; i < script->sent->len; i++) {
		const struct script_request *sent = script_sent(script, i);
		const unsigned repeated = sent->varbinds->len - sent->once;

		if (sent->kind == REQUEST_BULK && sent->repetitions > 1)
			ck_assert_uint_le((sent->once + repeated * sent->repetitions) * 26, 1400);
	}
}

static void look(void)
{
	struct outcome outcome;

	ck_assert_msg(looks(15), "not done: %s", inventory_obstacle(inventory, 0));
	outcome = inventory_outcome(inventory);
	ck_assert_msg(!outcome.error, "%s", outcome.message);
	assert_answers_fit();
}

static bool looks_once_more(void)
{
	struct machine machine;

	inventory_again(inventory);
	machine = inventory_machine(inventory);
	return script_run(script, &machine, 15);
}

static const struct pdu_outlets *found(unsigned pdu)
{
	return inventory_pdu(inventory, pdu);
}

static const struct outlet *outlet(unsigned pdu, unsigned i)
{
	ck_assert_uint_lt(i, found(pdu)->outlets->len);
	return &g_array_index(found(pdu)->outlets, struct outlet, i);
}

static void put_count(unsigned pdu, const struct family *family, uint32_t device, int64_t count)
{
	const struct objid name = objid_append(&family->outlet_count, 1, &device);

	script_put(script, pdu, &name, VALUE_UNSIGNED, count);
}

static void put_cell(uint32_t column, uint32_t device, uint32_t number, enum value_type type,
                     int64_t value)
{
	const struct objid name = family_instance(lx, column, device, number);

	script_put(script, 0, &name, type, value);
}

static void drop_cell(uint32_t column, uint32_t device, uint32_t number)
{
	const struct objid name = family_instance(lx, column, device, number);

	script_drop(script, 0, &name);
}

static void put_name(uint32_t device, uint32_t number, const char *text)
{
	const struct objid name = family_instance(lx, lx->outlet_name, device, number);

	script_put_text(script, 0, &name, text);
}

static void put_status(unsigned pdu, uint32_t device, enum value_type type, int64_t status)
{
	const struct objid name = objid_append(&lx->device_status, 1, &device);

	script_put(script, pdu, &name, type, status);
}

/* A cell behind all tables, as every real agent has. */
static void put_end(unsigned pdu)
{
	const struct objid name = { .n = 8, .id = { 1, 3, 6, 1, 6, 3, 16, 1 } };

	script_put(script, pdu, &name, VALUE_INTEGER, 1);
}

static void assert_obstacle(const char *text)
{
	const char *obstacle = inventory_obstacle(inventory, 0);

	ck_assert_ptr_nonnull(obstacle);
	ck_assert_msg(strstr(obstacle, text) != NULL, "obstacle: %s", obstacle);
}

/* Nothing of that table may be used: not done, and why. */
static void assert_not_whole(const char *why)
{
	ck_assert(!looks(10));
	ck_assert_ptr_null(found(0));
	assert_obstacle(why);
	ck_assert(script_said(script, TRIPPSNMP_LOG_WARN, why));
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 0);
}

/* --- identification --- */

struct card {
	const char *capture, *family;
	unsigned outlets, controllable;
	unsigned alarms; /* none of them matters; each look reads them */
};

static const struct card cards[] = {
	{ "pdumh20atnet-ats-15.5.4.snmprec", "LX ATS", 16, 16, 11 },
	{ "pdumv30hvnetlx-pdu-20.2.1.snmprec", "LX PDU", 24, 24, 0 },
	{ "su3000lcd2uhv-ups-20.1.0.snmprec", "LX UPS", 3, 2, 0 },
	{ "lx-pdu-envirosense.snmprec", "LX PDU", 8, 8, 0 },
	{ "smart1500rmxl2ua-webcard-12.06.0069.snmprec", "SNMPWEBCARD", 3, 2, 2 },
	{ "pdumh20hvnet-12.04-pdu.snmprec", "SNMPWEBCARD", 8, 8, 0 },
	{ "twin-only.snmprec", "SNMPWEBCARD twin", 8, 8, 0 },
};

/* How many requests a card's alarms take. */
static unsigned for_alarms(const struct card *card)
{
	return !card->alarms ? 0 : !script->v1 ? 1 : card->alarms > 2 ? 2 : 1;
}

static void assert_card_identified(const struct card *card, bool v1)
{
	begin(1, v1);
	script_load(script, 0, card->capture);
	look();
	ck_assert(found(0)->known);
	ck_assert_str_eq(found(0)->family->name, card->family);
	ck_assert_uint_eq(found(0)->device, 1);
	ck_assert_uint_eq(found(0)->outlets->len, 0);
}

START_TEST(a_card_is_identified_by_the_table_that_answers)
{
	assert_card_identified(&cards[_i], false);
	ck_assert_uint_eq(script->sent->len, 1 + for_alarms(&cards[_i]));
}
END_TEST

START_TEST(a_card_is_identified_in_v1_too)
{
	assert_card_identified(&cards[_i], true);
}
END_TEST

static void assert_card_read(const struct card *card, bool v1)
{
	unsigned controllable = 0;

	begin(1, v1);
	script_load(script, 0, card->capture);
	need_table(0);
	needs[0].status = true;
	look();
	ck_assert(found(0)->whole);
	ck_assert_uint_eq(found(0)->device, 1);
	ck_assert_uint_eq(found(0)->outlets->len, card->outlets);
	for (unsigned i = 0; i < card->outlets; i++) {
		ck_assert_str_eq(outlet(0, i)->id.family->name, card->family);
		ck_assert_uint_eq(outlet(0, i)->id.number, i + 1);
		ck_assert(outlet(0, i)->name);
		ck_assert_int_ne(outlet(0, i)->state, TRIPPSNMP_UNKNOWN);
		ck_assert(!outlet(0, i)->alarmed);
		controllable += outlet(0, i)->controllable == TRI_YES;
	}
	ck_assert_uint_eq(controllable, card->controllable);
	ck_assert_uint_eq(alarms_len(&found(0)->alarms), card->alarms);
	for (unsigned i = 0; i < card->alarms; i++)
		ck_assert_ptr_nonnull(alarms_at(&found(0)->alarms, i)->text);
}

START_TEST(a_cards_table_is_read_whole)
{
	assert_card_read(&cards[_i], false);
}
END_TEST

START_TEST(a_cards_table_is_read_whole_in_v1_too)
{
	assert_card_read(&cards[_i], true);
}
END_TEST

START_TEST(every_family_is_identified_by_its_rows)
{
	const struct family *family = family_row((unsigned)_i);

	begin(1, false);
	script_outlets(script, 0, family, 1, 4);
	need_table(0);
	look();
	ck_assert_ptr_eq(found(0)->family, family);
	ck_assert_uint_eq(found(0)->outlets->len, 4);
}
END_TEST

START_TEST(the_twin_counts_only_where_no_documented_table_answers)
{
	begin(1, false);
	script_outlets(script, 0, script_family("SNMPWEBCARD"), 1, 4);
	script_outlets(script, 0, script_family("SNMPWEBCARD twin"), 1, 8);
	need_table(0);
	look();
	ck_assert_str_eq(found(0)->family->name, "SNMPWEBCARD");
	ck_assert_uint_eq(found(0)->outlets->len, 4);
}
END_TEST

START_TEST(an_error_at_a_documented_table_does_not_make_the_twin_count)
{
	begin(1, false);
	script_outlets(script, 0, lx, 1, 4);
	put_cell(lx->controllable, 1, 1, VALUE_ERROR, SNMP_STATUS_GEN_ERR);
	script_outlets(script, 0, script_family("SNMPWEBCARD twin"), 1, 8);
	need_table(0);
	ck_assert(!looks(10));
	assert_obstacle("errors where the outlet tables are looked for");
}
END_TEST

START_TEST(an_error_at_the_twin_does_not_matter_beside_a_documented_table)
{
	const struct family *twin = script_family("SNMPWEBCARD twin");
	const struct objid state = family_instance(twin, twin->state, 1, 1);
	const struct objid between = { .n = 8, .id = { 1, 3, 6, 1, 4, 1, 850, 2 } };

	begin(1, false);
	script_outlets(script, 0, lx, 1, 4);
	script_outlets(script, 0, twin, 1, 8);
	script_put(script, 0, &between, VALUE_INTEGER, 1);
	script_put(script, 0, &state, VALUE_ERROR, SNMP_STATUS_GEN_ERR);
	look();
	ck_assert_ptr_eq(found(0)->family, lx);
}
END_TEST

START_TEST(several_devices_with_outlets_leave_no_sole_one)
{
	begin(1, _i == V1);
	script_outlets(script, 0, lx, 1, 4);
	script_outlets(script, 0, lx, 2, 2);
	need_number(0, 2, 1);
	look();
	ck_assert(found(0)->whole);
	ck_assert_uint_eq(found(0)->device, 0);
	ck_assert_ptr_null(found(0)->family);
	ck_assert_uint_eq(found(0)->outlets->len, 6);
	ck_assert_uint_eq(outlet(0, 5)->id.device, 2);
	ck_assert_uint_eq(outlet(0, 5)->id.number, 2);
}
END_TEST

START_TEST(a_device_without_controllable_outlets_does_not_compete)
{
	begin(1, false);
	script_outlets(script, 0, lx, 1, 2);
	script_outlets(script, 0, lx, 2, 2);
	put_cell(lx->controllable, 1, 1, VALUE_INTEGER, 2);
	put_cell(lx->controllable, 1, 2, VALUE_INTEGER, 2);
	look();
	ck_assert_ptr_eq(found(0)->family, lx);
	ck_assert_uint_eq(found(0)->device, 2);
}
END_TEST

START_TEST(a_table_with_no_controllable_outlet_has_no_sole_device)
{
	begin(1, false);
	script_outlets(script, 0, lx, 1, 1);
	put_cell(lx->controllable, 1, 1, VALUE_INTEGER, 2);
	need_table(0);
	look();
	ck_assert_uint_eq(found(0)->device, 0);
}
END_TEST

START_TEST(a_pdu_beside_an_ats_leaves_no_sole_device)
{
	begin(1, false);
	script_outlets(script, 0, lx, 1, 2);
	script_outlets(script, 0, script_family("LX ATS"), 1, 2);
	look();
	ck_assert_uint_eq(found(0)->device, 0);
	ck_assert_uint_eq(found(0)->outlets->len, 4);
}
END_TEST

START_TEST(a_device_index_need_not_be_1)
{
	begin(1, _i == V1);
	script_outlets(script, 0, lx, 7, 3);
	put_count(0, lx, 7, 3);
	need_number(0, 0, 2);
	look();
	ck_assert_uint_eq(found(0)->device, 7);
	ck_assert_uint_eq(outlet(0, 1)->id.device, 7);
}
END_TEST

START_TEST(an_agent_without_our_tables_is_named_by_its_system_group)
{
	const struct objid id = { .n = 9, .id = { 1, 3, 6, 1, 2, 1, 1, 2, 0 } };
	const struct objid descr = { .n = 9, .id = { 1, 3, 6, 1, 2, 1, 1, 1, 0 } };
	struct outcome outcome;

	begin(1, _i == V1);
	script_put_text(script, 0, &descr, "a\nprinter");
	script_put_text(script, 0, &id, "1.3.6.1.4.1.11");
	script_cell(script, 0, &id)->type = VALUE_OBJID;
	need_table(0);
	ck_assert(looks(15));
	outcome = inventory_outcome(inventory);
	ck_assert_int_eq(outcome.error, TRIPPSNMP_ACCESS);
	ck_assert_ptr_nonnull(strstr(outcome.message, "pdu-a: "));
	ck_assert_ptr_nonnull(strstr(outcome.message, "sysObjectID 1.3.6.1.4.1.11,"));
	ck_assert_ptr_nonnull(strstr(outcome.message, "sysDescr \"a\\x0aprinter\""));
	ck_assert_ptr_null(found(0));
	g_free(outcome.message);
}
END_TEST

START_TEST(an_agent_without_anything_is_named_so)
{
	struct outcome outcome;

	begin(1, _i == V1);
	ck_assert(looks(15));
	outcome = inventory_outcome(inventory);
	ck_assert_int_eq(outcome.error, TRIPPSNMP_ACCESS);
	ck_assert_ptr_nonnull(strstr(outcome.message, "sysObjectID none"));
	g_free(outcome.message);
}
END_TEST

START_TEST(a_skipped_pdu_is_not_asked)
{
	begin(2, false);
	script_outlets(script, 0, lx, 1, 1);
	needs[1].skip = true;
	look();
	for (unsigned i = 0; i < script->sent->len; i++)
		ck_assert_uint_eq(script_sent(script, i)->pdu, 0);
	ck_assert(!found(1)->known);
}
END_TEST

START_TEST(several_pdus_are_asked_for_their_engine_ids)
{
	const struct objid id = { .n = 11, .id = { 1, 3, 6, 1, 6, 3, 10, 2, 1, 1, 0 } };

	begin(2, _i == V1);
	script_outlets(script, 0, lx, 1, 1);
	script_outlets(script, 1, lx, 1, 1);
	script_put_text(script, 0, &id, "engine");
	look();
	ck_assert_ptr_nonnull(found(0)->engine_id);
	ck_assert_uint_eq(g_bytes_get_size(found(0)->engine_id), 6);
	ck_assert_ptr_null(found(1)->engine_id);
	finish();
	/* one alone cannot be another one */
	begin(1, _i == V1);
	script_outlets(script, 0, lx, 1, 1);
	script_put_text(script, 0, &id, "engine");
	look();
	ck_assert_ptr_null(found(0)->engine_id);
}
END_TEST

START_TEST(an_empty_engine_id_is_none)
{
	const struct objid id = { .n = 11, .id = { 1, 3, 6, 1, 6, 3, 10, 2, 1, 1, 0 } };

	begin(2, _i == V1);
	for (unsigned i = 0; i < 2; i++) {
		script_outlets(script, i, lx, 1, 1);
		script_put_text(script, i, &id, "");
	}
	look();
	ck_assert_ptr_null(found(0)->engine_id);
	ck_assert_ptr_null(found(1)->engine_id);
}
END_TEST

START_TEST(pdus_are_asked_at_the_same_time)
{
	usec begun;

	begin(16, false);
	for (unsigned i = 0; i < 16; i++) {
		script_outlets(script, i, lx, 1, 24);
		need_table(i);
	}
	begun = script->clock;
	look();
	ck_assert_int_le(script->clock - begun, 3 * script->latency);
}
END_TEST

/* --- single outlets --- */

START_TEST(two_outlets_by_number_cost_one_request)
{
	begin(1, false);
	script_outlets(script, 0, lx, 1, 24);
	put_end(0);
	need_number(0, 0, 3);
	need_number(0, 1, 24);
	look();
	ck_assert_uint_eq(script->sent->len, 1);
	ck_assert(!found(0)->whole);
	ck_assert_uint_eq(found(0)->outlets->len, 2);
	ck_assert_uint_eq(outlet(0, 1)->id.number, 24);
	ck_assert(outlet(0, 1)->exists);
	ck_assert_int_eq(outlet(0, 1)->controllable, TRI_YES);
	ck_assert_int_eq(outlet(0, 1)->state, TRIPPSNMP_ON);
}
END_TEST

START_TEST(more_outlets_by_number_cost_two_requests)
{
	begin(1, false);
	script_outlets(script, 0, lx, 1, 24);
	for (uint32_t i = 1; i <= 8; i++)
		need_number(0, 0, i);
	look();
	ck_assert_uint_eq(script->sent->len, 2);
	ck_assert_uint_eq(found(0)->outlets->len, 8);
}
END_TEST

/* What is guessed in vain costs a request each in v1. */
START_TEST(in_v1_nothing_is_guessed)
{
	unsigned families;

	begin(1, true);
	script_outlets(script, 0, lx, 1, 8);
	look();
	families = script_sent(script, 0)->varbinds->len;
	finish();
	begin(1, true);
	script_outlets(script, 0, lx, 1, 8);
	need_number(0, 0, 3);
	look();
	ck_assert_uint_eq(script_sent(script, 0)->varbinds->len, families);
}
END_TEST

START_TEST(an_outlet_of_each_family_costs_one_request)
{
	const struct family *family = family_row((unsigned)_i);

	begin(1, false);
	script_outlets(script, 0, family, 1, 8);
	put_end(0);
	need_number(0, 0, 1);
	look();
	ck_assert_uint_eq(script->sent->len, 1);
	ck_assert_ptr_eq(outlet(0, 0)->id.family, family);
	ck_assert_int_eq(outlet(0, 0)->controllable, TRI_YES);
	ck_assert_int_eq(outlet(0, 0)->state, TRIPPSNMP_ON);
}
END_TEST

START_TEST(an_outlets_name_comes_with_its_state)
{
	const struct family *family = family_row((unsigned)_i);
	const struct objid name = family_instance(family, family->outlet_name, 1, 3);

	begin(1, false);
	script_outlets(script, 0, family, 1, 8);
	script_put_text(script, 0, &name, "db1-a");
	put_end(0);
	need_named_number(0, 0, 3);
	look();
	ck_assert_uint_eq(script->sent->len, 1);
	ck_assert_uint_eq(found(0)->outlets->len, 1);
	ck_assert(outlet(0, 0)->name);
	ck_assert_str_eq(outlet(0, 0)->name, "db1-a");
	ck_assert_int_eq(outlet(0, 0)->state, TRIPPSNMP_ON);
}
END_TEST

START_TEST(only_the_names_asked_for_are_read)
{
	begin(1, _i == V1);
	script_outlets(script, 0, lx, 1, 8);
	put_name(1, 2, "db1-a");
	put_name(1, 3, "db2-a");
	need_number(0, 0, 2);
	need_named_number(0, 0, 3);
	need_named_number(0, 0, 4);
	look();
	ck_assert_uint_eq(found(0)->outlets->len, 3);
	ck_assert(!outlet(0, 0)->name);
	ck_assert_str_eq(outlet(0, 1)->name, "db2-a");
	ck_assert_uint_eq(outlet(0, 2)->id.number, 4);
	ck_assert(outlet(0, 2)->exists);
	ck_assert_int_eq(outlet(0, 2)->state, TRIPPSNMP_ON);
}
END_TEST

START_TEST(a_number_has_its_name_from_a_walk_too)
{
	begin(1, _i == V1);
	script_outlets(script, 0, lx, 1, 2);
	script_outlets(script, 0, lx, 2, 2);
	put_name(2, 1, "db1-a");
	need_named_number(0, 2, 1);
	look();
	ck_assert(found(0)->whole);
	ck_assert_uint_eq(outlet(0, 2)->id.device, 2);
	ck_assert_str_eq(outlet(0, 2)->name, "db1-a");
}
END_TEST

START_TEST(an_outlet_without_a_name_cell_has_no_name)
{
	begin(1, _i == V1);
	script_outlets(script, 0, lx, 1, 8);
	drop_cell(lx->outlet_name, 1, 3);
	need_named_number(0, 0, 3);
	look();
	ck_assert(outlet(0, 0)->exists);
	ck_assert(!outlet(0, 0)->name);
	ck_assert_int_eq(outlet(0, 0)->state, TRIPPSNMP_ON);
}
END_TEST

START_TEST(a_name_cell_that_is_no_text_leaves_the_name_open)
{
	static const struct varbind cells[] = { { .type = VALUE_INTEGER, .number = 3 },
		                                { .type = VALUE_NULL },
		                                { .type = VALUE_ERROR,
		                                  .number = SNMP_STATUS_GEN_ERR } };

	for (unsigned i = 0; i < G_N_ELEMENTS(cells); i++) {
		begin(1, _i == V1);
		script_outlets(script, 0, lx, 1, 8);
		put_cell(lx->outlet_name, 1, 3, cells[i].type, cells[i].number);
		need_named_number(0, 0, 3);
		ck_assert(!looks(10));
		assert_obstacle("it does not say what outlet 3 is called");
		finish();
	}
}
END_TEST

/* In the first answer the state of outlet 8 is spoilt as script->context says. */
static enum script_fate spoils_the_state(struct script *network, unsigned pdu,
                                         const struct request *request, struct event *answer)
{
	const struct varbind *spoilt = network->context;
	const struct objid state = family_instance(lx, lx->state, 1, 8);

	(void)pdu;
	(void)request;
	for (unsigned i = 0; !network->calls && i < answer->varbinds->len; i++) {
		struct varbind *varbind = &g_array_index(answer->varbinds, struct varbind, i);

		if (objid_compare(&varbind->name, &state) == 0)
			*varbind = *spoilt;
	}
	network->calls++;
	return SCRIPT_ANSWERED;
}

START_TEST(what_is_not_the_outlets_own_state_is_never_taken_for_it)
{
	lx = script_family("LX PDU");
	const struct varbind spoilt[] = {
		{ .name = family_instance(lx, lx->state, 1, 9),
		  .type = VALUE_INTEGER,
		  .number = 1 },
		{ .name = family_instance(lx, lx->state, 2, 8),
		  .type = VALUE_INTEGER,
		  .number = 1 },
		{ .name = family_instance(lx, lx->command, 1, 8),
		  .type = VALUE_INTEGER,
		  .number = 1 },
		{ .name = family_instance(lx, lx->state, 1, 7),
		  .type = VALUE_INTEGER,
		  .number = 1 },
		{ .name = family_instance(lx, lx->state, 1, 8), .type = VALUE_END_OF_MIB },
		{ .name = family_instance(lx, lx->state, 1, 8), .type = VALUE_ERROR },
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(spoilt); i++) {
		begin(1, false);
		script_outlets(script, 0, lx, 1, 24);
		script->hook = spoils_the_state;
		script->context = (void *)&spoilt[i];
		need_number(0, 0, 8);
		look();
		ck_assert_uint_gt(script->sent->len, 1);
		ck_assert_uint_eq(found(0)->outlets->len, 1);
		ck_assert_uint_eq(outlet(0, 0)->id.number, 8);
		ck_assert_int_eq(outlet(0, 0)->state, TRIPPSNMP_ON);
		finish();
	}
}
END_TEST

/* NULL if there is no such outlet. */
static const struct outlet *outlet_of(uint32_t number)
{
	for (unsigned i = 0; i < found(0)->outlets->len; i++)
		if (outlet(0, i)->id.number == number && outlet(0, i)->exists)
			return outlet(0, i);
	return NULL;
}

START_TEST(an_outlet_past_the_last_does_not_exist)
{
	begin(1, _i == V1);
	script_outlets(script, 0, lx, 1, 8);
	need_number(0, 0, 9);
	look();
	ck_assert_ptr_null(outlet_of(9));
}
END_TEST

START_TEST(where_one_does_not_exist_the_table_tells_which_ones_do)
{
	begin(1, _i == V1);
	script_outlets(script, 0, lx, 1, 8);
	need_number(0, 0, 3);
	need_number(0, 0, 99);
	look();
	ck_assert(found(0)->whole);
	ck_assert_uint_eq(found(0)->outlets->len, 8);
	ck_assert_uint_eq(found(0)->device, 1);
	ck_assert_ptr_null(outlet_of(99));
}
END_TEST

START_TEST(an_outlet_without_a_controllable_cell_is_not_controllable)
{
	begin(1, _i == V1);
	script_outlets(script, 0, lx, 1, 8);
	drop_cell(lx->controllable, 1, 8);
	need_number(0, 0, 8);
	look();
	ck_assert(outlet(0, 0)->exists);
	ck_assert_int_eq(outlet(0, 0)->controllable, TRI_NO);
}
END_TEST

START_TEST(an_outlet_that_does_not_say_is_asked_again)
{
	begin(1, false);
	script_outlets(script, 0, lx, 1, 8);
	put_cell(lx->controllable, 1, 8, VALUE_NULL, 0);
	need_number(0, 0, 8);
	ck_assert(!looks(5));
	assert_obstacle("whether outlet 8 is controllable");
	put_cell(lx->controllable, 1, 8, VALUE_INTEGER, 1);
	look();
	ck_assert_int_eq(outlet(0, 0)->controllable, TRI_YES);
}
END_TEST

START_TEST(an_odd_state_is_unknown_and_not_absent)
{
	static const enum value_type odd[] = { VALUE_NULL, VALUE_UNSIGNED, VALUE_OTHER,
		                               VALUE_ERROR };

	for (unsigned i = 0; i < G_N_ELEMENTS(odd); i++) {
		begin(1, false);
		script_outlets(script, 0, lx, 1, 8);
		put_cell(lx->state, 1, 8, odd[i], odd[i] == VALUE_ERROR ? SNMP_STATUS_GEN_ERR : 1);
		need_number(0, 0, 8);
		look();
		ck_assert(outlet(0, 0)->exists);
		ck_assert_int_eq(outlet(0, 0)->state, TRIPPSNMP_UNKNOWN);
		finish();
	}
}
END_TEST

START_TEST(a_number_on_another_device_is_looked_up_in_the_whole_table)
{
	begin(1, false);
	script_outlets(script, 0, lx, 1, 8);
	need_number(0, 2, 3);
	look();
	ck_assert(found(0)->whole);
	ck_assert_uint_eq(found(0)->outlets->len, 8);
}
END_TEST

/* --- main loads --- */

static void assert_main(unsigned i, const struct family *family, uint32_t device)
{
	ck_assert_ptr_eq(outlet(0, i)->id.family, family->main);
	ck_assert_uint_eq(outlet(0, i)->id.device, device);
	ck_assert_uint_eq(outlet(0, i)->id.number, TRIPPSNMP_MAIN);
	ck_assert(outlet(0, i)->exists);
	ck_assert_int_eq(outlet(0, i)->controllable, TRI_YES);
	ck_assert_int_eq(outlet(0, i)->state, TRIPPSNMP_ON);
}

static const struct {
	const char *capture, *family;
	unsigned requests, requests_v1; /* more where alarms are active, or no tlpDeviceStatus */
} with_main[] = {
	{ "pdumh20atnet-ats-15.5.4.snmprec", "LX ATS", 2, 4 },
	{ "su3000lcd2uhv-ups-20.1.0.snmprec", "LX UPS", 1, 3 },
	{ "smart1500rmxl2ua-webcard-12.06.0069.snmprec", "SNMPWEBCARD", 2, 4 },
};

static void assert_main_of_capture(unsigned i, bool v1, unsigned requests)
{
	begin(1, v1);
	script_load(script, 0, with_main[i].capture);
	put_end(0);
	need_main(0, 0);
	needs[0].status = true;
	look();
	ck_assert_uint_eq(found(0)->outlets->len, 1);
	ck_assert_uint_eq(found(0)->main_device, 1);
	assert_main(0, script_family(with_main[i].family), 1);
	ck_assert_uint_eq(script->sent->len, requests);
}

START_TEST(the_main_load_of_a_capture_costs_as_many_requests_as_an_outlet)
{
	assert_main_of_capture((unsigned)_i, false, with_main[_i].requests);
}
END_TEST

START_TEST(the_main_load_of_a_capture_costs_few_requests_in_v1)
{
	assert_main_of_capture((unsigned)_i, true, with_main[_i].requests_v1);
}
END_TEST

START_TEST(the_main_load_of_each_family_is_found_without_outlets_too)
{
	const struct family *family = family_row((unsigned)_i / 2);

	if (!family->main)
		return;
	begin(1, _i % 2);
	script_main(script, 0, family, 1);
	put_end(0);
	need_main(0, 0);
	look();
	ck_assert(found(0)->known);
	ck_assert_uint_eq(found(0)->outlets->len, 1);
	assert_main(0, family, 1);
}
END_TEST

START_TEST(a_family_without_main_loads_has_none)
{
	begin(1, _i == V1);
	script_outlets(script, 0, script_family("SNMPWEBCARD twin"), 1, 8);
	need_main(0, 0);
	look();
	ck_assert_ptr_null(outlet_of(TRIPPSNMP_MAIN));
	finish();
	begin(1, _i == V1);
	script_outlets(script, 0, script_family("SNMPWEBCARD twin"), 1, 8);
	need_main(0, 0);
	need_number(0, 0, 3);
	look();
	ck_assert_ptr_null(outlet_of(TRIPPSNMP_MAIN));
	ck_assert_ptr_nonnull(outlet_of(3));
}
END_TEST

START_TEST(a_main_load_and_an_outlet_are_read_together)
{
	begin(1, false);
	script_outlets(script, 0, lx, 1, 8);
	script_main(script, 0, lx, 1);
	put_end(0);
	need_number(0, 0, 8);
	need_main(0, 1);
	look();
	ck_assert_uint_eq(script->sent->len, 1);
	ck_assert_uint_eq(outlet(0, 0)->id.number, 8);
	assert_main(1, lx, 1);
}
END_TEST

/* One that shows its state alone is known in the field. */
START_TEST(a_main_load_without_a_controllable_cell_is_not_controllable)
{
	begin(1, _i == V1);
	script_load(script, 0, "pdumv30hvnetlx-pdu-20.2.1.snmprec");
	need_main(0, 0);
	look();
	ck_assert(outlet(0, 0)->exists);
	ck_assert_int_eq(outlet(0, 0)->controllable, TRI_NO);
	finish();
	begin(1, _i == V1);
	script_load(script, 0, "pdumv30hvnetlx-pdu-20.2.1.snmprec");
	need_table(0);
	needs[0].mains = needs[0].status = true;
	look();
	ck_assert_uint_eq(found(0)->outlets->len, 24);
}
END_TEST

START_TEST(a_main_load_that_does_not_say_is_asked_again)
{
	const struct objid name =
		family_instance(script_family("LX PDU")->main, 2, 1, TRIPPSNMP_MAIN);

	begin(1, _i == V1);
	script_outlets(script, 0, lx, 1, 8);
	script_main(script, 0, lx, 1);
	script_put(script, 0, &name, VALUE_NULL, 0);
	need_main(0, 0);
	ck_assert(!looks(5));
	assert_obstacle("it does not say whether its main load is controllable");
}
END_TEST

START_TEST(a_device_with_nothing_but_a_main_load_competes_where_these_count)
{
	for (unsigned i = 0; i < 2; i++) {
		begin(1, _i == V1);
		script_outlets(script, 0, lx, 1, 8);
		script_main(script, 0, i ? script_family("LX UPS") : lx, 2);
		need_number(0, 0, 3);
		look();
		ck_assert_uint_eq(found(0)->device, 1);
		finish();
		begin(1, _i == V1);
		script_outlets(script, 0, lx, 1, 8);
		script_main(script, 0, i ? script_family("LX UPS") : lx, 2);
		need_main(0, 0);
		look();
		ck_assert(found(0)->whole);
		ck_assert_uint_eq(found(0)->main_device, 0);
		ck_assert_ptr_null(found(0)->main_family);
		ck_assert_uint_eq(found(0)->device, 1);
		finish();
	}
}
END_TEST

START_TEST(a_main_load_of_a_later_device_is_found_behind_all_outlets)
{
	begin(1, _i == V1);
	script_outlets(script, 0, lx, 1, 8);
	script_main(script, 0, lx, 1);
	script_outlets(script, 0, script_family("LX UPS"), 2, 2);
	script_main(script, 0, script_family("LX UPS"), 2);
	need_main(0, 2);
	needs[0].status = true;
	look();
	ck_assert(found(0)->whole);
	ck_assert_uint_eq(found(0)->outlets->len, 12);
	assert_main(10, lx, 1);
	assert_main(11, script_family("LX UPS"), 2);
}
END_TEST

START_TEST(a_main_load_is_read_beside_a_table_with_names)
{
	begin(1, _i == V1);
	script_outlets(script, 0, lx, 1, 24);
	script_main(script, 0, lx, 1);
	put_end(0);
	need_table(0);
	need_main(0, 0);
	needs[0].status = true;
	look();
	ck_assert_uint_eq(found(0)->outlets->len, 25);
	ck_assert(outlet(0, 23)->name && !outlet(0, 24)->name);
	assert_main(24, lx, 1);
	ck_assert_uint_eq(found(0)->main_device, 1);
	ck_assert_ptr_eq(found(0)->main_family, lx);
}
END_TEST

START_TEST(main_loads_are_not_asked_for_where_they_do_not_count)
{
	begin(1, _i == V1);
	script_outlets(script, 0, lx, 1, 8);
	script_main(script, 0, lx, 1);
	need_table(0);
	look();
	ck_assert_uint_eq(found(0)->outlets->len, 8);
	for (unsigned i = 0; i < script->sent->len; i++)
		for (unsigned k = 0; k < script_sent(script, i)->varbinds->len; k++)
			ck_assert(!objid_below(
				&g_array_index(script_sent(script, i)->varbinds, struct varbind, k)
					 .name,
				&lx->main->entry));
}
END_TEST

START_TEST(the_status_of_a_main_loads_device_is_seen)
{
	begin(1, _i == V1);
	script_main(script, 0, lx, 1);
	put_status(0, 1, VALUE_INTEGER, DEVICE_STATUS_OFFLINE);
	put_end(0);
	need_main(0, 0);
	look();
	ck_assert(outlet(0, 0)->lost && outlet(0, 0)->status_read);
}
END_TEST

START_TEST(a_mixed_main_load_is_unknown)
{
	const struct family *main = script_family("SNMPWEBCARD")->main;
	const struct objid state = family_instance(main, main->state, 1, TRIPPSNMP_MAIN);

	begin(1, false);
	script_main(script, 0, script_family("SNMPWEBCARD"), 1);
	script_put(script, 0, &state, VALUE_INTEGER, 3);
	need_main(0, 0);
	look();
	ck_assert_int_eq(outlet(0, 0)->state, TRIPPSNMP_UNKNOWN);
	ck_assert_str_eq(outlet(0, 0)->odd, "INTEGER 3");
}
END_TEST

static bool lost(unsigned pdu, unsigned i)
{
	return g_array_index(found(pdu)->outlets, struct outlet, i).lost;
}

static bool any_lost(unsigned pdu)
{
	for (unsigned i = 0; i < found(pdu)->outlets->len; i++)
		if (lost(pdu, i))
			return true;
	return false;
}

START_TEST(the_devices_own_offline_status_is_seen)
{
	begin(1, _i == V1);
	script_outlets(script, 0, lx, 1, 8);
	put_status(0, 1, VALUE_INTEGER, DEVICE_STATUS_OFFLINE);
	need_number(0, 0, 8);
	needs[0].status = true;
	look();
	ck_assert(any_lost(0));
}
END_TEST

START_TEST(another_devices_offline_status_does_not_matter)
{
	begin(1, false);
	script_outlets(script, 0, lx, 1, 8);
	put_status(0, 1, VALUE_INTEGER, 0);
	put_status(0, 2, VALUE_INTEGER, DEVICE_STATUS_OFFLINE);
	needs[0].status = true;
	if (_i)
		need_table(0);
	else
		need_number(0, 0, 8);
	look();
	ck_assert(!any_lost(0));
}
END_TEST

START_TEST(the_status_of_a_device_without_controllable_outlets_does_not_matter)
{
	begin(1, false);
	script_outlets(script, 0, lx, 1, 2);
	script_outlets(script, 0, lx, 2, 1);
	put_cell(lx->controllable, 2, 1, VALUE_INTEGER, 2);
	put_status(0, 1, VALUE_INTEGER, 0);
	put_status(0, 2, VALUE_INTEGER, DEVICE_STATUS_OFFLINE);
	needs[0].status = true;
	need_table(0);
	look();
	ck_assert(!any_lost(0));
}
END_TEST

START_TEST(a_status_that_is_no_clear_answer_is_as_good_as_offline)
{
	begin(1, false);
	script_outlets(script, 0, lx, 1, 8);
	put_status(0, 1, _i ? VALUE_UNSIGNED : VALUE_NULL, 0);
	need_number(0, 0, 8);
	needs[0].status = true;
	look();
	ck_assert(any_lost(0));
}
END_TEST

START_TEST(an_absent_status_is_ignored)
{
	begin(1, _i == V1);
	script_outlets(script, 0, lx, 1, 8);
	needs[0].status = true;
	need_table(0);
	look();
	ck_assert(!any_lost(0));
}
END_TEST

START_TEST(each_devices_status_is_read_with_its_table)
{
	begin(1, false);
	script_outlets(script, 0, lx, 1, 2);
	script_outlets(script, 0, lx, 3, 2);
	put_status(0, 1, VALUE_INTEGER, 0);
	put_status(0, 3, VALUE_INTEGER, DEVICE_STATUS_OFFLINE);
	needs[0].status = true;
	need_table(0);
	look();
	ck_assert(!lost(0, 0) && !lost(0, 1));
	ck_assert(lost(0, 2) && lost(0, 3));
	ck_assert_uint_eq(script_count(script, REQUEST_GET), 1);
	ck_assert_uint_eq(script_sent(script, script->sent->len - 1)->varbinds->len, 2);
}
END_TEST

/* --- whole tables --- */

/* What an inventory found, as text: the same for the same rows. */
static char *dump(void)
{
	GString *text = g_string_new(NULL);

	for (unsigned i = 0; i < found(0)->outlets->len; i++) {
		const struct outlet *row = outlet(0, i);

		g_string_append_printf(
			text, "%s %u.%u %d %d %d \"%s\" \"%s\"\n", row->id.family->name,
			row->id.device, row->id.number, row->exists, row->controllable, row->state,
			row->name ? row->name : "-", row->description ? row->description : "-");
	}
	return g_string_free(text, FALSE);
}

static void fill_nothing_special(void)
{
	script_outlets(script, 0, lx, 1, 24);
}

static void fill_48(void)
{
	script_outlets(script, 0, lx, 1, 48);
	put_cell(lx->state, 1, 48, VALUE_INTEGER, 1);
	put_cell(lx->controllable, 1, 47, VALUE_INTEGER, 2);
}

static void fill_one(void)
{
	script_outlets(script, 0, lx, 1, 1);
}

static void fill_with_holes(void)
{
	static const unsigned holes[] = { 1, 3, 4, 5, 11, 22, 23, 24, 25, 26, 27, 28, 29, 30, 40 };
	static const uint32_t columns[] = { 2, 3, 4, 5, 6 };

	script_outlets(script, 0, lx, 1, 48);
	for (unsigned i = 0; i < G_N_ELEMENTS(holes); i++)
		for (unsigned k = 0; k < G_N_ELEMENTS(columns); k++)
			drop_cell(columns[k], 1, holes[i]);
}

static void fill_far_numbers(void)
{
	script_outlets(script, 0, lx, 1, 2);
	script_outlets(script, 0, lx, 4000000000U, 12);
	put_cell(lx->state, 5, 4294967295U, VALUE_INTEGER, 1);
	put_cell(lx->controllable, 5, 4294967295U, VALUE_INTEGER, 1);
	put_name(5, 4294967295U, "far");
	const struct objid description = family_instance(lx, lx->description, 5, 4294967295U);
	script_put_text(script, 0, &description, "");
}

static void fill_devices(void)
{
	script_outlets(script, 0, lx, 1, 13);
	script_outlets(script, 0, lx, 2, 1);
	script_outlets(script, 0, lx, 9, 24);
	script_outlets(script, 0, script_family("LX ATS"), 1, 16);
}

static void fill_without_end(void)
{
	script_outlets(script, 0, script_family("SNMPWEBCARD"), 1, 13);
}

static void (*const fillers[])(void) = {
	fill_nothing_special, fill_48,      fill_one,         fill_with_holes,
	fill_far_numbers,     fill_devices, fill_without_end,
};

static enum script_fate no_bulk(struct script *network, unsigned pdu, const struct request *request,
                                struct event *answer)
{
	(void)network;
	(void)pdu;
	(void)answer;
	return request->kind == REQUEST_BULK ? SCRIPT_LOST : SCRIPT_ANSWERED;
}

/* The dump of a walk of that table. */
static char *walk(void (*fill)(void), bool v1, script_hook hook, unsigned answer_max)
{
	char *text;

	begin(1, v1);
	fill();
	script->hook = hook;
	script->answer_max = answer_max;
	need_table(0);
	look();
	ck_assert(found(0)->whole);
	text = dump();
	finish();
	return text;
}

START_TEST(getbulk_and_getnext_find_the_same_rows)
{
	char *bulk = walk(fillers[_i], false, NULL, 0);
	char *next = walk(fillers[_i], true, NULL, 0);
	char *fallen_back = walk(fillers[_i], false, no_bulk, 0);

	ck_assert_str_ne(bulk, "");
	ck_assert_str_eq(bulk, next);
	ck_assert_str_eq(bulk, fallen_back);
	g_free(bulk);
	g_free(next);
	g_free(fallen_back);
}
END_TEST

START_TEST(answers_cut_short_lose_no_row)
{
	char *whole = walk(fillers[_i], false, NULL, 0);

	for (unsigned answer_max = 1; answer_max < 14; answer_max += 3) {
		char *bulk = walk(fillers[_i], false, NULL, answer_max);
		char *next = walk(fillers[_i], true, NULL, answer_max);

		ck_assert_str_eq(bulk, whole);
		ck_assert_str_eq(next, whole);
		g_free(bulk);
		g_free(next);
	}
	g_free(whole);
}
END_TEST

START_TEST(a_table_of_24_costs_two_requests_by_name)
{
	begin(1, false);
	fill_nothing_special();
	put_end(0);
	need_table(0);
	look();
	ck_assert_uint_le(script->sent->len, 2);
	ck_assert_uint_eq(script_count(script, REQUEST_BULK), 2);
}
END_TEST

START_TEST(a_table_of_24_costs_four_requests_in_v1)
{
	begin(1, true);
	fill_nothing_special();
	put_end(0);
	need_table(0);
	look();
	ck_assert_uint_le(script->sent->len, 4);
	ck_assert_uint_eq(script_count(script, REQUEST_BULK), 0);
}
END_TEST

START_TEST(silence_on_getbulk_falls_back_to_getnext)
{
	begin(1, false);
	fill_nothing_special();
	script->hook = no_bulk;
	need_table(0);
	look();
	ck_assert_uint_eq(script_count(script, REQUEST_BULK), 3);
	ck_assert_uint_eq(found(0)->outlets->len, 24);
	ck_assert(script_said(script, TRIPPSNMP_LOG_INFO,
	                      "pdu-a: GETBULK fails, asking with GETNEXT"));
}
END_TEST

START_TEST(so_it_does_where_a_number_is_looked_up)
{
	begin(1, false);
	script_outlets(script, 0, lx, 1, 8);
	script_outlets(script, 0, lx, 2, 8);
	script->hook = no_bulk;
	need_number(0, 2, 3);
	look();
	ck_assert_uint_eq(found(0)->outlets->len, 16);
}
END_TEST

static enum script_fate bulk_error(struct script *network, unsigned pdu,
                                   const struct request *request, struct event *answer)
{
	(void)network;
	(void)pdu;
	if (request->kind == REQUEST_BULK)
		answer->error_status = SNMP_STATUS_GEN_ERR;
	return SCRIPT_ANSWERED;
}

START_TEST(errors_on_getbulk_fall_back_to_getnext)
{
	begin(1, false);
	fill_nothing_special();
	script->hook = bulk_error;
	need_table(0);
	look();
	ck_assert_uint_eq(found(0)->outlets->len, 24);
	for (unsigned i = 3; i < script->sent->len; i++)
		ck_assert_uint_le(script_sent(script, i)->repetitions,
		                  script_sent(script, i - 1)->repetitions);
	ck_assert_uint_le(script_count(script, REQUEST_NEXT), 6);
}
END_TEST

static enum script_fate long_bulk_fails(struct script *network, unsigned pdu,
                                        const struct request *request, struct event *answer)
{
	(void)network;
	(void)pdu;
	if (request->kind == REQUEST_BULK && request->repetitions > 4)
		answer->error_status = SNMP_STATUS_GEN_ERR;
	return SCRIPT_ANSWERED;
}

START_TEST(where_getbulk_for_many_rows_fails_fewer_are_asked)
{
	begin(1, false);
	fill_nothing_special();
	script->hook = long_bulk_fails;
	needs[0].names = true;
	look();
	ck_assert_uint_eq(found(0)->outlets->len, 24);
	ck_assert_uint_eq(script_count(script, REQUEST_NEXT), 1);
}
END_TEST

static enum script_fate silent_for_a_while(struct script *network, unsigned pdu,
                                           const struct request *request, struct event *answer)
{
	(void)pdu;
	const unsigned answered = *(const unsigned *)network->context;

	(void)answer;
	network->calls += request->kind == REQUEST_BULK;
	return network->calls > answered && network->calls < answered + 6 ? SCRIPT_LOST
	                                                                  : SCRIPT_ANSWERED;
}

START_TEST(silence_after_getbulk_was_answered_once_is_not_for_getbulk)
{
	/* by name the first one goes with the families */
	unsigned answered = _i ? 2 : 1;

	begin(1, false);
	fill_48();
	put_end(0);
	script->hook = silent_for_a_while;
	script->context = &answered;
	if (_i)
		need_table(0);
	else
		need_number(0, 1, 99); /* which is not there, as its table says */
	look();
	ck_assert_uint_eq(script_count(script, REQUEST_NEXT), _i ? 0 : 1);
	ck_assert_uint_eq(found(0)->outlets->len, 48);
}
END_TEST

START_TEST(long_names_make_fewer_rows_a_request)
{
	char *longest = g_strnfill(200, 'x');

	begin(1, false);
	fill_48();
	for (uint32_t number = _i ? 14 : 1; number <= 48; number++)
		put_name(1, number, longest);
	need_table(0);
	look();
	for (unsigned i = _i ? 3 : 2; i < script->sent->len; i++)
		ck_assert_uint_le(script_sent(script, i)->repetitions, 1400 / 200);
	ck_assert_str_eq(outlet(0, 47)->name, longest);
	g_free(longest);
}
END_TEST

START_TEST(names_keep_their_octets_and_the_nuls_inside)
{
	const struct objid nul = family_instance(lx = script_family("LX PDU"), 2, 1, 2);

	begin(1, false);
	script_outlets(script, 0, lx, 1, 3);
	put_name(1, 1, "d\xfcssel \xc3\xbc");
	script_put_text(script, 0, &nul, "");
	g_bytes_unref(script_cell(script, 0, &nul)->octets);
	script_cell(script, 0, &nul)->octets = g_bytes_new("web\0x", 5);
	put_name(1, 3, "");
	need_table(0);
	look();
	ck_assert_str_eq(outlet(0, 0)->name, "d\xfcssel \xc3\xbc");
	ck_assert_str_eq(outlet(0, 1)->name, "web\xc0\x80x");
	ck_assert_str_eq(outlet(0, 2)->name, "");
	ck_assert(outlet(0, 2)->name);
}
END_TEST

START_TEST(a_name_too_long_for_the_mib_is_nobodys)
{
	/* blanks are no part of a name: one that was cut would be db1's */
	char *text = g_strdup_printf("db1%*s", 70000, "x");

	begin(1, false);
	script_outlets(script, 0, lx, 1, 1);
	put_name(1, 1, text);
	need_table(0);
	look();
	ck_assert_str_eq(outlet(0, 0)->name, "");
	g_free(text);
}
END_TEST

/* --- tables that cannot be read whole --- */

static bool is_identification(const struct request *request)
{
	const struct objid first = family_instance(lx, lx->controllable, 0, 0);

	return (request->kind == REQUEST_NEXT || request->once) && request->n > 4 &&
	       objid_equal(&request->varbinds[0].name, &first);
}

static enum script_fate stands_still(struct script *network, unsigned pdu,
                                     const struct request *request, struct event *answer)
{
	(void)network;
	(void)pdu;
	if (is_identification(request))
		return SCRIPT_ANSWERED;
	for (unsigned i = request->kind == REQUEST_BULK ? request->n : 0; i < answer->varbinds->len;
	     i++)
		g_array_index(answer->varbinds, struct varbind, i).name =
			request->kind == REQUEST_BULK
				? g_array_index(answer->varbinds, struct varbind, i - request->n)
					  .name
				: request->varbinds[i].name;
	return SCRIPT_ANSWERED;
}

START_TEST(a_walk_that_does_not_advance_is_no_table)
{
	begin(1, _i == V1);
	fill_nothing_special();
	put_end(0);
	script->hook = stands_still;
	need_table(0);
	assert_not_whole("does not advance");
}
END_TEST

/* To a name that is there it answers with that: as to a GET. */
static enum script_fate answers_four_with_four(struct script *network, unsigned pdu,
                                               const struct request *request, struct event *answer)
{
	(void)network;
	(void)pdu;
	for (unsigned i = 0; i < request->n; i++) {
		struct varbind *varbind = &g_array_index(answer->varbinds, struct varbind, i);

		if (objid_below(&request->varbinds[i].name, &lx->entry) &&
		    request->varbinds[i].name.n == lx->entry.n + 3 &&
		    request->varbinds[i].name.id[lx->entry.n + 2] == 4)
			varbind->name = request->varbinds[i].name;
	}
	return SCRIPT_ANSWERED;
}

/* Each row but the first of a request is asked for on a guess; behind one that stands, one may be
 * hidden. */
START_TEST(a_walk_that_stands_in_the_middle_is_no_table)
{
	begin(1, true);
	fill_nothing_special();
	script->hook = answers_four_with_four;
	need_table(0);
	assert_not_whole("it does not advance");
}
END_TEST

/* Rows without end: what follows a row is the one after it. */
static enum script_fate goes_on(struct script *network, unsigned pdu, const struct request *request,
                                struct event *answer)
{
	const struct objid id = family_instance(lx, lx->controllable, 0, 0);
	const unsigned rows = request->kind == REQUEST_BULK ? request->repetitions : 1;

	(void)network;
	(void)pdu;
	if (is_identification(request))
		return SCRIPT_ANSWERED;
	g_array_set_size(answer->varbinds, 0);
	for (unsigned row = 0; row < rows; row++)
		for (unsigned i = 0; i < request->n; i++) {
			const uint32_t first[] = { 1, 0 };
			struct objid name = request->varbinds[i].name;

			if (name.n == id.n)
				name = objid_append(&name, 2, first);
			name.id[name.n - 1] += row + 1;
			varbinds_add_integer(answer->varbinds, &name, 1);
		}
	answer->error_status = 0;
	return SCRIPT_ANSWERED;
}

START_TEST(a_walk_that_never_ends_is_bounded_and_no_table)
{
	begin(1, _i == V1);
	fill_nothing_special();
	put_end(0);
	script->hook = goes_on;
	need_number(0, 2, 3); /* which no guess finds */
	assert_not_whole("it has no end");
	ck_assert_uint_lt(script->sent->len, 1100);
}
END_TEST

START_TEST(a_walk_that_breaks_off_is_no_table)
{
	begin(1, _i == V1);
	fill_nothing_special();
	for (uint32_t number = 11; number <= 24; number++)
		drop_cell(lx->outlet_name, 1, number);
	need_table(0);
	assert_not_whole("outlet 1.11 lacks its name");
}
END_TEST

START_TEST(a_cell_that_is_missing_makes_it_no_table)
{
	static const struct {
		uint32_t column, row;
		const char *why;
	} missing[] = {
		{ 2, 7, "outlet 1.7 lacks its name" },
		{ 2, 24, "outlet 1.24 lacks its name" },
		{ 3, 7, "outlet 1.7 lacks its description" },
		{ 5, 7, "outlet 1.7 lacks whether it is controllable" },
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(missing); i++) {
		begin(1, _i == V1);
		fill_nothing_special();
		drop_cell(missing[i].column, 1, missing[i].row);
		need_table(0);
		assert_not_whole(missing[i].why);
		finish();
	}
	/* one that has it shows that the others lack it, be it the first */
	begin(1, _i == V1);
	fill_nothing_special();
	for (uint32_t number = 2; number <= 24; number++)
		drop_cell(lx->description, 1, number);
	need_table(0);
	assert_not_whole("outlet 1.2 lacks its description");
}
END_TEST

START_TEST(an_unclear_row_whose_texts_are_nobodys_is_no_hole)
{
	begin(1, _i == V1);
	fill_nothing_special();
	put_name(1, 3, "db1");
	put_cell(lx->controllable, 1, 7, VALUE_INTEGER, 0);
	drop_cell(lx->controllable, 1, 8);
	want(0, "db1");
	look();
	ck_assert(found(0)->whole);
	ck_assert_uint_eq(found(0)->outlets->len, 24);
	ck_assert_int_eq(outlet(0, 6)->controllable, TRI_UNKNOWN);
	ck_assert_int_eq(outlet(0, 7)->controllable, TRI_UNKNOWN);
}
END_TEST

START_TEST(an_unclear_row_of_the_node_makes_it_no_table)
{
	const uint32_t columns[] = { 2, 3 };

	for (unsigned i = 0; i < G_N_ELEMENTS(columns); i++) {
		begin(1, _i == V1);
		fill_nothing_special();
		const struct objid text = family_instance(lx, columns[i], 1, 7);
		script_put_text(script, 0, &text, " DB1");
		put_cell(lx->controllable, 1, 7, VALUE_INTEGER, 0);
		want(0, "db1");
		assert_not_whole("outlet 1.7 lacks whether it is controllable");
		finish();
	}
}
END_TEST

START_TEST(an_unclear_row_makes_it_no_table_where_a_number_is_looked_up)
{
	begin(1, _i == V1);
	fill_nothing_special();
	put_cell(lx->controllable, 1, 7, VALUE_INTEGER, 0);
	want(0, "db1");
	need_number(0, 0, 3);
	assert_not_whole("outlet 1.7 lacks whether it is controllable");
}
END_TEST

START_TEST(a_row_without_its_texts_may_be_the_nodes_whatever_else_it_says)
{
	begin(1, _i == V1);
	fill_nothing_special();
	put_cell(lx->controllable, 1, 7, VALUE_INTEGER, 2);
	drop_cell(lx->outlet_name, 1, 7);
	want(0, "db1");
	assert_not_whole("outlet 1.7 lacks its name");
}
END_TEST

START_TEST(a_row_before_the_first_controllable_one_is_not_overlooked)
{
	begin(1, _i == V1);
	script_outlets(script, 0, lx, 7, 3);
	put_cell(lx->state, 1, 5, VALUE_INTEGER, 2);
	need_table(0);
	needs[0].status = true;
	assert_not_whole("outlet 1.5 lacks whether it is controllable");
}
END_TEST

START_TEST(no_row_before_the_first_controllable_one_is_overlooked)
{
	begin(1, _i == V1);
	script_outlets(script, 0, lx, 7, 3);
	for (uint32_t number = 5; number <= 9; number++) {
		const struct objid description = family_instance(lx, lx->description, 1, number);

		put_name(1, number, number == 7 ? "db1" : "web");
		script_put_text(script, 0, &description, "");
	}
	want(0, "db1"); /* the others need not say whether they are controllable */
	assert_not_whole("outlet 1.7 lacks whether it is controllable");
}
END_TEST

START_TEST(a_column_that_no_row_has_is_no_hole)
{
	struct objid column;
	unsigned asked = 0;

	begin(1, _i == V1);
	fill_nothing_special();
	drop_cell(lx->description, 0, 0);
	need_table(0);
	look();
	ck_assert_uint_eq(found(0)->outlets->len, 24);
	ck_assert(!outlet(0, 0)->description);
	column = family_instance(lx, lx->description, 0, 0);
	for (unsigned i = 0; i < script->sent->len; i++) {
		const GArray *names = script_sent(script, i)->varbinds;

		for (unsigned k = 0; k < names->len; k++)
			asked +=
				objid_equal(&g_array_index(names, struct varbind, k).name, &column);
	}
	/* nor is more of it asked; beside the families it was but a guess */
	ck_assert_uint_eq(asked, _i == V1 ? 1 : 2);
}
END_TEST

START_TEST(a_name_that_is_no_text_makes_it_no_table)
{
	begin(1, _i == V1);
	fill_nothing_special();
	put_cell(lx->outlet_name, 1, 20, VALUE_NULL, 0);
	need_table(0);
	assert_not_whole("a name that is no text");
}
END_TEST

START_TEST(a_row_with_a_strange_index_makes_it_no_table)
{
	const uint32_t more = 5;
	struct objid name;

	begin(1, _i == V1);
	fill_nothing_special();
	name = family_instance(lx, lx->state, 1, 3);
	name = objid_append(&name, 1, &more);
	script_put(script, 0, &name, VALUE_INTEGER, 2);
	need_table(0);
	needs[0].status = true;
	assert_not_whole("a row with a strange index");
}
END_TEST

static enum script_fate leaps(struct script *network, unsigned pdu, const struct request *request,
                              struct event *answer)
{
	struct varbind *second = &g_array_index(answer->varbinds, struct varbind, 1);

	(void)pdu;
	if (++network->calls == 3 && request->kind == REQUEST_NEXT)
		second->name.id[second->name.n - 1] += 5;
	return SCRIPT_ANSWERED;
}

START_TEST(rows_in_disorder_are_read_again)
{
	begin(1, true);
	fill_nothing_special();
	put_end(0);
	script->hook = leaps;
	need_table(0);
	look();
	ck_assert(script_said(script, TRIPPSNMP_LOG_WARN, "rows in disorder"));
	ck_assert_uint_eq(found(0)->outlets->len, 24);
}
END_TEST

/* Of the names asked at once, one in the middle is said to be followed by nothing of its column. */
static enum script_fate ends_in_the_middle(struct script *network, unsigned pdu,
                                           const struct request *request, struct event *answer)
{
	struct varbind *second = &g_array_index(answer->varbinds, struct varbind, 1);

	(void)pdu;
	if (++network->calls == 3 && request->kind == REQUEST_NEXT)
		second->name.id[second->name.n - 3]++;
	return SCRIPT_ANSWERED;
}

START_TEST(a_table_with_rows_after_its_end_is_read_again)
{
	begin(1, true);
	fill_nothing_special();
	put_end(0);
	script->hook = ends_in_the_middle;
	need_table(0);
	look();
	ck_assert(script_said(script, TRIPPSNMP_LOG_WARN, "rows after its end"));
	ck_assert_uint_eq(found(0)->outlets->len, 24);
}
END_TEST

START_TEST(an_error_in_a_table_is_read_again)
{
	begin(1, _i == V1);
	fill_nothing_special();
	put_cell(lx->outlet_name, 1, 20, VALUE_ERROR, SNMP_STATUS_GEN_ERR);
	need_table(0);
	assert_not_whole("genErr");
	put_name(1, 20, "web");
	look();
	ck_assert_str_eq(outlet(0, 19)->name, "web");
}
END_TEST

START_TEST(by_name_a_count_above_the_rows_is_never_a_whole_table)
{
	begin(1, _i == V1);
	fill_nothing_special();
	put_count(0, lx, 1, 25);
	need_table(0);
	assert_not_whole("24 outlets of 25");
}
END_TEST

static enum script_fate grows(struct script *network, unsigned pdu, const struct request *request,
                              struct event *answer)
{
	(void)answer;
	if (is_identification(request))
		script_outlets(network, pdu, lx, 1, MIN(++network->calls * 3, 12));
	return SCRIPT_ANSWERED;
}

START_TEST(a_table_that_still_grows_is_walked_until_it_is_there)
{
	begin(1, false);
	script_outlets(script, 0, lx, 1, 1);
	put_count(0, lx, 1, 12);
	script->hook = grows;
	need_table(0);
	look();
	ck_assert_uint_eq(found(0)->outlets->len, 12);
}
END_TEST

START_TEST(a_count_below_the_rows_does_not_matter)
{
	begin(1, false);
	fill_nothing_special();
	put_count(0, lx, 1, 8);
	put_end(0);
	need_table(0);
	look();
	ck_assert_uint_eq(found(0)->outlets->len, 24);
	ck_assert_uint_le(script->sent->len, 3);
}
END_TEST

static enum script_fate silent(struct script *network, unsigned pdu, const struct request *request,
                               struct event *answer)
{
	(void)network;
	(void)request;
	(void)answer;
	return pdu == 1 ? SCRIPT_LOST : SCRIPT_ANSWERED;
}

START_TEST(a_silent_pdu_is_asked_on_and_named)
{
	begin(2, false);
	script_outlets(script, 0, lx, 1, 1);
	script->hook = silent;
	ck_assert(!looks(15));
	ck_assert_int_eq(runner_silent_pdu(&script->runner), 1);
	ck_assert(found(0)->known);
	ck_assert_ptr_null(inventory_obstacle(inventory, 1));
	ck_assert(script_said(script, TRIPPSNMP_LOG_WARN, "pdu-b: no answer"));
}
END_TEST

static enum script_fate refuses(struct script *network, unsigned pdu, const struct request *request,
                                struct event *answer)
{
	(void)network;
	(void)pdu;
	(void)request;
	answer->type = EVENT_REFUSED;
	answer->reason = g_strdup("unknown user");
	return SCRIPT_ANSWERED;
}

START_TEST(a_refusal_is_no_access)
{
	struct outcome outcome;

	begin(1, false);
	script->hook = refuses;
	ck_assert(looks(15));
	outcome = inventory_outcome(inventory);
	ck_assert_int_eq(outcome.error, TRIPPSNMP_ACCESS);
	ck_assert_str_eq(outcome.message, "pdu-a: unknown user");
	ck_assert_uint_eq(script->sent->len, 2);
	g_free(outcome.message);
}
END_TEST

START_TEST(a_refused_object_that_is_needed_is_no_access_at_once)
{
	const struct family *ups = script_family("LX UPS");
	const struct objid row = family_instance(ups, family_existence(ups), 1, 1);
	struct outcome outcome;

	begin(1, false);
	script_outlets(script, 0, lx, 1, 4);
	put_cell(lx->outlet_name, 1, 2, VALUE_ERROR, SNMP_STATUS_AUTHORIZATION_ERROR);
	if (_i == 0)
		script_put(script, 0, &row, VALUE_ERROR, SNMP_STATUS_AUTHORIZATION_ERROR);
	else
		need_table(0);
	ck_assert(looks(5)); /* not when time is up */
	outcome = inventory_outcome(inventory);
	ck_assert_int_eq(outcome.error, TRIPPSNMP_ACCESS);
	ck_assert_msg(strstr(outcome.message, "authorizationError") != NULL, "%s", outcome.message);
	g_free(outcome.message);
}
END_TEST

/* --- looks by name: complete --- */

static void put_type(unsigned pdu, uint32_t device, const struct family *family)
{
	const struct objid name = objid_append(&lx->device_types, 1, &device);
	char *text =
		family ? objid_text(&family->device_type) : g_strdup("1.3.6.1.4.1.850.1.1.3.3");

	script_put_text(script, pdu, &name, text);
	script_cell(script, pdu, &name)->type = VALUE_OBJID;
	g_free(text);
}

/* Devices 1 and 2 of that family, and the card speaks of both. */
static void two_devices(const struct family *family, bool counted, bool listed)
{
	put_end(0);
	script_outlets(script, 0, family, 1, 8);
	script_outlets(script, 0, family, 2, 8);
	for (uint32_t device = 1; device <= 2; device++) {
		if (counted && family->outlet_count.n)
			put_count(0, family, device, 8);
		if (listed)
			put_type(0, device, family);
	}
	need_table(0);
}

static void drop_device(const struct family *family, uint32_t device)
{
	for (uint32_t column = 1; column <= 9; column++) {
		const struct objid root = family_instance(family, column, 0, 0);
		const struct objid rows = objid_append(&root, 1, &device);

		script_drop(script, 0, &rows);
	}
}

/* How many devices the card says it has. */
static void put_devices(unsigned pdu, int64_t count)
{
	const uint32_t scalar = 0;
	const struct objid name = objid_append(&lx->device_count, 1, &scalar);

	script_put(script, pdu, &name, VALUE_UNSIGNED, count);
}

START_TEST(a_table_with_all_that_the_card_speaks_of_is_complete)
{
	begin(1, _i == V1);
	two_devices(lx, true, true);
	put_devices(0, 2);
	look();
	ck_assert_uint_eq(found(0)->outlets->len, 16);
	ck_assert_ptr_null(inventory_obstacle(inventory, 0));
}
END_TEST

START_TEST(rows_of_a_later_device_that_is_counted_must_be_there)
{
	begin(1, _i == V1);
	two_devices(lx, true, false);
	drop_device(lx, 2);
	assert_not_whole("0 outlets of 8 on device 2 (if it never has more, write numbers or main "
	                 "in hostlist)");
}
END_TEST

START_TEST(a_single_row_that_is_counted_must_be_there)
{
	const uint32_t columns[] = { 2, 3, 4, 5, 6 };

	begin(1, _i == V1);
	two_devices(lx, true, false);
	for (unsigned i = 0; i < G_N_ELEMENTS(columns); i++)
		drop_cell(columns[i], 2, 3);
	assert_not_whole("7 outlets of 8 on device 2");
}
END_TEST

START_TEST(rows_of_the_first_device_that_is_counted_must_be_there)
{
	begin(1, _i == V1);
	two_devices(lx, true, false);
	drop_device(lx, 1);
	assert_not_whole("0 outlets of 8 on device 1");
}
END_TEST

/* UPSes are not counted, but listed. */
START_TEST(a_device_that_is_listed_must_have_rows)
{
	static const char *const names[] = { "LX PDU", "LX ATS", "LX UPS" };

	for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
		begin(1, _i == V1);
		two_devices(script_family(names[i]), false, true);
		drop_device(script_family(names[i]), 2);
		assert_not_whole("device 2, an LX ");
		finish();
	}
}
END_TEST

START_TEST(a_device_of_another_family_must_have_rows_too)
{
	begin(1, _i == V1);
	two_devices(lx, true, true);
	put_count(0, script_family("LX ATS"), 3, 16);
	assert_not_whole("0 outlets of 16 on device 3");
}
END_TEST

/* A later one's outlet of that number would be another node's. */
START_TEST(a_number_without_device_waits_for_the_rows_of_each_device)
{
	static const char *const why[] = {
		"device 1, an LX PDU, has no outlets there (if it never has more, write "
		"DEVICE.NUMBER in hostlist)",
		"0 outlets of 8 on device 1 (if it never has more, write DEVICE.NUMBER in "
		"hostlist)",
		"the card lists 1 of its 2 devices"
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(why); i++) {
		begin(1, _i == V1);
		two_devices(lx, i == 1, i == 0);
		drop_device(lx, 1);
		if (i == 2) {
			put_devices(0, 2);
			put_type(0, 2, lx);
		}
		needs[0] = (struct inventory_need){ 0 };
		need_number(0, 0, 3);
		assert_not_whole(why[i]);
		finish();
	}
}
END_TEST

START_TEST(a_number_with_its_device_waits_for_no_other_device)
{
	begin(1, _i == V1);
	two_devices(lx, true, true);
	drop_device(lx, 1);
	needs[0] = (struct inventory_need){ 0 };
	need_number(0, 2, 3);
	look();
	ck_assert_ptr_null(inventory_obstacle(inventory, 0));
}
END_TEST

START_TEST(a_number_on_the_first_device_waits_for_no_later_one)
{
	begin(1, _i == V1);
	two_devices(lx, true, true);
	script_main(script, 0, lx, 1);
	drop_device(lx, 2);
	needs[0] = (struct inventory_need){ 0 };
	need_number(0, 0, 99); /* which is not there, as its table says */
	need_main(0, 0);
	look();
	ck_assert_ptr_null(inventory_obstacle(inventory, 0));
}
END_TEST

/* It is absent from all else. */
START_TEST(a_device_that_is_counted_alone_makes_it_not_complete)
{
	begin(1, _i == V1);
	script_outlets(script, 0, lx, 1, 8);
	put_end(0);
	put_count(0, lx, 1, 8);
	put_type(0, 1, lx);
	put_devices(0, 2);
	need_table(0);
	assert_not_whole("the card lists 1 of its 2 devices");
}
END_TEST

START_TEST(a_listed_device_without_outlets_does_not_matter)
{
	begin(1, _i == V1);
	two_devices(lx, true, true);
	put_type(0, 3, NULL);
	look();
	ck_assert_uint_eq(found(0)->outlets->len, 16);
}
END_TEST

START_TEST(many_devices_are_all_counted)
{
	begin(1, _i == V1);
	two_devices(lx, true, true);
	for (uint32_t device = 3; device <= 9; device++) {
		put_type(0, device, lx);
		put_count(0, lx, device, 1);
		if (device < 9)
			script_outlets(script, 0, lx, device, 1);
	}
	assert_not_whole("device 9");
}
END_TEST

START_TEST(many_devices_are_all_listed)
{
	begin(1, _i == V1);
	two_devices(lx, false, true);
	put_type(0, 3, lx);
	script_outlets(script, 0, lx, 3, 1);
	put_devices(0, 3);
	look();
	ck_assert_uint_eq(found(0)->outlets->len, 17);
}
END_TEST

START_TEST(a_device_that_is_counted_without_outlets_hides_none)
{
	begin(1, _i == V1);
	two_devices(lx, true, false);
	drop_device(lx, 1);
	put_count(0, lx, 1, 0);
	needs[0] = (struct inventory_need){ 0 };
	need_number(0, 0, 3);
	look();
	ck_assert_uint_eq(found(0)->device, 2);
}
END_TEST

START_TEST(lists_that_are_no_clear_answer_make_it_not_complete)
{
	const struct family *webcard = script_family("SNMPWEBCARD");
	const uint32_t device = 2, scalar = 0;
	const struct objid lists[] = {
		objid_append(&script_family("LX PDU")->outlet_count, 1, &device),
		objid_append(&script_family("LX PDU")->device_types, 1, &device),
		objid_append(&webcard->outlet_count, 1, &scalar),
	};
	static const enum value_type types[] = { VALUE_ERROR, VALUE_NULL, VALUE_OTHER };

	for (unsigned i = 0; i < G_N_ELEMENTS(lists); i++)
		for (unsigned k = 0; k < G_N_ELEMENTS(types); k++) {
			begin(1, _i == V1);
			two_devices(i < 2 ? lx : webcard, i < 2, i < 2);
			if (i == 2) /* what follows the other tables */
				script_put(script, 0, &webcard->alarms->count, VALUE_UNSIGNED, 0);
			script_put(script, 0, &lists[i], types[k], SNMP_STATUS_GEN_ERR);
			ck_assert(!looks(10));
			ck_assert_ptr_null(found(0));
			finish();
		}
}
END_TEST

static enum script_fate counts_late(struct script *network, unsigned pdu,
                                    const struct request *request, struct event *answer)
{
	(void)request;
	(void)answer;
	if (network->calls++ && network->context)
		script_drop(network, pdu, &lx->outlet_count);
	else if (network->calls > 1)
		put_count(pdu, lx, 1, 8);
	return SCRIPT_ANSWERED;
}

START_TEST(a_list_that_was_no_clear_answer_is_read_again)
{
	const uint32_t device = 1;

	for (unsigned i = 0; i < 2; i++) { /* it is right then, or is not there any more */
		struct objid name;

		begin(1, _i == V1);
		two_devices(lx, true, true);
		name = objid_append(&lx->outlet_count, 1, &device);
		script_put(script, 0, &name, VALUE_NULL, 0);
		script->hook = counts_late;
		script->context = i ? script : NULL;
		look();
		ck_assert(script_said(script, TRIPPSNMP_LOG_WARN, "a count that is no number"));
		finish();
	}
}
END_TEST

START_TEST(a_card_that_speaks_of_outlets_is_no_stranger_before_they_are_there)
{
	begin(1, _i == V1);
	put_end(0);
	put_count(0, lx, 1, 8);
	need_table(0);
	assert_not_whole("it speaks of outlets, and shows no table of them");
}
END_TEST

START_TEST(each_capture_is_complete_in_few_requests)
{
	const struct card *card = &cards[(unsigned)_i % G_N_ELEMENTS(cards)];

	begin(1, _i >= (int)G_N_ELEMENTS(cards));
	script_load(script, 0, card->capture);
	put_end(0);
	need_table(0);
	look();
	ck_assert(found(0)->whole);
	ck_assert_ptr_null(inventory_obstacle(inventory, 0));
	ck_assert_uint_le(script->sent->len, (script->v1 ? 3 : 2) + for_alarms(card));
}
END_TEST

/* Answers of the size that a datagram holds unbroken: 18 octets of name, types, lengths, values. */
static enum script_fate measures(struct script *network, unsigned pdu,
                                 const struct request *request, struct event *answer)
{
	unsigned bytes = OVERHEAD;

	(void)pdu;
	(void)request;
	for (unsigned i = 0; i < answer->varbinds->len; i++) {
		const struct varbind *varbind = &g_array_index(answer->varbinds, struct varbind, i);

		bytes += varbind->name.n + 6;
		bytes += varbind->octets ? (unsigned)g_bytes_get_size(varbind->octets) : 1;
	}
	network->calls = MAX(network->calls, bytes);
	return SCRIPT_ANSWERED;
}

START_TEST(answers_that_bring_rows_along_are_not_too_long)
{
	begin(1, false);
	fill_48();
	put_end(0);
	put_type(0, 1, lx);
	put_count(0, lx, 1, 48);
	script->hook = measures;
	need_table(0);
	look();
	ck_assert_uint_gt(script->calls, 1000);
	ck_assert_uint_le(script->calls, 1400);
}
END_TEST

/* Takes all for what is to be repeated, as an agent might that does not know better. */
static enum script_fate repeats_all(struct script *network, unsigned pdu,
                                    const struct request *request, struct event *answer)
{
	struct request wrong = *request;

	if (!request->once)
		return SCRIPT_ANSWERED;
	wrong.once = 0;
	script_answer(network, pdu, &wrong, answer);
	return SCRIPT_ANSWERED;
}

START_TEST(an_agent_that_repeats_all_loses_no_row)
{
	begin(1, false);
	two_devices(lx, true, true);
	script->hook = repeats_all;
	look();
	ck_assert_uint_eq(found(0)->outlets->len, 16);
	for (unsigned i = 0; i < 16; i++)
		ck_assert(outlet(0, i)->name && outlet(0, i)->description);
}
END_TEST

static enum script_fate repeats_nothing(struct script *network, unsigned pdu,
                                        const struct request *request, struct event *answer)
{
	(void)network;
	(void)pdu;
	if (request->once)
		g_array_set_size(answer->varbinds, request->once);
	return SCRIPT_ANSWERED;
}

START_TEST(an_agent_that_repeats_nothing_loses_no_row)
{
	begin(1, false);
	fill_48();
	script->hook = repeats_nothing;
	need_table(0);
	look();
	ck_assert_uint_eq(found(0)->outlets->len, 48);
}
END_TEST

/* --- looks by name: settled --- */

static void need_settled(unsigned pdu)
{
	need_table(pdu);
	needs[pdu].settled = true;
}

static double seconds_for_look(void)
{
	const usec begun = script->clock;

	ck_assert_msg(looks(60), "not done: %s", inventory_obstacle(inventory, 0));
	return (double)(script->clock - begun) / (double)USEC_PER_SEC;
}

static void assert_between(double value, double low, double high)
{
	ck_assert_msg(value >= low && value <= high, "%.3f s, not %.3f to %.3f", value, low, high);
}

START_TEST(a_card_that_is_up_for_long_is_believed_at_once)
{
	begin(1, _i == V1);
	two_devices(lx, true, true);
	need_settled(0);
	script_uptime(script, 0, 121);
	assert_between(seconds_for_look(), 0, 1);
	ck_assert_uint_eq(script_count(script, REQUEST_GET), 1);
}
END_TEST

START_TEST(the_uptime_is_asked_by_itself_after_the_last_row)
{
	const struct script_request *last;

	begin(1, _i == V1);
	two_devices(lx, true, true);
	need_settled(0);
	script_uptime(script, 0, 121);
	look();
	last = script_sent(script, script->sent->len - 1);
	ck_assert_int_eq(last->kind, REQUEST_GET);
	ck_assert_uint_eq(last->varbinds->len, 1);
	ck_assert_int_ge(last->at,
	                 script_sent(script, script->sent->len - 2)->at + script->latency);
}
END_TEST

START_TEST(a_card_that_does_not_tell_is_looked_at_again_ten_seconds_later)
{
	begin(1, _i == V1);
	two_devices(lx, true, true);
	need_settled(0);
	assert_between(seconds_for_look(), 10, 11);
	ck_assert(script_said(script, TRIPPSNMP_LOG_WARN, "does not tell its uptime"));
	ck_assert(script_said(script, TRIPPSNMP_LOG_WARN, "write numbers in hostlist"));
}
END_TEST

/* One that tells its uptime need not: that would show a restart. */
START_TEST(while_it_waits_a_card_without_uptime_is_looked_at)
{
	usec longest = 0;

	begin(1, false);
	two_devices(lx, true, true);
	need_settled(0);
	if (_i)
		script_uptime(script, 0, 60);
	look();
	for (unsigned i = 1; i < script->sent->len; i++)
		longest = MAX(longest, script_sent(script, i)->at - script_sent(script, i - 1)->at);
	ck_assert(_i ? longest >= 9 * USEC_PER_SEC : longest <= 4 * USEC_PER_SEC);
	ck_assert_uint_le(script->sent->len, 16);
}
END_TEST

START_TEST(while_it_waits_to_look_again_it_says_so)
{
	struct machine machine;

	begin(1, false);
	if (_i) /* it looks still, and hears nothing */
		script->latency = 100 * USEC_PER_SEC;
	else
		two_devices(lx, true, true);
	need_settled(0);
	ck_assert(!looks(5));
	machine = inventory_machine(inventory);
	ck_assert_str_eq(machine.doing(machine.self),
	                 _i ? "reading the outlets" : "waiting to look at the outlets again");
}
END_TEST

static usec away_from, away_until;

static enum script_fate is_away(struct script *network, unsigned pdu, const struct request *request,
                                struct event *answer)
{
	(void)pdu;
	(void)request;
	(void)answer;
	return network->clock >= away_from && network->clock < away_until ? SCRIPT_LOST
	                                                                  : SCRIPT_ANSWERED;
}

START_TEST(a_card_without_uptime_that_was_away_between_two_looks_is_looked_at_twice_more)
{
	begin(1, false);
	two_devices(lx, true, true);
	need_settled(0);
	away_from = script->clock + 2 * USEC_PER_SEC;
	away_until = away_from + (_i ? 7 : 2) * USEC_PER_SEC;
	script->hook = is_away;
	if (_i)
		assert_between(seconds_for_look(), 18, 24);
	else
		assert_between(seconds_for_look(), 10, 12);
}
END_TEST

START_TEST(a_card_that_has_just_started_must_be_up_for_thirty_seconds)
{
	begin(1, _i == V1);
	two_devices(lx, true, true);
	need_settled(0);
	script_uptime(script, 0, 5);
	assert_between(seconds_for_look(), 25, 27);
	ck_assert(script_said(script, TRIPPSNMP_LOG_WARN, "it has just started"));
}
END_TEST

START_TEST(a_card_that_is_up_for_a_minute_is_looked_at_twice)
{
	begin(1, _i == V1);
	two_devices(lx, true, true);
	need_settled(0);
	script_uptime(script, 0, 60);
	assert_between(seconds_for_look(), 10, 11);
}
END_TEST

/* After five seconds another outlet has the name. */
static enum script_fate names_late(struct script *network, unsigned pdu,
                                   const struct request *request, struct event *answer)
{
	(void)pdu;
	(void)request;
	(void)answer;
	if (network->clock > 5 * USEC_PER_SEC + *(usec *)network->context)
		put_name(2, 6, "db1");
	return SCRIPT_ANSWERED;
}

START_TEST(a_difference_begins_it_anew)
{
	usec begun;

	begin(1, _i == V1);
	two_devices(lx, true, true);
	put_name(1, 2, "db1");
	need_settled(0);
	begun = script->clock;
	script->context = &begun;
	script->hook = names_late;
	assert_between(seconds_for_look(), 15, 18);
	ck_assert_str_eq(outlet(0, 13)->name, "db1");
}
END_TEST

static const struct {
	uint32_t column, device, number;
} texts[] = { { 2, 1, 1 }, { 2, 2, 8 }, { 3, 1, 5 } };

static enum script_fate text_changes(struct script *network, unsigned pdu,
                                     const struct request *request, struct event *answer)
{
	const int i = *(int *)network->context;
	const struct objid name =
		family_instance(lx, texts[i].column, texts[i].device, texts[i].number);

	(void)request;
	(void)answer;
	if (network->clock > 1005 * USEC_PER_SEC)
		script_put_text(network, pdu, &name, "other");
	return SCRIPT_ANSWERED;
}

START_TEST(each_text_that_changes_is_a_difference)
{
	int i = _i;

	begin(1, false);
	two_devices(lx, true, true);
	need_settled(0);
	script->context = &i;
	script->hook = text_changes;
	assert_between(seconds_for_look(), 15, 20);
}
END_TEST

/* After five seconds fewer outlets are counted on the first device than there are rows. */
static enum script_fate count_changes(struct script *network, unsigned pdu,
                                      const struct request *request, struct event *answer)
{
	if (network->clock > 5 * USEC_PER_SEC + *(usec *)network->context)
		put_count(pdu, lx, 1, 7);
	script_answer(network, pdu, request, answer);
	return SCRIPT_ANSWERED;
}

START_TEST(a_count_that_changes_is_a_difference)
{
	usec begun;

	begin(1, _i == V1);
	two_devices(lx, true, true);
	need_settled(0);
	begun = script->clock;
	script->context = &begun;
	script->hook = count_changes;
	assert_between(seconds_for_look(), 15, 18);
}
END_TEST

START_TEST(each_pdu_settles_by_itself)
{
	begin(2, false);
	two_devices(lx, true, true);
	script_outlets(script, 1, lx, 1, 8);
	need_settled(0);
	need_settled(1);
	script_uptime(script, 0, 86400);
	assert_between(seconds_for_look(), 10, 11);
	for (unsigned i = 0; i < script->sent->len; i++)
		ck_assert(script_sent(script, i)->pdu == 1 ||
		          script_sent(script, i)->at <
		                  2 * USEC_PER_SEC + script_sent(script, 0)->at);
}
END_TEST

START_TEST(a_second_look_counts_on_what_the_first_one_saw)
{
	struct machine machine;
	usec begun;

	begin(1, false);
	two_devices(lx, true, true);
	need_settled(0);
	look();
	begun = script->clock;
	inventory_again(inventory);
	machine = inventory_machine(inventory);
	ck_assert(script_run(script, &machine, 5));
	ck_assert(script->clock - begun < USEC_PER_SEC);
	ck_assert(found(0)->whole);
}
END_TEST

static int refused_status;

static enum script_fate refuses_uptime(struct script *network, unsigned pdu,
                                       const struct request *request, struct event *answer)
{
	(void)network;
	(void)pdu;
	if (request->kind == REQUEST_GET && request->varbinds[0].name.id[7] == 3) {
		if (refused_status < 0)
			return SCRIPT_LOST;
		answer->error_status = refused_status;
		answer->error_index = 1;
	}
	return SCRIPT_ANSWERED;
}

START_TEST(a_card_that_refuses_sysuptime_is_as_one_that_does_not_tell)
{
	static const int refusals[] = { SNMP_STATUS_BAD_VALUE, SNMP_STATUS_GEN_ERR,
		                        SNMP_STATUS_NO_SUCH_NAME, SNMP_STATUS_AUTHORIZATION_ERROR,
		                        -1 };

	refused_status = refusals[_i];
	begin(1, false);
	two_devices(lx, true, true);
	need_settled(0);
	script_uptime(script, 0, 86400);
	script->hook = refuses_uptime;
	assert_between(seconds_for_look(), 10, 40);
}
END_TEST

/* At a later look the card denies for a moment what it has shown, and has perhaps restarted. */
static enum script_fate denies_at_nine(struct script *network, unsigned pdu,
                                       const struct request *request, struct event *answer)
{
	const usec since = network->clock - *(usec *)network->context;

	(void)pdu;
	if (since >= 9 * USEC_PER_SEC && since < 19 * USEC_PER_SEC / 2 &&
	    request->kind != REQUEST_GET) {
		answer->error_status = SNMP_STATUS_NO_ACCESS;
		answer->error_index = 1;
	}
	return SCRIPT_ANSWERED;
}

START_TEST(a_denial_between_two_looks_begins_it_anew)
{
	usec begun;

	begin(1, false);
	two_devices(lx, true, true);
	need_settled(0);
	begun = script->clock;
	script->context = &begun;
	script->hook = denies_at_nine;
	assert_between(seconds_for_look(), 19, 22);
	ck_assert_int_eq(inventory_outcome(inventory).error, TRIPPSNMP_OK);
	ck_assert(script_said(script, TRIPPSNMP_LOG_WARN, "reading is refused"));
}
END_TEST

static enum script_fate denies_for_a_moment(struct script *network, unsigned pdu,
                                            const struct request *request, struct event *answer)
{
	(void)pdu;
	if (request->kind != REQUEST_GET && network->clock < *(usec *)network->context) {
		answer->error_status = SNMP_STATUS_NO_ACCESS;
		answer->error_index = 1;
	}
	return SCRIPT_ANSWERED;
}

START_TEST(a_denial_that_a_look_got_past_does_not_count_in_the_next_one)
{
	usec until;

	begin(1, _i == V1);
	two_devices(lx, true, true);
	script->context = &until;
	script->hook = denies_for_a_moment;
	until = script->clock + USEC_PER_SEC / 2;
	look();
	until = script->clock + USEC_PER_SEC / 2;
	ck_assert(looks_once_more());
	ck_assert_int_eq(inventory_outcome(inventory).error, TRIPPSNMP_OK);
}
END_TEST

/* It says its sysUpTime between 3 and 6 s, and from 20 s on; else that it has none. */
static enum script_fate slips(struct script *network, unsigned pdu, const struct request *request,
                              struct event *answer)
{
	const usec since = network->clock - *(usec *)network->context;

	(void)pdu;
	if (request->kind == REQUEST_GET && request->varbinds[0].name.n == 9 &&
	    (since < 3 * USEC_PER_SEC || since > 6 * USEC_PER_SEC) && since < 20 * USEC_PER_SEC) {
		answer->error_status = SNMP_STATUS_GEN_ERR;
		answer->error_index = 1;
	}
	return SCRIPT_ANSWERED;
}

START_TEST(a_card_that_told_its_uptime_once_is_one_that_tells)
{
	usec begun;

	begin(1, false);
	two_devices(lx, true, true);
	need_settled(0);
	script_uptime(script, 0, 5);
	begun = script->clock;
	script->context = &begun;
	script->hook = slips;
	assert_between(seconds_for_look(), 25, 31);
}
END_TEST

static enum script_fate uptime_stands(struct script *network, unsigned pdu,
                                      const struct request *request, struct event *answer)
{
	(void)network;
	(void)pdu;
	if (request->kind == REQUEST_GET && request->varbinds[0].name.id[7] == 3)
		g_array_index(answer->varbinds, struct varbind, 0).number = 500;
	return SCRIPT_ANSWERED;
}

START_TEST(a_sysuptime_that_stands_still_is_as_one_that_is_not_told)
{
	begin(1, _i == V1);
	two_devices(lx, true, true);
	need_settled(0);
	script_uptime(script, 0, 5);
	script->hook = uptime_stands;
	assert_between(seconds_for_look(), 20, 40);
	ck_assert(script_said(script, TRIPPSNMP_LOG_WARN, "does not tell its uptime"));
}
END_TEST

/* SNMPv3 with authentication: each answer tells the engine's time, which is that of script->up. */
static enum script_fate tells_engine(struct script *network, unsigned pdu,
                                     const struct request *request, struct event *answer)
{
	(void)request;
	answer->engine.known = true;
	answer->engine.boots = 1;
	answer->engine.time =
		(uint32_t)((network->clock - *(usec *)network->context) / USEC_PER_SEC);
	(void)pdu;
	return SCRIPT_ANSWERED;
}

START_TEST(snmpv3_tells_the_uptime_without_being_asked)
{
	static const struct {
		int up;
		double low, high;
	} cases[] = { { 200, 0, 1 }, { 60, 10, 11.5 }, { 4, 26, 28 } };
	usec since;

	begin(1, false);
	two_devices(lx, true, true);
	need_settled(0);
	since = script->clock - cases[_i].up * USEC_PER_SEC;
	script->context = &since;
	script->hook = tells_engine;
	assert_between(seconds_for_look(), cases[_i].low, cases[_i].high);
	ck_assert_uint_eq(script_count(script, REQUEST_GET), 0);
}
END_TEST

/* In the middle of the first look another device takes over. */
static enum script_fate is_replaced(struct script *network, unsigned pdu,
                                    const struct request *request, struct event *answer)
{
	(void)pdu;
	(void)request;
	if (++network->calls == 2) {
		answer->type = EVENT_REPLACED;
		script->agents[0].started = network->clock;
		put_name(1, 5, "db1");
	}
	return SCRIPT_ANSWERED;
}

START_TEST(another_device_under_the_address_is_looked_at_from_the_beginning)
{
	begin(1, false);
	two_devices(lx, true, true);
	need_settled(0);
	script_uptime(script, 0, 86400);
	script->hook = is_replaced;
	assert_between(seconds_for_look(), 30, 33);
	ck_assert(script_said(script, TRIPPSNMP_LOG_WARN, "another device answers"));
	ck_assert_str_eq(outlet(0, 4)->name, "db1");
}
END_TEST

/* It comes back with one outlet nameless, or as the factory named it, and stays so. */
static struct {
	uint32_t number;
	const char *name, *said;
} losses[] = {
	{ 7, "", "not there or empty now" },
	{ 1, "", "not there or empty now" },
	{ 8, "", "not there or empty now" },
	{ 8, "Load 8", "a factory's now" },
};

static unsigned loss;

static enum script_fate loses_a_name(struct script *network, unsigned pdu,
                                     const struct request *request, struct event *answer)
{
	(void)pdu;
	(void)request;
	(void)answer;
	if (network->clock - *(usec *)network->context >= 5 * USEC_PER_SEC)
		put_name(1, losses[loss].number, losses[loss].name);
	return SCRIPT_ANSWERED;
}

START_TEST(a_name_that_an_earlier_look_saw_is_not_dropped)
{
	char *said;
	usec begun;

	loss = (unsigned)_i / 2;
	said = g_strdup_printf("the name of LX PDU outlet 1.%u was \"db1\" before and is %s",
	                       losses[loss].number, losses[loss].said);
	begin(1, _i % 2 == V1);
	script_outlets(script, 0, lx, 1, 8);
	put_end(0);
	put_name(1, 3, "db1");
	put_name(1, losses[loss].number, "db1");
	want(0, "db1");
	needs[0].settled = true;
	begun = script->clock;
	script->context = &begun;
	script->hook = loses_a_name;
	ck_assert(!looks(60));
	ck_assert_ptr_null(found(0));
	assert_obstacle(said);
	g_free(said);
}
END_TEST

static void put_names(const struct family *family)
{
	char text[16];

	for (unsigned i = 1; i <= 4; i++) {
		const struct objid name = family_instance(family, family->outlet_name, 1, i);

		g_snprintf(text, sizeof(text), "db%u", i);
		script_put_text(script, 0, &name, text);
	}
}

/* Its documented table comes after the twin. */
static enum script_fate shows_the_better_table(struct script *network, unsigned pdu,
                                               const struct request *request, struct event *answer)
{
	const struct family *webcard = script_family("SNMPWEBCARD");
	const usec begun = *(usec *)network->context;

	(void)pdu;
	(void)request;
	(void)answer;
	if (network->clock - begun >= 3 * USEC_PER_SEC) {
		script_outlets(script, 0, webcard, 1, 4);
		put_names(webcard);
	}
	return SCRIPT_ANSWERED;
}

START_TEST(a_name_that_went_over_to_a_better_table_is_not_lost)
{
	const struct family *twin = script_family("SNMPWEBCARD twin");
	usec begun;

	begin(1, _i == V1);
	script_outlets(script, 0, twin, 1, 4);
	put_names(twin);
	want(0, "db1");
	needs[0].settled = true;
	begun = script->clock;
	script->context = &begun;
	script->hook = shows_the_better_table;
	ck_assert(looks(60));
	ck_assert(found(0)->whole);
	ck_assert_str_eq(found(0)->family->name, "SNMPWEBCARD");
}
END_TEST

/* --- what is only shown --- */

static void need_details(void)
{
	need_table(0);
	needs[0].status = needs[0].details = true;
}

static void put_meters(uint32_t number, enum value_type type, int64_t volts, int64_t amperes,
                       int64_t watts)
{
	put_cell(lx->voltage, 1, number, type, volts);
	put_cell(lx->current, 1, number, type, amperes);
	put_cell(lx->power, 1, number, type, watts);
}

static void assert_meters(unsigned i, int millivolts, int milliamperes, int watts)
{
	ck_assert_int_eq(outlet(0, i)->millivolts, millivolts);
	ck_assert_int_eq(outlet(0, i)->milliamperes, milliamperes);
	ck_assert_int_eq(outlet(0, i)->watts, watts);
}

static void drop_row(uint32_t number)
{
	for (uint32_t column = 1; column <= 6; column++)
		drop_cell(column, 1, number);
}

START_TEST(meters_are_read_where_there_are_any)
{
	begin(1, _i);
	script_outlets(script, 0, lx, 1, 8);
	put_meters(3, VALUE_UNSIGNED, 2301, 123, 283);
	put_meters(8, VALUE_INTEGER, 0, 0, 0);
	need_details();
	look();
	ck_assert_uint_eq(found(0)->outlets->len, 8);
	assert_meters(1, -1, -1, -1);
	assert_meters(2, 230100, 1230, 283);
	assert_meters(7, 0, 0, 0);
}
END_TEST

START_TEST(a_meter_makes_no_outlet)
{
	begin(1, _i);
	script_outlets(script, 0, lx, 1, 3);
	drop_row(1);
	put_meters(1, VALUE_UNSIGNED, 2301, 123, 283);
	put_meters(9, VALUE_UNSIGNED, 2301, 123, 283);
	need_details();
	look();
	ck_assert_uint_eq(found(0)->outlets->len, 2);
	assert_meters(0, -1, -1, -1);
	assert_meters(1, -1, -1, -1);
}
END_TEST

START_TEST(a_meter_that_cannot_be_true_is_none)
{
	static const struct {
		enum value_type type;
		int64_t value;
	} odd[] = {
		{ VALUE_INTEGER, -1 }, { VALUE_UNSIGNED, UINT32_MAX },  { VALUE_NULL, 1 },
		{ VALUE_OTHER, 1 },    { VALUE_UNSIGNED, 1000000 + 1 }, { VALUE_INTEGER, INT32_MIN }
	};

	begin(1, V2C);
	script_outlets(script, 0, lx, 1, 2);
	put_meters(1, odd[_i].type, odd[_i].value, odd[_i].value, odd[_i].value);
	need_details();
	look();
	assert_meters(0, -1, -1, -1);
	ck_assert_uint_eq(found(0)->outlets->len, 2);
}
END_TEST

START_TEST(meters_that_are_errors_are_left_out_and_nothing_else)
{
	begin(1, _i);
	script_outlets(script, 0, lx, 1, 8);
	put_meters(3, VALUE_ERROR, SNMP_STATUS_GEN_ERR, SNMP_STATUS_GEN_ERR, SNMP_STATUS_GEN_ERR);
	need_details();
	look();
	ck_assert_uint_eq(found(0)->outlets->len, 8);
	assert_meters(2, -1, -1, -1);
}
END_TEST

static struct objid model_name(void)
{
	const uint32_t device = 1;

	return objid_append(&lx->device_model, 1, &device);
}

START_TEST(model_and_firmware_are_read)
{
	struct objid model;

	begin(1, _i);
	model = model_name();
	script_outlets(script, 0, lx, 1, 2);
	script_put_text(script, 0, &model, "PDU15NETLX");
	script_put_text(script, 0, &lx->card_firmware, "20.2.1");
	need_details();
	look();
	ck_assert_str_eq(outlet(0, 0)->model, "PDU15NETLX");
	ck_assert_str_eq(outlet(0, 1)->model, "PDU15NETLX");
	ck_assert_str_eq(found(0)->firmware, "20.2.1");
}
END_TEST

/* Requests for what is only shown get no answer. */
static enum script_fate silent_about_details(struct script *network, unsigned pdu,
                                             const struct request *request, struct event *answer)
{
	(void)network;
	(void)pdu;
	(void)answer;
	for (unsigned i = 0; i < request->n && request->kind == REQUEST_GET; i++)
		if (objid_equal(&request->varbinds[i].name, &lx->card_firmware))
			return SCRIPT_LOST;
	return SCRIPT_ANSWERED;
}

START_TEST(silence_about_what_is_only_shown_is_no_failure)
{
	begin(1, _i);
	script_outlets(script, 0, lx, 1, 2);
	script->hook = silent_about_details;
	need_details();
	look();
	ck_assert_uint_eq(found(0)->outlets->len, 2);
	ck_assert(script->clock < 1010 * USEC_PER_SEC);
}
END_TEST

START_TEST(a_card_that_tells_no_model_is_looked_at_all_the_same)
{
	char *much = g_strnfill(300, 'x');
	const char *model_text;
	struct objid model, before;

	begin(1, V2C);
	model = before = model_name();
	before.id[before.n - 2]--; /* what follows the list of types, and can be read */
	script_put_text(script, 0, &before, "TRIPP LITE");
	script_outlets(script, 0, lx, 1, 2);
	if (_i == 1)
		script_put(script, 0, &model, VALUE_INTEGER, 1);
	else if (_i == 2)
		script_put(script, 0, &model, VALUE_ERROR, SNMP_STATUS_AUTHORIZATION_ERROR);
	else if (_i == 3)
		script_put_text(script, 0, &model, much);
	g_free(much);
	need_details();
	look();
	ck_assert_uint_eq(found(0)->outlets->len, 2);
	model_text = outlet(0, 0)->model;
	ck_assert(!model_text || !*model_text);
	ck_assert_ptr_null(found(0)->firmware);
}
END_TEST

START_TEST(who_does_not_show_them_does_not_ask_for_them)
{
	unsigned with;

	begin(1, _i);
	script_outlets(script, 0, lx, 1, 8);
	need_details();
	look();
	with = script->sent->len;
	needs[0].details = false;
	look();
	ck_assert_uint_lt(script->sent->len - with, with);
	for (unsigned i = with; i < script->sent->len; i++)
		for (unsigned k = 0; k < script_sent(script, i)->varbinds->len; k++) {
			const struct varbind *asked =
				&g_array_index(script_sent(script, i)->varbinds, struct varbind, k);

			ck_assert(!objid_below(&asked->name, &lx->device_model));
		}
}
END_TEST

static TCase *tcase_new(const char *title)
{
	TCase *tcase = tcase_create(title);

	tcase_add_checked_fixture(tcase, NULL, finish);
	return tcase;
}

#define ADD_BOTH(tcase, test) tcase_add_loop_test(tcase, test, V2C, V1 + 1)

static TCase *identity_case(void)
{
	TCase *tcase = tcase_new("identification");

	tcase_add_loop_test(tcase, a_card_is_identified_by_the_table_that_answers, 0,
	                    G_N_ELEMENTS(cards));
	tcase_add_loop_test(tcase, a_card_is_identified_in_v1_too, 0, G_N_ELEMENTS(cards));
	tcase_add_loop_test(tcase, a_cards_table_is_read_whole, 0, G_N_ELEMENTS(cards));
	tcase_add_loop_test(tcase, a_cards_table_is_read_whole_in_v1_too, 0, G_N_ELEMENTS(cards));
	tcase_add_loop_test(tcase, every_family_is_identified_by_its_rows, 0, (int)family_count());
	tcase_add_test(tcase, the_twin_counts_only_where_no_documented_table_answers);
	tcase_add_test(tcase, an_error_at_a_documented_table_does_not_make_the_twin_count);
	tcase_add_test(tcase, an_error_at_the_twin_does_not_matter_beside_a_documented_table);
	ADD_BOTH(tcase, several_devices_with_outlets_leave_no_sole_one);
	tcase_add_test(tcase, a_device_without_controllable_outlets_does_not_compete);
	tcase_add_test(tcase, a_table_with_no_controllable_outlet_has_no_sole_device);
	tcase_add_test(tcase, a_pdu_beside_an_ats_leaves_no_sole_device);
	ADD_BOTH(tcase, a_device_index_need_not_be_1);
	ADD_BOTH(tcase, an_agent_without_our_tables_is_named_by_its_system_group);
	ADD_BOTH(tcase, an_agent_without_anything_is_named_so);
	tcase_add_test(tcase, a_skipped_pdu_is_not_asked);
	ADD_BOTH(tcase, several_pdus_are_asked_for_their_engine_ids);
	ADD_BOTH(tcase, an_empty_engine_id_is_none);
	tcase_add_test(tcase, pdus_are_asked_at_the_same_time);
	return tcase;
}

static TCase *numbers_case(void)
{
	TCase *tcase = tcase_new("numbers");

	tcase_add_test(tcase, two_outlets_by_number_cost_one_request);
	tcase_add_test(tcase, more_outlets_by_number_cost_two_requests);
	tcase_add_test(tcase, in_v1_nothing_is_guessed);
	tcase_add_loop_test(tcase, an_outlet_of_each_family_costs_one_request, 0,
	                    (int)family_count());
	tcase_add_loop_test(tcase, an_outlets_name_comes_with_its_state, 0, (int)family_count());
	ADD_BOTH(tcase, only_the_names_asked_for_are_read);
	ADD_BOTH(tcase, a_number_has_its_name_from_a_walk_too);
	ADD_BOTH(tcase, an_outlet_without_a_name_cell_has_no_name);
	ADD_BOTH(tcase, a_name_cell_that_is_no_text_leaves_the_name_open);
	tcase_add_test(tcase, what_is_not_the_outlets_own_state_is_never_taken_for_it);
	ADD_BOTH(tcase, an_outlet_past_the_last_does_not_exist);
	ADD_BOTH(tcase, where_one_does_not_exist_the_table_tells_which_ones_do);
	ADD_BOTH(tcase, an_outlet_without_a_controllable_cell_is_not_controllable);
	tcase_add_test(tcase, an_outlet_that_does_not_say_is_asked_again);
	tcase_add_test(tcase, an_odd_state_is_unknown_and_not_absent);
	tcase_add_test(tcase, a_number_on_another_device_is_looked_up_in_the_whole_table);
	ADD_BOTH(tcase, the_devices_own_offline_status_is_seen);
	ADD_BOTH(tcase, another_devices_offline_status_does_not_matter);
	tcase_add_test(tcase, the_status_of_a_device_without_controllable_outlets_does_not_matter);
	tcase_add_loop_test(tcase, a_status_that_is_no_clear_answer_is_as_good_as_offline, 0, 2);
	ADD_BOTH(tcase, an_absent_status_is_ignored);
	tcase_add_test(tcase, each_devices_status_is_read_with_its_table);
	return tcase;
}

static TCase *mains_case(void)
{
	TCase *tcase = tcase_new("main loads");

	tcase_add_loop_test(tcase, the_main_load_of_a_capture_costs_as_many_requests_as_an_outlet,
	                    0, G_N_ELEMENTS(with_main));
	tcase_add_loop_test(tcase, the_main_load_of_a_capture_costs_few_requests_in_v1, 0,
	                    G_N_ELEMENTS(with_main));
	tcase_add_loop_test(tcase, the_main_load_of_each_family_is_found_without_outlets_too, 0,
	                    2 * (int)family_count());
	ADD_BOTH(tcase, a_family_without_main_loads_has_none);
	tcase_add_test(tcase, a_main_load_and_an_outlet_are_read_together);
	ADD_BOTH(tcase, a_main_load_without_a_controllable_cell_is_not_controllable);
	ADD_BOTH(tcase, a_main_load_that_does_not_say_is_asked_again);
	ADD_BOTH(tcase, a_device_with_nothing_but_a_main_load_competes_where_these_count);
	ADD_BOTH(tcase, a_main_load_of_a_later_device_is_found_behind_all_outlets);
	ADD_BOTH(tcase, a_main_load_is_read_beside_a_table_with_names);
	ADD_BOTH(tcase, main_loads_are_not_asked_for_where_they_do_not_count);
	ADD_BOTH(tcase, the_status_of_a_main_loads_device_is_seen);
	tcase_add_test(tcase, a_mixed_main_load_is_unknown);
	return tcase;
}

static TCase *tables_case(void)
{
	TCase *tcase = tcase_new("tables");

	tcase_add_loop_test(tcase, getbulk_and_getnext_find_the_same_rows, 0,
	                    G_N_ELEMENTS(fillers));
	tcase_add_loop_test(tcase, answers_cut_short_lose_no_row, 0, G_N_ELEMENTS(fillers));
	tcase_add_test(tcase, a_table_of_24_costs_two_requests_by_name);
	tcase_add_test(tcase, a_table_of_24_costs_four_requests_in_v1);
	tcase_add_test(tcase, silence_on_getbulk_falls_back_to_getnext);
	tcase_add_test(tcase, so_it_does_where_a_number_is_looked_up);
	tcase_add_loop_test(tcase, silence_after_getbulk_was_answered_once_is_not_for_getbulk, 0,
	                    2);
	tcase_add_test(tcase, errors_on_getbulk_fall_back_to_getnext);
	tcase_add_test(tcase, where_getbulk_for_many_rows_fails_fewer_are_asked);
	tcase_add_loop_test(tcase, long_names_make_fewer_rows_a_request, 0, 2);
	tcase_add_test(tcase, names_keep_their_octets_and_the_nuls_inside);
	tcase_add_test(tcase, a_name_too_long_for_the_mib_is_nobodys);
	return tcase;
}

static TCase *trouble_case(void)
{
	TCase *tcase = tcase_new("trouble");

	ADD_BOTH(tcase, a_walk_that_does_not_advance_is_no_table);
	tcase_add_test(tcase, a_walk_that_stands_in_the_middle_is_no_table);
	ADD_BOTH(tcase, a_walk_that_never_ends_is_bounded_and_no_table);
	ADD_BOTH(tcase, a_walk_that_breaks_off_is_no_table);
	ADD_BOTH(tcase, a_cell_that_is_missing_makes_it_no_table);
	ADD_BOTH(tcase, an_unclear_row_whose_texts_are_nobodys_is_no_hole);
	ADD_BOTH(tcase, an_unclear_row_of_the_node_makes_it_no_table);
	ADD_BOTH(tcase, an_unclear_row_makes_it_no_table_where_a_number_is_looked_up);
	ADD_BOTH(tcase, a_row_without_its_texts_may_be_the_nodes_whatever_else_it_says);
	ADD_BOTH(tcase, a_row_before_the_first_controllable_one_is_not_overlooked);
	ADD_BOTH(tcase, no_row_before_the_first_controllable_one_is_overlooked);
	ADD_BOTH(tcase, a_column_that_no_row_has_is_no_hole);
	ADD_BOTH(tcase, a_name_that_is_no_text_makes_it_no_table);
	ADD_BOTH(tcase, a_row_with_a_strange_index_makes_it_no_table);
	tcase_add_test(tcase, rows_in_disorder_are_read_again);
	tcase_add_test(tcase, a_table_with_rows_after_its_end_is_read_again);
	ADD_BOTH(tcase, an_error_in_a_table_is_read_again);
	ADD_BOTH(tcase, by_name_a_count_above_the_rows_is_never_a_whole_table);
	tcase_add_test(tcase, a_table_that_still_grows_is_walked_until_it_is_there);
	tcase_add_test(tcase, a_count_below_the_rows_does_not_matter);
	tcase_add_test(tcase, a_silent_pdu_is_asked_on_and_named);
	tcase_add_test(tcase, a_refusal_is_no_access);
	tcase_add_loop_test(tcase, a_refused_object_that_is_needed_is_no_access_at_once, 0, 2);
	return tcase;
}

static TCase *complete_case(void)
{
	TCase *tcase = tcase_new("complete");

	ADD_BOTH(tcase, a_table_with_all_that_the_card_speaks_of_is_complete);
	ADD_BOTH(tcase, rows_of_a_later_device_that_is_counted_must_be_there);
	ADD_BOTH(tcase, a_single_row_that_is_counted_must_be_there);
	ADD_BOTH(tcase, rows_of_the_first_device_that_is_counted_must_be_there);
	ADD_BOTH(tcase, a_device_that_is_listed_must_have_rows);
	ADD_BOTH(tcase, a_device_of_another_family_must_have_rows_too);
	ADD_BOTH(tcase, a_device_that_is_counted_alone_makes_it_not_complete);
	ADD_BOTH(tcase, a_number_without_device_waits_for_the_rows_of_each_device);
	ADD_BOTH(tcase, a_number_on_the_first_device_waits_for_no_later_one);
	ADD_BOTH(tcase, a_number_with_its_device_waits_for_no_other_device);
	ADD_BOTH(tcase, a_listed_device_without_outlets_does_not_matter);
	ADD_BOTH(tcase, many_devices_are_all_listed);
	ADD_BOTH(tcase, a_device_that_is_counted_without_outlets_hides_none);
	ADD_BOTH(tcase, many_devices_are_all_counted);
	ADD_BOTH(tcase, lists_that_are_no_clear_answer_make_it_not_complete);
	ADD_BOTH(tcase, a_list_that_was_no_clear_answer_is_read_again);
	ADD_BOTH(tcase, a_card_that_speaks_of_outlets_is_no_stranger_before_they_are_there);
	tcase_add_loop_test(tcase, each_capture_is_complete_in_few_requests, 0,
	                    2 * G_N_ELEMENTS(cards));
	tcase_add_test(tcase, answers_that_bring_rows_along_are_not_too_long);
	tcase_add_test(tcase, an_agent_that_repeats_all_loses_no_row);
	tcase_add_test(tcase, an_agent_that_repeats_nothing_loses_no_row);
	return tcase;
}

static TCase *settled_case(void)
{
	TCase *tcase = tcase_new("settled");

	ADD_BOTH(tcase, a_card_that_is_up_for_long_is_believed_at_once);
	ADD_BOTH(tcase, the_uptime_is_asked_by_itself_after_the_last_row);
	ADD_BOTH(tcase, a_card_that_does_not_tell_is_looked_at_again_ten_seconds_later);
	ADD_BOTH(tcase, a_name_that_went_over_to_a_better_table_is_not_lost);
	tcase_add_loop_test(tcase, a_name_that_an_earlier_look_saw_is_not_dropped, 0,
	                    2 * (int)G_N_ELEMENTS(losses));
	ADD_BOTH(tcase, a_sysuptime_that_stands_still_is_as_one_that_is_not_told);
	tcase_add_loop_test(tcase, while_it_waits_a_card_without_uptime_is_looked_at, 0, 2);
	tcase_add_loop_test(tcase, while_it_waits_to_look_again_it_says_so, 0, 2);
	tcase_add_loop_test(
		tcase,
		a_card_without_uptime_that_was_away_between_two_looks_is_looked_at_twice_more, 0,
		2);
	ADD_BOTH(tcase, a_card_that_has_just_started_must_be_up_for_thirty_seconds);
	ADD_BOTH(tcase, a_card_that_is_up_for_a_minute_is_looked_at_twice);
	ADD_BOTH(tcase, a_difference_begins_it_anew);
	tcase_add_loop_test(tcase, each_text_that_changes_is_a_difference, 0, G_N_ELEMENTS(texts));
	tcase_add_test(tcase, a_denial_between_two_looks_begins_it_anew);
	ADD_BOTH(tcase, a_denial_that_a_look_got_past_does_not_count_in_the_next_one);
	tcase_add_test(tcase, a_card_that_told_its_uptime_once_is_one_that_tells);
	ADD_BOTH(tcase, a_count_that_changes_is_a_difference);
	tcase_add_test(tcase, each_pdu_settles_by_itself);
	tcase_add_test(tcase, a_second_look_counts_on_what_the_first_one_saw);
	tcase_add_loop_test(tcase, a_card_that_refuses_sysuptime_is_as_one_that_does_not_tell, 0,
	                    5);
	tcase_add_loop_test(tcase, snmpv3_tells_the_uptime_without_being_asked, 0, 3);
	tcase_add_test(tcase, another_device_under_the_address_is_looked_at_from_the_beginning);
	return tcase;
}

static TCase *shown_case(void)
{
	TCase *tcase = tcase_create("what is only shown");

	tcase_add_checked_fixture(tcase, NULL, finish);
	tcase_add_loop_test(tcase, meters_are_read_where_there_are_any, 0, 2);
	tcase_add_loop_test(tcase, a_meter_makes_no_outlet, 0, 2);
	tcase_add_loop_test(tcase, a_meter_that_cannot_be_true_is_none, 0, 6);
	tcase_add_loop_test(tcase, meters_that_are_errors_are_left_out_and_nothing_else, 0, 2);
	tcase_add_loop_test(tcase, model_and_firmware_are_read, 0, 2);
	tcase_add_loop_test(tcase, silence_about_what_is_only_shown_is_no_failure, 0, 2);
	tcase_add_loop_test(tcase, a_card_that_tells_no_model_is_looked_at_all_the_same, 0, 4);
	tcase_add_loop_test(tcase, who_does_not_show_them_does_not_ask_for_them, 0, 2);
	return tcase;
}

/* --- alarms --- */

static bool alarmed(unsigned i)
{
	return outlet(0, i)->alarmed;
}

/* Outlet 8 is looked up on a card of that family. */
static void begin_alarms_on(const struct family *family, bool v1)
{
	begin(1, v1);
	put_end(0);
	script_outlets(script, 0, family, 1, 8);
	need_number(0, 0, 8);
}

static void begin_alarms(bool v1)
{
	begin_alarms_on(script_family("LX PDU"), v1);
}

static void lose(const char *about)
{
	script_alarm(script, 0, lx->alarms, 77, true, about);
}

#define DEVICE_ROW "1.3.6.1.4.1.850.1.1.1.2.1.1."

START_TEST(the_number_of_alarms_costs_no_request)
{
	begin(1, _i == V1);
	script_load(script, 0, cards[1].capture);
	put_end(0);
	need_number(0, 0, 3);
	look();
	ck_assert_uint_eq(script->sent->len, _i == V1 ? 3 : 1);
	finish();
	begin(1, _i == V1);
	script_load(script, 0, cards[1].capture);
	put_end(0);
	script_put(script, 0, &lx->alarms->count, VALUE_UNSIGNED, 0);
	need_number(0, 0, 3);
	look();
	ck_assert_uint_eq(script->sent->len, _i == V1 ? 3 : 1);
}
END_TEST

START_TEST(alarms_that_matter_to_nobody_cost_one_request)
{
	begin_alarms(false);
	for (uint32_t id = 80; id < 91; id++)
		script_alarm(script, 0, lx->alarms, id, false, DEVICE_ROW "1");
	look();
	ck_assert_uint_eq(script->sent->len, 2);
	ck_assert_uint_eq(alarms_len(&found(0)->alarms), 11);
	ck_assert(!alarmed(0));
}
END_TEST

/* Each family whose cards have alarms, in v2c and v1. */
START_TEST(lost_communications_are_seen_on_every_family_that_has_alarms)
{
	const struct family *family = family_row((unsigned)_i / 2);

	if (!family->alarms)
		return;
	begin_alarms_on(family, _i % 2);
	script_alarm(script, 0, family->alarms, 5679, true, NULL);
	look();
	ck_assert(alarmed(0));
}
END_TEST

START_TEST(by_name_they_are_seen_on_every_family_too)
{
	const struct family *family = family_row((unsigned)_i / 2);

	if (!family->alarms)
		return;
	begin(1, _i % 2);
	put_end(0);
	script_outlets(script, 0, family, 1, 8);
	script_alarm(script, 0, family->alarms, 5679, true, NULL);
	need_table(0);
	look();
	for (unsigned i = 0; i < 8; i++)
		ck_assert(alarmed(i));
}
END_TEST

START_TEST(all_families_share_the_alarms_of_their_rank)
{
	const struct family *family = family_row((unsigned)_i);

	ck_assert_ptr_nonnull(family->alarms);
	ck_assert_ptr_eq(family->alarms,
	                 script_family(family->rank ? "SNMPWEBCARD" : "LX PDU")->alarms);
}
END_TEST

START_TEST(a_device_that_is_lost_is_not_another_one)
{
	begin(1, _i == V1);
	put_end(0);
	script_outlets(script, 0, lx, 1, 2);
	script_outlets(script, 0, lx, 3, 2);
	lose(DEVICE_ROW "3");
	need_table(0);
	look();
	ck_assert(!alarmed(0) && !alarmed(1));
	ck_assert(alarmed(2) && alarmed(3));
}
END_TEST

START_TEST(a_lost_sensor_does_not_matter)
{
	begin_alarms(_i == V1);
	lose(DEVICE_ROW "2");
	look();
	ck_assert(!alarmed(0));
	ck_assert_uint_eq(alarms_len(&found(0)->alarms), 1);
}
END_TEST

START_TEST(each_look_reads_the_alarms_anew)
{
	begin_alarms(false);
	lose(DEVICE_ROW "1");
	look();
	ck_assert(alarmed(0));
	script_no_alarm(script, 0, lx->alarms, 77);
	ck_assert(looks_once_more());
	ck_assert(!alarmed(0));
	ck_assert_uint_eq(alarms_len(&found(0)->alarms), 0);
}
END_TEST

START_TEST(a_count_that_stays_above_the_rows_is_no_alarm)
{
	begin_alarms(_i == V1);
	script_put(script, 0, &lx->alarms->count, VALUE_UNSIGNED, 4294967295);
	look();
	ck_assert(!alarmed(0));
	ck_assert(script->clock >= 1001 * USEC_PER_SEC); /* it had to last */
	ck_assert(script_said(script, TRIPPSNMP_LOG_WARN, "fewer than are counted"));
}
END_TEST

static enum script_fate hide_alarms_once(struct script *network, unsigned pdu,
                                         const struct request *request, struct event *answer)
{
	if (network->clock > 1000 * USEC_PER_SEC + USEC_PER_SEC / 2 && !network->calls++)
		lose(NULL);
	script_answer(network, pdu, request, answer);
	return SCRIPT_ANSWERED;
}

START_TEST(rows_that_are_counted_and_come_late_are_waited_for)
{
	begin_alarms(_i == V1);
	script_put(script, 0, &lx->alarms->count, VALUE_UNSIGNED, 1);
	script->hook = hide_alarms_once;
	look();
	ck_assert(alarmed(0));
}
END_TEST

/* The question for the number of alarms is answered with an error, whatever else is asked. */
static enum script_fate refuse_number(struct script *network, unsigned pdu,
                                      const struct request *request, struct event *answer)
{
	const struct objid *count = &lx->alarms->count;

	(void)pdu;
	for (unsigned i = 0; i < request->n && !answer->error_status; i++)
		if (objid_below(count, &request->varbinds[i].name) &&
		    request->varbinds[i].name.n == count->n - 1) {
			answer->error_status = *(const int *)network->context;
			answer->error_index = (int)i + 1;
		}
	return SCRIPT_ANSWERED;
}

START_TEST(a_card_that_does_not_tell_the_number_has_none_that_is_known)
{
	static int errors[] = { SNMP_STATUS_GEN_ERR, SNMP_STATUS_NO_ACCESS,
		                SNMP_STATUS_AUTHORIZATION_ERROR, SNMP_STATUS_BAD_VALUE };

	begin_alarms(_i % 2);
	lose(NULL);
	script->hook = refuse_number;
	script->context = &errors[_i / 2];
	look();
	ck_assert(!alarmed(0));
	ck_assert(
		script_said(script, TRIPPSNMP_LOG_WARN, "going on as if there were no other one"));
	ck_assert(script->clock >= 1001 * USEC_PER_SEC); /* it had to last */
}
END_TEST

static enum script_fate refuse_number_once(struct script *network, unsigned pdu,
                                           const struct request *request, struct event *answer)
{
	return network->clock < 1000 * USEC_PER_SEC + USEC_PER_SEC / 2
	               ? refuse_number(network, pdu, request, answer)
	               : SCRIPT_ANSWERED;
}

START_TEST(an_error_in_place_of_the_number_is_no_number)
{
	static int error = SNMP_STATUS_GEN_ERR;

	begin_alarms(_i == V1);
	lose(NULL);
	script->hook = refuse_number_once;
	script->context = &error;
	look();
	ck_assert(alarmed(0));
}
END_TEST

/* What is answered stands before what was asked. */
static enum script_fate number_does_not_follow(struct script *network, unsigned pdu,
                                               const struct request *request, struct event *answer)
{
	const struct objid *count = &lx->alarms->count;

	(void)network;
	(void)pdu;
	for (unsigned i = 0; i < answer->varbinds->len; i++) {
		struct varbind *varbind = &g_array_index(answer->varbinds, struct varbind, i);

		if (i < request->n && objid_below(count, &request->varbinds[i].name) &&
		    request->varbinds[i].name.n == count->n - 1)
			varbind->name.n = 3;
	}
	return SCRIPT_ANSWERED;
}

START_TEST(a_number_that_does_not_follow_is_none)
{
	begin_alarms(_i == V1);
	lose(NULL);
	script->hook = number_does_not_follow;
	ck_assert(!looks(10));
	assert_obstacle("errors where its active alarms are counted");
}
END_TEST

/* The alarm table, wherever it begins. */
static bool asks_alarms(const struct request *request)
{
	return objid_below(&request->varbinds[0].name, &lx->alarms->entry);
}

static int refused_index = 1; /* 0: it does not say which object */

static enum script_fate refuse_alarms(struct script *network, unsigned pdu,
                                      const struct request *request, struct event *answer)
{
	(void)network;
	(void)pdu;
	if (asks_alarms(request)) {
		answer->error_status = *(const int *)network->context;
		answer->error_index = refused_index;
	}
	return SCRIPT_ANSWERED;
}

START_TEST(a_table_that_stays_refused_tells_of_no_alarm)
{
	static int errors[] = { SNMP_STATUS_GEN_ERR, SNMP_STATUS_AUTHORIZATION_ERROR };

	refused_index = _i < 4;
	begin_alarms(_i % 2);
	lose(NULL);
	script->hook = refuse_alarms;
	script->context = &errors[_i / 2 % 2];
	look();
	refused_index = 1;
	ck_assert(!alarmed(0));
	ck_assert(
		script_said(script, TRIPPSNMP_LOG_WARN, "going on as if there were no other one"));
	ck_assert(script->clock >= 1001 * USEC_PER_SEC); /* it had to last */
}
END_TEST

/* Only what follows the column of descriptions itself is refused. */
static enum script_fate refuse_first_alarm(struct script *network, unsigned pdu,
                                           const struct request *request, struct event *answer)
{
	const struct objid column = objid_append(&lx->alarms->entry, 1, &lx->alarms->description);

	return objid_equal(&request->varbinds[0].name, &column)
	               ? refuse_alarms(network, pdu, request, answer)
	               : SCRIPT_ANSWERED;
}

START_TEST(a_table_whose_first_row_stays_refused_does_so_too)
{
	static int error = SNMP_STATUS_NO_ACCESS;

	begin_alarms(_i == V1);
	lose(NULL);
	script_put(script, 0, &lx->alarms->count, VALUE_UNSIGNED, 2);
	script->hook = refuse_first_alarm;
	script->context = &error;
	look();
	ck_assert(
		script_said(script, TRIPPSNMP_LOG_WARN, "going on as if there were no other one"));
}
END_TEST

static usec refused_until;

static enum script_fate refuse_alarms_once(struct script *network, unsigned pdu,
                                           const struct request *request, struct event *answer)
{
	/* all of one look: GETBULK with ever fewer rows, then GETNEXT */
	return network->clock < refused_until ? refuse_alarms(network, pdu, request, answer)
	                                      : SCRIPT_ANSWERED;
}

START_TEST(a_table_that_is_refused_at_first_is_read_later)
{
	static int error = SNMP_STATUS_GEN_ERR;

	begin_alarms(_i == V1);
	lose(NULL);
	script->hook = refuse_alarms_once;
	script->context = &error;
	refused_until = script->clock + USEC_PER_SEC / 2;
	look();
	ck_assert(alarmed(0));
	/* and what was refused then does not count when it is once more */
	refused_until = script->clock + USEC_PER_SEC / 2;
	ck_assert(looks_once_more());
	ck_assert(alarmed(0));
}
END_TEST

static enum script_fate lose_alarms(struct script *network, unsigned pdu,
                                    const struct request *request, struct event *answer)
{
	(void)pdu;
	(void)answer;
	return asks_alarms(request) && network->calls++ < *(const unsigned *)network->context
	               ? SCRIPT_LOST
	               : SCRIPT_ANSWERED;
}

START_TEST(silence_to_the_table_is_no_answer)
{
	static unsigned times = 10;

	begin_alarms(_i == V1);
	lose(NULL);
	script->hook = lose_alarms;
	script->context = &times;
	look();
	ck_assert(alarmed(0));
	finish();
	times = UINT_MAX;
	begin_alarms(_i == V1);
	lose(NULL);
	script->hook = lose_alarms;
	script->context = &times;
	ck_assert(!looks(15));
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 0);
	times = 10;
}
END_TEST

static enum script_fate hide_what_it_is_about(struct script *network, unsigned pdu,
                                              const struct request *request, struct event *answer)
{
	(void)network;
	(void)pdu;
	if (asks_alarms(request) && request->kind == REQUEST_GET) {
		answer->error_status = SNMP_STATUS_AUTHORIZATION_ERROR;
		answer->error_index = 1;
	}
	return SCRIPT_ANSWERED;
}

START_TEST(what_an_alarm_is_about_and_is_not_shown_may_be_any_device)
{
	begin_alarms(_i == V1);
	lose(DEVICE_ROW "2");
	script->hook = hide_what_it_is_about;
	look();
	ck_assert(alarmed(0));
}
END_TEST

/* The newest first: no agent may list rows so, and some do. */
static enum script_fate newest_first(struct script *network, unsigned pdu,
                                     const struct request *request, struct event *answer)
{
	struct varbind *varbinds = &g_array_index(answer->varbinds, struct varbind, 0);
	const unsigned n = answer->varbinds->len;

	(void)network;
	(void)pdu;
	for (unsigned i = 0; asks_alarms(request) && i < n / 2; i++) {
		const struct varbind held = varbinds[i];

		varbinds[i] = varbinds[n - 1 - i];
		varbinds[n - 1 - i] = held;
	}
	return SCRIPT_ANSWERED;
}

START_TEST(rows_in_any_order_are_rows)
{
	begin_alarms(false);
	for (uint32_t id = 80; id < 85; id++)
		script_alarm(script, 0, lx->alarms, id, false, DEVICE_ROW "1");
	script_alarm(script, 0, lx->alarms, 85, true, DEVICE_ROW "1");
	script->hook = newest_first;
	look();
	ck_assert(alarmed(0));
	ck_assert_uint_eq(alarms_len(&found(0)->alarms), 6);
	ck_assert_uint_eq(script->sent->len, 3);
}
END_TEST

/* The same row for ever, or new rows for ever. */
static enum script_fate repeat_alarms(struct script *network, unsigned pdu,
                                      const struct request *request, struct event *answer)
{
	const bool grows = network->context != NULL;

	(void)pdu;
	if (!asks_alarms(request) || request->kind == REQUEST_GET)
		return SCRIPT_ANSWERED;
	for (unsigned i = 0; i < answer->varbinds->len; i++) {
		struct varbind *varbind = &g_array_index(answer->varbinds, struct varbind, i);
		const uint32_t index[] = { lx->alarms->description,
			                   grows ? 1000 + network->calls++ : 77 };

		varbind_clear(varbind);
		varbind->name = objid_append(&lx->alarms->entry, 2, index);
		varbind->type = VALUE_NULL;
	}
	answer->error_status = 0;
	return SCRIPT_ANSWERED;
}

START_TEST(a_table_without_an_end_is_not_read_for_ever)
{
	static bool grows;

	begin_alarms(_i % 2);
	lose(NULL);
	script->hook = repeat_alarms;
	script->context = _i / 2 ? &grows : NULL;
	look();
	ck_assert_uint_le(alarms_len(&found(0)->alarms), ALARMS_MAX);
	ck_assert_uint_le(script->sent->len, 100);
}
END_TEST

START_TEST(a_table_that_does_not_advance_and_lacks_rows_is_no_answer)
{
	begin_alarms(_i == V1);
	lose(NULL);
	script_put(script, 0, &lx->alarms->count, VALUE_UNSIGNED, 2);
	script->hook = repeat_alarms;
	ck_assert(!looks(10));
	assert_obstacle("its active alarms could not be read: it does not advance");
}
END_TEST

static TCase *alarms_case(void)
{
	TCase *tcase = tcase_new("alarms");

	ADD_BOTH(tcase, the_number_of_alarms_costs_no_request);
	tcase_add_test(tcase, alarms_that_matter_to_nobody_cost_one_request);
	tcase_add_loop_test(tcase, lost_communications_are_seen_on_every_family_that_has_alarms, 0,
	                    2 * (int)family_count());
	tcase_add_loop_test(tcase, by_name_they_are_seen_on_every_family_too, 0,
	                    2 * (int)family_count());
	tcase_add_loop_test(tcase, all_families_share_the_alarms_of_their_rank, 0,
	                    (int)family_count());
	ADD_BOTH(tcase, a_device_that_is_lost_is_not_another_one);
	ADD_BOTH(tcase, a_lost_sensor_does_not_matter);
	tcase_add_test(tcase, each_look_reads_the_alarms_anew);
	ADD_BOTH(tcase, a_count_that_stays_above_the_rows_is_no_alarm);
	ADD_BOTH(tcase, rows_that_are_counted_and_come_late_are_waited_for);
	tcase_add_loop_test(tcase, a_card_that_does_not_tell_the_number_has_none_that_is_known, 0,
	                    8);
	ADD_BOTH(tcase, a_number_that_does_not_follow_is_none);
	ADD_BOTH(tcase, an_error_in_place_of_the_number_is_no_number);
	tcase_add_loop_test(tcase, a_table_that_stays_refused_tells_of_no_alarm, 0, 8);
	ADD_BOTH(tcase, a_table_whose_first_row_stays_refused_does_so_too);
	ADD_BOTH(tcase, a_table_that_is_refused_at_first_is_read_later);
	ADD_BOTH(tcase, silence_to_the_table_is_no_answer);
	ADD_BOTH(tcase, what_an_alarm_is_about_and_is_not_shown_may_be_any_device);
	tcase_add_test(tcase, rows_in_any_order_are_rows);
	tcase_add_loop_test(tcase, a_table_without_an_end_is_not_read_for_ever, 0, 4);
	ADD_BOTH(tcase, a_table_that_does_not_advance_and_lacks_rows_is_no_answer);
	return tcase;
}

int main(void)
{
	Suite *suite = suite_create("inventory");

	suite_add_tcase(suite, identity_case());
	suite_add_tcase(suite, numbers_case());
	suite_add_tcase(suite, mains_case());
	suite_add_tcase(suite, tables_case());
	suite_add_tcase(suite, trouble_case());
	suite_add_tcase(suite, complete_case());
	suite_add_tcase(suite, settled_case());
	suite_add_tcase(suite, shown_case());
	suite_add_tcase(suite, alarms_case());

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
