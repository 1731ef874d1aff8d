/*
 * Fuzzes the power machine with events of every kind, against a judge of its
 * own that knows the promise and none of the machine: off is proven only if,
 * after a command, every feed read off in one sweep and again in another that
 * began off_hold or more after the first had ended, with nothing else read in
 * between.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "power/power.h"
#include "runner.h"
#include "virtual.h"

#include <string.h>

#define PDUS_MAX 3
#define FEEDS_MAX 6
#define DEADLINE (50 * USEC_PER_SEC)

/** What the judge has seen of one feed. */
struct seen {
	usec commanded;  /* a SET off was answered without error */
	usec first_off;  /* when an unbroken row of offs began: that answer came */
	usec latest_off; /* when the latest off was asked for */
	bool reads_on;   /* last */
};

/** The question that a PDU has; a new one begins with attempt 0. */
struct open {
	uint32_t first_tag;
	bool answered;
};

struct trial {
	struct virtual virtual;
	struct power_settings settings;
	GArray *feeds; /* of struct feed */
	/* the devices */
	int64_t relay[FEEDS_MAX];
	int64_t command[FEEDS_MAX];
	usec moves_at[FEEDS_MAX];
	usec latency;
	bool obeys, has_status, offline;
	/* the judge */
	struct seen seen[FEEDS_MAX];
	struct open open[PDUS_MAX];
	bool proven, on_sent;
};

static const char *const labels[PDUS_MAX] = { "pdu-a", "pdu-b", "pdu-c" };

static const struct feed *feed_at(const struct trial *trial, unsigned i)
{
	return &g_array_index(trial->feeds, struct feed, i);
}

static struct objid object_of(const struct feed *feed, uint32_t column)
{
	return family_instance(feed->family, column, feed->device, feed->number);
}

static struct objid status_of(const struct feed *feed)
{
	return objid_append(&feed->family->device_status, 1, &feed->device);
}

/* --- the devices --- */

static void move_relays(struct trial *trial)
{
	for (unsigned i = 0; i < trial->feeds->len; i++)
		if (trial->virtual.now >= trial->moves_at[i])
			trial->relay[i] = trial->command[i];
}

/* The one of the trial's feeds with that object, -1 if there is none. */
static int feed_of(const struct trial *trial, unsigned pdu, const struct objid *name, bool command)
{
	for (unsigned i = 0; i < trial->feeds->len; i++) {
		const struct feed *feed = feed_at(trial, i);
		const struct objid own =
			object_of(feed, command ? feed->family->command : feed->family->state);

		if (feed->pdu == pdu && objid_equal(&own, name))
			return (int)i;
	}
	return -1;
}

static bool is_status(const struct trial *trial, unsigned pdu, const struct objid *name)
{
	for (unsigned i = 0; i < trial->feeds->len; i++) {
		const struct feed *feed = feed_at(trial, i);
		const struct objid own = status_of(feed);

		if (feed->pdu == pdu && feed->family->device_status.n && objid_equal(&own, name))
			return true;
	}
	return false;
}

static struct varbind read_object(struct trial *trial, unsigned pdu, const struct objid *name)
{
	struct varbind varbind = { .name = *name, .type = VALUE_INTEGER };
	const int feed = feed_of(trial, pdu, name, false);

	if (feed >= 0)
		varbind.number = trial->relay[feed];
	else if (is_status(trial, pdu, name) && trial->has_status)
		varbind.number = trial->offline ? DEVICE_STATUS_OFFLINE : 2;
	else
		varbind.type = VALUE_ABSENT;
	return varbind;
}

static void obey(struct trial *trial, const struct sent *sent)
{
	for (unsigned i = 0; i < sent->varbinds->len; i++) {
		const struct varbind *varbind = &g_array_index(sent->varbinds, struct varbind, i);
		const int feed = feed_of(trial, sent->pdu, &varbind->name, true);

		if (feed < 0 || !trial->obeys)
			continue;
		trial->command[feed] = varbind->number;
		trial->moves_at[feed] = trial->virtual.now + trial->latency;
	}
}

