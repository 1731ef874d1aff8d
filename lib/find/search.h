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

struct search;

/**
 * What is asked next, and what becomes of the reply. That is an answer, or silence where a question
 * has so many attempts; a refusal too if it may be refused.
 */
struct stage {
	void (*ask)(struct search *, struct question *);
	void (*take)(struct search *, const struct reply *, usec now);
	bool may_be_refused; /* what it asks need not be known */
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
	const struct stage *stage; /* NULL: it is done */
	usec not_before;
	/* What is read. */
	struct identity *identity;
	unsigned asked_once; /* varbinds of identification, where rows are asked too; else 0 */
	bool by_next;        /* GETBULK does not do for it */
	GArray *census;
	struct table *table;
	bool shown;       /* what is only shown was asked for, whatever came of it */
	const char *hint; /* what to check if it shows no outlets we know; static */
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

/* rows.c: which outlets there are */

extern const struct stage stage_identify;

/* looks.c: what else belongs to a look */

extern const struct stage stage_who;
/** All rows are there, and their devices' statuses. */
void looks_ended(struct search *search, usec now);
/** All is known but which alarms are active. */
void looks_finish(struct search *search, usec now);

#endif
