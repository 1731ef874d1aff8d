/*
 * What a PDU is to be asked next, and when: commands that are due, sweeps until
 * its outlets are as wanted, polls in the hold, the sweep that confirms, its
 * uptime. Each plan follows from what is known at that moment, so nothing can
 * be left over from another phase. What an answer is worth is not decided here.
 *
 * Called by power.c.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "power/state.h"

#include <string.h>

/*
 * A SET that nothing acknowledged is sent again whatever a sweep says; but a PDU that
 * never answers one is to be swept in between. Fewer would leave no time for the
 * acknowledgements of a slow PDU.
 */
#define SET_ATTEMPTS 4
#define UPTIME_ATTEMPTS 4
#define UPTIME_PAUSE (DENIAL_PAUSE - DENIAL_PAUSE / 10)
/* Of an answer with names: any agent can send 484 (RFC 3411). */
#define ANSWER_BYTES 400
#define VARBIND_BYTES 30 /* without an octet string */

const struct objid sys_up_time = { .n = 9, .id = { 1, 3, 6, 1, 2, 1, 1, 3, 0 } };

/* --- where the operation stands --- */

static const struct evidence_outlet *known_of(const struct power *power, unsigned feed)
{
	return &power->evidence.outlets[feed];
}

static bool is_on_pdu(const struct power *power, unsigned feed, unsigned pdu)
{
	return power->feeds[feed].feed->id.pdu == pdu;
}

static bool has_feeds(const struct power *power, unsigned pdu)
{
	for (unsigned i = 0; i < power->n_feeds; i++)
		if (is_on_pdu(power, i, pdu))
			return true;
	return false;
}

/* Whether that is so of each outlet of the PDU, or of all PDUs. */
#define ALL UINT_MAX
static bool each_is(const struct power *power, unsigned pdu,
                    bool (*so)(const struct power *, unsigned feed))
{
	for (unsigned i = 0; i < power->n_feeds; i++)
		if ((pdu == ALL || is_on_pdu(power, i, pdu)) && !so(power, i))
			return false;
	return true;
}

/* It has read off since its command. */
static bool has_fallen(const struct power *power, unsigned feed)
{
	return known_of(power, feed)->told && known_of(power, feed)->offs;
}

/* When the hold is over; USEC_NEVER while not all outlets are off. */
static usec hold_end(const struct power *power)
{
	usec end = 0;

	if (!each_is(power, ALL, has_fallen))
		return USEC_NEVER;
	for (unsigned i = 0; i < power->n_feeds; i++)
		end = MAX(end, known_of(power, i)->first_answered + power->settings.off_hold);
	return end;
}

/* It has read off again, when the hold was over. */
static bool is_confirmed(const struct power *power, unsigned feed)
{
	const struct evidence_outlet *outlet = known_of(power, feed);

	return outlet->offs > 1 && outlet->last_asked >= hold_end(power);
}

bool questions_vouched(const struct power *power, unsigned feed)
{
	const struct evidence_outlet *outlet = known_of(power, feed);
	const struct evidence_pdu *p = &power->evidence.pdus[outlet->pdu];

	return p->vouch_asked >= outlet->last_answered ||
	       (p->vouch_asked == outlet->last_asked && p->vouch_answered == outlet->last_answered);
}

static bool reads_on(const struct power *power, unsigned feed)
{
	return power->feeds[feed].last.state == TRIPPSNMP_ON;
}

/* --- what is next --- */

static struct plan command_plan(const struct power *power, unsigned pdu, usec now)
{
	struct plan plan = { TASK_NONE, 0, USEC_NEVER };

	for (unsigned i = 0; i < power->n_feeds; i++) {
		const usec at = is_on_pdu(power, i, pdu) ? commands_due(power, i) : USEC_NEVER;

		if (at < plan.at)
			plan = (struct plan){ TASK_COMMAND, i, at };
	}
	if (plan.task == TASK_COMMAND && commands_leave_by(power, plan.feed) <= now)
		plan.task = TASK_CHECK;
	return plan;
}

/* Of the outlets of a PDU that have all read off: when the one was asked that is longest ago. */
static usec oldest_reading(const struct power *power, unsigned pdu)
{
	usec oldest = USEC_NEVER;

	for (unsigned i = 0; i < power->n_feeds; i++)
		if (is_on_pdu(power, i, pdu))
			oldest = MIN(oldest, known_of(power, i)->last_asked);
	return oldest;
}

