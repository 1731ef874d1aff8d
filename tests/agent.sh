#!/bin/sh
# The fence agent by its options: exit status and output, on the command line and on stdin.
# SPDX-License-Identifier: LGPL-2.1-or-later
. "${0%/*}/shell.sh"
. "${0%/*}/pdu.sh"

start_pdu a pdumv30hvnetlx-pdu-20.2.1 --community private --name 3=db1 --name 4=db2 \
	--name 5=Db1 --name '6=web,1' --name 7=9 --name 8=a@b --latency 0.05 \
	--row '1.3.6.1.4.1.850.1.1.3.2.3.3.1.1.4.1.20|2|0' \
	--row '1.3.6.1.4.1.850.1.1.3.2.3.3.1.1.4.1.21|2|1'
a=$address
a_port=$port
start_pdu b pdumv30hvnetlx-pdu-20.2.1 --community private --name 11=db1 --no-v1 \
	--user 'fencer SHA authpass123 AES privpass123' --user 'reader SHA authpass123'
b=$address
b_port=$port
start_pdu c lx-pdu-envirosense --community private
c=$address
quick='off_hold=0.1'
secure="ip=$b snmp_version=3 login=fencer snmp_auth_prot=SHA"

# --- status: 0 on, 2 off, 1 unknown or failed ---
lines "status of an outlet that is on is 0" 0 '^Status: ON$' '*' action=status "ip=$a" plug=3
lines "status of an outlet that is off is 2" 2 '^Status: OFF$' '*' action=status "ip=$a" plug=21
lines "status of an outlet in an unknown state is 1, never 2" 1 '^Status: UNKNOWN$' \
	'outlet 20 of .*neither on nor off' action=status "ip=$a" plug=20
lines "off and unknown are unknown" 1 '^Status: UNKNOWN$' '*' action=status "ip=$a" plug=21,20
lines "unknown and on are on" 0 '^Status: ON$' '*' action=status "ip=$a" plug=20,3
lines "off and on are on" 0 '^Status: ON$' '*' action=status "ip=$a" plug=21,3
lines "status of an outlet that does not exist is 1, and says which do" 1 '^Status: UNKNOWN$' \
	'plug: 99@.* does not exist on .*, which has outlets 1-24' \
	action=status "ip=$a" plug=99
lines "status of a name that no outlet has is 1" 1 '^Status: UNKNOWN$' 'no outlet feeds node' \
	action=status "ip=$a" plug=nobody
lines "status where nobody answers is 1" 1 '^Status: UNKNOWN$' 'no answer|refused' \
	action=status ip=127.0.0.1:9 plug=3 total_timeout=1 power_timeout=0.5 $quick

# --- what a plug may be ---
cli "a name" 0 ON '*' -a "$a" -o status -n db2
cli "a name in quotes" 0 ON '*' -a "$a" -o status -n '"db2"'
cli "a quoted name that is a number is no number" 0 ON '' -q -a "$a" -o status -n '"9"'
cli "a name with the separator in quotes" 0 ON '*' -a "$a" -o status -n '"web,1"'
cli "a name with an @ in quotes" 0 ON '*' -a "$a" -o status -n '"a@b"'
cli "DEVICE.NUMBER" 0 ON '*' -a "$a" -o status -n 1.3
cli "SWITCH:NUMBER, as fence_apc_snmp has it" 0 ON '*' -a "$a" -o status -n 1:3
cli "NUMBER@PDU" 2 OFF '*' -a "$a" -o status -n "21@127.0.0.1"
cli "a name and a number with blanks around" 0 ON '*' -a "$a" -o status -n ' 21 , db2 '
cli "another plug separator" 0 ON '*' -a "$a" -o status -n '21;db2' --plug-separator=';'
cli "NUMBER=\"NAME\"" 0 ON '*' -a "$a" -o status -n '4="db2"'
cli "NUMBER=NAME, as a shell leaves it" 0 ON '*' -a "$a" -o status -n 4=db2
cli "NUMBER=NAME@PDU among others" 0 ON '*' -a "$a" -o status -n "1:4=db2@$a,21,3=Db1"
cli "NUMBER= without a name is refused" 1 '' 'plug: .*a name .* is missing after' -a "$a" -o off \
	-n "4=@$a"
cli "NUMBER=\"NAME\"@PDU beside another outlet" 0 ON '*' -a "$a" -o status -n "1.4=\"DB2\"@$a,21"
cli "a name in quotes behind a number may have the separator and @ in it" 0 ON '*' -a "$a" \
	-o status -n '6="web,1",8="a@b"'
cli "an outlet of that number that is called otherwise is not switched" 1 '' \
	'plug: outlet 4 of .* is called "db2", and must be called "db1"' -a "$a" -o off -n '4="db1"' \
	--total-timeout=4 --power-timeout=1 --off-hold=0.1
check "it was not" test "$(events a | grep -c '^1\.4 ')" = 0
cli "one outlet under two names is refused" 1 '' 'plug: .*outlet 4 .*twice' \
	-a "$a" -o off -n '4,db2'
