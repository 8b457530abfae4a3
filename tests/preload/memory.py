#!/usr/bin/env python3
"""A profile says how much of the process's memory it explains: peak RSS beside what malloc gave."""

from pathlib import Path

from harness import MEMPROF, SHIM, case, check, equal, main, read, record, run, target
from running import running
from tap import holds

MIB = 1 << 20


def peak_rss(path):
    return read(path).counts("memory")["peak_rss"]


@case("300 MiB of a program's own mappings: the summary, the profile and top say that malloc has little of it")
def _():
    path, result = "p.pb.gz", run([MEMPROF, "run", "-o", "p.pb.gz", "--", target("mapped")])
    rss = peak_rss(path)
    check(300 * MIB < rss < 320 * MIB, f"peak RSS {rss}")
    holds(result.stderr.decode(), " MiB peak RSS are not from malloc; see `memprof doctor`")
    holds(run([MEMPROF, "top", path]).stdout.decode(), f"Memory: {rss / MIB:.1f} MiB peak RSS, 1.0 MiB of it from malloc")


@case("a program whose memory is malloc's: no such line")
def _():
    path, result = "p.pb.gz", run([MEMPROF, "run", "-o", "p.pb.gz", "--", target("full"), "400000", "200"])
    check("not from malloc" not in result.stderr.decode(), result.stderr.decode())
    check(peak_rss(path) > 0, "no peak RSS")


@case("a program that was killed: its peak RSS is what the kernel counted")
def _():
    path, result = record([target("mapped"), "kill"], status=128 + 9)
    rss = peak_rss(path)
    check(300 * MIB < rss < 320 * MIB, f"peak RSS {rss}")
    holds(run([MEMPROF, "top", path]).stdout.decode(), f"Memory: {rss / MIB:.1f} MiB peak RSS, 1.0 MiB of it from malloc")


@case("a killed program smaller than memprof, or one with children: the kernel's count may be of others")
def _():
    for script in "kill -9 $$", f"'{target('mapped')}'; kill -9 $$":
        path, result = record(["/bin/sh", "-c", script], status=128 + 9)
        equal(read(path).comment("memory"), None, f"memory of a shell that did {script}")


@case("who has the rest: the program's own mappings, shared memory, files, and what the allocator holds")
def _():
    Path("file").write_bytes(bytes(64 * MIB))
    for how, whose in [("anonymous", "anonymous memory that resident mapped itself"), ("shared", "shared memory"),
                       ("file", "files that resident mapped"), ("held", "free blocks and rounding of the allocator's")]:
        path, result = "p.pb.gz", run([MEMPROF, "run", "-o", "p.pb.gz", "--", target("resident"), how])
        look = read(path).counts("resident")
        # Memory that grew by less than a tenth since is not looked at again.
        check(57 * MIB < look["total"] < 90 * MIB and look["detailed"] == 1, f"{how}: {look}")
        parts = sum(look[k] for k in "live allocator anonymous stacks modules files shared recording".split())
        equal(parts, look["total"], f"{how}: the sum of {look}")
        text = run([MEMPROF, "top", path]).stdout.decode()
        holds(text.replace(" was ", " is "), f" of the rest is {whose}")
        if how != "held":  # there the heap is the larger part
            holds(result.stderr.decode().replace(" was ", " is "), f" of the rest is {whose}")


@case("python3 has a heap of its own")
def _():
    script = "import time; x = [str(i) * 3 for i in range(500000)]; time.sleep(1.5)"
    path, result = "p.pb.gz", run([MEMPROF, "run", "-o", "p.pb.gz", "--", "/usr/bin/python3", "-c", script], env={"PYTHONMALLOC": "pymalloc"})
    for text in (result.stderr, run([MEMPROF, "top", path]).stdout):
        holds(text.decode().replace(" was ", " is "), "% of the rest is anonymous memory ")


@case("nobody looked while the program lived: nothing is said of the rest")
def _():
    folder = Path("recordings").absolute()
    folder.mkdir()
    run([target("mapped")], env={"LD_PRELOAD": SHIM, "MEMPROF_DIR": str(folder), "MEMPROF_SUPERVISOR": "1"})
    recording, = folder.glob("*.mprec")
    run([MEMPROF, "recover", "-o", "p.pb.gz", str(recording)])
    check(peak_rss("p.pb.gz") > 300 * MIB, "no peak RSS")
    equal(read("p.pb.gz").comment("resident"), None, "a look at the memory")
    check("of the rest" not in run([MEMPROF, "top", "p.pb.gz"]).stdout.decode(), "the rest is someone's")


@case("a snapshot of a process that lives looks at it then")
def _():
    with running([target("resident"), "held"]) as program:
        run([MEMPROF, "snapshot", "-q", "-o", "s.pb.gz", str(program.pid)])
    holds(run([MEMPROF, "top", "s.pb.gz"]).stdout.decode(), " of the rest was free blocks and rounding of the allocator's")


main()
