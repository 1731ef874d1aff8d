/*
 * Loading, searching and changing the rows of a recorded agent. A line that is
 * not exactly understood is an error, never a guess.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "snmprec.h"

#include <string.h>

int rec_name_compare(const struct rec_name *a, const struct rec_name *b)
{
	for (unsigned i = 0; i < a->n && i < b->n; i++)
		if (a->id[i] != b->id[i])
			return a->id[i] < b->id[i] ? -1 : 1;
	return (a->n > b->n) - (a->n < b->n);
}

bool rec_name_within(const struct rec_name *name, const struct rec_name *root)
{
	return name->n >= root->n && !memcmp(name->id, root->id, root->n * sizeof(*root->id));
}

/* A plain decimal number: no sign, no blank, nothing behind it. */
static bool parse_number(const char *text, uint64_t max, uint64_t *number)
{
	return g_ascii_string_to_unsigned(text, 10, 0, max, number, NULL);
}

bool rec_name_parse(const char *text, struct rec_name *name)
{
	g_auto(GStrv) parts = g_strsplit(text[0] == '.' ? text + 1 : text, ".", REC_NAME_MAX + 1);
	unsigned n = g_strv_length(parts);

	if (n < 2 || n > REC_NAME_MAX)
		return false;
	for (unsigned i = 0; i < n; i++) {
		uint64_t id;

		if (!parse_number(parts[i], UINT32_MAX, &id))
			return false;
		name->id[i] = (uint32_t)id;
	}
	name->n = n;
	return true;
}

char *rec_name_text(const struct rec_name *name)
{
	GString *text = g_string_new(NULL);

	for (unsigned i = 0; i < name->n; i++)
		g_string_append_printf(text, i ? ".%u" : "%u", name->id[i]);
	return g_string_free(text, FALSE);
}

static struct rec_row *row_new(const struct rec_name *name, int type)
{
	struct rec_row *row = g_new0(struct rec_row, 1);

	row->name = *name;
	row->type = type;
	return row;
}

struct rec_row *rec_row_integer(const struct rec_name *name, int32_t number)
{
	struct rec_row *row = row_new(name, REC_INTEGER);

	row->number = (uint64_t)(int64_t)number;
	return row;
}

struct rec_row *rec_row_octets(const struct rec_name *name, GBytes *octets)
{
	struct rec_row *row = row_new(name, REC_OCTETS);

	row->octets = g_bytes_ref(octets);
	return row;
}

void rec_row_free(struct rec_row *row)
{
	if (!row)
		return;
	g_clear_pointer(&row->octets, g_bytes_unref);
	g_clear_pointer(&row->value_id, g_array_unref);
	g_free(row);
}

static bool same_octets(GBytes *a, GBytes *b)
{
	return a == b || (a && b && g_bytes_equal(a, b));
}

static bool same_id(const GArray *a, const GArray *b)
{
	return a == b ||
	       (a && b && a->len == b->len && !memcmp(a->data, b->data, a->len * sizeof(uint32_t)));
}

bool rec_row_same(const struct rec_row *a, const struct rec_row *b)
{
	return a->type == b->type && a->number == b->number && same_octets(a->octets, b->octets) &&
	       same_id(a->value_id, b->value_id);
}

static bool parse_hex(const char *text, GByteArray *bytes)
{
	if (strlen(text) % 2)
		return false;
	for (; *text; text += 2) {
		int high = g_ascii_xdigit_value(text[0]);
		int low = g_ascii_xdigit_value(text[1]);
		uint8_t byte = (uint8_t)(high << 4 | low);

		if (high < 0 || low < 0)
			return false;
		g_byte_array_append(bytes, &byte, 1);
	}
	return true;
}

static bool parse_octets(struct rec_row *row, const char *value, bool hex)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();

	if (hex) {
		if (!parse_hex(value, bytes))
			return false;
	} else if (row->type == REC_IPADDRESS) {
		struct rec_name quad;

		if (!rec_name_parse(value, &quad) || quad.n != 4)
			return false;
		for (unsigned i = 0; i < 4; i++) {
			uint8_t byte = (uint8_t)quad.id[i];

			if (quad.id[i] > 255)
				return false;
			g_byte_array_append(bytes, &byte, 1);
		}
	} else {
		g_byte_array_append(bytes, (const uint8_t *)value, (unsigned)strlen(value));
	}
	row->octets = g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
	return row->type != REC_IPADDRESS || g_bytes_get_size(row->octets) == 4;
}

static bool parse_value(struct rec_row *row, const char *value, bool hex)
{
	struct rec_name id;
	int64_t integer;

	switch (row->type) {
	case REC_OCTETS:
	case REC_IPADDRESS:
	case REC_OPAQUE:
		return parse_octets(row, value, hex);
	default:
		break;
	}
	if (hex)
		return false;
	switch (row->type) {
	case REC_INTEGER:
		if (!g_ascii_string_to_signed(value, 10, INT32_MIN, INT32_MAX, &integer, NULL))
			return false;
		row->number = (uint64_t)integer;
		return true;
	case REC_COUNTER32:
	case REC_GAUGE32:
	case REC_TIMETICKS:
		return parse_number(value, UINT32_MAX, &row->number);
	case REC_COUNTER64:
		return parse_number(value, UINT64_MAX, &row->number);
	case REC_NULL:
		return value[0] == '\0';
	case REC_OBJID:
		if (!rec_name_parse(value, &id))
			return false;
		row->value_id = g_array_new(FALSE, FALSE, sizeof(uint32_t));
		g_array_append_vals(row->value_id, id.id, id.n);
		return true;
	default:
		return false;
	}
}

