/*
 * What a PDU has: which family answers, which outlets exist, what they are
 * called and how they stand. Pure: a machine for the runner. It switches
 * nothing, and a table that was not read whole is never taken for a small one.
 *
 * Called by lib/call for each look. Behind it stands a search for each PDU (search.h).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_INVENTORY_H
#define TS_INVENTORY_H

#include "base/log.h"
#include "find/numbers.h"
#include "find/table.h"
#include "snmp/machine.h"

/** What must be known of one PDU. Without either, identification is enough. */
struct inventory_need {
	bool skip;  /* do not ask this PDU at all */
	bool names; /* all outlets, with their names */
	/*
	 * Keys (text_name_key()) of the names whose outlets must say whether they
	 * are controllable; NULL: all outlets must, as they must where numbers
	 * are looked up, which is on the only device that has controllable ones.
	 */
	GHashTable *wanted;
	bool mains;         /* main loads count: one may be among the numbers; by name, all */
	bool status;        /* states and tlpDeviceStatus too, and what alarms are called */
	bool settled;       /* names: look until it is settled (settle.h) */
	bool details;       /* names: what is only shown, too: meters, models, firmware */
	GPtrArray *numbers; /* of const struct outlet_ref *; NULL if none */
};

/** What was found on one PDU. */
struct pdu_outlets {
	bool known; /* some family of ours answered */
	/*
	 * `outlets` is the complete table, and not only the numbers that were asked; where names
	 * count, no row is missing that the card speaks of.
	 */
	bool whole;
	GArray *outlets; /* of struct outlet, by family, device and number, main loads last */
	const struct family *family; /* of the sole device */
	uint32_t device; /* the only one that may have controllable outlets; 0 if several or none */
	/* The same of what may have controllable outlets or a main load; only if these count. */
	const struct family *main_family;
	uint32_t main_device;
	GBytes *engine_id;    /* snmpEngineID (RFC 3411), if the agent shows it; may be NULL */
	struct alarms alarms; /* those that are active, as far as the card tells them */
	char *who;            /* sysObjectID and sysDescr, escaped, where no family answered */
	char *firmware;       /* with details: text_string(); NULL if the card does not tell */
};

struct inventory;

struct inventory_settings {
	bool v1;           /* rules out GETBULK */
	unsigned overhead; /* what the SNMP version adds to an answer, bytes */
	usec lasts;        /* so long a refusal must last to be believed */
};

/** Labels, needs and log must outlive it. */
struct inventory *inventory_new(unsigned n_pdus, const char *const *labels,
                                const struct inventory_need *needs,
                                const struct inventory_settings *settings, const struct log *log);
void inventory_free(struct inventory *inventory);
/** All PDUs are looked at once more. What was learned of them stays, and what looks have seen. */
void inventory_again(struct inventory *inventory);
/**
 * All is forgotten but what outlets were called: what looks have seen was of another device, or
 * of other rows.
 */
void inventory_anew(struct inventory *inventory);
struct machine inventory_machine(struct inventory *inventory);

/** NULL where this PDU's needs are not met, whatever became of the others; owned by the inventory.
 */
const struct pdu_outlets *inventory_pdu(const struct inventory *inventory, unsigned pdu);
/** Why it is done without success: TRIPPSNMP_OK if all needs are met. */
struct outcome inventory_outcome(const struct inventory *inventory);
/**
 * What keeps this PDU from being done, for the message when time is up; NULL
 * if nothing odd was seen. Owned by the inventory.
 */
const char *inventory_obstacle(const struct inventory *inventory, unsigned pdu);

#endif
