/*
 * Which outlets a PDU has: see search.h. The families are told apart, then single outlets are
 * read, or whole tables walked. What the outlet columns answer decides which outlets there are;
 * devices and counts ask for more rows by name, and where a number is without its device. Rows are
 * never taken for all there are before that is judged here.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "find/census.h"
#include "find/search.h"

static const struct stage stage_read, stage_walk, stage_status;

/* --- single outlets, or tables --- */

/* Which columns a walk must read. */
static struct table_columns columns_wanted(const struct search *search)
{
	return (struct table_columns){
		/* by name a sweep reads them, before anything is switched and after */
		.state = search->need->status || !search->need->names,
		.names = search->need->names || numbers_named(search->need->numbers),
		.meters = search->need->details,
	};
}

static void walk_tables(struct search *search)
{
	identity_add_tables(search->identity, search->table, columns_wanted(search),
	                    search->need->names || numbers_bare(search->need->numbers));
	search->stage = &stage_walk;
}

static bool any_absent(const GArray *outlets)
{
	for (unsigned i = 0; i < outlets->len; i++)
		if (!outlets_at(outlets, i)->exists)
			return true;
	return false;
}

/* What the numbers' cells said. Takes over what they leave open. */
static void numbers_known(struct search *search, char *open, usec now)
{
	GArray *outlets = search->found.outlets;

	if (open) {
		search_unclear(search, now, open);
	} else if (any_absent(outlets)) { /* which there are the table knows, and must agree */
		g_array_set_size(outlets, 0);
		walk_tables(search);
	} else {
		looks_finish(search, now);
	}
}

/* The cells of the numbers, and the status of their device: asks for them, or takes them. */
static char *go_through_numbers(struct search *search, struct dialog *dialog)
{
	const struct pdu_outlets *found = &search->found;
	const struct objid status = family_status(found->family, found->device);
	char *open = numbers_read(search->need->numbers, search->pdu, found->family, found->device,
	                          dialog, found->outlets);
	const struct varbind *varbind = status.n ? dialog_object(dialog, status) : NULL;

	if (varbind)
		outlets_take_status(found->outlets, &status, varbind);
	return open;
}

static void ask_numbers(struct search *search, struct question *question)
{
	struct dialog dialog = { .varbinds = question->varbinds };

	go_through_numbers(search, &dialog);
}

static void take_numbers(struct search *search, const struct reply *reply, usec now)
{
	struct dialog dialog = { .varbinds = reply->varbinds, .answered = true };

	numbers_known(search, go_through_numbers(search, &dialog), now);
}

/* --- identification --- */

/*
 * By GETNEXT; where names are wanted by GETBULK, on the guess that the first family's table is
 * there, with as many of its rows as there is room for.
 */
static void ask_identity(struct search *search, struct question *question)
{
	question->kind = REQUEST_NEXT;
	identity_ask(search->identity, question->varbinds);
	search->asked_once = 0;
	if (!search->need->names || search->by_next || !table_bulk(search->table))
		return;
	search->asked_once = question->varbinds->len;
	table_add(search->table, family_row(0), 1, columns_wanted(search));
	table_ask(search->table, question);
}

/* False if the look has to begin anew, or the PDU is a stranger. */
static bool families_known(struct search *search, const struct reply *reply, usec now)
{
	const unsigned rank = identity_rank(search->identity);
	const char *unclear = identity_unclear(search->identity);

	if (!unclear && rank == UINT_MAX && search->need->names &&
	    census_promises(search->census, rank))
		unclear = "it speaks of outlets, and shows no table of them: check in it that the "
			  "community or user may see them";
	if (unclear && reply->reason)
		search_deny(search, now, reply->reason);
	else if (unclear)
		search_unclear(search, now, g_strdup(unclear));
	else if (rank == UINT_MAX)
		search->stage = &stage_who;
	return !unclear && rank != UINT_MAX;
}

/* What is read next, now that the families are known. */
static void choose_stage(struct search *search, usec now)
{
	const struct inventory_need *need = search->need;
	struct pdu_outlets *found = &search->found;

	found->family = identity_sole(search->identity);
	found->device = found->family ? 1 : 0;
	if (need->mains) {
		found->main_family = found->family;
		found->main_device = found->device;
	}
	if (need->names || !found->family || !numbers_on(need->numbers, 1)) {
		walk_tables(search);
	} else if (need->numbers) {
		search->stage = &stage_read;
	} else {
		looks_finish(search, now);
	}
}

static void identified(struct search *search, const struct reply *reply, usec now)
{
	char *open;

	identity_take(search->identity, reply->varbinds, search->census);
	search->found.engine_id = identity_engine_id(search->identity);
	if (search->asked_once && !identity_sees(search->identity, family_row(0)))
		table_clear(search->table); /* the guess was wrong which table there is */
	if (!families_known(search, reply, now))
		return;
	search->found.known = true;
	choose_stage(search, now);
	if (search->stage == &stage_read &&
	    identity_guessed(search->identity, reply->varbinds, search->found.family,
	                     search->found.outlets, &open))
		numbers_known(search, open, now);
}

