/*
 * The campaign's world: model PDUs with a physical truth, a virtual network and
 * a virtual clock, all from one seed. The library under test sees of it only
 * what comes through struct network.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_CAMPAIGN_WORLD_H
#define TS_CAMPAIGN_WORLD_H

#include "family.h"
#include "operation.h"

#include <stdio.h>

/* --- chance --- */

/*
 * A seed makes the same schedule on every processor and with every compiler. So no
 * expression, list of arguments or initialiser draws twice, for C leaves open which
 * draw comes first; and no time is cut from a fraction. tests/campaign/digest.sh tells.
 */
struct chance {
	uint64_t state;
};
uint32_t chance_below(struct chance *chance, uint32_t n); /* 0 .. n-1; 0 for n = 0 */
bool chance_permille(struct chance *chance, unsigned permille);
usec chance_time(struct chance *chance, usec low, usec high);

/* --- faults --- */

enum fault {
	FAULT_LOSE_REQUEST,
	FAULT_LOSE_ANSWER,
	FAULT_DELAY,
	FAULT_DUPLICATE,
	FAULT_REORDER,
	FAULT_FOREIGN,   /* an answer that carries another request's tag, or none */
	FAULT_MISPAIRED, /* the right tag, another request's content */
	FAULT_UNREACHABLE,
	FAULT_REPORT, /* an authentication report */
	FAULT_SLOW_AGENT,
	FAULT_MUTE_BULK,
	FAULT_GET_ERROR,
	FAULT_POISON, /* one object that answers any request with an error */
	FAULT_TOO_BIG,
	FAULT_SET_ERROR,
	FAULT_SET_PARTIAL,
	FAULT_SET_IGNORED,
	FAULT_SET_MUTE,    /* obeyed, not answered */
	FAULT_SET_DROPPED, /* neither: so does a card whose community may only read */
	FAULT_SLOW_RELAY,
	FAULT_STUCK_RELAY,
	FAULT_FALLS_BACK,
	FAULT_LEAD, /* the state object runs ahead of the relay, by less than off_hold */
	FAULT_LAG,
	FAULT_HAND, /* somebody else switches the node's outlets */
	FAULT_CYCLE,
	FAULT_STATE_UNKNOWN,
	FAULT_STATE_MIXED,
	FAULT_STATE_RANGE,
	FAULT_STATE_NULL,
	FAULT_STATE_TYPE,
	FAULT_STATE_ABSENT,
	FAULT_CELL_MISSING,
	FAULT_ROW_ORDER,
	FAULT_TABLE_CHANGES,
	FAULT_WALK_STUCK,
	FAULT_DEVICE_INDEX,
	FAULT_OFFLINE,
	FAULT_REBOOT,
	FAULT_MISCONFIGURED,
	FAULT_COUNT
};
const char *fault_name(enum fault fault);

/** What a seed is for. */
enum seed_class {
	CLASS_MIXED,
	CLASS_HEALTHY,
	CLASS_LOSS_DATAGRAM, /* each datagram is lost with p = 0.3, all else is well */
	CLASS_LOSS_EXCHANGE, /* each request is answered with p = 0.7 */
	CLASS_COUNT
};
const char *class_name(enum seed_class class);
const char *outcome_word(enum trippsnmp_error error);

/* --- the model --- */

enum cause { CAUSE_COMMAND, CAUSE_HAND, CAUSE_CYCLE, CAUSE_FAULT };

struct transition {
	usec at;
	bool on;
	enum cause cause;
};

/** The thing that has or has not power: the truth. */
struct relay {
	unsigned pdu, index; /* index among its PDU's outlets, for messages */
	bool feeds_node;
	bool on;
	bool shown_on; /* what the state object says */
	bool stale_on; /* and what it says while the card has lost the device */
	usec latency;
	usec lead; /* by which the state object runs ahead of it */
	usec lag;  /* or behind */
	bool stuck;
	/* Falls back on so long after it has gone off, so many times. */
	usec falls_after;
	unsigned falls;
	/* A move under way; id tells events of given-up moves apart. */
	bool moving, moving_to;
	enum cause moving_cause;
	unsigned move_id;
	/* Somebody's cycle: when it goes on again, USEC_NEVER without. */
	usec cycle_return;
	bool cycle_before; /* it was pending before we began */
	GArray *history;   /* of struct transition */
	GArray *hands;     /* of usec: when somebody else commanded it, moved or not */
};

enum bad_value { BAD_NONE, BAD_UNKNOWN, BAD_MIXED, BAD_RANGE, BAD_NULL, BAD_TYPE, BAD_ABSENT };

struct outlet_model {
	const struct family *family;
	uint32_t device, number;
	unsigned relay; /* index in the PDU's relays */
	bool controllable;
	GBytes *name, *description;
	/* What is wrong with its state object, and when. */
	enum bad_value bad;
	usec bad_from, bad_until;
	unsigned bad_permille;
};

struct device_model {
	const struct family *family; /* NULL: a device without outlets */
	uint32_t index;
	bool has_status, has_count;
	int32_t status;
	usec offline_from, offline_until;
	bool offline_echoes; /* its states follow commands that never reach it */
};

enum row_kind {
	ROW_STATE,
	ROW_CONTROLLABLE,
	ROW_COMMAND,
	ROW_NAME,
	ROW_DESCRIPTION,
	ROW_COUNT,
	ROW_STATUS,
	ROW_ENGINE,
	ROW_UPTIME,
	ROW_OTHER
};

struct row {
	struct objid name;
	enum row_kind kind;
	unsigned of; /* outlet or device */
	usec hidden_from, hidden_until;
};

