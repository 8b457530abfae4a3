"""A month of snapshots in minutes: the command's clock goes faster (fast_clock.c), and the program replaces blocks all the while."""

import os
import re
import subprocess
import tempfile
import time

from measure import memory_now

MONTH = 30 * 24 * 60  # snapshots, one a minute
KEPT = 60
FASTER = 15_000  # a minute takes 4 ms: more than a snapshot, or the command says that it leaves some out
EARLY = 0.05  # the part after which memory is first looked at


def numbers(folder):
    return sorted(int(found.group(1)) for found in (re.match(r"p\.(\d+)\.pb\.gz$", name) for name in os.listdir(folder)) if found)


def wait_until(process, folder, number):
    """Until the snapshot of this number is there; the most files, and bytes of files, that were seen meanwhile."""
    most = [0, 0]
    while (numbers(folder) or [0])[-1] < number:
        if process.poll() is not None:
            raise RuntimeError(f"the program ended before snapshot {number}: status {process.returncode}")
        time.sleep(0.05)
        files = [entry for entry in os.scandir(folder) if entry.name.endswith(".pb.gz")]
        sizes = []
        for entry in files:
            try:
                sizes.append(entry.stat().st_size)
            except FileNotFoundError:  # removed meanwhile
                pass
        most = [max(most[0], len(files)), max(most[1], sum(sizes))]
    return most


def month(build, snapshots=MONTH, faster=FASTER):
    """Runs `run --every 60s --keep` for so many snapshots; returns the files that it leaves, its memory and its time."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        environment = {**os.environ, "LC_ALL": "C", "HOME": folder, "FAST_CLOCK": str(faster), "LD_PRELOAD": os.path.join(build, "tests/bench/libfast_clock.so")}
        command = [os.path.join(build, "cli/memprof"), "run", "-q", "--every", "60s", "--keep", str(KEPT), "-o", f"{folder}/p.pb.gz", "--",
                   os.path.join(build, "tests/bench/scale"), "busy", "2000"]
        start = time.perf_counter()
        with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            process.stdout.readline()
            wait_until(process, folder, int(snapshots * EARLY))
            early = memory_now(process.pid)[0]
            files, size = wait_until(process, folder, snapshots)
            late, cpu = memory_now(process.pid)[0], own_seconds(process.pid)
            process.stdin.close()
            process.wait()
        left = numbers(folder)
    return {"snapshots": left[-1], "files": files, "left": left, "mib": size / (1 << 20), "early_mib": early / 1024, "late_mib": late / 1024,
            "cpu_ms": 1000 * cpu / left[-1], "seconds": time.perf_counter() - start, "status": process.returncode}


def own_seconds(pid):
    """CPU seconds of the process without its children."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
