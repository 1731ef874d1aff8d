#!/bin/sh
# trippsnmp, the tool for people, by what it prints, what it leaves with, and what the simulated
# PDUs' outlets did: without a terminal.
# SPDX-License-Identifier: LGPL-2.1-or-later
. "${0%/*}/shell.sh"
. "${0%/*}/pdu.sh"

tool=$TS_BUILDDIR/tool/.libs/trippsnmp
LC_ALL=C.UTF-8
export LC_ALL
for name in ipaddr community hostlist feeds login password; do unset $name; done
meters=1.3.6.1.4.1.850.1.1.3.2.3.3.1.1
start_pdu a pdumv30hvnetlx-pdu-20.2.1 --community tripplite --name 3=db1-a --name 4=db2-a \
	--name 5=Web --row "$meters.7.1.3|66|2301" --row "$meters.8.1.3|66|123" \
	--row "$meters.9.1.3|66|283" --row '1.3.6.1.4.1.850.1.2.1.1.2.0|4|20.2.1 (Build 942)' \
	--row "$meters.5.1.7|2|2"
a=$address
start_pdu b pdumv30hvnetlx-pdu-20.2.1 --community tripplite --name 3=db1-b --name 4=db2-b
b=$address
ipaddr=$a community=tripplite
export ipaddr community
map='hostlist=db1:3;db2:4'

# person RULE STATUS STDOUT STDERR ARGUMENT...
person() {
	rule=$1 status=$2 out=$3 err=$4
	shift 4
	run timeout 60 "$tool" "$@" </dev/null
	check "$rule" ended "$status" "$out" "$err"
}
# Whether stdout of the last run has that line (grep -E), or none like it.
has() { grep -Eq -- "$1" "$scratch/out" || { cat "$scratch/out"; false; }; }
has_not() { ! grep -E -- "$1" "$scratch/out"; }

# --- the command line ---
person "no command" 2 '' 'no command: list, map'
person "an unknown command" 2 '' 'lst is none of list' lst
person "an unknown option" 2 '' 'unknown option --colour' --colour=no list
person "an option without its value" 2 '' 'option --file needs a value' list --file
person "an option of another command" 2 '' '--json is an option of list, and not of check' check --json
person "too much behind a command" 2 '' 'usage: trippsnmp list' list db1
person "a drill of nobody" 2 '' 'usage: trippsnmp drill NODE' drill
person "a parameter that does not exist" 2 '' 'ipadr: there is no such parameter' list ipadr=x
person "a parameter that is wrong" 2 '' 'off_hold: ' list off_hold=x
person "--help" 0 '^Usage: trippsnmp' '' --help
person "--version" 0 "^$("$tool" --version)\$" '' --version

# --- parameters ---
person "the command line goes before the environment" 0 "^$b " '' list ipaddr="$b"
printf '# a comment\n\nipaddr=%s\ncommunity=tripplite\n' "$b" >"$scratch/file"
chmod 600 "$scratch/file"
person "a parameter that stands twice is an error" 2 '' '^trippsnmp: hostlist: given twice$' drill db1 \
	hostlist=db1:3 hostlist=db1:4 --yes
person "a file goes before the environment" 0 "^$b " '' list --file "$scratch/file"
chmod 644 "$scratch/file"
person "a file with secrets that others may read is refused" 2 '' 'others .*chmod 600' list \
	--file "$scratch/file"
printf 'community=one-secret\ncommunity=other-secret\n' >"$scratch/file"
chmod 600 "$scratch/file"
person "also in a file" 2 '' '^trippsnmp: community: given twice$' list --file "$scratch/file"
echo 'ipaddr' >"$scratch/file"
person "a line that is no parameter is said" 2 '' 'line 1 is not NAME=VALUE' list --file "$scratch/file"
person "a directory is no file" 2 '' 'Is a directory' list --file "$scratch"
person "a file that is not there" 2 '' 'No such file' list --file "$scratch/nothing"
start_pdu silent twin-only --community quiet
there=$address
"$tool" list ipaddr="$there" community=hidden-on-the-line >/dev/null 2>&1 &
asked=$!
tries=100
arguments() { tr '\0' ' ' </proc/$asked/cmdline; }
until arguments | grep ' list ' | grep -qv hidden || [ $tries -eq 0 ]; do
	tries=$((tries - 1))
	sleep 0.05
