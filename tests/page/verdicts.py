"""The verdicts of leaks and check in the summary, against the text of the reports and the program's own source."""

import json
import os
import re
import subprocess
from pathlib import Path

from harness import MEMPROF, case, check, equal
from injections import INJECTIONS
from opened import browser, cells, faults, finish, heads, memprof, quiet, record, show

# Lost: 5 times 64 bytes with 32 each, 77 bytes that are suppressed; not lost: 300 bytes by their inside, 1000 and 2000.
LOST = """#include <stdlib.h>
#include <string.h>
#include <dlfcn.h>
static void **kept;
static char *inside;
__attribute__((noinline)) static void *xcalloc(size_t size) { return calloc(1, size); }
__attribute__((noinline)) static void lose_pair(void) { void **a = xcalloc(64); a[0] = xcalloc(32); }
__attribute__((noinline)) static void keep(void) { kept = calloc(1, 1000); kept[0] = malloc(2000); }
__attribute__((noinline)) static void keep_inside(void) { inside = (char *)malloc(300) + 8; }
__attribute__((noinline)) static void lose_known(void) { (void)!malloc(77); }
__attribute__((noinline)) static void clear(void) { char b[4096]; memset(b, 0, sizeof(b)); __asm__ volatile("" :: "r"(b) : "memory"); }
int main(int argc, char **argv) {
  for (int i = 0; i < 5; i++) lose_pair();
  keep(); keep_inside(); lose_known(); clear();
  if (argc > 2 && !dlopen(argv[2], RTLD_NOW)) return 9;
  return 0;
}
"""
KINDS = {"definite": "definitely lost: 320 B in 5 blocks", "indirect": "indirectly lost: 160 B in 5 blocks",
         "possible": "possibly lost: 300 B in 1 block", "reachable": "still reachable: 2.9 KiB in 2 blocks",
         "suppressed": "suppressed: 77 B in 1 block"}


