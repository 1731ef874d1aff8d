/*
 * What the PDUs as a whole look like: whether they could fence, and which nodes their outlets
 * name. It switches nothing: the only SETs are those of write_check.h. trippsnmp_status() and
 * nodes.c call it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_SURVEY_H
#define TS_SURVEY_H

#include "call/operation.h"

/**
 * Checks PDUs, outlets and, if configured, write access. Of outlets that are given for one call,
 * these alone. Fails where no node could be fenced. The operation's purpose is TO_READ, of all
 * nodes. unused: for call_perform().
 */
struct outcome survey_status(struct operation *operation, void *unused);
/** The same; but where there is no hostlist, no outlet needs a node's name. */
struct outcome survey_pdus(struct operation *operation, void *unused);

/**
 * The outlets' names that may be nodes, lower-cased, each once, in the order of
 * the outlets; of char *, free with g_ptr_array_unref().
 */
GPtrArray *survey_names(const struct look *look);

#endif
