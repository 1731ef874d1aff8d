#!/bin/sh
# fence_tripplite beside fence_tripplite_snmp, on one simulated PDU: for each action the same
# options, with the same exit status and the same words, but where theirs is not the truth.
# SPDX-License-Identifier: LGPL-2.1-or-later
. "${0%/*}/shell.sh"
need_host fence_tripplite_snmp
command -v fence_tripplite_snmp >/dev/null || skip "fence_tripplite_snmp is not installed"
command -v snmpget >/dev/null || skip "fence_tripplite_snmp needs snmpget, which is not installed"
. "${0%/*}/pdu.sh"

start_pdu a pdumv30hvnetlx-pdu-20.2.1 --community private --community other --name 3=db1 \
	--user 'noauth' --user 'old MD5 authpass123 DES privpass123' --user 'auth SHA authpass123' --user 'priv SHA authpass123 AES privpass123' \
	--row '1.3.6.1.4.1.850.1.1.3.2.3.3.1.1.4.1.20|2|0' \
	--row '1.3.6.1.4.1.850.1.1.3.2.3.3.1.1.4.1.21|2|1'
theirs() { fence_tripplite_snmp "$@" 2>"$scratch/their.err" </dev/null; }
theirs_stdin() { fence_tripplite_snmp <"$scratch/in" 2>"$scratch/their.err"; }
ours() { "$agent" "$@" 2>"$scratch/our.err" </dev/null; }
ours_stdin() { "$agent" <"$scratch/in" 2>"$scratch/our.err"; }

# both STATUS COMMAND ARGUMENT...: ours and theirs end with that status and print the same.
both() {
	wanted=$1 command=$2
	shift 2
	"theirs$command" "$@" >"$scratch/theirs"
	their_code=$?
	"ours$command" "$@" >"$scratch/ours"
	our_code=$?
	for whose in theirs ours; do
		sort "$scratch/$whose" | sed 's/^Success: Already /Success: Powered /' \
			>"$scratch/$whose.sorted"
	done
	echo "theirs: $their_code $(cat "$scratch/theirs" "$scratch/their.err")"
	echo "ours: $our_code $(cat "$scratch/ours" "$scratch/our.err")"
	[ "$their_code $our_code" = "$wanted $wanted" ] &&
		cmp "$scratch/theirs.sorted" "$scratch/ours.sorted"
}
same() { # RULE STATUS ARGUMENT...
	same_rule=$1 status=$2
	shift 2
	check "command line: $same_rule" both "$status" '' "$@"
}
same_lines() { # RULE STATUS LINE...
	same_rule=$1 status=$2
	shift 2
	printf '%s\n' "$@" >"$scratch/in"
	check "stdin: $same_rule" both "$status" _stdin
}

here="-a 127.0.0.1 -u $port"
same "status on" 0 $here -o status -n 4
same "status off" 2 $here -o status -n 21
same "status by name" 0 $here -o status -n db1
same "status without plug" 1 $here -o status
same "an unknown option" 1 $here -o monitor -x
same "monitor" 0 $here -o monitor
same "an unknown action" 1 $here -o explode -n 4
same "version 2c" 0 $here -o status -n 4 -d 2c -c other
same "long options" 0 --ip=127.0.0.1 --ipport="$port" --action=status --plug=4 --snmp-version=2c \
	--community=other --quiet
same "abbreviated long options" 0 --ip=127.0.0.1 --ipp="$port" --act=status --plug=4
same "SNMPv3, noAuthNoPriv" 0 $here -o status -n 4 -d 3 -l noauth -E noAuthNoPriv
same "SNMPv3, authNoPriv" 0 $here -o status -n 4 -d 3 -l auth -p authpass123 -b SHA -E authNoPriv
same "SNMPv3, authPriv" 0 $here -o status -n 4 -d 3 -l priv -p authpass123 -b SHA -B AES \
	-P privpass123 -E authPriv
same "SNMPv3, the protocols unset" 0 $here -o status -n 4 -d 3 -l old -p authpass123 -P privpass123 \
	-E authPriv
same "SNMPv3, authPriv by the passphrases that are there" 0 $here -o status -n 4 -d 3 -l priv \
	-p authpass123 -b SHA -B AES -P privpass123
