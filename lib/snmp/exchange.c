/*
 * Attempts, back-off, matching and splitting for one PDU: see exchange.h.
 * Tags tell answers apart: only one to an attempt of the question at hand answers
 * it. What an answer to an earlier one says is handed on all the same, with the
 * time at which it was asked; what it is worth others know.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "snmp/exchange.h"

#include <string.h>

/* 40 varbinds of ours make an answer of some 1,100 bytes; 1,400 are never fragmented. */
#define LIMIT_DEFAULT 40
/* Silence this often: the PDU may dislike the size of the request rather than be away. */
#define SILENT_BEFORE_SPLIT 2
/* As many varbinds were answered before, but these may be more bytes. */
#define SILENT_BEFORE_SPLIT_KNOWN 6
/* One attempt of so many at a GET, where none was ever answered, is followed by a probe. */
#define PROBE_EVERY 4
#define SPLIT_STEPS 3 /* a quarter, a sixteenth, and one varbind of LIMIT_DEFAULT */
/* So many parts in a row were answered, and not the whole: the PDU does dislike the size. */
#define PARTS_TO_BELIEVE 3
/* An answer to an attempt before so many others will not come any more. */
#define ATTEMPTS_KEPT 100
#define TIMEOUT_CEILING (4 * USEC_PER_SEC)
/* For a card that was seen to need longer. */
#define MEASURED_CEILING (8 * USEC_PER_SEC)
/* However quick the answers were: others may have something for the card to do as well. */
#define TIMEOUT_FLOOR (USEC_PER_SEC / 5)
/* What takes longer is worth a word when the time is up. */
#define SLOW (USEC_PER_SEC / 2)
/* However long the pauses: whoever waits may be killed before the end. */
#define SILENCE_SAID (4 * USEC_PER_SEC)
/* In silence the wait of a PDU that has answered grows to so many times the first one. */
#define BACK_OFF 4
/* Of RFC 6298. */
#define SMOOTHED_SHARE 8
#define DEVIATION_SHARE 4
#define DEVIATIONS 4
#define UNREACHABLE_PAUSE (USEC_PER_SEC / 10)

struct attempt {
	uint32_t tag;
	usec sent;
	usec left; /* later than sent if it had to wait for the SNMPv3 engine */
	enum request_kind kind;
	GArray *varbinds; /* of the request */
	GArray *asked;    /* of unsigned: which of the question's varbinds these are */
	bool part;        /* less was asked than could be, after that */
	bool answered;
};

static void attempt_free(void *data)
{
	struct attempt *attempt = data;

	g_array_unref(attempt->varbinds);
	g_array_unref(attempt->asked);
	g_free(attempt);
}

/* Takes over the attempts, which nothing waits for any more. */
static void remember(struct exchange *x)
{
	if (!x->attempts)
		return;
	g_ptr_array_extend_and_steal(x->past, g_steal_pointer(&x->attempts));
	x->attempts = g_ptr_array_new_with_free_func(attempt_free);
	while (x->past->len > ATTEMPTS_KEPT)
		g_ptr_array_remove_index(x->past, 0);
}

static const struct varbind *asked_varbind(const struct exchange *x, unsigned i)
{
	return &g_array_index(x->question.varbinds, struct varbind, i);
}

static struct varbind *result(const struct exchange *x, unsigned i)
{
	return &g_array_index(x->results, struct varbind, i);
}

static bool is_read(const struct exchange *x)
{
	return x->question.kind == REQUEST_GET || x->question.kind == REQUEST_NEXT;
}

void exchange_init(struct exchange *x, const char *label, const struct log *log,
                   const struct exchange_settings *settings)
{
	memset(x, 0, sizeof(*x));
	x->label = label;
	x->log = log;
	x->settings = *settings;
	x->limit = LIMIT_DEFAULT;
	x->random = settings->seed | 1;
	x->due = USEC_NEVER;
	x->attempts = g_ptr_array_new_with_free_func(attempt_free);
	x->past = g_ptr_array_new_with_free_func(attempt_free);
}

void exchange_abandon(struct exchange *x)
{
	g_clear_pointer(&x->question.varbinds, g_array_unref);
	g_clear_pointer(&x->results, g_array_unref);
	g_clear_pointer(&x->alone, g_array_unref);
	remember(x);
	g_clear_pointer(&x->reply.varbinds, g_array_unref);
	memset(&x->reply, 0, sizeof(x->reply));
	x->busy = false;
	x->due = USEC_NEVER;
}

void exchange_clear(struct exchange *x)
{
	exchange_abandon(x);
	g_clear_pointer(&x->attempts, g_ptr_array_unref);
	g_clear_pointer(&x->past, g_ptr_array_unref);
	denial_clear(&x->denial);
	g_clear_pointer(&x->refusal, g_free);
	g_clear_pointer(&x->obstacle, g_free);
	g_clear_pointer(&x->fault, g_free);
}

