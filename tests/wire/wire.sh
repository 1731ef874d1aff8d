# What the tests on the wire share: cases that run several at a time, each with
# a simulated PDU, a bad network before it, and the real stonith program; and
# how each is judged. A case is a function and its arguments, one line.
# SPDX-License-Identifier: LGPL-2.1-or-later
. "$TS_SRCDIR/tests/shell.sh"
. "$TS_SRCDIR/tests/trippsim.sh"

wire=$TS_SRCDIR/tests/wire
: "${WIRE_BUILD:=$TS_BUILDDIR/tests/wire}"
: "${WIRE_JOBS:=4}"      # they mostly wait
: "${WIRE_SLACK:=0.3}"   # s beyond total_timeout, for a loaded machine
lx=pdumv30hvnetlx-pdu-20.2.1.snmprec
ats=pdumh20atnet-ats-15.5.4.snmprec
outlets="1.9 1.10" # on in the ATS's capture
engine=80002385037472697070
community_secret=Frag-nicht-7
auth_secret=Auth-nicht-8
priv_secret=Priv-nicht-9
user="alice SHA $auth_secret AES $priv_secret"
processes=
pdu=
pdu_port=
pump=

cleanup() {
	for process in $processes; do
		kill -9 "$process"
	done 2>/dev/null
	wait
	rm -rf "$scratch"
}
trap cleanup EXIT

now() { date +%s.%N; }

# --- the cast ---

# pdu OPTIONS... CAPTURE: a simulator, to be read through descriptor 3; sets pdu and pdu_port.
# With --control it reads commands from $commands.
pdu() {
	rm -f "$scratch/fifo"
	mkfifo "$scratch/fifo"
	echo "epoch $(now)" >>"$scratch/timeline"
	launch "$scratch/fifo" --community "$community_secret" --user "$user" --engine-id $engine \
		"$@" 2>>"$scratch/complaints"
	pdu=$!
	processes="$processes $pdu"
	exec 3<"$scratch/fifo"
	read -r line <&3 || mishap "trippsim did not start: $(cat "$scratch/complaints")"
	pdu_port=${line##*:}
}

# Waits for a line of the timeline that matches a shell pattern.
await() {
	while read -r line <&3; do
		echo "$line" >>"$scratch/timeline"
		# shellcheck disable=SC2254 # a pattern it is
		case $line in $1) return ;; esac
	done
	mishap "waited in vain for $1"
}

# await_nth N PATTERN
await_nth() {
	nth=$1
	while [ "$nth" -gt 0 ]; do
		await "$2"
		nth=$((nth - 1))
	done
}

# Ends the simulator; the timeline is whole after this.
end_pdu() {
	[ -n "$pdu" ] || return
	kill -9 "$pdu" 2>/dev/null
	wait "$pdu" 2>/dev/null
	pdu=
	if [ -n "$pump" ]; then wait "$pump"; else cat <&3 >>"$scratch/timeline"; fi
}

# Keeps the timeline flowing where it is longer than a pipe.
pump_timeline() {
	cat <&3 >>"$scratch/timeline" &
	pump=$!
}

# proxy OPTIONS...: a bad network before the PDU; sets address. Told more by proxy_now.
proxy() {
	mkfifo "$scratch/proxy.out" "$scratch/proxy.in"
	"$WIRE_BUILD/relay" "$@" "$pdu_port" \
		<"$scratch/proxy.in" >"$scratch/proxy.out" 2>>"$scratch/complaints" &
	processes="$processes $!"
	exec 4>"$scratch/proxy.in" 5<"$scratch/proxy.out"
	read -r line <&5 || mishap "the relay did not start: $(cat "$scratch/complaints")"
	address=${line##* }
}

proxy_now() {
	echo "$*" >&4
	read -r line <&5
	[ "$line" != "${line#ok }" ] || mishap "the relay says: $line"
}

# The parameters. Times are short: the promise does not depend on their length.
plain() {
	export ipaddr="${address:-127.0.0.1:$pdu_port}" community=$community_secret
	export hostlist="node1:1.9,1.10" off_hold=0.3 power_timeout=1 total_timeout=1.5 \
		snmp_timeout=0.2
	unset login password snmp_priv_passwd snmp_priv_prot
}

secure() {
	plain
	unset community
	export login=alice password=$auth_secret snmp_priv_passwd=$priv_secret
}

# set_times TOTAL [OFF_HOLD]
set_times() {
	total_timeout=$1
	off_hold=${2:-$off_hold}
}

# begin ARGUMENTS...: stonith in the background; child is its own process, for signals.
# PRELOAD and AUDIT are loaded into it too; LIMIT is for ulimit; CLOSED closes its standard streams.
begin() {
	begun=$(now)
	(
		# shellcheck disable=SC2086 # option and number
		[ -z "${LIMIT-}" ] || ulimit $LIMIT
		[ -z "${CLOSED-}" ] || exec <&- >&- 2>&-
		exec env LD_PRELOAD="$TS_PRELOAD_ASAN $PILS_PRELOAD ${PRELOAD-}" \
			${AUDIT:+LD_AUDIT="$AUDIT"} STONITH_TEST_PLUGIN_PATH="$TS_PLUGIN_DIR" \
			ASAN_OPTIONS=detect_leaks=0 stonith -t tripplite -E "$@"
	) </dev/null >"$scratch/out" 2>"$scratch/err" 3<&- 4<&- 5<&- 6<&- 7<&- 8<&- 9<&- &
	child=$!
	processes="$processes $child"
}

# ended: its exit status in code, its wall time in seconds.
ended() {
	wait "$child" 2>/dev/null # a shell tells of what was killed
	code=$?
	seconds=$(awk "BEGIN { print $(now) - $begun }")
}

run() {
	action=${2-}
	begin "$@"
	ended
}

# --- the verdict ---

mishap() { echo "  $*"; }

expect_code() {
	case " $1 " in
	*" $code "*) ;;
	*) mishap "exit status $code, not one of: $1" ;;
	esac
}

