"""Escape verdicts against an oracle: the patterns in C are built so that each call is known
(-finstrument-functions, oracle.c). memprof sees stacks alone. A block of a site that memprof calls local must
have been freed within a call near the one that made it, a block of any other site must not."""

import functools
import os
import subprocess
import sys
import tempfile

import patterns
import tap

MEMPROF, LOCALITIES = os.environ["MEMPROF"], os.environ["LOCALITIES"]
ORACLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "oracle.c")
SCALE = float(os.environ.get("ORACLE_SCALE", "0.02"))
PROGRAMS = tempfile.TemporaryDirectory()
CHOSEN = [p for rule in patterns.RULES if rule not in (patterns.settings, patterns.joined) for p in getattr(rule, "PATTERNS", []) + getattr(rule, "FINE", [])]
BY_NAME = {p.name: p for p in CHOSEN}
# These are about time or threads.
LEFT_OUT = ("threads_", "fine_joined", "fine_detached", "large_", "peak_", "fine_once")


def build(pattern, folder):
    source, program = os.path.join(folder, "p.c"), os.path.join(folder, "p")
    with open(source, "w") as f:
        f.write(pattern.source(False))
    subprocess.run(["gcc", "-O1", "-g", "-no-pie", "-w", "-fno-inline", "-finstrument-functions", "-pthread",
                    "-include", ORACLE, source, "-o", program], check=True)
    return program


@functools.cache
def built(pattern_name):
    """Each program is built once for both modes."""
    folder = os.path.join(PROGRAMS.name, pattern_name)
    os.mkdir(folder)
    return build(BY_NAME[pattern_name], folder)


def functions_of(program):
    out = subprocess.run(["nm", program], check=True, capture_output=True, text=True).stdout
    return {int(line.split()[0], 16): line.split()[2] for line in out.splitlines() if len(line.split()) == 3}


def truth(program, path):
    """By function: (blocks, those freed near where they were made)."""
    names, found = functions_of(program), {}
    with open(path) as f:
        for line in f:
            address, blocks, local = line.split()
            found[names[int(address, 16)]] = (int(blocks), int(local))
    return found


def verdicts(profile):
    """By function: whether all its sites are local."""
    out = subprocess.run([LOCALITIES, profile], check=True, capture_output=True, text=True).stdout
    found = {}
    for line in out.splitlines():
        name, _, local = line.rsplit(" ", 2)
        found[name] = found.get(name, True) and local == "1"
    return found


def agreement(pattern, options):
    """(blocks, those whose verdict is the oracle's)."""
    with tempfile.TemporaryDirectory() as folder:
        program, profile, told = built(pattern.name), os.path.join(folder, "p.pb.gz"), os.path.join(folder, "oracle")
        rounds = max(8, int(pattern.rounds * SCALE))
        subprocess.run([MEMPROF, "run", "-q", "--advise", *options, "-o", profile, "--", program, str(rounds)],
                       check=True, env={**os.environ, "ORACLE": told}, stdout=subprocess.DEVNULL)
        said, blocks, agreed = verdicts(profile), 0, 0
        for function, (n, local) in truth(program, told).items():
            if function in said:
                blocks += n
                agreed += local if said[function] else n - local
        return blocks, agreed


def check_all(options):
    blocks = agreed = 0
    for pattern in CHOSEN:
        if pattern.lang == "c" and not pattern.name.startswith(LEFT_OUT):
            n, right = agreement(pattern, options)
            print(f"# {pattern.name}: {right} of {n}", file=sys.stderr)
            blocks, agreed = blocks + n, agreed + right
    tap.check(blocks > 50000, f"only {blocks} blocks were judged")
    tap.check(agreed >= 0.99 * blocks, f"{agreed} of {blocks} blocks are judged as the oracle does")


tap.add("99% of the blocks are judged as the oracle does, exact", check_all, ["--exact"])
tap.add("99% of the blocks are judged as the oracle does, by default", check_all, [])
tap.main()
