/*
 * Object identifiers, varbinds and events as plain data. Pure; knows nothing
 * of the network.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "snmp/request.h"

#include "base/text.h"

#include <string.h>

#define TEXT_SHOWN 32 /* bytes of a device's text in a message */

static void clear_element(void *varbind)
{
	varbind_clear(varbind);
}

GArray *varbinds_new(void)
{
	GArray *varbinds = g_array_new(FALSE, TRUE, sizeof(struct varbind));

	g_array_set_clear_func(varbinds, clear_element);
	return varbinds;
}

struct varbind *varbinds_at(const GArray *varbinds, unsigned i)
{
	return &g_array_index(varbinds, struct varbind, i);
}

void varbinds_add(GArray *varbinds, const struct objid *name)
{
	struct varbind varbind = { .name = *name, .type = VALUE_NONE };

	g_array_append_val(varbinds, varbind);
}

void varbinds_add_integer(GArray *varbinds, const struct objid *name, int64_t number)
{
	struct varbind varbind = { .name = *name, .type = VALUE_INTEGER, .number = number };

	g_array_append_val(varbinds, varbind);
}

void varbind_clear(struct varbind *varbind)
{
	if (varbind->octets)
		g_bytes_unref(varbind->octets);
	*varbind = (struct varbind){ .type = VALUE_NONE };
}

struct varbind varbind_copy(const struct varbind *varbind)
{
	struct varbind copy = *varbind;

	if (copy.octets)
		g_bytes_ref(copy.octets);
	return copy;
}

void varbinds_add_copy(GArray *varbinds, const struct varbind *varbind)
{
	const struct varbind copy = varbind_copy(varbind);

	g_array_append_val(varbinds, copy);
}

char *varbind_text(const struct varbind *varbind)
{
	static const char *const words[] = {
		[VALUE_NONE] = "nothing came",
		[VALUE_INTEGER] = "INTEGER",
		[VALUE_UNSIGNED] = "Gauge32",
		[VALUE_OCTETS] = "string",
		[VALUE_OBJID] = "OBJECT IDENTIFIER",
		[VALUE_NULL] = "NULL",
		[VALUE_ABSENT] = "noSuchInstance",
		[VALUE_END_OF_MIB] = "endOfMibView",
		[VALUE_OTHER] = "a value of a type that has no meaning here",
	};
	const char *word = words[varbind->type];
	size_t n = 0;
	const char *octets = varbind->octets ? g_bytes_get_data(varbind->octets, &n) : NULL;
	g_autofree char *escaped = text_escape(octets ? octets : "", (ssize_t)MIN(n, TEXT_SHOWN));

	if (varbind->type == VALUE_ERROR)
		return g_strdup(snmp_status_text((int)varbind->number));
	if (varbind_is_number(varbind))
		return g_strdup_printf("%s %" G_GINT64_FORMAT, word, varbind->number);
	if (varbind->type == VALUE_OCTETS)
		return g_strdup_printf("%s \"%s\"", word, escaped);
	return varbind->type == VALUE_OBJID ? g_strdup_printf("%s %s", word, escaped)
	                                    : g_strdup(word);
}

bool varbind_is_number(const struct varbind *varbind)
{
	return varbind->type == VALUE_INTEGER || varbind->type == VALUE_UNSIGNED;
}

bool varbind_is_object(const struct varbind *varbind, const struct objid *name)
{
	return varbind->type != VALUE_ABSENT && varbind->type != VALUE_END_OF_MIB &&
	       varbind->type != VALUE_ERROR && objid_compare(&varbind->name, name) == 0;
}

bool varbind_objid(const struct varbind *varbind, struct objid *value)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) ids = NULL;
	uint64_t id;
	size_t n;

	*value = (struct objid){ 0 };
	if (varbind->type != VALUE_OBJID)
		return false;
	text = g_strndup(g_bytes_get_data(varbind->octets, NULL),
	                 g_bytes_get_size(varbind->octets));
	ids = g_strsplit(text ? text : "", ".", -1); /* no octets are NULL */
	for (n = 0; ids[n] && n < OBJID_MAX; n++) {
		if (!g_ascii_string_to_unsigned(ids[n], 10, 0, UINT32_MAX, &id, NULL))
			return false;
		value->id[value->n++] = (uint32_t)id;
	}
	return n && !ids[n];
}

void event_clear(struct event *event)
{
	if (event->varbinds)
		g_array_unref(event->varbinds);
	g_free(event->reason);
	*event = (struct event){ .type = EVENT_TIME };
}

bool objid_equal(const struct objid *a, const struct objid *b)
{
	return a->n == b->n && memcmp(a->id, b->id, a->n * sizeof(a->id[0])) == 0;
}

int objid_compare(const struct objid *a, const struct objid *b)
{
	for (unsigned i = 0; i < MIN(a->n, b->n); i++)
		if (a->id[i] != b->id[i])
			return a->id[i] < b->id[i] ? -1 : 1;
	return (a->n > b->n) - (a->n < b->n);
}

bool objid_below(const struct objid *name, const struct objid *root)
{
	return name->n > root->n && memcmp(name->id, root->id, root->n * sizeof(root->id[0])) == 0;
}

struct objid objid_append(const struct objid *root, unsigned n, const uint32_t *ids)
{
	struct objid name = *root;

	for (unsigned i = 0; i < n && name.n < OBJID_MAX; i++)
		name.id[name.n++] = ids[i];
	return name;
}

char *objid_text(const struct objid *name)
{
	GString *text = g_string_new(NULL);

	for (unsigned i = 0; i < name->n; i++)
		g_string_append_printf(text, i == 0 ? "%u" : ".%u", name->id[i]);
	return g_string_free(text, FALSE);
}

const char *snmp_status_text(int error_status)
{
	static const char *const words[] = {
		"noError",
		"tooBig",
		"noSuchName",
		"badValue",
		"readOnly",
		"genErr",
		"noAccess",
		"wrongType",
		"wrongLength",
		"wrongEncoding",
		"wrongValue",
		"noCreation",
		"inconsistentValue",
		"resourceUnavailable",
		"commitFailed",
		"undoFailed",
		"authorizationError",
		"notWritable",
		"inconsistentName",
	};

	if (error_status < 0 || error_status >= (int)G_N_ELEMENTS(words))
		return "unknown error-status";
	return words[error_status];
}
