#!/bin/sh
# The real stonith program over a bad network, and to PDUs that die, restart or
# refuse: in time, with the right code, one line that helps, and never a lie.
# WIRE_LONG=1 takes minutes: more seeds, more moments.
# SPDX-License-Identifier: LGPL-2.1-or-later
. "${0%/*}/wire.sh"

# --- the network ---

# network VERSION CODES TOTAL PROXY-OPTIONS...: a reset through it.
network() {
	version=$1
	codes=$(echo "$2" | tr / ' ')
	total=$3
	shift 3
	pdu "$TS_CAPTURES/$ats"
	proxy "$@"
	"$version"
	set_times "$total"
	snmp_timeout=${wait_for-$snmp_timeout}
	run -T reset node1
	verdict "$codes" "no answer to SNMP|gives no answer|does not answer any more|too slowly.*loss|read|check password"
}

# late VERSION CODES TOTAL SECONDS: each answer so late.
late() { network "$1" "$2" "$3" --delay "$4"; }

# later: the same with the time-outs as delivered.
later() {
	wait_for=1
	network "$1" "$2" "$3" --delay "$4"
}

# loss VERSION PERCENT SEED: 50 % may fail, honestly.
loss() {
	case $2 in
	50) network "$1" 0/5/6 3 --loss "$2" --seed "$3" ;;
	*) network "$1" 0 25 --loss "$2" --seed "$3" ;;
	esac
}

# chaos VERSION SEED: everything at once.
chaos() {
	network "$1" 0/5/6 10 --seed "$2" --loss 15 --duplicate 20 --reorder 20 --replay 30 \
		--garbage 30 --wrong-id 10 --other-port 10 --delay 0 --delay-max 0.4
}

# --- a PDU that dies ---

# The number of the request that proves off, in a reset of which nothing is lost.
number_of_proof() {
	(
		scratch=$(mktemp -d)
		trap cleanup EXIT
		pdu "$TS_CAPTURES/$ats"
		"$1"
		run -T reset node1
		end_pdu
		[ "$1" = plain ]
		# trippsim does not tell of SNMPv3's discovery; on comes after a SET for each outlet
		awk -v before=$? '$2 == "request" { n++; if ($3 == "set" && sets++ == 2) print before + n - 1 }' \
			"$scratch/timeline"
	)
}

# dies VERSION PROOF REQUESTS ANSWERS: so many pass, then none. Off proven before is a
# success, with a warning if power did not come back; else there is none.
dies() {
	pdu "$TS_CAPTURES/$ats"
	proxy --requests "$3" --answers "$4"
	"$1"
	action=reset
	if [ "$4" -lt "$2" ]; then
		run -T reset node1
		# of its uptime alone nobody can tell whether it is dead or does not have one
		verdict "5 6" "no answer to SNMP|does not answer any more|does not say how long it is up"
		return
	fi
	begin -d -T reset node1 # or its warning goes to syslog
	ended
	expect_code 0
	expect_in_time
	expect_truth
	[ "$4" -ge $(($2 + 2)) ] || grep -qi 'warn.*did not come back' "$scratch/err" ||
		mishap "no warning that power did not come back"
}

# For every K of a reset: K requests and their answers, or all but the last answer.
dies_at_each() {
	proof=$(number_of_proof "$1")
	for k in $(seq 0 $((proof + 2))); do
		echo "dies $1 $proof $k $k"
		[ "$k" -eq 0 ] || echo "dies $1 $proof $k $((k - 1))"
	done
}

# restarts VERSION K BOOTS-BEFORE BOOTS-AFTER POWER: killed after the K-th request, and back
# at once, its outlets as they were (kept) or on again (on).
restarts() {
	pdu --engine-boots "$3" "$TS_CAPTURES/$ats"
	proxy
	"$1"
	set_times 8 0.5
	power_timeout=3 # commands are repeated after a second
	slack=0.05
	action=reset
	begin -T reset node1
	await_nth "$2" "*request*"
	proxy_now --requests 0 --answers 0
	end_pdu
	restart_pdu "$4" "$5"
	proxy_now --requests -1 --answers -1 "$pdu_port"
	ended
	verdict 0
}

