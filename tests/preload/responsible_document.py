#!/usr/bin/env python3
"""The first rows of `memprof top` on ten programs, git among them, as a table: responsible_document.py --git PROGRAM --document FILE

Runs responsible.py, and ends with its status."""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from marks import machine, table, write_between

SHOWN = 5


def row(line):
    title, good, *names = line.split("\t")
    return [title, ", ".join(f"`{name}`" for name in names[:SHOWN]), f"{good} of {len(names)}"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--git", required=True)
    parser.add_argument("--document", type=Path, required=True)
    arguments = parser.parse_args()
    with tempfile.NamedTemporaryFile("r") as rows:
        env = {**os.environ, "GIT": arguments.git, "REPOSITORY": os.getcwd(), "ROWS": rows.name}
        status = subprocess.run([sys.executable, Path(__file__).with_name("responsible.py")], env=env).returncode
        lines = rows.read().splitlines()
    write_between(arguments.document, "responsible",
                  [f"{machine()}.", "", *table(["program", f"the first {SHOWN} rows", "somebody's own, of ten"], map(row, lines))])
    return status


sys.exit(main())
