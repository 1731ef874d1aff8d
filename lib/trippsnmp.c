/*
 * The public API: a handle's parameters, and the operations put together from
 * the layers below. Nothing outlives a call but the configuration.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "trippsnmp.h"

#include "base/clock.h"
#include "base/text.h"
#include "call/operation.h"
#include "call/survey.h"
#include "call/walk.h"
#include "find/names.h"
#include "snmp/resolve.h"
#include "snmp/session.h"

#include <string.h>
#include <unistd.h>

/* Pacemaker's limit for a monitor is 20 s. */
#define STATUS_LIMIT (15 * USEC_PER_SEC)
/* RFC 2578 */
#define TAG_COUNTER32 65
#define TAG_COUNTER64 70

struct trippsnmp {
	char *values[PARAM_COUNT];
	char *shown[PARAM_COUNT]; /* what messages are to call them; NULL: their own names */
	char *outlets_shown;      /* likewise outlets that are given for one call */
	bool agent;               /* the agent's defaults count */
	struct config *config;    /* NULL until configured */
	const char **labels;      /* of the PDUs; the strings are the configuration's */
	struct log log;
	trippsnmp_progress_fn progress; /* NULL: nobody */
	void *progress_context;
	char *message;
};

/** One public call: the operation, and what carries it over the real network. */
struct call {
	struct operation *operation;
	GArray **addresses;
	struct network *session;
};

static const struct outcome fine = { TRIPPSNMP_OK, NULL };

/* --- the handle --- */

trippsnmp *trippsnmp_new(void)
{
	trippsnmp *handle = g_new0(trippsnmp, 1);

	handle->message = g_strdup("");
	return handle;
}

static void unconfigure(trippsnmp *handle)
{
	g_clear_pointer(&handle->config, config_free);
	g_clear_pointer(&handle->labels, g_free);
}

void trippsnmp_free(trippsnmp *handle)
{
	if (!handle)
		return;
	unconfigure(handle);
	for (unsigned i = 0; i < PARAM_COUNT; i++) {
		secret_free(handle->values[i]);
		g_free(handle->shown[i]);
	}
	g_free(handle->outlets_shown);
	g_free(handle->message);
	g_free(handle);
}

void trippsnmp_set_log(trippsnmp *handle, trippsnmp_log_fn fn, void *context)
{
	handle->log.fn = fn;
	handle->log.context = context;
}

void trippsnmp_set_progress(trippsnmp *handle, trippsnmp_progress_fn fn, void *context)
{
	handle->progress = fn;
	handle->progress_context = context;
}

const char *trippsnmp_message(const trippsnmp *handle)
{
	return handle->message;
}

/* Every public call ends here: one line at CRIT, before the code is returned. */
static enum trippsnmp_error conclude(trippsnmp *handle, struct outcome outcome)
{
	g_free(handle->message);
	handle->message = outcome.message ? outcome.message : g_strdup("");
	if (outcome.error)
		log_line(&handle->log, TRIPPSNMP_LOG_CRIT, "%s", handle->message);
	return outcome.error;
}

static enum trippsnmp_error conclude_text(trippsnmp *handle, enum trippsnmp_error error,
                                          const char *text)
{
	return conclude(handle, (struct outcome){ error, g_strdup(text) });
}

static enum trippsnmp_error unknown_parameter(trippsnmp *handle, const char *name)
{
	char *escaped = text_escape(name ? name : "", -1);
	const struct outcome outcome =
		failure(TRIPPSNMP_BADCONFIG, "%s: there is no such parameter", escaped);

	g_free(escaped);
	return conclude(handle, outcome);
}

enum trippsnmp_error trippsnmp_set(trippsnmp *handle, const char *name, const char *value)
{
	const struct param *row = name ? params_find(name) : NULL;

	if (!row)
		return unknown_parameter(handle, name);
	secret_free(handle->values[row->id]);
	handle->values[row->id] = g_strdup(value);
	return conclude(handle, fine);
}

#define OUTLETS "outlets"

enum trippsnmp_error trippsnmp_set_shown(trippsnmp *handle, const char *name, const char *shown)
{
	const struct param *row = name ? params_find(name) : NULL;
	char **place = row ? &handle->shown[row->id] : &handle->outlets_shown;

	if (!row && g_strcmp0(name, OUTLETS) != 0)
		return unknown_parameter(handle, name);
	g_free(*place);
	*place = shown && *shown ? text_escape(shown, -1) : NULL;
	return conclude(handle, fine);
}

static const char *outlets_shown(const trippsnmp *handle)
{
	return handle->outlets_shown ? handle->outlets_shown : OUTLETS;
}

void trippsnmp_use_agent_defaults(trippsnmp *handle)
{
	handle->agent = true;
}

static void warn_of_assumed(const trippsnmp *handle)
{
	const char *login = handle->values[PARAM_LOGIN];

	for (unsigned i = 0; i < PARAM_COUNT; i++) {
		const bool of_login = i == PARAM_SNMP_VERSION && login && *login;

		if (!handle->config->assumed[i])
			continue;
		log_line(&handle->log, TRIPPSNMP_LOG_WARN, "%s is not set: %s is assumed%s%s",
		         config_name(handle->config, i), params_row(i)->agent.default_,
		         of_login ? ", which makes no use of the " : "",
		         of_login ? config_name(handle->config, PARAM_LOGIN) : "");
	}
}

static void say_warnings(const trippsnmp *handle)
{
	const GPtrArray *warnings = handle->config->warnings;

	for (unsigned i = 0; warnings && i < warnings->len; i++)
		log_line(&handle->log, TRIPPSNMP_LOG_WARN, "%s", (char *)warnings->pdata[i]);
	warn_of_assumed(handle);
}

enum trippsnmp_error trippsnmp_configure(trippsnmp *handle)
{
	char *error = NULL;

