"""The label `type` against what the programs' sources say: no type may be wrong, and all must be there that the sources
do not excuse. With --document FILE writes which share of the bytes got a type.

block_types.py [--document FILE] [CASE...]. MEMPROF names the command."""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import marks
import tap

MEMPROF = os.environ["MEMPROF"]
SOURCES = Path(__file__).parent / "types"
TYPE = re.compile(r"^[^\n]*?(\w+)\([^\n]*?(?:/\*|//) type: ([^\n]*?)(?: else ([\w+ ]+?))?(?: \*/)?$", re.M)
BUILDS = {
    **{f"{compiler} -O{level}": ("sites.c", [compiler, "-g", f"-O{level}"]) for compiler in ("gcc", "clang") for level in (0, 1, 2)},
    **{f"{compiler} -O{level}": ("sites.cpp", [compiler, "-g", f"-O{level}"]) for compiler in ("g++", "clang++") for level in (0, 2)},
    "rustc": ("sites.rs", ["rustc", "-g"]),
    "rustc -O": ("sites.rs", ["rustc", "-g", "-O"]),
}
shares = {}


def truth(source):
    """Types and excuses by function, as the source says."""
    return {name: (types.split(" | "), (excuse or "").split()) for name, types, excuse in TYPE.findall((SOURCES / source).read_text())}


def normal(name):
    """One spelling for gcc's and clang's names."""
    name = re.sub(r" >", ">", name)
    return name.replace("int const", "const int")


def build(source, command, folder):
    program = Path(folder) / "program"
    subprocess.run([*command, SOURCES / source, "-o", program], check=True, capture_output=True)
    return program


def sites(program, *options):
    """(function, bytes, type) of each sample that one of the program's own functions made; a type is "none" where there is no label."""
    profile = f"{program}.pb.gz"
    subprocess.run([MEMPROF, "run", "-q", "--exact", *options, "-o", profile, "--", program], check=True, stdout=subprocess.DEVNULL)
    out = subprocess.run([MEMPROF, "traces", "--json", "--sample-index=alloc_space", profile], check=True, capture_output=True, text=True)
    for sample in json.loads(out.stdout)["samples"]:
        labels = {label["key"]: label["value"] for label in sample["labels"]}
        names = [re.sub(r"\[.*|\(.*", "", frame["name"]).split("::")[-1] for frame in sample["frames"]]
        yield names, sample["value"]["value"], normal(labels.get("type", "none"))


def is_one_of(name, types):
    return any(name == t or (t.endswith("...") and name.startswith(t[:-3])) for t in types)


def check_build(title, source, command):
    wanted, seen, bytes_of_all, bytes_typed = truth(source), set(), 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for names, size, name in sites(build(source, command, folder)):
            function = next((n for n in names if n in wanted), None)
            if not function:
                continue
            types, excuses = wanted[function]
            seen.add(function)
            bytes_of_all += size
            bytes_typed += size if name != "none" else 0
            excused = name == "none" and title.split()[0] in excuses
            tap.check(is_one_of(name, types) or excused, f"{function}: {name!r}, but it is {' or '.join(types)}")
    tap.check(len(seen) >= len(wanted) - 1, f"not seen: {set(wanted) - seen}")
    shares[title] = (bytes_typed, bytes_of_all)
    print(f"# {title}: {bytes_typed / bytes_of_all:.0%} of {bytes_of_all} bytes have a type")


@tap.case("clang's DW_AT_LLVM_alloc_type is believed")
def _():
    """clang 14 does not write it, so a call's origin (a reference of four bytes, as this is) is made into one."""
    code = """#include <stdlib.h>
    struct leaf { long a, b, c; }; struct leaf *used; void *kept;
    __attribute__((noinline)) static void *my_alloc(void) { return malloc(24); }
    __attribute__((noinline)) static void said(void) { kept = my_alloc(); __asm__("" : : "r"(kept)); }
    int main(void) { __asm__(""); said(); __asm__(""); return 0; }"""
    for origin, wanted in [(True, "none"), (False, "struct leaf")]:
        with tempfile.TemporaryDirectory() as folder:
            text = subprocess.run(["clang", "-O2", "-g", "-S", "-xc", "-", "-o-"], input=code, capture_output=True, text=True, check=True).stdout
            if not origin:
                leaf = re.search(r"# Abbrev \[\d+\] 0x(\w+):\S+ DW_TAG_structure_type", text)[1]
                text, n = re.subn(r"\.byte\t127( +# DW_AT_call_origin)", r".byte 0x8e, 0x7c\1", text)
                text, m = re.subn(r"\.long\t\d+( +# DW_AT_call_origin)", rf".long 0x{leaf}\1", text)
                tap.check(n >= 1 and m >= 1, "clang writes its assembly otherwise")
            path = Path(folder) / "program"
            subprocess.run(["clang", "-xassembler", "-", "-o", path], input=text, text=True, check=True)
            found = {name for names, _, name in sites(path) if "said" in names}
            tap.equal(found, {wanted}, "types of said()")


@tap.case("top --types, the page's table and pprof's tags sum by the label")
def _():
    with tempfile.TemporaryDirectory() as folder:
        program = build("sites.c", ["gcc", "-g", "-O2"], folder)
        sums = {}
        for _, size, name in sites(program):
            name = name if name != "none" else "(no type)"
            sums[name] = sums.get(name, 0) + size
        top, page = [json.loads(subprocess.run([MEMPROF, *arguments, "--json", f"{program}.pb.gz"], check=True, capture_output=True, text=True).stdout)
                     for arguments in (("top", "--types", "--alloc"), ("page",))]
        tap.equal({node["name"]: node["flat"]["value"] for node in top["nodes"]}, sums, "top --types")
        table = next(table for table in page["tables"] if table["by"] == "type")
        number = [each["type"] for each in page["types"]].index("alloc_space")
        names = [page["texts"][name] for name in table["name"]]
        tap.equal(dict(zip(names, table["figures"][number]["flat"])), sums, "the page's table")
        tags = subprocess.run(["go", "tool", "pprof", "-tags", "-unit=b", "-sample_index=alloc_space", f"{program}.pb.gz"], check=True, capture_output=True, text=True).stdout
        tap.check(re.search(rf"{sums['struct leaf[]']}\.0B.*: struct leaf\[\]", tags), tags)


@tap.case("the cache of names keeps types")
def _():
    with tempfile.TemporaryDirectory() as folder:
        program = build("sites.c", ["gcc", "-g", "-O2"], folder)
        os.environ["XDG_CACHE_HOME"], kept = folder, os.environ.pop("MEMPROF_NO_CACHE", "")
        try:
            first, second = [sorted(sites(program)) for _ in range(2)]
        finally:
            os.environ["MEMPROF_NO_CACHE"] = kept
        tap.check(any(name == "struct leaf" for *_, name in second), "no types at all")
        tap.equal(second, first, "the second time")


def main():
    document = None
    if sys.argv[1:2] == ["--document"]:
        document = Path(sys.argv[2]).resolve()
        del sys.argv[1:3]
    for title, (source, command) in BUILDS.items():
        tap.add(f"types of {source} by {title}", check_build, title, source, command)
    try:
        tap.main()
    finally:
        if document:
            rows = [(title, f"{all_bytes:,}", f"{typed / all_bytes:.0%}") for title, (typed, all_bytes) in shares.items()]
            marks.write_between(document, "types", [f"{marks.machine()}.", "", *marks.table(("build", "bytes", "with a type"), rows)])


if __name__ == "__main__":
    main()
