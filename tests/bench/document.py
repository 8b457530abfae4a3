"""Renders the measurements as Markdown: docs/BENCHMARKS.md and what is printed."""

from figures import (GRACE, bare, budget_share, difference, microseconds_a_sample, ratio, spread, uncharged,
                     value)
from lead import lead
from month import FASTER, KEPT
from targets import across, all_aims

TITLE = "# The cost of memprof\n"

METHOD = """`scripts/bench` wrote this page; do not edit it. The run took {minutes} minutes. `scripts/bench --quick` measures fewer
workloads in fewer rounds, in 3 minutes; `--peers` measures other profilers, too. The figures are also in
`build/bench.json`. tests/bench/NOTES.md says where the time goes and what would have to change.

Two tools are compared by runs in turn, A B B A, within a second or two, and a program once under
each, every other time in the other order: a machine that is shared is another one a minute later.
Tables show the median over the rounds and in parentheses the quartiles (the range, for up to three
rounds). "Bare again" compares bare with itself in the same way: its distance from 1 and its spread
are what this machine cannot resolve. CPU time is the user and system time of the process and its children.
Small workloads give the CPU time of one operation by their own clock, except under heaptrack as a
whole, where start and preparation count (most for a working set of 1M). The forwarding shim
(tests/bench/fwd.c) only jumps to the next allocator: it is the least that a preloaded wrapper can cost.
"""


