"""The page's time: windows of runs whose phases are known, in a real browser."""

import json
import os
import re
import subprocess
from pathlib import Path

from harness import MEMPROF, case, check, equal
from many_moments import write_many_moments
from opened import MIB, browser, build, cells, faults, finish, heads, memprof, page, quiet, show, time_of, wait_for_file

# 10 MiB; half of them freed; 20 MiB of another function.
PHASES = """#include <stdlib.h>
#include <string.h>
#include <time.h>
static void rest(void) { nanosleep(&(struct timespec){0, 400000000}, NULL); }
static char *first[10], *second[20];
__attribute__((noinline)) static void take(char **blocks, int n) { for (int i = 0; i < n; i++) blocks[i] = memset(malloc(1 << 20), 1, 1 << 20); }
__attribute__((noinline)) static void take_first(void) { take(first, 10); }
__attribute__((noinline)) static void take_second(void) { take(second, 20); }
int main(void) {
  rest(); take_first(); rest();
  for (int i = 0; i < 5; i++) free(first[i]);
  rest(); take_second(); rest();
  return !second[3];
}
"""


def phases(*options):
    if not Path("phases").exists():
        build("phases", PHASES)
    memprof("run", "-q", "--exact", "--history", *options, "-o", "phases.pb.gz", "--", "./phases")
    return "phases.pb.gz"


