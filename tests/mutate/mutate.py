#!/usr/bin/env python3
"""Mutation testing of the shim: mutate.py [--count N] [--seed S] [--file F]... [--again] [--document FILE]

Makes N small changes of the shim's files, one at a time, in a copy of the tree, and runs the suites that should notice: first
those that have killed most mutants per second so far, and suites that take long only if the others let a mutant pass. A mutant
that every suite lets pass is a survivor. explained.txt says of some why they change nothing that a test could see: one a line,
the file, the change as it is printed here, and after " -- " the reason. The status is 1 below 95% killed or explained.

Results are kept in build/mutate/results.json, and a later run goes on from there. With --again survivors are judged once more, as
after a new test. With --document the table goes into FILE."""

import argparse
import json
import random
import sys
from collections import Counter, defaultdict
from pathlib import Path

from marks import machine, table, write_between
from mutations import apply, describe, mutations
from shadow import QUICK, ROOM_OF, SUITES, Shadow

ROOT = Path(__file__).resolve().parents[2]
EXPLAINED = Path(__file__).with_name("explained.txt")
RESULTS = ROOT / "build/mutate/results.json"
ROOMS = ("hooks", "record", "frees", "count", "walk", "store", "sys", "life")
ENOUGH = 0.95
# How a mutant may end, beside being killed by a suite.
NOT_COMPILED, SAME_CODE, OPEN, SURVIVED = "not compiled", "same code", "open", "survived"


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

    def by_yield(self, suites, seconds):
        kills = Counter(end.removeprefix("killed by ") for end in self.ends.values())
        return sorted(suites, key=lambda suite: -(kills[suite] + 1) / seconds[suite])


def judge(shadow, results, mutant, suites, passed):
    """Judges the mutant that stands in the copy; `passed` is the end of one that the suites let pass."""
    verdict = shadow.judge(results.by_yield(suites, shadow.seconds))
    if verdict is None:
        results.keep(mutant, NOT_COMPILED)
    elif verdict[0]:
        results.keep(mutant, f"killed by {verdict[0]}")
    else:
        results.keep(mutant, passed if verdict[1] or passed == SURVIVED else SAME_CODE)


def try_mutants(shadow, results, chosen, suites, wanted, passed):
    """Judges those whose end so far is wanted, each in the copy, which is then as it was."""
    for file, mutation in chosen:
        mutant, path = name_of(shadow.tree, file, mutation), shadow.tree / file
        if results.ends.get(mutant) not in wanted or (results.ends.get(mutant) and is_explained(mutant)):
            continue
        text = path.read_text()
        path.write_text(apply(text, mutation))
        try:
            judge(shadow, results, mutant, [s for s in suites if f"/{ROOM_OF.get(s, '')}" in file], passed)
        finally:
            path.write_text(text)


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
    share = f" ({100 * known / judged:.0f}%)" if judged else ""
    return [f"{machine()}. {text}{share}.", "", *table(("file", "mutants", *kinds), rows)], bool(judged) and known >= ENOUGH * judged


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--file", action="append", help="only this file, below the tree's root; may be repeated")
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--document", type=Path)
    arguments = parser.parse_args()
    results, shadow = Results(RESULTS), Shadow(ROOT)
    failed = shadow.prepare()
    if failed:
        sys.exit(f"without a change {failed} fails")
    chosen = spread(shadow.tree, shim_files(shadow.tree, arguments.file), arguments.seed)[:arguments.count]
    quick = [suite for suite in SUITES if shadow.seconds[suite] <= QUICK]
    try_mutants(shadow, results, chosen, quick, {None} | ({SURVIVED, OPEN} if arguments.again else set()), OPEN)
    try_mutants(shadow, results, chosen, [suite for suite in SUITES if suite not in quick], {OPEN}, SURVIVED)
    lines, enough = report(tally(shadow.tree, results, chosen))
    print("\n".join(lines))
    if arguments.document:
        write_between(arguments.document, "mutants", lines)
    return 0 if enough else 1


if __name__ == "__main__":
    sys.exit(main())
