/*
 * The families as data, and the few functions that read one: see family.h. Nothing here
 * asks a device or decides anything.
 *
 * Sources: the MIBs TRIPPLITE-PRODUCTS (WEBCARDLX, firmware 15 and PADM 20) and TRIPPLITE-12X
 * (SNMPWEBCARD, firmware 12), and where they say nothing, captures of cards.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "find/family.h"

#define TRIPPLITE 1, 3, 6, 1, 4, 1, 850
#define OBJID(...)                                                                                 \
	{                                                                                          \
		.n = sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t),                 \
		.id = { __VA_ARGS__ }                                                              \
	}

/* As both MIBs have it. Not in general: in the older TRIPPLITE-MIB 1 is on, and 2 off. */
#define OFF_IS_1_ON_IS_2 .state_off = 1, .state_on = 2, .command_off = 1, .command_on = 2

/* --- WEBCARDLX: tables of devices of one type each, and a list of devices --- */

/* tlpAlarmsTable, which tells of rows by their OIDs */
static const struct family_alarms lx_alarms = {
	.count = OBJID(TRIPPLITE, 1, 3, 1, 0),
	.entry = OBJID(TRIPPLITE, 1, 3, 2, 1),
	.description = 2,
	.table = 4,
	.row = 5,
	.text = 6,
	.state = 8,
	.state_active = 1,
	.lost = OBJID(TRIPPLITE, 1, 3, 3, 2, 1),
	.device_entry = OBJID(TRIPPLITE, 1, 1, 1, 2, 1),
	.types = OBJID(TRIPPLITE, 1, 1, 3),
};

/* What each of its tables has; tlpDeviceStatus. */
#define LX                                                                                         \
	.rank = 0, .by_device = true, .controllable_as = CONTROLLABLE_TRUTH, OFF_IS_1_ON_IS_2,     \
	.command_idle = 0, .device_status = OBJID(TRIPPLITE, 1, 1, 1, 2, 1, 10),                   \
	.alarms = &lx_alarms

/* tlpPduDeviceMainLoadState and its like */
#define LX_MAIN LX, .is_main = true, .state = 1, .controllable = 2, .command = 3

/* tlpPduOutletTable and its like; tlpDeviceType, tlpDeviceNumDevices, tlpDeviceModel, and
 * tlpAgentVersion; decivolts, centiamperes and watts. */
#define LX_OUTLETS                                                                                 \
	.outlet_name = 2, .description = 3, .state = 4, .controllable = 5, .command = 6,           \
	.device_types = OBJID(TRIPPLITE, 1, 1, 1, 2, 1, 3),                                        \
	.device_count = OBJID(TRIPPLITE, 1, 1, 1, 1),                                              \
	.device_model = OBJID(TRIPPLITE, 1, 1, 1, 2, 1, 5),                                        \
	.card_firmware = OBJID(TRIPPLITE, 1, 2, 1, 1, 2, 0), .voltage = 7, .current = 8,           \
	.power = 9, .voltage_millivolts = 100, .current_milliamperes = 10

/* --- SNMPWEBCARD: one device, and so no index of it --- */

/* tlUpsAlarmTable, which tells of devices by their numbers; tlUpsSelectedDeviceID */
static const struct family_alarms webcard_alarms = {
	.count = OBJID(TRIPPLITE, 100, 1, 6, 1, 0),
	.entry = OBJID(TRIPPLITE, 100, 1, 6, 2, 1),
	.description = 2,
	.text = 4,
	.device = 5,
	.lost = OBJID(TRIPPLITE, 100, 1, 6, 3, 27),
	.selected = OBJID(TRIPPLITE, 100, 1, 1, 5, 0),
};

#define WEBCARD OFF_IS_1_ON_IS_2, .alarms = &webcard_alarms

/* The command has no idle. Model and firmware are in no MIB: as a real SMART1500RMXL2UA with
 * firmware 12.06.0069 shows them. */
#define WEBCARD_OUTLETS                                                                            \
	.outlet_name = 5, .state = 2, .command = 4, .command_idle = -1,                            \
	.device_model = OBJID(TRIPPLITE, 10, 2, 2, 1, 9),                                          \
	.card_firmware = OBJID(TRIPPLITE, 10, 1, 2, 3, 0)

/* --- the rows --- */

enum { LX_PDU_MAIN, LX_ATS_MAIN, LX_UPS_MAIN, WEBCARD_MAIN };

