#!/usr/bin/env python3
"""Blocks that other allocators give out by functions of their own: C++'s operators, and the families of jemalloc, tcmalloc and
mimalloc. The recorded figures equal the allocators' own statistics."""

import os
import re

from harness import case, check, equal, main, preloading, read, record, run

TARGETS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "targets")
ALLOCATORS = {"jemalloc": "libjemalloc.so.2", "tcmalloc": "libtcmalloc_minimal.so.4", "mimalloc": "libmimalloc.so.2.0"}
LINKED = {name: f"-l:{file}" for name, file in ALLOCATORS.items()} | {"glibc": "-Wl,--as-needed"}


def build(source, name, *flags):
    compiler = ["g++", "-std=c++17"] if source.endswith("cpp") else ["gcc"]
    run([*compiler, "-O0", "-g", "-w", "-fno-builtin", "-pthread", os.path.join(TARGETS, source), "-o", name, *flags])
    return "./" + name


def expect(path, output):
    """The lines NAME alloc_objects alloc_bytes inuse_objects inuse_bytes."""
    profile, lines = read(path), output.decode().splitlines()
    check(lines, "the program says nothing")
    for line in lines:
        function, *wanted = line.split()
        figures = [lambda v: profile.flat(v)[function]]
        if "realpath" not in function:  # libc's allocates, too
            figures.append(lambda v: profile.through(function, v))
        for figure in figures:
            got = [figure(v) for v in ("alloc_objects", "alloc_space", "inuse_objects", "inuse_space")]
            equal(got, [int(w) for w in wanted], function)
    return profile


for name in ALLOCATORS:
    @case(f"each function of {name}'s own gives out and takes one block, whatever it calls itself")
    def _(name=name):
        path, result = record([build("doors.c", name, f"-D{name.upper()}", LINKED[name])], "--exact", env={"FOUR": "four"})
        equal(result.stdout.decode(), run(["./" + name], env={"FOUR": "four"}).stdout.decode(), "output")
        expect(path, result.stdout)

    @case(f"calls and bytes of {name}'s own functions are exact where few are sampled")
    def _(name=name):
        program = build("doors.c", name, f"-D{name.upper()}", LINKED[name])
        exact, sampled = (read(record([program], *mode)[0]).counts("totals") for mode in (["--exact"], ["--rate=1GiB"]))
        for key in ("allocs", "frees", "bytes"):
            equal(sampled[key], exact[key], f"total of {key}")


def token_allocator(*flags):
    """libtokens.so here, for a program that is linked with what this returns."""
    run(["gcc", "-O1", "-w", "-fno-builtin", "-shared", "-fPIC", os.path.join(TARGETS, "token_allocator.c"), "-o", "libtokens.so", *flags])
    return "-L.", "-ltokens", "-Wl,-rpath,$ORIGIN", "-Wl,--no-as-needed"


@case("functions with clang's allocation tokens give out one block each, and their allocator gets the token")
def _():
    program = build("doors.c", "tokens", "-DTOKENS", *token_allocator())
    path, result = record([program], "--exact")
    equal(result.stdout, run([program]).stdout, "output")
    expect(path, result.stdout)


@case("where a library passes on from tokens to malloc, malloc's caller is not the library")
def _():
    program = build("doors.c", "passes", "-DTOKENS", *token_allocator("-DPASSES_ON"))
    path, result = record([program], "--exact")
    check(b"failed" not in result.stdout, result.stdout)
    top = run([os.environ["MEMPROF"], "top", "--alloc", "--json", path]).stdout.decode()
    check('"name": "by_token_malloc"' in top and '"name": "__alloc_token_' not in top, top)


for name in LINKED:
    @case(f"a program that asks which allocator it has gets the answer that it gets alone: {name}")
    def _(name=name):
        program = build("asks.c", "asks", "-Wl,--no-as-needed", LINKED[name])
        for binding in ({}, {"LD_BIND_NOW": "1"}):
            alone = run([program], env=binding).stdout
            equal(b"linked" in alone, name != "glibc", "the program alone sees an allocator")
            for mode in (["--exact"], []):
                equal(record([program], *mode, env=binding)[1].stdout.decode(), alone.decode(), f"output with {binding} {mode}")


for name, file in ALLOCATORS.items():
    for how in ("linked", "preloaded"):
        @case(f"a C++ server over {name}, {how}: live bytes equal the allocator's own statistics")
        def _(name=name, file=file, how=how):
            program = [build("server.cpp", "server", "-Wl,--no-as-needed", *([LINKED[name]] if how == "linked" else []))]
            path, result = record(preloading(file, program) if how == "preloaded" else program, "--exact")
            live = int(re.search(rb"(\d+) bytes are live", result.stdout)[1])
            profile = read(path)
            check(live > 100000, f"{live} bytes are live")
            equal(profile.through("serve", "inuse_space"), live, "inuse_space")
            equal(profile.through("serve", "alloc_objects") > 10000, True, "allocations")


