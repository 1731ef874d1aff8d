/*
 * trippsim: a Tripp Lite PDU to try fencing on, made from a recording of a
 * real one. Options, main loop, timeline. It listens where it is told to (by
 * default on loopback) and writes no files.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "agent.h"
#include "card.h"
#include "control.h"
#include "device.h"
#include "hook.h"
#include "recordings.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define EXIT_USAGE 2
#define USEC_PER_SECOND 1000000
#define A_DAY 86400

/* Options as given. Lists are NULL if an option was not given. */
static struct {
	GStrv listen;
	int port;
	GStrv communities;
	GStrv ro_communities;
	gboolean no_v1;
	gboolean no_v2c;
	GStrv users;
	GStrv ro_users;
	GStrv users_files;
	char *engine_id;
	int engine_boots;
	double uptime;
	gboolean no_uptime;
	gboolean uptime_alone;
	GStrv names;
	GStrv descriptions;
	GPtrArray *edits; /* of char *: + and a row, or - and an OID, in the order given */
	GStrv moved_devices;
	double latency;
	double latency_on;
	double latency_off;
	double cycle;
	double delay;
	double late;
	gboolean first_varbind;
	GStrv stuck;
	GStrv lies;
	GStrv refusals;
	char *on_change;
	gboolean log_requests;
	gboolean control;
	GStrv commands;
	gboolean die_with_parent;
	gboolean list;
	gboolean version;
	GStrv files;
} options = { .engine_boots = 1, .uptime = A_DAY, .latency_on = -1, .latency_off = -1, .cycle = 2 };

static struct agent_config config;
static struct device *device;
static struct card *card;
static struct control *control;
static GMainLoop *loop;
static int64_t start;
static GArray *watches;  /* of unsigned: the sources that wait for datagrams */
static unsigned waiting; /* whose datagram the slow card is busy with */
static unsigned move_timer;
static unsigned delay_timer; /* while the slow card works */
static GString *input;       /* from --control, up to the next line end */
static int signals[2];

G_GNUC_NORETURN G_GNUC_PRINTF(1, 2) static void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("trippsim: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	_exit(EXIT_USAGE); /* there is nothing to tidy up, so no leaks to be shown either */
}

static usec now(void)
{
	return g_get_monotonic_time();
}

