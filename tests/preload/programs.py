#!/usr/bin/env python3
"""Real programs behave as they do alone, and their profiles are worth opening."""

import os
import shutil
import socket
import subprocess
import time
from glob import glob
from pathlib import Path

from harness import MEMPROF, case, check, equal, main, preloading, read, record, run, target

SOURCES = Path(__file__).parent / "targets"


def same(argv, *options, stdin=b"", env=None):
    """The program alone and under memprof: output and status must agree. The program's profile."""
    alone = run(argv, input=stdin, status=None, env=env)
    path, recorded = record(argv, *options, input=stdin, status=None, env=env)
    for what in ("returncode", "stdout", "stderr"):
        equal(getattr(recorded, what), getattr(alone, what), what)
    profile = read(path)
    check(profile.total("alloc_space") > 0, "the profile is empty")
    equal(profile.comment("dropped"), None, "dropped")
    return profile


def all_profiles():
    return {path: read(path) for path in glob("*.pb.gz")}


def named(profile):
    """The part of the bytes whose allocating function has a name."""
    flat = profile.flat("alloc_space")
    return 1 - flat.get("?", 0) / sum(flat.values())


SQL = b"""create table t(a integer primary key, b text, c real);
with recursive n(i) as (select 1 union all select i+1 from n where i<20000)
insert into t select i, 'row ' || i, i*0.5 from n;
create index u on t(b);
select count(*), sum(c) from t where b like '%7%';
select max(length(group_concat(b))) from t group by a%10 order by 1 limit 3;
"""

for mode in ([], ["--exact"]):
    @case(f"sqlite3 {mode}")
    def _(mode=mode):
        profile = same(["sqlite3", ":memory:"], *mode, stdin=SQL)
        check(any("libsqlite3" in m for m in profile.mappings), f"libsqlite3 is in no mapping: {profile.mappings}")
        check(named(profile) > 0.5, "most bytes have no name")


@case("python3 with PYTHONMALLOC=malloc")
def _():
    program = "import json,re; d=[{'k%d'%i: list(range(i%50))} for i in range(3000)]; print(len(json.dumps(d)))"
    for mode in ([], ["--exact"]):
        profile = same(["/usr/bin/python3", "-c", program], *mode, env={"PYTHONMALLOC": "malloc"})
        check(profile.total("alloc_space") > 1e6, "too little was seen")


@case("python3 ends with its own status")
def _():
    path, result = record(["/usr/bin/python3", "-c", "import os; os._exit(7)"], status=7)
    check(read(path).total("alloc_space") > 0, "empty after _exit")


@case("g++ and its cc1plus child")
def _():
    shutil.copy(SOURCES / "known_cpp.cpp", "in.cpp")
    run(["g++", "-c", "in.cpp", "-o", "alone.o"])
    record(["g++", "-c", "in.cpp", "-o", "recorded.o"])
    equal(Path("recorded.o").read_bytes(), Path("alone.o").read_bytes(), "the object file")
    children = [p for p in all_profiles().values() if "cc1plus" in (p.comment("command") or "")]
    equal(len(children), 1, "profiles of cc1plus")
    check(children[0].total("alloc_space") > 1e6, "cc1plus allocated next to nothing")
    record(["g++", "-c", "in.cpp", "-o", "no.o", "-include", "missing.h"], status=1)


@case("perl")
def _():
    same(["perl", "-e", 'my %h; $h{$_ % 1000} .= "x" x $_ for 1..20000; print scalar(keys %h), "\\n"; exit 3'])


@case("git")
def _():
    run(["git", "init", "-q", "repo"])
    for i in range(200):
        Path(f"repo/file{i}").write_text(f"{i}\n" * 100)
    git = ["git", "-C", "repo", "-c", "user.name=a", "-c", "user.email=a@b"]
    record([*git, "add", "."])
    record([*git, "commit", "-q", "-m", "x"])
    profile = same([*git, "log", "--stat"])
    check(len(all_profiles()) >= 1, "no profile")
    check(profile.total("alloc_objects") > 100, "git allocates more than that")


