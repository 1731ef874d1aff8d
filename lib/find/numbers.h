/*
 * Outlets that are looked up by their numbers: which cells are asked, and what they say.
 * Pure. It never takes an error for "not there".
 *
 * Called by identity for the cells that are guessed, and by the search for outlets (search.h).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_NUMBERS_H
#define TS_NUMBERS_H

#include "config/nodemap.h"
#include "find/dialog.h"
#include "find/outlet.h"

/*
 * In what follows numbers is a GPtrArray of const struct outlet_ref *, all with a number; NULL is
 * none. family is that of the outlets; main loads are looked up in its table of these.
 */

unsigned numbers_len(const GPtrArray *numbers);
/** Whether any name is wanted. */
bool numbers_named(const GPtrArray *numbers);
/** Whether any is without its device. */
bool numbers_bare(const GPtrArray *numbers);
/** Whether all of them may be on that device. */
bool numbers_on(const GPtrArray *numbers, uint32_t device);

/**
 * Goes through the cells that are read of all numbers, on that device: asks for them, or takes what
 * came, and appends what that says to outlets, of that PDU. Returns what it leaves open, to be
 * freed with g_free(); NULL if nothing.
 */
char *numbers_read(const GPtrArray *numbers, unsigned pdu, const struct family *family,
                   uint32_t device, struct dialog *dialog, GArray *outlets);

#endif
