/*
 * The agent's options: see options.h. No message may ever hold a value that
 * could be a secret.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "options.h"

#include "plug.h"
#include "trippsnmp.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECONDS_MAX 3600

#define BOOLEAN .type = "boolean"
#define INTEGER .type = "integer"
#define SECOND .type = "second"
#define STRING .type = "string"

static const struct agent_option own[OPTION_OWN] = {
	[OPTION_ACTION] = { "action", .letter = 'o', STRING, .default_ = "reboot", .required = true,
	                    .shortdesc = "Fencing action",
	                    .longdesc = "on, off, reboot, status, list, list-status, monitor, "
	                                "metadata, manpage or validate-all." },
	[OPTION_PLUG] = { "plug", "port", .letter = 'n', STRING,
	                  .shortdesc = "Node of hostlist; or outlets: [DEVICE.]NUMBER[=\"NAME\"], "
	                               "NAME or [DEVICE.]main, then @PDU if there are several, "
	                               "with commas between; not needed where Pacemaker names "
	                               "the node",
	                  .longdesc = "With hostlist, one of its nodes, or all outlets of one. "
	                              "Without, outlets separated by plug_separator. A name that "
	                              "is a number or main, or has the separator or @ in it, "
	                              "stands in double quotes. A name alone, without @PDU, means "
	                              "all outlets of that name on all PDUs; main is the main "
	                              "load, which cuts all that hangs on the device. Pacemaker "
	                              "writes it as "
	                              "port or plug where it fences; one that is written in the "
	                              "configuration as well must mean the same." },
	[OPTION_IPPORT] = { "ipport", .letter = 'u', INTEGER, .default_ = "161",
	                    .shortdesc = "UDP port of each address that names none" },
	[OPTION_PASSWORD_SCRIPT] = { "password_script", "passwd_script", .letter = 'S', STRING,
	                             .shortdesc =
	                                     "Command whose first line of output is the password",
	                             .longdesc =
	                                     "A shell command. It has 5 seconds, which do not "
	                                     "count for total_timeout, must exit with status 0, "
	                                     "and takes the place of password." },
	[OPTION_SNMP_PRIV_PASSWD_SCRIPT] = { "snmp_priv_passwd_script", .letter = 'R', STRING,
	                                     .shortdesc = "Command whose first line of output is "
	                                                  "snmp_priv_passwd",
	                                     .longdesc = "See password_script; it has 5 seconds of "
	                                                 "its own." },
	[OPTION_QUIET] = { "quiet", .letter = 'q', BOOLEAN, .shortdesc = "Write nothing to stderr",
	                   .longdesc = "The exit status and debug_file are all that is left." },
	[OPTION_VERBOSE] = { "verbose", .letter = 'v', BOOLEAN,
	                     .shortdesc = "Write to stderr what is done, too" },
	[OPTION_VERBOSE_LEVEL] = { "verbose_level", INTEGER,
	                           .shortdesc = "0 is silent, more is verbose" },
	[OPTION_DEBUG_FILE] = { "debug_file", "debug", .letter = 'D', STRING,
	                        .shortdesc = "Append all messages to this file",
	                        .longdesc =
	                                "It is made for its owner alone, and holds no secret." },
	[OPTION_VERSION] = { "version", .letter = 'V', BOOLEAN,
	                     .shortdesc = "Show the version and exit" },
	[OPTION_HELP] = { "help", .letter = 'h', BOOLEAN, .shortdesc = "Show this help and exit" },
	[OPTION_PLUG_SEPARATOR] = { "plug_separator", STRING, .default_ = ",",
	                            .shortdesc = "What separates several outlets in plug" },
	[OPTION_SEPARATOR] = { "separator", .letter = 'C', STRING, .default_ = ",",
	                       .shortdesc = "What separates the columns of list" },
	[OPTION_DELAY] = { "delay", SECOND, .default_ = "0",
	                   .shortdesc = "Seconds to wait before off and reboot",
	                   .longdesc = "They do not count for total_timeout." },
	[OPTION_DISABLE_TIMEOUT] = { "disable_timeout", STRING,
	                             .shortdesc = "Whether power_timeout is all that total_timeout "
	                                          "leaves",
	                             .longdesc = "total_timeout itself always stands." },
	[OPTION_LOGIN_TIMEOUT] = { "login_timeout", SECOND, .default_ = "5",
	                           .shortdesc = "Taken for compatibility, without effect",
	                           .longdesc =
	                                   "snmp_timeout and total_timeout say how long an answer "
	                                   "is waited for." },
	[OPTION_POWER_WAIT] = { "power_wait", SECOND, .default_ = "0",
	                        .shortdesc = "Least off_hold, in seconds",
	                        .longdesc = "off and reboot keep the outlets off for the longer of "
	                                    "power_wait and off_hold; on does not wait." },
	[OPTION_SHELL_TIMEOUT] = { "shell_timeout", SECOND, .default_ = "3",
	                           .shortdesc = "Taken for compatibility, without effect",
	                           .longdesc = "See login_timeout." },
	[OPTION_STONITH_STATUS_SLEEP] = { "stonith_status_sleep", SECOND, .default_ = "1",
	                                  .shortdesc = "Taken for compatibility, without effect",
	                                  .longdesc = "Outlets are looked at often at first, then "
	                                              "once a second." },
	[OPTION_RETRY_ON] = { "retry_on", INTEGER, .default_ = "1",
	                      .shortdesc = "Taken for compatibility, without effect",
	                      .longdesc = "Commands are repeated until the time is up." },
	[OPTION_SNMPGET_PATH] = { "snmpget_path", STRING, .default_ = "/usr/bin/snmpget",
	                          .shortdesc = "Taken for compatibility, without effect",
	                          .longdesc = "No other program is run for SNMP." },
	[OPTION_SNMPSET_PATH] = { "snmpset_path", STRING, .default_ = "/usr/bin/snmpset",
	                          .shortdesc = "Taken for compatibility, without effect",
	                          .longdesc = "See snmpget_path." },
	[OPTION_SNMPWALK_PATH] = { "snmpwalk_path", STRING, .default_ = "/usr/bin/snmpwalk",
	                           .shortdesc = "Taken for compatibility, without effect",
	                           .longdesc = "See snmpget_path." },
	[OPTION_NODENAME] = { "nodename", STRING, .visibility = UNLISTED,
	                      .shortdesc = "Node to fence, if plug is not set" },
	[OPTION_MISSING_AS_OFF] = { "missing_as_off", BOOLEAN, .visibility = UNLISTED,
	                            .shortdesc =
	                                    "Refused: what is missing is not known to be off" },
	[OPTION_OPTION] = { "option", STRING, .visibility = STDIN_ONLY,
	                    .shortdesc = "Older name of action" },
	[OPTION_AGENT] = { "agent", STRING, .visibility = STDIN_ONLY,
	                   .shortdesc = "The agent's name, as fenced says it" },
	[OPTION_NAME] = { "name", STRING, .visibility = STDIN_ONLY,
	                  .shortdesc = "The device's name, as fenced says it" },
};

/* --- the table --- */

