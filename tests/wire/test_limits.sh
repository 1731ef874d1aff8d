#!/bin/sh
# What the machine may do to the real stonith program: no descriptors, signals,
# closed standard streams, a clock that steps, SIGKILL, hostile agents and many
# askers at once. In time, in bounded memory, and never a lie.
# WIRE_LONG=1: fifty processes at once, which takes a minute.
# SPDX-License-Identifier: LGPL-2.1-or-later
. "${0%/*}/wire.sh"

# Descriptors for the program, its plugin and one PDU; not for two.
no_descriptors() {
	pdu "$TS_CAPTURES/$ats"
	"$1"
	export ipaddr="$ipaddr,127.0.0.1:9" \
		hostlist="node1:1.9@127.0.0.1:$pdu_port,1@127.0.0.1:9"
	LIMIT="-n 4"
	run -T reset node1
	verdict 8 "open files"
	! grep -q ' outlet ' "$scratch/timeline" || mishap "an outlet was touched"
}

# Just enough of them.
few_descriptors() {
	pdu "$TS_CAPTURES/$ats"
	"$1"
	LIMIT="-n 4"
	run -T reset node1
	verdict 0
}

# SIGALRM, with a handler, all the time.
alarms() {
	pdu --delay 0.02 "$TS_CAPTURES/$ats"
	proxy --loss 20
	"$1"
	set_times 8
	PRELOAD=$WIRE_BUILD/.libs/alarms.so
	run -T reset node1
	verdict 0
}

# Stopped in the hold, and going on in time.
stopped() {
	pdu "$TS_CAPTURES/$ats"
	"$1"
	set_times 6 1
	action=reset
	begin -T reset node1
	await "*outlet 1.10 off"
	kill -STOP "$child"
	sleep 1.2
	kill -CONT "$child"
	ended
	verdict 0
}

# Stopped past the end of its time: fails, with nothing switched any more. (The kernel
# goes on with what was left of a wait when it stopped: here the hold.)
stopped_too_long() {
	pdu "$TS_CAPTURES/$ats"
	"$1"
	set_times 1.5 0.5
	action=reset
	begin -T reset node1
	await "*outlet 1.10 off"
	kill -STOP "$child"
	sleep 1.7
	continued=$(now)
	kill -CONT "$child"
	ended
	expect_code "5 6"
	expect_line "time is up"
	awk "BEGIN { exit !($(now) - $continued < $off_hold + $WIRE_SLACK) }" ||
		mishap "went on although its time was over"
	expect_truth
	! grep -q 'command on' "$scratch/timeline" || mishap "switched on although it failed"
}

# A daemon starts plugins with its standard streams closed. Nothing printed may
# reach the PDU: the proxy tells of what is no SNMP.
closed_streams() {
	pdu "$TS_CAPTURES/$ats"
	proxy ${3:+$3 $4}
	"$1"
	CLOSED=yes
	run -T reset node1
	expect_code "$2"
	expect_in_time
	expect_truth
	proxy_now --requests -1
}

clock_steps() {
	[ -z "$TS_PRELOAD_ASAN" ] || return # its runtime and LD_AUDIT do not go together
	AUDIT=$WIRE_BUILD/.libs/stepping.so
	stepped=$(LD_AUDIT=$AUDIT date +%s)
	[ $(((stepped - $(date +%s)) / 60)) -ne 0 ] || mishap "the clock does not step"
	pdu "$TS_CAPTURES/$ats"
	proxy --loss "$2" --delay 0.01
	"$1"
	set_times 8 0.5
	run -T reset node1
	verdict 0
}

# SIGKILL at the given event, and then a reset that succeeds.
killed() {
	pdu --latency 0.1 "$TS_CAPTURES/$ats"
	"$1"
	begin -T reset node1
	await "*outlet 1.10 $(echo "$2" | tr _ ' ')"
	kill -KILL "$child"
	ended
	# the PDU still carries out what it was told: another hand, as far as the next one can know
	[ "$2" != command_on ] || await "*outlet 1.10 on"
	echo forget >>"$scratch/timeline"
	run -T reset node1
	verdict 0
	[ "$(grep -c 'outlet 1.* on$' "$scratch/timeline")" -ge 2 ] || mishap "left off"
}

