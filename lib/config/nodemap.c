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

#define NUMBER_LAST 2147483647 /* the last index that an SNMP table can have */
#define NAME_MAX_BYTES 255     /* a DisplayString holds no more */
#define SHOWN_MAX 40           /* bytes of the user's text in a message */
#define MAIN "main"

struct parser {
	const char *text;
	const char *at;
	const struct pdu_address *pdus;
	unsigned n_pdus;
	const char *ipaddr; /* what messages call it */
	bool bare;          /* outlets without a node: messages give no column */
	GPtrArray *nodes;   /* of struct node *, so far */
	GHashTable *keys;   /* of them */
	GHashTable *refs;   /* of struct outlet_ref *, as a set: the outlets so far */
	char *error;
};

static bool fail_at(struct parser *p, const char *place, const char *format, ...)
	G_GNUC_PRINTF(3, 4);

static bool fail_at(struct parser *p, const char *place, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *what = g_strdup_vprintf(format, arguments);
	va_end(arguments);

	p->error = p->bare ? g_steal_pointer(&what)
	                   : g_strdup_printf("at column %d: %s", (int)(place - p->text) + 1, what);
	return false;
}

/* Like fail_at(), with the user's own text between two pieces of ours. */
static bool fail_at_about(struct parser *p, const char *place, const char *before,
                          const char *shown, const char *after)
{
	g_autofree char *escaped = text_escape(shown, (ssize_t)strnlen(shown, SHOWN_MAX));

	return fail_at(p, place, "%s\"%s\"%s", before, escaped, after);
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

static bool is_numeric(const char *word)
{
	return !word[strspn(word, G_CSET_DIGITS ".")];
}

/* Whether a node's name is [DEVICE.]main, or nearly so. */
static bool is_like_main(const char *word)
{
	const char *behind = word + strspn(word, G_CSET_DIGITS ".");

	return (behind == word || behind[-1] == '.') && !g_ascii_strcasecmp(behind, MAIN);
}

bool outlet_ref_is_main(const struct outlet_ref *ref)
{
	return ref->number == TRIPPSNMP_MAIN;
}

/* [DEVICE.]NUMBER or [DEVICE.]main. */
static bool read_outlet(struct outlet_ref *ref, const char *word)
{
	const char *dot = strchr(word, '.');
	const char *last = dot ? dot + 1 : word;
	g_autofree char *device = g_strndup(word, (size_t)(last - word - !!dot));

	ref->has_device = dot;
	ref->device = text_number(device, NUMBER_LAST);
	ref->number = strcmp(last, MAIN) ? text_number(last, NUMBER_LAST) : TRIPPSNMP_MAIN;
	return ref->number && (!dot || ref->device);
}

static bool parse_number(struct parser *p, struct outlet_ref *ref)
{
	const char *start = p->at;
	g_autofree char *word = take_word(p, ":,;\"@=");

	if (read_outlet(ref, word))
		return true;
	if (!*word)
		return fail_at(p, start, "an outlet is missing here");
	if (is_numeric(word))
		return fail_at_about(p, start, "", word,
		                     " is not [DEVICE.]NUMBER, each from 1 to 2147483647");
	return fail_at_about(p, start, "", word,
	                     p->bare ? " is not an outlet's number (names stand in double quotes)"
	                             : " is not an outlet's number (names stand in double quotes, "
	                               "';' or a blank stands before the next node)");
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
	ref->key = text_name_key(ref->name, -1);
	return *ref->key || fail_at(p, start, "an outlet's name is empty");
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

/* Whether the user's word is a PDU as written in ipaddr, or else its host, port or both. */
static bool is_named(const struct pdu_address *pdu, const char *word, bool as_written)
{
	g_autofree char *host = NULL, *full = NULL;

	if (as_written)
		return !g_ascii_strcasecmp(word, pdu->label);
	host = g_strdup_printf(strchr(pdu->host, ':') ? "[%s]" : "%s", pdu->host);
	full = g_strdup_printf("%s:%u", host, pdu->port);
	return !g_ascii_strcasecmp(word, pdu->host) || !g_ascii_strcasecmp(word, host) ||
	       !g_ascii_strcasecmp(word, full);
}

/* How many there are; the last of them in *pdu. */
static unsigned count_named(const struct parser *p, const char *word, bool as_written,
                            unsigned *pdu)
{
	unsigned n = 0;

	for (unsigned i = 0; i < p->n_pdus; i++) {
		if (!is_named(&p->pdus[i], word, as_written))
			continue;
		*pdu = i;
		n++;
	}
	return n;
}

static bool find_named_pdu(struct parser *p, const char *start, const char *word, unsigned *pdu)
{
	unsigned n = count_named(p, word, true, pdu);
	g_autofree char *what = NULL;

	if (!*word)
		return fail_at(p, start, "a PDU is missing after '@' (no blanks beside it)");
	if (!n)
		n = count_named(p, word, false, pdu);
	if (n == 1)
		return true;
	what = g_strdup_printf("%s names %s ", p->ipaddr, n ? "several PDUs" : "no PDU");
	return fail_at_about(p, start, what, word, n ? ": write its port as well" : "");
}

static bool parse_pdu(struct parser *p, struct outlet_ref *ref, const char *outlet)
{
	const char *behind = p->at;

	if (*behind == '@') {
		p->at++;
		g_autofree char *word = take_word(p, ",;\"");
		return find_named_pdu(p, behind, word, &ref->pdu);
	}
	skip_spaces(p);
	if (*p->at == '@')
		return fail_at(p, p->at, "no blanks beside '@'");
	p->at = behind;
	return p->n_pdus == 1 ||
	       fail_at(p, outlet, "an outlet needs @PDU, for %s names several", p->ipaddr);
}

/* With the name that it must have as given: to be read again, or escaped for a message. */
static char *write_outlet(const struct parser *p, const struct outlet_ref *ref, const char *name)
{
	GString *text = g_string_new(NULL);

	if (ref->has_device)
		g_string_append_printf(text, "%u.", ref->device);
	if (outlet_ref_is_main(ref))
		g_string_append(text, MAIN);
	else if (ref->number)
		g_string_append_printf(text, "%u%s", ref->number, name ? "=" : "");
	if (name)
		g_string_append_printf(text, "\"%s\"", name);
	g_string_append_printf(text, "@%s", p->pdus[ref->pdu].label);
	return g_string_free(text, FALSE);
}

/* Whether both are written so that they are on one device, whichever that is. */
static bool on_one_device(const struct outlet_ref *a, const struct outlet_ref *b)
{
	return a->pdu == b->pdu && a->number && b->number && a->has_device == b->has_device &&
	       a->device == b->device;
}

/* Whether they are one outlet as written, whatever it must be called. */
static gboolean is_one_outlet(const void *data, const void *other)
{
	const struct outlet_ref *a = data, *b = other;

	if (a->number || b->number)
		return on_one_device(a, b) && a->number == b->number;
	return a->pdu == b->pdu && !strcmp(a->key, b->key);
}

static unsigned outlet_hash(const void *data)
{
	const struct outlet_ref *ref = data;

	return ref->pdu ^
	       (ref->number ? ref->number << 8 ^ ref->device << 16 : g_str_hash(ref->key));
}

static bool fail_about_main(struct parser *p, const char *start, const struct outlet_ref *main,
                            const struct outlet_ref *cut)
{
	return fail_at(
		p, start,
		"node \"%s\" has the main load of that device, which cuts all that hangs on it, "
		"also %s of node \"%s\"",
		main->node->name, cut->text, cut->node->name);
}

static bool fail_about_same(struct parser *p, const char *start, const struct outlet_ref *ref,
                            const struct outlet_ref *its)
{
	if (p->bare)
		return fail_at(p, start, "outlet %s is given twice", ref->text);
	if (its->node == ref->node)
		return fail_at(p, start, "outlet %s is given twice to node \"%s\"", ref->text,
		               ref->node->name);
	return fail_at(p, start, "outlet %s is given to node \"%s\" and to node \"%s\"", ref->text,
	               its->node->name, ref->node->name);
}

/* The first outlet of another node that is on the device of that main load; NULL if none is. */
static const struct outlet_ref *cut_by(const struct parser *p, const struct outlet_ref *main)
{
	for (unsigned i = 0; i < p->nodes->len; i++) {
		const struct node *node = p->nodes->pdata[i];

		for (unsigned k = 0; node != main->node && k < node->outlets->len; k++)
			if (on_one_device(main, node->outlets->pdata[k]))
				return node->outlets->pdata[k];
	}
	return NULL;
}

/*
 * Of two nodes neither may have the main load of a device on which the other one has an outlet.
 * What is written alike is seen here; whether 3 and 1.main are on one device, only the PDU can
 * tell.
 */
static bool check_main(struct parser *p, const char *start, const struct outlet_ref *ref)
{
	struct outlet_ref on_device = *ref;
	const struct outlet_ref *other;

	if (outlet_ref_is_main(ref)) {
		other = cut_by(p, ref);
		return !other || fail_about_main(p, start, ref, other);
	}
	on_device.number = TRIPPSNMP_MAIN;
	other = g_hash_table_lookup(p->refs, &on_device);
	return !other || other->node == ref->node || fail_about_main(p, start, other, ref);
}

static bool check_outlet(struct parser *p, const char *start, struct outlet_ref *ref)
{
	const struct outlet_ref *same = g_hash_table_lookup(p->refs, ref);

	if (same)
		return fail_about_same(p, start, ref, same);
	g_hash_table_add(p->refs, ref);
	return p->bare || !ref->number || check_main(p, start, ref);
}

static void free_outlet(void *data)
{
	struct outlet_ref *ref = data;

	g_free(ref->name);
	g_free(ref->key);
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
	g_autoptr(GString) list = g_string_new(NULL);

	do {
		const char *start = p->at;
		struct outlet_ref *ref = g_new0(struct outlet_ref, 1);
		g_autofree char *shown = NULL, *written = NULL;

		ref->node = node;
		g_ptr_array_add(node->outlets, ref);
		if (!parse_outlet(p, ref))
			return false;
		shown = ref->name ? text_escape(ref->name, -1) : NULL;
		ref->text = write_outlet(p, ref, shown);
		if (!check_outlet(p, start, ref))
			return false;
		written = write_outlet(p, ref, ref->name);
		g_string_append_printf(list, "%s%s", list->len ? "," : "", written);
	} while (take_mark(p, ','));
	node->list = g_strdup(list->str);
	return true;
}

void nodemap_free_node(struct node *node)
{
	if (!node)
		return;
	g_free(node->name);
	g_free(node->key);
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
	node->key = text_name_key(name, -1);
	node->outlets = g_ptr_array_new_with_free_func(free_outlet);
	return node;
}

/* NULL after fail_at(). */
static struct node *parse_node(struct parser *p)
{
	const char *start = p->at;
	g_autofree char *name = take_word(p, ":,;\"@");
	g_autofree char *key = text_name_key(name, -1);
	struct node *node;

	if (!*name)
		fail_at(p, start,
		        *start == '"' ? "a node's name takes no quotes"
		                      : "a node's name is missing here");
	else if (!text_is_node_name(name))
		fail_at_about(p, start, "", name, " is not a node's name");
	else if (g_hash_table_contains(p->keys, key))
		fail_at_about(p, start, "node ", name, " is given twice");
	if (p->error)
		return NULL;
	node = new_node(g_steal_pointer(&name));
	g_ptr_array_add(p->nodes, node);
	g_hash_table_add(p->keys, node->key);
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
				                     "write ';' instead of ',' before node ",
				                     node->name, ", which has outlets");
			return parse_outlet_list(p, node);
		}
		/* "db1:3 4" lacks a comma; read as a node, 4 would be a feed that stays on. */
		if (is_numeric(node->name))
			return fail_at_about(p, start, "", node->name, " is a number" NO_NODE);
		if (is_like_main(node->name))
			return fail_at_about(p, start, "", node->name, " is a main load" NO_NODE);
		listed = true;
	} while (take_mark(p, ','));
	return true;
}

