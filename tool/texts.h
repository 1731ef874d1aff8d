/*
 * NAME=VALUE texts, of which some are secrets. Pure.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TT_TEXTS_H
#define TT_TEXTS_H

#include <glib.h>
#include <stdbool.h>

/** A GPtrArray of char * that wipes what it frees. */
GPtrArray *secrets_new(void);
/** The value, if text is NAME=VALUE of that name; else NULL. */
const char *value_of(const char *text, const char *name);
/** Whether one of them (of char *) is of that name. */
bool texts_have(const GPtrArray *texts, const char *name);

#endif
