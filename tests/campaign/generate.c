/*
 * A world from a seed: PDUs, outlets, the operation, and then (map.c) the node
 * map and (faults.c, starting.c) which faults are to strike. All of it is decided
 * before anything runs, but for the luck of single datagrams.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "world.h"

#include <string.h>

#define DAY (INT64_C(86400) * USEC_PER_SEC)

static const char *const labels[PDUS_MAX] = { "pdu-a", "pdu-b", "pdu-c", "pdu-d" };

uint32_t below(struct world *world, uint32_t n)
{
	return chance_below(&world->chance, n);
}

bool permille(struct world *world, unsigned n)
{
	return chance_permille(&world->chance, n);
}

usec millis(struct world *world, unsigned low, unsigned high)
{
	return chance_time(&world->chance, low * INT64_C(1000), high * INT64_C(1000));
}

/* --- devices and outlets --- */

GBytes *bytes(const char *text)
{
	return g_bytes_new(text, strlen(text));
}

static GBytes *factory_name(struct world *world, unsigned number)
{
	char *text = permille(world, 500) ? g_strdup_printf("Load %u", number)
	                                  : g_strdup_printf("Outlet%u", number);
	GBytes *name = bytes(permille(world, 200) ? "" : text);

	g_free(text);
	return name;
}

static void add_outlet(struct world *world, struct pdu_model *pdu, const struct family *family,
                       uint32_t device, uint32_t number, unsigned relay)
{
	const struct outlet_model outlet = {
		.family = family,
		.device = device,
		.number = number,
		.relay = relay,
		.controllable = true,
		.name = factory_name(world, number),
		.description = bytes(""),
	};

	g_array_append_val(pdu->outlets, outlet);
}

/* Most devices can cut all that hangs on them. */
static void add_main(struct world *world, struct pdu_model *pdu, const struct family *family,
                     uint32_t device)
{
	const struct outlet_model main = {
		.family = family->main,
		.device = device,
		.number = TRIPPSNMP_MAIN,
		.relay = pdu->n_relays,
		.controllable = true,
		.name = bytes(""),
		.description = bytes(""),
	};

	if (!family->main || permille(world, 300)) {
		g_bytes_unref(main.name);
		g_bytes_unref(main.description);
		return;
	}
	g_array_append_val(pdu->outlets, main);
	pdu->n_relays++;
}

static unsigned outlets_of_size(struct world *world)
{
	static const unsigned sizes[] = { 3, 8, 8, 8, 14, 16, 24 };

	return sizes[below(world, G_N_ELEMENTS(sizes))];
}

static void add_device(struct world *world, struct pdu_model *pdu, const struct family *family,
                       uint32_t index, unsigned n)
{
	struct device_model device = {
		.family = family,
		.index = index,
		.offline_from = USEC_NEVER,
		.offline_until = USEC_NEVER,
	};
	const unsigned first = pdu->n_relays;

	device.has_status = family->device_status.n && permille(world, 700);
	device.has_count = family->outlet_count.n && permille(world, 700);
	device.listed = family->rank == 0 && permille(world, 850);
	device.status = permille(world, 800) ? 0 : (int32_t)(1 + below(world, 4));
	g_array_append_val(pdu->devices, device);
	pdu->n_relays += n;
	for (unsigned i = 0; i < n; i++)
		add_outlet(world, pdu, family, index, i + 1, first + i);
	add_main(world, pdu, family, index);
}

static void add_second_device(struct world *world, struct pdu_model *pdu, uint32_t from)
{
	const unsigned n = outlets_of_size(world);
	const uint32_t index = from + below(world, 3);

	add_device(world, pdu, family_row(below(world, 3)), index, n);
}

/* An EnviroSense: its status is nobody's business. */
static void add_sensor(struct pdu_model *pdu, uint32_t index)
{
	const struct device_model device = {
		.index = index,
		.has_status = true,
		.listed = true,
		.status = DEVICE_STATUS_OFFLINE,
		.offline_from = USEC_NEVER,
		.offline_until = USEC_NEVER,
	};

	g_array_append_val(pdu->devices, device);
}

