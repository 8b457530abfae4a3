#!/usr/bin/env python3
"""The scripts in scripts/: each works after each other, --help does nothing else, and their logs can hold anything.

Nothing is built or installed: the tests run copies of the scripts, with stand-ins for the programs that would do it.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

from tap import case, check, equal, holds, main

ROOT = Path(os.environ["ROOT"])
SCRIPTS = sorted(p.name for p in (ROOT / "scripts").iterdir() if os.access(p, os.X_OK) and p.is_file())
STATE_CHANGERS = ("apt-get", "dpkg-query", "meson", "ninja", "sudo", "clang-format", "clang-tidy", "debootstrap", "git")


def copy_tree():
    """The sources in the current folder, as a fresh clone would hold them."""
    for name in ("cli", "docs", "libprof", "proto", "scripts", "tests"):
        shutil.copytree(ROOT / name, name)
    for name in ("meson.build", "meson_options.txt", ".clang-format", ".clang-tidy"):
        shutil.copy(ROOT / name, name)


def stand_in(name, text):
    """A program of this name that comes first in PATH."""
    path = Path("bin") / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def script(name, *arguments, path=None, **env):
    here = os.getcwd()
    env = {**os.environ, "PATH": path or f"{here}/bin:{os.environ['PATH']}", "HERE": here, **env}
    return subprocess.run([f"scripts/{name}", *arguments], env=env, capture_output=True, text=True, timeout=120)


@case("all scripts answer --help, and do nothing else")
def _():
    copy_tree()
    for name in STATE_CHANGERS:
        stand_in(name, f'echo {name} "$@" >>"$HERE/called"')
    before = sorted(str(p) for p in Path(".").rglob("*"))
    check(len(SCRIPTS) > 8, f"the scripts: {SCRIPTS}")
    for name in SCRIPTS:
        for option in ("--help", "-h"):
            result = script(name, option)
            equal((result.returncode, result.stderr), (0, ""), f"{name} {option}")
            check(len(result.stdout) > 60 and not result.stdout.startswith("#"), f"{name} {option}: {result.stdout!r}")
    called = Path("called").read_text() if Path("called").exists() else ""
    equal(called, "", "programs that were called")
    equal(sorted(str(p) for p in Path(".").rglob("*")), before, "the files")


def ninja_that_only_plans():
    """Whether the targets are known; then the script that asked for them ends."""
    stand_in("ninja", 'case " $* " in *" --version "*) exec /usr/bin/ninja "$@";; esac\n'
                      '/usr/bin/ninja -n "$@" >>"$HERE/planned" 2>&1 && echo "$@" >>"$HERE/known"\nexit 1')


def path_without(*names):
    """The programs of PATH except some."""
    folder = Path("few")
    folder.mkdir()
    for place in reversed(os.environ["PATH"].split(":")):
        for program in Path(place).iterdir() if Path(place).is_dir() else []:
            link = folder / program.name
            link.unlink(missing_ok=True)
            if program.name not in names:
                link.symlink_to(program)
    return f"{os.getcwd()}/bin:{folder.resolve()}"


def plans(name, *targets, **options):
    Path("known").unlink(missing_ok=True)
    result = script(name, NINJA="/usr/bin/ninja", **options)
    known = Path("known").read_text() if Path("known").exists() else ""
    check(known, f"{name}: {result.stderr[-1500:]}")
    holds(known, *targets)


def tests_of(folder):
    return subprocess.run(["meson", "introspect", "--tests", folder], capture_output=True, text=True, check=True).stdout


@case("each script finds its targets, whichever script and machine configured the folder first")
def _():
    copy_tree()
    ninja_that_only_plans()
    Path("scripts/deps").write_text("#!/bin/sh\n")
    bare = path_without("bats")
    plans("demo", "cli/memprof", "tests/demo/shop", path=bare)
    plans("bench", "bench", path=bare)
    check("cli-framework" not in tests_of("build"), "the folder has tests although bats is missing")
    for name in ("leak-cost", "test", "read-cost", "leak-compare", "demo", "bench"):
        plans(name, "build")
        check("cli-framework" in tests_of("build"), f"no tests after {name} although bats is there")


def installed(path, *options):
    """Where Meson would install the shim and the .pc file, and the .pc file's text."""
    shutil.rmtree("b", ignore_errors=True)
    env = {**os.environ, "PATH": path}
    subprocess.run(["meson", "setup", "b", "-Dtests=disabled", *options], env=env, check=True, capture_output=True)
    places = json.loads(subprocess.run(["meson", "introspect", "--installed", "b"], env=env, capture_output=True, text=True, check=True).stdout)
    found = {Path(p).name: str(Path(p).parent) for p in places.values()}
    return found["libmemprof.so"], found["memprof.pc"], next(Path("b").rglob("memprof.pc")).read_text()


