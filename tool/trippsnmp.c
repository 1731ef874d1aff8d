/*
 * trippsnmp: see a PDU, and try it. Reads the command line and hands over to a command; what all
 * commands share is here, too.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "descriptors.h"
#include "output.h"
#include "settings.h"
#include "texts.h"
#include "tool.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROGRAM "trippsnmp"
#define INTERVAL_MIN 0.1
#define INTERVAL_MAX 3600
/* Of capture, where nothing else is said: a slow card has many objects. */
#define CAPTURE_SECONDS "600"

/* --- interruption: a flag, which the library's progress function looks at --- */

static volatile sig_atomic_t interrupts;

static void interrupted(int signal)
{
	(void)signal;
	interrupts = interrupts + 1;
}

static void catch_interrupts(void)
{
	struct sigaction action = { .sa_handler = interrupted }; /* read() and poll() end */

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL); /* a drill must not end in the middle */
	signal(SIGPIPE, SIG_IGN);
}

int tool_interrupts(void)
{
	return interrupts;
}

void tool_forget_interrupts(void)
{
	interrupts = 0;
}

static int progress(void *context, const struct trippsnmp_progress *progress)
{
	struct tool *tool = context;

	terminal_progress(&tool->terminal, progress);
	return interrupts != 0;
}

/* --- messages --- */

static void put(struct tool *tool, enum paint paint, const char *head, const char *line)
{
	char *shown = text_shown(&tool->terminal, line);
	char *painted =
		terminal_paint(&tool->terminal, tool->terminal.is_err ? paint : PAINT_NONE, shown);

	terminal_clear(&tool->terminal);
	fflush(stdout);
	fprintf(stderr, PROGRAM ": %s%s\n", head, painted);
	g_free(painted);
	g_free(shown);
}

static void G_GNUC_PRINTF(4, 0) put_format(struct tool *tool, enum paint paint, const char *head,
                                           const char *format, va_list arguments)
{
	char *line = g_strdup_vprintf(format, arguments);

	put(tool, paint, head, line);
	g_free(line);
}

enum status tool_fail(struct tool *tool, enum status status, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	put_format(tool, PAINT_BAD, "", format, arguments);
	va_end(arguments);
	return status;
}

void tool_warn(struct tool *tool, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	put_format(tool, PAINT_DOUBT, "warning: ", format, arguments);
	va_end(arguments);
}

void tool_note(struct tool *tool, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	put_format(tool, PAINT_NONE, "", format, arguments);
	va_end(arguments);
}

/* What the agent's code says of a resource's parameters (output.h). */
static struct tool *current;

void output_line(void *context, enum trippsnmp_level level, const char *line)
{
	(void)context;
	if (level == TRIPPSNMP_LOG_CRIT)
		tool_fail(current, STATUS_USAGE, "%s", line);
	else
		tool_warn(current, "%s", line);
}

/* The library's lines. */
static void log_line(void *context, enum trippsnmp_level level, const char *line)
{
	struct tool *tool = context;

	if (tool->told && level <= TRIPPSNMP_LOG_INFO)
		tool->told(tool->told_context, level, line);
	else if (level == TRIPPSNMP_LOG_CRIT && !tool->quiet)
		put(tool, PAINT_BAD, "", line);
	else if (level == TRIPPSNMP_LOG_WARN && tool->warnings)
		g_ptr_array_add(tool->warnings, g_strdup(line));
	else if (level == TRIPPSNMP_LOG_WARN && !tool->quiet)
		put(tool, PAINT_DOUBT, "warning: ", line);
	else if (level > TRIPPSNMP_LOG_WARN && tool->verbose)
		put(tool, PAINT_FAINT, "", line);
}

void tool_print(struct tool *tool, const char *text)
{
	terminal_clear(&tool->terminal);
	fputs(text, stdout);
}

void tool_printf(struct tool *tool, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	tool_print(tool, text);
	g_free(text);
}

bool tool_flush(struct tool *tool)
{
	if (fflush(stdout) != EOF && !ferror(stdout))
		return true;
	if (errno != EPIPE) /* whoever reads has seen enough */
		tool_fail(tool, STATUS_INTERNAL, "stdout cannot be written to: %s",
		          g_strerror(errno));
	return false;
}

/* --- parameters --- */

void tool_know(struct tool *tool, const char *name, const char *value)
{
	const struct trippsnmp_parameter *row;

	for (unsigned i = 0; (row = trippsnmp_parameter_info(i)); i++)
		if (!strcmp(row->name, name) && value && *value)
			g_hash_table_insert(tool->known, g_strdup(name),
			                    g_strdup(row->secret ? "" : value));
	if (!value || !*value)
		g_hash_table_remove(tool->known, name);
}

