/*
 * Cuts a node's power and gives it back, and says what came of it:
 *
 *     fence-node off|on|reset NODE PARAMETER=VALUE...
 *     fence-node reset db1 ipaddr=192.0.2.10 community=tripplite hostlist=db1:3
 *
 * Secrets belong into a file (secrets_file=FILE), for others can read a command line.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <trippsnmp.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What stood in the way, and on what evidence off is said. What failed is said at the end. */
static void take_log(void *context, enum trippsnmp_level level, const char *line)
{
	static const char *const levels[] = {
		[TRIPPSNMP_LOG_CRIT] = "failed",
		[TRIPPSNMP_LOG_WARN] = "warning",
		[TRIPPSNMP_LOG_INFO] = "info",
	};

	(void)context;
	if (level == TRIPPSNMP_LOG_WARN || level == TRIPPSNMP_LOG_INFO)
		fprintf(stderr, "%s: %s\n", levels[level], line);
}

/* Sets PARAMETER=VALUE; without a value, to its default. The strings are copied. */
static enum trippsnmp_error set(trippsnmp *handle, const char *pair)
{
	size_t length = strcspn(pair, "=");
	char *name = malloc(length + 1);
	enum trippsnmp_error error;

	if (!name)
		return TRIPPSNMP_INTERNAL;
	memcpy(name, pair, length);
	name[length] = '\0';
	error = trippsnmp_set(handle, name, pair[length] ? pair + length + 1 : NULL);
	free(name);
	return error;
}

static int action_of(const char *word, enum trippsnmp_action *action)
{
	if (!strcmp(word, "off"))
		*action = TRIPPSNMP_POWER_OFF;
	else if (!strcmp(word, "on"))
		*action = TRIPPSNMP_POWER_ON;
	else if (!strcmp(word, "reset"))
		*action = TRIPPSNMP_POWER_RESET;
	else
		return 0;
	return 1;
}

int main(int argc, char **argv)
{
	enum trippsnmp_error error = TRIPPSNMP_OK;
	enum trippsnmp_action action;
	trippsnmp *handle;

	if (argc < 4 || !action_of(argv[1], &action)) {
		fprintf(stderr, "usage: %s off|on|reset NODE PARAMETER=VALUE...\n", argv[0]);
		return 2;
	}
	handle = trippsnmp_new();
	trippsnmp_set_log(handle, take_log, NULL);
	for (int i = 3; i < argc && error == TRIPPSNMP_OK; i++)
		error = set(handle, argv[i]);
	if (error == TRIPPSNMP_OK)
		error = trippsnmp_configure(handle); /* asks no network */
	if (error == TRIPPSNMP_OK)
		error = trippsnmp_power(handle, action, argv[2]); /* at most total_timeout */

	if (error == TRIPPSNMP_OK)
		printf("%s of %s: verified\n", argv[1], argv[2]);
	else /* the line is the handle's, so it is read before the handle goes */
		fprintf(stderr, "%s: %s\n", trippsnmp_strerror(error), trippsnmp_message(handle));
	trippsnmp_free(handle);
	return error == TRIPPSNMP_OK ? 0 : 1;
}