# On stderr, but for warnings: nothing of a success; of a failure, one line that has what is to be
# done.
expect_line() {
	lines=$(grep -vc '^tripplite: warning: ' "$scratch/err")
	if [ "$code" -eq 0 ]; then
		[ "$lines" -eq 0 ] || mishap "a success with $lines lines on stderr"
		return
	fi
	[ "$lines" -eq 1 ] || mishap "$lines lines on stderr, not one"
	grep -v '^tripplite: warning: ' "$scratch/err" | grep -Eq "^tripplite: .*($1)" || mishap "the line does not have: $1"
}

expect_in_time() {
	awk "BEGIN { exit !($seconds <= $total_timeout + $WIRE_SLACK) }" ||
		mishap "took $seconds s, total_timeout is $total_timeout"
}

# Within a time, if it is given: from, to.
expect_truth() {
	end_pdu
	lies=$(awk -v action="$action" -v code="$code" -v hold="$off_hold" -v outlets="$outlets" \
		-v dark="${dark-}" -v from="${from-}" -v to="${to-}" -v slack="${slack-0}" \
		-f "$wire/truth.awk" "$scratch/timeline")
	[ -z "$lies" ] || mishap "$lies"
}

# verdict CODES [LINE]: all of these.
verdict() {
	expect_code "$1"
	expect_line "${2-.}"
	expect_in_time
	expect_truth
}

# --- the run ---

# One case, in a process of its own.
one_case() {
	label=$*
	"$@" >"$scratch/report"
	end_pdu
	mishaps=$(wc -l <"$scratch/report")
	if [ "$mishaps" -eq 0 ]; then
		printf '%s\n' "ok: $label: exit status ${code-none} in ${seconds-no} s${note:+, $note}"
		exit
	fi
	{
		printf '%s\n' "FAILED: $label: exit status ${code-none} in ${seconds-no} s"
		cat "$scratch/report"
		sed 's/^/  stderr: /' "$scratch/err"
		sed 's/^/  other stderr: /' "$scratch/complaints"
		[ -z "${WIRE_VERBOSE-}" ] || sed 's/^/  PDU: /' "$scratch/timeline"
	} 2>/dev/null >"$scratch/failed"
	cat "$scratch/failed" # at once: others report at the same time
}

# wire_main "$@" runs quick_cases, with WIRE_LONG long_cases, or the one that the arguments are.
wire_main() {
	if [ "${1-}" = case ]; then
		shift
		set -f
		# shellcheck disable=SC2048,SC2086 # a line of words
		set -- $*
		set +f
		one_case "$@"
		exit
	fi
	need_stonith
	if [ -n "${WIRE_LONG-}" ]; then long_cases; else quick_cases; fi >"$scratch/cases"
	tr '\n' '\0' <"$scratch/cases" |
		xargs -0 -P "$WIRE_JOBS" -I '{}' sh "$0" case '{}' >"$scratch/results" 2>&1
	cat "$scratch/results"
	checks=$(wc -l <"$scratch/cases")
	failures=$((checks - $(grep -c '^ok: ' "$scratch/results"))) # one that crashed too
	[ "$checks" -gt 0 ] || skip "nothing is to be done here"
	finish
}
