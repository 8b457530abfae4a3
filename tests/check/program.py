#!/usr/bin/env python3
"""`memprof check -- PROGRAM`: runs it exactly, looks for leaks, judges, and stays out of the program's way."""

import json
from pathlib import Path

from harness import MEMPROF, case, check, equal, main, run

CHECK = [MEMPROF, "check"]

SOURCE = r"""
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
void *volatile kept[64];
int n_kept;
__attribute__((noinline)) void *keep(size_t n) { return kept[n_kept++ % 64] = malloc(n); }
__attribute__((noinline)) void lose(size_t n) { *(volatile char *)malloc(n) = 1; }
__attribute__((noinline)) void serve(void) { free(keep(1000)); void *volatile p = malloc(24); free(p); }
int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    int n = atoi(argv[i] + 1);
    switch (argv[i][0]) {
    case 'k': keep((size_t)n); break;
    case 'l': lose((size_t)n); memset(__builtin_alloca(512), 0, 512); break;
    case 's': while (n--) serve(); break;
    case 'w': { void *p = malloc(8); free(p); free(p); } break;
    case 'x': return n;
    }
  }
  puts("output");
  return 0;
}
"""


def build(name="prog", source=SOURCE, *flags):
    Path(name + ".c").write_text(source)
    run(["gcc", "-g", "-O1", "-fno-builtin", "-w", name + ".c", "-o", name, *flags])
    return "./" + name


def verdict(*arguments, status=0):
    done = run([*CHECK, "--json", *arguments], status=status)
    text = done.stdout[done.stdout.index(b"{"):]
    return json.loads(text)["verdicts"][0]


def budget(text, name="b.yaml"):
    Path(name).write_text("version: 1\n" + text)
    return name


@case("a clean program passes: its output alone on stdout, one line on stderr, none with -q")
def clean():
    program = build()
    done = run([*CHECK, "--", program, "k100"])
    equal(done.stdout, b"output\n", "stdout")
    equal(done.stderr, b"memprof: ./prog: passed, 2 comparisons\n", "stderr")
    equal(run([*CHECK, "-q", "--", program, "k100"]).stderr, b"", "stderr with -q")


@case("a leak fails with status 1 and names the function that lost it")
def leak():
    program = build()
    done = run([*CHECK, "--", program, "l777"], status=1)
    check(b"777 B" in done.stderr and b"lose (" in done.stderr, done.stderr)
    found = verdict("--", program, "l777", status=1)
    equal([(c["metric"], c["value"], c["verdict"]) for c in found["checks"]],
          [("definite_space", 777, "over"), ("indirect_space", 0, "ok")], "checks")
    equal(found["checks"][0]["stacks"][0]["function"], "lose", "function")


@case("a leak of a program without debug information is named by its own code, not by where libc called main")
def without_debug_information():
    found = verdict("--", "perl", "-e", "1", status=1)
    named = [stack["function"] for c in found["checks"] for stack in c["stacks"]]
    check(named and all(name != "main" and not name.startswith(("__libc_start", "_start")) for name in named), named)
    check(any(name.startswith("Perl_") for name in named), named)


@case("suppressions count, given or in LSAN_OPTIONS")
def suppressions():
    program = build()
    Path("supp").write_text("leak:lose\n")
    run([*CHECK, "--", program, "l777"], env={"LSAN_OPTIONS": "suppressions=supp"})
    run([*CHECK, "--suppressions", "supp", "--", program, "l777"])


@case("a pass names a child that could not be recorded, and says what it lacks")
def lacks_a_child():
    build()
    still = build("still", SOURCE, "-static")
    for script, count in ((f"{still}; ./prog k100", "1 other process,"), (f"{still}; {still}; ./prog k100", "2 other processes,")):
        lines = run([*CHECK, "--", "sh", "-c", script + "; true"]).stderr.decode().splitlines()
        check(any("still could not be checked" in line for line in lines[:-1]), lines)
        check("passed" in lines[-1] and f"without {count}" in lines[-1], lines)


@case("a program's own failure is passed on, with leaks or without; signals as the shell has them")
def failure():
    program = build()
    done = run([*CHECK, "--", program, "x7"], status=7)
    check(b"ended with status 7" in done.stderr, done.stderr)
    done = run([*CHECK, "--", program, "l5000", "x7"], status=7)
    check(b"over its limits, too" in done.stderr, done.stderr)
    run([*CHECK, "--", "sh", "-c", "kill -TERM $$"], status=128 + 15)
    run([*CHECK, "--", "./no-such-program"], status=127)


