/*
 * Identification, look-up of single outlets, and whether a table that was
 * walked is whole: see inventory.h. What the outlet columns answer decides which
 * outlets there are; devices and counts ask for more rows: by name they bind, by
 * number they are hints. An unclear answer is asked for again until somebody's time
 * is up, and so is a refusal until it has lasted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "find/inventory.h"

#include "base/text.h"
#include "find/complete.h"
#include "find/identity.h"
#include "find/recall.h"
#include "find/settle.h"
#include "find/statuses.h"
#include "snmp/denial.h"

#include <string.h>

#define WHO_BYTES 128 /* of a stranger's texts, in one line */
#define PAUSE USEC_PER_SEC
/* A PDU that never answers that one is as one that refuses it; more would be a silence. */
#define UPTIME_ATTEMPTS 4
/* Some agents count whole seconds; after so long any clock has advanced. */
#define UPTIME_STANDS (2 * USEC_PER_SEC)
#define DETAILS_ATTEMPTS 4
#define DETAIL_BYTES 255 /* of a DisplayString; what is longer is shown as nothing */

static const struct objid sys_object_id = { .n = 9, .id = { 1, 3, 6, 1, 2, 1, 1, 2, 0 } };
static const struct objid sys_uptime = { .n = 9, .id = { 1, 3, 6, 1, 2, 1, 1, 3, 0 } };
static const struct objid sys_descr = { .n = 9, .id = { 1, 3, 6, 1, 2, 1, 1, 1, 0 } };

enum stage {
	STAGE_IDENTIFY,
	STAGE_READ,
	STAGE_WALK,
	STAGE_STATUS,
	STAGE_DETAILS,
	STAGE_UPTIME,
	STAGE_WATCH, /* between two looks: whether it is there all the while */
	STAGE_WHO,
	STAGE_ALARMS,
	STAGE_ABOUT, /* what the alarms of lost communications are about */
	STAGE_DONE
};

/** An object that is only shown. */
struct detail {
	struct objid name;
	const struct family *family; /* whose device's model it is; NULL: the firmware */
	uint32_t device;
};

struct pdu {
	const char *label;
	const struct inventory_need *need;
	struct pdu_outlets found;
	enum stage stage;
	usec not_before;
	struct identity *identity;
	unsigned asked_once; /* varbinds of identification, where rows are asked too; else 0 */
	bool by_next;        /* GETBULK does not do for it */
	GArray *census;
	struct table *table;
	GArray *statuses;     /* of struct objid: which tlpDeviceStatus is asked */
	GArray *details;      /* of struct detail: what is asked of them */
	bool shown;           /* the details were asked for, whatever came of it */
	unsigned rows_before; /* of the walk that the count hint did not believe */
	struct look look;     /* under way */
	struct settle settle;
	struct recall *recall; /* of all looks */
	const char *hint;      /* what to check if it stays a stranger, static */
	usec watch_at;         /* before the next look; USEC_NEVER: it need not be watched */
	bool says_no;          /* it answers the question for its uptime, and does not tell it */
	/* Its sysUpTime, since when it says just that, and whether that is no clock. */
	int64_t uptime;
	usec uptime_since; /* 0: it has not told any */
	bool stands;
	struct denial denial;
	struct denial no_alarms; /* it counts alarms, and does not show them */
	char *obstacle;
	struct outcome outcome;
};

struct inventory {
	unsigned n;
	struct pdu *pdus;
	struct inventory_settings settings;
	bool engine_ids; /* worth asking: several PDUs */
	const struct log *log;
};

static void forget_devices(struct pdu_outlets *found)
{
	found->family = found->main_family = NULL;
	found->device = found->main_device = 0;
}

static void model_clear(void *data)
{
	g_free(((struct shown_model *)data)->text);
}

static void forget(struct pdu *pdu)
{
	if (pdu->need->names)
		recall_take(pdu->recall, pdu->found.outlets, pdu->need->wanted);
	table_clear(pdu->table);
	g_array_set_size(pdu->census, 0);
	g_array_set_size(pdu->statuses, 0);
	g_array_set_size(pdu->details, 0);
	g_array_set_size(pdu->found.models, 0);
	g_clear_pointer(&pdu->found.firmware, g_free);
	pdu->shown = false;
	alarms_clear(&pdu->found.alarms);
	g_clear_pointer(&pdu->found.who, g_free);
	pdu->found.whole = false;
	forget_devices(&pdu->found);
}

