#!/usr/bin/env python3
"""How often the intervals of sampled figures hold the truth, on programs whose live memory is hard to estimate.

coverage.py N [--document FILE] [PROGRAM...]: N runs of each program of targets/lives.c, under the default budget. The program counts
what it allocates, what lives at its end and at its peak. Each figure is one of a site or their sum, and one of alloc_space,
inuse_space and peak_space. The table says in how many of 100 runs the interval held the truth, at the least site and over all
figures of a type. With --document the table goes into that file."""

import argparse
import collections
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

MEMPROF, SHIM, TARGETS = os.environ["MEMPROF"], os.environ["SHIM"], os.environ["TARGETS"]
PROGRAMS = ("leak_beside_churn leak_first leak_last bursts few_large many_sizes short_run working_set steady_growth "
            "peak_in_the_middle waiting_server threads").split()
TYPES = ("alloc_space", "inuse_space", "peak_space")


def truth_of(output, with_peak):
    """{type: {site or 'sum': bytes}}"""
    result = {t: {} for t in TYPES}
    for line in output.splitlines():
        name, *values = line.split()
        for sample_type, value in zip(TYPES, values):
            result[sample_type][name] = int(value)
    for figures in result.values():
        figures["sum"] = sum(figures.values())
    if not with_peak:
        del result["peak_space"]
    return result


def intervals_of(recording, sample_type):
    """{site: (value, low, high)}, a site without a sample by None; 'sum' is that of the sites' caller."""
    report = json.loads(subprocess.run([MEMPROF, "top", "--json", "--sample-index", sample_type, recording],
                                       check=True, capture_output=True).stdout)
    nodes = {n["name"]: n for n in report["nodes"]}
    found = collections.defaultdict(lambda: (0, 0, report["sampling"].get("unseen", 0)))
    found.update({name: tuple(n["flat"][k] for k in ("value", "low", "high")) for name, n in nodes.items()})
    found["sum"] = tuple(report["total"][k] for k in ("value", "low", "high"))
    return found


def one_run(program):
    """[(type, site, truth, value, low, high)]"""
    folder = tempfile.mkdtemp()
    try:
        output = subprocess.run(["/usr/bin/env", f"LD_PRELOAD={SHIM}", f"{TARGETS}/lives", program], check=True, capture_output=True,
                                env={**os.environ, "MEMPROF_DIR": folder, "MEMPROF_SUPERVISOR": "1"}).stdout.decode()
        recording, = Path(folder).glob("*.mprec")
        rows = []
        for sample_type, figures in truth_of(output, program != "threads").items():
            found = intervals_of(str(recording), sample_type)
            # The libraries' own allocations are in the sum: a few KiB of stdio.
            rows += [(sample_type, site, truth, *found[site]) for site, truth in figures.items() if truth]
        return rows
    finally:
        shutil.rmtree(folder)


def holds(site, truth, low, high):
    slack = 16384 if site == "sum" else 0
    return low - slack <= truth <= high


class Coverage:
    """The runs of one program."""

    def __init__(self, program, runs):
        self.program, self.runs = program, runs
        self.held = collections.Counter()
        self.width = collections.defaultdict(list)
        for _ in range(runs):
            for sample_type, site, truth, _, low, high in one_run(program):
                self.held[sample_type, site] += holds(site, truth, low, high)
                self.width[sample_type, site].append((high - low) / 2 / truth)

    def part(self, sample_type):
        """(the least site's part of runs, the mean part, the median half width of the sum in parts of the truth)"""
        parts = [n / self.runs for (t, site), n in self.held.items() if t == sample_type]
        widths = sorted(self.width.get((sample_type, "sum"), [0]))
        return (min(parts), sum(parts) / len(parts), widths[len(widths) // 2]) if parts else None


def row(coverage):
    cells = [coverage.program]
    for sample_type in TYPES:
        part = coverage.part(sample_type)
        cells.append(f"{part[0]:.1%}, {part[1]:.1%}, +- {part[2]:.1%}" if part else "")
    return "| " + " | ".join(cells) + " |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", type=int)
    parser.add_argument("programs", nargs="*", default=PROGRAMS, metavar="PROGRAM")
    parser.add_argument("--document")
    arguments = parser.parse_args()
    rows = []
    for program in arguments.programs or PROGRAMS:
        rows.append(row(Coverage(program, arguments.runs)))
        print(rows[-1], flush=True)
    if arguments.document:
        text = Path(arguments.document).read_text()
        head, _, rest = text.partition("<!-- table -->\n")
        _, mark, programs = rest.partition("<!-- programs -->\n")
        Path(arguments.document).write_text(f"{head}<!-- table -->\n\n{arguments.runs} runs of each program:\n\n| program | "
                                            f"{' | '.join(TYPES)} |\n| --- | --- | --- | --- |\n" + "\n".join(rows) + f"\n\n{mark}{programs}")


if __name__ == "__main__":
    main()
