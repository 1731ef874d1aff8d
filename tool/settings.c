/*
 * See settings.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "settings.h"

#include "resource.h"
#include "texts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const struct trippsnmp_parameter *parameter_of(const char *text)
{
	const struct trippsnmp_parameter *row;

	for (unsigned i = 0; (row = trippsnmp_parameter_info(i)); i++)
		if (value_of(text, row->name))
			return row;
	return NULL;
}

/* What is none, the library says. */
bool settings_is_parameter(const char *word)
{
	const size_t n = strspn(word, "abcdefghijklmnopqrstuvwxyz_0123456789");

	return n > 0 && word[n] == '=';
}

/* Whoever may read the file besides its owner could read the secrets in it. */
static bool shows_secrets(FILE *file, const GPtrArray *lines)
{
	struct stat about;

	if (!fstat(fileno(file), &about) && !(about.st_mode & (S_IRWXG | S_IRWXO)))
		return false;
	for (unsigned i = 0; i < lines->len; i++) {
		const struct trippsnmp_parameter *row = parameter_of(lines->pdata[i]);

		if (row && row->secret)
			return true;
	}
	return false;
}

static GPtrArray *read_lines(FILE *file, char **error)
{
	GPtrArray *lines = secrets_new();
	char *line = NULL;
	size_t size = 0;

	for (unsigned number = 1; !*error && getline(&line, &size, file) >= 0; number++) {
		g_strstrip(line);
		if (!*line || *line == '#')
			continue;
		if (settings_is_parameter(line))
			g_ptr_array_add(lines, g_strdup(line));
		else
			*error = g_strdup_printf("line %u is not NAME=VALUE", number);
	}
	if (!*error && ferror(file)) /* such as a directory */
		*error = g_strdup(g_strerror(errno));
	if (line)
		explicit_bzero(line, size);
	free(line);
	return lines;
}

GPtrArray *settings_read_file(const char *path, char **error)
{
	FILE *file = fopen(path, "re");
	GPtrArray *lines;

	*error = NULL;
	if (!file) {
		*error = g_strdup(g_strerror(errno));
		return NULL;
	}
	lines = read_lines(file, error);
	if (!*error && shows_secrets(file, lines))
		*error = g_strdup("it has secrets, and others than its owner may read it: chmod "
		                  "600");
	fclose(file);
	if (!*error)
		return lines;
	g_ptr_array_unref(lines);
	return NULL;
}

/* Whether one before it has the same name: which of the two counts is not for us to say. */
static bool is_again(struct tool *tool, const GPtrArray *texts, unsigned at)
{
	char *name = g_strndup(texts->pdata[at], strcspn(texts->pdata[at], "="));
	bool again = false;

	for (unsigned i = 0; !again && i < at; i++)
		again = value_of(texts->pdata[i], name);
	if (again)
		tool_fail(tool, STATUS_USAGE, "%s: given twice", name);
	g_free(name);
	return again;
}

/* False after an error that was said. */
static bool set_all(struct tool *tool, const GPtrArray *texts)
{
	bool ok = true;

	for (unsigned i = 0; ok && i < texts->len; i++)
		ok = !is_again(tool, texts, i) && tool_set_text(tool, texts->pdata[i]);
	return ok;
}

static void set_environment(struct tool *tool)
{
	const char *name;

	for (unsigned i = 0; (name = trippsnmp_parameter(i)); i++)
		if (getenv(name))
			tool_set(tool, name, getenv(name));
}

static enum status set_file(struct tool *tool, const char *path)
{
	char *error;
	GPtrArray *lines = settings_read_file(path, &error);
	bool ok;

	if (!lines) {
		tool_fail(tool, STATUS_USAGE, "%s: %s", path, error);
		g_free(error);
		return STATUS_USAGE;
	}
	ok = set_all(tool, lines);
	g_ptr_array_unref(lines);
	return ok ? STATUS_DONE : STATUS_USAGE;
}

enum status settings_apply(const struct settings *settings, struct tool *tool)
{
	enum status status = STATUS_DONE;

	if (settings->resource && settings->file)
		return tool_fail(tool, STATUS_USAGE,
		                 "--resource and --file: leave one of them out");
	if (settings->resource)
		status = resource_apply(tool, settings->resource);
	else
		set_environment(tool);
	if (settings->file)
		status = set_file(tool, settings->file);
	if (status)
		return status;
	return set_all(tool, settings->given) ? STATUS_DONE : STATUS_USAGE;
}
