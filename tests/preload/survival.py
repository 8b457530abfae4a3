#!/usr/bin/env python3
"""Recordings survive: SIGKILL at any moment, full file systems, limits, and all that daemons do to
themselves."""

import os
import random
import signal
import struct
import subprocess
import time
from glob import glob
from pathlib import Path

from harness import MEMPROF, case, check, equal, main, preloading, read, record, run, target, top

THREADS = 4


def truth(path):
    data = Path(path).read_bytes()
    return [struct.unpack_from("4Q", data, i * 64) for i in range(THREADS)]


def child_of(pid):
    """The program that memprof run started."""
    for _ in range(1000):
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        if children:
            return int(children[0])
        time.sleep(0.005)
    raise AssertionError("memprof run started nothing")


def kill_churn(options, wait):
    """SIGKILL in mid-churn; the truth and the profile that memprof run wrote."""
    process = subprocess.Popen([MEMPROF, "run", "-q", "-o", "p.pb.gz", *options, target("churn"), str(THREADS)],
                               stdout=subprocess.PIPE, env={**os.environ, "TRUTH": "truth"})
    process.stdout.read(1)
    time.sleep(wait)
    os.kill(child_of(process.pid), signal.SIGKILL)
    equal(process.wait(30), 128 + signal.SIGKILL, "status")
    return truth("truth")


# Each of the threads may be cut between its call and its own account of it, or in the call: one allocation and one
# free of at most 2016 bytes each, which the profile may or may not have.
@case("SIGKILL at 30 random moments, exact: within one call a thread of the truth")
def _():
    moments = random.Random(1)
    for i in range(30):
        accounts = kill_churn(["--exact"], moments.random() * 0.15)
        allocs, size, frees, freed = (sum(a[k] for a in accounts) for k in range(4))
        profile = read("p.pb.gz")
        equal(profile.comment("dropped"), None, "dropped")
        flat = {v: profile.flat(v)["churn_alloc"] for v in ("alloc_objects", "alloc_space", "inuse_objects", "inuse_space")}
        check(0 <= flat["alloc_objects"] - allocs <= THREADS, f"{flat} {allocs} allocated")
        check(0 <= flat["alloc_space"] - size <= THREADS * 2016, f"{flat} {size} bytes")
        live, live_bytes = allocs - frees, size - freed
        check(abs(flat["inuse_objects"] - live) <= 2 * THREADS, f"{flat} {live} live")
        check(abs(flat["inuse_space"] - live_bytes) <= 2 * THREADS * 2016, f"{flat} {live_bytes} live bytes")
        totals = profile.counts("totals")
        check(abs(totals["frees"] - frees) <= THREADS + 30, f"{totals} {frees} frees")


@case("SIGKILL at 20 random moments, sampled: the exact totals are there, the estimate is near")
def _():
    moments = random.Random(2)
    for i in range(20):
        accounts = kill_churn(["--rate", "64KiB"], 0.02 + moments.random() * 0.1)
        allocs, size, frees, _ = (sum(a[k] for a in accounts) for k in range(4))
        profile = read("p.pb.gz")
        totals = profile.counts("totals")
        equal(profile.comment("dropped"), None, "dropped")
        check(abs(totals["allocs"] - allocs) <= THREADS + 30, f"{totals} {allocs} allocated")
        check(abs(totals["frees"] - frees) <= THREADS + 30, f"{totals} {frees} freed")
        check(abs(totals["bytes"] - size) <= (THREADS + 30) * 2016, f"{totals} {size} bytes")
        total = top("p.pb.gz")["total"]
        # Five standard errors (half of the interval is 1.96 of them): one false alarm in a million.
        half = (total["high"] - total["low"]) / 2
        check(abs(total["value"] - size) <= half / 1.96 * 5 + THREADS * 2016, f"{total} of {size}")


def in_small_filesystem(size, argv):
    """Runs argv with MEMPROF_DIR on a tmpfs of that size, seen by it alone."""
    os.mkdir("small")
    script = f"mount -t tmpfs -o size={size} none small && exec \"$@\""
    return run(["unshare", "-m", "sh", "-c", script, "sh", *argv], env={"MEMPROF_DIR": os.path.abspath("small")}, status=None)


@case("a file system that fills in mid-run: the program finishes as alone, the profile says what was dropped")
def _():
    program = [target("fill"), "20", "30000"]
    alone = run(program, status=5)
    result = in_small_filesystem("2m", [MEMPROF, "run", "-q", "--exact", "-o", "p.pb.gz", *program])
    equal((result.returncode, result.stdout), (5, alone.stdout), "status and output")
    profile = read("p.pb.gz")
    seen, dropped = profile.total("alloc_objects"), profile.counts("dropped")
    check(0 < seen < 30000, f"{seen} recorded")
    check(dropped["space"] + dropped["limit"] >= 30000 - seen, f"dropped {dropped}, but {seen} were recorded")
    check(profile.counts("totals")["allocs"] >= 30001, "the totals stay exact")


@case("a file system without any room: the program runs, one line says where it is recorded instead")
def _():
    program = [target("fill"), "5", "100"]
    result = in_small_filesystem("4k", [MEMPROF, "run", "-q", "--exact", "-o", "p.pb.gz", *program])
    equal((result.returncode, result.stdout), (5, b"100\n"), "status and output")
    check(len(result.stderr.splitlines()) == 1 and b"no room for recordings" in result.stderr, result.stderr.decode())
    equal(read("p.pb.gz").comment("dropped"), None, "dropped")