/* Firmware 12.04 shows the same outlets in both of its tables. */
static void add_twin(struct world *world, struct pdu_model *pdu)
{
	const unsigned n = pdu->outlets->len;

	for (unsigned i = 0; i < n; i++)
		if (!model_outlet(pdu, i)->family->is_main)
			add_outlet(world, pdu, family_row(4), 1, i + 1,
			           model_outlet(pdu, i)->relay);
}

static void make_devices(struct world *world, struct pdu_model *pdu)
{
	static const unsigned weights[] = { 0, 0, 0, 1, 1, 2, 3, 3, 4 };
	const unsigned which = weights[below(world, G_N_ELEMENTS(weights))];
	const struct family *family = family_row(which);
	uint32_t index = 1;

	if (world->faults[FAULT_DEVICE_INDEX] && family->by_device)
		index = 2 + below(world, permille(world, 500) ? 3 : 100000);
	add_device(world, pdu, family, index, outlets_of_size(world));
	if (which == 3 && permille(world, 500))
		add_twin(world, pdu);
	if (which < 3 && permille(world, 200))
		add_sensor(pdu, index + 1);
	else if (which < 3 && permille(world, 150))
		add_second_device(world, pdu, index + 1);
}

/* It is on, for what hangs on it is to be switched. */
static void hang_on(struct pdu_model *pdu, const struct outlet_model *main)
{
	pdu->relays[main->relay].is_main = true;
	pdu->relays[main->relay].on = true;
	for (unsigned i = 0; i < pdu->outlets->len; i++)
		if (model_outlet(pdu, i)->device == main->device)
			pdu->relays[model_outlet(pdu, i)->relay].main = main->relay;
}

static void make_relays(struct world *world, struct pdu_model *pdu, unsigned p)
{
	pdu->relays = g_new0(struct relay, pdu->n_relays);
	for (unsigned i = 0; i < pdu->n_relays; i++) {
		struct relay *relay = &pdu->relays[i];

		*relay = (struct relay){ .pdu = p,
			                 .index = i,
			                 .main = i,
			                 .cycle_return = USEC_NEVER,
			                 .restart_return = USEC_NEVER };
		relay->on = permille(world, 850);
		relay->latency = permille(world, 300) ? 0 : millis(world, 0, 2000);
	}
	for (unsigned i = 0; i < pdu->outlets->len; i++)
		if (model_outlet(pdu, i)->family->is_main)
			hang_on(pdu, model_outlet(pdu, i));
	/* The last one or two of some devices are wired through. */
	for (unsigned i = 0; i < pdu->outlets->len && permille(world, 50); i++)
		if (model_outlet(pdu, i)->family->controllable && i + 2 >= pdu->n_relays)
			model_outlet(pdu, i)->controllable = false;
}

/* Some cards have them, and alarms that matter to nobody, at all times. */
static void make_alarms(struct world *world, struct pdu_model *pdu)
{
	const bool shown = permille(world, 300);

	if (shown || world->faults[FAULT_ALARMED])
		pdu->alarms = model_outlet(pdu, 0)->family->alarms;
	pdu->other_alarms = permille(world, 500) ? below(world, 13) : 0;
}

static void make_agent(struct world *world, struct pdu_model *pdu, unsigned p)
{
	static const unsigned sizes[] = { 484, 1400, 1472, 4096, 8192 };
	char *id = g_strdup_printf("engine-%u", p);

	pdu->engine_id = permille(world, 600) ? bytes(id) : NULL;
	g_free(id);
	pdu->process_low = millis(world, 1, 10);
	pdu->process_high = pdu->process_low + millis(world, 0, 80);
	pdu->max_bytes = sizes[1 + below(world, G_N_ELEMENTS(sizes) - 1)];
	pdu->max_varbinds = UINT_MAX;
	pdu->set_echo = permille(world, 500);
	pdu->restarts = g_array_new(FALSE, TRUE, sizeof(struct restart));
	pdu->outages = g_array_new(FALSE, TRUE, sizeof(struct outage));
	pdu->silent_from = pdu->walked_after = USEC_NEVER;
	pdu->boots = 1 + below(world, 50);
	pdu->successor = p;
	pdu->faults_until = USEC_NEVER;
}