const char *tool_known(const struct tool *tool, const char *name)
{
	return g_hash_table_lookup(tool->known, name);
}

bool tool_set(struct tool *tool, const char *name, const char *value)
{
	if (trippsnmp_set(tool->handle, name, value))
		return false;
	tool_know(tool, name, value);
	return true;
}

bool tool_set_text(struct tool *tool, const char *text)
{
	char *name = g_strndup(text, strcspn(text, "="));
	const bool ok = tool_set(tool, name, text + strlen(name) + 1);

	g_free(name);
	return ok;
}

enum status status_of(enum trippsnmp_error error)
{
	switch (error) {
	case TRIPPSNMP_OK:
		return STATUS_DONE;
	case TRIPPSNMP_BADCONFIG:
	case TRIPPSNMP_BADNODE:
	case TRIPPSNMP_INVALID:
		return STATUS_USAGE;
	case TRIPPSNMP_ACCESS:
		return STATUS_ACCESS;
	case TRIPPSNMP_TIMEOUT:
		return STATUS_TIMEOUT;
	case TRIPPSNMP_POWER:
		return STATUS_POWER;
	case TRIPPSNMP_STOPPED:
		return STATUS_STOPPED;
	case TRIPPSNMP_INTERNAL:
		break;
	}
	return STATUS_INTERNAL;
}

/* --- commands --- */

struct command {
	const char *name;
	unsigned least, most; /* arguments */
	/* A parameter that it needs to be so (over what the user says), or NULL; or that is only
	 * better so by default. */
	const char *fixed, *better;
	bool no_map; /* what hostlist says is of no use to it */
	enum status (*run)(struct tool *tool);
	const char *usage;
};

static const struct command commands[] = {
	{ "list", 0, 0, .run = run_list, .usage = "list" },
	{ "map", 0, 1000, .no_map = true, .run = run_map, .usage = "map [NODE]..." },
	{ "check", 0, 0, .fixed = "check_write=yes", .run = run_check, .usage = "check" },
	{ "watch", 0, 0, .run = run_watch, .usage = "watch" },
	{ "drill", 1, 1, .run = run_drill, .usage = "drill NODE" },
	{ "capture", 0, 0, .better = "total_timeout=" CAPTURE_SECONDS, .run = run_capture,
	  .usage = "capture" },
};

static const char help[] =
	"Usage: trippsnmp [OPTION]... COMMAND [NODE]... [NAME=VALUE]...\n"
	"\n"
	"Commands:\n"
	"  list            what is in the PDUs: outlets, names, states, what is metered\n"
	"  map [NODE]...   a proposal for hostlist, and commands that make a resource of it\n"
	"  check           what can be known without switching anything, line by line\n"
	"  watch           list, renewed, with changes marked, until interrupted\n"
	"  drill NODE      off, hold and on of one node, for real, with the evidence\n"
	"  capture         the card's objects for others to try, without names and addresses\n"
	"\n"
	"Options:\n"
	"  --file FILE          parameters as NAME=VALUE lines\n"
	"  --resource ID        those of a fencing resource of the running cluster\n"
	"  --json               list for programs\n"
	"  --interval SECONDS   of watch, between two looks (2)\n"
	"  --yes                drill does not ask\n"
	"  --agent NAME         of map: tripplite or fence_tripplite (tripplite)\n"
	"  --id ID              of map: what the resource is to be called (pdu)\n"
	"  --pdu PDU            of capture: which one, as written in ipaddr\n"
	"  --output FILE        of capture: a new file, and not stdout\n"
	"  --verbose            says each request and answer, too\n"
	"  --version            prints the version\n"
	"  --help               prints this\n"
	"\n"
	"Parameters (ipaddr, community, hostlist, ...) are NAME=VALUE, lines of FILE, or "
	"environment\n"
	"variables of their names. A secret on the command line is seen by all users of the "
	"machine\n"
	"before it is wiped: give it in the environment, in FILE or in secrets_file.\n"
	"See trippsnmp(1) and tripplite(7).\n";

enum option_value {
	OPTION_FILE_ = 256,
	OPTION_RESOURCE,
	OPTION_JSON,
	OPTION_INTERVAL,
	OPTION_YES,
	OPTION_AGENT_,
	OPTION_ID,
	OPTION_PDU,
	OPTION_OUTPUT,
	OPTION_VERBOSE_,
	OPTION_VERSION_,
	OPTION_HELP_
};

