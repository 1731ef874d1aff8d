/*
 * See names.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "find/names.h"

#include "base/text.h"

#include <string.h>

#define SHOWN_NAMES 8 /* more would make no line that somebody reads */

void node_names_init(struct node_names *names)
{
	names->names = g_ptr_array_new_with_free_func(g_free);
	names->seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

void node_names_add(struct node_names *names, const char *text)
{
	char *trimmed = g_strstrip(g_strdup(text ? text : ""));

	if (text_is_node_name(trimmed) && !text_is_factory_name(trimmed) &&
	    g_hash_table_add(names->seen, text_name_key(trimmed, -1)))
		g_ptr_array_add(names->names, g_ascii_strdown(trimmed, -1));
	g_free(trimmed);
}

GPtrArray *node_names_finish(struct node_names *names)
{
	g_hash_table_unref(names->seen);
	return names->names;
}

/* Whether one is the other's host name without its domain. */
static bool same_host(const char *a, const char *b)
{
	const size_t n = strcspn(a, ".");
	char *label_a = g_strndup(a, n), *label_b = g_strndup(b, strcspn(b, "."));
	const bool same = (a[n] || b[strcspn(b, ".")]) && text_same_name(label_a, label_b);

	g_free(label_a);
	g_free(label_b);
	return same;
}

static const char *meant(const GPtrArray *names, const char *wanted)
{
	for (unsigned i = 0; i < names->len; i++)
		if (same_host(names->pdata[i], wanted))
			return names->pdata[i];
	return NULL;
}

char *node_names_hint(const GPtrArray *names, const char *head, const char *wanted)
{
	const char *alike = meant(names, wanted);
	GString *text = g_string_new(NULL);

	for (unsigned i = 0; i < MIN(names->len, SHOWN_NAMES); i++) {
		char *shown = text_escape(names->pdata[i], -1);

		if (i)
			g_string_append_printf(text, ", %s", shown);
		else
			g_string_append_printf(text, "; %s %s", head, shown);
		g_free(shown);
	}
	if (names->len > SHOWN_NAMES)
		g_string_append_printf(text, " and %u more", names->len - SHOWN_NAMES);
	if (alike)
		g_string_append_printf(text, ": is %s meant?", alike);
	return g_string_free(text, FALSE);
}
