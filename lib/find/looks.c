/*
 * What belongs to a look beside its rows: see search.h. What is only shown; whether the look is
 * settled; which alarms are active; and who a PDU is that has no outlets we know. What is only
 * shown never keeps a look from ending.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "base/text.h"
#include "find/census.h"
#include "find/search.h"

#define WHO_BYTES 128 /* of the texts of an unknown PDU, in one line */
/* Requests for the uptime: a PDU that answers none of these is as one that refuses it. */
#define UPTIME_ATTEMPTS 4
/* Some agents count whole seconds; after so long any clock has advanced. */
#define UPTIME_STANDS (2 * USEC_PER_SEC)
#define DETAILS_ATTEMPTS 4

static const struct objid sys_object_id = { .n = 9, .id = { 1, 3, 6, 1, 2, 1, 1, 2, 0 } };
static const struct objid sys_uptime = { .n = 9, .id = { 1, 3, 6, 1, 2, 1, 1, 3, 0 } };
static const struct objid sys_descr = { .n = 9, .id = { 1, 3, 6, 1, 2, 1, 1, 1, 0 } };

static const struct stage stage_details, stage_uptime, stage_alarms, stage_about;

/* --- alarms --- */

static void alarms_known(struct search *search)
{
	alarms_mark(&search->found.alarms, search->found.outlets);
	denial_clear(&search->no_alarms);
	search->stage = NULL;
}

static void alarms_read(struct search *search)
{
	if (alarms_any_lost(&search->found.alarms))
		search->stage = &stage_about;
	else
		alarms_known(search);
}

/* What the card refuses to tell, or does not have, is no alarm, if that lasts. */
static void alarms_unread(struct search *search, usec now, const char *wrong)
{
	const usec lasts = search->settings->lasts;
	char *why = g_strdup_printf("its active alarms could not be read: %s", wrong);

	if (!denial_heard(&search->no_alarms, why, now, lasts)) {
		search_again(search, now + denial_pause(lasts), why);
		return;
	}
	log_line(search->log, TRIPPSNMP_LOG_WARN, "%s: %s; going on as if there were no other one",
	         search->label, why);
	g_free(why);
	alarms_read(search);
}

static bool has_error(const struct reply *reply)
{
	for (unsigned i = 0; i < reply->varbinds->len; i++)
		if (varbinds_at(reply->varbinds, i)->type == VALUE_ERROR)
			return true;
	return false;
}

static void ask_alarms(struct search *search, struct question *question)
{
	table_ask(search->table, question);
	question->no_is_answer = true;
}

static void take_alarms(struct search *search, const struct reply *reply, usec now)
{
	struct alarms *alarms = &search->found.alarms;
	const char *wrong = table_take(search->table, reply);

	/* a row is a row, also where the walk goes wrong */
	if (reply->status == REPLY_ANSWERED && !reply->error_status)
		alarms_take_all(alarms, reply->varbinds);
	if (!wrong && !table_ended(search->table))
		return;
	if (alarms_len(alarms) >= alarms->counted)
		alarms_read(search);
	else if (!wrong)
		alarms_unread(search, now, "their table has fewer than are counted");
	else if (has_error(reply))
		alarms_unread(search, now, wrong);
	else
		search_unclear(search, now,
		               g_strdup_printf("its active alarms could not be read: %s", wrong));
}

static void ask_about(struct search *search, struct question *question)
{
	struct dialog dialog = { .varbinds = question->varbinds };

	question->no_is_answer = true;
	alarms_about(&search->found.alarms, &dialog);
}

static void take_about(struct search *search, const struct reply *reply, usec now)
{
	struct dialog dialog = { .varbinds = reply->varbinds, .answered = true };

	(void)now;
	alarms_about(&search->found.alarms, &dialog);
	alarms_known(search);
}

/* A card that says that alarms are active is asked which: one may be that it has lost a device. */
void looks_finish(struct search *search, usec now)
{
	struct alarms *alarms = &search->found.alarms;
	unsigned n;
	const struct family_alarms *objects = identity_alarms(search->identity, &n);

	if (!objects) {
		alarms_known(search);
		return;
	}
	alarms->objects = objects;
	alarms->counted = n;
	if (!n) {
		alarms_unread(search, now, "an error where they are counted");
		return;
	}
	search->stage = &stage_alarms;
	table_begin_alarms(search->table, alarms, search->need->status);
}

/* --- whether a look is settled --- */

static void judge_settled(struct search *search)
{
	const bool told = search->look.uptime.told;
	bool settled;
	usec again;

	search->look.seen = census_text(search->census, search->found.outlets);
	settled = settle_look(&search->settle, &search->look, &again);
	g_clear_pointer(&search->look.seen, g_free);
	if (settled) {
		looks_finish(search, search->look.answered);
		return;
	}
	/* one that does not tell is looked at all the while: a silence may be a restart */
	if (!told)
		again = MIN(again, search->look.answered + SETTLE_WATCH);
	search_again(search, again,
	             g_strdup_printf("it %s, so the names of its outlets count only if they "
	                             "are the same %d s later; write numbers in hostlist to "
	                             "need no such wait",
	                             told ? "has just started" : "does not tell its uptime",
	                             (int)(SETTLE_APART / USEC_PER_SEC)));
}

