#!/usr/bin/env python3
"""The recipes of docs/recipes work as they stand there: each passes on a clean program and fails on one with a leak."""

import json
import os
import shutil
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import yaml

from harness import MEMPROF, case, check, equal, main, run

RECIPES = Path(__file__).resolve().parent.parent.parent / "docs/recipes"
MAKEFILE = "test_basket: basket.c\n\t$(CC) -g -O1 $(CFLAGS) $< -o $@\n"


def take(name):
    """A copy of the recipe with the program to test in it, and `memprof` in PATH."""
    shutil.copytree(RECIPES / name, name, symlinks=True)
    os.chdir(name)
    shutil.copy(RECIPES / "basket.c", "basket.c")
    os.mkdir("bin")
    os.symlink(MEMPROF, "bin/memprof")


def env(**more):
    return {"PATH": f"{os.getcwd()}/bin:{os.environ['PATH']}", **more}


def compile_basket(*flags):
    run(["gcc", "-g", "-O1", *flags, "basket.c", "-o", "test_basket"])


def names_leak(done):
    text = (done.stdout + done.stderr).decode(errors="replace")
    check("fill_basket" in text, text[-3000:])


@case("meson test --wrapper")
def meson():
    take("meson")
    for flags, status in (("", 0), ("-DLEAK", 1)):
        shutil.rmtree("build", ignore_errors=True)
        run(["meson", "setup", "build", f"-Dc_args={flags}"], env=env())
        done = run(["meson", "test", "-C", "build", "--print-errorlogs", "--wrapper", "memprof check -q --"], env=env(),
                   status=status)
        if status:
            names_leak(done)


@case("CTest")
def ctest():
    take("ctest")
    for flags, status in (("", 0), ("-DLEAK", 8)):
        run(["cmake", "-B", "build", "-DTEST_WRAPPER=memprof;check;-q;--", f"-DCMAKE_C_FLAGS={flags}"], env=env())
        run(["cmake", "--build", "build"], env=env())
        done = run(["ctest", "--test-dir", "build", "--output-on-failure"], env=env(), status=status)
        if status:
            names_leak(done)


@case("pytest")
def pytest():
    take("pytest")
    for flag, failed in (("-DFINE", 0), ("-DLEAK", 1), ("-DGREEDY", 1)):
        compile_basket(flag)
        done = run(["/usr/bin/python3", "-m", "pytest", "-q", "-p", "no:cacheprovider"],
                   env=env(BASKET=os.path.abspath("test_basket")), status=failed)
        check(f"{failed} failed" in done.stdout.decode() if failed else "2 passed" in done.stdout.decode(), done.stdout)
        if failed:
            names_leak(done)


@case("cargo test")
def cargo():
    take("cargo")
    done = run(["cargo", "test", "--offline", "--lib"], env=env(CARGO_TARGET_DIR="target"))
    check(b"1 passed" in done.stdout, done.stdout)
    done = run(["cargo", "test", "--offline", "--lib"], env=env(CARGO_TARGET_DIR="target", LEAK="1"), status=None)
    check(done.returncode != 0, "a leak passed")
    names_leak(done)


def repository():
    """`target` is what a request is compared with; the working tree is greedy."""
    Path("Makefile").write_text(MAKEFILE)
    Path(".gitignore").write_text("bin\n")
    run(["git", "init", "-q", "-b", "target"])
    commit("begin")
    source = Path("basket.c").read_text()
    Path("basket.c").write_text(source.replace("ITEM = 1000", "ITEM = 1100"))
    run(["git", "update-ref", "refs/remotes/origin/target", "HEAD"])


def commit(message):
    run(["git", "add", "-A"])
    run(["git", "-c", "user.name=t", "-c", "user.email=t@localhost", "commit", "-q", "-m", message])