done
wiped() { arguments | grep ' list ' && ! arguments | grep hidden; }
check "a secret on the command line is wiped" wiped
kill -INT $asked
wait $asked
check "an interruption ends a call, with a status of its own" test $? -eq 6

# --- list ---
seen=$(requests a)
person "list" 0 'PDUMV30HVNETLX  firmware 20\.2\.1 \(Build 942\)  \(LX PDU\)' '' list
check "it has each outlet" test "$(grep -c '^ *[0-9]* *o[nf]' "$scratch/out")" = 24
check "with what is metered in its units" has '^ +3  on     yes     230\.1     1\.23    283  db1-a$'
check "and what cannot be switched" has '^ +7  on     no '
check "without a terminal there are no colours" has_not "$(printf '\033')"
check "it is a handful of requests" test $(($(requests a) - seen)) -le 12
person "two PDUs" 0 "^$b  PDUMV30HVNETLX  firmware not told" '' list ipaddr="$a $b"
person "where one PDU cannot be read the other is shown" 4 "^$a  PDUMV30" 'no answer' \
	list ipaddr="$a $there" total_timeout=2 power_timeout=1 off_hold=0.1
check "and the one that cannot is said to be so" has "^$there  could not be read"
person "a wrong community" 4 '' 'no answer to SNMP version 2c' list community=wrong total_timeout=1 \
	power_timeout=0.5 off_hold=0.1
json() { python3 -c "import json, sys; d = json.load(open('$scratch/out')); sys.exit(not ($1))"; }
person "list --json" 0 '*' '' list --json
if command -v python3 >/dev/null; then
	check "it is JSON, with each outlet" json "len([o for o in d['pdus'][0]['outlets'] if not o['main']]) == 24 and not d['error']"
	check "numbers are numbers, and nothing is null" json \
		"d['pdus'][0]['outlets'][2] == dict(device=1, number=3, main=False, family='LX PDU',
		model='PDUMV30HVNETLX', name='db1-a', description='', state='on', controllable=True,
		volts=230.1, amperes=1.23, watts=283) and
		d['pdus'][0]['outlets'][0]['volts'] is None"
	person "an error is in it as well" 4 '*' 'no answer' list --json ipaddr="$a $there" total_timeout=2 \
		power_timeout=1 off_hold=0.1
	check "with the PDU that could be read" json \
		"'no answer' in d['error'] and [p['complete'] for p in d['pdus']] == [True, False]"
fi
full() { "$tool" list >/dev/full 2>"$scratch/err"; test $? -eq 8 && grep -q 'stdout cannot be written' "$scratch/err"; }
check "a full disk is an error" full

# --- map ---
person "map" 0 '^# hostlist: db1:3="db1-a"; db2:4="db2-a"$' '' map db1 db2
check "it has the command for crm" has '^crm configure primitive pdu stonith:tripplite params '
check "and for pcs" has '^pcs stonith create pdu tripplite '
check "with the map quoted for a shell" has " hostlist='db1:3=\"db1-a\"; db2:4=\"db2-a\"' feeds=1 "
check "no secret is shown" has_not '=tripplite( |$)'
check "but a file for it" has 'secrets_file=/etc/tripplite\.secrets'
check "what has no place is listed" has '^#   outlet 1 of .*"Load 1"'
commands() { sh -n "$scratch/out"; }
check "all of it is something that a shell reads" commands
words() { # what a shell makes of the crm command
	crm() { printf '%s\n' "$@"; }
	sed -n '/^crm /,/monitor/p' "$scratch/out" >"$scratch/crm"
	. "$scratch/crm"
}
person "the library takes what the shell makes of it" 0 'node db1: on, fed by outlet 3' '' check \
	"hostlist=$(words | sed -n 's/^hostlist=//p')" feeds=1
