/*
 * Escaping and comparing names. Pure; never looks at the locale, for a name
 * must mean the same on every cluster node.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "base/text.h"

#include <stdint.h>
#include <string.h>

#define NODE_NAME_MAX 255
#define BLANKS " \t\n\r\f"

static size_t octet_count(const char *octets, ssize_t n)
{
	if (!octets)
		return 0;
	return n < 0 ? strlen(octets) : (size_t)n;
}

/* Not g_unichar_isgraph(): it lets line separators and private use pass. */
static bool is_graphic(gunichar c)
{
	switch (g_unichar_type(c)) {
	case G_UNICODE_CONTROL:
	case G_UNICODE_FORMAT:
	case G_UNICODE_UNASSIGNED:
	case G_UNICODE_PRIVATE_USE:
	case G_UNICODE_SURROGATE:
	case G_UNICODE_LINE_SEPARATOR:
	case G_UNICODE_PARAGRAPH_SEPARATOR:
	case G_UNICODE_SPACE_SEPARATOR:
		return false;
	default:
		return true;
	}
}

/* Bytes of the character at octets; where they are no UTF-8, one byte, and *c is no character. */
static size_t next_character(const char *octets, size_t n, gunichar *c)
{
	*c = g_utf8_get_char_validated(octets, (ssize_t)n);
	if (*c == (gunichar)-1 || *c == (gunichar)-2)
		return 1;
	return (size_t)g_unichar_to_utf8(*c, NULL);
}

static bool is_padding(char c)
{
	return c == '\0' || g_ascii_isspace(c);
}

char *text_string(const char *octets, size_t n)
{
	GString *text = g_string_new(NULL);
	size_t end = n;

	while (end > 0 && is_padding(octets[end - 1]))
		end--;
	for (size_t i = 0; i < n && (octets[i] || i < end); i++)
		if (octets[i])
			g_string_append_c(text, octets[i]);
		else
			g_string_append(text, TEXT_NUL);
	return g_string_free(text, FALSE);
}

static bool is_nul(const char *octets, size_t n)
{
	return n >= strlen(TEXT_NUL) && !memcmp(octets, TEXT_NUL, strlen(TEXT_NUL));
}

char *text_escape(const char *octets, ssize_t n)
{
	size_t left = octet_count(octets, n);
	GString *line = g_string_new(NULL);
	bool after_blank = false;

	while (left > 0) {
		gunichar c;
		size_t size = next_character(octets, left, &c);
		bool blank = c == ' ' && !after_blank;

		if (is_nul(octets, left)) {
			g_string_append(line, "\\x00");
			size = strlen(TEXT_NUL);
		} else if (c == '\\')
			g_string_append(line, "\\\\");
		else if (blank || is_graphic(c))
			g_string_append_len(line, octets, (ssize_t)size);
		else
			for (size_t i = 0; i < size; i++)
				g_string_append_printf(line, "\\x%02x", (unsigned char)octets[i]);
		after_blank = blank;
		octets += size;
		left -= size;
	}
	return g_string_free(line, FALSE);
}

#define SHOWN_BYTES 64 /* of the user's text in a message */
char *text_about(const char *text, const char *what)
{
	g_autofree char *escaped = text_escape(text, (ssize_t)strnlen(text, SHOWN_BYTES));

	return g_strdup_printf("\"%s\" %s", escaped, what);
}

char *text_name_key(const char *octets, ssize_t n)
{
	size_t size = octet_count(octets, n);

	while (size > 0 && is_padding(octets[0])) {
		octets++;
		size--;
	}
	while (size > 0 && is_padding(octets[size - 1]))
		size--;
	if (size == 0)
		return g_strdup("");
	if (g_utf8_validate(octets, (ssize_t)size, NULL))
		return g_utf8_casefold(octets, (ssize_t)size);

	GString *key = g_string_new(NULL);
	/* A NUL inside must not hide what follows it: no user can write \x01. */
	for (size_t i = 0; i < size; i++)
		g_string_append_c(key, octets[i] == '\0' ? '\x01' : g_ascii_tolower(octets[i]));
	return g_string_free(key, FALSE);
}

char *text_doubtful_key(const char *name)
{
	const char *end;

	if (!strstr(name, TEXT_NUL))
		return NULL;
	while (g_ascii_isspace(*name) || g_str_has_prefix(name, TEXT_NUL))
		name += g_ascii_isspace(*name) ? 1 : strlen(TEXT_NUL);
	end = strstr(name, TEXT_NUL);
	return text_name_key(name, end ? end - name : -1);
}

bool text_same_name(const char *a, const char *b)
{
	g_autofree char *key_a = text_name_key(a, -1);
	g_autofree char *key_b = text_name_key(b, -1);

	return key_a[0] != '\0' && strcmp(key_a, key_b) == 0;
}

bool text_is_node_name(const char *name)
{
	if (!name || strlen(name) > NODE_NAME_MAX || !g_utf8_validate(name, -1, NULL) ||
	    !g_unichar_isalnum(g_utf8_get_char(name)))
		return false;
	for (; *name; name = g_utf8_next_char(name))
		if (!g_unichar_isalnum(g_utf8_get_char(name)) && !strchr("._-", *name))
			return false;
	return true;
}

bool text_is_factory_name(const char *name)
{
	static const char *const words[] = { "load", "outlet", "port", "receptacle", "bank" };
	char *key = text_name_key(name, -1);
	size_t at = 0;
	bool is;

	for (size_t i = 0; i < G_N_ELEMENTS(words) && !at; i++)
		if (g_str_has_prefix(key, words[i]))
			at = strlen(words[i]);
	at += strspn(key + at, BLANKS);
	at += key[at] == '#';
	at += strspn(key + at, BLANKS);
	is = key[at] && !key[at + strspn(key + at, G_CSET_DIGITS)];
	g_free(key); /* clang's analyser does not see g_autofree here */
	return is;
}

/* As octets, for not all of a device's text is UTF-8. */
bool text_fits(const char *text, const char *pattern)
{
	g_autofree char *whole = g_strdup_printf("^(?:%s)\\z", pattern);

	return g_regex_match_simple(whole, text, G_REGEX_RAW | G_REGEX_CASELESS, 0);
}

unsigned text_number(const char *text, unsigned most)
{
	uint64_t number = 0;

	if (*text == '0' || !g_ascii_string_to_unsigned(text, 10, 1, most, &number, NULL))
		return 0;
	return (unsigned)number;
}
