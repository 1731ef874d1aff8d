/*
 * Tries the kernel on every short history of facts, and on many long ones, and
 * requires two things of each verdict. First, that it is the one that the rules
 * give, stated here once more over the whole history and without the kernel's
 * counters. Second, where it grants, that no honest world which fits the history
 * has a PDU that restarted between the command and the last reading.
 *
 * Histories that lead both the kernel and the rules to the same place (times
 * relative to the latest answer) are followed once; so it goes deep. A kernel
 * with one wrong line must be found here, see mutants.sh.
 *
 *   enumerate [--deep]
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "promise/evidence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define S INT64_C(1000000)
#define START (1000 * S) /* the first answers come about then */
#define NEVER INT64_MIN
#define FACTS 64
#define OUTLETS 2
#define PDUS 2

enum kind { HEARD, TOLD, READ, UPTIME, REFUSES, RESTARTED, UNTOLD };
static const char *const kind_names[] = { "heard",   "told",      "read",  "uptime",
	                                  "refuses", "restarted", "untold" };

struct fact {
	enum kind kind;
	uint32_t pdu, outlet;
	enum evidence_state state;
	int64_t up;
	int64_t asked, answered;
	int64_t at; /* in order: the latest answer that is known with this fact */
};

static struct fact facts[FACTS];
static unsigned n_facts;

static struct {
	uint32_t n_outlets, n_pdus;
	uint32_t pdu_of[OUTLETS];
	int64_t hold, refusal_lasts, step;
} scene;

/*
 * The rules. All that is derived from the first n facts stands in row n, so each
 * definition below may speak of an earlier moment of the history.
 */
enum vouching { VOUCHES_NOT, VOUCHES_BY_UPTIME, VOUCHES_BY_PRESENCE };

static int64_t worthless[FACTS + 1][OUTLETS]; /* commands asked before that do not count */
static int64_t silence[FACTS + 1][PDUS];      /* end of the last absence */
static int64_t round_trip[FACTS + 1][PDUS];
static enum vouching vouching[FACTS]; /* of an uptime or a refusal */
static bool standing[FACTS];          /* of an uptime */
static bool refusing[FACTS];          /* an answer that counts as a refusal */

