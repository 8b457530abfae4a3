"""Seeded regressions: two programs, each built unchanged and with one change a build, judged by `memprof check`.

The seed says which verdict is right: real changes must fail and the report must name the function that was changed;
moved and renamed code, noise below the floor and mere reruns must pass. scripts/check-table makes the table of
docs/CHECK.md of it, with 200 reruns; the tests make fewer."""

import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

SOURCES = Path(__file__).parent / "targets"
COMPILERS = {"database": ("gcc", "database.c"), "orders": ("g++", "orders.cpp")}
RATE = "1KiB"
BASES = 5


@dataclass
class Seed:
    key: str
    title: str
    functions: dict = field(default_factory=dict)  # by program: what the report has to name; none: it has to pass


SEEDS = [
    Seed("SITE_1", "a site allocates 1% more", {"database": "read_page", "orders": "shop::build_index"}),
    Seed("SITE_5", "a site allocates 5% more", {"database": "read_page", "orders": "shop::build_index"}),
    Seed("NEW_SITE", "a new site", {"database": "record_statement", "orders": "shop::audit"}),
    Seed("LEAK", "a tenth of a site's blocks is lost", {"database": "column_names", "orders": "shop::load_preferences"}),
    Seed("LIFETIME", "blocks are freed late", {"database": "make_node", "orders": "shop::parse_order"}),
    Seed("MOVED", "a function moved, and a new one calls it"),
    Seed("RENAMED", "two functions renamed"),
    Seed("NOISE", "one block of another size in each run"),
]


def program(folder, name, seed):
    return str(Path(folder) / f"{name}-{seed}")


def build(folder):
    """All builds; two at a time."""
    def one(job):
        name, seed = job
        compiler, source = COMPILERS[name]
        subprocess.run([compiler, "-g", "-O1", f"-D{seed}", str(SOURCES / source), "-o", program(folder, name, seed)],
                       check=True)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(one, [(n, s) for n in COMPILERS for s in ["NONE"] + [s.key for s in SEEDS]]))


@dataclass
class Outcome:
    status: int
    named: str = ""  # the function to look at first of the largest stack of all that is over
    over: int = 0


def outcome_of(command):
    """Runs a check with --json."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{command}: status {done.returncode}: {done.stderr}")
    over = [c for c in json.loads(done.stdout)["verdicts"][0]["checks"] if c["verdict"] == "over" and c["stacks"]]
    # The most bytes first.
    over.sort(key=lambda c: (c["unit"] != "bytes", -c["stacks"][0]["delta"]))
    return Outcome(done.returncode, over[0]["stacks"][0]["function"] if over else "", len(over))


class Exact:
    """`memprof check --base FILE -- PROGRAM`: leaks included."""
    title = "exact"

    def __init__(self, memprof, folder, name):
        self.memprof, self.folder, self.name = memprof, folder, name
        for seed in ("NONE", "NOISE"):
            subprocess.run([memprof, "check", "-q", "-o", self.base(seed), "--", program(folder, name, seed)],
                           check=True)

    def base(self, seed):
        return str(Path(self.folder) / f"{self.name}-{seed}.base.pb.gz")

    def judge(self, seed, run):
        return outcome_of([self.memprof, "check", "--json", "--base", self.base("NOISE" if seed == "NOISE" else "NONE"),
                           "--", program(self.folder, self.name, seed), str(run)])


class Sampled:
    """`memprof run --rate`, then `memprof check` against one base or several."""

    def __init__(self, memprof, folder, name, bases):
        self.memprof, self.folder, self.name = memprof, folder, name
        self.bases = {seed: [self.record(seed, 100000 + i, f"base{i}") for i in range(bases)] for seed in ("NONE", "NOISE")}
        self.title = f"sampled, {bases} base{'s' if bases > 1 else ''}"

    def record(self, seed, run, label):
        path = str(Path(self.folder) / f"{self.name}-{seed}-{label}.pb.gz")
        if label != "new" and Path(path).exists():  # the one base is the first of the five
            return path
        subprocess.run([self.memprof, "run", "-q", "--rate", RATE, "-o", path, program(self.folder, self.name, seed),
                        str(run)], check=True, env=dict(os.environ, MEMPROF_SEED=str(run + 1)))
        return path

    def judge(self, seed, run):
        new = self.record(seed, run, "new")
        bases = [a for b in self.bases["NOISE" if seed == "NOISE" else "NONE"] for a in ("--base", b)]
        return outcome_of([self.memprof, "check", "--json", *bases, new])


def is_named(seed, name, outcome):
    return outcome.named.startswith(seed.functions[name])


def failures(way, seed, runs):
    return sum(way.judge(seed, run).status != 0 for run in range(runs))
