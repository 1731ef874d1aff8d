/*
 * See host.h. stonith_new() looks in its own directories only, so this host
 * loads the plugin itself, and leaves all else to libstonith.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "host.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <pils/generic.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stonith/stonith_plugin.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* For libpils, which loses the names of its directories. */
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#define LEAKS_ALLOWED(yes) ((yes) ? __lsan_disable() : __lsan_enable())
#else
#define LEAKS_ALLOWED(yes)
#endif

#define PLUGIN "tripplite"

/* Of libstonith, exported but in no header. */
extern StonithImports stonithimports;

static GHashTable *plugins; /* name -> struct stonith_ops * */
static GPtrArray *lines;    /* of char * */

/* See host_when(). */
static struct {
	const char *text; /* NULL: for nothing */
	void (*fn)(void *context);
	void *context;
} awaited;

static PILGenericIfMgmtRqst requests[] = {
	{ STONITH_TYPE_S, &plugins, &stonithimports, NULL, NULL },
	{ NULL, NULL, NULL, NULL, NULL },
};

static const char *from_environment(const char *name)
{
	const char *value = g_getenv(name);

	if (!value || !*value)
		ck_abort_msg("%s is not set", name);
	return value;
}

/* --- this process --- */

static const char *level_word(PILLogLevel level)
{
	switch (level) {
	case PIL_FATAL:
		return "FATAL";
	case PIL_CRIT:
		return "CRIT";
	case PIL_WARN:
		return "WARN";
	case PIL_INFO:
		return "INFO";
	default:
		return "DEBUG";
	}
}

