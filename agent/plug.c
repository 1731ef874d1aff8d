/*
 * Plugs and addresses: see plug.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "plug.h"

#include <glib.h>
#include <stdlib.h>
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
		g_ptr_array_add(parts, g_strstrip(g_strndup(start, (size_t)(at - start))));
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

#define MAIN "main"

/* [DEVICE.]main, which is the main load of a device. */
static bool is_main(const char *part, size_t n)
{
	const size_t device = strspn(part, G_CSET_DIGITS ".:");

	return n == device + strlen(MAIN) && !strncmp(part + device, MAIN, strlen(MAIN)) &&
	       (device == 0 || strchr(".:", part[device - 1]));
}

/* [DEVICE.]NUMBER; DEVICE:NUMBER is how fence_apc_snmp and its kin write it. */
static bool is_number(const char *part, size_t n)
{
	return n > 0 && (strspn(part, G_CSET_DIGITS ".:") >= n || is_main(part, n));
}

/* Bytes of the number and the = before the name that it must have; 0 if there is none. */
static size_t numbered(const char *part)
{
	const size_t n = strspn(part, G_CSET_DIGITS ".:");

	return n > 0 && part[n] == '=' ? n + 1 : 0;
}

/* Where a name in quotes begins that is an outlet, or that an outlet's number must have. */
static const char *opening_quote(const char *part)
{
	const char *name = part + numbered(part);

	return is_quoted(name) ? name : NULL;
}

/* The outlet's name, if the part is a name and nothing else; else NULL. */
static char *lone_name(const char *part)
{
	const size_t n = strlen(part);

	if (is_quoted(part))
		return n > 2 && strchr(part + 1, '"') == part + n - 1 ? g_strndup(part + 1, n - 2)
		                                                      : NULL;
	return strchr(part, '@') || is_number(part, n) || numbered(part) ? NULL : g_strdup(part);
}

/*
 * As hostlist writes it: [DEVICE.]NUMBER, maybe with ="NAME", or else a name in quotes. Here names
 * need none, for a shell takes them away.
 */
static void append_outlet(GString *outlets, const char *part)
{
	const size_t number = numbered(part);
	const char *pdu = strrchr(part, '@');
	const size_t n = pdu && !opening_quote(part) ? (size_t)(pdu - part) : strlen(part);
	char *head = g_strdelimit(g_strndup(part, number), ":", '.');
	char *outlet = g_strndup(part + number, n - number);

	if (!number && is_number(part, n))
		g_string_append(outlets, g_strdelimit(outlet, ":", '.'));
	else if (opening_quote(part) || !*outlet)
		g_string_append_printf(outlets, "%s%s", head, outlet);
	else
		g_string_append_printf(outlets, "%s\"%s\"", head, outlet);
	g_string_append(outlets, part + n);
	g_free(head);
	g_free(outlet);
}

/* Behind the outlet, where @PDU may stand. NULL: a quote that is never closed. */
static const char *behind_outlet(const char *part)
{
	const char *quote = opening_quote(part);
	const char *end = quote ? strchr(quote + 1, '"') : strrchr(part, '@');

	if (quote)
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
	if (!opening_quote(part) && (memchr(part, '"', (size_t)(behind - part)) ||
	                             (behind > part && g_ascii_isspace(behind[-1]))))
		return false;
	return !*behind || (*behind == '@' && !behind[strcspn(behind, BLANKS ",;\"")]);
}

static bool append_outlets(GString *outlets, const GPtrArray *parts, const char *separator,
                           char **error)
{
	for (unsigned i = 0; i < parts->len; i++) {
		const char *part = parts->pdata[i];

		if (!*part) {
			*error = g_strdup("an outlet beside a separator is missing");
			return false;
		}
		if (!is_one_outlet(part)) {
			*error = g_strdup_printf(
				"%s is not one outlet: write plug_separator (%s) between outlets, "
				"and no blank beside @",
				part, separator);
			return false;
		}
		g_string_append(outlets, i ? "," : "");
		append_outlet(outlets, part);
	}
	return true;
}

bool plug_parse(const char *plug, const char *separator, struct plug *parsed, char **error)
{
	GPtrArray *parts = split(plug, separator);
	GString *outlets = g_string_new(NULL);
	char *name = parts->len == 1 ? lone_name(parts->pdata[0]) : NULL;
	const bool ok = name || append_outlets(outlets, parts, separator, error);

	*parsed = (struct plug){ name, NULL };
	parsed->outlets = g_string_free(outlets, !ok || name);
	g_ptr_array_unref(parts);
	return ok;
}

bool plug_is_main(const char *plug)
{
	return is_main(plug, strlen(plug));
}

void plug_clear(struct plug *plug)
{
	g_clear_pointer(&plug->node, g_free);
	g_clear_pointer(&plug->outlets, g_free);
}

/* Such as ::1:1161, which is an address, and an address and a port. */
static bool may_end_in_port(const char *ipv6)
{
	const char *last = strrchr(ipv6, ':') + 1;
	const char *gap = strstr(ipv6, "::");

	return gap && gap + 2 < last && *last && !last[strspn(last, G_CSET_DIGITS)];
}

static void append_address(GString *text, const char *word, size_t n, const char *port)
{
	char *address = g_strndup(word, n);
	const char *bracket = strchr(address, ']');
	const char *colon = strchr(address, ':');
	const bool bare_ipv6 = *address != '[' && colon && strchr(colon + 1, ':');
	const bool has_port = *address == '[' ? bracket && bracket[1] : colon && !bare_ipv6;
	/* the library says so, if it sees it as it was written */
	const bool ambiguous = bare_ipv6 && may_end_in_port(address);

	if (has_port || ambiguous)
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

		g_string_append_len(text, addresses, (ssize_t)gap);
		if (word)
			append_address(text, addresses + gap, word, port);
		addresses += gap + word;
	}
	return g_string_free(text, FALSE);
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Each once and in order, to be compared. */
static char *sorted_addresses(const char *addresses, const char *port)
{
	char *full = addresses_with_port(addresses, port);
	char *folded = g_ascii_strdown(full, -1);
	char **words = g_strsplit_set(folded, BLANKS ",", -1);
	GString *text = g_string_new(NULL);

	qsort(words, g_strv_length(words), sizeof(*words), compare);
	for (char **word = words; *word; word++)
		if (**word)
			g_string_append_printf(text, "%s ", *word);
	g_strfreev(words);
	g_free(folded);
	g_free(full);
	return g_string_free(text, FALSE);
}

bool same_addresses(const char *a, const char *b, const char *port)
{
	char *sorted_a = sorted_addresses(a, port), *sorted_b = sorted_addresses(b, port);
	const bool same = !strcmp(sorted_a, sorted_b);

	g_free(sorted_a);
	g_free(sorted_b);
	return same;
}
