/*
 * Plugs and addresses: see plug.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "plug.h"

#include <glib.h>
#include <string.h>

#define BLANKS " \t\r\n\f"

/* Splits at the separator, but not between double quotes, and trims the parts. */
static GPtrArray *split(const char *plug, const char *separator)
{
	GPtrArray *parts = g_ptr_array_new_with_free_func(g_free);
	const char *start = plug;
	bool quoted = false;

	for (const char *at = plug; *at; at++) {
		if (*at == '"')
			quoted = !quoted;
		if (quoted || !g_str_has_prefix(at, separator))
			continue;
		g_ptr_array_add(parts, g_strstrip(g_strndup(start, (gsize)(at - start))));
		start = at + strlen(separator);
		at = start - 1;
	}
	g_ptr_array_add(parts, g_strstrip(g_strdup(start)));
	return parts;
}

static bool is_quoted(const char *part)
{
	return *part == '"';
}

/* [DEVICE.]NUMBER; DEVICE:NUMBER is how fence_apc_snmp and its kin write it. */
static bool is_number(const char *part, size_t n)
{
	return n > 0 && strspn(part, G_CSET_DIGITS ".:") >= n;
}

/* The outlet's name, if the part is a name and nothing else; else NULL. */
static char *lone_name(const char *part)
{
	const size_t n = strlen(part);

	if (is_quoted(part))
		return n > 2 && strchr(part + 1, '"') == part + n - 1 ? g_strndup(part + 1, n - 2)
		                                                      : NULL;
	return strchr(part, '@') || is_number(part, n) ? NULL : g_strdup(part);
}

/* As hostlist writes it. */
static void append_outlet(GString *hostlist, const char *part)
{
	const char *pdu = strrchr(part, '@');
	const size_t n = pdu ? (size_t)(pdu - part) : strlen(part);
	char *outlet;

	if (is_quoted(part)) {
		g_string_append(hostlist, part);
		return;
	}
	outlet = g_strndup(part, n);
	if (is_number(part, n))
		g_string_append(hostlist, g_strdelimit(outlet, ":", '.'));
	else
		g_string_append_printf(hostlist, "\"%s\"", outlet);
	g_string_append(hostlist, part + n);
	g_free(outlet);
}

static bool check_parts(const GPtrArray *parts, char **error)
{
	for (guint i = 0; i < parts->len; i++)
		if (!*(const char *)parts->pdata[i]) {
			*error = g_strdup("plug: an outlet beside a separator is missing");
			return false;
		}
	return true;
}

bool plug_parse(const char *plug, const char *separator, struct target *target, char **error)
{
	GPtrArray *parts = split(plug, separator);
	const bool ok = check_parts(parts, error);
	GString *hostlist;

	*target = (struct target){ NULL, NULL };
	if (ok && parts->len == 1)
		target->node = lone_name(parts->pdata[0]);
	if (ok && !target->node) {
		hostlist = g_string_new(PLUG_NODE ":");
		for (guint i = 0; i < parts->len; i++) {
			g_string_append(hostlist, i ? "," : "");
			append_outlet(hostlist, parts->pdata[i]);
		}
		target->node = g_strdup(PLUG_NODE);
		target->hostlist = g_string_free(hostlist, FALSE);
	}
	g_ptr_array_unref(parts);
	return ok;
}

void target_clear(struct target *target)
{
	g_clear_pointer(&target->node, g_free);
	g_clear_pointer(&target->hostlist, g_free);
}

static void append_address(GString *text, const char *word, size_t n, const char *port)
{
	char *address = g_strndup(word, n);
	const char *bracket = strchr(address, ']');
	const char *colon = strchr(address, ':');
	const bool bare_ipv6 = *address != '[' && colon && strchr(colon + 1, ':');
	const bool has_port = *address == '[' ? bracket && bracket[1] : colon && !bare_ipv6;

	if (has_port)
		g_string_append(text, address);
	else
		g_string_append_printf(text, bare_ipv6 ? "[%s]:%s" : "%s:%s", address, port);
	g_free(address);
}

char *addresses_with_port(const char *addresses, const char *port)
{
	GString *text = g_string_new(NULL);

	while (*addresses) {
		const size_t gap = strspn(addresses, BLANKS ",");
		const size_t word = strcspn(addresses + gap, BLANKS ",");

		g_string_append_len(text, addresses, (gssize)gap);
		if (word)
			append_address(text, addresses + gap, word, port);
		addresses += gap + word;
	}
	return g_string_free(text, FALSE);
}
