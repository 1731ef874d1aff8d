# Releases and packages: a tarball that depends on the source alone, what distributions need to
# build from it, and tests of both.
#   make check-packages
#   make record-abi      (see CONTRIBUTING.md)
# SPDX-License-Identifier: LGPL-2.1-or-later

# Neither the time, nor the umask, nor the user of "make dist" shows in the tarball.
am__tar = $${TAR-tar} --format=ustar --sort=name --owner=0 --group=0 --numeric-owner \
	--mode=u=rwX,go=rX --mtime='$(RELEASE_DATE) 00:00:00Z' -chf - "$$tardir"

EXTRA_DIST += CHANGELOG.md CONTRIBUTING.md \
	debian/changelog debian/control debian/copyright debian/rules debian/source/format \
	debian/fence-tripplite.docs debian/fence-tripplite.install \
	debian/libtrippsnmp-dev.docs debian/libtrippsnmp-dev.examples \
	debian/trippsim.install \
	debian/trippsnmp.install \
	debian/libtrippsnmp-dev.install debian/libtrippsnmp0.install debian/libtrippsnmp0.symbols \
	debian/stonith-tripplite.docs debian/stonith-tripplite.install \
	debian/tests/control debian/tests/pacemaker debian/tests/works \
	rpm/tripplite-rpmlintrc rpm/tripplite.spec \
	tests/abi/libtrippsnmp.abi tests/packages.sh
SHELL_TESTS += tests/abi.sh tests/hardening.sh

# Where it cannot run it says so, and that is no failure: as in make check.
check-packages: all
	@$(AM_TESTS_ENVIRONMENT) MAKE='$(MAKE)'; export MAKE; \
	$(SHELL) $(srcdir)/tests/packages.sh || test $$? = 77

record-abi: all
	@$(AM_TESTS_ENVIRONMENT) $(SHELL) $(srcdir)/tests/abi.sh record

.PHONY: check-packages record-abi
