#!/usr/bin/env python3
# Breaks lib/ in one place at a time, and shows what the quick tests do not notice.
#
#   ./bootstrap mutants [FILE...]                      all of lib/ but the kernel and the session
#   MUTANTS_SAMPLE=10 ./bootstrap mutants lib/call/*.c   every tenth
#
# A mutant has one condition turned round, one bound moved by one, or one statement left out. It
# is built as a copy of the core library, on which the unit tests run until one of them fails. What
# does not compile does not count, nor what tests/mutants.equivalent lists. What nobody noticed is
# printed as FILE:LINE: FUNCTION: WHAT. The kernel has its own list, see tests/promise/mutants.sh.
# The session is broken where its files are named, and on a machine that does nothing else: its
# test takes real time, and where it is held up that looks as if it had noticed.
#
# From make: CC, CK_FORK, MUTANTS_JOBS, MUTANTS_CFLAGS, MUTANTS_LIBS, MUTANTS_TESTS.
# MUTANTS_VERBOSE=1 names for each that was noticed the test that did it.
# SPDX-License-Identifier: LGPL-2.1-or-later

import collections
import concurrent.futures
import glob
import os
import re
import resource
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
import time

Mutant = collections.namedtuple("Mutant", "file line function what text")

OTHERS = ("lib/promise/", "lib/snmp/session")
HELPERS_LEFT_OUT = ("host.c", "_preload.c")
# Leaving these out leaks memory, which sanitizers see; or changes nothing that runs.
NEVER_DROPPED = re.compile(r"(g_strfreev|\w+_free|\w+_unref|va_end|g_assert\w*|g_once_init_\w+)\s*\(")
WALL_SECONDS = 120
MEMORY = 2 << 30


# --- what to break ---


def blanked(source):
    """The source with comments, texts and directives as blanks, each character in its place."""
    pattern = r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'|^#(?:\\\n|[^\n])*'
    return re.sub(
        pattern,
        lambda found: re.sub(r"[^\n]", " ", found.group()),
        source,
        flags=re.DOTALL | re.MULTILINE,
    )


def closing(code, at):
    """Where the parenthesis that opens at that place closes."""
    depth = 0
    for i in range(at, len(code)):
        depth += {"(": 1, ")": -1}.get(code[i], 0)
        if not depth:
            return i
    raise ValueError("no closing parenthesis")


def functions(code):
    """Name, begin and end of each body, as clang-format lays them out."""
    for found in re.finditer(r"^[a-z][^;{}=]*?\b(\w+)\([^;{}]*\)\n\{", code, re.MULTILINE):
        yield found.group(1), found.end(), code.index("\n}", found.end()) + 1


def statement_end(code, at):
    """Where it ends; None if what begins there is no statement."""
    depth = 0
    while depth or code[at] != ";":
        depth += {"(": 1, ")": -1, "{": 1, "}": -1}.get(code[at], 0)
        if depth < 0:
            return None
        at += 1
    return at


STATEMENT = re.compile(
    r"(return|continue);|(\+\+|--)\w|"
    r"(?!(if|for|while|switch|return|else|do|case|sizeof)\b)"
    r"\*?[a-z_]\w*([.\[\]]|->|\w)*( [-+*/|&]?= |\+\+;|--;|\()"
)


BEFORE_STATEMENT = re.compile(r"(?<=[;{}:)])\s+|\belse\s+")
LABEL = re.compile(r"(case [^?\n]*|default):$")


def changes(code, begin, end):
    """(from, to, instead, what) in one body."""
    headers, closed = [], set()
    for found in re.finditer(r"\b(if|while|for)\s*\(", code[begin:end]):
        opens = begin + found.end() - 1
        closes = closing(code, opens)
        closed.add(closes)
        if found.group(1) == "for":
            headers.append((opens, closes))
            for first in re.finditer(r"\w+ = 0;", code[opens:closes]):
                at = opens + first.end() - 2
                yield at, at + 1, "1", "begins one later"
            for last in re.finditer(r" < ", code[opens:closes]):
                yield opens + last.start(), opens + last.start(), " + 1", "ends one earlier"
        else:
            inner = code[opens + 1 : closes]
            yield opens + 1, closes, f"!({inner})", "negated"
    for found in re.finditer(r"(?:\breturn|[^=!<>]=) ([^;?{}]+);", code[begin:end]):
        value = found.group(1)
        if re.search(r" (==|!=|<|>|<=|>=|&&|\|\|) |^!", value):
            at = begin + found.start(1)
            yield at, begin + found.end(1), f"!({value})", "negated"
    for found in re.finditer(r"\s\?\s", code[begin:end]):
        at = begin + found.start()
        yield at, at, " && 0", "never"
    for found in re.finditer(r" ([<>]=?) ", code[begin:end]):
        at = begin + found.start(1)
        if not any(opens < at < closes for opens, closes in headers):
            sign = found.group(1)
            other = sign[0] if sign.endswith("=") else sign + "="
            yield at, begin + found.end(1), other, f"{other} for {sign}"
    for found in re.finditer(r"(?<=[\w\])]) [+-] 1\b(?!\.)", code[begin:end]):
        yield begin + found.start(), begin + found.end(), "", f"without{found.group()}"
    for found in BEFORE_STATEMENT.finditer(code, begin, end):
        at = found.end()
        before = found.start() - 1
        if code[before] == ")" and before not in closed:
            continue
        if code[before] == ":" and not LABEL.search(code[begin : before + 1]):
            continue
        if STATEMENT.match(code, at) and not NEVER_DROPPED.match(code, at):
            to = statement_end(code, at)
            if to:
                yield at, to, "", "left out"


