#!/usr/bin/env python3
"""Sampled figures are unbiased and their error bars are honest: 200 runs of one program, by seed.

The program's own arithmetic gives the truth of each site. Two claims are tested of every figure:

Unbiased. The mean over N = 200 runs lies within Z_MEAN = 4 standard errors of the truth; by the central limit theorem
an unbiased figure fails that with probability 6e-5. At a pinned rate the standard error is not taken from what was
measured but from the theory of model/error_bar.h: an allocation of s bytes is sampled with p = 1 - exp(-(s + 1) / R)
and stands for v / p, so the estimate of n of them has the variance n (1 - p) / p v^2 (v = 1 for objects, s for bytes).
Under a budget R moves with the time that the run measures, so there the spread of the 200 estimates gives it.
The bias that each bound still lets through is printed.

Honest intervals. low to high, as memprof prints them, hold the truth in 90% of the runs and more, at every site however
few samples it has, and in 99% at most at sites of 30 samples and more: few are a whole number, so that their interval
holds a little too much (model/spread.h). The number of runs that it holds in is binomial. With N = 200 and a true
coverage of 95%, P(X < 180) = 0.07% and P(X > 198) = 0.04% a site. That is good enough where seeds make a run
repeatable, which a pinned rate does. Under a budget they do not: there each site must lie in 88 to 100% (P(X < 176) =
3e-5) and all sites together, which are 5 and more times as many trials, in 92% and more."""

import functools
import gzip
import json
import math
import os
import shutil
import statistics
from pathlib import Path

from harness import MEMPROF, SHIM, case, check, equal, main, run, target

N = 200
Z_MEAN = 4
Z_BAR = 1.96
ENOUGH = 30  # samples
KIB, MIB = 1 << 10, 1 << 20
TYPES = ("alloc_objects", "alloc_space", "inuse_space")


class Site:
    """The program's allocations at one site: `count` allocations, of the sizes in turn, every keep-th block kept."""

    def __init__(self, name, sizes, count, keep):
        self.name, self.argument = name, f"{name}:{count}:{keep}"
        self.all = {s: len(range(i, count, len(sizes))) for i, s in enumerate(sizes)}
        self.kept = {s: 0 for s in sizes}
        for i in range(0, count, keep) if keep else ():
            self.kept[sizes[i % len(sizes)]] += 1

    def blocks(self, sample_type):
        """(number, size, value of one) of each kind of block that counts for this type."""
        numbers = self.kept if sample_type.startswith("inuse") else self.all
        return [(n, s, 1 if sample_type.endswith("objects") else s) for s, n in numbers.items() if n]

    def truth(self, sample_type):
        return sum(n * v for n, s, v in self.blocks(sample_type))

    def samples(self, sample_type, rate):
        """The expected samples of its rarest kind of block."""
        return min((n * probability(s, rate) for n, s, v in self.blocks(sample_type)), default=0)

    def deviation(self, sample_type, rate):
        return math.sqrt(sum(n * (1 - p) / p * v * v for n, s, v in self.blocks(sample_type)
                             for p in [probability(s, rate)]))


def probability(size, rate):
    return -math.expm1(-(size + 1) / rate)


# At 64 KiB: sizes from 0 bytes to those that are always sampled, and two sites of mixed sizes.
SMALL = [Site("size_0", [0], 600000, 8), Site("size_1", [1], 1200000, 8), Site("size_16", [16], 240000, 2),
         Site("size_100", [100], 50000, 2), Site("size_4k", [4 * KIB], 1500, 2), Site("size_64k", [64 * KIB], 120, 2),
         Site("size_1m", [MIB], 40, 8), Site("size_64m", [64 * MIB], 8, 4),
         Site("size_1_or_60k", [1, 60 * KIB], 10000, 0), Site("size_128_or_159", [128, 159], 40000, 3)]
# At 64 MiB: the largest sizes are sampled like any others.
LARGE = [Site("size_4k", [4 * KIB], 600000, 0), Site("size_64k", [64 * KIB], 40000, 0),
         Site("size_1m", [MIB], 3000, 0), Site("size_64m", [64 * MIB], 100, 2)]
