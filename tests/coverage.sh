#!/bin/sh
# What of lib/ and plugin/ the tests run: builds a copy of the source for gcov
# in a directory of its own, runs its make check, and prints lines and branches
# file by file. Where lcov is installed it leaves HTML pages there too.
#
#   coverage.sh DIRECTORY     which holds the source's copy in source/
#
# In the environment: MAKE, COVERAGE_CONFIGURE (further flags for configure).
# SPDX-License-Identifier: LGPL-2.1-or-later
set -u
cd "$1" || exit 1
top=$(pwd)
make=${MAKE:-make}
failed=0

rm -rf build html && mkdir build && cd build || exit 1
# -O0: a line is what was written, not what was left of it.
../source/configure -q CFLAGS='-O0 -g --coverage' LDFLAGS=--coverage \
	${COVERAGE_CONFIGURE-} >/dev/null && "$make" -s -j2 >/dev/null || exit 1
"$make" -s -j2 check || failed=1

# gcov's "File 'F'", "Lines executed:P% of N", "Taken at least once:P% of N".
echo "coverage:                      lines            branches"
find lib plugin -name '*.gcda' | sort | while read -r data; do
	gcov -n -b "$data" 2>/dev/null
done | awk '
	function count(text) {
		split(text, part, /[:% ]+/)
		return part[length(part)]
	}
	function share(text) {
		match(text, /[0-9.]+%/)
		return substr(text, RSTART, RLENGTH - 1) + 0
	}
	function row(name, ran, of, took, out) {
		printf "coverage: %-20s %5.1f %% of %4d   %5.1f %% of %4d\n", name,
			of ? 100 * ran / of : 100, of, out ? 100 * took / out : 100, out
	}
	function done() {
		if (file && lines)
			row(file, ran, lines, took, branches)
		if (file) {
			all_ran += ran; all_lines += lines
			all_took += took; all_branches += branches
		}
		file = ""
		ran = lines = took = branches = 0
	}
	/^File / {
		done()
		if (match($0, /(lib|plugin)\/[a-z_]+\.c/))
			file = substr($0, RSTART, RLENGTH)
	}
	/^Lines executed/ && file && !lines { lines = count($0); ran = lines * share($0) / 100 }
	/^Taken at least once/ && file { branches = count($0); took = branches * share($0) / 100 }
	/^$/ { done() }
	END { done(); row("all", all_ran, all_lines, all_took, all_branches) }'

if command -v lcov >/dev/null && command -v genhtml >/dev/null; then
	lcov -q --capture --directory . --output-file all.info >/dev/null 2>&1 &&
		lcov -q --extract all.info '*/lib/*' '*/plugin/*' --output-file ours.info >/dev/null 2>&1 &&
		genhtml -q --output-directory "$top/html" ours.info >/dev/null 2>&1 &&
		echo "coverage: pages: $top/html/index.html"
fi
[ $failed = 0 ] || echo "coverage: make check failed; see $top/build" >&2
exit $failed