person "map of two PDUs" 0 "^# hostlist: db1:3=\"db1-a\"@$a,3=\"db1-b\"@$b; db2:4" '' map db1 db2 \
	ipaddr="$a $b"
check "feeds is what each of them has" has ' feeds=2 '
person "map without nodes takes the names that may be nodes'" 0 'db1-a:3="db1-a"; db2-a:4' '' map
person "map of nobody" 1 '*' 'no outlet has a node.s name' map nobody
person "map for the fence agent, in its names" 0 \
	'pcs stonith create power fence_tripplite' '' map db1 --agent fence_tripplite --id power
check "with what it does not assume by itself" has " ip=$a .* snmp_version=2c "

# --- check ---
seen=$(events a | grep -v idle)
person "check" 0 '^✓ node db1: on, fed by outlet 3 of ' '' check "$map"
check "the PDU has its line" has "^✓ $a: PDUMV30HVNETLX, firmware .*, 24 outlets, 23 of them"
check "so has write access" has '^✓ status and write access'
check "and what no check can prove" has 'What no check can prove'
check "nothing was switched" test "$(events a | grep -v idle)" = "$seen"
person "check of a node without an outlet" 1 '^✗ node db3: hostlist: 99' '' check 'hostlist=db1:3;db3:99'
check "the others are looked at all the same" has '^✓ node db1: on'
person "check of an outlet that cannot be switched" 1 '^✗ node db1: ' '' check hostlist=db1:7
person "check of a silent PDU" 1 "^✗ $there: .*no answer" '' check ipaddr="$there" "$map" \
	total_timeout=1 power_timeout=0.5 off_hold=0.1
check "its alarms are not said to be none" has_not 'no active alarms'
check "nor are nodes passed over in silence" has '^! nodes: not looked at while a PDU cannot be read$'
start_pdu mute twin-only --community quiet
person "check of two silent PDUs" 1 "^✗ $there: no answer" '' check ipaddr="$there $address" \
	"hostlist=db1:3@$there;db2:4@$address" total_timeout=1 power_timeout=0.5 off_hold=0.1 snmp_timeout=0.1
check "neither is said to be the other" has "^✗ $address: could not be read$"
check "of the other a warning tells" has "warning: $address: no answer"
start_pdu c smart1500rmxl2ua-webcard-12.06.0069 --community tripplite
c=$address
person "check where write access cannot be told" 0 '^! status and write access' '' check ipaddr="$c" \
	hostlist=ups:1
take_commands
start_pdu d pdumv30hvnetlx-pdu-20.2.1 --community tripplite --control
d=$address
tell d 'refuse 1.3 noAccess' >/dev/null
person "check without write access" 1 '^✗ status and write access: .*no write access' '' check \
	ipaddr="$d" hostlist=db1:3
LC_ALL=C
person "without UTF-8 there is a word for the tick" 0 '^ok node db1: on' '' check "$map"
LC_ALL=C.UTF-8

tell d 'refuse 1.3 none' >/dev/null
check "an alarm can be had" test "$(tell d 'alarm 7 1.3.6.1.4.1.850.1.3.3.9.9')" = ok
person "check with another alarm, which is no failure" 0 "^! alarm of $d: " '' check ipaddr="$d" hostlist=db1:3
person "list says so too" 0 '^1 active alarm: ' '' list ipaddr="$d"
tell d 'alarm 8 lost 1.*' >/dev/null
person "check with an alarm of lost communications" 1 "^✗ alarm of $d: " '' check ipaddr="$d" hostlist=db1:3
check "its nodes cannot be fenced then" has '^✗ node db1: '
person "list --json has alarms" 0 '"lost" : true' '' list --json ipaddr="$d"
tell d 'alarm 7 none' >/dev/null
tell d 'alarm 8 none' >/dev/null
person "check without alarms" 0 '^✓ no active alarms' '' check ipaddr="$d" hostlist=db1:3

