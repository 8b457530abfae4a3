"""memprof live and memprof run --live, as a terminal shows them: tmux is the terminal."""

import os
import re
import shlex
import signal
import subprocess
from pathlib import Path

from running import files, held, running, wait_for
from harness import MEMPROF, case, check, equal, main, run, target

TMUX = os.environ["TMUX_PROGRAM"]


class Screen:
    """A command in a terminal of its own; its exit status goes to the file "status"."""

    servers = 0

    def __init__(self, *argv, columns=80, rows=24, env=None):
        Screen.servers += 1  # the one before may still be ending
        self.server = f"test{Screen.servers}"
        settings = {"LC_ALL": "C.UTF-8", "TERM": "screen", **(env or {})}
        words = ["env", *(f"{k}={v}" for k, v in settings.items()), *map(str, argv)]
        # Keys typed ahead of the program's start are not lost, and the text that it leaves behind stays to be seen.
        script = f"trap : INT; {shlex.join(words)}; echo $? >status.new; mv status.new status; exec sleep 100"
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows), script)

    def tmux(self, *arguments):
        env = {"TMUX_TMPDIR": os.getcwd(), "LC_ALL": "C.UTF-8", "SHELL": "/bin/sh"}
        return run([TMUX, "-u", "-L", self.server, *arguments], env=env).stdout.decode()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.tmux("kill-server")

    def lines(self):
        return self.tmux("capture-pane", "-p").splitlines()

    def text(self):
        return "\n".join(self.lines())

    def type(self, keys):
        self.tmux("send-keys", keys)

    def wait(self, text):
        try:
            wait_for(lambda: text in self.text(), repr(text))
        except AssertionError as e:
            raise AssertionError(f"{e}; the screen:\n{self.text()}") from None

    def resize(self, columns, rows):
        self.tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def status(self):
        wait_for(lambda: os.path.exists("status"), "the end")
        return int(Path("status").read_text())


def row(screen, where):
    """live, growth and rate of a line of the table."""
    line = next(line for line in screen.lines() if where in line[37:])
    return [line[:10].strip(), line[10:22].strip(), line[22:35].strip()]


def places(screen):
    """The table's last column, top down."""
    lines = screen.lines()
    head = next(i for i, line in enumerate(lines) if line.rstrip().endswith("where"))
    return [line[37:] for line in lines[head + 1:] if line[:10].endswith("B")]


def sites(screen):
    """The functions of hold.c among them; threads have no source."""
    return [place.split()[0] for place in places(screen) if "hold.c:" in place]


@case("live: figures, a graph, lines of source, threads; in 80 columns and 24 rows")
def _():
    with running([target("hold"), "evil\033[2J\nname"], "--exact") as p, Screen(MEMPROF, "live", p.pid) as screen:
        screen.wait("hold_16_mib")
        lines = screen.lines()
        check(lines[0].startswith(f"memprof live {p.pid}  ") and "evil\\x1b[2J\\nname" in lines[0], lines[0])
        check(lines[1].startswith("live 16.1 MiB  peak 16.1 MiB  RSS "), lines[1])
        check(re.match(r"live heap \d+% of RSS(; \d+% of the rest is (mapped files|anonymous memory) of hold)?$", lines[2]), lines[2])
        check(lines[3].endswith("2 threads  exact"), lines[3])
        check(lines[4].startswith("  16.1 MiB") and lines[4].endswith("█"), "the graph")
        check(places(screen)[0].startswith("hold_16_mib  hold.c:"), places(screen))
        equal(row(screen, "hold_100"), ["73.2 KiB", "0 B", "0 B/s"], "hold_100: 75000 bytes")
        check(any(line.split()[-1:] == ["helper\\x1b[31m"] for line in lines), "the helper thread, escaped")
        check(lines[23].startswith("l live"), f"keys {lines[23]}")
        screen.type("q")
        equal(screen.status(), 0, "status")
        equal(p.tell("a"), "done", "the program goes on")


