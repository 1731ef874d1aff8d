/*
 * Parser of hostlist, and its look-up: see nodemap.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config/nodemap.h"
#include "base/text.h"
#include "trippsnmp.h"

#include <stdarg.h>
#include <string.h>

#define NUMBER_LAST UINT32_C(2147483647) /* the last index that an SNMP table can have */
#define NAME_MAX_BYTES 255               /* a DisplayString holds no more */
#define SHOWN_MAX 40                     /* bytes of the user's text in a message */
#define MAIN "main"

struct parser {
	const char *text;
	const char *at;
	const struct pdu_name *pdus;
	unsigned n_pdus;
	const char *ipaddr; /* what messages call it */
	bool bare; /* outlets without a node: places mean nothing to whoever reads of them */
	struct nodemap *map; /* NULL if bare */
	GHashTable *nodes;   /* name key -> struct node */
	GHashTable *outlets; /* outlet key -> the struct node that it feeds */
	char *error;
};

static bool fail_at(struct parser *p, const char *place, const char *format, ...)
	G_GNUC_PRINTF(3, 4);

static bool fail_at(struct parser *p, const char *place, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	char *what = g_strdup_vprintf(format, arguments);
	va_end(arguments);

	if (p->bare) {
		p->error = what;
		return false;
	}
	p->error = g_strdup_printf("at column %d: %s", (int)(place - p->text) + 1, what);
	g_free(what);
	return false;
}

/* Like fail_at(), with the user's own text between two pieces of ours. */
static bool fail_at_about(struct parser *p, const char *place, const char *before,
                          const char *shown, const char *after)
{
	char *escaped = text_escape(shown, (gssize)strnlen(shown, SHOWN_MAX));

	fail_at(p, place, "%s%s%s", before, escaped, after);
	g_free(escaped);
	return false;
}

static void skip_spaces(struct parser *p)
{
	while (g_ascii_isspace(*p->at))
		p->at++;
}

/* Takes the mark and the blanks on both sides of it; takes nothing if it is not there. */
static bool take_mark(struct parser *p, char mark)
{
	const char *start = p->at;

	skip_spaces(p);
	if (*p->at != mark) {
		p->at = start;
		return false;
	}
	p->at++;
	skip_spaces(p);
	return true;
}

/* What stands before the next blank or stop; may be empty. */
static char *take_word(struct parser *p, const char *stops)
{
	const char *start = p->at;

	while (*p->at && !g_ascii_isspace(*p->at) && !strchr(stops, *p->at))
		p->at++;
	return g_strndup(start, (size_t)(p->at - start));
}

/* A plain decimal number at *at, which is moved behind it; 0 if there is none. */
static uint32_t take_digits(const char **at)
{
	uint64_t number = 0;

	if (**at == '0')
		return 0;
	for (; g_ascii_isdigit(**at) && number <= NUMBER_LAST; (*at)++)
		number = number * 10 + (uint64_t)g_ascii_digit_value(**at);
	return number <= NUMBER_LAST ? (uint32_t)number : 0;
}

static bool is_numeric(const char *word)
{
	return !word[strspn(word, G_CSET_DIGITS ".")];
}

bool outlet_ref_is_main(const struct outlet_ref *ref)
{
	return ref->number == TRIPPSNMP_MAIN;
}

/* NUMBER or main. */
static uint32_t take_outlet(const char **at)
{
	if (strcmp(*at, MAIN) != 0)
		return take_digits(at);
	*at += strlen(MAIN);
	return TRIPPSNMP_MAIN;
}

static bool read_outlet(struct outlet_ref *ref, const char *word)
{
	ref->number = take_outlet(&word);
	if (ref->number && *word == '.') {
		word++;
		ref->has_device = true;
		ref->device = ref->number;
		ref->number = take_outlet(&word);
	}
	return ref->number && !*word;
}

/* Whether a node's name is [DEVICE.]main, or nearly so. */
static bool is_like_main(const char *word)
{
	const char *behind_device = word + strspn(word, G_CSET_DIGITS ".");

	return (behind_device == word || behind_device[-1] == '.') &&
	       !g_ascii_strcasecmp(behind_device, MAIN);
}