# Under the budget: each small site uses about as many bytes, so that each has its share of the samples.
BUDGET = [Site("size_0", [0], 600000, 8), Site("size_1", [1], 2000000, 16), Site("size_16", [16], 240000, 8),
          Site("size_100", [100], 40000, 4), Site("size_4k", [4 * KIB], 1000, 2), Site("size_64k", [64 * KIB], 60, 3),
          Site("size_1m", [MIB], 4, 2), Site("size_64m", [64 * MIB], 4, 2)]


def figures(recording):
    """{type: {function: (value, low, high)}} as `memprof top` gives them: calibrated to the totals that are known."""
    result = {}
    for sample_type in TYPES:
        report = json.loads(run([MEMPROF, "top", "--json", "--sample-index", sample_type, recording]).stdout)
        result[sample_type] = {n["name"]: tuple(n["flat"][key] for key in ("value", "low", "high")) for n in report["nodes"]}
    result["unseen"] = report["sampling"].get("unseen", 0)
    result["most_rate"] = report["sampling"].get("most_rate", 1)
    return result


def raw_figures(recording):
    """The same of estimates as they were sampled: the reader does not find the known totals."""
    run([MEMPROF, "convert", "--to=pprof", "-o", "raw.pb.gz", recording])
    Path("raw.pb.gz").write_bytes(gzip.compress(gzip.decompress(Path("raw.pb.gz").read_bytes()).replace(b"sizes: ", b"Sizes: "), 1))
    return figures("raw.pb.gz")


def one_run(sites, seed, settings):
    """(calibrated figures, raw figures)"""
    shutil.rmtree("recordings", ignore_errors=True)
    os.mkdir("recordings")
    # With a supervisor named the shim leaves the recording to it.
    run(["/usr/bin/env", f"LD_PRELOAD={SHIM}", target("sites"), *[s.argument for s in sites]],
        env={"MEMPROF_DIR": os.path.abspath("recordings"), "MEMPROF_SUPERVISOR": "1", "MEMPROF_SEED": str(seed),
             **settings})
    recordings = list(Path("recordings").iterdir())
    equal(len(recordings), 1, "recordings")
    return figures(str(recordings[0])), raw_figures(str(recordings[0]))


class Runs:
    """200 runs with the same settings, made when first asked for."""

    def __init__(self, sites, settings):
        self.sites, self.settings = sites, settings

    @functools.cached_property
    def figures(self):
        return [one_run(self.sites, seed, self.settings) for seed in range(1, N + 1)]


class Experiment:
    """The figures of 200 runs, calibrated or raw. Under a budget no `rate` is given."""

    def __init__(self, made, rate, raw):
        self.made, self.sites, self.rate, self.raw = made, made.sites, rate, raw

    @property
    def runs(self):
        return [figures[self.raw] for figures in self.made.figures]

    def estimates(self, site, sample_type):
        """(value, low, high); of a site without a sample what the last line of `memprof top` says of all such."""
        return [r[sample_type].get(site.name, (0, 0, r["unseen"])) for r in self.runs]

    def covered(self, site, sample_type):
        truth = site.truth(sample_type)
        return sum(low <= truth <= high for value, low, high in self.estimates(site, sample_type))

    def samples(self, site, sample_type):
        """How many samples a run has of this site; under a budget, how many of equal weight would spread as much."""
        if self.rate:
            return site.samples(sample_type, self.rate)
        return statistics.median((2 * Z_BAR * value / (high - low)) ** 2 if high > low else math.inf
                                 for value, low, high in self.estimates(site, sample_type))

    def large(self, sample_type):
        """Sites of enough samples whose blocks were now and then passed by: by the bars of the space, as those of small
        counts are rounded up to 1."""
        space = sample_type.replace("objects", "space")
        return [s for s in self.sites if ENOUGH <= self.samples(s, sample_type) < math.inf and s.truth(space) and
                statistics.median((high - low) / 2 / value if value else 1
                                  for value, low, high in self.estimates(s, space)) > 0.01]


