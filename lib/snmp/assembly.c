/*
 * Results of one question, varbind by varbind: see assembly.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "snmp/assembly.h"

static const struct varbind *asked_varbind(const struct assembly *assembly, unsigned i)
{
	return varbinds_at(assembly->asked, i);
}

static struct varbind *result_of(const struct assembly *assembly, unsigned i)
{
	return varbinds_at(assembly->results, i);
}

static bool is_open(const struct assembly *assembly, unsigned i)
{
	return result_of(assembly, i)->type == VALUE_NONE;
}

static bool *is_alone(const struct assembly *assembly, unsigned i)
{
	return &g_array_index(assembly->alone, bool, i);
}

bool assembly_has_parts(const struct assembly *assembly)
{
	return assembly->kind == REQUEST_GET || assembly->kind == REQUEST_NEXT;
}

void assembly_begin(struct assembly *assembly, enum request_kind kind, GArray *asked)
{
	assembly->kind = kind;
	assembly->asked = g_array_ref(asked);
	assembly->results = varbinds_new();
	assembly->alone = g_array_new(FALSE, TRUE, sizeof(bool));
	g_array_set_size(assembly->alone, asked->len);
	for (unsigned i = 0; i < asked->len; i++)
		varbinds_add(assembly->results, &asked_varbind(assembly, i)->name);
}

void assembly_clear(struct assembly *assembly)
{
	g_clear_pointer(&assembly->asked, g_array_unref);
	g_clear_pointer(&assembly->results, g_array_unref);
	g_clear_pointer(&assembly->alone, g_array_unref);
}

/* What must go alone goes last, and one by one. */
GArray *assembly_plan(const struct assembly *assembly)
{
	GArray *which = g_array_new(FALSE, FALSE, sizeof(unsigned));
	const bool whole = !assembly_has_parts(assembly);
	const unsigned n = assembly->results->len;

	for (unsigned i = 0; i < n; i++)
		if (whole || (is_open(assembly, i) && !*is_alone(assembly, i)))
			g_array_append_val(which, i);
	for (unsigned i = 0; !which->len && i < n; i++)
		if (is_open(assembly, i))
			g_array_append_val(which, i);
	return which;
}

GArray *assembly_varbinds(const struct assembly *assembly, const GArray *which)
{
	GArray *varbinds = varbinds_new();

	for (unsigned i = 0; i < which->len; i++)
		varbinds_add_copy(varbinds,
		                  asked_varbind(assembly, g_array_index(which, unsigned, i)));
	return varbinds;
}

/* The varbind of that name: at its place, or at another one if only there. */
static const struct varbind *find_name(const GArray *varbinds, unsigned position,
                                       const struct objid *name)
{
	const struct varbind *found = varbinds_at(varbinds, position);

	if (objid_equal(&found->name, name))
		return found;
	found = NULL;
	for (unsigned i = 0; i < varbinds->len; i++) {
		const struct varbind *varbind = varbinds_at(varbinds, i);

		if (!objid_equal(&varbind->name, name))
			continue;
		if (found)
			return NULL; /* twice: neither can be believed */
		found = varbind;
	}
	return found;
}

/* What the answer holds for the k-th varbind of the request; NULL if it does not fit. */
static const struct varbind *answer_to(const struct assembly *assembly, const GArray *which,
                                       const GArray *varbinds, unsigned k)
{
	if (assembly->kind == REQUEST_NEXT)
		return varbinds_at(varbinds, k);
	return find_name(varbinds, k,
	                 &asked_varbind(assembly, g_array_index(which, unsigned, k))->name);
}

bool assembly_take(struct assembly *assembly, const GArray *which, const GArray *varbinds)
{
	if (varbinds->len != which->len)
		return false;
	for (unsigned k = 0; k < which->len; k++)
		if (!answer_to(assembly, which, varbinds, k))
			return false;
	for (unsigned k = 0; k < which->len; k++)
		*result_of(assembly, g_array_index(which, unsigned, k)) =
			varbind_copy(answer_to(assembly, which, varbinds, k));
	return true;
}

static void give(struct assembly *assembly, unsigned i, enum value_type type, int64_t number)
{
	result_of(assembly, i)->type = type;
	result_of(assembly, i)->number = number;
}

bool assembly_error(struct assembly *assembly, unsigned n, unsigned at, bool named,
                    int error_status)
{
	if (error_status == SNMP_STATUS_NO_SUCH_NAME && named)
		give(assembly, at, VALUE_ABSENT, 0);
	else if (n == 1)
		give(assembly, at, VALUE_ERROR, error_status);
	else if (named && error_status != SNMP_STATUS_TOO_BIG)
		*is_alone(assembly, at) = true;
	else
		return false;
	return true;
}

bool assembly_refused(struct assembly *assembly, unsigned n, unsigned at, int error_status)
{
	if (n > 1 || !*is_alone(assembly, at)) {
		*is_alone(assembly, at) = true;
		return false;
	}
	give(assembly, at, VALUE_ERROR, error_status);
	return true;
}

bool assembly_is_complete(const struct assembly *assembly)
{
	for (unsigned i = 0; i < assembly->results->len; i++)
		if (is_open(assembly, i))
			return false;
	return true;
}

bool assembly_is_read_refusal(int error_status)
{
	return error_status == SNMP_STATUS_AUTHORIZATION_ERROR ||
	       error_status == SNMP_STATUS_NO_ACCESS;
}

bool assembly_lacks_refused(const struct assembly *assembly)
{
	for (unsigned i = 0; i < assembly->results->len; i++)
		if (result_of(assembly, i)->type == VALUE_ERROR &&
		    assembly_is_read_refusal((int)result_of(assembly, i)->number))
			return true;
	return false;
}
