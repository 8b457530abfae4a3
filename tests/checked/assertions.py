#!/usr/bin/env python3
"""The shim's assertions fail where its state is damaged, and are not there in the shim that users get."""

import os
import signal

from harness import SHIM, case, check, equal, main, run, target

CHECKED = os.environ["CHECKED"]


def scribble(shim, what):
    environment = {"LD_PRELOAD": shim, "MEMPROF_RATE": "exact", "MEMPROF_DIR": os.getcwd()}
    return run([target("scribble"), what], env=environment, status=None)


@case("a program that leaves the recording alone runs to its end")
def _():
    result = scribble(CHECKED, "nothing")
    equal((result.returncode, result.stdout), (0, b"ran to its end\n"), "status and output")
    check(b"assertion" not in result.stderr, result.stderr)


for damage, assertion in (("shard", "site_is_mine"), ("owner", "counters_are_mine"), ("frees", "site_adds_up")):

    @case(f"damaged: {damage}: the checked shim says which assertion failed, and traps")
    def _(damage=damage, assertion=assertion):
        result = scribble(CHECKED, damage)
        equal((result.returncode, result.stdout), (-signal.SIGILL, b""), "status and output")
        first = result.stderr.decode().splitlines()[0]
        check(first.startswith(f"memprof: assertion failed: {assertion}("), first)
        check(".h:" in first or ".c:" in first, first)

    if os.environ["SHIM_IS_CHECKED"] != "true":

        @case(f"damaged: {damage}: the shim that users get does not look")
        def _(damage=damage):
            result = scribble(SHIM, damage)
            equal((result.returncode, result.stdout), (0, b"ran to its end\n"), "status and output")


main()
