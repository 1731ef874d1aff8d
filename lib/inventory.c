/*
 * Identification, look-up of single outlets, and whether a table that was
 * walked is whole: see inventory.h. What the outlet columns answer decides which
 * outlets there are; devices and counts ask for more rows: by name they bind, by
 * number they are hints. An unclear answer is asked for again until somebody's time
 * is up, and so is a refusal until it has lasted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "inventory.h"

#include "census.h"
#include "denial.h"
#include "settle.h"
#include "text.h"

#include <string.h>

#define WHO_BYTES 128     /* of a stranger's texts, in one line */
#define GUESS_CELLS_MAX 4 /* of each family; more would make the answer long */
#define PAUSE USEC_PER_SEC
/* What is refused is asked again within each second. */
#define DENIED_PAUSE (DENIAL_PAUSE - DENIAL_PAUSE / 10)
#define UPTIME_ATTEMPTS 8 /* a PDU that never answers that one is as one that refuses it */

static const struct objid sys_object_id = { .n = 9, .id = { 1, 3, 6, 1, 2, 1, 1, 2, 0 } };
static const struct objid sys_uptime = { .n = 9, .id = { 1, 3, 6, 1, 2, 1, 1, 3, 0 } };
static const struct objid sys_descr = { .n = 9, .id = { 1, 3, 6, 1, 2, 1, 1, 1, 0 } };
/* snmpEngineID without its instance, for GETNEXT (RFC 3411) */
static const struct objid engine_id = { .n = 10, .id = { 1, 3, 6, 1, 6, 3, 10, 2, 1, 1 } };

enum stage {
	STAGE_IDENTIFY,
	STAGE_READ,
	STAGE_WALK,
	STAGE_STATUS,
	STAGE_UPTIME,
	STAGE_WHO,
	STAGE_DONE
};

/** What identification saw of one family. */
struct sighting {
	bool seen;    /* has a row */
	bool unclear; /* neither a row nor a definite no */
	bool beyond;  /* has a row on a device after 1, or cannot tell */
	uint32_t device;
};

/** Where the question for identification has what of a family; NOT_ASKED. */
#define NOT_ASKED UINT_MAX
struct layout {
	unsigned first;  /* what is its first row */
	unsigned beyond; /* what follows device 1 */
	unsigned guess;  /* the cells of the outlets wanted */
	unsigned status; /* of device 1 */
};

/** A list on its way: its first rows come with identification. */
struct listing {
	struct family_list list;
	unsigned first, beyond; /* where in that question what follows its root and device 1 is */
	struct objid cursor;    /* the last row seen */
	bool ended;
	const char *unclear; /* why it is no list; NULL if it is one so far */
};

