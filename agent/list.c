/*
 * list and list-status: see list.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "list.h"

#include <string.h>

const char *state_word(enum trippsnmp_state state)
{
	switch (state) {
	case TRIPPSNMP_ON:
		return "ON";
	case TRIPPSNMP_OFF:
		return "OFF";
	case TRIPPSNMP_UNKNOWN:
		break;
	}
	return "UNKNOWN";
}

static void append_line(GString *text, const char *plug, const char *name, const char *separator,
                        bool with_state, enum trippsnmp_state state)
{
	g_string_append_printf(text, "%s%s%s", plug, separator, name);
	if (with_state)
		g_string_append_printf(text, "%s%s", separator, state_word(state));
	g_string_append_c(text, '\n');
}

struct lines {
	GString *text;
	const char *separator;
};

static void append_state(void *context, const char *node, enum trippsnmp_state state)
{
	const struct lines *lines = context;

	append_line(lines->text, node, "", lines->separator, true, state);
}

enum trippsnmp_error list_nodes(trippsnmp *handle, const char *separator, bool with_state,
                                GString *text)
{
	struct lines lines = { text, separator };
	enum trippsnmp_error result;
	char **nodes;

	if (with_state)
		return trippsnmp_node_states(handle, append_state, &lines);
	result = trippsnmp_list(handle, &nodes);
	for (char **node = nodes; node && *node; node++)
		append_line(text, *node, "", separator, false, TRIPPSNMP_UNKNOWN);
	trippsnmp_free_list(nodes);
	return result;
}

/* One word, for Pacemaker takes each word of a list for a node's name. */
#define MAIN_CUTS "cuts-all-on-its-device"

/* An outlet that can be switched, kept from the call. */
struct entry {
	char *pdu;
	unsigned device, number;
	char *name;
	enum trippsnmp_state state;
};

struct collection {
	GArray *entries; /* of struct entry */
	char *pdu;       /* the first one; NULL before it */
	bool several;    /* PDUs */
};

static void clear_entry(void *data)
{
	struct entry *entry = data;

	g_free(entry->pdu);
	g_free(entry->name);
}

static const char *name_of(const struct trippsnmp_outlet *outlet)
{
	if (outlet->number == TRIPPSNMP_MAIN)
		return MAIN_CUTS;
	return *outlet->name ? outlet->name : outlet->description;
}

static void collect(void *context, const struct trippsnmp_outlet *outlet)
{
	struct collection *collection = context;
	const struct entry entry = {
		.pdu = g_strdup(outlet->pdu),
		.device = outlet->device,
		.number = outlet->number,
		.name = g_strdup(name_of(outlet)),
		.state = outlet->state,
	};

	if (!collection->pdu)
		collection->pdu = g_strdup(outlet->pdu);
	collection->several = collection->several || strcmp(collection->pdu, outlet->pdu) != 0;
	if (outlet->controllable)
		g_array_append_val(collection->entries, entry);
	else
		clear_entry((void *)&entry);
}

static const struct entry *entry_at(const struct collection *collection, unsigned i)
{
	return &g_array_index(collection->entries, struct entry, i);
}

/* Whether a number alone would be ambiguous on its PDU. */
static bool needs_device(const struct collection *collection, const struct entry *entry)
{
	for (unsigned i = 0; i < collection->entries->len; i++) {
		const struct entry *other = entry_at(collection, i);

		if (other->device != entry->device && !strcmp(other->pdu, entry->pdu))
			return true;
	}
	return false;
}

static char *plug_of(const struct collection *collection, const struct entry *entry)
{
	GString *plug = g_string_new(NULL);

	if (needs_device(collection, entry))
		g_string_append_printf(plug, "%u.", entry->device);
	if (entry->number == TRIPPSNMP_MAIN)
		g_string_append(plug, "main");
	else
		g_string_append_printf(plug, "%u", entry->number);
	if (collection->several)
		g_string_append_printf(plug, "@%s", entry->pdu);
	return g_string_free(plug, FALSE);
}

enum trippsnmp_error list_outlets(trippsnmp *handle, const char *separator, bool with_state,
                                  GString *text)
{
	struct collection collection = {
		.entries = g_array_new(FALSE, FALSE, sizeof(struct entry)),
	};
	enum trippsnmp_error error;

	g_array_set_clear_func(collection.entries, clear_entry);
	error = trippsnmp_outlets(handle, collect, &collection);
	for (unsigned i = 0; i < collection.entries->len; i++) {
		const struct entry *entry = entry_at(&collection, i);
		char *plug = plug_of(&collection, entry);

		append_line(text, plug, entry->name, separator, with_state, entry->state);
		g_free(plug);
	}
	g_array_unref(collection.entries);
	g_free(collection.pdu);
	return error;
}
