/*
 * What list and list-status print: the nodes of hostlist, or the outlets that
 * can be switched, one a line.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef FT_LIST_H
#define FT_LIST_H

#include "trippsnmp.h"

#include <glib.h>
#include <stdbool.h>

/** "ON", "OFF" or "UNKNOWN". */
const char *state_word(enum trippsnmp_state state);

/**
 * Appends the nodes as NODE, separator, nothing; with_state: separator, state.
 * The nodes of hostlist are appended even on error, UNKNOWN where that is all.
 */
enum trippsnmp_error list_nodes(trippsnmp *handle, const char *separator, bool with_state,
                                GString *text);

/** Appends the outlets as PLUG, separator, name; with_state: separator, state. */
enum trippsnmp_error list_outlets(trippsnmp *handle, const char *separator, bool with_state,
                                  GString *text);

#endif
