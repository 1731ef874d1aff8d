/*
 * fence_tripplite: the fence agent. Translates the fence agent API to
 * libtrippsnmp and back, and owns no logic of its own. What is unknown is
 * never off: exit status 2 is for outlets that all were seen off.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "descriptors.h"
#include "list.h"
#include "metadata.h"
#include "options.h"
#include "output.h"
#include "target.h"
#include "translate.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATUS_DONE 0
#define STATUS_FAILED 1
#define STATUS_OFF 2

struct agent {
	struct options *options;
	struct output output;
	trippsnmp *handle;
	struct target target;
};

/* What an action needs before it can run. */
enum need {
	NEEDS_NOTHING, /* not even a configuration */
	NEEDS_DEVICE,  /* all nodes and outlets, whatever plug says */
	NEEDS_MAP,     /* the same, but a target is checked as well */
	NEEDS_TARGET
};

struct action {
	const char *name;
	enum need need;
	bool delayed;
	int (*run)(struct agent *agent);
};

static int fail(struct agent *agent, const char *message)
{
	output_line(&agent->output, TRIPPSNMP_LOG_CRIT, message);
	return STATUS_FAILED;
}

/*
 * Unlike messages, what goes to stdout waits for its reader: it comes last, when
 * all is done, and a part of it would be worse than a late one.
 */
static int print(struct agent *agent, const char *text)
{
	if (fputs(text, stdout) == EOF || fflush(stdout) == EOF)
		return fail(agent, "stdout cannot be written to");
	return STATUS_DONE;
}

/* --- actions --- */

static int power(struct agent *agent, enum trippsnmp_action action, const char *done)
{
	const struct target *target = &agent->target;

	if (target->node ? trippsnmp_power(agent->handle, action, target->node)
	                 : trippsnmp_power_outlets(agent->handle, action, target->outlets))
		return STATUS_FAILED;
	puts(done); /* a reader that is gone does not undo it */
	return STATUS_DONE;
}

static int run_on(struct agent *agent)
{
	return power(agent, TRIPPSNMP_POWER_ON, "Success: Powered ON");
}

static int run_off(struct agent *agent)
{
	return power(agent, TRIPPSNMP_POWER_OFF, "Success: Powered OFF");
}

static int run_reboot(struct agent *agent)
{
	return power(agent, TRIPPSNMP_POWER_RESET, "Success: Rebooted");
}

static enum trippsnmp_error read_state(const struct agent *agent, enum trippsnmp_state *state)
{
	if (agent->target.node)
		return trippsnmp_node_state(agent->handle, agent->target.node, state);
	return trippsnmp_outlets_state(agent->handle, agent->target.outlets, state);
}

static int run_status(struct agent *agent)
{
	enum trippsnmp_state state;

	read_state(agent, &state);
	printf("Status: %s\n", state_word(state));
	if (state == TRIPPSNMP_ON)
		return STATUS_DONE;
	return state == TRIPPSNMP_OFF ? STATUS_OFF : STATUS_FAILED;
}

/* It would be told apart from Pacemaker's own target only when a node is to be fenced. */
static void warn_of_fixed_plug(const struct agent *agent)
{
	char **nodes = NULL;

	if (!agent->target.by_plug || options_get(agent->options, OPTION_NODENAME) ||
	    trippsnmp_list(agent->handle, &nodes))
		return;
	if (nodes[0] && nodes[1])
		output_say(&agent->output, TRIPPSNMP_LOG_WARN,
		           "%s: a cluster's configuration needs none, for Pacemaker names the node "
		           "itself; with this one no other node of hostlist can be fenced",
		           options_written(agent->options, OPTION_PLUG));
	trippsnmp_free_list(nodes);
}

static enum trippsnmp_error check_all(const struct agent *agent)
{
	const struct target *target = &agent->target;
	enum trippsnmp_error error;
	enum trippsnmp_state state;

	if (options_parameter(agent->options, "hostlist")) {
		/* a target is one of its nodes, and all of these are looked at */
		error = target->node ? trippsnmp_check_node(agent->handle, target->node)
		                     : TRIPPSNMP_OK;
		if (error)
			return error;
		warn_of_fixed_plug(agent);
		return trippsnmp_status(agent->handle);
	}
	if (!target->by_plug || target->outlets)
		return trippsnmp_outlets_status(agent->handle, target->outlets);
	/* not both, for each may take 15 s, and Pacemaker waits 20; but only the latter writes */
	error = trippsnmp_node_state(agent->handle, target->node, &state);
	if (error || !options_parameter(agent->options, "check_write"))
		return error;
	return trippsnmp_status(agent->handle);
}

static int run_monitor(struct agent *agent)
{
	return check_all(agent) ? STATUS_FAILED : STATUS_DONE;
}

static int list(struct agent *agent, bool with_state)
{
	const char *given = options_get(agent->options, OPTION_SEPARATOR);
	const char *separator = given ? given : option_row(OPTION_SEPARATOR)->default_;
	const bool nodes = options_parameter(agent->options, "hostlist");
	GString *text = g_string_new(NULL);
	enum trippsnmp_error error =
		nodes ? list_nodes(agent->handle, separator, with_state, text)
		      : list_outlets(agent->handle, separator, with_state, text);
	const int status = print(agent, text->str);

	g_string_free(text, TRUE);
	return error ? STATUS_FAILED : status;
}

static int run_list(struct agent *agent)
{
	return list(agent, false);
}

static int run_list_status(struct agent *agent)
{
	return list(agent, true);
}

