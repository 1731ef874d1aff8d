/*
 * The card: the computer in front of the relays. What it tells and what it
 * hides, the clocks that it has, and how it restarts. Pure, like the device
 * behind it: the caller brings the clock, and does all SNMP.
 *
 * Choices of ours, where no card was seen doing it: nothing but the clocks and
 * the power is lost in a restart; while it starts, a card that hides a row
 * refuses a SET of it as one that does not exist.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef SIM_CARD_H
#define SIM_CARD_H

#include "device.h"

/** TimeTicks are hundredths of a second. */
#define CARD_USEC_PER_TICK 10000
/** The end of what has none. */
#define CARD_FOR_EVER INT64_MAX

/** Answers all requests of a kind with an error-status, for a time. */
struct refusal {
	int status;
	usec until;
};

/** Rows that are hidden, or texts that read empty, for a time. */
struct veil {
	bool of_start;               /* it goes with the next start */
	bool blank;                  /* names and descriptions read empty; else rows are hidden */
	struct rec_name root;        /* all below it; or, with n = 0: */
	const struct outlet *outlet; /* or that one, or, with NULL: */
	uint32_t device;             /* outlets of that device, 0 for all; but no main load */
	usec until;
	usec each; /* the i-th outlet (from 1) that it covers is seen i * each later */
};

/** How to restart. Times of what is late or refused count from the start after it. */
struct restart {
	usec down;       /* silence before the start */
	bool keep_power; /* the relays do not notice */
	usec back;       /* when outlets are on again; negative: never */
	usec back_each;
	bool keep_boots;
	unsigned boots; /* 0: one more */
	bool new_engine;
	bool new_card; /* another card, with outlets of its own, has the address from now on */
	usec age;      /* what its clocks show at the start */
	usec names, names_each; /* names and descriptions read empty */
	usec rows, rows_each;   /* outlets' rows are hidden */
	struct refusal reads;
	struct refusal sets;
	usec no_users;
};

struct card {
	struct device *device;
	usec started;
	unsigned boots;
	GBytes *engine_id;
	unsigned starts; /* counts starts and changes of the users that are known */
	bool is_down;    /* silent, until: */
	usec up_at;
	struct restart restart; /* the one that goes on */
	struct refusal reads;
	struct refusal sets;
	usec no_users_until;
	GPtrArray *veils; /* of struct veil * */
	void (*restarting)(void);
	void (*restarted)(void);
};

/** Puts the rows that are clocks, and the engine's ID, in place of recorded ones. */
void card_put_clocks(struct records *records, bool uptime);

/** A card that has been up for an age. Shares the engine ID; NULL: one of its own. */
struct card *card_new(struct device *device, usec now, usec age, unsigned boots, GBytes *engine_id);

usec card_uptime(const struct card *card, usec now);
/** Whether its SNMPv3 users are known to it now. */
bool card_knows_users(const struct card *card, usec now);

void card_restart(struct card *card, const struct restart *how, usec now);
void card_hang(struct card *card, const struct veil *veil);

/** Lets happen what is due; when the next thing is, or -1. */
usec card_advance(struct card *card, usec now);

/**
 * The row of that name as the card tells it now, or, if next, the first one
 * after it (at it, if inclusive). NULL if there is none, or it is hidden. The
 * row is valid until the next call.
 */
const struct rec_row *card_read(struct card *card, const struct rec_name *name, bool next,
                                bool inclusive, usec now);
/** The error-status of all reads now. */
int card_read_status(const struct card *card, usec now);
/** As device_check_set(), by what the card hides and refuses now. */
int card_check_set(const struct card *card, const struct rec_row *wanted, usec now);

#endif
