/*
 * See cib.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "cib.h"

#include "plug.h"
#include "texts.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <string.h>

/* --- the XML --- */

static bool is(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE && !strcmp((const char *)node->name, name);
}

/* NULL if there is none; free with g_free(). */
static char *attribute(const xmlNode *node, const char *name)
{
	xmlChar *text = xmlGetProp(node, (const xmlChar *)name);
	char *copy = g_strdup((const char *)text);

	if (text)
		explicit_bzero(text, strlen((char *)text)); /* it may be a passphrase */
	xmlFree(text);
	return copy;
}

static bool has(const xmlNode *node, const char *name, const char *value)
{
	char *is = attribute(node, name);
	const bool same = !g_strcmp0(is, value);

	g_free(is);
	return same;
}

/* The next one of all below root, in the order of the document; NULL after the last. */
static const xmlNode *next_below(const xmlNode *node, const xmlNode *root)
{
	if (node->children)
		return node->children;
	while (node != root && !node->next)
		node = node->parent;
	return node == root ? NULL : node->next;
}

/* NULL if there is none. */
static const xmlNode *find(const xmlNode *root, const char *element, const char *id)
{
	const xmlNode *node = root;

	while (node && !(is(node, element) && has(node, "id", id)))
		node = next_below(node, root);
	return node;
}

static void take_pair(const xmlNode *root, const xmlNode *pair, GPtrArray *texts)
{
	char *reference = attribute(pair, "id-ref");
	const xmlNode *there = reference ? find(root, "nvpair", reference) : pair;
	char *name = there ? attribute(there, "name") : NULL;
	char *value = there ? attribute(there, "value") : NULL;

	if (name && value && !texts_have(texts, name))
		g_ptr_array_add(texts, g_strdup_printf("%s=%s", name, value));
	if (value)
		explicit_bzero(value, strlen(value));
	g_free(value);
	g_free(name);
	g_free(reference);
}

static const xmlNode *child_of(const xmlNode *node, const char *name)
{
	for (const xmlNode *child = node->children; child; child = child->next)
		if (is(child, name))
			return child;
	return NULL;
}

static double score_of(const xmlNode *set)
{
	char *score = attribute(set, "score");
	const double number = !score                      ? 0
	                      : strstr(score, "INFINITY") ? (*score == '-' ? -1e9 : 1e9)
	                                                  : g_ascii_strtod(score, NULL);

	g_free(score);
	return number;
}

/* Of several sets that with the higher score counts first, then that which stands first. */
static int compare_scores(const void *a, const void *b)
{
	const double one = score_of(*(xmlNode *const *)a), other = score_of(*(xmlNode *const *)b);

	return (one < other) - (one > other);
}

/* False, with *error, where a value depends on a rule: what holds now, is not for us to say. */
static bool take_sets(const xmlNode *root, const xmlNode *resource, GPtrArray *texts, char **error)
{
	GPtrArray *sets = g_ptr_array_new();

	for (const xmlNode *child = resource->children; child; child = child->next) {
		char *reference;

		if (!is(child, "instance_attributes"))
			continue;
		reference = attribute(child, "id-ref");
		g_ptr_array_add(sets, reference
		                              ? (void *)find(root, "instance_attributes", reference)
		                              : (void *)child);
		g_free(reference);
	}
	while (g_ptr_array_remove(sets, NULL))
		;
	g_ptr_array_sort(sets, compare_scores);
	for (unsigned i = 0; !*error && i < sets->len; i++) {
		const xmlNode *set = sets->pdata[i];

		if (child_of(set, "rule"))
			*error = g_strdup("its parameters depend on a rule: give them as "
			                  "NAME=VALUE");
		for (const xmlNode *pair = set->children; pair && !*error; pair = pair->next)
			if (is(pair, "nvpair"))
				take_pair(root, pair, texts);
	}
	g_ptr_array_unref(sets);
	return !*error;
}

