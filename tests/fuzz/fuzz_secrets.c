/*
 * Fuzzes the secrets file's content, for version 2c and 3 by the first byte.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "fuzz.h"
#include "secrets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const versions[] = { "2c", "3" };
	const unsigned version = size ? data[0] % 2 : 0;
	const char *values[PARAM_COUNT] = {
		[PARAM_IPADDR] = "192.0.2.1",
		[PARAM_SNMP_VERSION] = versions[version],
		[PARAM_LOGIN] = "fence",
		[PARAM_COMMUNITY] = size && data[0] & 2 ? SECRET_MARK : NULL,
	};
	struct config *config;
	char *error = NULL;

	values[PARAM_SECRETS_FILE] =
		secrets_file_of((const char *)data + (size > 0), size ? size - 1 : 0);
	config = params_check(values, NULL, false, &error);
	check_result(config, error);
	config_free(config);
	g_free(error);
	return 0;
}
