# The command lines of all that is compared: what to run for one operation, in
# one version of SNMP, on PDUs at these ports. The node is db1, outlet 3.
# SPDX-License-Identifier: LGPL-2.1-or-later
import glob
import os
import shutil

from rig import COMMUNITY, TABLE, USERS, Command

BUILD = os.environ["TS_BUILDDIR"]
OUTLET = "3"
NAMES, DESCRIPTIONS, STATE, COMMAND = (TABLE + column for column in ("2", "3", "4", "6"))
CELL = ".1." + OUTLET
VERSIONS = ("1", "2c", "3 noAuthNoPriv", "3 authNoPriv", "3 authPriv")


def _user(version):
    """Name, authentication and privacy passphrase of an SNMPv3 version such as "3 authPriv"."""
    words = USERS[version.split()[1]].split()
    return words[0], words[2] if len(words) > 2 else None, words[4] if len(words) > 4 else None


def _options(version, flags):
    """Arguments that say the version; flags: those of version to protocol of privacy."""
    v, community, user, auth, auth_type, privacy, privacy_type, level = flags
    if version in ("1", "2c"):
        return [v, version, community, COMMUNITY]
    name, password, secret = _user(version)
    words = [v, "3", user, name, level, version.split()[1]]
    if password:
        words += [auth_type, "SHA", auth, password]
    if secret:
        words += [privacy_type, "AES", privacy, secret]
    return words


def _stonith(environment, words, preload=None):
    environment["LD_PRELOAD"] = " ".join(filter(None, (os.environ["PILS_PRELOAD"], preload)))
    environment["STONITH_TEST_PLUGIN_PATH"] = os.environ["TS_PLUGIN_DIR"]
    return Command([shutil.which("stonith"), "-t"] + words, environment)


def _request(operation, node="db1"):
    if operation in ("status", "list"):
        return {"status": ["-S"], "list": ["-l"]}[operation]
    return ["-T", operation.split()[0], node]


def hostlist_of(ports):
    if len(ports) == 1:
        return "db1:" + OUTLET
    return "db1:" + ",".join("%s@127.0.0.1:%d" % (OUTLET, port) for port in ports)


def plugin(operation, version, ports, node="db1", **parameters):
    """parameters: those of the plugin, to add or to override."""
    environment = {"ipaddr": " ".join("127.0.0.1:%d" % port for port in ports),
                   "off_hold": "0", "snmp_version": version.split()[0]}
    if version in ("1", "2c"):
        environment["community"] = COMMUNITY
    else:
        name, password, secret = _user(version)
        environment["login"] = name
        if password:
            environment["password"] = password
        if secret:
            environment["snmp_priv_passwd"] = secret
    if operation not in ("list", "reset by name"):
        environment["hostlist"] = hostlist_of(ports)
    environment.update(parameters)
    return _stonith(environment, ["tripplite", "-E"] + _request(operation, node))


def _plug(operation, node, outlet):
    return [] if operation == "list" else ["-n", node if "by name" in operation else outlet]


def _action(operation):
    return "reboot" if operation.startswith("reset") else operation


def _fence_agent(program, operation, version, port, more, node="db1", outlet=OUTLET):
    return Command([program, "-a", "127.0.0.1", "-u", str(port), "-o", _action(operation)] +
                   _plug(operation, node, outlet) + more +
                   _options(version, ("-d", "-c", "-l", "-p", "-b", "-P", "-B", "-E")))


def agent(operation, version, ports):
    program = os.path.join(BUILD, "agent", ".libs", "fence_tripplite")
    if not os.path.exists(program):
        program = os.path.join(BUILD, "agent", "fence_tripplite")
    return _fence_agent(program, operation, version, ports[0], ["--off-hold=0", "-q"])


def debian_agent(operation, version, ports, node="db1", outlet=OUTLET, more=()):
    return _fence_agent(shutil.which("fence_tripplite_snmp"), operation, version, ports[0],
                        list(more), node, outlet)


def null(operation, version=None, ports=None):
    return _stonith({}, ["null", "hostlist=db1"] + _request(operation))


def null_with_netsnmp():
    """The floor that loading net-snmp sets."""
    found = sorted(glob.glob("/usr/lib/*/libnetsnmp.so.[0-9]*") +
                   glob.glob("/usr/lib*/libnetsnmp.so.[0-9]*"))
    return _stonith({}, ["null", "hostlist=db1"] + _request("status"), found[0]) if found else None


def bare(operation, version, ports):
    """The least that does it by hand, each step a net-snmp command."""
    flags = _options(version, ("-v", "-c", "-u", "-A", "-a", "-X", "-x", "-l"))

    def line(program, *words):
        common = ["-m", "''", "-Oqn"] + flags + ["127.0.0.1:%d" % ports[0]]
        return " ".join([program] + common + list(words))

    def walk(column):
        return line("snmpwalk", column) if version == "1" else \
            line("snmpbulkwalk -Cr25", column)

    def turn(value):
        return line("snmpset", COMMAND + CELL, "i", value)

    get = line("snmpget", STATE + CELL)
    steps = {"status": [get], "list": [walk(NAMES)], "off": [get, turn("1"), get, get]}
    reset = steps["off"] + [turn("2"), get]
    steps["reset by map"] = reset
    steps["reset by name"] = [walk(NAMES), walk(DESCRIPTIONS)] + reset
    if len(steps[operation]) == 1:
        return Command(["sh", "-c", "exec " + steps[operation][0]])
    return Command(["sh", "-c", " && ".join(steps[operation])])
