#!/bin/sh
# Shows that the campaign's judge can see: built with one deliberate defect at a
# time, the library must be caught lying within 2,000 seeds; without, never.
# SPDX-License-Identifier: LGPL-2.1-or-later

set -u
srcdir=${TS_SRCDIR:-$(dirname "$0")/..}
seeds=${TS_DEFECT_SEEDS:-2000}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

sources=
for name in exchange family feeds inventory log nodemap operation outcome power request runner table text; do
	sources="$sources $srcdir/lib/$name.c"
done
flags=$(pkg-config --cflags glib-2.0) && libs=$(pkg-config --libs glib-2.0) || exit 77

# build NAME [DEFINE]: the campaign as $dir/NAME
build()
{
	# shellcheck disable=SC2086
	${CC:-cc} -std=gnu11 -O1 -D_GNU_SOURCE ${2:+-D$2} -I"$srcdir/lib" $flags \
		-o "$dir/$1" "$srcdir"/tests/campaign/*.c $sources $libs || exit 1
}

failed=0

build sound
if "$dir/sound" --seeds "$seeds" --quiet > "$dir/out"; then
	echo "ok: without a defect, no lie in $seeds seeds"
else
	echo "FAIL: without a defect"
	cat "$dir/out"
	failed=1
fi

for defect in UNKNOWN_IS_OFF FIRST_SWEEP ONE_OUTLET TRUST_ECHO HOLD_UNCHECKED LATE_ANSWER \
	SKIP_SET PARTIAL_TABLE; do
	build "$defect" "TS_DEFECT_$defect"
	"$dir/$defect" --seeds "$seeds" > "$dir/out" 2>&1
	lies=$(sed -n 's/.* lies: \([0-9]*\)$/\1/p' "$dir/out")
	first=$(sed -n 's/^LIE: //p' "$dir/out" | head -n 1)
	rm -f "$dir/$defect"
	if [ "${lies:-0}" -gt 0 ]; then
		echo "ok: $defect is caught, $lies lies; $first"
	else
		echo "FAIL: $defect is not caught in $seeds seeds"
		tail -n 3 "$dir/out"
		failed=1
	fi
done
exit $failed
