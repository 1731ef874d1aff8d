/*
 * See resource.h. What the agent makes of its options, the agent's own code says.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "resource.h"

#include "cib.h"
#include "options.h"
#include "plug.h"
#include "texts.h"
#include "translate.h"

#include <string.h>

static bool is_clusters_own(const char *text)
{
	static const char *const names[] = { "priority", "stonith-timeout", "provides",
		                             "crm_feature_set" };

	if (g_str_has_prefix(text, "pcmk_"))
		return true;
	for (unsigned i = 0; i < G_N_ELEMENTS(names); i++)
		if (value_of(text, names[i]))
			return true;
	return false;
}

static void drop_clusters_own(GPtrArray *texts)
{
	for (unsigned i = texts->len; i > 0; i--)
		if (is_clusters_own(texts->pdata[i - 1]))
			g_ptr_array_remove_index(texts, i - 1);
}

static enum status set_host_map(struct tool *tool, const char *host_map)
{
	char *error, *hostlist = cib_hostlist(host_map, &error);
	enum status status = STATUS_DONE;

	if (!hostlist)
		status = tool_fail(tool, STATUS_USAGE, "%s", error);
	else
		tool_set(tool, "hostlist", hostlist);
	g_free(error);
	g_free(hostlist);
	return status;
}

static void know_addresses(struct tool *tool, const struct options *options)
{
	const char *addresses = options_parameter(options, "ipaddr");
	const char *port = options_get(options, OPTION_IPPORT);
	char *full;

	if (!addresses || !port)
		return;
	full = addresses_with_port(addresses, port);
	tool_know(tool, "ipaddr", full);
	g_free(full);
}

/* False after an error that was said: two of them that mean one thing, and differ. */
static bool agrees(struct tool *tool, const struct options *options)
{
	char *conflict = options_conflict(options);

	if (conflict)
		tool_fail(tool, STATUS_USAGE, "%s", conflict);
	g_free(conflict);
	return !conflict;
}

/* The agent's names and defaults, by the agent's own code. */
static enum status set_agents(struct tool *tool, const GPtrArray *texts)
{
	struct output output = { .file = -1 };
	struct options *options;
	GPtrArray *all = g_ptr_array_new();
	bool ok;

	for (unsigned i = 0; i < texts->len; i++)
		g_ptr_array_add(all, texts->pdata[i]);
	g_ptr_array_add(all, NULL);
	options = options_of((char *const *)all->pdata);
	trippsnmp_use_agent_defaults(tool->handle);
	ok = agrees(tool, options) && translate(options, &output, tool->handle);
	for (unsigned i = 0; ok && trippsnmp_parameter(i); i++)
		tool_know(tool, trippsnmp_parameter(i),
		          options_parameter(options, trippsnmp_parameter(i)));
	know_addresses(tool, options);
	for (unsigned i = 0; i < options->warnings->len; i++)
		tool_warn(tool, "%s", (char *)options->warnings->pdata[i]);
	options_free(options);
	g_ptr_array_unref(all);
	return ok ? STATUS_DONE : STATUS_USAGE;
}

static enum status set_plugins(struct tool *tool, const GPtrArray *texts)
{
	for (unsigned i = 0; i < texts->len; i++)
		if (!tool_set_text(tool, texts->pdata[i]))
			return STATUS_USAGE;
	return STATUS_DONE;
}

/* A hostlist of its own goes before Pacemaker's map, as where it fences. */
static enum status set_resource(struct tool *tool, const struct resource *resource)
{
	char *host_map = NULL;
	enum status status = STATUS_DONE;

	for (unsigned i = 0; i < resource->texts->len; i++)
		if (value_of(resource->texts->pdata[i], CIB_HOST_MAP))
			host_map = g_strdup(value_of(resource->texts->pdata[i], CIB_HOST_MAP));
	if (host_map && *host_map && !texts_have(resource->texts, "hostlist"))
		status = set_host_map(tool, host_map);
	drop_clusters_own(resource->texts);
	if (!status)
		status = resource->agent ? set_agents(tool, resource->texts)
		                         : set_plugins(tool, resource->texts);
	g_free(host_map);
	return status;
}

static bool query(char **xml, char **error)
{
	char *argv[] = { (char *)"cibadmin", (char *)"--query", NULL };
	char *complaint = NULL;
	GError *failure = NULL;
	int status;

	*xml = NULL;
	*error = NULL;
	if (!g_spawn_sync(NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, xml, &complaint,
	                  &status, &failure)) {
		*error = g_strdup_printf("cibadmin cannot be run: %s", failure->message);
		g_error_free(failure);
	} else if (status) {
		g_strdelimit(g_strchomp(complaint), "\n", ' ');
		*error = g_strdup_printf("cibadmin --query failed: %s",
		                         *complaint ? complaint
		                                    : "it says nothing; is the cluster up?");
	}
	g_free(complaint);
	return !*error;
}

enum status resource_apply(struct tool *tool, const char *id)
{
	struct resource resource;
	enum status status;
	char *xml, *error;
	bool ok = query(&xml, &error);

	ok = ok && cib_parse(xml, strlen(xml), id, &resource, &error);
	if (xml)
		explicit_bzero(xml, strlen(xml));
	g_free(xml);
	if (!ok) {
		status = tool_fail(tool, STATUS_USAGE, "resource %s: %s", id, error);
		g_free(error);
		return status;
	}
	status = set_resource(tool, &resource);
	cib_clear(&resource);
	return status;
}
