"""memprof run --limit, --limit-rss, --then; cgroups, and programs that run out of memory."""

import os
import re
import signal
import subprocess
from pathlib import Path

from running import files, held, running, settle, wait_for, wait_for_files
from harness import MEMPROF, case, check, equal, main, read, run, target

MIB = 1 << 20
CGROUPS = Path("/sys/fs/cgroup")


def tell_all(p, letters):
    for letter in letters:
        p.tell(letter)


def state(pid):
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


@case("--limit: once a crossing, and again only after memory fell well below")
def _():
    with open("said", "w") as said, running([target("hold")], "--exact", "--no-quiet", "--limit=22MiB", stderr=said) as p:
        p.tell("m")  # 20 MiB
        settle()
        equal(files(), [], "files below the limit")
        p.tell("m")
        wait_for_files(1)
        settle()
        p.tell("l")  # 20 MiB again, above 90% of 22
        settle()
        p.tell("m")
        settle()
        tell_all(p, "ll")  # 16 MiB
        settle()
        equal(len(files()), 1, "files of one crossing")
        tell_all(p, "mm")
        wait_for_files(2)
    equal([held(f) for f in files()], [8, 8], "MiB")
    equal(read(files()[0]).comment("snapshot"), "live memory passed 22.0 MiB", "comment")
    lines = [line for line in Path("said").read_text().splitlines() if "passed" in line]
    equal(len(lines), 2, f"lines {lines}")
    check(re.fullmatch(rf"memprof: snapshot of process {p.pid}, live memory passed 22\.0 MiB: live 24\.1 MiB, "
                       r"in end\.0001\.pb\.gz", lines[0]), lines[0])


@case("--limit: a limit that is not reached does nothing")
def _():
    with running([target("hold")], "--exact", "--limit=1GiB", "--limit-rss=8GiB") as p:
        tell_all(p, "mmmm")
        settle()
    equal(files(), [], "files")