static bool parse_number(struct parser *p, struct outlet_ref *ref)
{
	const char *start = p->at;
	char *word = take_word(p, ":,;\"@=");
	bool ok = read_outlet(ref, word);

	if (!*word)
		fail_at(p, start, "an outlet is missing here");
	else if (!ok && is_numeric(word))
		fail_at_about(p, start, "\"", word,
		              "\" is not [DEVICE.]NUMBER, each from 1 to 2147483647");
	else if (!ok)
		fail_at_about(
			p, start, "\"", word,
			p->bare ? "\" is not an outlet's number (names stand in double quotes)"
				: "\" is not an outlet's number (names stand in double quotes, "
				  "';' or a blank stands before the next node)");
	g_free(word);
	return ok;
}

static bool parse_name(struct parser *p, struct outlet_ref *ref)
{
	const char *start = p->at++;

	while (*p->at && *p->at != '"') {
		if (g_ascii_iscntrl(*p->at))
			return fail_at(p, p->at, "a control character in an outlet's name");
		p->at++;
	}
	if (!*p->at)
		return fail_at(p, start, "the quote that opens here is never closed");
	if (p->at - start - 1 > NAME_MAX_BYTES)
		return fail_at(p, start, "an outlet's name is longer than %d bytes",
		               NAME_MAX_BYTES);
	ref->name = g_strndup(start + 1, (size_t)(p->at++ - start - 1));

	char *key = text_name_key(ref->name, -1);
	bool empty = !*key;
	g_free(key);
	return !empty || fail_at(p, start, "an outlet's name is empty");
}

/* What stands behind the number: nothing, or = and the name that it must have. */
static bool parse_number_name(struct parser *p, struct outlet_ref *ref)
{
	const char *behind = p->at;

	skip_spaces(p);
	if (*p->at != '=') {
		p->at = behind;
		return true;
	}
	if (outlet_ref_is_main(ref))
		return fail_at(p, p->at, "a main load has no name: write [DEVICE.]main alone");
	if (p->at > behind || g_ascii_isspace(p->at[1]))
		return fail_at(p, p->at, "no blanks beside '='");
	p->at++;
	if (*p->at != '"')
		return fail_at(p, p->at, "a name in double quotes is missing after '='");
	return parse_name(p, ref);
}

/* Whether the user's word is host, port or both of a PDU. */
static bool is_address_of(const struct pdu_name *pdu, const char *word)
{
	bool ipv6 = strchr(pdu->host, ':');
	char *host = g_strdup_printf(ipv6 ? "[%s]" : "%s", pdu->host);
	char *full = g_strdup_printf("%s:%u", host, pdu->port);
	bool is = !g_ascii_strcasecmp(word, pdu->host) || !g_ascii_strcasecmp(word, host) ||
	          !g_ascii_strcasecmp(word, full);

	g_free(host);
	g_free(full);
	return is;
}

static bool is_label_of(const struct pdu_name *pdu, const char *word)
{
	return !g_ascii_strcasecmp(word, pdu->label);
}

static unsigned count_matching(const struct parser *p, const char *word,
                               bool (*is)(const struct pdu_name *, const char *), unsigned *found)
{
	unsigned n = 0;

	for (unsigned i = 0; i < p->n_pdus; i++)
		if (is(&p->pdus[i], word)) {
			*found = i;
			n++;
		}
	return n;
}

static bool fail_about_pdu(struct parser *p, const char *place, const char *what, const char *word,
                           const char *then)
{
	char *before = g_strdup_printf("%s names %s \"", p->ipaddr, what);
	char *after = g_strdup_printf("\"%s", then);

	fail_at_about(p, place, before, word, after);
	g_free(before);
	g_free(after);
	return false;
}

