#!/usr/bin/env python3
"""Seeded regressions are judged rightly; experiment.py says what they are, scripts/check-table makes the whole table."""

import atexit
import functools
import json
import shutil
import tempfile
from pathlib import Path

import experiment as e
from harness import MEMPROF, case, check, equal, main, run

RERUNS = 8
LIFETIME_RUNS = 5
REAL = [s for s in e.SEEDS if s.functions]
UNREAL = [s for s in e.SEEDS if not s.functions]


@functools.cache
def folder():
    path = tempfile.mkdtemp(prefix="memprof-check.")
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    e.build(path)
    return path


@functools.cache
def exact(name):
    return e.Exact(MEMPROF, folder(), name)


@functools.cache
def sampled(name, bases):
    return e.Sampled(MEMPROF, folder(), name, bases)


for program in e.COMPILERS:
    @case(f"{program}, exact: every real change fails, and the report names the changed function")
    def real_exact(name=program):
        for seed in REAL:
            outcome = exact(name).judge(seed.key, 1)
            equal(outcome.status, 1, f"{seed.key}: status")
            check(e.is_named(seed, name, outcome), f"{seed.key}: names {outcome.named}, not {seed.functions[name]}")

    @case(f"{program}, exact: moved and renamed code and noise pass")
    def unreal_exact(name=program):
        for seed in UNREAL:
            outcome = exact(name).judge(seed.key, 1)
            equal((outcome.status, outcome.named), (0, ""), seed.key)

    @case(f"{program}, exact: no rerun fails")
    def reruns_exact(name=program):
        equal(e.failures(exact(name), "NONE", RERUNS), 0, "failed of the same")
        equal(e.failures(exact(name), "NOISE", RERUNS), 0, "failed of noise")

    for count in (1, e.BASES):
        @case(f"{program}, sampled, {count} base{'s' * (count > 1)}: no rerun fails, moved and renamed code passes")
        def reruns_sampled(name=program, bases=count):
            equal(e.failures(sampled(name, bases), "NONE", RERUNS), 0, "failed")
            for seed in UNREAL:
                outcome = sampled(name, bases).judge(seed.key, 1)
                equal((outcome.status, outcome.named), (0, ""), seed.key)

        # The sum of allocations is counted, not sampled; late frees show in the peak, at any rate.
        @case(f"{program}, sampled, {count} base{'s' * (count > 1)}: large changes fail, and no wrong function is named")
        def real_sampled(name=program, bases=count):
            for seed in REAL:
                outcome = sampled(name, bases).judge(seed.key, 1)
                check(seed.key == "LEAK" or outcome.status == 1, f"{seed.key} passed")
                check(not outcome.named or e.is_named(seed, name, outcome), f"{seed.key}: names {outcome.named}")
                check(outcome.named or seed.key not in ("NEW_SITE", "LIFETIME"), f"{seed.key}: names nothing")


def limit_lifetimes(place):
    Path("b.yaml").write_text(f"version: 1\nlimits:\n  - metric: lifetime\n    function: make_node\n    max: {place}\n")


def mean_lifetime(seed, file):
    run([MEMPROF, "run", "-q", "--exact", "-o", file, e.program(folder(), "database", seed)])
    report = run([MEMPROF, "check", "--json", "--budget", "b.yaml", file], status=None)
    return json.loads(report.stdout)["verdicts"][0]["checks"][0]["value"]


@case("a limit on lifetimes: objects that are kept for longer fail, the rest passes")
def lifetimes():
    # Tokens live for a statement, some 10 us, or to the end of 400. The shortest of the runs counts: a program that
    # waits for a processor ages its objects.
    limit_lifetimes("0 ns")
    best = {seed: min((mean_lifetime(seed, f"{seed}{i}.pb.gz"), f"{seed}{i}.pb.gz") for i in range(LIFETIME_RUNS))
            for seed in ("NONE", "LIFETIME")}
    (short, short_file), (long, long_file) = best["NONE"], best["LIFETIME"]
    check(long > 2 * short, f"mean lifetimes: {short} and {long} ns")
    limit_lifetimes(f"{(short + long) / 2e6} ms")
    run([MEMPROF, "check", "--budget", "b.yaml", short_file], status=0)
    failed = run([MEMPROF, "check", "--budget", "b.yaml", long_file], status=1)
    check(b"make_node" in failed.stdout, failed.stdout)


main()
