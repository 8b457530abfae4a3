#!/usr/bin/env python3
"""Strange programs end as they do alone: by default, with --exact and under memprof leaks. docs/RELIABILITY.md lists all of them."""

import os
import re
from pathlib import Path

from harness import MEMPROF, SHIM, case, check, equal, main, run, target

MODES = {"default": ["run", "-q", "-o", "p.%p.pb.gz"], "--exact": ["run", "-q", "-o", "p.%p.pb.gz", "--exact"], "leaks": ["leaks", "--log=report"]}
LEAKS = {"default": None, "--exact": None, "leaks": 23}  # a program that has some (date has) and ends with 0
THINGS = {
    "clones": "clone with 12 sets of flags, and without a signal",
    "namespaces": "user, pid, mount, net, ipc, uts and cgroup namespaces, by unshare and clone",
    "filters_kill": "a seccomp filter that kills, for each of 460 system calls",
    "filters_trap": "a seccomp filter that traps, for each of 460 system calls",
    "limits": "a limit of each of the 16 kinds, before and after a program is executed",
    "descriptors": "closefrom, close_range, a close of each, dup2 over each",
    "altstacks": "signal handlers that allocate on alternate stacks of 6 to 8 KiB",
    "longjmp": "handlers that leave by siglongjmp",
    "deep": "a recursion of 50,000 calls",
    "threads": "10,000 threads, 2,000 at a time",
    "exec_from_thread": "a program executed by a thread while others allocate",
    "exit_race": "exit, _exit and quick_exit while threads allocate",
    "jit": "code in an anonymous page, without unwind tables, that changes",
    "dlmopen": "a second libc by dlmopen",
    "traced": "a child that asks to be traced, and its parent, which traces it",
    "spawns": "vfork, posix_spawn, posix_spawnp without an environment, system after clearenv",
}
STATIC = """#include <stdio.h>
#include <stdlib.h>
int main(void) {
  free(malloc(99));
  return puts("static") < 0;
}
"""
AUDIT = "unsigned la_version(unsigned v) { return v; }"
FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"


def alike(argv, mode, preload=None, env=None):
    """Output and status alone, and under memprof with the library behind the shim."""
    before = ["/usr/bin/env", f"LD_PRELOAD={preload}"] if preload else []
    inside = ["/usr/bin/env", f"LD_PRELOAD={SHIM}:{preload}"] if preload else []
    alone = run([*before, *argv], env=env, status=None)
    recorded = run([MEMPROF, *MODES[mode], "--", *inside, *argv], env=env, status=None)
    check(alone.stdout, "the program says nothing")
    equal(recorded.stdout.decode(), alone.stdout.decode(), f"output, {mode}")
    check(recorded.returncode in (alone.returncode, LEAKS[mode]), f"status {recorded.returncode} for {alone.returncode}, {mode}")


for mode in MODES:
    for thing, title in THINGS.items():
        @case(f"{title} {mode}")
        def _(thing=thing, mode=mode):
            alike([target("strange"), thing], mode)

    @case(f"LD_AUDIT {mode}")
    def _(mode=mode):
        Path("audit.c").write_text(AUDIT)
        run(["gcc", "-shared", "-fPIC", "-o", "audit.so", "audit.c"])
        alike(["/usr/bin/env", f"LD_AUDIT={os.path.abspath('audit.so')}", target("strange"), "spawns"], mode)

    @case(f"libfaketime {mode}")
    def _(mode=mode):
        alike(["/bin/date", "+%F"], mode, preload=FAKETIME, env={"FAKETIME": "@2001-02-03 04:05:06"})

    @case(f"a static child {mode}")
    def _(mode=mode):
        Path("static.c").write_text(STATIC)
        run(["gcc", "-static", "-o", "static", "static.c"])
        alike(["/bin/sh", "-c", "./static; exit 5"], mode)


@case("each strange thing of docs/RELIABILITY.md has a test, and each here is listed there")
def _():
    source = Path(__file__).resolve().parents[2]
    listed = re.search(r"<!-- strange: begin -->\n(.*?)<!-- strange: end -->", (source / "docs/RELIABILITY.md").read_text(encoding="utf-8"), re.S)[1]
    rows = [[cell.strip() for cell in row.strip("| ").split("|")] for row in listed.strip().splitlines()[2:]]
    check(len(rows) > 20, rows)
    for thing, test, words, _ in rows:
        suite, name = test.strip("`").split("-", 1)
        path = source / "tests" / suite / f"{name}.py"
        words = words.strip("`")
        found = words in path.read_text(encoding="utf-8") or (path.with_suffix("") / f"{words}.c").exists()
        check(found, f"{thing}: {path} has no {words}")
    named = {words.strip("`") for _, test, words, _ in rows if test == "`preload-strange`"}
    equal(sorted(named), sorted([*THINGS, "LD_AUDIT", "libfaketime", "static"]), "rows of preload-strange")


main()
