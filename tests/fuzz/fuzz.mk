# make fuzz, coverage, lint, builds, mutants: the tools that look at the code from outside. None of
# them leaves anything in the source; each works in a directory of its own.
# SPDX-License-Identifier: LGPL-2.1-or-later

EXTRA_DIST += .clang-tidy tests/lint.sh tests/coverage.sh tests/builds.sh tests/fuzz \
	tests/mutants.py tests/mutants.equivalent

headers = $(DEFS) -I$(abs_top_builddir) $(GLIB_CFLAGS) $(NETSNMP_CFLAGS)

# FUZZ_TIME and FUZZ_SEED come by the environment, or behind make, which puts them there.
fuzz:
	@FUZZ_CFLAGS='$(headers)' \
	FUZZ_LIBS='$(NETSNMP_LIBS) $(GLIB_LIBS)' \
	$(SHELL) $(srcdir)/tests/fuzz/run.sh '$(abs_top_srcdir)' '$(abs_top_builddir)/fuzz-build'

# What the build defines to say where things are.
lint_defines = -DTRIPPSNMP_SONAME="x" -DTRIPPSNMP_LIBDIR="x" \
	-DCAPTURES_DIRECTORY="x" -DTRIPPSIM_VERSION="x"
lint:
	@LINT_CFLAGS='$(headers) $(XML_CFLAGS) $(JSON_CFLAGS) $(STONITH_CFLAGS) $(lint_defines)' \
	$(SHELL) $(srcdir)/tests/lint.sh '$(abs_top_srcdir)'

coverage:
	@$(MKDIR_P) coverage && rm -rf coverage/source && \
	$(MAKE) -s distdir distdir=coverage/source >/dev/null && \
	MAKE='$(MAKE)' $(SHELL) $(srcdir)/tests/coverage.sh coverage

builds:
	@rm -rf builds-source && $(MAKE) -s distdir distdir=builds-source >/dev/null && \
	$(SHELL) $(srcdir)/tests/builds.sh builds-source

# The unit tests on broken copies of lib/, or of FILES; not those that take long or know no lib/.
# FILES of the session have a test of their own, which needs processes, and mostly waits.
mutants_without = tests/test_session tests/test_tool
mutants: all $(check_LTLIBRARIES)
	@$(AM_TESTS_ENVIRONMENT) \
	CK_FORK=$(if $(findstring session,$(FILES)),yes,no) MUTANTS_JOBS=$(if $(findstring session,$(FILES)),8,2) \
	CC='$(CC)' MUTANTS_CFLAGS='-std=gnu11 -D_GNU_SOURCE $(headers)' \
	MUTANTS_LIBS='$(CHECK_LIBS) -pthread $(NETSNMP_LIBS) $(GLIB_LIBS)' \
	MUTANTS_TESTS='$(if $(findstring session,$(FILES)),tests/test_session,$(filter-out $(mutants_without) \
	$(if $(findstring resolve,$(FILES)),,tests/test_resolve),$(C_TESTS)))' \
	python3 '$(srcdir)/tests/mutants.py' $(FILES)

.PHONY: fuzz lint coverage builds mutants
clean-local:
	-chmod -R u+w coverage builds-source 2>/dev/null
	rm -rf fuzz-build coverage builds-source
