# The documents that are no manual pages, and the example programs.
# SPDX-License-Identifier: LGPL-2.1-or-later
EXTRA_DIST += SECURITY.md .github/ISSUE_TEMPLATE/device-report.yml \
	doc/building.md doc/demo.svg doc/devices.md doc/figures.md doc/operations.md \
	doc/parameters.md doc/picture.awk \
	doc/examples/fence-node.c doc/examples/watch-status.c

doc/trippsnmp.3: doc/examples/fence-node.c

# README's picture, of what the demo prints now.
demo-picture: all $(check_LTLIBRARIES) $(check_DATA)
	@$(AM_TESTS_ENVIRONMENT) $(SHELL) $(srcdir)/tests/demo.sh >doc/demo.said && \
		awk -f $(srcdir)/doc/picture.awk doc/demo.said >$(srcdir)/doc/demo.svg
.PHONY: demo-picture
CLEANFILES += doc/demo.said

# The table of the agent's options, of both agents as they are now.
options-table: all
	@$(AM_TESTS_ENVIRONMENT) $(SHELL) $(srcdir)/tests/agent_options.sh table >doc/options.said && \
		awk 'FNR == NR { table = table $$0 "\n"; next } \
			/^\| option / { printf "%s", table; inside = 1 } /^## / { inside = 0 } !inside' \
			doc/options.said $(srcdir)/doc/fence_tripplite-options.md >doc/options.new && \
		cat doc/options.new >$(srcdir)/doc/fence_tripplite-options.md
.PHONY: options-table
CLEANFILES += doc/options.said doc/options.new
