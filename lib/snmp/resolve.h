/*
 * Host names to addresses, within a time limit even where a name server hangs. It must never wait
 * longer than it was told to, nor take an address that the resolver did not give for that name. A
 * call uses it before the session is opened.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_RESOLVE_H
#define TS_RESOLVE_H

#include "base/log.h"
#include "base/watch.h"
#include "config/addresses.h"
#include "snmp/request.h"

#include <sys/socket.h>

/** One address of a PDU, port included. */
struct address {
	struct sockaddr_storage socket;
	socklen_t length;
};

/**
 * Resolves the wanted PDUs (wanted[i]), all at once, trying on until the
 * deadline (of clock_now()). addresses[i] becomes a GArray of struct
 * address, never empty, in the resolver's order without duplicates; NULL for
 * those not wanted. On failure NULL all over, and *error has one line (free
 * with g_free()). Numeric addresses ask no name server. A name that is said not
 * to exist ends it at once. An IPv4 address written as IPv6 becomes an IPv4 one.
 * watch (NULL: nobody) is told meanwhile, and may stop it: that is a failure too.
 */
bool resolve_all(const GArray *pdus, const bool *wanted, usec deadline, const struct log *log,
                 struct watch *watch, GArray **addresses, char **error);

#endif
