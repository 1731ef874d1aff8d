# Fills in a manual page: @VERSION@ and @DATE@, and files in the place of @PARAMETERS@,
# @OPTIONS@ and @EXAMPLE FILE@. Variables: version, date, parameters, options, example (one of
# the example programs, which lie beside each other).
# SPDX-License-Identifier: LGPL-2.1-or-later
function escape(line) {
	gsub(/\\/, "\\e", line)
	gsub(/-/, "\\-", line)
	return line ~ /^[.']/ ? "\\&" line : line
}
# Text that is filled anyway is broken here as well: mandoc minds long lines.
function put(line, rest) {
	if (line ~ /^\.nf/)
		as_is = 1
	else if (line ~ /^\.fi/)
		as_is = 0
	while (!as_is && line !~ /^[.']/ && length(line) > 78 && match(substr(line, 1, 79), / [^ ]*$/)) {
		rest = substr(line, RSTART + 1)
		print substr(line, 1, RSTART - 1)
		line = rest ~ /^[.']/ ? "\\&" rest : rest
	}
	print line
}
$0 == "@PARAMETERS@" {
	while ((getline line < parameters) > 0)
		put(line)
	next
}
# The program's own --help: option, blanks, text.
$0 == "@OPTIONS@" {
	while ((getline line < options) > 0)
		if (match(line, /^  (-h, )?--[^ ]+( [A-Z][^ ]*)*( \[.*\]")?("[^"]*")?/)) {
			split(line, halves, /   +/)
			sub(/^ +/, "", line)
			at = match(line, /   +/)
			if (!at)
				at = match(line, /  +/)
			print ".TP\n.B " escape(substr(line, 1, at - 1))
			text = substr(line, at)
			sub(/^ +/, "", text)
			put(escape(text))
		} else if (line ~ /^OUTLET /)
			print ".PP\n" escape(line)
	next
}
/^@EXAMPLE .*@$/ {
	file = $2
	sub(/@$/, "", file)
	sub(/[^\/]*$/, file, example)
	while ((getline line < example) > 0)
		print escape(line)
	next
}
{
	gsub(/@VERSION@/, version)
	gsub(/@DATE@/, date)
	put($0)
}
