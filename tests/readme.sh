#!/bin/sh
# README.md and the documents that it leads to say nothing that is not so: what no other test shows
# of their examples, commands, tables and figures is taken from their text and tried.
# SPDX-License-Identifier: LGPL-2.1-or-later
. "${0%/*}/shell.sh"
need_stonith
. "${0%/*}/pdu.sh"
unset MAKEFLAGS MFLAGS MAKELEVEL CONFIGURE_FLAGS

readme=$TS_SRCDIR/README.md
for document in architecture building cluster devices figures operations parameters; do
	eval "$document=\$TS_SRCDIR/doc/$document.md"
done
# shellcheck disable=SC2154 # eval has set them
documents="$readme $building $devices $figures $operations $parameters"
same() { # WHAT-IS-WRITTEN WHAT-IS
	printf 'it is written: %s\nand it is: %s\n' "$1" "$2"
	[ -n "$1" ] && [ "$1" = "$2" ]
}
# The rows of the table with that first column.
rows() { cat $documents | sed -n "/^| $1 |/,/^\$/s/^| //p" | tail -n +2; }

# What takes time begins here, and is judged below: a status that nobody answers,
become timeout 16 stonith -t tripplite ipaddr=127.0.0.1:9 community=tripplite -S \
	>"$scratch/patience" 2>&1 &
patient=$!
# and the reset on a quiet afternoon, as written but for the PDU's address.
start_pdu afternoon pdumv30hvnetlx-pdu-20.2.1
# shellcheck disable=SC2046 # words
become env $(sed -n "s/^ *\(ipaddr=\)[0-9.]*\( .* stonith .*\)/\1$address\2/p" "$operations") \
	>"$scratch/reset" 2>&1 &
reset=$!
trap 'kill $patient $reset 2>/dev/null; stop_pdus; rm -rf "$scratch"' EXIT

# --- files ---
for file in $(grep -ohE '\b(bench|doc|lib|rpm|sim|tests)/[a-z_0-9/.-]*[a-z]' $documents | sort -u); do
	check "$file exists" test -e "$TS_SRCDIR/$file"
done
check "the library's sources have that licence" same \
	"$(sed -n 's/^Licence: \(.*\)\.$/\1/p' "$readme")" \
	"$(sed -n 's/.*SPDX-License-Identifier: //p' "$TS_SRCDIR"/lib/*.[ch] "$TS_SRCDIR"/lib/*/*.[ch] | sort -u)"
check "no file of the library but lib/find/family.c knows Tripp Lite's numbers" same \
	"$(grep -o 'one row in `[^`]*' "$devices" | sed 's/.*`//')" \
	"$(cd "$TS_SRCDIR" && grep -lE '\b850\b' lib/*.[ch] lib/*/*.[ch])"

# --- ./bootstrap TARGET, with programs around it that only note what is asked of them ---
tree=$scratch/tree
mkdir -p "$tree/bin"
cp "$TS_SRCDIR/bootstrap" "$tree"
for program in bin/apt-get bin/autoreconf bin/make configure; do
	printf '#!/bin/sh\necho "${0##*/} $*" >>"%s"\n' "$tree/asked" >"$tree/$program"
done
printf '#!/bin/sh\nexec "$@"\n' >"$tree/bin/sudo"
printf '#!/bin/sh\nexit 1\n' >"$tree/bin/dpkg-query" # nothing is installed
chmod +x "$tree/bin"/* "$tree/configure"
bootstraps() { # TARGET EXPECTED [OPTION]
	: >"$tree/asked"
	PATH=$tree/bin:$PATH "$tree/bootstrap" ${3-} "$1" || return
	asked=$(sed "s/ .*install .*/ install/; s/ -.* $1\$/ $1/; s/ -.*//" "$tree/asked" | tr '\n' ' ')
	echo "asked was: $asked"
	[ "$asked" = "$2autoreconf configure make make $1 " ] && grep "^$1:" "$TS_BUILDDIR/Makefile"
}
for target in $(grep -oh '\./bootstrap [a-z-]*' $documents | sed 's/.* //' | grep -vx platforms | sort -u); do
	check "./bootstrap $target installs what is missing, builds, and makes $target" \
		bootstraps "$target" 'apt-get apt-get install '
