#!/bin/sh
# Each link of a document leads somewhere: to a file that is there and, with a #, to a heading of it.
# Links into the network are not followed.
# SPDX-License-Identifier: LGPL-2.1-or-later
. "${0%/*}/shell.sh"

# The anchors of a document's headings, as forges make them.
anchors() { # FILE
	awk '
	/^```/ { code = !code }
	!code && /^#+ / {
		sub(/^#+ +/, "")
		text = tolower($0)
		gsub(/[^a-z0-9_ -]/, "", text)
		gsub(/ /, "-", text)
		print text (seen[text]++ ? "-" (seen[text] - 1) : "")
	}' "$1"
}
# Where its links lead, a line each: what is in code is none.
links() { # FILE
	awk '
	/^```/ { code = !code }
	code || /^    / { next }
	{
		gsub(/`[^`]*`/, "")
		while (match($0, /\]\([^)]*\)/)) {
			print substr($0, RSTART + 2, RLENGTH - 3)
			$0 = substr($0, RSTART + RLENGTH)
		}
	}' "$1"
}
# Says each link of the document that leads nowhere.
broken() { # FILE
	links "$1" | while read -r link; do
		case $link in
		http://* | https://*) continue ;;
		'#'*) file=$1 ;;
		*) file=$(dirname "$1")/${link%%#*} ;;
		esac
		[ -e "$file" ] || {
			echo "$1: there is no $link"
			continue
		}
		case $link in
		*'#'*) anchors "$file" | grep -qxF -- "${link#*#}" || echo "$1: no heading for $link" ;;
		esac
	done
}
whole() { ! broken "$1" | grep .; }

for document in "$TS_SRCDIR"/*.md "$TS_SRCDIR"/doc/*.md; do
	check "the links of ${document#"$TS_SRCDIR"/} lead somewhere" whole "$document"
done
check "there are links in README.md" test "$(links "$TS_SRCDIR/README.md" | wc -l)" -gt 10

# That it notices.
mkdir "$scratch/doc"
printf '# One `two`, three!\n\n## Again\n\n## Again\n' >"$scratch/doc/a.md"
says() { # WORDS LINE: of a document that is that line
	echo "$2" >"$scratch/b.md"
	broken "$scratch/b.md" | sed "s,^$scratch/,," >"$scratch/broken"
	cat "$scratch/broken"
	[ "$(cat "$scratch/broken")" = "$1" ]
}
check "a file that is there is found" says "" 'see [a](doc/a.md), and ![b](b.md)'
check "so are headings" says "" '[a](doc/a.md#one-two-three) [b](doc/a.md#again-1)'
check "code is no link" says "" 'see `[a](none.md)`'
check "a file that is not there is said" says "b.md: there is no doc/c.md" 'see [c](doc/c.md)'
check "so is a heading that is not there" says "b.md: no heading for doc/a.md#four" '[a](doc/a.md#four)'
check "and the second link of a line" says "b.md: no heading for #x" '[a](doc/a.md) [x](#x)'
finish
