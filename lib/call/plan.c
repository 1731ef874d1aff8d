/*
 * See plan.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "call/plan.h"

#include "snmp/denial.h"

/* Some of the time is kept back for starting, tidying up and a loaded machine. */
static usec within(usec limit)
{
	return limit - MIN(limit / 20, USEC_PER_SEC / 5);
}

/*
 * To switch what is found by name the looks must be settled: a feed that was not seen is a node
 * that is still alive. So they must where a main load is switched and other nodes are found by
 * name: an outlet that was not seen is a node that would be cut as well.
 */
static void need_settled(struct plan *plan)
{
	const struct node *node = nodemap_find(plan->config->map, plan->node);
	const bool all = !node || !node->outlets->len;

	for (unsigned i = 0; all && i < plan->n_pdus; i++)
		plan->needs[i].settled = true;
	for (unsigned i = 0; node && i < node->outlets->len; i++) {
		const struct outlet_ref *ref = node->outlets->pdata[i];

		if (!ref->number || (outlet_ref_is_main(ref) && plan->needs[ref->pdu].names))
			plan->needs[ref->pdu].settled = true;
	}
}

static void need_every_outlet(struct inventory_need *need, bool details)
{
	need->table = need->names = need->mains = true;
	need->details = details;
}

void plan_complete(struct plan *plan)
{
	const enum purpose purpose = plan->purpose;
	const bool names_alone = purpose == TO_SWITCH || purpose == TO_NAME || purpose == TO_WALK;
	const usec total = plan->config->total_timeout;

	plan->n_pdus = plan->config->pdus->len;
	plan->deadline = plan->begun + within(purpose == TO_SWITCH || purpose == TO_WALK
	                                              ? total
	                                              : MIN(STATUS_LIMIT, total));
	plan->lasts = purpose == TO_SWITCH ? MIN(DENIAL_LASTS, total / DENIAL_SHARE)
	                                   : DENIAL_LASTS_STATUS;
	plan->needs = feeds_needs(plan->config->map, plan->n_pdus, plan->node, !names_alone);
	if (purpose == TO_SWITCH)
		need_settled(plan);
	for (unsigned i = 0; i < plan->n_pdus; i++) {
		if (purpose == TO_SHOW || purpose == TO_SHOW_DETAILS)
			need_every_outlet(&plan->needs[i], purpose == TO_SHOW_DETAILS);
		if (purpose == TO_WALK)
			plan->needs[i].skip = i != plan->pdu;
	}
}

void plan_clear(struct plan *plan)
{
	if (plan->needs)
		feeds_needs_free(plan->needs, plan->n_pdus);
	plan->needs = NULL;
}
