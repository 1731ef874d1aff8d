/*
 * See names.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "find/names.h"

#include "base/text.h"

#include <string.h>

#define SHOWN_NAMES 8 /* more would make no line that somebody reads */

char *node_name(const char *text)
{
	g_autofree char *trimmed = g_strstrip(g_strdup(text ? text : ""));

	return text_is_node_name(trimmed) && !text_is_factory_name(trimmed)
	               ? g_ascii_strdown(trimmed, -1)
	               : NULL;
}

static void add_name(GPtrArray *names, GHashTable *seen, const char *text)
{
	char *name = node_name(text);

	if (name && g_hash_table_add(seen, text_name_key(name, -1)))
		g_ptr_array_add(names, name);
	else
		g_free(name);
}

GPtrArray *node_names(const struct pdu_outlets *const *found, unsigned n_pdus, bool doubtful)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (unsigned i = 0; i < n_pdus; i++)
		for (unsigned k = 0; k < 2 * found[i]->outlets->len; k++) {
			const char *text = outlet_text(outlets_at(found[i]->outlets, k / 2), k % 2);
			g_autofree char *part = text && doubtful ? text_doubtful_key(text) : NULL;

			add_name(names, seen, text);
			add_name(names, seen, part);
		}
	return names;
}

/* Whether one is the other's host name without its domain. */
static bool same_host(const char *a, const char *b)
{
	const size_t n = strcspn(a, "."), m = strcspn(b, ".");
	g_autofree char *label_a = g_strndup(a, n), *label_b = g_strndup(b, m);

	return (a[n] || b[m]) && text_same_name(label_a, label_b);
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
		g_autofree char *shown = text_escape(names->pdata[i], -1);

		if (i)
			g_string_append_printf(text, ", %s", shown);
		else
			g_string_append_printf(text, "; %s %s", head, shown);
	}
	if (names->len > SHOWN_NAMES)
		g_string_append_printf(text, " and %u more", names->len - SHOWN_NAMES);
	if (alike)
		g_string_append_printf(text, ": is %s meant?", alike);
	return g_string_free(text, FALSE);
}
