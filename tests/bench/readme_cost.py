"""The CPU time of one program, alone and under each tool, by turns; the program alone comes twice in each round (A/A)."""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import marks

SQL = """CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) INSERT INTO t SELECT i, hex(randomblob(16)) FROM n;
SELECT count(*) FROM t;"""
PROGRAM = ["sqlite3", ":memory:", SQL]
DHAT_ROUNDS = 1  # it takes half a minute


def tools_of(memprof):
    return {"alone": [], "alone, once more": [], "`memprof run`": [memprof, "run", "-q", "-o", "p.pb.gz", "--"],
            "`memprof run --exact`": [memprof, "run", "-q", "--exact", "-o", "e.pb.gz", "--"], "heaptrack": ["heaptrack", "-o", "h"],
            "valgrind's DHAT": ["valgrind", "-q", "--tool=dhat", "--dhat-out-file=d"]}


def cpu_seconds(command, folder):
    """User and system time of the command and of all that it starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(tools, rounds):
    seconds = {name: [] for name in tools}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds):
            for name in list(tools)[::-1 if number % 2 else 1]:
                if name != "valgrind's DHAT" or number < DHAT_ROUNDS:
                    seconds[name].append(cpu_seconds(tools[name] + PROGRAM, folder))
    return seconds


def main():
    memprof, document, rounds = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    load, seconds = os.getloadavg()[0], measure(tools_of(memprof), rounds)
    bare = statistics.median(seconds["alone"])
    rows = [(name, f"{statistics.median(all_):.2f} ({min(all_):.2f} to {max(all_):.2f})", f"{statistics.median(all_) / bare:.2f}")
            for name, all_ in seconds.items()]
    lines = [*marks.table(("a million inserts into sqlite3, 3 million allocations", "CPU time, s", "over alone"), rows), "",
             f"{marks.machine()}, load {load:.1f}; medians of {rounds} runs by turns, of one for DHAT."]
    marks.write_between(document, "cost", lines)
    print("\n".join(lines))


main()
