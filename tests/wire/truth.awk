# The judge: holds what stonith said against the PDU's timeline, prints what is
# wrong. It must know nothing of what stonith saw, only what relays did.
# Variables: action, code, hold, outlets ("1.9 1.10"), dark ("1.9": off at first),
# from and to: when stonith ran, if others switched before or after; shared: others
# switch other outlets; slack: what two simulators' clocks may be apart.
# SPDX-License-Identifier: LGPL-2.1-or-later
BEGIN {
	n = split(outlets, list, " ")
	split(dark, was_off, " ")
	for (i = 1; i <= n; i++)
		ours[list[i]] = 1
	for (i in was_off)
		off[was_off[i]] = 1
	since = all_off() ? 0 : -1
}
function all_off(i) {
	for (i = 1; i <= n; i++)
		if (!off[list[i]])
			return 0
	return 1
}
function count_on(i, count) {
	for (i = 1; i <= n; i++)
		count += !off[list[i]]
	return count + 0
}
function span_ends(first, last) {
	first = from && since < from ? from : since
	last = to && now > to ? to : now
	if (since >= 0 && last - first > longest)
		longest = last - first
}
$1 == "epoch" { epoch = $2; next } # when this simulator started
$1 == "forget" { forget = 1; next } # another run begins, and it counts alone
$1 !~ /^t=/ { next }
{ now = epoch + substr($1, 3) }
forget {
	forget = longest = 0
	since = since < 0 ? since : now
}
to && now > to && !over { over = 1; span_ends(); n_on = count_on() }
# Off counts up to the last request: what comes later, stonith did not see.
$2 == "request" { span_ends(); next }
$2 == "outlet" && !($3 in ours) && shared { next }
$2 == "outlet" && !($3 in ours) { print "outlet " $3 " of others: " $0; next }
$2 == "outlet" && ($4 == "on" || $4 == "off") {
	if ($4 == "on") {
		span_ends()
		since = -1
	}
	off[$3] = $4 == "off"
	if (since < 0 && all_off())
		since = now
}
END {
	on = over ? n_on : count_on()
	if (code != 0)
		exit
	if (action != "on" && longest < hold - slack)
		printf "A LIE: success, but together off for %.3f s of %s s\n", longest, hold
	if (action == "off" && on)
		print "A LIE: off succeeded, and the node has power"
	if (action == "on" && on < n)
		print "A LIE: on succeeded, and an outlet is off"
}
