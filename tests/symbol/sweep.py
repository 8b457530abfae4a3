#!/usr/bin/env python3
"""Names of random code addresses in binaries that memprof's authors did not make.

sweep.py DEBUG_BINARY...: 200 addresses each in up to 40 of Debian's executables and libraries. The truth is binutils':
the symbols that readelf lists with their sizes. An address inside a sized symbol must have the name of one of those that
cover it; one inside none must have no name, or that of a symbol without size before it. In the binaries with debug
information that the build passes, the whole chain of inlined functions with its lines must be addr2line's.
"""

import bisect
import functools
import os
import random
import re
import subprocess
import sys
from pathlib import Path

import tap

LOOKUP = os.environ["LOOKUP"]
ADDRESSES, BINARIES = 200, 40
PREFERRED = ["/usr/bin/git", "/usr/bin/python3.11", "/usr/bin/gdb", "/usr/bin/perl", "/usr/bin/node", "/usr/bin/redis-server",
             "/usr/bin/sqlite3", "/usr/bin/vim.basic", "/usr/bin/ssh", "/usr/bin/make", "/usr/bin/cmake", "/usr/bin/strace",
             "/usr/lib/gcc/x86_64-linux-gnu/12/cc1plus", "/usr/bin/clang-14", "/usr/sbin/nginx"]


def output(*command, text=None):
    return subprocess.run(command, input=text, capture_output=True, text=True, errors="replace", check=True).stdout


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


def debug_files(path):
    """Its debug file by build-id, where a package brought one (libc6-dbg)."""
    found = re.search(r"Build ID: (\w\w)(\w+)", output("readelf", "-n", path))
    file = Path(f"/usr/lib/debug/.build-id/{found[1]}/{found[2]}.debug") if found else Path("/none")
    return [file] if file.is_file() else []


class Binary:
    def __init__(self, path):
        self.path = path
        # (file offset, address, size) of the code's segments
        self.code = [(int(m[1], 16), int(m[2], 16), int(m[3], 16)) for m in re.finditer(
            r"LOAD\s+(0x\w+) (0x\w+) 0x\w+ (0x\w+) 0x\w+ R E", output("readelf", "-lW", path))]
        self.sized, self.unsized = set(), {}
        for file in [path, *debug_files(path)]:
            self.read_symbols(output("readelf", "-sW", file))
        self.sized = sorted(self.sized)
        self.longest = max((size for _, size, _ in self.sized), default=0)

    def read_symbols(self, text):
        for line in text.splitlines():
            m = re.match(r"\s*\d+: (\w{16}) +(\w+) (FUNC|IFUNC|NOTYPE|<\w+>: \d+) +\w+ +\w+ .*?(\d+) (\S+)", line)
            if not m or m[3].startswith("<"):
                continue
            address, size, name = int(m[1], 16), int(m[2], 0), re.sub(r"@.*", "", m[5])
            if size:
                self.sized.add((address, size, name))
            elif m[3] == "FUNC":
                self.unsized.setdefault(name, address)

    def random_addresses(self, n):
        chosen, rng = [], random.Random(os.path.basename(self.path))  # the same wherever the build lies
        for _ in range(n if self.code else 0):
            offset, address, size = rng.choice(self.code)
            chosen.append((offset + (at := rng.randrange(size)), address + at))
        return chosen

    def covering(self, address):
        last = bisect.bisect_right(self.sized, (address, 1 << 62, ""))
        first = bisect.bisect_left(self.sized, (address - self.longest, 0, ""))
        return {name for start, size, name in self.sized[first:last] if start <= address < start + size}

    def without_size(self, name, address):
        return self.unsized.get(name, 1 << 62) <= address


def look_up(path, addresses):
    """For each address its frames, innermost first: (name, system name, file, line)."""
    text = "".join(f"{path}\t{offset:x}\t0\tx\n" for offset, _ in addresses)
    found = []
    for line in output(LOOKUP, "--print", text=text).splitlines():
        words = line.split("\t")
        if len(words) == 1:
            found.append([])
        else:
            file, number = words[2].rsplit(":", 1)
            found[-1].append((words[0], words[1], file, int(number)))
    return found


def stem(name):
    """The function that a compiler cloned, as debug information names the clone."""
    return re.sub(r"(\.(constprop|isra|part|cold|lto_priv|\d+))+$", "", name)


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


def addr2line(path, addresses):
    """Per address the chain of (name, file:line), innermost first."""
    text = "\n".join(f"{address:#x}" for _, address in addresses)
    chains = []
    lines = iter(output("addr2line", "-a", "-f", "-i", "-e", path, text=text).splitlines())
    for line in lines:
        if line.startswith("0x"):
            chains.append([])
        else:
            chains[-1].append((line, re.sub(r" \(discriminator \d+\)", "", next(lines))))
    return chains


@functools.cache
def line_count(file):
    return len(Path(file).read_bytes().splitlines()) if os.path.isfile(file) else 1 << 31


def impossible(place):
    """binutils 2.40 gives some lines of a header, in functions that the linker merged, to the source file."""
    file, line = place.rsplit(":", 1)
    return line.isdigit() and int(line) > line_count(file)


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
