/*
 * The judge: holds what the library said against the physical truth. It knows
 * the promise (see doc/promise.md) and the wire, and nothing of how power.c works.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "world.h"

#include <string.h>

/* What comes back later than that after success is not held against it. */
#define RETURNS_WITHIN (60 * USEC_PER_SEC)
/* Requests of one walk follow each other within that. */
#define WALK_AT_MOST (3 * USEC_PER_SEC)
/* So long at least a refusal must last before it ends an operation, or a quarter of its time. */
#define NO_LASTS (5 * USEC_PER_SEC)

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
	enum lie kind;
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

static const struct answered *answered_at(const struct world *world, unsigned i)
{
	return &g_array_index(world->answers, struct answered, i);
}

static double since(const struct world *world, usec at)
{
	return (double)(at - world->begun) / (double)USEC_PER_SEC;
}

static void lie(struct case_ *c, enum lie kind, const struct relay *relay, const char *format, ...)
	G_GNUC_PRINTF(4, 5);

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

/* The node's outlets on those cards, by address. */
static void gather_feeds(struct case_ *c, const unsigned cards[PDUS_MAX])
{
	const struct world *world = c->world;

	g_array_set_size(c->sights, 0);
	for (unsigned p = 0; p < world->n_pdus; p++) {
		const struct pdu_model *card = &world->pdus[cards[p]];

		for (unsigned i = 0; i < card->n_relays; i++) {
			const struct sight sight = { .relay = &card->relays[i] };

			if (sight.relay->feeds_node)
				g_array_append_val(c->sights, sight);
		}
	}
}

/* --- what power that came back by itself is worth --- */

enum worth { WORTH_NOTHING, WORTH_APART, WORTH_LIE };

/* When the card took the last request on whose answer the library may have relied. */
static usec last_taken(const struct case_ *c, unsigned card)
{
	usec taken = 0;

	for (unsigned k = 0; k < c->world->answers->len; k++) {
		const struct answered *answered = answered_at(c->world, k);

		if (answered->card == card && answered->delivered <= c->off_at)
			taken = MAX(taken, answered->made);
	}
	return taken;
}

static bool tells_uptime(const struct world *world, const struct pdu_model *card)
{
	if (world->authentic)
		return true;
	return !world->faults[FAULT_POISON] && !card->get_error_permille &&
	       (card->uptime == UPTIME_RUNS || card->uptime == UPTIME_BUNDLED ||
	        card->uptime == UPTIME_WRAPS);
}

/*
 * How long the outage was to who hears answers alone: from the sending of the last request
 * that was answered until the first answer of the card that has come back.
 */
static usec silence_around(const struct case_ *c, unsigned card, const struct outage *outage)
{
	usec sent = 0;

	for (unsigned k = 0; k < c->world->answers->len; k++) {
		const struct answered *answered = answered_at(c->world, k);

		if (answered->card != card)
			continue;
		if (answered->made >= outage->up)
			return sent ? answered->delivered - sent : 0;
		sent = MAX(sent, answered->sent);
	}
	return 0;
}

/* An absence is one from 5 s on, or from twice the round trip and 2 s, 10 s at most. */
static usec certain_absence(const struct case_ *c, unsigned card)
{
	usec longest = 0;

	for (unsigned k = 0; k < c->world->answers->len; k++) {
		const struct answered *answered = answered_at(c->world, k);

		if (answered->card == card)
			longest = MAX(longest, answered->delivered - answered->sent);
	}
	return CLAMP(2 * longest + 2 * USEC_PER_SEC, 5 * USEC_PER_SEC, 10 * USEC_PER_SEC);
}

/* Whether somebody who sees the wire alone can know of that restart. */
static bool can_be_known(const struct case_ *c, unsigned card, usec began)
{
	const struct pdu_model *pdu = &c->world->pdus[card];

	if (tells_uptime(c->world, pdu))
		return true;
	for (unsigned i = 0; i < pdu->outages->len; i++) {
		const struct outage *outage = &g_array_index(pdu->outages, struct outage, i);

		if (outage->down == began)
			return silence_around(c, card, outage) >= certain_absence(c, card);
	}
	return false;
}