static int describe(struct agent *agent, bool long_texts)
{
	char *xml = metadata(long_texts);
	const int status = print(agent, xml);

	g_free(xml);
	return status;
}

static int run_metadata(struct agent *agent)
{
	return describe(agent, false);
}

static int run_manpage(struct agent *agent)
{
	return describe(agent, true);
}

/*
 * All other checks were made on the way here. Where Pacemaker validates a configuration it names a
 * node of its own making, as nodename too.
 */
static int run_validate(struct agent *agent)
{
	const char *node = agent->target.node;

	if (!node || options_get(agent->options, OPTION_NODENAME))
		return STATUS_DONE;
	return trippsnmp_check_node(agent->handle, node) ? STATUS_FAILED : STATUS_DONE;
}

static const struct action actions[] = {
	{ "on", NEEDS_TARGET, false, run_on },
	{ "off", NEEDS_TARGET, true, run_off },
	{ "reboot", NEEDS_TARGET, true, run_reboot },
	{ "status", NEEDS_TARGET, false, run_status },
	{ "monitor", NEEDS_MAP, false, run_monitor },
	{ "list", NEEDS_DEVICE, false, run_list },
	{ "list-status", NEEDS_DEVICE, false, run_list_status },
	{ "validate-all", NEEDS_MAP, false, run_validate },
	{ "metadata", NEEDS_NOTHING, false, run_metadata },
	{ "meta-data", NEEDS_NOTHING, false, run_metadata },
	{ "manpage", NEEDS_NOTHING, false, run_manpage },
};

static const char *action_name(const struct options *options)
{
	const char *name = options_get(options, OPTION_ACTION);

	if (!name)
		name = options_get(options, OPTION_OPTION);
	return name ? name : option_row(OPTION_ACTION)->default_;
}

static const struct action *find_action(const char *name)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(actions); i++)
		if (!g_ascii_strcasecmp(actions[i].name, name))
			return &actions[i];
	return NULL;
}

/* --- the way to them --- */

static bool configure(struct agent *agent, const struct action *action)
{
	agent->handle = trippsnmp_new();
	trippsnmp_set_log(agent->handle, output_line, &agent->output);
	trippsnmp_use_agent_defaults(agent->handle);
	if (!translate(agent->options, &agent->output, agent->handle) ||
	    trippsnmp_configure(agent->handle))
		return false;
	if (action->need == NEEDS_DEVICE)
		return true;
	if (!target_find(agent->options, &agent->output, agent->handle, &agent->target))
		return false;
	if (action->need != NEEDS_TARGET || agent->target.node || agent->target.outlets)
		return true;
	fail(agent, "plug: missing (an outlet, or a node of hostlist)");
	return false;
}

static void wait_first(struct agent *agent)
{
	const char *delay = options_get(agent->options, OPTION_DELAY);
	double seconds;

	if (!delay || !parse_seconds(delay, &seconds) || seconds <= 0)
		return;
	output_say(&agent->output, TRIPPSNMP_LOG_INFO, "delay: waiting %s s", delay);
	g_usleep((unsigned long)(seconds * G_USEC_PER_SEC));
}

static int run(struct agent *agent)
{
	const char *name = action_name(agent->options);
	const struct action *action = find_action(name);
	char *conflict = options_conflict(agent->options);

	if (conflict) {
		fail(agent, conflict);
		g_free(conflict);
		return STATUS_FAILED;
	}
	if (!action) {
		output_say(&agent->output, TRIPPSNMP_LOG_CRIT,
		           "action: \"%s\" is none of on, off, reboot, status, monitor, list, "
		           "list-status, validate-all, metadata, manpage",
		           name);
		return STATUS_FAILED;
	}
	if (action->need != NEEDS_NOTHING && !configure(agent, action))
		return STATUS_FAILED;
	if (action->delayed)
		wait_first(agent);
	return action->run(agent);
}

static void open_output(struct agent *agent)
{
	const char *file = options_get(agent->options, OPTION_DEBUG_FILE);
	const GPtrArray *warnings = agent->options->warnings;

	agent->output.quiet = options_is(agent->options, OPTION_QUIET);
	agent->output.verbose = agent->options->verbosity > 0;
	/* A log that cannot be written is no reason not to fence. */
	if (!output_open_file(&agent->output, file))
		output_say(&agent->output, TRIPPSNMP_LOG_WARN, "debug_file cannot be opened: %s",
		           g_strerror(errno));
	for (unsigned i = 0; i < warnings->len; i++)
		output_line(&agent->output, TRIPPSNMP_LOG_WARN, warnings->pdata[i]);
}

static int show_help(struct agent *agent)
{
	char *usage = options_usage();
	const int status = print(agent, usage);

	g_free(usage);
	return status;
}

static int show_version(struct agent *agent)
{
	char *line = g_strdup_printf("%s\n", trippsnmp_version());
	const int status = print(agent, line);

	g_free(line);
	return status;
}

int main(int argc, char **argv)
{
	struct agent agent = { .output = { .file = -1 } };
	char *error;
	int status;

	descriptors_open_standard();
	signal(SIGPIPE, SIG_IGN);
	agent.options = options_read(argc, argv, &error);
	if (!agent.options) {
		status = fail(&agent, error);
		g_free(error);
		return status;
	}
	open_output(&agent);
	if (options_is(agent.options, OPTION_HELP))
		status = show_help(&agent);
	else if (options_is(agent.options, OPTION_VERSION))
		status = show_version(&agent);
	else
		status = run(&agent);
	trippsnmp_free(agent.handle);
	target_clear(&agent.target);
	output_clear(&agent.output);
	options_free(agent.options);
	return status;
}
