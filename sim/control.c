/*
 * The commands as a table of verbs. A line that is not exactly understood
 * changes nothing.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "control.h"

#include "alarm.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define USEC_PER_SECOND 1000000

/* A command that waits for a time, or for the N-th event of a kind. */
struct pending {
	bool timed;
	usec due;
	enum event event;
	unsigned left;
	char *line;
};

/* A line, cut at its blanks. */
struct words {
	struct control *control;
	const char *rest; /* all behind the verb, as it stands */
	GStrv word;       /* what stands there, without the options */
	unsigned n;
	GStrv option; /* those with a =, behind them */
	usec now;
};

struct verb {
	const char *name;
	unsigned min, max; /* how many words, options apart */
	bool options;
	char *(*run)(const struct words *words);
};

bool control_seconds(const char *text, usec *value)
{
	char *end;
	const double number = g_ascii_strtod(text, &end);

	if (!*text || *end || !isfinite(number) || number < 0 || number > CONTROL_SECONDS_MAX)
		return false;
	*value = (usec)(number * USEC_PER_SECOND + 0.5);
	return true;
}

static char *no_seconds(const char *text)
{
	return g_strdup_printf("\"%s\" is not a number of seconds", text);
}

static bool parse_count(const char *text, unsigned *count)
{
	uint64_t number;

	if (!g_ascii_string_to_unsigned(text, 10, 1, UINT_MAX, &number, NULL))
		return false;
	*count = (unsigned)number;
	return true;
}

char *control_edit(struct records *records, struct device *device, char sign, const char *text)
{
	struct rec_name name;
	struct rec_row *row;
	char *error = NULL;

	if (sign == '-') {
		if (!rec_name_parse(text, &name))
			return g_strdup("that is no OID");
		return records_remove(records, &name) ? NULL
		                                      : g_strdup_printf("no row at %s", text);
	}
	row = rec_row_parse(text, &error);
	if (row && device)
		device_put_row(device, row);
	else if (row)
		records_put(records, row);
	return error;
}

static char *run_row(const struct words *words)
{
	struct device *device = words->control->device;

	return control_edit(device->records, device, '+', words->rest);
}

static char *run_remove(const struct words *words)
{
	struct device *device = words->control->device;

	return control_edit(device->records, device, '-', words->rest);
}

static char *run_delay(const struct words *words)
{
	return control_seconds(words->word[0], &words->control->delay) ? NULL
	                                                               : no_seconds(words->word[0]);
}

static char *run_latency(const struct words *words)
{
	struct device *device = words->control->device;

	if (!control_seconds(words->word[0], &device->latency_on))
		return no_seconds(words->word[0]);
	device->latency_off = device->latency_on;
	return NULL;
}

static char *run_pause(const struct words *words)
{
	words->control->paused = true;
	return NULL;
}

static char *run_resume(const struct words *words)
{
	words->control->paused = false;
	return NULL;
}

static char *set_stuck(const struct words *words, bool stuck)
{
	struct outlet *outlet = device_outlet(words->control->device, words->word[0]);

	if (!outlet)
		return g_strdup("no such outlet");
	outlet->stuck = stuck;
	return NULL;
}

static char *run_stuck(const struct words *words)
{
	return set_stuck(words, true);
}

static char *run_release(const struct words *words)
{
	return set_stuck(words, false);
}

static char *run_set_outlet(const struct words *words)
{
	struct outlet *outlet = device_outlet(words->control->device, words->word[0]);
	const bool on = !strcmp(words->word[1], "on");

	if (!outlet)
		return g_strdup("no such outlet");
	if (!on && strcmp(words->word[1], "off") != 0)
		return g_strdup("neither on nor off");
	device_turn(words->control->device, outlet, on);
	return NULL;
}

/* ERROR, or ERROR:SECONDS: what is refused, and how long; none ends it. */
static char *parse_refusal(const char *text, struct refusal *refusal)
{
	const char *colon = strchr(text, ':');
	g_autofree char *word = colon ? g_strndup(text, (size_t)(colon - text)) : g_strdup(text);

	refusal->status = strcmp(word, "none") != 0 ? status_parse(word) : STATUS_OK;
	refusal->until = refusal->status ? CARD_FOR_EVER / 2 : 0;
	if (refusal->status < 0)
		return g_strdup_printf("\"%s\" is no SNMP error", word);
	if (colon && !control_seconds(colon + 1, &refusal->until))
		return no_seconds(colon + 1);
	return NULL;
}

