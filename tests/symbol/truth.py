"""The answers of binutils, gdb and memprof (the program lookup) about addresses in a binary."""

import bisect
import functools
import os
import random
import re
import subprocess
import tempfile
from pathlib import Path

LOOKUP = os.environ.get("LOOKUP", "lookup")


def output(*command, text=None):
    return subprocess.run(command, input=text, capture_output=True, text=True, errors="replace", check=True).stdout


def debug_files(path):
    """Its debug file: beside it, or by build-id, where a package brought one (libc6-dbg)."""
    beside = Path(f"{path}.debug")
    if beside.is_file():
        return [beside]
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


GDB = """
import gdb, os
def functions(block):
    while block and not block.is_static and not block.is_global:
        if block.function:
            yield block.function.linkage_name or block.function.name
        block = block.superblock
for line in open(os.environ["ADDRESSES"]):
    pc = int(line, 16)
    place, block = gdb.find_pc_line(pc), gdb.block_for_pc(pc)
    symbol = gdb.execute(f"info symbol {pc:#x}", to_string=True).split(" in section ")[0].strip()
    name = os.path.basename(place.symtab.filename) if place.symtab else ""
    print(symbol.replace("\\t", " "), f"{name}:{place.line}", *functions(block), sep="\\t", flush=True)
"""


def gdb(path, addresses):
    """Per address (symbol with " + offset" or "", file:line of the innermost frame or ":0", functions from the innermost on)."""
    with tempfile.TemporaryDirectory() as folder:
        script, list_file = Path(folder) / "s.py", Path(folder) / "addresses"
        script.write_text(GDB)
        list_file.write_text("".join(f"{address:#x}\n" for _, address in addresses))
        settings = ["set demangle off", "set debuginfod enabled off", "set auto-load off"]
        command = ["gdb", "-nx", "-batch", *(word for setting in settings for word in ("-iex", setting)), "-x", str(script), path]
        result = subprocess.run(command, capture_output=True, text=True, errors="replace", check=True, stdin=subprocess.DEVNULL,
                                env={**os.environ, "ADDRESSES": str(list_file)})
    found = [line.split("\t") for line in result.stdout.splitlines() if line.count("\t") >= 1]
    if len(found) != len(addresses):
        raise RuntimeError(f"gdb {path}: {result.stderr[-500:]}")
    return [("" if symbol.startswith("No symbol") else symbol, place, functions) for symbol, place, *functions in found]


OPERATOR = re.compile(r"operator *(\(\)|\[\]|->\*?|[-+*/%^&|~!=<>]+)")


def simple(name):
    """The last word of a readable name, without arguments, template arguments, a clone's suffix and Rust's hash: what all agree on."""
    name = OPERATOR.sub(lambda m: "operator" + "".join(f"_{ord(c)}" for c in m[1]), name.replace("(anonymous namespace)", "anonymous"))
    name, depth = stem(re.sub(r" \[clone .*?\]", "", name)), 0
    kept = ""
    for c in name:
        depth += c in "<({"
        kept += c if not depth else ""
        depth -= c in ">)}" and depth > 0
    kept = re.sub(r"::h[0-9a-f]{16}$|( const| volatile| &)+$|\[abi:\w+\]", "", kept)
    words = [word for word in kept.split("::") if word]
    return words[-1].split()[-1] if words and words[-1].split() else name


def demangled(names):
    """{name: its readable form}, by c++filt."""
    names = sorted(set(names))
    return dict(zip(names, output("c++filt", text="\n".join(names) + "\n").splitlines()))
