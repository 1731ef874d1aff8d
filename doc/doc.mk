# The manual pages: filled-in templates, the parameters from the one table, the options from the
# program's own --help, the example from the one that the tests run.
# SPDX-License-Identifier: LGPL-2.1-or-later
noinst_PROGRAMS += doc/parameters
doc_parameters_SOURCES = doc/parameters.c
doc_parameters_LDADD = lib/libtrippsnmp_core.la $(NETSNMP_LIBS) $(GLIB_LIBS)

man_MANS = doc/fence_tripplite.8 doc/trippsim.1 doc/trippsnmp.3
if STONITH
man_MANS += doc/tripplite.7
endif
CLEANFILES += doc/trippsim.1 doc/trippsnmp.3 doc/tripplite.7 doc/parameters.man doc/trippsim.help
CLEANFILES += doc/fence_tripplite.8 doc/fence_tripplite.man
EXTRA_DIST += doc/fence_tripplite.8.in doc/options.awk doc/fence_tripplite-options.md
EXTRA_DIST += doc/page.awk doc/trippsim.1.in doc/trippsnmp.3.in doc/tripplite.7.in \
	doc/examples/list-outlets.c doc/promise.md doc/adding-a-device.md doc/architecture.md

page = $(AM_V_GEN)$(MKDIR_P) doc && awk -f $(srcdir)/doc/page.awk -v version=$(VERSION) -v date=$(RELEASE_DATE) \
	-v parameters=doc/parameters.man -v options=doc/trippsim.help \
	-v example=$(srcdir)/doc/examples/list-outlets.c

doc/parameters.man: doc/parameters$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) doc && doc/parameters$(EXEEXT) >$@
doc/trippsim.help: sim/trippsim$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) doc && sim/trippsim$(EXEEXT) --help >$@
doc/fence_tripplite.man: agent/fence_tripplite$(EXEEXT) doc/options.awk
	$(AM_V_GEN)$(MKDIR_P) doc && agent/fence_tripplite$(EXEEXT) -o manpage | \
		awk -f $(srcdir)/doc/options.awk >$@
doc/fence_tripplite.8: doc/fence_tripplite.8.in doc/page.awk doc/fence_tripplite.man
	$(page) -v parameters=doc/fence_tripplite.man $(srcdir)/doc/fence_tripplite.8.in >$@
doc/tripplite.7: doc/tripplite.7.in doc/page.awk doc/parameters.man
	$(page) $(srcdir)/doc/tripplite.7.in >$@
doc/trippsim.1: doc/trippsim.1.in doc/page.awk doc/trippsim.help
	$(page) $(srcdir)/doc/trippsim.1.in >$@
doc/trippsnmp.3: doc/trippsnmp.3.in doc/page.awk doc/examples/list-outlets.c
	$(page) $(srcdir)/doc/trippsnmp.3.in >$@
