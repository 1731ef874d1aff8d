# A picture (SVG) of what the demo prints, as a terminal shows it: off and reset of a node, and what
# the outlets did. Nothing in it differs from run to run but tenths of seconds: times count from the
# step's first event, and the port is always the same.
#   make demo-picture
# SPDX-License-Identifier: LGPL-2.1-or-later
function escape(text) {
	gsub(/&/, "\\&amp;", text)
	gsub(/</, "\\&lt;", text)
	gsub(/>/, "\\&gt;", text)
	return text
}
function colour(text) {
	if (text ~ /^\$/)
		return "#ffffff"
	if (text ~ /as it should be|all was/)
		return "#8ae234"
	if (text ~ /PDU:.* off$/)
		return "#fcaf3e"
	return "#d3d7cf"
}
# Blanks at the start are a place: renderers differ in what they make of blanks.
function print_text(text, y, at) {
	at = match(text, /[^ ]/)
	printf "<text x=\"%.0f\" y=\"%d\" fill=\"%s\">%s</text>\n", 16 + (at - 1) * 7.83, y, \
		colour(text), escape(substr(text, at))
}
function keep(text) {
	line[++lines] = text
	if (length(text) > longest)
		longest = length(text)
}
{
	gsub(/127\.0\.0\.1:[0-9]+/, "127.0.0.1:16100")
}
/^\$/ {
	wanted = / -S$| -T off | -T reset /
	first = -1
}
/^demo:/ { wanted = 1 }
FNR <= 3 || wanted {
	if (match($0, /t=[0-9.]+/)) {
		time = substr($0, RSTART + 2, RLENGTH - 2)
		if (first < 0)
			first = time
		$0 = substr($0, 1, RSTART - 1) sprintf("%.1f s", time - first) substr($0, RSTART + RLENGTH)
	}
	if (match($0, /[0-9]+\.[0-9][0-9] s$/))
		$0 = substr($0, 1, RSTART - 1) sprintf("%.1f s", substr($0, RSTART) + 0)
	keep($0)
}
END {
	width = longest * 7.83 + 32
	height = lines * 18 + 60
	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\">\n", width, height, width
	print "<title>The demo: a node with two outlets is switched off, and reset</title>"
	printf "<rect width=\"%d\" height=\"%d\" rx=\"8\" fill=\"#1c1f22\"/>\n", width, height
	print "<g><circle cx=\"20\" cy=\"18\" r=\"6\" fill=\"#ef5350\"/><circle cx=\"40\" cy=\"18\" r=\"6\" fill=\"#fcaf3e\"/>" \
		"<circle cx=\"60\" cy=\"18\" r=\"6\" fill=\"#8ae234\"/></g>"
	print "<g font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"13\">"
	for (i = 1; i <= lines; i++)
		if (line[i] != "")
			print_text(line[i], i * 18 + 34)
	print "</g>\n</svg>"
}
