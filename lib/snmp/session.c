/*
 * The session on net-snmp: see session.h.
 *
 * Each PDU has a connected UDP socket of its own, so that the kernel drops what
 * others send and tells of ICMP errors. What is dropped, a second socket on the
 * same port hears, only to say where it came from. Timers are the exchange's: net-snmp is
 * given so long a timeout that it never acts on its own, which lets an answer
 * to an earlier attempt still find its request.
 *
 * SNMPv3: the engine is discovered by a probe of our own, since net-snmp's
 * would block all PDUs for a dead one. Where net-snmp keeps a session's user in
 * the session, nobody else can meet it. Elsewhere its user table is one for the
 * process: an entry in our way is put aside and put back.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "snmp/session.h"

#include "base/clock.h"
#include "base/text.h"

#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <net-snmp/library/large_fd_set.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define NEVER_MICROSECONDS (2000L * 1000000)
/*
 * After so many unanswered requests, and so long a silence, an SNMPv3 engine is discovered afresh:
 * it may have restarted. What is slow must not be begun anew before it can answer, and what gets
 * lost not for each loss; so the silence doubles each time.
 */
#define UNANSWERED_MIN 4
#define PATIENCE_FIRST (4 * USEC_PER_SEC)

/* The longest wait in one go: what waits in the kernel does not see the machine sleep. */
#define WAIT_MAX USEC_PER_SEC
#define ENGINE_ID_MAX 32 /* RFC 3411 */
#define DATAGRAM_MAX 65535
#define IPADDRESS_OCTETS 4
#define INTEGER_OCTETS 4 /* INTEGER is Integer32, RFC 2578 section 7.1.1 */

struct pending {
	struct connection *connection;
	uint32_t tag;
	bool probe;
	bool over; /* answered, or of no interest any more */
};

/** The way to one address of a PDU. */
struct connection {
	struct session *session;
	unsigned pdu;
	const struct address *address;
	void *handle; /* net-snmp's; NULL while closed */
	int socket;
	int watch; /* on the same port, for what others send there; -1: there is none */
	uint32_t last_tag;
	GPtrArray *pendings; /* own them; net-snmp has borrowed pointers until it is closed */
	/* SNMPv3 */
	bool engine_known;
	bool restart;        /* to be closed and discovered afresh before the next request */
	bool forget_time;    /* the engine's boots and time as known are not to be trusted */
	unsigned unanswered; /* requests since the engine was heard or discovered ... */
	usec heard_at;       /* ... which was then */
	usec patience;
	netsnmp_pdu *waiting; /* the request that waits for the engine */
	uint32_t waiting_tag;
	usec waiting_leave_by;
	struct usmUser *user;      /* our entry in net-snmp's table, if it has to be there */
	struct usmUser *displaced; /* the one it took the place of */
};

struct peer {
	struct connection *connections; /* one for each address */
	unsigned n;
	unsigned current;
	bool heard;        /* the current one has answered: it is the PDU now */
	GBytes *engine_id; /* SNMPv3: of its answers; NULL before */
};

/** What an SNMPv3 message says of its sender, before net-snmp has verified it. */
struct sender {
	bool is_v3;
	u_char engine_id[ENGINE_ID_MAX];
	size_t engine_id_len;
	long boots, time;
};

struct session {
	struct network network; /* first: what the others see */
	const struct config *config;
	const struct log *log;
	struct peer *peers;
	unsigned n_peers;
	GQueue events; /* of struct event * */
	netsnmp_log_handler *log_handler;
	u_char datagram[DATAGRAM_MAX]; /* the one that net-snmp is about to read */
	struct sender sender;          /* of that */
	/* Ku (RFC 3414 A.2): made once, localised for each engine by net-snmp */
	const oid *auth_protocol, *priv_protocol;
	size_t auth_protocol_len, priv_protocol_len;
	u_char auth_key[USM_AUTH_KU_LEN], priv_key[USM_PRIV_KU_LEN];
	size_t auth_key_len, priv_key_len;
};

/* --- protocols and keys --- */

static const char *auth_name(enum auth_protocol auth)
{
	static const char *const names[] = {
		[AUTH_MD5] = "MD5",        [AUTH_SHA] = "SHA",        [AUTH_SHA224] = "SHA-224",
		[AUTH_SHA256] = "SHA-256", [AUTH_SHA384] = "SHA-384", [AUTH_SHA512] = "SHA-512",
	};

	return names[auth];
}

static const char *priv_name(enum priv_protocol priv)
{
	static const char *const names[] = {
		[PRIV_DES] = "DES",           [PRIV_AES] = "AES",
		[PRIV_AES192] = "AES-192",    [PRIV_AES256] = "AES-256",
		[PRIV_AES192C] = "AES-192-C", [PRIV_AES256C] = "AES-256-C",
	};

	return names[priv];
}

static const oid *auth_oid(enum auth_protocol auth, size_t *length)
{
	const int type = usm_lookup_auth_type(auth_name(auth));

	return type < 0 ? NULL : sc_get_auth_oid(type, length);
}

