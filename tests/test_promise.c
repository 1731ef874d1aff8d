/*
 * The promise attacked: honest PDUs that start, restart, lose their names or are slow at the wrong
 * moment, and a network that loses, delays and repeats. Whatever happens, off is never said of an
 * outlet that is on, or that comes back because of what began before its PDU took the last request;
 * and no row is commanded that has another name.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "power_rig.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define PDUS 2
#define OUTLETS 8
#define RESTARTS 3
#define ANSWERS 2000
/* A name says whose row it is for so long. */
#define NAME_LASTS USEC_PER_SEC

/* --- PDUs that live --- */

/* All outlets go off, nothing is answered while it is down, and power comes back after that. */
struct restart {
	usec at, down, back;
};

static struct world {
	struct restart restarts[PDUS][RESTARTS];
	unsigned n[PDUS], begun[PDUS];
	struct {
		usec from; /* since then something is under way that switches it on; 0: nothing */
		usec back_at;
	} fates[PDUS][OUTLETS + 1];
	struct {
		unsigned pdu;
		usec taken, arrives;
	} answers[ANSWERS];
	unsigned n_answers;
	usec told_late[PDUS]; /* so much later comes the answer to the first command */
	bool told[PDUS];
	bool forgets_boots;
	/* The network; numbers of a hundred. */
	uint32_t random;
	unsigned lost, doubled;
	usec delay; /* up to that much each way, by chance */
	/* Rows 3 and 5 of PDU 0 are exchanged then; their names are empty before for so long. */
	usec exchanged, unnamed;
} world;

static void begin_world(unsigned n_pdus, bool v1)
{
	world = (struct world){ .random = 1, .exchanged = USEC_NEVER };
	begin(n_pdus, v1);
}

static void add_restart(unsigned pdu, double when, double down, double back)
{
	world.restarts[pdu][world.n[pdu]++] =
		(struct restart){ at(when), at(down) - begun, at(back) - begun };
}

static void restart(unsigned pdu, const struct restart *r)
{
	for (uint32_t i = 1; i <= OUTLETS; i++) {
		put_state(pdu, i, VALUE_INTEGER, 1);
		world.fates[pdu][i].from = r->at;
		world.fates[pdu][i].back_at = r->at + r->down + r->back;
	}
	script->agents[pdu].started = r->at + r->down;
	script->agents[pdu].boots += !world.forgets_boots;
}

static void name_rows(void)
{
	const usec now = script->clock;
	const bool other = now >= world.exchanged;

	if (world.exchanged == USEC_NEVER)
		return;
	if (!other && now >= world.exchanged - world.unnamed) {
		rename_outlet(3, "");
		rename_outlet(5, "");
		return;
	}
	rename_outlet(3, other ? "db2" : "db1");
	rename_outlet(5, other ? "db1" : "db2");
}

/* What has happened by now. */
static void live(struct script *network, unsigned pdu)
{
	while (world.begun[pdu] < world.n[pdu] &&
	       world.restarts[pdu][world.begun[pdu]].at <= network->clock)
		restart(pdu, &world.restarts[pdu][world.begun[pdu]++]);
	for (uint32_t i = 1; i <= OUTLETS; i++)
		if (world.fates[pdu][i].from && world.fates[pdu][i].back_at <= network->clock)
			put_state(pdu, i, VALUE_INTEGER, 2);
	name_rows();
}

static bool is_down(unsigned pdu)
{
	for (unsigned i = 0; i < world.begun[pdu]; i++)
		if (script->clock < world.restarts[pdu][i].at + world.restarts[pdu][i].down)
			return true;
	return false;
}

static uint32_t chance(uint32_t below)
{
	world.random ^= world.random << 13;
	world.random ^= world.random >> 17;
	world.random ^= world.random << 5;
	return world.random % below;
}

