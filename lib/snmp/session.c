/*
 * Requests to connections, and answers and events back: see session.h, and session_inner.h for how
 * its files share the work.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "snmp/session_inner.h"

#include "base/clock.h"
#include "base/text.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

/* The longest wait in one go: what waits in the kernel does not see the machine sleep. */
#define WAIT_MAX USEC_PER_SEC

struct event *session_push(struct session *session, enum event_type type, unsigned pdu,
                           uint32_t tag, char *reason)
{
	struct event *event = g_new0(struct event, 1);

	event->type = type;
	event->pdu = pdu;
	event->tag = tag;
	event->reason = reason;
	g_queue_push_tail(&session->events, event);
	return event;
}

const char *session_label(const struct session *session, unsigned pdu)
{
	return addresses_at(session->config->pdus, pdu)->label;
}

bool session_is_v3(const struct session *session)
{
	return session->config->version == SNMP_V3;
}

static int log_net_snmp(netsnmp_log_handler *handler, int priority, const char *text)
{
	const struct session *session = handler->magic;
	char *line = text_escape(text, (ssize_t)strcspn(text, "\n"));

	(void)priority;
	log_line(session->log, TRIPPSNMP_LOG_DEBUG, "net-snmp: %s", line);
	g_free(line);
	return 1;
}

static void push_answer(const struct pending *pending, const netsnmp_pdu *pdu)
{
	struct session *session = pending->connection->session;
	struct event *event =
		session_push(session, EVENT_ANSWER, pending->connection->pdu, pending->tag, NULL);

	event->error_status = (int)pdu->errstat;
	event->error_index = (int)pdu->errindex;
	if (session->sender.is_v3 && pdu->securityLevel >= SNMP_SEC_LEVEL_AUTHNOPRIV)
		event->engine = (struct engine){ true, (uint32_t)session->sender.boots,
			                         (uint32_t)session->sender.time };
	event->varbinds = wire_varbinds(pdu);
}

/*
 * The first address that answers is the PDU, as long as the session lives: another one may be
 * another device, and what one was told is not to be verified on the other.
 */
static void settle_on_address(const struct connection *connection)
{
	struct peer *peer = &connection->session->peers[connection->pdu];

	peer->current = (unsigned)(connection - peer->connections);
	peer->heard = true;
}

/* Whether the PDU has answered at another of its addresses. */
static bool is_left_behind(const struct connection *connection)
{
	const struct peer *peer = &connection->session->peers[connection->pdu];

	return peer->heard && connection != &peer->connections[peer->current];
}

/* False for what cannot be the answer; one may still come. */
static bool accept_answer(struct pending *pending, const netsnmp_pdu *pdu)
{
	struct connection *connection = pending->connection;

	if (session_is_v3(connection->session) && !v3_accepts(connection, pdu))
		return false;
	settle_on_address(connection);
	push_answer(pending, pdu);
	return true;
}

static int take_message(int operation, netsnmp_session *unused, int id, netsnmp_pdu *pdu,
                        void *magic)
{
	struct pending *pending = magic;

	(void)unused;
	(void)id;
	if (operation != NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE || pending->over ||
	    is_left_behind(pending->connection))
		return 1;
	if (pdu->command == SNMP_MSG_REPORT && session_is_v3(pending->connection->session))
		v3_take_report(pending, pdu);
	else if (pdu->command != SNMP_MSG_RESPONSE || !accept_answer(pending, pdu))
		return 0; /* no answer at all; one may still come */
	pending->over = true;
	return 1;
}

void session_transmit(struct connection *connection, netsnmp_pdu *pdu, uint32_t tag, bool probe)
{
	struct pending *pending = g_new0(struct pending, 1);

	pending->connection = connection;
	pending->tag = tag;
	pending->probe = probe;
	g_ptr_array_add(connection->pendings, pending);
	connection->last_tag = tag;
	connection->unanswered += !probe;
	errno = 0;
	if (snmp_sess_async_send(connection->handle, pdu, take_message, pending))
		return;
	if (errno)
		connection_push_unreachable(connection, errno);
	else
		session_push(connection->session, EVENT_UNREACHABLE, connection->pdu, tag,
		             g_strdup_printf(
				     "a request cannot be sent: %s",
				     snmp_api_errstring(
					     snmp_sess_session(connection->handle)->s_snmp_errno)));
	snmp_free_pdu(pdu);
}

/* Until one of a PDU's addresses answers, attempts use them in turn. */
static struct connection *choose_address(struct peer *peer, unsigned attempt)
{
	if (!peer->heard && attempt > 0)
		peer->current = (peer->current + 1) % peer->n;
	return &peer->connections[peer->current];
}

