/*
 * The agent's description of itself, from the table of options. Pure.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef FT_METADATA_H
#define FT_METADATA_H

#include <stdbool.h>

/**
 * XML as fence agents print it, by the schema of fence-agents (metadata.rng).
 * long_texts: for a manual page. Free with g_free().
 */
char *metadata(bool long_texts);

#endif
