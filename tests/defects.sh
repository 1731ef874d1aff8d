#!/bin/sh
# Shows that the campaign's judge can see: built with one deliberate defect at a
# time, the library must be caught lying within 2,000 seeds; without, never. A defect is a
# patch in tests/defects, applied to a copy, or an #ifdef in lib.
# SPDX-License-Identifier: LGPL-2.1-or-later

set -u
srcdir=${TS_SRCDIR:-$(dirname "$0")/..}
seeds=${TS_DEFECT_SEEDS:-2000}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

names=
for name in census denial exchange family feeds inventory log nodemap operation outcome power request runner settle table text; do
	names="$names $name"
done
flags=$(pkg-config --cflags glib-2.0) && libs=$(pkg-config --libs glib-2.0) || exit 77

# build NAME [DEFINE [LIB]]: the campaign as $dir/NAME
build()
{
	lib=${3:-$srcdir/lib}
	sources=
	for name in $names; do
		sources="$sources $lib/$name.c"
	done
	# shellcheck disable=SC2086
	${CC:-cc} -std=gnu11 -O1 -D_GNU_SOURCE ${2:+-D$2} -I"$lib" $flags \
		-o "$dir/$1" "$srcdir"/tests/campaign/*.c $sources $libs || exit 1
}

# build_patched NAME PATCH: the same of a patched copy
build_patched()
{
	rm -rf "$dir/copy" && mkdir "$dir/copy" && cp -R "$srcdir/lib" "$dir/copy" || exit 1
	patch -s -p1 -d "$dir/copy" <"$2" || exit 1
	build "$1" "" "$dir/copy/lib"
}

# caught NAME: whether the campaign of that name is found lying
caught()
{
	"$dir/$1" --seeds "$seeds" > "$dir/out" 2>&1
	lies=$(sed -n 's/.* lies: \([0-9]*\)$/\1/p' "$dir/out")
	first=$(sed -n 's/^LIE: //p' "$dir/out" | head -n 1)
	rm -f "$dir/$1"
	if [ "${lies:-0}" -gt 0 ]; then
		echo "ok: $1 is caught, $lies lies; $first"
	else
		echo "FAIL: $1 is not caught in $seeds seeds"
		tail -n 3 "$dir/out"
		failed=1
	fi
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

for defect in UNKNOWN_IS_OFF FIRST_SWEEP ONE_OUTLET TRUST_ECHO HOLD_UNCHECKED \
	SKIP_SET; do
	build "$defect" "TS_DEFECT_$defect"
	caught "$defect"
done
for patch in "$srcdir"/tests/defects/*.patch; do
	defect=$(basename "$patch" .patch)
	build_patched "$defect" "$patch"
	caught "$defect"
done
exit $failed