def border(time, allocated, live):
    """The middle one of the moments at which the process had these MiB."""
    found = [i for i, each in enumerate(zip(time["allocated"], time["live"])) if each == (allocated * MIB, live * MIB)]
    check(len(found) > 4, f"{len(found)} moments of {allocated} and {live} MiB")
    return found[len(found) // 2] + 1


def borders(path):
    """In the rest before the first phase, and in those after each."""
    time = time_of(path)
    return [border(time, *at) for at in ((0, 0), (10, 10), (10, 5), (30, 25))], len(time["time"])


def window_figures():
    return browser().run("return [...document.querySelectorAll('#window-figures .number')].map(e => e.textContent)")


def flats():
    columns = heads()
    return {row[columns.index("function")]: row[columns.index("flat")] for row in cells()}


@case("windows of known phases: live at the end, born and still there, allocated")
def _():
    path = phases()
    (before, taken, freed, end), n = borders(path)
    url = page("--all-frames", path)
    wanted = [(before, taken, ["10.0 MiB", "5.0 MiB", "10.0 MiB", "+10.0 MiB"]), (taken, freed, ["5.0 MiB", "0 B", "0 B", "-5.0 MiB"]),
              (freed, end, ["25.0 MiB", "20.0 MiB", "20.0 MiB", "+20.0 MiB"]), (before, end, ["25.0 MiB", "25.0 MiB", "30.0 MiB", "+25.0 MiB"]),
              (0, n, ["25.0 MiB", "25.0 MiB", "30.0 MiB", "+25.0 MiB"]), (0, before, ["0 B", "0 B", "0 B", "0 B"])]
    for start, stop, figures in wanted:
        show(url, f"#tab=table&window={start}-{stop}")
        equal(window_figures(), figures, f"the window {start}-{stop}")
    show(url, f"#tab=table&window={freed}-{end}&type=window_born")
    equal(flats()["malloc"] if "malloc" in flats() else flats()["take"], "20.0 MiB", "flat of what allocates")
    at = heads().index("cum")
    cums = {row[heads().index("function")]: row[at] for row in cells()}
    equal((cums["take_second"], cums["main"], cums.get("take_first", "0 B")), ("20.0 MiB", "20.0 MiB", "0 B"), "cum")
    show(url, f"#tab=graph&window={taken}-{freed}&type=window_live")
    check("5.0 MiB, 100.00% of all" in browser().text("#selected"), browser().text("#selected"))
    show(url, f"#tab=graph&window={freed}-{end}&type=window_born&inverted=1")
    equal(browser().run("return document.querySelector('#inverted').checked"), True, "the inverted graph")
    check("20.0 MiB, 100.00% of all" in browser().text("#selected"), browser().text("#selected"))
    show(url, f"#tab=source&window={freed}-{end}")
    check("whole run" in browser().text("#window-note"), "source lines are those of the whole run, which is not said")
    quiet()


def pixel(x, y):
    """Red, green and blue of the graph at a place."""
    return browser().run("const c = document.querySelector('#flame'), r = devicePixelRatio; "
                         "return [...c.getContext('2d').getImageData(arguments[0] * r, arguments[1] * r, 1, 1).data].slice(0, 3)", x, y)


@case("two moments are compared: the same graph, grown, shrunk, and grey where nothing is sure to have changed")
def _():
    b, path = browser(), phases()
    (_, taken, freed, end), _ = borders(path)
    url = page(path)
    for start, stop, function, row, hue in ((taken, freed, "take", ["10.0 MiB", "5.0 MiB", "-5.0 MiB", "", "yes"], "blue"),
                                            (freed, end, "take", ["5.0 MiB", "25.0 MiB", "+20.0 MiB", "", "yes"], "red"),
                                            (freed, freed + 2, "take", ["5.0 MiB", "5.0 MiB", "0 B", "", "no"], "grey")):
        show(url, f"#tab=table&type=window_change&window={start}-{stop}")
        equal(heads()[:5], ["base", "new", "delta", "95%", "sure"], "columns")
        equal({each[-1]: each[:5] for each in cells()}[function], row, function)
        b.press("2")
        b.until("document.querySelector('#flame').clientHeight > 60")
        check("before" in b.text("#selected") and not b.run("return document.querySelector('#legend-change').hidden"), b.text("#selected"))
        red, _, blue = pixel(3, 63)
        equal("grey" if abs(red - blue) <= 10 else "red" if red > blue else "blue", hue, f"{red} {blue} of {start}-{stop}")
    b.press("t")
    b.until("document.querySelector('#type').value === 'window_live'")
    check(b.run("return document.querySelector('#legend-change').hidden"), "the legend stays")
    b.run("document.querySelector('#window-figures input[value=window_change]').click()")
    b.until("location.hash.includes('type=window_change')")
    b.press("1")
    check("live at" in b.text("#summary"), b.text("#summary"))
    b.press("Escape")
    b.until("document.querySelector('#window').hidden")
    equal(b.run("return document.querySelector('#type').value"), "inuse_space", "the figure")
    b.console()  # that reading pixels is slow is no fault of the page
    quiet()


# Python's own tracer says what line 2 has live, at rest before and after each phase.
TRACED = """import json, os, time, tracemalloc
def keep(n): return [bytearray(100000) for _ in range(n)]
def scratch(n):
    for _ in range(n): bytearray(50000)
def say():
    time.sleep(0.3)
    print(json.dumps([time.monotonic() - start, sum(each.size for each in tracemalloc.take_snapshot().statistics("lineno") if each.traceback[0].lineno == 2)]), flush=True)
    time.sleep(0.3)
start = time.monotonic()
tracemalloc.start(); say()
kept = keep(100); say()
del kept[:60]; say()
scratch(1000); say()
os._exit(0)
"""


@case("windows of a Python program have what Python's own tracer says was live")
def _():
    Path("traced.py").write_text(TRACED)
    said = subprocess.run([MEMPROF, "run", "-q", "--exact", "--history", "-o", "traced.pb.gz", "--", "/usr/bin/python3", "traced.py"], check=True,
                          capture_output=True, text=True, env={**os.environ, "PYTHONMALLOC": "malloc"}).stdout
    times, live = zip(*map(json.loads, said.splitlines()))
    check(live[1] > 2 * live[2] > 6e6, f"traced: {live}")
    ends = [0, *time_of("traced.pb.gz")["time"]]
    at = [min(range(len(ends)), key=lambda border: abs(ends[border] / 1e9 - each)) for each in times]
    url, allocated = page("traced.pb.gz"), [live[1], 0, 1000 * 50001]
    for phase, (start, end) in enumerate(zip(at, at[1:])):
        wanted = {"live": live[phase + 1], "born": live[3] if phase == 0 else 0, "alloc": allocated[phase]}
        for figure, size in wanted.items():
            show(url, f"#tab=table&window={start}-{end}&type=window_{figure}")
            equal(flats().get("PyByteArray_Resize", "0 B"), f"{size / MIB:.1f} MiB" if size else "0 B", f"{figure} in phase {phase}")
    quiet()


@case("a window is saved as a profile")
def _():
    b, path = browser(), phases()
    (_, _, freed, end), _ = borders(path)
    b.ask("POST", "/goog/cdp/execute", {"cmd": "Browser.setDownloadBehavior", "params": {"behavior": "allow", "downloadPath": os.getcwd()}})
    page(path, hash=f"#tab=graph&window={freed}-{end}&type=window_alloc")
    b.click("#pprof")
    wait_for_file("memprof-view.pb.gz")
    saved = subprocess.run(["go", "tool", "pprof", "-sample_index=window_alloc", "-raw", "memprof-view.pb.gz"], check=True, capture_output=True, text=True).stdout
    check("take_second" in saved and str(20 * MIB) in saved, saved)


@case("a run with --page has time; its whole as a window has the whole run's figures, sampled ones too")
def _():
    script = "import json\nd = [{'a': i, 'b': str(i) * 5} for i in range(60000)]\nprint(len(json.loads(json.dumps(d))))"
    memprof("run", "-q", "--page", "run.html", "-o", "sampled.pb.gz", "--", "/usr/bin/python3", "-c", script)
    check("sampled.pb.gz" in Path("run.html").read_text() or Path("run.html").stat().st_size > 10000, "run.html")
    time, doc = time_of("sampled.pb.gz"), json.loads(memprof("page", "--json", "sampled.pb.gz"))
    check(not doc["profiles"][0]["sampling"]["exact"], "the profile is not sampled: nothing is shown")
    url = "file://" + os.path.abspath("run.html")
    for kind, window_kind in ("alloc_space", "window_alloc"), ("inuse_space", "window_live"), ("inuse_space", "window_born"):
        shown = []
        for hash in f"#tab=table&type={kind}", f"#tab=table&type={window_kind}&window=0-{len(time['time'])}":
            show(url, hash)
            browser().run("document.querySelector('#table-more').hidden || document.querySelector('#table-more').click()")
            columns = [heads().index(each) for each in ("function", "flat", "cum")]
            shown.append({tuple(row[i] for i in columns) for row in cells()})
        check(len(shown[0]) > 10, shown[0])
        equal(shown[1], {row for row in shown[0] if row[1:] != ("0 B", "0 B")}, kind)
    show(url, f"#tab=table&type=window_alloc&window={len(time['time']) // 3}-{len(time['time']) // 2}")
    bars = [row[heads().index("95%")] for row in cells()]
    check(sum(bool(bar) for bar in bars) > 5, f"intervals of a window: {bars}")
    equal(browser().text("#window-note"), "", "the note")
    show(url, f"#tab=table&type=window_change&window={len(time['time']) // 3}-{len(time['time']) // 2}")
    check({"yes", "no"} >= {row[heads().index("sure")] for row in cells()} and any(row[heads().index("95%")] for row in cells()), cells()[:3])
    quiet()


@case("live at a window's end is what memprof top says of a snapshot taken then")
def _():
    path = phases("--every", "1s")
    time = time_of(path)
    mark = next(mark for mark in time["marks"] if mark["kind"] == "snapshot")
    stop = next(i for i, each in enumerate(time["time"]) if each > mark["time"]) + 1
    for kind, window_kind in ("inuse_space", "window_live"), ("alloc_space", "window_alloc"):
        page(path, hash=f"#tab=table&window=0-{stop}&type={window_kind}")
        nodes = json.loads(memprof("top", "--json", "--sample-index=" + kind, "phases.0001.pb.gz"))["nodes"]
        check(any(node["flat"]["value"] for node in nodes), "the snapshot is empty")
        theirs = {node["name"]: f"{node['flat']['value'] / MIB:.1f} MiB" for node in nodes if node["flat"]["value"]}
        equal({name: flat for name, flat in flats().items() if flat != "0 B"}, theirs, kind)
    quiet()


@case("a drag chooses a window; back, Escape and the button return; a link shows it")
def _():
    b, path = browser(), phases()
    (before, taken, _, end), _ = borders(path)
    time = time_of(path)
    page(path, hash="#tab=table")
    width = b.run("return document.querySelector('#chart').clientWidth")
    x = [66 + (width - 66 - 82) * time["time"][each - 1] / time["time"][-1] for each in (before, taken, end)]
    b.drag("#chart", x[0], x[1])
    b.until("location.hash.includes('window=')")
    equal(window_figures(), ["10.0 MiB", "5.0 MiB", "10.0 MiB", "+10.0 MiB"], "the window")
    link = b.run("return location.href")
    b.drag("#chart", x[2], x[1])
    b.until("document.querySelector('#window-figures .number').textContent === '25.0 MiB'")
    b.back()
    b.until("document.querySelector('#window-figures .number').textContent === '10.0 MiB'")
    b.back()
    b.until("document.querySelector('#window').hidden")
    equal(b.run("return document.querySelector('#type').value"), "alloc_space", "the figure")
    show(link)
    equal(window_figures(), ["10.0 MiB", "5.0 MiB", "10.0 MiB", "+10.0 MiB"], "the link")
    b.run("document.querySelector('#window-figures input[value=window_born]').click()")
    b.until("document.querySelector('#type').value === 'window_born'")
    b.click("#window-reset")
    b.until("document.querySelector('#window').hidden")
    equal(b.run("return document.querySelector('#type').value"), "inuse_space", "the figure")
    show(link)
    b.press("Escape")
    b.until("document.querySelector('#window').hidden")
    quiet()


@case("the keyboard moves both ends of a window; the zoom follows the frames' names")
def _():
    b, path = browser(), phases()
    (before, taken, _, _), n = borders(path)
    page(path, hash="#tab=graph&type=alloc_space")
    b.press("w")
    equal(b.run("return document.activeElement.id"), "chart", "the focus")
    b.press("ArrowLeft", "ArrowLeft")
    b.until(f"location.hash.includes('window=0-{n - 2}')")
    equal(b.run("return document.querySelector('#type').value"), "window_alloc", "the figure")
    b.run("document.querySelector('#chart').dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowRight', shiftKey: true, bubbles: true}))")
    b.until(f"location.hash.includes('window=1-{n - 2}')")
    check(re.match(r"[\d.]+ ms to [\d.]+ s$", b.text("#window-text")), b.text("#window-text"))
    b.press("Escape")
    b.until("document.querySelector('#window').hidden")
    doc = json.loads(memprof("page", "--json", path))
    view = doc["views"][0]
    main_node = [doc["texts"][name] if name < len(doc["texts"]) else "" for name in view["name"]].index("main")
    show(b.run("return location.href.split('#')[0]"), f"#tab=graph&zoom={main_node}")
    equal(b.run("return document.querySelector('#crumbs li:last-child').textContent"), "main", "the zoom")
    b.press("w", "ArrowLeft")
    b.until("!document.querySelector('#window').hidden")
    equal(b.run("return document.querySelector('#crumbs li:last-child').textContent"), "main", "the zoom in a window")
    quiet()


EVENTS = """#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
static void rest(void) { nanosleep(&(struct timespec){0, 150000000}, NULL); }
__attribute__((noinline)) static void *take(size_t n) { return memset(malloc(n), 1, n); }
static void *work(void *context) { pthread_setname_np(pthread_self(), "<img src=x>"); context = take(1000); rest(); free(context); return NULL; }
int main(void) {
  pthread_t thread;
  free(take(100000)); rest();
  pthread_create(&thread, NULL, work, NULL); pthread_join(thread, NULL); rest();
  void *library = dlopen("libz.so.1", RTLD_NOW);
  void *(*open_file)(const char *, const char *) = (void *(*)(const char *, const char *))dlsym(library, "gzopen");
  open_file("/dev/null", "w"); rest();
  if (!fork()) { free(take(500000)); rest(); _exit(0); }
  wait(NULL); rest();
  return !library;
}
"""


@case("threads, libraries, forks and snapshots are marks, whose names stay text")
def _():
    b = browser()
    build("events", EVENTS)
    memprof("run", "-q", "--exact", "--history", "--every", "600ms", "-o", "events.pb.gz", "--", "./events")
    time = time_of("events.pb.gz")
    marks = {mark["kind"]: mark for mark in time["marks"] if mark["kind"] != "library" or "libz.so" in mark["text"]}
    equal(sorted(marks), ["fork", "library", "snapshot", "thread"], "kinds")
    equal([mark["text"] for mark in time["marks"] if "libmemprof" in mark["text"]], [], "marks of memprof's own")
    check(marks["thread"]["text"].endswith(" <img src=x>"), marks["thread"])
    check(re.fullmatch(r"process \d+", marks["fork"]["text"]), marks["fork"])
    equal(marks["snapshot"]["text"], "every 0.6 s", "the snapshot's reason")
    check(marks["thread"]["time"] < marks["library"]["time"] < marks["fork"]["time"], time["marks"])
    page("events.pb.gz")
    width = b.run("return document.querySelector('#chart').clientWidth")
    x = 66 + (width - 66 - 82) * marks["thread"]["time"] / time["time"][-1]
    b.run("const c = document.querySelector('#chart'), r = c.getBoundingClientRect(); "
          "c.dispatchEvent(new PointerEvent('pointermove', {clientX: r.left + arguments[0], clientY: r.top + 50}))", x)
    check("<img src=x>" in b.text("#tip"), b.text("#tip"))
    equal(b.run("return document.querySelectorAll('#tip img').length"), 0, "elements made of a name")
    quiet()


@case("it fits 380 pixels, and axe finds no fault, light and dark")
def _():
    b, path = browser(), phases()
    url = page(path)
    for scheme in "light", "dark":
        b.media(prefers_color_scheme=scheme)
        for hash in "#tab=graph", "#tab=summary&window=3-40", "#tab=graph&window=3-40&type=window_change":
            show(url, hash)
            equal(faults(), [], f"{scheme} {hash}")
    b.media(prefers_color_scheme="light")
    b.resize(380, 800)
    b.until("innerWidth === 380")
    b.until("document.documentElement.scrollWidth <= 380")
    b.until("Math.abs(document.querySelector('#chart').clientWidth - document.querySelector('#chart-frame').clientWidth) < 1")


@case("a page of 10,000 stacks and 200 moments takes less than 5 MB, and shows a window")
def _():
    total = write_many_moments("many.pb.gz")
    url = page("many.pb.gz")
    size = Path("page.html").stat().st_size
    check(size < 5e6, f"the page has {size} bytes")
    show(url, "#tab=table&window=0-200&type=window_alloc")
    equal(window_figures()[2], f"{total / (1 << 30):.1f} GiB", "the whole")
    show(url, "#tab=graph&window=50-100&type=window_born")
    check("100.00% of all" in browser().text("#selected"), browser().text("#selected"))
    quiet()


@case("one that is sampled, with the six figures of memprof run, too")
def _():
    write_many_moments("many-sampled.pb.gz", sampled=True)
    url = page("many-sampled.pb.gz")
    size = Path("page.html").stat().st_size
    check(size < 5e6, f"the page has {size} bytes")
    show(url, "#tab=table&window=50-100&type=window_live")
    check(all("±" in text for text in window_figures()), f"a figure without an interval: {window_figures()}")
    quiet()


def messages(*argv):
    return subprocess.run([MEMPROF, *argv], check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE).stderr.decode()


@case("a profile that another tool has cut has a page without time, and one line says so; merged ones have none")
def _():
    path = phases()
    subprocess.run(["go", "tool", "pprof", "-proto", "-focus", "take_second", "-output", "cut.pb.gz", path], check=True, capture_output=True)
    said = messages("page", "-o", "cut.html", "cut.pb.gz")
    equal(said.count("\n"), 1, said)
    check("cut.pb.gz: its moments are damaged" in said and "without time" in said, said)
    memprof("merge", "-o", "merged.pb.gz", path, path)
    for profile in "cut.pb.gz", "merged.pb.gz":
        check("time" not in json.loads(memprof("page", "--json", profile)), profile)
    equal(messages("page", "-o", "merged.html", "merged.pb.gz"), "", "of the merged profile")
    show("file://" + os.path.abspath("cut.html"), "#window=1-4")
    check(browser().run("return document.querySelector('#time').hidden"), "there is a chart")
    quiet()


finish()