static void take_command(unsigned pdu, const struct varbind *set)
{
	const uint32_t number = set->name.id[set->name.n - 1];

	ck_assert_uint_le(number, OUTLETS);
	/* a command that is taken cancels whatever was under way */
	world.fates[pdu][number].from = 0;
	if (pdu == 0 && number == 3)
		ck_assert_msg(script->clock - NAME_LASTS - script->latency - world.delay <=
		                      world.exchanged,
		              "row 3 is another's since %.3f s",
		              (double)(script->clock - world.exchanged) / (double)USEC_PER_SEC);
}

static void note_answer(unsigned pdu, usec later)
{
	ck_assert_uint_lt(world.n_answers, ANSWERS);
	world.answers[world.n_answers].pdu = pdu;
	world.answers[world.n_answers].taken = script->clock;
	world.answers[world.n_answers++].arrives = script->clock + script->latency + later;
}

/* The last request of those that were answered by now. */
static usec last_taken(unsigned pdu)
{
	usec last = 0;

	for (unsigned i = 0; i < world.n_answers; i++)
		if (world.answers[i].pdu == pdu && world.answers[i].arrives <= script->clock)
			last = MAX(last, world.answers[i].taken);
	return last;
}

static void answer_later(const struct event *answer, usec later)
{
	struct event copy = *answer;

	note_answer(answer->pdu, later);
	copy.varbinds = g_array_ref(answer->varbinds);
	script_inject(script, script->clock + script->latency + later, &copy);
}

static enum script_fate lives(struct script *network, unsigned pdu, const struct request *request,
                              struct event *answer)
{
	usec later = 0;

	(void)network;
	if (is_down(pdu) || chance(100) < world.lost)
		return SCRIPT_LOST;
	if (request->kind == REQUEST_SET) {
		take_command(pdu, &request->varbinds[0]);
		if (!world.told[pdu])
			later = world.told_late[pdu];
		world.told[pdu] = true;
	}
	if (chance(100) < world.lost)
		return SCRIPT_UNANSWERED;
	if (chance(100) < world.doubled)
		answer_later(answer, world.delay ? chance((uint32_t)world.delay) : 10);
	if (world.delay)
		later += chance((uint32_t)world.delay);
	if (!later) {
		note_answer(pdu, 0);
		return SCRIPT_ANSWERED;
	}
	answer_later(answer, later);
	return SCRIPT_UNANSWERED;
}

/* Off was said: then it is, and nothing that began before the last request brings it back. */
static void assert_no_lie(void)
{
	for (unsigned i = 0; !outcome.error && i < feeds->len; i++) {
		const struct feed *feed = &g_array_index(feeds, struct feed, i);
		const usec from = world.fates[feed->id.pdu][feed->id.number].from;

		ck_assert_msg(
			!from || from > last_taken(feed->id.pdu),
			"%s comes back at %.3f s: off was said at %.3f s, and it began at %.3f s",
			feed->text,
			(double)(world.fates[feed->id.pdu][feed->id.number].back_at - begun) / 1e6,
			elapsed(), (double)(from - begun) / 1e6);
		ck_assert(from || is_really_off(feed));
	}
}

static void off(void)
{
	script->before = live;
	script->hook = lives;
	run(TRIPPSNMP_POWER_OFF);
	assert_no_lie();
}

static void assert_off(void)
{
	off();
	ck_assert_msg(!outcome.error, "%s", outcome.message);
}

enum clock {
	CLOCK_UPTIME,
	CLOCK_UPTIME_IN_SECONDS,
	CLOCK_ENGINE,
	CLOCK_ENGINE_WITHOUT_BOOTS,
	/* Of these only a silence tells that they restarted. */
	CLOCK_NONE,
	CLOCK_STANDS_STILL,
	CLOCKS
};

