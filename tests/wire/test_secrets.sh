#!/bin/sh
# Secrets appear in no log line at any level, in no message, on no command line;
# no children are started; and what a device or a user calls an outlet, a node
# or itself comes out escaped, on one line, or not at all.
# SPDX-License-Identifier: LGPL-2.1-or-later
. "${0%/*}/wire.sh"

# What must not be seen, whole or in the parts that a careless quote would leave.
secrets="$community_secret $auth_secret $priv_secret Anders-1 Anders-2-lang Anders-3-lang"

expect_no_secret() {
	for secret in $secrets; do
		! grep -F -- "$secret" "$@" || mishap "$secret is seen"
	done
}

# ways VERSION: every operation, at debug level.
ways() {
	pdu "$TS_CAPTURES/$ats"
	"$1"
	export check_write=yes
	for arguments in -S -l -n -m "-T off node1" "-T on node1" "-T reset node1" "-T off nobody"; do
		# shellcheck disable=SC2086 # words
		run -d $arguments
		cat "$scratch/out" "$scratch/err" >>"$scratch/all"
	done
	unset hostlist
	run -d -l
	cat "$scratch/out" "$scratch/err" >>"$scratch/all"
	expect_no_secret "$scratch/all"
	grep -q 'debug: \|DEBUG: ' "$scratch/all" || mishap "nothing is said at debug level"
}

