# make bench: what fencing costs, beside what people use today and beside the
# floor that nobody gets below. Prints tables; DIRECTORY gets them as results.md,
# with results.svg. All on loopback, in one run, in rounds that take turns.
#
#   bench.py DIRECTORY     with QUICK=1 in the environment for fewer of all
# SPDX-License-Identifier: LGPL-2.1-or-later
import os
import platform
import shutil
import sys
import time

import clients
import plot
from clients import VERSIONS, hostlist_of
from report import Report, median, number, spread
from rig import Pdu, Relay, Running, Wrong, clean_up, moves_in, requests_in

QUICK = bool(os.environ.get("QUICK"))
ROUNDS = 3 if QUICK else 10
SLOW_EVERY = 3 if QUICK else 2  # the slow one takes part in one round of so many
GROWTH_ROUNDS = 3 if QUICK else 5
LOSS_ROUNDS = 8 if QUICK else 24
OPERATIONS = ("status", "list", "off", "reset by map", "reset by name")
PLUGIN, AGENT, DEBIAN = "tripplite (stonith)", "fence_tripplite", "fence_tripplite_snmp"
NULL, BARE = "null (stonith)", "net-snmp by hand"
MAKERS = {PLUGIN: clients.plugin, AGENT: clients.agent, DEBIAN: clients.debian_agent,
          NULL: clients.null, BARE: clients.bare}
# The least requests that prove a reset: read, SET off, read, read, uptime, SET on, read. SNMPv3
# tells its uptime with each answer, and its engine is discovered first.
MAP_FLOOR = 7
V3_FLOOR = MAP_FLOOR - 1 + 1
# By name the table is read instead, the uptime asked too, and the name read before each SET.
NAME_FLOOR = MAP_FLOOR - 1 + 1 + 2
RTT = 0.010       # s, of what grows with something else
TIMEOUT = 1.0     # s, snmp_timeout's default
SLOW_CARD = 0.2 if QUICK else 1.0  # s a message
# Fencings at once, and what the card takes for a message.
CROWDS = ((8, 0.03),) if QUICK else ((64, 0.03), (16, 0.2))

report = Report()


