#!/usr/bin/env python3
"""Programs whose unwind tables or notes are damaged, cut off or not there run under the shim as they run alone.

A program that throws no exception never reads these parts, and the loader reads only the program headers: the shim must
not be the first to trip over them."""

import os
import random
import struct
from pathlib import Path

from harness import SHIM, case, check, equal, main, run

SOURCES = Path(__file__).parent / "targets"
PT_LOAD, PT_NOTE, PT_GNU_EH_FRAME = 1, 4, 0x6474e550
MODES = {"default": {}, "often": {"MEMPROF_RATE": "64"}, "exact": {"MEMPROF_RATE": "exact"}}


class Elf:
    """The parts of an executable that mutants are made of, by their places in the file."""

    def __init__(self, path):
        self.data = Path(path).read_bytes()
        phoff, = struct.unpack_from("<Q", self.data, 32)
        phnum, = struct.unpack_from("<H", self.data, 56)
        self.headers = [phoff + 56 * i for i in range(phnum)]
        shoff, = struct.unpack_from("<Q", self.data, 40)
        shnum, names = struct.unpack_from("<HH", self.data, 60)
        sections = [struct.unpack_from("<IIQQQQ", self.data, shoff + 64 * i) for i in range(shnum)]
        strings = sections[names][4]
        self.sections = {self.data[strings + s[0]:].split(b"\0", 1)[0].decode(): (s[4], s[5]) for s in sections}

    def headers_of(self, kind):
        return [at for at in self.headers if struct.unpack_from("<I", self.data, at)[0] == kind]


def mutants(elf, dice):
    """(what was changed, the file's bytes): a few bytes of one part each, or one word of a program header."""
    hdr, hdr_size = elf.sections[".eh_frame_hdr"]
    frame, frame_size = elf.sections[".eh_frame"]
    words = [0, 1, 0x7f, 0x80, 0xff, 0x7fffffff, 0x80000000, 0xffffffff]

    def bytes_of(name, start, size, n):
        for _ in range(n):
            data = bytearray(elf.data)
            for _ in range(dice.choice((1, 1, 2, 8))):
                data[start + dice.randrange(size)] = dice.choice((dice.randrange(256), 0, 0xff, 0x80, 0x7f))
            yield name, data

    def words_of(name, start, size, n):
        for _ in range(n):
            data = bytearray(elf.data)
            at = start + dice.randrange(size // 4) * 4
            struct.pack_into("<I", data, at, dice.choice(words + [dice.randrange(1 << 32)]))
            yield name, data

    yield from bytes_of("encodings", hdr, 4, 12)
    yield from words_of("count", hdr + 8, 4, 12)
    yield from words_of("where .eh_frame is", hdr + 4, 4, 4)
    yield from words_of("table", hdr + 12, hdr_size - 12, 20)
    yield from bytes_of("table", hdr + 12, hdr_size - 12, 10)
    yield from words_of("frames", frame, frame_size, 40)
    yield from bytes_of("frames", frame, frame_size, 40)
    # The CIE and the first FDEs are those that every walk reads.
    yield from bytes_of("first frames", frame, min(96, frame_size), 40)
    for kind in (PT_NOTE, PT_GNU_EH_FRAME):
        for at in elf.headers_of(kind):
            for field in (16, 32, 40):  # p_vaddr, p_filesz, p_memsz
                old, = struct.unpack_from("<Q", elf.data, at + field)
                for value in (0, old + 0x1000000, old + 0xffc, 1 << 46, (1 << 64) - 8, (1 << 64) - 0x1000, 1 << 63):
                    data = bytearray(elf.data)
                    struct.pack_into("<Q", data, at + field, value)
                    yield f"program header {kind:#x}, word {field // 8}", data


def outcome(argv, env=None):
    result = run(argv, env=env, status=None, timeout=20)
    return result.returncode, result.stdout, result.stderr


def under_shim(argv, mode):
    return outcome(argv, {"LD_PRELOAD": SHIM, "MEMPROF_DIR": os.getcwd(), "MEMPROF_SUPERVISOR": str(os.getpid()), **MODES[mode]})


def check_as_alone(argv, what):
    alone = outcome(argv)
    for mode in MODES:
        equal(under_shim(argv, mode), alone, f"{what}, {mode}")
        for recording in Path(".").glob("*.mprec"):
            recording.unlink()
    return alone


def build(output, *options, source="layout.c"):
    run(["gcc", "-O1", "-fno-builtin", "-w", "-o", output, str(SOURCES / source), *options])
    return os.path.abspath(output)


@case("no unwind table and no note of a damaged executable is read beyond its end")
def _():
    lines = "\n".join(str(n * 7919 % 1000) for n in range(500))
    Path("lines").write_text(lines)
    for name, path, arguments in (("layout", build("program"), []), ("sort", "/usr/bin/sort", ["--parallel=1", "lines"])):
        elf, dice, ran = Elf(path), random.Random(1), 0
        for what, data in mutants(elf, dice):
            Path("mutant").unlink(missing_ok=True)
            Path("mutant").write_bytes(data)
            os.chmod("mutant", 0o755)
            status = check_as_alone(["./mutant", *arguments], f"{name} {ran}: {what}")[0]
            ran += status == 0
        check(ran > 200, f"only {ran} mutants of {name} run alone")


@case("tables in other forms, and no tables at all")
def _():
    forms = {
        "lld": ["-fuse-ld=lld"],
        "lld without .eh_frame_hdr": ["-fuse-ld=lld", "-Wl,--no-eh-frame-hdr"],
        "without .eh_frame_hdr": ["-Wl,--no-eh-frame-hdr"],
        "without tables": ["-fno-asynchronous-unwind-tables", "-fno-unwind-tables"],
        "static tables, packed by nobody": ["-Wl,-z,norelro", "-Wl,-z,noseparate-code"],
    }
    for name, options in forms.items():
        binary = build("program", *options)
        equal(check_as_alone([binary], name)[0], 0, f"{name}, alone")


@case("a section of tables that is gone while the header still names it")
def _():
    for section in (".eh_frame", ".eh_frame_hdr", ".note.gnu.build-id"):
        binary = build("program", "-Wl,--build-id")
        run(["objcopy", "--remove-section", section, binary, "cut"])
        equal(check_as_alone(["./cut"], section)[0], 0, f"{section}, alone")


main()
