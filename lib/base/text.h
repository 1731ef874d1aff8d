/*
 * Text from devices and users: escaping for logs and terminals, and what counts as the same name.
 * It must never depend on the locale. The rest of the library uses it. Pure.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_TEXT_H
#define TS_TEXT_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/**
 * A NUL inside a string of ours, as modified UTF-8 writes it: valid UTF-8 never
 * has these two bytes.
 */
#define TEXT_NUL "\xc0\x80"

/**
 * A device's text as a string: NULs at its end are padding and go; one with
 * something else behind it becomes TEXT_NUL. Never NULL. Free with g_free().
 */
char *text_string(const char *octets, size_t n);

/**
 * One printable line of any octets: valid UTF-8 graphic characters and single
 * blanks pass; controls, line ends, format characters and invalid bytes come
 * out as \xNN (TEXT_NUL as \x00, backslash itself as \\). Never NULL. Free
 * with g_free().
 */
char *text_escape(const char *octets, ssize_t n);

/**
 * The user's text in quotes, escaped and cut to a length that is fit for a message, and then
 * `what`. Never for secrets. Free with g_free().
 */
char *text_about(const char *text, const char *what);

/**
 * A device's or a user's name as it is compared: blanks and NULs around it
 * taken off, case folded (UTF-8 if it is valid, else ASCII only). Never NULL.
 */
char *text_name_key(const char *octets, ssize_t n);

/**
 * For a name with a TEXT_NUL in it, which some programs show only up to there: the key of that
 * first part, after any TEXT_NULs that the name begins with. NULL for a name without one. Free
 * with g_free().
 */
char *text_doubtful_key(const char *name);

/** Whether two names are the same node: their keys are equal and not empty. */
bool text_same_name(const char *a, const char *b);

/**
 * Whether a name could be a cluster node's: ASCII letters, digits, '.', '_',
 * '-' and UTF-8 letters and digits, beginning with a letter or digit, at most
 * 255 bytes.
 */
bool text_is_node_name(const char *name);

/**
 * Whether a name is one that devices leave the factory with: load, outlet,
 * port, receptacle, bank or nothing, then a number ("Load 3", "Load3",
 * "Outlet #3", "3"), ignoring case.
 */
bool text_is_factory_name(const char *name);

/**
 * Whether all of the text is what the pattern (GRegex) describes, ignoring the case of ASCII. Not
 * for each row of a device: the pattern is compiled each time.
 */
bool text_fits(const char *text, const char *pattern);

/** A plain decimal number from 1 to most, without zeros before it; 0 if it is none. */
unsigned text_number(const char *text, unsigned most);

#endif