G_GNUC_PRINTF(1, 2) static void say(const char *format, ...)
{
	va_list args;

	printf("t=%.6f ", (double)(now() - start) / USEC_PER_SECOND);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

static void on_command(const struct outlet *outlet, const char *command)
{
	say("outlet %s command %s", outlet->text, command);
}

static void on_move(const struct outlet *outlet)
{
	say("outlet %s %s", outlet->text, outlet->power ? "on" : "off");
	if (options.on_change)
		hook_run(options.on_change, outlet->text, outlet->power);
}

static void listen_again(void);

/* What waited in the card's queue, or was being worked on, is lost. */
static void on_restarting(void)
{
	say("restart");
	for (unsigned i = 0; agent_socket(i) >= 0; i++)
		while (agent_drop(i))
			;
	if (!delay_timer)
		return;
	g_source_remove(delay_timer);
	delay_timer = 0;
	listen_again();
}

static void on_restarted(void)
{
	say("start boots %u", card->boots);
}

/* Whether the card, or its network, swallows what comes. */
static bool is_silent(void)
{
	return control->paused || card->is_down;
}

static struct agent_fate on_request(const char *kind, unsigned varbinds)
{
	const bool is_set = !strcmp(kind, "set");
	struct agent_fate fate = { 0 };

	control_event(control, EVENT_REQUEST, now());
	if (is_set)
		control_event(control, EVENT_SET, now());
	fate.lose = is_silent() || control->lose;
	fate.mute = !fate.lose && control->lose_answers;
	fate.late = is_set || control->late_all ? control->late : 0;
	control->lose -= control->lose != 0;
	control->lose_answers -= fate.mute;
	if (options.log_requests)
		say("%srequest %s %u varbinds", fate.lose ? "lost " : "", kind, varbinds);
	return fate;
}

static void on_set(const struct rec_row *wanted, int status)
{
	g_autofree char *name = NULL;

	if (!options.log_requests)
		return;
	name = rec_name_text(&wanted->name);
	say("set %s type %d number %" G_GINT64_FORMAT " %s", name, wanted->type,
	    (int64_t)wanted->number, status_text(status));
}

static void on_swap(const struct outlet *a, const struct outlet *b)
{
	say("swap %s %s", a->text, b->text);
}

static unsigned after(usec wait, GSourceFunc function)
{
	return g_timeout_add((unsigned)((wait + 999) / 1000), function, NULL);
}

static gboolean moves_due(void *unused);

static void soonest(usec *next, usec due)
{
	if (due >= 0 && (*next < 0 || due < *next))
		*next = due;
}

/* Lets happen what is due, and comes back when the next thing is. */
static void advance(void)
{
	usec next = -1;

	/* In this order: a command may restart the card, and a start plans what relays do. */
	soonest(&next, control_advance(control, now()));
	soonest(&next, card_advance(card, now()));
	soonest(&next, device_advance(device, now()));
	soonest(&next, agent_advance(now()));
	if (move_timer)
		g_source_remove(move_timer);
	move_timer = next < 0 ? 0 : after(MAX(next - now(), 0), moves_due);
}

static gboolean moves_due(void *unused)
{
	(void)unused;
	move_timer = 0;
	advance();
	return G_SOURCE_REMOVE;
}

static void answer(unsigned i)
{
	advance();
	control_event(control, EVENT_DATAGRAM, now());
	if (is_silent())
		agent_drop(i);
	else
		agent_answer(i);
	advance();
}

static gboolean delay_over(void *unused)
{
	(void)unused;
	delay_timer = 0;
	answer(waiting);
	listen_again();
	return G_SOURCE_REMOVE;
}

static gboolean readable(int fd, GIOCondition condition, void *index)
{
	(void)fd, (void)condition;
	if (!control->delay || is_silent()) {
		answer(GPOINTER_TO_UINT(index));
		return G_SOURCE_CONTINUE;
	}
	/* One at a time: the datagram, and all that follow, wait in the sockets. */
	waiting = GPOINTER_TO_UINT(index);
	for (unsigned i = 0; i < watches->len; i++)
		if (i != waiting)
			g_source_remove(g_array_index(watches, unsigned, i));
	delay_timer = after(control->delay, delay_over);
	return G_SOURCE_REMOVE;
}

static void listen_again(void)
{
	g_array_set_size(watches, 0);
	for (unsigned i = 0; agent_socket(i) >= 0; i++) {
		unsigned id =
			g_unix_fd_add(agent_socket(i), G_IO_IN, readable, GUINT_TO_POINTER(i));

		g_array_append_val(watches, id);
	}
}

static usec seconds(double value, const char *what)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];
	usec result;

	if (!control_seconds(g_ascii_dtostr(text, sizeof(text), value), &result))
		die("%s: not a number of seconds from 0 to %d", what, CONTROL_SECONDS_MAX);
	return result;
}

static struct outlet *outlet_or_die(const char *text, const char *option)
{
	struct outlet *outlet = device_outlet(device, text);

	if (!outlet)
		die("%s: there is no outlet %s", option, text);
	return outlet;
}

/* What stands before the first =, and what after it. */
static char *split(const char *text, const char *option, const char **value)
{
	const char *equals = strchr(text, '=');

	if (!equals)
		die("%s: no = in \"%s\"", option, text);
	*value = equals + 1;
	return g_strndup(text, (size_t)(equals - text));
}

