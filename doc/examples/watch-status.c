/*
 * Checks PDUs, shows meanwhile what is being done, and stops when it is interrupted:
 *
 *     watch-status ADDRESS COMMUNITY
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <trippsnmp.h>

#include <signal.h>
#include <stdio.h>

static volatile sig_atomic_t interrupted;

static void interrupt(int signal)
{
	(void)signal;
	interrupted = 1;
}

/* Told four times a second or oftener while the call waits. Anything but 0 stops it. */
static int tell(void *context, const struct trippsnmp_progress *progress)
{
	(void)context;
	fprintf(stderr, "%4.1f of %.0f s: %s\n", progress->seconds, progress->limit,
	        progress->doing);
	return interrupted;
}

int main(int argc, char **argv)
{
	enum trippsnmp_error error = TRIPPSNMP_INVALID;
	trippsnmp *pdu = trippsnmp_new();

	signal(SIGINT, interrupt);
	trippsnmp_set_progress(pdu, tell, NULL);
	if (argc == 3) {
		trippsnmp_set(pdu, "ipaddr", argv[1]);
		trippsnmp_set(pdu, "community", argv[2]);
		error = trippsnmp_configure(pdu);
	}
	if (error == TRIPPSNMP_OK) /* NULL: the PDUs alone */
		error = trippsnmp_outlets_status(pdu, NULL);
	if (error == TRIPPSNMP_STOPPED)
		fprintf(stderr, "stopped: nothing is known\n");
	else if (error != TRIPPSNMP_OK)
		fprintf(stderr, "%s: %s\n", trippsnmp_strerror(error), trippsnmp_message(pdu));
	trippsnmp_free(pdu);
	return error == TRIPPSNMP_OK ? 0 : 1;
}
