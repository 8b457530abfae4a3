#!/usr/bin/env python3
"""The look at threads' stacks and the counts by thread that the advice on threads rests on: their figures follow from what the
program does. Speaks TAP."""

import json
import os
import re
import subprocess
from pathlib import Path

import tap

MEMPROF = os.environ["MEMPROF"]
THREADS, STACK, TOUCHED, BLOCKS = 30, 1 << 20, 200 << 10, 3000
# Threads that touch a part of their stacks and wait; WORK is what the last of them does before.
PROGRAM = """
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#define KEEP(p) __asm__ volatile("" : : "r"(p) : "memory")
#define FAR __attribute__((noinline))
static pthread_barrier_t ready;
/* A stack for signal handlers, as Rust makes one for each thread: too small for a thread. No other mapping is next to it. */
static void guarded(void) {
  char *p = mmap(NULL, 20480, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mprotect(p + 4096, 8192, PROT_READ | PROT_WRITE);
  munmap(p + 12288, 8192);
}
FAR void busy(void) { for (int i = 0; i < %d; i++) { char *p = malloc(100); KEEP(p); free(p); } }
FAR void touch(void) { char room[%d]; memset(room, 1, sizeof(room)); KEEP(room); }
static void *work(void *p) {
  touch();
  if (p)
    busy();
  pthread_barrier_wait(&ready);
  for (;;)
    pause();
}
FAR void start(const pthread_attr_t *a, int last) {
  pthread_t t;
  pthread_create(&t, a, work, last ? &ready : NULL);
}
int main(void) {
  pthread_attr_t a;
  pthread_barrier_init(&ready, NULL, %d + 1);
  for (int i = 0; i < 20; i++)
    guarded();
  pthread_attr_init(&a);
  pthread_attr_setstacksize(&a, %d);
  for (int i = 0; i < %d; i++)
    start(&a, i == %d - 1);
  pthread_barrier_wait(&ready);
  usleep(700000);
}
""" % (BLOCKS, TOUCHED, THREADS, STACK, THREADS, THREADS)


def build():
    Path("a.c").write_text(PROGRAM)
    subprocess.run(["gcc", "-g", "-O1", "-fno-builtin", "-pthread", "-o", "a", "a.c"], check=True)


def comment(path, key):
    text = subprocess.run([MEMPROF, "convert", "--to=text", path], check=True, capture_output=True, text=True).stdout
    match = re.search(rf"{key}: (.*)", text)
    return dict(pair.split("=") for pair in match[1].split()) if match else None


@tap.case("the look counts the stacks, what is reserved for them and what was touched")
def _():
    build()
    subprocess.run([MEMPROF, "run", "-q", "--exact", "--advise", "-o", "p.pb.gz", "--", "./a"], check=True)
    found = {key: int(value) for key, value in comment("p.pb.gz", "thread_stacks").items()}
    tap.equal((found["n"], found["threads"]), (THREADS, THREADS + 1))
    # glibc rounds stacks to pages; a neighbour that is mapped alike may count with one.
    tap.check(THREADS * (STACK - 8192) <= found["reserved"] <= THREADS * (STACK + 8192) + (256 << 10), f"{found}")
    tap.check(THREADS * TOUCHED <= found["touched"] <= THREADS * (TOUCHED + (32 << 10)) + (256 << 10), f"{found}")


@tap.case("the busiest thread by its exact counts; a run without --advise has neither")
def _():
    build()
    subprocess.run([MEMPROF, "run", "-q", "--advise", "-o", "p.pb.gz", "--", "./a"], check=True)
    found = comment("p.pb.gz", "busiest_thread")
    tap.equal((int(found["allocs"]), int(found["bytes"]), found["name"]), (BLOCKS, BLOCKS * 100, "a"))
    tap.check(int(found["number"]) > 1, "not the first thread, which allocates for each that it starts")
    subprocess.run([MEMPROF, "run", "-q", "-o", "plain.pb.gz", "--", "./a"], check=True)
    tap.equal((comment("plain.pb.gz", "busiest_thread"), comment("plain.pb.gz", "thread_stacks")), (None, None))


@tap.case("a pool that is started at once is no item, whatever it touches")
def _():
    build()
    out = subprocess.run([MEMPROF, "advise", "--json", "--", "./a"], check=True, capture_output=True, text=True).stdout
    tap.equal([item for item in json.loads(out)["items"] if item["rule"] == "threads"], [])


tap.main()
