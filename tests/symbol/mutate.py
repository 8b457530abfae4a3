#!/usr/bin/env python3
"""Damages a file in many ways: mutate.py FILE OUT_DIR COUNT [SEED]. Flips bits, overwrites numbers with extreme ones,
cuts; most of the damage goes into the headers, the section table and the debug sections, where it is read."""

import random
import struct
import subprocess
import sys
from pathlib import Path


def interesting(path, size):
    """(start, length) of the parts that a symbolizer reads."""
    parts = [(0, 64 + 56 * 13)]
    table = subprocess.run(["readelf", "-SW", path], capture_output=True, text=True, check=True).stdout
    for line in table.splitlines():
        words = line.replace("[ ", "[").split()
        for name in words[1:2]:
            if name.startswith((".debug", ".symtab", ".strtab", ".eh_frame", ".note", ".dynsym")):
                parts.append((int(words[4], 16), int(words[5], 16)))
    parts.append((max(0, size - 64 * 45), 64 * 45))  # the section headers are at the end
    return [(start, length) for start, length in parts if length]


def damage(data, parts, rng):
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 4, 16, 64])):
        start, length = rng.choice(parts)
        at = min(start + rng.randrange(length), len(data) - 9)
        if rng.random() < 0.6:
            data[at] ^= 1 << rng.randrange(8)
        else:
            value = rng.choice([0, 1, 0x7F, 0xFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF])
            width = rng.choice([1, 2, 4, 8])
            data[at : at + width] = struct.pack("<Q", value)[:width]
    return bytes(data[: rng.randrange(len(data))] if rng.random() < 0.1 else data)


def main():
    source, out, count = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    rng = random.Random(int(sys.argv[4]) if len(sys.argv) > 4 else 1)
    data = Path(source).read_bytes()
    parts = interesting(source, len(data))
    out.mkdir(exist_ok=True)
    for number in range(count):
        (out / f"{number}").write_bytes(damage(data, parts, rng))


main()