static bool is_ours(const xmlNode *resource, struct resource *taken, char **error)
{
	char *class = attribute(resource, "class"), *type = attribute(resource, "type");
	const bool stonith = !g_strcmp0(class, "stonith");

	taken->agent = stonith && !g_strcmp0(type, "fence_tripplite");
	if (!taken->agent && !(stonith && !g_strcmp0(type, "tripplite")))
		*error = g_strdup_printf("it is %s:%s, and neither stonith:tripplite nor "
		                         "stonith:fence_tripplite",
		                         class ? class : "?", type ? type : "?");
	g_free(class);
	g_free(type);
	return !*error;
}

static bool take(const xmlNode *root, const xmlNode *primitive, struct resource *resource,
                 char **error)
{
	char *name = attribute(primitive, "template");
	const xmlNode *template = name ? find(root, "template", name) : NULL;

	g_free(name);
	return is_ours(template ? template : primitive, resource, error) &&
	       take_sets(root, primitive, resource->texts, error) &&
	       (!template || take_sets(root, template, resource->texts, error));
}

/* Those there are, for whoever has written another one; free with g_free(). */
static char *others(const xmlNode *root)
{
	GString *known = g_string_new(NULL);

	for (const xmlNode *node = root; node; node = next_below(node, root)) {
		char *id;

		if (!is(node, "primitive") || !has(node, "class", "stonith"))
			continue;
		id = attribute(node, "id");
		g_string_append_printf(known, "%s%s", known->len ? ", " : "", id ? id : "?");
		g_free(id);
	}
	return g_string_free(known, FALSE);
}

static void not_found(const xmlNode *root, char **error)
{
	char *known = others(root);

	*error = g_strdup_printf("there is no such resource%s%s",
	                         *known ? "; for fencing there are " : "", known);
	g_free(known);
}

bool cib_parse(const char *xml, size_t n, const char *id, struct resource *resource, char **error)
{
	xmlDoc *document = xmlReadMemory(xml, (int)n, "cib.xml", NULL,
	                                 XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	const xmlNode *root = document ? xmlDocGetRootElement(document) : NULL;
	const xmlNode *primitive = root ? find(root, "primitive", id) : NULL;

	*error = NULL;
	*resource = (struct resource){ .texts = secrets_new() };
	if (!root)
		*error = g_strdup("the cluster's configuration is no XML");
	else if (!primitive)
		not_found(root, error);
	else
		take(root, primitive, resource, error);
	xmlFreeDoc(document);
	if (*error)
		cib_clear(resource);
	return !*error;
}

void cib_clear(struct resource *resource)
{
	g_clear_pointer(&resource->texts, g_ptr_array_unref);
}

/* --- pcmk_host_map --- */

/* NODE:PORTS or NODE=PORTS. */
static char *hostlist_entry(const char *entry, char **error)
{
	const size_t n = strcspn(entry, ":=");
	struct plug plug = { NULL, NULL };
	char *text = NULL;

	if (!n || !entry[n])
		*error = g_strdup_printf(CIB_HOST_MAP ": %s is not NODE:OUTLETS", entry);
	else if (!plug_parse(entry + n + 1, ",", &plug, error)) {
		char *bare = *error;

		*error = g_strdup_printf(CIB_HOST_MAP ": %s", bare);
		g_free(bare);
	} else
		text = plug.node ? g_strdup_printf("%.*s:\"%s\"", (int)n, entry, plug.node)
		                 : g_strdup_printf("%.*s:%s", (int)n, entry, plug.outlets);
	plug_clear(&plug);
	return text;
}

char *cib_hostlist(const char *host_map, char **error)
{
	char **entries = g_strsplit_set(host_map, "; \t\n", -1);
	GString *text = g_string_new(NULL);

	*error = NULL;
	for (unsigned i = 0; entries[i] && !*error; i++) {
		char *entry = *entries[i] ? hostlist_entry(entries[i], error) : NULL;

		if (entry)
			g_string_append_printf(text, "%s%s", text->len ? "; " : "", entry);
		g_free(entry);
	}
	g_strfreev(entries);
	return g_string_free(text, *error ? TRUE : FALSE);
}
