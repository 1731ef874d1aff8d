#!/bin/sh
# A release as others get it: the tarball, the Debian packages built from it and
# installed, upgraded, removed and purged in a root of their own, and the RPM
# spec. Beyond its scratch directory it changes nothing. As root; about 6 min.
#
#   PACKAGES_QUICK=1     leaves out make check in the Debian build, and Pacemaker beside the packages
#
# SPDX-License-Identifier: LGPL-2.1-or-later
. "${0%/*}/shell.sh"
PATH=$PATH:/usr/sbin:/sbin
# What debootstrap mounts goes with this script, even if it is killed, and is not removed through.
if [ "$(id -u)" = 0 ] && [ -z "${PACKAGES_MOUNTS-}" ] && unshare --mount true 2>/dev/null; then
	rm -rf "$scratch"
	PACKAGES_MOUNTS=own exec unshare --mount --propagation private /bin/sh "$0"
fi
trap 'chmod -R u+w "$scratch"; rm -rf --one-file-system "$scratch"' EXIT
# The packages must be built as anywhere, not with what make and the tests were given.
unset MAKEFLAGS MFLAGS MAKELEVEL DESTDIR CFLAGS CPPFLAGS LDFLAGS
unset LD_LIBRARY_PATH CC CXX DEB_BUILD_OPTIONS SOURCE_DATE_EPOCH
export LC_ALL=C

part() { echo "packages: $*"; }
has() { command -v "$1" >/dev/null; }
skipped=
leave_out() {
	skipped=${skipped:+$skipped; }$*
	part "left out: $*"
}
done_so_far() {
	if [ $failures -eq 0 ] && [ -n "$skipped" ]; then
		skip "$checks checks passed, but left out: $skipped"
	fi
	finish
}

