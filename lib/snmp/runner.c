/*
 * The loop between machines and network: see runner.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "snmp/runner.h"

void runner_init(struct runner *runner, struct network *network, unsigned n_pdus,
                 const char *const *labels, const struct log *log,
                 const struct exchange_settings *settings)
{
	*runner = (struct runner){
		.network = network,
		.n_pdus = n_pdus,
		.exchanges = g_new(struct exchange, n_pdus),
		.next_tag = 1, /* 0 means: none */
	};
	for (unsigned i = 0; i < n_pdus; i++)
		exchange_init(&runner->exchanges[i], labels[i], log, settings);
}

void runner_clear(struct runner *runner)
{
	for (unsigned i = 0; i < runner->n_pdus; i++)
		exchange_clear(&runner->exchanges[i]);
	g_free(runner->exchanges);
}

usec runner_now(const struct runner *runner)
{
	return runner->network->now(runner->network);
}

static void send_due(struct runner *runner, unsigned pdu, usec at)
{
	struct request request;
	GArray *varbinds;

	if (!exchange_send(&runner->exchanges[pdu], at, &runner->next_tag, &request, &varbinds))
		return;
	runner->network->send(runner->network, pdu, &request);
	g_array_unref(varbinds);
}

static void hand_over(struct exchange *x, const struct machine *machine, unsigned pdu, usec at)
{
	struct reply reply = x->reply;

	/* the machine may ask the next question only when this one is over */
	x->reply.varbinds = NULL;
	g_clear_pointer(&x->question.varbinds, g_array_unref);
	machine->reply(machine->self, pdu, &reply, at);
	g_clear_pointer(&reply.varbinds, g_array_unref);
}

/* Brings one PDU a step further. True if there may be more to do at once. */
static bool advance(struct runner *runner, const struct machine *machine, unsigned pdu)
{
	struct exchange *x = &runner->exchanges[pdu];
	const usec at = runner_now(runner);
	struct question question;

	if (exchange_done(x)) {
		hand_over(x, machine, pdu, at);
		return true;
	}
	if (!exchange_busy(x) && machine->next(machine->self, pdu, at, &question)) {
		exchange_ask(x, &question, at);
		g_array_unref(question.varbinds);
	}
	send_due(runner, pdu, at);
	return exchange_done(x);
}

/* Nothing is sent once the machine has decided. */
static void advance_all(struct runner *runner, const struct machine *machine)
{
	bool again = true;

	while (again) {
		again = false;
		for (unsigned i = 0; i < runner->n_pdus && !machine->done(machine->self); i++)
			again = advance(runner, machine, i) || again;
	}
}

static usec runner_wake(const struct runner *runner, const struct machine *machine, usec deadline)
{
	usec until = MIN(deadline, watch_due(runner->watch));

	for (unsigned i = 0; i < runner->n_pdus; i++) {
		const struct exchange *x = &runner->exchanges[i];

		if (exchange_busy(x))
			until = MIN(until, exchange_wake(x));
		else if (machine->wake)
			until = MIN(until, machine->wake(machine->self, i));
	}
	return until;
}

/* Time is up. Where this machine could not ask, that is what the machine is told. */
static bool expire(struct runner *runner, const struct machine *machine)
{
	for (unsigned i = 0; i < runner->n_pdus && !machine->done(machine->self); i++)
		if (exchange_expire(&runner->exchanges[i]))
			hand_over(&runner->exchanges[i], machine, i, runner_now(runner));
	return machine->done(machine->self);
}

static void runner_take_event(struct runner *runner, const struct machine *machine,
                              struct event *event)
{
	struct heard heard;

	if (event->type == EVENT_TIME || event->pdu >= runner->n_pdus)
		return;
	if (!exchange_event(&runner->exchanges[event->pdu], event, runner_now(runner), &heard))
		return;
	if (machine->hear)
		machine->hear(machine->self, event->pdu, &heard);
	heard_clear(&heard);
}

/* Whether whoever watches wants it to stop. */
static bool is_stopped(const struct runner *runner, const char *doing)
{
	if (runner->watch)
		runner->watch->requests = runner_requests(runner);
	return watch_stops(runner->watch, runner_now(runner), doing);
}

bool runner_run(struct runner *runner, const struct machine *machine, usec deadline)
{
	for (unsigned i = 0; i < runner->n_pdus; i++)
		exchange_abandon(&runner->exchanges[i]);
	for (;;) {
		struct event event = { 0 };

		if (machine->done(machine->self))
			return true;
		/* first, for nothing may be sent once time is up */
		if (runner_now(runner) >= deadline)
			return expire(runner, machine);
		if (is_stopped(runner, machine->doing ? machine->doing(machine->self) : "asking"))
			return false;
		advance_all(runner, machine);
		if (machine->done(machine->self))
			return true;
		runner->network->next(runner->network, runner_wake(runner, machine, deadline),
		                      &event);
		runner_take_event(runner, machine, &event);
		event_clear(&event);
	}
}

void runner_pause(struct runner *runner, usec until)
{
	while (runner_now(runner) < until && !is_stopped(runner, "waiting to look again")) {
		struct event event = { 0 };

		runner->network->next(runner->network, MIN(until, watch_due(runner->watch)),
		                      &event);
		event_clear(&event);
	}
}

/* A request that is merely under way when time is up says nothing. */
static bool is_silent(const struct exchange *x)
{
	return x->busy && (!x->heard || x->silent > 1);
}

int runner_silent_pdu(const struct runner *runner)
{
	for (unsigned i = 0; i < runner->n_pdus; i++)
		if (is_silent(&runner->exchanges[i]) && !runner->exchanges[i].heard)
			return (int)i;
	for (unsigned i = 0; i < runner->n_pdus; i++)
		if (is_silent(&runner->exchanges[i]))
			return (int)i;
	return -1;
}

bool runner_heard(const struct runner *runner, unsigned pdu)
{
	return runner->exchanges[pdu].heard;
}

const char *runner_obstacle(const struct runner *runner, unsigned pdu)
{
	return runner->exchanges[pdu].obstacle;
}

const char *runner_misfit(const struct runner *runner, unsigned pdu)
{
	return runner->exchanges[pdu].misfit;
}

char *runner_deafness(const struct runner *runner, unsigned pdu)
{
	return exchange_deafness(&runner->exchanges[pdu]);
}

char *runner_slowness(const struct runner *runner)
{
	for (unsigned i = 0; i < runner->n_pdus; i++) {
		g_autofree char *slowness = patience_slowness(&runner->exchanges[i].patience);

		if (slowness)
			return g_strdup_printf("%s %s", runner->exchanges[i].label, slowness);
	}
	return NULL;
}

bool runner_refused(const struct runner *runner)
{
	for (unsigned i = 0; i < runner->n_pdus; i++)
		if (runner->exchanges[i].refusal)
			return true;
	return false;
}

unsigned runner_requests(const struct runner *runner)
{
	unsigned requests = 0;

	for (unsigned i = 0; i < runner->n_pdus; i++)
		requests += runner->exchanges[i].sent;
	return requests;
}