static void reset_results(struct exchange *x)
{
	const bool no = false;

	x->results = varbinds_new();
	x->alone = g_array_new(FALSE, FALSE, sizeof(bool));
	for (unsigned i = 0; i < x->question.varbinds->len; i++) {
		varbinds_add(x->results, &asked_varbind(x, i)->name);
		result(x, i)->type = VALUE_NONE;
		g_array_append_val(x->alone, no);
	}
}

static bool is_read_refusal(int error_status)
{
	return error_status == SNMP_STATUS_AUTHORIZATION_ERROR ||
	       error_status == SNMP_STATUS_NO_ACCESS;
}

/* How many objects this question goes without, since reading them is refused. */
static unsigned refused_objects(const struct exchange *x)
{
	unsigned n = 0;

	for (unsigned i = 0; i < x->results->len; i++)
		n += result(x, i)->type == VALUE_ERROR &&
		     is_read_refusal((int)result(x, i)->number);
	return n;
}

static void finish(struct exchange *x, enum reply_status status)
{
	x->busy = false;
	x->due = USEC_NEVER;
	x->reply.status = status;
	if (status == REPLY_REPLACED)
		x->replaced = false;
	if (status == REPLY_FAULT)
		x->reply.reason = x->fault;
	else if (status == REPLY_SILENT)
		x->reply.reason = x->misfit;
	else if (status == REPLY_REFUSED || refused_objects(x))
		x->reply.reason = x->refusal;
	if (status == REPLY_ANSWERED && is_read(x))
		x->reply.varbinds = g_array_ref(x->results);
}

void exchange_ask(struct exchange *x, const struct question *question, usec now)
{
	exchange_abandon(x);
	x->question = *question;
	x->question.varbinds = varbinds_new();
	for (unsigned i = 0; i < question->varbinds->len; i++) {
		const struct varbind copy =
			varbind_copy(&g_array_index(question->varbinds, struct varbind, i));

		g_array_append_val(x->question.varbinds, copy);
	}
	reset_results(x);
	x->silent = 0;
	x->misfit = NULL;
	x->part_due = x->probe_due = x->deaf = false;
	x->asked_at = now;
	denial_clear(&x->denial);
	g_clear_pointer(&x->refusal, g_free);
	x->due = now;
	x->busy = true;
	if (x->replaced)
		finish(x, REPLY_REPLACED);
}

bool exchange_done(const struct exchange *x)
{
	return x->question.varbinds && !x->busy;
}

bool exchange_busy(const struct exchange *x)
{
	return x->busy;
}

static struct attempt *last_attempt(const struct exchange *x)
{
	return x->attempts->len ? x->attempts->pdata[x->attempts->len - 1] : NULL;
}

/* When a silence is worth a word, however long the next attempt is away. */
static usec silence_said_at(const struct exchange *x)
{
	const struct attempt *last = last_attempt(x);

	return x->silent && !x->warned && last ? last->sent + SILENCE_SAID : USEC_NEVER;
}

usec exchange_due(const struct exchange *x)
{
	return x->busy ? x->due : USEC_NEVER;
}

usec exchange_wake(const struct exchange *x)
{
	return x->busy ? MIN(x->due, silence_said_at(x)) : USEC_NEVER;
}

/* xorshift32: jitter needs no better randomness */
static uint32_t next_random(struct exchange *x)
{
	x->random ^= x->random << 13;
	x->random ^= x->random >> 17;
	x->random ^= x->random << 5;
	return x->random;
}

/* --- how long to wait --- */

static struct round_trips *trips_of(struct exchange *x, enum request_kind kind)
{
	return &x->round_trips[kind == REQUEST_NEXT ? REQUEST_GET : kind];
}

/*
 * Each attempt has its own tag, so each answer tells what its own attempt took, however late it
 * comes.
 */
static void measure(struct exchange *x, enum request_kind kind, usec took)
{
	struct round_trips *trips = trips_of(x, kind);

	x->last_trip = took;
	if (!trips->known) {
		*trips = (struct round_trips){ true, took, took };
		return;
	}
	trips->deviation += (ABS(trips->smoothed - took) - trips->deviation) / DEVIATION_SHARE;
	trips->smoothed += (took - trips->smoothed) / SMOOTHED_SHARE;
}

/* Whatever was measured, no lost datagram is to cost very much. */
static usec wait_by(const struct exchange *x, const struct round_trips *trips)
{
	const usec least = MIN(TIMEOUT_FLOOR, x->settings.timeout);
	const usec most = CLAMP(3 * trips->smoothed, TIMEOUT_CEILING, MEASURED_CEILING);

	return CLAMP(trips->smoothed + DEVIATIONS * trips->deviation, least, most);
}

/* Of a kind of request that was not answered yet: it may well take longer than the others. */
static usec wait_by_others(const struct exchange *x)
{
	usec wait = 0;

	for (unsigned i = 0; i < G_N_ELEMENTS(x->round_trips); i++)
		if (x->round_trips[i].known)
			wait = MAX(wait, wait_by(x, &x->round_trips[i]));
	return wait ? MIN(2 * wait, MEASURED_CEILING) : x->settings.timeout;
}