static const struct family mains[] = {
	[LX_PDU_MAIN] = {
		.name = "LX PDU main load",
		.entry = OBJID(TRIPPLITE, 1, 1, 3, 2, 2, 1, 1),
		LX_MAIN,
	},
	[LX_ATS_MAIN] = {
		.name = "LX ATS main load",
		.entry = OBJID(TRIPPLITE, 1, 1, 3, 4, 2, 1, 1),
		LX_MAIN,
	},
	[LX_UPS_MAIN] = {
		.name = "LX UPS main load",
		.entry = OBJID(TRIPPLITE, 1, 1, 3, 1, 2, 1, 1),
		LX_MAIN,
	},
	[WEBCARD_MAIN] = {
		/* scalars; the state may be mixed(3), controllable is no bit field here */
		.name = "SNMPWEBCARD main load",
		.rank = 1,
		.entry = OBJID(TRIPPLITE, 100, 1, 12),
		.is_main = true,
		.state = 1,
		.controllable = 2,
		.controllable_as = CONTROLLABLE_TRUTH,
		.command = 3,
		.command_idle = 0,
		WEBCARD,
	},
};

static const struct family families[] = {
	{
		/* tlpPduOutletTable */
		.name = "LX PDU",
		.entry = OBJID(TRIPPLITE, 1, 1, 3, 2, 3, 3, 1, 1),
		.main = &mains[LX_PDU_MAIN],
		.outlet_count = OBJID(TRIPPLITE, 1, 1, 3, 2, 1, 2, 1, 4),
		.device_type = OBJID(TRIPPLITE, 1, 1, 3, 2),
		LX,
		LX_OUTLETS,
	},
	{
		/* tlpAtsOutletTable */
		.name = "LX ATS",
		.entry = OBJID(TRIPPLITE, 1, 1, 3, 4, 3, 3, 1, 1),
		.main = &mains[LX_ATS_MAIN],
		.outlet_count = OBJID(TRIPPLITE, 1, 1, 3, 4, 1, 2, 1, 4),
		.device_type = OBJID(TRIPPLITE, 1, 1, 3, 4),
		LX,
		LX_OUTLETS,
	},
	{
		/* tlpUpsOutletTable: one arc further right than the others */
		.name = "LX UPS",
		.entry = OBJID(TRIPPLITE, 1, 1, 3, 1, 3, 5, 1, 1),
		.main = &mains[LX_UPS_MAIN],
		/* no count: a UPS counts receptacles, its table may have load banks */
		.device_type = OBJID(TRIPPLITE, 1, 1, 3, 1),
		LX,
		LX_OUTLETS,
	},
	{
		/* tlUpsOutletTable: flat; column 3 is tlUpsOutletType, a bit field */
		.name = "SNMPWEBCARD",
		.rank = 1,
		.entry = OBJID(TRIPPLITE, 100, 1, 10, 2, 1),
		.main = &mains[WEBCARD_MAIN],
		.controllable = 3,
		.controllable_as = CONTROLLABLE_BIT,
		.outlet_count = OBJID(TRIPPLITE, 100, 1, 10, 1),
		.current = 13,
		.power = 14,
		.current_milliamperes = 100,
		WEBCARD,
		WEBCARD_OUTLETS,
	},
	{
		/* In no MIB: what fence_apc_snmp drives on firmware 12.04; a fallback only. */
		.name = "SNMPWEBCARD twin",
		.rank = 2,
		.entry = OBJID(TRIPPLITE, 10, 2, 3, 5, 1),
		.by_device = true,
		.controllable_as = CONTROLLABLE_ALWAYS,
		WEBCARD,
		WEBCARD_OUTLETS,
	},
};

unsigned family_count(void)
{
	return G_N_ELEMENTS(families);
}

const struct family *family_row(unsigned i)
{
	return i < G_N_ELEMENTS(families) ? &families[i] : NULL;
}

const struct family *family_owner(const struct family *table)
{
	for (unsigned i = 0; table->is_main && i < G_N_ELEMENTS(families); i++)
		if (families[i].main == table)
			return &families[i];
	return table;
}

/* The first of the families that have this list of types, in the order of the rows. */
static bool is_first_of_types(unsigned row)
{
	for (unsigned i = 0; i < row; i++)
		if (objid_equal(&families[i].device_types, &families[row].device_types))
			return false;
	return families[row].device_types.n;
}