static void have_clock(unsigned pdu, enum clock clock)
{
	if (clock == CLOCK_NONE)
		have_no_uptime(pdu);
	if (clock == CLOCK_STANDS_STILL)
		put_uptime(pdu, VALUE_UNSIGNED, DAY / (USEC_PER_SEC / 100));
	script->agents[pdu].whole_seconds = clock == CLOCK_UPTIME_IN_SECONDS;
	if (clock == CLOCK_ENGINE || clock == CLOCK_ENGINE_WITHOUT_BOOTS)
		script_start_engine(script, pdu, begun - DAY, 1);
	world.forgets_boots = clock == CLOCK_ENGINE_WITHOUT_BOOTS;
}

/* --- commands --- */

START_TEST(an_outlet_in_the_off_phase_of_a_cycle_is_told_by_a_set_of_its_own)
{
	/* firmware that obeys the first varbind of a SET alone, and says that all is well */
	begin_world(1, _i == 1);
	put_state(0, 5, VALUE_INTEGER, 1);
	add_feed(0, 3);
	add_feed(0, 5);
	world.fates[0][5].from = begun;
	world.fates[0][5].back_at = at(12);
	assert_off();
}
END_TEST

/* --- restarts --- */

static const struct fall {
	double hold, late;
	struct {
		double at, down, back;
	} restarts[PDUS];
	enum clock last; /* clocks up to that one can tell */
} falls[] = {
	/* both restart after they acknowledged, and power comes back after 20 and 25 s */
	{ 5, 0, { { 1, 3, 20 }, { 1.5, 3, 25 } }, CLOCK_ENGINE_WITHOUT_BOOTS },
	/* a restart inside a long hold */
	{ 12, 0, { { 2.1, 10, 20 } }, CLOCK_STANDS_STILL },
	/* one while the acknowledgement is under way */
	{ 5, 4.5, { { 0.1, 4, 20 } }, CLOCK_ENGINE_WITHOUT_BOOTS },
	{ 5, 12, { { 0.5, 11, 20 } }, CLOCK_STANDS_STILL },
	{ 1, 0, { { 0.5, 3, 12 } }, CLOCK_ENGINE_WITHOUT_BOOTS },
	{ 1, 0, { { 0.5, 7, 12 } }, CLOCK_STANDS_STILL },
	{ 0, 0, { { 0.0015, 7, 12 } }, CLOCK_STANDS_STILL },
	/* so short that not one request is lost */
	{ 1, 0, { { 0.5, 0.2, 12 } }, CLOCK_ENGINE_WITHOUT_BOOTS },
	/* between two sweeps, down for 3 s */
	{ 5, 0, { { 2.5, 3, 12 } }, CLOCK_ENGINE_WITHOUT_BOOTS },
};

START_TEST(what_a_restart_made_a_pdu_forget_is_told_again)
{
	const struct fall *fall = &falls[_i / CLOCKS];
	const enum clock clock = (enum clock)(_i % CLOCKS);

	if (clock > fall->last)
		return;
	begin_world(2, false);
	settings.off_hold = at(fall->hold) - begun;
	for (unsigned pdu = 0; pdu < 2; pdu++) {
		add_feed(pdu, 3);
		have_clock(pdu, clock);
		world.told_late[pdu] = at(fall->late) - begun;
		if (fall->restarts[pdu].down > 0)
			add_restart(pdu, fall->restarts[pdu].at, fall->restarts[pdu].down,
			            fall->restarts[pdu].back);
	}
	assert_off();
	/* and so that the test means anything, each restart was met */
	ck_assert_uint_eq(world.begun[0], world.n[0]);
	ck_assert_uint_ge(script_count(script, REQUEST_SET), 2 + world.n[0] + world.n[1]);
}
END_TEST

START_TEST(a_restart_at_any_moment_is_no_success)
{
	static const double downs[] = { 0.3, 1, 3, 7, 11 };
	const enum clock clock = (enum clock)(_i % CLOCKS);
	const double down = downs[_i / CLOCKS];

	if (clock >= CLOCK_NONE && down < 5.1)
		return; /* that nobody can tell */
	for (unsigned i = 0; i < 80; i++) {
		begin_world(2, false);
		settings.off_hold = at(i % 2 ? 5 : 0.5) - begun;
		for (unsigned pdu = 0; pdu < 2; pdu++) {
			add_feed(pdu, 3);
			have_clock(pdu, clock);
		}
		add_restart(i % 4 < 2, 0.0005 + i * 0.1, down, 15);
		if (i % 3 == 0)
			add_restart(i % 4 < 2, 0.0005 + i * 0.1 + down + 2, down, 20);
		assert_off();
		finish();
	}
}
END_TEST

