/*
 * A program's standard descriptors, as they may be when a daemon starts it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef FT_DESCRIPTORS_H
#define FT_DESCRIPTORS_H

/**
 * Opens those of 0 to 2 that are closed, lest a pipe or socket of ours takes the place of one.
 * Writing there fails as before.
 */
void descriptors_open_standard(void);

#endif
