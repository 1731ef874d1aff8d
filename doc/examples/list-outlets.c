/*
 * Lists the outlets of a PDU with their power state:
 *
 *     list-outlets ADDRESS COMMUNITY
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <trippsnmp.h>

#include <stdio.h>

static const char *word(enum trippsnmp_state state)
{
	return state == TRIPPSNMP_ON ? "on" : state == TRIPPSNMP_OFF ? "off" : "unknown";
}

static void print_outlet(void *context, const struct trippsnmp_outlet *outlet)
{
	(void)context;
	printf("%u.", outlet->device);
	if (outlet->number == TRIPPSNMP_MAIN)
		printf("main %s\n", word(outlet->state));
	else
		printf("%u %s \"%s\"\n", outlet->number, word(outlet->state), outlet->name);
}

int main(int argc, char **argv)
{
	enum trippsnmp_error error = TRIPPSNMP_INVALID;
	trippsnmp *pdu = trippsnmp_new();

	if (argc == 3) {
		trippsnmp_set(pdu, "ipaddr", argv[1]);
		trippsnmp_set(pdu, "community", argv[2]);
		error = trippsnmp_configure(pdu);
	}
	if (error == TRIPPSNMP_OK)
		error = trippsnmp_outlets(pdu, print_outlet, NULL);
	if (error != TRIPPSNMP_OK)
		fprintf(stderr, "%s: %s\n", trippsnmp_strerror(error), trippsnmp_message(pdu));
	trippsnmp_free(pdu);
	return error == TRIPPSNMP_OK ? 0 : 1;
}
