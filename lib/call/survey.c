/*
 * See survey.h; and the public calls for status.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "call/survey.h"

#include "base/text.h"
#include "call/call.h"
#include "call/subject.h"
#include "call/write_check.h"
#include "find/names.h"

GPtrArray *survey_names(const struct look *look)
{
	return node_names(look->found, look->job->n_pdus, false);
}

/* --- nodes --- */

/** What status found. */
struct survey {
	bool nodes_needed; /* at least one, where the outlets' names are all there is */
	GArray *feeds;     /* of all nodes */
	unsigned nodes;
	unsigned writable; /* feeds with proven write access */
};

static bool feeds_on(const GArray *feeds, unsigned pdu)
{
	for (unsigned i = 0; i < feeds->len; i++)
		if (feeds_at(feeds, i)->id.pdu == pdu)
			return true;
	return false;
}

static void warn_of_missing_pdus(const struct job *job, const char *node, const GArray *feeds)
{
	g_autoptr(GString) missing = g_string_new(NULL);

	for (unsigned i = 0; i < job->n_pdus; i++)
		if (!feeds_on(feeds, i))
			g_string_append_printf(missing, "%s%s", missing->len ? ", " : "",
			                       job->labels[i]);
	if (missing->len)
		log_line(job->log, TRIPPSNMP_LOG_WARN,
		         "node %s: no outlet of %s has its name; a feed there would stay on", node,
		         missing->str);
}

/* One node that could be fenced. Its feeds are moved. */
static void count_node(struct survey *survey, const struct log *log, GArray *feeds)
{
	survey->nodes++;
	for (unsigned i = 0; i < feeds->len; i++)
		if (feeds_at(feeds, i)->id.number == TRIPPSNMP_MAIN)
			log_line(log, TRIPPSNMP_LOG_INFO, "%s cuts all that hangs on its device",
			         feeds_at(feeds, i)->text);
	g_array_append_vals(survey->feeds, feeds->data, feeds->len);
	g_array_set_clear_func(feeds, NULL);
}

static struct outcome survey_node(const struct look *look, const char *node, const char *given_as,
                                  bool by_name, struct survey *survey, bool *unclear)
{
	const struct log *log = look->job->log;
	g_autoptr(GArray) feeds = feeds_new();
	struct outcome outcome = feeds_find(look->view, node, feeds);
	g_autofree char *text = feeds_text(feeds);

	if (outcome.error)
		return outcome;
	outcome = feeds_doubt(feeds, false);
	*unclear = outcome.error != TRIPPSNMP_OK;
	if (outcome.error)
		return outcome;
	log_line(log, TRIPPSNMP_LOG_INFO, "%s %s: fed by %s", given_as ? given_as : "node", node,
	         text);
	if (by_name)
		warn_of_missing_pdus(look->job, node, feeds);
	count_node(survey, log, feeds);
	return outcome_fine;
}

static struct outcome survey_map(const struct look *look, struct survey *survey, bool *unclear)
{
	const GPtrArray *nodes = look->job->config->map->nodes;
	const bool given = ((const struct node *)nodes->pdata[0])->given_as;
	struct outcome outcome = outcome_fine;

	for (unsigned i = 0; !outcome.error && i < nodes->len; i++) {
		const struct node *node = nodes->pdata[i];

		if (!given || node->given_as)
			outcome = survey_node(look, node->name, node->given_as, !node->outlets->len,
			                      survey, unclear);
	}
	return outcome;
}

/* Where names are needed, one node at least must be found by them. */
static struct outcome judge_named(const struct log *log, const struct survey *survey,
                                  unsigned names)
{
	if (survey->nodes)
		return outcome_fine;
	if (survey->nodes_needed && names)
		return failure(
			TRIPPSNMP_BADNODE,
			"no node can be fenced: of %u name%s that outlets have, none is one of "
			"outlets that can be switched; each has its reason as a warning",
			names, names == 1 ? "" : "s");
	if (survey->nodes_needed)
		return failure(TRIPPSNMP_BADNODE,
		               "no node can be fenced: no outlet has a node's name (one such as "
		               "\"Load 3\" never is one); write a hostlist, or name outlets in the "
		               "PDU after the nodes that they feed");
	if (!names)
		log_line(log, TRIPPSNMP_LOG_WARN,
		         "no outlet has a node's name (one such as \"Load 3\" never is one): "
		         "without a hostlist, only outlets that are named one by one can be "
		         "switched");
	return outcome_fine;
}

