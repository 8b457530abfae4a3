#!/usr/bin/env python3
"""Which processes a leak check names, what it says of those that it cannot check, and what turns it off. Speaks TAP."""

import json
import os
import re
import subprocess
from xml.etree import ElementTree

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
        equal("LSAN_OPTIONS turned the leak check off" in result.stderr, wanted[0] == 0, options)
        equal("no leaks.\n" in result.stderr, False, options)
    for options, program, wanted in (("leak_check_at_exit=0", LOST, 0), ("", LOST, 1), ("leak_check_at_exit=0", RECOVERABLE, 1)):
        result = subprocess.run([MEMPROF, "check", "--", program], cwd=folder, capture_output=True, text=True, env={**os.environ, "LSAN_OPTIONS": options})
        equal((result.returncode, "LSAN_OPTIONS turned the leak check off" in result.stderr), (wanted, not wanted), f"check: {options}")
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


# A loss of two levels, and a smaller one that loses nothing else.
RECORDS = build("records", """
NOINLINE void *inner(size_t n) { return get(n); }
NOINLINE void lose_tree(void) { void **p = get(40); p[0] = inner(24); p[1] = inner(1000); ((void **)p[1])[5] = get(8); ESCAPE(p); }
NOINLINE void lose_leaf(void) { ESCAPE(get(500)); }
int main(void) { lose_leaf(); lose_tree(); clean(); return 0; }""")


@case("a direct loss and what it lost indirectly are one record with the sum, which decides the order; sums by kind stay")
def _():
    document, result = report(RECORDS)
    leaking = document["processes"][0]["leaks"]
    # Calls on one line at the same level differ by their addresses: three stacks were lost with the first.
    equal([(x["kind"], x["bytes"], x["objects"], x.get("indirect"), x.get("total")) for x in leaking],
          [("definite", 40, 1, {"bytes": 1032, "objects": 3}, {"bytes": 1072, "objects": 4})] +
          [("indirect", n, 1, None, None) for n in (1000, 24, 8)] +
          [("definite", 500, 1, {"bytes": 0, "objects": 0}, {"bytes": 500, "objects": 1})])
    equal({x["lost_by"] for x in leaking if x["kind"] == "indirect"}, {leaking[0]["site"]})
    equal([document["processes"][0]["summary"][k] for k in ("definite", "indirect")], [{"bytes": 540, "objects": 2}, {"bytes": 1032, "objects": 3}])
    text = leaks("--show=definite", RECORDS).stderr
    holds(text, "1,072 (40 direct, 1,032 indirect) bytes in 4 (1 direct, 3 indirect) blocks are definitely lost", "\n500 bytes in 1 block is definitely lost",
          "SUMMARY: memprof: 1572 byte(s) leaked in 5 allocation(s).")
    equal("indirectly lost with it" in text, False)
    document, _ = report("--show=indirect", RECORDS)
    equal([x["bytes"] for x in document["processes"][0]["leaks"]], [1000, 24, 8], "alone, they are entries of their own")


@case("a record is one finding for build servers, with the stacks that were lost with it")
def _():
    leaks("--junit=j.xml", "--sarif=s.json", "--markdown=m.md", "--gitlab=g.json", RECORDS)
    message = "1072 (40 direct, 1032 indirect) bytes in 4 (1 direct, 3 indirect) blocks are definitely lost"
    cases = ElementTree.parse(folder / "j.xml").findall(".//testcase")
    equal([c.find("failure").get("message").split(",")[0] for c in cases], [message.split(",")[0], "500 bytes in 1 block is definitely lost"])
    holds(cases[0].find("failure").text, message, "1000 bytes in 1 block, lost with it", "24 bytes in 1 block, lost with it")
    results = json.loads((folder / "s.json").read_text())["runs"][0]["results"]
    equal([r["ruleId"] for r in results], ["definite", "definite"])
    holds(results[0]["message"]["text"], message)
    holds((folder / "m.md").read_text(), f"| {message}")
    equal(len(json.loads((folder / "g.json").read_text())), 2)


