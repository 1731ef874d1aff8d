#!/bin/sh
# trippsim does what its manual page says of clocks, restarts and commands: seen with net-snmp's
# own tools, not with ours.
# SPDX-License-Identifier: LGPL-2.1-or-later
. "${0%/*}/shell.sh"
. "${0%/*}/pdu.sh"
command -v snmpget >/dev/null || skip "net-snmp's tools are not installed"
# They would look for MIB files and configuration.
MIBS='' SNMPCONFPATH=$scratch SNMP_PERSISTENT_DIR=$scratch
export MIBS SNMPCONFPATH SNMP_PERSISTENT_DIR
mkdir "$scratch/cert_indexes" # they say so when they do it
pdu20=pdumv30hvnetlx-pdu-20.2.1
table=1.3.6.1.4.1.850.1.1.3.2.3.3.1.1
uptime=1.3.6.1.2.1.1.3.0
engine_id=1.3.6.1.6.3.10.2.1.1.0
boots=1.3.6.1.6.3.10.2.1.2.0
engine_time=1.3.6.1.6.3.10.2.1.3.0

# ask PROGRAM ARGUMENT...: by v2c, one datagram, values alone. set OUTLET COMMAND likewise.
ask() {
	program=$1
	shift
	"$program" -v2c -c tripplite -t 1 -r 0 -Onqv -Ot "$address" "$@" 2>&1
}
get() { ask snmpget "$@"; }
walk() { ask snmpbulkwalk "$@"; }
set_outlet() { ask snmpset "$table.6.1.$1" i "$2"; }
# get3 OID...: the same by SNMPv3.
get3() {
	snmpget -v3 -u admin -l authPriv -a SHA -A authpassphrase -x AES -X privpassphrase \
		-t 1 -r 0 -Onqv -Ot "$address" "$@" 2>&1
}
# between LOW HIGH VALUE
between() { echo "$3" && [ "$3" -ge "$1" ] && [ "$3" -lt "$2" ]; }
says() { # TEXT COMMAND...
	text=$1
	shift
	"$@" | tee /dev/stderr | grep -qF -- "$text"
}
# milliseconds NAME LINE: the time of the first such line.
milliseconds() {
	awk -v line="$2" 'substr($0, index($0, " ") + 1) == line {
		printf "%d\n", 1000 * substr($1, 3)
		exit
	}' "$scratch/$1"
}
# apart NAME FIRST SECOND LOW HIGH: milliseconds between two lines.
apart() { between "$4" "$5" $(($(milliseconds "$1" "$3") - $(milliseconds "$1" "$2"))); }

take_commands
start_pdu clocks $pdu20 --control --user 'admin SHA authpassphrase AES privpassphrase'
check "sysUpTime is a day old by default" between 8640000 8646000 "$(get $uptime)"
check "snmpEngineTime is as old" between 86400 86460 "$(get $engine_time)"
check "SNMPv3 messages carry that time, or they would be refused" \
	between 86400 86460 "$(get3 $engine_time)"
first=$(get $uptime)
sleep 0.2
check "sysUpTime runs with real time" between $((first + 20)) $((first + 600)) "$(get $uptime)"

engine=$(get $engine_id)
tell clocks "restart down=0.5 return=1 return-each=0.1" >/dev/null
check "a card that restarts is silent" says Timeout get $uptime
await clocks ' start boots 2$'
check "it starts with sysUpTime 0" between 0 1000 "$(get $uptime)"
check "and with engineTime 0, in SNMPv3 too" between 0 10 "$(get3 $engine_time)"
check "its engineBoots is one more" test "$(get $boots)" -eq 2
check "its engine ID is the same" test "$(get $engine_id)" = "$engine"
check "it was silent as long as it was told" apart clocks restart 'start boots 2' 500 700
check "the power of all its outlets failed" test "$(grep -c ' outlet 1\.[0-9]* off$' "$scratch/clocks")" -eq 24
set_outlet 3 1 >/dev/null
await clocks ' outlet 1.24 on$'
check "the first is on again as long after the start as it was told" \
	apart clocks 'start boots 2' 'outlet 1.1 on' 1000 1200
check "each of the others so much later" apart clocks 'outlet 1.1 on' 'outlet 1.24 on' 2200 2500
check "one that a SET was taken for after the start is not" \
	sh -c "! grep -q ' outlet 1.3 on$' '$scratch/clocks'"