SMALL_RUNS = Runs(SMALL, {"MEMPROF_RATE": "64KiB"})
LARGE_RUNS = Runs(LARGE, {"MEMPROF_RATE": "64MiB"})
PINNED_SMALL, CALIBRATED_SMALL = (Experiment(SMALL_RUNS, 64 * KIB, raw) for raw in (True, False))
PINNED_LARGE, CALIBRATED_LARGE = (Experiment(LARGE_RUNS, 64 * MIB, raw) for raw in (True, False))
BUDGET_RUNS = Runs(BUDGET, {})
BY_BUDGET, CALIBRATED_BY_BUDGET = (Experiment(BUDGET_RUNS, None, raw) for raw in (True, False))


def note(text):
    print("# " + text, flush=True)


def check_mean(experiment, sample_type):
    for site in experiment.sites:
        truth = site.truth(sample_type)
        if not truth:
            continue
        values = [value for value, low, high in experiment.estimates(site, sample_type)]
        mean = statistics.fmean(values)
        deviation = site.deviation(sample_type, experiment.rate) if experiment.rate else statistics.stdev(values)
        # Figures are whole numbers. A block of many rates' size is missed once in many more than N runs; until then it
        # stands for a little more than itself. Less than one such block in N runs is not to be told from chance.
        block = 0 if experiment.rate else max(v for n, s, v in site.blocks(sample_type))
        bound = max(Z_MEAN * deviation / math.sqrt(N), block / N) + 0.5
        note(f"{sample_type} of {site.name}: mean {mean:.0f}, truth {truth}, off by {(mean - truth) / truth:+.2%}, "
             f"bound {bound / truth:.2%}")
        check(abs(mean - truth) <= bound, f"{sample_type} of {site.name} is biased")


def check_spread(experiment, sample_type):
    """The estimates spread as theory says: the standard deviation of 200 has a relative error of 1 / sqrt(2 * 199) =
    5%, some more for skewed figures; 4 of these are 20%, and 25% leaves room for the skew."""
    for site in experiment.large(sample_type):
        got = statistics.stdev(value for value, low, high in experiment.estimates(site, sample_type))
        ratio = got / site.deviation(sample_type, experiment.rate)
        note(f"{sample_type} of {site.name}: {ratio:.2f} of the spread in theory")
        check(0.75 < ratio < 1.25, f"{sample_type} of {site.name} spreads {ratio:.2f} times as much as it should")


def check_coverage(experiment, least, most, wanted):
    """Every site, except numbers of objects of very different sizes: model/spread.h says why. `wanted` names those that
    must have many samples, so that the check of these is not empty."""
    met, total, trials = set(), 0, 0
    for sample_type in TYPES:
        large = experiment.large(sample_type)
        for site in [s for s in experiment.sites if s.truth(sample_type) and ("space" in sample_type or max(s.all) <= 2 * max(1, min(s.all)))]:
            covered = experiment.covered(site, sample_type)
            total, trials = total + covered, trials + N
            note(f"{sample_type} of {site.name}: covered in {covered / N:.1%} of runs, "
                 f"{experiment.samples(site, sample_type):.0f} samples")
            if site in large:
                met.add((sample_type, site.name))
            check(least <= covered / N <= (most if site in large else 1),
                  f"intervals of {sample_type} of {site.name} hold in {covered} of {N} runs")
    missing = wanted - met
    check(not missing, f"too few samples of {missing}")
    note(f"together: covered in {total / trials:.2%} of {trials}")
    check(total / trials >= 0.92, f"all intervals together hold in {total} of {trials}")


def both(names, *types):
    return {(t, "size_" + n) for n in names.split() for t in types or ("alloc_objects", "alloc_space")}


def check_calibrated(experiment, raw, types):
    """Calibration may not make a figure worse, by the mean square error: that of 200 runs has a relative error of
    sqrt(2 / 200) = 10%, and 4 of these are 40%. Sites that make all of their powers of two become nearly exact."""
    for sample_type in types:
        for site in [s for s in experiment.sites if s.truth(sample_type)]:
            truth = site.truth(sample_type)
            error, before = (statistics.fmean((value - truth) ** 2 for value, low, high in e.estimates(site, sample_type))
                             for e in (experiment, raw))
            note(f"{sample_type} of {site.name}: error {math.sqrt(error / before) if before else 0:.2f} of the raw one")
            check(error <= 1.4 * before + 1, f"{sample_type} of {site.name} has {error / max(before, 1):.2f} of the raw square error")
            if sample_type.startswith("alloc") and site.name in ("size_16", "size_4k", "size_64k"):
                check(error < 0.01 * before, f"{sample_type} of {site.name} is not nearly exact")


