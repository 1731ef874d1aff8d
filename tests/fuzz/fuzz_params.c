/*
 * Fuzzes the parameters: values, separated by NULs, in the order of the table.
 * What stands for secrets_file is the file's content, not a path: no input
 * may open anything.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "fuzz.h"
#include "secrets.h"

#include <string.h>

#define INPUT_MAX 8192

/* Only secrets may have the mark. */
static void unmark(char *value)
{
	char *at;

	while ((at = strstr(value, SECRET_MARK)))
		*at = '_';
}

static void take_values(char *text, size_t n, char *values[])
{
	char *const end = text + n;

	for (unsigned i = 0; i < PARAM_COUNT && text < end; i++) {
		char *value = g_strdup(text);

		text += strlen(text) + 1;
		values[i] = value;
		if (!params_row(i)->secret) {
			unmark(value);
		} else if (*value) {
			values[i] = g_strconcat(value, SECRET_MARK, NULL);
			g_free(value);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes bytes = { data, size };
	size_t n;
	char *text = bytes_string(&bytes, INPUT_MAX, &n), *error = NULL;
	char *values[PARAM_COUNT] = { NULL };
	const char *given[PARAM_COUNT];
	struct config *config;

	take_values(text, n, values);
	memcpy(given, values, sizeof(given));
	if (given[PARAM_SECRETS_FILE] && *given[PARAM_SECRETS_FILE])
		given[PARAM_SECRETS_FILE] = secrets_file_of(given[PARAM_SECRETS_FILE],
		                                            strlen(given[PARAM_SECRETS_FILE]));
	config = params_check(given, NULL, false, &error);
	check_result(config, error);
	config_free(config);
	g_free(error);
	for (unsigned i = 0; i < PARAM_COUNT; i++)
		g_free(values[i]);
	g_free(text);
	return 0;
}