@case("a wrong free fails")
def wrong_free():
    done = run([*CHECK, "--json", "--junit", "j.xml", "--", build(), "w"], status=None)
    check(done.returncode in (1, 134), done.returncode)  # glibc aborts on it
    found = json.loads(done.stdout[done.stdout.index(b"{"):])["verdicts"][0]["checks"][-1]
    equal((found["metric"], found["value"], found["verdict"]), ("wrong_frees", 1, "over"), "check")
    equal(found["stacks"][0]["function"], "main", "function")
    check('type="memprof.check.wrong_frees"' in Path("j.xml").read_text(), "JUnit")


@case("all processes of a tree are judged together")
def tree():
    program = build()
    script = f"{program} k5000 >/dev/null & {program} k6000 >/dev/null & wait; {program} l300 >/dev/null"
    found = verdict("--budget", budget("limits:\n  - {metric: alloc_space, function: keep, max: 11000}\n"
                                       "  - {metric: definite_space, function: lose, max: 299}\n"),
                    "--", "sh", "-c", script, status=1)
    equal([(c["value"], c["verdict"]) for c in found["checks"]], [(11000, "ok"), (300, "over")], "checks")


@case("-o writes a base that the same program passes against and a bigger one fails")
def base():
    program = build()
    run([*CHECK, "-q", "-o", "%n.%%.pb.gz", "--", program, "s100", "k5000"])
    equal(sorted(p.name for p in Path().glob("*.pb.gz")), ["prog.%.pb.gz"], "files")
    run([*CHECK, "--base", "prog.%.pb.gz", "--", program, "s100", "k5000"])
    done = run([*CHECK, "--base", "prog.%.pb.gz", "--", program, "s105", "k5000"], status=1)
    check(b"serve" in done.stderr, done.stderr)
    # 5 more of 1000 and 24 bytes: the bytes of keep alone reach the floor.
    found = verdict("--base", "prog.%.pb.gz", "--", program, "s105", "k5000", status=1)
    equal([(c["site"], c["metric"], c["delta"]) for c in found["checks"] if c["verdict"] == "over"],
          [(None, "alloc_space", 5120), ("keep", "alloc_space", 5000)], "over")


@case("limits per operation divide by --ops or by the samples of a function")
def operations():
    program = build()
    per = "limits:\n  - {metric: alloc_space, function: serve, per: operation, max: MAX}\n"
    for operations, options in (("", ["--ops", "50"]), ("operations: ^serve$\n", [])):
        name = budget(operations + per.replace("MAX", "1024"))
        found = verdict(*options, "--budget", name, "--", program, "s50")
        equal(found["checks"][0]["value"], 1024, "bytes an operation")
        run([*CHECK, *options, "--budget", budget(operations + per.replace("MAX", "1023")), "--", program, "s50"], status=1)
    done = run([*CHECK, "--budget", budget(per.replace("MAX", "1024")), "--", program, "s50"], status=3)
    check(b"--ops" in done.stderr and b"b.yaml:3" in done.stderr, done.stderr)


@case("owners have what their innermost frames allocate")
def owners():
    program = build()
    owners = ("owners:\n  - name: store\n    sites: [{function: ^keep$}]\n"
              "  - name: service\n    sites: [{function: ^serve$}, {file: nowhere}]\n  - name: rest\n    sites: [{function: ^main$}]\n")
    limits = "".join(f"  - {{metric: alloc_objects, owner: {o}, max: 1000}}\n" for o in ("store", "service", "rest"))
    found = verdict("--budget", budget(owners + "limits:\n" + limits), "--", program, "s10", "k8", "l9")
    # serve's own blocks are the service's, those that keep made for it the store's; lose's caller is main.
    equal([c["value"] for c in found["checks"]], [11, 10, 2], "objects")