/* The next sweep of a PDU whose outlets have all read off. */
static usec sweep_in_hold(const struct power *power, unsigned pdu, usec now)
{
	const struct course *course = &power->courses[pdu];
	const usec end = hold_end(power);
	const usec poll = oldest_reading(power, pdu) + HOLD_POLL;

	if (end == USEC_NEVER || each_is(power, pdu, is_confirmed))
		return poll;
	/* one still unanswered when the hold ends would delay the sweep that confirms */
	if (now < end)
		return poll + power->evidence.pdus[pdu].round_trip < end ? poll : end;
	return course->swept_at < end ? end : course->poll_at;
}

static struct plan sweep_plan(const struct power *power, unsigned pdu, usec now)
{
	const struct course *course = &power->courses[pdu];
	usec at = course->poll_at;

	if (course->sweep_at || course->look_first)
		at = 0;
	else if (power->wanted == TRIPPSNMP_OFF && each_is(power, pdu, has_fallen))
		at = sweep_in_hold(power, pdu, now);
	else if (power->wanted == TRIPPSNMP_ON && each_is(power, pdu, reads_on))
		at = course->swept_at + HOLD_POLL;
	return (struct plan){ TASK_SWEEP, 0, at };
}

/* After a silence it is asked as early as can be: the next readings show whether it advances. */
static bool uptime_comes_first(const struct power *power, unsigned pdu)
{
	const struct evidence_pdu *p = &power->evidence.pdus[pdu];

	return p->absent && !p->timed && !p->refuses && !power->courses[pdu].uptime_asked;
}

/* Later ones go with the readings, where it has told it once: no request of its own is needed. */
static bool uptime_goes_along(const struct power *power, unsigned pdu)
{
	const struct evidence_pdu *p = &power->evidence.pdus[pdu];

	return power->wanted == TRIPPSNMP_OFF && p->absent && p->timed && !p->frozen &&
	       !power->courses[pdu].tells_time;
}

/*
 * When all has been confirmed; and once at the beginning of a hold that has time for it, for
 * who tells it then cannot be taken later for one that has none. Who refuses it is asked again
 * all the while: that must have lasted.
 */
static struct plan uptime_plan(const struct power *power, unsigned pdu)
{
	const struct course *course = &power->courses[pdu];
	const struct plan none = { TASK_NONE, 0, USEC_NEVER };
	const struct plan plan = { TASK_UPTIME, 0, course->uptime_at };

	if (power->wanted == TRIPPSNMP_ON)
		return none;
	if (each_is(power, ALL, is_confirmed) && !each_is(power, pdu, questions_vouched))
		return plan;
	if (uptime_comes_first(power, pdu))
		return plan;
	if (course->tells_time || power->settings.off_hold < HOLD_POLL ||
	    !each_is(power, pdu, has_fallen))
		return none;
	if (!course->uptime_asked)
		return plan;
	if (power->evidence.pdus[pdu].refuses)
		return (struct plan){ TASK_UPTIME, 0, course->uptime_asked + HOLD_POLL };
	return none;
}

struct plan questions_plan(const struct power *power, unsigned pdu, usec now)
{
	const struct course *course = &power->courses[pdu];
	struct plan command, sweep, uptime, plan;

	if (!has_feeds(power, pdu))
		return (struct plan){ TASK_NONE, 0, USEC_NEVER };
	sweep = sweep_plan(power, pdu, now);
	if (course->sweep_at || course->look_first)
		return sweep;
	command = command_plan(power, pdu, now);
	if (command.at <= now)
		return command;
	uptime = uptime_plan(power, pdu);
	if (uptime.at <= now)
		return uptime;
	plan = command.at < sweep.at ? command : sweep;
	return uptime.at < plan.at ? uptime : plan;
}

/* --- the questions --- */

static void ask_status(struct question *question, const struct progress *p)
{
	const struct objid *name = &p->cells.status.name;

	if (!name->n || p->cells.status_absent)
		return;
	for (unsigned i = 0; i < question->varbinds->len; i++)
		if (objid_equal(&varbinds_at(question->varbinds, i)->name, name))
			return;
	varbinds_add(question->varbinds, name);
}

static void ask_cells(struct question *question, const struct progress *p)
{
	varbinds_add(question->varbinds, &p->cells.state.name);
	if (p->cells.name.name.n)
		varbinds_add(question->varbinds, &p->cells.name.name);
	ask_status(question, p);
}

