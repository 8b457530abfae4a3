#!/usr/bin/env python3
"""Which processes a leak check names, what it says of those that it cannot check, and what turns it off. Speaks TAP."""

import json
import os
import re
import subprocess

from harness import LOSE, MEMPROF, build, case, equal, folder, holds, leaks, main, report

LOST = build("lost", LOSE + "int main(int argc, char **argv) { lose(); return argc > 1 ? atoi(argv[1]) : 0; }")
RECOVERABLE = build("recoverable", LOSE + """
#include <stdio.h>
__attribute__((weak)) int __lsan_do_recoverable_leak_check(void);
int main(void) { lose(); clean(); printf("%d\\n", __lsan_do_recoverable_leak_check()); return 0; }""")


@case("LSAN_OPTIONS=leak_check_at_exit=0 leaves the program's own checks, detect_leaks=0 none")
def _():
    for options, program, wanted in (("leak_check_at_exit=0", LOST, (0, "")), ("detect_leaks=0", LOST, (0, "")), ("leak_check_at_exit=1", LOST, (23, "")),
                                     ("leak_check_at_exit=false", RECOVERABLE, (23, "1\n")), ("detect_leaks=no", RECOVERABLE, (0, "0\n"))):
        result = leaks(program, env={**os.environ, "LSAN_OPTIONS": options})
        equal((result.returncode, result.stdout), wanted, options)
        equal("LSAN_OPTIONS turned the check off" in result.stderr, wanted[0] == 0, options)
        equal("no leaks.\n" in result.stderr, False, options)
    result = leaks(LOST, "7", env={**os.environ, "LSAN_OPTIONS": "leak_check_at_exit=0"})
    equal(result.returncode, 7)


@case("--pid of a process that memprof did not start: a line with a remedy, status 3, no figure")
def _():
    stranger = subprocess.Popen(["sleep", "100"])
    try:
        for options in ((), ("--json",), ("--every=10ms",)):
            result = leaks(*options, f"--pid={stranger.pid}")
            equal((result.returncode, result.stdout), (3, ""), options)
            holds(result.stderr, f"process {stranger.pid}", "memprof did not start it", "memprof run --exact")
            equal(result.stderr.count("\n"), 1, options)
        equal(open(f"/proc/{stranger.pid}/stat").read().split()[2], "S", "it goes on")
    finally:
        stranger.kill()
        stranger.wait()


@case("a process that another one traces has its command in the report, too")
def _():
    document, _ = report("strace", "-f", "-o", "/dev/null", "sh", "-c", "ls / >/dev/null; exit 6")
    equal([p["command"] for p in document["processes"] if not p["command"]], [])
    holds("\n".join(p["command"] for p in document["processes"] if not p["checked"]), "sh -c ls / >/dev/null; exit 6")
    document, _ = report("gdb", "-batch", "-ex", "run", "--args", LOST, "0")
    holds("\n".join(p["command"] for p in document["processes"] if not p["checked"]), f"{LOST} 0")
    holds(leaks("gdb", "-batch", "-ex", "run", "--args", LOST, "0").stderr, f": {LOST} 0\n  not checked: another process traces it")


TWO = """
NOINLINE void *own_get(size_t n) { return get(n); }
NOINLINE void lose_a(void) { void *p = own_get(48); ESCAPE(p); }
NOINLINE void lose_b(void) { void *p = own_get(80); ESCAPE(p); }
int main(void) { lose_a(); lose_b(); return 0; }"""


def entries_of(text):
    return re.findall(r"^\{\n.*?^\}$", text, re.M | re.S)


@case("--gen-suppressions of a stripped program: an entry hides its own stack and no other of the file; with and without build-id")
def _():
    for name, flags in (("stripped", []), ("stripped_no_id", ["-Wl,--build-id=none"])):
        program = build(name, TWO, *flags)
        subprocess.run(["strip", program], check=True)
        entries = entries_of(leaks("--gen-suppressions", program).stderr)
        equal(len(entries), 2)
        holds(entries[0], "obj:build-id:" if not flags else f"obj:{program}+0x")
        equal([line for entry in entries for line in entry.splitlines() if line.strip().startswith("obj:") and "+0x" not in line], [])
        (folder / "supp").write_text(entries[0])
        document, result = report("--suppressions", "supp", program)
        summary = document["processes"][0]["summary"]
        equal((summary["suppressed"], summary["definite"]), ({"bytes": 80, "objects": 1}, {"bytes": 48, "objects": 1}))
        equal(result.returncode, 23)
        (folder / "supp").write_text("\n".join(entries))
        equal(leaks("--suppressions", "supp", program).returncode, 0)
        valgrind = subprocess.run(["valgrind", "--leak-check=full", "--error-exitcode=9", "--suppressions=supp", program], cwd=folder, capture_output=True, text=True)
        equal(valgrind.returncode, 9, "valgrind reads the entries and hides nothing by them: " + valgrind.stderr)


main()
