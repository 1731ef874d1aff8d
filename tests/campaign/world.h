/*
 * The campaign's world: model PDUs with a physical truth, a virtual network and
 * a virtual clock, all from one seed. The library under test sees of it only
 * what comes through struct network.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_CAMPAIGN_WORLD_H
#define TS_CAMPAIGN_WORLD_H

#include "call/operation.h"
#include "find/family.h"

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
	FAULT_SET_FIRST, /* of several varbinds the first alone is obeyed, and all acknowledged */
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
	FAULT_ROWS_MISSING,   /* of any device, for a while */
	FAULT_DEVICE_MISSING, /* all that it has, while it is listed or counted */
	FAULT_NAMES_LATE,     /* a card that is young, and does not know them yet */
	FAULT_ROWS_EXCHANGED, /* what an outlet is called moves to another row */
	FAULT_WALK_STUCK,
	FAULT_DEVICE_INDEX,
	FAULT_OFFLINE,
	FAULT_ALARMED,      /* lost from the beginning, as an active alarm alone says */
	FAULT_RESTART,      /* at any time */
	FAULT_RESTART_SET,  /* after a SET was obeyed and before it is acknowledged */
	FAULT_RESTART_HOLD, /* after outlets were read off */
	FAULT_RESTART_ALL,  /* of all PDUs at once */
	FAULT_STARTS_DENYING,
	FAULT_UPTIME_ABSENT,
	FAULT_UPTIME_REFUSED, /* each request that asks for it is an error */
	FAULT_UPTIME_BUNDLED, /* only where something else is asked as well */
	FAULT_UPTIME_STILL,
	FAULT_UPTIME_WRAPS,
	FAULT_BOOTS_KEPT, /* an SNMPv3 engine that does not count its restarts */
	FAULT_REPLACED,   /* another card answers under the address */
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
	CLASS_STARTING,      /* a card that has just started, and is well after some seconds */
	CLASS_COUNT
};
const char *class_name(enum seed_class class);
const char *outcome_word(enum trippsnmp_error error);

/** What a seed is to be for, instead of what its number says; -1 each: nothing said. */
struct wish {
	int class;
	int with, without; /* a fault that each mixed world has, or that none has */
};

/* --- the model --- */

enum cause { CAUSE_COMMAND, CAUSE_HAND, CAUSE_CYCLE, CAUSE_FAULT, CAUSE_RESTART };

struct transition {
	usec at;
	bool on;
	enum cause cause;
	usec begun; /* when the command, cycle or restart that made it began */
};

/** The thing that has or has not power: the truth. */
struct relay {
	unsigned pdu, index; /* the card, and the index among its relays, for messages */
	bool feeds_node;
	bool by_name; /* and is found by its name */
	/* Its power: it is closed, and so is the main load that it hangs on. */
	bool on;
	bool closed;
	bool is_main;     /* it is the main load of its device */
	unsigned main;    /* the index of that; its own if there is none */
	unsigned another; /* it is named after so manieth of other nodes, from 1; 0: it is not */
	bool not_to_cut;  /* and hangs, by a mistake, on a main load of the node */
	bool shown_on;    /* what the state object says where the main load's says on */
	bool stale_on;    /* and what it says while the card has lost the device */
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
	usec moving_begun;
	unsigned move_id;
	/* Somebody's cycle: when it goes on again, USEC_NEVER without. */
	usec cycle_return;
	usec cycle_begun;
	bool cycle_before; /* it was pending before we began */
	/* A restart turned it off: when it goes on again, USEC_NEVER without. */
	usec restart_return;
	usec restart_begun;
	GArray *history; /* of struct transition */
	GArray *hands;   /* of usec: when somebody else commanded it, moved or not */
};

enum bad_value { BAD_NONE, BAD_UNKNOWN, BAD_MIXED, BAD_RANGE, BAD_NULL, BAD_TYPE, BAD_ABSENT };

struct outlet_model {
	const struct family *family;
	uint32_t device, number;
	unsigned relay; /* index in the PDU's relays */
	/* Rows that were exchanged: which relay it was before, and until when. */
	unsigned relay_before;
	usec exchanged; /* 0: never */
	bool controllable;
	usec named_from;     /* before, it has no name */
	usec named_answered; /* when an answer last showed a name of the node's in its row */
	GBytes *name, *description;
	/* What is wrong with its state object, and when. */
	enum bad_value bad;
	usec bad_from, bad_until;
	unsigned bad_permille;
};

