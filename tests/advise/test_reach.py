#!/usr/bin/env python3
"""Whether what grows can still be reached: by the leak check of a run, of a running process, or not known. And memprof advise --pid.
Speaks TAP."""

import json
import os
import subprocess
import time
from pathlib import Path

import tap

MEMPROF = os.environ["MEMPROF"]
# Once every 2 ms: a block that is forgotten at once, and one that a list keeps.
# For 2 s: a site grows for sure if each fifth of the run has 6% of its births, so a busy machine may let the program wait
# for 0.3 s at once. (0.4 s of this program were too few: at load 8 one run of 75 had no item.)
ROUNDS = "1000"
PROGRAM = """
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#define KEEP(p) __asm__ volatile("" : : "r"(p) : "memory")
#define FAR __attribute__((noinline))
static struct node { struct node *next; char room[4000]; } *first;
FAR void forget(void) { void *p = malloc(8000); KEEP(p); }
FAR void remember(void) { struct node *n = malloc(sizeof(*n)); n->next = first; first = n; }
FAR void wipe(void) { volatile char room[4096]; for (int i = 0; i < 4096; i++) room[i] = 0; }
static void *wait_for_ever(void *p) { for (;;) pause(); return p; }
FAR void start(void) { pthread_t t; pthread_create(&t, NULL, wait_for_ever, NULL); }
int main(int argc, char **argv) {
  start();
  for (int i = 0; i < atoi(argv[1]); i++) {
    forget();
    remember();
    wipe();
    nanosleep(&(struct timespec){0, 2000000}, NULL);
  }
}
"""


def build():
    Path("a.c").write_text(PROGRAM)
    subprocess.run(["gcc", "-g", "-O1", "-fno-builtin", "-pthread", "-o", "a", "a.c"], check=True)


def texts(out):
    return {item["function"]: item["text"] for item in json.loads(out)["items"] if item["rule"] == "growth"}


def advise(*operands, status=0):
    result = subprocess.run([MEMPROF, "advise", "--json", *operands], capture_output=True, text=True, check=False)
    tap.equal(result.returncode, status, result.stderr)
    return result.stdout if status == 0 else result.stderr


def check_verdicts(found):
    tap.equal(sorted(found), ["forget", "remember"])
    tap.holds(found["forget"], "of them are lost")
    tap.holds(found["remember"], "All can still be reached")


@tap.case("run --leaks --advise: the profile has the verdict")
def at_the_end():
    build()
    result = subprocess.run([MEMPROF, "run", "-q", "--leaks", "--advise", "-o", "p.pb.gz", "--", "./a", ROUNDS], capture_output=True, text=True)
    tap.equal(result.returncode, 23, result.stderr)
    check_verdicts(texts(advise("p.pb.gz")))


@tap.case("without a check the item names the command that answers")
def not_known():
    build()
    subprocess.run([MEMPROF, "run", "-q", "--exact", "--advise", "-o", "p.pb.gz", "--", "./a", ROUNDS], check=True)
    for text in texts(advise("p.pb.gz")).values():
        tap.holds(text, "`memprof leaks` says whether they can still be reached")


def while_running(options, look):
    """Looks at the program after half a second or, on a slow machine, until it has something to say."""
    build()
    with subprocess.Popen([MEMPROF, "run", "-q", *options, "-o", "p.pb.gz", "--", "./a", "100000"]) as run:
        pid, found, end = "", {}, time.monotonic() + 60
        while time.monotonic() < end and not found:
            time.sleep(0.5)
            pid = subprocess.run(["pgrep", "-P", str(run.pid), "-x", "a"], capture_output=True, text=True).stdout.strip()
            found = look(pid) if pid else {}
        subprocess.run(["kill", pid], check=True)
    return found


@tap.case("advise --pid: a process that is recorded exactly is checked, and goes on")
def running():
    seen = []

    def look(pid):
        found = texts(advise("--pid", pid))
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        seen.append(state)
        return found

    check_verdicts(while_running(["--exact", "--advise"], look))
    tap.check(seen[-1] in "SR", f"state {seen[-1]}")


@tap.case("advise --pid: one that is sampled is not stopped, and the item names the command")
def sampled():
    found = while_running(["--advise"], lambda pid: texts(advise("--pid", pid)))
    tap.check(found, "something grows")
    for text in found.values():
        tap.holds(text, "`memprof leaks` says whether they can still be reached")


@tap.case("advise --pid: histories are needed, and a process alone is meant")
def wrong():
    tap.holds(advise("--pid", "1", "x.pb.gz", status=2), "leave out 'x.pb.gz'")
    seen = while_running(["--exact"], lambda pid: {"": advise("--pid", pid, status=2)})
    tap.holds(seen[""], "memprof run --advise")


tap.main()