/*
 * What came back because of a cycle, a command or a restart that began before the card took
 * the last request on which success rests makes that a lie; what began later does not.
 */
static enum worth weigh(const struct case_ *c, const struct relay *relay,
                        const struct transition *back)
{
	if (foreign(back))
		return WORTH_APART;
	if (back->begun > last_taken(c, relay->pdu))
		return WORTH_NOTHING;
	/* acknowledged by a card that had lost the device, and has it again */
	if (c->world->faults[FAULT_OFFLINE] &&
	    device_of(&c->world->pdus[relay->pdu], relay)->offline_from != USEC_NEVER)
		return WORTH_APART;
	if (back->cause == CAUSE_RESTART && !can_be_known(c, relay->pdu, back->begun))
		return WORTH_APART;
	return WORTH_LIE;
}

/* The weightiest of what came back after `from`, at most at `until`. */
static enum worth weigh_all(const struct case_ *c, const struct relay *relay, usec from, usec until,
                            const struct transition **which)
{
	enum worth worst = WORTH_NOTHING;

	for (unsigned i = 0; i < relay->history->len; i++) {
		const struct transition *back =
			&g_array_index(relay->history, struct transition, i);

		if (!back->on || back->at <= from || back->at > until || foreign(back) ||
		    weigh(c, relay, back) <= worst)
			continue;
		worst = weigh(c, relay, back);
		*which = back;
	}
	return worst;
}

/* --- what is held against the library --- */

/* Then it could not be found: see the model. */
static bool walked_while_exchanged(const struct world *world, const struct relay *relay)
{
	const struct pdu_model *pdu = &world->pdus[relay->pdu];

	return pdu->exchanged && pdu->walked_before && pdu->walked_after != USEC_NEVER &&
	       pdu->walked_after - pdu->walked_before < WALK_AT_MOST;
}

/*
 * A card without uptime that was away for a moment only, or one whose uptime says that it was not:
 * then it may not know its names again.
 */
static bool restarted_unseen(const struct case_ *c, unsigned card)
{
	const struct pdu_model *pdu = &c->world->pdus[card];

	for (unsigned i = 0; i < pdu->outages->len; i++) {
		const usec down = g_array_index(pdu->outages, struct outage, i).down;

		if (down < c->world->ended &&
		    (pdu->uptime == UPTIME_STILL || !can_be_known(c, card, down)))
			return true;
	}
	return false;
}