/* Takes over recall. */
static void pdu_init(const struct inventory *inventory, struct pdu *pdu, const char *label,
                     const struct inventory_need *need, struct recall *recall)
{
	*pdu = (struct pdu){ .label = label, .need = need, .recall = recall };
	pdu->stage = need->skip ? STAGE_DONE : STAGE_IDENTIFY;
	pdu->watch_at = USEC_NEVER;
	pdu->identity = identity_new(&(struct identity_need){
		.names = need->names,
		.mains = need->mains,
		.engine_id = inventory->engine_ids,
		/* v1 answers nothing where one object is missing: a guess would cost more */
		.numbers = inventory->settings.v1 || need->table ? NULL : need->numbers,
	});
	pdu->census = census_new();
	pdu->statuses = statuses_new();
	pdu->details = g_array_new(FALSE, FALSE, sizeof(struct detail));
	pdu->found.models = g_array_new(FALSE, FALSE, sizeof(struct shown_model));
	g_array_set_clear_func(pdu->found.models, model_clear);
	pdu->found.outlets = outlets_new();
	pdu->table = table_new(label, inventory->settings.v1, inventory->settings.overhead,
	                       pdu->found.outlets, pdu->census, inventory->log);
}

struct inventory *inventory_new(unsigned n_pdus, const char *const *labels,
                                const struct inventory_need *needs,
                                const struct inventory_settings *settings, const struct log *log)
{
	struct inventory *inventory = g_new0(struct inventory, 1);

	inventory->n = n_pdus;
	inventory->pdus = g_new0(struct pdu, n_pdus);
	inventory->settings = *settings;
	inventory->engine_ids = n_pdus > 1;
	inventory->log = log;
	for (unsigned i = 0; i < n_pdus; i++)
		pdu_init(inventory, &inventory->pdus[i], labels[i], &needs[i], recall_new());
	return inventory;
}

static void pdu_clear(struct pdu *pdu)
{
	identity_free(pdu->identity);
	table_free(pdu->table);
	g_array_unref(pdu->census);
	g_array_unref(pdu->statuses);
	g_array_unref(pdu->details);
	g_array_unref(pdu->found.models);
	g_free(pdu->found.firmware);
	g_array_unref(pdu->found.outlets);
	settle_anew(&pdu->settle);
	denial_clear(&pdu->denial);
	denial_clear(&pdu->no_alarms);
	alarms_clear(&pdu->found.alarms);
	g_free(pdu->found.who);
	g_free(pdu->obstacle);
	g_free(pdu->outcome.message);
}

void inventory_free(struct inventory *inventory)
{
	if (!inventory)
		return;
	for (unsigned i = 0; i < inventory->n; i++) {
		struct pdu *pdu = &inventory->pdus[i];

		pdu_clear(pdu);
		recall_free(pdu->recall);
	}
	g_free(inventory->pdus);
	g_free(inventory);
}

void inventory_again(struct inventory *inventory)
{
	for (unsigned i = 0; i < inventory->n; i++) {
		struct pdu *pdu = &inventory->pdus[i];

		if (pdu->need->skip)
			continue;
		forget(pdu);
		pdu->stage = STAGE_IDENTIFY;
		pdu->not_before = 0;
		pdu->watch_at = USEC_NEVER;
		pdu->outcome.error = TRIPPSNMP_OK;
		g_clear_pointer(&pdu->outcome.message, g_free);
	}
}

void inventory_anew(struct inventory *inventory)
{
	for (unsigned i = 0; i < inventory->n; i++) {
		struct pdu *pdu = &inventory->pdus[i];

		forget(pdu);
		pdu_clear(pdu);
		pdu_init(inventory, pdu, pdu->label, pdu->need, pdu->recall);
	}
}

bool inventory_has(const struct inventory *inventory, unsigned pdu)
{
	return inventory->pdus[pdu].stage == STAGE_DONE && !inventory->pdus[pdu].outcome.error;
}

const struct pdu_outlets *inventory_pdu(const struct inventory *inventory, unsigned pdu)
{
	return &inventory->pdus[pdu].found;
}

const char *inventory_obstacle(const struct inventory *inventory, unsigned pdu)
{
	const struct pdu *one = &inventory->pdus[pdu];

	return one->stage == STAGE_DONE ? NULL : one->obstacle;
}

struct outcome inventory_outcome(const struct inventory *inventory)
{
	for (unsigned i = 0; i < inventory->n; i++) {
		const struct outcome *outcome = &inventory->pdus[i].outcome;

		if (outcome->error)
			return (struct outcome){ outcome->error, g_strdup(outcome->message) };
	}
	return (struct outcome){ TRIPPSNMP_OK, NULL };
}

static void fail(struct pdu *pdu, enum trippsnmp_error error, const char *why)
{
	pdu->stage = STAGE_DONE;
	pdu->outcome.error = error;
	g_free(pdu->outcome.message);
	pdu->outcome.message = g_strdup_printf("%s: %s", pdu->label, why);
}

/* From the beginning. What keeps it is said once, not each time. Takes over the obstacle. */
static void look_again(const struct inventory *inventory, struct pdu *pdu, usec when,
                       char *obstacle)
{
	if (g_strcmp0(obstacle, pdu->obstacle))
		log_line(inventory->log, TRIPPSNMP_LOG_WARN, "%s: %s; trying again", pdu->label,
		         obstacle);
	g_free(pdu->obstacle);
	pdu->obstacle = obstacle;
	forget(pdu);
	pdu->look.asked = 0;
	pdu->stage = STAGE_IDENTIFY;
	pdu->not_before = when;
	pdu->watch_at = USEC_NEVER;
}

