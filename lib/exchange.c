/*
 * Attempts, back-off, matching and splitting for one PDU: see exchange.h.
 * Tags tell answers apart: one that belongs to no attempt of the question at
 * hand is dropped, so a late answer can never pass for a newer one, while a
 * late answer to an earlier attempt of the same question is as good as any.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "exchange.h"

#include <string.h>

/* 40 varbinds of ours make an answer of some 1,100 bytes; 1,400 are never fragmented. */
#define LIMIT_DEFAULT 40
/* Silence this often: the PDU may dislike the size of the request rather than be away. */
#define SILENT_BEFORE_SPLIT 3
/* So many questions answered only in parts: the PDU does dislike the size. */
#define SHRUNK_TO_BELIEVE 3
#define FAULTS_TO_BELIEVE 5
#define TIMEOUT_CEILING (4 * USEC_PER_SEC)
#define UNREACHABLE_PAUSE (USEC_PER_SEC / 10)

struct attempt {
	uint32_t tag;
	usec sent;
	GArray *asked; /* of unsigned: which of the question's varbinds */
	bool part;     /* less was asked than could be, on suspicion */
};

static void attempt_free(void *data)
{
	struct attempt *attempt = data;

	g_array_unref(attempt->asked);
	g_free(attempt);
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
}

void exchange_abandon(struct exchange *x)
{
	g_clear_pointer(&x->question.varbinds, g_array_unref);
	g_clear_pointer(&x->results, g_array_unref);
	g_clear_pointer(&x->alone, g_array_unref);
	g_clear_pointer(&x->attempts, g_ptr_array_unref);
	g_clear_pointer(&x->reply.varbinds, g_array_unref);
	memset(&x->reply, 0, sizeof(x->reply));
	x->busy = false;
	x->due = USEC_NEVER;
}

void exchange_clear(struct exchange *x)
{
	exchange_abandon(x);
	g_clear_pointer(&x->refusal, g_free);
	g_clear_pointer(&x->obstacle, g_free);
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
	x->attempts = g_ptr_array_new_with_free_func(attempt_free);
	x->silent = 0;
	x->cap = UINT_MAX;
	x->repetitions = question->repetitions;
	x->refusals = 0;
	x->answered = false;
	x->asked = now;
	x->due = now;
	x->busy = true;
}

bool exchange_done(const struct exchange *x)
{
	return x->question.varbinds && !x->busy;
}

bool exchange_busy(const struct exchange *x)
{
	return x->busy;
}

usec exchange_due(const struct exchange *x)
{
	return x->busy ? x->due : USEC_NEVER;
}

static void finish(struct exchange *x, enum reply_status status)
{
	x->busy = false;
	x->due = USEC_NEVER;
	x->reply.status = status;
	x->reply.reason = x->refusal;
	if (status == REPLY_ANSWERED && is_read(x))
		x->reply.varbinds = g_array_ref(x->results);
}

/* xorshift32: jitter needs no better randomness */
static uint32_t next_random(struct exchange *x)
{
	x->random ^= x->random << 13;
	x->random ^= x->random >> 17;
	x->random ^= x->random << 5;
	return x->random;
}

/*
 * The pause after the n-th attempt in a row: up to half as long again, and never
 * below twice what the PDU was seen to need, so that a slow card with many
 * askers is not buried in retransmissions. More back-off would cost lives: where
 * half of the exchanges are lost, an operation of ten of them ends in time only
 * if none waits much longer than a second. Jitter keeps nodes that fence at the
 * same moment from asking in step.
 */
static usec pause_after(struct exchange *x, unsigned silent)
{
	const usec ceiling = MAX(TIMEOUT_CEILING, x->settings.timeout);
	usec pause = MAX(x->settings.timeout, MIN(2 * x->round_trip, ceiling));

	pause = MIN(pause + pause / 4 * MIN(silent, 2), ceiling);
	return pause - pause / 10 + (usec)(next_random(x) % 1024) * (pause / 5) / 1024;
}