	unconfigure(handle);
	handle->config = params_check_as((const char *const *)handle->values,
	                                 (const char *const *)handle->shown, handle->agent, &error);
	if (handle->config && !session_offers(handle->config, &error))
		unconfigure(handle);
	if (!handle->config)
		return conclude(handle, (struct outcome){ TRIPPSNMP_BADCONFIG, error });
	handle->labels = g_new0(const char *, handle->config->pdus->len);
	for (unsigned i = 0; i < handle->config->pdus->len; i++)
		handle->labels[i] = ((struct pdu_address *)handle->config->pdus->pdata[i])->label;
	say_warnings(handle);
	return conclude(handle, fine);
}

/* --- a call's frame --- */

/* config is the handle's, or one that differs from it in the map alone. */
static struct call call_new(const trippsnmp *handle, const struct config *config, const char *node,
                            bool status, usec limit)
{
	struct call call = { 0 };

	call.operation = operation_new(config, handle->labels, &handle->log, node, status,
	                               clock_now(), limit);
	operation_watch(call.operation, handle->progress, handle->progress_context);
	call.addresses = g_new0(GArray *, call.operation->n_pdus);
	return call;
}

static void call_clear(struct call *call)
{
	const unsigned n = call->operation->n_pdus;

	operation_free(call->operation);
	session_free(call->session);
	for (unsigned i = 0; i < n; i++)
		g_clear_pointer(&call->addresses[i], g_array_unref);
	g_free(call->addresses);
}

static bool any_refused(const struct operation *operation)
{
	for (unsigned i = 0; operation->running && i < operation->n_pdus; i++)
		if (operation->runner.exchanges[i].refusal)
			return true;
	return false;
}

/* A user who needs privacy is refused without it, in words that do not say so. */
static struct outcome explain_refusal(const struct operation *operation, struct outcome outcome)
{
	const struct config *config = operation->config;
	const bool auth = config->auth != AUTH_NONE;
	struct outcome explained;

	if (outcome.error != TRIPPSNMP_ACCESS || config->version != SNMP_V3 ||
	    config->priv != PRIV_NONE || !any_refused(operation))
		return outcome;
	explained = failure(TRIPPSNMP_ACCESS,
	                    "%s; SNMPv3 is used with %s: if the user needs %s, set %s%s"
	                    "snmp_priv_passwd",
	                    outcome.message, auth ? "authNoPriv" : "noAuthNoPriv",
	                    auth ? "authPriv" : "authNoPriv or authPriv",
	                    auth ? "" : config_name(config, PARAM_PASSWORD), auth ? "" : " and ");
	g_free(outcome.message);
	return explained;
}

/* Frees the call; the outcome comes back, with what is known of it besides. */
static struct outcome call_end(struct call *call, struct outcome outcome)
{
	const struct outcome explained = explain_refusal(call->operation, outcome);

	call_clear(call);
	return explained;
}

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
static struct outcome check_addresses(const struct call *call)
{
	const struct operation *operation = call->operation;

	for (unsigned i = 0; i < operation->n_pdus; i++)
		for (unsigned k = i + 1; k < operation->n_pdus; k++)
			if (share_address(call->addresses[i], call->addresses[k]))
				return failure(TRIPPSNMP_BADCONFIG,
				               "%s: %s and %s are one PDU: they have the same "
				               "address",
				               config_name(operation->config, PARAM_IPADDR),
				               operation->labels[i], operation->labels[k]);
	return fine;
}

static struct outcome resolve(const struct call *call)
{
	const struct operation *operation = call->operation;
	bool *wanted = g_new0(bool, operation->n_pdus);
	char *error;

	for (unsigned i = 0; i < operation->n_pdus; i++)
		wanted[i] = !operation->needs[i].skip;
	resolve_all(operation->config->pdus, wanted, operation->deadline, operation->log,
	            operation_watcher(call->operation), call->addresses, &error);
	g_free(wanted);
	if (error && operation_stopped(operation)) {
		g_free(error);
		return operation_stop("names were resolved");
	}
	if (error) {
		const struct outcome outcome =
			failure(TRIPPSNMP_ACCESS, "%s: %s",
		                config_name(operation->config, PARAM_IPADDR), error);

		g_free(error);
		return outcome;
	}
	return check_addresses(call);
}

static struct outcome call_open(struct call *call)
{
	struct operation *operation = call->operation;
	struct outcome outcome = resolve(call);
	char *error;

	if (outcome.error)
		return outcome;
	call->session = session_new(operation->config, call->addresses, operation->log, &error);
	if (!call->session)
		return (struct outcome){ TRIPPSNMP_BADCONFIG, error };
	operation_connect(operation, call->session,
	                  (uint32_t)operation->begun ^ ((uint32_t)getpid() << 16));
	return fine;
}

/* --- whose outlets --- */

/** What a call is about: a node, or outlets that are given for this call alone. */
struct subject {
	const char *node;     /* by this name the operation finds the outlets */
	char *shown;          /* as messages call it, escaped: "node db1", "plug 3,4" */
	struct config config; /* the handle's, with the given outlets in the map */
	struct nodemap map;
	struct node *given; /* NULL: a node */
};

static void subject_clear(struct subject *subject)
{
	if (subject->given)
		g_ptr_array_unref(subject->map.nodes);
	nodemap_free_node(subject->given);
	g_free(subject->shown);
}

/* What hostlist does not name needs no network to be refused. */
static struct outcome check_node(const struct config *config, const char *node)
{
	const GPtrArray *nodes = config->map->nodes;
	GPtrArray *names;
	char *shown, *hint;
	struct outcome outcome;

