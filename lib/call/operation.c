/*
 * An operation over any network: see operation.h. The clock is the network's.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "call/operation.h"

#include "base/clock.h"
#include "power/power.h"

/* What the SNMP versions add to an answer, bytes. */
#define OVERHEAD_COMMUNITY 40
#define OVERHEAD_V3 140

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
static void need_settled(struct operation *operation)
{
	const struct node *node = nodemap_find(operation->config->map, operation->node);
	const bool all = !node || !node->outlets->len;

	for (unsigned i = 0; all && i < operation->n_pdus; i++)
		operation->needs[i].settled = true;
	for (unsigned i = 0; node && i < node->outlets->len; i++) {
		const struct outlet_ref *ref = node->outlets->pdata[i];

		if (!ref->number || (outlet_ref_is_main(ref) && operation->needs[ref->pdu].names))
			operation->needs[ref->pdu].settled = true;
	}
}

struct operation *operation_new(const struct config *config, const char *const *labels,
                                const struct log *log, const char *node, bool status, usec begun,
                                usec limit)
{
	struct operation *operation = g_new0(struct operation, 1);

	operation->lasts = limit == USEC_NEVER
	                           ? MIN(DENIAL_LASTS, config->total_timeout / DENIAL_SHARE)
	                           : DENIAL_LASTS_STATUS;
	operation->config = config;
	operation->labels = labels;
	operation->n_pdus = config->pdus->len;
	operation->log = log;
	operation->node = node;
	operation->begun = begun;
	operation->deadline = begun + within(MIN(limit, config->total_timeout));
	operation->needs = feeds_needs(config->map, operation->n_pdus, node, status);
	operation->found = g_new0(const struct pdu_outlets *, operation->n_pdus);
	if (limit == USEC_NEVER)
		need_settled(operation);
	return operation;
}

static bool tell(void *context, const char *doing)
{
	const struct operation *operation = context;
	const struct runner *runner = operation->running ? &operation->runner : NULL;
	const usec at = runner ? runner->network->now(runner->network) : clock_now();
	const struct trippsnmp_progress progress = {
		.doing = doing,
		.seconds = (double)(at - operation->begun) / (double)USEC_PER_SEC,
		.limit = (double)(operation->deadline - operation->begun) / (double)USEC_PER_SEC,
		.requests = runner ? runner_requests(runner) : 0,
	};

	return !operation->progress(operation->progress_context, &progress);
}

void operation_watch(struct operation *operation, trippsnmp_progress_fn fn, void *context)
{
	operation->progress = fn;
	operation->progress_context = context;
	operation->watch = (struct watch){ .tell = tell, .context = operation };
}

struct watch *operation_watcher(struct operation *operation)
{
	return operation->progress ? &operation->watch : NULL;
}

bool operation_stopped(const struct operation *operation)
{
	return operation->watch.stopped;
}

struct outcome operation_stop(const char *what)
{
	return failure(TRIPPSNMP_STOPPED, "stopped while %s", what);
}

bool operation_run(struct operation *operation, const struct machine *machine)
{
	return runner_run(&operation->runner, machine, operation->deadline);
}

void operation_connect(struct operation *operation, struct network *network, uint32_t seed)
{
	const struct exchange_settings settings = {
		.v1 = operation->config->version == SNMP_V1,
		.timeout = operation->config->snmp_timeout,
		.lasts = operation->lasts,
		.seed = seed,
	};

	runner_init(&operation->runner, network, operation->n_pdus, operation->labels,
	            operation->log, &settings);
	operation->runner.watch = operation_watcher(operation);
	operation->running = true;
}

void operation_free(struct operation *operation)
{
	g_clear_pointer(&operation->view, feeds_view_free);
	inventory_free(operation->inventory);
	if (operation->running)
		runner_clear(&operation->runner);
	g_free(operation->found);
	feeds_needs_free(operation->needs, operation->n_pdus);
	g_free(operation);
}

static usec now(const struct operation *operation)
{
	return operation->runner.network->now(operation->runner.network);
}

/* --- finding outlets --- */

static const char *what_to_check(const struct config *config)
{
	if (config->version != SNMP_V3)
		return "check that it is up and reachable, the SNMP version and the community";
	if (config->priv != PRIV_NONE)
		return "check that it is up and reachable, that SNMPv3 is enabled, and "
		       "snmp_priv_passwd and snmp_priv_prot";
	return "check that it is up and reachable, and that SNMPv3 is enabled";
}

struct outcome operation_no_answer(const struct operation *operation, unsigned pdu)
{
	static const char *const versions[] = {
		[SNMP_V1] = "1", [SNMP_V2C] = "2c", [SNMP_V3] = "3"
	};
	const char *obstacle = operation->runner.exchanges[pdu].obstacle;

	char *deafness = exchange_deafness(&operation->runner.exchanges[pdu]);

