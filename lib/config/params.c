/*
 * The parameter table and the checks on it: see params.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config/params.h"

#include "base/text.h"
#include "config/secrets.h"

#include <string.h>

#define FEEDS_MAX 64
#define COMMUNITY_BYTES 255
#define LOGIN_BYTES 32     /* RFC 3414, usmUserName */
#define PASSPHRASE_BYTES 8 /* RFC 3414 section 11.2: at least */
#define SECONDS_MAX 3600
#define SECONDS_TEXT G_STRINGIFY(SECONDS_MAX)

/* The flags of a row: required, secret. */
#define OPTIONAL false, false
#define REQUIRED true, false
#define SECRET false, true

/* The words that a parameter may be, in the order of their enum. */
static const char *const versions[] = { "1", "2c", "3", NULL };
static const char *const auth_protocols[] = { "MD5",    "SHA",    "SHA224", "SHA256",
	                                      "SHA384", "SHA512", NULL };
static const char *const priv_protocols[] = { "DES",     "AES",     "AES192", "AES256",
	                                      "AES192C", "AES256C", NULL };
enum level { NO_AUTH_NO_PRIV, AUTH_NO_PRIV, AUTH_PRIV };
static const char *const levels[] = { "noAuthNoPriv", "authNoPriv", "authPriv", NULL };

#define ANY_WORD NULL

/* The end of a row: what the agent makes of it. */
#define AGENT(letter, name, obsolete, type, default_) name, obsolete, type, default_, letter, NULL
#define AGENT_ALIKE AGENT(0, NULL, NULL, NULL, NULL)
#define AGENT_TIME AGENT(0, NULL, NULL, "second", NULL)

/*
 * Times have type string, for they may have decimals and no type of the plugin's
 * metadata means that.
 */
