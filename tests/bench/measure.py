"""Runs one command and measures it: CPU time of the process and all its descendants, output, memory."""

import contextlib
import dataclasses
import os
import re
import select
import signal
import subprocess
import tempfile
import time

TIMEOUT = 90  # seconds: a tool that takes longer counts as failed


class Failed(Exception):
    """The command did not end well; the text says how."""


@dataclasses.dataclass
class Run:
    cpu: float  # seconds, user and system, of the process and those it waited for
    wall: float
    output: bytes


def spawn(argv, environment, stdin, stdout, stderr):
    """The pid of a new process of its own process group."""
    actions = [(os.POSIX_SPAWN_DUP2, stdin, 0), (os.POSIX_SPAWN_DUP2, stdout, 1), (os.POSIX_SPAWN_DUP2, stderr, 2)]
    return os.posix_spawnp(argv[0], argv, environment, file_actions=actions, setpgroup=0)


def wait(pid, timeout=TIMEOUT):
    """(status, rusage) of pid; its process group is killed when it takes too long."""
    fd = os.pidfd_open(pid)
    try:
        late = not select.select([fd], [], [], timeout)[0]
    finally:
        os.close(fd)
    if late:
        os.killpg(pid, signal.SIGKILL)
    _, status, usage = os.wait4(pid, 0)
    if late:
        raise Failed(f"killed after {timeout} s")
    return os.waitstatus_to_exitcode(status), usage


def tail(file):
    file.seek(0)
    lines = file.read()[-2000:].decode(errors="replace").strip().splitlines()
    return lines[-1][:120] if lines else ""


def run(argv, environment):
    """Runs argv to its end."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, open(os.devnull, "rb") as null:
        start = time.perf_counter()
        pid = spawn(argv, environment, null.fileno(), out.fileno(), err.fileno())
        code, usage = wait(pid)
        wall = time.perf_counter() - start
        if code:
            raise Failed(f"status {code}: {tail(err)}")
        out.seek(0)
        return Run(usage.ru_utime + usage.ru_stime, wall, out.read())


def run_server(argv, environment, client, stop):
    """Runs a server; client() is called when it is up and stop() then makes it end. The CPU time is the server's."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, open(os.devnull, "rb") as null:
        start = time.perf_counter()
        pid = spawn(argv, environment, null.fileno(), out.fileno(), err.fileno())
        trouble = None
        try:
            client()
            stop()
        except (subprocess.SubprocessError, OSError, Failed) as error:
            trouble = error
            os.killpg(pid, signal.SIGKILL)
        code, usage = wait(pid)
        if trouble or code:
            raise Failed(f"status {code}: {trouble or tail(err)}")
        return Run(usage.ru_utime + usage.ru_stime, time.perf_counter() - start, b"")


def memory_now(pid):
    """(greatest resident set so far, proportional set now) of pid in KiB; None when it is gone."""
    with contextlib.suppress(OSError, AttributeError):
        with open(f"/proc/{pid}/status", encoding="utf-8") as file:
            resident = int(re.search(r"VmHWM:\s+(\d+)", file.read()).group(1))
        with open(f"/proc/{pid}/smaps_rollup", encoding="utf-8") as file:
            return resident, int(re.search(r"^Pss:\s+(\d+)", file.read(), re.M).group(1))
    return None


def watch_memory(argv, environment, every=0.01):
    """The greatest (resident, proportional) set seen while argv ran; of argv's own process only."""
    with open(os.devnull, "r+b") as null:
        pid = spawn(argv, environment, null.fileno(), null.fileno(), null.fileno())
        fd = os.pidfd_open(pid)
        most, deadline = (0, 0), time.monotonic() + TIMEOUT
        while not select.select([fd], [], [], every)[0] and time.monotonic() < deadline:
            now = memory_now(pid) or (0, 0)
            most = (max(most[0], now[0]), max(most[1], now[1]))
        os.close(fd)
        code, _ = wait(pid, max(0, deadline - time.monotonic()))
        if code:
            raise Failed(f"status {code}")
        return most


def idle_memory(argv, environment):
    """The same of a program that says that it is ready and waits for the end of its input."""
    with subprocess.Popen(argv, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        return memory_now(process.pid)
