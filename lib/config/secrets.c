/*
 * Reading of secrets_file: see secrets.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config/secrets.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRETS_BYTES 65536

static void warn(struct secrets *secrets, const char *where, const char *what)
{
	g_ptr_array_add(secrets->warnings, g_strdup_printf("%s%s", where, what));
}

/* The secret that a line names, whatever blanks are around the name; PARAM_COUNT if none. */
static enum param_id named_secret(const char *line, const char *equals)
{
	char *name = g_strstrip(g_strndup(line, (size_t)(equals - line)));
	const enum param_id id = params_find(name);

	secret_free(name);
	return id < PARAM_COUNT && params_row(id)->secret ? id : PARAM_COUNT;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* What is taken as it stands, and is a slip more often than a secret. */
static void warn_of_slips(struct secrets *secrets, const char *where, const char *value)
{
	const char first = value[0], last = *value ? value[strlen(value) - 1] : '\0';

	if (is_blank(first))
		warn(secrets, where, "the secret begins with a blank, which is part of it");
	else if (is_blank(last))
		warn(secrets, where, "the secret ends with a blank, which is part of it");
	else if (first && value[1] && (first == '"' || first == '\'') && first == last)
		warn(secrets, where, "the secret stands in quotes, which are part of it");
}

/*
 * What is wrong with a line, NULL if nothing is. No part of it is shown: a passphrase on a line of
 * its own may hold a '='.
 */
static char *take_line(struct secrets *secrets, const char *where, const char *line)
{
	const char *equals = strchr(line, '=');
	const char *first = line + strspn(line, " \t");
	enum param_id id;

	if (!*first || *first == '#')
		return NULL;
	if (!equals)
		return g_strdup("not NAME=VALUE");
	id = named_secret(line, equals);
	if (id == PARAM_COUNT)
		return g_strdup("a name other than community, password, snmp_priv_passwd");
	if (is_blank(line[0]) || is_blank(equals[-1]))
		return g_strdup_printf("a blank beside the name: write %s=... without blanks",
		                       params_row(id)->name);
	if (secrets->values[id])
		return g_strdup_printf("%s is given twice", params_row(id)->name);
	warn_of_slips(secrets, where, equals + 1);
	secrets->values[id] = g_strdup(equals + 1);
	return NULL;
}

/* Cuts the text into lines in place; text[n] is writable. What is wrong, or NULL. */
static char *take_lines(struct secrets *secrets, const char *file, char *text, size_t n)
{
	char *end = text + n;
	unsigned line = 0;

	for (char *next, *at = text; at < end; at = next + 1) {
		g_autofree char *where = g_strdup_printf("%s, line %u: ", file, ++line);
		g_autofree char *what = NULL;

		next = memchr(at, '\n', (size_t)(end - at));
		if (!next)
			next = end;
		*next = '\0';
		if (strlen(at) < (size_t)(next - at))
			return g_strconcat(where, "not text", NULL);
		if (next > at && next[-1] == '\r')
			next[-1] = '\0';
		what = take_line(secrets, where, at);
		if (what)
			return g_strconcat(where, what, NULL);
	}
	return NULL;
}

static char *check_owner(const char *file, int fd)
{
	struct stat status;

	if (fstat(fd, &status))
		return g_strdup_printf("%s: %s", file, g_strerror(errno));
	if (!S_ISREG(status.st_mode))
		return g_strdup_printf("%s is not a regular file", file);
	if (status.st_uid != 0 && status.st_uid != geteuid())
		return g_strdup_printf("%s belongs to another user (uid %u)", file,
		                       (unsigned)status.st_uid);
	if (status.st_mode & (S_IRWXG | S_IRWXO))
		return g_strdup_printf("others have access to %s (mode %04o): chmod 0600", file,
		                       (unsigned)status.st_mode & 07777u);
	return NULL;
}

static char *read_whole(const char *file, int fd, char *text, size_t *n)
{
	ssize_t got = 1;

	for (*n = 0; got && *n <= SECRETS_BYTES; *n += (size_t)MAX(got, 0)) {
		got = read(fd, text + *n, SECRETS_BYTES + 1 - *n);
		if (got < 0 && errno != EINTR)
			return g_strdup_printf("%s: %s", file, g_strerror(errno));
	}
	return got ? g_strdup_printf("%s is longer than %d bytes", file, SECRETS_BYTES) : NULL;
}

/* A file without secrets is taken, for they may be parameters. */
static void warn_of_lack(struct secrets *secrets, const char *file, size_t n)
{
	for (unsigned i = 0; i < PARAM_COUNT; i++)
		if (secrets->values[i])
			return;
	warn(secrets, file,
	     n ? " names no secret: it has no line community=, password= or snmp_priv_passwd="
	       : " is empty");
}

static char *read_descriptor(struct secrets *secrets, const char *file, int fd)
{
	char *text = g_malloc(SECRETS_BYTES + 2);
	size_t n = 0;
	char *error = check_owner(file, fd);

	if (!error)
		error = read_whole(file, fd, text, &n);
	if (!error)
		error = take_lines(secrets, file, text, n);
	if (!error)
		warn_of_lack(secrets, file, n);
	explicit_bzero(text, SECRETS_BYTES + 2);
	g_free(text);
	return error;
}

char *secrets_read(const char *path, struct secrets *secrets)
{
	g_autofree char *file = text_escape(path, -1);
	/* What is checked is what was opened; O_NONBLOCK, lest a FIFO holds us up. */
	const int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	char *error;

	*secrets = (struct secrets){ .warnings = g_ptr_array_new_with_free_func(g_free) };
	if (fd < 0)
		return g_strdup_printf("cannot open %s: %s", file, g_strerror(errno));
	error = read_descriptor(secrets, file, fd);
	close(fd);
	return error;
}

void secrets_clear(struct secrets *secrets)
{
	for (unsigned i = 0; i < PARAM_COUNT; i++)
		g_clear_pointer(&secrets->values[i], secret_free);
	g_clear_pointer(&secrets->warnings, g_ptr_array_unref);
}
