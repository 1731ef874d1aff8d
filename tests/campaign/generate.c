/*
 * A world from a seed: PDUs, outlets, names, the node map, and which faults are
 * to strike. All of it is decided here, before anything runs, but for the luck
 * of single datagrams.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "world.h"

#include <string.h>

/* Without faults a card is not one that has just started. */
#define UP_FOR_LONG (86400 * USEC_PER_SEC)

/* How the node's outlets are written. */
enum style {
	STYLE_NUMBER,
	STYLE_DEVICE_NUMBER,
	STYLE_QUOTED,
	STYLE_MIXED,
	STYLE_NODE_NAME, /* a node without outlets */
	STYLE_NO_MAP,
	STYLE_COUNT
};

static const char *const labels[] = { "pdu-a", "pdu-b", "pdu-c", "pdu-d" };
static const char *const others[] = { "db2", "web-3", "node10", "mynode1" };

static uint32_t below(struct world *world, uint32_t n)
{
	return chance_below(&world->chance, n);
}

static bool permille(struct world *world, unsigned n)
{
	return chance_permille(&world->chance, n);
}

static usec seconds(struct world *world, double low, double high)
{
	/* rounded: what is cut off depends on the processor's precision */
	return chance_time(&world->chance, (usec)(low * 1e6 + 0.5), (usec)(high * 1e6 + 0.5));
}

/* --- devices and outlets --- */

static GBytes *bytes(const char *text)
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
	device.status = permille(world, 800) ? 0 : (int32_t)(1 + below(world, 4));
	g_array_append_val(pdu->devices, device);
	pdu->n_relays += n;
	for (unsigned i = 0; i < n; i++)
		add_outlet(world, pdu, family, index, i + 1, first + i);
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
		add_outlet(world, pdu, family_row(4), 1, i + 1, model_outlet(pdu, i)->relay);
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

static void make_relays(struct world *world, struct pdu_model *pdu, unsigned p)
{
	pdu->relays = g_new0(struct relay, pdu->n_relays);
	for (unsigned i = 0; i < pdu->n_relays; i++) {
		struct relay *relay = &pdu->relays[i];

		*relay = (struct relay){ .pdu = p, .index = i, .cycle_return = USEC_NEVER };
		relay->on = permille(world, 850);
		relay->latency = permille(world, 300) ? 0 : seconds(world, 0, 2);
	}
	/* The last one or two of some devices are wired through. */
	for (unsigned i = 0; i < pdu->outlets->len && permille(world, 50); i++)
		if (model_outlet(pdu, i)->family->controllable && i + 2 >= pdu->n_relays)
			model_outlet(pdu, i)->controllable = false;
}

static void make_agent(struct world *world, struct pdu_model *pdu, unsigned p)
{
	static const unsigned sizes[] = { 484, 1400, 1472, 4096, 8192 };
	char *id = g_strdup_printf("engine-%u", p);

	pdu->engine_id = permille(world, 600) ? bytes(id) : NULL;
	g_free(id);
	pdu->process_low = seconds(world, 0.001, 0.01);
	pdu->process_high = pdu->process_low + seconds(world, 0, 0.08);
	pdu->max_bytes = sizes[1 + below(world, G_N_ELEMENTS(sizes) - 1)];
	pdu->max_varbinds = UINT_MAX;
	pdu->set_echo = permille(world, 500);
	pdu->down_from = pdu->down_until = USEC_NEVER;
	pdu->faults_until = USEC_NEVER;
}

static void make_pdus(struct world *world)
{
	world->n_pdus = 1 + (permille(world, 450) ? below(world, 4) : below(world, 2));
	world->pdus = g_new0(struct pdu_model, world->n_pdus);
	for (unsigned p = 0; p < world->n_pdus; p++) {
		struct pdu_model *pdu = &world->pdus[p];

		pdu->outlets = g_array_new(FALSE, TRUE, sizeof(struct outlet_model));
		pdu->devices = g_array_new(FALSE, TRUE, sizeof(struct device_model));
		pdu->rows = g_array_new(FALSE, TRUE, sizeof(struct row));
		make_devices(world, pdu);
		make_relays(world, pdu, p);
		make_agent(world, pdu, p);
	}
}

