/*
 * A question about many objects, and then its answer: one function goes through both in one order,
 * first to ask, then to take what came. So no place in an answer is written down twice. Pure; what
 * an answer means is for who goes through it.
 *
 * Used by lib/find where it reads single objects.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_DIALOG_H
#define TS_DIALOG_H

#include "snmp/request.h"

struct dialog {
	GArray *varbinds; /* those of the question; once it is answered, those of the answer */
	bool answered;
	bool by_next; /* by GETNEXT: dialog_object() asks what follows the name right before */
	unsigned at;  /* how far in the answer */
	/* Of objects asked by GETNEXT: one is not there; that of one cannot be told. */
	bool absent, unclear;
};

/** Asks for exactly that name. NULL; once it is answered, what came. */
const struct varbind *dialog_ask(struct dialog *dialog, const struct objid *name);
/**
 * The same for that object, by whatever kind of request. By GETNEXT too, what came is the object
 * with a value, or it is VALUE_ABSENT.
 */
const struct varbind *dialog_object(struct dialog *dialog, struct objid name);

/** Whether an answer has a value. */
bool dialog_has_value(const struct varbind *varbind);
/** Whether the answer to a GETNEXT says nothing: an error, or what does not follow. */
bool dialog_says_nothing(const struct varbind *varbind, const struct objid *asked);

#endif
