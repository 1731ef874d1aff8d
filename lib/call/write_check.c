/*
 * See write_check.h. One outlet a request, so that the answer is about it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "call/write_check.h"

/** How far a PDU is. */
struct checked_pdu {
	unsigned at;           /* which feed */
	struct denial refused; /* that feed's SET */
	usec not_before;
};

struct write_check {
	unsigned n_pdus;
	const char *const *labels;
	const GArray *feeds;
	bool v1;
	const struct log *log;
	struct checked_pdu *pdus;
	unsigned proven; /* SETs that were answered without error */
	struct outcome outcome;
};

/* At which feed this PDU is; NULL behind its last one. */
static const struct feed *feed_of(const struct write_check *check, unsigned pdu)
{
	unsigned *at = &check->pdus[pdu].at;

	while (*at < check->feeds->len && feeds_at(check->feeds, *at)->id.pdu != pdu)
		++*at;
	return *at < check->feeds->len ? feeds_at(check->feeds, *at) : NULL;
}

static void go_on(const struct write_check *check, unsigned pdu)
{
	check->pdus[pdu].at++;
	denial_clear(&check->pdus[pdu].refused);
}

struct write_check *write_check_new(unsigned n_pdus, const char *const *labels, const GArray *feeds,
                                    bool v1, const struct log *log)
{
	struct write_check *check = g_new(struct write_check, 1);

	*check = (struct write_check){ n_pdus, labels, feeds, v1, log, .proven = 0 };
	check->pdus = g_new0(struct checked_pdu, n_pdus);
	return check;
}

void write_check_free(struct write_check *check)
{
	for (unsigned i = 0; i < check->n_pdus; i++)
		denial_clear(&check->pdus[i].refused);
	g_free(check->pdus);
	g_free(check->outcome.message);
	g_free(check);
}

struct outcome write_check_outcome(const struct write_check *check)
{
	return outcome_copy(&check->outcome);
}

unsigned write_check_proven(const struct write_check *check)
{
	return check->proven;
}

/* Logs that write access cannot be told at the PDU's feed, and goes on with its next one. */
static void cannot_tell(const struct write_check *check, unsigned pdu, const char *why)
{
	log_line(check->log, TRIPPSNMP_LOG_WARN, "%s: check_write cannot tell: %s",
	         feed_of(check, pdu)->text, why);
	go_on(check, pdu);
}

static bool write_check_next(void *self, unsigned pdu, usec now, struct question *question)
{
	struct write_check *check = self;
	const struct feed *feed;
	struct objid command;

	if (check->outcome.error || now < check->pdus[pdu].not_before)
		return false;
	while ((feed = feed_of(check, pdu)) && feed->id.family->command_idle < 0)
		cannot_tell(check, pdu, "its command object has no idle value");
	if (!feed)
		return false;
	command = family_object(&feed->id, feed->id.family->command);
	*question = (struct question){ .kind = REQUEST_SET, .varbinds = varbinds_new() };
	varbinds_add_integer(question->varbinds, &command, feed->id.family->command_idle);
	return true;
}

static void write_check_refused(struct write_check *check, unsigned pdu, int error_status, usec now)
{
	struct checked_pdu *one = &check->pdus[pdu];
	const char *why = snmp_status_text(error_status);

	if (!denial_heard(&one->refused, why, now, DENIAL_LASTS_STATUS))
		one->not_before = now + DENIAL_PAUSE;
	else
		check->outcome =
			failure(TRIPPSNMP_ACCESS,
		                "%s: no write access (%s): give the community or user of %s write "
		                "access",
		                feed_of(check, pdu)->text, why, check->labels[pdu]);
}

static void write_check_reply(void *self, unsigned pdu, const struct reply *reply, usec now)
{
	struct write_check *check = self;

	if (check->outcome.error)
		return;
	if (reply->status != REPLY_ANSWERED) {
		check->outcome = failure(
			reply->status == REPLY_FAULT ? TRIPPSNMP_INTERNAL : TRIPPSNMP_ACCESS,
			"%s: %s", check->labels[pdu], reply->reason ? reply->reason : "no answer");
	} else if (exchange_is_refusal(check->v1, reply->error_status)) {
		write_check_refused(check, pdu, reply->error_status, now);
	} else if (reply->error_status) {
		cannot_tell(check, pdu, snmp_status_text(reply->error_status));
	} else {
		check->proven++;
		go_on(check, pdu);
	}
}

static usec write_check_wake(const void *self, unsigned pdu)
{
	const struct write_check *check = self;

	return feed_of(check, pdu) ? check->pdus[pdu].not_before : USEC_NEVER;
}

static bool write_check_done(const void *self)
{
	const struct write_check *check = self;

	for (unsigned i = 0; i < check->n_pdus; i++)
		if (feed_of(check, i) && !check->outcome.error)
			return false;
	return true;
}

static const char *write_check_doing(const void *self)
{
	(void)self;
	return "checking write access";
}

struct machine write_check_machine(struct write_check *check)
{
	return (struct machine){
		.self = check,
		.next = write_check_next,
		.reply = write_check_reply,
		.wake = write_check_wake,
		.done = write_check_done,
		.doing = write_check_doing,
	};
}
