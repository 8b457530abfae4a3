"""Looking into running programs: ps, stats, snapshot, and reports on recordings themselves."""

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

from running import complaint, memprof, running, wait_for
from harness import MEMPROF, case, check, equal, main, read, run, target

MIB = 1 << 20
# The allocations of targets/hold.c, by its text: (calls, bytes) and what stays.
HELD_100, HELD_5, HELD_BIG = 750 * 100, 40 * 5, 16 * MIB
LIVE_OWN = HELD_100 + HELD_5 + HELD_BIG
FREED_CALLS = 250 + 1


def stats(pid, *options):
    return json.loads(memprof("stats", "--json", *options, pid))


# ps


@case("ps lists a recorded program, and no other")
def _():
    with running([target("hold")], "--exact") as p:
        rows = {r["pid"]: r for r in json.loads(memprof("ps", "--json"))["processes"]}
        check(p.pid in rows, f"{p.pid} is not in {list(rows)}")
        check(p.process.pid not in rows and os.getpid() not in rows, "memprof run or this test is listed")
        row = rows[p.pid]
        check(row["command"].endswith("hold"), row["command"])
        check(LIVE_OWN <= row["live_bytes"]["value"] < LIVE_OWN + 100_000, f"live {row['live_bytes']}")
        check(row["peak_bytes"]["value"] >= row["live_bytes"]["value"], "peak below live")
        check(row["age_nanos"] > 0 and row["exact"], row)
        equal(row["per_second"]["mallocs"], 0, "mallocs a second of a program that waits")
        line = next(line for line in memprof("ps").splitlines() if line.split()[0] == str(p.pid))
        check("16.1 MiB" in line and line.endswith("hold"), line)
    rows = {r["pid"] for r in json.loads(memprof("ps", "--json"))["processes"]}
    check(p.pid not in rows, "it is still listed after its end")


@case("no overhead is shown before the budget has come to what recording may take of any program")
def _():
    with running([target("hold")]) as p:
        for command in ("ps", "stats"):
            report = json.loads(run([MEMPROF, command, "--json", str(p.pid)] if command == "stats" else [MEMPROF, command, "--json"]).stdout)
            row = report if command == "stats" else next(r for r in report["processes"] if r["pid"] == p.pid)
            check(row["cpu_nanos"] < 200_000_000, f"the program took {row['cpu_nanos']} ns: too many for this test")
            equal(row["overhead"], None, f"overhead in {command} after {row['cpu_nanos']} ns of CPU time")


@case("ps shows overhead and rates of a program that allocates")
def _():
    with running([target("churn"), "2"]) as p:
        deadline = time.monotonic() + 30
        row = {}
        while time.monotonic() < deadline and not (row.get("overhead") or 0) > 0:
            row = next(r for r in json.loads(memprof("ps", "--json"))["processes"] if r["pid"] == p.pid)
        check(0 < row["overhead"] < 1, f"overhead {row['overhead']}")
        rates = row["per_second"]
        check(rates["mallocs"] > 1000 and rates["bytes"] > 16_000, rates)
        # It holds next to nothing, compared with what it turns over in a quarter of a second.
        check(0.5 < rates["freed_bytes"] / rates["bytes"] < 1.5, rates)
        check(row["samples"] > 100 and row["cpu_nanos"] > 0, row)


@case("control characters of a command line are not let out")
def _():
    with running([target("hold"), "evil\033[2J\nname"], "--exact") as p:
        text = memprof("ps") + memprof("stats", p.pid)
        check("\033" not in text and "evil\\x1b[2J\\nname" in text, repr(text))


# stats


