/*
 * What tests of lib/power share: PDUs of eight outlets each on the scripted agent's virtual
 * network, one power operation on some of them, and what must hold at the end of every one.
 * One operation at a time: power_rig's state is the program's.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TESTS_POWER_RIG_H
#define TESTS_POWER_RIG_H

#include "power/power.h"

#include "script.h"

#define HOLD (5 * USEC_PER_SEC)
#define TIMEOUT (20 * USEC_PER_SEC)
#define TOTAL 50.0
#define DAY (24 * 3600 * USEC_PER_SEC)

extern struct script *script;
extern GArray *feeds; /* of struct feed: what is to be switched */
extern struct power *power;
extern struct power_settings settings;
extern struct outcome outcome;
extern const struct family *lx; /* LX PDU: all PDUs are, with one device */
extern usec begun;

/** PDUs that are on, up for a day, and need no time at all to obey. */
void begin(unsigned n_pdus, bool v1);
/** Frees all that, also after a failure. */
void finish(void);
/** Seconds after begin(), as a time of the script's clock. */
usec at(double seconds);
/** Seconds since begin(). */
double elapsed(void);

/** sysUpTime is that from now on. */
void put_uptime(unsigned pdu, enum value_type type, int64_t ticks);
void have_no_uptime(unsigned pdu);
struct objid cell(uint32_t column, uint32_t device, uint32_t number);
struct varbind *state_cell(unsigned pdu, uint32_t number);
void put_state(unsigned pdu, uint32_t number, enum value_type type, int64_t state);
void change_state_at(double seconds, unsigned pdu, uint32_t number, int64_t state);
struct objid status_name(uint32_t device);
/** tlpDeviceStatus of a device of PDU 0. */
void put_status(uint32_t device, enum value_type type, int64_t status);
/** Of PDU 0. */
void rename_outlet(unsigned number, const char *name);

void add_feed_of(unsigned pdu, uint32_t device, uint32_t number);
void add_feed(unsigned pdu, uint32_t number);
/** The main load of device 1, of that family, which it gets. */
void add_main_feed(unsigned pdu, const struct family *family);
/** The first feed was found by that name. */
void find_by_name(const char *name);

/**
 * Runs it to its end, or until TOTAL is over, as the library does. In every test: other outlets
 * are never touched, commands are on and off alone, one SET has one outlet, and goes to a row
 * that was found by its name directly after that was asked for; and what is over is over.
 */
enum trippsnmp_error run(enum trippsnmp_action action);
bool is_really_off(const struct feed *feed);
/** It must succeed, and after off all outlets must be off. */
void assert_ok(enum trippsnmp_action action);
void assert_message(const char *text);

/* Requests that were sent. The i-th; from the end if negative. */
bool is_uptime(const struct script_request *sent);
bool is_sweep(const struct script_request *sent);
bool is_set(const struct script_request *sent);
const struct script_request *nth(bool (*is)(const struct script_request *), int i);
const struct script_request *nth_set(int i);
const struct script_request *nth_sweep(int i);
unsigned count_uptimes(void);
unsigned count_sweeps(void);
bool asks_for(const struct script_request *sent, const struct objid *name);
int64_t set_value(const struct script_request *sent);
/** Of each PDU the last sweep was asked a hold after that time, or later. */
void assert_held_from(usec since);

#endif
