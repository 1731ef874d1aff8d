/*
 * How the promise is kept: see power.h and doc/promise.md. Work goes in rounds. In a
 * round each PDU is asked its list of questions, all PDUs at once; when the
 * last one has answered, the round is judged and the next one made.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "power.h"

#include "text.h"

#include <string.h>

#define POLL_FIRST (USEC_PER_SEC / 50)
#define POLL_LAST USEC_PER_SEC
/*
 * A SET that nothing acknowledged is sent again whatever a sweep says; but a PDU that
 * never answers one is to be swept in between: that it answers is for the message at the end.
 * Fewer would leave no time for the acknowledgements of a slow PDU.
 */
#define SET_ATTEMPTS 4
/* Readings that are older when the last one comes in are no common state: asked once more. */
#define READING_AGE_MAX USEC_PER_SEC
/*
 * A PDU that was silent so long may have restarted, and forgotten what it acknowledged:
 * sysUpTime (SNMPv2-MIB) tells. Where a PDU does not have it, the longer silence does:
 * the shorter one comes with a network that loses much.
 */
#define SILENCE_OF_A_RESTART (5 * USEC_PER_SEC)
#define SILENCE_WITHOUT_UPTIME (10 * USEC_PER_SEC)
#define UPTIME_ATTEMPTS 4
/* An answer that took longer came after a retransmission: such a silence may have begun earlier. */
#define PROMPT USEC_PER_SEC
/* A row must have another name for so long: a card that starts may show none of its names yet. */
#define RENAMED_TO_BELIEVE (5 * USEC_PER_SEC)
/* Of a sweep, as far as names go with the states: any agent can send 484 (RFC 3411). */
#define ANSWER_BYTES 400
#define VARBIND_BYTES 30    /* without an octet string */
#define USEC_PER_TICK 10000 /* of sysUpTime */
/* Of what has not obeyed; sooner where power_timeout is short, so that it judges no lost half. */
#define RESEND_FIRST USEC_PER_SEC
#define RESEND_LAST (8 * USEC_PER_SEC)
#define RESENDS_IN_POWER_TIMEOUT 4

enum phase {
	PHASE_COMMAND, /* SETs are out */
	PHASE_SWEEP,   /* states are being read */
	PHASE_PAUSE,   /* until the next sweep */
	PHASE_HOLD,    /* all read off; until the sweep that confirms it */
	PHASE_CONFIRM, /* that sweep */
	PHASE_DONE
};

/** One feed on its way to the wanted state. */
struct relay {
	const struct feed *feed;
	enum trippsnmp_state reading; /* in the last sweep */
	usec read_at;                 /* when that answer came */
	bool obeyed;                  /* in the last sweep */
	bool has_obeyed;              /* in any sweep since the command was acknowledged */
	enum { NAME_SAME, NAME_OTHER, NAME_UNREAD } name; /* in the last sweep */
	usec renamed_since;                               /* while it is NAME_OTHER */
	int error_status; /* the last command was answered with; 0 if with none */
	bool due;         /* a command is to go out */
	/* When the first and the last command were answered without error; USEC_NEVER, 0 before. */
	usec acknowledged;
	usec last_acknowledged;
	usec resend_at;
	usec resend_pause;
	unsigned unanswered; /* commands in a row that nothing answered */
	bool alone;          /* commands go one by one from now on */
};

/** A device whose status the sweep reads too. */
struct device {
	unsigned pdu;
	const struct family *family;
	uint32_t device;
	bool present; /* it was read once */
	bool absent;  /* the agent has no such object */
	bool blocks;  /* in the last sweep: offline, or no clear answer */
	bool offline;
};

/** A question of a round, and which relays it is about. */
struct job {
	struct question question;
	GArray *relays;  /* of unsigned; SET: each of them; GET: states, in this order ... */
	GArray *devices; /* of unsigned: ... then these devices' status ... */
	GArray *named;   /* of unsigned: ... then the names of these relays */
	gsize bytes;     /* of the answer, about */
	bool uptime;     /* sysUpTime is asked, and nothing else */
};

struct power {
	unsigned n_pdus;
	const char *const *labels;
	struct power_settings settings;
	const struct log *log;
	enum trippsnmp_state wanted; /* now: in a reset first OFF, then ON */
	bool off_proven;
	bool short_of_on;
	enum phase phase;
	struct relay *relays;
	unsigned n_relays;
	GArray *devices; /* of struct device */
	GQueue *jobs;    /* one for each PDU, of struct job */
	struct job **running;
	unsigned *refusals;
	usec not_before;  /* of the next round */
	usec swept;       /* when the sweep at hand began */
	bool swept_twice; /* what was stale in it has been asked again */
	/* For each PDU: when it answered last, and since when it owes an answer. */
	usec *heard_at;     /* 0 before */
	usec *silent_since; /* USEC_NEVER if it owes none */
	/* For each PDU, since it has acknowledged something, the longest time ... */
	usec *silence; /* ... from a question to its answer */
	usec *away;    /* ... that it may have been away */
	usec poll;
	bool begun;
	struct outcome outcome;
};

