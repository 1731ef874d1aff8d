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

/* Asks for its cells, or takes them: its state; whether it is controllable where that is a column;
 * its name where that is wanted. Returns what they leave open. */
static char *read_number(const struct outlet_ref *number, struct dialog *dialog,
                         struct outlet *outlet)
{
	const struct family *table = outlet->id.family;
	const struct varbind *existence, *name = NULL, *state;

	state = existence = dialog_object(dialog, family_object(&outlet->id, table->state));
	if (table->controllable)
		existence = dialog_object(dialog, family_object(&outlet->id, table->controllable));
	if (number->name && table->outlet_name)
		name = dialog_object(dialog, family_object(&outlet->id, table->outlet_name));
	if (!dialog->answered)
		return NULL;
	outlet->exists = state->type != VALUE_ABSENT;
	outlet_take_state(outlet, state);
	outlet->controllable =
		existence->type == VALUE_ABSENT ? TRI_NO : family_controllable(table, existence);
	if (name)
		outlet_take_text(outlet, false, name);
	return unsaid(outlet, name);
}

char *numbers_read(const GPtrArray *numbers, unsigned pdu, const struct family *family,
                   uint32_t device, struct dialog *dialog, GArray *outlets)
{
	char *open = NULL;

	for (unsigned i = 0; i < numbers_len(numbers); i++) {
		const struct outlet_ref *number = number_at(numbers, i);
		const bool main = outlet_ref_is_main(number);
		struct outlet outlet = {
			.id = { pdu, main && family->main ? family->main : family, device,
			        number->number },
			.controllable = TRI_NO,
		};
		/* a main load of a family that has none: it is not there */
		char *left = main && !family->main ? NULL : read_number(number, dialog, &outlet);

		if (dialog->answered)
			g_array_append_val(outlets, outlet);
		if (open)
			g_free(left);
		else
			open = left;
	}
	return open;
}
