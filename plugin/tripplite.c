/*
 * tripplite.so: the STONITH plugin. Translates libstonith's calls to
 * libtrippsnmp and back, and owns no logic of its own. It lives inside
 * daemons: no output but log lines, of which warnings and what failed go to
 * stderr too where nobody sees the log.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "library.h"

#include <pils/plugin.h>
#include <stonith/stonith.h>
#include <stonith/stonith_plugin.h>

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PIL_PLUGINTYPE stonith2
#define PIL_PLUGINTYPE_S "stonith2"
#define PIL_PLUGIN tripplite
#define PIL_PLUGIN_S "tripplite"
#define PIL_PLUGINLICENSE LICENSE_LGPL
#define PIL_PLUGINLICENSEURL URL_LGPL

/* PILS fills these in when it loads the plugin. */
static const PILPluginImports *plugin_imports;
static StonithImports *interface_imports;
static PILInterface *interface;
static void *interface_private;

/* Opened by the first object; the same for all. */
static const struct library *library;

PIL_PLUGIN_BOILERPLATE2("1.0", Debug)

struct tripplite {
	StonithPlugin stonith; /* first: libstonith sees this */
	trippsnmp *handle;     /* NULL until set_config */
	const char **confignames;
	char *device_name;
};

static struct tripplite *ours(StonithPlugin *plugin)
{
	return (struct tripplite *)plugin;
}

/* --- what the host hears --- */

/*
 * Writes to stderr, where a reader that is gone must not kill the host, and one
 * that does not read must not hold it up: a pipe that is ready takes PIPE_BUF
 * bytes, and what cannot be written at once is in the log alone.
 */
