#!/usr/bin/env python3
"""How often the intervals of sampled figures hold the truth, on programs whose live memory is hard to estimate.

coverage.py N [--document FILE] [ROW...]: N runs of each program of targets/lives.c, under the default budget. The program counts
what it allocates, what lives at its end and at its peak. Each figure is one of a site or their sum, and one of alloc_space,
inuse_space and peak_space. The table says in how many of 100 runs the interval held the truth, at the least site and over all
figures of a type. With --document the table goes into that file.

A row is a program, or KIND:PROGRAMS: merged:A+B, differences:A-B, focused:A, delta:A (what is new in a second run of the same
process), stats:A (what `stats` says of a process that stands still), advised:A (what `advise` says that would be saved: all that
a function allocates), and slow:A, N / 10 runs at once of a program that mostly waits."""

import argparse
import collections
import json
import os
import shutil
import statistics
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from marks import machine

MEMPROF, SHIM, TARGETS = os.environ["MEMPROF"], os.environ["SHIM"], os.environ["TARGETS"]
ROWS = ("leak_beside_churn leak_first leak_last bursts few_large many_sizes short_run working_set steady_growth "
        "peak_in_the_middle waiting_server threads "
        "merged:leak_beside_churn+bursts+working_set merged:many_sizes+short_run+steady_growth "
        "differences:leak_first-leak_beside_churn differences:many_sizes-steady_growth differences:working_set-working_set "
        "focused:leak_beside_churn focused:working_set delta:leak_beside_churn delta:turnover delta:working_set "
        "stats:working_set stats:leak_beside_churn stats:steady_growth advised:leak_beside_churn advised:bursts slow:minute").split()
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


def recorded(program, folder):
    """(the recording, the truth)"""
    Path(folder).mkdir(exist_ok=True)
    output = subprocess.run(["/usr/bin/env", f"LD_PRELOAD={SHIM}", f"{TARGETS}/lives", program], check=True, capture_output=True,
                            env={**os.environ, "MEMPROF_DIR": folder, "MEMPROF_SUPERVISOR": "1"}).stdout.decode()
    recording, = Path(folder).glob("*.mprec")
    return str(recording), truth_of(output, program != "threads")


def report(command, sample_type, *arguments):
    return json.loads(subprocess.run([MEMPROF, command, "--json", "--sample-index", sample_type, *arguments],
                                     check=True, capture_output=True).stdout)


def ends(figure):
    return tuple(figure[k] for k in ("value", "low", "high"))


def intervals_of(recording, sample_type, *options):
    """{site: (value, low, high)}, a site without a sample by None; 'sum' is that of the sites' caller."""
    top = report("top", sample_type, *options, recording)
    found = collections.defaultdict(lambda: (0, 0, top["sampling"].get("unseen", 0)))
    found.update({n["name"]: ends(n["flat"]) for n in top["nodes"]})
    found["sum"] = ends(top["total"])
    return found


def rows_of(sample_type, truth, found):
    # The libraries' own allocations are in the sum: a few KiB of stdio.
    return [(sample_type, site, value, *found[site]) for site, value in truth.items() if value]


def plain(program, folder):
    recording, truth = recorded(program, folder)
    return [row for t in truth for row in rows_of(t, truth[t], intervals_of(recording, t))]


def merged(programs, folder):
    """Several programs' recordings in one profile."""
    runs = [recorded(program, f"{folder}/{i}") for i, program in enumerate(programs.split("+"))]
    subprocess.run([MEMPROF, "merge", "-o", f"{folder}/m.pb.gz", *(recording for recording, _ in runs)], check=True, capture_output=True)
    rows = []
    for t in TYPES:
        truth = {site: sum(truth[t][site] for _, truth in runs) for site in runs[0][1][t]}
        rows += rows_of(t, truth, intervals_of(f"{folder}/m.pb.gz", t))
    return rows


def differences(programs, folder):
    """The change from one program to another. Where both are one, no change is the truth, too."""
    (base, old), (new, now) = [recorded(program, f"{folder}/{i}") for i, program in enumerate(programs.split("-"))]
    rows = []
    for t in TYPES:
        diff = report("diff", t, "--unchanged", "-n", "0", base, new)
        found = {f["name"]: ends(f["delta"]) for f in diff["functions"]}
        found["sum"] = ends(diff["total"]["delta"])
        rows += [(t, site, now[t][site] - old[t][site], *found[site]) for site in now[t] if site in found]
    return rows


def focused(program, folder):
    """The total of a part of the sites."""
    recording, truth = recorded(program, folder)
    rows = []
    for t in truth:
        for sites in ("leaked|table|large", "grown|leaked"):
            value = sum(truth[t][site] for site in sites.split("|"))
            total = ends(report("top", t, f"--focus=^({sites})$", recording)["total"])
            rows += [(t, sites, value, *total)] if value else []
    return rows


def halfway(program, folder):
    """(process, truth): a process that has run its program once, and waits for a line of input."""
    process = subprocess.Popen(["/usr/bin/env", f"LD_PRELOAD={SHIM}", f"{TARGETS}/lives", program, "halves"], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True, env={**os.environ, "MEMPROF_DIR": folder, "MEMPROF_SUPERVISOR": "1"})
    return process, truth_of("".join(iter(process.stdout.readline, "half\n")), False)