static void job_free(void *data)
{
	struct job *job = data;

	if (!job)
		return;
	g_array_unref(job->question.varbinds);
	g_array_unref(job->relays);
	g_array_unref(job->devices);
	g_array_unref(job->named);
	g_free(job);
}

static struct job *job_new(enum request_kind kind)
{
	struct job *job = g_new0(struct job, 1);

	job->question.kind = kind;
	job->question.varbinds = varbinds_new();
	job->relays = g_array_new(FALSE, FALSE, sizeof(unsigned));
	job->devices = g_array_new(FALSE, FALSE, sizeof(unsigned));
	job->named = g_array_new(FALSE, FALSE, sizeof(unsigned));
	return job;
}

static struct device *device_at(const struct power *power, unsigned i)
{
	return &g_array_index(power->devices, struct device, i);
}

static void find_devices(struct power *power)
{
	for (unsigned i = 0; i < power->n_relays; i++) {
		const struct feed *feed = power->relays[i].feed;
		const struct device fresh = { .pdu = feed->pdu,
			                      .family = feed->family,
			                      .device = feed->device,
			                      .present = feed->status_read,
			                      .offline = feed->lost };
		bool known = !feed->family->device_status.n;

		for (unsigned k = 0; k < power->devices->len; k++)
			known = known || (device_at(power, k)->pdu == feed->pdu &&
			                  device_at(power, k)->device == feed->device);
		if (!known)
			g_array_append_val(power->devices, fresh);
	}
}

struct power *power_new(unsigned n_pdus, const char *const *labels, const GArray *feeds,
                        const struct power_settings *settings, const struct log *log)
{
	struct power *power = g_new0(struct power, 1);

	power->n_pdus = n_pdus;
	power->labels = labels;
	power->settings = *settings;
	power->log = log;
	power->wanted = settings->action == TRIPPSNMP_POWER_ON ? TRIPPSNMP_ON : TRIPPSNMP_OFF;
	power->n_relays = feeds->len;
	power->relays = g_new0(struct relay, feeds->len);
	power->devices = g_array_new(FALSE, FALSE, sizeof(struct device));
	power->jobs = g_new0(GQueue, n_pdus);
	power->running = g_new0(struct job *, n_pdus);
	power->refusals = g_new0(unsigned, n_pdus);
	power->silent_since = g_new(usec, n_pdus);
	for (unsigned i = 0; i < n_pdus; i++)
		power->silent_since[i] = USEC_NEVER;
	power->heard_at = g_new0(usec, n_pdus);
	power->silence = g_new0(usec, n_pdus);
	power->away = g_new0(usec, n_pdus);
	for (unsigned i = 0; i < feeds->len; i++) {
		power->relays[i].feed = &g_array_index(feeds, struct feed, i);
		power->relays[i].reading = power->relays[i].feed->state;
	}
	find_devices(power);
	return power;
}

void power_free(struct power *power)
{
	if (!power)
		return;
	for (unsigned i = 0; i < power->n_pdus; i++) {
		g_queue_clear_full(&power->jobs[i], job_free);
		job_free(power->running[i]);
	}
	g_free(power->relays);
	g_array_unref(power->devices);
	g_free(power->jobs);
	g_free(power->running);
	g_free(power->refusals);
	g_free(power->silent_since);
	g_free(power->heard_at);
	g_free(power->silence);
	g_free(power->away);
	g_free(power->outcome.message);
	g_free(power);
}

struct outcome power_outcome(const struct power *power)
{
	return (struct outcome){ power->outcome.error, g_strdup(power->outcome.message) };
}

static const char *state_word(enum trippsnmp_state state)
{
	switch (state) {
	case TRIPPSNMP_OFF:
		return "off";
	case TRIPPSNMP_ON:
		return "on";
	case TRIPPSNMP_UNKNOWN:
		break;
	}
	return "neither on nor off";
}

/* --- how it ends --- */

static void end(struct power *power, enum trippsnmp_error error, char *message)
{
	if (power->phase == PHASE_DONE) {
		g_free(message);
		return;
	}
	power->phase = PHASE_DONE;
	for (unsigned i = 0; i < power->n_pdus; i++)
		g_queue_clear_full(&power->jobs[i], job_free);
	power->outcome = (struct outcome){ error, message };
}

