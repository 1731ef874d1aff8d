/*
 * The machine: see power.h. It hands each fact to the kernel and to the files
 * of strategy beside it, and ends. A reset is an off, then an on. Off is granted here alone, in
 * grant(), and only where the kernel says so.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "power/state.h"

#include <string.h>

/*
 * snmpEngineTime counts seconds, and is rounded; sysUpTime counts hundredths, but there are agents
 * that renew it each second only.
 */
#define ENGINE_STEP (2 * USEC_PER_SEC)
#define USEC_PER_TICK 10000
/* What is not as wanted after so long is said. */
#define OBSTACLE_SAID (4 * USEC_PER_SEC)
/* "On" of an outlet that was read longer ago is not of now. */
#define ON_LASTS (10 * USEC_PER_SEC)

struct power *power_new(unsigned n_pdus, const char *const *labels, const GArray *feeds,
                        const struct power_settings *settings, const struct log *log)
{
	struct power *power = g_new0(struct power, 1);

	power->n_pdus = n_pdus;
	power->labels = labels;
	power->settings = *settings;
	power->log = log;
	power->n_feeds = feeds->len;
	power->feeds = g_new0(struct progress, feeds->len);
	power->courses = g_new0(struct course, n_pdus);
	power->evidence = (struct evidence){
		.outlets = g_new0(struct evidence_outlet, feeds->len),
		.pdus = g_new0(struct evidence_pdu, n_pdus),
		.n_outlets = feeds->len,
		.n_pdus = n_pdus,
		.off_hold = settings->off_hold,
		.refusal_lasts = settings->lasts,
	};
	for (unsigned i = 0; i < feeds->len; i++) {
		struct progress *p = &power->feeds[i];

		p->feed = feeds_at(feeds, i);
		p->last.state = p->feed->state;
		p->last.lost = p->feed->lost;
		cells_init(&p->cells, p->feed);
		power->evidence.outlets[i].pdu = p->feed->id.pdu;
	}
	return power;
}

void power_free(struct power *power)
{
	if (!power)
		return;
	for (unsigned i = 0; i < power->n_feeds; i++) {
		denial_clear(&power->feeds[i].denial);
		cells_clear(&power->feeds[i].cells);
	}
	g_free(power->feeds);
	g_free(power->courses);
	g_free(power->evidence.outlets);
	g_free(power->evidence.pdus);
	g_free(power->outcome.message);
	g_free(power);
}

struct outcome power_outcome(const struct power *power)
{
	return outcome_copy(&power->outcome);
}

bool power_short_of_on(const struct power *power)
{
	return power->short_of_on;
}

bool power_outdated(const struct power *power)
{
	return power->outdated;
}

/* --- how it ends --- */

static void power_end(struct power *power, enum trippsnmp_error error, char *message)
{
	if (power->done) {
		g_free(message);
		return;
	}
	power->done = true;
	power->outcome = (struct outcome){ error, message };
}

void power_give_up(struct power *power, enum trippsnmp_error error, char *message)
{
	if (power->done || !power->off_proven) {
		power_end(power, error, message);
		return;
	}
	/* the node was off, as proven: that its power does not come back is only a warning */
	log_line(power->log, TRIPPSNMP_LOG_WARN,
	         "the node was off, but its power did not come back: %s", message);
	g_free(message);
	power->short_of_on = true;
	power_end(power, TRIPPSNMP_OK, NULL);
}

void power_look_again(struct power *power, char *message)
{
	power->outdated = !power->done && !power->off_proven;
	power_give_up(power, TRIPPSNMP_BADCONFIG, message);
}

/* The one place at which off becomes success. */
static void grant(struct power *power, usec now)
{
	if (power->wanted != TRIPPSNMP_OFF || !evidence_proves_off(&power->evidence, now))
		return;
	words_evidence(power);
	power->off_proven = true;
	if (power->settings.action == TRIPPSNMP_POWER_RESET)
		commands_begin(power, TRIPPSNMP_ON, now);
	else
		power_end(power, TRIPPSNMP_OK, NULL);
}

