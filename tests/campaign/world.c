/*
 * A seed's life: it is made, the library works on it, the world goes on for a
 * while without it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "world.h"

#include <stdarg.h>
#include <string.h>

#define BEGINNING (100 * USEC_PER_SEC)
#define AFTERMATH (90 * USEC_PER_SEC)

/* splitmix64: every seed gives an independent stream */
static uint64_t chance_next(struct chance *chance)
{
	uint64_t z = chance->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

uint32_t chance_below(struct chance *chance, uint32_t n)
{
	return n ? (uint32_t)((chance_next(chance) >> 32) * n >> 32) : 0;
}

bool chance_permille(struct chance *chance, unsigned permille)
{
	return chance_below(chance, 1000) < permille;
}

usec chance_time(struct chance *chance, usec low, usec high)
{
	return high > low ? low + (usec)(chance_next(chance) % (uint64_t)(high - low)) : low;
}

void trace_line(const struct world *world, const char *format, ...)
{
	va_list arguments;

	if (!world->trace)
		return;
	fprintf(world->trace, "%11.6f ", (double)(world->now - world->begun) / 1e6);
	va_start(arguments, format);
	vfprintf(world->trace, format, arguments);
	va_end(arguments);
	fputc('\n', world->trace);
}

const char *fault_name(enum fault fault)
{
	static const char *const names[] = {
		[FAULT_LOSE_REQUEST] = "requests lost",
		[FAULT_LOSE_ANSWER] = "answers lost",
		[FAULT_DELAY] = "delayed",
		[FAULT_DUPLICATE] = "duplicated",
		[FAULT_REORDER] = "reordered",
		[FAULT_FOREIGN] = "answers with another tag",
		[FAULT_MISPAIRED] = "another request's content",
		[FAULT_UNREACHABLE] = "unreachable",
		[FAULT_REPORT] = "authentication reports",
		[FAULT_SLOW_AGENT] = "slow agent",
		[FAULT_MUTE_BULK] = "GETBULK unanswered",
		[FAULT_GET_ERROR] = "errors on reading",
		[FAULT_POISON] = "an object that is an error",
		[FAULT_TOO_BIG] = "tooBig",
		[FAULT_SET_ERROR] = "errors on SET",
		[FAULT_SET_PARTIAL] = "SET obeyed in part",
		[FAULT_SET_FIRST] = "SET's first alone is obeyed",
		[FAULT_SET_IGNORED] = "SET answered, not obeyed",
		[FAULT_SET_MUTE] = "SET obeyed, not answered",
		[FAULT_SET_DROPPED] = "SET dropped",
		[FAULT_SLOW_RELAY] = "slow relay",
		[FAULT_STUCK_RELAY] = "stuck relay",
		[FAULT_FALLS_BACK] = "relay falls back on",
		[FAULT_LEAD] = "state ahead of relay",
		[FAULT_LAG] = "state behind relay",
		[FAULT_HAND] = "outside hand",
		[FAULT_CYCLE] = "somebody's cycle",
		[FAULT_STATE_UNKNOWN] = "state unknown",
		[FAULT_STATE_MIXED] = "state mixed",
		[FAULT_STATE_RANGE] = "state out of range",
		[FAULT_STATE_NULL] = "state NULL",
		[FAULT_STATE_TYPE] = "state of a wrong type",
		[FAULT_STATE_ABSENT] = "state absent",
		[FAULT_CELL_MISSING] = "cells missing",
		[FAULT_ROW_ORDER] = "rows out of order",
		[FAULT_ROWS_MISSING] = "rows missing",
		[FAULT_DEVICE_MISSING] = "a device's rows missing",
		[FAULT_NAMES_LATE] = "names come late",
		[FAULT_ROWS_EXCHANGED] = "rows exchanged",
		[FAULT_WALK_STUCK] = "walk does not advance",
		[FAULT_DEVICE_INDEX] = "device index not 1",
		[FAULT_OFFLINE] = "device offline",
		[FAULT_ALARMED] = "device lost by an alarm",
		[FAULT_RESTART] = "PDU restarts",
		[FAULT_RESTART_SET] = "PDU restarts at a SET",
		[FAULT_RESTART_HOLD] = "PDU restarts in the hold",
		[FAULT_RESTART_ALL] = "all PDUs restart",
		[FAULT_STARTS_DENYING] = "starting card refuses",
		[FAULT_UPTIME_ABSENT] = "no sysUpTime",
		[FAULT_UPTIME_REFUSED] = "sysUpTime is an error",
		[FAULT_UPTIME_BUNDLED] = "sysUpTime only by itself",
		[FAULT_UPTIME_STILL] = "sysUpTime stands still",
		[FAULT_UPTIME_WRAPS] = "sysUpTime wraps",
		[FAULT_BOOTS_KEPT] = "restart keeps engineBoots",
		[FAULT_REPLACED] = "another engine answers",
		[FAULT_MISCONFIGURED] = "misconfigured",
	};

	return names[fault];
}

const char *class_name(enum seed_class class)
{
	static const char *const names[] = {
		[CLASS_MIXED] = "mixed",
		[CLASS_HEALTHY] = "healthy",
		[CLASS_LOSS_DATAGRAM] = "loss-datagram",
		[CLASS_LOSS_EXCHANGE] = "loss-exchange",
		[CLASS_STARTING] = "starting",
	};

	return names[class];
}

const char *outcome_word(enum trippsnmp_error error)
{
	static const char *const words[] = {
		[TRIPPSNMP_OK] = "success",           [TRIPPSNMP_BADCONFIG] = "bad configuration",
		[TRIPPSNMP_BADNODE] = "unknown node", [TRIPPSNMP_ACCESS] = "no access",
		[TRIPPSNMP_TIMEOUT] = "timeout",      [TRIPPSNMP_POWER] = "power did not obey",
		[TRIPPSNMP_INVALID] = "invalid call", [TRIPPSNMP_INTERNAL] = "internal error",
		[TRIPPSNMP_STOPPED] = "stopped",
	};

	return words[error];
}

/* Every twentieth seed is healthy, another starts; three in twenty measure liveness. */
static enum seed_class class_of(uint64_t seed)
{
	switch (seed % 20) {
	case 0:
		return CLASS_HEALTHY;
	case 1:
	case 2:
		return CLASS_LOSS_DATAGRAM;
	case 3:
		return CLASS_LOSS_EXCHANGE;
	case 4:
		return CLASS_STARTING;
	default:
		return CLASS_MIXED;
	}
}

struct world *world_new(uint64_t seed, const struct wish *wish, FILE *trace)
{
	struct world *world = g_new0(struct world, 1);

	world->seed = seed;
	world->class = wish->class < 0 ? class_of(seed) : (enum seed_class)wish->class;
	world->wish = *wish;
	world->chance.state = seed * UINT64_C(0xd1342543de82ef95);
	world->luck.state = ~world->chance.state;
	world->trace = trace;
	world->begun = BEGINNING;
	world->first_set_on = USEC_NEVER;
	world->first_no = world->granted = USEC_NEVER;
	world->readings = g_array_new(FALSE, TRUE, sizeof(struct reading));
	world->answers = g_array_new(FALSE, TRUE, sizeof(struct answered));
	wire_init(world);
	generate(world);
	model_begin(world);
	model_plan_restarts(world);
	return world;
}

static void pdu_clear(struct pdu_model *pdu)
{
	for (unsigned i = 0; i < pdu->outlets->len; i++) {
		g_bytes_unref(model_outlet(pdu, i)->name);
		g_bytes_unref(model_outlet(pdu, i)->description);
	}
	for (unsigned i = 0; i < pdu->n_relays; i++) {
		g_array_unref(pdu->relays[i].history);
		g_array_unref(pdu->relays[i].hands);
	}
	g_free(pdu->relays);
	g_array_unref(pdu->outlets);
	g_array_unref(pdu->devices);
	g_array_unref(pdu->rows);
	g_array_unref(pdu->restarts);
	g_array_unref(pdu->outages);
	g_clear_pointer(&pdu->engine_id, g_bytes_unref);
	g_clear_pointer(&pdu->last_answer, g_array_unref);
	g_queue_clear_full(&pdu->waiting, (GDestroyNotify)datagram_unref);
	g_free(pdu->order);
	g_free(pdu->rank);
}

void world_free(struct world *world)
{
	agenda_free(world->agenda);
	for (unsigned p = 0; p < world->n_cards; p++)
		pdu_clear(&world->pdus[p]);
	g_free(world->pdus);
	nodemap_free(world->config.map);
	g_array_unref(world->config.pdus);
	g_free(world->labels);
	g_free(world->hostlist);
	g_free(world->touched);
	g_free(world->outcome.message);
	g_array_unref(world->readings);
	g_array_unref(world->answers);
	g_free(world);
}

static void take_log(void *context, enum trippsnmp_level level, const char *line)
{
	struct world *world = context;

	if (level == TRIPPSNMP_LOG_WARN && strstr(line, "its power did not come back"))
		world->power_missing = true;
	/* the grant of a reset; what is asked afterwards is for "on" */
	if (level == TRIPPSNMP_LOG_INFO && g_str_has_prefix(line, "off is proven") &&
	    world->first_set_on == USEC_NEVER)
		wire_note_grant(world);
	trace_line(world, "log %d: %s", level, line);
}

static void trace_world(const struct world *world)
{
	static const char *const versions[] = { "v1", "v2c", "v3" };

	trace_line(world,
	           "seed %" G_GUINT64_FORMAT ", class %s: %s of %s, SNMP %s, hostlist \"%s\"",
	           world->seed, class_name(world->class), action_word(world->action), world->node,
	           versions[world->config.version], world->hostlist);
	trace_line(world, "off_hold %.3f, power_timeout %.3f, total_timeout %.3f",
	           (double)world->config.off_hold / 1e6, (double)world->config.power_timeout / 1e6,
	           (double)world->config.total_timeout / 1e6);
	for (unsigned fault = 0; fault < FAULT_COUNT; fault++)
		if (world->faults[fault])
			trace_line(world, "fault: %s", fault_name(fault));
	for (unsigned p = 0; p < world->n_cards; p++)
		for (unsigned i = 0; i < world->pdus[p].outlets->len; i++) {
			const struct outlet_model *outlet = model_outlet(&world->pdus[p], i);
			const struct relay *relay = &world->pdus[p].relays[outlet->relay];

			if (relay->feeds_node)
				trace_line(world,
				           "feed: PDU %u relay %u, %s outlet %u.%u, %s%s, "
				           "latency %.3f, lead %.3f",
				           p, relay->index, outlet->family->name, outlet->device,
				           outlet->number, relay->on ? "on" : "off",
				           relay->stuck ? ", stuck" : "",
				           (double)relay->latency / 1e6, (double)relay->lead / 1e6);
		}
}

void world_run(struct world *world)
{
	const struct log log = { .fn = take_log, .context = world };
	struct job job = { .purpose = TO_SWITCH,
		           .config = &world->config,
		           .labels = world->labels,
		           .log = &log,
		           .node = world->node,
		           .begun = world->begun };
	struct operation *operation;

	trace_world(world);
	wire_run_until(world, world->begun);
	job_prepare(&job);
	operation = operation_new(&job, NULL, &world->network, (uint32_t)world->seed * 2654435761U);
	world->outcome = operation_power(operation, world->action, world->node);
	world->ended = world->now;
	if (world->granted == USEC_NEVER)
		wire_note_grant(world);
	operation_free(operation);
	job_clear(&job);
	trace_line(world, "the library says: %s%s%s", outcome_word(world->outcome.error),
	           world->outcome.message ? ": " : "",
	           world->outcome.message ? world->outcome.message : "");
	wire_run_until(world, world->ended + AFTERMATH);
}
