/*
 * Names that every test program can ask for: see names.c.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_TESTS_NAMES_H
#define TS_TESTS_NAMES_H

/** Both loopback addresses, IPv6 first, each twice. Below .test, RFC 6761, nobody else has it. */
#define NAME_OF_LOOPBACK "loopback.test"
/** Its name server answers only after four seconds, that it cannot tell. */
#define NAME_OF_NOBODY "mute.test"
/** A name that is said not to exist, by a thread that takes none of the host's signals. */
#define NAME_OF_NONE "none.test"

#endif
