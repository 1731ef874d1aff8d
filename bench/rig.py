# What a measurement stands on: simulated PDUs, the relay before them, and one
# command run to its end. A command that fails, or an outlet that did not do
# what was told, ends the bench: figures of what went wrong are worth nothing.
# SPDX-License-Identifier: LGPL-2.1-or-later
import os
import re
import shutil
import subprocess
import tempfile
import time

COMMUNITY = "tripplite"
USERS = {
    "noAuthNoPriv": "nobody",
    "authNoPriv": "reader SHA Auth-nicht-8",
    "authPriv": "alice SHA Auth-nicht-8 AES Priv-nicht-9",
}
BUILD = os.environ["TS_BUILDDIR"]
CAPTURE = os.path.join(os.environ["TS_CAPTURES"], "pdumv30hvnetlx-pdu-20.2.1.snmprec")
TABLE = "1.3.6.1.4.1.850.1.1.3.2.3.3.1.1."
COUNT = "1.3.6.1.4.1.850.1.1.3.2.1.2.1.4.1"

scratch = tempfile.mkdtemp(prefix="bench.")
_processes = []
# A terminal is the commands' stdin: without one stonith logs to syslog, and where no daemon takes
# that, libc writes it to the console, some milliseconds a line.
_, _terminal = os.openpty()


class Wrong(Exception):
    pass


def clean_up():
    for process in _processes:
        if process.poll() is None:
            process.kill()
            process.wait()
    shutil.rmtree(scratch, ignore_errors=True)


def _start(command):
    """The process, the file that it writes to, and its first line."""
    handle, path = tempfile.mkstemp(dir=scratch)
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=handle,
                               universal_newlines=True, bufsize=1)
    os.close(handle)
    _processes.append(process)
    said = open(path)
    line = _line(process, said)
    if "listening on" not in line:
        raise Wrong("%s did not start" % command[0])
    return process, said, line


def _line(process, said):
    """The next line. No thread waits for it: that would cost time while others are measured."""
    line, limit = "", time.time() + 10
    while not line.endswith("\n"):
        part = said.readline()
        line += part
        if part:
            continue
        if process.poll() is not None or time.time() > limit:
            raise Wrong("%s is dead or deaf" % process.args[0])
        time.sleep(0.0002)
    return line.rstrip("\n")


def _end(process, said):
    _processes.remove(process)
    process.kill()
    process.wait()
    process.stdin.close()
    said.close()
    os.unlink(said.name)


def _cpu(process):
    """Milliseconds so far; 0 where the kernel does not say."""
    try:
        with open("/proc/%d/schedstat" % process.pid) as line:
            return int(line.read().split()[0]) / 1e6
    except OSError:
        return 0.0


def capture_of(outlets):
    """The capture with so many outlets: rows are left out, or made like the last one's."""
    path = os.path.join(scratch, "%d.snmprec" % outlets)
    if os.path.exists(path):
        return path
    with open(CAPTURE) as source, open(path, "w") as target:
        for line in source:
            oid = line.split("|")[0]
            cell = re.match(re.escape(TABLE) + r"(\d+)\.1\.(\d+)$", oid)
            if cell is None:
                target.write(re.sub(r"\|24$", "|%d" % outlets, line) if oid == COUNT else line)
            elif int(cell.group(2)) == 1:
                _, kind, value = line.rstrip("\n").split("|", 2)
                for number in range(1, outlets + 1):
                    text = value.replace("Load 1", "Load %d" % number)
                    if cell.group(1) == "1":
                        text = str(number)
                    target.write("%s%s.1.%d|%s|%s\n" % (TABLE, cell.group(1), number, kind, text))
    return path


def moves_in(timeline):
    """What the outlets did, such as ["1.3 off"]."""
    return [line.split(" outlet ")[1] for line in timeline
            if " outlet " in line and " command " not in line]


def requests_in(timeline):
    return sum(" request " in line for line in timeline)


class Pdu:
    """trippsim; its outlet 3 is named db1, if no other names are given."""

    def __init__(self, outlets=24, latency=0, names=None, log_requests=False):
        command = [os.environ["TRIPPSIM"], "--control", "--die-with-parent", "--community",
                   COMMUNITY, "--latency", str(latency)]
        command += ["--log-requests"] if log_requests else []
        for number, name in (names or {3: "db1"}).items():
            command += ["--name", "%d=%s" % (number, name)]
        for user in USERS.values():
            command += ["--user", user]
        self._process, self._said, line = _start(command + [capture_of(outlets)])
        self.port = int(line.rsplit(":", 1)[1])

    def tell(self, order):
        """Returns the timeline since the last order."""
        self._process.stdin.write(order + "\n")
        lines = []
        while not lines or lines[-1] != "ok":
            lines.append(_line(self._process, self._said))
        return lines

    def relays(self):
        """What the outlets did since the last order, such as ["1.3 off"]."""
        return moves_in(self.tell("resume"))

    def end(self):
        _end(self._process, self._said)

    def cpu(self):
        return _cpu(self._process)


