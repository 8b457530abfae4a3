#!/usr/bin/env python3
"""Threads that vanish while they allocate, and handlers that leave by siglongjmp, do not keep what others wait for."""

from harness import case, check, equal, main, preloading, read, record, target

MODES = {"default": [], "often": ["--rate=64"], "exact": ["--exact"]}
BLOCKS = 1000

for name, options in MODES.items():
    @case(f"threads that are cancelled asynchronously: the others get on ({name})")
    def _(options=options):
        _, result = record(preloading(target("libbump.so"), [target("leave"), "cancel"]), *options, timeout=40)
        equal(result.stdout, b"done\n", "output")

for how in ("jump", "stay"):
    @case(f"handlers in the midst of an allocation, {how}: what follows is recorded to the last block")
    def _(how=how):
        for _ in range(3):
            path, result = record(preloading(target("libbump.so"), [target("leave"), how]), "--exact", timeout=40)
            equal(result.stdout, b"done\n", "output")
            profile = read(path)
            equal(profile.flat("alloc_objects")["after_jumps"], BLOCKS, "blocks")
            equal(profile.flat("inuse_objects")["after_jumps"], BLOCKS / 2, "blocks that were kept")


main()
