"""The workloads: small ones that measure their own operations, and real programs.

measure() of a workload gives its cost under a tool: ns of CPU time an operation for the small ones, seconds of CPU time
for programs. Programs must also answer what they answered the first time.
"""

import os
import re
import shutil
import subprocess
import sys

from measure import Failed, run, run_server, watch_memory
from tools import applied

HERE = os.path.dirname(os.path.abspath(__file__))


class Micro:
    unit = "ns"

    def __init__(self, build, key, title, name, ops, parameter=0, threads=1):
        self.key, self.title, self.ops = key, title, ops
        self.argv = [os.path.join(build, "tests/bench/micro"), name]
        self.rest = [str(parameter), str(threads)]

    def command(self, tool, factor=1):
        return [*self.argv, str(max(1000, int(self.ops * factor) // tool.load)), *self.rest]

    def measure(self, tool, factor=1, look=None):
        with applied(tool) as (prefix, environment, folder):
            result = run([*prefix, *self.command(tool, factor)], environment)
            # Tools may say something, too.
            answer = re.search(rb"^(\d+) (\d+)$", result.output, re.M)
            if not answer:
                raise Failed("it gave no figures")
            ops, ns = map(int, answer.groups())
            if look:
                look(folder, result)
        # The program's own clock cannot see the processes of a tool that is a command.
        return (result.cpu * 1e9 if tool.prefix else ns) / ops


class Program:
    unit = "s"

    def __init__(self, key, title, argv, environment=(), few=None):
        self.key, self.title, self.argv = key, title, argv
        self.few = few  # the same with less to do, for counting its instructions; only where these are always the same
        self.environment = {"PYTHONDONTWRITEBYTECODE": "1", **dict(environment)}
        self.answer = None

    def measure(self, tool, factor=1, look=None):
        del factor  # it does what it does
        with applied(tool, self.environment) as (prefix, environment, folder):
            result = run([*prefix, *self.argv], environment)
            if look:
                look(folder, result)
        if not tool.prefix:
            self.compare(result.output)
        return result.cpu

    def compare(self, output):
        if self.answer is None:
            self.answer = output
        if output != self.answer:
            raise Failed("its output differs")

    def instructions(self, tool, look=None):
        """`look` gets the folder of the recordings and callgrind's file."""
        with applied(tool, self.environment) as (prefix, environment, folder):
            out = os.path.join(folder, "callgrind.out")
            run([*prefix, "valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", *self.few], environment)
            if look:
                look(folder, out)
            with open(out, encoding="utf-8", errors="replace") as file:
                return next(int(line.split()[1]) for line in file if line.startswith(("totals:", "summary:")))

    def memory(self, tool):
        with applied(tool, self.environment) as (prefix, environment, _):
            return watch_memory([*prefix, *self.argv], environment)


class Redis(Program):
    """redis-server under redis-benchmark, over a socket in the file system; the server's CPU time."""

    def __init__(self, requests):
        super().__init__("redis", "redis-server", [])
        self.requests = requests

    def measure(self, tool, factor=1, look=None):
        with applied(tool) as (prefix, environment, folder):
            socket = os.path.join(folder, "socket")
            result = run_server([*prefix, *self.server(folder, socket)], environment, lambda: self.client(socket),
                                lambda: self.ask(socket, "shutdown", "nosave"))
            if look:
                look(folder, result)
        return result.cpu

    def memory(self, tool):
        del tool  # its memory is what it is asked to hold; python3 and sqlite3 tell more
        raise Failed("not measured")

    @staticmethod
    def server(folder, socket):
        return ["redis-server", "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", folder]

    @staticmethod
    def ask(socket, *words, check=True):
        return subprocess.run(["redis-cli", "-s", socket, *words], check=check, capture_output=True, timeout=60).stdout

    def client(self, socket):
        for _ in range(500):
            if self.ask(socket, "ping", check=False).startswith(b"PONG"):
                break
        subprocess.run(["redis-benchmark", "-s", socket, "-q", "-n", str(self.requests), "-P", "32", "-r", "10000", "-t",
                        "set,get,lpush,lpop,sadd,hset,zadd"], check=True, capture_output=True, timeout=200)


SQL = """CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT, size INTEGER);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120000)
INSERT INTO t SELECT i, 'name ' || (i * 7919 % 10007), i % 977 FROM n;
CREATE INDEX by_name ON t(name, size);
SELECT size, count(*), max(name), group_concat(id) FROM t GROUP BY size ORDER BY 2 DESC LIMIT 3;
SELECT count(*) FROM t a JOIN t b ON a.name = b.name AND a.id < b.id WHERE a.size < 300;"""


def git_repository(folder):
    """A repository of 1500 commits, made from nothing in a second or two."""
    path = os.path.join(folder, "repository")
    stream = []
    for i in range(1500):
        stream.append(f"commit refs/heads/main\ncommitter A <a@example.org> {1600000000 + i} +0000\ndata 4\ntext\n")
        for k in range(12):
            text = "".join(f"line {line} of file {k} at {i // (k + 1) * line}\n" for line in range(40))
            stream.append(f"M 100644 inline folder{k % 4}/file{k}\ndata {len(text)}\n{text}\n")
    subprocess.run(["git", "init", "-q", "-b", "main", path], check=True)
    subprocess.run(["git", "-C", path, "fast-import", "--quiet"], input="".join(stream).encode(), check=True)
    return path


def micro_workloads(build):
    def micro(*args, **named):
        return Micro(build, *args, **named)

    return [
        micro("pair", "tight pair, 64 B", "pair", 12_000_000),
        micro("pair2", "tight pair, 2 threads", "pair", 12_000_000, threads=2),
        micro("pair4", "tight pair, 4 threads", "pair", 12_000_000, threads=4),
        micro("pair8", "tight pair, 8 threads", "pair", 12_000_000, threads=8),
        micro("set10k", "working set of 10k", "set", 4_000_000, 10_000),
        micro("set10k-2", "working set of 10k, 2 threads", "set", 4_000_000, 10_000, 2),
        micro("set10k-8", "working set of 10k, 8 threads", "set", 4_000_000, 10_000, 8),
        micro("set1M", "working set of 1M", "set", 600_000, 1_000_000),
        micro("set1M-2", "working set of 1M, 2 threads", "set", 600_000, 500_000, 2),
        micro("deep3", "pair, 3 frames deep", "deep", 10_000_000, 3),
        micro("deep40", "pair, 40 frames deep", "deep", 10_000_000, 40),
        micro("wander40", "pair, 40 frames deep, changing stacks", "wander", 800_000, 40),
        micro("bignum", "bignum arithmetic (cfrac-like)", "bignum", 2_000_000),
        micro("realloc", "realloc growth", "realloc", 6_000_000),
        micro("xfree", "freed by another thread", "xfree", 2_400_000, 2),
        micro("xfree4", "freed by another thread, 4 threads", "xfree", 2_400_000, 4),
        micro("larson", "blocks handed on to new threads (larson-like), 2 threads", "larson", 4_000_000, 2),
        micro("churn", "thread churn, 10 pairs each", "churn", 6_000, 10),
    ]


def shared_out(build):
    """The working set of 10k once more, an eighth of it to each of 8 threads: no more data than one thread has of the whole."""
    return [Micro(build, "set10k/8", "working set of 10k, 8 threads together", "set", 4_000_000, 1_250, 8)]


def idle_program(build):
    argv = [os.path.join(build, "tests/bench/idle")]
    return Program("idle", "a program that does nothing", argv, few=argv)


def cc1plus(source, level):
    """The compiler alone: the driver would be counted in its place."""
    found = subprocess.run(["g++", "-print-prog-name=cc1plus"], capture_output=True, text=True, check=False).stdout.strip()
    return [found, "-quiet", "-imultiarch", "x86_64-linux-gnu", "-D_GNU_SOURCE", level, f"{HERE}/{source}", "-o", "/dev/stdout"] if os.path.exists(found) else None


def program_workloads(build, scratch):
    programs = os.path.join(build, "tests/bench")
    script = [os.path.join(HERE, name) for name in ("script.py", "script.js", "script.pl")]
    found = [
        Program("stl", "C++ STL churn", [f"{programs}/stl", "1500"], few=[f"{programs}/stl", "60"]),
        Program("rust", "Rust churn", [f"{programs}/churn_rs", "2500"], few=[f"{programs}/churn_rs", "60"]),
        Program("sqlite3", "sqlite3", ["sqlite3", ":memory:", SQL], few=["sqlite3", ":memory:", SQL.replace("120000", "12000")]),
        Program("python3", "python3 (malloc)", ["/usr/bin/python3", "-S", script[0], "10"],
                {"PYTHONMALLOC": "malloc", "PYTHONHASHSEED": "0"}, ["/usr/bin/python3", "-S", script[0], "1"]),
        Redis(120_000),
        Program("g++", "g++ (cc1plus)", ["g++", "-O1", "-c", f"{HERE}/stl.cpp", "-o", "/dev/null"], few=cc1plus("few.cpp", "-O0")),
        Program("node", "node", ["node", script[1], "20"]),
        Program("perl", "perl", ["perl", script[2], "6"], {"PERL_HASH_SEED": "0"}, ["perl", script[2], "1"]),
    ]
    if shutil.which("git"):
        found.append(Program("git", "git log --stat", ["git", "-C", git_repository(scratch), "log", "--stat", "-p"]))
    present = [w for w in found if isinstance(w, Redis) and shutil.which("redis-server") or
               w.argv and shutil.which(w.argv[0])]
    for workload in found:
        if workload not in present:
            print(f"left out, not on this machine: {workload.title}", file=sys.stderr)
    return present
