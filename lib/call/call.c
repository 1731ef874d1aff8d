/*
 * See call.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "call/call.h"

#include "snmp/resolve.h"
#include "snmp/session.h"

#include <string.h>
#include <unistd.h>

static bool share_address(const GArray *a, const GArray *b)
{
	for (unsigned i = 0; a && b && i < a->len; i++) {
		const struct address *one = &g_array_index(a, struct address, i);

		for (unsigned k = 0; k < b->len; k++) {
			const struct address *other = &g_array_index(b, struct address, k);

			if (one->length == other->length &&
			    !memcmp(&one->socket, &other->socket, one->length))
				return true;
		}
	}
	return false;
}

/* One PDU twice would make one outlet look like two feeds. */
static struct outcome check_addresses(const struct job *job, GArray *const *addresses)
{
	for (unsigned i = 0; i < job->n_pdus; i++)
		for (unsigned k = i + 1; k < job->n_pdus; k++)
			if (share_address(addresses[i], addresses[k]))
				return failure(TRIPPSNMP_BADCONFIG,
				               "%s: %s and %s are one PDU: they have the same "
				               "address",
				               config_name(job->config, PARAM_IPADDR),
				               job->labels[i], job->labels[k]);
	return outcome_fine;
}

static struct outcome resolve(const struct job *job, struct watch *watch, GArray **addresses)
{
	g_autofree bool *wanted = g_new0(bool, job->n_pdus);
	g_autofree char *error = NULL;

	for (unsigned i = 0; i < job->n_pdus; i++)
		wanted[i] = !job->needs[i].skip;
	if (resolve_all(job->config->pdus, wanted, job->deadline, job->log, watch, addresses,
	                &error))
		return check_addresses(job, addresses);
	if (watch_stopped(watch))
		return failure(TRIPPSNMP_STOPPED, "stopped while names were resolved");
	return failure(TRIPPSNMP_ACCESS, "%s: %s", config_name(job->config, PARAM_IPADDR), error);
}

/* A card that demands privacy refuses a request without it, but does not say that this is why. */
static struct outcome explain_refusal(const struct operation *operation, struct outcome outcome)
{
	const struct config *config = operation->job->config;
	const bool auth = config->auth;
	g_autofree char *bare = NULL;

	if (outcome.error != TRIPPSNMP_ACCESS || config->version != SNMP_V3 || config->priv ||
	    !runner_refused(&operation->runner))
		return outcome;
	bare = outcome.message;
	return failure(TRIPPSNMP_ACCESS,
	               "%s; SNMPv3 is used with %s: if the user needs %s, set %s%ssnmp_priv_passwd",
	               bare, auth ? "authNoPriv" : "noAuthNoPriv",
	               auth ? "authPriv" : "authNoPriv or authPriv",
	               auth ? "" : config_name(config, PARAM_PASSWORD), auth ? "" : " and ");
}

static struct outcome perform_over(GArray *const *addresses, const struct job *job,
                                   struct watch *watch, call_act act, void *context)
{
	const uint32_t seed = (uint32_t)job->begun ^ ((uint32_t)getpid() << 16);
	char *error;
	struct network *session = session_new(job->config, addresses, job->log, &error);
	struct operation *operation;
	struct outcome outcome;

	if (!session)
		return (struct outcome){ TRIPPSNMP_BADCONFIG, error };
	operation = operation_new(job, watch, session, seed);
	outcome = explain_refusal(operation, act(operation, context));
	operation_free(operation);
	session_free(session);
	return outcome;
}

struct outcome call_perform(const trippsnmp *handle, struct job job, call_act act, void *context)
{
	struct watch watch = { .fn = handle->progress, .context = handle->progress_context };
	struct outcome outcome = handle_ready(handle);
	g_autofree GArray **addresses = NULL;

	if (outcome.error)
		return outcome;
	job.config = job.config ? job.config : handle->config;
	job.labels = handle->labels;
	job.log = &handle->log;
	job.begun = watch.begun = clock_now();
	job_prepare(&job);
	watch.deadline = job.deadline;
	addresses = g_new0(GArray *, job.n_pdus);
	outcome = resolve(&job, &watch, addresses);
	if (!outcome.error)
		outcome = perform_over(addresses, &job, &watch, act, context);
	for (unsigned i = 0; i < job.n_pdus; i++)
		g_clear_pointer(&addresses[i], g_array_unref);
	job_clear(&job);
	return outcome;
}