@case("stats: exact figures are what the program did")
def _():
    with running([target("hold")], "--exact") as p:
        s = stats(p.pid)
        # Beside its own: libc's thread stack vector and the like, a few blocks of the loader's.
        extra = s["mallocs"] - (1000 + 1 + 1 + 40)
        check(0 <= extra < 20, f"{extra} further mallocs")
        equal(s["frees"], FREED_CALLS, "frees")
        equal(s["live_objects"], s["mallocs"] - FREED_CALLS, "live objects")
        check(0 <= s["live_bytes"]["value"] - LIVE_OWN < 100_000, f"live {s['live_bytes']}")
        for key in ("live_bytes", "peak_bytes"):
            equal((s[key]["low"], s[key]["high"]), (s[key]["value"],) * 2, "interval of " + key)
        equal(s["total_bytes"] - s["live_bytes"]["value"], 250 * 100 + 2_000_000, "freed bytes")
        # The 2000000 bytes were there together with the blocks of 100, and before the 16 MiB.
        equal(s["peak_bytes"]["value"], s["live_bytes"]["value"], "peak")
        classes = {(c["least"], c["most"]): c for c in s["size_classes"]}
        c = next(c for (least, most), c in classes.items() if least <= 100 <= most)
        equal((c["mallocs"], c["bytes"], c["live_objects"], c["live_bytes"]), (1000, 100_000, 750, 75_000), "class of 100")
        c = next(c for (least, most), c in classes.items() if least <= 5 <= most)
        equal((c["mallocs"], c["live_bytes"]), (40, 200), "class of 5")
        equal(s["size_groups"]["tiny"]["live_bytes"], 200, "tiny")
        equal(s["size_groups"]["large"]["live_bytes"], HELD_BIG, "large")
        equal(sum(c["bytes"] for c in s["size_classes"]), s["total_bytes"], "sum of classes")
        equal(sum(g["mallocs"] for g in s["size_groups"].values()), s["mallocs"], "sum of groups")
        p.tell("a")
        s2 = stats(p.pid)
        equal((s2["mallocs"] - s["mallocs"], s2["total_bytes"] - s["total_bytes"]), (50, 150_000), "later")


@case("stats: the calls of the size table add up to those that were counted, also from samples")
def _():
    with running([target("churn"), "2"]) as p:
        s = {}
        def is_sampled():
            s.update(stats(p.pid))
            return s["sampling_rate"] > 4096
        wait_for(is_sampled, "a rate at which most is not sampled")
        # Each class is a whole number.
        rounding = len(s["size_classes"])
        calls = sum(c["mallocs"] for c in s["size_classes"])
        check(abs(calls - s["mallocs"]) <= rounding, f"{calls} calls by size, {s['mallocs']} in all")


@case("stats: threads, by their names of now")
def _():
    with running([target("hold")], "--exact") as p:
        s = stats(p.pid)
        threads = {t["name"]: t for t in s["threads"]}
        equal(len(s["threads"]), 2, "threads")
        helper = threads["helper\033[31m"]
        equal((helper["mallocs"], helper["frees"], helper["bytes"]), (40, 0, 200), "helper")
        equal(threads["hold"]["tid"], p.pid, "main thread")
        equal(sum(t["bytes"] for t in s["threads"]), s["total_bytes"], "sum of threads")
        text = memprof("stats", p.pid)
        check("\033" not in text and "helper\\x1b[31m" in text, repr(text))


@case("stats: threads that have ended are counted, not listed")
def _():
    with running([target("churn"), "1"]) as p:
        s = stats(p.pid)
        check(s["threads_started"] > 2 and len(s["threads"]) <= 3, (s["threads_started"], s["threads"]))
        check("have ended)" in memprof("stats", p.pid), "the row of ended threads")


@case("stats: resident memory is explained to the last page")
def _():
    with running([target("hold")], "--exact") as p:
        rollup = Path(f"/proc/{p.pid}/smaps_rollup").read_text()
        s = stats(p.pid)
        part = {k: v["bytes"] for k, v in s["resident"].items() if k != "allocator"}
        equal(s["resident"]["allocator"], "glibc", "allocator")
        equal(part["total"], int(re.search(r"^Rss:\s+(\d+)", rollup, re.M)[1]) * 1024, "total against the kernel's sum")
        equal(part["heap"] + part["stacks"] + part["modules"] + part["mappings"] + part["recording"], part["total"], "parts")
        equal(part["live"] + part["rounding"] + part["held"] - part["untouched"], part["heap"], "the heap's parts")
        equal(part["live"], s["live_bytes"]["value"], "live")
        # 4 of the 16 MiB were never touched; what little else is held makes up for some of it.
        check(3 * MIB < part["untouched"] <= 4 * MIB, f"untouched {part['untouched']}")
        check(12 * MIB <= part["heap"] < 13 * MIB, f"heap {part['heap']}")
        check(MIB <= part["stacks"] < 2 * MIB, f"stacks {part['stacks']}: the helper used one MiB of its own")
        # glibc: 100 bytes take 112, 5 take 32, 16 MiB a page more.
        wanted = 750 * 12 + 40 * 27 + 4096
        check(wanted <= part["rounding"] < wanted + 2000, f"rounding {part['rounding']}, at least {wanted}")
        check(s["resident"]["live"]["measured"] and not s["resident"]["held"]["measured"], "what is measured")
        text = memprof("stats", p.pid)
        rows = text[text.index("how known"):].splitlines()[1:]
        equal([row for row in rows if "-" in row.split()[0]], [], "negative rows")
        check("live blocks, as far as they were written to" in rows[0], rows)


