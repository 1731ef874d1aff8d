/*
 * One target: see target.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "target.h"

#include "plug.h"

#include <string.h>

/** One of the ways in which it is named. */
struct way {
	const struct given *given;
	struct plug means;
};

struct search {
	const struct options *options;
	const struct output *output;
	trippsnmp *handle;
	char **nodes; /* of hostlist; NULL if there is none */
	GArray *ways; /* of struct way */
};

static void clear_way(void *data)
{
	plug_clear(&((struct way *)data)->means);
}

static bool refuse(const struct search *search, char *message)
{
	output_line((void *)search->output, TRIPPSNMP_LOG_CRIT, message);
	g_free(message);
	return false;
}

/* Ignores case, as the library does where it compares names. */
static bool same_name(const char *a, const char *b)
{
	char *folded_a, *folded_b;
	bool same;

	if (!g_utf8_validate(a, -1, NULL) || !g_utf8_validate(b, -1, NULL))
		return !g_ascii_strcasecmp(a, b);
	folded_a = g_utf8_casefold(a, -1);
	folded_b = g_utf8_casefold(b, -1);
	same = !strcmp(folded_a, folded_b);
	g_free(folded_a);
	g_free(folded_b);
	return same;
}

static bool is_mapped(const struct search *search, const char *node)
{
	for (char **at = search->nodes; at && *at; at++)
		if (same_name(*at, node))
			return true;
	return false;
}

static void add_node(struct search *search, const struct given *given, const char *node)
{
	const struct way way = { given, { g_strdup(node), NULL } };

	g_array_append_val(search->ways, way);
}

/* A node of hostlist before all else; what is none may still be the outlets of one. */
static bool add_plug(struct search *search, const struct given *given, const char *value)
{
	const char *separator = options_get(search->options, OPTION_PLUG_SEPARATOR);
	struct way way = { .given = given };
	char *error;

	if (is_mapped(search, value)) {
		add_node(search, given, value);
		return true;
	}
	trippsnmp_set_shown(search->handle, "outlets",
	                    options_written(search->options, OPTION_PLUG));
	if (!plug_parse(value, separator ? separator : ",", &way.means, &error)) {
		char *message = g_strdup_printf(
			"%s: %s", options_written(search->options, OPTION_PLUG), error);

		g_free(error);
		return refuse(search, message);
	}
	g_array_append_val(search->ways, way);
	return !way.means.outlets || !trippsnmp_check_outlets(search->handle, way.means.outlets);
}

static bool add_plugs(struct search *search)
{
	bool ok = true;

	for (unsigned i = 0; ok && i < search->options->given->len; i++) {
		const struct given *given = search->options->given->pdata[i];
		char *value = g_strstrip(g_strdup(given->value));

		if (given->row == OPTION_PLUG && *value)
			ok = add_plug(search, given, value);
		g_free(value);
	}
	return ok;
}

/*
 * Pacemaker writes nodename beside each plug, and where a plug is an outlet, as by pcmk_host_map,
 * it says nothing more. But what hostlist knows of that node must agree.
 */
static void add_nodenames(struct search *search)
{
	const bool alone = !search->ways->len;

	for (unsigned i = 0; i < search->options->given->len; i++) {
		const struct given *given = search->options->given->pdata[i];
		char *value = g_strstrip(g_strdup(given->value));

		if (given->row == OPTION_NODENAME && *value && (alone || is_mapped(search, value)))
			add_node(search, given, value);
		g_free(value);
	}
}

/* The one of the two that says all that the other does; NULL if they are not the same. */
static const struct way *same_outlets(const struct search *search, const struct way *a,
                                      const struct way *b)
{
	const char *outlets_a = a->means.outlets, *outlets_b = b->means.outlets;

	if (!outlets_a)
		outlets_a = trippsnmp_node_outlets(search->handle, a->means.node);
	if (!outlets_b)
		outlets_b = trippsnmp_node_outlets(search->handle, b->means.node);
	if (!outlets_a || !outlets_b)
		return NULL;
	if (trippsnmp_outlets_cover(search->handle, outlets_a, outlets_b))
		return a;
	return trippsnmp_outlets_cover(search->handle, outlets_b, outlets_a) ? b : NULL;
}