static void answer(void *context, const struct sent *sent, struct event *event)
{
	struct trial *trial = context;

	if (sent->kind == REQUEST_SET)
		obey(trial, sent);
	move_relays(trial);
	for (unsigned i = 0; i < sent->varbinds->len; i++) {
		const struct varbind *asked = &g_array_index(sent->varbinds, struct varbind, i);
		const struct varbind varbind =
			sent->kind == REQUEST_SET ? varbind_copy(asked)
						  : read_object(trial, sent->pdu, &asked->name);

		if (varbind.type == VALUE_ABSENT && trial->settings.v1 && !event->error_status) {
			event->error_status = SNMP_STATUS_NO_SUCH_NAME;
			event->error_index = (int)i + 1;
		}
		g_array_append_val(event->varbinds, varbind);
	}
}

/* --- the judge --- */

static void set_sent(struct trial *trial, unsigned i, int64_t value)
{
	const struct family *family = feed_at(trial, i)->family;
	const bool off = value == family->command_off;

	REQUIRE(off || value == family->command_on);
	if (trial->settings.action == TRIPPSNMP_POWER_ON)
		REQUIRE(!off);
	if (trial->settings.action == TRIPPSNMP_POWER_OFF)
		REQUIRE(off);
	/* a reset's on comes after the proof, and no off after it */
	if (trial->settings.action == TRIPPSNMP_POWER_RESET)
		REQUIRE(off ? !trial->on_sent : trial->proven);
	trial->on_sent = trial->on_sent || !off;
}

static void on_send(void *context, const struct sent *sent)
{
	struct trial *trial = context;

	if (sent->attempt == 0)
		trial->open[sent->pdu].first_tag = sent->tag;
	trial->open[sent->pdu].answered = false;
	REQUIRE(sent->kind == REQUEST_SET || sent->kind == REQUEST_GET);
	for (unsigned i = 0; sent->kind == REQUEST_SET && i < sent->varbinds->len; i++) {
		const struct varbind *varbind = &g_array_index(sent->varbinds, struct varbind, i);
		const int feed = feed_of(trial, sent->pdu, &varbind->name, true);

		REQUIRE(feed >= 0 && varbind->type == VALUE_INTEGER);
		set_sent(trial, (unsigned)feed, varbind->number);
	}
}

/* The one varbind of that name; NULL if there is none or several. */
static const struct varbind *only(const GArray *varbinds, const struct objid *name)
{
	const struct varbind *found = NULL;

	for (unsigned i = 0; i < varbinds->len; i++) {
		const struct varbind *varbind = &g_array_index(varbinds, struct varbind, i);

		if (!objid_equal(&varbind->name, name))
			continue;
		if (found)
			return NULL;
		found = varbind;
	}
	return found;
}

/* An answer without error in which each object asked stands once, and nothing else. */
static bool is_whole(const struct sent *sent, const struct event *event)
{
	if (event->error_status || event->varbinds->len != sent->varbinds->len)
		return false;
	for (unsigned i = 0; i < sent->varbinds->len; i++)
		if (!only(event->varbinds, &g_array_index(sent->varbinds, struct varbind, i).name))
			return false;
	return true;
}

static void broken_row(struct seen *seen)
{
	seen->first_off = USEC_NEVER;
	seen->latest_off = 0;
}

static void read_feed(struct trial *trial, unsigned i, const struct sent *sent,
                      const struct varbind *state, bool current)
{
	const struct family *family = feed_at(trial, i)->family;
	const bool off = state->type == VALUE_INTEGER && state->number == family->state_off;
	const bool on = state->type == VALUE_INTEGER && state->number == family->state_on;
	struct seen *seen = &trial->seen[i];

	if (!off && current)
		broken_row(seen);
	if (on || current)
		seen->reads_on = on;
	if (!off || sent->at < seen->commanded)
		return;
	seen->first_off = MIN(seen->first_off, trial->virtual.now);
	seen->latest_off = MAX(seen->latest_off, sent->at);
}

