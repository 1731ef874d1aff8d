# bench/: what is measured, and no test. make bench takes some minutes, make bench QUICK=1 half of
# one. BENCH_DIR takes the tables and the plot: bench/results, which is in the repository, but for
# a quick run bench/quick. Needs python3, and what is compared installed.
# SPDX-License-Identifier: LGPL-2.1-or-later

EXTRA_DIST += bench/bench.py bench/clients.py bench/plot.py bench/report.py \
	bench/rig.py bench/results/results.md bench/results/results.svg

if STONITH
EXTRA_PROGRAMS += bench/spent
CLEANFILES += bench/spent$(EXEEXT)
bench_spent_SOURCES = bench/spent.c
bench_spent_LDADD =

PYTHON3 = python3
BENCH_DIR =

bench: all $(check_LTLIBRARIES) $(check_DATA) bench/spent$(EXEEXT)
	@$(AM_TESTS_ENVIRONMENT) directory='$(srcdir)/bench/results'; \
	test -z '$(QUICK)' || directory=bench/quick; \
	test -z '$(BENCH_DIR)' || directory='$(BENCH_DIR)'; \
	QUICK='$(QUICK)' PYTHONDONTWRITEBYTECODE=1 \
		$(PYTHON3) $(srcdir)/bench/bench.py "$$directory"
endif
.PHONY: bench