done
mkdir "$tree/tests"
printf 'echo "platforms $*" >>"%s"\n' "$tree/asked" >"$tree/tests/platforms.sh"
runs_platforms() {
	: >"$tree/asked"
	PATH=$tree/bin:$PATH "$tree/bootstrap" $(sed -n 's/.*`\.\/bootstrap \(platforms [a-z0-9 ]*\)`.*/\1/p' "$building") &&
		grep -x 'platforms i386 s390x' "$tree/asked"
}
check "./bootstrap platforms runs tests/platforms.sh on what is named" runs_platforms
check "--no-deps leaves the system's packages alone" bootstraps check '' --no-deps

# With the options of this build and one more, in a copy of what configure reads.
configures() (
	mkdir -p "$tree/again/lib" "$tree/again/build-aux" && cd "$TS_SRCDIR" &&
		cp configure Makefile.in config.h.in "$tree/again" &&
		cp build-aux/* "$tree/again/build-aux" &&
		cp lib/trippsnmp.h lib/trippsnmp.pc.in "$tree/again/lib" && cd "$tree/again" &&
		eval "./configure -q $("$TS_BUILDDIR/config.status" --config) --srcdir=. $1" &&
		grep -x "$2" Makefile
)
check "--with-fence-agents-dir overrides what Pacemaker's pkg-config file says" \
	configures --with-fence-agents-dir=/odd/place 'fenceagentsdir = /odd/place'
mkdir "$scratch/pc" "$scratch/sbin"
printf '%s\n' exec_prefix=/odd Name: Description: Version: >"$scratch/pc/pacemaker.pc"
printf '#!/bin/sh\n' >"$scratch/sbin/pacemakerd" && chmod +x "$scratch/sbin/pacemakerd"
check "without it that file says where Pacemaker looks for agents" configures \
	"--with-fence-agents-dir=auto PKG_CONFIG_PATH=$scratch/pc" 'fenceagentsdir = /odd/sbin'
by_daemon() ( # the files are there, but do not say it
	for file in pacemaker pacemaker-fencing; do
		printf '%s\n' Name: Description: Version: >"$scratch/pc/$file.pc"
	done
	PATH=$scratch/sbin:$PATH
	configures "--with-fence-agents-dir=auto PKG_CONFIG_PATH=$scratch/pc" "fenceagentsdir = $scratch/sbin"
)
check "without that its daemon does" by_daemon
check "--with-stonith-plugindir overrides what cluster-glue's headers say" \
	configures --with-stonith-plugindir=/odd/place 'stonithplugindir = /odd/place'

# --- where it was run ---
places() { sed -n '/^## Where it was run/,/^## /s/^| Debian /| Debian /p' "$building"; }
# SUITE: the targets of its row, and those that CI makes there.
row_targets() { places | grep "$1" | awk -F' [|] ' '{ print $4 }' | grep -o '`[a-z-]*`' | tr -d '`' | sort -u; }
ci_targets() {
	case $1 in
	bookworm) sed -n 's,.* \./bootstrap \([a-z-]*\)$,\1,p' "$TS_SRCDIR/.ci/run" ;;
	*) sed -n "s/.* on $1 \([a-z -]*\)$/\1/p" "$TS_SRCDIR/.ci/run" | tr ' ' '\n' ;;
	esac | sort -u
}
for suite in bookworm trixie testing; do
	check "CI makes the targets that stand beside $suite" same "$(row_targets $suite)" "$(ci_targets $suite)"
done
installed() { # PACKAGE: upstream's version
	dpkg-query -W -f '${Version}' "$1" 2>/dev/null | sed 's/^[0-9]*://; s/[+-].*//'
}
# Of a suite that is released, versions do not change.
suite=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
if grep -q ^VERSION_ID= /etc/os-release && places | grep -q "($suite)"; then
	versions=$(places | sed -n "s/.*($suite) | \([0-9.]* | [0-9.]*\) .*/\1/p")
	check "net-snmp has the version that stands beside $suite" \
		same "${versions%% |*}" "$(installed libsnmp-dev)"
	[ -z "$(installed pacemaker)" ] || check "so has Pacemaker" \
		same "${versions##*| }" "$(installed pacemaker)"
