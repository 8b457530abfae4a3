#!/usr/bin/env python3
"""The mutations of small functions: each is made, and what is no code is left alone."""

from collections import Counter
from pathlib import Path

from mutate import EXPLAINED, NOT_COMPILED, SAME_CODE, SURVIVED, report, spread
from mutations import apply, describe, mutations
from tap import case, equal, main

SOURCE = """#define LIMIT(a) ((a) < 5 && 1)
/* if (a < b) */
static int limit = 7;
static int smaller(int a, int b) {
  SHIM_ASSERT(a >= 2 && b != 3);
  if (a < b) // not a > b
    return '<';
  note("a < b;");
  int *p = -a;
  keep((char *)p);
  b += 4;
  __atomic_store_n(p, b, __ATOMIC_RELEASE);
  return b - 1;
}
"""
WANTED = {"if (a < b) // not a > b => if (a <= b) // not a > b", "if (a < b) // not a > b => if (!(a < b)) // not a > b",
          "note(\"a < b;\"); => ;", "keep((char *)p); => ;", "b += 4; => b -= 4;", "b += 4; => b += (4 + 1);", "b += 4; => ;",
          "__atomic_store_n(p, b, __ATOMIC_RELEASE); => ;", "__atomic_store_n(p, b, __ATOMIC_RELEASE); => __atomic_store_n(p, b, __ATOMIC_RELAXED);",
          "return b - 1; => return b + 1;", "return b - 1; => return b - (1 + 1);"}


@case("all mutations of a small function, and no others: comments, strings, assertions, macros, data and signs stay; each can be taken back")
def _():
    found = mutations(SOURCE)
    equal(sorted(describe(SOURCE, m)[1] for m in found), sorted(WANTED), "mutations")
    for m in found:
        changed = apply(SOURCE, m)
        equal(changed[:m.start] + SOURCE[m.start:m.end] + changed[m.start + len(m.new):], SOURCE, "taken back")


@case("each beginning of the list of mutants has its share of each file, and a run goes on where another ended")
def _():
    Path("small.c").write_text("int f(int a) { return a + 1; }\n")
    Path("large.c").write_text("".join(f"int f{i}(int a) {{ return a + {i}; }}\n" for i in range(50)))
    here = Path.cwd()
    found = spread(here, [here / "small.c", here / "large.c"], 1)
    equal(len(found), 102, "two mutants of each sum")
    equal(Counter(name for name, _ in found[:8]), {"large.c": 7, "small.c": 1}, "by the square root of 100 and of 2")
    equal(found[:50], spread(here, [here / "small.c", here / "large.c"], 1)[:50], "the same seed")


@case("mutants that could not be noticed are not judged; explained ones count as killed; one of twenty may survive")
def _():
    counts = {"a.c": Counter({"killed": 17, "explained": 2, SURVIVED: 1, SAME_CODE: 5, NOT_COMPILED: 3})}
    lines, enough = report(counts)
    equal(enough, True, "19 of 20")
    equal(lines[-1], "| all | 28 | 17 | 2 | 1 | 0 | 5 | 3 |", "the last row")
    counts["a.c"][SURVIVED] += 1
    equal(report(counts)[1], False, "19 of 21")


@case("explanations name a mutant that can be made")
def _():
    root = EXPLAINED.resolve().parents[2]
    for line in EXPLAINED.read_text().splitlines()[1:]:
        file, change = line.split(" -- ")[0].split(" ", 1)
        text = (root / file).read_text()
        equal(change in [describe(text, m)[1] for m in mutations(text)], True, line)


main()