@case("live sites, peak and what is reachable at the end can be limited")
def metrics():
    program = build()
    # The peak is at the end, when stdout has its buffer, too.
    wanted = {"live_sites": 1, "peak_space": 1500, "inuse_space": 1500, "reachable_space": 1500, "reachable_objects": 2}
    limits = "".join(f"  - {{metric: {metric}, module: prog, function: ^keep$, max: 9999}}\n" for metric in wanted)
    found = verdict("--budget", budget("limits:\n" + limits), "--", program, "k1000", "s3", "k500")
    equal({c["metric"]: c["value"] for c in found["checks"]}, wanted, "values")


@case("what a limit needs and nobody recorded is an error, not a pass")
def lacking():
    program = build()
    run([MEMPROF, "run", "-q", "--exact", "-o", "p.pb.gz", program, "k10"])
    done = run([*CHECK, "--budget", budget("limits:\n  - {metric: definite_space, max: 0}\n"), "p.pb.gz"], status=3)
    check(b"b.yaml:3: p.pb.gz does not have definite_space: record it with" in done.stderr, done.stderr)
    done = run([*CHECK, "--budget", budget("limits:\n  - {metric: alloc_space, growth: 5%}\n"), "p.pb.gz"], status=3)
    check(b"give --base" in done.stderr, done.stderr)


@case("a program that cannot be checked is no pass")
def unchecked():
    program = build("still", SOURCE, "-static")
    done = run([*CHECK, "--", program], status=None)
    check(done.returncode in (2, 3), f"status {done.returncode}: {done.stderr}")
    # Behind a shell that is seen only at its end.
    done = run([*CHECK, "--junit", "j.xml", "--", "sh", "-c", f"exec {program}"], status=3)
    check(b"could not be checked for leaks" in done.stderr, done.stderr)
    check("<error type" in Path("j.xml").read_text(), Path("j.xml").read_text())


@case("a bad budget is said before the program runs")
def bad_budget():
    program = build()
    done = run([*CHECK, "--budget", budget("limits: []\n"), "--", program], status=2)
    equal(done.stdout, b"", "stdout")


@case("--init of a program writes a budget that it keeps")
def init():
    program = build()
    run([*CHECK, "--init", "--", program, "k5000", "s20"])
    run([*CHECK, "--budget", "memprof.yaml", "--", program, "k5000", "s20"])
    run([*CHECK, "--budget", "memprof.yaml", "--", program, "k90000", "s20"], status=1)
    run([*CHECK, "--budget", "memprof.yaml", "--", program, "k5000", "s20", "l1"], status=1)


@case("several bases: their own spread is no growth, more than it is")
def spread():
    program = build()
    bases = []
    for i, n in enumerate((50000, 50900, 49500, 50400, 50100)):
        run([MEMPROF, "run", "-q", "--exact", "-o", f"b{i}.pb.gz", program, f"k{n}"])
        bases += ["--base", f"b{i}.pb.gz"]
    run([MEMPROF, "run", "-q", "--exact", "-o", "same.pb.gz", program, "k54400"])
    run([MEMPROF, "run", "-q", "--exact", "-o", "more.pb.gz", program, "k90000"])
    # 54400 is the floor above the mean, 50180, but within 8 deviations of 5 runs, which t at 0.1% with 4 degrees of
    # freedom, 7.2, makes of them; against the last one alone it is growth.
    run([*CHECK, *bases, "same.pb.gz"], status=0)
    run([*CHECK, "--base", "b4.pb.gz", "same.pb.gz"], status=1)
    run([*CHECK, *bases, "more.pb.gz"], status=1)


@case("several programs: each is compared with its own base")
def programs():
    a, b = build("a"), build("b")
    for name, n in (("a", 1000), ("b", 90000)):
        for label in ("old", "new"):
            run([MEMPROF, "run", "-q", "--exact", "-o", f"{label}-{name}.pb.gz", f"./{name}", f"k{n}"])
    run([*CHECK, "--base", "old-a.pb.gz", "--base", "old-b.pb.gz", "new-a.pb.gz", "new-b.pb.gz"])
    run([MEMPROF, "run", "-q", "--exact", "-o", "new-b.pb.gz", b, "k99000"])
    done = run([*CHECK, "--base", "old-a.pb.gz", "--base", "old-b.pb.gz", "new-a.pb.gz", "new-b.pb.gz"], status=1)
    check(b"New:  new-b.pb.gz\nBase: old-b.pb.gz" in done.stdout, done.stdout)


main()
