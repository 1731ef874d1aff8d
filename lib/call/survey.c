/*
 * Status and the names of nodes: see survey.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "call/survey.h"

#include "base/text.h"
#include "call/write_check.h"
#include "find/names.h"

static const struct outcome fine = { TRIPPSNMP_OK, NULL };

/* --- names --- */

/* doubtful: what stands before a NUL counts as well. */
static void add_text(struct node_names *names, const char *text, bool doubtful)
{
	char *part = doubtful ? text_doubtful_key(text) : NULL;

	node_names_add(names, text);
	if (part)
		node_names_add(names, part);
	g_free(part);
}

static GPtrArray *find_names(const struct operation *operation, bool doubtful)
{
	struct node_names names;

	node_names_init(&names);
	for (unsigned i = 0; i < operation->n_pdus; i++) {
		const GArray *outlets = operation->found[i]->outlets;

		for (unsigned k = 0; k < outlets->len; k++) {
			const struct outlet *outlet = &g_array_index(outlets, struct outlet, k);

			if (outlet->name)
				add_text(&names, outlet->name, doubtful);
			if (outlet->description)
				add_text(&names, outlet->description, doubtful);
		}
	}
	return node_names_finish(&names);
}

GPtrArray *survey_names(const struct operation *operation)
{
	return find_names(operation, false);
}

/* --- status --- */

/** What status found, for its INFO line. */
struct survey {
	bool nodes_needed; /* at least one, where the outlets' names are all there is */
	GArray *feeds;     /* of all nodes */
	unsigned nodes;
	unsigned writable; /* feeds with proven write access */
};

static struct outcome judge_feed(const struct feed *feed, bool *unclear)
{
	if (feed->state != TRIPPSNMP_UNKNOWN && !feed->lost && !feed->alarmed)
		return fine;
	*unclear = true;
	return feed_doubt(feed);
}

static bool feeds_on(const GArray *feeds, unsigned pdu)
{
	for (unsigned i = 0; i < feeds->len; i++)
		if (feeds_at(feeds, i)->id.pdu == pdu)
			return true;
	return false;
}

static void warn_of_missing_pdus(const struct operation *operation, const char *node,
                                 const GArray *feeds)
{
	GString *missing = g_string_new(NULL);

	for (unsigned i = 0; i < operation->n_pdus; i++)
		if (!feeds_on(feeds, i))
			g_string_append_printf(missing, "%s%s", missing->len ? ", " : "",
			                       operation->labels[i]);
	if (missing->len)
		log_line(operation->log, TRIPPSNMP_LOG_WARN,
		         "node %s: no outlet of %s has its name; a feed there would stay on", node,
		         missing->str);
	g_string_free(missing, TRUE);
}

static void say_what_is_cut(const struct operation *operation, const GArray *feeds)
{
	for (unsigned i = 0; i < feeds->len; i++) {
		const struct feed *feed = feeds_at(feeds, i);

		if (feed->id.number == TRIPPSNMP_MAIN)
			log_line(operation->log, TRIPPSNMP_LOG_INFO,
			         "%s cuts all that hangs on its device", feed->text);
	}
}

static struct outcome survey_node(const struct operation *operation, const char *node,
                                  const char *given_as, bool by_name, struct survey *survey,
                                  bool *unclear)
{
	GArray *feeds = feeds_new();
	struct outcome outcome = feeds_find(operation->view, node, feeds);
	char *text = feeds_text(feeds);

	for (unsigned i = 0; !outcome.error && i < feeds->len; i++)
		outcome = judge_feed(feeds_at(feeds, i), unclear);
	if (!outcome.error) {
		log_line(operation->log, TRIPPSNMP_LOG_INFO, "%s %s: fed by %s",
		         given_as ? given_as : "node", node, text);
		say_what_is_cut(operation, feeds);
		if (by_name)
			warn_of_missing_pdus(operation, node, feeds);
		survey->nodes++;
		for (unsigned i = 0; i < feeds->len; i++) {
			struct feed *feed = feeds_at(feeds, i);

			g_array_append_vals(survey->feeds, feed, 1);
			feed->text = feed->name_key = feed->odd = NULL; /* moved */
		}
	}
	g_free(text);
	g_array_unref(feeds);
	return outcome;
}

