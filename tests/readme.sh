#!/bin/sh
# The configurations in the documents are what the plugin takes: the params of
# each `<!-- example: NAME -->` block are given to the real stonith program.
# SPDX-License-Identifier: LGPL-2.1-or-later
. "${0%/*}/shell.sh"
need_stonith

# The params of one example as words for the shell: what stands between "params" and "op".
params_of() { # FILE NAME
	awk -v name="$2" '
		$0 == "<!-- example: " name " -->" { inside = 1; next }
		inside && /^$/ && seen { exit }
		inside && /./ { seen = 1; sub(/\\$/, ""); text = text " " $0 }
		END { print text }' "$1" |
		sed 's/.* params //; s/ op .*//; s/^ *//'
}

printf 'password=%s\nsnmp_priv_passwd=%s\n' "long enough" "also long enough" >"$scratch/secrets"
chmod 600 "$scratch/secrets"

lists() { # FILE NAME NODES
	params=$(params_of "$1" "$2" | sed "s,/etc/tripplite.secrets,$scratch/secrets,")
	echo "params: $params"
	eval "set -- $params"
	nodes=$(stonith -t tripplite "$@" -l | tr '\n' ' ') && echo "nodes: $nodes" && [ "$nodes" = "db1 db2 " ]
}

readme=$TS_SRCDIR/README.md
for example in $(sed -n 's/^<!-- example: \(.*\) -->$/\1/p' "$readme"); do
	check "README's example $example is a configuration that the plugin takes" lists "$readme" "$example"
done
check "README has examples" [ "$checks" -ge 3 ]

# Each parameter of the plugin stands in README's table, and no other.
check "README's table names the plugin's parameters" test \
	"$(stonith -n -t tripplite | tr -s ' \t' '\n' | grep . | sort | tr '\n' ' ')" = \
	"$(sed -n '/^| parameter/,/^$/p' "$readme" | sed -n 's/^| \(`[^|]*\) |.*/\1/p' |
		grep -o '`[a-z_]*`' | tr -d '`' | sort | tr '\n' ' ')"
finish
