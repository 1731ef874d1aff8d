/*
 * The simulated device: a recorded agent's rows, and its outlets with a relay
 * each, moving in time. Pure: the caller brings the clock, gets told what
 * moved, and does all SNMP.
 *
 * Where no device was seen doing it, these are our choices: an outlet that is
 * not controllable answers a command with notWritable, as net-snmp does where
 * nothing can be written; commands to one outlet take effect in the order they
 * came; a new command ends a running cycle. A state object that is not an
 * INTEGER 1 or 2 (unknown, NULL, a string) keeps its value whatever the relay
 * does: so tests can blind an outlet.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef SIM_DEVICE_H
#define SIM_DEVICE_H

#include "snmprec.h"

/** Microseconds of a clock that never steps. */
typedef int64_t usec;

/** SNMP error-status values (RFC 3416 section 3) that a SET gets here. */
enum {
	STATUS_OK = 0,
	STATUS_WRONG_TYPE = 7,
	STATUS_WRONG_LENGTH = 8,
	STATUS_WRONG_VALUE = 10,
	STATUS_NOT_WRITABLE = 17
};
/** The standard's word, such as "noAccess". */
const char *status_text(int status);
/** The error-status of that word; -1 if there is none. */
int status_parse(const char *word);

/**
 * An outlet. Several tables may speak of one (the flat table of the 12.x
 * firmware and its undocumented twin): device and number say which row of them
 * is its row now. Who watches or commands the simulator knows it by its text;
 * of a second device in the place of the first, "2/" stands before it.
 *
 * The main load of a device is one as well, of number OUTLET_MAIN. All other
 * outlets hang on it: while it is off they have no power, and their state
 * objects read off; what their own relays do meanwhile shows when it is on
 * again.
 */
struct outlet {
	uint32_t device; /* in a table without a device index, the card's first device */
	uint32_t number;
	bool power; /* what comes out: the relay is closed, and the main load's is */
	bool on;    /* the relay itself; the state object may say otherwise */
	bool shown; /* what the state object says, where the main load is on */
	bool stuck; /* the relay never moves */
	bool lie;   /* the state object follows commands, the relay does not */
	int refuse; /* error-status of any SET of its command object, or STATUS_OK */
	usec refuse_until;
	usec last_due; /* its commands take effect in the order they came */
	char *text;    /* DEVICE.NUMBER or DEVICE.main, as they were at the start */
};

/** No outlet has this number. */
#define OUTLET_MAIN 0

struct device {
	struct records *records;
	uint32_t first;     /* device of the tables without a device index */
	GPtrArray *outlets; /* of struct outlet *, sorted */
	unsigned exchanges; /* how often it was */
	GQueue *moves;      /* what relays are about to do, soonest first */
	usec latency_on;
	usec latency_off;
	usec cycle; /* length of its off phase */
	void (*commanded)(const struct outlet *outlet, const char *command);
	void (*moved)(const struct outlet *outlet); /* its power went or came */
};

/** Takes the records. Finds the outlets; relays are as their state objects say. */
struct device *device_new(struct records *records);

/** Renumbers a device index in every table, before device_new(). NULL, or why not. */
char *records_move_device(struct records *records, uint32_t from, uint32_t to);

/** [DEVICE.]NUMBER or [DEVICE.]main; without a device the first one. NULL if there is none. */
struct outlet *device_outlet(const struct device *device, const char *text);

/** Adds or replaces a row, which it takes; the relay stays as it is. */
void device_put_row(struct device *device, struct rec_row *row);

/** Sets an outlet's name or description in each table that has it; false if none has. */
bool device_set_text(struct device *device, const struct outlet *outlet, bool description,
                     GBytes *octets);

/** What the device would answer to a SET of that row: an error-status. Changes nothing. */
int device_check_set(const struct device *device, const struct rec_row *wanted, usec now);
/** Does a SET that was checked. */
void device_set(struct device *device, const struct rec_row *wanted, usec now);

/** An outside hand on a relay. */
void device_turn(struct device *device, struct outlet *outlet, bool on);
/** Turns an outlet off, and on again at a time; a SET that is taken before cancels that. */
void device_cycle(struct device *device, struct outlet *outlet, usec on_again);
/**
 * The power of the whole device fails: what relays were about to do is
 * forgotten, and all are off. The main load is on again at on_again, outlet
 * number i (from 0) at on_again + i * each, unless a SET for it is taken
 * before; never if on_again is negative.
 */
void device_fail(struct device *device, usec on_again, usec each);

/** Exchanges the rows of two outlets, none a main load, in all columns but the index. */
void device_swap(struct device *device, struct outlet *a, struct outlet *b);

/**
 * Another device, that reads the same, is in its place: outlets of its own, with
 * nothing wrong with them; moved() is called for those that have no power. Nobody
 * reaches those of the first any more.
 */
void device_exchange(struct device *device);

/** The outlet in whose rows a name lies, or NULL; *text: it is its name or description. */
const struct outlet *device_outlet_at(const struct device *device, const struct rec_name *name,
                                      bool *text);

/** Lets the relays move that are due; when the next one is, or -1. */
usec device_advance(struct device *device, usec now);

#endif
