#!/bin/sh
# The manual pages are well formed, and the example program compiles against
# the public header alone and lists a PDU's outlets.
# SPDX-License-Identifier: LGPL-2.1-or-later
. "${0%/*}/shell.sh"

if command -v mandoc >/dev/null; then
	for page in fence_tripplite.8 trippsim.1 trippsnmp.1 trippsnmp.3 ${TS_STONITH_PLUGINDIR:+tripplite.7}; do
		check "$page is clean for mandoc" mandoc -Tlint -W style "$TS_BUILDDIR/doc/$page"
	done
fi

functions=$(grep -o '\btrippsnmp_[a-z_]*(' "$TS_SRCDIR/lib/trippsnmp.h" | sort -u)
names_all() {
	for function in $functions; do
		grep -F "$function" "$TS_SRCDIR/doc/trippsnmp.3.in" >/dev/null || {
			echo "$function is missing"
			return 1
		}
	done
}
check "trippsnmp.3 names each function that trippsnmp.h declares" names_all

example=$scratch/list-outlets
check "the example compiles against the public header" \
	$CC -std=c99 -Wall -Wextra -Werror ${TS_SANITIZER_FLAGS-} -I"$TS_SRCDIR/lib" \
	"$TS_SRCDIR/doc/examples/list-outlets.c" -o "$example" -L"$TS_BUILDDIR/lib/.libs" -ltrippsnmp

"$TRIPPSIM" --community tripplite --die-with-parent --name 3=db1 \
	"$TS_CAPTURES/pdumv30hvnetlx-pdu-20.2.1.snmprec" >"$scratch/timeline" 2>&1 &
pdu=$!
trap 'kill $pdu; wait $pdu; rm -rf "$scratch"' EXIT
tries=100
while ! grep -q listening "$scratch/timeline" && [ $tries -gt 0 ]; do
	tries=$((tries - 1))
	sleep 0.1
done
address=$(sed -n 's/^trippsim: listening on //p' "$scratch/timeline")

lists() {
	"$example" "$address" tripplite >"$scratch/listed" && cat "$scratch/listed" &&
		[ "$(wc -l <"$scratch/listed")" -eq 24 ] && grep -qx '1.3 on "db1"' "$scratch/listed"
}
check "the example lists all outlets with name and state" lists
check "the example says why it fails" sh -c "! '$example' 127.0.0.1:0 tripplite 2>'$scratch/why' &&
	grep -q 'ipaddr' '$scratch/why'"
finish
