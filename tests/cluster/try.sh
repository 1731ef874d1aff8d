# A cluster to try things on: it starts, and gives a shell on one of its nodes. When that shell ends,
# all of it does. For ./run.sh --try.
# SPDX-License-Identifier: LGPL-2.1-or-later

bin= # where make install puts programs

# left NODE: a shell there, as root at its console, which ended by itself and not with its node. It has
# a terminal of the node's own, for the one out here belongs to processes that are not seen in there.
left() {
	local enter run=(bash) code
	enter=(nsenter -t "$(cat "$1/pid")" -m -n -i -u -p -r -w -- env --default-signal=INT,QUIT -i
		PATH="$bin:/usr/sbin:/usr/bin:/sbin:/bin" HOME=/root LC_ALL=C.UTF-8 TERM="${TERM-dumb}" PS1="$1# ")
	[ ! -t 0 ] || [ ! -t 1 ] || run=(script -qc "bash --norc --noprofile -i" /dev/null)
	exec 3>&2 2>/dev/null # bash would tell what was killed
	"${enter[@]}" "${run[@]}" 2>&3
	code=$?
	exec 2>&3 3>&-
	[ ! -t 0 ] || stty sane # script cannot, where its node lost its power
	[ $code -ne 137 ]
}

# What the PDU saw, in seconds since the shell began.
tell() { # SINCE
	echo
	echo "What the PDU's outlets did, and the power of the nodes behind them, in seconds:"
	{
		awk '$3 == "outlet" { print $1, "outlet", $4, $5, $6 }' pdu1
		awk '{ print $1, $2, "has", $3 == "on" ? "power" : "no power" }' power
	} | sort -n | awk -v since="$1" '
		$1 >= since { printf "  %6.1f  ", $1 - since; $1 = ""; sub(/^ /, ""); print; n++ }
		END { if (!n) print "  nothing" }'
}

try() {
	local node since
	echo "Three nodes start, each a Corosync and a Pacemaker in namespaces of its own, and a PDU,"
	echo "trippsim, that is their power. Some 25 seconds until they have found each other ..."
	start_cluster "--name=3=db1 --name=4=db2 --name=5=db3" >start.log 2>&1 || {
		cat start.log
		return 1
	}
	bin=$(find layer -name trippsim -path '*/bin/*' -printf '/%P\n')
	bin=${bin%/*}
	node=db2
	since=$EPOCHREALTIME
	cat <<END

You are root on $node. The PDU is $network.10, its community tripplite; outlets 3, 4 and 5 feed db1,
db2 and db3. Nothing can be fenced yet: README.md goes on with "See, map, check, drill".
"exit" ends the cluster, and nothing of it is left.

END
	until left "$node"; do
		node=$(survivor "$node") && [ -t 0 ] || break
		printf '\nThe node that you were on lost its power. You are on %s now.\n' "$node"
	done
	tell "$since"
}
