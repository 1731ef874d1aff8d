/*
 * The parameters of a fencing resource, from the XML of a cluster's configuration. Pure.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TT_CIB_H
#define TT_CIB_H

#include <glib.h>
#include <stdbool.h>

#define CIB_HOST_MAP "pcmk_host_map"

/** What the configuration says of it. */
struct resource {
	bool agent;       /* it is stonith:fence_tripplite, and not stonith:tripplite */
	GPtrArray *texts; /* of char *: NAME=VALUE, each name once; wiped when freed */
};

/** Finds the primitive of that id. False, with one line in *error. */
bool cib_parse(const char *xml, size_t n, const char *id, struct resource *resource, char **error);
void cib_clear(struct resource *resource);

/**
 * pcmk_host_map as a hostlist, with outlets as the agent reads plugs. NULL with one line in
 * *error. Free both with g_free().
 */
char *cib_hostlist(const char *host_map, char **error);

#endif