cli "an empty part is refused" 1 '' 'plug: an outlet beside a separator' -a "$a" -o off -n 4,,5
seen=$(events a; events b)
refused='plug: .* is not one outlet: write plug_separator \(.\) between outlets'
cli "a blank for the separator behind @PDU is refused" 1 '' "$refused" -a "$a,$b" -o off \
	-n "3@$b db1"
cli "so is a tab" 1 '' "$refused" -a "$a,$b" -o off -n "3@$b	db1"
cli "so is a newline" 1 '' "$refused" -a "$a,$b" -o off -n "3@$b
db1"
cli "so is a semicolon" 1 '' "$refused" -a "$a,$b" -o off -n "3@$b;db1"
cli "so is a comma where the separator is another" 1 '' "$refused" -a "$a" -o off \
	-n "3@$a,5" --plug-separator='|'
cli "a blank behind a name in quotes is refused" 1 '' "$refused" -a "$a" -o off -n '"db2" db1'
cli "so is a semicolon behind it" 1 '' "$refused" -a "$a" -o off -n '"db2";db1'
cli "so is a name right behind it" 1 '' "$refused" -a "$a" -o off -n '"db2"db1'
cli "so is another outlet behind one of several" 1 '' "$refused" -a "$a" -o off -n '21,"db2" db1'
cli "a quote that ends the name and begins a node is refused" 1 '' "$refused" -a "$a" -o off \
	-n "web\" db1:5,\"x@$a"
cli "a number with a blank before @ is not taken for a name" 1 '' "$refused" -a "$a" -o off \
	-n "9 @$a"
cli "a quote that is never closed is refused" 1 '' 'plug: .*never closed' -a "$a" -o off -n '"db2'
check "none of these switched anything" test "$(events a; events b)" = "$seen"
cli "two PDUs need @PDU" 1 '' 'plug: .*@PDU' -a "$a,$b" -o off -n 4
cli "a plug is missing" 1 '' 'plug: missing' -a "$a" -o off
lines "nodename stands in for plug" 0 ON '*' action=status "ip=$a" nodename=db2
lines "plug goes before nodename" 2 OFF '*' action=status "ip=$a" nodename=db2 plug=21
lines "a nodename is never a number" 1 UNKNOWN 'no outlet feeds node 3' action=status "ip=$a" \
	nodename=3
lines "a node of hostlist" 0 ON '*' action=status "ip=$a" plug=N1 'hostlist=n1:3,4'
lines "with hostlist one of a node's outlets is no plug" 1 '' \
	'plug=3 is neither a node of hostlist \(it has n1\) nor all outlets of one' \
	action=status "ip=$a" plug=3 'hostlist=n1:3,4'
lines "nor are two nodes' outlets" 1 '' 'plug=3,4 is neither' action=status "ip=$a" plug=3,4 \
	'hostlist=n1:3 n2:4'
lines "but all outlets of one node are" 0 ON '*' action=status "ip=$a" plug=4,1.3 'hostlist=n1:3,4'
lines "a node that hostlist does not name is told which ones it does" 1 UNKNOWN \
	'hostlist: it does not name node n1; its nodes are n1.example.com, n2: is n1.example.com meant' \
	action=status "ip=$a" plug=n1 'hostlist=n1.example.com:3 n2:4'
lines "a node that no outlet is called is told which ones are" 1 UNKNOWN \
	'outlets have the names db1, db2' action=status "ip=$a" plug=db9

# --- one target: all that names it must mean the same, in any order, before any packet ---
seen=$(requests a; requests b)
differ() { # FIRST SECOND HOSTLIST: an error that shows both, whichever comes last
	first=$1 second=$2 map=$3
	for pair in "$first|$second" "$second|$first"; do
		for action in off status monitor validate-all; do
			lines "$action: ${pair%|*} and ${pair#*|} are different targets" 1 '' \
				"ERROR: ($first and $second|$second and $first) are different targets" \
				"${pair%|*}" action=$action "ip=$a,$b" ${map:+"hostlist=$map"} "${pair#*|}"
		done
	done
}
differ plug=db1 port=db2 ''
differ port=db1 port=db2 ''
differ "plug=3@$a" "port=4@$a" ''
differ "plug=3@$a" "port=3@$b" ''
differ "plug=3@$a" "port=2.3@$a" ''
differ "plug=3@$a,4@$a" "port=3@$a" ''
differ plug=db1 "port=3@$a" ''
differ 'plug=n1' 'port=n2' "n1:3@$a n2:4@$a"
differ 'plug=n1' 'nodename=n2' "n1:3@$a n2:4@$a"
differ 'port=n1' 'nodename=N2' "n1:3@$a n2:4@$a"
differ "plug=3@$a" 'nodename=n2' "n1:3@$a n2:4@$a"
differ "plug=4@$a" 'nodename=n1' "n1:3@$a,4@$a n2:5@$a"
differ 'nodename=n1' 'nodename=n2' "n1:3@$a n2:4@$a"
lines "three ways, of which the last differs" 1 '' 'port=n2 are different targets' action=off \
	"ip=$a" nodename=n1 plug=N1 port=n2 'hostlist=n1:3 n2:4'
