"""The part of a memory's growth that is a leak: it goes with time, where another part goes with what becomes known.

A recording keeps a site for each stack, size class and rate, and memprof's profiles have a sample for each. They become known by and
by; once all are known there are no new ones, so growth that goes with their number is bounded by the program's code. The sum
memory = a + growth * time + c * sites is fitted by least squares."""

import math


def slope(points, lost=2):
    """(slope, standard error) of the line of least squares through (x, y), whose values are neighbours in time: where each is like the one
    before, there are fewer independent ones. `lost` is the number of figures that were fitted."""
    n = len(points)
    if n <= lost:
        return 0.0, math.inf
    x0, y0 = (sum(p[i] for p in points) / n for i in (0, 1))
    width = sum((x - x0) ** 2 for x, _ in points)
    if not width:
        return 0.0, math.inf
    result = sum((x - x0) * (y - y0) for x, y in points) / width
    rest = [y - y0 - result * (x - x0) for x, y in points]
    squares = sum(r * r for r in rest)
    alike = max(0.0, sum(a * b for a, b in zip(rest, rest[1:])) / squares) if squares else 0.0
    return result, math.sqrt(squares / (n - lost) / width * (1 + alike) / (1 - alike))


def apart(points):
    """The y of (x, y) less the line through them; y where x is always the same."""
    found, _ = slope(points)
    x0 = sum(x for x, _ in points) / len(points)
    return [y - found * (x - x0) for x, y in points]


def growth(points):
    """(slope, standard error) of y by time, of points (time, y, sites); by time alone where sites take nothing."""
    by_time = slope([(t, y) for t, y, _ in points])
    later, more = apart([(s, t) for t, _, s in points]), apart([(s, y) for _, y, s in points])
    with_sites, _ = slope(list(zip(apart([(t, s) for t, _, s in points]), apart([(t, y) for t, y, _ in points]))))
    return slope(list(zip(later, more)), 3) if with_sites > 0 else by_time
