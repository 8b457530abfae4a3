#!/usr/bin/env python3
"""LD_PRELOAD=libmemprof.so alone, without the command as the parent; and the installed layout."""

import os
import re
import signal
import time
from glob import glob
from pathlib import Path

from harness import MEMPROF, SHIM, case, check, equal, main, read, record, run, target

PYTHON = "/usr/bin/python3"
KNOWN = [target("known"), "1", "40"]
TYPES = ("alloc_objects", "alloc_space", "inuse_objects", "inuse_space", "peak_objects", "peak_space")
LATE = os.environ["LATE"]


def plain(argv, env=None, **options):
    """Runs with the shim preloaded and recordings in ./recordings, unless env says otherwise."""
    Path("recordings").mkdir(mode=0o700, exist_ok=True)
    return run(argv, env={"LD_PRELOAD": SHIM, "MEMPROF_DIR": os.path.abspath("recordings"), **(env or {})}, **options)


def the_profile(pattern="*.pb.gz"):
    found = glob(pattern)
    equal(len(found), 1, f"profiles named {pattern}: {found}")
    return read(found[0])


def recordings():
    return glob("recordings/**/*.mprec", recursive=True)


def figures(profile):
    return {v: dict(profile.flat(v)) for v in TYPES}


@case("the profile is there when the program has ended, and equals that of memprof run")
def _():
    result = plain(KNOWN, env={"MEMPROF_RATE": "exact"})
    found = glob("*.pb.gz")
    check(len(found) == 1 and re.fullmatch(r"memprof\.known\.\d+\.pb\.gz", found[0]), f"profiles: {found}")
    profile = read(found[0])
    equal(recordings(), [], "recordings left behind")
    equal(result.stderr, b"", "stderr")
    path, recorded = record(KNOWN, "--exact")
    equal(result.stdout, recorded.stdout, "stdout")
    equal(figures(profile), figures(read(path)), "figures")
    for line in result.stdout.decode().splitlines():
        name, objects, size, *_ = line.split()
        equal([profile.flat(v)[name] for v in TYPES[:2]], [int(objects), int(size)], name)


@case("MEMPROF_OUTPUT: %p, %n, %t and a folder")
def _():
    Path("out").mkdir()
    before = int(time.time())
    plain(KNOWN, env={"MEMPROF_OUTPUT": "out/%n-%p-%t-100%%.pb.gz"})
    found = os.listdir("out")
    match = re.fullmatch(r"known-(\d+)-(\d+)-100%\.pb\.gz", found[0]) if len(found) == 1 else None
    check(match, f"files in out: {found}")
    check(before <= int(match[2]) <= time.time(), f"time {match[2]}")
    equal(read("out/" + found[0]).counts("process")["pid"], int(match[1]), "pid")


for setting, value, wanted in (("RATE", "512KiB", "rate=524288"), ("RATE", "4096", "rate=4096"),
                               ("RATE", "1MB", "rate=1048576"), ("RATE", "exact", "exact"),
                               ("OVERHEAD", "5%", "overhead=5%"), ("OVERHEAD", "0.5", "overhead=0.5%")):
    @case(f"MEMPROF_{setting}={value}")
    def _(setting=setting, value=value, wanted=wanted):
        plain(KNOWN, env={f"MEMPROF_{setting}": value})
        equal(the_profile().comment("sampling").split(" rate=" if "over" in wanted else "\n")[0], wanted, "sampling")


@case("MEMPROF_DEPTH=2")
def _():
    plain(KNOWN, env={"MEMPROF_DEPTH": "2", "MEMPROF_RATE": "exact"})
    profile = the_profile()
    check(profile.counts("stacks")["truncated"] > 100, f"stacks: {profile.comment('stacks')}")
    deepest = max(len([f for f in s.frames if f[0] != "[truncated]"]) for s in profile.samples)
    equal(deepest, 2, "frames of the deepest stack")


@case("MEMPROF_THREADS=1")
def _():
    plain([target("known"), "3", "40"], env={"MEMPROF_THREADS": "1", "MEMPROF_RATE": "exact"})
    threads = {s.labels.get("thread_id") for s in the_profile().samples}
    check(len(threads) >= 3, f"threads: {threads}")