# restart_pdu BOOTS POWER
restart_pdu() {
	was_off=$(awk '$2 == "outlet" && $4 != "command" { state[$3] = $4 }
		END { for (i in state) if (state[i] == "off") print i }' "$scratch/timeline")
	commands=$scratch/commands
	mkfifo "$commands"
	exec 6<>"$commands"
	pdu --engine-boots "$1" --control "$TS_CAPTURES/$ats"
	for outlet in $was_off; do
		if [ "$2" = kept ]; then
			echo "set-outlet $outlet off" >&6
			await "*outlet $outlet off"
		else
			echo "t=0 outlet $outlet on" >>"$scratch/timeline"
		fi
	done
}

# --- a PDU that refuses ---

# refused VERSION CODE LINE [NAME=VALUE...]: with these parameters, nothing is switched.
refused() {
	version=$1
	wanted=$2
	pattern=$3
	shift 3
	pdu --ro-community Nur-lesen --ro-user "reader SHA $auth_secret AES $priv_secret" \
		"$TS_CAPTURES/$ats"
	"$version"
	# shellcheck disable=SC2163 # NAME=VALUE each
	[ $# -eq 0 ] || export "$@"
	run -T reset node1
	verdict "$wanted" "$pattern"
	! grep -q ' outlet ' "$scratch/timeline" || mishap "an outlet was touched"
}

# Nothing listens on the port.
absent() {
	pdu "$TS_CAPTURES/$ats"
	end_pdu
	"$1"
	run -T reset node1
	verdict 6 "nothing listens"
}

# relays CODES LINE SIMULATOR-OPTIONS...: a reset of relays that do not do as they are told.
relays() {
	codes=$1
	pattern=$2
	shift 2
	pdu "$@" "$TS_CAPTURES/$ats"
	plain
	set_times 2.5
	run -T reset node1
	verdict "$codes" "$pattern"
}

# one_dead ACTION: a node with two PDUs, one of which is gone.
one_dead() {
	pdu "$TS_CAPTURES/$ats"
	plain
	export ipaddr="127.0.0.1:$pdu_port 127.0.0.1:9" \
		hostlist="node1:1.9@127.0.0.1:$pdu_port,1.10@127.0.0.1:9"
	run -T "$1" node1
	verdict 6 "127.0.0.1:9: no answer"
	! grep -q ' outlet ' "$scratch/timeline" || mishap "an outlet was touched"
}

# --- the judge ---

# sees LIE ACTION TIMELINE...: what of it (a part of the judge's words, or none).
sees() {
	wanted=$1
	action=$2
	shift 2
	for line in "$@"; do
		echo "t=$line" | tr _ ' '
	done | sed 's/^t=forget/forget/' >"$scratch/timeline"
	said=$(awk -v action="$action" -v code=0 -v hold=1 -v outlets="1.9 1.10" \
		-f "$wire/truth.awk" "$scratch/timeline")
	case ${said:-none} in
	*"$wanted"*) ;;
	*) mishap "it says: $said" ;;
	esac
}

