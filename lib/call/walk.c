/*
 * See walk.h. One question at a time, from what was seen last.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "call/walk.h"

#include <string.h>

/* Of objects with texts; more would make the answer long. */
#define REPETITIONS 12
#define BULK_ATTEMPTS 3

struct walk {
	unsigned pdu;
	const char *label;
	struct objid root;
	struct objid cursor;  /* the last one seen; root before the first */
	unsigned repetitions; /* 0: GETNEXT */
	bool bulk_answered;
	unsigned seen;
	bool done;
	struct outcome outcome;
	void (*fn)(void *context, const struct varbind *);
	void *context;
};

struct walk *walk_new(unsigned pdu, const char *label, const struct objid *root, bool v1,
                      void (*fn)(void *context, const struct varbind *), void *context)
{
	struct walk *walk = g_new0(struct walk, 1);

	walk->pdu = pdu;
	walk->label = label;
	walk->root = walk->cursor = *root;
	walk->repetitions = v1 ? 0 : REPETITIONS;
	walk->fn = fn;
	walk->context = context;
	return walk;
}

void walk_free(struct walk *walk)
{
	g_free(walk->outcome.message);
	g_free(walk);
}

struct outcome walk_outcome(const struct walk *walk)
{
	return outcome_copy(&walk->outcome);
}

static bool walk_next(void *self, unsigned pdu, usec now, struct question *question)
{
	const struct walk *walk = self;

	(void)now;
	if (pdu != walk->pdu || walk->done)
		return false;
	memset(question, 0, sizeof(*question));
	question->kind = walk->repetitions ? REQUEST_BULK : REQUEST_NEXT;
	question->repetitions = walk->repetitions;
	question->max_attempts = walk->repetitions && !walk->bulk_answered ? BULK_ATTEMPTS : 0;
	question->varbinds = varbinds_new();
	varbinds_add(question->varbinds, &walk->cursor);
	return true;
}

/* why: NULL where all was read. False, for walk_take(). */
static bool walk_end(struct walk *walk, enum trippsnmp_error error, const char *why)
{
	g_autofree char *at = objid_text(&walk->cursor);

	walk->done = true;
	if (why)
		walk->outcome = failure(error, "%s: behind %s, after %u objects: %s", walk->label,
		                        at, walk->seen, why);
	return false;
}

/* False where the walk has ended, well or not. */
static bool walk_take(struct walk *walk, const struct varbind *varbind)
{
	if (varbind->type == VALUE_END_OF_MIB || varbind->type == VALUE_ABSENT)
		return walk_end(walk, TRIPPSNMP_OK, NULL);
	if (varbind->type == VALUE_ERROR)
		return walk_end(walk, TRIPPSNMP_ACCESS, snmp_status_text((int)varbind->number));
	if (objid_compare(&varbind->name, &walk->cursor) <= 0)
		return walk_end(walk, TRIPPSNMP_ACCESS, "it answers with what does not follow");
	if (!objid_below(&varbind->name, &walk->root))
		return walk_end(walk, TRIPPSNMP_OK, NULL);
	if (walk->seen == WALK_MAX || varbind->name.n == OBJID_MAX)
		return walk_end(walk, TRIPPSNMP_ACCESS, "it has no end");
	walk->cursor = varbind->name;
	walk->seen++;
	walk->fn(walk->context, varbind);
	return true;
}

static void walk_answered(struct walk *walk, const struct reply *reply)
{
	if (reply->error_status || !reply->varbinds->len) {
		walk->repetitions /= 2;
		return;
	}
	walk->bulk_answered = true;
	for (unsigned i = 0; i < reply->varbinds->len; i++)
		if (!walk_take(walk, varbinds_at(reply->varbinds, i)))
			return;
}

static void walk_reply(void *self, unsigned pdu, const struct reply *reply, usec now)
{
	struct walk *walk = self;

	(void)pdu;
	(void)now;
	if (reply->status == REPLY_ANSWERED)
		walk_answered(walk, reply);
	else if (reply->status == REPLY_SILENT)
		walk->repetitions = 0;
	else
		walk_end(walk, reply->status == REPLY_FAULT ? TRIPPSNMP_INTERNAL : TRIPPSNMP_ACCESS,
		         reply->status == REPLY_REPLACED
		                 ? "another device answers under its address now"
		                 : reply->reason);
}

static bool walk_done(const void *self)
{
	return ((const struct walk *)self)->done;
}

static const char *walk_doing(const void *self)
{
	(void)self;
	return "reading all objects";
}

struct machine walk_machine(struct walk *walk)
{
	return (struct machine){
		.self = walk,
		.next = walk_next,
		.reply = walk_reply,
		.done = walk_done,
		.doing = walk_doing,
	};
}
