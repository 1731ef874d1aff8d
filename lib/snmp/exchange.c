/*
 * Attempts and their answers: see exchange.h.
 * Tags tell answers apart: only one to an attempt of the question at hand answers
 * it. What an answer to an earlier one says is handed on all the same, with the
 * time at which it was asked; what it is worth others know.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "snmp/exchange.h"

#include <string.h>

/* One of so many GETs, where none was ever answered, gives its place to a probe. */
#define PROBE_EVERY 4
#define PROBE_ROUND 0 /* answers no question */
/* Attempts that are kept: an answer to an older one is not expected any more. */
#define ATTEMPTS_KEPT 100
/* So long a silence is warned of, whatever the pauses: the caller may be killed before the end. */
#define SILENCE_SAID (4 * USEC_PER_SEC)
#define UNREACHABLE_PAUSE (USEC_PER_SEC / 10)

void exchange_init(struct exchange *x, const char *label, const struct log *log,
                   const struct exchange_settings *settings)
{
	memset(x, 0, sizeof(*x));
	x->label = label;
	x->log = log;
	x->settings = *settings;
	sizing_init(&x->sizing);
	patience_init(&x->patience, settings->timeout, settings->seed);
	x->due = USEC_NEVER;
	x->attempts = attempts_new();
}

void exchange_abandon(struct exchange *x)
{
	g_clear_pointer(&x->question.varbinds, g_array_unref);
	assembly_clear(&x->assembly);
	x->round++;
	g_clear_pointer(&x->reply.varbinds, g_array_unref);
	x->busy = false;
}

void exchange_clear(struct exchange *x)
{
	exchange_abandon(x);
	g_clear_pointer(&x->attempts, g_ptr_array_unref);
	denial_clear(&x->denial);
	g_clear_pointer(&x->refusal, g_free);
	g_clear_pointer(&x->obstacle, g_free);
	g_clear_pointer(&x->fault, g_free);
}

static void end_question(struct exchange *x, enum reply_status status)
{
	x->busy = false;
	x->due = USEC_NEVER;
	x->reply = (struct reply){ .status = status };
	if (status == REPLY_REPLACED)
		x->replaced = false;
	if (status == REPLY_FAULT)
		x->reply.reason = x->fault;
	else if (status == REPLY_SILENT)
		x->reply.reason = x->misfit;
	else if (status == REPLY_REFUSED || assembly_lacks_refused(&x->assembly))
		x->reply.reason = x->refusal;
	if (status == REPLY_ANSWERED && assembly_has_parts(&x->assembly))
		x->reply.varbinds = g_array_ref(x->assembly.results);
}

void exchange_ask(struct exchange *x, const struct question *question, usec now)
{
	exchange_abandon(x);
	x->question = *question;
	g_array_ref(x->question.varbinds);
	assembly_begin(&x->assembly, question->kind, x->question.varbinds);
	x->silent = 0;
	x->misfit = NULL;
	denial_clear(&x->denial);
	g_clear_pointer(&x->refusal, g_free);
	x->due = now;
	x->busy = true;
	if (x->replaced)
		end_question(x, REPLY_REPLACED);
}

bool exchange_done(const struct exchange *x)
{
	return x->question.varbinds && !x->busy;
}

bool exchange_busy(const struct exchange *x)
{
	return x->busy;
}

/* Whether what answers it may answer the question at hand. */
static bool is_at_hand(const struct exchange *x, const struct attempt *attempt)
{
	return x->busy && attempt->round == x->round;
}

/* Of those at hand. */
static struct attempt *last_attempt(const struct exchange *x)
{
	struct attempt *last = x->attempts->len ? x->attempts->pdata[x->attempts->len - 1] : NULL;

	return last && is_at_hand(x, last) ? last : NULL;
}

/* When to warn of a silence, be the next attempt due or not. */
static usec silence_said_at(const struct exchange *x)
{
	const struct attempt *last = last_attempt(x);

	return x->silent && !x->warned && last ? last->sent + SILENCE_SAID : USEC_NEVER;
}

usec exchange_wake(const struct exchange *x)
{
	return x->busy ? MIN(x->due, silence_said_at(x)) : USEC_NEVER;
}