# The tarball: from the build tree; and from a copy of the source that has other times, below
# another directory, with another umask, in another zone.
part "the tarball, twice"
dist() { # BUILD-DIRECTORY TARGET-DIRECTORY
	(cd "$1" && ${MAKE:-make} -s dist && mv tripplite-*.tar.gz "$2")
}
mkdir "$scratch/first" "$scratch/second" "$scratch/deb" "$scratch/rpm"
check "make dist makes a tarball" dist "$TS_BUILDDIR" "$scratch/first"
tarball=$(echo "$scratch"/first/tripplite-*.tar.gz)
name=$(basename "$tarball" .tar.gz)
version=${name#tripplite-}
[ -f "$tarball" ] || finish
dist_again() (
	umask 077
	export TZ=Asia/Kolkata
	[ -n "$TS_STONITH_PLUGINDIR" ] || set -- --without-stonith
	cd "$scratch/second" && tar -xf "$tarball" && find . -exec touch -d 2020-02-02 {} + &&
		cd "$name" && ./configure -q "$@" && dist . ..
)
check "a tarball can be made from the tarball" dist_again
check "both are equal, byte for byte" cmp "$tarball" "$scratch/second/$name.tar.gz"
belongs_to_root() { ! tar --numeric-owner -tvf "$tarball" | grep -v ' 0/0 '; }
check "the tarball names no user of the machine it was made on" belongs_to_root
one_version() {
	head -n 1 "$TS_SRCDIR/debian/changelog" | grep -F "($version)" &&
		grep "^Version: *$version\$" "$TS_SRCDIR/rpm/tripplite.spec" &&
		grep -F "## $version" "$TS_SRCDIR/CHANGELOG.md"
}
check "source, Debian package, RPM spec and CHANGELOG.md have one version" one_version

if has rpmspec; then
	part "the RPM spec"
	check "rpmspec parses it" rpmspec -P "$TS_SRCDIR/rpm/tripplite.spec"
	check "rpmspec parses it without cluster-glue" \
		rpmspec --without stonith -P "$TS_SRCDIR/rpm/tripplite.spec"
fi
if has rpmlint; then
	check "rpmlint finds nothing" rpmlint --strict --ignore-unused-rpmlintrc \
		-r "$TS_SRCDIR/rpm/tripplite-rpmlintrc" "$TS_SRCDIR/rpm/tripplite.spec"
fi
# Here rpm knows nothing of what is installed, so that is left to the build itself.
rpm_builds() {
	mkdir "$scratch/rpm/SOURCES" && cp "$tarball" "$scratch/rpm/SOURCES" &&
		rpmbuild --define "_topdir $scratch/rpm" --define "_tmppath $scratch/rpm" \
			--nodeps --nocheck -bb "$TS_SRCDIR/rpm/tripplite.spec" &&
		[ "$(find "$scratch/rpm/RPMS" -name '*.rpm' ! -name '*-debug*' | wc -l)" -eq 6 ]
}
if has rpmbuild && [ -n "$TS_STONITH_PLUGINDIR" ]; then
	check "rpmbuild makes six packages" rpm_builds
else
	leave_out "no rpmbuild, or no cluster-glue"
fi

if ! has dpkg-buildpackage || ! has dh; then
	leave_out "no dpkg-buildpackage and debhelper"
	done_so_far
fi
# build VERSION OPTIONS: from the tarball alone; the packages go to deb/VERSION. By nobody, who
# has no home and no rights, and without a name for the loopback, as build machines have it.
builder=
if [ "$(id -u)" = 0 ] && has setpriv; then
	builder="setpriv --reuid=65534 --regid=65534 --clear-groups"
	chmod 711 "$scratch"
	! [ "${PACKAGES_MOUNTS-}" = own ] || ! [ -f /etc/hosts ] ||
		{ sed '/localhost/d' /etc/hosts >"$scratch/hosts" && mount --bind "$scratch/hosts" /etc/hosts; }
fi
build() (
	mkdir -p "$scratch/deb/$1" && cd "$scratch/deb/$1" && tar --no-same-owner -xf "$tarball" && cd "$name" &&
		sed -i "1s/(.*)/($1)/" debian/changelog || return
	[ -z "$builder" ] || chown -R 65534:65534 "$scratch/deb/$1"
	$builder env HOME=/nonexistent ${2:+"DEB_BUILD_OPTIONS=$2"} dpkg-buildpackage -b -us -uc && cd .. &&
		rm -rf "$name"
)
builds() { # VERSION OPTIONS
	build "$@" >"$scratch/build.log" 2>&1 || {
		tail -n 80 "$scratch/build.log"
		return 1
	}
}
next=$version+next
part "the Debian packages, with tests${PACKAGES_QUICK:+: left out} and without"
check "they build with their tests" builds "$version" ${PACKAGES_QUICK:+nocheck}
check "they build with nocheck" builds "$next" nocheck
if [ $failures -eq 0 ] && has lintian; then
	check "lintian has no errors and no warnings" lintian --allow-root \
		--fail-on error,warning "$scratch/deb/$version"/*.changes
fi
[ $failures -eq 0 ] || finish

# Installed as an administrator would, by apt, into a root of this machine's release.
mirror= suite=
if has apt-get; then
	suite=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
	mirror=$(apt-get indextargets --format '$(CODENAME) $(COMPONENT) $(REPO_URI)' \
		'Created-By: Packages' 2>/dev/null | sed -n "s/^$suite main //p" | head -n 1)
fi
[ "$(id -u)" = 0 ] || leave_out "not root, so no root to install in"
has debootstrap || leave_out "no debootstrap"
[ -n "$mirror" ] || leave_out "apt names no mirror of this release"
[ "${PACKAGES_MOUNTS-}" = own ] || leave_out "no mount namespace of its own"
[ -z "$skipped" ] || done_so_far

part "a root to install them in"
root=$scratch/root
inside() { # COMMAND...
	chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C \
		DEBIAN_FRONTEND=noninteractive "$@" </dev/null
}
apt() { inside apt-get -q -y --no-install-recommends "$@"; }
make_root() { # OPTION...: nothing that is installed there starts a service
	debootstrap "$@" --variant=minbase "$suite" "$root" "$mirror" &&
		printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" &&
		chmod +x "$root/usr/sbin/policy-rc.d" && apt update
}
prepare() {
	make_root && apt install cluster-glue &&
		mkdir "$root/deb" && cp -r "$scratch/deb/$version" "$scratch/deb/$next" "$root/deb"
}
check "cluster-glue can be installed there" prepare
[ $failures -eq 0 ] || finish
# Names of all files, but for what apt and dpkg keep for themselves.
files() {
	(cd "$root" && find . -xdev \( -path ./var/lib/apt -o -path ./var/lib/dpkg -o \
		-path ./var/cache -o -path ./var/log -o -path ./deb -o -path ./tmp \) -prune -o -print) |
		LC_ALL=C sort
}
sees() { inside stonith -L | grep -x tripplite; }
sees_not() { ! sees; }
all="libtrippsnmp0 libtrippsnmp-dev stonith-tripplite fence-tripplite trippsim trippsnmp"
debs() ( # VERSION PACKAGE...: the files, as the root names them
	cd "$root/deb/$1" && v=$1 && shift && for package; do
		for file in "${package}_$v"_*.deb; do echo "/deb/$v/$file"; done
	done
)
have() { # VERSION: all packages, and no other version
	for package in $all; do
		inside dpkg-query -W -f '${Package} ${Version} ${db:Status-Status}\n' "$package"
	done >"$scratch/have"
	cat "$scratch/have"
	[ "$(grep -c " $1 installed\$" "$scratch/have")" -eq "$(echo "$all" | wc -w)" ]
}
works() { inside /tmp/works; }
gone() { ! inside dpkg-query -W -f '${Package} ${db:Status-Status}\n' '*tripp*' 2>/dev/null |
	grep -v ' not-installed$'; }
files >"$scratch/before"
cp "$TS_SRCDIR/debian/tests/works" "$root/tmp/works"

part "install, upgrade, remove, purge"
check "stonith does not see the plugin before" sees_not
check "plugin and library can be installed alone" \
	apt install $(debs "$version" libtrippsnmp0 stonith-tripplite)
check "stonith sees the plugin once it is installed" sees
check "all packages can be installed together" apt install $(debs "$version" $all)
check "what is installed works" works
refuses_alone() { ! apt install $(debs "$next" stonith-tripplite); }
check "the plugin is not upgraded without its library" refuses_alone
check "the packages can be upgraded" apt install $(debs "$next" $all)
check "each then has the higher version" have "$next"
check "what is upgraded works" works
check "the packages can be removed" apt remove $all
check "stonith sees the plugin no more" sees_not
check "nothing of them is left to purge" gone
check "they can be installed once more" apt install $(debs "$version" $all)
check "stonith sees the plugin again" sees
check "they can be purged" apt purge $all
check "stonith sees the plugin no more once it is purged" sees_not
check "dpkg knows them no more" gone
check "what only they needed can go as well" apt autoremove --purge
rm -f "$root/tmp/works"
files >"$scratch/after"
check "no file is left" diff "$scratch/before" "$scratch/after"

# What the packages' own tests are for: with what distributions have beside them.
if [ -z "${PACKAGES_QUICK-}" ]; then
	part "beside Pacemaker and pcs"
	cp "$TS_SRCDIR/debian/tests/pacemaker" "$root/tmp/pacemaker"
	depends=$(sed -n '/^Tests: pacemaker/,/^$/s/^ \([a-z0-9-]*\),$/\1/p' "$TS_SRCDIR/debian/tests/control" |
		grep -v tripp)
	check "Pacemaker and pcs can be installed with them" apt install $(debs "$version" $all) $depends
	check "they know the plugin and the agent" inside /tmp/pacemaker
fi
done_so_far
