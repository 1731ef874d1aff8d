/*
 * net-snmp's agent library as the engine: sockets, access, and one handler
 * below 1.3 for all rows. The usual way in, init_snmp() and
 * init_master_agent(), is avoided: it reads and writes files, obeys MIBFILES,
 * binds TCP 199 and asks hosts.allow.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include <net-snmp/agent/agent_callbacks.h>
#include <net-snmp/agent/mib_modules.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>
#include <net-snmp/library/large_fd_set.h>

#include "agent.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#define APPLICATION "trippsim"
#define PASSPHRASE_MIN_LENGTH 8
#define NAME_MAX_LENGTH 32
#define PORT_TRIES 100
/* No such type on the wire: for net-snmp's handlers NULL means "not answered yet". */
#define TYPE_NULL_ANSWER 0x1f

struct user {
	char **words; /* own the strings below */
	char *name;
	int level; /* SNMP_SEC_LEVEL_*: the lowest that a request may have */
	int auth;  /* net-snmp's number of the protocol; 0 for none */
	int priv;
	const char *auth_passphrase;
	const char *priv_passphrase;
	bool writable;
};

struct endpoint {
	netsnmp_transport *transport;
	netsnmp_session *session;
	int (*send)(netsnmp_transport *, const void *, int, void **, int *);
};

/* An answer that is under way: what the transport needs to send it. */
struct late_answer {
	usec due;
	netsnmp_transport *transport;
	GBytes *data;
	void *opaque;
	int opaque_size;
};

static const struct agent_config *self;
static GArray *endpoints;          /* of struct endpoint */
static GArray *users;              /* of struct user */
static GQueue late = G_QUEUE_INIT; /* of struct late_answer *, soonest first */

/* What net-snmp has been told of the card. */
static struct {
	unsigned starts;
	bool users;
	GBytes *engine_id;
} engine;

/* Of the datagram at hand. */
static struct agent_fate fate;
static int request_error; /* error-status of the whole request, or 0 */

/*
 * net-snmp keeps the local engine's time and boots in variables that nobody
 * can set: it would be up since the process started. These take the place of
 * its own functions, for itself as well, as calls between its files go through
 * the dynamic linker.
 */
static unsigned asked_for_time;
static bool owns_time; /* false where net-snmp was linked so that it asks itself alone */

__attribute__((visibility("default"))) u_long snmpv3_local_snmpEngineTime(void)
{
	asked_for_time++;
	return (u_long)(card_uptime(self->card, self->now()) / G_USEC_PER_SEC) & INT32_MAX;
}

__attribute__((visibility("default"))) u_long snmpv3_local_snmpEngineBoots(void)
{
	return self->card->boots;
}

/* Whether two names of a protocol are one: SHA-224 is SHA224. */
static bool same_protocol(const char *a, const char *b)
{
	for (;; a++, b++) {
		a += *a == '-';
		b += *b == '-';
		if (g_ascii_tolower(*a) != g_ascii_tolower(*b))
			return false;
		if (!*a)
			return true;
	}
}

/* net-snmp finds names by prefix ("SHA-2" would be SHA-224), so its find is checked. */
static int protocol(const char *text, int (*number)(const char *), const char *(*name)(int))
{
	int found = number(text);

	return found >= 0 && same_protocol(text, name(found)) ? found : -1;
}

const char *agent_add_user(const char *text, bool writable)
{
	char **words = g_strsplit_set(text, " \t", -1); /* kept by the user */
	struct user user = { .writable = writable, .level = SNMP_SEC_LEVEL_NOAUTH };
	unsigned n = 0;

	for (char **word = words; *word; word++)
		if (**word)
			words[n++] = *word;
		else
			g_free(*word);
	if (n != 1 && n != 3 && n != 5)
		return "not of the form NAME [AUTHPROTO AUTHPASS [PRIVPROTO PRIVPASS]]";
	user.words = words;
	user.name = words[0];
	if (n >= 3) {
		user.level = SNMP_SEC_LEVEL_AUTHNOPRIV;
		user.auth = protocol(words[1], usm_lookup_auth_type, usm_lookup_auth_str);
		user.auth_passphrase = words[2];
	}
	if (n == 5) {
		user.level = SNMP_SEC_LEVEL_AUTHPRIV;
		user.priv = protocol(words[3], usm_lookup_priv_type, usm_lookup_priv_str);
		user.priv_passphrase = words[4];
	}
	if (strlen(user.name) > NAME_MAX_LENGTH)
		return "a user's name has at most 32 characters";
	if (user.auth < 0 || user.priv < 0)
		return "net-snmp has no such protocol";
	if ((user.auth && strlen(user.auth_passphrase) < PASSPHRASE_MIN_LENGTH) ||
	    (user.priv && strlen(user.priv_passphrase) < PASSPHRASE_MIN_LENGTH))
		return "a passphrase has at least 8 characters";
	if (!users)
		users = g_array_new(FALSE, FALSE, sizeof(struct user));
	for (unsigned i = 0; i < users->len; i++)
		if (!strcmp(g_array_index(users, struct user, i).name, user.name))
			return "a user of that name is there already";
	g_array_append_val(users, user);
	return NULL;
}

