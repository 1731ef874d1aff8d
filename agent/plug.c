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

/* Behind the outlet, where @PDU may stand. NULL: a quote that is never closed. */
static const char *behind_outlet(const char *part)
{
	const char *end = is_quoted(part) ? strchr(part + 1, '"') : strrchr(part, '@');

	if (is_quoted(part))
		return end ? end + 1 : NULL;
	return end ? end : part + strlen(part);
}

/*
 * Whether hostlist would read all of it as one outlet. What is no part of that
 * would begin another node there, and stay on.
 */
static bool is_one_outlet(const char *part)
{
	const char *behind = behind_outlet(part);

	if (!behind) /* hostlist's parser says so */
		return true;
	if (!is_quoted(part) && (memchr(part, '"', (size_t)(behind - part)) ||
	                         (behind > part && g_ascii_isspace(behind[-1]))))
		return false;
	return !*behind || (*behind == '@' && !behind[strcspn(behind, BLANKS ",;\"")]);
}

static bool append_outlets(GString *hostlist, const GPtrArray *parts, const char *separator,
                           char **error)
{
	for (guint i = 0; i < parts->len; i++) {
		const char *part = parts->pdata[i];

		if (!*part) {
			*error = g_strdup("plug: an outlet beside a separator is missing");
			return false;
		}
		if (!is_one_outlet(part)) {
			*error = g_strdup_printf(
				"plug: %s is not one outlet: write plug_separator (%s) between "
				"outlets, and no blank beside @",
				part, separator);
			return false;
		}
		g_string_append(hostlist, i ? "," : "");
		append_outlet(hostlist, part);
	}
	return true;
}

bool plug_parse(const char *plug, const char *separator, struct target *target, char **error)
{
	GPtrArray *parts = split(plug, separator);
	GString *hostlist = g_string_new(PLUG_NODE ":");
	char *name = parts->len == 1 ? lone_name(parts->pdata[0]) : NULL;
	const bool ok = name || append_outlets(hostlist, parts, separator, error);

	*target = (struct target){ name, NULL };
	if (ok && !name) {
		target->node = g_strdup(PLUG_NODE);
		target->hostlist = g_strdup(hostlist->str);
	}
	g_string_free(hostlist, TRUE);
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
