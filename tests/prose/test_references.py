#!/usr/bin/env python3
"""Files, tests and names that documents and comments name are there, and the shim's variables are in the man page; and the
check would see if they were not (planted trees): test_references.py ROOT BUILD [CASE...]"""

import sys
import tempfile
from pathlib import Path

import references
from tap import case, check, equal, main

ROOT, BUILD = (Path(sys.argv.pop(1)).resolve() for _ in range(2))


def plant(files, finder, *arguments):
    """The lines of a tree that holds these files."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, text in {"libprof/shim/sys/arch.h": "int sys_call(void);\n", "cli/main.c": "", "tests/a.py": "", **files}.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        return finder(root, *arguments)


def places(lines):
    return [": ".join(line.split(": ")[:2]) for line in lines]


@case("a file that is gone is found: in a document, a comment of C, Python and shell; whole, by its tail, by a pattern")
def _():
    files = {"docs/a.md": "See `libprof/shim/gone.h`,\ndocs/gone.md, gone.c and `cli/gone/`.\n\n| a | tests/gone |\n| --- | --- |\n| `cli/*.h` | b |\n",
             "cli/b.c": "/* In\n * sys/gone.h. */\nint a; // tests/gone.py\n", "scripts/a": "# docs/b.md says.\n",
             "tests/b.py": '"""As cli/gone.[ch]."""\n# libprof/sys/arch.h\n'}
    equal(places(plant(files, references.find_missing)),
          ["cli/b.c:2: sys/gone.h", "cli/b.c:3: tests/gone.py", "docs/a.md:1: libprof/shim/gone.h", "docs/a.md:2: docs/gone.md",
           "docs/a.md:2: gone.c", "docs/a.md:2: cli/gone", "docs/a.md:4: tests/gone", "docs/a.md:6: cli/*.h",
           "scripts/a:1: docs/b.md", "tests/b.py:1: cli/gone.[ch]", "tests/b.py:2: libprof/sys/arch.h"], "places")


@case("files that are there, placeholders, other paths and code are fine")
def _():
    files = {"docs/a.md": "`libprof/shim/sys/arch.h`, sys/arch.h, arch.h, `libprof/*/sys/`, tests/a.py, cli/main.[ch], cli/.\n"
                          "`cli/commands/NAME.c`, foo.h, `arch_CPU.h`, /usr/include/gone.h, ~/gone.c, https://a.b/docs/gone.md, and/or.\n\n"
                          "```\nvim docs/gone.md\n```\n",
             "tests/b.c": '#include "cli/gone.h" /* includes */\nchar a[] = "docs/gone.md"; /* <sys/gone.h> */\n'}
    equal(plant(files, references.find_missing), [], "lines")


PAGE = "The linker complains. `unit-a` complains of it,\nand `gone-a`\ncomplains.\n\n| fault | harm | test |\n| --- | --- | --- |\n| `x` | y | `unit-a`, `gone-b` |\n"


@case("a test that is gone is found where a page says that it complains, and in a table's column of tests")
def _():
    lines = plant({"docs/RELIABILITY.md": PAGE}, references.find_missing_tests, {"unit-a"})
    equal(sorted(places(lines)), ["docs/RELIABILITY.md:2: gone-a", "docs/RELIABILITY.md:7: gone-b"], "places")


@case("a name that no source has is found")
def _():
    text = "`sys_call`, `sys_call()`, `struct gone_a`,\n`gone_b()` and `a_test`, `--an_option`, `a b_c`, `main.c`.\n"
    equal(places(plant({"docs/EXTENDING.md": text}, references.find_missing_names, {"a_test"})),
          ["docs/EXTENDING.md:1: gone_a", "docs/EXTENDING.md:2: gone_b"], "places")


@case("an environment variable that the man page lacks is found")
def _():
    files = {"libprof/common/settings.h": '#define A "MEMPROF_A" /* "MEMPROF_C" */\n#define B \\\n  "MEMPROF_B"\n#define D "MEMPROF_AB"\n',
             "docs/man.scd.in": "*MEMPROF_A*\n\tNot MEMPROF_B.\n"}
    equal([line.split(": ")[1] for line in plant(files, references.find_missing_settings)], ["MEMPROF_B", "MEMPROF_AB"], "variables")


@case("the build's tests are known, and the pages name some")
def _():
    tests = references.tests_of(BUILD)
    check({"layers", "references", "preload-exact"} <= tests, sorted(tests))
    for page in references.TEST_PAGES:
        names = {name for _, name in references.named_tests(page, (ROOT / page).read_text())}
        check(len(names & tests) > 3, f"{page} names {names}")


@case("files that documents and comments name are there")
def _():
    found = references.find_missing(ROOT)
    check(not found, "\n".join(found))


@case("tests that documents name are there")
def _():
    found = references.find_missing_tests(ROOT, references.tests_of(BUILD))
    check(not found, "\n".join(found))


@case("names of the code that documents have in backquotes are there")
def _():
    found = references.find_missing_names(ROOT, references.tests_of(BUILD))
    check(not found, "\n".join(found))


@case("the man page has the shim's environment variables")
def _():
    found = references.find_missing_settings(ROOT)
    check(not found, "\n".join(found))


@case("README says what memprof is, its commands, its cost, what it does not see and beside whom it stands, before its sessions")
def _():
    text = (ROOT / "README.md").read_text()
    parts = ["memprof says where", "    scripts/demo ", "    scripts/test ", "**Its cost**", "**What memprof does not see**",
             "**Beside whom it stands**", "## A session"]
    places = [text.find(part) for part in parts]
    check(-1 not in places and places == sorted(places), f"parts and places: {list(zip(parts, places))}")
    unseen = text[places[4]:places[5]]
    for memory in ("mmap", "stacks", "libraries", "Python", "node", "Java", "Go", "gcc", "memprof doctor"):
        check(memory in unseen, f"{memory} is not in: {unseen}")
    rivals = text[places[5]:places[6]]
    for tool in ("heaptrack", "memray", "jemalloc", "tcmalloc", "LeakSanitizer", "valgrind", "Go's pprof"):
        check(tool in rivals, f"{tool} is not in: {rivals}")


main()
