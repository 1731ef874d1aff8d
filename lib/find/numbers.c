/*
 * Cells of single outlets: see numbers.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "find/numbers.h"

#include "base/text.h"

unsigned numbers_len(const GArray *numbers)
{
	return numbers ? numbers->len : 0;
}

static const struct outlet_number *number_at(const GArray *numbers, unsigned i)
{
	return &g_array_index(numbers, struct outlet_number, i);
}

bool numbers_named(const GArray *numbers)
{
	for (unsigned i = 0; i < numbers_len(numbers); i++)
		if (number_at(numbers, i)->name)
			return true;
	return false;
}

bool numbers_bare(const GArray *numbers)
{
	for (unsigned i = 0; i < numbers_len(numbers); i++)
		if (!number_at(numbers, i)->has_device)
			return true;
	return false;
}

bool numbers_on(const GArray *numbers, uint32_t device)
{
	for (unsigned i = 0; i < numbers_len(numbers); i++)
		if (number_at(numbers, i)->has_device && number_at(numbers, i)->device != device)
			return false;
	return true;
}

/* A main load of a family that has none. */
static bool has_no_table(const struct outlet_number *number, const struct family *family)
{
	return number->number == TRIPPSNMP_MAIN && !family->main;
}

/* The table in which it is. */
static const struct family *table_of(const struct outlet_number *number,
                                     const struct family *family)
{
	return number->number == TRIPPSNMP_MAIN ? family->main : family;
}

/*
 * The cells that are read of a number, in the order in which they are asked: its state; whether
 * it is controllable where that is a column; its name where that is wanted.
 */
#define CELLS_MAX 3
static unsigned cells_of(const struct outlet_number *number, const struct family *family,
                         uint32_t columns[CELLS_MAX])
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

void numbers_cells(const GArray *numbers, const struct family *family, uint32_t device,
                   GArray *varbinds)
{
	uint32_t columns[CELLS_MAX];

	for (unsigned i = 0; i < numbers_len(numbers); i++) {
		const struct outlet_number *number = number_at(numbers, i);

		for (unsigned c = 0; c < cells_of(number, family, columns); c++) {
			const struct objid cell = family_instance(
				table_of(number, family), columns[c], device, number->number);

			varbinds_add(varbinds, &cell);
		}
	}
}

unsigned numbers_cells_len(const GArray *numbers, const struct family *family)
{
	uint32_t columns[CELLS_MAX];
	unsigned n = 0;

	for (unsigned i = 0; i < numbers_len(numbers); i++)
		n += cells_of(number_at(numbers, i), family, columns);
	return n;
}

bool numbers_answered(const GArray *numbers, const struct family *family, uint32_t device,
                      const struct varbind *cells)
{
	GArray *wanted = varbinds_new();
	bool all = true;

	numbers_cells(numbers, family, device, wanted);
	for (unsigned i = 0; i < wanted->len; i++)
		all = all &&
		      varbind_is_object(&cells[i], &g_array_index(wanted, struct varbind, i).name);
	g_array_unref(wanted);
	return all;
}

static struct outlet read_number(const struct family *family, uint32_t device, uint32_t number,
                                 const struct varbind *state, const struct varbind *existence)
{
	struct outlet outlet = {
		.family = family,
		.device = device,
		.number = number,
		.exists = state->type != VALUE_ABSENT,
		.controllable = family_controllable(family, existence),
	};

	outlet_take_state(&outlet, state);
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
	if (outlet->exists && outlet->controllable == TRI_UNKNOWN && outlet->family->is_main)
		return g_strdup("it does not say whether its main load is controllable");
	if (outlet->exists && outlet->controllable == TRI_UNKNOWN)
		return g_strdup_printf("it does not say whether outlet %u is controllable",
		                       outlet->number);
	if (outlet->exists && name && !outlet->has_name && name->type != VALUE_ABSENT)
		return g_strdup_printf("it does not say what outlet %u is called", outlet->number);
	return NULL;
}

/* Takes its cells, and moves *cells behind them. Returns what they leave open. */
static char *take_number(const struct outlet_number *number, const struct family *table,
                         uint32_t device, const struct varbind **cells, GArray *outlets)
{
	const struct varbind *state = (*cells)++;
	const struct varbind *existence = table->controllable ? (*cells)++ : state;
	const struct varbind *name = number->name && table->outlet_name ? (*cells)++ : NULL;
	struct outlet outlet = read_number(table, device, number->number, state, existence);

	if (name)
		read_name(&outlet, name);
	g_array_append_val(outlets, outlet);
	return unsaid(&outlet, name);
}

/* It is not there. */
static void add_missing(const struct outlet_number *number, const struct family *family,
                        uint32_t device, GArray *outlets)
{
	const struct outlet outlet = {
		.family = family,
		.device = device,
		.number = number->number,
		.controllable = TRI_NO,
	};

	g_array_append_val(outlets, outlet);
}

char *numbers_take(const GArray *numbers, const struct family *family, uint32_t device,
                   const struct varbind *cells, GArray *outlets)
{
	char *open = NULL;

	for (unsigned i = 0; !open && i < numbers_len(numbers); i++) {
		const struct outlet_number *number = number_at(numbers, i);

		if (has_no_table(number, family))
			add_missing(number, family, device, outlets);
		else
			open = take_number(number, table_of(number, family), device, &cells,
			                   outlets);
	}
	return open;
}
