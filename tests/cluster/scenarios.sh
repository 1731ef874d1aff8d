# What the cluster goes through, one function a scenario, and the table at the end. A function
# named scenario_X has its description behind its name; it leaves power_off_at, fenced_at and
# recovered_at, and fails at the first thing that is not as it must be. What each one does to
# the cluster, fresh undoes.
# SPDX-License-Identifier: LGPL-2.1-or-later

doc=doc/cluster.md
operations=doc/operations.md

# --- before the fault ---

# fresh: PDUs healthy, outlets on, all nodes online, nothing configured but the disk.
fresh() {
	local pdu node i
	victim=
	echo 3 >shared/self-test
	for node in "${nodes[@]}"; do ip link set "$node" up; done
	for pdu in "${!pdu_address[@]}"; do
		tell_pdu "$pdu" resume
		for i in 3 4 5; do
			tell_pdu "$pdu" release 1.$i
			tell_pdu "$pdu" set-outlet 1.$i on
		done
	done
	stop_proxy
	within 90 "all nodes online before the scenario" all_online || return
	node=$(dc)
	on "$node" cibadmin -R -o configuration -X "$(cat base.xml)" &&
		within 20 "no fencing device is left" no_devices &&
		on "$node" crm_resource --refresh --force >/dev/null 2>&1
	on "$node" stonith_admin --cleanup --history '*' >/dev/null
}

no_devices() { ! on db1 crm_mon -1 | grep -q 'stonith:'; }

# ready VICTIM RESOURCE: the fencing device runs, and the victim uses the disk.
ready() {
	on db1 crm configure location disk-place disk 100: "$1" &&
		within 40 "$2 is started" running "$2" &&
		within 30 "$1 uses the disk" running disk "$1" || return
	victim=$1
	born=$(cat "$1/pid")
}

# fault COMMAND...: now it happens.
fault() {
	fault_at=$EPOCHREALTIME
	"$@"
}

kill_node() {
	kill -KILL "$(cat "$1/pid")"
	while alive "$1"; do sleep 0.01; done
}

# --- after the fault ---

power_off() { power_off_at=$(grep " $victim off" power | first_since "$fault_at"); [ "$power_off_at" ]; }

fenced() {
	fenced_at=$(logged "Operation '(reboot|off)' targeting $victim by .*: OK" |
		first_since "$fault_at")
	[ "$fenced_at" ]
}

# The disk was started on another node.
recovered() {
	recovered_at=$(grep -s ' disk start ' shared/uses | grep -v " $victim\$" |
		first_since "$fault_at")
	[ "$recovered_at" ]
}

failed_in_history() { fencing_history "$victim" | grep -q "of $victim failed"; }

history_says() { # PATTERN
	fencing_history "$victim" >history.txt
	grep -Eq "$1" history.txt || {
		complain "fencing history does not say $1"
		cat history.txt
		return 1
	}
}

# The times are in the order that the promise demands, and no two nodes used the disk at once.
in_order() {
	if grep -q SPLIT shared/uses; then
		complain "two nodes used the disk at once"
		cat shared/uses
		return 1
	fi
	printf '%s\n' "$fault_at" "$power_off_at" "$fenced_at" "$recovered_at" | sort -nc || {
		complain "not in order: fault, power off, fenced, recovered"
		return 1
	}
}

# What each feed did: it was off before anybody else used the disk. By the PDU's own timeline.
outlets_were_off() { # PDU OUTLET...
	local pdu=$1 outlet off
	shift
	for outlet; do
		off=$(outlet_events "$pdu" "$outlet" "$fault_at" | grep -m 1 "outlet $outlet off\$")
		[ -n "$off" ] || {
			complain "$pdu's outlet $outlet was never off"
			return 1
		}
		echo "    $pdu: ${off#* }, $(seconds_after "${off%% *}" "$recovered_at") s before the disk moved"
		printf '%s\n' "${off%% *}" "$recovered_at" | sort -nc || {
			complain "the disk moved before $pdu's outlet $outlet was off"
			return 1
		}
	done
}

