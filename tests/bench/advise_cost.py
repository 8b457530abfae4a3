"""What histories of objects cost: a sample and its free with them and without, and whole programs under the default budget. Both
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
                for key in ("run", "run-advise"):
                    table.add(workload.key, f"{key}/run", lambda w=workload, k=key: collect.by_turns(
                        lambda: w.measure(tools[k]), lambda: w.measure(tools["run"]), False, number))
    found = table.result()
    yield from marks.table(("program, CPU time over `memprof run`", "again (A/A)", "`memprof run --advise`"),
                           [(row, ratio(found, row, "run", "run").text(3), ratio(found, row, "run-advise", "run").text(3)) for row in found["rows"]])


def main():
    build, document, rounds = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    tools = Tools(build)
    load = f"load {os.getloadavg()[0]:.1f} when it began, {rounds} rounds: median (quartiles)"
    lines = [f"{marks.machine()}; {load}.", "", *a_sample(build, tools, rounds), "", *programs(build, tools, rounds)]
    print("\n".join(lines))
    marks.write_between(document, "advise-cost", lines)


main()
