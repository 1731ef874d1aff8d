/*
 * Which outlet is to be commanded, and when: the first time at once, again when
 * nothing acknowledged it, when the kernel has no use for it any more, and now
 * and then while the outlet reads otherwise. One SET has one outlet. A row that
 * was found by a name is commanded only directly after that name was read there.
 * Nothing here judges what a command is worth.
 *
 * Called by power.c with what is heard, and by questions.c for what is due.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "power/state.h"

/* Pauses before a command that was not obeyed is sent again; the first is shorter where
 * power_timeout is short. */
#define RESEND_FIRST USEC_PER_SEC
#define RESEND_LAST (8 * USEC_PER_SEC)
#define RESENDS_IN_POWER_TIMEOUT 4
/* The pause after one that was refused, so that it is asked again in every second. */
#define RESEND_REFUSED (DENIAL_PAUSE - DENIAL_PAUSE / 10)
/* So long after its name was read in a row a command to that row may leave. */
#define NAME_LASTS USEC_PER_SEC

static void command_anew(const struct power *power, struct progress *p, usec now)
{
	p->acknowledged = p->otherwise_since = USEC_NEVER;
	p->resend_at = now;
	p->resend_pause =
		MIN(RESEND_FIRST, power->settings.power_timeout / RESENDS_IN_POWER_TIMEOUT);
	p->unanswered = 0;
}

/*
 * A card that has just started counts its time in seconds, and says for the first one that no
 * command can have reached it since: it is not to be flooded with them meanwhile.
 */
static void command_again(const struct power *power, struct progress *p, usec now)
{
	p->came_back = true;
	command_anew(power, p, now);
	p->resend_at = MAX(now, p->commanded + p->resend_pause);
}

void commands_begin(struct power *power, enum trippsnmp_state wanted, usec now)
{
	power->wanted = wanted;
	power->phase_began = now;
	power->obstacle_said = false;
	for (unsigned i = 0; i < power->n_feeds; i++) {
		struct progress *p = &power->feeds[i];

		command_anew(power, p, now);
		p->error_status = 0;
		p->commanded = 0;
		p->came_back = false;
		p->renamed_since = USEC_NEVER;
		denial_clear(&p->denial);
	}
	for (unsigned i = 0; i < power->n_pdus; i++) {
		power->courses[i].poll_at = now;
		power->courses[i].poll_pause = POLL_FIRST;
	}
}

/* Whether what was read last is the opposite, and of a time after the command. */
static bool disobeys(const struct power *power, const struct progress *p)
{
	const enum trippsnmp_state opposite =
		power->wanted == TRIPPSNMP_OFF ? TRIPPSNMP_ON : TRIPPSNMP_OFF;

	return p->acknowledged != USEC_NEVER && p->last.state == opposite &&
	       p->last.asked >= p->acknowledged;
}

usec commands_due(const struct power *power, unsigned feed)
{
	const struct progress *p = &power->feeds[feed];

	/* a lost device cannot be switched, and the row may be another outlet's now */
	if (p->last.lost || p->last.name != NAME_SAME)
		return USEC_NEVER;
	if (p->acknowledged == USEC_NEVER || disobeys(power, p))
		return p->resend_at;
	return USEC_NEVER;
}

usec commands_leave_by(const struct power *power, unsigned feed)
{
	const struct progress *p = &power->feeds[feed];

	if (!p->feed->name_key)
		return USEC_NEVER;
	return p->name_shown ? p->name_shown + NAME_LASTS : 0;
}

void commands_acknowledged(struct power *power, unsigned feed, const struct heard *heard)
{
	struct progress *p = &power->feeds[feed];
	struct course *course = &power->courses[p->feed->id.pdu];

	if (power->wanted == TRIPPSNMP_OFF) {
		evidence_told(&power->evidence, feed, heard->asked, heard->answered);
		if (!power->evidence.outlets[feed].told)
			return; /* the kernel does not count this command any more */
	}
	if (p->acknowledged == USEC_NEVER) {
		p->acknowledged = heard->answered;
		course->poll_pause = POLL_FIRST;
	}
	course->poll_at = heard->answered;
	p->resend_at = heard->answered + p->resend_pause;
	p->resend_pause = MIN(2 * p->resend_pause, RESEND_LAST);
	p->unanswered = 0;
	p->error_status = 0;
	denial_clear(&p->denial);
}

static void command_refused(struct power *power, struct progress *p, int error_status, usec now)
{
	const char *said = snmp_status_text(error_status);
	const bool news = g_strcmp0(p->denial.said, said) != 0;
	char *message = g_strdup_printf(
		"%s: switching is refused (%s): give the community or user of %s write access",
		p->feed->text, said, power->labels[p->feed->id.pdu]);

	p->resend_at = now + RESEND_REFUSED;
	if (denial_heard(&p->denial, said, now, power->settings.lasts)) {
		power_give_up(power, TRIPPSNMP_ACCESS, message);
		return;
	}
	if (news)
		log_line(power->log, TRIPPSNMP_LOG_WARN, "%s; asking again until it has lasted",
		         message);
	g_free(message);
}