/* --- one of two --- */

static enum script_fate second_is_slow(struct script *network, unsigned pdu,
                                       const struct request *request, struct event *answer)
{
	const enum script_fate fate = lives(network, pdu, request, answer);

	if (pdu == 0 || fate != SCRIPT_ANSWERED)
		return fate;
	answer_later(answer, 3 * USEC_PER_SEC);
	return SCRIPT_UNANSWERED;
}

START_TEST(the_first_pdu_is_read_again_where_the_second_is_slow)
{
	/* whenever the first one restarts while the second one is waited for */
	for (unsigned i = 0; i < 150; i++) {
		begin_world(2, false);
		settings.off_hold = _i ? HOLD : 0;
		add_feed(0, 3);
		add_feed(1, 4);
		add_restart(0, 0.2 + i * 0.1, 1, 10);
		script->before = live;
		script->hook = second_is_slow;
		run(TRIPPSNMP_POWER_OFF);
		assert_no_lie();
		ck_assert_msg(!outcome.error, "%s", outcome.message);
		finish();
	}
}
END_TEST

/* A card that starts refuses uptime first. */
static void refuse_uptime_first(struct script *network, unsigned pdu)
{
	const struct objid name = { .n = 9, .id = { 1, 3, 6, 1, 2, 1, 1, 3, 0 } };
	const usec since = network->clock - network->agents[pdu].started;

	live(network, pdu);
	network->agents[pdu].runs = since >= 4 * USEC_PER_SEC;
	if (!network->agents[pdu].runs)
		script_drop(network, pdu, &name);
}

START_TEST(a_card_that_starts_and_refuses_its_uptime_is_not_one_without)
{
	for (unsigned i = 0; i < 60; i++) {
		begin_world(2, false);
		settings.off_hold = _i ? HOLD : USEC_PER_SEC / 2;
		add_feed(0, 3);
		add_feed(1, 4);
		add_restart(1, 0.05 + i * 0.1, 2, 15);
		script->before = refuse_uptime_first;
		script->hook = lives;
		run(TRIPPSNMP_POWER_OFF);
		assert_no_lie();
		ck_assert_msg(!outcome.error, "%s", outcome.message);
		finish();
	}
}
END_TEST

/* --- readings --- */

static struct {
	enum value_type type;
	int64_t number;
	usec from, silent_until;
	unsigned seen;
} odd;

/* From a time on: one odd state, then silence, then what is true. */
static enum script_fate says_odd_then_nothing(struct script *network, unsigned pdu,
                                              const struct request *request, struct event *answer)
{
	const struct objid name = cell(lx->state, 1, 3);

	(void)pdu;
	if (request->kind != REQUEST_GET || network->clock < odd.from ||
	    network->clock >= odd.silent_until)
		return SCRIPT_ANSWERED;
	for (unsigned i = 0; !odd.seen && i < answer->varbinds->len; i++) {
		struct varbind *varbind = &g_array_index(answer->varbinds, struct varbind, i);

		if (!objid_equal(&varbind->name, &name))
			continue;
		varbind->type = odd.type;
		varbind->number = odd.number;
		odd.seen++;
		return SCRIPT_ANSWERED;
	}
	return SCRIPT_LOST;
}