static void lie(struct case_ *c, enum lie kind, const struct relay *relay, const char *format, ...)
{
	va_list arguments;
	char *text;

	if (kind == LIE_POWER && relay && relay->by_name &&
	    (walked_while_exchanged(c->world, relay) || restarted_unseen(c, relay->pdu))) {
		c->apart = true;
		return;
	}
	if (c->lie)
		return;
	c->kind = kind;
	va_start(arguments, format);
	text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	c->lie = relay ? g_strdup_printf("PDU %u relay %u %s", relay->pdu, relay->index, text)
	               : g_strdup(text);
	g_free(text);
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
			lie(c, LIE_POWER, sight_at(c, i)->relay, "was never seen off");
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

/* What put it on last; NULL if it was so from the beginning. */
static const struct transition *put_on(const struct relay *relay, usec at)
{
	const struct transition *last = NULL;

	for (unsigned i = 1; i < relay->history->len; i++) {
		const struct transition *transition =
			&g_array_index(relay->history, struct transition, i);

		if (transition->at <= at && transition->on)
			last = transition;
	}
	return last;
}

static void judge_second(struct case_ *c, const struct sight *sight)
{
	const struct relay *relay = sight->relay;
	const usec made = sight->second->made;

	if (!relay_on_at(relay, made))
		return;
	if (put_on(relay, made) && weigh(c, relay, put_on(relay, made)) != WORTH_LIE) {
		c->apart = true;
		return;
	}
	/* Who switches under a state object that runs ahead cannot be seen. */
	if (relay->lead && sight->first &&
	    (find_transition(relay, sight->first->made, made, true, true) ||
	     handled(relay, sight->first->made - relay->latency, made)))
		c->apart = true;
	else
		lie(c, LIE_POWER, relay,
		    "had power when the second sweep's answer was made, at %.6f",
		    since(c->world, made));
}

static void judge_hold(struct case_ *c, const struct sight *sight)
{
	const struct relay *relay = sight->relay;
	const usec from = sight->first->made + relay->lead;
	const struct transition *back = NULL;
	const enum worth worth = weigh_all(c, relay, from, sight->second->made, &back);

	if (find_transition(relay, sight->first->made, c->off_at, true, true) ||
	    (relay->lead && handled(relay, sight->first->made - relay->latency, c->off_at)))
		c->apart = true;
	else if (worth == WORTH_APART)
		c->apart = true;
	else if (worth == WORTH_LIE)
		lie(c, LIE_POWER, relay, "had power again in the hold, at %.6f",
		    since(c->world, back->at));
	else if (relay_on_at(relay, from) && from <= sight->second->made)
		lie(c, LIE_POWER, relay, "had power still when the hold began, at %.6f",
		    since(c->world, from));
}

/* Off is the end: then it must not come back by anything that was under way. */
static void judge_rest(struct case_ *c, const struct sight *sight)
{
	const struct transition *back = NULL;
	enum worth worth = WORTH_NOTHING;

	if (c->world->action == TRIPPSNMP_POWER_OFF)
		worth = weigh_all(c, sight->relay, sight->second->made,
		                  c->world->ended + RETURNS_WITHIN, &back);
	if (worth == WORTH_APART)
		c->apart = true;
	if (worth == WORTH_LIE)
		lie(c, LIE_RETURN, sight->relay,
		    "came back at %.6f by what was under way since %.6f", since(c->world, back->at),
		    since(c->world, back->begun));
}

/*
 * The plainest lie: power while it was said that there is none. Where somebody
 * else has put it on, when he did so decides; see below.
 */
static void judge_now(struct case_ *c, const struct relay *relay)
{
	const struct transition *last = put_on(relay, c->off_at);
	enum worth worth = WORTH_LIE;

	if (!relay_on_at(relay, c->off_at) || relay->hands->len ||
	    find_transition(relay, 0, c->off_at, true, true))
		return;
	if (last)
		worth = weigh(c, relay, last);
	if (worth == WORTH_APART)
		c->apart = true;
	if (worth == WORTH_LIE)
		lie(c, LIE_POWER, relay, "had power when it was said to be off, at %.6f",
		    since(c->world, c->off_at));
}

static void judge_off(struct case_ *c)
{
	gather_feeds(c, c->world->judged);
	c->off_at = c->world->granted;
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
			lie(c, LIE_POWER, sight->relay,
			    "was not seen off in two sweeps, off_hold apart");
			return;
		}
		judge_hold(c, sight);
		judge_rest(c, sight);
	}
}

/* --- on --- */

static void judge_on(struct case_ *c)
{
	gather_feeds(c, c->world->heard);
	for (unsigned i = 0; i < c->sights->len; i++) {
		const struct relay *relay = sight_at(c, i)->relay;
		const struct reading *last = NULL;

		for (unsigned k = 0; k < c->world->readings->len; k++)
			if (reading_at(c->world, k)->relay == relay &&
			    reading_at(c->world, k)->state == TRIPPSNMP_ON &&
			    reading_at(c->world, k)->delivered <= c->world->ended)
				last = reading_at(c->world, k);
		if (!last)
			lie(c, LIE_POWER, relay, "was never seen on");
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
		else if (relay->lead && c->world->pdus[relay->pdu].outages->len)
			c->apart = true; /* it was to move, and its PDU forgot that */
		else
			lie(c, LIE_POWER, relay, "had no power when it was said to be on");
	}
}

/* --- what holds always --- */

/*
 * A refusal, or what is not there, ends an operation only if it has lasted, or where the next look,
 * a second later, could not begin before the operation's own limit, which is a little earlier.
 */
