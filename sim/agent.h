/*
 * The SNMP side of the simulator, the only file that includes net-snmp: its
 * agent library answers v1, v2c and v3 from a device's rows. Access control
 * is our own. One agent a process, for net-snmp has one engine a process. It
 * opens no configuration, MIB or persistent file, and no port but those asked.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef SIM_AGENT_H
#define SIM_AGENT_H

#include "card.h"

/** What becomes of a request. */
struct agent_fate {
	bool lose; /* as if its datagram had been lost */
	bool mute; /* it is done, but its answer is lost */
	usec late; /* how long its answer is under way */
};

struct agent_config {
	struct card *card;
	GStrv listen;         /* addresses without port */
	unsigned port;        /* 0: the kernel picks one; with several addresses the same */
	GStrv communities;    /* read and write */
	GStrv ro_communities; /* read only, also if they are among the others */
	bool v1;
	bool v2c;
	const bool *first_varbind; /* a SET takes its first varbind, and no notice of others */
	bool uptime_alone;         /* a GET of sysUpTime beside something else is refused */
	usec (*now)(void);
	/** A request that access control let in: "get", "getnext", "getbulk" or "set". */
	struct agent_fate (*requested)(const char *kind, unsigned varbinds);
	/** A varbind of a SET, and what became of it. */
	void (*set)(const struct rec_row *wanted, int status);
};

/**
 * An SNMPv3 user, before agent_start(): "NAME [AUTHPROTO AUTHPASS [PRIVPROTO
 * PRIVPASS]]". A request must use all that the user has. NULL, or one line
 * that says what is wrong and holds no passphrase.
 */
const char *agent_add_user(const char *text, bool writable);

/** Starts listening. NULL, or one line that says why not. The config must live on. */
char *agent_start(const struct agent_config *config);
/** Whether SNMPv3 messages carry the card's time and boots, not those of this process. */
bool agent_owns_time(void);
/** The sockets, one an address; -1 past the last. */
int agent_socket(unsigned i);
/** Such as 127.0.0.1:161 or [::1]:161; free with g_free(). */
char *agent_address(unsigned i);
/** Takes one datagram that waits, and answers it. */
void agent_answer(unsigned i);
/** Takes one datagram that waits, and drops it; false if there was none. */
bool agent_drop(unsigned i);
/** Sends the late answers that are due; when the next one is, or -1. */
usec agent_advance(usec now);

#endif
