#!/usr/bin/env python3
"""The look at glibc's heap that the advice on settings rests on: its figures follow from what the program does. Speaks TAP."""

import json
import os
import re
import subprocess
from pathlib import Path

import tap

MEMPROF = os.environ["MEMPROF"]
TCMALLOC = "/usr/lib/x86_64-linux-gnu/libtcmalloc_minimal.so.4"  # takes its memory by sbrk, so that it has a [heap], too
BLOCKS, SIZE, KEPT = 50000, 600, 100
# All blocks are freed but the one behind them, which malloc therefore cannot give back by itself.
PROGRAM = """
#include <stdlib.h>
#include <string.h>
#include <time.h>
static char *block[%d], *kept;
__attribute__((noinline)) void load(void) {
  for (int i = 0; i < %d; i++)
    block[i] = memset(malloc(%d), 1, %d);
  kept = memset(malloc(%d), 1, %d);
  for (int i = 0; i < %d; i++)
    free(block[i]);
}
static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}
/* However slow the machine is, the second half of the run comes after the work. */
int main(void) {
  double begun = now();
  load();
  double wait = 1 + 3 * (now() - begun);
  nanosleep(&(struct timespec){(time_t)wait, (long)((wait - (double)(time_t)wait) * 1e9)}, NULL);
}
""" % (BLOCKS, BLOCKS, SIZE, SIZE, KEPT, KEPT, BLOCKS)


def chunk(size):
    """glibc's malloc: a word more, in steps of 16 (malloc.c: request2size)."""
    return (size + 8 + 15) // 16 * 16


def build(*libraries):
    Path("a.c").write_text(PROGRAM)
    subprocess.run(["gcc", "-g", "-O1", "-fno-builtin", "-o", "a", "a.c", "-Wl,--no-as-needed", *libraries], check=True)


def look(path):
    text = subprocess.run([MEMPROF, "convert", "--to=text", path], check=True, capture_output=True, text=True).stdout
    comment = re.search(r"heap: (bytes=.*)", text)
    return {key: int(value) for key, value in (pair.split("=") for pair in comment[1].split())} if comment else None


@tap.case("the comment: what is resident, live and free, exactly")
def _():
    build()
    subprocess.run([MEMPROF, "run", "-q", "--exact", "--advise", "-o", "p.pb.gz", "--", "./a"], check=True)
    found, blocks = look("p.pb.gz"), BLOCKS * chunk(SIZE)
    tap.equal((found["live"], found["plus_minus"], found["n_arenas"], found["arenas"]), (chunk(KEPT), 0, 0, 0), "one block lives")
    tap.check(blocks <= found["bytes"] <= blocks + (1 << 20), f"{found['bytes']} resident, of blocks {blocks}")
    # A page of the kept block, and the piece at the end of the heap that is not whole.
    tap.check(blocks - (128 << 10) <= found["free"] <= found["bytes"], f"{found['free']} free of {found['bytes']}")
    tap.check(blocks - (1 << 20) <= found["held"] <= found["bytes"], f"{found['held']} held of {found['bytes']}")


@tap.case("memprof advise -- PROGRAM looks as well, and says what the saving is of")
def _():
    build()
    out = subprocess.run([MEMPROF, "advise", "--json", "--", "./a"], check=True, capture_output=True, text=True).stdout
    item = next(item for item in json.loads(out)["items"] if item["rule"] == "settings")
    tap.equal((item["function"], item["saves"]["of"]), ("load", "resident"))
    tap.check(abs(item["saves"]["bytes"] - BLOCKS * chunk(SIZE)) < 1 << 20, f"{item['saves']}")
    tap.holds(item["text"], "malloc_trim(0)")


@tap.case("another allocator's heap is not looked at, and a run without --advise neither")
def _():
    build()
    subprocess.run([MEMPROF, "run", "-q", "--exact", "-o", "plain.pb.gz", "--", "./a"], check=True)
    tap.equal(look("plain.pb.gz"), None)
    build(TCMALLOC)
    subprocess.run([MEMPROF, "run", "-q", "--exact", "--advise", "-o", "t.pb.gz", "--", "./a"], check=True)
    tap.equal(look("t.pb.gz"), None)


tap.main()
