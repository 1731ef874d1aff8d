/*
 * See simulator.h. The simulator ends when its stdin does, so not even a test
 * that crashes leaves one running.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "simulator.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define LIMIT (20 * G_USEC_PER_SEC) /* for anything that it should do at once */
#define LISTENING "trippsim: listening on "
/* No command: its error line tells that all before it has been done and said. */
#define SYNC_COMMAND "sync"
#define SYNC_ANSWER "error: unknown command"

struct simulator {
	pid_t pid;
	int to, from;
	char *address;
	unsigned port;
	GPtrArray *lines;   /* of char * */
	GPtrArray *answers; /* of char *: to commands */
	GString *input;
};

static GPtrArray *running;

static const char *from_environment(const char *name)
{
	const char *value = getenv(name);

	if (!value || !*value)
		ck_abort_msg("%s is not set", name);
	return value;
}

/* In the child. */
static void become_simulator(char *const *arguments, int in, int out)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0)
		_exit(126);
	execv(arguments[0], arguments);
	_exit(127);
}

static GPtrArray *make_arguments(const char *capture, const char *const *options)
{
	static const char *const always[] = { "--port", "0", "--log-requests", "--control",
		                              "--die-with-parent" };
	GPtrArray *arguments = g_ptr_array_new_with_free_func(g_free);

	g_ptr_array_add(arguments, g_strdup(from_environment("TRIPPSIM")));
	for (unsigned i = 0; i < G_N_ELEMENTS(always); i++)
		g_ptr_array_add(arguments, g_strdup(always[i]));
	for (; *options; options++)
		g_ptr_array_add(arguments, g_strdup(*options));
	g_ptr_array_add(arguments,
	                g_strdup_printf("%s/%s", from_environment("TS_CAPTURES"), capture));
	g_ptr_array_add(arguments, NULL);
	return arguments;
}