/* Text with \xNN and \\. */
static GBytes *unescape(const char *text, const char *option)
{
	GByteArray *octets = g_byte_array_new();

	for (; *text; text++) {
		uint8_t byte = (uint8_t)*text;

		if (*text == '\\' && text[1] == '\\') {
			text++;
		} else if (*text == '\\') {
			if (text[1] != 'x' || !g_ascii_isxdigit(text[2]) ||
			    !g_ascii_isxdigit(text[3]))
				die("%s: \\ that is neither \\xNN nor \\\\", option);
			byte = (uint8_t)(g_ascii_xdigit_value(text[2]) << 4 |
			                 g_ascii_xdigit_value(text[3]));
			text += 3;
		}
		g_byte_array_append(octets, &byte, 1);
	}
	return g_byte_array_free_to_bytes(octets);
}

static void set_texts(GStrv list, const char *option, bool description)
{
	for (; list && *list; list++) {
		const char *value;
		g_autofree char *outlet = split(*list, option, &value);
		g_autoptr(GBytes) octets = unescape(value, option);

		if (!device_set_text(device, outlet_or_die(outlet, option), description, octets))
			die("%s: outlet %s has no such object", option, outlet);
	}
}

static void move_device(struct records *records, const char *text)
{
	const char *to_text;
	g_autofree char *from_text = split(text, "--move-device", &to_text);
	g_autofree char *error = NULL;
	uint64_t from, to;

	if (!g_ascii_string_to_unsigned(from_text, 10, 1, UINT32_MAX, &from, NULL) ||
	    !g_ascii_string_to_unsigned(to_text, 10, 1, UINT32_MAX, &to, NULL))
		die("--move-device: \"%s\" is not FROM=TO", text);
	error = records_move_device(records, (uint32_t)from, (uint32_t)to);
	if (error)
		die("--move-device: %s", error);
}

static void make_device(void)
{
	char *error = NULL;
	g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *path = recordings_find(options.files[0], &error);
	struct records *records = path ? records_load(path, warnings, &error) : NULL;

	if (!records)
		die("%s", error);
	for (unsigned i = 0; i < warnings->len; i++)
		fprintf(stderr, "trippsim: warning: %s\n", (char *)warnings->pdata[i]);
	card_put_clocks(records, !options.no_uptime);
	for (char **text = options.moved_devices; text && *text; text++)
		move_device(records, *text);
	for (unsigned i = 0; i < options.edits->len; i++) {
		const char *text = options.edits->pdata[i];

		error = control_edit(records, NULL, *text, text + 1);
		if (error)
			die("%s: %s", *text == '-' ? "--remove" : "--row", error);
	}
	device = device_new(records);
	device->commanded = on_command;
	device->moved = on_move;
}

static void set_up_outlets(void)
{
	usec latency = seconds(options.latency, "--latency");

	device->latency_on =
		options.latency_on == -1 ? latency : seconds(options.latency_on, "--latency-on");
	device->latency_off =
		options.latency_off == -1 ? latency : seconds(options.latency_off, "--latency-off");
	device->cycle = seconds(options.cycle, "--cycle");
	set_texts(options.names, "--name", false);
	set_texts(options.descriptions, "--description", true);
	for (char **text = options.stuck; text && *text; text++)
		outlet_or_die(*text, "--stuck")->stuck = true;
	for (char **text = options.lies; text && *text; text++)
		outlet_or_die(*text, "--lie")->lie = true;
	for (char **text = options.refusals; text && *text; text++) {
		const char *word;
		g_autofree char *outlet = split(*text, "--refuse", &word);
		int status = status_parse(word);

		if (status < 0)
			die("--refuse: \"%s\" is no SNMP error", word);
		outlet_or_die(outlet, "--refuse")->refuse = status;
		outlet_or_die(outlet, "--refuse")->refuse_until = CARD_FOR_EVER;
	}
}

