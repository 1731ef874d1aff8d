#!/bin/sh
# Prints one checksum of all that happens in a campaign's first seeds: the same
# on every processor and with every compiler, or a seed would not replay.
#
#   digest.sh CAMPAIGN [SEEDS]
#
# SPDX-License-Identifier: LGPL-2.1-or-later
set -eu
campaign=$1
seeds=${2:-300}

seed=0
while [ "$seed" -lt "$seeds" ]; do
	seed=$((seed + 1))
	"$campaign" --only $seed --trace || {
		echo "digest: seed $seed fails" >&2
		exit 1
	}
done | sha256sum | cut -d ' ' -f 1
