#!/usr/bin/env python3
"""Stacks that the program made itself: the walk over them is right, reads nothing that is not there, and needs no /proc."""

from glob import glob

from harness import case, check, equal, main, read, record, target

STACKS, ROUNDS = 2000, 3


@case("2,000 coroutines that take turns: every allocation is seen on its own coroutine")
def _():
    path, _ = record([target("stacks"), "many", str(STACKS)], "--exact")
    profile = read(path)
    equal(profile.flat("alloc_objects")["allocate_64"], STACKS * ROUNDS, "allocations")
    equal(profile.through("coroutine", "alloc_objects"), STACKS * ROUNDS, "allocations below coroutine()")


@case("coroutines where /proc is not mounted: their stacks are whole without it")
def _():
    script = "umount -l /proc && exec \"$@\""
    _, result = record(["unshare", "-m", "sh", "-c", script, "sh", target("stacks"), "many", "20"], "--exact", output="p.%p.%n.pb.gz")
    equal(result.stdout, b"done\n", "output")
    seen = [(len(s.frames), p) for p in map(read, glob("p.*")) for s in p.samples if s.values["alloc_objects"] == 20 * ROUNDS]
    equal(len(seen), 1, "stacks that the coroutines allocated on")
    depth, profile = seen[0]
    check(depth > 3, f"a stack of {depth} frames")
    equal(profile.counts("stacks").get("incomplete", 0), 0, "stacks that are not whole")


for what in ("gone", "wild"):
    for mode in ([], ["--rate=64"], ["--exact"]):
        @case(f"numbers that point to no frame, {what}: the program ends as alone {mode}")
        def _(what=what, mode=mode):
            _, result = record([target("stacks"), what], *mode)
            equal(result.stdout, b"done\n", "output")


main()