static const oid *priv_oid(enum priv_protocol priv, size_t *length)
{
	const int type = usm_lookup_priv_type(priv_name(priv));

	return type < 0 ? NULL : sc_get_priv_oid(type, length);
}

bool session_offers(const struct config *config, char **error)
{
	size_t length;

	*error = NULL;
	if (config->auth != AUTH_NONE && !auth_oid(config->auth, &length))
		*error =
			g_strdup_printf("snmp_auth_prot: this machine's net-snmp does not offer %s",
		                        auth_name(config->auth));
	else if (config->priv != PRIV_NONE && !priv_oid(config->priv, &length))
		*error =
			g_strdup_printf("snmp_priv_prot: this machine's net-snmp does not offer %s",
		                        priv_name(config->priv));
	return !*error;
}

static bool make_key(const struct session *session, const char *passphrase, u_char *key,
                     size_t *length)
{
	return generate_Ku(session->auth_protocol, (u_int)session->auth_protocol_len,
	                   (const u_char *)passphrase, strlen(passphrase), key,
	                   length) == SNMPERR_SUCCESS;
}

static bool make_keys(struct session *session)
{
	const struct config *config = session->config;

	if (config->auth == AUTH_NONE)
		return true;
	session->auth_protocol = auth_oid(config->auth, &session->auth_protocol_len);
	session->auth_key_len = sizeof(session->auth_key);
	if (!session->auth_protocol ||
	    !make_key(session, config->auth_passphrase, session->auth_key, &session->auth_key_len))
		return false;
	if (config->priv == PRIV_NONE)
		return true;
	session->priv_protocol = priv_oid(config->priv, &session->priv_protocol_len);
	session->priv_key_len = sizeof(session->priv_key);
	return session->priv_protocol && make_key(session, config->priv_passphrase,
	                                          session->priv_key, &session->priv_key_len);
}

/*
 * What SNMPv3 needs of net-snmp's start-up and nothing else: init_snmp() would
 * read configuration and MIBs, obey the environment and set the locale. If the
 * host has started net-snmp already, its start-up is left as it is.
 */
static void start_v3(void)
{
	if (find_sec_mod(SNMP_SEC_MODEL_USM))
		return;
	if (!netsnmp_ds_get_string(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_APPTYPE))
		netsnmp_ds_set_string(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_APPTYPE, "trippsnmp");
	init_snmpv3("trippsnmp");
	snmp_call_callbacks(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_POST_PREMIB_READ_CONFIG, NULL);
	snmp_call_callbacks(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_POST_READ_CONFIG, NULL);
}

/* --- events --- */

static void push(struct session *session, enum event_type type, unsigned pdu, uint32_t tag,
                 char *reason)
{
	struct event *event = g_new0(struct event, 1);

	event->type = type;
	event->pdu = pdu;
	event->tag = tag;
	event->reason = reason;
	g_queue_push_tail(&session->events, event);
}

static struct objid take_name(const oid *name, size_t length)
{
	struct objid result = { .n = (unsigned)MIN(length, OBJID_MAX) };

	for (unsigned i = 0; i < result.n; i++)
		result.id[i] = (uint32_t)name[i];
	return result;
}

static GBytes *objid_octets(const oid *name, size_t length)
{
	const struct objid value = take_name(name, length);
	char *text = objid_text(&value);

	return g_bytes_new_take(text, strlen(text));
}

/* What means nothing to us, and is only copied. Tag 0 if it is not what it says. */
static void take_other(struct varbind *varbind, const netsnmp_variable_list *variable)
{
	if (variable->type == ASN_COUNTER && variable->val_len == sizeof(*variable->val.integer))
		varbind->number = (uint32_t)*variable->val.integer;
	else if (variable->type == ASN_COUNTER64 &&
	         variable->val_len == sizeof(*variable->val.counter64))
		varbind->number =
			(int64_t)((uint64_t)(uint32_t)variable->val.counter64->high << 32 |
		                  (uint32_t)variable->val.counter64->low);
	else if (variable->type == ASN_IPADDRESS && variable->val_len == IPADDRESS_OCTETS)
		varbind->octets = g_bytes_new(variable->val.string, variable->val_len);
	else
		varbind->tag = 0;
}

/* Type, length and range are checked here, once; what the value means is for others. */
static struct varbind take_varbind(const netsnmp_variable_list *variable)
{
	struct varbind varbind = { .name = take_name(variable->name, variable->name_length),
		                   .tag = variable->type };