fi

# --- examples ---
printf 'password=%s\nsnmp_priv_passwd=%s\n' "long enough" "also long enough" >"$scratch/secrets"
chmod 600 "$scratch/secrets"

examples() { sed -n 's/^<!-- example: \(.*\) -->$/\1/p' "$1"; }
# The params of one example as words for the shell: what stands between "params" and "op".
params_of() { # DOCUMENT NAME
	awk -v name="$2" '
		$0 == "<!-- example: " name " -->" { inside = 1; next }
		inside && /^$/ && seen { exit }
		inside && /./ { seen = 1; sub(/\\$/, ""); text = text " " $0 }
		END { print text }' "$1" |
		sed "s/.* params //; s/ op .*//; s/^ *//; s,/etc/tripplite.secrets,$scratch/secrets,"
}
list() { # PARAMS
	echo "params: $1"
	eval "run stonith -t tripplite $1 -l"
}
lists() { list "$1" && ended 0 '*' '' && [ "$(tr '\n' ' ' <"$scratch/out")" = "db1 db2 db3 " ]; }
lists_not() { list "$1" && ended 1 '*' "$2"; }

for example in $(examples "$readme" | grep -v -- '-pcs$'); do # tests/pcs.sh compares the others with these
	check "the example $example is a configuration that the plugin takes" \
		lists "$(params_of "$readme" "$example")"
done
for example in one-pdu names two-feeds snmpv3; do
	check "the example $example of doc/cluster.md is a configuration that the plugin takes" \
		lists "$(params_of "$cluster" "$example")"
done
check "an outlet forgotten in the example two-feeds is an error" \
	lists_not "$(params_of "$cluster" two-feeds | sed 's/,3@[0-9.]*//')" '^tripplite: feeds: '
chmod 640 "$scratch/secrets"
check "secrets in a file that others can read are an error" \
	lists_not "$(params_of "$cluster" snmpv3)" '^tripplite: secrets_file: '
cluster_runs() { # WHERE EXAMPLE
	grep -E "\\\$$1 $2( |;|\$)" "$TS_SRCDIR/tests/cluster/scenarios.sh"
}
for example in $(examples "$cluster" | grep -v -- '-pcs$'); do
	check "the cluster's tests run the example $example of doc/cluster.md" \
		cluster_runs doc "$example"
done
for example in $(examples "$operations" | grep -v -- '-pcs$'); do
	check "the cluster's tests run the example $example of doc/operations.md" \
		cluster_runs operations "$example"
done

