# What the shell tests share. A rule is one call of check; finish prints the
# closing line in Check's words.
# SPDX-License-Identifier: LGPL-2.1-or-later
set -u
checks=0
failures=0
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
trap 'exit 99' HUP INT TERM

# check RULE COMMAND...: the rule holds if the command succeeds.
check() {
	rule=$1
	shift
	checks=$((checks + 1))
	if ! "$@" >"$scratch/said" 2>&1; then
		failures=$((failures + 1))
		printf 'FAILED: %s\n' "$rule"
		sed 's/^/  /' "$scratch/said"
	fi
}

finish() {
	printf '%d%%: Checks: %d, Failures: %d, Errors: 0\n' \
		$((100 * (checks - failures) / checks)) $checks $failures
	[ $failures -eq 0 ]
	exit
}

skip() {
	echo "$*"
	exit 77
}

# What is not ours and not named by the build dependencies, such as Pacemaker, is tried where it is
# installed; but a package is built the same wherever that is.
need_host() { # WHAT
	[ -z "${TS_HERMETIC-}" ] || skip "in a package's build $1 would be this machine's own"
}

need_stonith() {
	[ -n "$TS_STONITH_PLUGINDIR" ] || skip "built --without-stonith"
	command -v stonith >/dev/null || skip "the stonith program is not installed"
}

# Becomes a program, such as the real stonith, that finds plugins in the build tree, or in another
# place. Under sanitizers their runtime must come first, and their leak check is off: stonith
# itself leaks, and was built without them.
become() {
	LD_PRELOAD="${TS_PRELOAD_ASAN:+$TS_PRELOAD_ASAN }$PILS_PRELOAD"
	STONITH_TEST_PLUGIN_PATH=${plugin_path:-$TS_PLUGIN_DIR}
	ASAN_OPTIONS=detect_leaks=0
	export LD_PRELOAD STONITH_TEST_PLUGIN_PATH ASAN_OPTIONS
	exec "$@" </dev/null
}
stonith() (become stonith "$@")
