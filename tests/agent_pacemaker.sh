#!/bin/sh
# Pacemaker's own tools and its fencer drive the fence agent: in namespaces of their own, where
# /usr/sbin seems to hold it. They empty the environment, so what stands there needs none.
# SPDX-License-Identifier: LGPL-2.1-or-later
. "${0%/*}/shell.sh"
need_host Pacemaker
for tool in stonith_admin unshare ip; do
	command -v $tool >/dev/null || skip "$tool is not installed"
done
fenced=
for dir in /usr/lib/pacemaker /usr/libexec/pacemaker /usr/lib64/pacemaker; do
	[ ! -x $dir/pacemaker-fenced ] || fenced=$dir/pacemaker-fenced
done
[ -n "$fenced" ] || skip "pacemaker-fenced was not found"

if [ -z "${TS_INSIDE-}" ]; then
	flags=-mn
	[ "$(id -u)" -eq 0 ] || flags=-rmn
	unshare $flags true 2>/dev/null || skip "no namespaces of our own: unshare $flags is refused"
	TS_INSIDE=$flags unshare $flags "$0"
	exit
fi

# /usr/sbin as it was, and one program more.
mkdir "$scratch/was" "$scratch/sbin"
{ mount --make-rprivate / && mount --bind /usr/sbin "$scratch/was"; } 2>/dev/null ||
	skip "mounting is refused"
for program in "$scratch/was"/*; do
	ln -s "$program" "$scratch/sbin/"
done
# pcs hands no environment on
rm -f "$scratch/sbin/fence_tripplite"
cat >"$scratch/sbin/fence_tripplite" <<END
#!/bin/sh
LD_LIBRARY_PATH='$TS_BUILDDIR/lib/.libs' exec '$TS_BUILDDIR/agent/.libs/fence_tripplite' "\$@"
END
chmod +x "$scratch/sbin/fence_tripplite"
for dir in /run /dev/shm /var/log; do
	mount -t tmpfs none $dir || skip "mounting is refused"
done
mount --bind "$scratch/sbin" /usr/sbin || skip "mounting is refused"
mkdir -p /run/crm /var/log/crmsh
ip link set lo up
. "${0%/*}/pdu.sh"
fencer=
corosync=
tidy_up() {
	[ -z "$fencer" ] || kill $fencer
	[ -z "$corosync" ] || kill -KILL $corosync
	stop_pdus
	umount -l /usr/sbin "$scratch/was"
	rm -rf "$scratch"
}
trap tidy_up EXIT

says() { # PATTERN COMMAND...
	pattern=$1
	shift
	"$@" >"$scratch/out" 2>&1
	echo "exit status $?"
	cat "$scratch/out"
	grep -Eq -- "$pattern" "$scratch/out"
}

# --- without a daemon ---
check "stonith_admin finds it" says '^fence_tripplite$' stonith_admin --list-installed
check "stonith_admin shows its metadata" says '<parameter name="off_hold"' \
	stonith_admin --metadata -a fence_tripplite
check "stonith_admin validates a configuration" \
	stonith_admin --validate -a fence_tripplite -o ip=192.0.2.1 -o hostlist=db1:3
check "it needs neither plug nor port" sh -c "! fence_tripplite -o metadata |
	grep -E 'name=\"(plug|port)\".*required=\"1\"'"
# Until 3.0.0 Pacemaker writes a target of its own even beside one that is given; an agent that
# notes what it is given tells.
cat >"$scratch/sbin/fence_probe" <<END
#!/bin/sh
given=\$(cat)
case "\$* \$given" in *metadata*) exec $scratch/sbin/fence_tripplite -o metadata ;; esac
echo "\$given" >>$scratch/given
END
chmod +x "$scratch/sbin/fence_probe"
stonith_admin --validate -a fence_probe -o ip=192.0.2.1 -o plug=db1 >/dev/null 2>&1
if grep -E '^(plug|port)=' "$scratch/given" | grep -qvx plug=db1; then
	check "a plug that is one node's is refused by Pacemaker's validation, which writes another" \
		says '(plug=db1 and p...=node1|p...=node1 and plug=db1) are different targets' \
		stonith_admin --validate -a fence_tripplite -o ip=192.0.2.1 -o hostlist=db1:3 -o plug=db1
else
	check "a plug that is one node's is valid for a Pacemaker whose validation writes no other" \
		stonith_admin --validate -a fence_tripplite -o ip=192.0.2.1 -o hostlist=db1:3 -o plug=db1
fi
rm "$scratch/sbin/fence_probe"
check "stonith_admin says what is wrong with another one" \
	says 'hostlist: at column' stonith_admin --validate -a fence_tripplite -o ip=192.0.2.1 \
	-o hostlist=db1::3
if [ "$TS_INSIDE" != -mn ]; then
	echo "not root: crm ra info, which gives its log to hacluster, was not tried"
elif command -v crm >/dev/null; then
	check "crm ra info shows it" says 'off_hold' crm ra info stonith:fence_tripplite
else
	echo "crm is not installed: crm ra info was not tried"
fi
if command -v pcs >/dev/null; then
	check "pcs stonith describe shows it" says 'off_hold' pcs stonith describe fence_tripplite
else
	echo "pcs is not installed: pcs stonith describe was not tried"
fi

# --- with the fencer ---
# Since version 3 it runs in a cluster alone: one node, on the loopback of these namespaces.
start_corosync() {
	mkdir "$scratch/corosync.state"
	cat >"$scratch/corosync.conf" <<END
totem {
    version: 2
    cluster_name: alone
    transport: udpu
}
system {
    state_dir: $scratch/corosync.state
    sched_rr: no
    move_to_cgroup: no
}
quorum {
    provider: corosync_votequorum
}
logging {
    to_stderr: yes
    to_syslog: no
}
nodelist {
    node {
        ring0_addr: 127.0.0.1
        name: $(uname -n)
        nodeid: 1
    }
}
END
	corosync -f -c "$scratch/corosync.conf" >"$scratch/corosync" 2>&1 &
	corosync=$!
	tries=100
	until corosync-cfgtool -s >/dev/null 2>&1; do
		tries=$((tries - 1))
		kill -0 $corosync && [ $tries -gt 0 ] || return
		sleep 0.1
	done
}
major=$(pacemakerd --version | sed -n 's/^Pacemaker \([0-9]*\)\..*/\1/p')
if [ "${major:-2}" -ge 3 ] && ! command -v corosync >/dev/null; then
	echo "corosync is not installed: the fencer was not tried"
	finish