/*
 * The operation cannot go on. A reset whose off was proven has done what it
 * is for: the node was dead, and that its power does not come back is said,
 * not failed.
 */
static void give_up(struct power *power, enum trippsnmp_error error, char *message)
{
	if (!power->off_proven) {
		end(power, error, message);
		return;
	}
	log_line(power->log, TRIPPSNMP_LOG_WARN,
	         "the node was off, but its power did not come back: %s", message);
	g_free(message);
	power->short_of_on = true;
	end(power, TRIPPSNMP_OK, NULL);
}

bool power_short_of_on(const struct power *power)
{
	return power->short_of_on;
}

/* --- rounds --- */

static void add_command(const struct power *power, struct job *job, unsigned i)
{
	const struct feed *feed = power->relays[i].feed;
	const struct family *family = feed->family;
	const struct objid name =
		family_instance(family, family->command, feed->device, feed->number);

	varbinds_add_integer(job->question.varbinds, &name,
	                     power->wanted == TRIPPSNMP_OFF ? family->command_off
	                                                    : family->command_on);
	g_array_append_val(job->relays, i);
}

/* The first command of several outlets of one device is one SET; after that one by one. */
static struct job *job_to_join(const struct power *power, unsigned i)
{
	const struct feed *feed = power->relays[i].feed;
	struct job *last = g_queue_peek_tail(&power->jobs[feed->pdu]);
	const struct relay *other;

	if (!last || power->relays[i].alone)
		return NULL;
	other = &power->relays[g_array_index(last->relays, unsigned, 0)];
	if (other->alone || other->feed->family != feed->family ||
	    other->feed->device != feed->device)
		return NULL;
	return last;
}

static void queue_command(struct power *power, unsigned i)
{
	struct job *job = job_to_join(power, i);

	if (!job) {
		job = job_new(REQUEST_SET);
		job->question.max_attempts = SET_ATTEMPTS;
		g_queue_push_tail(&power->jobs[power->relays[i].feed->pdu], job);
	}
	add_command(power, job, i);
}

static void begin_command(struct power *power)
{
	power->phase = PHASE_COMMAND;
	for (unsigned i = 0; i < power->n_relays; i++) {
		if (power->relays[i].due)
			queue_command(power, i);
		power->relays[i].due = false;
	}
}

static bool reads_otherwise(const struct power *power, const struct relay *relay)
{
	return relay->reading != power->wanted && relay->reading != TRIPPSNMP_UNKNOWN;
}

/* A command is needed, as if none had been sent. */
static void command_anew(const struct power *power, struct relay *relay)
{
	relay->due = true;
	relay->obeyed = false;
	relay->has_obeyed = false;
	relay->acknowledged = USEC_NEVER;
	relay->resend_pause =
		MIN(RESEND_FIRST, power->settings.power_timeout / RESENDS_IN_POWER_TIMEOUT);
	relay->unanswered = 0;
}

/*
 * The command is sent also where an outlet reads so already: what reads off
 * may be the off phase of somebody's cycle.
 */
static void want(struct power *power, enum trippsnmp_state wanted)
{
	power->wanted = wanted;
	power->poll = POLL_FIRST;
	for (unsigned i = 0; i < power->n_relays; i++) {
		struct relay *relay = &power->relays[i];

		command_anew(power, relay);
		relay->alone = false;
		relay->error_status = 0;
		relay->last_acknowledged = 0;
		relay->read_at = 0;
#ifdef TS_DEFECT_SKIP_SET
		if (relay->reading == wanted) {
			relay->due = false;
			relay->acknowledged = 0;
		}
#endif
	}
	memset(power->refusals, 0, power->n_pdus * sizeof(*power->refusals));
	begin_command(power);
}

static void add_state(const struct power *power, struct job *job, unsigned i)
{
	const struct feed *feed = power->relays[i].feed;
	const struct objid name =
		family_instance(feed->family, feed->family->state, feed->device, feed->number);

	varbinds_add(job->question.varbinds, &name);
	g_array_append_val(job->relays, i);
	job->bytes += VARBIND_BYTES;
}

static void add_status(const struct power *power, struct job *job, unsigned i)
{
	const struct device *device = device_at(power, i);
	const struct objid name = objid_append(&device->family->device_status, 1, &device->device);

	varbinds_add(job->question.varbinds, &name);
	g_array_append_val(job->devices, i);
	job->bytes += VARBIND_BYTES;
}

static struct job *sweep_job(const struct power *power, unsigned pdu)
{
	struct job *job = job_new(REQUEST_GET);

