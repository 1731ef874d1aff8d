#!/bin/sh
# Prints one checksum of all that happens in a campaign's first seeds: the same
# on every processor and with every compiler, or a seed would not replay.
#
#   digest.sh CAMPAIGN [SEEDS]
#
# SPDX-License-Identifier: LGPL-2.1-or-later
set -eu
campaign=$1
[ -x "$campaign" ]
seeds=${2:-300}

seed=0
while [ "$seed" -lt "$seeds" ]; do
	seed=$((seed + 1))
	# what a seed ends in is part of what happens, and judged elsewhere
	"$campaign" --only $seed --trace || echo "seed $seed: exit status $?"
done | grep -v '^  replay: ' | sha256sum | cut -d ' ' -f 1
