/*
 * Metadata: see metadata.h.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "metadata.h"

#include "options.h"

#include <glib.h>
#include <string.h>

#define SHORTDESC "Fence agent for Tripp Lite PDUs, ATSes and UPSes over SNMP"
#define LONGDESC                                                                                   \
	"fence_tripplite cuts the power of a node through the outlets of one or several Tripp "    \
	"Lite PDUs, ATSes or UPSes over SNMP. It reports success only when every outlet of the "   \
	"node was seen off, and off again after off_hold seconds. It takes the options of "        \
	"fence_tripplite_snmp. A plug is an outlet's number or name, several of them, or a node "  \
	"of hostlist, which says what feeds each node; without hostlist an outlet's name is the "  \
	"name of the node that it feeds."
#define URL "https://tripplite.eaton.com/"

static const char actions[] = "<actions>\n"
			      "\t<action name=\"on\" automatic=\"0\"/>\n"
			      "\t<action name=\"off\"/>\n"
			      "\t<action name=\"reboot\"/>\n"
			      "\t<action name=\"status\"/>\n"
			      "\t<action name=\"list\"/>\n"
			      "\t<action name=\"list-status\"/>\n"
			      "\t<action name=\"monitor\"/>\n"
			      "\t<action name=\"metadata\"/>\n"
			      "\t<action name=\"manpage\"/>\n"
			      "\t<action name=\"validate-all\"/>\n"
			      "</actions>\n";

static void append_content(GString *xml, const struct agent_option *row)
{
	char *value;

	g_string_append_printf(xml, "\t\t<content type=\"%s\"", row->type);
	if (row->default_) {
		value = g_markup_escape_text(row->default_, -1);
		g_string_append_printf(xml, " default=\"%s\"", value);
		g_free(value);
	}
	if (!row->choices) {
		g_string_append(xml, "/>\n");
		return;
	}
	g_string_append(xml, ">\n");
	for (const char *const *word = row->choices; *word; word++)
		g_string_append_printf(xml, "\t\t\t<option value=\"%s\"/>\n", *word);
	g_string_append(xml, "\t\t</content>\n");
}

static void append_parameter(GString *xml, const struct agent_option *row, const char *name,
                             const char *attribute, bool long_texts)
{
	const bool both = long_texts && row->longdesc;
	char *forms = option_forms(row);
	char *escaped_forms = g_markup_escape_text(forms, -1);
	char *text = g_strdup_printf("%s%s%s", row->shortdesc, both ? ". " : "",
	                             both ? row->longdesc : "");
	char *escaped_text = g_markup_escape_text(text, -1);

	g_string_append_printf(xml,
	                       "\t<parameter name=\"%s\" unique=\"0\" required=\"%d\"%s>\n"
	                       "\t\t<getopt mixed=\"%s\"/>\n",
	                       name, row->required, attribute, escaped_forms);
	append_content(xml, row);
	g_string_append_printf(xml,
	                       "\t\t<shortdesc lang=\"en\">%s</shortdesc>\n"
	                       "\t</parameter>\n",
	                       escaped_text);
	g_free(escaped_text);
	g_free(text);
	g_free(escaped_forms);
	g_free(forms);
}

/* An older name stands beside the new one, as in the metadata of other agents. */
static void append_row(GString *xml, const struct agent_option *row, bool long_texts)
{
	char *attribute;

	if (row->visibility != SEEN)
		return;
	if (!row->obsolete) {
		append_parameter(xml, row, row->name, "", long_texts);
		return;
	}
	attribute = g_strdup_printf(" obsoletes=\"%s\"", row->obsolete);
	append_parameter(xml, row, row->name, attribute, long_texts);
	g_free(attribute);
	append_parameter(xml, row, row->obsolete, " deprecated=\"1\"", long_texts);
}

/* What people look for stands first: pcs and crm show the list in this order. */
static const char *const first[] = { "ip", "community", "hostlist", "plug" };

static bool is_first(const struct agent_option *row)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(first); i++)
		if (!strcmp(row->name, first[i]))
			return true;
	return false;
}

static void append_rows(GString *xml, bool long_texts)
{
	const struct agent_option *row;

	for (unsigned k = 0; k < G_N_ELEMENTS(first); k++)
		for (unsigned i = 0; (row = option_row(i)); i++)
			if (!strcmp(row->name, first[k]))
				append_row(xml, row, long_texts);
	for (unsigned i = 0; (row = option_row(i)); i++)
		if (!is_first(row))
			append_row(xml, row, long_texts);
}

char *metadata(bool long_texts)
{
	GString *xml = g_string_new(
		"<?xml version=\"1.0\"?>\n"
		"<resource-agent name=\"fence_tripplite\" shortdesc=\"" SHORTDESC "\">\n"
		"<longdesc>" LONGDESC "</longdesc>\n"
		"<vendor-url>" URL "</vendor-url>\n"
		"<parameters>\n");

	append_rows(xml, long_texts);
	g_string_append(xml, "</parameters>\n");
	g_string_append(xml, actions);
	g_string_append(xml, "</resource-agent>\n");
	return g_string_free(xml, FALSE);
}
