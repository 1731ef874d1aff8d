/*
 * What a card says, without what tells whose it is: names, places, addresses, serial numbers.
 * Nothing is let through that is not known to be harmless. Pure.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TT_ANONYMOUS_H
#define TT_ANONYMOUS_H

#include "trippsnmp.h"

#include <glib.h>

/** Remembers what took the place of what: the same of the same. */
struct anonymous {
	GHashTable *texts;     /* octets as hex -> char * */
	GHashTable *addresses; /* likewise */
};

void anonymous_init(struct anonymous *anonymous);
void anonymous_clear(struct anonymous *anonymous);

/**
 * The object as a line of a .snmprec file, without the newline; free with g_free(). NULL where it
 * is left out: its name may hold an address or a text.
 */
char *anonymous_line(struct anonymous *anonymous, const struct trippsnmp_object *object);

#endif