static struct agent_option of_parameter(const struct trippsnmp_parameter *parameter)
{
	return (struct agent_option){
		.name = parameter->agent_name,
		.obsolete = parameter->agent_obsolete,
		.letter = parameter->agent_letter,
		.type = parameter->choices ? "select" : parameter->agent_type,
		.default_ = parameter->agent_default,
		.choices = parameter->choices,
		.required = parameter->required != 0,
		.secret = parameter->secret != 0,
		.shortdesc = parameter->shortdesc,
		.longdesc = parameter->agent_longdesc,
		.parameter = parameter->name,
	};
}

const struct agent_option *option_row(unsigned i)
{
	static GArray *rows;

	if (!rows) {
		const struct trippsnmp_parameter *parameter;

		rows = g_array_new(FALSE, FALSE, sizeof(struct agent_option));
		g_array_append_vals(rows, own, OPTION_OWN);
		for (unsigned k = 0; (parameter = trippsnmp_parameter_info(k)); k++) {
			const struct agent_option row = of_parameter(parameter);

			g_array_append_val(rows, row);
		}
	}
	return i < rows->len ? &g_array_index(rows, struct agent_option, i) : NULL;
}

static unsigned row_count(void)
{
	unsigned n = OPTION_OWN;

	while (option_row(n))
		n++;
	return n;
}

static bool same_name(const char *name, const char *given)
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
		if (same_name(row->name, given) || same_name(row->obsolete, given))
			return i;
	return -1;
}

