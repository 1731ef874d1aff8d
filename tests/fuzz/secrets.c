/*
 * A secrets file in memory: see secrets.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "secrets.h"

#include "fuzz.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

const char *secrets_file_of(const char *content, size_t n)
{
	static char path[64];
	static int descriptor = -1;

	if (descriptor < 0) {
		descriptor = memfd_create("secrets", MFD_CLOEXEC);
		REQUIRE(descriptor >= 0 && fchmod(descriptor, 0600) == 0);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", descriptor);
	}
	REQUIRE(ftruncate(descriptor, 0) == 0);
	REQUIRE(!n || pwrite(descriptor, content, n, 0) == (ssize_t)n);
	return path;
}

static bool is_time(usec time)
{
	return time >= 0 && time <= 3600 * USEC_PER_SEC;
}

static void check_config(const struct config *config)
{
	REQUIRE(config->pdus->len > 0);
	for (unsigned i = 0; i < config->pdus->len; i++) {
		const struct pdu_address *pdu = addresses_at(config->pdus, i);

		check_line(pdu->label);
		REQUIRE(*pdu->host && pdu->port >= 1 && pdu->port <= 65535);
	}
	REQUIRE(config->map);
	REQUIRE((config->version == SNMP_V3) == (config->login != NULL));
	REQUIRE((config->version == SNMP_V3) == (config->community == NULL));
	REQUIRE((config->auth != NULL) == (config->auth_passphrase != NULL));
	REQUIRE((config->priv != NULL) == (config->priv_passphrase != NULL));
	REQUIRE(!config->priv || config->auth);
	REQUIRE(is_time(config->off_hold) && is_time(config->power_timeout) &&
	        is_time(config->snmp_timeout) && is_time(config->total_timeout));
	REQUIRE(config->off_hold + config->power_timeout <= config->total_timeout);
}

void check_result(const struct config *config, const char *error)
{
	REQUIRE(!config == (error != NULL));
	if (config) {
		check_config(config);
		return;
	}
	check_line(error);
	REQUIRE(strchr(error, ':'));
	REQUIRE(!strstr(error, SECRET_MARK));
}