	for (unsigned i = 0; i < power->n_relays; i++)
		if (power->relays[i].feed->pdu == pdu)
			add_state(power, job, i);
	for (unsigned i = 0; i < power->devices->len; i++)
		/* where v1 has said no once, asking again costs two requests each time */
		if (device_at(power, i)->pdu == pdu &&
		    !(power->settings.v1 && device_at(power, i)->absent))
			add_status(power, job, i);
	return job;
}

/*
 * A card may renumber its rows, as when it starts again: the row that was looked up by
 * a name must still have it, or its state is another outlet's.
 */
static struct job *add_name(struct power *power, struct job *job, unsigned i)
{
	const struct feed *feed = power->relays[i].feed;
	const struct objid cell =
		family_instance(feed->family, feed->name_column, feed->device, feed->number);
	const gsize bytes = VARBIND_BYTES + feed->name_bytes;

	if (job->bytes + bytes > ANSWER_BYTES) {
		job = job_new(REQUEST_GET);
		g_queue_push_tail(&power->jobs[feed->pdu], job);
	}
	varbinds_add(job->question.varbinds, &cell);
	g_array_append_val(job->named, i);
	job->bytes += bytes;
	return job;
}

static void sweep_pdu(struct power *power, unsigned pdu)
{
	struct job *job = sweep_job(power, pdu);

	if (!job->relays->len) {
		job_free(job);
		return;
	}
	g_queue_push_tail(&power->jobs[pdu], job);
	for (unsigned i = 0; i < power->n_relays; i++) {
		struct relay *relay = &power->relays[i];

		if (relay->feed->pdu != pdu)
			continue;
		relay->reading = TRIPPSNMP_UNKNOWN;
		if (relay->feed->name_key)
			job = add_name(power, job, i);
	}
}

static void begin_sweep(struct power *power, enum phase phase, usec now)
{
	power->phase = phase;
	power->swept = now;
	power->swept_twice = false;
	for (unsigned i = 0; i < power->n_pdus; i++)
		sweep_pdu(power, i);
}

static bool is_stale(const struct power *power, unsigned pdu, usec now)
{
	for (unsigned i = 0; i < power->n_relays; i++)
		if (power->relays[i].feed->pdu == pdu &&
		    now - power->relays[i].read_at > READING_AGE_MAX)
			return true;
	return false;
}

/*
 * While one PDU was slow to answer, what another read before may have changed. Asked
 * once more, and not again: two that are always slow would never be done.
 */
static bool sweep_stale(struct power *power, usec now)
{
	bool any = false;

	for (unsigned i = 0; !power->swept_twice && i < power->n_pdus; i++)
		if (is_stale(power, i, now)) {
			sweep_pdu(power, i);
			any = true;
		}
	power->swept_twice = true;
	return any;
}

/* --- replies --- */

static void refused(struct power *power, unsigned pdu, const struct feed *feed, int error_status)
{
	char *message = g_strdup_printf(
		"%s: switching is refused (%s): give the community or user of %s write access",
		feed->text, snmp_status_text(error_status), power->labels[pdu]);

	if (++power->refusals[pdu] >= 2) {
		give_up(power, TRIPPSNMP_ACCESS, message);
		return;
	}
	log_line(power->log, TRIPPSNMP_LOG_WARN, "%s; asking once more", message);
	g_free(message);
}

static void relay_commanded(struct relay *relay, const struct reply *reply, bool group, usec now)
{
	relay->due = false;
	relay->unanswered = reply->status == REPLY_SILENT ? relay->unanswered + 1 : 0;
	relay->error_status = reply->status == REPLY_ANSWERED ? reply->error_status : 0;
	/* unanswered twice is as good as refused */
	relay->alone = relay->alone || relay->unanswered != 1;
	if (reply->status == REPLY_ANSWERED && !reply->error_status) {
		if (relay->acknowledged == USEC_NEVER)
			relay->acknowledged = now;
		relay->last_acknowledged = now;
		relay->resend_at = now + relay->resend_pause;
	} else {
		/* a refused group goes one by one, an unanswered command goes again, at once */
		relay->resend_at =
			group || reply->status == REPLY_SILENT ? now : now + relay->resend_pause;
	}
	if (reply->status == REPLY_ANSWERED)
		relay->resend_pause = MIN(2 * relay->resend_pause, RESEND_LAST);
}

static void command_failed(struct power *power, unsigned pdu, const struct job *job,
                           const struct reply *reply)
{
	const bool indexed =
		reply->error_index >= 1 && (unsigned)reply->error_index <= job->relays->len;
	const unsigned at = g_array_index(job->relays, unsigned,
	                                  indexed ? (unsigned)reply->error_index - 1 : 0);

	if (exchange_is_refusal(power->settings.v1, reply->error_status))
		refused(power, pdu, power->relays[at].feed, reply->error_status);
	else
		log_line(power->log, TRIPPSNMP_LOG_WARN,
		         "%s: the command is answered with %s; trying on",
		         power->relays[at].feed->text, snmp_status_text(reply->error_status));
}

