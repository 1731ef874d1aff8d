#!/bin/sh
# What administrators type: pcs knows the plugin and the agent, and each example of README.md,
# doc/cluster.md and doc/operations.md for crm has one for pcs beside it that configures the same. On a CIB file, in
# namespaces of their own where all of it seems installed.
# SPDX-License-Identifier: LGPL-2.1-or-later
. "${0%/*}/shell.sh"
need_host "pcs and Pacemaker"
need_stonith
for tool in pcs crm cibadmin unshare ldconfig; do
	command -v $tool >/dev/null || skip "$tool is not installed"
done
case $TS_FENCE_AGENTS_BY in
no*) skip "configured before Pacemaker was installed: configure again" ;;
--*) skip "configured for agents elsewhere than Pacemaker looks: $TS_FENCE_AGENTS_DIR" ;;
esac
[ -z "$TS_PRELOAD_ASAN" ] || skip "built with sanitizers, which pcs's programs are not"
[ "$(id -u)" = 0 ] || skip "not root: nothing can be laid over the system's directories"
if [ -z "${TS_INSIDE-}" ]; then
	unshare -mn true 2>/dev/null || skip "no namespaces of our own"
	TS_INSIDE=yes exec unshare -mn "$0"
fi

# The system as it would be after make install.
unset MAKEFLAGS MFLAGS MAKELEVEL DESTDIR
lay_over() { # DIRECTORY...
	for dir; do
		mkdir -p "$scratch/on/layer$dir" "$scratch/on/upper$dir" "$scratch/on/work$dir"
		mount -t overlay overlay \
			-o "lowerdir=$scratch/on/layer$dir:$dir,upperdir=$scratch/on/upper$dir,workdir=$scratch/on/work$dir" \
			"$dir" || return
	done
}
installed() {
	mkdir "$scratch/on" && mount --make-rprivate / && mount -t tmpfs layer "$scratch/on" &&
		make -C "$TS_BUILDDIR" install DESTDIR="$scratch/on/layer" && lay_over /usr /etc &&
		mount -t tmpfs run /run && mount -t tmpfs log /var/log && mkdir -p /run/crm /var/log/crmsh &&
		ldconfig
}
installed >"$scratch/installed" 2>&1 || {
	tail -n 20 "$scratch/installed"
	skip "the system cannot be covered here"
}
trap 'umount -l /usr /etc "$scratch/on"; rm -rf "$scratch"' EXIT

says() { # PATTERN COMMAND...
	pattern=$1
	shift
	"$@" >"$scratch/out" 2>&1
	code=$?
	cat "$scratch/out"
	grep -Eq -- "$pattern" "$scratch/out"
}
refuses() { says "$@" && [ $code -ne 0 ]; }
cibadmin --empty >"$scratch/empty" && for node in 1 2 3; do
	CIB_file=$scratch/empty cibadmin --create --scope nodes \
		--xml-text "<node id=\"$node\" uname=\"db$node\"/>"
done
new_cib() { cp "$scratch/empty" "$scratch/cib"; }
on_file() { pcs -f "$scratch/cib" "$@"; }

# --- the agent and the plugin, as pcs sees them ---
check "pcs lists the fence agent" says '^fence_tripplite$' pcs stonith list --nodesc
check "pcs lists the plugin" says '^tripplite$' pcs stonith list --nodesc
check "pcs describes the fence agent" says '^ *off_hold' pcs stonith describe fence_tripplite
check "pcs describes the plugin" says '^ *off_hold' pcs stonith describe tripplite
new_cib
check "pcs takes a configuration that the agent finds valid" \
	on_file stonith create good fence_tripplite ip=192.0.2.1 snmp_version=2c hostlist=db1:3 \
	--agent-validation
check "it does not take one that the agent finds wrong, and shows why" \
	refuses 'hostlist: at column' pcs -f "$scratch/cib" stonith create bad fence_tripplite \
	ip=192.0.2.1 hostlist=db1::3 --agent-validation
check "it does not take a parameter that the plugin does not have" \
	refuses 'invalid.*nonsense' pcs -f "$scratch/cib" stonith create bad tripplite \
	ipaddr=192.0.2.1 community=tripplite nonsense=1