void looks_ended(struct search *search, usec now)
{
	search->look.answered = now;
	if (search->need->details && !search->shown) {
		search->shown = true;
		search->stage = &stage_details;
	} else if (!search->need->settled)
		looks_finish(search, now);
	else if (search->look.uptime.told)
		judge_settled(search);
	else
		search->stage = &stage_uptime;
}

/* Whether its sysUpTime stands still, and so says nothing of a restart. */
static bool stands_still(struct search *search, int64_t uptime, usec now)
{
	if (!search->uptime_since || uptime != search->uptime) {
		search->uptime = uptime;
		search->uptime_since = now;
		search->stands = false;
	} else if (!search->stands && now - search->uptime_since >= UPTIME_STANDS) {
		search->stands = true;
		settle_anew(&search->settle); /* it was not watched since */
	}
	return search->stands;
}

static void ask_uptime(struct search *search, struct question *question)
{
	(void)search;
	question->max_attempts = UPTIME_ATTEMPTS;
	question->no_is_answer = true;
	varbinds_add(question->varbinds, &sys_uptime);
}

/* A refusal is an answer too: the card does not tell its uptime. */
static void take_uptime(struct search *search, const struct reply *reply, usec now)
{
	const struct varbind *varbind =
		reply->status == REPLY_ANSWERED ? varbinds_at(reply->varbinds, 0) : NULL;

	if (varbind && varbind->type == VALUE_UNSIGNED &&
	    !stands_still(search, varbind->number, now)) {
		search->look.uptime.told = true;
		search->look.uptime.since = now - varbind->number * (USEC_PER_SEC / 100);
	}
	judge_settled(search);
}

/* --- what is only shown --- */

static struct objid model_of(const struct outlet *outlet)
{
	const struct objid *model = &family_owner(outlet->id.family)->device_model;

	return model->n ? objid_append(model, 1, &outlet->id.device) : *model;
}

/* The same for each, for the families of one card share it. */
static struct objid firmware_of(const struct outlet *outlet)
{
	return family_owner(outlet->id.family)->card_firmware;
}

static void ask_details(struct search *search, struct question *question)
{
	question->max_attempts = DETAILS_ATTEMPTS;
	outlets_ask(search->found.outlets, firmware_of, question->varbinds);
	outlets_ask(search->found.outlets, model_of, question->varbinds);
}

static void take_detail(struct pdu_outlets *found, const struct varbind *varbind)
{
	for (unsigned i = 0; i < found->outlets->len; i++) {
		struct outlet *outlet = outlets_at(found->outlets, i);
		const struct objid model = model_of(outlet), firmware = firmware_of(outlet);

		if (objid_equal(&varbind->name, &model))
			outlet->model = outlet_string(varbind);
		else if (!found->firmware && objid_equal(&varbind->name, &firmware))
			found->firmware = outlet_string(varbind);
	}
}

/* Whatever came, or nothing: it is shown as far as it is there. */
static void take_details(struct search *search, const struct reply *reply, usec now)
{
	const bool answered = reply->status == REPLY_ANSWERED;

	for (unsigned i = 0; answered && i < reply->varbinds->len; i++)
		take_detail(&search->found, varbinds_at(reply->varbinds, i));
	looks_ended(search, now);
}

/* --- who a PDU is that has no outlets we know --- */

static void ask_who(struct search *search, struct question *question)
{
	/* one by one: some firmware refuses any request that has a system object too much */
	varbinds_add(question->varbinds, search->found.who ? &sys_descr : &sys_object_id);
}

static void take_who(struct search *search, const struct reply *reply, usec now)
{
	const struct varbind *varbind = varbinds_at(reply->varbinds, 0);
	size_t n = 0;
	const char *octets = varbind->octets ? g_bytes_get_data(varbind->octets, &n) : NULL;
	char *text = octets ? text_escape(octets, (ssize_t)MIN(n, WHO_BYTES)) : g_strdup("none");
	struct objid id;
	char *why;

	if (!search->found.who) {
		varbind_objid(varbind, &id);
		search->hint = family_hint(&id);
		search->found.who = text;
		return;
	}
	why = g_strdup_printf("no outlet table that we know (sysObjectID %s, sysDescr \"%s\"): %s",
	                      search->found.who, text, search->hint);
	search_deny(search, now, why);
	g_free(why);
	g_free(text);
}

static const struct stage stage_details = { ask_details, take_details, true };
static const struct stage stage_uptime = { ask_uptime, take_uptime, true };
const struct stage stage_who = { ask_who, take_who, false };
static const struct stage stage_alarms = { ask_alarms, take_alarms, false };
static const struct stage stage_about = { ask_about, take_about, false };