static bool is_boolean(const struct agent_option *row)
{
	return !strcmp(row->type, "boolean");
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

/* --- one thing said twice --- */

char *given_text(const struct given *given)
{
	const bool letter = given->name[0] == '-' && given->name[1] != '-';

	return g_strdup_printf(letter ? "%s %s" : "%s=%s", given->name, given->value);
}

const char *options_written(const struct options *options, unsigned row)
{
	const struct agent_option *option = option_row(row);

	for (guint i = options->given->len; i-- > 0;) {
		const struct given *given = options->given->pdata[i];
		const char *name = given->name + strspn(given->name, "-");

		if (given->row == row)
			return same_name(option->obsolete, name) ? option->obsolete : option->name;
	}
	return option->name;
}

static bool same_number(const char *a, const char *b)
{
	double first, second;

	return parse_seconds(a, &first) && parse_seconds(b, &second) && first >= second &&
	       first <= second;
}

/* Ignores case, and the dash in names such as SHA-256. */
static bool same_word(const char *a, const char *b)
{
	char **halves_a = g_strsplit(a, "-", -1), **halves_b = g_strsplit(b, "-", -1);
	char *word_a = g_strjoinv("", halves_a), *word_b = g_strjoinv("", halves_b);
	const bool same = !g_ascii_strcasecmp(word_a, word_b);

	g_strfreev(halves_a);
	g_strfreev(halves_b);
	g_free(word_a);
	g_free(word_b);
	return same;
}

static bool same_text(const char *a, const char *b)
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
	if (is_boolean(option) || option == option_row(OPTION_DISABLE_TIMEOUT))
		return parse_boolean(a) == parse_boolean(b) && parse_boolean(a) >= 0;
	if (option->choices || option == option_row(OPTION_ACTION))
		return same_word(a, b);
	return same_number(a, b) || same_text(a, b);
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

static char *contradiction(const struct given *a, const struct given *b)
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
	for (guint i = 0; i < options->given->len; i++)
		for (guint k = i + 1; k < options->given->len; k++) {
			const struct given *a = options->given->pdata[i];
			const struct given *b = options->given->pdata[k];

			if (contradict(options, a, b))
				return contradiction(a, b);
		}
	return NULL;
}

/* --- stdin --- */

static void warn(struct options *options, const char *name, const char *what)
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
		warn(options, text, "there is no such option; it is ignored");
	else if (value && value[strspn(value, "=")])
		warn(options, place, "there is no such option; it is ignored");
	else
		warn(options, place, "not NAME=VALUE; it is ignored");
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
	if (*value && is_boolean(option_row((unsigned)row)) && parse_boolean(value) < 0 &&
	    row < OPTION_OWN) {
		warn(options, line, "neither yes nor no; it is ignored");
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
		const int has_argument = is_boolean(row) ? optional_argument : required_argument;

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
			                       is_boolean(row) ? "" : ":");
	return g_string_free(text, FALSE);
}

/* The row that getopt_long() found. */
static int row_of(int found)
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
static bool take_option(struct options *options, int row, char *name, char *value, char **error)
{
	const struct agent_option *option = option_row((unsigned)row);

	if (option && value && is_boolean(option) && parse_boolean(value) < 0)
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
			take_option(
				options, row_of(found),
				name_on_command_line(
					found, g_array_index(longs, struct option, (guint)at).name),
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
		warn(options, "verbose_level", "not a number; it is ignored");
	else if (level)
		options->verbosity = (unsigned)strtoul(level, NULL, 10);
	return options;
}

/* --- help --- */

static const char *argument(const struct agent_option *row)
{
	if (is_boolean(row))
		return "";
	if (!strcmp(row->type, "second"))
		return "=[seconds]";
	if (!strcmp(row->type, "integer"))
		return "=[number]";
	return "=[value]";
}

char *option_forms(const struct agent_option *row)
{
	char *name = g_strdelimit(g_strdup(row->name), "_", '-');
	char *forms = row->letter ? g_strdup_printf("-%c, --%s%s", row->letter, name, argument(row))
	                          : g_strdup_printf("--%s%s", name, argument(row));

	g_free(name);
	return forms;
}

char *options_usage(void)
{
	GString *text =
		g_string_new("Usage: fence_tripplite [options]\n"
	                     "Without options they are read from stdin, as NAME=VALUE lines.\n"
	                     "\n");
	const struct agent_option *row;

	for (unsigned i = 0; (row = option_row(i)); i++) {
		char *forms;

		if (row->visibility != SEEN)
			continue;
		forms = option_forms(row);
		g_string_append_printf(text, "  %s%-36s %s", row->letter ? "" : "    ", forms,
		                       row->shortdesc);
		if (row->default_)
			g_string_append_printf(text, " (%s)", row->default_);
		g_string_append_c(text, '\n');
		g_free(forms);
	}
	return g_string_free(text, FALSE);
}