static void make_pdus(struct world *world)
{
	world->n_pdus = 1 + (permille(world, 450) ? below(world, 4) : below(world, 2));
	world->n_cards = world->n_pdus;
	world->pdus = g_new0(struct pdu_model, 2 * PDUS_MAX);
	for (unsigned p = 0; p < world->n_pdus; p++) {
		struct pdu_model *pdu = &world->pdus[p];

		pdu->outlets = g_array_new(FALSE, TRUE, sizeof(struct outlet_model));
		pdu->devices = g_array_new(FALSE, TRUE, sizeof(struct device_model));
		pdu->rows = g_array_new(FALSE, TRUE, sizeof(struct row));
		make_devices(world, pdu);
		make_relays(world, pdu, p);
		make_alarms(world, pdu);
		make_agent(world, pdu, p);
		world->there[p] = world->known[p] = world->heard[p] = p;
	}
}

/* --- rows --- */

static void add_row(struct pdu_model *pdu, const struct objid *name, enum row_kind kind,
                    unsigned of)
{
	const struct row row = {
		.name = *name,
		.kind = kind,
		.of = of,
		.hidden_from = USEC_NEVER,
		.hidden_until = 0,
	};

	g_array_append_val(pdu->rows, row);
}

static void add_cell(struct pdu_model *pdu, unsigned i, uint32_t column, enum row_kind kind)
{
	const struct outlet_model *outlet = model_outlet(pdu, i);
	const struct objid name =
		family_instance(outlet->family, column, outlet->device, outlet->number);

	if (column)
		add_row(pdu, &name, kind, i);
}

static void add_outlet_rows(struct pdu_model *pdu, unsigned i)
{
	const struct family *family = model_outlet(pdu, i)->family;

	add_cell(pdu, i, family->state, ROW_STATE);
	add_cell(pdu, i, family->controllable, ROW_CONTROLLABLE);
	add_cell(pdu, i, family->command, ROW_COMMAND);
	add_cell(pdu, i, family->outlet_name, ROW_NAME);
	add_cell(pdu, i, family->description, ROW_DESCRIPTION);
	if (family->rank < 2 && !family->is_main)
		add_cell(pdu, i, 1, ROW_OTHER);
	if (family->rank == 0 && !family->is_main)
		add_cell(pdu, i, 10, ROW_OTHER);
}

static void add_device_rows(struct pdu_model *pdu, unsigned i)
{
	/* tlpDeviceIndex and tlpDeviceType */
	static const struct objid column[] = {
		{ .n = 13, .id = { 1, 3, 6, 1, 4, 1, 850, 1, 1, 1, 2, 1, 1 } },
		{ .n = 13, .id = { 1, 3, 6, 1, 4, 1, 850, 1, 1, 1, 2, 1, 3 } },
	};
	const struct device_model *device = model_device(pdu, i);
	const uint32_t scalar = 0;
	struct objid name;

	if (device->has_status) {
		name = objid_append(&family_row(0)->device_status, 1, &device->index);
		add_row(pdu, &name, ROW_STATUS, i);
	}
	if (device->listed) {
		name = objid_append(&column[0], 1, &device->index);
		add_row(pdu, &name, ROW_DEVICE, i);
		name = objid_append(&column[1], 1, &device->index);
		add_row(pdu, &name, ROW_TYPE, i);
	}
	if (device->family && device->has_count) {
		name = objid_append(&device->family->outlet_count, 1,
		                    device->family->by_device ? &device->index : &scalar);
		add_row(pdu, &name, ROW_COUNT, i);
	}
}

