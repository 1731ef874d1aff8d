#!/bin/sh
# The tests as other distributions have them: makes a root of each Debian suite, enters it as a
# system of its own (pivot_root, so that namespaces work inside), and runs ./bootstrap there on a
# copy of this source. Nothing is left but the roots, which a second run brings up to date and uses
# again. As root; for ./bootstrap platforms.
#
#   platforms.sh [SUITE|PROCESSOR...]     trixie and testing, if none is named
#
# SUITE is one of Debian's (bookworm, trixie, testing, sid ...); where testing cannot be
# installed, sid stands in. PROCESSOR is one that Debian builds for (i386, s390x, arm64 ...): a
# root of this machine's suite for it, emulated by qemu where need be.
#
#   PLATFORM_TARGETS="check demo-cluster"   what is run, in that order [check demo]
#   PLATFORM_ROOTS=DIR                      where the roots are [~/.cache/tripplite-platforms]
#   PLATFORM_MIRROR=URL                     instead of the mirror that apt has here
#
# Exit status: 0 all passed, 1 not all, 77 cannot run here.
# SPDX-License-Identifier: LGPL-2.1-or-later
set -u
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL=C
here=$(cd "$(dirname "$0")/.." && pwd) || exit 1
roots=${PLATFORM_ROOTS:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/tripplite-platforms}
tries=3 # of what a mirror can spoil
inside_path=/usr/sbin:/usr/bin:/sbin:/bin

say() { echo "platforms: $*"; }
skip() {
	echo "SKIP: platforms cannot be tried here: $*"
	exit 77
}

[ "$(id -u)" = 0 ] || skip "not root"
command -v debootstrap >/dev/null || skip "debootstrap is not installed"
# What is mounted here goes with this script, even if it is killed.
if [ -z "${PLATFORM_MOUNTS-}" ]; then
	unshare --mount --pid --fork true 2>/dev/null || skip "no namespaces of our own"
	PLATFORM_MOUNTS=own exec unshare --mount --propagation private /bin/sh "$0" "$@"
fi
host_suite=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
mirror=${PLATFORM_MIRROR:-$(apt-get indextargets --format '$(CODENAME) $(COMPONENT) $(REPO_URI)' \
	'Created-By: Packages' 2>/dev/null | sed -n "s/^$host_suite main //p" | head -n 1)}
[ -n "$mirror" ] || skip "apt names no Debian mirror (PLATFORM_MIRROR=URL does)"

native=$(dpkg --print-architecture)
processor= # of the root at hand
emulated() {
	[ "$processor" != "$native" ] && [ "$native-$processor" != amd64-i386 ]
}
is_processor() {
	case $1 in
	amd64 | arm64 | armel | armhf | i386 | mips64el | ppc64el | riscv64 | s390x) ;;
	*) false ;;
	esac
}

# --- emulation ---

registered= # what we told the kernel, and must take back
binfmt=/proc/sys/fs/binfmt_misc
emulate() {
	emulator=qemu-$(qemu_name)
	[ -e $binfmt/register ] || mount -t binfmt_misc binfmt_misc $binfmt || return
	! [ -e "$binfmt/$emulator" ] || return 0
	cat "/usr/lib/binfmt.d/$emulator.conf" >$binfmt/register && registered="$registered $emulator"
}
qemu_name() {
	case $processor in
	arm64) echo aarch64 ;;
	armhf | armel) echo arm ;;
	ppc64el) echo ppc64le ;;
	amd64) echo x86_64 ;;
	*) echo "$processor" ;;
	esac
}
tree= # the copy of the source in the root at hand
inside= # what runs in namespaces of its own
tidy_up() {
	[ -z "$inside" ] || { kill -KILL "$inside" && wait "$inside"; } 2>/dev/null
	for emulator in $registered; do echo -1 >"$binfmt/$emulator"; done
	[ -z "$tree" ] || rm -rf --one-file-system "$tree"
	[ -z "${scratch-}" ] || rm -rf "$scratch"
}
trap tidy_up EXIT
trap 'exit 1' HUP INT TERM
scratch=$(mktemp -d) || exit 1