static void spawn(struct simulator *sim, GPtrArray *arguments)
{
	int in[2], out[2];

	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
		ck_abort_msg("no pipe: %s", g_strerror(errno));
	sim->pid = fork();
	if (sim->pid < 0)
		ck_abort_msg("no process: %s", g_strerror(errno));
	if (sim->pid == 0)
		become_simulator((char *const *)arguments->pdata, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	sim->to = in[1];
	sim->from = out[0];
}

static bool is_answer(const char *line)
{
	return g_str_equal(line, "ok") || g_str_has_prefix(line, "error: ");
}

static void take_lines(struct simulator *sim)
{
	char *end;

	while ((end = memchr(sim->input->str, '\n', sim->input->len))) {
		char *line = g_strndup(sim->input->str, (gsize)(end - sim->input->str));

		g_ptr_array_add(is_answer(line) ? sim->answers : sim->lines, line);
		g_string_erase(sim->input, 0, end + 1 - sim->input->str);
	}
}

/* Waits for more lines until the deadline. */
static void more(struct simulator *sim, gint64 deadline, const char *what)
{
	struct pollfd entry = { .fd = sim->from, .events = POLLIN };
	const gint64 left = deadline - g_get_monotonic_time();
	char buffer[4096];
	ssize_t n;

	if (left <= 0 || poll(&entry, 1, (int)(left / 1000) + 1) <= 0)
		ck_abort_msg("trippsim: waited in vain for: %s", what);
	n = read(sim->from, buffer, sizeof(buffer));
	if (n <= 0)
		ck_abort_msg("trippsim has ended; waited for: %s", what);
	g_string_append_len(sim->input, buffer, n);
	take_lines(sim);
}

static void wait_to_listen(struct simulator *sim)
{
	const gint64 deadline = g_get_monotonic_time() + LIMIT;
	const char *line;

	while (!sim->lines->len)
		more(sim, deadline, LISTENING);
	line = sim->lines->pdata[0];
	if (!g_str_has_prefix(line, LISTENING) || !strrchr(line, ':'))
		ck_abort_msg("trippsim says: %s", line);
	sim->address = g_strdup(line + strlen(LISTENING));
	sim->port = (unsigned)atoi(strrchr(line, ':') + 1);
	g_ptr_array_set_size(sim->lines, 0);
}

struct simulator *simulator_start_list(const char *capture, const char *const *options)
{
	struct simulator *sim = g_new0(struct simulator, 1);
	GPtrArray *arguments = make_arguments(capture, options);

	if (!running)
		running = g_ptr_array_new();
	sim->lines = g_ptr_array_new_with_free_func(g_free);
	sim->answers = g_ptr_array_new_with_free_func(g_free);
	sim->input = g_string_new(NULL);
	spawn(sim, arguments);
	g_ptr_array_unref(arguments);
	g_ptr_array_add(running, sim);
	wait_to_listen(sim);
	return sim;
}

struct simulator *simulator_start(const char *capture, ...)
{
	GPtrArray *options = g_ptr_array_new();
	struct simulator *sim;
	const char *option;
	va_list arguments;

	va_start(arguments, capture);
	do {
		option = va_arg(arguments, const char *);
		g_ptr_array_add(options, (gpointer)option);
	} while (option);
	va_end(arguments);
	sim = simulator_start_list(capture, (const char *const *)options->pdata);
	g_ptr_array_unref(options);
	return sim;
}

void simulator_stop(struct simulator *sim)
{
	g_ptr_array_remove(running, sim);
	if (!running->len)
		g_clear_pointer(&running, g_ptr_array_unref);
	kill(sim->pid, SIGKILL);
	while (waitpid(sim->pid, NULL, 0) < 0 && errno == EINTR)
		;
	close(sim->to);
	close(sim->from);
	g_free(sim->address);
	g_ptr_array_unref(sim->lines);
	g_ptr_array_unref(sim->answers);
	g_string_free(sim->input, TRUE);
	g_free(sim);
}

void simulators_stop(void)
{
	while (running)
		simulator_stop(running->pdata[0]);
}

const char *simulator_address(const struct simulator *sim)
{
	return sim->address;
}

unsigned simulator_port(const struct simulator *sim)
{
	return sim->port;
}

/* Sends a command and returns its answer, to be freed. */
static char *ask(struct simulator *sim, const char *command)
{
	const gint64 deadline = g_get_monotonic_time() + LIMIT;
	char *line = g_strconcat(command, "\n", NULL);
	char *answer;

	if (write(sim->to, line, strlen(line)) != (ssize_t)strlen(line))
		ck_abort_msg("trippsim takes no command: %s", command);
	while (!sim->answers->len)
		more(sim, deadline, command);
	answer = g_strdup(sim->answers->pdata[0]);
	g_ptr_array_remove_index(sim->answers, 0);
	g_free(line);
	return answer;
}

void simulator_control(struct simulator *sim, const char *format, ...)
{
	va_list arguments;
	char *command, *answer;

	va_start(arguments, format);
	command = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	answer = ask(sim, command);
	if (!g_str_equal(answer, "ok"))
		ck_abort_msg("trippsim: %s: %s", command, answer);
	g_free(command);
	g_free(answer);
}

/* All that happened before has been read after this. */
static void sync_timeline(struct simulator *sim)
{
	char *answer = ask(sim, SYNC_COMMAND);

	ck_assert_str_eq(answer, SYNC_ANSWER);
	g_free(answer);
}

const GPtrArray *simulator_timeline(struct simulator *sim)
{
	sync_timeline(sim);
	return sim->lines;
}

static unsigned count(const struct simulator *sim, const char *text)
{
	unsigned n = 0;

	for (unsigned i = 0; i < sim->lines->len; i++)
		n += strstr(sim->lines->pdata[i], text) != NULL;
	return n;
}

unsigned simulator_count(struct simulator *sim, const char *text)
{
	sync_timeline(sim);
	return count(sim, text);
}

void simulator_wait(struct simulator *sim, const char *text)
{
	const gint64 deadline = g_get_monotonic_time() + LIMIT;

	while (!count(sim, text))
		more(sim, deadline, text);
}

void simulator_forget(struct simulator *sim)
{
	sync_timeline(sim);
	g_ptr_array_set_size(sim->lines, 0);
}

double simulator_time(const char *line, const char **rest)
{
	char *end;
	double seconds;

	ck_assert_msg(g_str_has_prefix(line, "t="), "no time in: %s", line);
	seconds = g_ascii_strtod(line + 2, &end);
	ck_assert_msg(*end == ' ', "no time in: %s", line);
	*rest = end + 1;
	return seconds;
}