struct device_model {
	const struct family *family; /* NULL: a device without outlets */
	uint32_t index;
	bool has_status, has_count, listed;
	int32_t status;
	usec offline_from, offline_until;
	bool offline_echoes; /* its states follow commands that never reach it */
	bool alarmed;        /* and that it is offline its status does not say, but an alarm */
};

enum row_kind {
	ROW_STATE,
	ROW_CONTROLLABLE,
	ROW_COMMAND,
	ROW_NAME,
	ROW_DESCRIPTION,
	ROW_COUNT,
	ROW_STATUS,
	ROW_DEVICE,
	ROW_TYPE,
	ROW_ALARMS,      /* how many alarms are active */
	ROW_ALARM_LOST,  /* that communications with the device are lost */
	ROW_ALARM_ROW,   /* that it is about the device, by a row of it */
	ROW_ALARM_INDEX, /* or by its index */
	ROW_ALARM_OTHER, /* another alarm */
	ROW_ENGINE,
	ROW_UPTIME,
	ROW_OTHER
};

struct row {
	struct objid name;
	enum row_kind kind;
	unsigned of; /* outlet or device; UINT_MAX for neither */
	usec hidden_from, hidden_until;
};

/* --- restarts --- */

enum when { RESTART_AT, RESTART_AT_SET, RESTART_AT_OFF };
enum after { AFTER_KEEP, AFTER_ON, AFTER_RETURN };

/** A restart that is to be. */
struct restart {
	enum when when;
	usec at;           /* RESTART_AT */
	unsigned nth;      /* else: the SET, or the answer with a feed off, that it waits for */
	usec delay;        /* after that */
	usec answer_delay; /* by which that one's answer comes later */
	bool all;          /* takes the other PDUs down as well */
	usec lasts;
	enum after after;
	usec returns, step; /* AFTER_RETURN: the k-th outlet is on so long after the start */
	usec unknown;       /* so long after the start states are unknown, ... */
	usec nameless;      /* ... outlets have no names, ... */
	usec short_table;   /* ... and some rows are not there */
	bool exchange;      /* it comes up with rows exchanged */
};

/** One that was. */
struct outage {
	usec down, up;
};

/** What a card refuses for a while after its start. */
enum denies {
	DENIES_NOTHING,
	DENIES_READING,
	DENIES_WRITING,
	DENIES_ACCESS,
	DENIES_USER,
	DENIES_ROWS
};

enum uptime {
	UPTIME_RUNS,
	UPTIME_ABSENT,
	UPTIME_REFUSED,
	UPTIME_BUNDLED,
	UPTIME_STILL,
	UPTIME_WRAPS
};

/** How a cell without its name looks. */
enum nameless { NAMELESS_EMPTY, NAMELESS_ABSENT };

/** One datagram on its way. */
struct datagram {
	unsigned pdu;
	unsigned card;   /* whom it was meant for */
	unsigned starts; /* SNMPv3: how often that has started, as far as the sender knew */
	uint32_t tag;
	unsigned attempt;
	enum request_kind kind;
	unsigned once, repetitions;
	GArray *varbinds;
	usec sent; /* by the client */
	usec leave_by;
	bool answer_lost;
	unsigned references;
};