/* --- the node and its map --- */

static bool is_twin_of_better(const struct pdu_model *pdu, const struct outlet_model *outlet)
{
	return outlet->family->rank > model_outlet(pdu, 0)->family->rank;
}

static unsigned devices_with_outlets(const struct pdu_model *pdu)
{
	unsigned n = 0;

	for (unsigned i = 0; i < pdu->devices->len; i++)
		n += model_device(pdu, i)->family != NULL;
	return n;
}

/* quoted: hostlist has that name, so the description will not do. */
static void rename_outlet(struct world *world, struct pdu_model *pdu, unsigned relay,
                          const char *name, bool quoted)
{
	const bool description = permille(world, 300) && !quoted;
	char *text = g_strdup(name);

	if (permille(world, 300))
		for (char *at = text; *at; at++)
			*at = g_ascii_toupper(*at);
	for (unsigned i = 0; i < pdu->outlets->len; i++) {
		struct outlet_model *outlet = model_outlet(pdu, i);
		GBytes **cell = description && outlet->family->description ? &outlet->description
		                                                           : &outlet->name;

		if (outlet->relay != relay)
			continue;
		g_bytes_unref(*cell);
		*cell = bytes(text);
	}
	g_free(text);
}

/* Picks outlets for the node; the first of each PDU's list is as likely as the last. */
static unsigned choose_feeds(struct world *world)
{
	const unsigned wanted = 1 + (permille(world, 400) ? below(world, 6) : below(world, 3));
	unsigned n = 0;

	for (unsigned tries = 0; tries < 20 * wanted && n < wanted; tries++) {
		struct pdu_model *pdu = &world->pdus[below(world, world->n_pdus)];
		const struct outlet_model *outlet =
			model_outlet(pdu, below(world, pdu->outlets->len));
		struct relay *relay = &pdu->relays[outlet->relay];

		if (!outlet->controllable || relay->feeds_node || is_twin_of_better(pdu, outlet))
			continue;
		relay->feeds_node = true;
		n++;
	}
	return n;
}

static void add_reference(struct world *world, GString *text, unsigned p, unsigned i,
                          enum style style)
{
	struct pdu_model *pdu = &world->pdus[p];
	const struct outlet_model *outlet = model_outlet(pdu, i);

	if (style == STYLE_MIXED)
		style = below(world, 3);
	if (style == STYLE_NUMBER && devices_with_outlets(pdu) > 1)
		style = STYLE_DEVICE_NUMBER;
	if (style == STYLE_QUOTED) {
		char *name = g_strdup_printf("feed %u of %u", i, p);

		rename_outlet(world, pdu, outlet->relay, name, true);
		g_string_append_printf(text, "\"%s\"", name);
		g_free(name);
	} else if (style == STYLE_DEVICE_NUMBER) {
		g_string_append_printf(text, "%u.%u", outlet->device, outlet->number);
	} else {
		g_string_append_printf(text, "%u", outlet->number);
	}
	if (world->n_pdus > 1 || permille(world, 300))
		g_string_append_printf(text, "@%s", labels[p]);
}

/* What is the matter with a map that must be refused. */
enum mistake { MISTAKE_TWICE, MISTAKE_NO_OUTLET, MISTAKE_SHARED, MISTAKE_FEEDS, MISTAKE_COUNT };

static void add_mistake(struct world *world, GString *text, const char *last)
{
	char *reference = g_strdup(last);

	world->hopeless = true;
	switch ((enum mistake)below(world, MISTAKE_COUNT)) {
	case MISTAKE_TWICE:
		g_string_append_printf(text, ",%s", reference);
		break;
	case MISTAKE_NO_OUTLET:
		g_string_append_printf(text, ",99%s%s", world->n_pdus > 1 ? "@" : "",
		                       world->n_pdus > 1 ? labels[below(world, world->n_pdus)]
		                                         : "");
		break;
	case MISTAKE_SHARED:
		g_string_append_printf(text, "; db2:%s", reference);
		break;
	case MISTAKE_FEEDS:
	case MISTAKE_COUNT:
		world->config.feeds = 40;
		break;
	}
	g_free(reference);
}