# --- a root ---

# again WHAT COMMAND...: a mirror that does not answer, or is being changed, may the next time.
again() {
	what=$1 n=1
	shift
	until "$@" >"$scratch/log" 2>&1 </dev/null; do
		tail -n 15 "$scratch/log"
		say "$what failed, try $n of $tries"
		[ $n -lt $tries ] || return
		n=$((n + 1))
		sleep 10
	done
}

# contained [OPTION] COMMAND...: with processes, mounts and names of its own, which all end with it,
# and it with this script. In the background, so that a signal is dealt with at once.
contained() {
	setpriv --pdeathsig KILL unshare --mount --pid --ipc --uts --fork --kill-child=KILL \
		--propagation private "$@" <&0 &
	inside=$!
	wait $inside
	code=$?
	inside=
	return $code
}

# enter COMMAND...: contained, in the root at hand.
enter() {
	contained /bin/sh -euc '
		root=$1
		shift
		mount --rbind "$root" "$root"
		cd "$root"
		mount -t proc proc proc
		mount -t sysfs sysfs sys
		mount -t tmpfs -o mode=755 run run
		mkdir run/lock
		mount -t tmpfs -o mode=755 dev dev
		mkdir dev/pts dev/shm
		mount -t tmpfs -o mode=1777 shm dev/shm
		mount -t devpts -o newinstance,ptmxmode=666,mode=620 devpts dev/pts
		ln -s pts/ptmx dev/ptmx
		ln -s /proc/self/fd dev/fd
		ln -s fd/0 dev/stdin
		ln -s fd/1 dev/stdout
		ln -s fd/2 dev/stderr
		for device in null zero full random urandom tty; do
			: >dev/$device
			mount --bind /dev/$device dev/$device
		done
		mkdir -p .host
		pivot_root . .host
		cd /
		umount -l /.host
		rmdir /.host
		"$@"' enter "$root" \
		/usr/bin/env -i PATH=$inside_path HOME=/root LC_ALL=C.UTF-8 TERM=dumb \
		DEBIAN_FRONTEND=noninteractive ${CI:+CI="$CI"} "$@"
}

debootstrap_it() {
	find "$root" -mindepth 1 -maxdepth 1 -exec rm -rf --one-file-system {} +
	contained --mount-proc debootstrap --arch="$processor" --variant=minbase "$suite" "$root" "$mirror"
}

settle() { # what every root has of this machine: its way to the network. Services do not start there.
	cat /etc/resolv.conf >"$root/etc/resolv.conf" 2>/dev/null
	apt-config dump | sed -n '/^Acquire::\(http\|https\)::.*[Pp]roxy.* "..*"/p' \
		>"$root/etc/apt/apt.conf.d/90platforms"
	echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/platforms" # a root that a crash spoils is made anew
	printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" && chmod +x "$root/usr/sbin/policy-rc.d"
}

# An archive that stands still is as good for a test as one that moves; signatures are checked all the same.
update() {
	enter apt-get -qq update >"$scratch/update" 2>&1 && return
	cat "$scratch/update"
	grep -q 'is expired' "$scratch/update" || return
	echo 'Acquire::Check-Valid-Until "false";' >"$root/etc/apt/apt.conf.d/91platforms"
	enter apt-get -qq update && outdated=yes
}

# A root that was begun and not ended has no mark, and is made anew.
make_root() {
	root=$roots/$suite-$processor
	mkdir -p "$root" && exec 9<"$root" && flock -n 9 || {
		say "another run uses $root"
		return 1
	}
	if ! [ -e "$root/.made" ]; then
		say "a root of $suite for $processor in $root"
		again "debootstrap of $suite" debootstrap_it || return
	fi
	outdated=
	settle && again "apt-get update in $suite" update || return
	[ -z "$outdated" ] || say "the mirror's $suite is out of date, and is taken as it is"
	again "apt-get upgrade in $suite" enter apt-get -qq -y dist-upgrade && : >"$root/.made"
}

