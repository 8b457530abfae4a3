#!/usr/bin/env python3
"""The malloc family answers as it does alone, with glibc and with other allocators behind the shim, and what it did is
recorded wherever in a process's life it was called."""

import os
import struct

from harness import case, check, equal, main, preloading, read, record, run, target

ALLOCATORS = {"jemalloc": "libjemalloc.so.2", "tcmalloc": "libtcmalloc_minimal.so.4", "mimalloc": "libmimalloc.so.2.0"}


@case("edges: sizes, overflow, errno, alignment, realloc: as glibc answers, exact and sampled")
def _():
    alone = run([target("family")]).stdout
    check(alone.count(b"\n") > 25, "the program says little")
    for mode in (["--exact"], ["--rate", "1GiB"], []):
        equal(record([target("family")], *mode)[1].stdout.decode(), alone.decode(), f"output with {mode}")


@case("calls that fail are not counted, and a block whose realloc failed stays recorded")
def _():
    profile = read(record(preloading(target("liboracle.so"), ["ORACLE=oracle", target("family")]), "--exact")[0])
    oracle = dict(zip(("allocs", "frees", "bytes", "objects", "live"), struct.unpack("5Q", open("oracle", "rb").read(40))))
    totals = profile.counts("totals")
    for key in ("allocs", "frees", "bytes"):
        equal(totals[key], oracle[key], f"total of {key}")
    equal(profile.total("inuse_space"), oracle["live"], "inuse_space")
    equal(profile.flat("inuse_space")["kept_500_after_failures"], 500, "the last block")


@case("in constructors, destructors, at exit, in thread-specific data's destructors")
def _():
    flat = read(record([target("family")], "--exact")[0]).flat("alloc_space")
    for name, size in (("in_constructor_62", 62), ("in_destructor_63", 63), ("at_exit_65", 65),
                       ("in_key_destructor_61", 610)):
        equal(flat[name], size, name)


@case("before the environment is there: the blocks are good, what follows is recorded")
def _():
    flat = read(record([target("preinit")], "--exact")[0]).flat("alloc_space")
    equal((flat["late_90"], flat["main"]), (90, 6000), "bytes")


@case("in another preloaded library's constructor and destructor")
def _():
    flat = read(record(preloading(target("libearly.so"), [target("family")]), "--exact")[0]).flat("alloc_space")
    equal((flat["in_library_constructor_71"], flat["in_library_destructor_72"]), (142, 72), "bytes")


def compare_linked(source, allocator, arguments):
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "targets", source)
    run(["gcc", "-O0", "-g", "-fno-builtin", source, "-o", "linked", f"-l:{allocator}", "-pthread"])
    path, result = record(["./linked", *arguments], "--exact")
    profile = read(path)
    for line in result.stdout.decode().splitlines():
        function, *wanted = line.split()
        got = [profile.flat(v)[function] for v in ("alloc_objects", "alloc_space", "inuse_objects", "inuse_space")]
        equal(got, [int(w) for w in wanted], function)


for name, file in ALLOCATORS.items():
    @case(f"{name} behind the shim, preloaded")
    def _(file=file):
        program = [target("family")] + ["no pvalloc"] * ("jemalloc" in file)
        bare = run(program, env={"LD_PRELOAD": file}).stdout
        path, result = record(preloading(file, program), "--exact")
        equal(result.stdout.decode(), bare.decode(), "output")
        profile = read(path)
        equal(profile.flat("inuse_space")["kept_500_after_failures"], 500, "the last block")
        equal(profile.flat("alloc_space")["in_key_destructor_61"], 610, "in thread-specific data's destructors")

    @case(f"{name} that the program is linked with is the next allocator")
    def _(file=file):
        compare_linked("known.c", file, ["4", "300"])

    @case(f"{name}: blocks that begin within the same 32 bytes are kept apart")
    def _(file=file):
        compare_linked("neighbours.c", file, [])


main()
