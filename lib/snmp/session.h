/*
 * Datagrams to many PDUs at once, over net-snmp's single-session API; lib/snmp/session*.c are the
 * only files of the library that include net-snmp. It answers to struct network, and so to the
 * runner; a call opens it. It must never make retries, nor read configuration, MIB or environment.
 * What stays in the process is net-snmp's own: with SNMPv3 its security module, started once, and
 * what it notes of each engine's clock. Users, keys and sockets do not.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_SESSION_H
#define TS_SESSION_H

#include "base/log.h"
#include "config/params.h"
#include "snmp/resolve.h"

/** Whether net-snmp offers the configured protocols; one line in *error if not. */
bool session_offers(const struct config *config, char **error);

/**
 * Opens nothing yet: sockets come with the first request to a PDU. config, log
 * and addresses (one GArray of struct address a PDU, NULL for a PDU that is
 * never asked) must outlive it. NULL with one line in *error if the keys cannot
 * be made. Free it with session_free().
 */
struct network *session_new(const struct config *config, GArray *const *addresses,
                            const struct log *log, char **error);
void session_free(struct network *network);

#endif
