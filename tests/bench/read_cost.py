#!/usr/bin/env python3
"""The cost of reading: large recordings to profiles, symbolizing, top, diff and merge. Prints a table."""

import argparse
import glob
import gzip
import multiprocessing
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lib"))
import large_debug
from wire import message, number, varint

ROOT = Path(__file__).resolve().parent.parent.parent
MEMPROF, SHIM = os.environ["MEMPROF"], os.environ["SHIM"]
SITES, BLOCKS = 1_000_000, 10
SAMPLES, FUNCTIONS, DEPTH = 1_120_000, 20_000, 20  # make a file of 55 MB


def timed(*argv, environment=()):
    """(elapsed s, CPU s, peak MiB) of one command."""
    start = time.perf_counter()
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **dict(environment)})
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status):
        sys.exit(f"{' '.join(argv[:6])} ended with {os.waitstatus_to_exitcode(status)}")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def row(what, found, asked):
    print(f"| {what} | {found[0]:.2f} | {found[1]:.2f} | {found[2]:.0f} | {asked} |", flush=True)


def record(folder, *argv, rate="exact"):
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={
        **os.environ, "LD_PRELOAD": SHIM, "MEMPROF_RATE": rate, "MEMPROF_DIR": str(folder), "MEMPROF_SUPERVISOR": str(os.getpid())})
    return max(glob.glob(f"{folder}/*.mprec"), key=lambda path: os.stat(path).st_blocks)


def large(folder):
    program = str(folder / "many_sites")
    subprocess.run(["gcc", "-O1", "-g", str(ROOT / "tests/bench/many_sites.c"), "-o", program], check=True)
    profile = str(folder / "large.pb.gz")
    recording = record(folder, program, str(SITES), str(BLOCKS))
    row(f"{SITES:,} sites, {SITES * BLOCKS:,} live objects, to pprof", timed(MEMPROF, "recover", "-o", profile, recording), "10 s, 1024 MiB")
    row(f"top on that, {os.stat(profile).st_size / 1e6:.1f} MB", timed(MEMPROF, "top", profile), "1 s for 50 MB")
    row("diff of that and itself", timed(MEMPROF, "diff", profile, profile), "linear")


def write_random_stacks(path):
    """A profile that hardly compresses: stacks of functions at random, no two the same. Fields as profile.proto numbers them."""
    draw = random.Random(1)
    functions = range(1, FUNCTIONS + 1)
    ids = [varint(i) for i in functions]
    parts = [message(1, number(1, 1) + number(2, 2)), message(1, number(1, 3) + number(2, 4))]
    for _ in range(SAMPLES):
        values = varint(draw.randrange(1, 9)) + varint(draw.randrange(1 << 20))
        parts.append(message(2, message(1, b"".join(draw.choices(ids, k=DEPTH))) + message(2, values)))
    parts += [message(4, number(1, i) + number(3, 0x400000 + 16 * i) + message(4, number(1, i) + number(2, i % 500))) for i in functions]
    parts += [message(5, number(1, i) + number(2, i + 4)) for i in functions]
    parts += [message(6, s.encode()) for s in ("", "inuse_objects", "count", "inuse_space", "bytes")]
    parts += [message(6, b"function_%d" % i) for i in functions]
    with gzip.open(path, "wb", 1) as file:
        file.write(b"".join(parts))


def incompressible(folder):
    profile = str(folder / "random.pb.gz")
    # In a process of its own: what it takes would be counted as the peak of all commands that follow.
    writer = multiprocessing.Process(target=write_random_stacks, args=(profile,))
    writer.start()
    writer.join()
    row(f"top on {SAMPLES:,} random stacks, {os.stat(profile).st_size / 1e6:.1f} MB", timed(MEMPROF, "top", profile), "1 s for 50 MB")


def symbolizing(folder, what, recording):
    """The profile with names."""
    plain, named, cache = (str(folder / f"{what.split()[0]}.{kind}") for kind in ("plain.pb.gz", "named.pb.gz", "cache"))
    timed(MEMPROF, "recover", "--no-symbolize", "-o", plain, recording)
    for when, asked in (("first time", "5 s"), ("from the cache", "0.3 s")):
        row(f"symbolizing {what}, {when}", timed(MEMPROF, "symbolize", "-o", named, plain, environment=[("XDG_CACHE_HOME", cache)]), asked)
    return named


def debug_information(folder):
    program = large_debug.make(folder)
    size = os.stat(program).st_size
    symbolizing(folder, f"a program of {size / 1e6:.0f} MB", record(folder, program))


def cc1plus(folder):
    source = folder / "x.cpp"
    source.write_text("#include <map>\n#include <string>\nint main() { std::map<std::string, int> m; return m.size(); }\n")
    compiler = subprocess.run(["gcc", "-print-prog-name=cc1plus"], check=True, capture_output=True, text=True).stdout.strip()
    recording = record(folder, compiler, "-quiet", "-imultiarch", "x86_64-linux-gnu", "-o", "/dev/null", str(source), rate="64KiB")
    return symbolizing(folder, "cc1plus", recording)


def many(folder, profile):
    copies = [str(folder / f"copy{i}.pb.gz") for i in range(100)]
    for copy in copies:
        shutil.copy(profile, copy)
    for n in (25, 50, 100):
        row(f"merge of {n} profiles", timed(MEMPROF, "merge", "-o", str(folder / "merged.pb.gz"), *copies[:n]), "linear")
    row("diff of two of these", timed(MEMPROF, "diff", copies[0], copies[1]), "")


def main():
    argparse.ArgumentParser(prog="scripts/read-cost", description=__doc__).parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    print(f"Load when it began: {os.getloadavg()[0]:.1f}\n")
    print("| what | elapsed s | CPU s | peak MiB | asked |\n| --- | ---: | ---: | ---: | --- |")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        large(folder)
        incompressible(folder)
        many(folder, cc1plus(folder))
        debug_information(folder)


if __name__ == "__main__":
    main()
