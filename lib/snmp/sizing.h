/*
 * How many varbinds one read may ask for. A card says "tooBig", answers the first few and forgets
 * the rest, or is silent to what is too long for it: then it is read in parts, or it would never
 * be read. Loss looks alike, and to ask for parts alone would take the longer the more gets lost:
 * so what silence teaches is believed late, and taken back. The exchange asks it for each request.
 * Pure.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_SIZING_H
#define TS_SIZING_H

#include <stdbool.h>

struct sizing {
	unsigned limit;     /* varbinds in one request */
	unsigned largest;   /* varbinds of a request that is known to get an answer */
	unsigned suspected; /* varbinds of a part that was answered where more was not; 0: none */
	unsigned parts;     /* such answers in a row */
};

/** Nothing is known. */
void sizing_init(struct sizing *sizing);
/** That many are too many for one request; half of them may do. */
void sizing_halve(struct sizing *sizing, unsigned n);
/**
 * Whether the PDU may dislike so many varbinds: it was silent to them so often, or has answered a
 * part alone. Then whole and part go out in turn, each with a pause of its own.
 */
bool sizing_doubts(const struct sizing *sizing, unsigned n, unsigned silent);
/** How many varbinds that part has: what was answered before, less if that is not. */
unsigned sizing_part(const struct sizing *sizing, unsigned n, unsigned silent);
/** A request of so many was answered; part: less was asked than could be, after that. */
void sizing_answered(struct sizing *sizing, unsigned n, bool part);
/** A request of so many was not. */
void sizing_unanswered(struct sizing *sizing, unsigned n);

#endif
