/*
 * SNMPv3: protocols and keys, net-snmp's users, and the discovery of engines by a probe of our
 * own, since net-snmp's would block all PDUs for a dead one. Where net-snmp keeps a session's user
 * in the session, nobody else can meet it. Elsewhere its user table is one for the process: an
 * entry in our way is put aside and put back. It must never send what was meant for one engine to
 * another, nor let a key outlive the session. Called by the session alone.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "snmp/session_inner.h"

#include "base/clock.h"

#include <string.h>

/*
 * After so many unanswered requests, and so long a silence, an SNMPv3 engine is discovered afresh:
 * it may have restarted. What is slow must not be begun anew before it can answer, and what gets
 * lost not for each loss; so the silence doubles each time.
 */
#define UNANSWERED_MIN 4

/* False if net-snmp does not offer it. */
static bool find_auth(const char *auth, struct key *key)
{
	const int type = usm_lookup_auth_type(auth);

	key->protocol = type < 0 ? NULL : sc_get_auth_oid(type, &key->protocol_length);
	return key->protocol;
}

static bool find_priv(const char *priv, struct key *key)
{
	const int type = usm_lookup_priv_type(priv);

	key->protocol = type < 0 ? NULL : sc_get_priv_oid(type, &key->protocol_length);
	return key->protocol;
}

bool session_offers(const struct config *config, char **error)
{
	struct key unused;

	*error = NULL;
	if (config->auth && !find_auth(config->auth, &unused))
		*error = g_strdup_printf(
			"snmp_auth_prot: this machine's net-snmp does not offer %s", config->auth);
	else if (config->priv && !find_priv(config->priv, &unused))
		*error = g_strdup_printf(
			"snmp_priv_prot: this machine's net-snmp does not offer %s", config->priv);
	return !*error;
}

/* Both keys are made with the hash of the protocol that authenticates. */
static bool make_key(const struct key *auth, const char *passphrase, struct key *key)
{
	key->length = sizeof(key->octets);
	return generate_Ku(auth->protocol, (u_int)auth->protocol_length, (const u_char *)passphrase,
	                   strlen(passphrase), key->octets, &key->length) == SNMPERR_SUCCESS;
}

bool v3_make_keys(struct session *session)
{
	const struct config *config = session->config;
	struct key *auth = &session->auth, *priv = &session->priv;

	if (!config->auth)
		return true;
	if (!find_auth(config->auth, auth) || !make_key(auth, config->auth_passphrase, auth))
		return false;
	return !config->priv ||
	       (find_priv(config->priv, priv) && make_key(auth, config->priv_passphrase, priv));
}

/*
 * What SNMPv3 needs of net-snmp's start-up and nothing else: init_snmp() would
 * read configuration and MIBs, obey the environment and set the locale. If the
 * host has started net-snmp already, its start-up is left as it is.
 */
void v3_start(void)
{
	if (find_sec_mod(SNMP_SEC_MODEL_USM))
		return;
	if (!netsnmp_ds_get_string(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_APPTYPE))
		netsnmp_ds_set_string(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_APPTYPE, "trippsnmp");
	init_snmpv3("trippsnmp");
	snmp_call_callbacks(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_POST_PREMIB_READ_CONFIG, NULL);
	snmp_call_callbacks(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_POST_READ_CONFIG, NULL);
}

void v3_describe(const struct session *session, netsnmp_session *description)
{
	const struct config *config = session->config;
	const struct key *auth = &session->auth, *priv = &session->priv;

	description->version = SNMP_VERSION_3;
	description->securityModel = SNMP_SEC_MODEL_USM;
	description->securityName = config->login;
	description->securityNameLen = strlen(config->login);
	description->securityLevel = SNMP_SEC_LEVEL_NOAUTH;
	if (!config->auth)
		return;
	description->securityLevel = SNMP_SEC_LEVEL_AUTHNOPRIV;
	description->securityAuthProto = (oid *)auth->protocol;
	description->securityAuthProtoLen = auth->protocol_length;
	memcpy(description->securityAuthKey, auth->octets, auth->length);
	description->securityAuthKeyLen = auth->length;
	if (!config->priv)
		return;
	description->securityLevel = SNMP_SEC_LEVEL_AUTHPRIV;
	description->securityPrivProto = (oid *)priv->protocol;
	description->securityPrivProtoLen = priv->protocol_length;
	memcpy(description->securityPrivKey, priv->octets, priv->length);
	description->securityPrivKeyLen = priv->length;
}