@case("--limit-rss: what is resident, not what is live")
def _():
    with running([target("hold")], "--exact", "--limit=300MiB", "--limit-rss=80MiB") as p:
        while int(Path(f"/proc/{p.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") <= 80 * MIB:
            equal(files(), [], "files before")
            p.tell("m")
        wait_for_files(1)
        settle()
    equal(len(files()), 1, "files")
    equal(read(files()[0]).comment("snapshot"), "resident memory passed 80.0 MiB", "comment")


@case("--then signal: once the profile is written")
def _():
    with running([target("hold")], "--exact", "--limit=18MiB", "--then=signal:TERM") as p:
        p.process.stdin.write("m")
        p.process.stdin.flush()
        p.process.wait(60)
    equal(p.process.returncode, 128 + signal.SIGTERM, "status")
    equal([held(f) for f in files()], [4], "MiB")
    equal(held("end.pb.gz"), 4, "MiB at the end")


@case("--then exec: the command knows the process and its profile")
def _():
    command = 'test -s "$MEMPROF_LIMIT_PROFILE" && echo "$MEMPROF_LIMIT_PID $MEMPROF_LIMIT_REASON" >hit; echo out; exit 7'
    with open("said", "w") as said, \
         running([target("hold")], "--exact", "--limit=18MiB", f"--then=exec:{command}", stderr=said) as p:
        equal(p.tell("m"), "done", "the program's own line")
        wait_for(lambda: "status 7" in Path("said").read_text(), "the command's end")
        equal(p.tell("a"), "done", "the program goes on")
    equal(Path("hit").read_text(), f"{p.pid} live memory passed 18.0 MiB\n", "what the command wrote")
    equal(Path("said").read_text().splitlines()[0], "out", "the command's output goes to standard error")
    equal(p.process.returncode, 0, "status")


@case("--then stop: the program stands still, memprof run with it, until both go on")
def _():
    with open("said", "w") as said, running([target("hold")], "--exact", "--limit=18MiB", "--then=stop", stderr=said) as p:
        p.send("m")  # it may be stopped before it says that it has
        wait_for(lambda: state(p.pid) == "T" and state(p.process.pid) == "T", "both to stop")
        equal(len(files()), 1, "files")
        advice = re.search(r"kill -CONT (\d+)", Path("said").read_text())
        equal(int(advice[1]), p.process.pid, "whom to continue")
        os.kill(int(advice[1]), signal.SIGCONT)
        equal((p.hear(), p.tell("a")), ("done", "done"), "the program goes on")
    equal(p.process.returncode, 0, "status")


class FakeGroup:
    """A folder that looks like /sys/fs/cgroup with a limit on this process's own group."""

    def __init__(self, v1):
        line = next((line for line in Path("/proc/self/cgroup").read_text().splitlines()
                     if ("memory" in line.split(":")[1].split(",") if v1 else line.startswith("0::"))), None)
        self.v1 = v1
        # A version that this kernel has not is tried as a container would see it: at the root.
        self.folder = Path(os.path.abspath("fake")) / ("memory" if v1 else "") / (line.split(":", 2)[2][1:] if line else "")
        self.folder.mkdir(parents=True)
        self.exists = line is not None
        (self.folder / "cgroup.procs").write_text("")
        self.kills(0)
        self.use(0, 0)
        if v1:
            (self.folder / "memory.limit_in_bytes").write_text(f"{100 * MIB}\n")
        else:
            (self.folder / "memory.max").write_text("max\n")
            (self.folder / "memory.high").write_text(f"{100 * MIB}\n")

    def use(self, mib, cached):
        prefix = "total_" if self.v1 else ""
        (self.folder / "memory.stat").write_text(f"anon 1\n{prefix}inactive_file {cached * MIB - 4096}\n{prefix}active_file 4096\n")
        name = "memory.usage_in_bytes" if self.v1 else "memory.current"
        (self.folder / "new").write_text(f"{mib * MIB}\n")
        (self.folder / "new").rename(self.folder / name)

    def kills(self, n):
        text = f"oom_kill_disable 0\nunder_oom 0\noom_kill {n}\n" if self.v1 else f"low 0\nhigh 0\nmax 9\noom 3\noom_kill {n}\n"
        (self.folder / ("memory.oom_control" if self.v1 else "memory.events")).write_text(text)

    @property
    def env(self):
        return {"MEMPROF_CGROUP_ROOT": os.path.abspath("fake")}


def in_fake_groups(function):
    done = 0
    for v1 in False, True:
        os.mkdir(f"v{2 - v1}")
        os.chdir(f"v{2 - v1}")
        group = FakeGroup(v1)
        if group.exists:
            function(group)
            done += 1
        os.chdir("..")
    check(done, "this kernel has no cgroups")


@case("a cgroup that fills up: a profile at 90%, page cache not counted, once")
def _():
    def fill(group):
        with running([target("hold")], "--exact", env=group.env) as p:
            group.use(99, 20)
            settle()
            equal(files(), [], "files while the cache fills it")
            p.tell("m")
            group.use(91, 0)
            wait_for_files(1)
            group.use(85, 0)
            settle()
            group.use(95, 0)
            settle()
            equal(len(files()), 1, "files of one crossing")
            group.use(70, 0)
            settle()
            group.use(95, 0)
            wait_for_files(2)
        equal(read(files()[0]).comment("snapshot"), "the cgroup has reached 90% of 100.0 MiB", "comment")
        equal(held(files()[0]), 4, "MiB")
        with running([target("hold")], "--exact", "--no-limit-cgroup", "-o", "off.pb.gz", env=group.env):
            settle()
        equal(files("off.*.pb.gz"), [], "files with --no-limit-cgroup")
    in_fake_groups(fill)


VERDICT = r"the kernel's out-of-memory killer killed 1 process of cgroup (\S+), whose (\S+) is (\d+)\.0 MiB"


@case("killed for want of memory: the profile is there and says so; a plain SIGKILL and an exit say nothing")
def _():
    def kill(group):
        for number, oom in (signal.SIGKILL, True), (signal.SIGKILL, False), (None, True):
            with open("said", "w") as said, \
                 running([target("hold")], "--exact", "--no-quiet", env=group.env, stderr=said) as p:
                if oom:
                    group.kills(1)
                if number:
                    os.kill(p.pid, number)
                    p.process.wait(60)
            group.kills(0)
            profile = read("end.pb.gz")
            equal(profile.flat("inuse_space")["hold_100"], 75_000, "hold_100")
            ended = profile.comment("ended")
            equal(ended is not None, bool(oom and number), f"comment {ended} after {number}, counted: {oom}")
            equal(re.search(VERDICT, Path("said").read_text()) is not None, oom, Path("said").read_text())
            if ended:
                limit = "memory.limit_in_bytes" if group.v1 else "memory.high"
                equal(re.fullmatch(VERDICT, ended).groups()[1:], (limit, "100"), "limit")
            equal(p.process.returncode, 128 + number if number else 0, "status")
    in_fake_groups(kill)


def real_group():
    """(folder, its limit's file, a group that may have children), where this machine lets us make one."""
    for base, name in (CGROUPS / "memory", "memory.limit_in_bytes"), (CGROUPS, "memory.max"):
        folder = base / f"memprof-test-{os.getpid()}"
        try:
            folder.mkdir()
        except OSError:
            continue
        if (folder / name).exists():
            return folder, name
        folder.rmdir()
    return None, None


@case("a target that its limit ends leaves its profile: the cgroup's where one can be made, and ulimit's")
def _():
    folder, name = real_group()
    if folder:
        try:
            (folder / name).write_text(str(64 * MIB))
            result = run(["sh", "-c", f"echo $$ >{folder}/cgroup.procs; exec '{MEMPROF}' run --exact -o oom.pb.gz "
                          f"--every 250ms -- '{target('hold')}' grow"], status=128 + signal.SIGKILL)
            profile = read("oom.pb.gz")
            check(re.search(VERDICT, result.stderr.decode()), result.stderr.decode())
            equal(re.fullmatch(VERDICT, profile.comment("ended")).groups()[1:], (name, "64"), "verdict")
            check(profile.flat("inuse_space")["more_4_mib"] > 32 * MIB, "what it held")
            check(any("90%" in read(f).comment("snapshot") for f in files("oom.*.pb.gz")), "no profile at 90%")
        finally:
            folder.rmdir()
    for ulimit, status in ("-v 400000", 128 + signal.SIGSEGV), ("-d 200000", 128 + signal.SIGSEGV), ("-t 1", None):
        program = f"'{target('hold')}' grow" if status else f"'{target('churn')}' 2"
        result = run(["sh", "-c", f"'{MEMPROF}' run -q -o u.pb.gz sh -c \"ulimit -c 0; ulimit {ulimit}; exec {program}\" "
                      "3<&0"], status=None, stdin=subprocess.DEVNULL if status else open_pipe())
        check(result.returncode == status if status else result.returncode in (128 + signal.SIGXCPU, 128 + signal.SIGKILL),
              f"ulimit {ulimit}: status {result.returncode}")
        profile = read("u.pb.gz")
        check(profile.total("alloc_space") > MIB, f"ulimit {ulimit}: the profile is empty")
        equal(profile.comment("ended"), None, "comment")


def open_pipe():
    """Standard input that stays open."""
    reader, _ = os.pipe()
    return reader


@case("what makes no sense is said before the program runs")
def _():
    for bad, what in (["--limit=x"], "500MiB"), (["--limit-rss=0"], "above 0"), (["--then=stop"], "--limit"), (["--limit=1GiB", "--then=signal:FOO"], "there is no signal 'FOO'"), \
                     (["--limit=1GiB", "--then=exec:"], "exec:COMMAND"), (["--limit=1GiB", "--then=dance"], "stop"):
        result = run([MEMPROF, "run", *bad, "--", "touch", "ran"], status=2)
        check(what in result.stderr.decode() and len(result.stderr.splitlines()) == 1, result.stderr)
        check(not os.path.exists("ran"), f"{bad}: the program ran")


main()
