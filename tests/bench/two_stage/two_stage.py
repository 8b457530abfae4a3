"""Two-stage sampling against one stage, on the allocations of real programs: what a look at a draw costs and what a sample costs, and
how far the figures of sites would be off if both samplers took 1% of the CPU time."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import marks
from collect import costs
from tools import Tool, Tools
from workloads import Redis, program_workloads

PROGRAMS = ("python3", "redis", "g++", "node")
BUDGET, LOOK_RATE = 0.01, 16384
BANDS = {"large": "1% and more", "small": "0.1 to 1%", "smaller": "0.01 to 0.1%", "smallest": "0.001 to 0.01%"}


def say(text):
    print(text, file=sys.stderr, flush=True)


def look_cost(workload, tracer):
    """ns a look, over all processes of the program."""
    sums = [0, 0]

    def add(folder, _):
        for path in Path(folder).glob("look.*"):
            for i, value in enumerate(path.read_text().split()):
                sums[i] += int(value)
    workload.measure(Tool("look", "", tracer, (("TRACE_FILE", "{dir}/look"), ("TRACE_LOOK", str(LOOK_RATE)))), look=add)
    return sums[1] / sums[0]


def sample_cost(workload, tools):
    """ns a sample under the default budget, as charged: with its free."""
    found = []
    workload.measure(tools["default"], look=lambda folder, _: found.extend(costs(tools, folder)))
    return sum(one["slow_ns"] for one in found) / sum(one["slow_events"] for one in found)


def trace(workload, tracer, path):
    """Keeps the trace of the process that allocates most."""
    def keep(folder, _):
        shutil.move(max(Path(folder).glob("trace.*"), key=lambda one: one.stat().st_size), path)
    workload.measure(Tool("trace", "", tracer, (("TRACE_FILE", "{dir}/trace"),)), look=keep)


def simulated(workload, tools, folder, runs):
    tracer, path = str(folder / "libtrace.so"), folder / "trace"
    cpu = workload.measure(tools["bare"])
    look, sample = look_cost(workload, tracer), sample_cost(workload, tools)
    trace(workload, tracer, path)
    samples = BUDGET * cpu * 1e9 / sample
    say(f"{workload.key}: {samples:.0f} samples at {sample:.0f} ns, looks at {look:.0f} ns")
    text = subprocess.run([folder / "simulate", path, f"{samples:.0f}", f"{look / sample:.5f}", str(runs)], check=True, capture_output=True, text=True).stdout
    return {"sample": sample, "look": look, **json.loads(text)}


def rows(name, found):
    one = found["0"]
    for most in ("1", "2", "3", "4", "31"):
        two = found[most]
        gains = [f"{one[band]['error'] / two[band]['error']:.2f}" if two[band]["error"] else "-" for band in BANDS]
        seen = [f"{100 * how['smaller']['seen']:.0f}" for how in (one, two)]
        yield (name, "any" if most == "31" else most, f"{two['draws'] / one['draws']:.1f}", f"{two['recorded'] / one['recorded']:.2f}", *gains, " -> ".join(seen))


def tables(found):
    yield from marks.table(("program", "allocations", "stacks", "ns a sample", "ns a look", "samples at 1%", *(f"sites of {band}" for band in BANDS.values())),
                           [(key, f"{one['allocations']:,}", f"{one['sites']:,}", f"{one['sample']:.0f}", f"{one['look']:.0f}", f"{one['0']['recorded']:.0f}",
                             *(one["0"][band]["sites"] for band in BANDS)) for key, one in found.items()])
    yield ""
    yield from marks.table(("program", "k at most", "draws", "recorded", *BANDS.values(), "0.01 to 0.1%, seen, %"),
                           [row for key, one in found.items() for row in rows(key, one)])


def main():
    build, document, runs = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    tools, found = Tools(str(build)), {}
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as scratch:
        chosen = [Redis(40_000) if w.key == "redis" else w for w in program_workloads(str(build), scratch) if w.key in PROGRAMS]
        folder = Path(scratch)
        for name, target in (("libtrace.so", "tests/bench/libtrace.so"), ("simulate", "tests/bench/simulate")):
            (folder / name).symlink_to(build / target)
        for workload in chosen:
            found[workload.key] = simulated(workload, tools, folder, runs)
    lines = [f"{marks.machine()}; load {load:.1f} when it began; {runs} runs of each.", "", *tables(found)]
    print("\n".join(lines))
    marks.write_between(document, "two-stage", lines)


main()