/* What follows the value at that place; NULL if that is none. */
static u_char *skip_value(u_char *at, size_t *left)
{
	size_t n = *left;
	u_char type, *contents = at ? asn_parse_header(at, &n, &type) : NULL;

	if (!contents)
		return NULL;
	*left -= (size_t)(contents - at) + n;
	return contents + n;
}

/* Behind the engine's time: user name, msgAuthenticationParameters, msgPrivacyParameters. */
static void read_encrypted(u_char *usm, size_t left, u_char *data, size_t data_left,
                           struct sender *sender)
{
	size_t salt_len = sizeof(sender->salt);
	u_char type;

	usm = skip_value(skip_value(usm, &left), &left);
	if (!usm || !asn_parse_string(usm, &left, &type, sender->salt, &salt_len) ||
	    salt_len != sizeof(sender->salt))
		return;
	sender->encrypted_len = data_left;
	sender->encrypted = asn_parse_sequence(data, &sender->encrypted_len, &type, ASN_OCTET_STR,
	                                       "encrypted scoped PDU");
}

/* The plain beginning of an SNMPv3 message: RFC 3412 section 6, RFC 3414 section 2.4. */
bool v3_read_sender(u_char *at, size_t left, struct sender *sender)
{
	u_char type, *usm;
	long version;
	size_t n;

	sender->encrypted = NULL;
	sender->engine_id_len = sizeof(sender->engine_id);
	at = asn_parse_sequence(at, &left, &type, ASN_SEQUENCE | ASN_CONSTRUCTOR, "message");
	at = at ? asn_parse_int(at, &left, &type, &version, sizeof(version)) : NULL;
	if (!at || version != SNMP_VERSION_3)
		return false;
	at = skip_value(at, &left); /* msgGlobalData */
	n = left;
	usm = at ? asn_parse_sequence(at, &n, &type, ASN_OCTET_STR, "security parameters") : NULL;
	usm = usm ? asn_parse_sequence(usm, &n, &type, ASN_SEQUENCE | ASN_CONSTRUCTOR, "usm")
	          : NULL;
	usm = usm ? asn_parse_string(usm, &n, &type, sender->engine_id, &sender->engine_id_len)
	          : NULL;
	usm = usm ? asn_parse_int(usm, &n, &type, &sender->boots, sizeof(sender->boots)) : NULL;
	usm = usm ? asn_parse_int(usm, &n, &type, &sender->time, sizeof(sender->time)) : NULL;
	if (!usm)
		return false;
	at = skip_value(at, &left);
	read_encrypted(usm, n, at, left, sender);
	return true;
}

/* Whose key decrypts what is sent to this; NULL before its engine is known. */
static const struct usmUser *localised_user(const struct connection *connection)
{
	const netsnmp_session *mine = snmp_sess_session(connection->handle);

#ifdef HAVE_STRUCT_SNMP_SESSION_SESSUSER
	if (mine->sessUser)
		return mine->sessUser;
#endif
	return usm_get_user(mine->securityEngineID, mine->securityEngineIDLen, mine->securityName);
}

#define IV_MAX 16
/* RFC 3414 section 8.1.1.1 for DES, RFC 3826 section 3.1.2.1 for AES. Returns its length. */
static u_int make_iv(const struct sender *sender, bool des, const u_char *key, u_char *iv)
{
	const uint32_t clock[] = { htonl((uint32_t)sender->boots), htonl((uint32_t)sender->time) };

	for (unsigned i = 0; des && i < SALT_LEN; i++)
		iv[i] = key[SALT_LEN + i] ^ sender->salt[i];
	if (des)
		return SALT_LEN;
	memcpy(iv, clock, sizeof(clock));
	memcpy(iv + sizeof(clock), sender->salt, SALT_LEN);
	return sizeof(clock) + SALT_LEN;
}

