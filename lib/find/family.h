/*
 * MIB families: where a generation of cards keeps its outlets, and how it
 * encodes them; beside them, in the same form, the main loads of its devices.
 * Const data; a new card is a new row in family.c. Pure: it asks nothing, and no
 * family is ever told from another by anything but its objects.
 *
 * Called by all of lib/find and lib/power for the names of objects and what they say.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_FAMILY_H
#define TS_FAMILY_H

#include "promise/decoding.h"
#include "snmp/request.h"
#include "trippsnmp.h"

/** Where a generation of cards has its active alarms: instances are entry.COLUMN.ID. */
struct family_alarms {
	struct objid count; /* how many there are */
	struct objid entry;
	/* Columns; 0 where the table has none. */
	uint32_t description; /* an OID that says what it is */
	uint32_t text;        /* the same in words */
	uint32_t state;
	uint32_t device;     /* the number of the device that it is about */
	uint32_t row, table; /* or the row and the table that it is about, as OIDs */
	int32_t state_active;
	struct objid lost; /* the description of lost communications with a device */
	/* Rows about devices are device_entry.COLUMN.DEVICE; those below types.N are about devices
	 * of that type. n is 0 where there are none. */
	struct objid device_entry, types;
	/* Which device a table without devices is about; n is 0 where there is none. */
	struct objid selected;
};

struct family {
	const char *name;
	/* Of the families that answer on one card only those of the lowest rank count. */
	unsigned rank;
	/* The table's entry; an instance is entry.COLUMN[.DEVICE].OUTLET. */
	struct objid entry;
	bool by_device; /* whether DEVICE is part of the index */
	/*
	 * The main loads of its devices, each of which cuts all that hangs on one: a table that
	 * is none of outlets, and no row by itself. NULL where there is none.
	 */
	const struct family *main;
	bool is_main; /* it is such a table: an instance is entry.COLUMN.DEVICE, or .0 */
	/* Columns; 0 where the table has none. */
	uint32_t state;
	uint32_t controllable;
	uint32_t command;
	uint32_t outlet_name;
	uint32_t description;
	enum controllable_as controllable_as;
	/* Encodings. */
	int32_t state_off, state_on;
	int32_t command_off, command_on;
	int32_t command_idle; /* -1 where the command has no idle */
	/* How many outlets, instance .DEVICE (.0 where not by_device); n is 0 where there is none.
	 */
	struct objid outlet_count;
	/* The list of the card's devices, each with its type, instance .DEVICE; and that of a
	 * device whose outlets are in this table. n is 0 where there is none. */
	struct objid device_types, device_type;
	/* How many devices the card has, instance .0; where device_types is. */
	struct objid device_count;
	/* tlpDeviceStatus, instance .DEVICE; n is 0 where there is none. */
	struct objid device_status;
	/* What is only shown. Of the device, instance .DEVICE, and of the card, with its instance;
	 * n is 0 where there is none. */
	struct objid device_model, card_firmware;
	/* Columns of what is metered, 0 where the table has none, and what one of their units is.
	 */
	uint32_t voltage, current, power; /* power counts watts */
	int voltage_millivolts, current_milliamperes;
	const struct family_alarms *alarms; /* of its cards; families of one card share them */
};

/** Which outlet of a call's PDUs, or which main load: the row of a table of one of them. */
struct outlet_id {
	unsigned pdu;
	const struct family *family; /* its table, of outlets or of main loads; NULL: not known */
	uint32_t device;             /* 1 where the table has none; 0: not known */
	uint32_t number;             /* TRIPPSNMP_MAIN: the device's main load */
};

/** tlpDeviceStatus offline(5), TRIPPLITE-PRODUCTS: the card has lost its device. */
#define DEVICE_STATUS_OFFLINE 5

/** The i-th family, NULL past the last. */
const struct family *family_row(unsigned i);
unsigned family_count(void);
/** The family that a table of main loads belongs to; a family of outlets is its own. */
const struct family *family_owner(const struct family *table);

/**
 * entry.column[.device].number; column alone where number is 0. Main loads are of number
 * TRIPPSNMP_MAIN.
 */
struct objid family_instance(const struct family *family, uint32_t column, uint32_t device,
                             uint32_t number);
/** The same of that outlet's row. */
struct objid family_object(const struct outlet_id *id, uint32_t column);
/** The status of that device; n is 0 where the family has none. */
struct objid family_status(const struct family *family, uint32_t device);
/** The column that tells which outlets exist: controllable, or state without one. */
uint32_t family_existence(const struct family *family);
/**
 * Which row of the family an instance below entry.column is; pdu is left as it is. False if the
 * name is not exactly one row of that column.
 */
bool family_index(const struct family *family, uint32_t column, const struct objid *name,
                  struct outlet_id *id);

/**
 * A metered cell's number times unit; -1 where that cannot be true: it is no number, negative, or
 * above a million.
 */
int family_metered(const struct varbind *varbind, int unit);

/** What to check where a device of that sysObjectID shows no outlets of any family; static. */
const char *family_hint(const struct objid *sys_object_id);

enum list_kind {
	LIST_TYPES,   /* the type of each device */
	LIST_DEVICES, /* how many devices there are */
	LIST_OUTLETS  /* how many outlets each device of a family has */
};

/** A list that tells of devices beside the outlet tables; several families may share one. */
struct family_list {
	enum list_kind kind;
	const struct family *family; /* of LIST_OUTLETS; else NULL */
	bool by_device;              /* instance .DEVICE; else .0 alone */
	unsigned rank;               /* the best of the families that it is about */
	struct objid root;
};
/** The i-th list; false past the last. */
bool family_list(unsigned i, struct family_list *list);

/** ON and OFF only from an INTEGER of that very value; all else is UNKNOWN. */
enum trippsnmp_state family_state(const struct family *family, const struct varbind *varbind);

/** A definite answer, or none; varbind is of the existence column. */
enum tristate family_controllable(const struct family *family, const struct varbind *varbind);

#endif
