/*
 * Password scripts: see script.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "script.h"

#include "options.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LIMIT_SECONDS 5
#define OUTPUT_BYTES 4096

/* In the child: nothing but what may follow a fork. */
static void become(const char *command, int output)
{
	const int null = open("/dev/null", O_RDONLY);
	int input = -1, out = -1;

	setpgid(0, 0);
	signal(SIGPIPE, SIG_DFL);
	if (null >= 0)
		input = dup2(null, STDIN_FILENO);
	if (input >= 0)
		out = dup2(output, STDOUT_FILENO);
	if (out >= 0)
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

/* Bytes read until the end or, whichever comes first, until time or room is up; -1: time. */
static ssize_t read_output(int fd, char *text, size_t room, int64_t deadline)
{
	size_t n = 0;

	while (n < room) {
		const int64_t left = (deadline - g_get_monotonic_time()) / 1000;
		struct pollfd wait = { .fd = fd, .events = POLLIN };
		ssize_t got;

		if (left <= 0)
			return -1;
		if (poll(&wait, 1, (int)left) <= 0)
			continue;
		got = read(fd, text + n, room - n);
		if (got == 0 || (got < 0 && errno != EINTR))
			break;
		n += got > 0 ? (size_t)got : 0;
	}
	return (ssize_t)n;
}

static char *first_line(char *text, size_t n)
{
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return g_strdup(g_strchomp(text));
}

/* NULL if it ended well. At the deadline it is ended, with all that it has started. */
static const char *finish(pid_t child, int64_t deadline)
{
	int status = -1;
	pid_t ended = 0;

	while (g_get_monotonic_time() < deadline && (ended = waitpid(child, &status, WNOHANG)) == 0)
		g_usleep(1000);
	if (ended > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return NULL;
	if (ended != 0)
		return "failed";
	kill(-child, SIGKILL);
	waitpid(child, &status, 0);
	return "did not end within " G_STRINGIFY(LIMIT_SECONDS) " s";
}

static char *run(const char *command, const int *ends, const char **why)
{
	const int64_t deadline = g_get_monotonic_time() + (int64_t)LIMIT_SECONDS * G_USEC_PER_SEC;
	char text[OUTPUT_BYTES + 1];
	const char *trouble = "cannot be run";
	char *line = NULL;
	ssize_t n = 0;
	const pid_t child = fork();

	if (child == 0)
		become(command, ends[1]);
	close(ends[1]);
	if (child > 0) {
		setpgid(child, child);
		n = read_output(ends[0], text, OUTPUT_BYTES, deadline);
		/* while anything that it started may still print, it has not ended */
		trouble = finish(child, n < 0 ? 0 : deadline);
	}
	close(ends[0]);
	if (trouble)
		*why = trouble;
	else
		line = first_line(text, (size_t)n);
	explicit_bzero(text, sizeof(text));
	return line;
}

char *script_run(const char *command, char **error)
{
	const char *why = "printed nothing";
	char *line = NULL;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) == 0)
		line = run(command, ends, &why);
	else
		why = strerror(errno);
	if (line && *line)
		return line;
	g_free(line);
	*error = g_strdup(why);
	return NULL;
}
