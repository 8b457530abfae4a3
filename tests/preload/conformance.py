#!/usr/bin/env python3
"""The malloc family answers under memprof as it does alone: values, errno, alignment, usable sizes, settings, limits, forks among
threads, what glibc notices. Each group of targets/conform.c runs alone, by default, with --exact and under memprof leaks."""

import os
import re

from harness import MEMPROF, case, check, equal, main, run, target

# The tests of glibc 2.36's folder malloc, by who asks the same here.
GLIBC = {
    "calls": "mallocbug tst-malloc tst-malloc-too-large tst-calloc tst-realloc tst-reallocarray tst-memalign tst-posix_memalign tst-valloc "
             "tst-pvalloc tst-mallocalign1 tst-malloc-usable tst-obstack tst-mallocfork tst-mallocfork2 tst-mallocfork3 "
             "tst-malloc-fork-deadlock tst-malloc-thread-exit tst-malloc-tcache-leak tst-malloc-backtrace",
    "calls, with GLIBC_TUNABLES": "tst-malloc-usable-tunables tst-malloc-alternate-path",
    "settings": "tst-mallopt tst-mxfast tst-malloc_info tst-trim1 tst-malloc-stats-cancellation",
    "as, data": "tst-malloc-thread-fail",
    "abort": "tst-tcfree1 tst-tcfree2 tst-tcfree3 tst-safe-linking",
    "preload-programs: libc_malloc_debug": "tst-mcheck tst-mtrace tst-malloc-check tst-compathooks-on tst-compathooks-off",
    "leak-allocators: a child's own malloc": "tst-interpose-nothread tst-interpose-thread",
    # glibc's inner arrays, which no program reaches; malloc_get_state, which programs cannot link with since 2.26; no loader, no shim
    "nobody": "tst-dynarray tst-dynarray-fail tst-dynarray-at-fail tst-mallocstate tst-interpose-static-nothread tst-interpose-static-thread",
}
MODES = {"default": ["run", "-q", "-o", "p.pb.gz"], "--exact": ["run", "-q", "-o", "p.pb.gz", "--exact"], "leaks": ["leaks", "--log=report"]}
TUNABLES = ("tcache_count=0", "arena_max=1", "mxfast=0", "mmap_threshold=4096", "top_pad=65536", "perturb=165", "hugetlb=1", "hugetlb=2")
SETTINGS = [{}, {"MALLOC_PERTURB_": "42"}, {"MALLOC_ARENA_MAX": "1"}, {"MALLOC_TOP_PAD_": "100000"}, {"MALLOC_CHECK_": "3"},
            *({"GLIBC_TUNABLES": f"glibc.malloc.{t}"} for t in TUNABLES)]
FAILED = {134: -6}  # a shell's status of a program that aborts, and Python's


def without_numbers(text):
    return re.sub(rb"\d+", b"N", text)


def compare(mode, arguments, env):
    alone = run([target("conform"), *arguments], env=env, status=None)
    recorded = run([MEMPROF, *MODES[mode], "--", target("conform"), *arguments], env=env, status=None)
    check(alone.stdout or arguments[0] == "abort", "the program says nothing")
    equal(recorded.stdout.decode(), alone.stdout.decode(), f"output of {arguments}, {mode}, {env}")
    equal(FAILED.get(recorded.returncode, recorded.returncode), alone.returncode, f"status of {arguments}, {mode}, {env}")
    # The check's own line on a status that is the program's; a forked child has lost what other threads' stacks held.
    return alone.stderr, re.sub(rb"memprof: the program itself ended with status 6.*\n", b"", recorded.stderr)


for mode in MODES:
    @case(f"calls at their edges, in 13 settings of the allocator: {mode}")
    def _(mode=mode):
        for env in SETTINGS:
            equal(*compare(mode, ["calls"], env)[::-1], f"stderr, {env}")

    @case(f"mallopt, mallinfo2, malloc_info, malloc_trim, malloc_stats: {mode}")
    def _(mode=mode):
        alone, recorded = compare(mode, ["settings"], {})
        equal(without_numbers(recorded), without_numbers(alone), "malloc_stats' lines")

    @case(f"until no memory is left, under RLIMIT_AS and RLIMIT_DATA: {mode}")
    def _(mode=mode):
        for limit in ("as", "data"):
            compare(mode, [limit], {})

    @case(f"a block that is freed twice is noticed where glibc notices it: {mode}")
    def _(mode=mode):
        for place in ("cache", "fast", "large", "cleared"):
            alone, recorded = compare(mode, ["abort", place], {})
            check(alone in recorded, f"{place}: {recorded} lacks {alone}")


@case("each of glibc's tests of malloc has one answer here")
def _():
    names = " ".join(GLIBC.values()).split()
    equal(len(names), len(set(names)), "names")
    source = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "targets", "conform.c"), encoding="utf-8").read()
    for group in ("settings", "as", "data"):
        check(f'"{group}"' in source, f"no group {group}")


main()