start_pdu ups su3000lcd2uhv-ups-20.1.0 --community tripplite
person "list has a main load, and says what it cuts" 0 '^  main  on +yes +\(cuts all on its device\)' '' \
	list ipaddr="$address"
person "check of a node that is fed by one" 0 'node ups: on, fed by the main load' '' check \
	ipaddr="$address" hostlist=ups:main
check "it is counted apart from outlets" has 'can be switched, and its main load$'
person "map leaves a main load out, and says why" 1 'outlet main of .*: it cuts all' '*' map ups \
	ipaddr="$address"

# --- drill ---
seen=$(events a)
person "a drill that is not confirmed switches nothing" 6 'node db1 is on, and fed by outlet 3' \
	'not confirmed; nothing was switched' drill db1 "$map" off_hold=0.2
drill() { # ANSWER ARGUMENT...
	answer=$1
	shift
	echo "$answer" | timeout 60 "$tool" drill "$@" >"$scratch/out" 2>"$scratch/err"
	code=$?
}
drill db2 db1 "$map" off_hold=0.2
check "nor does one where another name is typed" ended 6 '*' 'not confirmed'
check "they did not" test "$(events a)" = "$seen"
drill db1 db1 "$map" off_hold=0.2
check "a drill" ended 0 'off is proven: outlet 3 of .*told at' "Type the node's name"
check "it switched that outlet off and on, and no other" test "$(events a | tail -n 4)" = \
	"$(printf '1.3 command off\n1.3 off\n1.3 command on\n1.3 on')"
check "it says what no program can see" has 'What no program can see'
person "where another PDU is silent, its outlets are told as they are mapped" 0 \
	"^node db1 is on, and fed by 3@$a\$" '' drill db1 ipaddr="$a $there" "hostlist=db1:3@$a;db2:1@$there" \
	off_hold=0.2 power_timeout=0.5 total_timeout=1 --yes
person "--yes does not ask" 0 'off was proven' '' drill DB1 "$map" off_hold=0.2 --yes
person "a drill of a node that is not there" 2 '*' 'does not name node db9' drill db9 "$map" --yes
seen=$(requests a)
for self in "$(hostname)" "$(hostname | tr a-z A-Z)" "$(hostname | cut -d. -f1)" localhost 127.0.0.1; do
	person "a drill of this machine, as $self, is refused" 2 '' 'would cut its own power' \
		drill "$self" --yes "hostlist=$self:3"
done
check "before anything is asked" test "$(requests a)" = "$seen"
tell d 'stuck 1.3' >/dev/null
person "a drill of a relay that sticks fails, and ends with on" 5 'on again' '' drill db1 ipaddr="$d" \
	hostlist=db1:3 power_timeout=1 off_hold=0.1 total_timeout=10 --yes
check "it says so" has 'the drill failed'
check "on was the last command" test "$(events d | tail -n 1)" = '1.3 command on'
tell d 'release 1.3' >/dev/null
"$tool" drill db1 ipaddr="$d" hostlist=db1:3 off_hold=30 --yes >"$scratch/out" 2>"$scratch/err" &
drilled=$!
await d 'outlet 1.3 off'
kill -INT $drilled
wait $drilled
code=$?
check "an interruption of the hold is a failure, and ends with on" ended 6 'interrupted: on again' '*'
check "and no verdict on the node" has '^✗ the drill was interrupted, and says nothing of this node$'
check "the outlet is on" test "$(events d | tail -n 1)" = '1.3 on'
tell d 'when set 2 stuck 1.3' >/dev/null
person "a drill whose outlet stays off" 5 'off was proven, but its outlets are not known to be on' '' \
	drill db1 ipaddr="$d" hostlist=db1:3 power_timeout=1 off_hold=0.1 total_timeout=10 --yes
