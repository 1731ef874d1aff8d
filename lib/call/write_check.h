/*
 * Proves write access without switching: a SET of idle(0) to each outlet's command object, which
 * by the MIB does nothing. It never sends another value, and skips an outlet without that one.
 * Pure: a machine for the runner; survey.c makes it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_WRITE_CHECK_H
#define TS_WRITE_CHECK_H

#include "base/log.h"
#include "find/feeds.h"
#include "snmp/machine.h"

struct write_check;

/** feeds (of struct feed) and labels must outlive it. */
struct write_check *write_check_new(unsigned n_pdus, const char *const *labels, const GArray *feeds,
                                    bool v1, const struct log *log);
void write_check_free(struct write_check *check);
struct machine write_check_machine(struct write_check *check);
/** TRIPPSNMP_ACCESS if write access is refused; what cannot be told is only logged. */
struct outcome write_check_outcome(const struct write_check *check);

/** On how many outlets write access was proven. */
unsigned write_check_proven(const struct write_check *check);

#endif