static void command_replied(struct power *power, unsigned pdu, const struct job *job,
                            const struct reply *reply, usec now)
{
	for (unsigned k = 0; k < job->relays->len; k++)
		relay_commanded(&power->relays[g_array_index(job->relays, unsigned, k)], reply,
		                job->relays->len > 1, now);
	if (reply->status == REPLY_SILENT)
		/* no use in sending the rest of this round to a PDU that does not answer */
		g_queue_clear_full(&power->jobs[pdu], job_free);
	else if (reply->error_status)
		command_failed(power, pdu, job, reply);
}

/*
 * Whether a command is known to have reached the PDU: it was acknowledged. That
 * the relay moved does not tell, however many commands went unanswered: a card
 * may drop them all, and somebody's cycle have moved it.
 */
static bool commanded(const struct relay *relay)
{
	return relay->acknowledged != USEC_NEVER;
}

/*
 * What its card acknowledged while the device was lost may not have reached it, nor
 * what a PDU acknowledged before it was silent so long that it may have restarted;
 * then what reads off may be on its way back. So it is commanded again, whatever it reads.
 */
static void forget_commands(struct power *power, unsigned pdu, const struct device *device)
{
	for (unsigned i = 0; i < power->n_relays; i++) {
		struct relay *relay = &power->relays[i];

		if (relay->feed->pdu == pdu && (!device || relay->feed->device == device->device))
			command_anew(power, relay);
	}
}

static void take_status(struct power *power, struct device *device, const struct varbind *varbind)
{
	const bool was_offline = device->offline;

	/* what was there once is not believed to be absent */
	device->present = device->present || varbind->type == VALUE_INTEGER;
	device->absent = varbind->type == VALUE_ABSENT && !device->present;
	device->offline =
		varbind->type == VALUE_INTEGER && varbind->number == DEVICE_STATUS_OFFLINE;
	device->blocks = device->offline || (varbind->type != VALUE_INTEGER && !device->absent);
	if (was_offline && !device->offline)
		forget_commands(power, device->pdu, device);
}

/* Whether it is up for longer than since each acknowledgement: then none is forgotten. */
static bool up_since_acknowledged(const struct power *power, unsigned pdu, int64_t ticks, usec now)
{
	for (unsigned i = 0; i < power->n_relays; i++) {
		const struct relay *relay = &power->relays[i];

		if (relay->feed->pdu == pdu && commanded(relay) &&
		    ticks * USEC_PER_TICK < now - relay->last_acknowledged)
			return false;
	}
	return true;
}

static void uptime_replied(struct power *power, unsigned pdu, const struct reply *reply, usec now)
{
	const struct varbind *varbind = reply->status == REPLY_ANSWERED && reply->varbinds->len
	                                        ? &g_array_index(reply->varbinds, struct varbind, 0)
	                                        : NULL;
	const bool forgot = varbind && varbind->type == VALUE_UNSIGNED
	                            ? !up_since_acknowledged(power, pdu, varbind->number, now)
	                            : power->silence[pdu] >= SILENCE_WITHOUT_UPTIME;

	power->silence[pdu] = power->away[pdu] = 0;
	/* what it does not answer may be this question alone */
	power->silent_since[pdu] = USEC_NEVER;
	if (forgot)
		forget_commands(power, pdu, NULL);
}

static void take_name(struct relay *relay, const struct varbind *varbind, usec now)
{
	const bool was_other = relay->name == NAME_OTHER;
	gsize n = 0;
	const char *octets =
		varbind->type == VALUE_OCTETS ? g_bytes_get_data(varbind->octets, &n) : NULL;
	char *key = text_name_key(octets ? octets : "", (gssize)n);

	if (!*key)
		relay->name = NAME_UNREAD;
	else
		relay->name = strcmp(key, relay->feed->name_key) ? NAME_OTHER : NAME_SAME;
	if (relay->name != NAME_SAME)
		relay->reading = TRIPPSNMP_UNKNOWN; /* whosever it is */
	if (relay->name == NAME_OTHER && !was_other)
		relay->renamed_since = now;
	g_free(key);
}

static void sweep_replied(struct power *power, const struct job *job, const struct reply *reply,
                          usec now)
{
	unsigned at = 0;

	for (unsigned k = 0; k < job->relays->len; k++) {
		struct relay *relay = &power->relays[g_array_index(job->relays, unsigned, k)];

		relay->reading = family_state(
			relay->feed->family, &g_array_index(reply->varbinds, struct varbind, at++));
		relay->read_at = now;
	}
	for (unsigned k = 0; k < job->devices->len; k++)
		take_status(power, device_at(power, g_array_index(job->devices, unsigned, k)),
		            &g_array_index(reply->varbinds, struct varbind, at++));
	for (unsigned k = 0; k < job->named->len; k++)
		take_name(&power->relays[g_array_index(job->named, unsigned, k)],
		          &g_array_index(reply->varbinds, struct varbind, at++), now);
}

