#!/usr/bin/env python3
"""--exact: totals and per-function sums equal two independent accounts to the byte, that of a counting
library behind the shim and the program's own arithmetic; peaks equal known ones."""

import struct
from collections import defaultdict
from glob import glob

from harness import case, check, equal, main, preloading, read, record, target


def oracle_account(path):
    with open(path, "rb") as f:
        return dict(zip(("allocs", "frees", "bytes", "live_objects", "live_bytes"), struct.unpack("5Q", f.read(40))))


def compare(program, threads, rounds):
    path, result = record(preloading(target("liboracle.so"), ["ORACLE=oracle", target(program), str(threads), str(rounds)]),
                          "--exact")
    profile, oracle = read(path), oracle_account("oracle")
    check(oracle["allocs"] > threads * rounds, f"the oracle saw only {oracle}")
    totals = profile.counts("totals")
    for key in ("allocs", "frees", "bytes"):
        equal(totals[key], oracle[key], f"total of {key}")
    equal(profile.total("alloc_objects"), oracle["allocs"], "alloc_objects")
    equal(profile.total("alloc_space"), oracle["bytes"], "alloc_space")
    equal(profile.total("inuse_objects"), oracle["live_objects"], "inuse_objects")
    equal(profile.total("inuse_space"), oracle["live_bytes"], "inuse_space")
    for line in result.stdout.decode().splitlines():
        name, *wanted = line.split()
        got = [profile.flat(v)[name] for v in ("alloc_objects", "alloc_space", "inuse_objects", "inuse_space")]
        equal(got, [int(w) for w in wanted], name)


@case("C, 1 thread")
def _():
    compare("known", 1, 3000)


@case("C, 8 threads")
def _():
    compare("known", 8, 2000)


@case("C++, 1 thread")
def _():
    compare("known_cpp", 1, 3000)


@case("C++, 8 threads")
def _():
    compare("known_cpp", 8, 2000)


@case("strdup inside libc is counted to the function that called it")
def _():
    path, _ = record([target("known"), "1", "30"], "--exact")
    equal(read(path).through("duplicate_of_22", "alloc_space"), 30 * 22, "duplicate_of_22")


@case("the peak of the process, by site, is that of its moment")
def _():
    path, _ = record([target("staircase")], "--exact")
    profile = read(path)
    peak, peak_objects = profile.flat("peak_space"), profile.flat("peak_objects")
    equal((peak["a_1000"], peak_objects["a_1000"]), (20 * 1000, 20), "a_1000 at the peak")
    equal((peak["b_500"], peak_objects["b_500"]), (100 * 500, 100), "b_500 at the peak")
    equal(profile.total("peak_space"), 70000, "the peak")
    equal(profile.flat("inuse_space")["a_1000"], 60000, "a_1000 at the end")


def chains(profile, value):
    """By chain of the program's functions, outermost first."""
    result = defaultdict(int)
    for sample in profile.samples:
        chain = [f[0] for f in reversed(sample.frames) if f[0] in ("alpha", "beta", "gamma_")]
        if chain and sample.values[value]:
            result[" ".join(chain)] += sample.values[value]
    return result


def compare_chains(threads, calls, behind=()):
    _, result = record([*behind, target("paths"), str(threads), str(calls)], "--exact")
    told = {"allocated": {}, "inherited": {}}
    for line in result.stdout.decode().splitlines():
        what, count, chain = line.split(" ", 2)
        told[what][chain] = int(count)
    check(len(told["allocated"]) > 500, f"only {len(told['allocated'])} chains")
    equal(chains(read("p.pb.gz"), "alloc_objects"), told["allocated"], "allocated")
    others = [chains(read(path), "inuse_objects") for path in glob("*.pb.gz") if path != "p.pb.gz"]
    equal([found for found in others if found], [told["inherited"]], "inherited")


@case("stacks that share some of their frames are each told whole, in a forked child, too; 1 thread")
def _():
    compare_chains(1, 1000)


@case("stacks that share some of their frames are each told whole, in a forked child, too; 8 threads")
def _():
    compare_chains(8, 120)


for allocator in ("libjemalloc.so.2", "libtcmalloc_minimal.so.4", "libmimalloc.so.2.0"):

    @case(f"small blocks of {allocator}, which lie closer than glibc's, 4 threads")
    def _(allocator=allocator):
        compare_chains(4, 60, preloading(f"/usr/lib/x86_64-linux-gnu/{allocator}", []))


for threads in (10, 63, 64, 65, 200):
    @case(f"the peak, where {threads} threads are idle")
    def _(threads=threads):
        path, _ = record([target("peak_threads"), str(threads)], "--exact")
        profile = read(path)
        check(profile.through("late_100_million", "peak_space") == 100_000_000,
              f"the peak is {profile.total('peak_space')}, without the block of 100,000,000 bytes that was live then")


@case("every stack that is cut off is counted once, whether the call is another one each time or the same")
def _():
    for command in ([target("known"), "1", "40"], [target("reload"), target("libfirst.so"), "allocate_11_in_first"]):
        path, _ = record(command, "--exact", "--depth=1")
        profile = read(path)
        equal(profile.counts("stacks"), {"truncated": profile.counts("totals")["allocs"], "incomplete": 0}, "stacks")


main()