static const struct option longs[] = {
	{ "file", required_argument, NULL, OPTION_FILE_ },
	{ "resource", required_argument, NULL, OPTION_RESOURCE },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "interval", required_argument, NULL, OPTION_INTERVAL },
	{ "yes", no_argument, NULL, OPTION_YES },
	{ "agent", required_argument, NULL, OPTION_AGENT_ },
	{ "id", required_argument, NULL, OPTION_ID },
	{ "pdu", required_argument, NULL, OPTION_PDU },
	{ "output", required_argument, NULL, OPTION_OUTPUT },
	{ "verbose", no_argument, NULL, OPTION_VERBOSE_ },
	{ "version", no_argument, NULL, OPTION_VERSION_ },
	{ "help", no_argument, NULL, OPTION_HELP_ },
	{ NULL, 0, NULL, 0 },
};

/* Options that one command alone has. */
static const struct {
	enum option_value option;
	const char *command;
} sole[] = {
	{ OPTION_JSON, "list" },      { OPTION_INTERVAL, "watch" }, { OPTION_YES, "drill" },
	{ OPTION_AGENT_, "map" },     { OPTION_ID, "map" },         { OPTION_PDU, "capture" },
	{ OPTION_OUTPUT, "capture" },
};

struct line {
	struct tool *tool;
	struct settings *settings;
	bool help, version;
	bool given[OPTION_HELP_ + 1]; /* by enum option_value */
};

static bool take_interval(struct tool *tool, const char *text)
{
	char *end;

	tool->interval = g_ascii_strtod(text, &end);
	return end != text && !*end && tool->interval >= INTERVAL_MIN &&
	       tool->interval <= INTERVAL_MAX;
}

static bool is_agent(const char *name)
{
	return !strcmp(name, "tripplite") || !strcmp(name, "fence_tripplite");
}