static void add_user(const char *text, bool writable, const char *where)
{
	const char *error = agent_add_user(text, writable);

	if (error)
		die("%s: %s", where, error);
}

static void add_users_file(const char *path)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	GError *error = NULL;

	if (!g_file_get_contents(path, &text, NULL, &error))
		die("--users-file: %s", error->message);
	lines = g_strsplit(text, "\n", -1);
	for (unsigned i = 0; lines[i]; i++) {
		g_autofree char *where = g_strdup_printf("%s:%u", path, i + 1);

		if (*g_strstrip(lines[i]) && lines[i][0] != '#')
			add_user(lines[i], true, where);
	}
}

static GBytes *parse_engine_id(const char *text)
{
	GByteArray *id = g_byte_array_new();

	if (g_str_has_prefix(text, "0x"))
		text += 2;
	for (; g_ascii_isxdigit(text[0]) && g_ascii_isxdigit(text[1]); text += 2) {
		uint8_t byte = (uint8_t)(g_ascii_xdigit_value(text[0]) << 4 |
		                         g_ascii_xdigit_value(text[1]));

		g_byte_array_append(id, &byte, 1);
	}
	if (*text || id->len < 5 || id->len > 32)
		die("--engine-id: not 5 to 32 octets in hex");
	return g_byte_array_free_to_bytes(id);
}

static void make_card(void)
{
	if (options.engine_boots < 1)
		die("--engine-boots: not from 1 to 2147483647");
	card = card_new(device, now(), seconds(options.uptime, "--uptime"),
	                (unsigned)options.engine_boots,
	                options.engine_id ? parse_engine_id(options.engine_id) : NULL);
	card->restarting = on_restarting;
	card->restarted = on_restarted;
	control = control_new(device, card);
	control->swapped = on_swap;
	control->first_varbind = options.first_varbind;
	control->late = seconds(options.late, "--late");
	control->delay = seconds(options.delay, "--delay");
}

static void configure(void)
{
	if (!options.listen)
		options.listen = g_strsplit("127.0.0.1", " ", 1);
	if (!options.communities)
		options.communities = g_strsplit("tripplite", " ", 1);
	for (char **address = options.listen; *address; address++)
		if (!g_hostname_is_ip_address(*address))
			die("--listen: \"%s\" is no IP address", *address);
	if (options.port < 0 || options.port > 65535)
		die("--port: not from 0 to 65535");
	config = (struct agent_config){
		.card = card,
		.listen = options.listen,
		.port = (unsigned)options.port,
		.communities = options.communities,
		.ro_communities = options.ro_communities,
		.v1 = !options.no_v1,
		.v2c = !options.no_v2c,
		.first_varbind = &control->first_varbind,
		.uptime_alone = options.uptime_alone,
		.now = now,
		.requested = on_request,
		.set = on_set,
	};
	for (char **user = options.users; user && *user; user++)
		add_user(*user, true, "--user");
	for (char **user = options.ro_users; user && *user; user++)
		add_user(*user, false, "--ro-user");
	for (char **path = options.users_files; path && *path; path++)
		add_users_file(*path);
}

static void control_line(const char *line)
{
	g_autofree char *error = NULL;

	advance();
	error = control_do(control, line, now());
	advance();
	if (error)
		printf("error: %s\n", error);
	else
		puts("ok");
}

static gboolean control_readable(int fd, GIOCondition condition, void *unused)
{
	char buffer[4096];
	ssize_t n = read(fd, buffer, sizeof(buffer));
	char *end;

	(void)condition, (void)unused;
	if (n <= 0) {
		g_main_loop_quit(loop);
		return G_SOURCE_REMOVE;
	}
	g_string_append_len(input, buffer, n);
	while ((end = memchr(input->str, '\n', input->len))) {
		*end = '\0';
		control_line(input->str);
		g_string_erase(input, 0, end + 1 - input->str);
	}
	return G_SOURCE_CONTINUE;
}

