#!/bin/sh
# Builds the fuzz targets with clang, ASan and UBSan in a directory, and runs
# each for FUZZ_TIME seconds, two at a time, on a copy of its corpus. Fails if
# any of them finds something, and says how to see it again.
#
#   run.sh SOURCE-DIRECTORY BUILD-DIRECTORY
#
# In the environment: FUZZ_TIME, FUZZ_SEED (the same tries again; 0: others each time), FUZZ_CC, FUZZ_CFLAGS (how to find the headers),
# FUZZ_LIBS, FUZZ_TARGETS.
# SPDX-License-Identifier: LGPL-2.1-or-later
set -u
src=$1
build=$2
time=${FUZZ_TIME:-30}
cc=${FUZZ_CC:-clang}
targets=${FUZZ_TARGETS:-nodemap params secrets inventory power session}
sanitizers=address,undefined
flags="-std=gnu11 -D_GNU_SOURCE -g -O1 -fno-omit-frame-pointer -fno-sanitize-recover=undefined
	-I$src/lib -I$src/tests -I$src/tests/fuzz ${FUZZ_CFLAGS-}"
# What takes so long has no end.
limits="-timeout=25 -len_control=10 -rss_limit_mb=1024 -max_len=4096"

command -v "$cc" >/dev/null || {
	echo "fuzz: $cc was not found; libFuzzer comes with clang (and compiler-rt)" >&2
	exit 1
}
rm -rf "$build/obj" # of files that are gone
mkdir -p "$build/obj" "$build/crashes" && build=$(cd "$build" && pwd) || exit 1

# in_pairs COMMAND WORD...: the command for each word, two at a time.
in_pairs() {
	command=$1
	shift
	failed=0
	while [ $# -gt 0 ]; do
		"$command" "$1" &
		first=$!
		shift
		second=
		[ $# -eq 0 ] || {
			"$command" "$1" &
			second=$!
			shift
		}
		wait "$first" || failed=1
		[ -z "$second" ] || wait "$second" || failed=1
	done
	return $failed
}

compile() { # SOURCE
	"$cc" $flags -fsanitize=fuzzer-no-link,$sanitizers -c "$1" \
		-o "$build/obj/$(echo "${1#"$src"/}" | sed 's,/,-,g; s,c$,o,')"
}

link() { # TARGET
	"$cc" -fsanitize=fuzzer,$sanitizers "$build/obj/tests-fuzz-fuzz_$1.o" \
		"$build"/obj/tests-fuzz-[!f]*.o "$build/obj/tests-fuzz-fuzz.o" \
		"$build/obj/tests-cells.o" "$build"/obj/lib-*.o ${FUZZ_LIBS-} -o "$build/fuzz_$1"
}

run() { # TARGET
	rm -rf "$build/corpus/$1" "$build/crashes/$1"-*
	mkdir -p "$build/corpus/$1"
	cp "$src/tests/fuzz/corpus/$1"/* "$build/corpus/$1/"
	dictionary=$src/tests/fuzz/$1.dict
	[ -f "$dictionary" ] && dictionary=-dict=$dictionary || dictionary=
	"$build/fuzz_$1" $limits $dictionary -max_total_time="$time" -seed="${FUZZ_SEED:-0}" -print_final_stats=1 \
		-artifact_prefix="$build/crashes/$1-" "$build/corpus/$1" >"$build/$1.log" 2>&1
	report "$1" $?
}

report() { # TARGET STATUS
	log=$build/$1.log
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
	seen=$(grep -o 'cov: [0-9]* ft: [0-9]*' "$log" | tail -n 1)
	[ "$2" = 0 ] && result=passed || result="FAILED ($2)"
	printf 'fuzz: %-9s %9s executions, %s: %s\n' "$1" "${runs:-no}" "${seen:-no coverage}" "$result"
	[ "$2" = 0 ] && return
	grep -vE '^#[0-9]+[[:space:]]' "$log" | tail -n 60
	echo "fuzz: to see it again: $build/fuzz_$1 $(echo "$build/crashes/$1"-*)"
	return 1
}

in_pairs compile "$src"/lib/*.c "$src"/lib/*/*.c "$src"/tests/cells.c "$src"/tests/fuzz/*.c || exit 1
in_pairs link $targets || exit 1
in_pairs run $targets
