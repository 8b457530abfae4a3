"""Runs of a program under strace: which system calls its parts make, and the same with one of them failing."""

import os
import re
import subprocess
from collections import Counter, namedtuple
from pathlib import Path

HANG = 60  # seconds, many times what any of the programs takes

# A call of a recording run: how many of that name its thread had made with it, the file whose code makes it ("" is the loader,
# which maps itself nowhere), and whether strace made it fail.
Call = namedtuple("Call", "task name number file injected text")
Result = namedtuple("Result", "status out err trace")

LINE = re.compile(r"(?:(\d+) +)?\[([0-9a-f]+)\] (<\.\.\. )?(\w+)(.*)")
MAPPING = re.compile(r"\(NULL, (\d+), .*<(/[^>]*)>, 0\) += (0x[0-9a-f]+)")


def run(strace_options, command, folder, stdin=None):
    """The end of `command` under strace; a status of None if it had to be killed, with all that it had started."""
    trace = Path(folder) / "trace"
    trace.unlink(missing_ok=True)
    process = subprocess.Popen(["strace", "-qq", "-o", trace, *strace_options, *command], cwd=folder, stdin=stdin or subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    try:
        out, err = process.communicate(timeout=HANG)
        status = process.returncode
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        out, err = process.communicate()
        status = None
    return Result(status, out.decode(errors="replace"), err.decode(errors="replace"), trace.read_text(errors="replace"))


def calls_of(trace):
    """The calls of a trace that was made with -i -y, in their order; one that strace shows in two pieces may come twice."""
    mapped, seen, found = {}, Counter(), []
    for line in trace.splitlines():
        match = LINE.match(line)
        if not match:
            continue
        task, place, resumed, name, rest = match.groups()
        if name == "execve" and not resumed:
            mapped[task] = []
        # A new task has the mappings of the first one; its calls are counted from 1 again.
        ranges = mapped.setdefault(task, list(next(iter(mapped.values()), [])))
        injected = "(INJECTED)" in rest
        if not resumed:
            seen[task, name] += 1
        if not resumed or injected:
            file = next((path for start, end, path in ranges if start <= int(place, 16) < end), "")
            found.append(Call(task, name, seen[task, name], file, injected, rest))
        mapping = MAPPING.match(rest) if name == "mmap" else None
        if mapping:
            start = int(mapping[3], 16)
            ranges.insert(0, (start, start + int(mapping[1]), mapping[2]))
    return found