def table(head, rows):
    if not any(any(c not in ("", "-") for c in row[len(head) // 2:]) for row in rows):
        return ""
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def cell(found, digits=2):
    return found.text(digits) if found else "-"


def machine(data):
    m = data["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in sorted(m["versions"].items()))
    return (f"Machine: {m['processor']}, {m['processors']} processors; {m['system']}, Linux {m['kernel']}; load average "
            f"{m['load']:.1f} when the run began (a load above 0 is someone else's work). {m['date']}, commit "
            f"{m['commit'] or 'unknown'}, {data['rounds']} rounds. Versions: {versions}.\n")


def aims(data):
    return table(("aim", "found", "bare again", "at most", "", ""), all_aims(data)) + (
        "\nNot resolved: the limit lies between the figure's quartiles, or within what bare again spreads around the figure.\n")


def failed_or(data, row, column, found, digits=2):
    failures = data["speed"]["failures"].get(row, {})
    why = next((text for name, text in failures.items() if name.split("/")[0] == column), None)
    return why.split(":")[0] if why and not found else cell(found, digits)


def cost(found, unit):
    return f"{found.median:.1f} ns" if unit == "ns" else f"{found.median:.2f} s"


def speed(data, columns, base):
    """A row for each workload: bare as it is, the columns as ratios to base[column] (bare if not there)."""
    rows = []
    for row, about in data["workloads"].items():
        alone = bare(data, row)
        if not alone:
            continue
        rows.append([about["title"], cost(alone, about["unit"])] +
                    [failed_or(data, row, c, ratio(data["speed"], row, c, base.get(c, "bare"))) for c in columns])
    return rows


def default_speed(data):
    titles = data["tools"]
    columns = ("again", "forward", "512KiB", "default")
    rows = speed(data, columns, {})
    over = iter([r for r in data["workloads"] if bare(data, r)])
    for cells in rows:
        cells.append(cell(ratio(data["speed"], next(over), "default", "forward")))
    return table(["workload", "bare", *[titles[c] for c in columns], "default over forwarding"], rows)


def exact_speed(data):
    columns = [c for c in ("again", "exact", "heapprofile", "jemalloc-lg0", "heaptrack-whole", "heaptrack", "lsan")
               if any(f"{c}/bare" in r for r in data["speed"]["rows"].values())]
    return table(["workload", "bare", *[data["tools"][c] for c in columns]], speed(data, columns, {}))


def sampling_speed(data):
    columns = ("512KiB", "default", "jemalloc-lg19", "tcmalloc-512K")
    base = {"512KiB": "forward", "default": "forward", "jemalloc-lg19": "jemalloc", "tcmalloc-512K": "tcmalloc"}
    heads = [f"{data['tools'][c]} over {data['tools'][base[c]]}" for c in columns]
    return table(["workload", "bare", data["tools"]["again"], *heads], speed(data, ("again", *columns), base))


def whole_speed(data):
    programs = {row: about for row, about in data["workloads"].items() if about["unit"] == "s"}
    return table(["workload", "bare", data["tools"]["again"], "memprof run", "memprof run --exact", "heaptrack, whole"],
                 speed({**data, "workloads": programs}, ("again", "run", "run-exact", "heaptrack-whole"), {}))


def scaling(data):
    rows = []
    for title, many in (("tight pair", ("pair2", "pair4", "pair8")), ("working set of 10k", ("set10k-2", "set10k-8", "set10k/8"))):
        for row in many:
            found = [across(data, row, c) for c in ("bare", "forward", "default", "exact")]
            if found[0]:
                rows.append([title, data["workloads"][row]["title"].split(", ")[1], *map(cell, found)])
    return table(("workload", "threads", "bare", "forwarding shim", "memprof default", "memprof exact"), rows)


def samples(data):
    pairs = [("1KiB", "never"), ("1KiB-again", "never"), ("1KiB-advise", "never"), ("jemalloc-lg10", "jemalloc"), ("tcmalloc-1K", "tcmalloc")]
    rows = [[data["workloads"][row]["title"], *[cell(microseconds_a_sample(data["samples"], row, c, b)) for c, b in pairs]]
            for row in data["samples"]["rows"]]
    return table(("workload", "memprof", "again (A/A)", "with --advise", "jemalloc", "tcmalloc"), rows)


def program_instructions(data):
    t = data.get("program_instructions")
    if not t:
        return ""
    rows = [[data["workloads"][row]["title"], f"{value(t, row, 'bare').median / 1e6:.1f}",
             *[cell(ratio(t, row, key), 4) for key in ("again", "forward", "512KiB")],
             cell(ratio(t, row, "512KiB", "forward"), 4)] for row in t["rows"] if value(t, row, "bare")]
    return table(("program", "bare, millions", "bare again", "forwarding shim", "memprof 512 KiB", "512 KiB over forwarding"), rows)


def program_parts(data):
    """The parts of the instructions above bare. The start is the idle program's; calls that are not sampled cost what the
    program runs above that when no call is sampled; the rest are samples."""
    t = data.get("program_instructions")
    if not t or "idle" not in t:
        return ""
    idle = {key: values[0] for key, values in t["idle"].items()}
    rows = []
    for row, columns in t["rows"].items():
        n = {key: values[0] for key, values in columns.items()}
        if None in n.values() or row not in t["calls"]:
            continue
        allocs, frees = t["calls"][row]
        start, idle_forward = idle["never"] - idle["forward"], idle["forward"] - idle["bare"]
        parts = {"preloading": idle_forward, "forwarding": n["forward"] - n["bare"] - idle_forward, "start": start,
                 "calls": n["never"] - n["forward"] - start, "samples": n["512KiB"] - n["never"]}
        rows.append([data["workloads"][row]["title"], f"{allocs:,}", f"{n['bare'] / allocs:.0f}"] +
                    [f"{100 * part / n['bare']:.2f}" for part in parts.values()] +
                    [f"{parts['calls'] / (allocs + frees):.1f}", f"{100 * (n['512KiB'] / n['bare'] - 1):.2f}"])
    return table(("program", "allocations", "bare instructions for each", "preloading, %", "forwarding, %", "start of memprof, %",
                  "calls not sampled, %", "samples, %", "instructions a call not sampled", "all, %"), rows)


def exact_instructions(data):
    """The most expensive functions of the shim, in percent of the bare program's instructions."""
    rows = []
    for row, one in data.get("exact_instructions", {}).items():
        functions = sorted(one["functions"].items(), key=lambda item: -item[1])[:6]
        rows.append([data["workloads"][row]["title"], f"{one['bare'] / 1e6:.1f}", f"{one['exact'] / one['bare']:.3f}",
                     f"{100 * sum(one['functions'].values()) / one['bare']:.1f}",
                     ", ".join(f"{name.split('.')[0]} {100 * n / one['bare']:.1f}" for name, n in functions)])
    return table(("program", "bare, millions", "exact over bare", "the shim's own, %", "its functions, % of bare"), rows)


def start_up(data):
    rows = []
    for key in ("again", "forward", "512KiB", "default", "exact", "run", "run-exact"):
        rows.append([data["tools"][key]] + [cell(difference(data["start_up"][kind], "idle", key, scale=1000)) for kind in ("wall", "cpu")])
    return table(("above bare, ms", "elapsed", "CPU"), rows)


def memory(data):
    rows = []
    for row, columns in data["memory"]["resident"]["rows"].items():
        for key in columns:
            if key in ("bare", "again"):
                continue
            cells = [row, data["tools"][key]]
            for kind in ("resident", "proportional"):
                t = data["memory"][kind]
                cells += [cell(difference(t, row, key, scale=1 / 1024)), cell(ratio(t, row, key))]
            rows.append(cells)
    return table(("program", "tool", "resident, MiB more", "ratio", "proportional, MiB more", "ratio"), rows)


def budgets(data):
    rows = []
    for row, runs in data["budgets"].items():
        cells = [data["workloads"][row]["title"]]
        for key in ("budget0.5", "budget1", "budget2", "budget5"):
            shares = spread([budget_share(run, GRACE) for run in runs.get(key, [])])
            cells.append("not charged" if uncharged(runs.get(key, [])) else cell(shares))
        ones = [one for run in runs.get("budget1", []) for one in run["recordings"]]
        events = sum(one["slow_events"] for one in ones)
        # 1.5: the budget charges half as much again for the free to come.
        cells.append(f"{sum(one['slow_ns'] for one in ones) / 1.5 / events:.0f}" if events else "-")
        cells.append(f"{max((one['rate'] for one in ones), default=0):,}")
        rows.append(cells)
    return table(("workload", "0.5%", "1%", "2%", "5%", "ns a sample, at 1%", "last rate at 1%, bytes"), rows)


def instructions(data):
    n = data.get("instructions")
    if not n:
        return ""
    rows = [(name, f"{n[key]:.1f}", f"{n[key] - n['forward']:+.1f}") for key, name in (
        ("bare", "bare"), ("forward", "forwarding shim"), ("never", "memprof, never sampling"), ("512KiB", "memprof 512 KiB"),
        ("exact", "memprof exact"), ("exact40", "memprof exact, 40 frames deep"))]
    return table(("a malloc and a free of 64 bytes", "instructions", "above forwarding"), rows)


def reading(one, key):
    found = one.get(key)
    if not found:
        return "-"
    return f"{found['seconds']:.1f} s, {found['mib']:.0f} MiB" if found["status"] in (0, 23) else " ".join(found["said"]) or "failed"


def month(m):
    """Snapshots of a month."""
    if not m:
        return ""
    return (f"\nA month of `--every 60s --keep {KEPT}`, by a clock that goes {FASTER:,} times as fast: {m['snapshots']:,} snapshots, at most {m['files']} files "
            f"and {m['mib']:.1f} MiB of them at a time, memprof's memory {m['early_mib']:.1f} MiB after a twentieth of the month and {m['late_mib']:.1f} at its end, "
            f"{m['cpu_ms']:.1f} ms of CPU time a snapshot.\n")


def scale(data):
    """Large programs, one run each."""
    found = data.get("scale")
    if not found:
        return ""
    rows = [[name, f"{one['blocks'] / 1e6:.2f}", f"{one['resident_mib']:.0f}", f"{one['recording_mib']:.1f}",
             *[reading(one, key) for key in ("snapshot", "page", "leaks")]] for name, one in found["heaps"].items()]
    text = table(("program", "million live blocks", "resident, MiB", "of it the recording, MiB", "snapshot", "page", "leaks --pid"), rows)
    if found["left_out"]:
        text += f"\nLeft out, because this machine has too little free memory: {'; '.join(found['left_out'])}.\n"
    p = found["processes"]
    return text + month(found.get("month")) + (f"\n2,000 processes (`ls -l`) one after the other under one `memprof run`: {p['run']['seconds'] / p['bare']['seconds']:.2f} times the "
                   f"elapsed time of bare ({p['bare']['seconds']:.1f} s), {p['files']:,} profiles of {p['files_mib']:.1f} MiB together, memprof's memory "
                   f"{p['run']['mib']:.0f} MiB; merged in {reading(p, 'merge')}; `memprof top` of the folder in {reading(p, 'top')}.\n\nSeconds are "
                   "elapsed, MiB the reader's own memory at most. Blocks are of 16 bytes to 64 KiB and not touched beyond their first bytes.\n")


SECTIONS = (
    ("Aims, and what is missed", aims),
    ("Sampling: CPU over bare", default_speed),
    ("Exact: CPU over bare", exact_speed),
    ("Sampling against other samplers, each over its own allocator", sampling_speed),
    ("The command as a whole: recording, symbolizing and writing the profile", whole_speed),
    ("Threads: CPU an operation, over one thread's", scaling),
    ("Microseconds a sample, its free included", samples),
    ("The overhead budget: share of CPU time in slow paths, as charged, beyond a grace of 2 ms a process", budgets),
    ("Instructions, by callgrind", instructions),
    ("Instructions of programs, by callgrind, start included", program_instructions),
    ("Instructions of programs above bare, by part, at 512 KiB", program_parts),
    ("Instructions of programs where everything is recorded", exact_instructions),
    ("Start-up: a program that does nothing", start_up),
    ("Memory", memory),
    ("Scale", scale),
)


def render(data):
    parts = [TITLE, lead(data), "## How this was measured\n", METHOD.format(minutes=data["minutes"]), machine(data)]
    for title, section in SECTIONS:
        text = section(data)
        if text:
            parts.append(f"## {title}\n\n{text}")
    return "\n".join(parts)
