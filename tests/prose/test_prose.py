#!/usr/bin/env python3
"""Comments, documents and messages begin their sentences with the subject; and the check would see if they did not
(planted texts): test_prose.py ROOT [CASE...]"""

import sys
from pathlib import Path

import prose
from tap import case, check, equal, main

ROOT = Path(sys.argv.pop(1)).resolve()

# (file, text, lines with a hit)
PLANTED = {
    "a comment of C": ("cli/a.c", "int a;\n/* What it keeps is lost. */\nint b; // That thing moves.\n", [2, 3]),
    "a later sentence of a comment": ("libprof/a.h", "/* Counts calls.\n * All of them. Of two calls\n * one counts. */\n", [2]),
    "a paragraph and an item of a comment": ("tests/a.c", "/* One.\n *\n * What two is.\n * - That thing.\n *   1. Of three. */\n", [3, 4, 5]),
    "lines of // that are one comment": ("tests/a.rs", "// It goes on. Nothing is\n// told. All are told\n// twice.\n", [1, 2]),
    "a sentence behind a colon and one in parentheses": ("tests/a.c", "/* Note: What is left moves. (That thing, too.) */\n", [1, 1]),
    "a phrase over the end of a line": ("libprof/a.c", "/* All but\n * for one. NULL if there is\n * none. */\n", [1, 2]),
    "a docstring and a comment of Python": ("tests/a.py", '"""What it does."""\ndef f():\n    """Of all.\n\n    That one."""\n    x = 1  # Of late it is 2.\n',
                                            [1, 3, 5, 6, 6]),
    "a script's comments": ("scripts/a", "#!/bin/sh\n# Does it.\n# What it does. Then\n#\n# of late not.\nx=1 # That x.\n", [3, 5, 6]),
    "a Python script without a suffix": ("scripts/b", '#!/usr/bin/env python3\n"""What it does."""\n', [2]),
    "a meson.build": ("tests/meson.build", "x = 1 # What x is.\n", [1]),
    "a document": ("docs/a.md", "# What it is\n\nText. What\nis it, is not said.\n\n- That item\n\n| a | Of b |\n| --- | --- |\n| What c | d |\n", [1, 3, 6, 8, 10]),
    "a message": ("cli/a.c", 'f("%s: bad\\n"\n  "What helps is x.");\n', [2]),
    "titles of cases": ("tests/a.py", '@case("it works")\ndef f():\n    @case(f"What {x} is")\n    def g():\n        pass\n', [3]),
    "titles in bats": ("tests/a.bats", '@test "it is told" {\n}\n', [1]),
    "a message's phrases": ("libprof/a.c", 'f("nothing but for %s");\n', [1]),
}
INNOCENT = {
    "questions, and That is": ("docs/a.md", "# What is a leak?\n\nThat is why. What does it\nask? That is it.\n"),
    "the words elsewhere in a sentence": ("cli/a.c", "/* It is what that of it says: what is left. */\nint what; /* what it has */\n"),
    "longer words": ("cli/a.c", "/* Whatever. Often. Thatcher. All but forty. Too late. They told it. */\n"),
    "code and strings of C": ("tests/a.c", 'int That = 1; char s[] = "What /* What x. */ // Of y";\n#include <x//What>\n'),
    "code and strings of Python": ("tests/a.py", 'x = "What. Of late."\nif x is None:\n    f("""That x.""")\n'),
    "quoted words and code": ("docs/a.md", "Not `What x` and \"but for\".\n\n```\n# What x\n```\n"),
    "a name behind a dot": ("docs/a.md", "The file a.That and v1.Of.\n"),
    "an abbreviation": ("cli/a.c", '/* As in docs/a.md. It counts. */ char c = \'"\'; char d = \'"\'; /* fine */\n'),
    "a hash in a script's code": ("scripts/a", 'x=${#What} y="a#What b"\n'),
}


def planted(path, text, lines):
    equal([hit.line for hit in prose.look(path, text)], lines, "lines with hits")


for name, (path, text, lines) in PLANTED.items():
    case(f"found: {name}")(lambda path=path, text=text, lines=lines: planted(path, text, lines))
for name, (path, text) in INNOCENT.items():
    case(f"not found: {name}")(lambda path=path, text=text: planted(path, text, []))


@case("the tree is read at all")
def _():
    files = set(prose.files(ROOT))
    for path in ("README.md", "NEWS", "cli/main.c", "libprof/shim/hooks/malloc.c", "tests/prose/prose.py", "tests/meson.build",
                 "scripts/test", "scripts/tidy", "docs/man.scd.in", "tests/cli/check.bats", "docs/recipes/make/Makefile"):
        check(path in files, f"{path} is not read")
        found = list(prose.blocks(path, (ROOT / path).read_text()))
        check(found, f"{path} has no prose")


@case("no sentence of the tree begins with What, Of or That, and none has one of the phrases")
def _():
    hits = prose.check(ROOT)
    advice = "Begin with the subject, then the verb; instead of the phrase write except, recent, report, or what is missing."
    check(not hits, "\n".join([*map(str, hits), advice]))


main()