/** One datagram on its way. */
struct datagram {
	unsigned pdu;
	uint32_t tag;
	unsigned attempt;
	enum request_kind kind;
	unsigned once, repetitions;
	GArray *varbinds;
	usec sent; /* by the client */
	bool answer_lost;
	unsigned references;
};

struct pdu_model {
	GArray *outlets; /* of struct outlet_model */
	GArray *devices; /* of struct device_model */
	GArray *rows;    /* of struct row, sorted */
	struct relay *relays;
	unsigned n_relays;
	GBytes *engine_id; /* NULL if it does not show it */
	/* The agent. */
	GQueue waiting; /* of struct datagram */
	bool processing;
	unsigned epoch; /* reboots so far: work of an earlier one is forgotten */
	usec process_low, process_high;
	unsigned max_bytes, max_varbinds;
	bool mute_bulk;
	unsigned get_error_permille;
	int poison_status;
	struct objid poison;
	bool poison_indexed;
	unsigned set_error_permille;
	int set_error;             /* 0: any */
	unsigned set_error_effect; /* permille of the outlets that obey all the same */
	unsigned set_partial_permille;
	bool set_partial_lies; /* and is answered without error */
	unsigned set_ignored_permille, set_mute_permille, set_dropped_permille;
	bool set_echo;
	unsigned walk_stuck_permille;
	/* An agent that lists rows in another order; NULL for a sorted one. */
	unsigned *order, *rank; /* place -> row, row -> place */
	/* Its one reboot. */
	usec up_since;
	usec down_from, down_until;
	bool reboot_all_on;
	usec reboot_unknown, reboot_short; /* after it: states unknown, rows hidden */
	usec faults_until;                 /* of those with a probability */
	GArray *last_answer;               /* varbinds, for mispaired ones; may be NULL */
	/* Requests in the second that began then. */
	usec second;
	unsigned requests;
};

struct wire {
	unsigned lose_request, lose_answer, lose_exchange; /* permille */
	unsigned delay, duplicate, reorder, foreign, mispaired, unreachable, report;
	usec delay_max;
	usec latency_low, latency_high;
	usec faults_until;
};

/** A state object's value as it reached the client. */
struct reading {
	const struct relay *relay;
	enum trippsnmp_state state;
	usec sent, made, delivered;
};

struct agenda;

enum verdict { VERDICT_SUCCESS, VERDICT_FAILURE, VERDICT_APART, VERDICT_LIE, VERDICT_COUNT };

struct world {
	struct network network; /* first: what the library sees */
	uint64_t seed;
	enum seed_class class;
	struct chance chance; /* of making it */
	struct chance luck;   /* of running it */
	bool faults[FAULT_COUNT];
	FILE *trace; /* NULL: none */
	usec now, begun;
	struct agenda *agenda;
	struct pdu_model *pdus;
	unsigned n_pdus;
	struct wire wire;
	/* The configuration. */
	struct config config;
	char *hostlist;
	const char **labels;
	const char *node;
	enum trippsnmp_action action;
	bool by_name;  /* its outlets are found by their names */
	bool hopeless; /* there is a mistake in the configuration: no SET may go out */
	/* What the judge wants to know. */
	GArray *readings;  /* of struct reading */
	usec first_set_on; /* USEC_NEVER: none was sent */
	unsigned sets_since_event;
	unsigned requests;
	char *touched;      /* a request that must not be */
	bool power_missing; /* the reset said that power did not come back */
	/* How it ended. */
	struct outcome outcome;
	usec ended;
};

struct world *world_new(uint64_t seed, int class, FILE *trace);
void world_free(struct world *world);
/** Runs the operation, then the world without it for a while. */
void world_run(struct world *world);
void trace_line(const struct world *world, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* generate.c */
void generate(struct world *world);

/* wire.c */
enum happening { AT_REQUEST, AT_PROCESSED, AT_ANSWER, AT_MOVE, AT_SHOW, AT_HAND, AT_DOWN, AT_UP };
struct happening_data {
	usec at;
	uint64_t order;
	enum happening what;
	unsigned pdu, relay;
	unsigned id; /* of a move, or the agent's epoch */
	bool on;
	enum cause cause;
	usec length;               /* of a cycle; 0 for a plain switching */
	struct datagram *datagram; /* of the request */
	struct event event;        /* an answer */
	usec made;
	bool genuine; /* an answer to that very request */
};
struct agenda *agenda_new(void);
void agenda_free(struct agenda *agenda);
void agenda_add(struct world *world, const struct happening_data *data);
void wire_init(struct world *world);
void wire_run_until(struct world *world, usec until);
void wire_answer(struct world *world, struct datagram *request, struct event *answer);
void datagram_unref(struct datagram *datagram);

/* model.c */
void model_begin(struct world *world);
void model_request(struct world *world, struct datagram *request);
void model_processed(struct world *world, unsigned pdu, struct datagram *request, unsigned epoch);
void model_move(struct world *world, struct relay *relay, unsigned id);
void model_show(struct world *world, struct relay *relay, unsigned id, bool on);
void model_hand(struct world *world, const struct happening_data *data);
void model_down(struct world *world, unsigned pdu);
void model_up(struct world *world, unsigned pdu);
struct outlet_model *model_outlet(const struct pdu_model *pdu, unsigned i);
struct device_model *model_device(const struct pdu_model *pdu, unsigned i);
struct row *model_row(const struct pdu_model *pdu, unsigned i);
/** The row of that very name, hidden or not; NULL if there is none. */
struct row *model_find(const struct pdu_model *pdu, const struct objid *name);
bool relay_on_at(const struct relay *relay, usec at);
/** Whether its device was offline then. */
bool relay_lost_at(const struct world *world, const struct relay *relay, usec at);

/* judge.c */
/** *why is set for a lie; free it with g_free(). */
enum verdict judge(const struct world *world, char **why);

#endif