static void read_status(struct trial *trial, unsigned i, const struct varbind *status)
{
	if (status->type == VALUE_ABSENT ||
	    (status->type == VALUE_INTEGER && status->number != DEVICE_STATUS_OFFLINE))
		return;
	broken_row(&trial->seen[i]);
	trial->seen[i].reads_on = false;
}

static bool two_sweeps(const struct trial *trial)
{
	usec first = 0, second = USEC_NEVER;

	for (unsigned i = 0; i < trial->feeds->len; i++) {
		first = MAX(first, trial->seen[i].first_off);
		second = MIN(second, trial->seen[i].latest_off);
	}
	return first != USEC_NEVER && second >= first && second - first >= trial->settings.off_hold;
}

static void read_answer(struct trial *trial, const struct sent *sent, const struct event *event,
                        bool current)
{
	for (unsigned i = 0; i < trial->feeds->len; i++) {
		const struct feed *feed = feed_at(trial, i);
		const struct objid state = object_of(feed, feed->family->state);
		const struct objid status = status_of(feed);
		const struct varbind *varbind;

		if (feed->pdu != sent->pdu)
			continue;
		varbind = only(event->varbinds, &state);
		if (varbind && only(sent->varbinds, &state))
			read_feed(trial, i, sent, varbind, current);
		varbind = feed->family->device_status.n ? only(event->varbinds, &status) : NULL;
		if (varbind && only(sent->varbinds, &status) && current)
			read_status(trial, i, varbind);
	}
}

static void take_echo(struct trial *trial, const struct sent *sent)
{
	for (unsigned i = 0; i < sent->varbinds->len; i++) {
		const struct varbind *varbind = &g_array_index(sent->varbinds, struct varbind, i);
		const int feed = feed_of(trial, sent->pdu, &varbind->name, true);
		struct seen *seen = &trial->seen[feed];

		if (varbind->number == feed_at(trial, (unsigned)feed)->family->command_off)
			seen->commanded = MIN(seen->commanded, trial->virtual.now);
	}
}

static void on_event(void *context, const struct event *event)
{
	struct trial *trial = context;
	struct sent *sent = virtual_find(&trial->virtual, event->pdu, event->tag);
	struct open *open;
	bool current;

	if (sent && event->type == EVENT_REFUSED)
		sent->refused = true;
	if (!sent || event->type != EVENT_ANSWER)
		return;
	open = &trial->open[sent->pdu];
	/* what comes after the answer, or belongs to an earlier question, is dropped */
	current = !open->answered && !sent->refused && sent->tag >= open->first_tag;
	if (!is_whole(sent, event)) {
		open->answered = open->answered || (current && event->error_status);
		return;
	}
	if (sent->kind == REQUEST_SET) {
		if (current)
			take_echo(trial, sent);
	} else {
		read_answer(trial, sent, event, current);
		trial->proven = trial->proven || two_sweeps(trial);
	}
	if (current)
		open->answered = true;
}

static void judge(const struct trial *trial, const struct outcome *outcome)
{
	REQUIRE(!outcome->error == !outcome->message);
	if (outcome->error) {
		check_line(outcome->message);
		REQUIRE(outcome->error == TRIPPSNMP_ACCESS || outcome->error == TRIPPSNMP_TIMEOUT ||
		        outcome->error == TRIPPSNMP_POWER || outcome->error == TRIPPSNMP_INTERNAL);
		return;
	}
	if (trial->settings.action != TRIPPSNMP_POWER_ON) {
		REQUIRE(trial->proven);
		return;
	}
	for (unsigned i = 0; i < trial->feeds->len; i++)
		REQUIRE(trial->seen[i].reads_on);
}

/* --- the trial --- */

static bool is_there(const GArray *feeds, const struct feed *feed)
{
	for (unsigned i = 0; i < feeds->len; i++) {
		const struct feed *other = &g_array_index(feeds, struct feed, i);

		if (other->pdu == feed->pdu && other->family == feed->family &&
		    other->device == feed->device && other->number == feed->number)
			return true;
	}
	return false;
}

