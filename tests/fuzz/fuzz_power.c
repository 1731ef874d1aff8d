/*
 * Fuzzes the power machine with events of every kind, against a judge of its
 * own that knows the promise and none of the machine. Off is proven only if each
 * feed was told so by a SET of its own that was acknowledged, read off twice
 * after that with nothing else read in between, all of them off together for
 * off_hold, and if no PDU can have restarted since. Every fact counts from the
 * worse end of the interval in which it was true.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "base/text.h"
#include "power/power.h"
#include "snmp/runner.h"
#include "virtual.h"

#include <string.h>

#define PDUS_MAX 3
#define FEEDS_MAX 6
#define DEADLINE (50 * USEC_PER_SEC)
/* An answer to a question of that age still counts as one to it. */
#define NAME_LASTS USEC_PER_SEC
/* Longer than that no PDU may have been silent that vouches for itself by answering. */
#define ABSENCE (10 * USEC_PER_SEC)
/* Nor may what was read be older when off is granted: 2 s and three round trips, of 4 s at most. */
#define FRESH (14 * USEC_PER_SEC)
#define OWN_NAME "db1"
#define OTHER_NAME "db2"

/** What the judge has seen of one feed; times are USEC_NEVER where there is nothing. */
struct seen {
	usec told_asked, told_answered;  /* the latest SET off that was acknowledged */
	usec first_answered, last_asked; /* of the unbroken run of offs after it */
	bool twice;                      /* the run has a second one, asked after the first came */
	usec read_asked;                 /* the latest reading */
	bool reads_on;                   /* and what it said */
	usec named, named_asked;         /* the last answer that showed its name */
};

/** And of one PDU. */
struct host {
	usec last_asked; /* the latest question that it has answered; USEC_NEVER */
	usec absent;     /* when it came back after the last long silence */
	usec vouched;    /* it said that it has not restarted in a request that left then */
};

/** How the devices answer sysUpTime. */
enum uptime { UPTIME_ABSENT, UPTIME_RUNS, UPTIME_STILL, UPTIME_COUNT };

struct trial {
	struct virtual virtual;
	struct power_settings settings;
	GArray *feeds; /* of struct feed */
	/* the devices */
	int64_t relay[FEEDS_MAX];
	int64_t command[FEEDS_MAX];
	usec moves_at[FEEDS_MAX];
	usec renamed_from[FEEDS_MAX], renamed_until[FEEDS_MAX];
	usec latency;
	bool obeys, has_status, offline, named;
	enum uptime uptime;
	usec started[PDUS_MAX];
	/* the judge */
	struct seen seen[FEEDS_MAX];
	struct host host[PDUS_MAX];
	bool proven;     /* once */
	bool proven_now; /* by what came last */
	bool on_sent;
	bool outdated; /* the machine wants to look again */
};

static const struct objid up_time = { .n = 9, .id = { 1, 3, 6, 1, 2, 1, 1, 3, 0 } };
static const char *const labels[PDUS_MAX] = { "pdu-a", "pdu-b", "pdu-c" };

static const struct feed *feed_at(const struct trial *trial, unsigned i)
{
	return &g_array_index(trial->feeds, struct feed, i);
}

static struct objid object_of(const struct feed *feed, uint32_t column)
{
	return family_instance(feed->id.family, column, feed->id.device, feed->id.number);
}

static struct objid status_of(const struct feed *feed)
{
	return objid_append(&feed->id.family->device_status, 1, &feed->id.device);
}

static struct objid name_of(const struct feed *feed)
{
	return object_of(feed, feed->name_column);
}

/* --- the devices --- */

static void move_relays(struct trial *trial)
{
	for (unsigned i = 0; i < trial->feeds->len; i++)
		if (trial->virtual.now >= trial->moves_at[i])
			trial->relay[i] = trial->command[i];
}

static uint32_t column_of(const struct feed *feed, char what)
{
	switch (what) {
	case 'c':
		return feed->id.family->command;
	case 'n':
		return feed->name_column;
	default:
		return feed->id.family->state;
	}
}