# hostile MODE CODES LINE ARGUMENTS...: an agent that means harm. (For a list that fails
# the stonith program has 255 in place of a code.)
hostile() {
	mode=$1
	codes=$(echo "$2" | tr / ' ')
	pattern=$3
	shift 3
	mkfifo "$scratch/fifo"
	"$WIRE_BUILD/hostile" "$mode" >"$scratch/fifo" 2>"$scratch/complaints" &
	processes="$processes $!"
	read -r line <"$scratch/fifo"
	address=${line##* }
	plain
	unset hostlist
	# Without sanitizers it needs some 50 MB of addresses, libraries and all.
	[ -n "$TS_PRELOAD_ASAN" ] || LIMIT="-v 100000"
	run "$@"
	expect_code "$codes"
	expect_line "$pattern"
	expect_in_time
	note=$(wc -l <"$scratch/out")" lines out"
}

# One of many, on an outlet of its own. Prints its exit status, or what was wrong.
one_of_many() {
	action=$1
	outlets=1.$2
	scratch=$home/$3
	mkdir "$scratch"
	run -T "$action" "node$2"
	to=$(now)
	from=$begun
	expect_code "0 5 6"
	expect_line "answer|reads|time is up"
	expect_in_time
	echo "$code $begun $to $outlets $seconds" >"$scratch/ended"
}

# many ACTION OUTLETS: fifty processes at once, on so many nodes with an outlet each, of one
# slow PDU: 50 ms an answer.
many() {
	pdu --delay 0.05 "$TS_CAPTURES/$lx"
	pump_timeline
	plain
	set_times 50 5 # as delivered
	power_timeout=20
	snmp_timeout=1
	hostlist=
	for i in $(seq 1 24); do
		hostlist="$hostlist node$i:$i"
	done
	WIRE_SLACK=1 # fifty programs start at once
	home=$scratch
	children=
	for i in $(seq 1 50); do
		(one_of_many "$1" $((i % $2 + 1)) "$i") &
		children="$children $!"
	done
	for child in $children; do
		wait "$child"
	done
	judge_many "$1"
}

# Each of them as the others switch theirs, and some the same one.
judge_many() {
	action=$1
	end_pdu
	for child in "$home"/*/ended; do
		read -r code from to outlets seconds <"$child"
		awk -v action="$action" -v code="$code" -v hold="$off_hold" -v outlets="$outlets" \
			-v dark="" -v from="$from" -v to="$to" -v shared=1 \
			-f "$wire/truth.awk" "$scratch/timeline" >"$scratch/lies"
		[ ! -s "$scratch/lies" ] || mishap "$outlets $from $to: $(cat "$scratch/lies")"
	done
	[ "$(cat "$home"/*/ended | wc -l)" -eq 50 ] || mishap "not all have ended"
	code="0 from $(grep -l '^0 ' "$home"/*/ended | wc -l) of 50"
	seconds=$(sort -k5n "$home"/*/ended | tail -n 1 | cut -d' ' -f5)
}

quick_cases() {
	cat <<END
no_descriptors plain
few_descriptors plain
few_descriptors secure
alarms plain
alarms secure
stopped plain
stopped_too_long plain
closed_streams plain 0
closed_streams secure 0
closed_streams plain 6 --answers 3
clock_steps plain 0
clock_steps secure 0
clock_steps secure 20
killed plain off
killed secure off
killed plain command_on
hostile endless 255 has.no.end -l
hostile endless 2 has.no.end -T off node1
hostile deep 2 . -T off node1
hostile big 0 . -l
hostile long 2/6 . -T off node1
END
}

long_cases() {
	cat <<END
many off 24
many reset 24
many reset 1
stopped secure
hostile standing 255 does.not.advance -l
hostile types 2 . -S
no_descriptors secure
stopped_too_long secure
killed plain command_off
hostile endless 2 has.no.end -S
hostile standing 2 does.not.advance -T off node1
hostile backwards 255 does.not.advance -l
hostile deep 255 . -l
hostile big 2 uptime -T off node1
hostile long 255 . -l
hostile types 255 . -l
END
}

wire_main "$@"