static void map_node(struct world *world, GString *text, enum style style)
{
	unsigned n = 0;
	gsize last = 0;

	g_string_append(text, "node1:");
	for (unsigned p = 0; p < world->n_pdus; p++)
		for (unsigned i = 0; i < world->pdus[p].outlets->len; i++) {
			const struct outlet_model *outlet = model_outlet(&world->pdus[p], i);

			if (!world->pdus[p].relays[outlet->relay].feeds_node ||
			    is_twin_of_better(&world->pdus[p], outlet))
				continue;
			if (n++)
				g_string_append_c(text, ',');
			last = text->len;
			add_reference(world, text, p, i, style);
		}
	if (world->faults[FAULT_MISCONFIGURED])
		add_mistake(world, text, text->str + last);
}

/* Other nodes: by name, so that their outlets' names matter to the one at hand. */
static void map_others(struct world *world, GString *text)
{
	for (unsigned i = strstr(text->str, "db2") ? 1 : 0; i < 2 && permille(world, 300); i++)
		g_string_append_printf(text, "; %s", others[i]);
}

static void name_others(struct world *world)
{
	for (unsigned p = 0; p < world->n_pdus; p++)
		for (unsigned i = 0; i < world->pdus[p].n_relays; i++)
			if (!world->pdus[p].relays[i].feeds_node && permille(world, 150))
				rename_outlet(world, &world->pdus[p], i,
				              others[below(world, G_N_ELEMENTS(others))], false);
}

static void name_feeds(struct world *world)
{
	for (unsigned p = 0; p < world->n_pdus; p++)
		for (unsigned i = 0; i < world->pdus[p].n_relays; i++)
			if (world->pdus[p].relays[i].feeds_node)
				rename_outlet(world, &world->pdus[p], i, "node1", false);
}

static void make_map(struct world *world)
{
	const enum style style = below(world, STYLE_COUNT);
	GString *text = g_string_new(NULL);
	struct pdu_name names[G_N_ELEMENTS(labels)];
	char *error = NULL;
	const unsigned n = choose_feeds(world);

	world->by_name = style >= STYLE_QUOTED;
	name_others(world);
	if (style == STYLE_NODE_NAME || style == STYLE_NO_MAP)
		name_feeds(world);
	if (style == STYLE_NODE_NAME)
		g_string_append(text, "node1");
	else if (style != STYLE_NO_MAP)
		map_node(world, text, style);
	if (style != STYLE_NO_MAP)
		map_others(world, text);
	if (style >= STYLE_NODE_NAME && world->faults[FAULT_MISCONFIGURED]) {
		world->config.feeds = 40;
		world->hopeless = true;
	} else if (!world->config.feeds && permille(world, 200)) {
		world->config.feeds = n;
	}
	for (unsigned p = 0; p < world->n_pdus; p++)
		names[p] = (struct pdu_name){ labels[p], labels[p], 161 };
	world->hostlist = g_string_free(text, FALSE);
	world->config.map = nodemap_parse(world->hostlist, names, world->n_pdus, &error);
	if (!world->config.map && world->hopeless) {
		/* a mistake that the parser sees already is not for this campaign */
		g_clear_pointer(&error, g_free);
		world->config.feeds = 40;
		world->config.map = nodemap_parse("node1", names, world->n_pdus, &error);
	}
	if (!world->config.map)
		g_error("seed %" G_GUINT64_FORMAT ": hostlist \"%s\": %s", world->seed,
		        world->hostlist, error);
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
	if (family->rank < 2)
		add_cell(pdu, i, 1, ROW_OTHER);
	if (family->rank == 0)
		add_cell(pdu, i, 10, ROW_OTHER);
}