/* The value of an option of the restart. */
static char *restart_option(struct restart *how, const char *name, const char *value)
{
	const struct {
		const char *name;
		usec *seconds;
	} times[] = {
		{ "down", &how->down },
		{ "return", &how->back },
		{ "return-each", &how->back_each },
		{ "names", &how->names },
		{ "names-each", &how->names_each },
		{ "rows", &how->rows },
		{ "rows-each", &how->rows_each },
		{ "no-users", &how->no_users },
		{ "uptime", &how->age },
	};
	const struct {
		const char *name, *value;
		bool *flag;
	} flags[] = {
		{ "engine", "new", &how->new_engine },
		{ "card", "new", &how->new_card },
		{ "power", "keep", &how->keep_power },
	};

	if (!strcmp(name, "boots") && !strcmp(value, "keep")) {
		how->keep_boots = true;
		return NULL;
	}
	if (!strcmp(name, "boots"))
		return parse_count(value, &how->boots)
		               ? NULL
		               : g_strdup_printf("\"%s\" is neither keep nor a number", value);
	if (!strcmp(name, "return") && !strcmp(value, "never")) {
		how->back = -1;
		return NULL;
	}
	for (unsigned i = 0; i < G_N_ELEMENTS(times); i++)
		if (!strcmp(name, times[i].name))
			return control_seconds(value, times[i].seconds) ? NULL : no_seconds(value);
	for (unsigned i = 0; i < G_N_ELEMENTS(flags); i++) {
		if (strcmp(name, flags[i].name) != 0)
			continue;
		*flags[i].flag = !strcmp(value, flags[i].value);
		return *flags[i].flag ? NULL
		                      : g_strdup_printf("%s can only be %s", name, flags[i].value);
	}
	if (!strcmp(name, "reads"))
		return parse_refusal(value, &how->reads);
	if (!strcmp(name, "sets"))
		return parse_refusal(value, &how->sets);
	return g_strdup_printf("a restart has no option %s", name);
}

static char *run_restart(const struct words *words)
{
	struct restart how = { .down = 3 * (usec)USEC_PER_SECOND };

	for (char **option = words->option; *option; option++) {
		const char *equals = strchr(*option, '=');
		g_autofree char *name = g_strndup(*option, (size_t)(equals - *option));
		char *error = restart_option(&how, name, equals + 1);

		if (error)
			return error;
	}
	card_restart(words->control->card, &how, words->now);
	return NULL;
}

static char *set_count(const struct words *words, unsigned *count)
{
	if (!words->n)
		*count = 1;
	else if (!parse_count(words->word[0], count))
		return g_strdup_printf("\"%s\" is not a number of requests", words->word[0]);
	return NULL;
}

static char *run_lose(const struct words *words)
{
	return set_count(words, &words->control->lose);
}

static char *run_lose_answers(const struct words *words)
{
	return set_count(words, &words->control->lose_answers);
}

/* A point in time, for what begins now. */
static struct refusal from_now(const struct words *words, struct refusal refusal)
{
	if (refusal.status)
		refusal.until += words->now;
	return refusal;
}

static char *run_refuse(const struct words *words)
{
	struct control *control = words->control;
	const char *what = words->word[0];
	struct outlet *outlet = device_outlet(control->device, what);
	struct refusal refusal;
	char *error = parse_refusal(words->word[1], &refusal);

	if (error)
		return error;
	refusal = from_now(words, refusal);
	if (!strcmp(what, "reads")) {
		control->card->reads = refusal;
	} else if (!strcmp(what, "sets")) {
		control->card->sets = refusal;
	} else if (outlet) {
		outlet->refuse = refusal.status;
		outlet->refuse_until = refusal.until;
	} else {
		return g_strdup("neither reads nor sets nor an outlet");
	}
	return NULL;
}

static char *run_no_users(const struct words *words)
{
	usec wait;

	if (!control_seconds(words->word[0], &wait))
		return no_seconds(words->word[0]);
	words->control->card->no_users_until = words->now + wait;
	return NULL;
}

static char *run_cycle(const struct words *words)
{
	struct outlet *outlet = device_outlet(words->control->device, words->word[0]);
	usec wait;

	if (!outlet)
		return g_strdup("no such outlet");
	if (!control_seconds(words->word[1], &wait))
		return no_seconds(words->word[1]);
	device_cycle(words->control->device, outlet, words->now + wait);
	return NULL;
}

static char *run_swap(const struct words *words)
{
	struct control *control = words->control;
	struct outlet *a = device_outlet(control->device, words->word[0]);
	struct outlet *b = device_outlet(control->device, words->word[1]);

	if (!a || !b)
		return g_strdup("no such outlet");
	if (a == b || a->number == OUTLET_MAIN || b->number == OUTLET_MAIN)
		return g_strdup("those are not two outlets");
	device_swap(control->device, a, b);
	control->swapped(a, b);
	return NULL;
}

