/*
 * The way to one address of a PDU: a socket that net-snmp sends by, and reads what was looked at
 * before. It must never believe what came from an address that was not asked. Called by the
 * session, and by SNMPv3 to begin anew.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "snmp/session_inner.h"

#include "base/clock.h"

#include <net-snmp/library/large_fd_set.h>

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <string.h>
#include <unistd.h>

#define NEVER_MICROSECONDS (2000L * 1000000)

void connection_close(struct connection *connection)
{
	if (!connection->handle)
		return;
	for (unsigned i = 0; i < connection->pendings->len; i++)
		((struct pending *)connection->pendings->pdata[i])->over = true;
	snmp_sess_close(connection->handle);
	connection->handle = NULL;
	g_ptr_array_set_size(connection->pendings, 0);
	g_clear_pointer(&connection->waiting, snmp_free_pdu);
	v3_give_back_user(connection);
	connection->engine_known = false;
	connection->restart = false;
	connection->unanswered = 0;
}

/* net-snmp's transport address: numeric, so that it asks no name server. */
static char *peer_name(const struct address *address)
{
	char host[NI_MAXHOST], port[NI_MAXSERV];

	if (getnameinfo((const struct sockaddr *)&address->socket, address->length, host,
	                sizeof(host), port, sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV))
		return NULL;
	if (address->socket.ss_family == AF_INET6)
		return g_strdup_printf("udp6:[%s]:%s", host, port);
	return g_strdup_printf("udp:%s:%s", host, port);
}

/*
 * Away from the standard descriptors: where a daemon has closed those, a
 * socket in their place would be sent whatever somebody prints.
 */
static int raise_descriptor(int descriptor)
{
	int raised;

	if (descriptor > STDERR_FILENO)
		return fcntl(descriptor, F_SETFD, FD_CLOEXEC) ? -1 : descriptor;
	raised = fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (raised >= 0)
		close(descriptor);
	return raised;
}

/* False, with errno, if the socket cannot be used. */
static bool prepare_socket(struct connection *connection)
{
	netsnmp_transport *transport = snmp_sess_transport(connection->handle);
	const bool ipv6 = connection->address->socket.ss_family == AF_INET6;
	const int yes = 1;

	connection->socket = raise_descriptor(transport->sock);
	if (connection->socket < 0)
		return false;
	transport->sock = connection->socket;
	return !setsockopt(connection->socket, ipv6 ? IPPROTO_IPV6 : IPPROTO_IP,
	                   ipv6 ? IPV6_RECVERR : IP_RECVERR, &yes, sizeof(yes));
}

static void *open_session(const struct connection *connection)
{
	const struct config *config = connection->session->config;
	g_autofree char *peer = peer_name(connection->address);
	netsnmp_session description;
	void *handle;

	errno = EINVAL;
	if (!peer)
		return NULL;
	snmp_sess_init(&description);
	description.peername = peer;
	description.retries = 0;
	description.timeout = NEVER_MICROSECONDS;
	if (config->version == SNMP_V3) {
		v3_describe(connection->session, &description);
	} else {
		description.version = config->version == SNMP_V1 ? SNMP_VERSION_1 : SNMP_VERSION_2c;
		description.community = (u_char *)config->community;
		description.community_len = strlen(config->community);
	}
	errno = 0;
	handle = snmp_sess_open(&description);
	if (handle && config->version == SNMP_V3)
		snmp_sess_session(handle)->flags |= SNMP_FLAGS_DONT_PROBE;
	explicit_bzero(description.securityAuthKey, sizeof(description.securityAuthKey));
	explicit_bzero(description.securityPrivKey, sizeof(description.securityPrivKey));
	return handle;
}

bool connection_open(struct connection *connection, uint32_t tag)
{
	struct session *session = connection->session;
	int error;

	if (connection->handle)
		return true;
	connection->handle = open_session(connection);
	if (!connection->handle) {
		/* without IPv6, say, another address may do */
		session_push(session, errno == EAFNOSUPPORT ? EVENT_UNREACHABLE : EVENT_FAULT,
		             connection->pdu, tag,
		             g_strdup_printf("cannot open a socket: %s", g_strerror(errno)));
		return false;
	}
	if (prepare_socket(connection))
		return true;
	error = errno;
	connection_close(connection);
	session_push(session, error == EMFILE ? EVENT_FAULT : EVENT_UNREACHABLE, connection->pdu,
	             tag, g_strdup_printf("the PDU cannot be reached: %s", g_strerror(error)));
	return false;
}

