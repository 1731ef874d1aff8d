/*
 * See anonymous.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "anonymous.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define SYSTEM "1.3.6.1.2.1.1."
#define TRIPPLITE "1.3.6.1.4.1.850."

enum tag { TAG_INTEGER = 2, TAG_OCTETS = 4, TAG_NULL = 5, TAG_OBJID = 6, TAG_ADDRESS = 64 };

/* Texts that say what a device is, and not whose. A beginning, up to the instance. */
static const char *const harmless[] = {
	SYSTEM "1.",              /* sysDescr, see is_description() */
	SYSTEM "9.1.3.",          /* sysORDescr */
	TRIPPLITE "1.1.1.2.1.4.", /* tlpDeviceManufacturer */
	TRIPPLITE "1.1.1.2.1.5.", /* tlpDeviceModel */
	TRIPPLITE "1.2.1.1.2.",   /* tlpAgentVersion */
	TRIPPLITE "1.2.1.1.3.",   /* and that of its driver */
	TRIPPLITE "10.1.2.3.",    /* the firmware of SNMPWEBCARD */
	TRIPPLITE "10.2.2.1.8.",  /* its devices' manufacturer */
	TRIPPLITE "10.2.2.1.9.",  /* and model */
};

/* Numbers that somebody gave. */
static const char *const numbers[] = {
	TRIPPLITE "1.1.1.2.1.7.", /* tlpDeviceID */
	TRIPPLITE "100.1.1.1.",   /* tlUpsIdentID and its kin */
	TRIPPLITE "100.1.1.3.",
};

/* Deeper than any instance that was seen (19): what is there may be an index of text. */
#define DEPTH_MAX 20
/* An arc above that is no row's number: it may be a part of an address, or of a serial number. */
#define ARC_MAX 100000

void anonymous_init(struct anonymous *anonymous)
{
	anonymous->texts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	anonymous->addresses = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

void anonymous_clear(struct anonymous *anonymous)
{
	g_hash_table_unref(anonymous->texts);
	g_hash_table_unref(anonymous->addresses);
}

static bool is_one_of(const char *name, const char *const *beginnings, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (g_str_has_prefix(name, beginnings[i]))
			return true;
	return false;
}

static char *hex_of(const unsigned char *octets, size_t n)
{
	GString *text = g_string_sized_new(2 * n);

	for (size_t i = 0; i < n; i++)
		g_string_append_printf(text, "%02x", octets[i]);
	return g_string_free(text, FALSE);
}

static bool is_printable(const unsigned char *octets, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!g_ascii_isprint((char)octets[i]))
			return false;
	return true;
}

/* "Load 3", "Port 16": what outlets are called when nobody has named them. */
static bool is_factory_name(const char *text)
{
	return g_regex_match_simple("^(load|outlet|port|receptacle|bank) ?#?[0-9]{1,3}$", text,
	                            G_REGEX_CASELESS, 0);
}

/*
 * An address, or a MAC address, or a UUID or another long number: firmware may put them into a text
 * that is harmless elsewhere.
 */
static bool has_address(const char *text)
{
	static const char pattern[] =
		"[0-9]{1,3}(\\.[0-9]{1,3}){3}|([0-9a-f]{2}[:-]){5}[0-9a-f]{2}|"
		"([0-9a-f]{0,4}:){3,}|[0-9a-f]{8}-[0-9a-f]{4}|[0-9a-f]{12,}|@";

	return g_regex_match_simple(pattern, text, G_REGEX_CASELESS, 0);
}

/* Of Tripp Lite's: "POWERALERT 12", "Ubuntu 16.04 ... software: PowerAlert 15.5.4 (Build 1045)". */
static bool is_description(const char *text)
{
	return g_regex_match_simple("^(Ubuntu [0-9.]+ (LTS )?Linux [0-9.]+ flash: [0-9.]+G ram: "
	                            "[0-9]+kB processor: [a-z0-9_]+ software: )?"
	                            "PowerAlert v?[0-9.]+( \\(Build [0-9]+\\))?$",
	                            text, G_REGEX_CASELESS, 0);
}

static bool is_harmless(const char *name, const char *text)
{
	if (!*text || is_factory_name(text))
		return true;
	if (!is_one_of(name, harmless, G_N_ELEMENTS(harmless)) || has_address(text))
		return false;
	return !g_str_has_prefix(name, SYSTEM "1.") || is_description(text);
}