struct pdu {
	const char *label;
	const struct inventory_need *need;
	struct pdu_outlets found;
	enum stage stage;
	usec not_before;
	struct layout *layouts;     /* of the families */
	unsigned engine_id_at;      /* in that question; NOT_ASKED */
	bool guessed;               /* the outlets wanted are in it */
	unsigned asked_once;        /* varbinds of it, where rows are asked too; else 0 */
	bool by_next;               /* GETBULK does not do for it */
	struct sighting *sightings; /* of the families */
	GArray *listings;           /* of struct listing */
	GArray *census;
	unsigned rank; /* of the families that answer the best; UINT_MAX: none does */
	struct table *table;
	GArray *statuses;     /* of struct objid: which tlpDeviceStatus is asked */
	unsigned rows_before; /* of the walk that the count hint did not believe */
	struct look look;     /* under way */
	struct settle settle;
	struct denial denial;
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

static void forget(struct pdu *pdu)
{
	table_clear(pdu->table);
	g_array_set_size(pdu->census, 0);
	g_array_set_size(pdu->statuses, 0);
	g_clear_pointer(&pdu->found.who, g_free);
	pdu->found.whole = false;
	pdu->found.family = NULL;
	pdu->found.device = 0;
}

static GArray *listings_new(void)
{
	GArray *listings = g_array_new(FALSE, TRUE, sizeof(struct listing));
	struct listing listing = { 0 };

	while (family_list(listings->len, &listing.list))
		g_array_append_val(listings, listing);
	return listings;
}

static void pdu_init(const struct inventory *inventory, struct pdu *pdu, const char *label,
                     const struct inventory_need *need)
{
	pdu->label = label;
	pdu->need = need;
	pdu->stage = need->skip ? STAGE_DONE : STAGE_IDENTIFY;
	pdu->layouts = g_new0(struct layout, family_count());
	pdu->sightings = g_new0(struct sighting, family_count());
	pdu->listings = listings_new();
	pdu->census = census_new();
	pdu->statuses = g_array_new(FALSE, FALSE, sizeof(struct objid));
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
		pdu_init(inventory, &inventory->pdus[i], labels[i], &needs[i]);
	return inventory;
}

void inventory_free(struct inventory *inventory)
{
	if (!inventory)
		return;
	for (unsigned i = 0; i < inventory->n; i++) {
		struct pdu *pdu = &inventory->pdus[i];

		g_free(pdu->layouts);
		g_free(pdu->sightings);
		table_free(pdu->table);
		g_array_unref(pdu->listings);
		g_array_unref(pdu->census);
		g_array_unref(pdu->statuses);
		g_array_unref(pdu->found.outlets);
		settle_anew(&pdu->settle);
		denial_clear(&pdu->denial);
		g_clear_pointer(&pdu->found.engine_id, g_bytes_unref);
		g_free(pdu->found.who);
		g_free(pdu->obstacle);
		g_free(pdu->outcome.message);
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
		pdu->outcome.error = TRIPPSNMP_OK;
		g_clear_pointer(&pdu->outcome.message, g_free);
	}
}

const struct pdu_outlets *inventory_pdu(const struct inventory *inventory, unsigned pdu)
{
	return &inventory->pdus[pdu].found;
}

const char *inventory_obstacle(const struct inventory *inventory, unsigned pdu)
{
	return inventory->pdus[pdu].obstacle;
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
	pdu->stage = STAGE_IDENTIFY;
	pdu->not_before = when;
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
	look_again(inventory, pdu, now + DENIED_PAUSE, g_strdup(why));
}

/* --- identification --- */

static unsigned numbers_len(const struct pdu *pdu)
{
	return pdu->need->numbers ? pdu->need->numbers->len : 0;
}

static uint32_t number_at(const struct pdu *pdu, unsigned i)
{
	return g_array_index(pdu->need->numbers, struct outlet_number, i).number;
}

static bool name_at(const struct pdu *pdu, unsigned i)
{
	return g_array_index(pdu->need->numbers, struct outlet_number, i).name;
}

static bool any_name(const struct pdu *pdu)
{
	for (unsigned i = 0; i < numbers_len(pdu); i++)
		if (name_at(pdu, i))
			return true;
	return false;
}

/*
 * The cells that are read of a number, in the order in which they are asked: its state; whether
 * it is controllable where that is a column; its name where that is wanted.
 */
#define CELLS_MAX 3
static unsigned cells_of(const struct pdu *pdu, const struct family *family, unsigned i,
                         uint32_t columns[CELLS_MAX])
{
	unsigned n = 0;

	columns[n++] = family->state;
	if (family->controllable)
		columns[n++] = family->controllable;
	if (name_at(pdu, i) && family->outlet_name)
		columns[n++] = family->outlet_name;
	return n;
}

static unsigned all_cells(const struct pdu *pdu, const struct family *family)
{
	uint32_t columns[CELLS_MAX];
	unsigned n = 0;

	for (unsigned i = 0; i < numbers_len(pdu); i++)
		n += cells_of(pdu, family, i, columns);
	return n;
}

static bool numbers_on(const GArray *numbers, uint32_t device)
{
	for (unsigned i = 0; i < numbers->len; i++) {
		const struct outlet_number *number =
			&g_array_index(numbers, struct outlet_number, i);

		if (number->has_device && number->device != device)
			return false;
	}
	return true;
}

/*
 * Whether identification also reads the outlets wanted, on the guess that they
 * are on device 1 of whatever family there is: that saves a round trip. v1
 * would need more of them, for it answers nothing where one object is missing.
 */
static bool guesses(const struct inventory *inventory, const struct pdu *pdu)
{
	if (inventory->settings.v1 || pdu->need->table || !numbers_len(pdu) ||
	    !numbers_on(pdu->need->numbers, 1))
		return false;
	for (unsigned i = 0; i < family_count(); i++)
		if (all_cells(pdu, family_row(i)) > GUESS_CELLS_MAX)
			return false;
	for (unsigned i = 0; i < numbers_len(pdu); i++)
		if (!number_at(pdu, i))
			return false;
	return true;
}

/* Returns where it stands in the question. */
static unsigned ask(struct question *question, const struct objid *name)
{
	varbinds_add(question->varbinds, name);
	return question->varbinds->len - 1;
}

/* What GETNEXT is to be asked for this object: the name right before it. */
static unsigned ask_before(struct question *question, struct objid name)
{
	name.id[name.n - 1]--;
	return ask(question, &name);
}

static struct objid status_of(const struct family *family, uint32_t device)
{
	return objid_append(&family->device_status, 1, &device);
}

/* Where the status of device 1 is asked for an earlier family; NOT_ASKED if it is not. */
static unsigned status_asked(const struct pdu *pdu, unsigned family)
{
	for (unsigned i = 0; i < family; i++)
		if (objid_equal(&family_row(i)->device_status, &family_row(family)->device_status))
			return pdu->layouts[i].status;
	return NOT_ASKED;
}

/* For each family each number's cells, and the status of its device 1. */
static void ask_guess(struct pdu *pdu, struct question *question)
{
	const uint32_t device = 1;
	uint32_t columns[CELLS_MAX];

	pdu->guessed = true;
	for (unsigned i = 0; i < family_count(); i++) {
		const struct family *family = family_row(i);
		struct layout *layout = &pdu->layouts[i];

		layout->guess = question->varbinds->len;
		for (unsigned k = 0; k < numbers_len(pdu); k++)
			for (unsigned c = 0; c < cells_of(pdu, family, k, columns); c++)
				ask_before(question, family_instance(family, columns[c], device,
				                                     number_at(pdu, k)));
		layout->status = status_asked(pdu, i);
		if (family->device_status.n && layout->status == NOT_ASKED)
			layout->status = ask_before(question, status_of(family, device));
	}
}

/*
 * By name each list's first row and, on the guess that it is device 1, the next; what follows
 * is read with the tables. By number the counts' first rows alone, which are hints.
 */
static void ask_lists(struct pdu *pdu, struct question *question)
{
	const uint32_t device = 1;

	for (unsigned i = 0; i < pdu->listings->len; i++) {
		struct listing *listing = &g_array_index(pdu->listings, struct listing, i);
		const struct family_list *list = &listing->list;
		const struct objid beyond = objid_append(&list->root, 1, &device);
		const bool names = pdu->need->names;

		listing->first = names || !list->types ? ask(question, &list->root) : NOT_ASKED;
		listing->beyond = names && list->by_device ? ask(question, &beyond) : NOT_ASKED;
		listing->cursor = list->root;
		listing->ended = false;
		listing->unclear = NULL;
	}
}

/* Which columns a walk must read. */
static struct table_columns columns_of(const struct pdu *pdu)
{
	return (struct table_columns){
		/* by name a sweep reads them, before anything is switched and after */
		.state = pdu->need->status || !pdu->need->names,
		.names = pdu->need->names || any_name(pdu),
	};
}

/*
 * One GETNEXT of: for each family its first row, for those by device the first
 * row of a device after 1; the lists; the engine ID; the guess. By name it is a GETBULK, on the
 * guess that the first family's table is there, with as many of its rows as there is room for.
 */
static void ask_identity(const struct inventory *inventory, struct pdu *pdu,
                         struct question *question)
{
	question->kind = REQUEST_NEXT;
	for (unsigned i = 0; i < family_count(); i++) {
		const struct family *family = family_row(i);
		const uint32_t column = family_existence(family);
		const struct objid first = family_instance(family, column, 0, 0);
		const struct objid beyond = family_instance(family, column, 1, BEYOND_LAST);
		struct layout *layout = &pdu->layouts[i];

		layout->first = ask(question, &first);
		layout->beyond = family->by_device ? ask(question, &beyond) : NOT_ASKED;
	}
	ask_lists(pdu, question);
	pdu->engine_id_at = inventory->engine_ids ? ask(question, &engine_id) : NOT_ASKED;
	pdu->guessed = false;
	if (guesses(inventory, pdu))
		ask_guess(pdu, question);
	pdu->asked_once = 0;
	if (!pdu->need->names || pdu->by_next || !table_bulk(pdu->table))
		return;
	pdu->asked_once = question->varbinds->len;
	table_add(pdu->table, family_row(0), 1, columns_of(pdu));
	table_ask_too(pdu->table, question);
}

static bool is_row(const struct family *family, const struct varbind *varbind, uint32_t *device)
{
	uint32_t number;

	switch (varbind->type) {
	case VALUE_ABSENT:
	case VALUE_END_OF_MIB:
	case VALUE_ERROR:
		return false;
	default:
		return family_index(family, family_existence(family), &varbind->name, device,
		                    &number);
	}
}

/* Whether the answer to a GETNEXT says nothing: an error, or what does not follow. */
static bool says_nothing(const struct varbind *varbind, const struct objid *asked)
{
	if (varbind->type == VALUE_ABSENT || varbind->type == VALUE_END_OF_MIB)
		return false;
	return varbind->type == VALUE_ERROR || objid_compare(&varbind->name, asked) <= 0;
}

/* NULL if that was not asked. */
static const struct varbind *answer_at(const GArray *varbinds, unsigned at)
{
	return at == NOT_ASKED ? NULL : &g_array_index(varbinds, struct varbind, at);
}

static void sight(const struct family *family, const GArray *varbinds, const struct layout *layout,
                  struct sighting *sighting)
{
	const struct objid root = family_instance(family, family_existence(family), 0, 0);
	const struct objid last = family_instance(family, family_existence(family), 1, BEYOND_LAST);
	const struct varbind *first = &g_array_index(varbinds, struct varbind, layout->first);
	const struct varbind *beyond = answer_at(varbinds, layout->beyond);
	uint32_t device;

