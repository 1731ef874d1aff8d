/*
 * The campaign: many seeds through world and judge, and a table of what came of
 * them. A lie is printed with the command that replays it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "world.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define JOBS_MAX 2
/* So many seeds are needed before a rate of 99.9 % can be told from luck. */
#define LIVENESS_SEEDS 1000

struct counts {
	uint64_t of[VERDICT_COUNT];
};

/* What one process found; shared with its parent. */
struct tally {
	uint64_t seed; /* at work on it */
	uint64_t lies;
	uint64_t requests;
	struct counts by_class[CLASS_COUNT];
	struct counts by_fault[FAULT_COUNT];
	struct counts by_fault_alone[FAULT_COUNT]; /* of the seeds with no other fault */
	struct counts by_map[2];                   /* of CLASS_LOSS_DATAGRAM: by number, by name */
	struct counts by_version[3];               /* likewise */
	uint64_t errors[TRIPPSNMP_STOPPED + 1];
	uint64_t by_lie[LIE_COUNT];
	uint64_t lies_by_fault[FAULT_COUNT][LIE_COUNT];
	unsigned most_requests[CLASS_COUNT][2]; /* to one PDU: by number, by name */
	bool done;
};

static struct {
	gint64 seeds, from, only;
	char *class, *with, *without;
	gboolean trace, quiet, faults;
	int jobs, show;
} options = { .seeds = 2000, .from = 1, .only = -1, .jobs = 1, .show = 10 };

static const char *program;

static int chosen_class(void)
{
	for (int class = 0; options.class && class < CLASS_COUNT; class ++)
		if (!strcmp(options.class, class_name((enum seed_class) class)))
			return class;
	return -1;
}

static int chosen_fault(const char *name)
{
	for (int fault = 0; name && fault < FAULT_COUNT; fault++)
		if (!strcmp(name, fault_name((enum fault)fault)))
			return fault;
	return -1;
}

/* The options that make seeds other worlds than they would be, as they are written. */
static char *as_wished(void)
{
	GString *text = g_string_new(NULL);

	if (options.class)
		g_string_append_printf(text, " --class %s", options.class);
	if (options.with)
		g_string_append_printf(text, " --with \"%s\"", options.with);
	if (options.without)
		g_string_append_printf(text, " --without \"%s\"", options.without);
	return g_string_free(text, FALSE);
}

static void show_lie(const struct world *world, const struct judgement *judgement, uint64_t nth)
{
	char *wished = as_wished();

	if (nth <= (uint64_t)options.show)
		printf("LIE: seed %" G_GUINT64_FORMAT
		       ": %s said of %s: %s\n  replay: %s --only %" G_GUINT64_FORMAT "%s --trace\n",
		       world->seed, outcome_word(world->outcome.error), action_word(world->action),
		       judgement->why, program, world->seed, wished);
	fflush(stdout);
	g_free(wished);
}

static void count_lie(struct tally *tally, const struct world *world, enum lie lie)
{
	tally->lies++;
	tally->by_lie[lie]++;
	for (unsigned fault = 0; fault < FAULT_COUNT; fault++)
		tally->lies_by_fault[fault][lie] += world->faults[fault];
}

static void count_requests(struct tally *tally, const struct world *world)
{
	unsigned *most = &tally->most_requests[world->class][world->by_name];

	for (unsigned p = 0; p < world->n_pdus; p++)
		*most = MAX(*most, world->requests_to[p]);
	tally->requests += world->requests;
}

static void count(struct tally *tally, const struct world *world, enum verdict verdict)
{
	unsigned faults = 0;

	for (unsigned fault = 0; fault < FAULT_COUNT; fault++)
		faults += world->faults[fault];
	tally->by_class[world->class].of[verdict]++;
	if (world->class == CLASS_LOSS_DATAGRAM) {
		tally->by_map[world->by_name].of[verdict]++;
		tally->by_version[world->config.version].of[verdict]++;
	}
	for (unsigned fault = 0; fault < FAULT_COUNT; fault++) {
		if (world->faults[fault])
			tally->by_fault[fault].of[verdict]++;
		if (world->faults[fault] && faults == 1)
			tally->by_fault_alone[fault].of[verdict]++;
	}
	tally->errors[world->outcome.error]++;
	count_requests(tally, world);
}

