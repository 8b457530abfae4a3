#!/usr/bin/env python3
"""scripts/soak for ten seconds, without its slopes; and its arithmetic."""

from harness import case, check, equal, main
from loads import SHORT
from soak import share_of_shim, soak
from trend import growth, slope


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


@case("growth with the number of sites is not growth with time; a leak beside it is found, and one of a program whose sites are all known")
def _():
    sites = [1000 * (1 - 0.9 ** t) for t in range(60)]
    for leak in (0, 5):
        found, _ = growth([(t, 300 + 4 * s + leak * t, s) for t, s in enumerate(sites)])
        check(abs(found - leak) < 1e-6, (leak, found))
        check(abs(growth([(t, leak * t, 7) for t in range(60)])[0] - leak) < 1e-9, leak)
    # Sites that come while memory does not cannot hide a leak.
    check(growth([(t, 5 * t - s, s) for t, s in enumerate(sites)])[0] < 5, "memory that sites take nothing of")


@case("the shim's share: recordings, the library and what is behind it, and no other anonymous memory")
def _():
    rows = [("", 1), ("/x/libmemprof.so", 2), ("/x/libmemprof.so", 4), ("", 8), ("", 16), ("/dev/shm/a/1.0.mprec", 32), ("", 64), ("[heap]", 128)]
    text = "".join(f"7f0{i}000-7f0{i + 1}000 rw-p 00000000 00:00 0      {name}\nSize: 999 kB\nRss: {kib} kB\n" for i, (name, kib) in enumerate(rows))
    equal(share_of_shim(text), 2 + 4 + 8 + 32, "KiB")


main()