/* Something that was not clear: in a while. What looks saw before is not the same. */
static void start_over(const struct inventory *inventory, struct pdu *pdu, usec now, char *obstacle)
{
	denial_clear(&pdu->denial);
	settle_anew(&pdu->settle);
	look_again(inventory, pdu, now + PAUSE, obstacle);
}

/* A definite no: it must last. */
static void deny(const struct inventory *inventory, struct pdu *pdu, usec now, const char *why)
{
	if (denial_heard(&pdu->denial, why, now, inventory->settings.lasts)) {
		fail(pdu, TRIPPSNMP_ACCESS, why);
		return;
	}
	settle_anew(&pdu->settle);
	look_again(inventory, pdu, now + denial_pause(inventory->settings.lasts), g_strdup(why));
}

/* --- alarms --- */

static void alarms_known(struct pdu *pdu)
{
	alarms_mark(&pdu->found.alarms, pdu->found.outlets);
	denial_clear(&pdu->no_alarms);
	pdu->stage = STAGE_DONE;
}

static void alarms_read(struct pdu *pdu)
{
	if (alarms_any_lost(&pdu->found.alarms))
		pdu->stage = STAGE_ABOUT;
	else
		alarms_known(pdu);
}

/* What the card refuses to tell, or does not have, is no alarm, if that lasts. */
static void alarms_unread(const struct inventory *inventory, struct pdu *pdu, usec now,
                          const char *wrong)
{
	const usec lasts = inventory->settings.lasts;
	char *why = g_strdup_printf("its active alarms could not be read: %s", wrong);

	if (denial_heard(&pdu->no_alarms, why, now, lasts)) {
		log_line(inventory->log, TRIPPSNMP_LOG_WARN,
		         "%s: %s; going on as if there were no other one", pdu->label, why);
		g_free(why);
		alarms_read(pdu);
	} else {
		look_again(inventory, pdu, now + denial_pause(lasts), why);
	}
}

static bool has_error(const struct reply *reply)
{
	for (unsigned i = 0; i < reply->varbinds->len; i++)
		if (g_array_index(reply->varbinds, struct varbind, i).type == VALUE_ERROR)
			return true;
	return false;
}

static void take_alarms(const struct inventory *inventory, struct pdu *pdu,
                        const struct reply *reply, usec now)
{
	struct alarms *alarms = &pdu->found.alarms;
	const char *wrong = table_take(pdu->table, reply);

	/* a row is a row, also where the walk goes wrong */
	if (reply->status == REPLY_ANSWERED && !reply->error_status)
		alarms_take_all(alarms, reply->varbinds);
	if (!wrong && !table_ended(pdu->table))
		return;
	if (alarms_len(alarms) >= alarms->counted)
		alarms_read(pdu);
	else if (!wrong)
		alarms_unread(inventory, pdu, now, "their table has fewer than are counted");
	else if (has_error(reply))
		alarms_unread(inventory, pdu, now, wrong);
	else
		start_over(inventory, pdu, now,
		           g_strdup_printf("its active alarms could not be read: %s", wrong));
}

/*
 * All else is known. A card that says that alarms are active is asked which: one may be that it
 * has lost a device.
 */
static void finish(const struct inventory *inventory, struct pdu *pdu, usec now)
{
	unsigned n;
	const struct family_alarms *objects = identity_alarms(pdu->identity, &n);

	if (!objects) {
		alarms_known(pdu);
		return;
	}
	pdu->found.alarms.objects = objects;
	pdu->found.alarms.counted = n;
	if (!n) {
		alarms_unread(inventory, pdu, now, "an error where they are counted");
		return;
	}
	pdu->stage = STAGE_ALARMS;
	table_begin_alarms(pdu->table, &pdu->found.alarms, pdu->need->status);
}

/* --- identification --- */

/* Which columns a walk must read. */
static struct table_columns columns_of(const struct pdu *pdu)
{
	return (struct table_columns){
		/* by name a sweep reads them, before anything is switched and after */
		.state = pdu->need->status || !pdu->need->names,
		.names = pdu->need->names || numbers_named(pdu->need->numbers),
		.meters = pdu->need->details,
	};
}

/* --- single outlets --- */

/* cells and status are in the order of ask_numbers(). */
static void walk_tables(struct pdu *pdu)
{
	identity_add_tables(pdu->identity, pdu->table, columns_of(pdu),
	                    pdu->need->names || numbers_bare(pdu->need->numbers));
	pdu->stage = STAGE_WALK;
}

static bool any_absent(const struct pdu *pdu)
{
	for (unsigned i = 0; i < pdu->found.outlets->len; i++)
		if (!g_array_index(pdu->found.outlets, struct outlet, i).exists)
			return true;
	return false;
}