static bool find_named_pdu(struct parser *p, const char *start, const char *word, unsigned *pdu)
{
	if (!*word)
		return fail_at(p, start, "a PDU is missing after '@' (no blanks beside it)");
	unsigned n = count_matching(p, word, is_label_of, pdu);
	if (!n)
		n = count_matching(p, word, is_address_of, pdu);
	if (!n)
		return fail_about_pdu(p, start, "no PDU", word, "");
	if (n > 1)
		return fail_about_pdu(p, start, "several PDUs", word, ": write its port as well");
	return true;
}

static bool parse_pdu(struct parser *p, struct outlet_ref *ref, const char *outlet)
{
	if (*p->at == '@') {
		const char *start = p->at++;
		char *word = take_word(p, ",;\"");
		bool ok = find_named_pdu(p, start, word, &ref->pdu);

		g_free(word);
		return ok;
	}

	const char *behind = p->at;
	skip_spaces(p);
	if (*p->at == '@')
		return fail_at(p, p->at, "no blanks beside '@'");
	p->at = behind;
	if (p->n_pdus != 1)
		return fail_at(p, outlet, "an outlet needs @PDU, for %s names several", p->ipaddr);
	ref->pdu = 0;
	return true;
}

/* The name in the quotes that it takes to be read again, or escaped for a message. */
static char *quote(const char *name, bool escape)
{
	char *shown = escape ? text_escape(name, -1) : g_strdup(name);
	char *quoted = g_strdup_printf("\"%s\"", shown);

	g_free(shown);
	return quoted;
}

static char *write_outlet(const struct parser *p, const struct outlet_ref *ref, bool escape)
{
	GString *text = g_string_new(NULL);

	if (ref->has_device)
		g_string_append_printf(text, "%u.", ref->device);
	if (outlet_ref_is_main(ref))
		g_string_append(text, MAIN);
	else if (ref->number)
		g_string_append_printf(text, "%u%s", ref->number, ref->name ? "=" : "");
	if (ref->name) {
		char *name = quote(ref->name, escape);

		g_string_append(text, name);
		g_free(name);
	}
	g_string_append_printf(text, "@%s", p->pdus[ref->pdu].label);
	return g_string_free(text, FALSE);
}

/* The key by which the outlet as written is the same one, whatever it must be called. */
static char *outlet_key(const struct outlet_ref *ref)
{
	char *folded, *key;

	if (ref->number && ref->has_device)
		return g_strdup_printf("%u %u.%u", ref->pdu, ref->device, ref->number);
	if (ref->number)
		return g_strdup_printf("%u %u", ref->pdu, ref->number);
	folded = text_name_key(ref->name, -1);
	key = g_strdup_printf("%u \"%s", ref->pdu, folded);
	g_free(folded);
	return key;
}

static bool fail_about_main(struct parser *p, const char *start, const struct node *node,
                            const struct outlet_ref *cut, const struct node *other)
{
	return fail_at(
		p, start,
		"node \"%s\" has the main load of that device, which cuts all that hangs on it, "
		"also %s of node \"%s\"",
		node->name, cut->text, other->name);
}

/* Whether both are written so that they are on one device, whichever that is. */
static bool on_one_device(const struct outlet_ref *a, const struct outlet_ref *b)
{
	return a->pdu == b->pdu && a->has_device == b->has_device && a->device == b->device;
}

/*
 * Of two nodes neither may have the main load of a device on which the other one has an outlet.
 * What is written alike is seen here; whether 3 and 1.main are on one device, only the PDU can
 * tell.
 */
static bool check_main(struct parser *p, const char *start, const struct node *node,
                       const struct outlet_ref *ref)
{
	for (unsigned i = 0; i < p->map->nodes->len; i++) {
		const struct node *other = g_ptr_array_index(p->map->nodes, i);

		for (unsigned k = 0; other != node && k < other->outlets->len; k++) {
			const struct outlet_ref *its = g_ptr_array_index(other->outlets, k);

			if (!ref->number || !its->number || !on_one_device(ref, its))
				continue;
			if (outlet_ref_is_main(ref))
				return fail_about_main(p, start, node, its, other);
			if (outlet_ref_is_main(its))
				return fail_about_main(p, start, other, ref, node);
		}
	}
	return true;
}

