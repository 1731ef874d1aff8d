/*
 * The frame of each public call that asks the network: its job, the PDUs' addresses, a session and
 * one operation, in that order; then all of it is freed. It never asks a PDU anything itself, and
 * keeps nothing. The files with such calls include it.
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
 * Does the job over the real network: calls act with an operation for it. The caller sets the job's
 * purpose, node and pdu, and its config if that is not the handle's; they may differ in the map
 * alone. act is not called without a configuration, or if no network could be opened.
 */
struct outcome call_perform(const trippsnmp *handle, struct job job, call_act act, void *context);

#endif
