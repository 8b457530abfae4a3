"""Programs that run under memprof while a test looks at them."""

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, os.environ["HARNESS"])
from harness import MEMPROF, SHIM, equal, run  # noqa: E402


class Program:
    def __init__(self, process, pid):
        self.process, self.pid = process, pid

    def tell(self, letter):
        self.process.stdin.write(letter)
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()


def child_of(pid):
    """The program that memprof run started."""
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])


@contextmanager
def running(argv, *options, preload=None):
    """The program under memprof run, or with the shim preloaded and its recordings in folder `preload`."""
    env = dict(os.environ)
    if preload:
        env.update(LD_PRELOAD=SHIM, MEMPROF_DIR=preload, MEMPROF_RATE="exact", MEMPROF_OUTPUT="at-exit.pb.gz")
        command = argv
    else:
        command = [MEMPROF, "run", "-q", "-o", "end.pb.gz", *options, "--", *argv]
    process = subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        equal(process.stdout.readline(), "ready\n", "first line")
        yield Program(process, process.pid if preload else child_of(process.pid))
    finally:
        process.stdin.close()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        process.stdout.close()


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