def ran(*argv, status=0):
    result = subprocess.run([MEMPROF, *argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60, env={**os.environ, "COLUMNS": "1000"})
    equal(result.returncode, status, result.stderr)
    return result


def lost(name="lost"):
    if not Path(name).exists():
        Path("lost.c").write_text(LOST)
        Path("suppressed").write_text("leak:lose_known\n")
        subprocess.run(["gcc", "-g", "-O0", "-fno-builtin", "lost.c", "-o", name], check=True)
    return "./" + name


def opened(name, hash=""):
    return show("file://" + os.path.abspath(name), hash)


def verdict(part):
    return browser().text(f"[data-verdict={part}]")


def texts(selector):
    return browser().run("return [...document.querySelectorAll(arguments[0])].map(e => e.textContent)", selector)


def unfold():
    """Opens every record, and waits until all that they hold is made."""
    browser().run("document.querySelectorAll('details').forEach(d => d.open = true)")
    browser().until("[...document.querySelectorAll('#summary .record')].every(d => d.children.length > 1)")


@case("memprof leaks --page: kinds, records with stacks and ways, what is suppressed is said to be")
def _():
    ran("leaks", "--suppressions=suppressed", "--page=leaks.html", lost(), status=23)
    opened("leaks.html")
    equal(verdict("leaks"), "Leaks: failed 480 B in 10 blocks leaked", "the verdict")
    equal(dict(zip(browser().run("return [...document.querySelectorAll('.kind')].map(e => e.dataset.kind)"), texts(".kind > summary"))), KINDS, "kinds")
    equal(texts("[data-kind=definite] .record > summary"), ["320 B in 5 blocks (and 160 B in 5 blocks with it) lose_pair"], "the responsible function")
    unfold()
    for kind, function, way in (("definite", "lose_pair", "no pointer to it is left"), ("indirect", "lose_pair", " -> 32 bytes at "),
                                ("possible", "keep_inside", "/lost at "), ("reachable", "keep", "/lost at ")):
        text = " ".join(texts(f"[data-kind={kind}] .record"))
        check(way in text and f"{function} lost.c:" in text and "main lost.c:" in text, f"{kind}: {text}")
    check("77 B in 1 block: lose_known (suppressed)" in texts("#leaks li"), f"{texts('#leaks li')}")
    equal(browser().text("[data-type=definite_space] .card-value"), "320 B", "the card")
    equal(faults(), [], "axe")
    quiet()
    browser().press("2")
    check("tag" not in browser().run("return [...document.querySelectorAll('#by option')].map(e => e.value)"), "ways pass for tags of the program's")


@case("leak records are a table, too: it sorts, filters by any function of a stack, shows stacks and ways, and is copied")
def _():
    b = browser()
    ran("leaks", "--suppressions=suppressed", "--page=leaks.html", lost(), status=23)
    opened("leaks.html")
    b.click("#leaks-table")
    b.until("document.querySelector('#table-by').value === 'leak'")
    columns = ["bytes", "blocks", "lost with it", "kind", "function"]
    lost_pair, dragged = ["320 B", "5", "160 B", "definite", "lose_pair"], ["160 B", "5", "", "indirect", "lose_pair"]
    inside, known = ["300 B", "1", "", "possible", "keep_inside"], ["77 B", "1", "", "suppressed", "lose_known"]
    kept = [["2.0 KiB", "1", "", "reachable", "keep"], ["1000 B", "1", "", "reachable", "keep"]]
    at = [heads().index(column) for column in columns]
    rows_now = lambda: [[row[i] for i in at] for row in cells()]
    equal(rows_now(), [*kept, lost_pair, inside, dragged, known], "by bytes")
    b.run("[...document.querySelectorAll('#table th button')].find(e => e.textContent.startsWith('blocks')).click()")
    equal([row[1] for row in rows_now()], ["5", "5", "1", "1", "1", "1"], "by blocks")
    opened("leaks.html", "#tab=table&table=leak&filter=keep_inside%7Cxcalloc&sort=flat")
    equal(rows_now(), [dragged, inside, lost_pair], "the filter and the sort of the address")
    b.run("[...document.querySelectorAll('#table .row-name')].find(e => e.textContent === 'keep_inside').click()")
    b.until("!document.querySelector('#peek').hidden && document.querySelector('#peek .record').children.length > 1")
    check("/lost at " in b.text("#peek") and "keep_inside lost.c:" in b.text("#peek"), b.text("#peek"))
    equal(faults(), [], "axe")
    quiet()


@case("a click on a verdict leads to its place, by an address that does so, too")
def _():
    b = browser()
    ran("leaks", "--page=leaks.html", lost(), status=23)
    opened("leaks.html")
    b.click("[data-verdict=leaks] button")
    equal(b.run("return [location.hash, document.activeElement.id]"), ["#part=leaks", "leaks"], "after the click")
    opened("leaks.html", "#part=leaks")
    equal(b.run("return document.activeElement.id"), "leaks", "by the address")
    opened("leaks.html", "#part=title")
    check(b.run("return document.activeElement.id") != "title", "an address names any element")
    quiet()


@case("memprof run --leaks --page: allocations and moments beside the verdict")
def _():
    Path("waits.c").write_text("#include <stdlib.h>\n#include <unistd.h>\nint main(void) { for (int i = 0; i < 40; i++) { (void)!malloc(1 << 15); usleep(15000); } }\n")
    subprocess.run(["gcc", "-g", "-O0", "-fno-builtin", "waits.c", "-o", "waits"], check=True)
    ran("run", "-q", "--leaks", "--page=run.html", "-o", "run.pb.gz", "./waits", status=23)
    opened("run.html")
    equal(verdict("leaks"), "Leaks: failed 1.2 MiB in 40 blocks leaked", "the verdict")
    equal(browser().text("[data-type=alloc_space] .card-value"), "1.2 MiB", "the card")
    time = json.loads(memprof("page", "--json", "run.pb.gz"))["time"]
    check(len(time["time"]) >= 4, f"{len(time['time'])} moments of a run of 0.6 s")
    check(0 < time["live"][len(time["live"]) // 2] < 40 << 15, f"live bytes in the middle: {time['live']}")
    check(not browser().run("return document.querySelector('#time').hidden"), "the chart is hidden")
    for option in "--trace", "--every=1s":
        check("--leaks cannot be combined" in ran("run", "--leaks", option, "-o", "run.pb.gz", "./waits", status=2).stderr, option)
    quiet()


@case("memprof leaks --pid --page: a process that lives on")
def _():
    Path("lives_on.c").write_text("#include <stdio.h>\n#include <stdlib.h>\nint main(void) { for (int i = 0; i < 7; i++) (void)!malloc(100); puts(\"ready\"); fflush(stdout); return getchar(); }\n")
    subprocess.run(["gcc", "-g", "-O0", "-fno-builtin", "lives_on.c", "-o", "lives_on"], check=True)
    with subprocess.Popen([MEMPROF, "run", "-q", "--exact", "-o", "on.pb.gz", "./lives_on"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        equal(run.stdout.readline(), "ready\n", "the program")
        pid = next(each["pid"] for each in json.loads(memprof("ps", "--json"))["processes"] if os.path.realpath(f"/proc/{each['pid']}/exe") == os.path.realpath("lives_on"))
        ran("leaks", f"--pid={pid}", "--page=leaks.html", status=23)
        run.stdin.close()
    opened("leaks.html")
    equal(verdict("leaks"), "Leaks: failed 700 B in 7 blocks leaked", "the verdict")
    quiet()


@case("a program that could not be checked is not said to pass")
def _():
    for library in "libtcmalloc.so.4", "libmimalloc.so.2", "libjemalloc.so.2":
        if subprocess.run([lost(), "open", library]).returncode == 0:
            break
    ran("leaks", "--page=leaks.html", lost(), "open", library, status=3)
    opened("leaks.html")
    text = verdict("leaks")
    check(text.startswith("Leaks: could not check process ") and library.split(".")[0] in text, text)
    check(library.split(".")[0] in " ".join(texts("#leaks .doubt")), f"{texts('#leaks .doubt')}")
    result = ran("check", "--page=check.html", "--", lost(), "open", library, status=3)
    opened("check.html")
    check(verdict("check").startswith("Limits: could not check leaks: "), f"{verdict('check')}: {result.stderr}")
    quiet()


def rows(text):
    """The rows of memprof check's text: [base, new, change, allowed, verdict, limit] without blanks."""
    table = text[re.search(r"^ *base .*limit$", text, re.MULTILINE).end() + 1:].split("\n\n")[0]
    return sorted(re.sub(r"\s+|\[\d+\]|< \S+|\w+\.\w+:\d+", "", line.replace("+-", "±")) for line in table.splitlines())


def shown_rows():
    return sorted(re.sub(r"\s+|\w+\.yaml:\d+", "", text) for text in texts("#check tr.limit"))


@case("memprof check --page has the rows of memprof check, sampled and against a base: the difference")
def _():
    b, base, new = browser(), record("base.pb.gz"), record("new.pb.gz", 30000)
    result = ran("check", "--page=check.html", "--base", base, new, status=1)
    opened("check.html")
    over = len(re.findall(r" OVER ", result.stdout))
    check(re.match(rf"Limits: failed {over} of \d+ comparisons", verdict("check")) and over, verdict("check"))
    check(re.search(r"Sampled figures; ([\d.]+%)", result.stdout)[1] in b.text("#check p"), "how sure it is")
    # The text wraps the names of long functions: those of the first rows do not.
    ours, theirs = shown_rows(), rows(result.stdout)
    equal(len(ours), len(theirs), f"rows: {ours} {theirs}")
    equal([row for row in theirs if "…" not in row and "..." not in row and row not in ours], [], f"rows that the page has otherwise: {ours}")
    check(b.run("return document.querySelector('#legend-change').hidden") is False, "no difference is shown")
    equal(faults(), [], "axe")
    quiet()


@case("a budget's limits: kept ones are ok, exactly, and a failed one is over")
def _():
    for most, status, state in (("1 MiB", 0, "passed 1 comparisons"), ("300", 1, "failed 1 of 1 comparisons are over their limit")):
        Path("budget.yaml").write_text(f"version: 1\nlimits:\n  - metric: definite_space\n    max: {most}\n")
        ran("check", "--budget=budget.yaml", "--page=check.html", "--", lost(), status=status)
        opened("check.html")
        equal(verdict("check"), f"Limits: {state}", "the verdict")
        equal(browser().text("#check p"), "exact figures", "how sure")
        unfold()
        equal([text for text in texts("#check .stack li") if "lost.c" in text][:1], ["lose_pair lost.c:7"] if status else [], "stacks of what is over")
        value, allowed = "397 B", "1.0 MiB" if not status else "300 B"
        equal(shown_rows(), [f"{value}{allowed}{'OVER' if status else 'ok'}definite_space,wholeprogram".replace(" ", "")], "the row")
    quiet()


@case("hostile names in verdicts stay text")
def _():
    b = browser()
    Path("hostile.supp").write_text("".join(f"leak:*{name}\n" for name in INJECTIONS if "\n" not in name))
    Path("hostile.yaml").write_text("version: 1\nlimits:\n" + "".join(
        f"  - metric: definite_space\n    max: 1\n    name: {json.dumps(name)}\n" for name in INJECTIONS))
    ran("leaks", "--page=leaks.html", "--suppressions=hostile.supp", lost(), " ".join(INJECTIONS))
    ran("check", "--page=check.html", "--budget=hostile.yaml", "--", lost(), status=1)
    for page in "leaks.html", "check.html":
        opened(page)
        unfold()
        equal(b.run("return [window.hit ?? null, document.querySelectorAll('main img, main iframe, main svg, main script, main a').length]"), [None, 0], page)
        text = b.text("#leaks, #check")
        equal([name for name in INJECTIONS if name not in text], [], f"{page}: names that are not shown")
    quiet()


finish()