/* How long an answer to the question may take: longer, if the queue of the card has just grown. */
static usec first_wait(struct exchange *x)
{
	const struct round_trips *trips = trips_of(x, x->question.kind);

	if (!trips->known)
		return wait_by_others(x);
	return MAX(wait_by(x, trips), MIN(2 * x->last_trip, MEASURED_CEILING));
}

/* Repeats of what is answered by now: a card that does one thing at a time answers them first. */
static unsigned left_behind(const struct exchange *x)
{
	unsigned n = 0;

	for (unsigned i = 0; i < x->past->len; i++) {
		const struct attempt *attempt = x->past->pdata[i];

		n += !attempt->answered && attempt->sent > x->answered_sent;
	}
	return n;
}

/* What is asked only once is waited for as if it had been asked before. */
static unsigned doublings(struct exchange *x, unsigned silent)
{
	const bool known = trips_of(x, x->question.kind)->known;

	/* if nothing of its kind was answered, twice the time is in the first wait already */
	return silent + (x->question.max_attempts == 1 && known);
}

/*
 * The pause after the n-th attempt in a row. A repeat is one more thing to do for a card that may
 * be busy rather than deaf, so the wait doubles; but of a PDU that has answered not for long,
 * for where half of the exchanges are lost an operation of ten of them ends in time only if
 * none waits for many seconds. Jitter keeps nodes that fence at the same moment from asking in
 * step.
 */
static usec pause_after(struct exchange *x, unsigned silent)
{
	const usec first = first_wait(x);
	const usec ceiling = MAX(TIMEOUT_CEILING, first);
	const usec most = x->heard ? MIN(BACK_OFF * first, ceiling) : ceiling;
	usec pause = MIN(first << MIN(doublings(x, silent), 10), most);

	if (!silent)
		pause += left_behind(x) * MIN(x->last_trip, TIMEOUT_CEILING);
	return pause - pause / 10 + (usec)(next_random(x) % 1024) * (pause / 5) / 1024;
}

/* The first obstacle is said at once: whoever waits may be killed before the end. */
static void warn_once(struct exchange *x, const char *what, const char *then)
{
	if (x->warned)
		return;
	x->warned = true;
	log_line(x->log, TRIPPSNMP_LOG_WARN, "%s: %s; %s", x->label, what, then);
}

#define TRYING_ON "trying on until the time is up"

static void met_obstacle(struct exchange *x, const char *what, const char *then)
{
	g_free(x->obstacle);
	x->obstacle = g_strdup(what);
	warn_once(x, what, then);
}

/* The varbinds of the next request: what is still open, what must go alone last. */
static GArray *plan(const struct exchange *x)
{
	GArray *asked = g_array_new(FALSE, FALSE, sizeof(unsigned));
	const bool whole = !is_read(x);

	for (unsigned i = 0; i < x->results->len; i++) {
		if (!whole &&
		    (result(x, i)->type != VALUE_NONE || g_array_index(x->alone, bool, i)))
			continue;
		if (!whole && asked->len == x->limit)
			break;
		g_array_append_val(asked, i);
	}
	for (unsigned i = 0; !asked->len && i < x->results->len; i++)
		if (result(x, i)->type == VALUE_NONE)
			g_array_append_val(asked, i);
	if (!whole && asked->len > 1 &&
	    g_array_index(x->alone, bool, g_array_index(asked, unsigned, 0)))
		g_array_set_size(asked, 1);
	return asked;
}

/*
 * Whether the PDU may dislike so many varbinds: it was silent to them, or has answered a part
 * alone. It may be loss as well, so whole and part go out in turn, each with a pause of
 * its own: to ask for parts alone would take the longer the more gets lost.
 */
static bool doubts_size(const struct exchange *x, unsigned n, unsigned silent)
{
	if (!is_read(x) || n <= 1)
		return false;
	if (x->suspected)
		return n > x->suspected;
	return silent >= (n > x->largest ? SILENT_BEFORE_SPLIT : SILENT_BEFORE_SPLIT_KNOWN);
}

/* How many varbinds that part has: what was answered before, less if that is not. */
static unsigned part_size(const struct exchange *x, unsigned n, unsigned silent)
{
	const unsigned step = 1 + (silent + 1) % SPLIT_STEPS;
	const unsigned smaller = MAX(1, n >> 2 * step);

	if (!x->suspected)
		return smaller;
	return silent < SILENT_BEFORE_SPLIT ? x->suspected : MIN(x->suspected, smaller);
}

/*
 * What is known to get an answer got none: there is loss, and a limit that silence
 * taught may come of that too.
 */
static void learn_from_silence(struct exchange *x)
{
	const struct attempt *last = last_attempt(x);

	if (!is_read(x) || !x->silent || !last || last->asked->len > x->largest)
		return;
	x->limit = LIMIT_DEFAULT;
	x->parts = 0;
}

