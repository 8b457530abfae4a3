"""The comparison as tables for docs/LEAK-COMPARISON.md."""

from judge import score

TOOLS = {"memprof": "memprof leaks", "valgrind": "valgrind", "lsan": "LeakSanitizer"}
BEGIN, END = "<!-- leak-compare: begin -->", "<!-- leak-compare: end -->"


class Row:
    """A program, and what the verdicts on it are worth."""

    def __init__(self, program, verdicts):
        self.program, self.verdicts = program, verdicts
        self.scores = {tool: score(program, verdict) for tool, verdict in verdicts.items()}


def _leaks(row):
    return row.scores["memprof"].found + row.scores["memprof"].missed > 0


def _totals(rows):
    """(line's title, count of programs for a score)."""
    leaking = [r for r in rows if _leaks(r)]
    possible = [r for r in rows if r.program.truth("possible")[0]]
    hidden = [r for r in rows if r.program.truth("hidden")[0]]
    plain = [r for r in leaking if r not in hidden]

    def count(chosen, what):
        return {tool: sum(bool(what(r.scores[tool])) for r in chosen) for tool in TOOLS}

    yield f"of {len(plain)} programs that lose memory: found all of it", count(plain, lambda s: not s.missed)
    yield "found a part", count(plain, lambda s: s.missed and s.found)
    yield "found nothing", count(plain, lambda s: not s.found)
    yield f"of all {len(rows)} programs: called lost what is in use", count(rows, lambda s: s.false)
    yield "called possibly lost what is in use or lost", count(rows, lambda s: s.possible_false)
    yield f"of {len(possible)} with nothing but pointers to the inside: said possibly lost", count(
        possible, lambda s: s.possible_found and not s.possible_silent)
    yield (f"of {len(hidden)} that hide a pointer in use (XOR-ed, tagged above, unaligned, split): called it lost, as all these tools "
           "are documented to"), count(hidden, lambda s: s.found)


def _bytes(rows):
    plain = [r for r in rows if not r.program.truth("hidden")[0]]
    for title, key in (("lost bytes found", "found"), ("lost bytes missed", "missed"), ("bytes in use called lost", "false")):
        yield title, {tool: sum(getattr(r.scores[tool], key) for r in plain) for tool in TOOLS}


def _remark(rows, tool):
    """A tool's wrong answers on the programs of a flow, with counts of programs."""
    def count(key):
        return sum(bool(getattr(r.scores[tool], key)) for r in rows)

    parts = [f"{text} {n} of {len(rows)}" for text, n in (
        ("missed", count("missed")), ("false", count("false")), ("silent on possibly lost", count("possible_silent")),
        ("possibly lost for lost", count("possible_lost")), ("falsely possibly", count("possible_false"))) if n]
    if not parts:
        return "&ndash;"
    reason = rows[0].program.flow.why.get(tool) or next((r.verdicts[tool].reason for r in rows if r.verdicts[tool].reason), "")
    return ", ".join(parts) + (f": {reason}" if reason else "")


def _by_flow(rows):
    flows = {}
    for row in rows:
        flows.setdefault(row.program.flow.name, []).append(row)
    return flows


def _table(head, lines):
    return ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)] + [
        "| " + " | ".join(map(str, line)) + " |" for line in lines]


def render(rows):
    flows = _by_flow(rows)
    remarks = {name: [_remark(chosen, tool) for tool in TOOLS] for name, chosen in flows.items()}
    differing = [[f"`{name}`", *cells] for name, cells in remarks.items() if any(c != "&ndash;" for c in cells)]
    agreed = [f"`{name}`" for name, cells in remarks.items() if all(c == "&ndash;" for c in cells)]
    calls = sorted({r.program.call.name for r in rows})
    lines = [
        f"The {len(rows)} small C and C++ programs come from {len(flows)} ways to lose or keep memory",
        f"(`tests/leak_compare/flows`) and {len(calls)} ways to allocate, at -O0 and -O2, by gcc and clang. Each program is",
        "made so that what it loses is known. LeakSanitizer is that of the program's compiler. Where it misses",
        "a leak, it runs again without stacks and registers as roots: if it then finds the leak, stale pointers",
        "there had kept it. The blocks that valgrind calls possibly lost are libc's own records of running threads.", ""]
    lines += _table(["programs", *TOOLS.values()], [[title, *counts.values()] for title, counts in _totals(rows)]) + [""]
    lines += _table(["bytes", *TOOLS.values()], [[title, *sums.values()] for title, sums in _bytes(rows)]) + [""]
    lines += ["Where a tool saw it otherwise (programs):", ""]
    lines += _table(["program", *TOOLS.values()], differing) + [""]
    lines += [f"All agree with the truth on: {', '.join(agreed)}."]
    return "\n".join(lines) + "\n"


def write(path, text):
    """Puts the text between the markers of the file."""
    head, rest = path.read_text().split(BEGIN, 1)
    path.write_text(f"{head}{BEGIN}\n{text}{END}{rest.split(END, 1)[1]}")
