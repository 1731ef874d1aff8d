/*
 * Reading of secrets_file: see secrets.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config/secrets.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRETS_BYTES 65536

/* A file that is being read. */
struct reader {
	const char *file; /* its path, as messages show it */
	unsigned line;
	struct secrets *secrets;
	char *error;
};

static bool fail_file(struct reader *r, const char *format, ...) G_GNUC_PRINTF(2, 3);

static bool fail_file(struct reader *r, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	r->error = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	return false;
}

static void warn_of_line(struct reader *r, const char *what)
{
	g_ptr_array_add(
		r->secrets->warnings,
		g_strdup_printf("%s, line %u: the secret %s part of it", r->file, r->line, what));
}

/* The secret that a line names, whatever blanks are around the name; NULL if none. */
static const struct param *named_secret(const char *line, const char *equals)
{
	char *name = g_strstrip(g_strndup(line, (size_t)(equals - line)));
	const struct param *row = params_find(name);

	secret_free(name);
	return row && row->secret ? row : NULL;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* What is taken as it stands, and is a slip more often than a secret. */
static void warn_of_slips(struct reader *r, const char *value)
{
	const size_t length = strlen(value);

	if (!length)
		return;
	if (is_blank(value[0]) || is_blank(value[length - 1]))
		warn_of_line(r, is_blank(value[0]) ? "begins with a blank, which is"
		                                   : "ends with a blank, which is");
	if (length > 1 && (value[0] == '"' || value[0] == '\'') && value[length - 1] == value[0])
		warn_of_line(r, "stands in quotes, which are");
}

/* No part of a line is shown: a passphrase on a line of its own may hold a '='. */
static bool parse_line(struct reader *r, const char *line)
{
	const char *equals = strchr(line, '=');
	const char *first = line + strspn(line, " \t");
	const struct param *row;

	if (!*first || *first == '#')
		return true;
	if (!equals)
		return fail_file(r, "%s, line %u: not NAME=VALUE", r->file, r->line);
	row = named_secret(line, equals);
	if (!row)
		return fail_file(
			r, "%s, line %u: a name other than community, password, snmp_priv_passwd",
			r->file, r->line);
	if (is_blank(line[0]) || is_blank(equals[-1]))
		return fail_file(
			r, "%s, line %u: a blank beside the name: write %s=... without blanks",
			r->file, r->line, row->name);
	warn_of_slips(r, equals + 1);
	if (r->secrets->values[row->id])
		return fail_file(r, "%s, line %u: %s is given twice", r->file, r->line, row->name);
	r->secrets->values[row->id] = g_strdup(equals + 1);
	return true;
}

/* Cuts the text into lines in place; text[n] is writable. */
static bool parse_lines(struct reader *r, char *text, size_t n)
{
	char *end = text + n;

	for (char *next, *at = text; at < end; at = next + 1) {
		next = memchr(at, '\n', (size_t)(end - at));
		if (!next)
			next = end;
		*next = '\0';
		r->line++;
		if (memchr(at, '\0', (size_t)(next - at)))
			return fail_file(r, "%s, line %u: not text", r->file, r->line);
		if (next > at && next[-1] == '\r')
			next[-1] = '\0';
		if (!parse_line(r, at))
			return false;
	}
	return true;
}

static bool check_owner(struct reader *r, int fd)
{
	struct stat status;

	if (fstat(fd, &status))
		return fail_file(r, "%s: %s", r->file, g_strerror(errno));
	if (!S_ISREG(status.st_mode))
		return fail_file(r, "%s is not a regular file", r->file);
	if (status.st_uid != 0 && status.st_uid != geteuid())
		return fail_file(r, "%s belongs to another user (uid %u)", r->file,
		                 (unsigned)status.st_uid);
	if (status.st_mode & (S_IRWXG | S_IRWXO))
		return fail_file(r, "others have access to %s (mode %04o): chmod 0600", r->file,
		                 (unsigned)status.st_mode & 07777u);
	return true;
}

static bool read_whole(struct reader *r, int fd, char *text, size_t *n)
{
	*n = 0;
	while (*n <= SECRETS_BYTES) {
		const ssize_t got = read(fd, text + *n, SECRETS_BYTES + 1 - *n);

		if (!got)
			return true;
		if (got > 0)
			*n += (size_t)got;
		else if (errno != EINTR)
			return fail_file(r, "%s: %s", r->file, g_strerror(errno));
	}
	return fail_file(r, "%s is longer than %d bytes", r->file, SECRETS_BYTES);
}

/* A file without secrets is taken, for they may be parameters. */
static void warn_of_lack(struct reader *r, size_t n)
{
	for (unsigned i = 0; i < PARAM_COUNT; i++)
		if (r->secrets->values[i])
			return;
	g_ptr_array_add(
		r->secrets->warnings,
		g_strdup_printf(n ? "%s names no secret: it has no line community=, password= or "
	                            "snmp_priv_passwd="
	                          : "%s is empty",
	                        r->file));
}

static bool read_descriptor(struct reader *r, int fd)
{
	char *text = g_malloc(SECRETS_BYTES + 2);
	size_t n = 0;
	const bool ok =
		check_owner(r, fd) && read_whole(r, fd, text, &n) && parse_lines(r, text, n);

	if (ok)
		warn_of_lack(r, n);
	explicit_bzero(text, SECRETS_BYTES + 2);
	g_free(text);
	return ok;
}

bool secrets_read(const char *path, struct secrets *secrets, char **error)
{
	char *file = text_escape(path, -1);
	struct reader r = { .file = file, .secrets = secrets };
	/* What is checked is what was opened; O_NONBLOCK, lest a FIFO holds us up. */
	const int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	bool ok;

	*secrets = (struct secrets){ .warnings = g_ptr_array_new_with_free_func(g_free) };
	ok = fd >= 0 ? read_descriptor(&r, fd)
	             : fail_file(&r, "cannot open %s: %s", file, g_strerror(errno));
	if (fd >= 0)
		close(fd);
	g_free(file);
	*error = r.error;
	return ok;
}

void secrets_clear(struct secrets *secrets)
{
	for (unsigned i = 0; i < PARAM_COUNT; i++)
		g_clear_pointer(&secrets->values[i], secret_free);
	g_clear_pointer(&secrets->warnings, g_ptr_array_unref);
}