/* --- judging a round --- */

static bool obeys(const struct power *power, const struct relay *relay)
{
#ifdef TS_DEFECT_TRUST_ECHO
	if (relay->acknowledged != USEC_NEVER)
		return true;
#endif
	return relay->reading == power->wanted &&
	       (power->wanted == TRIPPSNMP_ON || commanded(relay));
}

static const struct device *blocking_device(const struct power *power)
{
	for (unsigned i = 0; i < power->devices->len; i++)
		if (device_at(power, i)->blocks)
			return device_at(power, i);
	return NULL;
}

static bool all_obey(const struct power *power)
{
	unsigned n = 0;

	for (unsigned i = 0; i < power->n_relays; i++)
		n += obeys(power, &power->relays[i]);
#ifdef TS_DEFECT_ONE_OUTLET
	return n > 0 && !blocking_device(power);
#endif
	return n == power->n_relays && !blocking_device(power);
}

static bool overdue(const struct power *power, const struct relay *relay)
{
	/* a reset's on phase has all the time that is left */
	if (power->off_proven || relay->acknowledged == USEC_NEVER ||
	    !reads_otherwise(power, relay))
		return false;
	return power->swept - relay->acknowledged >= power->settings.power_timeout;
}

/* The device of a feed if it blocks success, else NULL. */
static const struct device *device_in_the_way(const struct power *power, const struct feed *feed)
{
	for (unsigned i = 0; i < power->devices->len; i++) {
		const struct device *device = device_at(power, i);

		if (device->blocks && device->pdu == feed->pdu && device->device == feed->device)
			return device;
	}
	return NULL;
}

/*
 * power_timeout runs anew for an outlet that had obeyed and is unknown now, and
 * while its device is lost: what such a device reports is no proof of a stuck relay.
 */
static void restart_timeout(const struct power *power, struct relay *relay, bool obeyed)
{
	if (relay->acknowledged == USEC_NEVER)
		return;
	if ((relay->obeyed && !obeyed) || device_in_the_way(power, relay->feed))
		relay->acknowledged = power->swept;
}

static void judge_relay(struct power *power, struct relay *relay, usec now)
{
	const struct device *device = device_in_the_way(power, relay->feed);
	const bool obeyed = obeys(power, relay);

	if ((device && device->offline) || relay->name == NAME_OTHER) {
		/* what its card acknowledged may not have reached it; nor is another's row touched
		 */
		command_anew(power, relay);
		relay->due = false;
		relay->resend_at = now;
		return;
	}
	if (relay->has_obeyed && reads_otherwise(power, relay)) {
		log_line(power->log, TRIPPSNMP_LOG_WARN, "%s has come back %s; switching it again",
		         relay->feed->text, state_word(relay->reading));
		command_anew(power, relay);
		power->poll = POLL_FIRST;
	}
	if (reads_otherwise(power, relay) && relay->read_at - power->swept >= SILENCE_OF_A_RESTART)
		command_anew(power, relay);
	restart_timeout(power, relay, obeyed);
	relay->obeyed = obeyed;
	relay->has_obeyed = relay->has_obeyed || obeyed;
	if (overdue(power, relay))
		give_up(power, TRIPPSNMP_POWER,
		        g_strdup_printf(
				"%s still reads %s %.3g s after the command: a stuck relay, or "
				"one that needs longer than is configured",
				relay->feed->text, state_word(relay->reading),
				(double)power->settings.power_timeout / (double)USEC_PER_SEC));
	else if (!obeyed && now >= relay->resend_at)
		relay->due = true;
}

static bool any_due(const struct power *power)
{
	for (unsigned i = 0; i < power->n_relays; i++)
		if (power->relays[i].due)
			return true;
	return false;
}

static void not_yet(struct power *power, usec now)
{
	for (unsigned i = 0; i < power->n_relays && power->phase != PHASE_DONE; i++)
		judge_relay(power, &power->relays[i], now);
	if (power->phase == PHASE_DONE)
		return;
	if (any_due(power)) {
		begin_command(power);
		return;
	}
	power->phase = PHASE_PAUSE;
	power->not_before = now + power->poll;
	power->poll = MIN(2 * power->poll, POLL_LAST);
}