@case("stats: how old the live heap is, exactly and from samples")
def _():
    with running([target("hold")], "--exact") as p:
        time.sleep(1.2)
        p.tell("a")
        s = stats(p.pid)
        classes = s["ages"]["classes"]
        equal([c["below_nanos"] and c["below_nanos"] // 10**9 for c in classes], [1, 10, 60, 600, 3600, 86400, None], "classes")
        equal(sum(c["live_bytes"] for c in classes), s["live_bytes"]["value"], "sum of bytes")
        equal(sum(c["live_objects"] for c in classes), s["live_objects"], "sum of blocks")
        check(sum(c["live_bytes"] for c in classes[1:]) >= LIVE_OWN, "what is older than a second")
        check(classes[0]["live_bytes"] + classes[1]["live_bytes"] >= 150_000, "what has just come")
        check(1.2e9 <= s["ages"]["mean_nanos"] <= s["ages"]["oldest_nanos"] <= s["age_nanos"], s["ages"])
        equal(s["ages"]["inherited"], {"live_objects": 0, "live_bytes": 0}, "inherited")
        text = memprof("stats", p.pid)
        check(re.search(r"^Age +\S+ s on average by bytes, oldest \S+ s$", text, re.M), text)
        # glibc: 750 blocks of 100 take 112, the large one a page more, and so on: 14576 bytes.
        check(re.search(r"^Live .* blocks, 16\.2 MiB, in blocks of 16\.2 MiB \(0\.09% rounding\)$", text, re.M), text)
    with running([target("hold")], "--rate=2KiB") as p:
        s = stats(p.pid)
        total = sum(c["live_bytes"] for c in s["ages"]["classes"])
        check(abs(total - s["live_bytes"]["value"]) <= 16, f"{total} by age, {s['live_bytes']} by site")


@case("stats --watch: a line each time, and the end when the program ends")
def _():
    with running([target("churn"), "2"]) as p:
        lines = memprof("stats", "--watch", "--count", 2, "--json", p.pid).splitlines()
        equal(len(lines), 2, "documents")
        first, second = map(json.loads, lines)
        check(second["mallocs"] > first["mallocs"] and second["per_second"]["mallocs"] > 0, "nothing moved")
        equal(len(memprof("stats", "-w", "--count", 2, p.pid).splitlines()), 3, "a heading and two lines")
        watcher = subprocess.Popen([MEMPROF, "stats", "--watch", str(p.pid)], stdout=subprocess.PIPE, text=True)
        watcher.stdout.readline()
        watcher.stdout.readline()
    watcher.communicate(timeout=60)
    equal(watcher.returncode, 0, "status at the program's end")


# snapshot


@case("snapshot: go tool pprof reads what the program holds, and it goes on undisturbed")
def _():
    with running([target("hold")], "--exact") as p:
        memprof("snapshot", "-o", "s.pb.gz", p.pid)
        profile = read("s.pb.gz")
        equal(profile.flat("inuse_space")["hold_100"], HELD_100, "hold_100 live")
        equal(profile.flat("alloc_space")["hold_100"], 100_000, "hold_100 allocated")
        equal(profile.flat("inuse_space")["come_and_go_2000000"], 0, "what came and went")
        equal(profile.flat("inuse_space")["hold_16_mib"], HELD_BIG, "hold_16_mib")
        equal(profile.total("inuse_space"), stats(p.pid)["live_bytes"]["value"], "stats says the same")
        check(all(f[1].endswith("hold.c") and f[2] > 0 for s in profile.samples for f in s.frames if f[0] == "hold_100"),
              "file and line of hold_100")
        raw = run(["go", "tool", "pprof", "-raw", "s.pb.gz"]).stdout.decode()
        check(re.search(r"inuse_space/bytes\[dflt\]", raw), "default sample type of a live program")
        status = Path(f"/proc/{p.pid}/status").read_text()
        check("TracerPid:\t0" in status, "traced")
        p.tell("a")
        memprof("snapshot", "-o", "s.pb.gz", p.pid)
        equal(read("s.pb.gz").flat("inuse_space")["later_50_of_3000"], 150_000, "what came later")


@case("snapshot: names of its own, none overwritten")
def _():
    with running([target("hold")], "--exact") as p:
        for _ in range(4):
            memprof("snapshot", "-q", p.pid)
        several = [subprocess.Popen([MEMPROF, "snapshot", "-q", "-o", "one%%.pb.gz", str(p.pid)]) for _ in range(4)]
        for process in several:
            equal(process.wait(), 0, "status")
        files = sorted(f.name for f in Path(".").glob("memprof.*"))
        equal(len(files), 4, f"files {files}")
        for f in files:
            check(re.fullmatch(rf"memprof\.hold\.{p.pid}\.\d+(-\d+)?\.pb\.gz", f), f)
        equal(len(list(Path(".").glob("one%*.pb.gz"))), 4, "files of four at once")
        piped = run([MEMPROF, "snapshot", "-o", "-", str(p.pid)]).stdout
        Path("piped.pb.gz").write_bytes(piped)
        equal(read("piped.pb.gz").flat("inuse_space")["hold_100"], HELD_100, "through a pipe")
        check("no/such" in complaint("snapshot", "-o", "no/such/folder/x", p.pid), "a folder that is not there")


def waits(pid):
    """Whether a process sleeps of its own will: in nanosleep or clock_nanosleep."""
    return Path(f"/proc/{pid}/syscall").read_text().split()[0] in ("35", "230")


@case("snapshot --delta: what happens meanwhile, and nothing before")
def _():
    with running([target("hold")], "--exact") as p:
        p.tell("a")
        taking = subprocess.Popen([MEMPROF, "snapshot", "--delta=2s", "-o", "d.pb.gz", str(p.pid)])
        while not waits(taking.pid):
            time.sleep(0.01)
        p.tell("a")
        equal(taking.wait(), 0, "status")
        profile = read("d.pb.gz")
        equal(profile.flat("alloc_space")["later_50_of_3000"], 150_000, "meanwhile")
        equal(profile.total("alloc_space"), 150_000, "all of it")
        equal(profile.total("inuse_objects"), 50, "grown by")
        equal(sorted(profile.samples[0].values), ["alloc_objects", "alloc_space", "inuse_objects", "inuse_space"],
              "a difference has no peak")
    for bad in "5parsec", "0", "-1s", "nan", "":
        check("--delta" in complaint("snapshot", f"--delta={bad}", os.getpid()), bad)


@case("10000 snapshots of a churn are all whole, none negative, none goes back")
def _():
    for options in [], ["--exact"]:
        # Nice to who reads: it must not wait for a processor that the threads share among them.
        with running(["nice", "-n", "10", target("churn"), "4"], *options) as p:
            result = run([os.environ["SNAPSHOTS"], str(p.pid), "5000", "."], timeout=200, status=None)
            equal(result.returncode, 0, result.stdout.decode())
            for _ in range(5):
                run([MEMPROF, "snapshot", "-q", "-o", "c.pb.gz", str(p.pid)])
        for i in range(500, 5001, 500):
            profile = read(f"{i}.pb.gz")
            check(profile.samples and all(v >= 0 for s in profile.samples for v in s.values.values()), f"{i}.pb.gz")


@case("a program that is not recorded is named as such")
def _():
    check("is not being recorded" in complaint("snapshot", os.getpid()), "this process")
    check("is not being recorded" in complaint("stats", os.getpid()), "this process")
    check("no process 4194305" in complaint("stats", 4194305), "beyond the largest pid")
    for bad in "0", "-1", "12x", "", "99999999999":
        check("is not the number" in complaint("stats", "--", bad), bad)
    with running([target("hold")], "--exact") as p:
        child = int(p.tell("f"))
        # It still maps its parent's recording, but none is its own.
        check("is not being recorded" in complaint("snapshot", child), "a child that allocates nothing")
        rows = {r["pid"] for r in json.loads(memprof("ps", "--json"))["processes"]}
        check(p.pid in rows and child not in rows, rows)
        os.kill(child, signal.SIGKILL)


# Reports on recordings themselves.


@case("reports read a recording that is being written, and one left behind")
def _():
    os.mkdir("recordings", 0o700)
    with running([target("hold")], preload=os.path.abspath("recordings")) as p:
        recording = next(Path("recordings").rglob("*.mprec"))

        def top():
            nodes = json.loads(memprof("top", "--json", "--sample-index=inuse_space", recording))["nodes"]
            return {n["name"]: n["flat"]["value"] for n in nodes}
        equal(top()["hold_100"], HELD_100, "live")
        check("Type: inuse_space" in memprof("top", recording), "default of a live one")
        p.tell("a")
        equal(top()["later_50_of_3000"], 150_000, "live, later")
        os.kill(p.pid, signal.SIGKILL)
        p.process.wait()
        equal(top()["hold_100"], HELD_100, "left behind")
        equal(top()["later_50_of_3000"], 150_000, "left behind")
        check("Type: alloc_space" in memprof("top", recording), "default of a finished one")
        equal(list(Path(".").glob("at-exit*")), [], "a killed program wrote a profile")


main()