static void add_device_rows(struct pdu_model *pdu, unsigned i)
{
	const struct device_model *device = model_device(pdu, i);
	const uint32_t scalar = 0;
	struct objid name;

	if (device->has_status) {
		name = objid_append(&family_row(0)->device_status, 1, &device->index);
		add_row(pdu, &name, ROW_STATUS, i);
	}
	if (device->family && device->has_count) {
		name = objid_append(&device->family->outlet_count, 1,
		                    device->family->by_device ? &device->index : &scalar);
		add_row(pdu, &name, ROW_COUNT, i);
	}
}

static int compare_rows(const void *a, const void *b)
{
	const struct row *one = a, *other = b;

	return objid_compare(&one->name, &other->name);
}

static void make_rows(struct world *world, struct pdu_model *pdu)
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
	if (pdu->engine_id)
		add_row(pdu, &engine, ROW_ENGINE, UINT_MAX);
	if (world->class != CLASS_MIXED || permille(world, 700))
		add_row(pdu, &uptime, ROW_UPTIME, UINT_MAX);
	pdu->up_since = world->begun - seconds(world, 0, 300);
	if (world->class != CLASS_MIXED)
		pdu->up_since -= UP_FOR_LONG;
	g_array_sort(pdu->rows, compare_rows);
}

/* --- the operation --- */

static void make_times(struct world *world)
{
	static const double holds[] = { 5, 5, 5, 0, 0.5, 2, 10 };
	struct config *config = &world->config;

	config->snmp_timeout = USEC_PER_SEC;
	config->off_hold = 5 * USEC_PER_SEC;
	config->power_timeout = 20 * USEC_PER_SEC;
	config->total_timeout = 50 * USEC_PER_SEC;
	if (world->class != CLASS_MIXED)
		return;
	config->off_hold = (usec)(holds[below(world, G_N_ELEMENTS(holds))] * (double)USEC_PER_SEC);
	if (permille(world, 300))
		config->power_timeout = seconds(world, 5, 20);
	if (permille(world, 200))
		config->total_timeout =
			config->power_timeout + config->off_hold + seconds(world, 1, 20);
}

static void make_operation(struct world *world)
{
	static const enum trippsnmp_action actions[] = {
		TRIPPSNMP_POWER_OFF,   TRIPPSNMP_POWER_OFF,   TRIPPSNMP_POWER_RESET,
		TRIPPSNMP_POWER_RESET, TRIPPSNMP_POWER_RESET, TRIPPSNMP_POWER_ON
	};

	world->action = actions[below(world, G_N_ELEMENTS(actions))];
	world->config.version = permille(world, 350) ? SNMP_V1 : SNMP_V2C;
	world->node = permille(world, 200) ? "NODE1" : "node1";
	world->labels = g_memdup2(labels, sizeof(labels));
	world->config.pdus = g_ptr_array_new();
	for (unsigned p = 0; p < world->n_pdus; p++)
		g_ptr_array_add(world->config.pdus, NULL);
	make_times(world);
	world->wire.latency_low = seconds(world, 0.0002, 0.002);
	world->wire.latency_high = world->wire.latency_low + seconds(world, 0, 0.02);
	world->wire.faults_until = USEC_NEVER;
}

/* --- faults --- */

/* A time in the operation, more often early than late. */
static usec moment(struct world *world)
{
	return world->begun +
	       (permille(world, 600) ? seconds(world, 0, 8)
	                             : chance_time(&world->chance, 0, world->config.total_timeout));
}

static struct pdu_model *some_pdu(struct world *world)
{
	return &world->pdus[below(world, world->n_pdus)];
}

static struct relay *some_feed(struct world *world)
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

static struct outlet_model *outlet_of(const struct world *world, const struct relay *relay)
{
	const struct pdu_model *pdu = &world->pdus[relay->pdu];

	for (unsigned i = 0; i < pdu->outlets->len; i++)
		if (model_outlet(pdu, i)->relay == relay->index)
			return model_outlet(pdu, i);
	g_assert_not_reached();
}

/* Calls fn for one feed, or for all. */
static void for_feeds(struct world *world, void (*fn)(struct world *, struct relay *))
{
	if (permille(world, 700)) {
		fn(world, some_feed(world));
		return;
	}
	for (unsigned p = 0; p < world->n_pdus; p++)
		for (unsigned i = 0; i < world->pdus[p].n_relays; i++)
			if (world->pdus[p].relays[i].feeds_node)
				fn(world, &world->pdus[p].relays[i]);
}

