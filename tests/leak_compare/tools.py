"""Runs a program under each tool: what was definitely, indirectly and possibly lost."""

import json
import os
import re
import subprocess
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field

TIMEOUT = 60
OURS = ("MEMPROF_", "LSAN_", "MALLOC_", "LD_PRELOAD", "GLIBC_TUNABLES", "VALGRIND")


@dataclass
class Verdict:
    """(bytes, objects) by kind; `checked` is false where the tool had nothing to say, with the reason."""
    kinds: dict = field(default_factory=dict)
    checked: bool = True
    reason: str = ""
    status: int = 0

    def add(self, kind, n_bytes, objects):
        old = self.kinds.get(kind, (0, 0))
        self.kinds[kind] = old[0] + n_bytes, old[1] + objects

    def get(self, kind):
        return self.kinds.get(kind, (0, 0))

    def lost(self):
        return tuple(map(sum, zip(self.get("definite"), self.get("indirect"))))


def _run(argv, **env):
    """Runs in /, where getcwd is short, without the caller's settings of allocators and tools."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(OURS)}
    result = subprocess.run(argv, env={**clean, **env}, cwd="/", capture_output=True, text=True, errors="replace",
                            stdin=subprocess.DEVNULL, timeout=TIMEOUT, check=False)
    status = result.returncode
    return (status if status >= 0 else 128 - status), result.stderr


def memprof(command, program, scratch):
    log = scratch.with_suffix(".memprof.json")
    status, errors = _run([command, "leaks", "--json", "--log", str(log), "--", str(program)])
    verdict = Verdict(status=status)
    try:
        processes = json.loads(log.read_text())["processes"]
    except (OSError, ValueError, KeyError):
        return Verdict(checked=False, reason=f"wrote no report: {errors}", status=status)
    for process in processes:
        if not process["checked"]:
            verdict.checked, verdict.reason = False, str(process.get("reason"))
            continue
        for kind, sums in process["summary"].items():
            verdict.add(kind, sums["bytes"], sums["objects"])
    if not processes:
        verdict.checked, verdict.reason = False, "no process was reported"
    return verdict


VALGRIND_KINDS = {"Leak_DefinitelyLost": "definite", "Leak_IndirectlyLost": "indirect", "Leak_PossiblyLost": "possible",
                  "Leak_StillReachable": "reachable"}


def valgrind(program, scratch):
    """A process a file. A definite record's bytes are those of its blocks and what they lost; its text has its own. Names of
    inlined functions are not asked for: reading them takes a third of the time."""
    status, _ = _run(["valgrind", "--leak-check=full", "--show-leak-kinds=all", "--xml=yes", "--read-inline-info=no",
                      f"--xml-file={scratch}.valgrind.%p", str(program)])
    verdict = Verdict(status=status)
    reports = sorted(scratch.parent.glob(scratch.name + ".valgrind.*"))
    try:
        roots = [ET.parse(report).getroot() for report in reports]
    except ET.ParseError:
        return Verdict(checked=False, reason="wrote no complete report", status=status)
    for error in (e for root in roots for e in root.iter("error") if e.findtext("kind") in VALGRIND_KINDS):
        what = error.find("xwhat")
        direct = re.search(r"\(([\d,]+) direct", what.findtext("text"))
        n_bytes = int(direct[1].replace(",", "")) if direct else int(what.findtext("leakedbytes"))
        verdict.add(VALGRIND_KINDS[error.findtext("kind")], n_bytes, int(what.findtext("leakedblocks")))
    if not roots:
        verdict.checked, verdict.reason = False, "wrote no report"
    return verdict


LSAN_OPTIONS = "symbolize=0:allocator_may_return_null=1:max_leaks=0:color=never"


def lsan(program, options=""):
    """No report is what it says when it found nothing; whether it looked at all cannot be told from outside."""
    status, errors = _run([str(program)], LSAN_OPTIONS=LSAN_OPTIONS + options)
    verdict = Verdict(status=status)
    for kind, n_bytes, objects in re.findall(r"^(Direct|Indirect) leak of (\d+) byte\(s\) in (\d+) object", errors, re.M):
        verdict.add({"Direct": "definite", "Indirect": "indirect"}[kind], int(n_bytes), int(objects))
    if "LeakSanitizer has encountered a fatal error" in errors:
        verdict.checked, verdict.reason = False, "had a fatal error"
    return verdict