static void numbers_read(const struct inventory *inventory, struct pdu *pdu,
                         const struct varbind *cells, const struct varbind *status, usec now)
{
	char *open = numbers_take(pdu->need->numbers, pdu->found.family, pdu->found.device, cells,
	                          pdu->found.outlets);

	if (open) {
		start_over(inventory, pdu, now, open);
		return;
	}
	if (any_absent(pdu)) { /* which ones there are, the table knows, and must agree */
		g_array_set_size(pdu->found.outlets, 0);
		g_array_set_size(pdu->statuses, 0);
		forget_devices(&pdu->found);
		walk_tables(pdu);
		return;
	}
	statuses_take(pdu->statuses, status, pdu->found.outlets);
	finish(inventory, pdu, now);
}

static void ask_numbers(const struct pdu *pdu, struct question *question)
{
	question->kind = REQUEST_GET;
	numbers_cells(pdu->need->numbers, pdu->found.family, pdu->found.device, question->varbinds);
	statuses_ask(pdu->statuses, question->varbinds);
}

/* --- identification, judged --- */

/* False if the look has to begin anew, or the PDU is a stranger. */
static bool families_known(const struct inventory *inventory, struct pdu *pdu,
                           const struct reply *reply, usec now)
{
	const unsigned rank = identity_rank(pdu->identity);
	const char *unclear = identity_unclear(pdu->identity);

	if (!unclear && rank == UINT_MAX && pdu->need->names && census_promises(pdu->census, rank))
		unclear = "it speaks of outlets, and shows no table of them: check in it that the "
			  "community or user may see them";
	if (unclear && reply->reason)
		deny(inventory, pdu, now, reply->reason);
	else if (unclear)
		start_over(inventory, pdu, now, g_strdup(unclear));
	else if (rank == UINT_MAX)
		pdu->stage = STAGE_WHO;
	return !unclear && rank != UINT_MAX;
}

/* What is read next, now that the families are known. */
static void choose_stage(const struct inventory *inventory, struct pdu *pdu, usec now)
{
	const struct inventory_need *need = pdu->need;

	pdu->found.family = identity_sole(pdu->identity);
	if (pdu->found.family)
		pdu->found.device = 1;
	if (need->mains) {
		pdu->found.main_family = pdu->found.family;
		pdu->found.main_device = pdu->found.device;
	}
	if (need->table || !pdu->found.family || !numbers_on(need->numbers, 1)) {
		walk_tables(pdu);
	} else if (need->numbers || need->status) {
		statuses_add(pdu->statuses, pdu->found.family, pdu->found.device);
		pdu->stage = STAGE_READ;
	} else {
		finish(inventory, pdu, now);
	}
}

/* What was asked on a guess with the question for identification. */
static void take_guess(const struct inventory *inventory, struct pdu *pdu, const GArray *varbinds,
                       usec now)
{
	const struct varbind *cells, *status;

	if (!identity_guessed(pdu->identity, varbinds, pdu->found.family, &cells, &status))
		return;
	if (!status)
		g_array_set_size(pdu->statuses, 0);
	numbers_read(inventory, pdu, cells, status, now);
}

static void identified(const struct inventory *inventory, struct pdu *pdu,
                       const struct reply *reply, usec now)
{
	identity_take(pdu->identity, reply->varbinds, pdu->census);
	pdu->found.engine_id = identity_engine_id(pdu->identity);
	if (pdu->asked_once && !identity_sees(pdu->identity, family_row(0)))
		table_clear(pdu->table); /* the guess was wrong which table there is */
	if (!families_known(inventory, pdu, reply, now))
		return;
	pdu->found.known = true;
	choose_stage(inventory, pdu, now);
	if (pdu->stage == STAGE_READ)
		take_guess(inventory, pdu, reply->varbinds, now);
}

/*
 * By GETNEXT; where names are wanted by GETBULK, on the guess that the first family's table is
 * there, with as many of its rows as there is room for.
 */
static void ask_identity(struct pdu *pdu, struct question *question)
{
	question->kind = REQUEST_NEXT;
	identity_ask(pdu->identity, question->varbinds);
	pdu->asked_once = 0;
	if (!pdu->need->names || pdu->by_next || !table_bulk(pdu->table))
		return;
	pdu->asked_once = question->varbinds->len;
	table_add(pdu->table, family_row(0), 1, columns_of(pdu));
	table_ask_too(pdu->table, question);
}

/* GETBULK does not do, for whatever reason: at once by GETNEXT. */
static void identify_by_next(struct pdu *pdu, bool silent)
{
	pdu->by_next = true;
	if (silent)
		table_no_bulk(pdu->table);
	forget(pdu);
}

/* Rows came as well. */
static void identified_in_bulk(const struct inventory *inventory, struct pdu *pdu,
                               const struct reply *reply, usec now)
{
	if (reply->status == REPLY_SILENT || reply->error_status ||
	    reply->varbinds->len < pdu->asked_once ||
	    table_take_too(pdu->table, reply, pdu->asked_once)) {
		identify_by_next(pdu, reply->status == REPLY_SILENT);
		return;
	}
	identified(inventory, pdu, reply, now);
}