check "nor the plugin without its address" \
	refuses 'required.*ipaddr' pcs -f "$scratch/cib" stonith create bad tripplite community=tripplite

# --- the examples ---
mkdir "$scratch/bin"
printf '#!/bin/sh\nexec %s -f "%s" "$@"\n' "$(command -v pcs)" "$scratch/cib" >"$scratch/bin/pcs"
chmod +x "$scratch/bin/pcs"
example() { # DOCUMENT NAME
	awk -v mark="<!-- example: $2 -->" '
		$0 == mark { seen = 1; next }
		seen && /^    / { print substr($0, 5); next }
		seen && NF { exit }' "$TS_SRCDIR/$1"
}
run_example() { # DOCUMENT NAME
	example "$1" "$2" >"$scratch/commands" && [ -s "$scratch/commands" ] &&
		PATH=$scratch/bin:$PATH CIB_file=$scratch/cib sh -e "$scratch/commands"
}
# All that was configured, without the names that each shell gives to its elements.
configured() {
	awk '/<(primitive|nvpair|op|fencing-level) / {
			kind = $1
			n = 0
			rest = $0
			while (match(rest, /[a-z-]+="[^"]*"/)) {
				attribute = substr(rest, RSTART, RLENGTH)
				rest = substr(rest, RSTART + RLENGTH)
				if (attribute !~ /^id=/ || kind == "<primitive") print kind, attribute
			}
		}' "$scratch/cib" | sort
}
# What an example stands on: the resource that it changes. Made once, for crm and pcs take seconds.
made_by() { # DOCUMENT NAME...
	document=$1 made=$scratch/made.$2
	shift
	if ! [ -f "$made" ]; then
		for standing_on; do
			run_example "$document" "$standing_on" || return
		done
		cp "$scratch/cib" "$made"
	fi
	cp "$made" "$scratch/cib"
}
new_cib_for() { # DOCUMENT NAME
	new_cib && case $2 in
	timeout* | recheck*) made_by "$1" two-feeds ;;
	from-snmp-delete*) made_by "$1" from-snmp-old from-snmp ;;
	esac
}
same() { # DOCUMENT NAME
	new_cib_for "$1" "$2" && run_example "$1" "$2" && configured >"$scratch/by-crm" &&
		new_cib_for "$1" "$2" && run_example "$1" "$2-pcs" && configured >"$scratch/by-pcs" &&
		[ -s "$scratch/by-pcs" ] && diff "$scratch/by-crm" "$scratch/by-pcs"
}
for document in README.md doc/cluster.md doc/operations.md; do
	names=$(sed -n 's/^<!-- example: \(.*\) -->$/\1/p' "$TS_SRCDIR/$document")
	for name in $names; do
		case $name in from-snmp*) command -v fence_tripplite_snmp >/dev/null || continue ;; esac
		! example "$document" "$name" | grep -q '^ *crm ' ||
			check "$document: $name configures the same with crm and with pcs" same "$document" "$name"
	done
	for name in $names; do
		case $name in
		*-pcs) check "$document: $name stands beside an example for crm" \
			test -n "$(example "$document" "${name%-pcs}" | grep '^ *crm ')" ;;
		esac
	done
done

# --- the properties' names ---
# Pacemaker has renamed them: each that doc/cluster.md names by its old and its new name is known by
# the old one, and where the new one is known as well both are one.
knows() { crm_attribute --list-options=cluster --all 2>/dev/null | grep -Eq "$1"; }
pairs=$(grep -oE '`stonith-[a-z-]*` \(`fencing-[a-z-]*`\)' "$TS_SRCDIR/doc/cluster.md" | tr -d '`()' | sort -u)
check "doc/cluster.md names properties by both names" test -n "$pairs"
if crm_attribute --list-options=cluster --all >/dev/null 2>&1; then
	echo "$pairs" | while read -r old new; do
		knows "(^|[^a-z])$old" || echo "$old"
		! knows 'fencing-enabled' || knows "(^|[^a-z])$new" || echo "$new"
	done >"$scratch/unknown"
	check "this Pacemaker knows them" test ! -s "$scratch/unknown"
fi
finish
