"""Takes the measurements. Speed is measured in comparisons of two tools: they run by turns, A B B A, within the same second or
few, because the machine of the next minute is another one. The rest is interleaved: a round runs each workload under each tool
once, in an order of its own, and what is compared later are figures of one round."""

import json
import os
import random
import subprocess
import time

from measure import Failed, idle_memory, run
from tools import applied, recordings

STANDARD = ("bare", "again", "forward", "512KiB", "default", "exact")
PEERS = ("run", "run-exact", "jemalloc", "jemalloc-lg19", "tcmalloc", "tcmalloc-512K", "jemalloc-lg0", "heapprofile",
         "heaptrack", "heaptrack-whole", "lsan")
COMPARISONS = (("again", "bare"), ("forward", "bare"), ("512KiB", "bare"), ("default", "bare"), ("exact", "bare"),
               ("512KiB", "forward"), ("default", "forward"))
# Workloads that differ in their number of threads alone, and the one of one thread.
THREADS = (("pair2", "pair"), ("pair4", "pair"), ("pair8", "pair"), ("set10k-2", "set10k"), ("set10k-8", "set10k"), ("set10k/8", "set10k"))
THREAD_TOOLS = ("bare", "forward", "default", "exact")
PART = 0.25  # of a small workload's operations in one run of a comparison
SLOW_LOAD = 6  # tools from here on are run once on programs
SAMPLE_TOOLS = {"1KiB": "never", "jemalloc-lg10": "jemalloc", "tcmalloc-1K": "tcmalloc"}
SAMPLE_WORKLOADS = ("deep3", "deep40", "wander40")
BUDGETS = ("budget0.5", "budget1", "budget2", "budget5")
QUICK = ("pair", "pair2", "set10k", "deep40", "bignum", "xfree", "churn", "stl", "sqlite3", "python3", "redis")


class Table:
    """Figures by row and column, one for each round; None where the run failed."""

    def __init__(self, say):
        self.rows, self.failures, self.say = {}, {}, say

    def add(self, row, column, measure):
        """Measures once more, unless that failed before."""
        if self.failures.get(row, {}).get(column):
            value = None
        else:
            try:
                value = measure()
            except Failed as error:
                value = None
                self.failures.setdefault(row, {})[column] = str(error)
                self.say(f"  {row} under {column}: {error}")
        self.rows.setdefault(row, {}).setdefault(column, []).append(value)

    def result(self):
        return {"rows": self.rows, "failures": self.failures}


def shuffled(items, seed):
    items = list(items)
    random.Random(seed).shuffle(items)
    return items


def by_turns(first, second, short, number):
    """[cost of the first, of the second]: A B B A of short runs; one run of each of long ones, every other time B before A."""
    order = [0, 1, 1, 0] if short else [0, 1]
    costs = [0, 0]
    for which in reversed(order) if number % 2 else order:
        costs[which] += (first, second)[which]() / (2 if short else 1)
    return costs


def comparisons(tools, peers):
    """(tool, what it is held against)"""
    found = list(COMPARISONS)
    for key in PEERS if peers else ():
        found += [(key, base) for base in {tools[key].base, "bare"} if base != key]
    return found


def speed(workloads, tools, rounds, peer_rounds, say):
    table = Table(say)
    for number in range(rounds):
        say(f"speed, round {number + 1} of {rounds}")
        for workload in workloads:
            short = workload.unit == "ns"
            for key, base in shuffled(comparisons(tools, number < peer_rounds), f"{number} {workload.key}"):
                if number and tools[key].load >= SLOW_LOAD and not short:
                    continue
                part = PART if short else 1
                table.add(workload.key, f"{key}/{base}", lambda w=workload, k=key, b=base, s=short, p=part: by_turns(
                    lambda: w.measure(tools[k], p), lambda: w.measure(tools[b], p), s, number))
    return table.result()


def threads(workloads, tools, rounds, say):
    """Costs of an operation, of several threads and of one."""
    table, by_key = Table(say), {w.key: w for w in workloads}
    for number in range(rounds):
        say(f"threads, round {number + 1} of {rounds}")
        for many, one in THREADS:
            for key in THREAD_TOOLS if many in by_key and one in by_key else ():
                table.add(many, key, lambda m=by_key[many], o=by_key[one], t=tools[key]: by_turns(
                    lambda: m.measure(t, PART), lambda: o.measure(t, PART), True, number))
    return table.result()


def samples(workloads, tools, keys, rounds, say):
    """ns a pair with a sample every KiB, and without."""
    table = Table(say)
    for number in range(rounds):
        say(f"cost of a sample, round {number + 1} of {rounds}")
        for workload in workloads:
            if workload.key in SAMPLE_WORKLOADS:
                for key in shuffled(keys, number):
                    table.add(workload.key, key, lambda w=workload, k=key: w.measure(tools[k], 0.3))
    return table.result()


def start_up(build, tools, rounds, say):
    """Seconds (wall, CPU) of a program that does nothing."""
    say("start-up")
    argv = [os.path.join(build, "tests/bench/idle")]
    wall, cpu = Table(say), Table(say)
    for number in range(rounds):
        for key in shuffled(("bare", "again", "forward", "512KiB", "default", "exact", "run", "run-exact"), number):
            def once(k=key):
                with applied(tools[k]) as (prefix, environment, _):
                    result = run([*prefix, *argv], environment)
                cpu.add("idle", k, lambda: result.cpu)
                return result.wall
            wall.add("idle", key, once)
    return {"wall": wall.result(), "cpu": cpu.result()}


