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

patience=10
# ask PROGRAM ARGUMENT...: by v2c, one datagram, values alone. set OUTLET COMMAND likewise.
ask() {
	program=$1
	shift
	"$program" -v2c -c tripplite -t $patience -r 0 -Onqv -Ot "$address" "$@" 2>&1
}
get() { ask snmpget "$@"; }
walk() { ask snmpbulkwalk "$@"; }
set_outlet() { ask snmpset "$table.6.1.$1" i "$2"; }
# get3 OID...: the same by SNMPv3.
get3() {
	snmpget -v3 -u admin -l authPriv -a SHA -A authpassphrase -x AES -X privpassphrase \
		-t $patience -r 0 -Onqv -Ot "$address" "$@" 2>&1
}
# unanswered COMMAND...: there is silence for a second.
unanswered() {
	patience=1
	"$@" | tee /dev/stderr | grep -q Timeout
	code=$?
	patience=10
	return $code
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
check "a card that restarts is silent" unanswered get $uptime
await clocks ' start boots 2$'
check "it starts with sysUpTime 0" between 0 1000 "$(get $uptime)"
check "and with engineTime 0, in SNMPv3 too" between 0 10 "$(get3 $engine_time)"
check "its engineBoots is one more" test "$(get $boots)" -eq 2
check "its engine ID is the same" test "$(get $engine_id)" = "$engine"
check "it was silent as long as it was told" apart clocks restart 'start boots 2' 400 1100
check "the power of all its outlets failed" test "$(grep -c ' outlet 1\.[0-9]* off$' "$scratch/clocks")" -eq 24
set_outlet 3 1 >/dev/null
await clocks ' outlet 1.24 on$'
check "the first is on again as long after the start as it was told" \
	apart clocks 'start boots 2' 'outlet 1.1 on' 900 1600
check "each of the others so much later" apart clocks 'outlet 1.1 on' 'outlet 1.24 on' 2100 2900
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
	test "$(grep -c ' outlet 1\.[0-9]* off$' "$scratch/clocks")" -eq 24

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
check "the second SET can be lost" unanswered set_outlet 5 1
check "and it alone" sh -c "[ $(get $table.4.1.4) -eq 1 ] && [ $(get $table.4.1.5) -eq 2 ]"
tell clocks "lose-answers" >/dev/null
check "the answer of a SET can be lost" unanswered set_outlet 5 1
check "which is done all the same" test "$(get $table.4.1.5)" -eq 1
tell clocks "when set 1 restart down=0.2 power=keep" >/dev/null
check "a restart can lose the SET at hand" unanswered set_outlet 6 1
await clocks ' start boots 5$'
check "which is not done" test "$(get $table.4.1.6)" -eq 2
tell clocks "after 0.3 set-outlet 6 off" >/dev/null
check "a command can wait" test "$(get $table.4.1.6)" -eq 2
await clocks ' outlet 1.6 off$' 2
check "until its time" test "$(get $table.4.1.6)" -eq 1

tell clocks "cycle 7 0.5" >/dev/null
check "somebody's cycle is off at first" test "$(get $table.4.1.7)" -eq 1
await clocks ' outlet 1.7 on$' 2
check "and on when it ends" test "$(get $table.4.1.7)" -eq 2
tell clocks "cycle 8 0.3" >/dev/null
set_outlet 8 1 >/dev/null
sleep 0.5
check "a SET that is taken cancels it" test "$(get $table.4.1.8)" -eq 1

tell clocks "hide 1.9 60" >/dev/null
check "the row of one outlet can be missing" says 'No Such Instance' get $table.4.1.9
check "in GETNEXT too" test "$(walk $table.4 | wc -l)" -eq 23
check "a SET of it is refused" says notWritable set_outlet 9 1
check "others are there" test "$(get $table.4.1.10)" -eq 2
tell clocks "hide 1.* 60" >/dev/null
check "the rows of a device can be missing" says 'No Such Instance' walk $table
tell clocks "show" >/dev/null
check "until they are shown" test "$(walk $table.4 | wc -l)" -eq 24
tell clocks "hide all 0 each=0.3" >/dev/null
check "rows may come one by one: first none" says 'No Such Instance' walk $table.4
sleep 0.4
check "rows may come one by one: then some" between 1 24 "$(walk $table.4 | grep -c '^[12]')"
tell clocks "show" >/dev/null
tell clocks "hide $table.2 0.5" >/dev/null
check "a column can be missing" says 'No Such Instance' walk $table.2
sleep 0.6
check "for a while" test "$(walk $table.2 | wc -l)" -eq 24
tell clocks "blank 1.3 0.5" >/dev/null
check "a name can read empty" test "$(get $table.2.1.3)" = '""'
sleep 0.6
check "for a while likewise" test "$(get $table.2.1.3)" != '""'

name=$(get $table.2.1.10) other=$(get $table.2.1.11)
tell clocks "set-outlet 10 off" >/dev/null
tell clocks "swap 10 11" >/dev/null
check "two outlets can be renumbered" \
	test "$(get $table.2.1.11) $(get $table.2.1.10)" = "$name $other"
check "their state goes with them" test "$(get $table.4.1.11) $(get $table.4.1.10)" = "1 2"
check "the index does not" test "$(get $table.1.1.11)" -eq 11
set_outlet 10 1 >/dev/null
await clocks ' outlet 1.11 off$' 2
check "a command to the row reaches the outlet that has it now" \
	test "$(get $table.4.1.10) $(get $table.4.1.11)" = "1 1"

tell clocks "refuse reads authorizationError:0.3" >/dev/null
check "reads can be refused" says authorizationError get $uptime
sleep 0.4
check "for a while only" between 0 10000 "$(get $uptime)"
tell clocks "refuse sets noAccess" >/dev/null
check "SETs can be refused" says noAccess set_outlet 12 1
tell clocks "refuse sets none" >/dev/null
tell clocks "refuse 13 genErr" >/dev/null
check "until told otherwise" test "$(set_outlet 12 1)" = 1
check "and those of one outlet" says genError set_outlet 13 1
tell clocks "no-users 0.3" >/dev/null
check "users can be unknown" says 'Unknown user name' get3 $uptime
sleep 0.4
check "for a while as well" between 0 10000 "$(get3 $uptime)"

tell clocks "first-varbind on" >/dev/null
check "a SET of several varbinds may be taken in part and say noError" \
	test "$(ask snmpset $table.6.1.14 i 1 $table.6.1.15 i 1 | tr '\n' ' ')" = "1 1 "
check "its first varbind is done, its second is not" \
	test "$(get $table.4.1.14) $(get $table.4.1.15)" = "1 2"
tell clocks "first-varbind off" >/dev/null

tell clocks "late 1.5" >/dev/null
check "the answer of a SET can be late" unanswered set_outlet 16 1
check "while it is done at once, and reads are answered" test "$(get $table.4.1.16)" -eq 1
tell clocks "late 0" >/dev/null
tell clocks "delay 0.2" >/dev/null
begun=$(date +%s%N)
get $uptime >"$scratch/one" &
get $uptime >"$scratch/two" &
wait $!
get $uptime >/dev/null
check "a slow card does one thing at a time, and queues the others" \
	between 600 1500 $((($(date +%s%N) - begun) / 1000000))
tell clocks "delay 0" >/dev/null
for wrong in 'restart down' 'restart down=x' 'restart boots=none' 'restart reads=some:3' 'restart 3' \
	'cycle 3' 'cycle 99 1' 'swap 3 3' 'swap 3 99' 'hide 99 1' 'hide 1.*' 'hide all soon' \
	'hide all 1 some=1' 'hide x.* 1' 'blank all 1 each=1 each=2' 'refuse 99 genErr' 'refuse reads some' \
	'first-varbind maybe' 'late 1 some' 'show all' 'no-users' \
	'when set 0 lose' 'when rain 1 lose' 'after soon lose' 'after 1 nothing' 'lose all' 'pause now' ''; do
	check "no command: \"$wrong\"" says 'error: ' tell clocks "$wrong"
done

tell clocks "delay 1.5" >/dev/null
patience=2
get $uptime >"$scratch/one" &
patience=10
sleep 0.3
tell clocks "restart down=0.1 power=keep" >/dev/null
tell clocks "delay 0" >/dev/null
wait $!
check "what a slow card works on when it restarts is lost" says Timeout cat "$scratch/one"
check "and it works on what comes afterwards" between 0 10000 "$(get $uptime)"
engine=$(get $engine_id)
tell clocks "restart down=0 card=new boots=9 uptime=500" >/dev/null
check "another card can have the address" test "$(get $engine_id)" != "$engine"
check "of an age of its own" between 500 560 "$(get3 $engine_time)"
set_outlet 17 1 >/dev/null
check "with outlets of its own" test "$(grep -c ' outlet 2/1.17 off$' "$scratch/clocks")" -eq 1
check "those of the first stay as they are" \
	sh -c "! sed '1,/ start boots 9\$/d' '$scratch/clocks' | grep ' outlet 1'"
stop_pdus

take_commands
start_pdu ups su3000lcd2uhv-ups-20.1.0 --control --latency 0.2
main=1.3.6.1.4.1.850.1.1.3.1.2.1.1
banks=1.3.6.1.4.1.850.1.1.3.1.3.5.1.1
lines() { grep -c " outlet $1\$" "$scratch/$pdu"; }
check "the main load takes commands" test "$(ask snmpset $main.3.1 i 1)" = 1
check "its state follows with the relay's latency" test "$(get $main.1.1)" -eq 2
await ups ' outlet 1.3 off$'
check "it cuts all outlets, also those that are not controllable" \
	test "$(lines '1.1 off') $(lines '1.2 off') $(lines '1.3 off')" = "1 1 1"
check "and all states read off" test "$(get $main.1.1 $banks.4.1.1 $banks.4.1.3 | tr '\n' ' ')" = "1 1 1 "
ask snmpset $banks.6.1.1 i 2 >/dev/null
ask snmpset $banks.6.1.2 i 1 >/dev/null
sleep 0.4
check "an outlet that is switched on meanwhile reads off" test "$(get $banks.4.1.1)" -eq 1
check "and has no power" test "$(lines '1.1 on')" -eq 0
ask snmpset $main.3.1 i 2 >/dev/null
await ups ' outlet 1.3 on$'
check "power returns with the main load to those that are on" \
	test "$(lines '1.1 on') $(lines '1.2 on') $(lines '1.3 on')" = "1 0 1"
check "and states read as the relays are" \
	test "$(get $main.1.1 $banks.4.1.1 $banks.4.1.2 | tr '\n' ' ')" = "2 2 1 "
ask snmpset $main.3.1 i 3 >/dev/null
await ups ' outlet 1.3 on$' 2
check "its cycle ends by itself" test "$(lines '1.main off') $(lines '1.1 on')" = "2 2"
tell ups "refuse main genErr" >/dev/null
check "it can be refused like an outlet" says genError ask snmpset $main.3.1 i 1
tell ups "hide main 60" >/dev/null
check "and hidden" says 'No Such Instance' get $main.1.1
tell ups "show" >/dev/null
ask snmpset $main.2.1 i 2 >/dev/null
tell ups "row $main.2.1|2|2" >/dev/null
tell ups "refuse main none" >/dev/null
check "one that is not controllable takes no command" says notWritable ask snmpset $main.3.1 i 1

alarms=1.3.6.1.4.1.850.1.3
tell ups "alarm 7 lost 1.*" >/dev/null
check "an alarm is counted" test "$(get $alarms.1.0)" -eq 1
check "lost communications are an alarm about a device" test \
	"$(get $alarms.2.1.2.7 $alarms.2.1.5.7 $alarms.2.1.6.7 $alarms.2.1.8.7 | tr '\n' ' ')" = \
	'.1.3.6.1.4.1.850.1.3.3.2.1 .1.3.6.1.4.1.850.1.1.1.2.1.1.1 "Communications Lost" 1 '
tell ups "alarm 8 $alarms.3.6.11" >/dev/null
check "there may be others" test "$(get $alarms.1.0 $alarms.2.1.2.8 | tr '\n' ' ')" = "2 .$alarms.3.6.11 "
tell ups "alarm 7 none" >/dev/null
check "an alarm can go" test "$(get $alarms.1.0) $(walk $alarms.2 | wc -l)" = "1 9"
for wrong in 'alarm 9 none' 'alarm 8 none 1.*' 'alarm x lost' 'alarm 1 gone' 'alarm 1 lost some' 'swap main 1'; do
	check "no command: \"$wrong\"" says 'error: ' tell ups "$wrong"
done
tell ups "restart down=0.1 return=0.3" >/dev/null
await ups ' outlet 1.3 on$' 3
check "the power of the main load fails in a restart, and comes back" \
	test "$(lines '1.main off') $(lines '1.main on')" = "3 3"
stop_pdus
start_pdu card smart1500rmxl2ua-webcard-12.06.0069 --control
check "an SNMPWEBCARD has a main load" test "$(ask snmpset 1.3.6.1.4.1.850.100.1.12.3.0 i 1)" = 1
await card ' outlet 1.main off$'
await card ' outlet 1.3 off$'
check "that cuts all outlets likewise" test "$(lines '1.main off') $(lines '1.1 off') $(lines '1.3 off')" = "1 1 1"
check "and reads off" test "$(get 1.3.6.1.4.1.850.100.1.12.1.0 1.3.6.1.4.1.850.100.1.10.2.1.2.3 | tr '\n' ' ')" = "1 1 "
alarms=1.3.6.1.4.1.850.100.1.6
tell card "alarm 5 lost 1.*" >/dev/null
check "and alarms" test "$(get $alarms.1.0 $alarms.2.1.2.5 $alarms.2.1.5.5 | tr '\n' ' ')" = "3 .$alarms.3.27 1 "
stop_pdus

commands=
# A recording of one's own.
printf '%s\n' '1.3.6.1.2.1.1.1.0|4|first' '1.3.6.1.2.1.1.5.0|4|name' '1.3.6.1.2.1.1.1.0|4|second' \
	'1.3.6.1.2.1.1.5.0|4|name' >"$scratch/merged.snmprec"
start_pdu merged "$scratch/merged.snmprec"
check "a row that stands twice in a recording: the first counts" \
	test "$(get 1.3.6.1.2.1.1.1.0)" = '"first"'
check "a warning names the one that differs, and no other" test "$(cat "$scratch/merged.err")" = \
	"trippsim: warning: $scratch/merged.snmprec:3: 1.3.6.1.2.1.1.1.0 differs from an earlier row of it, which counts"
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

# Outside of the source none lie beside the program, and none are installed yet.
[ -d "${TRIPPSIM%/*}/captures" ] || export TRIPPSIM_CAPTURES="$TS_CAPTURES"
lists() { "$TRIPPSIM" --list | grep -qx -- "$1"; }
for recording in "$TS_CAPTURES"/*.snmprec; do
	recording=$(basename "$recording" .snmprec)
	check "$recording is listed by its name" lists "$recording"
	check "$recording has its origin in SOURCES.md" grep -q "^| $recording.snmprec | [^|]* | [^|]* |$" \
		"$TS_CAPTURES/SOURCES.md"
	check "$recording is distributed and installed" grep -q "sim/captures/$recording.snmprec" \
		"$TS_SRCDIR/Makefile.am"
done
check "--version names the program" says 'trippsim (tripplite) ' "$TRIPPSIM" --version
# finds NAME ERROR: what it says of a recording that it cannot load.
fails() { "$TRIPPSIM" "$1" 2>&1 | grep -F -- "$2"; }
check "a name that several begin with is refused" fails pdum 'pdum may be '
check "a name that is none" fails nothing 'nothing is neither a file nor a recording; see --list'
check "a path is no name" fails ./pdumh20atnet 'No such file'
check "the beginning of a name is enough" says 'listening on' timeout 1 "$TRIPPSIM" pdumh20atnet

check "a command line that is wrong says so" sh -c \
	"'$TRIPPSIM' --do 'lose all' '$TS_CAPTURES/$pdu20.snmprec' 2>&1 | grep -F -- '--do: \"lose all\": '"

check "each command stands in the manual page" sh -c "
	sed -n '/^static const struct verb verbs/,/^};/s/^\t{ \"\([^\"]*\)\".*/\1/p' '$TS_SRCDIR/sim/control.c' |
		sed 's/-/\\\\\\\\-/g' | while read -r verb; do
			grep -Eq \"^\.BI? (\$verb|.*\|\$verb)\" '$TS_SRCDIR/doc/trippsim.1.in' || { echo \"\$verb is missing\"; exit 1; }
		done"
finish