/* net-snmp hands out nothing between decryption and its own reading, so this decrypts as well. */
bool v3_has_wide_number(const struct connection *connection, const struct sender *sender)
{
	const bool des = !g_strcmp0(connection->session->config->priv, "DES");
	const struct usmUser *user = sender->encrypted ? localised_user(connection) : NULL;
	u_char iv[IV_MAX], type, *plain, *contents = NULL;
	size_t n = sender->encrypted_len;
	u_int iv_len;
	bool wide;

	if (!user || !user->privKey || user->privKeyLen < (size_t)2 * SALT_LEN)
		return false; /* nor can net-snmp decrypt it */
	iv_len = make_iv(sender, des, user->privKey, iv);
	plain = g_malloc0(n);
	if (sc_decrypt(user->privProtocol, user->privProtocolLen, user->privKey,
	               (u_int)user->privKeyLen, iv, iv_len, sender->encrypted, (u_int)n, plain,
	               &n) == SNMPERR_SUCCESS)
		contents = asn_parse_header(plain, &n, &type); /* behind it may be DES's padding */
	wide = contents && wire_has_wide_number(contents, n);
	g_free(plain);
	return wide;
}

static bool same_id(const void *a, size_t n_a, const void *b, size_t n_b)
{
	return n_a == n_b && !memcmp(a, b, n_a);
}

/* Whether the answer is of the engine that was asked: another card may have the same user. */
static bool is_of_engine(const struct connection *connection)
{
	const struct sender *sender = &connection->session->sender;
	const netsnmp_session *mine = snmp_sess_session(connection->handle);

	return sender->is_v3 && same_id(sender->engine_id, sender->engine_id_len,
	                                mine->securityEngineID, mine->securityEngineIDLen);
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

/* A report (RFC 3414 section 3.2) that no repetition of the request will cure. */
static char *refusal_text(const struct config *config, int report)
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

void v3_take_report(struct pending *pending, netsnmp_pdu *pdu)
{
	struct connection *connection = pending->connection;
	const int report = snmpv3_get_report_type(pdu);
	char *reason;

	if (pending->probe) {
		/* the engine ID is in net-snmp's session now, see take_engine() */
		session_push(connection->session, EVENT_DISCOVERED, connection->pdu, pending->tag,
		             NULL);
		return;
	}
	reason = refusal_text(connection->session->config, report);
	if (reason)
		session_push(connection->session, EVENT_REFUSED, connection->pdu, pending->tag,
		             reason);
	else
		/* another engine, or one that has lost its count of boots, if not what was asked
		 * was damaged */
		connection->restart |= may_have_restarted(connection);
}

void v3_give_back_user(struct connection *connection)
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

/* Another address of the same PDU leads to the same engine: our entry is there already. */
static bool take_over_user(struct connection *connection, const struct usmUser *there)
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

	if (there && !take_over_user(connection, there)) {
		usm_remove_user(there);
		connection->displaced = there;
	}
	if (usm_create_user_from_session(mine) != SNMPERR_SUCCESS)
		return false;
	connection->user =
		usm_get_user(mine->securityEngineID, mine->securityEngineIDLen, mine->securityName);
	return connection->user;
}

/* Our user, with our keys, for the engine just discovered. */
static bool make_user(struct connection *connection, netsnmp_session *mine)
{
	if (connection->forget_time)
		set_enginetime(mine->securityEngineID, (u_int)mine->securityEngineIDLen, 0, 0,
		               TRUE);
#ifdef HAVE_STRUCT_SNMP_SESSION_SESSUSER
	/* the running library says of each session whether it keeps its user, and frees it then */
	if (mine->flags & SNMP_FLAGS_SESSION_USER)
		return usm_create_user_from_session(mine) == SNMPERR_SUCCESS && mine->sessUser;
#endif
	return make_user_in_table(connection, mine);
}

/* Another PDU's way to the same engine; NULL if there is none. */
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
			if (same_id(its->securityEngineID, its->securityEngineIDLen,
			            mine->securityEngineID, mine->securityEngineIDLen))
				return other;
		}
	}
	return NULL;
}

static void refuse_engine(struct connection *connection, char *reason)
{
	session_push(connection->session, EVENT_REFUSED, connection->pdu, connection->waiting_tag,
	             reason);
	connection->restart = true;
}

/*
 * Whether another engine has answered under this address before: then this is another
 * device, and nothing that was meant for the other one may reach it.
 */