/* --- whole tables --- */

/*
 * Whether the card speaks of more outlets than the table gave. One that
 * is just starting may show a short table, so that is walked again. For names
 * that goes on until time is up: the row that is missing may be a node's feed.
 * For numbers two walks that agree overrule the count, which is but a hint.
 */
static char *short_table(const struct inventory *inventory, struct pdu *pdu)
{
	const unsigned rows_before = pdu->rows_before;
	struct shortage shortage;

	if (!census_short(pdu->census, pdu->found.outlets, identity_rank(pdu->identity), &shortage))
		return NULL;
	pdu->rows_before = pdu->found.outlets->len;
	if (pdu->need->names || (shortage.rows && rows_before != pdu->rows_before))
		return complete_shortage_text(&shortage,
		                              pdu->need->names ? "numbers or main" : NULL);
	if (shortage.rows && !shortage.promised.devices)
		log_line(inventory->log, TRIPPSNMP_LOG_WARN,
		         "%s: claims %" G_GINT64_FORMAT " outlets, but its table has %u, twice; "
		         "the table counts",
		         pdu->label, shortage.promised.rows, shortage.rows);
	return NULL;
}

/* Whether a device is to be thought of that has it. */
static bool may_be_switched(const struct outlet *outlet, bool mains)
{
	if (outlet->family->is_main)
		return mains && outlet->controllable != TRI_NO;
	return outlet->controllable == TRI_YES;
}

/* The device with what can be switched, and its family, if it is the only one; else 0. */
static uint32_t sole_device(const GArray *outlets, bool mains, const struct family **family)
{
	uint32_t device = 0;

	*family = NULL;
	for (unsigned i = 0; i < outlets->len; i++) {
		const struct outlet *outlet = &g_array_index(outlets, struct outlet, i);
		const struct family *owner = family_owner(outlet->family);

		if (!may_be_switched(outlet, mains))
			continue;
		if (*family && (*family != owner || device != outlet->device)) {
			*family = NULL;
			return 0;
		}
		*family = owner;
		device = outlet->device;
	}
	return device;
}

static void find_sole_devices(const struct pdu *pdu, struct pdu_outlets *found)
{
	found->device = sole_device(found->outlets, false, &found->family);
	if (pdu->need->mains)
		found->main_device = sole_device(found->outlets, true, &found->main_family);
}

/*
 * A number without its device is on the only one that can be switched, which is mostly the
 * first. It may be on a later one only if the card speaks of none whose rows are hidden.
 */
static char *hidden_device(const struct pdu *pdu)
{
	struct shortage shortage;

	if (!numbers_bare(pdu->need->numbers) ||
	    (pdu->found.device <= 1 && pdu->found.main_device <= 1) ||
	    !census_hidden(pdu->census, pdu->found.outlets, identity_rank(pdu->identity),
	                   &shortage))
		return NULL;
	return complete_shortage_text(&shortage, "DEVICE.NUMBER");
}

/* --- what is only shown --- */

static void add_detail(struct pdu *pdu, const struct objid *name, const struct family *family,
                       uint32_t device)
{
	const struct detail detail = { *name, family, device };

	for (unsigned i = 0; i < pdu->details->len; i++) {
		const struct detail *other = &g_array_index(pdu->details, struct detail, i);

		if (objid_equal(&other->name, name) && other->family == family)
			return;
	}
	g_array_append_val(pdu->details, detail);
}

/* The firmware of the card, and the model of each device that has outlets. */
static void want_details(struct pdu *pdu)
{
	for (unsigned i = 0; i < pdu->found.outlets->len; i++) {
		const struct outlet *outlet = &g_array_index(pdu->found.outlets, struct outlet, i);
		const struct family *family = family_owner(outlet->family);
		const struct objid model = objid_append(&family->device_model, 1, &outlet->device);

		if (family->card_firmware.n)
			add_detail(pdu, &family->card_firmware, NULL, 0);
		if (family->device_model.n)
			add_detail(pdu, &model, family, outlet->device);
	}
}

static void ask_details(const struct pdu *pdu, struct question *question)
{
	question->kind = REQUEST_GET;
	question->max_attempts = DETAILS_ATTEMPTS;
	for (unsigned i = 0; i < pdu->details->len; i++)
		varbinds_add(question->varbinds,
		             &g_array_index(pdu->details, struct detail, i).name);
}

static void take_detail(struct pdu *pdu, const struct detail *detail, const struct varbind *varbind)
{
	struct shown_model model = { detail->family, detail->device, NULL };
	const char *octets;
	gsize n;

	if (varbind->type != VALUE_OCTETS)
		return;
	octets = g_bytes_get_data(varbind->octets, &n);
	if (n > DETAIL_BYTES)
		return;
	model.text = text_string(octets, n);
	if (detail->family) {
		g_array_append_val(pdu->found.models, model);
		return;
	}
	g_free(pdu->found.firmware);
	pdu->found.firmware = model.text;
}

/* --- whether a look is settled --- */

