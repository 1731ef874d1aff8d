/*
 * The agent's messages: see output.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define PROGRAM "fence_tripplite"

bool output_open_file(struct output *output, const char *debug_file)
{
	output->file = -1;
	if (!debug_file)
		return true;
	/*
	 * O_NONBLOCK, lest a FIFO holds us up; O_NOFOLLOW, lest somebody who may write to that
	 * directory has root append to another file.
	 */
	output->file =
		open(debug_file,
	             O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW,
	             0600);
	return output->file >= 0;
}

void output_clear(struct output *output)
{
	if (output->file >= 0)
		close(output->file);
	output->file = -1;
}

/*
 * In one piece: others may write to the same file. What cannot be written at
 * once is lost, for a reader that does not read must not keep us from fencing.
 */
static void put(int fd, char *text)
{
	struct pollfd ready = { .fd = fd, .events = POLLOUT };
	size_t n = strlen(text);

	if (n > PIPE_BUF) { /* what a pipe takes that is ready */
		n = PIPE_BUF;
		text[n - 1] = '\n';
	}
	if (poll(&ready, 1, 0) == 1 && (ready.revents & POLLOUT)) {
		ssize_t ignored = write(fd, text, n);

		(void)ignored;
	}
	g_free(text);
}

static char *stamp(void)
{
	GDateTime *now = g_date_time_new_now_local();
	char *seconds = g_date_time_format(now, "%Y-%m-%d %H:%M:%S");
	char *text = g_strdup_printf("%s.%06d", seconds, g_date_time_get_microsecond(now));

	g_free(seconds);
	g_date_time_unref(now);
	return text;
}

/* One line comes of it, whatever a value holds that it shows. */
static char *one_line(const char *line)
{
	char *text = g_strdup(line);

	for (char *at = text; *at; at++)
		if (g_ascii_iscntrl(*at))
			*at = ' ';
	return text;
}

void output_line(void *context, enum trippsnmp_level level, const char *line)
{
	static const char *const words[] = {
		[TRIPPSNMP_LOG_CRIT] = "ERROR",
		[TRIPPSNMP_LOG_WARN] = "WARNING",
		[TRIPPSNMP_LOG_INFO] = "INFO",
		[TRIPPSNMP_LOG_DEBUG] = "DEBUG",
	};
	const struct output *output = context;
	char *text = one_line(line);

	if (!output->quiet && (level <= TRIPPSNMP_LOG_WARN || output->verbose))
		put(STDERR_FILENO, g_strdup_printf(PROGRAM ": %s: %s\n", words[level], text));
	if (output->file >= 0) {
		char *when = stamp();

		put(output->file, g_strdup_printf("%s " PROGRAM "[%d] %s: %s\n", when,
		                                  (int)getpid(), words[level], text));
		g_free(when);
	}
	g_free(text);
}
