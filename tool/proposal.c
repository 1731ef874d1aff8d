/*
 * See proposal.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "proposal.h"

#include <string.h>

/* How well a text names a node: a better one has more of it. */
enum fit { FIT_NONE, FIT_BEGINNING, FIT_SHORT, FIT_WHOLE };

static bool same_text(const char *a, const char *b)
{
	char *folded_a = g_utf8_casefold(a, -1), *folded_b = g_utf8_casefold(b, -1);
	const bool same = !strcmp(folded_a, folded_b);

	g_free(folded_a);
	g_free(folded_b);
	return same;
}

/* A name goes on behind a node's with something that is no letter or digit: db1-a, "db1 left". */
static bool begins_with(const char *text, const char *node)
{
	char *folded = g_utf8_casefold(text, -1), *start = g_utf8_casefold(node, -1);
	const size_t n = strlen(start);
	const bool is = g_str_has_prefix(folded, start) && folded[n] &&
	                !g_unichar_isalnum(g_utf8_get_char(folded + n));

	g_free(folded);
	g_free(start);
	return is;
}

/* Blanks around the text do not count, as where the library looks a node up. */
static enum fit fit_of(const char *stored, const char *node)
{
	char *text = g_strstrip(g_strdup(stored));
	char *label = g_strndup(node, strcspn(node, "."));
	enum fit fit = FIT_NONE;

	if (!*text)
		fit = FIT_NONE;
	else if (same_text(text, node))
		fit = FIT_WHOLE;
	else if (same_text(text, label))
		fit = FIT_SHORT;
	else if (begins_with(text, node) || begins_with(text, label))
		fit = FIT_BEGINNING;
	g_free(label);
	g_free(text);
	return fit;
}

/** Whose an outlet is. */
struct owner {
	int node; /* -1: nobody's */
	bool several;
	bool described; /* by its description, and not its name */
};

/* Of nodes that a text begins with, the longest: db1-test-a is of db1-test, and not of db1. */
static struct owner named_by(const char *text, char *const *nodes)
{
	struct owner owner = { .node = -1 };
	enum fit best = FIT_NONE;
	size_t length = 0;

	for (int i = 0; nodes[i]; i++) {
		const enum fit fit = fit_of(text, nodes[i]);
		const size_t n = fit == FIT_BEGINNING ? strlen(nodes[i]) : 0;

		if (fit == FIT_NONE || fit < best || (fit == best && n < length))
			continue;
		owner.several = fit == best && n == length;
		owner.node = i;
		best = fit;
		length = n;
	}
	return owner;
}

static struct owner owner_of(const struct row *row, char *const *nodes)
{
	struct owner by_name = named_by(row->outlet.name, nodes);
	struct owner by_description = named_by(row->outlet.description, nodes);

	by_description.described = true;
	if (by_name.node < 0)
		return by_description;
	if (by_description.node >= 0 && by_description.node != by_name.node)
		by_name.several = true;
	return by_name;
}

/*
 * Whether the name can stand behind the number: what is escaped is not what is stored, and a quote
 * would not survive a shell and crmsh.
 */
static bool is_plain(const char *name)
{
	return *name && !strpbrk(name, "\"'\\$`");
}

static void add_feed(const GArray *rows, const struct row *row, const struct owner *owner,
                     unsigned pdus, GString *entry)
{
	char *number = row_number(rows, row);

	g_string_append_printf(entry, "%s%s", entry->len ? "," : "", number);
	if (!owner->described && is_plain(row->outlet.name))
		g_string_append_printf(entry, "=\"%s\"", row->outlet.name);
	if (pdus > 1)
		g_string_append_printf(entry, "@%s", row->pdu);
	g_free(number);
}

/* Why it has no place; NULL if it has one. */
static const char *obstacle(const struct row *row, const struct owner *owner)
{
	if (row_is_main(row))
		return "it cuts all that hangs on its device; where that is one node, write main";
	if (owner->node < 0)
		return "it has no node's name";
	if (owner->several)
		return "it could be of more than one node";
	return row->outlet.controllable ? NULL : "it cannot be switched";
}

static const struct row *row_at(const GArray *rows, unsigned i)
{
	return &g_array_index(rows, struct row, i);
}

static void list_left(struct proposal *proposal, const GArray *rows, const struct owner *owners)
{
	for (unsigned i = 0; i < rows->len; i++) {
		const struct row *row = row_at(rows, i);
		const char *why = obstacle(row, &owners[i]);
		char *number = row_number(rows, row);

		if (why && !(row_is_main(row) && !row->outlet.controllable))
			g_string_append_printf(
				proposal->left, "outlet %s of %s, \"%s\": %s\n", number, row->pdu,
				*row->outlet.name ? row->outlet.name : row->outlet.description,
				why);
		g_free(number);
	}
}

/* Returns how many outlets the node has, which are appended. */
static unsigned add_node(const GArray *rows, const struct owner *owners, int node, unsigned pdus,
                         GString *entry)
{
	unsigned feeds = 0;

	for (unsigned i = 0; i < rows->len; i++) {
		if (owners[i].node != node || obstacle(row_at(rows, i), &owners[i]))
			continue;
		add_feed(rows, row_at(rows, i), &owners[i], pdus, entry);
		feeds++;
	}
	return feeds;
}

struct proposal proposal_make(const GArray *rows, char *const *nodes, unsigned pdus)
{
	struct proposal proposal = { .left = g_string_new(NULL) };
	GString *hostlist = g_string_new(NULL);
	struct owner *owners = g_new0(struct owner, rows->len);
	bool equal = true;

	for (unsigned i = 0; i < rows->len; i++)
		owners[i] = owner_of(row_at(rows, i), nodes);
	list_left(&proposal, rows, owners);
	for (int i = 0; nodes[i]; i++) {
		GString *entry = g_string_new(NULL);
		const unsigned feeds = add_node(rows, owners, i, pdus, entry);

		if (feeds) {
			g_string_append_printf(hostlist, "%s%s:%s", hostlist->len ? "; " : "",
			                       nodes[i], entry->str);
			equal = equal && (!proposal.nodes++ || proposal.feeds == feeds);
			proposal.feeds = feeds;
		} else {
			g_string_append_printf(proposal.left, "node %s: no outlet has its name\n",
			                       nodes[i]);
		}
		g_string_free(entry, TRUE);
	}
	if (!equal)
		proposal.feeds = 0;
	g_free(owners);
	proposal.hostlist = g_string_free(hostlist, FALSE);
	return proposal;
}

void proposal_clear(struct proposal *proposal)
{
	g_free(proposal->hostlist);
	g_string_free(proposal->left, TRUE);
}

char *shell_quote(const char *word)
{
	static const char plain[] = G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_-./:,@+=%";

	return *word && !word[strspn(word, plain)] ? g_strdup(word) : g_shell_quote(word);
}
