/*
 * See operation.h. The clock is the network's.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "call/operation.h"

#include "power/power.h"

/* What the SNMP versions add to an answer, bytes. */
#define OVERHEAD_COMMUNITY 40
#define OVERHEAD_V3 140

struct operation *operation_new(const struct job *job, struct watch *watch, struct network *network,
                                uint32_t seed)
{
	const bool v1 = job->config->version == SNMP_V1;
	const struct inventory_settings look = {
		.v1 = v1,
		.overhead = job->config->version == SNMP_V3 ? OVERHEAD_V3 : OVERHEAD_COMMUNITY,
		.lasts = job->lasts,
	};
	const struct exchange_settings exchange = {
		.v1 = v1,
		.timeout = job->config->snmp_timeout,
		.lasts = job->lasts,
		.seed = seed,
	};
	struct operation *operation = g_new0(struct operation, 1);

	operation->job = operation->look.job = job;
	runner_init(&operation->runner, network, job->n_pdus, job->labels, job->log, &exchange);
	operation->runner.watch = watch;
	operation->inventory = inventory_new(job->n_pdus, job->labels, job->needs, &look, job->log);
	operation->look.found = g_new0(const struct pdu_outlets *, job->n_pdus);
	return operation;
}

static void forget_look(struct operation *operation)
{
	g_clear_pointer(&operation->look.view, feeds_view_free);
}

void operation_free(struct operation *operation)
{
	forget_look(operation);
	inventory_free(operation->inventory);
	runner_clear(&operation->runner);
	g_free(operation->look.found);
	g_free(operation);
}

bool operation_run(struct operation *operation, const struct machine *machine)
{
	return runner_run(&operation->runner, machine, operation->job->deadline);
}

bool operation_stopped(const struct operation *operation)
{
	return watch_stopped(operation->runner.watch);
}

static double seconds_passed(const struct operation *operation)
{
	return usec_seconds(runner_now(&operation->runner) - operation->job->begun);
}

/* --- what to say of PDUs that do not answer --- */

static const char *what_to_check(const struct config *config)
{
	if (config->version != SNMP_V3)
		return "check that it is up and reachable, the SNMP version and the community";
	if (config->priv)
		return "check that it is up and reachable, that SNMPv3 is enabled, and "
		       "snmp_priv_passwd and snmp_priv_prot";
	return "check that it is up and reachable, and that SNMPv3 is enabled";
}

struct outcome operation_no_answer(const struct operation *operation, unsigned pdu)
{
	static const char *const versions[] = {
		[SNMP_V1] = "1", [SNMP_V2C] = "2c", [SNMP_V3] = "3"
	};
	const struct job *job = operation->job;
	const char *obstacle = runner_obstacle(&operation->runner, pdu);
	g_autofree char *deafness = runner_deafness(&operation->runner, pdu);

	if (deafness)
		return failure(TRIPPSNMP_TIMEOUT, "%s %s", job->labels[pdu], deafness);
	if (runner_heard(&operation->runner, pdu))
		return failure(TRIPPSNMP_TIMEOUT,
		               "%s: %s%s: look for loss or load on the way to it, and whether it "
		               "has restarted",
		               job->labels[pdu],
		               obstacle ? "gives no answer that can be used; "
		                        : "does not answer any more",
		               obstacle ? obstacle : "");
	return failure(TRIPPSNMP_TIMEOUT, "%s: no answer to SNMP version %s within %.3g s%s%s: %s",
	               job->labels[pdu], versions[job->config->version], seconds_passed(operation),
	               obstacle ? "; " : "", obstacle ? obstacle : "", what_to_check(job->config));
}

/* Where the time was too short, which PDU takes long for each answer is said as well. */
static struct outcome and_slow_pdu(const struct operation *operation, struct outcome outcome)
{
	g_autofree char *slow = outcome.error ? runner_slowness(&operation->runner) : NULL;
	g_autofree char *bare = outcome.message;

	outcome.message = slow ? g_strdup_printf("%s; %s", bare, slow) : g_steal_pointer(&bare);
	return outcome;
}

/* --- finding outlets --- */

static struct outcome look_expired(const struct operation *operation)
{
	const struct job *job = operation->job;
	const int silent = runner_silent_pdu(&operation->runner);

	if (silent >= 0)
		return operation_no_answer(operation, (unsigned)silent);
	for (unsigned i = 0; i < job->n_pdus; i++)
		if (inventory_obstacle(operation->inventory, i))
			return failure(TRIPPSNMP_ACCESS, "%s: %s", job->labels[i],
			               inventory_obstacle(operation->inventory, i));
	return failure(
		TRIPPSNMP_TIMEOUT,
		"the PDUs answered too slowly to finish within %.3g s: look for loss or load "
		"on the way to them",
		usec_seconds(job->deadline - job->begun));
}

/* Asks the PDUs what they have. What they refuse has lasted when this fails. */
static struct outcome look_once(struct operation *operation)
{
	const struct job *job = operation->job;
	const struct machine machine = inventory_machine(operation->inventory);
	struct look *look = &operation->look;
	struct outcome outcome;
	bool in_time;

	forget_look(operation);
	inventory_again(operation->inventory);
	in_time = operation_run(operation, &machine);
	for (unsigned i = 0; i < job->n_pdus; i++)
		look->found[i] = inventory_pdu(operation->inventory, i);
	if (!in_time)
		return operation_stopped(operation)
		               ? failure(TRIPPSNMP_STOPPED, "stopped while the PDUs were read")
		               : and_slow_pdu(operation, look_expired(operation));
	outcome = inventory_outcome(operation->inventory);
	if (!outcome.error)
		look->view = feeds_view_new(job->config->map, job->config->feeds, job->labels,
		                            job->n_pdus, look->found);
	return outcome;
}