START_TEST(an_odd_state_then_silence_then_off_is_held_anew)
{
	static const struct {
		enum value_type type;
		int64_t number;
	} odds[] = {
		{ VALUE_OCTETS, 0 }, { VALUE_ABSENT, 0 },  { VALUE_INTEGER, 0 },  { VALUE_NULL, 0 },
		{ VALUE_OTHER, 0 },  { VALUE_INTEGER, 2 }, { VALUE_UNSIGNED, 1 },
	};

	begin_world(1, false);
	add_feed(0, 3);
	odd.type = odds[_i % 7].type;
	odd.number = odds[_i % 7].number;
	odd.from = at(_i < 7 ? 4.9 : 1.9); /* the sweep that confirms, or a poll */
	odd.silent_until = odd.from + 4 * USEC_PER_SEC;
	odd.seen = 0;
	script->hook = says_odd_then_nothing;
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_eq(odd.seen, 1);
	assert_held_from(odd.silent_until);
}
END_TEST

static usec late_by;

/* The answer to the first attempt of the poll at 2 s, which saw the outlet on, comes late. */
static enum script_fate answer_poll_late(struct script *network, unsigned pdu,
                                         const struct request *request, struct event *answer)
{
	(void)pdu;
	if (request->kind != REQUEST_GET || network->clock < at(1.9) || network->calls++)
		return SCRIPT_ANSWERED;
	answer_later(answer, late_by);
	return SCRIPT_UNANSWERED;
}

START_TEST(on_that_is_heard_late_ends_the_command_all_the_same)
{
	begin_world(1, false);
	add_feed(0, 3);
	change_state_at(1.9, 0, 3, 2);
	change_state_at(2.1, 0, 3, 1); /* by itself, before it is asked once more */
	script->hook = answer_poll_late;
	late_by = (5 + _i) * USEC_PER_SEC / 2;
	assert_ok(TRIPPSNMP_POWER_OFF);
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 2);
	assert_held_from(nth_set(1)->at + 2 * script->latency);
}
END_TEST

/* --- names --- */

START_TEST(rows_that_are_exchanged_while_a_command_is_lost_are_not_touched)
{
	/* the first command is lost in a restart, then names are empty for a while */
	begin_world(1, false);
	rename_outlet(3, "db1");
	rename_outlet(5, "db2");
	add_feed(0, 3);
	find_by_name("db1");
	world.exchanged = at(15);
	world.unnamed = 8 * USEC_PER_SEC;
	add_restart(0, 0.0015, 7, 30);
	off();
	ck_assert_int_eq(outcome.error, TRIPPSNMP_BADCONFIG);
	ck_assert(power_outdated(power));
	ck_assert_uint_eq(script_count(script, REQUEST_SET), 1);
}
END_TEST

/* Asked for several objects at once it says tooBig; its device's status takes five seconds. */
static enum script_fate answer_one_by_one(struct script *network, unsigned pdu,
                                          const struct request *request, struct event *answer)
{
	const struct objid status = status_name(1);
	const enum script_fate fate = lives(network, pdu, request, answer);

	if (request->kind != REQUEST_GET || fate != SCRIPT_ANSWERED)
		return fate;
	if (request->n > 1) {
		answer->error_status = SNMP_STATUS_TOO_BIG;
		return fate;
	}
	if (!objid_equal(&request->varbinds[0].name, &status))
		return fate;
	answer_later(answer, 5 * USEC_PER_SEC);
	return SCRIPT_UNANSWERED;
}

START_TEST(a_name_is_as_old_as_its_own_answer)
{
	/* rows are exchanged at any moment of a check whose parts come one by one */
	for (unsigned i = 0; i < 12; i++) {
		begin_world(1, false);
		put_status(1, VALUE_INTEGER, 0);
		add_feed(0, 3);
		find_by_name("db1");
		world.exchanged = at(0.002 + i * 0.5);
		script->before = live;
		script->hook = answer_one_by_one;
		run(TRIPPSNMP_POWER_OFF);
		ck_assert_int_ne(outcome.error, TRIPPSNMP_OK);
		finish();
	}
}
END_TEST