def delta(program, folder):
    """From one moment of a process to a later one: what it allocated, and by how much its live memory changed."""
    process, half = halfway(program, folder)
    recording, = Path(folder).glob("*.mprec")
    subprocess.run(["cp", recording, f"{folder}/half"], check=True)  # it knows holes, of which a recording is made
    whole = truth_of(process.communicate("\n")[0], False)
    subprocess.run([f"{TARGETS}/subtract", f"{folder}/half", recording, f"{folder}/delta.pb.gz"], check=True)
    rows = []
    for t in whole:
        truth = {site: whole[t][site] - half[t][site] for site in whole[t]}
        found = intervals_of(f"{folder}/delta.pb.gz", t)
        rows += rows_of(t, truth, found)
    return rows


def stats(program, folder):
    """A process that stands still."""
    process, truth = halfway(program, folder)
    found = json.loads(subprocess.run([MEMPROF, "stats", "--json", str(process.pid)], check=True, capture_output=True,
                                      env={**os.environ, "MEMPROF_DIR": folder}).stdout)
    process.kill()
    process.communicate()
    return [("inuse_space", "sum", truth["inuse_space"]["sum"], *ends(found["live_bytes"]))]


def advised(program, folder):
    """Temporaries that advise would save. A figure's half interval is on both sides."""
    output = subprocess.run([MEMPROF, "run", "-q", "--advise", "-o", f"{folder}/p.pb.gz", "--", f"{TARGETS}/lives", program], check=True,
                            capture_output=True).stdout.decode()
    truth = truth_of(output, False)["alloc_space"]["churned"]
    items = json.loads(subprocess.run([MEMPROF, "advise", "--json", f"{folder}/p.pb.gz"], check=True, capture_output=True).stdout)["items"]
    saves = [item["saves"] for item in items if item["function"] == "churned" and item["saves"]["of"] == "alloc"]
    return [("alloc_space", "churned", truth, s["bytes"], s["bytes"] - s["plus_minus"], s["bytes"] + s["plus_minus"]) for s in saves[:1]]


def one_run(kind, program):
    """[(type, site, truth, value, low, high)]"""
    folder = tempfile.mkdtemp()
    try:
        return kind(program, folder)
    finally:
        shutil.rmtree(folder)


def holds(site, truth, low, high):
    slack = 16384 if site == "sum" else 0
    return low - slack <= truth <= high


KINDS = {"merged": merged, "differences": differences, "focused": focused, "delta": delta, "stats": stats, "advised": advised, "slow": plain}


class Coverage:
    """The runs of one row."""

    def __init__(self, name, runs):
        kind, _, programs = name.rpartition(":")
        self.name, self.runs = name, max(1, runs // 10) if kind == "slow" else runs
        self.held, self.of = collections.Counter(), collections.Counter()
        self.width, self.error = collections.defaultdict(list), collections.defaultdict(list)
        with ThreadPoolExecutor(self.runs if kind == "slow" else 1) as pool:
            for rows in pool.map(lambda _: one_run(KINDS.get(kind, plain), programs), range(self.runs)):
                self.count(rows)

    def count(self, rows):
        for sample_type, site, truth, value, low, high in rows:
            self.held[sample_type, site] += holds(site, truth, low, high)
            self.of[sample_type, site] += 1
            if truth:
                self.width[sample_type, site].append((high - low) / 2 / abs(truth))
                self.error[sample_type, site].append((value - truth) / abs(truth))

    def part(self, sample_type):
        """(the least site's part of runs, the mean part, the median half width of the sum in parts of the truth or None, its errors)"""
        parts = [n / self.of[key] for key, n in self.held.items() if key[0] == sample_type and self.of[key] >= self.runs / 4]
        widths = sorted(self.width.get((sample_type, "sum"), []))
        return (min(parts), sum(parts) / len(parts), widths[len(widths) // 2] if widths else None,
                self.error.get((sample_type, "sum"), [])) if parts else None


def bias(errors):
    """The mean error, with two standard errors of it."""
    return f"{statistics.mean(errors):+.1%} +- {2 * statistics.stdev(errors) / len(errors) ** 0.5:.1%}"


def cell(part):
    if not part:
        return ""
    text, errors = f"{part[0]:.1%}, {part[1]:.1%}", part[3]
    if part[2] is not None and part[2] < 100:
        text += f", +- {part[2]:.1%}" + (f"; {bias(errors)}" if len(errors) > 1 else "")
    return text


def row(coverage):
    runs = f" ({coverage.runs} runs)" if coverage.name.startswith("slow") else ""
    return "| " + " | ".join([coverage.name.replace(":", ": ") + runs, *(cell(coverage.part(t)) for t in TYPES)]) + " |"


def write_rows(document, runs, rows):
    """Into the document's table; rows that were not asked for stay."""
    head, _, rest = document.read_text().partition("<!-- table -->\n")
    table, mark, programs = rest.partition("<!-- programs -->\n")
    known = [line for line in table.splitlines() if line.startswith("| ") and "alloc_space" not in line and "---" not in line]
    lines = {line.split("|")[1]: line for line in [*known, *rows]}
    document.write_text(f"{head}<!-- table -->\n\nLast run {machine()}: {runs} runs of each row, except of slow ones.\n\n| row | {' | '.join(TYPES)} |\n"
                        "| --- | --- | --- | --- |\n" + "\n".join(lines.values()) + f"\n\n{mark}{programs}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", type=int)
    parser.add_argument("rows", nargs="*", default=ROWS, metavar="ROW")
    parser.add_argument("--document")
    arguments = parser.parse_args()
    rows = []
    for name in arguments.rows or ROWS:
        rows.append(row(Coverage(name, arguments.runs)))
        print(rows[-1], flush=True)
    if arguments.document:
        write_rows(Path(arguments.document), arguments.runs, rows)


if __name__ == "__main__":
    main()