/* GLib's own way with signals would start a thread. */
static void on_signal(int number)
{
	ssize_t ignored = write(signals[1], "", 1);

	(void)number, (void)ignored;
}

static gboolean signalled(int fd, GIOCondition condition, void *unused)
{
	(void)fd, (void)condition, (void)unused;
	g_main_loop_quit(loop);
	return G_SOURCE_REMOVE;
}

static gboolean add_edit(const char *option, const char *value, void *data, GError **error)
{
	char sign = !strcmp(option, "--row") ? '+' : '-';

	(void)data, (void)error;
	g_ptr_array_add(options.edits, g_strdup_printf("%c%s", sign, value));
	return TRUE;
}

#define LIST(name, variable, text, argument)                                                       \
	name, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.variable, text, argument
#define TEXT(name, variable, text, argument)                                                       \
	name, 0, 0, G_OPTION_ARG_FILENAME, &options.variable, text, argument
#define NUMBER(name, variable, text) name, 0, 0, G_OPTION_ARG_INT, &options.variable, text, "N"
#define SECONDS(name, variable, text)                                                              \
	name, 0, 0, G_OPTION_ARG_DOUBLE, &options.variable, text, "SECONDS"
#define SWITCH(name, variable, text) name, 0, 0, G_OPTION_ARG_NONE, &options.variable, text, NULL
#define EDIT(name, text, argument)                                                                 \
	name, 0, G_OPTION_FLAG_FILENAME, G_OPTION_ARG_CALLBACK, add_edit, text, argument

static const GOptionEntry entries[] = {
	{ LIST("listen", listen, "Address to listen on (127.0.0.1); repeatable", "ADDR") },
	{ NUMBER("port", port, "UDP port; 0, the default, picks one") },
	{ LIST("community", communities, "Read-write community (tripplite); repeatable", "NAME") },
	{ LIST("ro-community", ro_communities, "Read-only community; repeatable", "NAME") },
	{ SWITCH("no-v1", no_v1, "Do not answer SNMPv1") },
	{ SWITCH("no-v2c", no_v2c, "Do not answer SNMPv2c") },
	{ LIST("user", users, "SNMPv3 user, read-write; repeatable",
	       "\"NAME [AUTHPROTO AUTHPASS [PRIVPROTO PRIVPASS]]\"") },
	{ LIST("ro-user", ro_users, "The same, read-only", "\"NAME ...\"") },
	{ LIST("users-file", users_files, "File of read-write users, one a line", "FILE") },
	{ TEXT("engine-id", engine_id, "SNMPv3 engine ID (unique)", "HEX") },
	{ NUMBER("engine-boots", engine_boots, "How often the engine has started (1)") },
	{ SECONDS("uptime", uptime, "How long the card has been up (a day)") },
	{ SWITCH("no-uptime", no_uptime, "There is no sysUpTime") },
	{ SWITCH("uptime-alone", uptime_alone, "Refuse a GET of sysUpTime beside anything else") },
	{ LIST("name", names, "Name of an outlet; \\xNN escapes", "OUTLET=NAME") },
	{ LIST("description", descriptions, "Description of an outlet", "OUTLET=TEXT") },
	{ EDIT("row", "Add or replace a row", "\"OID|TYPE|VALUE\"") },
	{ EDIT("remove", "Remove a row or a subtree", "OID") },
	{ LIST("move-device", moved_devices, "Renumber a device, before all else", "FROM=TO") },
	{ SECONDS("latency", latency, "What a relay takes to obey (0)") },
	{ SECONDS("latency-on", latency_on, "The same, on only") },
	{ SECONDS("latency-off", latency_off, "The same, off only") },
	{ SECONDS("cycle", cycle, "Length of a cycle's off phase (2)") },
	{ SECONDS("delay", delay, "Time for each answer, one at a time (0)") },
	{ SECONDS("late", late, "How much later the answer of a SET arrives (0)") },
	{ SWITCH("first-varbind", first_varbind,
	         "Do only the first varbind of a SET, say noError") },
	{ LIST("stuck", stuck, "A relay that never moves", "OUTLET") },
	{ LIST("lie", lies, "The state object obeys, the relay does not", "OUTLET") },
	{ LIST("refuse", refusals, "SNMP error for each command to an outlet", "OUTLET=ERROR") },
	{ TEXT("on-change", on_change, "Shell command for each change: $1 outlet, $2 on|off",
	       "CMD") },
	{ SWITCH("log-requests", log_requests, "A line for each request") },
	{ LIST("do", commands, "A command as for --control, at the start; repeatable", "COMMAND") },
	{ SWITCH("control", control, "Read commands on stdin; its end ends the simulator") },
	{ SWITCH("die-with-parent", die_with_parent, "End when the parent process ends") },
	{ SWITCH("list", list, "List the recordings that come with it, and end") },
	{ SWITCH("version", version, "Print the version, and end") },
	{ LIST(G_OPTION_REMAINING, files, NULL, "RECORDING") },
	{ NULL, 0, 0, 0, NULL, NULL, NULL },
};

