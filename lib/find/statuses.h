/*
 * tlpDeviceStatus of devices: a card that has lost one may show old states of its outlets.
 * Pure. Only a number that is not "offline", or a status that is definitely not there, is no loss.
 *
 * Called by the search for outlets (rows.c).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_STATUSES_H
#define TS_STATUSES_H

#include "find/outlet.h"

/** A GArray of struct objid: which statuses are wanted. */
GArray *statuses_new(void);
/** Adds that of a device, once; nothing where the family has none. */
void statuses_add(GArray *statuses, const struct family *family, uint32_t device);
/** Appends what to ask. */
void statuses_ask(const GArray *statuses, GArray *varbinds);
/** What the answers, in that order, say of the outlets (of struct outlet). */
void statuses_take(const GArray *statuses, const struct varbind *varbinds, GArray *outlets);

#endif
