/*
 * The frame of each public call that asks the network: its plan, the PDUs' addresses, a session,
 * one operation; then all of it is freed. It never asks a PDU anything itself.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_CALL_H
#define TS_CALL_H

#include "call/handle.h"
#include "call/operation.h"

/** What the call does with its operation. */
typedef struct outcome (*call_act)(struct operation *operation, void *context);

/**
 * Acts over the real network. Of the plan purpose, node and pdu are given, and config if it
 * differs from the handle's, which may be in the map alone. Without a configuration, or where no
 * network could be opened, act is not called.
 */
struct outcome call_perform(const trippsnmp *handle, struct plan plan, call_act act, void *context);

#endif
