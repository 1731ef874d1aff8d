#!/bin/sh
# What must not get worse unseen, as far as it is the same each time: the requests of each
# operation on each family, and the files that are opened. No clock has a say here; make bench
# measures time. If a number below changes for a good reason, up or down, change it here.
# SPDX-License-Identifier: LGPL-2.1-or-later
. "${0%/*}/shell.sh"
need_stonith
. "${0%/*}/pdu.sh"

user="alice SHA Auth-nicht-8 AES Priv-nicht-9"
# card CAPTURE OUTLET: the only PDU, with that outlet named db1.
card() {
	stop_pdus
	start_pdu card "$1" --user "$user" --name "$2=db1"
}

# How stonith is told the version of SNMP.
version() {
	case $1 in
	3) echo "login=alice password=Auth-nicht-8 snmp_priv_passwd=Priv-nicht-9" ;;
	*) echo "snmp_version=$1 community=tripplite" ;;
	esac
}

# takes N ARGUMENT...: whether stonith with these arguments succeeds with exactly N requests.
takes() {
	expected=$1
	shift
	before=$(requests card)
	# shellcheck disable=SC2046 # a line of words
	stonith -t tripplite $(version "$snmp") "ipaddr=$address" off_hold=0 power_timeout=2 \
		total_timeout=5 "$@" || return
	took=$(($(requests card) - before))
	echo "it took $took requests, not $expected"
	[ $took -eq "$expected" ]
}

# row CAPTURE OUTLET VERSION STATUS LIST OFF ON RESET RESET-BY-NAME
row() {
	capture=$1 outlet=$2 snmp=$3
	shift 3
	what="$capture, SNMP $snmp"
	card "$capture" "$outlet"
	map="hostlist=db1:$outlet"
	check "$what: status takes $1 requests" takes "$1" "$map" -S
	check "$what: list of a map takes no request" takes 0 "$map" -l
	check "$what: list by name takes $2 requests" takes "$2" -l
	check "$what: off takes $3 requests" takes "$3" "$map" -T off db1
	check "$what: on takes $4 requests" takes "$4" "$map" -T on db1
	check "$what: reset takes $5 requests" takes "$5" "$map" -T reset db1
	check "$what: reset by name takes $6 requests" takes "$6" -T reset db1
}

# Relays obey at once, nothing is lost, nothing is held. For SNMPv3 the discovery of the engine,
# which the timeline does not show, comes on top. Off ends with sysUpTime, which SNMPv3 tells
# without being asked. By name a reset reads the tables, asks for sysUpTime once more, for only a
# card that is up for long shows all it has, and reads the name before each command. Cards that
# have active alarms (the real ATS 11, the real SNMPWEBCARD 2) are asked which, once in each look.
#   capture                     outlet  SNMP  status list off on reset by-name
row pdumv30hvnetlx-pdu-20.2.1   1.3     2c   1      2    5   3  7     11
row pdumv30hvnetlx-pdu-20.2.1   1.3     1    3      3    8   6  10    13
row pdumv30hvnetlx-pdu-20.2.1   1.3     3    1      3    4   3  6     9
row pdumh20atnet-ats-15.5.4     1.9     2c   2      3    6   4  8     12
row pdumh20atnet-ats-15.5.4     1.9     1    4      5    8   6  10    14
row su3000lcd2uhv-ups-20.1.0                      1.1     2c   1      2    5   3  7     11
row lx-pdu-envirosense          1.3     2c   1      2    5   3  7     11
row smart1500rmxl2ua-webcard-12.06.0069           1.1     2c   2      3    6   4  8     12
row smart1500rmxl2ua-webcard-12.06.0069           1.1     1    4      4    8   6  10    13
row pdumh20hvnet-12.04-pdu      1.3     2c   1      2    5   3  7     11
row twin-only                   1.3     2c   1      2    5   3  7     11

# mains CAPTURE VERSION STATUS OFF ON RESET: the same of a main load, which is never found by name.
mains() {
	capture=$1 snmp=$2
	shift 2
	what="main load of $capture, SNMP $snmp"
	card "$capture" 1.1
	map="hostlist=db1:main"
	check "$what: status takes $1 requests" takes "$1" "$map" -S
	check "$what: list of a map takes no request" takes 0 "$map" -l
	check "$what: off takes $2 requests" takes "$2" "$map" -T off db1
	check "$what: on takes $3 requests" takes "$3" "$map" -T on db1
	check "$what: reset takes $4 requests" takes "$4" "$map" -T reset db1
}

#     capture                              SNMP  status off on reset
mains pdumh20atnet-ats-15.5.4              2c    2      6   4  8
mains su3000lcd2uhv-ups-20.1.0             2c    1      5   3  7
mains su3000lcd2uhv-ups-20.1.0             1     3      8   6  10
mains su3000lcd2uhv-ups-20.1.0             3     1      4   3  6
mains smart1500rmxl2ua-webcard-12.06.0069  2c    2      6   4  8
mains smart1500rmxl2ua-webcard-12.06.0069  1     4      8   6  10

# opens VERSION: what a reset opens, but for what libraries and the loader themselves need.
opens() {
	LD_PRELOAD="$PILS_PRELOAD" STONITH_TEST_PLUGIN_PATH="$TS_PLUGIN_DIR" \
		MIBS=ALL MIBDIRS="$scratch" SNMPCONFPATH="$scratch" SNMP_PERSISTENT_DIR="$scratch" \
		strace -f -e trace=open,openat,creat,rename,unlink,mkdir -o "$scratch/calls" \
		stonith -t tripplite $(version "$1") "ipaddr=$address" hostlist=db1:3 off_hold=0 \
		-T reset db1 </dev/null || return
	grep -q 'libnetsnmp\.so' "$scratch/calls" # or nothing was seen
}
# make coverage leaves .gcda files of its own.
never() { ! { grep -v "\.gcda\"" "$scratch/calls" | grep -E "$@"; }; }

if ! command -v strace >/dev/null; then
	echo "strace is not installed: the files that are opened were not looked at"
elif [ -n "$TS_PRELOAD_ASAN" ]; then
	echo "strace and sanitizers do not go together: the files that are opened were not looked at"
elif ! strace -o "$scratch/calls" true 2>/dev/null; then
	echo "strace may not trace here: the files that are opened were not looked at"
else
	card pdumv30hvnetlx-pdu-20.2.1 1.3
	for snmp in 2c 3; do
		check "a reset by SNMP $snmp can be watched" opens "$snmp"
		check "SNMP $snmp: no MIB is looked for" never -i '/mibs|MIB[^A-Z].*\.txt|\.index"'
		check "SNMP $snmp: no snmp.conf is looked for" never 'snmp[^"/]*\.conf'
		check "SNMP $snmp: the persistent directory is left alone" \
			never "\"($scratch|/var/lib/snmp|/var/net-snmp)"
		check "SNMP $snmp: no file is made, renamed or removed" \
			never 'O_CREAT|creat\(|rename\(|unlink\(|mkdir\('
		check "SNMP $snmp: no certificate and no locale is looked for" \
			never -i '/snmp/tls|cert_indexes|locale-archive|LC_CTYPE'
	done
fi
finish
