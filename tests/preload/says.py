#!/usr/bin/env python3
"""The shim leaves the program's descriptors alone when it has something to say: here, that it cannot make a recording."""

import os
import shutil
from pathlib import Path

from harness import MEMPROF, SHIM, case, check, equal, main, run, target
from tap import holds

KINDS = ("data", "pipe", "full", "closed")
SUPERVISOR = {"MEMPROF_SUPERVISOR": str(os.getpid())}


def settings(supervised, folder="recordings"):
    if Path("moved").exists():
        shutil.rmtree("moved")
    os.makedirs("recordings", exist_ok=True)
    return {"LD_PRELOAD": SHIM, "MEMPROF_RATE": "exact", "MEMPROF_DIR": os.path.abspath(folder), **(SUPERVISOR if supervised else {})}


def check_quiet_start(kind, env):
    env = {**env, "LD_PRELOAD": "", "PRELOAD_THEN": SHIM}
    result = run([target("says"), kind, "first"], env=env, timeout=20)
    equal((result.stdout, result.stderr), (b"done\n", b""), "stdout and stderr")
    if Path("data").exists():
        equal(Path("data").read_bytes(), b"data\n", "the program's data")


for kind in KINDS:
    for supervised in (False, True):
        @case(f"a child whose descriptor 2 is {kind}: nothing is written there, nothing ends it {'(memprof run)' * supervised}")
        def _(kind=kind, supervised=supervised):
            env = settings(supervised)
            # The parent's own profile is found no more at its end.
            result = run([target("says"), kind], env=env, timeout=20)
            equal(result.stdout, b"done\n", "stdout")
            check(b"cannot make" not in result.stderr, result.stderr.decode())
            if kind == "data":
                equal(Path("data").read_bytes(), b"data\n", "the program's data")

        # A file was stderr when the program started, as far as anybody can know: a line may go there.
        if kind != "data" or supervised:
            @case(f"a program that starts with descriptor 2 being {kind}: the same {'(memprof run)' * supervised}")
            def _(kind=kind, supervised=supervised):
                check_quiet_start(kind, settings(supervised, "nowhere"))


@case("descriptor 2 is stderr: one line without memprof run, none with it but a note")
def _():
    line = "cannot make a recording in {}; this process is not recorded\n"
    result = run([target("says"), "now"], env=settings(False, "nowhere"))
    equal(result.stderr.decode(), "memprof: " + line.format(os.path.abspath("nowhere")), "stderr")
    result = run([target("says"), "stderr"], env=settings(False))
    equal(result.stderr.decode().count("cannot make a recording"), 1, f"lines of the child: {result.stderr}")
    equal(run([target("says"), "stderr"], env=settings(True)).stderr, b"", "stderr under a supervisor")


@case("a profile that is written at exit: its messages do not go into the program's data")
def _():
    def env():
        return {**settings(False), "MEMPROF_OUTPUT": "/nonexistent/p.pb.gz"}

    holds(run([target("says"), "now"], env=env()).stderr.decode(), "memprof: ", "/nonexistent")
    for kind in KINDS[1:]:
        check_quiet_start(kind, env())


@case("children that are not recorded: memprof run says so once, in its own words, and with -q not at all")
def _():
    # They may not write files, the shell may.
    child = f"(ulimit -f 0; exec {target('says')} stderr 2>&1)"
    shell = ["sh", "-c", f"x=$( {child}; {child} ); echo $x"]
    for quiet in ([], ["-q"]):
        result = run([MEMPROF, "run", *quiet, "-o", "p.pb.gz", "--", *shell], status=0)
        equal(result.stdout, b"done done\n", "what the shell heard")
        lines = [line for line in result.stderr.decode().splitlines() if "not recorded" in line]
        equal(len(lines), 0 if quiet else 1, f"lines: {result.stderr.decode()}")
        if lines:
            check("more process" in lines[0], lines[0])


@case("a child that cannot carry the shim, without memprof run: it runs, and nothing is printed")
def _():
    Path("child.c").write_text("int main(void) { return 7; }\n")
    run(["gcc", "-static", "-o", "child", "child.c"])
    for way in ("execve", "posix_spawn"):
        result = run([target("execs"), way, "./child"], env=settings(False), status=7)
        equal((result.stdout, result.stderr), (b"", b""), way)


main()
