#!/bin/sh
# make install puts everything where others look for it, and uninstall takes it away.
# SPDX-License-Identifier: LGPL-2.1-or-later
. "${0%/*}/shell.sh"
unset MAKEFLAGS MFLAGS MAKELEVEL DESTDIR

root=$scratch/root
in_build() { make -C "$TS_BUILDDIR" "$@" DESTDIR="$root"; }
one() { find "$root" -name "$1" | head -n 1; }
resolves() { [ "$(readlink -f "$1")" = "$(readlink -f "$2")" ]; }

check "make install succeeds" in_build install
libdir=$(dirname "$(one libtrippsnmp.so.0)")
check "the library has its soname" \
	sh -c "readelf -d '$libdir/libtrippsnmp.so' | grep 'SONAME.*\[libtrippsnmp.so.0\]'"
check "the soname is a link to the library" \
	resolves "$libdir/libtrippsnmp.so.0" "$libdir/libtrippsnmp.so.0.0.0"
check "the header is there" test -f "$(one trippsnmp.h)"
check "the fence agent is there and runs" \
	env LD_LIBRARY_PATH="$libdir" "$(one fence_tripplite)" --version
check "it lies where configure says that Pacemaker looks" \
	test -x "$root$TS_FENCE_AGENTS_DIR/fence_tripplite"
check "trippsim is there and runs" "$(one trippsim)" --help
check "trippsnmp is there and runs" env LD_LIBRARY_PATH="$libdir" "$(one trippsnmp)" --version

# As a user of the library: with its pkg-config file, in a root of its own.
pc() {
	PKG_CONFIG_SYSROOT_DIR=$root PKG_CONFIG_LIBDIR=$libdir/pkgconfig \
		pkg-config "$@" trippsnmp
}
cat >"$scratch/user.c" <<END
#include <stdio.h>
#include <trippsnmp.h>
int main(void)
{
	puts(trippsnmp_version());
	return 0;
}
END
# Indirect libraries of the sanitizers' runtime apart, nothing else is named.
build_user() { $CC ${TS_PRELOAD_ASAN:+-fsanitize=address,undefined} -o "$scratch/user" \
	"$scratch/user.c" $(pc --cflags --libs); }
check "a program builds with trippsnmp.pc alone" build_user
check "it runs, and both name the same version" \
	test "$(LD_LIBRARY_PATH=$libdir "$scratch/user")" = "$(pc --modversion)"

if [ -n "$TS_STONITH_PLUGINDIR" ]; then
	plugin=$root$TS_STONITH_PLUGINDIR/tripplite.so
	check "the plugin is in the plugin directory" test -f "$plugin"
	check "no libtool file lies beside it" test ! -e "${plugin%.so}.la"
	check "the plugin does not point into the build tree" \
		sh -c "! readelf -d '$plugin' | grep -F '$TS_BUILDDIR'"
	if command -v stonith >/dev/null; then
		plugin_path=$(dirname "$(dirname "$plugin")")
		sees() { stonith -L | grep -x tripplite; }
		loads() { LD_LIBRARY_PATH=$libdir stonith -t tripplite -n | grep -w ipaddr; }
		check "stonith -L sees it there" sees
		check "stonith loads it from there" loads
	fi
fi

check "make uninstall succeeds" in_build uninstall
check "it leaves no file" test -z "$(find "$root" ! -type d)"
finish
