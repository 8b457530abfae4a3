"""Large programs: heaps of gigabytes, thousands of threads, thousands of processes. Looks at how large the recording is and how
long the command takes to read it. One run each."""

import contextlib
import os
import subprocess
import tempfile
import time

from measure import memory_now
from month import month
from tools import applied, recordings

GIB, MIB = 1 << 30, 1 << 20
HEAPS = (1, 10, 20)
THREADS, PROCESSES = 10_000, 2_000
# The part of the machine's free memory that a heap with its recording may take.
PART = 0.8
# Bytes of recording and of touched pages for a byte of heap, for the question whether a heap fits.
RESIDENT = {"default": 0.7, "exact": 0.95}


def free_memory():
    with open("/proc/meminfo", encoding="utf-8") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("MemAvailable:"))


def timed(argv, environment):
    """Seconds, MiB of its resident memory at most, status, last line. The kernel's own maximum (ru_maxrss) would count what this
    process has, which it is forked from."""
    start, most = time.perf_counter(), 0
    with tempfile.TemporaryFile() as output, subprocess.Popen(argv, env=environment, stdout=output, stderr=subprocess.STDOUT) as process:
        while process.poll() is None:
            most = max(most, (memory_now(process.pid) or (0, 0))[0])
            time.sleep(0.002)
        seconds = time.perf_counter() - start
        output.seek(0)
        lines = output.read().decode(errors="replace").splitlines()
    return {"seconds": seconds, "mib": most / 1024, "status": process.returncode, "said": lines[-1:]}


@contextlib.contextmanager
def started(tool, argv):
    """(pid, blocks, environment, folder) of a program that waits."""
    with applied(tool) as (prefix, environment, folder):
        process = subprocess.Popen([*prefix, *argv], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            yield process.pid, int(process.stdout.readline().split()[1]), environment, folder
        finally:
            process.stdin.close()
            process.wait()


def look(memprof, tool, argv):
    with started(tool, argv) as (pid, blocks, environment, folder):
        recording, = recordings(folder)
        environment = {key: value for key, value in environment.items() if key not in ("LD_PRELOAD", "MEMPROF_SUPERVISOR")}
        profile = os.path.join(folder, "p.pb.gz")
        found = {"blocks": blocks, "resident_mib": memory_now(pid)[0] / 1024, "recording_mib": os.stat(recording).st_blocks * 512 / MIB}
        found["snapshot"] = timed([memprof, "snapshot", "-q", "-o", profile, str(pid)], environment)
        found["page"] = timed([memprof, "page", "-o", os.path.join(folder, "p.html"), profile], environment)
        if tool.key == "exact":
            found["leaks"] = timed([memprof, "leaks", "--pid", str(pid)], environment)
    return found


def processes(memprof):
    """2,000 processes under one `memprof run`, and what reads their profiles."""
    script = f"i=0; while [ $i -lt {PROCESSES} ]; do /bin/ls -l /etc >/dev/null; i=$((i + 1)); done"
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "LC_ALL": "C"}
        found = {"bare": timed(["sh", "-c", script], environment)}
        profiles = os.path.join(folder, "profiles")
        os.mkdir(profiles)
        found["run"] = timed([memprof, "run", "-q", "-o", f"{profiles}/%n.%p.pb.gz", "--", "sh", "-c", script], environment)
        names = [os.path.join(profiles, name) for name in os.listdir(profiles)]
        found["files"], found["files_mib"] = len(names), sum(os.stat(name).st_blocks * 512 for name in names) / MIB
        found["merge"] = timed([memprof, "merge", "-o", f"{folder}/sum.pb.gz", *names], environment)
        found["top"] = timed([memprof, "top", profiles], environment)
    return found


def scale(build, tools, say):
    memprof, program = os.path.join(build, "cli/memprof"), os.path.join(build, "tests/bench/scale")
    found = {"heaps": {}, "left_out": []}
    for gib in HEAPS:
        for key in ("default", "exact"):
            name = f"{gib} GiB, {key}"
            if gib * GIB * RESIDENT[key] > PART * free_memory():
                found["left_out"].append(name)
                continue
            say(f"scale: {name}")
            found["heaps"][name] = look(memprof, tools[key], [program, "heap", str(gib)])
    for key in ("default", "exact"):
        say(f"scale: {THREADS} threads, {key}")
        found["heaps"][f"{THREADS:,} threads, {key}"] = look(memprof, tools[key], [program, "threads", str(THREADS)])
    say(f"scale: {PROCESSES} processes")
    found["processes"] = processes(memprof)
    say("scale: a month")
    found["month"] = month(build)
    return found
