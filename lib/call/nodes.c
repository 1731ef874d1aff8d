/*
 * The public calls that say which nodes there are, and whether they have power, for plugin, agent
 * and tool. They switch nothing, and say off or on only of what was read so in one look.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "call/call.h"
#include "call/subject.h"
#include "call/survey.h"

/* --- list --- */

/* Of char *, lower-cased. */
static GPtrArray *map_names(const struct nodemap *map)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);

	for (unsigned i = 0; i < map->nodes->len; i++)
		g_ptr_array_add(names,
		                g_ascii_strdown(((struct node *)map->nodes->pdata[i])->name, -1));
	return names;
}

/* Logs which outlets of the node are main loads: whoever fences it should know what they cut. */
static void say_what_is_cut(const struct log *log, const struct node *node)
{
	for (unsigned i = 0; i < node->outlets->len; i++) {
		const struct outlet_ref *ref = node->outlets->pdata[i];

		if (outlet_ref_is_main(ref))
			log_line(log, TRIPPSNMP_LOG_INFO,
			         "node %s: %s cuts all that hangs on its device", node->name,
			         ref->text);
	}
}

static char **names_array(GPtrArray *names)
{
	g_ptr_array_add(names, NULL);
	return (char **)g_ptr_array_free(names, FALSE);
}

static struct outcome read_names(struct operation *operation, void *context)
{
	const struct outcome outcome = operation_look(operation, NULL, NULL);
	char ***nodes = context;

	if (!outcome.error)
		*nodes = names_array(survey_names(operation_seen(operation)));
	return outcome;
}

enum trippsnmp_error trippsnmp_list(trippsnmp *handle, char ***nodes)
{
	const struct nodemap *map = handle->config ? handle->config->map : NULL;
	const struct job job = { .purpose = TO_NAME };

	*nodes = NULL;
	if (!map || !map->nodes->len)
		return conclude(handle, call_perform(handle, job, read_names, nodes));
	for (unsigned i = 0; i < map->nodes->len; i++)
		say_what_is_cut(&handle->log, map->nodes->pdata[i]);
	*nodes = names_array(map_names(map));
	return conclude(handle, outcome_fine);
}

void trippsnmp_free_list(char **nodes)
{
	g_strfreev(nodes);
}

/* --- one node --- */

/* The state comes UNKNOWN. */
static struct outcome find_state(const GArray *feeds, enum trippsnmp_state *state)
{
	struct outcome doubt;

	for (unsigned i = 0; i < feeds->len; i++)
		if (feeds_at(feeds, i)->state == TRIPPSNMP_ON && !feed_doubtful(feeds_at(feeds, i)))
			*state = TRIPPSNMP_ON;
	if (*state == TRIPPSNMP_ON)
		return outcome_fine;
	doubt = feeds_doubt(feeds, false);
	*state = doubt.error ? TRIPPSNMP_UNKNOWN : TRIPPSNMP_OFF;
	return doubt;
}

static struct outcome judge_state(const struct look *look, void *context, bool *unclear)
{
	g_autoptr(GArray) feeds = feeds_new();
	const struct outcome outcome = feeds_find(look->view, look->job->node, feeds);
	enum trippsnmp_state *state = context;

	(void)unclear;
	*state = TRIPPSNMP_UNKNOWN;
	return outcome.error ? outcome : find_state(feeds, state);
}

static struct outcome read_state(struct operation *operation, void *state)
{
	return operation_look(operation, judge_state, state);
}

static enum trippsnmp_error state_of(trippsnmp *handle, subject_find find, const char *what,
                                     enum trippsnmp_state *state)
{
	struct subject subject;
	struct outcome outcome = find(&subject, handle, what);
	const struct job job = { .purpose = TO_READ,
		                 .config = subject.config,
		                 .node = subject.node };

	*state = TRIPPSNMP_UNKNOWN;
	if (!outcome.error)
		outcome = call_perform(handle, job, read_state, state);
	subject_clear(&subject);
	return conclude(handle, outcome);
}

enum trippsnmp_error trippsnmp_node_state(trippsnmp *handle, const char *node,
                                          enum trippsnmp_state *state)
{
	return state_of(handle, subject_of_node, node, state);
}

enum trippsnmp_error trippsnmp_outlets_state(trippsnmp *handle, const char *outlets,
                                             enum trippsnmp_state *state)
{
	return state_of(handle, subject_of_outlets, outlets, state);
}