@case("RLIMIT_FSIZE: no SIGXFSZ, the profile says what was dropped")
def _():
    program = f"ulimit -f 2048; exec {target('fill')} 20 30000"
    result = record(["sh", "-c", program], "--exact", status=5)[1]
    equal(result.stdout, b"30000\n", "output")
    profile = read("p.pb.gz")
    check(profile.total("alloc_objects") > 1000, "next to nothing was recorded")


@case("RLIMIT_AS: the program gets as far as alone, within what recording itself maps")
def _():
    result = record(["sh", "-c", f"ulimit -v 60000; exec {target('fill')} 20 30000"], "--exact", status=5)[1]
    equal(result.stdout, b"30000\n", "output")


@case("a thread for which there is no memory: the profile says that it lacks some, the others are recorded")
def _():
    for mode in ("--exact", "--rate=64"):
        result = run([MEMPROF, "run", mode, "-o", "p.pb.gz", target("late")])
        profile = read("p.pb.gz")
        equal(profile.counts("dropped").get("limit"), 1, "dropped")
        check(b"INCOMPLETE: 1 event was not recorded (a table of the recording was full)" in result.stderr, result.stderr.decode())
        equal(profile.through("late_100", "alloc_objects"), 0, "the thread's blocks")
        check(profile.flat("alloc_objects")["after_200"] == 10 or mode != "--exact", "blocks of the main thread")


def check_surroundings(path):
    profile = read(path)
    equal(profile.flat("alloc_objects")["after_5000"], 300, "blocks after the change")
    equal(profile.flat("inuse_objects")["after_5000"], 100, "blocks kept")


for what in ("closefrom", "close_all", "chdir", "chroot", "setuid", "nofile", "clearenv", "title"):
    @case(f"{what}: recorded on")
    def _(what=what):
        os.chmod(".", 0o755)
        record([target("surroundings"), what], "--exact")
        check_surroundings("p.pb.gz")


def wait_for(condition, what):
    for _ in range(300):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError(f"waited in vain for {what}")


for end in ("daemon", "daemon_killed"):
    @case(f"{end}: its profile appears after its end, though memprof run had returned before")
    def _(end=end):
        os.mkdir("dir")
        record([target("surroundings"), end], "--exact", output=os.path.abspath("p.%p.pb.gz"),
               env={"MEMPROF_DIR": os.path.abspath("dir"), "GATE": os.path.abspath("gate")})
        before = set(glob("*.pb.gz"))
        Path("gate").touch()
        wait_for(lambda: not glob("dir/*"), "the session's folder to be removed")
        new = [p for p in set(glob("*.pb.gz")) - before]
        equal(len(new), 1, f"profiles that came later (before: {before})")
        check_surroundings(new[0])
        equal(read(new[0]).flat("inuse_objects")["before_70"], 1, "what it inherited through both forks")
        equal(glob("/memprof.*.pb.gz"), [], "profiles in the daemon's folder")


@case("a process in another pid namespace that outlives the program: recorded to its end")
def _():
    os.mkdir("dir")
    env = {"MEMPROF_DIR": os.path.abspath("dir"), "GATE": os.path.abspath("gate")}
    unshare = "unshare -pf" if os.geteuid() == 0 else "unshare -rpf"
    inner = f"{target('surroundings')} wait & until test -e gate; do sleep 0.05; done; wait"
    # The program ends once the process in the namespace, the second one there, has begun to record.
    begun = "until ls dir/run.*/2.* >/dev/null 2>&1; do sleep 0.05; done"
    record(["sh", "-c", f"{unshare} sh -c '{inner}' >/dev/null 2>&1 & {begun}"], "--exact", output=os.path.abspath("p.%p.%n.pb.gz"), env=env)
    before = set(glob("*.pb.gz"))
    Path("gate").touch()
    wait_for(lambda: not glob("dir/*"), "the session's folder to be removed")
    new = [read(p) for p in set(glob("*.pb.gz")) - before]
    found = [p for p in new if "after_5000" in p.flat("alloc_objects")]
    equal(len(found), 1, f"profiles of it that came later, of {len(new)} (before: {before})")
    equal(found[0].flat("inuse_objects")["after_5000"], 100, "blocks kept")


@case("a profile that cannot be written: said in one line, the recording stays for memprof recover")
def _():
    os.mkdir("dir")
    env = {"MEMPROF_DIR": os.path.abspath("dir")}
    os.mkdir("gone")
    result = record(["/usr/bin/python3", "-c", "import os; os.rmdir('gone')"], "--exact", output="gone/p.pb.gz", env=env, status=2)[1]
    equal(len(result.stderr.splitlines()), 1, f"lines on stderr: {result.stderr}")
    # Its own folder alone: elsewhere are recordings of tests that run beside this one.
    run([MEMPROF, "recover", "-o", "p.pb.gz", "dir"], env=env)
    profile = read("p.pb.gz")
    equal(profile.total("alloc_objects"), profile.counts("totals")["allocs"], "what was recorded")
    equal(glob("dir/*"), [], "left in the folder")


for mode in ([], ["--exact"], ["--rate=4KiB"]):
    @case(f"signal handlers that allocate and free at any moment, over an allocator that lets them {mode}")
    def _(mode=mode):
        path, _ = record(preloading(target("libbump.so"), [target("storm")]), *mode, timeout=40)
        counts = read(path).counts("totals")
        check(counts["allocs"] > 1000, f"next to nothing was counted: {counts}")


main()
