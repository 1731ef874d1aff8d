/*
 * An SNMPv2c agent that means harm: an LX PDU's outlet table that has no end,
 * does not advance, or has enormous rows. On loopback; lives two minutes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <arpa/inet.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define ENTRY 1, 3, 6, 1, 4, 1, 850, 1, 1, 3, 2, 3, 3, 1, 1 /* tlpPduOutletEntry */
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define ROWS 40
#define HUGE_OCTETS 60000
#define ANSWER_OCTETS 60000
#define REPETITIONS_MAX 100
#define MANY 2000
#define LIFE 120

enum column { NAME = 2, DESCRIPTION, STATE, CONTROLLABLE };

static const oid entry[] = { ENTRY };
#define COLUMN_AT LENGTH(entry)
#define NUMBER_AT (LENGTH(entry) + 2)

static enum { ENDLESS, STANDING, BACKWARDS, DEEP, BIG, LONG_ANSWERS, WRONG_TYPES } mode;
static const char *const modes[] = { "endless", "standing", "backwards", "deep",
	                             "big",     "long",     "types" };

static char octets[HUGE_OCTETS];

static void add_value(netsnmp_pdu *answer, const oid *name, size_t length)
{
	static const u_char counter[sizeof(struct counter64)];
	const long on = 2, yes = 1;
	const oid column = name[COLUMN_AT];

	if (mode == WRONG_TYPES)
		snmp_pdu_add_variable(answer, name, length, ASN_COUNTER64, counter,
		                      sizeof(counter));
	else if (column == STATE)
		snmp_pdu_add_variable(answer, name, length, ASN_INTEGER, &on, sizeof(on));
	else if (column == CONTROLLABLE)
		snmp_pdu_add_variable(answer, name, length, ASN_INTEGER, &yes, sizeof(yes));
	else
		snmp_pdu_add_variable(answer, name, length, ASN_OCTET_STR, octets,
		                      mode == BIG ? sizeof(octets) : 20);
}

/* The instance after one that was asked for; false past the last. */
static bool next_instance(const oid *asked, size_t length, oid *next, size_t *next_length)
{
	oid number = length > NUMBER_AT ? asked[NUMBER_AT] : 0;

	if (length > COLUMN_AT + 1 && asked[COLUMN_AT + 1] > 1)
		return false; /* a second device there is not */
	memcpy(next, entry, sizeof(entry));
	next[COLUMN_AT] = length > COLUMN_AT ? asked[COLUMN_AT] : NAME;
	next[COLUMN_AT + 1] = 1;
	*next_length = NUMBER_AT + 1;
	if (mode == BACKWARDS)
		number = number ? number - 1 : 1000;
	else if (mode != STANDING || !number)
		number++;
	if (mode == DEEP)
		while (*next_length < MAX_OID_LEN)
			next[(*next_length)++] = 4294967295U;
	next[NUMBER_AT] = number;
	return mode != BIG || number <= ROWS;
}

static void add_next(netsnmp_pdu *answer, oid *name, size_t *length)
{
	oid next[MAX_OID_LEN];
	size_t next_length;

	if (snmp_oidtree_compare(name, *length, entry, LENGTH(entry)) ||
	    !next_instance(name, *length, next, &next_length)) {
		snmp_pdu_add_variable(answer, name, *length, SNMP_ENDOFMIBVIEW, NULL, 0);
		return;
	}
	add_value(answer, next, next_length);
	memcpy(name, next, next_length * sizeof(oid));
	*length = next_length;
}

static size_t value_octets(const netsnmp_pdu *answer)
{
	size_t sum = 0;

	for (const netsnmp_variable_list *v = answer->variables; v; v = v->next_variable)
		sum += v->val_len + 5 * v->name_length;
	return sum;
}

static void add_many(netsnmp_pdu *answer)
{
	for (unsigned i = 1; i <= MANY; i++) {
		const oid name[] = { ENTRY, STATE, 1, i };

		add_value(answer, name, LENGTH(name));
	}
}

/* Row by row (RFC 3416 section 4.2.3), as far as one datagram goes. */
static void fill(netsnmp_pdu *answer, netsnmp_pdu *request)
{
	long repetitions = 1;

	if (request->command == SNMP_MSG_GETBULK)
		repetitions =
			request->errindex < REPETITIONS_MAX ? request->errindex : REPETITIONS_MAX;
	for (long i = 0; i < repetitions; i++) {
		for (netsnmp_variable_list *v = request->variables; v; v = v->next_variable) {
			oid name[MAX_OID_LEN];
			size_t length = v->name_length;

			if (value_octets(answer) > ANSWER_OCTETS / 2)
				return;
			memcpy(name, v->name, length * sizeof(oid));
			if (request->command == SNMP_MSG_GET)
				add_value(answer, name, length);
			else
				add_next(answer, name, &length);
			snmp_set_var_objid(v, name, length);
		}
	}
	if (mode == LONG_ANSWERS)
		add_many(answer);
}

static int asked(int operation, netsnmp_session *session, int id, netsnmp_pdu *request,
                 void *unused)
{
	netsnmp_pdu *answer;

	(void)id;
	(void)unused;
	if (operation != NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE)
		return 1;
	answer = snmp_clone_pdu(request);
	snmp_free_varbind(answer->variables);
	answer->variables = NULL;
	answer->command = SNMP_MSG_RESPONSE;
	answer->errstat = 0;
	answer->errindex = 0;
	fill(answer, request);
	if (!snmp_send(session, answer))
		snmp_free_pdu(answer);
	return 1;
}

static bool listen_somewhere(void)
{
	netsnmp_transport *transport;
	netsnmp_session description;
	struct sockaddr_in address;
	socklen_t length = sizeof(address);

	snmp_sess_init(&description); /* first of all: it makes "udp" known */
	transport = netsnmp_transport_open_server("snmp", "udp:127.0.0.1:0");
	description.version = SNMP_DEFAULT_VERSION;
	description.callback = asked;
	description.isAuthoritative = SNMP_SESS_UNKNOWNAUTH;
	if (!transport || !snmp_add(&description, transport, NULL, NULL) ||
	    getsockname(transport->sock, (struct sockaddr *)&address, &length))
		return false;
	printf("hostile: listening on 127.0.0.1:%u\n", ntohs(address.sin_port));
	fflush(stdout);
	return true;
}

int main(int argc, char **argv)
{
	const char *wanted = argc > 1 ? argv[1] : "";
	unsigned i = 0;

	while (i < LENGTH(modes) && strcmp(modes[i], wanted) != 0)
		i++;
	if (i == LENGTH(modes)) {
		fputs("hostile: endless, standing, backwards, deep, big, long or types\n", stderr);
		return 2;
	}
	mode = i;
	memset(octets, 'n', sizeof(octets));
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	alarm(LIFE);
	netsnmp_register_loghandler(NETSNMP_LOGHANDLER_NONE, LOG_DEBUG);
	if (!listen_somewhere())
		return 1;
	for (;;) {
		struct timeval timeout = { .tv_sec = LIFE };
		int n = 0, block = 0;
		fd_set set;

		FD_ZERO(&set);
		snmp_select_info(&n, &set, &timeout, &block);
		if (select(n, &set, NULL, NULL, NULL) > 0)
			snmp_read(&set);
	}
}
