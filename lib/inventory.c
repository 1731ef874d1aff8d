/*
 * Identification, look-up of single outlets, and whether a table that was
 * walked is whole: see inventory.h. What the outlet columns answer decides;
 * counts are hints. An unclear answer is asked for again until somebody's time
 * is up.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "inventory.h"

#include "text.h"

#include <string.h>

#define WHO_BYTES 128     /* of a stranger's texts, in one line */
#define GUESS_CELLS_MAX 4 /* of each family; more would make the answer long */
#define PAUSE USEC_PER_SEC

static const struct objid sys_object_id = { .n = 9, .id = { 1, 3, 6, 1, 2, 1, 1, 2, 0 } };
static const struct objid sys_descr = { .n = 9, .id = { 1, 3, 6, 1, 2, 1, 1, 1, 0 } };
/* snmpEngineID without its instance, for GETNEXT (RFC 3411) */
static const struct objid engine_id = { .n = 10, .id = { 1, 3, 6, 1, 6, 3, 10, 2, 1, 1 } };

enum stage { STAGE_IDENTIFY, STAGE_READ, STAGE_WALK, STAGE_STATUS, STAGE_WHO, STAGE_DONE };

/** What identification saw of one family. */
struct sighting {
	bool seen;    /* has a row */
	bool unclear; /* neither a row nor a definite no */
	bool beyond;  /* has a row on a device after 1, or cannot tell */
	uint32_t device;
	uint32_t count_device; /* hint: that device has so many outlets */
	int64_t count;
	bool count_unclear;
};

/** Where the question for identification has what of a family; NOT_ASKED. */
#define NOT_ASKED UINT_MAX
struct layout {
	unsigned first;  /* what is its first row */
	unsigned beyond; /* what follows device 1 */
	unsigned count;
	unsigned guess; /* the cells of the outlets wanted */
};

struct pdu {
	const char *label;
	const struct inventory_need *need;
	struct pdu_outlets found;
	enum stage stage;
	usec not_before;
	struct layout *layouts;     /* of the families */
	unsigned engine_id_at;      /* in that question; NOT_ASKED */
	unsigned guess_status_at;   /* likewise */
	struct sighting *sightings; /* of the families */
	struct table *table;
	GArray *devices;      /* of uint32_t: whose status is asked */
	unsigned rows_before; /* of the walk that the count hint did not believe */
	char *obstacle;
	struct outcome outcome;
};

struct inventory {
	unsigned n;
	struct pdu *pdus;
	bool v1;
	bool engine_ids; /* worth asking: several PDUs */
	unsigned overhead;
	const struct log *log;
};

static void forget(struct pdu *pdu)
{
	g_array_set_size(pdu->found.outlets, 0);
	table_clear(pdu->table);
	g_array_set_size(pdu->devices, 0);
	pdu->found.whole = false;
	pdu->found.family = NULL;
	pdu->found.device = 0;
}

static void pdu_init(const struct inventory *inventory, struct pdu *pdu, const char *label,
                     const struct inventory_need *need)
{
	pdu->label = label;
	pdu->need = need;
	pdu->stage = need->skip ? STAGE_DONE : STAGE_IDENTIFY;
	pdu->layouts = g_new0(struct layout, family_count());
	pdu->sightings = g_new0(struct sighting, family_count());
	pdu->devices = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	pdu->found.outlets = outlets_new();
	pdu->table = table_new(label, inventory->v1, inventory->overhead, pdu->found.outlets,
	                       inventory->log);
}

struct inventory *inventory_new(unsigned n_pdus, const char *const *labels,
                                const struct inventory_need *needs, bool v1, unsigned overhead,
                                const struct log *log)
{
	struct inventory *inventory = g_new0(struct inventory, 1);

	inventory->n = n_pdus;
	inventory->pdus = g_new0(struct pdu, n_pdus);
	inventory->v1 = v1;
	inventory->engine_ids = n_pdus > 1;
	inventory->overhead = overhead;
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
		g_array_unref(pdu->devices);
		g_array_unref(pdu->found.outlets);
		g_clear_pointer(&pdu->found.engine_id, g_bytes_unref);
		g_free(pdu->found.who);
		g_free(pdu->obstacle);
		g_free(pdu->outcome.message);
	}
	g_free(inventory->pdus);
	g_free(inventory);
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