static unsigned strength(struct world *world)
{
	static const unsigned strengths[] = { 50, 100, 200, 300, 500, 800, 1000 };

	return strengths[below(world, G_N_ELEMENTS(strengths))];
}

static void slow_relay(struct world *world, struct relay *relay)
{
	relay->latency = seconds(world, 1, 30);
}

static void stuck_relay(struct world *world, struct relay *relay)
{
	relay->stuck = true;
	relay->on = permille(world, 900);
	relay->lead = 0;
}

static void falls_back(struct world *world, struct relay *relay)
{
	relay->falls = 1 + below(world, 4);
	relay->falls_after = seconds(world, 0, 12);
}

static void lead(struct world *world, struct relay *relay)
{
	if (relay->stuck || world->config.off_hold == 0)
		return;
	relay->lead = chance_time(&world->chance, 1, world->config.off_hold);
	relay->latency = MAX(relay->latency, relay->lead);
}

static void lag(struct world *world, struct relay *relay)
{
	if (!relay->lead)
		relay->lag = seconds(world, 0, 6);
}

static void hand(struct world *world, struct relay *relay)
{
	for (unsigned n = 1 + below(world, 3); n; n--) {
		struct happening_data data = {
			.at = moment(world),
			.what = AT_HAND,
			.pdu = relay->pdu,
			.relay = relay->index,
			.cause = CAUSE_HAND,
		};

		data.on = permille(world, 700);
		agenda_add(world, &data);
		/* and back again soon, perhaps between two sweeps */
		data.at += seconds(world, 0.1, 5);
		data.on = !data.on;
		if (permille(world, 400))
			agenda_add(world, &data);
	}
}

/* Somebody's cycle that began before us: in its off phase, or just about to be. */
static void cycle(struct world *world, struct relay *relay)
{
	const usec off = seconds(world, 0.5, 40);
	struct happening_data data = {
		.at = world->begun - seconds(world, 0, relay->latency > 0 ? 1 : 0.1),
		.what = AT_HAND,
		.pdu = relay->pdu,
		.relay = relay->index,
		.cause = CAUSE_HAND,
		.length = off,
	};

	if (relay->stuck)
		return;
	relay->cycle_before = true;
	if (permille(world, 700)) {
		relay->on = false;
		relay->cycle_return = world->begun + off;
	} else {
		relay->on = true;
		data.length = MAX(off, 2 * relay->latency + USEC_PER_SEC);
		agenda_add(world, &data);
	}
}

static enum bad_value bad_of_fault(enum fault fault)
{
	switch (fault) {
	case FAULT_STATE_UNKNOWN:
		return BAD_UNKNOWN;
	case FAULT_STATE_MIXED:
		return BAD_MIXED;
	case FAULT_STATE_RANGE:
		return BAD_RANGE;
	case FAULT_STATE_NULL:
		return BAD_NULL;
	case FAULT_STATE_TYPE:
		return BAD_TYPE;
	default:
		return BAD_ABSENT;
	}
}

static void bad_state(struct world *world, enum fault fault)
{
	for (unsigned n = 1 + below(world, 3); n; n--) {
		const struct relay *relay = some_feed(world);
		struct outlet_model *outlet = outlet_of(world, relay);

		outlet->bad = bad_of_fault(fault);
		outlet->bad_from = permille(world, 400) ? 0 : moment(world);
		outlet->bad_until = permille(world, 300) ? USEC_NEVER
		                                         : outlet->bad_from + seconds(world, 0, 15);
		if (outlet->bad_until != USEC_NEVER && !outlet->bad_from)
			outlet->bad_until = world->begun + seconds(world, 0, 15);
		outlet->bad_permille = permille(world, 500) ? 1000 : strength(world);
	}
}

static bool is_cell(const struct row *row)
{
	return row->kind == ROW_STATE || row->kind == ROW_CONTROLLABLE || row->kind == ROW_NAME ||
	       row->kind == ROW_DESCRIPTION;
}

