#!/bin/sh
# Proves C files with Frama-C's WP: their contracts, and that nothing in them is undefined for
# any input that the contracts allow; and, by smoke tests, which count as goals, that what is
# required can be met at all.
# Exit status 0 only if every goal of every file is proven; counts them. Keeps and caches nothing.
#
#   tests/promise/wp.sh FILE...
#
# TS_PROVE_SECONDS is what a prover may take for one goal: generous, for it is to end only what
# cannot be proven, not what a busy machine is slow at. TS_PROVE_FUNCTION: that function alone;
# TS_PROVE_ONLY: of all that is to be proven that category alone, as -wp-prop has them.
#
# SPDX-License-Identifier: LGPL-2.1-or-later

set -u
lib=$(cd "$(dirname "$0")/../../lib" && pwd) || exit 1
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM

for tool in frama-c why3 cvc4 z3; do
	command -v "$tool" > /dev/null || {
		echo "wp: FAIL: there is no $tool; ./bootstrap prove installs it"
		exit 1
	}
done
# Why3's list of provers belongs into no home.
HOME=$dir WHY3CONFIG=$dir/why3.conf
export HOME WHY3CONFIG
# cvc4 gives up early on quantifiers, of which the contracts are full, unless it is told not to.
mkdir "$dir/bin"
printf '#!/bin/sh\nexec %s --full-saturate-quant "$@"\n' "$(command -v cvc4)" > "$dir/bin/cvc4"
chmod +x "$dir/bin/cvc4"
PATH=$dir/bin:$PATH
why3 config detect > "$dir/detect" 2>&1 || { cat "$dir/detect"; exit 1; }
provers=cvc4,z3
! command -v alt-ergo > /dev/null || provers=$provers,alt-ergo

# wp FILE OPTION...: what it says, in $dir/out
wp()
{
	file=$1
	shift
	frama-c -cpp-extra-args="-I$(dirname "$file")/.. -I$lib" -wp -wp-rte -wp-cache none \
		${TS_PROVE_FUNCTION:+-wp-fct "$TS_PROVE_FUNCTION"} \
		${TS_PROVE_ONLY:+-wp-prop="$TS_PROVE_ONLY"} "$@" "$file" > "$dir/out" 2>&1 ||
		{ cat "$dir/out"; exit 1; }
}

passed=0
failed=0
prove()
{
	name=$(basename "$1")
	# WP looks for branches that are never taken for longer than the provers need with them.
	wp "$1" -wp-no-pruning -wp-prover "$provers" -wp-par 2 \
		-wp-timeout "${TS_PROVE_SECONDS:-60}" -wp-smoke-tests \
		-wp-smoke-timeout 1 -wp-no-smoke-dead-code -wp-no-smoke-dead-call
	proven=$(sed -n 's|^\[wp\] Proved goals: *\([0-9]*\) */ *[0-9]*$|\1|p' "$dir/out")
	goals=$(sed -n 's|^\[wp\] Proved goals: *[0-9]* */ *\([0-9]*\)$|\1|p' "$dir/out")
	passed=$((passed + ${proven:-0}))
	echo "$name: ${proven:-0} of ${goals:-no} goals proven"
	if [ -z "$goals" ] || [ "$goals" = 0 ] || [ "$proven" != "$goals" ]; then
		failed=$((failed + ${goals:-1} - ${proven:-0}))
		grep -A2 -E 'Goal .* : (Timeout|Unknown|Failed|Stepout)|\[(Failed|Timeout|Unknown)\]' \
			"$dir/out"
	fi
	if grep -E 'Missing RTE|[Cc]omplete RTE|No code nor implicit' "$dir/out"; then
		failed=$((failed + 1))
	fi
}

for file; do
	prove "$file"
done
echo "$passed passed, $failed failed"
[ $failed = 0 ] && [ $passed -gt 0 ]