@case("MEMPROF_DIR: the recording is there while the program runs, and gone after")
def _():
    script = "import os; print(os.listdir(os.environ['MEMPROF_DIR']), os.getpid())"
    result = plain([PYTHON, "-c", script])
    names, pid = result.stdout.decode().rsplit(" ", 1)
    equal(names, f"['{int(pid)}.0.mprec']", "recordings")
    equal(recordings(), [], "recordings left behind")
    the_profile()


@case("MEMPROF_DIR that is not there: one line, and the program runs")
def _():
    result = plain(KNOWN, env={"MEMPROF_DIR": "/nowhere/at all"})
    lines = result.stderr.decode().splitlines()
    check(len(lines) == 1 and "/nowhere/at all" in lines[0], f"stderr: {lines}")
    equal(result.stdout, run(KNOWN).stdout, "stdout")


for setting, value in (("RATE", "fast"), ("RATE", "0"), ("RATE", "-5"), ("RATE", "10PB"), ("RATE", ""),
                       ("OVERHEAD", "101%"), ("OVERHEAD", "100.5%"), ("OVERHEAD", "none"), ("DEPTH", "0"), ("DEPTH", "100000"), ("DEPTH", "x")):
    @case(f"MEMPROF_{setting}={value!r}: one line on stderr, and the default holds")
    def _(setting=setting, value=value):
        result = plain(KNOWN, env={f"MEMPROF_{setting}": value})
        lines = result.stderr.decode().splitlines()
        check(len(lines) == 1 and f"MEMPROF_{setting}={value}" in lines[0] and lines[0].startswith("memprof: "),
              f"stderr: {lines}")
        equal(result.stdout, run(KNOWN).stdout, "stdout")
        check(the_profile().comment("sampling").startswith("overhead=1% "), "not the default")


@case("the processes of a pipeline write a profile each under one name")
def _():
    known = " ".join(KNOWN)
    script = f"{known} >a & {known} >b & {PYTHON} -c 'print(len([str(i) for i in range(99999)]))' | {PYTHON} -c 'input()'; wait"
    plain(["sh", "-c", script], env={"MEMPROF_OUTPUT": "p.pb.gz"})
    profiles = {path: read(path) for path in glob("*.pb.gz")}
    commands = sorted(p.comment("command").split(" ")[0].rsplit("/", 1)[-1] for p in profiles.values())
    for name, wanted in (("known", 2), ("python3", 2)):
        equal(commands.count(name), wanted, f"profiles of {name} among {commands}")
    pids = [p.counts("process")["pid"] for p in profiles.values()]
    equal(len(set(pids)), len(pids), "each process once")
    # The shell ends with _exit, and its children were it before they executed something.
    run([MEMPROF, "recover", "-q", "-o", "rest.pb.gz", "recordings"])
    equal(recordings(), [], "recordings left behind")


@case("the exit hook is not seen: no SIGCHLD, no child to wait for, errno as it was")
def _():
    alone = run(KNOWN, env={"LD_PRELOAD": LATE})
    recorded = plain(KNOWN, env={"LD_PRELOAD": f"{SHIM}:{LATE}"})
    check(b"waitpid -1 (no child), SIGCHLD 0" in alone.stdout, alone.stdout.decode())
    equal(recorded.stdout, alone.stdout, "stdout")
    the_profile()


@case("exit statuses are the program's")
def _():
    for status in (0, 1, 42, 255):
        plain([PYTHON, "-c", f"import sys; sys.exit({status})"], status=status, env={"MEMPROF_OUTPUT": f"s{status}.pb.gz"})
        check(Path(f"s{status}.pb.gz").exists(), f"no profile with status {status}")