static void parse_options(int argc, char **argv)
{
	GOptionContext *context = g_option_context_new("- a simulated Tripp Lite PDU");
	GError *error = NULL;

	options.edits = g_ptr_array_new_with_free_func(g_free);
	g_option_context_add_main_entries(context, entries, NULL);
	g_option_context_set_description(context, "OUTLET is [DEVICE.]NUMBER or [DEVICE.]main.");
	if (!g_option_context_parse(context, &argc, &argv, &error))
		die("%s", error->message);
	g_option_context_free(context);
	if (options.version) {
		puts("trippsim (tripplite) " TRIPPSIM_VERSION);
		exit(EXIT_SUCCESS);
	}
	if (options.list) {
		g_autofree char *list = recordings_list();

		fputs(list, stdout);
		exit(EXIT_SUCCESS);
	}
	if (!options.files || g_strv_length(options.files) != 1)
		die("exactly one RECORDING is needed; see --help and --list");
}

static void follow_parent(void)
{
	pid_t parent = getppid();

	if (!options.die_with_parent)
		return;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		exit(EXIT_SUCCESS);
}

static void do_commands(void)
{
	for (char **command = options.commands; command && *command; command++) {
		char *error = control_do(control, *command, now());

		if (error)
			die("--do: \"%s\": %s", *command, error);
	}
	advance();
}

static void run(void)
{
	loop = g_main_loop_new(NULL, FALSE);
	watches = g_array_new(FALSE, FALSE, sizeof(unsigned));
	input = g_string_new(NULL);
	if (!g_unix_open_pipe(signals, FD_CLOEXEC, NULL))
		die("no pipe");
	g_unix_fd_add(signals[0], G_IO_IN, signalled, NULL);
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
	if (options.control)
		g_unix_fd_add(STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, control_readable, NULL);
	listen_again();
	for (unsigned i = 0; agent_socket(i) >= 0; i++) {
		g_autofree char *address = agent_address(i);

		printf("trippsim: listening on %s\n", address);
	}
	do_commands();
	g_main_loop_run(loop);
}

int main(int argc, char **argv)
{
	char *error;

	start = now();
	setvbuf(stdout, NULL, _IOLBF, 0);
	parse_options(argc, argv);
	follow_parent();
	make_device();
	set_up_outlets();
	make_card();
	configure();
	error = agent_start(&config);
	if (error) {
		fprintf(stderr, "trippsim: %s\n", error);
		_exit(EXIT_FAILURE);
	}
	if (!agent_owns_time())
		fputs("trippsim: in SNMPv3 messages time and boots are not the card's, "
		      "as this net-snmp keeps its own\n",
		      stderr);
	run();
	return EXIT_SUCCESS;
}
