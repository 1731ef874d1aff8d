#!/bin/sh
# SNMPv3 keys against net-snmp's own agent, snmpd, which makes them by itself: each pair of
# protocols, and the spellings of net-snmp's tools. snmpd has no outlets; that it is called a
# stranger shows that it was understood.
# SPDX-License-Identifier: LGPL-2.1-or-later
. "${0%/*}/shell.sh"

PATH=$PATH:/usr/sbin
need_host snmpd
command -v snmpd >/dev/null || skip "snmpd is not installed"
agent=$TS_BUILDDIR/agent/fence_tripplite
auth_passphrase=authentication privacy_passphrase=encrypted-all
auths="MD5 SHA SHA-224 SHA-256 SHA-384 SHA-512"
privs="DES AES AES-192 AES-256 AES-192-C AES-256-C"

user() { # AUTH PRIV
	echo "u-$1-$2"
}

mkdir "$scratch/store"
for auth in $auths; do
	for priv in $privs; do
		name=$(user "$auth" "$priv")
		printf 'createUser %s %s "%s" %s "%s"\nrouser %s authpriv\n' "$name" "$auth" \
			$auth_passphrase "$priv" $privacy_passphrase "$name"
	done
done >"$scratch/snmpd.conf"
SNMP_PERSISTENT_DIR=$scratch/store SNMPCONFPATH=$scratch \
	snmpd -f -Lf "$scratch/log" -C -c "$scratch/snmpd.conf" -I -smux,agentx udp:127.0.0.1:0 \
	>"$scratch/snmpd.out" 2>&1 &
snmpd=$!
trap 'kill $snmpd 2>/dev/null; wait $snmpd 2>/dev/null; rm -rf "$scratch"' EXIT

# The port that the kernel picked: of the process's socket, by its inode.
listening() {
	for link in /proc/$snmpd/fd/*; do
		inode=$(readlink "$link" | sed -n 's/^socket:\[\(.*\)\]$/\1/p')
		[ -n "$inode" ] || continue
		port=$(awk -v inode="$inode" '$10 == inode { split($2, at, ":"); print at[2] }' /proc/net/udp)
		[ -z "$port" ] || return 0
	done
	return 1
}
for _ in $(seq 100); do
	grep -q 'NET-SNMP version' "$scratch/log" 2>/dev/null && listening && break
	kill -0 $snmpd 2>/dev/null || break
	sleep 0.1
done
[ -n "${port-}" ] || {
	cat "$scratch/log" "$scratch/snmpd.out"
	exit 99
}
port=$((0x$port))

# ask USER AUTH PRIV
ask() {
	printf '%s\n' action=monitor "ip=127.0.0.1:$port" snmp_version=3 snmp_sec_level=authPriv \
		snmp_timeout=0.3 "username=$1" "password=$auth_passphrase" "snmp_auth_prot=$2" \
		"snmp_priv_prot=$3" "snmp_priv_passwd=$privacy_passphrase" |
		"$agent" 2>&1
}
understood() {
	ask "$@" >"$scratch/said"
	cat "$scratch/said"
	grep -q 'no outlet table' "$scratch/said"
}
not_offered() { # by this net-snmp
	grep -q "does not offer" "$scratch/said"
}
understood_or_not_offered() {
	understood "$@" || not_offered
}
refused() {
	ask "$@" >"$scratch/said"
	cat "$scratch/said"
	! grep -q 'no outlet table' "$scratch/said"
}

# Each request of a stranger takes a second, so not all pairs: how the one key is made does not
# depend on the other, but for the digest's length.
for auth in $auths; do
	for priv in $privs; do
		case $auth-$priv in
		SHA-[AD]* | *-AES | MD5-AES-256* | SHA-512-AES-256*) ;;
		*) continue ;;
		esac
		check "$auth and $priv make the keys that snmpd makes" \
			understood_or_not_offered "$(user $auth $priv)" "$auth" "$priv"
	done
done
check "SHA1 is SHA, and AES-128 is AES" understood "$(user SHA AES)" SHA1 AES-128
check "AES128 is AES" understood "$(user SHA AES)" sha aes128
check "SHA256 and AES256C need no dashes" understood "$(user SHA-256 AES-256-C)" SHA256 AES256C
check "AES256C is not AES256" refused "$(user SHA AES-256-C)" SHA AES256
finish
