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
	size_t n = 0;
	const char *octets = varbind->octets ? g_bytes_get_data(varbind->octets, &n) : NULL;
	char *escaped, *text;

	switch (varbind->type) {
	case VALUE_NONE:
		return g_strdup("nothing came");
	case VALUE_INTEGER:
		return g_strdup_printf("INTEGER %" G_GINT64_FORMAT, varbind->number);
	case VALUE_UNSIGNED:
		return g_strdup_printf("Gauge32 %" G_GINT64_FORMAT, varbind->number);
	case VALUE_OCTETS:
	case VALUE_OBJID:
		escaped = text_escape(octets ? octets : "", (gssize)MIN(n, TEXT_SHOWN));
		text = g_strdup_printf(varbind->type == VALUE_OCTETS ? "string \"%s\""
		                                                     : "OBJECT IDENTIFIER %s",
		                       escaped);
		g_free(escaped);
		return text;
	case VALUE_NULL:
		return g_strdup("NULL");
	case VALUE_ABSENT:
		return g_strdup("noSuchInstance");
	case VALUE_END_OF_MIB:
		return g_strdup("endOfMibView");
	case VALUE_ERROR:
		return g_strdup(snmp_status_text((int)varbind->number));
	case VALUE_OTHER:
		break;
	}
	return g_strdup("a value of a type that has no meaning here");
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
	size_t n;
	const char *text, *end;
	uint64_t id = 0;
	bool digits = false;

	*value = (struct objid){ 0 };
	if (varbind->type != VALUE_OBJID)
		return false;
	text = g_bytes_get_data(varbind->octets, &n);
	for (end = text + n; text <= end; text++) {
		if (text == end || *text == '.') {
			if (!digits || value->n == OBJID_MAX)
				return false;
			value->id[value->n++] = (uint32_t)id;
			id = 0;
			digits = false;
		} else {
			id = id * 10 + (uint64_t)g_ascii_digit_value(*text);
			digits = true;
			if (!g_ascii_isdigit(*text) || id > UINT32_MAX)
				return false;
		}
	}
	return true;
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