static const struct trippsnmp_parameter table[] = {
	{ "ipaddr", "string", NULL, ANY_WORD, REQUIRED,
	  "PDUs, separated by blanks or commas: NAME, IPv4 or [IPv6], each with optional :PORT",
	  "Host name, IPv4 address or [IPv6 address] of the PDU's SNMP card, with an "
	  "optional :port (161 if left out). Several PDUs are separated by blanks or "
	  "commas, such as \"pdu-a, 192.0.2.7, [2001:db8::7]:1161\". Prefer numeric "
	  "addresses: fencing should not depend on a name server.",
	  AGENT('a', "ip", "ipaddr", NULL, NULL) },
	{ "hostlist", "string", NULL, ANY_WORD, OPTIONAL,
	  "Which outlets feed which node: NODE:OUTLET[,OUTLET...] with ; or blanks between; "
	  "OUTLET is [DEVICE.]NUMBER[=\"NAME\"], \"NAME\" or [DEVICE.]main, then @PDU if there "
	  "are several",
	  "Entries NODE:OUTLET[,OUTLET...] or NODE[,NODE...], separated by semicolons or "
	  "blanks. An OUTLET is [DEVICE.]NUMBER, or NUMBER=\"NAME\", which is that number and "
	  "must be called so, or the outlet's name in double quotes, or [DEVICE.]main, the main "
	  "load, which cuts all that hangs on the device: no other node may have an outlet "
	  "there. Then @PDU as the PDU's address was written, required where there are several: "
	  "\"db1:3@pdu-a,3@pdu-b; db2:4@pdu-a,4@pdu-b\". A number with its name is the "
	  "safest, for it notices rows that were renumbered. A node without outlets, or every "
	  "node if hostlist is empty, is fed by all outlets whose name or description in "
	  "the PDU equals the node's name, ignoring case; names such as Load 3, Outlet 3, "
	  "Port 3, Receptacle 3, Bank 3 or 3 alone are never listed as nodes. "
	  "Nodes with several feeds deserve an explicit map.",
	  AGENT_ALIKE },
	{ "feeds", "integer", "0", ANY_WORD, OPTIONAL, "How many outlets each node must have",
	  "A node with fewer or more outlets than this is an error before anything is "
	  "switched, so that a renamed or unplugged outlet is noticed. 0 (or any) accepts "
	  "every number but none.",
	  AGENT_ALIKE },
	{ "snmp_version", "string", NULL, versions, OPTIONAL, "SNMP version: 1, 2c or 3",
	  "Version of SNMP that the PDUs are asked in: 1, 2c or 3. If it is not set, it is "
	  "3 where login is set and 2c elsewhere.",
	  NULL, NULL, NULL, "1", 'd',
	  "Version of SNMP that the PDUs are asked in: 1, 2c or 3. If it is not set it is 1, also "
	  "where a user name is set." },
	{ "community", "string", NULL, ANY_WORD, SECRET,
	  "SNMP community with write access (versions 1 and 2c)",
	  "Community that may read and write the PDU's objects. Versions 1 and 2c require "
	  "it, here or in secrets_file; version 3 does not use it.",
	  AGENT('c', NULL, NULL, NULL, "private") },
	{ "login", "string", NULL, ANY_WORD, OPTIONAL, "SNMPv3 user name",
	  "Name of an SNMPv3 user with write access. Version 3 requires it; versions 1 and "
	  "2c do not use it.",
	  AGENT('l', "username", "login", NULL, NULL) },
	{ "password", "string", NULL, ANY_WORD, SECRET, "SNMPv3 authentication passphrase",
	  "Passphrase that the SNMPv3 user authenticates with, at least 8 characters. It "
	  "may stand in secrets_file instead.",
	  AGENT('p', NULL, "passwd", NULL, NULL) },
	{ "snmp_auth_prot", "string", "SHA", auth_protocols, OPTIONAL,
	  "SNMPv3 authentication protocol",
	  "MD5, SHA, SHA224, SHA256, SHA384 or SHA512, as set for the user in the PDU. SHA "
	  "is SHA-1.",
	  AGENT('b', NULL, NULL, NULL, "MD5") },
	{ "snmp_priv_prot", "string", "AES", priv_protocols, OPTIONAL, "SNMPv3 privacy protocol",
	  "DES, AES, AES192, AES256, AES192C or AES256C, as set for the user in the PDU. AES is "
	  "AES-128. Those with a C lengthen a short key in another way, as Cisco does: cards "
	  "differ, so where AES192 or AES256 gets no answer, try the other.",
	  AGENT('B', NULL, NULL, NULL, "DES") },
	{ "snmp_priv_passwd", "string", NULL, ANY_WORD, SECRET, "SNMPv3 privacy passphrase",
	  "Passphrase that SNMPv3 messages are encrypted with, at least 8 characters. It "
	  "needs password as well, and may stand in secrets_file instead.",
	  AGENT('P', NULL, NULL, NULL, NULL) },
	{ "snmp_sec_level", "string", NULL, levels, OPTIONAL, "SNMPv3 security level",
	  "noAuthNoPriv, authNoPriv or authPriv. If it is not set, it is the highest that "
	  "the passphrases given allow.",
	  AGENT('E', NULL, NULL, NULL, NULL) },
	{ "secrets_file", "string", NULL, ANY_WORD, OPTIONAL, "File that holds the secrets",
	  "File with lines community=..., password=... and snmp_priv_passwd=..., so that "
	  "these need not stand in the cluster's configuration. It must belong to root or "
	  "to the user that fences, and nobody else may have access to it. All behind the "
	  "first = is the value; blank lines and lines that begin with # are ignored. The "
	  "file must exist on every node that may fence.",
	  AGENT_ALIKE },
	{ "off_hold", "string", "5", ANY_WORD, OPTIONAL, "Seconds that all outlets must stay off",
	  "Off is believed only if all outlets of the node read off, and read off again "
	  "this many seconds later; a reset keeps them off together for that long. Decimals "
	  "are allowed. Take it longer than the node's power supplies can bridge.",
	  AGENT_TIME },
	{ "power_timeout", "string", "20", ANY_WORD, OPTIONAL,
	  "Seconds that an outlet may take to obey",
	  "How long an outlet may take to reach the state that it was told to reach, delays "
	  "set in the PDU included. Decimals are allowed.",
	  AGENT_TIME },
	{ "snmp_timeout", "string", "1", ANY_WORD, OPTIONAL,
	  "Seconds before a request is sent again",
	  "How long an answer is waited for before the first retransmission; the wait grows "
	  "from there, and follows what the PDU is seen to need once it has answered. "
	  "Decimals are allowed; at least 0.05.",
	  AGENT_TIME },
	{ "total_timeout", "string", "50", ANY_WORD, OPTIONAL,
	  "Seconds that a whole operation may take",
	  "Limit for one on, off or reset, name resolution included. power_timeout and "
	  "off_hold together must fit in it. Keep it below the cluster's own limit "
	  "(stonith-timeout, 60 seconds by default), which ends an operation without an "
	  "explanation. Status and list take at most 15 seconds.",
	  AGENT_TIME },
	{ "check_write", "boolean", "no", ANY_WORD, OPTIONAL, "Whether status proves write access",
	  "If yes, status also sets each mapped outlet's command object to idle, which "
	  "switches nothing but fails where the community or user may only read.",
	  AGENT_ALIKE },
};

