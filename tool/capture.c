/*
 * capture: what a card answers, for others to try, without what tells whose it is.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "anonymous.h"
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct capture {
	struct anonymous anonymous;
	GString *lines;
	unsigned objects, left_out;
};

static void take(void *context, const struct trippsnmp_object *object)
{
	struct capture *capture = context;
	char *line = anonymous_line(&capture->anonymous, object);

	if (line) {
		capture->objects++;
		g_string_append_printf(capture->lines, "%s\n", line);
	} else {
		capture->left_out++;
	}
	g_free(line);
}

static enum trippsnmp_error walk(const struct tool *tool, struct capture *capture)
{
	static const char *const roots[] = { "1.3.6.1.2.1.1", "1.3.6.1.4.1.850" };
	enum trippsnmp_error error = TRIPPSNMP_OK;

	for (unsigned i = 0; !error && i < G_N_ELEMENTS(roots); i++)
		error = trippsnmp_walk(tool->handle, tool->pdu, roots[i], take, capture);
	return error;
}

static bool write_all(int fd, const char *text, size_t n)
{
	while (n > 0) {
		const ssize_t written = write(fd, text, n);

		if (written < 0 && errno != EINTR)
			return false;
		if (written > 0) {
			text += written;
			n -= (size_t)written;
		}
	}
	return true;
}

/* A file that is there already is not written over. */
static enum status write_file(struct tool *tool, const struct capture *capture)
{
	const int fd = open(tool->output, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0644);
	bool ok;

	if (fd < 0)
		return tool_fail(tool, STATUS_USAGE, "%s: %s", tool->output, g_strerror(errno));
	ok = write_all(fd, capture->lines->str, capture->lines->len);
	ok = !close(fd) && ok;
	return ok ? STATUS_DONE
	          : tool_fail(tool, STATUS_INTERNAL, "%s: %s", tool->output, g_strerror(errno));
}

static enum status write_out(struct tool *tool, const struct capture *capture)
{
	enum status status = STATUS_DONE;

	if (!capture->objects)
		return tool_fail(tool, STATUS_WRONG, "it has no such objects");
	if (tool->output)
		status = write_file(tool, capture);
	else
		tool_print(tool, capture->lines->str);
	if (!tool->output && !tool_flush(tool))
		return STATUS_INTERNAL;
	if (!status)
		tool_note(tool,
		          "%u objects; names, addresses and serial numbers are replaced; %u left "
		          "out, "
		          "for an address or a text may be in their own names. Look it through "
		          "before "
		          "you send it.",
		          capture->objects, capture->left_out);
	return status;
}

enum status run_capture(struct tool *tool)
{
	struct capture capture = { .lines = g_string_new(NULL) };
	enum trippsnmp_error error;
	enum status status;

	anonymous_init(&capture.anonymous);
	error = walk(tool, &capture);
	status = error ? status_of(error) : write_out(tool, &capture);
	anonymous_clear(&capture.anonymous);
	g_string_free(capture.lines, TRUE);
	return status;
}
