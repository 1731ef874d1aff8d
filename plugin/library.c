/*
 * Opens libtrippsnmp with RTLD_DEEPBIND: the stonith program links libplumb,
 * which exports an HMAC() of its own, and by the usual order of look-up
 * net-snmp would call that one for OpenSSL's and crash at the first SNMPv3
 * message. For that reason the plugin must not be linked with the library.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "library.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>

#ifndef RTLD_DEEPBIND
#define RTLD_DEEPBIND 0
#endif

/* The sanitizers' runtime refuses it. */
#if defined(__SANITIZE_ADDRESS__)
#define OPEN_FLAGS (RTLD_NOW | RTLD_LOCAL)
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define OPEN_FLAGS (RTLD_NOW | RTLD_LOCAL)
#endif
#endif
#ifndef OPEN_FLAGS
#define OPEN_FLAGS (RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND)
#endif

static bool find_all(void *handle, struct library *library)
{
#define LIBRARY_FIND(name)                                                                         \
	*(void **)&library->name = dlsym(handle, "trippsnmp_" #name);                              \
	if (!library->name)                                                                        \
		return false;
	LIBRARY_FUNCTIONS(LIBRARY_FIND)
#undef LIBRARY_FIND
	return true;
}

const struct library *library_open(const char **error)
{
	static struct library library;
	static bool found;
	void *handle;

	*error = NULL;
	if (found)
		return &library;
	handle = dlopen(TRIPPSNMP_SONAME, OPEN_FLAGS);
	if (!handle) /* installed a moment ago, and the linker's cache does not know */
		handle = dlopen(TRIPPSNMP_LIBDIR "/" TRIPPSNMP_SONAME, OPEN_FLAGS);
	found = handle && find_all(handle, &library);
	if (found)
		return &library;
	*error = dlerror();
	return NULL;
}