tell d 'release 1.3' >/dev/null

# --- watch ---
"$tool" watch ipaddr="$d" --interval 0.2 >"$scratch/watched" 2>&1 &
watched=$!
tries=100
while ! grep -q 'Load 24' "$scratch/watched" && [ $tries -gt 0 ]; do tries=$((tries - 1)); sleep 0.05; done
tell d 'set-outlet 1.9 off' >/dev/null
tries=100
while ! grep -q 'outlet 9 ' "$scratch/watched" && [ $tries -gt 0 ]; do tries=$((tries - 1)); sleep 0.05; done
check "watch says without a terminal what has changed" \
	grep -Eq '^[0-9:]+  outlet 9 of .*  Load 9  on -> off$' "$scratch/watched"
kill -INT $watched
wait $watched
check "and ends well when it is interrupted" test $? -eq 0

# --- capture ---
start_pdu e pdumh20atnet-ats-15.5.4 --community tripplite --name 3=Secret-Name \
	--row '1.3.6.1.2.1.1.5.0|4|secret-host.example.com' --row '1.3.6.1.2.1.1.6.0|4|Secret Street 7' \
	--row '1.3.6.1.4.1.850.1.2.9.1.0|64|10.98.76.54' --row '1.3.6.1.4.1.850.1.2.9.2.0|4|10.98.76.54' \
	--row '1.3.6.1.4.1.850.1.2.9.3.0|70|123456789012345678' --row '1.3.6.1.4.1.850.1.2.9.4.0|65|4294967295' \
	--row '1.3.6.1.4.1.850.1.2.9.5.10.98.76.54.6.115.101.99.114.101.116|2|1' \
	--row '1.3.6.1.4.1.850.1.2.9.6.0|5|'
e=$address
person "capture" 0 '^1\.3\.6\.1\.2\.1\.1\.2\.0\|6\|1\.3\.6\.1\.4\.1\.850\.1\.1\.1$' \
	'objects; names, addresses and serial numbers are replaced; 1 left out' capture ipaddr="$e"
cp "$scratch/out" "$scratch/captured.snmprec"
check "a large number stays whole" has '850\.1\.2\.9\.3\.0\|70\|123456789012345678$'
survives() { # each text of the original that is not on the list of harmless ones
	for text in ecret 10.98.76 00:06:67 45678SD 3569FG0LD PWR-DC01 example.com 5018 693038B 72cdf0b8; do
		hex=$(printf %s "$text" | od -An -tx1 | tr -d ' \n')
		! grep -e "$text" -e "$hex" "$scratch/captured.snmprec" || return 1
	done
	! grep -e 0a624c36 "$scratch/captured.snmprec" && ! grep '98\.76\.54' "$scratch/captured.snmprec"
}
check "nothing in it tells whose it is" survives
check "what the device is does stay" grep -q '1.1.1.2.1.5.1|4|PDUMH20ATNET' "$scratch/captured.snmprec"
start_pdu f "$scratch/captured.snmprec" --community tripplite
person "trippsim loads it, and it has the same outlets" 0 'PDUMH20ATNET  firmware 15\.5\.4 \(Build 1045\)  \(LX ATS\)' \
	'' list ipaddr="$address"
check "all sixteen" test "$(grep -c '^ *[0-9]* *o[nf]' "$scratch/out")" = 16
check "those that nobody had named have their names" has '  Load1 '
person "captured again it is the same" 0 '*' '*' capture ipaddr="$address"
strip() { grep -v -e '1\.3\.6\.1\.2\.1\.1\.[389]' "$1" | sed 's/|4x*|text [0-9]*$/|text/'; }
same() {
	strip "$scratch/out" >"$scratch/again"
	strip "$scratch/captured.snmprec" >"$scratch/before"
	diff "$scratch/before" "$scratch/again"
}
check "but for clocks" same
person "capture into a file" 0 '' 'objects' capture ipaddr="$e" --output "$scratch/new"
check "it is there" test -s "$scratch/new"
person "a file that is there is not written over" 2 '' 'File exists' capture ipaddr="$e" --output "$scratch/new"
person "of several PDUs one must be named" 2 '' 'several PDUs' capture ipaddr="$a $b"
person "which is one of ipaddr" 0 '*' 'objects' capture ipaddr="$a $b" --pdu "$b"
person "and no other" 2 '' 'has no x' capture ipaddr="$a $b" --pdu x

