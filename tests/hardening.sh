#!/bin/sh
# What is built is hardened as distributions harden their packages. The files
# are looked at, not the flags: a flag that is lost on the way shows here.
# SPDX-License-Identifier: LGPL-2.1-or-later
. "${0%/*}/shell.sh"

[ -z "${TS_SANITIZER_FLAGS-}" ] || skip "built with sanitizers, which nobody ships"
optimised=
echo | $CC $TS_CFLAGS -dM -E - 2>/dev/null | grep -q __OPTIMIZE__ && optimised=1
[ -n "$optimised" ] || echo "built without optimisation: _FORTIFY_SOURCE has no effect"

imports() { nm -D --undefined-only "$1" | sed 's/.* //; s/@.*//'; }
no_match() { ! grep -E "$1" "$2"; }
# At level 2 all of these have a twin with a check, whatever the compiler knows of sizes.
unchecked='^(v?f?printf|v?sn?printf|v?dprintf)$'

hardened() { # NAME FILE
	readelf -W -l "$2" >"$scratch/segments"
	readelf -W -d "$2" >"$scratch/dynamic"
	imports "$2" >"$scratch/imports"
	check "$1 has a read-only relocation segment" grep -w GNU_RELRO "$scratch/segments"
	check "$1 is bound before it runs, so that the segment covers all of it" \
		grep -E '\((FLAGS|FLAGS_1)\).*\b(BIND_NOW|NOW)\b' "$scratch/dynamic"
	check "$1 says what its stack may do" grep -w GNU_STACK "$scratch/segments"
	check "$1 has no executable stack" \
		no_match 'GNU_STACK .* R?W?E +0x' "$scratch/segments"
	check "$1 relocates no code" no_match 'TEXTREL' "$scratch/dynamic"
	check "$1 guards its stack" grep -x __stack_chk_fail "$scratch/imports"
	[ -z "$optimised" ] ||
		check "$1 calls no unchecked twin of a checked function" \
			no_match "$unchecked" "$scratch/imports"
}
fortified() { # NAME FILE
	[ -z "$optimised" ] ||
		check "$1 calls checked functions" sh -c "nm -D --undefined-only '$2' | grep '_chk\\(@\\|$\\)' |
			grep -v __stack_chk_fail"
}

library=$TS_BUILDDIR/lib/.libs/libtrippsnmp.so
hardened "the library" "$library"
fortified "the library" "$library"
hardened trippsim "$TRIPPSIM"
fortified trippsim "$TRIPPSIM"
hardened fence_tripplite "$TS_BUILDDIR/agent/.libs/fence_tripplite"
fortified fence_tripplite "$TS_BUILDDIR/agent/.libs/fence_tripplite"
hardened trippsnmp "$TS_BUILDDIR/tool/.libs/trippsnmp"
fortified trippsnmp "$TS_BUILDDIR/tool/.libs/trippsnmp"
# The plugin only translates: it calls no function that has a checked twin.
[ -z "$TS_STONITH_PLUGINDIR" ] || hardened "the plugin" "$TS_PLUGIN_DIR/stonith2/tripplite.so"
finish
