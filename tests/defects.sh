#!/bin/sh
# Shows that the campaign's judge can see: with one deliberate defect at a time the library
# must be caught lying; without any, never.
#
# A defect is a patch of lib/ in tests/defects/, applied to a copy. Above the patch stand
#
#   What: what the defect makes the library believe, in a line or more
#   Caught by: campaign [OPTIONS]    how it is looked for; --seeds is 2000 if not given
#
# A patch that another tool catches says so there, and is that tool's to try.
# SPDX-License-Identifier: LGPL-2.1-or-later

set -u
srcdir=$(cd "${TS_SRCDIR:-$(dirname "$0")/..}" && pwd) || exit 1
seeds=${TS_DEFECT_SEEDS:-2000}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
flags="-std=gnu11 -O1 -D_GNU_SOURCE $(pkg-config --cflags glib-2.0)" &&
	libs=$(pkg-config --libs glib-2.0) || exit 77

cp -R "$srcdir/lib" "$dir/lib" && mkdir "$dir/tests" "$dir/obj" &&
	cp -R "$srcdir/tests/campaign" "$dir/tests/campaign" && chmod -R u+w "$dir" || exit 1
cd "$dir" || exit 1
# The library without what reaches a network or a user.
sources=$(find lib tests/campaign -name '*.c' | grep -vE \
	'/(session|resolve|trippsnmp|params|survey|write_check|secrets)\.c$' | sort)

# compile SOURCE [DEFINE]
compile()
{
	# shellcheck disable=SC2086
	${CC:-cc} $flags ${2:+-D$2} -Ilib -I"$(dirname "$1")" -c "$1" \
		-o "obj/$(echo "$1" | tr / _ | sed 's/c$/o/')"
}

# build [DEFINE]: all of it, as ./campaign
build()
{
	for source in $sources; do
		compile "$source" "${1-}" || return 1
	done
	link
}

link()
{
	# shellcheck disable=SC2086
	${CC:-cc} -o campaign obj/*.o $libs
}

# rebuild PATCH: what the patch touches
rebuild()
{
	touched=$(sed -n 's,^+++ b/\(lib/[^	]*\).*,\1,p' "$1")
	case $touched in
	*.h*) build; return ;;
	esac
	for source in $touched; do
		compile "$source" || return 1
	done
	link
}

failed=0

# caught NAME OPTION...: runs ./campaign, which must find a lie
caught()
{
	name=$1
	shift
	./campaign --seeds "$seeds" --jobs 2 --show 1 "$@" > out 2>&1
	lies=$(sed -n 's/.* lies: \([0-9]*\)$/\1/p' out)
	first=$(sed -n 's/^LIE: //p' out | head -n 1)
	if [ "${lies:-0}" -gt 0 ]; then
		echo "ok: $name is caught, $lies lies; $first"
	else
		echo "FAIL: $name is not caught by campaign $*"
		tail -n 3 out
		failed=1
	fi
}

# try PATCH OPTIONS
try()
{
	name=$(basename "$1" .patch)
	if ! patch -s -p1 < "$1" > out 2>&1 || ! rebuild "$1" > out 2>&1; then
		echo "FAIL: $name does not apply or build any more"
		cat out
		failed=1
	else
		eval "caught \"\$name\" $2"
	fi
	patch -s -R -p1 -f < "$1" > out 2>&1 && rebuild "$1" || exit 1
}

build || exit 1
if ./campaign --seeds "$seeds" --jobs 2 --quiet > out; then
	echo "ok: without a defect, no lie in $seeds seeds"
else
	echo "FAIL: without a defect"
	cat out
	failed=1
fi

for patch in "$srcdir"/tests/defects/*.patch; do
	[ -f "$patch" ] || continue
	by=$(sed -n 's/^Caught by: campaign *//p' "$patch")
	grep -q '^Caught by: campaign' "$patch" || continue
	try "$patch" "$by"
done

# shellcheck disable=SC2013 # words without blanks
for defect in $(grep -rhoE 'TS_DEFECT_[A-Z_]+' lib | sort -u); do
	build "$defect" || exit 1
	caught "$defect"
done
exit $failed
