#!/bin/sh
# doc/fence_tripplite-options.md has the options of fence_tripplite as they are, beside those of
# fence_tripplite_snmp where that is installed. "agent_options.sh table" prints the table anew.
# SPDX-License-Identifier: LGPL-2.1-or-later
. "${0%/*}/shell.sh"

doc=$TS_SRCDIR/doc/fence_tripplite-options.md

# name|forms|default|text for each parameter, from metadata as fence agents lay it out.
rows() {
	awk '
	function attribute(name) {
		if (!match($0, " " name "=\"[^\"]*\""))
			return ""
		return substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4)
	}
	function plain(text) {
		gsub(/&quot;/, "\"", text)
		gsub(/&apos;/, "\047", text)
		gsub(/&lt;/, "<", text)
		gsub(/&gt;/, ">", text)
		gsub(/&amp;/, "\\&", text)
		return text
	}
	/<parameter / {
		name = attribute("name")
		newer[attribute("obsoletes")] = name
	}
	/<getopt / {
		forms[name] = attribute("mixed")
		sub(/=.*/, "", forms[name])
	}
	/<content / { value[name] = plain(attribute("default")) }
	/<shortdesc / && name != "" {
		sub(/^[^>]*>/, "")
		sub(/<.*/, "")
		text[name] = plain($0)
	}
	END {
		for (name in forms)
			if (name in newer)
				print name "|older name of `" newer[name] "`||"
			else
				print name "|`" forms[name] "`|" value[name] "|" text[name]
	}' | LC_ALL=C sort -t'|' -k1,1
}
# Ours, and what of it is another one there.
table() {
	awk -F'|' '
	function row(option, forms, value, other) {
		printf "| %-25s | %-35s | %-18s | %-23s |\n", option, forms, value, other
	}
	BEGIN {
		row("option", "on the command line", "default", "in fence_tripplite_snmp")
		print "|---|---|---|---|"
	}
	function code(text) { return text == "" ? "" : "`" text "`" }
	FILENAME == ARGV[1] { forms[$1] = $2; defaults[$1] = $3; there[$1] = 1; next }
	{
		other = !($1 in there) ? "no such option" : defaults[$1] == $3 ? "" : \
			defaults[$1] == "" ? "no default" : "default " code(defaults[$1])
		if ($1 in there && forms[$1] != $2)
			other = forms[$1] (other == "" ? "" : ", ") other
		row(code($1), $2, code($3), other)
		seen[$1] = 1
	}
	END {
		for (name in there)
			if (!(name in seen))
				row(code(name), "none", "", forms[name])
	}' "$scratch/theirs" "$scratch/ours"
	echo
	awk -F'|' '$4 != "" { print "* `" $1 "`: " $4 ($4 ~ /[.]$/ ? "" : ".") }' "$scratch/ours" |
		while IFS= read -r meaning; do
			printf '%s\n' "$meaning" | fold -s -w 98 | sed '2,$s/^/  /; s/ *$//'
		done
	echo
}

"$TS_BUILDDIR/agent/fence_tripplite" -o manpage | rows >"$scratch/ours"
: >"$scratch/theirs"
if [ -z "${TS_HERMETIC-}" ] && command -v fence_tripplite_snmp >/dev/null; then
	fence_tripplite_snmp -o metadata | rows >"$scratch/theirs"
fi
if [ "${1-}" = table ]; then
	table
	exit
fi

table >"$scratch/table"
sed -n '/^| option /,/^## /p' "$doc" | sed '/^## /d' >"$scratch/documented"
check "there are rows" test "$(wc -l <"$scratch/ours")" -gt 40
if [ -s "$scratch/theirs" ]; then
	check "the document has the table of both agents" \
		diff "$scratch/documented" "$scratch/table"
	check "each option of theirs is one of ours" sh -c "! cut -d'|' -f1 '$scratch/theirs' |
		grep -vxF \"\$(cut -d'|' -f1 '$scratch/ours')\""
	check "each of their options is written the same way here" sh -c "
		cut -d'|' -f1,2 '$scratch/theirs' | while read -r row; do
			grep -F \"\$row|\" '$scratch/ours' >/dev/null || echo \"\$row\"
		done | { ! grep .; }"
else
	echo "fence_tripplite_snmp is not installed: its columns were not compared"
	columns() { cut -d'|' -f1-4 "$1"; }
	columns "$scratch/documented" >"$scratch/1"
	columns "$scratch/table" >"$scratch/2"
	check "the document has the table of this agent" diff "$scratch/1" "$scratch/2"
fi
readable() { ! awk 'length > 160 || /&[a-z]+;/' "$doc" | grep .; }
check "it can be read as the text that it is" readable
finish
