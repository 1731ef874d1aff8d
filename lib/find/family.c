/*
 * The families as data, and the few functions that read one. Nothing here
 * asks a device or decides anything.
 *
 * Sources: TRIPPLITE-PRODUCTS (WEBCARDLX, firmware 15 and PADM 20),
 * TRIPPLITE-12X (SNMPWEBCARD, firmware 12).
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
/* tlpDeviceNumDevices, tlpDeviceType, tlpDeviceStatus */
#define LX_DEVICE_COUNT OBJID(TRIPPLITE, 1, 1, 1, 1)
#define LX_DEVICE_TYPES OBJID(TRIPPLITE, 1, 1, 1, 2, 1, 3)
#define LX_DEVICE_STATUS OBJID(TRIPPLITE, 1, 1, 1, 2, 1, 10)
/* tlpDeviceModel; tlpAgentVersion */
#define LX_DEVICE_MODEL OBJID(TRIPPLITE, 1, 1, 1, 2, 1, 5)
#define LX_FIRMWARE OBJID(TRIPPLITE, 1, 2, 1, 1, 2, 0)
/* In no MIB: as a real SMART1500RMXL2UA with firmware 12.06.0069 shows them. */
#define WEBCARD_DEVICE_MODEL OBJID(TRIPPLITE, 10, 2, 2, 1, 9)
#define WEBCARD_FIRMWARE OBJID(TRIPPLITE, 10, 1, 2, 3, 0)

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

/* tlpPduDeviceMainLoadState and its like: the same columns in each of these */
#define LX_MAIN(NAME, ...)                                                                         \
	{                                                                                          \
		.name = (NAME), .rank = 0, .entry = OBJID(__VA_ARGS__), .by_device = true,         \
		.is_main = true, .state = 1, .controllable = 2, .command = 3,                      \
		.controllable_as = CONTROLLABLE_TRUTH, .state_off = 1, .state_on = 2,              \
		.command_idle = 0, .command_off = 1, .command_on = 2,                              \
		.device_status = LX_DEVICE_STATUS, .alarms = &lx_alarms,                           \
	}

enum { LX_PDU_MAIN, LX_ATS_MAIN, LX_UPS_MAIN, WEBCARD_MAIN };

static const struct family mains[] = {
	[LX_PDU_MAIN] = LX_MAIN("LX PDU main load", TRIPPLITE, 1, 1, 3, 2, 2, 1, 1),
	[LX_ATS_MAIN] = LX_MAIN("LX ATS main load", TRIPPLITE, 1, 1, 3, 4, 2, 1, 1),
	[LX_UPS_MAIN] = LX_MAIN("LX UPS main load", TRIPPLITE, 1, 1, 3, 1, 2, 1, 1),
	[WEBCARD_MAIN] = {
		/* scalars; the state may be mixed(3), controllable is no bit field here */
		.name = "SNMPWEBCARD main load",
		.rank = 1,
		.entry = OBJID(TRIPPLITE, 100, 1, 12),
		.by_device = false,
		.is_main = true,
		.state = 1,
		.controllable = 2,
		.command = 3,
		.controllable_as = CONTROLLABLE_TRUTH,
		.state_off = 1,
		.state_on = 2,
		.command_idle = 0,
		.command_off = 1,
		.command_on = 2,
		.alarms = &webcard_alarms,
	},
};

/* tlpPduOutletTable and its like: all that differs is where they are. */
#define LX_OUTLETS                                                                                 \
	.rank = 0, .by_device = true, .outlet_name = 2, .description = 3, .state = 4,              \
	.controllable = 5, .command = 6, .controllable_as = CONTROLLABLE_TRUTH, .state_off = 1,    \
	.state_on = 2, .command_idle = 0, .command_off = 1, .command_on = 2,                       \
	.device_types = LX_DEVICE_TYPES, .device_count = LX_DEVICE_COUNT,                          \
	.device_status = LX_DEVICE_STATUS, .device_model = LX_DEVICE_MODEL,                        \
	.card_firmware = LX_FIRMWARE, .voltage = 7, .current = 8, .power = 9,                      \
	.voltage_millivolts = 100, .current_milliamperes = 10, .alarms = &lx_alarms

