/*
 * trippsim for tests: started with options, watched through its timeline, and
 * never left behind. It fails the test itself when the simulator does not do
 * what it is told.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_SIMULATOR_H
#define TS_SIMULATOR_H

#include <glib.h>
#include <stdbool.h>

struct simulator;

/**
 * Starts $TRIPPSIM on a capture of $TS_CAPTURES, with further options up to a
 * NULL, on a port of its own unless --port is among them. It listens when this
 * returns.
 */
struct simulator *simulator_start(const char *capture, ...) G_GNUC_NULL_TERMINATED;
/** The same with the options in a NULL-terminated list. */
struct simulator *simulator_start_list(const char *capture, const char *const *options);
/** Ends and frees one, or all of them (a fixture's teardown). */
void simulator_stop(struct simulator *sim);
void simulators_stop(void);

/** Where it listens, such as 127.0.0.1:1234 or [::1]:1234. */
const char *simulator_address(const struct simulator *sim);
unsigned simulator_port(const struct simulator *sim);

/** Sends a line of --control; the simulator must accept it. */
void simulator_control(struct simulator *sim, const char *format, ...) G_GNUC_PRINTF(2, 3);

/** All lines so far (char *), without those that answer commands. The simulator's own. */
const GPtrArray *simulator_timeline(struct simulator *sim);
/** Lines so far that contain text. */
unsigned simulator_count(struct simulator *sim, const char *text);
/** Waits for a line that contains text. */
void simulator_wait(struct simulator *sim, const char *text);
/** Begins the timeline anew. */
void simulator_forget(struct simulator *sim);

/** Seconds since the simulator's start at the beginning of a line; its rest in *rest. */
double simulator_time(const char *line, const char **rest);

#endif