static void learn_from_answer(struct exchange *x, const struct attempt *attempt)
{
	const unsigned n = attempt->asked->len;

	x->largest = MAX(x->largest, n);
	if (!attempt->part) {
		if (n > x->suspected)
			x->suspected = x->parts = 0;
		return;
	}
	x->suspected = n;
	if (++x->parts >= PARTS_TO_BELIEVE)
		x->limit = x->largest = n;
}

/* That many are too many for one request; half of them may do. */
static void halve(struct exchange *x, unsigned n)
{
	x->limit = MIN(x->limit, MAX(1, n / 2));
}

static GArray *request_varbinds(const struct exchange *x, const GArray *asked)
{
	GArray *varbinds = varbinds_new();

	for (unsigned i = 0; i < asked->len; i++) {
		const struct varbind copy =
			varbind_copy(asked_varbind(x, g_array_index(asked, unsigned, i)));

		g_array_append_val(varbinds, copy);
	}
	return varbinds;
}

static void log_silence(struct exchange *x, usec now)
{
	const struct attempt *last = last_attempt(x);
	char *what;

	if (x->silent == 0 || x->warned || !last)
		return;
	what = g_strdup_printf("no answer within %.2g s",
	                       (double)(now - last->sent) / (double)USEC_PER_SEC);
	warn_once(x, what, TRYING_ON);
	g_free(what);
}

/* The first varbinds of a request or an answer; text of devices is not shown. */
#define VARBINDS_SHOWN 8
static char *show_varbinds(const GArray *varbinds)
{
	GString *text = g_string_new(NULL);

	for (unsigned i = 0; varbinds && i < MIN(varbinds->len, VARBINDS_SHOWN); i++) {
		const struct varbind *varbind = &g_array_index(varbinds, struct varbind, i);
		char *name = objid_text(&varbind->name);

		g_string_append_printf(text, " %s", name);
		if (varbind->type == VALUE_INTEGER || varbind->type == VALUE_UNSIGNED)
			g_string_append_printf(text, "=%" G_GINT64_FORMAT, varbind->number);
		else if (varbind->type == VALUE_ABSENT || varbind->type == VALUE_END_OF_MIB)
			g_string_append(text, "=none");
		g_free(name);
	}
	if (varbinds && varbinds->len > VARBINDS_SHOWN)
		g_string_append_printf(text, " and %u more", varbinds->len - VARBINDS_SHOWN);
	return g_string_free(text, FALSE);
}

static void log_request(const struct exchange *x, const struct request *request,
                        const GArray *varbinds)
{
	static const char *const kinds[] = {
		[REQUEST_GET] = "GET",
		[REQUEST_NEXT] = "GETNEXT",
		[REQUEST_BULK] = "GETBULK",
		[REQUEST_SET] = "SET",
	};
	char *shown = show_varbinds(varbinds);

	log_line(x->log, TRIPPSNMP_LOG_DEBUG, "%s: request %u, attempt %u: %s%s", x->label,
	         request->tag, request->attempt + 1, kinds[request->kind], shown);
	g_free(shown);
}

static void log_answer(const struct exchange *x, const struct event *event)
{
	char *shown = show_varbinds(event->varbinds);

	log_line(x->log, TRIPPSNMP_LOG_DEBUG, "%s: answer to request %u: %s%s", x->label,
	         event->tag, snmp_status_text(event->error_status), shown);
	g_free(shown);
}

static struct attempt *make_attempt(struct exchange *x, GArray *asked, usec now, uint32_t *next_tag,
                                    struct request *request, GArray **varbinds)
{
	struct attempt *attempt = g_new0(struct attempt, 1);

	attempt->asked = asked;
	attempt->kind = x->question.kind;
	attempt->tag = (*next_tag)++;
	attempt->sent = attempt->left = now;
	if (x->attempts->len == ATTEMPTS_KEPT)
		g_ptr_array_remove_index(x->attempts, 0);
	g_ptr_array_add(x->attempts, attempt);
	x->sent++;
	*varbinds = request_varbinds(x, asked);
	attempt->varbinds = g_array_ref(*varbinds);
	*request = (struct request){
		.tag = attempt->tag,
		.kind = x->question.kind,
		.once = x->question.once,
		.repetitions = x->question.repetitions,
		.varbinds = &g_array_index(*varbinds, struct varbind, 0),
		.n = (*varbinds)->len,
		.leave_by = x->question.leave_by,
	};
	return attempt;
}

/* Belongs to the attempt before: goes to the same address, and counts for nothing. */
static bool send_part(struct exchange *x, usec now, uint32_t *next_tag, struct request *request,
                      GArray **varbinds)
{
	const unsigned silent = x->silent - 1;
	GArray *asked = plan(x);

	g_array_set_size(asked, part_size(x, asked->len, silent));
	make_attempt(x, asked, now, next_tag, request, varbinds)->part = true;
	log_request(x, request, *varbinds);
	x->part_due = false;
	x->due = now + pause_after(x, silent);
	return true;
}

