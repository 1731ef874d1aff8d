#!/bin/sh
# The manual pages are well formed, that of the library names all that its header declares, and the
# example programs compile against the public header alone and do what they say.
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

constants=$(sed -n '/^enum /,/};/p' "$TS_SRCDIR/lib/trippsnmp.h" | grep -oE '\bTRIPPSNMP_[A-Z_]+\b' | sort -u)
explains_all() {
	for constant in $constants; do
		grep -qE "^\.BR? (TRIPPSNMP_[A-Z]+ \", \" )?$constant\b" "$TS_SRCDIR/doc/trippsnmp.3.in" || {
			echo "$constant is missing"
			return 1
		}
	done
}
check "trippsnmp.3 explains each constant that trippsnmp.h declares" explains_all

# Each for the header that it was written for: a function that is not there yet is no failure.
examples=
for source in "$TS_SRCDIR"/doc/examples/*.c; do
	example=$(basename "$source" .c)
	missing=$(grep -o '\btrippsnmp_[a-z_]*(' "$source" | sort -u | while read -r function; do
		grep -qF "$function" "$TS_SRCDIR/lib/trippsnmp.h" || echo "$function)"
	done)
	[ -z "$missing" ] || {
		echo "left out: $example, for lack of $missing"
		continue
	}
	examples="$examples $example"
	# shellcheck disable=SC2086 # words
	check "the example $example compiles against the public header" \
		$CC -std=c99 -Wall -Wextra -Werror ${TS_SANITIZER_FLAGS-} -I"$TS_SRCDIR/lib" \
		"$source" -o "$scratch/$example" -L"$TS_BUILDDIR/lib/.libs" -ltrippsnmp
done

. "${0%/*}/pdu.sh"
start_pdu card pdumv30hvnetlx-pdu-20.2.1 --community tripplite --name 3=db1

lists() {
	"$scratch/list-outlets" "$address" tripplite >"$scratch/listed" && cat "$scratch/listed" &&
		[ "$(wc -l <"$scratch/listed")" -eq 24 ] && grep -qx '1.3 on "db1"' "$scratch/listed"
}
check "list-outlets lists all outlets with name and state" lists
check "it says why it fails" sh -c "! '$scratch/list-outlets' 127.0.0.1:0 tripplite 2>'$scratch/why' &&
	grep -q 'ipaddr' '$scratch/why'"

fences() {
	"$scratch/fence-node" reset db1 ipaddr="$address" community=tripplite hostlist=db1:3 off_hold=0.1 \
		>"$scratch/fenced" 2>"$scratch/why"
	code=$?
	cat "$scratch/fenced" "$scratch/why"
	[ $code -eq 0 ] && grep -qx 'reset of db1: verified' "$scratch/fenced" &&
		grep -q '^info: off is proven: ' "$scratch/why" &&
		[ "$(grep -c ' outlet 1.3 o[nf]*$' "$scratch/card")" -eq 2 ]
}
check "fence-node resets a node, and shows the evidence" fences
fails() { # WORDS ARGUMENT...
	words=$1
	shift
	! "$scratch/fence-node" "$@" >"$scratch/fenced" 2>"$scratch/why"
	code=$?
	cat "$scratch/fenced" "$scratch/why"
	[ $code -eq 0 ] && [ ! -s "$scratch/fenced" ] && grep -q -- "$words" "$scratch/why"
}
check "it says why it fails" fails 'hostlist: it does not name' off db2 ipaddr="$address" \
	community=tripplite hostlist=db1:3
check "what is no parameter is said" fails 'there is no such parameter' off db1 nonsense=1
check "so is what it wants" fails usage explode db1 x=1

case $examples in
*watch-status*)
	check "watch-status checks a PDU" "$scratch/watch-status" "$address" tripplite
	stops() {
		: >"$scratch/shown"
		"$scratch/watch-status" 127.0.0.1:9 tripplite 2>>"$scratch/shown" &
		watch=$!
		tries=100
		while [ ! -s "$scratch/shown" ] && [ $tries -gt 0 ]; do
			tries=$((tries - 1))
			sleep 0.1
		done
		kill -INT $watch
		! wait $watch && cat "$scratch/shown" && grep -qx 'stopped: nothing is known' "$scratch/shown"
	}
	check "it shows what is done, and stops when it is interrupted" stops
	;;
esac
finish