static struct outcome survey_map(const struct operation *operation, struct survey *survey,
                                 bool *unclear)
{
	const GPtrArray *nodes = operation->config->map->nodes;
	const bool given = ((const struct node *)nodes->pdata[0])->given_as != NULL;
	struct outcome outcome = fine;

	for (unsigned i = 0; !outcome.error && i < nodes->len; i++) {
		const struct node *node = nodes->pdata[i];

		if (given && !node->given_as)
			continue;
		outcome = survey_node(operation, node->name, node->given_as, !node->outlets->len,
		                      survey, unclear);
	}
	return outcome;
}

#define NOBODY                                                                                     \
	"no node can be fenced: no outlet has a node's name (one such as \"Load 3\" never is "     \
	"one); "                                                                                   \
	"write a hostlist, or name outlets in the PDU after the nodes that they feed"

/* Where names are needed, one node at least must be found by them. */
static struct outcome judge_named(const struct operation *operation, const struct survey *survey,
                                  unsigned names)
{
	if (survey->nodes)
		return fine;
	if (survey->nodes_needed && names)
		return failure(
			TRIPPSNMP_BADNODE,
			"no node can be fenced: of %u name%s that outlets have, none is one of "
			"outlets that can be switched; each has its reason as a warning",
			names, names == 1 ? "" : "s");
	if (survey->nodes_needed)
		return failure(TRIPPSNMP_BADNODE, "%s", NOBODY);
	if (!names)
		log_line(operation->log, TRIPPSNMP_LOG_WARN,
		         "no outlet has a node's name (one such as \"Load 3\" never is one): "
		         "without a "
		         "hostlist, only outlets that are named one by one can be switched");
	return fine;
}

/* One outlet that is called as one node and described as another one: both may be meant. */
static void warn_of_two_nodes(const struct operation *operation, unsigned pdu,
                              const struct outlet *outlet)
{
	struct node_names names;
	GPtrArray *nodes;

	node_names_init(&names);
	node_names_add(&names, outlet->name);
	node_names_add(&names, outlet->description);
	nodes = node_names_finish(&names);
	if (nodes->len == 2 && outlet->controllable == TRI_YES)
		log_line(operation->log, TRIPPSNMP_LOG_WARN,
		         "outlet %u.%u of %s has the name %s and the description %s: if both are "
		         "nodes, fencing one cuts the other; write a hostlist",
		         outlet->id.device, outlet->id.number, operation->labels[pdu],
		         (char *)nodes->pdata[0], (char *)nodes->pdata[1]);
	g_ptr_array_unref(nodes);
}

static void warn_of_outlets_of_two(const struct operation *operation)
{
	for (unsigned i = 0; i < operation->n_pdus; i++) {
		const GArray *outlets = operation->found[i]->outlets;

		for (unsigned k = 0; k < outlets->len; k++)
			warn_of_two_nodes(operation, i, &g_array_index(outlets, struct outlet, k));
	}
}

/* Without a map any name may be a node's or not: what is odd is said, not failed. */
static struct outcome survey_named(const struct operation *operation, struct survey *survey)
{
	GPtrArray *names = find_names(operation, true);
	struct outcome judged;

	for (unsigned i = 0; i < names->len; i++) {
		bool unclear = false;
		struct outcome outcome =
			survey_node(operation, names->pdata[i], NULL, true, survey, &unclear);

		if (outcome.error)
			log_line(operation->log, TRIPPSNMP_LOG_WARN,
			         "node %s could not be fenced: %s", (char *)names->pdata[i],
			         outcome.message);
		g_free(outcome.message);
	}
	warn_of_outlets_of_two(operation);
	judged = judge_named(operation, survey, names->len);
	g_ptr_array_unref(names);
	return judged;
}

static bool has_outlets(const struct pdu_outlets *found, enum tristate controllable)
{
	for (unsigned i = 0; i < found->outlets->len; i++)
		if (g_array_index(found->outlets, struct outlet, i).controllable == controllable)
			return true;
	return false;
}

/* Main loads may be all that can be switched, and were not read if the map has none of them. */
static const char *main_hint(const struct operation *operation, unsigned pdu)
{
	if (operation->needs[pdu].mains)
		return "";
	return "; its main load may be (main in hostlist), which cuts all that hangs on it";
}

