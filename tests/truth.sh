#!/bin/sh
# What stonith says of a node, beside what the simulated PDUs' outlets did: cards that start,
# restart, are exchanged, renumber, hide rows or obey in part at the wrong moment. Success must
# mean that each outlet of the node was off when it was said, and stays off until the case is
# over; nobody else's outlet may ever be commanded. All cases run at once, in about a minute.
# SPDX-License-Identifier: LGPL-2.1-or-later
. "${0%/*}/shell.sh"
. "${0%/*}/pdu.sh"
need_stonith
trap 'kill $cases 2>/dev/null; wait; rm -rf "$scratch"' EXIT
cases=
lx=pdumv30hvnetlx-pdu-20.2.1
user='fence SHA authentication AES confidential'
version3='snmp_version=3 login=fence password=authentication snmp_priv_passwd=confidential'
version2='community=tripplite'

# A card with two PDUs of eight outlets: device 2, an EnviroSense, becomes a twin of device 1.
two=$scratch/two.snmprec
awk -F'|' -v OFS='|' '
	$1 ~ /^1\.3\.6\.1\.4\.1\.850\.1\.1\.1\.2\.1\.3\.2$/ { $3 = "1.3.6.1.4.1.850.1.1.3.2" }
	$1 ~ /^1\.3\.6\.1\.4\.1\.850\.1\.1\.3\.2\.1\.1\.0$/ { $3 = 2 }
	{ print }
	$1 ~ /^1\.3\.6\.1\.4\.1\.850\.1\.1\.3\.2\.1\.2\.1\.[0-9]*\.1$/ { sub(/1$/, "2", $1); print }
	$1 ~ /^1\.3\.6\.1\.4\.1\.850\.1\.1\.3\.2\.3\.3\.1\.1\.[0-9]*\.1\.[0-9]*$/ {
		n = split($1, id, ".")
		id[n - 1] = 2
		$1 = id[1]
		for (i = 2; i <= n; i++)
			$1 = $1 "." id[i]
		print
	}' "$TS_CAPTURES/lx-pdu-envirosense.snmprec" >"$two"

# pdu NAME CAPTURE OPTION...: starts one in the case at hand; its address is added to $addresses.
pdu() {
	date +%s.%N >"$scratch/$1.begun"
	start_pdu "$@" --user "$user"
	addresses="$addresses $address"
	eval "$1=\$address"
}

# off PARAMETER...: fences db1, and notes what was said, and when.
off() {
	stonith -t tripplite ipaddr="$addresses" "$@" -T off db1 >"$dir/said" 2>&1
	code=$?
	date +%s.%N >"$dir/ended"
	echo $code >"$dir/code"
}

# begin CASE SECONDS: what follows up to the closing brace is a case of its own, watched for so
# many seconds after the answer.
begin() {
	dir=$scratch/$1
	mkdir "$dir"
	(
		trap 'stop_pdus; exit' TERM
		scratch=$dir addresses=
		"$1"
		sleep "$2"
		stop_pdus
	) &
	cases="$cases $!"
}

# was_off CASE PDU OUTLET...: each of them was off when success was said, and stayed so.
was_off() {
	dir=$scratch/$1 timeline=$scratch/$1/$2
	shift 2
	cat "$dir/said" "$timeline"
	echo "looked for: $*"
	for outlet; do
		awk -v outlet="$outlet" -v ended="$(cat "$dir/ended")" -v begun="$(cat "$timeline.begun")" '
			BEGIN { state = "on" }
			NF == 4 && $2 == "outlet" && $3 == outlet {
				later = substr($1, 3) + 0 > ended - begun
				if (later && $4 == "on")
					exit lie = 1
				if (!later)
					state = $4
			}
			END { exit lie || state != "off" }' "$timeline" || return
	done
}
said_success() { cat "$scratch/$1/said"; [ "$(cat "$scratch/$1/code")" -eq 0 ]; }

# tried CASE: there was an answer, and the PDU was asked for it.
tried() { cat "$scratch/$1/said" "$scratch/$1/a"; [ -s "$scratch/$1/code" ] && grep -q " request " "$scratch/$1/a"; }

