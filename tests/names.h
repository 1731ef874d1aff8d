/*
 * A name that every test program can resolve: see names.c.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_TESTS_NAMES_H
#define TS_TESTS_NAMES_H

/** Both loopback addresses, IPv6 first, each twice. Below .test, RFC 6761, nobody else has it. */
#define NAME_OF_LOOPBACK "loopback.test"

#endif