static const struct way *same_target(const struct search *search, const struct way *a,
                                     const struct way *b)
{
	if (a->means.node && b->means.node)
		return same_name(a->means.node, b->means.node) ? a : NULL;
	return same_outlets(search, a, b);
}

static bool contradiction(const struct search *search, const struct way *a, const struct way *b)
{
	char *text_a = given_text(a->given), *text_b = given_text(b->given);
	const bool fenced = options_get(search->options, OPTION_NODENAME);
	char *message = g_strdup_printf(
		"%s and %s are different targets: leave one of them out%s", text_a, text_b,
		fenced ? " (Pacemaker writes one itself; hostlist or pcmk_host_map say which "
			 "outlets are whose)"
		       : "");

	g_free(text_a);
	g_free(text_b);
	return refuse(search, message);
}

/* False after an error; *found is NULL if there is no way. */
static bool one_way(const struct search *search, const struct way **found)
{
	*found = NULL;
	for (unsigned i = 0; i < search->ways->len; i++) {
		const struct way *way = &g_array_index(search->ways, struct way, i);
		const struct way *before = *found ? *found : way;

		*found = same_target(search, before, way);
		if (!*found)
			return contradiction(search, before, way);
	}
	return true;
}

/* Half of a node's outlets would be fenced, and success reported. */
static bool stray(const struct search *search, const struct way *way)
{
	char *text = given_text(way->given);
	char *known = g_strjoinv(", ", search->nodes);
	char *message = g_strdup_printf("%s is neither a node of hostlist (it has %s) nor all "
	                                "outlets of one: name the node",
	                                text, known);

	g_free(text);
	g_free(known);
	return refuse(search, message);
}

/* With hostlist, outlets must be those of one of its nodes. */
static bool take_outlets(const struct search *search, const struct way *way, struct target *target)
{
	for (char **node = search->nodes; node && *node; node++) {
		const struct way mapped = { way->given, { *node, NULL } };
		const struct way *same = same_outlets(search, &mapped, way);

		if (!same)
			continue;
		if (same == &mapped)
			target->node = g_strdup(*node);
		else
			target->outlets = g_strdup(way->means.outlets);
		return true;
	}
	if (search->nodes)
		return stray(search, way);
	target->outlets = g_strdup(way->means.outlets);
	return true;
}

/* A node that is called main, where Pacemaker writes its name into both: not everything is cut. */
static bool may_be_node(const struct search *search, const struct way *way)
{
	const char *plug = way->given->value, *node = options_get(search->options, OPTION_NODENAME);
	char *text;

	if (!way->means.outlets || !plug_is_main(plug) || !node || !same_name(plug, node))
		return false;
	text = given_text(way->given);
	refuse(search, g_strdup_printf("%s: it may be the main load, or the node of that name: "
	                               "give the node its outlets in hostlist",
	                               text));
	g_free(text);
	return true;
}

static bool take_target(const struct search *search, struct target *target)
{
	const struct way *way;

	if (!one_way(search, &way) || (way && may_be_node(search, way)))
		return false;
	if (way && way->means.outlets)
		return take_outlets(search, way, target);
	if (way)
		target->node = g_strdup(way->means.node);
	return true;
}

bool target_find(const struct options *options, const struct output *output, trippsnmp *handle,
                 struct target *target)
{
	struct search search = { options, output, handle, NULL, NULL };
	bool ok;

	if (options_parameter(options, "hostlist") && trippsnmp_list(handle, &search.nodes))
		return false;
	search.ways = g_array_new(FALSE, FALSE, sizeof(struct way));
	g_array_set_clear_func(search.ways, clear_way);
	ok = add_plugs(&search);
	target->by_plug = search.ways->len > 0;
	if (ok)
		add_nodenames(&search);
	ok = ok && take_target(&search, target);
	g_array_unref(search.ways);
	trippsnmp_free_list(search.nodes);
	return ok;
}

void target_clear(struct target *target)
{
	g_clear_pointer(&target->node, g_free);
	g_clear_pointer(&target->outlets, g_free);
}
