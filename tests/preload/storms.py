#!/usr/bin/env python3
"""Storms: thousands of snapshots while threads free each other's blocks, and other tools at work on the same program: CPU profilers,
gdb, strace, a second heap profiler. The program is targets/relay.c, which keeps an account of what it does."""

import http.client
import os
import re
import signal
import socket
import struct
import subprocess
from pathlib import Path

from harness import MEMPROF, SHIM, case, check, equal, main, read, run, target
from running import running, wait_for

PAIRS = 2
SNAPSHOTS = int(os.environ.get("STORM_SNAPSHOTS", "500"))  # of each kind: fewer in the gate than the 2500 that were run once
PROFILER, HEAPTRACK = "libprofiler.so.0", "/usr/lib/heaptrack/libheaptrack_preload.so"
OTHERS = 40  # allocations of libc and of main(): threads, standard output
MODES = ([], ["--exact"])


def truth():
    """(allocations begun, finished, frees begun, finished) of all pairs, each at some moment of the call."""
    data = Path("truth").read_bytes()
    accounts = [struct.unpack_from("5Q", data, i * 64) for i in range(PAIRS)]
    return [sum(a[k] for a in accounts) for k in (0, 1, 3, 4)]


def relay(*modes, **environment):
    return ["/usr/bin/env", "TRUTH=truth", *(f"{k}={v}" for k, v in environment.items()), target("relay"), str(PAIRS), *modes]


def work_on(blocks):
    """Until the program has freed some more."""
    wanted = truth()[3] + blocks
    wait_for(lambda: truth()[3] >= wanted, f"{blocks} frees")


def end_of(program):
    """The numbers that the program prints once its input has ended: blocks, bytes, signals."""
    program.process.stdin.close()
    said = program.process.stdout.read()
    equal(program.process.wait(60), 5, "status")
    return list(map(int, said.split()))


def check_end(mode, said, others=OTHERS, path="end.pb.gz"):
    """Each block and byte in exact mode; else the totals, which are always exact."""
    profile = read(path)
    equal(profile.comment("dropped"), None, "dropped")
    if mode:
        seen = [profile.flat(kind)["relay_alloc"] for kind in ("alloc_objects", "alloc_space", "inuse_objects")]
        equal(seen, [*said[:2], 0], "what is recorded")
    totals = profile.counts("totals")
    for kind in "allocs", "frees":
        check(said[0] <= totals[kind] + (kind == "frees") * OTHERS <= said[0] + 2 * others, f"{kind}: {totals}, the program: {said}")
    check(all(value >= 0 for s in profile.samples for value in s.values.values()), "a negative figure")


class Scraper:
    def __init__(self, path):
        self.connection = http.client.HTTPConnection("localhost")
        self.connection.sock = socket.socket(socket.AF_UNIX)
        self.connection.sock.connect(path)

    def get(self, what):
        self.connection.request("GET", what)
        answer = self.connection.getresponse()
        body = answer.read().decode()
        equal(answer.status, 200, body[:200])
        return body


def heap_figures(text):
    """(allocations, frees) of all sites; no site has a negative figure."""
    rows = [tuple(map(int, row)) for row in re.findall(r"(-?\d+): (-?\d+) \[(-?\d+): (-?\d+)\] @", text)]
    check(rows and all(value >= 0 for row in rows for value in row), f"negative: {text[:300]}")
    equal(rows[0], tuple(map(sum, zip(*rows[1:]))), "the sum of the sites")
    return rows[0][2], rows[0][2] - rows[0][0]


def metrics_figures(text):
    found = dict(re.findall(r"^memprof_(\w+)\{[^}]*\} (\S+)$", text, re.M))
    equal(found["dropped_events_total"], "0", "dropped")
    check(float(found["live_bytes"]) >= 0 and float(found["live_objects"]) >= 0, text)
    return int(found["allocations_total"]), int(found["frees_total"])


def one_look(scraper, path, figures, before):
    """Allocations and frees lie between those finished before and those begun after, and never go down."""
    old = truth()
    now = figures(scraper.get(path))
    new = truth()
    for kind, finished, begun in ((0, old[1], new[0]), (1, old[3], new[2])):
        check(finished <= now[kind] + (kind == 1) * OTHERS and now[kind] <= begun + OTHERS, f"{path}: {now}, truth {old} to {new}")
        check(now[kind] >= before[kind], f"{path}: {before[kind]} went down to {now[kind]}")
    return now


