/*
 * The public calls that switch, for plugin, agent and tool. They find whose outlets are meant, and
 * name what failed; they never say themselves that power obeyed.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "call/call.h"
#include "call/subject.h"

struct order {
	enum trippsnmp_action action;
	const char *shown;
};

static struct outcome obey(struct operation *operation, void *context)
{
	const struct order *order = context;

	return operation_power(operation, order->action, order->shown);
}

static enum trippsnmp_error switch_power(trippsnmp *handle, enum trippsnmp_action action,
                                         subject_find find, const char *what)
{
	struct subject subject;
	struct outcome outcome = find(&subject, handle, what);
	struct order order = { action, subject.shown };
	const struct job job = { .purpose = TO_SWITCH,
		                 .config = subject.config,
		                 .node = subject.node };

	if (!outcome.error && !action_word(action))
		outcome = failure(TRIPPSNMP_INVALID, "unknown action %d: on, off or reset",
		                  (int)action);
	else if (!outcome.error)
		outcome = call_perform(handle, job, obey, &order);
	if (outcome.error && subject.shown && action_word(action)) {
		g_autofree char *bare = outcome.message;

		outcome.message = g_strdup_printf("%s of %s failed: %s", action_word(action),
		                                  subject.shown, bare);
	}
	subject_clear(&subject);
	return conclude(handle, outcome);
}

enum trippsnmp_error trippsnmp_power(trippsnmp *handle, enum trippsnmp_action action,
                                     const char *node)
{
	return switch_power(handle, action, subject_of_node, node);
}

enum trippsnmp_error trippsnmp_power_outlets(trippsnmp *handle, enum trippsnmp_action action,
                                             const char *outlets)
{
	return switch_power(handle, action, subject_of_outlets, outlets);
}