cli "long options that name different targets" 1 '' '--plug=db1 and --port=db2 are different' \
	-a "$a" -o off --plug=db1 --port=db2
cli "a letter and a long option" 1 '' '--port=db2 and -n db1 are different' -a "$a" -o off \
	--port=db2 -n db1
check "nobody was asked anything" test "$(requests a; requests b)" = "$seen"
same() { # OPTION... : they are one target; $status is what its status must be
	lines "one target: $*" $status '*' '*' action=status "ip=$a,$b" snmp_version=2c \
		community=private "$@"
}
status=0
same plug=db2 port=DB2
same port=db2 plug='"db2"'
same plug=' db2 ' port=db2
same "plug=3@$a" "port=1.3@$a"
same "port=1.3@$a" "plug=1:3@$a"
same "plug=3@$a,4@$a" "port= 4@$a , 3@$a "
same "plug=4@$a" "port=4=\"db2\"@$a"
same plug=n1 nodename=N1 "hostlist=n1:3@$a n2:4@$a"
same plug=n1 port=N1 nodename=n1 "hostlist=n1:3@$a n2:4@$a"
same nodename=n1 "plug=1.3@$a" "hostlist=n1:3@$a n2:4@$a"
same nodename=n1 "plug=4@$a,3@$a" "hostlist=n1:3@$a,4@$a"
same "plug=3@$a" plug=
status=2
same "plug=21@$a" nodename=db1
same "plug=21@$a" nodename=other "hostlist=" 
lines "a PDU with and without its port" 2 OFF '*' action=status ip=127.0.0.1 "ipport=$a_port" \
	plug=21@127.0.0.1 "port=21@127.0.0.1:$a_port"

# --- on, off, reboot ---
lines "off" 0 '^Success: Powered OFF$' '*' action=off "ip=$a" plug=3 $quick
check "off switched that outlet and no other" \
	test "$(events a)" = "$(printf '1.3 command off\n1.3 off')"
lines "on" 0 '^Success: Powered ON$' '*' action=on "ip=$a" plug=3
lines "reboot is what happens without an action" 0 '^Success: Rebooted$' '*' \
	"ip=$a" plug=4 $quick
check "it switched that outlet off, then on" test "$(events a | grep '^1\.4 ')" = \
	"$(printf '1.4 command off\n1.4 off\n1.4 command on\n1.4 on')"
lines "by a name that two outlets have, both are switched" 0 'Powered OFF' '*' action=off \
	"ip=$a" plug=DB1 $quick
check "it switched both" test "$(events a | grep -c '^1\.[35] off')" = 3
lines "a node with feeds on two PDUs" 0 'Rebooted' '*' "ip=$a,$b" snmp_version=2c plug=db2 \
	"hostlist=db2:4@$a,12@$b" $quick
check "the second PDU's outlet went off" sh -c "grep -q 'outlet 1.12 off' '$scratch/b'"
lines "more feeds than that are an error" 1 '' 'feeds' action=off "ip=$a" plug=db2 feeds=2
lines "an unknown action is shown" 1 '' 'action: "explode" is none of on, off' action=explode \
	"ip=$a" plug=3
lines "actions ignore case" 0 '*' '*' action=ON "ip=$a" plug=3
lines "option is an older name of action" 2 '*' '*' option=status "ip=$a" plug=21

# --- one option said twice ---
seen=$(requests a)
twice() { # FIRST SECOND: an error that shows both
	lines "$1 and $2 differ" 1 '' "$1 and $2 differ: leave one of them out" plug=3 "$1" "$2"
	lines "$2 and $1 differ" 1 '' "$2 and $1 differ: leave one of them out" plug=3 "$2" "$1"
}
twice action=off action=status
twice option=off action=status
twice ip=192.0.2.1 ipaddr=192.0.2.2
twice username=one login=two
twice off_hold=1 off-hold=2
twice snmp_version=1 snmp_version=2c
twice check_write=yes check_write=off
twice hostlist=n1:3 hostlist=n1:4
lines "two secrets that differ are not shown" 1 '' 'password and passwd differ' "ip=$a" plug=3 \
	action=status password=hushhush1 passwd=hushhush2
lines "nor under one name" 1 '' 'community is given twice, and differs: leave' "ip=$a" plug=3 \
	action=status community=hushhush1 community=hushhush2
lines "nor is a script" 1 '' 'password_script and passwd_script differ' "ip=$a" plug=3 \
	action=status 'password_script=echo hushhush1' 'passwd_script=echo hushhush2'
lines "nor what a script prints" 1 '' 'passwd and what password_script prints differ: leave' \
	"ip=$a" plug=3 action=status passwd=hushhush1 'password_script=echo hushhush2'
