"""Code that tests of whole programs share: runs under memprof, and profiles as go tool pprof reads them.

The environment names the build: MEMPROF (the command), SHIM (libmemprof.so), TARGETS (folder of the test programs). The
cases are those of tap.py.
"""

import json
import os
import re
import subprocess
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import tap
from tap import Failure, case, check, equal

MEMPROF = os.environ["MEMPROF"]
SHIM = os.environ["SHIM"]
TARGETS = Path(os.environ["TARGETS"])
TIMEOUT = 60  # of any one program: a hang is a failure, not a wait for ever

__all__ = ["MEMPROF", "SHIM", "Failure", "case", "check", "equal", "main", "preloading", "read", "record", "run", "target", "top"]


def main():
    """Runs the cases without what the caller's environment says to malloc and to memprof."""
    os.environ["MALLOC_PERTURB_"] = "0"
    for name in [n for n in os.environ if n.startswith("MEMPROF_")]:
        del os.environ[name]
    tap.main()


# Running programs.


def target(name):
    return str(TARGETS / name)


def run(argv, env=None, status=0, timeout=TIMEOUT, **options):
    """Runs a program and checks its exit status (None: any). Output is captured as bytes."""
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("stderr", subprocess.PIPE)
    result = subprocess.run(argv, env={**os.environ, **(env or {})}, timeout=timeout, **options)
    if status is not None and result.returncode != status:
        raise Failure(f"{argv} ended with {result.returncode}, wanted {status}\n"
                      f"{(result.stdout or b'').decode(errors='replace')[-2000:]}"
                      f"{(result.stderr or b'').decode(errors='replace')[-2000:]}")
    return result


def preloading(library, argv):
    """argv with a library preloaded behind the shim, and not into memprof itself."""
    return ["/usr/bin/env", f"LD_PRELOAD={SHIM}:{library}", *argv]


def record(argv, *options, env=None, status=0, output="p.pb.gz", **run_options):
    """memprof run; the profile's path and the finished process."""
    result = run([MEMPROF, "run", "-q", "-o", output, *options, "--", *argv], env=env, status=status, **run_options)
    return output, result


# Reading profiles.


@dataclass
class Sample:
    values: dict  # by sample type's name
    labels: dict
    frames: list  # (function, file, line), leaf first, inlined frames among them


@dataclass
class Profile:
    samples: list = field(default_factory=list)
    comments: list = field(default_factory=list)
    mappings: list = field(default_factory=list)  # paths

    def total(self, value):
        return sum(s.values[value] for s in self.samples)

    def flat(self, value):
        """By the function that called the allocator."""
        result = defaultdict(int)
        for s in self.samples:
            result[s.frames[0][0] if s.frames else "?"] += s.values[value]
        return result

    def through(self, name, value):
        return sum(s.values[value] for s in self.samples if any(f[0] == name for f in s.frames))

    def comment(self, key):
        """The comment "key: ..." without its key, or None."""
        found = [c[len(key) + 2:] for c in self.comments if c.startswith(key + ": ")]
        return found[0] if found else None

    def counts(self, key):
        """The numbers of a comment "key: a=1 b=2"."""
        return {k: int(v) for k, v in re.findall(r"(\w+)=(\d+)", self.comment(key) or "")}


def pprof_raw(path):
    return run(["go", "tool", "pprof", "-symbolize=none", "-raw", path]).stdout.decode()


def _read_locations(lines):
    locations, number = {}, None
    for line in lines:
        m = re.match(r"\s+(\d+): 0x[0-9a-f]+ (?:M=\d+ )?(?:\[F\] )?(.*)", line)
        if m:
            number = int(m[1])
            locations[number] = []
            text = m[2]
        else:
            text = line.strip()
        m = re.match(r"(.*?) (\S*):(\d+)(?::\d+)? s=", text + " ")
        if m:
            locations[number].append((m[1], m[2], int(m[3])))
    return locations


def _read_samples(lines):
    names = [n.split("/")[0] for n in lines[0].split()]
    for line in lines[1:]:
        m = re.match(r"\s*([-\d ]+): ([\d ]*)$", line)
        if m:
            yield Sample(dict(zip(names, map(int, m[1].split()))), {}, [int(n) for n in m[2].split()])
        else:
            sample_labels = dict(re.findall(r"(\w+):\[([^\]]*)\]", line))
            yield sample_labels


def read(path):
    """A profile through go tool pprof's eyes."""
    text = pprof_raw(path)
    head, rest = text.split("\nSamples:\n")
    samples, rest = rest.split("Locations\n")
    locations, mappings = rest.split("Mappings\n")
    table = _read_locations(locations.splitlines())
    profile = Profile(comments=re.findall(r"^Comment: (.*)$", head, re.M),
                      mappings=[line.split()[2] if len(line.split()) > 2 else "" for line in mappings.splitlines()])
    for item in _read_samples(samples.splitlines()):
        if isinstance(item, dict):
            profile.samples[-1].labels.update(item)
        else:
            item.frames = [f for i in item.frames for f in table.get(i) or [("?", "", 0)]]
            profile.samples.append(item)
    return profile


def top(path, sample_type="alloc_space"):
    """memprof top --json."""
    return json.loads(run([MEMPROF, "top", "--json", "--sample-index", sample_type, path]).stdout)
