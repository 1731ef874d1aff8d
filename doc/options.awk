# Manual page source for the options in the output of "fence_tripplite -o manpage".
# SPDX-License-Identifier: LGPL-2.1-or-later
function attribute(name) {
	if (!match($0, " " name "=\"[^\"]*\""))
		return ""
	return substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4)
}
function text(line) {
	gsub(/&quot;/, "\"", line)
	gsub(/&apos;/, "'", line)
	gsub(/&lt;/, "<", line)
	gsub(/&gt;/, ">", line)
	gsub(/&amp;/, "\\&", line)
	gsub(/\\/, "\\e", line)
	gsub(/-/, "\\-", line)
	return line ~ /^[.']/ ? "\\&" line : line
}
/<parameter / { older = attribute("deprecated") == "1"; words = "" }
/<getopt / { forms = attribute("mixed") }
/<content / { value = attribute("default") }
/<option / { words = words (words == "" ? "" : ", ") attribute("value") }
/<shortdesc / && forms != "" {
	sub(/^[^>]*>/, "")
	sub(/<.*/, "")
	if (!older) {
		print ".TP\n.B " text(forms)
		print text($0 ($0 ~ /\.$/ ? "" : "."))
		if (words != "")
			print text("One of " words ".")
		if (value != "")
			print "Default: " text(value) "."
	}
	forms = ""
}
