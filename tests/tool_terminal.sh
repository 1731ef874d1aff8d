#!/bin/sh
# trippsnmp on a terminal, as a person sees it: colours, the width, a table that is drawn anew.
# SPDX-License-Identifier: LGPL-2.1-or-later
. "${0%/*}/shell.sh"
. "${0%/*}/pdu.sh"
command -v tmux >/dev/null || skip "tmux is not installed"

tool=$TS_BUILDDIR/tool/.libs/trippsnmp
socket=$scratch/tmux
trap 'tmux -S "$socket" kill-server 2>/dev/null; stop_pdus; rm -rf "$scratch"' EXIT
take_commands
start_pdu a pdumv30hvnetlx-pdu-20.2.1 --community tripplite --control --name 3=db1 \
	--name '4=a name that goes on for as long as names of outlets may well go on in some places' \
	--row '1.3.6.1.4.1.850.1.1.3.2.3.3.1.1.4.1.6|2|1' --row '1.3.6.1.4.1.850.1.1.3.2.3.3.1.1.4.1.7|2|0'
ipaddr=$address community=tripplite LC_ALL=C.UTF-8
# whoever builds a package may have no shell, and tmux starts what is in SHELL
SHELL=/bin/sh
export ipaddr community LC_ALL SHELL
unset NO_COLOR hostlist
escape=$(printf '\033')

# A shell in a terminal of 80 columns; what it prints is on the pane, with colours as escapes.
terminal() { # COLUMNS
	tmux -S "$socket" -f /dev/null new-session -d -x "$1" -y 40 -s "w$1" \
		"TERM=screen-256color PS1='ready> ' exec sh -i" || skip "tmux cannot be started here"
	pane=w$1
}
type() { tmux -S "$socket" send-keys -t "$pane" "$1" Enter; }
screen() { tmux -S "$socket" capture-pane -p -t "$pane" "$@"; }
shows() { # PATTERN [OPTION]: waits until the pane has it (grep -E)
	tries=200
	until screen ${2-} | grep -Eq -- "$1"; do
		[ $tries -gt 0 ] || { screen ${2-}; return 1; }
		tries=$((tries - 1))
		sleep 0.05
	done
}
# What is typed is gone from the screen, and so is what was there before, once its end is there.
typed=0
does() { # COMMAND
	typed=$((typed + 1))
	type "clear; $1; echo status \$? of $typed"
}
ends_well() { shows "status 0 of $typed"; }
narrow() { # no line of the pane goes on in the next one
	! screen -J | grep -E '.{81}'
}

terminal 80
check "a shell is there" shows 'ready>'
does "$tool list"
check "list fits" ends_well
check "in 80 columns" narrow
check "a name that is too long is cut, and that is to be seen" shows 'a name that goes on.*…'
check "on is green" shows "${escape}\[32mon${escape}" -e
check "off is red" shows "${escape}\[(1;)?31mof?f?|${escape}\[1m${escape}\[31moff" -e
check "unknown is yellow" shows "${escape}\[33munknown" -e
does "NO_COLOR=1 $tool list"
check "list without colours" ends_well
plain() { ! coloured; }
coloured() { screen -e | grep -E "${escape}\[[0-9;]*3[123]"; }
check "has none" plain
does "TERM=dumb $tool list"
check "list on a dumb terminal" ends_well
check "has no colours either" plain
does "$tool check hostlist=db1:3"
check "check ends well" ends_well
check "its tick is green" shows "${escape}\[32m✓" -e

does "$tool watch --interval 0.2"
check "watch draws the table" shows 'db1'
check "and says since when it marks" shows 'changes since .* are marked; Ctrl-C ends it'
tell a 'set-outlet 1.3 off' >/dev/null
check "what has changed is marked, and says what it was" shows ' 3  off .*db1 .*<- on'
check "in another paint" shows "${escape}\[7moff" -e
tell a 'set-outlet 1.3 on' >/dev/null
back() { tries=100; while screen | grep -q '<- on' && [ $tries -gt 0 ]; do tries=$((tries - 1)); sleep 0.05; done; ! screen | grep '<- '; }
check "what is as it was is not marked any more" back
check "in 80 columns" narrow
tmux -S "$socket" send-keys -t "$pane" C-c
check "Ctrl-C ends it well" ends_well

tell a 'pause' >/dev/null
does "$tool list"
check "what takes long says what it does" shows '(reading the outlets): [0-9]+ s of at most [0-9]+, [0-9]+ requests'
tmux -S "$socket" send-keys -t "$pane" C-c
check "Ctrl-C stops it, with a status of its own" shows 'status 6'
gone() { ! screen | grep 'of at most'; }
check "the line of what it does is gone" gone
tell a 'resume' >/dev/null

does "$tool drill db1 hostlist=db1:3 off_hold=0.2"
check "a drill asks" shows "Type the node's name to go on"
type db1
check "and is done when the name was typed" shows 'off was proven, and all its outlets are on again'
check "with status 0" ends_well
finish
