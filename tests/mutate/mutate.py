#!/usr/bin/env python3
"""Mutation testing of the shim: mutate.py [--count N] [--seed S] [--file F]... [--again] [--suite NAME[:CASE]]...
          [--short] [--document FILE]

Makes N small changes of the shim's files, one at a time, in a copy of the tree, and runs the suites that should notice: first
the cases and suites that have killed most mutants of the same room per second so far, and suites that take long only if the others
let a mutant pass. A mutant that every suite lets pass is a survivor. explained.txt says of some why they change nothing that a test
could see: one a line, the file, the change as it is printed here, and after " -- " the reason. The status is 1 below 95% killed or
explained.

Results are kept in build/mutate/results.json, and a later run goes on from there. With --again survivors are judged once more, as
after a new test, with --suite by these suites or cases alone and without new mutants; with --short the suites that take long are left for a later
run. With --document the table goes into FILE."""

import argparse
import itertools
import json
import random
import sys
from collections import Counter, defaultdict
from pathlib import Path

from marks import machine, table, write_between
from mutations import apply, describe, mutations
from objects import NotCompiled
from shadow import HOT, Shadow
from suites import ROOMS, SHORT, SHORT_STAGE, SUITES, linking, objects_of, stages

ROOT = Path(__file__).resolve().parents[2]
EXPLAINED = Path(__file__).with_name("explained.txt")
RESULTS = ROOT / "build/mutate/results.json"
ENOUGH = 0.95
# How a mutant may end, beside being killed by a suite.
NOT_COMPILED, SAME_CODE, OPEN, SURVIVED, KILLED = "not compiled", "same code", "open", "survived", "killed by "


def spread(tree, files, seed):
    """[(file, mutation)]: each beginning of the list has its share of each file; shares grow with the square root of a file's size."""
    ranked = []
    for path in files:
        found = mutations(path.read_text())
        random.Random(f"{seed} {path.name}").shuffle(found)
        ranked += [((i + 0.5) / len(found) ** 0.5, str(path.relative_to(tree)), mutation) for i, mutation in enumerate(found)]
    return [(file, mutation) for _, file, mutation in sorted(ranked)]


def shim_files(tree, chosen):
    return [tree / f for f in chosen] if chosen else [p for room in ROOMS for p in sorted((tree / "libprof/shim" / room).glob("*.[ch]"))]


def name_of(tree, file, mutation):
    line, change = describe((tree / file).read_text(), mutation)
    return f"{file}:{line}: {change}"


class Results:
    """{mutant: how it ended}, kept in a file."""

    def __init__(self, path):
        self.path = path
        self.ends = json.loads(path.read_text()) if path.exists() else {}

    def keep(self, mutant, end):
        self.ends[mutant] = end
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(self.ends, indent=1))
        print(f"{end}: {mutant}", flush=True)

    def kills(self, file):
        """Counter of (suite, case): those of the file's room count most."""
        counts = Counter()
        for mutant, end in self.ends.items():
            if end.startswith(KILLED):
                suite, _, case = end.removeprefix(KILLED).partition(": ")
                counts[suite, case] += 5 if Path(mutant).parent == Path(file).parent else 1
        return counts


def order(kills, suites, times):
    """(suites, cases) by what they have killed per second."""
    by_suite = Counter()
    for (suite, _), count in kills.items():
        by_suite[suite] += count
    known = [(suite, case) for suite, case in kills if case in times.get(suite, {}) and suite in suites]
    hot = sorted(known, key=lambda c: -kills[c] / (times[c[0]][c[1]] + 0.5))[:HOT]
    return sorted(suites, key=lambda suite: -(by_suite[suite] + 1) / (sum(times[suite].values()) + linking(suite))), hot


def short(suites, times):
    """Those of the ordered suites that the short stage has time for."""
    begins = itertools.accumulate((sum(times[suite].values()) for suite in suites), initial=0)
    return [suite for suite, begin in zip(suites, begins) if begin < SHORT_STAGE]


