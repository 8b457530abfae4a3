"""The parts of documents that scripts write: the text between <!-- NAME: begin --> and <!-- NAME: end -->."""

import re
import subprocess
import sys
import time
from pathlib import Path


def write_between(document, name, lines):
    """Replaces what stands there; ends the script if the document has no such marks."""
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
    head, found, rest = document.read_text().partition(begin)
    _, found_end, tail = rest.partition(end)
    if not found or not found_end:
        sys.exit(f"{document}: has no marks {begin.strip()} and {end}")
    document.write_text(f"{head}{begin}\n" + "\n".join(lines) + f"\n\n{end}{tail}")


def read_between(document, name):
    """The lines that stand there; none without marks."""
    _, _, rest = document.read_text().partition(f"<!-- {name}: begin -->\n")
    return rest.partition(f"<!-- {name}: end -->")[0].splitlines()


def machine():
    """The day and the machine, as figures name them."""
    models = re.findall(r"^model name\s*:\s*(.*)$", Path("/proc/cpuinfo").read_text(), re.M)
    kernel = subprocess.run(["uname", "-r"], capture_output=True, text=True, check=True).stdout.strip()
    return f"{time.strftime('%Y-%m-%d')}, {models[0] if models else 'unknown processor'}, {len(models)} processors, Linux {kernel}"


def table(head, rows):
    """Lines of Markdown."""
    cells = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(str(c) for c in row)} |" for row in cells]
