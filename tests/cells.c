/*
 * See cells.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "cells.h"

#define STATUS_NO_CREATION 11

/** An answer in the making. */
struct making {
	const GArray *cells;
	bool v1;
	unsigned max;
	const struct request *request;
	struct event *answer;
};

/* The place of the first cell not before name. */
static unsigned place_of(const GArray *cells, const struct objid *name)
{
	unsigned low = 0, high = cells->len;

	while (low < high) {
		const unsigned middle = low + (high - low) / 2;

		if (objid_compare(&varbinds_at(cells, middle)->name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_at(const GArray *cells, unsigned i, const struct objid *name)
{
	return i < cells->len && objid_equal(&varbinds_at(cells, i)->name, name);
}

struct varbind *cells_find(const GArray *cells, const struct objid *name)
{
	const unsigned i = place_of(cells, name);

	return is_at(cells, i, name) ? varbinds_at(cells, i) : NULL;
}

void cells_put(GArray *cells, const struct varbind *cell)
{
	const unsigned i = place_of(cells, &cell->name);

	if (is_at(cells, i, &cell->name))
		g_array_remove_index(cells, i);
	g_array_insert_vals(cells, i, cell, 1);
}

/* --- the agent --- */

static void set_error(const struct making *making, int error_status, unsigned i)
{
	making->answer->error_status = error_status;
	making->answer->error_index = (int)i + 1;
}

static void add_absent(const struct making *making, const struct objid *name, enum value_type type,
                       unsigned i)
{
	const struct varbind absent = { .name = *name, .type = type };

	if (making->v1)
		set_error(making, SNMP_STATUS_NO_SUCH_NAME, i);
	varbinds_add_copy(making->answer->varbinds, &absent);
}

static void add_cell(const struct making *making, const struct varbind *cell, unsigned i)
{
	if (cell->type == VALUE_ERROR)
		set_error(making, (int)cell->number, i);
	varbinds_add_copy(making->answer->varbinds, cell);
}

static void add_next(const struct making *making, const struct objid *name, unsigned i)
{
	unsigned at = place_of(making->cells, name);

	if (is_at(making->cells, at, name))
		at++;
	if (at == making->cells->len)
		add_absent(making, name, VALUE_END_OF_MIB, i);
	else
		add_cell(making, varbinds_at(making->cells, at), i);
}

static void add_get(const struct making *making, const struct objid *name, unsigned i)
{
	const struct varbind *cell = cells_find(making->cells, name);

	if (cell)
		add_cell(making, cell, i);
	else
		add_absent(making, name, VALUE_ABSENT, i);
}

static void add_set(const struct making *making, const struct varbind *wanted, unsigned i)
{
	const struct varbind *cell = cells_find(making->cells, &wanted->name);

	add_cell(making, wanted, i);
	if (!cell)
		set_error(making, making->v1 ? SNMP_STATUS_NO_SUCH_NAME : STATUS_NO_CREATION, i);
	else if (cell->type == VALUE_ERROR)
		set_error(making, (int)cell->number, i);
}

static void add_bulk(const struct making *making)
{
	const struct request *request = making->request;
	const GArray *varbinds = making->answer->varbinds;
	const unsigned once = MIN(request->once, request->n), repeated = request->n - once;

	for (unsigned i = 0; i < once + request->repetitions * repeated &&
	                     (!making->max || i < making->max) && !making->answer->error_status;
	     i++) {
		const struct objid after = i < request->n
		                                   ? request->varbinds[i].name
		                                   : varbinds_at(varbinds, i - repeated)->name;

		add_next(making, &after, i < once ? i : once + (i - once) % repeated);
	}
}

void cells_answer(const GArray *cells, bool v1, unsigned max, const struct request *request,
                  struct event *answer)
{
	const struct making making = { cells, v1, max, request, answer };

	if (request->kind == REQUEST_BULK) {
		add_bulk(&making);
		return;
	}
	for (unsigned i = 0; i < request->n && !answer->error_status; i++) {
		const struct varbind *asked = &request->varbinds[i];

		if (request->kind == REQUEST_GET)
			add_get(&making, &asked->name, i);
		else if (request->kind == REQUEST_NEXT)
			add_next(&making, &asked->name, i);
		else
			add_set(&making, asked, i);
	}
	if (max && request->n > max) {
		answer->error_status = SNMP_STATUS_TOO_BIG;
		answer->error_index = 0;
	}
}
