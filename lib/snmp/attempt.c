/*
 * Attempts and what is heard: see attempt.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "snmp/attempt.h"

static void attempt_free(void *data)
{
	struct attempt *attempt = data;

	g_array_unref(attempt->varbinds);
	g_array_unref(attempt->asked);
	g_free(attempt);
}

GPtrArray *attempts_new(void)
{
	return g_ptr_array_new_with_free_func(attempt_free);
}

struct attempt *attempts_find(const GPtrArray *attempts, uint32_t tag)
{
	for (unsigned i = 0; tag && i < attempts->len; i++) {
		struct attempt *attempt = attempts->pdata[i];

		if (attempt->tag == tag)
			return attempt;
	}
	return NULL;
}

int attempt_blamed(const struct attempt *attempt, int error_index)
{
	const int n = (int)attempt->varbinds->len;

	if (n == 1)
		return 0;
	return error_index >= 1 && error_index <= n ? error_index - 1 : -1;
}

static unsigned times_in(const GArray *varbinds, const struct objid *name)
{
	unsigned n = 0;

	for (unsigned i = 0; i < varbinds->len; i++)
		n += objid_equal(&varbinds_at(varbinds, i)->name, name);
	return n;
}

/* Each object of the request once, and nothing else. */
static bool is_whole(const struct attempt *attempt, const GArray *varbinds)
{
	if (varbinds->len != attempt->varbinds->len)
		return false;
	for (unsigned i = 0; i < varbinds->len; i++)
		if (times_in(varbinds, &varbinds_at(attempt->varbinds, i)->name) != 1)
			return false;
	return true;
}

static void hear_objects(GArray *heard, const GArray *varbinds, const struct attempt *attempt)
{
	for (unsigned i = 0; i < varbinds->len; i++) {
		const struct varbind *varbind = varbinds_at(varbinds, i);

		if (times_in(attempt->varbinds, &varbind->name))
			varbinds_add_copy(heard, varbind);
	}
}

/* An error-status is what the agent says of one object, if it says of which. */
static void hear_error(GArray *heard, const struct attempt *attempt, const struct event *answer,
                       usec now)
{
	const int at = attempt_blamed(attempt, answer->error_index);
	struct varbind varbind;

	if (at < 0 || (attempt->varbinds->len > 1 && answer->error_status == SNMP_STATUS_TOO_BIG))
		return;
	varbind = (struct varbind){
		.name = varbinds_at(attempt->varbinds, (unsigned)at)->name,
		.type = answer->error_status == SNMP_STATUS_NO_SUCH_NAME ? VALUE_ABSENT
		                                                         : VALUE_ERROR,
		.number = answer->error_status,
		.asked = attempt->sent,
		.answered = now,
	};
	g_array_append_val(heard, varbind);
}

static void stamp_varbinds(GArray *varbinds, usec asked, usec answered)
{
	for (unsigned i = 0; varbinds && i < varbinds->len; i++) {
		struct varbind *varbind = varbinds_at(varbinds, i);

		varbind->asked = asked;
		varbind->answered = answered;
	}
}

struct heard attempt_hear(const struct attempt *attempt, const struct event *answer, usec now)
{
	struct heard heard = {
		.kind = attempt->kind,
		.asked = attempt->sent,
		.answered = now,
		.varbinds = varbinds_new(),
		.error_status = answer->error_status,
		.engine = answer->engine,
	};

	stamp_varbinds(answer->varbinds, attempt->sent, now);
	heard.whole = !answer->error_status && is_whole(attempt, answer->varbinds);
	if (attempt->kind == REQUEST_GET && !answer->error_status)
		hear_objects(heard.varbinds, answer->varbinds, attempt);
	else if (attempt->kind == REQUEST_GET)
		hear_error(heard.varbinds, attempt, answer, now);
	if (attempt->kind == REQUEST_SET && heard.whole)
		hear_objects(heard.varbinds, attempt->varbinds, attempt);
	return heard;
}

void heard_clear(struct heard *heard)
{
	g_clear_pointer(&heard->varbinds, g_array_unref);
}