START_TEST(no_row_with_another_name_is_touched_however_bad_the_network)
{
	for (uint32_t seed = 1; seed <= 100; seed++) {
		begin_world(1, _i == 1);
		add_feed(0, 3);
		find_by_name("db1");
		world.random = seed;
		world.lost = 10 + seed % 4 * 10;
		world.doubled = 20;
		world.delay = seed % 3 * USEC_PER_SEC / 4;
		world.exchanged = at(seed * 0.1);
		world.unnamed = seed % 2 * USEC_PER_SEC;
		off();
		finish();
	}
}
END_TEST

START_TEST(a_node_is_fenced_by_name_through_a_bad_network)
{
	unsigned fenced = 0;

	for (uint32_t seed = 1; seed <= 100; seed++) {
		begin_world(2, false);
		rename_outlet(3, "db1");
		add_feed(0, 3);
		find_by_name("db1");
		add_feed(1, 4);
		world.random = seed;
		world.lost = 15; /* each way */
		off();
		fenced += !outcome.error;
		finish();
	}
	ck_assert_uint_ge(fenced, 99);
}
END_TEST

START_TEST(a_node_is_fenced_though_three_datagrams_of_ten_are_lost)
{
	unsigned fenced = 0;

	for (uint32_t seed = 1; seed <= 200; seed++) {
		begin_world(2, false);
		have_clock(0, (enum clock)_i);
		have_clock(1, (enum clock)_i);
		add_feed(0, 3);
		add_feed(1, 3);
		world.random = seed * 2654435761U | 1;
		chance(2);
		world.lost = 30; /* each way: half of the questions go without an answer */
		off();
		fenced += !outcome.error;
		finish();
	}
	/* where silences alone can tell, and half of all is silence, it may take longer */
	ck_assert_uint_ge(fenced, _i >= CLOCK_NONE ? 190 : 200);
}
END_TEST

/* --- everything at once --- */

static void begin_by_chance(uint32_t seed)
{
	static const double holds[] = { 0, 0.5, 2, 5, 12 };
	enum clock clock;

	begin_world(1 + seed % 2, seed % 7 == 0);
	world.random = seed * 2654435761U | 1;
	chance(2);
	clock = (enum clock)chance(script->v1 ? 2 : CLOCKS);
	settings.off_hold = at(holds[chance(5)]) - begun;
	world.lost = chance(3) * 12;
	world.doubled = chance(2) * 20;
	world.delay = chance(3) * USEC_PER_SEC;
	for (unsigned pdu = 0; pdu < script->n_pdus; pdu++) {
		have_clock(pdu, clock);
		add_feed(pdu, 1 + chance(4));
		if (chance(2))
			add_feed(pdu, 5 + chance(4));
		world.told_late[pdu] = chance(4) ? 0 : chance(12 * USEC_PER_SEC);
		for (unsigned i = 0; i < chance(RESTARTS + 1); i++)
			add_restart(pdu, chance(12000) * 1e-3 + 12 * i,
			            clock >= CLOCK_NONE ? 10.1 + chance(3) : chance(60) * 0.1,
			            chance(30));
	}
}

START_TEST(whatever_happens_it_does_not_lie)
{
	unsigned fenced = 0, n = 0;

	for (uint32_t seed = (uint32_t)_i * 100 + 1; seed <= (uint32_t)_i * 100 + 100;
	     seed++, n++) {
		begin_by_chance(seed);
		off();
		fenced += !outcome.error;
		/* nor does it flood a card, not even with what is lost */
		ck_assert_uint_le(script->sent->len, 200 * script->n_pdus);
		finish();
	}
	/* or the test would say nothing */
	ck_assert_uint_ge(fenced, n / 3);
}
END_TEST

/* --- what is said --- */

