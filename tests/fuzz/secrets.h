/*
 * A secrets file in memory, and a check that no message shows what stood in
 * it. Nothing of it ever reaches a disk.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_FUZZ_SECRETS_H
#define TS_FUZZ_SECRETS_H

#include "config/params.h"

#include <stddef.h>

/** Stands in every secret that must not be seen. */
#define SECRET_MARK "Zq7#"

/** Makes the content that of a file of mode 0600; its path is static. */
const char *secrets_file_of(const char *content, size_t n);

/** A configuration or an error, never both, and whatever is said has no secret in it. */
void check_result(const struct config *config, const char *error);

#endif