check "and its state object says so" test "$(get $table.4.1.3)" -eq 1

tell clocks "restart down=0.1 power=keep boots=keep engine=new names=0.5 names-each=0.2" >/dev/null
await clocks ' start boots 2$' 2
check "names read empty for a while after a start" test "$(get $table.2.1.1)" = '""'
check "a card may forget its boots" test "$(get $boots)" -eq 2
check "and be another one" test "$(get $engine_id)" != "$engine"
check "a new engine has the same users" between 0 10 "$(get3 $engine_time)"
sleep 1
check "names come row by row" sh -c "[ '$(get $table.2.1.1)' != '\"\"' ] && [ '$(get $table.2.1.24)' = '\"\"' ]"
check "outlets that keep their power do not move" \
	test "$(grep -c ' outlet .* off$' "$scratch/clocks")" -eq 25

tell clocks "restart down=0 power=keep rows=60 reads=authorizationError:0.7 sets=notWritable no-users=0.7" \
	>/dev/null
check "a card that starts may refuse reads" says authorizationError get $uptime
check "and SETs" says notWritable set_outlet 3 1
check "and know no user" says 'Unknown user name' get3 $uptime
sleep 0.8
check "reads come back" between 0 1000 "$(get $uptime)"
check "users come back" between 0 1000 "$(get3 $uptime)"
check "rows may be missing then" says 'No Such Instance' get $table.4.1.3
check "SETs are refused as long as nothing else is said" says notWritable set_outlet 3 1
tell clocks "restart down=0 power=keep" >/dev/null
check "until the next restart" test "$(set_outlet 3 1)" = 1

tell clocks "when set 2 lose" >/dev/null
set_outlet 4 1 >/dev/null
check "the second SET can be lost" says Timeout set_outlet 5 1
check "and it alone" sh -c "[ $(get $table.4.1.4) -eq 1 ] && [ $(get $table.4.1.5) -eq 2 ]"
tell clocks "lose-answers" >/dev/null
check "the answer of a SET can be lost" says Timeout set_outlet 5 1
check "which is done all the same" test "$(get $table.4.1.5)" -eq 1
tell clocks "when set 1 restart down=0.2 power=keep" >/dev/null
check "a restart can lose the SET at hand" says Timeout set_outlet 6 1
await clocks ' start boots 5$'
check "which is not done" test "$(get $table.4.1.6)" -eq 2
tell clocks "after 0.3 set-outlet 6 off" >/dev/null
check "a command can wait" test "$(get $table.4.1.6)" -eq 2
await clocks ' outlet 1.6 off$' 2
check "until its time" test "$(get $table.4.1.6)" -eq 1
for wrong in 'restart down' 'restart down=x' 'restart boots=none' 'restart reads=some:3' 'restart 3' \
	'when set 0 lose' 'when rain 1 lose' 'after soon lose' 'after 1 nothing' 'lose all' 'pause now' ''; do
	check "no command: \"$wrong\"" says 'error: ' tell clocks "$wrong"
done
stop_pdus

commands=
start_pdu still $pdu20 --no-uptime
check "a card may have no sysUpTime" says 'No Such Instance' get $uptime
start_pdu alone $pdu20 --uptime 100 --uptime-alone
check "the card's age can be set" between 10000 12000 "$(get $uptime)"
check "it may refuse sysUpTime beside something else" says badValue get $uptime $engine_time
check "and answer the something else" between 100 160 "$(get $engine_time)"
start_pdu done $pdu20 --do 'after 0.1 restart down=0 return=never'
await 'done' ' start boots 2$'
check "a command can come from the command line, and power may not return" \
	test "$(get $table.4.1.7)" -eq 1

check "each command stands in the manual page" sh -c "
	sed -n '/^static const struct verb verbs/,/^};/s/^\t{ \"\([^\"]*\)\".*/\1/p' '$TS_SRCDIR/sim/control.c' |
		sed 's/-/\\\\\\\\-/g' | while read -r verb; do
			grep -Eq \"^\.BI? (\$verb|.*\|\$verb)\" '$TS_SRCDIR/doc/trippsim.1.in' || { echo \"\$verb is missing\"; exit 1; }
		done"
finish