static struct outcome survey_devices(const struct operation *operation, bool *unclear)
{
	for (unsigned i = 0; i < operation->n_pdus; i++) {
		const struct pdu_outlets *found = operation->found[i];

		if (!found->whole || has_outlets(found, TRI_YES))
			continue;
		*unclear = has_outlets(found, TRI_UNKNOWN);
		return failure(TRIPPSNMP_ACCESS, "%s: none of its %u outlets %s%s",
		               operation->labels[i], found->outlets->len,
		               *unclear ? "says that it is controllable" : "is controllable",
		               *unclear ? "" : main_hint(operation, i));
	}
	return fine;
}

static struct outcome judge_status(const struct operation *operation, void *context, bool *unclear)
{
	struct survey *survey = context;
	struct outcome outcome = survey_devices(operation, unclear);

	g_array_set_size(survey->feeds, 0);
	survey->nodes = 0;
	if (!outcome.error && operation->config->map->nodes->len)
		return survey_map(operation, survey, unclear);
	return outcome.error ? outcome : survey_named(operation, survey);
}

/* Why the time was too short to check write access. */
static struct outcome write_unchecked(const struct operation *operation)
{
	const int silent = runner_silent_pdu(&operation->runner);
	const char *misfit = silent < 0 ? NULL : operation->runner.exchanges[silent].misfit;

	if (silent < 0)
		return failure(TRIPPSNMP_TIMEOUT,
		               "the time was up before all outlets were checked for write access");
	if (misfit)
		return failure(TRIPPSNMP_TIMEOUT,
		               "%s: answered readings, but %s, which proves no write access; look "
		               "for newer firmware of its card",
		               operation->labels[silent], misfit);
	return failure(TRIPPSNMP_TIMEOUT,
	               "%s: answered readings, and does not answer a SET: check that the "
	               "community or user may write",
	               operation->labels[silent]);
}

static struct outcome check_write(struct operation *operation, struct survey *survey)
{
	struct write_check *check =
		write_check_new(operation->n_pdus, operation->labels, survey->feeds,
	                        operation->config->version == SNMP_V1, operation->log);
	const struct machine machine = write_check_machine(check);
	struct outcome outcome;

	if (operation_run(operation, &machine)) {
		outcome = write_check_outcome(check);
		survey->writable = write_check_proven(check);
	} else if (operation_stopped(operation)) {
		outcome = operation_stop("write access was checked");
	} else {
		outcome = write_unchecked(operation);
	}
	write_check_free(check);
	return outcome;
}

static void log_checked(const struct operation *operation, const struct survey *survey)
{
	char *write =
		operation->config->check_write
			? g_strdup_printf(", write access proven on %u of them", survey->writable)
			: g_strdup("");

	log_line(operation->log, TRIPPSNMP_LOG_INFO,
	         "status: %u PDU%s answered, %u outlet%s of %u node%s checked%s, %u requests",
	         operation->n_pdus, operation->n_pdus == 1 ? "" : "s", survey->feeds->len,
	         survey->feeds->len == 1 ? "" : "s", survey->nodes, survey->nodes == 1 ? "" : "s",
	         write, runner_requests(&operation->runner));
	g_free(write);
}

/* Those that keep no node from being fenced, or this would not be reached. */
static void log_alarms(const struct operation *operation)
{
	for (unsigned i = 0; i < operation->n_pdus; i++) {
		const struct alarms *alarms = &operation->found[i]->alarms;
		const unsigned n = alarms_len(alarms);
		char *text = alarms_text(alarms);

		if (n)
			log_line(operation->log, TRIPPSNMP_LOG_INFO, "%s: %u active alarm%s: %s",
			         operation->labels[i], n, n == 1 ? "" : "s", text);
		g_free(text);
	}
}

static struct outcome survey(struct operation *operation, bool nodes_needed)
{
	struct survey survey = { .nodes_needed = nodes_needed, .feeds = feeds_new() };
	struct outcome outcome = operation_look(operation, judge_status, &survey);

	if (!outcome.error && operation->config->check_write)
		outcome = check_write(operation, &survey);
	if (!outcome.error) {
		log_alarms(operation);
		log_checked(operation, &survey);
	}
	g_array_unref(survey.feeds);
	return outcome;
}

struct outcome survey_status(struct operation *operation)
{
	return survey(operation, true);
}

struct outcome survey_pdus(struct operation *operation)
{
	return survey(operation, false);
}