@case("a C++ server over glibc: the operators are libstdc++'s and count once")
def _():
    path, result = record([build("server.cpp", "server")], "--exact")
    asked = int(re.search(rb"(\d+) bytes are live", result.stdout)[1])
    equal(read(path).through("serve", "inuse_space"), asked, "inuse_space")


for binding in ("lazy", "now"):
    @case(f"libraries whose references are bound before the shim's ({binding}) reach libstdc++'s operators, also if they are renamed")
    def _(binding=binding):
        text = """#include <new>
extern "C" __attribute__((noinline)) void *plugin_new_77() { return ::operator new(77); }
extern "C" void plugin_delete(void *p) { ::operator delete(p); }
extern "C" void *mallocx(unsigned long, int) __attribute__((weak));
extern "C" int plugin_sees() { return mallocx != nullptr; }
"""
        open("plugin.cpp", "w").write(text)
        run(["g++", "-g", "-O0", "-shared", "-fPIC", "plugin.cpp", "-o", "libplugin.so", f"-Wl,-z,{binding}"])
        open("uses.c", "w").write("""void *plugin_new_77(void); void plugin_delete(void *);
int main(void) { for (int i = 0; i < 10; i++) plugin_delete(plugin_new_77()); plugin_new_77(); return 0; }""")
        run(["gcc", "-g", "uses.c", "-o", "uses", "-L.", "-lplugin", "-Wl,-rpath,."])
        flat = read(record(["./uses"], "--exact")[0])
        equal(flat.through("plugin_new_77", "alloc_space"), 11 * 77, "bytes")
        equal(flat.through("plugin_new_77", "inuse_objects"), 1, "live")


@case("operators that throw, and those that must not, over each allocator")
def _():
    for name in LINKED:
        program = build("throws.cpp", "throws", "-Wl,--no-as-needed", LINKED[name])
        program = [program] + ["no throw"] * (name == "mimalloc")  # it is written in C, and aborts
        alone = run(program).stdout
        check(b"null" in alone, "the program says nothing")
        for mode in (["--exact"], ["--rate=1GiB"], []):
            _, result = record(program, *mode)
            equal(result.stdout.decode(), alone.decode(), f"output over {name} with {mode}")


@case("a program's own operators come before an allocator's")
def _():
    for name in ALLOCATORS:
        program = build("own_new.cpp", "own_new", "-Wl,--no-as-needed", LINKED[name])
        profile = read(record([program], "--exact")[0])
        equal(profile.through("main", "alloc_objects"), 20, f"its calls of malloc over {name}")


def jemalloc_counts(program, library):
    """(live blocks by jemalloc's count at the end of a program that has it, all that it gave out, the profile)."""
    run(["gcc", "-g", "-O1", "-w", "-shared", "-fPIC", os.path.join(TARGETS, "jemalloc_count.c"), "-o", "libcount.so"])
    libraries = os.path.abspath("libcount.so") + (f":{library}" if library else "")
    path, result = record(preloading(libraries, program), "--exact", env={"MALLOC_CONF": "tcache:false"})
    live, made = (int(n) for n in re.search(rb"(\d+) live of (\d+)", result.stderr).groups())
    return live, made, read(path)


@case("a Rust program over each allocator: jemalloc counts as many live blocks, and all see the same calls")
def _():
    run(["rustc", "-g", os.path.join(TARGETS, "shop.rs"), "-o", "shop"])
    figures = ("alloc_objects", "alloc_space", "inuse_objects", "inuse_space")
    alone = read(record(["./shop"], "--exact")[0])
    wanted = [alone.through("shop::work", v) for v in figures]
    check(wanted[2] > 1000, f"{wanted}")
    for name, file in ALLOCATORS.items():
        profile = read(record(preloading(file, ["./shop"]), "--exact")[0])
        equal([profile.through("shop::work", v) for v in figures], wanted, name)
    live, _, profile = jemalloc_counts(["./shop"], ALLOCATORS["jemalloc"])
    totals = profile.counts("totals")
    equal(totals["allocs"] - totals["frees"], live, "live blocks")


@case("dig, which links jemalloc: as many live blocks as jemalloc counts")
def _():
    live, made, profile = jemalloc_counts(["dig", "-v"], None)
    totals = profile.counts("totals")
    check(live > 1000, f"{live} blocks")
    equal(totals["allocs"] - totals["frees"], live, "live blocks")
    check(0 <= totals["allocs"] - made <= 10, f"{totals} for {made}: a realloc in place counts as one, too")


main()
