/*
 * See self.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "self.h"

#include <arpa/inet.h>
#include <glib.h>
#include <ifaddrs.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

bool self_same_name(const char *a, const char *b)
{
	const size_t label_a = strcspn(a, "."), label_b = strcspn(b, ".");

	if (!*a || !*b)
		return false;
	if (a[label_a] && b[label_b])
		return !g_ascii_strcasecmp(a, b);
	return label_a == label_b && !g_ascii_strncasecmp(a, b, label_a);
}

static bool same_address(const struct sockaddr *a, const struct sockaddr *b)
{
	if (!b || a->sa_family != b->sa_family)
		return false;
	if (a->sa_family == AF_INET)
		return !memcmp(&((const struct sockaddr_in *)a)->sin_addr,
		               &((const struct sockaddr_in *)b)->sin_addr, sizeof(struct in_addr));
	return a->sa_family == AF_INET6 &&
	       !memcmp(&((const struct sockaddr_in6 *)a)->sin6_addr,
	               &((const struct sockaddr_in6 *)b)->sin6_addr, sizeof(struct in6_addr));
}

/* 127.0.0.0/8: Debian gives a machine's own name 127.0.1.1, which no interface has. */
static bool is_loopback(const struct sockaddr *address)
{
	return address->sa_family == AF_INET &&
	       ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr) >> 24 == 127;
}

static bool is_local(const struct sockaddr *address, const struct ifaddrs *interfaces)
{
	if (is_loopback(address))
		return true;
	for (; interfaces; interfaces = interfaces->ifa_next)
		if (same_address(address, interfaces->ifa_addr))
			return true;
	return false;
}

/* NULL if none of the name's addresses is this machine's. */
static char *local_address(const char *node)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_DGRAM };
	struct addrinfo *addresses = NULL;
	struct ifaddrs *interfaces = NULL;
	char *found = NULL;

	if (getaddrinfo(node, NULL, &hints, &addresses))
		return NULL;
	if (getifaddrs(&interfaces))
		interfaces = NULL;
	for (const struct addrinfo *a = addresses; a && !found; a = a->ai_next) {
		char text[NI_MAXHOST];

		if (is_local(a->ai_addr, interfaces) &&
		    !getnameinfo(a->ai_addr, a->ai_addrlen, text, sizeof(text), NULL, 0,
		                 NI_NUMERICHOST))
			found = g_strdup(text);
	}
	freeifaddrs(interfaces);
	freeaddrinfo(addresses);
	return found;
}

/* NULL if the cluster does not say. */
static char *cluster_name(void)
{
	char *argv[] = { (char *)"crm_node", (char *)"--name", NULL };
	char *name = NULL;
	int status;

	if (!g_spawn_sync(NULL, argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL,
	                  NULL, &name, NULL, &status, NULL) ||
	    status) {
		g_free(name);
		return NULL;
	}
	return g_strstrip(name);
}

char *self_is(const char *node, bool cluster)
{
	char host[HOST_NAME_MAX + 1] = "";
	char *address, *name;
	bool same;

	/* whoever resolves it, or nobody (RFC 6761 section 6.3) */
	if (self_same_name(node, "localhost"))
		return g_strdup("localhost is always this machine");
	if (!gethostname(host, sizeof(host) - 1) && self_same_name(node, host))
		return g_strdup_printf("this machine is called %s", host);
	name = cluster ? cluster_name() : NULL;
	same = name && self_same_name(node, name);
	g_free(name);
	if (same)
		return g_strdup("the cluster calls this machine so");
	address = local_address(node);
	name = address ? g_strdup_printf("its address %s is this machine's", address) : NULL;
	g_free(address);
	return name;
}
