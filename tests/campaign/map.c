/*
 * The node of a world, its outlets, and how they are written in hostlist.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "world.h"

#include <string.h>

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

static const char *const others[] = { "db2", "web-3", "node10", "mynode1" };

bool is_twin_of_better(const struct pdu_model *pdu, const struct outlet_model *outlet)
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

static bool is_main_of(const struct relay *main, const struct relay *relay)
{
	return main->is_main && relay != main && relay->main == main->index;
}

/* What hangs on a main load is cut with it: beside it there would be no need to name it. */
static bool is_cut_with_another(const struct pdu_model *pdu, const struct relay *relay)
{
	for (unsigned i = 0; i < pdu->n_relays; i++)
		if (pdu->relays[i].feeds_node &&
		    (is_main_of(&pdu->relays[i], relay) || is_main_of(relay, &pdu->relays[i])))
			return true;
	return false;
}

static bool choose_feed(struct pdu_model *pdu, const struct outlet_model *outlet, bool mains)
{
	struct relay *relay = &pdu->relays[outlet->relay];

	if (!outlet->controllable || relay->feeds_node || is_twin_of_better(pdu, outlet) ||
	    (relay->is_main && !mains) || is_cut_with_another(pdu, relay))
		return false;
	relay->feeds_node = true;
	return true;
}

/* A main load that some PDU has; false if the one chosen has none. */
static bool choose_main(struct world *world)
{
	struct pdu_model *pdu = &world->pdus[below(world, world->n_pdus)];

	for (unsigned i = 0; i < pdu->outlets->len; i++)
		if (model_outlet(pdu, i)->family->is_main && permille(world, 800) &&
		    choose_feed(pdu, model_outlet(pdu, i), true))
			return true;
	return false;
}

/*
 * Picks outlets for the node; the first of each PDU's list is as likely as the last. A main load
 * is never found by a name.
 */
static unsigned choose_feeds(struct world *world, bool mains)
{
	const unsigned wanted = 1 + (permille(world, 400) ? below(world, 6) : below(world, 3));
	unsigned n = mains && permille(world, 250) && choose_main(world);

	for (unsigned tries = 0; tries < 20 * wanted && n < wanted; tries++) {
		struct pdu_model *pdu = &world->pdus[below(world, world->n_pdus)];

		n += choose_feed(pdu, model_outlet(pdu, below(world, pdu->outlets->len)), mains);
	}
	return n;
}

/* [DEVICE.]NUMBER or [DEVICE.]main, without @PDU. */
static void add_number(GString *text, const struct outlet_model *outlet, bool device)
{
	if (device)
		g_string_append_printf(text, "%u.", outlet->device);
	if (outlet->family->is_main)
		g_string_append(text, "main");
	else
		g_string_append_printf(text, "%u", outlet->number);
}

static void add_reference(struct world *world, GString *text, unsigned p, unsigned i,
                          enum style style)
{
	struct pdu_model *pdu = &world->pdus[p];
	const struct outlet_model *outlet = model_outlet(pdu, i);

	if (style == STYLE_MIXED)
		style = below(world, 3);
	if (style == STYLE_QUOTED && outlet->family->is_main)
		style = STYLE_NUMBER;
	if (style == STYLE_NUMBER && devices_with_outlets(pdu) > 1)
		style = STYLE_DEVICE_NUMBER;
	if (style == STYLE_QUOTED) {
		pdu->relays[outlet->relay].by_name = true;
		char *name = g_strdup_printf("feed %u of %u", i, p);

		rename_outlet(world, pdu, outlet->relay, name, true);
		g_string_append_printf(text, "\"%s\"", name);
		g_free(name);
	} else {
		add_number(text, outlet, style == STYLE_DEVICE_NUMBER);
	}
	if (world->n_pdus > 1 || permille(world, 300))
		g_string_append_printf(text, "@%s", world->labels[p]);
}

/* What is the matter with a map that must be refused. */
enum mistake {
	MISTAKE_TWICE,
	MISTAKE_NO_OUTLET,
	MISTAKE_SHARED,
	MISTAKE_BESIDE_MAIN,
	MISTAKE_FEEDS,
	MISTAKE_COUNT
};

/*
 * Another node has something on the device of the node's last outlet, and one of both is its main
 * load; the device is written where it is not there, so that the parser alone cannot see it. But a
 * main load without its device, where several have one, is ambiguous, and in nobody's way.
 */
static void add_beside_main(struct world *world, GString *text, const char *last,
                            const struct outlet_model *outlet, bool several_devices)
{
	const struct outlet_model main = { .family = family_row(0)->main,
		                           .device = outlet->device };
	struct outlet_model first = *outlet;
	const char *pdu = strchr(last, '@');

	first.family = family_row(0);
	first.number = 1;
	g_string_append(text, "; db2:");
	add_number(text, outlet->family->is_main ? &first : &main,
	           several_devices || !strchr(last, '.') ||
	                   strchr(last, '.') > (pdu ? pdu : strchr(last, '\0')));
	if (world->n_pdus > 1)
		g_string_append(text, pdu);
}

