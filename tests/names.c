/*
 * getaddrinfo() for test programs: three names more than this machine knows, so
 * that no test depends on what stands in /etc/hosts, or on a name server.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "names.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <glib.h>
#include <netdb.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

typedef int getaddrinfo_fn(const char *, const char *, const struct addrinfo *, struct addrinfo **);

static getaddrinfo_fn *real(void)
{
	void *symbol = dlsym(RTLD_NEXT, "getaddrinfo");
	getaddrinfo_fn *fn;

	memcpy(&fn, &symbol, sizeof(fn)); /* ISO C has no cast for it */
	return fn;
}

/* As the C library, which reads files for each name. */
static bool can_read_files(void)
{
	const int descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC);

	return descriptor >= 0 && close(descriptor) == 0;
}

static bool takes_signals(void)
{
	sigset_t blocked;

	return pthread_sigmask(SIG_SETMASK, NULL, &blocked) || !sigismember(&blocked, SIGTERM);
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **found)
{
	static const char *const loopback[] = { "::1", "127.0.0.1", "::1", "127.0.0.1" };
	struct addrinfo *first = NULL, **end = &first;

	if (!node || hints->ai_flags & AI_NUMERICHOST)
		return real()(node, service, hints, found);
	if (!strcmp(node, NAME_OF_NOBODY)) {
		sleep(4);
		return EAI_AGAIN;
	}
	if (!strcmp(node, NAME_OF_NONE))
		return takes_signals() ? EAI_FAIL : EAI_NONAME;
	if (strcmp(node, NAME_OF_LOOPBACK) != 0)
		return real()(node, service, hints, found);
	if (!can_read_files())
		return EAI_NONAME;
	for (unsigned i = 0; i < G_N_ELEMENTS(loopback); i++) {
		const int result = real()(loopback[i], service, hints, end);

		if (result) {
			if (first)
				freeaddrinfo(first);
			return result;
		}
		while (*end)
			end = &(*end)->ai_next;
	}
	*found = first;
	return 0;
}