static bool make_key(const netsnmp_session *s, const char *passphrase, u_char *key, size_t *size)
{
	*size = USM_LENGTH_KU_HASHBLOCK;
	return generate_Ku(s->securityAuthProto, (u_int)s->securityAuthProtoLen,
	                   (const u_char *)passphrase, strlen(passphrase), key,
	                   size) == SNMPERR_SUCCESS;
}

/* Enters a user in net-snmp's table, with keys for our engine. */
static bool create_user(const struct user *user, const u_char *engine_id, size_t engine_id_len)
{
	netsnmp_session s;

	snmp_sess_init(&s);
	s.version = SNMP_VERSION_3;
	s.securityModel = SNMP_SEC_MODEL_USM;
	s.securityLevel = user->level;
	s.securityName = user->name;
	s.securityNameLen = strlen(user->name);
	s.securityEngineID = (u_char *)engine_id; /* it is copied */
	s.securityEngineIDLen = engine_id_len;
	s.securityAuthProto = usmNoAuthProtocol;
	s.securityAuthProtoLen = OID_LENGTH(usmNoAuthProtocol);
	s.securityPrivProto = usmNoPrivProtocol;
	s.securityPrivProtoLen = OID_LENGTH(usmNoPrivProtocol);
	if (user->auth)
		s.securityAuthProto = sc_get_auth_oid(user->auth, &s.securityAuthProtoLen);
	if (user->priv)
		s.securityPrivProto = sc_get_priv_oid(user->priv, &s.securityPrivProtoLen);
	return (!user->auth_passphrase ||
	        make_key(&s, user->auth_passphrase, s.securityAuthKey, &s.securityAuthKeyLen)) &&
	       (!user->priv_passphrase ||
	        make_key(&s, user->priv_passphrase, s.securityPrivKey, &s.securityPrivKeyLen)) &&
	       usm_create_user_from_session(&s) == SNMPERR_SUCCESS;
}

static bool is_community(const netsnmp_pdu *pdu, GStrv list)
{
	for (; list && *list; list++)
		if (pdu->community_len == strlen(*list) &&
		    !memcmp(pdu->community, *list, pdu->community_len))
			return true;
	return false;
}

enum access { ACCESS_NONE, ACCESS_READ, ACCESS_WRITE };

static enum access access_of(const netsnmp_pdu *pdu)
{
	if (pdu->version == SNMP_VERSION_1 || pdu->version == SNMP_VERSION_2c) {
		if (pdu->version == SNMP_VERSION_1 ? !self->v1 : !self->v2c)
			return ACCESS_NONE;
		if (is_community(pdu, self->ro_communities))
			return ACCESS_READ;
		return is_community(pdu, self->communities) ? ACCESS_WRITE : ACCESS_NONE;
	}
	for (unsigned i = 0; users && i < users->len; i++) {
		const struct user *user = &g_array_index(users, struct user, i);

		if (pdu->securityNameLen != strlen(user->name) ||
		    memcmp(pdu->securityName, user->name, pdu->securityNameLen) != 0)
			continue;
		if (pdu->securityLevel < user->level)
			return ACCESS_NONE;
		return user->writable ? ACCESS_WRITE : ACCESS_READ;
	}
	return ACCESS_NONE;
}

static const char *command_text(int command)
{
	switch (command) {
	case SNMP_MSG_GET:
		return "get";
	case SNMP_MSG_GETNEXT:
		return "getnext";
	case SNMP_MSG_GETBULK:
		return "getbulk";
	default:
		return "set";
	}
}