/* The one of the trial's feeds with that state, command or name object; -1 if there is none. */
static int feed_of(const struct trial *trial, unsigned pdu, const struct objid *name, char what)
{
	for (unsigned i = 0; i < trial->feeds->len; i++) {
		const struct feed *feed = feed_at(trial, i);
		const struct objid own = object_of(feed, column_of(feed, what));

		if (feed->id.pdu == pdu && column_of(feed, what) && objid_equal(&own, name))
			return (int)i;
	}
	return -1;
}

static bool is_status(const struct trial *trial, unsigned pdu, const struct objid *name)
{
	for (unsigned i = 0; i < trial->feeds->len; i++) {
		const struct feed *feed = feed_at(trial, i);
		const struct objid own = status_of(feed);

		if (feed->id.pdu == pdu && feed->id.family->device_status.n &&
		    objid_equal(&own, name))
			return true;
	}
	return false;
}

static void read_name(const struct trial *trial, unsigned i, struct varbind *varbind)
{
	const bool renamed = trial->virtual.now >= trial->renamed_from[i] &&
	                     trial->virtual.now < trial->renamed_until[i];
	const char *text = renamed ? OTHER_NAME : OWN_NAME;

	varbind->type = VALUE_OCTETS;
	varbind->octets = g_bytes_new(text, strlen(text));
}

static void read_uptime(const struct trial *trial, unsigned pdu, struct varbind *varbind)
{
	varbind->type = trial->uptime == UPTIME_ABSENT ? VALUE_ABSENT : VALUE_UNSIGNED;
	varbind->number = 360000;
	if (trial->uptime == UPTIME_RUNS)
		varbind->number = (trial->virtual.now - trial->started[pdu]) / 10000;
}

static struct varbind read_object(struct trial *trial, unsigned pdu, const struct objid *name)
{
	struct varbind varbind = { .name = *name, .type = VALUE_INTEGER };
	const int state = feed_of(trial, pdu, name, 's');
	const int called = feed_of(trial, pdu, name, 'n');

	if (state >= 0)
		varbind.number = trial->relay[state];
	else if (called >= 0)
		read_name(trial, (unsigned)called, &varbind);
	else if (objid_equal(name, &up_time))
		read_uptime(trial, pdu, &varbind);
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
		const int feed = feed_of(trial, sent->pdu, &varbind->name, 'c');

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
	const struct family *family = feed_at(trial, i)->id.family;
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
	const struct varbind *varbind = &g_array_index(sent->varbinds, struct varbind, 0);
	int feed;

