#!/usr/bin/env python3
"""A profile says how much of the process's memory it explains: peak RSS beside what malloc gave."""

from harness import MEMPROF, case, check, equal, main, read, record, run, target
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


main()
