#!/usr/bin/env python3
"""The cases of tests/leak/cases: each is a small program whose head says what becomes of its blocks.

    // flags: -pthread          further arguments of the compiler
    // library: parts/x.c       built as CASE.so beside the program
    // status: 134              what memprof must exit with (default: 23 with definite leaks, else 0)
    // once                     built by gcc at -O0 only: it is large
    // expect [OPTION...]: definite=64/1 reachable=32/2

Bytes and blocks count what the program's own code allocated (of a library's code: what it lost); kinds that are not
named must be 0/0. Whatever else is in the process must be reachable. Each case is built by gcc and clang, at -O0 and -O2.
The cases are those of tap.py.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import tap

MEMPROF = os.environ["MEMPROF"]
HERE = Path(__file__).resolve().parent
KINDS = ("definite", "indirect", "possible", "reachable", "suppressed")
TIMEOUT = 60


@dataclass
class Case:
    path: Path
    flags: list = field(default_factory=list)
    library: str = ""
    status: int = None
    once: bool = False
    expects: list = field(default_factory=list)  # (options, {kind: (bytes, blocks)})


def read_case(path):
    case = Case(path)
    for line in path.read_text().splitlines():
        m = re.match(r"// (flags|library|status|once|expect)( [^:]*)?:? ?(.*)$", line)
        if not m:
            continue
        key, options, value = m[1], (m[2] or "").split(), m[3]
        if key == "flags":
            case.flags = value.split()
        elif key == "library":
            case.library = value
        elif key == "status":
            case.status = int(value)
        elif key == "once":
            case.once = True
        else:
            kinds = {k: (int(b), int(n)) for k, b, n in re.findall(r"(\w+)=(\d+)/(\d+)", value)}
            assert set(kinds) <= set(KINDS), f"{path}: {line}"
            case.expects.append((options, kinds))
    assert case.expects, f"{path} expects nothing"
    return case


def compile_with(compiler, level, source, target, flags):
    if source.suffix == ".cpp":
        compiler = {"gcc": "g++", "clang": "clang++"}[compiler]
    command = [compiler, level, "-g", "-w", "-D_GNU_SOURCE", "-I", str(HERE / "cases"), str(source), "-o", str(target), *flags]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        raise AssertionError(f"{' '.join(command)}\n{result.stderr}")


def build(case, compiler, level, folder):
    target = folder / f"{case.path.stem}{case.path.suffix.replace('.', '_')}.{compiler}{level}"
    compile_with(compiler, level, case.path, target, case.flags)
    if case.library:
        compile_with(compiler, level, HERE / case.library, f"{target}.so", ["-shared", "-fPIC"])
    return target


def owned(leak, target):
    """Allocated by code of the case: the first frame that is not operator new or the like is in its program."""
    for frame in leak["stack"]:
        if frame["function"].startswith("operator new") or "libstdc++" in frame["module"]:
            continue
        return frame["module"].startswith(str(target)) or "/include/c++/" in frame["file"]
    return False


def check(document, target, wanted):
    got = {kind: [0, 0] for kind in KINDS}
    for process in document["processes"]:
        if not process["checked"]:
            raise AssertionError(f"not checked: {process}")
        if process["missed_threads"] or process["unrecorded"]:
            raise AssertionError(f"threads missed or allocations dropped: {process}")
        if process["wrong_frees"]:
            raise AssertionError(f"a false report of a wrong free: {json.dumps(process['wrong_frees'], indent=1)}")
        for leak in process["leaks"]:
            if owned(leak, target):
                got[leak["kind"]][0] += leak["bytes"]
                got[leak["kind"]][1] += leak["objects"]
            elif leak["kind"] != "reachable":
                raise AssertionError(f"a false leak: {json.dumps(leak, indent=1)}")
    for kind in KINDS:
        if tuple(got[kind]) != wanted.get(kind, (0, 0)):
            raise AssertionError(f"{kind}: got {got[kind][0]}/{got[kind][1]}, wanted {wanted.get(kind, (0, 0))}; all: {got}")


def run_case(case, target, options, wanted):
    command = [MEMPROF, "leaks", "--json", "--log", f"{target}.json", "--show=all,suppressed", "--max-leaks=0", *options, "--",
               str(target)]
    result = subprocess.run(command, capture_output=True, timeout=TIMEOUT, stdin=subprocess.DEVNULL, text=True, errors="replace")
    lost = any(wanted.get(kind, (0, 0))[1] for kind in ("definite", "indirect"))
    status = case.status if case.status is not None else 23 if lost else 0
    if result.returncode != status:
        raise AssertionError(f"exit status {result.returncode}, wanted {status}\n{result.stderr[-2000:]}")
    check(json.loads(Path(f"{target}.json").read_text()), target, wanted)


def run_variant(case, compiler, level, folder):
    target = build(case, compiler, level, folder)
    for options, wanted in case.expects:
        try:
            run_case(case, target, options, wanted)
        except AssertionError as e:
            raise tap.Failure(f"with the options {options}: {e}")


def main():
    paths = sorted(p for p in (HERE / "cases").iterdir() if p.suffix in (".c", ".cpp"))
    folder = Path(tempfile.mkdtemp(prefix="memprof-leaks."))
    os.environ["MALLOC_PERTURB_"] = "0"
    for case in map(read_case, paths):
        for compiler, level in [("gcc", "-O0")] if case.once else [(c, o) for c in ("gcc", "clang") for o in ("-O0", "-O2")]:
            tap.add(f"{case.path.name} {compiler} {level}", run_variant, case, compiler, level, folder)
    try:
        tap.main(jobs=os.cpu_count())
    finally:
        shutil.rmtree(folder, ignore_errors=True)


main()
