"""The page in a real browser: clicks, keys, back, resize, links; hostile names; figures as the reports print them."""

import functools
import gzip
import json
import os
import re
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from browser import Browser
from harness import MEMPROF, case, check, equal, main
from injections import INJECTIONS

GO = os.environ["DATA"] + "/go_heap.pb.gz"
WEB = Path(os.environ["PAGE_WEB"])
SCRIPT = "import json; d = [{'a': i, 'b': str(i) * 5} for i in range({n})]; print(len(json.loads(json.dumps(d))))"


def memprof(*argv):
    return subprocess.run([MEMPROF, *map(str, argv)], check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout.decode()


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


def cells():
    """The rows of the table that is shown, as lists of texts."""
    return browser().run("return [...document.querySelectorAll('#table tbody tr')].map(r => [...r.cells].map(c => c.textContent))")


def heads():
    return browser().run("return [...document.querySelectorAll('#table th')].map(h => h.textContent.replace(/ [▾▴]$/, ''))")


def top_rows(*argv):
    """The rows of memprof top's text, cut at the starts of its columns' neighbours: (flat, cum, name)."""
    lines = memprof("top", "-n", "0", *argv).splitlines()
    at = next(i for i, line in enumerate(lines) if re.search(r"\bflat\b.*\bname$", line))
    figure = r"(-?[\d.]+(?: [KMGT]iB| B)?)"
    pattern = re.compile(rf"^\s*{figure}.*?\s[\d.]+%\s+[\d.]+%\s+{figure}\s.*?[\d.]+%\s+(\S.*?)(?:  via .*)?$")
    return [match.groups() for match in map(pattern.match, lines[at + 1:]) if match]


@case("the table has memprof top's figures to the digit, of every type")
def _():
    path = record("sampled.pb.gz")
    url = page(path)
    for kind in "alloc_space", "alloc_objects", "inuse_space", "peak_space":
        show(url, f"#tab=table&type={kind}")
        browser().run("document.querySelector('#table-more').hidden || document.querySelector('#table-more').click()")
        columns = heads()
        ours = {row[columns.index("function")]: (row[columns.index("flat")], row[columns.index("cum")]) for row in cells()}
        theirs = top_rows("--sample-index=" + kind, path)
        check(len(theirs) > 20, f"{len(theirs)} rows of memprof top were read")
        for flat, cum, name in theirs:
            if (flat, cum) != ("0 B", "0 B"):
                equal(ours[name], (flat, cum), f"{name}, {kind}")
    quiet()


@case("C++ names are written as memprof top writes them, and both forms are found")
def _():
    Path("names.cpp").write_text("""#include <map>
#include <string>
#include <vector>
using Table = std::map<std::string, std::vector<std::string>>;
__attribute__((noinline)) void fill(Table &table) { for (int i = 0; i < 3000; i++) table[std::to_string(i % 50)].push_back(std::string(40, 'x')); }
int main() { Table table; fill(table); return table.empty(); }
""")
    subprocess.run(["g++", "-g", "-O0", "names.cpp", "-o", "names"], check=True)
    memprof("run", "-q", "--exact", "-o", "names.pb.gz", "--", "./names")
    page("--all-frames", "names.pb.gz", hash="#tab=table&type=alloc_space")
    at = heads().index("function")
    shown = {row[at] for row in cells()}
    theirs = [name for flat, cum, name in top_rows("--alloc", "--all-frames", "names.pb.gz") if (flat, cum) != ("0 B", "0 B")]
    browser().run("document.querySelector('#table-more').hidden || document.querySelector('#table-more').click()")
    shown |= {row[at] for row in cells()}
    check(any("std::" in name for name in theirs), f"no C++ name among {theirs}")
    equal([name for name in theirs if name not in shown], [], "names that the page writes differently")
    short = short_names("names.pb.gz", "--all-frames")
    long = next(name for name in short if "__cxx11" in name and short[name] in shown)
    for name in long, short[long]:
        browser().run("document.querySelector('#filter').value = ''")
        browser().type("#filter", f"^{re.escape(name)}$")
        browser().until("document.querySelectorAll('#table tbody tr').length === 1")
        equal(cells()[0][at], short[long], "the row that is left")
    quiet()


@case("intervals are memprof top's, too")
def _():
    path = record("sampled.pb.gz")
    page(path, hash="#tab=table&type=alloc_space")
    columns, rows = heads(), cells()
    text = memprof("top", "-n", "15", "--alloc", path)
    for row in rows[:10]:
        bar = row[columns.index("95%")].replace("±", "+-")
        line = next(line for line in text.splitlines() if re.search(rf"  {re.escape(row[columns.index('function')])}(  via .*)?$", line))
        check(bar and bar in line, f"{bar} is not in: {line}")


@case("a click zooms, the way back and the browser's back return, and a link shows what its sender saw")
def _():
    b, url = browser(), page(record("sampled.pb.gz"), hash="#tab=graph")
    b.click_at("#flame", 300, 20 * 10 + 8)
    b.until("location.hash.includes('zoom=')")
    name = b.run("return document.querySelector('#crumbs li:last-child').textContent")
    check(name != "all" and b.text("#selected").startswith(name), f"zoomed to {name}")
    link = b.run("return location.href")
    b.click("#crumbs li:first-child button")
    equal(b.run("return document.querySelector('#crumbs li:last-child').textContent"), "all", "the way back")
    b.back()
    b.until(f"document.querySelector('#crumbs li:last-child').textContent === {json.dumps(name)}")
    b.back()
    b.until("document.querySelector('#crumbs li:last-child').textContent === 'all'")
    show(link)
    equal(b.run("return document.querySelector('#crumbs li:last-child').textContent"), name, "what the link shows")
    check(link.startswith(url), link)
    quiet()


@case("the keyboard reaches everything: tabs, figures, frames, zoom, search, help")
def _():
    b = browser()
    page(record("sampled.pb.gz"))
    b.press("2")
    b.until("!document.querySelector('#graph').hidden")
    before = b.text("#selected")
    b.run("document.querySelector('#flame').focus()")
    b.press("ArrowDown", "ArrowDown", "ArrowDown")
    check(b.text("#selected") != before, "the arrow keys select nothing")
    said = b.text("#announcer")
    check(said and said.split(":")[0] in b.text("#selected"), f"announced: {said}")
    b.press("Enter")
    b.until("location.hash.includes('zoom=')")
    b.press("Escape", "Escape", "Escape")
    b.until("!location.hash.includes('zoom=')")
    b.press("t")
    b.until("location.hash.includes('type=')")
    b.press("i")
    b.until("document.querySelector('#inverted').checked")
    b.press("/")
    equal(b.run("return document.activeElement.id"), "search", "the focus")
    b.run("document.activeElement.blur()")
    b.press("3")
    b.until("!document.querySelector('#table-panel').hidden")
    b.press("?")
    b.until("document.querySelector('#help').open")
    b.press("Escape")
    b.until("!document.querySelector('#help').open")
    b.run("document.querySelector('#tab-table').focus()")
    b.press("ArrowLeft")
    b.until("!document.querySelector('#graph').hidden")
    quiet()


@case("a search says which share matches, as memprof top --focus has it; a bad expression is said")
def _():
    b, path = browser(), record("sampled.pb.gz")
    page(path, hash="#tab=graph&type=alloc_space")
    for regex in "^encoder_listencode_dict$", "_PyAccu|PyList":
        b.run("document.querySelector('#search').value = ''")
        b.type("#search", regex)
        focused = json.loads(memprof("top", "--json", "--alloc", "--focus", regex, path))["total"]["value"]
        document = json.loads(memprof("page", "--json", path))
        whole = document["types"][1]["totals"][0]["value"]
        # The view leaves out what is too small, which may match, too: a sampled figure of 0.025% at most.
        shown = float(re.search(r"([\d.]+)%", b.text("#found"))[1])
        check(abs(shown - 100 * focused / whole) <= 0.03, f"{regex}: {shown}% shown, {100 * focused / whole}% match")
    b.run("document.querySelector('#search').value = ''")
    b.type("#search", "([")
    equal(b.text("#found"), "no regular expression", "a bad one")
    quiet()


@case("rows sort and filter; the chosen one shows callers and callees with memprof peek's figures")
def _():
    b, path = browser(), record("sampled.pb.gz")
    page(path, hash="#tab=table&type=alloc_space")
    at = heads().index("function")
    b.run("[...document.querySelectorAll('#table th button')].find(x => x.textContent.startsWith('function')).click()")
    names = [row[at] for row in cells()]
    equal(names, sorted(names), "the order by name")
    name = json.loads(memprof("top", "--json", "--alloc", path))["nodes"][2]["name"]
    exactly = f"^{re.escape(name)}$"
    b.type("#filter", exactly)
    b.until("document.querySelectorAll('#table tbody tr').length === 1")
    equal(cells()[0][at], name, "the row that is left")
    b.click("#table tbody .row-name")
    b.until("!document.querySelector('#peek').hidden")
    node = json.loads(memprof("peek", "--json", "--alloc", exactly, path))["nodes"][0]
    shown = b.run("return [...document.querySelectorAll('#peek section:nth-of-type(1) .row-name')].map(e => e.textContent)")
    equal(sorted(shown), sorted(each["name"] for each in node["callers"] if each["weight"]["value"]), "callers")
    quiet()


@case("sizes come as a log histogram, smallest first, whose bars are as long as the figures are large")
def _():
    b = browser()
    page(record("sampled.pb.gz"), hash="#tab=table&type=alloc_space")
    b.choose("#table-by", "size")
    at = heads().index("size")
    names = [row[at] for row in cells()]
    check(len(names) > 8 and " to " in names[3], f"rows: {names}")
    least = [int(name.split(" ")[0]) for name in names if name.split(" ")[1] == "B"]
    equal(least, sorted(least), "the order")
    widths = b.run("return [...document.querySelectorAll('#table .cell-bar')].map(e => e.style.width)")
    equal(max(float(width.rstrip("%")) for width in widths), 100.0, "the longest bar")
    quiet()


@case("a difference has memprof diff's figures, grey where it may be chance")
def _():
    b, base, new = browser(), record("base.pb.gz"), record("new.pb.gz", 30000)
    page(base, new, hash="#tab=table&type=alloc_space")
    columns, rows = heads(), cells()
    equal(columns[:5], ["base", "new", "delta", "95%", "sure"], "columns")
    theirs = memprof("diff", "--alloc", "-n", "12", base, new)
    ours = {row[columns.index("function")]: row for row in rows}
    found = 0
    for line in theirs.splitlines():
        name = line.rsplit("  ", 1)[-1].strip()
        if name in ours and "iB" in line:
            found += 1
            for text in ours[name][0], ours[name][1], ours[name][2], ours[name][4]:
                check(text in line, f"{text} is not in: {line}")
    check(found >= 5, theirs)
    show(b.run("return location.href.split('#')[0]"), "#tab=graph&type=alloc_space")
    check("before" in b.text("#selected") and "now" in b.text("#selected"), b.text("#selected"))
    check(not b.run("return document.querySelector('#legend-change').hidden"), "the legend")
    quiet()


def pixels(x, y):
    """The colour of the graph at a place."""
    return browser().run("const c = document.querySelector('#flame'), r = devicePixelRatio; "
                         "return [...c.getContext('2d').getImageData(arguments[0] * r, arguments[1] * r, 1, 1).data]", x, y)


@case("a profile against itself is all grey")
def _():
    path = record("base.pb.gz")
    page(path, path, hash="#tab=graph&type=alloc_space")
    for row in range(2, 9):
        red, green, blue, alpha = pixels(600, row * 20 + 3)
        check(alpha == 255 and max(red, green, blue) - min(red, green, blue) <= 10, f"row {row}: {red} {green} {blue}")
    browser().console()  # that reading pixels is slow is no fault of the page


def short_names(*argv):
    """By the whole name: how the page writes it."""
    doc = json.loads(memprof("page", "--json", *argv))
    return {doc["texts"][number]: name for number, name in zip(doc["long"], doc["short"])}


def write_profile(names, label=""):
    """A pprof file whose functions, files, labels and comment are these names."""
    strings = ["", "space", "bytes", "key", label, *names]

    def varint(n):
        out = bytearray()
        while n > 127:
            out.append(n & 127 | 128)
            n >>= 7
        return bytes(out + bytes([n]))

    def number(field, n):
        return varint(field << 3) + varint(n)

    def message(field, data):
        return varint(field << 3 | 2) + varint(len(data)) + data

    data = message(1, number(1, 1) + number(2, 2))
    for i in range(len(names)):
        data += message(2, message(1, varint(i + 1)) + message(2, varint(1000 + i)) + message(3, number(1, 3) + number(2, i + 5)))
        data += message(4, number(1, i + 1) + message(4, number(1, i + 1) + number(2, 1)))
        data += message(5, number(1, i + 1) + number(2, i + 5) + number(4, i + 5))
    data += b"".join(message(6, s.encode()) for s in strings) + number(13, 5)
    Path("hostile.pb.gz").write_bytes(gzip.compress(data))
    return "hostile.pb.gz"


@case("names from the web's lists of injections stay text, in every tab")
def _():
    b = browser()
    url = page(write_profile(INJECTIONS))
    short = short_names("hostile.pb.gz")
    for hash in "", "#tab=graph", "#tab=graph&by=tag", "#tab=graph&by=file&inverted=1", "#tab=table", "#tab=table&table=line", "#tab=table&table=tag", "#tab=source":
        show(url, hash)
        b.run("document.querySelector('#table-more').hidden || document.querySelector('#table-more').click()")
        if hash == "#tab=table":
            shown = {row[-1] for row in cells()}
            equal([name for name in INJECTIONS if short.get(name, name) not in shown], [], "names that are not shown")
            b.click("#table tbody .row-name")
        if "graph" in hash:
            b.run("const c = document.querySelector('#flame'); c.dispatchEvent(new MouseEvent('mousemove', {clientX: 200, clientY: c.getBoundingClientRect().top + 30}))")
        equal(b.run("return [window.hit ?? null, document.querySelectorAll('main img, main iframe, main svg, main script, main a, #tip img, #tip script').length]"),
              [None, 0], f"{hash}: something was executed or made")
        equal(b.run("return document.querySelectorAll('script').length"), 2, "scripts")
    for name in INJECTIONS[:12]:
        show(url, "#" + "&".join(f"{key}={name}" for key in ("tab", "type", "by", "search", "filter", "row", "sort", "file")))
        equal(b.run("return window.hit ?? null"), None, "an address was executed")
    quiet()


@case("it fits 380 pixels, and follows a resize; light and dark")
def _():
    b = browser()
    url = page(record("sampled.pb.gz"))
    for tab in "summary", "graph", "table", "source":
        show(url, f"#tab={tab}")
        b.resize(380, 800)
        b.until("innerWidth === 380")
        b.until(f"document.documentElement.scrollWidth <= 380 && {json.dumps(tab)}")
    show(url, "#tab=graph")
    b.resize(700, 800)
    b.until("Math.abs(document.querySelector('#flame').clientWidth - document.querySelector('#flame-frame').clientWidth) < 1")
    light = b.run("return getComputedStyle(document.body).backgroundColor")
    b.media(prefers_color_scheme="dark")
    check(b.run("return getComputedStyle(document.body).backgroundColor") != light, "dark is light")
    b.media(prefers_color_scheme="light")
    quiet()


@case("axe finds no fault in any tab, light and dark")
def _():
    axe = WEB / "node_modules/axe-core/axe.min.js"
    check(axe.exists(), "there is no axe-core; scripts/deps test installs it")
    b, url = browser(), page(record("sampled.pb.gz"))
    for scheme in "light", "dark":
        b.media(prefers_color_scheme=scheme)
        for hash in "", "#tab=graph&search=list", "#tab=table&row=list_resize", "#tab=source":
            show(url, hash)
            b.run(axe.read_text())
            found = b.ask("POST", "/execute/async", {"args": [], "script": "axe.run().then(r => arguments[0](r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html + ' ' + n.failureSummary).join('; '))))"})
            equal(found, [], f"{scheme} {hash}")
    b.media(prefers_color_scheme="light")


@case("the view is saved as a profile that go tool pprof reads, the table as CSV")
def _():
    b, path = browser(), record("sampled.pb.gz")
    b.ask("POST", "/goog/cdp/execute", {"cmd": "Browser.setDownloadBehavior", "params": {"behavior": "allow", "downloadPath": os.getcwd()}})
    page(path, hash="#tab=graph&type=alloc_space")
    b.click("#pprof")
    wait_for_file("memprof-view.pb.gz")
    total = json.loads(memprof("page", "--json", path))["types"][1]["totals"][0]["value"]
    equal(json.loads(memprof("top", "--json", "--alloc", "memprof-view.pb.gz"))["total"]["value"], total, "the saved view's total")
    b.press("3")
    b.click("#csv")
    wait_for_file("memprof.csv")
    check(Path("memprof.csv").read_bytes().startswith(b"flat,cum,"), "the CSV")


def wait_for_file(name):
    for _ in range(400):
        if Path(name).exists() and Path(name).stat().st_size:
            return
        time.sleep(0.025)
    raise AssertionError(f"{name} was not saved")


@case("profiles of Go, tcmalloc and jemalloc open: their functions are shown")
def _():
    for path, function in other_profiles():
        page(path, hash="#tab=table")
        check(any(function in row[heads().index("function")] for row in cells()), f"{path}: {function} is not shown")
        browser().press("2")
        browser().until("document.querySelector('#flame').clientHeight > 20")
        quiet()


HOLD = """#include <stdlib.h>
#include <string.h>
__attribute__((noinline)) void *hold_big(void) { return memset(malloc(3 << 20), 1, 3 << 20); }
int main(void) { void *blocks[40]; for (int i = 0; i < 40; i++) blocks[i] = hold_big(); return !blocks[3]; }
"""


def other_profiles():
    """Profiles that the allocators wrote themselves, as go tool pprof reads them: (path, a function to find)."""
    Path("hold.c").write_text(HOLD)
    subprocess.run(["gcc", "-g", "-O0", "-fno-builtin", "hold.c", "-o", "hold"], check=True)
    run_with("libtcmalloc.so.4", HEAPPROFILE="tcmalloc", HEAP_PROFILE_ALLOCATION_INTERVAL="200000000")
    run_with("libjemalloc.so.2", MALLOC_CONF="prof:true,prof_final:true,lg_prof_sample:12,prof_prefix:jemalloc")
    jemalloc = next(Path().glob("jemalloc.*.heap"))
    Path("jemalloc.text").write_text(as_legacy(jemalloc.read_text()))
    found = [(GO, "main.")]
    for name, text in (("tcmalloc", max(Path().glob("tcmalloc.*.heap"))), ("jemalloc", "jemalloc.text")):
        subprocess.run(["go", "tool", "pprof", "-proto", "-output", name + ".pb.gz", "hold", text], check=True, capture_output=True)
        found.append((name + ".pb.gz", "hold_big"))
    return found


def run_with(library, **environment):
    subprocess.run(["./hold"], check=True, env={**os.environ, "LD_PRELOAD": library, **environment}, capture_output=True)


def as_legacy(text):
    """jemalloc's heap_v2 with its lines as gperftools writes them, which go tool pprof reads: the stack behind the figures."""
    rate, rows, stack, total = re.match(r"heap_v2/(\d+)", text)[1], [], None, None
    for line in text.splitlines():
        figures = re.match(r"\s*t\*: (\d+: \d+ \[\d+: \d+\])", line)
        if line.startswith("@"):
            stack = line
        elif figures and stack:
            rows.append(f"{figures[1]} {stack}")
        elif figures:
            total = figures[1]
    return "\n".join([f"heap profile: {total} @ heap_v2/{rate}", *rows, "", text[text.index("MAPPED_LIBRARIES"):]])


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


def finish():
    """main() leaves by sys.exit: the browser ends before."""
    try:
        main()
    finally:
        if browser.cache_info().currsize:
            browser().__exit__()


finish()