	switch (variable->type) {
	case ASN_INTEGER:
		varbind.type = VALUE_OTHER;
		if (variable->val_len == sizeof(*variable->val.integer) &&
		    *variable->val.integer >= INT32_MIN && *variable->val.integer <= INT32_MAX) {
			varbind.type = VALUE_INTEGER;
			varbind.number = *variable->val.integer;
		}
		break;
	case ASN_UNSIGNED: /* Gauge32 has the same tag */
	case ASN_TIMETICKS:
		varbind.type = VALUE_OTHER;
		if (variable->val_len == sizeof(*variable->val.integer)) {
			varbind.type = VALUE_UNSIGNED;
			varbind.number = (uint32_t)*variable->val.integer;
		}
		break;
	case ASN_OCTET_STR:
		varbind.type = VALUE_OCTETS;
		varbind.octets = g_bytes_new(variable->val.string, variable->val_len);
		break;
	case ASN_OBJECT_ID:
		varbind.type = VALUE_OBJID;
		varbind.octets = objid_octets(variable->val.objid, variable->val_len / sizeof(oid));
		break;
	case ASN_NULL:
		varbind.type = VALUE_NULL;
		break;
	case ASN_COUNTER:
	case ASN_COUNTER64:
	case ASN_IPADDRESS:
		varbind.type = VALUE_OTHER;
		take_other(&varbind, variable);
		break;
	case SNMP_NOSUCHOBJECT:
	case SNMP_NOSUCHINSTANCE:
		varbind.type = VALUE_ABSENT;
		break;
	case SNMP_ENDOFMIBVIEW:
		varbind.type = VALUE_END_OF_MIB;
		break;
	default:
		varbind.type = VALUE_OTHER;
	}
	return varbind;
}

static void push_answer(const struct pending *pending, const netsnmp_pdu *pdu)
{
	struct session *session = pending->connection->session;
	struct event *event = g_new0(struct event, 1);

	event->type = EVENT_ANSWER;
	event->pdu = pending->connection->pdu;
	event->tag = pending->tag;
	event->error_status = (int)pdu->errstat;
	event->error_index = (int)pdu->errindex;
	if (session->sender.is_v3 && pdu->securityLevel >= SNMP_SEC_LEVEL_AUTHNOPRIV)
		event->engine = (struct engine){ true, (uint32_t)session->sender.boots,
			                         (uint32_t)session->sender.time };
	event->varbinds = varbinds_new();
	for (const netsnmp_variable_list *v = pdu->variables; v; v = v->next_variable) {
		const struct varbind varbind = take_varbind(v);

		g_array_append_val(event->varbinds, varbind);
	}
	g_queue_push_tail(&session->events, event);
}

/* A report (RFC 3414 section 3.2) that no repetition of the request will cure. */
static char *refusal(const struct config *config, int report)
{
	switch (report) {
	case SNMPERR_UNKNOWN_USER_NAME:
		return g_strdup_printf("the PDU does not know the SNMPv3 user: check %s",
		                       config_name(config, PARAM_LOGIN));
	case SNMPERR_AUTHENTICATION_FAILURE:
		return g_strdup_printf("SNMPv3 authentication failed: check %s and snmp_auth_prot",
		                       config_name(config, PARAM_PASSWORD));
	case SNMPERR_UNSUPPORTED_SEC_LEVEL:
		return g_strdup("the PDU refuses this SNMPv3 security level for the user: check "
		                "snmp_sec_level and the passphrases");
	case SNMPERR_DECRYPTION_ERR:
		return g_strdup(
			"the PDU cannot decrypt: check snmp_priv_passwd and snmp_priv_prot");
	default:
		return NULL;
	}
}

/* Whether the answer is of the engine that was asked: another card may have the same user. */
static bool is_of_engine(const struct connection *connection)
{
	const struct sender *sender = &connection->session->sender;
	const netsnmp_session *mine = snmp_sess_session(connection->handle);

	return sender->is_v3 && sender->engine_id_len == mine->securityEngineIDLen &&
	       !memcmp(sender->engine_id, mine->securityEngineID, sender->engine_id_len);
}

/*
 * Whether the sender of what net-snmp has not accepted may have restarted, or be another one: it
 * says so of itself. Else the datagram was damaged on its way, and that is a loss like any other.
 */
#define TIME_WINDOW 150 /* s, RFC 3414 section 2.2.3 */
static bool may_have_restarted(const struct connection *connection)
{
	const struct sender *sender = &connection->session->sender;
	netsnmp_session *mine = snmp_sess_session(connection->handle);
	u_int boots = 0, time = 0;

	if (!sender->is_v3 || !connection->engine_known)
		return false;
	if (!is_of_engine(connection))
		return true;
	return get_enginetime(mine->securityEngineID, (u_int)mine->securityEngineIDLen, &boots,
	                      &time, TRUE) != SNMPERR_SUCCESS ||
	       sender->boots != (long)boots || sender->time + TIME_WINDOW < (long)time;
}

static void take_report(struct pending *pending, netsnmp_pdu *pdu)
{
	struct connection *connection = pending->connection;
	const int report = snmpv3_get_report_type(pdu);
	char *reason;

	if (pending->probe) {
		/* the engine ID is in net-snmp's session now, see discovered() */
		push(connection->session, EVENT_DISCOVERED, connection->pdu, pending->tag, NULL);
		return;
	}
	reason = refusal(connection->session->config, report);
	if (reason)
		push(connection->session, EVENT_REFUSED, connection->pdu, pending->tag, reason);
	else
		/* another engine, or one that has lost its count of boots, if not what was asked
		 * was damaged */
		connection->restart |= may_have_restarted(connection);
}

