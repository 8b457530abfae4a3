#!/usr/bin/env python3
"""Recordings that fill their file system: they stay readable, what they report never exceeds the truth, and they say what
is missing."""

import json
import os
from pathlib import Path

from harness import MEMPROF, SHIM, Failure, case, check, equal, main, read, run, target, top
from small_disk import limited, within
from tap import holds

BLOCKS, SIZE = 40000, 200


# RATE PROGRAM...
PRELOADED = f"""
rate=$1
shift
env ${{rate:+MEMPROF_RATE=$rate}} LD_PRELOAD={SHIM} MEMPROF_SUPERVISOR=1 "$@"
status=$?
cat $MEMPROF_DIR/*.note >&2
{MEMPROF} recover -q -o p.pb.gz $(ls $MEMPROF_DIR/*.mprec) >&2
exit $status
"""


def sizes():
    """From 64 KiB to 16 MiB in KiB, by doubling, and one odd size after each."""
    for k in range(9):
        yield 64 << k
        if k < 8:
            yield (64 << k) * 137 // 100 | 1


def is_incomplete(profile):
    return profile.comment("dropped") is not None


def look(profile, exact):
    """Holds what was recorded, and what the profile says is missing, against what the program did."""
    totals, dropped = profile.counts("totals"), profile.counts("dropped")
    check(totals["allocs"] >= BLOCKS and totals["bytes"] >= BLOCKS * SIZE, f"totals {totals}")
    if not exact:
        total = top("p.pb.gz")["total"]
        # Five standard errors (a side of the interval is 1.96 of them): one false alarm in a million.
        check(total["value"] - (total["value"] - total["low"]) / 1.96 * 5 <= totals["bytes"], f"{total} of {totals}")
        return
    seen, size = profile.total("alloc_objects"), profile.total("alloc_space")
    check(seen <= totals["allocs"] and size <= totals["bytes"], f"{seen} blocks of {size} bytes: more than {totals}")
    check(profile.total("inuse_space") <= size, "more is live than was allocated")
    equal((seen < totals["allocs"]), is_incomplete(profile), f"{seen} of {totals}, dropped {dropped}")
    if is_incomplete(profile):
        equal((dropped["allocs"], dropped["bytes"]), (totals["allocs"] - seen, totals["bytes"] - size), f"missing, of {dropped}")


def try_one(kib, how, mode, program):
    """A profile of the program; None where there is no room for the start of a recording."""
    if os.path.exists("p.pb.gz"):
        os.unlink("p.pb.gz")
    argv = [MEMPROF, "run", "-q", *mode, "-o", "p.pb.gz", "--"]
    # The limit is of the program alone: memprof's own files are not what is tried here.
    if how == "file size limit":
        result = run(argv + limited(kib, program), status=None)
    elif kib < 1024:  # memprof run would choose another place
        result = within(kib, ["sh", "-c", PRELOADED, "sh", mode[0].replace("--", "").replace("rate=", "") if mode else "", *program], status=None)
    else:
        result = within(kib, argv + program, status=None)
    equal((result.returncode, result.stdout), (0, f"{BLOCKS}\n".encode()), f"{kib} KiB: {result.stderr.decode()}")
    profile = read("p.pb.gz") if os.path.exists("p.pb.gz") else None
    # Where it has no room for a start, the shell's own profile, from before the limit, is all there is.
    if profile and "ulimit" not in profile.comment("command"):
        return profile
    holds(result.stderr.decode(), "cannot make a recording in ")
    return None


for how in ("file system", "file size limit"):
    for mode in (["--exact"], ["--rate=4KiB"], []):
        @case(f"every {how} from 64 KiB to 16 MiB, {' '.join(mode) or 'default'}: readable, no more than the truth, and what is missing is said")
        def _(how=how, mode=mode):
            complete = incomplete = 0
            for kib in sizes():
                try:
                    profile = try_one(kib, how, mode, [target("full"), str(BLOCKS), str(SIZE)])
                    if profile:
                        look(profile, mode == ["--exact"])
                        complete, incomplete = complete + (not is_incomplete(profile)), incomplete + is_incomplete(profile)
                except Failure as failure:
                    raise Failure(f"{kib} KiB: {failure}") from failure
            check(incomplete >= (5 if mode == ["--exact"] else 1 if mode else 0), f"{complete} complete and {incomplete} incomplete recordings: nothing was tried")


# Every command says it where the figure stands.

LARGE = [target("full"), "40000", "1500"]  # 57 MiB
BUDGET = """version: 1
limits:
  - metric: alloc_space
    max: %s
"""


def text(result):
    return (result.stdout + result.stderr).decode()


def an_incomplete_profile():
    return within(2048, [MEMPROF, "run", "--exact", "-o", "p.pb.gz", "--", *LARGE])


@case("run --exact: the summary says what is missing, and nothing is exact")
def _():
    said = text(an_incomplete_profile())
    missing = read("p.pb.gz").counts("dropped")["allocs"]
    holds(said, f"INCOMPLETE: {missing} allocations of ", "no room for the recording")
    check("(exact)" not in said, said)


@case("top, tree, diff: the line stands at their head, JSON has a field")
def _():
    an_incomplete_profile()
    run([MEMPROF, "run", "-q", "--exact", "-o", "whole.pb.gz", "--", target("full"), "10", "10"])
    missing = read("p.pb.gz").counts("dropped")
    for command in (["top"], ["tree"], ["diff", "whole.pb.gz"], ["diff", "p.pb.gz"]):
        said = text(run([MEMPROF, *command, "p.pb.gz"]))
        holds(said, f"Incomplete: {missing['allocs']} allocations of ")
        check("(exact)" not in said, said)
    for command in (["top"], ["tree"]):
        document = json.loads(run([MEMPROF, *command, "--json", "p.pb.gz"]).stdout)
        equal((document["dropped"], document["sampling"]["exact"]), (missing, False), "JSON")
        document = json.loads(run([MEMPROF, *command, "--json", "whole.pb.gz"]).stdout)
        equal((document["dropped"], document["sampling"]["exact"]), (None, True), "JSON of a whole one")
    document = json.loads(run([MEMPROF, "diff", "--json", "whole.pb.gz", "p.pb.gz"]).stdout)
    equal((document["base_dropped"], document["new_dropped"]), (None, missing), "JSON of diff")


