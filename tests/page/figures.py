"""The page's figures, read from its elements, against the text of the reports."""

import json
import os
import re
import subprocess
from pathlib import Path

from harness import case, check, equal
from opened import browser, cells, faults, finish, heads, memprof, page, quiet, record, short_names, show

GO = os.environ["DATA"] + "/go_heap.pb.gz"


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


@case("the summary has memprof top's totals and what may be missing")
def _():
    b, path = browser(), record("sampled.pb.gz")
    page(path)
    for kind in "alloc_space", "alloc_objects", "inuse_space", "peak_objects":
        text = memprof("top", "--sample-index=" + kind, path)
        card = b.run("return [...document.querySelectorAll(`[data-type=${arguments[0]}] span`)].map(e => e.textContent)", kind)
        total = next(line for line in text.splitlines() if line.startswith("Total: "))
        bar = card[2].replace("±", "+-").replace("error bar too small to be seen", "")
        check(card[1] in total and bar in total and (bar or "+-" not in total), f"{card} is not in: {total}")
    missing = re.search(r"[Ss]ites of up to [\d.]+ \w+ may have no sample", memprof("top", "--alloc", path))[0]
    check(missing[1:] in b.text("#summary"), f"{missing!r} is not said")
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
    bars = 0
    for row in rows[:10]:
        both = [text.replace("±", "+-") for text, column in zip(row, columns) if column == "95%"]
        bars += bool(both[0])
        line = next(line for line in text.splitlines() if re.search(rf"  {re.escape(row[columns.index('function')])}(  via .*)?$", line))
        # A figure of large blocks, which are surely sampled, has no interval here nor there.
        check(all(bar in line for bar in both), f"{both} are not in: {line}")
        equal(line.count("+-"), sum(bar.startswith("+-") for bar in both), f"intervals of: {line}")
    check(bars >= 5, f"{bars} of ten figures have an interval")


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


@case("lifetimes come as log histograms, with memprof lifetimes' figures")
def _():
    b, clocks = browser(), {"lifetime": "time", "lifecalls": "calls"}
    memprof("run", "-q", "--advise", "--exact", "-o", "advised.pb.gz", "--", os.environ["LIVES"], 20000)
    page("advised.pb.gz", hash="#tab=table")
    for table, clock in clocks.items():
        b.choose("#table-by", table)
        theirs = {each["name"]: each for each in json.loads(memprof("lifetimes", "--json", "--clock=" + clock, "advised.pb.gz"))["functions"]}
        ours = {row[heads().index("function")]: row for row in cells()}
        equal(set(ours), set(theirs), "functions")
        for name, row in theirs.items():
            equal(ours[name][0], str(row["objects"]), f"objects of {name}")
            label = b.run("return [...document.querySelectorAll('#table tbody tr')].find(r => r.cells[4].textContent === arguments[0]).querySelector('.bars').getAttribute('aria-label')", name)
            equal(sum(map(int, re.findall(r": (\d+)(?:;|$)", label))), sum(bar["objects"] for bar in row["histogram"]), f"those of {name} that ended: {label}")
    # Objects of keep() live on; temporary() frees each before it allocates again (tests/advise/targets/lives.c).
    equal(ours["keep"][1], "100.00%", "live objects of keep")
    equal(ours["temporary"][2], "0 allocations", "the median life of temporary")
    for name, line in ("temporary", "0 allocations80000100.00%"), ("keep", "lives on20000100.00%"):
        b.run("[...document.querySelectorAll('#table .row-name')].find(e => e.textContent === arguments[0]).click()", name)
        b.until(f"document.querySelector('#peek h2')?.textContent === {json.dumps(name)}")
        check(line in b.text("#peek .lives"), b.text("#peek .lives"))
    show(b.run("return location.href"))
    check("lives on" in b.text("#peek"), "the address does not lead there")
    equal(faults(), [], "axe")
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


@case("profiles of Go, tcmalloc and jemalloc open: their functions are shown")
def _():
    for path, function in other_profiles():
        page(path, hash="#tab=table")
        check(any(function in row[heads().index("function")] for row in cells()), f"{path}: {function} is not shown")
        browser().press("2")
        browser().until("document.querySelector('#flame').clientHeight > 20")
        quiet()


finish()
