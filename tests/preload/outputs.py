#!/usr/bin/env python3
"""Files that reports go to: what cannot be written is refused before the program starts; what breaks later loses no verdict
and no recording; a report on standard output has it to itself."""

import json
import os
from glob import glob
from pathlib import Path

from harness import MEMPROF, case, check, equal, main, read, run, target
from tap import holds

ROOT = os.geteuid() == 0
FULL = [target("full"), "100", "1000"]
LOSE = [*FULL, "lose"]
STARTS = ["sh", "-c", "touch started; rm -rf gone; mkdir -p there; exec \"$@\"", "sh"]


def text(result):
    return (result.stdout + result.stderr).decode()


COMMANDS = {"run": ["run", "--exact", "-o"], "leaks -o": ["leaks", "-o"], "leaks --log": ["leaks", "--log"], "leaks --junit": ["leaks", "--junit"],
            "check -o": ["check", "-o"], "check --sarif": ["check", "--sarif"], "check --markdown": ["check", "--markdown"]}
REFUSED = {"a folder that is not there": "missing/x", "a folder": "folder", "a name that ends in a slash": "new/", "below a file": "file/x",
           "an endless name": "n" * 300}

for name, command in COMMANDS.items():
    @case(f"{name}: what cannot be written is refused with 2, the program is not started")
    def _(command=command):
        os.mkdir("folder")
        Path("file").write_text("x")
        for what, path in REFUSED.items():
            result = run([MEMPROF, *command, path, "--", *STARTS, *LOSE], status=2)
            equal(len(result.stderr.splitlines()), 1, f"{what}: {result.stderr.decode()}")
            holds(text(result), f"cannot write '{path}'", "not started")
            equal(os.path.exists("started"), False, f"{what}: started")


@case("a full file system and a read-only one are refused, too")
def _():
    for options in ("size=64k", "ro"):
        for command in COMMANDS.values():
            script = f"mkdir -p full; mount -t tmpfs -o {options} none full; cat /dev/zero >full/zeros 2>/dev/null || :; exec \"$@\""
            result = run(["unshare", "-m" if ROOT else "-rm", "sh", "-c", script, "sh", MEMPROF, *command, "full/x", "--", *STARTS, *LOSE], status=2)
            holds(text(result), "cannot write 'full/x'")
            equal(os.path.exists("started"), False, "started")


def breaking(*command, status):
    """The folder of the output is there when the program starts, and then it is gone."""
    os.makedirs("gone", exist_ok=True)
    return run([MEMPROF, *command, "--", *STARTS, *LOSE], status=status)


@case("run: the profile's folder goes away: one line, status 2, the recording stays")
def _():
    os.environ["MEMPROF_DIR"] = os.path.abspath("dir")
    os.mkdir("dir")
    try:
        result = breaking("run", "--exact", "-o", "gone/p.pb.gz", status=2)
        holds(text(result), "gone/p.pb.gz", "the recording stays")
        run([MEMPROF, "recover", "-q", "-o", "p.pb.gz", "dir"])
        check(any(read(p).total("alloc_space") >= 100000 for p in glob("p.*pb.gz")), "the profile")
        os.mkdir("gone")
        result = run([MEMPROF, "run", "-o", "gone/p.pb.gz", "--", "sh", "-c", "rmdir gone; exit 7"], status=7)
        holds(text(result), "the recording stays")
    finally:
        del os.environ["MEMPROF_DIR"]


@case("leaks: the report is printed whatever happens to its files; the status is 2")
def _():
    for option in ("-o", "--log", "--junit"):
        holds(text(breaking("leaks", option, "gone/x", status=2)), "100,000 bytes in 100 blocks", "SUMMARY: memprof: 100000 byte(s)", "cannot")
        os.makedirs("gone", exist_ok=True)
        result = run([MEMPROF, "leaks", option, "gone/x", "--", *STARTS, *FULL], status=2)
        holds(text(result), "SUMMARY: memprof: no leaks.", "cannot")
    for option in ("-o", "--log"):
        holds(text(run([MEMPROF, "leaks", option, "/dev/full", "--", *LOSE], status=2)), "100,000 bytes in 100 blocks", "/dev/full")
    os.makedirs("gone", exist_ok=True)
    result = breaking("leaks", "--json", "--log", "gone/x", status=2)
    document = json.loads(result.stderr[result.stderr.index(b"{"):result.stderr.rindex(b"}") + 1])
    equal(document["leaked"], {"bytes": 100000, "objects": 100}, "JSON on standard error")


