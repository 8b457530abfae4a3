"""memprof run --trace: the lines that it prints while the program runs."""

import os
import re
import time
from pathlib import Path

from running import running
from harness import MEMPROF, case, check, equal, main, run, target

LINE = re.compile(r"memprof (?P<pid>\d+) @(?P<age>[\d.]+)s: live (?P<live>[\d.]+ \w+) \((?P<change>[+-]?[\d.]+ \w+)\), "
                  r"(?P<bytes>[\d.]+ \w+)/s, (?P<mallocs>[\d.]+) mallocs/s, (?P<frees>[\d.]+) frees/s, "
                  r"(?P<samples>\d+) samples, overhead (?P<overhead>-|[\d.]+%)(?P<ended>, ended)?")
UNITS = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20}


def lines(path):
    found = [LINE.fullmatch(line) for line in Path(path).read_text().splitlines()]
    check(all(found), Path(path).read_text())
    return [m.groupdict() for m in found]


def size(text):
    number, unit = text.split()
    return float(number) * UNITS[unit]


def wait_for_lines(path, n):
    end = time.monotonic() + 30
    while not os.path.exists(path) or len(lines(path)) < n:
        check(time.monotonic() < end, f"{n} lines in {path}")
        time.sleep(0.05)


@case("a line a second, with what is live and how it changed, to the end")
def _():
    with running([target("hold")], "--exact", "--trace=t") as p:
        wait_for_lines("t", 1)
        p.tell("a")
        wait_for_lines("t", 3)
    seen = lines("t")
    equal({s["pid"] for s in seen}, {str(p.pid)}, "processes")
    ages = [float(s["age"]) for s in seen]
    equal(ages, sorted(ages), "ages")
    equal(seen[0]["live"], "16.1 MiB", "live at first")
    equal([s["change"] for s in seen].count("+146.5 KiB"), 1, "150000 bytes more, in one line")
    equal([s["ended"] for s in seen], [None] * (len(seen) - 1) + [", ended"], "the end")
    # Each live figure is the one before and its change, within the rounding to a tenth of a MiB.
    check(all(abs(size(b["live"]) - size(a["live"]) - size(b["change"])) < 0.2 * (1 << 20) for a, b in zip(seen, seen[1:])),
          seen)
    # 1000 + 1 + 1 + 40 and few of libc's, every one recorded; then 50 more.
    check(1042 <= int(seen[0]["samples"]) < 1062, seen[0])
    equal(int(seen[-1]["samples"]) - int(seen[0]["samples"]), 50, "samples")


@case("rates are those of the last second")
def _():
    with running([target("churn"), "2"], "--trace=t") as p:
        wait_for_lines("t", 2)
    for s in lines("t")[:2]:
        check(float(s["mallocs"]) > 1000 and size(s["bytes"].replace("GiB", "MiB")) > 16_000, s)
        check(0 < float(s["overhead"].rstrip("%")) < 100, s)


@case("on standard error by default, beside the program's own lines")
def _():
    result = run([MEMPROF, "run", "-q", "-o", "p.pb.gz", "--trace", "--", "sh", "-c", "echo own >&2; echo out; exit 3"], status=3)
    equal(result.stdout, b"out\n", "stdout")
    own, *rest = result.stderr.decode().splitlines()
    equal(own, "own", "the program's line")
    check(len(rest) == 1 and LINE.fullmatch(rest[0]) and rest[0].endswith(", ended"), rest)


@case("every process of the session has its last line")
def _():
    script = "/bin/true; /bin/ls >/dev/null; exec /bin/true"
    run([MEMPROF, "run", "-q", "-o", "p.pb.gz", "--exact", "--trace=t", "--", "sh", "-c", script])
    seen = lines("t")
    check(all(s["ended"] for s in seen), seen)
    # sh, true and ls in two pids of their own, and what sh became.
    equal(len({s["pid"] for s in seen}), 3, f"processes of {seen}")
    check(len(seen) >= 4, seen)


@case("a trace that cannot be written stops nothing")
def _():
    result = run([MEMPROF, "run", "-q", "-o", "p.pb.gz", "--trace=/dev/full", "--", "sh", "-c", "exit 5"], status=5)
    check(re.fullmatch(rb"memprof: --trace: cannot write /dev/full: No space left on device; going on without it\n", result.stderr),
          result.stderr)
    check(os.path.exists("p.pb.gz"), "no profile")
    for bad in "no/such/folder/t", "":
        result = run([MEMPROF, "run", f"--trace={bad}", "--", "touch", "ran"], status=2)
        check(b"--trace" in result.stderr or b"no/such/folder/t" in result.stderr, result.stderr)
        check(not os.path.exists("ran"), "the program ran")


main()
