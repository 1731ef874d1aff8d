#!/bin/sh
# The demo: the real stonith program, the plugin of the build tree, a simulated
# PDU, and beside each command what its outlets did. It believes the PDU's
# timeline, not exit codes alone. Run it with make demo.
# SPDX-License-Identifier: LGPL-2.1-or-later
. "${0%/*}/shell.sh"
. "${0%/*}/pdu.sh"

[ -n "$TS_STONITH_PLUGINDIR" ] || {
	echo "demo: this tree was configured --without-stonith" >&2
	exit 1
}
command -v stonith >/dev/null || {
	echo "demo: the stonith program is not installed (package cluster-glue)" >&2
	exit 1
}

timeline=$scratch/timeline
start_pdu timeline pdumh20atnet-ats-15.5.4 --community tripplite --latency 0.5

# Outlets that are on in the capture. With -E stonith takes parameters from the environment:
# no secret on a command line.
first=1.9
second=1.10
export ipaddr="$address" community=tripplite hostlist="node1:$first,$second" off_hold=1
cat <<END
A simulated PDUMH20ATNET listens on $ipaddr; its relays take 0.5 s.
ipaddr="$ipaddr" community=... hostlist="$hostlist" off_hold=$off_hold

END

# One step that goes wrong is enough: the next ones would only repeat it.
wrong() {
	echo "    WRONG: $*"
	echo "demo: NOT all was as it should be" >&2
	exit 1
}

# run COMMAND...: shows the command and what it said, at most 12 lines of it.
run() {
	seen=$(wc -l <"$timeline")
	echo "\$ $*"
	"$@" >"$scratch/said" 2>"$scratch/complaint"
	code=$?
	sed -n '1,12s/^/    /p' "$scratch/said"
	more=$(($(wc -l <"$scratch/said") - 12))
	[ $more -le 0 ] || echo "    ... and $more lines more"
	sed 's/^/    /' "$scratch/complaint"
	[ $code -eq 0 ] || wrong "exit status $code"
	echo "    exit status 0"
}

# What the outlets did since run began.
outlets() { tail -n +$((seen + 1)) "$timeline" | grep '^t=[0-9.]* outlet '; }

untouched() {
	events=$(outlets)
	[ -z "$events" ] || wrong "outlets were touched: $events"
	echo
}

# power REQUEST: shows the timeline and holds it against what REQUEST promises. The two
# outlets go off, on or, in this order, both; no other one appears.
power() {
	run stonith -t tripplite -E -T "$1" node1
	outlets | sed 's/^/    PDU: /'
	outlets | awk -v request="$1" -v hold="$off_hold" -v first=$first -v second=$second '
		{ time = substr($1, 3) + 0; outlet = $3; state = $4 }
		outlet != first && outlet != second { bad = bad " outlet " outlet " was touched;" }
		state == "command" { next }
		state == "off" { off[outlet] = time; if (outlet in on) bad = bad " off after on;" }
		state == "on" { on[outlet] = time }
		function expect(outlet) {
			if ((outlet in off) != (request != "on"))
				bad = bad " outlet " outlet (outlet in off ? " went" : " did not go") " off;"
			if ((outlet in on) != (request != "off"))
				bad = bad " outlet " outlet (outlet in on ? " went" : " did not go") " on;"
		}
		END {
			expect(first)
			expect(second)
			if (bad == "" && request == "reset") {
				dark = off[first] > off[second] ? off[first] : off[second]
				light = on[first] < on[second] ? on[first] : on[second]
				printf "    both outlets were off together for %.2f s\n", light - dark
				if (light - dark < hold)
					bad = " less than " hold " s;"
			}
			print bad == "" ? "    as it should be: these two outlets and no other" : "    but:" bad
			exit bad != ""
		}' || wrong "the PDU did not do what $1 promises"
	echo
}

echo '$ stonith -L | grep tripplite'
stonith -L >"$scratch/said"
grep -x tripplite "$scratch/said" | sed 's/^/    /'
grep -qx tripplite "$scratch/said" || wrong "libstonith does not see the plugin"
echo

run stonith -m -t tripplite
grep -q '<parameter name="ipaddr"' "$scratch/said" || wrong "the metadata has no ipaddr"
echo
run stonith -t tripplite -E -S
untouched
run stonith -t tripplite -E -l
grep -qx node1 "$scratch/said" || wrong "the list has no node1"
untouched
power off
power on
power reset
echo "demo: all was as it should be"
