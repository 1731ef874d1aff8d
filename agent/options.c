/*
 * The agent's options as they are given, on the command line or on stdin: see options.h. No message
 * may ever hold a value that could be a secret.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned row_count(void)
{
	unsigned n = OPTION_OWN;

	while (option_row(n))
		n++;
	return n;
}

static bool is_called(const char *name, const char *given)
{
	for (; name && *name; name++, given++)
		if (*name != (*given == '-' ? '_' : *given))
			return false;
	return name && !*given;
}

/* -1 if there is none. */
static int find_row(const char *given)
{
	const struct agent_option *row;

	for (int i = 0; (row = option_row((unsigned)i)); i++)
		if (is_called(row->name, given) || is_called(row->obsolete, given))
			return i;
	return -1;
}

/* --- values --- */

void wipe(char *secret)
{
	if (secret)
		explicit_bzero(secret, strlen(secret));
	g_free(secret);
}

/* Of a text that was cut into pieces; frees it. */
static void wipe_bytes(char *text, size_t n)
{
	explicit_bzero(text, n);
	g_free(text);
}

const char *options_get(const struct options *options, enum option_id id)
{
	const char *value = options->values[id];

	return value && *value ? value : NULL;
}

const char *options_parameter(const struct options *options, const char *name)
{
	const struct agent_option *row;

	for (unsigned i = OPTION_OWN; (row = option_row(i)); i++)
		if (!strcmp(row->parameter, name))
			return options->values[i] && *options->values[i] ? options->values[i]
			                                                 : NULL;
	return NULL;
}

bool options_is(const struct options *options, enum option_id id)
{
	const char *value = options_get(options, id);

	return value && parse_boolean(value) == 1;
}

static void given_free(void *data)
{
	struct given *given = data;

	g_free(given->name);
	wipe(given->value);
	g_free(given);
}

static struct options *options_new(void)
{
	struct options *options = g_new0(struct options, 1);

	options->values = g_new0(char *, row_count());
	options->given = g_ptr_array_new_with_free_func(given_free);
	options->warnings = g_ptr_array_new_with_free_func(g_free);
	return options;
}

void options_free(struct options *options)
{
	if (!options)
		return;
	for (unsigned i = 0; option_row(i); i++)
		wipe(options->values[i]);
	g_free(options->values);
	g_ptr_array_unref(options->given);
	g_ptr_array_unref(options->warnings);
	g_free(options);
}

/* Takes over the name. */
static void set_value(struct options *options, int row, char *name, const char *value)
{
	struct given *given = g_new0(struct given, 1);

	*given = (struct given){ (unsigned)row, name, g_strdup(value) };
	g_ptr_array_add(options->given, given);
	wipe(options->values[row]);
	options->values[row] = g_strdup(value);
}

const char *options_written(const struct options *options, unsigned row)
{
	const struct agent_option *option = option_row(row);

	for (unsigned i = options->given->len; i-- > 0;) {
		const struct given *given = options->given->pdata[i];
		const char *name = given->name + strspn(given->name, "-");

		if (given->row == row)
			return is_called(option->obsolete, name) ? option->obsolete : option->name;
	}
	return option->name;
}

/* --- stdin --- */

static void add_warning(struct options *options, const char *name, const char *what)
{
	char *escaped = g_strescape(name, NULL);

	g_ptr_array_add(options->warnings, g_strdup_printf("%s: %s", escaped, what));
	g_free(escaped);
}

/*
 * Quotes around a whole value are taken off, as other agents do; around a
 * plug's they say that it is a name.
 */
static char *unquote(int row, char *value)
{
	size_t n = strlen(value);

	if (row == OPTION_PLUG || n < 2 || value[0] != '"' || value[n - 1] != '"')
		return value;
	value[n - 1] = '\0';
	return value + 1;
}

/*
 * The text is shown only where it must be a name. Behind a secret, and behind a name that is
 * none and so may be a slip for one, it may be the rest of a secret that had a newline in it.
 */
static void warn_of_unknown(struct options *options, unsigned number, const char *text,
                            const char *value, bool may_be_secret)
{
	char *place = g_strdup_printf("line %u of stdin", number);

	if (value && value[strspn(value, "=")] && !may_be_secret)
		add_warning(options, text, "there is no such option; it is ignored");
	else if (value && value[strspn(value, "=")])
		add_warning(options, place, "there is no such option; it is ignored");
	else
		add_warning(options, place, "not NAME=VALUE; it is ignored");
	g_free(place);
}

static bool may_hold_secret(int row)
{
	return row < 0 || option_row((unsigned)row)->secret || row == OPTION_PASSWORD_SCRIPT ||
	       row == OPTION_SNMP_PRIV_PASSWD_SCRIPT;
}

/* behind_secret is about the line before, and then about this one. */
static void take_line(struct options *options, unsigned number, char *line, bool *behind_secret)
{
	const bool may_be_secret = *behind_secret;
	char *value;
	int row;

	g_strstrip(line);
	if (!*line || *line == '#')
		return;
	value = strchr(line, '=');
	if (value)
		*value++ = '\0';
	row = find_row(line);
	*behind_secret = may_hold_secret(row);
	if (row < 0) {
		warn_of_unknown(options, number, line, value, may_be_secret);
		return;
	}
	value = value ? unquote(row, value) : line + strlen(line);
	if (*value && option_is_boolean(option_row((unsigned)row)) && parse_boolean(value) < 0 &&
	    row < OPTION_OWN) {
		add_warning(options, line, "neither yes nor no; it is ignored");
		return;
	}
	set_value(options, row, g_strdup(line), value);
}