	memset(sighting, 0, sizeof(*sighting));
	sighting->seen = is_row(family, first, &sighting->device);
	sighting->unclear = says_nothing(first, &root);
	sighting->beyond =
		beyond && (says_nothing(beyond, &last) || is_row(family, beyond, &device));
}

/* What follows asked in a list. False if that says nothing of what follows it in turn. */
static bool list_step(struct pdu *pdu, struct listing *listing, const struct varbind *varbind,
                      const struct objid *asked)
{
	if (says_nothing(varbind, asked)) {
		listing->unclear = "errors where its devices are counted";
		return false;
	}
	listing->ended = !listing->list.by_device || varbind->type == VALUE_ABSENT ||
	                 varbind->type == VALUE_END_OF_MIB ||
	                 !objid_below(&varbind->name, &listing->list.root);
	if (varbind->type == VALUE_ABSENT || varbind->type == VALUE_END_OF_MIB ||
	    !objid_below(&varbind->name, &listing->list.root))
		return false;
	listing->cursor = varbind->name;
	listing->unclear = census_take(pdu->census, &listing->list, varbind);
	return !listing->ended && !listing->unclear;
}

static void take_lists(struct pdu *pdu, const GArray *varbinds)
{
	const uint32_t device = 1;

	for (unsigned i = 0; i < pdu->listings->len; i++) {
		struct listing *listing = &g_array_index(pdu->listings, struct listing, i);
		const struct objid root = listing->list.root;
		const struct objid second = objid_append(&root, 1, &device);
		const struct varbind *first = answer_at(varbinds, listing->first);
		const struct varbind *beyond = answer_at(varbinds, listing->beyond);

		if (first && list_step(pdu, listing, first, &root) && beyond &&
		    objid_equal(&listing->cursor, &second))
			list_step(pdu, listing, beyond, &second);
	}
}

/* Why the lists that matter beside families of that rank are none; NULL if they are fine. */
static const char *lists_unclear(const struct pdu *pdu)
{
	for (unsigned i = 0; pdu->need->names && i < pdu->listings->len; i++) {
		const struct listing *listing = &g_array_index(pdu->listings, struct listing, i);

		if (listing->unclear && listing->list.rank <= pdu->rank)
			return listing->unclear;
	}
	return NULL;
}

static void take_engine_id(struct pdu *pdu, const struct varbind *varbind)
{
	g_clear_pointer(&pdu->found.engine_id, g_bytes_unref);
	if (varbind->type == VALUE_OCTETS && objid_below(&varbind->name, &engine_id) &&
	    g_bytes_get_size(varbind->octets) > 0)
		pdu->found.engine_id = g_bytes_ref(varbind->octets);
}

static unsigned best_rank(const struct pdu *pdu)
{
	unsigned best = UINT_MAX;

	for (unsigned i = 0; i < family_count(); i++)
		if (pdu->sightings[i].seen)
			best = MIN(best, family_row(i)->rank);
	return best;
}

/* A family without a clear answer matters unless a better one is there. */
static bool identity_unclear(const struct pdu *pdu, unsigned best)
{
	for (unsigned i = 0; i < family_count(); i++)
		if (pdu->sightings[i].unclear && family_row(i)->rank <= best)
			return true;
	return false;
}

static void begin_walk(struct pdu *pdu)
{
	for (unsigned i = 0; i < family_count(); i++)
		if (pdu->sightings[i].seen && family_row(i)->rank == pdu->rank)
			table_add(pdu->table, family_row(i), pdu->sightings[i].device,
			          columns_of(pdu));
	for (unsigned i = 0; pdu->need->names && i < pdu->listings->len; i++) {
		const struct listing *listing = &g_array_index(pdu->listings, struct listing, i);

		if (!listing->ended && listing->list.rank <= pdu->rank)
			table_add_list(pdu->table, &listing->list, &listing->cursor);
	}
	pdu->stage = STAGE_WALK;
}

/* The one device of the card, where identification alone could tell. */
static const struct sighting *sole_device(const struct pdu *pdu, unsigned rank,
                                          const struct family **family)
{
	const struct sighting *sole = NULL;

	for (unsigned i = 0; i < family_count(); i++) {
		const struct sighting *sighting = &pdu->sightings[i];

		if (family_row(i)->rank != rank || !sighting->seen)
			continue;
		if (sole || sighting->device != 1 || sighting->beyond)
			return NULL;
		sole = sighting;
		*family = family_row(i);
	}
	return sole;
}

static void add_status(struct pdu *pdu, const struct family *family, uint32_t device)
{
	const struct objid status = status_of(family, device);

	if (!family->device_status.n)
		return;
	for (unsigned i = 0; i < pdu->statuses->len; i++)
		if (objid_equal(&g_array_index(pdu->statuses, struct objid, i), &status))
			return;
	g_array_append_val(pdu->statuses, status);
}

/* --- single outlets --- */

static void ask_statuses(const struct pdu *pdu, struct question *question)
{
	for (unsigned i = 0; i < pdu->statuses->len; i++)
		varbinds_add(question->varbinds, &g_array_index(pdu->statuses, struct objid, i));
}

/* For each number its cells, then the device's status. */
static void ask_numbers(const struct pdu *pdu, struct question *question)
{
	const struct family *family = pdu->found.family;
	uint32_t columns[CELLS_MAX];

	question->kind = REQUEST_GET;
	for (unsigned i = 0; i < numbers_len(pdu); i++)
		for (unsigned c = 0; c < cells_of(pdu, family, i, columns); c++) {
			const struct objid cell = family_instance(
				family, columns[c], pdu->found.device, number_at(pdu, i));

			varbinds_add(question->varbinds, &cell);
		}
	ask_statuses(pdu, question);
}

static void take_statuses(struct pdu *pdu, const struct varbind *varbinds)
{
	for (unsigned i = 0; i < pdu->statuses->len; i++) {
		const bool read = varbinds[i].type == VALUE_INTEGER;
		const bool lost = read ? varbinds[i].number == DEVICE_STATUS_OFFLINE
		                       : varbinds[i].type != VALUE_ABSENT;

		for (unsigned k = 0; k < pdu->found.outlets->len; k++) {
			struct outlet *outlet =
				&g_array_index(pdu->found.outlets, struct outlet, k);
			const struct objid status = status_of(outlet->family, outlet->device);

			if (!objid_equal(&g_array_index(pdu->statuses, struct objid, i), &status))
				continue;
			outlet->status_read = outlet->status_read || read;
			outlet->lost = outlet->lost || lost;
		}
	}
}

static struct outlet read_number(const struct pdu *pdu, uint32_t number,
                                 const struct varbind *state, const struct varbind *existence)
{
	struct outlet outlet = {
		.family = pdu->found.family,
		.device = pdu->found.device,
		.number = number,
		.exists = state->type != VALUE_ABSENT,
		.controllable = family_controllable(pdu->found.family, existence),
		.state = family_state(pdu->found.family, state),
	};

	if (existence->type == VALUE_ABSENT)
		outlet.controllable = TRI_NO;
	return outlet;
}

/* No outlet without a name is taken for one: an error is no answer, what is absent is one. */
static void read_name(struct outlet *outlet, const struct varbind *name)
{
	gsize n;
	const char *octets;

	if (name->type != VALUE_OCTETS)
		return;
	octets = g_bytes_get_data(name->octets, &n);
	outlet->name = text_string(octets, n);
	outlet->has_name = true;
}

/* What the answer leaves open of an outlet that is there; NULL if nothing. name may be NULL. */
static char *unsaid(const struct outlet *outlet, const struct varbind *name)
{
	if (outlet->exists && outlet->controllable == TRI_UNKNOWN)
		return g_strdup_printf("it does not say whether outlet %u is controllable",
		                       outlet->number);
	if (outlet->exists && name && !outlet->has_name && name->type != VALUE_ABSENT)
		return g_strdup_printf("it does not say what outlet %u is called", outlet->number);
	return NULL;
}

/* cells and status are in the order of ask_numbers(). */
static void numbers_read(const struct inventory *inventory, struct pdu *pdu,
                         const struct varbind *cells, const struct varbind *status, usec now)
{
	const struct family *family = pdu->found.family;

	for (unsigned i = 0; i < numbers_len(pdu); i++) {
		const struct varbind *state = cells++;
		const struct varbind *existence = family->controllable ? cells++ : state;
		const struct varbind *name =
			name_at(pdu, i) && family->outlet_name ? cells++ : NULL;
		struct outlet outlet = read_number(pdu, number_at(pdu, i), state, existence);
		char *open;

		if (name)
			read_name(&outlet, name);
		g_array_append_val(pdu->found.outlets, outlet);
		open = unsaid(&outlet, name);
		if (open) {
			start_over(inventory, pdu, now, open);
			return;
		}
	}
	take_statuses(pdu, status);
	pdu->stage = STAGE_DONE;
}

/* --- identification, judged --- */

/* Whether the answer to a GETNEXT is this object, with a value. */
static bool is_object(const struct varbind *varbind, const struct objid *name)
{
	return varbind->type != VALUE_ABSENT && varbind->type != VALUE_END_OF_MIB &&
	       varbind->type != VALUE_ERROR && objid_compare(&varbind->name, name) == 0;
}

static bool is_cell(const struct pdu *pdu, uint32_t column, unsigned i,
                    const struct varbind *varbind)
{
	const struct objid name =
		family_instance(pdu->found.family, column, pdu->found.device, number_at(pdu, i));

	return is_object(varbind, &name);
}

/*
 * Whether the guess was right in all: the outlets are read then. In any other
 * case, and be it that an outlet does not exist, they are asked for by name.
 */
static bool guess_right(const struct pdu *pdu, const struct varbind *cells,
                        const struct varbind *status)
{
	uint32_t columns[CELLS_MAX];
	struct objid before;

	for (unsigned i = 0; i < numbers_len(pdu); i++)
		for (unsigned c = 0; c < cells_of(pdu, pdu->found.family, i, columns); c++)
			if (!is_cell(pdu, columns[c], i, cells++))
				return false;
	if (!pdu->statuses->len)
		return true;
	before = status_of(pdu->found.family, pdu->found.device - 1);
	return !says_nothing(status, &before);
}

static const struct layout *layout_of(const struct pdu *pdu, const struct family *family)
{
	unsigned i = 0;

	while (family_row(i) != family)
		i++;
	return &pdu->layouts[i];
}

static void take_guess(const struct inventory *inventory, struct pdu *pdu, const GArray *varbinds,
                       usec now)
{
	const struct layout *layout = layout_of(pdu, pdu->found.family);
	const struct objid name = status_of(pdu->found.family, pdu->found.device);
	const struct varbind *cells = answer_at(varbinds, layout->guess);
	const struct varbind *status = answer_at(varbinds, layout->status);

	if (!guess_right(pdu, cells, status))
		return;
	/* another one: definitely, there is no such status */
	if (pdu->statuses->len && !is_object(status, &name))
		g_array_set_size(pdu->statuses, 0);
	numbers_read(inventory, pdu, cells, status, now);
}

/* False if the look has to begin anew, or the PDU is a stranger. */
static bool families_known(const struct inventory *inventory, struct pdu *pdu,
                           const struct reply *reply, usec now)
{
	const bool unclear = identity_unclear(pdu, pdu->rank) || lists_unclear(pdu);

	if (unclear && reply->reason) {
		deny(inventory, pdu, now, reply->reason);
		return false;
	}
	if (unclear) {
		start_over(inventory, pdu, now,
		           g_strdup(lists_unclear(pdu) ? lists_unclear(pdu)
		                                       : "errors where the outlet tables are "
		                                         "looked for"));
		return false;
	}
	if (pdu->rank == UINT_MAX && pdu->need->names && census_promises(pdu->census, pdu->rank)) {
		start_over(inventory, pdu, now,
		           g_strdup("it speaks of outlets, and shows no table of them"));
		return false;
	}
	if (pdu->rank == UINT_MAX)
		pdu->stage = STAGE_WHO;
	return pdu->rank != UINT_MAX;
}

/* What is read next, now that the families are known. */
static void choose_stage(struct pdu *pdu)
{
	const struct sighting *sole = sole_device(pdu, pdu->rank, &pdu->found.family);

	if (sole)
		pdu->found.device = sole->device;
	if (pdu->need->table || !sole ||
	    (pdu->need->numbers && !numbers_on(pdu->need->numbers, sole->device)))
		begin_walk(pdu);
	else if (pdu->need->numbers || pdu->need->status)
		pdu->stage = STAGE_READ;
	else
		pdu->stage = STAGE_DONE;
	if (pdu->stage == STAGE_READ)
		add_status(pdu, pdu->found.family, sole->device);
}

static void identified(const struct inventory *inventory, struct pdu *pdu,
                       const struct reply *reply, usec now)
{
	for (unsigned i = 0; i < family_count(); i++)
		sight(family_row(i), reply->varbinds, &pdu->layouts[i], &pdu->sightings[i]);
	take_lists(pdu, reply->varbinds);
	if (pdu->engine_id_at != NOT_ASKED)
		take_engine_id(pdu, answer_at(reply->varbinds, pdu->engine_id_at));
	pdu->rank = best_rank(pdu);
	if (!families_known(inventory, pdu, reply, now))
		return;
	pdu->found.known = true;
	choose_stage(pdu);
	if (pdu->stage == STAGE_READ && pdu->guessed)
		take_guess(inventory, pdu, reply->varbinds, now);
}

/* GETBULK does not do, for whatever reason: at once by GETNEXT. */
static void identify_by_next(struct pdu *pdu, bool silent)
{
	pdu->by_next = true;
	if (silent)
		table_no_bulk(pdu->table);
	forget(pdu);
}

/* Rows came as well, if the guess was right which table there is. */
static void identified_in_bulk(const struct inventory *inventory, struct pdu *pdu,
                               const struct reply *reply, usec now)
{
	if (reply->status == REPLY_SILENT || reply->error_status ||
	    reply->varbinds->len < pdu->asked_once ||
	    table_take_too(pdu->table, reply, pdu->asked_once)) {
		identify_by_next(pdu, reply->status == REPLY_SILENT);
		return;
	}
	sight(family_row(0), reply->varbinds, &pdu->layouts[0], &pdu->sightings[0]);
	if (!pdu->sightings[0].seen)
		table_clear(pdu->table);
	identified(inventory, pdu, reply, now);
}

/* --- whole tables --- */

static bool has_descriptions(const struct pdu *pdu, const struct family *family)
{
	for (unsigned i = 0; i < pdu->found.outlets->len; i++) {
		const struct outlet *outlet = &g_array_index(pdu->found.outlets, struct outlet, i);

		if (outlet->family == family && outlet->has_description)
			return true;
	}
	return false;
}

static bool is_wanted(const struct pdu *pdu, const char *name)
{
	char *key = text_name_key(name, -1);
	const bool wanted = g_hash_table_contains(pdu->need->wanted, key);

	g_free(key);
	return wanted;
}

/* Whether it matters for what was asked if this outlet is controllable. */
static bool must_be_clear(const struct pdu *pdu, const struct outlet *outlet)
{
	if (!pdu->need->names || !pdu->need->wanted || numbers_len(pdu))
		return true;
	return (outlet->has_name && is_wanted(pdu, outlet->name)) ||
	       (outlet->has_description && is_wanted(pdu, outlet->description));
}

/*
 * What is missing for the table to count as whole: a row that one column has
 * and another lacks was not read, and could be a node's feed. NULL if nothing.
 * A column that no row has is not implemented; that is no hole.
 */
static char *hole(const struct pdu *pdu)
{
	for (unsigned i = 0; i < pdu->found.outlets->len; i++) {
		const struct outlet *outlet = &g_array_index(pdu->found.outlets, struct outlet, i);
		const char *what = NULL;

		if (outlet->controllable == TRI_UNKNOWN && must_be_clear(pdu, outlet))
			what = "whether it is controllable";
		else if (!pdu->need->names)
			continue;
		else if (!outlet->has_name && outlet->family->outlet_name)
			what = "its name";
		else if (!outlet->has_description && has_descriptions(pdu, outlet->family))
			what = "its description";
		if (what)
			return g_strdup_printf("the outlet table could not be read whole: outlet "
			                       "%u.%u lacks %s",
			                       outlet->device, outlet->number, what);
	}
	return NULL;
}

static char *shortage_text(const struct pdu *pdu, const struct shortage *shortage)
{
	const struct promised *promised = &shortage->promised;
	const char *hint =
		pdu->need->names ? " (if it never has more, write numbers in hostlist)" : "";

	if (!shortage->rows && promised->rows == 1)
		return g_strdup_printf(
			"the outlet table could not be read whole: device %u, an %s, "
			"has no outlets there%s",
			promised->device, promised->family->name, hint);
	return g_strdup_printf("the outlet table could not be read whole: %u outlets of "
	                       "%" G_GINT64_FORMAT " on device %u%s",
	                       shortage->rows, promised->rows, promised->device, hint);
}

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

