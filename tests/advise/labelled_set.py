"""Runs the labelled set of the folder patterns under `memprof run --advise` and judges what `memprof advise`
says: precision and recall by rule, and predicted against measured savings."""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import held_out
import held_out_later
import marks
import patterns

# Patterns of no more rounds are about time or size: they take a second whatever is asked.
MOST_WAITING = 300

COMPILERS = {"c": ["gcc", "-O2", "-g", "-pthread", "-xc"], "cpp": ["g++", "-O2", "-g", "-pthread", "-xc++"]}


def compile_program(pattern, fixed, folder):
    name = os.path.join(folder, pattern.name + ("_fixed" if fixed else ""))
    extension = {"c": ".c", "cpp": ".cpp", "rust": ".rs"}[pattern.lang]
    with open(name + extension, "w") as f:
        f.write(pattern.source(fixed))
    if pattern.lang == "rust":
        command = ["rustc", "-C", "opt-level=2", "-g", "-o", name, name + extension]
    else:
        command = [*COMPILERS[pattern.lang], name + extension, "-o", name]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        raise SystemExit(f"{pattern.name}: {result.stderr}")
    return name


def totals(memprof, profile):
    out = subprocess.run([memprof, "convert", "--to=text", profile], capture_output=True, text=True, check=True)
    match = re.search(r"totals: allocs=(\d+) frees=\d+ bytes=(\d+)", out.stdout)
    return int(match.group(1)), int(match.group(2))


def peak(memprof, program, rounds, env):
    """The largest sum of live bytes, exactly: another run, because that of a sampled one is an estimate."""
    profile = program + ".exact.pb.gz"
    subprocess.run([memprof, "run", "-q", "--exact", "--no-symbolize", "-o", profile, "--", program, str(rounds)],
                   check=True, stdout=subprocess.DEVNULL, env={**os.environ, **env})
    out = subprocess.run([memprof, "top", "--json", "--peak", profile], capture_output=True, text=True, check=True)
    return json.loads(out.stdout)["total"]["value"]


def advise(memprof, program, rounds, options=(), env=None):
    """The items of a run; its profile is left beside the program."""
    profile = program + ".pb.gz"
    subprocess.run([memprof, "run", "-q", "--advise", *options, "-o", profile, "--", program, str(rounds)],
                   check=True, stdout=subprocess.DEVNULL, env={**os.environ, **(env or {})})
    out = subprocess.run([memprof, "advise", "--json", profile], capture_output=True, text=True)
    if out.returncode:
        raise SystemExit(f"{program}: {out.stderr}")
    return json.loads(out.stdout)["items"]


