/*
 * The question that identifies a card, and its answer: see identity.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "find/identity.h"

#include "find/census.h"

#include <string.h>

#define GUESS_CELLS_MAX 4 /* of each family; more would make the answer long */
#define GUESS_DEVICE 1

/* snmpEngineID without its instance, for GETNEXT (RFC 3411) */
static const struct objid engine_id = { .n = 10, .id = { 1, 3, 6, 1, 6, 3, 10, 2, 1, 1 } };

/** Where the question has something; NOT_ASKED. */
#define NOT_ASKED UINT_MAX

/** What was seen of one table: a family's, or that of its main loads. */
struct sighting {
	const struct family *family, *table;
	unsigned first, beyond; /* where the question has its first row, what follows device 1 */
	bool seen;              /* has a row */
	bool unclear;           /* neither a row nor a definite no */
	bool further;           /* has a row on a device after 1, or cannot tell */
	uint32_t device;
};

/** Where the question has what else of a family, and what was seen of its alarms. */
struct member {
	unsigned guess;     /* the cells of the outlets wanted */
	unsigned status;    /* of device 1 */
	unsigned alarms_at; /* how many are active */
	unsigned n_alarms;
	bool alarms_refused, alarms_unclear;
};

/** A list on its way. */
struct listing {
	struct family_list list;
	unsigned first, beyond; /* where the question has what follows its root and device 1 */
	struct objid cursor;    /* the last row seen */
	bool ended;
	const char *unclear; /* why it is no list; NULL if it is one so far */
};

struct identity {
	struct identity_need need;
	struct member *members; /* of the families */
	GArray *sightings;      /* of struct sighting */
	GArray *listings;       /* of struct listing */
	unsigned engine_id_at;  /* NOT_ASKED */
	GBytes *engine_id;
};

static GArray *sightings_new(bool mains)
{
	GArray *sightings = g_array_new(FALSE, TRUE, sizeof(struct sighting));

	for (unsigned i = 0; i < family_count(); i++) {
		const struct family *family = family_row(i);
		const struct sighting own = { .family = family, .table = family };
		const struct sighting main = { .family = family, .table = family->main };

		g_array_append_val(sightings, own);
		if (mains && family->main)
			g_array_append_val(sightings, main);
	}
	return sightings;
}

static struct sighting *sighting_at(const struct identity *identity, unsigned i)
{
	return &g_array_index(identity->sightings, struct sighting, i);
}

static GArray *listings_new(void)
{
	GArray *listings = g_array_new(FALSE, TRUE, sizeof(struct listing));
	struct listing listing = { 0 };

	while (family_list(listings->len, &listing.list))
		g_array_append_val(listings, listing);
	return listings;
}

static struct listing *listing_at(const struct identity *identity, unsigned i)
{
	return &g_array_index(identity->listings, struct listing, i);
}

/* Whether the answer would stay short. */
static bool can_guess(const GPtrArray *numbers)
{
	if (!numbers_len(numbers) || !numbers_on(numbers, GUESS_DEVICE))
		return false;
	for (unsigned i = 0; i < family_count(); i++)
		if (numbers_cells_len(numbers, family_row(i)) > GUESS_CELLS_MAX)
			return false;
	return true;
}

struct identity *identity_new(const struct identity_need *need)
{
	struct identity *identity = g_new0(struct identity, 1);

	identity->need = *need;
	if (!can_guess(need->numbers))
		identity->need.numbers = NULL;
	identity->members = g_new0(struct member, family_count());
	identity->sightings = sightings_new(need->mains);
	identity->listings = listings_new();
	return identity;
}

void identity_free(struct identity *identity)
{
	g_free(identity->members);
	g_array_unref(identity->sightings);
	g_array_unref(identity->listings);
	g_clear_pointer(&identity->engine_id, g_bytes_unref);
	g_free(identity);
}

/* --- asking --- */

/* Returns where it stands in the question. */
static unsigned ask_at(GArray *varbinds, const struct objid *name)
{
	varbinds_add(varbinds, name);
	return varbinds->len - 1;
}