	if (!node || !*node)
		return failure(TRIPPSNMP_BADNODE, "no node is named");
	if (!nodes->len || nodemap_find(config->map, node))
		return fine;
	names = g_ptr_array_new();
	for (unsigned i = 0; i < nodes->len; i++)
		g_ptr_array_add(names, ((struct node *)nodes->pdata[i])->name);
	shown = text_escape(node, -1);
	hint = node_names_hint(names, "its nodes are", node);
	outcome = failure(TRIPPSNMP_BADNODE, "hostlist: it does not name node %s%s", shown, hint);
	g_free(shown);
	g_free(hint);
	g_ptr_array_unref(names);
	return outcome;
}

static struct outcome subject_of_node(struct subject *subject, const struct config *config,
                                      const char *node)
{
	char *escaped = text_escape(node ? node : "", -1);

	*subject = (struct subject){ .node = node, .config = *config };
	subject->shown = g_strdup_printf("node %s", escaped);
	g_free(escaped);
	return check_node(config, node);
}

/* NULL after an error. */
static struct node *parse_outlets(const trippsnmp *handle, const char *outlets, char **error)
{
	struct pdu_name *names = config_pdu_names(handle->config);
	struct node *node = nodemap_outlets(
		outlets ? outlets : "", names, handle->config->pdus->len,
		config_name(handle->config, PARAM_IPADDR), outlets_shown(handle), error);

	g_free(names);
	return node;
}

static struct outcome bad_outlets(const trippsnmp *handle, char *error)
{
	const struct outcome outcome =
		failure(TRIPPSNMP_BADCONFIG, "%s: %s", outlets_shown(handle), error);

	g_free(error);
	return outcome;
}

/* They come before the nodes of hostlist, so that none of these is found by their name. */
static struct outcome subject_of_outlets(struct subject *subject, const trippsnmp *handle,
                                         const char *outlets)
{
	const GPtrArray *nodes = handle->config->map->nodes;
	char *error = NULL;

	*subject = (struct subject){ .config = *handle->config };
	subject->given = parse_outlets(handle, outlets, &error);
	if (!subject->given)
		return bad_outlets(handle, error);
	subject->node = subject->given->name;
	subject->shown = g_strdup_printf("%s %s", outlets_shown(handle), subject->node);
	subject->map = *handle->config->map;
	subject->map.nodes = g_ptr_array_new();
	g_ptr_array_add(subject->map.nodes, subject->given);
	for (unsigned i = 0; i < nodes->len; i++)
		g_ptr_array_add(subject->map.nodes, nodes->pdata[i]);
	subject->config.map = &subject->map;
	return fine;
}

enum trippsnmp_error trippsnmp_check_node(trippsnmp *handle, const char *node)
{
	if (!handle->config)
		return conclude_text(handle, TRIPPSNMP_INVALID, "the handle is not configured");
	return conclude(handle, check_node(handle->config, node));
}

enum trippsnmp_error trippsnmp_check_outlets(trippsnmp *handle, const char *outlets)
{
	char *error = NULL;
	struct node *node;

	if (!handle->config)
		return conclude_text(handle, TRIPPSNMP_INVALID, "the handle is not configured");
	node = parse_outlets(handle, outlets, &error);
	nodemap_free_node(node);
	return conclude(handle, node ? fine : bad_outlets(handle, error));
}

const char *trippsnmp_node_outlets(const trippsnmp *handle, const char *node)
{
	const struct node *found =
		handle->config && node ? nodemap_find(handle->config->map, node) : NULL;

	return found ? found->list : NULL;
}

int trippsnmp_outlets_cover(const trippsnmp *handle, const char *outlets, const char *others)
{
	char *error = NULL;
	struct node *a, *b;
	bool covers;

	if (!handle->config)
		return 0;
	a = parse_outlets(handle, outlets, &error);
	g_clear_pointer(&error, g_free);
	b = parse_outlets(handle, others, &error);
	g_clear_pointer(&error, g_free);
	covers = a && b && nodemap_covers(a, b);
	nodemap_free_node(a);
	nodemap_free_node(b);
	return covers;
}

/* --- power --- */

/* Before anything of the subject is looked at. */
static struct outcome check_power(const trippsnmp *handle, enum trippsnmp_action action)
{
	if (!handle->config)
		return failure(TRIPPSNMP_INVALID, "the handle is not configured");
	if (!action_word(action))
		return failure(TRIPPSNMP_INVALID, "unknown action %d: on, off or reset",
		               (int)action);
	return fine;
}

/* The outcome so far is that of finding the subject. Ends the call. */
static enum trippsnmp_error power(trippsnmp *handle, enum trippsnmp_action action,
                                  struct subject *subject, struct outcome outcome)
{
	if (!outcome.error) {
		struct call call =
			call_new(handle, &subject->config, subject->node, false, USEC_NEVER);

		outcome = call_open(&call);
		if (!outcome.error)
			outcome = operation_power(call.operation, action, subject->shown);
		outcome = call_end(&call, outcome);
	}
	if (outcome.error && subject->shown) {
		char *bare = outcome.message;

		outcome.message = g_strdup_printf("%s of %s failed: %s", action_word(action),
		                                  subject->shown, bare);
		g_free(bare);
	}
	subject_clear(subject);
	return conclude(handle, outcome);
}

enum trippsnmp_error trippsnmp_power(trippsnmp *handle, enum trippsnmp_action action,
                                     const char *node)
{
	const struct outcome wrong = check_power(handle, action);
	struct subject subject;

	if (wrong.error)
		return conclude(handle, wrong);
	if (!node || !*node)
		return conclude(handle, check_node(handle->config, node));
	return power(handle, action, &subject, subject_of_node(&subject, handle->config, node));
}

enum trippsnmp_error trippsnmp_power_outlets(trippsnmp *handle, enum trippsnmp_action action,
                                             const char *outlets)
{
	const struct outcome wrong = check_power(handle, action);
	struct subject subject;

	if (wrong.error)
		return conclude(handle, wrong);
	return power(handle, action, &subject, subject_of_outlets(&subject, handle, outlets));
}

/* --- list --- */