@case("a merge of complete and incomplete profiles is incomplete, a converted one, too")
def _():
    an_incomplete_profile()
    run([MEMPROF, "run", "-q", "--exact", "-o", "whole.pb.gz", "--", target("full"), "10", "10"])
    run([MEMPROF, "merge", "-o", "both.pb.gz", "whole.pb.gz", "p.pb.gz"])
    holds(text(run([MEMPROF, "top", "both.pb.gz"])), "Incomplete: ")


for kib in (1100, 2048, 5000, 12288):
    @case(f"check with a limit above what {kib} KiB could record: could not check; below it: over, all the same")
    def _(kib=kib):
        for limit, status, word in (("64MiB", 3, "COULD NOT CHECK"), ("100KiB", 1, "FAILED")):
            Path("b.yaml").write_text(BUDGET % limit)
            result = within(kib, [MEMPROF, "check", "--budget", "b.yaml", "--json", "--", *LARGE], status=status)
            verdict = json.loads(result.stdout)["verdicts"][0]
            check("allocations of" in verdict["incomplete"] and not verdict["passed"], verdict)
            equal(verdict["checks"][0]["verdict"], "insufficient data" if status == 3 else "over", "the limit")
            result = within(kib, [MEMPROF, "check", "--budget", "b.yaml", "--junit", "j.xml", "--", *LARGE], status=status)
            holds(text(result), word, "Incomplete: ", " were not recorded")
            holds(Path("j.xml").read_text(), "were not recorded")


@case("check of profiles: an incomplete one does not pass, and is no base")
def _():
    an_incomplete_profile()
    os.rename("p.pb.gz", "part.pb.gz")
    run([MEMPROF, "run", "-q", "--exact", "-o", "whole.pb.gz", "--", *LARGE])
    holds(text(run([MEMPROF, "check", "--base", "whole.pb.gz", "part.pb.gz"], status=3)), "COULD NOT CHECK")
    holds(text(run([MEMPROF, "check", "--base", "part.pb.gz", "whole.pb.gz"], status=3)), "part.pb.gz: ", "it is no base")
    holds(text(run([MEMPROF, "check", "--init", "--budget", "new.yaml", "part.pb.gz"], status=3)), "no budget can be made")
    equal(os.path.exists("new.yaml"), False, "a budget")


@case("a running program: stats, ps, snapshot and leaks --pid say it")
def _():
    look = f"""
        {MEMPROF} run -q --exact -o end.pb.gz -- {target('full')} 40000 200 wait <fifo >started &
        exec 3>fifo
        while ! [ -s started ]; do sleep 0.05; done
        pid=$({MEMPROF} ps --json | jq '.processes[] | select(.command | contains("full 40000 200 wait")) | .pid')
        {MEMPROF} ps --json >ps.json; {MEMPROF} stats --json $pid >stats.json; {MEMPROF} stats $pid >stats.txt
        {MEMPROF} snapshot -q -o now.pb.gz $pid
        {MEMPROF} leaks --pid $pid >leaks.txt 2>&1; echo $? >>leaks.txt
        exec 3>&-; wait"""
    os.mkfifo("fifo")
    within(2048, ["sh", "-c", look], status=None)
    stats = json.loads(Path("stats.json").read_text())
    check(stats["dropped_events"] > 1000, stats["dropped_events"])
    holds(Path("stats.txt").read_text(), "recorded in part", f"{stats['dropped_events']} events were not recorded")
    holds(text(run([MEMPROF, "top", "now.pb.gz"])), "Incomplete: ")
    holds(Path("leaks.txt").read_text(), "Incomplete: ", "could not be checked for leaks", "\n3\n")


@case("allocations in signal handlers that could not be recorded are said, too")
def _():
    said = text(run([MEMPROF, "run", "--exact", "-o", "p.pb.gz", "--", "/usr/bin/env", f"LD_PRELOAD={SHIM}:{target('libbump.so')}", target("storm")]))
    dropped = read("p.pb.gz").counts("dropped")
    check(dropped.get("reentrant", 0) > 0, f"dropped {dropped}: nothing was tried")
    holds(said, f"INCOMPLETE: {dropped['allocs'] or dropped['reentrant']} ", "made in signal handlers")
    check("(exact)" not in said, said)


for kib in (1100, 2048, 12288):
    @case(f"leaks, {kib} KiB: no verdict without leaks, though most allocations were lost unseen")
    def _(kib=kib):
        result = within(kib, [MEMPROF, "leaks", "--", target("full"), "400000", "250", "lose"], status=3)
        holds(text(result), "Incomplete: ", "could not be checked for leaks")
        result = within(kib, [MEMPROF, "leaks", "--junit=j.xml", "--json", "--log=l.json", "--", target("full"), "400000", "250", "lose"], status=3)
        process = json.loads(Path("l.json").read_text())["processes"][0]
        check(process["unrecorded"] > 1000 and not process["complete"], f"{process['unrecorded']}")
        holds(Path("j.xml").read_text(), "were not recorded")
        within(kib, [MEMPROF, "leaks", "--fail-on=possible", "--", target("full"), "400000", "250", "lose"], status=23)


main()
