/*
 * What a power operation says: on what evidence it grants, and what is missing
 * when it ends without. It decides nothing.
 *
 * Called by the rest of lib/power.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "power/state.h"

const char *words_state(enum trippsnmp_state state)
{
	return state == TRIPPSNMP_OFF ? "off" : state == TRIPPSNMP_ON ? "on" : "neither on nor off";
}

/* As seconds since the operation's first question. */
static double since_start(const struct power *power, usec time)
{
	return usec_seconds(time - power->started);
}

/* --- success --- */

static void add_outlet(const struct power *power, GString *line, unsigned i)
{
	const struct evidence_outlet *outlet = &power->evidence.outlets[i];

	g_string_append_printf(
		line,
		"%s%s: told at %.2f s, acknowledged at %.2f s, off from %.2f s "
		"to %.2f s",
		i ? "; " : "", power->feeds[i].feed->text, since_start(power, outlet->told_asked),
		since_start(power, outlet->told_answered),
		since_start(power, outlet->first_answered), since_start(power, outlet->last_asked));
}

static void add_pdu(const struct power *power, GString *line, unsigned pdu)
{
	const struct course *course = &power->courses[pdu];
	const struct evidence_pdu *known = &power->evidence.pdus[pdu];

	g_string_append_printf(line, "; %s has not restarted since, by ", power->labels[pdu]);
	if (!known->refuses)
		g_string_append_printf(
			line, "%s %.0f s, asked at %.2f s",
			course->tells_time ? "its engine time of" : "its sysUpTime of",
			usec_seconds(course->up), since_start(power, known->vouch_asked));
	else
		g_string_append_printf(
			line,
			"its answers until %.2f s: it was never silent for long, and "
			"%s sysUpTime",
			since_start(power, known->vouch_asked),
			known->timed ? "shows a standing" : "does not have");
}

void words_evidence(const struct power *power)
{
	g_autoptr(GString) line = g_string_new("off is proven: ");

	for (unsigned i = 0; i < power->n_feeds; i++)
		add_outlet(power, line, i);
	for (unsigned pdu = 0; pdu < power->n_pdus; pdu++)
		if (power->evidence.pdus[pdu].heard)
			add_pdu(power, line, pdu);
	log_line(power->log, TRIPPSNMP_LOG_INFO, "%s", line->str);
}

/* --- what is missing --- */

/* What the outlet reads: on, off, or neither, and then what it is. Free with g_free(). */
static char *reads_text(const struct progress *p)
{
	const char *odd = p->cells.odd ? p->cells.odd : p->feed->odd;

	if (p->last.state != TRIPPSNMP_UNKNOWN)
		return g_strdup(words_state(p->last.state));
	return g_strdup_printf("%s (%s)", words_state(p->last.state), odd ? odd : "nothing came");
}

/* Whether its PDU answers readings, and left commands unanswered for longer than a slow one may. */
static bool is_deaf_to_commands(const struct power *power, const struct progress *p)
{
	const struct evidence *known = &power->evidence;
	const usec needed = 2 * known->pdus[p->feed->id.pdu].round_trip + USEC_PER_SEC;

	return p->unanswered && p->last.asked >= power->phase_began &&
	       known->latest - power->phase_began > needed;
}

static char *command_missing(const struct power *power, const struct progress *p, const char *reads)
{
	if (p->misfit)
		return g_strdup_printf("%s reads %s, and no command was acknowledged: %s, which "
		                       "proves nothing; look for newer firmware of its card",
		                       p->feed->text, reads, p->misfit);
	if (p->came_back)
		return g_strdup_printf("%s reads %s, and no command was acknowledged since it came "
		                       "back, or since its PDU was away",
		                       p->feed->text, reads);
	if (p->error_status)
		return g_strdup_printf("%s reads %s, and no command was acknowledged: the last one "
		                       "is answered with %s",
		                       p->feed->text, reads, snmp_status_text(p->error_status));
	return g_strdup_printf(
		"%s reads %s, and no command was acknowledged%s", p->feed->text, reads,
		is_deaf_to_commands(power, p) ? ": check that the community or user may write"
					      : "");
}

/* The same of an outlet of which nothing else is to be said than what it reads. */
static char *state_missing(const struct power *power, unsigned i, const char *reads)
{
	const struct progress *p = &power->feeds[i];
	const bool off = power->wanted == TRIPPSNMP_OFF;

	if (p->acknowledged == USEC_NEVER && (off || p->last.state != TRIPPSNMP_ON))
		return command_missing(power, p, reads);
	if (!p->last.answered)
		return g_strdup_printf("%s gives no answer that tells its state", p->feed->text);
	if (p->last.state != power->wanted || !p->last.whole)
		return g_strdup_printf("%s reads %s", p->feed->text, reads);
	if (off ? !power->evidence.outlets[i].offs : p->last.asked < p->commanded)
		return g_strdup_printf("%s reads %s, but was not read since its command was "
		                       "acknowledged",
		                       p->feed->text, reads);
	return NULL;
}

/* Why this outlet is not known to be as wanted; NULL if it is. */
static char *outlet_missing(const struct power *power, unsigned i)
{
	const struct progress *p = &power->feeds[i];
	g_autofree char *reads = reads_text(p);

	if (p->last.lost || p->last.status_unclear)
		return g_strdup_printf(
			"%s: %s, so the state of %s cannot be trusted; check the PDU",
			power->labels[p->feed->id.pdu],
			p->last.lost ? "the card has lost its device (tlpDeviceStatus is offline)"
				     : "tlpDeviceStatus is unclear",
			p->feed->text);
	if (p->last.name != NAME_SAME)
		return g_strdup_printf("the name of %s, by which it was found, %s", p->feed->text,
		                       p->last.name == NAME_OTHER ? "is another one now"
		                                                  : "cannot be read any more");
	return state_missing(power, i, reads);
}

static bool were_held(const struct power *power)
{
	usec since = 0, until = USEC_NEVER;

	for (unsigned i = 0; i < power->n_feeds; i++) {
		since = MAX(since, power->evidence.outlets[i].first_answered);
		until = MIN(until, power->evidence.outlets[i].last_asked);
	}
	return until - since >= power->settings.off_hold;
}

char *words_obstacle(const struct power *power)
{
	for (unsigned i = 0; i < power->n_feeds; i++) {
		char *missing = outlet_missing(power, i);

		if (missing)
			return missing;
	}
	return NULL;
}

char *words_unfinished(const struct power *power)
{
	char *missing = words_obstacle(power);

	if (missing)
		return missing;
	if (power->wanted == TRIPPSNMP_ON)
		return g_strdup("the outlets read on, but not all of them lately");
	if (!were_held(power))
		return g_strdup("the outlets read off, but the time was up before they were "
		                "verified for off_hold");
	for (unsigned i = 0; i < power->n_feeds; i++)
		if (!questions_vouched(power, i))
			return g_strdup_printf(
				"the outlets read off for off_hold, but %s does not say how long "
				"it is up: it may have restarted",
				power->labels[power->feeds[i].feed->id.pdu]);
	return g_strdup("the outlets read off for off_hold, but not all PDUs answered lately");
}
