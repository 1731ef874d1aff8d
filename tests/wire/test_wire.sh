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
	verdict "$codes" "no answer to SNMP|does not answer any more|too slowly.*loss|reads|check password"
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
	50) network "$1" 0/5/6 4 --loss "$2" --seed "$3" ;;
	*) network "$1" 0 25 --loss "$2" --seed "$3" ;;
	esac
}

# chaos VERSION SEED: everything at once.
chaos() {
	network "$1" 0/5/6 10 --seed "$2" --loss 15 --duplicate 20 --reorder 20 --replay 30 \
		--garbage 30 --wrong-id 10 --other-port 10 --delay 0 --delay-max 0.4
}

# --- a PDU that dies ---

# What a reset's requests are, with none lost: confirm is the one that proves off.
number_requests() {
	pdu "$TS_CAPTURES/$ats"
	proxy
	"$1"
	begin -T reset node1
	ended
	end_pdu
	probes=$([ "$1" = plain ]; echo $?) # SNMPv3 discovery, of which trippsim does not tell
	confirm=$(awk '$2 == "request" { n++; if ($3 == "set" && sets++) print n - 1 }' \
		"$scratch/timeline")
	confirm=$((confirm + probes))
	rm -f "$scratch"/proxy.* "$scratch/timeline"
}

# dies VERSION REQUESTS ANSWERS: so many pass, then none. Off proven before is a success
# with a warning; else there is none.
dies() {
	number_requests "$1"
	pdu "$TS_CAPTURES/$ats"
	proxy --requests "$2" --answers "$3"
	"$1"
	action=reset
	if [ "$3" -ge "$confirm" ]; then
		begin -d -T reset node1 # or its warning goes to syslog
		ended
		expect_code 0
		expect_in_time
		expect_truth
		[ "$3" -ge $((confirm + 2)) ] || grep -qi 'warn.*did not come back' "$scratch/err" ||
			mishap "no warning that power did not come back"
		return
	fi
	run -T reset node1
	verdict 6 "no answer to SNMP|does not answer any more"
}

# restarts VERSION K BOOTS-BEFORE BOOTS-AFTER POWER: killed after the K-th request, and back
# at once, its outlets as they were (kept) or on again (on).
restarts() {
	pdu --engine-boots "$3" "$TS_CAPTURES/$ats"
	proxy
	"$1"
	set_times 8 0.5
	power_timeout=3 # commands are repeated after a second
	action=reset
	begin -T reset node1
	await_nth "$2" "*request*"
	proxy_now --requests 0 --answers 0
	end_pdu
	restart_pdu "$4" "$5"
	proxy_now --to "$pdu_port" --requests -1 --answers -1
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

# one_dead CODE: a node with two PDUs, one of which is gone.
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
		echo "t=$(echo "$line" | tr _ ' ')"
	done >"$scratch/timeline"
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
sees others off 0_outlet_1.9_off 0_outlet_1.10_off 1.1_request_get 2_outlet_1.11_off
loss plain 10 1
loss plain 30 1
loss plain 50 1
loss secure 10 1
loss secure 30 1
loss secure 50 1
late plain 0 8 0.4
late secure 0 8 0.4
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
network plain 6 1.5 --loss 100 --only requests
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
absent secure
one_dead reset
restarts secure 4 1 5 kept
restarts secure 4 5 1 kept
restarts secure 4 1 5 on
restarts plain 4 1 1 on
END
	for k in 0 1 2 3 4 5 6 7; do
		echo "dies plain $k $k"
		[ $k -eq 0 ] || echo "dies plain $k $((k - 1))"
	done
}

long_cases() {
	for seed in $(seq 2 9); do
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
	for k in 0 1 2 3 4 5 6 7 8; do
		echo "dies secure $k $k"
		[ $k -eq 0 ] || echo "dies secure $k $((k - 1))"
	done
	for k in 1 2 3 4 5 6; do
		for power in kept on; do
			echo "restarts secure $k 1 5 $power"
			echo "restarts secure $k 5 1 $power"
			echo "restarts plain $k 1 1 $power"
		done
	done
	echo "later plain 0 45 3"
	echo "later secure 0 45 3"
	echo "one_dead off"
	echo "one_dead on"
}

if [ -n "${WIRE_LONG-}" ]; then long_cases; else quick_cases; fi | wire_main "$@"