/*
 * The first address that answers is the PDU, as long as the session lives: another one may be
 * another device, and what one was told is not to be verified on the other.
 */
static void heard(const struct connection *connection)
{
	struct peer *peer = &connection->session->peers[connection->pdu];

	peer->current = (unsigned)(connection - peer->connections);
	peer->heard = true;
}

/* Whether the PDU has answered at another of its addresses. */
static bool left_behind(const struct connection *connection)
{
	const struct peer *peer = &connection->session->peers[connection->pdu];

	return peer->heard && connection != &peer->connections[peer->current];
}

static bool is_v3(const struct session *session)
{
	return session->config->version == SNMP_V3;
}

/* False for what cannot be the answer; one may still come. */
static bool take_answer(struct pending *pending, const netsnmp_pdu *pdu)
{
	struct connection *connection = pending->connection;
	struct session *session = connection->session;
	struct peer *peer = &session->peers[connection->pdu];

	if (is_v3(session) &&
	    (!is_of_engine(connection) || (session->config->auth != AUTH_NONE &&
	                                   pdu->securityLevel < SNMP_SEC_LEVEL_AUTHNOPRIV)))
		return false;
	heard(connection);
	if (is_v3(session) && !peer->engine_id)
		peer->engine_id =
			g_bytes_new(session->sender.engine_id, session->sender.engine_id_len);
	connection->unanswered = 0;
	connection->heard_at = clock_now();
	connection->patience = PATIENCE_FIRST;
	push_answer(pending, pdu);
	return true;
}

static int answered(int operation, netsnmp_session *unused, int id, netsnmp_pdu *pdu, void *magic)
{
	struct pending *pending = magic;

	(void)unused;
	(void)id;
	if (operation != NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE || pending->over ||
	    left_behind(pending->connection))
		return 1;
	if (pdu->command == SNMP_MSG_REPORT && is_v3(pending->connection->session))
		take_report(pending, pdu);
	else if (pdu->command != SNMP_MSG_RESPONSE || !take_answer(pending, pdu))
		return 0; /* no answer at all; one may still come */
	pending->over = true;
	return 1;
}

static int log_net_snmp(netsnmp_log_handler *handler, int priority, const char *text)
{
	const struct session *session = handler->magic;
	char *line = text_escape(text, (gssize)strcspn(text, "\n"));

	(void)priority;
	log_line(session->log, TRIPPSNMP_LOG_DEBUG, "net-snmp: %s", line);
	g_free(line);
	return 1;
}

/* --- connections --- */

static void give_back_user(struct connection *connection)
{
	if (connection->user) {
		usm_remove_user(connection->user);
		usm_free_user(connection->user);
		connection->user = NULL;
	}
	if (connection->displaced) {
		usm_add_user(connection->displaced);
		connection->displaced = NULL;
	}
}

