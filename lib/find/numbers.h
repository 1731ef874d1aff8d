/*
 * Outlets that are looked up by their numbers: which cells are asked, and what they say.
 * Pure.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_NUMBERS_H
#define TS_NUMBERS_H

#include "find/table.h"

/** An outlet number to look up. */
struct outlet_number {
	bool has_device;
	uint32_t device;
	uint32_t number; /* TRIPPSNMP_MAIN: the device's main load */
	bool name;       /* what it is called as well */
};

/*
 * In what follows numbers is a GArray of struct outlet_number; NULL is none. family is that of
 * the outlets; main loads are looked up in its table of these.
 */

unsigned numbers_len(const GArray *numbers);
/** Whether any name is wanted. */
bool numbers_named(const GArray *numbers);
/** Whether any is without its device. */
bool numbers_bare(const GArray *numbers);
/** Whether all of them may be on that device. */
bool numbers_on(const GArray *numbers, uint32_t device);

/** Appends the names of the cells that are read of all numbers, in that table. */
void numbers_cells(const GArray *numbers, const struct family *family, uint32_t device,
                   GArray *varbinds);
/** How many those are. */
unsigned numbers_cells_len(const GArray *numbers, const struct family *family);
/** Whether these are answers, with values, to exactly those cells. */
bool numbers_answered(const GArray *numbers, const struct family *family, uint32_t device,
                      const struct varbind *cells);
/**
 * Appends what those cells say to outlets. Returns what they leave open, to be freed with
 * g_free(); NULL if nothing.
 */
char *numbers_take(const GArray *numbers, const struct family *family, uint32_t device,
                   const struct varbind *cells, GArray *outlets);

#endif