/* What GETNEXT is to be asked for this object: the name right before it. */
static struct objid before(struct objid name)
{
	if (name.id[name.n - 1])
		name.id[name.n - 1]--;
	else
		name.n--;
	return name;
}

/* Where that status is asked for an earlier family; NOT_ASKED if it is not. */
static unsigned status_asked(const struct identity *identity, unsigned family)
{
	for (unsigned i = 0; i < family; i++)
		if (objid_equal(&family_row(i)->device_status, &family_row(family)->device_status))
			return identity->members[i].status;
	return NOT_ASKED;
}

/* For each family each number's cells, and the status of its device 1. */
static void ask_guess(struct identity *identity, GArray *varbinds)
{
	for (unsigned i = 0; i < family_count(); i++) {
		const struct family *family = family_row(i);
		struct member *member = &identity->members[i];

		member->guess = varbinds->len;
		numbers_cells(identity->need.numbers, family, GUESS_DEVICE, varbinds);
		for (unsigned k = member->guess; k < varbinds->len; k++)
			varbinds_at(varbinds, k)->name = before(varbinds_at(varbinds, k)->name);
		member->status = status_asked(identity, i);
		if (family->device_status.n && member->status == NOT_ASKED) {
			const struct objid status = before(family_status(family, GUESS_DEVICE));

			member->status = ask_at(varbinds, &status);
		}
	}
}

/*
 * By name each list's first row and, on the guess that it is device 1, the next; what follows
 * is read with the tables. By number the counts' first rows alone, which are hints.
 */
static void ask_lists(struct identity *identity, GArray *varbinds)
{
	const uint32_t device = 1;

	for (unsigned i = 0; i < identity->listings->len; i++) {
		struct listing *listing = listing_at(identity, i);
		const struct family_list *list = &listing->list;
		const struct objid beyond = objid_append(&list->root, 1, &device);
		const bool names = identity->need.names;

		listing->first = names || list->family ? ask_at(varbinds, &list->root) : NOT_ASKED;
		listing->beyond = names && list->by_device ? ask_at(varbinds, &beyond) : NOT_ASKED;
		listing->cursor = list->root;
		listing->ended = false;
		listing->unclear = NULL;
	}
}

/* The number of alarms without its instance, for GETNEXT. */
static struct objid alarms_column(const struct family_alarms *alarms)
{
	struct objid column = alarms->count;

	column.n--;
	return column;
}

/* Once for the families that share it; NOT_ASKED where there is none. */
static unsigned ask_alarms(const struct identity *identity, unsigned family, GArray *varbinds)
{
	const struct family_alarms *alarms = family_row(family)->alarms;
	struct objid column;

	for (unsigned i = 0; i < family; i++)
		if (family_row(i)->alarms == alarms)
			return identity->members[i].alarms_at;
	if (!alarms)
		return NOT_ASKED;
	column = alarms_column(alarms);
	return ask_at(varbinds, &column);
}

/*
 * For each table its first row, for those by device the first row of a device after 1; for each
 * family the number of alarms; the lists; the engine ID; the guess.
 */
void identity_ask(struct identity *identity, GArray *varbinds)
{
	for (unsigned i = 0; i < identity->sightings->len; i++) {
		struct sighting *sighting = sighting_at(identity, i);
		const struct family *table = sighting->table;
		const uint32_t column = family_existence(table);
		const struct objid first = family_instance(table, column, 0, 0);
		const struct objid beyond = family_instance(table, column, 1, BEYOND_LAST);

		sighting->first = ask_at(varbinds, &first);
		sighting->beyond = table->by_device ? ask_at(varbinds, &beyond) : NOT_ASKED;
	}
	for (unsigned i = 0; i < family_count(); i++)
		identity->members[i].alarms_at = ask_alarms(identity, i, varbinds);
	ask_lists(identity, varbinds);
	identity->engine_id_at =
		identity->need.engine_id ? ask_at(varbinds, &engine_id) : NOT_ASKED;
	if (identity->need.numbers)
		ask_guess(identity, varbinds);
}