static bool parse(struct parser *p)
{
	while (*p->at) {
		if (!parse_entry(p))
			return false;
		if (take_mark(p, ';') || !*p->at)
			continue;
		if (!g_ascii_isspace(*p->at))
			return fail_at_about(p, p->at, "',' ';' or a blank is missing before ",
			                     p->at, "");
		skip_spaces(p);
	}
	return true;
}

static void parser_begin(struct parser *p, const char *text)
{
	p->text = p->at = text;
	p->keys = g_hash_table_new(g_str_hash, g_str_equal);
	p->refs = g_hash_table_new(outlet_hash, is_one_outlet);
	skip_spaces(p);
}

static void parser_clear(struct parser *p)
{
	g_hash_table_unref(p->keys);
	g_hash_table_unref(p->refs);
}

struct nodemap *nodemap_parse(const char *hostlist, const struct pdu_address *pdus, unsigned n_pdus,
                              const char *ipaddr, char **error)
{
	struct nodemap *map = g_new0(struct nodemap, 1);
	struct parser p = { .pdus = pdus, .n_pdus = n_pdus, .ipaddr = ipaddr };

	map->ipaddr = ipaddr;
	map->nodes = p.nodes = g_ptr_array_new_with_free_func(free_node);
	parser_begin(&p, hostlist ? hostlist : "");
	if (!parse(&p)) {
		g_clear_pointer(&map, nodemap_free);
		*error = p.error;
	}
	parser_clear(&p);
	return map;
}

