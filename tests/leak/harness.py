"""What the tests of memprof leaks share: small programs built on the spot, the command's document, TAP.

A test file decorates its cases with @case("...") and ends with sys.exit(main()). Arguments choose cases by a part of their
titles. MEMPROF names the command.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MEMPROF = os.environ["MEMPROF"]
CASES = Path(__file__).resolve().parent / "cases"
folder = Path(tempfile.mkdtemp(prefix="memprof-leaks."))
cases = []


def case(title):
    def add(function):
        cases.append((title, function))
        return function

    return add


def equal(got, wanted, what=""):
    if got != wanted:
        raise AssertionError(f"{what}: got {got!r}, wanted {wanted!r}")


def holds(text, *parts):
    for part in parts:
        if part not in text:
            raise AssertionError(f"{part!r} is not in:\n{text[-3000:]}")


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
        if time.monotonic() > end:
            raise AssertionError("it did not happen in 30 s")
        time.sleep(0.02)


def main():
    wanted = sys.argv[1:]
    chosen = [c for c in cases if not wanted or any(w in c[0] for w in wanted)]
    for name in ("LSAN_OPTIONS", "LD_PRELOAD"):
        os.environ.pop(name, None)
    os.environ["MALLOC_PERTURB_"] = "0"
    print(f"1..{len(chosen)}", flush=True)
    failures = 0
    for number, (title, function) in enumerate(chosen, 1):
        try:
            function()
            print(f"ok {number} - {title}", flush=True)
        except Exception as e:
            failures += 1
            print(f"not ok {number} - {title}")
            for line in f"{type(e).__name__}: {e}".splitlines():
                print(f"# {line}", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    return 1 if failures else 0
