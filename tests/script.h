/*
 * A tiny scripted agent for unit tests: PDUs as tables of varbinds behind
 * struct network, on a virtual clock, so that nothing ever waits. It answers
 * as v1 and v2c agents do; what goes wrong, each test injects.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TESTS_SCRIPT_H
#define TESTS_SCRIPT_H

#include "find/family.h"
#include "snmp/machine.h"
#include "snmp/runner.h"

#define SCRIPT_PDUS_MAX 16

/** What becomes of a request; says the hook. */
enum script_fate {
	SCRIPT_ANSWERED,   /* obeyed and answered */
	SCRIPT_UNANSWERED, /* obeyed; the answer is lost */
	SCRIPT_LOST        /* neither */
};

/** A request as it was sent. */
struct script_request {
	usec at;
	unsigned pdu;
	enum request_kind kind;
	unsigned once, repetitions;
	usec leave_by;
	GArray *varbinds; /* of struct varbind */
};

struct script;

/**
 * Sees each request with the answer that the agent has for it, and may change
 * that. A SET whose answer has an error is not obeyed.
 */
typedef enum script_fate (*script_hook)(struct script *script, unsigned pdu,
                                        const struct request *request, struct event *answer);

struct script {
	struct network network; /* first: it is cast back */
	bool v1;
	usec clock;
	usec latency;        /* from request to answer */
	usec relay;          /* from command to state */
	unsigned answer_max; /* varbinds: more is tooBig, and BULK stops there; 0: any */
	script_hook hook;    /* may be NULL */
	void *context;       /* the hook's */
	unsigned calls;      /* of the hook; its own to count with */
	/* Before each request is answered: for what happens to a PDU by itself. May be NULL. */
	void (*before)(struct script *script, unsigned pdu);
	unsigned n_pdus;
	GArray *cells[SCRIPT_PDUS_MAX]; /* of struct varbind, in order */
	struct {
		bool runs, is_v3;
		bool whole_seconds; /* its sysUpTime advances each second only */
		usec started;
		uint32_t boots;
	} agents[SCRIPT_PDUS_MAX]; /* see script_start() */
	GArray *timers;
	GArray *sent; /* of struct script_request */
	/* For machines. */
	const char *labels[SCRIPT_PDUS_MAX]; /* pdu-a, pdu-b, ... */
	GString *lines[TRIPPSNMP_LOG_DEBUG + 1];
	struct log log;
	struct runner runner;
};

struct script *script_new(unsigned n_pdus, bool v1);
void script_free(struct script *script);

/** Puts a cell, or replaces it. A VALUE_ERROR's number is the error-status of asking for it. */
void script_put(struct script *script, unsigned pdu, const struct objid *name, enum value_type type,
                int64_t number);
void script_put_text(struct script *script, unsigned pdu, const struct objid *name,
                     const char *text);
/** The value of that OID, dotted. */
void script_put_objid(struct script *script, unsigned pdu, const struct objid *name,
                      const char *value);
/**
 * An active alarm of a card of that generation: "Communications Lost", or another one. about is
 * the row (LX) or the number of the device that it is about; NULL: it names none.
 */
void script_alarm(struct script *script, unsigned pdu, const struct family_alarms *objects,
                  uint32_t id, bool lost, const char *about);
/** It is over. */
void script_no_alarm(struct script *script, unsigned pdu, const struct family_alarms *objects,
                     uint32_t id);
/** Takes away a cell and all cells below it. */
void script_drop(struct script *script, unsigned pdu, const struct objid *root);
/** NULL if there is none. */
struct varbind *script_cell(const struct script *script, unsigned pdu, const struct objid *name);
/** Its agent started at that time; its sysUpTime runs from then on. */
void script_start(struct script *script, unsigned pdu, usec at);
/** Likewise its SNMPv3 engine, which says so in each answer. */
void script_start_engine(struct script *script, unsigned pdu, usec at, uint32_t boots);
/** Reads a capture (FILE.snmprec of sim/captures) into a PDU. */
void script_load(struct script *script, unsigned pdu, const char *file);
/** Outlets 1 to n of a device: on, controllable, called "Load N", without description. */
void script_outlets(struct script *script, unsigned pdu, const struct family *family,
                    uint32_t device, unsigned n);
/** The main load of a device: on and controllable. No outlet hangs on it. */
void script_main(struct script *script, unsigned pdu, const struct family *family, uint32_t device);

/** From now on it tells its uptime, which is now so many seconds. */
void script_uptime(struct script *script, unsigned pdu, double seconds);

/** For hooks: makes *answer, which is cleared before, the agent's answer to that request. */
void script_answer(struct script *script, unsigned pdu, const struct request *request,
                   struct event *answer);

/** At that time the cell becomes an INTEGER; a SET on the way does not change that. */
void script_change_at(struct script *script, usec at, unsigned pdu, const struct objid *name,
                      int64_t number);
/**
 * For a hook to return: at the time of an answer that event comes instead, with a copy of the
 * reason, which may be NULL.
 */
enum script_fate script_instead(struct script *script, unsigned pdu, const struct request *request,
                                enum event_type type, const char *reason);
/** Takes over the event's varbinds and reason. */
void script_inject(struct script *script, usec at, const struct event *event);

/** What the agent does with a request now: obeys and answers it, past hook and latency. */
struct event script_respond(struct script *script, unsigned pdu, const struct request *request);

/** Runs a machine until it is done (true) or so many virtual seconds are over. */
bool script_run(struct script *script, const struct machine *machine, double seconds);

const struct script_request *script_sent(const struct script *script, unsigned i);
/** How many requests of that kind were sent. */
unsigned script_count(const struct script *script, enum request_kind kind);
/** Whether a line of that level held the text. */
bool script_said(const struct script *script, enum trippsnmp_level level, const char *text);

/** The family of that name; fails the test if there is none. */
const struct family *script_family(const char *name);

#endif
