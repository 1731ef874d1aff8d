/*
 * Reads whole outlet tables: columns by GETBULK, or by GETNEXT in v1 and where
 * GETBULK fails. Pure. It never takes what does not advance, or goes wrong, for an end; whether
 * what it read is all there is, its caller judges.
 *
 * Called by the search for outlets (search.h), for each PDU its own.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_TABLE_H
#define TS_TABLE_H

#include "base/log.h"
#include "find/alarms.h"
#include "find/outlet.h"
#include "snmp/exchange.h"

/* Beyond every row of a device; not 2^32-1, which small agents may take for -1. */
#define BEYOND_LAST INT32_MAX

struct table;

/**
 * The walk of one PDU's tables into outlets, by family, device and number, main loads
 * last, and of lists into the census. Label, outlets, census and log must outlive it. overhead is
 * what the SNMP version adds to an answer, bytes.
 */
struct table *table_new(unsigned pdu, const char *label, bool v1, unsigned overhead,
                        GArray *outlets, GArray *census, const struct log *log);
void table_free(struct table *table);

/** Back to no columns and no rows. What was learned of the agent stays. */
void table_clear(struct table *table);

/** Which columns of a family are read besides the one that tells which outlets exist. */
struct table_columns {
	bool state, names, meters;
};
/** Adds a family's columns, once; its first row is likely to be on that device. */
void table_add(struct table *table, const struct family *family, uint32_t device,
               struct table_columns columns);
/** Adds what follows cursor in a list. */
void table_add_list(struct table *table, const struct family_list *list,
                    const struct objid *cursor);
/**
 * In place of what columns there are, those of a card's active alarms: the rows go there. Outlets
 * and census stay as they are.
 */
void table_begin_alarms(struct table *table, struct alarms *alarms);

/**
 * What to ask next; not after the end. By GETBULK it may come on top of what is in the question
 * already, which is asked once, and brings as many rows as there is room for.
 */
void table_ask(struct table *table, struct question *question);
/**
 * Takes the reply, REPLY_ANSWERED or REPLY_SILENT. Returns why no table can be
 * made of it, static; NULL if nothing is wrong.
 */
const char *table_take(struct table *table, const struct reply *reply);
/** Whether there are columns, and all were read to their ends. */
bool table_ended(const struct table *table);

/** Whether it would ask with GETBULK. */
bool table_bulk(const struct table *table);
/** Asks with GETNEXT from now on. */
void table_no_bulk(struct table *table);
/**
 * Takes the rows behind the first n varbinds of the answer to that. Where the tables end only an
 * answer to table_ask() may say.
 */
const char *table_take_too(struct table *table, const struct reply *reply, unsigned n);

#endif