cli "on the command line too" 1 '' '-a [0-9.:]* and --ipaddr=192.0.2.1 differ' -a "$a" \
	--ipaddr=192.0.2.1 -n 3 -o off
check "nobody was asked" test "$(requests a)" = "$seen"
lines "the same written in other ways is no contradiction" 0 ON '' action=status \
	option=STATUS "ip=$a" "ipaddr= $a " plug=3 community=private snmp_version=2c snmp-version=2C \
	off_hold=5 off_hold=5.0 check_write=no check_write=False password= username= login= quiet=yes \
	quiet=1
lines "a password and a script that agree" 0 ON '' action=status plug=3 $secure \
	passwd=authpass123 'passwd_script=echo authpass123' snmp_priv_passwd=privpass123 \
	snmp_priv_prot=AES

# --- messages call options as they were written ---
lines "ip" 1 '' 'ERROR: ip: "a..b" is not a host name' action=status ip=a..b plug=3
lines "ipaddr" 1 '' 'ERROR: ipaddr: "a..b" is not a host name' action=status ipaddr=a..b plug=3
for port in '' 1161; do
	lines "an IPv6 address that may end in a port, ipport=$port" 1 '' \
		'ERROR: ip: "::1:1161" may be .* write \[IPv6\] or \[IPv6\]:port' action=status ip=::1:1161 \
		plug=3 ipport=$port
done
lines "a URL" 1 '' 'ERROR: ip: "http://pdu-a" is not .* but a URL' action=status ip=http://pdu-a plug=3
lines "off_hold=0 gives something up" 0 ON 'WARNING: off_hold: 0 gives up' action=status "ip=$a" plug=3 \
	off_hold=0
lines "a long total_timeout" 0 ON 'WARNING: total_timeout: 80 s: the cluster.s stonith-timeout' \
	action=status "ip=$a" plug=3 total_timeout=80
cli "ip for its letter" 1 '' 'ERROR: ip: "a..b" is not a host name' -o status -a a..b -n 3
lines "ip where something else is wrong with it" 1 '' 'ERROR: plug: an outlet needs @PDU, for ip names' \
	action=status "ip=$a,$b" plug=3
lines "port" 1 '' 'ERROR: port: outlet 3@.* is given twice$' action=status "ip=$a" port=3,3
lines "plug" 1 '' 'ERROR: plug: "0" is not .DEVICE.*NUMBER, each' action=status "ip=$a" plug=4,0
lines "username" 1 '' 'ERROR: username: missing' action=status "ip=$a" plug=3 snmp_version=3
lines "login" 1 '' 'ERROR: passwd: a passphrase needs' action=status "ip=$a" plug=3 snmp_version=3 \
	login=x passwd=short
lines "nothing stands there that nobody wrote" 1 '' '*' action=off "ip=$a" plug=3,1.3 \
	total_timeout=4 power_timeout=1 $quick
check "no node, no hostlist, no column" sh -c "! grep -E 'node|hostlist|column|read as' '$scratch/err'"

# --- defaults that are assumed are said ---
lines "snmp_version: 1, with a WARNING" 0 '*' 'WARNING: snmp_version is not set: 1 is assumed$' \
	action=status "ip=$a" plug=3 community=private
lines "community: private, with a WARNING" 0 '*' 'WARNING: community is not set: private is' \
	action=status "ip=$a" plug=3 snmp_version=2c
lines "with both set there is nothing to say" 0 '*' '' action=status "ip=$a" plug=3 \
	community=private snmp_version=2c
lines "snmp_version is 1 even with a login" 1 '*' \
	'snmp_version is not set: 1 is assumed, which makes no use of the login' \
	action=status "ip=$b" plug=3 login=fencer total_timeout=1 power_timeout=0.5 $quick
umask 077
echo community=private >"$scratch/secrets"
lines "secrets_file goes before the default" 0 '*' '' action=status "ip=$a" plug=3 \
	snmp_version=2c "secrets_file=$scratch/secrets"

# --- secrets ---
lines "SNMPv3 by scripts" 0 ON '' action=status plug=3 $secure snmp_priv_prot=AES \
	'password_script=echo authpass123; echo more' \
	'snmp_priv_passwd_script=printf "privpass123  \n"'
lines "a script that fails" 1 '' 'password_script: failed' action=status plug=3 $secure \
	'password_script=echo authpass123; exit 3'
lines "a script that prints nothing" 1 '' 'password_script: printed nothing' action=status \
	plug=3 $secure 'password_script=true'
lines "a script that leaves a process which may still print" 1 '' \
	'password_script: did not end within 5 s' action=status plug=3 $secure \
	"password_script=printf authpass123; sleep 60 & echo \$! >$scratch/left"