fi
[ "${major:-2}" -lt 3 ] || start_corosync || {
	cat "$scratch/corosync"
	[ "$TS_INSIDE" = -mn ] || skip "corosync does not run without root"
	echo "corosync did not start"
	exit 99
}
start_pdu a pdumv30hvnetlx-pdu-20.2.1 --community private --name 3=db1 --name 4=db2 --stuck 12
"$fenced" --stand-alone -l "$scratch/log" >"$scratch/fenced" 2>&1 &
fencer=$!
tries=100
until stonith_admin --list-registered >/dev/null 2>&1; do
	tries=$((tries - 1))
	kill -0 $fencer && [ $tries -gt 0 ] || {
		cat "$scratch/fenced" "$scratch/log"
		echo "pacemaker-fenced did not start"
		exit 99
	}
	sleep 0.1
done

register() { # DEVICE OPTION...
	device=$1
	shift
	set -- "$@" ip="$address" snmp_version=2c community=private off_hold=0.2
	for option; do
		shift
		set -- "$@" -o "$option"
	done
	check "the fencer takes $device" stonith_admin -R "$device" -a fence_tripplite "$@"
}
forget() { stonith_admin -D "$1" >/dev/null; }
did() { # OUTLET WORD...: its events since the start
	outlet=$1
	shift
	echo "wanted: $*; was:"
	events a
	[ "$(events a | sed -n "s/^1\.$outlet \(off\|on\)$/\1/p" | tr '\n' ' ')" = "${*:+$* }" ]
}

register names
check "names of outlets are targets" says '^names$' stonith_admin --list db1
check "reboot of a node by name succeeds" stonith_admin -B db1 -t 60
check "its outlet went off, then on" did 3 off on
check "other outlets were left alone" did 4
check "off succeeds" stonith_admin -F db2 -t 60
check "its outlet went off" did 4 off
check "on succeeds" stonith_admin -U db2 -t 60
check "its outlet went on" did 4 off on
check "a node that no outlet has the name of is not fenced" sh -c "! stonith_admin -F db7 -t 20"
forget names

register map 'pcmk_host_map=db1:7;db2:8,9'
check "pcmk_host_map: a plug" stonith_admin -F db1 -t 60
check "it went off" did 7 off
check "pcmk_host_map: several plugs" stonith_admin -F db2 -t 60
check "one went off" did 8 off
check "the other one went off" did 9 off
forget map

register nodes 'hostlist=db1:10,11;db2:12' power_timeout=1
check "hostlist: its nodes are targets" says '^nodes$' stonith_admin --list db1
check "no others are" says '^(2 .*|db1|db2|exit status 0)$' stonith_admin -s nodes
check "hostlist: a node is fenced" stonith_admin -B DB1 -t 60
check "one feed went off and on" did 10 off on
check "the other one too" did 11 off on
check "a relay that is stuck is a failure" sh -c "! stonith_admin -F db2 -t 20"
check "the fencer was told why" grep -q 'outlet 12 of' "$scratch/log"
forget nodes

register fixed 'hostlist=db1:14;db2:15' plug=db1
check "a plug that is not the node to be fenced is no success" \
	sh -c "! stonith_admin -F db2 -t 20"
check "neither was switched" did 14
check "nor the other one" did 15
check "the fencer was told both" grep -Eq \
	'(plug=db1 and [a-z]+=db2|[a-z]+=db2 and plug=db1) are different targets' "$scratch/log"
forget fixed

register asked pcmk_host_check=status
check "pcmk_host_check=status: a node that is on can be fenced" \
	says '^asked$' stonith_admin --list db1
check "so can one that is off" says '^asked$' sh -c "
	stonith_admin -F db2 -t 60; stonith_admin --list db2"
check "but not an unknown one" sh -c "! stonith_admin --list nobody | grep -q asked"
forget asked
finish