# Only the victim's outlets were touched.
others_untouched() { # OUTLET of the victim
	local pdu other
	for pdu in "${!pdu_address[@]}"; do
		other=$(awk -v outlet="$1" -v since="$fault_at" \
			'$3 == "outlet" && $4 != outlet && $1 >= since' "$pdu")
		[ -z "$other" ] || {
			complain "$pdu touched another node's outlet: $other"
			return 1
		}
	done
}

rejoined() { all_online && [ "$(cat "$victim/pid")" != "$born" ]; }

# recovery LIMIT PDU OUTLET: all that follows when a node was fenced, until it is back.
recovery() {
	within "$1" "$victim's power is cut" power_off &&
		within "$1" "$victim is declared fenced" fenced &&
		within 30 "the disk is used elsewhere" recovered &&
		in_order && outlets_were_off "$2" "$3" && others_untouched "$3" &&
		history_says "(reboot|off) of $victim successful" || return
	sed "s/^/    history: /; /events* found/d" history.txt | head -n 3
	within 90 "$victim is back in the cluster" rejoined
}

# --- the scenarios ---

scenario_a() { # a node dies of SIGKILL
	wire_one_pdu pdu1
	fresh && run_example db2 $doc one-pdu && ready db1 pdu || return
	fault kill_node db1
	recovery 60 pdu1 1.3
}

scenario_b() { # a node is cut off from the network
	local space
	wire_one_pdu pdu1
	fresh && run_example db2 $doc delay && ready db1 pdu || return
	space=$(readlink "/proc/$born/ns/pid")
	[ "$(processes_in "$space")" -gt 5 ] || return
	fault ip link set db1 down
	within 60 "its power is cut" power_off || return
	[ "$(processes_in "$space")" = 0 ] || {
		complain "processes of the fenced node are alive"
		return 1
	}
	echo "    all its processes are gone"
	ip link set db1 up
	recovery 60 pdu1 1.3
}

processes_in() { readlink /proc/[0-9]*/ns/pid 2>/dev/null | grep -cFx "$1"; }

scenario_c() { # the DC dies
	local old new
	wire_one_pdu pdu1
	fresh && run_example db2 $doc one-pdu || return
	old=$(dc)
	ready "$old" pdu || return
	fault kill_node "$old"
	recovery 60 pdu1 "1.$((2 + ${old#db}))" || return
	new=$(sed -n 's/.*origin=\(db[0-9]\).*/\1/p' history.txt)
	[ -n "$new" ] && [ "$new" != "$old" ] || {
		complain "origin of the fencing: $new"
		return 1
	}
	echo "    fenced by the new DC, $new"
}

# The document shows this very line.
documented() {
	tr -s ' \n' ' ' <"$TS_SRCDIR/$doc" | grep -qF -- "$1" || {
		complain "$doc does not show: $1"
		return 1
	}
}

scenario_n() { # a node dies, and the map knows its outlet by number and name
	wire_one_pdu pdu1
	fresh && run_example db2 $doc names && ready db1 pdu || return
	fault kill_node db1
	recovery 60 pdu1 1.3
}

scenario_d() { # two feeds on two PDUs, one of them dead for a while
	wire_two_pdus
	fresh && run_example db2 $doc two-feeds && ready db1 pdus || return
	tell_pdu pdu2 pause
	fault kill_node db1
	fails_honestly 150 && warned '192[.]0[.]2[.]11: no answer within' || return
	echo "    pdu2 answers again $(seconds_after "$fault_at" "$EPOCHREALTIME") s after the fault"
	tell_pdu pdu2 resume
	recovery 120 pdu1 1.3 && outlets_were_off pdu2 1.3
}

# What stood in the way is in Pacemaker's log, as the plugin put it on stderr.
warned() { # PATTERN
	logged "stderr: .*tripplite: warning: .*$1" | grep -q . || {
		complain "Pacemaker has logged no such warning: $1"
		return 1
	}
}

