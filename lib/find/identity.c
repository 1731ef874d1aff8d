/*
 * The question that identifies a card, and its answer: see identity.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "find/identity.h"

#include "find/census.h"

#define GUESS_CELLS_MAX 4 /* of each family; more would make the answer long */
#define GUESS_DEVICE 1

/* snmpEngineID without its instance, for GETNEXT (RFC 3411) */
static const struct objid snmp_engine_id = { .n = 10, .id = { 1, 3, 6, 1, 6, 3, 10, 2, 1, 1 } };

/** What was seen of one table: a family's, or that of its main loads. */
struct sighting {
	const struct family *family, *table;
	bool seen;    /* has a row */
	bool unclear; /* neither a row nor a definite no */
	bool further; /* has a row on a device after 1, or cannot tell */
	uint32_t device;
	struct {
		unsigned n;
		bool refused, unclear;
	} alarms; /* of the family: how many are active */
};

/** A list on its way. */
struct listing {
	struct family_list list;
	struct objid cursor; /* the last row seen */
	bool ended;
	const char *unclear; /* why it is no list; NULL if it is one so far */
};

struct identity {
	unsigned pdu;
	const struct inventory_need *need;
	bool engine_id_counts;
	const GPtrArray *numbers; /* that are read on the guess; NULL: none */
	GArray *sightings;        /* of struct sighting */
	GArray *listings;         /* of struct listing */
	GBytes *engine_id;
	unsigned guess_at; /* how far in the answer that to the guess begins */
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
	for (unsigned i = 0; i < family_count(); i++) {
		g_autoptr(GArray) cells = varbinds_new();
		struct dialog dialog = { .varbinds = cells };

		numbers_read(numbers, 0, family_row(i), GUESS_DEVICE, &dialog, NULL);
		if (cells->len > GUESS_CELLS_MAX)
			return false;
	}
	return true;
}

struct identity *identity_new(unsigned pdu, const struct inventory_need *need, bool v1,
                              bool engine_id)
{
	struct identity *identity = g_new0(struct identity, 1);

	identity->pdu = pdu;
	identity->need = need;
	identity->engine_id_counts = engine_id;
	/* v1 answers nothing where one object is missing: a guess would cost more */
	if (!v1 && !need->names && can_guess(need->numbers))
		identity->numbers = need->numbers;
	identity->sightings = sightings_new(need->mains);
	identity->listings = listings_new();
	return identity;
}

void identity_free(struct identity *identity)
{
	g_array_unref(identity->sightings);
	g_array_unref(identity->listings);
	g_clear_pointer(&identity->engine_id, g_bytes_unref);
	g_free(identity);
}

/* --- the question and its answer: each of these asks, and once it is answered takes --- */

static bool is_row(const struct family *family, const struct varbind *varbind, struct outlet_id *id)
{
	return dialog_has_value(varbind) &&
	       family_index(family, family_existence(family), &varbind->name, id);
}

/* The table's first row; if it is by device, the first row of a device after 1. */
static void sight(struct sighting *sighting, struct dialog *dialog)
{
	const struct family *table = sighting->table;
	const struct objid root = family_instance(table, family_existence(table), 0, 0);
	const struct objid last = family_instance(table, family_existence(table), 1, BEYOND_LAST);
	const struct varbind *first = dialog_ask(dialog, &root);
	const struct varbind *beyond = table->by_device ? dialog_ask(dialog, &last) : NULL;
	struct outlet_id id = { 0 };

	if (!dialog->answered)
		return;
	sighting->seen = is_row(table, first, &id);
	sighting->device = id.device;
	sighting->unclear = dialog_says_nothing(first, &root);
	sighting->further =
		beyond && (dialog_says_nothing(beyond, &last) || is_row(table, beyond, &id));
}

/* The number of alarms, without its instance; once for the families that share it. */
static void sight_alarms(const struct identity *identity, unsigned at, struct dialog *dialog)
{
	const struct family_alarms *alarms = sighting_at(identity, at)->family->alarms;
	struct sighting *sighting = sighting_at(identity, at);
	const struct varbind *count;
	struct objid column;

	for (unsigned i = 0; i < at; i++)
		if (sighting_at(identity, i)->family->alarms == alarms) {
			sighting->alarms = sighting_at(identity, i)->alarms;
			return;
		}
	if (!alarms)
		return;
	column = alarms->count;
	column.n--;
	count = dialog_ask(dialog, &column);
	if (!count)
		return;
	sighting->alarms.n = alarms_counted(alarms, count);
	sighting->alarms.refused = count->type == VALUE_ERROR;
	sighting->alarms.unclear = !sighting->alarms.refused && dialog_says_nothing(count, &column);
}

/* Takes the varbind that follows `asked` in a list. True if the next one may be a row as well. */
static bool list_step(struct listing *listing, const struct varbind *varbind,
                      const struct objid *asked, GArray *census)
{
	bool row;

	if (dialog_says_nothing(varbind, asked)) {
		listing->unclear = "errors where its devices are counted";
		return false;
	}
	row = dialog_has_value(varbind) && objid_below(&varbind->name, &listing->list.root);
	listing->ended = !row || !listing->list.by_device;
	if (!row)
		return false;
	listing->cursor = varbind->name;
	listing->unclear = census_take(census, &listing->list, varbind);
	return !listing->ended && !listing->unclear;
}

