/*
 * Prints the parameter table as manual page source, so that no page can drift
 * from it. Built and run by make, never installed.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config/params.h"

#include <stdio.h>
#include <string.h>

/* A line of text; a dot or a quote at its beginning would be a request. */
static void print_text(const char *text)
{
	if (*text == '.' || *text == '\'')
		fputs("\\&", stdout);
	for (; *text; text++) {
		if (*text == '\\')
			fputs("\\e", stdout);
		else if (*text == '-')
			fputs("\\-", stdout);
		else
			putchar(*text);
	}
	putchar('\n');
}

static void print_row(const struct trippsnmp_parameter *row)
{
	printf(".TP\n.B %s\n", row->name);
	print_text(row->longdesc);
	if (row->required)
		puts("Required.");
	else if (row->default_value)
		printf("Default: %s.\n", row->default_value);
}

int main(void)
{
	for (unsigned i = 0; params_row(i); i++)
		print_row(params_row(i));
	return 0;
}