static bool claim_outlet(struct parser *p, const char *start, const struct node *node,
                         struct outlet_ref *ref)
{
	char *key = outlet_key(ref);
	const struct node *owner = g_hash_table_lookup(p->outlets, key);

	ref->text = write_outlet(p, ref, true);
	if (!owner) {
		g_hash_table_insert(p->outlets, key, (void *)node);
		return p->bare || check_main(p, start, node, ref);
	}
	g_free(key);
	if (p->bare)
		return fail_at(p, start, "outlet %s is given twice", ref->text);
	if (owner == node)
		return fail_at(p, start, "outlet %s is given twice to node \"%s\"", ref->text,
		               node->name);
	return fail_at(p, start, "outlet %s is given to node \"%s\" and to node \"%s\"", ref->text,
	               owner->name, node->name);
}

static void free_outlet(void *data)
{
	struct outlet_ref *ref = data;

	g_free(ref->name);
	g_free(ref->text);
	g_free(ref);
}

static bool parse_outlet(struct parser *p, struct outlet_ref *ref)
{
	const char *start = p->at;

	if (*start == '"' ? !parse_name(p, ref)
	                  : !parse_number(p, ref) || !parse_number_name(p, ref))
		return false;
	return parse_pdu(p, ref, start);
}

static bool parse_outlet_list(struct parser *p, struct node *node)
{
	GString *list = g_string_new(NULL);
	bool ok;

	do {
		const char *start = p->at;
		struct outlet_ref *ref = g_new0(struct outlet_ref, 1);
		char *written;

		g_ptr_array_add(node->outlets, ref);
		ok = parse_outlet(p, ref) && claim_outlet(p, start, node, ref);
		if (!ok)
			break;
		written = write_outlet(p, ref, false);
		g_string_append_printf(list, "%s%s", list->len ? "," : "", written);
		g_free(written);
	} while (take_mark(p, ','));
	node->list = g_string_free(list, FALSE);
	return ok;
}

void nodemap_free_node(struct node *node)
{
	if (!node)
		return;
	g_free(node->name);
	g_ptr_array_unref(node->outlets);
	g_free(node->list);
	g_free(node);
}

static void free_node(void *data)
{
	nodemap_free_node(data);
}

static struct node *new_node(char *name)
{
	struct node *node = g_new0(struct node, 1);

	node->name = name;
	node->outlets = g_ptr_array_new_with_free_func(free_outlet);
	return node;
}

/* NULL after fail_at(). */
static struct node *parse_node(struct parser *p)
{
	const char *start = p->at;
	struct node *node = new_node(take_word(p, ":,;\"@"));

	g_ptr_array_add(p->map->nodes, node);

	if (!*node->name) {
		if (*start == '"')
			fail_at(p, start, "a node's name takes no quotes");
		else
			fail_at(p, start, "a node's name is missing here");
		return NULL;
	}
	if (!text_is_node_name(node->name)) {
		fail_at_about(p, start, "\"", node->name, "\" is not a node's name");
		return NULL;
	}
	if (!g_hash_table_insert(p->nodes, text_name_key(node->name, -1), node)) {
		fail_at_about(p, start, "node \"", node->name, "\" is given twice");
		return NULL;
	}
	return node;
}

#define NO_NODE ": write ',' before an outlet, ':' and outlets after a node"

static bool parse_entry(struct parser *p)
{
	bool listed = false;

	do {
		const char *start = p->at;
		struct node *node = parse_node(p);

		if (!node)
			return false;
		if (take_mark(p, ':')) {
			if (listed)
				return fail_at_about(p, start,
				                     "write ';' instead of ',' before node \"",
				                     node->name, "\", which has outlets");
			return parse_outlet_list(p, node);
		}
		/* "db1:3 4" lacks a comma; read as a node, 4 would be a feed that stays on. */
		if (is_numeric(node->name) || is_like_main(node->name))
			return fail_at_about(p, start, "\"", node->name,
			                     is_numeric(node->name) ? "\" is a number" NO_NODE
			                                            : "\" is a main load" NO_NODE);
		listed = true;
	} while (take_mark(p, ','));
	return true;
}