static void add_alarm_cell(struct pdu_model *pdu, uint32_t column, uint32_t id, enum row_kind kind,
                           unsigned of)
{
	const uint32_t index[] = { column, id };
	const struct objid name = objid_append(&pdu->alarms->entry, 2, index);

	if (column)
		add_row(pdu, &name, kind, of);
}

static void add_alarm_rows(struct pdu_model *pdu)
{
	const struct family_alarms *objects = pdu->alarms;
	uint32_t id = 70;

	add_row(pdu, &objects->count, ROW_ALARMS, UINT_MAX);
	for (unsigned k = 0; k < pdu->other_alarms; k++)
		add_alarm_cell(pdu, objects->description, id++, ROW_ALARM_OTHER, UINT_MAX);
	for (unsigned i = 0; i < pdu->devices->len; i++) {
		add_alarm_cell(pdu, objects->description, ++id, ROW_ALARM_LOST, i);
		add_alarm_cell(pdu, objects->row, id, ROW_ALARM_ROW, i);
		add_alarm_cell(pdu, objects->device, id, ROW_ALARM_INDEX, i);
	}
}

static int compare_rows(const void *a, const void *b)
{
	const struct row *one = a, *other = b;

	return objid_compare(&one->name, &other->name);
}

static void make_rows(struct pdu_model *pdu)
{
	static const struct objid system[] = {
		{ .n = 9, .id = { 1, 3, 6, 1, 2, 1, 1, 1, 0 } },
		{ .n = 9, .id = { 1, 3, 6, 1, 2, 1, 1, 2, 0 } },
		{ .n = 10, .id = { 1, 3, 6, 1, 4, 1, 850, 200, 1, 0 } },
	};
	static const struct objid uptime = { .n = 9, .id = { 1, 3, 6, 1, 2, 1, 1, 3, 0 } };
	static const struct objid engine = { .n = 11, .id = { 1, 3, 6, 1, 6, 3, 10, 2, 1, 1, 0 } };

	for (unsigned i = 0; i < pdu->outlets->len; i++)
		add_outlet_rows(pdu, i);
	for (unsigned i = 0; i < pdu->devices->len; i++)
		add_device_rows(pdu, i);
	for (unsigned i = 0; i < G_N_ELEMENTS(system); i++)
		add_row(pdu, &system[i], ROW_OTHER, UINT_MAX);
	if (pdu->alarms)
		add_alarm_rows(pdu);
	if (pdu->engine_id)
		add_row(pdu, &engine, ROW_ENGINE, UINT_MAX);
	if (pdu->uptime != UPTIME_ABSENT)
		add_row(pdu, &uptime, ROW_UPTIME, UINT_MAX);
	g_array_sort(pdu->rows, compare_rows);
}

/* --- the operation --- */

static void make_times(struct world *world)
{
	static const usec holds[] = { 5000, 5000, 5000, 0, 500, 2000, 10000 };
	struct config *config = &world->config;

	config->snmp_timeout = USEC_PER_SEC;
	config->off_hold = 5 * USEC_PER_SEC;
	config->power_timeout = 20 * USEC_PER_SEC;
	config->total_timeout = 50 * USEC_PER_SEC;
	if (world->class != CLASS_MIXED)
		return;
	config->off_hold = 1000 * holds[below(world, G_N_ELEMENTS(holds))];
	if (permille(world, 300))
		config->power_timeout = millis(world, 5000, 20000);
	if (permille(world, 200))
		config->total_timeout =
			config->power_timeout + config->off_hold + millis(world, 1000, 20000);
}

static void make_version(struct world *world)
{
	static const enum snmp_version versions[] = { SNMP_V1,  SNMP_V1,  SNMP_V1, SNMP_V2C,
		                                      SNMP_V2C, SNMP_V2C, SNMP_V3, SNMP_V3 };
	const bool v3 = world->faults[FAULT_BOOTS_KEPT] || world->faults[FAULT_REPLACED];

	world->config.version = versions[below(world, G_N_ELEMENTS(versions))];
	if (v3)
		world->config.version = SNMP_V3;
	world->authentic = world->config.version == SNMP_V3 && permille(world, 850);
	if (world->authentic)
		world->config.auth = "SHA";
}

