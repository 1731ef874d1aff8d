/*
 * getaddrinfo() knows no time limit, so names are looked up in threads of
 * their own; one that hangs is left behind and touches nothing of its asker.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "snmp/resolve.h"

#include "base/clock.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

#define SILENCE_TO_MENTION (2 * USEC_PER_SEC)
#define RETRY_PAUSE USEC_PER_SEC

/** One look-up. Thread and asker own it together through the queue. */
struct lookup {
	unsigned pdu;
	char *host;
	char *port;
	int flags;
	int result; /* of getaddrinfo() */
	int error;  /* errno after it */
	struct addrinfo *found;
	GAsyncQueue *done;
};

static void lookup_free(void *data)
{
	struct lookup *lookup = data;

	if (lookup->found)
		freeaddrinfo(lookup->found);
	g_free(lookup->host);
	g_free(lookup->port);
	g_free(lookup);
}

static void lookup_now(struct lookup *lookup)
{
	const struct addrinfo hints = {
		.ai_socktype = SOCK_DGRAM,
		.ai_flags = AI_NUMERICSERV | lookup->flags,
	};

	errno = 0;
	lookup->result = getaddrinfo(lookup->host, lookup->port, &hints, &lookup->found);
	lookup->error = errno;
	if (lookup->result)
		lookup->found = NULL;
}

static void *lookup_thread(void *data)
{
	struct lookup *lookup = data;
	GAsyncQueue *done = lookup->done;

	lookup_now(lookup);
	g_async_queue_push(done, lookup);
	g_async_queue_unref(done);
	return NULL;
}

static struct lookup *lookup_new(const struct pdu_address *pdu, unsigned i)
{
	struct lookup *lookup = g_new0(struct lookup, 1);

	lookup->pdu = i;
	lookup->host = g_strdup(pdu->host);
	lookup->port = g_strdup_printf("%u", pdu->port);
	return lookup;
}

/* The host's signals are not for this thread to take. */
static bool start_thread(struct lookup *lookup, GAsyncQueue *done)
{
	sigset_t all, before;
	pthread_t thread;
	int failed;

	lookup->done = g_async_queue_ref(done);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&thread, NULL, lookup_thread, lookup);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed) {
		g_async_queue_unref(done);
		return false;
	}
	pthread_detach(thread);
	return true;
}

static bool is_known(const GArray *addresses, const struct address *address)
{
	for (unsigned i = 0; i < addresses->len; i++) {
		const struct address *other = &g_array_index(addresses, struct address, i);

		if (other->length == address->length &&
		    !memcmp(&other->socket, &address->socket, address->length))
			return true;
	}
	return false;
}

/* [::ffff:192.0.2.1] is 192.0.2.1, and must be seen to be. */
static void unmap_ipv4(struct address *address)
{
	struct sockaddr_in plain = { .sin_family = AF_INET };
	struct sockaddr_in6 mapped;

	if (address->socket.ss_family != AF_INET6)
		return;
	memcpy(&mapped, &address->socket, sizeof(mapped));
	if (!IN6_IS_ADDR_V4MAPPED(&mapped.sin6_addr))
		return;
	plain.sin_port = mapped.sin6_port;
	memcpy(&plain.sin_addr, &mapped.sin6_addr.s6_addr[12], sizeof(plain.sin_addr));
	memset(&address->socket, 0, sizeof(address->socket));
	memcpy(&address->socket, &plain, sizeof(plain));
	address->length = sizeof(plain);
}

static GArray *take_addresses(const struct addrinfo *found)
{
	GArray *addresses = g_array_new(FALSE, TRUE, sizeof(struct address));

	for (; found; found = found->ai_next) {
		struct address address = { .length = found->ai_addrlen };

		if (found->ai_addrlen > sizeof(address.socket) ||
		    (found->ai_family != AF_INET && found->ai_family != AF_INET6))
			continue;
		memcpy(&address.socket, found->ai_addr, found->ai_addrlen);
		unmap_ipv4(&address);
		if (!is_known(addresses, &address))
			g_array_append_val(addresses, address);
	}
	return addresses;
}

/* True if the PDU has its addresses now. */
static bool take_lookup(struct lookup *lookup, GArray **addresses)
{
	GArray *taken;

	if (lookup->result)
		return false;
	taken = take_addresses(lookup->found);
	if (!taken->len) {
		g_array_unref(taken);
		lookup->result = EAI_NONAME;
		return false;
	}
	addresses[lookup->pdu] = taken;
	return true;
}

/* Numeric addresses need no thread. Returns how many names are left to look up. */
static unsigned take_numeric(const GArray *pdus, const bool *wanted, GArray **addresses)
{
	unsigned left = 0;

	for (unsigned i = 0; i < pdus->len; i++) {
		struct lookup *lookup;

		addresses[i] = NULL;
		if (!wanted[i])
			continue;
		lookup = lookup_new(addresses_at(pdus, i), i);
		lookup->flags = AI_NUMERICHOST;
		lookup_now(lookup);
		left += !take_lookup(lookup, addresses);
		lookup_free(lookup);
	}
	return left;
}

/* glibc calls it an unknown name, too, if it lacks a descriptor to look it up. */
static bool is_lack(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOMEM;
}

