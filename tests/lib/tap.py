"""Test cases in Python that speak TAP, which meson counts one by one.

A test file decorates its cases with @case("..."), or adds them with add(), and ends with main(). With arguments, main()
runs only the cases whose titles contain one of them. A case fails by raising; what it raised goes into # lines.
"""

import os
import shutil
import sys
import tempfile
import traceback
from concurrent.futures import ThreadPoolExecutor

_cases = []


class Failure(AssertionError):
    pass


def add(title, function, *arguments):
    _cases.append((title, function, arguments))


def case(title):
    def decorate(function):
        add(title, function)
        return function

    return decorate


def check(condition, message):
    if not condition:
        raise Failure(message)


def equal(got, wanted, what=""):
    check(got == wanted, f"{what}: got {got!r}, wanted {wanted!r}")


def holds(text, *parts):
    for part in parts:
        check(part in text, f"{part!r} is not in:\n{text[-3000:]}")


def _complaint(error):
    """The fault, and where in the test file it showed, as lines."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename != __file__]
    place = "".join(traceback.format_list(frames[:3])).splitlines()
    kind = "" if isinstance(error, Failure) else f"{type(error).__name__}: "
    return place + f"{kind}{error}".splitlines()


def _result(function, arguments):
    """None, or the complaint's lines."""
    try:
        function(*arguments)
        return None
    except Exception as error:
        return _complaint(error)


def _in_own_folder(function, arguments):
    folder = tempfile.mkdtemp(prefix="memprof-test.")
    os.chdir(folder)
    try:
        return _result(function, arguments)
    finally:
        os.chdir("/")
        shutil.rmtree(folder, ignore_errors=True)


def _results(cases, jobs):
    """In the order of the cases. The current folder belongs to all threads: cases that run side by side have none of their own."""
    if jobs == 1:
        yield from (_in_own_folder(function, arguments) for _, function, arguments in cases)
        return
    with ThreadPoolExecutor(jobs) as pool:
        yield from pool.map(lambda c: _result(c[1], c[2]), cases)


def main(jobs=1, wanted=None):
    """Runs the cases and exits. With one job each case has an empty current folder of its own."""
    wanted = sys.argv[1:] if wanted is None else wanted
    chosen = [c for c in _cases if not wanted or any(w in c[0] for w in wanted)]
    print(f"1..{len(chosen)}", flush=True)
    failures = 0
    for number, ((title, *_), complaint) in enumerate(zip(chosen, _results(chosen, jobs)), 1):
        failures += complaint is not None
        print(f"{'ok' if complaint is None else 'not ok'} {number} - {title}")
        for line in complaint or []:
            print(f"# {line.rstrip()}")
        sys.stdout.flush()
    sys.exit(1 if failures or not chosen else 0)
