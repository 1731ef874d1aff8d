/*
 * Outlets: which one it is, and what was read of it. Pure: what was not read is never filled in.
 *
 * Made by lib/find where tables are walked and numbers are looked up; used by all above.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_OUTLET_H
#define TS_OUTLET_H

#include "find/family.h"

/** Whether two are one and the same. */
bool outlet_id_equal(const struct outlet_id *a, const struct outlet_id *b);
/** As messages call it, such as "outlet 2.3 of pdu-a"; free with g_free(). */
char *outlet_id_text(const struct outlet_id *id, const char *label);

struct outlet {
	struct outlet_id id;
	bool exists; /* false only for an asked one that is definitely not there */
	enum tristate controllable;
	enum trippsnmp_state state;
	char *odd;        /* what was read that is neither on nor off, varbind_text(); else NULL */
	bool status_read; /* tlpDeviceStatus of its device was a number */
	bool lost;        /* its device is offline, or does not say: the state may be stale */
	bool alarmed;     /* an active alarm says that its device is lost: likewise */
	char *name, *description; /* text_string(); NULL while the cell was not read */
	/* Only with details; -1: nothing is metered. */
	int millivolts, milliamperes, watts;
	char *model; /* its device's, text_string(); NULL if the device does not tell */
};

/** A GArray of struct outlet that frees their texts. */
GArray *outlets_new(void);
/** Its i-th; valid until one is added. */
struct outlet *outlets_at(const GArray *outlets, unsigned i);
/**
 * Where an outlet is or would be by family, device and number, main loads last, if they are in
 * that order.
 */
unsigned outlets_place(const GArray *outlets, const struct outlet_id *id, bool *there);

/** Appends what that function wants to know of outlets, each object once; n is 0 for nothing. */
void outlets_ask(const GArray *outlets, struct objid (*object)(const struct outlet *),
                 GArray *varbinds);
/**
 * What that tlpDeviceStatus says of the outlets of its device, of which there may be none: false
 * then. Only a number that is not "offline", or a status that is definitely not there, is no loss:
 * a card that has lost a device may show old states of its outlets.
 */
bool outlets_take_status(GArray *outlets, const struct objid *status,
                         const struct varbind *varbind);

/** The state that its state cell says; varbind is that cell as it was answered. */
void outlet_take_state(struct outlet *outlet, const struct varbind *varbind);
/** Its name, or its description. False, and nothing is taken, of what is no octet string. */
bool outlet_take_text(struct outlet *outlet, bool described, const struct varbind *varbind);
/** The text of an octet string; "" if it is too long for one, NULL if it is none. g_free() it. */
char *outlet_string(const struct varbind *varbind);
/** Its name, or its description; NULL if that was not read. */
const char *outlet_text(const struct outlet *outlet, bool described);

#endif
