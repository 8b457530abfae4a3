#!/usr/bin/env python3
"""The mutations of small functions: each is made, and what is no code is left alone."""

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


main()