for mode in MODES:
    @case(f"{2 * SNAPSHOTS} snapshots during millions of frees by other threads: exact totals, nothing negative {mode}")
    def _(mode=mode):
        with running(relay(), *mode, f"--http=unix:{os.getcwd()}/http") as program:
            scraper, seen = Scraper("http"), {"heap": (0, 0), "metrics": (0, 0)}
            for _ in range(SNAPSHOTS):
                seen["metrics"] = one_look(scraper, "/metrics", metrics_figures, seen["metrics"])
                if mode:
                    seen["heap"] = one_look(scraper, "/debug/pprof/heap?debug=1", heap_figures, seen["heap"])
                else:
                    heap_figures(scraper.get("/debug/pprof/heap?debug=1"))
            check_end(mode, end_of(program))

    @case(f"a CPU profiler in the program, 1000 signals a second with backtrace(): nothing is lost {mode}")
    def _(mode=mode):
        with running(relay("prof"), *mode) as program:
            work_on(1000000)
            said = end_of(program)
        check(said[2] > 0, "no signal came")
        check_end(mode, said)

    @case(f"gperftools' CPU profiler, 1000 signals a second: nothing is lost, and it writes its profile {mode}")
    def _(mode=mode):
        with running(relay(LD_PRELOAD=f"{SHIM}:{PROFILER}", CPUPROFILE="cpu", CPUPROFILE_FREQUENCY="1000"), *mode) as program:
            work_on(300000)
            check_end(mode, end_of(program), others=1000)
        check(Path("cpu").stat().st_size > 1000, "the CPU profile")

    @case(f"gdb attaches and detaches 10 times: nothing is lost {mode}")
    def _(mode=mode):
        with running(relay("idle"), *mode) as program:
            for _ in range(10):
                said = run(["gdb", "-nx", "-batch", "-iex", "set auto-load no", "-iex", "set auto-solib-add off", "-p", str(program.pid),
                            "-ex", "info threads", "-ex", "detach"]).stdout.decode()
                check("detached" in said and "relay" in said, said)
                work_on(1000)
            check_end(mode, end_of(program))

    @case(f"strace -f around memprof run, and strace -f -p again and again: nothing is lost {mode}")
    def _(mode=mode):
        with running(relay("idle"), *mode) as program:
            for _ in range(5):
                tracer = subprocess.Popen(["strace", "-f", "-o", "calls", "-p", str(program.pid)], stderr=subprocess.DEVNULL)
                wait_for(lambda: os.path.exists("calls") and os.path.getsize("calls"), "calls")
                work_on(1000)
                tracer.send_signal(signal.SIGINT)
                tracer.wait(30)
                os.unlink("calls")
            check_end(mode, end_of(program))
        around = subprocess.Popen(["strace", "-f", "-o", "calls", MEMPROF, "run", "-q", "-o", "around.pb.gz", *mode, "--", *relay("idle")],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        equal(around.stdout.readline(), "ready\n", "first line")
        work_on(3000)
        said = around.communicate()[0]
        equal(around.returncode, 5, "status")
        check_end(mode, list(map(int, said.split())), path="around.pb.gz")

    for order in (f"{SHIM}:{HEAPTRACK}", f"{HEAPTRACK}:{SHIM}"):
        @case(f"heaptrack beside it, {'behind' if order.startswith(SHIM) else 'before'} the shim: the program ends as alone {mode}")
        def _(mode=mode, order=order):
            with running(relay(LD_PRELOAD=order, DUMP_HEAPTRACK_OUTPUT="heaptrack"), *mode) as program:
                work_on(20000)
                said = end_of(program)
            profile = read("end.pb.gz")
            equal(profile.comment("dropped"), None, "dropped")
            # Each sees all blocks of the program. heaptrack's own, some of them below relay_alloc, are seen by memprof, too.
            if mode:
                seen = [profile.through("relay_alloc", kind) for kind in ("alloc_objects", "alloc_space", "inuse_objects")]
                check(said[0] <= seen[0] <= said[0] + OTHERS and said[1] <= seen[1] and seen[2] <= OTHERS, f"recorded {seen} of {said}")
            lines = Path("heaptrack").read_text().splitlines()
            for kind in "+-":
                check(said[0] <= sum(line.startswith(kind) for line in lines) <= said[0] + OTHERS, f"heaptrack's {kind}, {said[0]} blocks")


main()
