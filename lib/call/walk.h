/*
 * Reads all objects below one, whatever they are: by GETBULK, or by GETNEXT in v1 and where
 * GETBULK fails. Never asks for what it has seen. Pure: a machine for the runner; objects.c
 * makes it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_WALK_H
#define TS_WALK_H

#include "snmp/machine.h"

struct walk;

/** More objects than that are no card's. */
#define WALK_MAX 100000

/** Of that PDU alone; label must outlive it. fn is given each object, in their order. */
struct walk *walk_new(unsigned pdu, const char *label, const struct objid *root, bool v1,
                      void (*fn)(void *context, const struct varbind *), void *context);
void walk_free(struct walk *walk);
struct machine walk_machine(struct walk *walk);
/** How it came out; valid once the machine is done. */
struct outcome walk_outcome(const struct walk *walk);

#endif
