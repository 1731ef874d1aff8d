#!/bin/sh
# doc/operations.md shows log lines as they are, and durations as they were measured: the lines are
# provoked here on simulated PDUs, and all but the slowest durations measured again.
# SPDX-License-Identifier: LGPL-2.1-or-later
. "${0%/*}/shell.sh"
need_stonith
. "${0%/*}/pdu.sh"

doc=$TS_SRCDIR/doc/operations.md
capture=pdumv30hvnetlx-pdu-20.2.1

# --- what runs beside each other: runs NAME PARAMETERS... -- ARGUMENTS of stonith ---
running=
trap 'for pid in $running; do kill $pid 2>/dev/null; done; stop_pdus; rm -rf "$scratch"' EXIT
milliseconds() { echo $(($(date +%s%N) / 1000000)); }
# The line of evidence goes to syslog where there is no terminal, so -d shows it.
runs() {
	run=$1
	shift
	(
		began=$(milliseconds)
		(become stonith -d -t tripplite "$@") >"$scratch/$run.said" 2>&1 &
		wait $!
		echo $? >"$scratch/$run.code"
		echo $(($(milliseconds) - began)) >"$scratch/$run.took"
	) &
	running="$running $!"
}
# A PDU for each run, so that none waits for another: relays of half a second.
on_pdu() { # NAME OPTIONS OF TRIPPSIM -- REQUEST NODE PARAMETER...
	name=$1
	shift
	options=
	while [ "$1" != -- ]; do
		options="$options $1"
		shift
	done
	# shellcheck disable=SC2086 # words
	start_pdu "$name" $capture --latency 0.5 $options
	request=$2 node=$3
	shift 3
	runs "$name" ipaddr="$address" "$@" -T "$request" "$node"
}
state=1.3.6.1.4.1.850.1.1.3.2.3.3.1.1.4
mapped="community=tripplite hostlist=db1:3"

# shellcheck disable=SC2086 # words
{
	on_pdu success -- reset db1 $mapped
	on_pdu off -- off db1 $mapped
	on_pdu on "--row=$state.1.3|2|1" -- on db1 $mapped
	on_pdu by-name --name 3=db1 -- reset db1 community=tripplite
	on_pdu just-started --name 3=db1 --uptime 20 -- reset db1 community=tripplite
	on_pdu slow --delay 1 -- reset db1 $mapped
	on_pdu not-back --latency-on 100 -- reset db1 $mapped off_hold=0.1 power_timeout=1 total_timeout=3
	on_pdu silent -- reset db1 community=wrong hostlist=db1:3 off_hold=0.1 power_timeout=1 total_timeout=2
	on_pdu read-only --ro-community public -- reset db1 community=public hostlist=db1:3
	on_pdu stuck --stuck 3 -- reset db1 $mapped
	on_pdu no-outlet -- reset db1 community=tripplite hostlist=db1:33
	on_pdu renamed -- reset db1 community=tripplite 'hostlist=db1:3="db1-a"'
	on_pdu unknown-node -- reset db9 community=tripplite "hostlist=db1:3;db2:4"
}
take_commands
start_pdu lost-device $capture --control
tell lost-device 'alarm 1 lost 1.*' >/dev/null
# shellcheck disable=SC2086 # words
runs lost-device ipaddr="$address" $mapped off_hold=0.1 power_timeout=1 total_timeout=2 -T reset db1
if [ -z "$TS_PRELOAD_ASAN" ]; then # SNMPv3 in the stonith program needs what its runtime forbids
	printf 'fence SHA authentication-phrase AES privacy-phrase\n' >"$scratch/users"
	on_pdu v3 --users-file "$scratch/users" -- reset db1 hostlist=db1:3 login=fence \
		password=authentication-phrase snmp_priv_passwd=privacy-phrase
fi