static void command_failed(struct power *power, struct progress *p, int error_status, usec now)
{
	if (p->error_status != error_status)
		log_line(power->log, TRIPPSNMP_LOG_WARN,
		         "%s: the command is answered with %s; trying on", p->feed->text,
		         snmp_status_text(error_status));
	denial_clear(&p->denial);
	p->resend_at = now + p->resend_pause;
	p->resend_pause = MIN(2 * p->resend_pause, RESEND_LAST);
}

void commands_replied(struct power *power, unsigned feed, const struct reply *reply, usec now)
{
	struct progress *p = &power->feeds[feed];

	if (reply->status == REPLY_SILENT) {
		p->unanswered++;
		p->misfit = reply->reason;
		p->resend_at = now;
		/* whether it answers readings is for the message at the end */
		power->courses[p->feed->id.pdu].look_first = true;
		return;
	}
	p->unanswered = 0;
	p->misfit = NULL;
	if (!reply->error_status)
		return; /* commands_acknowledged() has it */
	if (exchange_is_refusal(power->settings.v1, reply->error_status))
		command_refused(power, p, reply->error_status, now);
	else
		command_failed(power, p, reply->error_status, now);
	p->error_status = reply->error_status;
}

static void note_name(struct power *power, struct progress *p, const struct reading *reading)
{
	const struct course *course = &power->courses[p->feed->id.pdu];

	/* the rest of the reading may have come later, and a copy of the answer too */
	if (!p->name_shown && reading->name == NAME_SAME && reading->whole &&
	    reading->name_asked >= course->asked_at)
		p->name_shown = reading->name_answered;
	if (reading->name != NAME_OTHER)
		p->renamed_since = USEC_NEVER;
	else if (p->renamed_since == USEC_NEVER)
		p->renamed_since = reading->answered;
	if (p->renamed_since == USEC_NEVER ||
	    reading->answered - p->renamed_since < power->settings.lasts)
		return;
	power_look_again(
		power,
		g_strdup_printf("%s has another name than when it was looked up: the PDU's rows or "
	                        "names were changed meanwhile; check what is off and what is on",
	                        p->feed->text));
}

/* What was unknown, or had obeyed, has power_timeout anew. */
static void note_opposite(const struct power *power, struct progress *p)
{
	if (!disobeys(power, p))
		p->otherwise_since = USEC_NEVER;
	else if (p->otherwise_since == USEC_NEVER)
		p->otherwise_since = p->last.asked;
}

static bool overdue(const struct power *power, const struct progress *p)
{
	/* a reset's on phase has all the time that is left */
	return !power->off_proven && p->otherwise_since != USEC_NEVER &&
	       p->last.asked - p->otherwise_since >= power->settings.power_timeout;
}

/* An outlet that was on already, and is off again. */
static void note_fall(const struct power *power, struct progress *p, const struct reading *before,
                      usec now)
{
	if (power->wanted != TRIPPSNMP_ON || p->acknowledged == USEC_NEVER ||
	    before->state != TRIPPSNMP_ON || before->asked < p->acknowledged || !disobeys(power, p))
		return;
	command_again(power, p, now);
}

void commands_read(struct power *power, unsigned feed, const struct reading *reading)
{
	struct progress *p = &power->feeds[feed];
	const struct reading before = p->last;

	/* a late answer, which says nothing of now; the kernel has been told of it */
	if (reading->asked < before.asked)
		return;
	p->last = *reading;
	note_name(power, p, reading);
	note_fall(power, p, &before, reading->answered);
	note_opposite(power, p);
	if (power->done || !overdue(power, p))
		return;
	power_give_up(power, TRIPPSNMP_POWER,
	              g_strdup_printf("%s still reads %s %.3g s after the command: a stuck relay, "
	                              "or one that needs longer than power_timeout",
	                              p->feed->text, words_state(p->last.state),
	                              usec_seconds(power->settings.power_timeout)));
}

void commands_follow(struct power *power, unsigned pdu, usec now)
{
	for (unsigned i = 0; power->wanted == TRIPPSNMP_OFF && i < power->n_feeds; i++) {
		struct progress *p = &power->feeds[i];

		if (p->feed->id.pdu != pdu || p->acknowledged == USEC_NEVER ||
		    power->evidence.outlets[i].told)
			continue;
		if (p->last.state == TRIPPSNMP_ON)
			log_line(power->log, TRIPPSNMP_LOG_WARN,
			         "%s has come back on; switching it again", p->feed->text);
		command_again(power, p, now);
	}
}
