#!/bin/sh
# Breaks the kernel in one place at a time, and requires that the enumeration sees it.
# What it cannot see the proof must not prove; that is slow, and so only with --prove.
#
#   tests/promise/mutants.sh [--prove] [NAME...]
#
# SPDX-License-Identifier: LGPL-2.1-or-later

set -u
here=$(cd "$(dirname "$0")" && pwd) || exit 1
lib=$here/../../lib
list=$here/mutants.list
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
prove=
[ "${1-}" = --prove ] && prove=1 && shift

cc="${CC:-cc} -std=gnu11 -O1 -w -I$dir"
mkdir "$dir/promise"
cp "$lib/promise/evidence.h" "$dir/promise/"
# The enumeration itself is the same for all.
$cc -O2 -c -o "$dir/enumerate.o" "$here/enumerate.c" || exit 1

# caught: whether the enumeration sees what is wrong with $dir/promise/evidence.c
caught()
{
	$cc -o "$dir/enumerate" "$dir/enumerate.o" "$dir/promise/evidence.c" || return 2
	timeout 120 "$dir/enumerate" > "$dir/out" 2>&1
	case $? in
	0) return 1 ;;
	1) grep -q '^FAIL: ' "$dir/out" ;; # it said what is wrong; else it broke
	*) return 2 ;;
	esac
}

# changed: the function in which $dir/promise/evidence.c is not the kernel
changed()
{
	line=$(cmp "$lib/promise/evidence.c" "$dir/promise/evidence.c" | sed 's/.* //')
	head -n "$line" "$lib/promise/evidence.c" |
		sed -n 's/^[a-z][a-z0-9_ ]*[ *]\([a-z_]*\)(.*/\1/p' | tail -n 1
}

# unproven: whether something that $dir/promise/evidence.c must keep cannot be proven, of what
# the changed function promises, or else of all that is to be proven of it
unproven()
{
	for only in @ensures ''; do
		TS_PROVE_SECONDS=10 TS_PROVE_FUNCTION=$(changed) TS_PROVE_ONLY=$only \
			"$here/wp.sh" "$dir/promise/evidence.c" > "$dir/out" 2>&1
		# that there was a goal to fail at: else nothing was tried
		awk '/ goals proven$/ && $2 + 0 < $4 + 0 { some = 1 } END { exit !some }' \
			"$dir/out" && return
	done
	return 1
}

passed=0
failed=0
fail()
{
	echo "FAIL: $*"
	failed=$((failed + 1))
}

cp "$lib/promise/evidence.c" "$dir/promise/"
caught && fail "the kernel as it is: $(head -n 1 "$dir/out")"

while read -r name change; do
	case $name in '' | '#'*) continue ;; esac
	if [ $# -gt 0 ]; then
		case " $* " in *" $name "*) ;; *) continue ;; esac
	fi
	# What stands in annotations is what is required, and stays.
	sed "$change" "$lib/promise/evidence.c" > "$dir/promise/evidence.c"
	if cmp -s "$lib/promise/evidence.c" "$dir/promise/evidence.c"; then
		fail "$name changes nothing: mutants.list is out of date"
		continue
	fi
	caught
	case $? in
	0)
		passed=$((passed + 1))
		echo "ok: $name: $(sed -n 's/^FAIL: //p' "$dir/out" | head -n 1)"
		continue
		;;
	2)
		fail "$name does not build, or breaks"
		continue
		;;
	esac
	if [ -z "$prove" ]; then
		fail "$name is not seen by the enumeration"
	elif unproven; then
		passed=$((passed + 1))
		echo "ok: $name: not proven"
	else
		fail "$name is seen neither by the enumeration nor by the proof"
	fi
done < "$list"
echo "mutants: $passed caught, $failed not"
[ $failed = 0 ] && [ $passed -gt 0 ]
