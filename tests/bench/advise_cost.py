"""The cost of histories of objects: a sample and its free with them and without, and whole programs under the default budget. Both
are compared by turns, and with themselves."""

import os
import sys
import tempfile
from pathlib import Path

import collect
import marks
from figures import microseconds_a_sample, ratio
from tools import Tools
from workloads import micro_workloads, program_workloads

PROGRAMS = ("python3", "g++", "redis")
# The library alone, and with the command, which names the code and writes the profile.
COMPARISONS = (("default", "default"), ("default-advise", "default"), ("run", "run"), ("run-advise", "run"))


def say(text):
    print(text, file=sys.stderr, flush=True)


def a_sample(build, tools, rounds):
    found = collect.samples(micro_workloads(build), tools, ("never", "1KiB", "1KiB-again", "1KiB-advise"), rounds, say)
    yield from marks.table(("microseconds a sample, its free included", "without", "again (A/A)", "with histories"),
                           [(row, *(microseconds_a_sample(found, row, key, "never").text() for key in ("1KiB", "1KiB-again", "1KiB-advise")))
                            for row in found["rows"]])


def programs(build, tools, rounds):
    table = collect.Table(say)
    with tempfile.TemporaryDirectory() as scratch:
        chosen = [w for w in program_workloads(build, scratch) if w.key in PROGRAMS]
        for number in range(rounds):
            for workload in chosen:
                say(f"{workload.key}, round {number + 1} of {rounds}")
                for key, base in COMPARISONS:
                    table.add(workload.key, f"{key}/{base}", lambda w=workload, k=key, b=base: collect.by_turns(
                        lambda: w.measure(tools[k]), lambda: w.measure(tools[b]), False, number))
    found = table.result()
    yield from marks.table(("CPU time with histories over that without", "library, again (A/A)", "library", "`memprof run`, again (A/A)",
                            "`memprof run`"),
                           [(row, *(ratio(found, row, key, base).text(3) for key, base in COMPARISONS)) for row in found["rows"]])


def main():
    build, document, rounds = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    tools = Tools(build)
    load = f"load {os.getloadavg()[0]:.1f} when it began, {rounds} rounds: median (quartiles)"
    lines = [f"{marks.machine()}; {load}.", "", *a_sample(build, tools, rounds), "", *programs(build, tools, rounds)]
    print("\n".join(lines))
    marks.write_between(document, "advise-cost", lines)


main()
