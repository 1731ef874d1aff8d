/*
 * The size of requests: see sizing.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "snmp/sizing.h"

#include <glib.h>

/* 40 varbinds of ours make an answer of some 1,100 bytes; 1,400 are never fragmented. */
#define LIMIT_DEFAULT 40
/* Silence this often: the PDU may dislike the size of the request rather than be away. */
#define SILENT_BEFORE_SPLIT 3
/* As many varbinds were answered before, but these may be more bytes. */
#define SILENT_BEFORE_SPLIT_KNOWN 6
#define SPLIT_STEPS 3 /* a quarter, a sixteenth, and one varbind of LIMIT_DEFAULT */
/* So many parts in a row were answered, and not the whole: the PDU does dislike the size. */
#define PARTS_TO_BELIEVE 2

void sizing_init(struct sizing *sizing)
{
	*sizing = (struct sizing){ .limit = LIMIT_DEFAULT };
}

unsigned sizing_next(struct sizing *sizing, unsigned n, unsigned silent)
{
	unsigned first;

	/* a limit that silence taught may come of loss */
	if (silent)
		sizing->limit = LIMIT_DEFAULT;
	sizing->whole = MIN(n, sizing->limit);
	first = sizing->whole > sizing->largest ? SILENT_BEFORE_SPLIT : SILENT_BEFORE_SPLIT_KNOWN;
	if (silent < first || (silent - first) % 2)
		return sizing->whole;
	return MAX(1, sizing->whole >> 2 * (1 + (silent - first) / 2 % SPLIT_STEPS));
}

void sizing_answered(struct sizing *sizing, unsigned n)
{
	if (n == sizing->whole)
		sizing->parts = 0;
	else if (++sizing->parts >= PARTS_TO_BELIEVE)
		sizing->limit = sizing->largest = n;
	sizing->largest = MAX(sizing->largest, n);
}

void sizing_halve(struct sizing *sizing, unsigned n)
{
	sizing->limit = MIN(sizing->limit, MAX(1, n / 2));
}
