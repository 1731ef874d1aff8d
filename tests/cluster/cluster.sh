# A cluster of three nodes on one machine: its network, power and PDUs, and what can be seen of
# it. For ./run.sh, in whose namespaces and tmpfs (the working directory, $work) all of it lies.
# SPDX-License-Identifier: LGPL-2.1-or-later
. "$TS_SRCDIR/tests/trippsim.sh"

nodes=(db1 db2 db3)
# The addresses of the documents' examples: the network is ours alone.
network=192.0.2
declare -A pdu_address=([pdu1]=$network.10 [pdu2]=$network.11 [old]=$network.13)
proxy_address=$network.12

# --- waiting ---

complain() { echo "    FAILED: $*"; }

# within SECONDS WHAT COMMAND...: waits until the command succeeds.
within() {
	local limit=$1 what=$2 end=$((SECONDS + $1))
	shift 2
	until "$@" >/dev/null 2>&1; do
		if [ $SECONDS -ge $end ]; then
			complain "not within $limit s: $what"
			return 1
		fi
		sleep 0.2
	done
}

# never_for SECONDS WHAT COMMAND...: the command must not succeed in that time.
never_for() {
	local what=$2 end=$((SECONDS + $1))
	shift 2
	while [ $SECONDS -lt $end ]; do
		if "$@" >/dev/null 2>&1; then
			complain "$what"
			return 1
		fi
		sleep 0.2
	done
}

# --- the nodes ---

# on NODE COMMAND...: runs it there, as root does at its console.
on() {
	local pid
	pid=$(cat "$work/$1/pid" 2>/dev/null) || return
	shift
	nsenter -t "$pid" -m -n -i -u -p -r -w -- env -i G_DEBUG=fatal-criticals \
		PATH=/usr/sbin:/usr/bin:/sbin:/bin \
		HOME=/root LC_ALL=C "$@" </dev/null
}

alive() { kill -0 "$(cat "$work/$1/pid" 2>/dev/null)" 2>/dev/null; }

# A node that lives, other than those given.
survivor() {
	local node
	for node in "${nodes[@]}"; do
		[[ " $* " == *" $node "* ]] || ! alive "$node" || {
			echo "$node"
			return
		}
	done
	return 1
}