/* Of one that answers other requests and no GET it is to be known whether it is there at all. */
static bool may_be_deaf(const struct exchange *x)
{
	return x->question.kind == REQUEST_GET && !x->answers[REQUEST_GET] &&
	       x->answers[REQUEST_NEXT] && x->silent % PROBE_EVERY == PROBE_EVERY - 1;
}

/* A GETNEXT beside the question, which its answer does not answer. */
static bool send_probe(struct exchange *x, usec now, uint32_t *next_tag, struct request *request,
                       GArray **varbinds)
{
	GArray *asked = plan(x);
	struct attempt *attempt;

	g_array_set_size(asked, 1);
	attempt = make_attempt(x, asked, now, next_tag, request, varbinds);
	attempt->kind = request->kind = REQUEST_NEXT;
	g_ptr_array_steal_index(x->attempts, x->attempts->len - 1);
	g_ptr_array_add(x->past, attempt);
	log_request(x, request, *varbinds);
	x->probe_due = false;
	x->due = now + pause_after(x, x->silent - 1);
	return true;
}

bool exchange_send(struct exchange *x, usec now, uint32_t *next_tag, struct request *request,
                   GArray **varbinds)
{
	struct attempt *attempt;

	if (!x->busy)
		return false;
	if (now >= silence_said_at(x))
		log_silence(x, now);
	if (now < x->due)
		return false;
	if (x->probe_due)
		return send_probe(x, now, next_tag, request, varbinds);
	if (x->part_due)
		return send_part(x, now, next_tag, request, varbinds);
	log_silence(x, now);
	if ((x->question.max_attempts && x->silent >= x->question.max_attempts) ||
	    (x->question.leave_by && now > x->question.leave_by)) {
		finish(x, REPLY_SILENT);
		return false;
	}
	learn_from_silence(x);
	g_clear_pointer(&x->fault, g_free);
	attempt = make_attempt(x, plan(x), now, next_tag, request, varbinds);
	request->attempt = x->silent;
	log_request(x, request, *varbinds);
	x->probe_due = may_be_deaf(x);
	x->part_due = !x->probe_due && doubts_size(x, attempt->asked->len, x->silent);
	x->due = now + pause_after(x, x->part_due || x->probe_due ? 0 : x->silent);
	x->silent++;
	return true;
}

/* Tag 0 belongs to none. */
static struct attempt *find_attempt(const GPtrArray *attempts, uint32_t tag)
{
	for (unsigned i = 0; tag && i < attempts->len; i++) {
		struct attempt *attempt = attempts->pdata[i];

		if (attempt->tag == tag)
			return attempt;
	}
	return NULL;
}

bool exchange_is_refusal(bool v1, int error_status)
{
	switch (error_status) {
	case SNMP_STATUS_READ_ONLY:
	case SNMP_STATUS_NO_ACCESS:
	case SNMP_STATUS_AUTHORIZATION_ERROR:
	case SNMP_STATUS_NOT_WRITABLE:
		return true;
	case SNMP_STATUS_NO_SUCH_NAME:
		/* v1 has no other word for "not yours to write" (RFC 3584 section 4.4) */
		return v1;
	default:
		return false;
	}
}

/* A definite refusal to answer, which is asked again at once in every second until it has lasted.
 */
static void refused(struct exchange *x, const char *said, const char *reason, usec now)
{
	g_free(x->refusal);
	x->refusal = g_strdup(reason);
	if (denial_heard(&x->denial, said, now, x->settings.lasts)) {
		finish(x, REPLY_REFUSED);
		return;
	}
	met_obstacle(x, reason, "asking again until it has lasted");
	x->part_due = false;
	x->due = now + MIN(x->settings.timeout, DENIAL_PAUSE - DENIAL_PAUSE / 10);
}

static void give(struct exchange *x, unsigned i, enum value_type type, int64_t number)
{
	struct varbind *open = result(x, i);

	if (open->type != VALUE_NONE)
		return;
	open->type = type;
	open->number = number;
}

/*
 * Reading is refused. What a GET asks for is needed. A GETNEXT looks around: one object among
 * several is asked alone, and refused again it is left to whoever asked to do without it.
 */
static void read_refused(struct exchange *x, unsigned n, unsigned at, bool named, int error_status,
                         usec now)
{
	bool *alone = &g_array_index(x->alone, bool, at);
	char *name = objid_text(&asked_varbind(x, at)->name);
	const char *where = x->question.kind == REQUEST_NEXT ? " after " : " on ";
	char *reason = g_strdup_printf("reading is refused (%s%s%s): check the access rights of "
	                               "the community or user in the PDU (and snmp_sec_level)",
	                               snmp_status_text(error_status), named ? where : "",
	                               named ? name : "");

	if (x->question.kind != REQUEST_NEXT || x->results->len == 1 || !named) {
		refused(x, snmp_status_text(error_status), reason, now);
	} else if (n > 1 || !*alone) {
		*alone = true;
	} else {
		give(x, at, VALUE_ERROR, error_status);
		g_free(x->refusal);
		x->refusal = g_strdup(reason);
		met_obstacle(x, reason, "going on without it");
	}
	g_free(reason);
	g_free(name);
}