@case("live: a line that no sample came from has no sample; it did not grow by 0 B")
def _():
    with running([target("hold")], "--rate=1MiB") as p, Screen(MEMPROF, "live", p.pid) as screen:
        screen.wait("hold_16_mib")
        wait_for(lambda: row(screen, "hold_16_mib")[1:] == ["no sample", "no sample"], "no sample")
        p.tell("m")
        screen.wait("more_4_mib")
        check(row(screen, "more_4_mib")[1].startswith("+"), row(screen, "more_4_mib"))
        equal(row(screen, "hold_16_mib")[1], "no sample", "growth of hold_16_mib")


@case("live: keys sort, pause, take a snapshot")
def _():
    with running([target("hold")], "--exact") as p, Screen(MEMPROF, "live", p.pid) as screen:
        screen.wait("*live")
        p.tell("m")
        screen.wait("more_4_mib")
        equal(row(screen, "more_4_mib")[:2], ["4.0 MiB", "+4.0 MiB"], "more_4_mib")
        check(places(screen)[0].startswith("hold_16_mib"), "by live bytes")
        screen.type("g")
        screen.wait("*growth")
        check(places(screen)[0].startswith("more_4_mib"), "by growth")
        screen.type("r")
        screen.wait("*rate")
        screen.type("s")
        screen.wait("snapshot in memprof.hold.")
        equal([held(f) for f in files("memprof.hold.*")], [4], "MiB in the snapshot")
        screen.type("p")
        screen.wait(" paused")
        before = row(screen, "more_4_mib")[0]
        p.tell("m")
        screen.type("l")
        screen.wait("*live")
        equal(row(screen, "more_4_mib")[0], before, "while paused")
        screen.type("p")
        screen.wait("8.0 MiB")
        os.kill(p.pid, signal.SIGKILL)
        screen.wait(" ended")
        screen.type("q")
        equal(screen.status(), 0, "status")


@case("live: a filter leaves the rows that match, while it is typed and after; a line shows how each went")
def _():
    with running([target("hold")], "--exact") as p, Screen(MEMPROF, "live", p.pid) as screen:
        screen.wait("hold_100")
        check(all(line.endswith("█") for line in screen.lines() if "hold_16_mib" in line[37:]), screen.text())
        screen.type("/")
        screen.wait("filter: _")
        screen.type("16_")
        screen.wait("filter: 16__")
        wait_for(lambda: sites(screen) == ["hold_16_mib"], "one row")
        screen.type("q[")
        screen.wait("no regular expression")
        screen.type("BSpace")
        screen.type("BSpace")
        screen.type("Enter")
        screen.wait("filter: 16_  (/ changes it)")
        screen.type("g")
        screen.wait("*growth")
        equal(sites(screen), ["hold_16_mib"], "rows by growth")
        screen.type("/")
        screen.type("Escape")
        screen.wait("/ filter")
        wait_for(lambda: "hold_100" in sites(screen), "all rows")
        p.tell("m")
        screen.wait("more_4_mib")
        check(re.search(r" [▁ ]*█+$", next(line for line in screen.lines() if "more_4_mib" in line[37:])), screen.text())
        screen.type("q")
        equal(screen.status(), 0, "status")


@case("live: any size, and back")
def _():
    with running([target("hold")], "--exact") as p, Screen(MEMPROF, "live", p.pid) as screen:
        screen.wait("hold_16_mib")
        for columns, rows in (200, 50), (20, 5), (40, 10), (3, 2), (120, 8), (80, 24):
            screen.resize(columns, rows)
            # The keys are always on the last row, cut to what fits.
            wanted = "l live  g growth  r rate"[:min(columns, 24)].rstrip()
            wait_for(lambda: len(screen.lines()) == rows and screen.lines()[-1].startswith(wanted), f"keys in {columns}x{rows}")
        screen.wait("hold_16_mib")
        screen.type("q")
        equal(screen.status(), 0, "status")