static GPtrArray *map_names(const struct nodemap *map)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);

	for (unsigned i = 0; i < map->nodes->len; i++)
		g_ptr_array_add(names,
		                g_ascii_strdown(((struct node *)map->nodes->pdata[i])->name, -1));
	return names;
}

/* Whoever reads the list is to know which nodes are fenced together with whatever hangs there. */
static void say_what_is_cut(const trippsnmp *handle)
{
	const GPtrArray *nodes = handle->config->map->nodes;

	for (unsigned i = 0; i < nodes->len; i++) {
		const struct node *node = nodes->pdata[i];

		for (unsigned k = 0; k < node->outlets->len; k++) {
			const struct outlet_ref *ref = node->outlets->pdata[k];

			if (outlet_ref_is_main(ref))
				log_line(&handle->log, TRIPPSNMP_LOG_INFO,
				         "node %s: %s cuts all that hangs on its device",
				         node->name, ref->text);
		}
	}
}

static struct outcome judge_nothing(const struct operation *operation, void *context, bool *unclear)
{
	(void)operation;
	(void)context;
	(void)unclear;
	return fine;
}

/* All that the call needs, and nothing of it is judged. */
static struct outcome read_all(struct call *call)
{
	const struct outcome outcome = call_open(call);

	return outcome.error ? outcome : operation_look(call->operation, judge_nothing, NULL);
}

static char **names_array(GPtrArray *names)
{
	g_ptr_array_add(names, NULL);
	return (char **)g_ptr_array_free(names, FALSE);
}

enum trippsnmp_error trippsnmp_list(trippsnmp *handle, char ***nodes)
{
	struct outcome outcome;
	struct call call;

	*nodes = NULL;
	if (!handle->config)
		return conclude_text(handle, TRIPPSNMP_INVALID, "the handle is not configured");
	if (handle->config->map->nodes->len) {
		say_what_is_cut(handle);
		*nodes = names_array(map_names(handle->config->map));
		return conclude(handle, fine);
	}
	call = call_new(handle, handle->config, NULL, false, STATUS_LIMIT);
	outcome = read_all(&call);
	if (!outcome.error)
		*nodes = names_array(survey_names(call.operation));
	outcome = call_end(&call, outcome);
	return conclude(handle, outcome);
}

void trippsnmp_free_list(char **nodes)
{
	g_strfreev(nodes);
}

/* --- outlets --- */

/* The strings are in the chunk. */
static struct trippsnmp_outlet describe_outlet(const char *label, const struct outlet *outlet,
                                               GStringChunk *strings)
{
	char *name = text_escape(outlet->name ? outlet->name : "", -1);
	char *description = text_escape(outlet->description ? outlet->description : "", -1);
	const struct trippsnmp_outlet given = {
		.pdu = g_string_chunk_insert_const(strings, label),
		.family = outlet->id.family->name,
		.device = outlet->id.device,
		.number = outlet->id.number,
		.name = g_string_chunk_insert_const(strings, name),
		.description = g_string_chunk_insert_const(strings, description),
		.controllable = outlet->controllable == TRI_YES,
		.state = outlet->lost || outlet->alarmed ? TRIPPSNMP_UNKNOWN : outlet->state,
	};

	g_free(name);
	g_free(description);
	return given;
}

/* It reads each outlet there is; with details also what is only shown. */
static struct call call_for_all(const trippsnmp *handle, bool details)
{
	struct call call = call_new(handle, handle->config, NULL, true, STATUS_LIMIT);

	for (unsigned i = 0; i < call.operation->n_pdus; i++) {
		struct inventory_need *need = &call.operation->needs[i];

		need->table = need->names = need->mains = true;
		need->details = details;
	}
	return call;
}

static void give_outlets(const struct operation *operation, unsigned pdu,
                         void (*fn)(void *context, const struct trippsnmp_outlet *), void *context)
{
	const GArray *outlets = operation->found[pdu]->outlets;
	GStringChunk *strings = g_string_chunk_new(1024);

	for (unsigned i = 0; i < outlets->len; i++) {
		const struct trippsnmp_outlet given = describe_outlet(
			operation->labels[pdu], &g_array_index(outlets, struct outlet, i), strings);

		fn(context, &given);
	}
	g_string_chunk_free(strings);
}

enum trippsnmp_error trippsnmp_outlets(trippsnmp *handle,
                                       void (*fn)(void *context, const struct trippsnmp_outlet *),
                                       void *context)
{
	struct outcome outcome;
	struct call call;

	if (!handle->config)
		return conclude_text(handle, TRIPPSNMP_INVALID, "the handle is not configured");
	call = call_for_all(handle, false);
	outcome = read_all(&call);
	for (unsigned i = 0; !outcome.error && i < call.operation->n_pdus; i++)
		give_outlets(call.operation, i, fn, context);
	outcome = call_end(&call, outcome);
	return conclude(handle, outcome);
}

/* --- inventory --- */

struct trippsnmp_inventory {
	GArray *pdus;      /* of struct trippsnmp_pdu */
	GArray *outlets;   /* of struct trippsnmp_outlet */
	GArray *meters;    /* of struct trippsnmp_meter, of the same outlets */
	GPtrArray *models; /* of const char *, likewise */
	GStringChunk *strings;
	GArray *alarms; /* of struct trippsnmp_alarm */
};

static trippsnmp_inventory *shown_new(void)
{
	trippsnmp_inventory *inventory = g_new0(trippsnmp_inventory, 1);

	inventory->pdus = g_array_new(FALSE, FALSE, sizeof(struct trippsnmp_pdu));
	inventory->outlets = g_array_new(FALSE, FALSE, sizeof(struct trippsnmp_outlet));
	inventory->meters = g_array_new(FALSE, FALSE, sizeof(struct trippsnmp_meter));
	inventory->models = g_ptr_array_new();
	inventory->alarms = g_array_new(FALSE, FALSE, sizeof(struct trippsnmp_alarm));
	inventory->strings = g_string_chunk_new(4096);
	return inventory;
}