/* On needs no kernel: each outlet reads on, and of a time after its command. */
static void conclude_on(struct power *power, usec now)
{
	if (power->wanted != TRIPPSNMP_ON)
		return;
	for (unsigned i = 0; i < power->n_feeds; i++) {
		const struct progress *p = &power->feeds[i];

		if (p->last.state != TRIPPSNMP_ON || !p->last.whole || !p->commanded ||
		    p->last.asked < p->commanded || now - p->last.asked > ON_LASTS)
			return;
	}
	power_end(power, TRIPPSNMP_OK, NULL);
}

/* --- what is heard --- */

static void hear_command(struct power *power, unsigned pdu, const struct heard *heard)
{
	const struct varbind *set;

	if (heard->kind != REQUEST_SET || heard->varbinds->len != 1)
		return;
	/* to a row of an earlier look, which may have been another's then */
	if (heard->asked < power->started)
		return;
	set = varbinds_at(heard->varbinds, 0);
	for (unsigned i = 0; i < power->n_feeds; i++) {
		const struct feed *feed = power->feeds[i].feed;
		const struct objid name = questions_command_object(feed);

		/* an acknowledgement may come as late as in the other phase */
		if (feed->id.pdu == pdu && objid_equal(&set->name, &name) &&
		    set->number == questions_command_value(power, feed))
			commands_acknowledged(power, i, heard);
	}
}

static enum evidence_state as_evidence(enum trippsnmp_state state)
{
	return state == TRIPPSNMP_OFF  ? EVIDENCE_OFF
	       : state == TRIPPSNMP_ON ? EVIDENCE_ON
	                               : EVIDENCE_UNKNOWN;
}

static void hear_reading(struct power *power, unsigned i, const struct heard *heard)
{
	struct reading reading;

	if (!cells_take(&power->feeds[i].cells, heard, &reading))
		return;
	evidence_read(&power->evidence, i, as_evidence(reading.state), reading.asked,
	              reading.answered);
	/* what its card acknowledged may not have reached the device, or was another row's */
	if (reading_doubtful(&reading))
		evidence_untold(&power->evidence, i, reading.answered);
	commands_read(power, i, &reading);
}

static void hear_engine(struct power *power, unsigned pdu, const struct heard *heard)
{
	struct course *course = &power->courses[pdu];

	if (!heard->engine.known)
		return;
	if (course->boots_known && course->boots != heard->engine.boots)
		evidence_restarted(&power->evidence, pdu);
	course->boots_known = course->tells_time = true;
	course->boots = heard->engine.boots;
	course->up = (usec)heard->engine.time * USEC_PER_SEC;
	evidence_uptime(&power->evidence, pdu, course->up, ENGINE_STEP, heard->asked,
	                heard->answered);
}

static void hear_uptime(struct power *power, unsigned pdu, const struct heard *heard)
{
	const struct varbind *told;

	if (heard->kind != REQUEST_GET || readings_find(heard, &sys_up_time, &told) != 1)
		return;
	/* its snmpEngineTime is used: a second clock that differs would look like a restart */
	if (power->courses[pdu].tells_time)
		return;
	if (told->type != VALUE_UNSIGNED) {
		evidence_refuses_uptime(&power->evidence, pdu, heard->asked, heard->answered);
		return;
	}
	power->courses[pdu].up = told->number * USEC_PER_TICK;
	evidence_uptime(&power->evidence, pdu, power->courses[pdu].up, UPTIME_STEP, heard->asked,
	                heard->answered);
}

static void power_hear(void *self, unsigned pdu, const struct heard *heard)
{
	struct power *power = self;

	if (power->done)
		return;
	evidence_heard(&power->evidence, pdu, heard->asked, heard->answered);
	hear_command(power, pdu, heard);
	for (unsigned i = 0; i < power->n_feeds && !power->done; i++)
		if (power->feeds[i].feed->id.pdu == pdu)
			hear_reading(power, i, heard);
	hear_engine(power, pdu, heard);
	hear_uptime(power, pdu, heard);
	commands_follow(power, pdu, heard->answered);
	if (power->done)
		return;
	grant(power, heard->answered);
	conclude_on(power, heard->answered);
}

/* --- the machine --- */

/* What is in the way is said in time, not at the end: whoever waits may be killed before. */
static void say_obstacle(struct power *power, usec now)
{
	g_autofree char *missing = NULL;

	if (power->obstacle_said || now - power->phase_began < OBSTACLE_SAID)
		return;
	power->obstacle_said = true;
	missing = words_obstacle(power);
	if (missing)
		log_line(power->log, TRIPPSNMP_LOG_WARN, "%s; trying on until the time is up",
		         missing);
}

