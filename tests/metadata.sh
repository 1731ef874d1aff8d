#!/bin/sh
# The plugin describes each of its parameters, in well-formed XML.
# SPDX-License-Identifier: LGPL-2.1-or-later
. "${0%/*}/shell.sh"
need_stonith
command -v xmllint >/dev/null || skip "xmllint is not installed"

xml=$scratch/metadata.xml
stonith -m -t tripplite >"$xml" || {
	echo "stonith -m -t tripplite failed"
	exit 1
}
query() { xmllint --nonet --xpath "$1" "$xml"; }
equals() { # XPATH VALUE
	found=$(query "$1")
	echo "$1 is '$found', not '$2'"
	[ "$found" = "$2" ]
}
holds() { equals "boolean($1)" true; }

check "it is well-formed" xmllint --nonet --noout "$xml"
check "stonith -n lists the parameters of the metadata, in the same order" \
	test "$(stonith -n -t tripplite | tr -s ' \n' ' ' | sed 's/^ //; s/ $//')" = \
	"$(query '//parameter/@name' | sed 's/.*"\(.*\)".*/\1/' | tr '\n' ' ' | sed 's/ $//')"

# Name, required, default (- if there is none).
while read -r name required default; do
	p="//parameter[@name='$name']"
	check "$name is there once" equals "count($p)" 1
	check "$name: required is $required" equals "string($p/@required)" "$required"
	check "$name has a type" holds "string-length($p/content/@type) > 0"
	if [ "$default" = - ]; then
		check "$name has no default" holds "not($p/content/@default)"
	else
		check "$name: the default is $default" equals "string($p/content/@default)" "$default"
	fi
	check "$name has a short text" holds "string-length(normalize-space($p/shortdesc)) > 0"
	check "$name has a long text" holds "string-length(normalize-space($p/longdesc)) > 0"
done <<END
ipaddr 1 -
hostlist 0 -
feeds 0 0
snmp_version 0 -
community 0 -
login 0 -
password 0 -
snmp_auth_prot 0 SHA
snmp_priv_prot 0 AES
snmp_priv_passwd 0 -
snmp_sec_level 0 -
secrets_file 0 -
off_hold 0 5
power_timeout 0 20
snmp_timeout 0 1
total_timeout 0 50
check_write 0 no
END
check "there is no parameter besides these" equals "count(//parameter)" 17
finish