	if (!census_short(pdu->census, pdu->found.outlets, pdu->rank, &shortage))
		return NULL;
	pdu->rows_before = pdu->found.outlets->len;
	if (pdu->need->names || (shortage.rows && rows_before != pdu->rows_before))
		return shortage_text(pdu, &shortage);
	if (shortage.rows)
		log_line(inventory->log, TRIPPSNMP_LOG_WARN,
		         "%s: claims %" G_GINT64_FORMAT " outlets, but its table has %u, twice; "
		         "the table counts",
		         pdu->label, shortage.promised.rows, shortage.rows);
	return NULL;
}

/* The device with controllable outlets, if it is the only one. */
static void find_sole_device(struct pdu_outlets *found)
{
	found->family = NULL;
	found->device = 0;
	for (unsigned i = 0; i < found->outlets->len; i++) {
		const struct outlet *outlet = &g_array_index(found->outlets, struct outlet, i);

		if (outlet->controllable != TRI_YES)
			continue;
		if (found->family &&
		    (found->family != outlet->family || found->device != outlet->device)) {
			found->family = NULL;
			found->device = 0;
			return;
		}
		found->family = outlet->family;
		found->device = outlet->device;
	}
}

/* --- whether a look is settled --- */

static void settled(const struct inventory *inventory, struct pdu *pdu);