same "validate-all" 0 $here -o validate-all -n 4
same "validate-all of a bad choice" 1 $here -o validate-all -n 4 -d 7
same "validate-all of a bad time" 1 $here -o validate-all -n 4 --power-wait=x
same "validate-all without an address" 1 -o validate-all -n 4
same "list" 0 $here -o list
same "list with a separator" 0 $here -o list -C ';'
same "off" 0 $here -o off -n 5
same "off again" 0 $here -o off -n 5
same "on" 0 $here -o on -n 5
same "on again" 0 $here -o on -n 5
same "reboot, the default" 0 $here -n 5
same "reboot by name" 0 $here -n db1 -o reboot
same_lines "status" 0 action=status ip=127.0.0.1 "ipport=$port" plug=4
same_lines "older names" 2 action=status ipaddr=127.0.0.1 "ipport=$port" port=21 login= passwd=
same_lines "what fenced says" 0 agent=x nodename=y action=status ip=127.0.0.1 "ipport=$port" plug=4
same_lines "an unknown name" 0 action=status ip=127.0.0.1 "ipport=$port" plug=4 colour=red
same_lines "quoted values and comments" 0 '# a comment' 'action="status"' 'ip="127.0.0.1"' \
	"ipport=$port" plug=4
same_lines "SNMPv3 with a script" 0 action=status ip=127.0.0.1 "ipport=$port" plug=4 \
	snmp_version=3 login=auth 'passwd_script=echo authpass123' snmp_auth_prot=SHA \
	snmp_sec_level=authNoPriv
same_lines "list" 0 action=list ip=127.0.0.1 "ipport=$port"
same_lines "reboot" 0 action=reboot ip=127.0.0.1 "ipport=$port" plug=5
check "list-status names the same outlets" sh -c "
	fence_tripplite_snmp $here -o list-status 2>/dev/null | cut -d, -f1,2 | sort >'$scratch/1'
	'$agent' -q $here -o list-status | cut -d, -f1,2 | sort >'$scratch/2'
	cmp '$scratch/1' '$scratch/2'"

# Where theirs is not the truth.
unlike() { # THEIRS OURS ARGUMENT...
	their_wanted=$1 our_wanted=$2
	shift 2
	theirs "$@" >"$scratch/theirs"
	their_code=$?
	ours "$@" >"$scratch/ours"
	our_code=$?
	echo "theirs: $their_code $(cat "$scratch/theirs"), ours: $our_code $(cat "$scratch/ours")"
	[ "$their_code $our_code" = "$their_wanted $our_wanted" ]
}
check "unknown is off to them, and failed to us" unlike 2 1 $here -o status -n 20
check "so is an outlet that does not exist" unlike 2 1 $here -o status -n 99 -d 2c
check "of several plugs only the first one counts to them" unlike 2 0 $here -o status -n 21,4
off() { events a | grep -c "^1\.$1 off"; }
theirs $here -o off -n 7,8 >"$scratch/theirs"
check "they say that both are off when they switched one" \
	test "$(cat "$scratch/theirs") $(off 7) $(off 8)" = "Success: Powered OFF 1 0"
ours $here -o off -n 9,10 >"$scratch/ours"
check "we switch both" \
	test "$(cat "$scratch/ours") $(off 9) $(off 10)" = "Success: Powered OFF 1 1"
# looks ARGUMENT...: what they ask of the PDU from the first command on.
looks() {
	seen=$(wc -l <"$scratch/a")
	theirs "$@" >"$scratch/theirs"
	tail -n +$((seen + 1)) "$scratch/a" |
		awk '/ request set /{ begun = 1 } begun && / request / { printf "%s ", $3 }'
}
check "their off is read once" test "$(looks $here -o off -n 11)" = "set get "
check "so is the off of their reset" test "$(looks $here -o reboot -n 12)" = "set get set get "
check "list-status: they know no state" sh -c "
	fence_tripplite_snmp $here -o list-status 2>/dev/null | grep -qx '4,Load 4,UNKNOWN' &&
	'$agent' -q $here -o list-status | grep -qx '4,Load 4,ON'"
a=$address
start_pdu ats pdumh20atnet-ats-15.5.4 --community private
check "an outlet of an ATS that is on is off to them" unlike 2 0 -a 127.0.0.1 -u "$port" \
	-o status -n 9 -d 2c
start_pdu ups su3000lcd2uhv-ups-20.1.0 --community private
check "so is one of a UPS" unlike 2 0 -a 127.0.0.1 -u "$port" -o status -n 1 -d 2c
check "two PDUs at once they do not know" unlike 1 0 -a "$a,$address" \
	-o status -n "4@$a,1@$address" -d 2c
finish
