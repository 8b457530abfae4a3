#!/usr/bin/env python3
"""Mutation testing of the shim: mutate.py [--count N] [--seed S] [--file F]...

Makes N small changes of the shim's hot files, one at a time, and runs the suites that should notice, those that take least first.
A mutant that every suite lets pass is a survivor. explained.txt says of some why they change nothing that a test could see: one a
line, the file, the change as it is printed here, and after " -- " the reason. The status is 1 below 95% killed or explained.

The changes are made in an overlay of the tree and its build folder, which only this process sees; the tree itself stays."""

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter, namedtuple
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXPLAINED = Path(__file__).with_name("explained.txt")
ROOMS = ("count", "record", "store", "walk", "frees", "sys")
ENOUGH = 0.95
BUILD_BOUND, TEST_BOUND = 300, 240  # seconds; a mutant that hangs is one that was noticed
# What is built, and what is then run.
STAGES = [
    (["tests/unit/test_shim", "tests/unit/test_shim_budget", "tests/races/interleave", "tests/races/test_lock", "tests/races/tables"],
     ["shim", "shim_budget", "races-interleave", "races-lock", "races-tables-exact", "races-tables-sampled"]),
    (["tests/unwind/unwind-gcc-O2", "tests/unwind/test_zero", "tests/unwind/test_damaged"], ["unwind-gcc-O2", "unwind-zero", "unwind-damaged"]),
    (["libprof/shim/libmemprof.so", "libprof/shim/libmemprof-new.so"],
     ["preload-family", "preload-exact", "preload-stacks", "leak-wrong_frees", "preload-children", "preload-survival", "preload-full"]),
    (["tests/checked/libmemprof.so"], ["assertions", "checked-family"]),
]


Mutation = namedtuple("Mutation", "start end new")  # text[start:end] becomes `new`
Token = namedtuple("Token", "kind text start end")

TOKEN = re.compile(r"""
    (?P<skipped>/\*.*?\*/|//[^\n]*|^[ \t]*\#(?:\\\n|/\*.*?\*/|[^\n])*|(?:SHIM_ASSERT|_Static_assert|__asm__)\b[^;]*;|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\s+)
  | (?P<number>(?:0[xX][0-9a-fA-F]+|\d+)[uUlL]*)
  | (?P<name>[A-Za-z_]\w*)
  | (?P<sign><<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|.)""", re.X | re.S | re.M)

PAIRS = [("<", "<="), (">", ">="), ("==", "!="), ("&&", "||"), ("+", "-"), ("+=", "-=")]
SWAPS = dict(PAIRS + [(b, a) for a, b in PAIRS]) | {f"__ATOMIC_{order}": "__ATOMIC_RELAXED" for order in ("RELEASE", "ACQUIRE", "ACQ_REL")}
NO_STATEMENT = {"return", "goto", "break", "continue", "case", "default", "if", "for", "while", "do", "else", "switch"}
OPENS, CLOSES = "([{", ")]}"


def tokens_of(text):
    """The tokens that count: no comments, strings, assertions, preprocessor lines or space."""
    return [Token(m.lastgroup, m.group(), *m.span()) for m in TOKEN.finditer(text) if m.lastgroup != "skipped"]


def closing(tokens, i):
    """The index of the bracket that closes the one at i."""
    depth = 0
    for j in range(i, len(tokens)):
        depth += (tokens[j].text in OPENS) - (tokens[j].text in CLOSES)
        if depth == 0:
            return j
    return len(tokens) - 1


def code_of(text):
    """[tokens] of each function body."""
    tokens, bodies, i = tokens_of(text), [], 0
    while i < len(tokens):
        if tokens[i].text == "{":
            end = closing(tokens, i)
            if tokens[i - 1].text == ")":
                bodies.append(tokens[i:end + 1])
            i = end
        i += 1
    return bodies


def is_binary(tokens, i):
    before = tokens[i - 1]
    return before.kind in ("name", "number") and before.text not in ("return", "case", "sizeof") or before.text in (")", "]")


def statement_from(tokens, i):
    """The index of the ; that ends the call or assignment that begins at i; None where another thing does."""
    head = tokens[i]
    if head.kind != "name" or head.text in NO_STATEMENT or tokens[i - 1].text not in (";", "{", "}"):
        return None
    if tokens[i + 1].kind == "name" or tokens[i + 1].text == "*":  # a declaration
        return None
    j = i
    while j < len(tokens) and tokens[j].text not in (";", "{", "}"):
        j = closing(tokens, j) + 1 if tokens[j].text in "([" else j + 1
    changes = any(t.text in ("=", "++", "--") or t.text.endswith("=") and len(t.text) == 2 for t in tokens[i:j]) or tokens[j - 1].text == ")"
    return j if j < len(tokens) and tokens[j].text == ";" and changes else None


def token_mutations(token, binary):
    if token.kind == "number":
        return [Mutation(token.start, token.end, f"({token.text} + 1)")]
    if token.text in SWAPS and (binary or token.text not in "+-"):
        return [Mutation(token.start, token.end, SWAPS[token.text])]
    return []


def mutations(text):
    """All mutations of a source, in its order."""
    found = []
    for tokens in code_of(text):
        for i, token in enumerate(tokens):
            found += token_mutations(token, i > 0 and is_binary(tokens, i))
            end = statement_from(tokens, i) if 0 < i < len(tokens) - 1 else None
            if end:
                found.append(Mutation(token.start, tokens[end].start, ""))
            if token.text == "if":
                last = tokens[closing(tokens, i + 1)]
                inside = text[tokens[i + 1].end:last.start]
                found.append(Mutation(tokens[i + 1].end, last.start, f"!({inside})"))
    return found


def apply(text, mutation):
    return text[:mutation.start] + mutation.new + text[mutation.end:]


def describe(text, mutation):
    """(line, what stood there => what stands there), in one line each."""
    begin = text.rfind("\n", 0, mutation.start) + 1
    end = text.find("\n", mutation.end)
    old = text[begin:end]
    new = apply(text, mutation)[begin:end + len(mutation.new) - (mutation.end - mutation.start)]
    return text.count("\n", 0, mutation.start) + 1, f"{' '.join(old.split())} => {' '.join(new.split())}"


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