# What git would have, uncommitted work included; without git, what a release would have.
pack_source() (
	cd "$here" || exit
	if git ls-files --error-unmatch bootstrap >/dev/null 2>&1; then
		git ls-files -z --cached --others --exclude-standard |
			tar --null --ignore-failed-read --files-from=- -cf "$scratch/source.tar"
	elif [ -f Makefile ]; then
		make -s distdir distdir="$scratch/dist" >/dev/null && tar -cf "$scratch/source.tar" -C "$scratch/dist" .
	else
		tar -cf "$scratch/source.tar" .
	fi
)
unpack_source() {
	tree=$root/root/tripplite
	rm -rf --one-file-system "$tree"
	mkdir -p "$tree" && tar --no-same-owner -xf "$scratch/source.tar" -C "$tree"
}

# What it stands on, for the one who reads the result.
versions() {
	enter dpkg-query -W -f '${Package} ${Version}\n' gcc clang libglib2.0-dev libsnmp-dev \
		cluster-glue pacemaker corosync crmsh pcs fence-agents 2>/dev/null |
		sed '/ $/d; s/+dfsg[^ ]*//; s/-[^ ]*$//; s/ [0-9]*:/ /' | tr '\n' ',' | sed 's/,$//; s/,/, /g'
}

# --- what is run ---

failed=0
results=
result() { # TARGET COMMAND...
	target=$1 start=$(date +%s)
	shift
	say "$suite, $processor: $target"
	if "$@"; then how=passed; else
		how=FAILED
		failed=1
	fi
	results="$results
$suite, $processor: $target: $how ($(($(date +%s) - start)) s)"
}

in_tree() { enter /bin/sh -c 'cd /root/tripplite && exec "$@"' sh "$@" </dev/null; }

# Under emulation, tests that trace or count processes cannot be told from broken ones, so what
# they need is not installed there and they say that they were skipped.
run_target() { # TARGET
	if emulated; then
		in_tree env TS_SUITE_SECONDS=1800 ./bootstrap --no-deps "$1"
	else
		in_tree ./bootstrap "$1"
	fi
}

# The schedules of a campaign's seeds, here and there.
same_schedules() {
	[ -n "${schedules-}" ] || {
		mkdir "$scratch/native" && (cd "$scratch/native" && tar -xf "$scratch/source.tar" &&
			./bootstrap && make -s tests/campaign/campaign) >"$scratch/log" 2>&1 </dev/null || {
			tail -n 15 "$scratch/log"
			say "the campaign does not build on this machine"
			return 1
		}
		schedules=$("$scratch/native/tests/campaign/digest.sh" "$scratch/native/tests/campaign/campaign")
	}
	other=$(in_tree tests/campaign/digest.sh tests/campaign/campaign) && [ "$other" = "$schedules" ] || {
		say "a seed makes another schedule on $processor than on $native"
		return 1
	}
}

platform() { # SUITE PROCESSOR
	suite=$1 processor=$2
	targets=${PLATFORM_TARGETS:-check demo}
	if emulated; then emulate || return; fi
	make_root && unpack_source || return
	deps=$targets
	! emulated || deps=
	again "installing what $suite needs" in_tree ./bootstrap --only-deps $deps || return
	for target in $targets; do result "$target" run_target "$target"; done
	[ "$processor" = "$native" ] || result "the same schedules" same_schedules
	results="$results
$suite, $processor: $(versions)"
	rm -rf --one-file-system "$tree"
	tree=
	find "$root/tmp" -mindepth 1 -maxdepth 1 -exec rm -rf --one-file-system {} +
	exec 9<&-
}

pack_source || exit
[ $# -gt 0 ] || set -- trixie testing
for name; do
	if is_processor "$name"; then
		platform "$host_suite" "$name" && continue
	else
		platform "$name" "$native" && continue
		if [ "$name" = testing ]; then
			say "testing cannot be installed today; sid stands in"
			platform sid "$native" && continue
		fi
	fi
	failed=1
	results="$results
$name: FAILED: it cannot be installed"
done
echo "$results" | sed 1d
exit $failed
