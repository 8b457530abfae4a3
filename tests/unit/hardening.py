#!/usr/bin/env python3
"""How the command and the shims are linked, and what the shims export: a name that is new here is a function of other
people's programs that memprof stands in for. Speaks TAP."""

import os
import re
import subprocess
import sys

import tap
from tap import case, check, equal

MEMPROF, SHIM, SHIM_NEW = map(os.path.abspath, sys.argv[1:4])
del sys.argv[1:]
OPERATORS = {f"_Z{kind}{rest}" for kind in ("nw", "na")
             for rest in ("m", "mRKSt9nothrow_t", "mSt11align_val_t", "mSt11align_val_tRKSt9nothrow_t")} | {
             f"_Z{kind}Pv{rest}" for kind in ("dl", "da")
             for rest in ("", "m", "RKSt9nothrow_t", "St11align_val_t", "mSt11align_val_t", "St11align_val_tRKSt9nothrow_t")}
# Without the families of other allocators, whose documents tests/preload/allocators.py goes by.
EXPORTED = OPERATORS | set("""
    malloc calloc realloc reallocarray free cfree free_sized free_aligned_sized
    posix_memalign aligned_alloc memalign valloc pvalloc malloc_usable_size
    execve execv execvp execvpe execl execlp execle execveat fexecve posix_spawn posix_spawnp
    prctl syscall _Fork clone dlclose dlopen exit ptrace sbrk
    __lsan_disable __lsan_enable __lsan_ignore_object __lsan_do_leak_check __lsan_do_recoverable_leak_check
    __lsan_register_root_region __lsan_unregister_root_region
    memprof_v1_is_active memprof_v1_pause memprof_v1_resume memprof_v1_report_alloc memprof_v1_report_free memprof_v1_snapshot
    memprof_v1_stats memprof_v1_tag_push memprof_v1_tag_pop
    memprof_operator_begin memprof_operator_new memprof_operator_delete
    mallocx rallocx xallocx dallocx sdallocx""".split())
TOKENS = {f"__alloc_token_{token}{name}" for token in ("", "0_", "1_") for name in
          [*"malloc calloc realloc reallocarray memalign aligned_alloc valloc pvalloc posix_memalign".split(),
           *(name for name in OPERATORS if name.startswith(("_Znw", "_Zna")))]}
EXPORTED |= TOKENS


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def exported(path):
    return {line.split()[-1] for line in output("nm", "-D", "--defined-only", path).splitlines()}


@case("the shims export what is listed here and nothing else")
def _():
    names = exported(SHIM)
    others = {name for name in names if re.match(r"(mi|tc)_", name)}
    equal(sorted(names - others - EXPORTED), [], "exported and not listed")
    equal(sorted(EXPORTED - names), [], "listed and not exported")
    check(len(others) > 100, others)
    equal(exported(SHIM_NEW), OPERATORS, "the second shim")


for path, name in ((MEMPROF, "the command"), (SHIM, "the shim"), (SHIM_NEW, "the second shim")):
    @case(f"{name}: bound at once, read-only after relocation, no writable code, shadow stacks stay possible")
    def _(path=path):
        dynamic = output("readelf", "-dW", path)
        check(re.search(r"\(FLAGS_1\).*\bNOW\b", dynamic), dynamic)
        equal("TEXTREL" in dynamic, False, "relocations in code")
        segments = re.findall(r"^  (\w+) .* ([R ][W ][E ]) +0x\w+$", output("readelf", "-lW", path), re.M)
        check("GNU_RELRO" in [kind for kind, _ in segments], segments)
        equal([rights for kind, rights in segments if kind == "GNU_STACK"], ["RW "], "the stack")
        equal([s for s in segments if "W" in s[1] and "E" in s[1]], [], "writable code")
        check("SHSTK" in output("readelf", "-nW", path), "the note that return addresses are left alone")


def command_is_guarded():
    check(re.search(r"Type: +DYN", output("readelf", "-hW", MEMPROF)), "PIE")
    names = output("readelf", "--dyn-syms", "-W", MEMPROF)
    check("__stack_chk_fail" in names, "stack protector")
    if os.environ["OPTIMIZED"]:
        check(re.search(r"__(mem|str|s?n?printf|vsn?printf|read|f)\w*_chk", names), "FORTIFY_SOURCE")


if not os.environ["SANITIZED"]:  # a sanitizer checks more, and its runtime has its own
    tap.add("the command: position-independent, with guards on its stack and checked copies", command_is_guarded)
tap.main()
