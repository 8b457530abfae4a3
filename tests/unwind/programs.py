#!/usr/bin/env python3
"""Real programs with a library preloaded that compares our stack walks with libunwind's at their allocations."""

import os
import shutil
import socket
import struct
import subprocess
import time
from pathlib import Path

from harness import case, check, main, run

WATCH = os.environ["WATCH"]
FIELDS = ("walks", "frames", "cut", "reused", "signals", "mismatches", "unlike_fresh", "theirs_stopped",
          "ours_stopped", "no_cfi")
SQL = b"""create table t(a integer primary key, b text, c real);
with recursive n(i) as (select 1 union all select i+1 from n where i<20000) insert into t select i, 'row ' || i, i from n;
create index u on t(b);
select count(*), sum(c) from t where b like '%7%';
"""
CPP = """#include <map>
#include <regex>
#include <string>
int main() { std::map<std::string, int> m; m["a"] = std::regex_match("aab", std::regex("a+b")); return m.size(); }
"""


def environment(every):
    Path("tally").write_bytes(bytes(8 * len(FIELDS)))
    Path("report").write_bytes(b"")
    return {"LD_PRELOAD": WATCH, "UNWIND_EVERY": str(every), "UNWIND_TALLY": os.path.abspath("tally"),
            "UNWIND_REPORT": os.path.abspath("report")}


def judge(least, jit=False):
    """Every walk agrees, except in the documented kinds, which are few; without a JIT all code has CFI."""
    tally = dict(zip(FIELDS, struct.unpack(f"{len(FIELDS)}Q", Path("tally").read_bytes())))
    print("# " + ", ".join(f"{k} {v}" for k, v in tally.items() if v), flush=True)
    report = Path("report").read_text(errors="replace")
    check(tally["mismatches"] == 0, report[:3000])
    check(tally["walks"] >= least, f"only {tally['walks']} walks, wanted {least}")
    if not jit:
        check(tally["ours_stopped"] + tally["no_cfi"] <= tally["walks"] / 100, "too many documented differences")


def compare(argv, every, least, env=None, jit=False, **options):
    run(argv, env={**environment(every), **(env or {})}, timeout=120, **options)
    judge(least, jit)


@case("sqlite3")
def _():
    compare(["sqlite3", ":memory:"], 40, 500, input=SQL)


@case("python3")
def _():
    program = "import json, re; d = [{'k%d' % i: list(range(i % 50))} for i in range(2000)]; print(len(json.dumps(d)))"
    compare(["/usr/bin/python3", "-c", program], 60, 500, env={"PYTHONMALLOC": "malloc"})


@case("perl")
def _():
    compare(["perl", "-e", "my %h; for (1..20000) { $h{$_ % 999} .= join ',', sort split //, $_ } print scalar keys %h"],
            60, 300)


@case("git")
def _():
    for words in (["init", "-q", "."], ["add", "."], ["-c", "user.name=a", "-c", "user.email=b", "commit", "-qm", "c"]):
        run(["git", *words], env={"HOME": os.getcwd()})
        for i in range(60):
            Path(f"f{i}").write_text("text\n" * i)
    compare(["git", "-c", "user.name=a", "-c", "user.email=b", "log", "-p", "--stat"], 5, 100)


@case("g++ and its children")
def _():
    Path("in.cpp").write_text(CPP)
    compare(["g++", "-O1", "-c", "in.cpp"], 300, 500)


@case("node, whose JIT has no call frame information")
def _():
    if not shutil.which("node"):
        print("# SKIP: node is not there")
        return
    program = "let a = []; for (let i = 0; i < 3e4; i++) a.push(JSON.parse(JSON.stringify({i, s: Buffer.alloc(9000)+''})).i);"
    compare(["node", "-e", program], 100, 200, jit=True)


@case("redis-server")
def _():
    path = os.path.abspath("socket")
    server = subprocess.Popen(["redis-server", "--port", "0", "--unixsocket", path, "--save", ""],
                              env={**os.environ, **environment(50)}, stdout=subprocess.DEVNULL)
    try:
        for _ in range(200):
            time.sleep(0.05)
            if os.path.exists(path):
                break
        run(["redis-benchmark", "-s", path, "-q", "-n", "2000", "-t", "set,lpush,zadd,hset"])
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(path)
            s.sendall(b"SHUTDOWN NOSAVE\r\n")
        check(server.wait(timeout=30) == 0, "redis-server ended badly")
    finally:
        server.kill()
        server.wait()
    judge(200)


main()
