/*
 * How many varbinds one read may ask for. A card says "tooBig", answers the first few and forgets
 * the rest, or is silent to what is too long for it: then it is read in parts, or it would never
 * be read. Loss looks alike, and to ask for parts alone would take the longer the more gets lost:
 * so silence makes parts late, and what a part has taught is forgotten with the next loss. The
 * exchange asks it for each request. Pure.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_SIZING_H
#define TS_SIZING_H

struct sizing {
	unsigned limit;   /* varbinds in one request; silence lifts it */
	unsigned largest; /* varbinds of a request that is known to get an answer */
	unsigned whole;   /* what the last request could have asked for */
	unsigned parts;   /* answers in a row to what asked for less than that */
};

/** Nothing is known. */
void sizing_init(struct sizing *sizing);
/**
 * How many of n varbinds the next request asks for, after so many attempts without an answer: in
 * the end whole and part go out in turn.
 */
unsigned sizing_next(struct sizing *sizing, unsigned n, unsigned silent);
/** A request of so many was answered. */
void sizing_answered(struct sizing *sizing, unsigned n);
/** That many are too many for one request; half of them may do. */
void sizing_halve(struct sizing *sizing, unsigned n);

#endif