static char *quoted(const char *text, const char *what)
{
	g_autofree char *escaped = g_strescape(text, NULL);

	return g_strdup_printf("\"%s\" is %s", escaped, what);
}

struct rec_row *rec_row_parse(const char *line, char **error)
{
	g_auto(GStrv) part = g_strsplit(line, "|", 3);
	struct rec_name name;
	struct rec_row *row;
	uint64_t type;
	size_t n;
	bool hex;

	if (g_strv_length(part) != 3) {
		*error = g_strdup("not of the form OID|TYPE|VALUE");
		return NULL;
	}
	if (!rec_name_parse(part[0], &name) || name.id[0] != 1 || name.id[1] != 3) {
		*error = quoted(part[0], "no OID below 1.3");
		return NULL;
	}
	n = strlen(part[1]);
	hex = n && part[1][n - 1] == 'x';
	if (hex)
		part[1][n - 1] = '\0';
	if (!parse_number(part[1], 255, &type)) {
		*error = quoted(part[1], "no type");
		return NULL;
	}
	row = row_new(&name, (int)type);
	if (parse_value(row, part[2], hex))
		return row;
	*error = quoted(part[2], "no value of its type");
	rec_row_free(row);
	return NULL;
}

static void free_row(void *row)
{
	rec_row_free(row);
}

struct records *records_new(void)
{
	struct records *records = g_new0(struct records, 1);

	records->rows = g_ptr_array_new_with_free_func(free_row);
	return records;
}

void records_free(struct records *records)
{
	if (!records)
		return;
	g_ptr_array_unref(records->rows);
	g_free(records);
}

/* Index of the first row that is not before name. */
static unsigned lower_bound(const struct records *records, const struct rec_name *name)
{
	unsigned low = 0;
	unsigned high = records->rows->len;

	while (low < high) {
		unsigned middle = low + (high - low) / 2;
		const struct rec_row *row = records->rows->pdata[middle];

		if (rec_name_compare(&row->name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct rec_row *records_find(const struct records *records, const struct rec_name *name)
{
	struct rec_row *row = records_next(records, name, true);

	return row && !rec_name_compare(&row->name, name) ? row : NULL;
}

struct rec_row *records_next(const struct records *records, const struct rec_name *name,
                             bool inclusive)
{
	unsigned i = lower_bound(records, name);
	struct rec_row *row = i < records->rows->len ? records->rows->pdata[i] : NULL;

	if (inclusive || !row || rec_name_compare(&row->name, name))
		return row;
	return i + 1 < records->rows->len ? records->rows->pdata[i + 1] : NULL;
}

void records_put(struct records *records, struct rec_row *row)
{
	unsigned i = lower_bound(records, &row->name);
	struct rec_row *there = i < records->rows->len ? records->rows->pdata[i] : NULL;

	if (there && !rec_name_compare(&there->name, &row->name)) {
		rec_row_free(there);
		records->rows->pdata[i] = row;
	} else {
		g_ptr_array_insert(records->rows, (int)i, row);
	}
}

unsigned records_remove(struct records *records, const struct rec_name *name)
{
	unsigned first = lower_bound(records, name);
	unsigned end = first;

	while (end < records->rows->len &&
	       rec_name_within(&((struct rec_row *)records->rows->pdata[end])->name, name))
		end++;
	if (end > first)
		g_ptr_array_remove_range(records->rows, first, end - first);
	return end - first;
}

static int compare_rows(const void *a, const void *b)
{
	const struct rec_row *const *left = a;
	const struct rec_row *const *right = b;

	return rec_name_compare(&(*left)->name, &(*right)->name);
}

bool records_sort(struct records *records)
{
	struct rec_row **rows = (struct rec_row **)records->rows->pdata;

	g_ptr_array_sort(records->rows, compare_rows);
	for (unsigned i = 1; i < records->rows->len; i++)
		if (!rec_name_compare(&rows[i - 1]->name, &rows[i]->name))
			return false;
	return true;
}

/* Takes a row of the file, if it is the first of its name; whether it is, or says the same. */
static bool take_row(struct records *records, struct rec_row *row)
{
	const struct rec_row *there = records_find(records, &row->name);
	const bool same = there && rec_row_same(there, row);

	if (there)
		rec_row_free(row);
	else
		records_put(records, row);
	return !there || same;
}

struct records *records_load(const char *path, GPtrArray *warnings, char **error)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	GError *why = NULL;
	struct records *records;
	size_t size;

	if (!g_file_get_contents(path, &text, &size, &why)) {
		*error = g_strdup(why->message);
		g_error_free(why);
		return NULL;
	}
	if (strlen(text) != size) {
		*error = g_strdup_printf("%s: holds NUL bytes, so it is no .snmprec file", path);
		return NULL;
	}
	records = records_new();
	lines = g_strsplit(text, "\n", -1);
	for (unsigned i = 0; lines[i]; i++) {
		g_autofree char *reason = NULL;
		g_autofree char *oid = NULL;
		struct rec_row *row;

		if (!lines[i][0])
			continue;
		row = rec_row_parse(lines[i], &reason);
		if (!row) {
			*error = g_strdup_printf("%s:%u: %s", path, i + 1, reason);
			records_free(records);
			return NULL;
		}
		oid = rec_name_text(&row->name);
		if (!take_row(records, row))
			g_ptr_array_add(warnings,
			                g_strdup_printf("%s:%u: %s differs from an earlier row "
			                                "of it, which counts",
			                                path, i + 1, oid));
	}
	if (records->rows->len)
		return records;
	*error = g_strdup_printf("%s:1: no rows", path);
	records_free(records);
	return NULL;
}