@case("node")
def _():
    same(["node", "-e", "let a=[]; for (let i=0;i<1e5;i++) a.push({i}); console.log(a.length, Buffer.alloc(5e6).length)"])


@case("a Rust program: sites named with file and line")
def _():
    run(["rustc", "-g", "-C", "opt-level=1", "-o", "program", str(SOURCES / "rust_program.rs")])
    profile = same(["./program"], "--exact")
    for name, size in (("vector_of_1000", 50 * 1000), ("box_of_64", 20 * 64)):
        function = [f for f in {f for s in profile.samples for f in s.frames} if f[0].split("::")[-1] == name]
        check(function, f"{name} is not named")
        check(function[0][1].endswith("rust_program.rs") and function[0][2] > 0, f"{name} has no place: {function}")
        bytes_there = sum(s.values["alloc_space"] for s in profile.samples
                          if any(f[0].split("::")[-1] == name for f in s.frames))
        equal(bytes_there, size, name)


@case("a Go program with cgo")
def _():
    run(["go", "build", "-o", os.path.abspath("program"), "."], cwd=SOURCES / "cgo",
        env={"GOFLAGS": "-buildvcs=false", "CGO_ENABLED": "1", "GOCACHE": os.path.abspath("cache"), "CGO_CFLAGS": "-O0 -g"})
    profile = same(["./program"], "--exact")
    # cgo goes by way of its own wrapper; the C function is still the one that calls malloc
    equal(profile.through("c_300", "alloc_objects"), 100, "allocations of c_300")


@case("a C++ program: sites named with file and line")
def _():
    profile = same([target("known_cpp"), "4", "200"])
    lines = {f[0]: f for s in profile.samples for f in s.frames}
    for name in ("new_of_48", "new_aligned_of_512", "vector_of_100_longs"):
        check(name in lines, f"{name} is not there")
        check(lines[name][1].endswith("known_cpp.cpp") and lines[name][2] > 10, f"{name}: {lines[name]}")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return str(s.getsockname()[1])


def wait_for(port, server):
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", int(port)), 1).close()
            return
        except OSError:
            check(server.poll() is None, "the server ended")
            time.sleep(0.05)
    raise AssertionError("the server does not answer")


@case("redis-server under redis-benchmark, then SHUTDOWN")
def _():
    port = free_port()
    server = subprocess.Popen([MEMPROF, "run", "-q", "-o", "p.pb.gz", "redis-server", "--port", port, "--bind", "127.0.0.1",
                               "--save", "", "--dir", os.getcwd()], stdout=subprocess.DEVNULL)
    try:
        wait_for(port, server)
        out = run(["redis-benchmark", "-h", "127.0.0.1", "-p", port, "-n", "20000", "-q", "-t", "set,get,lpush,hset"]).stdout
        check(out.count(b"requests per second") >= 4, out.decode())
        run(["redis-cli", "-h", "127.0.0.1", "-p", port, "bgsave"])
        time.sleep(0.5)
        run(["redis-cli", "-h", "127.0.0.1", "-p", port, "shutdown", "nosave"], status=None)
        equal(server.wait(30), 0, "the server's status")
    finally:
        server.kill()
        server.wait()
    profile = read("p.pb.gz")
    check(profile.total("alloc_space") > 100000, "redis allocated more than that")
    check(profile.counts("totals")["allocs"] > 20000, f"totals {profile.comment('totals')}")


DEBUG = "/lib/x86_64-linux-gnu/libc_malloc_debug.so.0"


@case("libc_malloc_debug behind the shim: MALLOC_CHECK_ notices what it notices alone")
def _():
    check(run(["env", f"LD_PRELOAD={DEBUG}", "MALLOC_CHECK_=3", target("checking")], status=None).returncode == -6, "alone")
    record(preloading(DEBUG, [target("checking")]), env={"MALLOC_CHECK_": "3"}, status=128 + 6)


@case("libc_malloc_debug behind the shim: mtrace traces")
def _():
    record(preloading(DEBUG, [target("checking"), "trace"]), env={"MALLOC_TRACE": os.path.abspath("trace")})
    with open("trace") as trace:
        check("0x28" in trace.read(), "the block of 40 bytes is not in the trace")


main()
