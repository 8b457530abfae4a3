#!/usr/bin/env python3
"""How memprof run starts its program: what that costs, and that it finds everything as alone."""

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

from harness import MEMPROF, case, check, equal, main, run

IDLE = os.path.join(os.environ["BENCH"], "idle")
RUN = [MEMPROF, "run", "-q", "-o", "p.pb.gz", "--"]
# Found on 2026-11-29: 320, with three levels of cgroups; 430 before.
MOST_CALLS = 350


@case("the command loads libc and libm and no other library")
def _():
    needed = re.findall(r"NEEDED.*\[(.*)\]", run(["readelf", "-d", MEMPROF]).stdout.decode())
    equal(sorted(needed), ["libc.so.6", "libm.so.6"], "each library more takes a twentieth of a millisecond of every start")


def without_others(lines):
    """The lines that are not about other processes that the machine has started meanwhile."""
    looked_at = None
    for line in lines:
        opened = re.search(r'openat\(AT_FDCWD, "/proc/\d+/(?:maps|environ)".* = (\d+)$', line)
        if opened:
            looked_at = opened.group(1)
        if not looked_at and not re.search(r" (kill|getpid|pidfd_open)\(", line):
            yield line
        if looked_at and f"close({looked_at})" in line:
            looked_at = None


def own_calls():
    """The system calls of the command itself."""
    run(["env", "-u", "LD_LIBRARY_PATH", "strace", "-f", "-o", "calls", *RUN, IDLE])
    lines = Path("calls").read_text().splitlines()
    command = lines[0].split()[0]
    return list(without_others(line for line in lines if line.split()[0] == command and "resumed>" not in line))


@case(f"a run of a program that does nothing takes at most {MOST_CALLS} system calls of the command's, and no fork")
def _():
    calls = min((own_calls() for _ in range(3)), key=len)
    print(f"# {len(calls)} system calls")
    check(len(calls) <= MOST_CALLS, f"{len(calls)} system calls")
    clones = re.findall(r" (clone3?|v?fork)\(", "\n".join(calls))
    equal(clones, ["vfork"], "how it starts the program")
    cgroup = [line for line in calls if re.search(r"/proc/\d+/cgroup", line)]
    check(len(cgroup) <= 2, f"the cgroup is looked for more than once: {cgroup}")


@case("a script without #! runs in the shell, as alone; other faults have the shell's numbers")
def _():
    Path("script").write_text("echo $0 $1; exit 7\n")
    os.chmod("script", 0o755)
    alone = run(["sh", "-c", "./script x"], status=7).stdout
    equal(run([*RUN[:-1], "--", "./script", "x"], status=None).stdout, alone, "what it says")
    Path("damaged").write_bytes(b"\x7fELF" + bytes(100))
    os.chmod("damaged", 0o755)
    check(run([*RUN, "./damaged"], status=None).returncode in (3, 126), "a damaged program")
    run([*RUN, "./missing"], status=127)
    shutil.copy(IDLE, "written")
    with open("written", "ab"):  # the kernel does not execute it while it may be written to
        result = run([*RUN, "./written"], status=126)
    check(b"cannot execute ./written: Text file busy" in result.stderr, result.stderr.decode())
    os.chmod("script", 0o644)
    run([*RUN, "./script"], status=126)


THREADS = """
import os, threading, time
for _ in range(3):
    threading.Thread(target=time.sleep, args=(30,)).start()
print(os.getpid(), flush=True)
os.close(1)
os.close(2)
open("ready", "w").close()
"""


@case("processes that go on are counted, and none of their threads; nobody else's are")
def _():
    with subprocess.Popen(["sleep", "30"]) as other:
        result = run([MEMPROF, "run", "-o", "p.pb.gz", "--", "sh", "-c",
                      '/usr/bin/python3 -c "$0" & while [ ! -e ready ]; do sleep 0.1; done', THREADS])
        other.kill()
    os.kill(int(result.stdout), signal.SIGKILL)
    check(b"1 process of this session still runs" in result.stderr, result.stderr.decode())
    # One that has no recording, and is known by its environment alone.
    result = run([MEMPROF, "run", "-o", "p.pb.gz", "--", "sh", "-c", "LD_PRELOAD= sleep 10 >&- 2>&- & sleep 0.5"])
    check(b"1 process of this session still runs" in result.stderr, result.stderr.decode())
    equal(b"still run" in run([MEMPROF, "run", "-o", "p.pb.gz", "--", IDLE]).stderr, False, "one that left none")


@case("the program finds the variables in the caller's order, each once, with memprof's at the end or in their own places")
def _():
    for variables in (["A=1", "LD_PRELOAD=", "B=2"], ["B=2", "MEMPROF_DIR=/nowhere", "A=1"], ["EMPTY=", "A=1", "A=2"]):
        found = run(["env", "-i", *variables, "PATH=/usr/bin:/bin", "HOME=/tmp", *RUN, "/usr/bin/cat", "/proc/self/environ"]).stdout.decode()
        names = [entry.split("=")[0] for entry in found.split("\0")[:-1]]
        equal(len(names), len(set(names)), f"each variable once: {names}")
        wanted = list(dict.fromkeys(v.split("=")[0] for v in variables)) + ["PATH", "HOME"]
        equal([name for name in names if name in wanted], wanted, "the order")
        check(set(names[len(wanted):]) <= {name for name in names if name.startswith(("MEMPROF_", "LD_"))}, f"others: {names}")


@case("SIGXFSZ and the signal mask are the caller's")
def _():
    def seen(prefix, before):
        text = subprocess.run([*prefix, "/usr/bin/cat", "/proc/self/status"], preexec_fn=before, capture_output=True, check=True).stdout.decode()
        return re.findall(r"^Sig(?:Ign|Blk|Cgt):.*$", text, re.M)

    def ignore():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    def default():
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)

    def block():
        default()
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1, signal.SIGXFSZ])

    for before in (ignore, default, block):
        equal(seen(RUN, before), seen([], before), before.__name__)
    check(seen([], ignore) != seen([], default) != seen([], block), "the three differ")


main()
