#!/usr/bin/env python3
"""The mutations of small functions: each is made, and what is no code is left alone. How a mutant is judged, by suites and a build of a few
lines."""

import subprocess
from collections import Counter
from pathlib import Path

from cases import Cases
from mutate import EXPLAINED, NOT_COMPILED, SAME_CODE, SURVIVED, Results, order, report, short, spread
from objects import NotCompiled, Objects
from suites import LONG, ROOMS, SHORT, SUITES, stages
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


# A suite of three cases: the second fails if a file says so, or is there only once; the third hangs if a file says so.
SUITE = """
import os, sys, time
from pathlib import Path
import tap
@tap.case("first")
def _(): pass
@tap.case("second")
def _():
    tap.check(not Path("{here}/broken").exists(), "broken")
    if Path("{here}/busy").exists():
        os.unlink("{here}/busy")
        tap.check(False, "busy")
@tap.case("third")
def _():
    time.sleep(1000 if Path("{here}/hangs").exists() else 0)
tap.main()
"""


@case("a suite ends at its first failure or where a result does not come, and has failed if the case fails again alone")
def _():
    here = Path.cwd()
    Path("suite.py").write_text(SUITE.format(here=here))
    cases = Cases(here, {"suite": {"cmd": ["/usr/bin/python3", f"{here}/suite.py"], "env": {}}, "dies": {"cmd": ["/bin/false"], "env": {}},
                         "short": {"cmd": ["/bin/echo", "1..2"], "env": {}}})
    failed, times = cases.run("suite", {})
    equal((failed, list(times)), (None, ["first", "second", "third"]), "the unchanged tree")
    equal(cases.fails("suite", times), None, "passes")
    Path("busy").touch()
    equal(cases.fails("suite", times), None, "a case that fails once")
    Path("broken").touch()
    equal(cases.fails("suite", times), "second", "a case that fails twice")
    failed, seconds = cases.run("suite", times)
    equal((failed, list(seconds)), ("second", ["first"]), "no result after a failure")
    Path("broken").unlink()
    equal(cases.fails("suite", times, "third"), None, "a chosen case")
    Path("hangs").touch()
    equal(cases.fails("suite", times | {"third": -3.7}), "third", "a case that hangs")
    equal([cases.fails(name, {"": 0}) for name in ("dies", "short")], ["", ""], "a suite that ends without a result")


@case("code is compared without line numbers, in the objects that the file is a part of")
def _():
    Path("a.h").write_text("static inline int twice(int a) { return 2 * a; }\n")
    Path("a.c").write_text('#include "a.h"\nint f(int a) { return twice(a); }\n')
    Path("b.c").write_text("int g(int a) { return __atomic_load_n(&a, __ATOMIC_ACQUIRE); }\n")
    Path("build.ninja").write_text("rule cc\n command = cc -O2 -g -flto=auto -MD -MQ $out -MF $out.d -c $in -o $out\n deps = gcc\n depfile = $out.d\n"
                                   + "".join(f"build {n}.p/{n}.o: cc {n}.c\n" for n in "ab"))
    Path("compile_commands.json").write_text(subprocess.run(["ninja", "-t", "compdb", "cc"], capture_output=True, text=True, check=True).stdout)
    subprocess.run(["ninja"], check=True, stdout=subprocess.DEVNULL)
    here = Path.cwd()

    def changed(file, old, new):
        objects, text = Objects(here, {"a.p", "b.p"}), Path(file).read_text()
        objects.remember(here / file)
        Path(file).write_text(text.replace(old, new))
        try:
            return objects.changed(here / file)
        except NotCompiled:
            return NOT_COMPILED
        finally:
            Path(file).write_text(text)

    equal(changed("a.h", "2 *", "3 *"), {"a.p"}, "a header")
    equal(changed("a.h", "static", "\nstatic"), set(), "another line")
    equal(changed("b.c", "ACQUIRE", "RELAXED"), set(), "an order of memory that the processor has anyway")
    equal(changed("b.c", "&a", "a a"), NOT_COMPILED, "no C")


@case("suites that killed most of a room come first, and the short stage ends in time; the long one has all")
def _():
    results = Results(Path("results.json"))
    results.ends = {"s/walk/a.c:1: x": "killed by slow: one", "s/walk/b.c:2: y": "killed by slow: one", "s/sys/c.c:3: z": "killed by fast: two"}
    times = {"slow": {"one": 20, "other": 20}, "fast": {"two": 10}, "none": {"": 10}}
    equal(order(results.kills("s/walk/d.c"), list(times), times), (["slow", "fast", "none"], [("slow", "one"), ("fast", "two")]), "of walk")
    equal(order(results.kills("s/sys/d.c"), list(times), times)[0], ["fast", "none", "slow"], "of sys")
    equal([short(list(times), {"slow": {"": seconds}, "fast": {"": 1}, "none": {"": 1}}) for seconds in (10, 30)], [list(times), ["slow"]], "short")
    for room in ROOMS:
        first, later = stages(f"libprof/shim/{room}/x.c")
        equal(set(first) <= set(later) & set(SHORT) and set(later) <= set(SUITES) == set(SHORT) | set(LONG), True, room)


@case("explanations name a mutant that can be made")
def _():
    root = EXPLAINED.resolve().parents[2]
    for line in EXPLAINED.read_text().splitlines()[1:]:
        file, change = line.split(" -- ")[0].split(" ", 1)
        text = (root / file).read_text()
        equal(change in [describe(text, m)[1] for m in mutations(text)], True, line)


main()
