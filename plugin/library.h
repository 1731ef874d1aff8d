/*
 * libtrippsnmp as the plugin calls it: opened so that the host's symbols
 * cannot take the place of its own.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TRIPPLITE_LIBRARY_H
#define TRIPPLITE_LIBRARY_H

#include "trippsnmp.h"

/** The functions of trippsnmp.h that the plugin uses, by their names there. */
#define LIBRARY_FUNCTIONS(X)                                                                       \
	X(new)                                                                                     \
	X(free)                                                                                    \
	X(set_log)                                                                                 \
	X(set)                                                                                     \
	X(configure)                                                                               \
	X(power)                                                                                   \
	X(status)                                                                                  \
	X(list)                                                                                    \
	X(free_list)                                                                               \
	X(message)                                                                                 \
	X(parameter)                                                                               \
	X(parameters_xml)

struct library {
#define LIBRARY_MEMBER(name) __typeof__(trippsnmp_##name) *(name);
	LIBRARY_FUNCTIONS(LIBRARY_MEMBER)
#undef LIBRARY_MEMBER
};

/**
 * Opens the library on the first call. NULL if it cannot be, with the dynamic
 * linker's reason in *error (owned by the dynamic linker). Never closed.
 */
const struct library *library_open(const char **error);

#endif