struct node *nodemap_outlets(const char *outlets, const struct pdu_address *pdus, unsigned n_pdus,
                             const char *ipaddr, const char *given_as, char **error)
{
	struct node *node = new_node(text_escape(outlets, -1));
	struct parser p = { .pdus = pdus, .n_pdus = n_pdus, .ipaddr = ipaddr, .bare = true };

	node->given_as = given_as;
	parser_begin(&p, outlets);
	if (parse_outlet_list(&p, node)) {
		skip_spaces(&p);
		if (*p.at)
			fail_at_about(&p, p.at, "',' is missing before ", p.at, "");
	}
	if (p.error) {
		g_clear_pointer(&node, nodemap_free_node);
		*error = p.error;
	}
	parser_clear(&p);
	return node;
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
	return !other->key || !g_strcmp0(ref->key, other->key);
}

/* Whether the one covers any of those, or any of those it. */
static bool meets(const struct outlet_ref *ref, const GPtrArray *others, bool covers)
{
	for (unsigned i = 0; i < others->len; i++)
		if (covers ? ref_covers(ref, others->pdata[i]) : ref_covers(others->pdata[i], ref))
			return true;
	return false;
}

bool nodemap_covers(const struct node *node, const struct node *other)
{
	for (unsigned i = 0; i < other->outlets->len; i++)
		if (!meets(other->outlets->pdata[i], node->outlets, false))
			return false;
	for (unsigned i = 0; i < node->outlets->len; i++)
		if (!meets(node->outlets->pdata[i], other->outlets, true))
			return false;
	return true;
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
	g_autofree char *key = text_name_key(name, -1);

	for (unsigned i = 0; *key && i < map->nodes->len; i++)
		if (!strcmp(((const struct node *)map->nodes->pdata[i])->key, key))
			return map->nodes->pdata[i];
	return NULL;
}
