#!/bin/sh
# Builds the source in many ways, warnings being errors, and runs the
# quick tests of each. Each build has a directory of its own, which is removed.
# A campaign's seeds must make the same schedules in all of them.
#
#   builds.sh SOURCE-DIRECTORY [NAME...]     a tree with configure that is not configured
#   GLUE_HEADERS=DIR                         for glue: include/ of another cluster-glue
#
# SPDX-License-Identifier: LGPL-2.1-or-later
set -u
src=$(cd "$1" && pwd) || exit 1
shift
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
failed=0
expected=
quick="tests/test_nodemap tests/test_params tests/test_power tests/exports.sh tests/hardening.sh"

# A seed that another compiler reads otherwise cannot be replayed.
same_schedules() { # NAME
	digest=$("$src/tests/campaign/digest.sh" "$scratch/$1/tests/campaign/campaign") || return
	[ "$digest" = "${expected:=$digest}" ] || {
		echo "builds: $1: the campaign's seeds make other schedules than in the first build"
		false
	}
}

# build NAME COMPILER CFLAGS [CONFIGURE-FLAG...]
build() {
	name=$1 cc=$2 cflags=$3
	shift 3
	command -v "${cc%% *}" >/dev/null || {
		echo "builds: $name: left out, no ${cc%% *}"
		return
	}
	mkdir "$scratch/$name"
	if (cd "$scratch/$name" &&
		"$src/configure" -q --enable-werror CC="$cc" CFLAGS="$cflags" "$@" &&
		make -s -j2 && make -s check TESTS="$quick") \
		>"$scratch/$name.log" 2>&1 && same_schedules "$name"; then
		echo "builds: $name: passed"
	else
		tail -n 40 "$scratch/$name.log"
		echo "builds: $name: FAILED"
		failed=1
	fi
	rm -rf "${scratch:?}/$name"
}

# A 32-bit build needs its libraries; where they are not installed there is nothing to try.
has_32_bit() {
	echo '#include <glib.h>
#include <json-glib/json-glib.h>
#include <libxml/parser.h>
int main(void) { return g_get_prgname() != 0; }' >"$scratch/probe.c"
	PKG_CONFIG_PATH=/usr/lib/i386-linux-gnu/pkgconfig
	export PKG_CONFIG_PATH
	gcc -m32 "$scratch/probe.c" -o "$scratch/probe" \
		$(pkg-config --cflags --libs glib-2.0 json-glib-1.0 libxml-2.0) >/dev/null 2>&1
}

for way in ${*:-O0 O2 O3-lto clang clang-O0 without-stonith glue i386}; do
	case $way in
	O0) build O0 gcc '-O0 -g' ;;
	O2) build O2 gcc -O2 ;;
	O3-lto) build O3-lto gcc '-O3 -flto=auto' ;;
	clang) build clang clang -O2 ;;
	clang-O0) build clang-O0 clang '-O0 -g' ;;
	without-stonith) build without-stonith gcc -O2 --without-stonith ;;
	glue)
		if [ -n "${GLUE_HEADERS-}" ]; then
			build glue gcc -O2 CPPFLAGS="-I$GLUE_HEADERS"
		else
			echo "builds: glue: left out, GLUE_HEADERS names no other headers"
		fi
		;;
	i386)
		if (has_32_bit); then
			PKG_CONFIG_PATH=/usr/lib/i386-linux-gnu/pkgconfig \
				build i386 'gcc -m32' -O2 --without-stonith
		else
			echo "builds: i386: left out, its libraries are not installed"
		fi
		;;
	*)
		echo "builds: there is no $way" >&2
		failed=1
		;;
	esac
done
exit $failed
