/*
 * Where recordings lie: in $TRIPPSIM_CAPTURES, beside the program in a build
 * tree, or where make install puts them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "recordings.h"

#include <string.h>

#define SUFFIX ".snmprec"
#define BESIDE "captures"
/* In SOURCES.md, what stands below this was written by hand. */
#define COMPOSED "Composed"

static char *directory(void)
{
	const char *given = g_getenv("TRIPPSIM_CAPTURES");
	g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *where = program ? g_path_get_dirname(program) : NULL;
	g_autofree char *beside = where ? g_build_filename(where, BESIDE, NULL) : NULL;

	if (given && *given)
		return g_strdup(given);
	if (beside && g_file_test(beside, G_FILE_TEST_IS_DIR))
		return g_steal_pointer(&beside);
	return g_strdup(CAPTURES_DIRECTORY);
}

static int compare_names(const void *a, const void *b)
{
	const char *const *left = a;
	const char *const *right = b;

	return strcmp(*left, *right);
}

/* Their names, without suffix, sorted; none if there is no such directory. */
static GPtrArray *names_in(const char *where)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	GDir *dir = g_dir_open(where, 0, NULL);
	const char *file;

	while (dir && (file = g_dir_read_name(dir)))
		if (g_str_has_suffix(file, SUFFIX))
			g_ptr_array_add(names, g_strndup(file, strlen(file) - strlen(SUFFIX)));
	if (dir)
		g_dir_close(dir);
	g_ptr_array_sort(names, compare_names);
	return names;
}

/* The index of the name that is meant; -1 with the reason in *error. */
static int choose(const GPtrArray *names, const char *name, char **error)
{
	int found = -1;

	for (unsigned i = 0; i < names->len; i++) {
		const char *other = names->pdata[i];

		if (!strcmp(other, name))
			return (int)i;
		if (!g_str_has_prefix(other, name))
			continue;
		if (found >= 0) {
			*error = g_strdup_printf("%s may be %s or %s", name,
			                         (const char *)names->pdata[found], other);
			return -1;
		}
		found = (int)i;
	}
	if (found < 0)
		*error = g_strdup_printf("%s is neither a file nor a recording; see --list", name);
	return found;
}

char *recordings_find(const char *name, char **error)
{
	g_autofree char *where = directory();
	g_autoptr(GPtrArray) names = names_in(where);
	g_autofree char *file = NULL;
	int found;

	if (strchr(name, '/') || g_file_test(name, G_FILE_TEST_EXISTS))
		return g_strdup(name);
	found = choose(names, name, error);
	if (found < 0)
		return NULL;
	file = g_strconcat(names->pdata[found], SUFFIX, NULL);
	return g_build_filename(where, file, NULL);
}

/* The cell of a table's line, counted from 1 and without blanks around it. */
static char *cell(const char *line, unsigned which)
{
	g_auto(GStrv) part = g_strsplit(line, "|", -1);

	return g_strdup(g_strv_length(part) > which ? g_strstrip(part[which]) : "");
}

/* What SOURCES.md says of a recording: what device it is of, or stands for. */
static char *describe(const char *sources, const char *name)
{
	g_auto(GStrv) line = g_strsplit(sources, "\n", -1);
	g_autofree char *file = g_strconcat(name, SUFFIX, NULL);
	bool composed = false;

	for (unsigned i = 0; line[i]; i++) {
		g_autofree char *first = cell(line[i], 1);

		composed = composed || g_str_has_prefix(line[i], COMPOSED);
		if (strcmp(first, file) != 0)
			continue;
		if (composed) {
			g_autofree char *what = cell(line[i], 2);

			return g_strconcat("composed: ", what, NULL);
		}
		return cell(line[i], 3);
	}
	return g_strdup("");
}

char *recordings_list(void)
{
	g_autofree char *where = directory();
	g_autofree char *path = g_build_filename(where, "SOURCES.md", NULL);
	g_autoptr(GPtrArray) names = names_in(where);
	GString *list = g_string_new(NULL);
	g_autofree char *sources = NULL;

	if (!g_file_get_contents(path, &sources, NULL, NULL))
		sources = g_strdup("");
	for (unsigned i = 0; i < names->len; i++) {
		g_autofree char *what = describe(sources, names->pdata[i]);

		g_string_append_printf(list, "%s\n    %s\n", (const char *)names->pdata[i], what);
	}
	return g_string_free(list, FALSE);
}
