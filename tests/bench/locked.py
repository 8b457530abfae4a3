#!/usr/bin/env python3
"""Holds the usual paths of several threads free of locked instructions: a line of memory that two processors change by them costs each a
hundred times an ordinary store. callgrind counts how often each instruction of the shim ran; objdump says which of them lock.

Each figure is the difference of two runs that differ in their number of operations alone, as in instructions.py.
"""

import os
import re
import subprocess
import tempfile

import tap
from instructions import PROGRAMS, SHIM, callgrind, recorded

FEW, MANY = 60_000, 120_000


def locking(library):
    """The addresses of the library's instructions that lock the bus: with the prefix, and xchg with memory."""
    text = subprocess.run(["objdump", "-d", "--no-show-raw-insn", library], capture_output=True, text=True, check=True).stdout
    found = re.findall(r"^\s*([0-9a-f]+):\s+(?:lock |xchg\s+.*\()", text, re.M)
    return {int(address, 16) for address in found}


def executed(path, library):
    """How often each instruction of the library ran, by its address."""
    counts, inside, called = {}, False, False
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            if line.startswith("ob="):
                inside = line.rstrip().endswith(library)
            elif line.startswith("calls="):
                called = True  # the next line is what the called function took
            elif line.startswith("0x"):
                address, _, count = line.split()[:3]
                if inside and not called:
                    counts[int(address, 16)] = counts.get(int(address, 16), 0) + int(count)
                called = False
    return counts


def locked(workload, parameter, threads, rate, addresses, operations):
    with tempfile.TemporaryDirectory() as scratch:
        out = callgrind([workload, str(operations), str(parameter), str(threads)], SHIM, rate, scratch,
                        ("--dump-instr=yes", "--compress-pos=no", "--compress-strings=no"))
        if not recorded(scratch):
            raise RuntimeError("the program under valgrind made no recording: what was counted is not memprof")
        counts = executed(out, os.path.basename(SHIM))
    tap.check(sum(counts.values()) > operations * 10, f"callgrind saw {sum(counts.values())} instructions of the shim")
    return sum(counts.get(address, 0) for address in addresses)


def has_few(limit, workload, parameter, threads, rate):
    addresses = locking(SHIM)
    tap.check(len(addresses) > 20, f"objdump finds {len(addresses)} locked instructions in the shim")
    few, many = (locked(workload, parameter, threads, rate, addresses, n) for n in (FEW, MANY))
    each = (many - few) / (MANY - FEW)
    print(f"# {each:.4f} locked instructions an operation, {few} in {FEW}")
    tap.check(each <= limit, f"{each:.4f} locked instructions an operation")


def main():
    # A block of 256 bytes or more takes one where a smaller one was freed before: 6% of the set are so large, and each buffer becomes so once in
    # 21 operations. Where a thread grows its heap or finds a new site it takes some, too.
    for what, *how in (("pairs of 8 threads, exact", 0.001, "pair", 0, 8, "exact"),
                       ("a working set of each of 8 threads, exact", 0.03, "set", 500, 8, "exact"),
                       ("buffers that grow in 8 threads, exact", 0.06, "realloc", 0, 8, "exact"),
                       ("blocks freed by another thread, exact", 0.02, "xfree", 2, 1, "exact"),
                       ("pairs of 8 threads that are not sampled", 0.001, "pair", 0, 8, "512GiB")):
        tap.add(f"no locked instruction on the usual path: {what}", has_few, *how)
    tap.main()


if __name__ == "__main__":
    main()
