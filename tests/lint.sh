#!/bin/sh
# Reads the sources as a careful stranger would: clang-tidy with .clang-tidy,
# gcc -fanalyzer, and clang-format. Any finding fails it; it changes no file.
#
#   lint.sh SOURCE-DIRECTORY     with LINT_CFLAGS, how to find the headers
#
# CLANG_TIDY, CLANG_FORMAT and ANALYZER_CC may name other programs.
# SPDX-License-Identifier: LGPL-2.1-or-later
set -u
cd "$1" || exit 1
tidy=${CLANG_TIDY:-clang-tidy}
format=${CLANG_FORMAT:-clang-format}
cc=${ANALYZER_CC:-gcc}
flags="-std=gnu11 -O2 -D_GNU_SOURCE -Ilib -Iplugin -Isim -Iagent -Itool ${LINT_CFLAGS-}"
failed=0

for program in "$tidy" "$format" "$cc"; do
	command -v "$program" >/dev/null || {
		echo "lint: $program was not found" >&2
		exit 1
	}
done

sources() { # DIRECTORY...: those that there are
	for directory; do
		[ ! -d "$directory" ] || find "$directory" -name '*.c' -o -name '*.h'
	done | sort
}

# each WHAT COMMAND...: the command with each C file that is ours to ship, two at a time.
each() {
	what=$1
	shift
	if sources lib plugin sim agent tool | grep '\.c$' | xargs -P 2 -n 1 "$@"; then
		echo "lint: $what: no findings"
	else
		echo "lint: $what: FINDINGS, see above"
		failed=1
	fi
}

# clang-tidy takes the flags behind the file's name, and counts the system's warnings aloud.
each clang-tidy sh -c '
	out=$("$1" --quiet "$3" -- $2 2>&1) && exit
	printf "%s\n" "$out" | grep -v "warnings\{0,1\} generated" >&2
	exit 1' sh "$tidy" "$flags"
each "gcc -fanalyzer" "$cc" $flags -fanalyzer -Werror -c -o /dev/null
unformatted=$(sources lib plugin sim agent tool tests bench doc | while read -r file; do
	"$format" --dry-run -Werror "$file" >/dev/null 2>&1 || echo "$file"
done)
if [ -z "$unformatted" ]; then
	echo "lint: clang-format: no findings"
else
	echo "lint: clang-format -i would change:" $unformatted
	failed=1
fi
exit $failed