G_STATIC_ASSERT(G_N_ELEMENTS(table) == PARAM_COUNT);

const struct trippsnmp_parameter *params_row(unsigned i)
{
	return i < PARAM_COUNT ? &table[i] : NULL;
}

enum param_id params_find(const char *name)
{
	unsigned i = 0;

	while (i < PARAM_COUNT && g_strcmp0(table[i].name, name) != 0)
		i++;
	return i;
}

static void append_xml(GString *xml, const struct trippsnmp_parameter *row)
{
	g_autofree char *texts = g_markup_printf_escaped("<shortdesc lang=\"en\">%s</shortdesc>\n"
	                                                 "<longdesc lang=\"en\">%s</longdesc>\n",
	                                                 row->shortdesc, row->longdesc);

	g_string_append_printf(xml, "<parameter name=\"%s\" unique=\"0\" required=\"%d\">\n",
	                       row->name, row->required);
	g_string_append_printf(xml, "<content type=\"%s\"", row->type);
	if (row->default_value)
		g_string_append_printf(xml, " default=\"%s\"", row->default_value);
	g_string_append_printf(xml, "/>\n%s</parameter>\n", texts);
}

char *params_xml(void)
{
	GString *xml = g_string_new("<parameters>\n");

	for (unsigned i = 0; i < PARAM_COUNT; i++)
		append_xml(xml, &table[i]);
	g_string_append(xml, "</parameters>");
	return g_string_free(xml, FALSE);
}

void secret_free(char *secret)
{
	if (secret)
		explicit_bzero(secret, strlen(secret));
	g_free(secret);
}

const char *config_name(const struct config *config, enum param_id id)
{
	return config->names[id] ? config->names[id] : table[id].name;
}

/* What params_check() works on. */
struct check {
	const char *const *given;
	char *value[PARAM_COUNT]; /* as given, else the default, else NULL */
	bool agent;               /* the agent's defaults count */
	struct config *config;
	char *error;
};

/* Takes over what is said. */
static bool fail_param(struct check *c, enum param_id id, char *what)
{
	c->error = g_strdup_printf("%s: %s", config_name(c->config, id), what);
	g_free(what);
	return false;
}

static void warn_param(struct check *c, enum param_id id, const char *what)
{
	g_ptr_array_add(c->config->warnings,
	                g_strdup_printf("%s: %s", config_name(c->config, id), what));
}

/* Shows text of the user's first. Never for secrets. */
static bool fail_value(struct check *c, enum param_id id, const char *what)
{
	return fail_param(c, id, text_about(c->value[id], what));
}