/* all, DEVICE.*, an outlet, or an OID: false if the text is none of these. */
static bool parse_target(const struct device *device, const char *text, struct veil *veil)
{
	const struct outlet *outlet = device_outlet(device, text);
	const char *star = strstr(text, ".*");
	g_autofree char *number = star ? g_strndup(text, (size_t)(star - text)) : g_strdup("");

	if (!strcmp(text, "all"))
		return true;
	veil->outlet = outlet;
	if (outlet)
		return true;
	if (star && !star[2])
		return parse_count(number, &veil->device);
	return rec_name_parse(text, &veil->root) && veil->root.n > 2;
}

static char *run_veil(const struct words *words, bool blank)
{
	struct veil veil = { .blank = blank };
	const char *each = words->option[0];

	if (!parse_target(words->control->device, words->word[0], &veil))
		return g_strdup("neither all, DEVICE.*, an outlet nor an OID");
	if (!control_seconds(words->word[1], &veil.until))
		return no_seconds(words->word[1]);
	if (each && (!g_str_has_prefix(each, "each=") || words->option[1]))
		return g_strdup("only the option each=SECONDS");
	if (each && !control_seconds(each + strlen("each="), &veil.each))
		return no_seconds(each);
	veil.until += words->now;
	card_hang(words->control->card, &veil);
	return NULL;
}

static char *run_hide(const struct words *words)
{
	return run_veil(words, false);
}

static char *run_blank(const struct words *words)
{
	return run_veil(words, true);
}

static char *run_show(const struct words *words)
{
	g_ptr_array_set_size(words->control->card->veils, 0);
	return NULL;
}

/* DEVICE.* or an OID. */
static bool parse_about(const char *text, struct alarm *alarm)
{
	const char *star = strstr(text, ".*");
	g_autofree char *number = star ? g_strndup(text, (size_t)(star - text)) : NULL;

	if (star && !star[2])
		return parse_count(number, &alarm->device);
	return rec_name_parse(text, &alarm->about);
}

static char *run_alarm(const struct words *words)
{
	struct card *card = words->control->card;
	struct records *records = words->control->device->records;
	const char *what = words->word[1];
	struct alarm alarm = { .lost = !strcmp(what, "lost") };

	if (!parse_count(words->word[0], &alarm.id))
		return g_strdup_printf("\"%s\" is not a number from 1", words->word[0]);
	if (!strcmp(what, "none"))
		return words->n == 2 ? alarm_clear(records, alarm.id)
		                     : g_strdup("none stands alone");
	if (!alarm.lost && !rec_name_parse(what, &alarm.description))
		return g_strdup("neither lost, none nor an OID");
	if (words->n == 3 && !parse_about(words->word[2], &alarm))
		return g_strdup("neither DEVICE.* nor an OID");
	alarm.ticks = (uint32_t)(card_uptime(card, words->now) / CARD_USEC_PER_TICK);
	return alarm_raise(records, &alarm);
}

static char *run_late(const struct words *words)
{
	const bool all = words->n == 2;

	if (all && strcmp(words->word[1], "all") != 0)
		return g_strdup("after the seconds only all");
	if (!control_seconds(words->word[0], &words->control->late))
		return no_seconds(words->word[0]);
	words->control->late_all = all;
	return NULL;
}

static char *run_first_varbind(const struct words *words)
{
	const bool on = !strcmp(words->word[0], "on");

	if (!on && strcmp(words->word[0], "off") != 0)
		return g_strdup("neither on nor off");
	words->control->first_varbind = on;
	return NULL;
}

static char *run_after(const struct words *words);
static char *run_when(const struct words *words);

#define ANY G_MAXUINT

static const struct verb verbs[] = {
	{ "after", 2, ANY, false, run_after },
	{ "alarm", 2, 3, false, run_alarm },
	{ "blank", 2, 2, true, run_blank },
	{ "cycle", 2, 2, false, run_cycle },
	{ "delay", 1, 1, false, run_delay },
	{ "first-varbind", 1, 1, false, run_first_varbind },
	{ "hide", 2, 2, true, run_hide },
	{ "late", 1, 2, false, run_late },
	{ "latency", 1, 1, false, run_latency },
	{ "lose", 0, 1, false, run_lose },
	{ "lose-answers", 0, 1, false, run_lose_answers },
	{ "no-users", 1, 1, false, run_no_users },
	{ "pause", 0, 0, false, run_pause },
	{ "refuse", 2, 2, false, run_refuse },
	{ "release", 1, 1, false, run_release },
	{ "remove", 1, 1, false, run_remove },
	{ "restart", 0, 0, true, run_restart },
	{ "resume", 0, 0, false, run_resume },
	{ "row", 1, ANY, false, run_row },
	{ "set-outlet", 2, 2, false, run_set_outlet },
	{ "show", 0, 0, false, run_show },
	{ "stuck", 1, 1, false, run_stuck },
	{ "swap", 2, 2, false, run_swap },
	{ "when", 3, ANY, false, run_when },
};