/* What stands for these octets; kind is what a new one is called, before its number. */
static const char *stand_in(GHashTable *known, const unsigned char *octets, size_t n,
                            const char *kind)
{
	char *key = hex_of(octets, n);
	const char *text = g_hash_table_lookup(known, key);
	char *fresh;

	if (text) {
		g_free(key);
		return text;
	}
	fresh = g_strdup_printf("%s%u", kind, g_hash_table_size(known) + 1);
	g_hash_table_insert(known, key, fresh);
	return fresh;
}

/* As it is; for what a line would not keep. */
static char *hex_line(const struct trippsnmp_object *object)
{
	char *hex = hex_of(object->octets, object->length);
	char *line = g_strdup_printf("%s|4x|%s", object->name, hex);

	g_free(hex);
	return line;
}

/* Texts by texts, other octets by as many zeros. */
static char *octets_line(struct anonymous *anonymous, const struct trippsnmp_object *object)
{
	const size_t n = object->length;
	char *text, *line;

	if (!is_printable(object->octets, n)) {
		GString *zeros = g_string_new(NULL);

		for (size_t i = 0; i < n; i++)
			g_string_append(zeros, "00");
		line = g_strdup_printf("%s|4x|%s", object->name, zeros->str);
		g_string_free(zeros, TRUE);
		return line;
	}
	text = g_strndup((const char *)object->octets, n);
	if (!is_harmless(object->name, text))
		line = g_strdup_printf("%s|4|%s", object->name,
		                       stand_in(anonymous->texts, object->octets, n, "text "));
	else if (strchr(text, '|') || g_ascii_isspace(*text) || g_str_has_suffix(text, " "))
		line = hex_line(object);
	else
		line = g_strdup_printf("%s|4|%s", object->name, text);
	g_free(text);
	return line;
}

/* Masks and what means nobody stay. */
static bool is_nobodys(const unsigned char *octets)
{
	return octets[0] == 0 || octets[0] == 127 || octets[0] == 255;
}

static char *address_line(struct anonymous *anonymous, const struct trippsnmp_object *object)
{
	const unsigned char *octets = object->octets;

	if (object->length != 4)
		return NULL;
	if (is_nobodys(octets))
		return g_strdup_printf("%s|64|%u.%u.%u.%u", object->name, octets[0], octets[1],
		                       octets[2], octets[3]);
	/* of RFC 5737; from the 255th on they are all the last one */
	if (g_hash_table_size(anonymous->addresses) >= 254)
		return g_strdup_printf("%s|64|192.0.2.255", object->name);
	return g_strdup_printf("%s|64|%s", object->name,
	                       stand_in(anonymous->addresses, octets, 4, "192.0.2."));
}

/* Two arcs as private networks' addresses begin (RFC 1918); 10 is a row's number far more often. */
static bool begins_address(uint64_t before, uint64_t arc)
{
	return (before == 192 && arc == 168) || (before == 172 && arc >= 16 && arc <= 31);
}

/* Whether the object's own name is numbers of rows and nothing else. */
static bool is_plain_name(const char *name)
{
	g_auto(GStrv) arcs = g_strsplit(name, ".", -1);
	uint64_t before = 0;

	for (unsigned i = 0; arcs[i]; i++) {
		const uint64_t arc = g_ascii_strtoull(arcs[i], NULL, 10);

		if (i >= DEPTH_MAX || arc > ARC_MAX || begins_address(before, arc))
			return false;
		before = arc;
	}
	return true;
}

char *anonymous_line(struct anonymous *anonymous, const struct trippsnmp_object *object)
{
	if (!is_plain_name(object->name))
		return NULL;
	switch (object->type) {
	case TAG_OCTETS:
		return octets_line(anonymous, object);
	case TAG_ADDRESS:
		return address_line(anonymous, object);
	case TAG_INTEGER:
		if (is_one_of(object->name, numbers, G_N_ELEMENTS(numbers)))
			return g_strdup_printf("%s|2|65535", object->name);
		break;
	case TAG_OBJID: /* of types and rows; one with an address in it would be deeper */
		if (!is_plain_name(object->value))
			return NULL;
		break;
	default:
		break;
	}
	return g_strdup_printf("%s|%u|%s", object->name, object->type,
	                       object->value ? object->value : "");
}
