/*
 * See terminal.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "terminal.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WIDTH_DEFAULT 80
#define WIDTH_MIN 20
/* What is over before that needs no word. */
#define PROGRESS_AFTER 0.5

static bool wants_colour(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return !(no && *no) && term && *term && strcmp(term, "dumb") != 0;
}

void terminal_measure(struct terminal *terminal)
{
	struct winsize size;

	terminal->width = 0;
	if (!terminal->is_out)
		return;
	terminal->width = WIDTH_DEFAULT;
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col)
		terminal->width = MAX(size.ws_col, WIDTH_MIN);
}

void terminal_init(struct terminal *terminal)
{
	setlocale(LC_CTYPE, "");
	*terminal = (struct terminal){
		.is_out = isatty(STDOUT_FILENO),
		.is_err = isatty(STDERR_FILENO),
		.utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8"),
	};
	terminal->colour = terminal->is_out && wants_colour();
	terminal_measure(terminal);
}

char *terminal_paint(const struct terminal *terminal, enum paint paint, const char *text)
{
	static const char *const codes[] = {
		[PAINT_GOOD] = "32", [PAINT_BAD] = "1;31", [PAINT_DOUBT] = "33",
		[PAINT_FAINT] = "2", [PAINT_STRONG] = "1", [PAINT_MARK] = "7",
	};

	if (!terminal->colour || paint == PAINT_NONE)
		return g_strdup(text);
	return g_strdup_printf("\033[%sm%s\033[0m", codes[paint], text);
}

char *terminal_mark(const struct terminal *terminal, enum paint paint)
{
	const char *mark = "-";

	if (paint == PAINT_GOOD)
		mark = terminal->utf8 ? "\xe2\x9c\x93" : "ok";
	else if (paint == PAINT_BAD)
		mark = terminal->utf8 ? "\xe2\x9c\x97" : "NO";
	else if (paint == PAINT_DOUBT)
		mark = "!";
	return terminal_paint(terminal, paint, mark);
}

static unsigned columns_of(gunichar character)
{
	if (g_unichar_iszerowidth(character))
		return 0;
	return g_unichar_iswide(character) ? 2 : 1;
}

unsigned text_columns(const char *text)
{
	unsigned columns = 0;

	for (; *text; text = g_utf8_next_char(text))
		columns += columns_of(g_utf8_get_char(text));
	return columns;
}

char *text_fit(const struct terminal *terminal, const char *text, unsigned columns)
{
	const char *mark = terminal->utf8 ? "\xe2\x80\xa6" : "~";
	const char *end = text;
	unsigned taken = 0;

	if (text_columns(text) <= columns)
		return g_strdup(text);
	while (taken + columns_of(g_utf8_get_char(end)) < columns) {
		taken += columns_of(g_utf8_get_char(end));
		end = g_utf8_next_char(end);
	}
	return g_strdup_printf("%.*s%s", (int)(end - text), text, columns ? mark : "");
}

char *text_shown(const struct terminal *terminal, const char *text)
{
	GString *shown = g_string_new(NULL);

	if (!g_utf8_validate(text, -1, NULL)) { /* of the user's own, such as a file's name */
		for (; *text; text++)
			g_string_append_c(shown, g_ascii_isprint(*text) ? *text : '?');
		return g_string_free(shown, FALSE);
	}
	for (; *text; text = g_utf8_next_char(text)) {
		const gunichar character = g_utf8_get_char(text);

		if (character < 128 || terminal->utf8)
			g_string_append_unichar(shown, character);
		else
			g_string_append_c(shown, '?');
	}
	return g_string_free(shown, FALSE);
}

void terminal_progress(struct terminal *terminal, const struct trippsnmp_progress *progress)
{
	char *line, *fitting;

	if (!terminal->is_err || progress->seconds < PROGRESS_AFTER)
		return;
	line = g_strdup_printf("%s: %.0f s of at most %.0f, %u requests", progress->doing,
	                       progress->seconds, progress->limit, progress->requests);
	fitting =
		text_fit(terminal, line, terminal->width ? terminal->width - 1 : WIDTH_DEFAULT - 1);
	fprintf(stderr, "\r\033[K%s", fitting);
	fflush(stderr);
	terminal->progress = true;
	g_free(fitting);
	g_free(line);
}

void terminal_clear(struct terminal *terminal)
{
	if (!terminal->progress)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	terminal->progress = false;
}