@case("Debian's library folder, with and without dpkg-architecture; --libdir is heeded")
def _():
    copy_tree()
    debian = "/usr/local/lib/x86_64-linux-gnu"
    for path in path_without("dpkg-architecture"), os.environ["PATH"]:
        shim, pc, text = installed(path)
        equal((shim, pc), (f"{debian}/memprof", f"{debian}/pkgconfig"), path)
        holds(text, "preload=${prefix}/lib/x86_64-linux-gnu/memprof/libmemprof.so")
        shutil.rmtree("few", ignore_errors=True)
    equal(installed(path, "--libdir=mine")[:2], ("/usr/local/mine/memprof", "/usr/local/mine/pkgconfig"), "--libdir=mine")
    bare = path_without("dpkg-architecture")
    check(installed(bare, "--prefix=/opt/memprof")[0].startswith("/opt/memprof/lib"), "--prefix")
    check("x86_64-linux-gnu" not in installed(bare, "--prefix=/opt/memprof")[0], "a prefix of one's own")


@case("deps waits for apt's locks and says so once; another failure of apt ends it")
def _():
    copy_tree()
    stand_in("dpkg-query", "exit 1")
    stand_in("sudo", '"$@"')
    stand_in("apt-get", 'n=$(cat "$HERE/n" 2>/dev/null || echo 0); echo $((n + 1)) >"$HERE/n"; echo "$@" >>"$HERE/asked"\n'
                        '[ $n -ge 2 ] || { echo "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 1"; exit 100; }')
    result = script("deps", "demo")
    equal(result.returncode, 0, result.stderr)
    equal(result.stdout.count("waiting"), 1, f"lines that say it waits: {result.stdout}")
    holds(Path("asked").read_text(), "update", "install -y")
    stand_in("apt-get", "echo 'E: Unable to locate package sqlite3'; exit 100")
    result = script("deps", "demo")
    check(result.returncode != 0 and "Unable to locate" in result.stderr, result.stderr)


@case("format works without git, and --check finds a file that is not formatted, in the tests, too")
def _():
    copy_tree()
    stand_in("git", "exit 1")
    equal(script("format", "--check").returncode, 0, "all is formatted")
    Path("tests/unit/crooked.c").write_text("int  f( void ){return 1 ;}\n")
    result = script("format", "--check")
    check(result.returncode != 0 and "crooked.c" in result.stderr, result.stderr)
    script("format")
    equal(Path("tests/unit/crooked.c").read_text(), "int f(void) {\n  return 1;\n}\n", "the formatted file")


def log_of_meson(folder, suite, output, result="FAIL", cases=()):
    logs = Path(folder) / "meson-logs"
    logs.mkdir(parents=True)
    (logs / "testlog.json").write_text(json.dumps({"name": f"memprof:cli / {suite}", "result": result, "stdout": output}) + "\n")
    rows = "".join(f'<testcase name="{name}">{"" if ok else "<failure />"}</testcase>' for name, ok in cases)
    (logs / "testlog.junit.xml").write_text(
        f'<testsuites><testsuite name="memprof.memprof:cli / {suite}">{rows}<system-out>{output}</system-out></testsuite></testsuites>')


@case("count-tests reads logs with control characters and shows the comments of failed cases alone")
def _():
    output = "1..3\nok 1 - fine\n# not this\nnot ok 2 - bad \x1b[31m\n# in line 7\n#  \x07\nok 3 - good\n# nor this\n"
    log_of_meson("b", "framework", output, cases=[("1 - fine", True), ("2 - bad \x1b[31m", False), ("3 - good", True)])
    result = subprocess.run([ROOT / "scripts/count-tests", "b"], capture_output=True, text=True)
    equal(result.stdout, "failed in b: framework: 2 - bad ?[31m\n    # in line 7\n    #  ?\n2 passed, 1 failed\n", "output")
    equal((result.returncode, result.stderr), (1, ""), "status")


@case("count-tests: a program that crashed after its cases is a failure more, and so is a folder without results")
def _():
    log_of_meson("b", "framework", "1..1\nok 1 - fine\n", cases=[("1 - fine", True)])
    Path("empty").mkdir()
    result = subprocess.run([ROOT / "scripts/count-tests", "b", "empty"], capture_output=True, text=True)
    equal(result.stdout, "failed in b: framework: fail\nfailed in empty: no test ran\n1 passed, 2 failed\n", "output")


main()
