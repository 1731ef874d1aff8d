# The kernel: every short history against the rules in make check; the proof, longer histories
# and the wrong kernels by make prove.
# SPDX-License-Identifier: LGPL-2.1-or-later

check_PROGRAMS += tests/promise/enumerate
tests_promise_enumerate_SOURCES = tests/promise/enumerate.c lib/promise/evidence.c
tests_promise_enumerate_CFLAGS = $(AM_CFLAGS) -O2
tests_promise_enumerate_LDADD =
EXTRA_DIST += tests/prove.sh tests/promise/wp.sh tests/promise/mutants.sh \
	tests/promise/mutants.list

prove: tests/promise/enumerate$(EXEEXT)
	@CC='$(CC)' $(SHELL) $(srcdir)/tests/prove.sh tests/promise/enumerate$(EXEEXT)
.PHONY: prove