static void read_stdin(struct options *options)
{
	char *line = NULL;
	size_t size = 0;
	bool behind_secret = false;

	for (unsigned number = 1; getline(&line, &size, stdin) >= 0; number++)
		take_line(options, number, line, &behind_secret);
	if (line)
		explicit_bzero(line, size);
	free(line);
	options->verbosity = options_is(options, OPTION_VERBOSE);
}

struct options *options_of(char *const *texts)
{
	struct options *options = options_new();
	bool behind_secret = false;

	for (unsigned i = 0; texts[i]; i++) {
		char *line = g_strdup(texts[i]);

		take_line(options, i + 1, line, &behind_secret);
		wipe_bytes(line, strlen(texts[i]));
	}
	return options;
}

/* --- the command line --- */

static void add_long(GArray *longs, const char *name, int has_argument, unsigned row)
{
	const struct option entry = {
		.name = g_strdelimit(g_strdup(name), "_", '-'),
		.has_arg = has_argument,
		.val = (int)row + 256,
	};

	g_array_append_val(longs, entry);
}

static void clear_long(void *entry)
{
	g_free((char *)((struct option *)entry)->name);
}

static GArray *long_options(void)
{
	GArray *longs = g_array_new(TRUE, TRUE, sizeof(struct option));
	const struct agent_option *row;

	g_array_set_clear_func(longs, clear_long);
	for (unsigned i = 0; (row = option_row(i)); i++) {
		const int has_argument =
			option_is_boolean(row) ? optional_argument : required_argument;

		if (row->visibility == STDIN_ONLY)
			continue;
		add_long(longs, row->name, has_argument, i);
		if (row->obsolete)
			add_long(longs, row->obsolete, has_argument, i);
	}
	return longs;
}

static char *letters(void)
{
	GString *text = g_string_new(":");
	const struct agent_option *row;

	for (unsigned i = 0; (row = option_row(i)); i++)
		if (row->letter)
			g_string_append_printf(text, "%c%s", row->letter,
			                       option_is_boolean(row) ? "" : ":");
	return g_string_free(text, FALSE);
}

/* The row that getopt_long() found. */
static int row_found(int found)
{
	const struct agent_option *row;

	if (found >= 256)
		return found - 256;
	for (int i = 0; (row = option_row((unsigned)i)); i++)
		if (row->letter == found)
			return i;
	return -1;
}

/* The option as the user wrote it, without its value. */
static char *as_written(char *const *argv)
{
	const char *word = argv[optind - 1];
	char *shown, *escaped;

	if (optopt > 0 && optopt < 256)
		return g_strdup_printf("-%c", optopt);
	shown = g_strndup(word, strcspn(word, "="));
	escaped = g_strescape(shown, NULL);
	g_free(shown);
	return escaped;
}

/* How the user wrote an option that getopt_long() has found: its letter, or its long name. */
static char *name_on_command_line(int found, const char *long_name)
{
	return found < 256 ? g_strdup_printf("-%c", found) : g_strdup_printf("--%s", long_name);
}

/* Takes over the name. */
static bool take_argument(struct options *options, int row, char *name, char *value, char **error)
{
	const struct agent_option *option = option_row((unsigned)row);

	if (option && value && option_is_boolean(option) && parse_boolean(value) < 0)
		*error = g_strdup_printf("%s: neither yes nor no", option->name);
	if (!option || *error) { /* getopt_long() knows our rows alone */
		g_free(name);
		return false;
	}
	if (!value)
		value = (char *)"yes";
	set_value(options, row, name, value);
	if (row == OPTION_VERBOSE && options_is(options, OPTION_VERBOSE))
		options->verbosity++;
	if (option->secret)
		explicit_bzero(value, strlen(value));
	return true;
}

static bool read_arguments(struct options *options, int argc, char **argv, char **error)
{
	GArray *longs = long_options();
	char *shorts = letters();
	int found, at = 0;

	opterr = 0;
	while (!*error &&
	       (found = getopt_long(argc, argv, shorts, (struct option *)longs->data, &at)) != -1) {
		if (found == '?' || found == ':') {
			char *shown = as_written(argv);

			*error = g_strdup_printf(found == ':' ? "option %s needs a value"
			                                      : "unknown option %s, see --help",
			                         shown);
			g_free(shown);
		} else {
			take_argument(
				options, row_found(found),
				name_on_command_line(
					found,
					g_array_index(longs, struct option, (unsigned)at).name),
				optarg, error);
		}
	}
	if (!*error && optind < argc)
		*error = g_strdup("arguments besides options are left over, see --help");
	g_free(shorts);
	g_array_unref(longs);
	return !*error;
}

struct options *options_read(int argc, char **argv, char **error)
{
	struct options *options = options_new();
	const char *level;

	*error = NULL;
	if (argc < 2) {
		read_stdin(options);
	} else if (!read_arguments(options, argc, argv, error)) {
		options_free(options);
		return NULL;
	}
	level = options_get(options, OPTION_VERBOSE_LEVEL);
	if (level && level[strspn(level, G_CSET_DIGITS)])
		add_warning(options, "verbose_level", "not a number; it is ignored");
	else if (level)
		options->verbosity = (unsigned)strtoul(level, NULL, 10);
	return options;
}