def names_floor(outlets):
    """With the pages of the table: its four columns in answers of 1,400 octets."""
    return NAME_FLOOR + -(-outlets * 4 * 26 // 1400)


# --- one command ---

def check_relays(operation, pdus):
    expected = {"off": ["1.3 off"], "reset": ["1.3 off", "1.3 on"]}.get(operation.split()[0], [])
    for pdu in pdus:
        relays = pdu.relays()
        if relays != expected:
            raise Wrong("%s: outlets did %s, not %s" % (operation, relays, expected))


def prepare(pdus):
    for pdu in pdus:
        pdu.tell("set-outlet 3 on")


def run_once(maker, operation, version, ports, pdus, **more):
    prepare(pdus)
    spent = maker(operation, version, ports, **more).run()
    if maker is not clients.null:
        check_relays(operation, pdus)
    return spent


def counted(relay, work):
    """What the work's result is, its requests and its octets on the wire."""
    relay.counts()
    result = work()
    requests, _, sent, received = relay.counts()
    return result, requests, sent + received


# --- side by side ---

class Cell:
    def __init__(self):
        self.spent = []
        self.requests = self.octets = self.files = None

    def of(self, what):
        return [getattr(spent, what) for spent in self.spent]

    def median(self, what):
        return median(self.of(what))


def compared():
    """Operation, version, client of all cells. The slow one in three versions is enough."""
    for version in VERSIONS:
        for operation in OPERATIONS:
            for client in MAKERS:
                if client == DEBIAN and (version in ("3 noAuthNoPriv", "3 authNoPriv") or
                                         QUICK and version != "2c" and operation != "status"):
                    continue
                if client == DEBIAN and not shutil.which("fence_tripplite_snmp"):
                    continue
                if QUICK and version in ("1", "3 noAuthNoPriv", "3 authNoPriv"):
                    continue
                if client == NULL and version != "2c":
                    continue  # it speaks no SNMP
                yield operation, version, client


def count_cell(cell, operation, version, client, pdu, relay):
    maker = MAKERS[client]
    if client != NULL:
        _, cell.requests, cell.octets = counted(
            relay, lambda: run_once(maker, operation, version, relay.ports, [pdu]))
    if client != DEBIAN or version == "2c" and not QUICK:
        prepare([pdu])
        cell.files = maker(operation, version, [pdu.port]).files_opened()
        pdu.relays()


def side_by_side():
    pdu = Pdu()
    relay = Relay([pdu])
    cells = {key: Cell() for key in compared()}
    for key, cell in cells.items():
        count_cell(cell, *key, pdu=pdu, relay=relay)
    for turn in range(ROUNDS):
        for (operation, version, client), cell in cells.items():
            if client == DEBIAN and turn % SLOW_EVERY:
                continue
            cell.spent.append(run_once(MAKERS[client], operation, version, [pdu.port], [pdu]))
    relay.end()
    pdu.end()
    return cells


def show_side_by_side(cells):
    report.section(
        "Side by side", "Each on the same simulated PDU with 24 outlets, no delay, off_hold and "
        "relay latency 0; medians of %d rounds, every %s for %s. Ratios: times that of "
        "`stonith -t tripplite` in the same row group. Memory: peak of the greatest process. "
        "Files: successful opens (strace). Octets: UDP payload both ways. `status`, `off` and "
        "`reset by map` know the outlet's number; `list` and `reset by name` read names. The "
        "commands' stdin is a terminal: without one `stonith` logs to syslog, and where no "
        "daemon listens, libc writes that to the console, some milliseconds a line."
        % (ROUNDS, "third" if SLOW_EVERY == 3 else "second", DEBIAN))
    for version in VERSIONS:
        rows = []
        for operation in OPERATIONS:
            ours = cells.get((operation, version, PLUGIN))
            for client in MAKERS:
                cell = cells.get((operation, version, client))
                if cell is None:
                    continue
                rows.append([operation + ": " + client, cell.median("wall"),
                             spread(cell.of("wall")), cell.median("wall") / ours.median("wall"),
                             cell.median("cpu"), spread(cell.of("cpu")),
                             cell.median("cpu") / ours.median("cpu"), cell.median("memory"),
                             cell.requests, cell.octets, cell.files])
        if rows:
            report.section("SNMP " + version, "",
                           ["what", "wall ms", "from–to", "ratio", "CPU ms", "from–to", "ratio",
                            "MiB", "requests", "octets", "files"], rows)


# --- instructions ---

def show_instructions():
    pdu = Pdu()
    ports = [pdu.port]
    wanted = [("null, status", clients.null("status")),
              ("null with libnetsnmp preloaded, status", clients.null_with_netsnmp()),
              ("tripplite, status, 2c", clients.plugin("status", "2c", ports)),
              ("tripplite, reset by map, 2c", clients.plugin("reset by map", "2c", ports)),
              ("tripplite, reset by name, 2c", clients.plugin("reset by name", "2c", ports)),
              ("tripplite, status, 3 authPriv", clients.plugin("status", "3 authPriv", ports)),
              ("fence_tripplite, status, 2c", clients.agent("status", "2c", ports)),
              ("snmpget, 2c", clients.bare("status", "2c", ports))]
    if QUICK:
        wanted = wanted[:3]
    counts = {name: command.instructions() for name, command in wanted if command}
    pdu.end()
    floor = counts.get("null with libnetsnmp preloaded, status")
    if not floor:
        report.section("Instructions", "Left out: no valgrind, or no libnetsnmp was found.")
        return counts
    report.section("Instructions",
                   "Whole processes under `valgrind --tool=callgrind`, millions. The floor is "
                   "what the loading of net-snmp costs a program that makes no use of it.",
                   ["what", "million", "times the floor"],
                   [[name, count / 1e6, count / float(floor)] for name, count in counts.items()])
    return counts


# --- growth ---

def timed(series, rounds=None):
    """series: name to a function that returns a Spent. Takes turns; name to its Spents."""
    results = {name: [] for name in series}
    for _ in range(rounds or GROWTH_ROUNDS):
        for name, work in series.items():
            results[name].append(work())
    return results


def walls(spents):
    return [spent.wall for spent in spents]


def start_of(results):
    return median(walls(results["null"]))


def runner(operation, version, ports, pdus, maker=clients.plugin, **more):
    return lambda: run_once(maker, operation, version, ports, pdus, **more)


def null_runner():
    return clients.null("reset by map").run


def by_rtt():
    pdu = Pdu()
    relay = Relay([pdu])
    rtts = (0, 10) if QUICK else (0, 1, 10, 50)
    names = ("reset by map", "reset by name", "reset by map, 3 authPriv",
             "fence_tripplite, by map", DEBIAN + ", by name")
    floors = dict(zip(names, (MAP_FLOOR, names_floor(24), V3_FLOOR, MAP_FLOOR, None)))
    rows, lines, target = [], {name: [] for name in names + ("floor",)}, {}
    for rtt in rtts:
        relay.set("--delay", rtt / 1000.0)
        args = (relay.ports, [pdu])
        series = {"null": null_runner(),
                  names[0]: runner("reset by map", "2c", *args),
                  names[1]: runner("reset by name", "2c", *args),
                  names[2]: runner("reset by map", "3 authPriv", *args),
                  names[3]: runner("reset by map", "2c", *args, maker=clients.agent)}
        results = timed(series)
        if shutil.which("fence_tripplite_snmp"):
            results.update(timed(
                {names[4]: runner("reset by name", "2c", *args, maker=clients.debian_agent)},
                1 if QUICK else 2))
        start = start_of(results)
        for name in names:
            if name not in results:
                continue
            wall = median(walls(results[name]))
            floor = floors[name] * rtt + start if floors[name] else None
            _, requests, _ = counted(relay, series[name]) if name in series else (0, None, 0)
            rows.append(["%d ms: %s" % (rtt, name), requests, wall, spread(walls(results[name])),
                         floor, wall / floor if floor else None])
            lines[name].append(wall)
            target[rtt, name] = (wall, floor)
        lines["floor"].append(MAP_FLOOR * rtt + start)
    relay.end()
    pdu.end()
    report.section("By round-trip time",
                   "A reset, hold and latency 0, medians of %d. The floor: the least requests that "
                   "prove it (by map %d; by name %d and the pages of the table; by SNMPv3 %d with "
                   "its discovery) times the round-trip time, and the time of `stonith -t null`."
                   % (GROWTH_ROUNDS, MAP_FLOOR, NAME_FLOOR, V3_FLOOR),
                   ["reset", "requests", "wall ms", "from–to", "floor ms", "wall / floor"], rows)
    panel = plot.Panel("Reset by round-trip time: wall ms", "round-trip time, ms", rtts,
                       [("floor, by map", lines["floor"], True)] +
                       [(name.replace("reset ", ""), lines[name], False)
                        for name in names if lines[name]], log=True)
    return panel, target


def all_answer_after(pdus, seconds):
    for pdu in pdus:
        pdu.tell("delay %g" % seconds)


def by_pdus():
    numbers = (1, 16) if QUICK else (1, 2, 4, 8, 16)
    names = ("2c", "3 authPriv", "2c, 50 ms", "2c, off_hold 5")
    sets = {n: [Pdu() for _ in range(n)] for n in numbers}
    series = {"null": null_runner()}
    for n, pdus in sets.items():
        for name in names[:2]:
            series[n, name] = runner("reset by map", name, [pdu.port for pdu in pdus], pdus)
        series[n, names[2]] = series[n, names[0]]
        series[n, names[3]] = runner("reset by map", "2c", [pdu.port for pdu in pdus], pdus,
                                     off_hold="5")

    def measure(seconds, wanted, rounds):
        for pdus in sets.values():
            all_answer_after(pdus, seconds)
        return timed({key: series[key] for key in ["null"] + [(n, name) for n in numbers
                                                              for name in wanted]}, rounds)

    results = measure(RTT, names[:2], 3 if QUICK else 11)
    start = start_of(results)
    if not QUICK:
        results.update(measure(RTT, names[3:], 1))
    results.update(measure(0.05, names[2:3], 3))
    rows, walls_of = [], {name: [] for name in names}
    for n, pdus in sets.items():
        all_answer_after(pdus, 0)
        relay = Relay(pdus)
        for name in names:
            spents = results.get((n, name))
            if not spents:
                continue
            wall = median(walls(spents))
            walls_of[name].append(wall)
            before = sum(pdu.cpu() for pdu in pdus)
            _, requests, octets = counted(relay, runner("reset by map", name.split(",")[0],
                                                        relay.ports, pdus))
            others = sum(pdu.cpu() for pdu in pdus) - before
            rows.append(["%2d: %s" % (n, name), requests, octets, wall, spread(walls(spents)),
                         wall / walls_of[name][0], median([s.cpu for s in spents]), others,
                         median([s.memory for s in spents])])
        for thing in [relay] + pdus:
            thing.end()
    floors = [MAP_FLOOR * RTT * 1000 + start] * len(numbers)
    report.section("By number of PDUs",
                   "A reset by map of a node with a feed on each of so many PDUs, hold and latency "
                   "0. Each PDU answers %d ms after it was asked, where no other time stands "
                   "(`trippsim --delay`, no relay in between). They share this machine's %d "
                   "processors: what they take for one reset stands beside what we take."
                   % (RTT * 1000, os.cpu_count()),
                   ["PDUs", "requests", "octets", "wall ms", "from–to", "times 1 PDU", "CPU ms",
                    "PDUs' CPU ms", "MiB"], rows)
    panel = plot.Panel("Reset by number of PDUs: wall ms (RTT 10 ms)", "PDUs", numbers,
                       [("floor", floors, True)] +
                       [(name, walls_of[name], False) for name in names[:2]])
    return panel, walls_of


def by_outlets():
    numbers = (8, 48) if QUICK else (8, 16, 24, 48)
    wanted = [("status", "2c"), ("reset by map", "2c"), ("reset by name", "2c")]
    if not QUICK:
        wanted += [("reset by name", "1"), ("reset by name", "3 authPriv")]
    rows, lines = [], {key: [] for key in wanted}
    for n in numbers:
        pdu = Pdu(outlets=n)
        relay = Relay([pdu])
        relay.set("--delay", RTT)
        series = {key: runner(*key, relay.ports, [pdu]) for key in wanted}
        results = timed(series)
        for key in wanted:
            _, requests, octets = counted(relay, series[key])
            lines[key].append(requests)
            spents = results[key]
            rows.append(["%2d: %s, %s" % ((n,) + key), requests, octets, median(walls(spents)),
                         spread(walls(spents)), median([s.cpu for s in spents])])
        relay.end()
        pdu.end()
    report.section("By outlets of the PDU",
                   "Round-trip time %d ms, hold and latency 0." % (RTT * 1000),
                   ["outlets", "requests", "octets", "wall ms", "from–to", "CPU ms"], rows)
    floors = [names_floor(n) for n in numbers]
    return plot.Panel("Reset by outlets of the PDU: requests", "outlets", numbers,
                      [("floor, by map", [MAP_FLOOR] * len(numbers), True),
                       ("floor, by name", floors, True)] +
                      [("%s, %s" % (key[0].replace("reset ", ""), key[1]), lines[key], False)
                       for key in wanted[1:]])


def hostlist_with(nodes, ports):
    """db1 and so many nodes in all, one outlet each, on the two PDUs by turns."""
    entries = ["db1:3@127.0.0.1:%d" % ports[0]]
    for i in range(1, nodes):
        entries.append("n%d:%d@127.0.0.1:%d" % (i, 4 + i // 2, ports[i % 2]))
    return "; ".join(entries)


def by_nodes():
    numbers = (1, 64) if QUICK else (1, 4, 16, 64)
    pdus = [Pdu(outlets=48) for _ in range(2)]
    relay = Relay(pdus)
    relay.set("--delay", RTT)
    rows, status_walls, floors = [], [], []
    for n in numbers:
        hostlist = hostlist_with(n, relay.ports)
        series = {"null": clients.null("status").run}
        for operation in ("list", "status", "reset by map"):
            command = clients.plugin(operation, "2c", relay.ports, hostlist=hostlist)
            series[operation] = command.run
        results = timed(series)
        floors.append(RTT * 1000 + start_of(results))
        for operation in ("list", "status", "reset by map"):
            _, requests, octets = counted(relay, series[operation])
            spents = results[operation]
            rows.append(["%2d: %s" % (n, operation), requests, octets, median(walls(spents)),
                         spread(walls(spents)), median([s.cpu for s in spents])])
        status_walls.append(median(walls(results["status"])))
    for thing in [relay] + pdus:
        thing.end()
    report.section("By nodes of the map",
                   "Two PDUs with 48 outlets, one outlet a node, by turns; round-trip time %d ms. "
                   "`reset by map` is of one node." % (RTT * 1000),
                   ["nodes", "requests", "octets", "wall ms", "from–to", "CPU ms"], rows)
    return plot.Panel("Status by nodes of the map: wall ms (RTT 10 ms)", "nodes", numbers,
                      [("floor: one round trip", floors, True),
                       ("status, 2c, two PDUs", status_walls, False)])


def by_hold():
    rows = []
    for latency in ((0.5,) if QUICK else (0, 0.5)):
        pdu = Pdu(latency=latency)
        relay = Relay([pdu])
        relay.set("--delay", RTT)
        for hold in ((1,) if QUICK else (0, 1, 5)):
            command = clients.plugin("reset by map", "2c", relay.ports, off_hold=str(hold))
            results = timed({"null": null_runner(), "reset": command.run}, 1 if hold > 1 else 2)
            floor = (MAP_FLOOR * RTT + 2 * latency + hold) * 1000 + start_of(results)
            wall = median(walls(results["reset"]))
            rows.append(["latency %g s, off_hold %d s" % (latency, hold),
                         counted(relay, command.run)[1], wall, floor, wall / floor])
        relay.end()
        pdu.end()
    report.section("By relay latency and hold",
                   "A reset by map, v2c, round-trip time %d ms. A relay obeys twice, so the floor "
                   "is %d round trips, twice the latency, the hold, and the start."
                   % (RTT * 1000, MAP_FLOOR),
                   ["", "requests", "wall ms", "floor ms", "wall / floor"], rows)


def lossy_floor(loss):
    """Seconds: MAP_FLOOR answers, and snmp_timeout for each try that is lost on the way."""
    lost = 1 - (1 - loss / 100.0) ** 2
    return MAP_FLOOR * (RTT + TIMEOUT * lost / (1 - lost))


def by_loss():
    losses = (0, 10) if QUICK else (0, 10, 30)
    rows, lines = [], {"by map": [], "floor": []}
    pdus = [Pdu() for _ in range(LOSS_ROUNDS)]
    relay = Relay(pdus)
    relay.set("--delay", RTT)
    for loss in losses:
        relay.set("--loss", loss)
        prepare(pdus)
        relay.counts()
        all_at_once = [Running(clients.plugin("reset by map", "2c", [port]))
                       for port in relay.ports]
        spents = [running.end(may_fail=True) for running in all_at_once]
        requests = relay.counts()[0] / float(LOSS_ROUNDS)
        for pdu, spent in zip(pdus, spents):
            if spent.status == 0 and "1.3 off" not in pdu.relays():
                raise Wrong("a reset that was a lie")
        seconds = [spent.wall / 1000 for spent in spents]
        done = sum(spent.status == 0 for spent in spents)
        rows.append(["%d %%" % loss, "%d of %d" % (done, LOSS_ROUNDS), requests,
                     sum(seconds) / len(seconds), median(seconds), spread(seconds),
                     lossy_floor(loss)])
        lines["by map"].append(sum(seconds) / len(seconds))
        lines["floor"].append(lossy_floor(loss))
    for thing in [relay] + pdus:
        thing.end()
    report.section("By loss",
                   "Resets by map, v2c, %d at a time; requests and answers are lost alike. "
                   "Round-trip time %d ms, snmp_timeout %d s as by default. The floor here is what "
                   "%d answers take on average, if each lost one costs snmp_timeout and no more."
                   % (LOSS_ROUNDS, RTT * 1000, TIMEOUT, MAP_FLOOR),
                   ["loss, each way", "done", "requests", "mean s", "median s", "from–to",
                    "floor s"], rows)
    return plot.Panel("Reset by loss: mean s", "loss, each way, %", losses,
                      [("floor, on average", lines["floor"], True),
                       ("by map, 2c", lines["by map"], False)])


# --- cards that are slow, and busy ---

def needed(operation, version, node="db1", pdu=None, **more):
    """The datagrams of an operation that has a quick card to itself."""
    card = pdu or Pdu()
    relay = Relay([card])
    command = clients.plugin(operation, version, relay.ports, node=node, **more)
    prepare([card])
    requests = counted(relay, command.run)[1]
    relay.end()
    if not pdu:
        card.end()
    return requests


def at_slow_card(maker, operation, version):
    """What it spent on a card of its own, for nothing of another one's is to wait there."""
    pdu = Pdu()
    prepare([pdu])
    pdu.tell("delay %g" % SLOW_CARD)
    spent = Running(maker(operation, version, [pdu.port])).end(may_fail=True)
    relays = pdu.relays()
    pdu.end()
    if spent.status == 0 and operation != "status" and "1.3 off" not in relays:
        raise Wrong("%s at a slow card: a lie" % operation)
    return spent


def by_slow_card():
    rows = []
    for version in ("2c", "3 authPriv"):
        for operation in ("status", "off", "reset by map", "reset by name"):
            least = needed(operation, version)
            for client in (PLUGIN, DEBIAN):
                if client == DEBIAN and not shutil.which("fence_tripplite_snmp"):
                    continue
                spent = at_slow_card(MAKERS[client], operation, version)
                ours = client == PLUGIN
                rows.append(["%s, %s: %s" % (operation, version, client),
                             least if ours else None,
                             "done" if spent.status == 0 else "failed", spent.wall / 1000,
                             spent.wall / 1000 / least / SLOW_CARD if ours else None])
    report.section("A slow card",
                   "It takes %g s for a message, one at a time, and queues the rest; off_hold 0. "
                   "The ratio: to the time of the messages that are needed, SNMPv3's discovery "
                   "among them." % SLOW_CARD,
                   ["what", "needed", "", "wall s", "ratio"], rows)


def crowd(n, seconds, pdu, commands):
    """All at once. How many were done, the requests, and the seconds until the last had ended."""
    for number in range(1, n + 1):
        pdu.tell("set-outlet %d on" % number)
    pdu.tell("delay %g" % seconds)
    begun = time.time()
    spents = [running.end(may_fail=True) for running in [Running(command) for command in commands]]
    took = time.time() - begun
    timeline = pdu.tell("delay 0")
    moves = moves_in(timeline)
    for number, spent in enumerate(spents, 1):
        if spent.status == 0 and "1.%d off" % number not in moves:
            raise Wrong("one of many at one card: a lie")
    return sum(spent.status == 0 for spent in spents), requests_in(timeline), took


def crowd_of(client, operation, n, port):
    for number in range(1, n + 1):
        node = "node%d" % number
        if client == DEBIAN:
            yield clients.debian_agent(operation, "2c", [port], node=node, outlet=str(number),
                                       more=["--power-timeout=60", "--shell-timeout=60"])
        elif "by map" in operation:
            yield clients.plugin(operation, "2c", [port], node=node,
                                 hostlist="%s:%d" % (node, number))
        else:
            yield clients.plugin(operation, "2c", [port], node=node)


def by_crowd():
    rows = []
    for n, seconds in CROWDS:
        pdu = Pdu(outlets=max(n, 24), names={k: "node%d" % k for k in range(1, n + 1)},
                  log_requests=True)
        for operation in ("reset by map", "reset by name"):
            more = {"hostlist": "node1:1"} if "by map" in operation else {}
            least = n * needed(operation, "2c", node="node1", pdu=pdu, **more)
            for client in (PLUGIN, DEBIAN):
                if client == DEBIAN and (not shutil.which("fence_tripplite_snmp") or
                                         "by name" in operation):
                    continue
                done, requests, took = crowd(n, seconds, pdu,
                                             crowd_of(client, operation, n, pdu.port))
                ours = client == PLUGIN
                rows.append(["%d at %g ms: %s, %s" % (n, seconds * 1000, operation, client),
                             "%d of %d" % (done, n), least if ours else None, requests,
                             requests / float(least) if ours else None, took])
        pdu.end()
    report.section("Many at one card",
                   "So many processes at once reset a node each, v2c, off_hold 0, through one "
                   "card that takes so long for each message and does one at a time. The card's "
                   "work is what has to be kept down: needed is what the same resets take one "
                   "after the other.",
                   ["what", "done", "needed", "requests", "ratio", "wall s"], rows)


# --- SNMPv3 ---

def show_status_v3(cells):
    """Status is what Pacemaker asks for again and again."""
    rows = []
    for version in ("2c", "3 authPriv"):
        for client in (PLUGIN, AGENT, BARE, DEBIAN):
            cell = cells.get(("status", version, client))
            if cell:
                rows.append(["%s: %s" % (version, client), cell.requests, cell.octets,
                             cell.median("wall"), cell.median("cpu"), cell.median("memory")])
    report.section("Status by SNMPv3", "Beside SNMP 2c, from the tables above; no delay.",
                   ["", "requests", "octets", "wall ms", "CPU ms", "MiB"], rows)


# --- the verdict ---

def show_targets(cells, counts, rtt, pdus):
    rows = []

    def target(what, value, limit, holds, text=None):
        rows.append([what, text or number(value), limit, "pass" if holds else "FAIL"])

    def cell(operation, client):
        return cells[operation, "2c", client]

    ours = cell("reset by map", PLUGIN)
    target("requests of a reset by map, v2c", ours.requests, str(MAP_FLOOR),
           ours.requests <= MAP_FLOOR)
    wall, floor = rtt[10, "reset by map"]
    target("its wall time at RTT 10 ms / floor", wall / floor, "1.15", wall <= 1.15 * floor)
    for name, text in (("2c", "RTT 10 ms"), ("2c, 50 ms", "RTT 50 ms"),
                       ("2c, off_hold 5", "off_hold 5 s")):
        if pdus[name]:
            ratio = pdus[name][-1] / pdus[name][0]
            target("reset over 16 PDUs / over 1, " + text, ratio, "1.10", ratio <= 1.10)
    status = counts.get("tripplite, status, 2c")
    base = counts.get("null with libnetsnmp preloaded, status")
    if status and base:
        ratio = status / float(base)
        target("instructions of a v2c status / null with libnetsnmp", ratio, "1.25", ratio <= 1.25)
    ours = cell("reset by name", PLUGIN)
    if ("reset by name", "2c", DEBIAN) in cells:
        theirs = cell("reset by name", DEBIAN)
        cpu = theirs.median("cpu") / ours.median("cpu")
        wall = theirs.median("wall") / ours.median("wall")
        target("CPU of %s / ours, reset by name" % DEBIAN, cpu, "≥ 10", cpu >= 10)
        target("wall time of the same", wall, "≥ 20", wall >= 20)
    for operation, version in (("reset by name", "2c"), ("reset by name", "3 authPriv")):
        extra = cells[operation, version, PLUGIN].median("memory") - \
            cell("reset by map", NULL).median("memory")
        target("MiB above null, %s, %s" % (operation, version), extra, "6", extra <= 6)
    report.section("Targets", "", ["what", "measured", "limit", "verdict"], rows)


def show_in_short(cells, pdus, rtt):
    """README quotes this table."""
    rows = []
    for client in (PLUGIN, AGENT, DEBIAN, BARE):
        cell = cells.get(("reset by name", "2c", client))
        if cell:
            rows.append([client, cell.requests, cell.median("wall"), cell.median("cpu"),
                         cell.median("memory")])
    wall, floor = rtt[10, "reset by map"]
    report.section("In short", "A reset by name, SNMP 2c, hold and relay latency 0, no delay:",
                   ["", "requests", "wall ms", "CPU ms", "MiB"], rows)
    report.say("With a round-trip time of 10 ms a reset by map takes %.2f times the time that its "
               "%d round trips and the start of `stonith` take; with outlets on 16 PDUs %.2f times "
               "that with an outlet on one.\n"
               % (wall / floor, MAP_FLOOR, pdus["2c"][-1] / pdus["2c"][0]))


def show_bars(cells):
    present = [client for client in (PLUGIN, AGENT, BARE, DEBIAN, NULL)
               if ("reset by name", "2c", client) in cells]
    labels = {PLUGIN: "tripplite", AGENT: "fence_tripp.", BARE: "by hand", DEBIAN: "…tripp._snmp",
              NULL: "null"}
    return plot.Bars("Reset by name, 2c, hold 0, no delay: ms", "", [labels[c] for c in present],
                     [(what, [cells["reset by name", "2c", c].median(key) for c in present], False)
                      for what, key in (("wall", "wall"), ("CPU", "cpu"))], log=True)


def main(directory):
    begun = time.time()
    report.say("# Measured by `make bench%s`\n" % (" QUICK=1" if QUICK else ""))
    report.say("%s, %d processors. Figures of another machine differ, ratios hardly.\n" % (
        platform.platform(aliased=False, terse=True), os.cpu_count()))
    cells = side_by_side()
    show_side_by_side(cells)
    counts = show_instructions()
    rtt_panel, rtt = by_rtt()
    pdus_panel, pdus = by_pdus()
    panels = [show_bars(cells), rtt_panel, pdus_panel, by_outlets(), by_nodes()]
    by_hold()
    panels.append(by_loss())
    by_slow_card()
    by_crowd()
    show_status_v3(cells)
    show_targets(cells, counts, rtt, pdus)
    show_in_short(cells, pdus, rtt)
    report.say("The whole took %d s." % (time.time() - begun))
    os.makedirs(directory, exist_ok=True)
    report.write(os.path.join(directory, "results.md"))
    plot.write(os.path.join(directory, "results.svg"), panels)


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except Wrong as wrong:
        sys.exit("bench: %s" % wrong)
    finally:
        clean_up()
