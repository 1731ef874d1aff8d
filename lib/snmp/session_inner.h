/*
 * What the files of the session share. Nobody else includes this, and so nobody else net-snmp:
 *
 *   session.c             struct network: requests out, answers and events in
 *   session_connection.c  sockets: opened, read, closed
 *   session_v3.c          SNMPv3: keys, users, engines
 *   session_wire.c        varbinds, ours and net-snmp's
 *
 * Each PDU has a UDP socket of its own for each of its addresses. Each datagram is looked at before
 * net-snmp reads it: where it comes from, and which engine sent it. The kernel tells of ICMP errors
 * all the same (IP_RECVERR). Timers are the exchange's: net-snmp is given so long a timeout that it
 * never acts on its own, which lets an answer to an earlier attempt still find its request.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_SESSION_INNER_H
#define TS_SESSION_INNER_H

#include "snmp/session.h"

#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#define ENGINE_ID_MAX 32 /* RFC 3411 */
#define SALT_LEN 8       /* RFC 3414 section 8.1.1.1, RFC 3826 section 3.1.2.1 */
#define DATAGRAM_MAX 65535
/* So long an engine may be silent before it is discovered afresh. */
#define ENGINE_PATIENCE (4 * USEC_PER_SEC)

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
	/* The scoped PDU where it is encrypted, in the datagram, and its msgPrivacyParameters. */
	u_char *encrypted; /* NULL: it is plain */
	size_t encrypted_len;
	u_char salt[SALT_LEN];
};

/** A protocol, and Ku (RFC 3414 A.2): made once, localised for each engine by net-snmp. */
struct key {
	const oid *protocol;
	size_t protocol_length;
	u_char octets[USM_AUTH_KU_LEN];
	size_t length;
};

G_STATIC_ASSERT(USM_PRIV_KU_LEN >= USM_AUTH_KU_LEN);

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
	struct key auth, priv;
};

/* --- session.c --- */

/** Puts an event at the end of the queue, which owns it; takes over the reason. */
struct event *session_push(struct session *session, enum event_type type, unsigned pdu,
                           uint32_t tag, char *reason);
/** How messages name a PDU. */
const char *session_label(const struct session *session, unsigned pdu);
bool session_is_v3(const struct session *session);
/** Sends, and takes over the PDU. A failure to send becomes an event. */
void session_transmit(struct connection *connection, netsnmp_pdu *pdu, uint32_t tag, bool probe);

/* --- session_connection.c --- */

/** Opens it if need be. False, with an event for that tag, if it cannot be. */
bool connection_open(struct connection *connection, uint32_t tag);
/** Never in one of its own callbacks. */
void connection_close(struct connection *connection);
/** Says that it cannot be reached, as ICMP or a system call has told. */
void connection_push_unreachable(const struct connection *connection, int error);
/** Reads one datagram, or what ICMP has told. */
void connection_receive(struct connection *connection);

/* --- session_v3.c --- */

/** What SNMPv3 needs of net-snmp in this process. */
void v3_start(void);
/** False if the passphrases make no keys. */
bool v3_make_keys(struct session *session);
/** Fills in user, level and keys; the caller wipes the keys. */
void v3_describe(const struct session *session, netsnmp_session *description);
/** Before a request: an engine that was silent for long is to be discovered afresh. */
void v3_renew(struct connection *connection);
/** Sends the request, once the engine is known; takes over the PDU. */
void v3_transmit(struct connection *connection, netsnmp_pdu *pdu, const struct request *request);
/** Reads what a datagram says of its sender, before net-snmp verifies it. False if it is not v3. */
bool v3_read_sender(u_char *at, size_t left, struct sender *sender);
/** Whether what that sender has encrypted has a number that net-snmp would cut. */
bool v3_has_wide_number(const struct connection *connection, const struct sender *sender);
/** Net-snmp has read a datagram, or could not: then the engine may be another one. */
void v3_look_at_engine(struct connection *connection, bool unreadable);
/** Takes a report, which is net-snmp's verified answer to this. */
void v3_take_report(struct pending *pending, netsnmp_pdu *pdu);
/** Takes note of the engine that answered. False if it is not the one that was asked. */
bool v3_accepts(struct connection *connection, const netsnmp_pdu *pdu);
/** Takes our user out of net-snmp's table, and puts back what was in its place. */
void v3_give_back_user(struct connection *connection);

/* --- session_wire.c --- */

/** NULL if memory is short; free with snmp_free_pdu(). */
netsnmp_pdu *wire_pdu(const struct request *request);
/** Of struct varbind; owned by the caller. */
GArray *wire_varbinds(const netsnmp_pdu *pdu);
/** Whether a message has a number that net-snmp would cut; it does not see what is encrypted. */
bool wire_has_wide_number(u_char *at, size_t left);

#endif