gone() { # PID: it ended, whether or not anyone has asked for its status
	tries=50
	while [ -d "/proc/$1" ] && ! grep -q '^State:.*Z' "/proc/$1/status"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.1
	done
}
check "that process is ended" gone "$(cat "$scratch/left")"
lines "a script that hangs" 1 '' 'password_script: did not end within 5 s' action=status \
	plug=3 $secure 'password_script=sleep 60'
lines "a user who needs authPriv and is given authNoPriv" 1 '' \
	'SNMPv3 is used with authNoPriv: if the user needs authPriv, set snmp_priv_passwd' \
	action=off plug=3 $secure passwd=authpass123 total_timeout=3 power_timeout=1 $quick
lines "an SNMPv3 user that the PDU does not know" 1 '' 'check username' action=off plug=3 "ip=$b" \
	snmp_version=3 username=nobody password=authpass123 snmp_auth_prot=SHA total_timeout=3 \
	power_timeout=1 $quick
lines "a passphrase that is wrong" 1 '*' 'ERROR: ' action=status plug=3 $secure \
	passwd=hushhushhush total_timeout=2 power_timeout=1 $quick verbose=1 \
	"debug_file=$scratch/debug"
check "the passphrase is in no message" sh -c "! cat '$scratch/err' '$scratch/debug' |
	grep hushhush"
check "debug_file has what stderr has" grep -q 'ERROR: ' "$scratch/debug"
check "debug_file is its owner's alone" test "$(stat -c %a "$scratch/debug")" = 600
: >"$scratch/precious"
ln -s precious "$scratch/link"
lines "debug_file follows no link" 0 '*' 'WARNING: debug_file cannot be opened' action=status \
	"ip=$a" plug=3 "debug_file=$scratch/link"
check "what the link points to is as it was" test ! -s "$scratch/precious"
lines "a name in the second line of a secret is not shown" 0 '*' 'WARNING: line 4 of stdin: there is' \
	action=status "ip=$a" 'password=first' 'hush=hushhush' 'hush2=hushhush' plug=3
check "nor in its third" sh -c "grep -q 'line 5 of stdin' '$scratch/err' && ! grep hush '$scratch/err'"
lines "a secret under a name that is none is not shown either" 0 '*' 'WARNING: pasword: there is no' \
	action=status "ip=$a" plug=3 'pasword=first' 'hush=hushhush'
check "it was broken as well" sh -c "! grep hush '$scratch/err'"
for yes in yes true on 1 YES True oN; do
	lines "quiet=$yes" 0 ON '' action=status "ip=$a" plug=3 quiet=$yes
done
for no in no false off 0 NO False oFF; do
	lines "quiet=$no" 0 ON 'WARNING' action=status "ip=$a" plug=3 quiet=$no
done
lines "an unknown name is ignored with a WARNING that hides the value" 0 '*' \
	'WARNING: pasword: there is no such option' action=status "ip=$a" plug=3 pasword=hushhush
check "the value is not shown" sh -c "! grep hushhush '$scratch/err'"
lines "a line that is no NAME=VALUE is not shown, for it may be a secret's second line" 0 '*' \
	'WARNING: line 4 of stdin: not NAME=VALUE; it is ignored' action=status "ip=$a" \
	'password=first' 'hushhush' plug=3 'hushhush=='
check "nor is the end of base64" sh -c "grep -q 'line 6 of stdin' '$scratch/err' &&
	! grep hushhush '$scratch/err'"
cli "an unknown option is an error that hides the value" 1 '' 'unknown option --pasword,' \
	-a "$a" --pasword=hushhush
lines "what fenced says besides is no matter" 0 '*' '' action=status "ip=$a" plug=3 \
	community=private snmp_version=2c agent=fence_tripplite name=dev nodename=x '# comment' ''

# --- stdin and the command line ---
lines "- and _ are alike" 0 '*' '' action=status "ip=$a" plug=3 community=private snmp-version=2c
lines "quotes around a value are taken off" 0 '*' '' action=status "ip=\"$a\"" plug=3 \
	'community="private"' snmp_version=2c
lines "an empty value is none" 0 '*' 'community is not set' action=status "ip=$a" plug=3 \
	community= snmp_version=2c
lines "older names are taken" 0 '*' '*' action=status "ipaddr=$a" port=3 login= passwd=
cli "all short options" 0 ON '' -q -o status -a 127.0.0.1 -u "$b_port" -n 3 -d 3 -l fencer \
	-p authpass123 -b SHA -E authPriv -B AES -P privpass123 -c unused -C ';' -D "$scratch/debug2"
cli "long options" 0 ON '' --quiet --action=status --ip=127.0.0.1 --ipport="$b_port" --plug=3 \
	--snmp-version=3 --username=fencer --password-script='echo authpass123' \
	--snmp-auth-prot=SHA --snmp-priv-prot=AES \
	--snmp-priv-passwd-script='echo privpass123'
cli "ipport is for addresses without a port" 0 ON '' -q -o status -a "127.0.0.1, $b" \
	-u "$a_port" -d 2c -n 3@127.0.0.1:"$a_port"
