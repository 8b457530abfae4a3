#!/usr/bin/env python3
"""The cost of the page: making it, its size, its first paint, a search and a zoom in headless chromium. Prints a table."""

import argparse
import gzip
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent.parent / folder) for folder in ("page", "lib")]
from browser import Browser  # noqa: E402
from many_moments import write_many_moments  # noqa: E402
from page_peers import print_rows  # noqa: E402
from read_cost import SAMPLES, write_random_stacks  # noqa: E402

MEMPROF = os.environ["MEMPROF"]
PYTHON = "import json; d = [{'a': i, 'b': str(i) * 5, 'c': [i] * 7} for i in range(60000)]; json.loads(json.dumps(d))"
SEARCHES = ["a", "alloc", ".*_1.*", "x$"]
PLACES = [[300, 30], [200, 50], [100, 70], [600, 10]]
SEARCH = """const field = document.querySelector('#search');
return arguments[0].map(text => { field.value = text; const start = performance.now(); field.dispatchEvent(new Event('input'));
                                  return performance.now() - start; });"""
ZOOM = """const graph = document.querySelector('#flame'), at = graph.getBoundingClientRect();
return arguments[0].map(([x, y]) => { const start = performance.now();
  graph.dispatchEvent(new MouseEvent('click', {clientX: at.left + x, clientY: at.top + y})); return performance.now() - start; });"""


def cpu_seconds(*argv):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def record(folder, name, *argv):
    """The largest profile of the program and its children."""
    subprocess.run([MEMPROF, "run", "-q", "-o", folder / f"{name}.pb.gz", "--", *argv], check=True, stdout=subprocess.DEVNULL)
    return max(folder.glob(f"{name}*.pb.gz"), key=lambda path: path.stat().st_size)


def measure(browser, what, profile, folder, window=""):
    page = folder / "page.html"
    top, made = cpu_seconds(MEMPROF, "top", profile), cpu_seconds(MEMPROF, "page", profile, "-o", page)
    browser.open(f"file://{page}#tab=graph{window}")
    paint = browser.until("performance.getEntriesByName('first-contentful-paint')[0]?.startTime")
    ready = browser.run("return performance.now()")
    search = statistics.median(browser.run(SEARCH, SEARCHES))
    zoom = statistics.median(browser.run(ZOOM, PLACES))
    print(f"| {what} | {profile.stat().st_size / 1e6:.2f} | {page.stat().st_size / 1e6:.2f} | {top:.2f} | {made:.2f} | {paint:.0f} | {ready:.0f} "
          f"| {search:.1f} | {zoom:.1f} |", flush=True)
    return page


def code_size(page):
    text = page.read_text()
    start = text.index('id="document">')
    data = text.index("<", start) - start
    code = len(text) - data
    print(f"\nCode of a page: {code / 1000:.0f} KB, {len(gzip.compress((text[:start] + text[start + data:]).encode())) / 1000:.0f} KB compressed.")


def main():
    argparse.ArgumentParser(prog="scripts/page-cost", description=__doc__).parse_args()
    print("| profile | MB | page, MB | `memprof top`, s CPU | `memprof page`, s CPU | first paint, ms | shown, ms | search, ms | zoom, ms |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory(prefix="memprof-page-cost.") as name, Browser() as browser:
        folder = Path(name)
        (folder / "x.cpp").write_text("#include <map>\n#include <regex>\n#include <string>\nint main() { std::map<std::string, int> m; return m.size(); }\n")
        measure(browser, "python3, json", record(folder, "python", "/usr/bin/python3", "-c", PYTHON), folder)
        compiler = record(folder, "g++", "g++", "-O2", "-c", str(folder / "x.cpp"), "-o", "/dev/null")
        page = measure(browser, "g++, cc1plus", compiler, folder)
        code_size_of = page.read_text()
        million = folder / "million.pb.gz"
        write_random_stacks(million)
        measure(browser, f"{SAMPLES:,} random stacks", million, folder)
        many = folder / "moments.pb.gz"
        write_many_moments(many, sampled=True)
        measure(browser, "10,000 sampled stacks, 200 moments", many, folder)
        write_many_moments(many)
        measure(browser, "10,000 stacks, 200 moments", many, folder)
        measure(browser, "a window of these", many, folder, "&window=50-150")
        page.write_text(code_size_of)
        code_size(page)
        print(f"\nLoad {os.getloadavg()[0]:.1f}.\n\n| profile | command | until it can be shown, s | CPU, s | MB |\n| --- | --- | --- | --- | --- |")
        for what, profile, runs in ("g++, cc1plus", compiler, 3), (f"{SAMPLES:,} random stacks", million, 1):
            print_rows(MEMPROF, what, profile, folder / "page.html", runs)


if __name__ == "__main__":
    main()
