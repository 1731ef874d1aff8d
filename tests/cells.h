/*
 * What a PDU holds, and what an SNMP agent that is in order answers out of it:
 * for the virtual network and for fuzz targets.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TESTS_CELLS_H
#define TESTS_CELLS_H

#include "snmp/request.h"

/** NULL if there is none. cells: of struct varbind, by name. */
struct varbind *cells_find(const GArray *cells, const struct objid *name);
/** Takes over the cell; there is one of a name. */
void cells_put(GArray *cells, const struct varbind *cell);
/**
 * Adds to the answer what the agent has for a request, and its error. A VALUE_ERROR's number is
 * the error-status of asking for it. max: of varbinds, 0 for any; more is tooBig, BULK stops there.
 */
void cells_answer(const GArray *cells, bool v1, unsigned max, const struct request *request,
                  struct event *answer);

#endif
