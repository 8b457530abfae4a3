#!/usr/bin/env python3
"""Replaced words stay replaced, and names of long sources say what they are about; and the check would see if not
(planted trees): test_words.py ROOT [CASE...]"""

import sys
import tempfile
from pathlib import Path

import words
from tap import case, check, equal, main

ROOT = Path(sys.argv.pop(1)).resolve()
TABLE = f"""{words.HEADING}

| word | now | names | where |
| --- | --- | --- | --- |
| slot | granule | `slot` `slot_*` `*_SLOT` `libprof/shim/*/slot.*` | `libprof/shim` `tests` |

## Others

| x | y | `free` | `libprof` |
"""


def plant(files, finder):
    """The lines of a tree that holds these files."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, text in {words.GLOSSARY: TABLE, "libprof/shim/a.h": "", "tests/a.c": "", "cli/a.c": "", **files}.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        return finder(root)


def places(lines):
    return [line.split(": ")[0] for line in lines]


@case("a replaced name is found, in C and Python, and so is a file of the name")
def _():
    files = {"libprof/shim/count/b.c": "int x;\nint f(void) { return slot_take(x, FULL_SLOT); }\n", "tests/b.py": "import a\nslot = 1\n",
             "libprof/shim/count/slot.h": ""}
    equal(sorted(places(plant(files, words.find_replaced))),
          ["libprof/shim/count/b.c:2", "libprof/shim/count/b.c:2", "libprof/shim/count/slot.h", "tests/b.py:2"], "places")


@case("comments, strings, longer names and other folders are not the name")
def _():
    files = {"libprof/shim/b.c": '/* slot */ int timeslot; char s[] = "slot"; // slot\n', "cli/b.c": "int slot;\n",
             "tests/b.py": "# slot\nx = 'slot'\n\"\"\"slot\"\"\"\nslots = free\n"}
    equal(plant(files, words.find_replaced), [], "lines")


LONG_FILE = "/* Long. */\n" + "\n" * words.LONG


@case("a static function of a long source that is only a verb is found")
def _():
    text = LONG_FILE + "static int find(int x) {\n}\nstatic __attribute__((noinline, hot(1))) struct a *\nread(void) {\n}\nstatic void run(void);\n"
    equal(places(plant({"libprof/shim/b.c": text}, words.find_generic)),
          [f"libprof/shim/b.c:{words.LONG + line}" for line in (2, 5, 7)], "places")


@case("short sources, names with a subject, calls, tables and public functions are fine")
def _():
    text = "static int find(int x) {\n}\n"
    fine = ("static int rate_find(int x) {\n  read(1);\n  static int run;\n}\nint find(void) {\n}\n/*\nstatic int find(void)\n*/\n"
            "static const struct a b = {find(1)};\n")
    equal(plant({"cli/b.c": text, "libprof/shim/b.c": LONG_FILE + fine}, words.find_generic), [], "lines")


@case("the glossary's table is read, and its folders are there")
def _():
    rows = words.table((ROOT / words.GLOSSARY).read_text())
    check(len(rows) > 8, f"only {len(rows)} rows")
    for row in rows:
        check(row.names and row.folders, row.word)
        for folder in row.folders:
            check(words.sources(ROOT / folder), f"{row.word}: {folder} has no sources")


@case("names of the tree are seen")
def _():
    names = words.names_of(ROOT / "libprof/shim/record/thread_ledger.h")
    check("ledger_spend" in names, sorted(names)[:40])


@case("no replaced word came back")
def _():
    found = words.find_replaced(ROOT)
    check(not found, "\n".join(found))


@case("no static function of a long source is only called by a verb")
def _():
    found = words.find_generic(ROOT)
    check(not found, "\n".join(found))


main()
