/*
 * See write_check.h. One outlet a request, so that the answer is about it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "call/write_check.h"

#include <string.h>

struct write_check {
	unsigned n_pdus;
	const char *const *labels;
	const GArray *feeds;
	bool v1;
	const struct log *log;
	unsigned *at;           /* for each PDU: the feed it is at */
	struct denial *refused; /* for each PDU: that feed's SET */
	usec *not_before;
	unsigned proven; /* SETs that were answered without error */
	struct outcome outcome;
};

static const struct feed *feed_at(const struct write_check *check, unsigned i)
{
	return feeds_at(check->feeds, i);
}

static void skip_to(struct write_check *check, unsigned pdu, unsigned from)
{
	while (from < check->feeds->len && feed_at(check, from)->id.pdu != pdu)
		from++;
	check->at[pdu] = from;
	denial_clear(&check->refused[pdu]);
}

struct write_check *write_check_new(unsigned n_pdus, const char *const *labels, const GArray *feeds,
                                    bool v1, const struct log *log)
{
	struct write_check *check = g_new0(struct write_check, 1);

	check->n_pdus = n_pdus;
	check->labels = labels;
	check->feeds = feeds;
	check->v1 = v1;
	check->log = log;
	check->at = g_new0(unsigned, n_pdus);
	check->refused = g_new0(struct denial, n_pdus);
	check->not_before = g_new0(usec, n_pdus);
	for (unsigned i = 0; i < n_pdus; i++)
		skip_to(check, i, 0);
	return check;
}

void write_check_free(struct write_check *check)
{
	for (unsigned i = 0; i < check->n_pdus; i++)
		denial_clear(&check->refused[i]);
	g_free(check->at);
	g_free(check->refused);
	g_free(check->not_before);
	g_free(check->outcome.message);
	g_free(check);
}

struct outcome write_check_outcome(const struct write_check *check)
{
	return (struct outcome){ check->outcome.error, g_strdup(check->outcome.message) };
}

unsigned write_check_proven(const struct write_check *check)
{
	return check->proven;
}

static void cannot_tell(const struct write_check *check, const struct feed *feed, const char *why)
{
	log_line(check->log, TRIPPSNMP_LOG_WARN, "%s: check_write cannot tell: %s", feed->text,
	         why);
}

static bool next(void *self, unsigned pdu, usec now, struct question *question)
{
	struct write_check *check = self;

	if (check->outcome.error || now < check->not_before[pdu])
		return false;
	while (check->at[pdu] < check->feeds->len) {
		const struct feed *feed = feed_at(check, check->at[pdu]);
		const struct family *family = feed->id.family;
		const struct objid name =
			family_instance(family, family->command, feed->id.device, feed->id.number);

		if (family->command_idle < 0) {
			cannot_tell(check, feed, "its command object has no idle value");
			skip_to(check, pdu, check->at[pdu] + 1);
			continue;
		}
		memset(question, 0, sizeof(*question));
		question->kind = REQUEST_SET;
		question->varbinds = varbinds_new();
		varbinds_add_integer(question->varbinds, &name, family->command_idle);
		return true;
	}
	return false;
}

static void fail(struct write_check *check, enum trippsnmp_error error, char *message)
{
	check->outcome = (struct outcome){ error, message };
}

static void refused(struct write_check *check, unsigned pdu, int error_status, usec now)
{
	const struct feed *feed = feed_at(check, check->at[pdu]);

	if (!denial_heard(&check->refused[pdu], snmp_status_text(error_status), now,
	                  DENIAL_LASTS_STATUS)) {
		check->not_before[pdu] = now + DENIAL_PAUSE;
		return;
	}
	fail(check, TRIPPSNMP_ACCESS,
	     g_strdup_printf("%s: no write access (%s): give the community or user of %s write "
	                     "access",
	                     feed->text, snmp_status_text(error_status), check->labels[pdu]));
}

static void reply(void *self, unsigned pdu, const struct reply *reply, usec now)
{
	struct write_check *check = self;

	if (check->outcome.error)
		return;
	if (reply->status != REPLY_ANSWERED) {
		fail(check, reply->status == REPLY_FAULT ? TRIPPSNMP_INTERNAL : TRIPPSNMP_ACCESS,
		     g_strdup_printf("%s: %s", check->labels[pdu],
		                     reply->reason ? reply->reason : "no answer"));
		return;
	}
	if (exchange_is_refusal(check->v1, reply->error_status)) {
		refused(check, pdu, reply->error_status, now);
		return;
	}
	if (!reply->error_status)
		check->proven++;
	else
		cannot_tell(check, feed_at(check, check->at[pdu]),
		            snmp_status_text(reply->error_status));
	skip_to(check, pdu, check->at[pdu] + 1);
}

static usec wake(const void *self, unsigned pdu)
{
	const struct write_check *check = self;

	return check->at[pdu] < check->feeds->len ? check->not_before[pdu] : USEC_NEVER;
}

static bool done(const void *self)
{
	const struct write_check *check = self;
	bool all = true;

	for (unsigned i = 0; i < check->n_pdus; i++)
		all = all && check->at[i] >= check->feeds->len;
	return all || check->outcome.error;
}

static const char *doing(const void *self)
{
	(void)self;
	return "checking write access";
}

struct machine write_check_machine(struct write_check *check)
{
	return (struct machine){
		.self = check,
		.next = next,
		.reply = reply,
		.wake = wake,
		.done = done,
		.doing = doing,
	};
}