static void hide(struct world *world, struct row *row, usec longest)
{
	row->hidden_from = permille(world, 600) ? 0 : moment(world);
	row->hidden_until = (row->hidden_from ? row->hidden_from : world->begun) +
	                    chance_time(&world->chance, 0, longest);
	if (permille(world, 200) && longest > 15 * USEC_PER_SEC)
		row->hidden_until = USEC_NEVER;
}

static bool lacks_a_cell(const struct pdu_model *pdu, unsigned outlet)
{
	for (unsigned i = 0; i < pdu->rows->len; i++)
		if (model_row(pdu, i)->of == outlet && model_row(pdu, i)->hidden_until)
			return true;
	return false;
}

/*
 * Single cells that are not there, while the rest of their row is, and the rest
 * of their column: what is missing altogether is not missed.
 */
static void missing_cells(struct world *world)
{
	struct pdu_model *pdu = some_pdu(world);

	for (unsigned n = 1 + below(world, 2), tries = 100; n && tries; tries--) {
		struct row *row = model_row(pdu, below(world, pdu->rows->len));

		if (!is_cell(row) || lacks_a_cell(pdu, row->of))
			continue;
		hide(world, row, 20 * USEC_PER_SEC);
		n--;
	}
}

/*
 * Rows that are not there for a while, whole, in a device that tells how many
 * it should have; without such a count nobody could know.
 */
static void short_table(struct world *world)
{
	struct pdu_model *pdu = some_pdu(world);
	const struct device_model *device = model_device(pdu, 0);
	const usec from = permille(world, 700) ? 0 : moment(world);
	const usec until = (from ? from : world->begun) + seconds(world, 0, 20);

	if (!device->has_count)
		return;
	for (unsigned i = 0; i < pdu->rows->len; i++) {
		struct row *row = model_row(pdu, i);

		if (row->of >= pdu->outlets->len || row->kind == ROW_COUNT ||
		    row->kind == ROW_STATUS || row->hidden_until)
			continue;
		if (model_outlet(pdu, row->of)->device != device->index ||
		    model_outlet(pdu, row->of)->family != device->family ||
		    (row->of * 7 + world->seed) % 3)
			continue;
		row->hidden_from = from;
		row->hidden_until = until;
	}
}

/* Whether two rows are of one column: else the order says that a table has ended. */
static bool same_column(const struct row *a, const struct row *b)
{
	return a->kind != ROW_COUNT && a->kind != ROW_STATUS && a->name.n == b->name.n &&
	       a->name.n > 2 &&
	       !memcmp(a->name.id, b->name.id, (a->name.n - 2) * sizeof(a->name.id[0]));
}

static void disorder(struct world *world, struct pdu_model *pdu)
{
	const unsigned n = pdu->rows->len;

	if (pdu->order)
		return;
	pdu->order = g_new(unsigned, n);
	pdu->rank = g_new(unsigned, n);
	for (unsigned i = 0; i < n; i++)
		pdu->order[i] = i;
	for (unsigned swaps = 3 + below(world, 8); swaps; swaps--) {
		const unsigned a = below(world, n), far = 1 + below(world, 6);
		const unsigned b = MIN(n - 1, a + far);
		const unsigned held = pdu->order[a];

		if (!same_column(model_row(pdu, pdu->order[a]), model_row(pdu, pdu->order[b])))
			continue;
		pdu->order[a] = pdu->order[b];
		pdu->order[b] = held;
	}
	for (unsigned i = 0; i < n; i++)
		pdu->rank[pdu->order[i]] = i;
}

static void go_offline(struct world *world)
{
	struct pdu_model *pdu = some_pdu(world);

	for (unsigned i = 0; i < pdu->devices->len; i++) {
		struct device_model *device = model_device(pdu, i);

		if (!device->family || !device->has_status)
			continue;
		device->offline_from = permille(world, 500) ? 0 : moment(world);
		device->offline_until =
			(device->offline_from ? device->offline_from : world->begun) +
			seconds(world, 0, 30);
		device->offline_echoes = permille(world, 600);
	}
}