# failures VERSION NAME=VALUE...: with such parameters, all messages.
failures() {
	pdu --ro-community Anders-1 "$TS_CAPTURES/$ats"
	"$1"
	shift
	# shellcheck disable=SC2163 # NAME=VALUE each
	[ $# -eq 0 ] || export "$@"
	for arguments in -S "-T off node1"; do
		# shellcheck disable=SC2086 # words
		run -d $arguments # what is on stderr without -d, is there too
		cat "$scratch/out" "$scratch/err" >>"$scratch/all"
	done
	expect_code "1 2 3 6"
	expect_no_secret "$scratch/all"
}

# secrets_file LINE...: in the file, right or wrong.
secrets_file() {
	version=$1
	shift
	pdu "$TS_CAPTURES/$ats"
	"$version"
	unset community password snmp_priv_passwd
	export secrets_file="$scratch/secrets"
	(umask 077 && printf '%s\n' "$@" >"$scratch/secrets")
	run -d -S
	expect_no_secret "$scratch/out" "$scratch/err"
}

# In the middle of an operation: no children, and no secret on its command line.
no_children() {
	pdu "$TS_CAPTURES/$ats"
	"$1"
	set_times 3 0.5
	begin -T reset node1
	await "*outlet 1.10 off"
	for task in "/proc/$child/task"/*; do
		read -r children <"$task/children" || children=
		[ -z "$children" ] || mishap "children: $children"
	done
	tr '\0' '\n' <"/proc/$child/cmdline" >"$scratch/cmdline"
	grep -q stonith "$scratch/cmdline" || mishap "the command line is not to be seen"
	expect_no_secret "$scratch/cmdline"
	action=reset
	ended
	verdict 0
}

# The same, all of its life: no program is started, and nothing cloned.
starts_nothing() {
	command -v strace >/dev/null && [ -z "$TS_PRELOAD_ASAN" ] || return 0
	pdu "$TS_CAPTURES/$ats"
	"$1"
	LD_PRELOAD=$PILS_PRELOAD STONITH_TEST_PLUGIN_PATH=$TS_PLUGIN_DIR \
		strace -f -o "$scratch/trace" -e trace=execve,fork,vfork,clone,clone3 \
		stonith -t tripplite -E -T reset node1 </dev/null >"$scratch/out" 2>&1
	code=$?
	expect_code 0
	[ "$(grep -c 'execve(' "$scratch/trace")" -eq 1 ] || mishap "$(cat "$scratch/trace")"
	! grep 'fork\|clone' "$scratch/trace" || mishap "a process is started"
}

# Names as no administrator would give them, but a device may have them.
nasty='\x0a \x0d\x0a \x1b[2J \x00 \x7f \xc2\x85 \xe2\x80\xa8 \xe2\x80\xae %s%n%x $(id) `id` ;id |id
&id "id" '"'id'"' \xff\xfe \xc3 \xed\xa0\x80 \xf4\x90\x80\x80 ../../x -rf node\x0aother node1\x00x'

# Lines on stdout and stderr: no control characters, valid UTF-8.
expect_clean() {
	for file in "$@"; do
		! LC_ALL=C tr -d '\n' <"$file" | LC_ALL=C grep -q '[[:cntrl:]]' ||
			mishap "control characters: $(cat -v "$file")"
		iconv -f UTF-8 -t UTF-8 "$file" >/dev/null || mishap "no UTF-8: $(cat -v "$file")"
	done
}

# Each nasty text as the name of an outlet, alone and beside good letters.
names() {
	set -f
	i=0
	set --
	for text in $nasty; do
		i=$((i + 1))
		[ $i -le 24 ] || i=1
		set -- "$@" --name "1.$i=good$text" --description "1.$i=$text"
	done
	[ "$1" = --name ] || mishap "no names"
	pdu "$@" --name "1.24=last" --description "1.24=last" "$TS_CAPTURES/$lx"
	plain
	unset hostlist
	run -l
	expect_code 0
	expect_clean "$scratch/out" "$scratch/err"
	grep -qx last "$scratch/out" || mishap "a good name is lost"
	! grep -v '^[[:alnum:]][[:alnum:]._-]*$' "$scratch/out" || mishap "that is listed"
	run -d -S
	expect_code 0
	expect_clean "$scratch/err"
	[ ! -e id ] || mishap "a command was run"
}

# 255 bytes are a name, 256 are none; and neither is cut.
long_names() {
	letters=$(printf '%0255d' 0 | tr 0 n)
	pdu --name "1.1=$letters" --name "1.2=${letters}n" --description "1.1=x" \
		--description "1.2=y" "$TS_CAPTURES/$lx"
	plain
	unset hostlist
	run -l
	expect_code 0
	expect_clean "$scratch/out" "$scratch/err"
	grep -qx "$letters" "$scratch/out" || mishap "255 bytes are not listed"
	! grep -q "${letters}n" "$scratch/out" || mishap "256 bytes are listed"
	run -d -T off "$letters"
	expect_code 0
	expect_clean "$scratch/err"
}

# A stranger's own words in the message that says what it is.
stranger() {
	text=$(printf '%b' "$1" | od -An -tx1 | tr -d ' \n')
	pdu --remove 1.3.6.1.4.1.850 --row "1.3.6.1.2.1.1.1.0|4x|$text" "$TS_CAPTURES/$lx"
	plain
	run -d -S
	expect_code 2
	expect_clean "$scratch/err"
	run -T off node1
	verdict 2 "no outlet table"
	expect_clean "$scratch/err"
}

# A node's name from the command line.
node() {
	pdu "$TS_CAPTURES/$ats"
	plain
	run -d -T off "$(printf '%b' "$1")"
	expect_clean "$scratch/err"
	run -T off "$(printf '%b' "$1")"
	verdict 4
	expect_clean "$scratch/err"
}

# A parameter's value in the message that says what is wrong with it.
parameter() {
	pdu "$TS_CAPTURES/$ats"
	plain
	export "$1=$(printf '%b' "$2")"
	run -d -S
	expect_code 3 # the stonith program goes on with a device that is not configured
	expect_clean "$scratch/err"
	grep -q "^tripplite: $1" "$scratch/err" || mishap "the parameter is not named"
}

quick_cases() {
	sed "s/COMMUNITY/$community_secret/; s/AUTH/$auth_secret/; s/PRIV/$priv_secret/" <<'END'
ways plain
ways secure
failures plain community=Anders-2-lang
failures plain community=Anders-1
failures secure password=Anders-2-lang
failures secure snmp_priv_passwd=Anders-3-lang
failures secure password=Anders-1
failures secure login=bob
failures secure snmp_auth_prot=Anders
failures secure snmp_priv_passwd=lrm://Anders-2-lang
failures plain snmp_version=7
failures plain community=lrm://Anders-2-lang
secrets_file plain community=COMMUNITY
secrets_file plain community=Anders-1 communitty=Anders-2-lang
secrets_file plain Anders-2-lang
secrets_file plain =Anders-2-lang
secrets_file secure password=AUTH snmp_priv_passwd=PRIV
secrets_file secure password=Anders-1 snmp_priv_passwd
secrets_file secure password=AUTH password=Anders-2-lang
no_children plain
no_children secure
starts_nothing plain
starts_nothing secure
names
long_names
stranger a\nb
stranger \033[2J\377%s%n
parameter ipaddr 127.0.0.1:\033[2J\n
parameter hostlist node1:1.9\033[2J\377\nnode2:%s%n
parameter hostlist node1:"a\nb\001@nowhere\033
parameter snmp_version 3\n\001%s
parameter snmp_auth_prot SHA\033[2J
parameter off_hold 1\n2
parameter feeds %n\377
parameter secrets_file /nowhere\n/\033[2J
node no\nde
node %s%n%s\033
node \377\376
END
}

long_cases() { :; }

wire_main "$@"