/* NULL for what is not given. */
static char *given_value(const struct check *c, enum param_id id)
{
	char *value = g_strdup(c->given[id] ? c->given[id] : "");

	if (!table[id].secret)
		g_strstrip(value);
	if (!*value)
		g_clear_pointer(&value, g_free);
	return value;
}

static bool collect_values(struct check *c)
{
	for (unsigned i = 0; i < PARAM_COUNT; i++) {
		char *value = given_value(c, i);

		c->value[i] = value;
		if (!value && (!c->agent || !table[i].agent_default))
			c->value[i] = g_strdup(table[i].default_value);
		if (value && g_str_has_prefix(value + strspn(value, " \t"), "lrm://"))
			return fail_param(c, i,
			                  g_strdup("the cluster passed on an unresolved cibsecret "
			                           "(lrm://): is the secret stored on this node?"));
		if (table[i].required && !value)
			return fail_param(c, i, g_strdup("missing"));
	}
	return true;
}

/* secrets_file */

static bool take_secrets(struct check *c, struct secrets *secrets)
{
	for (unsigned i = 0; i < secrets->warnings->len; i++)
		warn_param(c, PARAM_SECRETS_FILE, secrets->warnings->pdata[i]);
	for (unsigned i = 0; i < PARAM_COUNT; i++) {
		if (!secrets->values[i] || !*secrets->values[i])
			continue;
		if (c->value[i])
			return fail_param(
				c, i, g_strdup("given both as a parameter and in secrets_file"));
		c->value[i] = g_steal_pointer(&secrets->values[i]);
	}
	return true;
}

static bool load_secrets(struct check *c)
{
	const char *path = c->value[PARAM_SECRETS_FILE];
	struct secrets secrets;
	char *error;
	bool ok;

	if (!path)
		return true;
	/* The cluster's working directory is not that of a person who tries it by hand. */
	if (*path != '/')
		return fail_value(c, PARAM_SECRETS_FILE, "is a relative path: write it from / on");
	error = secrets_read(path, &secrets);
	ok = error ? fail_param(c, PARAM_SECRETS_FILE, error) : take_secrets(c, &secrets);
	secrets_clear(&secrets);
	return ok;
}

/* ipaddr */

static bool check_ipaddr(struct check *c)
{
	char *error;

	c->config->pdus = addresses_parse(c->value[PARAM_IPADDR], &error);
	return c->config->pdus || fail_param(c, PARAM_IPADDR, error);
}

/* hostlist and feeds */

static bool check_hostlist(struct check *c)
{
	const GArray *pdus = c->config->pdus;
	char *error = NULL;

	c->config->map = nodemap_parse(c->value[PARAM_HOSTLIST], addresses_at(pdus, 0), pdus->len,
	                               config_name(c->config, PARAM_IPADDR), &error);
	return c->config->map || fail_param(c, PARAM_HOSTLIST, error);
}

static bool check_feeds_given(struct check *c)
{
	const GPtrArray *nodes = c->config->map->nodes;
	uint64_t feeds = 0;

	if (!g_ascii_strcasecmp(c->value[PARAM_FEEDS], "any"))
		return true;
	if (!g_ascii_string_to_unsigned(c->value[PARAM_FEEDS], 10, 0, FEEDS_MAX, &feeds, NULL))
		return fail_value(c, PARAM_FEEDS,
		                  "is not a number from 0 to " G_STRINGIFY(FEEDS_MAX));
	c->config->feeds = (unsigned)feeds;

	for (unsigned i = 0; feeds && i < nodes->len; i++) {
		const struct node *node = g_ptr_array_index(nodes, i);

		if (node->outlets->len && node->outlets->len != feeds)
			return fail_param(
				c, PARAM_FEEDS,
				g_strdup_printf("hostlist gives node \"%s\" %u outlet(s), not %u",
			                        node->name, node->outlets->len, c->config->feeds));
	}
	return true;
}

/* One word of several */

/* A yes, then a no, and so on: an even index is a yes. */
static const char *const answers[] = { "yes", "no", "true", "false", "on", "off", "1", "0", NULL };

