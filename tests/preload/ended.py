#!/usr/bin/env python3
"""Recordings of children that have ended become profiles while the program runs: any number of children go through a file system
that has room for the recordings of a hundred, and memprof run ends with the profiles and figures that they would have made together."""

import json
import os
import re
from glob import glob

from harness import MEMPROF, case, check, equal, main, run, target
from small_disk import within
from tap import holds

CHILDREN, BLOCKS = 200, 200
DISK = 32 << 10  # KiB; a recording has 220 and more


def children(*mode, n=CHILDREN, blocks=BLOCKS, more=(), **options):
    """The pids that the children wrote, and what memprof run says."""
    for path in glob("*.pb.gz"):
        os.unlink(path)
    result = within(DISK, [MEMPROF, "run", "-o", "p.pb.gz", *mode, "--", target("children"), str(n), str(blocks), *more], **options)
    return result.stdout.decode().split(), result.stderr.decode()


def sites(path):
    nodes = json.loads(run([MEMPROF, "top", "--json", "--sample-index=alloc_objects", path]).stdout)["nodes"]
    return {node["name"]: node["flat"]["value"] for node in nodes}


def pid_of(path):
    return re.fullmatch(r"p\.([\d-]+)\.pb\.gz", path)[1]


def merged():
    run([MEMPROF, "merge", "-o", "all", *glob("p*.pb.gz")])
    return sites("all")


@case("a profile for each of 200 children, and all of them in the summary")
def _():
    for mode in ([], ["--exact"]):
        pids, said = children(*mode)
        equal(len(pids), CHILDREN, "children that ran")
        equal(sorted(pid_of(p) for p in glob("p.*.pb.gz")), sorted(pids), f"profiles of children, {mode}")
        seen = merged()
        check(not mode or (seen["in_child_1000"], seen["in_parent_500"]) == (CHILDREN * BLOCKS, 3), f"blocks: {seen}")
        holds(said, f"{CHILDREN + 1} processes: {CHILDREN * BLOCKS + 3} allocations", f"{CHILDREN} more processes wrote a profile",
              "that of process", "is p.pb.gz", "the largest is process")
        check("INCOMPLETE" not in said and "recording" not in said, said)


@case("a forked child that does little before it executes a program has the program's profile alone")
def _():
    pids, said = children("--exact", blocks=20, more=["/bin/true"])
    equal(sorted(pid_of(p) for p in glob("p.*.pb.gz")), sorted(pids), "profiles of children")
    equal(merged().get("in_child_1000"), None, "blocks from before they executed it")
    holds(said, f"{CHILDREN + 1} processes: ")


@case("a child whose first thread has ended while another goes on is recorded to its end")
def _():
    pids, _ = children("--exact", env={"LATE": "1"})
    equal(sites(f"p.{pids[-1]}.pb.gz").get("in_late_300"), 10, "blocks of the late thread")


KILL = f"""
{MEMPROF} run -q -o p.pb.gz --exact -- {target("children")} 100000 {BLOCKS} >pids &
for i in $(seq 1000); do [ $(ls p.*.pb.gz 2>/dev/null | wc -l) -lt 20 ] || break; sleep 0.02; done
program=$(cut -d' ' -f1 /proc/$!/task/$!/children)
kill -9 $! $program
sleep 0.5 # for a child that is under way
{MEMPROF} recover -q -o recovered.%p.pb.gz --all
ls $MEMPROF_DIR
"""


@case("memprof killed while it collects: each child has a profile, or a recording that recover reads")
def _():
    left = within(DISK, ["sh", "-c", KILL]).stdout.decode()
    equal(re.findall(r"\S+mprec", left), [], "recordings that nobody reads")
    pids = open("pids").read().split()
    check(len(pids) >= 20, pids)
    for pid in pids:
        # The file that takes a name is empty until the profile is there.
        files = [p for p in (f"p.{pid}.pb.gz", f"recovered.{pid}.pb.gz") if os.path.exists(p) and os.path.getsize(p)]
        check(files, f"nothing of child {pid} of {len(pids)}")
        equal(sites(files[0])["in_child_1000"], BLOCKS, files[0])


main()