static void make_operation(struct world *world)
{
	static const enum trippsnmp_action actions[] = {
		TRIPPSNMP_POWER_OFF,   TRIPPSNMP_POWER_OFF,   TRIPPSNMP_POWER_RESET,
		TRIPPSNMP_POWER_RESET, TRIPPSNMP_POWER_RESET, TRIPPSNMP_POWER_ON
	};

	world->action = actions[below(world, G_N_ELEMENTS(actions))];
	make_version(world);
	world->node = permille(world, 200) ? "NODE1" : "node1";
	world->labels = g_memdup2(labels, sizeof(labels));
	world->config.pdus = g_array_new(FALSE, TRUE, sizeof(struct pdu_address));
	g_array_set_size(world->config.pdus, world->n_pdus);
	make_times(world);
	world->wire.latency_low = millis(world, 0, 2);
	world->wire.latency_high = world->wire.latency_low + millis(world, 0, 20);
	world->wire.faults_until = USEC_NEVER;
}

/* A time in the operation, more often early than late. */
usec moment(struct world *world)
{
	return world->begun +
	       (permille(world, 600) ? millis(world, 0, 8000)
	                             : chance_time(&world->chance, 0, world->config.total_timeout));
}

struct pdu_model *some_pdu(struct world *world)
{
	return &world->pdus[below(world, world->n_pdus)];
}

struct relay *some_feed(struct world *world)
{
	for (unsigned tries = 0; tries < 1000; tries++) {
		struct pdu_model *pdu = some_pdu(world);
		struct relay *relay = &pdu->relays[below(world, pdu->n_relays)];

		if (relay->feeds_node)
			return relay;
	}
	for (unsigned p = 0; p < world->n_pdus; p++)
		for (unsigned i = 0; i < world->pdus[p].n_relays; i++)
			if (world->pdus[p].relays[i].feeds_node)
				return &world->pdus[p].relays[i];
	g_error("seed %" G_GUINT64_FORMAT ": no feeds", world->seed);
}

struct outlet_model *outlet_of(const struct world *world, const struct relay *relay)
{
	const struct pdu_model *pdu = &world->pdus[relay->pdu];

	for (unsigned i = 0; i < pdu->outlets->len; i++)
		if (model_outlet(pdu, i)->relay == relay->index)
			return model_outlet(pdu, i);
	g_assert_not_reached();
}

/* --- when cards have started --- */

/* A day ago or more; some lately, which only costs time where nothing is lost. */
static void make_starts(struct world *world)
{
	for (unsigned p = 0; p < world->n_pdus; p++) {
		struct pdu_model *pdu = &world->pdus[p];

		pdu->started = world->begun - DAY - millis(world, 0, 86400000);
		if ((world->class == CLASS_MIXED || world->class == CLASS_HEALTHY) &&
		    permille(world, 150))
			pdu->started = world->begun - millis(world, 10000, 300000);
	}
}

static void lose_a_third(struct world *world)
{
	if (world->class == CLASS_LOSS_DATAGRAM)
		world->wire.lose_request = world->wire.lose_answer = 300;
	if (world->class == CLASS_LOSS_EXCHANGE)
		world->wire.lose_exchange = 300;
}

void generate(struct world *world)
{
	if (world->class == CLASS_MIXED)
		choose_faults(world);
	make_pdus(world);
	make_operation(world);
	make_map(world);
	make_starts(world);
	for (unsigned fault = FAULT_UPTIME_ABSENT; fault <= FAULT_UPTIME_WRAPS; fault++)
		if (world->faults[fault])
			starting_fault(world, fault);
	for (unsigned p = 0; p < world->n_pdus; p++)
		make_rows(&world->pdus[p]);
	if (world->class == CLASS_MIXED)
		apply_faults(world);
	if (world->class == CLASS_STARTING)
		start_lately(world);
	lose_a_third(world);
}
