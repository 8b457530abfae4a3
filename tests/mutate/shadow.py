"""A copy of the tree with a build folder of its own, in which mutants are built and judged by the suites.

Each suite runs in a pid namespace, with a /dev/shm of its own: what a mutant leaves behind or lets hang ends with the suite. A
suite has failed at its first "not ok", if it prints fewer results than it planned, or after its bound; then it is ended at once.
A suite is run only if one of the files that it runs differs from that of the unchanged tree."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import threading
import time
from pathlib import Path

BUILD_BOUND = 300  # seconds
QUICK = 14  # seconds: suites that take longer run on the mutants that the others have let pass
# Signals that a background job ignores do what they do in the gate.
ALONE = 'mount -t tmpfs none /dev/shm; env --default-signal "$@"; exit $?'

SHIM = ("libprof/shim/libmemprof.so", "libprof/shim/libmemprof-new.so")
CHECKED = ("tests/checked/libmemprof.so",)
# Suite: what it runs of the shim's code. Equally useful ones run in this order.
SUITES = {
    "shim": ("tests/unit/test_shim",), "shim_budget": ("tests/unit/test_shim_budget",), "sizes": ("tests/unit/test_sizes",),
    "shim_next": ("tests/unit/test_shim_next",),
    "races-lock": ("tests/races/test_lock",), "races-interleave": ("tests/races/interleave",),
    "races-tables-exact": ("tests/races/tables",), "races-tables-sampled": ("tests/races/tables",),
    "unwind-zero": ("tests/unwind/test_zero",), "unwind-damaged": ("tests/unwind/test_damaged",),
    "unwind-bounds": ("tests/unwind/test_stack_bounds",), "unwind-gcc-O2": ("tests/unwind/unwind-gcc-O2",),
    **dict.fromkeys(["preload-stacks", "preload-family", "preload-children", "preload-sandbox", "preload-says", "preload-transparency",
                     "preload-carriers", "plain", "api", "preload-programs", "preload-layouts", "preload-exact", "leak-wrong_frees",
                     "preload-leave", "preload-others", "preload-damaged", "preload-allocators", "preload-survival", "leak-mismatched",
                     "preload-full"], SHIM),
    "assertions": CHECKED, "checked-family": CHECKED,
}
# Suites that take minutes run on mutants of the room that they are about.
ROOM_OF = {"leak-mismatched": "frees", "preload-full": "store"}


class Shadow:
    def __init__(self, root):
        self.root, self.tree = root, root / "build/mutate/tree"
        self.build = self.tree / "build"
        self.tests, self.unchanged, self.seconds = {}, {}, {}

    def prepare(self):
        """Brings the copy up to date and runs the suites that are not as they were; returns one that fails, or None."""
        self.copy()
        if not (self.build / "build.ninja").exists():
            self.command("meson", "setup", str(self.build), "-Dbuildtype=release", "-Dtests=enabled")
        self.command("ninja", "-C", str(self.build), "build.ninja")  # so that targets() knows new ones
        self.command("ninja", "-C", str(self.build), "-j", "1", *self.targets())
        listed = json.loads(subprocess.run(["meson", "introspect", str(self.build), "--tests"], capture_output=True, check=True).stdout)
        self.tests = {test["name"]: test for test in listed}
        self.unchanged = {name: self.digests(name) for name in SUITES}
        return self.run_unchanged()

    def run_unchanged(self):
        """All suites let the unchanged tree pass, and take so long; both are kept until a suite changes."""
        path = self.root / "build/mutate/unchanged.json"
        known = json.loads(path.read_text()) if path.exists() else {}
        for suite in SUITES:
            scripts = [Path(self.build, word) for word in self.tests[suite]["cmd"]]
            key = hashlib.sha256(b"".join(self.unchanged[suite] + [s.read_bytes() for s in scripts if s.is_file()])).hexdigest()
            if known.get(suite, [""])[0] != key:
                start = time.monotonic()
                if self.fails(suite, 300):
                    return suite
                known[suite] = [key, time.monotonic() - start]
                path.write_text(json.dumps(known))
            self.seconds[suite] = known[suite][1]
        return None

    def targets(self):
        """All that tests need, except the fuzz targets, which take minutes to build."""
        query = ["ninja", "-C", str(self.build), "-t", "query", "meson-test-prereq"]
        lines = subprocess.run(query, capture_output=True, text=True, check=True).stdout.splitlines()
        names = [line.strip() for line in lines[:lines.index("  outputs:")] if line.startswith("    ")]
        return [name for name in names if not name.startswith("tests/fuzz/")]

    def command(self, *command):
        subprocess.run(command, cwd=self.tree, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)

    def copy(self):
        """Copies what differs, so that little is built again."""
        names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=self.root, capture_output=True, check=True).stdout
        for name in sorted(filter(None, names.decode().split("\0"))):
            source, copy = self.root / name, self.tree / name
            if not source.is_file():
                continue
            text = source.read_bytes()
            if not copy.exists() or copy.read_bytes() != text:
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, copy)

    def digests(self, suite):
        return [hashlib.sha256((self.build / file).read_bytes()).digest() for file in SUITES[suite]]

    def compiles(self, suite):
        return not self.timed(BUILD_BOUND, ["ninja", "-C", str(self.build), "-j1", *SUITES[suite]])

    def judge(self, suites):
        """(the suite that fails, None) or (None, whether any suite had another file to run); None if it does not compile."""
        differs, built = False, set()
        for suite in suites:
            if SUITES[suite] not in built and not self.compiles(suite):
                return None
            built.add(SUITES[suite])
            if self.digests(suite) == self.unchanged[suite]:
                continue
            differs = True
            bound = 3 * self.seconds[suite] + 20
            if self.fails(suite, bound) and self.fails(suite, bound):  # a busy machine may fail a suite, but hardly twice
                return suite, None
        return None, differs

    def fails(self, suite, bound):
        test = self.tests[suite]
        unshare = ["unshare", *([] if os.geteuid() == 0 else ["-r"]), "-m", "-p", "-f", "--kill-child", "--mount-proc"]
        return self.timed(bound, [*unshare, "sh", "-c", ALONE, "sh", *test["cmd"]], {**test["env"], "MALLOC_PERTURB_": "0"})

    def timed(self, bound, command, env=None):
        """Whether a command fails, prints a result that does, or takes longer than its bound."""
        process = subprocess.Popen(command, cwd=self.build, env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, errors="replace")
        ender = threading.Timer(bound, process.kill)
        ender.start()
        planned = results = 0
        for line in process.stdout:
            plan = re.match(r"1\.\.(\d+)", line)
            planned = int(plan[1]) if plan else planned
            results += line.startswith("ok ")
            if line.startswith("not ok"):
                process.kill()
        ender.cancel()
        return process.wait() != 0 or results < planned
