/*
 * See texts.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "texts.h"

#include <string.h>

static void wipe_text(void *text)
{
	explicit_bzero(text, strlen(text));
	g_free(text);
}

GPtrArray *secrets_new(void)
{
	return g_ptr_array_new_with_free_func(wipe_text);
}

const char *value_of(const char *text, const char *name)
{
	const size_t n = strlen(name);

	return !strncmp(text, name, n) && text[n] == '=' ? text + n + 1 : NULL;
}

bool texts_have(const GPtrArray *texts, const char *name)
{
	for (unsigned i = 0; i < texts->len; i++)
		if (value_of(texts->pdata[i], name))
			return true;
	return false;
}