# --- parameters ---
# Name, whether it is required, default (- if there is none), of each parameter.
readme_parameters() {
	rows parameter | awk -F' \\| ' '{
		n = split($1, names, /, /)
		split($2, defaults, /, /)
		for (i = 1; i <= n; i++) {
			gsub(/`/, "", names[i])
			value = n > 1 ? defaults[i] : $2
			print names[i], value == "required", value == "any" ? 0 : \
				value ~ /^$| |required|none/ ? "-" : value
		}
	}' | sort
}
plugin_parameters() {
	stonith -m -t tripplite | awk -F'"' '
		/<parameter / { name = $2; required = $6 }
		/<content / { print name, required, $3 ~ /default/ ? $4 : "-" }' | sort
}
check "the table has the plugin's parameters and their defaults" \
	same "$(readme_parameters)" "$(plugin_parameters)"
choices() { # PARAMETER: of the table's last column, and of what the plugin says of another one
	run stonith -t tripplite ipaddr=127.0.0.1 community=c "$1=other" -l
	same "$(rows parameter | grep "^\`$1\`" | sed 's/.*| \(.*\) |$/\1/; s/,//g; s/ and / /; s/ ([^)]*)//g')" \
		"$(sed -n 's/.* is none of //p' "$scratch/err" | tr -d ,)"
}
for parameter in snmp_version snmp_auth_prot snmp_priv_prot snmp_sec_level; do
	check "the table has the choices for $parameter" choices "$parameter"
done

# --- the fence agent ---
agent_parameters() {
	"$agent" -o manpage | awk -F'"' '
		/<parameter / { name = $2 }
		/<content / { print name, $4 }' | sort
}
readme_parameters | sed 's/ .*//' >"$scratch/table"
check "the fence agent takes the parameters of the table" same "$(cat "$scratch/table")" \
	"$(agent_parameters | sed 's/ .*//' | comm -12 "$scratch/table" -)"
readme_parameters | sed 's/ [01] -*/ /' >"$scratch/table"
check "its defaults are the table's, but for those that are named" same \
	"$(tr '\n' ' ' <"$parameters" | grep -oE '`[a-z_]*` (defaults )?to [0-9A-Za-z]*' | sed 's/`//g; s/ .*to / /' | sort)" \
	"$(agent_parameters | comm -13 "$scratch/table" - | grep -E "^($(
		sed 's/ .*//' "$scratch/table" | paste -s -d'|'
	)) ")"

# --- exit status ---
start_pdu a pdumv30hvnetlx-pdu-20.2.1 --ro-community public --no-v1 --stuck 4 --latency-off 1 \
	--user 'fence SHA long-enough AES also-long-enough'
a=ipaddr=$address
start_pdu stranger su3000lcd2uhv-ups-20.1.0 --remove 1.3.6.1.4.1.850
stranger=ipaddr=$address
t="stonith -t tripplite"
write=community=tripplite
map="hostlist=db1:3;db2:4;db3:99;db5:5"
quick="off_hold=0.1 snmp_timeout=0.1"
hasty="$quick power_timeout=0.3 total_timeout=1"

with() (become env "$@") # NAME=VALUE... stonith ARGUMENT...
# exits STATUS WORDS LINE COMMAND...: it ends so and says that; doc/operations.md has these words of it.
exits() {
	status=$1 words=$2 line=$3
	shift 3
	run "$@"
	check "exit status $status: $words" stands_so
}
statuses() {
	rows 'exit status of `stonith`'
	sed -n 's/^\(.*\) exits with \([0-9]*\).*/\2 \1/p' "$operations"
}
stands_so() {
	provoked="$provoked $status"
	statuses | grep -- "^$status .*$words" && ended "$status" '*' "$line"
}
# The stonith program with few descriptors, to be found before the real one.
mkdir "$scratch/few"
printf '#!/bin/sh\nulimit -n 4\nPATH=${PATH#*:}\nexec stonith "$@"\n' >"$scratch/few/stonith"
chmod +x "$scratch/few/stonith"
provoked=
exits 0 "done and verified" '' $t $a $write $map $quick -T off db1
exits 1 "a parameter is wrong" '^tripplite: feeds: ' $t $a $write feeds=x -S
exits 1 "does not fit the PDU" 'hostlist: 99.* does not exist' $t $a $write $map $quick -T off db3
exits 1 "called wrongly" explode $t $a $write $map -T explode db1
exits 2 "refused" 'write access' $t $a community=public $map $quick -T off db1
exits 2 "unknown device" 'it is a Tripp Lite device' $t $stranger $write $quick -S
exits 2 "a name that does not resolve" no-such-host.invalid $t ipaddr=no-such-host.invalid $write \
	$hasty -S
exits 3 "with \`-E\`" '^tripplite: feeds: ' with $a $write feeds=x $t -E -S
exits 3 "and \`-p\`" '^tripplite: feeds: ' $t \
	-p "127.0.0.1 db1:3 x 2c c l password SHA AES password authPriv f 0 1 1 2 no" -S
exits 4 "no outlet feeds that node" 'db4' $t $a $write $map -T off db4
exits 5 "a stuck relay" 'outlet 4 ' $t $a $write $map $quick power_timeout=0.3 -T off db2
exits 5 "a too short \`power_timeout\`" 'outlet 5 ' $t $a $write $map $quick \
	power_timeout=0.3 -T off db5
exits 6 "network" '127.0.0.1:9: no answer' $t ipaddr=127.0.0.1:9 $write $hasty -S
exits 6 "SNMP version" 'SNMP version' $t $a $write snmp_version=1 $hasty -S
exits 6 "community" 'community' $t $a community=other $hasty -S
exits 8 "no free sockets" 'Too many open files' with PATH="$scratch/few:$PATH" \
	$t $a,127.0.0.1:9 $write $quick -S
exits 255 "A list that fails" 'no answer' $t ipaddr=127.0.0.1:9 $write $hasty -l
exits 255 "A list that fails" '^tripplite: feeds: ' with $a $write feeds=x $t -E -l
if [ -z "$TS_PRELOAD_ASAN" ]; then # SNMPv3 in the stonith program needs what its runtime forbids
	exits 2 "unauthenticated" 'password' $t $a login=fence password=other-than-that $quick -S
	exits 6 "privacy passphrase" 'snmp_priv_passwd' $t $a login=fence password=long-enough \
		snmp_priv_passwd=other-than-that $hasty -S
fi
check "no other status stands there" same \
	"$(statuses | sed 's/ .*//' | tr '\n' ' ')" \
	"$(printf '%s\n' $provoked | sort -nu | tr '\n' ' ')"
makefile() { sed -n "s/^$1 = //p" "$TS_BUILDDIR/Makefile"; }
named() {
	echo "#include <stonith/stonith.h>
		is S_OK $(rows 'exit status of `stonith`' | grep -o 'S_[A-Z]*' | tr '\n' ' ')" |
		$CC -E -P $(makefile STONITH_CFLAGS) $(makefile GLIB_CFLAGS) - | sed -n 's/^ *is //p'
}
check "their names are cluster-glue's" same \
	"$(rows 'exit status of `stonith`' | sed 's/ .*//' | tr '\n' ' ' | sed 's/ $//')" "$(named)"

# --- the reset on a quiet afternoon ---
check "the reset succeeds" wait $reset
reset=
stop_pdus
check "it switched outlet 3, off and on" test "$(events afternoon | grep -v command | tr '\n' ' ')" = \
	"1.3 off 1.3 on "
held() {
	awk -v hold="$(rows parameter | sed -n 's/^`off_hold` | \([0-9]*\) .*/\1/p')" '
		/ outlet 1.3 off$/ { off = substr($1, 3) }
		/ outlet 1.3 on$/ { on = substr($1, 3) }
		END { print "off for " on - off " s"; exit !(hold > 0 && on - off >= hold) }' \
		"$scratch/afternoon"
}
check "it was off for the default off_hold" held
# It does not draw how often the PDU is read in the hold.
check "in the steps of the drawing" same \
	"$(sed -n 's/^ libtrippsnmp  *//p' "$architecture" | tr , '\n' | sed -n 's/.*SET.*/set/p; s/.*read.*/get/p' | uniq | tr '\n' ' ')" \
	"$(sed -n 's/.* request \(.et\) .*/\1/p' "$scratch/afternoon" | uniq | tr '\n' ' ')"
legacy_runs() { # in Pacemaker 3 it needs a Python module that need not be there
	command -v fence_legacy >/dev/null && ! fence_legacy --version 2>&1 | grep -q ModuleNotFoundError
}
if [ -z "${TS_HERMETIC-}" ] && legacy_runs; then
	check "fence_legacy calls stonith so" same \
		"$(sed -n 's/^ fence_legacy [^ ]* //p' "$architecture")" \
		"$(printf '%s\n' plugin=tripplite action=reboot nodename=db1 stonith=true |
			fence_legacy | sed -n 's/^Performing: true/stonith/p')"
else
	echo "fence_legacy is not installed, or not whole: how it calls stonith was not looked at"
fi
check "a reset by map takes three requests more with a hold of five seconds" \
	test "$(requests afternoon)" -eq 10

# --- devices ---
# Each table of outlets with the sysObjectIDs that stand beside it.
tables() {
	rows family | awk -F'`| \\| ' '{
		n = split($2, part, /[{},]/)
		gsub(/ or /, " ", $4)
		for (i = n > 1 ? 2 : 1; i <= n; i++)
			if (part[i] != "") {
				table = n > 1 ? part[1] part[i] : part[1]
				sub(/^850/, "1.3.6.1.4.1.850", table)
				print table, $4
			}
	}'
}
switches() { # TABLE CAPTURE OUTLET SYSOBJECTID
	start_pdu "$2-$4" "$2" --row "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.$4"
	stonith -t tripplite ipaddr="$address" community=tripplite "hostlist=db1:$3" off_hold=0 \
		-T reset db1 || return
	stop_pdus
	sed -n 's/^t=[0-9.]* set \([0-9.]*\) .*/\1/p' "$scratch/$2-$4" >"$scratch/sets"
	echo "not $1, but: $(cat "$scratch/sets")"
	[ -s "$scratch/sets" ] && [ "$(grep -c "^$1\." "$scratch/sets")" -eq "$(wc -l <"$scratch/sets")" ]
}
tables >"$scratch/tables"
set -- pdumv30hvnetlx-pdu-20.2.1:1 pdumh20atnet-ats-15.5.4:9 su3000lcd2uhv-ups-20.1.0:1 smart1500rmxl2ua-webcard-12.06.0069:1 twin-only:1
while read -r table ids; do
	for id in $ids 9999; do
		check "outlets are switched in $table, also with sysObjectID $id" \
			switches "$table" "${1%:*}" "${1#*:}" "$id"
	done
	shift
done <"$scratch/tables"
check "there are no more tables" test $# -eq 0
for seen in $(tr '\n' ' ' <"$devices" | grep -oE 'real [A-Z0-9]+ \([^)]*' | sed 's/real //; s/ .* /:/'); do
	check "a ${seen%:*} with ${seen#*:} was seen" \
		grep "real .*${seen%:*}.* ${seen#*:} " "$TS_CAPTURES/SOURCES.md"
done

# --- the tool ---
# README's commands, as they are written but for the address, and the name that a person types.
tool=$TS_BUILDDIR/tool/trippsnmp
trippsnmp() { "$tool" "$@"; }
types() { # COMMAND
	command=$(grep "^    trippsnmp $1 " "$readme" | sed "s/192[.]0[.]2[.]10/$address/; s/ drill / drill --yes /")
	echo "$command"
	eval "$command" >"$scratch/out" 2>&1
	code=$?
	cat "$scratch/out"
	[ $code -eq 0 ] && grep -Eq -- "$2" "$scratch/out"
}
if [ -x "$tool" ]; then
	start_pdu seen pdumv30hvnetlx-pdu-20.2.1 --name 3=db1 --name 4=db2 --name 5=db3
	check "list shows the outlets" types list '^ *3 +on .*db1'
	check "map proposes a map" types map 'hostlist.*db1:3'
	check "with commands for crm and pcs" sh -c "grep '^crm configure' '$scratch/out' && grep '^pcs stonith create' '$scratch/out'"
	check "check switches nothing" types check '' && check "as the PDU saw it" test -z "$(events seen)"
	check "drill shows the evidence" types drill 'off is proven: '
	check "it switched db1, off and on" test "$(events seen | grep -v command | tr '\n' ' ')" = "1.3 off 1.3 on "
	"$tool" --help >"$scratch/help"
	for word in $(grep -ohE 'trippsnmp [a-z]+( --[a-z]+)?' $documents "$TS_SRCDIR/.github/ISSUE_TEMPLATE"/* |
		grep -oE '(list|map|check|watch|drill|capture|--[a-z]+)$' | sort -u); do
		check "trippsnmp has $word" grep -E "^  $word\b" "$scratch/help"
	done
else
	echo "trippsnmp was not built: README's commands were not run"
fi

# --- the picture ---
# As the demo is today, but for tenths of seconds.
numbers() { sed 's/[0-9]*\.[0-9] s/N s/g; s/ *$//' "$1"; }
pictured() {
	TS_SRCDIR=$TS_SRCDIR sh "$TS_SRCDIR/tests/demo.sh" >"$scratch/demo" || return
	awk -f "$TS_SRCDIR/doc/picture.awk" "$scratch/demo" >"$scratch/demo.svg" &&
		numbers "$scratch/demo.svg" >"$scratch/1" && numbers "$TS_SRCDIR/doc/demo.svg" >"$scratch/2" &&
		diff "$scratch/2" "$scratch/1"
}
check "the picture is one of the demo" pictured
check "README.md shows it" grep -F '](doc/demo.svg)' "$readme"
check "README.md is short" test "$(wc -l <"$readme")" -le 140

# --- what else goes with the packages ---
for package in stonith-tripplite fence-tripplite; do
	for document in README SECURITY doc/cluster doc/operations doc/parameters doc/promise; do
		check "$document.md goes with Debian's $package" \
			grep -x "$document.md" "$TS_SRCDIR/debian/$package.docs"
		check "and with the RPM" sh -c "sed -n '/^%files -n $package\$/,/^\$/p' '$TS_SRCDIR/rpm/tripplite.spec' |
			grep -E '^%doc .*\b$document\.md\b'"
	done
done

# --- measured ---
results=$TS_SRCDIR/bench/results/results.md
measured() {
	awk -F' *[|] *' '
		/^## / { in_short = /In short/ }
		/^\| \| / { beside = /requests/ }
		NF < 7 || $3 !~ /^[0-9]/ { next }
		FNR == NR && in_short { for (i = 3; i <= 6; i++) result[$2, i] = $i; wanted++ }
		FNR < NR && beside {
			name = $2 ~ /snmpget/ ? "net-snmp by hand" : $2 ~ /_snmp/ ? "fence_tripplite_snmp" : \
				$2 ~ /stonith/ ? "tripplite (stonith)" : "fence_tripplite"
			for (i = 3; i <= 6; i++) {
				point = index($i, ".")
				as_exact = sprintf("%." (point ? length($i) - point : 0) "f", result[name, i])
				if (as_exact != $i) {
					print name ": not " $i " but " result[name, i]
					wrong = 1
				}
			}
			found++
		}
		END { exit wrong || found == 0 || found != wanted }' "$results" "$readme"
}
check "the table has the figures of bench/results" measured
ratios() { # FILE WORDS
	tr '\n' ' ' <"$1" | sed -n "s/.*round-trip time of \([0-9]*\) ms $2 takes \([0-9.]*\) times.*on \([0-9]*\) PDUs \([0-9.]*\) times.*/\1 ms: \2, \3 PDUs: \4/p"
}
check "so have the two sentences" same "$(ratios "$figures" it)" "$(ratios "$results" 'a reset by map')"

# --- patience ---
wait $patient
code=$?
patient=
limit=$(rows parameter | sed -n 's/.*Status and list take at most \([0-9]*\) .*/\1/p')
gave_up() {
	cat "$scratch/patience"
	[ "$code" -eq 6 ] && grep " within $((limit - 1))\." "$scratch/patience"
}
check "status takes as long as it may, and no longer" gave_up
finish
