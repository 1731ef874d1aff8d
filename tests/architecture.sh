#!/bin/sh
# The way of a request, as doc/architecture.md tells it, is the code's: each function that it names
# stands in the file behind it, and is called from the file of its line's first one.
# SPDX-License-Identifier: LGPL-2.1-or-later
. "${0%/*}/shell.sh"

# A line each: NUMBER NAME FILE of what the list names; a file behind several names is theirs all,
# and a name without one was named before.
sed -n '/^## How a fence request flows/,/^## Why/p' "$TS_SRCDIR/doc/architecture.md" |
	awk '/^[0-9]+\. / { item = $1 + 0 } /^$/ { item = 0 }
	item {
		n = split($0, part, "`")
		for (i = 2; i <= n; i += 2)
			if (part[i] ~ /\(\)$/)
				print item, substr(part[i], 1, length(part[i]) - 2)
			else if (part[i] ~ /^[a-z].*\/.*\.c$/)
				print item, "=", part[i]
	}' | awk '
	$2 == "=" { for (i = 1; i <= waiting; i++) file[names[i]] = $3; waiting = 0; next }
	{ all[++n] = $1 " " $2 }
	!($2 in file) { names[++waiting] = $2 }
	END { for (i = 1; i <= n; i++) { split(all[i], at, " "); print all[i], file[at[2]] } }
	' >"$scratch/way"

# code FILE: without comments; the plugin has the library in a table of its own.
code() {
	sed -e 's,/\*.*\*/,,' -e '/\/\*/,/\*\//d' \
		-e 's/library->\([a-z]\)/trippsnmp_\1/g' "$TS_SRCDIR/$1"
}
# defines FILE NAME: it begins a line, and what follows is no declaration.
defines() {
	code "$1" | awk -v name="$2" '
		/^[a-z]/ && $0 ~ "[ *]" name "\\(" { at = 1 }
		at && /;$/ { at = 0 }
		at && /^\{/ { found = 1 }
		END { exit !found }'
}
# calls FILE NAME: besides where it is defined or declared.
calls() {
	code "$1" | grep "^[^a-z].*\b$2\b" | grep -q .
}

each_is_where_it_is_said_to_be() {
	while read -r item name file; do
		if [ -z "$file" ] || ! defines "$file" "$name"; then
			echo "$item. $name is not defined in ${file:-any file that is named}"
			return 1
		fi
	done <"$scratch/way"
}
check "each function on a request's way stands where the document says" each_is_where_it_is_said_to_be

each_is_called_from_where_it_is_said_to_be() {
	last=0
	known=' '
	while read -r item name file; do
		if [ "$item" != "$last" ]; then
			last=$item
			caller=$name
			from=$file
			case $known in
			' ' | *" $name "*) ;;
			*)
				echo "$item. begins with $name, which was not named before"
				return 1
				;;
			esac
		elif ! calls "$from" "$name"; then
			echo "$item. $from, which has $caller, does not name $name"
			return 1
		fi
		known="$known$name "
	done <"$scratch/way"
}
check "each is called from where the document says" each_is_called_from_where_it_is_said_to_be

check "the way is told in some lines, and some functions" \
	test "$(cut -d' ' -f1 "$scratch/way" | sort -u | wc -l)" -ge 10 -a "$(wc -l <"$scratch/way")" -ge 25
finish