/* A feed's cells belong into one answer; by number 40 of them fit, with names fewer. */
static void make_sweep(struct power *power, unsigned pdu, struct question *question)
{
	struct course *course = &power->courses[pdu];
	size_t bytes = 0;

	for (unsigned i = course->sweep_at; i < power->n_feeds; i++) {
		const struct progress *p = &power->feeds[i];

		if (p->feed->id.pdu != pdu)
			continue;
		if (p->feed->name_key)
			bytes += (size_t)2 * VARBIND_BYTES + p->feed->name_bytes;
		if (question->varbinds->len && bytes > ANSWER_BYTES) {
			course->sweep_at = i;
			return;
		}
		ask_cells(question, p);
	}
	course->sweep_at = 0;
	course->look_first = false;
	if (!uptime_goes_along(power, pdu))
		return;
	varbinds_add(question->varbinds, &sys_up_time);
	question->no_is_answer = true;
}

struct objid questions_command_object(const struct feed *feed)
{
	return family_object(&feed->id, feed->id.family->command);
}

int64_t questions_command_value(const struct power *power, const struct feed *feed)
{
	return power->wanted == TRIPPSNMP_OFF ? feed->id.family->command_off
	                                      : feed->id.family->command_on;
}

static void make_command(struct power *power, unsigned feed, usec now, struct question *question)
{
	struct progress *p = &power->feeds[feed];
	const struct objid name = questions_command_object(p->feed);

	question->kind = REQUEST_SET;
	question->max_attempts = p->feed->name_key ? 1 : SET_ATTEMPTS;
	question->leave_by = p->feed->name_key ? commands_leave_by(power, feed) : 0;
	varbinds_add_integer(question->varbinds, &name, questions_command_value(power, p->feed));
	p->commanded = now;
	if (power->wanted == TRIPPSNMP_ON)
		evidence_untold(&power->evidence, feed, now);
}

/* A name counts for a command only if nothing else was asked after it. */
static void forget_names(struct power *power, unsigned pdu)
{
	for (unsigned i = 0; i < power->n_feeds; i++)
		if (is_on_pdu(power, i, pdu))
			power->feeds[i].name_shown = 0;
}

void questions_make(struct power *power, unsigned pdu, const struct plan *plan, usec now,
                    struct question *question)
{
	struct course *course = &power->courses[pdu];

	memset(question, 0, sizeof(*question));
	question->kind = REQUEST_GET;
	question->varbinds = varbinds_new();
	switch (plan->task) {
	case TASK_COMMAND:
		make_command(power, plan->feed, now, question);
		break;
	case TASK_CHECK:
		ask_cells(question, &power->feeds[plan->feed]);
		break;
	case TASK_SWEEP:
		if (!course->sweep_at)
			course->swept_at = now;
		make_sweep(power, pdu, question);
		break;
	case TASK_UPTIME:
		question->max_attempts = UPTIME_ATTEMPTS;
		question->no_is_answer = true;
		varbinds_add(question->varbinds, &sys_up_time);
		course->uptime_asked = now;
		break;
	case TASK_NONE:
		break;
	}
	forget_names(power, pdu);
	course->task = plan->task;
	course->feed = plan->feed;
	course->asked_at = now;
}

/* Whether the PDU's uptime must be seen to advance before it vouches for anything. */
static bool must_advance(const struct evidence_pdu *p)
{
	return p->frozen || (!p->advances && p->absent);
}

static bool is_told(const struct reply *reply)
{
	return reply->status == REPLY_ANSWERED && reply->varbinds->len &&
	       varbinds_at(reply->varbinds, 0)->type == VALUE_UNSIGNED;
}

void questions_replied(struct power *power, unsigned pdu, const struct reply *reply, usec now)
{
	struct course *course = &power->courses[pdu];

	if (course->task == TASK_UPTIME) {
		course->uptime_at = now;
		if (!is_told(reply))
			course->uptime_at += UPTIME_PAUSE;
		else if (must_advance(&power->evidence.pdus[pdu]))
			course->uptime_at += UPTIME_STEP;
		return;
	}
	if (course->task != TASK_SWEEP || course->sweep_at)
		return;
	course->poll_at = now + course->poll_pause;
	course->poll_pause = MIN(2 * course->poll_pause, POLL_LAST);
}