"$agent" -o status -a "$b" -n 3 -d 3 -l reader -b SHA -S 'echo authpass123' <&- >&- \
	2>"$scratch/err"
code=$?
: >"$scratch/out"
check "a password script works where stdin and stdout are closed" ended 0 '' ''
run sh -c "'$agent' -q -o list -a '$a' >&-"
check "a list that cannot be written is a failure" test "$code" -eq 1
cli "an argument that is no option" 1 '' 'left over' -a "$a" -n 3 off
cli "a value is missing" 1 '' 'option -n needs a value' -a "$a" -n
cli "--help lists each option" 0 'snmp-priv-passwd-script' '' --help
cli "--version" 0 '^[0-9]+\.[0-9]+' '' --version
printf 'action=off\nip=%s\nplug=3\n' "$a" >"$scratch/in"
run "$agent" --version <"$scratch/in"
check "stdin is left alone if there are arguments" ended 0 '^[0-9.]+$' ''
cli "verbose says what is done" 0 '*' 'INFO: on of plug 3 is done' -a "$a" -n 3 -o on -v
cli "verbose_level=0 does not" 0 '*' '' -a "$a" -n 3 -o on -d 2c -c private -v --verbose-level=0

mkfifo "$scratch/full"
exec 4<>"$scratch/full"
dd if=/dev/zero of="$scratch/full" bs=4096 oflag=nonblock 2>/dev/null
timeout 20 "$agent" -a "$a" -n 8 -o off --off-hold=0.1 </dev/null >"$scratch/out" 2>"$scratch/full"
code=$?
exec 4>&-
check "a reader of stderr that does not read delays nothing" ended 0 'Powered OFF' '*'
check "nor does it keep the outlet on" sh -c "grep -q 'outlet 1.8 off' '$scratch/a'"

# --- options of others, and what they mean here ---
same="ip=$a plug=3 action=status community=private snmp_version=2c"
lines "without effect, but taken" 0 ON '' $same login_timeout=7 shell_timeout=7 retry_on=3 \
	stonith_status_sleep=2 snmpget_path=/nowhere snmpset_path=/nowhere snmpwalk_path=/nowhere
lines "what has no effect is checked all the same" 1 '' 'login_timeout: not a number' $same \
	login_timeout=soon
lines "missing_as_off is refused" 1 '' 'missing_as_off: ' $same missing_as_off=1
cli "--missing-as-off is refused" 1 '' 'missing_as_off: ' -a "$a" -n 3 -o off --missing-as-off
lines "missing_as_off=no is fine" 0 ON '' $same missing_as_off=no
before=$(date +%s%N)
lines "power_wait is a hold" 0 'Powered OFF' '*' "ip=$a" plug=3 action=off $quick power_wait=1.2
check "outlets stay off that long before it is said" \
	test $((($(date +%s%N) - before) / 1000000)) -ge 1200
lines "total_timeout grows with the others, with a WARNING" 0 '*' \
	'WARNING: total_timeout is not set: 75 is assumed' "ip=$a" power_timeout=65 \
	action=validate-all
lines "but not over what is set" 1 '' 'total_timeout: 40 s cannot hold' "ip=$a" \
	power_timeout=65 total_timeout=40 action=validate-all
lines "disable_timeout leaves power_timeout to total_timeout" 0 '' '*' "ip=$a" \
	power_timeout=65 disable_timeout=true total_timeout=40 action=validate-all
lines "so does power_timeout=0" 0 '' '*' "ip=$a" power_timeout=0 action=validate-all
before=$(date +%s%N)
lines "delay comes before off" 0 '*' 'delay: waiting 1.2 s' "ip=$a" plug=3 action=off \
	$quick delay=1.2 verbose=1
check "delay was waited for" test $((($(date +%s%N) - before) / 1000000)) -ge 1200

# --- monitor, list, validate-all ---
cli "monitor" 0 '' '' -q -a "$a" -o monitor
cli "monitor of a silent PDU" 1 '' 'no answer|refused' -a 127.0.0.1:9 -o monitor -d 2c \
	-c private --total-timeout=1 --power-timeout=0.5 --off-hold=0.1
cli "monitor sees that an outlet of hostlist is missing" 1 '' 'hostlist: 99' -a "$a" -o monitor \
	-d 2c -c private --hostlist=n1:99
cli "monitor of a plug that is a name" 0 '' '' -q -a "$a" -o monitor -n db2
cli "monitor sees that no outlet has the name in plug" 1 '' 'no outlet feeds node nobody' \
	-a "$a" -o monitor -n nobody
cli "monitor with hostlist and no plug, as documented" 0 '' '' -a "$a" -o monitor -d 2c -c private \
	--hostlist='n1:3;n2:4'
cli "monitor warns of a plug that stands in every other node's way" 0 '' \
	'WARNING: plug: .*no other node of hostlist can be fenced' -a "$a" -o monitor -d 2c -c private \
	-n n1 --hostlist='n1:3;n2:4'