/* The first obstacle is said at once: whoever waits may be killed before the end. */
static void warn_once(struct exchange *x, const char *what)
{
	if (x->warned)
		return;
	x->warned = true;
	log_line(x->log, TRIPPSNMP_LOG_WARN, "%s: %s; trying on until the time is up", x->label,
	         what);
}

static void met_obstacle(struct exchange *x, const char *what)
{
	g_free(x->obstacle);
	x->obstacle = g_strdup(what);
	warn_once(x, what);
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
		if (!whole && asked->len == MIN(x->limit, x->cap))
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
 * Every other attempt asks for less, then for less still: where silence is mere
 * loss, parts would only take longer. Returns whether this one does.
 */
static bool split_after_silence(const struct exchange *x, GArray *asked)
{
	const unsigned more = x->silent - SILENT_BEFORE_SPLIT;

	if (!is_read(x) || x->silent < SILENT_BEFORE_SPLIT || more % 2)
		return false;
	if (asked->len <= 1 || asked->len <= x->largest)
		return false;
	g_array_set_size(asked, MAX(1, asked->len >> MIN(1 + more / 2, 16)));
	return true;
}

/*
 * A part was answered where the whole was not: on with parts, but growing ones,
 * for it may have been loss all the same.
 */
static void adapt_parts(struct exchange *x, const struct attempt *attempt)
{
	if (attempt->part && x->cap == UINT_MAX && ++x->shrunk >= SHRUNK_TO_BELIEVE)
		x->limit = MIN(x->limit, MAX(attempt->asked->len, x->largest));
	if (attempt->part || x->cap != UINT_MAX)
		x->cap = 2 * attempt->asked->len;
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

static void log_silence(struct exchange *x)
{
	char *what;

	if (x->silent == 0 || x->warned)
		return;
	what = g_strdup_printf("no answer within %.3g s",
	                       (double)x->settings.timeout / (double)USEC_PER_SEC);
	warn_once(x, what);
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

bool exchange_send(struct exchange *x, usec now, uint32_t *next_tag, struct request *request,
                   GArray **varbinds)
{
	struct attempt *attempt;

	if (!x->busy || now < x->due)
		return false;
	log_silence(x);
	if (x->question.max_attempts && x->silent >= x->question.max_attempts) {
		finish(x, REPLY_SILENT);
		return false;
	}
	attempt = g_new0(struct attempt, 1);
	attempt->asked = plan(x);
	attempt->part = split_after_silence(x, attempt->asked);
	attempt->tag = (*next_tag)++;
	attempt->sent = now;
	g_ptr_array_add(x->attempts, attempt);

	*varbinds = request_varbinds(x, attempt->asked);
	*request = (struct request){
		.tag = attempt->tag,
		.attempt = x->silent,
		.kind = x->question.kind,
		.repetitions = x->repetitions,
		.varbinds = &g_array_index(*varbinds, struct varbind, 0),
		.n = (*varbinds)->len,
	};
	log_request(x, request, *varbinds);
	x->due = now + pause_after(x, x->silent);
	x->silent++;
	x->sent++;
	return true;
}

static struct attempt *find_attempt(const struct exchange *x, uint32_t tag)
{
	for (unsigned i = 0; i < x->attempts->len; i++) {
		struct attempt *attempt = x->attempts->pdata[i];

		if (attempt->tag == tag)
			return attempt;
	}
#ifdef TS_DEFECT_LATE_ANSWER
	return x->attempts->len ? x->attempts->pdata[x->attempts->len - 1] : NULL;
#endif
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

/* A definite refusal to answer; believed the second time. */
static void refused(struct exchange *x, const char *reason, usec now)
{
	g_free(x->refusal);
	x->refusal = g_strdup(reason);
	if (++x->refusals >= REFUSALS_TO_BELIEVE) {
		finish(x, REPLY_REFUSED);
		return;
	}
	met_obstacle(x, reason);
	x->due = now + x->settings.timeout;
}

static void give(struct exchange *x, unsigned i, enum value_type type, int64_t number)
{
	struct varbind *open = result(x, i);

	if (open->type != VALUE_NONE)
		return;
	open->type = type;
	open->number = number;
}

/* An error-status on a read: shrinks what is open, so that asking on comes to an end. */
static void read_error(struct exchange *x, const struct attempt *attempt, const struct event *event,
                       usec now)
{
	const unsigned n = attempt->asked->len;
	const bool indexed = event->error_index >= 1 && (unsigned)event->error_index <= n;
	const unsigned at = g_array_index(attempt->asked, unsigned,
	                                  indexed ? (unsigned)event->error_index - 1 : 0);

	if (event->error_status == SNMP_STATUS_AUTHORIZATION_ERROR ||
	    event->error_status == SNMP_STATUS_NO_ACCESS) {
		char *reason =
			g_strdup_printf("reading is refused (%s): check the access rights of "
		                        "the community or user in the PDU (and snmp_sec_level)",
		                        snmp_status_text(event->error_status));

		refused(x, reason, now);
		g_free(reason);
		return;
	}
	if (event->error_status == SNMP_STATUS_NO_SUCH_NAME && (indexed || n == 1))
		give(x, at, VALUE_ABSENT, 0);
	else if (n == 1)
		give(x, at, VALUE_ERROR, event->error_status);
	else if (indexed && event->error_status != SNMP_STATUS_TOO_BIG)
		g_array_index(x->alone, bool, at) = true;
	else
		x->limit = MIN(x->limit, MAX(1, n / 2));
	x->due = now;
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
	x->largest = MAX(x->largest, n);
	return true;
}

static bool all_taken(const struct exchange *x)
{
	for (unsigned i = 0; i < x->results->len; i++)
		if (result(x, i)->type == VALUE_NONE)
			return false;
	return true;
}

/* The names in the answer to a SET must be those that were set. */
static bool set_fits(const struct exchange *x, const struct event *event)
{
	if (event->error_status)
		return true;
	if (event->varbinds->len != x->question.varbinds->len)
		return false;
	for (unsigned i = 0; i < event->varbinds->len; i++)
		if (!objid_equal(&g_array_index(event->varbinds, struct varbind, i).name,
		                 &asked_varbind(x, i)->name))
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

static void answer(struct exchange *x, const struct attempt *attempt, const struct event *event,
                   usec now)
{
	if (!fits(x, attempt, event)) {
		met_obstacle(x, "an answer that does not fit the request");
		return;
	}
	x->answered = true;
	x->silent = 0;
	x->round_trip = now - attempt->sent;
	if (!is_read(x)) {
		take_whole(x, event);
		return;
	}
	adapt_parts(x, attempt);
	if (event->error_status) {
		read_error(x, attempt, event, now);
	} else {
		x->refusals = 0;
		x->due = now;
	}
	/* Copies of this answer, and answers to other attempts at the same, would send the rest
	 * twice. */
	g_ptr_array_set_size(x->attempts, 0);
	if (x->busy && all_taken(x))
		finish(x, REPLY_ANSWERED);
}

static void fault(struct exchange *x, const char *reason, usec now)
{
	g_free(x->refusal);
	x->refusal = g_strdup(reason);
	met_obstacle(x, reason);
	if (++x->refusals >= FAULTS_TO_BELIEVE)
		finish(x, REPLY_FAULT);
	else
		x->due = now + x->settings.timeout;
}

void exchange_event(struct exchange *x, const struct event *event, usec now)
{
	struct attempt *attempt;

	if (!x->busy)
		return;
	attempt = event->tag ? find_attempt(x, event->tag) : NULL;
	if (!attempt) {
		log_line(x->log, TRIPPSNMP_LOG_DEBUG,
		         "%s: an answer to an earlier question, dropped", x->label);
		return;
	}
	switch (event->type) {
	case EVENT_TIME:
		break;
	case EVENT_ANSWER:
		log_answer(x, event);
		answer(x, attempt, event, now);
		break;
	case EVENT_REFUSED:
		/* A copy of one report is not a second one. */
		attempt->tag = 0;
		refused(x, event->reason, now);
		break;
	case EVENT_UNREACHABLE:
		met_obstacle(x, event->reason);
		x->due = MIN(x->due, now + UNREACHABLE_PAUSE * (usec)x->silent);
		break;
	case EVENT_FAULT:
		fault(x, event->reason, now);
		break;
	}
}
