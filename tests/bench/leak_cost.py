#!/usr/bin/env python3
"""The cost of a leak check beside LeakSanitizer's: CPU and elapsed time of whole runs, interleaved, with an A/A control.

Writes the table in docs/LEAKS.md between its markers, unless --print is given.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measure import run

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENT = ROOT / "docs/LEAKS.md"
BLOCKS, MIB, POINTERS_MIB = 5_000_000, 1024, 256


def tools(memprof, folder):
    plain, sanitized = str(folder / "plain"), str(folder / "sanitized")
    return {"bare": [plain], "again": [plain], "memprof": [memprof, "leaks", "--", plain], "lsan": [sanitized]}


def build(folder):
    source = str(ROOT / "tests/bench/leak_cost.c")
    for name, flags in (("plain", []), ("sanitized", ["-fsanitize=leak"])):
        subprocess.run(["gcc", "-O2", "-g", source, "-o", str(folder / name), *flags], check=True)


def measured(argv, failing):
    """(CPU, elapsed) seconds; a leak makes the status 23."""
    command = ["sh", "-c", '"$@"; test $? -eq 23', "sh", *argv] if failing else argv
    result = run(command, {**os.environ, "LC_ALL": "C"})
    return result.cpu, result.wall


def rounds(commands, arguments, n, failing=()):
    """For each tool its list of (CPU, elapsed), one a round; the order changes from round to round."""
    found = {key: [] for key in commands}
    keys = list(commands)
    for i in range(n):
        for key in keys[i % len(keys):] + keys[:i % len(keys)]:
            found[key].append(measured([*commands[key], *arguments], key in failing))
    return found


def spread(values, form):
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{form(middle)} ({form(low)}&ndash;{form(high)})"


def ratio(value):
    return f"{value:.2f}"


def milliseconds(value):
    return f"{value * 1000:.1f}"


def peak_of_command(argv):
    """The most that the command itself held, in bytes; not its program."""
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        try:
            status = Path(f"/proc/{process.pid}/status").read_text()
            peak = max(peak, int(re.search(r"VmHWM:\s+(\d+)", status)[1]) * 1024)
        except (OSError, TypeError):
            pass
        time.sleep(0.005)
    return peak


def tiny(commands, n, rows):
    for kind, text in (("nothing", "a program that does nothing: ms of elapsed time above bare"),
                       ("lose", "a program that loses a block, named: ms above bare")):
        chosen = {key: commands[key] for key in ("bare", "again", "memprof")}
        found = rounds(chosen, [kind], 5 * n, {"memprof"} if kind == "lose" else ())
        above = {key: [own[1] - bare[1] for own, bare in zip(found[key], found["bare"])] for key in ("again", "memprof")}
        rows.append((text, spread(above["memprof"], milliseconds), "10" if kind == "nothing" else "30",
                     f"bare again: {spread(above['again'], milliseconds)}"))


def against_sanitizer(commands, n, rows):
    found = rounds(commands, ["blocks", str(BLOCKS)], n)
    for index, name in ((0, "CPU"), (1, "elapsed")):
        rows.append((f"{BLOCKS:,} live blocks, recorded and scanned: {name} time over LeakSanitizer's",
                     spread([own[index] / theirs[index] for own, theirs in zip(found["memprof"], found["lsan"])], ratio), "1.3",
                     "bare again over bare: " + spread([a[index] / b[index] for a, b in zip(found["again"], found["bare"])], ratio)))
    empty = peak_of_command([*commands["memprof"], "nothing"])
    held = peak_of_command([*commands["memprof"], "blocks", str(BLOCKS)])
    rows.append(("bytes that the command holds a block", f"{(held - empty) / BLOCKS:.0f}", "48", ""))


def scans(commands, n, rows):
    found = rounds(commands, ["bytes", str(MIB)], n)
    rows.append(("memory without pointers: GiB a second of the whole run above bare",
                 spread([MIB / 1024 / max(own[1] - bare[1], 1e-3) for own, bare in zip(found["memprof"], found["bare"])], ratio),
                 "at least 1", "LeakSanitizer: " +
                 spread([MIB / 1024 / max(own[1] - bare[1], 1e-3) for own, bare in zip(found["lsan"], found["bare"])], ratio)))
    found = rounds(commands, ["pointers", str(POINTERS_MIB)], n)
    rows.append((f"{POINTERS_MIB} MiB of nothing but pointers: CPU time above bare, over LeakSanitizer's",
                 spread([(own[0] - bare[0]) / max(theirs[0] - bare[0], 1e-3)
                         for own, theirs, bare in zip(found["memprof"], found["lsan"], found["bare"])], ratio), "1.5", ""))


def table(rows, n):
    load = os.getloadavg()[0]
    lines = [f"Medians of {n} interleaved rounds (of the first two rows {5 * n}), least and most in parentheses. Load of the machine when "
             f"it began: {load:.1f}; a load above 0 is someone else's work. `scripts/leak-cost` measures anew.", "",
             "| what | found | asked | beside |", "| --- | ---: | ---: | --- |"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def write(text):
    document = DOCUMENT.read_text()
    begin, end = "<!-- leak-cost: begin -->\n", "<!-- leak-cost: end -->"
    head, rest = document.split(begin)
    DOCUMENT.write_text(f"{head}{begin}{text}\n{end}{rest.split(end)[1]}")


def main():
    parser = argparse.ArgumentParser(prog="scripts/leak-cost", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="of the long programs (5)")
    parser.add_argument("--print", action="store_true", help="only print the table")
    args = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder))
        commands = tools(os.environ["MEMPROF"], Path(folder))
        for part in (tiny, against_sanitizer, scans):
            part(commands, args.rounds, rows)
    text = table(rows, args.rounds)
    print(text)
    if not args.print:
        write(text)


if __name__ == "__main__":
    sys.exit(main())
