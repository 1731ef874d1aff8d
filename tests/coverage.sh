#!/bin/sh
# What the tests run of the code that is shipped: builds a copy of the source for gcov in a directory
# of its own, runs its make check, and prints lines and branches by folder and by file. What no test
# ran is listed in DIRECTORY/missed, and where lcov is installed there are pages in DIRECTORY/html.
# A source file that was not counted fails it.
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

rm -rf build html missed counted && mkdir build && cd build || exit 1
# -O0: a line is what was written, not what was left of it.
../source/configure -q CFLAGS='-O0 -g --coverage' LDFLAGS=--coverage \
	${COVERAGE_CONFIGURE-} >/dev/null && "$make" -s -j2 >/dev/null || exit 1
"$make" -s -j2 check || failed=1

# sources DIRECTORY PATTERN: the files of that name in the folders that are shipped, in order
sources() (
	cd "$1" && for folder in lib plugin agent tool; do
		! [ -d "$folder" ] || find "$folder" -name "$2"
	done | sort
)

# gcov tells a source once for each object that was made of it. A line has been run, and a branch
# taken, where any of these says so.
sources . '*.gcno' | while read -r notes; do
	gcov -t -b -c "$notes" 2>/dev/null
done | awk -v missed="$top/missed" -v counted="$top/counted" '
	function row(name) {
		return sprintf("coverage: %-31s %5.1f %% of %5d   %5.1f %% of %5d", name,
			lines[name] ? 100 * ran[name] / lines[name] : 100, lines[name],
			branches[name] ? 100 * taken[name] / branches[name] : 100, branches[name])
	}
	# add(TOTAL, AMOUNT): to the file at hand, each folder it lies in, and all
	function add(total, amount, name) {
		total["all"] += amount
		for (name = file; name; ) {
			total[name] += amount
			if (!sub(/\/[^\/]*$/, "", name))
				break
		}
	}
	/^ *-: *0:Source:/ {
		file = ""
		if (match($0, /(lib|plugin|agent|tool)\/.*\.c$/)) {
			file = substr($0, RSTART)
			files[file]
		}
	}
	!file { next }
	/^ *[0-9#=*-]+: *[1-9]/ {
		text = $0
		sub(/^[^:]*: */, "", text)
		number = text + 0
		sub(/^[0-9]*:/, "", text)
		where = file ":" number
		branch = 0
		if ($1 ~ /^-:/)
			next
		if (!(where in was_run)) {
			was_run[where] = 0
			add(lines, 1)
			order[++n] = where
			words[where] = text
		}
		if ($1 ~ /^[0-9]/ && !was_run[where]) {
			was_run[where] = 1
			add(ran, 1)
		}
	}
	/^branch / {
		arm = where "/" ++branch
		if (!(arm in was_taken)) {
			was_taken[arm] = 0
			add(branches, 1)
		}
		if ($3 == "taken" && $4 > 0 && !was_taken[arm]) {
			was_taken[arm] = 1
			add(taken, 1)
		}
		arms[where] = branch > arms[where] ? branch : arms[where]
	}
	END {
		for (name in files)
			print name >counted
		for (i = 1; i <= n; i++) {
			where = order[i]
			untaken = 0
			for (arm = 1; arm <= arms[where]; arm++)
				untaken += !was_taken[where "/" arm]
			if (!was_run[where])
				print where ": line: " words[where] >missed
			else if (untaken)
				print where ": branches, " untaken " of " arms[where] ": " words[where] >missed
		}
		for (name in lines)
			if (name != "all" && !(name in files))
				print "1 " name " " row(name)
			else if (name != "all")
				print "2 " name " " row(name)
		print "3 all " row("all")
	}' | sort | sed 's/^[0-9] [^ ]* //' >rows
echo "coverage:                                lines                branches"
cat rows

uncounted=$(sources ../source '*.c' | while read -r file; do
	grep -qxF "$file" "$top/counted" || echo "$file"
done)
case " ${COVERAGE_CONFIGURE-} " in
*" --without-stonith "*) uncounted=$(echo "$uncounted" | grep -v '^plugin/') ;;
esac
if [ -z "$uncounted" ]; then
	echo "coverage: all $(wc -l <"$top/counted") source files are counted"
else
	echo "coverage: NOT counted:" $uncounted >&2
	failed=1
fi

if command -v lcov >/dev/null && command -v genhtml >/dev/null; then
	lcov -q --capture --directory . --output-file all.info >/dev/null 2>&1 &&
		lcov -q --extract all.info '*/lib/*' '*/plugin/*' '*/agent/*' '*/tool/*' \
			--output-file ours.info >/dev/null 2>&1 &&
		genhtml -q --output-directory "$top/html" ours.info >/dev/null 2>&1 &&
		echo "coverage: pages: $top/html/index.html"
fi
[ $failed = 0 ] || echo "coverage: FAILED; make check's logs are in $top/build" >&2
exit $failed
