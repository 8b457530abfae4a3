#!/usr/bin/env python3
"""Threads that vanish while they allocate, and handlers that leave by siglongjmp, do not keep what others wait for."""

from harness import case, check, equal, main, preloading, read, record, target

MODES = {"default": [], "often": ["--rate=64"], "exact": ["--exact"]}
BLOCKS = 1000
GIFTS = 500

for name, options in MODES.items():
    @case(f"threads that are cancelled asynchronously: the others get on ({name})")
    def _(options=options):
        _, result = record(preloading(target("libbump.so"), [target("leave"), "cancel"]), *options, timeout=40)
        equal(result.stdout, b"done\n", "output")

for how in ("jump", "stay", "fork"):
    @case(f"handlers in the midst of an allocation, {how}: what follows is recorded to the last block")
    def _(how=how):
        for _ in range(3):
            path, result = record(preloading(target("libbump.so"), [target("leave"), how]), "--exact", timeout=40)
            equal(result.stdout, b"done\n", "output")
            profile = read(path)
            equal(profile.flat("alloc_objects")["after_jumps"], BLOCKS, "blocks")
            equal(profile.flat("inuse_objects")["after_jumps"], BLOCKS / 2, "blocks that were kept")


@case("handlers in the midst of an allocation free blocks whose histories are kept: stacks stay those of their own calls")
def _():
    path, result = record(preloading(target("libbump.so"), [target("leave"), "give"]), "--exact", "--advise", timeout=40)
    equal(result.stdout, b"done\n", "output")
    profile = read(path)
    gifts = [s for s in profile.samples if any(f[0] == "before_gifts" for f in s.frames)]
    equal(sum(s.values["inuse_objects"] for s in gifts), 0, "blocks that the handlers freed")
    equal(sum(s.values["alloc_objects"] for s in gifts), GIFTS, "blocks that they were given")
    equal(profile.flat("alloc_objects")["after_jumps"], BLOCKS, "blocks")
    equal(profile.through("on_give", "alloc_objects"), 0, "the handlers allocate nothing")
    equal(profile.counts("stacks"), {}, "stacks that are not whole")


main()