struct pdu_model {
	GArray *outlets; /* of struct outlet_model */
	GArray *devices; /* of struct device_model */
	GArray *rows;    /* of struct row, sorted */
	struct relay *relays;
	unsigned n_relays;
	GBytes *engine_id;                  /* NULL if it does not show it */
	const struct family_alarms *alarms; /* NULL if it does not show them */
	unsigned other_alarms;              /* which say nothing of devices */
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
	bool set_first;        /* obeys the first varbind of a SET, and says that it did all */
	unsigned set_ignored_permille, set_mute_permille, set_dropped_permille;
	bool set_echo;
	unsigned walk_stuck_permille;
	/* An agent that lists rows in another order; NULL for a sorted one. */
	unsigned *order, *rank; /* place -> row, row -> place */
	/* Its restarts. */
	GArray *restarts; /* of struct restart: those to come */
	GArray *outages;  /* of struct outage: those that were */
	bool is_down;
	struct restart current; /* the one that it is in, or that it comes from */
	usec started;
	bool young;      /* it started just before, and that is settled */
	unsigned starts; /* since the beginning */
	unsigned sets_taken, offs_shown;
	enum uptime uptime;
	usec uptime_ahead; /* it says so much more than is true */
	uint32_t boots;
	bool boots_kept;
	enum denies denies;
	usec denies_for; /* so long after each start */
	enum nameless nameless;
	/* Two rows that are exchanged, and when the table was walked just before and after. */
	unsigned exchange[2];
	unsigned n_exchange;
	usec exchanged; /* 0: not yet */
	usec walked_before, walked_after;
	usec silent_from, silent_until; /* nothing gets through to it */
	unsigned successor;             /* the card that takes its place; its own number if none */
	usec faults_until;              /* of those with a probability */
	GArray *last_answer;            /* varbinds, for mispaired ones; may be NULL */
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

/** An answer of any kind that reached the client. */
struct answered {
	unsigned card;
	usec sent, made, delivered;
};

struct agenda;

/** The cards that can answer under the addresses: some take the place of others. */
#define PDUS_MAX 4

enum lie {
	LIE_POWER,    /* an outlet had power when it was held to be off, or none when on */
	LIE_RETURN,   /* it came back by what was under way */
	LIE_TOUCH,    /* an outlet that is not the node's was commanded, or may have been, or cut */
	LIE_OLD_NAME, /* a command to a row whose name was not read just before */
	LIE_EARLY,    /* it gave up before it had to */
	LIE_CONDUCT,  /* floods, takes too long, sends when all is decided, says nothing */
	LIE_COUNT
};

enum verdict { VERDICT_SUCCESS, VERDICT_FAILURE, VERDICT_APART, VERDICT_LIE, VERDICT_COUNT };

struct world {
	struct network network; /* first: what the library sees */
	uint64_t seed;
	enum seed_class class;
	struct wish wish;
	struct chance chance; /* of making it */
	struct chance luck;   /* of running it */
	bool faults[FAULT_COUNT];
	FILE *trace; /* NULL: none */
	usec now, begun;
	struct agenda *agenda;
	struct pdu_model *pdus; /* cards: the addresses' own first */
	unsigned n_pdus;        /* addresses */
	unsigned n_cards;
	unsigned there[PDUS_MAX]; /* the card that answers under an address */
	unsigned known[PDUS_MAX]; /* the one that the client knows there */
	unsigned heard[PDUS_MAX]; /* the one whose answer came last */
	unsigned starts_known[PDUS_MAX];
	unsigned judged[PDUS_MAX]; /* heard, when off was held to be proven */
	bool authentic;            /* SNMPv3 with authentication */
	struct wire wire;
	/* The configuration. */
	struct config config;
	char *hostlist;
	const char **labels;
	const char *node;
	enum trippsnmp_action action;
	bool by_name;  /* some of its outlets are found by their names */
	bool settles;  /* so, or others that could hang on its main loads: looks must be settled */
	bool hopeless; /* there is a mistake in the configuration: no SET may go out */
	/* What the judge wants to know. */
	GArray *readings;  /* of struct reading */
	GArray *answers;   /* of struct answered, as they were delivered */
	usec first_no;     /* when a refusal was first delivered; USEC_NEVER */
	usec first_set_on; /* USEC_NEVER: none was sent */
	usec granted;      /* when off was held to be proven */
	unsigned sets_since_event;
	unsigned requests, requests_to[PDUS_MAX];
	char *touched;       /* a request that must not be, ... */
	enum lie touched_as; /* ... and what it is */
	bool power_missing;  /* the reset said that power did not come back */
	/* How it ended. */
	struct outcome outcome;
	usec ended;
};

struct world *world_new(uint64_t seed, const struct wish *wish, FILE *trace);
void world_free(struct world *world);
/** Runs the operation, then the world without it for a while. */
void world_run(struct world *world);
void trace_line(const struct world *world, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* generate.c */
void generate(struct world *world);

/* map.c */
void make_map(struct world *world);
bool is_twin_of_better(const struct pdu_model *pdu, const struct outlet_model *outlet);

/* faults.c */
void choose_faults(struct world *world);
void apply_faults(struct world *world);

/* starting.c */
struct pdu_model *pdu_with_feeds(struct world *world);
void starting_fault(struct world *world, enum fault fault);
void start_lately(struct world *world);

/* generate.c's, for the others that make worlds */
uint32_t below(struct world *world, uint32_t n);
bool permille(struct world *world, unsigned n);
usec millis(struct world *world, unsigned low, unsigned high);
/** A time in the operation, more often early than late. */
usec moment(struct world *world);
GBytes *bytes(const char *text);
struct pdu_model *some_pdu(struct world *world);
struct relay *some_feed(struct world *world);
struct outlet_model *outlet_of(const struct world *world, const struct relay *relay);

/* wire.c */
enum happening {
	AT_REQUEST,
	AT_PROCESSED,
	AT_ANSWER,
	AT_MOVE,
	AT_SHOW,
	AT_HAND,
	AT_DOWN,
	AT_UP,
	AT_RETURN,
	AT_EXCHANGE,
	AT_REPLACED,
	AT_RESYNC
};
struct happening_data {
	usec at;
	uint64_t order;
	enum happening what;
	unsigned pdu, relay;
	unsigned id; /* of a move or a restart, or the agent's epoch */
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
/** *answer, which comes so much later than it would, is the wire's from then on. */
void wire_answer(struct world *world, struct datagram *request, struct event *answer, usec later);
/** Now off is held to be proven, by what has been answered until now. */
void wire_note_grant(struct world *world);
/** Something that must not be; takes what it was. */
void wire_touch(struct world *world, enum lie lie, char *what);
void datagram_unref(struct datagram *datagram);

/* relay.c */
void model_begin(struct world *world);
void model_move(struct world *world, struct relay *relay, unsigned id);
void model_show(struct world *world, struct relay *relay, unsigned id, bool on);
void model_hand(struct world *world, const struct happening_data *data);
void relay_command(struct world *world, struct relay *relay, bool on, enum cause cause);
/** What its state object says, if its device's state is as stale as that. */
bool relay_shows_on(const struct pdu_model *pdu, const struct relay *relay, bool stale);
/** It moves at once and by itself. */
void relay_jump(struct world *world, struct relay *relay, bool on, enum cause cause, usec begun);
/** What it was about to do it will not do any more. */
void relay_forget(struct relay *relay);
bool relay_on_at(const struct relay *relay, usec at);
/** Whether its device was offline then. */
bool relay_lost_at(const struct world *world, const struct relay *relay, usec at);
const struct device_model *device_of(const struct pdu_model *pdu, const struct relay *relay);

/* restart.c */
void model_plan_restarts(struct world *world);
void model_down(struct world *world, unsigned card, unsigned restart);
void model_up(struct world *world, unsigned card);
void model_return(struct world *world, struct relay *relay, usec due);
void model_exchange(struct world *world, unsigned card);
/** What a request that was just answered sets off; by how much later its answer comes. */
usec model_after_answer(struct world *world, unsigned card, const struct datagram *request,
                        const struct event *answer);
/** Whether the card refuses the request since it is starting; fills in the answer then. */
bool model_denies(struct world *world, const struct pdu_model *pdu, const struct datagram *request,
                  struct event *answer);
bool model_hides_rows(const struct world *world, const struct pdu_model *pdu);
bool model_nameless(const struct world *world, const struct pdu_model *pdu,
                    const struct outlet_model *outlet);
int64_t model_uptime(const struct world *world, const struct pdu_model *pdu);
/** Whether that request is an error since it asks for uptime. */
bool model_minds_uptime(const struct pdu_model *pdu, const struct datagram *request);

/* model.c */
void model_request(struct world *world, struct datagram *request);
void model_processed(struct world *world, unsigned card, struct datagram *request, unsigned epoch);
struct outlet_model *model_outlet(const struct pdu_model *pdu, unsigned i);
struct device_model *model_device(const struct pdu_model *pdu, unsigned i);
struct row *model_row(const struct pdu_model *pdu, unsigned i);
/** The row of that very name, hidden or not; NULL if there is none. */
struct row *model_find(const struct pdu_model *pdu, const struct objid *name);
/** The relay that a row stood for then. */
unsigned outlet_relay_at(const struct outlet_model *outlet, usec at);

/* judge.c */
const char *lie_word(enum lie lie);

/** A verdict of VERDICT_LIE fills in the rest; free why with g_free(). */
struct judgement {
	enum verdict verdict;
	enum lie lie;
	char *why;
};
struct judgement judge(const struct world *world);

#endif