/* --- taking --- */

static bool has_value(const struct varbind *varbind)
{
	return varbind->type != VALUE_ABSENT && varbind->type != VALUE_END_OF_MIB &&
	       varbind->type != VALUE_ERROR;
}

static bool is_row(const struct family *family, const struct varbind *varbind, struct outlet_id *id)
{
	return has_value(varbind) &&
	       family_index(family, family_existence(family), &varbind->name, id);
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
	return at == NOT_ASKED ? NULL : varbinds_at(varbinds, at);
}

static void sight(struct sighting *sighting, const GArray *varbinds)
{
	const struct family *table = sighting->table;
	const struct objid root = family_instance(table, family_existence(table), 0, 0);
	const struct objid last = family_instance(table, family_existence(table), 1, BEYOND_LAST);
	const struct varbind *first = varbinds_at(varbinds, sighting->first);
	const struct varbind *beyond = answer_at(varbinds, sighting->beyond);
	struct outlet_id id = { 0 };

	sighting->seen = is_row(table, first, &id);
	sighting->device = id.device;
	sighting->unclear = says_nothing(first, &root);
	sighting->further = beyond && (says_nothing(beyond, &last) || is_row(table, beyond, &id));
}

static void sight_alarms(const struct family_alarms *alarms, const struct varbind *count,
                         struct member *member)
{
	const struct objid column = alarms_column(alarms);

	member->n_alarms = alarms_counted(alarms, count);
	member->alarms_refused = count->type == VALUE_ERROR;
	member->alarms_unclear = !member->alarms_refused && says_nothing(count, &column);
}

/* What follows asked in a list. False if what follows that in turn need not be looked at. */
static bool list_step(struct listing *listing, const struct varbind *varbind,
                      const struct objid *asked, GArray *census)
{
	bool row;

	if (says_nothing(varbind, asked))
		return false; /* it has not ended, and is walked with the tables */
	row = has_value(varbind) && objid_below(&varbind->name, &listing->list.root);
	listing->ended = !row || !listing->list.by_device;
	if (!row)
		return false;
	listing->cursor = varbind->name;
	listing->unclear = census_take(census, &listing->list, varbind);
	return !listing->ended && !listing->unclear;
}

static void take_list(struct listing *listing, const GArray *varbinds, GArray *census)
{
	const uint32_t device = 1;
	const struct objid root = listing->list.root;
	const struct objid second = objid_append(&root, 1, &device);
	const struct varbind *first = answer_at(varbinds, listing->first);
	const struct varbind *beyond = answer_at(varbinds, listing->beyond);

	if (first && list_step(listing, first, &root, census) && beyond &&
	    objid_equal(&listing->cursor, &second))
		list_step(listing, beyond, &second, census);
}

static void take_engine_id(struct identity *identity, const struct varbind *varbind)
{
	g_clear_pointer(&identity->engine_id, g_bytes_unref);
	if (varbind && varbind->type == VALUE_OCTETS && objid_below(&varbind->name, &engine_id) &&
	    g_bytes_get_size(varbind->octets) > 0)
		identity->engine_id = g_bytes_ref(varbind->octets);
}

void identity_take(struct identity *identity, const GArray *varbinds, GArray *census)
{
	for (unsigned i = 0; i < identity->sightings->len; i++)
		sight(sighting_at(identity, i), varbinds);
	for (unsigned i = 0; i < family_count(); i++)
		if (identity->members[i].alarms_at != NOT_ASKED)
			sight_alarms(family_row(i)->alarms,
			             varbinds_at(varbinds, identity->members[i].alarms_at),
			             &identity->members[i]);
	for (unsigned i = 0; i < identity->listings->len; i++)
		take_list(listing_at(identity, i), varbinds, census);
	take_engine_id(identity, answer_at(varbinds, identity->engine_id_at));
}

/* --- what it says --- */