static bool asks_uptime(const netsnmp_pdu *pdu)
{
	static const oid uptime[] = { 1, 3, 6, 1, 2, 1, 1, 3, 0 };

	for (const netsnmp_variable_list *v = pdu->variables; v; v = v->next_variable)
		if (!snmp_oid_compare(v->name, v->name_length, uptime, OID_LENGTH(uptime)))
			return true;
	return false;
}

/* The error that a request of that many varbinds as a whole gets, or 0. */
static int error_of(const netsnmp_pdu *pdu, unsigned varbinds)
{
	if (pdu->command == SNMP_MSG_SET)
		return 0;
	if (self->uptime_alone && varbinds > 1 && asks_uptime(pdu))
		return SNMP_ERR_BADVALUE;
	return card_read_status(self->card, self->now());
}

/* Called once for each request, before anything else. */
static int check_request(int major, int minor, void *data, void *context)
{
	struct view_parameters *view = data;
	unsigned varbinds = 0;

	(void)major, (void)minor, (void)context;
	if (access_of(view->pdu) == ACCESS_NONE) {
		view->errorcode =
			VACM_NOACCESS; /* silence in v1 and v2c, authorizationError in v3 */
		return 0;
	}
	for (const netsnmp_variable_list *v = view->pdu->variables; v; v = v->next_variable)
		varbinds++;
	fate = self->requested(command_text(view->pdu->command), varbinds);
	if (fate.lose)
		view->errorcode = VACM_NOACCESS;
	request_error = error_of(view->pdu, varbinds);
	return 0;
}

/* Called for each varbind. */
static int check_varbind(int major, int minor, void *data, void *context)
{
	struct view_parameters *view = data;

	(void)major, (void)minor, (void)context;
	if (view->pdu->command == SNMP_MSG_SET && access_of(view->pdu) != ACCESS_WRITE)
		view->errorcode = VACM_NOTINVIEW; /* noAccess */
	return 0;
}

static bool name_from_oid(const oid *id, size_t n, struct rec_name *name)
{
	if (n > REC_NAME_MAX)
		return false;
	name->n = (unsigned)n;
	for (size_t i = 0; i < n; i++)
		name->id[i] = (uint32_t)id[i];
	return true;
}

static size_t name_to_oid(const uint32_t *id, unsigned n, oid out[MAX_OID_LEN])
{
	for (unsigned i = 0; i < n; i++)
		out[i] = id[i];
	return n;
}

static void answer(netsnmp_variable_list *v, const struct rec_row *row)
{
	struct counter64 wide = { (u_long)(row->number >> 32), (u_long)(row->number & UINT32_MAX) };
	long integer = (long)(int64_t)row->number;
	u_long number = (u_long)row->number;
	oid id[MAX_OID_LEN];
	const void *octets;
	size_t n;

	n = name_to_oid(row->name.id, row->name.n, id);
	snmp_set_var_objid(v, id, n);
	switch (row->type) {
	case REC_INTEGER:
		snmp_set_var_typed_value(v, ASN_INTEGER, &integer, sizeof(integer));
		break;
	case REC_COUNTER64:
		snmp_set_var_typed_value(v, ASN_COUNTER64, &wide, sizeof(wide));
		break;
	case REC_OBJID:
		n = name_to_oid(&g_array_index(row->value_id, uint32_t, 0), row->value_id->len, id);
		snmp_set_var_typed_value(v, ASN_OBJECT_ID, id, n * sizeof(*id));
		break;
	case REC_OCTETS:
	case REC_IPADDRESS:
	case REC_OPAQUE:
		octets = g_bytes_get_data(row->octets, &n);
		snmp_set_var_typed_value(v, (u_char)row->type, octets ? octets : "", n);
		break;
	case REC_NULL:
		snmp_set_var_typed_value(v, ASN_NULL, NULL, 0);
		v->type = TYPE_NULL_ANSWER;
		break;
	default:
		snmp_set_var_typed_value(v, (u_char)row->type, &number, sizeof(number));
		break;
	}
}