/* Between a letter and a digit, or the other way round, as in AES-256-C. */
static bool is_joint(char before, char after)
{
	return (g_ascii_isalpha(before) && g_ascii_isdigit(after)) ||
	       (g_ascii_isdigit(before) && g_ascii_isalpha(after));
}

/* Ignores case, and the dashes in names such as SHA-256. */
static bool is_word(const char *word, const char *text)
{
	for (const char *at = word; *at; at++, text++) {
		if (g_ascii_tolower(*at) != g_ascii_tolower(*text))
			return false;
		if (text[1] == '-' && is_joint(at[0], at[1]))
			text++;
	}
	return !*text;
}

/* What net-snmp's tools call the same: our word for it. */
static const char *our_word(const char *text)
{
	if (is_word("SHA1", text))
		return "SHA";
	return is_word("AES128", text) ? "AES" : text;
}

static bool choose_word(struct check *c, enum param_id id, const char *const words[],
                        unsigned *chosen)
{
	for (*chosen = 0; words[*chosen]; (*chosen)++)
		if (is_word(words[*chosen], our_word(c->value[id])))
			return true;

	g_autofree char *known = g_strjoinv(", ", (char **)words);
	g_autofree char *what = g_strconcat("is none of ", known, NULL);
	return fail_value(c, id, what);
}

/* SNMP */

static char *take_value(struct check *c, enum param_id id)
{
	return g_steal_pointer(&c->value[id]);
}

/* Takes the agent's default where nothing is set, not even in secrets_file. */
static void assume(struct check *c, enum param_id id)
{
	if (!c->agent || c->value[id])
		return;
	c->value[id] = g_strdup(table[id].agent_default);
	c->config->assumed[id] = true;
}

static bool fail_missing(struct check *c, enum param_id id, const char *why)
{
	return fail_param(c, id,
	                  g_strdup_printf("missing%s%s", why,
	                                  c->value[PARAM_SECRETS_FILE]
	                                          ? "; secrets_file does not have it either"
	                                          : ""));
}

static bool check_length(struct check *c, enum param_id id, size_t least, size_t most)
{
	const size_t length = c->value[id] ? strlen(c->value[id]) : least;

	if (length < least)
		return fail_param(
			c, id,
			g_strdup_printf("a passphrase needs at least %zu characters", least));
	return length <= most || fail_param(c, id, g_strdup_printf("longer than %zu bytes", most));
}

static bool check_community(struct check *c)
{
	g_autofree char *why = g_strdup_printf(" (SNMP versions 1 and 2c need it, "
	                                       "version 3 needs %s instead)",
	                                       config_name(c->config, PARAM_LOGIN));

	assume(c, PARAM_COMMUNITY);
	if (!c->value[PARAM_COMMUNITY])
		return fail_missing(c, PARAM_COMMUNITY, why);
	if (!check_length(c, PARAM_COMMUNITY, 0, COMMUNITY_BYTES))
		return false;
	c->config->community = take_value(c, PARAM_COMMUNITY);
	return true;
}

static bool check_user(struct check *c)
{
	if (!c->value[PARAM_LOGIN])
		return fail_param(c, PARAM_LOGIN, g_strdup("missing, but SNMP version 3 needs it"));
	if (!check_length(c, PARAM_LOGIN, 0, LOGIN_BYTES))
		return false;
	if (c->value[PARAM_SNMP_PRIV_PASSWD] && !c->value[PARAM_PASSWORD])
		return fail_param(c, PARAM_SNMP_PRIV_PASSWD,
		                  g_strdup_printf("given, but there is no privacy without %s",
		                                  config_name(c->config, PARAM_PASSWORD)));
	c->config->login = take_value(c, PARAM_LOGIN);
	return check_length(c, PARAM_PASSWORD, PASSPHRASE_BYTES, SIZE_MAX) &&
	       check_length(c, PARAM_SNMP_PRIV_PASSWD, PASSPHRASE_BYTES, SIZE_MAX);
}

