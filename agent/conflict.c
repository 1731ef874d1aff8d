/*
 * One option said twice: whether both mean the same. See options.h. Programs have the library's
 * public header alone, so what a number or a yes is, is read here once more than in the library,
 * for the agent's own options and to compare. No secret is ever shown.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "options.h"

#include "plug.h"

#include <string.h>

#define SECONDS_MAX 3600

int parse_boolean(const char *text)
{
	static const char *const words[] = { "no", "yes", "false", "true", "off", "on", "0", "1" };

	for (unsigned i = 0; i < G_N_ELEMENTS(words); i++)
		if (!g_ascii_strcasecmp(text, words[i]))
			return i % 2;
	return -1;
}

bool parse_seconds(const char *text, double *seconds)
{
	size_t digits = strspn(text, G_CSET_DIGITS);
	const char *end = text + digits;

	if (*end == '.')
		end += 1 + strspn(end + 1, G_CSET_DIGITS);
	if (!digits || *end)
		return false;
	*seconds = g_ascii_strtod(text, NULL);
	return *seconds <= SECONDS_MAX;
}

char *given_text(const struct given *given)
{
	const bool letter = given->name[0] == '-' && given->name[1] != '-';

	return g_strdup_printf(letter ? "%s %s" : "%s=%s", given->name, given->value);
}

static bool same_number(const char *a, const char *b)
{
	double first, second;

	return parse_seconds(a, &first) && parse_seconds(b, &second) && first >= second &&
	       first <= second;
}

/* Ignores case, and the dashes in names such as SHA-256. */
static bool same_choice(const char *a, const char *b)
{
	do {
		a += strspn(a, "-");
		b += strspn(b, "-");
		if (g_ascii_tolower(*a) != g_ascii_tolower(*b))
			return false;
	} while (*a++ && *b++);
	return true;
}

static bool same_trimmed(const char *a, const char *b)
{
	char *text_a = g_strstrip(g_strdup(a)), *text_b = g_strstrip(g_strdup(b));
	const bool same = !strcmp(text_a, text_b);

	wipe(text_a);
	wipe(text_b);
	return same;
}

/* Whether the two values mean the same. */
static bool same_value(const struct options *options, const struct agent_option *option,
                       const char *a, const char *b)
{
	const char *port = options_get(options, OPTION_IPPORT);

	if (!strcmp(a, b))
		return true;
	if (option->secret)
		return false;
	if (option->parameter && !strcmp(option->parameter, "ipaddr"))
		return same_addresses(a, b, port ? port : "161");
	if (option_is_boolean(option) || option == option_row(OPTION_DISABLE_TIMEOUT))
		return parse_boolean(a) == parse_boolean(b) && parse_boolean(a) >= 0;
	if (option->choices || option == option_row(OPTION_ACTION))
		return same_choice(a, b);
	return same_number(a, b) || same_trimmed(a, b);
}

/* The option that this one is another name of. */
static unsigned meaning(unsigned row)
{
	return row == OPTION_OPTION ? OPTION_ACTION : row;
}

/* Targets have rules of their own; what fenced says besides means nothing here. */
static bool is_compared(const struct given *given)
{
	return *given->value && given->row != OPTION_PLUG && given->row != OPTION_NODENAME &&
	       given->row != OPTION_AGENT && given->row != OPTION_NAME;
}

static bool contradict(const struct options *options, const struct given *a, const struct given *b)
{
	return is_compared(a) && is_compared(b) && meaning(a->row) == meaning(b->row) &&
	       !same_value(options, option_row(meaning(a->row)), a->value, b->value);
}

static char *conflict_text(const struct given *a, const struct given *b)
{
	/* a script may have the secret in it */
	const bool hidden = option_row(a->row)->secret || a->row == OPTION_PASSWORD_SCRIPT ||
	                    a->row == OPTION_SNMP_PRIV_PASSWD_SCRIPT;
	char *text_a, *text_b, *message;

	if (hidden && !strcmp(a->name, b->name))
		return g_strdup_printf("%s is given twice, and differs: leave one of them out",
		                       a->name);
	text_a = hidden ? g_strdup(a->name) : given_text(a);
	text_b = hidden ? g_strdup(b->name) : given_text(b);
	message = g_strdup_printf("%s and %s differ: leave one of them out", text_a, text_b);
	g_free(text_a);
	g_free(text_b);
	return message;
}

char *options_conflict(const struct options *options)
{
	for (unsigned i = 0; i < options->given->len; i++)
		for (unsigned k = i + 1; k < options->given->len; k++) {
			const struct given *a = options->given->pdata[i];
			const struct given *b = options->given->pdata[k];

			if (contradict(options, a, b))
				return conflict_text(a, b);
		}
	return NULL;
}