/* net-snmp's last step before encryption and sending. */
static int build(netsnmp_session *session, netsnmp_pdu *pdu, u_char **buffer, size_t *size,
                 size_t *length)
{
	int result;

	for (netsnmp_variable_list *v = pdu->variables; v; v = v->next_variable)
		if (v->type == TYPE_NULL_ANSWER)
			v->type = ASN_NULL;
	result = snmp_build(buffer, size, length, session, pdu);
	/* It builds from the end of the buffer; who calls a hook expects it at the start. */
	if (result >= 0)
		memmove(*buffer, *buffer + *size - *length, *length);
	return result;
}

static struct rec_row *row_from_varbind(const struct rec_name *name, const netsnmp_variable_list *v)
{
	struct rec_row *row = rec_row_integer(name, 0);

	row->type = v->type;
	if (v->type == ASN_INTEGER)
		row->number = (uint64_t)(int64_t)*v->val.integer;
	else if (v->type == ASN_OCTET_STR)
		row->octets = g_bytes_new(v->val.string, v->val_len);
	else if (v->type == ASN_GAUGE || v->type == ASN_COUNTER || v->type == ASN_TIMETICKS)
		row->number = (uint64_t)*v->val.integer & UINT32_MAX;
	return row;
}

static void set(int mode, netsnmp_agent_request_info *info, netsnmp_request_info *request,
                const struct rec_name *name)
{
	struct rec_row *wanted = row_from_varbind(name, request->requestvb);

	if (mode == MODE_SET_RESERVE1) {
		int status = card_check_set(self->card, wanted, self->now());

		self->set(wanted, status);
		if (status)
			netsnmp_set_request_error(info, request, status);
	} else {
		device_set(self->card->device, wanted, self->now());
	}
	rec_row_free(wanted);
}

static int handle(netsnmp_mib_handler *handler, netsnmp_handler_registration *registration,
                  netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	(void)handler, (void)registration;
	if (request_error) {
		netsnmp_set_request_error(info, requests, request_error);
		return SNMP_ERR_NOERROR;
	}
	for (netsnmp_request_info *r = requests; r; r = r->next) {
		const bool is_set = info->mode != MODE_GET && info->mode != MODE_GETNEXT;
		netsnmp_variable_list *v = r->requestvb;
		const struct rec_row *row = NULL;
		struct rec_name name;

		if (is_set && *self->first_varbind && r->index > 1)
			continue;
		if (r->processed || !name_from_oid(v->name, v->name_length, &name))
			continue;
		switch (info->mode) {
		case MODE_GET:
			row = card_read(self->card, &name, false, false, self->now());
			if (!row)
				netsnmp_set_request_error(info, r, SNMP_NOSUCHINSTANCE);
			break;
		case MODE_GETNEXT:
			row = card_read(self->card, &name, true, r->inclusive, self->now());
			break;
		case MODE_SET_RESERVE1:
		case MODE_SET_ACTION:
			set(info->mode, info, r, &name);
			break;
		default:
			break;
		}
		if (row)
			answer(v, row);
	}
	return SNMP_ERR_NOERROR;
}

static void set_switches(void)
{
	static const int switches[] = {
		NETSNMP_DS_LIB_DISABLE_CONFIG_LOAD,     NETSNMP_DS_LIB_DONT_READ_CONFIGS,
		NETSNMP_DS_LIB_DISABLE_PERSISTENT_LOAD, NETSNMP_DS_LIB_DISABLE_PERSISTENT_SAVE,
		NETSNMP_DS_LIB_DONT_PERSIST_STATE,
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(switches); i++)
		netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, switches[i], 1);
	netsnmp_ds_set_string(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_APPTYPE, APPLICATION);
	netsnmp_ds_set_boolean(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_ROLE, 0); /* master */
}

/* Users of an engine that is no more. */
static void remove_users(const u_char *id, size_t id_len)
{
	for (unsigned i = 0; users && i < users->len; i++) {
		const char *name = g_array_index(users, struct user, i).name;
		struct usmUser *there = usm_get_user(id, id_len, name);

		if (there)
			usm_free_user(usm_remove_user(there));
	}
}

/* NULL, or the name of a user that net-snmp refuses. */
static const char *create_users(const u_char *id, size_t id_len)
{
	for (unsigned i = 0; users && i < users->len; i++) {
		const struct user *user = &g_array_index(users, struct user, i);

		if (!create_user(user, id, id_len))
			return user->name;
	}
	return NULL;
}

