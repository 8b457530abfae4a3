"""Lines through measurements."""

import math


def slope(points):
    """(slope, standard error) of the line of least squares through (x, y). Neighbours are so in time, too: where each is like the one
    before, there are fewer independent values, and the error is larger."""
    n = len(points)
    if n < 3:
        return 0.0, math.inf
    x0, y0 = (sum(p[i] for p in points) / n for i in (0, 1))
    width = sum((x - x0) ** 2 for x, _ in points)
    result = sum((x - x0) * (y - y0) for x, y in points) / width
    rest = [y - y0 - result * (x - x0) for x, y in points]
    squares = sum(r * r for r in rest)
    alike = max(0.0, sum(a * b for a, b in zip(rest, rest[1:])) / squares) if squares else 0.0
    return result, math.sqrt(squares / (n - 2) / width * (1 + alike) / (1 - alike))