/*
 * One outlet that is called as one node and described as another one: both may be meant, where
 * one of them stands at another outlet too, and so is a node's name.
 */
static void warn_of_two_nodes(const struct look *look, const struct outlet *outlet)
{
	g_autofree char *name = node_name(outlet->name);
	g_autofree char *description = node_name(outlet->description);

	if (name && description && !text_same_name(name, description) &&
	    outlet->controllable == TRI_YES &&
	    (feeds_called(look->view, name) > 1 || feeds_called(look->view, description) > 1))
		log_line(look->job->log, TRIPPSNMP_LOG_WARN,
		         "outlet %u.%u of %s has the name %s and the description %s: if both are "
		         "nodes, fencing one cuts the other; write a hostlist",
		         outlet->id.device, outlet->id.number, look->job->labels[outlet->id.pdu],
		         name, description);
}

/* Without a map any name may be a node's or not: what is odd is said, not failed. */
static struct outcome survey_named(const struct look *look, struct survey *survey)
{
	g_autoptr(GPtrArray) names = node_names(look->found, look->job->n_pdus, true);

	for (unsigned i = 0; i < names->len; i++) {
		const char *node = names->pdata[i];
		bool unclear = false;
		struct outcome outcome = survey_node(look, node, NULL, true, survey, &unclear);

		if (outcome.error)
			log_line(look->job->log, TRIPPSNMP_LOG_WARN,
			         "node %s could not be fenced: %s", node, outcome.message);
		g_free(outcome.message);
	}
	for (unsigned i = 0; i < look->job->n_pdus; i++)
		for (unsigned k = 0; k < look->found[i]->outlets->len; k++)
			warn_of_two_nodes(look, outlets_at(look->found[i]->outlets, k));
	return judge_named(look->job->log, survey, names->len);
}

/* --- devices --- */

static bool has_outlets(const struct pdu_outlets *found, enum tristate controllable)
{
	for (unsigned i = 0; i < found->outlets->len; i++)
		if (outlets_at(found->outlets, i)->controllable == controllable)
			return true;
	return false;
}

/* Main loads may be all that can be switched, and were not read if the map has none of them. */
#define MAIN_HINT "; its main load may be (main in hostlist), which cuts all that hangs on it"

static struct outcome survey_devices(const struct look *look, bool *unclear)
{
	const struct job *job = look->job;

	for (unsigned i = 0; i < job->n_pdus; i++) {
		const struct pdu_outlets *found = look->found[i];

		if (!found->whole || has_outlets(found, TRI_YES))
			continue;
		*unclear = has_outlets(found, TRI_UNKNOWN);
		return failure(TRIPPSNMP_ACCESS, "%s: none of its %u outlets %s%s", job->labels[i],
		               found->outlets->len,
		               *unclear ? "says that it is controllable" : "is controllable",
		               *unclear || job->needs[i].mains ? "" : MAIN_HINT);
	}
	return outcome_fine;
}

static struct outcome judge_status(const struct look *look, void *context, bool *unclear)
{
	struct survey *survey = context;
	const struct outcome outcome = survey_devices(look, unclear);

	g_array_set_size(survey->feeds, 0);
	survey->nodes = 0;
	if (outcome.error)
		return outcome;
	return look->job->config->map->nodes->len ? survey_map(look, survey, unclear)
	                                          : survey_named(look, survey);
}

/* --- write access --- */

/* Why the time was too short to check it. */
static struct outcome write_unchecked(const struct operation *operation)
{
	const struct runner *runner = &operation->runner;
	const int silent = runner_silent_pdu(runner);
	const char *misfit = silent < 0 ? NULL : runner_misfit(runner, (unsigned)silent);
	const char *label = silent < 0 ? NULL : operation->job->labels[silent];