static int64_t max(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t min(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static bool of(unsigned i, enum kind kind, uint32_t pdu)
{
	return facts[i].kind == kind && facts[i].pdu == pdu;
}

/* From how long a silence on a PDU may have restarted in it, as known from n facts. */
static int64_t limit(unsigned n, uint32_t pdu)
{
	return min(10 * S, max(5 * S, 2 * round_trip[n][pdu] + 2 * S));
}

/* The latest question of which an answer was heard. */
static int64_t heard(unsigned n, uint32_t pdu)
{
	int64_t asked = NEVER;

	for (unsigned i = 0; i < n; i++)
		if (of(i, HEARD, pdu))
			asked = max(asked, facts[i].asked);
	return asked;
}

/* The command of an outlet: the one asked last, if nothing has made it worthless. */
static int command(unsigned n, uint32_t outlet)
{
	int best = -1;

	for (unsigned i = 0; i < n; i++)
		if (facts[i].kind == TOLD && facts[i].outlet == outlet &&
		    (best < 0 || facts[i].asked > facts[best].asked))
			best = (int)i;
	return best >= 0 && facts[best].asked >= worthless[n][outlet] ? best : -1;
}

static bool off_reading(unsigned i, uint32_t outlet, int told)
{
	return (int)i > told && facts[i].kind == READ && facts[i].outlet == outlet &&
	       facts[i].state == EVIDENCE_OFF && facts[i].asked >= facts[told].at;
}

/* The run of OFFs since the last reading of anything else: its first and its last. */
static bool run(unsigned n, uint32_t outlet, int *first, int *last)
{
	const int told = command(n, outlet);
	int since = told;

	*first = *last = -1;
	if (told < 0)
		return false;
	for (unsigned i = 0; i < n; i++)
		if ((int)i > since && facts[i].kind == READ && facts[i].outlet == outlet &&
		    facts[i].state != EVIDENCE_OFF)
			since = (int)i;
	for (unsigned i = (unsigned)since + 1; i < n && *first < 0; i++)
		if (off_reading(i, outlet, told))
			*first = (int)i;
	for (unsigned i = (unsigned)max(*first, 0); i < n && *first >= 0; i++)
		if ((int)i > *first && off_reading(i, outlet, told) &&
		    facts[i].asked >= facts[*first].at &&
		    (*last < 0 || facts[i].asked > facts[*last].asked))
			*last = (int)i;
	return *last >= 0;
}

static bool was_off(unsigned n, uint32_t outlet)
{
	const int told = command(n, outlet);

	for (unsigned i = 0; told >= 0 && i < n; i++)
		if (off_reading(i, outlet, told))
			return true;
	return false;
}

/* Of the uptimes those that are compared: each asked a step or more after the one before. */
static int baseline(unsigned n, uint32_t pdu)
{
	int b = -1;

	for (unsigned i = 0; i < n; i++)
		if (of(i, UPTIME, pdu) && (b < 0 || facts[i].asked - facts[b].at >= scene.step))
			b = (int)i;
	return b;
}

static bool has_advanced(unsigned n, uint32_t pdu)
{
	for (unsigned i = 0; i < n; i++) {
		const int before = baseline(i, pdu);

		if (of(i, UPTIME, pdu) && before >= 0 && facts[i].up > facts[before].up)
			return true;
	}
	return false;
}

/* Whether the latest of the PDU's uptimes, if there is one, stood still. */
static bool stood(unsigned n, uint32_t pdu)
{
	bool answer = false;

	for (unsigned i = 0; i < n; i++)
		if (of(i, UPTIME, pdu))
			answer = standing[i];
	return answer;
}

/* Since when it has refused, up to the refusal i: none too long after the one before. */
static int64_t refuses_since(unsigned n, uint32_t pdu)
{
	int64_t since = NEVER, latest = 0;

	for (unsigned i = 0; i < n; i++) {
		if (of(i, RESTARTED, pdu) || (of(i, UPTIME, pdu) && !standing[i]))
			since = NEVER;
		/* the first standing one shows a restart, and then is a refusal */
		if (of(i, UPTIME, pdu) && standing[i] && !stood(i, pdu))
			since = NEVER;
		if (!refusing[i] || facts[i].pdu != pdu)
			continue;
		if (since == NEVER || facts[i].at - latest >= 10 * S)
			since = facts[i].at;
		latest = max(latest, facts[i].asked);
	}
	return since;
}

static int64_t uptime_forgets(unsigned i)
{
	const struct fact *f = &facts[i];
	const int b = baseline(i, f->pdu);
	const bool compared = b >= 0 && f->asked - facts[b].at >= scene.step;
	int64_t before = NEVER;

	standing[i] = b >= 0 && f->up == facts[b].up && (compared || stood(i, f->pdu));
	if ((compared && f->up < facts[b].up) || (standing[i] && !stood(i, f->pdu)))
		before = f->at;
	if (standing[i]) {
		refusing[i] = !has_advanced(i, f->pdu);
		return before;
	}
	/* what was not seen to advance cannot speak for a silence */
	if (has_advanced(i + 1, f->pdu) || !silence[i][f->pdu])
		vouching[i] = VOUCHES_BY_UPTIME;
	return max(before, min(f->at, f->at - f->up + scene.step));
}

/* Fills in what follows from the i-th fact. */
static void derive(unsigned i)
{
	const struct fact *f = &facts[i];
	int64_t forgets = NEVER;

	for (uint32_t k = 0; k < scene.n_pdus; k++) {
		silence[i + 1][k] = silence[i][k];
		round_trip[i + 1][k] = round_trip[i][k];
	}
	for (uint32_t o = 0; o < scene.n_outlets; o++)
		worthless[i + 1][o] = worthless[i][o];
	vouching[i] = VOUCHES_NOT;
	standing[i] = refusing[i] = false;

	switch (f->kind) {
	case HEARD: {
		const int64_t last = heard(i, f->pdu);
		const int64_t took = min(f->at - f->asked, 4 * S);
		int64_t *rt = &round_trip[i + 1][f->pdu];

		if (f->at - (last == NEVER ? f->asked : last) >= limit(i, f->pdu))
			silence[i + 1][f->pdu] = f->at;
		*rt = last == NEVER || took < *rt ? took : *rt + (took - *rt) / 4;
		return;
	}
	case TOLD:
		if (command(i + 1, f->outlet) == (int)i && f->at - f->asked >= limit(i, f->pdu))
			silence[i + 1][f->pdu] = f->at;
		return;
	case READ:
		if (f->state == EVIDENCE_ON && was_off(i, f->outlet))
			worthless[i + 1][f->outlet] = max(worthless[i][f->outlet], f->at);
		return;
	case UNTOLD:
		worthless[i + 1][f->outlet] = max(worthless[i][f->outlet], f->at + 1);
		return;
	case UPTIME:
		forgets = uptime_forgets(i);
		break;
	case REFUSES:
		refusing[i] = baseline(i, f->pdu) < 0;
		break;
	case RESTARTED:
		forgets = f->at;
		break;
	}
	if (refusing[i] && heard(i, f->pdu) >= f->asked &&
	    f->asked - refuses_since(i + 1, f->pdu) >= scene.refusal_lasts) {
		vouching[i] = VOUCHES_BY_PRESENCE;
		forgets = max(forgets, silence[i][f->pdu]);
	}
	for (uint32_t o = 0; o < scene.n_outlets; o++)
		if (scene.pdu_of[o] == f->pdu)
			worthless[i + 1][o] = max(worthless[i][o], forgets);
}

/* What vouches for a PDU: of the answers that do the one asked last. */
static int voucher(uint32_t pdu)
{
	int best = -1;

	for (unsigned i = 0; i < n_facts; i++)
		if (vouching[i] != VOUCHES_NOT && facts[i].pdu == pdu &&
		    (best < 0 || facts[i].asked > facts[best].asked))
			best = (int)i;
	return best;
}

static bool may_grant(int64_t now)
{
	int first[OUTLETS], last[OUTLETS];

	if (n_facts)
		now = max(now, facts[n_facts - 1].at);
	for (uint32_t o = 0; o < scene.n_outlets; o++) {
		const int v = voucher(scene.pdu_of[o]);

		if (!run(n_facts, o, &first[o], &last[o]) || v < 0)
			return false;
		if (facts[v].asked < facts[last[o]].answered &&
		    (facts[v].asked != facts[last[o]].asked ||
		     facts[v].answered != facts[last[o]].answered))
			return false;
		if (now - facts[last[o]].asked > 2 * S + 3 * round_trip[n_facts][scene.pdu_of[o]])
			return false;
	}
	for (uint32_t i = 0; i < scene.n_outlets; i++)
		for (uint32_t k = 0; k < scene.n_outlets; k++)
			if (facts[last[i]].asked - facts[first[k]].at < scene.hold)
				return false;
	return scene.n_outlets > 0;
}

/*
 * The worlds. One start of the PDU, at r, and what its clock and its silences then
 * would have been. Each answer was true at a moment of its interval, at choice.
 */

/* Whether an answer can have been given after the start at r, by a card with a clock. */
static bool clock_allows(const struct fact *f, int64_t r)
{
	if (f->answered <= r || f->kind != UPTIME)
		return f->answered > r;
	return f->up - scene.step <= f->answered - r && f->up + scene.step >= max(f->asked - r, 0);
}

/*
 * A card with a clock: refuses to tell for less than refusal_lasts after a start, and then
 * does not start again within 10 s.
 */
static bool fits_clock(uint32_t pdu, int64_t r)
{
	int64_t first_refusal = INT64_MAX, last_refusal = NEVER;
	bool any_stood = false;

	for (unsigned i = 0; i < n_facts; i++)
		any_stood |= of(i, UPTIME, pdu) && standing[i];
	for (unsigned i = 0; i < n_facts; i++) {
		const struct fact *f = &facts[i];

		if (f->pdu != pdu)
			continue;
		if (f->kind == UPTIME && !clock_allows(f, r)) {
			if (f->asked >= r)
				return false;
			/* what stands still was said by one that started each time, or it has no
			 * clock */
			if (any_stood &&
			    r < f->asked - f->up - scene.step + 10 * S + scene.refusal_lasts)
				return false;
		}
		if (f->kind != REFUSES)
			continue;
		if (f->answered > r && f->asked < r + scene.refusal_lasts)
			continue; /* soon after the start at r */
		if (f->asked >= r)
			return false;
		first_refusal = min(first_refusal, f->answered);
		last_refusal = max(last_refusal, f->asked);
	}
	/* those before r: soon after an earlier start */
	return last_refusal == NEVER ||
	       (last_refusal - first_refusal < scene.refusal_lasts &&
	        min(first_refusal, r - 10 * S - scene.refusal_lasts) + scene.refusal_lasts >
	                last_refusal);
}

/* A card without one: it has told none, or what stands still; and it is silent while it starts. */
static bool fits_silence(uint32_t pdu, int64_t r, int64_t *down)
{
	bool clock = false, stands = false;
	int64_t slow = 0;

	for (unsigned i = 0; i < n_facts; i++) {
		slow = max(slow, round_trip[i + 1][pdu]);
		if (of(i, UPTIME, pdu)) {
			clock = true;
			stands = standing[i];
		}
	}
	if ((clock && !stands) || has_advanced(n_facts, pdu))
		return false;
	*down = r - min(10 * S, max(5 * S, 2 * slow + 2 * S));
	for (unsigned i = 0; i < n_facts; i++)
		if (of(i, HEARD, pdu) && facts[i].asked > *down && facts[i].answered < r)
			return false;
	return true;
}

/* Whether the outlet may come on because of a start at r. */
static bool may_come_on(uint32_t outlet, int64_t r)
{
	const uint32_t pdu = scene.pdu_of[outlet];
	int64_t down, latest = NEVER, told = NEVER;
	bool after_clock = false, after = false;

	for (unsigned i = 0; i < n_facts; i++) {
		const struct fact *f = &facts[i];

		if (f->kind == UNTOLD && f->outlet == outlet && told <= f->at)
			told = NEVER;
		if (f->kind == TOLD && f->outlet == outlet)
			told = max(told, f->asked);
		if (f->kind == READ && f->outlet == outlet && f->state == EVIDENCE_OFF)
			latest = max(latest, f->asked);
	}
	for (unsigned i = 0; i < n_facts; i++) {
		const struct fact *f = &facts[i];

		if (f->kind != READ || f->outlet != outlet || f->state != EVIDENCE_OFF ||
		    f->asked != latest)
			continue;
		after = f->answered > r;
		after_clock = after;
		/* with an uptime in the same answer, which was true at the same moment */
		for (unsigned k = 0; k < n_facts; k++)
			if (of(k, UPTIME, pdu) && facts[k].asked == f->asked &&
			    facts[k].answered == f->answered && !clock_allows(&facts[k], r))
				after_clock = false;
		break;
	}
	if (after_clock && told < r && fits_clock(pdu, r))
		return true;
	return after && fits_silence(pdu, r, &down) && told < down;
}

static const char *world(void)
{
	static char text[80];

	for (uint32_t o = 0; o < scene.n_outlets; o++)
		for (int64_t r = START - 20 * S; r <= facts[n_facts - 1].at; r += S / 2)
			if (may_come_on(o, r)) {
				snprintf(text, sizeof(text),
				         "outlet %u comes on: its PDU started at %.1f", o,
				         (double)(r - START) / (double)S);
				return text;
			}
	return NULL;
}

/* The kernel beside them. */
static struct evidence_outlet outlets[OUTLETS];
static struct evidence_pdu pdus[PDUS];
static struct evidence kernel = { .outlets = outlets, .pdus = pdus };

static void reset(void)
{
	memset(outlets, 0, sizeof(outlets));
	memset(pdus, 0, sizeof(pdus));
	for (uint32_t o = 0; o < scene.n_outlets; o++)
		outlets[o].pdu = scene.pdu_of[o];
	kernel.n_outlets = scene.n_outlets;
	kernel.n_pdus = scene.n_pdus;
	kernel.off_hold = scene.hold;
	kernel.refusal_lasts = scene.refusal_lasts;
	kernel.latest = 0;
	n_facts = 0;
}

static void enter(struct fact f)
{
	const int64_t latest = n_facts ? facts[n_facts - 1].at : 0;

	f.at = f.kind == RESTARTED ? latest : max(latest, f.answered);
	facts[n_facts] = f;
	derive(n_facts++);
	switch (f.kind) {
	case HEARD:
		evidence_heard(&kernel, f.pdu, f.asked, f.answered);
		break;
	case TOLD:
		evidence_told(&kernel, f.outlet, f.asked, f.answered);
		break;
	case READ:
		evidence_read(&kernel, f.outlet, f.state, f.asked, f.answered);
		break;
	case UPTIME:
		evidence_uptime(&kernel, f.pdu, f.up, scene.step, f.asked, f.answered);
		break;
	case REFUSES:
		evidence_refuses_uptime(&kernel, f.pdu, f.asked, f.answered);
		break;
	case RESTARTED:
		evidence_restarted(&kernel, f.pdu);
		break;
	case UNTOLD:
		evidence_untold(&kernel, f.outlet, f.answered);
		break;
	}
}

static _Noreturn void fail(const char *why, int64_t now)
{
	printf("FAIL: %s (hold %.1f, now %.6f)\n", why, (double)scene.hold / (double)S,
	       (double)(now - START) / (double)S);
	for (unsigned i = 0; i < n_facts; i++) {
		const struct fact *f = &facts[i];

		printf("  %-9s pdu %u outlet %u [%.1f, %.1f]", kind_names[f->kind], f->pdu,
		       f->outlet, (double)(f->asked - START) / (double)S,
		       (double)(f->answered - START) / (double)S);
		if (f->kind == READ)
			printf(" %s", f->state == EVIDENCE_OFF  ? "off"
			              : f->state == EVIDENCE_ON ? "on"
			                                        : "unknown");
		if (f->kind == UPTIME)
			printf(" up %.1f", (double)f->up / (double)S);
		printf("\n");
	}
	exit(1);
}

static unsigned long verdicts, grants;

static void check(void)
{
	const int64_t latest = n_facts ? facts[n_facts - 1].at : START;
	bool granted = false;

	for (unsigned k = 0; k <= 14; k++) {
		const int64_t now = latest + k * S;
		const bool grants_now = evidence_proves_off(&kernel, now);

		verdicts++;
		if (grants_now && !may_grant(now))
			fail("the kernel grants, and must not", now);
		if (!grants_now && may_grant(now))
			fail("the kernel must grant, and does not", now);
		granted |= grants_now;
		if (!grants_now && k > 0 && !granted)
			break;
	}
	/* an old time is no way to make a reading fresh */
	if (evidence_proves_off(&kernel, 0) != evidence_proves_off(&kernel, latest))
		fail("the kernel believes a time that has passed", 0);
	if (!granted)
		return;
	grants++;
	const char *why = world();
	if (why)
		fail(why, latest);
}

/*
 * Letters of a history: one answer each, or something that became known.
 */
enum what {
	W_TOLD,
	W_OFF,
	W_ON,
	W_UNKNOWN,
	W_UPTIME,     /* the clock of a card that started long ago */
	W_UPTIME_IS,  /* a clock that says `value`, whenever it is asked */
	W_OFF_UPTIME, /* both in one answer */
	W_OFF_OFF,    /* both outlets in one answer */
	W_HEARD,
	W_REFUSES,
	W_UNHEARD, /* a refusal of which nobody said that it was heard */
	W_RESTARTED,
	W_UNTOLD
};

struct letter {
	enum what what;
	uint32_t target; /* outlet, or PDU */
	int64_t value;
	int64_t after; /* the answer comes so long after the latest, ... */
	int64_t took;  /* ... and was asked so long before */
};

static struct letter letters[512];
static unsigned n_letters;

static void say(const struct letter *l)
{
	const int64_t latest = n_facts ? facts[n_facts - 1].at : START;
	struct fact f = { .answered = latest + l->after * S };

	f.asked = f.answered - l->took * S;
	switch (l->what) {
	case W_TOLD:
	case W_OFF:
	case W_ON:
	case W_UNKNOWN:
	case W_OFF_UPTIME:
	case W_UNTOLD:
		f.outlet = l->target;
		f.pdu = scene.pdu_of[f.outlet];
		break;
	case W_OFF_OFF:
		break;
	default:
		f.pdu = l->target;
	}
	if (l->what != W_UNHEARD && l->what != W_UNTOLD) {
		f.kind = HEARD;
		enter(f);
	}
	f.kind = READ;
	switch (l->what) {
	case W_TOLD:
		f.kind = TOLD;
		break;
	case W_ON:
		f.state = EVIDENCE_ON;
		break;
	case W_UNKNOWN:
		f.state = EVIDENCE_UNKNOWN;
		break;
	case W_OFF:
		f.state = EVIDENCE_OFF;
		break;
	case W_OFF_OFF:
		f.state = EVIDENCE_OFF;
		enter(f);
		f.outlet = 1;
		break;
	case W_OFF_UPTIME:
		f.state = EVIDENCE_OFF;
		enter(f);
		/* fall through */
	case W_UPTIME:
		f.kind = UPTIME;
		f.up = f.answered - START + 500 * S;
		break;
	case W_UPTIME_IS:
		f.kind = UPTIME;
		f.up = l->value * S;
		break;
	case W_REFUSES:
	case W_UNHEARD:
		f.kind = REFUSES;
		break;
	case W_RESTARTED:
		f.kind = RESTARTED;
		break;
	case W_UNTOLD:
		f.kind = UNTOLD;
		break;
	case W_HEARD:
		return;
	}
	enter(f);
}

/* Where the kernel and the rules are: what may follow depends on nothing else. */
static uint64_t hash;

static void mix(int64_t value)
{
	hash = (hash ^ (uint64_t)value) * UINT64_C(0x9E3779B97F4A7C15);
	hash ^= hash >> 29;
}

/* Longer ago than any rule looks back is longer ago. */
static void mix_time(int64_t t)
{
	const int64_t ago = t == NEVER ? 90 * S : kernel.latest - t;

	mix(ago > 90 * S ? 90 * S : ago);
}

static uint64_t place(void)
{
	hash = 1;
	for (uint32_t o = 0; o < scene.n_outlets; o++) {
		const struct evidence_outlet *k = &outlets[o];
		const int told = command(n_facts, o);
		int first, last;

		mix((k->told ? 100 : 0) + (k->was_off ? 10 : 0) + k->offs);
		mix_time(k->worthless);
		mix_time(k->told ? k->told_asked : 0);
		mix_time(k->told ? k->told_answered : 0);
		mix_time(k->offs ? k->first_answered : 0);
		mix_time(k->offs ? k->last_asked : 0);
		mix_time(k->offs ? k->last_answered : 0);
		run(n_facts, o, &first, &last);
		mix_time(worthless[n_facts][o]);
		mix_time(told < 0 ? 0 : facts[told].asked);
		mix_time(told < 0 ? 0 : facts[told].at);
		mix_time(first < 0 ? 0 : facts[first].at);
		mix_time(last < 0 ? 0 : facts[last].asked);
		mix_time(last < 0 ? 0 : facts[last].answered);
		mix(was_off(n_facts, o));
	}
	for (uint32_t p = 0; p < scene.n_pdus; p++) {
		const struct evidence_pdu *k = &pdus[p];
		const int v = voucher(p), b = baseline(n_facts, p);

		mix(k->heard * 16 + k->timed * 8 + k->advances * 4 + k->frozen * 2 + k->refuses);
		mix_time(k->last_asked);
		mix(k->round_trip);
		mix_time(k->absent);
		mix_time(k->vouch_asked);
		mix_time(k->vouch_answered);
		mix(k->up);
		mix_time(k->timed_answered);
		mix_time(k->refuses ? k->refuses_since : 0);
		mix_time(k->refused_asked);
		mix_time(heard(n_facts, p));
		mix(round_trip[n_facts][p]);
		mix_time(silence[n_facts][p]);
		mix_time(v < 0 ? 0 : facts[v].asked);
		mix_time(v < 0 ? 0 : facts[v].answered);
		mix(b < 0 ? 0 : facts[b].up);
		mix_time(b < 0 ? 0 : facts[b].at);
		mix_time(refuses_since(n_facts, p));
		mix(stood(n_facts, p) * 2 + has_advanced(n_facts, p));
	}
	return hash;
}

/* Places seen, each with how far it was followed. */
#define SEEN_BITS 23
struct seen {
	uint64_t place;
	unsigned depth;
};
static struct seen *seen;
static unsigned long n_seen;

static bool is_new(unsigned depth)
{
	const uint64_t p = place() | 1;
	size_t i = p >> (64 - SEEN_BITS);

	while (seen[i].place && seen[i].place != p)
		i = (i + 1) & ((1u << SEEN_BITS) - 1);
	if (seen[i].place == p && seen[i].depth >= depth)
		return false;
	if (!seen[i].place && ++n_seen > (1u << SEEN_BITS) / 4 * 3) {
		printf("FAIL: too many places; make SEEN_BITS larger\n");
		exit(1);
	}
	seen[i].place = p;
	seen[i].depth = depth;
	return true;
}

static void follow(unsigned depth)
{
	struct evidence_outlet saved_outlets[OUTLETS];
	struct evidence_pdu saved_pdus[PDUS];
	const int64_t latest = kernel.latest;
	const unsigned n = n_facts;

	memcpy(saved_outlets, outlets, sizeof(outlets));
	memcpy(saved_pdus, pdus, sizeof(pdus));
	for (unsigned i = 0; i < n_letters; i++) {
		say(&letters[i]);
		check();
		if (depth > 1 && is_new(depth - 1))
			follow(depth - 1);
		memcpy(outlets, saved_outlets, sizeof(outlets));
		memcpy(pdus, saved_pdus, sizeof(pdus));
		kernel.latest = latest;
		n_facts = n;
	}
}

static void letter(enum what what, uint32_t target, int64_t value, const int (*intervals)[2],
                   unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		letters[n_letters++] =
			(struct letter){ what, target, value, intervals[i][0], intervals[i][1] };
}
#define LETTER(what, target, value, ...)                                                           \
	letter(what, target, value, (const int[][2]){ __VA_ARGS__ },                               \
	       sizeof((const int[][2]){ __VA_ARGS__ }) / sizeof(int[2]))

static void begin_scene(uint32_t n_outlets, uint32_t n_pdus, int64_t hold, int64_t lasts)
{
	scene.n_outlets = n_outlets;
	scene.n_pdus = n_pdus;
	scene.pdu_of[0] = 0;
	scene.pdu_of[1] = n_pdus - 1;
	scene.hold = hold * S;
	scene.refusal_lasts = lasts * S;
	scene.step = 1 * S;
	n_letters = 0;
}

static void play(const char *name, unsigned depth)
{
	const unsigned long v = verdicts, g = grants;

	memset(seen, 0, sizeof(*seen) << SEEN_BITS);
	n_seen = 0;
	reset();
	follow(depth);
	printf("%s: %u letters, %u deep, %lu places, %lu verdicts, %lu histories granted\n", name,
	       n_letters, depth, n_seen, verdicts - v, grants - g);
	if (grants == g) {
		printf("FAIL: nothing was ever granted: nothing was tried\n");
		exit(1);
	}
}

/* Everything at random, in long histories. */
static void wander(unsigned long histories)
{
	uint64_t random = 88172645463325252u;
	const unsigned long v = verdicts, g = grants;

	for (unsigned long h = 0; h < histories; h++) {
		reset();
		/* a likely way to a grant, with something in between */
		while (n_facts < FACTS - 8) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			say(&letters[(random >> 20) % n_letters]);
			check();
			if ((random >> 50) % 24 == 0)
				break;
		}
	}
	printf("at random: %u letters, %lu histories, %lu verdicts, %lu granted\n", n_letters,
	       histories, verdicts - v, grants - g);
}

int main(int argc, char **argv)
{
	const unsigned deeper = argc > 1 && !strcmp(argv[1], "--deep") ? 1 : 0;

	seen = calloc((size_t)1 << SEEN_BITS, sizeof(*seen));
	if (!seen)
		return 1;
	begin_scene(0, 1, 0, 0);
	reset();
	check();

	/* The scenes with the fewest places first: most wrong kernels are seen soon. */

	/* what ends a command */
	begin_scene(1, 1, 0, 2);
	LETTER(W_TOLD, 0, 0, { 1, 1 }, { 1, 2 }, { 1, 4 });
	LETTER(W_OFF, 0, 0, { 1, 1 });
	LETTER(W_ON, 0, 0, { 1, 1 }, { 1, 2 });
	LETTER(W_UNKNOWN, 0, 0, { 1, 1 });
	LETTER(W_OFF_UPTIME, 0, 0, { 1, 1 });
	LETTER(W_UNTOLD, 0, 0, { 0, 0 }, { 1, 0 });
	LETTER(W_RESTARTED, 0, 0, { 1, 1 });
	play("what ends a command", 6 + deeper);

	/* clocks that stand still, go back, or begin to tell */
	begin_scene(1, 1, 0, 2);
	LETTER(W_TOLD, 0, 0, { 1, 1 });
	LETTER(W_OFF, 0, 0, { 1, 1 });
	LETTER(W_UPTIME_IS, 0, 0, { 1, 1 }, { 2, 1 });
	LETTER(W_UPTIME_IS, 0, 40, { 1, 1 }, { 2, 1 }, { 0, 1 }, { 4, 1 });
	LETTER(W_UPTIME_IS, 0, 41, { 1, 1 }, { 2, 1 }, { 1, 2 });
	LETTER(W_UPTIME_IS, 0, 2, { 2, 1 });
	LETTER(W_REFUSES, 0, 0, { 1, 1 });
	play("clocks", 6 + deeper);

	/* which end of each interval, one outlet */
	for (int hold = 0; hold <= 1; hold++) {
		begin_scene(1, 1, hold, 2);
		LETTER(W_TOLD, 0, 0, { 1, 1 }, { 1, 2 }, { 1, 3 }, { 2, 1 }, { -1, 1 });
		LETTER(W_OFF, 0, 0, { 0, 1 }, { 1, 1 }, { 1, 2 }, { 1, 3 }, { 2, 1 }, { -1, 1 });
		LETTER(W_ON, 0, 0, { 1, 1 }, { 1, 3 });
		LETTER(W_UNKNOWN, 0, 0, { 1, 1 });
		LETTER(W_UPTIME, 0, 0, { 1, 1 }, { 1, 2 }, { 2, 4 });
		LETTER(W_UPTIME_IS, 0, 3, { 1, 1 }, { 1, 2 });
		LETTER(W_UPTIME_IS, 0, 0, { 1, 1 });
		LETTER(W_OFF_UPTIME, 0, 0, { 1, 1 }, { 1, 2 }, { 2, 4 });
		play(hold ? "ends of intervals, hold 1" : "ends of intervals, hold 0", 5 + deeper);
	}

	/* the way of a card without a clock is long: begin it where the command is told */
	begin_scene(1, 1, 1, 3);
	LETTER(W_TOLD, 0, 0, { 1, 1 });
	LETTER(W_OFF, 0, 0, { 1, 1 });
	LETTER(W_UPTIME_IS, 0, 40, { 2, 1 });
	LETTER(W_UPTIME_IS, 0, 41, { 2, 1 });
	LETTER(W_REFUSES, 0, 0, { 1, 1 }, { 2, 1 });
	LETTER(W_HEARD, 0, 0, { 6, 1 });
	play("no clock", 8 + deeper);

	/* silences, refusals */
	begin_scene(1, 1, 0, 2);
	LETTER(W_TOLD, 0, 0, { 1, 1 }, { 1, 6 }, { 5, 5 });
	LETTER(W_OFF, 0, 0, { 1, 1 }, { 4, 1 });
	LETTER(W_REFUSES, 0, 0, { 1, 1 }, { 2, 1 }, { 4, 1 }, { 5, 1 }, { 8, 1 }, { 9, 1 },
	       { 1, 4 }, { 3, 3 });
	LETTER(W_UNHEARD, 0, 0, { 1, 1 });
	LETTER(W_HEARD, 0, 0, { 1, 1 }, { 4, 1 }, { 3, 3 }, { 8, 3 });
	LETTER(W_UPTIME, 0, 0, { 1, 1 });
	LETTER(W_RESTARTED, 0, 0, { 1, 1 });
	play("silences", 6 + deeper);

	/* all together: two outlets, on one PDU and on two */
	for (uint32_t n_pdus = 1; n_pdus <= 2; n_pdus++)
		for (int hold = 0; hold <= 2; hold += 2) {
			begin_scene(2, n_pdus, hold, 2);
			LETTER(W_TOLD, 0, 0, { 1, 1 });
			LETTER(W_TOLD, 1, 0, { 1, 1 }, { 1, 3 });
			LETTER(W_OFF_UPTIME, 0, 0, { 1, 1 }, { 1, 2 }, { 2, 1 });
			LETTER(W_OFF_UPTIME, 1, 0, { 1, 1 }, { 1, 2 }, { 0, 1 });
			if (n_pdus == 1)
				LETTER(W_OFF_OFF, 0, 0, { 1, 1 });
			LETTER(W_UPTIME_IS, n_pdus - 1, 2, { 1, 1 });
			play(n_pdus == 1 ? "two outlets, one PDU" : "two outlets, two PDUs",
			     7 + deeper);
		}

	/* everything */
	for (uint32_t n_pdus = 1; n_pdus <= 2; n_pdus++) {
		begin_scene(2, n_pdus, 1, 2);
		for (uint32_t o = 0; o < 2; o++) {
			LETTER(W_TOLD, o, 0, { 1, 1 }, { 1, 2 }, { 1, 6 });
			LETTER(W_OFF_UPTIME, o, 0, { 1, 1 }, { 0, 1 }, { 1, 1 }, { 1, 2 });
			LETTER(W_OFF, o, 0, { 1, 1 }, { 0, 1 }, { 0, 2 }, { 1, 1 }, { 1, 1 });
			LETTER(W_ON, o, 0, { 1, 3 });
			LETTER(W_UNKNOWN, o, 0, { 1, 1 });
			LETTER(W_UNTOLD, o, 0, { 0, 0 });
		}
		LETTER(W_OFF_OFF, 0, 0, { 1, 1 }, { 1, 2 });
		for (uint32_t p = 0; p < n_pdus; p++) {
			LETTER(W_UPTIME, p, 0, { 1, 1 }, { 1, 1 }, { 1, 3 });
			LETTER(W_UPTIME_IS, p, 4, { 1, 1 });
			LETTER(W_REFUSES, p, 0, { 1, 1 }, { 0, 1 }, { 1, 1 }, { 5, 1 });
			LETTER(W_RESTARTED, p, 0, { 1, 1 });
			LETTER(W_HEARD, p, 0, { 3, 3 });
		}
		wander(deeper ? 400000 : 20000);
	}
	printf("%lu verdicts, %lu grants: all as the rules and the worlds want\n", verdicts,
	       grants);
	free(seen);
	return 0;
}