# honest CASE RULE PDU OUTLET... [/ PDU OUTLET...]: no success that is not true.
honest() {
	case=$1 rule=$2
	shift 2
	check "$rule: there is an answer" tried "$case"
	said_success "$case" >/dev/null || set --
	while [ $# -gt 0 ]; do
		outlets=
		where=$1
		shift
		while [ $# -gt 0 ] && [ "$1" != / ]; do
			outlets="$outlets $1"
			shift
		done
		[ $# -eq 0 ] || shift
		check "$rule: success is true" was_off "$case" "$where" $outlets
	done
}
# fenced CASE RULE ...: success, and true.
fenced() {
	check "$2: it is fenced" said_success "$1"
	honest "$@"
}
# spared CASE PDU OUTLET: no command for it.
spared() { ! grep " outlet $3 command" "$scratch/$1/$2"; }

names='--name 1.3=db1 --name 2.3=db1'
device_hidden() { pdu a "$two" $names --do 'hide 2.* 30'; off $version2 off_hold=1; }
row_hidden() { pdu a "$two" $names --do 'hide 2.3 30'; off $version2 off_hold=1; }
first_hidden() { pdu a "$two" $names --do 'hide 1.* 30'; off $version2 off_hold=1; }
one_by_one() {
	pdu a $lx --name 2=db1 --name 6=db1 --do 'restart down=0 power=keep names-each=0.6'
	off $version2 off_hold=1
}
one_by_one_timeless() {
	pdu a $lx --no-uptime --name 2=db1 --name 6=db1 --do 'blank all 0 each=0.6'
	off $version2 off_hold=1
}
names_late() {
	pdu a $lx --name 3=db1
	pdu b $lx --name 4=db1 --do 'restart down=0 power=keep names=8'
	off $version2 off_hold=1 "$@"
}
names_late_counted() { names_late feeds=2; }
in_part() { pdu a $lx --first-varbind --do 'cycle 5 12'; off $version2 off_hold=5 hostlist=db1:3,5; }
exchanged() {
	pdu a $lx --do 'when set 1 after 0.1 restart down=0 card=new boots=1 uptime=86400' \
		--do 'when set 1 after 0.2 cycle 3 15'
	off $version3 off_hold=5 hostlist=db1:3
}
boots() {
	pdu a $lx --do 'when set 1 after 1 restart down=3 return=12'
	off $version3 off_hold=5 hostlist=db1:3
}
renumbered() {
	pdu a $lx --name 3=db1 --name 5=db2 --do 'when set 1 after 7 swap 3 5' \
		--do 'when set 1 restart down=7 power=keep names=8'
	off $version2 off_hold=1
}
stale() {
	pdu a $lx --name 3=db1 --name 5=db2 --do 'after 6 swap 3 5'
	pdu b $lx --name 4=db1 --do 'pause' --do 'after 12 resume'
	off $version2 off_hold=1
}
both() {
	pdu a $lx --do 'when set 1 after 0.3 restart down=2 return=20'
	pdu b $lx --do 'when set 1 after 0.3 restart down=2 return=25'
	off $version2 off_hold=1 "hostlist=db1:3@$a,3@$b"
}
in_hold() {
	pdu a $lx --do 'when set 1 after 1 restart down=10 return=15'
	off $version2 off_hold=12 hostlist=db1:3
}
late() {
	pdu a $lx --late 4.5 --do 'when set 1 after 0.2 restart down=4 return=20'
	off $version2 off_hold=1 hostlist=db1:3
}
short() { pdu a $lx --do 'when set 1 after 0.3 restart down=3 return=20'; off $version2 off_hold=5 hostlist=db1:3; }
very_late() {
	pdu a $lx --late 12 --do 'when set 1 after 0.1 restart down=11.5 return=20'
	off $version2 off_hold=1 hostlist=db1:3
}
no_uptime() {
	pdu a $lx --no-uptime --do 'when set 1 after 0.3 restart down=7 return=20'
	off $version2 off_hold=1 hostlist=db1:3
}
starts() { pdu a $lx --do "restart down=0 power=keep $1"; shift; off "$@" off_hold=1 hostlist=db1:3; }
no_reads() { starts reads=authorizationError:4 $version2; }
not_writable() { starts sets=notWritable:4 $version2; }
no_access() { starts sets=noAccess:4 $version2; }
unknown_user() { starts no-users=4 $version3; }
main_load() {
	pdu a su3000lcd2uhv-ups-20.1.0 --do 'when set 1 after 0.3 restart down=3 return=20'
	off $version2 off_hold=1 hostlist=db1:1
}

for case in device_hidden row_hidden first_hidden one_by_one one_by_one_timeless names_late names_late_counted in_part exchanged \
	boots renumbered stale both in_hold late short very_late no_uptime no_reads not_writable no_access \
	unknown_user main_load; do
	begin $case 25
done
wait $cases

honest device_hidden "a device whose rows are hidden" a 1.3 2.3
honest row_hidden "a row that is hidden" a 1.3 2.3
honest first_hidden "the first device's rows are hidden" a 1.3 2.3
honest one_by_one "names that come row by row" a 1.2 1.6
honest one_by_one_timeless "names that come row by row, without sysUpTime" a 1.2 1.6
honest names_late "a second PDU whose names come late" a 1.3 / b 1.4
fenced names_late_counted "a second PDU whose names come late, and feeds=2" a 1.3 / b 1.4
fenced in_part "a SET in part, and somebody's cycle" a 1.3 1.5
honest exchanged "another card under the address" a 2/1.3
honest boots "other engineBoots" a 1.3
honest renumbered "rows that are renumbered while names are empty" a 1.3
check "rows that are renumbered: another node's outlet is left alone" spared renumbered a 1.5
honest stale "a look-up that is old" a 1.3 / b 1.4
check "a look-up that is old: another node's outlet is left alone" spared stale a 1.5
honest both "two PDUs that restart after they acknowledged" a 1.3 / b 1.3
honest in_hold "a restart in the hold" a 1.3
honest late "an acknowledgement that is late, and a restart before it comes" a 1.3
honest short "a short restart" a 1.3
honest very_late "an acknowledgement that is very late" a 1.3
honest no_uptime "a restart of a PDU without sysUpTime" a 1.3
fenced no_reads "a card that starts and refuses reads" a 1.3
fenced not_writable "a card that starts and says notWritable" a 1.3
fenced no_access "a card that starts and says noAccess" a 1.3
fenced unknown_user "a card that starts and knows no user" a 1.3
honest main_load "a UPS that restarts" a 1.1
finish