@case("GitHub Actions: the workflow's steps fail a request that allocates more, and write what its next step takes")
def github():
    take("github")
    job = yaml.safe_load(Path("memory.yml").read_text())["jobs"]["memory"]
    repository()
    steps = [s for s in job["steps"] if "run" in s]
    environment = env(GITHUB_BASE_REF="target", GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=os.path.abspath("summary.md"))
    run(["bash", "-eo", "pipefail", "-c", steps[0]["run"]], env=environment)
    done = run(["bash", "-eo", "pipefail", "-c", steps[1]["run"]], env=environment, status=1)
    names_leak(done)
    check(b"::error file=basket.c,line=" in done.stderr, done.stderr)
    upload = next(s for s in job["steps"] if "upload-sarif" in s.get("uses", ""))
    equal(json.loads(Path(upload["with"]["sarif_file"]).read_text())["version"], "2.1.0", "SARIF")
    check("fill_basket" in Path("memprof.md").read_text().replace("&#95;", "_"), "Markdown")
    check("### memprof check" in Path("summary.md").read_text(), "summary")


@case("GitLab: the job's script fails a request that allocates more, and writes the reports that it names")
def gitlab():
    take("gitlab")
    job = yaml.safe_load(Path(".gitlab-ci.yml").read_text())["memory"]
    repository()
    script = [line for line in job["script"] if not line.startswith("git fetch")]
    done = run(["bash", "-ec", "\n".join(script)], env=env(CI_MERGE_REQUEST_TARGET_BRANCH_NAME="target"), status=1)
    names_leak(done)
    reports = job["artifacts"]["reports"]
    entries = json.loads(Path(reports["codequality"]).read_text())
    equal({e["location"]["path"] for e in entries}, {"basket.c"}, "paths")
    check("fill_basket" in Path(reports["junit"]).read_text(), "JUnit")


@case("many test programs in parallel: one merged report")
def parallel():
    take("parallel")
    tests = []
    for i in range(6):
        compile_basket()
        shutil.copy("test_basket", f"test_{i}")
        tests.append(f"./test_{i}")
    run(["./check-all", "base", *tests], env=env())
    equal(len(list(Path("base").glob("*.pb.gz"))), 6, "bases")
    run(["./check-all", "base", *tests], env=env())
    compile_basket("-DGREEDY")
    shutil.copy("test_basket", "test_3")
    done = run(["./check-all", "base", *tests], env=env(), status=1)
    names_leak(done)
    suites = ElementTree.parse("memprof.xml").getroot()
    equal(len(suites), 6, "suites")
    failed = [s.get("name") for s in suites if s.get("failures") != "0"]
    check(len(failed) == 1 and "/test_3." in failed[0], failed)


@case("a build of some hundred short processes is one verdict, exact over all of them")
def make():
    take("make")
    run(["make", "basket"])
    processes = 60
    Path("b.yaml").write_text(f"version: 1\nlimits:\n  - {{metric: alloc_space, function: ^fill_basket$, max: {processes * 100000}}}\n"
                              "  - {metric: definite_space, function: ^fill_basket$, max: 0}\n")
    done = run(["bin/memprof", "check", "--json", "--budget", "b.yaml", "--", "make", "-s", "-j2", f"N={processes}"])
    verdict = json.loads(done.stdout)["verdicts"][0]
    equal([c["value"] for c in verdict["checks"]], [processes * 100000, 0], "figures")
    equal(len(list(Path("out").iterdir())), processes, "what the build made")


@case("git bisect run finds the revision that allocates more")
def bisect():
    take("bisect")
    Path("Makefile").write_text(MAKEFILE)
    Path(".gitignore").write_text("bin\n*.pb.gz\ntest_basket\n")
    run(["git", "init", "-q", "-b", "main"])
    source = Path("basket.c").read_text()
    for i in range(16):
        text = source.replace("ITEM = 1000", "ITEM = 1050") if i >= 11 else source
        if i == 7:
            text = "does not compile\n"
        Path("basket.c").write_text(text + f"\n/* revision {i} */\n")
        commit(f"revision {i}")
    run(["git", "checkout", "-q", "HEAD~15"])
    run(["make", "-s", "test_basket"])
    run(["bin/memprof", "check", "-q", "-o", "base.pb.gz", "--", "./test_basket"])
    run(["git", "bisect", "start", "main", "HEAD"])
    done = run(["git", "bisect", "run", "./try", "base.pb.gz"], env=env())
    bad = run(["git", "log", "-1", "--format=%s", "refs/bisect/bad"]).stdout.decode().strip()
    equal(bad, "revision 11", done.stdout.decode()[-500:])


main()