/* A fault-free world, and one that only loses datagrams, must end in success. */
static void show_failure(const struct world *world)
{
	if (world->class != CLASS_MIXED && !options.quiet)
		printf("no success: seed %" G_GUINT64_FORMAT " (%s): %s\n", world->seed,
		       class_name(world->class), world->outcome.message);
}

static void run_seed(struct tally *tally, uint64_t seed, FILE *trace)
{
	const struct wish wish = { chosen_class(), chosen_fault(options.with),
		                   chosen_fault(options.without) };
	struct judgement judgement;
	struct world *world;

	tally->seed = seed;
	world = world_new(seed, &wish, trace);
	world_run(world);
	judgement = judge(world);
	count(tally, world, judgement.verdict);
	if (judgement.verdict == VERDICT_LIE) {
		count_lie(tally, world, judgement.lie);
		show_lie(world, &judgement, tally->lies);
	}
	if (judgement.verdict == VERDICT_FAILURE)
		show_failure(world);
	g_free(judgement.why);
	world_free(world);
}

static void run_share(struct tally *tally, unsigned job)
{
	for (gint64 i = (gint64)job; i < options.seeds; i += options.jobs)
		run_seed(tally, (uint64_t)(options.from + i), NULL);
	tally->done = true;
}

/* --- the table --- */

static void add(struct tally *sum, const struct tally *one)
{
	for (unsigned v = 0; v < VERDICT_COUNT; v++) {
		for (unsigned i = 0; i < CLASS_COUNT; i++)
			sum->by_class[i].of[v] += one->by_class[i].of[v];
		for (unsigned i = 0; i < FAULT_COUNT; i++) {
			sum->by_fault[i].of[v] += one->by_fault[i].of[v];
			sum->by_fault_alone[i].of[v] += one->by_fault_alone[i].of[v];
		}
		for (unsigned i = 0; i < G_N_ELEMENTS(sum->by_map); i++)
			sum->by_map[i].of[v] += one->by_map[i].of[v];
		for (unsigned i = 0; i < G_N_ELEMENTS(sum->by_version); i++)
			sum->by_version[i].of[v] += one->by_version[i].of[v];
	}
	for (unsigned k = 0; k < LIE_COUNT; k++) {
		sum->by_lie[k] += one->by_lie[k];
		for (unsigned i = 0; i < FAULT_COUNT; i++)
			sum->lies_by_fault[i][k] += one->lies_by_fault[i][k];
	}
	for (unsigned i = 0; i < CLASS_COUNT; i++)
		for (unsigned k = 0; k < 2; k++)
			sum->most_requests[i][k] =
				MAX(sum->most_requests[i][k], one->most_requests[i][k]);
	for (unsigned i = 0; i <= TRIPPSNMP_STOPPED; i++)
		sum->errors[i] += one->errors[i];
	sum->lies += one->lies;
	sum->requests += one->requests;
}

static uint64_t total(const struct counts *counts)
{
	uint64_t n = 0;

	for (unsigned v = 0; v < VERDICT_COUNT; v++)
		n += counts->of[v];
	return n;
}

static double rate(const struct counts *counts)
{
	const uint64_t n = total(counts);

	return n ? 100.0 * (double)counts->of[VERDICT_SUCCESS] / (double)n : 100.0;
}

static void print_row(const char *name, const struct counts *counts, const struct counts *alone)
{
	const uint64_t n = total(counts);

	if (!n)
		return;
	printf("%-28s %8" G_GUINT64_FORMAT, name, n);
	for (unsigned v = 0; v < VERDICT_LIE; v++)
		printf(" %9.3f %%", 100.0 * (double)counts->of[v] / (double)n);
	printf(" %7" G_GUINT64_FORMAT, counts->of[VERDICT_LIE]);
	if (alone && total(alone))
		printf("  %9.3f %%", rate(alone));
	putchar('\n');
}

static void print_lies(const struct tally *sum)
{
	printf("lies:");
	for (unsigned k = 0; k < LIE_COUNT; k++)
		printf(" %s %" G_GUINT64_FORMAT "%s", lie_word((enum lie)k), sum->by_lie[k],
		       k + 1 < LIE_COUNT ? ";" : "\n");
	for (unsigned i = 0; sum->lies && i < FAULT_COUNT; i++) {
		printf("  %-28s", fault_name((enum fault)i));
		for (unsigned k = 0; k < LIE_COUNT; k++)
			printf(" %6" G_GUINT64_FORMAT, sum->lies_by_fault[i][k]);
		putchar('\n');
	}
}

