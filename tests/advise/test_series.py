#!/usr/bin/env python3
"""Growth over snapshots of one process: a site that grows in each of them is found, with its slope; a cache that is filled and then
stays, a sawtooth and what falls are not. The program takes its snapshots itself, so that what lives in each is known. Speaks TAP."""

import json
import os
import subprocess
from pathlib import Path

import tap

MEMPROF = os.environ["MEMPROF"]
STEPS, EACH = 5, 1000
# In each step: 1000 blocks of 1 KiB more of `leak`; of `cache` until the third; of `saw` all are freed in each second step.
PROGRAM = """
#include "memprof.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>
#define KEEP(p) __asm__ volatile("" : : "r"(p) : "memory")
#define FAR __attribute__((noinline))
static void *saw_block[%d];
FAR void leak(void) { void *p = malloc(1024); KEEP(p); }
FAR void cache(void) { void *p = malloc(1024); KEEP(p); }
FAR void saw(int k) { saw_block[k] = malloc(1024); KEEP(saw_block[k]); }
int main(int argc, char **argv) {
  for (int step = 0; step < %d; step++) {
    for (int k = 0; k < %d; k++) {
      leak();
      if (step < 3)
        cache();
      if (step %% 2)
        free(saw_block[k]);
      else
        saw(k);
    }
    nanosleep(&(struct timespec){0, 100000000}, NULL);
    char name[] = "p.0.pb.gz";
    name[2] += (char)step;
    memprof_snapshot(name);
  }
}
""" % (EACH, STEPS, EACH)


def run(*command, status=0):
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    tap.equal(result.returncode, status, result.stderr)
    return result


def record(*options):
    """The snapshots, in their order."""
    Path("a.c").write_text(PROGRAM)
    run("gcc", "-g", "-O1", "-fno-builtin", f"-I{os.environ['HEADER']}", "-o", "a", "a.c")
    run(MEMPROF, "run", "-q", *options, "-o", "whole.pb.gz", "--", "./a")
    return sorted(str(path) for path in Path(".").glob("p.*.pb.gz"))


def items(*paths):
    return json.loads(run(MEMPROF, "advise", "--json", *paths).stdout)["items"]


@tap.case("a site that grows in each snapshot, exactly; neither the cache that is full nor the sawtooth")
def exactly():
    snapshots = record("--exact")
    tap.equal(len(snapshots), STEPS)
    found = items(*reversed(snapshots))
    tap.equal([(item["rule"], item["function"]) for item in found], [("growth", "leak")])
    item = found[0]
    tap.equal((item["saves"]["bytes"], item["saves"]["plus_minus"], item["saves"]["of"]), ((STEPS - 1) * EACH * 1024, 0, "inuse"))
    # Equal steps at times t_i: the slope is that of least squares through (t_i, i).
    times = [json.loads(run(MEMPROF, "top", "--json", path).stdout)["duration_nanos"] / 1e9 for path in snapshots]
    mean = sum(times) / STEPS
    slope = sum((t - mean) * i * EACH * 1024 for i, t in enumerate(times)) / sum((t - mean) ** 2 for t in times)
    tap.check(abs(item["grows"]["per_second"] / slope - 1) < 1e-6, f"{item['grows']}, not {slope}")
    tap.equal(item["grows"]["plus_minus"], 0)
    tap.holds(item["text"], f"grow in each of {STEPS} snapshots", "memprof leaks")


@tap.case("while the cache is filled it grows as well")
def filling():
    snapshots = record("--exact")
    tap.equal(sorted(item["function"] for item in items(*snapshots[:3])), ["cache", "leak"])


@tap.case("sampled snapshots have an interval that holds what grew")
def sampled():
    snapshots = record("--rate=16KiB")
    item = next(item for item in items(*snapshots) if item["function"] == "leak")
    grown, plus_minus = item["saves"]["bytes"], item["saves"]["plus_minus"]
    # 4 MiB at a rate of 16 KiB are 256 samples: 6% each standard deviation, half of the interval 12%. Five deviations:
    tap.check(abs(grown - (STEPS - 1) * EACH * 1024) < 2.5 * plus_minus, f"{item['saves']}")
    tap.check(0.05 * grown < plus_minus < 0.25 * grown, f"{item['saves']}")


@tap.case("profiles that are no series: the message says why")
def wrong():
    snapshots = record("--exact")
    tap.holds(run(MEMPROF, "advise", *snapshots[:2], status=2).stderr, "takes 3 profiles of one process")
    tap.holds(run(MEMPROF, "advise", *snapshots[:2], snapshots[0], status=2).stderr, "of one moment")
    earlier = [Path(path).rename(f"earlier.{path}") for path in snapshots]
    tap.holds(run(MEMPROF, "advise", *earlier[:2], record("--exact")[-1], status=2).stderr, "of two processes")


tap.main()
