#!/bin/bash
# fence_tripplite beside fence_tripplite_snmp, on one simulated PDU with 24 outlets, in one run:
# wall and CPU time of status, and requests of status and of a reboot by name.
#
#   TRIPPSIM=sim/trippsim TS_CAPTURES=sim/captures bench/agent.sh [AGENT] [RUNS]
# SPDX-License-Identifier: LGPL-2.1-or-later
set -u
ours=${1:-fence_tripplite}
theirs=fence_tripplite_snmp
runs=${2:-20}
scratch=$(mktemp -d) || exit 1
trap 'kill $pdu 2>/dev/null; rm -rf "$scratch"' EXIT
TIMEFORMAT='%R %U %S'

start_pdu() { # OPTION...
	mkfifo "$scratch/fifo"
	"$TRIPPSIM" --port 0 --die-with-parent --log-requests --community private --name 20=db1 \
		--user 'fencer SHA authpass123 AES privpass123' "$@" \
		"$TS_CAPTURES/pdumv30hvnetlx-pdu-20.2.1.snmprec" >"$scratch/fifo" 2>&1 &
	pdu=$!
	exec 3<"$scratch/fifo"
	read -r line <&3 || exit 1
	cat <&3 >"$scratch/timeline" &
	exec 3<&-
	rm "$scratch/fifo"
	port=${line##*:}
}
stop_pdu() {
	kill $pdu
	wait $pdu
} 2>/dev/null

requests() { grep -c ' request ' "$scratch/timeline"; }

# repeat N AGENT ARGUMENT...
repeat() {
	local n=$1 agent=$2
	shift 2
	while [ $((n -= 1)) -ge 0 ]; do
		"$agent" -q -a 127.0.0.1 -u "$port" "$@" >/dev/null 2>&1 ||
			echo "$agent $*: exit status $?" >&2
	done
}

measure() { # N AGENT ARGUMENT...: milliseconds of wall and CPU, and requests, for each run
	local before
	before=$(requests)
	{ time repeat "$@"; } 2>"$scratch/times"
	tail -n 1 "$scratch/times" | awk -v n="$1" -v requests=$(($(requests) - before)) \
		'{ printf "%.1f %.1f %.1f\n", 1000 * $1 / n, 1000 * ($2 + $3) / n, requests / n }'
}

row() { # WHAT RUNS ARGUMENT...
	local what=$1 n=$2
	shift 2
	echo "$what|$(measure "$n" "$ours" "$@")|$(measure "$n" $theirs "$@")" | tr '|' ' ' | awk '{
		n = NF
		printf "| %s", $1
		for (i = 2; i <= n - 6; i++)
			printf " %s", $i
		printf " | %s | %s | %.3f | %s | %s | %.3f | %s | %s | %.2f |\n", $(n - 5), $(n - 2), \
			$(n - 5) / $(n - 2), $(n - 4), $(n - 1), $(n - 4) / $(n - 1), $(n - 3), $n, $(n - 3) / $n
	}'
}

v3="-d 3 -l fencer -p authpass123 -P privpass123 -b SHA -B AES -E authPriv"
echo "$runs runs of status, 1 of reboot; each figure is for one run; ours, theirs, ours / theirs"
echo "| | wall ms | | | CPU ms | | | requests | | |"
echo "|---|---|---|---|---|---|---|---|---|---|"
start_pdu
row "status of outlet 20, v1" "$runs" -o status -n 20
row "status of outlet 20, v2c" "$runs" -o status -n 20 -d 2c
row "status of outlet 20, v3" "$runs" -o status -n 20 $v3
row "status by name, v1" "$runs" -o status -n db1
row "status by name, v2c" "$runs" -o status -n db1 -d 2c
row "monitor, v1" "$runs" -o monitor
row "reboot by name, v1" 1 -n db1
row "reboot by name, v2c" 1 -n db1 -d 2c
stop_pdu
start_pdu --latency 0.5
row "reboot by name, v1, relays of 0.5 s" 1 -n db1
row "reboot by name, v2c, relays of 0.5 s" 1 -n db1 -d 2c
stop_pdu
