#!/usr/bin/env python3
"""Children: however made, each has a profile of its own, the parent's stays exact, and nothing overwrites
anything. Libraries that come and go at one address are kept apart."""

import os
from glob import glob
from pathlib import Path

from harness import MEMPROF, SHIM, case, check, equal, main, read, record, run, target


def profiles(pattern="*.pb.gz"):
    """By pid, those of one pid by generation."""
    result = {}
    for path in sorted(glob(pattern)):
        process = read(path).counts("process")
        result.setdefault(process["pid"], []).append(path)
    return result


def fork(how, *options, count=2):
    """(the parent's profile, the child's)"""
    record([target("forks"), how], "--exact", *options)
    others = [p for p in glob("*.pb.gz") if p != "p.pb.gz"]
    equal(len(others), count - 1, "profiles beside the parent's")
    return read("p.pb.gz"), read(others[0]) if others else None


def check_parent(profile):
    equal(profile.flat("alloc_objects")["parent_100_before"], 10, "the parent's 100s")
    equal(profile.flat("inuse_objects")["parent_100_before"], 10, "the parent's 100s at its end")
    equal(profile.flat("alloc_space")["parent_1000_after"], 3000, "the parent's 1000s")
    equal(profile.counts("totals"), {"allocs": 13, "frees": 0, "bytes": 4000, "threads": 1}, "the parent's totals")
    equal(profile.flat("alloc_space")["child_70000"], 0, "the child's blocks in the parent's profile")


def check_child(profile, inherited, freed=7):
    equal(profile.flat("alloc_space")["child_70000"], 5 * 70000, "what the child allocated")
    equal(profile.flat("inuse_space")["child_70000"], 2 * 70000, "what the child kept")
    equal(profile.flat("inuse_objects")["parent_100_before"], inherited, "what it inherited and did not free")
    equal(profile.flat("alloc_objects")["parent_100_before"], 0, "the parent's allocations as the child's")
    totals = profile.counts("totals")
    equal((totals["allocs"], totals["bytes"]), (5, 350000), "the child's totals")
    equal(totals["frees"], freed, "the child's frees")


for how in ("fork", "_Fork", "clone", "twice"):
    @case(f"{how}: the parent's totals stay exact, the child starts with what it inherited")
    def _(how=how):
        parent, child = fork(how)
        check_parent(parent)
        check_child(child, 6)

@case("the bare system call: the parent's totals stay exact, the child knows only its own")
def _():
    parent, child = fork("raw")
    check_parent(parent)
    check_child(child, 0)


for how in ("vfork", "posix_spawn", "fork_exec"):
    @case(f"{how} and exec: the new program has a profile without inheritance")
    def _(how=how):
        parent, child = fork(how)
        check_parent(parent)
        check_child(child, 0, freed=3)


@case("a forked child has its parent's recording mapped no longer")
def _():
    look = "while read -r line; do case $line in *.mprec*) echo ${line##*/};; esac; done </proc/$BASHPID/maps"
    for options in ["--exact"], []:
        _, result = record(["bash", "-c", f"(echo $BASHPID; {look}); echo"], *options)
        child, *names = result.stdout.decode().split()
        equal(set(names), {f"{child}.0.mprec"}, str(options))


@case("clone(CLONE_VM): what it allocates is the parent's")
def _():
    parent, _ = fork("clone_vm", count=1)
    equal(parent.flat("alloc_space")["child_70000"], 5 * 70000, "allocated in the shared memory")
    equal(parent.counts("totals")["allocs"], 18, "allocations of both")


@case("--no-follow: only the program itself, and its environment is clean for the child")
def _():
    fork("fork", "--no-follow", count=1)
    for path in glob("*.pb.gz"):
        os.unlink(path)
    result = record(["/bin/sh", "-c", "env; true"], "--exact", "--no-follow")[1]
    names = [line.split(b"=")[0] for line in result.stdout.splitlines()]
    check(b"PATH" in names, "env printed no environment")
    equal([n for n in names if n.startswith(b"MEMPROF_") or n == b"LD_PRELOAD"], [], "left in the environment")
    equal(glob("*.pb.gz"), ["p.pb.gz"], "profiles")


@case("a chain of execs: one profile for each program, the last under the plain name")
def _():
    record(["/usr/bin/env", "/usr/bin/env", target("forks"), "exec"], "--exact")
    found = [read(p) for p in glob("*.pb.gz")]
    equal(sorted(p.counts("process")["generation"] for p in found), [0, 1, 2], "generations")
    equal(read("p.pb.gz").flat("alloc_space")["child_70000"], 350000, "the last program's")


