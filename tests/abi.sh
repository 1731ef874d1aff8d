#!/bin/sh
# Programs that were built with an earlier libtrippsnmp keep working: the
# library's interface is compared with the one recorded in tests/abi/. What was
# only added is no break.
#
#   abi.sh          compares
#   abi.sh record   records (make record-abi: see CONTRIBUTING.md)
#
# SPDX-License-Identifier: LGPL-2.1-or-later
. "${0%/*}/shell.sh"

library=$TS_BUILDDIR/lib/.libs/libtrippsnmp.so
recorded=$TS_SRCDIR/tests/abi/libtrippsnmp.abi

need_host abidiff
[ -z "${TS_SANITIZER_FLAGS-}" ] || skip "built with sanitizers, which nobody ships"
command -v abidw >/dev/null && command -v abidiff >/dev/null ||
	skip "abidw and abidiff are not installed (Debian: abigail-tools)"
readelf -W -S "$library" | grep -q '\.debug_info' ||
	skip "built without debugging information (-g), which tells the types"

# What trippsnmp.h declares and nothing else; the libraries below are no promise of ours.
# (By a directory, for of a single header's name abidw compares the whole path.)
mkdir "$scratch/public" && cp "$TS_SRCDIR/lib/trippsnmp.h" "$scratch/public"
interface() { # FILE
	abidw --no-corpus-path --no-comp-dir-path --no-show-locs --drop-private-types \
		--exported-interfaces-only --headers-dir "$scratch/public" \
		--out-file "$scratch/abi" "$library" &&
		sed '/<elf-needed>/,/<\/elf-needed>/d' "$scratch/abi" >"$1"
}
machine() { sed -n "1s/.* architecture='\([^']*\)'.*/\1/p" "$1"; }
# The handle is opaque, which clang's debugging information does not let abidw see.
printf '[suppress_type]\nname = trippsnmp\n' >"$scratch/opaque"
unbroken() {
	abidiff --suppressions "$scratch/opaque" --harmless --no-added-syms "$recorded" "$scratch/now.abi" && return
	echo "If it is meant, before a release: make record-abi. After one: a new soname as well."
	return 1
}

if [ "${1-}" = record ]; then
	mkdir -p "${recorded%/*}" && interface "$recorded" && echo "recorded in $recorded"
	exit
fi

[ -f "$recorded" ] || skip "no interface is recorded: make record-abi"
check "the interface can be read" interface "$scratch/now.abi"
check "it has the public types whole" grep -q "<enumerator name='TRIPPSNMP_OK' value='0'/>" \
	"$scratch/now.abi"
[ "$(machine "$recorded")" = "$(machine "$scratch/now.abi")" ] ||
	skip "the interface was recorded on another kind of machine: $(machine "$recorded")"
# One version of the tool does not read what another one wrote; then names must do.
format() { sed -n "1s/.* version='\([0-9]*\)[.'].*/\1/p" "$1"; }
names() { sed -n "s/.*<elf-symbol name='\([^']*\)'.*/\1/p" "$1" | sort; }
none_gone() {
	names "$recorded" >"$scratch/were" && names "$scratch/now.abi" >"$scratch/are" &&
		[ -s "$scratch/were" ] && ! comm -23 "$scratch/were" "$scratch/are" | grep .
}
if [ "$(format "$recorded")" = "$(format "$scratch/now.abi")" ]; then
	check "nothing that a program was built with is gone or different" unbroken
else
	echo "recorded in format $(format "$recorded"), which this abidiff does not read: only names are compared"
	check "no function that a program was built with is gone" none_gone
fi
finish