static bool is_final(const struct lookup *lookup)
{
	return lookup->result != EAI_AGAIN && lookup->result != EAI_SYSTEM &&
	       lookup->result != EAI_MEMORY && !is_lack(lookup->error);
}

static const char *lookup_reason(const struct lookup *lookup)
{
	if (lookup->result == EAI_SYSTEM || is_lack(lookup->error))
		return g_strerror(lookup->error);
	return gai_strerror(lookup->result);
}

/** The names that are still to be looked up. */
struct asking {
	const GArray *pdus;
	GAsyncQueue *done;
	unsigned left;
	bool *again; /* to be asked again */
	usec again_at;
	usec silent_at; /* a name server that has not answered by then is mentioned */
	const struct log *log;
	struct watch *watch;
	bool warned;
	char *error;
};

static void start_lookup(struct asking *asking, unsigned pdu)
{
	struct lookup *lookup = lookup_new(addresses_at(asking->pdus, pdu), pdu);

	if (start_thread(lookup, asking->done))
		return;
	lookup_free(lookup);
	asking->again[pdu] = true;
	asking->again_at = clock_now() + RETRY_PAUSE;
}

static void end_lookup(struct asking *asking, struct lookup *lookup, GArray **addresses)
{
	const struct pdu_address *pdu = addresses_at(asking->pdus, lookup->pdu);

	if (take_lookup(lookup, addresses)) {
		asking->left--;
		return;
	}
	g_free(asking->error);
	asking->error = g_strdup_printf("the name of %s cannot be resolved: %s", pdu->label,
	                                lookup_reason(lookup));
	if (is_final(lookup)) {
		asking->left = 0;
		return;
	}
	log_line(asking->log, asking->warned ? TRIPPSNMP_LOG_DEBUG : TRIPPSNMP_LOG_WARN,
	         "%s; trying on until the time is up", asking->error);
	asking->warned = true;
	asking->again[lookup->pdu] = true;
	asking->again_at = clock_now() + RETRY_PAUSE;
}

static void ask_again(struct asking *asking)
{
	asking->again_at = USEC_NEVER;
	for (unsigned i = 0; i < asking->pdus->len; i++) {
		if (!asking->again[i])
			continue;
		asking->again[i] = false;
		start_lookup(asking, i);
	}
}

/* The resolver's own patience is longer than that of whoever waits for a first word. */
static void warn_of_silence(struct asking *asking)
{
	asking->silent_at = USEC_NEVER;
	if (!asking->warned)
		log_line(asking->log, TRIPPSNMP_LOG_WARN,
		         "the name server does not answer; trying on until the time is up "
		         "(numeric addresses need none)");
	asking->warned = true;
}

static usec next_wake(const struct asking *asking, usec deadline)
{
	return MIN(MIN(deadline, watch_due(asking->watch)),
	           MIN(asking->again_at, asking->silent_at));
}

static void wait_for_answers(struct asking *asking, usec deadline, GArray **addresses)
{
	while (asking->left) {
		const usec now = clock_now();
		struct lookup *lookup;

		if (now >= deadline || watch_stops(asking->watch, now, "resolving names"))
			return;
		if (now >= asking->silent_at)
			warn_of_silence(asking);
		if (now >= asking->again_at)
			ask_again(asking);
		lookup = g_async_queue_timeout_pop(
			asking->done, (guint64)MAX(next_wake(asking, deadline) - now, 1));
		if (!lookup)
			continue;
		end_lookup(asking, lookup, addresses);
		lookup_free(lookup);
	}
}

static const char *first_missing(const GArray *pdus, const bool *wanted, GArray *const *addresses)
{
	for (unsigned i = 0; i < pdus->len; i++)
		if (wanted[i] && !addresses[i])
			return addresses_at(pdus, i)->label;
	return NULL;
}

static bool look_up_names(struct asking *asking, const bool *wanted, usec deadline,
                          GArray **addresses)
{
	const char *missing;

	/* a lookup that comes too late is freed with the queue */
	asking->done = g_async_queue_new_full(lookup_free);
	asking->again = g_new0(bool, asking->pdus->len);
	asking->again_at = USEC_NEVER;
	asking->silent_at = clock_now() + SILENCE_TO_MENTION;
	for (unsigned i = 0; i < asking->pdus->len; i++)
		if (wanted[i] && !addresses[i])
			start_lookup(asking, i);
	wait_for_answers(asking, deadline, addresses);
	g_async_queue_unref(asking->done);
	g_free(asking->again);
	missing = first_missing(asking->pdus, wanted, addresses);
	if (missing && !asking->error)
		asking->error =
			g_strdup_printf("the name of %s cannot be resolved: the name "
		                        "server does not answer; numeric addresses need none",
		                        missing);
	return !missing;
}

bool resolve_all(const GArray *pdus, const bool *wanted, usec deadline, const struct log *log,
                 struct watch *watch, GArray **addresses, char **error)
{
	struct asking asking = { .pdus = pdus, .log = log, .watch = watch };

	*error = NULL;
	asking.left = take_numeric(pdus, wanted, addresses);
	if (!asking.left || look_up_names(&asking, wanted, deadline, addresses)) {
		g_free(asking.error);
		return true;
	}
	for (unsigned i = 0; i < pdus->len; i++)
		g_clear_pointer(&addresses[i], g_array_unref);
	*error = asking.error;
	return false;
}