def judge(shadow, kills, file, text, stage, passed):
    """How the mutant ends; `passed` if all suites of the stage (0, 1, or a list of SUITE or SUITE:CASE) let it pass."""
    try:
        folders = shadow.changed(file, text)
        if not folders:
            return SAME_CODE
        named = None if stage in (0, 1) else [word.partition(":")[::2] for word in stage]
        if named:
            plan = [(s, case) for s, case in named if objects_of(s) & folders]
        else:
            suites, hot = order(kills, [s for s in stages(file)[stage] if objects_of(s) & folders], shadow.times)
            plan = shadow.plan(suites if stage else short(suites, shadow.times), hot)
        killer, ran = shadow.judge(plan)
    except NotCompiled:
        return NOT_COMPILED
    return KILLED + ": ".join(killer) if killer else passed if ran else SAME_CODE


def try_mutants(shadow, results, chosen, stage, wanted, passed):
    """Judges those whose end so far is wanted, by the suites of the stage, each in the copy, which is then as it was. No suite runs
    on those that are explained."""
    for file, mutation in chosen:
        mutant, path = name_of(shadow.tree, file, mutation), shadow.tree / file
        if results.ends.get(mutant) not in wanted:
            continue
        if is_explained(mutant):
            results.keep(mutant, passed)
            continue
        text = path.read_text()
        try:
            end = judge(shadow, results.kills(file), file, apply(text, mutation), stage, passed)
        finally:
            path.write_text(text)
        results.keep(mutant, end)


def explanations():
    return {line.split(" -- ")[0] for line in EXPLAINED.read_text().splitlines()}


def is_explained(mutant):
    file, _, change = mutant.split(":", 2)
    return f"{file}{change}" in explanations()


def tally(tree, results, chosen):
    """{file: Counter of ends} of the mutants that were judged."""
    counts = defaultdict(Counter)
    for file, mutation in chosen:
        mutant = name_of(tree, file, mutation)
        end = results.ends.get(mutant)
        if end:
            kind = "killed" if end.startswith("killed") else "explained" if end in (OPEN, SURVIVED) and is_explained(mutant) else end
            counts[file.removeprefix("libprof/shim/")][kind] += 1
    return counts


def report(counts):
    """(lines of the document, whether enough were killed)"""
    total = sum(counts.values(), Counter())
    known = total["killed"] + total["explained"]
    judged = known + total[SURVIVED] + total[OPEN]
    kinds = ("killed", "explained", SURVIVED, OPEN, SAME_CODE, NOT_COMPILED)
    rows = [(file, sum(count.values()), *(count[kind] for kind in kinds)) for file, count in sorted(counts.items())]
    rows.append(("all", sum(total.values()), *(total[kind] for kind in kinds)))
    text = f"{known} of {judged} mutants killed or explained"
    share = f" ({100 * known // judged}%)" if judged else ""
    return [f"{machine()}. {text}{share}.", "", *table(("file", "mutants", *kinds), rows)], bool(judged) and known >= ENOUGH * judged


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--file", action="append", help="only this file, below the tree's root; may be repeated")
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--suite", action="append", default=[])
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--document", type=Path)
    arguments = parser.parse_args()
    results, shadow = Results(RESULTS), Shadow(ROOT)
    named = arguments.suite
    failed = shadow.prepare([word for word in named if ":" not in word] if named else SHORT if arguments.short else SUITES)
    failed = failed or next((word for word in named if ":" in word and shadow.fails_unchanged(*word.split(":", 1))), None)
    if failed:
        sys.exit(f"without a change {failed} fails")
    chosen = spread(shadow.tree, shim_files(shadow.tree, arguments.file), arguments.seed)[:arguments.count]
    if named:
        try_mutants(shadow, results, chosen, named, {SURVIVED, OPEN}, OPEN)
    else:
        try_mutants(shadow, results, chosen, 0, {None} | ({SURVIVED, OPEN} if arguments.again else set()), OPEN)
    if not named and not arguments.short:
        try_mutants(shadow, results, chosen, 1, {OPEN}, SURVIVED)
    lines, enough = report(tally(shadow.tree, results, chosen))
    print("\n".join(lines))
    if arguments.document:
        write_between(arguments.document, "mutants", lines)
    return 0 if enough else 1


if __name__ == "__main__":
    sys.exit(main())