static void print_requests(const struct tally *sum)
{
	printf("most requests to one PDU (by number, by name):");
	for (unsigned i = 0; i < CLASS_COUNT; i++)
		printf(" %s %u, %u%s", class_name((enum seed_class)i), sum->most_requests[i][0],
		       sum->most_requests[i][1], i + 1 < CLASS_COUNT ? ";" : "\n");
}

static void print_table(const struct tally *sum, double seconds)
{
	printf("%-28s %8s %11s %11s %11s %7s\n", "seeds", "n", "true succ.", "hon. fail.", "apart",
	       "lies");
	for (unsigned i = 0; i < CLASS_COUNT; i++)
		print_row(class_name((enum seed_class)i), &sum->by_class[i], NULL);
	printf("%-81s %s\n", "of the mixed ones, those with", "true succ. with that alone");
	for (unsigned i = 0; i < FAULT_COUNT; i++)
		print_row(fault_name((enum fault)i), &sum->by_fault[i], &sum->by_fault_alone[i]);
	printf("outcomes:");
	for (unsigned i = 0; i <= TRIPPSNMP_STOPPED; i++)
		printf(" %s %" G_GUINT64_FORMAT ";", outcome_word((enum trippsnmp_error)i),
		       sum->errors[i]);
	printf("\nliveness at 30 %% of datagrams lost: %.3f %% (by number %.3f %%, by name %.3f "
	       "%%; "
	       "v1 %.3f %%, v2c %.3f %%, v3 %.3f %%); of exchanges: %.3f %%\n",
	       rate(&sum->by_class[CLASS_LOSS_DATAGRAM]), rate(&sum->by_map[0]),
	       rate(&sum->by_map[1]), rate(&sum->by_version[SNMP_V1]),
	       rate(&sum->by_version[SNMP_V2C]), rate(&sum->by_version[SNMP_V3]),
	       rate(&sum->by_class[CLASS_LOSS_EXCHANGE]));
	print_requests(sum);
	print_lies(sum);
	printf("%" G_GINT64_FORMAT " seeds, %" G_GUINT64_FORMAT
	       " requests in %.1f s, %.0f seeds/s; "
	       "lies: %" G_GUINT64_FORMAT "\n",
	       options.seeds, sum->requests, seconds, (double)options.seeds / seconds, sum->lies);
}

static bool alive_enough(const struct counts *counts)
{
	const uint64_t n = total(counts);
	const uint64_t missed = n - counts->of[VERDICT_SUCCESS];

	return n < LIVENESS_SEEDS ? missed <= 1 : missed * 1000 <= n;
}

static bool all_switched(const struct tally *sum, enum seed_class class, const char *what)
{
	const struct counts *counts = &sum->by_class[class];

	if (counts->of[VERDICT_SUCCESS] + counts->of[VERDICT_APART] == total(counts))
		return true;
	printf("FAIL: %s was not switched\n", what);
	return false;
}

static bool fence_in_loss(const struct tally *sum)
{
	bool fine = true;

	for (unsigned i = 0; i < G_N_ELEMENTS(sum->by_map); i++)
		fine = alive_enough(&sum->by_map[i]) && fine;
	for (unsigned i = 0; i < G_N_ELEMENTS(sum->by_version); i++)
		fine = alive_enough(&sum->by_version[i]) && fine;
	if (!fine)
		printf("FAIL: less than 99.9 %% at 30 %% loss\n");
	return fine;
}

static bool passes(const struct tally *sum)
{
	bool fine = sum->lies == 0;

	fine = all_switched(sum, CLASS_HEALTHY, "a healthy PDU") && fine;
	fine = all_switched(sum, CLASS_STARTING, "a PDU that had just started") && fine;
	return fence_in_loss(sum) && fine;
}

/* --- processes --- */

static bool reap(pid_t child, const struct tally *tally)
{
	int status = 0;

	if (waitpid(child, &status, 0) == child && WIFEXITED(status) && !WEXITSTATUS(status) &&
	    tally->done)
		return true;
	printf("FAIL: a process died at seed %" G_GUINT64_FORMAT
	       "\n  replay: %s --only %" G_GUINT64_FORMAT " --trace\n",
	       tally->seed, program, tally->seed);
	return false;
}