static bool check_level(struct check *c, unsigned level, unsigned auth, unsigned priv)
{
	static const enum param_id needed[] = { PARAM_PASSWORD, PARAM_SNMP_PRIV_PASSWD };
	g_autofree char *why = g_strdup_printf(", but snmp_sec_level %s needs it", levels[level]);

	for (unsigned i = 0; i < MIN(level, G_N_ELEMENTS(needed)); i++)
		if (!c->value[needed[i]])
			return fail_missing(c, needed[i], why);
	if (level >= AUTH_NO_PRIV) {
		c->config->auth = auth_protocols[auth];
		c->config->auth_passphrase = take_value(c, PARAM_PASSWORD);
	}
	if (level >= AUTH_PRIV) {
		c->config->priv = priv_protocols[priv];
		c->config->priv_passphrase = take_value(c, PARAM_SNMP_PRIV_PASSWD);
	}
	return true;
}

/* Takes the agent's default where the word is used, and so worth a warning; elsewhere the table's
 * default will do. */
static bool check_protocol(struct check *c, enum param_id id, bool used, const char *const words[],
                           unsigned *which)
{
	if (used)
		assume(c, id);
	if (!c->value[id])
		c->value[id] = g_strdup(table[id].default_value);
	return choose_word(c, id, words, which);
}

/* Also protocols that the version in use ignores must be known ones. */
static bool check_snmp(struct check *c)
{
	unsigned version = c->value[PARAM_LOGIN] ? SNMP_V3 : SNMP_V2C;
	unsigned level = NO_AUTH_NO_PRIV, auth = 0, priv = 0;

	if (c->value[PARAM_PASSWORD])
		level = c->value[PARAM_SNMP_PRIV_PASSWD] ? AUTH_PRIV : AUTH_NO_PRIV;
	assume(c, PARAM_SNMP_VERSION);
	if (c->value[PARAM_SNMP_VERSION] && !choose_word(c, PARAM_SNMP_VERSION, versions, &version))
		return false;
	if (c->value[PARAM_SNMP_SEC_LEVEL] && !choose_word(c, PARAM_SNMP_SEC_LEVEL, levels, &level))
		return false;
	if (!check_protocol(c, PARAM_SNMP_AUTH_PROT, version == SNMP_V3 && level >= AUTH_NO_PRIV,
	                    auth_protocols, &auth) ||
	    !check_protocol(c, PARAM_SNMP_PRIV_PROT, version == SNMP_V3 && level >= AUTH_PRIV,
	                    priv_protocols, &priv))
		return false;
	c->config->version = (enum snmp_version)version;
	if (version != SNMP_V3)
		return check_community(c);
	if (c->given[PARAM_SNMP_PRIV_PROT] && *c->given[PARAM_SNMP_PRIV_PROT] && level < AUTH_PRIV)
		warn_param(c, PARAM_SNMP_PRIV_PROT,
		           "set, but without snmp_priv_passwd nothing is encrypted");
	return check_user(c) && check_level(c, level, auth, priv);
}

/* Times */

/* Less would bury a card in requests that it is still busy answering. */
#define SNMP_TIMEOUT_LEAST (USEC_PER_SEC / 20)

/* Digits with an optional fraction: no sign, exponent, nan, hexadecimal or locale. */
static bool check_time(struct check *c, enum param_id id, usec least, usec *time)
{
	const char *text = c->value[id];
	const double seconds = text_fits(text, "[0-9]+(\\.[0-9]*)?|\\.[0-9]+")
	                               ? g_ascii_strtod(text, NULL)
	                               : SECONDS_MAX + 1;

	*time = (usec)(MIN(seconds, SECONDS_MAX) * (double)USEC_PER_SEC + 0.5);
	if (seconds <= SECONDS_MAX && *time >= least)
		return true;
	if (least == SNMP_TIMEOUT_LEAST)
		return fail_value(c, id, "is not a number of seconds from 0.05 to " SECONDS_TEXT);
	return fail_value(c, id,
	                  least > 0 ? "is not a number of seconds above 0, up to " SECONDS_TEXT
	                            : "is not a number of seconds from 0 to " SECONDS_TEXT);
}

