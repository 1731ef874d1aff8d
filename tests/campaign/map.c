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
		pdu->relays[outlet->relay].by_name = true;
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
		g_string_append_printf(text, "@%s", world->labels[p]);
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
		g_string_append_printf(
			text, ",99%s%s", world->n_pdus > 1 ? "@" : "",
			world->n_pdus > 1 ? world->labels[below(world, world->n_pdus)] : "");
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
	struct pdu_name names[PDUS_MAX];
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
		names[p] = (struct pdu_name){ world->labels[p], world->labels[p], 161 };
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
