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

static void clear_address(void *data)
{
	struct pdu_address *address = data;

	g_free((char *)address->label);
	g_free((char *)address->host);
}

const struct pdu_address *addresses_at(const GArray *pdus, unsigned i)
{
	return &g_array_index(pdus, struct pdu_address, i);
}

static bool is_ipv6(const char *host)
{
	const char *scope = strchr(host, '%');
	g_autofree char *address = g_strndup(host, strcspn(host, "%"));
	struct in6_addr binary;

	return inet_pton(AF_INET6, address, &binary) == 1 &&
	       (!scope || text_fits(scope, "%[a-z0-9._-]+"));
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
	return strlen(host) <= HOST_NAME_BYTES &&
	       text_fits(host, "[a-z0-9_][a-z0-9_-]*(\\.[a-z0-9_-]+)*\\.?");
}

/* 0 if it is none. */
static unsigned read_port(const char *text)
{
	return text_number(text, G_MAXUINT16);
}

/* Such as ::1:1161, which is either an IPv6 address or ::1 with a port. */
static bool is_ambiguous(const char *label)
{
	const char *colon = strrchr(label, ':');
	g_autofree char *before = colon ? g_strndup(label, (size_t)(colon - label)) : NULL;

	return *label != '[' && colon && read_port(colon + 1) && is_ipv6(label) && is_ipv6(before);
}

/* net-snmp's tools take udp:HOST, and browsers know URLs. */
static bool is_url(const char *label)
{
	return strstr(label, "://") ||
	       (text_fits(label, "(udp|udp6|udpv6|udpipv6|tcp|tcp6|dtlsudp|tlstcp|ssh):.*") &&
	        !read_port(strchr(label, ':') + 1));
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

static bool is_given(const GArray *pdus, const struct pdu_address *address)
{
	for (unsigned i = 0; i < pdus->len; i++)
		if (addresses_at(pdus, i)->port == address->port &&
		    !g_ascii_strcasecmp(addresses_at(pdus, i)->host, address->host))
			return true;
	return false;
}

/* What is wrong with an entry; NULL if nothing is. ok: it could be cut into host and port. */
static const char *mistake(const GArray *pdus, const struct pdu_address *address, bool ok)
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

static void add_address(GArray *pdus, const char *label, char **error)
{
	g_autofree char *entry = g_strdup(label);
	char *host, *port;
	const bool ok = split_address(entry, &host, &port);
	const struct pdu_address address = { g_strdup(label), g_strdup(host),
		                             port ? read_port(port) : SNMP_PORT };
	const char *what = mistake(pdus, &address, ok);

	g_array_append_val(pdus, address);
	if (what)
		*error = text_about(label, what);
	else if (pdus->len > PDUS_MAX)
		*error = g_strdup_printf("more than %d PDUs", PDUS_MAX);
}

/* One part between commas: entries between blanks, at least one. */
static void add_addresses(GArray *pdus, const char *part, char **error)
{
	const unsigned before = pdus->len;
	g_auto(GStrv) words = g_strsplit_set(part, " \t\r\n\f", -1);

	for (char **word = words; !*error && *word; word++)
		if (**word)
			add_address(pdus, *word, error);
	if (!*error && pdus->len == before)
		*error = g_strdup("an entry beside a comma is empty");
}

GArray *addresses_parse(const char *list, char **error)
{
	GArray *pdus = g_array_new(FALSE, FALSE, sizeof(struct pdu_address));
	g_auto(GStrv) parts = g_strsplit(list, ",", -1);

	*error = NULL;
	g_array_set_clear_func(pdus, clear_address);
	for (char **part = parts; !*error && *part; part++)
		add_addresses(pdus, *part, error);
	if (*error)
		g_clear_pointer(&pdus, g_array_unref);
	return pdus;
}
