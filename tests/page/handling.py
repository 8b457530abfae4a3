"""The page in a real browser: clicks, keys, back, resize, links; hostile names; what axe says."""

import gzip
import json
import os
import re
import subprocess
from pathlib import Path

from harness import case, check, equal
from injections import INJECTIONS
from opened import browser, cells, faults, finish, memprof, page, quiet, record, short_names, show, wait_for_file
from wire import message, number, varint


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


def write_profile(names, label="", comments=()):
    """A pprof file whose functions, files, labels and comment are these names."""
    strings = ["", "space", "bytes", "key", label, *names, *comments]

    data = message(1, number(1, 1) + number(2, 2))
    for i in range(len(names)):
        data += message(2, message(1, varint(i + 1)) + message(2, varint(1000 + i)) + message(3, number(1, 3) + number(2, i + 5)))
        data += message(4, number(1, i + 1) + message(4, number(1, i + 1) + number(2, 1)))
        data += message(5, number(1, i + 1) + number(2, i + 5) + number(4, i + 5))
    data += b"".join(message(6, s.encode()) for s in strings) + number(13, 5)
    data += b"".join(number(13, len(strings) - 1 - i) for i in range(len(comments)))
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


@case("the summary shows memprof advise's items, and a click on one leads to its function")
def _():
    memprof("run", "-q", "--advise", "--exact", "-o", "advised.pb.gz", "--", os.environ["LIVES"], 20000)
    items = json.loads(memprof("advise", "--json", "advised.pb.gz"))["items"]
    b, _ = browser(), page("advised.pb.gz")
    equal(b.run("return [...document.querySelectorAll('#advice li p')].map(e => e.textContent)"), [item["text"] for item in items], "the texts")
    b.click("#advice li:first-child button")
    b.until("!document.querySelector('#table-panel').hidden")
    equal(b.text("#peek h2"), items[0]["function"], "the chosen function")
    quiet()


@case("the parts of resident memory add up to it, in the bar and in the legend")
def _():
    parts = {"live": 5 << 20, "allocator": 1 << 20, "anonymous": 3 << 20, "stacks": 1 << 19, "modules": 1 << 19, "files": 0, "shared": 0, "recording": 0}
    figures = " ".join(f"{name}={size}" for name, size in parts.items()).replace(" stacks", " blocks=0 stacks")
    looked = f"resident: total={sum(parts.values())} {figures} age_ns=5 detailed=1 program=x"
    page(write_profile(["f"], comments=["memory: peak_rss=20971520", looked]))
    drawn = browser().run("return [...document.querySelectorAll('.part')].map(e => [e.className, Number(e.style.flexGrow)])")
    wanted = [(f"part part-{name}", size) for name, size in parts.items() if size]
    equal([name for name, _ in drawn], [name for name, _ in wanted], "the parts of the bar")
    # The browser keeps six digits of a length.
    check(all(abs(length - size) <= 1e-5 * size for (_, length), (_, size) in zip(drawn, wanted)), f"{drawn}")
    text = browser().text(".resident")
    check("10.0 MiB when" in text and "5.0 MiB 50.00%" in text and "512.0 KiB 5.00%" in text, text)
    check("20.0 MiB" in browser().text(".facts"), "the peak RSS")
    page(write_profile(["f"], comments=["memory: peak_rss=20971520", looked.replace("detailed=1", f"detailed=1 rounding={1 << 18}")]))
    text = browser().text(".resident")
    check("rounding of blocks by the allocator 256.0 KiB 2.50%" in text and "held by the allocator 768.0 KiB 7.50%" in text, text)
    quiet()


# 10,000 blocks of 1000 bytes, of which every second one is freed; 5 MiB mapped; then it says what is resident.
RESIDENT = """#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
enum { N = 10000 };
static char *blocks[N];
int main(void) {
  for (int i = 0; i < N; i++) blocks[i] = memset(malloc(1000), 1, 1000);
  for (int i = 0; i < N; i += 2) free(blocks[i]);
  memset(mmap(NULL, 5 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 1, 5 << 20);
  usleep(600000);
  FILE *f = fopen("/proc/self/status", "r");
  char line[200];
  while (fgets(line, sizeof(line), f)) if (!strncmp(line, "VmRSS:", 6)) fputs(line, stdout);
  return 0;
}
"""


@case("the bar of a run is its RSS: live, rounding, held, mappings, stacks, modules, memprof's own")
def _():
    Path("resident.c").write_text(RESIDENT)
    subprocess.run(["gcc", "-O0", "-fno-builtin", "resident.c", "-o", "resident"], check=True)
    said = memprof("run", "-q", "--exact", "--page", "resident.html", "-o", "resident.pb.gz", "--", "./resident")
    rss = int(re.search(r"VmRSS:\s+(\d+) kB", said)[1]) << 10
    show("file://" + os.path.abspath("resident.html"))
    drawn = dict(browser().run("return [...document.querySelectorAll('.part')].map(e => [e.className.replace('part part-', ''), Number(e.style.flexGrow)])"))
    equal(set(drawn) - {"files", "shared"}, {"live", "rounding", "held", "anonymous", "stacks", "modules", "recording"}, "the parts")
    check(abs(sum(drawn.values()) - rss) < 0.02 * rss, f"{drawn} of {rss}")
    # 5000 live blocks of 1000 bytes take 1008 each with glibc's head; what is between them is held.
    for part, size in (("live", 5_000_000), ("rounding", 5_000 * 8), ("held", 5_000 * 1008), ("anonymous", 5 << 20)):
        check(abs(drawn[part] - size) < 0.05 * size + 200_000 * (part == "anonymous"), f"{part}: {drawn[part]}, {size} is right")
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


@case("the code of a page takes less than 200 KB: all but the document")
def _():
    page(write_profile(["f"]))
    text = Path("page.html").read_text()
    start = text.index('id="document">') + len('id="document">')
    code = len(text) - text.index("<", start) + start
    check(50_000 < code < 200_000, f"{code} bytes")


@case("axe finds no fault in any tab, light and dark")
def _():
    b, url = browser(), page(record("sampled.pb.gz"))
    for scheme in "light", "dark":
        b.media(prefers_color_scheme=scheme)
        for hash in "", "#tab=graph&search=list", "#tab=table&row=list_resize", "#tab=source":
            show(url, hash)
            equal(faults(), [], f"{scheme} {hash}")
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


finish()