void trippsnmp_free_inventory(trippsnmp_inventory *inventory)
{
	if (!inventory)
		return;
	g_array_unref(inventory->pdus);
	g_array_unref(inventory->outlets);
	g_array_unref(inventory->meters);
	g_ptr_array_unref(inventory->models);
	g_array_unref(inventory->alarms);
	g_string_chunk_free(inventory->strings);
	g_free(inventory);
}

/* Escaped; text may be NULL. */
static char *keep_text(const trippsnmp_inventory *inventory, const char *text)
{
	char *escaped = text_escape(text ? text : "", -1);
	char *kept = g_string_chunk_insert_const(inventory->strings, escaped);

	g_free(escaped);
	return kept;
}

static const char *model_of(const struct pdu_outlets *found, const struct outlet *outlet)
{
	for (unsigned i = 0; i < found->models->len; i++) {
		const struct shown_model *model =
			&g_array_index(found->models, struct shown_model, i);

		if (model->family == family_owner(outlet->id.family) &&
		    model->device == outlet->id.device)
			return model->text;
	}
	return NULL;
}

static void show_alarms(trippsnmp_inventory *inventory, const char *label,
                        const struct alarms *alarms)
{
	for (unsigned i = 0; i < alarms_len(alarms); i++) {
		const struct alarm *alarm = alarms_at(alarms, i);
		char *what = objid_text(&alarm->what);
		const struct trippsnmp_alarm shown = {
			.pdu = g_string_chunk_insert_const(inventory->strings, label),
			.id = alarm->id,
			.what = g_string_chunk_insert_const(inventory->strings, what),
			.text = keep_text(inventory, alarm->text),
			.lost = alarm->lost,
		};

		g_array_append_val(inventory->alarms, shown);
		g_free(what);
	}
}

static void show_pdu(trippsnmp_inventory *inventory, const char *label,
                     const struct pdu_outlets *found)
{
	const struct trippsnmp_pdu pdu = {
		.name = g_string_chunk_insert_const(inventory->strings, label),
		.complete = found != NULL,
		.firmware = keep_text(inventory, found ? found->firmware : NULL),
	};

	g_array_append_val(inventory->pdus, pdu);
	for (unsigned i = 0; found && i < found->outlets->len; i++) {
		const struct outlet *outlet = &g_array_index(found->outlets, struct outlet, i);
		const struct trippsnmp_outlet shown =
			describe_outlet(label, outlet, inventory->strings);
		const struct trippsnmp_meter meter = { outlet->millivolts, outlet->milliamperes,
			                               outlet->watts };

		g_array_append_val(inventory->outlets, shown);
		g_array_append_val(inventory->meters, meter);
		g_ptr_array_add(inventory->models, keep_text(inventory, model_of(found, outlet)));
	}
	if (found)
		show_alarms(inventory, label, &found->alarms);
}

static trippsnmp_inventory *show_all(const struct operation *operation)
{
	trippsnmp_inventory *shown = shown_new();

	for (unsigned i = 0; i < operation->n_pdus; i++)
		show_pdu(shown, operation->labels[i],
		         inventory_has(operation->inventory, i)
		                 ? inventory_pdu(operation->inventory, i)
		                 : NULL);
	return shown;
}

enum trippsnmp_error trippsnmp_take_inventory(trippsnmp *handle, trippsnmp_inventory **inventory)
{
	struct outcome outcome;
	struct call call;

	*inventory = NULL;
	if (!handle->config)
		return conclude_text(handle, TRIPPSNMP_INVALID, "the handle is not configured");
	call = call_for_all(handle, true);
	outcome = read_all(&call);
	if (call.operation->inventory)
		*inventory = show_all(call.operation);
	outcome = call_end(&call, outcome);
	return conclude(handle, outcome);
}

const struct trippsnmp_pdu *trippsnmp_inventory_pdu(const trippsnmp_inventory *inventory,
                                                    unsigned i)
{
	return i < inventory->pdus->len ? &g_array_index(inventory->pdus, struct trippsnmp_pdu, i)
	                                : NULL;
}

const struct trippsnmp_outlet *trippsnmp_inventory_outlet(const trippsnmp_inventory *inventory,
                                                          unsigned i)
{
	return i < inventory->outlets->len
	               ? &g_array_index(inventory->outlets, struct trippsnmp_outlet, i)
	               : NULL;
}

const struct trippsnmp_meter *trippsnmp_inventory_meter(const trippsnmp_inventory *inventory,
                                                        unsigned i)
{
	return i < inventory->meters->len
	               ? &g_array_index(inventory->meters, struct trippsnmp_meter, i)
	               : NULL;
}

const char *trippsnmp_inventory_model(const trippsnmp_inventory *inventory, unsigned i)
{
	return i < inventory->models->len ? inventory->models->pdata[i] : NULL;
}

const struct trippsnmp_alarm *trippsnmp_inventory_alarm(const trippsnmp_inventory *inventory,
                                                        unsigned i)
{
	return i < inventory->alarms->len
	               ? &g_array_index(inventory->alarms, struct trippsnmp_alarm, i)
	               : NULL;
}

/* --- all objects --- */

/** The walk's caller. */
struct reader {
	void (*fn)(void *context, const struct trippsnmp_object *);
	void *context;
};

static void give_octets(const struct reader *reader, struct trippsnmp_object *object,
                        const struct varbind *varbind)
{
	gsize n;

	object->octets = g_bytes_get_data(varbind->octets, &n);
	if (!n)
		object->octets = (const unsigned char *)"";
	object->length = n;
	reader->fn(reader->context, object);
}