static bool power_next(void *self, unsigned pdu, usec now, struct question *question)
{
	struct power *power = self;
	struct plan plan;

	if (power->done)
		return false;
	if (!power->begun) {
		power->begun = true;
		power->started = now;
		commands_begin(power,
		               power->settings.action == TRIPPSNMP_POWER_ON ? TRIPPSNMP_ON
		                                                            : TRIPPSNMP_OFF,
		               now);
	}
	power->now = now;
	say_obstacle(power, now);
	plan = questions_plan(power, pdu, now);
	if (plan.at > now)
		return false;
	questions_make(power, pdu, &plan, now, question);
	return true;
}

static void power_reply(void *self, unsigned pdu, const struct reply *reply, usec now)
{
	struct power *power = self;
	const struct course *course = &power->courses[pdu];

	if (power->done)
		return;
	if (reply->status == REPLY_REPLACED)
		power_look_again(power,
		                 g_strdup_printf("%s: another device answers under its address "
		                                 "now; check what has that address",
		                                 power->labels[pdu]));
	else if (reply->status == REPLY_FAULT)
		power_give_up(power, TRIPPSNMP_INTERNAL,
		              g_strdup_printf("%s: %s", power->labels[pdu], reply->reason));
	else if (reply->status == REPLY_REFUSED && course->task != TASK_UPTIME)
		power_give_up(power, TRIPPSNMP_ACCESS,
		              g_strdup_printf("%s: %s", power->labels[pdu], reply->reason));
	else if (course->task == TASK_COMMAND)
		commands_replied(power, course->feed, reply, now);
	else
		questions_replied(power, pdu, reply, now);
}

static usec power_wake(const void *self, unsigned pdu)
{
	const struct power *power = self;

	if (!power->begun)
		return 0;
	return questions_plan(power, pdu, power->now).at;
}

static bool power_done(const void *self)
{
	return ((const struct power *)self)->done;
}

static const char *power_doing(const void *self)
{
	const struct power *power = self;

	if (power->wanted == TRIPPSNMP_ON)
		return "switching on";
	for (unsigned i = 0; i < power->n_feeds; i++)
		if (!power->evidence.outlets[i].offs)
			return "switching off";
	return "waiting while all outlets are off";
}

struct machine power_machine(struct power *power)
{
	return (struct machine){
		.self = power,
		.next = power_next,
		.hear = power_hear,
		.reply = power_reply,
		.wake = power_wake,
		.done = power_done,
		.doing = power_doing,
	};
}

/* A PDU whose readings are answered, and now leaves something else unanswered, is not dead. */
static bool only_readings_answered(const struct power *power, unsigned pdu)
{
	const struct course *course = &power->courses[pdu];

	return (course->task == TASK_COMMAND || course->task == TASK_UPTIME) && course->swept_at &&
	       power->evidence.pdus[pdu].heard;
}

void power_expire(struct power *power, int silent, const char *silence)
{
	g_autofree char *why = NULL;
	char *message;

	if (power->done)
		return;
	if (silent >= 0 && only_readings_answered(power, (unsigned)silent))
		silent = -1;
	why = silent < 0 ? words_unfinished(power)
	                 : g_strdup_printf("%s %s", power->labels[silent],
	                                   silence ? silence : "does not answer any more");
	message = g_strdup_printf("the time is up, and not all outlets are known to be %s: %s",
	                          power->wanted == TRIPPSNMP_ON ? "on" : "off", why);
	power_give_up(power, silent < 0 ? TRIPPSNMP_POWER : TRIPPSNMP_TIMEOUT, message);
}

void power_stop(struct power *power)
{
	g_autofree char *why = words_obstacle(power);

	if (power->done)
		return;
	power->outcome = failure(TRIPPSNMP_STOPPED,
	                         "stopped%s, and before all outlets were known to be %s%s%s",
	                         power->off_proven ? " after off was proven" : "",
	                         power->wanted == TRIPPSNMP_ON ? "on" : "off for good",
	                         why ? ": " : "", why ? why : "");
	power->done = true;
}
