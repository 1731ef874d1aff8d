/*
 * See power_rig.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "power_rig.h"

#include "base/text.h"

#include <check.h>
#include <string.h>

struct script *script;
GArray *feeds;
struct power *power;
struct power_settings settings;
struct outcome outcome;
const struct family *lx; /* LX PDU */
usec begun;

void begin(unsigned n_pdus, bool v1)
{
	script = script_new(n_pdus, v1);
	feeds = feeds_new();
	lx = script_family("LX PDU");
	settings = (struct power_settings){
		.off_hold = HOLD, .power_timeout = TIMEOUT, .lasts = DENIAL_LASTS, .v1 = v1
	};
	begun = script->clock;
	for (unsigned i = 0; i < n_pdus; i++) {
		script_outlets(script, i, lx, 1, 8);
		script_start(script, i, begun - DAY);
		script->runner.exchanges[i].settings.lasts = DENIAL_LASTS;
	}
}

usec at(double seconds)
{
	return begun + (usec)(seconds * (double)USEC_PER_SEC);
}

/* There is firmware that refuses each GET with sysUpTime in it. */
void put_uptime(unsigned pdu, enum value_type type, int64_t ticks)
{
	const struct objid name = { .n = 9, .id = { 1, 3, 6, 1, 2, 1, 1, 3, 0 } };

	script->agents[pdu].runs = false;
	script_put(script, pdu, &name, type, ticks);
}

void have_no_uptime(unsigned pdu)
{
	script->agents[pdu].runs = false;
}

struct objid cell(uint32_t column, uint32_t device, uint32_t number)
{
	return family_instance(lx, column, device, number);
}

struct varbind *state_cell(unsigned pdu, uint32_t number)
{
	const struct objid name = cell(lx->state, 1, number);

	return script_cell(script, pdu, &name);
}

void put_state(unsigned pdu, uint32_t number, enum value_type type, int64_t state)
{
	const struct objid name = cell(lx->state, 1, number);

	script_put(script, pdu, &name, type, state);
}

void change_state_at(double seconds, unsigned pdu, uint32_t number, int64_t state)
{
	const struct objid name = cell(lx->state, 1, number);

	script_change_at(script, at(seconds), pdu, &name, state);
}

struct objid status_name(uint32_t device)
{
	return objid_append(&lx->device_status, 1, &device);
}

void put_status(uint32_t device, enum value_type type, int64_t status)
{
	const struct objid name = status_name(device);

	script_put(script, 0, &name, type, status);
}

void add_feed_of(unsigned pdu, uint32_t device, uint32_t number)
{
	const struct objid name = cell(lx->state, device, number);
	const struct varbind *state = script_cell(script, pdu, &name);
	const struct feed feed = {
		.id.pdu = pdu,
		.id.family = lx,
		.id.device = device,
		.id.number = number,
		.state = state ? family_state(lx, state) : TRIPPSNMP_UNKNOWN,
		.text = g_strdup_printf("outlet %u of %s", number, script->labels[pdu]),
	};

	g_array_append_val(feeds, feed);
}

void add_feed(unsigned pdu, uint32_t number)
{
	add_feed_of(pdu, 1, number);
}

void add_main_feed(unsigned pdu, const struct family *family)
{
	const struct feed feed = {
		.id.pdu = pdu,
		.id.family = family->main,
		.id.device = 1,
		.id.number = TRIPPSNMP_MAIN,
		.state = TRIPPSNMP_ON,
		.text = g_strdup_printf("the main load of %s", script->labels[pdu]),
	};

	script_main(script, pdu, family, 1);
	g_array_append_val(feeds, feed);
}

static const struct feed *feed_commanded(unsigned pdu, const struct objid *name)
{
	for (unsigned i = 0; i < feeds->len; i++) {
		const struct feed *feed = &g_array_index(feeds, struct feed, i);
		const struct objid command =
			family_instance(feed->id.family, feed->id.family->command, feed->id.device,
		                        feed->id.number);

		if (feed->id.pdu == pdu && objid_equal(name, &command))
			return feed;
	}
	return NULL;
}

bool asks_for(const struct script_request *sent, const struct objid *name)
{
	for (unsigned i = 0; i < sent->varbinds->len; i++)
		if (objid_equal(&g_array_index(sent->varbinds, struct varbind, i).name, name))
			return true;
	return false;
}

static bool asks_for_all(const struct script_request *sent, const struct script_request *part)
{
	for (unsigned i = 0; i < part->varbinds->len; i++)
		if (!asks_for(sent, &g_array_index(part->varbinds, struct varbind, i).name))
			return false;
	return true;
}

/*
 * A datagram of a command to a row found by its name: the question before it was for that. It may
 * have been asked again, and in parts.
 */
static void assert_name_was_asked_before(unsigned i, const struct feed *feed)
{
	const struct objid name = family_instance(feed->id.family, feed->name_column,
	                                          feed->id.device, feed->id.number);
	const unsigned pdu = script_sent(script, i)->pdu;
	const struct script_request *question = NULL;

	for (unsigned k = 0; k < i; k++) {
		const struct script_request *sent = script_sent(script, k);

		if (sent->pdu == pdu && (!question || !asks_for_all(question, sent)))
			question = sent;
	}
	ck_assert_ptr_nonnull(question);
	ck_assert_int_eq(question->kind, REQUEST_GET);
	ck_assert(asks_for(question, &name));
	ck_assert_int_ge(script_sent(script, i)->leave_by, script_sent(script, i)->at);
	ck_assert_int_le(script_sent(script, i)->leave_by,
	                 script_sent(script, i)->at + USEC_PER_SEC);
}

