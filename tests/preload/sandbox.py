#!/usr/bin/env python3
"""A program that locks itself into a sandbox is not killed for what the shim asks the kernel for."""

import os

from harness import SHIM, case, check, equal, main, read, record, run, target

MODES = {"default": [], "often": ["--rate=64"], "exact": ["--exact"]}

for how in ("prctl", "seccomp", "strict"):
    for mode, options in MODES.items():
        @case(f"{how}, {mode}: the program ends as alone; what was recorded before is there")
        def _(how=how, options=options):
            equal(run([target("sandbox"), how]).stdout, b"done\n", "alone")
            path, result = record([target("sandbox"), how], *options)
            equal(result.stdout, b"done\n", "output")
            if options == ["--exact"]:
                equal(read(path).flat("alloc_objects")["before_filter"], 500, "blocks before")


@case("without memprof run: the recording stays where it is")
def _():
    for how in ("prctl", "strict"):
        run([target("sandbox"), how], env={"LD_PRELOAD": SHIM, "MEMPROF_DIR": os.getcwd()})
    check(len([f for f in os.listdir(".") if f.endswith(".mprec")]) == 2, f"{os.listdir('.')}")


main()
