/*
 * From options to the library's parameters.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef FT_TRANSLATE_H
#define FT_TRANSLATE_H

#include "options.h"
#include "output.h"
#include "trippsnmp.h"

/**
 * Sets the handle's parameters, and the names by which the user knows them; runs password scripts.
 * False after an error, which was said.
 */
bool translate(const struct options *options, struct output *output, trippsnmp *handle);

#endif
