"""Code that the tests of memprof leaks share: small programs built on the spot, and the command's document. The cases are those
of tap.py. All of a file share one folder for what they build. MEMPROF names the command.
"""

import json
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import tap
from tap import case, check, equal, holds

MEMPROF = os.environ["MEMPROF"]
CASES = Path(__file__).resolve().parent / "cases"
LOSE = "NOINLINE void lose(void) { void **p = get(64); p[0] = get(32); ESCAPE(p); }\n"
folder = Path(tempfile.mkdtemp(prefix="memprof-leaks."))

__all__ = ["LOSE", "MEMPROF", "build", "case", "check", "definite", "equal", "folder", "holds", "leaks", "main", "program_of", "report", "wait_for"]


def build(name, text, *flags, compiler="gcc", level="-O0"):
    """C, or C++ where the compiler is one of that."""
    source = folder / f"{name}.{'cpp' if '++' in compiler else 'c'}"
    source.write_text('#include "case.h"\n' + text)
    subprocess.run([compiler, level, "-g", "-w", "-D_GNU_SOURCE", "-I", str(CASES), str(source), "-o", str(folder / name), *flags], check=True)
    return str(folder / name)


def leaks(*arguments, **options):
    options.setdefault("stdin", subprocess.DEVNULL)
    options.setdefault("timeout", 60)
    options.setdefault("cwd", folder)
    return subprocess.run([MEMPROF, "leaks", *arguments], capture_output=True, text=True, **options)


def report(*arguments, **options):
    """The JSON document and the finished command."""
    log = folder / "log.json"
    log.unlink(missing_ok=True)
    result = leaks("--json", "--log", str(log), *arguments, **options)
    return json.loads(log.read_text()) if log.exists() else None, result


def definite(document):
    return sum(p["summary"]["definite"]["objects"] for p in document["processes"] if p["checked"])


def program_of(pid):
    try:
        return os.readlink(f"/proc/{pid}/exe")
    except OSError:
        return None


def wait_for(happens):
    end = time.monotonic() + 30
    while not happens():
        check(time.monotonic() < end, "it did not happen in 30 s")
        time.sleep(0.02)


def main():
    for name in ("LSAN_OPTIONS", "LD_PRELOAD"):
        os.environ.pop(name, None)
    os.environ["MALLOC_PERTURB_"] = "0"
    try:
        tap.main()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