unsigned identity_rank(const struct identity *identity)
{
	unsigned best = UINT_MAX;

	for (unsigned i = 0; i < identity->sightings->len; i++)
		if (sighting_at(identity, i)->seen)
			best = MIN(best, sighting_at(identity, i)->family->rank);
	return best;
}

/* A table or list without a clear answer matters unless a better family is there. */
const char *identity_unclear(const struct identity *identity)
{
	const unsigned best = identity_rank(identity);

	for (unsigned i = 0; i < identity->sightings->len; i++)
		if (sighting_at(identity, i)->unclear &&
		    sighting_at(identity, i)->family->rank <= best)
			return "errors where the outlet tables are looked for";
	for (unsigned i = 0; i < family_count(); i++)
		if (identity->members[i].alarms_unclear && family_row(i)->rank <= best)
			return "errors where its active alarms are counted";
	for (unsigned i = 0; identity->need.names && i < identity->listings->len; i++) {
		const struct listing *listing = listing_at(identity, i);

		if (listing->unclear && listing->list.rank <= best)
			return listing->unclear;
	}
	return NULL;
}

bool identity_sees(const struct identity *identity, const struct family *family)
{
	for (unsigned i = 0; i < identity->sightings->len; i++)
		if (sighting_at(identity, i)->table == family)
			return sighting_at(identity, i)->seen;
	return false;
}

const struct family *identity_sole(const struct identity *identity)
{
	const unsigned rank = identity_rank(identity);
	const struct family *sole = NULL;

	for (unsigned i = 0; i < identity->sightings->len; i++) {
		const struct sighting *sighting = sighting_at(identity, i);
		const struct family *family = sighting->family;

		if (family->rank != rank || !sighting->seen)
			continue;
		if ((sole && sole != family) || sighting->device != 1 || sighting->further)
			return NULL;
		sole = family;
	}
	return sole;
}

const struct family_alarms *identity_alarms(const struct identity *identity, unsigned *n)
{
	const unsigned rank = identity_rank(identity);

	for (unsigned i = 0; i < family_count(); i++) {
		const struct member *member = &identity->members[i];

		*n = member->n_alarms;
		if (family_row(i)->rank == rank && (member->n_alarms || member->alarms_refused))
			return family_row(i)->alarms;
	}
	return NULL;
}

GBytes *identity_engine_id(const struct identity *identity)
{
	return identity->engine_id;
}

void identity_add_tables(const struct identity *identity, struct table *table,
                         struct table_columns columns, bool lists)
{
	const unsigned rank = identity_rank(identity);

	for (unsigned i = 0; i < identity->sightings->len; i++) {
		const struct sighting *sighting = sighting_at(identity, i);

		if (sighting->seen && sighting->family->rank == rank)
			table_add(table, sighting->table, sighting->device, columns);
	}
	for (unsigned i = 0; lists && i < identity->listings->len; i++) {
		const struct listing *listing = listing_at(identity, i);

		if (!listing->ended && listing->list.rank <= rank)
			table_add_list(table, &listing->list, &listing->cursor);
	}
}

static const struct member *member_of(const struct identity *identity, const struct family *family)
{
	unsigned i = 0;

	while (family_row(i) != family)
		i++;
	return &identity->members[i];
}

bool identity_guessed(const struct identity *identity, const GArray *varbinds,
                      const struct family *family, const struct varbind **cells,
                      const struct varbind **status)
{
	const struct member *member = member_of(identity, family);
	struct objid name, asked;

	if (!identity->need.numbers)
		return false;
	*cells = varbinds_at(varbinds, member->guess);
	if (!numbers_answered(identity->need.numbers, family, GUESS_DEVICE, *cells))
		return false;
	*status = answer_at(varbinds, member->status);
	if (!*status)
		return true;
	name = family_status(family, GUESS_DEVICE);
	asked = before(name);
	if (says_nothing(*status, &asked))
		return false;
	/* another object: definitely, there is no such status */
	if (!varbind_is_object(*status, &name))
		*status = NULL;
	return true;
}