@case("a block that two lost ones lead to counts for the same in every run, wherever they lie")
def _():
    program = build("shared", """
NOINLINE void **one(size_t n) { return get(n); }
NOINLINE void **two(size_t n) { return get(n); }
NOINLINE void lose_both(int swap) {
  void **a = one(swap ? 300000 : 64), **b = two(swap ? 64 : 300000);
  a[0] = b[0] = get(32);
  ESCAPE(a);
  ESCAPE(b);
}
int main(int argc, char **argv) { lose_both(argc > 1); clean(); return 0; }""")
    for arguments in ((), ("swap",)):
        for _ in range(3):
            document, _ = report(program, *arguments)
            heads = {x["stack"][1]["function"]: x["indirect"]["bytes"] for x in document["processes"][0]["leaks"] if x["kind"] == "definite"}
            equal(heads, {"one": 0, "two": 32}, arguments)


HOLDER = build("holder", r"""
struct Base { virtual ~Base() {} int n = 0; };
struct Widget : Base {
  void (*callback)();
  int *table;
  char *name;
  char *inside;
  const char *text = "\1\2\3\4\5\6\7";
};
int *things[100];
void *kept;
void on_done() { }
NOINLINE char *make_name() { return (char *)get(24); }
NOINLINE void *make_kept() { return get(1000); }
NOINLINE void lose() {
  Widget *w = new Widget;
  w->callback = on_done;
  w->table = (int *)&things[3];
  w->name = make_name();
  w->inside = (char *)kept + 16;
  ESCAPE(w);
}
NOINLINE void lose_many() { void **p = (void **)get(96); for (int i = 0; i < 12; i++) p[i] = &kept; ESCAPE(p); }
NOINLINE void lose_numbers() { long *p = (long *)get(4000); for (int i = 0; i < 500; i++) p[i] = i; ESCAPE(p); }
int main() { kept = make_kept(); lose(); lose_many(); lose_numbers(); clean(); return 0; }""", compiler="g++")


@case("--why on a definite block: no pointer is left, the last is not known, and what the block points to, by function and symbol")
def _():
    document, _ = report("--why", HOLDER)
    lost = {x["stack"][0 if x["stack"][0]["function"] == "lose" else 1]["function"]: x for x in document["processes"][0]["leaks"] if x["kind"] == "definite"}
    holds(lost["lose"]["why"], "no pointer to it is left", "the last one is not known")
    points = {p["offset"]: p for p in lost["lose"]["points_to"]}
    equal({o: p["symbol"] for o, p in points.items() if "symbol" in p}, {0: "vtable for Widget+0x10", 16: "on_done", 24: "things+0x18"})
    equal({o: p["module"] for o, p in points.items() if "module" in p and o < 30}, {0: HOLDER, 16: HOLDER, 24: HOLDER})
    equal({o: (p["block"]["bytes"], p["block"]["kind"], int(p["address"], 16) - int(p["block"]["address"], 16)) for o, p in points.items() if "block" in p},
          {32: (24, "indirect", 0), 40: (1000, "reachable", 16)})
    equal([points[o]["block"]["site"] in {x["site"] for x in document["processes"][0]["leaks"]} for o in (32, 40)], [True, False])
    equal(len(lost["lose_many"]["points_to"]), 8)
    equal(lost["lose_numbers"]["points_to"], [])
    text = leaks("--why", HOLDER).stderr
    holds(text, "  it points to:\n    +0    vtable for Widget+0x10 in " + HOLDER, "    +24   things+0x18 in ", ", indirectly lost, allocated in get\n",
          "    +40   16 bytes into 1000 bytes at 0x", ", still reachable, allocated in get\n", "    and 4 more\n")
    equal(text.count("it points to:"), 2)
    document, _ = report(HOLDER)
    equal({x.get("points_to") for x in document["processes"][0]["leaks"]}, {None}, "without --why")


main()
