# Where trippsim is started in shell.
# SPDX-License-Identifier: LGPL-2.1-or-later
pdus=

# launch TIMELINE OPTION... CAPTURE: in the background. Its timeline goes to no other process
# before TIMELINE, a file or a FIFO; $commands, if that is set, is the FIFO for --control.
launch() {
	timeline=$1
	shift
	"$TRIPPSIM" --die-with-parent --log-requests "$@" <"${commands:-/dev/null}" >>"$timeline" &
	pdus="$pdus $!"
}

# When it returns, the timelines are whole.
stop_pdus() {
	for pid in $pdus; do
		kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
	done
	pdus=
}
