# Simulated PDUs and the agent for shell tests; after shell.sh.
# SPDX-License-Identifier: LGPL-2.1-or-later
. "$TS_SRCDIR/tests/trippsim.sh"
agent=$TS_BUILDDIR/agent/fence_tripplite
trap 'stop_pdus; rm -rf "$scratch"' EXIT

# start_pdu NAME CAPTURE OPTION...: when it returns, the PDU listens on $port ($address with
# its host). The capture is a file, or the name of one of ours. The timeline goes to $scratch/NAME
# at once: who has the PDU's answer finds there what it did until then, however busy the machine is.
start_pdu() {
	pdu=$1
	capture=$2
	shift 2
	[ -f "$capture" ] || capture=$TS_CAPTURES/$capture.snmprec
	: >"$scratch/$pdu"
	launch "$scratch/$pdu" "$@" "$capture" 2>"$scratch/$pdu.err"
	await "$pdu" '^trippsim: listening on ' || {
		cat "$scratch/$pdu.err"
		exit 99
	}
	port=$(sed -n 's/^trippsim: listening on .*://p' "$scratch/$pdu")
	address=127.0.0.1:$port
}

# take_commands: each PDU from now on, begun with --control, is told what tell says.
take_commands() {
	commands=$scratch/commands
	[ -p "$commands" ] || mkfifo "$commands"
	exec 4<>"$commands"
}

# tell NAME COMMAND: when it returns, the command is done; its answer is the last line.
tell() {
	before=$(answers "$1")
	echo "$2" >&4
	tries=400
	while [ "$(answers "$1")" -eq "$before" ] && [ $tries -gt 0 ]; do
		tries=$((tries - 1))
		sleep 0.05
	done
	grep -E '^(ok|error: .*)$' "$scratch/$1" | tail -n 1
}
answers() { grep -cE '^(ok|error: .*)$' "$scratch/$1"; }

# await NAME PATTERN [COUNT]: waits until so many lines of its timeline match (grep -E).
await() {
	tries=400
	while [ "$(grep -cE -- "$2" "$scratch/$1")" -lt "${3:-1}" ]; do
		[ $tries -gt 0 ] || return 1
		tries=$((tries - 1))
		sleep 0.05
	done
}

# As NAME's timeline so far: requests, and what its outlets did.
requests() { grep -c '^t=[0-9.]* request ' "$scratch/$1"; }
events() { sed -n 's/^t=[0-9.]* outlet //p' "$scratch/$1"; }

# run COMMAND...: its output in $scratch/out and $scratch/err, its exit status in $code.
run() {
	"$@" >"$scratch/out" 2>"$scratch/err"
	code=$?
}

# Whether the last run ended with that status, and each output matched its pattern (of grep -E;
# empty: no output, '*': any).
ended() { # STATUS STDOUT STDERR
	echo "exit status $code, not $1; stdout:"
	cat "$scratch/out"
	echo "stderr:"
	cat "$scratch/err"
	[ "$code" -eq "$1" ] && matches "$scratch/out" "$2" && matches "$scratch/err" "$3"
}
matches() { # FILE PATTERN
	case $2 in
	'') [ ! -s "$1" ] ;;
	'*') : ;;
	*) grep -Eq -- "$2" "$1" ;;
	esac
}

# cli RULE STATUS STDOUT STDERR ARGUMENT...
cli() {
	rule=$1 status=$2 out=$3 err=$4
	shift 4
	run "$agent" "$@" </dev/null
	check "command line: $rule" ended "$status" "$out" "$err"
}

# lines RULE STATUS STDOUT STDERR LINE...: the lines go to stdin.
lines() {
	rule=$1 status=$2 out=$3 err=$4
	shift 4
	printf '%s\n' "$@" >"$scratch/in"
	run "$agent" <"$scratch/in"
	check "stdin: $rule" ended "$status" "$out" "$err"
}