static bool parse(struct parser *p)
{
	skip_spaces(p);
	while (*p->at) {
		if (!parse_entry(p))
			return false;
		if (take_mark(p, ';') || !*p->at)
			continue;
		if (!g_ascii_isspace(*p->at))
			return fail_at_about(p, p->at, "',' ';' or a blank is missing before \"",
			                     p->at, "\"");
		skip_spaces(p);
	}
	return true;
}

struct nodemap *nodemap_parse_as(const char *hostlist, const struct pdu_name *pdus, unsigned n_pdus,
                                 const char *ipaddr, char **error)
{
	struct parser p = { .pdus = pdus, .n_pdus = n_pdus, .ipaddr = ipaddr };

	p.text = p.at = hostlist ? hostlist : "";
	p.map = g_new0(struct nodemap, 1);
	p.map->nodes = g_ptr_array_new_with_free_func(free_node);
	p.map->ipaddr = ipaddr;
	p.nodes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	p.outlets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	if (!parse(&p)) {
		nodemap_free(p.map);
		p.map = NULL;
		*error = p.error;
	}
	g_hash_table_unref(p.nodes);
	g_hash_table_unref(p.outlets);
	return p.map;
}

struct nodemap *nodemap_parse(const char *hostlist, const struct pdu_name *pdus, unsigned n_pdus,
                              char **error)
{
	return nodemap_parse_as(hostlist, pdus, n_pdus, "ipaddr", error);
}

struct node *nodemap_outlets(const char *outlets, const struct pdu_name *pdus, unsigned n_pdus,
                             const char *ipaddr, const char *given_as, char **error)
{
	struct parser p = { .pdus = pdus, .n_pdus = n_pdus, .ipaddr = ipaddr, .bare = true };
	struct node *node = new_node(text_escape(outlets, -1));

	node->given_as = given_as;
	p.text = p.at = outlets;
	p.outlets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	skip_spaces(&p);
	if (parse_outlet_list(&p, node)) {
		skip_spaces(&p);
		if (*p.at)
			fail_at_about(&p, p.at, "',' is missing before \"", p.at, "\"");
	}
	g_hash_table_unref(p.outlets);
	if (!p.error)
		return node;
	*error = p.error;
	nodemap_free_node(node);
	return NULL;
}

static uint32_t device_of(const struct outlet_ref *ref)
{
	return ref->has_device ? ref->device : 1;
}

static bool ref_covers(const struct outlet_ref *ref, const struct outlet_ref *other)
{
	if (ref->pdu != other->pdu || ref->number != other->number)
		return false;
	if (ref->number &&
	    (device_of(ref) != device_of(other) || (other->has_device && !ref->has_device)))
		return false;
	return !other->name || (ref->name && text_same_name(ref->name, other->name));
}

static bool any_covers(const struct node *node, const struct outlet_ref *other)
{
	for (unsigned i = 0; i < node->outlets->len; i++)
		if (ref_covers(node->outlets->pdata[i], other))
			return true;
	return false;
}

static bool covers_any(const struct outlet_ref *ref, const struct node *other)
{
	for (unsigned i = 0; i < other->outlets->len; i++)
		if (ref_covers(ref, other->outlets->pdata[i]))
			return true;
	return false;
}

bool nodemap_covers(const struct node *node, const struct node *other)
{
	for (unsigned i = 0; i < other->outlets->len; i++)
		if (!any_covers(node, other->outlets->pdata[i]))
			return false;
	for (unsigned i = 0; i < node->outlets->len; i++)
		if (!covers_any(node->outlets->pdata[i], other))
			return false;
	return node->outlets->len > 0;
}

void nodemap_free(struct nodemap *map)
{
	if (!map)
		return;
	g_ptr_array_unref(map->nodes);
	g_free(map);
}

const struct node *nodemap_find(const struct nodemap *map, const char *name)
{
	for (unsigned i = 0; i < map->nodes->len; i++) {
		const struct node *node = g_ptr_array_index(map->nodes, i);

		if (text_same_name(node->name, name))
			return node;
	}
	return NULL;
}