static void off_is_proven(struct power *power)
{
	power->off_proven = true;
	log_line(power->log, TRIPPSNMP_LOG_INFO, "all outlets verified off for %.3g s",
	         (double)power->settings.off_hold / (double)USEC_PER_SEC);
	if (power->settings.action == TRIPPSNMP_POWER_RESET)
		want(power, TRIPPSNMP_ON);
	else
		end(power, TRIPPSNMP_OK, NULL);
}

/*
 * Before off is said, PDUs that may have restarted are asked for sysUpTime, and by
 * itself: there is firmware that refuses each GET which has it.
 */
static bool ask_doubtful(struct power *power)
{
	static const struct objid sys_up_time = { .n = 9, .id = { 1, 3, 6, 1, 2, 1, 1, 3, 0 } };
	bool any = false;

	for (unsigned i = 0; i < power->n_pdus; i++) {
		struct job *job;

		if (power->away[i] < SILENCE_OF_A_RESTART)
			continue;
		job = job_new(REQUEST_GET);
		job->uptime = true;
		job->question.max_attempts = UPTIME_ATTEMPTS;
		varbinds_add(job->question.varbinds, &sys_up_time);
		g_queue_push_tail(&power->jobs[i], job);
		any = true;
	}
	return any;
}

/* Ends it where a feed is not what was looked up any more. */
static bool any_renamed(struct power *power, usec now)
{
	for (unsigned i = 0; i < power->n_relays; i++) {
		const struct relay *relay = &power->relays[i];

		if (relay->name != NAME_OTHER || now - relay->renamed_since < RENAMED_TO_BELIEVE)
			continue;
		give_up(power, TRIPPSNMP_BADCONFIG,
		        g_strdup_printf("%s has another name than when it was looked up: the PDU's "
		                        "rows or names were changed meanwhile; check what is off "
		                        "and what is on, and use numbers in hostlist",
		                        relay->feed->text));
		return true;
	}
	return false;
}

static void judge_sweep(struct power *power, usec now)
{
	if (any_renamed(power, now))
		return;
	if (!all_obey(power)) {
		not_yet(power, now);
		return;
	}
	for (unsigned i = 0; i < power->n_relays; i++)
		power->relays[i].obeyed = power->relays[i].has_obeyed = true;
	if (power->wanted == TRIPPSNMP_ON) {
		end(power, TRIPPSNMP_OK, NULL);
		return;
	}
#ifdef TS_DEFECT_FIRST_SWEEP
	off_is_proven(power);
	return;
#endif
	if (power->phase == PHASE_CONFIRM) {
		if (!sweep_stale(power, now) && !ask_doubtful(power))
			off_is_proven(power);
		return;
	}
	power->phase = PHASE_HOLD;
	power->not_before = now + power->settings.off_hold;
}

static void round_ended(struct power *power, usec now)
{
	if (power->phase == PHASE_COMMAND)
		begin_sweep(power, PHASE_SWEEP, now);
	else if (power->phase == PHASE_SWEEP || power->phase == PHASE_CONFIRM)
		judge_sweep(power, now);
}

/* --- the machine --- */

static bool busy(const struct power *power)
{
	for (unsigned i = 0; i < power->n_pdus; i++)
		if (power->running[i] || !g_queue_is_empty(&power->jobs[i]))
			return true;
	return false;
}

static void begin_what_is_due(struct power *power, usec now)
{
	if (!power->begun) {
		power->begun = true;
		want(power, power->wanted);
	}
	if (now < power->not_before)
		return;
	if (power->phase == PHASE_PAUSE)
		begin_sweep(power, PHASE_SWEEP, now);
	if (power->phase == PHASE_HOLD) {
#ifdef TS_DEFECT_HOLD_UNCHECKED
		off_is_proven(power);
		return;
#endif
		begin_sweep(power, PHASE_CONFIRM, now);
	}
}

static bool next(void *self, unsigned pdu, usec now, struct question *question)
{
	struct power *power = self;

	if (power->phase == PHASE_DONE)
		return false;
	begin_what_is_due(power, now);
	power->running[pdu] = g_queue_pop_head(&power->jobs[pdu]);
	if (!power->running[pdu])
		return false;
	if (power->silent_since[pdu] == USEC_NEVER)
		power->silent_since[pdu] = now;
	*question = power->running[pdu]->question;
	g_array_ref(question->varbinds);
	return true;
}

static bool any_commanded(const struct power *power, unsigned pdu)
{
	for (unsigned i = 0; i < power->n_relays; i++)
		if (power->relays[i].feed->pdu == pdu && commanded(&power->relays[i]))
			return true;
	return false;
}

