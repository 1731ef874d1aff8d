/*
 * See job.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "call/job.h"

#include "snmp/denial.h"

/* Some of the time is kept back for starting, tidying up and a loaded machine. */
static usec within(usec limit)
{
	return limit - MIN(limit / 20, USEC_PER_SEC / 5);
}

/*
 * Looks must be settled before outlets that are found by name are switched: one that a look did not
 * see would stay on, and the node alive. So they must before a main load is switched while other
 * nodes are found by name: an outlet that a look did not see would be cut with it.
 */
static void need_settled(struct job *job)
{
	const struct node *node = nodemap_find(job->config->map, job->node);
	const bool all = !node || !node->outlets->len;

	for (unsigned i = 0; all && i < job->n_pdus; i++)
		job->needs[i].settled = true;
	for (unsigned i = 0; node && i < node->outlets->len; i++) {
		const struct outlet_ref *ref = node->outlets->pdata[i];

		if (!ref->number || (outlet_ref_is_main(ref) && job->needs[ref->pdu].names))
			job->needs[ref->pdu].settled = true;
	}
}

void job_prepare(struct job *job)
{
	const enum purpose purpose = job->purpose;
	const bool all_the_time = purpose == TO_SWITCH || purpose == TO_WALK;
	const bool every_outlet = purpose == TO_SHOW || purpose == TO_SHOW_DETAILS;
	const usec total = job->config->total_timeout;

	job->n_pdus = job->config->pdus->len;
	job->deadline = job->begun + within(all_the_time ? total : MIN(STATUS_LIMIT, total));
	job->lasts = purpose == TO_SWITCH ? MIN(DENIAL_LASTS, total / DENIAL_SHARE)
	                                  : DENIAL_LASTS_STATUS;
	job->needs = feeds_needs(job->config->map, job->n_pdus, job->node,
	                         every_outlet || purpose == TO_READ);
	if (purpose == TO_SWITCH)
		need_settled(job);
	for (unsigned i = 0; i < job->n_pdus; i++) {
		struct inventory_need *need = &job->needs[i];

		if (every_outlet)
			need->names = need->mains = true;
		need->details = purpose == TO_SHOW_DETAILS;
		need->skip = need->skip || (purpose == TO_WALK && i != job->pdu);
	}
}

void job_clear(struct job *job)
{
	feeds_needs_free(job->needs, job->n_pdus);
}