/* All that was to be read is. */
static void look_ended(const struct inventory *inventory, struct pdu *pdu, usec now)
{
	pdu->look.answered = now;
	if (!pdu->need->settled)
		pdu->stage = STAGE_DONE;
	else if (pdu->look.uptime.told)
		settled(inventory, pdu);
	else
		pdu->stage = STAGE_UPTIME;
}

/* What a look saw, as text: the same for the same. */
static char *seen(const struct pdu *pdu)
{
	GString *text = g_string_new(NULL);

	census_text(pdu->census, text);
	for (unsigned i = 0; i < pdu->found.outlets->len; i++) {
		const struct outlet *outlet = &g_array_index(pdu->found.outlets, struct outlet, i);

		g_string_append_printf(text, "%s %u.%u", outlet->family->name, outlet->device,
		                       outlet->number);
		if (outlet->has_name)
			g_string_append_printf(text, " %zu:%s", strlen(outlet->name), outlet->name);
		if (outlet->has_description)
			g_string_append_printf(text, " (%zu:%s)", strlen(outlet->description),
			                       outlet->description);
		g_string_append_c(text, '\n');
	}
	return g_string_free(text, FALSE);
}

static void settled(const struct inventory *inventory, struct pdu *pdu)
{
	bool settled;
	usec again;

	pdu->look.seen = seen(pdu);
	settled = settle_look(&pdu->settle, &pdu->look, &again);
	g_clear_pointer(&pdu->look.seen, g_free);
	if (settled)
		pdu->stage = STAGE_DONE;
	else
		look_again(inventory, pdu, again,
		           g_strdup_printf("it %s, so the names of its outlets count only if they "
		                           "are the same %d s later; write numbers in hostlist to "
		                           "need no such wait",
		                           pdu->look.uptime.told ? "has just started"
		                                                 : "does not tell its uptime",
		                           (int)(SETTLE_APART / USEC_PER_SEC)));
}

