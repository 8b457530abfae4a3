#!/usr/bin/env python3
"""The intervals of sampled figures hold the truth, also for small sites and what is live: 60 runs of four programs.

With N = 60 and a true coverage of 93%, P(X < 48) = 1e-4 a figure: each must hold in 80% and more. All figures of a program together
must hold in 90% and more. Where a phase without a sample adds no variance, leak_beside_churn holds in 40%; where a sample
that was just taken counts for the peak, working_set holds in 10%."""

import coverage
from tap import case, check, main

N = 60


def note(text):
    print("# " + text, flush=True)


for program in ("leak_beside_churn", "bursts", "working_set", "short_run"):
    @case(f"{program}: the intervals of alloc, inuse and peak hold the truth")
    def _(program=program):
        of_program = coverage.Coverage(program, N)
        for (sample_type, site), held in of_program.held.items():
            note(f"{sample_type} of {site}: {held} of {N} runs")
            check(held >= 0.8 * N, f"the interval of {sample_type} of {site} holds in {held} of {N} runs")
        together = sum(of_program.held.values()) / N / len(of_program.held)
        check(together >= 0.9, f"all intervals together hold in {together:.1%}")

main()
