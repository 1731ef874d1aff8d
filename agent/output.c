/*
 * The agent's messages: see output.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "output.h"

#include "plug.h"

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
	/* O_NONBLOCK, lest a FIFO holds us up. */
	output->file =
		open(debug_file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
	             0600);
	return output->file >= 0;
}

void output_clear(struct output *output)
{
	if (output->file >= 0)
		close(output->file);
	output->file = -1;
	g_clear_pointer(&output->plug_reading, g_free);
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

/* The first one. */
static void replace(GString *text, const char *old, const char *new)
{
	const char *place = strstr(text->str, old);
	const gssize at = place ? place - text->str : -1;

	if (at < 0)
		return;
	g_string_erase(text, at, (gssize)strlen(old));
	g_string_insert(text, at, new);
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

/*
 * The library knows a plug as the node of an entry of hostlist, which messages
 * say; the user does not. One line comes of it, whatever the plug holds.
 */
static char *reword(const struct output *output, const char *line)
{
	const char *reading = output->plug_reading;
	const bool parsed = reading && strstr(line, "hostlist: ");
	GString *text = g_string_new(line);

	if (reading) {
		char *plug = g_strdup_printf("plug %s", reading + strlen(PLUG_NODE ":"));

		replace(text, "hostlist: ", "plug: ");
		replace(text, "node " PLUG_NODE, plug);
		replace(text, "node \"" PLUG_NODE "\"", plug);
		g_free(plug);
	}
	if (parsed)
		g_string_append_printf(text, " (read as hostlist=%s)", reading);
	for (char *at = text->str; *at; at++)
		if (g_ascii_iscntrl(*at))
			*at = ' ';
	return g_string_free(text, FALSE);
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
	char *text = reword(output, line);

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

void output_say(struct output *output, enum trippsnmp_level level, const char *format, ...)
{
	va_list arguments;
	char *line;

	va_start(arguments, format);
	line = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	output_line(output, level, line);
	g_free(line);
}