for title, end, status in (("_exit", "os._exit(3)", 3), ("abort", "os.abort()", -signal.SIGABRT),
                           ("SIGKILL", "os.kill(os.getpid(), 9)", -signal.SIGKILL)):
    @case(f"{title} leaves a recording that memprof recover makes a profile of")
    def _(end=end, status=status):
        script = f"import os; a = [bytes(1000) for i in range(5000)]; {end}"
        plain([PYTHON, "-c", script], status=status, env={"MEMPROF_RATE": "exact", "PYTHONMALLOC": "malloc"})
        equal(glob("*.pb.gz"), [], "profiles before")
        equal(len(recordings()), 1, "recordings")
        run([MEMPROF, "recover", "-q", "-o", "recovered.pb.gz", "recordings"])
        check(read("recovered.pb.gz").total("inuse_space") > 5000 * 1000, "the live blocks are not in it")
        equal(recordings(), [], "recordings left behind")


@case("where the command cannot be run, one line says which command converts the recording")
def _():
    # An empty root: nothing can be executed there.
    script = "import os; a = [bytes(1000) for i in range(5000)]; os.mkdir('root'); os.chroot('root')"
    argv = [PYTHON, "-c", script]
    if os.geteuid() != 0:
        argv = ["unshare", "--user", "--map-root-user", *argv]
    result = plain(argv, env={"MEMPROF_RATE": "exact", "PYTHONMALLOC": "malloc"})
    lines = result.stderr.decode().splitlines()
    equal(len(lines), 1, f"lines on stderr {lines}")
    command = re.fullmatch(r"memprof: .*run: (memprof recover \S+)", lines[0])
    check(command, lines[0])
    run([MEMPROF, "recover", "-q", "-o", "recovered.pb.gz", *command[1].split()[2:]])
    check(read("recovered.pb.gz").total("alloc_space") > 5000 * 1000, "the blocks are not in it")


@case("MEMPROF_FOLLOW=0 records the first process only")
def _():
    plain(["sh", "-c", " ".join(KNOWN) + "; :"], env={"MEMPROF_FOLLOW": "0"})
    check(all("known" not in (read(p).comment("command") or "").split(" ")[0] for p in glob("*.pb.gz")), "a child was recorded")


# Installed.


def install():
    run(["meson", "install", "-C", os.environ["BUILD"], "--no-rebuild", "--quiet", "--destdir",
         os.path.abspath("a folder")])
    bin = [p for p in Path("a folder").rglob("bin/memprof")]
    equal(len(bin), 1, "installed commands")
    return str(bin[0].absolute())


@case("installed under a path with a blank: memprof run finds its library")
def _():
    memprof = install()
    run([memprof, "run", "-q", "--exact", "-o", "p.pb.gz", *KNOWN])
    equal(read("p.pb.gz").flat("alloc_space")["malloc_100_from_a"] % 100, 0, "bytes of malloc_100_from_a")
    check(read("p.pb.gz").flat("alloc_space")["malloc_100_from_a"] > 0, "nothing was recorded")
    preloaded = run([memprof, "leaks", "--fail-on", "none", "--log", "log", "sh", "-c", "readlink -e $(echo $LD_PRELOAD | tr : ' ')"]).stdout.decode()
    equal([Path(p).name for p in preloaded.splitlines()], ["libmemprof.so", "libmemprof-new.so"], "libraries of memprof leaks")
    version = run([memprof, "--version"]).stdout
    check(re.search(rb"\d+\.\d+", version), f"--version: {version}")


@case("pkg-config names the library to preload")
def _():
    install()
    (folder,) = Path("a folder").rglob("pkgconfig")
    env = {"PKG_CONFIG_LIBDIR": str(folder), "PKG_CONFIG_SYSROOT_DIR": ""}
    library = run(["pkg-config", "--variable=preload", "memprof"], env=env).stdout.decode().strip()
    check(library.endswith("/memprof/libmemprof.so"), f"preload: {library}")
    check(Path("a folder" + library.replace("\\", "")).exists(), f"{library} was not installed")


@case("installed: man pages and completions")
def _():
    install()
    for pattern in ("man1/memprof.1", "man1/memprof-top.1", "man1/memprof-leaks.1", "bash-completion/completions/memprof", "_memprof", "memprof.fish"):
        check(list(Path("a folder").rglob(pattern)), f"no {pattern}")


main()
