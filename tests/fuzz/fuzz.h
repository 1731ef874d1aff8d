/*
 * What the fuzz targets share: taking an input apart, and the checks that hold
 * for every text the library shows. It must never touch network or disk.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_FUZZ_H
#define TS_FUZZ_H

#include "base/log.h"

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** Ends the run as a crash, and says which rule was broken. */
#define REQUIRE(rule)                                                                              \
	do {                                                                                       \
		if (!(rule))                                                                       \
			fuzz_broken(__FILE__, __LINE__, #rule);                                    \
	} while (0)
_Noreturn void fuzz_broken(const char *file, int line, const char *rule);

/** An input that is read byte by byte; past its end there are zeros. */
struct bytes {
	const uint8_t *at;
	size_t left;
};
uint8_t bytes_take(struct bytes *bytes);
/** 0 to n - 1; takes no byte where n is 1 or less. */
unsigned bytes_below(struct bytes *bytes, unsigned n);
/** Little numbers mostly, each edge of 32 and 64 bits now and then. */
int64_t bytes_number(struct bytes *bytes);
/** Up to max bytes as a string of that length with a NUL behind it; free with g_free(). */
char *bytes_string(struct bytes *bytes, size_t max, size_t *n);

/** One printable line: what a log or a terminal may be given. */
void check_line(const char *line);
/** A log that checks its lines. */
extern const struct log checking_log;

#endif