/* A refusal is an answer too: then it does not tell. varbind may be NULL. */
static void take_uptime(const struct inventory *inventory, struct pdu *pdu,
                        const struct varbind *varbind, usec now)
{
	if (varbind && varbind->type == VALUE_UNSIGNED) {
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

	if (!heard->engine.known)
		return;
	uptime->since = uptime->told ? MAX(uptime->since, since) : since;
	uptime->told = true;
}

/* --- tables, judged --- */

static void walked(const struct inventory *inventory, struct pdu *pdu, usec now)
{
	char *missing = hole(pdu);

	if (!missing && pdu->need->table)
		missing = short_table(inventory, pdu);
	if (missing) {
		start_over(inventory, pdu, now, missing);
		return;
	}
	find_sole_device(&pdu->found);
	pdu->found.whole = true;
	for (unsigned i = 0; pdu->need->status && i < pdu->found.outlets->len; i++) {
		const struct outlet *outlet = &g_array_index(pdu->found.outlets, struct outlet, i);

		if (outlet->controllable == TRI_YES)
			add_status(pdu, outlet->family, outlet->device);
	}
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
	char *why;

	if (!pdu->found.who) {
		pdu->found.who = text;
		return;
	}
	why = g_strdup_printf("no outlet table that we know (sysObjectID %s, sysDescr \"%s\"): is "
	                      "this address a Tripp Lite PDU, ATS or UPS?",
	                      pdu->found.who, text);
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

static bool next(void *self, unsigned i, usec now, struct question *question)
{
	const struct inventory *inventory = self;
	struct pdu *pdu = &inventory->pdus[i];

	if (pdu->stage == STAGE_DONE || now < pdu->not_before)
		return false;
	memset(question, 0, sizeof(*question));
	question->varbinds = varbinds_new();
	switch (pdu->stage) {
	case STAGE_IDENTIFY:
		pdu->look = (struct look){ .asked = now };
		ask_identity(inventory, pdu, question);
		break;
	case STAGE_READ:
		ask_numbers(pdu, question);
		break;
	case STAGE_WALK:
		table_ask(pdu->table, question);
		break;
	case STAGE_STATUS:
		question->kind = REQUEST_GET;
		ask_statuses(pdu, question);
		break;
	case STAGE_UPTIME:
		ask_uptime(question);
		break;
	case STAGE_WHO:
		ask_who(pdu, question);
		break;
	case STAGE_DONE:
		break;
	}
	if (question->varbinds->len)
		return true;
	/* nothing to ask, such as a status of a family that has none */
	g_array_unref(question->varbinds);
	pdu->stage = STAGE_DONE;
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
		numbers_read(inventory, pdu, varbinds, varbinds + all_cells(pdu, pdu->found.family),
		             now);
		break;
	case STAGE_WALK:
		take_rows(inventory, pdu, reply, now);
		break;
	case STAGE_STATUS:
		take_statuses(pdu, &g_array_index(reply->varbinds, struct varbind, 0));
		look_ended(inventory, pdu, now);
		break;
	case STAGE_UPTIME:
		take_uptime(inventory, pdu, &g_array_index(reply->varbinds, struct varbind, 0),
		            now);
		break;
	case STAGE_WHO:
		who_answered(inventory, pdu, reply, now);
		break;
	case STAGE_DONE:
		break;
	}
}

/* A question that ends so: GETBULK, or for the uptime. */
static void unanswered(const struct inventory *inventory, struct pdu *pdu,
                       const struct reply *reply, usec now)
{
	if (pdu->stage == STAGE_UPTIME)
		take_uptime(inventory, pdu, NULL, now);
	else if (pdu->stage == STAGE_IDENTIFY)
		identify_by_next(pdu, true);
	else
		take_rows(inventory, pdu, reply, now);
}

static void reply(void *self, unsigned i, const struct reply *reply, usec now)
{
	const struct inventory *inventory = self;
	struct pdu *pdu = &inventory->pdus[i];

	switch (reply->status) {
	case REPLY_ANSWERED:
		answered(inventory, pdu, reply, now);
		break;
	case REPLY_SILENT:
		unanswered(inventory, pdu, reply, now);
		break;
	case REPLY_REFUSED:
		if (pdu->stage == STAGE_UPTIME)
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

	return pdu->stage == STAGE_DONE ? USEC_NEVER : pdu->not_before;
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

struct machine inventory_machine(struct inventory *inventory)
{
	return (struct machine){
		.self = inventory,
		.next = next,
		.hear = hear,
		.reply = reply,
		.wake = wake,
		.done = done,
	};
}