@case("a script runs, its interpreter and what it starts are profiled")
def _():
    Path("script").write_text(f"#!/bin/sh\n{target('forks')} exec\n{target('forks')} exec\necho done $#\n")
    os.chmod("script", 0o755)
    result = record(["./script", "a", "b"], "--exact")[1]
    equal(result.stdout, b"done 2\n", "output")
    equal(sum(read(p).flat("alloc_space")["child_70000"] == 350000 for p in glob("*.pb.gz")), 2, "profiles of forks")


@case("-o with %p %n %t")
def _():
    record([target("forks"), "fork"], "--exact", output="x.%n.%p.%t.%%.pb.gz")
    names = glob("*.pb.gz")
    equal(len(names), 2, "profiles")
    for name in names:
        x, program, pid, time, percent, *_ = name.split(".")
        equal((x, program, percent), ("x", "forks", "%"), "name")
        equal(int(pid), read(name).counts("process")["pid"], "pid in the name")
        check(1.7e9 < int(time) < 1e11, f"{time} is no time in seconds")


@case("nothing is overwritten: a second run's children get names of their own")
def _():
    for _ in range(2):
        record([target("forks"), "fork"], "--exact")
    equal(len(glob("*.pb.gz")), 3, "profiles: the program's under -o's name, each run's child beside it")
    equal(len(profiles()), 3, "processes")
    Path("default").mkdir()
    os.chdir("default")
    for _ in range(2):
        run([MEMPROF, "run", "-q", "--exact", target("forks"), "fork"])
    equal(len(glob("memprof.forks.*.pb.gz")), 4, "profiles under default names")


@case("nothing is left behind in the folder of recordings")
def _():
    Path("dir").mkdir()
    record([target("forks"), "fork_exec"], "--exact", env={"MEMPROF_DIR": os.getcwd() + "/dir"})
    equal(os.listdir("dir"), [], "MEMPROF_DIR")


@case("a library unloaded and another loaded at its address both attribute right")
def _():
    result = record([target("reload"), target("libfirst.so"), "allocate_11_in_first",
                     target("libother.so"), "allocate_22_in_other"], "--exact")[1]
    first, other = result.stdout.split()
    equal(first, other, "the addresses of the two functions: the loader was to use one twice")
    flat = read("p.pb.gz").flat("alloc_space")
    equal((flat["allocate_11_in_first"], flat["allocate_22_in_other"]), (110, 220), "bytes of both")


def library_at(address, name, size, padding=0):
    """A library of plugin.c for that address, with `padding` bytes of code before its function."""
    path = os.path.abspath(f"lib{name}.so")
    Path("padding.s").write_text(f".text\n.skip {padding}\n")
    run(["gcc", "-shared", "-fPIC", "-fno-builtin", "-w", "-Wl,--build-id", f"-Wl,-Ttext-segment={address:#x}", f"-DFUNCTION={name}",
         f"-DSIZE={size}", "padding.s", str(Path(__file__).parent / "targets/plugin.c"), "-o", path])
    return path


@case("a library that came back is the one at its address, not one that was there before, once others have come and gone")
def _():
    before = [library_at(0x40001000, "before", 22, 0x4000), "before"]  # at other addresses, among them those of back()
    back = [library_at(0x40000000, "back", 11, 0x4000), "back"]
    others = [library_at(0x50000000, "one", 33), "one", library_at(0x50000000, "other", 44), "other"]
    result = record([target("reload"), *before, *back, back[0], "back+", *others, *back], "--exact")[1]
    places = [int(line, 16) for line in result.stdout.split()]
    equal([place >> 12 for place in places], [0x40006, 0x40005, 0x40005, 0x50001, 0x50001, 0x40005], "pages of the functions")
    flat = read("p.pb.gz").flat("alloc_objects")
    equal({name: flat[name] for name in ("before", "back", "one", "other")}, {"before": 10, "back": 30, "one": 10, "other": 10}, "blocks")


@case("a library that comes and goes at one address does not fill the recording")
def _():
    def size(times):
        os.mkdir(str(times))
        environment = {"LD_PRELOAD": SHIM, "MEMPROF_DIR": os.path.abspath(str(times)), "MEMPROF_SUPERVISOR": "1",
                       "MEMPROF_RATE": "exact"}
        result = run([target("reload"), *[target("libfirst.so"), "allocate_11_in_first"] * times], env=environment)
        equal(len(set(result.stdout.split())), 1, "addresses of the function: the loader was to use one always")
        recording, = os.scandir(str(times))
        return recording.stat().st_blocks * 512

    once, often = size(1), size(500)
    # 5,000 blocks stay behind, at less than 128 bytes each; 500 modules alone would be 1 MB.
    check(often - once < 640 << 10, f"the recording took {once} bytes for one load and {often} for 500")


main()
