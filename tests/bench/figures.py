"""Figures that follow from the measurements: ratios within rounds, their medians and spreads."""

import math
import statistics


def clean(values):
    return [v for v in values or [] if v is not None]


class Spread:
    """Median, quartiles of some values."""

    def __init__(self, values):
        self.values = sorted(values)
        self.median = statistics.median(self.values)
        if len(self.values) > 3:
            self.low, _, self.high = statistics.quantiles(self.values, n=4, method="inclusive")
        else:
            self.low, self.high = self.values[0], self.values[-1]

    def text(self, digits=2):
        if len(self.values) == 1:
            return f"{self.median:.{digits}f}"
        return f"{self.median:.{digits}f} ({self.low:.{digits}f}-{self.high:.{digits}f})"


def spread(values):
    values = clean(values)
    return Spread(values) if values else None


def paired(table, row, column, base, combine):
    """combine(value, base value) of each comparison of the two, or of each round that has both."""
    columns = table["rows"].get(row, {})
    pairs = columns.get(f"{column}/{base}")
    if pairs is None:
        pairs = [(a, b) for a, b in zip(columns.get(column, []), columns.get(base, [])) if a is not None and b is not None]
    return spread([combine(*pair) for pair in pairs if pair])


def ratio(table, row, column, base="bare"):
    return paired(table, row, column, base, lambda a, b: a / b if b else math.nan)


def difference(table, row, column, base="bare", scale=1):
    return paired(table, row, column, base, lambda a, b: (a - b) * scale)


def value(table, row, column):
    return spread(table["rows"].get(row, {}).get(column))


def bare(data, row):
    """The cost of the workload alone, in all comparisons with it."""
    columns = data["speed"]["rows"].get(row, {})
    return spread([pair[1] for name, pairs in columns.items() if name.endswith("/bare") for pair in pairs if pair])


def again(data, row, combine=ratio):
    """The comparison of bare with itself: what this machine cannot resolve."""
    return combine(data["speed"], row, "again")


# Pairs of 64 bytes use 65 of what is left before the next sample (libprof/shim/count/sample.h).
SAMPLED = {key: 1 - math.exp(-65 / 1024) for key in ("1KiB", "1KiB-again", "1KiB-advise", "jemalloc-lg10", "tcmalloc-1K")}


def microseconds_a_sample(table, row, column, base):
    return difference(table, row, column, base, 1 / SAMPLED[column] / 1000)


# The budget's own grace for each process, in ns as charged: libprof/shim/count/rate.h, RATE_GRACE_NS.
GRACE = 2_000_000


def budget_share(run, grace=0):
    """The share of the CPU time that went to slow paths, in percent, less `grace` ns for each process."""
    slow = sum(max(0, one["slow_ns"] - grace) for one in run["recordings"])
    return 100 * slow / run["cpu_ns"] if run["cpu_ns"] else math.nan


def uncharged(runs):
    """Whether the recordings made many allocations at a rate of 1 and say nothing of their cost."""
    ones = [one for run in runs for one in run["recordings"]]
    return bool(ones) and not any(one["slow_events"] for one in ones) and any(
        one["rate"] == 1 and one["allocs"] > 10000 for one in ones)
