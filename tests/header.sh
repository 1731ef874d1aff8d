#!/bin/sh
# Each public header compiles alone, as strict C and as C++.
# SPDX-License-Identifier: LGPL-2.1-or-later
. "${0%/*}/shell.sh"

for header in trippsnmp.h; do
	echo "#include <$header>" >"$scratch/alone.c"
	cp "$scratch/alone.c" "$scratch/alone.cc"
	for std in c99 c11; do
		check "$header compiles alone as $std" $CC -std=$std -Wall -Wextra -pedantic -Werror \
			-I"$TS_SRCDIR/lib" -fsyntax-only "$scratch/alone.c"
	done
	if [ -n "$CXX" ]; then
		check "$header compiles alone as C++" $CXX -std=c++11 -Wall -Wextra -pedantic -Werror \
			-I"$TS_SRCDIR/lib" -fsyntax-only "$scratch/alone.cc"
	else
		echo "no C++ compiler: as C++ it was not tried"
	fi
done
finish
