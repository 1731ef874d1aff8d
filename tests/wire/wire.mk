# tests/wire: the real stonith program on a bad network, short of what a machine gives, and
# with hostile devices. A quick part for make check; make check-long has many seeds more.
# SPDX-License-Identifier: LGPL-2.1-or-later

WIRE_TESTS = \
	tests/wire/test_limits.sh \
	tests/wire/test_secrets.sh \
	tests/wire/test_wire.sh
EXTRA_DIST += tests/wire/truth.awk tests/wire/wire.sh
SHELL_TESTS += $(WIRE_TESTS)

if STONITH
# Programs for tests, and no tests. The bench and the cluster have the relay too.
wire_programs = tests/wire/hostile$(EXEEXT) tests/wire/relay$(EXEEXT)
EXTRA_PROGRAMS = tests/wire/hostile tests/wire/relay
CLEANFILES += $(wire_programs)
check_DATA += $(wire_programs)
tests_wire_hostile_SOURCES = tests/wire/hostile.c
tests_wire_hostile_LDADD = $(NETSNMP_LIBS)
tests_wire_relay_SOURCES = tests/wire/relay.c
tests_wire_relay_LDADD = $(GLIB_LIBS)

# -rpath makes them shared objects. They go into a program that has no sanitizers.
check_LTLIBRARIES += tests/wire/alarms.la tests/wire/stepping.la
tests_wire_alarms_la_SOURCES = tests/wire/alarms.c
tests_wire_alarms_la_CFLAGS = $(COMMON_CFLAGS)
tests_wire_alarms_la_LDFLAGS = $(COMMON_LDFLAGS) -module -avoid-version -shared -rpath /nowhere
tests_wire_stepping_la_SOURCES = tests/wire/stepping.c
tests_wire_stepping_la_CFLAGS = $(COMMON_CFLAGS)
tests_wire_stepping_la_LDFLAGS = $(COMMON_LDFLAGS) -module -avoid-version -shared -rpath /nowhere
endif

check-long: all $(check_LTLIBRARIES) $(check_DATA)
	@$(AM_TESTS_ENVIRONMENT) WIRE_LONG=1; export WIRE_LONG; result=0; \
	for test in $(WIRE_TESTS); do \
		echo "$$test:"; $(SHELL) $(srcdir)/$$test || { test $$? = 77 || result=1; }; \
	done; exit $$result
.PHONY: check-long