	if (!label)
		return failure(TRIPPSNMP_TIMEOUT,
		               "the time was up before all outlets were checked for write access");
	if (misfit)
		return failure(TRIPPSNMP_TIMEOUT,
		               "%s: answered readings, but %s, which proves no write access; look "
		               "for newer firmware of its card",
		               label, misfit);
	return failure(TRIPPSNMP_TIMEOUT,
	               "%s: answered readings, and does not answer a SET: check that the "
	               "community or user may write",
	               label);
}

static struct outcome check_write(struct operation *operation, struct survey *survey)
{
	const struct job *job = operation->job;
	struct write_check *check = write_check_new(job->n_pdus, job->labels, survey->feeds,
	                                            job->config->version == SNMP_V1, job->log);
	const struct machine machine = write_check_machine(check);
	struct outcome outcome;

	if (operation_run(operation, &machine))
		outcome = write_check_outcome(check);
	else if (operation_stopped(operation))
		outcome = failure(TRIPPSNMP_STOPPED, "stopped while write access was checked");
	else
		outcome = write_unchecked(operation);
	survey->writable = write_check_proven(check);
	write_check_free(check);
	return outcome;
}

/* --- status --- */

/* These keep no node from being fenced: any that did has failed the call before. */
static void log_alarms(const struct look *look)
{
	for (unsigned i = 0; i < look->job->n_pdus; i++) {
		const struct alarms *alarms = &look->found[i]->alarms;
		const unsigned n = alarms_len(alarms);
		g_autofree char *text = alarms_text(alarms);

		if (n)
			log_line(look->job->log, TRIPPSNMP_LOG_INFO, "%s: %u active alarm%s: %s",
			         look->job->labels[i], n, n == 1 ? "" : "s", text);
	}
}

static void log_checked(const struct operation *operation, const struct survey *survey)
{
	const struct job *job = operation->job;
	const unsigned outlets = survey->feeds->len;
	g_autofree char *write =
		g_strdup_printf(", write access proven on %u of them", survey->writable);

	log_line(job->log, TRIPPSNMP_LOG_INFO,
	         "status: %u PDU%s answered, %u outlet%s of %u node%s checked%s, %u requests",
	         job->n_pdus, job->n_pdus == 1 ? "" : "s", outlets, outlets == 1 ? "" : "s",
	         survey->nodes, survey->nodes == 1 ? "" : "s",
	         job->config->check_write ? write : "", runner_requests(&operation->runner));
}

static struct outcome survey(struct operation *operation, bool nodes_needed)
{
	g_autoptr(GArray) feeds = feeds_new();
	struct survey survey = { .nodes_needed = nodes_needed, .feeds = feeds };
	struct outcome outcome = operation_look(operation, judge_status, &survey);

	if (!outcome.error && operation->job->config->check_write)
		outcome = check_write(operation, &survey);
	if (!outcome.error) {
		log_alarms(operation_seen(operation));
		log_checked(operation, &survey);
	}
	return outcome;
}

struct outcome survey_status(struct operation *operation, void *unused)
{
	(void)unused;
	return survey(operation, true);
}

struct outcome survey_pdus(struct operation *operation, void *unused)
{
	(void)unused;
	return survey(operation, false);
}

enum trippsnmp_error trippsnmp_status(trippsnmp *handle)
{
	const struct job job = { .purpose = TO_READ };

	return conclude(handle, call_perform(handle, job, survey_status, NULL));
}

enum trippsnmp_error trippsnmp_outlets_status(trippsnmp *handle, const char *outlets)
{
	struct subject subject = { 0 };
	struct outcome outcome =
		outlets ? subject_of_outlets(&subject, handle, outlets) : outcome_fine;
	const struct job job = { .purpose = TO_READ, .config = subject.config };

	if (!outcome.error)
		outcome = call_perform(handle, job, survey_pdus, NULL);
	subject_clear(&subject);
	return conclude(handle, outcome);
}