/* What crm and pcs take for an id, and a shell for a word. */
static bool is_id(const char *text)
{
	return *text && !text[strspn(text, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_.-")] &&
	       (g_ascii_isalpha(*text) || *text == '_');
}

/* NULL, or what is wrong with it. */
static const char *take_option(struct line *line, int option, char *value)
{
	struct tool *tool = line->tool;

	line->given[option] = true;
	switch ((enum option_value)option) {
	case OPTION_FILE_:
		line->settings->file = value;
		break;
	case OPTION_RESOURCE:
		line->settings->resource = tool->resource = value;
		break;
	case OPTION_JSON:
		tool->json = true;
		break;
	case OPTION_INTERVAL:
		return take_interval(tool, value) ? NULL : "--interval: not 0.1 to 3600 seconds";
	case OPTION_YES:
		tool->yes = true;
		break;
	case OPTION_AGENT_:
		tool->agent = value;
		return is_agent(value) ? NULL : "--agent: neither tripplite nor fence_tripplite";
	case OPTION_ID:
		tool->id = value;
		return is_id(value) ? NULL : "--id: not a resource's name";
	case OPTION_PDU:
		tool->pdu = value;
		break;
	case OPTION_OUTPUT:
		tool->output = value;
		break;
	case OPTION_VERBOSE_:
		tool->verbose = true;
		break;
	case OPTION_VERSION_:
		line->version = true;
		break;
	case OPTION_HELP_:
		line->help = true;
		break;
	}
	return NULL;
}

/* Words are the command, its arguments, and parameters, which are wiped where ps sees them. */
static void take_words(struct line *line, int argc, char **argv, GPtrArray *words)
{
	for (int i = optind; i < argc; i++) {
		if (!settings_is_parameter(argv[i])) {
			g_ptr_array_add(words, argv[i]);
			continue;
		}
		g_ptr_array_add(line->settings->given, g_strdup(argv[i]));
		explicit_bzero(argv[i] + strcspn(argv[i], "="),
		               strlen(argv[i]) - strcspn(argv[i], "="));
	}
	g_ptr_array_add(words, NULL);
}

static enum status read_line(struct line *line, int argc, char **argv, GPtrArray *words)
{
	const char *wrong = NULL;
	int option;

	opterr = 0;
	while (!wrong && (option = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
		if (option == '?' || option == ':')
			return tool_fail(line->tool, STATUS_USAGE,
			                 option == ':' ? "option %.*s needs a value"
			                               : "unknown option %.*s, see --help",
			                 (int)strcspn(argv[optind - 1], "="), argv[optind - 1]);
		wrong = take_option(line, option, optarg);
	}
	if (wrong)
		return tool_fail(line->tool, STATUS_USAGE, "%s", wrong);
	take_words(line, argc, argv, words);
	return STATUS_DONE;
}

/* NULL after an error that was said. */
static const struct command *find_command(struct tool *tool, const GPtrArray *words)
{
	const struct command *command = NULL;
	const char *name = words->pdata[0];
	const unsigned arguments = words->len - 2; /* without the command and the NULL */

	if (!name) {
		tool_fail(tool, STATUS_USAGE,
		          "no command: list, map, check, watch, drill or capture; see --help");
		return NULL;
	}
	for (unsigned i = 0; i < G_N_ELEMENTS(commands); i++)
		if (!strcmp(commands[i].name, name))
			command = &commands[i];
	if (!command) {
		tool_fail(tool, STATUS_USAGE,
		          "%s is none of list, map, check, watch, drill and capture; see --help",
		          name);
		return NULL;
	}
	tool->arguments = (char **)words->pdata + 1;
	if (arguments >= command->least && arguments <= command->most)
		return command;
	tool_fail(tool, STATUS_USAGE, "usage: trippsnmp %s [NAME=VALUE]...", command->usage);
	return NULL;
}

/* False after an error that was said: what would have no effect is a slip. */
static bool fits(const struct line *line, const struct command *command)
{
	const struct option *option = longs;

	for (unsigned i = 0; i < G_N_ELEMENTS(sole); i++) {
		if (!line->given[sole[i].option] || !strcmp(sole[i].command, command->name))
			continue;
		while (option->val != (int)sole[i].option)
			option++;
		tool_fail(line->tool, STATUS_USAGE, "--%s is an option of %s, and not of %s",
		          option->name, sole[i].command, command->name);
		return false;
	}
	return true;
}

/* False after an error that was said. */
static bool configure(struct tool *tool, const struct command *command)
{
	const char *total = tool_known(tool, "total_timeout");
	const bool ours = command->better && !g_strcmp0(total, CAPTURE_SECONDS);
	GPtrArray *warnings = g_ptr_array_new_with_free_func(g_free);
	bool ok;

	tool->warnings = warnings;
	ok = !trippsnmp_configure(tool->handle);
	tool->warnings = NULL;
	for (unsigned i = 0; i < warnings->len; i++)
		if (!ours || !g_str_has_prefix(warnings->pdata[i], "total_timeout:"))
			tool_warn(tool, "%s", (char *)warnings->pdata[i]);
	g_ptr_array_unref(warnings);
	return ok;
}

static enum status run(struct line *line, const struct command *command)
{
	struct tool *tool = line->tool;
	enum status status;

	if (command->better)
		tool_set_text(tool, command->better);
	status = settings_apply(line->settings, tool);
	if (status)
		return status;
	if (command->fixed)
		tool_set_text(tool, command->fixed);
	if (command->no_map &&
	    (!tool_set(tool, "hostlist", NULL) || !tool_set(tool, "feeds", NULL)))
		return STATUS_USAGE;
	if (!configure(tool, command))
		return STATUS_USAGE;
	trippsnmp_set_progress(tool->handle, progress, tool);
	return command->run(tool);
}

static enum status start(struct line *line, int argc, char **argv, GPtrArray *words)
{
	const struct command *command;
	enum status status = read_line(line, argc, argv, words);

	if (status)
		return status;
	if (line->help || line->version) {
		tool_printf(line->tool, "%s%s", line->help ? help : trippsnmp_version(),
		            line->help ? "" : "\n");
		return tool_flush(line->tool) ? STATUS_DONE : STATUS_INTERNAL;
	}
	command = find_command(line->tool, words);
	return command && fits(line, command) ? run(line, command) : STATUS_USAGE;
}

int main(int argc, char **argv)
{
	struct tool tool = { .interval = 2, .agent = "tripplite", .id = "pdu" };
	struct settings settings = { .given = secrets_new() };
	struct line line = { .tool = &tool, .settings = &settings };
	GPtrArray *words = g_ptr_array_new();
	enum status status;

	descriptors_open_standard();
	catch_interrupts();
	terminal_init(&tool.terminal);
	current = &tool;
	tool.known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	tool.handle = trippsnmp_new();
	trippsnmp_set_log(tool.handle, log_line, &tool);
	status = start(&line, argc, argv, words);
	terminal_clear(&tool.terminal);
	trippsnmp_free(tool.handle);
	g_hash_table_unref(tool.known);
	g_ptr_array_unref(settings.given);
	g_ptr_array_unref(words);
	return (int)status;
}
