#!/usr/bin/env python3
"""The shim's knowledge of the processor stands in arch.h and arch_*.[ch] alone: test_shim_arch.py ROOT [CASE...]"""

import re
import sys
import tempfile
from pathlib import Path

import tap

ROOT = Path(sys.argv.pop(1)).resolve()

# Comments count: a file whose comment names a register was written for one processor.
OF_A_PROCESSOR = {
    "a register": re.compile(
        r"%%?[re]?(?:[abcd]x|[sd]i|[sb]p|ip)\b|%%?[fg]s\b|%%?r(?:8|9|1[0-5])\b"
        r"|\b(?:r(?:[abcd]x|[sd]i|[sb]p|ip|8|9|1[0-5])|[xyz]mm\d*|mxcsr|REG_R\w+|x(?:29|30))\b", re.IGNORECASE),
    "an instruction": re.compile(r'\b(?:__)?asm(?:__)?\s*(?:volatile\s*)?\(\s*"[^"]|\b__builtin_ia32_\w+|\b_mm_\w+|\brdtsc\b|\bcntvct\b'),
    "a processor's macro or header": re.compile(r"\b__(?:x86_64|amd64|aarch64|SSE\d?|AVX\d?)__\b|<\w*intrin\.h>|<arm_\w+\.h>"),
}
FOLDERS = ("libprof/shim", "libprof/common")


def is_arch(path):
    return path.name == "arch.h" or path.name.startswith("arch_")


def sources(root):
    return sorted(path for folder in FOLDERS for path in (root / folder).rglob("*.[ch]") if not is_arch(path))


def violations(root):
    found = []
    for path in sources(root):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            found += [f"{path.relative_to(root)}:{number} names {kind}: {line.strip()}"
                      for kind, pattern in OF_A_PROCESSOR.items() if pattern.search(line)]
    return found


def plant(line, name="libprof/shim/walk/unwind.c"):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.parent.mkdir(parents=True)
        path.write_text(f"int before;\n{line}\n")
        return violations(Path(folder))


@tap.case("no other file of the shim names a register, an instruction or a processor")
def _():
    found = violations(ROOT)
    tap.check(not found, "\n".join(found))


@tap.case("the shim's files are looked at")
def _():
    names = {path.name for path in sources(ROOT)}
    tap.check({"unwind.c", "malloc.c", "thread_ledger.h", "clock.h", "layout.h"} <= names, f"only {sorted(names)}")


@tap.case("each of them would be found")
def _():
    for line in ('  mov = "%rsp";', "uint64_t rbx;", "/* saved in r12 */", "greg_t pc = r[REG_RIP];", "uint64_t xmm0[2];",
                 '  __asm__ volatile("nop");', "  return __builtin_ia32_rdtsc();", "  _mm_setzero_si128();",
                 "#ifdef __x86_64__", "#if defined(__aarch64__)", "#include <emmintrin.h>", "/* %%fs:0 */"):
        tap.equal(len(plant(line)), 1, line)


@tap.case("what only looks like one is not")
def _():
    for line in ('__asm__("" : "+r"(set));', "extern f exported __asm__(mangled);", "uintptr_t sp, bp, pc;",
                 "arch_ticks();", '#include "shim/walk/arch.h"', "r->r1 = 10;"):
        tap.equal(plant(line), [], line)


@tap.case("the files of the processor may")
def _():
    for name in ("libprof/shim/walk/arch.h", "libprof/shim/walk/arch_x86_64.h", "libprof/shim/hooks/arch_x86_64.c"):
        tap.equal(plant('__asm__("push %rbp");', name), [], name)


tap.main()
