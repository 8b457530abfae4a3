#!/usr/bin/env python3
"""Names of random code addresses in binaries that memprof's authors did not make.

sweep.py DEBUG_BINARY...: 200 addresses each in up to 40 of Debian's executables and libraries. The truth is binutils':
the symbols that readelf lists with their sizes. An address inside a sized symbol must have the name of one of those that
cover it; one inside none must have no name, or that of a symbol without size before it. In the binaries with debug
information that the build passes, the whole chain of inlined functions with its lines must be addr2line's.
"""

import os
import random
import re
import sys
from pathlib import Path

import tap
from truth import Binary, addr2line, impossible, look_up, stem

ADDRESSES, BINARIES = 200, 40
PREFERRED = ["/usr/bin/git", "/usr/bin/python3.11", "/usr/bin/gdb", "/usr/bin/perl", "/usr/bin/node", "/usr/bin/redis-server",
             "/usr/bin/sqlite3", "/usr/bin/vim.basic", "/usr/bin/ssh", "/usr/bin/make", "/usr/bin/cmake", "/usr/bin/strace",
             "/usr/lib/gcc/x86_64-linux-gnu/12/cc1plus", "/usr/bin/clang-14", "/usr/sbin/nginx"]


def binaries():
    libraries = sorted(p for p in Path("/usr/lib/x86_64-linux-gnu").glob("lib*.so*") if p.is_file() and not p.is_symlink())
    random.Random(7).shuffle(libraries)
    found = [p for p in PREFERRED if Path(p).is_file()]
    for path in map(str, libraries):
        if len(found) >= BINARIES:
            break
        if b"\x7fELF" == Path(path).read_bytes()[:4]:
            found.append(path)
    return found


def wrong_by_symbols(binary):
    addresses = binary.random_addresses(ADDRESSES)
    wrong, named = [], 0
    for (_, address), frames in zip(addresses, look_up(binary.path, addresses), strict=True):
        name, covering = re.sub("@.*", "", frames[-1][1]) if frames else "", binary.covering(address)
        absent = not name or re.search(r"\+0x[0-9a-f]+$", name)
        named += not absent
        if covering and name not in covering | {stem(other) for other in covering}:
            wrong.append(f"{address:#x}: {name or 'no name'} for {' or '.join(sorted(covering)[:4])}")
        elif not covering and not absent and not binary.without_size(name, address):
            wrong.append(f"{address:#x}: {name}, where readelf lists nothing")
    return wrong, f"{named} of {len(addresses)} have names"


def wrong_by_addr2line(binary):
    addresses = binary.random_addresses(ADDRESSES)
    wrong, compared = [], 0
    for (_, address), ours, theirs in zip(addresses, look_up(binary.path, addresses), addr2line(binary.path, addresses), strict=True):
        if any(place.startswith("??:") or place.endswith(":?") or place.endswith(":0") for _, place in theirs):
            continue  # code of libc's start files, without lines
        if any(impossible(place) for _, place in theirs):
            continue
        if not binary.covering(address):
            continue  # padding after a function, which addr2line counts to it
        compared += 1
        found = [(system or name, f"{os.path.basename(file)}:{line}") for name, system, file, line in ours]
        truth = [(name, os.path.basename(place)) for name, place in theirs]
        if [place for _, place in found] != [place for _, place in truth] or len(found) != len(truth):
            wrong.append(f"{address:#x}: {found} for {truth}")
    if not compared:
        wrong.append("nothing was compared")
    return wrong, f"{compared} chains compared"


def sweep(path, judge):
    wrong, remark = judge(Binary(path))
    tap.check(not wrong, "\n".join(wrong[:5]))
    print(f"# {path}: {remark}")


for binary in binaries():
    tap.add(f"{binary}, by readelf", sweep, binary, wrong_by_symbols)
for binary in map(os.path.abspath, sys.argv[1:]):
    tap.add(f"{binary}, by addr2line", sweep, binary, wrong_by_addr2line)
tap.main(wanted=[])