# --- plugin and library are replaced under a run: as packages do, by rename ---
mkdir -p "$scratch/plugins/stonith2" "$scratch/lib"
cp "$TS_PLUGIN_DIR/stonith2/tripplite.so" "$scratch/plugins/stonith2"
cp "$TS_BUILDDIR/lib/.libs/libtrippsnmp.so.0" "$scratch/lib"
(
	pdus= running= # the others are not ours to end
	plugin_path=$scratch/plugins LD_LIBRARY_PATH=$scratch/lib:$LD_LIBRARY_PATH
	start_pdu replaced $capture --latency 0.5
	# shellcheck disable=SC2086 # words
	runs replaced ipaddr="$address" $mapped -T reset db1
	await replaced 'outlet 1.3 off$'
	echo "not a plugin" >"$scratch/plugins/new"
	mv "$scratch/plugins/new" "$scratch/plugins/stonith2/tripplite.so"
	echo "not a library" >"$scratch/lib/new"
	mv "$scratch/lib/new" "$scratch/lib/libtrippsnmp.so.0"
	wait $running
	stop_pdus
) &
replacing=$!

for pid in $running; do wait "$pid"; done
wait $replacing
running=

# --- the lines ---
# Without what differs from run to run: times, counts, ports.
plain() {
	sed 's/127\.0\.0\.1:[0-9]*/192.0.2.10/g; s/[0-9]*\.\{0,1\}[0-9]\{1,\} s\b/N s/g; s/[0-9]* requests/N requests/g' | tr -s ' '
}
shown() { # NAME: the lines below its mark
	awk -v mark="<!-- said: $1 -->" '
		$0 == mark { seen = 1; next }
		seen && /^    / { print substr($0, 5); next }
		seen && NF { exit }' "$doc"
}
was_said() {
	shown "$1" | plain >"$scratch/shown"
	plain <"$scratch/$1.said" >"$scratch/said-plain"
	[ -s "$scratch/shown" ] || return
	while IFS= read -r line; do
		grep -qF -- "$line" "$scratch/said-plain" || {
			echo "nobody says: $line"
			grep -v debug "$scratch/said-plain"
			return 1
		}
	done <"$scratch/shown"
}
names=$(sed -n 's/^<!-- said: \(.*\) -->$/\1/p' "$doc")
check "there are lines" test "$(echo "$names" | wc -w)" -gt 5
for name in $names; do
	check "the line $name is said as doc/operations.md has it" was_said "$name"
done
check "these are successes, and no others" test \
	"$(cd "$scratch" && grep -lx 0 $(printf '%s.code ' $names) | tr '\n' ' ')" = \
	"success.code not-back.code just-started.code "
check "a run keeps the plugin and the library that it began with" \
	test "$(cat "$scratch/replaced.code")" = 0

# --- the durations ---
# A busy machine takes longer, and none is quicker.
took() { # NAME WORDS OF THE TABLE
	stated=$(sed -n '/^<!-- table: durations -->/,/^$/p' "$doc" | grep -F "| $2 |" | awk -F' *[|] *' '{ print $3 }')
	echo "$2: it says $stated s, and it took $(cat "$scratch/$1.took") ms"
	awk -v stated="$stated" -v took="$(cat "$scratch/$1.took")" \
		'BEGIN { exit !(stated > 0 && took >= stated * 1000 - 150 && took < stated * 1000 + 5000) }'
}
check "off takes as long as it says" took off "off, by map"
check "so does reset" took success "reset, by map (and by name, of a card that has been up for two minutes)"
check "so does reset by name" took by-name "reset, by map (and by name, of a card that has been up for two minutes)"
[ -n "$TS_PRELOAD_ASAN" ] || check "so does SNMPv3" took v3 "the same in SNMPv3"
check "so does on" took on "on"
check "so does a reset by name soon after the start" took just-started \
	"reset, by name, of a card that started 20 s ago"
check "so does a slow card" took slow "reset, by map, of a card that takes a second for each message"
check "so does a stuck relay" took stuck "a stuck relay: failure"
finish
