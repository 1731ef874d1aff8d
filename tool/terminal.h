/*
 * What a person sees: colours, marks and the line that says what is going on, each as far as
 * there is a terminal for it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TT_TERMINAL_H
#define TT_TERMINAL_H

#include "trippsnmp.h"

#include <glib.h>
#include <stdbool.h>

enum paint {
	PAINT_NONE,
	PAINT_GOOD,
	PAINT_BAD,
	PAINT_DOUBT,
	PAINT_FAINT,
	PAINT_STRONG,
	PAINT_MARK
};

struct terminal {
	bool is_out, is_err; /* stdout, stderr */
	bool colour;
	bool utf8;
	unsigned width; /* columns of stdout; 0: it is no terminal, and any width does */
	bool progress;  /* the line of what is going on stands on stderr */
};

/** Looks at stdout, stderr, TERM, NO_COLOR and the locale, which it sets. */
void terminal_init(struct terminal *terminal);
/** The width may have changed. */
void terminal_measure(struct terminal *terminal);

/** The text in that paint, or as it is where there are no colours; free with g_free(). */
char *terminal_paint(const struct terminal *terminal, enum paint paint, const char *text);
/** A tick, a cross or an exclamation mark, painted; free with g_free(). */
char *terminal_mark(const struct terminal *terminal, enum paint paint);

/** Columns that a text takes; what stands in it is printable. */
unsigned text_columns(const char *text);
/** At most so many columns of it, with a mark where it was cut; free with g_free(). */
char *text_fit(const struct terminal *terminal, const char *text, unsigned columns);
/** The text as the locale can show it; free with g_free(). */
char *text_shown(const struct terminal *terminal, const char *text);

/** Shows what a call is doing, where stderr is a terminal, once it takes a while. */
void terminal_progress(struct terminal *terminal, const struct trippsnmp_progress *progress);
/** Takes that line away. */
void terminal_clear(struct terminal *terminal);

#endif