static void heard(struct power *power, unsigned pdu, usec now)
{
	const usec silence = now - power->silent_since[pdu];
	const usec away = silence > PROMPT ? now - power->heard_at[pdu] : silence;

	power->silent_since[pdu] = USEC_NEVER;
	power->heard_at[pdu] = now;
	if (!any_commanded(power, pdu))
		return;
	power->silence[pdu] = MAX(power->silence[pdu], silence);
	power->away[pdu] = MAX(power->away[pdu], away);
}

static void reply(void *self, unsigned pdu, const struct reply *reply, usec now)
{
	struct power *power = self;
	struct job *job = power->running[pdu];

	power->running[pdu] = NULL;
	if (reply->status == REPLY_ANSWERED)
		heard(power, pdu, now);
	if (power->phase == PHASE_DONE)
		;
	else if (reply->status == REPLY_FAULT || (reply->status == REPLY_REFUSED && !job->uptime))
		give_up(power, reply->status == REPLY_FAULT ? TRIPPSNMP_INTERNAL : TRIPPSNMP_ACCESS,
		        g_strdup_printf("%s: %s", power->labels[pdu], reply->reason));
	else if (job->uptime)
		uptime_replied(power, pdu, reply, now);
	else if (job->question.kind == REQUEST_SET)
		command_replied(power, pdu, job, reply, now);
	else
		sweep_replied(power, job, reply, now);
	job_free(job);
	if (power->phase != PHASE_DONE && !busy(power))
		round_ended(power, now);
}

static usec wake(const void *self, unsigned pdu)
{
	const struct power *power = self;

	(void)pdu;
	if (!power->begun)
		return 0;
	return power->phase == PHASE_PAUSE || power->phase == PHASE_HOLD ? power->not_before
	                                                                 : USEC_NEVER;
}

static bool done(const void *self)
{
	const struct power *power = self;

	return power->phase == PHASE_DONE;
}

struct machine power_machine(struct power *power)
{
	return (struct machine){
		.self = power, .next = next, .reply = reply, .wake = wake, .done = done
	};
}

static char *unfinished_relay(const struct relay *relay)
{
	const char *reads = state_word(relay->reading);

	if (relay->name != NAME_SAME)
		return g_strdup_printf("the name of %s, by which it was found, %s",
		                       relay->feed->text,
		                       relay->name == NAME_OTHER ? "is another one now"
		                                                 : "cannot be read any more");
	if (commanded(relay))
		return g_strdup_printf("%s reads %s", relay->feed->text, reads);
	if (relay->last_acknowledged)
		return g_strdup_printf("%s reads %s, and no command was acknowledged since it came "
		                       "back, or since its PDU was away",
		                       relay->feed->text, reads);
	if (relay->error_status)
		return g_strdup_printf("%s reads %s, and no command was acknowledged: the last one "
		                       "is answered with %s",
		                       relay->feed->text, reads,
		                       snmp_status_text(relay->error_status));
	return g_strdup_printf("%s reads %s, and no command was acknowledged: check that the "
	                       "community or user may write",
	                       relay->feed->text, reads);
}

static char *unfinished(const struct power *power)
{
	const struct device *device = blocking_device(power);

	if (device)
		return g_strdup_printf(
			"%s: %s, so its states cannot be trusted; check the PDU",
			power->labels[device->pdu],
			device->offline
				? "the card has lost its device (tlpDeviceStatus is offline)"
				: "tlpDeviceStatus is unclear");
	for (unsigned i = 0; i < power->n_relays; i++)
		if (!power->relays[i].obeyed)
			return unfinished_relay(&power->relays[i]);
	return g_strdup("the outlets read off, but the time was up before off_hold was");
}

/* A PDU that answered the last sweep, and now leaves a command unanswered, is not dead. */
static bool only_commands_unanswered(const struct power *power, unsigned pdu)
{
	for (unsigned i = 0; i < power->n_relays; i++)
		if (power->phase == PHASE_COMMAND && power->relays[i].feed->pdu == pdu &&
		    power->relays[i].read_at)
			return true;
	return false;
}

void power_expire(struct power *power, int silent, const char *obstacle)
{
	const char *wanted = power->wanted == TRIPPSNMP_ON ? "on" : "off";
	char *why, *message;

	if (power->phase == PHASE_DONE)
		return;
	if (silent >= 0 && only_commands_unanswered(power, (unsigned)silent))
		silent = -1;
	why = silent < 0 ? unfinished(power)
	      : obstacle ? g_strdup_printf("%s gives no answer that can be used: %s",
	                                   power->labels[silent], obstacle)
	                 : g_strdup_printf("%s does not answer any more", power->labels[silent]);
	message = g_strdup_printf("the time is up, and not all outlets are known to be %s: %s",
	                          wanted, why);
	give_up(power, silent < 0 ? TRIPPSNMP_POWER : TRIPPSNMP_TIMEOUT, message);
	g_free(why);
}