/* An error-status on a read: shrinks what is open, so that asking on comes to an end. */
static void read_error(struct exchange *x, const struct attempt *attempt, const struct event *event,
                       usec now)
{
	const unsigned n = attempt->asked->len;
	const bool indexed = event->error_index >= 1 && (unsigned)event->error_index <= n;
	const unsigned at = g_array_index(attempt->asked, unsigned,
	                                  indexed ? (unsigned)event->error_index - 1 : 0);

	if (is_read_refusal(event->error_status) && !x->question.no_is_answer)
		read_refused(x, n, at, indexed || n == 1, event->error_status, now);
	else if (event->error_status == SNMP_STATUS_NO_SUCH_NAME && (indexed || n == 1))
		give(x, at, VALUE_ABSENT, 0);
	else if (n == 1)
		give(x, at, VALUE_ERROR, event->error_status);
	else if (indexed && event->error_status != SNMP_STATUS_TOO_BIG)
		g_array_index(x->alone, bool, at) = true;
	else
		halve(x, n);
}

/* The varbind of that name: at its place, or at another one if only there. */
static const struct varbind *find_name(const GArray *varbinds, unsigned position,
                                       const struct objid *name)
{
	const struct varbind *found = &g_array_index(varbinds, struct varbind, position);

	if (objid_equal(&found->name, name))
		return found;
	found = NULL;
	for (unsigned i = 0; i < varbinds->len; i++) {
		const struct varbind *varbind = &g_array_index(varbinds, struct varbind, i);

		if (!objid_equal(&varbind->name, name))
			continue;
		if (found)
			return NULL; /* twice: neither can be believed */
		found = varbind;
	}
	return found;
}

/* What the answer holds for the k-th varbind asked; NULL if it does not fit. */
static const struct varbind *answered_varbind(const struct exchange *x,
                                              const struct attempt *attempt, const GArray *varbinds,
                                              unsigned k)
{
	const unsigned i = g_array_index(attempt->asked, unsigned, k);

	if (x->question.kind == REQUEST_NEXT)
		return &g_array_index(varbinds, struct varbind, k);
	return find_name(varbinds, k, &asked_varbind(x, i)->name);
}

static bool take_read(struct exchange *x, const struct attempt *attempt, const struct event *event)
{
	const unsigned n = attempt->asked->len;

	if (event->varbinds->len != n)
		return false;
	for (unsigned k = 0; k < n; k++)
		if (!answered_varbind(x, attempt, event->varbinds, k))
			return false;
	for (unsigned k = 0; k < n; k++) {
		struct varbind *open = result(x, g_array_index(attempt->asked, unsigned, k));

		if (open->type != VALUE_NONE)
			continue;
		varbind_clear(open);
		*open = varbind_copy(answered_varbind(x, attempt, event->varbinds, k));
	}
	return true;
}

static bool all_taken(const struct exchange *x)
{
	for (unsigned i = 0; i < x->results->len; i++)
		if (result(x, i)->type == VALUE_NONE)
			return false;
	return true;
}

/* The answer to a SET must have the names that were set, in whatever order. */
static bool set_fits(const struct exchange *x, const struct event *event)
{
	if (event->error_status)
		return true;
	if (event->varbinds->len != x->question.varbinds->len)
		return false;
	for (unsigned i = 0; i < event->varbinds->len; i++)
		if (!find_name(event->varbinds, i, &asked_varbind(x, i)->name))
			return false;
	return true;
}

static void take_whole(struct exchange *x, const struct event *event)
{
	finish(x, REPLY_ANSWERED);
	x->reply.error_status = event->error_status;
	x->reply.error_index = event->error_index;
	x->reply.varbinds = g_array_ref(event->varbinds);
}

static bool fits(struct exchange *x, const struct attempt *attempt, const struct event *event)
{
	if (x->question.kind == REQUEST_SET)
		return set_fits(x, event);
	if (x->question.kind == REQUEST_BULK)
		return event->error_status || event->varbinds->len;
	return event->error_status || take_read(x, attempt, event);
}

/* Some cards answer the first varbinds of a long request, and forget the rest. */
static bool falls_short(const struct exchange *x, const struct attempt *attempt,
                        const struct event *event)
{
	return is_read(x) && !event->error_status && event->varbinds->len > 0 &&
	       event->varbinds->len < attempt->asked->len;
}

static void take_part(struct exchange *x, const struct attempt *attempt, const struct event *event,
                      usec now)
{
	x->due = now;
	if (falls_short(x, attempt, event)) {
		halve(x, MIN(attempt->asked->len, 2 * event->varbinds->len));
		return;
	}
	if (event->error_status != SNMP_STATUS_TOO_BIG)
		learn_from_answer(x, attempt);
	if (event->error_status)
		read_error(x, attempt, event, now);
	else
		denial_clear(&x->denial);
}