static void add_feed(struct trial *trial, struct bytes *bytes)
{
	const unsigned i = trial->feeds->len;
	const uint8_t first = bytes_take(bytes);
	struct feed feed = {
		.pdu = first % trial->virtual.n_pdus,
		.family = family_row((first >> 2) % family_count()),
		.device = 1 + (first >> 7),
		.number = 1 + bytes_below(bytes, 8),
		.state = (enum trippsnmp_state)bytes_below(bytes, 3),
	};

	if (!feed.family->by_device)
		feed.device = 1;
	if (is_there(trial->feeds, &feed))
		return;
	feed.text =
		g_strdup_printf("outlet %u.%u of %s", feed.device, feed.number, labels[feed.pdu]);
	trial->relay[i] = trial->command[i] = (int64_t)feed.state;
	trial->moves_at[i] = 0;
	trial->seen[i] = (struct seen){ .commanded = USEC_NEVER, .first_off = USEC_NEVER };
	g_array_append_val(trial->feeds, feed);
}

static void set_up(struct trial *trial, struct bytes *bytes)
{
	static const usec holds[] = { 0, USEC_PER_SEC / 2, 5 * USEC_PER_SEC };
	static const usec latencies[] = { 0, USEC_PER_SEC, 30 * USEC_PER_SEC, 3 * USEC_PER_SEC };
	const uint8_t first = bytes_take(bytes), second = bytes_take(bytes);
	const unsigned n_feeds = 1 + bytes_below(bytes, FEEDS_MAX);

	virtual_init(&trial->virtual, bytes, 1 + (first >> 6) % PDUS_MAX);
	trial->virtual.answer = answer;
	trial->virtual.on_send = on_send;
	trial->virtual.on_event = on_event;
	trial->virtual.context = trial;
	trial->virtual.healthy = second & 1;
	trial->settings = (struct power_settings){
		.action = (enum trippsnmp_action)(TRIPPSNMP_POWER_OFF + first % 3),
		.off_hold = holds[(first >> 2) % G_N_ELEMENTS(holds)],
		.power_timeout = first & 0x10 ? USEC_PER_SEC : 20 * USEC_PER_SEC,
		.v1 = first & 0x20,
	};
	trial->obeys = !(second & 2);
	trial->has_status = second & 4;
	trial->offline = (second & 0x38) == 0x38;
	trial->latency = latencies[second >> 6];
	trial->feeds = feeds_new();
	for (unsigned i = 0; i < n_feeds; i++)
		add_feed(trial, bytes);
}

static struct outcome run(struct trial *trial)
{
	const usec deadline = trial->virtual.now + DEADLINE;
	const struct exchange_settings exchange = { .v1 = trial->settings.v1,
		                                    .timeout = USEC_PER_SEC,
		                                    .seed = 1 };
	struct power *power = power_new(trial->virtual.n_pdus, labels, trial->feeds,
	                                &trial->settings, &checking_log);
	const struct machine machine = power_machine(power);
	struct runner runner;
	struct outcome outcome;

	runner_init(&runner, &trial->virtual.network, trial->virtual.n_pdus, labels, &checking_log,
	            &exchange);
	if (!runner_run(&runner, &machine, deadline)) {
		const int silent = runner_silent_pdu(&runner);

		power_expire(power, silent, NULL);
	}
	REQUIRE(trial->virtual.now <= deadline + USEC_PER_SEC / 10);
	outcome = power_outcome(power);
	runner_clear(&runner);
	power_free(power);
	return outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes bytes = { data, size };
	struct trial trial = { 0 };
	struct outcome outcome;

	set_up(&trial, &bytes);
	outcome = run(&trial);
	judge(&trial, &outcome);
	g_free(outcome.message);
	g_array_unref(trial.feeds);
	virtual_clear(&trial.virtual);
	return 0;
}
