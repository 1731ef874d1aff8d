/*
 * LD_PRELOAD: a host that gets SIGALRM, with a handler and without SA_RESTART,
 * every few milliseconds.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <signal.h>
#include <stddef.h>
#include <sys/time.h>

#define EVERY 3000 /* microseconds */

static void on_alarm(int number)
{
	(void)number;
}

__attribute__((constructor)) static void begin(void)
{
	const struct sigaction action = { .sa_handler = on_alarm };
	const struct itimerval timer = { { 0, EVERY }, { 0, EVERY } };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}
