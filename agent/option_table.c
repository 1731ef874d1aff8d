/*
 * The table of the agent's options, its own and the library's, and what --help makes of it: see
 * options.h. It reads nothing that a user wrote.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "options.h"

#include "trippsnmp.h"

#include <string.h>

#define BOOLEAN .type = "boolean"
#define INTEGER .type = "integer"
#define SECOND .type = "second"
#define STRING .type = "string"

static const struct agent_option own[OPTION_OWN] = {
	[OPTION_ACTION] = { "action", .letter = 'o', STRING, .default_ = "reboot", .required = true,
	                    .shortdesc = "Fencing action",
	                    .longdesc = "on, off, reboot, status, list, list-status, monitor, "
	                                "metadata, manpage or validate-all." },
	[OPTION_PLUG] = { "plug", "port", .letter = 'n', STRING,
	                  .shortdesc = "Node of hostlist; or outlets: [DEVICE.]NUMBER[=\"NAME\"], "
	                               "NAME or [DEVICE.]main, then @PDU if there are several, "
	                               "with commas between; not needed where Pacemaker names "
	                               "the node",
	                  .longdesc = "With hostlist, one of its nodes, or all outlets of one. "
	                              "Without, outlets separated by plug_separator. A name that "
	                              "is a number or main, or has the separator or @ in it, "
	                              "stands in double quotes. A name alone, without @PDU, means "
	                              "all outlets of that name on all PDUs; main is the main "
	                              "load, which cuts all that hangs on the device. Pacemaker "
	                              "writes it as "
	                              "port or plug where it fences; one that is written in the "
	                              "configuration as well must mean the same." },
	[OPTION_IPPORT] = { "ipport", .letter = 'u', INTEGER, .default_ = "161",
	                    .shortdesc = "UDP port of each address that names none" },
	[OPTION_PASSWORD_SCRIPT] = { "password_script", "passwd_script", .letter = 'S', STRING,
	                             .shortdesc =
	                                     "Command whose first line of output is the password",
	                             .longdesc =
	                                     "A shell command. It has 5 seconds, which do not "
	                                     "count for total_timeout, must exit with status 0, "
	                                     "and takes the place of password." },
	[OPTION_SNMP_PRIV_PASSWD_SCRIPT] = { "snmp_priv_passwd_script", .letter = 'R', STRING,
	                                     .shortdesc = "Command whose first line of output is "
	                                                  "snmp_priv_passwd",
	                                     .longdesc = "See password_script; it has 5 seconds of "
	                                                 "its own." },
	[OPTION_QUIET] = { "quiet", .letter = 'q', BOOLEAN, .shortdesc = "Write nothing to stderr",
	                   .longdesc = "The exit status and debug_file are all that is left." },
	[OPTION_VERBOSE] = { "verbose", .letter = 'v', BOOLEAN,
	                     .shortdesc = "Write to stderr what is done, too" },
	[OPTION_VERBOSE_LEVEL] = { "verbose_level", INTEGER,
	                           .shortdesc = "0 is silent, more is verbose" },
	[OPTION_DEBUG_FILE] = { "debug_file", "debug", .letter = 'D', STRING,
	                        .shortdesc = "Append all messages to this file",
	                        .longdesc =
	                                "It is made for its owner alone, and holds no secret." },
	[OPTION_VERSION] = { "version", .letter = 'V', BOOLEAN,
	                     .shortdesc = "Show the version and exit" },
	[OPTION_HELP] = { "help", .letter = 'h', BOOLEAN, .shortdesc = "Show this help and exit" },
	[OPTION_PLUG_SEPARATOR] = { "plug_separator", STRING, .default_ = ",",
	                            .shortdesc = "What separates several outlets in plug" },
	[OPTION_SEPARATOR] = { "separator", .letter = 'C', STRING, .default_ = ",",
	                       .shortdesc = "What separates the columns of list" },
	[OPTION_DELAY] = { "delay", SECOND, .default_ = "0",
	                   .shortdesc = "Seconds to wait before off and reboot",
	                   .longdesc = "They do not count for total_timeout." },
	[OPTION_DISABLE_TIMEOUT] = { "disable_timeout", STRING,
	                             .shortdesc = "Whether power_timeout is all that total_timeout "
	                                          "leaves",
	                             .longdesc = "total_timeout itself always stands." },
	[OPTION_LOGIN_TIMEOUT] = { "login_timeout", SECOND, .default_ = "5",
	                           .shortdesc = "Taken for compatibility, without effect",
	                           .longdesc =
	                                   "snmp_timeout and total_timeout say how long an answer "
	                                   "is waited for." },
	[OPTION_POWER_WAIT] = { "power_wait", SECOND, .default_ = "0",
	                        .shortdesc = "Least off_hold, in seconds",
	                        .longdesc = "off and reboot keep the outlets off for the longer of "
	                                    "power_wait and off_hold; on does not wait." },
	[OPTION_SHELL_TIMEOUT] = { "shell_timeout", SECOND, .default_ = "3",
	                           .shortdesc = "Taken for compatibility, without effect",
	                           .longdesc = "See login_timeout." },
	[OPTION_STONITH_STATUS_SLEEP] = { "stonith_status_sleep", SECOND, .default_ = "1",
	                                  .shortdesc = "Taken for compatibility, without effect",
	                                  .longdesc = "Outlets are looked at often at first, then "
	                                              "once a second." },
	[OPTION_RETRY_ON] = { "retry_on", INTEGER, .default_ = "1",
	                      .shortdesc = "Taken for compatibility, without effect",
	                      .longdesc = "Commands are repeated until the time is up." },
	[OPTION_SNMPGET_PATH] = { "snmpget_path", STRING, .default_ = "/usr/bin/snmpget",
	                          .shortdesc = "Taken for compatibility, without effect",
	                          .longdesc = "No other program is run for SNMP." },
	[OPTION_SNMPSET_PATH] = { "snmpset_path", STRING, .default_ = "/usr/bin/snmpset",
	                          .shortdesc = "Taken for compatibility, without effect",
	                          .longdesc = "See snmpget_path." },
	[OPTION_SNMPWALK_PATH] = { "snmpwalk_path", STRING, .default_ = "/usr/bin/snmpwalk",
	                           .shortdesc = "Taken for compatibility, without effect",
	                           .longdesc = "See snmpget_path." },
	[OPTION_NODENAME] = { "nodename", STRING, .visibility = UNLISTED,
	                      .shortdesc = "Node to fence, if plug is not set" },
	[OPTION_MISSING_AS_OFF] = { "missing_as_off", BOOLEAN, .visibility = UNLISTED,
	                            .shortdesc =
	                                    "Refused: what is missing is not known to be off" },
	[OPTION_OPTION] = { "option", STRING, .visibility = STDIN_ONLY,
	                    .shortdesc = "Older name of action" },
	[OPTION_AGENT] = { "agent", STRING, .visibility = STDIN_ONLY,
	                   .shortdesc = "The agent's name, as fenced says it" },
	[OPTION_NAME] = { "name", STRING, .visibility = STDIN_ONLY,
	                  .shortdesc = "The device's name, as fenced says it" },
};

static struct agent_option of_parameter(const struct trippsnmp_parameter *parameter)
{
	return (struct agent_option){
		.name = parameter->agent_name,
		.obsolete = parameter->agent_obsolete,
		.letter = parameter->agent_letter,
		.type = parameter->choices ? "select" : parameter->agent_type,
		.default_ = parameter->agent_default,
		.choices = parameter->choices,
		.required = parameter->required != 0,
		.secret = parameter->secret != 0,
		.shortdesc = parameter->shortdesc,
		.longdesc = parameter->agent_longdesc,
		.parameter = parameter->name,
	};
}

const struct agent_option *option_row(unsigned i)
{
	static GArray *rows;

	if (!rows) {
		const struct trippsnmp_parameter *parameter;

		rows = g_array_new(FALSE, FALSE, sizeof(struct agent_option));
		g_array_append_vals(rows, own, OPTION_OWN);
		for (unsigned k = 0; (parameter = trippsnmp_parameter_info(k)); k++) {
			const struct agent_option row = of_parameter(parameter);

			g_array_append_val(rows, row);
		}
	}
	return i < rows->len ? &g_array_index(rows, struct agent_option, i) : NULL;
}

bool option_is_boolean(const struct agent_option *row)
{
	return !strcmp(row->type, "boolean");
}

static const char *argument(const struct agent_option *row)
{
	if (option_is_boolean(row))
		return "";
	if (!strcmp(row->type, "second"))
		return "=[seconds]";
	if (!strcmp(row->type, "integer"))
		return "=[number]";
	return "=[value]";
}

char *option_forms(const struct agent_option *row)
{
	char *name = g_strdelimit(g_strdup(row->name), "_", '-');
	char *forms = row->letter ? g_strdup_printf("-%c, --%s%s", row->letter, name, argument(row))
	                          : g_strdup_printf("--%s%s", name, argument(row));

	g_free(name);
	return forms;
}

char *options_usage(void)
{
	GString *text =
		g_string_new("Usage: fence_tripplite [options]\n"
	                     "Without options they are read from stdin, as NAME=VALUE lines.\n"
	                     "\n");
	const struct agent_option *row;

	for (unsigned i = 0; (row = option_row(i)); i++) {
		char *forms;

		if (row->visibility != SEEN)
			continue;
		forms = option_forms(row);
		g_string_append_printf(text, "  %s%-36s %s", row->letter ? "" : "    ", forms,
		                       row->shortdesc);
		if (row->default_)
			g_string_append_printf(text, " (%s)", row->default_);
		g_string_append_c(text, '\n');
		g_free(forms);
	}
	return g_string_free(text, FALSE);
}