static void add_mistake(struct world *world, GString *text, const char *last,
                        const struct outlet_model *outlet, bool several_devices)
{
	char *reference = g_strdup(last);

	world->hopeless = true;
	switch ((enum mistake)below(world, MISTAKE_COUNT)) {
	case MISTAKE_TWICE:
		g_string_append_printf(text, ",%s", reference);
		break;
	case MISTAKE_NO_OUTLET:
		g_string_append_printf(
			text, ",99%s%s", world->n_pdus > 1 ? "@" : "",
			world->n_pdus > 1 ? world->labels[below(world, world->n_pdus)] : "");
		break;
	case MISTAKE_SHARED:
		g_string_append_printf(text, "; db2:%s", reference);
		break;
	case MISTAKE_BESIDE_MAIN:
		add_beside_main(world, text, reference, outlet, several_devices);
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
	const struct outlet_model *last_outlet = NULL;
	bool several_devices = false;
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
			last_outlet = outlet;
			several_devices = devices_with_outlets(&world->pdus[p]) > 1;
			add_reference(world, text, p, i, style);
		}
	if (world->faults[FAULT_MISCONFIGURED])
		add_mistake(world, text, text->str + last, last_outlet, several_devices);
}

static bool has_main(const struct world *world)
{
	for (unsigned p = 0; p < world->n_pdus; p++)
		for (unsigned i = 0; i < world->pdus[p].n_relays; i++)
			if (world->pdus[p].relays[i].is_main && world->pdus[p].relays[i].feeds_node)
				return true;
	return false;
}

/* That node is in the map: where it hangs on a main load of the node's, nothing may be switched. */
static void hang_others(struct world *world, unsigned another)
{
	for (unsigned p = 0; p < world->n_pdus; p++)
		for (unsigned i = 0; i < world->pdus[p].n_relays; i++) {
			struct pdu_model *pdu = &world->pdus[p];
			struct relay *relay = &pdu->relays[i];

			if (relay->another != another || !pdu->relays[relay->main].feeds_node)
				continue;
			relay->not_to_cut = true;
			world->hopeless = true;
		}
}

/* Other nodes: by name, so that their outlets' names matter to the one at hand. */
static void map_others(struct world *world, GString *text)
{
	for (unsigned i = strstr(text->str, "db2") ? 1 : 0; i < 2 && permille(world, 300); i++) {
		g_string_append_printf(text, "; %s", others[i]);
		hang_others(world, i + 1);
		world->settles = world->settles || has_main(world);
	}
}

static void name_other(struct world *world, struct pdu_model *pdu, struct relay *relay)
{
	const bool cut = pdu->relays[relay->main].feeds_node;
	unsigned which;

	if (relay->feeds_node || relay->is_main || !permille(world, 150))
		return;
	which = below(world, G_N_ELEMENTS(others));
	if (cut && world->class != CLASS_MIXED)
		return;
	rename_outlet(world, pdu, relay->index, others[which], false);
	relay->another = which + 1;
}

static void name_others(struct world *world)
{
	for (unsigned p = 0; p < world->n_pdus; p++)
		for (unsigned i = 0; i < world->pdus[p].n_relays; i++)
			name_other(world, &world->pdus[p], &world->pdus[p].relays[i]);
}

static void name_feeds(struct world *world)
{
	for (unsigned p = 0; p < world->n_pdus; p++)
		for (unsigned i = 0; i < world->pdus[p].n_relays; i++)
			if (world->pdus[p].relays[i].feeds_node) {
				rename_outlet(world, &world->pdus[p], i, "node1", false);
				world->pdus[p].relays[i].by_name = true;
			}
}

/* What only a look by name can meet needs one; and rows may be exchanged only where no number is
 * meant. */
static enum style choose_style(struct world *world)
{
	static const enum style by_name[] = { STYLE_QUOTED, STYLE_NODE_NAME, STYLE_NO_MAP };
	const enum style style = below(world, STYLE_COUNT);
	const enum style named = by_name[below(world, G_N_ELEMENTS(by_name))];
	const bool wanted = world->faults[FAULT_ROWS_MISSING] ||
	                    world->faults[FAULT_DEVICE_MISSING] || world->faults[FAULT_NAMES_LATE];

	if (world->faults[FAULT_ROWS_EXCHANGED] || (wanted && permille(world, 900)))
		return named;
	return style;
}

void make_map(struct world *world)
{
	const enum style style = choose_style(world);
	GString *text = g_string_new(NULL);
	struct pdu_address names[PDUS_MAX];
	char *error = NULL;
	const unsigned n = choose_feeds(world, style < STYLE_NODE_NAME);

	world->by_name = world->settles = style >= STYLE_QUOTED;
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
		names[p] = (struct pdu_address){ world->labels[p], world->labels[p], 161 };
	world->hostlist = g_string_free(text, FALSE);
	world->config.map = nodemap_parse(world->hostlist, names, world->n_pdus, "ipaddr", &error);
	if (!world->config.map && world->hopeless) {
		/* a mistake that the parser sees already is not for this campaign */
		g_clear_pointer(&error, g_free);
		world->config.feeds = 40;
		world->config.map = nodemap_parse("node1", names, world->n_pdus, "ipaddr", &error);
	}
	if (!world->config.map)
		g_error("seed %" G_GUINT64_FORMAT ": hostlist \"%s\": %s", world->seed,
		        world->hostlist, error);
}