for title, experiment in (("64 KiB", PINNED_SMALL), ("64 MiB", PINNED_LARGE), ("64 KiB, calibrated", CALIBRATED_SMALL),
                          ("64 MiB, calibrated", CALIBRATED_LARGE), ("by the default budget", BY_BUDGET),
                          ("by the default budget, calibrated", CALIBRATED_BY_BUDGET)):
    for sample_type in TYPES:
        @case(f"{title}: the mean of {sample_type} at every site is the truth")
        def _(experiment=experiment, sample_type=sample_type):
            check_mean(experiment, sample_type)
    if experiment.raw and experiment.rate:
        @case(f"{title}: estimates spread as theory says")
        def _(experiment=experiment):
            for sample_type in TYPES:
                check_spread(experiment, sample_type)


@case("64 KiB: intervals hold the truth in 90% of runs and more")
def _():
    check_coverage(PINNED_SMALL, 0.90, 0.99,
                   both("1 16 100 4k 64k 128_or_159") | both("16 4k 64k", "inuse_space"))


@case("64 MiB: intervals hold the truth in 90% of runs and more")
def _():
    check_coverage(PINNED_LARGE, 0.90, 0.99, both("4k 64k 1m 64m"))


for title, experiment, raw in (("64 KiB", CALIBRATED_SMALL, PINNED_SMALL), ("64 MiB", CALIBRATED_LARGE, PINNED_LARGE)):
    @case(f"{title}, calibrated: intervals hold the truth in 90% of runs and more")
    def _(experiment=experiment):
        check_coverage(experiment, 0.90, 1, set())

    @case(f"{title}, calibrated: no figure is worse, and those that make most of their size are far better")
    def _(experiment=experiment, raw=raw):
        check_calibrated(experiment, raw, TYPES)


@case("by the default budget: intervals hold the truth in 88% of runs and more")
def _():
    check_coverage(BY_BUDGET, 0.88, 1, both("1 16 100 4k"))


@case("by the default budget, calibrated: intervals hold the truth in 88% of runs and more")
def _():
    check_coverage(CALIBRATED_BY_BUDGET, 0.88, 1, set())


@case("by the default budget: the rate rises in every run")
def _():
    rates = sorted(r["most_rate"] for r in BY_BUDGET.runs)
    note(f"rates at the ends of runs: {rates[0]} to {rates[-1]}, median {rates[N // 2]}")
    check(rates[0] > 1, "a run was exact to its end: the budget has nothing to prove here")


@case("a block far larger than the rate is always recorded, and counts as one")
def _():
    for name, count in (("size_1m", 40), ("size_64m", 8)):
        for r in PINNED_SMALL.runs:
            equal(r["alloc_objects"][name][0], count, f"objects of {name}")
    for r in PINNED_SMALL.runs:
        value, low, high = r["alloc_space"]["size_64m"]
        equal((value, low), (8 * 64 * MIB, value), "bytes of size_64m")
        # Other sizes may have been allocated there, too: ln 24 times the rate.
        check(value < high < value + 3.2 * 64 * KIB, f"up to {high - value} more at size_64m")


@case("malloc(0) is sampled, as 0 bytes")
def _():
    site = SMALL[0]
    found = sum(site.name in r["alloc_objects"] for r in PINNED_SMALL.runs)
    # 600000 of them use up 600000 bytes: P(none is sampled) = exp(-9.2) = 1e-4 a run.
    check(found >= N - 3, f"malloc(0) was found in {found} of {N} runs")
    check(all(r["alloc_space"].get(site.name, (0,))[0] == 0 for r in PINNED_SMALL.runs), "malloc(0) weighs bytes")


@case("seeds: the same gives the same run, another another")
def _():
    again = one_run(SMALL, 1, SMALL_RUNS.settings)
    for sample_type in TYPES:
        equal([figures[sample_type] for figures in again], [figures[sample_type] for figures in SMALL_RUNS.figures[0]], f"{sample_type} of a second run of seed 1")
    distinct = len({r["alloc_space"]["size_100"][0] for r in PINNED_SMALL.runs})
    check(distinct > 20, f"only {distinct} different estimates in {N} runs")


main()