	if (deafness) {
		const struct outcome outcome =
			failure(TRIPPSNMP_TIMEOUT, "%s %s", operation->labels[pdu], deafness);

		g_free(deafness);
		return outcome;
	}
	if (operation->runner.exchanges[pdu].heard)
		return failure(TRIPPSNMP_TIMEOUT,
		               "%s: %s%s: look for loss or load on the way to it, and whether it "
		               "has restarted",
		               operation->labels[pdu],
		               obstacle ? "gives no answer that can be used; "
		                        : "does not answer any more",
		               obstacle ? obstacle : "");
	return failure(TRIPPSNMP_TIMEOUT, "%s: no answer to SNMP version %s within %.3g s%s%s: %s",
	               operation->labels[pdu], versions[operation->config->version],
	               (double)(now(operation) - operation->begun) / (double)USEC_PER_SEC,
	               obstacle ? "; " : "", obstacle ? obstacle : "",
	               what_to_check(operation->config));
}

/* What to say of a PDU that takes long for each answer; NULL if none does. Free with g_free(). */
static char *slow_pdu(const struct operation *operation)
{
	for (unsigned i = 0; i < operation->n_pdus; i++) {
		char *slowness = exchange_slowness(&operation->runner.exchanges[i]);
		char *text =
			slowness ? g_strdup_printf("%s %s", operation->labels[i], slowness) : NULL;

		g_free(slowness);
		if (text)
			return text;
	}
	return NULL;
}

/* Adds that to an outcome for which the time was too short. */
static struct outcome and_slow_pdu(const struct operation *operation, struct outcome outcome)
{
	char *slow = outcome.error ? slow_pdu(operation) : NULL;
	char *bare = outcome.message;

	if (!slow)
		return outcome;
	outcome.message = g_strdup_printf("%s; %s", bare, slow);
	g_free(bare);
	g_free(slow);
	return outcome;
}

static struct outcome inventory_expired(const struct operation *operation)
{
	const int silent = runner_silent_pdu(&operation->runner);

	for (unsigned i = 0; silent < 0 && i < operation->n_pdus; i++)
		if (inventory_obstacle(operation->inventory, i))
			return failure(TRIPPSNMP_ACCESS, "%s: %s", operation->labels[i],
			               inventory_obstacle(operation->inventory, i));
	if (silent >= 0)
		return operation_no_answer(operation, (unsigned)silent);
	return failure(
		TRIPPSNMP_TIMEOUT,
		"the PDUs answered too slowly to finish within %.3g s: look for loss or load "
		"on the way to them",
		(double)(operation->deadline - operation->begun) / (double)USEC_PER_SEC);
}

static struct inventory *make_inventory(const struct operation *operation)
{
	const struct inventory_settings settings = {
		.v1 = operation->config->version == SNMP_V1,
		.overhead =
			operation->config->version == SNMP_V3 ? OVERHEAD_V3 : OVERHEAD_COMMUNITY,
		.lasts = operation->lasts,
	};

	return inventory_new(operation->n_pdus, operation->labels, operation->needs, &settings,
	                     operation->log);
}

/* Asks the PDUs what they have. What they refuse has lasted when this fails. */
static struct outcome take_inventory(struct operation *operation)
{
	struct machine machine;
	struct outcome outcome;
	bool in_time;

	g_clear_pointer(&operation->view, feeds_view_free);
	if (operation->inventory)
		inventory_again(operation->inventory);
	else
		operation->inventory = make_inventory(operation);
	machine = inventory_machine(operation->inventory);
	in_time = operation_run(operation, &machine);
	if (!in_time && operation_stopped(operation))
		return operation_stop("the PDUs were read");
	if (!in_time)
		return and_slow_pdu(operation, inventory_expired(operation));
	outcome = inventory_outcome(operation->inventory);
	for (unsigned i = 0; i < operation->n_pdus; i++)
		operation->found[i] = inventory_pdu(operation->inventory, i);
	if (!outcome.error)
		operation->view =
			feeds_view_new(operation->config->map, operation->config->feeds,
		                       operation->labels, operation->n_pdus, operation->found);
	return outcome;
}

/* Whether what was judged is final: fine, or a no that has lasted. */
static bool believed(const struct operation *operation, struct denial *denial,
                     const struct outcome *outcome, bool unclear)
{
	if (!outcome->error)
		return true;
	if (!unclear)
		return denial_heard(denial, outcome->message, now(operation), operation->lasts);
	denial_clear(denial);
	return false;
}

/* Takes inventory until it is judged well, or a no has lasted. */
struct outcome operation_look(struct operation *operation, operation_judge judge, void *context)
{
	struct denial denial = { 0 };
	char *said = NULL; /* of the last look */
	struct outcome outcome;