/* Pacemaker's own limit is 60 s, of which it needs some for itself. */
#define TOTAL_TIMEOUT_SAFE (55 * USEC_PER_SEC)

static void warn_of_times(struct check *c)
{
	const struct config *config = c->config;
	g_autofree char *total =
		g_strdup_printf("%s s: the cluster's stonith-timeout (60 s by default) must be "
	                        "longer, or it ends the operation without an explanation",
	                        c->value[PARAM_TOTAL_TIMEOUT]);

	if (!config->off_hold)
		warn_param(c, PARAM_OFF_HOLD,
		           "0 gives up the proof that off lasts: an outlet in the middle of a "
		           "cycle, or power supplies that bridge the gap, may keep a node alive "
		           "that is said to be off");
	if (config->total_timeout > TOTAL_TIMEOUT_SAFE)
		warn_param(c, PARAM_TOTAL_TIMEOUT, total);
}

static bool check_times(struct check *c)
{
	struct config *config = c->config;

	if (!check_time(c, PARAM_OFF_HOLD, 0, &config->off_hold) ||
	    !check_time(c, PARAM_POWER_TIMEOUT, 1, &config->power_timeout) ||
	    !check_time(c, PARAM_SNMP_TIMEOUT, SNMP_TIMEOUT_LEAST, &config->snmp_timeout) ||
	    !check_time(c, PARAM_TOTAL_TIMEOUT, 1, &config->total_timeout))
		return false;
	if (config->power_timeout + config->off_hold > config->total_timeout)
		return fail_param(
			c, PARAM_TOTAL_TIMEOUT,
			g_strdup_printf("%s s cannot hold power_timeout (%s s) and off_hold (%s s)",
		                        c->value[PARAM_TOTAL_TIMEOUT],
		                        c->value[PARAM_POWER_TIMEOUT], c->value[PARAM_OFF_HOLD]));
	if (config->snmp_timeout > config->total_timeout)
		return fail_param(c, PARAM_SNMP_TIMEOUT,
		                  g_strdup_printf("%s s is longer than total_timeout (%s s)",
		                                  c->value[PARAM_SNMP_TIMEOUT],
		                                  c->value[PARAM_TOTAL_TIMEOUT]));
	warn_of_times(c);
	return true;
}

static bool check_values(struct check *c)
{
	unsigned answer;

	if (!collect_values(c) || !check_ipaddr(c) || !check_hostlist(c) || !check_feeds_given(c) ||
	    !check_times(c) || !choose_word(c, PARAM_CHECK_WRITE, answers, &answer) ||
	    !load_secrets(c) || !check_snmp(c))
		return false;
	c->config->check_write = answer % 2 == 0;
	return true;
}

struct config *params_check(const char *const values[PARAM_COUNT],
                            const char *const names[PARAM_COUNT], bool agent, char **error)
{
	struct check c = { .given = values, .config = g_new0(struct config, 1), .agent = agent };

	c.config->warnings = g_ptr_array_new_with_free_func(g_free);
	for (unsigned i = 0; names && i < PARAM_COUNT; i++)
		c.config->names[i] = g_strdup(names[i]);
	if (!check_values(&c)) {
		g_clear_pointer(&c.config, config_free);
		*error = c.error;
	}
	for (unsigned i = 0; i < PARAM_COUNT; i++)
		secret_free(c.value[i]);
	return c.config;
}

void config_free(struct config *config)
{
	if (!config)
		return;
	g_clear_pointer(&config->pdus, g_array_unref);
	nodemap_free(config->map);
	secret_free(config->community);
	g_free(config->login);
	secret_free(config->auth_passphrase);
	secret_free(config->priv_passphrase);
	for (unsigned i = 0; i < PARAM_COUNT; i++)
		g_free(config->names[i]);
	g_clear_pointer(&config->warnings, g_ptr_array_unref);
	g_free(config);
}
