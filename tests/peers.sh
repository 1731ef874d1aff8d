#!/bin/sh
# README's column about apcmastersnmp: what the installed one says, beside what a simulated
# MasterSwitch saw.
# SPDX-License-Identifier: LGPL-2.1-or-later
. "${0%/*}/shell.sh"
need_stonith
command stonith -L </dev/null 2>&1 | grep -qx apcmastersnmp ||
	skip "apcmastersnmp of cluster-glue is not installed"
command -v python3 >/dev/null || skip "the simulated MasterSwitch needs python3"
. "${0%/*}/pdu.sh"

mkfifo "$scratch/port"
python3 "${0%/*}/masterswitch.py" obeys stuck:stuck deaf:stuck blind:blind back:back \
	half half:stuck dim dim:blind both both:stuck \
	>"$scratch/switch" 3>"$scratch/port" </dev/null &
pdus=$!
read -r switch <"$scratch/port" || exit 99

# apc PORT ARGUMENT...: net-snmp's configuration tells the port, for the plugin's own does nothing.
apc() {
	echo "defaultPort $1" >"$scratch/snmp.conf"
	shift
	run env MIBS= SNMPCONFPATH="$scratch" SNMP_PERSISTENT_DIR="$scratch" \
		stonith -d -t apcmastersnmp port=161 community=tripplite "$@" </dev/null
}
power() { # ACTION NODE
	apc "$switch" ipaddr=127.0.0.1 -T "$1" "$2"
}

# Whether the last run ended with that status, and the outlet has just this to tell.
told() { # STATUS OUTLET LINE...
	status=$1 outlet=$2
	shift 2
	printf '%s\n' "$@" >"$scratch/wanted"
	sed -n "s/ $outlet / /p" "$scratch/switch" | diff "$scratch/wanted" - &&
		ended "$status" '*' '*'
}

refused() { ended 4 '*' "no active outlet" && ! grep command "$scratch/switch"; }
power off nobody
check "a name that no outlet has is an error before anything is switched" refused
power reset obeys
check "reset of an outlet that obeys: off, and on" told 0 1 'read on' 'command reboot' \
	'outlet off' 'read off' 'outlet on' 'read on'
power off stuck
check "off of an outlet that stays on is a failure" told 5 2 'read on' 'command off' \
	'read on' 'read on'
power reset deaf
check "reset of an outlet that stays on is a success" told 0 3 'read on' 'command reboot' 'read on'
power off blind
check "a state that is neither on nor off is no success" told 5 4 'read 0' 'command off' \
	'outlet off' 'read 0' 'read 0'
power off back
check "off is read once, and may be over" told 0 5 'read on' 'command off' 'outlet off' \
	'read off' 'outlet on'
power off half
check "off of two outlets: one is off" told 0 6 'read on' 'command off' 'outlet off' \
	'read off' 'read off'
check "and success, though the other stays on" told 0 7 'read on' 'command off' 'read on' 'read on'
power off dim
check "where an outlet is off, a state that is neither is a success" told 0 9 'read 0' \
	'command off' 'outlet off' 'read 0' 'read 0'
power reset both
check "reset of two outlets: one was off" told 0 10 'read on' 'command reboot' 'outlet off' \
	'read off' 'outlet on' 'read on'
check "and success, though the other never was" told 0 11 'read on' 'command reboot' \
	'read on' 'read on'

check "each request is in SNMP 1" test \
	"$(grep '^request' "$scratch/switch" | sort -u)" = "request version 1"
check "no parameter for another version" test \
	"$(command stonith -t apcmastersnmp -n </dev/null | tr -s ' \t\n' ' ')" = "ipaddr port community "
apc "$switch" ipaddr="127.0.0.1 127.0.0.2" -S
check "two addresses are an error" ended 1 '*' "cannot resolve"
for capture in pdumh20atnet-ats-15.5.4 su3000lcd2uhv-ups-20.1.0 pdumv30hvnetlx-pdu-20.2.1; do
	start_pdu "$capture" "$capture"
	apc "$port" ipaddr=127.0.0.1 -S
	check "$capture: no device of its" ended 2 '*' noSuchName
done
finish