static const struct family families[] = {
	{
		/* tlpPduOutletTable */
		.name = "LX PDU",
		.entry = OBJID(TRIPPLITE, 1, 1, 3, 2, 3, 3, 1, 1),
		.main = &mains[LX_PDU_MAIN],
		.outlet_count = OBJID(TRIPPLITE, 1, 1, 3, 2, 1, 2, 1, 4),
		.device_type = OBJID(TRIPPLITE, 1, 1, 3, 2),
		LX_OUTLETS,
	},
	{
		/* tlpAtsOutletTable */
		.name = "LX ATS",
		.entry = OBJID(TRIPPLITE, 1, 1, 3, 4, 3, 3, 1, 1),
		.main = &mains[LX_ATS_MAIN],
		.outlet_count = OBJID(TRIPPLITE, 1, 1, 3, 4, 1, 2, 1, 4),
		.device_type = OBJID(TRIPPLITE, 1, 1, 3, 4),
		LX_OUTLETS,
	},
	{
		/* tlpUpsOutletTable: one arc further right than the others */
		.name = "LX UPS",
		.entry = OBJID(TRIPPLITE, 1, 1, 3, 1, 3, 5, 1, 1),
		.main = &mains[LX_UPS_MAIN],
		/* no count: a UPS counts receptacles, its table may have load banks */
		.device_type = OBJID(TRIPPLITE, 1, 1, 3, 1),
		LX_OUTLETS,
	},
	{
		/* tlUpsOutletTable: flat; column 3 is tlUpsOutletType, a bit field */
		.name = "SNMPWEBCARD",
		.rank = 1,
		.entry = OBJID(TRIPPLITE, 100, 1, 10, 2, 1),
		.by_device = false,
		.main = &mains[WEBCARD_MAIN],
		.outlet_name = 5,
		.state = 2,
		.controllable = 3,
		.command = 4,
		.controllable_as = CONTROLLABLE_BIT,
		.state_off = 1,
		.state_on = 2,
		.command_idle = -1,
		.command_off = 1,
		.command_on = 2,
		.outlet_count = OBJID(TRIPPLITE, 100, 1, 10, 1),
		.device_model = WEBCARD_DEVICE_MODEL,
		.card_firmware = WEBCARD_FIRMWARE,
		.current = 13,
		.power = 14,
		.current_milliamperes = 100,
		.alarms = &webcard_alarms,
	},
	{
		/* In no MIB: what fence_apc_snmp drives on firmware 12.04; a fallback only. */
		.name = "SNMPWEBCARD twin",
		.rank = 2,
		.entry = OBJID(TRIPPLITE, 10, 2, 3, 5, 1),
		.by_device = true,
		.outlet_name = 5,
		.state = 2,
		.command = 4,
		.controllable_as = CONTROLLABLE_ALWAYS,
		.state_off = 1,
		.state_on = 2,
		.command_idle = -1,
		.command_off = 1,
		.command_on = 2,
		.device_model = WEBCARD_DEVICE_MODEL,
		.card_firmware = WEBCARD_FIRMWARE,
		.alarms = &webcard_alarms,
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

		if (is_first_of_types(i) && n++ == wanted) {
			*list = (struct family_list){ .types = true,
				                      .by_device = true,
				                      .rank = family->rank,
				                      .root = family->device_types };
			return true;
		}
		if (is_first_of_types(i) && n++ == wanted) {
			*list = (struct family_list){ .devices = true,
				                      .rank = family->rank,
				                      .root = family->device_count };
			return true;
		}
		if (family->outlet_count.n && n++ == wanted) {
			*list = (struct family_list){ .family = family,
				                      .by_device = family->by_device,
				                      .rank = family->rank,
				                      .root = family->outlet_count };
			return true;
		}
	}
	return false;
}

struct objid family_instance(const struct family *family, uint32_t column, uint32_t device,
                             uint32_t number)
{
	const uint32_t by_device[] = { column, device, number };
	const uint32_t flat[] = { column, number };
	const uint32_t main[] = { column, family->by_device ? device : 0 };

	if (!number)
		return objid_append(&family->entry, 1, &column);
	if (family->is_main)
		return objid_append(&family->entry, G_N_ELEMENTS(main), main);
	if (family->by_device)
		return objid_append(&family->entry, G_N_ELEMENTS(by_device), by_device);
	return objid_append(&family->entry, G_N_ELEMENTS(flat), flat);
}

uint32_t family_existence(const struct family *family)
{
	return family->controllable ? family->controllable : family->state;
}

/* That of a main load: .DEVICE, or .0 where there is but one. */
static bool main_index(const struct family *family, uint32_t last, uint32_t *device,
                       uint32_t *number)
{
	*device = family->by_device ? last : 1;
	*number = TRIPPSNMP_MAIN;
	return (last == 0) != family->by_device;
}

bool family_index(const struct family *family, uint32_t column, const struct objid *name,
                  uint32_t *device, uint32_t *number)
{
	const struct objid root = family_instance(family, column, 0, 0);
	const unsigned depth = family->by_device && !family->is_main ? 2 : 1;

	if (!objid_below(name, &root) || name->n != root.n + depth)
		return false;
	if (family->is_main)
		return main_index(family, name->id[root.n], device, number);
	*device = family->by_device ? name->id[root.n] : 1;
	*number = name->id[name->n - 1];
	return *number != 0;
}

enum trippsnmp_state family_state(const struct family *family, const struct varbind *varbind)
{
	switch (decoding_state(varbind->type == VALUE_INTEGER, varbind->number, family->state_off,
	                       family->state_on)) {
	case EVIDENCE_OFF:
		return TRIPPSNMP_OFF;
	case EVIDENCE_ON:
		return TRIPPSNMP_ON;
	case EVIDENCE_UNKNOWN:
		break;
	}
	return TRIPPSNMP_UNKNOWN;
}

enum tristate family_controllable(const struct family *family, const struct varbind *varbind)
{
	return decoding_controllable(family->controllable_as, varbind->type == VALUE_INTEGER,
	                             varbind->number);
}

#define METERED_MAX 1000000

int family_metered(const struct varbind *varbind, int unit)
{
	const bool number = varbind->type == VALUE_UNSIGNED || varbind->type == VALUE_INTEGER;

	if (!number || varbind->number < 0 || varbind->number > METERED_MAX / unit)
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
