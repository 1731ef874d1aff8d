/*
 * map: a proposal for the node map, and the commands that make a resource of it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "proposal.h"
#include "tool.h"

#include <string.h>

#define SECRETS_FILE "/etc/tripplite.secrets"

/** One resource's parameters, as NAME=VALUE words of a shell. */
struct command {
	const struct tool *tool;
	const struct proposal *proposal;
	bool agent;
	GString *words;
};

static void add_word(struct command *command, const char *name, const char *value)
{
	char *quoted = shell_quote(value);

	g_string_append_printf(command->words, "%s%s=%s", command->words->len ? " " : "", name,
	                       quoted);
	g_free(quoted);
}

static bool has_secrets(const struct tool *tool)
{
	const struct trippsnmp_parameter *row;

	for (unsigned i = 0; (row = trippsnmp_parameter_info(i)); i++)
		if (row->secret && tool_known(tool, row->name))
			return true;
	return false;
}

/* What the parameter has to be; NULL: nothing needs to be said. Free with g_free(). */
static char *value_for(const struct command *command, const struct trippsnmp_parameter *row)
{
	const char *known = tool_known(command->tool, row->name);
	const char *own = command->agent ? row->agent_default : row->default_value;

	if (row->secret)
		return NULL;
	if (!strcmp(row->name, "hostlist"))
		return g_strdup(command->proposal->hostlist);
	if (!strcmp(row->name, "feeds"))
		return command->proposal->feeds ? g_strdup_printf("%u", command->proposal->feeds)
		                                : NULL;
	if (!strcmp(row->name, "secrets_file") && !known && has_secrets(command->tool))
		return g_strdup(SECRETS_FILE);
	if (!strcmp(row->name, "snmp_version") && !known && command->agent)
		return g_strdup(tool_known(command->tool, "login") ? "3" : "2c");
	if (!known)
		known = row->default_value;
	return known && g_strcmp0(known, own) ? g_strdup(known) : NULL;
}

/* Free with g_free(). */
static char *words_of(const struct tool *tool, const struct proposal *proposal, bool agent)
{
	struct command command = { tool, proposal, agent, g_string_new(NULL) };
	const struct trippsnmp_parameter *row;

	for (unsigned i = 0; (row = trippsnmp_parameter_info(i)); i++) {
		char *value = value_for(&command, row);

		if (value)
			add_word(&command, agent ? row->agent_name : row->name, value);
		g_free(value);
	}
	return g_string_free(command.words, FALSE);
}

static void print_commented(struct tool *tool, const char *head, const char *lines)
{
	char **each = g_strsplit(lines, "\n", -1);

	if (*lines)
		tool_printf(tool, "\n# %s\n", head);
	for (unsigned i = 0; each[i]; i++) {
		char *shown = text_shown(&tool->terminal, each[i]);

		if (*shown)
			tool_printf(tool, "#   %s\n", shown);
		g_free(shown);
	}
	g_strfreev(each);
}

static void print_secrets(struct tool *tool)
{
	const struct trippsnmp_parameter *row;

	if (tool_known(tool, "secrets_file") || !has_secrets(tool))
		return;
	tool_print(tool, "\n# Before, on every node, " SECRETS_FILE
	                 " with mode 0600, and in it with their values:\n");
	for (unsigned i = 0; (row = trippsnmp_parameter_info(i)); i++)
		if (row->secret && tool_known(tool, row->name))
			tool_printf(tool, "#   %s=...\n", row->name);
}

static void print_proposal(struct tool *tool, const struct proposal *proposal)
{
	const bool agent = !strcmp(tool->agent, "fence_tripplite");
	char *words = words_of(tool, proposal, agent);
	char *hostlist = text_shown(&tool->terminal, proposal->hostlist);

	tool_printf(tool,
	            "# By the names in the PDUs. Only a look at the cords, or a drill, shows "
	            "that it is so.\n# hostlist: %s\n# feeds: ",
	            hostlist);
	if (proposal->feeds)
		tool_printf(tool, "%u for each of %u nodes\n", proposal->feeds, proposal->nodes);
	else
		tool_print(tool, "the nodes have different numbers; is a name missing?\n");
	print_commented(tool, "What has no place:", proposal->left->str);
	print_secrets(tool);
	tool_printf(
		tool,
		"\n# With crm:\ncrm configure primitive %s stonith:%s params \\\n    %s \\\n    op "
		"monitor interval=60s\n",
		tool->id, tool->agent, words);
	tool_printf(tool,
	            "\n# Or with pcs:\npcs stonith create %s %s \\\n    %s \\\n    op monitor "
	            "interval=60s\n",
	            tool->id, tool->agent, words);
	g_free(hostlist);
	g_free(words);
}

static unsigned count_pdus(const trippsnmp_inventory *inventory)
{
	unsigned n = 0;

	while (trippsnmp_inventory_pdu(inventory, n))
		n++;
	return n;
}

/* Those that are given, or else each name that may be a node's. */
static enum trippsnmp_error find_nodes(const struct tool *tool, char ***nodes)
{
	*nodes = NULL;
	if (!tool->arguments[0])
		return trippsnmp_list(tool->handle, nodes);
	*nodes = g_strdupv(tool->arguments);
	return TRIPPSNMP_OK;
}

static enum status map(struct tool *tool, const trippsnmp_inventory *inventory, char *const *nodes)
{
	GArray *rows = rows_of(inventory);
	struct proposal proposal = proposal_make(rows, nodes, count_pdus(inventory));
	enum status status = STATUS_DONE;

	if (proposal.nodes) {
		print_proposal(tool, &proposal);
	} else {
		print_commented(tool, "What has no place:", proposal.left->str);
		status = tool_fail(tool, STATUS_WRONG,
		                   "no outlet has a node's name: give outlets names in the PDU's "
		                   "web page, or name the nodes: trippsnmp map NODE...");
	}
	proposal_clear(&proposal);
	g_array_unref(rows);
	return tool_flush(tool) ? status : STATUS_INTERNAL;
}

enum status run_map(struct tool *tool)
{
	trippsnmp_inventory *inventory = NULL;
	enum trippsnmp_error error;
	enum status status;
	char **nodes;

	error = find_nodes(tool, &nodes);
	if (!error)
		error = trippsnmp_take_inventory(tool->handle, &inventory);
	status = error ? status_of(error) : map(tool, inventory, nodes);
	trippsnmp_free_inventory(inventory);
	g_strfreev(nodes);
	return status;
}
