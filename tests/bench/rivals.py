"""Exact mode beside the two others that record everything within the process: heaptrack's preloaded library and LeakSanitizer.

Each pair runs by turns, A B B A. Both rivals are measured where they do their work: heaptrack takes itself out of the environment of
a program's children, so a compiler's driver would show nothing of it; LeakSanitizer walks by frame pointers alone, so the small
workloads that it is measured on keep them (micro_fp), and programs that have none are left out.
"""

import contextlib
import os
import sys
import tempfile
from pathlib import Path

import collect
import marks
from figures import ratio
from measure import Failed
from tools import Tools
from workloads import Program, cc1plus, micro_workloads, program_workloads

MICRO = ("pair", "pair2", "set10k", "deep40", "bignum", "realloc", "xfree", "larson")
PROGRAMS = ("stl", "rust", "sqlite3", "python3", "redis", "perl", "git")
PART = 0.25  # of a small workload's operations in one run
COLUMNS = {"bare again": ("again", "bare"), "exact": ("exact", "bare"), "heaptrack": ("heaptrack", "bare"), "exact over heaptrack": ("exact", "heaptrack"),
           "LeakSanitizer": ("lsan", "bare"), "exact over LeakSanitizer": ("exact", "lsan")}
LSAN_RETRIES = 5  # gcc 12's does not start in some places of the address space


def compiler():
    """The compiler that the driver would start."""
    return Program("cc1plus", "cc1plus -O1", cc1plus("stl.cpp", "-O1"))


def kept_frame_pointers(workload, build):
    workload.argv[0] = os.path.join(build, "tests/bench/micro_fp")
    return workload


def patient(measure, tool, *args):
    for _ in range(LSAN_RETRIES if tool.key == "lsan" else 0):
        with contextlib.suppress(Failed):
            return measure(tool, *args)
    return measure(tool, *args)


def compare(table, workload, tools, number, columns):
    is_small = workload.unit == "ns"
    factor = (PART,) if is_small else ()
    for key, base in collect.shuffled(columns.values(), f"{number} {workload.key}"):
        first, second = (lambda t=tools[k]: patient(workload.measure, t, *factor) for k in (key, base))
        table.add(workload.key, f"{key}/{base}", lambda a=first, b=second: collect.by_turns(a, b, is_small, number))


def measure(build, rounds):
    tools, table = Tools(build), collect.Table(lambda text: print(text, file=sys.stderr))
    with tempfile.TemporaryDirectory() as scratch:
        small = [kept_frame_pointers(w, build) for w in micro_workloads(build) if w.key in MICRO]
        programs = [compiler(), *(w for w in program_workloads(build, scratch) if w.key in PROGRAMS)]
        without_lsan = {name: pair for name, pair in COLUMNS.items() if "lsan" not in pair}
        for number in range(rounds):
            print(f"round {number + 1} of {rounds}", file=sys.stderr, flush=True)
            for workload in small + programs:
                compare(table, workload, tools, number, COLUMNS if workload in small else without_lsan)
    return small + programs, table.result()


def main():
    build, document, rounds = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    load = os.getloadavg()[0]
    workloads, found = measure(build, rounds)
    rows = [(w.title, *((ratio(found, w.key, *pair) or None) for pair in COLUMNS.values())) for w in workloads]
    lines = [*marks.table(("CPU time over bare", *COLUMNS), [(title, *(each.text(2) if each else "" for each in cells)) for title, *cells in rows]), "",
             f"{marks.machine()}, load {load:.1f}; medians (quartiles) of {rounds} comparisons by turns."]
    marks.write_between(document, "rivals", lines)
    print("\n".join(lines))


main()
