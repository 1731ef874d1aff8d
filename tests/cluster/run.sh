#!/bin/bash
# Pacemaker kills failed nodes through the plugin: a real cluster of three nodes on this machine,
# in namespaces, with simulated PDUs that are its power. Nothing outlives it, however it ends: all
# of it lies in namespaces and on a tmpfs that the kernel takes down with their first process.
#
#   run.sh [SCENARIO...]    exit status: 0 all held, 1 not all, 77 cannot run here
#   run.sh --list
#   run.sh --demo
#   run.sh --try         a shell on one of the nodes; what is on stdin, where that is no terminal
#
# Needs root, and the environment that the Makefile sets. Logs of a scenario that failed are kept
# in the build directory, in tests/cluster/logs/SCENARIO.
# SPDX-License-Identifier: LGPL-2.1-or-later
set -u
here=$TS_SRCDIR/tests/cluster
namespaces=(setpriv --pdeathsig KILL unshare --mount --net --ipc --uts --pid --fork --kill-child=KILL --mount-proc)
work=$TS_BUILDDIR/tests/cluster/work
logs=$TS_BUILDDIR/tests/cluster/logs

if [ "${1-}" = --inside ]; then
	shift
	mount -t tmpfs cluster "$work" && cd "$work" || exit 77
	. "$here/cluster.sh"
	if [ "${1-}" = --probe ]; then
		probe
	elif [ "${1-}" = --demo ]; then
		. "$here/demo.sh"
		demo
	elif [ "${1-}" = --try ]; then
		. "$here/try.sh"
		try
	else
		. "$here/scenarios.sh"
		run_scenarios "$@"
	fi
	exit
fi

if [ "${1-}" = --list ]; then
	sed -n 's/^scenario_\([a-z0-9_]*\)() *{ *# */\1: /p' "$here/scenarios.sh"
	exit
fi

skip() {
	echo "SKIP: the cluster cannot run here: $*"
	exit 77
}

[ "$(id -u)" = 0 ] || skip "not root"
[ -n "$TS_STONITH_PLUGINDIR" ] || skip "built --without-stonith"
for program in corosync pacemakerd crm crm_mon stonith ip flock nsenter unshare; do
	command -v "$program" >/dev/null || skip "$program is not installed"
done
! fence_legacy --version 2>&1 | grep -q ModuleNotFoundError ||
	skip "fence_legacy lacks its Python module (Debian: python3-pacemaker)"
pacemakerd --features | grep -qw lha || skip "this Pacemaker knows no Linux-HA plugins"

mkdir -p "$work" && exec 8<"$work" && flock -w 10 8 && mkdir -p "$work" || {
	echo "another run uses $work"
	exit 1
}

# The first process of the namespaces has ended when all others have.
inside= first=
end() {
	trap '' HUP INT TERM
	exec 2>/dev/null # bash would tell what was killed
	[ -z "$inside" ] || kill -KILL "$inside" 2>/dev/null
	while [ -n "$first" ] && [ -e "/proc/$first" ]; do sleep 0.05; done
	rmdir "$work"
}
trap end EXIT
trap 'exit 130' HUP INT TERM

# in_namespaces ARGUMENT...: this script again, in there. In the background, so that a signal
# is dealt with at once.
in_namespaces() {
	"${namespaces[@]}" /bin/bash "$here/run.sh" --inside "$@" <&0 &
	inside=$!
	while [ -z "$first" ] && kill -0 "$inside" 2>/dev/null; do
		read -r first <"/proc/$inside/task/$inside/children"
	done 2>/dev/null
	first=${first%% *}
	wait "$inside"
	local code=$?
	inside= first=
	return $code
}

reason=$(in_namespaces --probe 2>&1) || skip "${reason:-no namespaces}"
in_namespaces "$@"
