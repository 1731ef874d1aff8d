/*
 * What a card is: one question that asks every family for its first row and for the number of
 * its active alarms, and what its answer says. On a guess it reads single outlets as well; by name
 * it begins the lists of devices and counts. Pure. An error is never a family that is not there.
 *
 * Called by the search for outlets (search.h), for each PDU its own.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_IDENTITY_H
#define TS_IDENTITY_H

#include "find/inventory.h"

struct identity;

/**
 * Of that need names make the lists count, and mains the main loads: a family that has one is there
 * as well. Its numbers are read too, on the guess that they are on device 1 of some family, where
 * that makes no answer long. engine_id: it is worth asking. The need must outlive it.
 */
struct identity *identity_new(unsigned pdu, const struct inventory_need *need, bool v1,
                              bool engine_id);
void identity_free(struct identity *identity);

/** Appends what to ask for with GETNEXT. */
void identity_ask(struct identity *identity, GArray *varbinds);
/** Takes the answers to that, in that order; what lists say goes to the census. */
void identity_take(struct identity *identity, GArray *varbinds, GArray *census);

/** The best rank of the families that have rows; UINT_MAX if none has. */
unsigned identity_rank(const struct identity *identity);
/** What keeps it from being known what the card is, static; NULL if nothing does. */
const char *identity_unclear(const struct identity *identity);
/** Whether that family has a row, main loads apart. */
bool identity_sees(const struct identity *identity, const struct family *family);
/** The family of device 1, if that is clearly the only one of which a row is seen; else NULL. */
const struct family *identity_sole(const struct identity *identity);
/** snmpEngineID (RFC 3411); may be NULL. Owned by the identity. */
GBytes *identity_engine_id(const struct identity *identity);
/**
 * The alarms of the families of the best rank if any may be active: *n by what the card says; 0
 * where that is an error. Else NULL.
 */
const struct family_alarms *identity_alarms(const struct identity *identity, unsigned *n);
/** Adds the tables of the families of the best rank; with lists, what was not read of these. */
void identity_add_tables(const struct identity *identity, struct table *table,
                         struct table_columns columns, bool lists);
/**
 * Whether the guess was right in all for that family: the numbers' cells and the device's
 * status are there in the answer, or there definitely is no status. What they say of the numbers
 * goes to outlets then, and *open is as numbers_read() returns it. In any other case, and be it
 * that an outlet does not exist, they are to be asked for by name.
 */
bool identity_guessed(const struct identity *identity, GArray *varbinds,
                      const struct family *family, GArray *outlets, char **open);

#endif
