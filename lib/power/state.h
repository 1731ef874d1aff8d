/*
 * What the strategy keeps: of each feed, of each PDU, of the operation. Shared
 * by the files of lib/power alone. What is known of "off" is the kernel's, and
 * stands in `evidence`; the rest is for deciding what to ask next, and what to
 * say at the end.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_POWER_STATE_H
#define TS_POWER_STATE_H

#include "power/power.h"
#include "power/readings.h"
#include "promise/evidence.h"
#include "snmp/denial.h"

/** One feed on its way to the wanted state. */
struct progress {
	const struct feed *feed;
	struct cells cells;
	struct reading last; /* its answered is 0 before the first */
	/* Commands of the phase at hand. */
	usec commanded;    /* when the last one left; 0 if none did */
	usec acknowledged; /* the first one since it was commanded anew; USEC_NEVER */
	usec resend_at;
	usec resend_pause;
	usec otherwise_since; /* it has read the opposite ever since; USEC_NEVER while it does not
	                       */
	unsigned unanswered;  /* in a row */
	int error_status;     /* that the last one was answered with; 0 if with none */
	const char *misfit;   /* what is wrong with its answers, static; NULL if nothing is known */
	bool came_back;       /* commands had become worthless: it was on, or its PDU away */
	struct denial denial; /* of the command */
	/* Found by a name: when the answer came that showed it, to the PDU's last question; or 0.
	 */
	usec name_shown;
	usec renamed_since; /* USEC_NEVER while it has not another name */
};

enum task { TASK_NONE, TASK_CHECK, TASK_COMMAND, TASK_SWEEP, TASK_UPTIME };

/** One PDU. */
struct course {
	enum task task;    /* of the question at hand */
	unsigned feed;     /* of a check or a command */
	usec asked_at;     /* when the question at hand, or the last one, was made */
	usec swept_at;     /* likewise the last one of a sweep */
	unsigned sweep_at; /* the feed at which a sweep goes on; 0: none is under way */
	bool look_first;   /* a command went unanswered: whether readings are, is to be seen */
	usec poll_at;      /* the next sweep while something is not as wanted */
	usec poll_pause;
	usec uptime_at;    /* not before that it is asked again */
	usec uptime_asked; /* when it was asked last; 0: never */
	bool tells_time;   /* each of its answers says how long it is up */
	bool boots_known;
	uint32_t boots;
	usec up; /* as it said last, for the line of evidence */
};

struct power {
	unsigned n_pdus;
	const char *const *labels;
	struct power_settings settings;
	const struct log *log;
	enum trippsnmp_state wanted; /* now: in a reset first OFF, then ON */
	bool begun;
	usec now;           /* when it was asked for a question last */
	usec started;       /* the first question; times in messages count from it */
	usec phase_began;   /* off, or on */
	bool obstacle_said; /* in this phase */
	bool off_proven;
	bool short_of_on;
	bool outdated;
	bool done;
	struct progress *feeds;
	unsigned n_feeds;
	struct course *courses; /* of the PDUs */
	struct evidence evidence;
	struct outcome outcome;
};

/* sysUpTime advances at least once in this time. */
#define UPTIME_STEP USEC_PER_SEC
/* The PDU's poll in a hold; also how old a reading may become while others are waited for. */
#define HOLD_POLL (2 * USEC_PER_SEC)
#define POLL_FIRST (USEC_PER_SEC / 50)
#define POLL_LAST USEC_PER_SEC

/* commands.c: which outlet is to be commanded, and when */

/** All outlets are wanted so from now on, as if nothing had been sent. */
void commands_begin(struct power *power, enum trippsnmp_state wanted, usec now);
/** When the outlet is to be commanded next; USEC_NEVER while it need not or must not be. */
usec commands_due(const struct power *power, unsigned feed);
/** Until when a command may leave: the outlet's name, if it has one, must just have been shown. */
usec commands_leave_by(const struct power *power, unsigned feed);
/** Takes an acknowledgement, whenever it comes. */
void commands_acknowledged(struct power *power, unsigned feed, const struct heard *heard);
/** Takes the reply to a command. */
void commands_replied(struct power *power, unsigned feed, const struct reply *reply, usec now);
/** Takes a reading. */
void commands_read(struct power *power, unsigned feed, const struct reading *reading);
/** What the kernel has no use for any more is commanded anew. */
void commands_follow(struct power *power, unsigned pdu, usec now);

/* questions.c: what is to be asked of a PDU next, and when */

struct plan {
	enum task task;
	unsigned feed;
	usec at;
};
struct plan questions_plan(const struct power *power, unsigned pdu, usec now);
/** The question of that plan; the caller frees its varbinds. */
void questions_make(struct power *power, unsigned pdu, const struct plan *plan, usec now,
                    struct question *question);
/** Takes the reply to anything but a command. */
void questions_replied(struct power *power, unsigned pdu, const struct reply *reply, usec now);
/**
 * Whether the outlet's PDU is vouched for until its last reading, as the kernel sees it: by an
 * answer to a later question, or by that of the reading itself.
 */
bool questions_vouched(const struct power *power, unsigned feed);
/** The object that a command sets, and what it sets it to now. */
struct objid questions_command_object(const struct feed *feed);
int64_t questions_command_value(const struct power *power, const struct feed *feed);
/** sysUpTime (SNMPv2-MIB). */
extern const struct objid sys_up_time;

/* words.c: what is said */

/** One line: on what evidence off is granted. */
void words_evidence(const struct power *power);
/** The first outlet that is not as wanted, and why; NULL if all are. Free with g_free(). */
char *words_obstacle(const struct power *power);
/** What is missing, for the message when time is up; free with g_free(). */
char *words_unfinished(const struct power *power);
const char *words_state(enum trippsnmp_state state);

/* power.c: how it ends */

/** It cannot go on; takes over the message. A reset whose off was proven is no failure. */
void power_give_up(struct power *power, enum trippsnmp_error error, char *message);
/** It cannot go on with these feeds: see power_outdated(). Takes over the message. */
void power_look_again(struct power *power, char *message);

#endif