def mutants(path, source):
    code = blanked(source)
    for name, begin, end in functions(code):
        if name.endswith(("_free", "_clear")):  # what is left out there leaks
            continue
        for at, to, instead, what in changes(code, begin, end):
            start = source.rfind("\n", 0, at) + 1
            stop = source.find("\n", to)
            shown = source[at:to] if what in ("negated", "left out") else source[start:stop]
            # what was blanked must stand in what comes instead
            if code[at:to] in instead and at != to:
                instead = instead.replace(code[at:to], source[at:to])
            yield Mutant(
                path,
                source.count("\n", 0, at) + 1,
                name,
                f"{what}: {' '.join(shown.split())}",
                source[:at] + instead + source[to:],
            )


def equivalents(path):
    """FUNCTION: WHAT of what changes nothing that anybody could see; reasons are indented."""
    with open(path, encoding="utf-8") as file:
        return {line.strip() for line in file if line[:1] not in ("#", " ", "\t", "\n")}


# --- building and running ---


def limits(seconds):
    """What a test that took so many seconds of the processor may take with a mutant."""
    seconds = 2 + int(3 * seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def works(command, env=None, limit=None):
    try:
        return not subprocess.run(
            command,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=WALL_SECONDS,
            preexec_fn=limit,
            check=False,
        ).returncode
    except subprocess.TimeoutExpired:
        return False


def must(command):
    if not works(command):
        sys.exit(f"mutants: failed: {shlex.join(command)}")


class Bench:
    """The core as a shared library, which each worker has a broken copy of, and the tests."""

    def __init__(self, top, scratch):
        self.top, self.scratch = top, scratch
        self.cc = shlex.split(os.environ.get("CC", "cc")) + ["-O1", "-w", "-fPIC"]
        self.cc += shlex.split(os.environ["MUTANTS_CFLAGS"])
        self.libs = shlex.split(os.environ["MUTANTS_LIBS"])
        self.seconds, self.cpu = {}, {}  # each test's
        self.concerned = {}
        self.lock = threading.Lock()
        self.place = threading.local()

    def object(self, path):
        return os.path.join(self.scratch, path.replace("/", "_")[:-1] + "o")

    def compile(self, source, to, *flags):
        return [*self.cc, f"-I{self.top}/lib", *flags, "-c", source, "-o", to]

    def link(self, directory, *instead):
        """instead: an object, and what takes its place."""
        objects = [instead[1] if instead and o == instead[0] else o for o in self.objects]
        return [*self.cc, "-shared", "-o", f"{directory}/libcore.so", *objects,
                *instead[2:], *self.libs]

    def build(self, library, tests):
        helpers = [
            source
            for source in glob.glob(f"{self.top}/tests/*.c")
            if not os.path.basename(source).startswith("test_")
            and not source.endswith(HELPERS_LEFT_OUT)
        ]
        self.objects = [self.object(path) for path in library]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            list(pool.map(must, (self.compile(f"{self.top}/{path}", self.object(path))
                                 for path in library)))
            must(self.link(self.scratch))
            list(pool.map(must, (self.compile(source, source.replace(
                f"{self.top}/tests", self.scratch)[:-1] + "o") for source in helpers)))
            archive = f"{self.scratch}/libhelpers.a"
            must(["ar", "rc", archive, *(source.replace(
                f"{self.top}/tests", self.scratch)[:-1] + "o" for source in helpers)])
            # getaddrinfo() is one of the helpers', and nothing of a test's own asks for it
            list(pool.map(must, (
                [*self.cc, f"-I{self.top}/lib", f"-I{self.top}/tests", "-Wl,-u,getaddrinfo",
                 "-o", f"{self.scratch}/{os.path.basename(test)}", f"{self.top}/{test}.c",
                 archive, f"-L{self.scratch}", "-lcore", *self.libs] for test in tests)))
        for test in tests:
            name, begun = os.path.basename(test), time.monotonic()
            before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
            if not self.passes(name, self.scratch):
                sys.exit(f"mutants: {name} fails on the library as it is")
            self.seconds[name] = time.monotonic() - begun
            self.cpu[name] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before

    def passes(self, name, directory):
        env = dict(os.environ, LD_LIBRARY_PATH=directory, CK_VERBOSITY="silent")
        return works([f"{self.scratch}/{name}"], env, lambda: limits(self.cpu.get(name, 5)))

    def concern(self, path):
        """The tests that enter a function of that file, the quickest first; slow ones may."""
        directory = tempfile.mkdtemp(dir=self.scratch)
        trap = f"{directory}/trap.c"
        with open(trap, "w", encoding="utf-8") as file:
            file.write("#include <stdlib.h>\n"
                       "void __cyg_profile_func_enter(void *f, void *c) { _Exit(9); }\n"
                       "void __cyg_profile_func_exit(void *f, void *c) {}\n")
        traced = f"{directory}/traced.o"
        must(self.compile(f"{self.top}/{path}", traced, "-finstrument-functions"))
        must(self.link(directory, self.object(path), traced, trap))
        return sorted((name for name, seconds in self.seconds.items()
                       if seconds >= 1 or not self.passes(name, directory)),
                      key=self.seconds.get)

    def directory(self):
        if not hasattr(self.place, "directory"):
            self.place.directory = tempfile.mkdtemp(dir=self.scratch)
        return self.place.directory

    def try_one(self, mutant):
        """The test that noticed; "" if none did, None if it does not compile."""
        directory = self.directory()
        source, broken = f"{directory}/mutant.c", f"{directory}/mutant.o"
        with open(source, "w", encoding="utf-8") as file:
            file.write(mutant.text)
        if not works(self.compile(source, broken, "-O0")):
            return None
        if not works(self.link(directory, self.object(mutant.file), broken)):
            return None
        with self.lock:
            order = list(self.concerned[mutant.file])
        for name in order:
            if not self.passes(name, directory):
                with self.lock:  # what notices one notices the next, unless it is slow
                    if self.seconds[name] < 1:
                        self.concerned[mutant.file].remove(name)
                        self.concerned[mutant.file].insert(0, name)
                return name
        return ""


def main():
    top = os.environ["TS_SRCDIR"]
    os.nice(10)
    os.chdir(top)
    library = sorted(glob.glob("lib/**/*.c", recursive=True))
    wanted = [os.path.relpath(path) for path in sys.argv[1:]]
    wanted = wanted or [path for path in library if not path.startswith(OTHERS)]
    step = int(os.environ.get("MUTANTS_SAMPLE") or 1)
    known = equivalents("tests/mutants.equivalent")
    unmet = set(known)
    scratch = tempfile.mkdtemp(prefix="mutants-")
    made, killed = collections.Counter(), collections.Counter()
    try:
        bench = Bench(top, scratch)
        bench.build(library, os.environ["MUTANTS_TESTS"].split())
        todo = []
        for path in wanted:
            with open(path, encoding="utf-8") as file:
                every = list(mutants(path, file.read()))
            unmet -= {f"{m.function}: {m.what}" for m in every}
            todo += [m for m in every if f"{m.function}: {m.what}" not in known]
        todo = todo[::step]
        with concurrent.futures.ThreadPoolExecutor(int(os.environ["MUTANTS_JOBS"])) as pool:
            for path, tests in zip(wanted, pool.map(bench.concern, wanted)):
                bench.concerned[path] = tests
            for mutant, by in zip(todo, pool.map(bench.try_one, todo)):
                if by is None:
                    continue
                folder = os.path.dirname(mutant.file)
                made[folder] += 1
                killed[folder] += bool(by)
                if not by:
                    print(f"{mutant.file}:{mutant.line}: {mutant.function}: {mutant.what}",
                          flush=True)
                elif os.environ.get("MUTANTS_VERBOSE"):
                    print(f"({by} noticed {mutant.file}:{mutant.line}: {mutant.what})")
    finally:
        shutil.rmtree(scratch)
    for folder in sorted(made):
        print(f"{folder + ':':12} {made[folder]:4} mutants, {killed[folder]:4} noticed, "
              f"{made[folder] - killed[folder]:3} not: {100 * killed[folder] / made[folder]:.1f} %")
    if not sys.argv[1:]:
        for key in sorted(unmet):
            print(f"mutants.equivalent is out of date: {key}")


main()
