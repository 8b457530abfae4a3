"""A copy of the tree with a build folder of its own, in which mutants are built and judged by the suites.

Only what the suites need is built. A suite is run only if the code of the files that it runs differs from that of the unchanged
tree, first that of the objects and then that of the files that are linked of them."""

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

from cases import Cases
from objects import NotCompiled, Objects
from suites import SUITES, objects_of

HOT = 16  # cases that have killed before, tried alone before whole suites


class Shadow:
    def __init__(self, root):
        self.root, self.tree = root, root / "build/mutate/tree"
        self.build = self.tree / "build"
        self.unchanged, self.times = {}, {}

    def prepare(self, suites):
        """Brings the copy up to date and runs those of the suites that are not as they were; returns one that fails, or None."""
        self.copy()
        if not (self.build / "build.ninja").exists():
            self.command("meson", "setup", str(self.build), "-Dbuildtype=release", "-Dtests=enabled")
        self.command("ninja", "-C", str(self.build), "build.ninja")  # so that targets() knows new ones
        tests = {test["name"]: test for test in self.introspect("--tests")}
        self.cases = Cases(self.build, tests)
        self.command("ninja", "-C", str(self.build), "-j", "2", *self.targets(tests))
        self.objects = Objects(self.build, set().union(*map(objects_of, SUITES)))
        self.unchanged = {name: self.digests(name) for name in SUITES}
        return self.run_unchanged(suites)

    def introspect(self, what):
        return json.loads(subprocess.run(["meson", "introspect", str(self.build), what], capture_output=True, check=True).stdout)

    def targets(self, tests):
        """The targets that the suites' tests need, and those that are installed, which one of them looks at."""
        wanted = {target for suite in SUITES for target in tests[suite]["depends"]}
        files = [file for target in self.introspect("--targets") if target["id"] in wanted or target["installed"] for file in target["filename"]]
        return sorted({str(Path(f).relative_to(self.build)) for f in files} | {f for files in SUITES.values() for f in files})

    def run_unchanged(self, suites):
        """The suites let the unchanged tree pass, and their cases take so long; both are kept until a suite changes."""
        path = self.root / "build/mutate/unchanged.json"
        known = json.loads(path.read_text()) if path.exists() else {}
        for suite in suites:
            scripts = [Path(self.build, word) for word in self.cases.tests[suite]["cmd"]]
            key = hashlib.sha256(b"".join(self.unchanged[suite] + [s.read_bytes() for s in scripts if s.is_file()])).hexdigest()
            if known.get(suite, [""])[0] != key:
                failed, times = self.cases.run(suite, {})
                if failed is not None:
                    return f"{suite}: {failed}"
                known[suite] = [key, times]
                path.write_text(json.dumps(known))
            self.times[suite] = known[suite][1]
        return None

    def fails_unchanged(self, suite, case):
        """Whether the unchanged tree fails the case; the case's time is known then."""
        failed, times = self.cases.run(suite, {}, case)
        self.times[suite] = self.times.get(suite, {}) | times
        return failed is not None

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

    def links(self, suite):
        """Builds what the suite runs; whether it is other code than before."""
        self.command("ninja", "-C", str(self.build), "-j1", *SUITES[suite])
        return self.digests(suite) != self.unchanged[suite]

    def changed(self, file, text):
        """Writes a mutant's text into a file of the copy; the folders whose objects have other code then. Raises NotCompiled."""
        path = (self.tree / file).resolve()
        self.objects.remember(path)
        path.write_text(text)
        return self.objects.changed(path)

    def plan(self, suites, hot):
        """[(suite, case)]: the cases of `hot` come first, then the suites in their order."""
        return [(suite, case) for suite, case in hot if suite in suites and self.cases.chooses(suite)] + [(suite, "") for suite in suites]

    def judge(self, plan):
        """((suite, case) that kills the mutant that stands in the copy, or None; whether any ran)."""
        other = {}
        for suite, case in plan:
            files = SUITES[suite]
            try:
                other[files] = other[files] if files in other else self.links(suite)
            except subprocess.CalledProcessError as error:  # what link-time optimisation warns of
                raise NotCompiled(suite) from error
            if not other[files]:
                continue
            failed = self.cases.fails(suite, self.times[suite], case)
            if failed is not None:
                return (suite, failed), True
        return None, any(other.values())