/* Tells net-snmp what has become of the card: NULL, or the name of a user that it refuses. */
static const char *follow_card(void)
{
	const struct card *card = self->card;
	const bool users_known = card_knows_users(card, self->now());
	const u_char *id, *old;
	const char *refused = NULL;
	size_t size, old_size;

	if (engine.engine_id && engine.starts == card->starts && engine.users == users_known)
		return NULL;
	id = g_bytes_get_data(card->engine_id, &size);
	if (engine.engine_id) {
		old = g_bytes_get_data(engine.engine_id, &old_size);
		remove_users(old, old_size);
		/* Unknown from now on. It may take others along, so it comes first. */
		free_enginetime((u_char *)old, old_size);
		g_bytes_unref(engine.engine_id);
	}
	set_exact_engineID(id, size);
	set_enginetime(id, (u_int)size, (u_int)snmpv3_local_snmpEngineBoots(),
	               (u_int)snmpv3_local_snmpEngineTime(), TRUE);
	engine.engine_id = g_bytes_ref(card->engine_id);
	if (users_known)
		refused = create_users(id, size);
	engine.users = users_known;
	engine.starts = card->starts;
	return refused;
}

static char *init_engine(void)
{
	char unwanted_modules[] = "-vacm_conf,usmConf,iquery,smux";
	g_autofree char *boots = g_strdup_printf("%u", self->card->boots - 1);
	netsnmp_session unused;
	const char *refused;
	const u_char *id;
	size_t size;

	netsnmp_register_loghandler(NETSNMP_LOGHANDLER_NONE, LOG_DEBUG);
	snmp_sess_init(&unused); /* net-snmp's own initialisation, once */
	set_switches();
	add_to_init_list(unwanted_modules);
	init_agent(APPLICATION);
	init_snmpv3(APPLICATION);
	id = g_bytes_get_data(self->card->engine_id, &size);
	set_exact_engineID(id, size);
	snmp_call_callbacks(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_POST_PREMIB_READ_CONFIG, NULL);
	snmp_call_callbacks(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_POST_READ_CONFIG, NULL);
	asked_for_time = 0;
	refused = follow_card();
	if (refused)
		return g_strdup_printf("net-snmp refuses user %s", refused);
	/* follow_card() asks once; the rest is net-snmp's. */
	owns_time = asked_for_time > 1;
	if (!owns_time)
		engineBoots_conf("engineBoots", boots);
	return NULL;
}

static void register_handlers(void)
{
	static const oid root[] = { 1, 3 };

	snmp_register_callback(SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_ACM_CHECK_INITIAL,
	                       check_request, NULL);
	snmp_register_callback(SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_ACM_CHECK, check_varbind,
	                       NULL);
	netsnmp_register_handler(netsnmp_create_handler_registration(
		"records", handle, root, OID_LENGTH(root), HANDLER_CAN_RWRITE));
}

bool agent_owns_time(void)
{
	return owns_time;
}

static int socket_at(unsigned i)
{
	return g_array_index(endpoints, struct endpoint, i).transport->sock;
}

int agent_socket(unsigned i)
{
	return i < endpoints->len ? socket_at(i) : -1;
}

static unsigned port_of(int fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} address = { { 0 } };
	socklen_t size = sizeof(address);

	if (getsockname(fd, &address.any, &size))
		return 0;
	return ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port
	                                               : address.v4.sin_port);
}

static char *endpoint_text(const char *address, unsigned port)
{
	return g_strdup_printf(strchr(address, ':') ? "[%s]:%u" : "%s:%u", address, port);
}

char *agent_address(unsigned i)
{
	return endpoint_text(self->listen[i], port_of(socket_at(i)));
}

static void close_endpoints(void)
{
	for (unsigned i = 0; i < endpoints->len; i++)
		snmp_close(g_array_index(endpoints, struct endpoint, i).session);
	g_array_set_size(endpoints, 0);
}

static int send_now(netsnmp_transport *transport, const void *data, int size, void **opaque,
                    int *opaque_size)
{
	for (unsigned i = 0; i < endpoints->len; i++) {
		const struct endpoint *endpoint = &g_array_index(endpoints, struct endpoint, i);

		if (endpoint->transport == transport)
			return endpoint->send(transport, data, size, opaque, opaque_size);
	}
	return -1;
}