cli "but not where there is one node" 0 '' '' -a "$a" -o monitor -d 2c -c private -n n1 \
	--hostlist='n1:3'
cli "monitor of a PDU where nobody has a name warns, for a plug may be outlets" 0 '' \
	"WARNING: no outlet has a node's name" -a "$c" -o monitor -d 2c -c private
cli "monitor with nodes by name, too" 0 '' '' -a "$a" -o monitor -d 2c -c private --hostlist='db1 n2:4'
cli "monitor of outlets" 0 '' '' -a "$a" -o monitor -d 2c -c private -n 3,4
cli "monitor of outlets that do not exist" 1 '' 'plug: 99@' -a "$a" -o monitor -n 3,99
cli "monitor sees that a number is called otherwise" 1 '' 'must be called "db1"' -a "$a" -o monitor \
	--hostlist='db1:4="db1"'
cli "monitor sees that plug is no node of hostlist" 1 '' 'it does not name node n2' -a "$a" \
	-o monitor -n n2 --hostlist=n1:3
cli "list" 0 '^4,db2$' '' -q -a "$a" -o list
check "list has all outlets" test "$(wc -l <"$scratch/out")" -eq 24
cli "list with another separator" 0 '^4 = db2$' '' -q -a "$a" -o list -C ' = '
cli "list of two PDUs" 0 "^11@$b,db1\$" '' -q -d 2c -a "$a,$b" -o list
cli "list-status: on" 0 '^4,db2,ON$' '' -q -a "$a" -o list-status
cli "list-status: off" 0 '^21,Load 21,OFF$' '' -q -a "$a" -o list-status
cli "list-status: unknown" 0 '^20,Load 20,UNKNOWN$' '' -q -a "$a" -o list-status
seen=$(requests a)
cli "list with hostlist" 0 '^n1,$' '' -q -a "$a" -o list --hostlist='N1:3;n2:4'
check "it has the nodes alone, and asked no PDU" \
	test "$(wc -l <"$scratch/out") $(requests a)" = "2 $seen"
cli "list-status with hostlist: on" 0 '^n2,,ON$' '' -q -a "$a" -o list-status \
	--hostlist='n1:21;n2:4'
check "list-status with hostlist: off" grep -qx 'n1,,OFF' "$scratch/out"
cli "list-status with hostlist: unknown is a failure" 1 '^n1,,UNKNOWN$' '' -q -a "$a" \
	-o list-status --hostlist='n1:20;n2:4'
check "the others are known all the same" grep -qx 'n2,,ON' "$scratch/out"
seen=$(requests a)
cli "list-status with a hostlist of six nodes" 0 '^n6,,OFF$' '' -q -a "$a" -o list-status \
	--hostlist='n1:3;n2:4;n3:5;n4:6;n5:7;n6:21'
check "it asked for all of them together" test $(($(requests a) - seen)) -le 3
cli "list-status with hostlist says of each node why it is unknown" 1 '^n3,,ON$' \
	'WARNING: node n2: hostlist: 99@' -a "$a" -o list-status --hostlist='n1:20;n2:99;n3:4'
check "the first one's reason is the error" \
	grep -q 'ERROR: node n1: outlet 20 of .* neither on nor off' "$scratch/err"
before=$(date +%s%N)
cli "list-status of a silent PDU: all nodes are unknown" 1 '^n3,,UNKNOWN$' '' -q -d 2c \
	-a 127.0.0.1:9 -o list-status --hostlist='n1:1;n2:2;n3:3' --total-timeout=1 \
	--power-timeout=0.5 --off-hold=0.1
check "it took the time of one call, not of three" \
	test $((($(date +%s%N) - before) / 1000000)) -lt 2500
start_pdu lost pdumv30hvnetlx-pdu-20.2.1 --community private \
	--row '1.3.6.1.4.1.850.1.1.1.2.1.10.1|2|5' \
	--row '1.3.6.1.4.1.850.1.1.3.2.3.3.1.1.4.1.21|2|1'
cli "list-status: unknown where the card has lost the device" 0 '^21,Load 21,UNKNOWN$' '' -q \
	-a "$address" -o list-status
check "whatever its outlets read" sh -c "! grep -E ',(ON|OFF)\$' '$scratch/out'"
start_pdu ups su3000lcd2uhv-ups-20.1.0 --community private
cli "list leaves out what cannot be switched" 0 '^1,' '' -q -a "$address" -o list
check "outlet 3 of this UPS cannot" sh -c "! grep '^3,' '$scratch/out'"