static void take_identity(struct search *search, const struct reply *reply, usec now)
{
	const unsigned once = search->asked_once;
	const bool silent = reply->status == REPLY_SILENT;

	if (!silent && (!once || (!reply->error_status && reply->varbinds->len >= once &&
	                          !table_take_too(search->table, reply, once)))) {
		identified(search, reply, now);
		return;
	}
	/* GETBULK does not do, for whatever reason: at once by GETNEXT */
	search->by_next = true;
	if (silent)
		table_no_bulk(search->table);
	search_forget(search);
}

/* --- whole tables --- */

/* Whether a device is to be thought of that has it. */
static bool may_be_switched(const struct outlet *outlet, bool mains)
{
	if (outlet->id.family->is_main)
		return mains && outlet->controllable != TRI_NO;
	return outlet->controllable == TRI_YES;
}

/* The device with what can be switched, and its family, if it is the only one; else 0. */
static uint32_t sole_device(const GArray *outlets, bool mains, const struct family **family)
{
	uint32_t device = 0;

	*family = NULL;
	for (unsigned i = 0; i < outlets->len; i++) {
		const struct outlet *outlet = outlets_at(outlets, i);
		const struct family *owner = family_owner(outlet->id.family);

		if (!may_be_switched(outlet, mains))
			continue;
		if (*family && (*family != owner || device != outlet->id.device)) {
			*family = NULL;
			return 0;
		}
		*family = owner;
		device = outlet->id.device;
	}
	return device;
}

/*
 * A number without its device is on the only one that can be switched, which is mostly the
 * first. It may be on a later one only if the card speaks of none whose rows are hidden.
 */
static bool may_be_hidden(const struct search *search)
{
	const struct pdu_outlets *found = &search->found;

	return numbers_bare(search->need->numbers) && (found->device > 1 || found->main_device > 1);
}

/*
 * What keeps the tables from counting as whole, to be freed with g_free(); NULL if nothing. A card
 * that is just starting may show a short table. For names that is walked until time is up: the row
 * that is missing may be a node's feed.
 */
static char *missing_rows(struct search *search)
{
	const struct inventory_need *need = search->need;
	const GArray *outlets = search->found.outlets;
	const unsigned rank = identity_rank(search->identity);
	char *missing =
		census_hole(outlets, need->names, numbers_len(need->numbers) ? NULL : need->wanted);

	if (!missing && need->names)
		missing = census_missing(search->census, outlets, rank, false, "numbers or main");
	if (!missing && may_be_hidden(search))
		missing = census_missing(search->census, outlets, rank, true, "DEVICE.NUMBER");
	if (!missing && need->names)
		missing = recall_lost(search->recall, outlets);
	return missing;
}

static void judge_tables(struct search *search, usec now)
{
	struct pdu_outlets *found = &search->found;
	const struct inventory_need *need = search->need;
	char *missing;

	found->device = sole_device(found->outlets, false, &found->family);
	if (need->mains)
		found->main_device = sole_device(found->outlets, true, &found->main_family);
	missing = missing_rows(search);
	if (missing) {
		settle_moving(&search->settle);
		search_unclear(search, now, missing);
		return;
	}
	found->whole = true;
	if (need->status)
		search->stage = &stage_status;
	else
		looks_ended(search, now);
}

static void ask_walk(struct search *search, struct question *question)
{
	table_ask(search->table, question);
}

static void take_walk(struct search *search, const struct reply *reply, usec now)
{
	const char *wrong = table_take(search->table, reply);

	if (wrong && reply->reason)
		search_deny(search, now, reply->reason);
	else if (wrong)
		search_unclear(
			search, now,
			g_strdup_printf("the outlet table could not be read whole: %s", wrong));
	else if (table_ended(search->table))
		judge_tables(search, now);
}

/* Of devices with an outlet that can be switched. */
static struct objid status_of(const struct outlet *outlet)
{
	return outlet->controllable == TRI_YES ? family_status(outlet->id.family, outlet->id.device)
	                                       : (struct objid){ 0 };
}

static void ask_statuses(struct search *search, struct question *question)
{
	outlets_ask(search->found.outlets, status_of, question->varbinds);
}

static void take_status(struct search *search, const struct reply *reply, usec now)
{
	for (unsigned i = 0; i < reply->varbinds->len; i++) {
		const struct varbind *varbind = varbinds_at(reply->varbinds, i);

		outlets_take_status(search->found.outlets, &varbind->name, varbind);
	}
	looks_ended(search, now);
}

const struct stage stage_identify = { ask_identity, take_identity, false };
static const struct stage stage_read = { ask_numbers, take_numbers, false };
static const struct stage stage_walk = { ask_walk, take_walk, false };
static const struct stage stage_status = { ask_statuses, take_status, false };
