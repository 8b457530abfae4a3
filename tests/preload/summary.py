#!/usr/bin/env python3
"""The lines that memprof run ends with: which figures they are of, all processes of a driver, and the names of programs."""

import os
import re
from glob import glob
from pathlib import Path

from harness import MEMPROF, case, check, equal, main, read, run, target
from tap import holds

FULL = target("full")


def said(argv, *options):
    return run([MEMPROF, "run", *options, "--", *argv]).stderr.decode()


def pid_of(path):
    return read(path).counts("process")["pid"]


@case("the sites stand under a line that says of which figure they are: what was allocated, and what was live at the peak")
def _():
    text = said([FULL, "10", "1000"], "--exact")
    allocated, peak = re.search(r"memprof: allocated most:\n(.*?)memprof: had most at the peak:\n(.*?)memprof: the profile is in", text, re.S).groups()
    equal([len(part.splitlines()) for part in (allocated, peak)], [2, 2], text)  # full_leaf, and stdio's buffer
    for part in allocated, peak:
        holds(part, "9.8 KiB", "full_leaf")


@case("what was freed before the peak counts among what was allocated, and not at the peak")
def _():
    text = said([target("staircase")], "--exact")
    allocated, peak = re.search(r"allocated most:\n(.*?)had most at the peak:\n(.*?)memprof: the profile is in", text, re.S).groups()
    names = [re.findall(r"a_1000|b_500", part) for part in (allocated, peak)]
    equal(names, [["a_1000", "b_500"], ["b_500", "a_1000"]], text)
    holds(allocated, "87.9 KiB", "48.8 KiB")  # 90,000 and 50,000
    holds(peak, "48.8 KiB", "19.5 KiB")  # 50,000 and 20,000


@case("a driver: the totals are those of all processes, the sites and the peak those of the largest, which is named")
def _():
    text = said(["sh", "-c", f"{FULL} 10 1000; {FULL} 500 1000; {FULL} 20 1000; exit 0"], "--exact")
    paths = glob("*.pb.gz")
    totals = [read(path).counts("totals") for path in paths]
    largest = max(paths, key=lambda path: read(path).total("peak_space"))
    holds(text, f"4 processes: {sum(t['allocs'] for t in totals)} allocations of ", f"the largest is process {pid_of(largest)}, full:\n",
          "488.3 KiB", f"the profile is in {largest}; ")
    driver = [path for path in paths if ".sh." in path]
    equal((len(paths), len(driver)), (4, 1), f"profiles: {paths}")
    holds(text, f"3 more processes wrote a profile beside it; that of process {pid_of(driver[0])}, sh, is {driver[0]}\n")


@case("where the program itself is the largest, it is the one that is named")
def _():
    text = said(["sh", "-c", f"{FULL} 10 10 & wait; exec {FULL} 500 1000"], "--exact", "-o", "main.pb.gz")
    holds(text, f"the largest is process {pid_of('main.pb.gz')}, full:", "the profile is in main.pb.gz; ", "wrote a profile beside it\n")


@case("programs and their profiles are called by the name that they were started by, not by a link's target")
def _():
    os.symlink(FULL, "alias")
    Path("bin").mkdir()
    os.symlink(FULL, "bin/g++")
    for argv, name in ((["./alias"], "alias"), (["bin/g++"], "g++"), (["sh", "-c", 'exec -a inner "$0" "$@"', "./alias"], "inner")):
        if argv[0] == "sh":
            argv[0] = "bash"
        text = said([*argv, "10", "1000"])
        check(re.search(rf" memprof\.{re.escape(name)}\.\d+\.pb\.gz(;|\n)", text), f"{name}: {text}")


main()