static void take_log(PILLogLevel level, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void take_log(PILLogLevel level, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	if (awaited.text && strstr(text, awaited.text)) {
		awaited.text = NULL;
		awaited.fn(awaited.context);
	}
	g_ptr_array_add(lines, g_strconcat(level_word(level), " ", text, NULL));
	g_free(text);
}

static void start(void)
{
	if (StonithPIsys)
		return;
	lines = g_ptr_array_new_with_free_func(g_free);
	LEAKS_ALLOWED(true);
	StonithPIsys = NewPILPluginUniv(from_environment("TS_PLUGIN_DIR"));
	LEAKS_ALLOWED(false);
	ck_assert_ptr_nonnull(StonithPIsys);
	PilPluginUnivSetLog(StonithPIsys, take_log);
	ck_assert_int_eq(PILLoadPlugin(StonithPIsys, "InterfaceMgr", "generic", requests), PIL_OK);
}

/* As in libstonith: the first object loads the plugin, the last one unloads it. */
static const struct stonith_ops *operations(void)
{
	if (g_hash_table_lookup(plugins, PLUGIN))
		PILIncrIFRefCount(StonithPIsys, STONITH_TYPE_S, PLUGIN, 1);
	else
		ck_assert_int_eq(PILLoadPlugin(StonithPIsys, STONITH_TYPE_S, PLUGIN, NULL), PIL_OK);
	return g_hash_table_lookup(plugins, PLUGIN);
}

Stonith *host_new(void)
{
	const struct stonith_ops *ops;
	StonithPlugin *plugin;

	start();
	awaited.text = NULL;
	ops = operations();
	ck_assert_ptr_nonnull(ops);
	plugin = (*ops->new)(NULL);
	ck_assert_ptr_nonnull(plugin);
	plugin->s.stype = g_strdup(PLUGIN);
	return &plugin->s;
}

static void wipe(char *text)
{
	if (text)
		memset(text, 'x', strlen(text));
	g_free(text);
}

int host_configure(Stonith *stonith, const char *const *parameters)
{
	GArray *list = g_array_new(TRUE, TRUE, sizeof(StonithNVpair));
	int result;

	for (; *parameters; parameters += 2) {
		const StonithNVpair pair = { g_strdup(parameters[0]), g_strdup(parameters[1]) };

		g_array_append_val(list, pair);
	}
	result = stonith_set_config(stonith, &g_array_index(list, StonithNVpair, 0));
	for (unsigned i = 0; i < list->len; i++) {
		wipe(g_array_index(list, StonithNVpair, i).s_name);
		wipe(g_array_index(list, StonithNVpair, i).s_value);
	}
	g_array_unref(list);
	return result;
}

const GPtrArray *host_log(void)
{
	start();
	return lines;
}

void host_forget(void)
{
	start();
	g_ptr_array_set_size(lines, 0);
}

static bool has_level(unsigned i, const char *level)
{
	const char *line = lines->pdata[i];

	return g_str_has_prefix(line, level) && line[strlen(level)] == ' ';
}

unsigned host_count(const char *level)
{
	unsigned n = 0;

	for (unsigned i = 0; i < lines->len; i++)
		n += has_level(i, level);
	return n;
}

const char *host_said(const char *level)
{
	for (unsigned i = lines->len; i > 0; i--)
		if (has_level(i - 1, level))
			return (const char *)lines->pdata[i - 1] + strlen(level) + 1;
	ck_abort_msg("nothing was logged at level %s", level);
	return NULL;
}

void host_when(const char *text, void (*fn)(void *context), void *context)
{
	awaited.text = text;
	awaited.fn = fn;
	awaited.context = context;
}

void host_debug(bool on)
{
	PILSetDebugLevel(StonithPIsys, STONITH_TYPE_S, PLUGIN, on);
}

/* --- the stonith program --- */

static char **make_environment(const char *const *parameters)
{
	const char *sanitizers = g_getenv("TS_PRELOAD_ASAN");
	const char *shim = from_environment("PILS_PRELOAD");
	char *preload = sanitizers && *sanitizers ? g_strconcat(sanitizers, " ", shim, NULL)
	                                          : g_strdup(shim);
	char **environment = g_get_environ();

	for (; parameters && *parameters; parameters += 2)
		environment = parameters[1] ? g_environ_setenv(environment, parameters[0],
		                                               parameters[1], TRUE)
		                            : g_environ_unsetenv(environment, parameters[0]);
	environment = g_environ_setenv(environment, "LD_PRELOAD", preload, TRUE);
	environment = g_environ_setenv(environment, "STONITH_TEST_PLUGIN_PATH",
	                               from_environment("TS_PLUGIN_DIR"), TRUE);
	/* the program itself leaks, and was built without sanitizers */
	environment = g_environ_setenv(environment, "ASAN_OPTIONS", "detect_leaks=0", TRUE);
	g_free(preload);
	return environment;
}

struct child {
	pid_t pid;
	int out, err; /* -1 when at their end */
};

static void become_stonith(const char *program, char *const *arguments, char *const *environment)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	execve(program, arguments, environment);
	_exit(127);
}

static void make_pipe(int ends[2])
{
	if (pipe2(ends, O_CLOEXEC))
		ck_abort_msg("no pipe: %s", g_strerror(errno));
}

static struct child start_on_pipe(const char *program, char *const *arguments,
                                  char *const *environment)
{
	const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int out[2], err[2];
	struct child child;

	make_pipe(out);
	make_pipe(err);
	child = (struct child){ .pid = fork(), .out = out[0], .err = err[0] };
	if (child.pid == 0) {
		if (dup2(nothing, STDIN_FILENO) < 0 || dup2(out[1], STDOUT_FILENO) < 0 ||
		    dup2(err[1], STDERR_FILENO) < 0)
			_exit(126);
		become_stonith(program, arguments, environment);
	}
	close(nothing);
	close(out[1]);
	close(err[1]);
	return child;
}

static struct child start_on_terminal(const char *program, char *const *arguments,
                                      char *const *environment)
{
	struct child child = { .err = -1 };

	child.pid = forkpty(&child.out, NULL, NULL, NULL);
	if (child.pid == 0)
		become_stonith(program, arguments, environment);
	return child;
}

/* Closes what is at its end; a terminal's end reads as EIO. */
static void read_some(int *descriptor, GString *text)
{
	char buffer[4096];
	const ssize_t n = read(*descriptor, buffer, sizeof(buffer));

	if (n > 0) {
		g_string_append_len(text, buffer, n);
	} else {
		close(*descriptor);
		*descriptor = -1;
	}
}

