/*
 * drill: one node off, held off, and on, for real.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "self.h"
#include "tool.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INDENT "              "

struct drill {
	struct tool *tool;
	const char *node;
	int64_t begun;
	enum trippsnmp_error off; /* what came of it */
	/* What was found of it. */
	bool found;
	char *feeds;
	enum trippsnmp_state state;
};

/* --- before --- */

static void take_node(void *context, const struct trippsnmp_node *node)
{
	struct drill *drill = context;

	if (drill->found || g_ascii_strcasecmp(node->name, drill->node) != 0 || node->error)
		return;
	drill->found = true;
	drill->feeds = g_strdup(node->feeds);
	drill->state = node->state;
}

/* Others' troubles are not the drill's; that of this node it is told by its state. */
static enum status find_node(struct drill *drill)
{
	struct tool *tool = drill->tool;
	enum trippsnmp_error error;
	const char *mapped = trippsnmp_node_outlets(tool->handle, drill->node);

	tool->quiet = true;
	error = trippsnmp_nodes(tool->handle, take_node, drill);
	tool->quiet = false;
	if (error == TRIPPSNMP_STOPPED)
		return tool_fail(tool, STATUS_STOPPED, "%s", trippsnmp_message(tool->handle));
	if (drill->found)
		return STATUS_DONE;
	error = trippsnmp_node_state(tool->handle, drill->node, &drill->state);
	if (error)
		return status_of(error);
	drill->feeds = g_strdup(mapped ? mapped : "the outlets of its name");
	return STATUS_DONE;
}

/* What was typed, without what is around it; NULL if nothing was. Free with g_free(). */
static char *read_answer(void)
{
	char *line = NULL, *answer = NULL;
	size_t size = 0;

	if (getline(&line, &size, stdin) >= 0)
		answer = g_strdup(g_strstrip(line));
	free(line);
	return answer;
}

static bool confirmed(const struct drill *drill)
{
	char *answer;
	bool is;

	if (drill->tool->yes)
		return true;
	fprintf(stderr, "Its power will be cut, now. Type the node's name to go on: ");
	fflush(stderr);
	answer = read_answer();
	is = answer && !tool_interrupts() && !g_ascii_strcasecmp(answer, drill->node);
	g_free(answer);
	return is;
}

/* --- the timeline --- */

/* The line of evidence has a part for each outlet and each PDU. Free with g_free(). */
static char *break_evidence(const char *line)
{
	char **parts = g_strsplit(line, "; ", -1);
	char *broken = g_str_has_prefix(line, "off is proven: ") ? g_strjoinv(";\n" INDENT, parts)
	                                                         : g_strdup(line);

	g_strfreev(parts);
	return broken;
}

static void tell(void *context, enum trippsnmp_level level, const char *line)
{
	const struct drill *drill = context;
	const double seconds = (double)(g_get_monotonic_time() - drill->begun) / G_USEC_PER_SEC;
	const enum paint paint = level == TRIPPSNMP_LOG_CRIT   ? PAINT_BAD
	                         : level == TRIPPSNMP_LOG_WARN ? PAINT_DOUBT
	                                                       : PAINT_NONE;
	char *broken = break_evidence(line);
	char *shown = text_shown(&drill->tool->terminal, broken);
	char *painted = terminal_paint(&drill->tool->terminal, paint, shown);

	tool_printf(drill->tool, "%8.2f s  %s\n", seconds, painted);
	tool_flush(drill->tool);
	g_free(broken);
	g_free(painted);
	g_free(shown);
}

static void say(struct drill *drill, const char *text)
{
	tell(drill, TRIPPSNMP_LOG_INFO, text);
}

/* --- the drill --- */

static enum trippsnmp_error switch_node(struct drill *drill, enum trippsnmp_action action)
{
	return trippsnmp_power(drill->tool->handle, action, drill->node);
}

/* However off came out, on follows: a drill leaves no machine without power. */
static enum status switch_all(struct drill *drill)
{
	enum trippsnmp_error off, on;

	say(drill, "off, and held off");
	off = switch_node(drill, TRIPPSNMP_POWER_OFF);
	tool_forget_interrupts(); /* of off; one that came too late to stop it, too */
	if (off == TRIPPSNMP_STOPPED) {
		say(drill,
		    "interrupted: on again (once more, and the outlets are left as they are)");
	} else {
		say(drill, off ? "off is not proven; on again" : "on again");
	}
	on = switch_node(drill, TRIPPSNMP_POWER_ON);
	drill->off = off;
	if (on)
		tell(drill, TRIPPSNMP_LOG_CRIT,
		     "outlets may still be off: look at them with trippsnmp list, and switch them "
		     "on "
		     "in the PDU's web page");
	return status_of(off ? off : on);
}

static const char *verdict(const struct drill *drill, enum status status)
{
	if (!status)
		return "off was proven, and all its outlets are on again";
	if (!drill->off)
		return "off was proven, but its outlets are not known to be on again";
	return drill->off == TRIPPSNMP_STOPPED
	               ? "the drill was interrupted, and says nothing of this node"
	               : "the drill failed: this node cannot be fenced as it is";
}

static enum status drill_node(struct drill *drill)
{
	struct tool *tool = drill->tool;
	enum status status;
	char *mark;

	tool->told = tell;
	tool->told_context = drill;
	drill->begun = g_get_monotonic_time();
	status = switch_all(drill);
	tool->told = NULL;
	mark = terminal_mark(&tool->terminal, status ? PAINT_BAD : PAINT_GOOD);
	tool_printf(tool, "%s %s\n", mark, verdict(drill, status));
	g_free(mark);
	if (!status)
		tool_printf(tool,
		            "What no program can see: whether it was %s that went dark, and all "
		            "of it. Look.\n",
		            drill->node);
	return tool_flush(tool) ? status : STATUS_INTERNAL;
}

static enum status prepare(struct drill *drill)
{
	struct tool *tool = drill->tool;
	char *self = self_is(drill->node, tool->resource);
	enum status status;

	if (self) {
		tool_fail(tool, STATUS_USAGE,
		          "%s would cut its own power (%s): run it on another "
		          "machine",
		          drill->node, self);
		g_free(self);
		return STATUS_USAGE;
	}
	status = find_node(drill);
	if (status)
		return status;
	tool_printf(tool, "node %s is %s, and fed by %s\n", drill->node,
	            drill->state == TRIPPSNMP_ON ? "on" : "off", drill->feeds);
	if (drill->state == TRIPPSNMP_OFF)
		tool_print(tool, "It is off already; the drill ends with its outlets on.\n");
	if (!tool_flush(tool))
		return STATUS_INTERNAL;
	return confirmed(drill)
	               ? STATUS_DONE
	               : tool_fail(tool, STATUS_STOPPED, "not confirmed; nothing was switched");
}

enum status run_drill(struct tool *tool)
{
	struct drill drill = { .tool = tool, .node = tool->arguments[0] };
	enum status status = prepare(&drill);

	if (!status)
		status = drill_node(&drill);
	g_free(drill.feeds);
	return status;
}