static const char *misfit(const struct exchange *x, const struct event *event)
{
	if (x->question.kind == REQUEST_SET && !event->varbinds->len)
		return "it answers a SET without what was set";
	return "its answer does not fit the request";
}

static void answer(struct exchange *x, const struct attempt *attempt, const struct event *event,
                   usec now)
{
	if (!falls_short(x, attempt, event) && !fits(x, attempt, event)) {
		x->misfit = misfit(x, event);
		met_obstacle(x, x->misfit, TRYING_ON);
		return;
	}
	x->heard = true;
	x->silent = 0;
	x->part_due = x->probe_due = x->deaf = false;
	if (!is_read(x)) {
		take_whole(x, event);
		return;
	}
	take_part(x, attempt, event, now);
	/* Copies of this answer, and answers to other attempts at the same, would send the rest
	 * twice. */
	remember(x);
	if (x->busy && all_taken(x))
		finish(x, REPLY_ANSWERED);
}

/* The attempt never left this machine, so it says nothing of the PDU. */
static void fault(struct exchange *x, struct attempt *attempt, const char *reason, usec now)
{
	if (!attempt->part)
		x->silent--;
	x->part_due = false;
	g_ptr_array_remove(x->attempts, attempt);
	g_free(x->fault);
	x->fault = g_strdup(reason);
	met_obstacle(x, reason, TRYING_ON);
	x->due = now + x->settings.timeout;
}

bool exchange_expire(struct exchange *x)
{
	if (!x->busy || !x->fault)
		return false;
	finish(x, REPLY_FAULT);
	return true;
}

char *exchange_slowness(const struct exchange *x)
{
	usec takes = x->last_trip;

	for (unsigned i = 0; i < G_N_ELEMENTS(x->round_trips); i++)
		takes = MAX(takes, x->round_trips[i].smoothed);
	if (takes < SLOW)
		return NULL;
	return g_strdup_printf("takes %.2g s for an answer: it is slow, or busy with what others "
	                       "ask; give it more time by total_timeout, and set snmp_timeout to "
	                       "more than that",
	                       (double)takes / (double)USEC_PER_SEC);
}

char *exchange_deafness(const struct exchange *x)
{
	if (!x->busy || !x->deaf)
		return NULL;
	return g_strdup_printf("answers GETNEXT%s, and no GET: look for a filter on the way, its "
	                       "access rights and its firmware",
	                       x->answers[REQUEST_SET] ? " and SET" : "");
}

/* --- what was heard --- */

static unsigned times_in(const GArray *varbinds, const struct objid *name)
{
	unsigned n = 0;

	for (unsigned i = 0; i < varbinds->len; i++)
		n += objid_equal(&g_array_index(varbinds, struct varbind, i).name, name);
	return n;
}

/* Each object of the request once, and nothing else. */
static bool is_whole(const struct attempt *attempt, const GArray *varbinds)
{
	if (varbinds->len != attempt->varbinds->len)
		return false;
	for (unsigned i = 0; i < varbinds->len; i++)
		if (times_in(varbinds, &g_array_index(attempt->varbinds, struct varbind, i).name) !=
		    1)
			return false;
	return true;
}

static void take_objects(GArray *taken, const GArray *varbinds, const struct attempt *attempt)
{
	for (unsigned i = 0; i < varbinds->len; i++) {
		const struct varbind *varbind = &g_array_index(varbinds, struct varbind, i);
		const struct varbind copy = varbind_copy(varbind);

		if (times_in(attempt->varbinds, &varbind->name))
			g_array_append_val(taken, copy);
		else if (copy.octets)
			g_bytes_unref(copy.octets);
	}
}

/* An error-status is what the agent says of one object, if it says of which. */
static void take_error(GArray *taken, const struct attempt *attempt, const struct event *event,
                       usec now)
{
	const unsigned n = attempt->varbinds->len;
	const unsigned at = n == 1 ? 1 : (unsigned)MAX(event->error_index, 0);
	struct varbind varbind;

	if (at < 1 || at > n || (n > 1 && event->error_status == SNMP_STATUS_TOO_BIG))
		return;
	varbind = (struct varbind){
		.name = g_array_index(attempt->varbinds, struct varbind, at - 1).name,
		.type = event->error_status == SNMP_STATUS_NO_SUCH_NAME ? VALUE_ABSENT
		                                                        : VALUE_ERROR,
		.number = event->error_status,
		.asked = attempt->sent,
		.answered = now,
	};
	g_array_append_val(taken, varbind);
}

static struct heard hear(const struct attempt *attempt, const struct event *event, usec now)
{
	struct heard heard = {
		.kind = attempt->kind,
		.asked = attempt->sent,
		.answered = now,
		.varbinds = varbinds_new(),
		.error_status = event->error_status,
		.engine = event->engine,
	};

