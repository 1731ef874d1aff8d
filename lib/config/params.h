/*
 * The one table of parameters: names, types, defaults, texts. From it come the plugin's
 * confignames, the XML metadata, the documents, and the checks that make a configuration of what
 * a user wrote. No message may ever hold a secret, and no name server is asked. The public calls
 * use it. Pure, but for secrets_file, which params_check() reads.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_PARAMS_H
#define TS_PARAMS_H

#include "base/clock.h"
#include "config/addresses.h"
#include "config/nodemap.h"
#include "trippsnmp.h"

#include <glib.h>
#include <stdbool.h>

enum param_id {
	PARAM_IPADDR,
	PARAM_HOSTLIST,
	PARAM_FEEDS,
	PARAM_SNMP_VERSION,
	PARAM_COMMUNITY,
	PARAM_LOGIN,
	PARAM_PASSWORD,
	PARAM_SNMP_AUTH_PROT,
	PARAM_SNMP_PRIV_PROT,
	PARAM_SNMP_PRIV_PASSWD,
	PARAM_SNMP_SEC_LEVEL,
	PARAM_SECRETS_FILE,
	PARAM_OFF_HOLD,
	PARAM_POWER_TIMEOUT,
	PARAM_SNMP_TIMEOUT,
	PARAM_TOTAL_TIMEOUT,
	PARAM_CHECK_WRITE,
	PARAM_COUNT
};

/**
 * Row by number; NULL past the last. All strings are static. Of the fence agent's view it has what
 * differs, else NULL.
 */
const struct trippsnmp_parameter *params_row(unsigned i);
/** By exact name; PARAM_COUNT if there is none. */
enum param_id params_find(const char *name);
/** The table as <parameters>...</parameters>; free with g_free(). */
char *params_xml(void);

enum snmp_version { SNMP_V1, SNMP_V2C, SNMP_V3 };

/** The checked configuration. */
struct config {
	GArray *pdus;        /* of struct pdu_address, at least one */
	struct nodemap *map; /* never NULL; empty if there is no hostlist */
	unsigned feeds;      /* 0: any */
	enum snmp_version version;
	char *community; /* NULL in v3 */
	char *login;     /* NULL in v1 and v2c */
	/* Protocols, as params_row() has them among its choices; net-snmp knows them so. */
	const char *auth; /* NULL for noAuthNoPriv */
	char *auth_passphrase;
	const char *priv; /* NULL unless authPriv */
	char *priv_passphrase;
	usec off_hold;
	usec power_timeout;
	usec snmp_timeout;
	usec total_timeout;
	bool check_write;
	bool assumed[PARAM_COUNT]; /* which of the agent's defaults were taken */
	char *names[PARAM_COUNT];  /* what messages call them; NULL: their names in the table */
	GPtrArray *warnings;       /* of char *: what is taken, and may be a slip */
};

/**
 * Checks values (indexed by enum param_id; NULL or "" is the default) into a configuration. names
 * are what messages call them (NULL: what the table does, as where one of them is NULL); agent:
 * with the fence agent's defaults. NULL on error, with one line in *error that names the parameter
 * and the mistake and holds no secret; free it with g_free().
 */
struct config *params_check(const char *const values[PARAM_COUNT],
                            const char *const names[PARAM_COUNT], bool agent, char **error);
/** What messages call a parameter; owned by the configuration, or static. */
const char *config_name(const struct config *config, enum param_id id);
/** Frees it, wiping secrets. NULL is allowed. */
void config_free(struct config *config);

/** Overwrites a secret in a way the compiler keeps, then frees it. NULL is allowed. */
void secret_free(char *secret);

#endif
