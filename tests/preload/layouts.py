#!/usr/bin/env python3
"""Names and build-ids are right however the linker and the loader have laid the code out.

Each case links layout.c in another way and knows by its source who allocates how much. Where the code's file cannot be
had any more a name may be absent; it is never another's."""

import os
import re
from pathlib import Path

from harness import case, check, equal, main, read, record, run

SOURCES = Path(__file__).parent / "targets"
WANTED = {"allocate_1000_there": 10_000, "allocate_500_here": 5_000}
LOADER = "/lib64/ld-linux-x86-64.so.2"
BASE = ["gcc", "-g", "-O1", "-fno-builtin", "-w"]


def build(output, *options, source="layout.c"):
    run([*BASE, "-o", output, str(SOURCES / source), *options])
    return os.path.abspath(output)


def build_id(path):
    found = re.search(r"Build ID: ([0-9a-f]+)", run(["readelf", "-n", path]).stdout.decode())
    return found and found[1]


def mapping_ids(path):
    """{file: build-id} as go tool pprof reads them."""
    text = run(["go", "tool", "pprof", "-symbolize=none", "-raw", path]).stdout.decode()
    lines = text.split("Mappings\n")[1].splitlines()
    return {words[2]: words[3] if len(words) > 3 and not words[3].startswith("[") else ""
            for words in (line.split() for line in lines) if len(words) > 2}


def check_named(command, binary, **options):
    path, _ = record(command, "--exact", **options)
    profile = read(path)
    flat = profile.flat("alloc_space")
    equal({name: flat.get(name) for name in WANTED}, WANTED, "bytes by function")
    equal(profile.through("allocate_both", "alloc_space"), sum(WANTED.values()), "bytes below their caller, which the unwind tables lead to")
    equal(mapping_ids(path).get(binary), build_id(binary), f"the build-id of {binary}")


PROGRAMS = {
    "as the compiler links it": [],
    "pages of 2 MiB": ["-Wl,-z,max-page-size=0x200000"],
    "pages of 2 MiB, at a fixed address": ["-no-pie", "-Wl,-z,max-page-size=0x200000"],
    "a second text segment, far away": ["-no-pie", "-DFAR_SECTION", "-Wl,--section-start=.far_text=0x7000000"],
    "a text segment below the first": ["-no-pie", "-DFAR_SECTION", "-Wl,--section-start=.far_text=0x200000"],
    "unwind tables far from their header": ["-no-pie", "-Wl,--section-start=.eh_frame=0x6000000"],
    "code and headers in one segment": ["-Wl,-z,noseparate-code"],
    "lld": ["-fuse-ld=lld"],
    "lld, pages of 2 MiB": ["-fuse-ld=lld", "-Wl,-z,max-page-size=0x200000", "-Wl,-z,separate-loadable-segments"],
    "lld, no read-only segment": ["-fuse-ld=lld", "-Wl,--no-rosegment"],
    "mold": ["-fuse-ld=mold"],
    "gold": ["-fuse-ld=gold"],
}

for title, options in PROGRAMS.items():
    @case(f"an executable: {title}")
    def _(options=options):
        binary = build("program", "-Wl,--build-id", *options)
        check_named([binary], binary)


@case("an executable with gaps, started through the loader")
def _():
    binary = build("program", "-Wl,--build-id", *PROGRAMS["pages of 2 MiB"])
    check_named([LOADER, binary], binary)


LIBRARIES = {
    "as the compiler links it": [],
    "pages of 2 MiB": ["-Wl,-z,max-page-size=0x200000"],
    "an address of its own, as prelink gave": ["-Wl,-Ttext-segment=0x40000000"],
    "an address of its own and gaps": ["-Wl,-Ttext-segment=0x40000000", "-Wl,-z,max-page-size=0x200000"],
}


def build_library(*options, output="library.so"):
    return build(output, "-DLIBRARY", "-shared", "-fPIC", "-Wl,--build-id", *options)


for title, options in LIBRARIES.items():
    for way in ("plain", "dlmopen"):
        @case(f"a library: {title}, opened by {way}")
        def _(options=options, way=way):
            loader, library = build("loader", source="loader.c"), build_library(*options)
            if way == "plain":
                check_named([loader, way, library], library)
                return
            # Its libc is its own, whose malloc nobody can interpose: nothing is seen, and nothing breaks.
            path, _ = record([loader, way, library], "--exact")
            check(not set(read(path).flat("alloc_space")) & set(WANTED), "a call was seen that cannot be")


@case("a library whose headers are erased once it is loaded, as packers do")
def _():
    loader, library = build("loader", source="loader.c"), build_library(*LIBRARIES["pages of 2 MiB"])
    path, _ = record([loader, "erased", library], "--exact")
    flat = read(path).flat("alloc_space")
    equal({name: flat.get(name) for name in WANTED}, WANTED, "bytes by function")


@case("a library in a memfd")
def _():
    loader, library = build("loader", source="loader.c"), build_library()
    path, _ = record([loader, "memfd", library], "--exact")
    check_absent_or_right(path)


@case("a library with gaps whose file is deleted once it is loaded")
def _():
    loader, library = build("loader", source="loader.c"), build_library(*LIBRARIES["pages of 2 MiB"])
    path, _ = record([loader, "deleted", library], "--exact")
    check_absent_or_right(path)


def check_absent_or_right(path):
    check(read(path).total("alloc_space") >= sum(WANTED.values()), "the library's allocations were not seen")
    for name, value in read(path).flat("alloc_space").items():
        if name in WANTED:
            equal(value, WANTED[name], name)
        check(not re.match(r"allocate_\d+_elsewhere", name), f"another file's name was given: {name}")


@case("a library with gaps whose file another has replaced")
def _():
    loader = build("loader", source="loader.c")
    library = build_library(*LIBRARIES["pages of 2 MiB"])
    text = (SOURCES / "layout.c").read_text()
    for old, new in (("allocate_1000_there", "allocate_1_elsewhere"), ("allocate_500_here", "allocate_2_elsewhere")):
        text = text.replace(old, new)
    Path("other.c").write_text(text)
    run([*BASE, "-o", "other.so", "other.c", "-DLIBRARY", "-shared", "-fPIC", "-Wl,--build-id",
         *LIBRARIES["pages of 2 MiB"]])
    path, _ = record([loader, "replaced", library, "other.so"], "--exact")
    check_absent_or_right(path)


main()