START_TEST(the_line_of_evidence_names_each_outlet_and_what_vouches)
{
	static const char *const vouchers[] = {
		[CLOCK_UPTIME] = "pdu-b has not restarted since, by its sysUpTime of 86406 s, "
				 "asked at 6.0",
		[CLOCK_UPTIME_IN_SECONDS] = "by its sysUpTime of 86406 s, asked at 6.0",
		[CLOCK_ENGINE] = "pdu-b has not restarted since, by its engine time of 86406 s, "
				 "asked at 6.0",
		[CLOCK_ENGINE_WITHOUT_BOOTS] = "by its engine time of",
		[CLOCK_NONE] = "pdu-b has not restarted since, by its answers until 6.",
	};

	begin_world(2, false);
	settings.off_hold = 6 * USEC_PER_SEC;
	add_feed(0, 3);
	add_feed(1, 4);
	have_clock(1, (enum clock)_i);
	script->latency = USEC_PER_SEC / 100;
	assert_off();
	ck_assert(script_said(script, TRIPPSNMP_LOG_INFO,
	                      "off is proven: outlet 3 of pdu-a: told at 0.00 s, acknowledged at "
	                      "0.01 s, off from 0.02 s to 6.02 s; outlet 4 of pdu-b: told at"));
	ck_assert(script_said(script, TRIPPSNMP_LOG_INFO,
	                      "; pdu-a has not restarted since, by its sysUpTime of 86406 s"));
	ck_assert_msg(script_said(script, TRIPPSNMP_LOG_INFO, vouchers[_i]), "%s",
	              script->lines[TRIPPSNMP_LOG_INFO]->str);
}
END_TEST

static TCase *tcase_new(const char *title)
{
	TCase *tcase = tcase_create(title);

	tcase_add_checked_fixture(tcase, NULL, finish);
	tcase_set_timeout(tcase, 60);
	return tcase;
}

static TCase *devices_case(void)
{
	TCase *tcase = tcase_new("devices");

	tcase_add_loop_test(
		tcase, an_outlet_in_the_off_phase_of_a_cycle_is_told_by_a_set_of_its_own, 0, 2);
	tcase_add_loop_test(tcase, what_a_restart_made_a_pdu_forget_is_told_again, 0,
	                    (int)G_N_ELEMENTS(falls) * CLOCKS);
	tcase_add_loop_test(tcase, a_restart_at_any_moment_is_no_success, 0, 5 * CLOCKS);
	tcase_add_loop_test(tcase, the_first_pdu_is_read_again_where_the_second_is_slow, 0, 2);
	tcase_add_loop_test(tcase, a_card_that_starts_and_refuses_its_uptime_is_not_one_without, 0,
	                    2);
	tcase_add_loop_test(tcase, an_odd_state_then_silence_then_off_is_held_anew, 0, 14);
	tcase_add_loop_test(tcase, on_that_is_heard_late_ends_the_command_all_the_same, 0, 2);
	return tcase;
}

static TCase *names_case(void)
{
	TCase *tcase = tcase_new("names");

	tcase_add_test(tcase, rows_that_are_exchanged_while_a_command_is_lost_are_not_touched);
	tcase_add_test(tcase, a_name_is_as_old_as_its_own_answer);
	tcase_add_loop_test(tcase, no_row_with_another_name_is_touched_however_bad_the_network, 0,
	                    2);
	tcase_add_test(tcase, a_node_is_fenced_by_name_through_a_bad_network);
	return tcase;
}

static TCase *all_case(void)
{
	TCase *tcase = tcase_new("all at once");

	tcase_add_loop_test(tcase, a_node_is_fenced_though_three_datagrams_of_ten_are_lost, 0,
	                    CLOCKS);
	tcase_add_loop_test(tcase, whatever_happens_it_does_not_lie, 0, 10);
	tcase_add_loop_test(tcase, the_line_of_evidence_names_each_outlet_and_what_vouches, 0,
	                    CLOCK_NONE + 1);
	return tcase;
}

int main(void)
{
	Suite *suite = suite_create("promise");

	suite_add_tcase(suite, devices_case());
	suite_add_tcase(suite, names_case());
	suite_add_tcase(suite, all_case());

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
