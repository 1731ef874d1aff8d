/*
 * The list of PDUs as users write it in ipaddr. What has two readings is an error, for a slip of
 * the pen must not lead to another device; it asks no name server. params_check() calls it. Pure.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_ADDRESSES_H
#define TS_ADDRESSES_H

#include <glib.h>
#include <stdbool.h>

/** One PDU as the user named it. */
struct pdu_address {
	const char *label; /* as written in ipaddr: how messages name the PDU */
	const char *host;  /* name or numeric address, without port and brackets */
	unsigned port;
};

/**
 * Parses the list, which is not blank, into a GArray of struct pdu_address, at least one; free it
 * with g_array_unref(). NULL on error, with one line in *error (free with g_free()) that
 * does not begin with the parameter's name.
 */
GArray *addresses_parse(const char *list, char **error);

/** The i-th of such an array. */
const struct pdu_address *addresses_at(const GArray *pdus, unsigned i);

#endif
