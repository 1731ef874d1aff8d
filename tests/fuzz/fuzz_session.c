/*
 * Fuzzes the session with raw datagrams, over loopback and within this process
 * alone: each record of an input is the answer to one request of versions 1,
 * 2c or 3 (discovery, noAuthNoPriv and authPriv).
 *
 * Request IDs are net-snmp's own: where a datagram has the four bytes f5 f5 f5
 * f5 they become the request's ID, f6 f6 f6 f6 its message ID.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "fuzz.h"
#include "snmp/session.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DATAGRAM_MAX 65000
#define REQUESTS_MAX 8
#define ID_BYTES 4
#define REQUEST_ID 0xf5
#define MESSAGE_ID 0xf6
#define IPADDRESS 0x40 /* its tag, RFC 2578 section 7.1.5 */

/** One agent, and the session that asks it. */
struct trial {
	int agent;
	struct sockaddr_in at;
	struct config config;
	GArray *addresses; /* of struct address */
	struct network *session;
	struct sockaddr_in asker;
	uint32_t request_id, message_id;
};

/* --- BER, as far as a request's IDs --- */

/* The contents' length at *at, which is moved behind it. */
static bool take_header(const uint8_t **at, const uint8_t *end, uint8_t *tag, size_t *n)
{
	unsigned more;

	if (end - *at < 2)
		return false;
	*tag = *(*at)++;
	*n = *(*at)++;
	if (*n < 0x80)
		return true;
	more = *n & 0x7f;
	for (*n = 0; more && *at < end; more--)
		*n = *n << 8 | *(*at)++;
	return true;
}

static bool take_integer(const uint8_t **at, const uint8_t *end, uint32_t *value)
{
	uint8_t tag;
	size_t n;

	if (!take_header(at, end, &tag, &n) || (size_t)(end - *at) < n)
		return false;
	for (*value = 0; n; n--)
		*value = *value << 8 | *(*at)++;
	return true;
}

static bool skip(const uint8_t **at, const uint8_t *end)
{
	uint8_t tag;
	size_t n;

	if (!take_header(at, end, &tag, &n) || (size_t)(end - *at) < n)
		return false;
	*at += n;
	return true;
}

static void take_ids_v3(struct trial *trial, const uint8_t *at, const uint8_t *end)
{
	uint8_t tag;
	size_t n;

	if (!take_header(&at, end, &tag, &n) || !take_integer(&at, end, &trial->message_id))
		return;
	/* the rest of the global data, the security parameters, into the scoped PDU if it is plain
	 */
	if (skip(&at, end) && skip(&at, end) && skip(&at, end) && skip(&at, end) &&
	    take_header(&at, end, &tag, &n) && tag == 0x30 && skip(&at, end) && skip(&at, end) &&
	    take_header(&at, end, &tag, &n))
		take_integer(&at, end, &trial->request_id);
}

static void take_ids(struct trial *trial, const uint8_t *at, const uint8_t *end)
{
	uint32_t version;
	uint8_t tag;
	size_t n;

	if (!take_header(&at, end, &tag, &n) || !take_integer(&at, end, &version))
		return;
	if (version == 3)
		take_ids_v3(trial, at, end);
	else if (skip(&at, end) && take_header(&at, end, &tag, &n))
		take_integer(&at, end, &trial->request_id);
}

/* --- the agent --- */

static void write_id(uint8_t *datagram, size_t n, uint8_t mark, uint32_t id)
{
	const uint8_t marks[ID_BYTES] = { mark, mark, mark, mark };

	for (size_t i = 0; i + ID_BYTES <= n; i++) {
		if (memcmp(datagram + i, marks, ID_BYTES))
			continue;
		for (unsigned k = 0; k < ID_BYTES; k++)
			datagram[i + k] = (uint8_t)(id >> (8 * (ID_BYTES - 1 - k)));
	}
}

/* Takes the requests that have come; false if none has come yet. */
static bool take_requests(struct trial *trial)
{
	static uint8_t request[DATAGRAM_MAX];
	socklen_t length = sizeof(trial->asker);
	bool any = false;
	ssize_t n;

	while ((n = recvfrom(trial->agent, request, sizeof(request), MSG_DONTWAIT,
	                     (struct sockaddr *)&trial->asker, &length)) >= 0) {
		take_ids(trial, request, request + n);
		any = true;
	}
	return any;
}

/*
 * One record: its length in two bytes, then the datagram. True if the request
 * is to be sent again, which the length's highest bit says.
 */
static bool reply(struct trial *trial, struct bytes *bytes)
{
	const size_t high = bytes_take(bytes);
	size_t n;
	char *datagram = bytes_string(bytes, (high & 0x7f) << 8 | bytes_take(bytes), &n);

	write_id((uint8_t *)datagram, n, REQUEST_ID, trial->request_id);
	write_id((uint8_t *)datagram, n, MESSAGE_ID, trial->message_id);
	if (trial->asker.sin_port)
		sendto(trial->agent, datagram, n, 0, (struct sockaddr *)&trial->asker,
		       sizeof(trial->asker));
	g_free(datagram);
	return high & 0x80;
}

/* --- the asker --- */