/*
 * In every test: other outlets are never touched, commands are on and off alone, and one SET has
 * one outlet.
 */
static void assert_only_feeds_were_set(void)
{
	for (unsigned i = 0; i < script->sent->len; i++) {
		const struct script_request *sent = script_sent(script, i);
		const struct varbind *set = &g_array_index(sent->varbinds, struct varbind, 0);
		const struct feed *feed;

		if (sent->kind != REQUEST_SET)
			continue;
		ck_assert_uint_eq(sent->varbinds->len, 1);
		feed = feed_commanded(sent->pdu, &set->name);
		ck_assert_ptr_nonnull(feed);
		ck_assert(set->type == VALUE_INTEGER);
		ck_assert(set->number == 1 || set->number == 2);
		if (feed->name_key)
			assert_name_was_asked_before(i, feed);
	}
}

bool is_uptime(const struct script_request *sent)
{
	const struct objid *name = &g_array_index(sent->varbinds, struct varbind, 0).name;

	return sent->kind == REQUEST_GET && name->n == 9 && name->id[7] == 3;
}

unsigned count_uptimes(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < script->sent->len; i++)
		n += is_uptime(script_sent(script, i));
	return n;
}

/* Once it has ended, nothing more is asked or set. */
static void assert_it_is_over(void)
{
	const struct machine machine = power_machine(power);
	const enum trippsnmp_error error = outcome.error;
	struct outcome again;
	struct question question;

	ck_assert(machine.done(machine.self));
	for (unsigned i = 0; i < script->n_pdus; i++)
		ck_assert(!machine.next(machine.self, i, script->clock + HOLD, &question));
	power_expire(power, -1, NULL);
	again = power_outcome(power);
	ck_assert_int_eq(again.error, error);
	g_free(again.message);
}

/* Runs it to its end or until TOTAL is over, as the library does. */
enum trippsnmp_error run(enum trippsnmp_action action)
{
	struct machine machine;

	settings.action = action;
	power = power_new(script->n_pdus, script->labels, feeds, &settings, &script->log);
	machine = power_machine(power);
	if (!script_run(script, &machine, TOTAL)) {
		const int silent = runner_silent_pdu(&script->runner);

		power_expire(power, silent, NULL);
	}
	outcome = power_outcome(power);
	ck_assert(!outcome.error == !outcome.message);
	assert_only_feeds_were_set();
	assert_it_is_over();
	return outcome.error;
}

void finish(void)
{
	if (script)
		script_free(script);
	power_free(power);
	if (feeds)
		g_array_unref(feeds);
	g_clear_pointer(&outcome.message, g_free);
	script = NULL;
	power = NULL;
	feeds = NULL;
}

bool is_really_off(const struct feed *feed)
{
	const struct objid name = family_instance(feed->id.family, feed->id.family->state,
	                                          feed->id.device, feed->id.number);
	const struct varbind *state = script_cell(script, feed->id.pdu, &name);

	return state && state->number == 1;
}

void assert_ok(enum trippsnmp_action action)
{
	run(action);
	ck_assert_msg(!outcome.error, "%s", outcome.message);
	for (unsigned i = 0; action == TRIPPSNMP_POWER_OFF && i < feeds->len; i++)
		ck_assert(is_really_off(&g_array_index(feeds, struct feed, i)));
}

void assert_message(const char *text)
{
	ck_assert_ptr_nonnull(outcome.message);
	ck_assert_msg(strstr(outcome.message, text) != NULL, "message: %s", outcome.message);
}

double elapsed(void)
{
	return (double)(script->clock - begun) / (double)USEC_PER_SEC;
}

bool is_sweep(const struct script_request *sent)
{
	return sent->kind == REQUEST_GET && !is_uptime(sent);
}

bool is_set(const struct script_request *sent)
{
	return sent->kind == REQUEST_SET;
}

/* The i-th request of that kind (from the end if negative). */
const struct script_request *nth(bool (*is)(const struct script_request *), int i)
{
	const int n = (int)script->sent->len;
	int left = i < 0 ? -1 - i : i;

	for (int k = 0; k < n; k++) {
		const struct script_request *sent =
			script_sent(script, (unsigned)(i < 0 ? n - 1 - k : k));

		if (is(sent) && left-- == 0)
			return sent;
	}
	ck_abort_msg("request %d is missing", i);
}

const struct script_request *nth_set(int i)
{
	return nth(is_set, i);
}

const struct script_request *nth_sweep(int i)
{
	return nth(is_sweep, i);
}

unsigned count_sweeps(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < script->sent->len; i++)
		n += is_sweep(script_sent(script, i));
	return n;
}

/* Of each PDU the last sweep was asked a hold after that time, and none was needed later. */
void assert_held_from(usec since)
{
	for (unsigned pdu = 0; pdu < script->n_pdus; pdu++) {
		usec last = 0;

		for (unsigned i = 0; i < script->sent->len; i++)
			if (script_sent(script, i)->pdu == pdu && is_sweep(script_sent(script, i)))
				last = script_sent(script, i)->at;
		ck_assert_msg(last - since >= settings.off_hold, "pdu %u was held %.3f s", pdu,
		              (double)(last - since) / (double)USEC_PER_SEC);
	}
}

int64_t set_value(const struct script_request *sent)
{
	return g_array_index(sent->varbinds, struct varbind, 0).number;
}

void find_by_name(const char *name)
{
	struct feed *feed = &g_array_index(feeds, struct feed, 0);

	feed->name_column = lx->outlet_name;
	feed->name_key = text_name_key(name, -1);
}

void rename_outlet(unsigned number, const char *name)
{
	const struct objid cell_name = cell(lx->outlet_name, 1, number);

	script_put_text(script, 0, &cell_name, name);
}