static void session_send(struct network *network, unsigned i, const struct request *request)
{
	struct session *session = (struct session *)network;
	struct connection *connection = choose_address(&session->peers[i], request->attempt);
	netsnmp_pdu *pdu;

	v3_renew(connection);
	if (!connection_open(connection, request->tag))
		return;
	pdu = wire_pdu(request);
	if (!pdu)
		return; /* out of memory: as if it were lost */
	if (session_is_v3(session))
		v3_transmit(connection, pdu, request);
	else
		session_transmit(connection, pdu, request->tag, false);
}

/* Waits for datagrams until a time; reads one of each connection that has any. */
static void wait_and_receive(struct session *session, usec until)
{
	g_autoptr(GArray) polled = g_array_new(FALSE, FALSE, sizeof(struct pollfd));
	g_autoptr(GPtrArray) connections = g_ptr_array_new();
	const usec left = MAX(MIN(until - clock_now(), WAIT_MAX), 0);
	const struct timespec timeout = { .tv_sec = (time_t)(left / USEC_PER_SEC),
		                          .tv_nsec = (long)(left % USEC_PER_SEC) * 1000 };

	for (unsigned i = 0; i < session->n_peers; i++) {
		for (unsigned k = 0; k < session->peers[i].n; k++) {
			struct connection *connection = &session->peers[i].connections[k];
			const struct pollfd entry = { .fd = connection->socket, .events = POLLIN };

			if (!connection->handle)
				continue;
			g_array_append_val(polled, entry);
			g_ptr_array_add(connections, connection);
		}
	}
	if (ppoll(&g_array_index(polled, struct pollfd, 0), polled->len, &timeout, NULL) > 0)
		for (unsigned i = 0; i < connections->len; i++)
			if (g_array_index(polled, struct pollfd, i).revents)
				connection_receive(connections->pdata[i]);
}

static usec session_now(struct network *network)
{
	(void)network;
	return clock_now();
}

static void session_next(struct network *network, usec until, struct event *event)
{
	struct session *session = (struct session *)network;
	struct event *first;

	memset(event, 0, sizeof(*event));
	while (g_queue_is_empty(&session->events)) {
		wait_and_receive(session, until);
		if (g_queue_is_empty(&session->events) && session_now(network) >= until)
			return;
	}
	first = g_queue_pop_head(&session->events);
	*event = *first;
	g_free(first);
}

static void open_peer(struct session *session, unsigned i, const GArray *addresses)
{
	struct peer *peer = &session->peers[i];

	peer->n = addresses ? addresses->len : 0;
	peer->connections = g_new0(struct connection, peer->n);
	for (unsigned k = 0; k < peer->n; k++) {
		struct connection *connection = &peer->connections[k];

		connection->session = session;
		connection->pdu = i;
		connection->address = &g_array_index(addresses, struct address, k);
		connection->pendings = g_ptr_array_new_with_free_func(g_free);
		connection->patience = ENGINE_PATIENCE;
	}
}

struct network *session_new(const struct config *config, GArray *const *addresses,
                            const struct log *log, char **error)
{
	struct session *session = g_new0(struct session, 1);
	netsnmp_session unused;

	*error = NULL;
	session->network = (struct network){ session_now, session_send, session_next };
	session->config = config;
	session->log = log;
	g_queue_init(&session->events);
	/* first of all: without a handler net-snmp prints to stderr */
	session->log_handler = netsnmp_register_loghandler(NETSNMP_LOGHANDLER_CALLBACK, LOG_DEBUG);
	if (session->log_handler) {
		session->log_handler->handler = log_net_snmp;
		session->log_handler->magic = session;
	}
	session->n_peers = config->pdus->len;
	session->peers = g_new0(struct peer, session->n_peers);
	for (unsigned i = 0; i < session->n_peers; i++)
		open_peer(session, i, addresses[i]);
	snmp_sess_init(&unused);
	if (config->version != SNMP_V3)
		return &session->network;
	v3_start();
	if (v3_make_keys(session))
		return &session->network;
	*error = g_strdup("password, snmp_priv_passwd: net-snmp cannot make keys of them");
	session_free(&session->network);
	return NULL;
}

void session_free(struct network *network)
{
	struct session *session = (struct session *)network;
	struct event *event;

	if (!session)
		return;
	for (unsigned i = 0; i < session->n_peers; i++) {
		for (unsigned k = 0; k < session->peers[i].n; k++) {
			connection_close(&session->peers[i].connections[k]);
			g_ptr_array_unref(session->peers[i].connections[k].pendings);
		}
		g_free(session->peers[i].connections);
		g_clear_pointer(&session->peers[i].engine_id, g_bytes_unref);
	}
	while ((event = g_queue_pop_head(&session->events))) {
		event_clear(event);
		g_free(event);
	}
	if (session->log_handler)
		netsnmp_remove_loghandler(session->log_handler);
	g_free(session->peers);
	explicit_bzero(&session->auth, sizeof(session->auth));
	explicit_bzero(&session->priv, sizeof(session->priv));
	explicit_bzero(session->datagram, sizeof(session->datagram)); /* has the community */
	g_free(session);
}