# --- main loads ---
for capture in su3000lcd2uhv-ups-20.1.0 smart1500rmxl2ua-webcard-12.06.0069; do
	start_pdu main "$capture" --community private --name 1=web
	ups=$address
	cli "$capture: list has the main load, and says in a word what it cuts" 0 \
		'^main,cuts-all-on-its-device$' '' -q -a "$ups" -o list
	check "behind its two outlets" test "$(wc -l <"$scratch/out")" -eq 3
	cli "list-status too" 0 '^main,cuts-all-on-its-device,ON$' '' -q -a "$ups" -o list-status
	cli "status of main" 0 ON '*' -a "$ups" -o status -n main
	cli "1.main@PDU is the same" 0 ON '*' -a "$ups" -o status -n "1.main@$ups"
	cli "1:main, too" 0 ON '*' -a "$ups" -o status -n 1:main
	cli "monitor of it" 0 '' 'main load of .* cuts all that hangs on its device' -v -a "$ups" \
		-o monitor -n main --check-write=yes
	cli "a device without one is named" 1 '' 'plug: 2.main@.* does not exist' -a "$ups" -o off \
		-n 2.main
	cli "main as a node's name beside an outlet is refused" 1 '' 'cuts all that hangs' -a "$ups" \
		-o off -n n1 --hostlist='n1:1.main;n2:1'
	cli "a plug that is another node's outlet on its device is refused" 1 '' \
		'neither a node of hostlist' -a "$ups" -o off -n main --hostlist='n2:1'
	lines "main where Pacemaker names a node so may be that node: it is refused" 1 '' \
		'plug=main: it may be the main load, or the node of that name' action=off \
		"ip=$ups" plug=main nodename=main
	cli "\"main\" in quotes is a name" 1 '' 'no outlet feeds node main' -a "$ups" -o off \
		-n '"main"' --total-timeout=2 --power-timeout=0.5 --off-hold=0.1
	check "nothing was switched yet" test -z "$(events main)"
	lines "a node of hostlist that is called main is a node" 0 'Powered OFF' '*' action=off \
		"ip=$ups" plug=main nodename=main hostlist=main:1 $quick
	check "its outlet went off alone" test "$(events main)" = \
		"$(printf '1.1 command off\n1.1 off')"
	lines "on" 0 'Powered ON' '*' action=on "ip=$ups" plug=1
	lines "off of the main load, where pcmk_host_map says whose it is" 0 'Powered OFF' '*' \
		action=off "ip=$ups" plug=main nodename=db1 $quick
	check "it cut all outlets, by one command" test "$(events main | tail -n 5)" = \
		"$(printf '1.main command off\n1.main off\n1.1 off\n1.2 off\n1.3 off')"
	lines "status is off then" 2 OFF '*' action=status "ip=$ups" plug=main
	lines "reboot by a node of hostlist" 0 'Rebooted' '*' action=reboot "ip=$ups" plug=db1 \
		hostlist=db1:main $quick
	check "power came back" test "$(events main | tail -n 4)" = \
		"$(printf '1.main on\n1.1 on\n1.2 on\n1.3 on')"
done
seen=$(requests a)
cli "validate-all" 0 '' '' -q -a "$a" -o validate-all
cli "validate-all of a bad plug" 1 '' 'plug: .*99999999999' -a "$a" -o validate-all -n 99999999999
cli "validate-all of a bad parameter" 1 '' 'off_hold: ' -a "$a" -o validate-all --off-hold=x
cli "validate-all without ip" 1 '' 'ERROR: ip: missing' -o validate-all
check "validate-all asks no PDU" test "$(requests a)" = "$seen"

# --- metadata ---
cli "metadata" 0 '<resource-agent name="fence_tripplite"' '' -o metadata
lines "metadata" 0 '<resource-agent name="fence_tripplite"' '' action=metadata
cp "$scratch/out" "$scratch/metadata.xml"
cli "meta-data is the same" 0 '<resource-agent' '' -o meta-data
cli "manpage" 0 '<resource-agent' '' -o manpage
cp "$scratch/out" "$scratch/manpage.xml"
if command -v xmllint >/dev/null; then
	query() { xmllint --nonet --xpath "$1" "$scratch/metadata.xml"; }
	equals() { test "$(query "$1")" = "$2"; }
	schema=/usr/share/cluster/relaxng/metadata.rng
	for xml in metadata manpage; do
		[ -f $schema ] || { echo "no schema of fence-agents: not validated"; break; }
		check "$xml is valid by the schema of fence-agents" \
			xmllint --nonet --noout --relaxng $schema "$scratch/$xml.xml"
	done
	check "unfencing is not automatic" equals 'string(//action[@name="on"]/@automatic)' 0
	check "there are ten actions" equals 'count(//action)' 10
	check "default action reboot" \
		equals 'string(//parameter[@name="action"]/content/@default)' reboot
	check "default version 1" \
		equals 'string(//parameter[@name="snmp_version"]/content/@default)' 1
	check "default community private" \
		equals 'string(//parameter[@name="community"]/content/@default)' private
	check "plug obsoletes port" equals 'string(//parameter[@name="plug"]/@obsoletes)' port
	check "port is deprecated" equals 'string(//parameter[@name="port"]/@deprecated)' 1
	check "no parameter stands twice" \
		equals 'count(//parameter[@name=preceding::parameter/@name])' 0
else
	echo "xmllint is not installed: the metadata was not looked into"
fi
finish