static void check_event(const struct event *event, uint32_t last_tag)
{
	gsize n;

	REQUIRE(event->pdu == 0 && event->tag <= last_tag);
	REQUIRE((event->type == EVENT_ANSWER) == (event->varbinds != NULL));
	if (event->reason)
		REQUIRE(event->type != EVENT_ANSWER);
	for (unsigned i = 0; event->varbinds && i < event->varbinds->len; i++) {
		const struct varbind *varbind = &g_array_index(event->varbinds, struct varbind, i);

		REQUIRE(varbind->name.n <= OBJID_MAX);
		REQUIRE(varbind->type > VALUE_NONE && varbind->type <= VALUE_OTHER &&
		        varbind->type != VALUE_ERROR);
		/* of what means nothing to us, an IpAddress has octets too: captures show it */
		if (varbind->type != VALUE_OTHER || varbind->tag != IPADDRESS)
			REQUIRE((varbind->octets != NULL) ==
			        (varbind->type == VALUE_OCTETS || varbind->type == VALUE_OBJID));
		if (varbind->type == VALUE_UNSIGNED)
			REQUIRE(varbind->number >= 0 && varbind->number <= UINT32_MAX);
		if (varbind->type == VALUE_INTEGER)
			REQUIRE(varbind->number >= INT32_MIN && varbind->number <= INT32_MAX);
		if (varbind->octets)
			g_bytes_get_data(varbind->octets, &n);
	}
}

static void ask(struct trial *trial, uint32_t tag, unsigned attempt)
{
	static const struct objid name = { 9, { 1, 3, 6, 1, 2, 1, 1, 1, 0 } };
	static const enum request_kind kinds[] = { REQUEST_GET, REQUEST_NEXT, REQUEST_SET,
		                                   REQUEST_BULK };
	GArray *varbinds = varbinds_new();
	struct request request;

	varbinds_add_integer(varbinds, &name, 1);
	request = (struct request){
		.tag = tag,
		.attempt = attempt,
		.kind = kinds[tag % (G_N_ELEMENTS(kinds) - (trial->config.version == SNMP_V1))],
		.repetitions = 10,
		.varbinds = &g_array_index(varbinds, struct varbind, 0),
		.n = 1,
	};
	trial->session->send(trial->session, 0, &request);
	g_array_unref(varbinds);
}

/* Takes what has come, without waiting; true if it answered. */
static bool take_events(struct trial *trial, uint32_t last_tag)
{
	struct event event;
	bool answered = false;

	do {
		trial->session->next(trial->session, 0, &event);
		check_event(&event, last_tag);
		answered = answered || event.type == EVENT_ANSWER;
		if (event.type == EVENT_TIME)
			break;
		event_clear(&event);
	} while (true);
	return answered;
}

/* The attempt at which a session looks for its SNMPv3 engine anew. */
#define LATER_ATTEMPT 4

static void converse(struct trial *trial, struct bytes *bytes)
{
	uint32_t tag = 1;

	ask(trial, tag, 0);
	while (bytes->left && tag < REQUESTS_MAX) {
		bool again;

		take_requests(trial);
		again = reply(trial, bytes);
		if (take_events(trial, tag))
			ask(trial, ++tag, 0);
		else if (again)
			ask(trial, ++tag, LATER_ATTEMPT);
	}
}

/* --- the trial --- */

static void configure(struct trial *trial, unsigned mode)
{
	static const enum snmp_version versions[] = { SNMP_V1, SNMP_V2C, SNMP_V3, SNMP_V3 };
	struct config *config = &trial->config;

	config->version = versions[mode];
	if (config->version != SNMP_V3) {
		config->community = (char *)"public";
		return;
	}
	config->login = (char *)"fence";
	if (mode == 2)
		return;
	config->auth = "MD5";
	config->auth_passphrase = (char *)"a passphrase";
	config->priv = "AES";
	config->priv_passphrase = (char *)"another passphrase";
}

static int agent_socket(struct sockaddr_in *at)
{
	const int agent = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t length = sizeof(*at);

	*at = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	REQUIRE(agent >= 0 && bind(agent, (struct sockaddr *)at, length) == 0);
	REQUIRE(getsockname(agent, (struct sockaddr *)at, &length) == 0);
	return agent;
}

static void set_up(struct trial *trial, unsigned mode)
{
	/* one agent for all inputs; what an earlier one left there is taken away */
	static int agent = -1;
	static struct sockaddr_in at;
	struct address address = { .length = sizeof(at) };
	struct pdu_address pdu = { "pdu", "127.0.0.1", 0 };
	char *error = NULL;

	if (agent < 0)
		agent = agent_socket(&at);
	trial->agent = agent;
	take_requests(trial);
	memset(&trial->asker, 0, sizeof(trial->asker));
	memcpy(&address.socket, &at, sizeof(at));
	pdu.port = ntohs(at.sin_port);
	trial->config.pdus = g_array_new(FALSE, FALSE, sizeof(struct pdu_address));
	g_array_append_val(trial->config.pdus, pdu);
	trial->addresses = g_array_new(FALSE, TRUE, sizeof(struct address));
	g_array_append_val(trial->addresses, address);
	configure(trial, mode);
	trial->session = session_new(&trial->config, &trial->addresses, &checking_log, &error);
	REQUIRE(trial->session && !error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes bytes = { data, size };
	struct trial trial = { 0 };

	set_up(&trial, bytes_below(&bytes, 4));
	converse(&trial, &bytes);
	session_free(trial.session);
	g_array_unref(trial.addresses);
	g_array_unref(trial.config.pdus);
	return 0;
}
