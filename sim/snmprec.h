/*
 * Rows of a recorded agent in .snmprec form, "OID|TYPE|VALUE", kept in the
 * order of GETNEXT. It knows SNMP's types, nothing of devices or of sockets.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef SIM_SNMPREC_H
#define SIM_SNMPREC_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define REC_NAME_MAX 128

struct rec_name {
	unsigned n;
	uint32_t id[REC_NAME_MAX];
};

/** Types as .snmprec writes them: the BER tags. */
enum rec_type {
	REC_INTEGER = 2,
	REC_OCTETS = 4,
	REC_NULL = 5,
	REC_OBJID = 6,
	REC_IPADDRESS = 64,
	REC_COUNTER32 = 65,
	REC_GAUGE32 = 66,
	REC_TIMETICKS = 67,
	REC_OPAQUE = 68,
	REC_COUNTER64 = 70
};

/** A row owns its octets. */
struct rec_row {
	struct rec_name name;
	int type;         /* enum rec_type; in a SET whatever was sent */
	bool runs;        /* a clock of the card: its value is of the moment */
	uint64_t number;  /* numeric types; a negative INTEGER in two's complement */
	GBytes *octets;   /* OCTET STRING, IpAddress, Opaque; NULL in other types */
	GArray *value_id; /* OBJECT IDENTIFIER: uint32_t; NULL in other types */
};

/** Rows sorted by name, each name once. */
struct records {
	GPtrArray *rows; /* of struct rec_row * */
};

struct records *records_new(void);
void records_free(struct records *records);
/** Reads a file. NULL on error, with "FILE:LINE: why" in *error (g_free() it). */
struct records *records_load(const char *path, char **error);

/** The row of exactly that name, or NULL. Valid until the next change. */
struct rec_row *records_find(const struct records *records, const struct rec_name *name);
/** The first row after a name (or at it, if inclusive), or NULL. */
struct rec_row *records_next(const struct records *records, const struct rec_name *name,
                             bool inclusive);
/** Adds a row, or replaces the one of its name. Takes the row. */
void records_put(struct records *records, struct rec_row *row);
/** Removes the row of that name and all rows below it; how many that were. */
unsigned records_remove(struct records *records, const struct rec_name *name);
/** Puts rows in order again after their names were changed; false if two are now the same. */
bool records_sort(struct records *records);

struct rec_row *rec_row_integer(const struct rec_name *name, int32_t number);
/** Shares the octets. */
struct rec_row *rec_row_octets(const struct rec_name *name, GBytes *octets);
/** One line, without its end. NULL on error, with the reason in *error. */
struct rec_row *rec_row_parse(const char *line, char **error);
void rec_row_free(struct rec_row *row);

/** Dotted text; false if it is none, or not of 2 to REC_NAME_MAX subidentifiers. */
bool rec_name_parse(const char *text, struct rec_name *name);
char *rec_name_text(const struct rec_name *name);
int rec_name_compare(const struct rec_name *a, const struct rec_name *b);
/** Whether name is root or lies below it. */
bool rec_name_within(const struct rec_name *name, const struct rec_name *root);

#endif
