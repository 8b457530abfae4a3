#!/usr/bin/env python3
"""Threads that load and unload libraries, throw, walk the loaded objects, fork, end, and take signals, all at
once, for $CHAOS_SECONDS in all: no hang, no crash, and the profile is readable."""

import os

from harness import case, check, equal, main, read, record, target

os.nice(10)  # its threads would take the processors from the tests beside it
SECONDS = max(2, int(os.environ.get("CHAOS_SECONDS", "60")) // 2)


for mode in (["--exact"], ["--rate", "1KiB"]):
    @case(f"chaos, {' '.join(mode)}")
    def _(mode=mode):
        # The children leave profiles of their own by the hundred: not what is looked at here.
        os.mkdir("dir")
        path, result = record([target("chaos"), str(SECONDS), target("libchaos_a.so"), target("libchaos_b.so")], *mode,
                              "--no-follow", timeout=SECONDS + 120)
        equal(result.stdout, b"all of it happened\n", "output")
        equal(result.stderr, b"", "stderr")
        profile = read(path)
        flat = profile.flat("alloc_objects")
        check(flat["chaos_plugin"] > 0 and profile.through("throw_here", "alloc_objects") > 0, "sites are missing")
        stacks = profile.counts("stacks").get("incomplete", 0)
        check(stacks * 1000 <= profile.counts("totals")["allocs"], f"{stacks} stacks were cut short")


@case("chaos, exact, and its children are recorded too")
def _():
    result = record([target("chaos"), "1", target("libchaos_a.so"), target("libchaos_b.so")], "--exact")[1]
    equal((result.stdout, result.stderr), (b"all of it happened\n", b""), "output")
    children = [p for p in os.listdir(".") if p != "p.pb.gz"]
    check(len(children) > 5, "hardly a child has a profile")
    for path in children[:5]:
        equal(read(path).counts("totals")["allocs"] >= 200, True, "allocations of a child")


main()
