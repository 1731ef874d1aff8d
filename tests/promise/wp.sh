#!/bin/sh
# Proves C files with Frama-C's WP: their contracts, and that nothing in them is undefined for
# any input that the contracts allow. Then that the contracts do not contradict themselves.
# Exit status 0 only if every goal of every file is proven; counts them. Keeps and caches nothing.
#
#   tests/promise/wp.sh FILE...
#
# TS_PROVE_SECONDS is what a prover may take for one goal: generous, for it is to end only what
# cannot be proven, not what a busy machine is slow at.
#
# SPDX-License-Identifier: LGPL-2.1-or-later

set -u
lib=$(cd "$(dirname "$0")/../../lib" && pwd) || exit 1
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM

for tool in frama-c why3 cvc4 z3; do
	command -v "$tool" > /dev/null || { echo "wp: there is no $tool: ./bootstrap prove installs it"; exit 77; }
done
# Why3's list of provers belongs into no home.
HOME=$dir WHY3CONFIG=$dir/why3.conf
export HOME WHY3CONFIG
why3 config detect > "$dir/detect" 2>&1 || { cat "$dir/detect"; exit 1; }
provers=cvc4,z3
! command -v alt-ergo > /dev/null || provers=$provers,alt-ergo

# wp FILE OPTION...
wp()
{
	file=$1
	shift
	frama-c -cpp-extra-args="-I$(dirname "$file")/.. -I$lib" -wp -wp-rte -wp-cache none \
		"$@" "$file" > "$dir/out" 2>&1
}

# count WORDS: the two numbers of the line "WORDS:  N / M"
count()
{
	sed -n "s|.*$1: *\\([0-9]*\\) */ *\\([0-9]*\\).*|\\1 \\2|p" "$dir/out" | tail -n 1
}

passed=0
failed=0
for file; do
	if ! wp "$file" -wp-prover "$provers" -wp-par 1 -wp-timeout "${TS_PROVE_SECONDS:-60}"; then
		cat "$dir/out"
		exit 1
	fi
	# shellcheck disable=SC2046
	set -- $(count 'Proved goals') 0 0
	grep -E 'Timeout|Unknown|Failed|Stronger|Invalid|Missing|[Ww]arning' "$dir/out" |
		grep -v 'Unknown error$' > "$dir/bad"
	echo "$(basename "$file"): $1 of $2 goals proven"
	passed=$((passed + $1))
	failed=$((failed + $2 - $1))
	[ "$1" != 0 ] || failed=$((failed + 1))
	if [ "$1" != "$2" ] || grep -q Missing "$dir/bad"; then
		failed=$((failed + 1))
		cat "$dir/bad"
	fi

	# What cannot be met is met by anything: no prover may derive a falsehood.
	if ! wp "$file" -wp-smoke-tests -wp-prop @requires,@smoke -wp-prover cvc4 \
		-wp-smoke-timeout 1 -wp-par 2; then
		cat "$dir/out"
		exit 1
	fi
	if grep -E '[Ff]ailed smoke|Doomed|(Smoke|smoke).*(Failed|failed)|user error' "$dir/out"; then
		failed=$((failed + 1))
	fi
	echo "$(basename "$file"): smoke tests: $(grep -ci smoke "$dir/out")"
done
echo "wp: $passed passed, $failed failed"
[ $failed = 0 ] && [ $passed -gt 0 ]
