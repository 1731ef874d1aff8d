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
#define SILENT_BEFORE_SPLIT 2
/* As many varbinds were answered before, but these may be more bytes. */
#define SILENT_BEFORE_SPLIT_KNOWN 6
#define SPLIT_STEPS 3 /* a quarter, a sixteenth, and one varbind of LIMIT_DEFAULT */
/* So many parts in a row were answered, and not the whole: the PDU does dislike the size. */
#define PARTS_TO_BELIEVE 3

void sizing_init(struct sizing *sizing)
{
	*sizing = (struct sizing){ .limit = LIMIT_DEFAULT };
}

void sizing_halve(struct sizing *sizing, unsigned n)
{
	sizing->limit = MIN(sizing->limit, MAX(1, n / 2));
}

bool sizing_doubts(const struct sizing *sizing, unsigned n, unsigned silent)
{
	if (n <= 1)
		return false;
	if (sizing->suspected)
		return n > sizing->suspected;
	return silent >= (n > sizing->largest ? SILENT_BEFORE_SPLIT : SILENT_BEFORE_SPLIT_KNOWN);
}

unsigned sizing_part(const struct sizing *sizing, unsigned n, unsigned silent)
{
	const unsigned step = 1 + (silent + 1) % SPLIT_STEPS;
	const unsigned smaller = MAX(1, n >> 2 * step);

	if (!sizing->suspected)
		return smaller;
	return silent < SILENT_BEFORE_SPLIT ? sizing->suspected : MIN(sizing->suspected, smaller);
}

void sizing_answered(struct sizing *sizing, unsigned n, bool part)
{
	sizing->largest = MAX(sizing->largest, n);
	if (!part) {
		if (n > sizing->suspected)
			sizing->suspected = sizing->parts = 0;
		return;
	}
	sizing->suspected = n;
	if (++sizing->parts >= PARTS_TO_BELIEVE)
		sizing->limit = sizing->largest = n;
}

/* What is known to get an answer got none: a limit that silence taught may come of loss too. */
void sizing_unanswered(struct sizing *sizing, unsigned n)
{
	if (n > sizing->largest)
		return;
	sizing->limit = LIMIT_DEFAULT;
	sizing->parts = 0;
}
