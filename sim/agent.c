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
#define ENGINE_ID_PREFIX "\x80\x00\x03\x52\x05" /* enterprise 850, octets follow */
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
};

static const struct agent_config *self;
static GArray *endpoints; /* of struct endpoint */
static GArray *users;     /* of struct user */

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
static bool create_user(const struct user *user, u_char *engine_id, size_t engine_id_len)
{
	netsnmp_session s;

	snmp_sess_init(&s);
	s.version = SNMP_VERSION_3;
	s.securityModel = SNMP_SEC_MODEL_USM;
	s.securityLevel = user->level;
	s.securityName = user->name;
	s.securityNameLen = strlen(user->name);
	s.securityEngineID = engine_id;
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
	self->requested(command_text(view->pdu->command), varbinds);
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
	gconstpointer octets;
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
		n = name_to_oid((const uint32_t *)(void *)row->value_id->data, row->value_id->len,
		                id);
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
		int status = device_check_set(self->device, wanted);

		self->set(wanted, status);
		if (status)
			netsnmp_set_request_error(info, request, status);
	} else {
		device_set(self->device, wanted, self->now());
	}
	rec_row_free(wanted);
}

static int handle(netsnmp_mib_handler *handler, netsnmp_handler_registration *registration,
                  netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	(void)handler, (void)registration;
	for (netsnmp_request_info *r = requests; r; r = r->next) {
		netsnmp_variable_list *v = r->requestvb;
		const struct rec_row *row = NULL;
		struct rec_name name;

		if (r->processed || !name_from_oid(v->name, v->name_length, &name))
			continue;
		switch (info->mode) {
		case MODE_GET:
			row = records_find(self->device->records, &name);
			if (!row)
				netsnmp_set_request_error(info, r, SNMP_NOSUCHINSTANCE);
			break;
		case MODE_GETNEXT:
			row = records_next(self->device->records, &name, r->inclusive);
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

static GBytes *unique_engine_id(void)
{
	g_autoptr(GByteArray) id = g_byte_array_new();

	g_byte_array_append(id, (const guint8 *)ENGINE_ID_PREFIX, sizeof(ENGINE_ID_PREFIX) - 1);
	for (unsigned i = 0; i < 8; i++) {
		guint8 byte = (guint8)g_random_int_range(0, 256);

		g_byte_array_append(id, &byte, 1);
	}
	return g_byte_array_free_to_bytes(g_steal_pointer(&id));
}

static void start_engine(const u_char *id, size_t id_len)
{
	g_autofree char *boots = g_strdup_printf("%u", self->engine_boots - 1);

	init_snmpv3(APPLICATION);
	set_exact_engineID(id, id_len);
	snmp_call_callbacks(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_POST_PREMIB_READ_CONFIG, NULL);
	snmp_call_callbacks(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_POST_READ_CONFIG, NULL);
	/* After these, which begin anew at 1 because the engine ID is new to them. */
	engineBoots_conf("engineBoots", boots);
	set_enginetime(id, (u_int)id_len, (u_int)snmpv3_local_snmpEngineBoots(),
	               (u_int)snmpv3_local_snmpEngineTime(), TRUE);
}

static char *init_engine(void)
{
	static const oid engine_id_oid[] = { 1, 3, 6, 1, 6, 3, 10, 2, 1, 1, 0 };
	char unwanted_modules[] = "-vacm_conf,usmConf,iquery,smux";
	g_autoptr(GBytes) engine_id =
		self->engine_id ? g_bytes_ref(self->engine_id) : unique_engine_id();
	netsnmp_session unused;
	struct rec_name name;
	gsize size;
	g_autofree u_char *id = NULL;

	netsnmp_register_loghandler(NETSNMP_LOGHANDLER_NONE, LOG_DEBUG);
	snmp_sess_init(&unused); /* net-snmp's own initialisation, once */
	set_switches();
	add_to_init_list(unwanted_modules);
	init_agent(APPLICATION);
	id = g_bytes_unref_to_data(g_bytes_ref(engine_id), &size);
	start_engine(id, size);
	name_from_oid(engine_id_oid, OID_LENGTH(engine_id_oid), &name);
	if (!records_find(self->device->records, &name))
		records_put(self->device->records, rec_row_octets(&name, engine_id));
	for (unsigned i = 0; users && i < users->len; i++)
		if (!create_user(&g_array_index(users, struct user, i), id, size))
			return g_strdup_printf("net-snmp refuses user %s",
			                       g_array_index(users, struct user, i).name);
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

int agent_socket(unsigned i)
{
	if (i >= endpoints->len)
		return -1;
	return g_array_index(endpoints, struct endpoint, i).transport->sock;
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
	return endpoint_text(self->listen[i], port_of(agent_socket(i)));
}

static void close_endpoints(void)
{
	for (unsigned i = 0; i < endpoints->len; i++)
		snmp_close(g_array_index(endpoints, struct endpoint, i).session);
	g_array_set_size(endpoints, 0);
}

/* Our own session rather than an agent "nsap": that one would ask hosts.allow. */
static bool open_endpoint(const char *address, unsigned port)
{
	g_autofree char *where = endpoint_text(address, port);
	g_autofree char *text = g_strconcat(strchr(address, ':') ? "udp6:" : "udp:", where, NULL);
	netsnmp_transport *transport = netsnmp_transport_open_server("snmp", text);
	struct endpoint new = { transport, NULL };
	netsnmp_session s;

	if (!transport)
		return false;
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
		unsigned port = i && !self->port ? port_of(agent_socket(0)) : self->port;

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

	netsnmp_large_fd_set_init(&ready, FD_SETSIZE);
	NETSNMP_LARGE_FD_SET(agent_socket(i), &ready);
	snmp_sess_read2(snmp_sess_pointer(session), &ready);
	netsnmp_large_fd_set_cleanup(&ready);
}

void agent_drop(unsigned i)
{
	char byte;

	recv(agent_socket(i), &byte, sizeof(byte), MSG_DONTWAIT);
}
