/*
 * One question put together from several answers: what of it is still open, what goes into the
 * next request, what an answer or an error fills in, and whether an answer fits at all. It must
 * never take a value for an object that the answer does not name. The exchange calls it. Pure.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_ASSEMBLY_H
#define TS_ASSEMBLY_H

#include "snmp/request.h"

/** Zeroed: no question. */
struct assembly {
	enum request_kind kind;
	GArray *asked;   /* of struct varbind; the question's */
	GArray *results; /* of struct varbind, one for each asked; VALUE_NONE: still open */
	GArray *alone;   /* of bool: to be asked by itself, and last */
};

/** Whether it may be asked for in parts: GET and GETNEXT. */
bool assembly_has_parts(const struct assembly *assembly);
/** Begins, of a cleared one; shares the varbinds. */
void assembly_begin(struct assembly *assembly, enum request_kind kind, GArray *asked);
void assembly_clear(struct assembly *assembly);

/** What to ask next, as indices (of unsigned). Owned by the caller. */
GArray *assembly_plan(const struct assembly *assembly);
/** Copies of those varbinds, as a request carries them; owned by the caller. */
GArray *assembly_varbinds(const struct assembly *assembly, const GArray *which);

/** Takes the answer to a read of these. False, and nothing is taken, if it does not fit. */
bool assembly_take(struct assembly *assembly, const GArray *which, const GArray *varbinds);
/**
 * Takes an error-status on a read of n: it is about the varbind at, if that is named. Each shrinks
 * what is open or is asked together, so that asking on comes to an end. False: n are too many.
 */
bool assembly_error(struct assembly *assembly, unsigned n, unsigned at, bool named,
                    int error_status);
/**
 * Reading one of n was refused: it is asked by itself next. True if it was by itself already: then
 * that is its result.
 */
bool assembly_refused(struct assembly *assembly, unsigned n, unsigned at, int error_status);

/** Whether each varbind has its result. */
bool assembly_is_complete(const struct assembly *assembly);
/** Whether an object has no value because reading it is refused. */
bool assembly_lacks_refused(const struct assembly *assembly);

/** Whether an error-status on a read says that access is refused. */
bool assembly_is_read_refusal(int error_status);

#endif
