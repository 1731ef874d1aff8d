/*
 * See descriptors.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "descriptors.h"

#include <fcntl.h>
#include <unistd.h>

void descriptors_open_standard(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}
