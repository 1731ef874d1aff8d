/*
 * From options to the library's parameters, and to the node that is meant.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef FT_TRANSLATE_H
#define FT_TRANSLATE_H

#include "options.h"
#include "output.h"
#include "plug.h"
#include "trippsnmp.h"

/**
 * Sets the handle's parameters; runs password scripts. target comes cleared
 * and is for target_clear(); its node stays NULL if neither plug nor nodename
 * is given. NULL: plug does not matter. False after an error, which was said.
 */
bool translate(const struct options *options, struct output *output, trippsnmp *handle,
               struct target *target);

#endif