	REQUIRE(sent->kind == REQUEST_SET || sent->kind == REQUEST_GET);
	if (sent->kind == REQUEST_GET)
		return;
	/* an acknowledgement of two varbinds says nothing of the second */
	REQUIRE(sent->varbinds->len == 1);
	feed = feed_of(trial, sent->pdu, &varbind->name, 'c');
	REQUIRE(feed >= 0 && varbind->type == VALUE_INTEGER);
	/* a row that was found by its name: that was read just before */
	REQUIRE(!feed_at(trial, (unsigned)feed)->name_key ||
	        (trial->seen[feed].named != USEC_NEVER &&
	         sent->at - trial->seen[feed].named <= NAME_LASTS));
	set_sent(trial, (unsigned)feed, varbind->number);
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

static bool is_in(const GArray *varbinds, const struct objid *name)
{
	for (unsigned i = 0; i < varbinds->len; i++)
		if (objid_equal(&g_array_index(varbinds, struct varbind, i).name, name))
			return true;
	return false;
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

/* --- of an outlet --- */

static void broken_run(struct seen *seen)
{
	seen->first_answered = USEC_NEVER;
	seen->last_asked = USEC_NEVER;
	seen->twice = false;
}

static void untold(struct seen *seen)
{
	seen->told_asked = seen->told_answered = USEC_NEVER;
	broken_run(seen);
}

static void told(struct trial *trial, const struct sent *sent)
{
	const struct varbind *varbind = &g_array_index(sent->varbinds, struct varbind, 0);
	const int feed = feed_of(trial, sent->pdu, &varbind->name, 'c');
	struct seen *seen = &trial->seen[feed];

	if (varbind->number != feed_at(trial, (unsigned)feed)->id.family->command_off)
		return;
	if (seen->told_asked != USEC_NEVER && sent->at <= seen->told_asked)
		return;
	seen->told_asked = sent->at;
	seen->told_answered = trial->virtual.now;
	broken_run(seen);
}

static void read_off(struct seen *seen, usec asked, usec answered)
{
	if (seen->told_answered == USEC_NEVER || asked < seen->told_answered)
		return;
	if (seen->first_answered == USEC_NEVER)
		seen->first_answered = answered;
	else if (asked >= seen->first_answered)
		seen->twice = true;
	if (seen->last_asked == USEC_NEVER || asked > seen->last_asked)
		seen->last_asked = asked;
}

static void read_state(struct trial *trial, unsigned i, const struct sent *sent,
                       const struct varbind *state, bool whole)
{
	const struct family *family = feed_at(trial, i)->id.family;
	const bool integer = state && state->type == VALUE_INTEGER;
	const bool off = integer && state->number == family->state_off;
	struct seen *seen = &trial->seen[i];

	if (!off)
		broken_run(seen);
	else if (whole)
		read_off(seen, sent->at, trial->virtual.now);
	if (seen->read_asked != USEC_NEVER && sent->at < seen->read_asked)
		return;
	seen->read_asked = sent->at;
	seen->reads_on = integer && state->number == family->state_on;
}

/* Unless it is a late answer: that says nothing of now. */
static void not_on(struct seen *seen, const struct sent *sent)
{
	if (seen->read_asked == USEC_NEVER || sent->at >= seen->read_asked)
		seen->reads_on = false;
}

static void read_status(struct trial *trial, unsigned i, const struct sent *sent,
                        const struct varbind *status)
{
	if (status && (status->type == VALUE_ABSENT ||
	               (status->type == VALUE_INTEGER && status->number != DEVICE_STATUS_OFFLINE)))
		return;
	broken_run(&trial->seen[i]);
	not_on(&trial->seen[i], sent);
}

static void read_its_name(struct trial *trial, unsigned i, const struct sent *sent,
                          const struct varbind *name)
{
	struct seen *seen = &trial->seen[i];
	gsize n = 0;
	const char *octets =
		name && name->type == VALUE_OCTETS ? g_bytes_get_data(name->octets, &n) : NULL;
	char *key = text_name_key(octets ? octets : "", (gssize)n);

	if (!strcmp(key, feed_at(trial, i)->name_key)) {
		seen->named = trial->virtual.now;
		seen->named_asked = sent->at;
	} else {
		/* what was commanded, and read, was or is another's */
		untold(seen);
		not_on(seen, sent);
		/* but a late answer says nothing of now */
		if (seen->named != USEC_NEVER && sent->at >= seen->named_asked)
			seen->named = USEC_NEVER;
	}
	g_free(key);
}

/* Calls what takes an object for each feed that the request asked it of. */
static void read_answer(struct trial *trial, const struct sent *sent, const struct event *event)
{
	const bool whole = is_whole(sent, event);

	for (unsigned i = 0; i < trial->feeds->len; i++) {
		const struct feed *feed = feed_at(trial, i);
		const struct objid state = object_of(feed, feed->id.family->state);
		const struct objid status = status_of(feed), name = name_of(feed);

		if (feed->id.pdu != sent->pdu)
			continue;
		if (is_in(sent->varbinds, &state) && is_in(event->varbinds, &state))
			read_state(trial, i, sent, only(event->varbinds, &state), whole);
		if (feed->id.family->device_status.n && is_in(sent->varbinds, &status) &&
		    is_in(event->varbinds, &status))
			read_status(trial, i, sent, only(event->varbinds, &status));
		if (feed->name_key && is_in(sent->varbinds, &name) && is_in(event->varbinds, &name))
			read_its_name(trial, i, sent, only(event->varbinds, &name));
	}
}

/* An error that says of which object it is: that one was not read off. */
static void read_error(struct trial *trial, const struct sent *sent, const struct event *event)
{
	const int at = sent->varbinds->len == 1 ? 1 : event->error_index;
	int feed;

	if (at < 1 || (unsigned)at > sent->varbinds->len ||
	    event->error_status == SNMP_STATUS_TOO_BIG)
		return;
	feed = feed_of(trial, sent->pdu,
	               &g_array_index(sent->varbinds, struct varbind, (unsigned)at - 1).name, 's');
	if (feed >= 0)
		broken_run(&trial->seen[feed]);
}

/* --- of a PDU --- */

static void hear(struct host *host, usec asked, usec answered)
{
	if (host->last_asked != USEC_NEVER && answered - host->last_asked >= ABSENCE)
		host->absent = answered;
	if (host->last_asked == USEC_NEVER || asked > host->last_asked)
		host->last_asked = asked;
}

/* What was told before is forgotten. */
static void started(struct trial *trial, unsigned pdu, usec at)
{
	for (unsigned i = 0; i < trial->feeds->len; i++)
		if (feed_at(trial, i)->id.pdu == pdu && trial->seen[i].told_asked != USEC_NEVER &&
		    trial->seen[i].told_asked < at)
			untold(&trial->seen[i]);
}

static bool told_before(const struct trial *trial, unsigned pdu, usec at)
{
	for (unsigned i = 0; i < trial->feeds->len; i++)
		if (feed_at(trial, i)->id.pdu == pdu && trial->seen[i].told_asked < at)
			return true;
	return false;
}

/* It vouches for itself by its uptime, or, where it has none, by having been there. */
static void hear_uptime(struct trial *trial, const struct sent *sent, const struct event *event)
{
	struct host *host = &trial->host[sent->pdu];
	const struct varbind *told = only(event->varbinds, &up_time);

	if (!is_in(sent->varbinds, &up_time))
		return;
	/* an error, where others were asked as well, may be of those */
	if (event->error_status ? sent->varbinds->len > 1 : !told)
		return;
	if (!event->error_status && told->type == VALUE_UNSIGNED)
		started(trial, sent->pdu, trial->virtual.now - told->number * 10000);
	else if (told_before(trial, sent->pdu, host->absent))
		return;
	host->vouched = MAX(host->vouched, sent->at);
}

static bool is_proven(const struct trial *trial)
{
	usec first = 0, last = USEC_NEVER;

	for (unsigned i = 0; i < trial->feeds->len; i++) {
		const struct seen *seen = &trial->seen[i];

		if (seen->told_answered == USEC_NEVER || seen->first_answered == USEC_NEVER ||
		    !seen->twice ||
		    trial->host[feed_at(trial, i)->id.pdu].vouched < seen->last_asked)
			return false;
		first = MAX(first, seen->first_answered);
		last = MIN(last, seen->last_asked);
	}
	return last >= first && last - first >= trial->settings.off_hold &&
	       trial->virtual.now - last <= FRESH;
}

/* Each answer counts, to whatever attempt; but to one that never left there is none. */
static void on_event(void *context, const struct event *event)
{
	struct trial *trial = context;
	struct sent *sent = virtual_find(&trial->virtual, event->pdu, event->tag);

	if (sent && (event->type == EVENT_REFUSED || event->type == EVENT_FAULT))
		sent->refused = true;
	if (!sent || sent->refused || event->type != EVENT_ANSWER)
		return;
	hear(&trial->host[sent->pdu], sent->at, trial->virtual.now);
	if (sent->kind == REQUEST_SET) {
		if (is_whole(sent, event))
			told(trial, sent);
	} else if (event->error_status) {
		read_error(trial, sent, event);
	} else {
		read_answer(trial, sent, event);
	}
	if (sent->kind == REQUEST_GET)
		hear_uptime(trial, sent, event);
	trial->proven_now = is_proven(trial);
	trial->proven = trial->proven || trial->proven_now;
}

static void judge(const struct trial *trial, const struct outcome *outcome)
{
	REQUIRE(!outcome->error == !outcome->message);
	if (outcome->error) {
		check_line(outcome->message);
		REQUIRE(outcome->error == TRIPPSNMP_ACCESS || outcome->error == TRIPPSNMP_TIMEOUT ||
		        outcome->error == TRIPPSNMP_POWER || outcome->error == TRIPPSNMP_INTERNAL ||
		        (outcome->error == TRIPPSNMP_BADCONFIG && trial->outdated));
		return;
	}
	if (trial->settings.action != TRIPPSNMP_POWER_ON) {
		REQUIRE(trial->settings.action == TRIPPSNMP_POWER_OFF ? trial->proven_now
		                                                      : trial->proven);
		return;
	}
	for (unsigned i = 0; i < trial->feeds->len; i++)
		REQUIRE(trial->seen[i].reads_on);
}

/* --- the trial --- */

static bool is_there(const GArray *feeds, const struct feed *feed)
{
	for (unsigned i = 0; i < feeds->len; i++)
		if (outlet_id_equal(&feeds_at(feeds, i)->id, &feed->id))
			return true;
	return false;
}

static void give_name(struct trial *trial, unsigned i, struct feed *feed, struct bytes *bytes)
{
	const uint8_t when = bytes_take(bytes);

	feed->name_column = feed->id.family->outlet_name;
	feed->name_bytes = strlen(OWN_NAME);
	feed->name_key = text_name_key(OWN_NAME, strlen(OWN_NAME));
	if (when & 1)
		return;
	trial->renamed_from[i] = trial->virtual.now + (when >> 5) * USEC_PER_SEC;
	trial->renamed_until[i] = trial->renamed_from[i] + (when >> 1 & 15) * USEC_PER_SEC;
}

static void add_feed(struct trial *trial, struct bytes *bytes)
{
	const unsigned i = trial->feeds->len;
	const uint8_t first = bytes_take(bytes);
	struct feed feed = {
		.id.pdu = first % trial->virtual.n_pdus,
		.id.family = family_row((first >> 2) % family_count()),
		.id.device = 1 + (first >> 7),
		.id.number = 1 + bytes_below(bytes, 8),
		.state = (enum trippsnmp_state)bytes_below(bytes, 3),
	};

	if (!feed.id.family->by_device)
		feed.id.device = 1;
	if (is_there(trial->feeds, &feed))
		return;
	feed.text = g_strdup_printf("outlet %u.%u of %s", feed.id.device, feed.id.number,
	                            labels[feed.id.pdu]);
	trial->relay[i] = trial->command[i] = (int64_t)feed.state;
	trial->moves_at[i] = 0;
	trial->renamed_from[i] = USEC_NEVER;
	trial->seen[i].read_asked = trial->seen[i].named = USEC_NEVER;
	untold(&trial->seen[i]);
	if (trial->named)
		give_name(trial, i, &feed, bytes);
	g_array_append_val(trial->feeds, feed);
}

static void set_up(struct trial *trial, struct bytes *bytes)
{
	static const usec holds[] = { 0, USEC_PER_SEC / 2, 5 * USEC_PER_SEC };
	static const usec latencies[] = { 0, USEC_PER_SEC, 30 * USEC_PER_SEC, 3 * USEC_PER_SEC };
	const uint8_t first = bytes_take(bytes), second = bytes_take(bytes);
	const unsigned n_feeds = 1 + bytes_below(bytes, FEEDS_MAX);
	const uint8_t third = bytes_take(bytes);

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
		.lasts = 5 * USEC_PER_SEC,
		.v1 = first & 0x20,
	};
	trial->named = third & 1;
	trial->uptime = (enum uptime)(third >> 1) % UPTIME_COUNT;
	for (unsigned p = 0; p < PDUS_MAX; p++) {
		trial->host[p].last_asked = USEC_NEVER;
		trial->started[p] = trial->virtual.now - (third >> 4) * USEC_PER_SEC;
	}
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
		                                    .lasts = 5 * USEC_PER_SEC,
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
	trial->outdated = power_outdated(power);
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
