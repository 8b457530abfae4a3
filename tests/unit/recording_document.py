#!/usr/bin/env python3
"""docs/RECORDING.md has the offsets, sizes and version that libprof/common/layout.h has: recording_document.py ROOT"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tap import add, check, equal, main

ROOT = Path(sys.argv.pop(1))
DOCUMENT = (ROOT / "docs/RECORDING.md").read_text()
HEADER = re.findall(r"^\| (\d+) \| (\d+) \| `(\w+)` \|", DOCUMENT, re.MULTILINE)
TABLES = re.findall(r"^\| ([a-z ]+) \| [^|]*?, (?:and figures, )?(\d+)(?:;[^|]*)? \| (\d+) \|", DOCUMENT, re.MULTILINE)


def from_compiler(expressions):
    """The values of C expressions over layout.h."""
    lines = "".join(f'printf("%lu\\n", (unsigned long)({e}));\n' for e in expressions)
    source = f'#include "common/layout.h"\n#include <stddef.h>\n#include <stdio.h>\nint main(void) {{\n{lines}}}\n'
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "a.c").write_text(source)
        subprocess.run(["gcc", "-I", str(ROOT / "libprof"), "-o", f"{folder}/a", f"{folder}/a.c"], check=True)
        return [int(n) for n in subprocess.run([f"{folder}/a"], capture_output=True, check=True).stdout.split()]


def header_rows():
    check(len(HEADER) > 30, "the table of the header was not found")
    fields = [name for _, _, name in HEADER]
    offsets = from_compiler(f"offsetof(struct recording_header, {f})" for f in fields)
    sizes = from_compiler(f"sizeof(((struct recording_header *)0)->{f})" for f in fields)
    equal([(int(o), int(s), f) for o, s, f in HEADER], list(zip(offsets, sizes, fields)), "the header's rows")


def table_rows():
    equal(len(TABLES), from_compiler(["TABLE_COUNT"])[0], "tables")
    sizes = from_compiler(f"table_element_size({i})" for i in range(len(TABLES)))
    firsts = from_compiler(f"table_first({i})" for i in range(len(TABLES)))
    equal([(int(s), int(f)) for _, s, f in TABLES], list(zip(sizes, firsts)), "element sizes and first chunks")


def version():
    number = from_compiler(["RECORDING_VERSION"])[0]
    check(f"| `version` | {number} |" in DOCUMENT and f"Version {number} " in DOCUMENT, f"it does not describe version {number}")


add("the header's fields", header_rows)
add("the tables", table_rows)
add("the version", version)
main()
