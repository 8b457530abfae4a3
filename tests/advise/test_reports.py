#!/usr/bin/env python3
"""The reports on histories: their figures follow from what the program does, and others can read them. Everything is recorded.
Speaks TAP."""

import json
import os
import subprocess
from pathlib import Path

import jsonschema
import tap

MEMPROF = os.environ["MEMPROF"]
SCHEMA = json.loads(Path(os.environ["SARIF_SCHEMA"]).read_text())
PROFILE = "p.pb.gz"
# 40,000 blocks that are freed at once; 500 that live to the end; 300 that are freed after 20 allocations of 256 bytes.
PROGRAM = """
#include <stdlib.h>
#define KEEP(p) __asm__ volatile("" : : "r"(p) : "memory")
#define FAR __attribute__((noinline))
FAR void temporary(void) { char *p = malloc(100); KEEP(p); free(p); KEEP(p); }
FAR void kept(void) { char *p = malloc(64); KEEP(p); }
FAR void between(void) { char *p = malloc(256); KEEP(p); free(p); KEEP(p); }
FAR void spans(void) { char *p = malloc(700); KEEP(p); for (int i = 0; i < 20; i++) between(); free(p); KEEP(p); }
int main(void) {
  for (int i = 0; i < 40000; i++) temporary();
  for (int i = 0; i < 500; i++) kept();
  for (int i = 0; i < 300; i++) spans();
}
"""


def run(*command, status=0):
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    tap.equal(result.returncode, status, result.stderr)
    return result


def record():
    Path("a.c").write_text(PROGRAM)
    run("gcc", "-g", "-O1", "-fno-builtin", "-o", "a", "a.c")
    run(MEMPROF, "run", "-q", "--exact", "--advise", "-o", PROFILE, "--", "./a")


def lifetimes(*options):
    functions = json.loads(run(MEMPROF, "lifetimes", "--json", *options, PROFILE).stdout)["functions"]
    return {each["name"]: (each["objects"], each["live"], {bar["from"]: bar["objects"] for bar in each["histogram"]}) for each in functions}


@tap.case("lifetimes: each function's objects by how long they lived, live ones apart")
def by_calls():
    record()
    found = lifetimes()
    tap.equal(found["temporary"], (40000, 0, {0: 40000}), "freed before the next allocation")
    tap.equal(found["kept"], (500, 500, {}), "live")
    tap.equal(found["spans"], (300, 0, {16: 300}), "20 allocations lie between 16 and 31")


@tap.case("lifetimes --clock=bytes")
def by_bytes():
    record()
    tap.equal(lifetimes("--clock=bytes")["spans"], (300, 0, {4096: 300}), "20 times 256 are 5120 bytes")


@tap.case("lifetimes as text: parts of the objects, in the columns of their classes")
def as_text():
    record()
    lines = run(MEMPROF, "lifetimes", PROFILE).stdout.splitlines()
    head = next(line for line in lines if line.lstrip().startswith("objects"))
    for name, column in (("temporary", "0"), ("spans", "<100"), ("kept", "live")):
        row = next(line for line in lines if line.endswith(f" {name}"))
        tap.equal(row.split()[1], "100%", name)
        tap.equal(row.index("100%") + 4, head.index(f" {column} " if column != "live" else " live") + len(column) + 1, f"{name} under {column}")


# A buffer of each function serves all of its objects, of which one lives at once.
REUSABLE = {"temporary": 40000 * 100 - 100, "between": 300 * 20 * 256 - 256, "spans": 300 * 700 - 700}


@tap.case("reusable_space: the bytes that a kept buffer would have served, for top and for go tool pprof")
def reusable():
    record()
    nodes = json.loads(run(MEMPROF, "top", "--json", "--sample-index=reusable_space", PROFILE).stdout)["nodes"]
    found = {node["name"]: node["flat"]["value"] for node in nodes if node["flat"]["value"]}
    tap.equal(sorted(found), sorted(REUSABLE), "functions; what kept() makes stays")
    for name, bytes_ in REUSABLE.items():
        tap.check(abs(found[name] - bytes_) <= 64, f"{name}: {found[name]}, not {bytes_}; 64 histories are rounded")
    listed = run("go", "tool", "pprof", "-top", "-sample_index=reusable_objects", PROFILE).stdout
    row = next(line.split() for line in listed.splitlines() if line.endswith(" temporary"))
    tap.equal(row[0], "40000")


@tap.case("reusable_space is a metric of memprof check; a profile without histories cannot tell it")
def reusable_budget():
    record()
    # Histories are a choice of the objects, so that a limit fails only where chance does not explain it.
    for limit, status in ((2 * sum(REUSABLE.values()), 0), (sum(REUSABLE.values()) // 2, 1)):
        Path("budget.yaml").write_text(f"version: 1\nlimits:\n  - metric: reusable_space\n    max: {limit}\n")
        run(MEMPROF, "check", "--budget=budget.yaml", PROFILE, status=status)
    run(MEMPROF, "run", "-q", "--exact", "-o", "plain.pb.gz", "--", "./a")
    tap.holds(run(MEMPROF, "check", "--budget=budget.yaml", "plain.pb.gz", status=3).stderr, "memprof run --advise")


@tap.case("advise --explain: the item's histories and its stack")
def explained():
    record()
    items = json.loads(run(MEMPROF, "advise", "--json", PROFILE).stdout)["items"]
    number = next(i for i, item in enumerate(items) if item["function"] == "temporary")
    tap.equal((items[number]["rule"], items[number]["saves"]["bytes"], items[number]["saves"]["allocations"]), ("stack", 4000000, 40000))
    text = run(MEMPROF, "advise", f"--explain={number + 1}", PROFILE).stdout
    rows = [line.split() for line in text.splitlines() if line.split()[:2] == ["100", "B"]]
    tap.equal(len(rows), items[number]["histories"], "a row for each history")
    tap.check(all("freed" in row and "temporary" in " ".join(row) for row in rows), f"{rows[:2]}")
    tap.holds(text, "Allocated at:", "temporary", "main")
    failed = run(MEMPROF, "advise", "--explain=99", PROFILE, status=2)
    tap.holds(failed.stderr, "so no item 99")


@tap.case("advise --sarif and --markdown: notes at the line, valid by the schema, and a table that others read")
def for_build_servers():
    record()
    run(MEMPROF, "advise", "--sarif", "s.json", "--markdown", "m.md", PROFILE)
    sarif = json.loads(Path("s.json").read_text())
    jsonschema.Draft4Validator(SCHEMA).validate(sarif)
    results = sarif["runs"][0]["results"]
    tap.check(results and all(each["level"] == "note" for each in results), "results are notes")
    line = 1 + next(i for i, text in enumerate(PROGRAM.splitlines()) if "void temporary" in text)
    places = [each["locations"][0]["physicalLocation"] for each in results if "temporary" in json.dumps(each)]
    tap.check(any(p["region"]["startLine"] == line and p["artifactLocation"]["uri"].endswith("a.c") for p in places), f"{places}")
    html = run("cmark-gfm", "--unsafe", "-e", "table", "m.md").stdout
    tap.holds(html, "<table>", "temporary")


@tap.case("histories that are not there: the message says which case it is")
def without():
    record()
    run(MEMPROF, "run", "-q", "--exact", "-o", "plain.pb.gz", "--", "./a")
    tap.holds(run(MEMPROF, "lifetimes", "plain.pb.gz", status=2).stderr, "record them with: memprof run --advise")
    tap.holds(run(MEMPROF, "lifetimes", "--focus=nowhere", PROFILE, status=2).stderr, "left out by filters")


tap.main()
