/*
 * See dialog.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "find/dialog.h"

const struct varbind *dialog_ask(struct dialog *dialog, const struct objid *name)
{
	if (dialog->answered)
		return varbinds_at(dialog->varbinds, dialog->at++);
	varbinds_add(dialog->varbinds, name);
	return NULL;
}

/* What GETNEXT is to be asked for this object: the name right before it. */
static struct objid before(struct objid name)
{
	if (name.id[name.n - 1])
		name.id[name.n - 1]--;
	else
		name.n--;
	return name;
}

const struct varbind *dialog_object(struct dialog *dialog, struct objid name)
{
	static const struct varbind absent = { .type = VALUE_ABSENT };
	const struct objid asked = dialog->by_next ? before(name) : name;
	const struct varbind *varbind = dialog_ask(dialog, &asked);

	if (!varbind || !dialog->by_next || varbind_is_object(varbind, &name))
		return varbind;
	dialog->absent = true;
	dialog->unclear = dialog->unclear || dialog_says_nothing(varbind, &asked);
	return &absent;
}

bool dialog_has_value(const struct varbind *varbind)
{
	return varbind->type != VALUE_ABSENT && varbind->type != VALUE_END_OF_MIB &&
	       varbind->type != VALUE_ERROR;
}

bool dialog_says_nothing(const struct varbind *varbind, const struct objid *asked)
{
	if (varbind->type == VALUE_ABSENT || varbind->type == VALUE_END_OF_MIB)
		return false;
	return varbind->type == VALUE_ERROR || objid_compare(&varbind->name, asked) <= 0;
}
