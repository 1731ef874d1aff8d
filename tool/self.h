/*
 * Whether a node is the machine that asks.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TT_SELF_H
#define TT_SELF_H

#include <stdbool.h>

/** Whether two names of machines may be one: ignoring case, and a domain that one of them lacks. */
bool self_same_name(const char *a, const char *b);
/**
 * Why the node is this machine, such as "that is this machine's name"; NULL if it does not seem to
 * be. cluster: the running cluster is asked for this machine's name in it, too. Free with g_free().
 */
char *self_is(const char *node, bool cluster);

#endif
