/*
 * LD_PRELOAD for trippsim: a card that sends each INTEGER 220 as 4294967515, which is 219 in its
 * last 32 bits. No setting makes net-snmp's agent do that. Never installed.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <dlfcn.h>

#define REPLACED 220

int asn_realloc_rbuild_int(u_char **pkt, size_t *pkt_len, size_t *offset, int allow_realloc,
                           u_char type, const long *integer, size_t integer_size)
{
	static const u_char wide[] = { 1, 0, 0, 0, REPLACED - 1 };
	int (*real)(u_char **, size_t *, size_t *, int, u_char, const long *, size_t);

	if (type == ASN_INTEGER && *integer == REPLACED)
		return asn_realloc_rbuild_string(pkt, pkt_len, offset, allow_realloc, type, wide,
		                                 sizeof(wide));
	*(void **)&real = dlsym(RTLD_NEXT, "asn_realloc_rbuild_int");
	return real(pkt, pkt_len, offset, allow_realloc, type, integer, integer_size);
}
