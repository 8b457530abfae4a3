#!/usr/bin/env python3
"""scripts/bench measures and writes its document, on one workload in one round; and its verdicts. Speaks TAP."""

import os
import subprocess
import sys
import tempfile

import tap
from figures import Spread
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


tap.add("a short run writes all its sections", writes_a_document)
tap.add("verdicts need a machine that resolves them", verdicts_need_a_machine_that_resolves_them)
tap.main()
