/*
 * The judge: holds what the library said against the physical truth. It knows
 * the promise (see doc/promise.md) and the wire, and nothing of how power.c works.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "world.h"

/* One feed's part in a judgement. */
struct sight {
	const struct relay *relay;
	const struct reading *first, *second; /* of the two sweeps; NULL if there is none */
};

struct case_ {
	const struct world *world;
	GArray *sights; /* of struct sight */
	usec off_at;    /* when off was held to be proven */
	usec confirm;   /* when the second sweep began, at the latest */
	bool apart;
	char *lie;
};

static struct sight *sight_at(const struct case_ *c, unsigned i)
{
	return &g_array_index(c->sights, struct sight, i);
}

static const struct reading *reading_at(const struct world *world, unsigned i)
{
	return &g_array_index(world->readings, struct reading, i);
}

static double since(const struct world *world, usec at)
{
	return (double)(at - world->begun) / (double)USEC_PER_SEC;
}

static void lie(struct case_ *c, const struct relay *relay, const char *format, ...)
	G_GNUC_PRINTF(3, 4);

static void lie(struct case_ *c, const struct relay *relay, const char *format, ...)
{
	va_list arguments;
	char *text;

	if (c->lie)
		return;
	va_start(arguments, format);
	text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	c->lie = relay ? g_strdup_printf("PDU %u relay %u %s", relay->pdu, relay->index, text)
	               : g_strdup(text);
	g_free(text);
}

static bool foreign(const struct transition *transition)
{
	return transition->cause == CAUSE_HAND || transition->cause == CAUSE_FAULT;
}

/* Whether somebody else commanded it then; that need not have moved it. */
static bool handled(const struct relay *relay, usec from, usec until)
{
	for (unsigned i = 0; i < relay->hands->len; i++) {
		const usec at = g_array_index(relay->hands, usec, i);

		if (at >= from && at <= until)
			return true;
	}
	return false;
}

/* The first transition after `from`, at most at `until`, that is as asked. */
static const struct transition *find_transition(const struct relay *relay, usec from, usec until,
                                                bool on, bool foreign_ones)
{
	for (unsigned i = 0; i < relay->history->len; i++) {
		const struct transition *transition =
			&g_array_index(relay->history, struct transition, i);

		if (transition->at > from && transition->at <= until && transition->on == on &&
		    foreign(transition) == foreign_ones)
			return transition;
	}
	return NULL;
}

static void gather_feeds(struct case_ *c)
{
	const struct world *world = c->world;

	for (unsigned p = 0; p < world->n_pdus; p++)
		for (unsigned i = 0; i < world->pdus[p].n_relays; i++) {
			const struct sight sight = { .relay = &world->pdus[p].relays[i] };

			if (sight.relay->feeds_node)
				g_array_append_val(c->sights, sight);
		}
}

/* --- off --- */

/*
 * When the second sweep began, at the latest: the latest time so that each feed
 * was seen off in an answer to a request sent then or later.
 */
static bool find_confirm(struct case_ *c)
{
	c->confirm = USEC_NEVER;
	for (unsigned i = 0; i < c->sights->len; i++) {
		usec latest = -1;

		for (unsigned k = 0; k < c->world->readings->len; k++) {
			const struct reading *reading = reading_at(c->world, k);

			if (reading->relay == sight_at(c, i)->relay &&
			    reading->state == TRIPPSNMP_OFF && reading->delivered <= c->off_at)
				latest = MAX(latest, reading->sent);
		}
		if (latest < 0) {
			lie(c, sight_at(c, i)->relay, "was never seen off");
			return false;
		}
		c->confirm = MIN(c->confirm, latest);
	}
	return true;
}

/* The answer of the second sweep: the first that came of those that count. */
static const struct reading *second_reading(const struct case_ *c, const struct relay *relay)
{
	for (unsigned k = 0; k < c->world->readings->len; k++) {
		const struct reading *reading = reading_at(c->world, k);

		if (reading->relay == relay && reading->sent >= c->confirm &&
		    reading->state == TRIPPSNMP_OFF && reading->delivered <= c->off_at)
			return reading;
	}
	return NULL;
}

/* That of the first sweep: the last that saw it off before the hold. */
static const struct reading *first_reading(const struct case_ *c, const struct relay *relay)
{
	const usec until = c->confirm - c->world->config.off_hold;
	const struct reading *last = NULL;

	for (unsigned k = 0; k < c->world->readings->len; k++) {
		const struct reading *reading = reading_at(c->world, k);

		if (reading->relay == relay && reading->delivered <= until &&
		    reading->state == TRIPPSNMP_OFF && reading->sent < c->confirm &&
		    (!last || reading->made >= last->made))
			last = reading;
	}
	return last;
}

static void judge_second(struct case_ *c, const struct sight *sight)
{
	const struct relay *relay = sight->relay;
	const usec made = sight->second->made;

	if (!relay_on_at(relay, made))
		return;
	/* Who switches under a state object that runs ahead cannot be seen. */
	if (relay->lead && sight->first &&
	    (find_transition(relay, sight->first->made, made, true, true) ||
	     handled(relay, sight->first->made - relay->latency, made)))
		c->apart = true;
	else
		lie(c, relay, "had power when the second sweep's answer was made, at %.6f",
		    since(c->world, made));
}

