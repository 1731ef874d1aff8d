# The campaign in virtual time: 2,000 seeds in make check, more by make campaign SEEDS=...
# SPDX-License-Identifier: LGPL-2.1-or-later

check_PROGRAMS += tests/campaign/campaign
tests_campaign_campaign_SOURCES = \
	tests/campaign/campaign.c \
	tests/campaign/faults.c \
	tests/campaign/generate.c \
	tests/campaign/judge.c \
	tests/campaign/map.c \
	tests/campaign/model.c \
	tests/campaign/relay.c \
	tests/campaign/restart.c \
	tests/campaign/starting.c \
	tests/campaign/wire.c \
	tests/campaign/world.c tests/campaign/world.h
tests_campaign_campaign_LDADD = lib/libtrippsnmp_core.la $(NETSNMP_LIBS) $(GLIB_LIBS)
EXTRA_DIST += tests/campaign/digest.sh tests/defects
# make would write it from the newer tests/defects.sh, as any X from X.sh
tests/defects:
	@:

SEEDS = 100000
JOBS = 2
campaign: tests/campaign/campaign$(EXEEXT)
	@tests/campaign/campaign$(EXEEXT) --seeds $(SEEDS) --jobs $(JOBS)
.PHONY: campaign
