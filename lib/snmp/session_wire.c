/*
 * Varbinds as net-snmp has them, and ours: type, length and range are checked here, and nowhere
 * else. It must never let a number pass that the device did not send. Called by the session.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "snmp/session_inner.h"

#include <string.h>

#define IPADDRESS_OCTETS 4
#define NUMBER_OCTETS 4 /* INTEGER, Gauge32, TimeTicks, Counter32: RFC 2578 section 7.1 */
#define SUBID_OCTETS 5  /* of 32 bits, ISO 8825-1 section 8.19 */

static struct objid objid_of(const oid *name, size_t length)
{
	struct objid result = { .n = (unsigned)MIN(length, OBJID_MAX) };

	for (unsigned i = 0; i < result.n; i++)
		result.id[i] = (uint32_t)name[i];
	return result;
}

static GBytes *objid_octets(const oid *name, size_t length)
{
	const struct objid value = objid_of(name, length);
	char *text = objid_text(&value);

	return g_bytes_new_take(text, strlen(text));
}

/* What means nothing to us, and is only copied. Tag 0 if it is not what it says. */
static void take_other(struct varbind *varbind, const netsnmp_variable_list *variable)
{
	if (variable->type == ASN_COUNTER && variable->val_len == sizeof(*variable->val.integer))
		varbind->number = (uint32_t)*variable->val.integer;
	else if (variable->type == ASN_COUNTER64 &&
	         variable->val_len == sizeof(*variable->val.counter64))
		varbind->number =
			(int64_t)((uint64_t)(uint32_t)variable->val.counter64->high << 32 |
		                  (uint32_t)variable->val.counter64->low);
	else if (variable->type == ASN_IPADDRESS && variable->val_len == IPADDRESS_OCTETS)
		varbind->octets = g_bytes_new(variable->val.string, variable->val_len);
	else
		varbind->tag = 0;
}

/* Its range was seen to before net-snmp read it: wire_has_wide_number(). */
static void take_number(struct varbind *varbind, const netsnmp_variable_list *variable)
{
	if (variable->val_len != sizeof(*variable->val.integer))
		return;
	varbind->type = variable->type == ASN_INTEGER ? VALUE_INTEGER : VALUE_UNSIGNED;
	varbind->number = variable->type == ASN_INTEGER ? *variable->val.integer
	                                                : (uint32_t)*variable->val.integer;
}

/* What it means is for others. */
static struct varbind take_varbind(const netsnmp_variable_list *variable)
{
	struct varbind varbind = { .name = objid_of(variable->name, variable->name_length),
		                   .type = VALUE_OTHER,
		                   .tag = variable->type };

	switch (variable->type) {
	case ASN_INTEGER:
	case ASN_UNSIGNED: /* Gauge32 has the same tag */
	case ASN_TIMETICKS:
		take_number(&varbind, variable);
		break;
	case ASN_OCTET_STR:
		varbind.type = VALUE_OCTETS;
		varbind.octets = g_bytes_new(variable->val.string, variable->val_len);
		break;
	case ASN_OBJECT_ID:
		varbind.type = VALUE_OBJID;
		varbind.octets = objid_octets(variable->val.objid, variable->val_len / sizeof(oid));
		break;
	case ASN_NULL:
		varbind.type = VALUE_NULL;
		break;
	case SNMP_NOSUCHOBJECT:
	case SNMP_NOSUCHINSTANCE:
		varbind.type = VALUE_ABSENT;
		break;
	case SNMP_ENDOFMIBVIEW:
		varbind.type = VALUE_END_OF_MIB;
		break;
	case ASN_COUNTER:
	case ASN_COUNTER64:
	case ASN_IPADDRESS:
		take_other(&varbind, variable);
		break;
	default:
		break;
	}
	return varbind;
}

GArray *wire_varbinds(const netsnmp_pdu *pdu)
{
	GArray *varbinds = varbinds_new();

	for (const netsnmp_variable_list *v = pdu->variables; v; v = v->next_variable) {
		const struct varbind varbind = take_varbind(v);

		g_array_append_val(varbinds, varbind);
	}
	return varbinds;
}

static void add_varbind(netsnmp_pdu *pdu, const struct varbind *varbind, bool with_value)
{
	const long number = (long)varbind->number;
	oid name[OBJID_MAX];

	for (unsigned i = 0; i < varbind->name.n; i++)
		name[i] = varbind->name.id[i];
	if (with_value)
		snmp_pdu_add_variable(pdu, name, varbind->name.n, ASN_INTEGER, &number,
		                      sizeof(number));
	else
		snmp_add_null_var(pdu, name, varbind->name.n);
}

netsnmp_pdu *wire_pdu(const struct request *request)
{
	static const int commands[] = {
		[REQUEST_GET] = SNMP_MSG_GET,
		[REQUEST_NEXT] = SNMP_MSG_GETNEXT,
		[REQUEST_BULK] = SNMP_MSG_GETBULK,
		[REQUEST_SET] = SNMP_MSG_SET,
	};
	netsnmp_pdu *pdu = snmp_pdu_create(commands[request->kind]);

	if (!pdu)
		return NULL;
	if (request->kind == REQUEST_BULK) {
		pdu->non_repeaters = (long)request->once;
		pdu->max_repetitions = (long)request->repetitions;
	}
	for (unsigned i = 0; i < request->n; i++)
		add_varbind(pdu, &request->varbinds[i], request->kind == REQUEST_SET);
	return pdu;
}

/* More octets than say the sign once: -1 or 0, by the first that counts. */
static bool is_wide_number(u_char type, const u_char *octets, size_t n)
{
	for (size_t i = 0; i + NUMBER_OCTETS < n; i++) {
		const bool negative = type == ASN_INTEGER && octets[n - NUMBER_OCTETS] & 0x80;

		if (octets[i] != (negative ? 0xff : 0))
			return true;
	}
	return false;
}

/* A sub-identifier, of seven bits an octet, that goes on behind the fifth one. */
static bool is_wide_objid(const u_char *octets, size_t n)
{
	unsigned in_row = 0;

	for (size_t i = 0; i < n && in_row < SUBID_OCTETS; i++)
		in_row = octets[i] & 0x80 ? in_row + 1 : 0;
	return in_row == SUBID_OCTETS;
}

static bool is_wide(u_char type, const u_char *octets, size_t n)
{
	switch (type) {
	case ASN_INTEGER:
	case ASN_UNSIGNED:
	case ASN_TIMETICKS:
	case ASN_COUNTER:
		return is_wide_number(type, octets, n);
	case ASN_OBJECT_ID:
		return is_wide_objid(octets, n);
	default:
		return false;
	}
}

/*
 * net-snmp cuts a number to 32 bits without a word, and a sub-identifier to 64: 4294967297 would
 * read as 1, off, and another object's name as ours. So they are looked for before net-snmp reads
 * the datagram.
 */
bool wire_has_wide_number(u_char *at, size_t left)
{
	while (left > 0) {
		size_t n = left;
		u_char type, *contents = asn_parse_header(at, &n, &type);

		if (!contents)
			return false; /* nor does net-snmp take it */
		if (is_wide(type, contents, n))
			return true;
		/* what is constructed is gone into, all else stepped over */
		left -= (size_t)(contents - at) + (IS_CONSTRUCTOR(type) ? 0 : n);
		at = contents + (IS_CONSTRUCTOR(type) ? 0 : n);
	}
	return false;
}