static void reboot(struct world *world)
{
	struct pdu_model *pdu = some_pdu(world);
	struct happening_data data = { .at = moment(world),
		                       .what = AT_DOWN,
		                       .pdu = (unsigned)(pdu - world->pdus) };

	if (pdu->down_from != USEC_NEVER)
		return;
	pdu->down_from = data.at;
	pdu->down_until = data.at + seconds(world, 0.5, 40);
	pdu->reboot_all_on = permille(world, 400);
	pdu->reboot_unknown = permille(world, 500) ? seconds(world, 0, 8) : 0;
	pdu->reboot_short = permille(world, 500) ? seconds(world, 0, 10) : 0;
	agenda_add(world, &data);
	data.at = pdu->down_until;
	data.what = AT_UP;
	agenda_add(world, &data);
}

static void poison(struct world *world)
{
	static const int of_v1[] = { 3, 5 };
	static const int of_v2c[] = { 3, 5, 13, 16 };
	struct pdu_model *pdu = some_pdu(world);

	pdu->poison = model_row(pdu, below(world, pdu->rows->len))->name;
	pdu->poison_indexed = permille(world, 600);
	pdu->poison_status =
		world->config.version == SNMP_V1 ? of_v1[below(world, 2)] : of_v2c[below(world, 4)];
}

static void set_errors(struct world *world, struct pdu_model *pdu)
{
	static const int of_v1[] = { 2, 3, 4, 5 };
	static const int of_v2c[] = { 5, 6, 10, 13, 14, 16, 17 };

	pdu->set_error_permille = strength(world);
	pdu->set_error_effect = permille(world, 500) ? 0 : strength(world);
	if (permille(world, 500))
		pdu->set_error = world->config.version == SNMP_V1 ? of_v1[below(world, 4)]
		                                                  : of_v2c[below(world, 7)];
}

static void wire_fault(struct world *world, enum fault fault)
{
	struct wire *wire = &world->wire;
	const unsigned weak = 20 + below(world, 300);

	switch (fault) {
	case FAULT_LOSE_REQUEST:
		wire->lose_request = 50 + below(world, 500);
		break;
	case FAULT_LOSE_ANSWER:
		wire->lose_answer = 50 + below(world, 500);
		break;
	case FAULT_DELAY:
		wire->delay = 50 + below(world, 400);
		wire->delay_max = seconds(world, 0.6, 12);
		break;
	case FAULT_DUPLICATE:
		wire->duplicate = weak;
		break;
	case FAULT_REORDER:
		wire->reorder = 500;
		break;
	case FAULT_FOREIGN:
		wire->foreign = 2 * weak;
		break;
	case FAULT_MISPAIRED:
		wire->mispaired = weak;
		break;
	case FAULT_UNREACHABLE:
		wire->unreachable = weak;
		break;
	default:
		wire->report = 1 + weak / 8;
		break;
	}
}

static void agent_fault(struct world *world, struct pdu_model *pdu, enum fault fault)
{
	switch (fault) {
	case FAULT_SLOW_AGENT:
		pdu->process_high = seconds(world, 0.1, permille(world, 200) ? 3 : 1);
		break;
	case FAULT_MUTE_BULK:
		pdu->mute_bulk = true;
		break;
	case FAULT_GET_ERROR:
		pdu->get_error_permille = strength(world) / 2;
		break;
	case FAULT_TOO_BIG:
		pdu->max_varbinds = 1 + below(world, 12);
		pdu->max_bytes = 484;
		break;
	case FAULT_SET_ERROR:
		set_errors(world, pdu);
		break;
	case FAULT_SET_PARTIAL:
		pdu->set_partial_permille = strength(world);
		pdu->set_partial_lies = permille(world, 500);
		break;
	case FAULT_SET_IGNORED:
		pdu->set_ignored_permille = strength(world);
		break;
	case FAULT_SET_MUTE:
		pdu->set_mute_permille = strength(world);
		break;
	case FAULT_SET_DROPPED:
		pdu->set_dropped_permille = strength(world);
		break;
	case FAULT_WALK_STUCK:
		pdu->walk_stuck_permille = strength(world) / 3;
		break;
	default:
		disorder(world, pdu);
		break;
	}
}