class Relay:
    def __init__(self, pdus):
        self._process, self._said, line = _start([os.path.join(BUILD, "tests/wire/relay")] +
                                                 [str(pdu.port) for pdu in pdus])
        self.ports = [int(word.rsplit(":", 1)[1]) for word in line.split()[3:]]

    def set(self, *option):
        """Returns requests, answers and octets of each since the last order."""
        self._process.stdin.write(" ".join(map(str, option)) + "\n")
        answer, *counts = _line(self._process, self._said).split()
        if answer != "ok":
            raise Wrong("the relay does not obey")
        return [int(count) for count in counts[:4]]

    def counts(self):
        return self.set()

    def end(self):
        _end(self._process, self._said)


class Spent:
    def __init__(self, line):
        wall, cpu, memory, self.status = (int(word) for word in line.split())
        self.wall = wall / 1000.0
        self.cpu = cpu / 1000.0
        self.memory = memory / 1024.0


class Running:
    def __init__(self, command):
        self._command = command
        handle, self._file = tempfile.mkstemp(dir=scratch)
        os.close(handle)
        self._said = open(self._file + ".said", "w+")
        environment = ["%s=%s" % item for item in command.environment.items()]
        self._process = subprocess.Popen(
            [os.path.join(BUILD, "bench", "spent"), self._file] + environment + command.words,
            stdin=_terminal, stdout=self._said, stderr=subprocess.STDOUT)

    def end(self, may_fail=False):
        """Milliseconds of wall and CPU time, MiB of memory, exit status."""
        self._process.wait()
        with open(self._file) as lines:
            line = lines.read()
        self._said.seek(0)
        said = self._said.read()
        self._said.close()
        os.unlink(self._file)
        os.unlink(self._file + ".said")
        if not line:
            raise Wrong("%s cannot be run" % self._command.words[0])
        spent = Spent(line)
        if spent.status != 0 and not may_fail:
            raise Wrong("%s: exit status %d\n%s" % (" ".join(self._command.words), spent.status,
                                                    said))
        return spent


class Command:
    def __init__(self, words, environment=None):
        self.words = words
        self.environment = environment or {}

    def run(self):
        return Running(self).end()

    def _under(self, tool):
        environment = dict(os.environ)
        preload = self.environment.get("LD_PRELOAD")
        environment.update(self.environment)
        environment.pop("LD_PRELOAD", None)
        words = tool + (["env", "LD_PRELOAD=" + preload] if preload else []) + self.words
        done = subprocess.run(words, env=environment, stdin=_terminal,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              universal_newlines=True)
        if done.returncode != 0:
            raise Wrong("%s: exit status %d\n%s" % (" ".join(words), done.returncode,
                                                    done.stderr))
        return done.stderr

    def instructions(self):
        """Of the process alone, loading included; None without valgrind."""
        if not shutil.which("valgrind"):
            return None
        log = os.path.join(scratch, "callgrind")
        self._under(["valgrind", "--tool=callgrind", "--trace-children=yes",
                     "--callgrind-out-file=/dev/null", "--log-file=" + log + ".%p"])
        collected = []
        for name in os.listdir(scratch):
            if name.startswith("callgrind."):
                path = os.path.join(scratch, name)
                with open(path) as lines:
                    collected.append((int(name.rsplit(".", 1)[1]), lines.read()))
                os.unlink(path)
        # env, where there is one, is the same process: its count was lost at its exec.
        counts = [int(found.group(1)) for _, text in collected
                  for found in [re.search(r"Collected : (\d+)", text)] if found]
        return sum(counts) if counts else None

    def files_opened(self):
        """Successful opens, of child processes too; None without strace."""
        if not shutil.which("strace"):
            return None
        log = os.path.join(scratch, "strace")
        self._under(["strace", "-f", "-qq", "-e", "trace=open,openat", "-e", "signal=none",
                     "-o", log])
        with open(log) as lines:
            opened = [line for line in lines if re.search(r"= \d+$", line)]
        os.unlink(log)
        if "LD_PRELOAD" in self.environment:  # less what env itself opened
            opened = opened[_opened_by_env():]
        return len(opened)


_env_opens = None


def _opened_by_env():
    global _env_opens
    if _env_opens is None:
        both = Command(["env", "true"]).files_opened()
        _env_opens = both - Command(["true"]).files_opened()
    return _env_opens