#define LAST_LOOK (USEC_PER_SEC + USEC_PER_SEC / 4)
static void judge_no(struct case_ *c)
{
	const struct world *world = c->world;
	/* that there is no table may follow from answers none of which says no */
	const bool implied = strstr(world->outcome.message, "no outlet table");
	const usec since =
		implied && world->answers->len ? answered_at(world, 0)->delivered : world->first_no;

	if (since != USEC_NEVER &&
	    world->ended - world->begun < world->config.total_timeout - LAST_LOOK &&
	    world->ended - since < MIN(NO_LASTS, world->config.total_timeout / 4))
		lie(c, LIE_EARLY, NULL, "it gave up %.6f s after it was first refused",
		    (double)(world->ended - since) / (double)USEC_PER_SEC);
}

/*
 * All requests of an operation count, those of looks as well. Where nothing is wrong they are
 * few; where an object of a table is an error, its walk begins anew every second.
 */
static void judge_requests(struct case_ *c)
{
	static const unsigned most[CLASS_COUNT][2] = {
		[CLASS_MIXED] = { 6000, 6000 },       [CLASS_HEALTHY] = { 60, 120 },
		[CLASS_LOSS_DATAGRAM] = { 120, 300 }, [CLASS_LOSS_EXCHANGE] = { 120, 300 },
		[CLASS_STARTING] = { 400, 600 },
	};
	const struct world *world = c->world;

	for (unsigned p = 0; p < world->n_pdus; p++)
		if (world->requests_to[p] > most[world->class][world->by_name])
			lie(c, LIE_CONDUCT, NULL, "PDU %u was sent %u requests", p,
			    world->requests_to[p]);
}

static void judge_conduct(struct case_ *c)
{
	const struct world *world = c->world;
	const usec took = world->ended - world->begun;
	const enum trippsnmp_error error = world->outcome.error;

	if (world->touched)
		lie(c, world->touched_as, NULL, "%s", world->touched);
	if (took > world->config.total_timeout)
		lie(c, LIE_CONDUCT, NULL, "it took %.6f s", since(world, world->ended));
	if (error && world->sets_since_event)
		lie(c, LIE_CONDUCT, NULL, "a SET was sent when failure was decided");
	if (error == TRIPPSNMP_TIMEOUT && took < world->config.total_timeout - USEC_PER_SEC)
		lie(c, LIE_EARLY, NULL, "it gave up after %.6f s", since(world, world->ended));
	if (error == TRIPPSNMP_ACCESS)
		judge_no(c);
	if (!error && world->hopeless)
		lie(c, LIE_CONDUCT, NULL, "success with a configuration that must be refused");
	judge_requests(c);
	if (error && !world->outcome.message)
		lie(c, LIE_CONDUCT, NULL, "failure without a word");
}

static enum verdict verdict_of(const struct case_ *c)
{
	if (c->lie)
		return VERDICT_LIE;
	if (c->world->outcome.error)
		return VERDICT_FAILURE;
	return c->apart ? VERDICT_APART : VERDICT_SUCCESS;
}

struct judgement judge(const struct world *world)
{
	struct case_ c = { .world = world,
		           .sights = g_array_new(FALSE, TRUE, sizeof(struct sight)) };

	if (world->touched && world->touched_as == LIE_TOUCH)
		lie(&c, LIE_TOUCH, NULL, "%s", world->touched);
	if (!world->outcome.error && world->action != TRIPPSNMP_POWER_ON)
		judge_off(&c);
	if (!world->outcome.error && world->action == TRIPPSNMP_POWER_ON)
		judge_on(&c);
	if (!world->outcome.error && world->action == TRIPPSNMP_POWER_RESET &&
	    !world->power_missing)
		judge_on(&c);
	judge_conduct(&c);
	g_array_unref(c.sights);
	return (struct judgement){ verdict_of(&c), c.kind, c.lie };
}

const char *lie_word(enum lie lie)
{
	static const char *const words[] = {
		[LIE_POWER] = "power",
		[LIE_RETURN] = "power that came back",
		[LIE_TOUCH] = "another's outlet",
		[LIE_OLD_NAME] = "a name not just read",
		[LIE_EARLY] = "given up early",
		[LIE_CONDUCT] = "conduct",
	};

	return words[lie];
}
