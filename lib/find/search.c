/*
 * How a search begins, begins anew, and fails: see search.h. A definite no ends it only when it
 * has lasted; whatever is unclear is asked again until somebody's time is up.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "find/search.h"

#include "find/census.h"

#include <stddef.h>
#include <string.h>

#define PAUSE USEC_PER_SEC

void search_begin(struct search *search)
{
	memset(&search->found, 0, sizeof(*search) - offsetof(struct search, found));
	search->stage = search->need->skip ? NULL : &stage_identify;
	search->identity =
		identity_new(search->pdu, search->need, search->settings->v1, search->engine_id);
	search->census = census_new();
	search->found.outlets = outlets_new();
	search->table = table_new(search->pdu, search->label, search->settings->v1,
	                          search->settings->overhead, search->found.outlets, search->census,
	                          search->log);
}

void search_clear(struct search *search)
{
	search_forget(search);
	identity_free(search->identity);
	table_free(search->table);
	g_array_unref(search->census);
	g_array_unref(search->found.outlets);
	settle_anew(&search->settle);
	denial_clear(&search->denial);
	denial_clear(&search->no_alarms);
	g_free(search->obstacle);
	g_free(search->outcome.message);
}

void search_forget(struct search *search)
{
	struct pdu_outlets *found = &search->found;

	if (search->need->names)
		recall_take(search->recall, found->outlets, search->need->wanted);
	table_clear(search->table);
	g_array_set_size(search->census, 0);
	g_clear_pointer(&found->firmware, g_free);
	search->shown = false;
	alarms_clear(&found->alarms);
	g_clear_pointer(&found->who, g_free);
	found->whole = false;
}

void search_restart(struct search *search, usec when)
{
	search_forget(search);
	search->stage = &stage_identify;
	search->not_before = when;
}

void search_fail(struct search *search, enum trippsnmp_error error, const char *why)
{
	search->stage = NULL;
	g_free(search->outcome.message);
	search->outcome = failure(error, "%s: %s", search->label, why);
}

void search_again(struct search *search, usec when, char *obstacle)
{
	if (g_strcmp0(obstacle, search->obstacle))
		log_line(search->log, TRIPPSNMP_LOG_WARN, "%s: %s; trying again", search->label,
		         obstacle);
	g_free(search->obstacle);
	search->obstacle = obstacle;
	search->look.asked = 0;
	search_restart(search, when);
}

void search_unclear(struct search *search, usec now, char *obstacle)
{
	denial_clear(&search->denial);
	settle_anew(&search->settle);
	search_again(search, now + PAUSE, obstacle);
}

void search_deny(struct search *search, usec now, const char *why)
{
	if (denial_heard(&search->denial, why, now, search->settings->lasts)) {
		search_fail(search, TRIPPSNMP_ACCESS, why);
	} else {
		settle_anew(&search->settle);
		search_again(search, now + denial_pause(search->settings->lasts), g_strdup(why));
	}
}