static void settled(const struct inventory *inventory, struct pdu *pdu);

/* All that was to be read is. */
static void look_ended(const struct inventory *inventory, struct pdu *pdu, usec now)
{
	pdu->look.answered = now;
	if (pdu->need->details && !pdu->shown && pdu->details->len)
		pdu->stage = STAGE_DETAILS;
	else if (!pdu->need->settled)
		finish(inventory, pdu, now);
	else if (pdu->look.uptime.told)
		settled(inventory, pdu);
	else
		pdu->stage = STAGE_UPTIME;
}

static void settled(const struct inventory *inventory, struct pdu *pdu)
{
	bool settled;
	usec again;

	pdu->look.seen = complete_text(pdu->census, pdu->found.outlets);
	settled = settle_look(&pdu->settle, &pdu->look, &again);
	g_clear_pointer(&pdu->look.seen, g_free);
	if (settled) {
		finish(inventory, pdu, pdu->look.answered);
		return;
	}
	look_again(inventory, pdu, again,
	           g_strdup_printf("it %s, so the names of its outlets count only if they "
	                           "are the same %d s later; write numbers in hostlist to "
	                           "need no such wait",
	                           pdu->look.uptime.told ? "has just started"
	                                                 : "does not tell its uptime",
	                           (int)(SETTLE_APART / USEC_PER_SEC)));
	if (!pdu->look.uptime.told)
		pdu->watch_at = pdu->look.answered + SETTLE_WATCH;
}

/* Whatever came, or nothing: it is shown as far as it is there. */
static void take_details(const struct inventory *inventory, struct pdu *pdu, const GArray *varbinds,
                         usec now)
{
	for (unsigned i = 0; varbinds && i < MIN(varbinds->len, pdu->details->len); i++)
		take_detail(pdu, &g_array_index(pdu->details, struct detail, i),
		            &g_array_index(varbinds, struct varbind, i));
	pdu->shown = true;
	look_ended(inventory, pdu, now);
}

/* Whether its sysUpTime stands still, and so says nothing of a restart. */
static bool stands_still(struct pdu *pdu, int64_t uptime, usec now)
{
	if (!pdu->uptime_since || uptime != pdu->uptime) {
		pdu->uptime = uptime;
		pdu->uptime_since = now;
		pdu->stands = false;
	} else if (!pdu->stands && now - pdu->uptime_since >= UPTIME_STANDS) {
		pdu->stands = true;
		settle_anew(&pdu->settle); /* it was not watched since */
	}
	return pdu->stands;
}

/* A refusal is an answer too: then it does not tell. varbind may be NULL. */
static void take_uptime(const struct inventory *inventory, struct pdu *pdu,
                        const struct varbind *varbind, usec now)
{
	pdu->says_no = varbind && varbind->type != VALUE_UNSIGNED;
	if (varbind && varbind->type == VALUE_UNSIGNED &&
	    !stands_still(pdu, varbind->number, now)) {
		pdu->look.uptime.told = true;
		pdu->look.uptime.since = now - varbind->number * (USEC_PER_SEC / 100);
	}
	settled(inventory, pdu);
}

/* An authenticated SNMPv3 answer says how long its engine is up, whatever else it says. */
static void hear(void *self, unsigned i, const struct heard *heard)
{
	const struct inventory *inventory = self;
	struct uptime *uptime = &inventory->pdus[i].look.uptime;
	const usec since = heard->answered - (usec)heard->engine.time * USEC_PER_SEC;

	settle_heard(&inventory->pdus[i].settle, heard->asked, heard->answered);
	if (!heard->engine.known)
		return;
	uptime->since = uptime->told ? MAX(uptime->since, since) : since;
	uptime->told = true;
}

/* --- tables, judged --- */

static void walked(const struct inventory *inventory, struct pdu *pdu, usec now)
{
	const struct complete_need need = {
		.names = pdu->need->names,
		.wanted = pdu->need->names && !numbers_len(pdu->need->numbers) ? pdu->need->wanted
		                                                               : NULL,
	};
	char *missing = complete_hole(pdu->found.outlets, &need);

	find_sole_devices(pdu, &pdu->found);
	if (!missing && pdu->need->table)
		missing = short_table(inventory, pdu);
	if (!missing)
		missing = hidden_device(pdu);
	if (!missing && pdu->need->names)
		missing = recall_lost(pdu->recall, pdu->found.outlets);
	if (missing) {
		settle_moving(&pdu->settle);
		start_over(inventory, pdu, now, missing);
		return;
	}
	pdu->found.whole = true;
	for (unsigned i = 0; pdu->need->status && i < pdu->found.outlets->len; i++) {
		const struct outlet *outlet = &g_array_index(pdu->found.outlets, struct outlet, i);

		if (outlet->controllable == TRI_YES)
			statuses_add(pdu->statuses, outlet->family, outlet->device);
	}
	if (pdu->need->details)
		want_details(pdu);
	if (pdu->statuses->len)
		pdu->stage = STAGE_STATUS;
	else
		look_ended(inventory, pdu, now);
}