/* Host, and port if it is not the one that was asked; free with g_free(). */
static char *source_text(const struct connection *connection, const struct sockaddr_storage *source,
                         socklen_t length)
{
	char host[NI_MAXHOST], port[NI_MAXSERV], asked[NI_MAXSERV];

	if (getnameinfo((const struct sockaddr *)source, length, host, sizeof(host), port,
	                sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) ||
	    getnameinfo((const struct sockaddr *)&connection->address->socket,
	                connection->address->length, NULL, 0, asked, sizeof(asked), NI_NUMERICSERV))
		return NULL;
	if (!strcmp(port, asked))
		return g_strdup(host);
	return g_strdup_printf(strchr(host, ':') ? "[%s]:%s" : "%s:%s", host, port);
}

/*
 * It comes from an address that was not asked (two addresses, VRRP, one-way NAT): it is not
 * believed, and only named in a warning.
 */
static void push_elsewhere(const struct connection *connection,
                           const struct sockaddr_storage *source, socklen_t length)
{
	g_autofree char *text = source_text(connection, source, length);

	if (text && connection->session->datagram[0] == (ASN_SEQUENCE | ASN_CONSTRUCTOR))
		session_push(
			connection->session, EVENT_ELSEWHERE, connection->pdu, connection->last_tag,
			g_strdup_printf("an answer came from %s, which was not asked, and is not "
		                        "believed: if that is this PDU too, put it into ipaddr",
		                        text));
}

/* Whether a datagram that lies in the session is one for net-snmp to read. */
static bool is_acceptable(const struct connection *connection, size_t n,
                          const struct sockaddr_storage *source, socklen_t length)
{
	struct session *session = connection->session;

	if (length != connection->address->length ||
	    memcmp(source, &connection->address->socket, length) != 0) {
		if (n)
			push_elsewhere(connection, source, length);
		return false;
	}
	session->sender.is_v3 =
		session_is_v3(session) && v3_read_sender(session->datagram, n, &session->sender);
	if (!wire_has_wide_number(session->datagram, n) &&
	    !(session->sender.is_v3 && v3_has_wide_number(connection, &session->sender)))
		return true;
	log_line(session->log, TRIPPSNMP_LOG_DEBUG,
	         "a datagram with a number of more than 32 bits is no SNMP, and ignored");
	return false;
}

/* False, with errno, if there is no datagram, or not one for net-snmp. */
static bool look_at_datagram(const struct connection *connection)
{
	struct session *session = connection->session;
	struct sockaddr_storage source;
	socklen_t length = sizeof(source);
	const ssize_t n = recvfrom(connection->socket, session->datagram, sizeof(session->datagram),
	                           MSG_PEEK | MSG_DONTWAIT, (struct sockaddr *)&source, &length);
	const int error = n < 0 ? errno : EBADMSG;

	if (n >= 0 && is_acceptable(connection, (size_t)n, &source, length))
		return true;
	/* ICMP's errors are queued as well as told, and a datagram that was looked at lies there */
	while (n < 0 &&
	       recv(connection->socket, session->datagram, 1, MSG_ERRQUEUE | MSG_DONTWAIT) >= 0)
		;
	if (n >= 0)
		recv(connection->socket, session->datagram, 1, MSG_DONTWAIT);
	errno = error;
	return false;
}

void connection_push_unreachable(const struct connection *connection, int error)
{
	session_push(connection->session, EVENT_UNREACHABLE, connection->pdu, connection->last_tag,
	             error == ECONNREFUSED
	                     ? g_strdup("nothing listens on its SNMP port (ICMP port unreachable)")
	                     : g_strdup_printf("the PDU cannot be reached: %s", g_strerror(error)));
}

void connection_receive(struct connection *connection)
{
	netsnmp_session *mine = snmp_sess_session(connection->handle);
	netsnmp_large_fd_set set;
	bool failed, is_refused;

	if (!look_at_datagram(connection)) {
		if (errno != EAGAIN && errno != EINTR && errno != EBADMSG)
			connection_push_unreachable(connection, errno);
		return;
	}
	netsnmp_large_fd_set_init(&set, FD_SETSIZE);
	netsnmp_large_fd_setfd(connection->socket, &set);
	mine->s_errno = 0;
	mine->s_snmp_errno = 0;
	failed = snmp_sess_read2(connection->handle, &set);
	netsnmp_large_fd_set_cleanup(&set);
	is_refused = failed && mine->s_errno == ECONNREFUSED;
	if (is_refused)
		connection_push_unreachable(connection, ECONNREFUSED);
	v3_look_at_engine(connection,
	                  failed && !is_refused && mine->s_snmp_errno == SNMPERR_BAD_PARSE);
}