	heard.whole = !event->error_status && is_whole(attempt, event->varbinds);
	if (attempt->kind == REQUEST_GET && !event->error_status)
		take_objects(heard.varbinds, event->varbinds, attempt);
	else if (attempt->kind == REQUEST_GET)
		take_error(heard.varbinds, attempt, event, now);
	if (attempt->kind == REQUEST_SET && heard.whole)
		take_objects(heard.varbinds, attempt->varbinds, attempt);
	return heard;
}

void heard_clear(struct heard *heard)
{
	g_clear_pointer(&heard->varbinds, g_array_unref);
}

static void replaced(struct exchange *x)
{
	x->replaced = true;
	/* what the other one was asked says nothing of this one, nor does what was learned */
	remember(x);
	g_ptr_array_set_size(x->past, 0);
	memset(x->round_trips, 0, sizeof(x->round_trips));
	x->limit = LIMIT_DEFAULT;
	x->largest = x->suspected = x->parts = 0;
	if (x->busy)
		finish(x, REPLY_REPLACED);
}

static void take_event(struct exchange *x, struct attempt *attempt, const struct event *event,
                       usec now)
{
	switch (event->type) {
	case EVENT_TIME:
	case EVENT_REPLACED:
	case EVENT_DISCOVERED:
		break;
	case EVENT_ANSWER:
		log_answer(x, event);
		answer(x, attempt, event, now);
		break;
	case EVENT_REFUSED:
		/* A copy of one report is not a second one. */
		attempt->tag = 0;
		refused(x, event->reason, event->reason, now);
		break;
	case EVENT_ELSEWHERE:
		met_obstacle(x, event->reason, TRYING_ON);
		break;
	case EVENT_UNREACHABLE:
		met_obstacle(x, event->reason, TRYING_ON);
		x->due = MIN(x->due, now + UNREACHABLE_PAUSE * (usec)x->silent);
		break;
	case EVENT_FAULT:
		fault(x, attempt, event->reason, now);
		break;
	}
}

static void stamp(const struct event *event, usec asked, usec answered)
{
	for (unsigned i = 0; event->varbinds && i < event->varbinds->len; i++) {
		struct varbind *varbind = &g_array_index(event->varbinds, struct varbind, i);

		varbind->asked = asked;
		varbind->answered = answered;
	}
}

/*
 * An answer to an earlier attempt shows that the card is at work: what was asked since is behind
 * it, so its time begins now.
 */
static void answered(struct exchange *x, struct attempt *attempt, usec now)
{
	const struct attempt *last = last_attempt(x);

	if (attempt->answered)
		return; /* a copy */
	attempt->answered = true;
	x->answers[attempt->kind] = true;
	/* the question was out before that left */
	x->deaf = x->deaf || (x->busy && x->question.kind == REQUEST_GET &&
	                      attempt->kind == REQUEST_NEXT && attempt->sent > x->asked_at);
	x->answered_sent = MAX(x->answered_sent, attempt->sent);
	measure(x, attempt->kind, now - attempt->left);
	if (x->busy && last && last->sent > attempt->sent && !x->fault && !x->denial.times)
		x->due = MAX(x->due, now + pause_after(x, MAX(x->silent, 1) - 1));
}

/*
 * The SNMPv3 engine has answered the probe that went ahead of an attempt, and the request itself,
 * of which only the latest attempt is kept, leaves now: behind the probes of those in between.
 */
static void discovered(struct exchange *x, const struct attempt *attempt, usec now)
{
	struct attempt *last = last_attempt(x);
	unsigned ahead = 0;

	if (!last || !x->busy)
		return;
	for (unsigned i = 0; i < x->attempts->len; i++)
		ahead += ((const struct attempt *)x->attempts->pdata[i])->sent > attempt->sent;
	if (!trips_of(x, REQUEST_GET)->known)
		measure(x, REQUEST_GET, now - attempt->sent);
	if (last->left == last->sent)
		last->left = now;
	x->silent = 1;
	x->part_due = false;
	x->due = MAX(x->due, now + pause_after(x, 0) + ahead * MIN(x->last_trip, TIMEOUT_CEILING));
}

bool exchange_event(struct exchange *x, struct event *event, usec now, struct heard *heard)
{
	struct attempt *attempt = find_attempt(x->attempts, event->tag);
	const bool at_hand = attempt && x->busy;

	memset(heard, 0, sizeof(*heard));
	if (event->type == EVENT_REPLACED) {
		replaced(x);
		return false;
	}
	if (!attempt)
		attempt = find_attempt(x->past, event->tag);
	if (!attempt) {
		log_line(x->log, TRIPPSNMP_LOG_DEBUG, "%s: an answer to nothing that was asked",
		         x->label);
		return false;
	}
	if (at_hand && event->type == EVENT_DISCOVERED)
		discovered(x, attempt, now);
	if (event->type == EVENT_ANSWER) {
		answered(x, attempt, now);
		stamp(event, attempt->sent, now);
		*heard = hear(attempt, event, now);
	}
	if (at_hand)
		take_event(x, attempt, event, now);
	return event->type == EVENT_ANSWER;
}
