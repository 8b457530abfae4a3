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
    os.mkdir("bin")
    program = build("bin/asan", ["gcc", "-fsanitize=address"])
    Path("script").write_text(f"#!{program}\n")
    os.chmod("script", 0o755)
    equal(record(["sh", "-c", "./script; echo $?"])[1].stdout, b"hello 2 ./script\n7\n", "script")
    for way in ("execvp", "execvpe", "execlp", "posix_spawnp"):
        for folders, where in ((f"{os.getcwd()}/nowhere:{os.getcwd()}/bin", "."), ("/nowhere:", "bin")):  # an empty one is the working folder
            path = {"PATH": folders + ":" + os.environ["PATH"]}
            equal(record([target("execs"), way, "asan", "one"], env=path, status=7, cwd=where, timeout=20)[1].stdout, b"hello 2 one\n", f"{way}, {folders}")


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


def reported(command, *options):
    """The lines of memprof run about programs that were not recorded."""
    result = run([MEMPROF, "run", *options, "-o", "p.pb.gz", "--", *command], status=None)
    return [line.removeprefix("memprof: ") for line in result.stderr.decode().splitlines() if "not recorded" in line]


def set_uid_copy(name, program):
    """A program that another user's rights come with; None where this user cannot make one."""
    shutil.copy(program, name)
    if os.getuid() != 0:
        return None
    os.chown(name, 65534, 65534)
    os.chmod(name, 0o4755)
    return os.path.abspath(name)


@case("memprof run says which programs ran without the shim, and why, however they were executed")
def _():
    static, plain = build("static", ["gcc", "-static"]), build("plain", ["gcc"])
    reasons = [(what, program, "") for what, program in misfits()] + [("static", static, "is statically linked"),
                                                                      ("static, position-independent", build("pie", ["gcc", "-static-pie"]), "is statically linked")]
    if (program := set_uid_copy("other", plain)):
        reasons.append(("set-uid", program, "is executed with other rights"))
    for what, program, why in reasons:
        for way in WAYS:
            lines = reported([target("execs"), way, program, "one"])
            name = "a program" if way == "fexecve" else program
            equal(len(lines), 1, f"{what}, {way}: {lines}")
            check(lines[0].startswith(f"{name} {why}") and lines[0].endswith(" and was not recorded"), f"{what}, {way}: {lines}")
    equal(reported(["sh", "-c", f"{static}; {static}; {static}; {plain}; true"]), [f"{static} is statically linked and was not recorded (nor were 2 more)"])
    equal(reported(["sh", "-c", f"env -i {plain}; true"]), [f"{plain} was started without LD_PRELOAD and was not recorded"])


@case("nothing is said of programs that are recorded, that could not be executed, or that were not to be")
def _():
    static, plain = build("static", ["gcc", "-static"]), build("plain", ["gcc"])
    shutil.copy(static, "closed")
    os.chmod("closed", 0o644)
    loader = next(path for path in ("/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1") if os.path.exists(path))
    for command in (f"{plain}; true", "./closed; true", "./gone; true", f"{loader} {plain}; true"):
        equal(reported(["sh", "-c", command]), [], command)
    equal(reported(["sh", "-c", f"{static}; env -i {plain}; true"], "--no-follow"), [], "children that nobody asked for")
    equal(reported(["sh", "-c", f"{static}; true"], "-q"), [], "-q")


@case("a FIFO is no program: executing it fails as alone, and waits for no writer")
def _():
    os.mkfifo("fifo", 0o755)
    for way in ("execve", "posix_spawn"):
        argv = ["timeout", "20", target("execs"), way, "./fifo"]
        equal(record(argv, status=None)[1].returncode, run(argv, status=None).returncode, way)


main()
