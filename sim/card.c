/*
 * Restarts, clocks, and what a card does not tell yet. No I/O and no clock of
 * its own.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "card.h"

#define ENGINE_ID_PREFIX "\x80\x00\x03\x52\x05" /* enterprise 850, octets follow */
#define ENGINE_ID_OWN_OCTETS 8
#define USEC_PER_SECOND 1000000

static const struct rec_name sys_uptime = { 9, { 1, 3, 6, 1, 2, 1, 1, 3, 0 } };
static const struct rec_name engine_id_name = { 11, { 1, 3, 6, 1, 6, 3, 10, 2, 1, 1, 0 } };
static const struct rec_name engine_boots_name = { 11, { 1, 3, 6, 1, 6, 3, 10, 2, 1, 2, 0 } };
static const struct rec_name engine_time_name = { 11, { 1, 3, 6, 1, 6, 3, 10, 2, 1, 3, 0 } };

static void put_clock(struct records *records, const struct rec_name *name, int type)
{
	struct rec_row *row = rec_row_integer(name, 0);

	row->type = type;
	row->runs = true;
	records_put(records, row);
}

void card_put_clocks(struct records *records, bool uptime)
{
	g_autoptr(GBytes) nothing = g_bytes_new(NULL, 0);
	struct rec_row *id = rec_row_octets(&engine_id_name, nothing);

	id->runs = true;
	records_put(records, id);
	put_clock(records, &engine_boots_name, REC_INTEGER);
	put_clock(records, &engine_time_name, REC_INTEGER);
	if (uptime)
		put_clock(records, &sys_uptime, REC_TIMETICKS);
	else
		records_remove(records, &sys_uptime);
}

static GBytes *unique_engine_id(void)
{
	GByteArray *id = g_byte_array_new();

	g_byte_array_append(id, (const uint8_t *)ENGINE_ID_PREFIX, sizeof(ENGINE_ID_PREFIX) - 1);
	for (unsigned i = 0; i < ENGINE_ID_OWN_OCTETS; i++) {
		uint8_t byte = (uint8_t)g_random_int_range(0, 256);

		g_byte_array_append(id, &byte, 1);
	}
	return g_byte_array_free_to_bytes(id);
}

struct card *card_new(struct device *device, usec now, usec age, unsigned boots, GBytes *engine_id)
{
	struct card *card = g_new0(struct card, 1);

	card->device = device;
	card->started = now - age;
	card->boots = boots;
	card->engine_id = engine_id ? g_bytes_ref(engine_id) : unique_engine_id();
	card->starts = 1;
	card->veils = g_ptr_array_new_with_free_func(g_free);
	return card;
}

usec card_uptime(const struct card *card, usec now)
{
	return now - card->started;
}

bool card_knows_users(const struct card *card, usec now)
{
	return now >= card->no_users_until;
}

void card_hang(struct card *card, const struct veil *veil)
{
	struct veil *kept = g_new(struct veil, 1);

	*kept = *veil;
	g_ptr_array_add(card->veils, kept);
}

void card_restart(struct card *card, const struct restart *how, usec now)
{
	card->restart = *how;
	card->is_down = true;
	card->up_at = now + how->down;
	card->restarting();
	if (!how->keep_power && !how->new_card)
		device_fail(card->device, how->back < 0 ? -1 : card->up_at + how->back,
		            how->back_each);
}

static void hang_late(struct card *card, bool blank, usec late, usec each)
{
	const struct veil veil = {
		.of_start = true,
		.blank = blank,
		.until = card->up_at + late,
		.each = each,
	};

	if (late || each)
		card_hang(card, &veil);
}

/* What is refused for a while, counted from the start. */
static struct refusal from_start(const struct card *card, struct refusal refusal)
{
	if (refusal.status)
		refusal.until += card->up_at;
	return refusal;
}

static void start(struct card *card)
{
	const struct restart *how = &card->restart;

	card->is_down = false;
	card->started = card->up_at - how->age;
	card->starts++;
	if (how->new_card)
		device_exchange(card->device);
	if (how->boots)
		card->boots = how->boots;
	else if (!how->keep_boots)
		card->boots++;
	if (how->new_engine || how->new_card) {
		g_bytes_unref(card->engine_id);
		card->engine_id = unique_engine_id();
	}
	for (unsigned i = card->veils->len; i > 0; i--)
		if (((struct veil *)card->veils->pdata[i - 1])->of_start)
			g_ptr_array_remove_index(card->veils, i - 1);
	hang_late(card, true, how->names, how->names_each);
	hang_late(card, false, how->rows, how->rows_each);
	card->reads = from_start(card, how->reads);
	card->sets = from_start(card, how->sets);
	card->no_users_until = card->up_at + how->no_users;
	card->restarted();
}