/* Whether what was judged is final: fine, or a no that has lasted. */
static bool look_is_final(const struct operation *operation, struct denial *denial,
                          const struct outcome *outcome, bool unclear)
{
	if (!outcome->error)
		return true;
	if (!unclear)
		return denial_heard(denial, outcome->message, runner_now(&operation->runner),
		                    operation->job->lasts);
	denial_clear(denial);
	return false;
}

struct outcome operation_look(struct operation *operation, operation_judge judge, void *context)
{
	const struct job *job = operation->job;
	struct denial denial = { 0 };
	g_autofree char *said = NULL; /* of the last look */
	struct outcome outcome;

	for (;;) {
		bool unclear = false;
		usec next;

		outcome = look_once(operation);
		if (outcome.error || !judge)
			break;
		outcome = judge(&operation->look, context, &unclear);
		next = runner_now(&operation->runner) + denial_pause(job->lasts);
		if (look_is_final(operation, &denial, &outcome, unclear) || next >= job->deadline)
			break;
		if (g_strcmp0(said, outcome.message))
			log_line(job->log, TRIPPSNMP_LOG_WARN, "%s; looking again",
			         outcome.message);
		g_free(said);
		said = outcome.message;
		runner_pause(&operation->runner, next);
	}
	denial_clear(&denial);
	return outcome;
}

const struct look *operation_seen(const struct operation *operation)
{
	return operation->look.view ? &operation->look : NULL;
}

/* --- power --- */

static struct outcome judge_feeds(const struct look *look, void *context, bool *unclear)
{
	GArray *feeds = context;
	struct outcome outcome;

	g_array_set_size(feeds, 0);
	outcome = feeds_find(look->view, look->job->node, feeds);
	if (outcome.error)
		return outcome;
	/* what a card has lost it cannot switch, whatever it says; it may find it again */
	outcome = feeds_doubt(feeds, true);
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

/* Time was up: says so to the power machine, and what a PDU does that gives no answer any more. */
static void expire_power(const struct operation *operation, struct power *power)
{
	const struct runner *runner = &operation->runner;
	const int silent = runner_silent_pdu(runner);
	const char *obstacle = silent < 0 ? NULL : runner_obstacle(runner, (unsigned)silent);
	g_autofree char *why = silent < 0 ? NULL : runner_deafness(runner, (unsigned)silent);

	if (!why && obstacle)
		why = g_strdup_printf("gives no answer that can be used: %s", obstacle);
	power_expire(power, silent, why);
}

/* *outdated: the feeds are not what was looked up any more. */
static struct outcome switch_feeds(struct operation *operation, enum trippsnmp_action action,
                                   const GArray *feeds, bool *short_of_on, bool *outdated)
{
	const struct job *job = operation->job;
	const struct power_settings settings = {
		.action = action,
		.off_hold = job->config->off_hold,
		.power_timeout = job->config->power_timeout,
		.lasts = job->lasts,
		.v1 = job->config->version == SNMP_V1,
	};
	struct power *power = power_new(job->n_pdus, job->labels, feeds, &settings, job->log);
	const struct machine machine = power_machine(power);
	const bool in_time = operation_run(operation, &machine);
	struct outcome outcome;

	if (!in_time && operation_stopped(operation))
		power_stop(power);
	else if (!in_time)
		expire_power(operation, power);
	outcome = power_outcome(power);
	if (!in_time && !operation_stopped(operation))
		outcome = and_slow_pdu(operation, outcome);
	*short_of_on = power_short_of_on(power);
	*outdated = power_outdated(power);
	power_free(power);
	return outcome;
}

const char *action_word(enum trippsnmp_action action)
{
	static const char *const words[] = {
		[TRIPPSNMP_POWER_OFF] = "off",
		[TRIPPSNMP_POWER_ON] = "on",
		[TRIPPSNMP_POWER_RESET] = "reset",
	};

	return (unsigned)action < G_N_ELEMENTS(words) ? words[action] : NULL;
}

/* Finds the node's outlets and switches them: once. */
static struct outcome find_and_switch(struct operation *operation, enum trippsnmp_action action,
                                      const char *shown, bool *outdated)
{
	const struct log *log = operation->job->log;
	g_autoptr(GArray) feeds = feeds_new();
	struct outcome outcome = operation_look(operation, judge_feeds, feeds);
	g_autofree char *text = feeds_text(feeds);
	bool short_of_on;

	*outdated = false;
	if (outcome.error)
		return outcome;
	log_line(log, TRIPPSNMP_LOG_INFO, "%s of %s: switching %s", action_word(action), shown,
	         text);
	outcome = switch_feeds(operation, action, feeds, &short_of_on, outdated);
	if (!outcome.error)
		log_line(log, TRIPPSNMP_LOG_INFO, "%s of %s is %s: %s, %u requests in %.3g s",
		         action_word(action), shown,
		         short_of_on ? "done as far as fencing needs: off is verified, on is not"
		                     : "done and verified",
		         text, runner_requests(&operation->runner), seconds_passed(operation));
	return outcome;
}

struct outcome operation_power(struct operation *operation, enum trippsnmp_action action,
                               const char *shown)
{
	for (;;) {
		bool outdated;
		struct outcome outcome = find_and_switch(operation, action, shown, &outdated);

		if (!outdated || runner_now(&operation->runner) >= operation->job->deadline)
			return outcome;
		log_line(operation->job->log, TRIPPSNMP_LOG_WARN, "%s; looking for the node anew",
		         outcome.message);
		g_free(outcome.message);
		/* what looks have settled was of another device, or of other rows */
		forget_look(operation);
		inventory_anew(operation->inventory);
	}
}