static int compare_late(const void *a, const void *b, void *unused)
{
	const struct late_answer *left = a;
	const struct late_answer *right = b;

	(void)unused;
	return left->due <= right->due ? -1 : 1;
}

static void send_late(netsnmp_transport *transport, const void *data, int size, const void *opaque,
                      int opaque_size)
{
	struct late_answer *answer = g_new0(struct late_answer, 1);

	answer->due = self->now() + fate.late;
	answer->transport = transport;
	answer->data = g_bytes_new(data, (size_t)size);
	answer->opaque = g_malloc((size_t)opaque_size);
	memcpy(answer->opaque, opaque, (size_t)opaque_size);
	answer->opaque_size = opaque_size;
	g_queue_insert_sorted(&late, answer, compare_late, NULL);
}

usec agent_advance(usec now)
{
	struct late_answer *answer;

	while ((answer = g_queue_peek_head(&late)) && answer->due <= now) {
		size_t size;
		const void *data = g_bytes_get_data(answer->data, &size);

		g_queue_pop_head(&late);
		send_now(answer->transport, data, (int)size, &answer->opaque, &answer->opaque_size);
		g_bytes_unref(answer->data);
		g_free(answer->opaque);
		g_free(answer);
	}
	return answer ? answer->due : -1;
}

/* In the place of the transport's own. */
static int send_answer(netsnmp_transport *transport, const void *data, int size, void **opaque,
                       int *opaque_size)
{
	if (fate.lose || fate.mute)
		return size;
	if (fate.late) {
		send_late(transport, data, size, *opaque, *opaque_size);
		return size;
	}
	return send_now(transport, data, size, opaque, opaque_size);
}

/* Our own session rather than an agent "nsap": that one would ask hosts.allow. */
static bool open_endpoint(const char *address, unsigned port)
{
	g_autofree char *where = endpoint_text(address, port);
	g_autofree char *text = g_strconcat(strchr(address, ':') ? "udp6:" : "udp:", where, NULL);
	netsnmp_transport *transport = netsnmp_transport_open_server("snmp", text);
	struct endpoint new = { transport, NULL, NULL };
	netsnmp_session s;

	if (!transport)
		return false;
	new.send = transport->f_send;
	transport->f_send = send_answer;
	snmp_sess_init(&s);
	s.version = SNMP_DEFAULT_VERSION;
	s.callback = handle_snmp_packet;
	s.isAuthoritative = SNMP_SESS_AUTHORITATIVE;
	new.session = snmp_add_full(&s, transport, NULL, NULL, NULL, NULL, build, NULL, NULL);
	if (new.session)
		g_array_append_val(endpoints, new);
	return new.session;
}

/* All addresses at one port; NULL, or the address that failed. */
static const char *open_endpoints(void)
{
	for (unsigned i = 0; self->listen[i]; i++) {
		unsigned port = i && !self->port ? port_of(socket_at(0)) : self->port;

		if (open_endpoint(self->listen[i], port))
			continue;
		close_endpoints();
		return self->listen[i];
	}
	return NULL;
}

char *agent_start(const struct agent_config *config)
{
	const char *failed;
	char *error;

	self = config;
	endpoints = g_array_new(FALSE, FALSE, sizeof(struct endpoint));
	error = init_engine();
	if (error)
		return error;
	register_handlers();
	/* The port that the kernel picked for one address may be taken on the next. */
	for (unsigned tries = 0; (failed = open_endpoints()); tries++)
		if (self->port || failed == self->listen[0] || tries == PORT_TRIES)
			return g_strdup_printf("cannot listen on %s, port %u: %s", failed,
			                       self->port, g_strerror(errno));
	return NULL;
}

void agent_answer(unsigned i)
{
	netsnmp_session *session = g_array_index(endpoints, struct endpoint, i).session;
	netsnmp_large_fd_set ready;

	follow_card();
	fate = (struct agent_fate){ 0 };
	request_error = 0;
	netsnmp_large_fd_set_init(&ready, FD_SETSIZE);
	NETSNMP_LARGE_FD_SET(socket_at(i), &ready);
	snmp_sess_read2(snmp_sess_pointer(session), &ready);
	netsnmp_large_fd_set_cleanup(&ready);
}

bool agent_drop(unsigned i)
{
	char byte;

	return recv(socket_at(i), &byte, sizeof(byte), MSG_DONTWAIT) >= 0;
}
