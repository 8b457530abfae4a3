#!/usr/bin/env python3
"""Blocks of new, new[] and malloc that another family's counterpart frees: each such pair is told with its stacks, and no
other is. What is right is the language's rule. Speaks TAP."""

import sys

from harness import build, case, equal, main, report

# By number: what allocates; what frees it rightly.
ALLOCATORS = ["malloc", "new", "new[]", "aligned new", "aligned new[]"]
DEALLOCATORS = ["free", "delete", "delete[]", "aligned delete", "aligned delete[]"]
PAIRS = """
#include <new>
NOINLINE void *take(int family, size_t n) {
  void *volatile p = 0;
  switch (family) {
  case 0: p = malloc(n); break;
  case 1: p = ::operator new(n); break;
  case 2: p = ::operator new[](n); break;
  case 3: p = ::operator new(n, std::align_val_t(64)); break;
  case 4: p = ::operator new[](n, std::align_val_t(64)); break;
  case 5: p = calloc(1, n); break;
  case 6: p = aligned_alloc(64, (n + 63) / 64 * 64); break;
  case 7: p = strdup(n > 1000 ? "long ago" : "short"); break;
  case 8: p = ::operator new(n, std::nothrow); break;
  case 9: p = ::operator new[](n, std::nothrow); break;
  }
  return p;
}
NOINLINE void give(int family, void *p, size_t n) {
  switch (family) {
  case 0: free(p); break;
  case 1: ::operator delete(p); break;
  case 2: ::operator delete[](p); break;
  case 3: ::operator delete(p, std::align_val_t(64)); break;
  case 4: ::operator delete[](p, std::align_val_t(64)); break;
  case 5: p = realloc(p, 2 * n); ESCAPE(p); free(p); break;
  case 8: ::operator delete(p, std::nothrow); break;
  case 9: ::operator delete[](p, std::nothrow); break;
  case 11: ::operator delete(p, n); break;
  case 12: ::operator delete[](p, n); break;
  }
  ESCAPE(p);
}
int main(int argc, char **argv) {
  for (int size = 40; size <= 4000; size += 3960)
    give(atoi(argv[2]), take(atoi(argv[1]), size), size);
  return 0;
}
"""
# The families of what is above beyond the first five.
TAKEN = {5: 0, 6: 0, 7: 0, 8: 1, 9: 2}
SIZES = {3: [64, 4032], 4: [64, 4032], 6: [64, 4032], 7: [6, 9]}
GIVEN = {5: 0, 8: 1, 9: 2, 11: 1, 12: 2}


def told(*command, **options):
    document, result = report(*command, **options)
    wrongs = [wrong for process in document["processes"] for wrong in process["wrong_frees"]]
    return wrongs, result


def functions(stack):
    return [frame["function"] for frame in stack]


def is_told_rightly(program, take, give):
    from_family, by_family = TAKEN.get(take, take), GIVEN.get(give, give)
    wrongs, result = told(program, str(take), str(give))
    what = f"{take} freed by {give}"
    equal(len(wrongs), 2 if from_family != by_family else 0, f"{what}: one of each size")
    for wrong in wrongs:
        by = "realloc" if give == 5 else DEALLOCATORS[by_family]
        equal((wrong["kind"], wrong["allocated_as"], wrong["freed_as"]), ("mismatched", ALLOCATORS[from_family], by), what)
        taken = ["strdup"] * (take == 7) + ["take", "main"]
        equal((functions(wrong["stack"])[:2], functions(wrong["allocated"])[:len(taken)]), (["give", "main"], taken), what)
    equal(sorted(w["size"] for w in wrongs), [] if not wrongs else SIZES.get(take, [40, 4000]), what)
    equal(result.returncode, 23 if wrongs else 0, what)


for compiler in ("g++", "clang++"):
    for level in ("-O0", "-O2"):
        @case(f"each pair of families is told when they differ and not when they do not: {compiler} {level}")
        def _(compiler=compiler, level=level):
            program = build(f"pairs{compiler}{level}", PAIRS, "-std=c++17", "-fno-builtin", "-fsized-deallocation", compiler=compiler, level=level)
            for take in range(5):
                for give in range(6):
                    is_told_rightly(program, take, give)


@case("calloc, aligned_alloc and strdup are malloc's; nothrow and sized operators belong to the plain ones")
def _():
    program = build("pairs", PAIRS, "-std=c++17", compiler="g++")
    for take in TAKEN:
        for give in (0, 1, 2):
            is_told_rightly(program, take, give)
    for give in (8, 9, 11, 12):
        for take in (0, 1, 2):
            is_told_rightly(program, take, give)


if __name__ == "__main__":
    sys.exit(main())