	for (;;) {
		bool unclear = false;
		usec next;

		outcome = take_inventory(operation);
		if (outcome.error)
			break;
		outcome = judge(operation, context, &unclear);
		next = now(operation) + denial_pause(operation->lasts);
		if (believed(operation, &denial, &outcome, unclear) || next >= operation->deadline)
			break;
		if (g_strcmp0(said, outcome.message))
			log_line(operation->log, TRIPPSNMP_LOG_WARN, "%s; looking again",
			         outcome.message);
		g_free(said);
		said = outcome.message;
		runner_pause(&operation->runner, next);
	}
	g_free(said);
	denial_clear(&denial);
	return outcome;
}

/* --- power --- */

static struct outcome judge_node(const struct operation *operation, void *context, bool *unclear)
{
	GArray *feeds = context;
	struct outcome outcome;

	g_array_set_size(feeds, 0);
	outcome = feeds_find(operation->view, operation->node, feeds);
	if (outcome.error)
		return outcome;
	/* what a card has lost it cannot switch, whatever it says; it may find it again */
	outcome = feeds_alarmed(feeds);
	*unclear = outcome.error != TRIPPSNMP_OK;
	return outcome;
}

char *feeds_text(const GArray *feeds)
{
	GString *text = g_string_new(NULL);

	for (unsigned i = 0; i < feeds->len; i++)
		g_string_append_printf(text, "%s%s", i ? ", " : "", feeds_at(feeds, i)->text);
	return g_string_free(text, FALSE);
}

/* What to say of a PDU that gives no answer any more, after its label. Free with g_free(). */
static char *silence_text(const struct exchange *x)
{
	char *deafness = exchange_deafness(x);

	if (deafness)
		return deafness;
	if (x->obstacle)
		return g_strdup_printf("gives no answer that can be used: %s", x->obstacle);
	return g_strdup("does not answer any more");
}

/* *outdated: the feeds are not what was looked up any more. */
static struct outcome switch_feeds(struct operation *operation, enum trippsnmp_action action,
                                   const GArray *feeds, bool *short_of_on, bool *outdated)
{
	const struct power_settings settings = {
		.action = action,
		.off_hold = operation->config->off_hold,
		.power_timeout = operation->config->power_timeout,
		.lasts = operation->lasts,
		.v1 = operation->config->version == SNMP_V1,
	};
	struct power *power =
		power_new(operation->n_pdus, operation->labels, feeds, &settings, operation->log);
	const struct machine machine = power_machine(power);
	const bool in_time = operation_run(operation, &machine);
	const bool stopped = !in_time && operation_stopped(operation);
	const int silent = in_time ? -1 : runner_silent_pdu(&operation->runner);
	struct outcome outcome;

	if (stopped) {
		power_stop(power);
	} else if (!in_time) {
		char *why = silent < 0 ? NULL : silence_text(&operation->runner.exchanges[silent]);

		power_expire(power, silent, why);
		g_free(why);
	}
	outcome = power_outcome(power);
	if (!in_time && !stopped)
		outcome = and_slow_pdu(operation, outcome);
	*short_of_on = power_short_of_on(power);
	*outdated = power_outdated(power);
	power_free(power);
	return outcome;
}

const char *action_word(enum trippsnmp_action action)
{
	switch (action) {
	case TRIPPSNMP_POWER_OFF:
		return "off";
	case TRIPPSNMP_POWER_ON:
		return "on";
	case TRIPPSNMP_POWER_RESET:
		return "reset";
	}
	return NULL;
}

/* Finds the node's outlets and switches them: once. */
static struct outcome find_and_switch(struct operation *operation, enum trippsnmp_action action,
                                      const char *shown, bool *outdated)
{
	GArray *feeds = feeds_new();
	struct outcome outcome = operation_look(operation, judge_node, feeds);
	bool short_of_on = false;
	char *text = feeds_text(feeds);

	*outdated = false;
	if (!outcome.error) {
		log_line(operation->log, TRIPPSNMP_LOG_INFO, "%s of %s: switching %s",
		         action_word(action), shown, text);
		outcome = switch_feeds(operation, action, feeds, &short_of_on, outdated);
	}
	if (!outcome.error)
		log_line(operation->log, TRIPPSNMP_LOG_INFO,
		         "%s of %s is %s: %s, %u requests in %.3g s", action_word(action), shown,
		         short_of_on ? "done as far as fencing needs: off is verified, on is not"
		                     : "done and verified",
		         text, runner_requests(&operation->runner),
		         (double)(now(operation) - operation->begun) / (double)USEC_PER_SEC);
	g_free(text);
	g_array_unref(feeds);
	return outcome;
}

struct outcome operation_power(struct operation *operation, enum trippsnmp_action action,
                               const char *shown)
{
	for (;;) {
		bool outdated;
		struct outcome outcome = find_and_switch(operation, action, shown, &outdated);

		if (!outdated || now(operation) >= operation->deadline)
			return outcome;
		log_line(operation->log, TRIPPSNMP_LOG_WARN, "%s; looking for the node anew",
		         outcome.message);
		g_free(outcome.message);
		/* what looks have settled was of another device, or of other rows */
		g_clear_pointer(&operation->view, feeds_view_free);
		inventory_anew(operation->inventory);
	}
}
