/*
 * The search for the outlets of one PDU, as the inventory's files share it: inventory.c carries
 * one a PDU, search.c begins it anew, rows.c reads which outlets there are, looks.c what else
 * belongs to a look. Nobody else includes it. All of it is strategy and judgement of answers:
 * pure, and only search_fail() and looks.c end it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_SEARCH_H
#define TS_SEARCH_H

#include "find/identity.h"
#include "find/inventory.h"
#include "find/recall.h"
#include "find/settle.h"
#include "snmp/denial.h"

enum stage {
	STAGE_IDENTIFY,
	STAGE_READ,
	STAGE_WALK,
	STAGE_STATUS,
	STAGE_DETAILS,
	STAGE_UPTIME,
	STAGE_WHO,
	STAGE_ALARMS,
	STAGE_ABOUT, /* what the alarms of lost communications are about */
	STAGE_DONE
};

/** One PDU, and how far the search has come. */
struct search {
	unsigned pdu;
	const char *label;
	const struct inventory_need *need;
	const struct inventory_settings *settings;
	const struct log *log;
	bool engine_id; /* worth asking: there are several PDUs */
	GArray *recall; /* of all looks */
	struct pdu_outlets found;
	enum stage stage;
	usec not_before;
	/* What is read. */
	struct identity *identity;
	unsigned asked_once; /* varbinds of identification, where rows are asked too; else 0 */
	bool by_next;        /* GETBULK does not do for it */
	GArray *census;
	struct table *table;
	bool shown;       /* what is only shown was asked for, whatever came of it */
	const char *hint; /* what to check if it stays a stranger, static */
	/* Whether it is settled. */
	struct card_look look; /* under way */
	struct settle settle;
	/* Its sysUpTime, since when it says just that, and whether that is no clock. */
	int64_t uptime;
	usec uptime_since; /* 0: it has not told any */
	bool stands;
	/* How it ends. */
	struct denial denial;
	struct denial no_alarms; /* it counts alarms, and does not show them */
	char *obstacle;
	struct outcome outcome;
};

/* search.c: its course */

/** From nothing; but the members before found must be set, and stay. */
void search_begin(struct search *search);
void search_clear(struct search *search);
/** What this look has read is forgotten, but for names in recall. */
void search_forget(struct search *search);
/** As search_forget(), and from the first question. */
void search_restart(struct search *search, usec when);
void search_fail(struct search *search, enum trippsnmp_error error, const char *why);
/** Looks again; what keeps it is said once, not each time. Takes over the obstacle. */
void search_again(struct search *search, usec when, char *obstacle);
/** Something was not clear: in a while. What looks saw before is not the same. */
void search_unclear(struct search *search, usec now, char *obstacle);
/** A definite no: it must last. */
void search_deny(struct search *search, usec now, const char *why);

/*
 * Of each stage what it asks, and what becomes of the reply. That is an answer, or silence where a
 * question has so many attempts; from looks_details() and looks_uptime() a refusal too.
 */

/* rows.c: which outlets there are */

void rows_ask_identity(struct search *search, struct question *question);
void rows_identified(struct search *search, const struct reply *reply, usec now);
void rows_ask_numbers(struct search *search, struct question *question);
void rows_numbers(struct search *search, const struct reply *reply, usec now);
void rows_ask_walk(struct search *search, struct question *question);
void rows_walked(struct search *search, const struct reply *reply, usec now);
void rows_ask_status(struct search *search, struct question *question);
void rows_status(struct search *search, const struct reply *reply, usec now);

/* looks.c: what else belongs to a look */

/** All rows are there, and their devices' statuses. */
void looks_ended(struct search *search, usec now);
/** All is known but which alarms are active. */
void looks_finish(struct search *search, usec now);

void looks_ask_details(struct search *search, struct question *question);
void looks_details(struct search *search, const struct reply *reply, usec now);
void looks_ask_uptime(struct search *search, struct question *question);
void looks_uptime(struct search *search, const struct reply *reply, usec now);
void looks_ask_who(struct search *search, struct question *question);
void looks_who(struct search *search, const struct reply *reply, usec now);
void looks_ask_alarms(struct search *search, struct question *question);
void looks_alarms(struct search *search, const struct reply *reply, usec now);
void looks_ask_about(struct search *search, struct question *question);
void looks_about(struct search *search, const struct reply *reply, usec now);

#endif
