#!/usr/bin/env python3
"""Runs all fuzz targets for a time: fuzz.py BUILD [--minutes N] [--document FILE] [TARGET...]

Each target has an equal share of the N minutes, on one processor. It goes on with the corpus that the last run left in
BUILD/fuzz/TARGET, where inputs that fail stay, too. An input has 20 seconds and 2.5 GiB (run.sh). The status is 1 if one failed."""

import argparse
import json
import os
import re
import subprocess
import sys
from pathlib import Path

from marks import machine, table, write_between

HEAD = ("reader", "inputs", "edges that were run", "kept inputs", "findings")


def targets(build):
    """{name: run.sh's operands}, as the gate has them."""
    listed = json.loads(subprocess.run(["meson", "introspect", str(build), "--tests"], capture_output=True, check=True).stdout)
    return {test["name"].removeprefix("fuzz_"): test["cmd"] for test in listed if test["suite"] == ["memprof:fuzz"]}


def number(pattern, text):
    found = re.findall(pattern, text, re.M)
    return int(found[-1]) if found else 0


def fuzz(build, name, command, seconds):
    """The row of a target."""
    work = build / "fuzz" / name
    runner, target, _, _, *rest = command
    done = subprocess.run([runner, target, str(seconds), str(work), *rest, "-verbosity=1"], cwd=build, env={**os.environ, "KEEP_CORPUS": "1"},
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    failures = sorted((work / "failures").iterdir())
    if done.returncode and not failures:
        sys.exit(f"fuzz_{name}: {done.stdout[-2000:]}")
    for failure in failures:
        print(f"fuzz_{name}: {failure}", flush=True)
    edges = number(r"\bcov: (\d+)", done.stdout)
    inputs = number(r"^stat::number_of_executed_units: (\d+)", done.stdout)
    return name, inputs, edges, len(list((work / "corpus").iterdir())), len(failures)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--document", type=Path)
    parser.add_argument("targets", nargs="*", metavar="TARGET")
    arguments = parser.parse_args()
    build, known = arguments.build.resolve(), targets(arguments.build)
    chosen = arguments.targets or sorted(known)
    seconds = max(1, round(arguments.minutes * 60 / len(chosen)))
    rows = []
    for name in chosen:
        rows.append(fuzz(build, name, known[name], seconds))
        print(*rows[-1], sep="\t", flush=True)
    findings = sum(row[-1] for row in rows)
    if arguments.document:
        lines = [f"{machine()}; {seconds} seconds each. {sum(row[1] for row in rows)} inputs, {findings} findings.", "", *table(HEAD, rows)]
        write_between(arguments.document, "fuzz", lines)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
