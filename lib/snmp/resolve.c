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
#define LACK_PAUSE (USEC_PER_SEC / 10)

/** One look-up. It belongs to its thread, and is the asker's when it comes from the queue. */
struct lookup {
	unsigned pdu;
	char *host;
	char *port;
	int flags;
	usec pause; /* before it */
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
}

static void *lookup_thread(void *data)
{
	struct lookup *lookup = data;
	GAsyncQueue *done = lookup->done;

	g_usleep((unsigned long)lookup->pause);
	lookup_now(lookup);
	g_async_queue_push(done, lookup);
	g_async_queue_unref(done);
	return NULL;
}

/* Signals of the host program must not be delivered to this thread. */
static void start_lookup(struct lookup *lookup, GAsyncQueue *done)
{
	sigset_t all, before;
	pthread_t thread;
	int failed;

	lookup->done = g_async_queue_ref(done);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&thread, NULL, lookup_thread, lookup);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!failed) {
		pthread_detach(thread);
		return;
	}
	lookup->result = EAI_SYSTEM;
	lookup->error = failed;
	g_usleep(LACK_PAUSE); /* or there would be no pause, for it makes none without a thread */
	g_async_queue_push(done, lookup);
	g_async_queue_unref(done);
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
	memcpy(&address->socket, &plain, sizeof(plain));
	address->length = sizeof(plain);
}

/* The kernel says who has answered, and says a scope of what is link-local alone. */
static void drop_scope(struct address *address)
{
	struct sockaddr_in6 given;

	memcpy(&given, &address->socket, sizeof(given));
	if (given.sin6_family != AF_INET6 || IN6_IS_ADDR_LINKLOCAL(&given.sin6_addr))
		return;
	given.sin6_scope_id = 0;
	memcpy(&address->socket, &given, sizeof(given));
}

/* True if the PDU has its addresses now: all are IPv4 or IPv6, and there is one at least. */
static bool take_lookup(const struct lookup *lookup, GArray **addresses)
{
	GArray *taken;

	if (lookup->result)
		return false;
	taken = g_array_new(FALSE, TRUE, sizeof(struct address));
	for (const struct addrinfo *found = lookup->found; found; found = found->ai_next) {
		struct address address = { .length = found->ai_addrlen };

		memcpy(&address.socket, found->ai_addr, found->ai_addrlen);
		unmap_ipv4(&address);
		drop_scope(&address);
		if (!is_known(taken, &address))
			g_array_append_val(taken, address);
	}
	addresses[lookup->pdu] = taken;
	return true;
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
	usec silent_at; /* a name server that has not answered by then is mentioned */
	const struct log *log;
	struct watch *watch;
	bool warned;
	char *error;
};

static void warn_of_lookup(struct asking *asking, const char *what, const char *then)
{
	log_line(asking->log, asking->warned ? TRIPPSNMP_LOG_DEBUG : TRIPPSNMP_LOG_WARN,
	         "%s; trying on until the time is up%s", what, then);
	asking->warned = true;
}

/* Takes over the look-up. */
static void end_lookup(struct asking *asking, struct lookup *lookup, GArray **addresses)
{
	if (take_lookup(lookup, addresses)) {
		asking->left--;
		lookup_free(lookup);
		return;
	}
	g_free(asking->error);
	asking->error = g_strdup_printf("the name of %s cannot be resolved: %s",
	                                addresses_at(asking->pdus, lookup->pdu)->label,
	                                lookup_reason(lookup));
	if (is_final(lookup)) {
		asking->left = 0;
		lookup_free(lookup);
		return;
	}
	warn_of_lookup(asking, asking->error, "");
	lookup->pause = RETRY_PAUSE;
	start_lookup(lookup, asking->done);
}

static void wait_for_answers(struct asking *asking, usec deadline, GArray **addresses)
{
	while (asking->left) {
		const usec now = clock_now();
		const usec wake = MIN(MIN(deadline, watch_due(asking->watch)), asking->silent_at);
		struct lookup *lookup;

		if (now >= deadline || watch_stops(asking->watch, now, "resolving names"))
			return;
		/* the resolver's own patience is longer than that of whoever waits for a word */
		if (now >= asking->silent_at) {
			warn_of_lookup(asking, "the name server does not answer",
			               " (numeric addresses need none)");
			asking->silent_at = USEC_NEVER;
		}
		lookup = g_async_queue_timeout_pop(asking->done, (uint64_t)MAX(wake - now, 1));
		if (lookup)
			end_lookup(asking, lookup, addresses);
	}
}

/* Numeric addresses need no thread. */
static void begin_lookup(struct asking *asking, unsigned i, GArray **addresses)
{
	const struct pdu_address *pdu = addresses_at(asking->pdus, i);
	struct lookup *lookup = g_new0(struct lookup, 1);

	lookup->pdu = i;
	lookup->host = g_strdup(pdu->host);
	lookup->port = g_strdup_printf("%u", pdu->port);
	lookup->flags = AI_NUMERICHOST;
	lookup_now(lookup);
	if (take_lookup(lookup, addresses)) {
		lookup_free(lookup);
		return;
	}
	asking->left++;
	lookup->flags = 0;
	start_lookup(lookup, asking->done);
}

bool resolve_all(const GArray *pdus, const bool *wanted, usec deadline, const struct log *log,
                 struct watch *watch, GArray **addresses, char **error)
{
	struct asking asking = { .pdus = pdus, .log = log, .watch = watch };
	const char *missing = NULL;

	/* a lookup that comes too late is freed with the queue */
	asking.done = g_async_queue_new_full(lookup_free);
	asking.silent_at = clock_now() + SILENCE_TO_MENTION;
	for (unsigned i = 0; i < pdus->len; i++) {
		addresses[i] = NULL;
		if (wanted[i])
			begin_lookup(&asking, i, addresses);
	}
	wait_for_answers(&asking, deadline, addresses);
	g_async_queue_unref(asking.done);
	for (unsigned i = 0; i < pdus->len && !missing; i++)
		if (wanted[i] && !addresses[i])
			missing = addresses_at(pdus, i)->label;
	if (!missing)
		g_clear_pointer(&asking.error, g_free);
	else if (!asking.error)
		asking.error =
			g_strdup_printf("the name of %s cannot be resolved: the name "
		                        "server does not answer; numeric addresses need none",
		                        missing);
	for (unsigned i = 0; i < pdus->len && missing; i++)
		g_clear_pointer(&addresses[i], g_array_unref);
	*error = asking.error;
	return !missing;
}
