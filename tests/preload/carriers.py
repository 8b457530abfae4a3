#!/usr/bin/env python3
"""Children that cannot carry the shim run as they do alone; those that can are recorded, however they are executed."""

import os
import shutil
from glob import glob
from pathlib import Path

from harness import MEMPROF, case, check, equal, main, read, record, run, target
from tap import holds

WAYS = ("execve", "execv", "execvp", "execvpe", "execl", "execlp", "execle", "fexecve", "execveat", "posix_spawn", "posix_spawnp")
SOURCE = """
#include <stdio.h>
#include <stdlib.h>
void *volatile kept;
int main(int argc, char **argv) {
  for (int i = 0; i < 1000; i++) free(kept = malloc(100));
  printf("hello %d %s\\n", argc, argc > 1 ? argv[1] : "");
  return 7;
}
"""


def build(name, compiler, *options):
    Path("child.c").write_text(SOURCE)
    run([*compiler, "-w", "-O0", "-o", name, "child.c", *options])
    return os.path.abspath(name)


def misfits():
    """Programs that the shim must not be loaded into."""
    yield "a shared libasan", build("asan", ["gcc", "-fsanitize=address"])
    yield "a shared libtsan", build("tsan", ["setarch", "-R", "gcc", "-fsanitize=thread"])
    if shutil.which("musl-gcc"):
        yield "musl", build("musl", ["musl-gcc"])
    other = bytearray(Path(build("plain", ["gcc"])).read_bytes())
    other[4] = 1  # ELFCLASS32: what the kernel makes of it is the same either way
    Path("narrow").write_bytes(other)
    os.chmod("narrow", 0o755)
    yield "32 bits", os.path.abspath("narrow")


@case("a child into which the shim cannot be loaded: as alone, in every way that it is executed")
def _():
    for what, program in misfits():
        for way in WAYS:
            command = [target("execs"), way, program, "one"]
            alone = run(command, status=None)
            _, result = record(command, status=None)
            equal((result.returncode, result.stdout, result.stderr), (alone.returncode, alone.stdout, alone.stderr), f"{what}, {way}")
        if what != "32 bits":
            equal((alone.returncode, alone.stdout), (7, b"hello 2 one\n"), what)


@case("the same as a script's interpreter, and found by way of PATH")
def _():
    program = build("asan", ["gcc", "-fsanitize=address"])
    Path("script").write_text(f"#!{program}\n")
    os.chmod("script", 0o755)
    equal(record(["sh", "-c", "./script; echo $?"])[1].stdout, b"hello 2 ./script\n7\n", "script")
    for way in ("execvp", "execvpe", "execlp", "posix_spawnp"):
        path = {"PATH": os.getcwd() + ":" + os.environ["PATH"]}
        equal(record([target("execs"), way, "asan", "one"], env=path, status=7)[1].stdout, b"hello 2 one\n", way)


@case("a child that can carry it is recorded, in every way that it is executed")
def _():
    program = build("plain", ["gcc"])
    for way in WAYS:
        for old in glob("*.gz"):
            os.unlink(old)
        equal(record([target("execs"), way, program, "one"], "--exact", status=7)[1].stdout, b"hello 2 one\n", way)
        sizes = [read(path).flat("alloc_objects")["main"] for path in glob("*.gz")]
        check(1000 in sizes or 1001 in sizes, f"{way}: {sizes}")


@case("a sanitizer's program itself: one line, status 3; doctor says it, too")
def _():
    for name in ("address", "thread"):
        program = build(name, ["gcc", f"-fsanitize={name}"])
        result = run([MEMPROF, "run", program], status=3)
        equal(len(result.stderr.splitlines()), 1, result.stderr.decode())
        holds(result.stderr.decode(), "sanitizer")
        holds(run([MEMPROF, "doctor", program], status=None).stdout.decode(), "sanitizer")


@case("a FIFO is no program: executing it fails as alone, and waits for no writer")
def _():
    os.mkfifo("fifo", 0o755)
    for way in ("execve", "posix_spawn"):
        argv = ["timeout", "20", target("execs"), way, "./fifo"]
        equal(record(argv, status=None)[1].returncode, run(argv, status=None).returncode, way)


main()
