/*
 * The handle: its parameters, its log, its message; and the library's own words. The calls that
 * ask the network are in call/: switch.c, survey.c (status), nodes.c, outlets.c and objects.c.
 * Nothing here asks the network, and nothing outlives a call but the configuration. Plugin, agent
 * and tool call it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "trippsnmp.h"

#include "base/text.h"
#include "call/handle.h"
#include "snmp/session.h"

/* --- the handle --- */

trippsnmp *trippsnmp_new(void)
{
	trippsnmp *handle = g_new0(trippsnmp, 1);

	handle->message = g_strdup("");
	return handle;
}

static void unconfigure(trippsnmp *handle)
{
	g_clear_pointer(&handle->config, config_free);
	g_clear_pointer(&handle->labels, g_free);
}

void trippsnmp_free(trippsnmp *handle)
{
	if (!handle)
		return;
	unconfigure(handle);
	for (unsigned i = 0; i < PARAM_COUNT; i++) {
		secret_free(handle->values[i]);
		g_free(handle->shown[i]);
	}
	g_free(handle->outlets_shown);
	g_free(handle->message);
	g_free(handle);
}

void trippsnmp_set_log(trippsnmp *handle, trippsnmp_log_fn fn, void *context)
{
	handle->log.fn = fn;
	handle->log.context = context;
}

void trippsnmp_set_progress(trippsnmp *handle, trippsnmp_progress_fn fn, void *context)
{
	handle->progress = fn;
	handle->progress_context = context;
}

const char *trippsnmp_message(const trippsnmp *handle)
{
	return handle->message;
}

static enum trippsnmp_error unknown_parameter(trippsnmp *handle, const char *name)
{
	g_autofree char *escaped = text_escape(name ? name : "", -1);

	return conclude(handle,
	                failure(TRIPPSNMP_BADCONFIG, "%s: there is no such parameter", escaped));
}

enum trippsnmp_error trippsnmp_set(trippsnmp *handle, const char *name, const char *value)
{
	const enum param_id id = params_find(name);

	if (id == PARAM_COUNT)
		return unknown_parameter(handle, name);
	secret_free(handle->values[id]);
	handle->values[id] = g_strdup(value);
	return conclude(handle, outcome_fine);
}

enum trippsnmp_error trippsnmp_set_shown(trippsnmp *handle, const char *name, const char *shown)
{
	const enum param_id id = params_find(name);
	char **place = id < PARAM_COUNT ? &handle->shown[id] : &handle->outlets_shown;

	if (id == PARAM_COUNT && g_strcmp0(name, "outlets") != 0)
		return unknown_parameter(handle, name);
	g_free(*place);
	*place = shown && *shown ? text_escape(shown, -1) : NULL;
	return conclude(handle, outcome_fine);
}

void trippsnmp_use_agent_defaults(trippsnmp *handle)
{
	handle->agent = true;
}

static void warn_of_assumed(const trippsnmp *handle)
{
	const char *login = handle->values[PARAM_LOGIN];

	for (unsigned i = 0; i < PARAM_COUNT; i++) {
		const bool of_login = i == PARAM_SNMP_VERSION && login && *login;

		if (!handle->config->assumed[i])
			continue;
		log_line(&handle->log, TRIPPSNMP_LOG_WARN, "%s is not set: %s is assumed%s%s",
		         config_name(handle->config, i), params_row(i)->agent_default,
		         of_login ? ", which makes no use of the " : "",
		         of_login ? config_name(handle->config, PARAM_LOGIN) : "");
	}
}

static void say_warnings(const trippsnmp *handle)
{
	const GPtrArray *warnings = handle->config->warnings;

	for (unsigned i = 0; i < warnings->len; i++)
		log_line(&handle->log, TRIPPSNMP_LOG_WARN, "%s", (char *)warnings->pdata[i]);
	warn_of_assumed(handle);
}

enum trippsnmp_error trippsnmp_configure(trippsnmp *handle)
{
	char *error = NULL;
	struct config *config =
		params_check((const char *const *)handle->values,
	                     (const char *const *)handle->shown, handle->agent, &error);

	unconfigure(handle);
	if (!config || !session_offers(config, &error)) {
		config_free(config);
		return conclude(handle, (struct outcome){ TRIPPSNMP_BADCONFIG, error });
	}
	handle->config = config;
	handle->labels = g_new0(const char *, config->pdus->len);
	for (unsigned i = 0; i < config->pdus->len; i++)
		handle->labels[i] = addresses_at(config->pdus, i)->label;
	say_warnings(handle);
	return conclude(handle, outcome_fine);
}

/* --- words --- */

const char *trippsnmp_strerror(enum trippsnmp_error error)
{
	static const char *const words[] = {
		[TRIPPSNMP_OK] = "success",
		[TRIPPSNMP_BADCONFIG] = "bad configuration",
		[TRIPPSNMP_BADNODE] = "unknown node",
		[TRIPPSNMP_ACCESS] = "no access",
		[TRIPPSNMP_TIMEOUT] = "no answer in time",
		[TRIPPSNMP_POWER] = "power did not obey",
		[TRIPPSNMP_INVALID] = "invalid call",
		[TRIPPSNMP_INTERNAL] = "internal error",
		[TRIPPSNMP_STOPPED] = "stopped",
	};

	return (unsigned)error < G_N_ELEMENTS(words) ? words[error] : "unknown error";
}

const char *trippsnmp_parameter(unsigned i)
{
	const struct trippsnmp_parameter *row = params_row(i);

	return row ? row->name : NULL;
}

/* What the agent makes no difference of, it has as it is. */
static struct trippsnmp_parameter complete(struct trippsnmp_parameter row)
{
	row.agent_name = row.agent_name ? row.agent_name : row.name;
	row.agent_type = row.agent_type ? row.agent_type : row.type;
	row.agent_default = row.agent_default ? row.agent_default : row.default_value;
	row.agent_longdesc = row.agent_longdesc ? row.agent_longdesc : row.longdesc;
	return row;
}

const struct trippsnmp_parameter *trippsnmp_parameter_info(unsigned i)
{
	static size_t made;
	static struct trippsnmp_parameter rows[PARAM_COUNT];

	if (g_once_init_enter(&made)) {
		for (unsigned k = 0; k < PARAM_COUNT; k++)
			rows[k] = complete(*params_row(k));
		g_once_init_leave(&made, 1);
	}
	return i < PARAM_COUNT ? &rows[i] : NULL;
}

const char *trippsnmp_parameters_xml(void)
{
	static size_t made;
	static char *xml;

	if (g_once_init_enter(&made)) {
		xml = params_xml();
		g_once_init_leave(&made, 1);
	}
	return xml;
}

const char *trippsnmp_version(void)
{
	return PACKAGE_VERSION;
}
