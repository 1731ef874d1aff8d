#!/bin/sh
# Shows that campaign and fuzz_power can see: with one deliberate defect at a time the library
# must be caught; without any, never.
#
# A defect is a patch of lib/ in tests/defects/, applied to a copy. Above the patch stand
#
#   What: what the defect makes the library believe
#   Caught by: campaign [OPTIONS]    how it is looked for; --seeds is 2000 if not given
#   As: KIND                         of lie that must be among those found; any if not given
#
# or "Caught by: fuzz_power": an input of its corpus must break a rule. A patch that another
# tool catches says so there, and is that tool's to try.
# SPDX-License-Identifier: LGPL-2.1-or-later

set -u
srcdir=$(cd "${TS_SRCDIR:-$(dirname "$0")/..}" && pwd) || exit 1
seeds=${TS_DEFECT_SEEDS:-2000}
command -v patch > /dev/null || {
	echo "skipped: there is no patch(1)"
	exit 77
}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
flags="-std=gnu11 -O1 -D_GNU_SOURCE $(pkg-config --cflags glib-2.0)" &&
	libs=$(pkg-config --libs glib-2.0) || exit 77

mkdir "$dir/tests" "$dir/obj" && cp -R "$srcdir/lib" "$dir/lib" &&
	cp -R "$srcdir/tests/campaign" "$srcdir/tests/fuzz" "$dir/tests" &&
	chmod -R u+w "$dir" && cd "$dir" || exit 1
# What libFuzzer would do with one input.
cat > tests/fuzz/main.c << 'END'
#include <stdint.h>
#include <stdio.h>
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int main(int argc, char **argv)
{
	static uint8_t data[65536];
	FILE *file = argc > 1 ? fopen(argv[1], "rb") : NULL;
	return file ? LLVMFuzzerTestOneInput(data, fread(data, 1, sizeof(data), file)) : 2;
}
END
# The library without what reaches a network or a user.
library=$(find lib -name '*.c' | grep -vE \
	'/(session[a-z0-9_]*|resolve|trippsnmp|params|secrets)\.c$|/call/' | sort)
library="$library lib/call/job.c lib/call/operation.c"
tests="$(echo tests/campaign/*.c) tests/fuzz/fuzz.c tests/fuzz/fuzz_power.c tests/fuzz/main.c
	tests/fuzz/virtual.c"

# compile SOURCE [DEFINE]
compile()
{
	# shellcheck disable=SC2086
	${CC:-cc} $flags ${2:+-D$2} -Ilib -I"$(dirname "$1")" -c "$1" \
		-o "obj/$(echo "$1" | tr / _ | sed 's/c$/o/')"
}

link()
{
	# shellcheck disable=SC2086
	${CC:-cc} -o campaign obj/lib_*.o obj/tests_campaign_*.o $libs &&
		${CC:-cc} -o fuzz_power obj/lib_*.o obj/tests_fuzz_*.o $libs
}

# build [DEFINE]: all of it, as ./campaign and ./fuzz_power
build()
{
	for source in $library $tests; do
		compile "$source" "${1-}" || return 1
	done
	link
}

# touched_by PATCH: the files that the patch changes
touched_by()
{
	sed -n 's,^+++ b/\(lib/[^	]*\).*,\1,p' "$1"
}

# restore PATCH: as if it had never been applied
restore()
{
	for source in $(touched_by "$1"); do
		cp "$srcdir/$source" "$source" || return 1
	done
	rebuild "$1"
}

# rebuild PATCH: what the patch touches
rebuild()
{
	touched=$(touched_by "$1")
	case $touched in
	*.h*)
		build
		return
		;;
	esac
	for source in $touched; do
		compile "$source" || return 1
	done
	link
}

failed=0
fail()
{
	echo "FAIL: $1"
	failed=1
}

# lies KIND: how many lies of that kind ./campaign found; of any kind where it is empty
lies()
{
	if [ -n "$1" ]; then
		sed -n 's/^lies: //p' out | tr ';' '\n' | sed -n "s/^ *$1 \\([0-9]*\\)\$/\\1/p"
	else
		sed -n 's/.* lies: \([0-9]*\)$/\1/p' out
	fi
}

# by_campaign NAME KIND [OPTION...]
by_campaign()
{
	name=$1 kind=$2
	shift 2
	all=$(echo "$*" | sed -n 's/.*--seeds \([0-9]*\).*/\1/p')
	# most are found soon, and the first seeds are the same however many there are
	for some in $((${all:-$seeds} / 10)) "${all:-$seeds}"; do
		./campaign --jobs 2 --show 1 "$@" --seeds "$some" > out 2>&1
		found=$(lies "$kind")
		[ "${found:-0}" -eq 0 ] || break
	done
	if [ "${found:-0}" -gt 0 ]; then
		echo "ok: $name is caught, $found lies${kind:+ ($kind)}"
	else
		fail "$name is not caught${kind:+ as \"$kind\"} by campaign $*"
		grep -E '^LIE|lies:|^FAIL' out
	fi
}

# minded: how many inputs of its corpus fuzz_power minds
minded()
{
	inputs=0
	for input in "$srcdir"/tests/fuzz/corpus/power/*; do
		./fuzz_power "$input" > out 2>&1 || inputs=$((inputs + 1))
	done
	echo "$inputs"
}

# by_fuzz_power NAME
by_fuzz_power()
{
	inputs=$(minded 2> /dev/null)
	if [ "$inputs" -gt 0 ]; then
		echo "ok: $1 is caught by $inputs inputs of fuzz_power"
	else
		fail "$1 is not caught by any input of fuzz_power"
	fi
}

# try PATCH
try()
{
	name=$(basename "$1" .patch)
	by=$(sed -n 's/^Caught by: //p' "$1")
	kind=$(sed -n 's/^As: //p' "$1")
	case $by in
	campaign* | fuzz_power) ;;
	*) return ;;
	esac
	if ! patch -s -p1 -l -F 2 < "$1" > out 2>&1 || ! rebuild "$1" > out 2>&1; then
		fail "$name does not apply or build any more"
		cat out
	elif [ "$by" = fuzz_power ]; then
		by_fuzz_power "$name"
	else
		eval "by_campaign \"\$name\" \"\$kind\" ${by#campaign}"
	fi
	restore "$1" || exit 1
}

build || exit 1
if ./campaign --seeds "$seeds" --jobs 2 --quiet > out; then
	echo "ok: without a defect, no lie in $seeds seeds"
else
	fail "without a defect"
	cat out
fi
[ "$(minded)" -eq 0 ] || fail "without a defect fuzz_power minds inputs of its corpus"

for patch in "$srcdir"/tests/defects/*.patch; do
	[ ! -f "$patch" ] || try "$patch"
done

exit $failed
