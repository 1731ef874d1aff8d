/*
 * See subject.h; and the public questions about what is written, which no device is asked.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "call/subject.h"

#include "base/text.h"
#include "find/names.h"

void subject_clear(struct subject *subject)
{
	if (subject->map.nodes)
		g_ptr_array_unref(subject->map.nodes);
	nodemap_free_node(subject->given);
	g_free(subject->shown);
}

/* What hostlist does not name needs no network to be refused. */
static struct outcome check_named(const struct nodemap *map, const char *node)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autofree char *shown = text_escape(node, -1);
	g_autofree char *hint = NULL;

	if (!map->nodes->len || nodemap_find(map, node))
		return outcome_fine;
	for (unsigned i = 0; i < map->nodes->len; i++)
		g_ptr_array_add(names, ((struct node *)map->nodes->pdata[i])->name);
	hint = node_names_hint(names, "its nodes are", node);
	return failure(TRIPPSNMP_BADNODE, "hostlist: it does not name node %s%s", shown, hint);
}

struct outcome subject_of_node(struct subject *subject, const trippsnmp *handle, const char *node)
{
	const struct outcome ready = handle_ready(handle);
	g_autofree char *escaped = text_escape(node ? node : "", -1);

	*subject = (struct subject){ .node = node, .config = handle->config };
	if (ready.error)
		return ready;
	if (!node || !*node)
		return failure(TRIPPSNMP_BADNODE, "no node is named");
	subject->shown = g_strdup_printf("node %s", escaped);
	return check_named(handle->config->map, node);
}

static const char *outlets_shown(const trippsnmp *handle)
{
	return handle->outlets_shown ? handle->outlets_shown : "outlets";
}

/* NULL after an error. The handle is configured. */
static struct node *parse_given(const trippsnmp *handle, const char *outlets,
                                struct outcome *outcome)
{
	const GArray *pdus = handle->config->pdus;
	g_autofree char *error = NULL;
	struct node *node = nodemap_outlets(outlets ? outlets : "", addresses_at(pdus, 0),
	                                    pdus->len, config_name(handle->config, PARAM_IPADDR),
	                                    outlets_shown(handle), &error);

	*outcome = node ? outcome_fine
	                : failure(TRIPPSNMP_BADCONFIG, "%s: %s", outlets_shown(handle), error);
	return node;
}

/* They come before the nodes of hostlist, so that none of these is found by their name. */
struct outcome subject_of_outlets(struct subject *subject, const trippsnmp *handle,
                                  const char *outlets)
{
	struct outcome outcome = handle_ready(handle);
	const GPtrArray *nodes;

	*subject = (struct subject){ 0 };
	if (outcome.error)
		return outcome;
	subject->given = parse_given(handle, outlets, &outcome);
	if (outcome.error)
		return outcome;
	subject->node = subject->given->name;
	subject->shown = g_strdup_printf("%s %s", outlets_shown(handle), subject->node);
	nodes = handle->config->map->nodes;
	subject->map = *handle->config->map;
	subject->map.nodes = g_ptr_array_new();
	g_ptr_array_add(subject->map.nodes, subject->given);
	for (unsigned i = 0; i < nodes->len; i++)
		g_ptr_array_add(subject->map.nodes, nodes->pdata[i]);
	subject->own = *handle->config;
	subject->own.map = &subject->map;
	subject->config = &subject->own;
	return outcome_fine;
}

static enum trippsnmp_error check(trippsnmp *handle, subject_find find, const char *what)
{
	struct subject subject;
	const struct outcome outcome = find(&subject, handle, what);

	subject_clear(&subject);
	return conclude(handle, outcome);
}

enum trippsnmp_error trippsnmp_check_node(trippsnmp *handle, const char *node)
{
	return check(handle, subject_of_node, node);
}

enum trippsnmp_error trippsnmp_check_outlets(trippsnmp *handle, const char *outlets)
{
	return check(handle, subject_of_outlets, outlets);
}

const char *trippsnmp_node_outlets(const trippsnmp *handle, const char *node)
{
	const struct node *found =
		handle->config && node ? nodemap_find(handle->config->map, node) : NULL;

	return found ? found->list : NULL;
}

int trippsnmp_outlets_cover(const trippsnmp *handle, const char *outlets, const char *others)
{
	struct subject a, b;
	const struct outcome bad_a = subject_of_outlets(&a, handle, outlets);
	const struct outcome bad_b = subject_of_outlets(&b, handle, others);
	const bool covers = !bad_a.error && !bad_b.error && nodemap_covers(a.given, b.given);

	g_free(bad_a.message);
	g_free(bad_b.message);
	subject_clear(&a);
	subject_clear(&b);
	return covers;
}
