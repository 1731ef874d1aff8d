#!/bin/sh
# Under valgrind the suites, and so the plugin through libstonith in one process, make no error
# and lose no memory of their own. Slow, and so no part of make check.
# SPDX-License-Identifier: LGPL-2.1-or-later
. "${0%/*}/shell.sh"
need_stonith
command -v valgrind >/dev/null || skip "valgrind is not installed"
[ -z "$TS_PRELOAD_ASAN" ] || skip "valgrind and sanitizers do not go together"

# libtool, for a program of the build tree may be a script around the real one.
run() { # SUITE
	CK_FORK=no CK_DEFAULT_TIMEOUT=0 "$TS_BUILDDIR/libtool" --mode=execute \
		valgrind --quiet --error-exitcode=9 --leak-check=full \
		--show-leak-kinds=definite,indirect,possible --errors-for-leak-kinds=definite,possible \
		--num-callers=30 --suppressions="$TS_SRCDIR/tests/valgrind.supp" \
		"$TS_BUILDDIR/tests/$1"
}

for suite in plugin session exchange family feeds inventory nodemap operation params power \
	resolve text write_check; do
	check "test_$suite makes no error and loses nothing" run test_$suite
done
finish