static void give_number(const struct reader *reader, struct trippsnmp_object *object,
                        const struct varbind *varbind)
{
	char text[32];

	g_snprintf(text, sizeof(text),
	           varbind->type == VALUE_OTHER ? "%" G_GUINT64_FORMAT : "%" G_GINT64_FORMAT,
	           varbind->number);
	object->value = text;
	reader->fn(reader->context, object);
}

static void give_object(void *context, const struct varbind *varbind)
{
	const struct reader *reader = context;
	char *name = objid_text(&varbind->name);
	struct trippsnmp_object object = { .name = name, .type = varbind->tag };
	char *value;
	gsize n;

	switch (varbind->type) {
	case VALUE_OBJID:
		object.value = g_bytes_get_data(varbind->octets, &n);
		value = g_strndup(object.value, n);
		object.value = value;
		reader->fn(reader->context, &object);
		g_free(value);
		break;
	case VALUE_NULL:
		object.value = "";
		reader->fn(reader->context, &object);
		break;
	case VALUE_INTEGER:
	case VALUE_UNSIGNED:
		give_number(reader, &object, varbind);
		break;
	case VALUE_OCTETS:
		give_octets(reader, &object, varbind);
		break;
	case VALUE_OTHER: /* one that is what it says it is has a tag that we know */
		if (varbind->octets)
			give_octets(reader, &object, varbind);
		else if (varbind->tag == TAG_COUNTER32 || varbind->tag == TAG_COUNTER64)
			give_number(reader, &object, varbind);
		break;
	case VALUE_NONE:
	case VALUE_ABSENT:
	case VALUE_END_OF_MIB:
	case VALUE_ERROR:
		break;
	}
	g_free(name);
}

static struct outcome walk(struct operation *operation, unsigned pdu, const struct objid *root,
                           const struct reader *reader)
{
	struct walk *walk =
		walk_new(pdu, operation->labels[pdu], root, operation->config->version == SNMP_V1,
	                 give_object, (void *)reader);
	const struct machine machine = walk_machine(walk);
	const bool ended = operation_run(operation, &machine);
	struct outcome outcome;

	if (ended)
		outcome = walk_outcome(walk);
	else if (operation_stopped(operation))
		outcome = operation_stop("objects were read");
	else if (runner_silent_pdu(&operation->runner) >= 0)
		outcome = operation_no_answer(operation, pdu);
	else
		outcome = failure(TRIPPSNMP_TIMEOUT,
		                  "%s: the time was up before all objects were read; "
		                  "total_timeout may be longer",
		                  operation->labels[pdu]);
	walk_free(walk);
	return outcome;
}

/* Dotted numbers. */
static bool parse_objid(const char *text, struct objid *name)
{
	char **parts = g_strsplit(text, ".", OBJID_MAX + 1);
	const unsigned n = g_strv_length(parts);
	bool ok = n >= 2 && n < OBJID_MAX;

	*name = (struct objid){ .n = 0 };
	for (unsigned i = 0; ok && i < n; i++) {
		guint64 id;

		ok = g_ascii_string_to_unsigned(parts[i], 10, 0, UINT32_MAX, &id, NULL);
		name->id[name->n++] = ok ? (uint32_t)id : 0;
	}
	g_strfreev(parts);
	return ok;
}

/* The PDU's place; the number of PDUs if there is none of that name. */
static unsigned find_pdu(const struct operation *operation, const char *pdu)
{
	unsigned i = 0;

	if (!pdu)
		return operation->n_pdus == 1 ? 0 : operation->n_pdus;
	while (i < operation->n_pdus && strcmp(operation->labels[i], pdu) != 0)
		i++;
	return i;
}

static struct outcome bad_pdu(const struct operation *operation, const char *pdu)
{
	char *escaped = text_escape(pdu ? pdu : "", -1);
	const char *ipaddr = config_name(operation->config, PARAM_IPADDR);
	const struct outcome outcome =
		pdu ? failure(TRIPPSNMP_INVALID, "%s has no %s", ipaddr, escaped)
		    : failure(TRIPPSNMP_INVALID, "%s has several PDUs: name one of them", ipaddr);

	g_free(escaped);
	return outcome;
}

enum trippsnmp_error trippsnmp_walk(trippsnmp *handle, const char *pdu, const char *root,
                                    void (*fn)(void *context, const struct trippsnmp_object *),
                                    void *context)
{
	const struct reader reader = { fn, context };
	struct outcome outcome = fine;
	struct objid name;
	struct call call;
	unsigned at;

	if (!handle->config)
		return conclude_text(handle, TRIPPSNMP_INVALID, "the handle is not configured");
	if (!root || !parse_objid(root, &name))
		return conclude_text(handle, TRIPPSNMP_INVALID, "root is not dotted numbers");
	call = call_new(handle, handle->config, NULL, false, handle->config->total_timeout);
	at = find_pdu(call.operation, pdu);
	for (unsigned i = 0; i < call.operation->n_pdus; i++)
		call.operation->needs[i].skip = i != at;
	if (at == call.operation->n_pdus)
		outcome = bad_pdu(call.operation, pdu);
	if (!outcome.error)
		outcome = call_open(&call);
	if (!outcome.error)
		outcome = walk(call.operation, at, &name, &reader);
	outcome = call_end(&call, outcome);
	return conclude(handle, outcome);
}

/* --- status --- */

static enum trippsnmp_error status(trippsnmp *handle, const struct config *config,
                                   struct outcome (*check)(struct operation *))
{
	struct call call = call_new(handle, config, NULL, true, STATUS_LIMIT);
	struct outcome outcome = call_open(&call);

	if (!outcome.error)
		outcome = check(call.operation);
	outcome = call_end(&call, outcome);
	return conclude(handle, outcome);
}

enum trippsnmp_error trippsnmp_status(trippsnmp *handle)
{
	if (!handle->config)
		return conclude_text(handle, TRIPPSNMP_INVALID, "the handle is not configured");
	return status(handle, handle->config, survey_status);
}

