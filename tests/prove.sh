#!/bin/sh
# Proves the promise: the kernel and the decoding by Frama-C, the kernel against every history
# of facts that is a little longer than those of make check, and each wrong kernel found.
#
#   tests/prove.sh ENUMERATE
#
# SPDX-License-Identifier: LGPL-2.1-or-later

set -u
here=$(cd "$(dirname "$0")" && pwd) || exit 1
lib=$here/../lib/promise
dir=$(mktemp -d) || exit 1
pids=
trap 'kill $pids 2> /dev/null; rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM

# Side by side, on two processors; the provers, two at a time, go on when the others are done.
"$here/promise/wp.sh" "$lib/decoding.c" "$lib/evidence.c" > "$dir/wp" 2>&1 &
wp=$! pids="$pids $!"
"$here/promise/mutants.sh" --prove > "$dir/mutants" 2>&1 &
mutants=$! pids="$pids $!"

failed=0
# part NAME STATUS: shows what it said
part()
{
	sed "s/^/$1: /" "$dir/$1"
	[ "$2" = 0 ] || failed=$((failed + 1))
}

"$1" --deep > "$dir/histories" 2>&1
part histories $?
wait $mutants
part mutants $?
wait $wp
part wp $?
pids=
[ $failed = 0 ] && echo "prove: 3 passed, 0 failed" && exit 0
echo "prove: $((3 - failed)) passed, $failed failed"
exit 1