@case("live: no colour, no UTF-8, an old terminal")
def _():
    def coloured(screen):
        return any(f"\033[{n}m" in screen.tmux("capture-pane", "-p", "-e") for n in (31, 32))

    with running([target("hold")], "--exact") as p:
        for env, wanted in ({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "vt100", "LC_ALL": "C"}, False):
            with Screen(MEMPROF, "live", p.pid, env=env) as screen:
                screen.wait("hold_16_mib")
                p.tell("m")
                screen.wait("+")
                equal(coloured(screen), wanted, f"colour with {env}")
                check(("#" if "LC_ALL" in env else "█") in screen.text(), "the graph")
                check(screen.text().isascii() == ("LC_ALL" in env), "characters")
                screen.type("q")
                equal(screen.status(), 0, "status")
                os.unlink("status")
            p.tell("r")


@case("run --live: the program's output waits until the view is closed, its status comes through")
def _():
    os.mkfifo("in")
    script = f"echo before; exec '{target('hold')}' <in"
    with Screen(MEMPROF, "run", "--live", "--exact", "-o", "end.pb.gz", "--", "sh", "-c", script) as screen:
        with open("in", "w") as keys:
            screen.wait("hold_16_mib")
            check("before" not in screen.text() and "ready" not in screen.text(), screen.text())
            screen.type("s")
            screen.wait("snapshot in end.0001.pb.gz")
            screen.type("C-z")  # is no key here
            keys.write("m")
            keys.flush()
            screen.wait("more_4_mib")
            screen.type("q")
            screen.wait("done")
            lines = screen.lines()
            equal(lines[:2], ["before", "ready"], "what waited")
            check("snapshot of process" in screen.text(), "the snapshot's line")
            keys.write("x")
        equal(screen.status(), 0, "status")
        check("the profile is in end.pb.gz" in screen.text().replace("\n", ""), screen.text())
    equal([held("end.0001.pb.gz"), held("end.pb.gz")], [0, 4], "MiB")


@case("run --live of a driver turns to the largest of its processes")
def _():
    os.mkfifo("in")
    with Screen(MEMPROF, "run", "--live", "--exact", "-o", "end.pb.gz", "--", "sh", "-c", f"'{target('hold')}' <in; exit 5") as screen:
        with open("in", "w"):
            screen.wait("hold_16_mib")
        equal(screen.status(), 5, "status")


@case("run --live: Ctrl-C is the program's, and ends the view with it")
def _():
    os.mkfifo("in")
    with Screen(MEMPROF, "run", "--live", "-o", "end.pb.gz", "--", "sh", "-c", f"exec '{target('hold')}' <in") as screen:
        with open("in", "w"):
            screen.wait("hold_16_mib")
            screen.type("C-c")
            equal(screen.status(), 128 + signal.SIGINT, "status")
        check("the profile is in end.pb.gz" in screen.text().replace("\n", ""), screen.text())


@case("run --live: stopped from outside it gives the terminal back, and comes back with it")
def _():
    os.mkfifo("in")
    shell = f"set -m; '{MEMPROF}' run -q --live -o end.pb.gz -- sh -c 'exec {target('hold')} <in'; echo stopped; " \
            "read word; fg >/dev/null"
    with Screen("bash", "-c", shell) as screen:
        with open("in", "w"):
            screen.wait("hold_16_mib")
            os.kill(int(pid_on(screen)), signal.SIGSTOP)
            screen.wait("stopped")
            check("hold_16_mib" not in screen.text(), screen.text())
            screen.type("Enter")
            screen.wait("hold_16_mib")
        equal(screen.status(), 0, "status")


def pid_on(screen):
    return screen.lines()[0].split()[2]


@case("without a terminal there is no screen, and no program run")
def _():
    for command in ["run", "--live", "--", "touch", "ran"], ["live", str(os.getpid())]:
        result = run([MEMPROF, *command], status=2, stdin=subprocess.DEVNULL)
        check(len(result.stderr.splitlines()) == 1, result.stderr)
    check(not os.path.exists("ran"), "the program ran")
    with running([target("hold")], "--exact") as p:
        for term in "dumb", "no-such-terminal":
            with Screen(MEMPROF, "live", p.pid, env={"TERM": term}) as screen:
                equal(screen.status(), 2, f"status on {term}")
                check(f"'{term}'" in screen.text(), screen.text())
            os.unlink("status")


main()
