# A real cluster on this machine, as root: the tests of it, a demo, and a shell on one of its nodes.
# See doc/cluster.md.
#   make check-cluster [SCENARIOS="a d"]
# SPDX-License-Identifier: LGPL-2.1-or-later
EXTRA_DIST += doc/cluster.md \
	tests/cluster/cluster.sh tests/cluster/demo.sh tests/cluster/disk tests/cluster/ipmitool \
	tests/cluster/node.sh tests/cluster/power.sh tests/cluster/run.sh \
	tests/cluster/scenarios.sh tests/cluster/try.sh

# Where it cannot run it says so, and that is no failure: as in make check. What administrators and
# Pacemaker do with the agent comes first, for here is what it needs.
check-cluster: all $(wire_programs)
	@failed=0; \
	test -n '$(SCENARIOS)' || \
		$(MAKE) check TESTS='tests/agent_pacemaker.sh tests/pcs.sh' || failed=1; \
	$(AM_TESTS_ENVIRONMENT) bash $(srcdir)/tests/cluster/run.sh $(SCENARIOS) || \
		test $$? = 77 || failed=1; \
	exit $$failed

demo-cluster: all
	@$(AM_TESTS_ENVIRONMENT) bash $(srcdir)/tests/cluster/run.sh --demo

try-cluster: all
	@$(AM_TESTS_ENVIRONMENT) bash $(srcdir)/tests/cluster/run.sh --try

.PHONY: check-cluster demo-cluster try-cluster
