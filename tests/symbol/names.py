#!/usr/bin/env python3
"""Names, lines and inlined chains against binutils and gdb: names.py --folder DIR [--binaries N] [--document FILE] [NAME...]

200 random addresses of code in each of N binaries of Debian's, and in those that variants.py builds in DIR with debug information
of each kind. Where there is debug information, the whole chain of functions with its lines must be addr2line's. Else the function
must be one of those that readelf lists at the address, and gdb's. Where they differ, a rule of REASONS says why, and is counted;
other differences are printed, and the status is 1. With NAMEs only these variants are looked at, and no binary of Debian's."""

import argparse
import os
import random
import re
import sys
from collections import Counter
from pathlib import Path

import variants
from marks import machine, table, write_between
from truth import Binary, addr2line, debug_files, demangled, gdb, impossible, look_up, simple, stem

ADDRESSES = 200
SAME, WRONG = "same", "wrong"
REASONS = {
    "gdb": "gdb has memprof's answer, addr2line another",
    "binutils": "addr2line has memprof's answer, gdb another",
    "halves": "the chain is gdb's, and the innermost line addr2line's in the file of either: addr2line misses inlined functions or included files, "
              "gdb knows statements alone",
    "line": "addr2line gives a line that the file does not have, or no file (<artificial>)",
    "no lines": "addr2line and gdb have no line, memprof has; the function is readelf's",
    "padding": "behind the end of a function: gdb and addr2line count it to the function, memprof to none",
    "unlisted": "readelf lists no function there, and gdb names the nearest symbol before it",
}


class Address:
    """An address, and what everyone says of it."""

    def __init__(self, binary, address, ours, theirs, gdbs, readable):
        self.address, self.ours, self.theirs = address, ours, theirs
        self.covering = {stem(name) for name in binary.covering(address)}
        symbol, self.gdb_place, self.gdb_chain = gdbs
        self.gdb_symbol = stem(re.sub(r" \+ \d+$|@.*", "", symbol))
        self.name = stem(re.sub("@.*", "", ours[-1][1])) if ours and "+0x" not in ours[-1][1] else ""
        self.aliases = {simple(readable.get(name, name)) for name in self.covering}
        self.theirs_simple = self.simple_chain([readable.get(name, name) for name, _ in theirs])
        self.theirs_places = [os.path.basename(place).replace(":?", ":0") for _, place in theirs]
        self.gdb_simple = self.simple_chain([readable.get(name, name) for name in self.gdb_chain])
        self.unsized = self.name and binary.without_size(self.name, address)

    def places(self):
        return [f"{os.path.basename(file)}:{line}" for _, _, file, line in self.ours]

    def symbol_class(self):
        """The kind of an address without lines."""
        if self.covering:
            if self.name not in self.covering:
                return WRONG
            return SAME if simple(self.gdb_symbol) in self.aliases else "binutils"
        if self.name:
            return SAME if self.unsized else WRONG
        return "unlisted" if self.gdb_symbol else SAME

    def simple_chain(self, names):
        """All names that the symbol table has for the outermost function are one."""
        chain = [simple(name) for name in names]
        return chain[:-1] + ["its symbol" if chain[-1] in self.aliases else chain[-1]] if chain else chain

    def chain(self):
        return self.simple_chain([name for name, *_ in self.ours])

    def judge(self):
        gdbs, line = self.chain() == self.gdb_simple, self.places()[:1]
        if self.theirs_places == self.places() and self.theirs_simple == self.chain():
            return SAME if gdbs and line == [self.gdb_place] else "binutils"
        if not self.gdb_chain and self.theirs_places[0].endswith(":0"):
            return self.symbol_class() if line in ([], [":0"]) or self.symbol_class() == WRONG else "no lines"
        if not self.covering and not self.name:
            return "padding"
        if gdbs and line == [self.gdb_place]:
            return "gdb"
        if gdbs and self.is_of_both(*line):
            return "halves"
        return "line" if any("<artificial>" in place or impossible(place) for _, place in self.theirs) else WRONG

    def is_of_both(self, place):
        """addr2line's line, in its file or in gdb's: for an included file addr2line names the one that includes it."""
        (file, line), theirs = place.split(":"), self.theirs_places[0]
        return theirs.endswith(f":{line}") and file in (theirs.split(":")[0], self.gdb_place.split(":")[0])

    def complaint(self):
        return f"{self.address:#x}: memprof {self.ours} addr2line {self.theirs} gdb {self.gdb_chain} {self.gdb_place} {self.gdb_symbol}"


def judge(path):
    """(Counter of kinds, the wrong addresses' complaints)"""
    binary = Binary(str(path))
    chosen = binary.random_addresses(ADDRESSES)
    debug = debug_files(path) or [path]
    ours, theirs, gdbs = look_up(path, chosen), addr2line(debug[0], chosen), gdb(str(path), chosen)
    readable = demangled([name for chain in theirs for name, _ in chain] + [name for _, _, chain in gdbs for name in chain]
                         + [stem(name) for _, _, name in binary.sized])
    kinds, wrong = Counter(), []
    for (_, address), *answers in zip(chosen, ours, theirs, gdbs, strict=True):
        known = Address(binary, address, *answers, readable)
        kind = known.judge()
        kinds[kind] += 1
        if kind == WRONG:
            wrong.append(known.complaint())
    return kinds, wrong


def is_elf(path):
    with open(path, "rb") as file:
        return file.read(4) == b"\x7fELF"


def of_debian(n):
    """Half programs, half libraries, those with debug information (libc6-dbg) first."""
    found = []
    for folder, pattern in (("/usr/lib/x86_64-linux-gnu", "lib*.so*"), ("/usr/bin", "*")):
        paths = [p for p in sorted(Path(folder).glob(pattern)) if p.is_file() and not p.is_symlink() and os.access(p, os.R_OK) and is_elf(p)]
        random.Random(14).shuffle(paths)
        paths.sort(key=lambda p: not debug_files(p))
        found += paths[:n // 2]
    return [(p.name, p) for p in found]


def examine(title, binaries):
    """(row, whether any address was wrong)"""
    total, failures = Counter(), 0
    for name, path in binaries:
        kinds, wrong = judge(path)
        total += kinds
        failures += len(wrong)
        print(name, dict(kinds), flush=True)
        print(*wrong[:5], sep="\n", end="\n" if wrong else "", flush=True)
    return (title, len(binaries), sum(total.values()), total[SAME], *(total[reason] for reason in REASONS), failures)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--binaries", type=int, default=100)
    parser.add_argument("--document", type=Path)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(variants.VARIANTS))
    arguments = parser.parse_args()
    rows = [] if arguments.names else [examine("Debian's", of_debian(arguments.binaries))]
    rows += [examine(name, [(name, path)]) for name, path in variants.build(arguments.folder.resolve(), arguments.names)]
    if arguments.document:
        head = ("binaries", "number", "addresses", "same", *REASONS, WRONG)
        lines = [machine() + ".", "", *table(head, rows), "", *(f"- {reason}: {text}." for reason, text in REASONS.items())]
        write_between(arguments.document, "names", lines)
    return 1 if any(row[-1] for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
