#!/bin/bash
# Process 1 of a node: a root file system, a Corosync and a Pacemaker. Killing it kills the node,
# as pulling the plug does. Runs in namespaces of its own; writes to the node's own disk alone.
#
#   node.sh ROOT NAME PIDFILE     started by ./power.sh; it calls itself again inside of ROOT
# SPDX-License-Identifier: LGPL-2.1-or-later
set -u

mount_all() { # ROOT
	mount --make-rprivate / &&
		mount -t proc proc "$1/proc" &&
		mount -t tmpfs -o mode=755 run "$1/run" &&
		mount -t tmpfs -o mode=1777 tmp "$1/tmp" &&
		mount -t tmpfs -o mode=755 dev "$1/dev" &&
		mkdir "$1/dev/shm" "$1/dev/pts" "$1/run/lock" &&
		mount -t tmpfs -o mode=1777 shm "$1/dev/shm" &&
		mount -t devpts -o newinstance,ptmxmode=666 devpts "$1/dev/pts" &&
		ln -s pts/ptmx "$1/dev/ptmx" || return
	local device
	for device in null zero full random urandom tty; do
		touch "$1/dev/$device" && mount --bind "/dev/$device" "$1/dev/$device" || return
	done
	ln -s /proc/self/fd "$1/dev/fd"
}

# Where libstonith and Pacemaker log to; the time of day stands before each line.
syslog='
import os, socket, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("/dev/log")
os.chmod("/dev/log", 0o666)
with open("/var/log/syslog", "ab", 0) as log:
    while True:
        line = s.recv(65536).rstrip(b"\n\0")
        log.write(b"%.6f %s\n" % (time.time(), line))
'

boot() {
	export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C HOME=/root
	export PCMK_logfile=/var/log/pacemaker/pacemaker.log
	export G_DEBUG=fatal-criticals # for the plugin and the agent, which inherit it
	ip link set lo up
	# What a server does before it boots. Not 0: a node that is back before Pacemaker has heard
	# that it was fenced takes itself out of the cluster again.
	sleep "$(cat /mnt/self-test)"
	/usr/bin/python3 -c "$syslog" &
	until [ -S /dev/log ]; do sleep 0.02; done
	install -d -o hacluster -g haclient /var/lib/pacemaker/{blackbox,cib,cores,pengine} \
		/run/crm /var/log/pacemaker
	install -d /var/log/crmsh /var/log/corosync /var/lib/corosync
	corosync -f &
	until corosync-cfgtool -s >/dev/null 2>&1; do sleep 0.1; done
	pacemakerd &
	wait # and reaps what the node orphans
}

if [ $# = 3 ]; then
	# Before there is a /proc of its own: the number that the host knows this process by.
	read -r pid _ </proc/self/stat
	hostname "$2" && mount_all "$1" || exit
	echo "$pid" >"$3.new" && mv "$3.new" "$3"
	exec chroot "$1" /bin/bash /usr/local/libexec/cluster-node
fi
boot
