#!/usr/bin/env python3
"""scripts/bench measures and writes its document, on one workload in one round; and its verdicts. Speaks TAP."""

import json
import math
import os
import struct
import subprocess
import sys
import tempfile

import tap
from figures import Spread
from month import KEPT, month
from targets import Aims

HERE = os.path.dirname(os.path.abspath(__file__))


def writes_a_document():
    with tempfile.NamedTemporaryFile() as document:
        result = subprocess.run([sys.executable, f"{HERE}/bench.py", "--quick", "--rounds", "1", "--only", "pair,larson", "--build",
                                 os.environ["BUILD"], "--result", document.name], capture_output=True, text=True, check=False)
        tap.equal(result.returncode, 0, result.stderr)
    for section in ("## Aims", "## Sampling: CPU over bare", "## Exact: CPU over bare", "## Instructions, by callgrind", "## Start-up", "## Memory"):
        tap.check(section in result.stdout, f"there is no {section}")
    row = next(line for line in result.stdout.splitlines() if line.startswith("| exact: larson over bare"))
    tap.check(row.split(" | ")[4] in ("met", "missed", "not resolved"), row)


def verdict(found, a_a, limit, unit="x"):
    aims = Aims()
    aims.at_most("an aim", Spread(found), limit, unit, a_a=Spread(a_a) if a_a else None)
    return aims.rows[0][4]


def verdicts_need_a_machine_that_resolves_them():
    tap.equal(verdict([1.1, 1.1], [1, 1], 1.2), "met")
    tap.equal(verdict([1.3, 1.3], [1, 1], 1.2), "missed")
    tap.equal(verdict([1.1, 1.1], [0.9, 1.2], 1.2), "not resolved", "bare again is up to 1.2 times bare")
    tap.equal(verdict([1.3, 1.3], [0.9, 1.2], 1.2), "not resolved")
    tap.equal(verdict([1.5, 1.5], [0.9, 1.2], 1.2), "missed")
    tap.equal(verdict([1.1, 1.15, 1.25, 1.3], None, 1.2), "not resolved", "the limit lies between the quartiles")
    tap.equal(verdict([1, 1], [-3, 3], 3, "ns"), "not resolved", "bare again differs by up to 3 ns")


def simulated(trace, samples, runs):
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"".join(struct.pack("<QII", *one) for one in trace))
        file.flush()
        text = subprocess.run([os.path.join(os.environ["BUILD"], "tests/bench/simulate"), file.name, str(samples), "0.05", str(runs)],
                              capture_output=True, text=True, check=True).stdout
    return json.loads(text)


def simulation_of_samplers_is_right():
    """20,000 blocks of 99 bytes: one site of one hot call that has 99% of them, and 20 of a call each."""
    trace = [(1, 1, 99) if i % 100 else (2 + i // 100 % 20, 2 + i // 100 % 20, 99) for i in range(20_000)]
    found = simulated(trace, 500, 1000)
    one, two = found["0"], found["3"]
    p = 500 / len(trace)  # of each block
    for how, expected in (("large", math.sqrt((1 - p) / p / 19_800)), ("smaller", math.sqrt((1 - p) / p / 10))):
        tap.check(abs(one[how]["error"] / expected - 1) < 0.1, f"{how}: {one[how]}, by the formula {expected}")
    for how in (one, two):
        tap.check(abs(how["sum"] - 1) < 0.01, f"the estimates are biased: {how}")
    tap.check(two["rate"] < one["rate"] / 2 and two["smaller"]["error"] < one["smaller"]["error"] / 1.5, f"two stages find no more: {two}")
    tap.check(abs((two["recorded"] + 0.05 * two["draws"]) / 500 - 1) < 0.05, f"the costs differ: {two}")


def a_month_of_snapshots_stays_bounded():
    found = month(os.environ["BUILD"], 600)
    left = found["left"]
    tap.equal((found["status"], len(left)), (0, KEPT), "status, snapshots that are left")
    tap.equal(left[1:], list(range(left[-1] - KEPT + 2, left[-1] + 1)), "the newest, behind the largest")
    # A folder that changes while it is listed shows files that were not there at one time.
    tap.check(found["files"] <= KEPT + KEPT // 2, f"{found['files']} files at a time")
    tap.check(found["late_mib"] <= found["early_mib"] + 1, f"memory grows: {found['early_mib']:.1f} MiB, then {found['late_mib']:.1f}")


tap.add("ten hours of --every 60s --keep: files and memory stay bounded", a_month_of_snapshots_stays_bounded)
tap.add("the simulation of samplers agrees with the formula", simulation_of_samplers_is_right)
tap.add("a short run writes all its sections", writes_a_document)
tap.add("verdicts need a machine that resolves them", verdicts_need_a_machine_that_resolves_them)
tap.main()