/* Something that was not clear: from the beginning, in a while. Said once, not each time. */
static void start_over(const struct inventory *inventory, struct pdu *pdu, usec now, char *obstacle)
{
	if (g_strcmp0(obstacle, pdu->obstacle))
		log_line(inventory->log, TRIPPSNMP_LOG_WARN, "%s: %s; trying again", pdu->label,
		         obstacle);
	g_free(pdu->obstacle);
	pdu->obstacle = obstacle;
#ifdef TS_DEFECT_PARTIAL_TABLE
	if (pdu->stage == STAGE_WALK) {
		forget(pdu);
		pdu->found.whole = true;
		pdu->stage = STAGE_DONE;
		return;
	}
#endif
	forget(pdu);
	pdu->stage = STAGE_IDENTIFY;
	pdu->not_before = now + PAUSE;
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
	if (inventory->v1 || pdu->need->table || !numbers_len(pdu) ||
	    all_cells(pdu, family_row(0)) > GUESS_CELLS_MAX || !numbers_on(pdu->need->numbers, 1))
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

/* For each family each number's cells; then the status of device 1. */
static void ask_guess(struct pdu *pdu, struct question *question)
{
	const uint32_t device = 1;
	uint32_t columns[CELLS_MAX];

	for (unsigned i = 0; i < family_count(); i++) {
		const struct family *family = family_row(i);

		pdu->layouts[i].guess = question->varbinds->len;
		for (unsigned k = 0; k < numbers_len(pdu); k++)
			for (unsigned c = 0; c < cells_of(pdu, family, k, columns); c++)
				ask_before(question, family_instance(family, columns[c], device,
				                                     number_at(pdu, k)));
	}
	pdu->guess_status_at =
		ask_before(question, objid_append(&family_row(0)->device_status, 1, &device));
}

/*
 * One GETNEXT of: for each family its first row, for those by device the first
 * row of a device after 1; the hints; the engine ID; the guess.
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
		layout->count =
			family->outlet_count.n ? ask(question, &family->outlet_count) : NOT_ASKED;
	}
	pdu->engine_id_at = inventory->engine_ids ? ask(question, &engine_id) : NOT_ASKED;
	pdu->guess_status_at = NOT_ASKED;
	if (guesses(inventory, pdu))
		ask_guess(pdu, question);
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
	const struct varbind *count = answer_at(varbinds, layout->count);
	uint32_t device;

	memset(sighting, 0, sizeof(*sighting));
	sighting->seen = is_row(family, first, &sighting->device);
	sighting->unclear = says_nothing(first, &root);
	sighting->beyond =
		beyond && (says_nothing(beyond, &last) || is_row(family, beyond, &device));
	sighting->count_unclear = count && says_nothing(count, &family->outlet_count);
	if (count && (count->type == VALUE_UNSIGNED || count->type == VALUE_INTEGER) &&
	    objid_below(&count->name, &family->outlet_count)) {
		sighting->count_device = family->by_device ? count->name.id[count->name.n - 1] : 1;
		sighting->count = count->number;
	}
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

static void begin_walk(struct pdu *pdu, unsigned rank)
{
	for (unsigned i = 0; i < family_count(); i++)
		if (pdu->sightings[i].seen && family_row(i)->rank == rank)
			table_add(pdu->table, family_row(i), pdu->sightings[i].device,
			          pdu->need->names || any_name(pdu));
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

static void add_device(struct pdu *pdu, uint32_t device)
{
	for (unsigned i = 0; i < pdu->devices->len; i++)
		if (g_array_index(pdu->devices, uint32_t, i) == device)
			return;
	g_array_append_val(pdu->devices, device);
}

/* --- single outlets --- */

static void add_device_status(const struct pdu *pdu, struct question *question)
{
	for (unsigned i = 0; i < pdu->devices->len; i++) {
		const uint32_t device = g_array_index(pdu->devices, uint32_t, i);
		const struct objid name = objid_append(&family_row(0)->device_status, 1, &device);

		varbinds_add(question->varbinds, &name);
	}
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
	add_device_status(pdu, question);
}

static void take_device_status(struct pdu *pdu, const struct varbind *varbinds)
{
	for (unsigned i = 0; i < pdu->devices->len; i++) {
		const bool read = varbinds[i].type == VALUE_INTEGER;
		const bool lost = read ? varbinds[i].number == DEVICE_STATUS_OFFLINE
		                       : varbinds[i].type != VALUE_ABSENT;

		for (unsigned k = 0; k < pdu->found.outlets->len; k++) {
			struct outlet *outlet =
				&g_array_index(pdu->found.outlets, struct outlet, k);

			if (!outlet->family->device_status.n ||
			    outlet->device != g_array_index(pdu->devices, uint32_t, i))
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
	take_device_status(pdu, status);
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
	struct objid before = family_row(0)->device_status;
	uint32_t columns[CELLS_MAX];

	for (unsigned i = 0; i < numbers_len(pdu); i++)
		for (unsigned c = 0; c < cells_of(pdu, pdu->found.family, i, columns); c++)
			if (!is_cell(pdu, columns[c], i, cells++))
				return false;
	before.id[before.n++] = pdu->found.device - 1;
	return !pdu->devices->len || !says_nothing(status, &before);
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
	const struct objid name =
		objid_append(&family_row(0)->device_status, 1, &pdu->found.device);
	const struct varbind *cells = answer_at(varbinds, layout_of(pdu, pdu->found.family)->guess);
	const struct varbind *status = answer_at(varbinds, pdu->guess_status_at);

	if (!guess_right(pdu, cells, status))
		return;
	if (!is_object(status, &name)) /* another one: definitely, there is no such status */
		g_array_set_size(pdu->devices, 0);
	numbers_read(inventory, pdu, cells, status, now);
}

static void identified(const struct inventory *inventory, struct pdu *pdu,
                       const struct reply *reply, usec now)
{
	const GArray *varbinds = reply->varbinds;
	const struct sighting *sole;
	unsigned best;

	for (unsigned i = 0; i < family_count(); i++)
		sight(family_row(i), varbinds, &pdu->layouts[i], &pdu->sightings[i]);
	if (pdu->engine_id_at != NOT_ASKED)
		take_engine_id(pdu, answer_at(varbinds, pdu->engine_id_at));

	best = best_rank(pdu);
	if (identity_unclear(pdu, best) && reply->reason) {
		fail(pdu, TRIPPSNMP_ACCESS, reply->reason);
		return;
	}
	if (identity_unclear(pdu, best)) {
		start_over(inventory, pdu, now,
		           g_strdup("errors where the outlet tables are looked for"));
		return;
	}
	if (best == UINT_MAX) {
		pdu->stage = STAGE_WHO;
		return;
	}
	pdu->found.known = true;
	sole = sole_device(pdu, best, &pdu->found.family);
	if (sole)
		pdu->found.device = sole->device;
	if (pdu->need->table || !sole ||
	    (pdu->need->numbers && !numbers_on(pdu->need->numbers, sole->device)))
		begin_walk(pdu, best);
	else if (pdu->need->numbers || pdu->need->status)
		pdu->stage = STAGE_READ;
	else
		pdu->stage = STAGE_DONE;
	if (sole && pdu->stage == STAGE_READ && pdu->found.family->device_status.n)
		add_device(pdu, sole->device);
	if (pdu->stage == STAGE_READ && pdu->guess_status_at != NOT_ASKED)
		take_guess(inventory, pdu, varbinds, now);
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

static unsigned rows_of(const struct pdu *pdu, const struct family *family, uint32_t device)
{
	unsigned n = 0;

	for (unsigned i = 0; i < pdu->found.outlets->len; i++) {
		const struct outlet *outlet = &g_array_index(pdu->found.outlets, struct outlet, i);

		n += outlet->family == family && outlet->device == device;
	}
	return n;
}

/*
 * Whether the device speaks of more outlets than the table gave. A card that
 * is just starting may show a short table, so that is walked again. For names
 * that goes on until time is up: the row that is missing may be a node's feed.
 * For numbers two walks that agree overrule the count, which is but a hint.
 */
static char *short_table(const struct inventory *inventory, struct pdu *pdu)
{
	const unsigned rows_before = pdu->rows_before;

	for (unsigned i = 0; i < family_count(); i++) {
		const struct sighting *sighting = &pdu->sightings[i];
		const unsigned rows = rows_of(pdu, family_row(i), sighting->count_device);

		if (pdu->need->names && sighting->seen && sighting->count_unclear)
			return g_strdup("the outlet table could not be read whole: it is not clear "
			                "how many outlets there should be");
		if (!rows || sighting->count <= (int64_t)rows)
			continue;
		pdu->rows_before = pdu->found.outlets->len;
		if (pdu->need->names || rows_before != pdu->rows_before)
			return g_strdup_printf("the outlet table could not be read whole: %u "
			                       "outlets of %" G_GINT64_FORMAT,
			                       rows, sighting->count);
		log_line(inventory->log, TRIPPSNMP_LOG_WARN,
		         "%s: claims %" G_GINT64_FORMAT " outlets, but its table has %u, twice; "
		         "the table counts",
		         pdu->label, sighting->count, rows);
	}
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

		if (outlet->family->device_status.n && outlet->controllable == TRI_YES)
			add_device(pdu, outlet->device);
	}
	pdu->stage = pdu->devices->len ? STAGE_STATUS : STAGE_DONE;
}

static void take_rows(const struct inventory *inventory, struct pdu *pdu, const struct reply *reply,
                      usec now)
{
	const char *wrong = table_take(pdu->table, reply);

	if (wrong && reply->reason)
		fail(pdu, TRIPPSNMP_ACCESS, reply->reason);
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

static void who_answered(struct pdu *pdu, const struct reply *reply)
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
	fail(pdu, TRIPPSNMP_ACCESS, why);
	g_free(why);
	g_free(text);
}

/* --- the machine --- */

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
		add_device_status(pdu, question);
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
		take_device_status(pdu, &g_array_index(reply->varbinds, struct varbind, 0));
		pdu->stage = STAGE_DONE;
		break;
	case STAGE_WHO:
		who_answered(pdu, reply);
		break;
	case STAGE_DONE:
		break;
	}
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
		take_rows(inventory, pdu, reply, now); /* to GETBULK: no other question ends so */
		break;
	case REPLY_REFUSED:
		fail(pdu, TRIPPSNMP_ACCESS, reply->reason);
		break;
	case REPLY_REPLACED:
		start_over(inventory, pdu, now,
		           g_strdup("another device answers under its address now"));
		break;
	case REPLY_FAULT:
		fail(pdu, TRIPPSNMP_INTERNAL, reply->reason);
		break;
	}
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
		.self = inventory, .next = next, .reply = reply, .wake = wake, .done = done
	};
}