static void take_rows(const struct inventory *inventory, struct pdu *pdu, const struct reply *reply,
                      usec now)
{
	const char *wrong = table_take(pdu->table, reply);

	if (wrong && reply->reason)
		deny(inventory, pdu, now, reply->reason);
	else if (wrong)
		start_over(inventory, pdu, now,
		           g_strdup_printf("the outlet table could not be read whole: %s", wrong));
	else if (table_ended(pdu->table))
		walked(inventory, pdu, now);
}

/* --- a stranger --- */

static void ask_who(const struct pdu *pdu, struct question *question)
{
	/* one by one: some firmware refuses any request that has a system object too much */
	question->kind = REQUEST_GET;
	varbinds_add(question->varbinds, pdu->found.who ? &sys_descr : &sys_object_id);
}

static void who_answered(const struct inventory *inventory, struct pdu *pdu,
                         const struct reply *reply, usec now)
{
	const struct varbind *varbind = &g_array_index(reply->varbinds, struct varbind, 0);
	gsize n = 0;
	const char *octets = varbind->octets ? g_bytes_get_data(varbind->octets, &n) : NULL;
	char *text = octets ? text_escape(octets, (gssize)MIN(n, WHO_BYTES)) : g_strdup("none");
	struct objid id;
	char *why;

	if (!pdu->found.who) {
		varbind_objid(varbind, &id);
		pdu->hint = family_hint(&id);
		pdu->found.who = text;
		return;
	}
	why = g_strdup_printf("no outlet table that we know (sysObjectID %s, sysDescr \"%s\"): %s",
	                      pdu->found.who, text, pdu->hint);
	deny(inventory, pdu, now, why);
	g_free(why);
	g_free(text);
}

/* --- the machine --- */

static void ask_uptime(struct question *question)
{
	question->kind = REQUEST_GET;
	question->max_attempts = UPTIME_ATTEMPTS;
	question->no_is_answer = true;
	varbinds_add(question->varbinds, &sys_uptime);
}

/* What the look asked too, and was answered, whatever that says. */
static void ask_anything(struct question *question)
{
	const struct family *family = family_row(0);
	const struct objid column = family_instance(family, family_existence(family), 0, 0);

	question->kind = REQUEST_NEXT;
	question->max_attempts = UPTIME_ATTEMPTS;
	varbinds_add(question->varbinds, &column);
}

static usec due(const struct pdu *pdu)
{
	if (pdu->stage == STAGE_DONE)
		return USEC_NEVER;
	return pdu->stage == STAGE_IDENTIFY ? MIN(pdu->not_before, pdu->watch_at) : pdu->not_before;
}

/* Leaves the question empty if there is nothing to ask. */
static void ask(struct pdu *pdu, usec now, struct question *question)
{
	memset(question, 0, sizeof(*question));
	question->varbinds = varbinds_new();
	switch (pdu->stage) {
	case STAGE_IDENTIFY:
		pdu->watch_at = USEC_NEVER;
		pdu->look = (struct look){ .asked = now };
		ask_identity(pdu, question);
		break;
	case STAGE_READ:
		ask_numbers(pdu, question);
		break;
	case STAGE_WALK:
		table_ask(pdu->table, question);
		break;
	case STAGE_STATUS:
		question->kind = REQUEST_GET;
		statuses_ask(pdu->statuses, question->varbinds);
		break;
	case STAGE_DETAILS:
		ask_details(pdu, question);
		break;
	case STAGE_UPTIME:
		ask_uptime(question);
		break;
	case STAGE_WATCH:
		/* one no may be a slip: who tells it then is a card that tells */
		if (pdu->says_no)
			ask_uptime(question);
		else
			ask_anything(question);
		break;
	case STAGE_WHO:
		ask_who(pdu, question);
		break;
	case STAGE_ALARMS:
		table_ask(pdu->table, question);
		question->no_is_answer = true;
		break;
	case STAGE_ABOUT:
		question->kind = REQUEST_GET;
		question->no_is_answer = true;
		alarms_ask_about(&pdu->found.alarms, question->varbinds);
		break;
	case STAGE_DONE:
		break;
	}
}

static bool next(void *self, unsigned i, usec now, struct question *question)
{
	const struct inventory *inventory = self;
	struct pdu *pdu = &inventory->pdus[i];

	while (now >= due(pdu)) {
		if (now < pdu->not_before)
			pdu->stage = STAGE_WATCH;
		ask(pdu, now, question);
		if (question->varbinds->len)
			return true;
		/* such as a status of a family that has none */
		g_array_unref(question->varbinds);
		finish(inventory, pdu, now);
	}
	return false;
}

