"""The page that a test looks at, open in one browser for all cases of a file."""

import functools
import json
import os
import subprocess
import time
from pathlib import Path

from browser import Browser
from harness import MEMPROF, check, equal, main

SCRIPT = "import json; d = [{'a': i, 'b': str(i) * 5} for i in range({n})]; print(len(json.loads(json.dumps(d))))"


def memprof(*argv):
    return subprocess.run([MEMPROF, *map(str, argv)], check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout.decode()


MIB = 1 << 20


def build(name, text):
    Path(name + ".c").write_text("#define _GNU_SOURCE\n" + text)
    subprocess.run(["gcc", "-g", "-O0", "-fno-builtin", name + ".c", "-o", name], check=True)


def time_of(path):
    return json.loads(memprof("page", "--json", path))["time"]


@functools.cache
def browser():
    return Browser()


def record(name, n=20000):
    memprof("run", "-q", "-o", name, "--", "/usr/bin/python3", "-c", SCRIPT.replace("{n}", str(n)))
    return name


def page(*profiles, hash=""):
    """The page of the profiles, open and quiet; its address."""
    memprof("page", "-o", "page.html", *profiles)
    return show("file://" + os.path.abspath("page.html"), hash)


def show(url, hash=""):
    b = browser()
    b.resize(1280, 900)
    b.open(url + hash)
    return url


def quiet():
    """No message of the console, no request except for the page itself."""
    b = browser()
    equal(b.console(), [], "the console")
    asked = [url for url in b.requests() if not url.startswith(("file:", "about:", "data:", "chrome:", "blob:"))]
    equal(asked, [], "requests")


def faults():
    """Rules of access that the page breaks, as axe finds them."""
    axe = Path(os.environ["PAGE_WEB"]) / "node_modules/axe-core/axe.min.js"
    check(axe.exists(), "there is no axe-core; scripts/deps test installs it")
    browser().run(axe.read_text())
    script = "axe.run().then(r => arguments[0](r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html + ' ' + n.failureSummary).join('; '))))"
    return browser().ask("POST", "/execute/async", {"args": [], "script": script})


def cells():
    """The rows of the table that is shown, as lists of texts."""
    return browser().run("return [...document.querySelectorAll('#table tbody tr')].map(r => [...r.cells].map(c => c.textContent))")


def heads():
    return browser().run("return [...document.querySelectorAll('#table th')].map(h => h.textContent.replace(/ [▾▴]$/, ''))")


def short_names(*argv):
    """By the whole name: how the page writes it."""
    doc = json.loads(memprof("page", "--json", *argv))
    return {doc["texts"][number]: name for number, name in zip(doc["long"], doc["short"])}


def wait_for_file(name):
    for _ in range(400):
        if Path(name).exists() and Path(name).stat().st_size:
            return
        time.sleep(0.025)
    raise AssertionError(f"{name} was not saved")


def finish():
    """main() leaves by sys.exit: the browser ends before."""
    try:
        main()
    finally:
        if browser.cache_info().currsize:
            browser().__exit__()