/* --- all nodes --- */

/** What is known of a node. */
struct node_row {
	char *name;
	char *feeds; /* NULL: the PDUs could not be read */
	enum trippsnmp_state state;
	struct outcome outcome;
};

static void row_clear(void *data)
{
	struct node_row *row = data;

	g_free(row->name);
	g_free(row->feeds);
	g_free(row->outcome.message);
}

static struct node_row *row_at(const GArray *rows, unsigned i)
{
	return &g_array_index(rows, struct node_row, i);
}

/* One for each name, of which nothing is known. Takes over the names. */
static void name_rows(GArray *rows, GPtrArray *names)
{
	for (unsigned i = 0; i < names->len; i++) {
		const struct node_row row = { .name = g_strdup(names->pdata[i]) };

		g_array_append_val(rows, row);
	}
	g_ptr_array_unref(names);
}

static void fill_row(struct node_row *row, const struct feeds_view *view)
{
	g_autoptr(GArray) feeds = feeds_new();

	row->outcome = feeds_find(view, row->name, feeds);
	row->feeds = row->outcome.error ? g_strdup("") : feeds_text(feeds);
	if (!row->outcome.error)
		row->outcome = find_state(feeds, &row->state);
}

/* The first error of a node is the error of the call. */
static struct outcome judge_rows(const struct look *look, void *context, bool *unclear)
{
	const struct nodemap *map = look->job->config->map;
	GArray *rows = context;
	struct outcome first = outcome_fine;

	(void)unclear;
	g_array_set_size(rows, 0);
	name_rows(rows, map->nodes->len ? map_names(map) : survey_names(look));
	for (unsigned i = 0; i < rows->len; i++) {
		struct node_row *row = row_at(rows, i);

		fill_row(row, look->view);
		if (row->outcome.error && !first.error)
			first = failure(row->outcome.error, "node %s: %s", row->name,
			                row->outcome.message);
	}
	return first;
}

static struct outcome read_rows(struct operation *operation, void *rows)
{
	const struct outcome outcome = operation_look(operation, judge_rows, rows);

	/* the last look failed: states that an earlier one saw are not given */
	if (!operation_seen(operation))
		g_array_set_size(rows, 0);
	return outcome;
}

/* Free the rows with g_array_unref(). */
static GArray *all_rows(const trippsnmp *handle, struct outcome *outcome)
{
	GArray *rows = g_array_new(FALSE, FALSE, sizeof(struct node_row));

	g_array_set_clear_func(rows, row_clear);
	*outcome = call_perform(handle, (struct job){ .purpose = TO_READ }, read_rows, rows);
	if (!rows->len && handle->config)
		name_rows(rows, map_names(handle->config->map));
	return rows;
}

enum trippsnmp_error trippsnmp_node_states(trippsnmp *handle,
                                           void (*fn)(void *context, const char *node,
                                                      enum trippsnmp_state state),
                                           void *context)
{
	struct outcome outcome;
	g_autoptr(GArray) rows = all_rows(handle, &outcome);
	unsigned troubles = 0; /* the first is the error of the call */

	for (unsigned i = 0; i < rows->len; i++) {
		const struct node_row *row = row_at(rows, i);

		if (row->outcome.error && troubles++)
			log_line(&handle->log, TRIPPSNMP_LOG_WARN, "node %s: %s", row->name,
			         row->outcome.message);
	}
	for (unsigned i = 0; i < rows->len; i++)
		fn(context, row_at(rows, i)->name, row_at(rows, i)->state);
	return conclude(handle, outcome);
}

enum trippsnmp_error trippsnmp_nodes(trippsnmp *handle,
                                     void (*fn)(void *context, const struct trippsnmp_node *),
                                     void *context)
{
	struct outcome outcome;
	g_autoptr(GArray) rows = all_rows(handle, &outcome);

	for (unsigned i = 0; i < rows->len; i++) {
		const struct node_row *row = row_at(rows, i);
		const struct outcome *own = row->feeds ? &row->outcome : &outcome;

		fn(context, &(struct trippsnmp_node){
				    .name = row->name,
				    .feeds = row->feeds ? row->feeds : "",
				    .state = row->state,
				    .error = own->error,
				    .message = own->message ? own->message : "",
			    });
	}
	return conclude(handle, outcome);
}
