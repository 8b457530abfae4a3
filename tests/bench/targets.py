"""The aims, and whether they are met: rows of (aim, found, met, by how much)."""

from figures import GRACE, again, budget_share, difference, microseconds_a_sample, ratio, spread, uncharged

REAL = ("stl", "rust", "sqlite3", "python3", "redis", "g++", "node", "perl", "git")
EXACT = {"pair": 4, "pair2": 4, "deep40": 4.5, "set10k": 4, "realloc": 4, "larson": 4, "python3": 1.5, "sqlite3": 1.3, "redis": 1.3,
         "g++": 1.25, "xfree": 3, "bignum": 3}


class Aims:
    def __init__(self):
        self.rows = []

    def at_most(self, what, found, limit, unit="", digits=2, a_a=None):
        """`found` is a Spread or a number; the median counts. `a_a` is the comparison of bare with itself. The machine does not resolve
        a limit that lies within what that spreads around the figure, or between the figure's own quartiles."""
        if found is None:
            return
        median, low, high = (getattr(found, name, found) for name in ("median", "low", "high"))
        if a_a and unit == "x":
            low, high = min(low, median * a_a.low), max(high, median * a_a.high)
        elif a_a:
            low, high = min(low, median + a_a.low), max(high, median + a_a.high)
        text = found.text(digits) if hasattr(found, "text") else f"{found:.{digits}f}"
        met = round(median, digits) <= limit
        verdict = "not resolved" if low <= limit < high else "met" if met else "missed"
        by = f"by {median - limit:.{digits}f} {unit}".strip() if verdict == "missed" else ""
        self.rows.append((what, f"{text} {unit}".strip(), a_a.text(digits) if a_a else "", f"{limit:g} {unit}".strip(), verdict, by))


def default_aims(aims, data):
    table, count = data["speed"], data.get("instructions")
    if count:
        aims.at_most("instructions of an unsampled pair above the forwarding shim", count["never"] - count["forward"], 15, digits=1)
    aims.at_most("a pair at 512 KiB above the forwarding shim", difference(table, "pair", "512KiB", "forward"), 1.2, "ns",
                 a_a=again(data, "pair", difference))
    aims.at_most("a pair by default above the forwarding shim", difference(table, "pair", "default", "forward"), 1.2, "ns",
                 a_a=again(data, "pair", difference))
    aims.at_most("a pair by default over the forwarding shim", ratio(table, "pair", "default", "forward"), 1.15, "x", a_a=again(data, "pair"))
    for row, limit in (("deep3", 0.3), ("deep40", 0.6), ("wander40", 0.6)):
        aims.at_most(f"a sample and its free ({row})", microseconds_a_sample(data["samples"], row, "1KiB", "never"), limit, "us")
    aims.at_most("a new thread above the forwarding shim", difference(table, "churn", "default", "forward", 1e-3), 5, "us", 1,
                 again(data, "churn", lambda *a: difference(*a, scale=1e-3)))
    for row in REAL:
        aims.at_most(f"{row}: default over bare", ratio(table, row, "default"), 1.01, "x", 3, again(data, row))
    for row in data.get("program_instructions", {}).get("rows", {}):
        aims.at_most(f"{row}: instructions at 512 KiB over bare", ratio(data["program_instructions"], row, "512KiB"), 1.01, "x", 4)
    memory = data["memory"]
    for kind in ("resident", "proportional"):
        aims.at_most(f"{kind} memory of a program that does nothing, default", difference(memory[kind], "idle", "default", scale=1 / 1024), 2, "MiB")
        for row in ("stl", "sqlite3", "python3", "node", "perl"):
            aims.at_most(f"{row}: extra {kind} memory, default", difference(memory[kind], row, "default", scale=1 / 1024), 4, "MiB")
    wall = data["start_up"]["wall"]
    aims.at_most("start-up of the shim", difference(wall, "idle", "default", scale=1000), 5, "ms")
    aims.at_most("start to end of `memprof run -q`", difference(wall, "idle", "run", scale=1000), 3, "ms")


def exact_aims(aims, data):
    for row, limit in EXACT.items():
        aims.at_most(f"exact: {row} over bare", ratio(data["speed"], row, "exact"), limit, "x", a_a=again(data, row))
    aims.at_most("exact: 8 threads over 1, an operation (pair)", across(data, "pair8", "exact"), 1.3, "x")
    aims.at_most("exact: 8 threads over 1, an operation (set10k)", across(data, "set10k-8", "exact"), 1.3, "x")
    aims.at_most("exact: 8 threads over 1, an operation (set10k, shared out)", across(data, "set10k/8", "exact"), 1.3, "x")
    aims.at_most("exact: resident memory of python3", ratio(data["memory"]["resident"], "python3", "exact"), 1.4, "x")


def across(data, row, column):
    """Several threads over one, an operation."""
    pairs = data["threads"]["rows"].get(row, {}).get(column, [])
    return spread([pair[0] / pair[1] for pair in pairs if pair])


def budget_aims(aims, data):
    """The worst workload of each budget, beyond the grace."""
    for percent in (0.5, 1, 2, 5):
        shares = {row: spread([budget_share(run, GRACE) for run in runs[f"budget{percent:g}"]])
                  for row, runs in data["budgets"].items() if runs.get(f"budget{percent:g}")}
        if shares:
            row = max(shares, key=lambda key: shares[key].median)
            aims.at_most(f"budget {percent:g}%: workloads that are recorded and never charged",
                         sum(uncharged(runs.get(f"budget{percent:g}", [])) for runs in data["budgets"].values()), 0, digits=0)
            aims.at_most(f"budget {percent:g}%: share of slow paths beyond the grace, worst workload ({row})", shares[row], percent, "%")


def all_aims(data):
    aims = Aims()
    default_aims(aims, data)
    budget_aims(aims, data)
    exact_aims(aims, data)
    return aims.rows