corosync_conf() {
	local i
	cat <<END
totem {
    version: 2
    cluster_name: tripplite
    transport: knet
    crypto_cipher: none
    crypto_hash: none
    token: 1000
}
system {
    sched_rr: no
    move_to_cgroup: no
}
quorum {
    provider: corosync_votequorum
}
logging {
    to_stderr: no
    to_syslog: no
    to_logfile: yes
    logfile: /var/log/corosync/corosync.log
    timestamp: hires
}
nodelist {
END
	for i in 1 2 3; do
		cat <<END
    node {
        ring0_addr: $network.$i
        name: ${nodes[i - 1]}
        nodeid: $i
    }
END
	done
	echo "}"
}

# What lies over the machine's own files on each node: what make install lays down, and what
# the tests need there.
make_layer() {
	mkdir layer && make -s -C "$TS_BUILDDIR" install DESTDIR="$work/layer" fenceagentsdir=/usr/sbin \
		>install.log 2>&1 || {
		cat install.log
		return 1
	}
	install -D -m 755 "$here/disk" layer/usr/lib/ocf/resource.d/tripplite/disk &&
		install -D -m 755 "$here/node.sh" layer/usr/local/libexec/cluster-node &&
		install -D -m 755 "$here/ipmitool" layer/usr/bin/ipmitool &&
		install -d layer/etc/corosync layer/mnt &&
		corosync_conf >layer/etc/corosync/corosync.conf
}

# make_node NODE NUMBER: its disk and its network; no power yet.
make_node() {
	local root=$1/root
	mkdir -p "$1"/{disk,overlay,root,feeds} &&
		mount -t overlay overlay \
			-o "lowerdir=layer:/,upperdir=$1/disk,workdir=$1/overlay" "$root" &&
		rm -rf "$root"/var/lib/{pacemaker,corosync} "$root"/var/log/{pacemaker,corosync,syslog} &&
		mkdir "$root"/var/lib/{pacemaker,corosync} &&
		mount --bind shared "$root/mnt" &&
		chroot "$root" ldconfig -X &&
		ip netns add "$1" &&
		ip link add "$1" type veth peer name eth0 netns "$1" &&
		ip link set "$1" master switch up &&
		ip -n "$1" address add "$network.$2/24" dev eth0 &&
		ip -n "$1" link set eth0 up
}

make_network() {
	local address
	mount -t tmpfs run /run && mkdir /run/netns &&
		ip link set lo up &&
		ip link add switch type bridge && ip link set switch up || return
	for address in "${pdu_address[@]}" "$proxy_address"; do
		ip address add "$address/24" dev switch || return
	done
}

# Whether this machine can hold a cluster; says why not.
probe() {
	mkdir shared layer layer/etc layer/mnt && make_network && make_node db1 1 &&
		ip netns exec db1 unshare --mount --ipc --uts --pid --fork --mount-proc true &&
		chroot db1/root corosync -v
}

# --- power ---

# wire PDU OUTLET NODE [PDU OUTLET NODE]...: which outlet feeds which node. All outlets are on.
wire() {
	rm -f wiring.new db?/feeds/*
	while [ $# -gt 0 ]; do
		echo "$1 $2 $3" >>wiring.new
		touch "$3/feeds/$1-$2"
		shift 3
	done
	mv wiring.new wiring
}

wire_one_pdu() { wire "$1" 1.3 db1 "$1" 1.4 db2 "$1" 1.5 db3; }

wire_two_pdus() {
	wire pdu1 1.3 db1 pdu2 1.3 db1 pdu1 1.4 db2 pdu2 1.4 db2 pdu1 1.5 db3 pdu2 1.5 db3
}

declare -A pdu_control

# start_pdu NAME CAPTURE OPTION...: its timeline, with the time of day before each line, is in ./NAME.
start_pdu() {
	local name=$1 capture=$2 fd
	shift 2
	mkfifo "$name.control" && exec {fd}<>"$name.control" || return
	pdu_control[$name]=$fd
	commands=$name.control launch >(
		while read -r line; do echo "$EPOCHREALTIME $line"; done >>"$name"
	) --listen "${pdu_address[$name]}" --port 161 --control --latency 0.5 --users-file users \
		--on-change "exec /bin/bash '$here/power.sh' '$work' $name \"\$@\"" \
		"$@" "$TS_CAPTURES/$capture" 2>>"$name.complaints"
	within 5 "$name listens" grep -q ' trippsim: listening on' "$name"
}

# tell_pdu NAME COMMAND...: see --control of trippsim.
tell_pdu() {
	local fd=${pdu_control[$1]}
	shift
	echo "$*" >&"$fd"
}

# outlet_events PDU OUTLET SINCE: what it did since then, a line each: TIME t=... outlet ...
outlet_events() {
	awk -v outlet="$2" -v since="$3" \
		'$3 == "outlet" && $4 == outlet && $1 >= since' "$1"
}

# --- the cluster ---

start_cluster() { # [NAMES]: options for trippsim that name pdu1's outlets
	local i names=${1---name=3=db1-a --name=4=db2-a --name=5=db3-a}
	mkdir shared
	echo 0 >shared/self-test
	cat >users <<END
fence SHA authentication-phrase AES privacy-phrase
END
	make_network && make_layer || return
	for i in 1 2 3; do make_node "db$i" $i || return; done
	wire_one_pdu pdu1
	# shellcheck disable=SC2086 # words
	start_pdu pdu1 pdumv30hvnetlx-pdu-20.2.1.snmprec $names &&
		start_pdu pdu2 pdumv30hvnetlx-pdu-20.2.1.snmprec &&
		start_pdu old pdumh20hvnet-12.04-pdu.snmprec || return
	for i in 3 4 5; do /bin/bash "$here/power.sh" "$work" pdu1 1.$i on || return; done
	within 60 "all nodes online" all_online && configure_base
}

# What each scenario begins with: a disk, and no fencing yet. The shells refuse that (crmsh 5 with
# Pacemaker 3 refuses the first property, if no fencing resource comes before or with it), for
# crm_verify calls it an error; so it is laid down as it is.
base='<configuration>
<crm_config><cluster_property_set id="cib-bootstrap-options">
	<nvpair id="cib-bootstrap-options-no-quorum-policy" name="no-quorum-policy" value="freeze"/>
</cluster_property_set></crm_config>
<resources><primitive id="disk" class="ocf" provider="tripplite" type="disk"><operations>
	<op id="disk-monitor-5s" name="monitor" interval="5s"/>
</operations></primitive></resources>
</configuration>'
configure_base() {
	on db1 cibadmin --modify --scope configuration --xml-text "$base" &&
		on db1 cibadmin --query --scope configuration >base.xml
}

all_online() { # as seen by each node
	local node
	for node in "${nodes[@]}"; do
		on "$node" crm_mon -1 2>/dev/null | grep -qF "Online: [ db1 db2 db3 ]" || return
	done
}

dc() { on "$(survivor "$@")" crm_mon -1 | sed -n 's/.*Current DC: \(db[0-9]\) .*/\1/p'; }

# running RESOURCE [NODE]: as seen by a node that lives and is not $victim.
running() {
	on "$(survivor "${victim-}")" crm_resource --resource "$1" --locate 2>/dev/null |
		grep -q "running on: ${2-}"
}

# example FILE NAME: the commands below <!-- example: NAME --> in a document.
example() {
	local found
	found=$(awk -v mark="<!-- example: $2 -->" '
		$0 == mark { seen = 1; next }
		seen && /^    / { print substr($0, 5); next }
		seen && NF { exit }' "$TS_SRCDIR/$1")
	[ -n "$found" ] || {
		complain "no example $2 in $1"
		return 1
	}
	echo "$found"
}

# run_example NODE FILE NAME: exactly as the document has it.
run_example() {
	local commands
	commands=$(example "$2" "$3") || { echo "$commands"; return 1; }
	on "$1" bash -ec "$commands" || {
		complain "the example $3 of $2 does not work"
		return 1
	}
}

# --- what is seen ---

# All nodes' syslog lines that match, each with the time of day before it.
logged() { grep -hE -- "$1" db?/disk/var/log/syslog; }

# first_since SINCE: of lines that begin with a time of day, the earliest such time since then.
first_since() { awk -v since="$1" '$1 >= since { print $1 }' | sort -n | head -n 1; }

fencing_history() { on "$(survivor "${victim-}")" stonith_admin --history "$1" -V; }

seconds_after() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f", b - a }'; }
