/*
 * The machine: see inventory.h. It carries a search for each PDU, hands each answer to the file
 * that knows what it means (search.h), and ends.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "find/inventory.h"

#include "find/search.h"

#include <string.h>

struct inventory {
	unsigned n;
	struct search *searches; /* of the PDUs */
	struct inventory_settings settings;
};

struct inventory *inventory_new(unsigned n_pdus, const char *const *labels,
                                const struct inventory_need *needs,
                                const struct inventory_settings *settings, const struct log *log)
{
	struct inventory *inventory = g_new0(struct inventory, 1);

	inventory->n = n_pdus;
	inventory->searches = g_new0(struct search, n_pdus);
	inventory->settings = *settings;
	for (unsigned i = 0; i < n_pdus; i++) {
		struct search *search = &inventory->searches[i];

		search->pdu = i;
		search->label = labels[i];
		search->need = &needs[i];
		search->settings = &inventory->settings;
		search->log = log;
		search->engine_id = n_pdus > 1;
		search->recall = recall_new();
		search_begin(search);
	}
	return inventory;
}

void inventory_free(struct inventory *inventory)
{
	if (!inventory)
		return;
	for (unsigned i = 0; i < inventory->n; i++) {
		search_clear(&inventory->searches[i]);
		g_array_unref(inventory->searches[i].recall);
	}
	g_free(inventory->searches);
	g_free(inventory);
}

void inventory_again(struct inventory *inventory)
{
	for (unsigned i = 0; i < inventory->n; i++) {
		struct search *search = &inventory->searches[i];

		if (search->need->skip)
			continue;
		search_restart(search, 0);
		search->outcome.error = TRIPPSNMP_OK;
	}
}

void inventory_anew(struct inventory *inventory)
{
	for (unsigned i = 0; i < inventory->n; i++) {
		search_clear(&inventory->searches[i]);
		search_begin(&inventory->searches[i]);
	}
}

const struct pdu_outlets *inventory_pdu(const struct inventory *inventory, unsigned pdu)
{
	const struct search *search = &inventory->searches[pdu];

	return search->stage || search->outcome.error ? NULL : &search->found;
}

const char *inventory_obstacle(const struct inventory *inventory, unsigned pdu)
{
	const struct search *search = &inventory->searches[pdu];

	return search->stage ? search->obstacle : NULL;
}

struct outcome inventory_outcome(const struct inventory *inventory)
{
	for (unsigned i = 0; i < inventory->n; i++)
		if (inventory->searches[i].outcome.error)
			return outcome_copy(&inventory->searches[i].outcome);
	return outcome_fine;
}

/* --- the machine --- */

static usec due(const struct search *search)
{
	return search->stage ? search->not_before : USEC_NEVER;
}

static bool inventory_next(void *self, unsigned i, usec now, struct question *question)
{
	const struct inventory *inventory = self;
	struct search *search = &inventory->searches[i];

	while (now >= due(search)) {
		if (search->stage == &stage_identify)
			search->look = (struct card_look){ .asked = now };
		memset(question, 0, sizeof(*question));
		question->kind = REQUEST_GET;
		question->varbinds = varbinds_new();
		search->stage->ask(search, question);
		if (question->varbinds->len)
			return true;
		/* such as a status of a family that has none */
		g_array_unref(question->varbinds);
		looks_ended(search, now);
	}
	return false;
}

/* An authenticated SNMPv3 answer says how long its engine is up, whatever else it says. */
static void inventory_hear(void *self, unsigned i, const struct heard *heard)
{
	const struct inventory *inventory = self;
	struct uptime *uptime = &inventory->searches[i].look.uptime;
	const usec since = heard->answered - (usec)heard->engine.time * USEC_PER_SEC;

	settle_heard(&inventory->searches[i].settle, heard->asked, heard->answered);
	if (!heard->engine.known)
		return;
	uptime->since = uptime->told ? MAX(uptime->since, since) : since;
	uptime->told = true;
}

static void inventory_reply(void *self, unsigned i, const struct reply *reply, usec now)
{
	const struct inventory *inventory = self;
	struct search *search = &inventory->searches[i];
	const struct stage *stage = search->stage;

	if (reply->status == REPLY_FAULT) {
		search_fail(search, TRIPPSNMP_INTERNAL, reply->reason);
	} else if (reply->status == REPLY_REPLACED) {
		search_unclear(search, now,
		               g_strdup("another device answers under its address now"));
	} else if (reply->status == REPLY_REFUSED && !(stage && stage->may_be_refused)) {
		search_fail(search, TRIPPSNMP_ACCESS, reply->reason);
	} else if (stage) {
		stage->take(search, reply, now);
	}
	if (!search->stage)
		denial_clear(&search->denial);
}

static usec inventory_wake(const void *self, unsigned i)
{
	const struct inventory *inventory = self;

	return due(&inventory->searches[i]);
}

static bool inventory_done(const void *self)
{
	const struct inventory *inventory = self;
	bool all = true;

	for (unsigned i = 0; i < inventory->n; i++) {
		if (inventory->searches[i].outcome.error)
			return true;
		all = all && !inventory->searches[i].stage;
	}
	return all;
}

static const char *inventory_doing(const void *self)
{
	const struct inventory *inventory = self;

	for (unsigned i = 0; i < inventory->n; i++) {
		const struct search *search = &inventory->searches[i];

		if (search->stage == &stage_identify && !search->look.asked && search->obstacle)
			return "waiting to look at the outlets again";
	}
	return "reading the outlets";
}

struct machine inventory_machine(struct inventory *inventory)
{
	return (struct machine){
		.self = inventory,
		.next = inventory_next,
		.hear = inventory_hear,
		.reply = inventory_reply,
		.wake = inventory_wake,
		.done = inventory_done,
		.doing = inventory_doing,
	};
}
