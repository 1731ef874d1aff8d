/*
 * A queue of commands for each outlet; the end of one starts the next.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "hook.h"

#include <glib.h>
#include <stdio.h>

struct job {
	char *argv[7]; /* /bin/sh -c COMMAND trippsim OUTLET STATE */
};

static GHashTable *queues; /* outlet -> GQueue of struct job *, the first one running */

static void job_free(void *data)
{
	struct job *job = data;

	for (unsigned i = 0; job->argv[i]; i++)
		g_free(job->argv[i]);
	g_free(job);
}

static void start_first(GQueue *queue);

static void finished(GPid pid, int status, void *queue)
{
	(void)status;
	g_spawn_close_pid(pid);
	job_free(g_queue_pop_head(queue));
	start_first(queue);
}

static void start_first(GQueue *queue)
{
	struct job *job;

	while ((job = g_queue_peek_head(queue))) {
		GError *error = NULL;
		GPid pid;

		if (g_spawn_async(NULL, job->argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
		                  &pid, &error)) {
			g_child_watch_add(pid, finished, queue);
			return;
		}
		fprintf(stderr, "trippsim: --on-change: %s\n", error->message);
		g_error_free(error);
		job_free(g_queue_pop_head(queue));
	}
}

void hook_run(const char *command, const char *outlet, bool on)
{
	const char *words[] = { "/bin/sh", "-c", command, "trippsim", outlet, on ? "on" : "off" };
	struct job *job = g_new0(struct job, 1);
	GQueue *queue;

	for (unsigned i = 0; i < G_N_ELEMENTS(words); i++)
		job->argv[i] = g_strdup(words[i]);
	if (!queues)
		queues = g_hash_table_new(g_str_hash, g_str_equal);
	queue = g_hash_table_lookup(queues, outlet);
	if (!queue) {
		queue = g_queue_new();
		g_hash_table_insert(queues, g_strdup(outlet), queue);
	}
	g_queue_push_tail(queue, job);
	if (queue->length == 1)
		start_first(queue);
}
