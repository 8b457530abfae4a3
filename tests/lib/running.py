"""Programs that run under memprof while a test looks at them."""

import os
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

from harness import MEMPROF, SHIM, check, equal, read, run


class Program:
    def __init__(self, process, pid):
        self.process, self.pid = process, pid

    def send(self, letter):
        self.process.stdin.write(letter)
        self.process.stdin.flush()

    def hear(self):
        return self.process.stdout.readline().strip()

    def tell(self, letter):
        self.send(letter)
        return self.hear()


def child_of(pid):
    """The program that memprof run started."""
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])


def end_program(process):
    """Ends a program that reads its input to the end, and waits for it."""
    process.stdin.close()
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    process.stdout.close()


@contextmanager
def running(argv, *options, preload=None, **popen_options):
    """The program under memprof run, or with the shim preloaded and its recordings in folder `preload`.
    Afterwards process.returncode is there."""
    env = {**os.environ, **popen_options.pop("env", {})}
    if preload:
        env.update(LD_PRELOAD=SHIM, MEMPROF_DIR=preload, MEMPROF_RATE="exact", MEMPROF_OUTPUT="at-exit.pb.gz")
        command = argv
    else:
        command = [MEMPROF, "run", "-q", "-o", "end.pb.gz", *options, "--", *argv]
    process = subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                               **popen_options)
    try:
        equal(process.stdout.readline(), "ready\n", "first line")
        yield Program(process, process.pid if preload else child_of(process.pid))
    finally:
        end_program(process)


def files(pattern="end.*.pb.gz"):
    """Finished snapshots: a name is taken by an empty file first."""
    return sorted(f.name for f in Path(".").glob(pattern) if f.stat().st_size)


def wait_for(condition, what):
    end = time.monotonic() + 30
    while not condition():
        check(time.monotonic() < end, f"waited in vain for {what}")
        time.sleep(0.02)


def wait_for_files(n, pattern="end.*.pb.gz"):
    wait_for(lambda: len(files(pattern)) >= n, f"{n} files")


def settle(seconds=0.6):
    """Long enough for who was to do something to do it: a few looks of memprof run."""
    time.sleep(seconds)


def held(name):
    """MiB that are live in a snapshot of those that hold.c allocates one by one."""
    return read(name).flat("inuse_space")["more_4_mib"] >> 20


def memprof(*arguments, status=0):
    result = run([MEMPROF, *map(str, arguments)], status=status)
    return result.stdout.decode()


def complaint(*arguments, status=2):
    """The one line on stderr of a command that fails."""
    result = run([MEMPROF, *map(str, arguments)], status=status)
    equal(result.stdout, b"", "stdout")
    lines = result.stderr.decode().splitlines()
    equal(len(lines), 1, f"lines on stderr: {lines}")
    return lines[0]