enum trippsnmp_error trippsnmp_outlets_status(trippsnmp *handle, const char *outlets)
{
	enum trippsnmp_error error;
	struct subject subject;
	struct outcome found;

	if (!handle->config)
		return conclude_text(handle, TRIPPSNMP_INVALID, "the handle is not configured");
	if (!outlets)
		return status(handle, handle->config, survey_pdus);
	found = subject_of_outlets(&subject, handle, outlets);
	error = found.error ? conclude(handle, found)
	                    : status(handle, &subject.config, survey_pdus);
	subject_clear(&subject);
	return error;
}

/* --- nodes' states --- */

/* The state comes UNKNOWN. */
static struct outcome judge_feeds(const GArray *feeds, enum trippsnmp_state *state)
{
	const struct feed *doubtful = NULL;

	for (unsigned i = 0; i < feeds->len; i++) {
		const struct feed *feed = &g_array_index(feeds, struct feed, i);

		if (feed->lost || feed->alarmed || feed->state == TRIPPSNMP_UNKNOWN)
			doubtful = feed;
		else if (feed->state == TRIPPSNMP_ON)
			*state = TRIPPSNMP_ON;
	}
	if (*state == TRIPPSNMP_ON)
		return fine;
	if (doubtful)
		return feed_doubt(doubtful);
	*state = TRIPPSNMP_OFF;
	return fine;
}

/* UNKNOWN on error. */
static struct outcome find_state(const struct operation *operation, const char *node,
                                 enum trippsnmp_state *state)
{
	GArray *feeds = feeds_new();
	struct outcome outcome = feeds_find(operation->view, node, feeds);

	*state = TRIPPSNMP_UNKNOWN;
	if (!outcome.error)
		outcome = judge_feeds(feeds, state);
	g_array_unref(feeds);
	return outcome;
}

static struct outcome judge_node_state(const struct operation *operation, void *context,
                                       bool *unclear)
{
	(void)unclear;
	return find_state(operation, operation->node, context);
}

/* The outcome so far is that of finding the subject. Ends the call. */
static enum trippsnmp_error read_state(trippsnmp *handle, struct subject *subject,
                                       struct outcome outcome, enum trippsnmp_state *state)
{
	if (!outcome.error) {
		struct call call =
			call_new(handle, &subject->config, subject->node, true, STATUS_LIMIT);

		outcome = call_open(&call);
		if (!outcome.error)
			outcome = operation_look(call.operation, judge_node_state, state);
		outcome = call_end(&call, outcome);
	}
	subject_clear(subject);
	return conclude(handle, outcome);
}

enum trippsnmp_error trippsnmp_node_state(trippsnmp *handle, const char *node,
                                          enum trippsnmp_state *state)
{
	struct subject subject;

	*state = TRIPPSNMP_UNKNOWN;
	if (!handle->config)
		return conclude_text(handle, TRIPPSNMP_INVALID, "the handle is not configured");
	return read_state(handle, &subject, subject_of_node(&subject, handle->config, node), state);
}

enum trippsnmp_error trippsnmp_outlets_state(trippsnmp *handle, const char *outlets,
                                             enum trippsnmp_state *state)
{
	struct subject subject;

	*state = TRIPPSNMP_UNKNOWN;
	if (!handle->config)
		return conclude_text(handle, TRIPPSNMP_INVALID, "the handle is not configured");
	return read_state(handle, &subject, subject_of_outlets(&subject, handle, outlets), state);
}

/** Of all nodes, in the same order. */
struct states {
	GPtrArray *names; /* of char * */
	GArray *states;   /* of enum trippsnmp_state */
};

/* All UNKNOWN. */
static void forget_states(struct states *all)
{
	g_array_set_size(all->states, 0);
	g_array_set_size(all->states, all->names->len);
}

/* The first trouble ends the call; what there is besides is said here. */
static struct outcome judge_states(const struct operation *operation, void *context, bool *unclear)
{
	struct states *all = context;
	struct outcome first = fine;

	(void)unclear;
	if (!operation->config->map->nodes->len) {
		g_ptr_array_unref(all->names);
		all->names = survey_names(operation);
	}
	g_array_set_size(all->states, all->names->len);
	for (unsigned i = 0; i < all->names->len; i++) {
		const char *node = all->names->pdata[i];
		struct outcome outcome = find_state(
			operation, node, &g_array_index(all->states, enum trippsnmp_state, i));

		if (outcome.error && first.error)
			log_line(operation->log, TRIPPSNMP_LOG_WARN, "node %s: %s", node,
			         outcome.message);
		else if (outcome.error)
			first = failure(outcome.error, "node %s: %s", node, outcome.message);
		g_free(outcome.message);
	}
	return first;
}

enum trippsnmp_error trippsnmp_node_states(trippsnmp *handle,
                                           void (*fn)(void *context, const char *node,
                                                      enum trippsnmp_state state),
                                           void *context)
{
	struct states all;
	struct outcome outcome;
	struct call call;

	if (!handle->config)
		return conclude_text(handle, TRIPPSNMP_INVALID, "the handle is not configured");
	all.names = map_names(handle->config->map);
	all.states = g_array_new(FALSE, TRUE, sizeof(enum trippsnmp_state));
	g_array_set_size(all.states, all.names->len); /* cleared: UNKNOWN */
	call = call_new(handle, handle->config, NULL, true, STATUS_LIMIT);
	outcome = call_open(&call);
	if (!outcome.error)
		outcome = operation_look(call.operation, judge_states, &all);
	if (!call.operation->view) /* the last look failed; what an earlier one saw is not said */
		forget_states(&all);
	outcome = call_end(&call, outcome);
	for (unsigned i = 0; i < all.names->len; i++)
		fn(context, all.names->pdata[i],
		   g_array_index(all.states, enum trippsnmp_state, i));
	g_array_unref(all.states);
	g_ptr_array_unref(all.names);
	return conclude(handle, outcome);
}

