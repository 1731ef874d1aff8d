/*
 * Runs one command and writes what it spent to a file: wall and CPU time in
 * microseconds, peak memory of its greatest process in KiB, exit status. Small
 * itself, for a child's peak memory includes that of the process it came from.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define EXIT_USAGE 2

extern char **environ;

static long long microseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static long long spent_by(const struct timeval *time)
{
	return time->tv_sec * 1000000LL + time->tv_usec;
}

int main(int argc, char **argv)
{
	struct rusage usage;
	long long begun, wall;
	FILE *out;
	pid_t child;
	int status, i = 2;

	/* The child's environment: LD_PRELOAD, say, must not load anything into this process. */
	while (i < argc && strchr(argv[i], '='))
		putenv(argv[i++]);
	if (i >= argc) {
		fputs("usage: spent FILE [NAME=VALUE...] COMMAND [ARGUMENT...]\n", stderr);
		return EXIT_USAGE;
	}
	begun = microseconds();
	if (posix_spawnp(&child, argv[i], NULL, NULL, argv + i, environ) ||
	    wait4(child, &status, 0, &usage) != child) {
		fprintf(stderr, "spent: %s cannot be run\n", argv[i]);
		return EXIT_USAGE;
	}
	wall = microseconds() - begun;
	out = fopen(argv[1], "we");
	if (!out)
		return EXIT_USAGE;
	fprintf(out, "%lld %lld %ld %d\n", wall,
	        spent_by(&usage.ru_utime) + spent_by(&usage.ru_stime), usage.ru_maxrss,
	        WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	return fclose(out) ? EXIT_USAGE : EXIT_SUCCESS;
}
