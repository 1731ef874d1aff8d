#!/bin/sh
# Reads the sources as a careful stranger would: which folder includes which, one dialect of C,
# clang-tidy with .clang-tidy, gcc -fanalyzer, and clang-format. Any finding fails it; it changes no
# file. Two generations of these programs, Debian 12's and 13's, agree on the sources.
#
#   lint.sh SOURCE-DIRECTORY     with LINT_CFLAGS, how to find the headers
#
# CLANG_TIDY, CLANG_FORMAT and ANALYZER_CC may name other programs.
# SPDX-License-Identifier: LGPL-2.1-or-later
set -u
cd "$1" || exit 1
tidy=${CLANG_TIDY:-clang-tidy}
format=${CLANG_FORMAT:-clang-format}
cc=${ANALYZER_CC:-gcc}
flags="-std=gnu11 -O2 -D_GNU_SOURCE -Ilib -Iplugin -Isim -Iagent -Itool ${LINT_CFLAGS-}"
failed=0

for program in "$tidy" "$format" "$cc"; do
	command -v "$program" >/dev/null || {
		echo "lint: $program was not found" >&2
		exit 1
	}
done

sources() { # DIRECTORY...: those that there are
	for directory; do
		[ ! -d "$directory" ] || find "$directory" -name '*.c' -o -name '*.h'
	done | sort
}

# each WHAT COMMAND...: the command with each C file that is ours to ship, two at a time.
each() {
	what=$1
	shift
	if sources lib plugin sim agent tool | grep '\.c$' | xargs -P 2 -n 1 "$@"; then
		echo "lint: $what: no findings"
	else
		echo "lint: $what: FINDINGS, see above"
		failed=1
	fi
}

# The folders of lib/, from the ground up: each includes its own and those before it, and promise
# its own alone. The public header is words only, and for everybody; programs have nothing else.
ground_up="base promise config snmp find power call"

# includes FILE...: what each includes of ours: FILE HEADER, a line each.
includes() {
	grep -H '^#include "' "$@" /dev/null | sed 's/:#include "\([^"]*\)".*/ \1/' |
		grep -v ' trippsnmp\.h$'
}

arrows() {
	below=
	for folder in $ground_up; do
		below="$below $folder"
		[ $folder = promise ] && may=promise || may=$below
		includes lib/$folder/*.[ch] | grep -vE " ($(echo $may | tr ' ' '|'))/| config\.h\$"
	done
	find lib -mindepth 2 -name '*.c' | grep -vE "^lib/($(echo $ground_up | tr ' ' '|'))/"
	includes plugin/*.[ch] agent/*.[ch] tool/*.[ch] sim/*.[ch] | grep " .*/"
	# and of the library the session alone knows net-snmp
	find lib -name '*.[ch]' -exec grep -l '^#include <net-snmp' {} + | grep -v '^lib/snmp/session'
}
upwards=$(arrows)
if [ -z "$upwards" ]; then
	echo "lint: arrows between folders: no findings"
else
	echo "lint: what includes upwards, or lies in no known folder:"
	echo "$upwards"
	failed=1
fi

# One dialect: a pointer is tested as itself, and C's types need none of GLib's names. What GLib
# calls may answer gboolean, and where it writes an option it wants one.
dialect=$(sources lib plugin sim agent tool | xargs grep -nE \
	'[!=]= *NULL|NULL *[!=]=|\<g(boolean|(const)?pointer|u?int(8|16|32|64)?|s?size|u?long|u?short|u?char|float|double)\>' |
	grep -vE ':static gboolean [a-z_]+\(|^sim/trippsim\.c:[0-9]+:	gboolean [a-z_0-9]+;')
if [ -z "$dialect" ]; then
	echo "lint: one dialect: no findings"
else
	echo "lint: ! for == NULL, and C's own types, are meant here:"
	echo "$dialect"
	failed=1
fi

# clang-tidy takes the flags behind the file's name, and counts the system's warnings aloud.
each clang-tidy sh -c '
	out=$("$1" --quiet "$3" -- $2 2>&1) && exit
	printf "%s\n" "$out" | grep -v "warnings\{0,1\} generated" >&2
	exit 1' sh "$tidy" "$flags"
# GLib's g_strdup() has an inline branch for NULL, known when compiling, which -fanalyzer takes for
# one that any string may go; that name is GLib's own way to leave it out.
each "gcc -fanalyzer" "$cc" $flags -D__GTK_DOC_IGNORE__ -fanalyzer -Werror -c -o /dev/null
unformatted=$(sources lib plugin sim agent tool tests bench doc | while read -r file; do
	"$format" --dry-run -Werror "$file" >/dev/null 2>&1 || echo "$file"
done)
if [ -z "$unformatted" ]; then
	echo "lint: clang-format: no findings"
else
	echo "lint: clang-format -i would change:" $unformatted
	failed=1
fi
exit $failed
