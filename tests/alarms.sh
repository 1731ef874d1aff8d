#!/bin/sh
# A card that has lost its device may say so by an alarm alone: nothing is switched and nothing is
# believed until that is over, on each generation of cards; other alarms are said, and in nobody's
# way. Real cards have some at all times.
# SPDX-License-Identifier: LGPL-2.1-or-later
. "${0%/*}/shell.sh"
. "${0%/*}/pdu.sh"
take_commands

quick='snmp_version=2c community=tripplite off_hold=0 power_timeout=1'
# do_it ACTION SECONDS: the agent does it to outlet 2 of the PDU at hand, which is db1's.
do_it() {
	printf '%s\n' "action=$1" "total_timeout=$2" "ip=$address" hostlist=db1:2 plug=db1 \
		verbose=1 $quick >"$scratch/in"
	run "$agent" <"$scratch/in"
}
# takes N: the PDU has had exactly so many requests since it was last asked for that.
taken=0
takes() {
	now=$(requests "$pdu")
	took=$((now - taken))
	taken=$now
	echo "it took $took requests, not $1"
	[ $took -eq "$1" ]
}
# commanded: whether an outlet was commanded since that was last asked.
commands_seen=0
commanded() {
	before=$commands_seen
	commands_seen=$(grep -c '^t=[0-9.]* outlet .* command' "$scratch/$pdu")
	[ "$commands_seen" -gt "$before" ]
}
not_commanded() { ! commanded; }
lost='outlet 2 of .*its card has an active alarm "Communications Lost" about its device'

# card CAPTURE ALARMS: what holds for every card; so many alarms are in the recording.
card() {
	stop_pdus # all read one pipe of commands
	start_pdu "$1" "$1" --control
	taken=0 commands_seen=0
	what="$1, which has $2 alarms"
	do_it monitor 15
	check "$what: monitor is well" ended 0 '*' '*'
	if [ "$2" -gt 0 ]; then
		check "$what: it says so" ended 0 '*' "$2 active alarms: "
	else
		check "$what: it speaks of none" test -z "$(grep 'active alarm' "$scratch/err")"
	fi
	check "$what: they cost one request, and none costs none" takes $((1 + ($2 > 0)))
	do_it off 5
	check "$what: off is fenced as ever" ended 0 '*' '*'
	check "$what: in as many requests" takes $((5 + ($2 > 0)))
	check "$what: by a command" commanded

	tell "$1" 'alarm 9000 lost 2.*' >/dev/null
	do_it on 5
	check "$what: where another device is lost it is switched" ended 0 '*' '*'
	check "$what: by a command likewise" commanded
	for about in '' ' 1.*'; do
		tell "$1" "alarm 9000 lost$about" >/dev/null
		do_it off 2
		check "$what: lost$about is never off" ended 1 '' "$lost"
		check "$what: lost$about is not commanded" not_commanded
	done
}
# found CAPTURE: the rest, on the card at hand that has lost device 1.
found() {
	do_it on 2
	check "$what: lost is never on" ended 1 '' "$lost"
	do_it status 15
	check "$what: the state of what is lost is not known" ended 1 UNKNOWN "$lost"
	do_it monitor 2
	check "$what: monitor fails, and says why" ended 1 '*' "$lost"
	check "$what: nothing of this commands it" not_commanded
	tell "$1" 'after 1.5 alarm 9000 none' >/dev/null
	do_it off 8
	check "$what: when it is found again it is fenced" ended 0 '*' 'Communications Lost'
	check "$what: by a command then" commanded
}
card pdumv30hvnetlx-pdu-20.2.1 0
card pdumh20atnet-ats-15.5.4 11
found pdumh20atnet-ats-15.5.4
card su3000lcd2uhv-ups-20.1.0 0
card smart1500rmxl2ua-webcard-12.06.0069 2
found smart1500rmxl2ua-webcard-12.06.0069
card pdumh20hvnet-12.04-pdu 0

stop_pdus
# The lost device of a sensor, by a row of its own table.
start_pdu sensor lx-pdu-envirosense --control
tell sensor 'alarm 4 lost 1.3.6.1.4.1.850.1.1.3.3.1.1.1.2' >/dev/null
do_it off 5
check "a lost sensor is in nobody's way" ended 0 '*' '*'
# A card that may not be asked, and one that says that it has alarms and shows none.
tell sensor 'alarm 4 lost' >/dev/null
tell sensor 'remove 1.3.6.1.4.1.850.1.3.2' >/dev/null
do_it off 5
check "alarms that are not there are none" ended 0 '*' '*'
stop_pdus
finish