static bool is_another_engine(const struct connection *connection, const netsnmp_session *mine)
{
	struct peer *peer = &connection->session->peers[connection->pdu];
	size_t n = 0;
	const void *before = peer->engine_id ? g_bytes_get_data(peer->engine_id, &n) : NULL;

	if (!before || same_id(before, n, mine->securityEngineID, mine->securityEngineIDLen))
		return false;
	g_clear_pointer(&peer->engine_id, g_bytes_unref);
	return true;
}

/* Makes our user for the engine just discovered. False if what was waiting may not go to it. */
static bool take_engine(struct connection *connection)
{
	struct session *session = connection->session;
	netsnmp_session *mine = snmp_sess_session(connection->handle);
	const struct connection *other = same_engine(connection, mine);

	if (other) {
		refuse_engine(
			connection,
			g_strdup_printf("has the same SNMP engine ID as %s: one PDU under two "
		                        "addresses, or a cloned card, which SNMPv3 cannot tell "
		                        "apart; if they are two, give each card an engine ID of "
		                        "its own, or each PDU a resource of its own",
		                        session_label(session, other->pdu)));
		return false;
	}
	if (!make_user(connection, mine)) {
		refuse_engine(connection, g_strdup("net-snmp cannot make the keys for its engine"));
		return false;
	}
	connection->engine_known = true;
	connection->heard_at = clock_now();
	if (is_another_engine(connection, mine)) {
		session_push(session, EVENT_REPLACED, connection->pdu, connection->waiting_tag,
		             NULL);
		return false;
	}
	return !connection->waiting_leave_by || clock_now() <= connection->waiting_leave_by;
}

/* The probe has been answered: what waited for it goes out, if it is not too late for that. */
static void take_discovery(struct connection *connection)
{
	const bool may_ask = take_engine(connection);
	netsnmp_pdu *pdu = g_steal_pointer(&connection->waiting);

	if (pdu && may_ask)
		session_transmit(connection, pdu, connection->waiting_tag, false);
	else if (pdu)
		snmp_free_pdu(pdu);
}

/* RFC 3414 section 4: an empty request that is answered with the engine's ID. */
static void send_discovery(struct connection *connection, uint32_t tag)
{
	netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_GET);

	if (!pdu)
		return;
	pdu->version = SNMP_VERSION_3;
	pdu->securityName = strdup("");
	pdu->securityNameLen = 0;
	pdu->securityLevel = SNMP_SEC_LEVEL_NOAUTH;
	pdu->securityModel = SNMP_SEC_MODEL_USM;
	session_transmit(connection, pdu, tag, true);
}

void v3_transmit(struct connection *connection, netsnmp_pdu *pdu, const struct request *request)
{
	if (connection->engine_known) {
		session_transmit(connection, pdu, request->tag, false);
		return;
	}
	g_clear_pointer(&connection->waiting, snmp_free_pdu);
	connection->waiting = pdu;
	connection->waiting_tag = request->tag;
	connection->waiting_leave_by = request->leave_by;
	send_discovery(connection, request->tag);
}

void v3_look_at_engine(struct connection *connection, bool unreadable)
{
	const netsnmp_session *mine = snmp_sess_session(connection->handle);

	/* what an engine that has lost its count of boots says is not accepted */
	if (unreadable)
		connection->restart |= may_have_restarted(connection);
	if (session_is_v3(connection->session) && !connection->engine_known &&
	    !connection->restart && mine->securityEngineIDLen)
		take_discovery(connection);
}

bool v3_accepts(struct connection *connection, const netsnmp_pdu *pdu)
{
	const struct session *session = connection->session;
	struct peer *peer = &session->peers[connection->pdu];

	if (!is_of_engine(connection) ||
	    (session->config->auth && pdu->securityLevel < SNMP_SEC_LEVEL_AUTHNOPRIV))
		return false;
	if (!peer->engine_id)
		peer->engine_id =
			g_bytes_new(session->sender.engine_id, session->sender.engine_id_len);
	connection->unanswered = 0;
	connection->heard_at = clock_now();
	connection->patience = ENGINE_PATIENCE;
	return true;
}

void v3_renew(struct connection *connection)
{
	if (connection->engine_known && connection->unanswered >= UNANSWERED_MIN &&
	    clock_now() - connection->heard_at >= connection->patience) {
		connection->restart = true;
		connection->patience *= 2;
	}
	if (connection->restart) {
		connection_close(connection);
		connection->forget_time = true;
	}
}
