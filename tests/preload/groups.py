#!/usr/bin/env python3
"""--by: top, tree and diff by thread and by module; the figures are those of go tool pprof -tagroot, and of --tagfocus."""

import json
import re

from harness import MEMPROF, case, check, equal, main, read, record, run, target
from tap import holds


def nodes(*arguments):
    return {node["name"]: node["flat"]["value"] for node in json.loads(run([MEMPROF, "top", "--json", *arguments]).stdout)["nodes"]}


def by_thread():
    record([target("known"), "3", "50"], "--exact", "--threads")
    return read("p.pb.gz")


@case("top --by thread: a row a thread, as --tagfocus has each alone")
def _():
    profile = by_thread()
    threads = nodes("--by", "thread", "p.pb.gz")
    equal(sum(threads.values()), profile.total("alloc_space"), "the sum")
    check(len(threads) == 3 and all(re.fullmatch(r"known \(\d+\)", name) for name in threads), threads)
    for name, value in threads.items():
        thread = re.search(r"\d+", name)[0]
        total = json.loads(run([MEMPROF, "top", "--json", f"--tagfocus=thread_id={thread}", "p.pb.gz"]).stdout)["total"]["value"]
        equal(value, total, name)


@case("tree --by thread: the threads are the roots, as in go tool pprof -tagroot")
def _():
    by_thread()
    tree = json.loads(run([MEMPROF, "tree", "--json", "--by=thread", "p.pb.gz"]).stdout)["nodes"]
    roots = {node["name"]: node["cum"]["value"] for node in tree if node["parent"] == 0}
    equal(roots, nodes("--by=thread", "p.pb.gz"), "roots")
    text = run(["go", "tool", "pprof", "-symbolize=none", "-top", "-cum", "-unit=B", "-nodecount=1000", "-nodefraction=0", "-sample_index=alloc_space",
                "-tagroot=thread_id", "p.pb.gz"]).stdout.decode()
    theirs = {m[2]: int(m[1]) for m in re.finditer(r"(\d+)B\s+[\d.]+%\s+(\d+)$", text, re.M)}
    equal({re.search(r"\d+", name)[0]: value for name, value in roots.items()}, theirs, text)


@case("top --by module: a row a file, whose sum is the total")
def _():
    profile = by_thread()
    modules = nodes("--by", "module", "p.pb.gz")
    equal(sum(modules.values()), profile.total("alloc_space"), "the sum")
    check(set(modules) >= {"known"} and all(re.fullmatch(r"known|lib[\w.+-]+|ld[\w.-]+", name) for name in modules), modules)
    of_known = sum(s.values["alloc_space"] for s in profile.samples if s.frames[0][1].endswith("known.c"))
    check(modules["known"] >= of_known > 0, f"{modules} for {of_known}")


@case("diff --by thread compares threads; a label's key groups by its values")
def _():
    by_thread()
    text = run([MEMPROF, "diff", "--unchanged", "--by=thread", "p.pb.gz", "p.pb.gz"]).stdout.decode()
    equal(len(re.findall(r"known \(\d+\)", text)), 3, text)
    check("100 B" in nodes("--by=bytes", "p.pb.gz"), "blocks of 100 bytes")


@case("what has no group is said, with how to record it")
def _():
    record([target("known"), "1", "5"], "--exact")
    result = run([MEMPROF, "top", "--by=thread", "p.pb.gz"], status=2)
    holds(result.stderr.decode(), "--by=thread: no sample of p.pb.gz has a thread", "memprof run --threads")
    holds(run([MEMPROF, "tree", "--by=who", "p.pb.gz"], status=2).stderr.decode(), "no sample of p.pb.gz has a who")


main()