/** What is known of a node. */
struct node_row {
	char *name, *feeds;
	enum trippsnmp_state state;
	struct outcome outcome;
};

static void node_row_clear(void *data)
{
	struct node_row *row = data;

	g_free(row->name);
	g_free(row->feeds);
	g_free(row->outcome.message);
}

static struct node_row look_at_node(const struct operation *operation, const char *node)
{
	GArray *feeds = feeds_new();
	struct node_row row = { .name = g_strdup(node) };

	row.outcome = feeds_find(operation->view, node, feeds);
	row.feeds = row.outcome.error ? g_strdup("") : feeds_text(feeds);
	if (!row.outcome.error)
		row.outcome = judge_feeds(feeds, &row.state);
	g_array_unref(feeds);
	return row;
}

/* The first trouble is the call's. */
static struct outcome judge_nodes(const struct operation *operation, void *context, bool *unclear)
{
	GArray *rows = context; /* of struct node_row */
	GPtrArray *names = operation->config->map->nodes->len ? map_names(operation->config->map)
	                                                      : survey_names(operation);
	struct outcome first = fine;

	(void)unclear;
	g_array_set_size(rows, 0);
	for (unsigned i = 0; i < names->len; i++) {
		const struct node_row row = look_at_node(operation, names->pdata[i]);

		g_array_append_val(rows, row);
		if (row.outcome.error && !first.error)
			first = failure(row.outcome.error, "node %s: %s", row.name,
			                row.outcome.message);
	}
	g_ptr_array_unref(names);
	return first;
}

/* Where the PDUs could not be read: of each node of hostlist the same is known, nothing. */
static void no_nodes(const struct operation *operation, const struct outcome *outcome, GArray *rows)
{
	GPtrArray *names = map_names(operation->config->map);

	g_array_set_size(rows, 0);
	for (unsigned i = 0; i < names->len; i++) {
		const struct node_row row = {
			.name = g_strdup(names->pdata[i]),
			.feeds = g_strdup(""),
			.outcome = { outcome->error, g_strdup(outcome->message) },
		};

		g_array_append_val(rows, row);
	}
	g_ptr_array_unref(names);
}

enum trippsnmp_error trippsnmp_nodes(trippsnmp *handle,
                                     void (*fn)(void *context, const struct trippsnmp_node *),
                                     void *context)
{
	struct outcome outcome;
	struct call call;
	GArray *rows;

	if (!handle->config)
		return conclude_text(handle, TRIPPSNMP_INVALID, "the handle is not configured");
	rows = g_array_new(FALSE, FALSE, sizeof(struct node_row));
	g_array_set_clear_func(rows, node_row_clear);
	call = call_new(handle, handle->config, NULL, true, STATUS_LIMIT);
	outcome = call_open(&call);
	if (!outcome.error)
		outcome = operation_look(call.operation, judge_nodes, rows);
	if (outcome.error && !call.operation->view)
		no_nodes(call.operation, &outcome, rows);
	outcome = call_end(&call, outcome);
	for (unsigned i = 0; i < rows->len; i++) {
		const struct node_row *row = &g_array_index(rows, struct node_row, i);
		const struct trippsnmp_node node = {
			.name = row->name,
			.feeds = row->feeds,
			.state = row->state,
			.error = row->outcome.error,
			.message = row->outcome.message ? row->outcome.message : "",
		};

		fn(context, &node);
	}
	g_array_unref(rows);
	return conclude(handle, outcome);
}

/* --- words --- */

const char *trippsnmp_strerror(enum trippsnmp_error error)
{
	switch (error) {
	case TRIPPSNMP_OK:
		return "success";
	case TRIPPSNMP_BADCONFIG:
		return "bad configuration";
	case TRIPPSNMP_BADNODE:
		return "unknown node";
	case TRIPPSNMP_ACCESS:
		return "no access";
	case TRIPPSNMP_TIMEOUT:
		return "no answer in time";
	case TRIPPSNMP_POWER:
		return "power did not obey";
	case TRIPPSNMP_INVALID:
		return "invalid call";
	case TRIPPSNMP_INTERNAL:
		return "internal error";
	case TRIPPSNMP_STOPPED:
		return "stopped";
	}
	return "unknown error";
}

const char *trippsnmp_parameter(unsigned i)
{
	const struct param *row = params_row(i);

	return row ? row->name : NULL;
}

static struct trippsnmp_parameter describe(const struct param *row)
{
	const struct param_agent *agent = &row->agent;

	return (struct trippsnmp_parameter){
		.name = row->name,
		.type = row->type,
		.default_value = row->default_,
		.choices = row->choices,
		.required = row->required,
		.secret = row->secret,
		.shortdesc = row->shortdesc,
		.longdesc = row->longdesc,
		.agent_name = agent->name ? agent->name : row->name,
		.agent_obsolete = agent->obsolete,
		.agent_type = agent->type ? agent->type : row->type,
		.agent_default = agent->default_ ? agent->default_ : row->default_,
		.agent_letter = agent->letter,
		.agent_longdesc = agent->longdesc ? agent->longdesc : row->longdesc,
	};
}

const struct trippsnmp_parameter *trippsnmp_parameter_info(unsigned i)
{
	static gsize made;
	static struct trippsnmp_parameter rows[PARAM_COUNT];

	if (g_once_init_enter(&made)) {
		for (unsigned k = 0; k < PARAM_COUNT; k++)
			rows[k] = describe(params_row(k));
		g_once_init_leave(&made, 1);
	}
	return i < PARAM_COUNT ? &rows[i] : NULL;
}

const char *trippsnmp_parameters_xml(void)
{
	static gsize made;
	static char *xml;

	if (g_once_init_enter(&made)) {
		xml = params_xml();
		g_once_init_leave(&made, 1);
	}
	return xml;
}

const char *trippsnmp_version(void)
{
	return PACKAGE_VERSION;
}
