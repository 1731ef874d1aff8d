/*
 * What the fuzz targets share: see fuzz.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn void fuzz_broken(const char *file, int line, const char *rule)
{
	fprintf(stderr, "%s:%d: broken rule: %s\n", file, line, rule);
	abort();
}

uint8_t bytes_take(struct bytes *bytes)
{
	if (!bytes->left)
		return 0;
	bytes->left--;
	return *bytes->at++;
}

unsigned bytes_below(struct bytes *bytes, unsigned n)
{
	return n > 1 ? bytes_take(bytes) % n : 0;
}

int64_t bytes_number(struct bytes *bytes)
{
	static const int64_t edges[] = { INT32_MAX, INT32_MIN, UINT32_MAX, INT64_MAX,
		                         INT64_MIN, -1,        256 };
	const uint8_t first = bytes_take(bytes);
	int64_t number = 0;

	if (first >= 0x80 && first < 0x80 + G_N_ELEMENTS(edges))
		return edges[first - 0x80];
	if (first < 0xf0)
		return first % 0x40;
	/* one at a time: C leaves open which of several would be taken first */
	for (unsigned i = 0; i < 4; i++)
		number = number << 8 | bytes_take(bytes);
	return number;
}

char *bytes_string(struct bytes *bytes, size_t max, size_t *n)
{
	char *string;

	*n = MIN(max, bytes->left);
	string = g_malloc0(*n + 1);
	if (*n)
		memcpy(string, bytes->at, *n);
	bytes->at += *n;
	bytes->left -= *n;
	return string;
}

void check_line(const char *line)
{
	REQUIRE(line && *line);
	REQUIRE(g_utf8_validate(line, -1, NULL));
	for (const char *at = line; *at; at++)
		REQUIRE((unsigned char)*at >= 0x20 && *at != 0x7f);
}

static void take_line(void *context, enum trippsnmp_level level, const char *line)
{
	(void)context;
	REQUIRE(level >= TRIPPSNMP_LOG_CRIT && level <= TRIPPSNMP_LOG_DEBUG);
	check_line(line);
}

const struct log checking_log = { take_line, NULL };