@case("check: the verdict is printed whatever happens to its files; the status is 2")
def _():
    Path("b.yaml").write_text("version: 1\nlimits:\n  - metric: alloc_space\n    max: 10 MiB\n")
    for option in ("-o", "--junit", "--sarif", "--markdown", "--gitlab"):
        holds(text(breaking("check", option, "gone/x", status=2)), "FAILED", "cannot")
        os.makedirs("gone", exist_ok=True)
        result = run([MEMPROF, "check", "--budget", "b.yaml", option, "gone/x", "--", *STARTS, *FULL], status=2)
        holds(text(result), "passed, 1 comparison", "cannot")


@case("a file size limit: no SIGXFSZ for memprof, the program gets it as alone")
def _():
    limited = ["sh", "-c", 'ulimit -S -f 1; exec "$@"', "sh"]
    program = ["sh", "-c", "ulimit -S -f unlimited; exec \"$@\"", "sh", *LOSE]
    # Its suppressions make the report larger than the limit.
    result = run([*limited, MEMPROF, "leaks", "--show=all", "--gen-suppressions", "--log", "l", "--", *program], status=2)
    holds(text(result), "100,000 bytes in 100 blocks", "cannot write 'l'")
    alone = run([*limited, "sh", "-c", "yes | head -c 100000 >large"], status=None)
    result = run([*limited, MEMPROF, "run", "-q", "-o", "/dev/null", "--", "sh", "-c", "yes | head -c 100000 >large"], status=None)
    equal(result.returncode, alone.returncode, "the program's status")


@case("a report on standard output has it to itself: the program's goes to standard error")
def _():
    for command, status in ((["leaks", "--json"], 23), (["leaks", "--log=-", "--json"], 23), (["leaks", "--sarif=-"], 23), (["check", "--json"], 1),
                            (["check", "--sarif=-"], 1)):
        result = run([MEMPROF, *command, "--", *LOSE], status=status)
        check(isinstance(json.loads(result.stdout), dict), "a document")
        check(b"100\n" in result.stderr, result.stderr.decode())
    result = run([MEMPROF, "run", "-q", "--exact", "-o", "-", "--", *FULL])
    Path("p.pb.gz").write_bytes(result.stdout)
    check(read("p.pb.gz").total("alloc_space") >= 100000 and result.stderr == b"100\n", "the profile")


@case("otherwise the program's output stays where it was")
def _():
    for command, status in ((["leaks"], 23), (["leaks", "--json", "--log=l.json"], 23), (["leaks", "--log=l"], 23), (["check"], 1),
                            (["check", "--sarif=s"], 1), (["run", "-q", "-o", "p.pb.gz"], 0)):
        result = run([MEMPROF, *command, "--", *LOSE], status=status)
        equal(result.stdout, b"100\n", command)


@case("files are written over, pipes are written to, %p in a folder's name is no reason to refuse")
def _():
    Path("l").write_text("old " * 1000)
    run([MEMPROF, "leaks", "--log=l", "--", *LOSE], status=23)
    check(Path("l").read_text().startswith("Process "), Path("l").read_text()[:100])
    result = run(["sh", "-c", f"{MEMPROF} leaks --log=/dev/fd/3 -- {' '.join(LOSE)} 3>&1 >/dev/null | grep -c ^SUMMARY"])
    equal(result.stdout, b"1\n", "pipe")
    run([MEMPROF, "run", "-q", "-o", "%n/p.pb.gz", "--", "sh", "-c", "mkdir -p sh dash; :"], status=None)
    check(glob("*/p.pb.gz"), os.listdir("."))


main()
