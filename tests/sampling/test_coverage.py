#!/usr/bin/env python3
"""The intervals of sampled figures hold the truth, also for small sites and what is live: 60 runs of four programs, and of what is
computed of profiles: sums, differences, parts, and what is new in a process.

With N = 60 and a true coverage of 93%, P(X < 48) = 1e-4 a figure: each must hold in 80% and more. All figures of a program together
must hold in 90% and more. Where a phase without a sample adds no variance, leak_beside_churn holds in 40%; where a sample
that was just taken counts for the peak, working_set holds in 10%. Where a change of live figures is taken for an estimate of
its own, not for what came less what went, delta:working_set holds in 52%."""

import coverage
from tap import case, check, main

N = 60


def note(text):
    print("# " + text, flush=True)


for program in ("leak_beside_churn", "bursts", "working_set", "short_run", "merged:leak_beside_churn+bursts+working_set",
                "differences:leak_first-leak_beside_churn", "focused:leak_beside_churn", "delta:turnover", "delta:working_set"):
    @case(f"{program}: the intervals of alloc, inuse and peak hold the truth")
    def _(program=program):
        of_program = coverage.Coverage(program, N)
        for (sample_type, site), held in of_program.held.items():
            runs = of_program.of[sample_type, site]
            note(f"{sample_type} of {site}: {held} of {runs} runs")
            # A difference has sites that few runs have a sample of.
            check(held >= 0.8 * runs or runs < N / 4, f"the interval of {sample_type} of {site} holds in {held} of {runs} runs")
        together = of_program.held.total() / of_program.of.total()
        check(together >= 0.9, f"all intervals together hold in {together:.1%}")

main()