static const struct verb *find_verb(const char *line)
{
	const size_t length = strcspn(line, " ");

	for (unsigned i = 0; i < G_N_ELEMENTS(verbs); i++)
		if (strlen(verbs[i].name) == length && !strncmp(line, verbs[i].name, length))
			return &verbs[i];
	return NULL;
}

/* Options are those words with a = that stand last. */
static unsigned count_options(GStrv word, unsigned n)
{
	unsigned options = 0;

	while (options < n && strchr(word[n - 1 - options], '='))
		options++;
	return options;
}

char *control_do(struct control *control, const char *line, usec now)
{
	const struct verb *verb = find_verb(line);
	g_auto(GStrv) word = NULL;
	unsigned n, options;
	struct words words;

	if (!verb)
		return g_strdup("unknown command");
	line += strlen(verb->name);
	line += *line == ' ';
	word = g_strsplit(line, " ", -1);
	n = g_strv_length(word);
	/* What is free text has no options of its own. */
	options = verb->max == ANY ? 0 : count_options(word, n);
	if (n - options < verb->min || n - options > verb->max || (options && !verb->options))
		return g_strdup_printf("%s: too few or too many words", verb->name);
	words = (struct words){ control, line, word, n - options, word + n - options, now };
	return verb->run(&words);
}

/* The rest of a line, behind so many words. */
static const char *behind(const char *line, unsigned words)
{
	for (; words; words--)
		line = strchr(line, ' ') + 1;
	return line;
}

static void wait_for(struct control *control, const char *line, struct pending what)
{
	struct pending *pending = g_new(struct pending, 1);

	*pending = what;
	pending->line = g_strdup(line);
	g_queue_push_tail(control->pending, pending);
}

static char *run_after(const struct words *words)
{
	const char *line = behind(words->rest, 1);
	usec wait;

	if (!control_seconds(words->word[0], &wait))
		return no_seconds(words->word[0]);
	if (!find_verb(line))
		return g_strdup("unknown command");
	wait_for(words->control, line, (struct pending){ .timed = true, .due = words->now + wait });
	return NULL;
}

static char *run_when(const struct words *words)
{
	static const char *const events[] = { "datagram", "request", "set" };
	const char *line = behind(words->rest, 2);
	unsigned event, count;

	for (event = 0; event < G_N_ELEMENTS(events); event++)
		if (!strcmp(words->word[0], events[event]))
			break;
	if (event == G_N_ELEMENTS(events))
		return g_strdup("none of datagram, request, set");
	if (!parse_count(words->word[1], &count))
		return g_strdup_printf("\"%s\" is not a number from 1", words->word[1]);
	if (!find_verb(line))
		return g_strdup("unknown command");
	wait_for(words->control, line,
	         (struct pending){ .event = (enum event)event, .left = count });
	return NULL;
}

struct control *control_new(struct device *device, struct card *card)
{
	struct control *control = g_new0(struct control, 1);

	control->device = device;
	control->card = card;
	control->pending = g_queue_new();
	return control;
}

/* Takes it out, and does it. */
static void do_pending(struct control *control, struct pending *pending, usec now)
{
	g_autofree char *line = pending->line;
	g_autofree char *error = NULL;

	g_queue_remove(control->pending, pending);
	g_free(pending);
	error = control_do(control, line, now);
	if (error)
		fprintf(stderr, "trippsim: \"%s\": %s\n", line, error);
}

void control_event(struct control *control, enum event event, usec now)
{
	g_autoptr(GPtrArray) due = g_ptr_array_new();

	for (GList *link = control->pending->head; link; link = link->next) {
		struct pending *pending = link->data;

		if (!pending->timed && pending->event == event && !--pending->left)
			g_ptr_array_add(due, pending);
	}
	for (unsigned i = 0; i < due->len; i++)
		do_pending(control, due->pdata[i], now);
}

static struct pending *soonest(const struct control *control)
{
	struct pending *first = NULL;

	for (GList *link = control->pending->head; link; link = link->next) {
		struct pending *pending = link->data;

		if (pending->timed && (!first || pending->due < first->due))
			first = pending;
	}
	return first;
}

usec control_advance(struct control *control, usec now)
{
	struct pending *pending;

	while ((pending = soonest(control)) && pending->due <= now)
		do_pending(control, pending, now);
	return pending ? pending->due : -1;
}