/* The pause after so many attempts in a row without an answer. */
static usec pause_after(struct exchange *x, unsigned silent)
{
	const struct wait wait = {
		.kind = x->question.kind,
		.silent = silent,
		.only_once = x->question.max_attempts == 1,
		.heard = x->heard,
	};

	return patience_pause(&x->patience, &wait);
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

static void log_silence(struct exchange *x, usec now)
{
	const struct attempt *last = last_attempt(x);
	g_autofree char *what = NULL;

	if (x->silent == 0 || x->warned || !last)
		return;
	what = g_strdup_printf("no answer within %.2g s", usec_seconds(now - last->sent));
	warn_once(x, what, TRYING_ON);
}

/* The first varbinds of a request or an answer; text of devices is not shown. */
#define VARBINDS_SHOWN 8
static char *show_varbinds(const GArray *varbinds)
{
	GString *text = g_string_new(NULL);

	for (unsigned i = 0; varbinds && i < MIN(varbinds->len, VARBINDS_SHOWN); i++) {
		const struct varbind *varbind = varbinds_at(varbinds, i);
		g_autofree char *name = objid_text(&varbind->name);

		g_string_append_printf(text, " %s", name);
		if (varbind_is_number(varbind))
			g_string_append_printf(text, "=%" G_GINT64_FORMAT, varbind->number);
		else if (varbind->type == VALUE_ABSENT || varbind->type == VALUE_END_OF_MIB)
			g_string_append(text, "=none");
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
	g_autofree char *shown = show_varbinds(varbinds);

	log_line(x->log, TRIPPSNMP_LOG_DEBUG, "%s: request %u, attempt %u: %s%s", x->label,
	         request->tag, request->attempt + 1, kinds[request->kind], shown);
}

static void log_answer(const struct exchange *x, const struct event *event)
{
	g_autofree char *shown = show_varbinds(event->varbinds);

	log_line(x->log, TRIPPSNMP_LOG_DEBUG, "%s: answer to request %u: %s%s", x->label,
	         event->tag, snmp_status_text(event->error_status), shown);
}

/* Whether to probe if a PDU that has answered GETNEXT, but never a GET, is there at all. */
static bool probe_is_due(const struct exchange *x)
{
	return x->question.kind == REQUEST_GET && !x->answers[REQUEST_GET] &&
	       x->answers[REQUEST_NEXT] && x->silent % PROBE_EVERY == PROBE_EVERY - 1;
}

/* Which of the question's varbinds the next request asks for; of a read, not always all. */
static GArray *plan(struct exchange *x, bool probe)
{
	GArray *asked = assembly_plan(&x->assembly);

	if (probe)
		g_array_set_size(asked, 1);
	else if (assembly_has_parts(&x->assembly))
		g_array_set_size(asked, sizing_next(&x->sizing, asked->len, x->silent));
	return asked;
}

/* Such a request comes between two for the whole, which is not to wait longer for it. */
static bool is_between(const struct exchange *x, const struct attempt *attempt)
{
	return attempt->round == PROBE_ROUND ||
	       (assembly_has_parts(&x->assembly) && attempt->asked->len < x->sizing.whole);
}

/* Makes the next attempt, and its request. */
static void make_attempt(struct exchange *x, usec now, uint32_t tag, struct request *request,
                         GArray **varbinds)
{
	struct attempt *attempt = g_new0(struct attempt, 1);
	const bool probe = probe_is_due(x);

	attempt->asked = plan(x, probe);
	attempt->kind = probe ? REQUEST_NEXT : x->question.kind;
	attempt->tag = tag;
	attempt->round = probe ? PROBE_ROUND : x->round;
	attempt->sent = attempt->left = now;
	if (x->attempts->len == ATTEMPTS_KEPT)
		g_ptr_array_remove_index(x->attempts, 0);
	g_ptr_array_add(x->attempts, attempt);
	x->sent++;
	*varbinds = assembly_varbinds(&x->assembly, attempt->asked);
	attempt->varbinds = g_array_ref(*varbinds);
	*request = (struct request){
		.tag = tag,
		/* the session goes to the PDU's next address for each but the first one */
		.attempt = is_between(x, attempt) ? 0 : x->silent,
		.kind = attempt->kind,
		.once = x->question.once,
		.repetitions = x->question.repetitions,
		.varbinds = varbinds_at(*varbinds, 0),
		.n = (*varbinds)->len,
		.leave_by = x->question.leave_by,
	};
	log_request(x, request, *varbinds);
}

bool exchange_send(struct exchange *x, usec now, uint32_t *next_tag, struct request *request,
                   GArray **varbinds)
{
	if (!x->busy)
		return false;
	if (now >= MIN(x->due, silence_said_at(x)))
		log_silence(x, now);
	if (now < x->due)
		return false;
	if ((x->question.max_attempts && x->silent >= x->question.max_attempts) ||
	    (x->question.leave_by && now > x->question.leave_by)) {
		end_question(x, REPLY_SILENT);
		return false;
	}
	g_clear_pointer(&x->fault, g_free);
	make_attempt(x, now, (*next_tag)++, request, varbinds);
	x->due = now + pause_after(x, request->attempt);
	x->silent++;
	return true;
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

/* A definite refusal to answer is asked again at once in every second until it has lasted. */
static void take_refusal(struct exchange *x, const char *said, const char *reason, usec now)
{
	g_free(x->refusal);
	x->refusal = g_strdup(reason);
	met_obstacle(x, reason, "asking again until it has lasted");
	x->due = now + MIN(x->settings.timeout, DENIAL_PAUSE - DENIAL_PAUSE / 10);
	if (denial_heard(&x->denial, said, now, x->settings.lasts))
		end_question(x, REPLY_REFUSED);
}

/*
 * Reading is refused. What a GET asks for is needed. A GETNEXT looks around: one object among
 * several is asked alone, and refused again it is left to whoever asked to do without it.
 */
static void take_read_refusal(struct exchange *x, unsigned n, unsigned at, bool named,
                              int error_status, usec now)
{
	g_autofree char *name = objid_text(&varbinds_at(x->question.varbinds, at)->name);
	const char *where = x->question.kind == REQUEST_NEXT ? " after " : " on ";
	g_autofree char *reason = g_strdup_printf(
		"reading is refused (%s%s%s): check the access rights of the "
		"community or user in the PDU (and snmp_sec_level)",
		snmp_status_text(error_status), named ? where : "", named ? name : "");

	if (x->question.kind != REQUEST_NEXT || x->question.varbinds->len == 1 || !named) {
		take_refusal(x, snmp_status_text(error_status), reason, now);
	} else if (assembly_refused(&x->assembly, n, at, error_status)) {
		g_free(x->refusal);
		x->refusal = g_strdup(reason);
		met_obstacle(x, reason, "going on without it");
	}
}

static void take_read_error(struct exchange *x, const struct attempt *attempt,
                            const struct event *event, usec now)
{
	const unsigned n = attempt->asked->len;
	const int blamed = attempt_blamed(attempt, event->error_index);
	const unsigned at = g_array_index(attempt->asked, unsigned, MAX(blamed, 0));

	if (assembly_is_read_refusal(event->error_status) && !x->question.no_is_answer)
		take_read_refusal(x, n, at, blamed >= 0, event->error_status, now);
	else if (!assembly_error(&x->assembly, n, at, blamed >= 0, event->error_status))
		sizing_halve(&x->sizing, n);
}

static void take_whole(struct exchange *x, const struct event *event)
{
	end_question(x, REPLY_ANSWERED);
	x->reply.error_status = event->error_status;
	x->reply.error_index = event->error_index;
	x->reply.varbinds = g_array_ref(event->varbinds);
}

static bool take_if_it_fits(struct exchange *x, const struct attempt *attempt,
                            const struct event *event, const struct heard *heard)
{
	if (event->error_status)
		return true;
	switch (x->question.kind) {
	case REQUEST_SET:
		return heard->whole;
	case REQUEST_BULK:
		return event->varbinds->len > 0;
	default:
		return assembly_take(&x->assembly, attempt->asked, event->varbinds);
	}
}

/* Some cards answer the first varbinds of a long request, and forget the rest. */
static bool falls_short(const struct exchange *x, const struct attempt *attempt,
                        const struct event *event)
{
	return assembly_has_parts(&x->assembly) && !event->error_status &&
	       event->varbinds->len > 0 && event->varbinds->len < attempt->asked->len;
}

static void take_part(struct exchange *x, const struct attempt *attempt, const struct event *event,
                      usec now)
{
	x->due = now;
	if (falls_short(x, attempt, event)) {
		sizing_halve(&x->sizing, MIN(attempt->asked->len, 2 * event->varbinds->len));
		return;
	}
	if (event->error_status != SNMP_STATUS_TOO_BIG)
		sizing_answered(&x->sizing, attempt->asked->len);
	if (event->error_status)
		take_read_error(x, attempt, event, now);
	else
		denial_clear(&x->denial);
}

static const char *misfit_text(const struct exchange *x, const struct event *event)
{
	if (x->question.kind == REQUEST_SET && !event->varbinds->len)
		return "it answers a SET without what was set";
	return "its answer does not fit the request";
}

static void take_answer(struct exchange *x, const struct attempt *attempt,
                        const struct event *event, const struct heard *heard, usec now)
{
	if (!falls_short(x, attempt, event) && !take_if_it_fits(x, attempt, event, heard)) {
		x->misfit = misfit_text(x, event);
		met_obstacle(x, x->misfit, TRYING_ON);
		return;
	}
	x->heard = true;
	x->silent = 0;
	if (!assembly_has_parts(&x->assembly)) {
		take_whole(x, event);
		return;
	}
	take_part(x, attempt, event, now);
	/* Copies of this answer, and answers to other attempts at the same, would send the rest
	 * twice. */
	x->round++;
	if (x->busy && assembly_is_complete(&x->assembly))
		end_question(x, REPLY_ANSWERED);
}

/* The attempt never left this machine, so it says nothing of the PDU. */
static void take_fault(struct exchange *x, struct attempt *attempt, const char *reason, usec now)
{
	x->silent--;
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
	end_question(x, REPLY_FAULT);
	return true;
}

char *exchange_deafness(const struct exchange *x)
{
	if (!x->busy || !x->probed || x->answers[REQUEST_GET])
		return NULL;
	return g_strdup_printf("answers GETNEXT%s, and no GET: look for a filter on the way, its "
	                       "access rights and its firmware",
	                       x->answers[REQUEST_SET] ? " and SET" : "");
}

static void take_replacement(struct exchange *x)
{
	x->replaced = true;
	/* attempts at the other device, and what was measured of it, say nothing of this one */
	g_ptr_array_set_size(x->attempts, 0);
	patience_forget(&x->patience);
	sizing_init(&x->sizing);
	if (x->busy)
		end_question(x, REPLY_REPLACED);
}

static void take_event_at_hand(struct exchange *x, struct attempt *attempt,
                               const struct event *event, const struct heard *heard, usec now)
{
	switch (event->type) {
	case EVENT_TIME:
	case EVENT_REPLACED:
	case EVENT_DISCOVERED:
		break;
	case EVENT_ANSWER:
		log_answer(x, event);
		take_answer(x, attempt, event, heard, now);
		break;
	case EVENT_REFUSED:
		/* A copy of one report is not a second one. */
		attempt->tag = 0;
		take_refusal(x, event->reason, event->reason, now);
		break;
	case EVENT_ELSEWHERE:
		met_obstacle(x, event->reason, TRYING_ON);
		break;
	case EVENT_UNREACHABLE:
		met_obstacle(x, event->reason, TRYING_ON);
		x->due = MIN(x->due, now + UNREACHABLE_PAUSE * (usec)x->silent);
		break;
	case EVENT_FAULT:
		take_fault(x, attempt, event->reason, now);
		break;
	}
}

/* The next attempt goes out then at the earliest. */
static void put_off(struct exchange *x, usec until)
{
	x->due = MAX(x->due, until);
}

/*
 * An answer to an earlier attempt shows that the card is at work: what was asked since is behind
 * it, so its time begins now.
 */
static void note_answer(struct exchange *x, struct attempt *attempt, usec now)
{
	const struct attempt *last = last_attempt(x);

	if (attempt->answered)
		return; /* a copy */
	attempt->answered = true;
	x->answers[attempt->kind] = true;
	x->probed = x->probed || attempt->round == PROBE_ROUND;
	patience_measure(&x->patience, attempt->kind, now - attempt->left);
	if (x->busy && last && last->sent > attempt->sent && !x->fault && !x->denial.times)
		put_off(x, now + pause_after(x, MAX(x->silent, 1) - 1));
}

/*
 * The SNMPv3 engine has answered the probe that went ahead of an attempt, and the request itself,
 * of which only the latest attempt is kept, leaves now.
 */
static void note_discovery(struct exchange *x, const struct attempt *attempt, usec now)
{
	struct attempt *last = last_attempt(x);

	if (!last)
		return;
	if (!patience_knows(&x->patience, REQUEST_GET))
		patience_measure(&x->patience, REQUEST_GET, now - attempt->sent);
	if (last->left == last->sent)
		last->left = now;
	x->silent = 1;
	put_off(x, now + pause_after(x, 0));
}

bool exchange_event(struct exchange *x, struct event *event, usec now, struct heard *heard)
{
	struct attempt *attempt = attempts_find(x->attempts, event->tag);
	const bool at_hand = attempt && is_at_hand(x, attempt);

	memset(heard, 0, sizeof(*heard));
	if (event->type == EVENT_REPLACED) {
		take_replacement(x);
		return false;
	}
	if (!attempt) {
		log_line(x->log, TRIPPSNMP_LOG_DEBUG, "%s: an answer to nothing that was asked",
		         x->label);
		return false;
	}
	if (at_hand && event->type == EVENT_DISCOVERED)
		note_discovery(x, attempt, now);
	if (event->type == EVENT_ANSWER) {
		note_answer(x, attempt, now);
		*heard = attempt_hear(attempt, event, now);
	}
	if (at_hand)
		take_event_at_hand(x, attempt, event, heard, now);
	return event->type == EVENT_ANSWER;
}