def memory(build, workloads, tools, keys, rounds, say):
    """KiB (greatest resident set, greatest proportional set)."""
    say("memory")
    argv = [os.path.join(build, "tests/bench/idle"), "wait"]
    resident, proportional = Table(say), Table(say)

    def both(row, key, measure):
        def once():
            found = measure()
            proportional.add(row, key, lambda: found[1])
            return found[0]
        resident.add(row, key, once)

    for number in range(rounds):
        for key in shuffled(keys, number):
            slow = tools[key].load >= SLOW_LOAD
            if number and slow:
                continue

            def idle(k=key):
                with applied(tools[k]) as (_, environment, _):
                    return idle_memory(argv, environment)
            both("idle", key, idle)
            for workload in workloads:
                if workload.key in (("sqlite3", "python3") if slow else ("sqlite3", "python3", "stl", "node", "perl")):
                    both(workload.key, key, lambda w=workload, k=key: w.memory(tools[k]))
    return {"resident": resident.result(), "proportional": proportional.result()}


def costs(tools, folder):
    """The costs that the recordings in `folder` state."""
    text = subprocess.run([tools.recording_cost, *recordings(folder)], capture_output=True, text=True, check=True).stdout
    return [json.loads(line) for line in text.splitlines()]


def budgets(workloads, tools, keys, rounds, say):
    """The costs of slow paths under each budget, as recordings state them: a list of runs for each workload and budget."""
    found = {}
    for number in range(rounds):
        say(f"budgets, round {number + 1} of {rounds}")
        for workload in workloads:
            for key in shuffled(keys, number):
                def look(folder, result, w=workload, k=key):
                    said = costs(tools, folder)
                    found.setdefault(w.key, {}).setdefault(k, []).append({"cpu_ns": result.cpu * 1e9, "recordings": said})
                try:
                    workload.measure(tools[key], 2 + 2 * (rounds > 1), look)
                except (Failed, subprocess.CalledProcessError) as error:
                    say(f"  {workload.key} under {key}: {error}")
    return found


def instructions(build):
    """The figures of instructions.py, by name."""
    os.environ.update(PROGRAMS=os.path.join(build, "tests/bench"), SHIM=os.path.join(build, "libprof/shim/libmemprof.so"),
                      FORWARD=os.path.join(build, "tests/bench/libfwd.so"))
    import instructions as guard  # reads the environment
    return guard.measure()


INSTRUCTION_TOOLS = ("bare", "again", "forward", "never", "512KiB")


def program_instructions(workloads, idle, tools, say):
    """Instructions of whole programs, and of one that does nothing; at a fixed rate, because a budget under callgrind is another
    one. `calls` are the allocations and frees of each."""
    table, calls = Table(say), {}
    for workload in [idle] + [w for w in workloads if getattr(w, "few", None)]:
        say(f"instructions of {workload.title}")
        for key in INSTRUCTION_TOOLS:
            def look(folder, _, w=workload):
                said = costs(tools, folder)
                calls[w.key] = (sum(one["allocs"] for one in said), sum(one["frees"] for one in said))
            table.add(workload.key, key, lambda w=workload, k=key, f=look: w.instructions(tools[k], f if k == "never" else None))
    found = table.result()
    return {**found, "idle": found["rows"].pop(idle.key), "calls": calls}


def self_costs(path, library):
    """Instructions by function of a library, without those that it calls, from callgrind's file (its format: names are given once
    and then by number; the line after `calls=` is of what was called)."""
    names, costs = {}, {}
    here = {"ob": "", "fn": ""}
    called = False
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            key, _, rest = line.rstrip().partition("=")
            if key in here or key in ("cob", "cfn"):
                number, _, name = rest.partition(" ")
                kind = key.removeprefix("c")
                if name:
                    names[kind, number] = name
                if key in here:
                    here[key] = names.get((kind, number), number)
            elif key == "calls":
                called = True
            elif line[:1].isdigit() or line[:1] in "+-*":
                if not called and os.path.basename(here["ob"]) == library:
                    costs[here["fn"]] = costs.get(here["fn"], 0) + int(line.split()[-1])
                called = False
    return costs


def exact_instructions(workloads, tools, say):
    """Whole programs where everything is recorded: instructions bare and recorded, and the shim's by function."""
    found = {}
    for workload in [w for w in workloads if getattr(w, "few", None)]:
        say(f"instructions of {workload.title}, exact")
        shares = {}
        try:
            bare = workload.instructions(tools["bare"])
            exact = workload.instructions(tools["exact"], lambda _, out, s=shares: s.update(self_costs(out, "libmemprof.so")))
        except Failed as error:
            say(f"  {error}")
            continue
        found[workload.key] = {"bare": bare, "exact": exact, "functions": shares}
    return found


def first_line(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip().splitlines()[0]
    except (OSError, subprocess.CalledProcessError, IndexError):
        return ""


def machine(root):
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        models = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    packages = ("libc6", "gcc", "libgoogle-perftools4", "libjemalloc2", "heaptrack", "valgrind", "liblsan0", "sqlite3",
                "python3", "redis-server", "g++", "nodejs", "perl", "git")
    versions = {name: first_line("dpkg-query", "-W", "-f", "${Version}", name) for name in packages}
    return {"processor": models[0] if models else "unknown", "processors": len(models), "kernel": os.uname().release,
            "system": first_line("sh", "-c", ". /etc/os-release; echo $PRETTY_NAME"), "date": time.strftime("%Y-%m-%d"),
            "load": os.getloadavg()[0], "commit": first_line("git", "-C", root, "describe", "--always", "--dirty"),
            "versions": {name: version for name, version in versions.items() if version}}