/* Until both are at their end, or time is up. */
static bool read_all(struct child *child, GString *out, GString *err, gint64 deadline)
{
	while (child->out >= 0 || child->err >= 0) {
		struct pollfd entries[] = { { .fd = child->out, .events = POLLIN },
			                    { .fd = child->err, .events = POLLIN } };
		const gint64 left = deadline - g_get_monotonic_time();

		if (left <= 0)
			return false;
		if (poll(entries, G_N_ELEMENTS(entries), (int)(left / 1000) + 1) <= 0)
			continue;
		if (entries[0].revents)
			read_some(&child->out, out);
		if (entries[1].revents)
			read_some(&child->err, err);
	}
	return true;
}

static int end(struct child *child, bool in_time)
{
	int status = -1;

	if (!in_time)
		kill(child->pid, SIGKILL);
	while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (child->out >= 0)
		close(child->out);
	if (child->err >= 0)
		close(child->err);
	return in_time && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static GPtrArray *make_arguments(va_list list)
{
	GPtrArray *arguments = g_ptr_array_new();
	char *argument;

	g_ptr_array_add(arguments, "stonith");
	do {
		argument = va_arg(list, char *);
		g_ptr_array_add(arguments, argument);
	} while (argument);
	return arguments;
}

struct run *run_stonith(enum terminal terminal, double limit, const char *const *parameters, ...)
{
	struct run *run = g_new0(struct run, 1);
	char *program = g_find_program_in_path("stonith");
	char **environment = make_environment(parameters);
	GString *out = g_string_new(NULL), *err = g_string_new(NULL);
	const gint64 begun = g_get_monotonic_time();
	struct child child;
	GPtrArray *arguments;
	va_list list;

	ck_assert_msg(program, "there is no stonith program in the PATH");
	va_start(list, parameters);
	arguments = make_arguments(list);
	va_end(list);
	child = terminal == ON_TERMINAL
	                ? start_on_terminal(program, (char **)arguments->pdata, environment)
	                : start_on_pipe(program, (char **)arguments->pdata, environment);
	ck_assert_msg(child.pid > 0, "no process: %s", g_strerror(errno));
	run->status =
		end(&child, read_all(&child, out, err, begun + (gint64)(limit * G_USEC_PER_SEC)));
	run->seconds = (double)(g_get_monotonic_time() - begun) / G_USEC_PER_SEC;
	run->out = g_string_free(out, FALSE);
	run->err = g_string_free(err, FALSE);
	g_ptr_array_unref(arguments);
	g_strfreev(environment);
	g_free(program);
	return run;
}

char *trace_stonith(const char *const *parameters, ...)
{
	static char *const strace[] = {
		"strace", "-f", "-qq", "-e", "trace=open,openat,creat", "-o"
	};
	char *directory = g_dir_make_tmp("trace-XXXXXX", NULL);
	char *file = g_build_filename(directory, "files", NULL);
	char **environment = make_environment(parameters);
	char *program = g_find_program_in_path(strace[0]);
	GPtrArray *arguments;
	char *files = NULL;
	int status = -1;
	va_list list;

	va_start(list, parameters);
	arguments = make_arguments(list);
	va_end(list);
	g_ptr_array_insert(arguments, 0, file);
	for (unsigned i = G_N_ELEMENTS(strace); i > 0; i--)
		g_ptr_array_insert(arguments, 0, strace[i - 1]);
	if (program &&
	    g_spawn_sync(NULL, (char **)arguments->pdata, environment,
	                 G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL |
	                         G_SPAWN_STDERR_TO_DEV_NULL,
	                 NULL, NULL, NULL, NULL, &status, NULL) &&
	    status == 0)
		g_file_get_contents(file, &files, NULL, NULL);
	g_ptr_array_unref(arguments);
	g_strfreev(environment);
	unlink(file);
	rmdir(directory);
	g_free(directory);
	g_free(file);
	g_free(program);
	return files;
}

void run_free(struct run *run)
{
	g_free(run->out);
	g_free(run->err);
	g_free(run);
}
