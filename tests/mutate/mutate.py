#!/usr/bin/env python3
"""Mutation testing of the shim: mutate.py [--count N] [--seed S] [--file F]...

Makes N small changes of the shim's hot files, one at a time, and runs the suites that should notice, those that take least first.
A mutant that every suite lets pass is a survivor. explained.txt says of some why they change nothing that a test could see: one a
line, the file, the change as it is printed here, and after " -- " the reason. The status is 1 below 95% killed or explained.

The changes are made in an overlay of the tree and its build folder, which only this process sees; the tree itself stays."""

import argparse
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from mutations import apply, describe, mutations

ROOT = Path(__file__).resolve().parents[2]
EXPLAINED = Path(__file__).with_name("explained.txt")
ROOMS = ("count", "record", "store", "walk", "frees", "sys")
ENOUGH = 0.95
BUILD_BOUND, TEST_BOUND = 300, 240  # seconds; a mutant that hangs is one that was noticed
# What is built, and what is then run.
STAGES = [
    (["tests/unit/test_shim", "tests/unit/test_shim_budget", "tests/races/interleave", "tests/races/test_lock", "tests/races/tables"],
     ["shim", "shim_budget", "races-interleave", "races-lock", "races-tables-exact", "races-tables-sampled"]),
    (["libprof/shim/libmemprof.so", "libprof/shim/libmemprof-new.so"],
     ["preload-family", "preload-exact", "preload-stacks", "leak-wrong_frees", "preload-children", "preload-survival", "preload-full"]),
    (["tests/checked/libmemprof.so"], ["assertions", "checked-family"]),
]


def in_overlay():
    """Begins again where changes of the tree are nobody else's and gone at the end."""
    if "MUTATE" in os.environ:
        return
    with tempfile.TemporaryDirectory(prefix="mutate.") as folder:
        script = (f'mount -t tmpfs none {folder} && mkdir {folder}/upper {folder}/work && mount -t overlay -o lowerdir="{ROOT}",'
                  f'upperdir={folder}/upper,workdir={folder}/work none "{ROOT}" && cd "{ROOT}" && exec "$@"')
        sys.exit(subprocess.run(["unshare", "-m" if os.geteuid() == 0 else "-rm", "sh", "-c", script, "sh", sys.executable, *sys.argv],
                                env={**os.environ, "MUTATE": "inside", "MALLOC_PERTURB_": "0"}).returncode)


def fails(bound, *command):
    """A command that takes too long has failed; its processes end with it."""
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, cwd=ROOT, start_new_session=True, **quiet)
    try:
        return process.wait(bound) != 0
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        return process.wait() != 0


def outcome():
    """The suite that fails of the tree as it is, "" for none, or None if it does not compile."""
    for targets, suites in STAGES:
        if fails(BUILD_BOUND, "ninja", "-C", "build", "-j1", *targets):
            return None
        for suite in suites:
            if fails(TEST_BOUND, "meson", "test", "-C", "build", "--no-rebuild", suite):
                return suite
    return ""


def candidates(files):
    paths = [ROOT / f for f in files] if files else [p for room in ROOMS for p in sorted((ROOT / "libprof/shim" / room).glob("*.[ch]"))]
    return [(path, m) for path in paths for m in mutations(path.read_text())]


def explanations():
    return {line.split(" -- ")[0] for line in EXPLAINED.read_text().splitlines()}


def try_one(path, mutation):
    """(how it ended, its file, line and change)"""
    text = path.read_text()
    line, change = describe(text, mutation)
    file = str(path.relative_to(ROOT))
    path.write_text(apply(text, mutation))
    suite = outcome()
    path.write_text(text)
    if suite is None:
        kind = "not compiled"
    else:
        kind = f"killed by {suite}" if suite else "explained" if f"{file} {change}" in explanations() else "survived"
    return kind, f"{file}:{line}: {change}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--file", action="append", help="only this file, below the tree's root; may be repeated")
    arguments = parser.parse_args()
    in_overlay()
    first = outcome()
    if first != "":
        sys.exit(f"without a change {first or 'the build'} fails")
    chosen = candidates(arguments.file)
    random.Random(arguments.seed).shuffle(chosen)
    counts = Counter()
    for path, mutation in chosen[:arguments.count]:
        kind, text = try_one(path, mutation)
        counts[kind] += 1
        print(f"{kind}: {text}", flush=True)
    known = sum(n for kind, n in counts.items() if kind == "explained" or kind.startswith("killed"))
    judged = known + counts["survived"]
    print(f"{', '.join(f'{n} {kind}' for kind, n in counts.most_common())}\n{known} of {judged} mutants killed or explained")
    return 0 if judged and known >= ENOUGH * judged else 1


if __name__ == "__main__":
    sys.exit(main())
