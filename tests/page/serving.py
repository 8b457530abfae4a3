"""The page from a server: memprof page without -o, and the live page of memprof run --http."""

import os
import re
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

from harness import MEMPROF, case, check, equal
from opened import browser, finish, record, show, wait_for_file


def served(argv, **options):
    """A server of memprof's; the address for a browser that it prints, with its token, is in .url."""
    process = subprocess.Popen(argv, text=True, stderr=subprocess.PIPE, stdout=subprocess.PIPE, stdin=subprocess.PIPE, **options)
    for line in process.stderr:
        found = re.search(r"(?:for a browser: |the page is at )(http://\S+)", line)
        if found:
            process.url = found[1]
            return process
    raise AssertionError("it prints no address")


def status_of(url, **headers):
    try:
        return urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=60).status
    except urllib.error.HTTPError as error:
        return error.code


@case("run --http has the live page at /: refreshed, with the frames that were zoomed to")
def _():
    b = browser()
    program = "import sys; x = []\nprint('ready', flush=True)\nfor line in sys.stdin: x.append(bytes(int(line))); print('done', flush=True)"
    process = served([MEMPROF, "run", "--exact", "--http", "localhost:0", "--http-token", "-o", "live.pb.gz", "--", "/usr/bin/python3", "-c", program])
    try:
        equal(process.stdout.readline(), "ready\n", "the program")
        show(process.url, "#tab=graph")
        before = b.text("#selected")
        b.press("ArrowDown")
        b.run("document.querySelector('#flame').focus()")
        b.press("ArrowDown", "ArrowDown", "Enter")
        zoomed = b.run("return document.querySelector('#crumbs li:last-child').textContent")
        check(zoomed != "all", "nothing is zoomed to")
        process.stdin.write("50000000\n")
        process.stdin.flush()
        equal(process.stdout.readline(), "done\n", "the program")
        b.click("#refresh")
        b.until("document.querySelector('#live-note').textContent.startsWith('as of')")
        check(b.text("#selected") != before and "MiB" in b.text("#selected"), f"after 50 MB: {b.text('#selected')}")
        equal(b.run("return document.querySelector('#crumbs li:last-child').textContent"), zoomed, "the frame that is zoomed to")
        equal(status_of(b.run("return document.querySelector('#all-profiles').href")), 200, "the link to all profiles")
        equal(b.console(), [], "the console")
        base = process.url.split("?")[0]
        equal(status_of(base), 401, "without the token")
        equal(status_of(process.url, Host="evil.example"), 403, "another host")
        process.stdin.close()
        equal(process.wait(60), 0, "status")
        b.click("#refresh")
        b.until("document.querySelector('#live-note').textContent.includes('has ended')")
    finally:
        process.kill()
        process.wait()
        b.console()


@case("memprof page without -o serves the page to who has the token, until SIGTERM")
def _():
    path = record("sampled.pb.gz")
    process = served([MEMPROF, "page", path], env={name: value for name, value in os.environ.items() if "DISPLAY" not in name})
    try:
        b = browser()
        b.requests()
        show(process.url)
        equal(b.text("#title"), path, "title")
        equal(b.console(), [], "the console")
        base = process.url.split("?")[0]
        equal({url.split("#")[0] for url in b.requests() if url.startswith("http")}, {process.url}, "requests")
        equal([status_of(base), status_of(base + "?token=0123456789abcdef"), status_of(process.url, Host="evil.example")], [401, 401, 403], "strangers")
        equal(status_of(process.url.replace("/?", "/debug/pprof/heap?")), 404, "other profiles")
        check(process.url.split("=")[1] not in Path(f"/proc/{process.pid}/cmdline").read_text(), "the token is in the command line")
    finally:
        process.terminate()
        equal(process.wait(60), 0, "status")


@case("with a display the browser is given a file that leads there, not the token itself")
def _():
    path = record("sampled.pb.gz")
    Path("bin").mkdir(exist_ok=True)
    Path("bin/xdg-open").write_text('#!/bin/sh\ncat "$1" > opened.part; stat -c %a "$1" >> opened.part; mv opened.part opened\n')
    os.chmod("bin/xdg-open", 0o755)
    process = served([MEMPROF, "page", path], env={**os.environ, "DISPLAY": ":99", "PATH": os.path.abspath("bin") + ":" + os.environ["PATH"],
                                                   "XDG_RUNTIME_DIR": os.getcwd()})
    try:
        wait_for_file("opened")
        opened = Path("opened").read_text()
        check(f"url={process.url}" in opened and opened.endswith("600\n"), opened)
    finally:
        process.terminate()
        equal(process.wait(60), 0, "status")
    equal(list(Path().glob("memprof-page-*")), [], "files left behind")


finish()