static bool run_all(struct tally *sum)
{
	struct tally *tallies = mmap(NULL, JOBS_MAX * sizeof(*tallies), PROT_READ | PROT_WRITE,
	                             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t children[JOBS_MAX];
	bool fine = true;

	if (tallies == MAP_FAILED)
		g_error("mmap fails");
	fflush(stdout);
	for (int job = 0; job < options.jobs; job++) {
		children[job] = fork();
		if (children[job] < 0)
			g_error("fork fails");
		if (children[job] == 0) {
			run_share(&tallies[job], (unsigned)job);
			fflush(stdout);
			_exit(0);
		}
	}
	for (int job = 0; job < options.jobs; job++) {
		fine = reap(children[job], &tallies[job]) && fine;
		add(sum, &tallies[job]);
	}
	munmap(tallies, JOBS_MAX * sizeof(*tallies));
	return fine;
}

static int run_only(void)
{
	struct tally *tally = g_new0(struct tally, 1);
	int status;

	run_seed(tally, (uint64_t)options.only, options.trace ? stdout : NULL);
	status = tally->lies ? EXIT_FAILURE : EXIT_SUCCESS;
	printf("seed %" G_GINT64_FORMAT ": %s\n", options.only, tally->lies ? "a lie" : "no lie");
	g_free(tally);
	return status;
}

static void parse(int argc, char **argv)
{
	const GOptionEntry entries[] = {
		{ "seeds", 0, 0, G_OPTION_ARG_INT64, &options.seeds, "how many", "N" },
		{ "from", 0, 0, G_OPTION_ARG_INT64, &options.from, "the first one", "S" },
		{ "only", 0, 0, G_OPTION_ARG_INT64, &options.only, "just this one", "SEED" },
		{ "class", 0, 0, G_OPTION_ARG_STRING, &options.class,
		  "mixed, healthy, loss-datagram, loss-exchange or starting, instead of by seed",
		  "CLASS" },
		{ "with", 0, 0, G_OPTION_ARG_STRING, &options.with,
		  "a fault that each mixed world has", "FAULT" },
		{ "without", 0, 0, G_OPTION_ARG_STRING, &options.without, "a fault that none has",
		  "FAULT" },
		{ "faults", 0, 0, G_OPTION_ARG_NONE, &options.faults, "list the faults", NULL },
		{ "show", 0, 0, G_OPTION_ARG_INT, &options.show,
		  "of so many lies each process tells more", "N" },
		{ "trace", 0, 0, G_OPTION_ARG_NONE, &options.trace, "show what happens (--only)",
		  NULL },
		{ "quiet", 0, 0, G_OPTION_ARG_NONE, &options.quiet, "lies and the verdict only",
		  NULL },
		{ "jobs", 0, 0, G_OPTION_ARG_INT, &options.jobs, "processes, 1 or 2", "J" },
		{ NULL, 0, 0, 0, NULL, NULL, NULL },
	};
	GOptionContext *context = g_option_context_new("- attack the promise");
	GError *error = NULL;

	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error) ||
	    (options.class && chosen_class() < 0) ||
	    (options.with && chosen_fault(options.with) < 0) ||
	    (options.without && chosen_fault(options.without) < 0)) {
		fprintf(stderr, "%s\n", error ? error->message : "there is no such class or fault");
		exit(2);
	}
	for (unsigned fault = 0; options.faults && fault < FAULT_COUNT; fault++)
		puts(fault_name((enum fault)fault));
	if (options.faults)
		exit(0);
	g_option_context_free(context);
	options.jobs = CLAMP(options.jobs, 1, JOBS_MAX);
	options.seeds = MAX(options.seeds, 1);
	options.show = MAX(options.show, 0);
}

int main(int argc, char **argv)
{
	struct tally *sum = g_new0(struct tally, 1);
	gint64 begun = g_get_monotonic_time();
	bool fine;

	program = argv[0];
	parse(argc, argv);
	if (options.only >= 0) {
		g_free(sum);
		return run_only();
	}
	fine = run_all(sum);
	if (!options.quiet)
		print_table(sum, (double)(g_get_monotonic_time() - begun) / 1e6);
	fine = passes(sum) && fine;
	g_free(sum);
	return fine ? EXIT_SUCCESS : EXIT_FAILURE;
}
