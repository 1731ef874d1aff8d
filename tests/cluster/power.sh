#!/bin/bash
# The power of the cluster: trippsim's --on-change. A node lives while one of its feeds is on.
#
#   power.sh WORK PDU DEVICE.OUTLET on|off
#
# WORK/wiring says which outlet feeds which node (PDU DEVICE.OUTLET NODE), WORK/power holds what
# happened when.
# SPDX-License-Identifier: LGPL-2.1-or-later
set -u
work=$1 pdu=$2 outlet=$3 state=$4
node=$(awk -v pdu="$pdu" -v outlet="$outlet" \
	'$1 == pdu && $2 == outlet { print $3 }' "$work/wiring")
[ -n "$node" ] || exit 0
exec 9>>"$work/$node/lock"
flock 9
[ "$state" = on ] || rm -f "$work/$node/feeds/$pdu-$outlet"
[ "$state" = off ] || touch "$work/$node/feeds/$pdu-$outlet"

fed() { [ -n "$(ls "$work/$node/feeds")" ]; }
alive() { [ -s "$work/$node/pid" ] && kill -0 "$(cat "$work/$node/pid")" 2>/dev/null; }

cut() {
	alive || return
	kill -KILL "$(cat "$work/$node/pid")"
	# When process 1 is gone, all of its namespace is.
	while alive; do sleep 0.01; done
}

start() {
	rm -f "$work/$node/pid"
	(
		for fd in /proc/self/fd/*; do
			fd=${fd##*/}
			[ "$fd" -le 2 ] || eval "exec $fd>&-"
		done
		exec setsid nsenter --net="/run/netns/$node" \
			unshare --mount --ipc --uts --pid --fork --kill-child=KILL \
			/bin/bash "${0%/*}/node.sh" "$work/$node/root" "$node" "$work/$node/pid"
	) </dev/null >>"$work/$node/console" 2>&1 &
	for ((i = 0; i < 500; i++)); do
		[ ! -s "$work/$node/pid" ] || return
		sleep 0.02
	done
	echo "power: $node did not start" >&2
}

if ! fed; then
	cut
	echo "$EPOCHREALTIME $node off" >>"$work/power"
elif ! alive; then
	start
	echo "$EPOCHREALTIME $node on" >>"$work/power"
fi