static void close_connection(struct connection *connection)
{
	if (!connection->handle)
		return;
	for (unsigned i = 0; i < connection->pendings->len; i++)
		((struct pending *)connection->pendings->pdata[i])->over = true;
	snmp_sess_close(connection->handle);
	if (connection->watch >= 0)
		close(connection->watch);
	connection->watch = -1;
	connection->handle = NULL;
	g_ptr_array_set_size(connection->pendings, 0);
	g_clear_pointer(&connection->waiting, snmp_free_pdu);
	give_back_user(connection);
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

static void describe_v3(const struct session *session, netsnmp_session *description)
{
	const struct config *config = session->config;

	description->version = SNMP_VERSION_3;
	description->securityModel = SNMP_SEC_MODEL_USM;
	description->securityName = config->login;
	description->securityNameLen = strlen(config->login);
	description->securityLevel = SNMP_SEC_LEVEL_NOAUTH;
	if (config->auth == AUTH_NONE)
		return;
	description->securityLevel = SNMP_SEC_LEVEL_AUTHNOPRIV;
	description->securityAuthProto = (oid *)session->auth_protocol;
	description->securityAuthProtoLen = session->auth_protocol_len;
	memcpy(description->securityAuthKey, session->auth_key, session->auth_key_len);
	description->securityAuthKeyLen = session->auth_key_len;
	if (config->priv == PRIV_NONE)
		return;
	description->securityLevel = SNMP_SEC_LEVEL_AUTHPRIV;
	description->securityPrivProto = (oid *)session->priv_protocol;
	description->securityPrivProtoLen = session->priv_protocol_len;
	memcpy(description->securityPrivKey, session->priv_key, session->priv_key_len);
	description->securityPrivKeyLen = session->priv_key_len;
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

/* Two sockets can have one port for a moment only: nobody else's is to get at it. */
static bool bind_beside(int watch, int descriptor)
{
	struct sockaddr_storage local;
	socklen_t length = sizeof(local);
	const int yes = 1, no = 0;
	bool bound;

	if (getsockname(descriptor, (struct sockaddr *)&local, &length))
		return false;
	setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	setsockopt(watch, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	bound = bind(watch, (const struct sockaddr *)&local, length) == 0;
	setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &no, sizeof(no));
	setsockopt(watch, SOL_SOCKET, SO_REUSEADDR, &no, sizeof(no));
	return bound;
}

/*
 * A socket for what the connected one does not take: the kernel prefers that one for all that
 * comes from the address asked. -1 if it cannot be had, which costs a hint and nothing else.
 */
static int open_watch(const struct connection *connection)
{
	const int opened = socket(connection->address->socket.ss_family,
	                          SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	const int watch = opened < 0 ? -1 : raise_descriptor(opened);

	if (watch >= 0 && bind_beside(watch, connection->socket))
		return watch;
	if (opened >= 0)
		close(watch < 0 ? opened : watch);
	return -1;
}

/* False, with errno, if the socket cannot be used. */
static bool prepare_socket(struct connection *connection)
{
	netsnmp_transport *transport = snmp_sess_transport(connection->handle);
	const int descriptor = raise_descriptor(transport->sock);

	if (descriptor < 0)
		return false;
	transport->sock = descriptor;
	connection->socket = descriptor;
	if (connect(descriptor, (const struct sockaddr *)&connection->address->socket,
	            connection->address->length))
		return false;
	connection->watch = open_watch(connection);
	return true;
}

static void *open_session(const struct connection *connection)
{
	const struct config *config = connection->session->config;
	char *peer = peer_name(connection->address);
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
		describe_v3(connection->session, &description);
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
	g_free(peer);
	return handle;
}

static bool open_connection(struct connection *connection, uint32_t tag)
{
	struct session *session = connection->session;
	int error;

	if (connection->handle)
		return true;
	connection->handle = open_session(connection);
	if (!connection->handle) {
		/* without IPv6, say, another address may do */
		push(session, errno == EAFNOSUPPORT ? EVENT_UNREACHABLE : EVENT_FAULT,
		     connection->pdu, tag,
		     g_strdup_printf("cannot open a socket: %s", g_strerror(errno)));
		return false;
	}
	if (prepare_socket(connection))
		return true;
	error = errno;
	close_connection(connection);
	push(session, error == EMFILE ? EVENT_FAULT : EVENT_UNREACHABLE, connection->pdu, tag,
	     g_strdup_printf("the PDU cannot be reached: %s", g_strerror(error)));
	return false;
}

/* --- requests --- */

static void add_varbind(netsnmp_pdu *pdu, const struct varbind *varbind, bool with_value)
{
	const long number = (long)varbind->number;
	oid name[OBJID_MAX];

	for (unsigned i = 0; i < varbind->name.n; i++)
		name[i] = varbind->name.id[i];
	if (with_value)
		snmp_pdu_add_variable(pdu, name, varbind->name.n, ASN_INTEGER, &number,
		                      sizeof(number));
	else
		snmp_add_null_var(pdu, name, varbind->name.n);
}

static netsnmp_pdu *make_pdu(const struct request *request)
{
	static const int commands[] = {
		[REQUEST_GET] = SNMP_MSG_GET,
		[REQUEST_NEXT] = SNMP_MSG_GETNEXT,
		[REQUEST_BULK] = SNMP_MSG_GETBULK,
		[REQUEST_SET] = SNMP_MSG_SET,
	};
	netsnmp_pdu *pdu = snmp_pdu_create(commands[request->kind]);

	if (!pdu)
		return NULL;
	if (request->kind == REQUEST_BULK) {
		pdu->non_repeaters = (long)request->once;
		pdu->max_repetitions = (long)request->repetitions;
	}
	for (unsigned i = 0; i < request->n; i++)
		add_varbind(pdu, &request->varbinds[i], request->kind == REQUEST_SET);
	return pdu;
}

/* Takes over the PDU. */
static void transmit(struct connection *connection, netsnmp_pdu *pdu, uint32_t tag, bool probe)
{
	struct pending *pending = g_new0(struct pending, 1);

	pending->connection = connection;
	pending->tag = tag;
	pending->probe = probe;
	g_ptr_array_add(connection->pendings, pending);
	connection->last_tag = tag;
	connection->unanswered += !probe;
	errno = 0;
	if (snmp_sess_async_send(connection->handle, pdu, answered, pending))
		return;
	snmp_free_pdu(pdu);
	push(connection->session, EVENT_UNREACHABLE, connection->pdu, tag,
	     g_strdup_printf("a request cannot be sent: %s",
	                     errno ? g_strerror(errno)
	                           : snmp_api_errstring(
					     snmp_sess_session(connection->handle)->s_snmp_errno)));
}

/* RFC 3414 section 4: an empty request that is answered with the engine's ID. */
static void probe(struct connection *connection, uint32_t tag)
{
	netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_GET);

	if (!pdu)
		return;
	pdu->version = SNMP_VERSION_3;
	pdu->securityName = strdup("");
	pdu->securityNameLen = 0;
	pdu->securityLevel = SNMP_SEC_LEVEL_NOAUTH;
	pdu->securityModel = SNMP_SEC_MODEL_USM;
	transmit(connection, pdu, tag, true);
}

static const struct connection *same_engine(const struct connection *connection,
                                            const netsnmp_session *mine)
{
	const struct session *session = connection->session;

	for (unsigned i = 0; i < session->n_peers; i++) {
		for (unsigned k = 0; k < session->peers[i].n; k++) {
			const struct connection *other = &session->peers[i].connections[k];
			const netsnmp_session *its;

			if (i == connection->pdu || !other->engine_known)
				continue;
			its = snmp_sess_session(other->handle);
			if (its->securityEngineIDLen == mine->securityEngineIDLen &&
			    !memcmp(its->securityEngineID, mine->securityEngineID,
			            mine->securityEngineIDLen))
				return other;
		}
	}
	return NULL;
}

static const char *label(const struct session *session, unsigned pdu)
{
	return ((const struct pdu_address *)session->config->pdus->pdata[pdu])->label;
}

/* Another address of the same PDU leads to the same engine: our entry is there already. */
static bool take_over(struct connection *connection, const struct usmUser *there)
{
	struct peer *peer = &connection->session->peers[connection->pdu];

	for (unsigned k = 0; k < peer->n; k++) {
		struct connection *other = &peer->connections[k];

		if (other->user != there)
			continue;
		connection->user = g_steal_pointer(&other->user);
		connection->displaced = g_steal_pointer(&other->displaced);
		return true;
	}
	return false;
}

/* Makes the user's entry in net-snmp's table; one that stands in our way is put aside. */
static bool make_user_in_table(struct connection *connection, netsnmp_session *mine)
{
	struct usmUser *there =
		usm_get_user(mine->securityEngineID, mine->securityEngineIDLen, mine->securityName);

	if (there && !take_over(connection, there)) {
		usm_remove_user(there);
		connection->displaced = there;
	}
	if (usm_create_user_from_session(mine) != SNMPERR_SUCCESS)
		return false;
	connection->user =
		usm_get_user(mine->securityEngineID, mine->securityEngineIDLen, mine->securityName);
	return connection->user != NULL;
}

/* The running library says so of each session, and alone knows. */
static bool keeps_its_user(const netsnmp_session *mine)
{
#ifdef HAVE_STRUCT_SNMP_SESSION_SESSUSER
	return mine->flags & SNMP_FLAGS_SESSION_USER;
#else
	(void)mine;
	return false;
#endif
}

/* Makes the user that the session has for itself, and frees when it is closed. */
static bool make_user_in_session(netsnmp_session *mine)
{
#ifdef HAVE_STRUCT_SNMP_SESSION_SESSUSER
	return usm_create_user_from_session(mine) == SNMPERR_SUCCESS && mine->sessUser;
#else
	(void)mine;
	return false;
#endif
}

/* Our user, with our keys, for the engine just discovered. */
static bool make_user(struct connection *connection, netsnmp_session *mine)
{
	if (connection->forget_time)
		set_enginetime(mine->securityEngineID, (u_int)mine->securityEngineIDLen, 0, 0,
		               TRUE);
	return keeps_its_user(mine) ? make_user_in_session(mine)
	                            : make_user_in_table(connection, mine);
}

static void refuse_engine(struct connection *connection, char *reason)
{
	push(connection->session, EVENT_REFUSED, connection->pdu, connection->waiting_tag, reason);
	connection->restart = true;
}

/*
 * Whether another engine has answered under this address before: then this is another
 * device, and nothing that was meant for the other one may reach it.
 */
static bool is_another(const struct connection *connection, const netsnmp_session *mine)
{
	struct peer *peer = &connection->session->peers[connection->pdu];
	gsize n = 0;
	const void *before = peer->engine_id ? g_bytes_get_data(peer->engine_id, &n) : NULL;

	if (!before ||
	    (n == mine->securityEngineIDLen && !memcmp(before, mine->securityEngineID, n)))
		return false;
	g_clear_pointer(&peer->engine_id, g_bytes_unref);
	return true;
}

/* The probe has been answered: what waited for it goes out, if it is not too late for that. */
static void discovered(struct connection *connection)
{
	struct session *session = connection->session;
	netsnmp_session *mine = snmp_sess_session(connection->handle);
	const struct connection *other = same_engine(connection, mine);
	netsnmp_pdu *pdu = g_steal_pointer(&connection->waiting);

	if (other) {
		refuse_engine(
			connection,
			g_strdup_printf("has the same SNMP engine ID as %s: one PDU under two "
		                        "addresses, or a cloned card, which SNMPv3 cannot tell "
		                        "apart; if they are two, give each card an engine ID of "
		                        "its own, or each PDU a resource of its own",
		                        label(session, other->pdu)));
		g_clear_pointer(&pdu, snmp_free_pdu);
		return;
	}
	if (!make_user(connection, mine)) {
		refuse_engine(connection, g_strdup("net-snmp cannot make the keys for its engine"));
		g_clear_pointer(&pdu, snmp_free_pdu);
		return;
	}
	connection->engine_known = true;
	connection->heard_at = clock_now();
	if (is_another(connection, mine)) {
		push(session, EVENT_REPLACED, connection->pdu, connection->waiting_tag, NULL);
		g_clear_pointer(&pdu, snmp_free_pdu);
	}
	if (pdu && connection->waiting_leave_by && clock_now() > connection->waiting_leave_by)
		g_clear_pointer(&pdu, snmp_free_pdu);
	if (pdu)
		transmit(connection, pdu, connection->waiting_tag, false);
}

static void transmit_v3(struct connection *connection, netsnmp_pdu *pdu,
                        const struct request *request)
{
	if (connection->engine_known) {
		transmit(connection, pdu, request->tag, false);
		return;
	}
	g_clear_pointer(&connection->waiting, snmp_free_pdu);
	connection->waiting = pdu;
	connection->waiting_tag = request->tag;
	connection->waiting_leave_by = request->leave_by;
	probe(connection, request->tag);
}

/* Until one of a PDU's addresses answers, attempts go round them. */
static struct connection *choose(struct peer *peer, unsigned attempt)
{
	if (!peer->heard && attempt > 0)
		peer->current = (peer->current + 1) % peer->n;
	return &peer->connections[peer->current];
}

static void session_send(struct network *network, unsigned i, const struct request *request)
{
	struct session *session = (struct session *)network;
	struct connection *connection = choose(&session->peers[i], request->attempt);
	netsnmp_pdu *pdu;

	if (connection->engine_known && connection->unanswered >= UNANSWERED_MIN &&
	    clock_now() - connection->heard_at >= connection->patience) {
		connection->restart = true;
		connection->patience *= 2;
	}
	if (connection->restart) {
		close_connection(connection);
		connection->forget_time = true;
	}
	if (!open_connection(connection, request->tag))
		return;
	pdu = make_pdu(request);
	if (!pdu)
		return; /* out of memory: as if it were lost */
	if (is_v3(session))
		transmit_v3(connection, pdu, request);
	else
		transmit(connection, pdu, request->tag, false);
}

/* More octets than say the sign once: -1 or 0, by the first that counts. */
static bool is_wide(const u_char *octets, size_t n)
{
	for (size_t i = 0; i + INTEGER_OCTETS < n; i++)
		if (octets[i] != (octets[n - INTEGER_OCTETS] & 0x80 ? 0xff : 0))
			return true;
	return false;
}

/*
 * net-snmp cuts an INTEGER to 32 bits without a word: 4294967297 would read as 1, off.
 * True if there is one that it would cut; what SNMPv3 encrypts is not seen here.
 */
static bool has_wide_integer(u_char *at, size_t left)
{
	while (left > 0) {
		size_t n = left;
		u_char type, *contents = asn_parse_header(at, &n, &type);

		if (!contents)
			return false; /* nor does net-snmp take it */
		if (type == ASN_INTEGER && is_wide(contents, n))
			return true;
		/* what is constructed is gone into, all else stepped over */
		left -= (size_t)(contents - at) + (IS_CONSTRUCTOR(type) ? 0 : n);
		at = contents + (IS_CONSTRUCTOR(type) ? 0 : n);
	}
	return false;
}

/* The plain beginning of an SNMPv3 message: RFC 3412 section 6, RFC 3414 section 2.4. */
static bool read_sender(u_char *at, size_t left, struct sender *sender)
{
	u_char type;
	u_char *inside;
	long version;
	size_t n;

	at = asn_parse_sequence(at, &left, &type, ASN_SEQUENCE | ASN_CONSTRUCTOR, "message");
	at = at ? asn_parse_int(at, &left, &type, &version, sizeof(version)) : NULL;
	if (!at || version != SNMP_VERSION_3)
		return false;
	n = left;
	inside = asn_parse_sequence(at, &n, &type, ASN_SEQUENCE | ASN_CONSTRUCTOR, "header");
	if (!inside)
		return false;
	left -= (size_t)(inside - at) + n;
	at = inside + n;
	at = asn_parse_sequence(at, &left, &type, ASN_OCTET_STR, "security parameters");
	at = at ? asn_parse_sequence(at, &left, &type, ASN_SEQUENCE | ASN_CONSTRUCTOR, "usm")
	        : NULL;
	sender->engine_id_len = sizeof(sender->engine_id);
	at = at ? asn_parse_string(at, &left, &type, sender->engine_id, &sender->engine_id_len)
	        : NULL;
	at = at ? asn_parse_int(at, &left, &type, &sender->boots, sizeof(sender->boots)) : NULL;
	return at && asn_parse_int(at, &left, &type, &sender->time, sizeof(sender->time));
}

/* False, with errno, if there is no datagram, or not one for net-snmp. */
static bool look_at_datagram(const struct connection *connection)
{
	struct session *session = connection->session;
	const ssize_t n = recv(connection->socket, session->datagram, sizeof(session->datagram),
	                       MSG_PEEK | MSG_DONTWAIT);

	if (n < 0)
		return false;
	session->sender.is_v3 =
		is_v3(session) && read_sender(session->datagram, (size_t)n, &session->sender);
	if (!has_wide_integer(session->datagram, (size_t)n))
		return true;
	log_line(session->log, TRIPPSNMP_LOG_DEBUG,
	         "a datagram with an INTEGER of more than 32 bits is no SNMP, and ignored");
	recv(connection->socket, session->datagram, 1, MSG_DONTWAIT);
	errno = EBADMSG;
	return false;
}

/* What ICMP has told. */
static void unreachable(const struct connection *connection, int error)
{
	push(connection->session, EVENT_UNREACHABLE, connection->pdu, connection->last_tag,
	     error == ECONNREFUSED
	             ? g_strdup("nothing listens on its SNMP port (ICMP port unreachable)")
	             : g_strdup_printf("the PDU cannot be reached: %s", g_strerror(error)));
}

static void receive(struct connection *connection)
{
	netsnmp_session *mine = snmp_sess_session(connection->handle);
	netsnmp_large_fd_set set;

	if (!look_at_datagram(connection)) {
		if (errno != EAGAIN && errno != EINTR && errno != EBADMSG)
			unreachable(connection, errno);
		return;
	}
	netsnmp_large_fd_set_init(&set, FD_SETSIZE);
	netsnmp_large_fd_setfd(connection->socket, &set);
	mine->s_errno = 0;
	mine->s_snmp_errno = 0;
	if (snmp_sess_read2(connection->handle, &set)) {
		if (mine->s_errno == ECONNREFUSED)
			unreachable(connection, ECONNREFUSED);
		/* what an engine that has lost its count of boots says is not accepted */
		else if (mine->s_snmp_errno == SNMPERR_BAD_PARSE)
			connection->restart |= may_have_restarted(connection);
	}
	netsnmp_large_fd_set_cleanup(&set);
	if (is_v3(connection->session) && !connection->engine_known && !connection->restart &&
	    mine->securityEngineIDLen)
		discovered(connection);
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

/* Two addresses, VRRP, one-way NAT: whoever it is, it was not asked, and is not believed. */
static void hear_other(const struct connection *connection)
{
	struct session *session = connection->session;
	struct sockaddr_storage source;
	socklen_t length = sizeof(source);
	const ssize_t n = recvfrom(connection->watch, session->datagram, sizeof(session->datagram),
	                           0, (struct sockaddr *)&source, &length);
	char *text;

	if (n < 1 || session->datagram[0] != (ASN_SEQUENCE | ASN_CONSTRUCTOR))
		return;
	text = source_text(connection, &source, length);
	if (text)
		push(session, EVENT_ELSEWHERE, connection->pdu, connection->last_tag,
		     g_strdup_printf("an answer came from %s, which was not asked, and is not "
		                     "believed: if that is this PDU too, put it into ipaddr",
		                     text));
	g_free(text);
}

/* Waits for datagrams until a time; reads one of each connection that has any. */
static void wait_and_receive(struct session *session, usec until)
{
	GArray *polled = g_array_new(FALSE, FALSE, sizeof(struct pollfd)); /* two of each */
	GPtrArray *connections = g_ptr_array_new();
	const usec left = MIN(until - clock_now(), WAIT_MAX);
	struct timespec timeout = { .tv_sec = (time_t)(MAX(left, 0) / USEC_PER_SEC),
		                    .tv_nsec = (long)(MAX(left, 0) % USEC_PER_SEC) * 1000 };

	for (unsigned i = 0; i < session->n_peers; i++) {
		for (unsigned k = 0; k < session->peers[i].n; k++) {
			struct connection *connection = &session->peers[i].connections[k];
			const struct pollfd entries[] = {
				{ .fd = connection->socket, .events = POLLIN },
				{ .fd = connection->watch, .events = POLLIN }, /* or -1 */
			};

			if (!connection->handle)
				continue;
			g_array_append_vals(polled, entries, G_N_ELEMENTS(entries));
			g_ptr_array_add(connections, connection);
		}
	}
	if (ppoll(&g_array_index(polled, struct pollfd, 0), polled->len, &timeout, NULL) > 0)
		for (unsigned i = 0; i < connections->len; i++) {
			const unsigned at = 2 * i;

			if (g_array_index(polled, struct pollfd, at).revents)
				receive(connections->pdata[i]);
			if (g_array_index(polled, struct pollfd, at + 1).revents)
				hear_other(connections->pdata[i]);
		}
	g_ptr_array_unref(connections);
	g_array_unref(polled);
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
		connection->watch = -1;
		connection->pdu = i;
		connection->address = &g_array_index(addresses, struct address, k);
		connection->pendings = g_ptr_array_new_with_free_func(g_free);
		connection->patience = PATIENCE_FIRST;
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
	start_v3();
	if (make_keys(session))
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
			close_connection(&session->peers[i].connections[k]);
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
	explicit_bzero(session->auth_key, sizeof(session->auth_key));
	explicit_bzero(session->priv_key, sizeof(session->priv_key));
	explicit_bzero(session->datagram, sizeof(session->datagram)); /* has the community */
	g_free(session);
}
