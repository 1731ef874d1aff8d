/*
 * Cells of single outlets: see numbers.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "find/numbers.h"

unsigned numbers_len(const GPtrArray *numbers)
{
	return numbers ? numbers->len : 0;
}

static const struct outlet_ref *number_at(const GPtrArray *numbers, unsigned i)
{
	return numbers->pdata[i];
}

bool numbers_named(const GPtrArray *numbers)
{
	for (unsigned i = 0; i < numbers_len(numbers); i++)
		if (number_at(numbers, i)->name)
			return true;
	return false;
}

bool numbers_bare(const GPtrArray *numbers)
{
	for (unsigned i = 0; i < numbers_len(numbers); i++)
		if (!number_at(numbers, i)->has_device)
			return true;
	return false;
}

bool numbers_on(const GPtrArray *numbers, uint32_t device)
{
	for (unsigned i = 0; i < numbers_len(numbers); i++)
		if (number_at(numbers, i)->has_device && number_at(numbers, i)->device != device)
			return false;
	return true;
}

/* A main load of a family that has none: it is not there. */
static bool has_no_table(const struct outlet_ref *number, const struct family *family)
{
	return outlet_ref_is_main(number) && !family->main;
}

/* The table in which it is. */
static const struct family *table_of(const struct outlet_ref *number, const struct family *family)
{
	return outlet_ref_is_main(number) && family->main ? family->main : family;
}

/*
 * The columns that are read of a number, in the order in which they are asked: its state; whether
 * it is controllable where that is a column; its name where that is wanted.
 */
#define COLUMNS_MAX 3
static unsigned columns_of(const struct outlet_ref *number, const struct family *family,
                           uint32_t columns[COLUMNS_MAX])
{
	const struct family *table = table_of(number, family);
	unsigned n = 0;

	if (has_no_table(number, family))
		return 0;
	columns[n++] = table->state;
	if (table->controllable)
		columns[n++] = table->controllable;
	if (number->name && table->outlet_name)
		columns[n++] = table->outlet_name;
	return n;
}

void numbers_cells(const GPtrArray *numbers, const struct family *family, uint32_t device,
                   GArray *varbinds)
{
	uint32_t columns[COLUMNS_MAX];

	for (unsigned i = 0; i < numbers_len(numbers); i++) {
		const struct outlet_ref *number = number_at(numbers, i);
		const unsigned n = columns_of(number, family, columns);

		for (unsigned c = 0; c < n; c++) {
			const struct objid cell = family_instance(
				table_of(number, family), columns[c], device, number->number);

			varbinds_add(varbinds, &cell);
		}
	}
}

unsigned numbers_cells_len(const GPtrArray *numbers, const struct family *family)
{
	uint32_t columns[COLUMNS_MAX];
	unsigned n = 0;

	for (unsigned i = 0; i < numbers_len(numbers); i++)
		n += columns_of(number_at(numbers, i), family, columns);
	return n;
}

bool numbers_answered(const GPtrArray *numbers, const struct family *family, uint32_t device,
                      const struct varbind *cells)
{
	GArray *wanted = varbinds_new();
	bool all = true;

	numbers_cells(numbers, family, device, wanted);
	for (unsigned i = 0; i < wanted->len; i++)
		all = all && varbind_is_object(&cells[i], &varbinds_at(wanted, i)->name);
	g_array_unref(wanted);
	return all;
}

/* What the answer leaves open of an outlet that is there; NULL if nothing. name may be NULL. */
static char *unsaid(const struct outlet *outlet, const struct varbind *name)
{
	const bool unclear = outlet->exists && outlet->controllable == TRI_UNKNOWN;

	if (unclear && outlet->id.family->is_main)
		return g_strdup("it does not say whether its main load is controllable");
	if (unclear)
		return g_strdup_printf("it does not say whether outlet %u is controllable",
		                       outlet->id.number);
	/* no outlet without a name is taken for one: an error is no answer, what is absent is */
	if (outlet->exists && name && !outlet->name && name->type != VALUE_ABSENT)
		return g_strdup_printf("it does not say what outlet %u is called",
		                       outlet->id.number);
	return NULL;
}

/* Takes its cells, and moves *cells behind them. Returns what they leave open. */
static char *read_number(const struct outlet_ref *number, const struct varbind **cells,
                         struct outlet *outlet)
{
	const struct family *table = outlet->id.family;
	const struct varbind *state = (*cells)++;
	const struct varbind *existence = table->controllable ? (*cells)++ : state;
	const struct varbind *name = number->name && table->outlet_name ? (*cells)++ : NULL;

	outlet->exists = state->type != VALUE_ABSENT;
	outlet_take_state(outlet, state);
	outlet->controllable =
		existence->type == VALUE_ABSENT ? TRI_NO : family_controllable(table, existence);
	if (name)
		outlet_take_text(outlet, false, name);
	return unsaid(outlet, name);
}

char *numbers_take(const GPtrArray *numbers, unsigned pdu, const struct family *family,
                   uint32_t device, const struct varbind *cells, GArray *outlets)
{
	char *open = NULL;

	for (unsigned i = 0; !open && i < numbers_len(numbers); i++) {
		const struct outlet_ref *number = number_at(numbers, i);
		struct outlet outlet = {
			.id = { pdu, table_of(number, family), device, number->number },
			.controllable = TRI_NO,
		};

		if (!has_no_table(number, family))
			open = read_number(number, &cells, &outlet);
		g_array_append_val(outlets, outlet);
	}
	return open;
}