static void apply(struct world *world, enum fault fault)
{
	switch (fault) {
	case FAULT_LOSE_REQUEST:
	case FAULT_LOSE_ANSWER:
	case FAULT_DELAY:
	case FAULT_DUPLICATE:
	case FAULT_REORDER:
	case FAULT_FOREIGN:
	case FAULT_MISPAIRED:
	case FAULT_UNREACHABLE:
	case FAULT_REPORT:
		wire_fault(world, fault);
		break;
	case FAULT_SLOW_AGENT:
	case FAULT_MUTE_BULK:
	case FAULT_GET_ERROR:
	case FAULT_TOO_BIG:
	case FAULT_SET_ERROR:
	case FAULT_SET_PARTIAL:
	case FAULT_SET_IGNORED:
	case FAULT_SET_MUTE:
	case FAULT_SET_DROPPED:
	case FAULT_WALK_STUCK:
	case FAULT_ROW_ORDER:
		for (unsigned n = 1 + below(world, 2); n; n--)
			agent_fault(world, some_pdu(world), fault);
		break;
	case FAULT_POISON:
		poison(world);
		break;
	case FAULT_SLOW_RELAY:
		for_feeds(world, slow_relay);
		break;
	case FAULT_STUCK_RELAY:
		for_feeds(world, stuck_relay);
		break;
	case FAULT_FALLS_BACK:
		for_feeds(world, falls_back);
		break;
	case FAULT_LEAD:
		for_feeds(world, lead);
		break;
	case FAULT_LAG:
		for_feeds(world, lag);
		break;
	case FAULT_HAND:
		for_feeds(world, hand);
		break;
	case FAULT_CYCLE:
		for_feeds(world, cycle);
		break;
	case FAULT_STATE_UNKNOWN:
	case FAULT_STATE_MIXED:
	case FAULT_STATE_RANGE:
	case FAULT_STATE_NULL:
	case FAULT_STATE_TYPE:
	case FAULT_STATE_ABSENT:
		bad_state(world, fault);
		break;
	case FAULT_CELL_MISSING:
		missing_cells(world);
		break;
	case FAULT_TABLE_CHANGES:
		short_table(world);
		break;
	case FAULT_OFFLINE:
		go_offline(world);
		break;
	case FAULT_REBOOT:
		reboot(world);
		break;
	case FAULT_DEVICE_INDEX:  /* done with the devices */
	case FAULT_MISCONFIGURED: /* done with the map */
	case FAULT_COUNT:
		break;
	}
}

static void choose_faults(struct world *world)
{
	unsigned n = permille(world, 350) ? 1 : 2 + below(world, 5);

	for (; n; n--) {
		const enum fault fault = below(world, FAULT_COUNT);

		/* a wrong configuration hides everything else */
		if (fault != FAULT_MISCONFIGURED || permille(world, 300))
			world->faults[fault] = true;
		/* these only tell something where the state already reads off */
		if ((fault == FAULT_OFFLINE || fault == FAULT_SET_ERROR ||
		     fault == FAULT_SET_DROPPED) &&
		    permille(world, 200))
			world->faults[FAULT_CYCLE] = true;
	}
	if (permille(world, 50))
		world->faults[FAULT_CYCLE] = true;
}

static void apply_faults(struct world *world)
{
	for (unsigned fault = 0; fault < FAULT_COUNT; fault++)
		if (world->faults[fault])
			apply(world, fault);
	if (permille(world, 400))
		world->wire.faults_until = moment(world);
	for (unsigned p = 0; p < world->n_pdus; p++)
		if (permille(world, 400))
			world->pdus[p].faults_until = moment(world);
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
	for (unsigned p = 0; p < world->n_pdus; p++)
		make_rows(world, &world->pdus[p]);
	if (world->class == CLASS_MIXED)
		apply_faults(world);
	lose_a_third(world);
}
