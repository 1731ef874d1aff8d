/*
 * Parsing of ipaddr: see addresses.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config/addresses.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <string.h>

#define PDUS_MAX 64
#define SNMP_PORT 161
#define HOST_NAME_BYTES 253

static void free_address(void *data)
{
	struct pdu_address *address = data;

	g_free(address->label);
	g_free(address->host);
	g_free(address);
}

static bool is_ipv6(const char *host)
{
	const char *scope = strchr(host, '%');
	char *address = g_strndup(host, strcspn(host, "%"));
	struct in6_addr binary;
	const bool ok = inet_pton(AF_INET6, address, &binary) == 1;
	size_t n;

	g_free(address);
	if (!scope)
		return ok;
	n = strspn(scope + 1, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "._-");
	return ok && n > 0 && !scope[1 + n];
}

/*
 * A name, or an IPv4 address. "10.1" and "0xa000001" are neither, although resolvers take both for
 * 10.0.0.1.
 */
static bool is_host(const char *host)
{
	struct in_addr binary;

	if (!host[strspn(host, G_CSET_DIGITS ".")] || inet_aton(host, &binary))
		return inet_pton(AF_INET, host, &binary) == 1;
	if (strlen(host) > HOST_NAME_BYTES || strstr(host, ".."))
		return false;
	for (const char *at = host; *at; at++)
		if (!g_ascii_isalnum(*at) && *at != '_' &&
		    (at == host || (*at != '-' && *at != '.')))
			return false;
	return true;
}

/* 0 if it is none. */
static unsigned read_port(const char *text)
{
	guint64 port = 0;

	if (*text == '0' || !g_ascii_string_to_unsigned(text, 10, 1, G_MAXUINT16, &port, NULL))
		return 0;
	return (unsigned)port;
}

/* Such as ::1:1161, which is an address, and an address and a port: write brackets. */
static bool is_ambiguous(const char *label)
{
	const char *colon = strrchr(label, ':');
	char *before;
	bool ambiguous;

	if (*label == '[' || !colon || !read_port(colon + 1))
		return false;
	before = g_strndup(label, (size_t)(colon - label));
	ambiguous = is_ipv6(label) && is_ipv6(before);
	g_free(before);
	return ambiguous;
}

/* net-snmp's tools take udp:HOST, and browsers know URLs. */
static bool is_url(const char *label)
{
	static const char *const prefixes[] = { "udp:",  "udp6:",    "udpv6:",  "udpipv6:", "tcp:",
		                                "tcp6:", "dtlsudp:", "tlstcp:", "ssh:" };

	for (unsigned i = 0; i < G_N_ELEMENTS(prefixes); i++)
		if (!g_ascii_strncasecmp(label, prefixes[i], strlen(prefixes[i])) &&
		    !read_port(label + strlen(prefixes[i])))
			return true;
	return strstr(label, "://");
}

/* Cuts a copy of the entry into host and port; *port is NULL if there is none. */
static bool split_address(char *entry, char **host, char **port)
{
	char *colon = strchr(entry, ':');

	*host = entry;
	*port = NULL;
	if (*entry == '[') {
		char *end = strchr(entry, ']');

		if (!end || (end[1] && end[1] != ':'))
			return false;
		*host = entry + 1;
		*port = end[1] == ':' ? end + 2 : NULL;
		*end = '\0';
		return is_ipv6(*host);
	}
	if (colon && strchr(colon + 1, ':'))
		return is_ipv6(entry);
	if (colon) {
		*port = colon + 1;
		*colon = '\0';
	}
	return entry[0] && is_host(entry);
}

static bool is_given(const GPtrArray *pdus, const struct pdu_address *address)
{
	for (unsigned i = 0; i < pdus->len; i++) {
		const struct pdu_address *other = pdus->pdata[i];

		if (other->port == address->port && !g_ascii_strcasecmp(other->host, address->host))
			return true;
	}
	return false;
}

/* What is wrong with an entry, of which ok says whether it could be cut; NULL if nothing is. */
static const char *mistake(const GPtrArray *pdus, const struct pdu_address *address, bool ok)
{
	if (is_url(address->label))
		return "is not a host name, IPv4 or [IPv6] address with optional :port, but a URL "
		       "or the like";
	if (!ok)
		return "is not a host name, IPv4 or [IPv6] address with optional :port";
	if (is_ambiguous(address->label))
		return "may be an IPv6 address, or one with a port: write [IPv6] or [IPv6]:port";
	if (!address->port)
		return "has a port that is not 1 to 65535";
	return is_given(pdus, address) ? "is given twice" : NULL;
}

static void add_address(GPtrArray *pdus, const char *label, char **error)
{
	struct pdu_address *address = g_new0(struct pdu_address, 1);
	char *entry = g_strdup(label);
	char *host, *port;
	const bool ok = split_address(entry, &host, &port);
	const char *what;

	address->label = g_strdup(label);
	address->host = g_strdup(host);
	address->port = port ? read_port(port) : SNMP_PORT;
	g_free(entry);
	what = mistake(pdus, address, ok);
	g_ptr_array_add(pdus, address);
	if (what)
		*error = text_about(label, what);
	else if (pdus->len > PDUS_MAX)
		*error = g_strdup_printf("more than %d PDUs", PDUS_MAX);
}

/* One part between commas: entries between blanks, at least one. */
static bool add_addresses(GPtrArray *pdus, const char *part, char **error)
{
	const unsigned before = pdus->len;
	char **words = g_strsplit_set(part, " \t\r\n\f", -1);

	for (char **word = words; !*error && *word; word++)
		if (**word)
			add_address(pdus, *word, error);
	g_strfreev(words);
	if (!*error && pdus->len == before)
		*error = g_strdup("an entry beside a comma is empty");
	return !*error;
}

GPtrArray *addresses_parse(const char *list, char **error)
{
	GPtrArray *pdus = g_ptr_array_new_with_free_func(free_address);
	char **parts = g_strsplit(list, ",", -1);

	*error = NULL;
	for (char **part = parts; *part && add_addresses(pdus, *part, error); part++)
		;
	g_strfreev(parts);
	if (*error)
		g_clear_pointer(&pdus, g_ptr_array_unref);
	return pdus;
}
