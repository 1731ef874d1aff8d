#!/bin/sh
# The libraries show what they promise and nothing else.
# SPDX-License-Identifier: LGPL-2.1-or-later
. "${0%/*}/shell.sh"

# Names that a shared object defines for others, without versions and version nodes.
defined() {
	nm -D --defined-only "$1" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | LC_ALL=C sort
}

declared=$(grep -o '\btrippsnmp_[a-z_]*(' "$TS_SRCDIR/lib/trippsnmp.h" | tr -d '(' |
	LC_ALL=C sort -u)
listed=$(sed -n 's/^\t\(trippsnmp_[a-z_]*\);$/\1/p' "$TS_SRCDIR/lib/libtrippsnmp.map" |
	LC_ALL=C sort)
library=$TS_BUILDDIR/lib/.libs/libtrippsnmp.so

check "the library's list names each function that trippsnmp.h declares" \
	test "$listed" = "$declared"
check "the library exports the functions on its list and nothing else" \
	test "$(defined "$library")" = "$listed"
check "each exported function has the version TRIPPSNMP_0" \
	test "$(nm -D --defined-only "$library" | grep -c '@@TRIPPSNMP_0$')" = \
	"$(echo "$listed" | wc -l)"
packaged=$(sed -n 's/^ \(trippsnmp_[a-z_]*\)@TRIPPSNMP_0 .*/\1/p' \
	"$TS_SRCDIR/debian/libtrippsnmp0.symbols" | LC_ALL=C sort)
check "the Debian package's symbols file names the same functions" test "$packaged" = "$listed"
if [ -n "$TS_STONITH_PLUGINDIR" ]; then
	check "the plugin exports its init function and nothing else" \
		test "$(defined "$TS_PLUGIN_DIR/stonith2/tripplite.so")" = \
		stonith2_LTX_tripplite_pil_plugin_init
else
	echo "built --without-stonith: there is no plugin to look at"
fi
finish
