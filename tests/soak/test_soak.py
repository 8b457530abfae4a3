#!/usr/bin/env python3
"""scripts/soak for ten seconds, without its slopes; and its arithmetic."""

from harness import case, check, equal, main
from loads import SHORT
from soak import BOUND, Look, growth, share_of_shim, soak
from trend import slope


@case("programs with snapshots, scrapes, pushes and forks end as alone, nothing is dropped, and go tool pprof reads all profiles")
def _():
    _, faults, pushes = soak(SHORT, 1 / 6, judge_slopes=False)
    equal(faults, [], "faults")
    check(pushes >= len(SHORT), f"{pushes} pushes")


@case("slopes: a line has no error, noise has; two points say nothing")
def _():
    found, error = slope([(x, 7 + 3 * x) for x in range(10)])
    check(abs(found - 3) < 1e-9 and error < 1e-9, (found, error))
    # Residuals 1, -1, -1, 1 about y = 0: no slope; variance 4 / 2 over a width of 5; neighbours differ by -1 of 4, which makes no error smaller.
    found, error = slope([(0, 1), (1, -1), (2, -1), (3, 1)])
    check(abs(found) < 1e-9 and abs(error - (2 / 5) ** 0.5) < 1e-9, (found, error))
    # Residuals -1, -1, 2, 2, -1, -1 about y = 1: variance 12 / 4 over a width of 17.5; neighbours are alike in 1 - 2 + 4 - 2 + 1 = 2 of 12.
    found, error = slope(list(enumerate([0, 0, 3, 3, 0, 0])))
    check(abs(found) < 1e-9 and abs(error - (3 / 17.5 * (14 / 12) / (10 / 12)) ** 0.5) < 1e-9, (found, error))
    check(slope([(0, 0), (1, 1000)])[1] == float("inf"), "two points")


@case("growth: what goes with the numbers of sites and recordings is bounded; a leak is found, in the memory that has it, also beside that")
def _():
    for leaking in range(4):
        looks = []
        for t in range(60):
            sites, children, noise = 9000 * (1 - 0.97 ** t), 40 * t, t * 7 % 5
            leak = [100 * t / 4 * (i == leaking) for i in range(3)]
            looks.append(Look(t / 4, (500 + sites / 2 + noise + leak[0], 9000 + 2 * sites + 3 * children + noise + leak[1], 800 + sites / 2 + leak[2]),
                              children, 0, sites))
        found = growth(looks)
        equal([slope - error > BOUND for slope, error in found], [i == leaking for i in range(3)], f"{found}")


@case("the shim's share: recordings, the library and what is behind it, and no other anonymous memory")
def _():
    rows = [("", 1), ("/x/libmemprof.so", 2), ("/x/libmemprof.so", 4), ("", 8), ("", 16), ("/dev/shm/a/1.0.mprec", 32), ("", 64), ("[heap]", 128)]
    text = "".join(f"7f0{i}000-7f0{i + 1}000 rw-p 00000000 00:00 0      {name}\nSize: 999 kB\nRss: {kib} kB\n" for i, (name, kib) in enumerate(rows))
    equal(share_of_shim(text), 2 + 4 + 8 + 32, "KiB")


main()