# Fencing fails, says so, and nothing happens that must not.
fails_honestly() { # LIMIT
	within "$1" "fencing history says failed" failed_in_history || return
	fencing_history "$victim" | sed '/events* found/d; s/^/    history: /' | head -n 3
	if fenced || power_off || recovered; then
		complain "fenced: $fenced_at, power off: $power_off_at, recovered: $recovered_at"
		return 1
	fi
	logged 'stderr: .*tripplite: [^w]' | awk -v since="$fault_at" '$1 >= since' | sort -n | tail -n 1 |
		sed 's/^[0-9.]* \(<[0-9]*>\)*/    syslog: /'
}

scenario_d10() { # the same, for longer than ten attempts; then told to go on
	outlasts_ten_attempts || return
	never_for 10 "fencing went on without being told" fenced || return
	run_example "$(survivor db1)" $doc resume >/dev/null 2>&1 &&
		recovery 60 pdu1 1.3 && outlets_were_off pdu2 1.3
}

scenario_d11() { # the same; cluster-recheck-interval goes on without a hand
	outlasts_ten_attempts $doc recheck || return
	recovery 90 pdu1 1.3 && outlets_were_off pdu2 1.3
}

# The other device waits on db1, so that none of its monitors is a reason to go on.
outlasts_ten_attempts() { # [FILE EXAMPLE]
	wire_two_pdus
	fresh && run_example db2 $doc two-feeds && { [ $# = 0 ] || run_example db2 "$@"; } &&
		on db1 crm configure location pdus-place pdus 100: db1 &&
		set_parameters pdus off_hold=1 power_timeout=2 total_timeout=4 pcmk_reboot_retries=1 &&
		ready db1 pdus || return
	tell_pdu pdu2 pause
	fault kill_node db1
	within 300 "Pacemaker gives up" gave_up && fails_honestly 10 || return
	logged "Too many failures" | tail -n 1 | sed 's/^[0-9.]* <[0-9]*>/    syslog: /'
	documented "Too many failures (10) to fence db1, giving up" || return
	tell_pdu pdu2 resume
	echo "    given up, and pdu2 answers again, $(seconds_after "$fault_at" "$EPOCHREALTIME") s after the fault"
}

gave_up() { [ -n "$(logged "Too many failures .* to fence $victim" | first_since "$fault_at")" ]; }

set_parameters() { # RESOURCE NAME=VALUE...
	local resource=$1 pair
	shift
	for pair; do
		on db2 crm_resource --resource "$resource" --set-parameter "${pair%%=*}" \
			--parameter-value "${pair#*=}" >/dev/null || return
	done
}

scenario_e() { # a stuck relay, until it is released
	wire_one_pdu pdu1
	fresh && run_example db2 $doc one-pdu && set_parameters pdu power_timeout=5 &&
		ready db1 pdu || return
	tell_pdu pdu1 stuck 1.3
	fault kill_node db1
	fails_honestly 120 || return
	documented "$(logged 'stderr: .*tripplite: reset' | tail -n 1 | sed 's/.* tripplite: \(.*\) ]$/\1/')" ||
		return
	echo "    released $(seconds_after "$fault_at" "$EPOCHREALTIME") s after the fault"
	tell_pdu pdu1 release 1.3
	recovery 60 pdu1 1.3
}

# The network between the nodes and the PDU loses packets: each way, that many percent.
proxy=
start_proxy() {
	rm -f proxy.control && mkfifo proxy.control && exec {proxy_control}<>proxy.control || return
	"$TS_BUILDDIR/tests/wire/relay" --loss "$1" --listen "$proxy_address:161" \
		"${pdu_address[pdu1]}:161" <&"$proxy_control" >proxy 2>&1 &
	proxy=$!
	within 5 "the lossy network is up" grep -q listening proxy
}
stop_proxy() {
	[ -z "$proxy" ] || { kill "$proxy" && wait "$proxy"; } 2>/dev/null
	proxy=
}

scenario_f() { # a fifth of all packets to and from the PDU is lost
	wire_one_pdu pdu1
	fresh && start_proxy 20 && echo 15 >shared/self-test &&
		on db2 bash -ec "$(example $doc one-pdu |
			sed "s/${pdu_address[pdu1]}/$proxy_address/")" && ready db1 pdu || return
	fault kill_node db1
	recovery 60 pdu1 1.3 || return
	echo >&"$proxy_control" && within 5 "the proxy's count" grep -q '^ok ' proxy &&
		awk '$1 == "ok" { print "    lost " $6 " of " $2 + $3 " packets" }' proxy
}

scenario_g() { # by hand: stonith_admin, crm node fence, a wrong community
	wire_one_pdu pdu1
	fresh && run_example db3 $doc one-pdu && ready db2 pdu || return
	on db1 stonith_admin -l db2 | grep -qx ' *pdu' || {
		complain "stonith_admin -l db2 does not list pdu"
		return 1
	}
	monitored || return
	fault on db1 stonith_admin --reboot db2 || return
	recovery 5 pdu1 1.4 && echo "    stonith_admin --reboot: done" &&
		off_and_on && node_fence && wrong_community
}

monitored() {
	within 20 "a recurring monitor of pdu that succeeded" eval \
		'on db1 cibadmin -Q -A "//lrm_rsc_op[@id=\"pdu_monitor_60000\"]" | grep rc-code=.0.'
}

off_and_on() {
	within 30 "db2 uses the disk" running disk db2 || return
	born=$(cat db2/pid)
	on db1 stonith_admin --fence db2 && ! alive db2 &&
		never_for 3 "db2 lives, but was switched off" alive db2 &&
		on db1 stonith_admin --unfence db2 && within 10 "db2 lives again" alive db2 || {
		complain "stonith_admin --fence, --unfence"
		return 1
	}
	echo "    stonith_admin --fence, --unfence: done"
	within 90 "db2 is back" rejoined
}

node_fence() {
	local since=$EPOCHREALTIME
	born=$(cat db2/pid)
	on db1 crm --force node fence db2 >/dev/null && within 30 "crm node fence" eval \
		"[ -n \"\$(logged 'targeting db2 by .*: OK' | first_since $since)\" ]" || return
	echo "    crm node fence: done"
	within 90 "db2 is back" rejoined
}

wrong_community() {
	on db1 crm configure primitive wrong stonith:tripplite \
		params ipaddr=192.0.2.10 community=wrong hostlist=db1:3 op monitor interval=60s &&
		within 30 "the wrong community shows in crm_mon" eval \
			"on db1 crm_mon -1 | grep '\\* wrong .*'" || return
	within 40 "a failed action of it" eval "on db1 crm_mon -1 -V | grep '\\* wrong start'" || return
	on db1 crm_mon -1 | sed -n 's/^ *\(\* wrong start\)/    crm_mon: \1/p' | head -n 1
}

scenario_h() { # SNMPv3 authPriv, passphrases in secrets_file
	local node
	wire_one_pdu pdu1
	fresh || return
	for node in "${nodes[@]}"; do run_example "$node" $doc secrets-file || return; done
	run_example db2 $doc snmpv3 && ready db1 pdu || return
	fault kill_node db1
	recovery 60 pdu1 1.3
}

scenario_hc() { # SNMPv3 authPriv, passphrases as cibsecrets
	local node
	wire_one_pdu pdu1
	fresh || return
	for node in "${nodes[@]}"; do run_example "$node" $doc cibsecrets || return; done
	run_example db2 $doc snmpv3-cibsecrets && ready db1 pdu || return
	! on db1 cibadmin -Q | grep -q phrase || {
		complain "a passphrase stands in the CIB"
		return 1
	}
	fault kill_node db1
	recovery 60 pdu1 1.3
}

scenario_t() { # topology: the BMC first, which dies with its node, then the PDU
	wire_one_pdu pdu1
	touch shared/bmc
	fresh && run_example db2 $doc topology && ready db1 ipmi-db1 || return
	rm -f shared/bmc
	fault kill_node db1
	recovery 60 pdu1 1.3 || return
	logged "targeting db1 using ipmi-db1 returned 1" | grep -q . || {
		complain "the BMC was not tried"
		return 1
	}
	echo "    the BMC was tried first, and failed"
}

scenario_r() { # the README's own example
	wire_one_pdu pdu1
	fresh && run_example db2 README.md one-pdu && within 40 "pdu" running pdu &&
		on db3 stonith_admin -l db1 | grep -qx ' *pdu' || {
		complain "README.md's example one-pdu"
		return 1
	}
	echo "    README.md's one-pdu: started, lists db1"
}

scenario_u() { # a new user: README's list, map, check, drill and configuration, as written
	local bin command
	bin=$(find layer -name trippsnmp -path '*/bin/*' -printf '/%P\n')
	needs "layer${bin:-/usr/bin/trippsnmp}" || return
	wire_one_pdu pdu1
	fresh || return
	victim=db1 born=$(cat db1/pid)
	fault true
	for command in list map check drill; do
		on db2 env PATH="${bin%/*}:/usr/sbin:/usr/bin:/sbin:/bin" bash -ec \
			"$(sed -n "/^    trippsnmp $command /s/^    //p" "$TS_SRCDIR/README.md" | sed 's/ drill / drill --yes /')" \
			>"typed-$command" || {
			complain "README.md's trippsnmp $command"
			cat "typed-$command"
			return 1
		}
	done
	power_off && grep 'off is proven' typed-drill && others_untouched 1.3 &&
		grep -q 'db1:3="db1-a"; db2:4="db2-a"; db3:5="db3-a"' typed-map || return
	within 90 "$victim is back in the cluster" rejoined && born=$(cat db1/pid) &&
		run_example db2 README.md one-pdu && within 40 "pdu" running pdu &&
		on db2 stonith_admin --reboot db1 && fenced && within 90 "$victim is back" rejoined
}

scenario_ia() { # (a) with stonith:fence_tripplite
	needs layer/usr/sbin/fence_tripplite || return
	wire_one_pdu pdu1
	fresh && run_example db2 $doc agent && ready db1 pdu || return
	fault kill_node db1
	recovery 60 pdu1 1.3
}

scenario_id() { # (d) with stonith:fence_tripplite
	needs layer/usr/sbin/fence_tripplite || return
	wire_two_pdus
	fresh && run_example db2 $doc agent-two-feeds && run_example db2 $doc timeout && ready db1 pdus || return
	tell_pdu pdu2 pause
	fault kill_node db1
	# Where the device was on db1, its starts elsewhere (15 s each, one after the other) come first;
	# then Pacemaker has 1.2 times its 120 s.
	fails_honestly 200 || return
	tell_pdu pdu2 resume
	recovery 60 pdu1 1.3 && outlets_were_off pdu2 1.3
}

scenario_is() { # (a) with Debian's stonith:fence_tripplite_snmp, for comparison
	needs /usr/sbin/fence_tripplite_snmp /usr/bin/snmpget || return
	wire_one_pdu old
	fresh && on db2 crm configure primitive pdu stonith:fence_tripplite_snmp params \
		ip="${pdu_address[old]}" community=tripplite snmp_version=2c \
		pcmk_host_map='"db1:3;db2:4;db3:5"' op monitor interval=60s && ready db1 pdu || return
	fault kill_node db1
	recovery 60 old 1.3
}

scenario_im() { # from Debian's stonith:fence_tripplite_snmp to the agent, as doc/operations.md has it
	needs layer/usr/sbin/fence_tripplite /usr/sbin/fence_tripplite_snmp /usr/bin/snmpget || return
	wire_one_pdu pdu1
	fresh && run_example db2 $operations from-snmp-old && within 40 "pdu-old" running pdu-old &&
		run_example db2 $operations from-snmp && within 40 "pdu" running pdu &&
		run_example db2 $operations from-snmp-delete || return
	within 20 "pdu-old is gone" eval "! on db1 crm_mon -1 | grep -w pdu-old" || return
	on db3 stonith_admin -l db1 | grep -qx ' *pdu' || {
		complain "the new resource cannot fence db1"
		return 1
	}
	echo "    the old resource is gone, the new one lists db1"
}

scenario_z() { # a plugin that lies (stonith:null): these tests must notice
	broken=1
	wire_one_pdu pdu1
	fresh && on db2 crm configure primitive pdu stonith:null params hostlist="db1 db2 db3" \
		op monitor interval=60s && ready db1 pdu || return
	fault ip link set db1 down
	within 60 "the lie" fenced || return
	within 20 "two nodes that use the disk at once" grep -q SPLIT shared/uses || return
	power_off && return 1
	echo "    seen: $(sed -n 's/^[0-9.]* \(disk SPLIT\)/\1/p' shared/uses | head -n 1)"
	: >shared/uses
}

needs() { # FILE...
	local file
	for file; do
		[ -e "$file" ] || {
			echo "    left out: there is no ${file##*/}"
			return 77
		}
	done
}

# --- all of them ---

scenarios=(a b c d d10 d11 e f g h hc t r u ia id im is z)

keep_logs() { # SCENARIO
	local node to=$logs/$1
	rm -rf "$to"
	mkdir -p "$to"
	cp pdu1 pdu2 old power wiring said shared/uses "$to" 2>/dev/null
	for node in "${nodes[@]}"; do
		mkdir "$to/$node"
		cp -r "$node"/disk/var/log/{syslog,pacemaker,corosync} "$node/console" "$to/$node" 2>/dev/null
	done
	node=$(survivor) && {
		on "$node" crm_mon -1 -m3 -rfn
		on "$node" stonith_admin --history '*' -V
	} >"$to/crm_mon" 2>&1
	on "$node" cibadmin -Q >"$to/cib.xml" 2>&1
	echo "    logs: $to; crm_mon said:"
	sed 's/^/    | /' "$to/crm_mon"
}

# After a failure: all nodes off and on, and a configuration from nothing.
broken=
rebuild() {
	local node
	broken=
	for node in "${nodes[@]}"; do
		! alive "$node" || kill_node "$node"
		rm -rf "$node"/root/var/lib/pacemaker/*
	done
	: >shared/uses
	echo 0 >shared/self-test
	fresh_power && within 60 "all nodes online again" all_online && configure_base
}

fresh_power() {
	local i node
	for node in "${nodes[@]}"; do ip link set "$node" up; done
	wire_one_pdu pdu1
	for i in 3 4 5; do
		tell_pdu pdu1 resume
		tell_pdu pdu1 release 1.$i
		/bin/bash "$here/power.sh" "$work" pdu1 1.$i on
	done
}

row() { printf '%-8s %-70s %6s %9s %7s %9s\n' "$@" >>table; }

run_scenario() { # NAME
	local what code start
	[ -z "$broken" ] || rebuild
	start=$SECONDS
	what=$(bash "$here/run.sh" --list | sed -n "s/^$1: //p")
	fault_at= power_off_at= fenced_at= recovered_at=
	echo "== $1: $what"
	"scenario_$1" >said 2>&1
	code=$?
	cat said
	case $code in
	0) code=ok ;;
	77)
		row skipped "$1: $what" - - - -
		return
		;;
	*)
		code=FAILED
		failed=$((failed + 1))
		broken=1
		keep_logs "$1"
		;;
	esac
	row $code "$1: $what" "$(since_fault "$power_off_at")" "$(since_fault "$fenced_at")" \
		"$(since_fault "$recovered_at")" $((SECONDS - start))
}

since_fault() { [ -n "$fault_at" ] && [ -n "$1" ] && seconds_after "$fault_at" "$1" || echo -; }

run_scenarios() { # SCENARIO...
	local name
	failed=0
	rm -rf "$logs"
	row '' 'seconds from the fault to:' 'off' 'fenced' 'moved' 'all took'
	[ $# -gt 0 ] || set -- "${scenarios[@]}"
	for name; do
		declare -F "scenario_$name" >/dev/null || {
			echo "no scenario $name"
			return 1
		}
	done
	echo "== three nodes start"
	start_cluster || {
		keep_logs start
		return 1
	}
	echo "    all online after $SECONDS s"
	for name; do run_scenario "$name"; done
	echo
	cat table
	[ "$failed" = 0 ]
}
