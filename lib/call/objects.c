/*
 * The public call that reads all objects of a PDU, for the tool. It gives octets as the device
 * sent them, unescaped, and judges nothing.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "base/text.h"
#include "call/call.h"
#include "call/walk.h"

#include <string.h>

/* RFC 2578 */
#define TAG_COUNTER32 65
#define TAG_COUNTER64 70

/** What is read, and for whom. */
struct reading {
	struct objid root;
	void (*fn)(void *context, const struct trippsnmp_object *);
	void *context;
};

/* The value as text; NULL where it has octets, or no value of a type that we know. */
static char *value_text(const struct varbind *varbind)
{
	size_t n;

	if (varbind->type == VALUE_OBJID) {
		const char *dotted = g_bytes_get_data(varbind->octets, &n);

		return g_strndup(dotted, n);
	}
	if (varbind->type == VALUE_NULL)
		return g_strdup("");
	if (varbind->type == VALUE_INTEGER || varbind->type == VALUE_UNSIGNED)
		return g_strdup_printf("%" G_GINT64_FORMAT, varbind->number);
	/* one that is what it says it is has a tag that we know */
	if (varbind->type == VALUE_OTHER && !varbind->octets &&
	    (varbind->tag == TAG_COUNTER32 || varbind->tag == TAG_COUNTER64))
		return g_strdup_printf("%" G_GUINT64_FORMAT, (uint64_t)varbind->number);
	return NULL;
}

static void give_object(void *context, const struct varbind *varbind)
{
	const struct reading *reading = context;
	g_autofree char *name = objid_text(&varbind->name);
	g_autofree char *value = value_text(varbind);
	struct trippsnmp_object object = { .name = name, .type = varbind->tag, .value = value };

	if (!value && varbind->octets) {
		size_t n;

		object.octets = g_bytes_get_data(varbind->octets, &n);
		object.octets = n ? object.octets : (const unsigned char *)"";
		object.length = n;
	}
	if (value || object.octets)
		reading->fn(reading->context, &object);
}

static struct outcome read_objects(struct operation *operation, void *context)
{
	const struct job *job = operation->job;
	const struct reading *reading = context;
	struct walk *walk = walk_new(job->pdu, job->labels[job->pdu], &reading->root,
	                             job->config->version == SNMP_V1, give_object, context);
	const struct machine machine = walk_machine(walk);
	struct outcome outcome;

	if (operation_run(operation, &machine))
		outcome = walk_outcome(walk);
	else if (operation_stopped(operation))
		outcome = failure(TRIPPSNMP_STOPPED, "stopped while objects were read");
	else if (runner_silent_pdu(&operation->runner) >= 0)
		outcome = operation_no_answer(operation, job->pdu);
	else
		outcome = failure(TRIPPSNMP_TIMEOUT,
		                  "%s: the time was up before all objects were read; "
		                  "total_timeout may be longer",
		                  job->labels[job->pdu]);
	walk_free(walk);
	return outcome;
}

/* Dotted numbers. */
static bool parse_objid(const char *text, struct objid *name)
{
	g_auto(GStrv) parts = g_strsplit(text, ".", OBJID_MAX + 1);
	uint64_t id;

	name->n = g_strv_length(parts);
	for (unsigned i = 0; name->n < OBJID_MAX && i < name->n; i++) {
		if (!g_ascii_string_to_unsigned(parts[i], 10, 0, UINT32_MAX, &id, NULL))
			return false;
		name->id[i] = (uint32_t)id;
	}
	return name->n >= 2 && name->n < OBJID_MAX;
}

/* By the PDU's label; NULL is the only one. */
static struct outcome pdu_of_label(const trippsnmp *handle, const char *label, unsigned *pdu)
{
	const struct config *config = handle->config;
	const char *ipaddr = config_name(config, PARAM_IPADDR);
	g_autofree char *escaped = text_escape(label ? label : "", -1);

	if (!label && config->pdus->len > 1)
		return failure(TRIPPSNMP_INVALID, "%s has several PDUs: name one of them", ipaddr);
	for (*pdu = 0; *pdu < config->pdus->len; ++*pdu)
		if (!label || !strcmp(handle->labels[*pdu], label))
			return outcome_fine;
	return failure(TRIPPSNMP_INVALID, "%s has no %s", ipaddr, escaped);
}

enum trippsnmp_error trippsnmp_walk(trippsnmp *handle, const char *pdu, const char *root,
                                    void (*fn)(void *context, const struct trippsnmp_object *),
                                    void *context)
{
	struct job job = { .purpose = TO_WALK };
	struct reading reading = { .fn = fn, .context = context };
	struct outcome outcome = handle_ready(handle);

	if (!outcome.error && (!root || !parse_objid(root, &reading.root)))
		outcome = failure(TRIPPSNMP_INVALID, "root is not dotted numbers");
	if (!outcome.error)
		outcome = pdu_of_label(handle, pdu, &job.pdu);
	if (!outcome.error)
		outcome = call_perform(handle, job, read_objects, &reading);
	return conclude(handle, outcome);
}