static void write_stderr(const char *text)
{
	const struct timespec at_once = { 0, 0 };
	struct pollfd ready = { .fd = STDERR_FILENO, .events = POLLOUT };
	sigset_t pipe, before, pending;

	if (poll(&ready, 1, 0) != 1 || !(ready.revents & POLLOUT))
		return;
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	sigpending(&pending);
	pthread_sigmask(SIG_BLOCK, &pipe, &before);
	if (write(STDERR_FILENO, text, MIN(strlen(text), PIPE_BUF)) < 0 && errno == EPIPE &&
	    !sigismember(&pending, SIGPIPE))
		sigtimedwait(&pipe, NULL, &at_once);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/*
 * The stonith program logs to the terminal where it has one, and else to syslog
 * alone; Pacemaker keeps what is on stderr with the failure.
 */
static void tell_stderr(const char *kind, const char *message)
{
	char *line;

	if (isatty(STDIN_FILENO))
		return;
	line = g_strdup_printf("tripplite: %s%s\n", kind, message);
	write_stderr(line);
	g_free(line);
}

static void take_log(void *context, enum trippsnmp_level level, const char *line)
{
	static const int priorities[] = {
		[TRIPPSNMP_LOG_CRIT] = PIL_CRIT,
		[TRIPPSNMP_LOG_WARN] = PIL_WARN,
		[TRIPPSNMP_LOG_INFO] = PIL_INFO,
		[TRIPPSNMP_LOG_DEBUG] = PIL_DEBUG,
	};

	(void)context;
	if (level == TRIPPSNMP_LOG_DEBUG && !Debug)
		return;
	PILCallLog(plugin_imports->log, (PILLogLevel)priorities[level], "%s", line);
	/* at once, for whoever waits may be killed before the end; what failed comes with its code
	 */
	if (level == TRIPPSNMP_LOG_WARN)
		tell_stderr("warning: ", line);
}

static int code(enum trippsnmp_error error)
{
	switch (error) {
	case TRIPPSNMP_OK:
		return S_OK;
	case TRIPPSNMP_BADCONFIG:
		return S_BADCONFIG;
	case TRIPPSNMP_BADNODE:
		return S_BADHOST;
	case TRIPPSNMP_ACCESS:
		return S_ACCESS;
	case TRIPPSNMP_TIMEOUT:
		return S_TIMEOUT;
	case TRIPPSNMP_POWER:
		return S_RESETFAIL;
	case TRIPPSNMP_INVALID:
		return S_INVAL;
	case TRIPPSNMP_INTERNAL:
	case TRIPPSNMP_STOPPED: /* nobody here stops a call */
		return S_OOPS;
	}
	return S_OOPS;
}

/* The library has logged the line already. */
static int finish(const trippsnmp *handle, enum trippsnmp_error error)
{
	if (error)
		tell_stderr("", library->message(handle));
	return code(error);
}

static int refuse(int result, const char *message)
{
	PILCallLog(plugin_imports->log, PIL_CRIT, "%s", message);
	tell_stderr("", message);
	return result;
}

/* --- the operations --- */

static struct stonith_ops operations;

static const char **make_confignames(void)
{
	unsigned n = 0;
	const char **names;

	while (library->parameter(n))
		n++;
	names = g_new0(const char *, n + 1);
	for (unsigned i = 0; i < n; i++)
		names[i] = library->parameter(i);
	return names;
}

static StonithPlugin *tripplite_new(const char *subplugin)
{
	struct tripplite *plugin;
	const char *error;

	(void)subplugin;
	library = library_open(&error);
	if (!library) {
		PILCallLog(plugin_imports->log, PIL_CRIT, "the library cannot be loaded: %s",
		           error);
		return NULL;
	}
	plugin = g_new0(struct tripplite, 1);
	plugin->stonith.s_ops = &operations;
	plugin->confignames = make_confignames();
	return &plugin->stonith;
}

static void tripplite_destroy(StonithPlugin *stonith)
{
	struct tripplite *plugin = ours(stonith);

	if (!plugin)
		return;
	library->free(plugin->handle);
	g_free(plugin->confignames);
	g_free(plugin->device_name);
	g_free(plugin);
}

static const char *tripplite_get_info(StonithPlugin *stonith, int type)
{
	switch (type) {
	case ST_CONF_XML:
		return library->parameters_xml();
	case ST_DEVICEID:
		return "Tripp Lite PDU, ATS or UPS over SNMP";
	case ST_DEVICENAME:
		return ours(stonith)->device_name;
	case ST_DEVICEDESCR:
		return "Cuts the power of a node through the outlets of one or several Tripp Lite "
		       "PDUs, ATSes or UPSes over SNMP, and reports success only when every outlet "
		       "of the node was seen off, and off again after off_hold seconds.";
	case ST_DEVICEURL:
		return "https://tripplite.eaton.com/";
	default:
		return NULL;
	}
}

static const char *const *tripplite_get_confignames(StonithPlugin *stonith)
{
	return ours(stonith)->confignames;
}

static bool given_before(const StonithNVpair *list, const StonithNVpair *pair)
{
	for (; list != pair; list++)
		if (!strcmp(list->s_name, pair->s_name))
			return true;
	return false;
}

static enum trippsnmp_error set_all(trippsnmp *handle, const StonithNVpair *list)
{
	enum trippsnmp_error error = TRIPPSNMP_OK;

	for (const StonithNVpair *pair = list; !error && pair && pair->s_name; pair++) {
		if (given_before(list, pair)) {
			char *message = g_strdup_printf("%s: given twice", pair->s_name);

			refuse(S_BADCONFIG, message);
			g_free(message);
			return TRIPPSNMP_BADCONFIG;
		}
		error = library->set(handle, pair->s_name, pair->s_value);
		if (error)
			finish(handle, error);
	}
	return error;
}

static const char *value_of(const StonithNVpair *list, const char *name)
{
	for (; list && list->s_name; list++)
		if (!strcmp(list->s_name, name))
			return list->s_value;
	return NULL;
}

static int tripplite_set_config(StonithPlugin *stonith, StonithNVpair *list)
{
	struct tripplite *plugin = ours(stonith);
	trippsnmp *handle = (*library->new)();
	enum trippsnmp_error error;

	/* whatever comes of it, the last configuration is over */
	if (plugin->handle)
		library->free(plugin->handle);
	plugin->handle = NULL;
	g_clear_pointer(&plugin->device_name, g_free);
	library->set_log(handle, take_log, NULL);
	error = set_all(handle, list);
	if (error) {
		library->free(handle);
		return code(error);
	}
	error = library->configure(handle);
	if (error) {
		finish(handle, error);
		library->free(handle);
		return code(error);
	}
	plugin->handle = handle;
	plugin->device_name = g_strdup(value_of(list, ST_IPADDR));
	return S_OK;
}

static int tripplite_get_status(StonithPlugin *stonith)
{
	trippsnmp *handle = ours(stonith)->handle;

	if (!handle)
		return refuse(S_INVAL, "status: the device is not configured");
	return finish(handle, library->status(handle));
}

static int refuse_request(int request)
{
	char *message =
		g_strdup_printf("power: unknown request %d: on (%d), off (%d) or reset (%d)",
	                        request, ST_POWERON, ST_POWEROFF, ST_GENERIC_RESET);
	const int result = refuse(S_INVAL, message);

	g_free(message);
	return result;
}

static int tripplite_req_reset(StonithPlugin *stonith, int request, const char *node)
{
	trippsnmp *handle = ours(stonith)->handle;

	if (!handle)
		return refuse(S_INVAL, "power: the device is not configured");
	switch (request) {
	case ST_GENERIC_RESET:
		return finish(handle, library->power(handle, TRIPPSNMP_POWER_RESET, node));
	case ST_POWERON:
		return finish(handle, library->power(handle, TRIPPSNMP_POWER_ON, node));
	case ST_POWEROFF:
		return finish(handle, library->power(handle, TRIPPSNMP_POWER_OFF, node));
	default:
		return refuse_request(request);
	}
}

/* libstonith frees the list piece by piece with the host's allocator. */
static char **copy_list(char *const *nodes)
{
	size_t n = 0;
	char **copy;

	while (nodes[n])
		n++;
	copy = plugin_imports->alloc((n + 1) * sizeof(*copy));
	for (size_t i = 0; i < n; i++)
		copy[i] = plugin_imports->mstrdup(nodes[i]);
	copy[n] = NULL;
	return copy;
}

static char **tripplite_get_hostlist(StonithPlugin *stonith)
{
	trippsnmp *handle = ours(stonith)->handle;
	char **nodes, **copy;

	if (!handle) {
		refuse(S_INVAL, "list: the device is not configured");
		return NULL;
	}
	if (finish(handle, library->list(handle, &nodes)) != S_OK)
		return NULL;
	copy = copy_list(nodes);
	library->free_list(nodes);
	return copy;
}

static struct stonith_ops operations = {
	tripplite_new,        tripplite_destroy,    tripplite_get_info,  tripplite_get_confignames,
	tripplite_set_config, tripplite_get_status, tripplite_req_reset, tripplite_get_hostlist,
};

/* Registers and does nothing else: hosts load plugins only to look at them. */
PIL_rc PIL_PLUGIN_INIT(PILPlugin *plugin, PILPluginImports *imports, void *user_data);

PIL_rc PIL_PLUGIN_INIT(PILPlugin *plugin, PILPluginImports *imports, void *user_data)
{
	(void)user_data;
	plugin_imports = imports;
	imports->register_plugin(plugin, &OurPIExports);
	return imports->register_interface(plugin, PIL_PLUGINTYPE_S, PIL_PLUGIN_S, &operations,
	                                   NULL, &interface, (void **)&interface_imports,
	                                   &interface_private);
}
