# The demo: a cluster starts, one of its nodes dies, and the reader sees on one side what Pacemaker
# says, on the other what the PDU does, until the node is back. For ./run.sh --demo.
# SPDX-License-Identifier: LGPL-2.1-or-later

. "$here/scenarios.sh"

outlet_state() { # OUTLET, by the PDU's timeline
	awk -v outlet="$1" '$3 == "outlet" && $4 == outlet && $5 ~ /^(on|off)$/ { state = $5 }
		END { print state == "" ? "on" : state }' pdu1
}

cluster_side() {
	on "$(survivor db1)" crm_mon -1 -m 3 --exclude=summary 2>/dev/null | grep -v '^Status of'
}

pdu_side() {
	local i
	echo "The PDU ($network.10):"
	echo
	for i in 1 2 3; do
		printf '  outlet 1.%d, feeds db%d: %s\n' $((i + 2)) $i "$(outlet_state 1.$((i + 2)))"
	done
	echo
	awk -v since="$fault_at" '$3 == "outlet" && $1 >= since {
		printf "  %5.1f s  %s %s %s %s\n", $1 - since, $3, $4, $5, $6 }' pdu1 | tail -n 6
	echo
	echo "Power:"
	echo
	awk -v since="$fault_at" '$1 >= since { printf "  %5.1f s  %s %s\n", $1 - since, $2, $3 }' power
}

# Both sides, one beside the other; or, where nobody watches, a line when something changed.
last=
show() {
	local now state columns
	now=$(seconds_after "$fault_at" "$EPOCHREALTIME")
	if [ -t 1 ]; then
		cluster_side | expand >left
		pdu_side >right
		printf '\033[H\033[2J%s s since db1 died\n\n' "$now"
		columns=$(stty size | cut -d ' ' -f 2)
		awk -v width=$((columns > 100 ? columns - 46 : 54)) '
			{ line[FILENAME, FNR] = $0; if (FNR > lines) lines = FNR }
			END {
				for (i = 1; i <= lines; i++)
					printf "%-*.*s | %s\n", width, width, line["left", i], line["right", i]
			}' left right
		return
	fi
	state=$(cluster_side | sed -n 's/^  \* \(Node db1: .*\|Online: .*\|disk.*\)/\1;/p' | tr -s '\t\n ' ' ')
	state="cluster: $state PDU: outlet of db1 $(outlet_state 1.3)"
	[ "$state" = "$last" ] || printf '%6s s  %s\n' "$now" "$state"
	last=$state
}

demo() {
	local end
	failed=0
	echo "Three nodes, each a Corosync and a Pacemaker in namespaces of its own; a PDU, trippsim, that"
	echo "is their power. Some 25 seconds until they have found each other ..."
	start_cluster >start.log 2>&1 && fresh || {
		cat start.log
		return 1
	}
	echo
	example $doc one-pdu | sed 's/^/$ /'
	run_example db2 $doc one-pdu && ready db1 pdu || return
	on db2 crm_mon -1
	echo
	echo "db1 uses the disk, which one node alone may use. Now db1 dies."
	[ ! -t 1 ] || read -rs -t 5 -p "(5 seconds, or Enter)"
	echo
	fault kill_node db1
	end=$((SECONDS + 120))
	until rejoined; do
		show
		[ $SECONDS -lt $end ] || {
			complain "db1 is not back after 120 s"
			return 1
		}
		sleep 0.3
	done
	power_off && fenced && recovered && show && in_order || return
	echo
	on db2 stonith_admin --history db1 -V
	cat <<END

Seconds after db1 died: its power was off at $(since_fault "$power_off_at"), it was declared fenced at $(since_fault "$fenced_at"), and
another node used the disk at $(since_fault "$recovered_at"), not before. Then db1 had power again, and came back.
END
}
