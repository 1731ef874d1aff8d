/*
 * From options to parameters: see translate.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "translate.h"

#include "plug.h"
#include "script.h"

#include <string.h>

/* What total_timeout has over power_timeout and off_hold where it has to grow. */
#define ROOM_SECONDS 5

struct translation {
	const struct options *options;
	struct output *output;
	trippsnmp *handle;
};

static bool refuse(const struct translation *t, const char *name, const char *why)
{
	output_say(t->output, TRIPPSNMP_LOG_CRIT, "%s: %s", name, why);
	return false;
}

/* The library logs what is wrong with it. */
static bool set(const struct translation *t, const char *parameter, const char *value)
{
	return trippsnmp_set(t->handle, parameter, value) == TRIPPSNMP_OK;
}

static bool set_seconds(const struct translation *t, const char *parameter, double seconds)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	return set(t, parameter, g_ascii_formatd(text, sizeof(text), "%.3f", seconds));
}

/* As they were written, and under the names that were written. */
static bool set_given(const struct translation *t)
{
	const struct agent_option *row;

	for (unsigned i = OPTION_OWN; (row = option_row(i)); i++) {
		trippsnmp_set_shown(t->handle, row->parameter, options_written(t->options, i));
		if (t->options->values[i] && !set(t, row->parameter, t->options->values[i]))
			return false;
	}
	return true;
}

static bool set_addresses(const struct translation *t)
{
	const char *addresses = options_parameter(t->options, "ipaddr");
	const char *port = options_get(t->options, OPTION_IPPORT);
	char *full;
	bool ok;

	if (!addresses || !port)
		return true;
	full = addresses_with_port(addresses, port);
	ok = set(t, "ipaddr", full);
	g_free(full);
	return ok;
}

static unsigned row_of_parameter(const char *parameter)
{
	unsigned i = OPTION_OWN;

	while (strcmp(option_row(i)->parameter, parameter) != 0)
		i++;
	return i;
}

/* Two secrets that differ: which one is right is not for us to say, nor to show. */
static bool script_disagrees(const struct translation *t, enum option_id script,
                             const char *parameter)
{
	output_say(t->output, TRIPPSNMP_LOG_CRIT,
	           "%s and what %s prints differ: leave one of them out",
	           options_written(t->options, row_of_parameter(parameter)),
	           options_written(t->options, script));
	return false;
}

static bool set_from_script(const struct translation *t, enum option_id script,
                            const char *parameter)
{
	const char *command = options_get(t->options, script);
	const char *given = options_parameter(t->options, parameter);
	char *error = NULL, *secret;
	bool ok;

	if (!command)
		return true;
	secret = script_run(command, &error);
	if (!secret)
		ok = refuse(t, options_written(t->options, script), error);
	else if (given && strcmp(given, secret) != 0)
		ok = script_disagrees(t, script, parameter);
	else
		ok = set(t, parameter, secret);
	wipe(secret);
	g_free(error);
	return ok;
}

/* --- times --- */

/* What is not even read is checked all the same: a slip of the pen should be seen. */
static bool check_numbers(const struct translation *t)
{
	for (unsigned i = 0; i < OPTION_OWN; i++) {
		const struct agent_option *row = option_row(i);
		const char *value = options_get(t->options, (enum option_id)i);
		double seconds;

		if (!value || i == OPTION_VERBOSE_LEVEL)
			continue;
		if (!strcmp(row->type, "second") && !parse_seconds(value, &seconds))
			return refuse(t, row->name, "not a number of seconds from 0 to 3600");
		if (!strcmp(row->type, "integer") && value[strspn(value, G_CSET_DIGITS)])
			return refuse(t, row->name, "not a number");
	}
	return true;
}

/* As given, or by default. False if it is no time: the library will say so. */
static bool seconds_of(const struct translation *t, const char *parameter, double *seconds)
{
	const struct agent_option *row;
	const char *text = options_parameter(t->options, parameter);

	for (unsigned i = OPTION_OWN; !text && (row = option_row(i)); i++)
		if (!strcmp(row->parameter, parameter))
			text = row->default_;
	return text && parse_seconds(text, seconds);
}

static bool no_power_timeout(const struct translation *t, double power_timeout)
{
	return options_is(t->options, OPTION_DISABLE_TIMEOUT) || power_timeout == 0;
}

/*
 * power_wait is a lower limit of off_hold. A power_timeout of 0, or a disabled
 * one, is what total_timeout leaves; else total_timeout, where it is not set,
 * grows with the other two, which come from configurations that know no such
 * limit.
 */
static bool set_times(const struct translation *t)
{
	const char *power_wait = options_get(t->options, OPTION_POWER_WAIT);
	double wait = 0, hold, power, total;

	if (!seconds_of(t, "off_hold", &hold) || !seconds_of(t, "power_timeout", &power) ||
	    !seconds_of(t, "total_timeout", &total) ||
	    (power_wait && !parse_seconds(power_wait, &wait)))
		return true;
	if (wait > hold) {
		hold = wait;
		if (!set_seconds(t, "off_hold", hold))
			return false;
	}
	if (no_power_timeout(t, power))
		return hold >= total || set_seconds(t, "power_timeout", total - hold);
	if (power + hold <= total || options_parameter(t->options, "total_timeout"))
		return true;
	total = power + hold + ROOM_SECONDS;
	output_say(t->output, TRIPPSNMP_LOG_WARN,
	           "total_timeout is not set: %g is assumed, for power_timeout and off_hold need "
	           "it; the cluster's own limit must be longer",
	           total);
	return set_seconds(t, "total_timeout", total);
}

bool translate(const struct options *options, struct output *output, trippsnmp *handle)
{
	const struct translation t = { options, output, handle };

	if (options_is(options, OPTION_MISSING_AS_OFF))
		return refuse(&t, "missing_as_off",
		              "what is missing is not known to be off; leave this option out");
	return check_numbers(&t) && set_given(&t) && set_addresses(&t) && set_times(&t) &&
	       set_from_script(&t, OPTION_PASSWORD_SCRIPT, "password") &&
	       set_from_script(&t, OPTION_SNMP_PRIV_PASSWD_SCRIPT, "snmp_priv_passwd");
}