/*
 * By name each list's first row and, on the guess that it is device 1, the next; what follows
 * is read with the tables. By number the first rows of counts alone.
 */
static void go_through_list(struct listing *listing, bool names, struct dialog *dialog,
                            GArray *census)
{
	const uint32_t device = 1;
	const struct family_list *list = &listing->list;
	const struct objid second = objid_append(&list->root, 1, &device);
	const struct varbind *first =
		names || list->family ? dialog_ask(dialog, &list->root) : NULL;
	const struct varbind *beyond =
		names && list->by_device ? dialog_ask(dialog, &second) : NULL;

	listing->cursor = list->root;
	listing->ended = false;
	listing->unclear = NULL;
	if (first && list_step(listing, first, &list->root, census) && beyond &&
	    objid_equal(&listing->cursor, &second))
		list_step(listing, beyond, &second, census);
}

static void go_through_engine_id(struct identity *identity, struct dialog *dialog)
{
	const struct varbind *varbind =
		identity->engine_id_counts ? dialog_ask(dialog, &snmp_engine_id) : NULL;

	g_clear_pointer(&identity->engine_id, g_bytes_unref);
	if (varbind && varbind->type == VALUE_OCTETS &&
	    objid_below(&varbind->name, &snmp_engine_id) && g_bytes_get_size(varbind->octets) > 0)
		identity->engine_id = g_bytes_ref(varbind->octets);
}

static void go_through(struct identity *identity, struct dialog *dialog, GArray *census)
{
	for (unsigned i = 0; i < identity->sightings->len; i++)
		sight(sighting_at(identity, i), dialog);
	for (unsigned i = 0; i < identity->sightings->len; i++)
		sight_alarms(identity, i, dialog);
	for (unsigned i = 0; i < identity->listings->len; i++)
		go_through_list(listing_at(identity, i), identity->need->names, dialog, census);
	go_through_engine_id(identity, dialog);
}

/*
 * For each family the cells of the numbers, and once each status of device 1. What is said of the
 * outlets of that family goes to outlets; false if it is not all there, or not clear. *open: what
 * it leaves open.
 */
static bool go_through_guess(const struct identity *identity, struct dialog *dialog,
                             const struct family *wanted, GArray *outlets, char **open)
{
	struct objid last = { 0 };
	bool right = true;

	for (unsigned i = 0; i < family_count(); i++) {
		const bool is = family_row(i) == wanted;
		g_autoptr(GArray) others = outlets_new();
		g_autofree char *left = NULL;

		dialog->absent = false;
		left = numbers_read(identity->numbers, identity->pdu, family_row(i), GUESS_DEVICE,
		                    dialog, is ? outlets : others);
		if (is) {
			right = !dialog->absent;
			*open = g_steal_pointer(&left);
		}
	}
	for (unsigned i = 0; i < family_count(); i++) {
		const struct objid status = family_status(family_row(i), GUESS_DEVICE);
		const struct varbind *varbind;

		if (!status.n || objid_equal(&status, &last))
			continue;
		last = status;
		dialog->unclear = false;
		varbind = dialog_object(dialog, status);
		if (varbind && outlets_take_status(outlets, &status, varbind))
			right = right && !dialog->unclear;
	}
	return right;
}

void identity_ask(struct identity *identity, GArray *varbinds)
{
	struct dialog dialog = { .varbinds = varbinds, .by_next = true };

	go_through(identity, &dialog, NULL);
	if (identity->numbers)
		go_through_guess(identity, &dialog, NULL, NULL, NULL);
}

void identity_take(struct identity *identity, GArray *varbinds, GArray *census)
{
	struct dialog dialog = { .varbinds = varbinds, .answered = true, .by_next = true };

	go_through(identity, &dialog, census);
	identity->guess_at = dialog.at;
}

bool identity_guessed(const struct identity *identity, GArray *varbinds,
                      const struct family *family, GArray *outlets, char **open)
{
	struct dialog dialog = {
		.varbinds = varbinds, .answered = true, .by_next = true, .at = identity->guess_at
	};

	*open = NULL;
	if (!identity->numbers)
		return false;
	if (go_through_guess(identity, &dialog, family, outlets, open))
		return true;
	g_clear_pointer(open, g_free);
	g_array_set_size(outlets, 0);
	return false;
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

	for (unsigned i = 0; i < identity->sightings->len; i++) {
		const struct sighting *sighting = sighting_at(identity, i);

		if (sighting->unclear && sighting->family->rank <= best)
			return "errors where the outlet tables are looked for";
		if (sighting->alarms.unclear && sighting->family->rank <= best)
			return "errors where its active alarms are counted";
	}
	for (unsigned i = 0; identity->need->names && i < identity->listings->len; i++) {
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

	for (unsigned i = 0; i < identity->sightings->len; i++) {
		const struct sighting *sighting = sighting_at(identity, i);

		*n = sighting->alarms.n;
		if (sighting->seen && sighting->family->rank == rank &&
		    (*n || sighting->alarms.refused))
			return sighting->family->alarms;
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