usec card_advance(struct card *card, usec now)
{
	if (card->is_down && card->up_at <= now)
		start(card);
	return card->is_down ? card->up_at : -1;
}

/* How many outlets a veil covers up to one, itself included. */
static unsigned rank(const struct card *card, const struct veil *veil, const struct outlet *outlet)
{
	const GPtrArray *outlets = card->device->outlets;
	unsigned n = 0;

	for (unsigned i = 0; i < outlets->len; i++) {
		const struct outlet *other = outlets->pdata[i];

		n += other->number != OUTLET_MAIN &&
		     (!veil->device || other->device == veil->device);
		if (other == outlet)
			break;
	}
	return n;
}

static bool covers(const struct card *card, const struct veil *veil, const struct rec_name *name,
                   const struct outlet *outlet, usec now)
{
	if (veil->root.n)
		return now < veil->until && rec_name_within(name, &veil->root);
	if (veil->outlet)
		return now < veil->until + veil->each && outlet == veil->outlet;
	if (!outlet || outlet->number == OUTLET_MAIN ||
	    (veil->device && veil->device != outlet->device))
		return false;
	if (now < veil->until)
		return true;
	return veil->each && now < veil->until + veil->each * rank(card, veil, outlet);
}

/* Whether a row is hidden, or, if blank is asked for, a text that reads empty. */
static bool is_veiled(const struct card *card, const struct rec_name *name, bool blank, usec now)
{
	bool text = false;
	const struct outlet *outlet;

	if (!card->veils->len)
		return false;
	outlet = device_outlet_at(card->device, name, &text);
	if (blank && !text)
		return false;
	for (unsigned i = 0; i < card->veils->len; i++) {
		const struct veil *veil = card->veils->pdata[i];

		if (veil->blank == blank && covers(card, veil, name, outlet, now))
			return true;
	}
	return false;
}

/* Sets the clocks, those that run. */
static void wind(const struct card *card, struct rec_row *row, usec now)
{
	const usec uptime = card_uptime(card, now);

	if (row->octets) {
		g_bytes_unref(row->octets);
		row->octets = g_bytes_ref(card->engine_id);
	} else if (row->type == REC_TIMETICKS) {
		row->number = (uint64_t)(uptime / CARD_USEC_PER_TICK) & UINT32_MAX;
	} else {
		row->number = rec_name_compare(&row->name, &engine_boots_name)
		                      ? (uint64_t)(uptime / USEC_PER_SECOND) & INT32_MAX
		                      : card->boots;
	}
}

/* What stands in for a text that reads empty. */
static const struct rec_row *blank_row(const struct rec_row *row)
{
	static struct rec_row *blank;
	g_autoptr(GBytes) nothing = g_bytes_new(NULL, 0);

	rec_row_free(blank);
	blank = rec_row_octets(&row->name, nothing);
	return blank;
}

const struct rec_row *card_read(struct card *card, const struct rec_name *name, bool next,
                                bool inclusive, usec now)
{
	const struct records *records = card->device->records;
	struct rec_row *row =
		next ? records_next(records, name, inclusive) : records_find(records, name);

	while (row && next && is_veiled(card, &row->name, false, now))
		row = records_next(records, &row->name, false);
	if (!row || is_veiled(card, &row->name, false, now))
		return NULL;
	if (row->runs)
		wind(card, row, now);
	return row->type == REC_OCTETS && is_veiled(card, &row->name, true, now) ? blank_row(row)
	                                                                         : row;
}

int card_read_status(const struct card *card, usec now)
{
	return now < card->reads.until ? card->reads.status : STATUS_OK;
}

int card_check_set(const struct card *card, const struct rec_row *wanted, usec now)
{
	if (now < card->sets.until)
		return card->sets.status;
	if (is_veiled(card, &wanted->name, false, now))
		return STATUS_NOT_WRITABLE;
	return device_check_set(card->device, wanted, now);
}
