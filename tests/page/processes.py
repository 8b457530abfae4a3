"""Other processes of a run on its page: as lines of the chart, and each with a page of its own."""

import json
import os
import re

from harness import case, check, equal
from opened import MIB, browser, build, finish, memprof, page, quiet, show, time_of

FORKS = """#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
static void rest(void) { nanosleep(&(struct timespec){0, 300000000}, NULL); }
__attribute__((noinline)) static void *take(size_t n) { return memset(malloc(n), 1, n); }
int main(void) {
  take(1 << 20); rest();
  if (!fork()) { take(4 << 20); rest(); _exit(0); }
  wait(NULL); rest();
  return 0;
}
"""


@case("other processes of the run are lines of the chart, in the time of the page's own")
def _():
    b = browser()
    build("forks", FORKS)
    memprof("run", "-q", "--exact", "--history", "-o", "forks.pb.gz", "--", "./forks")
    time = time_of("forks.pb.gz")
    equal(len(time["processes"]), 1, "other processes")
    child = time["processes"][0]
    equal((child["name"], child["live"][-1]), ("forks", 5 * MIB), "the child, which has its parent's block, too")
    fork = next(mark["time"] for mark in time["marks"] if mark["kind"] == "fork")
    check(abs(child["time"][0] - fork) < 150e6 and child["time"][-1] < time["time"][-1], (child["time"], fork))
    page("forks.pb.gz")
    check(not b.run("return document.querySelector('#key-other').hidden"), "the legend does not name them")
    width = b.run("return document.querySelector('#chart').clientWidth")
    at = child["time"][len(child["time"]) // 2]
    b.run("const c = document.querySelector('#chart'), r = c.getBoundingClientRect(); "
          "c.dispatchEvent(new PointerEvent('pointermove', {clientX: r.left + arguments[0], clientY: r.top + 50}))",
          66 + (width - 66 - 82) * at / time["time"][-1])
    check(f"forks (process {child['pid']}): 5.0 MiB live" in b.text("#tip"), b.text("#tip"))
    quiet()


FAMILY = FORKS.replace("  wait(NULL)", "  if (!fork()) { take(2 << 20); rest(); _exit(0); }\n  wait(NULL); wait(NULL)")


@case("run --page has the other processes of the run, too: each answers for itself, by a link, too")
def _():
    b = browser()
    build("family", FAMILY)
    memprof("run", "-q", "--exact", "--page", "family.html", "-o", "family.%p.pb.gz", "--", "./family")
    show("file://" + os.path.abspath("family.html"))
    pids = [int(re.search(r"^family \((\d+)\)$", text)[1]) for text in b.run("return [...document.querySelectorAll('#process option')].map(e => e.textContent)")]
    live = {}
    for number in (1, 2, 0):
        b.choose("#process", str(number))
        b.until(f"document.querySelector('#title').textContent.includes('{pids[number]}')")
        live[number] = b.text("[data-type=inuse_space] .card-value")
        theirs = json.loads(memprof("top", "--json", "--sample-index=inuse_space", f"family.{pids[number]}.pb.gz"))["total"]["value"]
        equal(live[number], f"{theirs / MIB:.1f} MiB", f"live bytes of {number}")
    # The children have their own 4 and 2 MiB and their parent's block. The largest one is shown first, then come the program and the rest.
    equal(live, {0: "5.0 MiB", 1: "1.0 MiB", 2: "3.0 MiB"}, "live bytes of all")
    b.back()
    b.until(f"document.querySelector('#title').textContent.includes('{pids[2]}')")
    show(b.run("return location.href"))
    equal([b.text("[data-type=inuse_space] .card-value"), b.run("return document.querySelector('#process').value")], ["3.0 MiB", "2"], "by the link")
    check(not b.run("return document.querySelector('#time').hidden"), "it has a chart of its own")
    show("file://" + os.path.abspath("family.html"), "#process=7")
    equal(b.text("[data-type=inuse_space] .card-value"), "5.0 MiB", "of a process that there is not")
    quiet()


finish()