static void judge_hold(struct case_ *c, const struct sight *sight)
{
	const struct relay *relay = sight->relay;
	const usec from = sight->first->made + relay->lead;
	const struct transition *back =
		find_transition(relay, from, sight->second->made, true, false);

	if (find_transition(relay, sight->first->made, c->off_at, true, true) ||
	    (relay->lead && handled(relay, sight->first->made - relay->latency, c->off_at)))
		c->apart = true;
	else if (back)
		lie(c, relay, "had power again in the hold, at %.6f", since(c->world, back->at));
	else if (relay_on_at(relay, from) && from <= sight->second->made)
		lie(c, relay, "had power still when the hold began, at %.6f",
		    since(c->world, from));
}

/* Off is the end: then it must not come back by anything that was pending. */
static void judge_rest(struct case_ *c, const struct sight *sight)
{
	const struct transition *back = c->world->action == TRIPPSNMP_POWER_OFF
	                                        ? find_transition(sight->relay, sight->second->made,
	                                                          USEC_NEVER, true, false)
	                                        : NULL;

	if (back && c->world->faults[FAULT_OFFLINE] && sight->relay->cycle_before)
		c->apart = true; /* the SET was acknowledged for a device that was lost unseen */
	else if (back)
		lie(c, sight->relay, "came back by itself at %.6f", since(c->world, back->at));
}

/*
 * The plainest lie: power while it was said that there is none. Where somebody
 * else has put it on, when he did so decides; see below.
 */
static void judge_now(struct case_ *c, const struct relay *relay)
{
	if (!relay_on_at(relay, c->off_at) || relay->hands->len ||
	    find_transition(relay, 0, c->off_at, true, true))
		return;
	lie(c, relay, "had power when it was said to be off, at %.6f", since(c->world, c->off_at));
}

static void judge_off(struct case_ *c)
{
	c->off_at = MIN(c->world->first_set_on, c->world->ended);
	for (unsigned i = 0; i < c->sights->len; i++)
		judge_now(c, sight_at(c, i)->relay);
	if (c->lie || !find_confirm(c))
		return;
	for (unsigned i = 0; i < c->sights->len && !c->lie; i++) {
		struct sight *sight = sight_at(c, i);

		sight->second = second_reading(c, sight->relay);
		sight->first = first_reading(c, sight->relay);
		judge_second(c, sight);
		if (!sight->first) {
			lie(c, sight->relay, "was not seen off in two sweeps, off_hold apart");
			return;
		}
		judge_hold(c, sight);
		judge_rest(c, sight);
	}
}

/* --- on --- */

static void judge_on(struct case_ *c)
{
	for (unsigned i = 0; i < c->sights->len; i++) {
		const struct relay *relay = sight_at(c, i)->relay;
		const struct reading *last = NULL;

		for (unsigned k = 0; k < c->world->readings->len; k++)
			if (reading_at(c->world, k)->relay == relay &&
			    reading_at(c->world, k)->state == TRIPPSNMP_ON &&
			    reading_at(c->world, k)->delivered <= c->world->ended)
				last = reading_at(c->world, k);
		if (!last)
			lie(c, relay, "was never seen on");
		else if (relay_on_at(relay, last->made + relay->lead))
			continue;
		else if (find_transition(relay, last->made - relay->latency,
		                         last->made + relay->lead, false, true) ||
		         handled(relay, last->made - relay->latency, last->made + relay->lead))
			c->apart = true;
		else if (relay_lost_at(c->world, relay, last->made) &&
		         !relay_lost_at(c->world, relay, c->world->ended))
			c->apart = true; /* back before its status was read, by another request */
		else if ((relay->lead || relay->lag) && c->world->action == TRIPPSNMP_POWER_RESET)
			c->apart = true; /* a SET off that the network held back until now */
		else
			lie(c, relay, "had no power when it was said to be on");
	}
}

/* --- what holds always --- */

static void judge_conduct(struct case_ *c)
{
	const struct world *world = c->world;
	const usec took = world->ended - world->begun;
	const enum trippsnmp_error error = world->outcome.error;

	if (world->touched)
		lie(c, NULL, "%s", world->touched);
	if (took > world->config.total_timeout)
		lie(c, NULL, "it took %.6f s", since(world, world->ended));
	if (error && world->sets_since_event)
		lie(c, NULL, "a SET was sent when failure was decided");
	if (error == TRIPPSNMP_TIMEOUT && took < world->config.total_timeout - USEC_PER_SEC)
		lie(c, NULL, "it gave up after %.6f s", since(world, world->ended));
	if (!error && world->hopeless)
		lie(c, NULL, "success with a configuration that must be refused");
	if (error && !world->outcome.message)
		lie(c, NULL, "failure without a word");
}

enum verdict judge(const struct world *world, char **why)
{
	struct case_ c = { .world = world,
		           .sights = g_array_new(FALSE, TRUE, sizeof(struct sight)) };

	gather_feeds(&c);
	judge_conduct(&c);
	if (!world->outcome.error && world->action != TRIPPSNMP_POWER_ON)
		judge_off(&c);
	if (!world->outcome.error && world->action == TRIPPSNMP_POWER_ON)
		judge_on(&c);
	if (!world->outcome.error && world->action == TRIPPSNMP_POWER_RESET &&
	    !world->power_missing)
		judge_on(&c);
	g_array_unref(c.sights);
	*why = c.lie;
	if (c.lie)
		return VERDICT_LIE;
	if (world->outcome.error)
		return VERDICT_FAILURE;
	return c.apart ? VERDICT_APART : VERDICT_SUCCESS;
}