# --- a resource of the cluster: cibadmin is a program that prints one ---
mkdir "$scratch/bin"
cat >"$scratch/cib.xml" <<END
<cib><configuration><resources>
<primitive id="pdu" class="stonith" type="tripplite"><instance_attributes id="i1">
<nvpair id="n1" name="ipaddr" value="$a"/><nvpair id="n2" name="community" value="tripplite"/>
<nvpair id="n3" name="hostlist" value="db1:3=&quot;db1-a&quot;; db2:4"/><nvpair id="n4" name="pcmk_host_check" value="static-list"/>
</instance_attributes></primitive>
<primitive id="agent" class="stonith" type="fence_tripplite"><instance_attributes id="i2">
<nvpair id="n5" name="ip" value="127.0.0.1"/><nvpair id="n6" name="ipport" value="${b##*:}"/>
<nvpair id="n7" name="snmp_version" value="2c"/><nvpair id="n8" name="community" value="tripplite"/>
<nvpair id="n9" name="pcmk_host_map" value="db1:3;db2:4"/>
</instance_attributes></primitive>
<primitive id="torn" class="stonith" type="fence_tripplite"><instance_attributes id="i3">
<nvpair id="n10" name="ip" value="$b"/><nvpair id="n11" name="ipaddr" value="$a"/>
<nvpair id="n12" name="community" value="tripplite"/></instance_attributes></primitive>
<primitive id="vip" class="ocf" provider="heartbeat" type="IPaddr2"/>
</resources></configuration></cib>
END
printf '#!/bin/sh\necho "$*" >>"%s/asked"\ncat "%s/cib.xml"\n' "$scratch" "$scratch" >"$scratch/bin/cibadmin"
printf '#!/bin/sh\necho db2\n' >"$scratch/bin/crm_node"
chmod +x "$scratch/bin/cibadmin" "$scratch/bin/crm_node"
PATH=$scratch/bin:$PATH
person "--resource" 0 '^✓ node db1: on, fed by outlet 3 of ' '' check --resource pdu ipaddr="$a"
check "asks cibadmin, and shows it no secret" test "$(cat "$scratch/asked")" = --query
community=nonsense ipaddr=192.0.2.1
person "the environment does not count then" 0 "^$a " '' list --resource pdu
person "a resource of the fence agent" 0 '^✓ node db2: on, fed by outlet 4 of 127' '*' check --resource agent
person "one that the agent refuses, in its words" 2 '' "^trippsnmp: ip=$b and ipaddr=$a differ: " list --resource torn
person "a resource of another kind" 2 '' 'resource vip: it is ocf:IPaddr2' list --resource vip
person "no such resource" 2 '' 'no such resource; for fencing there are pdu, agent, torn' list --resource x
person "map, with what the resource says" 0 "ipaddr=127.0.0.1:${b##*:} " '*' map db1 --resource agent
person "a drill of what the cluster calls this machine" 2 '' 'the cluster calls this machine so' \
	drill db2 --resource pdu --yes
person "--resource and --file" 2 '' 'leave one of them out' list --resource pdu --file x
printf '#!/bin/sh\necho "Could not connect" >&2\nexit 102\n' >"$scratch/bin/cibadmin"
person "where there is no cluster" 2 '' 'resource pdu: cibadmin --query failed: Could not connect' \
	list --resource pdu
finish