static void answered(const struct inventory *inventory, struct pdu *pdu, const struct reply *reply,
                     usec now)
{
	const struct varbind *varbinds;

	switch (pdu->stage) {
	case STAGE_IDENTIFY:
		if (pdu->asked_once)
			identified_in_bulk(inventory, pdu, reply, now);
		else
			identified(inventory, pdu, reply, now);
		break;
	case STAGE_READ:
		varbinds = &g_array_index(reply->varbinds, struct varbind, 0);
		numbers_read(inventory, pdu, varbinds,
		             varbinds + numbers_cells_len(pdu->need->numbers, pdu->found.family),
		             now);
		break;
	case STAGE_WALK:
		take_rows(inventory, pdu, reply, now);
		break;
	case STAGE_STATUS:
		statuses_take(pdu->statuses, &g_array_index(reply->varbinds, struct varbind, 0),
		              pdu->found.outlets);
		look_ended(inventory, pdu, now);
		break;
	case STAGE_DETAILS:
		take_details(inventory, pdu, reply->varbinds, now);
		break;
	case STAGE_UPTIME:
		take_uptime(inventory, pdu, &g_array_index(reply->varbinds, struct varbind, 0),
		            now);
		break;
	case STAGE_WHO:
		who_answered(inventory, pdu, reply, now);
		break;
	case STAGE_ALARMS:
		take_alarms(inventory, pdu, reply, now);
		break;
	case STAGE_ABOUT:
		alarms_take_about(&pdu->found.alarms,
		                  &g_array_index(reply->varbinds, struct varbind, 0));
		alarms_known(pdu);
		break;
	case STAGE_WATCH: /* that it answers is all */
	case STAGE_DONE:
		break;
	}
}

/* A question that ends so: GETBULK, or for the uptime. */
static void unanswered(const struct inventory *inventory, struct pdu *pdu,
                       const struct reply *reply, usec now)
{
	if (pdu->stage == STAGE_DETAILS)
		take_details(inventory, pdu, NULL, now);
	else if (pdu->stage == STAGE_UPTIME)
		take_uptime(inventory, pdu, NULL, now);
	else if (pdu->stage == STAGE_IDENTIFY)
		identify_by_next(pdu, true);
	else if (pdu->stage == STAGE_ALARMS)
		take_alarms(inventory, pdu, reply, now);
	else
		take_rows(inventory, pdu, reply, now);
}

static bool tells_uptime(const struct reply *reply)
{
	const struct varbind *varbind;

	if (reply->status != REPLY_ANSWERED || reply->varbinds->len != 1)
		return false;
	varbind = &g_array_index(reply->varbinds, struct varbind, 0);
	return varbind->type == VALUE_UNSIGNED && objid_equal(&varbind->name, &sys_uptime);
}

static void reply(void *self, unsigned i, const struct reply *reply, usec now)
{
	const struct inventory *inventory = self;
	struct pdu *pdu = &inventory->pdus[i];

	if (pdu->stage == STAGE_WATCH) {
		pdu->stage = STAGE_IDENTIFY;
		pdu->watch_at = now + SETTLE_WATCH;
		pdu->settle.told = pdu->settle.told || tells_uptime(reply);
		if (reply->status != REPLY_REPLACED && reply->status != REPLY_FAULT)
			return;
	}
	switch (reply->status) {
	case REPLY_ANSWERED:
		answered(inventory, pdu, reply, now);
		break;
	case REPLY_SILENT:
		unanswered(inventory, pdu, reply, now);
		break;
	case REPLY_REFUSED:
		if (pdu->stage == STAGE_DETAILS)
			take_details(inventory, pdu, NULL, now);
		else if (pdu->stage == STAGE_UPTIME)
			take_uptime(inventory, pdu, NULL, now);
		else
			fail(pdu, TRIPPSNMP_ACCESS, reply->reason);
		break;
	case REPLY_REPLACED:
		pdu->by_next = false;
		start_over(inventory, pdu, now,
		           g_strdup("another device answers under its address now"));
		break;
	case REPLY_FAULT:
		fail(pdu, TRIPPSNMP_INTERNAL, reply->reason);
		break;
	}
	if (pdu->stage == STAGE_DONE)
		denial_clear(&pdu->denial);
}

static usec wake(const void *self, unsigned i)
{
	const struct inventory *inventory = self;
	const struct pdu *pdu = &inventory->pdus[i];

	return due(pdu);
}

static bool done(const void *self)
{
	const struct inventory *inventory = self;
	bool all = true;

	for (unsigned i = 0; i < inventory->n; i++) {
		if (inventory->pdus[i].outcome.error)
			return true;
		all = all && inventory->pdus[i].stage == STAGE_DONE;
	}
	return all;
}

static const char *doing(const void *self)
{
	const struct inventory *inventory = self;

	for (unsigned i = 0; i < inventory->n; i++)
		if (inventory->pdus[i].stage == STAGE_IDENTIFY && !inventory->pdus[i].look.asked &&
		    inventory->pdus[i].obstacle)
			return "waiting to look at the outlets again";
	return "reading the outlets";
}

struct machine inventory_machine(struct inventory *inventory)
{
	return (struct machine){
		.self = inventory,
		.next = next,
		.hear = hear,
		.reply = reply,
		.wake = wake,
		.done = done,
		.doing = doing,
	};
}