bool family_list(unsigned wanted, struct family_list *list)
{
	unsigned n = 0;

	for (unsigned i = 0; i < G_N_ELEMENTS(families); i++) {
		const struct family *family = &families[i];
		const bool types = is_first_of_types(i);
		const struct family_list lists[] = {
			{ LIST_TYPES, NULL, true, family->rank, family->device_types },
			{ LIST_DEVICES, NULL, false, family->rank, family->device_count },
			{ LIST_OUTLETS, family, family->by_device, family->rank,
			  family->outlet_count },
		};

		for (unsigned k = 0; k < G_N_ELEMENTS(lists); k++) {
			if (lists[k].kind == LIST_OUTLETS ? !lists[k].root.n : !types)
				continue;
			*list = lists[k];
			if (n++ == wanted)
				return true;
		}
	}
	return false;
}

struct objid family_instance(const struct family *family, uint32_t column, uint32_t device,
                             uint32_t number)
{
	const uint32_t index[] = { column, device, number };
	const uint32_t flat[] = { column, family->is_main ? 0 : number };

	if (!number)
		return objid_append(&family->entry, 1, index);
	if (!family->by_device)
		return objid_append(&family->entry, 2, flat);
	return objid_append(&family->entry, family->is_main ? 2 : 3, index);
}

struct objid family_object(const struct outlet_id *id, uint32_t column)
{
	return family_instance(id->family, column, id->device, id->number);
}

struct objid family_status(const struct family *family, uint32_t device)
{
	return family->device_status.n ? objid_append(&family->device_status, 1, &device)
	                               : (struct objid){ 0 };
}

uint32_t family_existence(const struct family *family)
{
	return family->controllable ? family->controllable : family->state;
}

bool family_index(const struct family *family, uint32_t column, const struct objid *name,
                  struct outlet_id *id)
{
	const struct objid root = family_instance(family, column, 0, 0);
	const unsigned depth = family->by_device && !family->is_main ? 2 : 1;
	uint32_t last;

	if (!objid_below(name, &root) || name->n != root.n + depth)
		return false;
	last = name->id[name->n - 1];
	id->family = family;
	id->device = family->by_device ? name->id[root.n] : 1;
	id->number = family->is_main ? TRIPPSNMP_MAIN : last;
	/* main loads are .DEVICE, or .0 where there is but one */
	return (last != 0) == (family->by_device || !family->is_main);
}

enum trippsnmp_state family_state(const struct family *family, const struct varbind *varbind)
{
	const enum evidence_state state =
		decoding_state(varbind->type == VALUE_INTEGER, varbind->number, family->state_off,
	                       family->state_on);

	return state == EVIDENCE_OFF  ? TRIPPSNMP_OFF
	       : state == EVIDENCE_ON ? TRIPPSNMP_ON
	                              : TRIPPSNMP_UNKNOWN;
}

enum tristate family_controllable(const struct family *family, const struct varbind *varbind)
{
	return decoding_controllable(family->controllable_as, varbind->type == VALUE_INTEGER,
	                             varbind->number);
}

#define METERED_MAX 1000000

int family_metered(const struct varbind *varbind, int unit)
{
	if (!varbind_is_number(varbind) || varbind->number < 0 ||
	    varbind->number > METERED_MAX / unit)
		return -1;
	return (int)varbind->number * unit;
}

static const char console_server[] =
	"it is a console server, which has no outlets: set ipaddr to the PDU, ATS or UPS itself";
static const char unseen[] =
	"it is a Tripp Lite device: check in it that the community or user may see its outlets "
	"(facilities, outlet realms, view), and that it is a model that can switch them, for a "
	"metered PDU only measures";

/** Devices without outlets: sysObjectID is at root or below it; the first row counts. */
static const struct {
	struct objid root;
	const char *hint;
} hints[] = {
	{ OBJID(TRIPPLITE, 1, 5), console_server },
	{ OBJID(TRIPPLITE, 1, 7), console_server },
	{ OBJID(TRIPPLITE), unseen },
};

const char *family_hint(const struct objid *sys_object_id)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(hints); i++)
		if (objid_equal(sys_object_id, &hints[i].root) ||
		    objid_below(sys_object_id, &hints[i].root))
			return hints[i].hint;
	return "is this address a Tripp Lite PDU, ATS or UPS?";
}