def resident(program, rounds, env):
    """Bytes that the program alone has resident: the median of the second half of its run."""
    seen = []
    with subprocess.Popen([program, str(rounds)], stdout=subprocess.DEVNULL, env={**os.environ, **env}) as process:
        while process.poll() is None:
            fields = Path(f"/proc/{process.pid}/statm").read_text().split()
            seen.append(int(fields[1]) * os.sysconf("SC_PAGE_SIZE") if fields else 0)
            time.sleep(0.01)
    return statistics.median(seen[len(seen) // 2:])


def most_resident(program, rounds, env):
    """Bytes that the program alone has resident at its most, as far as the last look before its end shows."""
    most = 0
    with subprocess.Popen([program, str(rounds)], stdout=subprocess.DEVNULL, env={**os.environ, **env}) as process:
        while process.poll() is None:
            match = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{process.pid}/status").read_text())
            most = int(match.group(1)) * 1024 if match else most
            time.sleep(0.01)
    return most


def measured(memprof, pattern, program, rounds, env):
    """The bytes that the fixed version is to have fewer of. Memory is looked at without memprof."""
    if pattern.measure == "resident":
        return resident(program, rounds, env)
    if pattern.measure == "most":
        return most_resident(program, rounds, env)
    if pattern.measure == "peak":
        return peak(memprof, program, rounds, env)
    return totals(memprof, program + ".pb.gz")[1]


def is_expected(pattern, item):
    return item["rule"] == pattern.rule and any(f in item["function"] for f in pattern.functions)


def is_allowed(allowed, item):
    """By a rule, or by a rule and a part of a function's name: "peak:import"."""
    rules = [(word.split(":") + [""])[:2] for word in allowed]
    return any(item["rule"] == rule and function in item["function"] for rule, function in rules)


def judge(pattern, items, fixed):
    """(found, false): whether what is expected is there, and the items that are wrong."""
    allowed = pattern.fixed_also if fixed else pattern.also
    expected = pattern.rule and not fixed
    found = [i for i in items if expected and is_expected(pattern, i)][:1 if pattern.once else None]
    false = [i for i in items if i not in found and not is_allowed(allowed, i)]
    return found, false


class Tally:
    def __init__(self):
        self.hits, self.misses, self.false, self.savings = {}, {}, {}, []

    def count(self, pattern, found, false, fixed):
        if pattern.rule and not fixed:
            kind = self.hits if found else self.misses
            kind.setdefault(pattern.rule, []).append(pattern.name)
        for item in false:
            self.false.setdefault(item["rule"], []).append(
                f"{pattern.name}{'_fixed' if fixed else ''}: {item['function']}")


def look_at(memprof, folder, pattern, fixed, scale, options=(), measure=True):
    """(items, found, false, bytes) of one version of a pattern; without `measure` it has no bytes."""
    program = compile_program(pattern, fixed, folder)
    longer = scale if pattern.rounds > MOST_WAITING or scale < 1 else 1
    rounds = max(1, int(pattern.rounds * longer))
    env = pattern.fixed_env if fixed else {}
    items = advise(memprof, program, rounds, options, env)
    has = measured(memprof, pattern, program, rounds, env) if measure else None
    return items, *judge(pattern, items, fixed), has


def scale_for(folder, pattern, seconds):
    """How many times its rounds the program takes so many seconds for, alone, on this machine as it is now."""
    program = compile_program(pattern, False, folder)
    begun = time.monotonic()
    subprocess.run([program, str(pattern.rounds)], check=True, stdout=subprocess.DEVNULL)
    return max(1, seconds / (time.monotonic() - begun))


def run_pattern(memprof, folder, pattern, tally, how):
    scale, seconds, options = how
    scale, seen = scale_for(folder, pattern, seconds) if seconds else scale, {}
    for fixed in [False, True] if pattern.has_fixed else [False]:
        items, found, false, has = look_at(memprof, folder, pattern, fixed, scale, options)
        tally.count(pattern, found, false, fixed)
        seen[fixed] = (found, has)
        words = " ".join(f"{i['rule']}:{i['function'][:24]}" for i in items)
        mark = "ok" if not false and (found or fixed or not pattern.rule) else "WRONG"
        print(f"{mark:5} {pattern.name}{'_fixed' if fixed else ''}: {words}", file=sys.stderr, flush=True)
    if pattern.saving and pattern.has_fixed and seen[False][0]:
        saved = seen[False][1] - seen[True][1]
        predicted = seen[False][0][0]["saves"]["bytes"]
        tally.savings.append((predicted / saved - 1 if saved else 0, pattern.name, pattern.lang))


def rates(hits, misses, false):
    return (f"{hits / (hits + false):.2f}" if hits + false else "-", f"{hits / (hits + misses):.2f}" if hits + misses else "-")


LANGUAGES = {"c": "C", "cpp": "C++", "rust": "Rust"}


def savings(tally):
    """A line for each language: how far predictions are from what the change really saves."""
    for key, language in LANGUAGES.items():
        found = sorted((abs(error), name) for error, name, lang in tally.savings if lang == key)
        if found:
            yield (f"predicted against measured saving of {len(found)} programs in {language}: median "
                   f"{statistics.median(error for error, _ in found):.1%}, worst {found[-1][0]:.1%} ({found[-1][1]})")


def report(title, tally):
    """Lines of Markdown."""
    rows, sums = [], [0, 0, 0]
    for rule in sorted({*tally.hits, *tally.misses, *tally.false}):
        counts = [len(t.get(rule, [])) for t in (tally.hits, tally.misses, tally.false)]
        sums = [a + b for a, b in zip(sums, counts)]
        rows.append((rule, counts[0] + counts[1], counts[0], counts[2], *rates(*counts)))
    rows.append(("all", sums[0] + sums[1], sums[0], sums[2], *rates(*sums)))
    lines = [f"{title}:", "", *marks.table(("rule", "expected", "found", "false", "precision", "recall"), rows)]
    wrong = [f"{rule} is missing in {name}" for rule, names in tally.misses.items() for name in names]
    wrong += [f"false {rule} in {place}" for rule, places in tally.false.items() for place in places]
    return [*lines, "", *(f"- {line}" for line in [*wrong, *savings(tally)]), ""]


def run_set(memprof, folder, chosen, how):
    tally = Tally()
    for pattern in chosen:
        run_pattern(memprof, folder, pattern, tally, how)
    return tally


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("memprof")
    parser.add_argument("--scale", type=float, default=1, help="this many times the rounds (1)")
    parser.add_argument("--seconds", type=float, help="as many rounds as take this long, in place of --scale")
    parser.add_argument("--document", type=Path)
    parser.add_argument("--exact", action="store_true", help="record everything")
    parser.add_argument("names", nargs="*", help="only patterns that have one of these in their names")
    arguments = parser.parse_args()
    how = arguments.scale, arguments.seconds, ["--exact"] if arguments.exact else []
    sets = {"The set": patterns.ALL, "Held out": held_out.PATTERNS, "Held out later": held_out_later.PATTERNS}
    length = f"runs of {arguments.seconds:g} s" if arguments.seconds else f"{arguments.scale:g} times the rounds"
    length += ", everything recorded (--exact)" if arguments.exact else ""
    lines = [f"{marks.machine()}, load {os.getloadavg()[0]:.1f} when it began; {length}.", ""]
    with tempfile.TemporaryDirectory() as folder:
        for title, chosen in sets.items():
            chosen = [p for p in chosen if not arguments.names or any(n in p.name for n in arguments.names)]
            if chosen:
                lines += report(f"{title}, {sum(1 + p.has_fixed for p in chosen)} programs",
                                run_set(arguments.memprof, folder, chosen, how))
    print("\n".join(lines))
    if arguments.document:
        marks.write_between(arguments.document, "advise-set-exact" if arguments.exact else "advise-set", lines[:-1])


if __name__ == "__main__":
    main()
