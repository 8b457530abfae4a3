"""Programs and libraries with debug information of all kinds, which names.py builds: compilers, levels, languages, places."""

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
C_SOURCES = sorted((ROOT / "libprof/symbol").glob("*.c")) + sorted((ROOT / "libprof/base").glob("*.c"))
C_FLAGS = ["-std=gnu17", "-D_GNU_SOURCE", "-DXXH_INLINE_ALL", "-w", "-I", str(ROOT / "libprof")]
CPP_SOURCES = [ROOT / "tests/bench/stl.cpp", ROOT / "tests/demo/shop.cpp"]
SHARED = ["-shared", "-fPIC"]

GO = """package main

// #include <stdlib.h>
// static inline int twice(int a) { return a * 2 + rand(); }
// int work(int n) { int sum = 0; for (int i = 0; i < n; i++) sum += twice(i); return sum; }
import "C"
import ("fmt"; "sort"; "strings")

func main() {
	words := strings.Fields("c b a")
	sort.Strings(words)
	fmt.Println(words, C.work(3))
}
"""


def call(*command, env=None):
    subprocess.run([str(c) for c in command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**os.environ, **(env or {})})


def c_library(compiler, *flags):
    def build(target):
        call(compiler, *C_FLAGS, "-g", *SHARED, *flags, "-o", target, *C_SOURCES)
    return build


def cpp_program(compiler, source, *flags):
    def build(target):
        call(compiler, "-std=gnu++17", "-w", "-g", *flags, "-pthread", "-o", target, source)
    return build


def split(compiler):
    """The .dwo files stay beside the library."""
    def build(target):
        objects = []
        for source in C_SOURCES:
            objects.append(target.with_name(f"{target.name}.{source.parent.name}.{source.stem}.o"))
            call(compiler, *C_FLAGS, "-g", "-gsplit-dwarf", "-O2", "-fPIC", "-c", "-o", objects[-1], source)
        call(compiler, "-shared", "-o", target, *objects)
    return build


def then(build, *command):
    """Builds, and then runs a command on what was built."""
    def both(target):
        build(target)
        call(*command, target)
    return both


def separate(build):
    """The debug information in a file beside it, found by its .gnu_debuglink."""
    def both(target):
        build(target)
        debug = target.with_name(f"{target.name}.debug")
        call("objcopy", "--only-keep-debug", target, debug)
        call("objcopy", "--strip-all", f"--add-gnu-debuglink={debug}", target)
    return both


def go(target):
    folder = target.with_name(f"{target.name}.src")
    folder.mkdir(exist_ok=True)
    (folder / "main.go").write_text(GO)
    call("go", "build", "-o", target, folder / "main.go", env={"GOFLAGS": "-mod=mod", "GOCACHE": str(folder / "cache"), "CGO_ENABLED": "1"})


def rust(*flags):
    def build(target):
        call("rustc", "-g", "--edition=2021", *flags, "-o", target, ROOT / "tests/bench/churn.rs")
    return build


GCC = c_library("gcc", "-O2")
VARIANTS = {
    **{f"gcc-O{level}": c_library("gcc", f"-O{level}") for level in "0123"},
    **{f"clang-O{level}": c_library("clang", f"-O{level}") for level in "0123"},
    "gcc-O2-lto": c_library("gcc", "-O2", "-flto"),
    "gcc-O2-dwarf4": c_library("gcc", "-O2", "-gdwarf-4"),
    "gcc-O2-split": split("gcc"),
    "gcc-O2-dwz": then(GCC, "dwz"),
    "gcc-O2-gz": c_library("gcc", "-O2", "-gz"),
    "gcc-O2-debuglink": separate(GCC),
    "clang-O2-split": split("clang"),
    "g++-O0": cpp_program("g++", CPP_SOURCES[1], "-O0"),
    "g++-O2": cpp_program("g++", CPP_SOURCES[0], "-O2"),
    "g++-O3-no-pie": cpp_program("g++", CPP_SOURCES[0], "-O3", "-no-pie"),
    "g++-O2-lto": cpp_program("g++", CPP_SOURCES[1], "-O2", "-flto"),
    "clang++-O2": cpp_program("clang++", CPP_SOURCES[0], "-O2"),
    "rust-O": rust("-O"),
    "rust": rust(),
    "cgo": go,
}
NEEDS = {"cgo": "go", "rust": "rustc", "rust-O": "rustc"}


def build(folder, wanted):
    """[(name, path)] of those that this machine can build."""
    folder.mkdir(parents=True, exist_ok=True)
    built = []
    for name in wanted or VARIANTS:
        if shutil.which(NEEDS.get(name, "gcc")):
            VARIANTS[name](folder / name)
            built.append((name, folder / name))
    return built
