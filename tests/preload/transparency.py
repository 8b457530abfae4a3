#!/usr/bin/env python3
"""memprof run cannot be told apart: streams, status, signals, terminal, job control, what the program sees."""

import os
import pty
import select
import signal
import subprocess
import time
from pathlib import Path

from harness import MEMPROF, case, check, equal, main, read, run, target
from harness import record as record_plainly

# With watchers at work (meson.build) nothing may be different.
OPTIONS = os.environ.get("RUN_OPTIONS", "").split()
RUN = [MEMPROF, "run", "-q", "-o", "p.pb.gz", *OPTIONS]


def record(argv, *options, **run_options):
    return record_plainly(argv, *OPTIONS, *options, **run_options)


@case("stdin, stdout and stderr are the program's")
def _():
    data = os.urandom(300000)
    result = record(["sh", "-c", "cat; echo problem >&2"], input=data)[1]
    check(result.stdout == data, "stdin did not come through to stdout")
    equal(result.stderr, b"problem\n", "stderr, with -q")


@case("every exit status, and 128 + n for signals")
def _():
    for status in (0, 1, 2, 3, 23, 77, 126, 127, 128, 200, 255):
        record(["sh", "-c", f"exit {status}"], status=status)
    for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGPIPE, signal.SIGUSR1):
        record(["sh", "-c", f"ulimit -c 0; kill -{number} $$"], status=128 + number)


@case("the program sees the same descriptors, threads, handlers, mask, environment")
def _():
    for mode in (["--exact"], []):
        alone = run([target("outside")]).stdout.decode()
        equal(record([target("outside")], *mode)[1].stdout.decode(), alone, "what it sees")


@case("streams that are closed stay closed")
def _():
    script = "for i in 0 1 2; do if [ -e /proc/self/fd/$i ]; then echo $i; fi; done >out; exit 4"
    for closed in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
        run(["sh", "-c", f"sh -c '{script}' {closed}"], status=4)
        alone = Path("out").read_text()
        run(["sh", "-c", f"'{MEMPROF}' run -q -o p.pb.gz {' '.join(OPTIONS)} sh -c '{script}' {closed}"], status=4)
        equal(Path("out").read_text(), alone, f"open streams with {closed}")


@case("SIGPIPE: the program ends as it does alone")
def _():
    script = "{} | head -1; echo ${{PIPESTATUS[0]}}"
    alone = run(["bash", "-c", script.format("yes")]).stdout
    equal(run(["bash", "-c", script.format(" ".join(RUN) + " yes")]).stdout, alone, "output and status")
    check(os.path.exists("p.pb.gz"), "no profile")


@case("a signal sent to memprof run reaches the program once")
def _():
    process = subprocess.Popen([*RUN, target("interrupted")], stdout=subprocess.PIPE)
    equal(process.stdout.readline(), b"ready\n", "first line")
    process.send_signal(signal.SIGINT)
    equal(process.stdout.read(), b"interrupts 1\n", "what the program counted")
    equal(process.wait(20), 0, "status")
    equal(read("p.pb.gz").flat("alloc_space")["block_123"], 12300, "block_123")


class Terminal:
    """argv in the foreground of a terminal of its own."""

    def __init__(self, argv, **env):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execve(argv[0], argv, {**os.environ, **env})
        self.seen = b""

    def wait_for(self, text, seconds=20):
        end = time.monotonic() + seconds
        while text not in self.seen:
            check(time.monotonic() < end, f"waited in vain for {text}; saw {self.seen}")
            if select.select([self.fd], [], [], 0.2)[0]:
                try:
                    self.seen += os.read(self.fd, 4096)
                except OSError:
                    check(text in self.seen, f"the terminal closed before {text}; saw {self.seen}")

    def type(self, text):
        os.write(self.fd, text)

    def end(self):
        _, status = os.waitpid(self.pid, 0)
        os.close(self.fd)
        return os.waitstatus_to_exitcode(status)


@case("Ctrl-C: the program gets one SIGINT, the profile is written")
def _():
    terminal = Terminal([*RUN, target("interrupted")])
    terminal.wait_for(b"ready")
    terminal.type(b"\x03")
    terminal.wait_for(b"interrupts 1\r\n")
    equal(terminal.end(), 0, "status")
    equal(read("p.pb.gz").flat("alloc_space")["block_123"], 12300, "block_123")


@case("Ctrl-C: a program that dies of it leaves its profile, and 130")
def _():
    terminal = Terminal([*RUN, "/usr/bin/perl", "-e", "$|=1; print qq(up\\n); sleep 60"])
    terminal.wait_for(b"up")
    terminal.type(b"\x03")
    equal(terminal.end(), 130, "status")
    check(read("p.pb.gz").total("alloc_space") > 0, "the profile is empty")


@case("Ctrl-Z and fg")
def _():
    terminal = Terminal(["/bin/bash", "--norc", "--noprofile", "-i"], PS1="prompt> ")
    terminal.wait_for(b"prompt> ")
    terminal.type(" ".join([*RUN, target("interrupted")]).encode() + b"\n")
    terminal.wait_for(b"ready\r\n")
    terminal.type(b"\x1a")
    terminal.wait_for(b"Stopped")
    terminal.type(b"fg\n")
    terminal.seen = b""
    terminal.wait_for(b"run")
    time.sleep(0.3)
    terminal.type(b"\x03")
    terminal.wait_for(b"interrupts 1\r\n")
    terminal.type(b"exit 6\n")
    equal(terminal.end(), 6, "the shell's status")
    equal(read("p.pb.gz").flat("alloc_space")["block_123"], 12300, "block_123")


main()