quick_cases() {
	cat <<END
sees none off 0_outlet_1.9_off 0_outlet_1.10_off 1.1_request_get
sees none reset 0_outlet_1.9_off 0_outlet_1.10_off 1.1_outlet_1.9_on
sees none reset 0_outlet_1.9_off 0_outlet_1.10_off 1.1_request_get
sees none on 0_outlet_1.9_off 2_outlet_1.9_on
sees LIE off 0_outlet_1.9_off 1.1_request_get
sees LIE off 0_outlet_1.9_off 0_outlet_1.10_off 0.9_request_get 2_outlet_1.9_command_off
sees LIE off 0_outlet_1.9_off 0_outlet_1.10_off 1.1_request_get 2_outlet_1.9_on
sees LIE reset 0_outlet_1.9_off 1_outlet_1.9_on 1_outlet_1.10_off 3_outlet_1.10_on
sees LIE reset 0_outlet_1.9_off 0_outlet_1.10_off 0.9_outlet_1.9_on
sees LIE reset 0_request_get
sees LIE on 0_outlet_1.9_off
sees LIE off 0_outlet_1.9_off 0_outlet_1.10_off 2_request_get forget 2.1_request_get 3_request_get
sees none off 0_outlet_1.9_off 0_outlet_1.10_off 0_request_get forget 2_request_get 3_request_get
sees others off 0_outlet_1.9_off 0_outlet_1.10_off 1.1_request_get 2_outlet_1.11_off
loss plain 10 1
loss plain 30 1
loss plain 50 1
loss secure 10 1
loss secure 30 1
late plain 0 8 0.4
late plain 6 1.5 3
late secure 6 1.5 3
network plain 0 8 --corrupt 30 --only answers
network secure 0 12 --corrupt 20 --only answers
network secure 0 12 --corrupt 10 --only requests
network plain 6 1.5 --wrong-id 100
network plain 0 8 --wrong-id 30
network plain 0 4 --garbage 100
network secure 0 4 --garbage 100
network plain 6 1.5 --other-port 100
network secure 6 1.5 --other-port 100
network plain 0 8 --other-port 30
network plain 0 4 --duplicate 100 --replay 100
network secure 0 4 --duplicate 100 --replay 100
network plain 0 8 --reorder 50 --duplicate 50 --replay 50
network secure 0 8 --reorder 50 --duplicate 50 --replay 50
network plain 6 1.5 --loss 100 --only answers
refused plain 6 community community=wrong-one
refused secure 2 login login=bob
refused secure 2 password password=Auth-falsch-8
refused secure 6 snmp_priv_passwd snmp_priv_passwd=Priv-falsch-9
refused plain 2 write.access community=Nur-lesen
refused secure 2 write.access login=reader
refused plain 2 write.access community=Nur-lesen snmp_version=1
refused secure 2 password snmp_auth_prot=MD5
refused secure 6 snmp_priv_prot snmp_priv_prot=DES
absent plain
one_dead reset
relays 0 - --latency 0.5
relays 5 outlet.10.*still.reads.on --stuck 1.10
relays 5 outlet.9.*reads --refuse 1.9=genErr
relays 2 outlet.9.*write.access --refuse 1.9=notWritable
relays 0 - --latency-on 60
restarts secure 4 1 5 kept
restarts secure 4 5 1 kept
restarts secure 4 1 5 on
END
	dies_at_each plain
}

long_cases() {
	for seed in $(seq 1 20); do
		for version in plain secure; do
			for percent in 10 30 50; do
				echo "loss $version $percent $seed"
			done
			echo "chaos $version $seed"
			echo "network $version 0 25 --loss 30 --only requests --seed $seed"
			echo "network $version 0 25 --loss 30 --only answers --seed $seed"
		done
		echo "network secure 0 20 --corrupt 25 --only answers --seed $seed"
		# A corrupt request may be answered with a report that the passphrase is wrong,
		# and two of those are believed.
		echo "network secure 0/2 20 --corrupt 25 --seed $seed"
		echo "network plain 0 12 --corrupt 40 --only answers --seed $seed"
	done
	dies_at_each secure
	for k in 1 2 3 4 5 6; do
		for power in kept on; do
			echo "restarts secure $k 1 5 $power"
			echo "restarts secure $k 5 1 $power"
			echo "restarts plain $k 1 1 $power"
		done
	done
	echo "late secure 0 8 0.4"
	echo "absent secure"
	echo "network plain 6 1.5 --loss 100 --only requests"
	echo "later plain 0 45 3"
	echo "later secure 0 45 3"
	echo "one_dead off"
	echo "one_dead on"
}

wire_main "$@"
